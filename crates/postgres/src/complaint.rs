//! What a failed PostgreSQL program complained about.

use std::path::Path;

/// The last fatal message in what it said, else its last line.
pub(crate) fn reason_in(said: &str) -> Option<String> {
    let lines = || said.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    lines().find_map(fatal).or_else(|| lines().next().map(str::to_owned))
}

/// Whether it failed because the disk of `dir` is full: it said so, or there is not even room to say so.
pub(crate) fn is_full(said: &str, dir: &Path) -> bool {
    // A write that was cut short has no error number: "could not extend file …: wrote only 4096 of 8192 bytes".
    let marks = ["No space left on device", "Disk quota exceeded", "could not extend file", "Check free disk space"];
    let no_room = nix::sys::statvfs::statvfs(dir).is_ok_and(|disk| disk.blocks() > 0 && disk.blocks_available() == 0);
    no_room || marks.iter().any(|mark| said.contains(mark))
}

fn fatal(line: &str) -> Option<String> {
    let marks = ["PANIC:  ", "FATAL:  ", "ERROR:  ", "error: "];
    marks.iter().find_map(|mark| Some(line.split_once(mark)?.1.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_last_fatal_message() {
        let text = "2026-01-01 UTC [1] LOG:  starting\n2026-01-01 UTC [1] FATAL:  bad thing\n2026-01-01 UTC [1] LOG:  database system is shut down\n";
        assert_eq!(reason_in(text).as_deref(), Some("bad thing"));
        assert_eq!(reason_in("libz.so.1: not found\n\n").as_deref(), Some("libz.so.1: not found"));
        assert_eq!(reason_in("\n"), None);
    }

    #[test]
    fn a_short_write_means_a_full_disk() {
        let said = "FATAL:  could not extend file \"base/1/2691\": wrote only 4096 of 8192 bytes at block 3\n";
        assert!(is_full(said, Path::new("/")));
        assert!(!is_full("FATAL:  bad thing\n", Path::new("/")));
    }
}
