//! Who is to get a campaign: found some at a time, and given a row each.

use std::collections::HashMap;

use domain::campaign::{Audience, Settings, Standing, sender};
use domain::id::{CampaignId, ContactId, Ids, RecipientId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::search::words;
use crate::{StoreError, TenantTx, args, contact, list, row};

/// The contacts `c` that an audience means, with its three arguments in the places 2 to 4.
macro_rules! of_audience {
    ($select:literal, $and:literal) => {
        concat!(
            $select,
            " FROM contact c
              WHERE c.tenant_id = $1
                AND ($2 OR EXISTS (SELECT 1 FROM contact_tag t
                                   WHERE t.tenant_id = c.tenant_id AND t.contact_id = c.id AND t.tag {among $3}))
                AND NOT EXISTS (SELECT 1 FROM contact_tag t
                                WHERE t.tenant_id = c.tenant_id AND t.contact_id = c.id AND t.tag {among $4}) ",
            $and
        )
    };
}

/// Whether an audience has anybody in it, besides numbers that are named one by one.
///
/// # Errors
/// When the database fails.
pub async fn anybody(tx: &mut TenantTx<'_>, audience: &Audience) -> Result<bool, StoreError> {
    let Audience { everyone, tags, without_tags, .. } = audience;
    let row = tx
        .opt(
            of_audience!(
                "SELECT 1",
                "AND EXISTS (SELECT 1 FROM contact_address a
                             WHERE a.tenant_id = c.tenant_id AND a.contact_id = c.id AND a.kind = 'phone')
                 LIMIT 1"
            ),
            args![*everyone, texts(tags), texts(without_tags)],
        )
        .await?;
    Ok(row.is_some())
}

/// Gives the next `limit` contacts of an audience a row each, after the contact `after`. Answers the last that was looked at;
/// `None`: there are no more.
///
/// # Errors
/// When the database fails.
pub async fn freeze(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    campaign: CampaignId,
    settings: &Settings,
    ready_at: Timestamp,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Option<Uuid>, StoreError> {
    let Audience { everyone, tags, without_tags, .. } = &settings.audience;
    let rows = tx
        .rows(
            of_audience!(
                "SELECT c.id, (SELECT MIN(a.address) FROM contact_address a
                               WHERE a.tenant_id = c.tenant_id AND a.contact_id = c.id AND a.kind = 'phone')",
                "AND c.id > $5 ORDER BY c.id LIMIT $6"
            ),
            args![*everyone, texts(tags), texts(without_tags), after.unwrap_or(Uuid::nil()), limit],
        )
        .await?;
    let last = match rows.last() {
        Some(row) if rows.len() == limit as usize => Some(row.get(0)?),
        _ => None,
    };
    let mut people = Vec::with_capacity(rows.len());
    for row in &rows {
        // Whoever has no phone cannot be texted, and was never meant.
        if let Some(phone) = row.get::<Option<String>>(1)? {
            people.push((row.get(0)?, phone));
        }
    }
    add(tx, ids, campaign, settings, ready_at, people).await?;
    Ok(last)
}

/// The same for those numbers that were named one by one; whoever is not known becomes a contact.
///
/// # Errors
/// When the database fails.
pub async fn freeze_phones(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    campaign: CampaignId,
    settings: &Settings,
    ready_at: Timestamp,
    phones: &[String],
) -> Result<(), StoreError> {
    if phones.is_empty() {
        return Ok(());
    }
    const KNOWN: &str = "SELECT address, contact_id FROM contact_address
                         WHERE tenant_id = $1 AND kind = 'phone' AND address {among $2}";
    let wanted = || list(phones.iter().map(String::as_str));
    let mut known: HashMap<String, ContactId> = HashMap::new();
    for row in tx.rows(KNOWN, args![wanted()]).await? {
        known.insert(row.get(0)?, row.get(1)?);
    }
    let mut new: Vec<(ContactId, &String)> = Vec::new();
    for phone in phones {
        if !known.contains_key(phone) {
            let id = ids.next();
            known.insert(phone.clone(), id);
            new.push((id, phone));
        }
    }
    let tenant = tx.tenant();
    tx.insert_many(
        contact::ADD,
        new.iter()
            .map(|(id, phone)| row![*id, "", "", words(tenant, "", "", [phone.as_str()]), None::<&str>, false, now]),
    )
    .await?;
    tx.insert_many(
        "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)",
        new.iter().map(|(id, phone)| row!["phone", phone.as_str(), *id, now]),
    )
    .await?;
    let people = phones.iter().map(|phone| (known[phone], phone.clone())).collect();
    add(tx, ids, campaign, settings, ready_at, people).await
}

async fn add(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    campaign: CampaignId,
    settings: &Settings,
    ready_at: Timestamp,
    people: Vec<(ContactId, String)>,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(people.len());
    for (contact, phone) in people {
        let Some(number) = sender(&settings.numbers, &phone) else { continue };
        let id: RecipientId = ids.next();
        rows.push(row![id, campaign, contact, phone, number, Standing::Pending.as_str(), ready_at, 0_i64]);
    }
    tx.push_many(
        "INSERT INTO campaign_recipient (tenant_id, id, campaign_id, contact_id, phone, number_id, standing, ready_at_us,
             attempt)
         VALUES {rows} ON CONFLICT (tenant_id, campaign_id, phone) DO NOTHING",
        rows,
    )
    .await
}

/// How far everybody's rows were made; `frozen`: all of them.
///
/// # Errors
/// When the database fails.
pub async fn frozen(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    to: Option<Uuid>,
    phones: i64,
    frozen: bool,
) -> Result<(), StoreError> {
    tx.push(
        "UPDATE campaign SET frozen_to = $3, frozen_phones = $4, frozen = $5 WHERE tenant_id = $1 AND id = $2",
        args![campaign, to, phones, frozen],
    )
    .await
}

fn texts(texts: &[String]) -> crate::Value<'_> {
    list(texts.iter().map(String::as_str))
}
