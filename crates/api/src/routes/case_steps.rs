//! The steps of a case: one operation for each action of the table.

use actix_web::post;
use chrono::NaiveDate;
use complaints::CaseId;
use complaints::erasure::{self, Elsewhere};
use complaints::request::{
    CaseAnswer, CaseAppeal, CaseAssignment, CaseClassification, CaseConfirmation, CaseConversion, CaseDecision,
    CaseGrounded, CaseLitigation, CasePartWithdrawal, CasePublication, CaseReferral, CaseService, CaseSplit,
    CaseStatement, CaseTransfer, CaseWithdrawal, DialogueCall, DialogueRecord, Plain, Reasoned,
};
use complaints::steps::{self, Act};
use complaints::view::View;
use complaints::workflow::CaseAction as A;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use directory::{Posting, Staff, representation, staff};
use kernel::Permission;
use kernel::id::StaffId;
use kernel::permission::permissions_of;
use kernel::problem::Error;
use kernel::record::again;
use procedures::archive;
use utoipa_actix_web::service_config::ServiceConfig;

use super::cases::{no_such_official, postings};
use super::dossiers::agency_today;
use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(submit_case)
        .service(classify_case)
        .service(request_case_supplement)
        .service(supply_case)
        .service(guide_case)
        .service(transfer_case)
        .service(forward_case)
        .service(file_case)
        .service(refuse_case)
        .service(split_case)
        .service(accept_case)
        .service(assign_case)
        .service(report_on_case)
        .service(send_case_back)
        .service(call_case_dialogue)
        .service(record_case_dialogue)
        .service(suspend_case)
        .service(resume_case)
        .service(extend_case)
        .service(decide_case)
        .service(answer_case)
        .service(serve_case_decision)
        .service(publish_case)
        .service(close_case)
        .service(withdraw_case)
        .service(withdraw_part_of_case)
        .service(refuse_case_withdrawal)
        .service(terminate_case)
        .service(reopen_case)
        .service(appeal_case)
        .service(note_case_litigation)
        .service(propose_case_conversion)
        .service(confirm_case_conversion)
        .service(return_case_answer)
        .service(urge_case);
}

/// Whoever is to verify something works here, and verifying is theirs: who that is.
pub(super) async fn may_verify(
    conn: &mut AsyncPgConnection,
    whom: StaffId,
    needed: Permission,
    today: NaiveDate,
) -> kernel::Result<Staff> {
    let found = staff::by_id(conn, whom).await?.filter(|staff| staff.active);
    let verifies = |held: &Posting| held.holds_on(today) && permissions_of(held.role).contains(&needed);
    found.filter(|staff| staff.roles.0.iter().any(verifies)).ok_or_else(|| no_such_official("/to"))
}

/// Takes a step.
async fn act(
    conn: &mut AsyncPgConnection,
    call: &Call,
    target: steps::Target<'_>,
    act: Act,
) -> kernel::Result<kernel::idempotency::Answer> {
    steps::act(conn, &call.ctx, call.app.cases(), target, act).await
}

/// Answers or refuses a case; of one that asks for erasure, with what is held of its sender here, in the archive, and of
/// who acts for whom.
async fn settle(
    conn: &mut AsyncPgConnection,
    call: &Call,
    target: steps::Target<'_>,
    given: Act,
) -> kernel::Result<kernel::idempotency::Answer> {
    let (ctx, world) = (&call.ctx, call.app.cases());
    let asked = match ctx.actor.may(Permission::ProtectData) {
        true => erasure::asked_by(conn, ctx, world, target.id).await?,
        false => None,
    };
    let Some(sender) = asked else { return act(conn, call, target, given).await };
    let drafted = procedures::erasure::has(conn, ctx, sender).await?;
    let mut held = archive::held::held(conn, ctx, sender).await?;
    held.extend(representation::erasure::held(conn, ctx, sender).await?);
    let elsewhere = Elsewhere { held, free: drafted || procedures::appointment::erasure::has(conn, sender).await? };
    // What was never filed, and appointments that are over, go with the answer that grants it, or not at all.
    again(async || {
        conn.transaction::<_, Error, _>(async |conn| {
            let answer = erasure::settle(conn, ctx, world, target, &given, sender, &elsewhere).await?;
            if erasure::grants(&given) {
                procedures::erasure::of(conn, ctx, sender, target.id.0).await?;
                procedures::appointment::erasure::of(conn, ctx, sender, target.id.0).await?;
            }
            Ok(answer)
        })
        .await
    })
    .await
}

