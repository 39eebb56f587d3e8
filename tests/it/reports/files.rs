//! What spreadsheets are given: days and numbers as such, headings over several columns, and nothing that is calculated.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx, open_workbook_from_rs};
use complaints::CaseKind::Complaint;
use complaints::workflow::CaseAction::{Accept, Submit};
use reqwest::Method;
use serde_json::json;

use super::{HERE, INSPECTORATE, of, report};
use crate::cases::{new, walk};
use crate::cast::Cast;
use crate::denunciations;
use crate::harness::{Client, TestApp};

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What somebody would have the reader's program do.
const LINK: &str = "=HYPERLINK(\"http://evil.example\",\"Xem đơn\")";

/// The one sheet of a workbook that is answered, and its merged cells as `first..last`.
pub struct Sheet {
    pub cells: Range<Data>,
    merged: Vec<((u32, u32), (u32, u32))>,
    disposition: String,
}

impl Sheet {
    pub async fn get(client: &Client, path: &str) -> Self {
        let response = client.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], WORKBOOK);
        let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        let bytes = response.bytes().await.unwrap();
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let name = book.sheet_names()[0].clone();
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "nothing in it is calculated");
        assert!(book.hyperlinks_by_sheet_name(&name).unwrap().is_empty(), "nothing in it leads elsewhere");
        let merged = book.merge_cells_by_sheet_name(&name).unwrap();
        let merged = merged.into_iter().map(|it| (it.start, it.end)).collect();
        Self { cells: book.worksheet_range(&name).unwrap(), merged, disposition }
    }

    /// Where this text stands first.
    fn find(&self, text: &str) -> (u32, u32) {
        let cells = self.cells.cells().find(|(_, _, cell)| **cell == *text);
        let (row, column, _) = cells.unwrap_or_else(|| panic!("{text} is missing"));
        (row as u32, column as u32)
    }

    fn at(&self, row: u32, column: u32) -> &Data {
        self.cells.get_value((row, column)).unwrap_or(&Data::Empty)
    }
}

