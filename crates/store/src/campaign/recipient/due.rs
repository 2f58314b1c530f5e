//! Those whose turn has come, with all that the gate and their text need.

use std::collections::HashMap;

use domain::campaign::Recipient;
use domain::field::Field;
use domain::hours::QuietHours;
use domain::id::{CampaignId, ContactId, NumberId, earliest};
use jiff::{SignedDuration, Timestamp};

use super::standing;
use crate::scene::json;
use crate::{Row, StoreError, TenantTx, args, list};

/// Somebody whose turn has come, with all that the gate and their text need.
#[derive(Debug)]
pub struct DueRecipient {
    /// As a decision sees them.
    pub recipient: Recipient,
    /// What they are called; empty: not known.
    pub name: String,
    /// Empty: not known.
    pub company: String,
    /// For the gate.
    pub blocked: bool,
    /// For the gate.
    pub zone: Option<String>,
    /// For the gate.
    pub quiet: Option<QuietHours>,
    /// What the tenant's fields hold for them.
    pub fields: Vec<(Field, String)>,
    /// Their text, if an earlier attempt made it.
    pub body: Option<String>,
}

/// What is known of those whom a query of this shape finds: tenant_id, id, contact_id, phone, standing, attempt, body,
/// ready_at_us.
macro_rules! due {
    ($who:expr) => {
        concat!(
            "WITH due AS (",
            $who,
            ")
             SELECT d.id, d.contact_id, d.phone, d.standing, d.attempt, d.body, c.name, c.company, c.blocked, c.time_zone,
                    a.opted_out_at_us, c.quiet_hours
             FROM due d
             JOIN contact c ON c.tenant_id = d.tenant_id AND c.id = d.contact_id
             LEFT JOIN contact_address a ON a.tenant_id = d.tenant_id AND a.kind = 'phone' AND a.address = d.phone
             ORDER BY d.ready_at_us, d.id"
        )
    };
}

/// Those of a campaign whose turn has come at one of our numbers, locked until the transaction ends. `only_canary`: of those
/// alone who get it first. `fields`: the tenant's, as far as the text names them.
///
/// # Errors
/// When the database fails.
pub async fn due(
    tx: &mut TenantTx<'_>,
    (campaign, only_canary): (CampaignId, bool),
    number: NumberId,
    fields: &[Field],
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueRecipient>, StoreError> {
    macro_rules! waiting {
        ($which:literal) => {
            due!(concat!(
                "SELECT tenant_id, id, contact_id, phone, standing, attempt, body, ready_at_us FROM campaign_recipient
                 WHERE tenant_id = $1 AND campaign_id = $2 AND number_id = $3
                   AND standing IN ('pending', 'deferred', 'queued') AND ready_at_us <= $4",
                $which,
                " ORDER BY ready_at_us, id LIMIT $5 {skip_locked}"
            ))
        };
    }
    let args = args![campaign, number, now, limit];
    let rows = if only_canary {
        tx.rows(waiting!(" AND is_canary"), args).await?
    } else {
        tx.rows(waiting!(""), args).await?
    };
    known(tx, campaign, fields, &rows, |_| Some(number)).await
}

/// Those who would be due if they had rows: whoever is reached at one of these phones. `from`: the number that would text one;
/// without one nobody is texted.
///
/// # Errors
/// When the database fails.
pub async fn would_be_due(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    fields: &[Field],
    phones: &[&str],
    from: impl Fn(&str) -> Option<NumberId>,
) -> Result<Vec<DueRecipient>, StoreError> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .rows(
            due!(
                "SELECT tenant_id, contact_id AS id, contact_id, address AS phone, 'pending' AS standing,
                        CAST(0 AS BIGINT) AS attempt, CAST(NULL AS TEXT) AS body, CAST(0 AS BIGINT) AS ready_at_us
                 FROM contact_address WHERE tenant_id = $1 AND kind = 'phone' AND address {among $2}"
            ),
            args![list(phones.iter().copied())],
        )
        .await?;
    known(tx, campaign, fields, &rows, from).await
}

