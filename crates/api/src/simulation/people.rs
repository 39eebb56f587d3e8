//! The citizens of the simulated city. Nobody is called so but by chance, and nobody has these numbers: an identity number
//! begins with the code of a province, of which the highest is 096, and theirs begin with 999.

use directory::citizen::Identity;
use fastrand::Rng;
use procedures::dossier::Applicant;

const FAMILIES: [&str; 10] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô"];
const MIDDLES: [&str; 10] = ["Thị", "Văn", "Minh", "Thu", "Quang", "Ngọc", "Đức", "Thanh", "Gia", "Hải"];
const GIVEN: [&str; 12] = ["An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nam", "Phương", "Yến"];

/// The name that belongs to a number.
pub fn name(n: u64) -> String {
    let mut rng = Rng::with_seed(n);
    let mut of = |names: &[&'static str]| names[rng.usize(0..names.len())];
    format!("{} {} {}", of(&FAMILIES), of(&MIDDLES), of(&GIVEN))
}

fn identity_number(n: u32) -> String {
    format!("999{n:09}")
}

/// A citizen as the identity provider describes them.
pub fn identity(n: u32, issuer: &str) -> Identity {
    Identity {
        issuer: issuer.to_owned(),
        subject: format!("simulated-citizen-{n}"),
        name: name(u64::from(n)),
        identity_number: Some(identity_number(n)),
    }
}

/// The same, as an applicant.
pub fn applicant(n: u32) -> Applicant {
    Applicant {
        name: name(u64::from(n)),
        identity_number: identity_number(n),
        phone: None,
        email: None,
        address: None,
        organisation: None,
    }
}
