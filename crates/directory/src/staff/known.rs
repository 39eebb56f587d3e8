//! Whom somebody means who writes of members of staff: by their ids, or as they are called.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Result;
use kernel::id::StaffId;
use kernel::schema::staff;
use kernel::sql::sql;
use kernel::text::fold;

use super::Staff;

/// How many words the name of a member of staff has at most, and how many there must be to take it for one.
const LONGEST: usize = 6;
const SHORTEST: usize = 2;
/// What stands before a name.
const TITLES: &[&str] = &["ong", "ba", "anh", "chi", "co", "chu", "bac", "cu", "thay", "dong"];

/// Those with these ids, and everybody who is called as somebody writes of them, wherever they work: without accents, capitals and titles,
/// and with their office before and after it.
pub async fn known(conn: &mut AsyncPgConnection, ids: &[StaffId], written: &[&str]) -> Result<Vec<Staff>> {
    let names: Vec<String> = written.iter().flat_map(|written| names(written)).collect();
    if ids.is_empty() && names.is_empty() {
        return Ok(Vec::new());
    }
    let called = sql::<Text>(r"split_part(folded, E'\n', 2)").eq_any(names);
    Ok(staff::table.filter(staff::id.eq_any(ids).or(called)).select(Staff::as_select()).load(conn).await?)
}

/// As what a member of staff may stand in the directory, of whom somebody writes so.
fn names(written: &str) -> Vec<String> {
    let written = fold(written);
    let parts = written.split([',', ';', ':', '(', ')', '/', '–']).map(|part| {
        let words: Vec<&str> = part.split_whitespace().collect();
        let titles = words.iter().take_while(|word| TITLES.contains(word)).count();
        words[titles..].to_vec()
    });
    let runs = |words: Vec<&str>| {
        let of = |length: usize| words.windows(length).map(|run| run.join(" ")).collect::<Vec<_>>();
        (SHORTEST..=LONGEST).flat_map(of).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = parts.flat_map(runs).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_name_is_found_in_what_is_written_of_somebody() {
        for (written, name) in [
            ("Phạm Quang Huy", "pham quang huy"),
            ("ÔNG PHAM QUANG HUY", "pham quang huy"),
            ("Ông Phạm Quang  Huy, cán bộ quầy 3", "pham quang huy"),
            ("Phó Chủ tịch Vũ Thanh Sơn", "vu thanh son"),
            ("đồng chí Lê Hà (tiếp nhận)", "le ha"),
            ("Chuyên viên Phạm Quang Huy ở quầy 3", "pham quang huy"),
            ("Huy và Đinh Thị Mai", "dinh thi mai"),
        ] {
            assert!(names(written).contains(&name.to_owned()), "{written}: {:?}", names(written));
        }
        assert_eq!(names("Ông A"), Vec::<String>::new());
        assert_eq!(names("Cán bộ"), ["can bo"]);
    }
}
