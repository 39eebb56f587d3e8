//! The demo's payment gateway, a program of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::program;

/// The secret that it and a server share.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A gateway that runs until it is dropped.
pub struct Gateway {
    program: Child,
    pub url: String,
}

impl Gateway {
    pub fn start() -> Self {
        let mut command = program::caunoi(&["demo-gateway", "--bind", "127.0.0.1:0", "--attached"]);
        command.env("PAYMENT_GATEWAY_SECRET", SECRET).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = command.spawn().expect("the gateway starts");
        let mut url = String::new();
        BufReader::new(program.stdout.as_mut().expect("it is read")).read_line(&mut url).expect("UTF-8");
        Self { program, url: url.trim().to_owned() }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
