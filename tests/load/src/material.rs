//! What requests are made from.

use crate::script::Task;

/// Where citizens are received, with two people signed in.
pub struct Counter {
    /// The agency's code.
    pub agency: String,
    pub reception: String,
    pub leader: String,
}

/// A request as it is sent.
pub struct Request {
    pub method: String,
    /// Of whoever sends it.
    pub token: String,
    /// Behind `/v1/`.
    pub path: String,
}

/// The lines of the files that the options name.
pub struct Material {
    pub codes: Vec<String>,
    pub counters: Vec<Counter>,
    pub requests: Vec<Request>,
}

impl Material {
    /// Of the texts of the files; that of a file that was not given is empty.
    ///
    /// # Errors
    /// A line that is none of such a file; nothing that the task could be made from.
    pub fn parse(task: Task, codes: &str, counters: &str, requests: &str) -> Result<Self, String> {
        let counter = |[agency, reception, leader]: [String; 3]| Counter { agency, reception, leader };
        let request = |[method, token, path]: [String; 3]| Request { method, token, path };
        let material = Self {
            codes: codes.lines().map(str::to_owned).collect(),
            counters: threes(counters)?.into_iter().map(counter).collect(),
            requests: threes(requests)?.into_iter().map(request).collect(),
        };
        let missing = match task {
            Task::Ask => material.requests.is_empty(),
            Task::Tracking => material.codes.is_empty() || material.counters.is_empty(),
            _ => material.counters.is_empty(),
        };
        if missing { Err(format!("{task:?} needs a file that was not given, or is empty")) } else { Ok(material) }
    }
}

/// The three words of each line.
fn threes(text: &str) -> Result<Vec<[String; 3]>, String> {
    let words = |line: &str| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        <[String; 3]>::try_from(words).map_err(|words| format!("not three words: {words:?}"))
    };
    text.lines().map(words).collect()
}
