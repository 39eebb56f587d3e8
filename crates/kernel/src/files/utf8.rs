//! Whether a stream of bytes is text in UTF-8.

use std::str::from_utf8;

/// Why bytes are not text that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotText {
    /// NUL and most other control characters occur in no text.
    Binary,
    /// Perhaps text, as old Vietnamese programs wrote it (VISCII, TCVN3, VNI, windows-1258).
    OtherEncoding,
}

/// Checks text piece by piece; a character may be cut in two by the border between pieces.
#[derive(Default)]
pub struct Utf8 {
    /// The beginning of a character whose rest is still to come: at most three bytes.
    cut: Vec<u8>,
}

impl Utf8 {
    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) -> Result<(), NotText> {
        if piece.iter().any(|byte| byte.is_ascii_control() && !b"\t\n\r\x0c".contains(byte)) {
            return Err(NotText::Binary);
        }
        let mut rest = piece;
        while !self.cut.is_empty() {
            let Some((next, left)) = rest.split_first() else { return Ok(()) };
            self.cut.push(*next);
            rest = left;
            match from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(error) if error.error_len().is_some() => return Err(NotText::OtherEncoding),
                Err(_) => {}
            }
        }
        match from_utf8(rest) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_some() => Err(NotText::OtherEncoding),
            Err(error) => {
                self.cut.extend_from_slice(&rest[error.valid_up_to()..]);
                Ok(())
            }
        }
    }

    /// No character may be left half.
    pub fn finish(self) -> Result<(), NotText> {
        if self.cut.is_empty() { Ok(()) } else { Err(NotText::OtherEncoding) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&[u8]]) -> Result<(), NotText> {
        let mut text = Utf8::default();
        pieces.iter().try_for_each(|piece| text.update(piece))?;
        text.finish()
    }

    #[test]
    fn text_may_be_cut_anywhere() {
        let text = "\u{feff}Đơn đề nghị cấp giấy phép xây dựng 🏠\r\n\t".as_bytes();
        for cut in 0..=text.len() {
            assert_eq!(check(&[&text[..cut], &text[cut..]]), Ok(()), "cut at {cut}");
        }
        let single: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(check(&single), Ok(()));
    }

    #[test]
    fn what_is_not_text_is_told_apart() {
        assert_eq!(check(&[b"a\0b"]), Err(NotText::Binary));
        assert_eq!(check(&[b"\x1b[2J"]), Err(NotText::Binary));
        assert_eq!(check(&[b"Kh\xedeu n\xb9i"]), Err(NotText::OtherEncoding), "TCVN3");
        assert_eq!(check(&["Đ".as_bytes(), &"Đ".as_bytes()[..1]]), Err(NotText::OtherEncoding), "half a character");
        assert_eq!(check(&[&"ệ".as_bytes()[..2], b"x"]), Err(NotText::OtherEncoding), "a wrong second half");
    }
}
