use std::{fmt::Write as _, process::ExitCode};

use anyhow::bail;
use api::{
    fields,
    v1::{
        carrier_accounts::adoption::{self, AdoptedNumbers, Checked, OfferedNumber, OfferedNumbers},
        numbers::{label, rate_millis},
    },
};
use clap::Subcommand;
use domain::{
    id::{AssistantId, CarrierAccountId, NumberId, TenantId, WorkId},
    phone::Address,
};
use engine::carrier::{CarrierError, Findings, Imported, Importing, Offered, Problem, import, note};
use jiff::Timestamp;
use serde_json::json;
use store::{
    StoreError, TenantTx,
    event::{self, Line},
    number::{self, Added, NewNumber, Number, NumberChange},
    queue::{self, Errand},
    tenant,
};

use super::{Answer, refused};
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
    /// Ask the carrier which numbers the account has for an organisation.
    Offered {
        #[command(flatten)]
        at: At,
    },
    /// Take numbers that the account has: sets the organisation's messaging profile up there, attaches them to it and adds them.
    Adopt {
        #[command(flatten)]
        at: At,
        /// As `offered` lists it; say it several times for several.
        #[arg(long = "number", required = true)]
        numbers: Vec<String>,
        /// What the messaging profile is called at the carrier [default: the organisation's name].
        #[arg(long)]
        profile_name: Option<String>,
    },
    /// Ask the carrier what keeps an organisation's numbers of the account from working. Fails if anything does.
    Check {
        #[command(flatten)]
        at: At,
    },
    /// Change a number.
    Edit {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The number's id, or the number itself.
        number: String,
        /// What people call it.
        #[arg(long)]
        label: Option<String>,
        /// Whether it may send.
        #[arg(long, value_name = "true|false")]
        enabled: Option<bool>,
        /// The id of the assistant that answers new conversations, or `none`.
        #[arg(long)]
        assistant: Option<String>,
        /// Segments per second that the carrier allows.
        #[arg(long)]
        segments_per_second: Option<f64>,
    },
    /// Remove a number that has had no conversation.
    Remove {
        /// Id or exact name of the organisation.
        #[arg(long)]
        tenant: String,
        /// The number's id, or the number itself.
        number: String,
    },
}

// Whose numbers, and at which account.
#[derive(Debug, clap::Args)]
pub(super) struct At {
    /// Id or exact name of the organisation.
    #[arg(long)]
    tenant: String,
    /// The carrier account's id.
    #[arg(long)]
    carrier: String,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Add { tenant, number, carrier, label: text, assistant, segments_per_second } => {
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
                label: label("--label", &text).map_err(refused)?,
                account,
                carrier_ref: None,
                assistant,
                rate_millis: rate(segments_per_second)?.unwrap_or(usual),
                created_at: desk.now,
            };
            let (id, now, errand): (NumberId, _, WorkId) = (new.id, desk.now, desk.ids.next());
            let added = desk
                .write(tenant, async move |tx: &mut TenantTx<'_>| {
                    if let Some(assistant) = new.assistant
                        && !number::has_assistant(tx, assistant).await?
                    {
                        return Ok::<_, StoreError>(Err(NO_ASSISTANT));
                    }
                    let added = number::create(tx, &new).await?;
                    if added == Added::Yes {
                        queue::add_errand(tx, errand, now, &Errand::ReadRegistration { number: id }).await?;
                        tell(tx, now, &[number::updated(id)]).await?;
                    }
                    Ok(Ok(added))
                })
                .await?;
            match added {
                Err(reason) => bail!("{reason}"),
                Ok(Added::Taken) => bail!("this number of the account is in use already"),
                Ok(Added::NoAccount) => bail!(NO_ACCOUNT),
                Ok(Added::Yes) => Answer::new(format!("Added {number} ({id})."), json!({ "id": id, "e164": number })),
            }
        }
        Command::List { tenant } => {
            let tenant = desk.tenant(&tenant).await?;
            let (mut text, rows) = (String::new(), all(&desk, tenant).await?);
            for number in &rows {
                let state = if number.enabled { "on" } else { "off" };
                let (kind, registered) = (number.kind.as_str(), number.registration.state.as_str());
                let _ =
                    writeln!(text, "{}  {}  {kind}  {state}  {registered}  {}", number.id, number.e164, number.label);
                if number.registration.stops_texts {
                    let said = [&number.registration.reason, &number.registration.mend];
                    let words: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
                    let _ = writeln!(text, "    {}", words.join(" "));
                }
            }
            Answer::new(text, json!({ "data": rows }))
        }
        Command::Offered { at } => offered(&desk, config, &at).await?,
        Command::Adopt { at, numbers, profile_name } => adopt(&desk, config, &at, &numbers, profile_name).await?,
        Command::Check { at } => check(&desk, config, &at).await?,
        Command::Edit { tenant, number, label: text, enabled, assistant, segments_per_second } => {
            let change = NumberChange {
                label: text.map(|text| label("--label", &text)).transpose().map_err(refused)?,
                enabled,
                assistant: assistant.map(|id| answering(&id)).transpose()?,
                rate_millis: rate(segments_per_second)?,
            };
            edit(&desk, &tenant, &number, change).await?
        }
        Command::Remove { tenant, number } => remove(&desk, &tenant, &number).await?,
    };
    desk.store.close().await;
    Ok(answer)
}

