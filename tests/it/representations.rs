//! Organisations, and who acts for them or for somebody else: what that allows, and that it ends at once.

use std::collections::BTreeSet;

use directory::organisation::change::{self, Imported};
use directory::organisation::file::File;
use directory::organisation::list;
use kernel::id::OrganisationId;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp, papers};

/// The identity numbers of four people.
const LAN: &str = "001190000011";
const MINH: &str = "001190000022";
const NAM: &str = "001190000033";
const BINH: &str = "001190000044";

const PERMIT: &str = "1.013225";
const BIRTH: &str = "1.001193";

fn enterprise(number: &str) -> Value {
    json!({"kind": "enterprise", "number": number, "name": "Công ty Hoa Sen", "address": "Số 1 phố Huế, Hà Nội"})
}

/// A power of attorney until the end of the year.
fn attorney(organisation: Option<&str>, representative: &str) -> Value {
    let mut new = json!({
        "representative_number": representative, "representative_name": "Người Đại Diện", "basis": "power_of_attorney",
        "document": "Giấy uỷ quyền 07/GUQ", "valid_from": "2026-08-17", "valid_to": "2026-12-31",
    });
    organisation.into_iter().for_each(|id| new["organisation_id"] = json!(id));
    new
}

fn by_law(organisation: &str, representative: &str) -> Value {
    let mut new = attorney(Some(organisation), representative);
    new["basis"] = json!("legal");
    new.as_object_mut().unwrap().remove("valid_to");
    new
}

async fn make(client: &Client, new: Value) -> Answer {
    client.post("/v1/representations", new).await
}

async fn revoke(client: &Client, id: &str) -> Answer {
    client.post(&format!("/v1/representations/{id}/revoke"), json!({})).await
}

/// An enterprise whose legal representative is Lan, and Lan.
async fn hoa_sen(app: &TestApp) -> (String, Client) {
    let reception = app.staff("tiepnhan").await;
    let organisation = reception.post("/v1/organisations", enterprise("0101234567")).await.expect(201).id();
    make(&reception, by_law(&organisation, LAN)).await.expect(201);
    (organisation, app.person("lan", Some(LAN)).await)
}

/// Many from a file are the same organisations as those of the counter, and each change is told once.
#[tokio::test(flavor = "multi_thread")]
async fn organisations_from_a_file_are_registered_once_and_each_change_is_told() {
    let app = TestApp::new().await;
    let reception = app.staff("tiepnhan").await;
    reception.post("/v1/organisations", enterprise("0101234567")).await.expect(201);
    let conn = &mut *app.db.conn().await.unwrap();
    let ctx = app.ctx();
    let mut load = async |text: &str, dry_run: bool| {
        let file = File::open(text).unwrap();
        let known = list::by_numbers(conn, &file.numbers()).await.unwrap();
        let wanted = file.wanted(known, |_| vec![], || OrganisationId::at(ctx.now)).unwrap();
        let Imported { registered, changed, unchanged } = change::import(conn, &ctx, wanted, dry_run).await.unwrap();
        [registered, changed, unchanged]
    };
    let text = "number,kind,name,address\n0101234567,enterprise,Công ty Hoa Sen,Số 2 phố Huế\n\
                0107654321,cooperative,Hợp tác xã Sen Vàng,Số 3 phố Huế\n";
    assert_eq!(load(text, true).await, [1, 1, 0]);
    assert_eq!(app.count("SELECT count(*) FROM organisations").await, 1, "a dry run does nothing");
    assert_eq!(load(text, false).await, [1, 1, 0]);
    assert_eq!(load(text, false).await, [0, 0, 2]);
    assert_eq!(load("number,phone\n0107654321,+842438250000\n", false).await, [0, 1, 0]);
    for (event, times) in [("registered", 2), ("changed", 2)] {
        let told = format!("SELECT count(*) FROM journal WHERE event_kind = 'organisation.{event}'");
        assert_eq!(app.count(&told).await, times, "{event}");
    }
    let found = reception.get("/v1/organisations?number=0101234567").await.expect(200);
    assert_eq!(found.json["items"][0]["address"], "Số 2 phố Huế");
}

/// By the person with this number.
fn filed(number: &str, procedure: &str, representation: &str) -> Value {
    let (case, components) = if procedure == PERMIT { ("house", papers::PERMIT) } else { ("standard", papers::BIRTH) };
    let mut dossier = papers::dossier(procedure, case, components);
    dossier["representation_id"] = json!(representation);
    dossier["applicant"]["identity_number"] = json!(number);
    dossier
}

