//! Where a name is asked for people write more: `Lê Thị Tố Tâm (đại diện)`, `…, sinh 1985`, `… và vợ là bà …`. Each name in it is one.

use kernel::text::fold;

use super::name::{FAMILIES, TITLES};

/// Between two names, where no sign stands there; the last ones also without accents, as nobody is called so.
const JOINS: &[&str] = &["là", "tức", "vợ", "chồng", "và", "cùng", "với", "hoặc", "cho", "va", "voi", "hoac"];
/// What is no name, though it stands where one does; of two words or more also without accents.
const ROLES: &[&str] = &[
    "đại diện",
    "người đại diện",
    "người tố cáo",
    "người làm đơn",
    "đứng đơn",
    "đứng tên",
    "ký tên",
    "sinh năm",
    "sinh ngày",
    "gia đình",
    "nhiều người khác",
    "những người khác",
    "chủ hộ",
    "giám đốc",
    "tổ trưởng",
    "điện thoại",
    "đt",
    "sđt",
    "cccd",
    "cmnd",
    "số",
];
/// In small letters often, within a name.
const SMALL: &[&str] = &["thị", "văn"];

/// The words of each name in it: the runs of words with capitals, and in small letters what begins with a family name. Where nothing there
/// has two words, whatever stands between signs.
pub fn names(written: &str) -> Vec<Vec<&str>> {
    // A hyphen stands between two names, or in one.
    let parts = || {
        let apart = written.split(|c: char| !c.is_alphabetic() && !c.is_whitespace());
        apart.chain(written.split(|c: char| !c.is_alphabetic() && !c.is_whitespace() && c != '-')).flat_map(joined)
    };
    let small = parts().filter(|words| !words.iter().any(|word| is_capital(word)) && FAMILIES.contains(&words[0]));
    let likely: Vec<_> = parts().flat_map(capitals).chain(small.map(bare)).collect();
    let others: Vec<_> = parts().map(bare).filter(|name| !is_role(name)).collect();
    let has_two = |names: &&Vec<Vec<&str>>| names.iter().any(|name| name.len() > 1);
    let all = [likely, others];
    let found = all.iter().find(has_two).or_else(|| all.iter().find(|names| !names.is_empty()));
    found.cloned().unwrap_or_default()
}

fn is_capital(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

/// What stands between the words that join names.
fn joined(part: &str) -> Vec<Vec<&str>> {
    let words: Vec<&str> = part.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let pieces = words.split(|word| JOINS.contains(&word.to_lowercase().as_str()));
    pieces.filter(|piece| !piece.is_empty()).map(<[&str]>::to_vec).collect()
}

/// The runs of words with capitals in it; of one word only what does not begin a sentence.
fn capitals(piece: Vec<&str>) -> Vec<Vec<&str>> {
    let goes_on = |before: &str, next: &str| {
        is_capital(before) == is_capital(next) || SMALL.contains(&before) || SMALL.contains(&next)
    };
    let runs = piece.chunk_by(|before, next| goes_on(before, next));
    let runs = runs.filter(|run| run.iter().any(|word| is_capital(word))).map(|run| bare(run.to_vec()));
    let whole = |run: &Vec<&str>| run.len() > 1 || piece.len() == 1 || run[0] != piece[0];
    runs.filter(|run| !is_role(run) && whole(run)).collect()
}

/// Without titles before it, and what is no name behind it.
fn bare(mut words: Vec<&str>) -> Vec<&str> {
    while words.len() > 2 && TITLES.contains(&words[0].to_lowercase().as_str()) {
        words.remove(0);
    }
    while let Some(from) = (1..words.len()).find(|from| is_role(&words[*from..])) {
        words.truncate(from);
    }
    words
}

fn is_role(words: &[&str]) -> bool {
    let written = words.join(" ").to_lowercase();
    ROLES.iter().any(|known| written == *known || (known.contains(' ') && written == fold(known)))
}
