//! Starts that are refused: one clear sentence, exit code 1, nothing lost.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::program::{caunoi, run};
use super::{Program, Scratch};

/// That it is one sentence which says these words.
#[track_caller]
fn is_sentence(complaint: &str, words: &[&str]) {
    let sentences = complaint.matches(". ").count() + 1;
    assert!(
        complaint.lines().count() == 1 && sentences == 1 && complaint.ends_with('.'),
        "not one sentence: {complaint}"
    );
    for words in words {
        assert!(complaint.contains(words), "{words:?} is missing in: {complaint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_on_the_same_directory() {
    let scratch = Scratch::with_demo().await;
    let first = Program::demo(&scratch.data()).start().await;
    is_sentence(&Program::demo(&scratch.data()).refused(), &["is in use by another instance (process "]);
    first.staff("tiepnhan", "caunoi-demo").await;
    first.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken() {
    let scratch = Scratch::with_demo().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = caunoi(&["serve", "--demo", "--bind", &address, "--data-dir"]);
    let complaint = run(command.arg(scratch.data())).refused();
    is_sentence(&complaint, &[&address, "is taken by another program", "--bind"]);
    Program::demo(&scratch.data()).start().await.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn nowhere_to_put_checkpoints() {
    let scratch = Scratch::with_demo().await;
    let file = scratch.data().join("checkpoints.jws");
    let exported = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    is_sentence(&Program::demo(&scratch.data()).refused(), &["checkpoints.jws cannot be written", "DATA_DIR"]);
    fs::remove_dir(&file).unwrap();
    fs::write(&file, exported).unwrap();
    Program::demo(&scratch.data()).start().await.stop();
}

/// Who denounces would be received, and nobody could read it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_seals_the_vault_is_missing() {
    let scratch = Scratch::with_demo().await;
    let demo = Program::demo(&scratch.data()).start().await;
    demo.wait_until_said("congdan2");
    demo.stop();
    let ours = fs::read_to_string(scratch.data().join("demo-secrets/vault-keys")).unwrap();
    let other = format!("2027:{}", super::staff::VAULT_KEYS.rsplit(':').next().unwrap());
    let with = |keys: &str| Program::demo(&scratch.data()).set("VAULT_KEYS", keys);
    let another = format!("demo:{}", other.rsplit(':').next().unwrap());
    for keys in [other.clone(), another] {
        is_sentence(&with(&keys).refused(), &["VAULT_KEYS lacks", "(demo)", "put them back"]);
    }
    // Both, as while they are rotated; afterwards the new one is enough.
    let both = format!("{other},{}", ours.trim());
    let serving = with(&both).start().await;
    let mut rotate = caunoi(&["vault", "--demo", "--data-dir"]);
    let rotated = run(rotate.arg(scratch.data()).arg("rotate").env("VAULT_KEYS", &both)).good();
    assert!(rotated.ends_with(" keys are sealed anew.\n") && !rotated.starts_with("0 "), "{rotated}");
    serving.stop();
    is_sentence(&with(&ours).refused(), &["VAULT_KEYS lacks", "(2027)"]);
    with(&other).start().await.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_programs() {
    let scratch = Scratch::new();
    let nowhere = scratch.path("nowhere");
    let demo = Program::demo(&scratch.data()).set("CAUNOI_PG_SEARCH", &nowhere).set("XDG_CACHE_HOME", &nowhere);
    let complaint = demo.set("CAUNOI_PG_BIN", "").refused();
    is_sentence(&complaint, &["No PostgreSQL programs", "scripts/ensure-postgres", "CAUNOI_PG_BIN"]);
    let complaint = Program::demo(&scratch.data()).set("CAUNOI_PG_BIN", &nowhere).refused();
    is_sentence(&complaint, &["does not hold usable PostgreSQL programs", nowhere.to_str().unwrap()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_another_version() {
    let scratch = Scratch::with_demo().await;
    let version = scratch.data().join("postgres/data/PG_VERSION");
    let ours = fs::read(&version).unwrap();
    fs::write(&version, "14\n").unwrap();
    is_sentence(&Program::demo(&scratch.data()).refused(), &["holds PostgreSQL 14 data", "nothing was changed"]);
    fs::write(&version, ours).unwrap();
    Program::demo(&scratch.data()).start().await.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_cannot_be_written() {
    let scratch = Scratch::new();
    // Root may write wherever it is possible at all: on a disk that is read only, it is not.
    let disk = if rustix::process::geteuid().is_root() { SmallDisk::mount(&scratch, 1) } else { None };
    let closed = match &disk {
        Some(disk) => {
            disk.remount("ro");
            disk.data()
        }
        None if rustix::process::geteuid().is_root() => {
            eprintln!("SKIPPED: root can write everywhere, and cannot mount a disk here");
            return;
        }
        None => {
            let closed = scratch.path("closed");
            fs::create_dir(&closed).unwrap();
            fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
            closed.join("data-dir")
        }
    };
    is_sentence(&Program::demo(&closed).refused(), &[closed.to_str().unwrap(), "allow this user to write there"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk() {
    let scratch = Scratch::new();
    let disk = SmallDisk::mount(&scratch, 20);
    let Some(disk) = disk else {
        eprintln!("SKIPPED: only root can mount a small disk");
        return;
    };
    let full = ["The disk of ", "is full", "nothing was lost"];
    is_sentence(&Program::demo(&disk.data()).refused(), &full);
    disk.resize(1);
    fs::remove_dir_all(disk.data()).unwrap();
    fill(&disk.0.join("filler"));
    is_sentence(&Program::demo(&disk.data()).refused(), &full);
    fs::remove_file(disk.0.join("filler")).unwrap();
    disk.resize(400);
    let demo = Program::demo(&disk.data()).start().await;
    demo.staff("tiepnhan", "caunoi-demo").await;
    demo.stop();
}

/// A small file system in memory; unmounted when dropped.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(scratch: &Scratch, mib: u32) -> Option<Self> {
        let place = scratch.path("disk");
        fs::create_dir(&place).unwrap();
        let size = format!("size={mib}m,mode=755");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&place).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(place))
    }

    fn resize(&self, mib: u32) {
        self.remount(&format!("size={mib}m"));
    }

    fn remount(&self, how: &str) {
        let how = format!("remount,{how}");
        assert!(Command::new("mount").args(["-o", &how]).arg(&self.0).status().unwrap().success());
    }

    fn data(&self) -> std::path::PathBuf {
        self.0.join("data-dir")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Takes all the room there is.
fn fill(path: &std::path::Path) {
    let mut file = fs::File::create(path).unwrap();
    while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
}
