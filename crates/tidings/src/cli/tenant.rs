use std::fmt::Write as _;

use anyhow::Context as _;
use api::{
    error::ApiError,
    fields,
    v1::tenant::{ChangeSettings, Tenant, TenantSettings, apply, opt_in_fits, shown},
};
use clap::Subcommand;
use domain::{hours::QuietHours, id::TenantId};
use serde_json::json;
use store::{SystemTx, TenantTx, tenant};

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
    /// Show what an organisation has set, and change what is said.
    Settings(Box<Settings>),
}

// What is not said stays.
#[derive(Debug, clap::Args)]
pub(super) struct Settings {
    /// Id or exact name of the organisation.
    #[arg(long)]
    tenant: String,
    /// What it is called from now on.
    #[arg(long)]
    name: Option<String>,
    /// Two-letter country in which national spellings of phone numbers are at home.
    #[arg(long)]
    region: Option<String>,
    /// IANA time zone of the business, and of contacts whose own is not known.
    #[arg(long)]
    time_zone: Option<String>,
    /// A text within this many days of the last message resumes the conversation.
    #[arg(long)]
    resume_window_days: Option<u32>,
    /// How long a person's reply is held so that it can be undone.
    #[arg(long)]
    undo_seconds: Option<u32>,
    /// When nothing is sent on the contact's own clock, as in 21:00-08:00; or `none`.
    #[arg(long, value_name = "FROM-UNTIL")]
    quiet_hours: Option<String>,
    /// What HELP is answered with where the carrier does not.
    #[arg(long)]
    help_text: Option<String>,
    /// What STOP is confirmed with where the carrier does not; empty: ours.
    #[arg(long)]
    stop_confirmation: Option<String>,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<Answer> {
    let mut desk = Desk::open(config).await?;
    let answer = match command {
        Command::Create { name, region, time_zone } => {
            let name = fields::name("--name", &name).map_err(refused)?;
            let mut settings = domain::tenant::Settings::default();
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
        Command::Settings(asked) => settings(&desk, *asked).await?,
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

async fn settings(desk: &Desk, asked: Settings) -> anyhow::Result<Answer> {
    let id = desk.tenant(&asked.tenant).await?;
    let name = asked.name.map(|name| fields::name("--name", &name)).transpose().map_err(refused)?;
    let change = ChangeSettings {
        region: asked.region,
        time_zone: asked.time_zone,
        resume_window_days: asked.resume_window_days,
        undo_seconds: asked.undo_seconds,
        quiet_hours: asked.quiet_hours.as_deref().map(quiet_hours).transpose()?,
        help_text: asked.help_text,
        stop_confirmation: asked.stop_confirmation.map(|text| (!text.is_empty()).then_some(text)),
        ..ChangeSettings::default()
    };
    let set = desk
        .write(id, async move |tx: &mut TenantTx<'_>| {
            let mut found = tenant::read_to_change(tx).await?;
            if let Some(name) = &name {
                found.name.clone_from(name);
            }
            let before = found.settings.clone();
            apply(&mut found.settings, change.clone(), flag)?;
            opt_in_fits(&found.name, &found.settings, flag)?;
            if name.is_some() || found.settings != before {
                tenant::change(tx, &found.name, &found.settings).await?;
            }
            Ok::<_, ApiError>(shown(found))
        })
        .await
        .map_err(refused)?;
    Ok(Answer::new(in_words(&set), serde_json::to_value(set)?))
}

/// `None`: none.
fn quiet_hours(said: &str) -> anyhow::Result<Option<QuietHours>> {
    if said == "none" {
        return Ok(None);
    }
    let Some((from, until)) = said.split_once('-') else {
        anyhow::bail!("--quiet-hours: write when they begin and end, as in 21:00-08:00, or `none`");
    };
    let hours: Result<QuietHours, _> = serde_json::from_value(json!({ "from": from.trim(), "until": until.trim() }));
    Ok(Some(hours.context("--quiet-hours")?))
}

fn flag(setting: &str) -> String {
    format!("--{}", setting.replace('_', "-"))
}

fn in_words(set: &Tenant) -> String {
    let TenantSettings {
        region,
        time_zone,
        resume_window_days,
        undo_seconds,
        quiet_hours,
        help_text,
        stop_confirmation,
        keywords: _,
        campaign_cap: _,
        campaign_approval_above: _,
        links_base: _,
        sending_limits: _,
        marketing_consent: _,
        consent_lapses_months: _,
        opt_in: _,
        office_hours: _,
        routes: _,
        sms_assistant: _,
        run_record_days: _,
    } = &set.settings;
    let quiet = quiet_hours.map_or_else(|| "none".to_owned(), |hours| hours.to_string());
    format!(
        "name                {}\nregion              {region}\ntime zone           {time_zone}\n\
         resume window       {resume_window_days} days\nundo                {undo_seconds} seconds\n\
         quiet hours         {quiet}\nhelp text           {help_text}\nstop confirmation   {stop_confirmation}",
        set.name
    )
}
