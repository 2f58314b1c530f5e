use std::fmt::Write as _;

use anyhow::bail;
use api::{
    fields,
    v1::webhooks::{CreatedWebhook, known, signing_secret},
};
use clap::Subcommand;
use domain::id::WebhookId;
use serde_json::json;
use store::{
    TenantTx,
    webhook::{self, Webhook},
};

use super::{Answer, refused};
use crate::{boot, boot::Desk, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an endpoint that is told of what happens from now on. Its secret is shown this once.
    Create {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// Where events are told; https.
        #[arg(long)]
        url: String,
        /// Which ones, such as message.created; say it several times for several. `*` is all.
        #[arg(long = "event", default_value = "*")]
        events: Vec<String>,
    },
    /// List the endpoints.
    List {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
    },
    /// Remove an endpoint, and the record of what it was told.
    Remove {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The endpoint's id.
        id: String,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Create { tenant, url, events } => {
            let tenant = desk.tenant(&tenant).await?;
            let webhook = Webhook {
                id: desk.ids.next(),
                url: fields::url("--url", &url, config.allow_private_networks).map_err(refused)?,
                events: known("--event", events).map_err(refused)?,
                enabled: true,
                created_at: desk.now,
            };
            let secret = signing_secret()?;
            let sealed = boot::sealer(config)?.seal(&engine::secret_context(webhook.id), secret.as_bytes())?;
            let new = webhook.clone();
            desk.write(tenant, async move |tx: &mut TenantTx<'_>| webhook::create(tx, &new, &sealed).await).await?;
            let text = format!("Added {} ({}). Its secret, shown this once:\n{secret}", webhook.url, webhook.id);
            Answer::new(text, serde_json::to_value(CreatedWebhook { webhook, secret })?)
        }
        Command::List { tenant } => {
            let tenant = desk.tenant(&tenant).await?;
            let (mut text, mut rows, mut after) = (String::new(), Vec::new(), None);
            loop {
                let page = desk
                    .store
                    .read(tenant, async move |tx: &mut TenantTx<'_>| webhook::list(tx, after, 500).await)
                    .await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                for webhook in &page {
                    let state = if webhook.enabled { "on" } else { "off" };
                    let _ = writeln!(text, "{}  {state}  {}  {}", webhook.id, webhook.events.join(","), webhook.url);
                }
                rows.extend(page);
            }
            Answer::new(text, json!({ "data": rows }))
        }
        Command::Remove { tenant, id } => {
            let tenant = desk.tenant(&tenant).await?;
            let id: WebhookId = id.parse()?;
            if !desk.write(tenant, async move |tx: &mut TenantTx<'_>| webhook::remove(tx, id).await).await? {
                bail!("there is no such webhook: see `tidings webhook list`");
            }
            Answer::new(format!("Removed {id}."), json!({ "id": id, "removed": true }))
        }
    };
    desk.store.close().await;
    Ok(answer)
}
