//! Dossiers that were never filed are in no archive: they go soon, and with the first request for erasure.

use kernel::files::Sha256;
use procedures::workflow::{Action, Status};
use serde_json::{Value, json};

use super::denounced::due;
use super::erasure::erase;
use super::requests::{answer, asked, at_fault, held};
use crate::cases;
use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path};
use crate::harness::{TestApp, papers};

/// What nobody else has brought.
const SKETCH: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n% my own\n";

async fn given_up(cast: &Cast) -> String {
    let id = cast.dossier(PERMIT_ONLINE, Status::Draft).await;
    let why = json!({ "ground": "takes_too_long", "reason": "Tôi là Nguyễn Thị Hoa, tôi không cần nữa." });
    cast.client("congdan1").post(&path(&id, Action::Withdraw), why).await.expect(200);
    id
}

/// Whether nothing tells any more whose it was.
async fn is_gone(app: &TestApp, id: &str) -> bool {
    let gone = format!(
        "SELECT count(*) FROM dossiers WHERE id = '{id}' AND status = 'withdrawn' AND NOT open AND closed_at IS NOT NULL
         AND applicant_id IS NULL AND form = '{{}}' AND applicant->>'name' = 'Đã ẩn danh' AND applicant::text NOT LIKE '%0%'
         AND NOT EXISTS (SELECT FROM attachments WHERE dossier_id = dossiers.id)
         AND NOT EXISTS (SELECT FROM remarks WHERE dossier_id = dossiers.id AND words LIKE '%Hoa%')"
    );
    app.count(&gone).await == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_never_filed_goes_some_time_after_it_was_last_touched() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let draft = cast.dossier(PERMIT_ONLINE, Status::Draft).await;
    let given_up = given_up(&cast).await;
    let filed = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    // Reception has it, and the agency with it.
    let at_counter = cast.dossier(PERMIT_AT_COUNTER, Status::Draft).await;
    app.set_time("2026-09-01T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let mut sketch = papers::paper("drawings");
    (sketch["size"], sketch["sha256"]) = (json!(SKETCH.len()), json!(Sha256::of(SKETCH).to_string()));
    let declared = cast.client("congdan1").post(&format!("/v1/dossiers/{draft}/attachments"), sketch).await.expect(201);
    cast.client("congdan1").put_file(declared.header("location"), SKETCH).await.expect(200);
    let until = "2026-11-30T02:00:00Z";
    assert_eq!(due(&cast, "dossier_draft", until).await, 2);

    app.set_time("2026-11-30T08:59:59+07:00");
    erase(&app).await;
    assert!(is_gone(&app, &given_up).await && !is_gone(&app, &draft).await);
    assert_eq!(due(&Cast::again(&app).await, "dossier_draft", until).await, 1);
    let files = app.server.as_ref().unwrap().app.files.clone();
    assert!(files.get(&Sha256::of(SKETCH)).await.is_ok());
    app.set_time("2026-11-30T09:00:00+07:00");
    erase(&app).await;
    erase(&app).await;
    assert!(is_gone(&app, &draft).await && files.get(&Sha256::of(SKETCH)).await.is_err());
    assert!(!is_gone(&app, &filed).await && !is_gone(&app, &at_counter).await);
    assert!(files.get(&Sha256::of(papers::PDF)).await.is_ok(), "the others have the same");

    let cast = Cast::again(&app).await;
    for name in ["congdan1", "tiepnhan", "thanhtra"] {
        cast.client(name).get(&format!("/v1/dossiers/{draft}")).await.expect(404);
    }
    let told = "SELECT count(*) FROM journal WHERE event_kind = 'dossier.erased' AND actor_kind = 'system'
        AND event::jsonb #>> '{erased,rule}' = 'dossier_draft'";
    assert_eq!(app.count(told).await, 2, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rule_holds_one_that_was_never_filed_against_whoever_wants_it_erased() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (draft, given_up) = (cast.dossier(PERMIT_ONLINE, Status::Draft).await, given_up(&cast).await);
    let mut others = papers::dossier(PERMIT_ONLINE.procedure, PERMIT_ONLINE.case, papers::PERMIT);
    others["applicant"]["identity_number"] = json!(papers::ANOTHERS);
    let others = cast.client("congdan2").post("/v1/dossiers", others).await.expect(201).id();
    let id = asked(&cast, "congdan1").await;
    let officer = cast.client("baove");
    let step = cases::path(&id, complaints::workflow::CaseAction::Answer);
    assert_eq!(at_fault(&officer.post(&step, answer("not_granted")).await), ("/outcome", "not_so"));
    assert!(!is_gone(&app, &draft).await);
    // Another request holds something, but not what was never filed.
    let other = asked(&cast, "congdan1").await;
    assert_eq!(at_fault(&officer.post(&step, answer("not_granted")).await), ("/outcome", "part_is_free"));
    assert!(!is_gone(&app, &draft).await);
    let given = officer.post(&step, answer("partly_granted")).await.expect(200).json;
    assert_eq!(held(&given), [("data_subject_request", None)], "the archive has none of them");
    assert!(is_gone(&app, &draft).await && is_gone(&app, &given_up).await && !is_gone(&app, &others).await);
    let told = format!(
        "SELECT count(*) FROM journal WHERE event_kind = 'dossier.erased' AND event::jsonb #>> '{{erased,request}}' = '{id}'"
    );
    assert_eq!(app.count(&told).await, 2);
    let step = cases::path(&other, complaints::workflow::CaseAction::Answer);
    officer.post(&step, answer("not_granted")).await.expect(200);
    let mine = cast.client("congdan1").get("/v1/dossiers").await.expect(200).json;
    assert_eq!(mine["items"], Value::Array(Vec::new()));
}
