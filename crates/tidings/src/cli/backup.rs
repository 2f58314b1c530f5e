use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::Answer;
use crate::{config::Config, secret_key};

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The new file.
    to: PathBuf,
}

pub(super) async fn run(command: Backup, config: &Config) -> anyhow::Result<Answer> {
    let (url, target) = (config.database_url.clone(), command.to.clone());
    let bytes =
        tokio::task::spawn_blocking(move || store::backup::copy(&url, &target)).await?.context("no backup was made")?;
    let mut text = format!("Copied {bytes} bytes to {}.", command.to.display());
    if let Some(database) = config.sqlite_file().filter(|_| config.secret_key.is_none()) {
        let key = secret_key::beside(database);
        text.push_str(&format!("\nKeep {} too: without it the secrets in the copy cannot be read.", key.display()));
    }
    Ok(Answer::new(text, json!({ "file": command.to, "bytes": bytes })))
}
