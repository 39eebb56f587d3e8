//! The journal and the timers, on a real server: what `definitions.md` promises of them.

mod events;
mod numbering;
mod restore;
pub mod tampering;
mod timers;
pub mod told;

use api::Server;
use api::settings::{Flags, Settings};
use diesel_async::AsyncPgConnection;
use directory::citizen::{self, Identity};
use directory::staff;
use kernel::db;
use kernel::journal::verify::{Report, verify};
use serde_json::json;

use crate::appointments::{appointment, centre, offering, put};
use crate::cast::{BIRTH_ONLINE, Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, path, said};
use crate::harness::papers::{self, PERMIT};
use crate::harness::{TestApp, cluster};
use crate::reviews;
use procedures::workflow::{Action, Status};

/// How many entries wait for their number.
pub const WAITING: &str = "SELECT count(*) FROM journal_tail";

/// Rows whose versions are not exactly those of their entries, in the journal's order.
pub const UNTOLD: &str = "
    SELECT count(*) FROM (
        SELECT id, version, 'dossier' AS kind FROM dossiers UNION ALL
        SELECT id, version, 'staff' FROM staff UNION ALL
        SELECT id, version, 'agency' FROM agencies UNION ALL
        SELECT id, version, 'ticket' FROM tickets UNION ALL
        SELECT id, version, 'appointment' FROM appointments UNION ALL
        SELECT id, version, 'appointment_hours' FROM appointment_hours UNION ALL
        SELECT id, version, 'assessment' FROM assessments UNION ALL
        SELECT id, version, 'delegation' FROM delegations UNION ALL
        SELECT id, version, 'organisation' FROM organisations UNION ALL
        SELECT id, version, 'representation' FROM representations UNION ALL
        SELECT id, version, 'review' FROM reviews UNION ALL
        SELECT id, version, 'answer_template' FROM answer_templates UNION ALL
        SELECT id, version, 'inspection' FROM inspections UNION ALL
        SELECT id, version, 'consent' FROM consents UNION ALL
        SELECT id, version, 'data_breach' FROM data_breaches UNION ALL
        SELECT id, version, 'import' FROM imports UNION ALL
        SELECT id, version, 'external_dossier' FROM external_dossiers UNION ALL
        SELECT id, version, 'paper' FROM papers UNION ALL
        SELECT id, version, 'fonds' FROM fonds UNION ALL
        SELECT id, version, 'archive_item' FROM archive_items UNION ALL
        SELECT id, version, 'case' FROM cases UNION ALL
        SELECT id, version, 'denunciation' FROM denunciations.denunciations UNION ALL
        SELECT id, version, 'citizen' FROM citizens
    ) AS entity
    WHERE (SELECT array_agg(n) FROM generate_series(1, entity.version) AS n) IS DISTINCT FROM
        (SELECT array_agg(entity_version ORDER BY number) FROM journal WHERE entity_id = id AND entity_kind = kind)";

/// One more server on the test's database, with the same keys and address to the outside, as another replica has.
pub async fn replica(app: &TestApp) -> Server {
    serve(app, &app.database).await
}

/// A server on that database of the test's cluster.
async fn serve(app: &TestApp, database: &str) -> Server {
    let reach = db::Settings { url: cluster().url(database), ca: None, size: 4 };
    let flags = Flags {
        demo: true,
        bind: Some("127.0.0.1:0".to_owned()),
        public_url: Some(app.url.clone()),
        data_dir: Some(app.data_dir.path().to_owned()),
        database_url: Some(reach.url.clone()),
        workers: Some("1".to_owned()),
        ..Flags::default()
    };
    let settings = Settings::check(&flags).expect("good settings");
    Server::start(settings, reach, app.clock.clone()).await.expect("the server starts")
}

