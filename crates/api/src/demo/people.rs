//! Who acts for whom in the demo: a deputy, and those who represent enterprises.

use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use directory::delegation;
use directory::delegation::change::NewDelegation;
use directory::demo::{CITIZENS, staff_id};
use directory::organisation::{self, OrganisationContent, OrganisationKind};
use directory::representation::change::NewRepresentation;
use directory::representation::{self, Basis};
use kernel::id::{DelegationId, OrganisationId, RepresentationId};
use kernel::idempotency::Attempt;
use kernel::problem::{INTERNAL, Result};
use kernel::{Ctx, Permission};
use uuid::Uuid;

use super::{CITIZEN, fixed};

/// Next year the leader will be away twice, and chuyenvien will sign.
pub async fn lend(conn: &mut AsyncPgConnection, leader: &Ctx) -> Result<()> {
    let delegate_id = staff_id("chuyenvien").ok_or_else(|| INTERNAL.because("nobody to lend to"))?;
    for n in 0..2 {
        let valid_from = deadlines::vn_date(leader.now + TimeDelta::days(300));
        let new = NewDelegation {
            delegator_id: None,
            delegate_id,
            permissions: Some(vec![Permission::SignDossier]),
            document: format!("Giấy uỷ quyền {}/GUQ-UBND", n + 1),
            valid_from,
            valid_to: valid_from + TimeDelta::days(14),
        };
        let id = DelegationId(fixed(0xb1, n));
        delegation::change::make(conn, leader, id, new, &Attempt::new(None, "DEMO", "lend", id.0, &[])).await?;
    }
    Ok(())
}

/// Two enterprises. congdan2 is the legal representative of the first; congdan1 has its power of attorney for building
/// permits, and a second one that can be revoked.
pub async fn represent(conn: &mut AsyncPgConnection, reception: &Ctx) -> Result<()> {
    let attempt = |id: Uuid| Attempt::new(None, "DEMO", "represent", id, &[]);
    for (n, name) in (0..).zip(["Công ty TNHH Xây dựng Sông Hồng", "Công ty Cổ phần Hồ Tây"]) {
        let content = OrganisationContent {
            kind: OrganisationKind::Enterprise,
            number: format!("010987654{}", n + 3),
            name: name.to_owned(),
            address: "Số 5 phố Tràng Tiền, phường Hoàn Kiếm, Hà Nội".to_owned(),
            phone: None,
            email: None,
        };
        let id = OrganisationId(fixed(0xb2, n));
        organisation::change::register(conn, reception, id, content, &attempt(id.0)).await?;
    }
    let today = deadlines::vn_date(reception.now);
    let legal = (&CITIZENS[1], Basis::Legal, "Giấy chứng nhận đăng ký doanh nghiệp 0109876543");
    let attorney = |document| (CITIZEN, Basis::PowerOfAttorney, document);
    let all = [attorney("Giấy uỷ quyền 07/GUQ-SH"), attorney("Giấy uỷ quyền 08/GUQ-SH"), legal];
    for (n, (person, basis, document)) in (0..).zip(all) {
        let by_law = basis == Basis::Legal;
        let new = NewRepresentation {
            organisation_id: Some(OrganisationId(fixed(0xb2, 0))),
            principal_number: None,
            representative_number: person.identity_number.to_owned(),
            representative_name: person.name.to_owned(),
            basis,
            procedures: (!by_law).then(|| vec!["1.013225".to_owned()]),
            document: document.to_owned(),
            valid_from: today,
            valid_to: (!by_law).then(|| today + TimeDelta::days(364)),
        };
        let id = RepresentationId(fixed(0xb3, n));
        representation::change::make(conn, reception, id, new, &attempt(id.0)).await?;
    }
    Ok(())
}
