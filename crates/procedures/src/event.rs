//! What the journal is told about dossiers: codes, ids and dates. A changed shape gets a new version.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::journal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consultation::Opinion;
use crate::data_source::look_up::LookUpOutcome;
use crate::delivery::DeliveryMethod;
use crate::dossier::{Channel, Outcome};
use crate::fee::PaymentMethod;
use crate::paper::Origin;
use crate::request::{RefusalGround, RejectionGround, StopGround, SupplementGround, WithdrawalGround};

/// A component that was filed as a paper which its owner had already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reused {
    pub component: String,
    pub origin: Origin,
}

/// Something happened to a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Created {
        procedure: String,
        case: String,
        channel: Channel,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reused: Vec<Reused>,
        /// Under which representation, when not by the applicant themself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        representation: Option<Uuid>,
    },
    /// It was never filed, and what tells whose it was is gone.
    Erased {
        /// By which it was kept.
        rule: String,
        /// The case that asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<Uuid>,
    },
    /// Its applicant has put it into their own account.
    Claimed {},
    /// The e-form was put right; what it said is not told.
    FormCorrected {},
    AttachmentDeclared {
        attachment: Uuid,
        component: String,
    },
    AttachmentStored {
        attachment: Uuid,
    },
    AttachmentReused {
        attachment: Uuid,
        component: String,
        origin: Origin,
    },
    AttachmentDigitised {
        attachment: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paper_type: Option<String>,
    },
    ResultDocumentDeclared {
        attachment: Uuid,
    },
    ResultDocumentStored {
        attachment: Uuid,
    },
    PaymentProofDeclared {
        attachment: Uuid,
    },
    PaymentProofStored {
        attachment: Uuid,
    },
    /// A database was asked; what it said is not told.
    DataLookedUp {
        look_up: Uuid,
        component: String,
        source: String,
        outcome: LookUpOutcome,
    },
    LookUpDisputed {
        look_up: Uuid,
        component: String,
    },
    Submitted {
        answer_due_at: DateTime<Utc>,
    },
    Accepted {
        due_at: DateTime<Utc>,
        calendar_version: String,
    },
    IntakeSupplementRequested {
        ground: SupplementGround,
        components: Vec<String>,
        /// By when the applicant is to supply them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supply_by: Option<DateTime<Utc>>,
    },
    RejectionProposed {
        ground: RejectionGround,
    },
    Rejected {
        ground: RejectionGround,
        /// The agency that is competent, where reception has named it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        competent: Option<Uuid>,
    },
    HandedOver {
        due_at: DateTime<Utc>,
        /// The agency that it was handed over to; older events name it only where it turned out to be another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Uuid>,
    },
    HandOverRefused {},
    /// Nobody has handed it over in time.
    HandOverDeadlinePassed {},
    ProcessingStarted {},
    VerificationBegun {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appointment: Option<DateTime<Utc>>,
    },
    VerificationRecorded {},
    SupplementProposed {
        ground: SupplementGround,
        components: Vec<String>,
        /// Whether the time for telling the applicant was over.
        late: bool,
    },
    SupplementSigned {},
    SupplementRequested {
        ground: SupplementGround,
        components: Vec<String>,
        /// By when the applicant is to supply them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supply_by: Option<DateTime<Utc>>,
    },
    /// The applicant has not supplied it in time.
    SupplementLapsed {
        /// When the limit began anew with it, its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<DateTime<Utc>>,
    },
    SupplementConfirmed {
        due_at: DateTime<Utc>,
        restarted: bool,
    },
    ResultProposed {
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<RefusalGround>,
    },
    SentBack {
        /// By when the applicant is to supply what is missing, where that goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supply_by: Option<DateTime<Utc>>,
    },
    ReappointmentProposed {
        due_date: NaiveDate,
    },
    Reappointed {
        due_at: DateTime<Utc>,
    },
    CaseChanged {
        from: String,
        to: String,
        due_at: DateTime<Utc>,
    },
    ResultIssued {
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<RefusalGround>,
        in_time: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Uuid>,
    },
    /// Nobody has come for the result.
    CollectionOverdue {},
    ResultReturned {
        /// Older events do not say how.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<DeliveryMethod>,
        /// To somebody other than the applicant.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_proxy: bool,
    },
    /// It has ended without a result, and its applicant has the papers back.
    PapersReturned {
        method: DeliveryMethod,
        /// To somebody other than the applicant.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_proxy: bool,
    },
    Withdrawn {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<WithdrawalGround>,
    },
    WithdrawalRequested {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<WithdrawalGround>,
    },
    WithdrawalApproved {},
    WithdrawalRefused {},
    Stopped {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<StopGround>,
    },
    DeadlinePassed {
        statutory_due_at: DateTime<Utc>,
    },
    AnswerDeadlinePassed {},
    FeeOrdered {
        order: Uuid,
        amount: i64,
    },
    FeeCancelled {
        order: Uuid,
    },
    /// The examination waits for a tax or duty.
    PaymentRequested {
        order: Uuid,
        amount: i64,
    },
    PaymentWaived {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<DateTime<Utc>>,
    },
    PaymentReceived {
        order: Uuid,
        payment: Uuid,
        amount: i64,
        method: PaymentMethod,
        /// Whether it settles its order; otherwise it goes back.
        applied: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<DateTime<Utc>>,
    },
    RefundOrdered {
        payment: Uuid,
        amount: i64,
    },
    Refunded {
        payment: Uuid,
        amount: i64,
    },
    RefundFailed {
        payment: Uuid,
        amount: i64,
    },
    ConsultationBegun {
        consultations: Vec<Uuid>,
        agencies: Vec<Uuid>,
    },
    OpinionGiven {
        consultation: Uuid,
        agency: Uuid,
        opinion: Opinion,
    },
    /// No answer came in time, and the law takes that for consent.
    SilenceConsented {
        consultation: Uuid,
        agency: Uuid,
    },
    /// No answer came in time: whoever heads the one-stop shop is to know (NĐ 61/2018 Art. 19(5)).
    ConsultationOverdue {
        consultation: Uuid,
        agency: Uuid,
    },
    ConsultationEnded {},
    CorrectionOpened {
        correction: Uuid,
    },
    Corrected {
        correction: Uuid,
        /// The document of the right result.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Uuid>,
        /// The document of the wrong one, which holds no more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revoked: Option<Uuid>,
    },
    /// Another version of the calendar made it later, by an administrator's order.
    DeadlineMoved {
        recomputation: Uuid,
        calendar_version: String,
        due_at: DateTime<Utc>,
    },
}

