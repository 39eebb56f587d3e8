//! Verification finds what was done to the stored journal, and says where.

use std::path::Path;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use kernel::journal::checkpoint::{self, Checkpoint, Claims};
use kernel::journal::leader;
use kernel::journal::verify::{Report, verify};
use kernel::signing::KeyRing;
use uuid::Uuid;

use super::{WAITING, mixed_history, verified};
use crate::harness::{TestApp, monday};

/// The keys that the test's servers sign with.
pub fn keys(app: &TestApp) -> KeyRing {
    let pem =
        std::fs::read_to_string(app.data_dir.path().join("demo-secrets/signing-keys.pem")).expect("the demo's keys");
    KeyRing::from_pem(&pem).expect("good keys")
}

/// The checkpoints that the test's servers have exported.
pub fn exported(app: &TestApp) -> Vec<Claims> {
    checkpoint::read(&app.data_dir.path().join("checkpoints.jws"), &keys(app)).expect("good checkpoints")
}

/// A stopped server's journal of 20 entries, under checkpoints of 8, 12, 16 and 20.
async fn history() -> (TestApp, Vec<Claims>) {
    let mut app = TestApp::new().await;
    app.eventually(WAITING, 0).await;
    app.stop().await;
    // The demo's own entries would only make the numbers below larger.
    app.sql("TRUNCATE journal, checkpoints; UPDATE journal_head SET size = 0, edge = ''").await;
    std::fs::remove_file(app.data_dir.path().join("checkpoints.jws")).unwrap();
    let (conn, keys) = (&mut *app.db.conn().await.unwrap(), keys(&app));
    for entries in [8, 4, 4, 4] {
        for n in 0..entries {
            let (id, agency) = (Uuid::from_u128(n), Uuid::from_u128(99));
            app.sql(&format!(
                "INSERT INTO journal (entity_kind, entity_id, entity_version, agency_id, actor_kind, actor_id, event_kind,
                    event_version, event, occurred_at, recorded_at, seen_before, seen_after)
                 VALUES ('test', '{id}', 1, '{agency}', 'staff', '{agency}', 'test.happened', 1, '\"happened\"',
                    now(), now(), '{{{id}}}', '{{{id},{agency}}}')"
            ))
            .await;
        }
        leader::number(conn, 100).await.unwrap();
        sign(conn, &keys).await.export(&app.data_dir.path().join("checkpoints.jws")).unwrap();
    }
    let checkpoints = exported(&app);
    assert_eq!(checkpoints.iter().map(|checkpoint| checkpoint.size).collect::<Vec<_>>(), [8, 12, 16, 20]);
    (app, checkpoints)
}

async fn sign(conn: &mut AsyncPgConnection, keys: &KeyRing) -> Checkpoint {
    checkpoint::sign(conn, keys, monday()).await.unwrap().expect("the journal has grown")
}

/// What is found after `tampering`, of which nothing stays.
async fn found(app: &TestApp, checkpoints: &[Claims], tampering: &str) -> Report {
    let mut conn = app.db.dedicated().await.unwrap();
    conn.batch_execute(&format!("BEGIN; {tampering}")).await.expect("good SQL");
    verify(&mut conn, checkpoints, |_| ()).await.unwrap()
}

/// Makes the leaf hashes right again, as somebody would who knows how they are made.
const REHASH: &str = r"
    UPDATE journal SET leaf = sha256('\x00' || convert_to(array_to_string(ARRAY[
        number::text, entity_kind, entity_id::text, entity_version::text, coalesce(agency_id::text, ''), actor_kind,
        coalesce(actor_id::text, ''), event_kind, event_version::text, event,
        trunc(extract(epoch FROM occurred_at) * 1000000)::text, trunc(extract(epoch FROM recorded_at) * 1000000)::text,
        array_to_string(seen_before, ','), array_to_string(seen_after, ',')], E'\n'), 'UTF8')) WHERE number IS NOT NULL;";

