//! `caunoi vault`: the keys that seal who denounces.

use api::settings::Settings;
use clap::Subcommand;
use denunciations::vault;
use kernel::{Db, db};

use super::say;

#[derive(Subcommand)]
pub enum VaultCommand {
    /// Seal every key anew under the first of VAULT_KEYS. Afterwards the others are needed no more, but for backups.
    Rotate,
}

/// Does what the command says, where who denounces is kept.
pub async fn manage(settings: &Settings, database: &db::Settings, command: VaultCommand) -> Result<(), String> {
    let db = Db::acting(&db::Settings { size: 1, ..settings.vault(database) }, Some(vault::ROLE))?;
    let words = |error: kernel::Error| format!("{error}.");
    let mut conn = db.conn().await.map_err(words)?;
    match command {
        VaultCommand::Rotate => {
            let rotated = vault::rotate(&mut conn, &settings.vault_keys).await.map_err(words)?;
            say(format_args!("{rotated} keys are sealed anew."));
        }
    }
    Ok(())
}
