//! Bulk sends, as the API shows them, and how they go from one standing to the next.

use std::collections::HashMap;
use std::fmt;

use domain::campaign::{Audience, Halt, Settings, State};
use domain::event::Kind;
use domain::id::{CampaignId, TenantId, UserId};
use domain::lint::{Code, Context, Finding, lint};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::Line;
use crate::scene::json;
use crate::{Row, StoreError, SystemTx, TenantTx, args, list, tenant, words};

pub mod attached;
pub mod audience;
pub mod canary;
pub mod check;
pub mod guard;
pub mod history;
pub mod pace;
pub mod pool;
pub mod recipient;
pub mod retry;
mod shape;
pub mod variant;

pub use recipient::Counts;

/// A bulk send.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Campaign {
    /// Which one.
    #[schema(value_type = String, example = "cmp_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: CampaignId,
    /// What people call it.
    pub name: String,
    /// Where it stands.
    #[schema(value_type = words::CampaignState)]
    pub state: String,
    /// What it says, to whom, and how.
    #[serde(flatten)]
    #[schema(value_type = shown::Settings)]
    pub settings: Settings,
    /// Only those get it for now who get it first.
    pub only_canary: bool,
    /// Why it paused by itself; `null`: it did not.
    #[schema(required = true, value_type = Option<shown::Halt>)]
    pub halt: Option<Halt>,
    /// What speaks against its text, the worst first; of several texts, one after the other.
    #[schema(value_type = Vec<shown::Finding>)]
    pub findings: Vec<Found>,
    /// From when its texts go out; `null`: it is not launched.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub starts_at: Option<Timestamp>,
    /// Everybody who is to get it is known; until then `counts` grow.
    pub frozen: bool,
    /// How many stand where. Their sum is `total`, always.
    pub counts: Counts,
    /// How many are to get it.
    pub total: i64,
    /// How many have answered.
    pub replied: i64,
    /// How many have followed a link in it.
    pub clicked: i64,
    /// The member who made it; `null`: a program.
    #[schema(required = true, value_type = Option<String>)]
    pub created_by: Option<UserId>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was launched; `null`: never.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub launched_at: Option<Timestamp>,
    /// Since when nobody waits for it any more; `null`: somebody may.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

impl fmt::Debug for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Campaign").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// Something that speaks against one of its texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// In which of several texts, by its place; `None`: there is one for everybody.
    pub variant: Option<usize>,
    /// What.
    #[serde(flatten)]
    pub finding: Finding,
}

/// As the document says it.
pub mod shown {
    use serde::Serialize;
    use utoipa::ToSchema;

    use crate::words;

    pub use super::shape::{Canary, Halt, Retry, Variant};

    /// What a campaign says, to whom, and how.
    #[derive(Debug, Serialize, ToSchema)]
    #[schema(as = CampaignSettings)]
    pub struct Settings {
        /// The text, with places such as `{first_name|there}`.
        pub body: String,
        /// What it is for.
        #[schema(value_type = words::CampaignPurpose)]
        pub purpose: String,
        /// From which numbers; each recipient always gets theirs from the same one.
        pub numbers: Vec<String>,
        /// To whom.
        pub audience: Audience,
        /// When each text may go, as its last launch said.
        pub schedule: Schedule,
        /// How fast it goes at most.
        pub throttle: Throttle,
        /// Whoever has not got it by then does not get it any more.
        #[schema(required = true, value_type = Option<String>, format = DateTime)]
        pub send_before: Option<String>,
        /// What becomes of a text whose turn comes in quiet hours, by whoever's word or law.
        #[schema(value_type = words::Otherwise)]
        pub outside_hours: String,
        /// What becomes of one that would be one too many, by your cap or the law's; `null`: what your settings say.
        #[schema(required = true, value_type = Option<words::Otherwise>)]
        pub over_cap: Option<String>,
        /// Of which campaign it is the next try, to those who did not get that one; `null`: of none.
        #[schema(required = true)]
        pub retry: Option<Retry>,
        /// Who gets it first, and what must not come of it; `null`: nobody does.
        #[schema(required = true)]
        pub canary: Option<Canary>,
        /// Several texts in the place of `body`; none: `body` is everybody's.
        pub variants: Vec<Variant>,
        /// So many of a hundred get nothing, to compare with.
        #[schema(maximum = 50)]
        pub holdout_percent: u8,
        /// Whether its links become short ones, with a code of its own for everybody.
        #[schema(value_type = words::CampaignLinks)]
        pub links: String,
        /// What is attached to each text, which then goes as one MMS; empty: nothing.
        pub media: Vec<String>,
        /// In which workflow whoever gets it is enrolled, once; `null`: in none.
        #[schema(required = true, example = "wfl_01939f0a7c2e7d40a1b2c3d4e5f60718")]
        pub workflow_id: Option<String>,
    }

