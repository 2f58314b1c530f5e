//! Who is to get a campaign: found some at a time, and given a row each.

use std::collections::{HashMap, HashSet};

use domain::campaign::{Audience, Settings, Standing, schedule};
use domain::condition::{Checked, Node, Subject};
use domain::id::{CampaignId, ContactId, Ids, RecipientId, SegmentId};
use domain::message::Failure;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::pool;
use crate::contact::address::primary_phone;
use crate::search::words;
use crate::segment::{self, Way};
use crate::{StoreError, TenantTx, Value, args, contact, row, tenant};

/// A campaign whose audience gets its rows.
#[derive(Debug, Clone, Copy)]
pub struct Freezing<'s> {
    /// Which.
    pub campaign: CampaignId,
    /// What it says, to whom, and how.
    pub settings: &'s Settings,
    /// The time at which segments are looked at.
    pub now: Timestamp,
    /// From when the texts go out, at the earliest.
    pub ready_at: Timestamp,
}

/// Whether an audience has anybody in it, besides numbers that are named one by one.
///
/// # Errors
/// When the database fails.
pub async fn anybody(tx: &mut TenantTx<'_>, now: Timestamp, audience: &Audience) -> Result<bool, StoreError> {
    let (meant, args) = Meant::of(tx, audience).await?.compiled(tx, now, Way::Led, 1);
    let sql = format!(
        "SELECT 1 FROM contact c
         WHERE c.tenant_id = $1 AND c.gone_at_us IS NULL AND {meant}
           AND EXISTS (SELECT 1 FROM contact_address a
                       WHERE a.tenant_id = $1 AND a.contact_id = c.id AND a.kind = 'phone')
         LIMIT 1"
    );
    Ok(!tx.rows_composed(&sql, &args).await?.is_empty())
}

/// Whether an audience may have more people in it than this: somebody who is meant twice may be counted twice.
///
/// # Errors
/// When the database fails.
pub async fn is_above(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    audience: &Audience,
    people: u32,
) -> Result<bool, StoreError> {
    let named = u32::try_from(audience.phones.len()).unwrap_or(u32::MAX);
    let Some(room) = people.checked_sub(named) else { return Ok(true) };
    if !audience.means_contacts() {
        return Ok(false);
    }
    let (meant, mut args) = Meant::of(tx, audience).await?.compiled(tx, now, Way::Led, 2);
    args.insert(0, Value::from(i64::from(room) + 1));
    let sql = format!(
        "SELECT count(*) FROM (
             SELECT c.id FROM contact c
             WHERE c.tenant_id = $1 AND {meant}
               AND EXISTS (SELECT 1 FROM contact_address a
                           WHERE a.tenant_id = $1 AND a.contact_id = c.id AND a.kind = 'phone')
             LIMIT $2) AS counted"
    );
    let rows = tx.rows_composed(&sql, &args).await?;
    let found: i64 = rows.first().ok_or(StoreError::NoRow)?.get(0)?;
    Ok(found > i64::from(room))
}

/// Looks at the next `limit` contacts, after the contact `after`, and gives a row to each whom the audience means. Answers
/// the last that was looked at; `None`: there are no more.
///
/// # Errors
/// When the database fails.
pub async fn freeze(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    freezing: Freezing<'_>,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Option<Uuid>, StoreError> {
    let page = page(tx, freezing.now, &freezing.settings.audience, after, limit).await?;
    add(tx, ids, freezing, page.people).await?;
    Ok(page.last)
}

/// Some of an audience.
#[derive(Debug, Default)]
pub struct Page {
    /// Whom it means among those who were looked at, and where each is reached.
    pub people: Vec<(ContactId, String)>,
    /// So many more are meant and have no phone.
    pub without_phone: usize,
    /// So many were looked at.
    pub looked: usize,
    /// The last of them; `None`: there are no more.
    pub last: Option<Uuid>,
}

/// Looks at the next `limit` contacts, after the contact `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    audience: &Audience,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Page, StoreError> {
    if !audience.means_contacts() {
        return Ok(Page::default());
    }
    page_of(tx, now, (audience, None), after, limit).await
}

