//! Proof Key for Code Exchange, method S256 (RFC 7636).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The challenge of a verifier.
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// Whether a challenge can be one: SHA-256 in base64url.
pub fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|hash| hash.len() == 32)
}

/// Whether `verifier` is what `challenge` was made from.
pub fn fits(verifier: &str, challenge: &str) -> bool {
    // RFC 7636 §4.1: anything shorter could be guessed.
    let long_enough = (43..=128).contains(&verifier.len());
    long_enough && verify_slices_are_equal(self::challenge(verifier).as_bytes(), challenge.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_fits() {
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(is_challenge(challenge) && fits(verifier, challenge));
        assert!(!fits("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl", challenge));
    }

    #[test]
    fn plain_and_short_values_do_not_fit() {
        let short = "too-short";
        assert!(!fits(short, &challenge(short)));
        assert!(!is_challenge(short) && !is_challenge(""));
    }
}
