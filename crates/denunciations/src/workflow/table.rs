//! The table. Articles are of Luật Tố cáo 25/2018/QH14; see `docs/denunciations.md` for how sure we are of each.

use kernel::Permission;

use super::{ClockEffect as C, DenunciationAction, DenunciationStatus, Guard, Hand, Party, To, Transition};
use crate::clocks::DenunciationStage as Stage;

use DenunciationStatus::*;

const IN_WORK: &[DenunciationStatus] = &[Accepted, Verifying, Verified];
const NOT_CONCLUDED: &[DenunciationStatus] = &[Received, Accepted, Verifying, Verified, Suspended];
/// Where it can be late (Art. 38), and where its denouncer can go on (Art. 37). What was late already is so while it is suspended.
pub(crate) const UNDER_WAY: &[DenunciationStatus] = &[Accepted, Verifying, Verified, Suspended];
pub(crate) const SETTLED: &[DenunciationStatus] = &[Concluded, Closed];

const CHECKS: Hand = (Party::Handling, Permission::ProcessDenunciation);
const DECIDES: Hand = (Party::Handling, Permission::DecideDenunciation);
const VERIFIES: Hand = (Party::Assigned, Permission::ProcessDenunciation);
const SUPERIOR: &[Hand] = &[(Party::Superior, Permission::DecideDenunciation)];
const OFFICER: &[Hand] = &[CHECKS, DECIDES];
const HEAD: &[Hand] = &[DECIDES];
const VERIFIER: &[Hand] = &[VERIFIES];
const ANY: &[Hand] = &[CHECKS, DECIDES, VERIFIES];

/// Whether it was sent on in time; its check goes on where it was sent.
const SENT_ON: &[C] = &[C::Begin(Stage::Forward), C::End(Stage::Forward)];

/// What is settled anew has every limit anew.
const ANEW: &[C] = &[
    C::Forget(Stage::Notify),
    C::Forget(Stage::Resolve),
    C::Forget(Stage::Send),
    C::Forget(Stage::Handle),
    C::Forget(Stage::Publish),
    C::Forget(Stage::AskDelay),
    C::Forget(Stage::ExplainDelay),
    C::Forget(Stage::Review),
    C::Begin(Stage::Notify),
    C::Begin(Stage::Resolve),
];

const fn row(
    from: &'static [DenunciationStatus],
    action: DenunciationAction,
    to: To,
    by: &'static [Hand],
    clocks: &'static [C],
    guard: Guard,
) -> Transition {
    Transition { from, action, to, by, clocks, guard }
}