const DIFFERS: &str = "The checkpoint of 2026-08-17 02:00:00 UTC differs: something among entries";

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_nobody_touched_is_confirmed() {
    let (app, mut checkpoints) = history().await;
    let report = found(&app, &checkpoints, REHASH).await;
    assert_eq!((report.findings, report.confirmed, report.covered, report.entries), (vec![], 4, 20, 20));
    // Copies from several places put together.
    checkpoints.extend(checkpoints.clone());
    checkpoints.sort_by_key(|checkpoint| checkpoint.size);
    let report = found(&app, &checkpoints, "").await;
    assert_eq!((report.findings, report.confirmed), (vec![], 8));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_entry_is_named_and_with_a_new_hash_its_surroundings() {
    let (app, checkpoints) = history().await;
    for change in [
        "entity_kind = 'dossier'",
        "entity_id = agency_id",
        "entity_version = 2",
        "agency_id = NULL",
        "agency_id = entity_id",
        "actor_kind = 'system'",
        "actor_id = NULL",
        "event_kind = 'test.never'",
        "event_version = 2",
        "event = '\"Happened\"'",
        "occurred_at = occurred_at - interval '1 microsecond'",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "seen_before = '{}'",
        "seen_after = ARRAY[seen_after[2], seen_after[1]]",
    ] {
        let change = format!("UPDATE journal SET {change} WHERE number = 13;");
        let Report { findings, covered, .. } = found(&app, &checkpoints, &change).await;
        let named = |finding: &String| finding.starts_with("Entry 13 (") && finding.ends_with(") was changed.");
        assert!(named(&findings[0]), "{change} {findings:?}");
        let around = format!("{DIFFERS} 12 to 15 was changed, removed, inserted or reordered.");
        assert_eq!((&findings[1..], covered), (&[around.clone()][..], 12), "{change}");

        let report = found(&app, &checkpoints, &format!("{change} {REHASH}")).await;
        assert_eq!((report.findings, report.confirmed, report.covered), (vec![around], 2, 12), "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_inserted_or_swapped_is_found_and_placed() {
    let (app, checkpoints) = history().await;
    let around = |from, to| format!("{DIFFERS} {from} to {to} was changed, removed, inserted or reordered.");
    let renumber = |from: i32, by: i32| {
        format!(
            "UPDATE journal SET number = number + 1000 WHERE number >= {from};
                 UPDATE journal SET number = number - 1000 + {by} WHERE number >= 1000;"
        )
    };
    let forge = "INSERT INTO journal SELECT 10, nextval('journal_position'), entity_kind, entity_id, 2, agency_id, actor_kind,
        actor_id, event_kind, event_version, event, occurred_at, recorded_at, seen_before, seen_after FROM journal WHERE number = 9;";
    let swap = "UPDATE journal SET number = 1000 WHERE number = 17; UPDATE journal SET number = 17 WHERE number = 18;
        UPDATE journal SET number = 18 WHERE number = 1000;";
    let cases = [
        ("one from the middle", "DELETE FROM journal WHERE number = 13;".to_owned(),
            vec!["Entry 13 is missing.".to_owned(), around(12, 15)]),
        ("the gap closed", format!("DELETE FROM journal WHERE number = 13; {} {REHASH}", renumber(14, -1)),
            vec![around(12, 15), "covers 20 entries, the journal holds 19: the last 1 are missing.".to_owned()]),
        ("the end", "DELETE FROM journal WHERE number >= 18;".to_owned(),
            vec!["covers 20 entries, the journal holds 18: the last 2 are missing.".to_owned()]),
        ("the end, replaced", format!("DELETE FROM journal WHERE number >= 18; {} {REHASH}",
            "INSERT INTO journal SELECT number + 2, position + 2, entity_kind, entity_id, 7, agency_id, actor_kind, actor_id,
                event_kind, event_version, event, occurred_at, recorded_at, seen_before, seen_after FROM journal WHERE number IN (16, 17);"),
            vec![around(16, 19)]),
        ("one inserted", format!("{} {forge} {REHASH}", renumber(10, 1)), vec![around(8, 11)]),
        ("two beside the rest", format!("{} {}", forge.replace("SELECT 10", "SELECT -1"), forge.replace("SELECT 10", "SELECT -7")),
            vec!["2 entries have numbers below 0: they were inserted.".to_owned()]),
        ("two swapped, hashed anew", format!("{swap} {REHASH}"), vec![around(16, 19)]),
        ("all of it", "DELETE FROM journal WHERE number >= 0;".to_owned(),
            [8, 12, 16, 20].map(|size| format!("covers {size} entries, the journal holds 0: the last {size} are missing.")).to_vec()),
    ];
    for (what, tampering, expected) in cases {
        let report = found(&app, &checkpoints, &tampering).await;
        assert_eq!(report.findings.len(), expected.len(), "{what}: {:?}", report.findings);
        for (finding, expected) in report.findings.iter().zip(&expected) {
            assert!(finding.ends_with(expected), "{what}: {finding}");
        }
    }
    let Report { findings, .. } = found(&app, &checkpoints, swap).await;
    let first = |n: usize| findings[n].split(" (").next().unwrap();
    assert_eq!((first(0), first(1), &findings[2]), ("Entry 17", "Entry 18", &around(16, 19)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_claimed_beyond_the_last_checkpoint() {
    let (app, checkpoints) = history().await;
    let report = found(&app, &checkpoints[..2], &format!("DELETE FROM journal WHERE number > 15; {REHASH}")).await;
    assert_eq!((report.findings, report.covered, report.entries), (vec![], 12, 16));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_our_own_checkpoints_are_believed() {
    let (app, _) = history().await;
    let (dir, ours) = (tempfile::tempdir().unwrap(), keys(&app));
    let (file, kept) = (dir.path().join("copy.jws"), app.data_dir.path().join("checkpoints.jws"));
    let kept = std::fs::read_to_string(kept).unwrap();
    let good = kept.lines().next().unwrap();
    let claims = exported(&app).remove(0);
    let foreign = KeyRing::from_pem(&KeyRing::generate_pem()).unwrap();
    let (header, rest) = good.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let encode = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    };
    let forged = encode(&serde_json::to_string(&Claims { size: 7, ..claims.clone() }).unwrap());
    let unsigned = encode(&format!("{{\"typ\":\"{}\",\"alg\":\"none\"}}", checkpoint::TYP));
    for (what, line) in [
        ("foreign", foreign.sign(checkpoint::TYP, &claims)),
        ("something else of ours", ours.sign("at+jwt", &claims)),
        ("changed", format!("{header}.{forged}.{signature}")),
        ("unsigned", format!("{unsigned}.{forged}.")),
        ("without its signature", format!("{header}.{forged}.")),
        ("cut short", good[..good.len() - 9].to_owned()),
        ("not a checkpoint", "size 8".to_owned()),
    ] {
        std::fs::write(&file, format!("{good}\n{line}\n")).unwrap();
        let refused = checkpoint::read(&file, &ours).expect_err(what);
        assert!(
            refused.starts_with("Checkpoint 2 in ") && refused.contains("copy.jws cannot be believed: "),
            "{refused}"
        );
    }
    std::fs::write(&file, "\n").unwrap();
    assert!(checkpoint::read(&file, &ours).unwrap_err().ends_with("copy.jws holds no checkpoint."));
    assert!(checkpoint::read(&dir.path().join("none"), &ours).unwrap_err().contains("none cannot be read: "));
    // In any order, and with blank lines between.
    std::fs::write(&file, format!("{}\n\n{good}", kept.lines().rev().collect::<Vec<_>>().join("\n"))).unwrap();
    let sizes: Vec<_> = checkpoint::read(&file, &ours).unwrap().iter().map(|claims| claims.size).collect();
    assert_eq!(sizes, [8, 8, 12, 16, 20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_while_a_checkpoint_is_exported_costs_nothing() {
    let (app, checkpoints) = history().await;
    let (conn, keys) = (&mut *app.db.conn().await.unwrap(), keys(&app));
    let file = app.data_dir.path().join("checkpoints.jws");
    // Killed between signing and writing it down: it is made again.
    let lost = sign(conn, &keys).await;
    assert!(lost.export(Path::new("/nowhere/checkpoints.jws")).is_err());
    // Killed while writing: the line cut short goes, and the next one stands by itself.
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{whole}{}", &whole[..100])).unwrap();
    let again = sign(conn, &keys).await;
    again.export(&file).unwrap();
    again.keep(conn).await.unwrap();
    assert_eq!(exported(&app), [&checkpoints[..], &checkpoints[3..]].concat());
    assert!(checkpoint::sign(conn, &keys, monday()).await.unwrap().is_none(), "once is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn hashes_made_in_sql_are_those_made_in_rust() {
    let app = TestApp::new().await;
    mixed_history(&app).await;
    let id = |n: u128| Uuid::from_u128(n << 64 | u128::MAX >> 70);
    let some = |n: usize| (0..n).map(|n| id(n as u128).to_string()).collect::<Vec<_>>().join(",");
    for (agency, actor, before, after, event, at) in [
        ("NULL", "NULL", 0, 0, "\"happened\"", "epoch"),
        ("NULL", "entity_id", 1, 0, r#"{"a":"\n\\\" \t\u0000"}"#, "1969-12-31T23:59:59.999999Z"),
        ("entity_id", "NULL", 0, 1, r#"{"chữ":"Đường Tràng Tiền 🏛"}"#, "2026-11-23T00:00:00.000001+07:00"),
        ("entity_id", "entity_id", 3, 17, "{}", "9999-12-31T23:59:59.123456Z"),
    ] {
        app.sql(&format!(
            "INSERT INTO journal (entity_kind, entity_id, entity_version, agency_id, actor_kind, actor_id, event_kind,
                event_version, event, occurred_at, recorded_at, seen_before, seen_after)
             SELECT 'test', entity_id, 2147483647, {agency}, 'system', {actor}, 'test.happened', 32767, '{event}',
                '{at}', '{at}', '{{{}}}', '{{{}}}' FROM (SELECT '{}'::uuid AS entity_id) AS entity",
            some(before),
            some(after),
            id(7)
        ))
        .await;
    }
    app.eventually(WAITING, 0).await;
    let report = verified(&app).await;
    assert_eq!(report.findings, [""; 0]);
    assert_eq!(report.entries, app.count("SELECT count(*) FROM journal").await);
    let bare = "SELECT count(*) FROM journal WHERE agency_id IS NULL AND actor_id IS NULL AND seen_before = '{}'";
    assert!(app.count(bare).await > 0);
}
