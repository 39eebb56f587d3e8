//! The kinds of cases, and what is particular to each.

use chrono::NaiveDate;
use kernel::id::{AgencyId, StaffId};
use kernel::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

text_enum! {
    /// What a case is, by its content and not by its title (TT 05/2021/TT-TTCP Art. 6).
    CaseKind {
        /// Against a decision, an act, or a disciplinary decision, of one's own right (LKN Art. 2).
        Complaint = "complaint",
        /// What somebody proposes or reports by letter (Luật Tiếp công dân, TT 05/2021/TT-TTCP).
        Petition = "petition",
        /// On administrative regulations and procedures (NĐ 20/2008/NĐ-CP).
        RegulationFeedback = "regulation_feedback",
        /// On how an official has behaved, for better or worse.
        ConductReport = "conduct_report",
        /// That a decision or act be explained to whom it affects (NĐ 59/2019/NĐ-CP).
        AccountabilityRequest = "accountability_request",
        /// For information that the administration holds (Luật Tiếp cận thông tin).
        InformationRequest = "information_request",
        /// Of the Fatherland Front or another body of the people's supervision (NQLT 403/2017).
        SupervisionRecommendation = "supervision_recommendation",
        /// About one's own personal data (Luật 91/2025/QH15).
        DataSubjectRequest = "data_subject_request",
    }
}

text_enum! {
    /// What a complaint is about (LKN Art. 2(8)–(10)).
    ComplaintSubject {
        Decision = "decision",
        Act = "act",
        /// A decision that disciplines an official; its clocks are its own.
        DisciplinaryDecision = "disciplinary_decision",
    }
}

text_enum! {
    /// What feedback on regulations is about.
    RegulationSubject {
        Procedure = "procedure",
        Regulation = "regulation",
        /// Wastefulness (QĐ 1207/QĐ-UBND, Hà Nội).
        Waste = "waste",
        /// An initiative for the Capital (QĐ 1207/QĐ-UBND, Hà Nội).
        Initiative = "initiative",
    }
}

text_enum! {
    /// How an official has behaved.
    ConductSubject {
        Attitude = "attitude",
        Delay = "delay",
        Harassment = "harassment",
        /// Money or gifts asked for or taken.
        Payment = "payment",
        Praise = "praise",
        Other = "other",
    }
}

text_enum! {
    /// Which body of the people's supervision recommends.
    SupervisingBody {
        /// Ủy ban Mặt trận Tổ quốc (Luật Mặt trận Tổ quốc Việt Nam 2015).
        FatherlandFront = "fatherland_front",
        /// Tổ chức chính trị - xã hội (QĐ 217-QĐ/TW).
        SocioPolitical = "socio_political",
        /// Ban Thanh tra nhân dân (Luật Thực hiện dân chủ ở cơ sở); of communes no more since 2025-07-01 (Luật 97/2025/QH15, recalled).
        PeoplesInspection = "peoples_inspection",
        /// Ban Giám sát đầu tư của cộng đồng (Luật Thực hiện dân chủ ở cơ sở).
        InvestmentSupervision = "investment_supervision",
    }
}

text_enum! {
    /// In what shape information is wanted.
    InformationShape { Electronic = "electronic", Copy = "copy", Reading = "reading" }
}

text_enum! {
    /// What somebody wants of their own data (Luật 91/2025/QH15 Art. 4).
    DataRight {
        Access = "access",
        Correct = "correct",
        Erase = "erase",
        WithdrawConsent = "withdraw_consent",
        Restrict = "restrict",
        Object = "object",
    }
}

