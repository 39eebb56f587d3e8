//! The vault in a database of its own (`VAULT_DATABASE_URL`): who denounces is sealed, read, sealed anew and destroyed there.

use ::denunciations::vault;
use ::denunciations::workflow::DenunciationAction::Refuse;
use kernel::{Db, db};
use serde_json::json;

use super::vault::{requests, ring};
use super::{NAME, follow, new, send, walk};
use crate::cast::Cast;
use crate::harness::{TestApp, cluster, database};
use crate::personal_data::erasure::{erase, sign};

const SEALED: &str = "SELECT count(*) FROM vault.secrets";

#[tokio::test(flavor = "multi_thread")]
async fn who_denounces_is_sealed_read_sealed_anew_and_destroyed_where_the_vault_is() {
    let url = cluster().url(&database().await);
    let elsewhere = Db::acting(&db::Settings { url: url.clone(), ca: None, size: 2 }, Some(vault::ROLE)).unwrap();
    // As `ring` has them: each key is 32 times its number.
    let key = |id: &str, quad: &str, last: &str| format!("{id}:{}{last}", quad.repeat(10));
    let keys = [key("2026", "AQEB", "AQE="), key("2027", "AgIC", "AgI=")].join(",");
    let app = TestApp::with(|flags| {
        flags.vault_database_url = Some(url);
        flags.vault_keys = Some(keys);
    })
    .await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    assert_eq!(app.count(SEALED).await, 0, "nothing of it lies with the rest");
    let sealed_by = async |key: &str| {
        use diesel_async::RunQueryDsl;
        let rows = format!("SELECT FROM vault.keys WHERE key_id = '{key}' AND id = '{id}'");
        diesel::sql_query(rows).execute(&mut *elsewhere.conn().await.unwrap()).await.unwrap()
    };
    assert_eq!((sealed_by("2026").await, sealed_by("2027").await), (1, 0));

    let asked = json!({ "reason": "Cần mời người tố cáo làm việc." });
    let asked = cast.client("thanhtra").post(&requests(&id), asked).await.expect(201).id();
    let at = |what: &str| format!("{}/{asked}/{what}", requests(&id));
    cast.client("chanhthanhtra").post(&at("approve"), json!({})).await.expect(200);
    for sealed in ["2026", "2027"] {
        let who = cast.client("thanhtra").post(&at("open"), json!({})).await.expect(200).json;
        assert_eq!(who["denouncers"][0]["name"], json!(NAME), "sealed by {sealed}");
        vault::rotate(&mut elsewhere.conn().await.unwrap(), &ring(&[("2027", 2), ("2026", 1)])).await.unwrap();
    }
    assert_eq!((sealed_by("2026").await, sealed_by("2027").await), (0, 1));

    walk(&cast, &id, &[Refuse]).await;
    sign(&app).await;
    app.set_time("2041-08-17T02:00:00Z");
    erase(&app).await;
    follow(&app.anonymous(), &code).await.expect(404);
    assert_eq!((sealed_by("2026").await, sealed_by("2027").await), (0, 0), "its key is destroyed");
}
