//! What can go wrong with accounts and sign-ins.

kernel::problems! {
    BAD_CREDENTIALS = Unauthenticated "session.bad_credentials" {
        "Sai tên đăng nhập hoặc mật khẩu", "Wrong user name or password";
        "Kiểm tra tên đăng nhập và mật khẩu. Tài khoản đã khoá cũng nhận câu trả lời này.",
        "Check the user name and the password. A deactivated account gets this answer too."
    }
    TOO_MANY_ATTEMPTS = TooMany "session.too_many_attempts" {
        "Đăng nhập sai quá nhiều lần", "Too many failed sign-ins";
        "Thử lại sau số giây ghi trong Retry-After.",
        "Try again after the seconds in Retry-After."
    }
    BAD_REFRESH_TOKEN = Unauthenticated "session.bad_refresh_token" {
        "Refresh token không dùng được", "The refresh token cannot be used";
        "Phiên đã hết hạn hoặc đã kết thúc. Hãy đăng nhập lại.",
        "The session has expired or was ended. Sign in again."
    }
    REFRESH_TOKEN_REUSED = Unauthenticated "session.refresh_token_reused" {
        "Refresh token đã được dùng trước đó", "The refresh token was used before";
        "Có thể token đã bị đánh cắp, nên phiên đã bị kết thúc. Hãy đăng nhập lại.",
        "It may have been stolen, so the session was ended. Sign in again."
    }
    STAFF_NOT_FOUND = NotFound "staff.not_found" {
        "Không có tài khoản cán bộ này", "There is no such staff account";
        "Kiểm tra tên đăng nhập.",
        "Check the user name."
    }
    USERNAME_TAKEN = Conflict "staff.username_taken" {
        "Tên đăng nhập đã có người dùng", "The user name is taken";
        "Chọn tên đăng nhập khác.",
        "Choose another user name."
    }
    BAD_PASSWORD_CODE = NotFound "staff.bad_password_code" {
        "Mã đặt mật khẩu không dùng được", "The code cannot set a password";
        "Mã chỉ dùng được một lần, trong 24 giờ. Hãy xin quản trị viên mã mới.",
        "A code works once, for 24 hours. Ask an administrator for a new one."
    }
    OUT_OF_REACH = Forbidden "staff.out_of_reach" {
        "Ngoài phạm vi quản lý của bạn", "Outside what you look after";
        "Bạn quản lý cơ quan của mình và các cơ quan bên dưới; vai trò xem hồ sơ của mọi cơ quan do quản trị viên cấp thành phố giao.",
        "You look after your own agency and those below it; roles that see every agency's dossiers are given at the top."
    }
    AGENCY_NOT_YOURS = Forbidden "session.agency_not_yours" {
        "Bạn không có vai trò tại cơ quan này", "You have no role at this agency";
        "Xem các cơ quan của bạn tại GET /v1/me.", "See your agencies at GET /v1/me."
    }
    DELEGATION_NOT_FOUND = NotFound "delegation.not_found" {
        "Không tìm thấy uỷ quyền", "Delegation not found";
        "Xem các uỷ quyền tại GET /v1/delegations.", "See the delegations at GET /v1/delegations."
    }
    DELEGATION_ENDED = Conflict "delegation.ended" {
        "Uỷ quyền đã hết hiệu lực", "The delegation has ended";
        "Uỷ quyền đã bị thu hồi hoặc đã hết hạn.", "It was revoked, or its last day is past."
    }
    NOT_YOURS_TO_DELEGATE = Forbidden "delegation.not_yours" {
        "Không phải quyền của bạn để uỷ quyền", "Not yours to delegate";
        "Mỗi người uỷ quyền phần của mình; người đứng đầu cơ quan cử người thay trong cơ quan mình.",
        "Everybody lends what is theirs; the head of an agency names deputies in it."
    }
    ORGANISATION_NOT_FOUND = NotFound "organisation.not_found" {
        "Không tìm thấy tổ chức", "Organisation not found";
        "Xem các tổ chức tại GET /v1/organisations.", "See the organisations at GET /v1/organisations."
    }
    ORGANISATION_NUMBER_TAKEN = Conflict "organisation.number_taken" {
        "Mã số thuế đã được đăng ký", "The number is registered already";
        "Tìm tổ chức bằng mã số tại GET /v1/organisations.", "Find the organisation by its number at GET /v1/organisations."
    }
    REPRESENTATION_NOT_FOUND = NotFound "representation.not_found" {
        "Không tìm thấy thẩm quyền đại diện", "Representation not found";
        "Xem các thẩm quyền đại diện tại GET /v1/representations.", "See the representations at GET /v1/representations."
    }
    REPRESENTATION_REVOKED = Conflict "representation.revoked" {
        "Thẩm quyền đại diện đã bị thu hồi", "The representation was revoked";
        "Nếu cần, hãy lập thẩm quyền mới.", "If it is needed, make a new one."
    }
    NOT_YOURS_TO_EMPOWER = Forbidden "representation.not_yours" {
        "Không phải quyền của bạn để cho người khác đại diện", "Not yours to let others act by";
        "Mỗi người uỷ quyền cho mình, với số định danh đã xác thực; người đại diện theo pháp luật uỷ quyền cho tổ chức của mình; việc khác được xác nhận tại quầy.",
        "Everybody empowers for themself, with a verified identity number, and a legal representative for the organisation; all else is confirmed at the counter."
    }
    AGENCY_NOT_FOUND = NotFound "agency.not_found" {
        "Không tìm thấy cơ quan", "Agency not found";
        "Xem các cơ quan tại GET /v1/agencies.", "See the agencies at GET /v1/agencies."
    }
    AGENCY_CODE_TAKEN = Conflict "agency.code_taken" {
        "Mã cơ quan đã được dùng", "The agency's code is taken";
        "Mỗi cơ quan có một mã điện tử riêng; xem GET /v1/agencies.",
        "Every agency has an electronic code of its own; see GET /v1/agencies."
    }
}
