//! What an agency is called, however it is written: `UBND phường Hoàn Kiếm`, `Uỷ ban nhân dân Phường Hoàn Kiếm`, `P. Hoàn Kiếm`.

use kernel::text::fold;

/// What is written short.
const SHORT: &[(&str, &str)] = &[
    ("ubnd", "uy ban nhan dan"),
    ("hdnd", "hoi dong nhan dan"),
    ("mttq", "mat tran to quoc"),
    ("tp", "thanh pho"),
    ("p", "phuong"),
    ("x", "xa"),
    ("q", "quan"),
    ("ttpvhcc", "trung tam phuc vu hanh chinh cong"),
];
/// What a ward or commune is called without.
const COMMITTEE: &str = "uy ban nhan dan ";

/// A word in full.
fn long(word: &str) -> &str {
    SHORT.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| *long)
}

/// As names of agencies are compared.
pub(super) fn called(written: &str) -> String {
    let folded = fold(written);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let all = words.map(long).collect::<Vec<_>>().join(" ");
    all.strip_prefix(COMMITTEE).map(str::to_owned).unwrap_or(all)
}

/// What somebody may mean who writes of an agency: all of it, or what stands before the first sign.
pub(super) fn meant(written: &str) -> impl Iterator<Item = String> {
    let first = written.split([',', ';', ':', '(', '–']).next().unwrap_or_default();
    [called(written), called(first)].into_iter().filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{called, meant};

    #[test]
    fn an_agency_is_called_the_same_however_it_is_written() {
        let ward = called("Ủy ban nhân dân phường Hoàn Kiếm");
        for written in [
            "UBND phường Hoàn Kiếm",
            "Uỷ ban Nhân dân P. Hoàn Kiếm",
            "uy ban nhan dan phuong hoan kiem",
            "Phường Hoàn Kiếm",
        ] {
            assert_eq!(called(written), ward, "{written}");
        }
        for written in ["UBND phường Hoàn Kiếm, TP Hà Nội", "UBND phường Hoàn Kiếm (bộ phận một cửa)"]
        {
            assert!(meant(written).any(|it| it == ward), "{written}");
        }
        for other in
            ["Công an phường Hoàn Kiếm", "UBND quận Hoàn Kiếm", "Hoàn Kiếm", "Ông A, UBND phường Hoàn Kiếm", "", "…"]
        {
            assert!(meant(other).all(|it| it != ward), "{other}");
        }
    }
}
