//! The constituent parts of a procedure: name, sequence, manner, dossier, time limit, subject, agency and result, and
//! where there are any: forms, conditions and fees (NĐ 63/2010/NĐ-CP Art. 8, recalled only).

use deadlines::Limit;
use kernel::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dossier::Channel;

/// What hangs on a version of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Content {
    /// The text that the procedure rests on.
    #[schema(example = "NĐ 217/2026/NĐ-CP Art. 53, 54", min_length = 1, max_length = 300)]
    pub source: String,
    pub mark: Mark,
    /// Where it is settled.
    #[serde(default)]
    pub level: Level,
    /// Who can ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5)]
    pub subjects: Vec<Subject>,
    /// Who settles it, and who else has a part in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub agencies: Vec<Involved>,
    /// What happens, step by step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 30)]
    pub sequence: Vec<Words>,
    /// What one gets in the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub results: Vec<Words>,
    /// The type of paper that the result is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "building_permit", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub result_type: Option<String>,
    /// What must be true for it to be granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub conditions: Vec<Words>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub legal_basis: Vec<LegalText>,
    #[serde(default)]
    pub online: Online,
    /// It can be filed anywhere, not only where one lives or builds (NĐ 118/2025/NĐ-CP Art. 14).
    #[serde(default)]
    pub non_territorial: bool,
    /// Limit, papers, manner and fee hang on the case, not on the procedure.
    #[schema(min_items = 1, max_items = 50)]
    pub cases: Vec<Case>,
}

text_enum! {
    /// How sure we are of it: C confirmed in the text, P partly, S secondary source, R recalled only.
    Mark { Confirmed = "C", Partly = "P", Secondary = "S", Recalled = "R" }
}

text_enum! {
    /// The tier that settles a procedure. Some are settled by either, each for its own cases.
    Level { Commune = "commune", City = "city", Both = "both" }
}

/// Where most are settled.
impl Default for Level {
    fn default() -> Self {
        Self::Commune
    }
}

text_enum! {
    /// Who asks.
    Subject {
        Citizen = "citizen",
        Enterprise = "enterprise",
        Organisation = "organisation",
        StateAgency = "state_agency",
        Foreigner = "foreigner",
    }
}

/// Words in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Words {
    #[schema(example = "Giấy phép xây dựng", min_length = 1, max_length = 2000)]
    pub vi: String,
    #[schema(example = "Building permit", min_length = 1, max_length = 2000)]
    pub en: String,
}

/// An agency with a part in a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Involved {
    pub part: Part,
    pub name: Words,
    /// Its electronic code in the directory, where it is one agency; by its name otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "H26.2", min_length = 2, max_length = 50, pattern = r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+){0,3}$")]
    pub code: Option<String>,
    /// The police, who are no part of the People's Committee.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub police: bool,
}

text_enum! {
    /// What an agency does in a procedure.
    Part { Competent = "competent", Executing = "executing", Coordinating = "coordinating", Authorised = "authorised" }
}

impl Part {
    /// Settles it; the others are asked.
    pub fn settles(self) -> bool {
        self != Self::Coordinating
    }
}

/// A legal text, by its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegalText {
    #[schema(example = "217/2026/NĐ-CP", min_length = 1, max_length = 50)]
    pub number: String,
    #[schema(example = "Nghị định về giấy phép xây dựng", min_length = 1, max_length = 500)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Điều 53, 54", min_length = 1, max_length = 200)]
    pub articles: Option<String>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "https://vanban.example/217-2026-nd-cp",
        min_length = 10,
        max_length = 500,
        pattern = r"^https://[!-~]+$"
    )]
    pub address: Option<String>,
    /// The address leads to a search for the number: where the text itself lies was not verified.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub address_is_search: bool,
    pub mark: Mark,
}

/// How far it goes without paper and without coming.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Online {
    pub level: OnlineLevel,
    /// Why not all of it: a procedure goes online whole unless a reason is published (NĐ 224/2026/NĐ-CP Art. 14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Words>,
}

text_enum! {
    /// Full (toàn trình): everything online, the result online or by post. Partial (một phần): not all of it. Or only information.
    OnlineLevel { Full = "full", Partial = "partial", Information = "information" }
}

