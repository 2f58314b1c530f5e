//! Waits are told by what happened in a conversation: of each in which one can have ended on the day, all is read that matters.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::id::{ConversationId, TeamId, earliest};
use domain::message::Author;
use domain::report::{By, Line, Sums, waits};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{After, last, starts};
use crate::scene::author;
use crate::{StoreError, TenantTx, args, list};

/// Whoever waits longer is not waited for any more: no text of before is looked at.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(24 * 60);
/// So many answers or closes are looked at in one read: for each, a conversation of many lines may be read.
const TOGETHER: u32 = 200;

/// Somebody of ours wrote: people, or what speaks for them.
macro_rules! by_us {
    ($of:literal) => {
        concat!(
            $of,
            ".direction = 'out' AND ",
            $of,
            ".answers AND ",
            $of,
            ".author IN ('member', 'assistant', 'workflow', 'api')"
        )
    };
}

/// Counts some more of the day's conversations: at first those that were answered, then those that were closed without. Each is
/// told of once, with the first such line of the day.
pub(super) async fn count(
    tx: &mut TenantTx<'_>,
    sums: &mut Sums,
    day: i64,
    after: Option<After>,
    limit: u32,
) -> Result<Option<After>, StoreError> {
    let (day, limit) = (starts(day)..starts(day + 1), limit.min(TOGETHER));
    let (some, next) = match after {
        None => {
            opened_and_closed(tx, sums, &day).await?;
            answered(tx, &day, earliest(day.start), limit).await?
        }
        Some(After::Row(id)) => answered(tx, &day, id, limit).await?,
        Some(After::Close(at, id)) => closed(tx, &day, (at, id), limit).await?,
    };
    if some.is_empty() {
        return Ok(next);
    }
    let teams = teams(tx, &some).await?;
    for (id, lines) in lines(tx, &some, &day).await? {
        for wait in waits(lines) {
            sums.waited(&wait, teams.get(&id).copied().flatten());
        }
    }
    Ok(next)
}

/// Counted by quarters of an hour: no clock of any time zone has hours that begin within one.
async fn opened_and_closed(tx: &mut TenantTx<'_>, sums: &mut Sums, day: &Range<Timestamp>) -> Result<(), StoreError> {
    let opened = tx
        .rows(
            "SELECT number_id, created_at_us / 900000000 * 900000000, COUNT(*) FROM conversation
             WHERE tenant_id = $1 AND id > $2 AND id < $3 GROUP BY 1, 2",
            args![earliest(day.start), earliest(day.end)],
        )
        .await?;
    for row in &opened {
        sums.opened(row.get(1)?, row.get(0)?, row.get(2)?);
    }
    let closed = tx
        .rows(
            "SELECT v.number_id, c.at_us / 900000000 * 900000000, COUNT(*) FROM conversation_close c
             JOIN conversation v ON v.tenant_id = c.tenant_id AND v.id = c.conversation_id
             WHERE c.tenant_id = $1 AND c.at_us >= $2 AND c.at_us < $3 GROUP BY 1, 2",
            args![day.start, day.end],
        )
        .await?;
    for row in &closed {
        sums.closed(row.get(1)?, row.get(0)?, row.get(2)?);
    }
    Ok(())
}

/// In which the next `limit` answers of the day are the first.
async fn answered(
    tx: &mut TenantTx<'_>,
    day: &Range<Timestamp>,
    after: Uuid,
    limit: u32,
) -> Result<(Vec<ConversationId>, Option<After>), StoreError> {
    let sql = concat!(
        "SELECT m.id, m.conversation_id, NOT EXISTS (
             SELECT 1 FROM message e
             WHERE e.tenant_id = m.tenant_id AND e.conversation_id = m.conversation_id AND e.id > $3 AND e.id < m.id AND ",
        by_us!("e"),
        ") FROM message m WHERE m.tenant_id = $1 AND m.id > $2 AND m.id < $4 AND ",
        by_us!("m"),
        " ORDER BY m.id LIMIT $5"
    );
    let rows = tx.rows(sql, args![after, earliest(day.start), earliest(day.end), limit]).await?;
    let mut some = Vec::new();
    for row in &rows {
        if row.get(2)? {
            some.push(row.get(1)?);
        }
    }
    let next = last(&rows, limit)?.unwrap_or(After::Close(day.start, ConversationId(Uuid::nil())));
    Ok((some, Some(next)))
}