/// A step's operation: documentation, route, an example among the demo's cases, and the use case behind it.
macro_rules! step {
    ($(#[doc = $doc:literal])* $name:ident $path:literal $id:literal $example:literal [$($scope:literal),+] $input:ident = $body:tt,
     |$conn:ident, $call:ident, $given:pat_param, $target:ident| $work:expr) => {
        $(#[doc = $doc])*
        #[utoipa::path(operation_id = $id, tag = "cases", request_body(content = $input, example = json!($body)),
            params(("id" = CaseId, Path, description = "The case's id.", example = $example)),
            security($(("oauth" = [$scope])),+),
            responses(
                (status = 200, description = "The case after the step.", body = View),
                (status = 404, description = "There is none, or not for you.", body = Document),
                (status = 409, description = "Kind and state do not allow it; `state` and `allowed_actions` say what they do.", body = Document),
                (status = 412, description = "The case has changed since the version in If-Match.", body = Document),
                (status = 422, description = "The content breaks the schema or a rule.", body = Document),
            ))]
        #[post($path)]
        async fn $name(id: Id<CaseId>, write: Write<$input>) -> Result<Answered> {
            let if_match = write.if_match;
            write
                .run(async move |$conn, $call, $given, attempt| {
                    let $target = steps::Target { id: id.0, if_match, attempt };
                    $work.await
                })
                .await
        }
    };
}

step! {
    /// Submit a case
    ///
    /// When every declared file has arrived. From now the agency owes what the rules of this day say.
    submit_case "/v1/cases/{id}/submit" "submitCase" "019b76da-a800-7000-8000-c00000000000" ["case:file", "case:receive", "case:recommend"] Plain = {},
    |conn, call, Plain {}, target| act(conn, call, target, Act::Plain(A::Submit))
}

step! {
    /// Class a case
    ///
    /// By its content and not by its title; what its sender called it stays known. Its limits are those of what it is, from
    /// when it was received. Feedback and reports become complaints by conversion alone, as their sender confirms; a second complaint and
    /// what was confirmed stay what they are, and when the sender of a complaint knew of the decision is their word. Where it accuses an official of the agency that has it, it goes to the one above; whom it once accused
    /// never sees it.
    classify_case "/v1/cases/{id}/classify" "classifyCase" "019b76da-a800-7000-8000-c00000000002" ["case:receive"] CaseClassification = {"facts": {"kind": "petition"}, "field": "land"},
    |conn, call, found, target| async {
        let postings = postings(conn, call, &found.facts).await?;
        act(conn, call, target, Act::Classify(found, postings)).await
    }
}

step! {
    /// Ask the sender for what is missing
    ///
    /// Until it is there limits stand, where that is set for the kind.
    request_case_supplement "/v1/cases/{id}/request-supplement" "requestCaseSupplement" "019b76da-a800-7000-8000-c00000000003" ["case:receive", "case:protect-data"] Reasoned = {"reason": "Đề nghị gửi bản sao quyết định có đóng dấu."},
    |conn, call, what, target| act(conn, call, target, Act::Saying(A::RequestSupplement, what.reason))
}

step! {
    /// Supply what was missing
    ///
    /// When every declared file has arrived.
    supply_case "/v1/cases/{id}/supply" "supplyCase" "019b76da-a800-7000-8000-c00000000004" ["case:file", "case:receive"] CaseStatement = {"words": "Tôi đã gửi bản sao quyết định."},
    |conn, call, said, target| act(conn, call, target, Act::Saying(A::Supply, said.words))
}

