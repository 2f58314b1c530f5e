//! The organisation and what it has set.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::Route;
use domain::consent::MarketingConsent;
use domain::consent::opt_in::{Fault, OptIn};
use domain::hours::{QuietHours, WeekHours};
use domain::id::{AssistantId, TenantId};
use domain::keyword::OwnWords;
use domain::tenant::{CampaignCap, SendingLimits, Settings};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::schema::QuietHoursShape;
use store::{TenantTx, report, tenant, words};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Write, present},
    fields,
    once::{self, Told, Written},
    state::AppState,
};

const ROUTES_MAX: usize = 100;

/// An organisation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Tenant {
    /// Which one.
    #[schema(value_type = String)]
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// What it has set.
    pub settings: TenantSettings,
}

/// What an organisation has set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TenantSettings {
    /// Where national spellings of phone numbers are at home, as in `US`.
    pub region: String,
    /// IANA zone of the business, and of contacts whose own is not known.
    pub time_zone: String,
    /// A text within this many days of the last message resumes the conversation.
    pub resume_window_days: u32,
    /// How long a person's reply is held so that it can be undone.
    pub undo_seconds: u32,
    /// When nothing is sent, on the contact's own clock.
    #[schema(value_type = Option<QuietHoursShape>)]
    pub quiet_hours: Option<QuietHours>,
    /// How often campaigns may text one person; `null`: as often as the law lets them.
    #[schema(value_type = Option<CampaignCapShape>)]
    pub campaign_cap: Option<CampaignCap>,
    /// A campaign to more people than this goes only if another member says so; `null`: none needs that.
    pub campaign_approval_above: Option<u32>,
    /// Where short links of campaigns go, as in `https://go.example.com`; `null`: to this installation's own address.
    #[schema(required = true)]
    pub links_base: Option<String>,
    /// How much campaigns send at most.
    #[schema(value_type = SendingLimitsShape)]
    pub sending_limits: SendingLimits,
    /// Who gets campaigns that are marketing.
    #[schema(value_type = words::MarketingConsent)]
    pub marketing_consent: MarketingConsent,
    /// Where consent to marketing is required, it counts no more after so many months in which somebody neither agreed anew nor
    /// wrote to you; `null`: it counts until they take it back.
    #[schema(required = true)]
    pub consent_lapses_months: Option<u16>,
    /// How people come to marketing by text.
    #[schema(value_type = OptInShape)]
    pub opt_in: OptIn,
    /// What HELP is answered with where the carrier does not.
    pub help_text: String,
    /// What STOP is confirmed with where the carrier does not.
    pub stop_confirmation: String,
    /// Words that stop, help and start besides the built-in ones.
    #[schema(value_type = KeywordsShape)]
    pub keywords: OwnWords,
    /// When somebody is there, on the tenant's clock; `null`: nobody said, and contacts are told nothing of it.
    #[schema(value_type = Option<Vec<store::assistant::shown::schema::Hours>>)]
    pub office_hours: Option<WeekHours>,
    /// Which assistant takes a new conversation, before its number's own; the first rule that fits decides.
    #[schema(value_type = Vec<RouteShape>)]
    pub routes: Vec<Route>,
    /// Which assistant takes new conversations on numbers that have none of their own.
    #[schema(value_type = Option<String>)]
    pub sms_assistant: Option<AssistantId>,
    /// For how many days the record of an assistant's run is kept.
    pub run_record_days: u32,
}

/// Words that somebody may text besides the built-in ones. A message counts if it is nothing but one of them.
#[derive(Debug, ToSchema)]
#[schema(as = OwnKeywords)]
pub struct KeywordsShape {
    /// No more texts, as STOP.
    pub stop: Vec<String>,
    /// An answer with your help text, as HELP.
    pub help: Vec<String>,
    /// Texts again, as START.
    pub start: Vec<String>,
}

/// How people come to marketing by text: who texts one of the words, or is asked by you, gets the request, once; a YES within the
/// days is their consent.
#[derive(Debug, ToSchema)]
#[schema(as = OptIn)]
pub struct OptInShape {
    /// Words that ask for it, such as `JOIN`.
    pub words: Vec<String>,
    /// What they are asked with. It names you, YES and STOP. Empty: nobody is asked.
    pub request: String,
    /// For so many days a YES confirms, and nobody is asked again.
    #[schema(minimum = 1, maximum = 30)]
    pub days: u32,
}

