//! A start as in production: real secrets, agencies and staff from the command line.

use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;

use super::program::{Ended, caunoi};
use super::{Program, Scratch};

/// 32 bytes as `openssl rand -base64 32` gives them.
pub const VAULT_KEYS: &str = "2026:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
pub const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A file of signing keys, made as the sentence about missing ones says.
pub fn signing_keys() -> NamedTempFile {
    let file = NamedTempFile::new().expect("a temporary file");
    let openssl = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"];
    assert!(Command::new("openssl").args(openssl).arg(file.path()).status().expect("openssl runs").success());
    file
}

const AGENCIES: &str = "code,name,name_en,kind,parent
H26,Ủy ban nhân dân Thành phố Hà Nội,People's Committee of Hanoi,city,
H26.13.01,Ủy ban nhân dân phường Hoàn Kiếm,People's Committee of Hoàn Kiếm Ward,commune,H26
";

const WRONG_AGENCIES: &str = "code,name,name_en,kind,parent,valid_from,latitude,longitude,opening_hours,fax
H26.13.02,Ủy ban nhân dân phường Ba Đình,People's Committee of Ba Đình Ward,village,H26,2025-07-01,,,,
H26.13.03,,People's Committee of Cửa Nam Ward,commune,H99,1 July,north,,eight,
H26.13.02,Ba Đình,Ba Đình,commune,H26,2025-07-01,,,,
H26.13.02.1,Điểm,Point,point,H26.13.02,2025-07-01,,,,
";

