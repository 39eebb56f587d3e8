//! What grew out of one letter is one file: it goes together, when what is kept longest of it has had its time.

use complaints::CaseKind::{Complaint, Petition};
use complaints::workflow::{CaseAction, CaseStatus};
use kernel::files::Sha256;
use serde_json::{Value, json};

use super::erasure::{declare, erase, is_erased};
use crate::cases::{at, walk};
use crate::cast::Cast;
use crate::denunciations::canary::lines;
use crate::harness::TestApp;

/// The case that grew out of this one.
async fn child(app: &TestApp, of: &str) -> String {
    let mut ids = lines(app, &format!("SELECT id::text AS line FROM cases WHERE origin_id = '{of}'")).await;
    assert_eq!(ids.len(), 1);
    ids.remove(0)
}

/// What goes next, as data protection is told: the case and the moment.
async fn next(cast: &Cast) -> Vec<Value> {
    let listed = crate::reports::all(cast.client("baove"), "/v1/data-retention?").await;
    listed.iter().map(|it| json!([it["case_id"], it["kept_until"]])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_a_mixed_letter_go_with_the_one_that_is_kept_longest() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let letter = at(&cast, Petition, CaseStatus::Draft).await;
    let content = "Bản chụp mà cả hai phần của đơn dựa vào.";
    declare(&cast, "congdan1", &letter, "evidence", content).await;
    walk(&cast, Petition, &letter, &[CaseAction::Submit, CaseAction::Split, CaseAction::File]).await;
    let part = child(&app, &letter).await;
    assert_eq!(next(&cast).await, Vec::<Value>::new(), "the other part is open");
    walk(&cast, Petition, &part, &[CaseAction::Assign, CaseAction::Withdraw]).await;
    assert_eq!(next(&cast).await, [json!([part, "2031-08-17T02:00:00Z"])]);

    // The letter alone was kept for a year; what came with it lies there.
    app.set_time("2031-08-17T08:59:59+07:00");
    assert!(!is_erased(&app, &letter).await && !is_erased(&app, &part).await);
    let files = app.server.as_ref().unwrap().app.files.clone();
    assert!(files.get(&Sha256::of(content.as_bytes())).await.is_ok());
    app.set_time("2031-08-17T09:00:00+07:00");
    assert!(is_erased(&app, &letter).await && is_erased(&app, &part).await);
    assert!(files.get(&Sha256::of(content.as_bytes())).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_complaint_is_kept_as_long_as_the_second() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let first = at(&cast, Complaint, CaseStatus::Appealed).await;
    app.set_time("2027-08-17T09:00:00+07:00");
    let second = child(&app, &first).await;
    app.eventually("SELECT count(*) FROM timers WHERE fire_at <= '2027-08-17T09:00:00+07:00'", 0).await;
    walk(&Cast::again(&app).await, Complaint, &second, &[CaseAction::Withdraw]).await;
    app.set_time("2042-08-17T08:59:59+07:00");
    assert!(!is_erased(&app, &first).await);
    app.set_time("2042-08-17T09:00:00+07:00");
    assert!(is_erased(&app, &first).await && is_erased(&app, &second).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_one_part_holds_those_it_is_only_distantly_part_of() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(at(&cast, Petition, CaseStatus::Filed).await);
    }
    app.sql(&format!("UPDATE cases SET origin_id = '{}' WHERE id = '{}'", ids[0], ids[1])).await;
    app.sql(&format!("UPDATE cases SET origin_id = '{}' WHERE id = '{}'", ids[1], ids[2])).await;
    let last =
        format!("UPDATE cases SET marks = marks || '{{\"in_court_since\": \"2026-08-20\"}}' WHERE id = '{}'", ids[2]);
    app.sql(&last).await;
    app.set_time("2027-09-01T09:00:00+07:00");
    erase(&app).await;
    assert_eq!(app.count("SELECT count(*) FROM cases WHERE marks ? 'erased_at'").await, 0);
    app.sql("UPDATE cases SET marks = marks - 'in_court_since'").await;
    erase(&app).await;
    assert_eq!(app.count("SELECT count(*) FROM cases WHERE marks ? 'erased_at'").await, 3);
}
