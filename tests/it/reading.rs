//! Reading one dossier: versions, its deadline explained, its timeline, and what strangers may know.

use procedures::workflow::{Action, Status};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path};
use crate::harness::{Answer, Client, TestApp};

async fn get_with(client: &Client, path: &str, name: &str, value: &str) -> Answer {
    client.send(client.request(Method::GET, path).header(name, value)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_version_is_not_sent_it_again() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, id) = (cast.client("congdan1"), cast.dossier(PERMIT_ONLINE, Status::Submitted).await);
    let at = format!("/v1/dossiers/{id}");
    let read = citizen.get(&at).await.expect(200);
    let tag = read.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", read.json["version"]));
    for known in [tag.clone(), format!("W/{tag}"), format!("\"1\", {tag}"), "*".to_owned()] {
        let answer = get_with(citizen, &at, "if-none-match", &known).await.expect(304);
        assert_eq!((answer.text.as_str(), answer.header("etag")), ("", tag.as_str()), "{known}");
    }
    for other in ["\"1\"", "", "nonsense"] {
        get_with(citizen, &at, "if-none-match", other).await.expect(200);
    }
    cast.client("tiepnhan").step(&id, "accept").await.expect(200);
    let changed = get_with(citizen, &at, "if-none-match", &tag).await.expect(200);
    assert_ne!(changed.header("etag"), tag);
    get_with(cast.client("congdan2"), &at, "if-none-match", "*").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_on_a_version_that_is_gone_is_told_the_present_state() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (citizen, id) = (cast.client("congdan1"), cast.dossier(PERMIT_ONLINE, Status::Submitted).await);
    let version = citizen.get(&format!("/v1/dossiers/{id}")).await.json["version"].as_i64().unwrap();
    let withdraw = async |seen: &str| {
        let request = citizen
            .request(Method::POST, &path(&id, Action::Withdraw))
            .json(&json!({"ground": "other", "reason": "Tôi bán nhà rồi."}));
        citizen.send(request.header("idempotency-key", crate::harness::new_key()).header("if-match", seen)).await
    };
    let stale = withdraw(&format!("\"{}\"", version - 1)).await.expect(412);
    assert_eq!(stale.problem(), "dossier.stale_version");
    assert_eq!((&stale.json["version"], &stale.json["state"]), (&json!(version), &json!("submitted")));
    for nonsense in ["7", "\"seven\"", "\"\""] {
        withdraw(nonsense).await.expect(400);
    }
    let done = withdraw(&format!("\"{version}\"")).await.expect(200);
    assert_eq!(done.header("etag"), format!("\"{}\"", version + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_with_the_code_learns_how_far_it_is_and_nothing_else() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let known = [
        (Status::Accepted, "received", 1_usize),
        (Status::Processing, "in_progress", 2),
        (Status::SupplementSigned, "in_progress", 2),
        (Status::SupplementRequested, "waiting_for_applicant", 2),
        (Status::ResultReady, "result_ready", 3),
        (Status::Returned, "closed", 4),
    ];
    for (status, progress, done) in known {
        let id = cast.dossier(PERMIT_ONLINE, status).await;
        let dossier = cast.client("congdan1").get(&format!("/v1/dossiers/{id}")).await.expect(200);
        let code = dossier.json["code"].as_str().unwrap();
        let tracked = app.anonymous().get(&format!("/v1/tracking/{code}")).await.expect(200);
        assert_eq!(tracked.json, json!({"code": code, "progress": progress, "done": done, "steps": 4}));
        assert_eq!(tracked.header("cache-control"), "public, max-age=10");
        let tag = tracked.header("etag");
        let again = get_with(&app.anonymous(), &format!("/v1/tracking/{code}"), "if-none-match", tag).await;
        assert_eq!(again.expect(304).text, "");
        let page = get_with(&app.anonymous(), &format!("/v1/tracking/{code}"), "accept", "text/html").await.expect(200);
        assert_eq!(page.text.matches("class=\"done\"").count(), done, "{progress}: {}", page.text);
        assert_eq!(
            app.anonymous().get(&format!("/v1/tracking/{id}")).await.expect(404).problem(),
            "tracking.not_found"
        );
    }
}

fn counted(explanation: &Value) -> Vec<&str> {
    let steps = explanation.as_array().unwrap().iter();
    steps.filter(|step| step["counted"] == true).map(|step| step["date"].as_str().unwrap()).collect()
}

/// Who has the receipt in hand, and may see it, finds it whatever its state and their part in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_is_found_by_its_code_by_whoever_may_see_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Returned).await;
    let seen = cast.client("congdan1").get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
    let by_code = format!("/v1/dossiers?code={}", seen["code"].as_str().unwrap());
    for (who, finds) in
        [("congdan1", 1), ("tiepnhan", 1), ("lanhdao", 1), ("thanhtra", 1), ("badinh", 0), ("congdan2", 0)]
    {
        let found = cast.client(who).get(&by_code).await.expect(200).json["items"].clone();
        assert_eq!(found.as_array().unwrap().len(), finds, "{who}");
        assert!(finds == 0 || found[0]["id"] == json!(id), "{who}");
    }
    let open = cast.client("tiepnhan").get(&format!("{by_code}&status=accepted")).await.expect(200);
    assert_eq!(open.json["items"], json!([]), "a state that is named counts too");
    cast.client("tiepnhan").get("/v1/dossiers?code=%C3%97").await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_is_explained_day_by_day() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let at = format!("/v1/dossiers/{id}/deadline");
    let explained = cast.client("congdan1").get(&at).await.expect(200).json;
    let deadline = &explained["deadline"];
    assert_eq!(explained["timeliness"], "running");
    assert_eq!(explained["clock"]["limit"], json!({"amount": 7, "unit": "working_day"}));
    assert_eq!(explained["clock"]["calendar_version"], deadline["calendar_version"]);
    let days = counted(&deadline["explanation"]);
    assert_eq!((days.len(), days.last().copied()), (7, deadline["due_date"].as_str()), "the days add up to the limit");
    assert!(days.contains(&"2026-08-22"), "a Saturday that is worked");
    for step in deadline["explanation"].as_array().unwrap() {
        let off = ["weekend", "holiday", "compensation", "swap_off"].contains(&step["reason"].as_str().unwrap());
        assert!(!off || !step["source"].is_null(), "every day off has its source: {step}");
    }

    app.set_time("2026-08-20T09:00:00+07:00");
    Cast::again(&app).await.ask_for(&id, "Bản vẽ thiếu mặt cắt móng.", "drawings").await;
    let standing = app.citizen("congdan1").await.get(&at).await.expect(200).json;
    assert_eq!(standing["timeliness"], "not_running");
    assert_eq!(standing["deadline"]["stopped_since"], "2026-08-20T02:00:00Z");
    app.set_time("2026-08-22T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    cast.bring(&id, "congdan1", "drawings").await;
    cast.client("tiepnhan").step(&id, "confirm-supplement").await.expect(200);
    let anew = app.citizen("congdan1").await.get(&at).await.expect(200).json;
    let days = counted(&anew["deadline"]["explanation"]);
    assert_eq!((days.len(), days[0]), (7, "2026-08-24"), "the whole limit, after the day of the restart");
    assert_eq!(anew["deadline"]["original_due_at"], deadline["due_at"]);
    assert_eq!(anew["clock"]["events"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_that_is_not_accepted_has_no_deadline_yet() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let answer = cast.client("congdan1").get(&format!("/v1/dossiers/{id}/deadline")).await.expect(404);
    assert_eq!(answer.problem(), "dossier.not_found");
    assert!(answer.json["detail"].as_str().unwrap().contains("no clock runs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn late_is_what_the_dates_say_today() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    let now = async |time: &str| {
        app.set_time(time);
        let officer = app.staff("lanhdao").await;
        let one = officer.get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
        let listed = officer.get("/v1/dossiers").await.expect(200).json;
        assert_eq!(listed["items"][0]["timeliness"], one["timeliness"]);
        assert_eq!(one["due_date"], "2026-08-25");
        one["timeliness"].as_str().unwrap().to_owned()
    };
    assert_eq!(now("2026-08-25T23:59:59+07:00").await, "running");
    assert_eq!(now("2026-08-26T00:00:00+07:00").await, "overdue");
    // The worker tells the journal that the limit ran out, which is a version of its own.
    app.eventually("SELECT count(*) FROM journal WHERE event_kind = 'dossier.deadline_passed'", 1).await;
    app.staff("chuyenvien").await.propose(&id).await;
    let result = json!({"outcome": "granted", "number": "125/GPXD-UBND"});
    let signed = app.staff("lanhdao").await.post(&path(&id, Action::IssueResult), result).await.expect(200);
    assert_eq!(signed.json["timeliness"], "finished_late");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_gives_the_reasons_and_the_journal_keeps_none_of_the_words() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let words = ["Bản vẽ thiếu mặt cắt móng.", "Công trình nằm trong hành lang bảo vệ đê."];
    cast.ask_for(&id, words[0], "drawings").await;
    cast.client("tiepnhan").step(&id, "confirm-supplement").await.expect(200);
    let proposal =
        json!({"outcome": "refused", "ground": "against_plan", "reason": "Nằm trong hành lang đê, đề nghị từ chối."});
    cast.client("chuyenvien").post(&path(&id, Action::ProposeResult), proposal).await.expect(200);
    let refusal = json!({"outcome": "refused", "number": "126/TB-UBND", "ground": "against_plan", "reason": words[1]});
    cast.client("lanhdao").post(&path(&id, Action::IssueResult), refusal).await.expect(200);

    let timeline = cast.client("congdan1").get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).json;
    let items = timeline["items"].as_array().unwrap();
    let versions = |items: &[Value]| items.iter().map(|item| item["version"].as_i64().unwrap()).collect::<Vec<_>>();
    let all = cast.client("tiepnhan").get(&format!("/v1/dossiers/{id}/timeline")).await.expect(200).json;
    let all = versions(all["items"].as_array().unwrap());
    assert_eq!(all, (1..=all.len() as i64).collect::<Vec<_>>(), "oldest first, none missing");
    assert_eq!(versions(items).len(), all.len() - 3, "what is proposed and signed inside is the agency's own business");
    let said = |event: &str| {
        let item = items.iter().find(|item| item["event"] == event).unwrap();
        (item["ground"].as_str(), item["reason"].as_str(), item["actor_kind"].as_str())
    };
    assert_eq!(said("dossier.supplement_requested"), (Some("incomplete"), Some(words[0]), Some("staff")));
    assert_eq!(said("dossier.result_issued"), (Some("against_plan"), Some(words[1]), Some("staff")));
    assert_eq!(said("dossier.submitted"), (None, None, Some("citizen")));

    for secret in [words[0], words[1], "Hoa", "001185012345", "84912345678", "126/TB-UBND"] {
        let told = format!("SELECT count(*) FROM journal AS entry WHERE entry::text LIKE '%{secret}%'");
        assert_eq!(app.count(&told).await, 0, "{secret} is in the journal");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_on_the_merits_needs_ground_and_reason() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let pointers = |refused: &Answer| -> Vec<String> {
        let errors = refused.json["errors"].as_array().unwrap().iter();
        errors.map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    };
    let id = cast.dossier(PERMIT_ONLINE, Status::AwaitingApproval).await;
    let bare = json!({"outcome": "refused", "number": "126/TB-UBND"});
    let refused = cast.client("lanhdao").post(&path(&id, Action::IssueResult), bare).await.expect(422);
    assert_eq!(pointers(&refused), ["/ground", "/reason"]);
    let id = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let bare = json!({"outcome": "refused", "ground": "against_plan"});
    let refused = cast.client("chuyenvien").post(&path(&id, Action::ProposeResult), bare).await.expect(422);
    assert_eq!(pointers(&refused), ["/reason"]);
    let ask = json!({"ground": "incomplete", "reason": "Thiếu nhiều giấy tờ.", "components": ["drawings", "poem"]});
    let unknown = cast.client("chuyenvien").post(&path(&id, Action::ProposeSupplement), ask).await.expect(422);
    assert_eq!(unknown.json["errors"][0]["pointer"], "/components/1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_citizen_has_not_submitted_is_nobody_elses() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let at = |id: &str| format!("/v1/dossiers/{id}");
    let (draft, dropped) =
        (cast.dossier(PERMIT_ONLINE, Status::Draft).await, cast.dossier(PERMIT_ONLINE, Status::Withdrawn).await);
    for staff in ["tiepnhan", "chuyenvien", "lanhdao", "motcua", "thanhtra"] {
        for id in [&draft, &dropped] {
            assert_eq!(cast.client(staff).get(&at(id)).await.expect(404).problem(), "dossier.not_found", "{staff}");
        }
        for status in ["draft", "withdrawn"] {
            let list = cast.client(staff).get(&format!("/v1/dossiers?status={status}&limit=200")).await.expect(200);
            let ids = list.json["items"].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap());
            assert!(!ids.clone().any(|id| id == draft || id == dropped), "{staff} lists {status}");
        }
    }
    assert_eq!(
        app.count(&format!(
            "SELECT count(*) FROM journal WHERE entity_id = '{draft}' AND cardinality(seen_after) <> 1"
        ))
        .await,
        0
    );
    cast.client("congdan1").step(&draft, "submit").await.expect(200);
    for staff in ["tiepnhan", "thanhtra"] {
        cast.client(staff).get(&at(&draft)).await.expect(200);
    }
    let counter = cast.dossier(PERMIT_AT_COUNTER, Status::Draft).await;
    cast.client("lanhdao").get(&at(&counter)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn public_data_is_sent_to_those_who_do_not_have_it() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    for path in [
        "/v1/procedures",
        "/v1/procedures/1.013225",
        "/v1/agencies",
        "/problems",
        "/v1/calendars/vn/days?from=2026-08-20&to=2026-08-30",
    ] {
        let sent = anybody.get(path).await.expect(200);
        assert!(sent.header("cache-control").starts_with("public, max-age="), "{sent:?}");
        let again = get_with(&anybody, path, "if-none-match", sent.header("etag")).await.expect(304);
        assert_eq!((again.text.as_str(), again.header("etag")), ("", sent.header("etag")), "{path}");
        get_with(&anybody, path, "if-none-match", "\"0\"").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_got_can_be_asked_for_without_its_body() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Submitted).await;
    let own = format!("/v1/dossiers/{id}");
    for (client, path) in
        [(&app.anonymous(), "/v1/agencies"), (cast.client("congdan1"), &own), (&app.anonymous(), "/health/live")]
    {
        let got = client.get(path).await.expect(200);
        let head = client.send(client.request(Method::HEAD, path)).await.expect(200);
        assert_eq!(head.text, "", "{path}");
        for name in ["content-type", "content-length", "etag", "cache-control"] {
            assert_eq!(head.header(name), got.header(name), "{path}: {name}");
        }
    }
    let stranger = cast.client("congdan2");
    stranger.send(stranger.request(Method::HEAD, &own)).await.expect(404);
}
