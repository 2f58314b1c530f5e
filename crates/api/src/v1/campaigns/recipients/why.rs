//! Why did, or didn't, this person get it? One answer with their whole way.

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::Standing;
use domain::campaign::answer::{Story, answer};
use domain::gate::{Asked, Purpose, Reason, Verdict, explain, gate, looks_back};
use domain::id::{CampaignId, RecipientId};
use domain::message::Failure;
use domain::region::Whereabouts;
use engine::Engine;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::campaign::recipient::{
    self, Shown,
    path::{self, Had},
};
use store::consent::{self, Consent};
use store::link::{self, Shown as LinkClick};
use store::words;
use store::{StoreError, TenantTx};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path},
    state::AppState,
};

/// So many of the newest lines of the consent ledger, and of the texts they had lately, are shown.
const LINES: u32 = 20;
/// Texts of campaigns count as lately for so long, if no rule looks further back.
const LATELY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why somebody got a campaign, or did not.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientWhy {
    /// Why, in plain words.
    pub answer: String,
    /// Their row.
    pub recipient: Shown,
    /// Where the campaign stands.
    #[schema(value_type = words::CampaignState)]
    pub campaign_state: &'static str,
    /// How often their text was handed to the carrier.
    pub attempts: u32,
    /// What happened, the oldest first.
    pub history: Vec<RecipientStep>,
    /// What the gate says now, if they wait; `null`: they do not.
    #[schema(required = true)]
    pub gate: Option<RecipientGate>,
    /// Someone of the tenant blocked them.
    pub blocked: bool,
    /// Since when they want no more texts; `null`: they may be texted.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub opted_out_at: Option<Timestamp>,
    /// The newest lines of their consent ledger, the newest first.
    pub consents: Vec<Consent>,
    /// By which clocks their hours are told.
    pub whereabouts: RecipientWhereabouts,
    /// Who followed their links, people and machines, the newest first.
    pub clicks: Vec<LinkClick>,
    /// Which campaigns texted this phone lately, this one included, the newest first.
    pub had: Vec<RecipientHad>,
}

/// Something that happened to somebody's text.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientStep {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    #[schema(value_type = words::RecipientStepKind)]
    pub kind: &'static str,
}

/// What the gate says of somebody now.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientGate {
    /// Whether their text may go.
    #[schema(value_type = words::GateVerdict)]
    pub verdict: &'static str,
    /// Until when it waits.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Why it waits, or does not go.
    #[schema(required = true)]
    pub code: Option<&'static str>,
    /// The same in plain words.
    pub explanation: String,
    /// What to do about it; empty: nothing need be done.
    pub mend: &'static str,
}

/// Where somebody may be, as far as their hours go.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientWhereabouts {
    /// Who says so: `contact` (their own time zone), `number` (its region), `tenant` (your time zone).
    #[schema(required = true)]
    pub told_by: Option<&'static str>,
    /// The places, in people's words.
    pub places: Vec<&'static str>,
    /// The time there, by each clock that counts.
    pub local_times: Vec<String>,
}

/// A text of a campaign that somebody had.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientHad {
    /// Of which campaign.
    #[schema(value_type = String)]
    pub campaign_id: CampaignId,
    /// What people call it.
    pub name: String,
    /// When it was handed to the carrier.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Why this person got it, or did not: one answer, with all that it comes from.
#[utoipa::path(get, path = "/campaigns/{id}/recipients/{recipient_id}", tag = "campaigns",
    params(("id" = String, Path), ("recipient_id" = String, Path)), responses((status = 200, body = RecipientWhy)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, recipient_id)): Path<(CampaignId, RecipientId)>,
) -> Result<Json<RecipientWhy>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let now = app.now();
    let engine = app.engine.clone();
    let read = async move |tx: &mut TenantTx<'_>| why(tx, &engine, now, id, recipient_id).await;
    let found = app.engine.store().read(caller.tenant, read).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("recipient"))
}

