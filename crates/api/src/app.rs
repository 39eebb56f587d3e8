//! What the whole server shares. Read without a lock: what changes is put in the place of its older self.

use arc_swap::ArcSwap;
use directory::Agencies;
use kernel::Clock;
use kernel::files::FileStore;
use kernel::page::Cursors;
use kernel::rules::Rules;
use procedures::Catalogue;
use procedures::steps::World;
use serde::Serialize;

use crate::auth::Auth;
use crate::contract::Contract;
use crate::gateway::Gateway;
use crate::portal::Portal;
use crate::settings::Settings;
use crate::sources::Sources;

/// The server's state, behind one `Arc`. Each worker adds a [`kernel::Db`] of its own.
pub struct App {
    pub settings: Settings,
    /// Signs page cursors.
    pub cursor_key: aws_lc_rs::hmac::Key,
    pub clock: Clock,
    pub auth: Auth,
    /// Where fees are paid online, if anywhere.
    pub gateway: Option<Gateway>,
    /// What is told where dossiers stand, if anything is.
    pub portal: Option<Portal>,
    pub contract: Contract,
    pub rules: Rules,
    /// Kept up to date by [`crate::reference`], as the catalogue.
    pub agencies: ArcSwap<Agencies>,
    pub catalogue: ArcSwap<Catalogue>,
    /// Held while reference data is read and put in its place: an older reading never replaces a newer one.
    pub reading: tokio::sync::Mutex<()>,
    pub files: FileStore,
    /// The State's databases.
    pub sources: Sources,
    /// Turns for what is heavy: stripping documents.
    pub heavy: tokio::sync::Semaphore,
}

impl App {
    /// Cursors of a list with these filters: all but where a page begins and how long it is. `list` names the operation, and
    /// whoever it is different for.
    pub fn cursors(&self, list: &str, filter: &impl Serialize) -> Cursors<'_> {
        let mut named = serde_json::to_value(filter).expect("filters are plain data");
        if let Some(members) = named.as_object_mut() {
            members.retain(|name, _| name != "cursor" && name != "limit");
        }
        Cursors { key: &self.cursor_key, list: format!("{list} {named}") }
    }

    /// What a change of a case goes by.
    pub fn cases(&self) -> complaints::steps::World<'_> {
        complaints::steps::World { rules: &self.rules }
    }

    /// What a change of a denunciation goes by.
    pub fn denunciations(&self) -> denunciations::steps::World<'_> {
        denunciations::steps::World { rules: &self.rules, ring: &self.settings.vault_keys }
    }

    /// What a change of a dossier goes by.
    pub fn world<'a>(&'a self, catalogue: &'a Catalogue) -> World<'a> {
        World { catalogue, rules: &self.rules, keys: &self.settings.keys, sources: &self.sources.connected }
    }
}
