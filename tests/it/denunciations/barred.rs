//! Whom a denunciation accuses, and whoever works where it accuses the unit, takes no step in it: for them there is none.

use std::collections::BTreeSet;

use ::denunciations::workflow::DenunciationAction;
use serde_json::json;

use super::stands::{STANDS, copy, reach, wish};
use super::table::{Outcome, expected};
use super::vault::requests;
use super::{new, path, said, send};
use crate::cases::retaliation::everything;
use crate::cast::Cast;
use crate::harness::TestApp;

/// Each step is tried where it would be taken by whoever tries, but that they are accused.
#[tokio::test(flavor = "multi_thread")]
async fn whom_it_accuses_takes_no_step_in_it() {
    let app = TestApp::new().await;
    let mut cast = Cast::of(&app).await;
    let mut tried = BTreeSet::new();
    for stand in STANDS {
        let (now, _, original) = reach(&app, cast, stand).await;
        cast = now;
        for name in ["chanhthanhtra", "thanhtra", "chutich"] {
            let player = cast.0.iter().find(|player| player.name == name).unwrap();
            let theirs = |action: &DenunciationAction| matches!(expected(stand, player, *action), Outcome::Done(_));
            let steps: Vec<_> = DenunciationAction::ALL.iter().copied().filter(theirs).collect();
            if steps.is_empty() {
                continue;
            }
            let known = directory::demo::STAFF.iter().find(|known| known.username == name).unwrap();
            let unit = directory::demo::agency_id(known.agency).unwrap();
            for accused in [directory::demo::staff_id(name).unwrap().0, unit.0] {
                let id = copy(&app, &original, Some(accused)).await;
                let row = format!("SELECT to_jsonb(it) FROM denunciations.denunciations AS it WHERE id = '{id}'");
                let before = app.text(&row).await;
                for action in &steps {
                    let refused = player.client.post(&path(&id, *action), stand.said(*action)).await.expect(404);
                    assert_eq!(refused.problem(), "denunciation.not_found", "{action} by {name} of {stand:?}");
                    tried.insert(action.code());
                }
                assert_eq!(app.text(&row).await, before, "{name} of {stand:?}");
            }
        }
    }
    let all: BTreeSet<_> = DenunciationAction::ALL.iter().map(|action| action.code()).collect();
    assert_eq!(tried, all, "each step was tried");
}

/// What somebody is told of a city hall where a denunciation came that accuses them is what they would be told if it had not come: by every
/// operation that reads, in every list, register, count and figure, whatever becomes of it.
#[tokio::test(flavor = "multi_thread")]
async fn with_it_and_without_it_whom_it_accuses_is_told_the_same() {
    use DenunciationAction::*;
    for (name, settles) in [("thanhtra", "chanhthanhtra"), ("chanhthanhtra", "chutich")] {
        let app = TestApp::new().await;
        let cast = Cast::of(&app).await;
        // There is something to be told of beside it.
        send(&app, &cast, new()).await;
        let client = cast.client(name);
        let nil = uuid::Uuid::nil().to_string();
        let before = everything(client, &nil).await;
        let read = before.iter().filter(|(at, told)| at.contains("XLD") && told.starts_with("200")).count();
        assert!(read > 4 && before["/v1/denunciations"].contains("TC-H26.5-26-00001"), "{name} reads: {read}");

        let mut accusing = new();
        accusing["accused"][0]["official_id"] = json!(directory::demo::staff_id(name).unwrap());
        let sent = app.anonymous().post("/v1/denunciations", accusing).await.expect(201).json;
        let to = cast.client(settles).get("/v1/denunciations").await.expect(200).json;
        let line = to["items"].as_array().unwrap().iter().find(|it| it["code"] != "TC-H26.5-26-00001").unwrap().clone();
        let id = line["id"].as_str().unwrap();
        let told = async |when: &str| {
            for (at, told) in everything(client, id).await {
                let then = before.get(&at.replace(id, &nil)).expect("it was asked before");
                assert_eq!(&told.replace(id, ""), &then.replace(&nil, ""), "{at} tells {name} of it, {when}");
            }
        };
        told("received").await;
        let code = sent["receipt_code"].as_str().unwrap();
        app.anonymous().post("/v1/denouncer/add", wish(code, "add")).await.expect(200);
        cast.client(settles).post(&path(id, Accept), json!({})).await.expect(200);
        told("accepted").await;
        cast.client(settles).post(&path(id, ToInvestigation), said(ToInvestigation)).await.expect(200);
        told("over").await;
    }
}

/// Nor do they read anything of it, or of who denounces.
#[tokio::test(flavor = "multi_thread")]
async fn whom_it_accuses_finds_nothing_of_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (cast, _, original) = reach(&app, cast, &STANDS[0]).await;
    let why = json!({ "reason": "Cần mời người tố cáo làm việc." });
    for name in ["chanhthanhtra", "thanhtra"] {
        let id = copy(&app, &original, Some(directory::demo::staff_id(name).unwrap().0)).await;
        let client = cast.client(name);
        for what in ["", "/timeline", "/identity-requests", "/files/1/content"] {
            let answer = client.get(&format!("/v1/denunciations/{id}{what}")).await;
            assert_eq!(answer.expect(404).problem(), "denunciation.not_found", "{name}: {what}");
        }
        let request = format!("{}/{}", requests(&id), kernel::clock::uuid_at(app.clock.now()));
        let deeds = match name {
            "thanhtra" => vec![(requests(&id), why.clone()), (format!("{request}/open"), json!({}))],
            _ => vec![
                (format!("{request}/approve"), json!({})),
                (format!("{request}/refuse"), why.clone()),
                (format!("/v1/denunciations/{id}/files/1/release"), json!({})),
            ],
        };
        for (path, words) in deeds {
            let answer = client.post(&path, words).await.expect(404);
            assert_eq!(answer.problem(), "denunciation.not_found", "{name}: {path}");
        }
    }
}
