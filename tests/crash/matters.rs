//! Cases and denunciations, as clients bring them beside dossiers: what was acknowledged of each, held against what there is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use crate::books::Entry;
use crate::client::{Answer, Client, Request};
use crate::world::{CITIZENS, NUMBER, Outcome, World, citizen_name};

/// One case or denunciation, as it was told.
#[derive(Debug)]
pub struct Matter {
    /// Its subject: however often it was sent, there must be one.
    pub mark: String,
    pub id: Uuid,
    /// Of the last answer.
    pub status: String,
    pub code: Option<String>,
    /// All that the sender of a denunciation has.
    pub receipt: Option<String>,
    /// The event that each acknowledged step must have left, by the version after it.
    pub events: BTreeMap<i32, &'static str>,
    /// What its denouncer has added: how often.
    pub added: usize,
}

/// By whom, which step, what is said with it, and the event it leaves.
type Step = (String, &'static str, Value, &'static str);

/// What is particular to a case of each kind.
fn facts() -> [Value; 8] {
    [
        json!({ "kind": "complaint", "about": "act", "respondent": "UBND", "known_on": today() }),
        json!({ "kind": "petition" }),
        json!({ "kind": "regulation_feedback", "about": "procedure" }),
        json!({ "kind": "conduct_report", "about": "delay" }),
        json!({ "kind": "accountability_request", "decision": "45/QĐ-UBND", "affected": "Thu hồi đất của tôi." }),
        json!({ "kind": "information_request", "shape": "electronic" }),
        json!({ "kind": "supervision_recommendation", "document_number": "12/KN-MTTQ", "document_date": today() }),
        json!({ "kind": "data_subject_request", "right": "access" }),
    ]
}

/// The steps of a case of this kind, by its sender and the commune.
fn way(kind: &str, sender: &str) -> Vec<Step> {
    let step = |who: &str, action, said, event| (who.to_owned(), action, said, event);
    let verifier = json!({ "to": directory::demo::staff_id("chuyenvien") });
    let outcome = if kind == "information_request" { "not_granted" } else { "granted" };
    let answer = json!({ "outcome": outcome, "reasons": "Nội dung đã được kiểm tra và giải quyết xong." });
    let decision = json!({
        "outcome": "partly_right", "number": "12/QĐ-UBND", "reasons": "Quyết định tính thừa 12 m²; sửa diện tích.",
    });
    let posted = json!({ "means": "posting", "place": "Trụ sở UBND phường" });
    let closing = json!({ "words": "Đã trả lời và lưu hồ sơ." });
    let (taker, head, closer) = match kind {
        "data_subject_request" => ("baove", "baove", "baove"),
        "conduct_report" => ("tiepnhan", "lanhdao", "tiepnhan"),
        "supervision_recommendation" => ("lanhdao", "lanhdao", "mattran"),
        _ => ("lanhdao", "lanhdao", "tiepnhan"),
    };
    let mut steps = vec![step(sender, "submit", json!({}), "case.submitted")];
    if !matches!(kind, "petition" | "supervision_recommendation") {
        steps.push(step(taker, "accept", json!({}), "case.accepted"));
    }
    if kind != "data_subject_request" {
        steps.push(step(head, "assign", verifier, "case.assigned"));
        steps.push(step("chuyenvien", "report", json!({ "words": "Đã kiểm tra đầy đủ." }), "case.reported"));
    }
    steps.extend(match kind {
        "complaint" => vec![step(head, "decide", decision, "case.decided")],
        "regulation_feedback" => {
            vec![step(head, "answer", answer, "case.answered"), step(head, "publish", posted, "case.published")]
        }
        _ => vec![step(head, "answer", answer, "case.answered"), step(closer, "close", closing, "case.closed")],
    });
    steps
}

/// The steps of a denunciation, by the inspectorate.
fn examination() -> Vec<Step> {
    let verifier = json!({ "to": directory::demo::staff_id("thanhtra") });
    let found =
        json!({ "outcome": "partly_true", "words": "Nội dung nhận tiền là đúng, nội dung khác không có cơ sở." });
    let report = json!({ "words": "Đã xác minh đủ các nội dung." });
    let step = |who: &str, action, said, event| (who.to_owned(), action, said, event);
    vec![
        step("chanhthanhtra", "accept", json!({}), "denunciation.accepted"),
        step("chanhthanhtra", "notify", json!({}), "denunciation.notified"),
        step("chanhthanhtra", "assign", verifier, "denunciation.assigned"),
        step("thanhtra", "report", report, "denunciation.reported"),
        step("chanhthanhtra", "conclude", found, "denunciation.concluded"),
    ]
}

