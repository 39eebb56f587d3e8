//! `caunoi verify-receipt`: for whoever holds a receipt, years later, without us.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use kernel::files::Sha256;
use kernel::signing::PublicKeys;
use procedures::receipt::{self, Presented, Receipt, SignedReceipt};
use serde_json::Value;

use super::{read, say};

#[derive(Args)]
pub struct VerifyReceipt {
    /// File with the receipt: the compact JWS, or an answer that holds it as `signed`.
    receipt: PathBuf,
    /// File with the keys, as published at /.well-known/jwks.json.
    #[arg(long)]
    keys: PathBuf,
    /// File with the dossier as it was read from the server: is it what was filed?
    #[arg(long)]
    dossier: Option<PathBuf>,
    /// Papers: is each one of those that were filed?
    #[arg(long, num_args = 1..)]
    papers: Vec<PathBuf>,
}

/// Says what the receipt says, or what is wrong.
pub fn verify(args: &VerifyReceipt) -> Result<(), String> {
    let keys = PublicKeys::from_json(&read(&args.keys)?)
        .map_err(|error| format!("{} holds no keys: {error}.", args.keys.display()))?;
    let text = read(&args.receipt)?;
    let signed = match serde_json::from_str::<Value>(&text) {
        Ok(answer) => answer["signed"].as_str().unwrap_or_default().to_owned(),
        Err(_) => text.trim().to_owned(),
    };
    let SignedReceipt { receipt, .. } = receipt::check(&keys, &Presented { signed }).map_err(|error| {
        let why = error.fields.first().map_or("it cannot be read", |field| &field.detail.en);
        format!("The receipt cannot be believed: {why}.")
    })?;
    let mut differs = String::new();
    if let Some(file) = &args.dossier {
        compare(&receipt, file, &mut differs)?;
    }
    for file in &args.papers {
        let bytes = std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}.", file.display()))?;
        let hash = Sha256::of(&bytes);
        if !receipt.attachments.iter().any(|sealed| sealed.sha256 == hash) {
            let _ = write!(differs, "\n{} is none of the papers that were filed.", file.display());
        }
    }
    say(serde_json::to_string_pretty(&receipt).expect("a receipt is plain data"));
    if differs.is_empty() { Ok(()) } else { Err(format!("The receipt is genuine, but:{differs}")) }
}

fn compare(receipt: &Receipt, file: &Path, differs: &mut String) -> Result<(), String> {
    let dossier: Value =
        serde_json::from_str(&read(file)?).map_err(|error| format!("{} is no dossier: {error}.", file.display()))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (case, procedure) = (text(&dossier["case"]), text(&dossier["procedure"]["code"]));
    if receipt::content(&dossier["applicant"], &case, &dossier["form"], &procedure) != receipt.content_sha256 {
        let _ = write!(differs, "\n{} is not what was filed.", file.display());
    }
    Ok(())
}