/// In which the next `limit` closes of the day are the first, and which nobody answered on it.
async fn closed(
    tx: &mut TenantTx<'_>,
    day: &Range<Timestamp>,
    after: (Timestamp, ConversationId),
    limit: u32,
) -> Result<(Vec<ConversationId>, Option<After>), StoreError> {
    let sql = concat!(
        "SELECT c.conversation_id, c.at_us, NOT EXISTS (
             SELECT 1 FROM conversation_close e
             WHERE e.tenant_id = c.tenant_id AND e.conversation_id = c.conversation_id AND e.at_us >= $4 AND e.at_us < c.at_us)
           AND NOT EXISTS (
             SELECT 1 FROM message m
             WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.conversation_id AND m.id > $6 AND m.id < $7 AND ",
        by_us!("m"),
        ") FROM conversation_close c
         WHERE c.tenant_id = $1 AND c.at_us >= $2 AND c.at_us < $5 AND (c.at_us > $2 OR c.conversation_id > $3)
         ORDER BY c.at_us, c.conversation_id LIMIT $8"
    );
    let (begins, ends) = (earliest(day.start), earliest(day.end));
    let rows = tx.rows(sql, args![after.0, after.1, day.start, day.end, begins, ends, limit]).await?;
    let mut some = Vec::new();
    for row in &rows {
        if row.get(2)? {
            some.push(row.get(0)?);
        }
    }
    let next = match rows.last() {
        Some(last) if rows.len() == limit as usize => Some(After::Close(last.get(1)?, last.get(0)?)),
        _ => None,
    };
    Ok((some, next))
}

async fn teams(
    tx: &mut TenantTx<'_>,
    ids: &[ConversationId],
) -> Result<BTreeMap<ConversationId, Option<TeamId>>, StoreError> {
    let rows = tx
        .rows(
            "SELECT v.id, t.id FROM conversation v JOIN team t ON t.tenant_id = v.tenant_id AND t.id = v.team_id
             WHERE v.tenant_id = $1 AND v.id {among $2}",
            args![list(ids.iter().copied())],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// What happened in these, in order, as far as it can matter.
async fn lines(
    tx: &mut TenantTx<'_>,
    ids: &[ConversationId],
    day: &Range<Timestamp>,
) -> Result<BTreeMap<ConversationId, Vec<Line>>, StoreError> {
    let since = day.start.checked_sub(LOOKED_BACK).unwrap_or(day.start);
    let mut all = BTreeMap::new();
    said(tx, &mut all, ids, since..day.end, day).await?;
    // What was written on the day may have gone out later: somebody else may have answered, or closed it, before.
    let told = |line: &&Line| matches!(line, Line::Said { told: true, .. });
    let latest = all.values().flatten().filter(told).map(Line::at).max();
    let until = latest.map_or(day.end, |latest| latest.max(day.end));
    if until > day.end {
        said(tx, &mut all, ids, day.end..until, day).await?;
    }
    let closed = tx
        .rows(
            "SELECT conversation_id, at_us FROM conversation_close
             WHERE tenant_id = $1 AND conversation_id {among $2} AND at_us >= $3 AND at_us < $4",
            args![list(ids.iter().copied()), since, until],
        )
        .await?;
    for row in &closed {
        let at = row.get(1)?;
        all.entry(row.get(0)?).or_default().push(Line::Closed { at, told: day.contains(&at) });
    }
    for lines in all.values_mut() {
        lines.sort_by_key(Line::at);
    }
    Ok(all)
}

/// What was said in these and written in that time. What was written on the day is told.
async fn said(
    tx: &mut TenantTx<'_>,
    all: &mut BTreeMap<ConversationId, Vec<Line>>,
    ids: &[ConversationId],
    time: Range<Timestamp>,
    day: &Range<Timestamp>,
) -> Result<(), StoreError> {
    let sql = concat!(
        "SELECT m.conversation_id, m.id, m.direction, m.author, m.author_id, m.created_at_us, m.sent_at_us FROM message m
         WHERE m.tenant_id = $1 AND m.conversation_id {among $2} AND m.id > $3 AND m.id < $4
           AND (m.direction = 'in' OR (",
        by_us!("m"),
        " AND m.status NOT IN ('held', 'scheduled', 'deferred', 'failed', 'skipped', 'cancelled')))"
    );
    let rows = tx.rows(sql, args![list(ids.iter().copied()), earliest(time.start), earliest(time.end)]).await?;
    let day = earliest(day.start)..earliest(day.end);
    for row in &rows {
        let (created, sent): (Timestamp, Option<Timestamp>) = (row.get(5)?, row.get(6)?);
        let by = match author(row.text(3)?, row.get(4)?)? {
            _ if row.text(2)? == "in" => By::Contact,
            Author::Member(id) => By::Member(id),
            Author::Assistant(id) => By::Assistant(id),
            _ => By::Program,
        };
        let told = day.contains(&row.get::<Uuid>(1)?);
        all.entry(row.get(0)?).or_default().push(Line::Said { at: sent.unwrap_or(created), by, told });
    }
    Ok(())
}
