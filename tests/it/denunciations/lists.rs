//! Work lists of denunciations, page by page.

use ::denunciations::workflow::DenunciationAction::{self, CheckLead, File};

use super::{lead, send, walk};
use crate::cast::Cast;
use crate::harness::TestApp;
use crate::reports::all;

/// A lead that is taken up has no limit, and of one that is filed nothing is due: all of them stand at one place.
#[tokio::test(flavor = "multi_thread")]
async fn pages_show_everything_once_also_where_nothing_is_due() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let ways: [(&str, &[DenunciationAction]); 3] = [("received", &[]), ("accepted", &[CheckLead]), ("filed", &[File])];
    for (status, way) in ways {
        let mut sent = Vec::new();
        for _ in 0..4 {
            let (_, id) = send(&app, &cast, lead()).await;
            walk(&cast, &id, way).await;
            sent.push(id);
        }
        let shown = all(cast.client("chanhthanhtra"), &format!("/v1/denunciations?status={status}")).await;
        let shown: Vec<_> = shown.iter().map(|line| line["id"].as_str().unwrap()).collect();
        sent.sort();
        assert_eq!(shown, sent, "{status}");
    }
}
