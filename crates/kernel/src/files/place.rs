//! Where the files lie: a local directory or an S3 bucket, from one address.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ClientConfigKey, ObjectStore, RetryConfig};
use url::{Host, Url};

use super::FilesError;

/// A caller waits for an answer, so the object store's own patience (three minutes) is too long.
fn patience() -> RetryConfig {
    RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() }
}

/// Opens `file:///directory`. Makes the directory when it is not there, for its owner alone: what lies here are
/// citizens' papers.
pub fn directory(url: &Url) -> Result<(Arc<dyn ObjectStore>, PathBuf), FilesError> {
    let root = url.to_file_path().map_err(|()| bad(format!("{url} names no absolute directory")))?;
    let made = make_directory(&root).and_then(|()| root.canonicalize());
    let root = made.map_err(|error| bad(format!("directory {}: {error}", root.display())))?;
    let files = LocalFileSystem::new_with_prefix(&root).map_err(|error| bad(error.to_string()))?;
    Ok((Arc::new(files.with_fsync(true)), root))
}

/// Makes a directory and its parents, on disk when it returns.
fn make_directory(path: &Path) -> io::Result<()> {
    let there = path.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(path).to_path_buf();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let mut changed = path.ancestors().skip(1).take_while(|parent| parent.starts_with(&there));
    changed.try_for_each(|parent| File::open(parent)?.sync_all())
}

/// Opens `s3://bucket/prefix` with settings named like the usual `AWS_…` variables (`AWS_ENDPOINT`, `AWS_REGION`,
/// `AWS_ACCESS_KEY_ID`, …). Without TLS only to this machine, or when `AWS_ALLOW_HTTP=true` says so.
pub fn bucket(url: &Url, settings: impl Iterator<Item = (String, String)>) -> Result<Arc<dyn ObjectStore>, FilesError> {
    let mut builder = AmazonS3Builder::new().with_url(url.as_str()).with_retry(patience());
    for (name, value) in settings.filter(|(name, value)| name.starts_with("AWS_") && !value.is_empty()) {
        if let Ok(key) = name.to_ascii_lowercase().parse() {
            builder = builder.with_config(key, value);
        }
    }
    let endpoint = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint]
        .iter()
        .find_map(|key| builder.get_config_value(key));
    if let Some(endpoint) = endpoint {
        let endpoint = Url::parse(&endpoint).map_err(|error| bad(format!("AWS_ENDPOINT {endpoint}: {error}")))?;
        let allow_http = builder.get_config_value(&AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp));
        let allowed = is_this_machine(&endpoint) || allow_http.as_deref() == Some("true");
        if endpoint.scheme() == "http" && !allowed {
            return Err(bad(format!("AWS_ENDPOINT {endpoint} is without TLS; AWS_ALLOW_HTTP=true accepts that")));
        }
        builder = builder.with_allow_http(endpoint.scheme() == "http");
    }
    let bucket = builder.build().map_err(|error| bad(error.to_string()))?;
    Ok(Arc::new(PrefixStore::new(bucket, url.path())))
}

fn is_this_machine(endpoint: &Url) -> bool {
    match endpoint.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn bad(what: String) -> FilesError {
    FilesError::BadStore(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(settings: &[(&str, &str)]) -> Result<Arc<dyn ObjectStore>, FilesError> {
        let url = Url::parse("s3://papers/city/one").unwrap();
        bucket(&url, settings.iter().map(|(name, value)| (name.to_string(), value.to_string())))
    }

    #[test]
    fn a_bucket_is_reached_without_tls_only_on_this_machine_or_on_demand() {
        for local in ["http://localhost:9000", "http://127.0.0.1:9000", "http://[::1]:9000", "https://s3.example", ""] {
            assert!(open(&[("AWS_ENDPOINT", local)]).is_ok(), "{local}");
        }
        for name in ["AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
            let refused = open(&[(name, "http://s3.example:9000")]).unwrap_err().to_string();
            assert!(refused.contains("without TLS"), "{refused}");
            assert!(open(&[(name, "http://s3.example:9000"), ("AWS_ALLOW_HTTP", "true")]).is_ok());
        }
        assert!(open(&[("AWS_ENDPOINT", "s3.example")]).is_err());
    }

    #[test]
    fn the_prefix_comes_before_every_name() {
        let shown = open(&[("AWS_REGION", "ap-southeast-1"), ("PATH", "/bin")]).unwrap().to_string();
        assert!(shown.contains("city/one"), "{shown}");
    }
}
