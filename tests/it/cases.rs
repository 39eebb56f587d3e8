//! Complaints, petitions, feedback, requests and recommendations, over HTTP.

mod again;
mod bars;
mod behind;
mod by_name;
mod clocks;
mod complaint;
mod delegated;
mod earlier;
mod grounds;
mod inspections;
mod kin;
mod lists;
mod on_paper;
mod page;
mod refusals;
pub mod retaliation;
mod rules;
mod sequences;
mod stands;
mod table;
mod templates;
mod time;

use complaints::CaseKind;
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::harness::{Answer, Client, papers};

/// What a citizen sends, as a case of this kind.
pub fn new(kind: CaseKind) -> Value {
    json!({
        "agency": "H26.13.01", "subject": "Việc tại phường Hoàn Kiếm",
        "contents": ["Quyết định không nêu căn cứ pháp lý.", "Diện tích thu hồi tính thừa 12 m²."],
        "people": [{
            "part": "sender", "name": "Nguyễn Thị Hoa", "identity_number": papers::NUMBER,
            "address": "Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội", "phone": "+84912345678",
        }],
        "facts": facts(kind),
    })
}

pub fn facts(kind: CaseKind) -> Value {
    match kind {
        CaseKind::Complaint => json!({
            "kind": kind, "about": "decision", "respondent": "UBND phường Hoàn Kiếm", "known_on": "2026-08-03",
        }),
        CaseKind::Petition => json!({ "kind": kind }),
        CaseKind::RegulationFeedback => json!({ "kind": kind, "about": "procedure", "reference": "1.013225" }),
        CaseKind::ConductReport => json!({ "kind": kind, "about": "attitude" }),
        CaseKind::AccountabilityRequest => json!({
            "kind": kind, "decision": "Quyết định 45/QĐ-UBND", "affected": "Thu hồi một phần thửa đất của tôi.",
        }),
        CaseKind::InformationRequest => json!({ "kind": kind, "shape": "electronic" }),
        CaseKind::SupervisionRecommendation => json!({
            "kind": kind, "document_number": "12/KN-MTTQ", "document_date": "2026-08-10",
        }),
        CaseKind::DataSubjectRequest => json!({ "kind": kind, "right": "access" }),
    }
}

/// Who sends it.
pub fn sender(kind: CaseKind) -> &'static str {
    if kind == CaseKind::SupervisionRecommendation { "mattran" } else { "congdan1" }
}

/// The address of a step.
pub fn path(id: &str, action: CaseAction) -> String {
    format!("/v1/cases/{id}/{}", action.code().replace('_', "-"))
}