/// Only a reason makes it less (NĐ 224/2026/NĐ-CP Art. 14).
impl Default for OnlineLevel {
    fn default() -> Self {
        Self::Full
    }
}

/// A variant of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Case {
    #[schema(example = "house", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub code: String,
    #[schema(example = "Nhà ở riêng lẻ", min_length = 1, max_length = 300)]
    pub name: String,
    #[schema(example = "Detached house", min_length = 1, max_length = 300)]
    pub name_en: String,
    /// How long the agency may take.
    pub limit: Limit,
    #[schema(min_length = 1, max_length = 300)]
    pub limit_source: String,
    pub limit_mark: Mark,
    pub supplement: SupplementRule,
    /// Settled at once, without a separate examination.
    pub immediate: bool,
    /// The limit stands while a tax or duty is awaited.
    #[serde(default)]
    pub payment_pauses: bool,
    /// How long agencies that are asked may take, where sector law says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation: Option<ConsultationRule>,
    /// How long the applicant has to supply what is missing, where sector law says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supply: Option<SupplyRule>,
    #[schema(max_items = 100)]
    pub components: Vec<Component>,
    /// How many sets of the dossier.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 20)]
    pub sets: u8,
    /// How it can be filed, on these ways and no others; in every way, within the limit, where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub methods: Vec<Method>,
}

fn one() -> u8 {
    1
}

text_enum! {
    /// When the applicant has supplied what was missing, the limit begins anew (restart, NĐ 61/2018 Art. 19(4)) or goes on (pause).
    SupplementRule { Restart = "restart", Pause = "pause" }
}

/// What holds for agencies that are asked for their opinion (NĐ 61/2018 Art. 19(5)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsultationRule {
    pub limit: Limit,
    /// Who has not answered by then agrees.
    pub silence_consents: bool,
    #[schema(min_length = 1, max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

/// What holds for applicants who are asked to supply something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SupplyRule {
    pub limit: Limit,
    /// Within which the dossier is refused, when nothing has come by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuse_within: Option<Limit>,
    #[schema(min_length = 1, max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

/// A paper of the dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Component {
    #[schema(example = "drawings", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub code: String,
    #[schema(example = "Bản vẽ thiết kế xây dựng", min_length = 1, max_length = 300)]
    pub name: String,
    #[schema(example = "Design drawings", min_length = 1, max_length = 300)]
    pub name_en: String,
    pub required: bool,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 20)]
    pub originals: u8,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 20)]
    pub copies: u8,
    /// The form to fill in, like `Mẫu 01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Mẫu 01", min_length = 1, max_length = 100)]
    pub form: Option<String>,
    /// The source that gives the same data. The paper may be asked for only when that fails (NĐ 118/2025 Art. 4(2a)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "national_population_database", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub data_source: Option<String>,
    /// The types of paper that will do: one that the applicant has from an earlier dossier is reused. The codes are our own;
    /// those of the national repository were not found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = paper_types)]
    pub paper_types: Vec<String>,
}

fn paper_types() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let code = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(50));
    let codes = ArrayBuilder::new().items(code.pattern(Some("^[a-z0-9_]+$"))).max_items(Some(20));
    codes
        .description(Some(
            "The types of paper that will do: one that the applicant has from an earlier dossier is reused. The codes are our \
             own; those of the national repository were not found.",
        ))
        .examples([serde_json::json!(["land_use_certificate"])])
        .build()
}

/// A way to file, with what is particular to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Method {
    pub channel: Channel,
    /// How long the agency may take on this way, where it is not the case's limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// How long reception may take to answer what comes on this way, where the law says so for the procedure; otherwise 8
    /// working hours from a submission. At the counter, where nothing is submitted, it runs from the draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intake: Option<IntakeRule>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub fees: Vec<Fee>,
}

/// By when reception answers: accepts, asks for what is missing, or refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntakeRule {
    pub limit: Limit,
    #[schema(example = "NĐ 216/2026/NĐ-CP Art. 23", min_length = 1, max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

fn the_fee() -> String {
    "fee".to_owned()
}