/// What is particular to a kind.
//
// In the contract, `max_properties` closes the variants: utoipa does not see `deny_unknown_fields` there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = CaseFacts)]
pub enum Facts {
    #[schema(max_properties = 7)]
    Complaint {
        about: ComplaintSubject,
        /// Who decided or acted, as the sender names them.
        #[schema(example = "Ủy ban nhân dân phường Hoàn Kiếm", min_length = 1, max_length = 300)]
        respondent: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "45/QĐ-UBND", min_length = 1, max_length = 100)]
        document_number: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document_date: Option<NaiveDate>,
        /// When the sender received the decision or learned of it: from then on they have 90 days (LKN Art. 9).
        known_on: NaiveDate,
        /// What kept the sender from complaining in that time (LKN Art. 9).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "Tôi nằm viện từ ngày 01/6 đến ngày 15/7.", min_length = 1, max_length = 2000)]
        obstacle: Option<String>,
    },
    #[schema(max_properties = 1)]
    Petition {},
    #[schema(max_properties = 3)]
    RegulationFeedback {
        about: RegulationSubject,
        /// The procedure's code, or the number of the document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "1.013225", min_length = 1, max_length = 100)]
        reference: Option<String>,
    },
    #[schema(max_properties = 7)]
    ConductReport {
        about: ConductSubject,
        /// The official, where the sender or the intake officer knows who it is. They never see the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<StaffId>)]
        official_id: Option<StaffId>,
        /// The official as the sender names them, with their office if they like. Whoever the directory knows by that name never sees the
        /// case, whichever of them is meant; accents, capitals and titles are the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "Ông Nguyễn Văn An, cán bộ quầy số 3", min_length = 1, max_length = 200)]
        official_name: Option<String>,
        /// The unit, where all of it is meant. Nobody there sees the case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<AgencyId>)]
        unit_id: Option<AgencyId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        happened_on: Option<NaiveDate>,
        /// Code of the dossier or case in which it happened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "000.00.00.H26-261123-0001", min_length = 1, max_length = 64)]
        reference: Option<String>,
    },
    #[schema(max_properties = 3)]
    AccountabilityRequest {
        /// The decision or act to be explained.
        #[schema(example = "Quyết định 45/QĐ-UBND ngày 01/6/2026", min_length = 1, max_length = 500)]
        decision: String,
        /// How it affects the sender directly (NĐ 59/2019/NĐ-CP Art. 4).
        #[schema(example = "Quyết định thu hồi một phần thửa đất của tôi.", min_length = 1, max_length = 2000)]
        affected: String,
    },
    #[schema(max_properties = 3)]
    InformationRequest {
        shape: InformationShape,
        /// It says that information which was published is wrong.
        #[serde(default)]
        published_is_wrong: bool,
    },
    #[schema(max_properties = 4)]
    SupervisionRecommendation {
        /// The Front's where nothing is said.
        #[serde(default = "front")]
        body: SupervisingBody,
        #[schema(example = "12/KN-MTTQ", min_length = 1, max_length = 100)]
        document_number: String,
        document_date: NaiveDate,
    },
    #[schema(max_properties = 3)]
    DataSubjectRequest {
        right: DataRight,
        /// A processor or third party has to take part.
        #[serde(default)]
        via_processor: bool,
    },
}

const fn front() -> SupervisingBody {
    SupervisingBody::FatherlandFront
}

impl Facts {
    /// The kind that they are of.
    pub fn kind(&self) -> CaseKind {
        match self {
            Self::Complaint { .. } => CaseKind::Complaint,
            Self::Petition {} => CaseKind::Petition,
            Self::RegulationFeedback { .. } => CaseKind::RegulationFeedback,
            Self::ConductReport { .. } => CaseKind::ConductReport,
            Self::AccountabilityRequest { .. } => CaseKind::AccountabilityRequest,
            Self::InformationRequest { .. } => CaseKind::InformationRequest,
            Self::SupervisionRecommendation { .. } => CaseKind::SupervisionRecommendation,
            Self::DataSubjectRequest { .. } => CaseKind::DataSubjectRequest,
        }
    }

    /// Those who are accused, and never see it: by their ids, and whoever, or whichever agency, is `called` as an official is named.
    /// Whoever made a decision that is complained about is not among them: the first complaint is settled by its own author (LKN Art. 7).
    pub fn accused(&self, called: &[Uuid]) -> Vec<Uuid> {
        match self {
            Self::ConductReport { about, official_id, unit_id, .. } if *about != ConductSubject::Praise => {
                let ids = official_id.map(|id| id.0).into_iter().chain(unit_id.map(|id| id.0));
                ids.chain(called.iter().copied()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether somebody is praised.
    pub fn praise(&self) -> bool {
        matches!(self, Self::ConductReport { about: ConductSubject::Praise, .. })
    }

    /// Whether they accuse an official by name.
    pub fn accuse_by_name(&self) -> bool {
        matches!(self, Self::ConductReport { about, official_name: Some(_), .. } if *about != ConductSubject::Praise)
    }

    /// The same, without whom they accuse or praise.
    pub fn without_official(self) -> Self {
        match self {
            Self::ConductReport { about, happened_on, reference, .. } => Self::ConductReport {
                about,
                official_id: None,
                official_name: None,
                unit_id: None,
                happened_on,
                reference,
            },
            others => others,
        }
    }
}

impl CaseKind {
    /// Citizens send it, themselves or at reception; the Front and the people's bodies alone recommend (NQLT 403/2017).
    pub fn is_citizens(self) -> bool {
        self != Self::SupervisionRecommendation
    }

    /// The letters that begin its codes.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Complaint => "KN",
            Self::Petition => "DN",
            Self::RegulationFeedback => "PAKN",
            Self::ConductReport => "PACB",
            Self::AccountabilityRequest => "GT",
            Self::InformationRequest => "CCTT",
            Self::SupervisionRecommendation => "KNGS",
            Self::DataSubjectRequest => "DLCN",
        }
    }
}