/// The least that must be said with a step.
pub fn said(kind: CaseKind, action: CaseAction) -> Value {
    use CaseAction::*;
    let verifier = directory::demo::staff_id("chuyenvien").unwrap();
    match action {
        Submit | Accept => json!({}),
        Classify => json!({ "facts": facts(kind), "field": "land" }),
        RequestSupplement | SendBack | Resume | RefuseWithdrawal | ReturnAnswer | Urge => {
            json!({ "reason": "Đề nghị làm rõ diện tích thửa đất." })
        }
        Supply | Report | Close | Reopen => json!({ "words": "Đã bổ sung và kiểm tra đầy đủ." }),
        Guide | Forward => json!({ "body": "Toà án nhân dân khu vực 1", "reason": "Thuộc thẩm quyền của Toà án." }),
        Transfer => json!({ "to": "H26.13.02", "reason": "Thuộc địa bàn phường Ba Đình." }),
        File => json!({ "ground": "illegible", "reason": "Đơn rách, không đọc được." }),
        Refuse => {
            let ground = match kind {
                CaseKind::Complaint | CaseKind::AccountabilityRequest => "not_affected",
                CaseKind::RegulationFeedback => "not_in_scope",
                CaseKind::InformationRequest => "published",
                _ => "kept_by_law",
            };
            json!({ "ground": ground, "reason": "Không thuộc trường hợp được giải quyết." })
        }
        Split => json!({ "contents": [1], "facts": facts(CaseKind::Petition) }),
        Assign => json!({ "to": verifier }),
        CallDialogue => json!({ "held_at": "2027-02-01T02:00:00Z", "place": "Phòng tiếp công dân" }),
        RecordDialogue => json!({ "outcome": "postponed", "minutes": "Hai bên đề nghị hoãn." }),
        Suspend => json!({ "ground": "obstacle", "reason": "Người gửi đang điều trị nội trú." }),
        Extend => json!({ "ground": "complex", "reason": "Vụ việc liên quan nhiều cơ quan." }),
        Decide => json!({
            "outcome": "partly_right", "number": "12/QĐ-UBND",
            "reasons": "Quyết định đúng thẩm quyền nhưng tính thừa 12 m²; sửa diện tích thu hồi.",
        }),
        Answer => json!({
            "outcome": if kind == CaseKind::InformationRequest { "not_granted" } else { "granted" },
            "reasons": "Nội dung đã được kiểm tra và giải quyết xong ngày 14/8/2026.",
        }),
        Serve => json!({ "means": "handed" }),
        Publish => json!({ "means": "posting", "place": "Trụ sở UBND phường" }),
        Withdraw => json!({}),
        WithdrawPart => json!({ "contents": [1] }),
        Terminate => json!({ "ground": "no_successor", "reason": "Không còn người kế thừa." }),
        Appeal => json!({ "contents": ["Quyết định lần đầu bỏ qua biên bản đo đạc."] }),
        NoteLitigation => json!({ "court": "TAND thành phố Hà Nội", "number": "1/2026", "since": "2026-08-10" }),
        ProposeConversion => json!({ "kind": "complaint", "reason": "Nội dung là khiếu nại." }),
        ConfirmConversion => json!({ "facts": facts(CaseKind::Complaint) }),
    }
}

/// Those who take each step of a case that lies at Hoàn Kiếm, and of what is everywhere the same people's.
pub fn hand(kind: CaseKind, action: CaseAction) -> &'static str {
    use CaseAction::*;
    let data = kind == CaseKind::DataSubjectRequest;
    match action {
        Submit | Supply | Withdraw | WithdrawPart | Appeal | NoteLitigation | ConfirmConversion => sender(kind),
        Reopen if kind != CaseKind::Complaint => sender(kind),
        Close if kind == CaseKind::SupervisionRecommendation => "mattran",
        ReturnAnswer => "mattran",
        Accept | Refuse | Extend | Answer | Close if data => "baove",
        Classify | RequestSupplement | Guide | Transfer | Forward | Split | ProposeConversion => "tiepnhan",
        Accept if kind == CaseKind::ConductReport => "tiepnhan",
        Close if kind != CaseKind::Complaint => "tiepnhan",
        Report | CallDialogue | RecordDialogue | Serve => "chuyenvien",
        Publish if kind == CaseKind::Complaint => "chuyenvien",
        Urge => "chutich",
        _ => "lanhdao",
    }
}

