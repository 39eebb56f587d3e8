//! The rules of cases, written down by hand from the laws, and what they say of whoever tries something.

use complaints::CaseKind;
use complaints::workflow::{CaseAction, CaseStatus};
use kernel::Role;

use crate::harness::Answer;

const C: &str = "complaint";
const P: &str = "petition";
const RF: &str = "regulation_feedback";
const CR: &str = "conduct_report";
const AR: &str = "accountability_request";
const IR: &str = "information_request";
const SR: &str = "supervision_recommendation";
const DR: &str = "data_subject_request";

type Rule = (&'static [&'static str], &'static str, &'static str, &'static str, &'static str, &'static str);

/// Of these kinds, in these states, this, by whom, leads there, where that holds. `=` is the state it was in, `before` the one it stood
/// in before.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    (&[C, P, RF, CR, AR, IR, DR], "draft", "submit", "sender", "submitted", ""),
    (&[SR], "draft", "submit", "front", "submitted", ""),
    // TT 05/2021: classed by content, guided, forwarded, filed; complaints are guided and not forwarded.
    (&[C, P, RF, CR, AR], "submitted", "classify", "reception", "=", ""),
    (&[C, P, RF, CR, AR, IR, DR], "submitted", "request_supplement", "reception", "supplement_requested", ""),
    (&[DR], "submitted", "request_supplement", "protection", "supplement_requested", ""),
    (&[C, P, RF, CR, AR, IR, DR], "supplement_requested", "supply", "sender", "submitted", ""),
    (&[C, P, RF, CR, AR], "submitted supplement_requested", "guide", "reception", "guided", ""),
    (&[C, P, RF, CR, AR, IR, SR], "submitted", "transfer", "reception leader", "=", ""),
    (&[CR], "accepted", "transfer", "reception", "=", ""),
    (&[P, RF, CR], "submitted supplement_requested", "forward", "reception", "forwarded", ""),
    (&[C, P], "submitted supplement_requested", "file", "leader", "filed", ""),
    (&[C, P], "submitted", "split", "reception", "=", "!part"),
    // LKN Art. 11, 27; NĐ 59/2019; NĐ 20/2008 Art. 14.
    (&[C, RF, AR, IR], "submitted supplement_requested", "refuse", "leader", "refused", ""),
    (&[DR], "submitted supplement_requested accepted", "refuse", "protection", "refused", ""),
    (&[C], "submitted", "accept", "leader", "accepted", "!court"),
    (&[RF, AR, IR], "submitted", "accept", "leader", "accepted", ""),
    (&[CR], "submitted", "accept", "reception", "accepted", ""),
    (&[DR], "submitted", "accept", "protection", "accepted", ""),
    (&[C, RF, AR, IR, CR], "accepted verifying", "assign", "leader", "verifying", ""),
    (&[P, SR], "submitted verifying", "assign", "leader", "verifying", ""),
    (&[C, P, RF, CR, AR, IR, SR], "verifying", "report", "verifier", "verified", ""),
    (&[C, P, RF, CR, AR, IR, SR], "verified", "send_back", "leader", "verifying", ""),
    (&[C, AR], "verifying verified", "call_dialogue", "verifier leader", "=", "!called"),
    (&[C, AR], "verifying verified", "record_dialogue", "verifier leader", "=", "called"),
    // LKN Art. 11a; NĐ 59/2019 Art. 13–14.
    (&[C, AR], "accepted verifying verified", "suspend", "leader", "suspended", ""),
    (&[C, AR], "suspended", "resume", "leader", "before", ""),
    (&[C, AR], "accepted verifying verified", "extend", "leader", "=", "!extended !late"),
    (&[DR], "accepted", "extend", "protection", "=", "!extended !late"),
    (&[C], "verified", "decide", "leader", "decided", "!second"),
    (&[C], "verified", "decide", "leader", "decided", "second heard"),
    (&[C], "decided effective", "serve", "examiner", "=", "unserved"),
    (&[C], "decided effective", "publish", "examiner", "=", "unpublished"),
    (&[C], "effective", "close", "leader", "closed", "settled"),
    (&[C], "accepted verifying verified suspended decided effective", "appeal", "sender", "appealed", "again"),
    (&[C], "submitted accepted verifying verified suspended decided effective", "note_litigation", "sender leader", "=", "!court"),
    (&[P, RF, CR, AR, IR, SR], "verified", "answer", "leader", "answered", ""),
    (&[IR], "accepted", "answer", "leader", "answered", ""),
    (&[DR], "accepted", "answer", "protection", "answered", ""),
    (&[RF], "answered", "publish", "leader", "closed", ""),
    (&[P, CR, AR, IR], "answered", "close", "reception", "closed", ""),
    // Praise is noted; whatever else is reported of somebody is answered.
    (&[CR], "submitted accepted", "close", "reception", "closed", "praise"),
    (&[DR], "answered", "close", "protection", "closed", ""),
    (&[SR], "answered", "close", "front", "closed", ""),
    (&[SR], "answered", "return_answer", "front", "verifying", ""),
    // LKN Art. 10; NĐ 59/2019 Art. 14: once it is taken up, whoever decides it ends it.
    (&[C, P, RF, CR, AR, IR, DR], "draft submitted supplement_requested", "withdraw", "sender", "withdrawn", ""),
    (&[P, RF, CR, IR, DR], "accepted verifying verified", "withdraw", "sender", "withdrawn", ""),
    (&[SR], "draft submitted verifying verified", "withdraw", "front", "withdrawn", ""),
    (&[C, AR], "accepted verifying verified suspended", "withdraw", "sender", "=", "!asked"),
    (&[C, AR], "accepted verifying verified suspended", "refuse_withdrawal", "leader", "=", "asked"),
    (&[C], "submitted supplement_requested accepted verifying verified suspended", "withdraw_part", "sender", "=", "!part"),
    (&[C, AR], "accepted verifying verified suspended", "terminate", "leader", "terminated", ""),
    (&[C], "terminated", "reopen", "leader", "accepted", ""),
    (&[P, CR, RF], "answered closed", "reopen", "sender", "submitted", "!reopened"),
    (&[P, RF, CR], "submitted accepted verifying verified", "propose_conversion", "reception", "=", ""),
    (&[P, RF, CR], "submitted accepted verifying verified", "confirm_conversion", "sender", "converted", "proposed"),
    // Art. 7: whoever heads the agency above asks for what is late.
    (&[C, P, RF, CR, AR, IR, SR, DR], "submitted supplement_requested accepted verifying verified suspended", "urge", "superior", "=", "late"),
];

