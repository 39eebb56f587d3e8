//! The two secrets: given by the operator, or in demo mode made once and kept beside the demo's data.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use denunciations::vault::KeyRing as KeyEncryptionKeys;
use kernel::clock::random;
use kernel::secret::SecretKey;
use kernel::signing::KeyRing;
use tempfile::NamedTempFile;

use super::{Flags, given};

pub fn secret_key(flags: &Flags, data_dir: &Path) -> Result<SecretKey, String> {
    let text = match given(&flags.secret_key) {
        Some(text) => text.to_owned(),
        None if flags.demo => of_demo(data_dir, "secret-key", || STANDARD.encode(random::<32>()))?,
        None => return Err("SECRET_KEY is missing: 32 random bytes in base64 (openssl rand -base64 32).".to_owned()),
    };
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(|bytes| SecretKey::new(&bytes)).ok_or_else(|| "SECRET_KEY must be 32 bytes in base64.".to_owned())
}

pub fn signing_keys(flags: &Flags, data_dir: &Path) -> Result<KeyRing, String> {
    let pem = match &flags.signing_keys {
        Some(file) => fs::read_to_string(file)
            .map_err(|error| format!("SIGNING_KEYS {} cannot be read: {error}.", file.display()))?,
        None if flags.demo => of_demo(data_dir, "signing-keys.pem", KeyRing::generate_pem)?,
        None => {
            return Err("SIGNING_KEYS is missing: a file made with openssl genpkey -algorithm EC -pkeyopt \
                        ec_paramgen_curve:P-256."
                .to_owned());
        }
    };
    KeyRing::from_pem(&pem).map_err(|error| format!("SIGNING_KEYS: {error}."))
}

pub fn vault_keys(flags: &Flags, data_dir: &Path) -> Result<KeyEncryptionKeys, String> {
    let text = match given(&flags.vault_keys) {
        Some(text) => text.to_owned(),
        None if flags.demo => of_demo(data_dir, "vault-keys", || format!("demo:{}", STANDARD.encode(random::<32>())))?,
        None => {
            return Err(
                "VAULT_KEYS is missing: an id and 32 random bytes in base64, like 2026:… (openssl rand -base64 32)."
                    .to_owned(),
            );
        }
    };
    let key = |text: &str| {
        let (id, key) = text.trim().split_once(':')?;
        let known = !id.is_empty() && id.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
        let bytes = STANDARD.decode(key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())?;
        known.then(|| (id.to_owned(), bytes))
    };
    let keys = text.trim().split(',').map(key).collect::<Option<Vec<_>>>();
    keys.and_then(KeyEncryptionKeys::new).ok_or_else(|| {
        "VAULT_KEYS must be id:key, separated by commas: each id once, of letters, digits and hyphens, each key 32 bytes in base64."
            .to_owned()
    })
}

/// A secret of the demo, readable by its owner alone.
fn of_demo(data_dir: &Path, name: &str, make: impl Fn() -> String) -> Result<String, String> {
    let dir = data_dir.join("demo-secrets");
    let file = dir.join(name);
    let read = || fs::read_to_string(&file);
    let found = match read() {
        Err(error) if error.kind() == ErrorKind::NotFound => keep(&dir, &file, &make()).and_then(|()| read()),
        found => found,
    };
    found.map_err(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("The disk of {} is full: free at least 100 MB and start again; nothing was lost.", data_dir.display())
        }
        _ => format!(
            "The data directory {} cannot be used ({error}): allow this user to write there, or choose another with --data-dir.",
            data_dir.display()
        ),
    })
}

/// Puts a secret in its place all at once: a half-written one, after a crash or on a full disk, would stay for good. Of two
/// programs that start at the same time one is first, and both go on with its secret.
fn keep(dir: &Path, file: &Path, secret: &str) -> io::Result<()> {
    fs::create_dir_all(dir.parent().unwrap_or(dir))?;
    DirBuilder::new().mode(0o700).create(dir).or_else(unless_there)?;
    let mut fresh = NamedTempFile::new_in(dir)?;
    fresh.write_all(secret.as_bytes())?;
    fresh.as_file().sync_all()?;
    fresh.persist_noclobber(file).map(drop).map_err(|failed| failed.error).or_else(unless_there)
}

fn unless_there(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}