const WHAT_IS_WRONG: &str = "Nothing was loaded:
  line 1, fax: there is no such column
  line 2, kind: must be one of [\"city\",\"centre\",\"branch\",\"point\",\"department\",\"district\",\"commune\",\"police\",\"school\",\"hospital\"]
  line 3, parent: there is no such agency above it
  line 3, latitude: is not a number
  line 3, opening_hours: must look like 08:00-12:00 13:30-17:30
  line 3, name: is required
  line 3, valid_from: is not a date
  line 4, code: is in a line above already";

const ORGANISATIONS: &str = "number,kind,name,address,email
0109876543,enterprise,Công ty TNHH Xây dựng Sông Hồng,Số 5 phố Tràng Tiền,lienhe@songhong.example.vn
001190000001,household_business,Hộ kinh doanh Bình Minh,Số 12 phố Hàng Bài,
";

const WRONG_ORGANISATIONS: &str = "number,kind,name,address,fax
12345,firm,,Số 5 phố Tràng Tiền,
0109876543,enterprise,Sông Hồng,Số 5,
0109876543,enterprise,Sông Hồng,Số 5,
";

const WHAT_IS_WRONG_WITH_ORGANISATIONS: &str = "Nothing was loaded:
  line 1, fax: there is no such column
  line 2, name: is required
  line 2, number: at least 10 characters
  line 2, number: does not match ^([0-9]{10}(-[0-9]{3})?|[0-9]{12})$
  line 2, kind: must be one of [\"enterprise\",\"cooperative\",\"household_business\",\"public_body\",\"association\",\"other\"]
  line 4, number: is in a line above already";

const STAFF: &str = "username,name,title,agency,roles
an.tran,Trần Thị An,Chủ tịch,H26.13.01,leader processing_officer:2026-01-01
binh.vu,Vũ Bình,,H26,inspector reception_officer@H26.13.01:2026-01-01..2099-12-31
";

const WRONG_STAFF: &str = "username,name,agency,roles,phone
An Tran,Trần Thị An,H99,leader,
binh.vu,,H26,emperor,
binh.vu,Vũ Bình,H26,leader:1 July,
cuc.do,Đỗ Cúc,H26,leader@H99,
";

const WHAT_IS_WRONG_WITH_STAFF: &str = "Nothing was loaded:
  line 1, phone: there is no such column
  line 2, agency: there is no such agency
  line 2, roles: at which agency?
  line 2, username: does not match ^[a-z0-9._-]{2,32}$
  line 3, roles: there is no role emperor
  line 3, name: is required
  line 4, username: is in a line above already
  line 4, roles: a day must look like 2026-01-31
  line 5, roles: there is no such agency";

struct Production {
    scratch: Scratch,
    keys: NamedTempFile,
}

impl Production {
    fn serve(&self) -> Program {
        let program = Program::new(&["serve"], &self.scratch.data());
        program.set("SECRET_KEY", SECRET_KEY).set("VAULT_KEYS", VAULT_KEYS).set("SIGNING_KEYS", self.keys.path())
    }

    /// Another command of the program, with something to read on its standard input.
    fn run(&self, arguments: &[&str], input: &str) -> Ended {
        self.run_at(None, arguments, input)
    }

    fn run_at(&self, database_url: Option<&str>, arguments: &[&str], input: &str) -> Ended {
        let mut command = caunoi(arguments);
        command
            .env("SECRET_KEY", SECRET_KEY)
            .env("VAULT_KEYS", VAULT_KEYS)
            .env("SIGNING_KEYS", self.keys.path())
            .env("DATA_DIR", self.scratch.data());
        command.envs(database_url.map(|url| ("DATABASE_URL", url)));
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { status: output.status, said: text(output.stdout), complained: text(output.stderr) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_from_the_command_line_sign_in_to_a_server_without_demo() {
    let here = Production { scratch: Scratch::new(), keys: signing_keys() };
    let file = here.scratch.path("agencies.csv");
    std::fs::write(&file, AGENCIES).unwrap();
    let load = ["agency", "load", file.to_str().unwrap()];
    assert!(here.run(&load, "").refused().contains("make one with caunoi migrate"));
    here.run(&["migrate"], "").good();
    let dry_run = here.run(&[&load[..], &["--dry-run"]].concat(), "").good();
    assert_eq!(dry_run, "Nothing was done. There would be: 2 agencies founded, 0 changed, 0 as they were.\n");
    assert_eq!(here.run(&load, "").good(), "2 agencies founded, 0 changed, 0 as they were.\n");
    assert_eq!(here.run(&load, "").good(), "0 agencies founded, 0 changed, 2 as they were.\n");
    std::fs::write(&file, WRONG_AGENCIES).unwrap();
    assert_eq!(here.run(&load, "").refused(), WHAT_IS_WRONG);
    std::fs::write(&file, "code,hotline,opening_hours\nH26,1022,08:00-12:00 13:30-17:30\n").unwrap();
    assert_eq!(here.run(&load, "").good(), "0 agencies founded, 1 changed, 0 as they were.\n");

    let add = ["user", "add", "ha.le", "--name", "Lê Thu Hà", "--roles", "reception_officer", "--agency", "H26.13.01"];
    assert_eq!(here.run(&add, "short\n").refused(), "The password must have at least 12 characters.");
    assert_eq!(here.run(&add, "một mật khẩu dài\n").good(), "ha.le can sign in.\n");
    assert!(here.run(&add, "một mật khẩu dài\n").refused().contains("username_taken"));
    let nowhere = ["user", "add", "x.y", "--name", "X", "--roles", "reception_officer", "--agency", "H99"];
    assert_eq!(here.run(&nowhere, "một mật khẩu dài\n").refused(), "There is no agency H99.");

    let file = here.scratch.path("staff.csv");
    let load = ["staff", "load", file.to_str().unwrap()];
    std::fs::write(&file, WRONG_STAFF).unwrap();
    assert_eq!(here.run(&load, "").refused(), WHAT_IS_WRONG_WITH_STAFF);
    std::fs::write(&file, STAFF).unwrap();
    let dry_run = here.run(&[&load[..], &["--dry-run"]].concat(), "").good();
    assert_eq!(dry_run, "Nothing was done. There would be: 2 members of staff hired, 0 changed, 0 as they were.\n");
    let hired = here.run(&load, "").good();
    let lines: Vec<&str> = hired.lines().collect();
    assert!(lines[0].starts_with("an.tran\t") && lines[1].starts_with("binh.vu\t"), "{hired}");
    assert_eq!(lines[2], "2 members of staff hired, 0 changed, 0 as they were.");
    assert_eq!(here.run(&load, "").good(), "0 members of staff hired, 0 changed, 2 as they were.\n");
    std::fs::write(&file, "username,title\nan.tran,Phó Chủ tịch\n").unwrap();
    assert_eq!(here.run(&load, "").good(), "0 members of staff hired, 1 changed, 0 as they were.\n");

    let file = here.scratch.path("organisations.csv");
    let load = ["organisation", "load", file.to_str().unwrap()];
    std::fs::write(&file, WRONG_ORGANISATIONS).unwrap();
    assert_eq!(here.run(&load, "").refused(), WHAT_IS_WRONG_WITH_ORGANISATIONS);
    std::fs::write(&file, ORGANISATIONS).unwrap();
    let dry_run = here.run(&[&load[..], &["--dry-run"]].concat(), "").good();
    assert_eq!(dry_run, "Nothing was done. There would be: 2 organisations registered, 0 changed, 0 as they were.\n");
    assert_eq!(here.run(&load, "").good(), "2 organisations registered, 0 changed, 0 as they were.\n");
    assert_eq!(here.run(&load, "").good(), "0 organisations registered, 0 changed, 2 as they were.\n");
    std::fs::write(&file, "number,email\n0109876543,\n001190000001,\n").unwrap();
    assert_eq!(here.run(&load, "").good(), "0 organisations registered, 1 changed, 1 as they were.\n");

    let server = here.serve().start().await;
    let code = lines[0].split_once('\t').unwrap().1;
    let password = serde_json::json!({ "code": code, "password": "mật khẩu của An" });
    server.anonymous().post("/v1/password-codes/redeem", password).await.expect(204);
    let me = server.staff("an.tran", "mật khẩu của An").await.get("/v1/me").await.expect(200);
    assert_eq!(me.json["roles"], serde_json::json!(["processing_officer", "leader"]));
    assert!(!server.said().contains("caunoi-demo"), "{}", server.said());
    server.staff("ha.le", "một mật khẩu dài").await.get("/v1/me").await.expect(200);
    let demo = serde_json::json!({ "username": "tiepnhan", "password": "caunoi-demo" });
    server.anonymous().post("/v1/sessions", demo).await.expect(401);
    assert_eq!(server.anonymous().get("/demo/vneid/jwks").await.status, 404);

    // The private database of a running server is reached through its socket.
    let socket = here.scratch.data().join("postgres/run");
    let url = format!("postgresql:///caunoi?host={}&user=caunoi", socket.display());
    let run = |arguments: &[&str], input: &str| here.run_at(Some(&url), arguments, input).good();
    let listed = run(&["user", "list"], "");
    assert!(listed.contains("ha.le\tLê Thu Hà\treception_officer\tactive\n"), "{listed}");
    run(&["user", "password", "ha.le"], "một mật khẩu khác\n");
    let signs_in = async |password: &str| {
        let credentials = serde_json::json!({ "username": "ha.le", "password": password });
        server.anonymous().post("/v1/sessions", credentials).await.status == 200
    };
    assert!(!signs_in("một mật khẩu dài").await && signs_in("một mật khẩu khác").await);
    run(&["user", "deactivate", "ha.le"], "");
    assert!(!signs_in("một mật khẩu khác").await);
    run(&["user", "activate", "ha.le"], "");
    assert!(signs_in("một mật khẩu khác").await);
    server.stop();
}
