//! What has run out is told before anything else is done, also where the worker has not come round to it: whatever is done writes the
//! timers anew, and none of them for what is over.

use serde_json::json;

use super::files::declare;
use super::vault::requests;
use super::{new, send};
use crate::cast::Cast;
use crate::harness::TestApp;
use crate::papers::put;

/// A denunciation about which this will be done.
struct About {
    deed: &'static str,
    code: String,
    id: String,
    /// A request to know who denounces, and where a file is awaited.
    request: String,
    upload: String,
}

const DEEDS: [&str; 8] = ["add", "declare", "upload", "release", "request", "approve", "open", "original"];

async fn about(app: &TestApp, cast: &Cast, deed: &'static str, (code, id): (String, String)) -> About {
    let why = json!({ "reason": "Cần mời người tố cáo làm việc." });
    let asked = cast.client("thanhtra").post(&requests(&id), why).await.expect(201).id();
    let request = format!("{}/{asked}", requests(&id));
    if ["open", "original"].contains(&deed) {
        cast.client("chanhthanhtra").post(&format!("{request}/approve"), json!({})).await.expect(200);
    }
    let declared = declare(app, &code, "text/plain", b"Ban ghi am").await.expect(201).json;
    let upload = declared["upload_to"].as_str().unwrap().to_owned();
    if ["release", "original"].contains(&deed) {
        put(&app.anonymous(), &upload, "Ban ghi am").await.expect(200);
    }
    About { deed, code, id, request, upload }
}

impl About {
    async fn do_it(&self, app: &TestApp, cast: &Cast) {
        let (inspector, head) = (cast.client("thanhtra"), cast.client("chanhthanhtra"));
        let nothing = json!({});
        let answer = match self.deed {
            "add" => {
                let words = json!({ "receipt_code": self.code, "words": "Tôi còn giữ bản ghi âm." });
                app.anonymous().post("/v1/denouncer/add", words).await
            }
            "declare" => declare(app, &self.code, "text/plain", b"Con nua").await,
            "upload" => put(&app.anonymous(), &self.upload, "Ban ghi am").await,
            "release" => head.post(&format!("/v1/denunciations/{}/files/1/release", self.id), nothing).await,
            "request" => {
                inspector.post(&requests(&self.id), json!({ "reason": "Cần mời người tố cáo làm việc." })).await
            }
            "approve" => head.post(&format!("{}/approve", self.request), nothing).await,
            "open" => inspector.post(&format!("{}/open", self.request), nothing).await,
            _ => inspector.post(&format!("{}/files/1/open", self.request), nothing).await,
        };
        assert!(answer.status.is_success(), "{}: {}", self.deed, answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_run_out_is_told_before_anything_else_is_done() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut sent = Vec::new();
    for _ in DEEDS {
        sent.push(send(&app, &cast, new()).await);
    }
    // To be checked by the end of the 25th.
    app.set_time("2026-08-25T23:55:00+07:00");
    let cast = Cast::again(&app).await;
    let mut all = Vec::new();
    for (deed, sent) in DEEDS.into_iter().zip(sent) {
        all.push(about(&app, &cast, deed, sent).await);
    }
    // As where they could not fire, and were put off.
    app.sql("UPDATE timers SET fire_at = '2026-08-27' WHERE entity_kind = 'denunciation'").await;
    app.set_time("2026-08-26T00:00:00+07:00");
    for it in &all {
        it.do_it(&app, &cast).await;
    }
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    for it in &all {
        let told = "event_kind = 'denunciation.deadline_passed'";
        let told = format!("SELECT count(*) FROM journal WHERE entity_id = '{}' AND {told}", it.id);
        assert_eq!(app.count(&told).await, 1, "before {}", it.deed);
        let entries = format!("SELECT max(entity_version) FROM journal WHERE entity_id = '{}'", it.id);
        let version = format!("SELECT version FROM denunciations.denunciations WHERE id = '{}'", it.id);
        assert_eq!(app.count(&entries).await, app.count(&version).await, "{}", it.deed);
    }
}
