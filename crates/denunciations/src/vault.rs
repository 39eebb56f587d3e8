//! Who denounces, sealed. Each denunciation has a random key of its own; that key is sealed by a key-encryption key that has an id, is
//! no database's, and can be replaced by another (rotation). What is sealed is bound to table, row and column: moved elsewhere it
//! does not open.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::clock::random;
use kernel::problem::INTERNAL;
use kernel::schema::keys;
use kernel::schema::secrets as sealed_secrets;
use kernel::{Result, secret};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// The role that alone reaches the vault's tables.
pub const ROLE: &str = "caunoi_vault";

/// The keys that seal keys, the one in use first.
#[derive(Clone)]
pub struct KeyRing(Arc<Vec<(String, [u8; 32])>>);

impl KeyRing {
    /// From ids and keys, the one in use first. `None` when there is none, or one id comes twice.
    pub fn new(keys: Vec<(String, [u8; 32])>) -> Option<Self> {
        let twice = keys.iter().enumerate().any(|(n, (id, _))| keys[..n].iter().any(|(other, _)| other == id));
        (!keys.is_empty() && !twice).then(|| Self(Arc::new(keys)))
    }

    fn current(&self) -> &(String, [u8; 32]) {
        &self.0[0]
    }

    fn find(&self, id: &str) -> Option<&[u8; 32]> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, key)| key)
    }
}

/// What a sealed text is bound to.
fn bound(table: &str, id: Uuid, column: &str, more: &str) -> Vec<u8> {
    secret::sha256(&[b"vault", table.as_bytes(), id.as_bytes(), column.as_bytes(), more.as_bytes()]).to_vec()
}

/// Makes the key of a denunciation.
pub async fn begin(conn: &mut AsyncPgConnection, ring: &KeyRing, id: Uuid) -> Result<()> {
    let data_key: [u8; 32] = random();
    let (key_id, key) = ring.current();
    let wrapped = secret::seal(key, &bound("keys", id, "wrapped", key_id), &data_key);
    let row = (keys::id.eq(id), keys::key_id.eq(key_id), keys::wrapped.eq(wrapped));
    diesel::insert_into(keys::table).values(row).execute(conn).await?;
    Ok(())
}

/// Adds something to what is known of it.
pub async fn add(
    conn: &mut AsyncPgConnection,
    ring: &KeyRing,
    id: Uuid,
    part: &str,
    what: &impl Serialize,
) -> Result<()> {
    add_bytes(conn, ring, id, part, &serde_json::to_vec(what).expect("what is sealed is plain data")).await
}