impl Client {
    /// Brings a case, and leads it as far as the dice say.
    pub async fn bring_case(&mut self) -> Option<()> {
        let mark = format!("crash {}-{}", self.number, self.matters.len());
        let all = facts();
        let facts = &all[self.rng.below(all.len())];
        let kind = facts["kind"].as_str()?;
        let sender = match kind {
            "supervision_recommendation" => "mattran".to_owned(),
            _ => citizen_name(self.rng.below(CITIZENS)),
        };
        let person =
            json!({ "part": "sender", "name": "Nguyễn Thị Hoa", "identity_number": NUMBER, "address": "Hà Nội" });
        let new = json!({
            "agency": "H26.13.01", "subject": mark, "contents": ["Quyết định không nêu căn cứ pháp lý."],
            "people": [person], "facts": facts,
        });
        let created = self.post(&sender, "/v1/cases", &new).await?;
        let id = created.json["id"].as_str()?.parse().ok()?;
        let events = BTreeMap::from([(created.version, "case.created")]);
        self.matters.push(Matter { mark, id, status: "draft".into(), code: None, receipt: None, events, added: 0 });
        self.lead("cases", way(kind, &sender)).await
    }

    /// Denounces somebody, without an account, adds to it by the code, and the inspectorate goes on with it.
    pub async fn denounce(&mut self) -> Option<()> {
        let mark = format!("crash {}-{}", self.number, self.matters.len());
        let new = json!({
            "agency": "H26.5", "subject": mark, "contents": ["Ông A yêu cầu tôi đưa 5.000.000 đồng."],
            "accused": [{ "name": "Ông Nguyễn Văn A", "office": "Cán bộ quầy số 3" }],
            "denouncers": [{ "name": "Lê Thị Tố Tâm", "identity_number": "001199887766", "address": "Ngõ Hạ Hồi" }],
        });
        let sent = self.post("", "/v1/denunciations", &new).await?;
        let receipt = sent.json["receipt_code"].as_str()?.to_owned();
        let (id, code) = find(&self.world, &mark).await?;
        let (status, events) = ("received".to_owned(), BTreeMap::from([(1, "denunciation.received")]));
        let receipt = Some(receipt);
        self.matters.push(Matter { mark, id, status, code: Some(code), receipt, events, added: 0 });
        if self.rng.one_in(2) {
            let matter = self.matters.last()?;
            let words = json!({ "receipt_code": matter.receipt, "words": "Tôi còn giữ bản ghi âm." });
            self.post("", "/v1/denouncer/add", &words).await?;
            self.matters.last_mut()?.added += 1;
        }
        self.lead("denunciations", examination()).await
    }

    async fn post(&mut self, who: &str, path: &str, said: &Value) -> Option<Answer> {
        let request = Request::post(who, path, self.rng.uuid(), said);
        self.insist(&request).await
    }

    /// Takes some of the steps.
    async fn lead(&mut self, family: &str, steps: Vec<Step>) -> Option<()> {
        let far = self.rng.below(steps.len() + 1);
        for (who, action, said, event) in steps.into_iter().take(far) {
            sleep(self.think()).await;
            let path = format!("/v1/{family}/{}/{action}", self.matters.last()?.id);
            let answer = self.post(&who, &path, &said).await?;
            let matter = self.matters.last_mut()?;
            matter.events.insert(answer.version, event);
            matter.status = answer.json["status"].as_str()?.to_owned();
            matter.code = answer.json["code"].as_str().map(str::to_owned);
        }
        Some(())
    }

    /// Follows every denunciation by its code, as its denouncer finds it in the end.
    pub async fn follow_again(&mut self) {
        for matter in &self.matters {
            let Some(receipt) = &matter.receipt else { continue };
            let asked = json!({ "receipt_code": receipt }).to_string();
            let request = self.world.http.post(format!("{}/v1/denouncer/follow", self.world.url));
            let request = request.header("content-type", "application/json").body(asked);
            let found: Value = match request.send().await {
                Ok(answer) => answer.json().await.unwrap_or_default(),
                Err(error) => json!(error.to_string()),
            };
            let messages = found["messages"].as_array().into_iter().flatten();
            // Beside what the agency has told them.
            let said = messages.filter(|message| message["part"] == "denouncer").count();
            if found["status"] != json!(matter.status) || said != matter.added {
                self.world.violation(format!("{matter:?} is followed to {found}"));
            }
        }
    }
}

fn today() -> String {
    deadlines::vn_date(kernel::Clock::default().now()).to_string()
}

/// A case or denunciation, as it is stored.
#[derive(Debug, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Integer)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Text>)]
    code: Option<String>,
    #[diesel(sql_type = Text)]
    subject: String,
    /// Whether what must be in the vault is there.
    #[diesel(sql_type = Bool)]
    sealed: bool,
    /// Whether timers wait for what is owed, and none for what is not.
    #[diesel(sql_type = Bool)]
    timed: bool,
}

