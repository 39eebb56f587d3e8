use super::Secrets;
use crate::denunciation::Accused;
use crate::receive::Denouncer;

fn tam() -> Denouncer {
    Denouncer {
        name: "Lê Thị Tố Tâm".to_owned(),
        identity_number: Some("001199887766".to_owned()),
        address: "Số 12 ngõ Hạ Hồi, phường Cửa Nam".to_owned(),
        phone: Some("+84912345678".to_owned()),
        email: Some("tam@example.vn".to_owned()),
    }
}

fn accused(name: &str) -> Accused {
    Accused { name: name.to_owned(), office: None, official_id: None, unit_id: None }
}

#[test]
fn nothing_that_tells_who_it_is_stays() {
    let secrets = Secrets::of(&[tam()], &[accused("Ông Nguyễn Văn A")]);
    for (said, left) in [
        ("Tôi là Lê Thị Tố Tâm, ở 12 ngõ Hạ Hồi.", "Tôi là […], ở […]."),
        ("toi la LE THI TO TAM", "toi la […]"),
        ("Le\u{302} Thi\u{323} To\u{302}\u{301} Ta\u{302}m đây", "[…] đây"),
        ("Lê  Thị\nTố-Tâm", "[…]"),
        ("gọi 0912.345.678 hoặc +84 912 345 678", "gọi […] hoặc +[…]"),
        ("(+84) 912-345-678, 00 84 912 345 678", "(+[…], 00 […]"),
        ("CCCD 0011 9988 7766;", "CCCD […];"),
        ("thư: TAM@example.vn", "thư: […]"),
        // Parts of the name.
        ("mời Lê Tâm, bà Tố Tâm và thi to tam", "mời […], bà […] và […]"),
        ("Bà Tâm khai; ba Tam; bà tâm", "Bà […] khai; ba […]; bà […]"),
        ("bà Tâm Anh, ba tam, trung tâm, bà Tạm", "bà Tâm Anh, ba tam, trung tâm, bà Tạm"),
        // Somebody else's.
        ("Ông Trần Tố Tâm và Trần Thị Tố Tâm", "Ông Trần Tố Tâm và Trần Thị Tố Tâm"),
        ("tổ tám, tô tăm", "tổ tám, tô tăm"),
        // The address, however much of it.
        ("nhà số 12, Hạ Hồi", "[…]"),
        ("ở SN 12 pho Ha Hoi, P. Cua Nam", "ở […], P. Cua Nam"),
        ("Số 12 ngõ Hạ Hồi, phường Cửa Nam", "[…]"),
        ("số 14 ngõ Hạ Hồi, phường Cửa Nam", "số 14 ngõ Hạ Hồi, phường Cửa Nam"),
        ("Ông Nguyễn Văn A nhận 5.000.000 đồng", "Ông Nguyễn Văn A nhận 5.000.000 đồng"),
        ("", ""),
    ] {
        assert_eq!(secrets.clear(said), left, "{said}");
    }
}

#[test]
fn what_the_accused_is_called_stays() {
    let of = |accused: &[Accused]| Secrets::of(&[tam()], accused);
    let shared = of(&[accused("Ông Phạm Minh Tâm")]);
    assert_eq!(shared.clear("ông Tâm đòi tiền Lê Thị Tố Tâm"), "ông Tâm đòi tiền […]");
    assert_eq!(of(&[]).clear("ông Tâm đòi tiền Lê Thị Tố Tâm"), "ông […] đòi tiền […]");
    let minh = Denouncer { name: "Trần Văn Minh".to_owned(), address: "Hà Nội".to_owned(), ..tam() };
    let secrets = Secrets::of(&[minh], &[accused("Nguyễn Văn Minh")]);
    assert_eq!(secrets.clear("Nguyễn Văn Minh và Trần Minh, VĂN MINH"), "Nguyễn Văn Minh và […], […]");
}

/// Where a name is asked for more is written than that.
#[test]
fn each_name_is_found_in_what_is_written_of_them() {
    for written in [
        "Lê Thị Tố Tâm (đại diện)",
        "Lê Thị Tố Tâm (Đại diện)",
        "LÊ THỊ TỐ TÂM (ĐẠI DIỆN)",
        "Lê Thị Tố Tâm, sinh 1985",
        "Lê Thị Tố Tâm sinh năm 1985",
        "lê thị tố tâm, sinh năm 1985",
        "Lê thị Tố Tâm; đại diện cho Trần Văn Bình",
        "Trần Văn Bình và Lê Thị Tố Tâm",
        "TRẦN VĂN BÌNH VÀ LÊ THỊ TỐ TÂM",
        "Ông Trần Văn Bình và vợ là bà Lê Thị Tố Tâm",
        "Trần Văn Bình cùng vợ Lê Thị Tố Tâm",
        "Trần Văn Bình - Lê Thị Tố Tâm",
        "Trần Văn Bình/Lê Thị Tố Tâm – đứng đơn",
        "1. Trần Văn Bình 2. Lê Thị Tố Tâm",
        "Đại diện: bà Lê Thị Tố Tâm",
        "Lê Thị Tố-Tâm",
        "Tổ dân phố số 4, đại diện là Lê Thị Tố Tâm",
        "Le\u{302} Thi\u{323} To\u{302}\u{301} Ta\u{302}m (em)",
    ] {
        let secrets = Secrets::of(&[Denouncer { name: written.to_owned(), ..tam() }], &[accused("Ông A")]);
        for (said, left) in [
            ("Tôi là Lê Thị Tố Tâm đây.", "Tôi là […] đây."),
            ("toi la LE THI TO TAM", "toi la […]"),
            ("mời Lê Tâm, bà Tố Tâm", "mời […], bà […]"),
            ("Bà Tâm khai", "Bà […] khai"),
            (
                "người đại diện sinh năm nào, vợ ông ấy ở trung tâm",
                "người đại diện sinh năm nào, vợ ông ấy ở trung tâm",
            ),
        ] {
            assert_eq!(secrets.clear(said), left, "{written}: {said}");
        }
        if written.to_lowercase().contains("bình") {
            assert_eq!(secrets.clear("Trần Văn Bình, ông Bình, anh Bình"), "[…], ông […], anh […]", "{written}");
        }
    }
    let digits = Denouncer { name: "Lê Thị Tố Tâm - 0987 654 321".to_owned(), ..tam() };
    assert_eq!(Secrets::of(&[digits], &[]).clear("gọi 0987.654.321, năm 2026"), "gọi […], năm 2026");
}

#[test]
fn a_short_name_is_a_whole_word() {
    let of = |name: &str| Secrets::of(&[Denouncer { name: name.to_owned(), ..tam() }], &[]);
    assert_eq!(of("Tâm").clear("Tâm ở trung tâm, tạm thời"), "[…] ở trung tâm, tạm thời");
    assert_eq!(of("Lê An").clear("le an, lean, leant, Lê Anh"), "[…], […], leant, Lê Anh");
}

#[test]
fn of_an_address_without_a_number_all_of_it_tells() {
    let thon = Denouncer { address: "Thôn Đoài, xã Tam Hưng, huyện Thanh Oai".to_owned(), ..tam() };
    let secrets = Secrets::of(&[thon], &[]);
    assert_eq!(secrets.clear("Doài, Tam Hưng - Thanh Oai; xã Tam Hưng"), "[…]; xã Tam Hưng");
}