    /// How fast a campaign goes at most.
    #[derive(Debug, Serialize, ToSchema)]
    #[schema(as = CampaignThrottle)]
    pub struct Throttle {
        /// So many segments a minute; `null`: as fast as its numbers can.
        #[schema(required = true, minimum = 1)]
        pub segments_per_minute: Option<u32>,
    }

    /// When each text of a campaign may go.
    #[derive(Debug, Serialize, ToSchema)]
    #[schema(as = CampaignSchedule)]
    pub struct Schedule {
        /// What everybody's own clock shows when their time comes, as in `2026-12-01T10:00:00`; `null`: it comes for all at one
        /// instant, which is `starts_at`.
        #[schema(required = true)]
        pub at_local: Option<String>,
        /// Over so many seconds after that their texts are spread.
        pub spread_seconds: u32,
    }

    /// Something that speaks against a text.
    #[derive(Debug, Serialize, ToSchema)]
    #[schema(as = TextFinding)]
    pub struct Finding {
        /// In which of several texts, by its place from 0; `null`: there is one for everybody.
        #[schema(required = true)]
        pub variant: Option<u32>,
        /// What.
        #[schema(value_type = words::FindingCode)]
        pub code: String,
        /// `refuse`: it cannot be launched so.
        #[schema(value_type = words::FindingSeverity)]
        pub severity: String,
        /// Where; `null`: in the text as a whole, or for what is not there.
        #[schema(required = true)]
        pub span: Option<Span>,
        /// What it is, in plain words.
        pub explanation: String,
        /// What to do about it.
        pub mend: String,
    }

    /// Where in a text, in characters of it as it is written.
    #[derive(Debug, Serialize, ToSchema)]
    #[schema(as = TextSpan)]
    pub struct Span {
        /// The first; that of the text is 0.
        pub from: u32,
        /// The one after the last.
        pub to: u32,
    }

    /// Who gets it: whoever one of the first six means, and none of the others does.
    #[derive(Debug, Serialize, ToSchema)]
    #[schema(as = CampaignAudience)]
    pub struct Audience {
        /// All contacts.
        pub everyone: bool,
        /// Contacts with one of these labels.
        pub tags: Vec<String>,
        /// Contacts on one of these lists.
        pub lists: Vec<String>,
        /// Contacts in one of these segments, at the moment at which everybody gets their row.
        pub segments: Vec<String>,
        /// Contacts whom one of these imports added or found.
        pub imports: Vec<String>,
        /// These numbers, in E.164 form.
        pub phones: Vec<String>,
        /// But nobody with one of these labels.
        pub without_tags: Vec<String>,
        /// Nor on one of these lists.
        pub without_lists: Vec<String>,
        /// Nor in one of these segments.
        pub without_segments: Vec<String>,
        /// Nor whom one of these imports added or found.
        pub without_imports: Vec<String>,
    }
}

/// A campaign, as far as an order needs it.
#[derive(Debug, Clone)]
pub struct Held {
    /// Where it stands.
    pub state: State,
    /// From when its texts go out.
    pub starts_at: Option<Timestamp>,
    /// Everybody who is to get it has a row.
    pub frozen: bool,
    /// What it says, to whom, and how.
    pub settings: Settings,
    /// How far the contacts were gone through.
    pub frozen_to: Option<Uuid>,
    /// And how far the numbers that were named one by one.
    pub frozen_phones: i64,
}

macro_rules! campaign {
    () => {
        "SELECT id, name, state, settings, starts_at_us, frozen, created_by, created_at_us, launched_at_us, ended_at_us,
                halt, only_canary
         FROM campaign WHERE tenant_id = $1"
    };
}

/// A page of them, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: Option<CampaignId>, limit: u32) -> Result<Vec<Campaign>, StoreError> {
    let after = after.unwrap_or(CampaignId(Uuid::max()));
    let rows = tx.rows(concat!(campaign!(), " AND id < $2 ORDER BY id DESC LIMIT $3"), args![after, limit]).await?;
    with_counts(tx, &rows).await
}

/// All of these that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[CampaignId]) -> Result<HashMap<CampaignId, Campaign>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.rows(concat!(campaign!(), " AND id {among $2}"), args![list(ids)]).await?;
    Ok(with_counts(tx, &rows).await?.into_iter().map(|campaign| (campaign.id, campaign)).collect())
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    Ok(by_ids(tx, &[id]).await?.remove(&id))
}

/// One of them, to be ordered about: nobody else changes it until this transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Option<Held>, StoreError> {
    let row = tx
        .opt(
            "SELECT state, starts_at_us, frozen, settings, frozen_to, frozen_phones FROM campaign
             WHERE tenant_id = $1 AND id = $2 {for_update}",
            args![id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Held {
        state: state(row.text(0)?)?,
        starts_at: row.get(1)?,
        frozen: row.get(2)?,
        settings: json(row.text(3)?)?,
        frozen_to: row.get(4)?,
        frozen_phones: row.get(5)?,
    }))
}

