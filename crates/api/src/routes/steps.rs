//! The steps of a dossier: one operation for each action of the table.

use actix_web::post;
use kernel::Ctx;
use kernel::id::AgencyId;
use procedures::DossierId;
use procedures::consultation::ask::{self, NewConsultation};
use procedures::delivery::NewDelivery;
use procedures::fee::order::{self, NewDuty};
use procedures::request::{
    CaseChange, HandOver, NewResult, Plain, Proposal, Reappointment, Reasoned, Rejection, Stoppage, SupplementNotice,
    SupplementProposal, SupplementRequest, VerificationPlan, VerificationRecord, Withdrawal,
};
use procedures::steps;
use procedures::view::View;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dossiers::{agency_today, decider_today};
use crate::app::App;
use crate::call::{Call, Id};
use crate::problem::{Document, Result};
use crate::write::{Answered, Write};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(submit_dossier)
        .service(request_dossier_intake_supplement)
        .service(accept_dossier)
        .service(propose_dossier_rejection)
        .service(reject_dossier)
        .service(hand_dossier_over)
        .service(refuse_dossier_hand_over)
        .service(start_dossier_processing)
        .service(verify_dossier)
        .service(record_dossier_verification)
        .service(consult_on_dossier)
        .service(end_dossier_consultation)
        .service(request_dossier_payment)
        .service(waive_dossier_payment)
        .service(propose_dossier_supplement)
        .service(sign_dossier_supplement)
        .service(request_dossier_supplement)
        .service(confirm_dossier_supplement)
        .service(propose_dossier_result)
        .service(send_dossier_back)
        .service(propose_dossier_reappointment)
        .service(reappoint_dossier)
        .service(change_dossier_case)
        .service(issue_dossier_result)
        .service(return_dossier_result)
        .service(withdraw_dossier)
        .service(request_dossier_withdrawal)
        .service(approve_dossier_withdrawal)
        .service(refuse_dossier_withdrawal)
        .service(stop_dossier);
}

/// What comes before the serial in the codes of the caller's unit today.
pub fn code_prefix(app: &App, ctx: &Ctx) -> String {
    let agencies = app.agencies.load();
    let unit = ctx.actor.agency().and_then(|id| agencies.get(id)).map_or("", |agency| agency.code.as_str());
    let day = deadlines::vn_date(ctx.now).format("%y%m%d").to_string();
    let pattern = &app.settings.dossier_code;
    pattern.replace("{unit}", unit).replace("{qcvn102}", &qcvn102(unit)).replace("{date}", &day)
}

/// A unit's code in the order of QCVN 102:2016/BTTTT, in which TT 01/2018/TT-VPCP Art. 19 writes dossier codes:
/// `H26.13.01` becomes `000.01.13.H26`.
fn qcvn102(code: &str) -> String {
    let mut levels = code.split('.');
    let mut level = |width: usize| format!("{:0>width$}", levels.next().unwrap_or("0"));
    let (province, second, third, fourth) = (level(3), level(2), level(2), level(3));
    format!("{fourth}.{third}.{second}.{province}")
}

/// The agencies that are asked, in the order of the questions.
fn asked(call: &Call, new: &NewConsultation) -> kernel::Result<Vec<AgencyId>> {
    let codes = new.questions.iter().enumerate();
    codes.map(|(n, question)| agency_today(call, &format!("/questions/{n}/agency"), &question.agency)).collect()
}

/// The agency that a rejection names.
fn competent(call: &Call, why: &Rejection) -> kernel::Result<Option<AgencyId>> {
    why.competent_agency.as_ref().map(|code| decider_today(call, "/competent_agency", code)).transpose()
}

/// A step's operation: documentation, route, an example among the demo's dossiers, and the use case behind it.
macro_rules! step {
    ($(#[doc = $doc:literal])* $name:ident $path:literal $id:literal $example:literal [$($scope:literal),+] $input:ty,
     |$conn:ident, $call:ident, $given:pat_param, $target:ident, $world:ident| $work:expr) => {
        $(#[doc = $doc])*
        #[utoipa::path(operation_id = $id, tag = "dossiers", request_body = $input,
            params(("id" = DossierId, Path, description = "The dossier's id.", example = $example)),
            security($(("oauth" = [$scope])),+),
            responses(
                (status = 200, description = "The dossier after the step.", body = View),
                (status = 404, description = "There is none, or not for you.", body = Document),
                (status = 409, description = "The state does not allow it; `state` and `allowed_actions` say what does.", body = Document),
                (status = 412, description = "The dossier has changed since the version in If-Match.", body = Document),
                (status = 422, description = "The content breaks the schema or a rule.", body = Document),
            ))]
        #[post($path)]
        async fn $name(id: Id<DossierId>, write: Write<$input>) -> Result<Answered> {
            change!(write, id.0, |$conn, $call, $given, $target, $world| $work)
        }
    };
}

