//! What stands on each form, in the words of the circulars.

use chrono::{DateTime, FixedOffset, Utc};
use deadlines::{Limit, Unit};
use fast_qr::QRBuilder;
use procedures::delivery::{DeliveryMethod, Signature};
use procedures::dossier::{Channel, Outcome};
use procedures::form::{Form, FormKind, SlipLine};
use procedures::register::{Register, RegisterEntry};
use procedures::workflow::Status;

use crate::{Around, Row, Sheet, Table};

/// A form with everything that surrounds it.
pub fn sheet(form: &Form, around: &Around<'_>) -> Sheet {
    Sheet {
        wide: false,
        agency: (around.name_of)(form.issued_by.0),
        number: form.number.clone(),
        title: form.name.clone(),
        code: form.code.clone(),
        rows: rows(form, around),
        table: table(form, around),
        closing: closing(form.form).to_owned(),
        // None when the address is too long for one.
        qr: around.tracking.as_deref().and_then(|address| QRBuilder::new(address).build().ok()),
        date: day_in_words(form.at),
        signatures: signatures(form.form),
    }
}

/// The columns of the register.
pub const REGISTER: [&str; 13] = [
    "Số",
    "Mã hồ sơ",
    "Người nộp hồ sơ",
    "Thủ tục",
    "Cách nộp",
    "Nhận",
    "Hẹn trả",
    "Xong",
    "Kết quả",
    "Đã trả",
    "Cách trả",
    "Ký nhận",
    "Ghi chú",
];

/// A page of the register, written out on `at`.
pub fn register(register: &Register, at: DateTime<Utc>, around: &Around<'_>) -> Sheet {
    let Register { year, month, last_number, .. } = register;
    let period = month.map_or_else(|| format!("Năm {year}"), |month| format!("Tháng {month} năm {year}"));
    let closed = format!("Sổ năm {year} đã khóa ở số {last_number:02}.");
    Sheet {
        wide: true,
        agency: (around.name_of)(register.agency_id.0),
        number: register.number.clone(),
        title: register.name.clone(),
        code: None,
        rows: vec![Row { label: "Kỳ", value: period }],
        table: Table {
            head: REGISTER.to_vec(),
            lines: register.items.iter().map(|entry| line(entry, register, around)).collect(),
        },
        closing: if register.closed { closed } else { String::new() },
        qr: None,
        date: day_in_words(at),
        signatures: &[],
    }
}

fn line(entry: &RegisterEntry, register: &Register, around: &Around<'_>) -> Vec<String> {
    let day = |at: Option<DateTime<Utc>>| at.map(|at| vietnam(at).format("%d/%m/%Y").to_string()).unwrap_or_default();
    let due = entry.due_at.map(|due_at| match vietnam(due_at).time() {
        chrono::NaiveTime::MIN => deadlines::due_date(due_at).format("%d/%m/%Y").to_string(),
        _ => vietnam(due_at).format("%d/%m/%Y %H:%M").to_string(),
    });
    let outcome = entry.outcome.map(|outcome| match outcome {
        Outcome::Granted => "Chấp thuận",
        Outcome::Refused => "Từ chối",
    });
    let elsewhere = (entry.competent_agency_id != register.agency_id)
        .then(|| format!("Chuyển {}", (around.name_of)(entry.competent_agency_id.0)));
    let notes = [elsewhere, (entry.status == Status::Stopped).then(|| "Dừng giải quyết".to_owned())];
    vec![
        format!("{:02}", entry.number),
        entry.code.clone(),
        entry.applicant_name.clone(),
        format!("{} ({})", entry.procedure.name, entry.procedure.code),
        channel_in_words(entry.channel).to_owned(),
        day(Some(entry.received_at)),
        due.unwrap_or_default(),
        day(entry.finished_at),
        [outcome.map(str::to_owned), entry.result_number.clone()].into_iter().flatten().collect::<Vec<_>>().join(", "),
        day(entry.returned_at),
        entry.delivery_method.map(delivery_in_words).unwrap_or_default().to_owned(),
        signed_by(entry),
        notes.into_iter().flatten().collect::<Vec<_>>().join("; "),
    ]
}

fn delivery_in_words(method: DeliveryMethod) -> &'static str {
    match method {
        DeliveryMethod::Counter => "Trực tiếp",
        DeliveryMethod::Post => "Bưu chính",
        DeliveryMethod::Online => "Trực tuyến",
    }
}