const ROWS: &str = "
    WITH it AS (
        SELECT id, version, status, code, words, next_due_at, true AS sealed FROM cases
        UNION ALL SELECT id, version, status, code, words, next_due_at,
            kind <> 'denunciation' OR EXISTS (SELECT FROM vault.secrets WHERE secrets.id = denunciations.id)
        FROM denunciations.denunciations
    ), waiting AS (
        SELECT entity_id, bool_or(kind = 'escalation') AS rung, bool_or(kind NOT IN ('escalation', 'effect')) AS limited
        FROM timers GROUP BY entity_id
    )
    SELECT id, version, status, code, words ->> 'subject' AS subject, sealed,
        (next_due_at < '9999-01-01', next_due_at < '9999-01-01') = (coalesce(rung, false), coalesce(limited, false)) AS timed
    FROM it LEFT JOIN waiting ON entity_id = id";

/// All of them.
pub async fn rows(conn: &mut AsyncPgConnection) -> Outcome<Vec<Row>> {
    Ok(diesel::sql_query(ROWS).load(conn).await?)
}

/// The id and code of the denunciation with this subject: its sender is never told the id.
async fn find(world: &World, mark: &str) -> Option<(Uuid, String)> {
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(120) {
        if let Ok(mut conn) = world.db.conn().await {
            let one = diesel::sql_query(format!("SELECT * FROM ({ROWS}) AS rows WHERE subject = $1"));
            if let Ok(row) = one.bind::<Text, _>(mark).get_result::<Row>(&mut conn).await {
                return Some((row.id, row.code?));
            }
        }
        sleep(Duration::from_millis(500)).await;
    }
    world.violation(format!("denunciation {mark} was acknowledged and is lost"));
    None
}

/// What is wrong with cases and denunciations, in words.
pub fn check(told: &[Matter], rows: &[Row], by_entity: &HashMap<Uuid, Vec<&Entry>>) -> Vec<String> {
    let mut wrong = Vec::new();
    let known: HashMap<Uuid, &Row> = rows.iter().map(|row| (row.id, row)).collect();
    for matter in told {
        let entries = by_entity.get(&matter.id).map_or(&[][..], Vec::as_slice);
        let Some(row) = known.get(&matter.id) else {
            wrong.push(format!("{matter:?} was acknowledged and is lost"));
            continue;
        };
        if row.status != matter.status || row.code != matter.code || !row.sealed || !row.timed {
            wrong.push(format!("{matter:?} is {row:?}"));
        }
        let is_there = |(version, event): (&i32, &&str)| {
            entries.iter().any(|entry| entry.entity_version == *version && entry.event_kind == **event)
        };
        let added = entries.iter().filter(|entry| entry.event_kind == "denunciation.added").count();
        if !matter.events.iter().all(is_there) || added != matter.added {
            wrong.push(format!("something acknowledged of {matter:?} is lost: {entries:?}"));
        }
        if entries.len() != matter.events.len() + matter.added {
            wrong.push(format!("something of {matter:?} was done twice: {entries:?}"));
        }
    }
    let marks: BTreeSet<&str> = told.iter().map(|matter| matter.mark.as_str()).collect();
    let made: Vec<&str> = rows.iter().map(|row| row.subject.as_str()).filter(|it| it.starts_with("crash ")).collect();
    if made.len() != marks.len() || !made.iter().all(|mark| marks.contains(mark)) {
        wrong.push(format!("{} cases and denunciations are there, and {} were told of", made.len(), marks.len()));
    }
    wrong.extend(codes(rows));
    wrong
}

/// No code twice, and serials from 1 on without a gap in each book.
fn codes(rows: &[Row]) -> Vec<String> {
    let mut books = BTreeMap::<(bool, &str), Vec<i64>>::new();
    for code in rows.iter().filter_map(|row| row.code.as_deref()) {
        // KN-H26.13.01-26-00001: all kinds of an agency's year share one book, but for denunciations.
        let parts = code.split_once('-').and_then(|(kind, rest)| Some((kind == "TC", rest.rsplit_once('-')?)));
        if let Some((apart, (book, serial))) = parts {
            books.entry((apart, book)).or_default().push(serial.parse().unwrap_or(0));
        }
    }
    let mut wrong = Vec::new();
    for (book, mut given) in books {
        given.sort_unstable();
        if !given.iter().copied().eq(1..=i64::try_from(given.len()).unwrap_or(0)) {
            wrong.push(format!("the codes of {book:?} are {given:?}"));
        }
    }
    wrong
}
