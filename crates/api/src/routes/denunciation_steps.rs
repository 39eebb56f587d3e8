//! The steps of a denunciation: one operation for each action of the table.

use actix_web::post;
use denunciations::DenunciationId;
use denunciations::denunciation::Accused;
use denunciations::request::{
    Conclusion, DenunciationAssignment, DenunciationGrounded, DenunciationStatement, DenunciationTransfer, Plain,
    Reasoned, Redaction, not_blank,
};
use denunciations::steps::{self, Act};
use denunciations::view::View;
use denunciations::workflow::DenunciationAction as A;
use kernel::Permission;
use kernel::id::AgencyId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::case_steps::may_verify;
use super::denunciation_accused::known;
use super::dossiers::agency_today;
use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(redact_denunciation)
        .service(accuse_in_denunciation)
        .service(ask_denouncer)
        .service(extend_denunciation_check)
        .service(transfer_denunciation)
        .service(forward_denunciation)
        .service(refuse_denunciation)
        .service(treat_denunciation_as_lead)
        .service(file_lead)
        .service(check_lead)
        .service(accept_denunciation)
        .service(notify_of_denunciation)
        .service(assign_denunciation)
        .service(report_on_denunciation)
        .service(send_denunciation_back)
        .service(suspend_denunciation)
        .service(resume_denunciation)
        .service(extend_denunciation)
        .service(hand_denunciation_to_investigation)
        .service(conclude_denunciation)
        .service(send_conclusion)
        .service(handle_conclusion)
        .service(publish_conclusion)
        .service(close_denunciation)
        .service(terminate_denunciation)
        .service(settle_rest_of_denunciation)
        .service(refuse_denunciation_withdrawal)
        .service(protect_denouncer)
        .service(refuse_denouncer_protection)
        .service(end_denouncer_protection)
        .service(ask_for_delay_report)
        .service(explain_denunciation_delay)
        .service(answer_denunciation_delay)
        .service(uphold_conclusion)
        .service(take_denunciation_over);
}

/// Whoever is to verify it works here, and verifying is theirs.
async fn assigned(call: &Call, whom: DenunciationAssignment) -> kernel::Result<Act> {
    let today = deadlines::vn_date(call.ctx.now);
    let staff = may_verify(&mut *call.db.conn().await?, whom.to, Permission::ProcessDenunciation, today).await?;
    Ok(Act::Assign(whom, staff.all_agencies()))
}

async fn accusing(call: &Call, whom: Accused) -> kernel::Result<Act> {
    let known = known(call, std::slice::from_ref(&whom), |_| String::new()).await?;
    Ok(Act::Accuse(whom, known))
}

fn transferred(call: &Call, whose: DenunciationTransfer) -> kernel::Result<Act> {
    let to: AgencyId = agency_today(call, "/to", &whose.to)?;
    Ok(Act::Transfer(to, whose.reason))
}

/// A step's operation: documentation, route, an example among the demo's denunciations, and what is done.
macro_rules! step {
    ($(#[doc = $doc:literal])* $name:ident $path:literal $id:literal $example:literal [$($scope:literal),+] $input:ident = $body:tt,
     |$call:ident, $given:pat_param| $act:expr) => {
        $(#[doc = $doc])*
        #[utoipa::path(operation_id = $id, tag = "denunciations", request_body(content = $input, example = json!($body)),
            params(("id" = DenunciationId, Path, description = "The denunciation's id.", example = $example)),
            security($(("oauth" = [$scope])),+),
            responses(
                (status = 200, description = "The denunciation after the step.", body = View),
                (status = 404, description = "There is none, or not for you.", body = Document),
                (status = 409, description = "The state does not allow it; `state` and `allowed_actions` say what it does.", body = Document),
                (status = 412, description = "It has changed since the version in If-Match.", body = Document),
                (status = 422, description = "The content breaks the schema or a rule.", body = Document),
            ))]
        #[post($path)]
        async fn $name(id: Id<DenunciationId>, write: Write<$input>) -> Result<Answered> {
            let (if_match, db) = (write.if_match, write.call.apart.denunciations.clone());
            write
                .run_on(db, async move |conn, $call, given: $input, attempt| {
                    let $given = not_blank(given)?;
                    let act: Act = $act;
                    let target = steps::Target { id: id.0, if_match, attempt };
                    let mut vault = $call.apart.vault.conn().await?;
                    steps::act((conn, &mut vault), &$call.ctx, $call.app.denunciations(), target, act).await
                })
                .await
        }
    };
}