/// Who has signed for the result.
fn signed_by(entry: &RegisterEntry) -> String {
    let name = entry.recipient_name.as_ref().unwrap_or(&entry.applicant_name);
    match entry.signature {
        Some(Signature::Paper) => name.clone(),
        Some(Signature::Electronic) => format!("{name} (ký điện tử)"),
        Some(Signature::NotSigned) | None => String::new(),
    }
}

fn channel_in_words(channel: Channel) -> &'static str {
    match channel {
        Channel::Online => "Trực tuyến",
        Channel::Counter => "Trực tiếp",
        Channel::Post => "Bưu chính",
        Channel::Kiosk => "Kiosk",
    }
}

fn rows(form: &Form, around: &Around<'_>) -> Vec<Row> {
    let row = |label, value: String| Row { label, value };
    let applicant = &form.applicant;
    let mut rows = vec![row("Người nộp hồ sơ", applicant.name.clone())];
    let organisation = applicant.organisation.as_ref();
    rows.extend(organisation.map(|it| row("Tổ chức", format!("{} ({})", it.name, it.number))));
    rows.extend(applicant.address.clone().map(|address| row("Địa chỉ", address)));
    rows.extend(applicant.phone.clone().map(|phone| row("Số điện thoại", phone)));
    rows.extend(applicant.email.clone().map(|email| row("Email", email)));
    rows.push(row("Thủ tục", format!("{} ({})", form.procedure.name, form.procedure.code)));
    rows.push(row("Trường hợp", form.case.clone()));
    if form.competent_agency_id != form.receiving_agency_id {
        rows.push(row("Cơ quan giải quyết", (around.name_of)(form.competent_agency_id.0)));
    }
    let due = |label| form.due_at.map(|due_at| row(label, last_moment(due_at)));
    match form.form {
        FormKind::Receipt => {
            rows.push(row("Số bộ hồ sơ", form.sets.to_string()));
            rows.push(row("Thời gian giải quyết theo quy định", limit_in_words(form.limit)));
            rows.push(row("Thời điểm nhận", moment(form.at)));
            rows.extend(due("Hẹn trả kết quả"));
            rows.push(row("Nơi trả kết quả", (around.name_of)(form.return_agency_id.0)));
            let entered = form.register.map(|it| format!("năm {}, số thứ tự {:02}", it.year, it.number));
            rows.extend(entered.map(|entered| row("Vào Sổ theo dõi hồ sơ", entered)));
        }
        FormKind::ApologyExtension => {
            rows.extend(form.due_before.map(|before| row("Đã hẹn trả", last_moment(before))));
            rows.extend(due("Hẹn lại"));
        }
        FormKind::ControlSlip => rows.extend(due("Hẹn trả kết quả")),
        FormKind::SupplementRequest => rows.extend(due("Thời hạn bổ sung")),
        FormKind::Refusal | FormKind::StopNotice => {}
    }
    rows.extend(form.ground.as_deref().map(|ground| row("Căn cứ", ground_in_words(ground).to_owned())));
    rows.extend(form.reason.clone().map(|reason| row("Lý do", reason)));
    rows
}

fn table(form: &Form, around: &Around<'_>) -> Table {
    let numbered = |n: usize, rest: Vec<String>| [vec![(n + 1).to_string()], rest].concat();
    match form.form {
        FormKind::Receipt => Table {
            head: vec!["TT", "Thành phần hồ sơ", "Số tệp"],
            lines: form
                .papers
                .iter()
                .enumerate()
                .map(|(n, paper)| numbered(n, vec![paper.name.clone(), paper.files.to_string()]))
                .collect(),
        },
        FormKind::SupplementRequest => Table {
            head: vec!["TT", "Giấy tờ cần bổ sung, hoàn thiện"],
            lines: form.papers.iter().enumerate().map(|(n, paper)| numbered(n, vec![paper.name.clone()])).collect(),
        },
        FormKind::ControlSlip => Table {
            head: vec!["TT", "Thời điểm", "Việc", "Cơ quan, người thực hiện"],
            lines: form
                .steps
                .iter()
                .enumerate()
                .map(|(n, step)| {
                    let what = event_in_words(&step.event).to_owned();
                    numbered(n, vec![moment(step.at), what, performer(step, around)])
                })
                .collect(),
        },
        FormKind::Refusal | FormKind::ApologyExtension | FormKind::StopNotice => Table::default(),
    }
}

/// Who did a step: the applicant is named above.
fn performer(step: &SlipLine, around: &Around<'_>) -> String {
    match step.actor_kind.as_str() {
        "citizen" => "Người nộp hồ sơ".to_owned(),
        "system" => "Phần mềm".to_owned(),
        _ => {
            let who = step.agency_id.map(around.name_of).into_iter().chain(step.officer_id.map(around.person_of));
            who.filter(|name| !name.is_empty()).collect::<Vec<_>>().join("; ")
        }
    }
}

