//! What is asked of the server, request by request.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::ValueEnum;
use fastrand::Rng;

use crate::connection::Answer;
use crate::material::{Counter, Material, Request};

/// A unit of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Anybody follows a dossier by its code.
    Tracking,
    /// A member of staff looks at the first 50 open dossiers.
    List,
    /// Reception files a dossier.
    Creation,
    /// Reception files a dossier and accepts it, a leader signs the result, reception reads it: four requests.
    Lifecycle,
    /// Anybody searches the catalogue of procedures.
    Search,
    /// A counter of the first centre calls the next ticket.
    CallNext,
    /// Reception prints a receipt of the demo as PDF.
    Pdf,
    /// Reception takes a letter in: a draft of a case.
    CaseCreation,
    /// One of the requests of a file.
    Ask,
}

/// The receipt that is printed.
const RECEIPT: &str = "dossiers/019b76da-a800-7000-8000-d00000000003/forms/receipt/6?format=pdf";

/// What people search for.
const SOUGHT: &[&str] = &[
    "khai+sinh",
    "giay+phep+xay+dung",
    "ho+kinh+doanh",
    "8.0004",
    "dat+dai&field=dat+dai",
    "trich+luc+ban+do+loai+49",
    "khai+sinh&agency=H26.13.01",
];

/// What one connection sends, task after task.
pub struct Script<'a> {
    task: Task,
    material: &'a Material,
    rng: Rng,
    counter: usize,
    /// The next request of the task.
    step: usize,
    /// The dossier that the task is about.
    dossier: String,
    body: String,
}

impl<'a> Script<'a> {
    pub fn new(task: Task, material: &'a Material) -> Self {
        Self { task, material, rng: Rng::new(), counter: 0, step: 0, dossier: String::new(), body: String::new() }
    }

