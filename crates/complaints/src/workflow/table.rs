//! The table. Where it names an article, see `docs/complaints.md` for the source and how sure we are of it.

use chrono::NaiveDate;
use kernel::Permission;

use super::{CaseAction, CaseStatus, ClockEffect as C, Guard, Hand, Party, To, Transition};
use crate::clocks::CaseStage;
use crate::facts::CaseKind;
use crate::law::Setting;

use CaseKind::*;

/// All that citizens send.
const CITIZENS: &[CaseKind] = &[
    Complaint,
    Petition,
    RegulationFeedback,
    ConductReport,
    AccountabilityRequest,
    InformationRequest,
    DataSubjectRequest,
];
/// Nothing is taken up before it is found to be in order.
const SCREENED: &[CaseKind] = &[Complaint, RegulationFeedback, AccountabilityRequest];
/// The limit for the answer runs from receipt.
const AT_ONCE: &[CaseKind] = &[Petition, ConductReport, InformationRequest];
/// What comes in by letter, and is one or the other by its content.
const CLASSED: &[CaseKind] = &[Complaint, Petition, RegulationFeedback, ConductReport, AccountabilityRequest];
/// What an agency may find not to be its own.
const MOVED: &[CaseKind] = &[
    Complaint,
    Petition,
    RegulationFeedback,
    ConductReport,
    AccountabilityRequest,
    InformationRequest,
    SupervisionRecommendation,
];
const COMPLAINT: &[CaseKind] = &[Complaint];
const FRONT: &[CaseKind] = &[SupervisionRecommendation];
const DATA: &[CaseKind] = &[DataSubjectRequest];
const REGULATION: &[CaseKind] = &[RegulationFeedback];
const ACCOUNTABILITY: &[CaseKind] = &[AccountabilityRequest];
const INFORMATION: &[CaseKind] = &[InformationRequest];
const CONDUCT: &[CaseKind] = &[ConductReport];
/// What is answered, and not decided.
const ANSWERED: &[CaseKind] = &[
    Petition,
    RegulationFeedback,
    ConductReport,
    AccountabilityRequest,
    InformationRequest,
    SupervisionRecommendation,
];

use CaseStatus::*;

const SCREENING: &[CaseStatus] = &[Submitted, SupplementRequested];
const IN_WORK: &[CaseStatus] = &[Accepted, Verifying, Verified];
const IN_WORK_OR_STANDING: &[CaseStatus] = &[Accepted, Verifying, Verified, Suspended];
const NOT_DECIDED: &[CaseStatus] = &[Submitted, SupplementRequested, Accepted, Verifying, Verified, Suspended];
const DECIDED: &[CaseStatus] = &[Decided, Effective];

/// Luật 136/2025/QH15 amends the Complaints Law from that day on: partial withdrawal (Art. 10), suspension (Art. 11a), absence
/// from a dialogue that does not block (Art. 30(6)).
pub(super) const AMENDED: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 7, 1);

const fn row(
    kinds: &'static [CaseKind],
    from: &'static [CaseStatus],
    action: CaseAction,
    to: To,
    by: &'static [Hand],
    clocks: &'static [C],
    guard: Guard,
) -> Transition {
    Transition { kinds, from, action, to, by, clocks, guard, since: None }
}

const fn since(mut row: Transition, day: Option<NaiveDate>) -> Transition {
    row.since = day;
    row
}

