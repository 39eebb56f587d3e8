//! The forms of the one-stop shop as sheets, in Vietnamese: a dossier's own (A5), with the tracking address as a QR code, and
//! the register (A4); and the page that this address leads to. `words` fills a sheet in; here it becomes an HTML page, in the crate
//! `pdf` a document, and where it is a table for other programs, CSV (`table`). What is calculated with is a `grid`: a workbook or CSV, like
//! the registers of `petitions`.

mod grid;
mod petitions;
mod table;
mod tracking;
mod words;

use std::sync::LazyLock;

use fast_qr::QRCode;
use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use minijinja::Environment;
use serde::Serialize;

pub use grid::{Cell, Grid, Heading};
pub use petitions::{denunciation_register, petition_register};
pub use table::Table;
pub use tracking::tracking;
pub use words::{REGISTER, register, sheet};

/// The style of every sheet: whoever sends the page allows it by its hash.
pub const STYLE: &str = include_str!("style.css");

/// What stands on a sheet beside its form.
pub struct Around<'a> {
    /// The names of the agencies that appear in the form.
    pub name_of: &'a dyn Fn(uuid::Uuid) -> String,
    /// The names of the officers that appear in it.
    pub person_of: &'a dyn Fn(uuid::Uuid) -> String,
    /// Where anybody can follow the dossier.
    pub tracking: Option<String>,
}

/// A sheet, filled in. Everything that is printed stands here, in its order.
#[derive(Serialize)]
pub struct Sheet {
    /// On A4, across: the register. Everything else is on A5.
    pub wide: bool,
    /// Whose letterhead it has.
    pub agency: String,
    /// Of the form, in its circular.
    pub number: String,
    pub title: String,
    pub code: Option<String>,
    pub rows: Vec<Row>,
    pub table: Table,
    pub closing: String,
    #[serde(skip)]
    pub qr: Option<QRCode>,
    pub date: String,
    /// Left and right.
    pub signatures: &'static [&'static str],
}

/// What is said of one thing.
#[derive(Serialize)]
pub struct Row {
    pub label: &'static str,
    pub value: String,
}

/// The state's name and motto, over every form.
pub const MOTTO: [&str; 2] = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"];
/// Before the dossier's code.
pub const CODE: &str = "Mã hồ sơ:";
/// Under the QR code.
pub const FOLLOW: &str = "Tra cứu tiến độ";

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    // The name's ending makes it escape everything.
    templates.add_template("sheet.html", include_str!("../templates/sheet.html")).expect("a test renders the template");
    templates.add_template("tracking.html", include_str!("../templates/tracking.html")).expect("a test renders it");
    templates
});

impl Sheet {
    /// As an HTML page that needs nothing from elsewhere.
    pub fn html(&self) -> String {
        #[derive(Serialize)]
        struct Page<'a> {
            style: &'static str,
            motto: [&'static str; 2],
            code_label: &'static str,
            follow: &'static str,
            svg: Option<String>,
            #[serde(flatten)]
            sheet: &'a Sheet,
        }
        let svg = self.qr.as_ref().map(|qr| SvgBuilder::default().margin(1).to_str(qr));
        let page = Page { style: STYLE, motto: MOTTO, code_label: CODE, follow: FOLLOW, svg, sheet: self };
        let template = TEMPLATES.get_template("sheet.html").expect("it was added above");
        template.render(minijinja::value::Serde(&page)).expect("a test renders every form")
    }
}
