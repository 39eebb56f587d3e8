//! What is done to a denunciation, by somebody who may or may not do it, and what must hold after it.

use chrono::{DateTime, Utc};
use denunciations::workflow::DenunciationAction;
use kernel::rules::Rules;
use serde_json::{Value, json};

use super::people::Person;
use super::stored::Stored;
use super::{Met, Way, agreement, expected};
use crate::denunciations::vault::requests;
use crate::denunciations::{follow, path, said};
use crate::harness::{Answer, TestApp};

/// One deed, of somebody who may or may not, and what must hold after it.
pub async fn deed(
    rng: &mut fastrand::Rng,
    (app, people, rules): (&TestApp, &[Person], &Rules),
    way: &mut Way,
    met: &mut Met,
) {
    let now = app.clock.now();
    let before = Stored::settled(app, &way.id).await;
    agreement::of_row(&before, rules, now, way);
    // Little is left to do with what is over.
    if !before.open && rng.u8(..4) > 0 {
        return;
    }
    let anybody = |rng: &mut fastrand::Rng| rng.choice(people).unwrap();
    let mut action = None;
    let (expected, answer) = match rng.u8(..16) {
        chosen @ 0..12 => {
            let offered = |person| expected::offered(person, &before, now).into_iter().map(move |it| (person, it));
            let offers: Vec<_> = people.iter().flat_map(offered).collect();
            let offer = (chosen < 10).then(|| choose(rng, &offers)).flatten();
            let (person, step) = offer.unwrap_or_else(|| (anybody(rng), *rng.choice(DenunciationAction::ALL).unwrap()));
            let words = words(rng, people, before.contents(), step);
            action = Some(step);
            way.told.push(format!("{}: {step} {}{}", person.name, words["to"], words["ground"]).replace("null", ""));
            let answer = person.client.post(&path(&way.id, step), words.clone()).await;
            (expected::step((people, person), &before, (step, &words), now), answer)
        }
        12..15 => {
            let wishes = ["add", "withdraw", "withdraw-part", "ask-for-protection", "report-delay", "continue"];
            let taken: Vec<_> = wishes.iter().filter(|wish| expected::wish(&before, wish, now) == 200).collect();
            let wish = if rng.bool() { rng.choice(taken).copied() } else { None };
            let wish = wish.unwrap_or_else(|| wishes[rng.usize(..wishes.len())]);
            way.told.push(format!("its denouncer: {wish}"));
            let mut words = json!({ "receipt_code": way.code, "words": "Đề nghị xem xét." });
            if wish == "withdraw-part" {
                words["contents"] = json!([0]);
            }
            (expected::wish(&before, wish, now), app.anonymous().post(&format!("/v1/denouncer/{wish}"), words).await)
        }
        _ => identity(rng, people, &before, way, now).await,
    };
    let after = Stored::settled(app, &way.id).await;
    let place = format!("{way}: {expected} was due at {}, and {} came: {}", before.status, answer.status, answer.text);
    assert_eq!(answer.status.as_u16(), expected, "{place}");
    assert_eq!(after.sealed, before.sealed, "{place}: what is in the vault stays as it came");
    met.deeds += 1;
    if expected >= 300 {
        met.refused += 1;
        assert_eq!(after.text, before.text, "{place}: something changed");
    } else {
        assert_eq!(after.deeds, before.deeds + 1, "{place}: one version more");
        agreement::of_row(&after, rules, now, way);
    }
    if let Some(action) = action.filter(|_| expected == 200) {
        met.taken.insert(action.code());
        assert_eq!(answer.json["version"], json!(before.version + 1), "{place}");
        assert!(expected::leads(&before, action, after.status), "{place}: it led to {}", after.status);
        let same = action != DenunciationAction::Transfer || agreement::untouched(&before, &after);
        assert!(same, "{place}: a limit was moved by handing it on");
    }
    as_seen(anybody(rng), &after, way, now).await;
    let theirs = follow(&app.anonymous(), &way.code).await.expect(200).json;
    assert_eq!(theirs["status"], json!(after.status), "{place}: what its denouncer reads");
}

