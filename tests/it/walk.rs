//! The walk in README.md, and that in docs/denunciations.md, pasted block by block into bash as their readers do.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::harness::{Client, TestApp};
use crate::start::gateway::{Gateway, SECRET};
use crate::start::program::BINARY;
use crate::start::{Program, Scratch};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_leads_to_three_results_and_the_supplement_starts_the_clock_anew() {
    let gateway = Gateway::start();
    let app = TestApp::with(|flags| {
        flags.payment_gateway_url = Some(gateway.url.clone());
        flags.payment_gateway_secret = Some(SECRET.to_owned());
    })
    .await;
    // The shell's calendar is that of the server.
    let walk = Walk::through("README.md", &app.url, "date() { echo 2026-08-08; }\n", |block| {
        if block.contains("step confirm-supplement") {
            app.set_time("2026-08-19T10:00:00+07:00");
        }
    });
    for line in [
        r#""status":"accepted" "due_date":"2026-08-25" "timeliness":"running""#,
        r#"{"paid":75000}"#,
        r#""unpaid":0 "amount":75000 "amount":75000 "status":"paid" "method":"gateway" "amount":75000 "status":"kept""#,
        r#""status":"supplement_requested" "due_date":"2026-08-25" "timeliness":"not_running""#,
        r#""status":"processing" "due_date":"2026-08-27" "timeliness":"running""#,
        r#""status":"result_ready" "due_date":"2026-08-27" "timeliness":"finished_on_time""#,
        r#"{"code":"000.01.13.H26-260817-0001","progress":"closed","done":4,"steps":4}"#,
        r#""status":"accepted" "due_date":"2026-08-19" "timeliness":"running""#,
        // A complaint is decided, and complained about again.
        r#""status":"appealed" "outcome":"partly_right" "outcome":"partly_right""#,
        r#""name":"Quách Thị Diễm Kiều""#,
    ] {
        assert!(walk.printed.lines().any(|printed| printed == line), "{line} is missing in: {}", walk.printed);
    }
    for event in ["dossier.submitted", "dossier.supplement_requested", "dossier.result_returned"] {
        assert!(walk.printed.contains(&format!(r#""event":"{event}""#)), "{event} is missing in: {}", walk.printed);
    }
    walk.has_arrived(&app.staff("tiepnhan").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_works_on_the_demo_as_make_run_serves_it() {
    let scratch = Scratch::with_demo().await;
    let demo = Program::demo(&scratch.data()).start().await;
    let walk = Walk::through("README.md", &demo.url, "", |_| {});
    walk.has_arrived(&demo.staff("tiepnhan", "caunoi-demo").await).await;
    demo.stop();
}

/// With what each block is for.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_denunciations_works_on_the_demo() {
    let scratch = Scratch::with_demo().await;
    let demo = Program::demo(&scratch.data()).start().await;
    demo.wait_until_said("congdan2");
    let walk = Walk::through("docs/denunciations.md", &demo.url, "", |_| {});
    for told in [
        // Its denouncer follows it, and reads what they said as officers do.
        r#""status":"received""#,
        "Tôi còn giữ bản ghi âm; xin gọi […].",
        "'official_id': '019b76da-a800-7000-8000-b00000000001'",
        "Bà […] ([…]) còn giữ bản ghi âm không?",
        "'name': 'Quách Thị Diễm Kiều'",
        "Bản ghi âm của […], ngày 03/8/2026.",
        "Bản ghi âm của Quách Thị Diễm Kiều, ngày 03/8/2026.",
    ] {
        assert!(walk.printed.contains(told), "{told} is missing in: {}", walk.printed);
    }
    demo.stop();
    // The key of the demo is rotated, as it is told there, and what was sealed by the old one is read by the new one alone.
    let page = std::fs::read_to_string(format!("{ROOT}/docs/denunciations.md")).unwrap();
    let (_, rotation) = page.split_once("```sh\n").unwrap();
    let (rotation, rest) = rotation.split_once("caunoi serve").unwrap();
    assert!(rotation.contains("DATA=.data ") && rest.contains("--demo --data-dir $DATA\n```"));
    let mut shell = Shell::with_api("");
    shell.paste(&format!("caunoi() {{ '{}' \"$@\"; }}\n", BINARY.display()));
    let here = format!("DATA='{}' ", scratch.data().display());
    let printed = shell.paste(&rotation.replacen("DATA=.data ", &here, 1));
    assert!(printed.ends_with(" keys are sealed anew.\n") && !printed.starts_with("0 "), "{printed}");
    let demo = Program::demo(&scratch.data()).start().await;
    let (inspector, head) =
        (demo.staff("thanhtra", "caunoi-demo").await, demo.staff("chanhthanhtra", "caunoi-demo").await);
    let list = inspector.get("/v1/denunciations").await.expect(200).json;
    let signed = list["items"].as_array().unwrap().iter().find(|it| it["kind"] == "denunciation").unwrap();
    let requests = format!("/v1/denunciations/{}/identity-requests", signed["id"].as_str().unwrap());
    let why = serde_json::json!({ "reason": "Cần mời người tố cáo làm việc." });
    let request = format!("{requests}/{}", inspector.post(&requests, why).await.expect(201).id());
    head.post(&format!("{request}/approve"), serde_json::json!({})).await.expect(200);
    let who = inspector.post(&format!("{request}/open"), serde_json::json!({})).await.expect(200).json;
    assert!(who["denouncers"][0]["name"].is_string(), "{who}");
    demo.stop();
    let keys = std::fs::read_to_string(scratch.data().join("demo-secrets/vault-keys")).unwrap();
    assert!(keys.starts_with("2027:") && !keys.contains(','), "the old one is gone");
}

/// A walk that was gone to its end.
struct Walk {
    printed: String,
    /// The dossiers, in the order in which they were filed.
    dossiers: Vec<String>,
}

impl Walk {
    /// Pastes `first`, and then every block that a page marks as bash; `before` sees each of those first.
    fn through(page: &str, url: &str, first: &str, before: impl Fn(&str)) -> Self {
        let page = std::fs::read_to_string(format!("{ROOT}/{page}")).unwrap();
        let blocks = page.split("```bash\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
        let mut shell = Shell::with_api(url);
        let mut walk = Self { printed: shell.paste(first), dossiers: Vec::new() };
        for block in blocks {
            before(block);
            walk.printed += &shell.paste(block);
            walk.dossiers.push(shell.paste("echo ${ID-}\n").trim().to_owned());
        }
        walk.dossiers.dedup();
        walk.dossiers.retain(|id| !id.is_empty());
        walk
    }

    /// All results were handed over, and the law's limit has begun anew for the first.
    async fn has_arrived(&self, reception: &Client) {
        let [online, counter, refused] = &self.dossiers[..] else { panic!("three dossiers: {:?}", self.dossiers) };
        let ends = [(online, "online", "granted"), (counter, "counter", "granted"), (refused, "counter", "refused")];
        for (id, channel, outcome) in ends {
            let dossier = reception.get(&format!("/v1/dossiers/{id}")).await.expect(200).json;
            assert_eq!((&dossier["channel"], &dossier["status"]), (&channel.into(), &"returned".into()));
            assert_eq!((&dossier["outcome"], &dossier["timeliness"]), (&outcome.into(), &"finished_on_time".into()));
        }
        let deadline = reception.get(&format!("/v1/dossiers/{online}/deadline")).await.expect(200).json;
        let events: Vec<_> =
            deadline["clock"]["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
        assert_eq!(events, ["pause", "restart"]);
    }
}

/// A bash that gives up at the first thing that fails.
struct Shell {
    bash: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Shell {
    fn with_api(url: &str) -> Self {
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail"]).current_dir(ROOT).env("API", url);
        let mut bash = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("bash runs");
        let (input, output) = (bash.stdin.take().unwrap(), BufReader::new(bash.stdout.take().unwrap()));
        Self { bash, input, output }
    }

    /// What these lines print.
    #[track_caller]
    fn paste(&mut self, lines: &str) -> String {
        const END: &str = "-- end of what was pasted --\n";
        writeln!(self.input, "{lines}printf %s '{END}'").unwrap();
        let mut printed = String::new();
        while !printed.ends_with(END) {
            let more = self.output.read_line(&mut printed).expect("UTF-8");
            assert!(more > 0, "bash gave up: {printed}");
        }
        printed.truncate(printed.len() - END.len());
        printed
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // It ends with its input, of which this is the only holder; a test that failed does not wait for it.
        let _ = self.bash.kill();
        let _ = self.bash.wait();
    }
}