step! {
    /// Tell the sender who is competent
    ///
    /// The case ends with that.
    guide_case "/v1/cases/{id}/guide" "guideCase" "019b76da-a800-7000-8000-c00000000005" ["case:receive"] CaseReferral = {"body": "Toà án nhân dân khu vực 1, số 1 phố Hai Bà Trưng", "reason": "Tranh chấp hợp đồng dân sự thuộc thẩm quyền của Toà án."},
    |conn, call, whose, target| act(conn, call, target, Act::Refer(A::Guide, whose))
}

step! {
    /// Hand a case to another agency
    ///
    /// To the one of the city whose matter it is. The limits that its sender was told go on as they were.
    transfer_case "/v1/cases/{id}/transfer" "transferCase" "019b76da-a800-7000-8000-c00000000006" ["case:receive", "case:decide"] CaseTransfer = {"to": "H26.13.02", "reason": "Nội dung thuộc địa bàn phường Ba Đình."},
    |conn, call, whose, target| async {
        let to = agency_today(call, "/to", &whose.to)?;
        act(conn, call, target, Act::Transfer(to, whose.reason)).await
    }
}

step! {
    /// Send a case on
    ///
    /// To a body outside the city's administration. The case ends with that.
    forward_case "/v1/cases/{id}/forward" "forwardCase" "019b76da-a800-7000-8000-c00000000007" ["case:receive"] CaseReferral = {"body": "Bảo hiểm xã hội khu vực I", "reason": "Nội dung thuộc thẩm quyền của cơ quan Bảo hiểm xã hội."},
    |conn, call, whose, target| act(conn, call, target, Act::Refer(A::Forward, whose))
}

step! {
    /// Keep a letter that is not eligible
    ///
    /// On a ground; it is kept for a year.
    file_case "/v1/cases/{id}/file" "fileCase" "019b76da-a800-7000-8000-c00000000008" ["case:decide"] CaseGrounded = {"ground": "illegible", "reason": "Đơn bị rách, không đọc được nội dung."},
    |conn, call, why, target| act(conn, call, target, Act::Grounded(A::File, why))
}

step! {
    /// Refuse to take a case up
    ///
    /// On a ground that the law knows for its kind: see `GET /v1/case-grounds`. What was lodged in time cannot be refused
    /// as late. A request for erasure that is refused tells its sender in `held` by which rules their data is kept, and until when.
    refuse_case "/v1/cases/{id}/refuse" "refuseCase" "019b76da-a800-7000-8000-c00000000009" ["case:decide", "case:protect-data"] CaseGrounded = {"ground": "not_affected", "reason": "Quyết định không liên quan đến quyền, lợi ích của người gửi."},
    |conn, call, why, target| settle(conn, call, target, Act::Grounded(A::Refuse, why))
}

step! {
    /// Split a mixed letter
    ///
    /// Some of its contents become a case of their own, received when the letter was. Whom one of them accuses sees none of them.
    split_case "/v1/cases/{id}/split" "splitCase" "019b76da-a800-7000-8000-c0000000000a" ["case:receive"] CaseSplit = {"contents": [1], "facts": {"kind": "petition"}},
    |conn, call, part, target| async {
        let postings = postings(conn, call, &part.facts).await?;
        steps::split(conn, &call.ctx, call.app.cases(), target, part, &postings).await
    }
}

step! {
    /// Take a case up
    ///
    /// From now the limit for its decision or answer runs, where it did not before.
    accept_case "/v1/cases/{id}/accept" "acceptCase" "019b76da-a800-7000-8000-c00000000001" ["case:decide", "case:receive", "case:protect-data"] Plain = {},
    |conn, call, Plain {}, target| act(conn, call, target, Act::Plain(A::Accept))
}

step! {
    /// Name who verifies a case
    ///
    /// An officer or inspector, of whatever agency: they see the case from now on. Never somebody whom it accuses.
    assign_case "/v1/cases/{id}/assign" "assignCase" "019b76da-a800-7000-8000-c0000000000b" ["case:decide"] CaseAssignment = {"to": "019b76da-a800-7000-8000-b00000000001"},
    |conn, call, whom, target| async {
        let found = may_verify(conn, whom.to, Permission::ProcessCase, deadlines::vn_date(call.ctx.now)).await?;
        act(conn, call, target, Act::Assign(whom, found.all_agencies())).await
    }
}