/// A rule. Every condition that is set must hold.
#[derive(Debug, ToSchema)]
#[schema(as = AssistantRoute)]
pub struct RouteShape {
    /// Who takes it; `null`: people do.
    pub assistant_id: Option<String>,
    /// The team that looks after what people take; `null`: everybody.
    pub team_id: Option<String>,
    /// The text came to one of these numbers; empty: to any.
    pub number_ids: Vec<String>,
    /// The text holds one of these words or phrases; empty: whatever it holds.
    pub keywords: Vec<String>,
    /// The text is much like one of these examples; empty: whatever it is like.
    pub intents: Vec<String>,
    /// It came within these hours of the tenant's clock; `null`: whenever.
    pub hours: Option<Vec<store::assistant::shown::schema::Hours>>,
    /// It came outside `hours` rather than within.
    pub outside_hours: bool,
    /// The contact has one of these tags; empty: whatever they have.
    pub tags: Vec<String>,
}

/// At most so many texts of campaigns to one person within so many days; all campaigns count.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignCap)]
pub struct CampaignCapShape {
    /// At most so many.
    #[schema(minimum = 1, maximum = 100)]
    pub texts: u16,
    /// Within so many times 24 hours.
    #[schema(minimum = 1, maximum = 90)]
    pub days: u16,
    /// What becomes of one too many, by this cap or by the law's.
    pub otherwise: OverCapShape,
}

/// How much campaigns send at most, in segments; `null`: no limit. Texts to one person never wait for these.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SendingLimits)]
pub struct SendingLimitsShape {
    /// All campaigns together, in a minute.
    #[schema(required = true, minimum = 1)]
    pub campaigns_per_minute: Option<u32>,
    /// Campaigns through any one carrier account, in a minute.
    #[schema(required = true, minimum = 1)]
    pub account_per_minute: Option<u32>,
    /// Any one carrier account on a day of Pacific time, as carriers in the USA reckon; what goes to one person counts, too.
    #[schema(required = true, minimum = 10)]
    pub account_per_day: Option<u32>,
    /// Any one number on such a day; what goes to one person counts, too.
    #[schema(required = true, minimum = 10)]
    pub number_per_day: Option<u32>,
}

/// What becomes of a text that would be one too many: it waits until it is not, or its recipient is skipped.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OverCap)]
pub enum OverCapShape {
    Defer,
    Skip,
}

/// What changes; what is absent stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTenant {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    settings: ChangeSettings,
}

/// What changes of the settings; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangeSettings {
    pub region: Option<String>,
    pub time_zone: Option<String>,
    #[schema(maximum = 3650)]
    pub resume_window_days: Option<u32>,
    #[schema(maximum = 60)]
    pub undo_seconds: Option<u32>,
    /// `null`: none.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<QuietHoursShape>)]
    pub quiet_hours: Option<Option<QuietHours>>,
    /// `null`: none.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<CampaignCapShape>)]
    pub campaign_cap: Option<Option<CampaignCap>>,
    /// A campaign to more people than this goes only if another member says so; `null`: none needs that.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    pub campaign_approval_above: Option<Option<u32>>,
    /// A host of your own that leads here, as in `https://go.example.com`; `null`: this installation's own address.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub links_base: Option<Option<String>>,
    /// All of them: one that is absent is no limit.
    #[schema(value_type = Option<SendingLimitsShape>)]
    pub sending_limits: Option<SendingLimits>,
    /// Who gets campaigns that are marketing.
    #[schema(value_type = Option<words::MarketingConsent>)]
    pub marketing_consent: Option<MarketingConsent>,
    /// Where consent to marketing is required, it counts no more after so many months in which somebody neither agreed anew nor
    /// wrote to you; `null`: it counts until they take it back.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 120)]
    pub consent_lapses_months: Option<Option<u16>>,
    /// How people come to marketing by text.
    #[schema(value_type = Option<OptInShape>)]
    pub opt_in: Option<OptIn>,
    pub help_text: Option<String>,
    /// `null`: ours.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub stop_confirmation: Option<Option<String>>,
    /// All words, at most 20 in each list. None may mean something else already, least of all an opt-out.
    #[schema(value_type = Option<KeywordsShape>)]
    pub keywords: Option<OwnWords>,
    /// When somebody is there, on the tenant's clock; `null`: nothing is said of it.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<Vec<store::assistant::shown::schema::Hours>>)]
    pub office_hours: Option<Option<WeekHours>>,
    /// All rules.
    #[schema(value_type = Option<Vec<RouteShape>>)]
    pub routes: Option<Vec<Route>>,
    /// `null`: none.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub sms_assistant: Option<Option<AssistantId>>,
    /// For how many days the record of an assistant's run is kept.
    #[schema(minimum = 1, maximum = 3650)]
    pub run_record_days: Option<u32>,
}