fn closing(form: FormKind) -> &'static str {
    match form {
        FormKind::Receipt => "Khi đến nhận kết quả, đề nghị mang theo giấy này.",
        FormKind::SupplementRequest => "Đề nghị ông/bà bổ sung đầy đủ một lần các giấy tờ nêu trên.",
        FormKind::ApologyExtension => "Cơ quan xin lỗi ông/bà vì sự chậm trễ này.",
        FormKind::Refusal | FormKind::StopNotice => "Giấy tờ ông/bà đã nộp được trả lại cùng văn bản này.",
        FormKind::ControlSlip => "",
    }
}

fn signatures(form: FormKind) -> &'static [&'static str] {
    match form {
        FormKind::Receipt => &["Người nộp hồ sơ", "Người tiếp nhận hồ sơ"],
        FormKind::SupplementRequest => &["", "Người hướng dẫn"],
        FormKind::ControlSlip => &["Người giao", "Người nhận"],
        FormKind::Refusal | FormKind::ApologyExtension | FormKind::StopNotice => &["", "Người ký"],
    }
}

fn vietnam(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&deadlines::VIETNAM)
}

/// `08 giờ 30 phút, ngày 17/08/2026`.
fn moment(at: DateTime<Utc>) -> String {
    vietnam(at).format("%H giờ %M phút, ngày %d/%m/%Y").to_string()
}

/// Up to the end of a day, or up to an hour of it: what is due is exclusive.
fn last_moment(due_at: DateTime<Utc>) -> String {
    let local = vietnam(due_at);
    if local.time() == chrono::NaiveTime::MIN {
        deadlines::due_date(due_at).format("hết ngày %d/%m/%Y").to_string()
    } else {
        format!("trước {}", moment(due_at))
    }
}

fn day_in_words(at: DateTime<Utc>) -> String {
    vietnam(at).format("ngày %d tháng %m năm %Y").to_string()
}

fn limit_in_words(limit: Limit) -> String {
    let unit = match limit.unit {
        Unit::SameDay => return "trong ngày; nhận sau 15 giờ thì ngày làm việc tiếp theo".to_owned(),
        Unit::WorkingDay => "ngày làm việc",
        Unit::CalendarDay => "ngày",
        Unit::Month => "tháng",
        Unit::Year => "năm",
        Unit::WorkingHour => "giờ làm việc",
        Unit::Hour => "giờ",
    };
    format!("{} {unit}", limit.amount)
}

fn ground_in_words(ground: &str) -> &str {
    match ground {
        "not_competent" => "Không thuộc thẩm quyền giải quyết",
        "not_supplemented" => "Không bổ sung theo yêu cầu",
        "not_applicable" => "Không thuộc đối tượng của thủ tục",
        "duplicate" => "Đã có hồ sơ về cùng một việc",
        "false_papers" => "Giấy tờ giả mạo hoặc bị sửa chữa",
        "incomplete" => "Thiếu thành phần hồ sơ",
        "inaccurate" => "Thông tin chưa chính xác",
        "unreadable" => "Giấy tờ không đọc được",
        "expired" => "Giấy tờ hết hiệu lực",
        "contradicts_data" => "Khác với cơ sở dữ liệu của Nhà nước",
        "conditions_not_met" => "Không đủ điều kiện",
        "against_plan" => "Không phù hợp quy hoạch",
        "in_dispute" => "Đang có tranh chấp",
        "not_paid" => "Không nộp thuế, lệ phí",
        "no_longer_needed" => "Người nộp không còn nhu cầu",
        "filed_wrongly" => "Hồ sơ có sai sót, sẽ nộp lại",
        "filed_elsewhere" => "Đã nộp theo thủ tục hoặc tại cơ quan khác",
        "takes_too_long" => "Giải quyết lâu hơn mong muốn",
        "other" => "Lý do khác",
        "forbidden" => "Pháp luật chuyên ngành không cho phép",
        other => other,
    }
}

