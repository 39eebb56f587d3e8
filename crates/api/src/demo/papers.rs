//! The demo's papers: what the applicant keeps, what an agency keeps, and the document of a result.

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use directory::demo::CITIZENS;
use kernel::files::{MediaType, Sha256};
use kernel::idempotency::Attempt;
use kernel::problem::{INTERNAL, Result};
use kernel::{Ctx, Role};
use procedures::archive::item::{self, ArchiveFile, ArchiveItemId, NewArchiveItem};
use procedures::archive::{self, FondsId, NewFonds};
use procedures::attachment::{self, AttachmentId, NewDocument, Purpose};
use procedures::data_source::look_up::{self, LookUpId};
use procedures::data_source::{Question, Said, register};
use procedures::paper::{PaperData, PaperId, digitise, list};
use procedures::request::IssuedDocument;
use procedures::upload::{self, Addition};
use procedures::{Catalogue, DossierId};

use super::{PAPER, fixed, id, officer};
use crate::app::App;
use crate::sources::demo;

/// A land paper in the applicant's store that can be reused, and one paper that is hidden there.
pub async fn put_away(app: &App, conn: &mut AsyncPgConnection, applicant: &Ctx) -> Result<()> {
    let reception = officer("tiepnhan", Role::ReceptionOfficer, applicant.now)?;
    let (land_paper, catalogue) = (fixed(0xe0, 3 * 6 + 1), app.catalogue.load());
    let data = PaperData {
        number: Some("CS 012345".to_owned()),
        issuer: Some("Sở Tài nguyên và Môi trường Hà Nội".to_owned()),
        issue_date: NaiveDate::from_ymd_opt(2020, 5, 11),
        ..PaperData::default()
    };
    let attempt = Attempt::new(None, "DEMO", "digitise", land_paper, &[]);
    let ids = (id(6), AttachmentId(land_paper));
    digitise::digitise(conn, &reception, &catalogue, ids, None, data, &attempt).await?;
    let drawings = fixed(0xe0, 3 * 7 + 2);
    let attempt = Attempt::new(None, "DEMO", "hide", drawings, &[]);
    list::hide(conn, applicant, &catalogue, PaperId(drawings), true, &attempt).await.map(drop)
}

/// What the land database has said of the applicant's land.
pub async fn look_up(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<()> {
    let examiner = officer("chuyenvien", Role::ProcessingOfficer, now)?;
    let land = register().iter().find(|source| source.code == demo::CODE);
    let question = Question {
        id: LookUpId(fixed(0xe1, 1)),
        source: land.ok_or_else(|| INTERNAL.because("the demo's land database is not registered"))?,
        component: demo::COMPONENT.to_owned(),
        identity_number: CITIZENS[0].identity_number.to_owned(),
    };
    let said = Said::Found(demo::land());
    let attempt = Attempt::new(None, "DEMO", "look up", question.id.0, &[]);
    look_up::record(conn, &examiner, id(21), &question, said, &attempt).await.map(drop)
}

/// A fonds of the commune, with a file from before there was a system.
pub async fn keep_archive(app: &App, conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<()> {
    let keeper = officer("tiepnhan", Role::ReceptionOfficer, now)?;
    let (fonds_id, item_id) = (FondsId(fixed(0xf5, 1)), ArchiveItemId(fixed(0xf6, 1)));
    let name = "Phông lưu trữ Ủy ban nhân dân phường Hoàn Kiếm".to_owned();
    let new = NewFonds { name, from_year: 2025, to_year: None };
    let attempt = Attempt::new(None, "DEMO", "fonds", fonds_id.0, &[]);
    archive::found(conn, &keeper, fonds_id, new, &attempt).await?;
    let file = ArchiveFile {
        code: "HS-2025-01".to_owned(),
        title: "Hồ sơ giấy trước khi có hệ thống".to_owned(),
        ended_on: NaiveDate::from_ymd_opt(2025, 7, 15).unwrap_or_default(),
    };
    let retention_rule = "administrative_procedure".to_owned();
    let new = NewArchiveItem { fonds_id, dossier_id: None, file: Some(file), digitised: false, retention_rule };
    let attempt = Attempt::new(None, "DEMO", "archive", item_id.0, &[]);
    item::add(conn, &keeper, &app.catalogue.load(), item_id, new, &attempt).await.map(drop)
}

/// The document of a dossier's result, which its leader signs.
pub async fn permit(
    conn: &mut AsyncPgConnection,
    leader: &Ctx,
    catalogue: &Catalogue,
    id: DossierId,
    attempt: &Attempt,
) -> Result<IssuedDocument> {
    let permit = Addition::Result(document("giay-phep.pdf"));
    upload::declare(conn, leader, catalogue, id, permit, attempt).await?;
    let id = arrives(conn, leader, id, Purpose::DraftResult).await?;
    Ok(IssuedDocument { id, signer: None, valid_to: None, signature: None })
}

/// The bank's paper of a transfer, which its applicant sends.
pub async fn transfer(
    conn: &mut AsyncPgConnection,
    applicant: &Ctx,
    catalogue: &Catalogue,
    id: DossierId,
    attempt: &Attempt,
) -> Result<AttachmentId> {
    let proof = Addition::PaymentProof(document("uy-nhiem-chi.pdf"));
    upload::declare(conn, applicant, catalogue, id, proof, attempt).await?;
    arrives(conn, applicant, id, Purpose::PaymentProof).await
}

fn document(file_name: &str) -> NewDocument {
    NewDocument {
        file_name: file_name.to_owned(),
        media_type: MediaType::Pdf,
        size: PAPER.len() as i64,
        sha256: Sha256::of(PAPER),
    }
}

/// The content of the document just declared comes.
async fn arrives(conn: &mut AsyncPgConnection, who: &Ctx, id: DossierId, purpose: Purpose) -> Result<AttachmentId> {
    let papers = attachment::of_dossier(conn, id).await?;
    let declared = papers.into_iter().find(|paper| paper.purpose == purpose && paper.stored_at.is_none());
    let declared = declared.ok_or_else(|| INTERNAL.because("the demo's document was not declared"))?;
    let id = declared.id;
    upload::arrived(conn, who, declared).await?;
    Ok(id)
}
