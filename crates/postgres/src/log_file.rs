//! The server's log: a file that cannot grow without bound.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Size in bytes from which the log is put aside; with the one put aside it takes about twice that at most.
const LIMIT: u64 = 4 << 20;

/// `postgres.log` in the cluster's directory.
#[derive(Debug)]
pub(crate) struct LogFile {
    pub path: PathBuf,
}

impl LogFile {
    pub fn new(root: &Path) -> Self {
        Self { path: root.join("postgres.log") }
    }

    /// Opens the log for a server to append to, and says how long it is by now, in bytes.
    pub fn open(&self) -> io::Result<(File, u64)> {
        self.bound();
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }

    /// Puts a long log aside and empties it. The server keeps its open file: it appends, so it goes on at the new end.
    pub fn bound(&self) {
        if fs::metadata(&self.path).is_ok_and(|file| file.len() > LIMIT) {
            let aside = fs::copy(&self.path, self.path.with_extension("log.1"));
            let emptied = OpenOptions::new().write(true).truncate(true).open(&self.path);
            if let Err(error) = aside.and(emptied.map(drop).map(|()| 0)) {
                log::warn!("the server's log could not be put aside: {error}");
            }
        }
    }

    /// What the server said after the first `from` bytes.
    pub fn said_since(&self, from: u64) -> String {
        let mut said = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(from))?;
            file.take(LIMIT).read_to_end(&mut said)
        });
        if let Err(error) = read {
            log::warn!("the server's log cannot be read: {error}");
        }
        String::from_utf8_lossy(&said).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_long_log_is_put_aside_while_the_server_writes_on() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let log = LogFile::new(dir.path());
        let (mut server, length) = log.open()?;
        assert_eq!(length, 0);
        server.write_all(&vec![b'a'; LIMIT as usize + 1])?;
        log.bound();
        server.write_all(b"after")?;
        assert_eq!(fs::read_to_string(&log.path)?, "after");
        assert_eq!(fs::metadata(dir.path().join("postgres.log.1"))?.len(), LIMIT + 1);
        Ok(())
    }
}
