//! What the whole server shares. Read-only after the start, so that no lock is ever taken.

use directory::Agencies;
use kernel::Clock;
use kernel::files::FileStore;
use kernel::rules::Rules;
use procedures::Catalogue;

use crate::auth::Auth;
use crate::contract::Contract;
use crate::settings::Settings;

/// The server's state, behind one `Arc`. Each worker adds a [`kernel::Db`] of its own.
pub struct App {
    pub settings: Settings,
    /// Signs page cursors.
    pub cursors: aws_lc_rs::hmac::Key,
    pub clock: Clock,
    pub auth: Auth,
    pub contract: Contract,
    pub rules: Rules,
    pub agencies: Agencies,
    pub catalogue: Catalogue,
    pub files: FileStore,
    /// Turns for what is heavy: stripping documents.
    pub heavy: tokio::sync::Semaphore,
}
