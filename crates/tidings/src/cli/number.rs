use std::fmt::Write as _;

use anyhow::bail;
use clap::Subcommand;
use domain::{
    event::Kind,
    id::{AssistantId, CarrierAccountId, NumberId},
    phone::Address,
};
use serde_json::json;
use store::{
    StoreError, TenantTx,
    event::{self, Line},
    number::{self, Added, NewNumber},
};

use super::Answer;
use crate::{boot::Desk, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a number that the carrier account has.
    Add {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// In E.164 form, as in +14155552671; or a short code; or a name.
        #[arg(long, allow_hyphen_values = true)]
        number: String,
        /// The carrier account's id.
        #[arg(long)]
        carrier: String,
        /// What people call it.
        #[arg(long, default_value = "")]
        label: String,
        /// The id of the assistant that answers new conversations.
        #[arg(long)]
        assistant: Option<String>,
        /// Segments per second that the carrier allows [default: the kind's usual rate].
        #[arg(long)]
        segments_per_second: Option<f64>,
    },
    /// List the numbers.
    List {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Add { tenant, number, carrier, label, assistant, segments_per_second } => {
            let tenant = desk.tenant(&tenant).await?;
            let address = Address::parse_sender(&number)?;
            let kind = number::kind_of(&address);
            let usual = i64::try_from(kind.default_rate_millis())?;
            let account: CarrierAccountId = carrier.parse()?;
            let assistant: Option<AssistantId> = assistant.map(|id| id.parse()).transpose()?;
            let new = NewNumber {
                id: desk.ids.next(),
                address,
                kind,
                label,
                account,
                carrier_ref: None,
                assistant,
                rate_millis: segments_per_second.map(rate_millis).transpose()?.unwrap_or(usual),
                created_at: desk.now,
            };
            let (id, now): (NumberId, _) = (new.id, desk.now);
            let added = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    if let Some(assistant) = new.assistant
                        && !number::has_assistant(tx, assistant).await?
                    {
                        return Ok::<_, StoreError>(Err("there is no such assistant"));
                    }
                    let added = number::create(tx, &new).await?;
                    if added == Added::Yes {
                        let line = Line { kind: Kind::NumberUpdated, subject: id.0, conversation: None };
                        event::append(tx, now, &[line]).await?;
                    }
                    Ok(Ok(added))
                })
                .await?;
            match added {
                Err(reason) => bail!("{reason}"),
                Ok(Added::Taken) => bail!("this number of the account is in use already"),
                Ok(Added::NoAccount) => {
                    bail!("the tenant may not use this carrier account: see `tidings carrier grant`")
                }
                Ok(Added::Yes) => Answer::new(format!("Added {number} ({id})."), json!({ "id": id, "e164": number })),
            }
        }
        Command::List { tenant } => {
            let tenant = desk.tenant(&tenant).await?;
            let (mut text, mut rows, mut after) = (String::new(), Vec::new(), None);
            loop {
                let page = desk
                    .store
                    .read(tenant, async move |tx: &mut TenantTx<'_>| number::list(tx, after, 500).await)
                    .await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                for number in &page {
                    let state = if number.enabled { "on" } else { "off" };
                    let _ = writeln!(
                        text,
                        "{}  {}  {}  {state}  {}",
                        number.id,
                        number.e164,
                        number.kind.as_str(),
                        number.label
                    );
                }
                rows.extend(page);
            }
            Answer::new(text, json!({ "data": rows }))
        }
    };
    desk.store.close().await;
    Ok(answer)
}

#[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
fn rate_millis(per_second: f64) -> anyhow::Result<i64> {
    if !(0.001..=10_000.0).contains(&per_second) {
        bail!("segments per second are from 0.001 to 10000");
    }
    Ok((per_second * 1_000.0).round() as i64)
}
