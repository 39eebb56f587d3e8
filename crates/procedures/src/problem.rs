//! What can go wrong with procedures and dossiers.

use kernel::Error;
use kernel::problem::{FieldError, INVALID, Text as Words};

/// A result names a document that cannot be it.
pub(crate) fn unknown_document() -> Error {
    let words = Words::fixed(
        "không phải bản kết quả đã tải lên của hồ sơ này",
        "is no result document of this dossier whose content has arrived",
    );
    INVALID.error().fields(vec![FieldError::new("/document/id", "unknown", words)])
}

kernel::problems! {
    NOT_FOUND = NotFound "dossier.not_found" {
        "Không tìm thấy hồ sơ", "Dossier not found";
        "Không có hồ sơ này, hoặc bạn không được biết là có.", "There is no such dossier, or it is not for you to know."
    }
    ILLEGAL_TRANSITION = Conflict "dossier.illegal_transition" {
        "Hồ sơ không ở trạng thái cho phép việc này", "The dossier's state does not allow this";
        "Trạng thái hiện tại nằm trong state, các việc làm được nằm trong allowed_actions.",
        "The state is in state, what you can do in allowed_actions."
    }
    NOT_YOURS_TO_DO = Forbidden "dossier.not_yours_to_do" {
        "Việc này không thuộc về bạn", "This is not yours to do";
        "Người nộp, cơ quan tiếp nhận và cơ quan có thẩm quyền mỗi bên có việc của mình; xem allowed_actions.",
        "Applicant, receiving agency and competent agency each have their own steps; see allowed_actions."
    }
    CLAIM_NOT_FOUND = NotFound "dossier.claim_not_found" {
        "Không tìm thấy hồ sơ của bạn mang mã này", "You have no dossier with this code";
        "Kiểm tra mã trên giấy tiếp nhận. Hồ sơ phải do chính bạn nộp tại quầy hoặc qua bưu chính, với họ tên và số định danh của tài \
         khoản này; nếu giấy tiếp nhận ghi sai, đề nghị báo Bộ phận Một cửa.",
        "Check the code on the receipt. It must be a dossier of your own, filed at a counter or by post under the name and identity \
         number of this account; where the receipt has others, tell the one-stop shop."
    }
    IDENTITY_NOT_VERIFIED = Forbidden "dossier.identity_not_verified" {
        "Chưa xác minh danh tính", "Your identity is not verified";
        "Tài khoản chưa có số định danh do nơi đăng nhập xác nhận. Đăng nhập bằng tài khoản định danh điện tử mức độ 2 (VNeID), \
         hoặc nộp tại Bộ phận Một cửa.",
        "The provider that you signed in with vouches for no identity number. Sign in with an electronic identity of level 2 \
         (VNeID), or file at a one-stop counter."
    }
    ID_TAKEN = Conflict "dossier.id_taken" {
        "Mã định danh đã được dùng", "The id is taken";
        "Tạo một UUID phiên bản 7 mới.", "Make a new UUID, version 7."
    }
    STALE = Stale "dossier.stale_version" {
        "Hồ sơ đã thay đổi", "The dossier has changed";
        "Đọc lại hồ sơ rồi gửi ETag mới trong If-Match.", "Read the dossier again and send its new ETag as If-Match."
    }
    ATTACHMENTS_MISSING = Conflict "dossier.attachments_missing" {
        "Còn thiếu giấy tờ", "Papers are missing";
        "Tải lên nội dung từng tệp đã khai và nộp đủ thành phần bắt buộc; errors chỉ ra từng chỗ.",
        "Upload the content of every declared file and add the required components; errors names each."
    }
    UNKNOWN_PROCEDURE = Invalid "procedure.unknown" {
        "Không có thủ tục này", "There is no such procedure";
        "Mã thủ tục, trường hợp hoặc cơ quan không có hoặc chưa có hiệu lực; errors chỉ ra chỗ sai.",
        "The procedure, case or agency does not exist or is not in force; errors names which."
    }
    PROCEDURE_NOT_FOUND = NotFound "procedure.not_found" {
        "Không tìm thấy thủ tục", "Procedure not found";
        "Xem các mã tại GET /v1/procedures.", "See the codes at GET /v1/procedures."
    }
    VERSION_NOT_LATEST = Conflict "procedure.version_not_latest" {
        "Đã có phiên bản mới hơn", "There is a later version";
        "Phiên bản mới phải bắt đầu sau phiên bản mới nhất của thủ tục.",
        "A new version begins after the latest one of the procedure."
    }
    RECEIPT_NOT_OURS = Invalid "receipt.not_ours" {
        "Không phải giấy tiếp nhận của hệ thống này", "It is no receipt of this installation";
        "Chữ ký không khớp với khoá công bố tại /.well-known/jwks.json, hoặc nội dung đã bị sửa.",
        "The signature fits none of the keys at /.well-known/jwks.json, or the content was changed."
    }
    REGISTER_NOT_FOUND = NotFound "register.not_found" {
        "Không tìm thấy sổ theo dõi hồ sơ", "Register not found";
        "Sổ của mỗi cơ quan dành cho cán bộ của cơ quan đó và người giám sát.",
        "An agency's register is for its own staff and those who oversee."
    }
    FORM_NOT_FOUND = NotFound "form.not_found" {
        "Hồ sơ không có biểu mẫu này", "The dossier has no such form";
        "Xem các biểu mẫu tại GET /v1/dossiers/{id}/forms.", "See its forms at GET /v1/dossiers/{id}/forms."
    }
    TICKET_NOT_FOUND = NotFound "ticket.not_found" {
        "Không tìm thấy phiếu", "Ticket not found";
        "Kiểm tra mã phiếu đã được in.", "Check the id that was printed."
    }
    TICKET_CLOSED = Conflict "ticket.wrong_state" {
        "Phiếu không ở trạng thái cho phép việc này", "The ticket does not stand where this is possible";
        "Trạng thái hiện tại nằm trong state.", "The state is in state."
    }
    QUEUE_EMPTY = Conflict "queue.empty" {
        "Không còn ai chờ", "Nobody waits";
        "Gọi lại khi có người lấy phiếu.", "Call again when somebody has drawn a ticket."
    }
    UNKNOWN_FIELD = Invalid "queue.unknown_field" {
        "Không có lĩnh vực này", "There is no such field";
        "Dùng tên lĩnh vực như trong danh mục thủ tục (GET /v1/procedures).",
        "Use the name of a field as in the catalogue (GET /v1/procedures)."
    }
    TOO_MANY_TICKETS = TooMany "queue.too_many_tickets" {
        "Đã lấy quá nhiều phiếu", "Too many tickets were drawn";
        "Lấy phiếu tiếp sau số giây trong Retry-After, hoặc lấy tại máy ở trung tâm.",
        "Draw again after the seconds in Retry-After, or at the machine in the centre."
    }
    CENTRE_NOT_YOURS = Forbidden "centre.not_yours" {
        "Không phải cơ quan của bạn", "The centre is not yours";
        "Việc này chỉ làm được tại cơ quan của mình.", "This is done at one's own agency alone."
    }
    APPOINTMENT_HOURS_NOT_FOUND = NotFound "appointment_hours.not_found" {
        "Cơ quan này không nhận đặt lịch hẹn", "The agency gives no appointments";
        "Hãy đến lấy phiếu tại quầy.", "Come and draw a ticket."
    }
    APPOINTMENT_NOT_FOUND = NotFound "appointment.not_found" {
        "Không tìm thấy lịch hẹn", "Appointment not found";
        "Không có lịch hẹn này, hoặc bạn không được biết là có.",
        "There is no such appointment, or it is not for you to know."
    }
    APPOINTMENT_NOT_OFFERED = Invalid "appointment.not_offered" {
        "Không có giờ hẹn này", "There is no such time";
        "Chọn một giờ tại GET /v1/agencies/{id}/appointment-times.",
        "Choose one of GET /v1/agencies/{id}/appointment-times."
    }
    APPOINTMENT_TAKEN = Conflict "appointment.taken" {
        "Giờ hẹn này đã kín", "The time is taken";
        "Chọn giờ khác tại GET /v1/agencies/{id}/appointment-times.",
        "Choose another one of GET /v1/agencies/{id}/appointment-times."
    }
    APPOINTMENT_ONCE_A_DAY = Conflict "appointment.once_a_day" {
        "Đã có lịch hẹn trong ngày này", "There is an appointment on that day already";
        "Mỗi người có một lịch hẹn trong ngày tại một nơi. Huỷ lịch cũ rồi đặt lại.",
        "Each person has one a day at one centre. Cancel it and book again."
    }
    APPOINTMENT_CLOSED = Conflict "appointment.wrong_state" {
        "Lịch hẹn không ở trạng thái cho phép việc này", "The appointment does not stand where this is possible";
        "Trạng thái hiện tại nằm trong state.", "The state is in state."
    }
    APPOINTMENT_NOT_NOW = Conflict "appointment.not_now" {
        "Chưa đến hoặc đã quá giờ nhận lịch hẹn", "It is too early or too late to check in";
        "Nhận lịch hẹn từ một giờ trước giờ hẹn đến mười lăm phút sau giờ hẹn.",
        "Check in from an hour before the time until a quarter of an hour after it."
    }
    ASSESSMENT_NOT_FOUND = NotFound "assessment.not_found" {
        "Không tìm thấy bản tự đánh giá", "Assessment not found";
        "Không có bản này, hoặc chưa được nộp.", "There is none, or it is not submitted yet."
    }
    ASSESSMENT_EXISTS = Conflict "assessment.exists" {
        "Kỳ này đã có bản tự đánh giá", "There is an assessment of this period";
        "Mỗi cơ quan có một bản cho mỗi kỳ.", "Each agency has one for each period."
    }
    ASSESSMENT_SUBMITTED = Conflict "assessment.submitted" {
        "Bản tự đánh giá đã được nộp", "The assessment is submitted";
        "Bản đã nộp không đổi được nữa.", "What is submitted does not change any more."
    }
    EVIDENCE_NOT_FOUND = NotFound "assessment.evidence_not_found" {
        "Không tìm thấy tệp minh chứng", "Evidence not found";
        "Bản tự đánh giá không khai tệp này, hoặc nội dung chưa được tải lên.",
        "The assessment declares no such file, or its content has not been uploaded."
    }
    ASSESSMENT_INCOMPLETE = Conflict "assessment.incomplete" {
        "Bản tự đánh giá chưa đủ", "The assessment is not complete";
        "Mỗi tiêu chí cần một câu trả lời; đạt cần minh chứng, không đạt và không áp dụng cần giải thích. errors chỉ ra từng chỗ.",
        "Every criterion needs an answer; met needs evidence, not met and not applicable a remark. errors names each."
    }
    FEE_NOT_FOUND = NotFound "fee.not_found" {
        "Không tìm thấy khoản phải nộp", "There is no such order to pay";
        "Xem các khoản tại GET /v1/dossiers/{id}/fees.", "See them at GET /v1/dossiers/{id}/fees."
    }
    FEE_SETTLED = Conflict "fee.settled" {
        "Khoản này không còn phải nộp", "This order is settled";
        "Trạng thái hiện tại nằm trong state.", "The state is in state."
    }
    FEES_CLOSED = Conflict "fee.closed" {
        "Hồ sơ không thu phí lúc này", "The dossier takes no fees now";
        "Phí được tính từ khi hồ sơ được nộp đến khi kết thúc; trạng thái hiện tại nằm trong state.",
        "Fees are ordered from when a dossier is filed to its end; the state is in state."
    }
    FEE_UNPAID = Conflict "dossier.fee_unpaid" {
        "Còn khoản chưa nộp", "Something is not paid yet";
        "Kết quả được trả khi đã nộp đủ; xem GET /v1/dossiers/{id}/fees.",
        "The result is handed over when everything is paid; see GET /v1/dossiers/{id}/fees."
    }
    PAYMENT_NOT_FOUND = NotFound "payment.not_found" {
        "Không tìm thấy khoản đã nộp", "There is no such payment";
        "Xem các khoản tại GET /v1/dossiers/{id}/fees.", "See them at GET /v1/dossiers/{id}/fees."
    }
    PAYMENT_KNOWN = Conflict "payment.known" {
        "Giao dịch đã được ghi cho khoản khác", "The transaction is recorded for another order";
        "Một giao dịch chỉ trả cho một khoản.", "A transaction pays for one order."
    }
    REFUND_IMPOSSIBLE = Conflict "payment.refund_impossible" {
        "Khoản này không trả lại được nữa", "This payment cannot be given back any more";
        "Trạng thái hiện tại nằm trong state.", "The state is in state."
    }
    CONSULTATION_NOT_FOUND = NotFound "consultation.not_found" {
        "Không tìm thấy câu hỏi", "There is no such question";
        "Xem các câu hỏi tại GET /v1/consultations.", "See them at GET /v1/consultations."
    }
    CONSULTATION_CLOSED = Conflict "consultation.closed" {
        "Câu hỏi đã kết thúc", "The question is closed";
        "Trạng thái hiện tại nằm trong state.", "The state is in state."
    }
    CORRECTION_IS_FREE = Conflict "fee.correction_is_free" {
        "Đang đính chính kết quả, không thu phí", "A result is put right at no cost to the applicant";
        "Cơ quan làm sai tự chịu chi phí (NĐ 61/2018, Điều 21); xem GET /v1/dossiers/{id}/corrections.",
        "The agency that got it wrong bears the cost (NĐ 61/2018 Art. 21); see GET /v1/dossiers/{id}/corrections."
    }
    RESULT_IS_WRONG = Conflict "dossier.result_is_wrong" {
        "Kết quả đang được đính chính", "The result is being put right";
        "Chỉ trả kết quả đúng; xem GET /v1/dossiers/{id}/corrections.",
        "What is handed over is the right result; see GET /v1/dossiers/{id}/corrections."
    }
    PROCEDURE_CHANGED = Conflict "dossier.procedure_changed" {
        "Thủ tục đã thay đổi", "The procedure has changed";
        "Bản nháp được lập theo quy định không còn hiệu lực: lập hồ sơ mới theo quy định hiện hành.",
        "The draft was made under rules that are not in force any more: file anew under those that are."
    }
    RESULT_ON_PAPER = Conflict "dossier.result_on_paper" {
        "Kết quả là bản giấy", "The result is on paper";
        "Không có bản điện tử để nhận trực tuyến: mời nhận tại nơi trả kết quả hoặc qua bưu chính.",
        "There is no electronic document to take over online: it is fetched where results are returned, or posted."
    }
    DELIVERY_NOT_FOUND = NotFound "delivery.not_found" {
        "Chưa có thông tin trả kết quả", "Nothing is recorded of a delivery";
        "Kết quả chưa được trả, hoặc đã trả trước khi việc trả được ghi nhận.",
        "The result has not been handed over, or was before that was recorded."
    }
    CORRECTION_NOT_FOUND = NotFound "correction.not_found" {
        "Không tìm thấy lần đính chính", "There is no such correction";
        "Xem tại GET /v1/dossiers/{id}/corrections.", "See them at GET /v1/dossiers/{id}/corrections."
    }
    CORRECTION_IMPOSSIBLE = Conflict "correction.impossible" {
        "Không đính chính được lúc này", "It cannot be corrected now";
        "Chỉ kết quả đã ký được đính chính, mỗi lần một việc; trạng thái hồ sơ nằm trong state.",
        "A signed result can be corrected, once at a time; the dossier's state is in state."
    }
    TOO_LATE_TO_REAPPOINT = Conflict "dossier.too_late_to_reappoint" {
        "Đã quá hạn để hẹn lại", "It is too late for a new date";
        "Chỉ được hẹn lại một lần, chậm nhất một ngày trước ngày hẹn trả (NĐ 61/2018, Điều 19 khoản 9).",
        "A new date is announced once, and at the latest a day before the old one (NĐ 61/2018 Art. 19(9))."
    }
    ATTACHMENT_NOT_FOUND = NotFound "attachment.not_found" {
        "Không tìm thấy tệp", "Attachment not found";
        "Hồ sơ không có tệp này, hoặc nội dung chưa được tải lên.",
        "The dossier has no such attachment, or its content has not been uploaded."
    }
    ATTACHMENT_REFUSED = Invalid "attachment.refused" {
        "Tệp không được nhận", "The file is refused";
        "Nội dung phải đúng kích thước, SHA-256 và kiểu đã khai; các kiểu được nhận nằm trong hợp đồng.",
        "The content must have the declared size, SHA-256 and type; the accepted types are in the contract."
    }
    ATTACHMENTS_CLOSED = Conflict "attachment.closed" {
        "Hồ sơ không nhận thêm giấy tờ lúc này", "The dossier takes no papers now";
        "Giấy tờ được thêm khi hồ sơ còn là bản nháp hoặc đang được yêu cầu bổ sung; văn bản kết quả, khi đang giải quyết hoặc đính chính.",
        "Papers are added while the dossier is a draft or a supplement is requested; documents of its result, while it is examined or put right."
    }
    NOTHING_TO_HAND_BACK = Conflict "delivery.nothing_to_hand_back" {
        "Không có giấy tờ phải trả lại", "There are no papers to hand back";
        "Giấy tờ được trả lại khi hồ sơ bị từ chối tiếp nhận, được rút hoặc bị dừng; trạng thái hiện tại nằm trong state. \
         Kết quả được trả bằng return-result.",
        "Papers go back when a dossier was refused at intake, withdrawn or stopped; the state is in state. A result is handed over \
         with return-result."
    }
    HANDED_BACK = Conflict "delivery.handed_back" {
        "Đã ghi nhận việc trả lại giấy tờ", "That the papers went back is recorded already";
        "Xem GET /v1/dossiers/{id}/delivery.", "See GET /v1/dossiers/{id}/delivery."
    }
    FORM_CLOSED = Conflict "dossier.form_closed" {
        "Không sửa được biểu mẫu lúc này", "The e-form cannot be changed now";
        "Biểu mẫu được sửa khi hồ sơ còn là bản nháp hoặc đang được yêu cầu bổ sung.",
        "The e-form is put right while the dossier is a draft or a supplement is requested."
    }
    DOSSIER_CLOSED = Conflict "dossier.closed" {
        "Hồ sơ đã kết thúc", "The dossier is closed";
        "Trạng thái hiện tại nằm trong state.", "The state is in state."
    }
    ASK_THE_SOURCE = Conflict "dossier.ask_the_source" {
        "Không được yêu cầu giấy tờ đã có dữ liệu", "A paper whose data a source gives must not be asked for";
        "Tra cứu trước (POST /v1/dossiers/{id}/look-ups); chỉ được yêu cầu khi tra cứu không được hoặc dữ liệu không chính xác (NĐ 118/2025, Điều 4 khoản 2 điểm a).",
        "Look it up first (POST /v1/dossiers/{id}/look-ups); it may be asked for only when that fails or the data is inaccurate (NĐ 118/2025 Art. 4(2)(a))."
    }
    NO_SOURCE = Conflict "look_up.no_source" {
        "Không có cơ sở dữ liệu nào để tra cứu", "No database can be asked";
        "Thành phần này không có cơ sở dữ liệu nào được kết nối và công bố; xem GET /v1/data-sources.",
        "No connected and published database gives this component; see GET /v1/data-sources."
    }
    LOOK_UP_NOT_FOUND = NotFound "look_up.not_found" {
        "Không tìm thấy lần tra cứu", "Look-up not found";
        "Xem GET /v1/dossiers/{id}/look-ups.", "See GET /v1/dossiers/{id}/look-ups."
    }
    LOOK_UP_DISPUTED = Conflict "look_up.wrong_state" {
        "Không có dữ liệu để báo sai", "There is no data to be found inaccurate";
        "Lần tra cứu không có dữ liệu, hoặc đã được báo là không chính xác.",
        "The look-up gave no data, or that has been said already."
    }
    PAPER_NOT_FOUND = NotFound "paper.not_found" {
        "Không tìm thấy giấy tờ", "Paper not found";
        "Kho của bạn không có giấy tờ này, hoặc dữ liệu của nó chưa được ghi nhận.",
        "Your store has no such paper, or nothing is recorded of it."
    }
    PAPER_STATE = Conflict "paper.wrong_state" {
        "Giấy tờ không ở trạng thái cho phép việc này", "The paper does not stand where this is possible";
        "Giấy tờ đã ẩn hoặc hiện sẵn, hoặc là giấy tờ được tái sử dụng.", "It is hidden or shown already, or it is reused."
    }
    ARCHIVE_ITEM_NOT_FOUND = NotFound "archive.not_found" {
        "Không tìm thấy hồ sơ lưu trữ", "File not found in the register";
        "Mục lục lưu trữ của cơ quan bạn không có hồ sơ này.", "The register of your agency has no such file."
    }
    NOT_FINISHED = Conflict "archive.not_finished" {
        "Hồ sơ chưa kết thúc", "The dossier is not finished";
        "Chỉ hồ sơ đã được tiếp nhận và đã kết thúc mới vào mục lục lưu trữ; trạng thái nằm trong state.",
        "Only what was accepted and is over is put into the register; the state is in state."
    }
    ARCHIVED_BEFORE = Conflict "archive.added_before" {
        "Hồ sơ đã có trong mục lục lưu trữ", "The dossier is in the register already";
        "Mỗi hồ sơ chỉ vào mục lục một lần.", "A dossier is put into the register once."
    }
    TRANSFERRED_BEFORE = Conflict "archive.transferred_before" {
        "Hồ sơ đã được giao nộp", "The file was given to the archive already";
        "Ngày và số biên bản giao nộp nằm trong hồ sơ lưu trữ.", "The day and the number of the minutes are in the file."
    }
    TOO_MANY_ATTACHMENTS = Conflict "attachment.too_many" {
        "Hồ sơ đã có quá nhiều giấy tờ", "The dossier has too many papers";
        "Một hồ sơ có tối đa 100 giấy tờ. Gộp các trang vào cùng một tệp.",
        "A dossier has 100 papers at most. Put pages together into one file."
    }
    UNKNOWN_CALENDAR = Invalid "calendar.unknown" {
        "Không có phiên bản lịch này", "There is no such calendar version";
        "Nạp lịch bằng lệnh caunoi calendar load rồi khởi động lại máy chủ.",
        "Load it with `caunoi calendar load` and start the server anew."
    }
    RECOMPUTATION_NOT_FOUND = NotFound "recomputation.not_found" {
        "Không tìm thấy lần tính lại", "Recomputation not found";
        "Không có lần tính lại thời hạn này.", "There is no such recomputation of deadlines."
    }
    RECOMPUTATION_NOT_LOOKED = Conflict "recomputation.not_looked" {
        "Chưa thể thực hiện", "It cannot be carried out now";
        "Chỉ thực hiện một lần, sau khi chạy thử xong (state là looked).",
        "It is carried out once, when the dry run is through (state is looked)."
    }
    REVIEW_NOT_FOUND = NotFound "review.not_found" {
        "Không tìm thấy cuộc rà soát", "Review not found";
        "Không có cuộc rà soát này, hoặc chưa được quyết định.", "There is none, or it is not decided yet."
    }
    REVIEW_NOT_YOURS = Forbidden "review.not_yours" {
        "Cuộc rà soát của cơ quan khác", "The review is another agency's";
        "Đề xuất và quyết định chỉ làm được tại cơ quan của mình.", "One proposes and decides at one's own agency alone."
    }
    REVIEW_STATE = Conflict "review.wrong_state" {
        "Cuộc rà soát không ở trạng thái cho phép việc này", "The review does not stand where this is possible";
        "Trạng thái hiện tại nằm trong state.", "The state is in state."
    }
    REVIEW_EMPTY = Conflict "review.empty" {
        "Chưa có đề xuất nào", "Nothing is proposed yet";
        "Trình khi đã có ít nhất một đề xuất.", "Submit it once it has a proposal."
    }
    PROPOSAL_NOT_FOUND = NotFound "review.proposal_not_found" {
        "Không tìm thấy đề xuất", "Proposal not found";
        "Đề xuất được đánh số từ 1 theo thứ tự trong cuộc rà soát.", "Proposals are numbered from 1, as they stand in the review."
    }
    PROPOSAL_DECIDED = Conflict "review.proposal_decided" {
        "Đề xuất đã được quyết định", "The proposal is decided";
        "Quyết định hiện tại nằm trong state.", "The decision is in state."
    }
    BAD_LOG = Malformed "import.bad_log" {
        "Không đọc được tệp nhật ký", "The log cannot be read";
        "Tệp phải là CSV với các cột của nhật ký; chưa có gì được nhập.",
        "The file must be CSV with the log's columns; nothing was imported."
    }
    IMPORT_UNDER_WAY = Conflict "import.under_way" {
        "Đang có một lần nhập khác", "Another import is under way";
        "Chờ lần nhập đó xong rồi chạy lại.", "Wait until it has ended, then run the command again."
    }
    IMPORT_NOT_FOUND = NotFound "import.not_found" {
        "Không tìm thấy lần nhập", "Import not found";
        "Mã nằm trong báo cáo của lệnh caunoi import.", "The id is in the report of `caunoi import`."
    }
    TRACKING_NOT_FOUND = NotFound "tracking.not_found" {
        "Không có mã hồ sơ này", "There is no such dossier code";
        "Mã nằm trên giấy tiếp nhận và hẹn trả kết quả.", "The code is on the receipt."
    }
}
