//! The petition register, in the words of offices.

mod apart;
mod words;

use complaints::CaseKind;
use complaints::register::{PetitionRegisterEntry, PetitionResult};

pub use self::apart::denunciation_register;
use self::words::{
    channel_in_words, field_in_words, ground_in_words, kind_in_words, outcome_in_words, result_in_words,
    status_in_words, timeliness_in_words,
};
use crate::grid::{Cell, Grid, Heading};

/// Group, heading and width of each column of the petition register.
const PETITIONS: &[(&str, &str, u8)] = &[
    ("Tiếp nhận", "Mã đơn", 24),
    ("Tiếp nhận", "Ngày nhận", 12),
    ("Tiếp nhận", "Nguồn đơn", 12),
    ("Người gửi đơn", "Họ và tên", 24),
    ("Người gửi đơn", "Địa chỉ", 36),
    ("Người gửi đơn", "Số người", 8),
    ("Nội dung đơn", "Tóm tắt", 40),
    ("Nội dung đơn", "Loại đơn (theo người gửi)", 20),
    ("Nội dung đơn", "Loại đơn (phân loại)", 20),
    ("Nội dung đơn", "Lần", 6),
    ("Nội dung đơn", "Lĩnh vực", 18),
    ("Xử lý đơn", "Đủ điều kiện xử lý", 10),
    ("Xử lý đơn", "Thuộc thẩm quyền", 10),
    ("Xử lý đơn", "Kết quả xử lý", 22),
    ("Xử lý đơn", "Ngày xử lý", 12),
    ("Xử lý đơn", "Căn cứ", 30),
    ("Xử lý đơn", "Nơi hướng dẫn, chuyển đến", 30),
    ("Giải quyết", "Cơ quan giải quyết", 30),
    ("Giải quyết", "Tình trạng", 20),
    ("Giải quyết", "Hạn giải quyết", 12),
    ("Giải quyết", "Gia hạn", 8),
    ("Giải quyết", "Đối thoại", 8),
    ("Giải quyết", "Số văn bản", 16),
    ("Giải quyết", "Ngày văn bản", 12),
    ("Giải quyết", "Kết quả", 22),
    ("Giải quyết", "Thời hạn", 16),
    ("", "Ngày kết thúc", 12),
];

fn head(columns: &[(&str, &str, u8)]) -> Vec<Heading> {
    let heading = |(group, name, width): &(&str, &str, u8)| Heading {
        group: (*group).to_owned(),
        name: (*name).to_owned(),
        width: *width,
    };
    columns.iter().map(heading).collect()
}

fn said(so: Option<bool>) -> Cell {
    so.map_or(Cell::Nothing, |so| Cell::text(if so { "Có" } else { "Không" }))
}

fn words(words: Option<&str>) -> Cell {
    words.map_or(Cell::Nothing, Cell::text)
}

/// A page of the petition register; `above` says of whom and of when.
pub fn petition_register(
    entries: &[PetitionRegisterEntry],
    above: Vec<String>,
    name_of: &dyn Fn(uuid::Uuid) -> String,
) -> Grid {
    let line = |entry: &PetitionRegisterEntry| {
        let elsewhere = (entry.result == PetitionResult::Transferred).then(|| name_of(entry.handling_agency_id.0));
        vec![
            Cell::text(&entry.code),
            Cell::Day(entry.received_date),
            Cell::text(channel_in_words(entry.channel)),
            Cell::text(&entry.sender_name),
            Cell::text(&entry.sender_address),
            Cell::Number(entry.senders.into()),
            Cell::text(&entry.subject),
            Cell::text(kind_in_words(entry.declared_kind)),
            Cell::text(kind_in_words(entry.kind)),
            if entry.kind == CaseKind::Complaint { Cell::Number(entry.level.into()) } else { Cell::Nothing },
            words(entry.field.map(field_in_words)),
            said(entry.eligible),
            said(entry.in_competence),
            Cell::text(result_in_words(entry.result)),
            Cell::day(entry.processed_at),
            words(ground_in_words(entry)),
            words(entry.referred_to.as_deref().or(elsewhere.as_deref())),
            Cell::text(name_of(entry.handling_agency_id.0)),
            Cell::text(status_in_words(entry.status)),
            entry.due_date.map_or(Cell::Nothing, Cell::Day),
            said(Some(entry.extended).filter(|so| *so)),
            said(Some(entry.dialogue_held).filter(|so| *so)),
            words(entry.decision_number.as_deref()),
            Cell::day(entry.decided_at),
            words(entry.outcome.map(outcome_in_words)),
            words(timeliness_in_words(entry.timeliness)),
            Cell::day(entry.closed_at),
        ]
    };
    Grid { above, head: head(PETITIONS), lines: entries.iter().map(line).collect() }
}
