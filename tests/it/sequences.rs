//! Dossiers that take a random way: whatever officers, citizens, the gateway and the agencies that are asked do, in whatever
//! order, no state is reached that the table does not know, every date is that of the clock, money and questions are where
//! the state says, and the journal tells it all.

mod agreement;
mod deeds;

use chrono::{DateTime, TimeDelta, Utc};
use procedures::workflow::{Action, FOLLOWS, Status, TABLE};
use serde_json::{Value, json};

use crate::cast::{
    BIRTH_ONLINE, Cast, Kind, MARRIAGE_ELSEWHERE, PERMIT_AT_COUNTER, PERMIT_BY_POST, PERMIT_ONLINE, path, said, said_by,
};
use crate::fees::served_by;
use crate::harness::monday;

const DOSSIERS: usize = 24;
const ROUNDS: usize = 6;

struct Way {
    id: String,
    kind: Kind,
    /// Where it stood when it was last looked at.
    at: Status,
    /// What was done to it, for whoever reads why this fails.
    told: Vec<String>,
}

impl Way {
    /// Somebody who sees it in every state.
    fn holder(&self) -> &'static str {
        self.kind.filer()
    }

    /// Looks at it again: it stands where it stood, or where it goes by itself.
    async fn look(&mut self, cast: &Cast) -> Value {
        let seen = cast.client(self.holder()).get(&format!("/v1/dossiers/{}", self.id)).await.expect(200).json;
        let now = Status::from_code(seen["status"].as_str().unwrap()).unwrap();
        let by_itself = FOLLOWS.iter().any(|follows| (follows.from, follows.to) == (self.at, now));
        assert!(now == self.at || by_itself, "{self}: it stands at {now}");
        self.at = now;
        seen
    }
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {} after {:?}", self.id, self.at, self.told)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_in_whatever_order_rows_clocks_timers_and_journal_agree() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut rng = fastrand::Rng::with_seed(seed);
    // The gateway is down: what is to go back is asked for again and again.
    let app = served_by("http://127.0.0.1:9").await;
    // No procedure of the seed has these rules: the limit of marriages stands while papers or a duty are awaited.
    app.sql(
        "UPDATE procedures SET content = jsonb_set(jsonb_set(content, '{cases,1,supplement}', '\"pause\"'),
         '{cases,1,payment_pauses}', 'true') WHERE code = '1.000894'",
    )
    .await;
    app.sql("UPDATE reference_data SET version = version + 1 WHERE kind = 'procedures'").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let cast = Cast::of(&app).await;
    let mut ways = Vec::new();
    for n in 0..DOSSIERS {
        let kind = [PERMIT_ONLINE, PERMIT_AT_COUNTER, BIRTH_ONLINE, PERMIT_BY_POST, MARRIAGE_ELSEWHERE][n % 5];
        let id = cast.dossier(kind, Status::Draft).await;
        ways.push(Way { id, kind, at: Status::Draft, told: vec![format!("SEED={seed}")] });
    }
    let (mut now, mut steps, mut deeds) = (monday(), 0, 0);
    for _ in 0..ROUNDS {
        now += TimeDelta::minutes(rng.i64(60..60 * 50));
        app.set_time(&now.to_rfc3339());
        // What has run out by now is told before anybody does more.
        app.eventually(&format!("SELECT count(*) FROM timers WHERE fire_at <= '{}'", now.to_rfc3339()), 0).await;
        let cast = Cast::again(&app).await;
        for way in &mut ways {
            for _ in 0..rng.usize(1..4) {
                steps += usize::from(step(&mut rng, &cast, way).await);
                deeds += usize::from(deeds::deed(&mut rng, &app, &cast, way).await);
            }
        }
    }
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    assert!(steps > DOSSIERS && deeds > DOSSIERS / 3, "SEED={seed}: only {steps} steps and {deeds} deeds");
    let cast = Cast::again(&app).await;
    for way in &mut ways {
        way.look(&cast).await;
        agreement::of_dossier(&app, way).await;
        agreement::of_money_and_questions(&app, way).await;
    }
}