/// The same of an audience together with those of whom a condition is true.
///
/// # Errors
/// When the database fails.
pub async fn page_of(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    (audience, condition): (&Audience, Option<&Checked>),
    after: Option<Uuid>,
    limit: u32,
) -> Result<Page, StoreError> {
    let mut meant = Meant::of(tx, audience).await?;
    if let Some(condition) = condition {
        meant.with = Node::Any(vec![meant.with, condition.node().clone()]);
        meant.zone = condition.zone().clone();
    }
    let (meant, rest) = meant.compiled(tx, now, Way::Each, 3);
    // However few are meant, the work has an end: so many are looked at.
    let phone = primary_phone!("c.id");
    let sql = format!(
        "SELECT c.id, c.gone_at_us IS NULL AND {meant}, {phone}
         FROM contact c WHERE c.tenant_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3"
    );
    let mut args = vec![Value::from(after.unwrap_or(Uuid::nil())), Value::from(limit)];
    args.extend(rest);
    let rows = tx.rows_composed(&sql, &args).await?;
    let last = match rows.last() {
        Some(row) if rows.len() == limit as usize => Some(row.get(0)?),
        _ => None,
    };
    let (mut people, mut without_phone) = (Vec::new(), 0);
    for row in &rows {
        match (row.get(1)?, row.get::<Option<String>>(2)?) {
            (true, Some(phone)) => people.push((row.get(0)?, phone)),
            // Whoever has no phone cannot be texted.
            (true, None) => without_phone += 1,
            (false, _) => {}
        }
    }
    Ok(Page { people, without_phone, looked: rows.len(), last })
}

/// Those of the numbers that were named one by one who are not left out, and whose they are; `None`: nobody's yet. Whoever
/// becomes a contact only at the launch is held against what leaves people out as the contact that they would be.
///
/// # Errors
/// When the database fails.
pub async fn named(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    audience: &Audience,
    phones: &[String],
) -> Result<Vec<(Option<ContactId>, String)>, StoreError> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    let known = crate::list::by_phones(tx, phones).await?;
    let all: Vec<ContactId> = known.values().copied().collect();
    let Meant { without, zone, .. } = Meant::of(tx, audience).await?;
    let out: HashSet<ContactId> = segment::among(tx, now, (&without, &zone), &all).await?.into_iter().collect();
    let stays = |phone: &String| match known.get(phone) {
        Some(contact) => (!out.contains(contact)).then_some((Some(*contact), phone.clone())),
        None => {
            let new = Subject { phones: vec![phone.clone()], created_at: now, ..Subject::default() };
            (!without.holds(&new, now, &zone)).then(|| (None, phone.clone()))
        }
    };
    Ok(phones.iter().filter_map(stays).collect())
}

/// The same for those numbers that were named one by one; whoever is not known becomes a contact.
///
/// # Errors
/// When the database fails.
pub async fn freeze_phones(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    freezing: Freezing<'_>,
    phones: &[String],
) -> Result<(), StoreError> {
    if phones.is_empty() {
        return Ok(());
    }
    let mut known = crate::list::by_phones(tx, phones).await?;
    let mut new: Vec<(ContactId, &String)> = Vec::new();
    for phone in phones {
        if !known.contains_key(phone) {
            let id = ids.next();
            known.insert(phone.clone(), id);
            new.push((id, phone));
        }
    }
    let tenant = tx.tenant();
    tx.push_together(
        contact::ADD,
        new.iter().map(|(id, phone)| {
            row![*id, "", "", words(tenant, "", "", [phone.as_str()]), None::<&str>, false, freezing.now]
        }),
    )
    .await?;
    tx.insert_many(
        "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)",
        new.iter().map(|(id, phone)| row!["phone", phone.as_str(), *id, freezing.now]),
    )
    .await?;
    let all: Vec<ContactId> = known.values().copied().collect();
    let Meant { without, zone, .. } = Meant::of(tx, &freezing.settings.audience).await?;
    let out: HashSet<ContactId> =
        segment::among(tx, freezing.now, (&without, &zone), &all).await?.into_iter().collect();
    let people = phones.iter().filter_map(|phone| Some((*known.get(phone)?, phone.clone())));
    add(tx, ids, freezing, people.filter(|(contact, _)| !out.contains(contact)).collect()).await
}

