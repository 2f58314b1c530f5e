//! Counts a source from its rows, page by page: each page is its own short read, so that a long count holds up nobody.

mod threads;

use domain::id::{CampaignId, ConversationId, earliest};
use domain::message::{Direction, Failure, Status};
use domain::report::{Purpose, Sums, Text};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Source, starts};
use crate::scene::{json, unknown};
use crate::{Row, StoreError, TenantTx, args, tenant};

/// How far a source was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Until this row.
    Row(Uuid),
    /// All answers of a day, and its closes until this one.
    Close(Timestamp, ConversationId),
}

/// Counts some more of a source behind `after`, at most about `limit` rows. Answers how far it came; `None`: that was all of it.
/// `into`: `None` at first.
///
/// # Errors
/// When the database fails.
pub async fn count(
    tx: &mut TenantTx<'_>,
    source: Source,
    into: Option<Sums>,
    after: Option<After>,
    limit: u32,
) -> Result<(Sums, Option<After>), StoreError> {
    let mut sums = match into {
        Some(sums) => sums,
        None => {
            let settings = tenant::settings(tx).await?;
            let zone = jiff::tz::TimeZone::get(&settings.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
            Sums::new(zone, settings.office_hours)
        }
    };
    let day = match source {
        Source::Campaign(id) => {
            let last = campaign(tx, &mut sums, id, after, limit).await?;
            return Ok((sums, last));
        }
        Source::Texts(day) | Source::Threads(day) | Source::Runs(day) | Source::Drafts(day) | Source::OptOuts(day) => {
            day
        }
    };
    let ids = Ids { from: row(after).unwrap_or(earliest(starts(day))), until: earliest(starts(day + 1)) };
    let last = match source {
        Source::Texts(_) => texts(tx, &mut sums, &ids, limit).await?,
        Source::Threads(_) => threads::count(tx, &mut sums, day, after, limit).await?,
        Source::Runs(_) => runs(tx, &mut sums, &ids, limit).await?,
        Source::Drafts(_) => drafts(tx, &mut sums, &ids, limit).await?,
        Source::OptOuts(_) => opt_outs(tx, &mut sums, &ids, limit).await?,
        Source::Campaign(_) => None,
    };
    Ok((sums, last))
}

/// From the one (it was counted, or there is none such) until before the other.
struct Ids {
    from: Uuid,
    until: Uuid,
}

fn row(after: Option<After>) -> Option<Uuid> {
    match after {
        Some(After::Row(id)) => Some(id),
        Some(After::Close(..)) | None => None,
    }
}

/// The first column of the last row, if there may be more.
fn last(rows: &[Row], limit: u32) -> Result<Option<After>, StoreError> {
    match rows.last() {
        Some(last) if rows.len() == limit as usize => Ok(Some(After::Row(last.get(0)?))),
        _ => Ok(None),
    }
}

async fn texts(tx: &mut TenantTx<'_>, sums: &mut Sums, ids: &Ids, limit: u32) -> Result<Option<After>, StoreError> {
    // A campaign's text that was answered stands in a thread, too: it is counted with its campaign.
    let rows = tx
        .rows(
            "SELECT m.id, m.direction, m.author, m.status, m.failure, m.segments, m.parts, m.cost_micros, m.currency,
                    m.created_at_us, m.sent_at_us, v.number_id, v.address
             FROM message m JOIN conversation v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id
             WHERE m.tenant_id = $1 AND m.id > $2 AND m.id < $3 AND m.direction <> 'note'
               AND (m.author <> 'campaign' OR NOT EXISTS (
                       SELECT 1 FROM campaign_recipient r WHERE r.tenant_id = m.tenant_id AND r.id = m.id))
             ORDER BY m.id LIMIT $4",
            args![ids.from, ids.until, limit],
        )
        .await?;
    for row in &rows {
        let failure: Option<Failure> = row.text_or_null(4)?.map(json).transpose()?;
        let (created, sent): (Timestamp, Option<Timestamp>) = (row.get(9)?, row.get(10)?);
        sums.text(&Text {
            id: row.get(0)?,
            at: sent.unwrap_or(created),
            direction: if row.text(1)? == "in" { Direction::In } else { Direction::Out },
            purpose: Purpose::of_author(row.text(2)?),
            number: row.get(11)?,
            phone: row.text(12)?,
            carrier: None,
            status: status(row.text(3)?)?,
            code: failure.as_ref().map(|failure| failure.code.as_str()),
            segments: row.get(5)?,
            parts: row.get(6)?,
            cost: cost(row, 7)?,
        });
    }
    last(&rows, limit)
}

async fn campaign(
    tx: &mut TenantTx<'_>,
    sums: &mut Sums,
    id: CampaignId,
    after: Option<After>,
    limit: u32,
) -> Result<Option<After>, StoreError> {
    let rows = tx
        .rows(
            "SELECT r.id, r.number_id, r.standing, r.failure_code, r.phone, r.carrier, r.segments, r.parts,
                    r.cost_micros, r.currency, r.sent_at_us, r.handed_at_us, c.starts_at_us, c.created_at_us
             FROM campaign_recipient r JOIN campaign c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
             WHERE r.tenant_id = $1 AND r.campaign_id = $2 AND r.id > $3 ORDER BY r.id LIMIT $4",
            args![id, row(after).unwrap_or_default(), limit],
        )
        .await?;
    for row in &rows {
        // Whoever waits still has no status of a text.
        let Some(status) = Status::parse(row.text(2)?) else { continue };
        let (sent, handed): (Option<Timestamp>, Option<Timestamp>) = (row.get(10)?, row.get(11)?);
        let (starts, created): (Option<Timestamp>, Timestamp) = (row.get(12)?, row.get(13)?);
        sums.text(&Text {
            id: row.get(0)?,
            at: sent.or(handed).or(starts).unwrap_or(created),
            direction: Direction::Out,
            purpose: Purpose::Campaign,
            number: row.get(1)?,
            phone: row.text(4)?,
            carrier: row.text_or_null(5)?,
            status,
            code: row.text_or_null(3)?,
            segments: row.get::<Option<i64>>(6)?.unwrap_or(0),
            parts: row.get(7)?,
            cost: cost(row, 8)?,
        });
    }
    last(&rows, limit)
}

async fn runs(tx: &mut TenantTx<'_>, sums: &mut Sums, ids: &Ids, limit: u32) -> Result<Option<After>, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, assistant_id, outcome, cost_micros, currency, created_at_us, FALSE FROM assistant_run
             WHERE tenant_id = $1 AND id > $2 AND id < $3
             UNION ALL
             SELECT id, assistant_id, 'for_workflows', cost_micros, currency, created_at_us, TRUE FROM enrolment_run
             WHERE tenant_id = $1 AND id > $2 AND id < $3
             ORDER BY 1 LIMIT $4",
            args![ids.from, ids.until, limit],
        )
        .await?;
    for row in &rows {
        let purpose = if row.get(6)? { Purpose::Workflow } else { Purpose::Conversation };
        sums.ran(row.get(5)?, (row.get(1)?, purpose), row.text(2)?, cost(row, 3)?);
    }
    last(&rows, limit)
}

