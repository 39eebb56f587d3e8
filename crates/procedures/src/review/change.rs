//! What a review can propose to change, whether there is such a thing to be changed, and whether a later version of the procedure
//! has changed it.

use deadlines::{Limit, Unit};
use kernel::problem::{FieldError, Text};
use kernel::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::{Case, OnlineLevel, Procedure};
use crate::dossier::Channel;

text_enum! {
    /// What kind of change is proposed.
    ChangeKind {
        DropComponent = "drop_component",
        ShortenLimit = "shorten_limit",
        Repeal = "repeal",
        ReduceFee = "reduce_fee",
        DropCondition = "drop_condition",
        ChangeOnlineLevel = "change_online_level",
        AmendRegulation = "amend_regulation",
    }
}

/// What is to become of the procedure, or of a regulation.
//
// In the contract, `max_properties` closes the variants: utoipa does not see `deny_unknown_fields` there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProposedChange {
    /// A paper of a case is not asked for any more.
    #[schema(max_properties = 3)]
    DropComponent {
        #[schema(example = "house", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
        case: String,
        #[schema(example = "drawings", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
        component: String,
    },
    /// A case is settled sooner: in less of the same unit, or on the same day in the place of days.
    #[schema(max_properties = 3)]
    ShortenLimit {
        #[schema(example = "house", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
        case: String,
        limit: Limit,
    },
    /// There is no such procedure any more.
    #[schema(max_properties = 1)]
    Repeal {},
    /// A fee of a case, on one way to file, becomes less.
    #[schema(max_properties = 5)]
    ReduceFee {
        #[schema(example = "house", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
        case: String,
        channel: Channel,
        /// Its code.
        #[schema(example = "fee", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
        fee: String,
        /// What it becomes, in đồng.
        #[schema(example = 50000, minimum = 0, maximum = 1000000000)]
        amount: i64,
    },
    /// A condition does not have to be met any more.
    #[schema(max_properties = 2)]
    DropCondition {
        /// Its place among the conditions of the version that is reviewed, from 1.
        #[schema(example = 1, minimum = 1, maximum = 50)]
        condition: u16,
    },
    /// It goes further online, or less far.
    #[schema(max_properties = 2)]
    ChangeOnlineLevel { level: OnlineLevel },
    /// An article of a regulation is to say something else. Whether it does is not in the catalogue.
    #[schema(max_properties = 4)]
    AmendRegulation {
        /// The regulation; in a review of one, that one.
        #[schema(example = "217/2026/NĐ-CP", min_length = 1, max_length = 50)]
        number: String,
        #[schema(example = "Điều 54 khoản 2", min_length = 1, max_length = 100)]
        article: String,
        /// What it is to say.
        #[schema(example = "Bãi bỏ điểm b.", min_length = 1, max_length = 4000)]
        text: String,
    },
}

/// What cannot be so: the member of the change, a code and words for it.
type Wrong = (&'static str, &'static str, Text);

