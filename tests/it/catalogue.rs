//! The catalogue of procedures: found by anybody, published version by version, and kept by the dossiers that rest on it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::papers::{self, PERMIT};
use crate::harness::{TestApp, until};
use crate::journal::replica;

/// The building permit as it is in force, to be published anew from that day on.
pub async fn next_version(app: &TestApp, valid_from: &str) -> Value {
    let mut new = app.anonymous().get("/v1/procedures/1.013225").await.expect(200).json;
    let members = new.as_object_mut().unwrap();
    for name in ["id", "version", "valid_to", "publication", "repeal"] {
        members.remove(name);
    }
    new["valid_from"] = json!(valid_from);
    new["content"]["cases"][0]["limit"]["amount"] = json!(5);
    new
}

#[tokio::test(flavor = "multi_thread")]
async fn procedures_are_found_with_or_without_accents() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    for q in ["khai%20sinh", "KHAI+SINH", "Đăng%20ký%20khai%20sinh", "dang ky khai sinh", "birth", "1.001193"] {
        assert_eq!(anybody.get(&format!("/v1/procedures?q={q}")).await.expect(200).codes(), ["1.001193"], "{q}");
    }
    assert_eq!(anybody.get("/v1/procedures").await.expect(200).codes().len(), 10);
    assert!(anybody.get("/v1/procedures?q=kh%C3%B4ng%20c%C3%B3").await.expect(200).codes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn procedures_are_found_by_field_tier_agency_and_how_far_they_go_online() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    for (filter, found) in [
        ("field=ho%20tich", &["1.000894", "1.001193", "2.000635"][..]),
        ("field=ho", &[]),
        ("level=city", &["2.000488", "2.000635", "2.000908"]),
        ("q=so%20tu%20phap", &["2.000635"]),
        ("agency=H26.2", &["2.000635"]),
        // It is asked about building, and settles nothing.
        ("agency=H26.3", &[]),
        ("agency=H99", &[]),
        ("online=partial", &["1.000894", "2.000815"]),
        ("subject=enterprise", &["1.013225", "2.000815"]),
        ("online=full&field=Chứng%20thực", &["2.000908"]),
        ("q=xay%20dung&on=2025-06-30", &[]),
    ] {
        assert_eq!(anybody.get(&format!("/v1/procedures?{filter}")).await.expect(200).codes(), found, "{filter}");
    }
    // A commune settles all but what is the city's, its police what is about residence, and the city's police neither.
    let all = anybody.get("/v1/procedures").await.expect(200);
    let [police, city] = [&["1.004194", "1.004222"][..], &["2.000488"]];
    let ours: Vec<_> = all.codes().into_iter().filter(|code| !police.contains(code) && !city.contains(code)).collect();
    for (agency, settles) in [("H26.13.01", &ours[..]), ("H26.19.01", police), ("H26.19", city)] {
        let found = anybody.get(&format!("/v1/procedures?agency={agency}")).await.expect(200);
        assert_eq!(found.codes(), settles, "{agency}");
    }
    for wrong in ["so%20tu%20phap", "H", "H26..1", "1.2.3.4.5"] {
        anybody.get(&format!("/v1/procedures?agency={wrong}")).await.expect(400);
    }
}