step! {
    /// Take out what tells who denounces
    ///
    /// What was sent was cleared of names, numbers and addresses of its denouncers; what else tells who they are is for
    /// officers to take out, also of what they have added since (`messages`, by their versions in the timeline) and of the offices of those
    /// who are accused.
    redact_denunciation "/v1/denunciations/{id}/redact" "redactDenunciation" "019b76da-a800-7000-8000-c30000000001" ["denunciation:process", "denunciation:decide"] Redaction = {"subject": "Tố cáo nhận tiền khi cấp phép", "contents": ["Một cán bộ yêu cầu đưa 5.000.000 đồng để được cấp phép sớm."]},
    |call, redaction| Act::Redact(redaction)
}

step! {
    /// Name whom a denunciation accuses
    ///
    /// Who is named in words, by their account, or somebody more. They never see it, and have no part in it from now on; where that is the
    /// agency that has it, or its head, the one above has it, unless nothing is left to be done about it. Whoever says so is not accused
    /// themselves.
    accuse_in_denunciation "/v1/denunciations/{id}/accuse" "accuseInDenunciation" "019b76da-a800-7000-8000-c30000000001" ["denunciation:process", "denunciation:decide"] Accused = {"name": "Ông Nguyễn Văn A", "official_id": "019b76da-a800-7000-8000-b00000000001"},
    |call, whom| accusing(call, whom).await?
}

step! {
    /// Ask the denouncer
    ///
    /// They see it with their code, and answer there.
    ask_denouncer "/v1/denunciations/{id}/ask" "askDenouncer" "019b76da-a800-7000-8000-c30000000001" ["denunciation:process", "denunciation:decide"] DenunciationStatement = {"words": "Ông/bà còn giữ bản ghi âm không?"},
    |call, question| Act::Ask(question.words)
}

step! {
    /// Extend the check
    ///
    /// Where it has to be looked at in several places.
    extend_denunciation_check "/v1/denunciations/{id}/extend-check" "extendDenunciationCheck" "019b76da-a800-7000-8000-c30000000002" ["denunciation:decide"] DenunciationGrounded = {"ground": "several_places", "reason": "Phải kiểm tra tại hai phường."},
    |call, why| Act::Grounded(A::ExtendCheck, why)
}

step! {
    /// Hand a denunciation to another agency
    ///
    /// To the one of the city whose matter it is, never to one that it accuses.
    transfer_denunciation "/v1/denunciations/{id}/transfer" "transferDenunciation" "019b76da-a800-7000-8000-c30000000003" ["denunciation:process", "denunciation:decide"] DenunciationTransfer = {"to": "H26", "reason": "Thuộc thẩm quyền của Chủ tịch UBND Thành phố."},
    |call, whose| transferred(call, whose)?
}

step! {
    /// Send a denunciation on
    ///
    /// To a body outside the city's administration; the reason names it.
    forward_denunciation "/v1/denunciations/{id}/forward" "forwardDenunciation" "019b76da-a800-7000-8000-c30000000004" ["denunciation:decide"] Reasoned = {"reason": "Chuyển Viện kiểm sát nhân dân Thành phố theo thẩm quyền."},
    |call, why| Act::Saying(A::Forward, why.reason)
}

step! {
    /// Refuse a denunciation
    ///
    /// On a ground of LTC Art. 29.
    refuse_denunciation "/v1/denunciations/{id}/refuse" "refuseDenunciation" "019b76da-a800-7000-8000-c30000000005" ["denunciation:decide"] DenunciationGrounded = {"ground": "no_grounds", "reason": "Không có căn cứ xác định hành vi vi phạm."},
    |call, why| Act::Grounded(A::Refuse, why)
}

