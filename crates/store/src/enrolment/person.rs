//! What becomes of somebody's ways when they are made one with somebody else, and when they are erased.

use domain::id::{ContactId, EnrolmentId, Ids};
use domain::workflow::funnel::Count;
use domain::workflow::{Event, State, Word};
use jiff::Timestamp;

use super::log::count;
use super::{updated, words};
use crate::event::Line;
use crate::scene::json;
use crate::{StoreError, TenantTx, Value, args, list, row};

/// Ways at these phones go with them to another contact. Whoever is in the same workflow there, or was by the same key, stays behind,
/// and their way ends: nobody is in one twice. So does every way of somebody who wants no texts at one of the phones that are now
/// theirs.
pub(crate) async fn carry(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    (from, to): (ContactId, ContactId),
    phones: Value<'_>,
) -> Result<(), StoreError> {
    let sql = "SELECT n.id FROM enrolment n JOIN enrolment f ON f.tenant_id = n.tenant_id AND f.contact_id = $3
                   AND f.number_id = n.number_id AND f.floor_until_us IS NOT NULL
               WHERE n.tenant_id = $1 AND n.contact_id = $2 AND n.phone {among $4} AND n.floor_until_us IS NOT NULL
               ORDER BY n.id";
    let rows = tx.rows(sql, args![from, to, phones.clone()]).await?;
    let mut told = Vec::with_capacity(rows.len());
    for row in &rows {
        told.push((row.get(0)?, Word::Event(Event::FloorLost)));
    }
    tx.push(
        "UPDATE enrolment SET contact_id = $3,
             floor_until_us = CASE WHEN EXISTS (
                 SELECT 1 FROM enrolment f WHERE f.tenant_id = $1 AND f.contact_id = $3 AND f.number_id = enrolment.number_id
                     AND f.floor_until_us IS NOT NULL) THEN NULL ELSE floor_until_us END
         WHERE tenant_id = $1 AND contact_id = $2 AND phone {among $4} AND NOT EXISTS (
             SELECT 1 FROM enrolment o WHERE o.tenant_id = $1 AND o.contact_id = $3 AND o.workflow_id = enrolment.workflow_id
                 AND (o.entry_key = enrolment.entry_key OR (o.ended_at_us IS NULL AND enrolment.ended_at_us IS NULL)))",
        args![from, to, phones],
    )
    .await?;
    let left = super::inside(tx, &[from]).await?.remove(&from).unwrap_or_default();
    told.extend(left.iter().map(|way| (way.enrolment, Word::Event(Event::Cancelled))));
    // What is known of whoever is there now may be what a workflow is to bring about.
    let there = super::inside(tx, &[to]).await?.remove(&to).unwrap_or_default();
    told.extend(there.iter().map(|way| (way.enrolment, Word::Event(Event::ContactChanged))));
    words::add(tx, now, ids, &told).await?;
    let sql = "SELECT 1 FROM contact_address
               WHERE tenant_id = $1 AND contact_id = $2 AND kind = 'phone' AND opted_out_at_us IS NOT NULL LIMIT 1";
    if tx.opt(sql, args![to]).await?.is_some() {
        words::opted_out(tx, now, ids, &[to]).await?;
    }
    Ok(())
}

/// Their ways are over, and say nothing of them any more; that there were some stays.
pub(crate) async fn erase(tx: &mut TenantTx<'_>, now: Timestamp, id: ContactId) -> Result<Vec<Line>, StoreError> {
    let sql = "SELECT id, workflow_id, version, state FROM enrolment
               WHERE tenant_id = $1 AND contact_id = $2 AND state <> '' {for_update}";
    let (mut ways, mut counts): (Vec<EnrolmentId>, Vec<_>) = (Vec::new(), Vec::new());
    for row in tx.rows(sql, args![id]).await? {
        ways.push(row.get(0)?);
        let state: State = json(row.text(3)?)?;
        if state.is_ended() {
            continue;
        }
        let since = |at: Timestamp| i64::try_from(now.duration_since(at).as_millis()).unwrap_or(i64::MAX);
        let is_over =
            |step: String, what: &str, at| Count { step, what: what.into(), millis: since(at), of_old: false };
        let left = state.at.clone().map(|step| is_over(step, "left", state.since));
        let ended = is_over(String::new(), "ended:erased", state.entered_at);
        for one in left.into_iter().chain([ended]) {
            counts.push((row.get(1)?, row.get(2)?, one));
        }
    }
    count(tx, counts).await?;
    let bared = ways.iter().map(|way| row![*way, format!("erased-{}", way.0.simple()), now]);
    tx.push_each(
        "UPDATE enrolment SET phone = '', entry_key = $3, source = '{}', status = 'ended', waits = NULL, awaits_message = NULL,
             due_at_us = NULL, floor_until_us = NULL, state = '', outcome = COALESCE(outcome, 'erased'),
             ended_at_us = COALESCE(ended_at_us, $4)
         WHERE tenant_id = $1 AND id = $2",
        bared,
    )
    .await?;
    for sql in [
        "DELETE FROM enrolment_log WHERE tenant_id = $1 AND enrolment_id {among $2}",
        "UPDATE enrolment_run SET record = '{}' WHERE tenant_id = $1 AND enrolment_id {among $2}",
        "DELETE FROM enrolment_event WHERE tenant_id = $1 AND enrolment_id {among $2}",
    ] {
        tx.push(sql, args![list(&ways)]).await?;
    }
    let asked = ways.iter().map(|way| row![format!("workflow:{way}.%")]);
    tx.push_each("DELETE FROM errand WHERE tenant_id = $1 AND key LIKE $2", asked).await?;
    tx.push("DELETE FROM entry WHERE tenant_id = $1 AND contact_id = $2", args![id]).await?;
    Ok(ways.into_iter().map(updated).collect())
}