step! {
    /// Report what verification has found
    ///
    /// By whoever was named to verify it.
    report_on_case "/v1/cases/{id}/report" "reportOnCase" "019b76da-a800-7000-8000-c0000000000c" ["case:process"] CaseStatement = {"words": "Đã đo đạc lại cùng người khiếu nại; diện tích thu hồi tính thừa 12 m²."},
    |conn, call, findings, target| act(conn, call, target, Act::Saying(A::Report, findings.words))
}

step! {
    /// Send a case back
    ///
    /// To whoever verifies it: more is to be found out.
    send_case_back "/v1/cases/{id}/send-back" "sendCaseBack" "019b76da-a800-7000-8000-c0000000000d" ["case:decide"] Reasoned = {"reason": "Đề nghị làm rõ căn cứ tính diện tích."},
    |conn, call, why, target| act(conn, call, target, Act::Saying(A::SendBack, why.reason))
}

step! {
    /// Call a meeting of those concerned
    ///
    /// A second complaint is not decided without one.
    call_case_dialogue "/v1/cases/{id}/call-dialogue" "callCaseDialogue" "019b76da-a800-7000-8000-c0000000000e" ["case:process", "case:decide"] DialogueCall = {"held_at": "2027-06-30T02:00:00Z", "place": "Phòng tiếp công dân, số 42 phố Hàng Trống"},
    |conn, call, meeting, target| act(conn, call, target, Act::CallDialogue(meeting))
}

step! {
    /// Record a meeting
    ///
    /// Held, put off, or missed by whoever was invited: for complaints received from 2026-07-01 on that does not hold them
    /// up (LKN Art. 30(6)).
    record_case_dialogue "/v1/cases/{id}/record-dialogue" "recordCaseDialogue" "019b76da-a800-7000-8000-c0000000000f" ["case:process", "case:decide"] DialogueRecord = {"outcome": "postponed", "minutes": "Hai bên thống nhất hoãn để đo đạc lại."},
    |conn, call, record, target| act(conn, call, target, Act::RecordDialogue(record))
}

step! {
    /// Suspend a case
    ///
    /// On a ground of LKN Art. 11a, for complaints received from 2026-07-01 on, or NĐ 59/2019 Art. 14; its limits stand.
    suspend_case "/v1/cases/{id}/suspend" "suspendCase" "019b76da-a800-7000-8000-c00000000010" ["case:decide"] CaseGrounded = {"ground": "obstacle", "reason": "Người khiếu nại đang điều trị nội trú."},
    |conn, call, why, target| act(conn, call, target, Act::Grounded(A::Suspend, why))
}

step! {
    /// Go on with a case
    ///
    /// Where it stood when it was suspended.
    resume_case "/v1/cases/{id}/resume" "resumeCase" "019b76da-a800-7000-8000-c00000000011" ["case:decide"] Reasoned = {"reason": "Người khiếu nại đã ra viện."},
    |conn, call, why, target| act(conn, call, target, Act::Saying(A::Resume, why.reason))
}

step! {
    /// Extend a limit
    ///
    /// As often and by as much as its rule allows, before it is over.
    extend_case "/v1/cases/{id}/extend" "extendCase" "019b76da-a800-7000-8000-c00000000012" ["case:decide", "case:protect-data"] CaseGrounded = {"ground": "complex", "reason": "Vụ việc liên quan đến nhiều cơ quan."},
    |conn, call, why, target| act(conn, call, target, Act::Grounded(A::Extend, why))
}

step! {
    /// Decide a complaint
    ///
    /// Right, partly right or wrong, with reasons. From now service, publication and effect are under limits of their own.
    decide_case "/v1/cases/{id}/decide" "decideCase" "019b76da-a800-7000-8000-c00000000013" ["case:decide"] CaseDecision = {"outcome": "partly_right", "number": "12/QĐ-UBND", "reasons": "Quyết định đúng thẩm quyền nhưng tính thừa 12 m²; sửa diện tích thu hồi, giữ nguyên phần còn lại."},
    |conn, call, decision, target| act(conn, call, target, Act::Decide(decision))
}

