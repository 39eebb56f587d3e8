//! Draws a receipt, a long refusal and a register, to be looked at beside their pages, and says how long each takes.
//! `cargo run --release -p pdf --example specimen DIRECTORY`

use std::path::Path;
use std::time::Instant;

use fast_qr::QRBuilder;
use forms::{REGISTER, Row, Sheet, Table};

/// Drawn so often, after the first time, for which the letters are read.
const TIMES: u32 = 50;

fn main() {
    let directory = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    for (name, sheet) in [("receipt", receipt()), ("refusal", refusal()), ("register", register())] {
        let began = Instant::now();
        let bytes = pdf::draw(&sheet).expect("it can be drawn");
        let first = began.elapsed();
        let began = Instant::now();
        for _ in 0..TIMES {
            pdf::draw(&sheet).expect("it can be drawn");
        }
        println!("{name}: {} bytes, first {first:.1?}, then {:.1?} each", bytes.len(), began.elapsed() / TIMES);
        let to = |ending: &str| Path::new(&directory).join(format!("{name}.{ending}"));
        std::fs::write(to("pdf"), bytes).expect("a directory to write to");
        std::fs::write(to("html"), sheet.html()).expect("a directory to write to");
    }
}

fn row(label: &'static str, value: &str) -> Row {
    Row { label, value: value.to_owned() }
}

fn receipt() -> Sheet {
    let paper = |n: &str, name: &str| vec![n.to_owned(), name.to_owned(), "1".to_owned()];
    Sheet {
        wide: false,
        agency: "Ủy ban nhân dân phường Hoàn Kiếm".to_owned(),
        number: "Mẫu 01".to_owned(),
        title: "Giấy tiếp nhận hồ sơ và hẹn trả kết quả".to_owned(),
        code: Some("000.01.13.H26-261123-0001".to_owned()),
        rows: vec![
            row("Người nộp hồ sơ", "Nguyễn Thị Hoa"),
            row("Địa chỉ", "Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội"),
            row("Số điện thoại", "+84912345678"),
            row("Thủ tục", "Cấp giấy phép xây dựng mới (1.013225)"),
            row("Trường hợp", "Nhà ở riêng lẻ"),
            row("Số bộ hồ sơ", "1"),
            row("Thời gian giải quyết theo quy định", "7 ngày làm việc"),
            row("Thời điểm nhận", "08 giờ 30 phút, ngày 23/11/2026"),
            row("Hẹn trả kết quả", "hết ngày 03/12/2026"),
            row("Nơi trả kết quả", "Ủy ban nhân dân phường Hoàn Kiếm"),
            row("Vào Sổ theo dõi hồ sơ", "năm 2026, số thứ tự 01"),
        ],
        table: Table {
            head: vec!["TT", "Thành phần hồ sơ", "Số tệp"],
            lines: vec![
                paper("1", "Đơn đề nghị cấp giấy phép xây dựng (Mẫu 01)"),
                paper(
                    "2",
                    "Bản sao một trong những giấy tờ chứng minh quyền sử dụng đất theo quy định của pháp luật về đất đai",
                ),
                paper("3", "Bản vẽ thiết kế xây dựng"),
            ],
        },
        closing: "Khi đến nhận kết quả, đề nghị mang theo giấy này.".to_owned(),
        qr: QRBuilder::new("https://motcua.example.vn/v1/tracking/000.01.13.H26-261123-0001").build().ok(),
        date: "ngày 23 tháng 11 năm 2026".to_owned(),
        signatures: &["Người nộp hồ sơ", "Người tiếp nhận hồ sơ"],
    }
}

fn refusal() -> Sheet {
    let reason = "Thửa đất nằm trong hành lang bảo vệ đê điều; công trình vượt chiều cao cho phép theo quy hoạch. ";
    Sheet {
        number: "Mẫu 03".to_owned(),
        title: "Phiếu từ chối tiếp nhận giải quyết hồ sơ".to_owned(),
        rows: vec![
            row("Người nộp hồ sơ", "Nguyễn Thị Hoa"),
            row("Căn cứ", "Không phù hợp quy hoạch"),
            row("Lý do", &reason.repeat(40)),
        ],
        table: Table::default(),
        closing: "Giấy tờ ông/bà đã nộp được trả lại cùng văn bản này.".to_owned(),
        signatures: &["", "Người ký"],
        ..receipt()
    }
}

fn register() -> Sheet {
    let lines = (1..=200).map(|n| {
        [
            format!("{n:02}").as_str(),
            &format!("000.01.13.H26-261123-{n:04}"),
            "Nguyễn Thị Bình Minh",
            "Cấp giấy phép xây dựng mới (1.013225)",
            "Trực tuyến",
            "23/11/2026",
            "03/12/2026",
            "02/12/2026",
            "Chấp thuận, 125/GPXD-UBND",
            "03/12/2026",
            "Trực tiếp",
            "Nguyễn Thị Bình Minh",
            if n % 3 == 0 { "Chuyển Sở Quy hoạch - Kiến trúc" } else { "" },
        ]
        .map(str::to_owned)
        .to_vec()
    });
    Sheet {
        wide: true,
        number: "Mẫu 07".to_owned(),
        title: "Sổ theo dõi hồ sơ".to_owned(),
        code: None,
        rows: vec![row("Kỳ", "Tháng 11 năm 2026")],
        table: Table { head: REGISTER.to_vec(), lines: lines.collect() },
        closing: String::new(),
        qr: None,
        signatures: &[],
        ..receipt()
    }
}