/// One step that somebody is offered, if anybody is offered any.
async fn step(rng: &mut fastrand::Rng, cast: &Cast, way: &mut Way) -> bool {
    way.look(cast).await;
    let mut players: Vec<_> = cast.0.iter().collect();
    rng.shuffle(&mut players);
    let (mut offer, at) = (None, format!("/v1/dossiers/{}", way.id));
    for player in players {
        let seen = player.client.get(&at).await;
        let offered = seen.json["allowed_actions"].as_array();
        if let Some(action) = offered.and_then(|offered| rng.choice(offered)) {
            offer = Some((player, Action::from_code(action.as_str().unwrap()).unwrap(), seen));
            break;
        }
    }
    let Some((player, action, seen)) = offer else { return false };
    // What was found to be the longer case stays that one: the limit of the shorter may be over.
    if action == Action::ChangeCase && seen.json["case"] != "house" {
        return false;
    }
    // Most go on for a while before they end.
    let ends = [Action::Withdraw, Action::ProposeRejection, Action::Stop, Action::ApproveWithdrawal].contains(&action);
    if ends && rng.u8(..5) > 0 {
        return false;
    }
    let waits = [Status::IntakeSupplement, Status::SupplementRequested].contains(&way.at);
    if waits && [Action::Submit, Action::Accept, Action::ConfirmSupplement].contains(&action) {
        cast.bring(&way.id, way.holder(), way.kind.papers[0]).await;
    }
    let body = words((player.name, way.kind, way.at), action, &seen.json);
    let answer = player.client.post(&path(&way.id, action), body).await;
    way.told.push(format!("{}: {action}", player.name));
    assert_eq!(answer.status, 200, "{way}: {action} was offered to {}: {}", player.name, answer.text);
    let to = Status::from_code(answer.json["status"].as_str().unwrap()).unwrap();
    let known = TABLE.iter().any(|row| (row.from, row.action, row.to) == (way.at, action, to));
    assert!(known, "{way}: {action} leads to {to}");
    way.at = to;
    true
}

/// What is said with a step, at whatever moment it is taken.
fn words((who, kind, at): (&str, Kind, Status), action: Action, dossier: &Value) -> Value {
    match action {
        Action::ProposeSupplement => {
            let mut what = said(kind, action);
            what["late_reason"] = json!("Thẩm định chậm, xin lỗi ông/bà.");
            what
        }
        Action::RequestSupplement => json!({ "late_reason": "Văn bản được ký chậm." }),
        Action::Stop if at == Status::SupplementRequested => {
            json!({ "ground": "not_supplemented", "reason": "Quá hạn mà không bổ sung." })
        }
        Action::IssueResult if at == Status::SupplementRequested => {
            let reason = "Quá hạn mà không bổ sung.";
            json!({ "outcome": "refused", "number": "9/UBND", "ground": "not_supplemented", "reason": reason })
        }
        Action::ProposeReappointment | Action::Reappoint => {
            let due_at: DateTime<Utc> = dossier["due_at"].as_str().unwrap().parse().unwrap();
            json!({ "due_date": (due_at + TimeDelta::days(7)).date_naive(), "reason": "Xin lỗi ông/bà, kết quả về muộn." })
        }
        // One whom nobody in the cast works for, so that silence counts too, and two that answer.
        Action::Consult => {
            let mut asked = said(kind, action);
            for agency in ["H26.3", if kind.elsewhere { "H26.13.01" } else { "H26.13.02" }] {
                let mut question = asked["questions"][0].clone();
                question["agency"] = json!(agency);
                asked["questions"].as_array_mut().unwrap().push(question);
            }
            asked
        }
        _ => said_by(who, kind, action),
    }
}
