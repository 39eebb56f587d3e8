//! The forms of a dossier: each step's own, under the number of its day, as data and as a page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::files::Sha256;
use procedures::workflow::{Action, Status};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::{Client, TestApp, new_key};
use crate::printed::{Printed, words_of_page};

async fn forms(client: &Client, id: &str) -> Vec<Value> {
    client.get(&format!("/v1/dossiers/{id}/forms")).await.expect(200).json["items"].as_array().unwrap().clone()
}

fn kinds(forms: &[Value]) -> Vec<&str> {
    forms.iter().map(|form| form["form"].as_str().unwrap()).collect()
}

/// Reception proposes it, and the head of the one-stop shop does it.
async fn reject(cast: &Cast, id: &str, why: Value) {
    cast.client("tiepnhan").post(&path(id, Action::ProposeRejection), why.clone()).await.expect(200);
    cast.client("motcua").post(&path(id, Action::Reject), why).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_has_the_form_that_it_calls_for() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let (citizen, officer) = (cast.client("congdan1"), cast.client("chuyenvien"));
    let id = cast.dossier(PERMIT_ONLINE, Status::SupplementRequested).await;
    assert_eq!(kinds(&forms(citizen, &id).await), ["receipt", "supplement_request"]);
    let asked = forms(citizen, &id).await.pop().unwrap();
    assert_eq!(asked["number"], "Mẫu 02");
    assert_eq!((&asked["ground"], &asked["mark"]), (&json!("incomplete"), &json!("S")));
    let missing = json!([{ "name": "Đơn đề nghị cấp giấy phép xây dựng (Mẫu 01)", "files": 0 }]);
    assert_eq!(asked["papers"], missing);
    assert_eq!(asked["due_at"], "2026-08-19T17:00:00Z", "two working days by NĐ 217/2026");

    cast.client("tiepnhan").step(&id, "confirm-supplement").await.expect(200);
    let appoint = said(PERMIT_ONLINE, Action::Reappoint);
    cast.client("lanhdao").post(&path(&id, Action::Reappoint), appoint).await.expect(200);
    let why = said(PERMIT_ONLINE, Action::RequestWithdrawal);
    cast.client("congdan1").post(&path(&id, Action::RequestWithdrawal), why.clone()).await.expect(200);
    cast.client("lanhdao").step(&id, "approve-withdrawal").await.expect(200);
    let own = forms(citizen, &id).await;
    assert_eq!((&own[4]["ground"], &own[4]["reason"]), (&why["ground"], &why["reason"]));
    assert_eq!(kinds(&own), ["receipt", "supplement_request", "receipt", "apology_extension", "stop_notice"]);
    assert_eq!((&own[3]["due_before"], &own[3]["due_at"]), (&own[2]["due_at"], &json!("2026-09-15T17:00:00Z")));
    let all = forms(officer, &id).await;
    for form in &all {
        let at = format!("/v1/dossiers/{id}/forms/{}/{}", form["form"].as_str().unwrap(), form["version"]);
        let page = officer.get(&at).await.expect(200);
        assert!(page.text.contains(form["name"].as_str().unwrap()), "{at}");
        let printed = Printed::get(officer, &format!("{at}?format=pdf")).await;
        assert!(printed.says(&words_of_page(&page.text)), "{at}: the same words in the same order");
    }
    let slip = all.last().unwrap();
    assert_eq!((&slip["form"], &slip["number"]), (&json!("control_slip"), &json!("Mẫu 06")));
    assert!(slip["steps"].as_array().unwrap().len() > 8);
    let printed =
        officer.get(&format!("/v1/dossiers/{id}/forms/control_slip/{}", slip["version"])).await.expect(200).text;
    let by_the_applicant = printed.matches("<td>Người nộp hồ sơ</td>").count();
    assert!(by_the_applicant >= 2, "who filed it, and filed a paper, in {printed}");
    for who in directory::demo::STAFF.iter().filter(|who| ["tiepnhan", "chuyenvien", "lanhdao"].contains(&who.username))
    {
        assert!(printed.contains(who.name), "{} has dealt with it", who.name);
    }
    cast.client("congdan2").get(&format!("/v1/dossiers/{id}/forms")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_why_at_intake_and_on_the_merits() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let rejected = cast.dossier(PERMIT_ONLINE, Status::Rejected).await;
    let form = forms(cast.client("congdan1"), &rejected).await.pop().unwrap();
    assert_eq!((&form["form"], &form["reason"]), (&json!("refusal"), &said(PERMIT_ONLINE, Action::Reject)["reason"]));
    let examined = cast.dossier(PERMIT_AT_COUNTER, Status::AwaitingApproval).await;
    let refused = json!({
        "outcome": "refused", "number": "9/UBND", "ground": "against_plan", "reason": "Nằm trong hành lang bảo vệ đê.",
    });
    cast.client("lanhdao").post(&path(&examined, Action::IssueResult), refused).await.expect(200);
    let own = forms(cast.client("tiepnhan"), &examined).await;
    assert_eq!(kinds(&own), ["receipt", "refusal", "control_slip"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_a_page_that_needs_nothing_from_elsewhere() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let (citizen, id) = (cast.client("congdan1"), cast.dossier(PERMIT_ONLINE, Status::Accepted).await);
    let receipt = forms(citizen, &id).await.remove(0);
    let at = |kind: &str, version: &Value| format!("/v1/dossiers/{id}/forms/{kind}/{version}");
    let page = citizen.get(&at("receipt", &receipt["version"])).await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let style = page.text.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = STANDARD.encode(Sha256::of(style.as_bytes()).as_bytes());
    assert!(page.header("content-security-policy").contains(&format!("style-src 'sha256-{hash}'")), "{page:?}");
    let text = page.text.replace("&#x2f;", "/");
    for words in [
        "Mẫu 01",
        "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "Ủy ban nhân dân phường Hoàn Kiếm",
        "Nguyễn Thị Hoa",
        "000.01.13.H26-260817-0001",
        "09 giờ 00 phút, ngày 17/08/2026",
        "hết ngày 25/08/2026",
        "Bản vẽ thiết kế xây dựng",
        "Nơi trả kết quả",
        "năm 2026, số thứ tự 01",
        "<svg",
    ] {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    assert!(!page.text.contains("<script") && !page.text.contains("src="), "{}", page.text);
    for wrong in [at("receipt", &json!(1)), at("refusal", &receipt["version"])] {
        assert_eq!(citizen.get(&wrong).await.expect(404).problem(), "form.not_found");
    }
    citizen.get(&at("poem", &json!(1))).await.expect(404);
    citizen.get(&format!("/v1/dossiers/{}/forms/receipt/1", new_key())).await.expect(404);
}

/// What a phone reads from the code on the paper, and where that leads.
#[tokio::test(flavor = "multi_thread")]
async fn the_code_on_a_receipt_leads_to_where_its_dossier_can_be_followed() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let (citizen, id) = (cast.client("congdan1"), cast.dossier(PERMIT_ONLINE, Status::Accepted).await);
    let receipt = forms(citizen, &id).await.remove(0);
    let page = citizen.get(&format!("/v1/dossiers/{id}/forms/receipt/{}", receipt["version"])).await.expect(200).text;
    // Each dark square is a piece of one path.
    let drawn = page.split("<path d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a drawn code");
    let squares = drawn.split('M').skip(1).map(|square| {
        let (x, y) = square.split_once('h').and_then(|(at, _)| at.split_once(',')).expect("a place");
        (x.parse::<usize>().unwrap(), y.parse::<usize>().unwrap())
    });
    let dark: std::collections::HashSet<(usize, usize)> = squares.collect();
    let size = dark.iter().map(|(x, _)| *x).max().unwrap();
    let grid = rqrr::SimpleGrid::from_func(size, |x, y| dark.contains(&(x + 1, y + 1)));
    let (_, address) = rqrr::Grid::new(grid).decode().expect("a code that can be read");
    let at = address.strip_prefix(&app.url).expect("an address of this installation");
    let anybody = app.anonymous();
    assert_eq!(anybody.get(at).await.expect(200).json["code"], "000.01.13.H26-260817-0001");

    let by_phone = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = anybody.send(anybody.request(Method::GET, at).header("accept", by_phone)).await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.text.contains("000.01.13.H26-260817-0001") && page.text.contains("Cơ quan đã nhận hồ sơ."),
        "{}",
        page.text
    );
    assert_eq!(page.text.matches("class=\"done\"").count(), 1, "of four steps");
    assert!(!page.text.contains("Hoa") && !page.text.contains("<script"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_write_stays_text_on_the_page() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let why = json!({ "ground": "duplicate", "reason": "<img src=x onerror=alert(1)> & \"vậy\"" });
    reject(&cast, &id, why).await;
    let refusal = forms(cast.client("congdan1"), &id).await.remove(0);
    let page = cast.client("congdan1").get(&format!("/v1/dossiers/{id}/forms/refusal/{}", refusal["version"])).await;
    let text = page.expect(200).text;
    assert!(text.contains("&lt;img") && !text.contains("<img"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_a_document_whose_text_can_be_read_out() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let (citizen, id) = (cast.client("congdan1"), cast.dossier(PERMIT_ONLINE, Status::Accepted).await);
    let receipt = forms(citizen, &id).await.remove(0);
    let at = format!("/v1/dossiers/{id}/forms/receipt/{}", receipt["version"]);
    let printed = Printed::get(citizen, &format!("{at}?format=pdf")).await;
    let disposition = format!("inline; filename=\"receipt-{}.pdf\"", receipt["version"]);
    assert_eq!(printed.header("content-disposition"), disposition, "nothing of anybody in the name");
    assert_eq!(printed.header("cache-control"), "no-store");
    assert!(printed.header("vary").starts_with("Accept, Accept-Language, Authorization"), "another is sent to others");
    assert_eq!((printed.pages(), printed.size()), (1, (148, 210)), "A5");
    let text = printed.words().join(" ");
    for words in [
        "mẫu 01",
        "nguyễn thị hoa",
        "000.01.13.h26-260817-0001",
        "09 giờ 00 phút, ngày 17/08/2026",
        "hết ngày 25/08/2026",
    ] {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    assert!(printed.fonts_are_embedded() && !printed.has_pictures(), "the QR code is drawn");
    assert_eq!(printed.bytes, Printed::get(citizen, &format!("{at}?format=pdf")).await.bytes, "the same every time");

    // Whoever can say what they take, says it.
    for (accept, kind) in [
        ("application/pdf", "application/pdf"),
        ("text/html;q=0.5, application/pdf", "application/pdf"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("image/png", "text/html; charset=utf-8"),
    ] {
        let answer = citizen.send(citizen.request(Method::GET, &at).header("accept", accept)).await.expect(200);
        assert_eq!(answer.header("content-type"), kind, "{accept}");
    }
    citizen.get(&format!("{at}?format=docx")).await.expect(400);
    cast.client("congdan2").get(&format!("{at}?format=pdf")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_reason_goes_on_over_the_page_and_odd_letters_stop_nothing() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let refusal = async |reason: &str| {
        let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
        let why = json!({ "ground": "duplicate", "reason": reason });
        reject(&cast, &id, why).await;
        let form = forms(cast.client("congdan1"), &id).await.remove(0);
        let at = format!("/v1/dossiers/{id}/forms/refusal/{}", form["version"]);
        let page = cast.client("congdan1").get(&at).await.expect(200);
        (Printed::get(cast.client("congdan1"), &format!("{at}?format=pdf")).await, words_of_page(&page.text))
    };
    let (printed, words) = refusal(&"Thửa đất nằm trong hành lang bảo vệ đê điều. ".repeat(80)).await;
    assert!(printed.pages() >= 2, "{}", printed.pages());
    let whole = printed.words().join(" ");
    assert!(
        whole.contains(&format!("trang 1/{}", printed.pages()))
            && whole.contains(&format!("trang 2/{}", printed.pages()))
    );
    let numbers = 2 * printed.pages();
    assert!(printed.says(&words));
    assert_eq!(printed.words().len(), words.len() + numbers, "nothing is lost or said twice where a page ends");

    let without_spaces = format!("https://example.vn/{}", "đường-dẫn-rất-dài/".repeat(20));
    let (printed, _) = refusal(&without_spaces).await;
    assert!(printed.words().concat().contains(&without_spaces), "broken where it must be");
    let (printed, words) = refusal("Tên 王小明 \u{1f600} \u{feff}và <b>đậm</b> #set page(width: 1cm)").await;
    assert!(words.contains(&"<b>đậm</b>".to_owned()));
    assert!(printed.words().contains(&"<b>đậm</b>".to_owned()) && printed.words().contains(&"page(width:".to_owned()));
}