/// What it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fee {
    /// By which it is ordered.
    #[serde(default = "the_fee")]
    #[schema(example = "fee", min_length = 1, max_length = 50, pattern = "^[a-z0-9_]+$")]
    pub code: String,
    /// In đồng, of one; of what is counted by its pages, of each page.
    #[schema(example = 75000, minimum = 0, maximum = 1000000000)]
    pub amount: i64,
    /// How one is priced that is counted by its pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<PageRate>,
    /// For what, and for whom else.
    pub name: Words,
    #[schema(min_length = 1, max_length = 300)]
    pub source: String,
    pub mark: Mark,
}

/// A price by pages. Source and mark are the fee's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageRate {
    /// From which page on each costs another amount, if any does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub further: Option<FurtherPages>,
    /// What one costs at most, in đồng.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 200000, minimum = 1, maximum = 1000000000)]
    pub cap: Option<i64>,
}

/// The pages that cost another amount than the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FurtherPages {
    /// The first of them.
    #[schema(example = 3, minimum = 2, maximum = 10000)]
    pub from: u16,
    /// Of each, in đồng.
    #[schema(example = 1000, minimum = 0, maximum = 1000000000)]
    pub amount: i64,
}

impl Case {
    /// What is particular to this way of filing, if anything is.
    pub fn method(&self, channel: Channel) -> Option<&Method> {
        self.methods.iter().find(|method| method.channel == channel)
    }

    /// Whether it can be filed on this way. At a kiosk applicants file online.
    pub fn is_filed(&self, channel: Channel) -> bool {
        let named = |channel| self.method(channel).is_some();
        self.methods.is_empty() || named(channel) || channel == Channel::Kiosk && named(Channel::Online)
    }

    /// The fees on this way; where it is not told of, those of another way of its kind.
    pub fn fees(&self, channel: Channel) -> &[Fee] {
        let alike = || self.methods.iter().find(|method| method.channel.is_reception() == channel.is_reception());
        self.method(channel).or_else(alike).map_or(&[], |method| &method.fees)
    }
}

impl Fee {
    /// What one costs, in đồng; nothing when its pages are told where they do not count, or are not where they do.
    pub fn price(&self, pages: Option<u16>) -> Option<i64> {
        match (&self.pages, pages) {
            (None, None) => Some(self.amount),
            (Some(rate), Some(pages)) => {
                let further = rate.further.as_ref();
                let at_first = further.map_or(pages, |further| pages.min(further.from.saturating_sub(1)));
                let rest = further.map_or(0, |further| i64::from(pages - at_first) * further.amount);
                let sum = i64::from(at_first) * self.amount + rest;
                Some(rate.cap.map_or(sum, |cap| sum.min(cap)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TT 226/2016/TT-BTC: 2,000 đ for each of the first two pages, 1,000 đ from the third on, 200,000 đ a copy at most.
    #[test]
    fn a_copy_costs_by_its_pages_up_to_its_cap() {
        let fee = |pages: serde_json::Value| -> Fee {
            let words = serde_json::json!({"vi": "Bản sao", "en": "Copy"});
            let fee =
                serde_json::json!({"amount": 2000, "pages": pages, "name": words, "source": "a text", "mark": "C"});
            serde_json::from_value(fee).expect("a fee")
        };
        let certified = fee(serde_json::json!({"further": {"from": 3, "amount": 1000}, "cap": 200_000}));
        for (pages, price) in [
            (1, 2_000),
            (2, 4_000),
            (3, 5_000),
            (197, 199_000),
            (198, 200_000),
            (199, 200_000),
            (300, 200_000),
            (10_000, 200_000),
        ] {
            assert_eq!(certified.price(Some(pages)), Some(price), "{pages} pages");
        }
        assert_eq!(fee(serde_json::json!({})).price(Some(300)), Some(600_000), "all pages alike, and no cap");
        assert_eq!(fee(serde_json::json!({"cap": 5_000})).price(Some(3)), Some(5_000));
        assert_eq!(certified.price(None), None, "its pages are not told");
        let plain = fee(serde_json::Value::Null);
        assert_eq!((plain.price(None), plain.price(Some(2))), (Some(2_000), None));
    }
}