async fn drafts(tx: &mut TenantTx<'_>, sums: &mut Sums, ids: &Ids, limit: u32) -> Result<Option<After>, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, assistant_id, state, created_at_us FROM draft
             WHERE tenant_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4",
            args![ids.from, ids.until, limit],
        )
        .await?;
    for row in &rows {
        sums.suggested(row.get(3)?, row.get(1)?, row.text(2)?);
    }
    last(&rows, limit)
}

/// Whom a file names as opted out has not left here: among those of a large file nobody would see who does.
async fn opt_outs(tx: &mut TenantTx<'_>, sums: &mut Sums, ids: &Ids, limit: u32) -> Result<Option<After>, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, state, source, at_us FROM consent
             WHERE tenant_id = $1 AND id > $2 AND id < $3 AND source <> 'import' ORDER BY id LIMIT $4",
            args![ids.from, ids.until, limit],
        )
        .await?;
    for row in rows.iter() {
        if row.text(1)? == "opted_out" {
            sums.opted_out(row.get(3)?, row.text(2)?);
        }
    }
    last(&rows, limit)
}

fn status(word: &str) -> Result<Status, StoreError> {
    Status::parse(word).ok_or_else(|| unknown("status", word))
}

/// Millionths, and of what.
fn cost(row: &Row, at: usize) -> Result<Option<(i64, &str)>, StoreError> {
    match (row.get::<Option<i64>>(at)?, row.text_or_null(at + 1)?) {
        (Some(micros), Some(currency)) => Ok(Some((micros, currency))),
        _ => Ok(None),
    }
}
