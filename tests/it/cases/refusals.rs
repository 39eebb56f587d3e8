//! What is refused wherever it is said: a version that is gone, an outcome of another kind of step, moments on the wrong side of now, and
//! files that are too many or not there.

use complaints::CaseKind::{self, *};
use complaints::workflow::{CaseAction, CaseStatus};
use reqwest::Method;
use serde_json::json;

use super::{at, faults, file, hand, new, path, said};
use crate::cast::Cast;
use crate::harness::{Answer, Client, TestApp, new_key, papers};

/// The same step, of the case as it was seen.
async fn seen_at(client: &Client, kind: CaseKind, id: &str, action: CaseAction, version: i64) -> Answer {
    let request = client.request(Method::POST, &path(id, action)).header("idempotency-key", new_key());
    client.send(request.header("if-match", format!("\"{version}\"")).json(&said(kind, action))).await
}

async fn row(app: &TestApp, id: &str) -> String {
    app.text(&format!("SELECT cases FROM cases WHERE id = '{id}'")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_on_a_version_that_is_gone_is_refused_and_changes_nothing() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for (kind, status, action) in [
        (Complaint, CaseStatus::Submitted, CaseAction::Accept),
        (Complaint, CaseStatus::Verified, CaseAction::Decide),
        (Complaint, CaseStatus::Decided, CaseAction::Appeal),
        (Petition, CaseStatus::Submitted, CaseAction::Split),
        (Petition, CaseStatus::Submitted, CaseAction::Withdraw),
        (DataSubjectRequest, CaseStatus::Accepted, CaseAction::Answer),
    ] {
        let id = at(&cast, kind, status).await;
        let client = cast.client(hand(kind, action));
        let seen = client.get(&format!("/v1/cases/{id}")).await.expect(200).json;
        let (version, before) = (seen["version"].as_i64().unwrap(), row(&app, &id).await);
        for stale in [version - 1, version + 1] {
            let refused = seen_at(client, kind, &id, action, stale).await.expect(412);
            assert_eq!(refused.problem(), "case.stale_version", "{kind} {action}");
            assert_eq!((&refused.json["version"], &refused.json["state"]), (&seen["version"], &seen["status"]));
        }
        assert_eq!(row(&app, &id).await, before, "{kind} {action}");
        let taken = seen_at(client, kind, &id, action, version).await;
        assert!(taken.status.is_success(), "{kind} {action}: {taken:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_decided_right_or_wrong_and_everything_else_is_granted_or_not() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (decided, answered) = (["right", "partly_right", "wrong"], ["granted", "partly_granted", "not_granted"]);
    for (kind, action, own, others) in [
        (Complaint, CaseAction::Decide, decided, answered),
        (Petition, CaseAction::Answer, answered, decided),
        (AccountabilityRequest, CaseAction::Answer, answered, decided),
    ] {
        let given = |outcome: &str| {
            let mut given = said(kind, action);
            given["outcome"] = json!(outcome);
            given
        };
        let id = at(&cast, kind, CaseStatus::Verified).await;
        let (client, before) = (cast.client(hand(kind, action)), row(&app, &id).await);
        for other in others {
            let refused = client.post(&path(&id, action), given(other)).await.expect(422);
            assert_eq!(refused.wrong().into_iter().collect::<Vec<_>>(), ["/outcome"], "{kind} {other}");
            assert_eq!(faults(&refused), ["not_allowed"], "{kind} {other}");
        }
        assert_eq!(row(&app, &id).await, before);
        for outcome in own {
            let id = at(&cast, kind, CaseStatus::Verified).await;
            let given = client.post(&path(&id, action), given(outcome)).await.expect(200).json;
            assert_eq!(given["answers"][0]["outcome"], outcome, "{kind}");
        }
    }
}

/// A representative or somebody authorised speaks for whoever sends it, who has to be named.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_by_nobody() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for part in ["representative", "authorised"] {
        let mut unsent = new(Complaint);
        unsent["people"][0]["part"] = json!(part);
        unsent["people"][0]["document"] = json!("Văn bản ngày 01/8/2026");
        let refused = cast.client("congdan1").post("/v1/cases", unsent).await.expect(422);
        assert!(faults(&refused).contains(&"no_sender"), "{part}: {refused:?}");
        assert!(refused.wrong().contains("/people"), "{part}: {refused:?}");
    }
    assert_eq!(app.count("SELECT count(*) FROM cases WHERE people::text LIKE '%01/8/2026%'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_is_to_come_and_a_suit_has_begun() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Complaint, CaseStatus::Verifying).await;
    let (officer, call) = (cast.client("chuyenvien"), path(&id, CaseAction::CallDialogue));
    let meeting = |held_at: &str| json!({ "held_at": held_at, "place": "Phòng tiếp công dân" });
    for past in ["2026-08-17T08:59:59+07:00", "2026-08-17T09:00:00+07:00"] {
        let refused = officer.post(&call, meeting(past)).await.expect(422);
        assert_eq!((refused.wrong().contains("/held_at"), faults(&refused)), (true, vec!["past"]), "{past}");
    }
    officer.post(&call, meeting("2026-08-17T09:00:01+07:00")).await.expect(200);

    let (sender, note) = (cast.client("congdan1"), path(&id, CaseAction::NoteLitigation));
    let suit = |since: &str| json!({ "court": "TAND thành phố Hà Nội", "number": "1/2026", "since": since });
    let refused = sender.post(&note, suit("2026-08-18")).await.expect(422);
    assert_eq!((refused.wrong().contains("/since"), faults(&refused)), (true, vec!["future"]));
    sender.post(&note, suit("2026-08-17")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_takes_a_hundred_files_and_gives_those_that_it_has() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let sender = cast.client("congdan1");
    let id = at(&cast, Petition, CaseStatus::Draft).await;
    let files = format!("/v1/cases/{id}/files");
    let mut declared = Vec::new();
    for _ in 0..100 {
        declared.push(sender.post(&files, file("evidence")).await.expect(201).header("location").to_owned());
    }
    let refused = sender.post(&files, file("evidence")).await.expect(409);
    assert_eq!(refused.problem(), "case.too_many_files");
    assert_eq!(app.count("SELECT count(*) FROM case_files").await, 100);

    let unknown = format!("{files}/019ac2d4-7b1e-7a52-9c33-0d7f6f0f4c11/content");
    let absent = sender.put_file(&unknown, papers::PDF).await.expect(404);
    assert_eq!(absent.problem(), "case.file_not_found");
    for path in [&unknown, &declared[0]] {
        assert_eq!(sender.get(path).await.expect(404).problem(), "case.file_not_found", "not there, or not yet");
    }
    // Another's file is not found under one's own case.
    let other = of_another(&cast).await;
    let foreign = declared[0].replace(&id, &other);
    assert_eq!(cast.client("congdan2").get(&foreign).await.expect(404).problem(), "case.file_not_found");
    sender.put_file(&declared[0], papers::PDF).await.expect(200);
    let kept = sender.get(&declared[0]).await;
    assert!(kept.status == 200 || kept.problem() == "file.cannot_strip", "{kept:?}");
}

/// A draft of congdan2.
async fn of_another(cast: &Cast) -> String {
    let mut theirs = new(Petition);
    theirs["people"][0]["identity_number"] = json!(papers::ANOTHERS);
    cast.client("congdan2").post("/v1/cases", theirs).await.expect(201).id()
}