/// A department that is named by its code in the directory, whatever the words for it.
#[tokio::test(flavor = "multi_thread")]
async fn what_names_an_agency_by_its_code_is_found_by_it() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let mut new = next_version(&app, "2026-08-18").await;
    let named = |code: &str| {
        let name = json!({ "vi": "Cơ quan chuyên môn về xây dựng", "en": "The department of building" });
        json!([{ "part": "competent", "name": name, "code": code }])
    };
    new["content"]["level"] = json!("city");
    new["content"]["agencies"] = named("H26.99");
    let unknown = app.staff("quantri").await.post("/v1/procedures", new.clone()).await.expect(422);
    assert_eq!(unknown.wrong(), BTreeSet::from(["/content/agencies/0/code"]));
    new["content"]["agencies"] = named("H26.3");
    app.staff("quantri").await.post("/v1/procedures", new).await.expect(201);
    let found = async |agency: &str| {
        let path = format!("/v1/procedures?q=xay%20dung&on=2026-08-18&agency={agency}");
        !app.anonymous().get(&path).await.expect(200).codes().is_empty()
    };
    assert_eq!([found("H26.3").await, found("H26.2").await, found("H26.13.01").await], [true, false, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_procedure_lacks_of_its_eight_parts_is_said_part_by_part() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let mut new = next_version(&app, "2026-08-18").await;
    new["name"] = json!(" ");
    for part in ["sequence", "subjects", "results"] {
        new["content"].as_object_mut().unwrap().remove(part);
    }
    new["content"]["agencies"].as_array_mut().unwrap().retain(|agency| agency["part"] != "competent");
    new["content"]["cases"][0]["components"] = json!([]);
    new["content"]["cases"][2]["methods"] = json!([]);
    let refused = app.staff("quantri").await.post("/v1/procedures", new).await.expect(422);
    let expected = [
        "/name",
        "/content/sequence",
        "/content/subjects",
        "/content/agencies",
        "/content/results",
        "/content/cases/0/components",
        "/content/cases/2/methods",
    ];
    assert_eq!(refused.wrong(), BTreeSet::from(expected));
}

/// The building permit took 15 days until it got a decree of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_seeded_version_is_in_force_until_the_next_one() {
    let app = TestApp::new().await;
    let on = async |day: &str| {
        let path = format!("/v1/procedures?q=1.013225&on={day}");
        app.anonymous().get(&path).await.expect(200).json["items"][0]["valid_from"].clone()
    };
    assert_eq!(on("2026-06-30").await, "2025-07-01");
    assert_eq!(on("2026-07-01").await, "2026-07-01");
    app.set_time("2026-06-22T09:00:00+07:00");
    let (citizen, reception) = (app.citizen("congdan1").await, app.staff("tiepnhan").await);
    let id = papers::file(&citizen, "1.013225", "house", PERMIT).await;
    citizen.step(&id, "submit").await.expect(200);
    let accepted = reception.step(&id, "accept").await.expect(200);
    assert_eq!(accepted.json["due_date"], "2026-07-07", "15 days, under whatever comes after");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_procedures_hold_each_once() {
    let app = TestApp::new().await;
    let anybody = app.anonymous();
    let (mut path, mut seen) = ("/v1/procedures?limit=3".to_owned(), Vec::new());
    loop {
        let page = anybody.get(&path).await.expect(200);
        seen.extend(page.codes().into_iter().map(str::to_owned));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        assert_eq!(page.header("link"), format!("</v1/procedures?limit=3&cursor={cursor}>; rel=\"next\""));
        path = format!("/v1/procedures?limit=3&cursor={cursor}");
    }
    assert!(seen.is_sorted() && seen.len() == 10, "{seen:?}");
}

/// A rule that the sources are not sure of carries its mark to whoever reads it.
#[tokio::test(flavor = "multi_thread")]
async fn every_limit_and_fee_says_where_it_is_from_and_how_sure_that_is() {
    let app = TestApp::new().await;
    let list = app.anonymous().get("/v1/procedures").await.expect(200);
    for code in list.codes() {
        let procedure = app.anonymous().get(&format!("/v1/procedures/{code}")).await.expect(200).json;
        let content = &procedure["content"];
        for part in ["sequence", "results", "agencies", "subjects"] {
            assert!(!content[part].as_array().unwrap().is_empty(), "{code} says nothing of {part}");
        }
        for text in content["legal_basis"].as_array().unwrap() {
            assert!(text["address"].is_string() && text["mark"].is_string(), "{code}");
        }
        for case in content["cases"].as_array().unwrap() {
            assert!(case["limit_source"].is_string() && case["limit_mark"].is_string(), "{code}");
            let methods = case["methods"].as_array().into_iter().flatten();
            for fee in methods.flat_map(|method| method["fees"].as_array().into_iter().flatten()) {
                assert!(fee["source"].is_string() && fee["mark"].is_string(), "{code}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_keeps_the_version_under_which_it_was_filed() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let (citizen, administrator) = (app.citizen("congdan1").await, app.staff("quantri").await);
    let new = next_version(&app, "2026-08-18").await;
    app.staff("giamdoc").await.post("/v1/procedures", new.clone()).await.expect(403);
    let published = administrator.post("/v1/procedures", new).await.expect(201);
    let before = papers::file(&citizen, "1.013225", "house", PERMIT).await;
    citizen.step(&before, "submit").await.expect(200);
    app.set_time("2026-08-18T09:00:00+07:00");
    let (citizen, reception) = (app.citizen("congdan1").await, app.staff("tiepnhan").await);
    let after = papers::file(&citizen, "1.013225", "house", PERMIT).await;
    citizen.step(&after, "submit").await.expect(200);
    for (id, due) in [(&before, "2026-08-26"), (&after, "2026-08-24")] {
        let accepted = reception.step(id, "accept").await.expect(200);
        // Saturday 2026-08-22 is worked (for 31 August).
        assert_eq!(accepted.json["due_date"], due, "seven days under the old version, five under the new");
    }
    let now = app.anonymous().get("/v1/procedures/1.013225").await.expect(200);
    assert_eq!(now.json, published.json);
    let seen = citizen.get(&format!("/v1/dossiers/{before}")).await.expect(200);
    assert_eq!(seen.json["procedure"]["code"], "1.013225");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_follows_the_latest_and_ends_the_one_before() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let administrator = app.staff("quantri").await;
    let new = next_version(&app, "2026-09-01").await;
    administrator.post("/v1/procedures", new.clone()).await.expect(201);
    let current = app.anonymous().get("/v1/procedures/1.013225").await.expect(200);
    assert_eq!((&current.json["valid_to"], &current.json["version"]), (&json!("2026-08-31"), &json!(2)));
    for day in ["2026-09-01", "2026-08-20"] {
        let mut earlier = new.clone();
        earlier["valid_from"] = json!(day);
        let refused = administrator.post("/v1/procedures", earlier).await.expect(409);
        assert_eq!(refused.problem(), "procedure.version_not_latest", "{day}");
    }
    let told = "SELECT count(*) FROM journal WHERE entity_kind = 'procedure'";
    assert_eq!(app.count(told).await, 2, "one published, one ended");

    // Published by mistake, and taken back before it began: the next one may begin earlier or later.
    let back = json!({ "last_day": "2026-08-31" });
    administrator.post("/v1/procedures/1.013225/repeal", back).await.expect(200);
    administrator.post("/v1/procedures", new.clone()).await.expect(409);
    let mut right = new;
    right["valid_from"] = json!("2026-10-01");
    administrator.post("/v1/procedures", right).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_with_a_version_is_said_at_once() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let mut new = next_version(&app, "2026-08-17").await;
    new["content"]["online"] = json!({ "level": "partial" });
    new["content"]["cases"][1]["code"] = json!("house");
    new["content"]["cases"][0]["components"][2]["code"] = json!("application");
    new["content"]["cases"][0]["limit"]["amount"] = json!(0);
    let refused = app.staff("quantri").await.post("/v1/procedures", new).await.expect(422);
    let expected = [
        "/valid_from",
        "/content/online/reason",
        "/content/cases/1/code",
        "/content/cases/0/components/2/code",
        "/content/cases/0/limit/amount",
    ];
    assert_eq!(refused.wrong(), BTreeSet::from(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repealed_procedure_takes_no_more_dossiers_and_finishes_those_it_has() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let (citizen, administrator) = (app.citizen("congdan1").await, app.staff("quantri").await);
    let filed = papers::file(&citizen, "1.013225", "house", PERMIT).await;
    citizen.step(&filed, "submit").await.expect(200);
    let draft = papers::file(&citizen, "1.013225", "house", PERMIT).await;
    let repeal = |day: &str| json!({ "last_day": day });
    let path = "/v1/procedures/1.013225/repeal";
    let early = administrator.post(path, repeal("2026-08-15")).await.expect(422);
    assert_eq!(early.wrong(), BTreeSet::from(["/last_day"]));
    administrator.post("/v1/procedures/9.999999/repeal", repeal("2026-08-17")).await.expect(404);
    let decision =
        |decided_on: &str| json!({ "decision": "99/QĐ-UBND", "decided_on": decided_on, "in_force_on": "2026-08-17" });
    let future = json!({ "last_day": "2026-08-17", "publication": decision("2026-08-18") });
    assert_eq!(administrator.post(path, future).await.expect(422).wrong(), BTreeSet::from(["/publication/decided_on"]));
    let decided = json!({ "last_day": "2026-08-17", "publication": decision("2026-08-11") });
    let ended = administrator.post(path, decided).await.expect(200);
    let made = &ended.json["repeal"];
    assert_eq!([&made["announced"]["in_time"], &made["opened"]["in_time"]], [&json!(false), &json!(true)]);
    let told = "SELECT count(*) FROM journal WHERE event::jsonb #>> '{ended,announced_in_time}' = 'false'";
    assert_eq!(app.count(told).await, 1, "so that they can be counted");
    let again = administrator.post(path, repeal("2026-08-30")).await.expect(422);
    assert_eq!(again.wrong(), BTreeSet::from(["/last_day"]), "what has ended is not brought back");
    assert_eq!(ended.json["valid_to"], "2026-08-17");
    app.set_time("2026-08-18T09:00:00+07:00");
    let citizen = app.citizen("congdan1").await;
    app.anonymous().get("/v1/procedures/1.013225").await.expect(404);
    citizen.post("/v1/dossiers", papers::dossier("1.013225", "house", PERMIT)).await.expect(422);
    let too_late = citizen.step(&draft, "submit").await.expect(409);
    assert_eq!(too_late.problem(), "dossier.procedure_changed", "the agency does not have it yet");
    app.staff("tiepnhan").await.step(&filed, "accept").await.expect(200);
}

/// A repeal that was decided for the end of the year, and a new version that comes before it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_version_ends_was_not_ended_by_an_earlier_decision() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let administrator = app.staff("quantri").await;
    let publication = json!({ "decision": "99/QĐ-UBND", "decided_on": "2026-08-11" });
    let repeal = json!({ "last_day": "2026-12-31", "publication": publication });
    administrator.post("/v1/procedures/1.013225/repeal", repeal).await.expect(200);
    administrator.post("/v1/procedures", next_version(&app, "2026-09-01").await).await.expect(201);
    let current = app.anonymous().get("/v1/procedures/1.013225").await.expect(200).json;
    assert_eq!((&current["valid_to"], current.get("repeal")), (&json!("2026-08-31"), None));
    let told = "SELECT count(*) FROM journal WHERE event::jsonb #>> '{ended,opened_in_time}' IS NOT NULL";
    assert_eq!(app.count(told).await, 1, "one decision is counted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_published_on_one_replica_is_in_force_on_the_others() {
    let app = TestApp::new().await;
    let other = replica(&app).await;
    let tomorrow = deadlines::vn_date(app.clock.now()).succ_opt().unwrap().to_string();
    app.staff("quantri").await.post("/v1/procedures", next_version(&app, &tomorrow).await).await.expect(201);
    let known = async || other.app.catalogue.load().versions("1.013225").count() == 3;
    until(known).await;
    other.stop().await;
}

/// Decided so many working days before the legal text takes effect, and opened so many after the decision.
#[tokio::test(flavor = "multi_thread")]
async fn a_publication_says_by_when_it_had_to_be_and_whether_it_was() {
    let app = TestApp::new().await;
    app.set_time("2026-08-17T09:00:00+07:00");
    let publish = async |from: &str, decided_on: &str, in_force_on: Option<&str>| {
        let mut new = next_version(&app, from).await;
        new["publication"] = json!({ "decision": "1234/QĐ-UBND", "decided_on": decided_on });
        if let Some(day) = in_force_on {
            new["publication"]["in_force_on"] = json!(day);
        }
        app.staff("quantri").await.post("/v1/procedures", new).await
    };
    let timing = |of: &Value| ["done_on", "due_on", "in_time"].map(|name| of[name].clone());
    for (from, decided_on, in_force_on, announced, opened) in [
        ("2026-08-18", "2026-08-10", "2026-08-17", ("2026-08-10", true), ("2026-08-17", true)),
        ("2026-08-19", "2026-08-11", "2026-08-17", ("2026-08-10", false), ("2026-08-18", true)),
        // Saturday 2026-08-22 is worked.
        ("2026-08-20", "2026-08-07", "2026-08-25", ("2026-08-19", true), ("2026-08-14", false)),
    ] {
        let publication = publish(from, decided_on, Some(in_force_on)).await.expect(201).json["publication"].clone();
        assert_eq!(publication["decision"], "1234/QĐ-UBND");
        let expected = [json!(decided_on), json!(announced.0), json!(announced.1)];
        assert_eq!(timing(&publication["announced"]), expected, "{decided_on}");
        assert_eq!(timing(&publication["opened"]), [json!("2026-08-17"), json!(opened.0), json!(opened.1)]);
        assert_eq!((&publication["announced"]["mark"], &publication["opened"]["mark"]), (&json!("S"), &json!("P")));
    }
    let without = publish("2026-08-21", "2026-08-14", None).await.expect(201);
    assert!(without.json["publication"].get("announced").is_none(), "it follows no legal text");
    let told = "SELECT count(*) FROM journal WHERE event::jsonb #>> '{published,announced_in_time}' = 'false'";
    assert_eq!(app.count(told).await, 1, "so that they can be counted");
    app.set_time("2026-08-21T09:00:00+07:00");
    assert_eq!(app.anonymous().get("/v1/procedures/1.013225").await.expect(200).json, without.json);

    let future = publish("2026-09-01", "2026-08-22", None).await.expect(422);
    assert_eq!(future.wrong(), BTreeSet::from(["/publication/decided_on"]));
    let ancient = publish("2026-09-01", "0031-01-24", Some("2026-08-25")).await.expect(422);
    assert_eq!(ancient.wrong(), BTreeSet::from(["/publication/decided_on"]), "there was no rule then");
    let far = publish("2026-09-01", "2026-08-20", Some("2030-01-01")).await.expect(422);
    assert_eq!((far.problem(), far.wrong()), ("calendar.not_published", BTreeSet::from(["/publication/in_force_on"])));
}