async fn offered(desk: &Desk, config: &Config, at: &At) -> anyhow::Result<Answer> {
    let (tenant, account) = whose(desk, at).await?;
    let found = desk.engine(config)?.carrier().list_numbers(tenant, account).await.map_err(carrier)?;
    let ours = ours(desk, tenant, account).await?;
    let data: Vec<_> = found.into_iter().map(|found| OfferedNumber::shown(found, &ours)).collect();
    let mut text = String::new();
    for number in &data {
        let here = if number.imported { "here already" } else { "not here" };
        let _ = writeln!(text, "{}  {}  {here}", number.e164, number.status);
    }
    if data.is_empty() {
        text.push_str(
            "The account has no number for this tenant: buy one, or, if the account is shared, `tidings number add`.",
        );
    }
    Ok(Answer::new(text, json!(OfferedNumbers { data })))
}

async fn adopt(
    desk: &Desk,
    config: &Config,
    at: &At,
    numbers: &[String],
    profile_name: Option<String>,
) -> anyhow::Result<Answer> {
    let (tenant, id) = whose(desk, at).await?;
    let wanted = adoption::addresses("--number", numbers).map_err(refused)?;
    let profile_name = match profile_name {
        Some(name) => fields::name("--profile-name", &name).map_err(refused)?,
        None => desk.store.read(tenant, async |tx: &mut TenantTx<'_>| tenant::read(tx).await).await?.name,
    };
    let engine = desk.engine(config)?;
    let adopted = engine.carrier().adopt(tenant, id, &wanted, &profile_name).await.map_err(carrier)?;
    let mut ids = engine.ids();
    let new: Vec<(NumberId, Offered)> = adopted.numbers.into_iter().map(|found| (ids.next(), found)).collect();
    let (now, missing, errand) = (engine.now(), adopted.problems.clone(), ids.next());
    let importing = Importing { account: id, numbers: new, missing, seen: adopted.seen, errand };
    let Imported { numbers, problems, lines: _ } = desk
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            let imported = import(tx, &importing, now).await?;
            tell(tx, now, &imported.lines).await?;
            Ok::<_, CarrierError>(imported)
        })
        .await
        .map_err(carrier)?;
    let problems: Vec<Problem> = adopted.problems.into_iter().chain(problems).collect();
    let mut text = String::new();
    for number in &numbers {
        let _ = writeln!(text, "Adopted {} ({}).", number.e164, number.id);
    }
    text.push_str(&in_words(&problems));
    let problems = problems.into_iter().map(Into::into).collect();
    let value = AdoptedNumbers { messaging_profile_id: adopted.messaging_profile_id, numbers, problems };
    let code = if value.numbers.len() == wanted.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    Ok(Answer { code, ..Answer::new(text, json!(value)) })
}

async fn check(desk: &Desk, config: &Config, at: &At) -> anyhow::Result<Answer> {
    let (tenant, id) = whose(desk, at).await?;
    let ours = ours(desk, tenant, id).await?;
    let Findings { problems, seen } = desk.engine(config)?.carrier().check(tenant, id, &ours).await.map_err(carrier)?;
    let (now, missing) = (desk.now, problems.clone());
    desk.write(tenant, async move |tx: &mut TenantTx<'_>| {
        let lines = note(tx, id, &missing, &seen, now).await?;
        tell(tx, now, &lines).await
    })
    .await?;
    let ok = problems.is_empty();
    let text = if ok { "Nothing is missing at the carrier.".to_owned() } else { in_words(&problems) };
    let code = if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let checked = Checked { ok, problems: problems.into_iter().map(Into::into).collect() };
    Ok(Answer { code, ..Answer::new(text, json!(checked)) })
}

