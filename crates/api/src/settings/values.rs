//! What single settings may be.

use std::net::IpAddr;
use std::path::Path;

use kernel::files::FileStore;
use kernel::{Db, db};
use reqwest::Url;

use super::{DataSource, Flags, OauthClient, Oidc, Partner, given};
use crate::gateway::signature;

fn list(text: &Option<String>) -> impl Iterator<Item = &str> {
    given(text).unwrap_or_default().split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// An address on the web, with a host.
fn web(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

pub fn public_url(text: &str) -> Result<(), String> {
    let plain = |url: &Url| url.query().is_none() && url.fragment().is_none();
    match web(text) {
        Some(url) if plain(&url) => Ok(()),
        _ => Err(format!("PUBLIC_URL must be an address like https://api.example.vn, not {text}.")),
    }
}

/// Whether the database's address and certificate file can be read; whether it answers shows later.
pub fn database(flags: &Flags) -> Result<(), String> {
    let Some(url) = given(&flags.database_url) else { return Ok(()) };
    if url.contains("sslmode=verify-") {
        return Err("DATABASE_URL: write sslmode=require; the server's certificate and name are always checked then."
            .to_owned());
    }
    let ca = flags.database_ca.clone();
    Db::new(&db::Settings { url: url.to_owned(), ca, size: 1 }).map(drop)
}

/// Where attachments are kept. The directory is made if need be; whether a bucket answers shows later.
pub fn files_url(flags: &Flags, data_dir: &Path) -> Result<String, String> {
    match given(&flags.files_url) {
        Some(url) => FileStore::open(url).map(|_| url.to_owned()).map_err(|error| format!("FILES_URL: {error}.")),
        None => Url::from_directory_path(data_dir.join("files"))
            .map(String::from)
            .map_err(|()| format!("DATA_DIR {} has no absolute path.", data_dir.display())),
    }
}

/// Who vouches for citizens; nobody when all three are missing: then only staff can sign in.
pub fn oidc(flags: &Flags, public_url: &str) -> Result<Option<Oidc>, String> {
    match (given(&flags.oidc_issuer), given(&flags.oidc_client_id), given(&flags.oidc_client_secret)) {
        (Some(issuer), Some(client_id), Some(client_secret)) => {
            web(issuer)
                .ok_or_else(|| format!("OIDC_ISSUER must be an address like https://id.example.vn, not {issuer}."))?;
            Ok(Some(Oidc {
                issuer: issuer.trim_end_matches('/').to_owned(),
                client_id: client_id.to_owned(),
                client_secret: client_secret.to_owned(),
            }))
        }
        (None, None, None) if flags.demo => Ok(Some(Oidc {
            issuer: format!("{public_url}/demo/vneid"),
            client_id: "caunoi".to_owned(),
            client_secret: "caunoi-demo".to_owned(),
        })),
        (None, None, None) => Ok(None),
        _ => Err("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together: set all three or none.".to_owned()),
    }
}

/// Where fees are paid online; nowhere when both are missing.
pub fn gateway(flags: &Flags) -> Result<Option<Partner>, String> {
    let (url, secret) = (&flags.payment_gateway_url, &flags.payment_gateway_secret);
    partner(("PAYMENT_GATEWAY_URL", url), ("PAYMENT_GATEWAY_SECRET", secret))
}

/// Where the national portal is told; nowhere when both are missing.
pub fn portal(flags: &Flags) -> Result<Option<Partner>, String> {
    let (url, secret) = (&flags.national_portal_url, &flags.national_portal_secret);
    partner(("NATIONAL_PORTAL_URL", url), ("NATIONAL_PORTAL_SECRET", secret))
}

type Named<'a> = (&'a str, &'a Option<String>);

fn partner((url_name, url): Named<'_>, (secret_name, secret): Named<'_>) -> Result<Option<Partner>, String> {
    match (given(url), given(secret)) {
        (None, None) => Ok(None),
        (Some(url), Some(secret)) => {
            web(url)
                .ok_or_else(|| format!("{url_name} must be an address like https://partner.example.vn, not {url}."))?;
            let secret = signature::secret(secret).ok_or_else(|| {
                format!(
                    "{secret_name} must be whsec_ and 24 to 64 random bytes in base64 (echo whsec_$(openssl rand -base64 32))."
                )
            })?;
            Ok(Some(Partner { url: url.trim_end_matches('/').to_owned(), secret }))
        }
        _ => Err(format!("{url_name} and {secret_name} go together: set both or none.")),
    }
}

pub fn oauth_clients(flags: &Flags) -> impl Iterator<Item = Result<OauthClient, String>> {
    list(&flags.oauth_clients).map(|item| match item.split_once('=') {
        Some((id, uri)) if !id.is_empty() && uri.contains("://") => {
            Ok(OauthClient { id: id.to_owned(), redirect_uri: uri.to_owned() })
        }
        _ => Err(format!("OAUTH_CLIENTS: {item} is not of the form id=redirect_uri.")),
    })
}

pub fn data_sources(flags: &Flags) -> impl Iterator<Item = Result<DataSource, String>> {
    list(&flags.data_sources).map(|item| {
        let (code, address) = item.split_once('=').unwrap_or((item, ""));
        if !procedures::data_source::register().iter().any(|source| source.code == code) {
            return Err(format!("DATA_SOURCES: {code} is not registered; GET /v1/data-sources lists what is."));
        }
        let address = web(address).ok_or_else(|| {
            format!("DATA_SOURCES: {code} needs an address, like {code}=https://data.example.vn/ask.")
        })?;
        Ok(DataSource { code: code.to_owned(), address })
    })
}

pub fn trusted_proxies(flags: &Flags) -> impl Iterator<Item = Result<IpAddr, String>> {
    list(&flags.trusted_proxies).map(|ip| ip.parse().map_err(|_| format!("TRUSTED_PROXIES: {ip} is not an address.")))
}

/// Origins as a browser sends them (RFC 6454): scheme, host, and a port that is not the usual one.
pub fn cors_origins(flags: &Flags) -> impl Iterator<Item = Result<String, String>> {
    list(&flags.cors_origins).map(|item| match web(item).map(|url| url.origin().ascii_serialization()) {
        Some(origin) if origin == item => Ok(origin),
        _ => Err(format!("CORS_ORIGINS: {item} is not an origin like https://app.example.vn.")),
    })
}

pub fn dossier_code(pattern: &str) -> Result<(), String> {
    let names_unit = pattern.contains("{unit}") || pattern.contains("{qcvn102}");
    if names_unit && pattern.contains("{date}") && pattern.len() <= 40 {
        return Ok(());
    }
    Err("DOSSIER_CODE must contain {unit} or {qcvn102}, and {date}, so that no code is given twice, and at most 40 characters."
        .to_owned())
}