impl ProposedChange {
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::DropComponent { .. } => ChangeKind::DropComponent,
            Self::ShortenLimit { .. } => ChangeKind::ShortenLimit,
            Self::Repeal {} => ChangeKind::Repeal,
            Self::ReduceFee { .. } => ChangeKind::ReduceFee,
            Self::DropCondition { .. } => ChangeKind::DropCondition,
            Self::ChangeOnlineLevel { .. } => ChangeKind::ChangeOnlineLevel,
            Self::AmendRegulation { .. } => ChangeKind::AmendRegulation,
        }
    }

    /// Without what is to become of it: two proposals with the same contradict each other.
    pub(super) fn target(&self) -> Self {
        let mut target = self.clone();
        match &mut target {
            Self::ShortenLimit { limit, .. } => *limit = Limit { amount: 0, unit: Unit::SameDay },
            Self::ReduceFee { amount, .. } => *amount = 0,
            Self::ChangeOnlineLevel { level } => *level = OnlineLevel::Full,
            Self::AmendRegulation { text, .. } => text.clear(),
            Self::DropComponent { .. } | Self::Repeal {} | Self::DropCondition { .. } => {}
        }
        target
    }

    /// What is wrong with it at `pointer`, in a review of that procedure, or else of that regulation.
    pub(super) fn wrong(
        &self,
        pointer: &str,
        procedure: Option<&Procedure>,
        regulation: Option<&str>,
    ) -> Option<FieldError> {
        let wrong = match (self, procedure) {
            (Self::AmendRegulation { number, .. }, _) => {
                let words = Text::fixed("không phải văn bản đang rà soát", "is not the regulation that is reviewed");
                regulation.filter(|reviewed| reviewed != number).map(|_| ("number", "not_reviewed", words))
            }
            (_, Some(procedure)) => self.impossible(procedure),
            (_, None) => {
                let words =
                    Text::fixed("chỉ dùng khi rà soát thủ tục", "is proposed in the review of a procedure alone");
                Some(("kind", "not_allowed", words))
            }
        };
        wrong.map(|(member, code, words)| FieldError::new(format!("{pointer}/{member}"), code, words))
    }

    fn impossible(&self, procedure: &Procedure) -> Option<Wrong> {
        let content = &procedure.content.0;
        match self {
            Self::DropComponent { case, component } => match procedure.case(case) {
                None => Some(no_case()),
                Some(case) if has_component(case, component) => None,
                Some(_) => {
                    let words = Text::fixed("trường hợp không có giấy tờ này", "the case has no such component");
                    Some(("component", "unknown", words))
                }
            },
            Self::ShortenLimit { case, limit } => match procedure.case(case) {
                None => Some(no_case()),
                Some(case) if limit.check().is_ok() && shorter(*limit, case.limit) => None,
                Some(_) => {
                    let words = Text::fixed("không ngắn hơn thời hạn hiện nay", "is not shorter than the limit today");
                    Some(("limit", "not_shorter", words))
                }
            },
            Self::ReduceFee { case, channel, fee, amount } => match procedure.case(case) {
                None => Some(no_case()),
                Some(case) => match fee_of(case, *channel, fee) {
                    None => {
                        let words = Text::fixed("không có khoản này", "there is no such fee");
                        Some(("fee", "unknown", words))
                    }
                    Some(today) if *amount < today => None,
                    Some(_) => {
                        let words = Text::fixed("không thấp hơn mức hiện nay", "is not less than the fee today");
                        Some(("amount", "not_less", words))
                    }
                },
            },
            Self::DropCondition { condition } if condition_of(procedure, *condition).is_none() => {
                let words = Text::fixed("thủ tục không có điều kiện này", "the procedure has no such condition");
                Some(("condition", "unknown", words))
            }
            Self::ChangeOnlineLevel { level } if *level == content.online.level => {
                let words = Text::fixed("là mức độ hiện nay", "is the level today");
                Some(("level", "unchanged", words))
            }
            _ => None,
        }
    }

    /// Whether a later version is as proposed. A version without the case says nothing of it, and is not.
    pub(super) fn holds(&self, reviewed: &Procedure, later: &Procedure) -> bool {
        let case_is = |code: &str, is: &dyn Fn(&Case) -> bool| later.case(code).is_some_and(is);
        match self {
            Self::DropComponent { case, component } => case_is(case, &|case| !has_component(case, component)),
            Self::ShortenLimit { case, limit } => {
                case_is(case, &|case| case.limit == *limit || shorter(case.limit, *limit))
            }
            Self::ReduceFee { case, channel, fee, amount } => {
                // A fee that is not there any more is nothing to be paid, as long as one can still file in that way.
                let open = |case: &Case| {
                    case.methods.is_empty() || case.methods.iter().any(|method| method.channel == *channel)
                };
                case_is(case, &|case| open(case) && fee_of(case, *channel, fee).is_none_or(|now| now <= *amount))
            }
            Self::DropCondition { condition } => condition_of(reviewed, *condition)
                .is_some_and(|words| later.content.0.conditions.iter().all(|known| known.vi != words)),
            Self::ChangeOnlineLevel { level } => later.content.0.online.level == *level,
            // Of these a later version tells nothing.
            Self::Repeal {} | Self::AmendRegulation { .. } => false,
        }
    }
}

fn no_case() -> Wrong {
    ("case", "unknown", Text::fixed("thủ tục không có trường hợp này", "the procedure has no such case"))
}

fn has_component(case: &Case, code: &str) -> bool {
    case.components.iter().any(|component| component.code == code)
}

fn fee_of(case: &Case, channel: Channel, code: &str) -> Option<i64> {
    let method = case.method(channel)?;
    method.fees.iter().find(|fee| fee.code == code).map(|fee| fee.amount)
}

fn condition_of(procedure: &Procedure, number: u16) -> Option<&str> {
    let place = usize::from(number).checked_sub(1)?;
    procedure.content.0.conditions.get(place).map(|words| words.vi.as_str())
}

/// Whether one limit never ends later than the other, and can end sooner: units that the calendar compares are not.
fn shorter(one: Limit, other: Limit) -> bool {
    let hours = [Unit::SameDay, Unit::WorkingHour, Unit::Hour];
    if one.unit == other.unit {
        one.amount < other.amount
    } else {
        one.unit == Unit::SameDay && !hours.contains(&other.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_shorter_when_it_is_so_whatever_the_day() {
        use Unit::{CalendarDay, Hour, Month, SameDay, WorkingDay, WorkingHour};
        let limit = |(amount, unit)| Limit { amount, unit };
        for (one, other) in [
            ((5, WorkingDay), (7, WorkingDay)),
            ((4, WorkingHour), (8, WorkingHour)),
            ((0, SameDay), (1, CalendarDay)),
            ((0, SameDay), (1, Month)),
        ] {
            assert!(shorter(limit(one), limit(other)) && !shorter(limit(other), limit(one)), "{one:?} {other:?}");
        }
        for (one, other) in [
            ((7, WorkingDay), (7, WorkingDay)),
            ((0, SameDay), (0, SameDay)),
            ((7, CalendarDay), (7, WorkingDay)),
            ((0, SameDay), (4, WorkingHour)),
            ((1, Hour), (1, WorkingHour)),
        ] {
            assert!(!shorter(limit(one), limit(other)) && !shorter(limit(other), limit(one)), "{one:?} {other:?}");
        }
    }

    #[test]
    fn every_kind_is_called_the_same_everywhere() {
        let kind = |json: serde_json::Value| serde_json::from_value::<ProposedChange>(json).map(|change| change.kind());
        let repeal = kind(serde_json::json!({ "kind": "repeal" }));
        assert_eq!(repeal.ok(), Some(ChangeKind::Repeal));
        let complaint = kind(serde_json::json!({ "kind": "?" })).expect_err("there is none").to_string();
        let known: Vec<&str> = complaint.split('`').skip(1).step_by(2).skip(1).collect();
        assert_eq!(known, ChangeKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>());
    }
}
