//! What can go wrong with cases.

kernel::problems! {
    NOT_FOUND = NotFound "case.not_found" {
        "Không tìm thấy vụ việc", "Case not found";
        "Không có vụ việc này, hoặc bạn không được biết là có.", "There is no such case, or it is not for you to know."
    }
    ILLEGAL_TRANSITION = Conflict "case.illegal_transition" {
        "Vụ việc không ở trạng thái cho phép việc này", "The case's state does not allow this";
        "Trạng thái hiện tại nằm trong state, các việc làm được nằm trong allowed_actions.",
        "The state is in state, what you can do in allowed_actions."
    }
    NOT_YOURS_TO_DO = Forbidden "case.not_yours_to_do" {
        "Việc này không thuộc về bạn", "This is not yours to do";
        "Người gửi, cơ quan thụ lý, người xác minh và cấp trên mỗi bên có việc của mình; xem allowed_actions.",
        "Sender, handling agency, verifier and superiors each have their own steps; see allowed_actions."
    }
    NOT_IN_FORCE = Conflict "case.not_in_force" {
        "Quy định áp dụng cho vụ việc chưa có việc này", "The rules that the case keeps do not know this yet";
        "Vụ việc giữ quy định có hiệu lực vào ngày tiếp nhận; việc này chỉ có với vụ việc tiếp nhận từ 01/7/2026.",
        "A case keeps the rules of the day on which it was received; this is for cases received from 2026-07-01 on."
    }
    ID_TAKEN = Conflict "case.id_taken" {
        "Mã định danh đã được dùng", "The id is taken";
        "Tạo một UUID phiên bản 7 mới.", "Make a new UUID, version 7."
    }
    STALE = Stale "case.stale_version" {
        "Vụ việc đã thay đổi", "The case has changed";
        "Đọc lại vụ việc rồi gửi ETag mới trong If-Match.", "Read the case again and send its new ETag as If-Match."
    }
    TEMPLATE_NOT_FOUND = NotFound "answer_template.not_found" {
        "Không tìm thấy mẫu trả lời", "Template not found";
        "Không có mẫu này ở cơ quan bạn, hoặc mẫu dùng cho loại vụ việc khác.",
        "Your agency has no such template, or it is for cases of another kind."
    }
    TEMPLATE_RETIRED = Conflict "answer_template.retired" {
        "Mẫu trả lời không còn dùng", "The template is retired";
        "Tạo mẫu mới.", "Make a new one."
    }
    INSPECTION_NOT_FOUND = NotFound "inspection.not_found" {
        "Không tìm thấy cuộc kiểm tra", "Inspection not found";
        "Không có cuộc kiểm tra này, hoặc bạn không được biết là có.", "There is none, or it is not for you to know."
    }
    INSPECTION_STATE = Conflict "inspection.illegal_transition" {
        "Cuộc kiểm tra không ở trạng thái cho phép việc này", "The inspection's state does not allow this";
        "Trạng thái hiện tại nằm trong state.", "The state is in state."
    }
    INSPECTION_NOT_YOURS = Forbidden "inspection.not_yours_to_do" {
        "Việc này không thuộc về bạn", "This is not yours to do";
        "Cơ quan kiểm tra lập kế hoạch, kết luận và xác nhận khắc phục; cơ quan được kiểm tra báo cáo khắc phục.",
        "Who inspects plans, concludes and confirms what was remedied; who is inspected reports it."
    }
    FINDING_NOT_FOUND = NotFound "inspection.finding_not_found" {
        "Không có nội dung phải khắc phục này", "There is no such finding to be remedied";
        "Số thứ tự tính từ 1; chỉ nội dung có yêu cầu khắc phục mới có việc này.",
        "They are numbered from 1; only those with a remedy have this."
    }
    FILES_MISSING = Conflict "case.files_missing" {
        "Còn tệp chưa tải lên", "Files have not arrived";
        "Tải lên nội dung từng tệp đã khai; errors chỉ ra từng tệp.",
        "Upload the content of every declared file; errors names each."
    }
    FILE_NOT_FOUND = NotFound "case.file_not_found" {
        "Không tìm thấy tệp", "File not found";
        "Không có tệp này trong vụ việc, hoặc nội dung chưa được tải lên.",
        "The case has no such file, or its content has not arrived."
    }
    FILES_CLOSED = Conflict "case.files_closed" {
        "Lúc này không nhận thêm tệp", "No files are taken now";
        "Người gửi thêm tệp khi soạn, khi khiếu nại lần hai chưa được thụ lý hoặc khi được yêu cầu bổ sung; cán bộ khi đang xử lý.",
        "Senders add files to a draft, to a second complaint that is not taken up yet, or when a supplement is asked for; officers while they work on it."
    }
    TOO_MANY_FILES = Conflict "case.too_many_files" {
        "Vụ việc đã đủ số tệp", "The case holds enough files";
        "Một vụ việc có tối đa 100 tệp.", "A case holds 100 files at most."
    }
    NO_SUPERIOR = Conflict "case.no_superior" {
        "Không có cấp trên trong thành phố", "There is no superior in the city";
        "Khiếu nại lần hai đối với quyết định của Chủ tịch UBND Thành phố gửi tới bộ trưởng quản lý ngành (Luật Khiếu nại Art. 7).",
        "A second complaint against the city chair's decision goes to the minister of the sector (LKN Art. 7)."
    }
    IDENTITY_NOT_VERIFIED = Forbidden "case.identity_not_verified" {
        "Chưa xác minh danh tính", "Your identity is not verified";
        "Đăng nhập bằng tài khoản định danh điện tử mức độ 2 (VNeID), hoặc gửi tại nơi tiếp công dân.",
        "Sign in with an electronic identity of level 2 (VNeID), or bring it to the citizen reception office."
    }
    ACCUSED = Invalid "case.accused" {
        "Người tiếp nhận hoặc nơi nhận là bên bị phản ánh", "It would be in the hands of whoever is accused";
        "Người khác tiếp nhận, tại cơ quan cấp trên trực tiếp.", "Somebody else takes it, at the agency above."
    }
    KEPT_BY_LAW = Conflict "case.kept_by_law" {
        "Dữ liệu còn phải lưu giữ theo quy định", "The data is still to be kept by law";
        "Căn cứ và thời hạn nằm trong held. Từ chối với căn cứ kept_by_law, hoặc đồng ý một phần; người gửi được báo cùng các căn cứ đó.",
        "Grounds and dates are in held. Refuse with the ground kept_by_law, or grant it in part; the sender is told the same grounds."
    }
    ERASED = Conflict "case.erased" {
        "Vụ việc đã được ẩn danh", "The case was erased";
        "Hết thời hạn lưu, tên, lời và tệp đã được xoá; không ghi thêm gì vào vụ việc.",
        "Its time was over, and names, words and files are gone; nothing is added to it."
    }
    REPORT_NOT_FOUND = NotFound "petition_report.not_found" {
        "Không tìm thấy sổ hoặc báo cáo", "Register or report not found";
        "Không có cơ quan, mẫu hoặc kỳ báo cáo này, hoặc không dành cho bạn.",
        "There is no such agency, form or period, or it is not for you."
    }
}