/// The hands that a step can be in.
const SENDER: Hand = (Party::Sender, Permission::FileCase);
const FOR_SENDER: Hand = (Party::Receiving, Permission::ReceiveCase);
const AT_RECEPTION: Hand = (Party::Handling, Permission::ReceiveCase);
const DECIDES: Hand = (Party::Handling, Permission::DecideCase);
const VERIFIES: Hand = (Party::Assigned, Permission::ProcessCase);
/// The sender; for one who came on paper, whoever took it in.
const SENDERS: &[Hand] = &[SENDER, FOR_SENDER];
const RECEPTION: &[Hand] = &[AT_RECEPTION];
const HEAD: &[Hand] = &[DECIDES];
const RECEPTION_OR_HEAD: &[Hand] = &[AT_RECEPTION, DECIDES];
const OFFICER: &[Hand] = &[(Party::Handling, Permission::ProcessCase)];
const VERIFIER: &[Hand] = &[VERIFIES];
const VERIFIER_OR_HEAD: &[Hand] = &[VERIFIES, DECIDES];
const SENDER_OR_HEAD: &[Hand] = &[SENDER, DECIDES];
const THE_FRONT: &[Hand] = &[(Party::Front, Permission::Recommend)];
const PROTECTION: &[Hand] = &[(Party::DataProtection, Permission::ProtectData)];
const SUPERIOR: &[Hand] = &[(Party::Superior, Permission::SuperviseCases)];

