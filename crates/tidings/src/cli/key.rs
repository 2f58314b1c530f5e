use std::fmt::Write as _;

use anyhow::bail;
use api::{fields, secret};
use clap::Subcommand;
use domain::{access::Scope, id::ApiKeyId};
use serde_json::json;
use store::{
    TenantTx,
    api_key::{self, ALL_SCOPES, ApiKey},
};

use super::{Answer, refused};
use crate::{boot::Desk, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an API key. Its secret is shown this once.
    Create {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// What the key is for.
        #[arg(long)]
        name: String,
        /// What it may do, such as messages:write; say it several times for several. `*` is everything.
        #[arg(long = "scope", required = true, value_parser = scope)]
        scopes: Vec<String>,
    },
    /// List the API keys, revoked ones too.
    List {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
    },
    /// Revoke an API key, at once and for good.
    Revoke {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The key's id.
        id: String,
    },
}

fn scope(text: &str) -> Result<String, String> {
    if text == ALL_SCOPES || Scope::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    let words: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    Err(format!("there are {}, or *", words.join(", ")))
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Create { tenant, name, scopes } => {
            let tenant = desk.tenant(&tenant).await?;
            let secret = secret::api_key()?;
            let key = ApiKey {
                id: desk.ids.next(),
                name: fields::name("--name", &name).map_err(refused)?,
                prefix: secret::shown(&secret).to_owned(),
                scopes,
                created_at: desk.now,
                last_used_at: None,
                revoked_at: None,
            };
            let (hash, new) = (secret::hash(&secret), key.clone());
            desk.write(tenant, async move |tx: &mut TenantTx<'_>| api_key::create(tx, &new, &hash).await).await?;
            let text = format!("Made {} ({}). Its secret, shown this once:\n{secret}", key.name, key.id);
            Answer::new(text, json!({ "id": key.id, "name": key.name, "scopes": key.scopes, "secret": secret }))
        }
        Command::List { tenant } => {
            let tenant = desk.tenant(&tenant).await?;
            let (mut text, mut rows, mut after) = (String::new(), Vec::new(), None);
            loop {
                let page = desk
                    .store
                    .read(tenant, async move |tx: &mut TenantTx<'_>| api_key::list(tx, after, 500).await)
                    .await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                for key in &page {
                    let state = if key.revoked_at.is_some() { "revoked" } else { "valid" };
                    let _ =
                        writeln!(text, "{}  {}…  {state}  {}  {}", key.id, key.prefix, key.scopes.join(","), key.name);
                }
                rows.extend(page);
            }
            Answer::new(text, json!({ "data": rows }))
        }
        Command::Revoke { tenant, id } => {
            let tenant = desk.tenant(&tenant).await?;
            let (id, now): (ApiKeyId, _) = (id.parse()?, desk.now);
            if !desk.write(tenant, async move |tx: &mut TenantTx<'_>| api_key::revoke(tx, id, now).await).await? {
                bail!("there is no such key: see `tidings key list`");
            }
            Answer::new(format!("Revoked {id}."), json!({ "id": id, "revoked": true }))
        }
    };
    desk.store.close().await;
    Ok(answer)
}
