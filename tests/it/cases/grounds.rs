//! Every line of `case-grounds.csv`: the step is possible on each ground of its kind and on no other, and what the ground says must be so.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use complaints::CaseKind::{self, *};
use complaints::law::{check, grounds};
use complaints::workflow::{CaseAction, CaseStatus, TABLE};
use serde_json::{Value, json};

use super::{act, at, faults, hand, new, path, said, sender, walk};
use crate::cast::Cast;
use crate::harness::TestApp;

/// The steps that are taken on a ground, and where a case has to stand for them.
const STEPS: [(CaseAction, CaseStatus); 5] = [
    (CaseAction::Refuse, CaseStatus::Submitted),
    (CaseAction::File, CaseStatus::Submitted),
    (CaseAction::Suspend, CaseStatus::Accepted),
    (CaseAction::Terminate, CaseStatus::Accepted),
    (CaseAction::Extend, CaseStatus::Accepted),
];

/// Grounds that are held against what is known of the case. On all others it is the reason that counts.
const HELD: &[(CaseKind, CaseAction, &str)] = &[
    (Complaint, CaseAction::Refuse, "out_of_time"),
    (Complaint, CaseAction::Refuse, "in_court"),
    (Complaint, CaseAction::Terminate, "withdrawn"),
    (AccountabilityRequest, CaseAction::Terminate, "withdrawn"),
];

/// Steps that a kind has, and that no case of it can take: none goes by the line of `clocks.csv` that knows an extension.
const NEVER: &[(CaseKind, CaseAction)] = &[(InformationRequest, CaseAction::Extend)];

fn on(ground: &str) -> Value {
    json!({ "ground": ground, "reason": "Lý do được nêu rõ trong hồ sơ vụ việc." })
}

/// Grounds of a step, by the file.
fn of(kind: CaseKind, action: CaseAction) -> BTreeSet<&'static str> {
    grounds().iter().filter(|it| (it.kind, it.action) == (kind, action)).map(|it| it.code.as_str()).collect()
}

/// A case of which the ground is so.
async fn so(cast: &Cast, kind: CaseKind, status: CaseStatus, ground: &str) -> String {
    if ground == "out_of_time" {
        let mut late = new(kind);
        late["facts"]["known_on"] = json!("2026-01-05");
        let id = cast.client(sender(kind)).post("/v1/cases", late).await.expect(201).id();
        walk(cast, kind, &id, &[CaseAction::Submit]).await;
        return id;
    }
    let id = at(cast, kind, status).await;
    match ground {
        "in_court" => walk(cast, kind, &id, &[CaseAction::NoteLitigation]).await,
        "withdrawn" => walk(cast, kind, &id, &[CaseAction::Withdraw]).await,
        other => panic!("{other} is held against nothing"),
    };
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_taken_on_the_grounds_of_its_kind_and_on_no_other() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let all: BTreeSet<&str> = grounds().iter().map(|it| it.code.as_str()).collect();
    let mut tried = 0;
    for kind in CaseKind::ALL.iter().copied() {
        for (action, status) in STEPS {
            let has = TABLE.iter().any(|row| row.action == action && row.kinds.contains(&kind));
            let own = of(kind, action);
            assert_eq!(has, !own.is_empty(), "a {kind} has {action}, and grounds for it");
            if !has {
                continue;
            }
            let (id, client) = (at(&cast, kind, status).await, cast.client(hand(kind, action)));
            for ground in all.iter().copied() {
                let held = HELD.contains(&(kind, action, ground));
                let other = !own.contains(&ground);
                if other || held {
                    let refused = client.post(&path(&id, action), on(ground)).await;
                    if NEVER.contains(&(kind, action)) {
                        assert_eq!(
                            refused.expect(409).problem(),
                            "case.illegal_transition",
                            "{kind} {action} {ground}"
                        );
                        continue;
                    }
                    let code = if other { "not_allowed" } else { "not_so" };
                    assert_eq!(faults(&refused.expect(422)), [code], "{kind} {action} {ground}");
                }
            }
            for ground in own {
                let held = HELD.contains(&(kind, action, ground));
                let id = if held { so(&cast, kind, status, ground).await } else { at(&cast, kind, status).await };
                let answer = client.post(&path(&id, action), on(ground)).await;
                let expected = if NEVER.contains(&(kind, action)) { 409 } else { 200 };
                assert_eq!(answer.status.as_u16(), expected, "{kind} {action} {ground}: {}", answer.text);
                tried += 1;
            }
        }
    }
    assert_eq!(tried, grounds().len(), "every line of the file");
}

