//! Registers of petitions and denunciations, statistical reports on them, and what makes each figure, over HTTP.

mod figures;
pub mod files;
mod life;
mod periods;
mod readers;
mod registers;

use complaints::CaseKind;
use complaints::workflow::CaseAction;
use serde_json::{Value, json};

use crate::cases::{new, walk};
use crate::cast::Cast;
use crate::harness::Client;

pub const HERE: &str = "H26.13.01";
pub const THERE: &str = "H26.13.02";
pub const INSPECTORATE: &str = "H26.5";

/// An agency's register or report.
pub fn of(agency: &str, what: &str) -> String {
    format!("/v1/agencies/{}/{what}", directory::demo::agency_id(agency).expect("an agency of the demo"))
}

/// A report, as JSON.
pub async fn report(client: &Client, agency: &str, form: &str, query: &str) -> Value {
    client.get(&of(agency, &format!("petition-reports/{form}?{query}"))).await.expect(200).json
}

/// A figure of a report; none where it is not collected, or not for the reader.
pub fn figure(report: &Value, code: &str) -> Option<i64> {
    let columns = report["columns"].as_array().expect("columns");
    let column = columns.iter().find(|column| column["figure"] == code);
    column.unwrap_or_else(|| panic!("{} has no {code}", report["number"]))["total"].as_i64()
}

/// These figures of a report.
pub fn figures<const N: usize>(report: &Value, codes: [&str; N]) -> [i64; N] {
    codes.map(|code| figure(report, code).unwrap_or_else(|| panic!("{code} is collected")))
}

/// Everything that pages list, a few at a time; `path` has a query already.
pub async fn all(client: &Client, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}&limit=3{cursor}")).await.expect(200).json;
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// A complaint sent to this agency, submitted now; its id.
pub async fn complaint(cast: &Cast, agency: &str) -> String {
    let mut letter = new(CaseKind::Complaint);
    letter["agency"] = json!(agency);
    let id = cast.client("congdan1").post("/v1/cases", letter).await.expect(201).id();
    walk(cast, CaseKind::Complaint, &id, &[CaseAction::Submit]).await;
    id
}
