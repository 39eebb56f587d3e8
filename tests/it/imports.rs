//! `caunoi import`: a log of another system, with whatever is wrong in it, becomes dossiers whose figures are right.

use std::io::{Cursor, Read, Seek, SeekFrom};

use kernel::problem::Error;
use procedures::import::log::look;
use procedures::import::{self, ImportId, Source, View};
use procedures::problem::{BAD_LOG, IMPORT_UNDER_WAY};
use serde_json::json;

use crate::harness::{Client, TestApp, cluster};
use crate::journal::{UNTOLD, WAITING};
use crate::start::program::{Ended, caunoi, run};

/// Made by us: rows of the log's form, good and bad.
const LOG: &str = include_str!("../fixtures/receipt-log.csv");

const REPORT: &str = "  32 rows: 25 new steps, 1 known before, 6 rows left out
  10 new dossiers, 0 changed; 1 without a deadline, 1 that end before they start
  line 26, case:deadline: is not an instant with its time zone
  line 27, time:timestamp: is not an instant with its time zone
  line 28, case:concept:name: is missing
  line 29, lifecycle:transition: says that the step is not completed
  line 31, concept:instance: contradicts the step that is there
  line 32, case:concept:name: contradicts an earlier row of the dossier
";

/// `caunoi import receipt-log` on the test's database.
fn import_log(app: &TestApp, log: &str, more: &[&str]) -> Ended {
    let file = app.data_dir.path().join("log.csv");
    std::fs::write(&file, log).unwrap();
    let mut command = caunoi(&["import", "--demo", "--database-url", &cluster().url(&app.database), "--data-dir"]);
    command.arg(app.data_dir.path()).arg("receipt-log").arg(file).args(more);
    run(&mut command)
}

/// The same without a process.
async fn import_content<R: Read + Seek>(app: &TestApp, whole: &str, content: R) -> Result<View, Error> {
    let id = ImportId::at(app.clock.now());
    let log = import::File { id, source: Source::CoselogReceipt, content, looked: look(whole.as_bytes())? };
    import::run(&mut app.db.conn().await.unwrap(), &app.clock, log, false, |_| ()).await
}

const DOSSIERS: &str = "SELECT count(*) FROM external_dossiers";
const EVENTS: &str = "SELECT count(*) FROM external_events";

