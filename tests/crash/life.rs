//! The lives that dossiers lead here (cases and denunciations: [`crate::matters`]): which steps, by whom, and where they are left.

use std::time::{Duration, Instant};

use kernel::files::Sha256;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use crate::client::{Client, Request};
use crate::ledger::Life;
use crate::rng::Rng;
use crate::world::{CITIZENS, NUMBER, World, citizen_name};

/// What is done beside the steps of the table.
const PAY: &str = "pay";
const BRING: &str = "bring";

const PDF: &[u8] = include_bytes!("../../migrations/seed/demo/paper.pdf");

/// Procedure, case and papers.
const PROCEDURES: &[(&str, &str, &[&str])] = &[
    ("1.001193", "standard", &["declaration", "birth_certificate"]),
    ("1.013225", "house", &["application", "land_paper", "drawings"]),
    ("1.001612", "standard", &["application"]),
];

/// One step: by whom, which, what is said with it, and the event it leaves.
struct Step {
    who: String,
    action: &'static str,
    said: Value,
    event: &'static str,
}

/// What will become of a dossier.
struct Plan {
    filer: String,
    new: Value,
    steps: Vec<Step>,
    asleep: bool,
}

impl Plan {
    fn draw(rng: &mut Rng, mark: &str) -> Self {
        let (procedure, case, papers) = rng.pick(PROCEDURES);
        let online = rng.one_in(2);
        let filer = if online { citizen_name(rng.below(CITIZENS)) } else { "tiepnhan".to_owned() };
        let mut steps = way(rng, &filer, online, papers[0]);
        let asleep = rng.one_in(3);
        if asleep {
            // Waiting for an answer, for somebody to take it up, or for a result: in each the clock runs.
            steps.truncate(1 + rng.below(if online { 3 } else { 2 }));
        } else if rng.one_in(8) {
            steps.truncate(rng.below(if online { 4 } else { 3 }));
            let accepted = steps.iter().any(|step| step.action == "accept");
            let (action, event) = match accepted {
                true => ("request-withdrawal", "dossier.withdrawal_requested"),
                false => ("withdraw", "dossier.withdrawn"),
            };
            steps.push(step(&filer, action, json!({"ground": "no_longer_needed"}), event));
            if accepted {
                steps.push(step("lanhdao", "approve-withdrawal", json!({}), "dossier.withdrawal_approved"));
            }
        } else if online && rng.one_in(8) {
            let why = json!({"ground": "not_competent", "reason": "Thuộc thẩm quyền của phường khác."});
            steps.truncate(1);
            steps.push(step("tiepnhan", "propose-rejection", why.clone(), "dossier.rejection_proposed"));
            steps.push(step("motcua", "reject", why, "dossier.rejected"));
        }
        let mut new = json!({
            "procedure": procedure, "case": case, "agency": "H26.13.01",
            "applicant": {"name": "Nguyễn Thị Hoa", "identity_number": NUMBER},
            "form": {"mark": mark}, "attachments": papers.iter().map(|component| paper(component)).collect::<Vec<_>>(),
        });
        if rng.one_in(2) {
            new["id"] = json!(rng.uuid());
        }
        Self { filer, new, steps, asleep }
    }
}

/// The sample paper, declared.
fn paper(component: &str) -> Value {
    json!({
        "component": component, "file_name": format!("{component}.pdf"), "media_type": "application/pdf",
        "size": PDF.len(), "sha256": Sha256::of(PDF).to_string(),
    })
}