step! {
    /// Submit a draft
    ///
    /// Online, by the applicant, when every declared paper has arrived; what came by post, by reception. From now the agency
    /// owes an answer within the intake limit (8 working hours as a rule).
    submit_dossier "/v1/dossiers/{id}/submit" "submitDossier" "019b76da-a800-7000-8000-d00000000000" ["dossier:file", "dossier:receive"] Plain,
    |conn, call, Plain {}, target, world| steps::submit(conn, &call.ctx, world, target)
}

step! {
    /// Ask for papers at intake
    ///
    /// Before a dossier is accepted: everything that is missing, all at once, and once; a second time by whoever heads the
    /// one-stop shop. The applicant adds it within the time that is given, and submits again; when that time is over the
    /// dossier is rejected.
    request_dossier_intake_supplement "/v1/dossiers/{id}/request-intake-supplement" "requestDossierIntakeSupplement" "019b76da-a800-7000-8000-d0000000000b" ["dossier:receive", "dossier:approve-intake"] SupplementRequest,
    |conn, call, what, target, world| steps::request_intake_supplement(conn, &call.ctx, world, target, what)
}

step! {
    /// Accept a dossier
    ///
    /// As full and correct: its code is given and its statutory clock starts. At the counter from the draft, online
    /// from the submission.
    accept_dossier "/v1/dossiers/{id}/accept" "acceptDossier" "019b76da-a800-7000-8000-d00000000001" ["dossier:receive"] Plain,
    |conn, call, Plain {}, target, world| steps::accept(conn, &call.ctx, world, target, &code_prefix(&call.app, &call.ctx))
}

step! {
    /// Propose not to accept a dossier
    ///
    /// By reception, to whoever heads the one-stop shop: with a ground that is counted and a reason for the applicant.
    propose_dossier_rejection "/v1/dossiers/{id}/propose-rejection" "proposeDossierRejection" "019b76da-a800-7000-8000-d00000000002" ["dossier:receive"] Rejection,
    |conn, call, why, target, world| async {
        competent(call, &why)?;
        steps::propose_rejection(conn, &call.ctx, world, target, why).await
    }
}

step! {
    /// Refuse to accept a dossier
    ///
    /// By whoever heads the one-stop shop: with a ground that is counted, a reason for the applicant, and the agency that is
    /// competent, if another one is. Final.
    reject_dossier "/v1/dossiers/{id}/reject" "rejectDossier" "019b76da-a800-7000-8000-d00000000024" ["dossier:approve-intake"] Rejection,
    |conn, call, why, target, world| async {
        let competent = competent(call, &why)?;
        steps::reject(conn, &call.ctx, world, target, why, competent).await
    }
}

step! {
    /// Hand a dossier over
    ///
    /// From reception to whoever decides it: the same day, or first thing on the next working day for what came after 15:00. What turns
    /// out to be another agency's goes `to` that one.
    hand_dossier_over "/v1/dossiers/{id}/hand-over" "handDossierOver" "019b76da-a800-7000-8000-d00000000013" ["dossier:receive"] HandOver,
    |conn, call, given, target, world| async {
        let to = given.to.map(|code| decider_today(call, "/to", &code)).transpose()?;
        steps::hand_over(conn, &call.ctx, world, target, to).await
    }
}

step! {
    /// Refuse a hand-over
    ///
    /// Gives it back to reception: something is missing, or it is not for this agency.
    refuse_dossier_hand_over "/v1/dossiers/{id}/refuse-hand-over" "refuseDossierHandOver" "019b76da-a800-7000-8000-d00000000014" ["dossier:process"] Reasoned,
    |conn, call, why, target, world| steps::refuse_hand_over(conn, &call.ctx, world, target, why)
}

step! {
    /// Verify on the spot
    ///
    /// Something is looked at, or asked of people; the applicant is told when to be there. The clock runs on.
    verify_dossier "/v1/dossiers/{id}/verify" "verifyDossier" "019b76da-a800-7000-8000-d00000000015" ["dossier:process"] VerificationPlan,
    |conn, call, plan, target, world| steps::verify(conn, &call.ctx, world, target, plan)
}

step! {
    /// Record a verification
    ///
    /// When and where it was held, who was there, and what it has shown.
    record_dossier_verification "/v1/dossiers/{id}/record-verification" "recordDossierVerification" "019b76da-a800-7000-8000-d00000000016" ["dossier:process"] VerificationRecord,
    |conn, call, record, target, world| steps::record_verification(conn, &call.ctx, world, target, record)
}

