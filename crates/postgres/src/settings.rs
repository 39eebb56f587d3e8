//! How the server is run: for a small private server whose log must hold no personal data.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::home::Home;
use crate::user::Users;
use crate::{Durability, NAME, Options};

/// Settings that [`Options::settings`] may change.
const TUNED: &[(&str, &str)] = &[
    ("cluster_name", NAME),
    ("max_connections", "200"),
    ("shared_buffers", "256MB"),
    // Planned for solid-state disks, and compiling a plan never paid on our short queries.
    ("random_page_cost", "1.1"),
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
];

/// Nobody reaches the server but through the private socket.
const ACCESS: &[(&str, &str)] = &[("listen_addresses", ""), ("port", PORT), ("unix_socket_permissions", "0700")];

/// No statement, parameter or stored value gets into the log. The message of an ERROR may quote input (`invalid input syntax for
/// type date: "…"`) and its detail the row (`Key (email)=(…) already exists`), so errors are left to the client, which gets them
/// anyway: the level `log` keeps what concerns the server as a whole, and `terse` drops the details.
const PRIVACY: &[(&str, &str)] = &[
    ("log_destination", "stderr"),
    ("logging_collector", "off"),
    ("log_line_prefix", "%m [%p] "),
    ("log_min_messages", "log"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_statement", "none"),
    ("log_duration", "off"),
    ("log_min_duration_statement", "-1"),
    ("log_min_duration_sample", "-1"),
    ("log_transaction_sample_rate", "0"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("debug_print_parse", "off"),
    ("debug_print_rewritten", "off"),
    ("debug_print_plan", "off"),
];

const UNSAFE: &[(&str, &str)] = &[("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off")];

/// The port names the socket file; there is no TCP.
pub(crate) const PORT: &str = "5432";

/// Writes the access files: the program's user and the server's may connect as [`NAME`], nobody else may, and only as whom the
/// kernel says they are.
pub(crate) fn write_access_files(home: &Home, users: &Users) -> io::Result<()> {
    let note = "# Written anew at every start.\n";
    let hba = format!("{note}local all all peer map={NAME}\nlocal replication all peer map={NAME}\n");
    let mut ident = note.to_owned();
    for user in [&users.program, &users.server] {
        ident += &format!("{NAME} \"{}\" {NAME}\n", user.name);
    }
    for (name, text) in [("pg_hba.conf", hba), ("pg_ident.conf", ident)] {
        let path = home.root.join(name);
        fs::write(&path, text)?;
        // The server's user reads them, whatever the umask.
        fs::set_permissions(&path, Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// The server's command line: the later of two settings wins.
pub(crate) fn arguments(home: &Home, socket_dir: &Path, options: &Options) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("-D"), home.data().into()];
    let mut add = |name: &str, value: OsString| {
        let mut setting = OsString::from(format!("{name}="));
        setting.push(value);
        arguments.extend(["-c".into(), setting]);
    };
    let unsafe_ones = if options.durability == Durability::Unsafe { UNSAFE } else { &[] };
    TUNED.iter().chain(unsafe_ones).for_each(|(name, value)| add(name, value.into()));
    options.settings.iter().for_each(|(name, value)| add(name, value.into()));
    ACCESS.iter().chain(PRIVACY).for_each(|(name, value)| add(name, value.into()));
    add("hba_file", home.root.join("pg_hba.conf").into());
    add("ident_file", home.root.join("pg_ident.conf").into());
    // A list of names: quoted, or blanks at their ends would be cut off.
    let mut quoted = OsString::from("\"");
    quoted.push(socket_dir);
    quoted.push("\"");
    add("unix_socket_directories", quoted);
    arguments
}