/// What must come of an attempt.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Done(CaseStatus),
    /// The role never does this: said without looking at the case.
    NoPermission,
    /// Not for them to know that it exists.
    Unknown,
    /// Somebody may do this now; they may not.
    NotTheirs,
    /// Nobody may do this now.
    WrongState,
}

/// How a case stands.
pub struct Place<'a> {
    pub kind: CaseKind,
    pub status: CaseStatus,
    /// Where it stood when it was suspended.
    pub before: CaseStatus,
    /// What is owed, asked for or over: the conditions of the rules.
    pub has: &'a str,
}

impl Place<'_> {
    fn knows(&self, rule: &Rule, action: CaseAction) -> bool {
        rule.0.contains(&self.kind.code())
            && rule.1.split(' ').any(|state| state == self.status.code())
            && rule.2 == action.code()
            && meets(self.has, rule.5)
    }
}

/// The conditions of a rule, all of them; with `!` for what must not be.
pub fn meets(has: &str, given: &str) -> bool {
    let has = |what: &str| has.split(' ').any(|it| it == what);
    given.split_whitespace().all(|it| it.strip_prefix('!').map_or_else(|| has(it), |not| !has(not)))
}

/// What an office can make somebody.
fn duties(role: Role) -> &'static [&'static str] {
    match role {
        Role::Citizen => &["sender"],
        Role::ReceptionOfficer => &["reception"],
        Role::ProcessingOfficer | Role::Inspector => &["verifier", "examiner"],
        Role::Leader => &["leader"],
        Role::HeadOfAgency => &["leader", "superior"],
        Role::Front => &["front"],
        Role::DataProtectionOfficer => &["protection"],
        Role::Administrator => &[],
    }
}

/// The operation of an action asks for any of the roles that ever take it, of whatever kind the case is.
fn ever(action: CaseAction, roles: &[Role]) -> bool {
    let rules = || RULES.iter().filter(|rule| rule.2 == action.code());
    let mut duties = roles.iter().flat_map(|role| duties(*role));
    // What senders do, reception does for those who come to it.
    let counter = roles.contains(&Role::ReceptionOfficer) && rules().any(|rule| is_for(rule, "counter"));
    counter || duties.any(|duty| rules().any(|rule| is_for(rule, duty)))
}

/// Whether a step is theirs who are this to the case. `counter` is reception, for one who came to it; but who goes to court says so.
fn is_for(rule: &Rule, part: &str) -> bool {
    let part = if part == "counter" && rule.2 != "note_litigation" { "sender" } else { part };
    rule.3.split(' ').any(|it| it == part)
}

/// What must come of it when somebody tries: they are this to it, or do not know of it.
pub fn expected(place: &Place<'_>, roles: &[Role], parts: Option<&[&str]>, action: CaseAction) -> Outcome {
    if !ever(action, roles) {
        return Outcome::NoPermission;
    }
    let Some(parts) = parts else { return Outcome::Unknown };
    let now: Vec<_> = RULES.iter().filter(|rule| place.knows(rule, action)).collect();
    match now.iter().find(|rule| parts.iter().any(|part| is_for(rule, part))) {
        Some(rule) => Outcome::Done(match rule.4 {
            "=" => place.status,
            "before" => place.before,
            to => CaseStatus::from_code(to).expect("a state"),
        }),
        None if now.is_empty() => Outcome::WrongState,
        None => Outcome::NotTheirs,
    }
}

pub fn found(answer: &Answer) -> Outcome {
    match (answer.status.as_u16(), answer.json["code"].as_str()) {
        (200, _) => Outcome::Done(CaseStatus::from_code(answer.json["status"].as_str().unwrap()).unwrap()),
        (403, Some("request.forbidden")) => Outcome::NoPermission,
        (404, Some("case.not_found")) => Outcome::Unknown,
        (403, Some("case.not_yours_to_do")) => Outcome::NotTheirs,
        (409, Some("case.illegal_transition")) => Outcome::WrongState,
        (status, _) => panic!("neither done nor refused by the rules: {status} {}", answer.text),
    }
}