step! {
    /// Treat a denunciation as a lead
    ///
    /// Where the name or address under which it was sent is found to be false (LTC Art. 25). Its code stays, and its check goes on.
    /// Whoever sent it is told why, and adds to it still; what they asked for as its denouncer falls away.
    treat_denunciation_as_lead "/v1/denunciations/{id}/treat-as-lead" "treatDenunciationAsLead" "019b76da-a800-7000-8000-c30000000026" ["denunciation:decide"] Reasoned = {"reason": "Công an phường xác nhận không có ai tên này ở địa chỉ đã ghi."},
    |call, why| Act::Saying(A::TreatAsLead, why.reason)
}

step! {
    /// Keep a lead
    ///
    /// That says nothing to be checked (LTC Art. 25).
    file_lead "/v1/denunciations/{id}/file" "fileLead" "019b76da-a800-7000-8000-c30000000006" ["denunciation:decide"] DenunciationGrounded = {"ground": "not_specific", "reason": "Không nêu người, việc, thời gian cụ thể."},
    |call, why| Act::Grounded(A::File, why)
}

step! {
    /// Check a lead
    ///
    /// Nobody stands by it, and it is specific (LTC Art. 25).
    check_lead "/v1/denunciations/{id}/check-lead" "checkLead" "019b76da-a800-7000-8000-c30000000007" ["denunciation:decide"] Plain = {},
    |call, Plain {}| Act::Plain(A::CheckLead)
}

step! {
    /// Accept a denunciation
    ///
    /// From now it has to be concluded in 30 days (LTC Art. 30), and both sides told in five working days.
    accept_denunciation "/v1/denunciations/{id}/accept" "acceptDenunciation" "019b76da-a800-7000-8000-c30000000008" ["denunciation:decide"] Plain = {},
    |call, Plain {}| Act::Plain(A::Accept)
}

step! {
    /// Say that both sides were told
    ///
    /// That it is accepted; the accused without who denounces (LTC Art. 29).
    notify_of_denunciation "/v1/denunciations/{id}/notify" "notifyOfDenunciation" "019b76da-a800-7000-8000-c30000000009" ["denunciation:process", "denunciation:decide"] Plain = {},
    |call, Plain {}| Act::Plain(A::Notify)
}

step! {
    /// Name who verifies a denunciation
    ///
    /// Never whom it accuses. They see it without who denounces.
    assign_denunciation "/v1/denunciations/{id}/assign" "assignDenunciation" "019b76da-a800-7000-8000-c3000000000a" ["denunciation:decide"] DenunciationAssignment = {"to": "019b76da-a800-7000-8000-b00000000004"},
    |call, whom| assigned(call, whom).await?
}

step! {
    /// Report what verification has found
    ///
    /// By whoever was named to verify it.
    report_on_denunciation "/v1/denunciations/{id}/report" "reportOnDenunciation" "019b76da-a800-7000-8000-c3000000000b" ["denunciation:process"] DenunciationStatement = {"words": "Đã xác minh: nội dung thứ nhất có cơ sở, nội dung thứ hai không có."},
    |call, findings| Act::Saying(A::Report, findings.words)
}

step! {
    /// Send a denunciation back
    ///
    /// To whoever verifies it.
    send_denunciation_back "/v1/denunciations/{id}/send-back" "sendDenunciationBack" "019b76da-a800-7000-8000-c3000000000c" ["denunciation:decide"] Reasoned = {"reason": "Đề nghị làm rõ số tiền đã nhận."},
    |call, why| Act::Saying(A::SendBack, why.reason)
}

step! {
    /// Suspend a denunciation
    ///
    /// While another authority's result must be awaited (LTC Art. 34).
    suspend_denunciation "/v1/denunciations/{id}/suspend" "suspendDenunciation" "019b76da-a800-7000-8000-c3000000000d" ["denunciation:decide"] DenunciationGrounded = {"ground": "awaits_result", "reason": "Chờ kết quả giám định chữ ký."},
    |call, why| Act::Grounded(A::Suspend, why)
}

step! {
    /// Go on with a denunciation
    ///
    /// Where it stood.
    resume_denunciation "/v1/denunciations/{id}/resume" "resumeDenunciation" "019b76da-a800-7000-8000-c3000000000e" ["denunciation:decide"] Reasoned = {"reason": "Đã có kết quả giám định chữ ký."},
    |call, why| Act::Saying(A::Resume, why.reason)
}

