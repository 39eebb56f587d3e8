//! The register of denunciations, in the words of offices: nothing in it tells who denounces.

use denunciations::denunciation::{DenunciationChannel, DenunciationKind, DenunciationOutcome};
use denunciations::register::{DenunciationRegisterEntry, DenunciationResult};

use super::words::timeliness_in_words;
use super::{head, words};
use crate::grid::{Cell, Grid};

/// Group, heading and width of each column of the register of denunciations.
const DENUNCIATIONS: &[(&str, &str, u8)] = &[
    ("Tiếp nhận", "Mã đơn", 24),
    ("Tiếp nhận", "Ngày nhận", 12),
    ("Tiếp nhận", "Nguồn đơn", 12),
    ("Nội dung", "Loại", 22),
    ("Nội dung", "Tóm tắt (đã che thông tin người tố cáo)", 40),
    ("Xử lý", "Kết quả xử lý", 22),
    ("Xử lý", "Ngày xử lý", 12),
    ("Giải quyết", "Cơ quan giải quyết", 30),
    ("Giải quyết", "Ngày thụ lý", 12),
    ("Giải quyết", "Hạn giải quyết", 12),
    ("Giải quyết", "Ngày kết luận", 12),
    ("Giải quyết", "Kết luận", 22),
    ("Giải quyết", "Thời hạn", 16),
    ("", "Ngày kết thúc", 12),
];

/// A page of the register of denunciations; `above` says of whom and of when.
pub fn denunciation_register(
    entries: &[DenunciationRegisterEntry],
    above: Vec<String>,
    name_of: &dyn Fn(uuid::Uuid) -> String,
) -> Grid {
    let line = |entry: &DenunciationRegisterEntry| {
        vec![
            Cell::text(&entry.code),
            Cell::Day(entry.received_date),
            Cell::text(match entry.channel {
                DenunciationChannel::Online => "Trực tuyến",
                DenunciationChannel::Counter => "Trực tiếp",
                DenunciationChannel::Post => "Bưu chính",
            }),
            Cell::text(match entry.kind {
                DenunciationKind::Denunciation => "Tố cáo",
                DenunciationKind::Lead => "Thông tin không rõ người tố cáo",
            }),
            Cell::text(&entry.subject),
            Cell::text(match entry.result {
                DenunciationResult::Pending => "Đang kiểm tra",
                DenunciationResult::Accepted => "Thụ lý",
                DenunciationResult::Forwarded => "Chuyển cơ quan ngoài thành phố",
                DenunciationResult::Transferred => "Chuyển cơ quan khác của thành phố",
                DenunciationResult::Filed => "Lưu đơn",
                DenunciationResult::Refused => "Không thụ lý",
                DenunciationResult::Terminated => "Đình chỉ do rút tố cáo",
            }),
            Cell::day(entry.processed_at),
            Cell::text(name_of(entry.handling_agency_id.0)),
            Cell::day(entry.accepted_at),
            entry.due_date.map_or(Cell::Nothing, Cell::Day),
            Cell::day(entry.concluded_at),
            words(entry.outcome.map(|outcome| match outcome {
                DenunciationOutcome::True => "Tố cáo đúng",
                DenunciationOutcome::PartlyTrue => "Tố cáo đúng một phần",
                DenunciationOutcome::False => "Tố cáo sai",
                DenunciationOutcome::FalseInBadFaith => "Cố ý tố cáo sai sự thật",
            })),
            words(timeliness_in_words(entry.timeliness)),
            Cell::day(entry.closed_at),
        ]
    };
    Grid { above, head: head(DENUNCIATIONS), lines: entries.iter().map(line).collect() }
}
