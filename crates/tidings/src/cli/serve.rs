use serde_json::{Value, json};

use super::Answer;
use crate::{
    config::Config,
    serve::{Server, setup_link, until_told_to_stop},
};

pub(super) async fn run(config: &Config, json: bool) -> anyhow::Result<Answer> {
    let server = Server::start(config, None).await?;
    tracing::info!(listen = %server.address, public_url = config.public_url, database = config.database_shown(), "serving");
    // The link opens the house: it goes to whoever started the server, and not to the log.
    if let Some(link) = setup_link(&server.engine).await? {
        if json {
            println!("{}", json!({ "setup_link": link }));
        } else {
            println!("There is no tenant yet. Set up the first one here (the link works once):\n  {link}");
        }
    }
    until_told_to_stop().await?;
    tracing::info!("stopping");
    server.stop().await?;
    Ok(Answer::new("", Value::Null))
}