step! {
    /// Ask other agencies
    ///
    /// For their opinion: all at once, each with its question and a limit. Where the procedure's law says so, silence is
    /// consent. With the last answer the examination goes on by itself; the clock runs all the while.
    consult_on_dossier "/v1/dossiers/{id}/consult" "consultOnDossier" "019b76da-a800-7000-8000-d00000000019" ["dossier:process"] NewConsultation,
    |conn, call, new, target, world| async {
        let agencies = asked(call, &new)?;
        ask::consult(conn, &call.ctx, world, target, &agencies, new).await
    }
}

step! {
    /// Go on without answers
    ///
    /// Ends the questions that nobody has answered, with the reason.
    end_dossier_consultation "/v1/dossiers/{id}/end-consultation" "endDossierConsultation" "019b76da-a800-7000-8000-d0000000001a" ["dossier:process"] Reasoned,
    |conn, call, why, target, world| ask::end(conn, &call.ctx, world, target, why)
}

step! {
    /// Wait for a tax or duty
    ///
    /// That another office has assessed. The examination goes on by itself when it is paid; where the procedure says so, the
    /// clock stands until then.
    request_dossier_payment "/v1/dossiers/{id}/request-payment" "requestDossierPayment" "019b76da-a800-7000-8000-d0000000001b" ["dossier:process"] NewDuty,
    |conn, call, duty, target, world| order::request_payment(conn, &call.ctx, world, target, duty)
}

step! {
    /// Go on without a payment
    ///
    /// By a leader, with the reason: what is open is cancelled.
    waive_dossier_payment "/v1/dossiers/{id}/waive-payment" "waiveDossierPayment" "019b76da-a800-7000-8000-d0000000001c" ["dossier:sign"] Reasoned,
    |conn, call, why, target, world| order::waive_payment(conn, &call.ctx, world, target, why)
}

step! {
    /// Take up a dossier
    ///
    /// The competent agency begins to examine it. One that another agency has received has to be handed over first, and
    /// its limit began with that.
    start_dossier_processing "/v1/dossiers/{id}/start-processing" "startDossierProcessing" "019b76da-a800-7000-8000-d00000000003" ["dossier:process"] Plain,
    |conn, call, Plain {}, target, world| steps::start_processing(conn, &call.ctx, world, target)
}

step! {
    /// Propose a supplement
    ///
    /// By the officer, to whoever signs: at once everything that is missing. When the applicant is told later than the rule
    /// says (3 working days from reception), with the reason.
    propose_dossier_supplement "/v1/dossiers/{id}/propose-supplement" "proposeDossierSupplement" "019b76da-a800-7000-8000-d00000000004" ["dossier:process"] SupplementProposal,
    |conn, call, what, target, world| steps::propose_supplement(conn, &call.ctx, world, target, what)
}

step! {
    /// Sign a supplement
    ///
    /// What the officer proposes to ask for may be sent.
    sign_dossier_supplement "/v1/dossiers/{id}/sign-supplement" "signDossierSupplement" "019b76da-a800-7000-8000-d00000000022" ["dossier:sign"] Plain,
    |conn, call, Plain {}, target, world| steps::sign_supplement(conn, &call.ctx, world, target)
}

step! {
    /// Send a supplement request
    ///
    /// By reception, which alone deals with the applicant. The clock stands until reception confirms the supplement, or the
    /// applicant's time is over: then the dossier may be refused or stopped.
    request_dossier_supplement "/v1/dossiers/{id}/request-supplement" "requestDossierSupplement" "019b76da-a800-7000-8000-d00000000023" ["dossier:receive"] SupplementNotice,
    |conn, call, notice, target, world| steps::request_supplement(conn, &call.ctx, world, target, notice)
}

step! {
    /// Confirm a supplement
    ///
    /// Reception has what was missing, each component anew: the clock begins anew (NĐ 61/2018 Art. 19(4)) or goes on, as the
    /// procedure says.
    confirm_dossier_supplement "/v1/dossiers/{id}/confirm-supplement" "confirmDossierSupplement" "019b76da-a800-7000-8000-d00000000005" ["dossier:receive"] Plain,
    |conn, call, Plain {}, target, world| steps::confirm_supplement(conn, &call.ctx, world, target)
}

step! {
    /// Propose a result
    ///
    /// By the officer who has examined the dossier, to whoever signs. A refusal needs its ground and reason.
    propose_dossier_result "/v1/dossiers/{id}/propose-result" "proposeDossierResult" "019b76da-a800-7000-8000-d0000000000c" ["dossier:process"] Proposal,
    |conn, call, proposal, target, world| steps::propose_result(conn, &call.ctx, world, target, proposal)
}

step! {
    /// Send a proposal back
    ///
    /// To the officer or to reception, with what is to be done about it. The clock runs on.
    send_dossier_back "/v1/dossiers/{id}/send-back" "sendDossierBack" "019b76da-a800-7000-8000-d0000000000d" ["dossier:sign", "dossier:approve-intake"] Reasoned,
    |conn, call, why, target, world| steps::send_back(conn, &call.ctx, world, target, why)
}

