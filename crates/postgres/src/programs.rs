//! Finds the server programs.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

use crate::StartError;
use crate::spawn::command;
use crate::user::Users;

/// The oldest major version the program works with.
pub(crate) const OLDEST: u32 = 15;

/// One installation of the PostgreSQL programs.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    /// The directory with `postgres` and `initdb`.
    pub bin: PathBuf,
    pub major: u32,
}

impl Programs {
    pub fn path(&self, program: &str) -> PathBuf {
        self.bin.join(program)
    }
}

/// The programs in `chosen`, else in `$CAUNOI_PG_BIN`, else the best of those found: of the version `wanted` (that of the existing
/// data), otherwise the newest. May return another version than the one wanted.
pub(crate) fn find(chosen: Option<&Path>, wanted: Option<u32>, users: &Users) -> Result<Programs, StartError> {
    let chosen = chosen.map(Path::to_owned).or_else(|| set("CAUNOI_PG_BIN").map(PathBuf::from));
    if let Some(bin) = chosen {
        return inspect(&bin, users).map_err(|reason| StartError::UnusablePrograms { bin, reason });
    }
    let places = places();
    let mut seen = BTreeSet::new();
    let mut found: Vec<Programs> = places
        .iter()
        .filter_map(|bin| inspect(bin, users).ok())
        .filter(|programs| seen.insert(programs.bin.clone()))
        .collect();
    found.sort_by_key(|programs| (Some(programs.major) != wanted, std::cmp::Reverse(programs.major)));
    found.into_iter().next().ok_or_else(|| StartError::MissingPrograms { looked_in: listed(&places) })
}

/// The directories looked in, in this order. `$CAUNOI_PG_SEARCH` (directories separated by colons, perhaps none) stands in for
/// `$PATH` and the distribution's directories. `scripts/ensure-postgres` looks in the same places.
fn places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = match env::var_os("CAUNOI_PG_SEARCH") {
        Some(search) => env::split_paths(&search).collect(),
        None => {
            let path = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&path).chain(versions_in(Path::new("/usr/lib/postgresql"))).collect()
        }
    };
    places.retain(|place| !place.as_os_str().is_empty());
    places.extend(cache().iter().flat_map(|cache| versions_in(&cache.join("caunoi/postgres"))));
    places
}

/// Where `scripts/ensure-postgres` unpacks what it downloads. Root's goes where the server's user can reach it.
fn cache() -> Option<PathBuf> {
    let of_user = || {
        if nix::unistd::geteuid().is_root() {
            Some("/var/cache".into())
        } else {
            set("HOME").map(|home| Path::new(&home).join(".cache"))
        }
    };
    set("XDG_CACHE_HOME").map(PathBuf::from).or_else(of_user)
}

fn set(variable: &str) -> Option<std::ffi::OsString> {
    env::var_os(variable).filter(|value| !value.is_empty())
}

/// Every `<directory>/<version>/bin`.
fn versions_in(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = entries.map(|entry| entry.path().join("bin")).filter(|bin| bin.is_dir()).collect();
    versions.sort();
    versions
}

/// The programs in `bin`, or why they cannot be used.
fn inspect(bin: &Path, users: &Users) -> Result<Programs, String> {
    // Distributions and our cache use links; the programs find their libraries beside the real file.
    let postgres = bin.join("postgres").canonicalize().map_err(|error| format!("postgres: {error}"))?;
    let bin = postgres.parent().unwrap_or(Path::new("/")).to_owned();
    if !bin.join("initdb").is_file() {
        return Err("initdb is missing".to_owned());
    }
    let answer = command(&postgres, Path::new("/"), users, Signal::SIGKILL).arg("--version").output();
    let answer = answer.map_err(|error| format!("user {} cannot run postgres: {error}", users.server.name))?;
    let answer = String::from_utf8_lossy(&answer.stdout);
    match major(&answer) {
        Some(major) if major >= OLDEST => Ok(Programs { bin, major }),
        Some(major) => Err(format!("they are version {major}")),
        None => Err("`postgres --version` gave no version".to_owned()),
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is version 15.
fn major(answer: &str) -> Option<u32> {
    let version = answer.strip_prefix("postgres (PostgreSQL) ")?;
    let digits = version.find(|character: char| !character.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

fn listed(places: &[PathBuf]) -> String {
    let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
    if places.is_empty() { "no directory at all".to_owned() } else { places.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions_are_read_as_distributions_print_them() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18.6\n"), Some(18));
        assert_eq!(major("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major("bash: postgres: something else\n"), None);
    }
}