/// From the submission, or the counter, to the result in the applicant's hands.
fn way(rng: &mut Rng, filer: &str, online: bool, component: &str) -> Vec<Step> {
    let plain = |who: &str, action, event| step(who, action, json!({}), event);
    let mut steps = Vec::new();
    if online {
        steps.push(plain(filer, "submit", "dossier.submitted"));
    }
    steps.push(plain("tiepnhan", "accept", "dossier.accepted"));
    // A birth is registered for nothing.
    if component != "declaration" && rng.one_in(2) {
        let fee = json!({"id": rng.uuid(), "lines": [{"fee": "fee"}]});
        steps.push(step("tiepnhan", PAY, fee, "dossier.fee_ordered"));
    }
    steps.push(plain("chuyenvien", "start-processing", "dossier.processing_started"));
    if rng.one_in(3) {
        let ask =
            json!({"ground": "incomplete", "reason": "Giấy tờ chưa rõ, đề nghị nộp lại.", "components": [component]});
        steps.push(step("chuyenvien", "propose-supplement", ask, "dossier.supplement_proposed"));
        if rng.one_in(3) {
            let why = json!({"reason": "Hồ sơ đã đủ, không cần bổ sung."});
            steps.push(step("lanhdao", "send-back", why, "dossier.sent_back"));
        } else {
            steps.push(plain("lanhdao", "sign-supplement", "dossier.supplement_signed"));
            steps.push(plain("tiepnhan", "request-supplement", "dossier.supplement_requested"));
            steps.push(step("tiepnhan", BRING, json!(component), "dossier.attachment_stored"));
            steps.push(plain("tiepnhan", "confirm-supplement", "dossier.supplement_confirmed"));
        }
    }
    steps.push(step("chuyenvien", "propose-result", json!({"outcome": "granted"}), "dossier.result_proposed"));
    let result = json!({"outcome": "granted", "number": format!("{}/GP-UBND", 1 + rng.below(999))});
    steps.push(step("lanhdao", "issue-result", result, "dossier.result_issued"));
    let taken = json!({"method": "counter", "recipient": "applicant", "signature": "paper", "originals": "none_taken"});
    steps.push(step("tiepnhan", "return-result", taken, "dossier.result_returned"));
    steps
}

fn step(who: &str, action: &'static str, said: Value, event: &'static str) -> Step {
    Step { who: who.to_owned(), action, said, event }
}

impl Client {
    /// Leads one dossier after another, until the run is over and the last one is where it was to go.
    pub async fn work(mut self) -> Self {
        while !self.world.is_over() && self.lead_one().await.is_some() {}
        self
    }

    async fn lead_one(&mut self) -> Option<()> {
        match self.rng.below(6) {
            0 => return self.bring_case().await,
            1 => return self.denounce().await,
            _ => {}
        }
        let mark = format!("{}-{}", self.number, self.lives.len());
        let plan = Plan::draw(&mut self.rng, &mark);
        let request = Request::post(&plan.filer, "/v1/dossiers", self.rng.uuid(), &plan.new);
        let created = self.insist(&request).await?;
        let life = Life::begin(mark, &plan.filer, &created);
        if life.is_none() {
            self.world.violation(format!("a created dossier that is none: {created:?}"));
        }
        self.lives.push(life?);
        let last = self.lives.len() - 1;
        if plan.new["id"].is_string() && self.rng.one_in(4) {
            self.send_again(&plan, last).await?;
        }
        self.upload(&plan.filer, last).await?;
        for step in &plan.steps {
            sleep(self.think()).await;
            if step.action == PAY {
                self.pay(&plan.filer, last, step).await?;
                continue;
            }
            if step.action == BRING {
                self.bring(last, step).await?;
                continue;
            }
            let path = self.lives[last].path(&format!("/{}", step.action));
            let request = Request::post(&step.who, path, self.rng.uuid(), &step.said);
            let answer = self.insist(&request).await?;
            self.lives[last].went_on(step.event, &answer);
        }
        if plan.asleep {
            self.lives[last].asleep = true;
            self.world.asleep.lock().expect("nobody panics with it").push(self.lives[last].id);
        }
        Some(())
    }

    /// A phone that lost its memory sends the dossier that it has made again, under another key.
    async fn send_again(&mut self, plan: &Plan, life: usize) -> Option<()> {
        let request = Request::post(&plan.filer, "/v1/dossiers", self.rng.uuid(), &plan.new);
        let again = self.insist(&request).await?;
        let same = again.version == 1 && again.json["id"] == json!(self.lives[life].id);
        if !same {
            self.world.violation(format!("dossier {} was made twice: {again:?}", self.lives[life].id));
        }
        same.then_some(())
    }

