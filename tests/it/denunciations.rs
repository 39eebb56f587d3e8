//! Denunciations: sent without an account, followed by a code, settled by people who do not know who denounces.

mod above;
mod accused;
mod apart;
mod barred;
mod blank;
pub mod canary;
mod delegated;
mod false_name;
mod files;
mod grounds;
mod limits;
mod lists;
mod notices;
mod page;
mod redacted;
mod sequences;
mod stands;
mod table;
mod told;
mod vault;
mod withdrawn;
mod words;

use ::denunciations::workflow::DenunciationAction;
use reqwest::Method;
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::harness::{Answer, Client, TestApp, new_key};

pub const NAME: &str = "Lê Thị Tố Tâm";
pub const NUMBER: &str = "001199887766";
pub const PHONE: &str = "+84987654321";
pub const ADDRESS: &str = "Số 12 ngõ Hạ Hồi";

/// What is sent, signed.
pub fn new() -> Value {
    json!({
        "agency": "H26.5", "subject": "Tố cáo nhận tiền khi cấp phép",
        "contents": [format!("Tôi là {NAME}, điện thoại 0987.654.321. Ông A yêu cầu tôi đưa 5.000.000 đồng.")],
        "accused": [{ "name": "Ông Nguyễn Văn A", "office": "Cán bộ quầy số 3" }],
        "denouncers": [{ "name": NAME, "identity_number": NUMBER, "address": ADDRESS, "phone": PHONE }],
    })
}

/// What is sent by nobody known.
pub fn lead() -> Value {
    let mut lead = new();
    lead["denouncers"] = json!([]);
    lead
}

/// The same, of two contents.
pub fn of_two() -> Value {
    let mut two = new();
    two["contents"] = json!(["Ông A yêu cầu tôi đưa 5.000.000 đồng.", "Ông A kéo dài thời gian giải quyết."]);
    two
}

/// Sends one; its code, and its id as the inspectorate sees it.
pub async fn send(app: &TestApp, cast: &Cast, what: Value) -> (String, String) {
    let before = known(cast).await;
    let sent = app.anonymous().post("/v1/denunciations", what).await.expect(201);
    let code = sent.json["receipt_code"].as_str().unwrap().to_owned();
    let new = known(cast).await.into_iter().find(|id| !before.contains(id));
    (code, new.expect("it is in the list"))
}

/// What the inspectorate has to do.
async fn known(cast: &Cast) -> Vec<String> {
    let list = cast.client("chanhthanhtra").get("/v1/denunciations?limit=200").await.expect(200).json;
    list["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

pub fn path(id: &str, action: DenunciationAction) -> String {
    format!("/v1/denunciations/{id}/{}", action.code().replace('_', "-"))
}

/// The least that must be said with a step.
pub fn said(action: DenunciationAction) -> Value {
    use DenunciationAction::*;
    let grounded = |ground: &str| json!({ "ground": ground, "reason": "Theo hồ sơ đã kiểm tra." });
    match action {
        CheckLead | Accept | Notify | Send | Close | AskForReport => json!({}),
        Accuse => json!({ "name": "Ông Nguyễn Văn A", "office": "Cán bộ quầy số 3" }),
        Redact => json!({ "subject": "Tố cáo nhận tiền", "contents": ["Một cán bộ yêu cầu đưa tiền."] }),
        Ask | Report | Handle | Publish | Protect | ExplainDelay | AnswerDelay | Uphold | TakeOver => {
            json!({ "words": "Đề nghị cho biết thêm chi tiết." })
        }
        Transfer => json!({ "to": "H26", "reason": "Thuộc thẩm quyền của Thành phố." }),
        ExtendCheck => grounded("several_places"),
        Refuse => grounded("no_grounds"),
        File => grounded("not_specific"),
        Suspend => grounded("awaits_result"),
        Extend => grounded("complex"),
        RefuseWithdrawal => grounded("under_threat"),
        Assign => json!({ "to": directory::demo::staff_id("thanhtra").unwrap() }),
        Conclude => {
            json!({ "outcome": "partly_true", "words": "Nội dung nhận tiền là đúng, nội dung khác không có cơ sở." })
        }
        Forward | TreatAsLead | SendBack | Resume | ToInvestigation | Terminate | SettleRest | RefuseProtection
        | EndProtection => {
            json!({ "reason": "Theo kết quả đã kiểm tra." })
        }
    }
}

/// Who takes it.
pub fn hand(action: DenunciationAction) -> &'static str {
    use DenunciationAction::*;
    match action {
        Report => "thanhtra",
        AskForReport | AnswerDelay | Uphold | TakeOver => "chutich",
        _ => "chanhthanhtra",
    }
}

pub async fn walk(cast: &Cast, id: &str, way: &[DenunciationAction]) -> Value {
    let mut last = Value::Null;
    for action in way {
        last = cast.client(hand(*action)).post(&path(id, *action), said(*action)).await.expect(200).json;
    }
    last
}

fn limit<'a>(it: &'a Value, stage: &str) -> &'a Value {
    it["clocks"].as_array().unwrap().iter().find(|clock| clock["stage"] == stage).unwrap_or(&Value::Null)
}

