//! What the whole server shares. Read without a lock: what changes is put in the place of its older self.

use arc_swap::ArcSwap;
use directory::Agencies;
use kernel::Clock;
use kernel::files::FileStore;
use kernel::rules::Rules;
use procedures::Catalogue;
use procedures::steps::World;

use crate::auth::Auth;
use crate::contract::Contract;
use crate::gateway::Gateway;
use crate::settings::Settings;

/// The server's state, behind one `Arc`. Each worker adds a [`kernel::Db`] of its own.
pub struct App {
    pub settings: Settings,
    /// Signs page cursors.
    pub cursors: aws_lc_rs::hmac::Key,
    pub clock: Clock,
    pub auth: Auth,
    /// Where fees are paid online, if anywhere.
    pub gateway: Option<Gateway>,
    pub contract: Contract,
    pub rules: Rules,
    /// Kept up to date by [`crate::reference`], as the catalogue.
    pub agencies: ArcSwap<Agencies>,
    pub catalogue: ArcSwap<Catalogue>,
    /// Held while reference data is read and put in its place: an older reading never replaces a newer one.
    pub reading: tokio::sync::Mutex<()>,
    pub files: FileStore,
    /// Turns for what is heavy: stripping documents.
    pub heavy: tokio::sync::Semaphore,
}

impl App {
    /// What a change of a dossier goes by.
    pub fn world<'a>(&'a self, catalogue: &'a Catalogue) -> World<'a> {
        World { catalogue, rules: &self.rules, keys: &self.settings.keys }
    }
}
