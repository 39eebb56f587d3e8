//! What can go wrong with personal data.

kernel::problems! {
    NOT_BY_CONSENT = Invalid "consent.not_the_basis" {
        "Mục đích này không dựa trên sự đồng ý", "This does not rest on consent";
        "Dữ liệu được xử lý theo nghĩa vụ luật định hoặc nhiệm vụ công; xem basis tại GET /v1/data-purposes. Có thể gửi yêu cầu của chủ thể dữ liệu (hạn chế, phản đối, xoá).",
        "The data is used under a legal duty or a public task: see basis in GET /v1/data-purposes. You can send a data subject request (restrict, object, erase)."
    }
    CONSENT_UNCHANGED = Conflict "consent.unchanged" {
        "Sự đồng ý đang như vậy", "It is so already";
        "Xem trạng thái hiện tại tại GET /v1/me/consents.", "See how it stands in GET /v1/me/consents."
    }
    BREACH_NOT_FOUND = NotFound "data_breach.not_found" {
        "Không tìm thấy sự cố dữ liệu", "Breach not found";
        "Không có sự cố này, hoặc bạn không được biết là có.", "There is none, or it is not for you to know."
    }
    BREACH_ID_TAKEN = Conflict "data_breach.id_taken" {
        "Mã định danh đã được dùng", "The id is taken";
        "Tạo một UUID phiên bản 7 mới.", "Make a new UUID, version 7."
    }
    BREACH_CLOSED = Conflict "data_breach.closed" {
        "Sự cố đã khép lại", "The breach is closed";
        "Đăng ký sự cố mới nếu có tình tiết mới.", "Register a new one if there is more to it."
    }
    NOTIFIED_ALREADY = Conflict "data_breach.notified_already" {
        "Đã thông báo", "They were notified already";
        "Thời điểm thông báo lần đầu được giữ nguyên.", "When they were first notified stays as it is."
    }
    NOT_NOTIFIED = Conflict "data_breach.authority_not_notified" {
        "Chưa thông báo cho cơ quan chuyên trách", "The authority was not notified";
        "Thông báo trước khi khép lại; nếu hoá ra không phải sự cố thì khép lại với unfounded = true.",
        "Notify it before closing; what turned out to be no breach is closed with unfounded = true."
    }
}
