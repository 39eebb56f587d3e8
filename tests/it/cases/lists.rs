//! Work lists of cases, page by page.

use complaints::CaseKind::Complaint;
use complaints::workflow::CaseStatus;

use super::at;
use crate::cast::Cast;
use crate::harness::TestApp;
use crate::reports::all;

/// What waits for its sender is open and nothing is due of it, as of what is over: all of them stand at one place.
#[tokio::test(flavor = "multi_thread")]
async fn pages_show_everything_once_also_where_nothing_is_due() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    for (status, path) in [
        (CaseStatus::Submitted, "/v1/cases?side=handling"),
        (CaseStatus::SupplementRequested, "/v1/cases?side=handling"),
        (CaseStatus::Withdrawn, "/v1/cases?status=withdrawn"),
    ] {
        let mut sent = Vec::new();
        for _ in 0..4 {
            sent.push(at(&cast, Complaint, status).await);
        }
        let shown = all(cast.client("tiepnhan"), path).await;
        let shown: Vec<_> = shown.iter().map(|line| (line["due_at"].as_str(), line["id"].as_str().unwrap())).collect();
        assert!(sent.iter().all(|id| shown.iter().filter(|(_, line)| line == id).count() == 1), "{status}: {shown:?}");
        // What is due comes first, and of what is due alike the oldest.
        assert!(shown.is_sorted_by_key(|(due, id)| (due.is_none(), *due, *id)), "{status}: {shown:?}");
    }
}
