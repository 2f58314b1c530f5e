//! The numbers of a campaign, and which of them people know.

use std::collections::HashMap;

use domain::campaign::Pool;
use domain::campaign::pool::Sender;
use domain::id::{ContactId, NumberId};
use jiff::Timestamp;

use crate::{StoreError, TenantTx, args, list, registration};

/// Those of these numbers that can be texted from: they are there, switched on, and nothing is missing at the carrier.
///
/// # Errors
/// When the database fails.
pub async fn usable(tx: &mut TenantTx<'_>, numbers: &[NumberId]) -> Result<Pool, StoreError> {
    let rows = tx
        .rows(
            "SELECT id, address, rate_millis, registration FROM number
             WHERE tenant_id = $1 AND id {among $2} AND enabled AND problems = '[]' ORDER BY id",
            args![list(numbers)],
        )
        .await?;
    let senders = rows.iter().map(|row| {
        let registration = registration::status(row.text(1)?, row.text_or_null(3)?)?;
        Ok(Sender { id: row.get(0)?, address: row.get(1)?, rate_millis: row.get(2)?, registration })
    });
    Ok(Pool::new(senders.collect::<Result<_, StoreError>>()?))
}

/// From which number each of these people last heard, or to which they last wrote: in a conversation, or by a campaign.
///
/// # Errors
/// When the database fails.
pub async fn known(tx: &mut TenantTx<'_>, contacts: &[ContactId]) -> Result<HashMap<ContactId, NumberId>, StoreError> {
    let mut known: HashMap<ContactId, (Timestamp, NumberId)> = HashMap::new();
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx
        .rows(
            "SELECT v.contact_id, v.last_message_at_us, v.number_id
             FROM contact c JOIN conversation v ON v.tenant_id = c.tenant_id AND v.id = (
                 SELECT w.id FROM conversation w WHERE w.tenant_id = c.tenant_id AND w.contact_id = c.id AND w.channel = 'sms'
                 ORDER BY w.last_message_at_us DESC LIMIT 1)
             WHERE c.tenant_id = $1 AND c.id {among $2}
             UNION ALL
             SELECT r.contact_id, r.handed_at_us, r.number_id
             FROM contact c JOIN campaign_recipient r ON r.tenant_id = c.tenant_id AND r.id = (
                 SELECT s.id FROM campaign_recipient s
                 WHERE s.tenant_id = c.tenant_id AND s.contact_id = c.id AND s.handed_at_us IS NOT NULL
                 ORDER BY s.id DESC LIMIT 1)
             WHERE c.tenant_id = $1 AND c.id {among $2}",
            args![list(contacts)],
        )
        .await?;
    for row in &rows {
        let (at, number) = (row.get(1)?, row.get(2)?);
        let last = known.entry(row.get(0)?).or_insert((at, number));
        if last.0 < at {
            *last = (at, number);
        }
    }
    Ok(known.into_iter().map(|(contact, (_, number))| (contact, number)).collect())
}

/// The time zones of these people, as far as somebody said them.
///
/// # Errors
/// When the database fails.
pub async fn zones(tx: &mut TenantTx<'_>, contacts: &[ContactId]) -> Result<HashMap<ContactId, String>, StoreError> {
    let sql = "SELECT id, time_zone FROM contact WHERE tenant_id = $1 AND id {among $2} AND time_zone IS NOT NULL";
    tx.rows(sql, args![list(contacts)]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