/// Reads rows of [`due!`], and what the tenant's fields hold for those in them.
async fn known(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    fields: &[Field],
    rows: &[Row],
    from: impl Fn(&str) -> Option<NumberId>,
) -> Result<Vec<DueRecipient>, StoreError> {
    let mut due = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(number) = from(row.text(2)?) else { continue };
        due.push(DueRecipient {
            recipient: Recipient {
                id: row.get(0)?,
                campaign,
                contact: row.get(1)?,
                phone: row.get(2)?,
                number,
                standing: standing(row.text(3)?)?,
                attempt: row.get(4)?,
                opted_out_at: row.get(10)?,
                conversation: None,
                workflow: None,
            },
            body: row.get(5)?,
            name: row.get(6)?,
            company: row.get(7)?,
            blocked: row.get(8)?,
            zone: row.get(9)?,
            quiet: row.text_or_null(11)?.map(json).transpose()?,
            fields: Vec::new(),
        });
    }
    if !fields.is_empty() && !due.is_empty() {
        let rows = tx
            .rows(
                "SELECT contact_id, field, value FROM contact_field
                 WHERE tenant_id = $1 AND contact_id {among $2} AND field {among $3}",
                args![
                    list(due.iter().map(|due| due.recipient.contact)),
                    list(fields.iter().map(|field| field.key.as_str()))
                ],
            )
            .await?;
        let mut kept: HashMap<ContactId, Vec<(Field, String)>> = HashMap::new();
        for row in &rows {
            if let Some(field) = fields.iter().find(|field| row.text(1).is_ok_and(|key| key == field.key)) {
                kept.entry(row.get(0)?).or_default().push((field.clone(), row.get(2)?));
            }
        }
        for due in &mut due {
            due.fields = kept.remove(&due.recipient.contact).unwrap_or_default();
        }
    }
    Ok(due)
}

/// When campaigns texted these phones after `since`, for each the latest first: what was handed over, unless it surely did not
/// arrive.
///
/// # Errors
/// When the database fails.
pub async fn had(
    tx: &mut TenantTx<'_>,
    phones: &[&str],
    since: Timestamp,
) -> Result<HashMap<String, Vec<Timestamp>>, StoreError> {
    let mut had: HashMap<String, Vec<Timestamp>> = HashMap::new();
    let rows = tx
        .rows(
            "SELECT r.phone, r.handed_at_us FROM campaign c
             JOIN campaign_recipient r ON r.tenant_id = c.tenant_id AND r.campaign_id = c.id AND r.phone {among $2}
             WHERE c.tenant_id = $1 AND c.launched_at_us IS NOT NULL AND (c.ended_at_us IS NULL OR c.ended_at_us > $3)
               AND r.handed_at_us > $3
             ORDER BY r.handed_at_us DESC",
            args![list(phones.iter().copied()), since],
        )
        .await?;
    for row in &rows {
        had.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    let any = "SELECT 1 FROM workflow WHERE tenant_id = $1 AND live_version IS NOT NULL LIMIT 1";
    if tx.opt(any, args![]).await?.is_none() {
        return Ok(had);
    }
    // What a workflow sends to many counts as a campaign does; what answers somebody does not.
    let sql = "SELECT v.address, m.sent_at_us FROM contact_address a
               JOIN conversation v ON v.tenant_id = a.tenant_id AND v.contact_id = a.contact_id AND v.address = a.address
               JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id AND m.id >= $3
               WHERE a.tenant_id = $1 AND a.kind = 'phone' AND a.address {among $2} AND m.author = 'workflow'
                 AND NOT m.answers AND m.sent_at_us > $4";
    let written_since = since.checked_sub(WAITED_AT_MOST).unwrap_or(since);
    for row in tx.rows(sql, args![list(phones.iter().copied()), earliest(written_since), since]).await? {
        had.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    for of_one in had.values_mut() {
        of_one.sort_by(|one, other| other.cmp(one));
    }
    Ok(had)
}

/// A text that went out lately was written no longer ago than this before.
const WAITED_AT_MOST: SignedDuration = SignedDuration::from_hours(8 * 24);