/// What stands on the control slip for an event of the journal: a test walks over all of them.
fn event_in_words(event: &str) -> &str {
    match event.trim_start_matches("dossier.") {
        "created" => "Lập hồ sơ",
        "attachment_declared" => "Khai giấy tờ",
        "attachment_stored" => "Nhận giấy tờ",
        "attachment_reused" => "Dùng lại giấy tờ đã có",
        "attachment_digitised" => "Số hóa giấy tờ",
        "data_looked_up" => "Tra cứu cơ sở dữ liệu",
        "look_up_disputed" => "Ghi nhận dữ liệu tra cứu chưa chính xác",
        "submitted" => "Nộp hồ sơ",
        "intake_supplement_requested" => "Yêu cầu bổ sung khi tiếp nhận",
        "rejection_proposed" => "Trình từ chối tiếp nhận",
        "accepted" => "Tiếp nhận",
        "rejected" => "Từ chối tiếp nhận",
        "handed_over" => "Bàn giao hồ sơ",
        "collection_overdue" => "Quá hạn nhận kết quả",
        "papers_returned" => "Trả lại giấy tờ",
        "form_corrected" => "Sửa thông tin trên biểu mẫu",
        "claimed" => "Người nộp đưa hồ sơ vào tài khoản của mình",
        "hand_over_refused" => "Không nhận bàn giao",
        "hand_over_deadline_passed" => "Quá hạn bàn giao",
        "processing_started" => "Nhận giải quyết",
        "verification_begun" => "Thẩm tra, xác minh",
        "verification_recorded" => "Ghi kết quả xác minh",
        "consultation_begun" => "Lấy ý kiến cơ quan khác",
        "opinion_given" => "Nhận ý kiến",
        "silence_consented" => "Hết hạn, coi như đồng ý",
        "consultation_overdue" => "Quá hạn cho ý kiến",
        "consultation_ended" => "Kết thúc lấy ý kiến",
        "supplement_proposed" => "Trình yêu cầu bổ sung",
        "supplement_signed" => "Ký yêu cầu bổ sung",
        "supplement_requested" => "Yêu cầu bổ sung",
        "supplement_lapsed" => "Hết thời hạn bổ sung",
        "supplement_confirmed" => "Nhận đủ bổ sung",
        "fee_ordered" => "Thông báo phí, lệ phí",
        "fee_cancelled" => "Hủy thông báo phí, lệ phí",
        "payment_requested" => "Yêu cầu nghĩa vụ tài chính",
        "payment_waived" => "Miễn chờ nghĩa vụ tài chính",
        "payment_received" => "Nhận thanh toán",
        "refund_ordered" => "Quyết định hoàn trả",
        "refunded" => "Đã hoàn trả",
        "refund_failed" => "Hoàn trả không thành",
        "result_document_declared" => "Khai văn bản kết quả",
        "result_document_stored" => "Nhận văn bản kết quả",
        "payment_proof_declared" => "Khai chứng từ nộp tiền",
        "payment_proof_stored" => "Nhận chứng từ nộp tiền",
        "result_proposed" => "Trình kết quả",
        "sent_back" => "Trả lại để xử lý",
        "reappointment_proposed" => "Trình hẹn lại",
        "reappointed" => "Xin lỗi, hẹn lại",
        "case_changed" => "Chuyển sang trường hợp khác của thủ tục",
        "result_issued" => "Ký kết quả",
        "result_returned" => "Trả kết quả",
        "correction_opened" => "Bắt đầu sửa sai sót",
        "corrected" => "Đã sửa sai sót",
        "withdrawn" => "Rút hồ sơ",
        "withdrawal_requested" => "Đề nghị rút hồ sơ",
        "withdrawal_approved" => "Đồng ý cho rút",
        "withdrawal_refused" => "Không đồng ý cho rút",
        "stopped" => "Dừng giải quyết",
        "deadline_passed" => "Quá hạn giải quyết",
        "answer_deadline_passed" => "Quá hạn trả lời tiếp nhận",
        "deadline_moved" => "Đổi hạn theo lịch làm việc mới",
        "erased" => "Xóa dữ liệu cá nhân",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::event_in_words;

    #[test]
    fn every_event_has_words_of_its_own() {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/events");
        let files = std::fs::read_dir(fixtures).expect("the fixtures are there");
        let names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
        let kinds = names.filter_map(|name| Some(name.strip_prefix("dossier.")?.split_once(".v")?.0.to_owned()));
        let kinds: BTreeSet<String> = kinds.collect();
        let silent: Vec<&String> = kinds.iter().filter(|kind| event_in_words(kind) == **kind).collect();
        assert!(kinds.len() > 40 && silent.is_empty(), "no Vietnamese words for {silent:?}");
        let said: BTreeSet<&str> = kinds.iter().map(|kind| event_in_words(kind)).collect();
        assert_eq!(said.len(), kinds.len(), "two events say the same");
    }
}
