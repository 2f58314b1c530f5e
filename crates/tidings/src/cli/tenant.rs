use std::fmt::Write as _;

use api::fields;
use clap::Subcommand;
use domain::{id::TenantId, tenant::Settings};
use serde_json::json;
use store::{SystemTx, tenant};

use super::{Answer, refused};
use crate::{boot::Desk, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an organisation.
    Create {
        /// What it is called.
        #[arg(long)]
        name: String,
        /// Two-letter country in which national spellings of phone numbers are at home [default: US].
        #[arg(long)]
        region: Option<String>,
        /// IANA time zone of the business [default: America/New_York].
        #[arg(long)]
        time_zone: Option<String>,
    },
    /// List the organisations.
    List,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Create { name, region, time_zone } => {
            let name = fields::name("--name", &name).map_err(refused)?;
            let mut settings = Settings::default();
            if let Some(region) = region {
                settings.region = fields::region("--region", &region).map_err(refused)?;
            }
            if let Some(zone) = time_zone {
                settings.time_zone = fields::time_zone("--time-zone", &zone).map_err(refused)?;
            }
            let (id, now): (TenantId, _) = (desk.ids.next(), desk.now);
            let called = name.clone();
            desk.store
                .system_write(async move |tx: &mut SystemTx<'_>| tenant::create(tx, id, &called, &settings, now).await)
                .await?;
            Answer::new(format!("Made {name} ({id})."), json!({ "id": id, "name": name }))
        }
        Command::List => list(&desk).await?,
    };
    desk.store.close().await;
    Ok(answer)
}

async fn list(desk: &Desk) -> anyhow::Result<Answer> {
    let (mut text, mut rows, mut after) = (String::new(), Vec::new(), None);
    loop {
        let page =
            desk.store.system_read(async move |tx: &mut SystemTx<'_>| tenant::list(tx, after, 500).await).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for one in &page {
            let _ = writeln!(text, "{}  {}", one.id, one.name);
            rows.push(json!({ "id": one.id, "name": one.name, "created_at": one.created_at }));
        }
    }
    if rows.is_empty() {
        text.push_str("There is no tenant yet: `tidings tenant create --name …`.");
    }
    Ok(Answer::new(text, json!({ "data": rows })))
}