async fn why(
    tx: &mut TenantTx<'_>,
    engine: &Engine,
    now: Timestamp,
    campaign: CampaignId,
    id: RecipientId,
) -> Result<Option<RecipientWhy>, StoreError> {
    let Some(shown) = recipient::find(tx, campaign, id).await? else { return Ok(None) };
    let Some(path) = path::path(tx, campaign, id).await? else { return Ok(None) };
    let asked = Asked {
        settings: &path.settings,
        number_enabled: path.number_enabled,
        registration: path.registration,
        contact_blocked: path.blocked,
        opted_out: path.opted_out_at.is_some(),
        wishes: engine.wishes(tx, &path.settings, path.purpose, shown.number_id, &shown.phone).await?,
        phone: &shown.phone,
        contact_zone: path.zone.as_deref(),
        contact_quiet: path.quiet.as_ref(),
        had: &[],
        untimely: path.untimely,
        wrote_at: None,
        purpose: Purpose::Campaign,
    };
    let back = looks_back(now, &asked).unwrap_or_default().max(LATELY);
    let since = now.checked_sub(back).map_err(StoreError::fault)?;
    let had = path::had_of(tx, &shown.phone, since, LINES).await?;
    let times: Vec<Timestamp> = had.iter().map(|had| had.at).collect();
    let standing = Standing::parse(&shown.standing).ok_or_else(|| StoreError::fault("no such standing"))?;
    let says = standing.waits().then(|| says(now, &Asked { had: &times, ..asked }));
    let told = answer(&Story {
        standing,
        campaign: path.campaign,
        why: shown.failure.as_ref().map(words_of).as_deref(),
        gate: says.as_ref().filter(|gate| gate.verdict != "send").map(|gate| gate.explanation.as_str()),
        was_tried: path.attempt > 0,
    });
    Ok(Some(RecipientWhy {
        answer: told,
        campaign_state: path.campaign.as_str(),
        attempts: path.attempt,
        history: history(&path, &shown),
        gate: says,
        blocked: path.blocked,
        opted_out_at: path.opted_out_at,
        consents: consent::page(tx, shown.contact_id, None, LINES).await?,
        whereabouts: whereabouts(now, &asked),
        clicks: link::of_recipient(tx, id, LINES).await?,
        had: had
            .into_iter()
            .map(|Had { campaign, name, at }| RecipientHad { campaign_id: campaign, name, at })
            .collect(),
        recipient: shown,
    }))
}

fn words_of(failure: &Failure) -> String {
    format!("{} {}", failure.explanation, failure.mend).trim().to_owned()
}

fn says(now: Timestamp, asked: &Asked<'_>) -> RecipientGate {
    let verdict = gate(now, *asked);
    let explanation = explain(now, asked, &verdict);
    let (verdict, until, reason) = match verdict {
        Verdict::Send => ("send", None, None),
        Verdict::Defer { until, reason } => ("defer", Some(until), Some(reason)),
        Verdict::Skip { reason } => ("skip", None, Some(reason)),
    };
    RecipientGate { verdict, until, code: reason.map(Reason::code), explanation, mend: reason.map_or("", Reason::mend) }
}

fn whereabouts(now: Timestamp, asked: &Asked<'_>) -> RecipientWhereabouts {
    let Ok(whereabouts) = Whereabouts::of(asked.phone, asked.contact_zone, &asked.settings.time_zone) else {
        return RecipientWhereabouts { told_by: None, places: Vec::new(), local_times: Vec::new() };
    };
    let mut places: Vec<&'static str> = whereabouts.places().map(|(_, place)| place.name()).collect();
    places.sort_unstable();
    places.dedup();
    let time = |zone: &jiff::tz::TimeZone| zone.to_datetime(now).strftime("%Y-%m-%d %H:%M").to_string();
    let mut local_times: Vec<String> = whereabouts.clocks().map(time).collect();
    local_times.sort_unstable();
    local_times.dedup();
    RecipientWhereabouts { told_by: Some(whereabouts.provenance().as_str()), places, local_times }
}

fn history(path: &path::Path, shown: &Shown) -> Vec<RecipientStep> {
    let steps = [
        ("launched", path.launched_at),
        ("handed_over", path.handed_at),
        ("sent", shown.sent_at),
        ("delivered", shown.delivered_at),
        ("clicked", shown.clicked_at),
        ("replied", shown.replied_at),
        ("opted_out", shown.opted_out_at),
    ];
    let mut steps: Vec<_> = steps.into_iter().filter_map(|(kind, at)| Some(RecipientStep { at: at?, kind })).collect();
    steps.sort_by_key(|step| step.at);
    steps
}
