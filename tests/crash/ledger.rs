//! What a client was told, to be held against what there is.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::client::Answer;

/// One dossier, as its client knows it.
#[derive(Debug)]
pub struct Life {
    /// Written into the dossier's form: however often it was sent, there must be one.
    pub mark: String,
    pub id: Uuid,
    /// Who filed it, and can read it in every state.
    pub filer: String,
    /// Of the last answer.
    pub status: String,
    pub code: Option<String>,
    pub papers: Vec<Uuid>,
    /// The event that each acknowledged write must have left, by the dossier's version after it.
    pub events: BTreeMap<i32, &'static str>,
    /// The orders that were paid through the gateway, which says that it was heard.
    pub paid: Vec<Uuid>,
    /// It is left alone with a timer set.
    pub asleep: bool,
}

impl Life {
    /// A dossier that was created. `None` when the answer is no dossier.
    pub fn begin(mark: String, filer: &str, created: &Answer) -> Option<Self> {
        let uuid = |value: &serde_json::Value| value.as_str()?.parse().ok();
        let papers = created.json["attachments"].as_array()?.iter().map(|paper| uuid(&paper["id"]));
        Some(Self {
            mark,
            id: uuid(&created.json["id"])?,
            filer: filer.to_owned(),
            status: created.json["status"].as_str()?.to_owned(),
            code: None,
            papers: papers.collect::<Option<_>>()?,
            events: BTreeMap::from([(created.version, "dossier.created")]),
            paid: Vec::new(),
            asleep: false,
        })
    }

    /// Notes a step that was acknowledged.
    pub fn went_on(&mut self, event: &'static str, answer: &Answer) {
        self.events.insert(answer.version, event);
        self.status = answer.json["status"].as_str().unwrap_or_default().to_owned();
        self.code = answer.json["code"].as_str().map(str::to_owned);
    }

    /// Notes a change of something that belongs to it.
    pub fn noted(&mut self, event: &'static str, answer: &Answer) {
        self.events.insert(answer.version, event);
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/v1/dossiers/{}{rest}", self.id)
    }
}