/// Every way a denunciation can go.
#[rustfmt::skip]
pub const TABLE: &[Transition] = {
    use DenunciationAction::*;
    use To::{Before, Same, State};
    &[
        // What tells who denounces goes before anybody else reads it (Art. 56).
        row(DenunciationStatus::ALL, Redact, Same, OFFICER, &[], Guard::None),
        // Whoever is accused has no part in it, also where that comes out when all is over, and the agency above what a head is accused of (Art. 12).
        row(DenunciationStatus::ALL, Accuse, Same, OFFICER, &[], Guard::None),
        row(NOT_CONCLUDED, Ask, Same, ANY, &[], Guard::None),
        // Checked (Art. 24, 25, 29).
        row(&[Received], ExtendCheck, Same, HEAD, &[C::Extend(Stage::Check)], Guard::MayExtend(Stage::Check)),
        row(&[Received], Transfer, Same, OFFICER, SENT_ON, Guard::None),
        row(&[Received], Forward, State(Forwarded), HEAD, &[C::Begin(Stage::Forward), C::EndAll], Guard::None),
        row(&[Received], Refuse, State(Refused), HEAD, &[C::EndAll], Guard::Denunciation),
        // A name or address that is found to be false is none (Art. 25). The limit of its check goes on: a lead has that, too, and no other.
        row(&[Received], TreatAsLead, Same, HEAD, &[], Guard::Denunciation),
        row(&[Received], File, State(Filed), HEAD, &[C::EndAll], Guard::Lead),
        row(&[Received], CheckLead, State(Accepted), HEAD, &[C::End(Stage::Check)], Guard::Lead),
        row(&[Received], Accept, State(Accepted), HEAD, &[C::End(Stage::Check), C::Begin(Stage::Notify), C::Begin(Stage::Resolve)], Guard::Denunciation),
        row(UNDER_WAY, Notify, Same, OFFICER, &[C::End(Stage::Notify)], Guard::Owes(Stage::Notify)),
        // Verified (Art. 30, 31, 34, 27).
        row(&[Accepted, Verifying], Assign, State(Verifying), HEAD, &[], Guard::None),
        row(&[Verifying], Report, State(Verified), VERIFIER, &[], Guard::None),
        row(&[Verified], SendBack, State(Verifying), HEAD, &[], Guard::None),
        row(IN_WORK, Suspend, State(Suspended), HEAD, &[C::Pause], Guard::None),
        row(&[Suspended], Resume, Before, HEAD, &[C::Resume], Guard::None),
        row(IN_WORK, Extend, Same, HEAD, &[C::Extend(Stage::Resolve)], Guard::MayExtend(Stage::Resolve)),
        row(IN_WORK, ToInvestigation, State(Investigated), HEAD, &[C::EndAll], Guard::None),
        // Concluded (Art. 35, 36, 40).
        row(&[Verified], Conclude, State(Concluded), HEAD, &[C::End(Stage::Resolve), C::End(Stage::Notify), C::End(Stage::AskDelay), C::End(Stage::ExplainDelay), C::Begin(Stage::Send), C::Begin(Stage::Handle), C::Begin(Stage::Publish)], Guard::None),
        row(&[Concluded], Send, Same, OFFICER, &[C::End(Stage::Send)], Guard::Owes(Stage::Send)),
        row(&[Concluded], Handle, Same, HEAD, &[C::End(Stage::Handle)], Guard::Owes(Stage::Handle)),
        row(&[Concluded], Publish, Same, OFFICER, &[C::End(Stage::Publish)], Guard::Owes(Stage::Publish)),
        row(&[Concluded], Close, State(Closed), HEAD, &[], Guard::NothingOwed),
        // Withdrawn: the rest of it goes on with the limits that it has, and all of it where there are signs of a violation, of force or of slander (Art. 33).
        row(NOT_CONCLUDED, Terminate, State(Terminated), HEAD, &[C::EndAll], Guard::WholeWithdrawalAsked),
        row(NOT_CONCLUDED, SettleRest, Same, HEAD, &[], Guard::PartWithdrawalAsked),
        row(NOT_CONCLUDED, RefuseWithdrawal, Same, HEAD, &[], Guard::WithdrawalAsked),
        // Late: the agency above asks, whoever settles it says why, its denouncer is answered (Art. 38).
        row(UNDER_WAY, AskForReport, Same, SUPERIOR, &[C::End(Stage::AskDelay), C::Begin(Stage::ExplainDelay)], Guard::Owes(Stage::AskDelay)),
        row(UNDER_WAY, DenunciationAction::ExplainDelay, Same, HEAD, &[C::End(Stage::ExplainDelay)], Guard::Owes(Stage::ExplainDelay)),
        row(UNDER_WAY, AnswerDelay, Same, SUPERIOR, &[C::Forget(Stage::AskDelay), C::Forget(Stage::ExplainDelay)], Guard::DelayReported),
        // Continued: the agency above finds it settled by the law, or settles it itself (Art. 37).
        row(SETTLED, Uphold, Same, SUPERIOR, &[C::End(Stage::Review)], Guard::Owes(Stage::Review)),
        row(SETTLED, TakeOver, State(Accepted), SUPERIOR, ANEW, Guard::Owes(Stage::Review)),
        // Protected (Art. 47–58): who denounces may need it when all is over, and it does not end by itself.
        row(DenunciationStatus::ALL, Protect, Same, HEAD, &[], Guard::ProtectionAsked),
        row(DenunciationStatus::ALL, RefuseProtection, Same, HEAD, &[], Guard::ProtectionAsked),
        row(DenunciationStatus::ALL, EndProtection, Same, HEAD, &[], Guard::Protected),
    ]
};