/// Everything that can happen, to several dossiers, officers and citizens.
async fn mixed_history(app: &TestApp) {
    let cast = Cast::of(app).await;
    for kind in [PERMIT_ONLINE, PERMIT_AT_COUNTER, BIRTH_ONLINE] {
        for status in kind.states() {
            cast.dossier(kind, status).await;
        }
    }
    let id = cast.dossier(PERMIT_ONLINE, Status::SupplementRequested).await;
    let more = papers::paper("fire_safety");
    let more = cast.client("congdan1").post(&format!("/v1/dossiers/{id}/attachments"), more).await.expect(201);
    cast.client("congdan1").put_file(more.header("location"), papers::PDF).await.expect(200);
    cast.client("tiepnhan").step(&id, "confirm-supplement").await.expect(200);
    let papers = cast.client("congdan1").get("/v1/papers").await.expect(200);
    let paper = papers.json["items"][0]["id"].as_str().expect("an accepted dossier's paper").to_owned();
    cast.client("congdan1").post(&format!("/v1/papers/{paper}/hide"), json!({})).await.expect(200);
    cast.client("congdan1").post(&format!("/v1/papers/{paper}/show"), json!({})).await.expect(200);
    let propose = async || cast.client("chuyenvien").propose(&id).await;
    let take = async |action| {
        cast.client("lanhdao").post(&path(&id, action), said(PERMIT_ONLINE, action)).await.expect(200);
    };
    propose().await;
    take(Action::SendBack).await;
    take(Action::Reappoint).await;
    propose().await;
    let refused =
        json!({"outcome": "refused", "number": "7/TB", "ground": "against_plan", "reason": "Nằm trong hành lang đê."});
    cast.client("lanhdao").post(&path(&id, Action::IssueResult), refused).await.expect(200);
    for (status, action) in
        [(Status::WithdrawalRequested, Action::RefuseWithdrawal), (Status::AwaitingPayment, Action::Stop)]
    {
        let id = cast.dossier(PERMIT_ONLINE, status).await;
        cast.client("lanhdao").post(&path(&id, action), said(PERMIT_ONLINE, action)).await.expect(200);
    }

    let (conn, ctx) = (&mut app.db.conn().await.expect("a connection"), app.ctx());
    staff::set_password(conn, &ctx, "mattran", "a hash".to_owned()).await.expect("another password");
    staff::deactivate(conn, &ctx, "mattran").await.expect("shut out");
    staff::activate(conn, &ctx, "mattran").await.expect("let in");
    recognise(app, conn, "Nguyễn Văn An").await;
    recognise(app, conn, "Nguyễn Văn Ân").await;
    at_the_counter(app).await;
    reviews::decided(app).await;
}

/// A morning at the counter: appointments that are kept, cancelled and missed, tickets that end each way, an assessment.
async fn at_the_counter(app: &TestApp) {
    offering(app).await;
    let (reception, head) = (app.staff("tiepnhan").await, app.staff("giamdoc").await);
    for (name, action) in [("Một", Some("check-in")), ("Hai", Some("cancel")), ("Ba", None)] {
        let booked = reception.post("/v1/appointments", appointment("2026-08-17T02:30:00Z", name)).await.expect(201);
        if let Some(action) = action {
            let done = reception.post(&format!("/v1/appointments/{}/{action}", booked.id()), json!({})).await;
            assert!(done.status.is_success(), "{done:?}");
        }
    }
    reception.post("/v1/queue/call-next", json!({ "counter": 1 })).await.expect(200);
    let draft = head.post(&format!("{}/assessments", centre("H26.1")), json!({ "period": "2026" })).await.expect(201);
    let answers = json!({ "answers": [{ "criterion": "copying", "verdict": "met" }] });
    put(&head, draft.header("location"), "*", &answers).await.expect(200);
}

/// A citizen signs in under this name.
async fn recognise(app: &TestApp, conn: &mut AsyncPgConnection, name: &str) {
    let identity = Identity {
        issuer: "https://vneid.example".to_owned(),
        subject: "renamed".to_owned(),
        name: name.to_owned(),
        identity_number: Some("001185054321".to_owned()),
    };
    citizen::recognise(conn, &app.ctx(), identity).await.expect("a citizen");
}

