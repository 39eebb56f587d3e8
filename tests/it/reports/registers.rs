//! The registers themselves: what was received, in that order, and what became of it.

use ::denunciations::workflow::DenunciationAction as D;
use complaints::CaseKind::{self, Complaint, ConductReport, Petition};
use complaints::workflow::{CaseAction, CaseStatus};
use serde_json::{Value, json};

use super::{HERE, INSPECTORATE, THERE, all, complaint, figures, of, report};
use crate::cases::{act, at, new as letter, path, walk};
use crate::cast::{Cast, ELSEWHERE};
use crate::denunciations::{lead, new, send, walk as walk_apart};
use crate::harness::{Client, TestApp};

/// The entry of a case.
fn entry<'a>(register: &'a [Value], id: &str) -> &'a Value {
    register.iter().find(|it| it["case_id"] == id).expect("it is in the register")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_says_what_was_done_with_each_and_what_came_of_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let known: &[(CaseKind, CaseStatus, &str, Value, Value)] = &[
        (Complaint, CaseStatus::Submitted, "pending", Value::Null, Value::Null),
        (Complaint, CaseStatus::SupplementRequested, "supplement_requested", Value::Null, Value::Null),
        (Complaint, CaseStatus::Decided, "accepted", json!(true), json!(true)),
        (Complaint, CaseStatus::Guided, "guided", json!(true), json!(false)),
        (Complaint, CaseStatus::Refused, "refused", json!(true), json!(true)),
        (Complaint, CaseStatus::Filed, "filed", json!(false), Value::Null),
        (Complaint, CaseStatus::Withdrawn, "withdrawn", Value::Null, Value::Null),
        (Complaint, CaseStatus::Terminated, "accepted", json!(true), json!(true)),
        (Petition, CaseStatus::Forwarded, "forwarded", json!(true), json!(false)),
        (Petition, CaseStatus::Verifying, "accepted", json!(true), json!(true)),
        (ConductReport, CaseStatus::Converted, "converted", json!(true), json!(true)),
    ];
    let mut ids = Vec::new();
    for (kind, status, ..) in known {
        ids.push(at(&cast, *kind, *status).await);
    }
    at(&cast, Complaint, CaseStatus::Draft).await;
    let moved = at(&cast, Complaint, CaseStatus::Submitted).await;
    walk(&cast, Complaint, &moved, &[CaseAction::Transfer]).await;
    let reader = cast.client("tiepnhan");
    let register = all(reader, &of(HERE, "petition-register?year=2026")).await;
    // The conversion made another one, and a draft has not come.
    assert_eq!(register.len(), known.len() + 2);
    for (id, (kind, status, result, eligible, competence)) in ids.iter().zip(known) {
        let it = entry(&register, id);
        assert_eq!((&it["result"], &it["status"]), (&json!(result), &json!(status)), "{kind} {status}");
        assert_eq!((&it["eligible"], &it["in_competence"]), (eligible, competence), "{kind} {status}");
        let processed = !["pending", "supplement_requested", "withdrawn"].contains(result);
        assert_eq!(it["processed_at"].is_string(), processed, "{kind} {status}");
    }
    let decided = entry(&register, &ids[2]);
    assert_eq!(
        (&decided["decision_number"], &decided["outcome"], &decided["timeliness"]),
        (&json!("12/QĐ-UBND"), &json!("partly_right"), &json!("finished_on_time"))
    );
    assert_eq!((&decided["sender_name"], &decided["senders"]), (&json!("Nguyễn Thị Hoa"), &json!(1)));
    assert_eq!((&decided["due_date"], &decided["received_date"]), (&json!("2026-09-16"), &json!("2026-08-17")));
    assert_eq!(entry(&register, &ids[3])["referred_to"], "Toà án nhân dân khu vực 1");
    assert_eq!(entry(&register, &ids[4])["ground"], "not_affected");
    assert_eq!(entry(&register, &ids[5])["ground"], "illegible");
    let there = entry(&register, &moved);
    assert_eq!((&there["result"], &there["in_competence"]), (&json!("transferred"), &json!(false)));
    assert_eq!(there["handling_agency_id"], json!(directory::demo::agency_id(THERE).unwrap()));
    // Where it was handed to, it is in the register of what is to be settled.
    let at_hand = all(cast.client("motcua2"), &of(THERE, "petition-register?side=handling")).await;
    assert_eq!((at_hand.len(), &at_hand[0]["case_id"]), (1, &json!(moved)));
    assert_eq!(all(cast.client("motcua2"), &of(THERE, "petition-register?side=receiving")).await, [Value::Null; 0]);
    let petitions = all(reader, &of(HERE, "petition-register?kind=petition")).await;
    assert!(petitions.len() == 2 && petitions.iter().all(|it| it["kind"] == "petition"), "{petitions:?}");
}