/// One that came with a formula for a name, one taken up.
async fn two(cast: &Cast) {
    let me = cast.client("congdan1");
    let mut letter = new(Complaint);
    letter["people"][0]["name"] = json!(LINK);
    letter["people"][0]["address"] = json!("+84 phố Hàng Bài");
    letter["subject"] = json!("@SUM(1+1)");
    for (what, way) in [(letter, vec![Submit]), (new(Complaint), vec![Submit, Accept])] {
        let id = me.post("/v1/cases", what).await.expect(201).id();
        walk(cast, Complaint, &id, &way).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_a_workbook_with_days_and_numbers_and_no_formula() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    two(&cast).await;
    let sheet = Sheet::get(cast.client("tiepnhan"), &of(HERE, "petition-register?month=8&format=xlsx")).await;
    assert_eq!(sheet.disposition, "attachment; filename=\"petition-register-2026-08.xlsx\"");
    assert_eq!(sheet.at(0, 0), &Data::String("Sổ theo dõi đơn".to_owned()));
    assert_eq!(sheet.at(2, 0), &Data::String("Tháng 8 năm 2026".to_owned()));
    let (top, left) = sheet.find("Tiếp nhận");
    assert_eq!((sheet.find("Mã đơn"), sheet.find("Nguồn đơn")), ((top + 1, left), (top + 1, left + 2)));
    assert!(sheet.merged.contains(&((top, left), (top, left + 2))), "{:?}", sheet.merged);
    let (row, of_name) = sheet.find(LINK);
    assert_eq!(of_name, sheet.find("Họ và tên").1, "text, as it was written");
    assert_eq!(sheet.at(row, of_name + 1), &Data::String("+84 phố Hàng Bài".to_owned()));
    assert_eq!(sheet.at(row, sheet.find("Tóm tắt").1), &Data::String("@SUM(1+1)".to_owned()));
    assert_eq!(sheet.at(row, sheet.find("Số người").1), &Data::Float(1.0));
    let Data::DateTime(day) = sheet.at(row, sheet.find("Ngày nhận").1) else { panic!("no day") };
    assert_eq!(day.to_ymd_hms_milli(), (2026, 8, 17, 0, 0, 0, 0));
    // Nobody has looked at the first one; the second was taken up.
    let result = sheet.find("Kết quả xử lý").1;
    let said = |row| [result - 2, result - 1, result].map(|column| sheet.at(row, column).to_string());
    let other = if row == top + 2 { row + 1 } else { row - 1 };
    assert_eq!(said(row), ["", "", "Chưa xử lý"]);
    assert_eq!(said(other), ["Có", "Có", "Thụ lý, giải quyết"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_csv_in_which_nothing_is_calculated() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    two(&cast).await;
    let csv = cast.client("tiepnhan").get(&of(HERE, "petition-register?format=csv")).await.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"petition-register-2026.csv\"");
    assert!(csv.text.starts_with("\u{feff}Tiếp nhận: Mã đơn,Tiếp nhận: Ngày nhận,"), "{}", csv.text);
    let lines: Vec<_> = csv.text.split("\r\n").collect();
    assert_eq!((lines.len(), lines[3]), (4, ""), "headings, two lines, and an end");
    let line = lines.iter().find(|line| line.contains("HYPERLINK")).expect("it was received");
    for inert in ["'=HYPERLINK(\"\"http", "'+84 phố Hàng Bài", "'@SUM(1+1)", ",2026-08-17,"] {
        assert!(line.contains(inert), "{inert} is missing in {line}");
    }
    for (accept, kind) in [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        (WORKBOOK, WORKBOOK),
    ] {
        let reader = cast.client("tiepnhan");
        let asked = reader.request(Method::GET, &of(HERE, "petition-register")).header("accept", accept);
        let answer = reader.send(asked).await.expect(200);
        assert_eq!(answer.header("content-type"), kind, "{accept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_a_workbook_with_its_figures() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    two(&cast).await;
    let reader = cast.client("lanhdao");
    let it = report(reader, HERE, "02-XLD", "period=2026-Q3").await;
    let path = of(HERE, "petition-reports/02-XLD?period=2026-Q3&format=xlsx");
    let sheet = Sheet::get(reader, &path).await;
    assert_eq!(sheet.disposition, "attachment; filename=\"02-XLD-2026-Q3.xlsx\"");
    assert_eq!(sheet.at(0, 0), &Data::String("Biểu 02/XLD (TT 01/2024/TT-TTCP)".to_owned()));
    sheet.find("Kỳ báo cáo 2026-Q3: từ ngày 15/06/2026 đến ngày 14/09/2026");
    sheet.find("Số liệu tạm tính: kỳ báo cáo chưa kết thúc");
    let (sums, _) = sheet.find("Tổng số");
    let line = sums - 1;
    assert_eq!(sheet.at(line, 0), &Data::String("Ủy ban nhân dân phường Hoàn Kiếm".to_owned()));
    for column in it["columns"].as_array().unwrap() {
        let name = format!("{} ({})", column["name"].as_str().unwrap(), column["number"]);
        let at = sheet.find(&name).1;
        let expected = column["total"].as_i64().map_or(Data::Empty, |total| Data::Float(total as f64));
        assert_eq!((sheet.at(line, at), sheet.at(sums, at)), (&expected, &expected), "{name}");
    }
    let csv = reader.get(&path.replace("xlsx", "csv")).await.expect(200);
    assert!(csv.text.starts_with("\u{feff}Đơn vị,Số đơn trong kỳ: Tổng số đơn (1),"), "{}", csv.text);
    assert!(csv.text.contains("\r\nTổng số,2,0,2,2,1,1,0,1,"), "{}", csv.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn denunciations_have_files_of_their_own() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = denunciations::send(&app, &cast, denunciations::new()).await;
    denunciations::walk(&cast, &id, &[::denunciations::workflow::DenunciationAction::Accept]).await;
    let reader = cast.client("thanhtra");
    let sheet = Sheet::get(reader, &of(INSPECTORATE, "denunciation-register?format=xlsx")).await;
    let (row, _) = sheet.find("TC-H26.5-26-00001");
    assert_eq!(sheet.at(row, sheet.find("Kết quả xử lý").1), &Data::String("Thụ lý".to_owned()));
    let Data::DateTime(due) = sheet.at(row, sheet.find("Hạn giải quyết").1) else { panic!("no day") };
    assert_eq!(due.to_ymd_hms_milli().2, 16);
    let csv = reader.get(&of(INSPECTORATE, "denunciation-register?format=csv")).await.expect(200);
    assert!(csv.text.contains("TC-H26.5-26-00001,2026-08-17,Trực tuyến,Tố cáo,"), "{}", csv.text);
}
