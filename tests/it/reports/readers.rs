//! Who reads them: an agency's own staff, those who head it from above, those who oversee. Nobody finds what accuses them.

use complaints::CaseKind::{Complaint, ConductReport};
use complaints::workflow::CaseAction::Submit;
use complaints::workflow::CaseStatus;
use serde_json::json;

use super::{HERE, INSPECTORATE, THERE, all, complaint, figure, figures, of, report};
use crate::cases::{at, new, walk};
use crate::cast::{Cast, ELSEWHERE};
use crate::denunciations;
use crate::harness::TestApp;

const REPORT: &str = "petition-reports/02-XLD?period=2026-Q3";

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_s_staff_those_who_head_it_and_those_who_oversee_read_them() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    at(&cast, Complaint, CaseStatus::Accepted).await;
    for reader in ["tiepnhan", "chuyenvien", "lanhdao", "motcua", "chutich", "thanhtra"] {
        let reader = cast.client(reader);
        assert_eq!(figure(&report(reader, HERE, "02-XLD", "period=2026-Q3").await, "received_letters"), Some(1));
        let register = reader.get(&of(HERE, "petition-register")).await.expect(200).json;
        assert_eq!(register["items"].as_array().unwrap().len(), 1);
    }
    for stranger in ["congdan1", ELSEWHERE, "giamdoc", "mattran", "baove"] {
        for what in [REPORT, "petition-register", "petition-reports/02-XLD/figures/total?period=2026-Q3"] {
            let answer = cast.client(stranger).get(&of(HERE, what)).await.expect(404);
            assert_eq!(answer.problem(), "petition_report.not_found", "{what} for {stranger}");
        }
    }
    cast.client("quantri").get(&of(HERE, REPORT)).await.expect(403);
    app.anonymous().get(&of(HERE, REPORT)).await.expect(401);
    // The city's own, and with everything below it.
    let city = cast.client("chutich");
    let own = report(city, "H26", "02-XLD", "period=2026-Q3").await;
    let under = report(city, "H26", "02-XLD", "period=2026-Q3&scope=under").await;
    assert_eq!((figure(&own, "total"), figure(&under, "total")), (Some(0), Some(1)));
    assert_eq!((own["lines"].as_array().unwrap().len(), &under["lines"][0]["agency_id"]), (0, &id_of(HERE)));
}

fn id_of(agency: &str) -> serde_json::Value {
    json!(directory::demo::agency_id(agency).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_case_accuses_finds_it_in_no_register_no_figure_and_no_list() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let accused = directory::demo::staff_id("thanhtra").unwrap();
    let unit = id_of(INSPECTORATE);
    for accuses in [json!({ "official_id": accused }), json!({ "unit_id": unit }), json!({})] {
        let mut letter = new(ConductReport);
        letter["agency"] = json!("H26");
        for (name, value) in accuses.as_object().unwrap() {
            letter["facts"][name] = value.clone();
        }
        let id = cast.client("congdan1").post("/v1/cases", letter).await.expect(201).id();
        walk(&cast, ConductReport, &id, &[Submit]).await;
    }
    // Whoever heads the inspectorate is accused with the unit, and not with one of its inspectors.
    for (reader, finds) in [("chutich", 3), ("thanhtra", 1)] {
        let reader = cast.client(reader);
        for query in ["period=2026-Q3", "period=2026-Q3&scope=under"] {
            let it = report(reader, "H26", "04-XLD", query).await;
            assert_eq!(figures(&it, ["total", "received_letters", "unprocessed"]), [finds; 3], "{query}");
            let traced = all(reader, &of("H26", &format!("petition-reports/04-XLD/figures/total?{query}"))).await;
            assert_eq!(traced.len() as i64, finds);
        }
        let register = all(reader, &of("H26", "petition-register?year=2026")).await;
        assert_eq!(register.len() as i64, finds);
        let csv = reader.get(&of("H26", "petition-register?format=csv")).await.expect(200);
        assert_eq!(csv.text.lines().count() as i64, finds + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn denunciations_count_for_those_who_may_read_them_and_at_their_own_agency() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = denunciations::send(&app, &cast, denunciations::new()).await;
    let mut accusing = denunciations::new();
    accusing["accused"][0]["official_id"] = json!(directory::demo::staff_id("thanhtra").unwrap());
    denunciations::send(&app, &cast, accusing).await;
    complaint(&cast, HERE).await;
    // The one that names the inspector is for whoever heads the inspectorate alone.
    for (reader, known) in [("chanhthanhtra", 2), ("thanhtra", 1)] {
        let reader = cast.client(reader);
        let it = report(reader, INSPECTORATE, "03-XLD", "period=2026-Q3").await;
        assert_eq!((figure(&it, "received_letters"), &it["counts_denunciations"]), (Some(known), &json!(true)));
        let register = all(reader, &of(INSPECTORATE, "denunciation-register?year=2026")).await;
        assert_eq!(register.len() as i64, known);
        assert!(register.iter().any(|it| it["denunciation_id"] == id));
        let traced = all(reader, &of(INSPECTORATE, "petition-reports/01-XLD/figures/total?period=2026-Q3")).await;
        assert_eq!(traced.len() as i64, known);
        assert!(traced.iter().all(|it| it["in"] == "denunciations"), "{traced:?}");
    }
    // Nobody oversees them all: who heads the city counts those of the city itself.
    let city = report(cast.client("chutich"), "H26", "01-XLD", "period=2026-Q3&scope=under").await;
    assert_eq!((figure(&city, "received_letters"), figure(&city, "denunciations")), (Some(1), Some(0)));
    // Who may not read them is told no number, which is not 0.
    let here = report(cast.client("lanhdao"), HERE, "01-XLD", "period=2026-Q3").await;
    assert_eq!((&here["counts_denunciations"], figure(&here, "denunciations")), (&json!(false), None));
    assert_eq!(figure(&here, "received_letters"), Some(1));
    for form in ["03-XLD", "03-KQGQ", "04-KQGQ"] {
        let answer = cast.client("lanhdao").get(&of(HERE, &format!("petition-reports/{form}?period=2026"))).await;
        assert_eq!(answer.expect(404).problem(), "petition_report.not_found");
    }
    for (reader, agency, refused) in [("lanhdao", HERE, 403), ("chutich", INSPECTORATE, 404), ("motcua", THERE, 404)] {
        cast.client(reader).get(&of(agency, "denunciation-register")).await.expect(refused);
    }
}