/// What was done with each, in this register.
async fn results(reader: &Client, agency: &str, side: &str, ids: &[String]) -> Vec<[Value; 4]> {
    let register = all(reader, &of(agency, &format!("petition-register?side={side}"))).await;
    let said = |id| {
        let it = entry(&register, id);
        let processed = json!(it["processed_at"].is_string());
        [it["result"].clone(), it["eligible"].clone(), it["in_competence"].clone(), processed]
    };
    ids.iter().map(|id| said(id)).collect()
}

fn pending() -> [Value; 4] {
    [json!("pending"), Value::Null, Value::Null, json!(false)]
}

fn done(result: &str, in_competence: bool) -> [Value; 4] {
    [json!(result), json!(true), json!(in_competence), json!(true)]
}

async fn hand_on(who: &Client, id: &str, to: &str) {
    let words = json!({ "to": to, "reason": "Thuộc thẩm quyền của cơ quan kia." });
    who.post(&path(id, CaseAction::Transfer), words).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_back_is_to_be_looked_at_again() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = at(&cast, Complaint, CaseStatus::Submitted).await;
        hand_on(cast.client("tiepnhan"), &id, THERE).await;
        hand_on(cast.client(ELSEWHERE), &id, HERE).await;
        ids.push(id);
    }
    walk(&cast, Complaint, &ids[1], &[CaseAction::Accept]).await;
    hand_on(cast.client("tiepnhan"), &ids[2], THERE).await;
    let expected = [pending(), done("accepted", true), done("transferred", false)];
    assert_eq!(results(cast.client("tiepnhan"), HERE, "receiving", &ids).await, expected);
    let it = report(cast.client("lanhdao"), HERE, "02-XLD", "period=2026-Q3").await;
    assert_eq!(figures(&it, ["unprocessed", "processed", "own", "transferred"]), [1, 2, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_up_because_it_accuses_is_pending_until_it_is_looked_at() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (reception, above) = (cast.client("tiepnhan"), cast.client("chutich"));
    let accusing = |letter: &mut Value| {
        letter["facts"]["official_id"] = json!(directory::demo::staff_id("chuyenvien").unwrap());
    };
    // On paper, and one that was found to accuse when it was classed.
    let mut paper = letter(ConductReport);
    paper["channel"] = json!("post");
    accusing(&mut paper);
    let paper = reception.post("/v1/cases", paper).await.expect(201).id();
    act(reception, ConductReport, &paper, CaseAction::Submit).await.expect(200);
    let classed = at(&cast, Petition, CaseStatus::Submitted).await;
    let mut found = json!({ "facts": crate::cases::facts(ConductReport) });
    accusing(&mut found);
    reception.post(&path(&classed, CaseAction::Classify), found).await.expect(200);
    let ids = [paper, classed];
    let named = ["unprocessed", "processed", "transferred"];
    assert_eq!(results(reception, HERE, "receiving", &ids).await, [pending(), pending()]);
    assert_eq!(results(above, "H26", "handling", &ids).await, [pending(), pending()]);
    let it = report(cast.client("lanhdao"), HERE, "04-XLD", "period=2026-Q3").await;
    assert_eq!(figures(&it, named), [2, 0, 0]);
    hand_on(above, &ids[0], THERE).await;
    assert_eq!(results(reception, HERE, "receiving", &ids).await, [done("transferred", false), pending()]);
    assert_eq!(results(cast.client(ELSEWHERE), THERE, "handling", &ids[..1]).await, [pending()]);
    let it = report(cast.client("lanhdao"), HERE, "04-XLD", "period=2026-Q3").await;
    assert_eq!(figures(&it, named), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_on_is_in_competence_where_it_is_settled() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let there = cast.client(ELSEWHERE);
    let verifier = directory::staff::by_username(&mut app.db.conn().await.unwrap(), ELSEWHERE).await.unwrap().id;
    let ways: &[(CaseKind, &[CaseAction], [Value; 4])] = &[
        (Complaint, &[], pending()),
        (Complaint, &[CaseAction::Accept], done("accepted", true)),
        (
            Complaint,
            &[CaseAction::Accept, CaseAction::Assign, CaseAction::Report, CaseAction::Decide],
            done("accepted", true),
        ),
        (Complaint, &[CaseAction::Refuse], done("refused", true)),
        (Petition, &[], pending()),
        (Petition, &[CaseAction::Assign], done("accepted", true)),
    ];
    let mut ids = Vec::new();
    for (kind, way, _) in ways {
        let id = at(&cast, *kind, CaseStatus::Submitted).await;
        hand_on(cast.client("tiepnhan"), &id, THERE).await;
        for action in *way {
            match action {
                CaseAction::Assign => there.post(&path(&id, *action), json!({ "to": verifier })).await.expect(200),
                _ => act(there, *kind, &id, *action).await.expect(200),
            };
        }
        ids.push(id);
    }
    let theirs: Vec<_> = ways.iter().map(|(.., said)| said.clone()).collect();
    assert_eq!(results(there, THERE, "handling", &ids).await, theirs);
    let handed_on = vec![done("transferred", false); ids.len()];
    assert_eq!(results(cast.client("tiepnhan"), HERE, "receiving", &ids).await, handed_on);
    let it = report(cast.client("lanhdao"), HERE, "02-XLD", "period=2026-Q3").await;
    assert_eq!(figures(&it, ["processed", "own", "refused", "transferred"]), [4, 0, 0, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_has_pages_years_and_months() {
    let app = TestApp::new().await;
    Cast::of(&app).await;
    let mut ids = Vec::new();
    for moment in [
        "2026-11-30T23:59:59+07:00",
        "2026-12-01T00:00:00+07:00",
        "2026-12-31T23:59:59+07:00",
        "2027-01-01T00:00:00+07:00",
    ] {
        app.set_time(moment);
        ids.push(complaint(&Cast::again(&app).await, HERE).await);
    }
    let cast = Cast::again(&app).await;
    let reader = cast.client("tiepnhan");
    for (query, expected) in [
        ("year=2026", &ids[..3]),
        ("year=2026&month=11", &ids[..1]),
        ("year=2026&month=12", &ids[1..3]),
        ("month=1", &ids[3..]),
    ] {
        let register = all(reader, &of(HERE, &format!("petition-register?{query}"))).await;
        let found: Vec<_> = register.iter().map(|it| it["case_id"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{query}");
    }
    let first = reader.get(&of(HERE, "petition-register?year=2026&limit=2")).await.expect(200);
    let cursor = first.json["next_cursor"].as_str().expect("there is more");
    let next = format!("{}?limit=2&year=2026&cursor={cursor}", of(HERE, "petition-register"));
    assert!(first.header("link").contains(cursor) && first.header("link").ends_with("rel=\"next\""));
    assert_eq!(reader.get(&next).await.expect(200).json["items"].as_array().unwrap().len(), 1);
    // Of another list a cursor is none; a file goes on, too.
    for other in
        [next.replace("year=2026", "year=2027"), format!("{next}&kind=petition"), format!("{next}&side=handling")]
    {
        assert_eq!(reader.get(&other).await.expect(400).problem(), "page.bad_cursor", "{other}");
    }
    let file = reader.get(&of(HERE, "petition-register?year=2026&limit=1&format=csv")).await.expect(200);
    assert!(file.text.lines().count() == 2 && file.header("link").contains("format=csv"), "{}", file.text);
    for wrong in ["year=1999", "month=13", "month=0", "format=html", "day=1", "limit=0", "limit=201", "side=both"] {
        reader.get(&of(HERE, &format!("petition-register?{wrong}"))).await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn denunciations_have_a_register_of_their_own_without_who_denounces() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let ways: &[(Value, &[D], &str)] = &[
        (new(), &[], "pending"),
        (new(), &[D::Forward], "forwarded"),
        (new(), &[D::Refuse], "refused"),
        (new(), &[D::Accept, D::Assign, D::Report, D::Conclude], "accepted"),
        (lead(), &[D::File], "filed"),
        (lead(), &[D::CheckLead], "accepted"),
        (new(), &[D::TreatAsLead], "pending"),
        (new(), &[D::TreatAsLead, D::CheckLead], "accepted"),
    ];
    let mut ids = Vec::new();
    for (what, way, _) in ways {
        let (_, id) = send(&app, &cast, what.clone()).await;
        walk_apart(&cast, &id, way).await;
        ids.push(id);
    }
    let reader = cast.client("thanhtra");
    let register = all(reader, &of(INSPECTORATE, "denunciation-register?year=2026&month=8")).await;
    assert_eq!(register.len(), ways.len());
    for (id, (what, way, result)) in ids.iter().zip(ways) {
        let it = register.iter().find(|it| it["denunciation_id"] == *id).expect("it is in the register");
        assert_eq!(it["result"], *result, "{way:?}");
        assert_eq!(it["processed_at"].is_string(), *result != "pending", "{way:?}");
        let signed = *what == new() && !way.contains(&D::TreatAsLead);
        assert_eq!(it["kind"], if signed { "denunciation" } else { "lead" }, "{way:?}");
    }
    let concluded = register.iter().find(|it| it["denunciation_id"] == ids[3]).unwrap();
    assert_eq!((&concluded["outcome"], &concluded["due_date"]), (&json!("partly_true"), &json!("2026-09-16")));
    let text = reader.get(&of(INSPECTORATE, "denunciation-register")).await.expect(200).text;
    for canary in [crate::denunciations::NAME, crate::denunciations::NUMBER, crate::denunciations::ADDRESS] {
        assert!(!text.contains(canary), "{canary}");
    }
    assert_eq!(all(reader, &of(INSPECTORATE, "denunciation-register?year=2025")).await, [Value::Null; 0]);
    reader.get(&of(INSPECTORATE, "denunciation-register?year=1999")).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_is_to_be_checked_again_and_what_is_taken_over_was_accepted() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let to = |agency: &str| json!({ "to": agency, "reason": "Thuộc thẩm quyền của cơ quan kia." });
    let (_, back) = send(&app, &cast, new()).await;
    let transfer = crate::denunciations::path(&back, D::Transfer);
    cast.client("chanhthanhtra").post(&transfer, to("H26")).await.expect(200);
    cast.client("chutich").post(&transfer, to("H26.5")).await.expect(200);
    let (code, taken) = send(&app, &cast, new()).await;
    walk_apart(&cast, &taken, &[D::Accept, D::Assign, D::Report, D::Conclude]).await;
    let words = json!({ "receipt_code": code, "words": "Đề nghị cơ quan cấp trên xem xét." });
    app.anonymous().post("/v1/denouncer/continue", words).await.expect(200);
    walk_apart(&cast, &taken, &[D::TakeOver]).await;
    let reader = cast.client("chanhthanhtra");
    let register = all(reader, &of(INSPECTORATE, "denunciation-register?year=2026")).await;
    let entry = |id: &String| register.iter().find(|it| it["denunciation_id"] == *id).expect("it is in the register");
    assert_eq!((&entry(&back)["result"], &entry(&back)["processed_at"]), (&json!("pending"), &Value::Null));
    assert_eq!(entry(&taken)["result"], "accepted");
    let it = report(reader, INSPECTORATE, "03-XLD", "period=2026-Q3").await;
    assert_eq!(figures(&it, ["unprocessed", "processed", "own", "transferred"]), [1, 1, 1, 0]);
}