step! {
    /// Answer a case
    ///
    /// With reasons; with a file, where what was asked for is one. A request for erasure is not granted while data of its sender is to
    /// be kept by law (409 `case.kept_by_law`: `held` says by which rules and until when); granted, also in part, it erases with the
    /// answer what nothing holds.
    answer_case "/v1/cases/{id}/answer" "answerCase" "019b76da-a800-7000-8000-c00000000014" ["case:decide", "case:protect-data"] CaseAnswer = {"outcome": "granted", "reasons": "Vỉa hè trước số 12 phố Hàng Bài đã được sửa ngày 14/8/2026; xin cảm ơn ông/bà."},
    |conn, call, given, target| settle(conn, call, target, Act::Answer(given))
}

step! {
    /// Say that a decision was served
    ///
    /// From now its receiver has 30 days to complain again (LKN Art. 33).
    serve_case_decision "/v1/cases/{id}/serve" "serveCaseDecision" "019b76da-a800-7000-8000-c00000000015" ["case:process"] CaseService = {"means": "handed"},
    |conn, call, how, target| act(conn, call, target, Act::Serve(how))
}

step! {
    /// Say that it was made public
    ///
    /// The decision on a second complaint (LKN Art. 41), or the answer to feedback on regulations.
    publish_case "/v1/cases/{id}/publish" "publishCase" "019b76da-a800-7000-8000-c00000000016" ["case:process", "case:decide"] CasePublication = {"means": "portal", "place": "Cổng thông tin điện tử của phường, mục Trả lời kiến nghị"},
    |conn, call, how, target| act(conn, call, target, Act::Publish(how))
}

step! {
    /// Close a case
    ///
    /// When nothing is left to do: an effective decision is carried out, an answer is taken.
    close_case "/v1/cases/{id}/close" "closeCase" "019b76da-a800-7000-8000-c00000000017" ["case:receive", "case:decide", "case:protect-data", "case:recommend"] CaseStatement = {"words": "Người gửi đã nhận văn bản giải trình."},
    |conn, call, said, target| act(conn, call, target, Act::Saying(A::Close, said.words))
}

step! {
    /// Withdraw a case
    ///
    /// At once before it is taken up. A complaint that is taken up is ended by whoever decides it: nobody is to be talked
    /// or threatened out of it. What came on paper reception withdraws by a `document` that the sender has signed.
    withdraw_case "/v1/cases/{id}/withdraw" "withdrawCase" "019b76da-a800-7000-8000-c00000000018" ["case:file", "case:receive", "case:recommend"] CaseWithdrawal = {"reason": "Tôi đã được giải thích rõ."},
    |conn, call, why, target| act(conn, call, target, Act::Withdraw(why))
}

step! {
    /// Withdraw some of a complaint
    ///
    /// The rest goes on (LKN Art. 10, for complaints received from 2026-07-01 on). Reception says which `document` the sender has signed.
    withdraw_part_of_case "/v1/cases/{id}/withdraw-part" "withdrawPartOfCase" "019b76da-a800-7000-8000-c00000000019" ["case:file", "case:receive"] CasePartWithdrawal = {"contents": [1]},
    |conn, call, which, target| act(conn, call, target, Act::WithdrawPart(which))
}

step! {
    /// Go on in spite of a withdrawal
    ///
    /// Its sender was threatened or bought.
    refuse_case_withdrawal "/v1/cases/{id}/refuse-withdrawal" "refuseCaseWithdrawal" "019b76da-a800-7000-8000-c0000000001a" ["case:decide"] Reasoned = {"reason": "Người khiếu nại cho biết bị đe doạ để rút đơn."},
    |conn, call, why, target| act(conn, call, target, Act::Saying(A::RefuseWithdrawal, why.reason))
}

step! {
    /// End a case without a decision
    ///
    /// On a ground: withdrawn by its sender, or nobody is left to go on with it.
    terminate_case "/v1/cases/{id}/terminate" "terminateCase" "019b76da-a800-7000-8000-c0000000001b" ["case:decide"] CaseGrounded = {"ground": "withdrawn", "reason": "Người khiếu nại đã rút toàn bộ đơn."},
    |conn, call, why, target| act(conn, call, target, Act::Grounded(A::Terminate, why))
}