/// Kinds that are the agency's own business: what one office tells another, and what was said of people before
/// anything is decided.
pub const INTERNAL: &[&str] = &[
    "dossier.rejection_proposed",
    "dossier.hand_over_refused",
    "dossier.supplement_proposed",
    "dossier.supplement_signed",
    "dossier.reappointment_proposed",
    "dossier.verification_recorded",
    "dossier.consultation_begun",
    "dossier.opinion_given",
    "dossier.silence_consented",
    "dossier.consultation_overdue",
    "dossier.consultation_ended",
    "dossier.result_document_declared",
    "dossier.result_document_stored",
    "dossier.result_proposed",
    "dossier.sent_back",
];

impl journal::Event for Event {
    const ENTITY: &'static str = "dossier";

    fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "dossier.created",
            Self::Claimed {} => "dossier.claimed",
            Self::Erased { .. } => "dossier.erased",
            Self::FormCorrected {} => "dossier.form_corrected",
            Self::AttachmentDeclared { .. } => "dossier.attachment_declared",
            Self::AttachmentStored { .. } => "dossier.attachment_stored",
            Self::AttachmentReused { .. } => "dossier.attachment_reused",
            Self::AttachmentDigitised { .. } => "dossier.attachment_digitised",
            Self::ResultDocumentDeclared { .. } => "dossier.result_document_declared",
            Self::ResultDocumentStored { .. } => "dossier.result_document_stored",
            Self::PaymentProofDeclared { .. } => "dossier.payment_proof_declared",
            Self::PaymentProofStored { .. } => "dossier.payment_proof_stored",
            Self::DataLookedUp { .. } => "dossier.data_looked_up",
            Self::LookUpDisputed { .. } => "dossier.look_up_disputed",
            Self::Submitted { .. } => "dossier.submitted",
            Self::Accepted { .. } => "dossier.accepted",
            Self::IntakeSupplementRequested { .. } => "dossier.intake_supplement_requested",
            Self::RejectionProposed { .. } => "dossier.rejection_proposed",
            Self::Rejected { .. } => "dossier.rejected",
            Self::HandedOver { .. } => "dossier.handed_over",
            Self::HandOverRefused {} => "dossier.hand_over_refused",
            Self::HandOverDeadlinePassed {} => "dossier.hand_over_deadline_passed",
            Self::VerificationBegun { .. } => "dossier.verification_begun",
            Self::VerificationRecorded {} => "dossier.verification_recorded",
            Self::ProcessingStarted {} => "dossier.processing_started",
            Self::SupplementProposed { .. } => "dossier.supplement_proposed",
            Self::SupplementSigned {} => "dossier.supplement_signed",
            Self::SupplementLapsed { .. } => "dossier.supplement_lapsed",
            Self::SupplementRequested { .. } => "dossier.supplement_requested",
            Self::SupplementConfirmed { .. } => "dossier.supplement_confirmed",
            Self::ResultProposed { .. } => "dossier.result_proposed",
            Self::SentBack { .. } => "dossier.sent_back",
            Self::ReappointmentProposed { .. } => "dossier.reappointment_proposed",
            Self::Reappointed { .. } => "dossier.reappointed",
            Self::CaseChanged { .. } => "dossier.case_changed",
            Self::ResultIssued { .. } => "dossier.result_issued",
            Self::CollectionOverdue {} => "dossier.collection_overdue",
            Self::ResultReturned { .. } => "dossier.result_returned",
            Self::PapersReturned { .. } => "dossier.papers_returned",
            Self::WithdrawalRequested { .. } => "dossier.withdrawal_requested",
            Self::WithdrawalApproved {} => "dossier.withdrawal_approved",
            Self::WithdrawalRefused {} => "dossier.withdrawal_refused",
            Self::Stopped { .. } => "dossier.stopped",
            Self::Withdrawn { .. } => "dossier.withdrawn",
            Self::DeadlinePassed { .. } => "dossier.deadline_passed",
            Self::AnswerDeadlinePassed {} => "dossier.answer_deadline_passed",
            Self::FeeOrdered { .. } => "dossier.fee_ordered",
            Self::FeeCancelled { .. } => "dossier.fee_cancelled",
            Self::PaymentRequested { .. } => "dossier.payment_requested",
            Self::PaymentWaived { .. } => "dossier.payment_waived",
            Self::PaymentReceived { .. } => "dossier.payment_received",
            Self::RefundOrdered { .. } => "dossier.refund_ordered",
            Self::Refunded { .. } => "dossier.refunded",
            Self::RefundFailed { .. } => "dossier.refund_failed",
            Self::ConsultationBegun { .. } => "dossier.consultation_begun",
            Self::OpinionGiven { .. } => "dossier.opinion_given",
            Self::SilenceConsented { .. } => "dossier.silence_consented",
            Self::ConsultationOverdue { .. } => "dossier.consultation_overdue",
            Self::CorrectionOpened { .. } => "dossier.correction_opened",
            Self::Corrected { .. } => "dossier.corrected",
            Self::ConsultationEnded {} => "dossier.consultation_ended",
            Self::DeadlineMoved { .. } => "dossier.deadline_moved",
        }
    }
    fn version(&self) -> i16 {
        match self {
            Self::ResultReturned { .. } | Self::Corrected { .. } => 2,
            _ => 1,
        }
    }
}
