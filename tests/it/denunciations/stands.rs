//! Every way that a denunciation can stand, as far as the rules go by it, and how it comes to stand so.

use ::denunciations::receive::receipt_hash;
use ::denunciations::workflow::DenunciationAction::{self, *};
use ::denunciations::workflow::DenunciationStatus::{self, *};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::sequences::stored::Stored;
use super::{lead, new, of_two, said, walk};
use crate::cast::Cast;
use crate::harness::TestApp;

/// What is done to it, by whoever may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Step(DenunciationAction),
    /// By its denouncer.
    Wish(&'static str),
}

use Deed::{Step as S, Wish as W};

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    Signed,
    OfTwo,
    Lead,
}

/// How one stands.
#[derive(Clone, Copy, Debug)]
pub struct Stand {
    pub status: DenunciationStatus,
    pub letter: Letter,
    pub road: &'static [Deed],
    /// Steps after the limit is over.
    pub late: &'static [Deed],
    /// What is owed, asked for or possible: the conditions of the rules.
    pub has: &'static str,
}

impl Stand {
    pub fn has(&self, what: &str) -> bool {
        let is_lead = self.letter == Letter::Lead || self.took(TreatAsLead);
        match what {
            "" => true,
            "signed" => !is_lead,
            "lead" => is_lead,
            _ => self.has.split(' ').any(|it| it == what),
        }
    }

    pub fn took(&self, action: DenunciationAction) -> bool {
        self.road.iter().chain(self.late).any(|deed| *deed == S(action))
    }

    /// The agency above has a part in it.
    pub fn is_known_above(&self) -> bool {
        self.has("late") || self.has("review")
    }

    /// The least that must be said with a step.
    pub fn said(&self, action: DenunciationAction) -> Value {
        let mut words = said(action);
        if action == Redact && self.letter == Letter::OfTwo {
            words["contents"] = json!(["Một cán bộ yêu cầu đưa tiền.", "Kéo dài thời gian."]);
        }
        words
    }
}

const fn stand(status: DenunciationStatus, letter: Letter, road: &'static [Deed], has: &'static str) -> Stand {
    Stand { status, letter, road, late: &[], has }
}

const fn late(status: DenunciationStatus, late: &'static [Deed], has: &'static str) -> Stand {
    Stand { status, letter: Letter::Signed, road: &[S(Accept), S(DenunciationAction::Notify)], late, has }
}

/// All of them, the late ones last.
#[rustfmt::skip]
pub const STANDS: &[Stand] = {
    use Letter::{Lead, OfTwo, Signed};
    &[
        stand(Received, Signed, &[], "check"),
        stand(Received, Lead, &[], "check"),
        stand(Received, Signed, &[S(ExtendCheck)], ""),
        stand(Received, Signed, &[W("withdraw")], "check withdrawn"),
        stand(Received, OfTwo, &[W("withdraw-part")], "check part"),
        stand(Received, Signed, &[W("ask-for-protection")], "check asks_protection"),
        stand(Received, Signed, &[W("ask-for-protection"), S(Protect)], "check protected"),
        stand(Received, Signed, &[W("ask-for-protection"), S(Protect), W("ask-for-protection")], "check protected asks_protection"),
        stand(Received, Signed, &[W("ask-for-protection"), S(Protect), W("ask-for-protection"), S(RefuseProtection)], "check protected"),
        stand(Received, Signed, &[W("ask-for-protection"), S(Protect), W("ask-for-protection"), S(EndProtection)], "check asks_protection"),
        stand(Received, Signed, &[W("ask-for-protection"), S(Protect), W("ask-for-protection"), S(TreatAsLead)], "check protected"),
        stand(Received, Signed, &[S(TreatAsLead)], "check"),
        stand(Received, Signed, &[W("withdraw"), W("ask-for-protection"), S(TreatAsLead)], "check"),
        stand(Received, OfTwo, &[W("withdraw-part"), S(TreatAsLead)], "check"),
        stand(Received, Signed, &[W("ask-for-protection"), S(Protect), S(TreatAsLead)], "check protected"),
        stand(Accepted, Signed, &[S(Accept)], "notify resolve"),
        stand(Accepted, Signed, &[S(Accept), S(Notify)], "resolve"),
        stand(Accepted, Signed, &[S(Accept), W("withdraw")], "notify resolve withdrawn"),
        stand(Accepted, Lead, &[S(CheckLead)], ""),
        stand(Verifying, Signed, &[S(Accept), S(Assign)], "notify resolve"),
        stand(Verifying, OfTwo, &[S(Accept), S(Assign), W("withdraw-part")], "notify resolve part"),
        stand(Verifying, Lead, &[S(CheckLead), S(Assign)], ""),
        stand(Verified, Signed, &[S(Accept), S(Assign), S(Report)], "notify resolve"),
        stand(Verified, Signed, &[S(Accept), S(Assign), S(Report), W("withdraw")], "notify resolve withdrawn"),
        stand(Verified, Lead, &[S(CheckLead), S(Assign), S(Report)], ""),
        stand(Suspended, Signed, &[S(Accept), S(Suspend)], "notify"),
        stand(Suspended, Signed, &[S(Accept), S(Assign), S(Suspend), S(Ask), W("withdraw")], "notify withdrawn"),
        stand(Suspended, OfTwo, &[S(Accept), S(Suspend), W("withdraw-part")], "notify part"),
        stand(Suspended, Lead, &[S(CheckLead), S(Assign), S(Suspend)], ""),
        stand(Concluded, Signed, &[S(Accept), S(Assign), S(Report), S(Conclude)], "send handle publish"),
        stand(Concluded, Signed, &[W("ask-for-protection"), S(Accept), S(Assign), S(Report), S(Conclude), S(Send)], "handle publish asks_protection"),
        stand(Concluded, Signed, &[S(Accept), S(Assign), S(Report), S(Conclude), S(Send), S(Handle), S(Publish)], "done"),
        stand(Concluded, Signed, &[S(Accept), S(Assign), S(Report), S(Conclude), W("continue")], "send handle publish review"),
        stand(Concluded, Signed, &[S(Accept), S(Assign), S(Report), S(Conclude), S(Send), S(Handle), S(Publish), W("continue")], "review"),
        stand(Concluded, Signed, &[S(TreatAsLead), S(CheckLead), S(Assign), S(Report), S(Conclude)], "done"),
        stand(Concluded, Lead, &[S(CheckLead), S(Assign), S(Report), S(Conclude)], "done"),
        stand(Closed, Signed, &[S(Accept), S(Assign), S(Report), S(Conclude), S(Send), S(Handle), S(Publish), S(Close)], ""),
        stand(Closed, Signed, &[S(Accept), S(Assign), S(Report), S(Conclude), S(Send), S(Handle), S(Publish), S(Close), W("continue")], "review"),
        stand(Closed, Signed, &[S(Accept), S(Assign), S(Report), S(Conclude), S(Send), S(Handle), S(Publish), S(Close), W("ask-for-protection")], "asks_protection"),
        stand(Closed, Lead, &[S(CheckLead), S(Assign), S(Report), S(Conclude), S(Close)], ""),
        stand(Refused, Signed, &[S(Refuse)], ""),
        stand(Refused, Signed, &[W("ask-for-protection"), S(Protect), S(Refuse)], "protected"),
        stand(Refused, Signed, &[W("ask-for-protection"), S(Protect), S(Refuse), W("ask-for-protection")], "protected asks_protection"),
        stand(Forwarded, Signed, &[S(Forward)], ""),
        stand(Forwarded, Lead, &[S(Forward)], ""),
        stand(Filed, Lead, &[S(File)], ""),
        stand(Terminated, Signed, &[S(Accept), W("withdraw"), S(Terminate)], ""),
        stand(Investigated, Signed, &[S(Accept), S(ToInvestigation)], ""),
        stand(Investigated, Signed, &[W("ask-for-protection"), S(Accept), S(ToInvestigation)], "asks_protection"),
        late(Accepted, &[], "late"),
        late(Accepted, &[W("report-delay")], "late reported ask_due"),
        late(Verifying, &[S(Assign), W("report-delay"), S(AskForReport)], "late reported explain_due"),
        late(Verified, &[S(Assign), S(Report), W("report-delay"), S(AskForReport), S(ExplainDelay)], "late reported"),
        late(Suspended, &[S(Suspend)], "late"),
        late(Suspended, &[S(Suspend), W("report-delay")], "late reported ask_due"),
        late(Suspended, &[W("report-delay"), S(AskForReport), S(Suspend)], "late reported explain_due"),
    ]
};

