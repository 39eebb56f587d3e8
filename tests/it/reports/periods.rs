//! Where a period ends: on the 14th, at midnight in Vietnam.

use complaints::CaseKind;
use complaints::workflow::CaseAction;
use serde_json::json;

use super::{HERE, THERE, complaint, figures, of, report};
use crate::cases::{act, at, new, path, walk};
use crate::cast::{Cast, ELSEWHERE};
use crate::harness::TestApp;

const RECEIVED: [&str; 3] = ["carried_over_letters", "received_letters", "total_letters"];

#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_is_cut_off_on_the_14th_at_midnight_in_vietnam() {
    let app = TestApp::new().await;
    app.set_time("2026-09-14T23:59:59+07:00");
    let cast = Cast::of(&app).await;
    let last = complaint(&cast, THERE).await;
    app.set_time("2026-09-15T00:00:00+07:00");
    let cast = Cast::again(&app).await;
    complaint(&cast, THERE).await;
    let reader = cast.client(ELSEWHERE);
    let q3 = report(reader, THERE, "02-XLD", "period=2026-Q3").await;
    assert_eq!((&q3["first_date"], &q3["last_date"]), (&json!("2026-06-15"), &json!("2026-09-14")));
    assert_eq!((&q3["complete"], &q3["period_mark"]), (&json!(true), &json!("C")), "it is over");
    assert_eq!(figures(&q3, RECEIVED), [0, 1, 1]);
    // What was not processed when the quarter ended is carried over into the next.
    let q4 = report(reader, THERE, "02-XLD", "period=2026-Q4").await;
    assert_eq!((figures(&q4, RECEIVED), &q4["complete"]), ([1, 1, 2], &json!(false)));
    assert_eq!(figures(&q4, ["processed", "unprocessed"]), [0, 2]);
    for (period, letters) in
        [("2026-9M", [0, 1, 1]), ("2026-6M", [0, 0, 0]), ("2026", [0, 2, 2]), ("2027-Q1", [2, 0, 2])]
    {
        let it = report(reader, THERE, "02-XLD", &format!("period={period}")).await;
        assert_eq!(figures(&it, RECEIVED), letters, "{period}");
    }
    // Months of the calendar are another thing: the register goes by them.
    let register = reader.get(&of(THERE, "petition-register?year=2026&month=9")).await.expect(200).json;
    let days: Vec<_> = register["items"].as_array().unwrap().iter().map(|it| it["received_date"].clone()).collect();
    assert_eq!(days, [json!("2026-09-14"), json!("2026-09-15")]);
    // A report on a period that is over stays as it is.
    let accept = path(&last, CaseAction::Accept);
    reader.post(&accept, json!({})).await.expect(200);
    let later = report(reader, THERE, "02-XLD", "period=2026-Q3").await;
    assert_eq!((&later["columns"], &later["lines"]), (&q3["columns"], &q3["lines"]));
    let q4 = report(reader, THERE, "02-XLD", "period=2026-Q4").await;
    assert_eq!(figures(&q4, ["processed", "unprocessed", "carried_over_letters"]), [1, 1, 1]);
    let settling = report(reader, THERE, "01-KQGQ", "period=2026-Q4").await;
    assert_eq!(figures(&settling, ["to_settle", "to_settle_new", "in_progress"]), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_still_changes_a_report_on_a_period_that_is_over() {
    use CaseAction::{Appeal, File, Guide, Split, Transfer};
    let app = TestApp::new().await;
    app.set_time("2026-09-14T09:00:00+07:00");
    let cast = Cast::of(&app).await;
    let mixed = complaint(&cast, HERE).await;
    let mut handed_on = Vec::new();
    for _ in 0..3 {
        let id = complaint(&cast, HERE).await;
        walk(&cast, CaseKind::Complaint, &id, &[Transfer]).await;
        handed_on.push(id);
    }
    app.set_time("2026-09-15T09:00:00+07:00");
    let cast = Cast::again(&app).await;
    let (reader, there) = (cast.client("lanhdao"), cast.client(ELSEWHERE));
    let named = ["received_letters", "total", "processed", "unprocessed", "transferred", "ineligible", "guided"];
    let counted = async |expected: [i64; 7], what| {
        let it = report(reader, HERE, "01-XLD", "period=2026-Q3").await;
        assert_eq!((&it["complete"], figures(&it, named)), (&json!(true), expected), "{what}");
    };
    counted([4, 4, 3, 1, 3, 0, 0], "as it ended").await;
    // What is split off was received when the letter was.
    walk(&cast, CaseKind::Complaint, &mixed, &[Split]).await;
    counted([4, 5, 3, 2, 3, 0, 0], "split").await;
    let back = json!({ "to": HERE, "reason": "Thuộc thẩm quyền của phường Hoàn Kiếm." });
    there.post(&path(&handed_on[0], Transfer), back).await.expect(200);
    counted([4, 5, 2, 3, 2, 0, 0], "handed back").await;
    act(there, CaseKind::Complaint, &handed_on[1], File).await.expect(200);
    counted([4, 5, 2, 3, 1, 1, 0], "filed there").await;
    act(there, CaseKind::Complaint, &handed_on[2], Guide).await.expect(200);
    counted([4, 5, 2, 3, 0, 1, 1], "guided there").await;
    // A decision that had taken effect is carried out no more when it is complained about again.
    let id = at(&cast, CaseKind::Complaint, complaints::workflow::CaseStatus::Decided).await;
    app.set_time("2026-12-16T09:00:00+07:00");
    app.eventually("SELECT count(*) FROM cases WHERE status = 'effective'", 1).await;
    let cast = Cast::again(&app).await;
    for (step, to_execute) in [(None, 1), (Some(Appeal), 0)] {
        walk(&cast, CaseKind::Complaint, &id, step.as_slice()).await;
        let it = report(cast.client("lanhdao"), HERE, "02-KQGQ", "period=2026-Q4").await;
        assert_eq!(figures(&it, ["to_execute"]), [to_execute], "{step:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_is_what_was_decided_at_the_statutory_moment_or_after_it() {
    use CaseAction::{Accept, Assign, Decide, Extend, Report, Submit};
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let me = cast.client("congdan1");
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = me.post("/v1/cases", new(CaseKind::Complaint)).await.expect(201).id();
        walk(&cast, CaseKind::Complaint, &id, &[Submit, Accept, Assign, Report]).await;
        ids.push(id);
    }
    // Thirty days from Monday the 17th: due on 16 September, to its end. An extension is no excuse (LKN Art. 28).
    walk(&cast, CaseKind::Complaint, &ids[2], &[Extend]).await;
    for (id, moment) in [
        (&ids[0], "2026-09-16T23:59:59+07:00"),
        (&ids[1], "2026-09-17T00:00:00+07:00"),
        (&ids[2], "2026-09-17T08:00:00+07:00"),
    ] {
        app.set_time(moment);
        let cast = Cast::again(&app).await;
        walk(&cast, CaseKind::Complaint, id, &[Decide]).await;
    }
    let cast = Cast::again(&app).await;
    let it = report(cast.client("lanhdao"), HERE, "01-KQGQ", "period=2026-Q4").await;
    let named = ["to_settle_carried_over", "settled", "settled_on_time", "settled_late", "extended", "partly_right"];
    assert_eq!(figures(&it, named), [3, 3, 1, 2, 1, 3]);
    let q3 = report(cast.client("lanhdao"), HERE, "01-KQGQ", "period=2026-Q3").await;
    assert_eq!(figures(&q3, ["to_settle_new", "settled", "in_progress", "overdue"]), [3, 0, 3, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixed_letter_is_one_letter_and_two_cases() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let id = at(&cast, CaseKind::Complaint, complaints::workflow::CaseStatus::Submitted).await;
    walk(&cast, CaseKind::Complaint, &id, &[CaseAction::Split]).await;
    let it = report(cast.client("lanhdao"), HERE, "01-XLD", "period=2026-Q3").await;
    assert_eq!(figures(&it, ["total_letters", "received_letters", "total", "unprocessed"]), [1, 1, 2, 2]);
    walk(&cast, CaseKind::Complaint, &id, &[CaseAction::Accept]).await;
    let it = report(cast.client("lanhdao"), HERE, "01-XLD", "period=2026-Q3").await;
    assert_eq!(figures(&it, ["processed_letters", "processed", "complaints", "petitions"]), [1, 1, 1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_period_and_what_no_rule_is_known_for() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let reader = cast.client("lanhdao");
    for wrong in ["", "period=2026-Q5", "period=2026-year", "period=26", "period=2026&scope=all", "period=2026&year=1"]
    {
        reader.get(&of(HERE, &format!("petition-reports/01-XLD?{wrong}"))).await.expect(400);
    }
    for nothing in [
        "petition-reports/01-XLD?period=2023",
        "petition-reports/01-TCD?period=2026",
        "petition-reports/01-XLD/figures/wrong?period=2026",
        "petition-reports/02-XLD/figures/denunciations?period=2026",
    ] {
        assert_eq!(
            reader.get(&of(HERE, nothing)).await.expect(404).problem(),
            "petition_report.not_found",
            "{nothing}"
        );
    }
    let cursor = format!("petition-reports/01-XLD/figures/total?period=2026&cursor={}", "A".repeat(40));
    assert_eq!(reader.get(&of(HERE, &cursor)).await.expect(400).problem(), "page.bad_cursor");
}
