//! `caunoi user`: the accounts of staff.

use std::io::BufRead;

use clap::Subcommand;
use diesel_async::AsyncPgConnection;
use directory::{Agencies, NewStaff, password, staff};
use kernel::id::StaffId;
use kernel::{Ctx, Role};

use super::say;

#[derive(Subcommand)]
pub enum UserCommand {
    /// Add a member of staff; the password is read from the standard input.
    Add {
        username: String,
        #[arg(long)]
        name: String,
        /// Roles by code, separated by commas.
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<String>,
        /// Code of the agency.
        #[arg(long)]
        agency: String,
    },
    /// Set a new password, read from the standard input.
    Password { username: String },
    /// Let a member of staff sign in no more.
    Deactivate { username: String },
    /// Let a member of staff sign in again.
    Activate { username: String },
    /// List the staff.
    List,
}

/// Does what the command says.
pub async fn manage(conn: &mut AsyncPgConnection, ctx: &Ctx, command: UserCommand) -> Result<(), String> {
    let words = |error: kernel::Error| format!("{error}.");
    match command {
        UserCommand::Add { username, name, roles, agency } => {
            let agencies = Agencies::read(conn).await.map_err(words)?;
            let agency = agencies.by_code(&agency).ok_or_else(|| format!("There is no agency {agency}."))?.id;
            let roles = roles.iter().map(|code| role(code)).collect::<Result<Vec<_>, _>>()?;
            let password_hash = password::hash(read_password()?).await.map_err(words)?;
            let new =
                NewStaff { id: StaffId::at(ctx.now), username: username.clone(), name, password_hash, roles, agency };
            staff::create(conn, ctx, new).await.map_err(words)?;
            say(format_args!("{username} can sign in."));
        }
        UserCommand::Password { username } => {
            let hash = password::hash(read_password()?).await.map_err(words)?;
            staff::set_password(conn, ctx, &username, hash).await.map_err(words)?;
            say(format_args!("{username} has a new password; earlier sessions are ended."));
        }
        UserCommand::Deactivate { username } => {
            staff::deactivate(conn, ctx, &username).await.map_err(words)?;
            say(format_args!("{username} can sign in no more."));
        }
        UserCommand::Activate { username } => {
            staff::activate(conn, ctx, &username).await.map_err(words)?;
            say(format_args!("{username} can sign in again."));
        }
        UserCommand::List => {
            for person in staff::all(conn).await.map_err(words)? {
                let today = deadlines::vn_date(ctx.now);
                let roles = person.roles_at(person.agency_id, today);
                let roles = roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(",");
                say(format_args!(
                    "{}\t{}\t{roles}\t{}",
                    person.username,
                    person.name,
                    if person.active { "active" } else { "inactive" }
                ));
            }
        }
    }
    Ok(())
}

fn role(code: &str) -> Result<Role, String> {
    let known = || Role::ALL.iter().map(|role| role.code()).collect::<Vec<_>>().join(", ");
    Role::from_code(code).ok_or_else(|| format!("There is no role {code}; there are {}.", known()))
}

/// The first line of the standard input, of twelve characters or more.
fn read_password() -> Result<String, String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| format!("The password cannot be read: {error}."))?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.chars().count() < 12 {
        Err("The password must have at least 12 characters.".to_owned())
    } else {
        Ok(password)
    }
}
