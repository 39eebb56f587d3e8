//! `docs/operations.md` and `docker-compose.yml` say of the settings what the program says.

use std::fs;

use api::settings::Flags;
use clap::{Args, Command};

/// One setting of `caunoi serve`.
pub struct Setting {
    /// Without the two dashes.
    pub flag: String,
    /// The environment variable of the same meaning.
    pub variable: String,
    pub help: String,
}

/// Every setting that has a variable.
pub fn settings() -> Vec<Setting> {
    let flags = Flags::augment_args(Command::new("serve"));
    let setting = |argument: &clap::Arg| {
        Some(Setting {
            flag: argument.get_long()?.to_owned(),
            variable: argument.get_env()?.to_str()?.to_owned(),
            help: argument.get_help().map(ToString::to_string).unwrap_or_default(),
        })
    };
    flags.get_arguments().filter_map(setting).collect()
}

/// The table in the document.
fn table() -> String {
    let row = |Setting { flag, variable, help }: Setting| {
        format!("| `{variable}` | `--{flag}` | {} |\n", help.replace('|', "\\|"))
    };
    let rows: String = settings().into_iter().map(row).collect();
    format!("| variable | flag | meaning [when absent] |\n| --- | --- | --- |\n{rows}")
}

#[test]
fn the_table_of_settings_is_that_of_the_program() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");
    let document = fs::read_to_string(path).unwrap();
    let (before, rest) = document.split_once("<!-- settings -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /settings -->").unwrap();
    let fresh = format!("{before}<!-- settings -->\n{}<!-- /settings -->{after}", table());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, &fresh).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == fresh, "UPDATE=1 cargo test -p it operations");
}

#[test]
fn every_setting_is_explained() {
    for Setting { flag, help, .. } in settings() {
        assert!(help.len() > 10, "--{flag} has no help");
    }
}