/// Names on a page, each with what is said of its deadline.
async fn named(client: &Client, query: &str) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/v1/external-dossiers?limit=3{query}{cursor}")).await.expect(200);
        let items = page.json["items"].as_array().unwrap();
        let name = |item: &serde_json::Value| {
            format!("{} {}", item["source_key"].as_str().unwrap(), item["timeliness"].as_str().unwrap())
        };
        names.extend(items.iter().map(name));
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_becomes_dossiers_with_the_figures_that_it_holds() {
    let app = TestApp::new().await;
    let inspector = app.staff("thanhtra").await;
    let said = import_log(&app, LOG, &["--dry-run"]).good();
    assert!(said.starts_with(&format!("Nothing was done. There would be:\n{REPORT}")), "{said}");
    assert_eq!(app.count(DOSSIERS).await + app.count("SELECT count(*) FROM imports").await, 0);

    let report = app.data_dir.path().join("report.json");
    let said = import_log(&app, LOG, &["--report", report.to_str().unwrap()]).good();
    assert!(said.contains(REPORT), "{said}");
    for words in [
        "  +       2  concept:name: T99 Something that nobody has listed\n",
        "          1  concept:name: T10 Determine necessity to stop indication\n",
        "  +       1  case:channel: Pigeon\n",
        "          1  case:channel: e-mail\n",
        "5 have ended on time and 2 late (at the deadline or after), 1 have ended without one, 2 are open.",
        "Source: CoSeLoG, \"Receipt phase of an environmental permit application process\", J. Buijs, 4TU.ResearchData.",
    ] {
        assert!(said.contains(words), "{words:?} in {said}");
    }
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let path = format!("/v1/imports/{}", report["id"].as_str().unwrap());
    assert_eq!(inspector.get(&path).await.expect(200).json, report);

    let all = [
        "apart finished_on_time",
        "at-deadline finished_late",
        "bad-date finished_on_time",
        "end-first finished_on_time",
        "just-before finished_on_time",
        "late finished_late",
        "no-deadline not_running",
        "on-time finished_on_time",
        "open overdue",
        "running running",
    ];
    assert_eq!(named(&inspector, "&source=coselog_receipt").await, all);
    for timeliness in ["finished_on_time", "finished_late", "overdue", "running", "not_running"] {
        let those: Vec<_> = all.into_iter().filter(|name| name.ends_with(&format!(" {timeliness}"))).collect();
        assert_eq!(named(&inspector, &format!("&timeliness={timeliness}")).await, those);
    }
    let first = inspector.get("/v1/external-dossiers?limit=1").await.expect(200);
    let line = &first.json["items"][0];
    assert_eq!(line["due_at"], json!("2011-12-06T12:41:31.788Z"));
    assert_eq!((&line["version"], &line["channel"]), (&json!(3), &json!("online")), "registered, and two steps");

    // The same from the journal alone, where every change stands once.
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count(UNTOLD).await, 0);
    for (in_time, expected) in [(true, 5), (false, 2)] {
        let told = format!("event_kind = 'external_dossier.registered' AND event LIKE '%\"in_time\":{in_time}%'");
        assert_eq!(app.count(&format!("SELECT count(*) FROM journal WHERE {told}")).await, expected);
    }

    // A second time there is nothing to do.
    let entries = app.count("SELECT count(*) FROM journal").await;
    let said = import_log(&app, LOG, &[]).good();
    assert!(said.starts_with("Imported before, on ") && said.contains(REPORT), "{said}");
    assert_eq!((app.count(DOSSIERS).await, app.count(EVENTS).await), (10, 25));
    assert_eq!(app.count("SELECT count(*) FROM journal").await, entries);

    // Who did it in the other system is nobody's business here.
    for table in ["imports", "import_progress", "external_dossiers", "external_events", "journal"] {
        let told = format!("SELECT count(*) FROM {table} AS t WHERE t::text ILIKE '%zephyrine%'");
        assert_eq!(app.count(&told).await, 0, "{table}");
    }
    assert_eq!(app.count("SELECT count(*) FROM journal WHERE event LIKE '%nobody has listed%'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_file_adds_and_corrects() {
    let app = TestApp::new().await;
    import_content(&app, LOG, Cursor::new(LOG)).await.unwrap();
    let ended = LOG
        .replace("2011-12-06 01:06:40+01:00,General,,", "2011-12-06 01:06:40+01:00,General,2011-12-05 09:00:00+01:00,");
    let last = LOG.lines().nth(6).unwrap().replace("task-6", "task-1000");
    let later = format!("{ended}{last}\n");
    let view = import_content(&app, &later, Cursor::new(&later)).await.unwrap();
    let report = view.report;
    assert_eq!((report.dossiers_new, report.dossiers_changed, report.events_new), (0, 1, 1));
    // What contradicts itself in one file contradicts what stands there in the next; what came first still stays.
    assert_eq!((report.events_known, report.left_out), (25 + 1, 6), "{report:?}");
    let inspector = app.staff("thanhtra").await;
    let names = named(&inspector, "").await;
    assert!(names.contains(&"open finished_on_time".to_owned()) && names.contains(&"late finished_late".to_owned()));
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count(UNTOLD).await, 0);
}

/// So many rows of dossiers of three steps each, whose rows lie far apart.
fn long_log(rows: usize) -> String {
    let mut log = LOG.lines().next().unwrap().to_owned();
    for n in 0..rows {
        let (case, step) = (n % (rows / 3), n / (rows / 3));
        log += &format!(
            "\nDesk,case-{case},2011-12-06 00:00:00+01:00,,2011-11-{:02} 00:00:00+01:00,,,,2011-10-11 08:00:00+02:00,\
            task-{n},T06 Determine necessity of stop advice,complete,,,2011-10-{:02} 08:00:00+02:00",
            1 + case % 28,
            12 + step
        );
    }
    log + "\n"
}

