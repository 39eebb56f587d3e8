//! The files' part of the problem catalogue.

crate::problems! {
    BAD_STORE = Internal "file.bad_store" {
        "Cấu hình kho tệp sai", "The file store is set up wrongly";
        "Lỗi cấu hình của hệ thống. Hãy báo kèm request_id.",
        "The service is set up wrongly. Report it with the request_id."
    }
    EMPTY = Invalid "file.empty" {
        "Tệp rỗng", "The file is empty";
        "Chọn lại tệp rồi gửi.",
        "Choose the file again and send it."
    }
    TOO_LARGE = TooLarge "file.too_large" {
        "Tệp quá lớn", "The file is too large";
        "Giảm độ phân giải bản quét hoặc tách thành nhiều tệp.",
        "Scan at a lower resolution, or split it into several files."
    }
    SIZE_MISMATCH = Invalid "file.size_mismatch" {
        "Kích thước không khớp", "The size differs from the declared one";
        "Gửi lại đúng tệp đã khai, hoặc khai lại.",
        "Send the declared file again, or declare it anew."
    }
    HASH_MISMATCH = Invalid "file.hash_mismatch" {
        "Nội dung không khớp mã băm đã khai", "The content differs from the declared hash";
        "Tệp bị hỏng trên đường truyền hoặc đã đổi. Gửi lại, hoặc khai lại.",
        "The file was damaged on its way or has changed. Send it again, or declare it anew."
    }
    TYPE_NOT_ALLOWED = UnsupportedMediaType "file.type_not_allowed" {
        "Loại tệp không được nhận", "This type of file is not accepted";
        "Nhận PDF, JPEG, PNG, WebP, TIFF, DOCX, XLSX, ODT (không macro), văn bản và CSV mã UTF-8, MP4.",
        "Accepted are PDF, JPEG, PNG, WebP, TIFF, DOCX, XLSX, ODT (no macros), text and CSV in UTF-8, MP4."
    }
    TYPE_MISMATCH = Invalid "file.type_mismatch" {
        "Nội dung khác loại tệp đã khai", "The content is not of the declared type";
        "Khai đúng loại của nội dung; đổi tên phần mở rộng không đổi được loại tệp.",
        "Declare the type that the content has; renaming a file does not change its type."
    }
    INTERRUPTED = Malformed "file.interrupted" {
        "Việc tải lên bị ngắt", "The upload broke off";
        "Chưa có gì được lưu. Hãy tải lên lại.",
        "Nothing was stored. Upload the file again."
    }
    MISSING = Internal "file.missing" {
        "Kho tệp thiếu nội dung này", "The file store lacks this content";
        "Lỗi thuộc về hệ thống và đã được ghi lại. Hãy báo kèm request_id.",
        "The fault is ours and has been logged. Report it with the request_id."
    }
    CORRUPT = Internal "file.corrupt" {
        "Tệp lưu trữ bị hỏng", "The stored file is damaged";
        "Lỗi thuộc về hệ thống và đã được ghi lại. Hãy báo kèm request_id.",
        "The fault is ours and has been logged. Report it with the request_id."
    }
    OUT_OF_RANGE = Malformed "file.out_of_range" {
        "Khoảng byte nằm ngoài tệp", "The range lies outside the file";
        "Yêu cầu một khoảng nằm trong tệp, hoặc cả tệp.",
        "Ask for a range within the file, or for the whole file."
    }
    CANNOT_STRIP = Forbidden "file.cannot_strip" {
        "Không thể tạo bản đã gỡ siêu dữ liệu", "No copy without metadata can be made";
        "Tệp có thể chứa thông tin ẩn về người gửi nên chỉ người được phép mới mở được bản gốc.",
        "The file may hold hidden data about its sender, so only those entitled to the original can open it."
    }
    FULL = Busy "file.storage_full" {
        "Kho tệp đã đầy", "The file store is full";
        "Chưa có gì được lưu. Hãy thử lại sau.",
        "Nothing was stored. Try again later."
    }
    UNAVAILABLE = Busy "file.storage_unavailable" {
        "Kho tệp tạm thời không dùng được", "The file store is not available";
        "Hãy thử lại sau số giây ghi trong Retry-After.",
        "Try again after the seconds in Retry-After."
    }
}
