//! `caunoi demo-partners`, and how `caunoi serve --demo` starts it.

use std::net::SocketAddr;
use std::process::Stdio;
use std::{io, thread};

use api::gateway::signature;
use api::partners;
use clap::Args;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::say;

#[derive(Args)]
pub struct DemoPartners {
    /// Address to listen on; of this machine only.
    #[arg(long, default_value = "127.0.0.1:8090")]
    bind: SocketAddr,
    /// As PAYMENT_GATEWAY_SECRET of the server that it serves.
    #[arg(long, env = "PAYMENT_GATEWAY_SECRET", hide_env_values = true)]
    secret: String,
    /// End when the standard input ends: whoever started it is gone then.
    #[arg(long)]
    attached: bool,
}

/// Plays them until it is told to stop.
pub async fn serve(args: &DemoPartners) -> Result<(), String> {
    if !args.bind.ip().is_loopback() {
        return Err(format!("The demo's partners serve this machine only: {} is not a loopback address.", args.bind));
    }
    let secret = signature::secret(&args.secret).ok_or("PAYMENT_GATEWAY_SECRET must be whsec_ and base64.")?;
    let serving = partners::serve(args.bind, secret, |address| say(format_args!("http://{address}")));
    tokio::select! {
        served = serving => served,
        () = input_ends(), if args.attached => Ok(()),
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn input_ends() {
    let (reading, ended) = oneshot::channel::<()>();
    thread::spawn(move || {
        let _reading = reading;
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
    });
    let _ = ended.await;
}

/// Starts them for a demo, as a program of its own that ends with this one. Returns where they are reached, and their secret.
pub async fn start() -> Result<(Child, String, String), String> {
    let words = |error: std::io::Error| format!("The demo's partners do not start: {error}.");
    let secret = signature::fresh_secret();
    let mut program = Command::new(std::env::current_exe().map_err(words)?);
    if std::env::var_os("LOG").is_none() {
        // That it listens would read as if the server did.
        program.env("LOG", "warn");
    }
    let mut child = program
        .args(["demo-partners", "--bind", "127.0.0.1:0", "--attached"])
        .env("PAYMENT_GATEWAY_SECRET", &secret)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(words)?;
    let mut address = String::new();
    if let Some(output) = child.stdout.as_mut() {
        BufReader::new(output).read_line(&mut address).await.map_err(words)?;
    }
    Ok((child, address.trim().to_owned(), secret))
}