pub async fn follow(client: &Client, code: &str) -> Answer {
    client.post("/v1/denouncer/follow", json!({ "receipt_code": code })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_on_a_version_that_is_gone_is_refused_and_changes_nothing() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    let row = format!("SELECT it FROM denunciations.denunciations AS it WHERE id = '{id}'");
    for action in [Accuse, Accept, Assign, Report, Conclude, Send] {
        let client = cast.client(hand(action));
        let seen = client.get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
        let version = seen["version"].as_i64().unwrap();
        let at = async |version: i64| {
            let request = client.request(Method::POST, &path(&id, action)).header("idempotency-key", new_key());
            client.send(request.header("if-match", format!("\"{version}\"")).json(&said(action))).await
        };
        let before = app.text(&row).await;
        for stale in [version - 1, version + 1] {
            let refused = at(stale).await.expect(412);
            assert_eq!(refused.problem(), "denunciation.stale_version", "{action}");
            assert_eq!((&refused.json["version"], &refused.json["state"]), (&seen["version"], &seen["status"]));
        }
        assert_eq!(app.text(&row).await, before, "{action}");
        at(version).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denunciation_is_checked_accepted_verified_concluded_and_published() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let seen = cast.client("thanhtra").get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
    assert_eq!(
        (&seen["kind"], &seen["status"], &seen["code"]),
        (&json!("denunciation"), &json!("received"), &json!("TC-H26.5-26-00001"))
    );
    // Seven working days to check it (LTC Art. 24), the Saturday one of them.
    assert_eq!(limit(&seen, "check")["due_date"], "2026-08-25");
    let accepted = walk(&cast, &id, &[Accept]).await;
    assert_eq!(limit(&accepted, "notify")["due_date"], "2026-08-22", "five working days to tell both sides (Art. 29)");
    assert_eq!(limit(&accepted, "resolve")["due_date"], "2026-09-16", "thirty days (Art. 30)");
    let longer = walk(&cast, &id, &[Extend]).await;
    assert_eq!(limit(&longer, "resolve")["due_date"], "2026-10-16");
    let concluded = walk(&cast, &id, &[Notify, Assign, Report, SendBack, Report, Conclude]).await;
    assert_eq!((&concluded["status"], &concluded["outcome"]), (&json!("concluded"), &json!("partly_true")));
    cast.client("chanhthanhtra").post(&path(&id, Close), json!({})).await.expect(409);
    let closed = walk(&cast, &id, &[Send, Handle, Publish, Close]).await;
    assert_eq!((&closed["status"], &closed["timeliness"]), (&json!("closed"), &json!("finished_on_time")));
    let theirs = follow(&app.anonymous(), &code).await.expect(200).json;
    assert_eq!((&theirs["status"], &theirs["outcome"]), (&json!("closed"), &json!("partly_true")));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_denouncer_follows_it_adds_to_it_and_answers_with_the_code_alone() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let nobody = app.anonymous();
    assert!(code.len() >= 35 && code.bytes().filter(u8::is_ascii_alphanumeric).count() == 30, "150 bits: {code}");
    walk(&cast, &id, &[DenunciationAction::Ask]).await;
    let asked = follow(&nobody, &code).await.expect(200).json;
    assert_eq!(asked["messages"][0]["part"], "question");
    let words = format!("Còn bản ghi âm; xin gọi {NAME} số 0987 654 321.");
    let add = json!({ "receipt_code": code, "words": words });
    let added = nobody.post("/v1/denouncer/add", add.clone()).await.expect(200).json;
    // Typed in small letters and without hyphens it is the same code.
    let typed = code.replace('-', "").to_lowercase();
    let seen = follow(&nobody, &typed).await.expect(200).json;
    assert_eq!(seen["messages"], added["messages"]);
    assert_eq!(seen["messages"][1]["words"], "Còn bản ghi âm; xin gọi […] số […].");
    assert_eq!(follow(&nobody, &"0".repeat(30)).await.expect(404).problem(), "denunciation.not_found");
    // Remarks among officers are not the denouncer's.
    walk(&cast, &id, &[DenunciationAction::Accept, DenunciationAction::Assign, DenunciationAction::Report]).await;
    assert_eq!(follow(&nobody, &code).await.json["messages"].as_array().unwrap().len(), 2);
    let officer = cast.client("thanhtra").get(&format!("/v1/denunciations/{id}")).await.expect(200).json;
    assert_eq!(officer["messages"].as_array().unwrap().len(), 3);
}

/// Whoever reads a code could speak as its denouncer: it is in no words, of whichever denunciation it is, and whoever writes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_stands_in_nothing_that_is_read() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let nobody = app.anonymous();
    let (first, of_first) = send(&app, &cast, lead()).await;
    let mut again = new();
    again["subject"] = json!(format!("Bổ sung đơn có mã {first}"));
    again["contents"] = json!([format!("Đơn trước: mã {}.", first.replace('-', " ").to_lowercase())]);
    let (code, id) = send(&app, &cast, again).await;
    let plain = code.replace('-', "");
    let words = format!("Mã của tôi là {code}; đơn trước mã {plain}x, {first}. Số 0123456789ABCDEFGHJKMNPQRSTVWX.");
    let left = "Mã của tôi là […]; đơn trước mã […]x, […]. Số 0123456789ABCDEFGHJKMNPQRSTVWX.";
    let added =
        nobody.post("/v1/denouncer/add", json!({ "receipt_code": code, "words": words })).await.expect(200).json;
    assert_eq!(added["messages"][0]["words"], left);
    let of_lead = json!({ "receipt_code": first, "words": format!("Mã: {}", first.replace('-', " - ")) });
    nobody.post("/v1/denouncer/add", of_lead).await.expect(200);
    let head = cast.client("chanhthanhtra");
    let seen = head.get(&format!("/v1/denunciations/{of_first}")).await.expect(200).json;
    assert_eq!(seen["messages"][0]["words"], "Mã: […]");
    let asked = json!({ "words": format!("Ông/bà có mã {code} còn giữ bản ghi âm không?") });
    let seen = head.post(&path(&id, DenunciationAction::Ask), asked).await.expect(200).json;
    assert_eq!(seen["messages"][1]["words"], "Ông/bà có mã […] còn giữ bản ghi âm không?");
    assert_eq!(
        (&seen["subject"], &seen["contents"]),
        (&json!("Bổ sung đơn có mã […]"), &json!(["Đơn trước: mã […]."]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_of_nobody_known_is_no_denunciation_and_is_checked_when_it_is_specific() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, lead()).await;
    let head = cast.client("chanhthanhtra");
    head.post(&path(&id, Accept), json!({})).await.expect(409);
    head.post(&path(&id, Refuse), said(Refuse)).await.expect(409);
    let taken = walk(&cast, &id, &[CheckLead]).await;
    assert_eq!((&taken["status"], limit(&taken, "resolve")), (&json!("accepted"), &Value::Null));
    // What the law gives to denouncers is nobody's; whoever sent it adds to it all the same.
    let wishes = ["withdraw", "ask-for-protection", "report-delay", "continue"];
    let refuses = async |place: &str| {
        for wish in wishes {
            let words = json!({ "receipt_code": code, "words": "Đề nghị xem xét." });
            let refused = app.anonymous().post(&format!("/v1/denouncer/{wish}"), words).await.expect(409);
            assert_eq!(refused.problem(), "denunciation.lead", "{wish}, {place}");
        }
        let part = json!({ "receipt_code": code, "contents": [0], "words": "Tôi rút." });
        let refused = app.anonymous().post("/v1/denouncer/withdraw-part", part).await.expect(409);
        assert_eq!(refused.problem(), "denunciation.lead", "{place}");
    };
    refuses("while it is checked").await;
    let more = json!({ "receipt_code": code, "words": "Còn một người nữa biết việc này." });
    app.anonymous().post("/v1/denouncer/add", more).await.expect(200);
    // None of the limits that the law gives to denunciations is its own, after it was found true either.
    let found = walk(&cast, &id, &[Assign, Report, Conclude]).await;
    assert_eq!(["send", "handle", "publish"].map(|stage| limit(&found, stage)), [&Value::Null; 3]);
    refuses("after it was found true").await;
    assert_eq!(walk(&cast, &id, &[Close]).await["status"], "closed");
    let (_, id) = send(&app, &cast, lead()).await;
    assert_eq!(walk(&cast, &id, &[File]).await["status"], "filed");
    let (_, id) = send(&app, &cast, new()).await;
    head.post(&path(&id, File), said(File)).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_denouncer_asks_for_protection() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let head = cast.client("chanhthanhtra");
    head.post(&path(&id, Protect), said(Protect)).await.expect(409);
    let wish = json!({ "receipt_code": code, "words": "Tôi bị doạ cho thôi việc." });
    app.anonymous().post("/v1/denouncer/ask-for-protection", wish).await.expect(200);
    assert_eq!(walk(&cast, &id, &[Protect]).await["protection"], "granted");
    assert_eq!(follow(&app.anonymous(), &code).await.json["protection"], "granted");
    assert_eq!(walk(&cast, &id, &[EndProtection]).await["protection"], "ended");
}

/// Whoever asks for more keeps what they have, whatever is decided on that.
#[tokio::test(flavor = "multi_thread")]
async fn protection_that_was_granted_stands_while_more_is_asked_for() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let ask = async || {
        let wish = json!({ "receipt_code": code, "words": "Tôi bị doạ cho thôi việc." });
        app.anonymous().post("/v1/denouncer/ask-for-protection", wish).await.expect(200).json
    };
    let has = |it: &Value| (it["protection"].clone(), it["more_protection_asked_at"].is_null());
    assert_eq!(has(&ask().await), (json!("asked"), true));
    assert_eq!(has(&walk(&cast, &id, &[Protect]).await), (json!("granted"), true));
    assert_eq!(has(&ask().await), (json!("granted"), false));
    assert_eq!(has(&walk(&cast, &id, &[RefuseProtection]).await), (json!("granted"), true));
    assert_eq!(has(&follow(&app.anonymous(), &code).await.json), (json!("granted"), true));
    ask().await;
    assert_eq!(has(&walk(&cast, &id, &[Protect]).await), (json!("granted"), true));
    ask().await;
    assert_eq!(has(&walk(&cast, &id, &[EndProtection]).await), (json!("asked"), true), "that is still to be decided");
    assert_eq!(has(&walk(&cast, &id, &[RefuseProtection]).await), (json!("refused"), true));
    ask().await;
    walk(&cast, &id, &[Protect]).await;
    ask().await;
    assert_eq!(has(&walk(&cast, &id, &[TreatAsLead]).await), (json!("granted"), true), "nobody asks any more");
    assert_eq!(has(&walk(&cast, &id, &[EndProtection]).await), (json!("ended"), true));
}

/// Retaliation may come when all is over: it is among what is to be done until it is decided.
#[tokio::test(flavor = "multi_thread")]
async fn protection_is_asked_for_decided_and_ended_after_it_is_closed() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    walk(&cast, &id, &[Accept, Assign, Report, Conclude, Send, Handle, Publish, Close]).await;
    assert!(!known(&cast).await.contains(&id));
    let wish = json!({ "receipt_code": code, "words": "Tôi bị chuyển công tác sau khi tố cáo." });
    app.anonymous().post("/v1/denouncer/ask-for-protection", wish).await.expect(200);
    assert!(known(&cast).await.contains(&id));
    let protected = walk(&cast, &id, &[Protect]).await;
    assert_eq!((&protected["status"], &protected["protection"]), (&json!("closed"), &json!("granted")));
    assert!(!known(&cast).await.contains(&id));
    assert_eq!(walk(&cast, &id, &[EndProtection]).await["protection"], "ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_it_but_those_who_settle_it_and_never_whom_it_accuses() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut accusing = new();
    accusing["accused"][0]["official_id"] = json!(directory::demo::staff_id("thanhtra").unwrap());
    let (_, id) = send(&app, &cast, accusing).await;
    for player in &cast.0 {
        let answer = player.client.get(&format!("/v1/denunciations/{id}")).await;
        let settles = player.name == "chanhthanhtra";
        assert_eq!(answer.status == 200, settles, "{}: {}", player.name, answer.text);
        let list = player.client.get("/v1/denunciations").await;
        assert_eq!(list.text.contains(&id), settles, "{}", player.name);
        if !settles {
            for action in DenunciationAction::ALL.iter().copied() {
                let answer = player.client.post(&path(&id, action), said(action)).await;
                assert!([403, 404].contains(&answer.status.as_u16()), "{action} by {}: {}", player.name, answer.text);
            }
        }
    }
    let itself = json!({ "to": directory::demo::staff_id("thanhtra").unwrap() });
    walk(&cast, &id, &[DenunciationAction::Accept]).await;
    let refused = cast.client("chanhthanhtra").post(&path(&id, DenunciationAction::Assign), itself).await.expect(422);
    assert_eq!(refused.problem(), "denunciation.accused");
    app.eventually("SELECT count(*) FROM journal_tail", 0).await;
    let told = format!("SELECT count(*) FROM journal WHERE entity_id = '{id}' AND seen_before || seen_after <> '{{}}'");
    assert_eq!(app.count(&told).await, 0, "nobody who follows the journal tells them");
    // What accuses a unit goes to the one above, and is handed to it by nobody.
    let mut unit = new();
    unit["accused"][0]["unit_id"] = json!(directory::demo::agency_id("H26.5").unwrap());
    app.anonymous().post("/v1/denunciations", unit).await.expect(201);
    let city = cast.client("chutich").get("/v1/denunciations").await.expect(200).json;
    let id = city["items"][0]["id"].as_str().unwrap();
    let back = json!({ "to": "H26.5", "reason": "Giao Thanh tra xem xét." });
    let refused = cast.client("chutich").post(&path(id, DenunciationAction::Transfer), back).await.expect(422);
    assert_eq!(refused.problem(), "denunciation.accused");
}

/// Once where it is complex, twice where it is specially so (LTC Art. 30).
#[tokio::test(flavor = "multi_thread")]
async fn a_denunciation_is_extended_as_often_as_it_is_complex() {
    use DenunciationAction::*;
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let head = cast.client("chanhthanhtra");
    let specially = json!({ "ground": "specially_complex", "reason": "Liên quan nhiều cơ quan, nhiều địa phương." });
    for first in [said(Extend), specially.clone()] {
        let (_, id) = send(&app, &cast, new()).await;
        walk(&cast, &id, &[Accept]).await;
        let longer = head.post(&path(&id, Extend), first).await.expect(200).json;
        assert_eq!(limit(&longer, "resolve")["due_date"], "2026-10-16");
        // A second time it has to be more than complex.
        let refused = head.post(&path(&id, Extend), said(Extend)).await.expect(422);
        assert_eq!(refused.wrong(), ["/ground"].into());
        let longest = head.post(&path(&id, Extend), specially.clone()).await.expect(200).json;
        assert_eq!(limit(&longest, "resolve")["due_date"], "2026-11-16", "the last day a Sunday");
        head.post(&path(&id, Extend), specially.clone()).await.expect(409);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_handed_to_another_agency_than_the_one_that_has_it() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (_, id) = send(&app, &cast, new()).await;
    let itself = json!({ "to": "H26.5", "reason": "Thuộc thẩm quyền của Thanh tra." });
    let transfer = path(&id, DenunciationAction::Transfer);
    let refused = cast.client("chanhthanhtra").post(&transfer, itself).await.expect(422);
    assert_eq!(refused.wrong(), ["/to"].into());
}
