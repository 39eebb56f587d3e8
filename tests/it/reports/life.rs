//! Cases and denunciations in every state, so that every figure has something to count.

use ::denunciations::workflow::DenunciationAction as D;
use chrono::TimeDelta;
use complaints::CaseKind::{self, Complaint, ConductReport, Petition};
use complaints::workflow::CaseAction::{self, *};
use complaints::workflow::CaseStatus;
use serde_json::{Value, json};

use crate::cases::{at, facts, path, road, walk};
use crate::cast::Cast;
use crate::denunciations;
use crate::harness::{Client, TestApp};

/// What can be walked to at once.
pub async fn everything(app: &TestApp, cast: &Cast) -> Meetings {
    for kind in [Complaint, Petition, ConductReport] {
        for status in CaseStatus::ALL.iter().filter(|status| road(kind, **status).is_some()) {
            at(cast, kind, *status).await;
        }
    }
    let ways: &[&[CaseAction]] = &[
        &[Split, Accept],
        &[Transfer],
        &[Accept, Extend, Assign, Withdraw],
        &[Accept, NoteLitigation],
        &[Accept, Assign, Appeal],
    ];
    for way in ways {
        let id = at(cast, Complaint, CaseStatus::Submitted).await;
        // The appeal against silence is possible once its time is over.
        for action in way.iter().filter(|action| **action != Appeal) {
            walk(cast, Complaint, &id, &[*action]).await;
        }
    }
    let served = at(cast, Complaint, CaseStatus::Decided).await;
    walk(cast, Complaint, &served, &[Serve]).await;
    let handed_on = at(cast, Petition, CaseStatus::Submitted).await;
    walk(cast, Petition, &handed_on, &[Transfer]).await;
    for field in ["land", "policy", "officials", "judiciary", "party", "corruption", "other"] {
        for kind in [Complaint, Petition] {
            let id = at(cast, kind, CaseStatus::Submitted).await;
            let classed = json!({ "facts": facts(kind), "field": field });
            say(cast, "tiepnhan", &id, Classify, classed).await;
            let next = if kind == Complaint { Accept } else { Assign };
            walk(cast, kind, &id, &[next]).await;
        }
    }
    let withdrawn = at(cast, Complaint, CaseStatus::Accepted).await;
    walk(cast, Complaint, &withdrawn, &[Withdraw]).await;
    let ended = json!({ "ground": "withdrawn", "reason": "Người khiếu nại rút toàn bộ." });
    say(cast, "lanhdao", &withdrawn, Terminate, ended).await;
    let first = at(cast, Complaint, CaseStatus::Verifying).await;
    let second = appealed(cast).await;
    let soon = json!({ "held_at": app.clock.now() + TimeDelta::days(1), "place": "Phòng tiếp công dân" });
    say(cast, "chuyenvien", &first, CallDialogue, soon.clone()).await;
    say(cast, "thanhtra", &second, CallDialogue, soon).await;
    for (kind, action, outcomes) in
        [(Complaint, Decide, ["right", "wrong"]), (Petition, Answer, ["partly_granted", "not_granted"])]
    {
        for outcome in outcomes {
            let id = at(cast, kind, CaseStatus::Verified).await;
            say(cast, "lanhdao", &id, action, decision(outcome)).await;
        }
    }
    apart(app, cast).await;
    Meetings { first, second }
}

/// Complaints whose meetings are called.
pub struct Meetings {
    first: String,
    /// At the second level, at the city.
    second: String,
}

async fn say(cast: &Cast, who: &str, id: &str, action: CaseAction, words: Value) {
    cast.client(who).post(&path(id, action), words).await.expect(200);
}

fn decision(outcome: &str) -> Value {
    json!({ "outcome": outcome, "number": "15/QĐ-UBND", "reasons": "Đã kiểm tra hồ sơ và hiện trạng thửa đất." })
}

/// A second complaint, that the city verifies.
async fn appealed(cast: &Cast) -> String {
    at(cast, Complaint, CaseStatus::Appealed).await;
    let city = cast.client("chutich");
    let list = city.get("/v1/cases?side=handling&status=submitted&kind=complaint&limit=200").await.expect(200).json;
    let second = list["items"].as_array().unwrap().iter().find(|it| it["level"] == 2).expect("it came");
    let id = second["id"].as_str().unwrap().to_owned();
    say(cast, "chutich", &id, Accept, json!({})).await;
    say(cast, "chutich", &id, Assign, json!({ "to": directory::demo::staff_id("thanhtra").unwrap() })).await;
    id
}