/// What one says, to whom, and how.
///
/// # Errors
/// When the database fails.
pub async fn settings(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Option<Settings>, StoreError> {
    let sql = "SELECT settings FROM campaign WHERE tenant_id = $1 AND id = $2";
    tx.opt(sql, args![id]).await?.map(|row| json(row.text(0)?)).transpose()
}

/// Makes one, a draft.
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: CampaignId,
    name: &str,
    settings: &Settings,
    by: Option<UserId>,
) -> Result<Line, StoreError> {
    let said = serde_json::to_string(settings).map_err(StoreError::fault)?;
    tx.exec(
        "INSERT INTO campaign (tenant_id, id, name, settings, revision, state, frozen, frozen_phones, created_by, created_at_us)
         VALUES ($1, $2, $3, $4, 1, 'draft', FALSE, 0, $5, $6)",
        args![id, name, said, by, now],
    )
    .await?;
    attached::set(tx, id, settings).await?;
    Ok(updated(id))
}

/// Gives one another name or other settings.
///
/// # Errors
/// When the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    id: CampaignId,
    name: Option<&str>,
    settings: &Settings,
) -> Result<Line, StoreError> {
    let said = serde_json::to_string(settings).map_err(StoreError::fault)?;
    tx.exec(
        "UPDATE campaign SET name = COALESCE($3, name), settings = $4,
             revision = revision + CASE WHEN settings = $4 THEN 0 ELSE 1 END
         WHERE tenant_id = $1 AND id = $2",
        args![id, name, said],
    )
    .await?;
    attached::set(tx, id, settings).await?;
    Ok(updated(id))
}

/// It stands differently from now on.
///
/// # Errors
/// When the database fails.
pub async fn go_on(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: CampaignId,
    to: State,
    starts_at: Option<Timestamp>,
) -> Result<Line, StoreError> {
    let (launched, ended) = (to == State::Scheduled, matches!(to, State::Done | State::Cancelled));
    tx.exec(
        "UPDATE campaign SET state = $3, starts_at_us = $4, halt = NULL, only_canary = only_canary AND $3 <> 'draft',
             launched_at_us = CASE WHEN $3 = 'draft' THEN NULL WHEN $5 THEN COALESCE(launched_at_us, $7) ELSE launched_at_us END,
             ended_at_us = CASE WHEN $6 THEN $7 ELSE ended_at_us END
         WHERE tenant_id = $1 AND id = $2",
        args![id, to.as_str(), starts_at, launched, ended, now],
    )
    .await?;
    if to == State::Draft {
        recipient::forget(tx, id).await?;
        let sql = "UPDATE campaign SET frozen = FALSE, frozen_to = NULL, frozen_phones = 0, frozen_rows = 0
             WHERE tenant_id = $1 AND id = $2";
        tx.exec(sql, args![id]).await?;
    }
    if to == State::Cancelled {
        recipient::cancel(tx, id).await?;
    }
    if to != State::Paused {
        guard::forget(tx, id).await?;
    }
    Ok(updated(id))
}

/// Everybody has their row, and with it their time: a campaign that waits waits for the first of these.
///
/// # Errors
/// When the database fails.
pub async fn starts_with_the_first(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<(), StoreError> {
    tx.push(
        "UPDATE campaign SET starts_at_us = COALESCE(
             (SELECT MIN((SELECT MIN(r.ready_at_us) FROM campaign_recipient r
                          WHERE r.tenant_id = n.tenant_id AND r.campaign_id = campaign.id AND r.number_id = n.id
                            AND r.standing IN ('pending', 'deferred', 'queued')))
              FROM number n WHERE n.tenant_id = campaign.tenant_id), starts_at_us)
         WHERE tenant_id = $1 AND id = $2 AND state = 'scheduled'",
        args![id],
    )
    .await
}

/// Takes a draft away.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: CampaignId) -> Result<Line, StoreError> {
    check::forget(tx, id).await?;
    pace::forget(tx, id).await?;
    history::forget(tx, id).await?;
    attached::forget(tx, id).await?;
    tx.exec("DELETE FROM campaign WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    Ok(updated(id))
}