/// The tenant.
#[utoipa::path(get, path = "/tenant", tag = "tenant", responses((status = 200, body = Tenant)))]
pub async fn read(State(app): State<AppState>, caller: Caller) -> Result<Json<Tenant>, ApiError> {
    caller.must(Scope::TenantRead)?;
    let found = app.engine.store().read(caller.tenant, async |tx: &mut TenantTx<'_>| tenant::read(tx).await).await?;
    Ok(Json(shown(found)))
}

/// Changes the tenant's name and settings.
#[utoipa::path(patch, path = "/tenant", tag = "tenant", request_body = ChangeTenant, responses((status = 200, body = Tenant)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<ChangeTenant>,
) -> Result<Written<Tenant>, ApiError> {
    caller.must(Scope::TenantWrite)?;
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let mut found = tenant::read_to_change(tx).await?;
        if let Some(name) = &asked.name {
            found.name = fields::name("name", name)?;
        }
        let days = (found.settings.time_zone.clone(), found.settings.office_hours.clone());
        apply(&mut found.settings, asked.settings.clone(), in_the_body)?;
        if days != (found.settings.time_zone.clone(), found.settings.office_hours.clone()) {
            // Reports are told by the organisation's days and hours.
            report::count_anew(tx).await?;
        }
        assistants_exist(tx, &found.settings).await?;
        opt_in_fits(&found.name, &found.settings, in_the_body)?;
        tenant::change(tx, &found.name, &found.settings).await?;
        Ok(Told::quiet(shown(found)))
    })
    .await
}

/// Whoever is to take conversations must be there.
///
/// # Errors
/// 422 that names the setting.
pub async fn assistants_exist(tx: &mut TenantTx<'_>, settings: &Settings) -> Result<(), ApiError> {
    let routes = settings.routes.iter().filter_map(|route| route.assistant_id).map(|id| ("settings.routes", id));
    let own = settings.sms_assistant.map(|id| ("settings.sms_assistant", id));
    for (field, id) in routes.chain(own) {
        if store::assistant::find(tx, id).await?.is_none() {
            let mend = format!("There is no assistant {id} any more. Choose another, or leave it out.");
            return Err(ApiError::invalid(field, "no_such_assistant", mend));
        }
    }
    for route in &settings.routes {
        let Some(team) = route.team_id else { continue };
        if route.assistant_id.is_some() {
            let mend = "A rule names an assistant or a team, not both.";
            return Err(ApiError::invalid("settings.routes", "both", mend));
        }
        if store::team::find(tx, team).await?.is_none() {
            let mend = format!("There is no team {team} any more. Choose another, or leave it out.");
            return Err(ApiError::invalid("settings.routes", "no_such_team", mend));
        }
    }
    Ok(())
}

/// How people come to marketing must fit what the organisation is called and its other words.
///
/// # Errors
/// 422 that names the setting.
pub fn opt_in_fits(name: &str, settings: &Settings, called: fn(&str) -> String) -> Result<(), ApiError> {
    let refused = |fault: Fault| ApiError::invalid(called("opt_in"), fault.code(), fault.to_string());
    settings.opt_in.check(name, &settings.keywords).map_err(refused)
}