/// Denunciations.
async fn apart(app: &TestApp, cast: &Cast) {
    let concluded = [D::Accept, D::Assign, D::Report];
    let ways: &[&[D]] = &[
        &[],
        &[D::Forward],
        &[D::Refuse],
        &[D::Transfer],
        &[D::TreatAsLead, D::CheckLead],
        &[D::Accept],
        &[D::Accept, D::Extend],
        &[D::Accept, D::Suspend],
        &[D::Accept, D::ToInvestigation],
        &[D::Accept, D::Assign, D::Report, D::Conclude, D::Send],
        &[D::Accept, D::Assign, D::Report, D::Conclude, D::Send, D::Handle, D::Publish, D::Close],
    ];
    for way in ways {
        let (_, id) = denunciations::send(app, cast, denunciations::new()).await;
        denunciations::walk(cast, &id, way).await;
    }
    for way in [D::CheckLead, D::File] {
        let (_, id) = denunciations::send(app, cast, denunciations::lead()).await;
        denunciations::walk(cast, &id, &[way]).await;
    }
    let head = cast.client("chanhthanhtra");
    for outcome in ["true", "false", "false_in_bad_faith"] {
        let (_, id) = denunciations::send(app, cast, denunciations::new()).await;
        denunciations::walk(cast, &id, &concluded).await;
        let words = json!({ "outcome": outcome, "words": "Đã đối chiếu với sổ sách của đơn vị." });
        head.post(&denunciations::path(&id, D::Conclude), words).await.expect(200);
    }
    for (wish, way) in [("withdraw", D::Terminate), ("ask-for-protection", D::Protect)] {
        let (code, id) = denunciations::send(app, cast, denunciations::new()).await;
        denunciations::walk(cast, &id, &[D::Accept]).await;
        let words = json!({ "receipt_code": code, "words": "Tôi lo ngại bị trả thù." });
        app.anonymous().post(&format!("/v1/denouncer/{wish}"), words).await.expect(200);
        denunciations::walk(cast, &id, &[way]).await;
    }
}

/// What is left is settled late, carried out, or complained about again.
pub async fn afterwards(cast: &Cast, meetings: &Meetings) {
    let minutes = |outcome: &str| json!({ "outcome": outcome, "minutes": "Hai bên giữ nguyên ý kiến." });
    say(cast, "chuyenvien", &meetings.first, RecordDialogue, minutes("absent")).await;
    walk(cast, Complaint, &meetings.first, &[Report, Decide]).await;
    say(cast, "thanhtra", &meetings.second, RecordDialogue, minutes("held")).await;
    say(cast, "thanhtra", &meetings.second, Report, json!({ "words": "Quyết định lần đầu đúng." })).await;
    say(cast, "chutich", &meetings.second, Decide, decision("wrong")).await;
    let head = cast.client("lanhdao");
    let ways: &[(CaseKind, CaseStatus, &[CaseAction])] = &[
        (Complaint, CaseStatus::Verified, &[Decide]),
        (Petition, CaseStatus::Verified, &[Answer]),
        (Complaint, CaseStatus::Effective, &[Serve]),
        (Complaint, CaseStatus::Verifying, &[Appeal]),
    ];
    for (kind, status, way) in ways {
        let list = head.get(&format!("/v1/cases?kind={kind}&status={status}&limit=200")).await.expect(200).json;
        walk(cast, *kind, list["items"][0]["id"].as_str().expect("one is left"), way).await;
    }
    walk(cast, Complaint, &settled(head).await, &[Close]).await;
    let head = cast.client("chanhthanhtra");
    let list = head.get("/v1/denunciations?limit=200").await.expect(200).json;
    let accepted =
        list["items"].as_array().unwrap().iter().find(|it| it["status"] == "accepted" && it["kind"] == "denunciation");
    let id = accepted.expect("one is left")["id"].as_str().unwrap().to_owned();
    denunciations::walk(cast, &id, &[D::Assign, D::Report, D::Conclude]).await;
}

/// A complaint whose decision was served so long ago that nobody can complain about it again.
async fn settled(head: &Client) -> String {
    let list = head.get("/v1/cases?kind=complaint&status=effective&limit=200").await.expect(200).json;
    for line in list["items"].as_array().unwrap() {
        let case = head.get(&format!("/v1/cases/{}", line["id"].as_str().unwrap())).await.expect(200).json;
        if case["allowed_actions"].as_array().unwrap().contains(&json!("close")) {
            return case["id"].as_str().unwrap().to_owned();
        }
    }
    panic!("none is settled: {list}");
}
