//! Letters that were never sent are nobody's file: they go soon, and with the first request for erasure.

use complaints::CaseKind::{DataSubjectRequest, Petition};
use complaints::workflow::{CaseAction, CaseStatus};
use kernel::files::Sha256;
use serde_json::{Value, json};

use super::erasure::{declare, is_erased};
use super::requests::{answer, asked, held};
use crate::cases::{at, new, path, walk};
use crate::cast::Cast;
use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_goes_some_time_after_it_was_last_touched() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let draft = at(&cast, Petition, CaseStatus::Draft).await;
    let given_up = at(&cast, Petition, CaseStatus::Draft).await;
    walk(&cast, Petition, &given_up, &[CaseAction::Withdraw]).await;
    let sent = at(&cast, Petition, CaseStatus::Submitted).await;
    // Reception has it, and the agency with it.
    let taken_in = cast.client("tiepnhan").post("/v1/cases", new(Petition)).await.expect(201).id();
    let content = "Ảnh vỉa hè trước nhà tôi.";
    app.set_time("2026-09-01T09:00:00+07:00");
    declare(&Cast::again(&app).await, "congdan1", &draft, "evidence", content).await;

    app.set_time("2026-11-30T08:59:59+07:00");
    assert!(is_erased(&app, &given_up).await && !is_erased(&app, &draft).await);
    let files = app.server.as_ref().unwrap().app.files.clone();
    assert!(files.get(&Sha256::of(content.as_bytes())).await.is_ok());
    app.set_time("2026-11-30T09:00:00+07:00");
    assert!(is_erased(&app, &draft).await && files.get(&Sha256::of(content.as_bytes())).await.is_err());
    assert!(!is_erased(&app, &sent).await && !is_erased(&app, &taken_in).await);

    let cast = Cast::again(&app).await;
    cast.client("congdan1").get(&format!("/v1/cases/{draft}")).await.expect(404);
    let gone = format!(
        "SELECT count(*) FROM cases WHERE id = '{draft}' AND status = 'withdrawn' AND NOT open AND closed_at IS NOT NULL
         AND sender_id IS NULL AND people::text NOT LIKE '%Hoa%' AND words::text NOT LIKE '%căn cứ%'"
    );
    assert_eq!(app.count(&gone).await, 1);
    let told = format!(
        "SELECT count(*) FROM journal WHERE entity_id = '{draft}' AND event::jsonb
         = '{{\"erased\": {{\"rule\": \"case_draft\", \"state_before\": \"draft\", \"state_after\": \"withdrawn\"}}}}'"
    );
    assert_eq!(app.count(&told).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rule_holds_a_draft_against_whoever_wants_it_erased() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let draft = at(&cast, Petition, CaseStatus::Draft).await;
    let given_up = at(&cast, Petition, CaseStatus::Draft).await;
    walk(&cast, Petition, &given_up, &[CaseAction::Withdraw]).await;
    let another = cast.client("congdan2").post("/v1/cases", {
        let mut letter = new(Petition);
        letter["people"][0]["identity_number"] = json!(crate::harness::papers::ANOTHERS);
        letter
    });
    let another = another.await.expect(201).id();
    let id = asked(&cast, "congdan1").await;
    let given = cast.client("baove").post(&path(&id, CaseAction::Answer), answer("granted")).await.expect(200).json;
    assert_eq!((held(&given), &given["kind"]), (vec![], &json!(DataSubjectRequest)));
    for (case, erased) in [(&draft, true), (&given_up, true), (&another, false)] {
        let count = format!("SELECT count(*) FROM cases WHERE marks ? 'erased_at' AND id = '{case}'");
        assert_eq!(app.count(&count).await == 1, erased, "{case}");
    }
    let mine = cast.client("congdan1").get("/v1/cases").await.expect(200).json;
    let mine: Vec<&Value> = mine["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(mine, [&json!(id)]);
}