/// Checks what is asked for and lays it over what is set; `called` says how the asker knows a setting.
///
/// # Errors
/// 422 that names the setting.
pub fn apply(settings: &mut Settings, change: ChangeSettings, called: fn(&str) -> String) -> Result<(), ApiError> {
    if let Some(region) = change.region {
        settings.region = fields::region(&called("region"), &region)?;
    }
    if let Some(zone) = change.time_zone {
        settings.time_zone = fields::time_zone(&called("time_zone"), &zone)?;
    }
    if let Some(days) = change.resume_window_days {
        settings.resume_window_days = at_most(&called("resume_window_days"), days, 3_650)?;
    }
    if let Some(seconds) = change.undo_seconds {
        settings.undo_seconds = at_most(&called("undo_seconds"), seconds, 60)?;
    }
    if let Some(hours) = change.quiet_hours {
        settings.quiet_hours = hours;
    }
    if let Some(cap) = change.campaign_cap {
        settings.campaign_cap = cap.map(|cap| campaign_cap(&called("campaign_cap"), cap)).transpose()?;
    }
    if let Some(above) = change.campaign_approval_above {
        settings.campaign_approval_above = above;
    }
    if let Some(base) = change.links_base {
        let checked = base.as_deref().map(domain::link::base).transpose();
        settings.links_base =
            checked.map_err(|fault| ApiError::invalid(called("links_base"), fault.code(), fault.to_string()))?;
    }
    if let Some(limits) = change.sending_limits {
        settings.sending_limits = sending_limits(&called("sending_limits"), limits)?;
    }
    if let Some(rule) = change.marketing_consent {
        settings.marketing_consent = rule;
    }
    if let Some(months) = change.consent_lapses_months {
        let most = Settings::LAPSE_MONTHS_MAX;
        if months.is_some_and(|months| !(1..=most).contains(&months)) {
            let mend = format!("Choose 1 to {most} months, or none.");
            return Err(ApiError::invalid(called("consent_lapses_months"), "out_of_range", mend));
        }
        settings.consent_lapses_months = months;
    }
    if let Some(opt_in) = change.opt_in {
        settings.opt_in = opt_in;
    }
    if let Some(text) = change.help_text {
        settings.help_text = short_text(&called("help_text"), text)?;
    }
    if let Some(text) = change.stop_confirmation {
        let text = text.unwrap_or_else(|| Settings::default().stop_confirmation);
        settings.stop_confirmation = short_text(&called("stop_confirmation"), text)?;
    }
    if let Some(words) = change.keywords {
        let refused =
            |fault: domain::keyword::WordFault| ApiError::invalid(called("keywords"), fault.code(), fault.to_string());
        settings.keywords = words.checked().map_err(refused)?;
    }
    if let Some(hours) = change.office_hours {
        settings.office_hours = hours;
    }
    if let Some(routes) = change.routes {
        if routes.len() > ROUTES_MAX {
            return Err(ApiError::invalid(called("routes"), "too_many", format!("At most {ROUTES_MAX} rules.")));
        }
        settings.routes = routes;
    }
    if let Some(assistant) = change.sms_assistant {
        settings.sms_assistant = assistant;
    }
    if let Some(days) = change.run_record_days {
        settings.run_record_days = at_most(&called("run_record_days"), days, 3_650)?.max(1);
    }
    Ok(())
}

fn campaign_cap(field: &str, cap: CampaignCap) -> Result<CampaignCap, ApiError> {
    let (texts, days) = (CampaignCap::TEXTS_MAX, CampaignCap::DAYS_MAX);
    if (1..=texts).contains(&cap.texts) && (1..=days).contains(&cap.days) {
        return Ok(cap);
    }
    Err(ApiError::invalid(field, "out_of_range", format!("Allow 1 to {texts} texts within 1 to {days} days.")))
}

fn sending_limits(field: &str, limits: SendingLimits) -> Result<SendingLimits, ApiError> {
    let (per_day, most) = (SendingLimits::PER_DAY_MIN, SendingLimits::MAX);
    for (key, limit, least) in [
        ("campaigns_per_minute", limits.campaigns_per_minute, 1),
        ("account_per_minute", limits.account_per_minute, 1),
        ("account_per_day", limits.account_per_day, per_day),
        ("number_per_day", limits.number_per_day, per_day),
    ] {
        if limit.is_some_and(|limit| !(least..=most).contains(&limit)) {
            let mend = format!("Allow {least} to {most} segments, or `null` for no limit.");
            return Err(ApiError::invalid(format!("{field}.{key}"), "out_of_range", mend));
        }
    }
    Ok(limits)
}