step! {
    /// Extend the limit
    ///
    /// Once where it is complex, twice where it is specially so (LTC Art. 30).
    extend_denunciation "/v1/denunciations/{id}/extend" "extendDenunciation" "019b76da-a800-7000-8000-c3000000000f" ["denunciation:decide"] DenunciationGrounded = {"ground": "complex", "reason": "Phải xác minh tại nhiều địa điểm."},
    |call, why| Act::Grounded(A::Extend, why)
}

step! {
    /// Hand a denunciation to the investigation body
    ///
    /// Where it shows signs of crime (LTC Art. 27).
    hand_denunciation_to_investigation "/v1/denunciations/{id}/to-investigation" "handDenunciationToInvestigation" "019b76da-a800-7000-8000-c30000000010" ["denunciation:decide"] Reasoned = {"reason": "Có dấu hiệu của tội nhận hối lộ."},
    |call, why| Act::Saying(A::ToInvestigation, why.reason)
}

step! {
    /// Conclude a denunciation
    ///
    /// True, partly true, false, or false in bad faith; written without who denounced.
    conclude_denunciation "/v1/denunciations/{id}/conclude" "concludeDenunciation" "019b76da-a800-7000-8000-c30000000011" ["denunciation:decide"] Conclusion = {"outcome": "partly_true", "words": "Nội dung nhận tiền là đúng; nội dung kéo dài thời gian không có cơ sở."},
    |call, conclusion| Act::Conclude(conclusion)
}

step! {
    /// Say that the conclusion was sent
    ///
    /// To those to whom it goes (LTC Art. 35).
    send_conclusion "/v1/denunciations/{id}/send" "sendConclusion" "019b76da-a800-7000-8000-c30000000012" ["denunciation:process", "denunciation:decide"] Plain = {},
    |call, Plain {}| Act::Plain(A::Send)
}

step! {
    /// Say what was done on the conclusion
    ///
    /// LTC Art. 36.
    handle_conclusion "/v1/denunciations/{id}/handle" "handleConclusion" "019b76da-a800-7000-8000-c30000000012" ["denunciation:decide"] DenunciationStatement = {"words": "Đã kỷ luật khiển trách và thu hồi số tiền đã nhận."},
    |call, done| Act::Saying(A::Handle, done.words)
}

step! {
    /// Say that the conclusion was published
    ///
    /// Without who denounced (LTC Art. 40).
    publish_conclusion "/v1/denunciations/{id}/publish" "publishConclusion" "019b76da-a800-7000-8000-c30000000012" ["denunciation:process", "denunciation:decide"] DenunciationStatement = {"words": "Công khai tại trụ sở cơ quan từ ngày 20/11/2026."},
    |call, place| Act::Saying(A::Publish, place.words)
}

step! {
    /// Close a denunciation
    ///
    /// When its conclusion is sent, acted on and published.
    close_denunciation "/v1/denunciations/{id}/close" "closeDenunciation" "019b76da-a800-7000-8000-c30000000013" ["denunciation:decide"] Plain = {},
    |call, Plain {}| Act::Plain(A::Close)
}

step! {
    /// End a withdrawn denunciation
    ///
    /// Where there are no signs of a violation, of force or of slander (LTC Art. 33).
    terminate_denunciation "/v1/denunciations/{id}/terminate" "terminateDenunciation" "019b76da-a800-7000-8000-c30000000014" ["denunciation:decide"] Reasoned = {"reason": "Người tố cáo rút toàn bộ, không có dấu hiệu vi phạm."},
    |call, why| Act::Saying(A::Terminate, why.reason)
}

step! {
    /// Go on with the rest of a denunciation
    ///
    /// What its denouncer withdraws of it is settled no more, where there are no such signs; no limit changes (LTC Art. 33).
    settle_rest_of_denunciation "/v1/denunciations/{id}/settle-rest" "settleRestOfDenunciation" "019b76da-a800-7000-8000-c30000000025" ["denunciation:decide"] Reasoned = {"reason": "Người tố cáo rút nội dung thứ hai, không có dấu hiệu vi phạm."},
    |call, why| Act::Saying(A::SettleRest, why.reason)
}

