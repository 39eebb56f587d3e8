//! `caunoi demo-gateway`, and how `caunoi serve --demo` starts one.

use std::net::SocketAddr;
use std::process::Stdio;
use std::{io, thread};

use api::gateway::{demo, signature};
use api::settings::GatewaySettings;
use clap::Args;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::say;

#[derive(Args)]
pub struct DemoGateway {
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

/// Plays a gateway until it is told to stop.
pub async fn serve(args: &DemoGateway) -> Result<(), String> {
    if !args.bind.ip().is_loopback() {
        return Err(format!("The demo gateway serves this machine only: {} is not a loopback address.", args.bind));
    }
    let secret = signature::secret(&args.secret).ok_or("PAYMENT_GATEWAY_SECRET must be whsec_ and base64.")?;
    let serving = demo::serve(args.bind, secret, |address| say(format_args!("http://{address}")));
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

/// Starts one for a demo, as a program of its own, and says how it is reached. It ends with this program.
pub async fn start() -> Result<(Child, GatewaySettings), String> {
    let words = |error: std::io::Error| format!("The demo's payment gateway does not start: {error}.");
    let secret = signature::fresh_secret();
    let mut child = Command::new(std::env::current_exe().map_err(words)?)
        .args(["demo-gateway", "--bind", "127.0.0.1:0", "--attached"])
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
    let secret = signature::secret(&secret).ok_or("The demo's payment gateway has no secret.")?;
    Ok((child, GatewaySettings { url: address.trim().to_owned(), secret }))
}