    /// Writes the next request.
    pub fn render(&mut self, out: &mut Vec<u8>) {
        out.clear();
        let material = self.material;
        if self.task == Task::Ask {
            let Request { method, token, path } = &material.requests[self.rng.usize(..material.requests.len())];
            return ask(out, method, token, path);
        }
        if self.step == 0 && !matches!(self.task, Task::CallNext | Task::Pdf) {
            self.counter = self.rng.usize(..material.counters.len());
        }
        let Counter { reception, leader, .. } = &material.counters[self.counter];
        match (self.task, self.step) {
            (Task::Tracking, _) => {
                get(out, "tracking/", self.rng.choice(&material.codes).map_or("", String::as_str), None)
            }
            (Task::Search, _) => get(out, "procedures?q=", self.rng.choice(SOUGHT).copied().unwrap_or_default(), None),
            (Task::CallNext, _) => {
                self.body.clear();
                let _ = write!(self.body, r#"{{"counter":{}}}"#, self.rng.u16(1..=50));
                self.post_to(out, "queue/call-next", reception);
            }
            (Task::Pdf, _) => get(out, RECEIPT, "", Some(reception)),
            (Task::List, _) => get(out, "dossiers", "", Some(reception)),
            (Task::CaseCreation, _) => {
                self.new_case();
                self.post_to(out, "cases", reception);
            }
            (_, 0) => {
                self.new_dossier();
                self.post(out, "", "", reception);
            }
            (_, 1) => {
                "{}".clone_into(&mut self.body);
                self.post(out, "/", "/accept", reception);
            }
            (_, 2) => {
                self.body.clear();
                let _ = write!(self.body, r#"{{"outcome":"granted","number":"{}/QĐ-UBND"}}"#, self.rng.u32(1..9999));
                self.post(out, "/", "/issue-result", leader);
            }
            _ => get(out, "dossiers/", &self.dossier, Some(reception)),
        }
    }

    /// Takes the answer; says whether the task is done with it.
    pub fn answered(&mut self, answer: &Answer<'_>) -> Result<bool, String> {
        let (last, creates) = match self.task {
            Task::Tracking | Task::List | Task::Search | Task::CallNext | Task::Pdf | Task::Ask => (0, false),
            Task::Creation | Task::CaseCreation => (0, true),
            Task::Lifecycle => (3, self.step == 0),
        };
        if answer.status != if creates { 201 } else { 200 } {
            let body = String::from_utf8_lossy(answer.body);
            return Err(format!(
                "request {} of {:?} was answered with {}: {body}",
                self.step, self.task, answer.status
            ));
        }
        if creates && last > 0 {
            // The view begins with the id.
            let id = answer.body.strip_prefix(br#"{"id":""#).and_then(|rest| rest.get(..36));
            self.dossier = String::from_utf8_lossy(id.ok_or("a new dossier does not begin with its id")?).into_owned();
        }
        let done = self.step == last;
        self.step = if done { 0 } else { self.step + 1 };
        Ok(done)
    }

    fn new_dossier(&mut self) {
        self.body.clear();
        let _ = write!(
            self.body,
            r#"{{"procedure":"9.000001","case":"standard","agency":"{}","applicant":{{"name":"Nguyễn Thị Bình Minh","identity_number":"001{:09}","phone":"+849{:08}","email":"binhminh@example.vn","address":"Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội"}},"form":{{"floors":3,"area_m2":62,"parcel":"tờ 14 thửa {}","purpose":"nhà ở riêng lẻ","neighbours_informed":true}},"attachments":[]}}"#,
            self.material.counters[self.counter].agency,
            self.rng.u32(..1_000_000_000),
            self.rng.u32(..100_000_000),
            self.rng.u32(1..999),
        );
    }

    fn new_case(&mut self) {
        self.body.clear();
        let _ = write!(
            self.body,
            r#"{{"agency":"{}","channel":"post","subject":"Khiếu nại quyết định thu hồi đất","contents":["Quyết định không nêu căn cứ pháp lý và chưa được giải thích khi tôi hỏi.","Diện tích thu hồi tính thừa {} m² so với bản đồ địa chính."],"request":"Đề nghị đo đạc lại và trả lời bằng văn bản.","people":[{{"part":"sender","name":"Nguyễn Thị Bình Minh","identity_number":"001{:09}","address":"Số 12 phố Hàng Bài, phường Hoàn Kiếm, Hà Nội","phone":"+849{:08}"}}],"facts":{{"kind":"complaint","about":"decision","respondent":"Ủy ban nhân dân phường Hoàn Kiếm","document_number":"{}/QĐ-UBND","document_date":"2026-07-20","known_on":"2026-07-25"}}}}"#,
            self.material.counters[self.counter].agency,
            self.rng.u32(1..99),
            self.rng.u32(..1_000_000_000),
            self.rng.u32(..100_000_000),
            self.rng.u32(1..999),
        );
    }

    fn post(&mut self, out: &mut Vec<u8>, before: &str, after: &str, token: &str) {
        let id = if before.is_empty() { "" } else { &self.dossier };
        let path = format!("dossiers{before}{id}{after}");
        self.post_to(out, &path, token);
    }

    fn post_to(&mut self, out: &mut Vec<u8>, path: &str, token: &str) {
        let (key, body) = (self.rng.u128(..), &self.body);
        let key = format!("{key:032x}");
        let _ = write!(
            out,
            "POST /v1/{path} HTTP/1.1\r\nhost: load.example\r\naccept: application/json\r\n\
             authorization: Bearer {token}\r\ncontent-type: application/json\r\nidempotency-key: {}-{}-{}-{}-{}\r\n\
             content-length: {}\r\n\r\n{body}",
            &key[..8],
            &key[8..12],
            &key[12..16],
            &key[16..20],
            &key[20..],
            body.len()
        );
    }
}

fn get(out: &mut Vec<u8>, path: &str, rest: &str, token: Option<&str>) {
    let _ = write!(out, "GET /v1/{path}{rest} HTTP/1.1\r\nhost: load.example\r\naccept: application/json\r\n");
    if let Some(token) = token {
        let _ = write!(out, "authorization: Bearer {token}\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

fn ask(out: &mut Vec<u8>, method: &str, token: &str, path: &str) {
    let _ = write!(
        out,
        "{method} /v1/{path} HTTP/1.1\r\nhost: load.example\r\naccept: application/json\r\n\
         authorization: Bearer {token}\r\ncontent-length: 0\r\n\r\n"
    );
}