/// Adds bytes, as they are.
pub async fn add_bytes(conn: &mut AsyncPgConnection, ring: &KeyRing, id: Uuid, part: &str, what: &[u8]) -> Result<()> {
    let data_key = data_key(conn, ring, id).await?.ok_or_else(|| INTERNAL.because("the vault has no such key"))?;
    let sealed = secret::seal(&data_key, &bound("secrets", id, "sealed", part), what);
    diesel::insert_into(sealed_secrets::table)
        .values((sealed_secrets::id.eq(id), sealed_secrets::part.eq(part), sealed_secrets::sealed.eq(sealed)))
        .on_conflict((sealed_secrets::id, sealed_secrets::part))
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// What is known under this name; `None` when nothing is.
///
/// # Errors
/// It cannot be opened: the key is not there, or something was moved or changed.
pub async fn open<T: DeserializeOwned>(
    conn: &mut AsyncPgConnection,
    ring: &KeyRing,
    id: Uuid,
    part: &str,
) -> Result<Option<T>> {
    let text = open_bytes(conn, ring, id, part).await?;
    text.map(|text| serde_json::from_slice(&text).map_err(|error| INTERNAL.because(error))).transpose()
}

/// The bytes that are known under this name; `None` when nothing is.
///
/// # Errors
/// As [`open`].
pub async fn open_bytes(conn: &mut AsyncPgConnection, ring: &KeyRing, id: Uuid, part: &str) -> Result<Option<Vec<u8>>> {
    let Some(data_key) = data_key(conn, ring, id).await? else { return Ok(None) };
    let row = sealed_secrets::table.find((id, part)).select(sealed_secrets::sealed);
    let Some(sealed) = row.first::<Vec<u8>>(conn).await.optional()? else { return Ok(None) };
    let text = secret::open(&data_key, &bound("secrets", id, "sealed", part), &sealed);
    text.map(Some).ok_or_else(|| INTERNAL.because("something in the vault cannot be opened"))
}

async fn data_key(conn: &mut AsyncPgConnection, ring: &KeyRing, id: Uuid) -> Result<Option<[u8; 32]>> {
    let row = keys::table.find(id).select((keys::key_id, keys::wrapped));
    let Some((key_id, wrapped)) = row.first::<(String, Vec<u8>)>(conn).await.optional()? else { return Ok(None) };
    let key = ring.find(&key_id).ok_or_else(|| INTERNAL.because(format!("VAULT_KEYS has no key {key_id}")))?;
    let data_key = unwrap(key, id, &key_id, &wrapped);
    data_key.map(Some).ok_or_else(|| INTERNAL.because("a key in the vault cannot be opened"))
}

fn unwrap(key: &[u8; 32], id: Uuid, key_id: &str, wrapped: &[u8]) -> Option<[u8; 32]> {
    let data_key = secret::open(key, &bound("keys", id, "wrapped", key_id), wrapped)?;
    data_key.try_into().ok()
}

/// The keys that something is sealed by and that are not in the ring, or are other keys there. One look-up in an index for each that is
/// in use, however much they seal.
pub async fn missing(conn: &mut AsyncPgConnection, ring: &KeyRing) -> Result<Vec<String>> {
    let (mut missing, mut seen) = (Vec::new(), String::new());
    loop {
        let next = keys::table.filter(keys::key_id.gt(&seen)).order((keys::key_id, keys::id));
        let next = next.select((keys::key_id, keys::id, keys::wrapped)).first::<(String, Uuid, Vec<u8>)>(conn);
        let Some((key_id, id, wrapped)) = next.await.optional()? else { return Ok(missing) };
        if ring.find(&key_id).is_none_or(|key| unwrap(key, id, &key_id, &wrapped).is_none()) {
            missing.push(key_id.clone());
        }
        seen = key_id;
    }
}

/// Those that have a key, of these ids.
///
/// # Errors
/// The database.
pub async fn between(conn: &mut AsyncPgConnection, first: Uuid, last: Uuid) -> Result<Vec<Uuid>> {
    Ok(keys::table.filter(keys::id.ge(first)).filter(keys::id.lt(last)).select(keys::id).load(conn).await?)
}

/// Forgets everything of a denunciation: without its key nothing of it can be opened, in no copy either.
pub async fn forget(conn: &mut AsyncPgConnection, id: Uuid) -> Result<()> {
    diesel::delete(keys::table.find(id)).execute(conn).await?;
    Ok(())
}

/// How many keys are rotated at once.
const BATCH: i64 = 500;

/// Seals every key anew under the one in use; returns how many. What they seal stays as it is.
///
/// # Errors
/// A key that is needed is not there any more. What was done stays done.
pub async fn rotate(conn: &mut AsyncPgConnection, ring: &KeyRing) -> Result<usize> {
    let (current_id, current) = ring.current();
    let mut rotated = 0;
    loop {
        let old = keys::table.filter(keys::key_id.ne(current_id)).order(keys::id).limit(BATCH);
        let old: Vec<Uuid> = old.select(keys::id).load(conn).await?;
        if old.is_empty() {
            return Ok(rotated);
        }
        for id in old {
            let Some(data_key) = data_key(conn, ring, id).await? else { continue };
            let wrapped = secret::seal(current, &bound("keys", id, "wrapped", current_id), &data_key);
            diesel::update(keys::table.find(id))
                .set((keys::key_id.eq(current_id), keys::wrapped.eq(wrapped)))
                .execute(conn)
                .await?;
            rotated += 1;
        }
    }
}