step! {
    /// Propose a new date
    ///
    /// By the officer who sees that it will be late, to whoever signs, with the apology for the applicant.
    propose_dossier_reappointment "/v1/dossiers/{id}/propose-reappointment" "proposeDossierReappointment" "019b76da-a800-7000-8000-d00000000025" ["dossier:process"] Reappointment,
    |conn, call, new, target, world| steps::propose_reappointment(conn, &call.ctx, world, target, new)
}

step! {
    /// Give a new date
    ///
    /// With the apology for the applicant: once, and at the latest a day before the date that was told (NĐ 61/2018
    /// Art. 19(9)). Whether the dossier is late is still measured by the law's limit.
    reappoint_dossier "/v1/dossiers/{id}/reappoint" "reappointDossier" "019b76da-a800-7000-8000-d0000000000e" ["dossier:sign"] Reappointment,
    |conn, call, new, target, world| steps::reappoint(conn, &call.ctx, world, target, new)
}

step! {
    /// Change a dossier's case
    ///
    /// By a leader, while it is in time and before it has been given a new date: it is another of its procedure's cases, as when
    /// a marriage needs verification. The limit is that of the new case, from when it began; the applicant gets a new receipt.
    change_dossier_case "/v1/dossiers/{id}/change-case" "changeDossierCase" "019b76da-a800-7000-8000-d00000000027" ["dossier:sign"] CaseChange,
    |conn, call, change, target, world| steps::change_case(conn, &call.ctx, world, target, change)
}

step! {
    /// Sign the result
    ///
    /// Granted, or refused on the merits with ground and reason. This moment decides whether the dossier was in time.
    issue_dossier_result "/v1/dossiers/{id}/issue-result" "issueDossierResult" "019b76da-a800-7000-8000-d00000000006" ["dossier:sign"] NewResult,
    |conn, call, result, target, world| steps::issue_result(conn, &call.ctx, world, target, result)
}

step! {
    /// Hand over the result
    ///
    /// By reception, at the counter or to the post, with who takes it and whether they have signed; or taken over online by the
    /// applicant, who says nothing. What was handed to the post is returned: whether it arrives is not followed.
    return_dossier_result "/v1/dossiers/{id}/return-result" "returnDossierResult" "019b76da-a800-7000-8000-d00000000007" ["dossier:receive", "dossier:file"] NewDelivery,
    |conn, call, given, target, world| steps::return_result(conn, &call.ctx, world, target, given)
}

step! {
    /// Withdraw a dossier
    ///
    /// By the applicant, or at the counter by reception for them, before it is accepted.
    withdraw_dossier "/v1/dossiers/{id}/withdraw" "withdrawDossier" "019b76da-a800-7000-8000-d00000000008" ["dossier:file", "dossier:receive"] Withdrawal,
    |conn, call, why, target, world| steps::withdraw(conn, &call.ctx, world, target, why)
}

step! {
    /// Ask for a withdrawal
    ///
    /// Of a dossier that was accepted and has no result yet. The clock runs until it is decided.
    request_dossier_withdrawal "/v1/dossiers/{id}/request-withdrawal" "requestDossierWithdrawal" "019b76da-a800-7000-8000-d0000000000f" ["dossier:file", "dossier:receive"] Withdrawal,
    |conn, call, why, target, world| steps::request_withdrawal(conn, &call.ctx, world, target, why)
}

step! {
    /// Approve a withdrawal
    ///
    /// By a leader, or by whoever heads the one-stop shop that received it: the dossier is stopped and its papers go back.
    /// Final.
    approve_dossier_withdrawal "/v1/dossiers/{id}/approve-withdrawal" "approveDossierWithdrawal" "019b76da-a800-7000-8000-d00000000010" ["dossier:sign", "dossier:approve-intake"] Plain,
    |conn, call, Plain {}, target, world| steps::approve_withdrawal(conn, &call.ctx, world, target)
}

step! {
    /// Refuse a withdrawal
    ///
    /// The dossier goes on where it was.
    refuse_dossier_withdrawal "/v1/dossiers/{id}/refuse-withdrawal" "refuseDossierWithdrawal" "019b76da-a800-7000-8000-d00000000011" ["dossier:sign", "dossier:approve-intake"] Reasoned,
    |conn, call, why, target, world| steps::refuse_withdrawal(conn, &call.ctx, world, target, why)
}

step! {
    /// Stop a dossier
    ///
    /// Whose applicant did not supply what was missing in time, or did not pay the duty, with ground and reason. Final.
    stop_dossier "/v1/dossiers/{id}/stop" "stopDossier" "019b76da-a800-7000-8000-d00000000012" ["dossier:sign"] Stoppage,
    |conn, call, why, target, world| steps::stop(conn, &call.ctx, world, target, why)
}
