use std::fmt::Write as _;

use anyhow::bail;
use api::{
    fields,
    v1::carrier_accounts::{parsed_keys, sealed_key},
};
use clap::{Subcommand, ValueEnum};
use domain::id::CarrierAccountId;
use providers::telnyx;
use serde_json::json;
use store::{
    StoreError, SystemTx, TenantTx,
    carrier_account::{self, AccountChange, NewAccount},
};

use super::{Answer, line_from_stdin, refused, unclaimed};
use crate::{boot, boot::Desk, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Connect a carrier account. Its API key is read from standard input.
    Add {
        /// The organisation that owns it (id or exact name); without one it is shared, see `carrier grant`.
        #[arg(long)]
        tenant: Option<String>,
        /// What people call it.
        #[arg(long)]
        name: String,
        /// Which carrier.
        #[arg(long, value_enum, default_value_t = Kind::Telnyx)]
        kind: Kind,
        /// Where its API is.
        #[arg(long)]
        base_url: Option<String>,
        /// What it signs its webhooks with (base64), newest first; say it several times for several.
        #[arg(long = "public-key", required = true)]
        public_keys: Vec<String>,
    },
    /// List the carrier accounts of the installation.
    List,
    /// Let an organisation use a shared account.
    Grant {
        /// The account's id.
        id: String,
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
    },
    /// Give an account a new API key, new public keys, or both.
    Rotate {
        /// The account's id.
        id: String,
        /// Read a new API key from standard input.
        #[arg(long)]
        api_key_stdin: bool,
        /// What it signs its webhooks with from now on (base64), newest first; say it several times for several, and the old one
        /// too until the carrier has switched.
        #[arg(long = "public-key")]
        public_keys: Vec<String>,
    },
    /// List what came in within the last seven days and found nobody, such as texts to a number that no organisation has.
    Unclaimed,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// Telnyx.
    Telnyx,
    /// The look-alike for demo and tests.
    Sandbox,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Add { tenant, name, kind, base_url, public_keys } => {
            let id: CarrierAccountId = desk.ids.next();
            let owner = match tenant {
                Some(tenant) => Some(desk.tenant(&tenant).await?),
                None => None,
            };
            let public_keys = parsed_keys("--public-key", public_keys).map_err(refused)?;
            let (api_key, api_key_hint) = api_key(config, id)?;
            let new = NewAccount {
                id,
                name: fields::name("--name", &name).map_err(refused)?,
                kind: match kind {
                    Kind::Telnyx => "telnyx".into(),
                    Kind::Sandbox => "sandbox".into(),
                },
                base_url: match base_url {
                    Some(url) => {
                        let anywhere = owner.is_none() || config.allow_private_networks;
                        fields::url("--base-url", &url, anywhere).map_err(refused)?
                    }
                    None => telnyx::BASE_URL.into(),
                },
                api_key,
                api_key_hint,
                public_keys,
                created_at: desk.now,
            };
            match owner {
                Some(tenant) => {
                    desk.write(tenant, async move |tx: &mut TenantTx<'_>| carrier_account::create(tx, &new).await)
                        .await?;
                }
                None => {
                    desk.store
                        .system_write(async move |tx: &mut SystemTx<'_>| carrier_account::create_shared(tx, &new).await)
                        .await?;
                }
            }
            let webhook_url = format!("{}/hooks/telnyx/{id}", config.public_url);
            let text = format!("Connected {name} ({id}). Its webhooks come to {webhook_url}.");
            Answer::new(text, json!({ "id": id, "name": name, "webhook_url": webhook_url }))
        }
        Command::List => {
            let all = desk.store.system_read(async |tx: &mut SystemTx<'_>| carrier_account::list_all(tx).await).await?;
            let (mut text, mut rows) = (String::new(), Vec::new());
            for (account, owner) in all {
                let whose = owner.map_or_else(|| "shared".to_owned(), |tenant| tenant.to_string());
                let _ = writeln!(
                    text,
                    "{}  {}  {}  {whose}  {}",
                    account.id, account.kind, account.api_key_hint, account.name
                );
                rows.push(json!({ "id": account.id, "name": account.name, "kind": account.kind, "owner": owner,
                    "base_url": account.base_url, "api_key_hint": account.api_key_hint }));
            }
            Answer::new(text, json!({ "data": rows }))
        }
        Command::Grant { id, tenant } => {
            let tenant = desk.tenant(&tenant).await?;
            let account: CarrierAccountId = id.parse()?;
            let granted = desk
                .store
                .system_write(async move |tx: &mut SystemTx<'_>| carrier_account::grant(tx, account, tenant).await)
                .await?;
            if !granted {
                bail!("there is no such shared account: see `tidings carrier list`");
            }
            Answer::new(format!("{tenant} may use {account} now."), json!({ "id": account, "tenant_id": tenant }))
        }
        Command::Rotate { id, api_key_stdin, public_keys } => {
            if !api_key_stdin && public_keys.is_empty() {
                bail!("say what is new: `--api-key-stdin` with the key on standard input, `--public-key`, or both");
            }
            let id: CarrierAccountId = id.parse()?;
            let change = AccountChange {
                api_key: api_key_stdin.then(|| api_key(config, id)).transpose()?,
                public_keys: (!public_keys.is_empty())
                    .then(|| parsed_keys("--public-key", public_keys))
                    .transpose()
                    .map_err(refused)?,
                ..AccountChange::default()
            };
            let changed = desk
                .store
                .system_write(async move |tx: &mut SystemTx<'_>| {
                    carrier_account::change_any(tx, id, &change).await?;
                    let all = carrier_account::list_all(tx).await?;
                    Ok::<_, StoreError>(all.into_iter().map(|(account, _)| account).find(|account| account.id == id))
                })
                .await?;
            let Some(account) = changed else { bail!("there is no such account: see `tidings carrier list`") };
            let keys = account.public_keys.len();
            let text = format!(
                "{} uses the API key {} and believes {keys} public {} within ten seconds. `tidings number check` tells \
                 whether the carrier takes it.",
                account.name,
                account.api_key_hint,
                if keys == 1 { "key" } else { "keys" }
            );
            Answer::new(
                text,
                json!({ "id": id, "name": account.name, "api_key_hint": account.api_key_hint,
                    "public_keys": account.public_keys }),
            )
        }
        Command::Unclaimed => unclaimed::list(&desk.store).await?,
    };
    desk.store.close().await;
    Ok(answer)
}

/// The API key on standard input, as it is kept, and what is shown of it.
fn api_key(config: &Config, id: CarrierAccountId) -> anyhow::Result<(Vec<u8>, String)> {
    let key = line_from_stdin()?;
    if key.trim().is_empty() {
        bail!("give the API key on standard input, as in `tidings carrier … < key.txt`");
    }
    sealed_key("API key", &boot::sealer(config)?, id, &key).map_err(refused)
}
