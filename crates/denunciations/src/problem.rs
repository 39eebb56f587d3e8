//! What can go wrong with denunciations.

kernel::problems! {
    NOT_FOUND = NotFound "denunciation.not_found" {
        "Không tìm thấy tố cáo", "Denunciation not found";
        "Không có tố cáo này, hoặc bạn không được biết là có; mã biên nhận phải đúng từng ký tự.",
        "There is no such denunciation, or it is not for you to know; a receipt code must be right in every character."
    }
    ILLEGAL_TRANSITION = Conflict "denunciation.illegal_transition" {
        "Tố cáo không ở trạng thái cho phép việc này", "The denunciation's state does not allow this";
        "Trạng thái hiện tại nằm trong state, các việc làm được nằm trong allowed_actions.",
        "The state is in state, what you can do in allowed_actions."
    }
    NOT_YOURS_TO_DO = Forbidden "denunciation.not_yours_to_do" {
        "Việc này không thuộc về bạn", "This is not yours to do";
        "Cơ quan thụ lý và người xác minh mỗi bên có việc của mình; xem allowed_actions.",
        "The agency that has it and whoever verifies it each have their own steps; see allowed_actions."
    }
    STALE = Stale "denunciation.stale_version" {
        "Tố cáo đã thay đổi", "The denunciation has changed";
        "Đọc lại rồi gửi ETag mới trong If-Match.", "Read it again and send its new ETag as If-Match."
    }
    OVER = Conflict "denunciation.over" {
        "Tố cáo đã kết thúc", "The denunciation is over";
        "Gửi tố cáo mới nếu có tình tiết mới.", "Send a new one where there are new facts."
    }
    ERASED = Conflict "denunciation.erased" {
        "Tố cáo đã được ẩn danh", "The denunciation has been erased";
        "Hết thời hạn lưu, danh tính người tố cáo và nội dung đã bị huỷ.",
        "Its time was over: who denounced and what was said are destroyed."
    }
    ACCUSED = Invalid "denunciation.accused" {
        "Người tiếp nhận hoặc nơi nhận là bên bị tố cáo", "It would be in the hands of whoever is accused";
        "Gửi tới cơ quan cấp trên trực tiếp; ngoài Thành phố là Thanh tra Chính phủ.",
        "Send it to the agency above; beyond the city that is the Government Inspectorate."
    }
    LEAD = Conflict "denunciation.lead" {
        "Thông tin không có người đứng tên", "Nobody stands by it";
        "Rút, xin bảo vệ, báo quá hạn và tố cáo tiếp là quyền của người tố cáo; thông tin nặc danh chỉ theo dõi và bổ sung được.",
        "To withdraw, to be protected and to go to the agency above are a denouncer's rights; a lead is followed and added to."
    }
    NOT_LATE = Conflict "denunciation.not_late" {
        "Tố cáo chưa quá hạn", "The denunciation is not late";
        "Hạn giải quyết nằm trong due_at; người giải quyết có đến hết hạn đó.",
        "Its limit is in due_at; whoever settles it has until then."
    }
    NOT_CONCLUDED = Conflict "denunciation.not_concluded" {
        "Tố cáo chưa có kết luận", "There is no conclusion yet";
        "Chỉ tố cáo tiếp sau khi có kết luận.", "One can go on only after the conclusion."
    }
    ASKED_ALREADY = Conflict "denunciation.asked_already" {
        "Cơ quan cấp trên đã nhận", "The agency above has it already";
        "Trả lời của cơ quan đó nằm trong messages.", "Its answer is, or will be, among the messages."
    }
    NO_SUPERIOR = Conflict "denunciation.no_superior" {
        "Thành phố không có cơ quan cấp trên ở đây", "There is no agency above within the city";
        "Gửi đến Thanh tra Chính phủ hoặc bộ quản lý ngành.", "Write to the Government Inspectorate or the ministry."
    }
    TOO_MANY_FILES = Conflict "denunciation.too_many_files" {
        "Đã đủ số tệp", "It has as many files as it can";
        "Gộp các trang vào một tệp, hoặc nộp trực tiếp.", "Put pages together in one file, or hand them in."
    }
    FILE_NOT_FOUND = NotFound "denunciation.file_not_found" {
        "Không tìm thấy tệp", "There is no such file";
        "Số thứ tự của các tệp nằm trong files.", "The numbers of its files are in files."
    }
    UPLOAD_NOT_FOUND = NotFound "denunciation.upload_not_found" {
        "Địa chỉ tải lên không có hoặc đã hết hạn", "There is no such address for an upload, or not any more";
        "Khai lại tệp bằng mã biên nhận.", "Declare the file again with the receipt code."
    }
    REQUEST_NOT_FOUND = NotFound "identity_request.not_found" {
        "Không tìm thấy yêu cầu xem danh tính", "There is no such request to know who denounces";
        "Xem các yêu cầu của tố cáo này.", "See the requests of this denunciation."
    }
    OWN_REQUEST = Forbidden "identity_request.own" {
        "Không tự phê duyệt được", "Nobody approves their own request";
        "Một người khác có thẩm quyền phải phê duyệt.", "Somebody else who is allowed to must approve it."
    }
    DECIDED_ALREADY = Conflict "identity_request.decided_already" {
        "Yêu cầu đã được quyết định", "The request is decided already";
        "Mỗi yêu cầu chỉ được phê duyệt hoặc từ chối một lần; nếu vẫn cần, hãy gửi yêu cầu mới.",
        "A request is allowed or refused once; where it is needed still, ask again."
    }
    LET_IN_LATELY = Forbidden "identity_request.let_in_lately" {
        "Tài khoản vừa được người khác mở hoặc cấp lại mật khẩu", "Somebody has let this account in lately";
        "Chưa được hỏi, duyệt hay mở danh tính trong vài ngày, để chủ tài khoản kịp nhận ra.",
        "It does not ask for, allow or open who denounces for some days, so that whoever it belongs to can notice."
    }
    NOT_APPROVED = Conflict "identity_request.not_approved" {
        "Yêu cầu chưa được phê duyệt hoặc đã hết hạn", "The request is not approved, or its time is over";
        "Danh tính chỉ được mở trong 24 giờ sau khi phê duyệt, bởi người đã yêu cầu.",
        "Who denounces can be read for 24 hours after approval, by who has asked."
    }
    NOBODY = Conflict "identity_request.nobody" {
        "Không ai đứng tên", "Nobody stands by it";
        "Đây là thông tin không có người đứng tên.", "This is a lead of nobody known."
    }
    ID_TAKEN = Conflict "denunciation.id_taken" {
        "Mã định danh đã được dùng", "The id is taken";
        "Tạo một UUID phiên bản 7 mới.", "Make a new UUID, version 7."
    }
}
