//! What is in the file store is known by its hash: it leaves with the last row that names it, of whatever domain.

use complaints::CaseKind::Petition;
use complaints::workflow::{CaseAction, CaseStatus};
use kernel::files::Sha256;
use procedures::workflow::Status;

use super::erasure::is_erased;
use crate::cases::{at, file, walk};
use crate::cast::{Cast, PERMIT_ONLINE};
use crate::denunciations::canary::lines;
use crate::harness::{TestApp, papers};

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_keeps_the_paper_that_an_erased_case_had_too() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, Petition, CaseStatus::Draft).await;
    let declared = cast.client("congdan1").post(&format!("/v1/cases/{id}/files"), file("evidence")).await.expect(201);
    cast.client("congdan1").put_file(declared.header("location"), papers::PDF).await.expect(200);
    walk(&cast, Petition, &id, &[CaseAction::Submit, CaseAction::File]).await;
    cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    app.set_time("2027-08-17T09:00:00+07:00");
    assert!(is_erased(&app, &id).await);
    let files = &app.server.as_ref().unwrap().app.files;
    assert!(files.get(&Sha256::of(papers::PDF)).await.is_ok());
    assert_eq!(app.count("SELECT count(*) FROM leaving_files").await, 0);
}

/// Whoever adds a table whose rows name contents of the store has it asked in `api::erasure`.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_that_names_a_content_is_asked_before_it_leaves() {
    let app = TestApp::new().await;
    let named = "SELECT format('%s.%s', table_schema, table_name) AS line FROM information_schema.columns
        WHERE column_name LIKE '%sha256%' ORDER BY 1";
    let known = [
        // Sealed in the vault, and not in the store.
        "denunciations.files",
        "public.assessment_files",
        "public.attachments",
        "public.case_files",
        // Read once, and not kept.
        "public.imports",
        "public.leaving_files",
    ];
    assert_eq!(lines(&app, named).await, known);
}
