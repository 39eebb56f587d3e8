//! On which grounds what is done: those of the law, each with a reason, and no other.

use std::collections::BTreeSet;

use ::denunciations::request::DenunciationGround;
use ::denunciations::workflow::DenunciationAction::{self, *};
use serde_json::json;

use super::stands::{Letter, STANDS, Stand, copy, reach};
use super::{path, said};
use crate::cast::Cast;
use crate::harness::TestApp;

/// The grounds of each step, by the law: LTC Art. 29, 25, 24, 30, 34, 33.
const GROUNDS: &[(DenunciationAction, &[&str])] = &[
    (Refuse, &["form", "no_capacity", "no_grounds", "settled_complaint"]),
    (File, &["not_specific"]),
    (ExtendCheck, &["several_places"]),
    (Extend, &["complex", "specially_complex"]),
    (Suspend, &["awaits_result"]),
    (RefuseWithdrawal, &["signs_of_violation", "under_threat", "slander", "others_go_on"]),
];

/// How one stands with which this can be done.
fn possible(action: DenunciationAction) -> &'static Stand {
    let is_so = |stand: &&Stand| match action {
        Refuse | ExtendCheck => stand.letter == Letter::Signed && stand.has("check"),
        File => stand.letter == Letter::Lead && stand.has("check"),
        RefuseWithdrawal => stand.has("withdrawn"),
        _ => stand.has("resolve"),
    };
    STANDS.iter().find(is_so).expect("one stands so")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_taken_on_the_grounds_of_the_law_with_a_reason() {
    let grounded = |action: &&DenunciationAction| !said(**action)["ground"].is_null();
    let all: BTreeSet<_> = DenunciationAction::ALL.iter().filter(grounded).map(|action| action.code()).collect();
    assert_eq!(all, GROUNDS.iter().map(|(action, _)| action.code()).collect(), "the steps that know grounds");
    let known: BTreeSet<_> = GROUNDS.iter().flat_map(|(_, grounds)| *grounds).copied().collect();
    assert_eq!(known, DenunciationGround::ALL.iter().map(|ground| ground.code()).collect(), "the grounds");
    let app = TestApp::new().await;
    let mut cast = Cast::of(&app).await;
    for (action, grounds) in GROUNDS {
        let (now, _, original) = reach(&app, cast, possible(*action)).await;
        cast = now;
        let head = cast.client("chanhthanhtra");
        for ground in DenunciationGround::ALL.iter().map(|ground| ground.code()) {
            let id = copy(&app, &original, None).await;
            let row = format!("SELECT version FROM denunciations.denunciations WHERE id = '{id}'");
            let before = app.count(&row).await;
            for (words, wrong) in [
                (json!({ "ground": ground }), "/reason"),
                (json!({ "ground": ground, "reason": "Vì thế." }), "/reason"),
                (json!({ "reason": "Theo hồ sơ đã kiểm tra." }), "/ground"),
            ] {
                let refused = head.post(&path(&id, *action), words).await.expect(422);
                assert_eq!(refused.wrong(), [wrong].into(), "{action} on {ground}");
            }
            let words = json!({ "ground": ground, "reason": "Theo hồ sơ đã kiểm tra." });
            let answer = head.post(&path(&id, *action), words.clone()).await;
            if grounds.contains(&ground) {
                let said = &answer.expect(200).json["messages"];
                let last = said.as_array().unwrap().last().unwrap();
                assert_eq!((&last["ground"], &last["words"]), (&words["ground"], &words["reason"]), "{action}");
            } else {
                assert_eq!(answer.expect(422).wrong(), ["/ground"].into(), "{action} on {ground}");
                assert_eq!(app.count(&row).await, before, "{action} on {ground} changes nothing");
            }
        }
    }
}