step! {
    /// Open a case anew
    ///
    /// By its sender, once, with new facts; a terminated complaint by whoever decides it, where its withdrawal was not a
    /// free one.
    reopen_case "/v1/cases/{id}/reopen" "reopenCase" "019b76da-a800-7000-8000-c0000000001c" ["case:file", "case:receive", "case:decide"] CaseStatement = {"words": "Cán bộ vẫn có thái độ như trước vào ngày hôm qua."},
    |conn, call, said, target| act(conn, call, target, Act::Saying(A::Reopen, said.words))
}

step! {
    /// Complain a second time
    ///
    /// To the agency above: against the decision, within 30 days of having it, or because there was none in time (LKN Art.
    /// 33). The new case names this one as its origin.
    appeal_case "/v1/cases/{id}/appeal" "appealCase" "019b76da-a800-7000-8000-c0000000001d" ["case:file", "case:receive"] CaseAppeal = {"contents": ["Quyết định giải quyết lần đầu bỏ qua biên bản đo đạc."]},
    |conn, call, second, target| steps::appeal(conn, &call.ctx, call.app.cases(), target, second)
}

step! {
    /// Note that a court has the matter
    ///
    /// A complaint that is before a court is not taken up (LKN Art. 11(9)).
    note_case_litigation "/v1/cases/{id}/note-litigation" "noteCaseLitigation" "019b76da-a800-7000-8000-c0000000001e" ["case:file", "case:decide"] CaseLitigation = {"court": "Toà án nhân dân thành phố Hà Nội", "number": "123/2026/TLST-HC", "since": "2026-11-02"},
    |conn, call, suit, target| act(conn, call, target, Act::NoteLitigation(suit))
}

step! {
    /// Propose another kind
    ///
    /// Where feedback is in truth a complaint. It becomes one only as its sender confirms.
    propose_case_conversion "/v1/cases/{id}/propose-conversion" "proposeCaseConversion" "019b76da-a800-7000-8000-c0000000001f" ["case:receive"] CaseConversion = {"kind": "complaint", "reason": "Nội dung là khiếu nại một quyết định hành chính."},
    |conn, call, what, target| act(conn, call, target, Act::ProposeConversion(what))
}

step! {
    /// Confirm another kind
    ///
    /// A new case of the proposed kind, received now; this one is over. Reception says which `document` the sender has signed.
    confirm_case_conversion "/v1/cases/{id}/confirm-conversion" "confirmCaseConversion" "019b76da-a800-7000-8000-c00000000020" ["case:file", "case:receive"] CaseConfirmation = {"facts": {"kind": "complaint", "about": "decision", "respondent": "Ủy ban nhân dân phường Hoàn Kiếm", "known_on": "2026-11-02"}},
    |conn, call, confirmed, target| async {
        let postings = postings(conn, call, &confirmed.facts).await?;
        steps::confirm_conversion(conn, &call.ctx, call.app.cases(), target, confirmed, &postings).await
    }
}

step! {
    /// Return an answer
    ///
    /// The Front does not take it for one: it is owed anew.
    return_case_answer "/v1/cases/{id}/return-answer" "returnCaseAnswer" "019b76da-a800-7000-8000-c00000000021" ["case:recommend"] Reasoned = {"reason": "Văn bản chưa trả lời kiến nghị về lịch tiếp công dân."},
    |conn, call, why, target| act(conn, call, target, Act::Saying(A::ReturnAnswer, why.reason))
}

step! {
    /// Urge an agency
    ///
    /// By a head above it, when what it owes was due.
    urge_case "/v1/cases/{id}/urge" "urgeCase" "019b76da-a800-7000-8000-c00000000022" ["case:supervise"] Reasoned = {"reason": "Đề nghị giải quyết và báo cáo trong tuần này."},
    |conn, call, why, target| act(conn, call, target, Act::Saying(A::Urge, why.reason))
}