fn in_the_body(setting: &str) -> String {
    format!("settings.{setting}")
}

fn at_most(field: &str, value: u32, max: u32) -> Result<u32, ApiError> {
    if value <= max { Ok(value) } else { Err(ApiError::invalid(field, "out_of_range", format!("At most {max}."))) }
}

/// Carriers want these in one text: two segments at most.
fn short_text(field: &str, text: String) -> Result<String, ApiError> {
    match text.trim().chars().count() {
        0 => Err(ApiError::invalid(field, "empty", "Write something: carriers ask for an answer.")),
        1..=300 => Ok(text.trim().to_owned()),
        _ => Err(ApiError::invalid(field, "too_long", "Write at most 300 characters.")),
    }
}

/// What is shown of an organisation.
#[must_use]
pub fn shown(tenant: tenant::Tenant) -> Tenant {
    let Settings {
        region,
        time_zone,
        resume_window_days,
        undo_seconds,
        quiet_hours,
        campaign_cap,
        campaign_approval_above,
        links_base,
        sending_limits,
        marketing_consent,
        consent_lapses_months,
        opt_in,
        help_text,
        stop_confirmation,
        keywords,
        office_hours,
        fields: _,
        archived_fields: _,
        routes,
        sms_assistant,
        run_record_days,
    } = tenant.settings;
    Tenant {
        id: tenant.id,
        name: tenant.name,
        created_at: tenant.created_at,
        settings: TenantSettings {
            region,
            time_zone,
            resume_window_days,
            undo_seconds,
            quiet_hours,
            campaign_cap,
            campaign_approval_above,
            links_base,
            sending_limits,
            marketing_consent,
            consent_lapses_months,
            opt_in,
            help_text,
            stop_confirmation,
            keywords,
            office_hours,
            routes,
            sms_assistant,
            run_record_days,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(json: &str) -> Result<Settings, ApiError> {
        let mut settings = Settings::default();
        let change =
            serde_json::from_str(json).map_err(|error| ApiError::invalid("json", "json", error.to_string()))?;
        apply(&mut settings, change, in_the_body).map(|()| settings)
    }

    #[test]
    fn what_is_absent_stays_and_null_clears() {
        let set = change(r#"{"undo_seconds":0,"quiet_hours":{"from":"21:00","until":"08:00"}}"#).unwrap();
        assert_eq!(set.undo_seconds, 0);
        assert!(set.quiet_hours.is_some());
        assert_eq!(set.region, "US");
        assert_eq!(change(r#"{"quiet_hours":null}"#).unwrap().quiet_hours, None);
        let cap = change(r#"{"campaign_cap":{"texts":4,"days":30,"otherwise":"skip"}}"#).unwrap().campaign_cap;
        assert_eq!(cap.map(|cap| (cap.texts, cap.days)), Some((4, 30)));
        assert_eq!(change(r#"{"campaign_cap":null}"#).unwrap().campaign_cap, None);
        assert_eq!(change(r#"{"stop_confirmation":null}"#).unwrap(), Settings::default());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for json in [
            r#"{"time_zone":"Mars/Olympus"}"#,
            r#"{"region":"XX"}"#,
            r#"{"undo_seconds":61}"#,
            r#"{"help_text":" "}"#,
            r#"{"quiet_hours":{"from":"21:00","until":"21:00"}}"#,
            r#"{"keywords":{"start":["stop all"]}}"#,
            r#"{"keywords":{"help":["wo"],"stop":["WO?"]}}"#,
            r#"{"keywords":{"halt":["wo"]}}"#,
            r#"{"campaign_cap":{"texts":0,"days":1,"otherwise":"skip"}}"#,
            r#"{"campaign_cap":{"texts":1,"days":91,"otherwise":"defer"}}"#,
            r#"{"campaign_cap":{"texts":1,"days":1,"otherwise":"send"}}"#,
            r#"{"campaign_cap":{"texts":1,"days":1}}"#,
            r#"{"colour":"red"}"#,
        ] {
            assert!(change(json).is_err(), "{json}");
        }
    }
}