async fn edit(desk: &Desk, tenant: &str, number: &str, change: NumberChange) -> anyhow::Result<Answer> {
    let tenant = desk.tenant(tenant).await?;
    let (id, now) = (which(desk, tenant, number).await?, desk.now);
    let changed = desk
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            if let Some(Some(assistant)) = change.assistant
                && !number::has_assistant(tx, assistant).await?
            {
                return Ok::<_, StoreError>(Err(anyhow::anyhow!(NO_ASSISTANT)));
            }
            if !number::change(tx, id, &change).await? {
                return Ok(Ok(None));
            }
            tell(tx, now, &[number::updated(id)]).await?;
            number::read(tx, id).await.map(Ok)
        })
        .await??;
    let Some(changed) = changed else { return Err(no_number(number)) };
    Ok(Answer::new(format!("Changed {} ({id}).", changed.e164), json!(changed)))
}

async fn remove(desk: &Desk, tenant: &str, number: &str) -> anyhow::Result<Answer> {
    let tenant = desk.tenant(tenant).await?;
    let (id, now) = (which(desk, tenant, number).await?, desk.now);
    let removed = desk
        .write(tenant, async move |tx: &mut TenantTx<'_>| {
            let removed = number::remove(tx, id).await?;
            if removed {
                tell(tx, now, &[number::updated(id)]).await?;
            }
            Ok::<_, StoreError>(removed)
        })
        .await;
    match removed {
        Ok(true) => Ok(Answer::new(format!("Removed {number} ({id})."), json!({ "id": id, "removed": true }))),
        Ok(false) => Err(no_number(number)),
        Err(StoreError::Foreign(_)) => {
            bail!(
                "this number has conversations, which keep it: switch it off with `tidings number edit --enabled false`"
            )
        }
        Err(error) => Err(error.into()),
    }
}

async fn whose(desk: &Desk, at: &At) -> anyhow::Result<(TenantId, CarrierAccountId)> {
    Ok((desk.tenant(&at.tenant).await?, at.carrier.parse()?))
}

async fn ours(desk: &Desk, tenant: TenantId, account: CarrierAccountId) -> Result<Vec<String>, StoreError> {
    desk.store.read(tenant, async move |tx: &mut TenantTx<'_>| number::addresses_of(tx, account).await).await
}

async fn all(desk: &Desk, tenant: TenantId) -> anyhow::Result<Vec<Number>> {
    let mut rows: Vec<Number> = Vec::new();
    loop {
        let after = rows.last().map(|last| last.id);
        let page =
            desk.store.read(tenant, async move |tx: &mut TenantTx<'_>| number::list(tx, after, 500).await).await?;
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page);
    }
}

/// The number that someone means by its id, or by the number itself.
async fn which(desk: &Desk, tenant: TenantId, said: &str) -> anyhow::Result<NumberId> {
    if let Ok(id) = said.parse() {
        return Ok(id);
    }
    let mut named = all(desk, tenant).await?.into_iter().filter(|number| number.e164 == said).map(|number| number.id);
    match (named.next(), named.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => Err(no_number(said)),
        _ => bail!("several accounts have {said}: name the one by its id, see `tidings number list`"),
    }
}

/// Lines for the log, if there are any.
async fn tell(tx: &mut TenantTx<'_>, now: Timestamp, lines: &[Line]) -> Result<(), StoreError> {
    if !lines.is_empty() {
        event::append(tx, now, lines).await?;
    }
    Ok(())
}

fn in_words(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |mut text, Problem { address, message, mend, .. }| {
        let what = address.as_deref().unwrap_or("the account");
        let _ = writeln!(text, "{what}: {message} {mend}");
        text
    })
}

fn carrier(error: CarrierError) -> anyhow::Error {
    match error {
        CarrierError::NotFound => anyhow::anyhow!(NO_ACCOUNT),
        CarrierError::Carrier(fault) => anyhow::anyhow!("{fault}. {}", fault.mend()),
        CarrierError::Store(error) => error.into(),
    }
}

const NO_ACCOUNT: &str =
    "the tenant may not use this carrier account: see `tidings carrier list` and `tidings carrier grant`";
const NO_ASSISTANT: &str = "there is no such assistant: give the id of one of the tenant's own, or `none`";

fn no_number(said: &str) -> anyhow::Error {
    anyhow::anyhow!("the tenant has no number `{said}`: see `tidings number list`")
}

/// Who answers new conversations; `None`: nobody.
fn answering(said: &str) -> anyhow::Result<Option<AssistantId>> {
    if said == "none" { Ok(None) } else { Ok(Some(said.parse()?)) }
}

fn rate(per_second: Option<f64>) -> anyhow::Result<Option<i64>> {
    per_second.map(|rate| rate_millis("--segments-per-second", rate)).transpose().map_err(refused)
}