/// Campaigns whose time has come, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn due(tx: &mut SystemTx<'_>, now: Timestamp, limit: u32) -> Result<Vec<(TenantId, CampaignId)>, StoreError> {
    let sql = "SELECT tenant_id, id FROM campaign WHERE state = 'scheduled' AND starts_at_us <= $1
               ORDER BY starts_at_us LIMIT $2";
    tx.rows(sql, args![now, limit]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Running campaigns for which nobody waits, and of which no text is on its way, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn finished(tx: &mut SystemTx<'_>, limit: u32) -> Result<Vec<(TenantId, CampaignId)>, StoreError> {
    let sql = "SELECT c.tenant_id, c.id FROM campaign c
               WHERE c.state = 'running' AND c.frozen
                 AND NOT EXISTS (SELECT 1 FROM campaign_recipient r
                                 WHERE r.tenant_id = c.tenant_id AND r.campaign_id = c.id
                                   AND r.standing IN ('pending', 'deferred', 'queued', 'sending'))
               LIMIT $1";
    tx.rows(sql, args![limit]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// A campaign whose texts go out.
#[derive(Debug, Clone, PartialEq)]
pub struct Sending {
    /// Which.
    pub id: CampaignId,
    /// What it says, to whom, and how.
    pub settings: Settings,
    /// Only those get it for now who get it first.
    pub only_canary: bool,
    /// The first of the campaigns of which it is the next try; itself, if it is of none.
    pub root: CampaignId,
}

/// The running campaigns of a tenant, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn running(tx: &mut TenantTx<'_>) -> Result<Vec<Sending>, StoreError> {
    let sql = "SELECT id, settings, only_canary, COALESCE(retry_root, id) FROM campaign
               WHERE tenant_id = $1 AND state = 'running' ORDER BY id";
    let read = |row: &Row| {
        let (id, settings) = (row.get(0)?, json(row.text(1)?)?);
        Ok(Sending { id, settings, only_canary: row.get(2)?, root: row.get(3)? })
    };
    tx.rows(sql, args![]).await?.iter().map(read).collect()
}

/// What those campaigns are called whose audience is not fixed yet and is one of these.
///
/// # Errors
/// When the database fails.
pub async fn not_frozen(
    tx: &mut TenantTx<'_>,
    uses: impl Fn(&Audience) -> bool,
) -> Result<Vec<(CampaignId, String)>, StoreError> {
    let sql = "SELECT id, name, settings FROM campaign
               WHERE tenant_id = $1 AND NOT frozen
                 AND state IN ('draft', 'awaiting_approval', 'scheduled', 'running', 'paused') ORDER BY id";
    let mut found = Vec::new();
    for row in tx.rows(sql, args![]).await? {
        let settings: Settings = json(row.text(2)?)?;
        if uses(&settings.audience) {
            found.push((row.get(0)?, row.get(1)?));
        }
    }
    Ok(found)
}

/// A line of the log for one that is new, changed or gone.
#[must_use]
pub fn updated(id: CampaignId) -> Line {
    Line { kind: Kind::CampaignUpdated, subject: id.into(), conversation: None }
}

async fn with_counts(tx: &mut TenantTx<'_>, rows: &[Row]) -> Result<Vec<Campaign>, StoreError> {
    let ids = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<CampaignId>, _>>()?;
    let mut counts = recipient::counts(tx, &ids).await?;
    let mut replied = recipient::replied(tx, &ids).await?;
    let mut clicked = recipient::clicked(tx, &ids).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tenant::read(tx).await?;
    let own_host = tenant.settings.links_base.as_deref().and_then(domain::link::host);
    let keywords = Some(&tenant.settings.keywords);
    let context = Context { sender: &tenant.name, keywords, own_host: own_host.as_deref() };
    rows.iter()
        .map(|row| {
            let id: CampaignId = row.get(0)?;
            let counts = counts.remove(&id).unwrap_or_default();
            let settings: Settings = json(row.text(3)?)?;
            let halt: Option<String> = row.get(10)?;
            Ok(Campaign {
                id,
                name: row.get(1)?,
                state: row.get(2)?,
                only_canary: row.get(11)?,
                halt: halt.as_deref().map(json).transpose()?,
                findings: findings(&settings, context),
                settings,
                starts_at: row.get(4)?,
                frozen: row.get(5)?,
                total: counts.total(),
                replied: replied.remove(&id).unwrap_or_default(),
                clicked: clicked.remove(&id).unwrap_or_default(),
                counts,
                created_by: row.get(6)?,
                created_at: row.get(7)?,
                launched_at: row.get(8)?,
                ended_at: row.get(9)?,
            })
        })
        .collect()
}

fn findings(settings: &Settings, context: Context<'_>) -> Vec<Found> {
    let of = |(variant, body)| lint(body, context).into_iter().map(move |finding| Found { variant, finding });
    // An MMS costs the same in any letters.
    let concerns = |found: &Found| settings.media.is_empty() || found.finding.code != Code::CostlyCharacter;
    settings.texts().flat_map(of).filter(concerns).collect()
}

fn state(word: &str) -> Result<State, StoreError> {
    State::parse(word).ok_or_else(|| StoreError::fault(format!("no campaign state: {word}")))
}
