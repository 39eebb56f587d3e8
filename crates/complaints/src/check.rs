//! What is wrong with facts, wherever they come to be: sent, found by its content, or confirmed.

use chrono::NaiveDate;
use kernel::problem::{FieldError, Text};

use crate::case::{CasePart, Person};
use crate::facts::{CaseKind, Facts};
use crate::law;

/// Everything that is wrong with facts, and with these people as senders of such a case: that stands `at` what was sent of them.
pub(crate) fn wrong(people: &[Person], facts: &Facts, today: NaiveDate, at: &str) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut unless = |right: bool, at: &str, code: &'static str, vi: &'static str, en: &'static str| {
        if !right {
            wrong.push(FieldError::new(at, code, Text::fixed(vi, en)));
        }
    };
    let count = |part: CasePart| people.iter().filter(|person| person.part == part).count();
    let documented = |part: CasePart| people.iter().all(|person| person.part != part || person.document.is_some());
    unless(count(CasePart::Sender) > 0, at, "no_sender", "phải có người gửi", "must have a sender");
    unless(
        documented(CasePart::Representative) && documented(CasePart::Authorised),
        at,
        "no_document",
        "người đại diện, người được uỷ quyền phải có văn bản",
        "a representative or authorised person needs a document",
    );
    let (senders, speakers) = (count(CasePart::Sender), count(CasePart::Representative));
    // NĐ 124/2020/NĐ-CP Art. 7; NĐ 59/2019/NĐ-CP Art. 10.
    let together = matches!(facts.kind(), CaseKind::Complaint | CaseKind::AccountabilityRequest);
    unless(
        !together || senders < 2 || speakers > 0,
        at,
        "no_representative",
        "nhiều người cùng khiếu nại hoặc yêu cầu giải trình phải cử người đại diện",
        "those who complain or ask for an explanation together name a representative",
    );
    let Facts::Complaint { known_on, document_date, .. } = facts else { return wrong };
    // One content may not be given to several agents (NĐ 124/2020/NĐ-CP Art. 5): who gives each a content of its own sends a letter by each.
    unless(
        count(CasePart::Authorised) <= senders,
        at,
        "too_many_authorised",
        "mỗi người khiếu nại chỉ ủy quyền cho một người trong một đơn",
        "each of those who complain has one authorised person in a letter",
    );
    unless(*known_on <= today, "/facts/known_on", "future", "không được ở tương lai", "must not be in the future");
    unless(
        document_date.is_none_or(|date| date <= *known_on),
        "/facts/document_date",
        "after_known_on",
        "không được sau ngày biết",
        "must not be after it was known",
    );
    if let Some(most) = law::representatives_at_most(senders).filter(|most| speakers > *most) {
        let vi = format!("{senders} người khiếu nại được cử nhiều nhất {most} người đại diện, đơn có {speakers}");
        let en = format!("{senders} who complain have {most} representatives at most, and not {speakers}");
        wrong.push(FieldError::new(at, "too_many_representatives", Text::new(vi, en)));
    }
    wrong
}