/// The stored journal, held against no checkpoint: only against itself.
pub async fn verified(app: &TestApp) -> Report {
    verify(&mut app.db.conn().await.expect("a connection"), &[], |_| ()).await.expect("a report")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_has_exactly_one_entry_of_its_version() {
    let app = TestApp::new().await;
    mixed_history(&app).await;
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count(UNTOLD).await, 0);
    let tables = [
        "dossiers",
        "staff",
        "citizens",
        "agencies",
        "delegations",
        "organisations",
        "representations",
        "papers",
        "tickets",
        "appointments",
        "appointment_hours",
        "assessments",
        "reviews",
    ];
    let known = format!("({})", tables.map(|table| format!("SELECT id FROM {table}")).join(" UNION "));
    let unknown = format!("SELECT count(*) FROM journal WHERE entity_id NOT IN {known}");
    assert_eq!(app.count(&unknown).await, 0, "entries of nothing");
    let shared = "SELECT count(*) FROM (SELECT entity_id FROM journal GROUP BY entity_id HAVING count(DISTINCT entity_kind) > 1) AS two";
    assert_eq!(app.count(shared).await, 0, "an id of two things");
    let kinds = app.count("SELECT count(DISTINCT event_kind) FROM journal").await;
    assert!(kinds >= 18, "a history that is not mixed shows nothing: {kinds} kinds");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_personal_data_gets_into_the_journal() {
    let app = TestApp::new().await;
    let (citizen, reception) = (app.person("Zephyrine", Some("001185054321")).await, app.staff("tiepnhan").await);
    let (officer, leader) = (app.staff("chuyenvien").await, app.staff("lanhdao").await);
    recognise(&app, &mut app.db.conn().await.unwrap(), "Zephyrine Đỗ").await;
    let mut dossier = papers::dossier("1.013225", "house", PERMIT);
    dossier["applicant"] = json!({
        "name": "Zephyrine Đỗ", "identity_number": "001185054321", "phone": "+84987654321",
        "email": "zephyrine@example.vn", "address": "Số 77 ngõ Zephyrine",
    });
    dossier["form"] = json!({"Zephyrine": "Zephyrine"});
    dossier["attachments"][0]["file_name"] = json!("Zephyrine.pdf");
    let draft = citizen.post("/v1/dossiers", dossier).await.expect(201);
    papers::upload(&citizen, &draft.json).await;
    let id = draft.id();
    citizen.step(&id, "submit").await.expect(200);
    reception.step(&id, "accept").await.expect(200);
    officer.step(&id, "start-processing").await.expect(200);
    let missing = json!({"ground": "incomplete", "reason": "Zephyrine thiếu giấy tờ.", "components": ["drawings"]});
    officer.post(&format!("/v1/dossiers/{id}/propose-supplement"), missing).await.expect(200);
    leader.step(&id, "sign-supplement").await.expect(200);
    reception.step(&id, "request-supplement").await.expect(200);
    let mut paper = papers::paper("drawings");
    paper["file_name"] = json!("Zephyrine 2.pdf");
    let declared = citizen.post(&format!("/v1/dossiers/{id}/attachments"), paper).await.expect(201);
    citizen.put_file(declared.header("location"), papers::PDF).await.expect(200);
    reception.step(&id, "confirm-supplement").await.expect(200);
    let propose = json!({"outcome": "refused", "ground": "against_plan", "reason": "Zephyrine xây trái quy hoạch."});
    officer.post(&format!("/v1/dossiers/{id}/propose-result"), propose).await.expect(200);
    let refused = json!({"outcome": "refused", "number": "Zephyrine/7", "ground": "against_plan", "reason": "Zephyrine xây trái quy hoạch."});
    leader.post(&format!("/v1/dossiers/{id}/issue-result"), refused).await.expect(200);
    citizen.step(&id, "return-result").await.expect(200);

    let planted = "ILIKE ANY (ARRAY['%zephyrine%', '%001185054321%', '%987654321%'])";
    for table in ["dossiers", "attachments", "remarks", "supplements", "citizens"] {
        let rows = app.count(&format!("SELECT count(*) FROM {table} AS t WHERE t::text {planted}")).await;
        assert!(rows > 0, "nothing was planted in {table}");
    }
    let entries = app.count(&format!("SELECT count(*) FROM journal WHERE entity_id = '{id}'")).await;
    assert!(entries >= 14, "{entries} entries");
    assert_eq!(app.count(&format!("SELECT count(*) FROM journal WHERE journal::text {planted}")).await, 0);
}