/// The shortest way to a state.
pub fn road(kind: CaseKind, status: CaseStatus) -> Option<Vec<CaseAction>> {
    use CaseAction::*;
    use CaseKind::*;
    let on = |from: CaseStatus, step: CaseAction| road(kind, from).map(|way| [way, vec![step]].concat());
    let taken_up = !matches!(kind, Petition | SupervisionRecommendation);
    let answered = kind != Complaint;
    match status {
        CaseStatus::Draft => Some(Vec::new()),
        CaseStatus::Submitted => on(CaseStatus::Draft, Submit),
        CaseStatus::SupplementRequested if kind != SupervisionRecommendation => {
            on(CaseStatus::Submitted, RequestSupplement)
        }
        CaseStatus::Accepted if taken_up => on(CaseStatus::Submitted, Accept),
        CaseStatus::Verifying if kind == DataSubjectRequest => None,
        CaseStatus::Verifying if taken_up => on(CaseStatus::Accepted, Assign),
        CaseStatus::Verifying => on(CaseStatus::Submitted, Assign),
        CaseStatus::Verified => on(CaseStatus::Verifying, Report),
        CaseStatus::Suspended if matches!(kind, Complaint | AccountabilityRequest) => on(CaseStatus::Accepted, Suspend),
        CaseStatus::Decided if !answered => on(CaseStatus::Verified, Decide),
        CaseStatus::Answered if kind == DataSubjectRequest => on(CaseStatus::Accepted, Answer),
        CaseStatus::Answered if answered => on(CaseStatus::Verified, Answer),
        CaseStatus::Refused if kind != Petition && kind != ConductReport && kind != SupervisionRecommendation => {
            on(CaseStatus::Submitted, Refuse)
        }
        CaseStatus::Guided if !matches!(kind, InformationRequest | SupervisionRecommendation | DataSubjectRequest) => {
            on(CaseStatus::Submitted, Guide)
        }
        CaseStatus::Forwarded if matches!(kind, Petition | RegulationFeedback | ConductReport) => {
            on(CaseStatus::Submitted, Forward)
        }
        CaseStatus::Filed if matches!(kind, Complaint | Petition) => on(CaseStatus::Submitted, File),
        CaseStatus::Withdrawn => on(CaseStatus::Submitted, Withdraw),
        CaseStatus::Terminated if matches!(kind, Complaint | AccountabilityRequest) => {
            on(CaseStatus::Accepted, Terminate)
        }
        CaseStatus::Appealed if !answered => on(CaseStatus::Decided, Appeal),
        CaseStatus::Converted if matches!(kind, Petition | RegulationFeedback | ConductReport) => {
            let proposed = on(CaseStatus::Submitted, ProposeConversion);
            proposed.map(|way| [way, vec![ConfirmConversion]].concat())
        }
        CaseStatus::Closed if kind == RegulationFeedback => on(CaseStatus::Answered, Publish),
        CaseStatus::Closed if answered => on(CaseStatus::Answered, Close),
        // It takes time: see `stands`.
        CaseStatus::Effective | CaseStatus::Closed => None,
        _ => None,
    }
}

/// A case of this kind that has come as far as `status`, by the shortest way; congdan1's, or the Front's.
pub async fn at(cast: &Cast, kind: CaseKind, status: CaseStatus) -> String {
    let draft = cast.client(sender(kind)).post("/v1/cases", new(kind)).await.expect(201);
    walk(cast, kind, &draft.id(), &road(kind, status).expect("there is a way")).await;
    draft.id()
}

/// Takes these steps, by whoever takes them.
pub async fn walk(cast: &Cast, kind: CaseKind, id: &str, way: &[CaseAction]) -> Value {
    let mut last = Value::Null;
    for action in way {
        last = act(cast.client(hand(kind, *action)), kind, id, *action).await.expect(200).json;
    }
    last
}

/// One step.
pub async fn act(client: &Client, kind: CaseKind, id: &str, action: CaseAction) -> Answer {
    client.post(&path(id, action), said(kind, action)).await
}

/// The limit of a stage, as somebody sees it.
pub fn limit<'a>(case: &'a Value, stage: &str) -> &'a Value {
    let clocks = case["clocks"].as_array().expect("clocks");
    clocks.iter().find(|clock| clock["stage"] == stage).unwrap_or(&Value::Null)
}

/// The codes of everything that is wrong with a body.
pub fn faults(answer: &Answer) -> Vec<&str> {
    let errors = answer.json["errors"].as_array().expect("errors");
    errors.iter().map(|error| error["code"].as_str().expect("a code")).collect()
}

/// A file to be declared, with the content of [`papers::PDF`].
pub fn file(purpose: &str) -> Value {
    let mut file = papers::paper("tai-lieu");
    file.as_object_mut().expect("an object").remove("component");
    file["purpose"] = json!(purpose);
    file
}
