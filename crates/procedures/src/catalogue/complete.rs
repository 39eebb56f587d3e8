//! The parts that every procedure must have (NĐ 63/2010/NĐ-CP Art. 8, recalled only): name, sequence, manner, dossier, time
//! limit, subject, agency and result. The limit cannot be left out; the others can be left empty.

use kernel::problem::{FieldError, Text};

use super::{Content, Part};

/// What is missing, by its place in [`NewProcedure`](super::publish::NewProcedure).
pub(super) fn missing(name: &str, content: &Content) -> Vec<FieldError> {
    let competent = content.agencies.iter().any(|agency| agency.part == Part::Competent);
    let of_all = [
        ("/name", name.trim().is_empty()),
        ("/content/sequence", content.sequence.is_empty()),
        ("/content/subjects", content.subjects.is_empty()),
        ("/content/agencies", !competent),
        ("/content/results", content.results.is_empty()),
    ];
    let of_cases = content.cases.iter().enumerate().flat_map(|(n, case)| {
        let at = |part: &str| format!("/content/cases/{n}/{part}");
        [(at("methods"), case.methods.is_empty()), (at("components"), case.components.is_empty())]
    });
    let all = of_all.into_iter().map(|(pointer, missing)| (pointer.to_owned(), missing)).chain(of_cases);
    let words = Text::fixed(
        "bắt buộc phải có khi công bố (NĐ 63/2010, Điều 8)",
        "must be there when it is published (NĐ 63/2010 Art. 8)",
    );
    all.filter(|(_, missing)| *missing)
        .map(|(pointer, _)| FieldError::new(pointer, "required", words.clone()))
        .collect()
}