    /// A fee is ordered, and paid through the gateway: twice at once, as impatient people do.
    async fn pay(&mut self, filer: &str, life: usize, step: &Step) -> Option<()> {
        let request = Request::post("tiepnhan", self.lives[life].path("/fees"), self.rng.uuid(), &step.said);
        let ordered = self.insist(&request).await?;
        self.lives[life].noted(step.event, &ordered);
        let order: Uuid = ordered.json["id"].as_str()?.parse().ok()?;
        let checkout = self.lives[life].path(&format!("/fees/{order}/checkout"));
        let address = self.checkout(filer, &checkout).await?;
        let since = Instant::now();
        loop {
            let press = || self.world.http.post(&address).send();
            let (one, other) = tokio::join!(press(), press());
            if [one, other].into_iter().any(|pressed| pressed.is_ok_and(|answer| answer.status().is_success())) {
                self.lives[life].paid.push(order);
                return Some(());
            }
            if since.elapsed() > Duration::from_secs(240) {
                self.world.violation(format!("the gateway could not tell that {order} was paid"));
                return None;
            }
        }
    }

    /// Where an order is paid.
    async fn checkout(&mut self, who: &str, path: &str) -> Option<String> {
        let since = Instant::now();
        loop {
            let request = self.world.http.post(format!("{}{path}", self.world.url)).bearer_auth(self.world.token(who));
            let request = request.header("content-type", "application/json").body("{}");
            if let Ok(answer) = request.send().await
                && answer.status().is_success()
                && let Ok(opened) = answer.json::<Value>().await
            {
                return opened["address"].as_str().map(str::to_owned);
            }
            if since.elapsed() > Duration::from_secs(120) {
                self.world.violation(format!("POST {path} was not answered"));
                return None;
            }
            sleep(self.think()).await;
        }
    }

    /// One more paper is declared and sent.
    async fn bring(&mut self, life: usize, step: &Step) -> Option<()> {
        let new = paper(step.said.as_str()?);
        let request = Request::post(&step.who, self.lives[life].path("/attachments"), self.rng.uuid(), &new);
        let declared = self.insist(&request).await?;
        self.lives[life].noted("dossier.attachment_declared", &declared);
        let paper: Uuid = declared.json["id"].as_str()?.parse().ok()?;
        self.lives[life].papers.push(paper);
        let path = self.lives[life].path(&format!("/attachments/{paper}/content"));
        let request = Request { who: step.who.clone(), method: Method::PUT, path, key: None, body: PDF.to_vec() };
        self.insist(&request).await.map(drop)
    }

    async fn upload(&mut self, filer: &str, life: usize) -> Option<()> {
        for paper in self.lives[life].papers.clone() {
            let path = self.lives[life].path(&format!("/attachments/{paper}/content"));
            let request = Request { who: filer.to_owned(), method: Method::PUT, path, key: None, body: PDF.to_vec() };
            self.insist(&request).await?;
        }
        Some(())
    }

    pub fn think(&mut self) -> Duration {
        self.rng.millis(0..200)
    }

    /// Reads every dossier again, as its filer finds it in the end: state, code, and one of its papers.
    pub async fn look_again(&mut self) {
        for life in &self.lives {
            let read = get(&self.world, &life.filer, &life.path("")).await;
            let found: Value = serde_json::from_slice(&read).unwrap_or_default();
            if found["status"] != json!(life.status) || found["code"] != json!(life.code) {
                let Life { id, status, code, .. } = life;
                self.world.violation(format!("dossier {id} was told as {status} {code:?} and is {found}"));
            }
            let paper = self.rng.pick(&life.papers);
            let content = life.path(&format!("/attachments/{paper}/content"));
            if !get(&self.world, &life.filer, &content).await.starts_with(b"%PDF-") {
                self.world.violation(format!("paper {paper} of dossier {} is lost", life.id));
            }
        }
    }
}

/// What somebody reads at an address; who is told to come later does. Nothing when there is nothing.
async fn get(world: &World, who: &str, path: &str) -> Vec<u8> {
    let since = Instant::now();
    loop {
        let request = world.http.get(format!("{}{path}", world.url)).bearer_auth(world.token(who));
        match request.send().await {
            Ok(answer) if answer.status().is_success() => {
                return answer.bytes().await.map(|body| body.to_vec()).unwrap_or_default();
            }
            Ok(answer) if answer.status().is_server_error() && since.elapsed() < Duration::from_secs(30) => {
                sleep(Duration::from_millis(500)).await;
            }
            other => {
                eprintln!("GET {path}: {other:?}");
                return Vec::new();
            }
        }
    }
}