/// What its denouncer says with a wish.
pub fn wish(code: &str, what: &str) -> Value {
    let mut words = json!({ "receipt_code": code, "words": "Đề nghị xem xét." });
    if what == "withdraw-part" {
        words["contents"] = json!([0]);
    }
    words
}

/// One that stands so, with its code, and the cast at that time.
pub async fn reach(app: &TestApp, cast: Cast, stand: &Stand) -> (Cast, String, String) {
    let letter = match stand.letter {
        Letter::Signed => new(),
        Letter::OfTwo => of_two(),
        Letter::Lead => lead(),
    };
    let mut cast = cast;
    // Found by its code: among all the copies it may be on no first page.
    let sent = app.anonymous().post("/v1/denunciations", letter).await.expect(201).json;
    let code = sent["receipt_code"].as_str().unwrap().to_owned();
    let hash: String = receipt_hash(&code).iter().map(|byte| format!("{byte:02x}")).collect();
    let row = format!("FROM denunciations.denunciations WHERE receipt_hash = '\\x{hash}'");
    let id = app.text(&format!("SELECT id {row}")).await;
    go(app, &cast, (&code, &id), stand.road).await;
    if stand.has("late") {
        // Long enough that the agency above has been shown it.
        app.set_time(&(app.clock.now() + TimeDelta::days(45)).to_rfc3339());
        cast = Cast::again(app).await;
        go(app, &cast, (&code, &id), stand.late).await;
    }
    Stored::settled(app, &id).await;
    (cast, code, id)
}

async fn go(app: &TestApp, cast: &Cast, (code, id): (&str, &str), road: &[Deed]) {
    for deed in road {
        match deed {
            S(action) => {
                walk(cast, id, &[*action]).await;
            }
            W(what) => {
                app.anonymous().post(&format!("/v1/denouncer/{what}"), wish(code, what)).await.expect(200);
            }
        }
    }
}

/// Another that stands so, whom it accuses added.
pub async fn copy(app: &TestApp, original: &str, accused: Option<uuid::Uuid>) -> String {
    let id = kernel::clock::uuid_at(app.clock.now());
    app.sql(&format!(
        "DO $do$ BEGIN EXECUTE (SELECT format(
            $sql$ INSERT INTO denunciations.denunciations (id, code, receipt_hash, %1$s)
                SELECT '{id}', code || '/{id}', sha256('{id}'), %1$s FROM denunciations.denunciations WHERE id = '{original}' $sql$,
            (SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
             WHERE table_schema = 'denunciations' AND table_name = 'denunciations'
                AND column_name <> ALL ('{{id, code, receipt_hash}}')))); END $do$"
    ))
    .await;
    if let Some(accused) = accused {
        app.sql(&format!("UPDATE denunciations.denunciations SET barred = ARRAY['{accused}'::uuid] WHERE id = '{id}'"))
            .await;
    }
    id.to_string()
}