/// Whom an audience means, and whom it leaves out.
struct Meant {
    with: Node,
    without: Node,
    zone: TimeZone,
}

impl Meant {
    async fn of(tx: &mut TenantTx<'_>, audience: &Audience) -> Result<Self, StoreError> {
        let ids: Vec<SegmentId> = audience.segments.iter().chain(&audience.without_segments).copied().collect();
        let checked = segment::checked(tx, &ids).await?;
        let node = |id: SegmentId| checked.get(&id).map(|checked| checked.node().clone());
        let zone = checked.values().next().map_or(TimeZone::UTC, |checked| checked.zone().clone());
        Ok(Self { with: audience.with(node), without: audience.without(node), zone })
    }

    /// As a condition on the contact `c`.
    fn compiled(self, tx: &TenantTx<'_>, now: Timestamp, way: Way, taken: usize) -> (String, Vec<Value<'static>>) {
        let node = Node::All(vec![self.with, Node::Not(Box::new(self.without))]);
        segment::compiled(tx, now, &node, &self.zone, way, taken)
    }
}

/// Gives these people a row each: from which number they are texted, and from when on. If no number is left to text them from,
/// their row says so.
pub(super) async fn add(
    tx: &mut TenantTx<'_>,
    ids: &mut Ids,
    Freezing { campaign, settings, ready_at, .. }: Freezing<'_>,
    people: Vec<(ContactId, String)>,
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let contacts: Vec<ContactId> = people.iter().map(|(contact, _)| *contact).collect();
    let pool = pool::usable(tx, &settings.numbers).await?;
    // One number is everybody's, and one instant too.
    let known = if pool.len() > 1 { pool::known(tx, &contacts).await? } else { HashMap::new() };
    let (zones, tenant_zone) = match settings.schedule.at_local {
        Some(_) => (pool::zones(tx, &contacts).await?, tenant::settings(tx).await?.time_zone),
        None => (HashMap::new(), String::new()),
    };
    let sql =
        "UPDATE campaign SET frozen_rows = frozen_rows + $3 WHERE tenant_id = $1 AND id = $2 RETURNING frozen_rows";
    let some = i64::try_from(people.len()).map_err(StoreError::fault)?;
    let first = tx.one(sql, args![campaign, some]).await?.get::<i64>(0)? - some;
    let no_number = serde_json::to_string(&no_number()).map_err(StoreError::fault)?;
    let mut rows = Vec::with_capacity(people.len());
    for ((contact, phone), position) in people.into_iter().zip(first.unsigned_abs()..) {
        let chosen = pool.choose(&phone, known.get(&contact).copied());
        let Some(number) = chosen.or_else(|| settings.numbers.first().copied()) else { continue };
        let (standing, failure) = match chosen {
            Some(_) => (Standing::Pending, None),
            None => (Standing::Skipped, Some(no_number.clone())),
        };
        let zone = zones.get(&contact).map(String::as_str);
        let person = schedule::Person { phone: &phone, zone, position };
        let ready_at = settings.schedule.ready_at(ready_at, person, &tenant_zone);
        let id: RecipientId = ids.next();
        let is_canary = settings.canary.is_some_and(|canary| canary.takes(campaign, &phone));
        let standing = standing.as_str();
        rows.push(row![id, campaign, contact, phone, number, standing, ready_at, 0_i64, failure, is_canary]);
    }
    tx.push_many(
        "INSERT INTO campaign_recipient (tenant_id, id, campaign_id, contact_id, phone, number_id, standing, ready_at_us,
             attempt, failure, is_canary)
         VALUES {rows} ON CONFLICT (tenant_id, campaign_id, phone) DO NOTHING",
        rows,
    )
    .await
}

fn no_number() -> Failure {
    Failure {
        code: "no_number_left".into(),
        explanation: "None of the campaign's numbers could be texted from when everybody got their row.".into(),
        mend: "Look under Numbers which are switched off or have problems, then send to those who were skipped.".into(),
    }
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