/// What rests on a ground is refused without one, and without a reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_ground_and_a_reason_are_demanded() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for (action, status) in STEPS {
        let id = at(&cast, Complaint, status).await;
        let client = cast.client(hand(Complaint, action));
        for body in [json!({}), json!({ "ground": "complex" }), json!({ "reason": "Không nêu căn cứ nào." })] {
            client.post(&path(&id, action), body.clone()).await.expect(422);
        }
        let short = json!({ "ground": *of(Complaint, action).first().unwrap(), "reason": "Ngắn" });
        client.post(&path(&id, action), short).await.expect(422);
        act(client, Complaint, &id, action).await.expect(200);
    }
}

/// A ground holds for what was received from its day on.
#[test]
fn a_ground_holds_from_its_day_on() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut dated = 0;
    for ground in grounds() {
        let holds = |on| check(ground.kind, ground.action, &ground.code, on).is_ok();
        match ground.valid_from {
            Some(from) => {
                assert!(holds(from) && !holds(from.pred_opt().unwrap()), "{ground:?}");
                dated += 1;
            }
            None => assert!(holds(day("2012-07-01")), "{ground:?}"),
        }
    }
    assert_eq!(dated, 2, "what Luật 136/2025/QH15 brought: the grounds of Art. 11a(1)");
}

/// What becomes of a matter is told with reasons that can be read.
#[tokio::test(flavor = "multi_thread")]
async fn no_kind_is_decided_or_answered_without_a_reasoned_text() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for kind in CaseKind::ALL.iter().copied() {
        let (action, status) = match kind {
            CaseKind::Complaint => (CaseAction::Decide, CaseStatus::Verified),
            CaseKind::DataSubjectRequest => (CaseAction::Answer, CaseStatus::Accepted),
            _ => (CaseAction::Answer, CaseStatus::Verified),
        };
        let id = at(&cast, kind, status).await;
        let (head, right) = (cast.client(hand(kind, action)), said(kind, action));
        for reasons in [None, Some(""), Some("Đã xem xét, giải quyết xong."), Some(&*" ".repeat(40))] {
            let mut vague = right.clone();
            match reasons {
                Some(reasons) => vague["reasons"] = json!(reasons),
                None => drop(vague.as_object_mut().unwrap().remove("reasons")),
            }
            let refused = head.post(&path(&id, action), vague).await.expect(422);
            assert!(refused.wrong().contains("/reasons"), "{kind}, {reasons:?}: {}", refused.text);
        }
        head.post(&path(&id, action), right).await.expect(200);
    }
}

/// Where something is to be said, blanks say nothing.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_in_blanks() {
    use CaseAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for (kind, status, action, member) in [
        (CaseKind::Petition, CaseStatus::Submitted, Guide, "body"),
        (CaseKind::Petition, CaseStatus::Submitted, Forward, "reason"),
        (CaseKind::Petition, CaseStatus::Submitted, ProposeConversion, "reason"),
        (CaseKind::Petition, CaseStatus::Verifying, Report, "words"),
        (CaseKind::Petition, CaseStatus::Answered, Close, "words"),
        (CaseKind::Petition, CaseStatus::Answered, Reopen, "words"),
        (CaseKind::Complaint, CaseStatus::SupplementRequested, Supply, "words"),
        (CaseKind::Complaint, CaseStatus::Verifying, CallDialogue, "place"),
        (CaseKind::RegulationFeedback, CaseStatus::Answered, Publish, "place"),
        (CaseKind::SupervisionRecommendation, CaseStatus::Answered, ReturnAnswer, "reason"),
    ] {
        let id = at(&cast, kind, status).await;
        let mut vague = said(kind, action);
        vague[member] = json!(" ".repeat(12));
        let refused = cast.client(hand(kind, action)).post(&path(&id, action), vague).await.expect(422);
        assert_eq!(refused.wrong(), BTreeSet::from([&*format!("/{member}")]), "{action} of {kind}: {}", refused.text);
        act(cast.client(hand(kind, action)), kind, &id, action).await.expect(200);
    }
}