/// A file that breaks off.
struct Breaking {
    whole: Cursor<String>,
    at: u64,
}

impl Read for Breaking {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.at.saturating_sub(self.whole.position())).unwrap().min(buffer.len());
        if left == 0 { Err(std::io::Error::other("the disk is gone")) } else { self.whole.read(&mut buffer[..left]) }
    }
}

impl Seek for Breaking {
    fn seek(&mut self, place: SeekFrom) -> std::io::Result<u64> {
        self.whole.seek(place)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_broken_off_goes_on_and_nothing_is_done_twice() {
    let app = TestApp::new().await;
    let log = long_log(1800);
    let size = log.len() as u64;
    let mut done = 0;
    for at in [size / 3, 2 * size / 3, size - 100] {
        let broken = import_content(&app, &log, Breaking { whole: Cursor::new(log.clone()), at }).await;
        assert!(broken.unwrap_err().to_string().contains("the disk is gone"));
        let now = app.count(EVENTS).await;
        assert!(now > done && now < 1800 && now % 500 == 0, "{now} after {done}");
        done = now;
    }
    let view = import_content(&app, &log, Cursor::new(&log)).await.unwrap();
    let report = &view.report;
    assert_eq!((report.rows, report.events_new, report.events_known, report.left_out), (1800, 1800, 0, 0));
    assert_eq!((report.dossiers_new, app.count(DOSSIERS).await, app.count(EVENTS).await), (600, 600, 1800));
    assert_eq!(app.count("SELECT count(*) FROM imports").await, 1);
    app.eventually(WAITING, 0).await;
    assert_eq!(app.count(UNTOLD).await, 0);
    let told = "SELECT count(*) FROM journal WHERE entity_kind = 'external_dossier'";
    assert_eq!(app.count(told).await, 600 + 1800);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_log_is_refused_before_anything_is_done() {
    let app = TestApp::new().await;
    let lines: Vec<&str> = LOG.lines().collect();
    let with = |n: usize, line: &str| [&lines[..n], &[line], &lines[n + 1..]].concat().join("\n");
    for (log, sentence) in [
        (with(0, &lines[0].replace("case:deadline", "deadline")), "Line 1: there is no column case:deadline."),
        (with(8, "Internet,case-1"), "Line 9 has 2 columns where the first has 15."),
        (String::new(), "Line 1: there is no column case:concept:name."),
    ] {
        let complaint = import_log(&app, &log, &[]).refused();
        assert!(complaint.ends_with(&format!("log.csv: {sentence}")), "{complaint}");
    }
    let not_utf8 = [LOG.as_bytes(), b"Internet,\xff,,,,,,,,,,,,,\n"].concat();
    let error = look(not_utf8.as_slice()).unwrap_err();
    assert!(error.is(&BAD_LOG), "{error}");
    assert_eq!(error.detail.as_ref().unwrap().en, "Line 34, column 2 is not UTF-8.");
    assert_eq!(app.count("SELECT count(*) FROM imports").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_do_not_run_at_once() {
    use diesel_async::SimpleAsyncConnection;
    let app = TestApp::new().await;
    let mut other = app.db.dedicated().await.unwrap();
    other.batch_execute("SELECT pg_advisory_lock(x'696d706f72740001'::bigint)").await.unwrap();
    let mut conn = app.db.dedicated().await.unwrap();
    conn.batch_execute("SET lock_timeout = '100ms'").await.unwrap();
    let id = ImportId::at(app.clock.now());
    let log = || import::File {
        id,
        source: Source::CoselogReceipt,
        content: Cursor::new(LOG),
        looked: look(LOG.as_bytes()).unwrap(),
    };
    let refused = import::run(&mut conn, &app.clock, log(), false, |_| ()).await.unwrap_err();
    assert!(refused.is(&IMPORT_UNDER_WAY), "{refused}");
    other.batch_execute("SELECT pg_advisory_unlock_all()").await.unwrap();
    import::run(&mut conn, &app.clock, log(), false, |_| ()).await.unwrap();
    assert_eq!(app.count(EVENTS).await, 25);
}
