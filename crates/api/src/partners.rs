//! What a demo's server talks to, played by a program of its own as the real ones are: a payment gateway, the national
//! portal and a database of the State.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::{App, HttpServer};

use crate::settings::{Flags, given};
use crate::{gateway, portal, sources};

/// Serves until it is dropped. Announces the address that it listens on.
///
/// # Errors
/// One sentence for the operator.
pub async fn serve(bind: SocketAddr, secret: Vec<u8>, announce: impl FnOnce(SocketAddr)) -> Result<(), String> {
    let words = |error: io::Error| format!("{bind} cannot be listened on: {error}.");
    let listener = TcpListener::bind(bind).map_err(words)?;
    let address = listener.local_addr().map_err(words)?;
    let portal = portal::demo::routes(secret.clone());
    let gateway = gateway::demo::routes(address, secret)?;
    let factory =
        move || App::new().configure(gateway.clone()).configure(portal.clone()).configure(sources::demo::routes);
    let server = HttpServer::new(factory).workers(1).listen(listener).map_err(words)?.disable_signals().run();
    announce(address);
    server.await.map_err(words)
}

impl Flags {
    /// Uses the partners at this address where no others are named.
    pub fn play(&mut self, address: &str, secret: String) {
        if given(&self.national_portal_url).is_none() && given(&self.national_portal_secret).is_none() {
            let url = format!("{address}{}", portal::demo::PATH);
            (self.national_portal_url, self.national_portal_secret) = (Some(url), Some(secret.clone()));
        }
        if given(&self.payment_gateway_url).is_none() && given(&self.payment_gateway_secret).is_none() {
            (self.payment_gateway_url, self.payment_gateway_secret) = (Some(address.to_owned()), Some(secret));
        }
        if given(&self.data_sources).is_none() {
            self.data_sources = Some(format!("{}={address}{}", sources::demo::CODE, sources::demo::PATH));
        }
    }
}
