//! What a denouncer says, without what tells who they are: their name, number, telephone, address and mail are taken out however
//! they are written, before anybody reads it (Luật Tố cáo 25/2018/QH14 Art. 56).

use kernel::text::fold;

/// Stands where something was taken out.
pub const GAP: &str = "[…]";

/// A character of a text as it is compared, with the bytes that it comes from.
struct Piece {
    folded: String,
    from: usize,
    to: usize,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (from, c) in text.char_indices() {
        let (to, folded) = (from + c.len_utf8(), fold(&c.to_string()));
        match (folded.is_empty(), pieces.last_mut()) {
            // A mark belongs to the letter before it.
            (true, Some(last)) => last.to = to,
            (true, None) => {}
            (false, _) => pieces.push(Piece { folded, from, to }),
        }
    }
    pieces
}

/// The text without any of these. Accents, capitals, and what stands between words or digits do not matter.
pub fn redact(text: &str, secrets: &[String]) -> String {
    let pieces = pieces(text);
    let mut gone: Vec<(usize, usize)> = Vec::new();
    for secret in secrets {
        let digits = secret.chars().filter(char::is_ascii_digit).count();
        let letters = secret.chars().filter(|c| c.is_alphabetic()).count();
        let found = match (letters, digits) {
            (0, 6..) => numbers(&pieces, secret),
            _ if letters + digits >= 3 => words(&pieces, secret),
            _ => Vec::new(),
        };
        gone.extend(found);
    }
    gone.sort_unstable();
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for (from, to) in gone {
        if from >= at {
            left.push_str(&text[at..from]);
            left.push_str(GAP);
        }
        at = at.max(to);
    }
    left.push_str(&text[at..]);
    left
}

/// Where these words stand, with anything but letters and digits between them.
fn words(pieces: &[Piece], secret: &str) -> Vec<(usize, usize)> {
    let is_word = |text: &str| text.chars().all(char::is_alphanumeric);
    let wanted: Vec<char> = fold(secret).chars().filter(|c| c.is_alphanumeric()).collect();
    let among: Vec<&Piece> = pieces.iter().filter(|piece| is_word(&piece.folded)).collect();
    let have: Vec<char> = among.iter().map(|piece| piece.folded.chars().next().unwrap_or(' ')).collect();
    runs(&have, &wanted).map(|(first, last)| (among[first].from, among[last].to)).collect()
}

/// Where this number stands, in whatever groups; a telephone number also with the country's code, or without.
fn numbers(pieces: &[Piece], secret: &str) -> Vec<(usize, usize)> {
    let digits: String = secret.chars().filter(char::is_ascii_digit).collect();
    let local = match (secret.starts_with("+84"), secret.starts_with('0')) {
        (true, _) => &digits[2..],
        (_, true) => &digits[1..],
        _ => &digits[..],
    };
    let among: Vec<&Piece> = pieces.iter().filter(|piece| piece.folded.chars().all(|c| c.is_ascii_digit())).collect();
    let have: Vec<char> = among.iter().map(|piece| piece.folded.chars().next().unwrap_or(' ')).collect();
    // Digits that stand far from each other are no number.
    let near = |first: usize, last: usize| among[last].to - among[first].from <= 3 * (last - first + 1);
    let mut found = Vec::new();
    for wanted in [digits.clone(), format!("84{local}"), format!("0{local}"), local.to_owned()] {
        let wanted: Vec<char> = wanted.chars().collect();
        let places = runs(&have, &wanted).filter(|(first, last)| near(*first, *last));
        found.extend(places.map(|(first, last)| (among[first].from, among[last].to)));
    }
    found
}

/// The places of the first and last of each run of `wanted`.
fn runs<'a>(have: &'a [char], wanted: &'a [char]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let length = wanted.len().max(1);
    have.windows(length).enumerate().filter(move |(_, run)| *run == wanted).map(move |(n, _)| (n, n + length - 1))
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn nothing_that_tells_who_it_is_stays() {
        let secrets = ["Lê Thị Tố Tâm", "001199887766", "+84912345678", "12 ngõ Hạ Hồi", "tam@example.vn"];
        let secrets = secrets.map(str::to_owned);
        for (said, left) in [
            ("Tôi là Lê Thị Tố Tâm, ở 12 ngõ Hạ Hồi.", "Tôi là […], ở […]."),
            ("toi la LE THI TO TAM", "toi la […]"),
            ("Le\u{302} Thi\u{323} To\u{302}\u{301} Ta\u{302}m đây", "[…] đây"),
            ("gọi 0912.345.678 hoặc +84 912 345 678", "gọi […] hoặc +[…]"),
            ("CCCD 0011 9988 7766;", "CCCD […];"),
            ("thư: TAM@example.vn", "thư: […]"),
            ("Lê  Thị\nTố-Tâm", "[…]"),
            ("Ông Nguyễn Văn A nhận 5.000.000 đồng", "Ông Nguyễn Văn A nhận 5.000.000 đồng"),
            ("", ""),
        ] {
            assert_eq!(redact(said, &secrets), left);
        }
    }
}