step! {
    /// Go on in spite of a withdrawal
    ///
    /// Of all of it or of a part: on a ground of LTC Art. 33.
    refuse_denunciation_withdrawal "/v1/denunciations/{id}/refuse-withdrawal" "refuseDenunciationWithdrawal" "019b76da-a800-7000-8000-c30000000015" ["denunciation:decide"] DenunciationGrounded = {"ground": "under_threat", "reason": "Có dấu hiệu người tố cáo bị đe doạ."},
    |call, why| Act::Grounded(A::RefuseWithdrawal, why)
}

step! {
    /// Protect the denouncer
    ///
    /// With the measures that are said.
    protect_denouncer "/v1/denunciations/{id}/protect" "protectDenouncer" "019b76da-a800-7000-8000-c30000000016" ["denunciation:decide"] DenunciationStatement = {"words": "Bố trí công tác khác, giữ nguyên vị trí việc làm."},
    |call, measures| Act::Saying(A::Protect, measures.words)
}

step! {
    /// Refuse protection
    ///
    /// With a reason.
    refuse_denouncer_protection "/v1/denunciations/{id}/refuse-protection" "refuseDenouncerProtection" "019b76da-a800-7000-8000-c30000000017" ["denunciation:decide"] Reasoned = {"reason": "Chưa có căn cứ về việc bị đe doạ."},
    |call, why| Act::Saying(A::RefuseProtection, why.reason)
}

step! {
    /// End protection
    ///
    /// When it is needed no more, or whoever is protected wilfully neglects their duties.
    end_denouncer_protection "/v1/denunciations/{id}/end-protection" "endDenouncerProtection" "019b76da-a800-7000-8000-c30000000018" ["denunciation:decide"] Reasoned = {"reason": "Không còn nguy cơ bị trả thù."},
    |call, why| Act::Saying(A::EndProtection, why.reason)
}

step! {
    /// Ask why a denunciation is late
    ///
    /// By the agency above, when its denouncer has told it.
    ask_for_delay_report "/v1/denunciations/{id}/ask-for-report" "askForDelayReport" "019b76da-a800-7000-8000-c3000000001a" ["denunciation:decide"] Plain = {},
    |call, Plain {}| Act::Plain(A::AskForReport)
}

step! {
    /// Say why a denunciation is late
    ///
    /// To the agency above, which has asked.
    explain_denunciation_delay "/v1/denunciations/{id}/explain-delay" "explainDenunciationDelay" "019b76da-a800-7000-8000-c3000000001b" ["denunciation:decide"] DenunciationStatement = {"words": "Chờ kết quả giám định; dự kiến kết luận trong tháng 12."},
    |call, why| Act::Saying(A::ExplainDelay, why.words)
}

step! {
    /// Answer the denouncer about a delay
    ///
    /// What the agency above has found and done. Its denouncer reads it.
    answer_denunciation_delay "/v1/denunciations/{id}/answer-delay" "answerDenunciationDelay" "019b76da-a800-7000-8000-c3000000001c" ["denunciation:decide"] DenunciationStatement = {"words": "Đã yêu cầu kết luận trước ngày 15/12/2026."},
    |call, answer| Act::Saying(A::AnswerDelay, answer.words)
}

step! {
    /// Find a conclusion right
    ///
    /// By the agency above, to which its denouncer has gone: it was settled by the law. Its denouncer reads why.
    uphold_conclusion "/v1/denunciations/{id}/uphold" "upholdConclusion" "019b76da-a800-7000-8000-c3000000001d" ["denunciation:decide"] DenunciationStatement = {"words": "Việc giải quyết đúng pháp luật; không có tình tiết mới."},
    |call, why| Act::Saying(A::Uphold, why.words)
}

step! {
    /// Settle a denunciation anew
    ///
    /// By the agency above, to which its denouncer has gone: it has it from now on, with every limit anew.
    take_denunciation_over "/v1/denunciations/{id}/take-over" "takeDenunciationOver" "019b76da-a800-7000-8000-c3000000001e" ["denunciation:decide"] DenunciationStatement = {"words": "Kết luận bỏ sót tài liệu do người tố cáo cung cấp."},
    |call, why| Act::Saying(A::TakeOver, why.words)
}
