//! What the registers say, as offices write it.

use complaints::CaseKind;
use complaints::case::{CaseChannel, CaseField, CaseOutcome};
use complaints::law::grounds;
use complaints::register::{PetitionRegisterEntry, PetitionResult};
use complaints::workflow::{CaseAction, CaseStatus};
use deadlines::Timeliness;

pub fn channel_in_words(channel: CaseChannel) -> &'static str {
    match channel {
        CaseChannel::Online => "Trực tuyến",
        CaseChannel::Counter => "Trực tiếp",
        CaseChannel::Post => "Bưu chính",
    }
}

pub fn kind_in_words(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Complaint => "Khiếu nại",
        CaseKind::Petition => "Kiến nghị",
        CaseKind::RegulationFeedback => "Phản ánh về quy định",
        CaseKind::ConductReport => "Phản ánh về cán bộ",
        CaseKind::AccountabilityRequest => "Yêu cầu giải trình",
        CaseKind::InformationRequest => "Yêu cầu cung cấp thông tin",
        CaseKind::SupervisionRecommendation => "Kiến nghị giám sát",
        CaseKind::DataSubjectRequest => "Yêu cầu về dữ liệu cá nhân",
    }
}

pub fn field_in_words(field: CaseField) -> &'static str {
    match field {
        CaseField::Land => "Đất đai",
        CaseField::Policy => "Chính sách",
        CaseField::Officials => "Công chức, công vụ",
        CaseField::Judiciary => "Tư pháp",
        CaseField::Party => "Đảng, đoàn thể",
        CaseField::Corruption => "Tham nhũng",
        CaseField::Other => "Khác",
    }
}

pub fn result_in_words(result: PetitionResult) -> &'static str {
    match result {
        PetitionResult::Pending => "Chưa xử lý",
        PetitionResult::SupplementRequested => "Yêu cầu bổ sung",
        PetitionResult::Accepted => "Thụ lý, giải quyết",
        PetitionResult::Guided => "Hướng dẫn",
        PetitionResult::Forwarded => "Chuyển cơ quan ngoài thành phố",
        PetitionResult::Transferred => "Chuyển cơ quan khác của thành phố",
        PetitionResult::Filed => "Lưu đơn",
        PetitionResult::Refused => "Không thụ lý",
        PetitionResult::Withdrawn => "Người gửi rút đơn",
        PetitionResult::Converted => "Chuyển thành vụ việc khác",
    }
}

pub fn status_in_words(status: CaseStatus) -> &'static str {
    match status {
        CaseStatus::Draft => "Đang soạn",
        CaseStatus::Submitted => "Đã tiếp nhận",
        CaseStatus::SupplementRequested => "Chờ bổ sung",
        CaseStatus::Accepted => "Đã thụ lý",
        CaseStatus::Verifying => "Đang xác minh",
        CaseStatus::Verified => "Đã xác minh",
        CaseStatus::Suspended => "Tạm đình chỉ",
        CaseStatus::Decided => "Đã có quyết định",
        CaseStatus::Effective => "Quyết định có hiệu lực",
        CaseStatus::Answered => "Đã trả lời",
        CaseStatus::Refused => "Không thụ lý",
        CaseStatus::Guided => "Đã hướng dẫn",
        CaseStatus::Forwarded => "Đã chuyển đơn",
        CaseStatus::Filed => "Lưu đơn",
        CaseStatus::Withdrawn => "Đã rút đơn",
        CaseStatus::Terminated => "Đình chỉ",
        CaseStatus::Appealed => "Đã khiếu nại tiếp",
        CaseStatus::Converted => "Chuyển thành vụ việc khác",
        CaseStatus::Closed => "Đã kết thúc",
    }
}

/// The words of the ground on which it ended, as the law has it.
pub fn ground_in_words(entry: &PetitionRegisterEntry) -> Option<&str> {
    let code = entry.ground.as_deref()?;
    let ends = |action| matches!(action, CaseAction::Refuse | CaseAction::File | CaseAction::Terminate);
    let known = grounds().iter().find(|it| it.kind == entry.kind && it.code == code && ends(it.action));
    Some(known.map_or(code, |it| it.name.as_str()))
}

pub fn outcome_in_words(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Right => "Khiếu nại đúng",
        CaseOutcome::PartlyRight => "Khiếu nại đúng một phần",
        CaseOutcome::Wrong => "Khiếu nại sai",
        CaseOutcome::Granted => "Chấp nhận",
        CaseOutcome::PartlyGranted => "Chấp nhận một phần",
        CaseOutcome::NotGranted => "Không chấp nhận",
    }
}

pub fn timeliness_in_words(timeliness: Timeliness) -> Option<&'static str> {
    match timeliness {
        Timeliness::NotRunning => None,
        Timeliness::Running => Some("Trong hạn"),
        Timeliness::Overdue => Some("Quá hạn"),
        Timeliness::FinishedOnTime => Some("Đúng hạn"),
        Timeliness::FinishedLate => Some("Trễ hạn"),
    }
}