async fn file((client, number): (&Client, &str), procedure: &str, representation: &str) -> Answer {
    client.post("/v1/dossiers", filed(number, procedure, representation)).await
}

/// A building permit for a person with this number, under that representation if any.
async fn file_for(client: &Client, number: &str, representation: Option<&str>) -> Answer {
    let mut new = papers::dossier(PERMIT, "house", papers::PERMIT);
    new["applicant"]["identity_number"] = json!(number);
    representation.into_iter().for_each(|id| new["representation_id"] = json!(id));
    let filed = client.post("/v1/dossiers", new).await;
    if filed.status.is_success() {
        papers::upload(client, &filed.json).await;
    }
    filed
}

async fn mine(client: &Client) -> BTreeSet<String> {
    let page = client.get("/v1/dossiers").await.expect(200);
    page.json["items"].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_empowered_acts_for_an_organisation_until_that_is_revoked() {
    let app = TestApp::new().await;
    let (organisation, lan) = hoa_sen(&app).await;
    let minh = app.person("minh", Some(MINH)).await;
    let made = make(&lan, attorney(Some(&organisation), MINH)).await.expect(201);
    assert_eq!(made.json.get("confirmed_by_id"), None, "given online");
    let dossier = file((&minh, MINH), PERMIT, &made.id()).await.expect(201);
    let named = json!({"id": organisation, "number": "0101234567", "name": "Công ty Hoa Sen"});
    assert_eq!(dossier.json["applicant"]["organisation"], named);
    papers::upload(&minh, &dossier.json).await;
    minh.step(&dossier.id(), "submit").await.expect(200);
    assert_eq!(mine(&minh).await, BTreeSet::from([dossier.id()]));
    assert_eq!(mine(&lan).await, BTreeSet::from([dossier.id()]), "so does who represents it by law");
    let line = app.staff("tiepnhan").await.get("/v1/dossiers?side=receiving").await.expect(200);
    assert_eq!(line.json["items"][0]["applicant_name"], "Công ty Hoa Sen");
    let stranger = app.person("nam", Some(NAM)).await;
    stranger.get(&format!("/v1/dossiers/{}", dossier.id())).await.expect(404);
    assert_eq!(mine(&stranger).await, BTreeSet::new());

    revoke(&lan, &made.id()).await.expect(200);
    for read in ["", "/timeline", "/receipts"] {
        minh.get(&format!("/v1/dossiers/{}{read}", dossier.id())).await.expect(404);
    }
    minh.step(&dossier.id(), "withdraw").await.expect(404);
    assert_eq!(mine(&minh).await, BTreeSet::new(), "with the token of before");
    assert_eq!(
        file((&minh, MINH), PERMIT, &made.id()).await.expect(422).wrong(),
        BTreeSet::from(["/representation_id"])
    );
    assert_eq!(revoke(&lan, &made.id()).await.expect(409).problem(), "representation.revoked");
    lan.step(&dossier.id(), "withdraw").await.expect(200);
    let told =
        "SELECT count(*) FROM journal WHERE event LIKE '%00119%' OR event LIKE '%Hoa Sen%' OR event LIKE '%GUQ%'";
    assert_eq!(app.count(told).await, 0, "numbers and names stay out of the journal");
    let under = format!("SELECT count(*) FROM journal WHERE event LIKE '%\"representation\":\"{}\"%'", made.id());
    assert_eq!(app.count(&under).await, 1, "under which it was filed is told");
    let seen = format!(
        "SELECT count(*) FROM journal WHERE event_kind = 'dossier.withdrawn' AND '{organisation}' = ANY (seen_after)"
    );
    assert_eq!(app.count(&seen).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_taken_over_for_somebody_else_was_not_taken_by_the_applicant() {
    let app = TestApp::new().await;
    let (organisation, lan) = hoa_sen(&app).await;
    let minh = app.person("minh", Some(MINH)).await;
    let made = make(&lan, attorney(Some(&organisation), MINH)).await.expect(201);
    let dossier = file((&minh, MINH), BIRTH, &made.id()).await.expect(201);
    papers::upload(&minh, &dossier.json).await;
    let id = dossier.id();
    minh.step(&id, "submit").await.expect(200);
    app.staff("tiepnhan").await.step(&id, "accept").await.expect(200);
    let leader = app.staff("lanhdao").await;
    let certificate = papers::result(&leader, &id).await;
    let result = json!({"outcome": "granted", "number": "88/2026/KS", "document": {"id": certificate}});
    leader.post(&format!("/v1/dossiers/{id}/issue-result"), result).await.expect(200);
    minh.step(&id, "return-result").await.expect(200);
    let taken = lan.get(&format!("/v1/dossiers/{id}/delivery")).await.expect(200).json;
    assert_eq!((&taken["method"], &taken["recipient"]), (&json!("online"), &json!("representative")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_papers_of_an_organisation_are_its_own_and_open_to_whoever_represents_it_by_law() {
    let app = TestApp::new().await;
    let (organisation, lan) = hoa_sen(&app).await;
    let minh = app.person("minh", Some(MINH)).await;
    let made = make(&lan, attorney(Some(&organisation), MINH)).await.expect(201);
    let dossier = file((&minh, MINH), PERMIT, &made.id()).await.expect(201);
    papers::upload(&minh, &dossier.json).await;
    minh.step(&dossier.id(), "submit").await.expect(200);
    app.staff("tiepnhan").await.step(&dossier.id(), "accept").await.expect(200);

    let kept = lan.get("/v1/papers").await.expect(200).json["items"].as_array().unwrap().clone();
    assert_eq!(kept.len(), papers::PERMIT.len());
    assert!(kept.iter().all(|paper| paper["organisation_id"] == json!(organisation)));
    let one = format!("/v1/papers/{}", kept[0]["id"].as_str().unwrap());
    lan.get(&one).await.expect(200);
    assert_eq!(
        minh.get("/v1/papers").await.expect(200).json["items"],
        json!([]),
        "they are not his, though he filed them"
    );
    minh.get(&one).await.expect(404);
    let by_law = lan.get("/v1/representations").await.expect(200);
    let mut all = by_law.json["items"].as_array().unwrap().iter();
    let own = all.find(|it| it["basis"] == "legal").unwrap()["id"].as_str().unwrap().to_owned();
    revoke(&app.staff("tiepnhan").await, &own).await.expect(200);
    lan.get(&one).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_representation_is_for_its_procedures_and_its_days() {
    let app = TestApp::new().await;
    let (organisation, lan) = hoa_sen(&app).await;
    let lans = lan.get("/v1/representations").await.expect(200).json["items"][0]["id"].as_str().unwrap().to_owned();
    let mut only_permits = attorney(Some(&organisation), MINH);
    only_permits["procedures"] = json!([PERMIT]);
    only_permits["valid_from"] = json!("2026-08-18");
    only_permits["valid_to"] = json!("2026-08-19");
    let made = make(&lan, only_permits).await.expect(201).id();
    let permit = file((&lan, LAN), PERMIT, &lans).await.expect(201).id();
    let birth = file((&lan, LAN), BIRTH, &lans).await.expect(201).id();
    let days = [
        ("2026-08-17T23:59:59+07:00", vec![]),
        ("2026-08-18T00:00:00+07:00", vec![permit.clone()]),
        ("2026-08-19T23:59:59+07:00", vec![permit.clone()]),
        ("2026-08-20T00:00:00+07:00", vec![]),
    ];
    for (moment, seen) in days {
        app.set_time(moment);
        let minh = app.person("minh", Some(MINH)).await;
        assert_eq!(mine(&minh).await, BTreeSet::from_iter(seen.clone()), "{moment}");
        minh.get(&format!("/v1/dossiers/{permit}")).await.expect(if seen.is_empty() { 404 } else { 200 });
        minh.get(&format!("/v1/dossiers/{birth}")).await.expect(404);
        file((&minh, MINH), PERMIT, &made).await.expect(if seen.is_empty() { 422 } else { 201 });
        file((&minh, MINH), BIRTH, &made).await.expect(422);
        // Else the next day would find what minh has just filed, too.
        app.sql("DELETE FROM dossier_organisations WHERE dossier_id IN (SELECT id FROM dossiers WHERE created_by IN (SELECT id FROM citizens WHERE subject = 'minh'))").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_empowers_for_what_is_not_theirs() {
    let app = TestApp::new().await;
    let (organisation, lan) = hoa_sen(&app).await;
    let reception = app.staff("tiepnhan").await;
    let minh = app.person("minh", Some(MINH)).await;
    let refused = make(&minh, attorney(Some(&organisation), NAM)).await.expect(403);
    assert_eq!(refused.problem(), "representation.not_yours");
    let minhs = make(&lan, attorney(Some(&organisation), MINH)).await.expect(201).id();
    make(&minh, attorney(Some(&organisation), NAM)).await.expect(403);
    assert_eq!(make(&lan, by_law(&organisation, MINH)).await.expect(422).wrong(), BTreeSet::from(["/basis"]));
    let mut for_nam = attorney(None, MINH);
    for_nam["principal_number"] = json!(NAM);
    make(&lan, for_nam.clone()).await.expect(403);
    make(&app.person("nobody", None).await, attorney(None, MINH)).await.expect(403);
    for without in ["chuyenvien", "lanhdao", "quantri"] {
        make(&app.staff(without).await, for_nam.clone()).await.expect(403);
        app.staff(without).await.post("/v1/organisations", enterprise("0107654321")).await.expect(403);
    }
    // Under somebody else's representation nobody files, nor as an organisation by claiming it.
    file((&app.person("nam", Some(NAM)).await, NAM), PERMIT, &minhs).await.expect(422);
    let mut claimed = papers::dossier(PERMIT, "house", papers::PERMIT);
    claimed["applicant"]["identity_number"] = json!(MINH);
    claimed["applicant"]["organisation"] =
        json!({"id": organisation, "number": "0101234567", "name": "Công ty Hoa Sen"});
    let refused = minh.post("/v1/dossiers", claimed).await.expect(422);
    assert_eq!(refused.wrong(), BTreeSet::from(["/applicant/organisation"]));

    // What the law gives ends at the counter, or with who has it.
    let by_law_too = make(&reception, by_law(&organisation, NAM)).await.expect(201).id();
    assert_eq!(revoke(&lan, &by_law_too).await.expect(403).problem(), "representation.not_yours");
    revoke(&minh, &by_law_too).await.expect(404);
    let nam = app.person("nam", Some(NAM)).await;
    revoke(&nam, &by_law_too).await.expect(200);
    make(&nam, attorney(Some(&organisation), MINH)).await.expect(403);
    revoke(&minh, &minhs).await.expect(200);
    assert_eq!(
        minh.get(&format!("/v1/organisations/{organisation}")).await.expect(404).problem(),
        "organisation.not_found"
    );
    lan.get(&format!("/v1/organisations/{organisation}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_lets_another_act_for_them() {
    let app = TestApp::new().await;
    let (minh, nam) = (app.person("minh", Some(MINH)).await, app.person("nam", Some(NAM)).await);
    let own = file_for(&nam, NAM, None).await.expect(201).id();
    let made = make(&nam, attorney(None, MINH)).await.expect(201);
    assert_eq!(made.json["principal_number"], NAM);
    assert_eq!(mine(&minh).await, BTreeSet::from([own.clone()]), "also what was there before");
    minh.step(&own, "submit").await.expect(200);
    let as_himself = file_for(&minh, MINH, Some(&made.id())).await.expect(422);
    assert_eq!(as_himself.wrong(), BTreeSet::from(["/applicant/identity_number"]), "it is Nam's dossier");
    let filed = file_for(&minh, NAM, Some(&made.id())).await.expect(201).id();
    assert_eq!(mine(&nam).await, BTreeSet::from([own.clone(), filed.clone()]));
    app.person("lan", Some(LAN)).await.get(&format!("/v1/dossiers/{own}")).await.expect(404);
    revoke(&nam, &made.id()).await.expect(200);
    assert_eq!(mine(&minh).await, BTreeSet::new());
    minh.get(&format!("/v1/dossiers/{filed}")).await.expect(404);
    // At the counter, from the paper; the account may come later.
    let reception = app.staff("tiepnhan").await;
    let mut confirmed = attorney(None, MINH);
    confirmed["principal_number"] = json!(BINH);
    let confirmed = make(&reception, confirmed).await.expect(201);
    assert!(confirmed.json["confirmed_by_id"].is_string());
    reception.get(&format!("/v1/representations/{}", confirmed.id())).await.expect(200);
    let listed = reception.get("/v1/representations").await.expect(200);
    let of_people = |one: &Value| one.get("principal_number").is_some();
    assert!(!listed.json["items"].as_array().unwrap().iter().any(of_people), "people's are not leafed through");
    file_for(&minh, BINH, Some(&confirmed.id())).await.expect(422);
    let binh = app.person("binh", Some(BINH)).await;
    let filed = file_for(&minh, BINH, Some(&confirmed.id())).await.expect(201).id();
    assert_eq!((mine(&binh).await, mine(&minh).await), (BTreeSet::from([filed.clone()]), BTreeSet::from([filed])));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_is_registered_once_and_changed_whole() {
    let app = TestApp::new().await;
    let (organisation, lan) = hoa_sen(&app).await;
    let reception = app.staff("tiepnhan").await;
    let twice = reception.post("/v1/organisations", enterprise("0101234567")).await.expect(409);
    assert_eq!(twice.problem(), "organisation.number_taken");
    let found = reception.get("/v1/organisations?number=0101234567").await.expect(200);
    assert_eq!(found.json["items"][0]["id"], organisation.as_str());
    let path = format!("/v1/organisations/{organisation}");
    let put = async |client: &Client, if_match: &str, content: &Value| client.replace(&path, if_match, content).await;
    let mut content = enterprise("0101234567");
    content["name"] = json!("Công ty Hoa Sen Mới");
    put(&lan, "*", &content).await.expect(403);
    let changed = put(&reception, "\"1\"", &content).await.expect(200);
    assert_eq!((&changed.json["name"], changed.header("etag")), (&content["name"], "\"2\""));
    assert_eq!(put(&reception, "\"1\"", &content).await.expect(200).json, changed.json, "after a lost answer");
    assert_eq!(put(&reception, "\"1\"", &enterprise("0101234567")).await.expect(412).problem(), "stale_version");
    let wrong = json!({"kind": "firm", "number": "12", "name": " ", "address": ""});
    let wrong = reception.post("/v1/organisations", wrong).await.expect(422);
    assert_eq!(wrong.wrong(), BTreeSet::from(["/kind", "/number", "/name", "/address"]));
    let mut breaks = attorney(Some(&organisation), MINH);
    breaks["principal_number"] = json!(NAM);
    breaks["valid_to"] = json!("2026-08-16");
    let wrong = make(&reception, breaks).await.expect(422);
    assert_eq!(wrong.wrong(), BTreeSet::from(["/principal_number", "/valid_to"]));
    let mut endless = attorney(Some("019b76da-a800-7000-8000-b200000000ff"), MINH);
    endless.as_object_mut().unwrap().remove("valid_to");
    let wrong = make(&reception, endless).await.expect(422);
    assert_eq!(wrong.wrong(), BTreeSet::from(["/organisation_id", "/valid_to"]));
    let first = reception.get("/v1/representations?limit=1").await.expect(200);
    assert_eq!(first.json["items"].as_array().unwrap().len(), 1);
}

/// §8: what is filed is looked up and kept under its applicant's number, so nobody files under one that nobody vouches for.
#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_files_under_a_number_that_is_vouched_for_or_not_at_all() {
    let app = TestApp::new().await;
    let before = app.count("SELECT count(*) FROM dossiers").await;
    let mut unknown = app.person("unknown", None).await;
    let refused = file_for(&unknown, NAM, None).await.expect(403);
    assert_eq!(refused.problem(), "dossier.identity_not_verified");
    assert!(refused.json["detail"].as_str().unwrap().contains("one-stop counter"), "{}", refused.text);
    unknown.language = "vi";
    let refused = file_for(&unknown, NAM, None).await.expect(403);
    assert!(refused.json["detail"].as_str().unwrap().contains("VNeID"), "{}", refused.text);
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, before);

    // For an organisation the number is still that of the person who acts for it.
    let (organisation, lan) = hoa_sen(&app).await;
    let minh = app.person("minh", Some(MINH)).await;
    let made = make(&lan, attorney(Some(&organisation), MINH)).await.expect(201).id();
    let anothers = file_for(&minh, LAN, Some(&made)).await.expect(422);
    assert_eq!(anothers.wrong(), BTreeSet::from(["/applicant/identity_number"]));
    file_for(&minh, MINH, Some(&made)).await.expect(201);

    // As soon as the provider tells it, one's own is open, and no other.
    let known = app.person("unknown", Some(NAM)).await;
    file_for(&known, NAM, None).await.expect(201);
    file_for(&known, BINH, None).await.expect(422);
    // At the counter an officer has looked at the card.
    file_for(&app.staff("tiepnhan").await, BINH, None).await.expect(201);
}
