use anyhow::Context as _;
use serde_json::json;

use super::Answer;
use crate::{boot, config::Config};

pub(super) async fn run(config: &Config) -> anyhow::Result<Answer> {
    let store = boot::open(config).await?;
    let applied = store.migrate().await.context("the database's tables could not be brought up to date")?;
    store.close().await;
    let text = match applied.as_slice() {
        [] => "The database is up to date.".to_owned(),
        names => format!("Applied {}.", names.join(", ")),
    };
    Ok(Answer::new(text, json!({ "applied": applied })))
}
