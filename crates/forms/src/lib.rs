//! The forms of the one-stop shop as pages to be printed: A5, in Vietnamese, with the tracking address as a QR code. Apart
//! from the rest, so that what draws pages is not built with what decides cases. `words` fills a sheet in.

mod words;

use std::sync::LazyLock;

use fast_qr::QRBuilder;
use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use minijinja::Environment;
use procedures::form::Form;
use serde::Serialize;

/// The style of every sheet: whoever sends the page allows it by its hash.
pub const STYLE: &str = include_str!("style.css");

/// What stands on a sheet beside its form.
pub struct Around<'a> {
    /// The names of the agencies that appear in the form.
    pub name_of: &'a dyn Fn(uuid::Uuid) -> String,
    /// Where anybody can follow the dossier.
    pub tracking: Option<String>,
}

/// A sheet, filled in.
#[derive(Serialize)]
struct Sheet {
    style: &'static str,
    agency: String,
    number: String,
    title: String,
    code: Option<String>,
    rows: Vec<Row>,
    table: Table,
    closing: &'static str,
    qr: Option<String>,
    date: String,
    signatures: &'static [&'static str],
}

#[derive(Serialize)]
struct Row {
    label: &'static str,
    value: String,
}

#[derive(Default, Serialize)]
struct Table {
    head: Vec<&'static str>,
    lines: Vec<Vec<String>>,
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    // The name's ending makes it escape everything.
    templates.add_template("sheet.html", include_str!("../templates/sheet.html")).expect("a test renders the template");
    templates
});

/// The form as an HTML page that needs nothing from elsewhere.
pub fn html(form: &Form, around: &Around<'_>) -> String {
    let sheet = words::sheet(form, around);
    let template = TEMPLATES.get_template("sheet.html").expect("it was added above");
    template.render(minijinja::value::Serde(&sheet)).expect("a test renders every form")
}

/// An address as a QR code, in SVG; none when it is too long for one.
fn qr(address: &str) -> Option<String> {
    let code = QRBuilder::new(address).build().ok()?;
    Some(SvgBuilder::default().margin(1).to_str(&code))
}