/// Every way a case can go.
#[rustfmt::skip]
pub const TABLE: &[Transition] = {
    use CaseAction::*;
    use To::{Before, Same, State};
    &[
        // Sent.
        row(SCREENED, &[Draft], Submit, State(Submitted), SENDERS, &[C::Begin(CaseStage::Accept)], Guard::None),
        row(AT_ONCE, &[Draft], Submit, State(Submitted), SENDERS, &[C::Begin(CaseStage::Resolve)], Guard::None),
        row(DATA, &[Draft], Submit, State(Submitted), SENDERS, &[C::Begin(CaseStage::Accept), C::Begin(CaseStage::Resolve)], Guard::None),
        row(FRONT, &[Draft], Submit, State(Submitted), THE_FRONT, &[C::Begin(CaseStage::Resolve)], Guard::None),

        // Looked at: what it is, and whose.
        row(CLASSED, &[Submitted], Classify, Same, RECEPTION, &[C::Reclassify], Guard::None),
        row(CITIZENS, &[Submitted], RequestSupplement, State(SupplementRequested), RECEPTION, &[C::Pause(Setting::SupplementPauses)], Guard::None),
        row(DATA, &[Submitted], RequestSupplement, State(SupplementRequested), PROTECTION, &[C::Pause(Setting::SupplementPauses)], Guard::None),
        row(INFORMATION, &[SupplementRequested], Supply, State(Submitted), SENDERS, &[C::Restart(CaseStage::Resolve)], Guard::None),
        row(CITIZENS, &[SupplementRequested], Supply, State(Submitted), SENDERS, &[C::Resume], Guard::None),
        row(CLASSED, SCREENING, Guide, State(Guided), RECEPTION, &[C::EndAll], Guard::None),
        row(MOVED, &[Submitted], Transfer, Same, RECEPTION_OR_HEAD, &[], Guard::None),
        row(&[Petition, RegulationFeedback, ConductReport], SCREENING, Forward, State(Forwarded), RECEPTION, &[C::EndAll], Guard::None),
        row(&[Complaint, Petition], SCREENING, File, State(Filed), HEAD, &[C::EndAll], Guard::None),
        row(&[Complaint, RegulationFeedback, AccountabilityRequest, InformationRequest], SCREENING, Refuse, State(Refused), HEAD, &[C::EndAll], Guard::None),
        row(DATA, SCREENING, Refuse, State(Refused), PROTECTION, &[C::EndAll], Guard::None),
        row(DATA, &[Accepted], Refuse, State(Refused), PROTECTION, &[C::EndAll], Guard::None),
        row(&[Complaint, Petition], &[Submitted], Split, Same, RECEPTION, &[], Guard::SeveralContents),

        // Taken up.
        row(COMPLAINT, &[Submitted], Accept, State(Accepted), HEAD, &[C::End(CaseStage::Accept), C::Begin(CaseStage::Resolve)], Guard::NotInCourt),
        row(ACCOUNTABILITY, &[Submitted], Accept, State(Accepted), HEAD, &[C::End(CaseStage::Accept), C::Begin(CaseStage::Resolve)], Guard::None),
        row(REGULATION, &[Submitted], Accept, State(Accepted), HEAD, &[], Guard::None),
        row(INFORMATION, &[Submitted], Accept, State(Accepted), HEAD, &[], Guard::None),
        row(CONDUCT, &[Submitted], Accept, State(Accepted), RECEPTION, &[], Guard::None),
        row(DATA, &[Submitted], Accept, State(Accepted), PROTECTION, &[C::End(CaseStage::Accept)], Guard::None),
        row(CONDUCT, &[Accepted], Transfer, Same, RECEPTION, &[], Guard::None),
        row(&[Complaint, AccountabilityRequest, InformationRequest, ConductReport], &[Accepted, Verifying], Assign, State(Verifying), HEAD, &[], Guard::None),
        // What is classified is handed to whoever answers it within the first limit, and answered within the second: nothing between them.
        row(REGULATION, &[Accepted, Verifying], Assign, State(Verifying), HEAD, &[C::End(CaseStage::Accept), C::Begin(CaseStage::Resolve)], Guard::None),
        row(&[Petition, SupervisionRecommendation], &[Submitted, Verifying], Assign, State(Verifying), HEAD, &[], Guard::None),
        row(MOVED, &[Verifying], Report, State(Verified), VERIFIER, &[], Guard::None),
        row(MOVED, &[Verified], SendBack, State(Verifying), HEAD, &[], Guard::None),
        row(&[Complaint, AccountabilityRequest], &[Verifying, Verified], CallDialogue, Same, VERIFIER_OR_HEAD, &[], Guard::NoDialogueCalled),
        row(&[Complaint, AccountabilityRequest], &[Verifying, Verified], RecordDialogue, Same, VERIFIER_OR_HEAD, &[], Guard::DialogueCalled),

        // Its time.
        since(row(COMPLAINT, IN_WORK, Suspend, State(Suspended), HEAD, &[C::Pause(Setting::SuspensionPauses)], Guard::None), AMENDED),
        row(ACCOUNTABILITY, IN_WORK, Suspend, State(Suspended), HEAD, &[C::Pause(Setting::SuspensionPauses)], Guard::None),
        row(&[Complaint, AccountabilityRequest], &[Suspended], Resume, Before, HEAD, &[C::Resume], Guard::None),
        row(&[Complaint, AccountabilityRequest, InformationRequest], IN_WORK, Extend, Same, HEAD, &[C::Extend(CaseStage::Resolve)], Guard::MayExtend),
        row(DATA, &[Accepted], Extend, Same, PROTECTION, &[C::Extend(CaseStage::Resolve)], Guard::MayExtend),
        row(MOVED, NOT_DECIDED, Urge, Same, SUPERIOR, &[], Guard::PastDue),
        row(DATA, NOT_DECIDED, Urge, Same, SUPERIOR, &[], Guard::PastDue),

        // Decided, and what follows.
        row(COMPLAINT, &[Verified], Decide, State(Decided), HEAD, &[C::End(CaseStage::Resolve), C::Begin(CaseStage::Serve), C::Begin(CaseStage::Publish), C::Begin(CaseStage::Effect)], Guard::HeardWhereNeeded),
        row(COMPLAINT, DECIDED, Serve, Same, OFFICER, &[C::End(CaseStage::Serve), C::Restart(CaseStage::LodgeAgain)], Guard::Owes(CaseStage::Serve)),
        row(COMPLAINT, DECIDED, Publish, Same, OFFICER, &[C::End(CaseStage::Publish)], Guard::Owes(CaseStage::Publish)),
        row(COMPLAINT, &[Effective], Close, State(Closed), HEAD, &[], Guard::NothingOwed),
        row(COMPLAINT, &[Accepted, Verifying, Verified, Suspended, Decided, Effective], Appeal, State(Appealed), SENDERS, &[C::EndAll], Guard::MayAppeal),
        row(COMPLAINT, &[Submitted, Accepted, Verifying, Verified, Suspended, Decided, Effective], NoteLitigation, Same, SENDER_OR_HEAD, &[], Guard::NotInCourt),

        // Answered, and what follows.
        row(ANSWERED, &[Verified], Answer, State(Answered), HEAD, &[C::End(CaseStage::Resolve)], Guard::None),
        row(INFORMATION, &[Accepted], Answer, State(Answered), HEAD, &[C::End(CaseStage::Resolve)], Guard::None),
        row(DATA, &[Accepted], Answer, State(Answered), PROTECTION, &[C::End(CaseStage::Resolve)], Guard::None),
        row(REGULATION, &[Answered], Publish, State(Closed), HEAD, &[], Guard::None),
        row(&[Petition, ConductReport, AccountabilityRequest, InformationRequest], &[Answered], Close, State(Closed), RECEPTION, &[], Guard::None),
        row(DATA, &[Answered], Close, State(Closed), PROTECTION, &[], Guard::None),
        row(FRONT, &[Answered], Close, State(Closed), THE_FRONT, &[], Guard::None),
        row(FRONT, &[Answered], ReturnAnswer, State(Verifying), THE_FRONT, &[C::Restart(CaseStage::Resolve)], Guard::None),
        // Praise is noted; whatever else is reported of somebody is answered.
        row(CONDUCT, &[Submitted, Accepted], Close, State(Closed), RECEPTION, &[C::EndAll], Guard::Praise),

        // Given up.
        row(CITIZENS, &[Draft], Withdraw, State(Withdrawn), SENDERS, &[], Guard::None),
        row(FRONT, &[Draft, Submitted, Verifying, Verified], Withdraw, State(Withdrawn), THE_FRONT, &[C::EndAll], Guard::None),
        row(CITIZENS, SCREENING, Withdraw, State(Withdrawn), SENDERS, &[C::EndAll], Guard::None),
        row(&[Petition, RegulationFeedback, ConductReport, InformationRequest, DataSubjectRequest], IN_WORK, Withdraw, State(Withdrawn), SENDERS, &[C::EndAll], Guard::None),
        // Once it is taken up, whoever decides it ends it: a withdrawal may be coerced (LKN Art. 10).
        row(&[Complaint, AccountabilityRequest], IN_WORK_OR_STANDING, Withdraw, Same, SENDERS, &[], Guard::WithdrawalNotAsked),
        row(&[Complaint, AccountabilityRequest], IN_WORK_OR_STANDING, RefuseWithdrawal, Same, HEAD, &[], Guard::WithdrawalAsked),
        since(row(COMPLAINT, NOT_DECIDED, WithdrawPart, Same, SENDERS, &[], Guard::SeveralContents), AMENDED),
        row(&[Complaint, AccountabilityRequest], IN_WORK_OR_STANDING, Terminate, State(Terminated), HEAD, &[C::EndAll], Guard::None),

        // Opened anew: by its sender once, with new facts; a terminated complaint, where it was withdrawn under threat (LKN Art. 10).
        row(&[Petition, ConductReport, RegulationFeedback], &[Answered, Closed], Reopen, State(Submitted), SENDERS, &[C::Restart(CaseStage::Resolve)], Guard::FirstTime),
        row(COMPLAINT, &[Terminated], Reopen, State(Accepted), HEAD, &[C::Restart(CaseStage::Resolve)], Guard::None),

        // Another kind than it was sent as, once it is under way: only as its sender confirms.
        row(&[Petition, RegulationFeedback, ConductReport], &[Submitted, Accepted, Verifying, Verified], ProposeConversion, Same, RECEPTION, &[], Guard::None),
        row(&[Petition, RegulationFeedback, ConductReport], &[Submitted, Accepted, Verifying, Verified], ConfirmConversion, State(Converted), SENDERS, &[C::EndAll], Guard::ConversionProposed),
    ]
};
