//! How far a dossier is, as a page for whoever has scanned the code on its receipt. It says no more than the answer in JSON.

use procedures::tracking::{Progress, Tracking};
use serde::Serialize;

use crate::{CODE, STYLE, TEMPLATES};

/// The four steps, in Vietnamese and English.
const STEPS: [(&str, &str); 4] =
    [("Tiếp nhận", "Received"), ("Giải quyết", "In progress"), ("Có kết quả", "Result ready"), ("Kết thúc", "Closed")];

#[derive(Serialize)]
struct Step {
    vi: &'static str,
    en: &'static str,
    done: bool,
    /// The last one that was reached.
    now: bool,
}

/// The page, which needs nothing from elsewhere.
pub fn tracking(tracking: &Tracking) -> String {
    #[derive(Serialize)]
    struct Page<'a> {
        style: &'static str,
        code_label: &'static str,
        code: &'a str,
        steps: Vec<Step>,
        vi: &'static str,
        en: &'static str,
    }
    let steps = (1..).zip(STEPS);
    let steps = steps.map(|(n, (vi, en))| Step { vi, en, done: n <= tracking.done, now: n == tracking.done }).collect();
    let (vi, en) = words(tracking.progress);
    let page = Page { style: STYLE, code_label: CODE, code: &tracking.code, steps, vi, en };
    let template = TEMPLATES.get_template("tracking.html").expect("it was added with the others");
    template.render(minijinja::value::Serde(&page)).expect("a test renders the page")
}

fn words(progress: Progress) -> (&'static str, &'static str) {
    match progress {
        Progress::Received => ("Cơ quan đã nhận hồ sơ.", "The agency has the dossier."),
        Progress::InProgress => ("Hồ sơ đang được giải quyết.", "The dossier is being examined."),
        Progress::WaitingForApplicant => (
            "Cơ quan đang chờ người nộp hồ sơ: bổ sung giấy tờ hoặc nộp tiền, theo thông báo đã gửi.",
            "The agency waits for the applicant, to supply papers or to pay, as it has told them.",
        ),
        Progress::ResultReady => (
            "Đã có kết quả. Mời người nộp hồ sơ nhận theo giấy hẹn.",
            "There is a result, to be fetched as the receipt says.",
        ),
        Progress::Closed => ("Hồ sơ đã kết thúc.", "The dossier is closed."),
    }
}