/// What somebody finds: nothing, or the denunciation with what they can do now.
async fn as_seen(person: &Person, it: &Stored, way: &Way, now: DateTime<Utc>) {
    let seen = person.client.get(&format!("/v1/denunciations/{}", way.id)).await;
    let may_ask = person.may(kernel::Permission::ReadDenunciation);
    let expected = if !may_ask {
        403
    } else if expected::sees(person, it) {
        200
    } else {
        404
    };
    assert_eq!(seen.status.as_u16(), expected, "{way}: {} reads it: {}", person.name, seen.text);
    if expected == 200 {
        let offered = json!(expected::offered(person, it, now));
        assert_eq!(seen.json["allowed_actions"], offered, "{way}: {} at {}", person.name, it.status);
        assert_eq!(seen.json["version"], json!(it.version), "{way}");
    }
}

/// One of what is offered: most go on for a while before they end, and most steps lead on.
fn choose<'a>(
    rng: &mut fastrand::Rng,
    offers: &[(&'a Person, DenunciationAction)],
) -> Option<(&'a Person, DenunciationAction)> {
    use DenunciationAction::*;
    let once_in = |action| match action {
        Refuse | Forward | File | Terminate | ToInvestigation => 24,
        TreatAsLead => 8,
        Redact | Accuse | Ask | Transfer | Suspend | SendBack | RefuseProtection => 4,
        _ => 1,
    };
    let offers: Vec<_> = offers.iter().filter(|(_, action)| rng.u8(..once_in(*action)) == 0).collect();
    rng.choice(offers).copied()
}

/// What is said with a step.
fn words(rng: &mut fastrand::Rng, people: &[Person], contents: usize, action: DenunciationAction) -> Value {
    let mut words = said(action);
    match action {
        DenunciationAction::Assign => {
            let verify = |person: &&Person| person.may(kernel::Permission::ProcessDenunciation);
            let verifiers: Vec<_> = people.iter().filter(verify).collect();
            words["to"] = json!(rng.choice(&verifiers).unwrap().id());
        }
        DenunciationAction::Redact => {
            words["contents"] = json!(vec!["Một cán bộ yêu cầu đưa tiền."; contents])
        }
        DenunciationAction::Accuse if rng.bool() => {
            let who = rng.choice(["thanhtra", "chanhthanhtra", "chutich"]).unwrap();
            words["official_id"] = json!(directory::demo::staff_id(who).unwrap());
        }
        DenunciationAction::Transfer => words["to"] = json!(rng.choice(["H26", "H26.1", "H26.5"]).unwrap()),
        DenunciationAction::Extend => words["ground"] = json!(rng.choice(["complex", "specially_complex"]).unwrap()),
        DenunciationAction::Conclude => {
            words["outcome"] = json!(rng.choice(["true", "partly_true", "false", "false_in_bad_faith"]).unwrap());
        }
        _ => {}
    }
    words
}

/// Somebody wants to know who denounces, allows it, or reads it.
async fn identity(
    rng: &mut fastrand::Rng,
    people: &[Person],
    it: &Stored,
    way: &mut Way,
    now: DateTime<Utc>,
) -> (u16, Answer) {
    let concerned: Vec<_> = people.iter().filter(|person| expected::settles(person, it) || rng.u8(..4) == 0).collect();
    let person = rng.choice(&concerned).copied().unwrap_or(&people[0]);
    let (asked, what) =
        (rng.choice(&it.requests), rng.choice(["approve", "approve", "refuse", "open", "open"]).unwrap());
    let asked = asked.filter(|_| rng.u8(..5) > 0);
    way.told.push(format!("{}: {} who denounces", person.name, asked.map_or("ask", |_| what)));
    let (path, words) = match asked {
        Some(asked) => {
            let reason =
                if what == "refuse" { json!({ "reason": "Có thể hỏi qua mã biên nhận." }) } else { json!({}) };
            (format!("{}/{}/{what}", requests(&way.id), asked.id), reason)
        }
        None => (requests(&way.id), json!({ "reason": "Cần mời người tố cáo làm việc." })),
    };
    let what = if asked.is_some() { what } else { "ask" };
    (expected::identity(person, it, (what, asked), now), person.client.post(&path, words).await)
}
