//! People outside, as the API shows them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use domain::event::Kind;
use domain::field::Compared;
use domain::id::ContactId;
use domain::phone::E164;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dialect::Engine;
use crate::event::Line;
use crate::search::{Search, words};
use crate::{Row, StoreError, TenantTx, args, list, row};

/// A person outside.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// Which one.
    #[schema(value_type = String, example = "con_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: ContactId,
    /// Their name; `null`: not known.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Where they work; `null`: not known.
    #[schema(required = true)]
    pub company: Option<String>,
    /// Where they are reached, in E.164 form.
    pub phone: String,
    /// The same for people to read.
    pub phone_pretty: String,
    /// IANA time zone; `null`: nobody said, the tenant's counts.
    #[schema(required = true)]
    pub time_zone: Option<String>,
    /// The tenant wants nothing more from or to them.
    pub blocked: bool,
    /// Since when they want no texts; `null`: they may be texted.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub opted_out_at: Option<Timestamp>,
    /// Labels, sorted.
    pub tags: Vec<String>,
    /// What is kept in the tenant's fields, by their keys; a field that is not there is not known.
    pub fields: BTreeMap<String, String>,
    /// When they became known.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Someone to add.
#[derive(Clone)]
pub struct New {
    /// Which one.
    pub id: ContactId,
    /// Where they are reached.
    pub phone: E164,
    /// Empty: not known.
    pub name: String,
    /// Empty: not known.
    pub company: String,
    /// IANA time zone, if known.
    pub time_zone: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
}

impl fmt::Debug for New {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("New").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What of a contact changes. The outer `None` means "as it is".
#[derive(Clone, Default)]
pub struct Change {
    /// Empty: not known.
    pub name: Option<String>,
    /// Empty: not known.
    pub company: Option<String>,
    /// IANA time zone; the inner `None`: not known.
    pub time_zone: Option<Option<String>>,
    /// Whether they are blocked.
    pub blocked: Option<bool>,
    /// Labels, all of them.
    pub tags: Option<Vec<String>>,
    /// Values of the tenant's fields by their keys, as their kinds write them; `None`: not known any more.
    pub fields: Vec<(String, Option<String>)>,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").finish_non_exhaustive()
    }
}

/// The constraint that a phone number of somebody else breaks.
pub const PHONE_TAKEN: &str = "contact_address_pkey";

/// Adds contacts: id, name, company, words ([`crate::search::words`]), time zone, blocked, since when.
macro_rules! add_contact {
    () => {
        "INSERT INTO contact (tenant_id, id, name, company, words, time_zone, blocked, created_at_us)"
    };
}
pub(crate) const ADD: &str = add_contact!();

/// A contact with the first of its phones.
macro_rules! contact {
    () => {
        "SELECT c.id, c.name, c.company, a.address, c.time_zone, c.blocked, a.opted_out_at_us, c.created_at_us
         FROM contact c
         LEFT JOIN contact_address a ON a.tenant_id = c.tenant_id AND a.kind = 'phone' AND a.address = (
             SELECT first.address FROM contact_address first
             WHERE first.tenant_id = c.tenant_id AND first.contact_id = c.id AND first.kind = 'phone'
             ORDER BY first.created_at_us, first.address LIMIT 1)
         WHERE c.tenant_id = $1"
    };
}

const BY_IDS: &str = concat!(contact!(), " AND c.id {among $2}");

const TAGS: &str =
    "SELECT contact_id, tag FROM contact_tag WHERE tenant_id = $1 AND contact_id {among $2} ORDER BY contact_id, tag";

/// A page of contacts, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    search: Option<&Search>,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<Contact>, StoreError> {
    let Some(search) = search else {
        let after = after.map_or(Uuid::max(), Uuid::from);
        let sql = concat!(contact!(), " AND c.id < $2 ORDER BY c.id DESC LIMIT $3");
        let rows = tx.rows(sql, args![after, limit]).await?;
        return contacts(tx, rows).await;
    };
    let ids = found(tx, search, after, limit).await?;
    let mut by_id = by_ids(tx, &ids).await?;
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// Who is found, the newest first. The index tells who may be it, and their words who is.
async fn found(
    tx: &mut TenantTx<'_>,
    search: &Search,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<ContactId>, StoreError> {
    let [first, second, third] = search.patterns();
    let rows = match tx.engine() {
        Engine::Sqlite => {
            const FOUND: &str = "SELECT c.id FROM contact_search CROSS JOIN contact c ON c.seq = contact_search.rowid
                 WHERE contact_search MATCH $2 AND c.tenant_id = $1
                   AND c.words LIKE $3 AND c.words LIKE $4 AND c.words LIKE $5
                   AND contact_search.rowid < COALESCE((SELECT seq FROM contact WHERE tenant_id = $1 AND id = $6), 9223372036854775807)
                 ORDER BY contact_search.rowid DESC LIMIT $7";
            let matches = search.matches(tx.tenant());
            tx.rows(FOUND, args![matches, first, second, third, after, limit]).await?
        }
        Engine::Postgres => {
            const FOUND: &str = "SELECT id FROM contact
                 WHERE tenant_id = $1 AND words LIKE $2 AND words LIKE $3 AND words LIKE $4 AND id < $5
                 ORDER BY id DESC LIMIT $6";
            let after = after.map_or(Uuid::max(), Uuid::from);
            // Planned anew for each search: whether the index or the newest rows are quicker depends on what is typed.
            tx.rows_composed(FOUND, args![first, second, third, after, limit]).await?
        }
    };
    rows.iter().map(|row| row.get(0)).collect()
}

/// All of these contacts that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[ContactId]) -> Result<HashMap<ContactId, Contact>, StoreError> {
    let rows = tx.rows(BY_IDS, args![list(ids)]).await?;
    Ok(contacts(tx, rows).await?.into_iter().map(|contact| (contact.id, contact)).collect())
}

/// One contact.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: ContactId) -> Result<Option<Contact>, StoreError> {
    Ok(by_ids(tx, &[id]).await?.remove(&id))
}

/// Adds someone.
///
/// # Errors
/// [`StoreError::Unique`] with [`PHONE_TAKEN`] when someone has this number already; when the database fails.
pub async fn create(tx: &mut TenantTx<'_>, now: Timestamp, new: &New) -> Result<Line, StoreError> {
    let words = words(tx.tenant(), &new.name, &new.company, [new.phone.as_str()]);
    tx.exec(
        concat!(add_contact!(), " VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7)"),
        args![new.id, &new.name, &new.company, words, &new.time_zone, now],
    )
    .await?;
    tx.exec(
        "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)
         VALUES ($1, 'phone', $2, $3, $4)",
        args![new.phone.as_str(), new.id, now],
    )
    .await?;
    tag(tx, new.id, &new.tags).await?;
    Ok(updated(new.id))
}

/// Changes someone. `None`: there is no such contact.
///
/// # Errors
/// When the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: ContactId,
    change: &Change,
) -> Result<Option<Line>, StoreError> {
    let zone_is_said = change.time_zone.is_some();
    let zone = change.time_zone.clone().flatten();
    let changed = tx
        .exec_returning_count(
            "UPDATE contact SET name = COALESCE($3, name), company = COALESCE($4, company),
                 time_zone = CASE WHEN $5 THEN $6 ELSE time_zone END, blocked = COALESCE($7, blocked)
             WHERE tenant_id = $1 AND id = $2",
            args![id, &change.name, &change.company, zone_is_said, zone, change.blocked],
        )
        .await?;
    if changed == 0 {
        return Ok(None);
    }
    if change.name.is_some() || change.company.is_some() {
        search_anew(tx, &[id]).await?;
    }
    if let Some(tags) = &change.tags {
        tx.push("DELETE FROM contact_tag WHERE tenant_id = $1 AND contact_id = $2", args![id]).await?;
        tag(tx, id, tags).await?;
    }
    for (field, value) in &change.fields {
        match value {
            Some(value) => save_field(tx, now, id, field, value).await?,
            None => {
                let sql = "DELETE FROM contact_field WHERE tenant_id = $1 AND contact_id = $2 AND field = $3";
                tx.push(sql, args![id, field]).await?;
            }
        }
    }
    Ok(Some(updated(id)))
}

/// Lets them be found by what they are called and where they are reached now.
///
/// # Errors
/// When the database fails.
pub(crate) async fn search_anew(tx: &mut TenantTx<'_>, ids: &[ContactId]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = "SELECT contact_id, address FROM contact_address
               WHERE tenant_id = $1 AND contact_id {among $2} AND kind <> 'visitor' ORDER BY created_at_us, address";
    let mut addresses: HashMap<ContactId, Vec<String>> = HashMap::new();
    for row in tx.rows(sql, args![list(ids)]).await? {
        addresses.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    let sql = "SELECT id, name, company FROM contact WHERE tenant_id = $1 AND id {among $2}";
    let named = tx.rows(sql, args![list(ids)]).await?;
    let mut anew = Vec::with_capacity(named.len());
    for row in &named {
        let id: ContactId = row.get(0)?;
        let theirs = addresses.get(&id).map(Vec::as_slice).unwrap_or_default();
        anew.push((id, words(tx.tenant(), row.text(1)?, row.text(2)?, theirs.iter().map(String::as_str))));
    }
    let sql = "UPDATE contact SET words = $3 WHERE tenant_id = $1 AND id = $2";
    tx.push_each(sql, anew.iter().map(|(id, words)| row![*id, words])).await
}

/// What is kept of a contact in the tenant's fields, by their keys.
///
/// # Errors
/// When the database fails.
pub async fn fields(tx: &mut TenantTx<'_>, id: ContactId) -> Result<BTreeMap<String, String>, StoreError> {
    let rows =
        tx.rows("SELECT field, value FROM contact_field WHERE tenant_id = $1 AND contact_id = $2", args![id]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Keeps a value of one of the tenant's fields.
///
/// # Errors
/// When the database fails.
pub async fn save_field(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: ContactId,
    field: &str,
    value: &str,
) -> Result<(), StoreError> {
    let Compared { folded, number, day } = Compared::of(value);
    tx.push(
        "INSERT INTO contact_field (tenant_id, contact_id, field, value, folded, number, day, set_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, contact_id, field) DO UPDATE SET value = excluded.value, folded = excluded.folded,
             number = excluded.number, day = excluded.day, set_at_us = excluded.set_at_us",
        args![id, field, value, folded, number, day, now],
    )
    .await
}

/// A stored text of which nothing is known is empty; shown it is `null`.
pub(crate) fn known(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// For people to read; what is no full number (a short code, a name) is read as it is.
pub(crate) fn pretty(address: &str) -> String {
    E164::from_carrier(address).map_or_else(|_| address.to_owned(), |number| number.pretty())
}

/// The tags of many things, by a query of `(id, tag)` in order.
pub(crate) async fn tags<T: Copy + Into<Uuid>>(
    tx: &mut TenantTx<'_>,
    sql: &'static str,
    ids: &[T],
) -> Result<HashMap<Uuid, Vec<String>>, StoreError> {
    let mut tags: HashMap<Uuid, Vec<String>> = HashMap::new();
    let ids = list::<Uuid>(ids.iter().map(|id| (*id).into()));
    for row in tx.rows(sql, &[ids]).await? {
        tags.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(tags)
}

async fn contacts(tx: &mut TenantTx<'_>, rows: Vec<Row>) -> Result<Vec<Contact>, StoreError> {
    let mut contacts = rows.iter().map(contact).collect::<Result<Vec<_>, StoreError>>()?;
    let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id).collect();
    let mut tags = tags(tx, TAGS, &ids).await?;
    let mut fields = fields_of(tx, &ids).await?;
    for contact in &mut contacts {
        contact.tags = tags.remove(&contact.id.into()).unwrap_or_default();
        contact.fields = fields.remove(&contact.id).unwrap_or_default();
    }
    Ok(contacts)
}

/// What is kept of each in the fields that the tenant has now.
async fn fields_of(
    tx: &mut TenantTx<'_>,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, BTreeMap<String, String>>, StoreError> {
    let sql = "SELECT contact_id, field, value FROM contact_field WHERE tenant_id = $1 AND contact_id {among $2}";
    let rows = tx.rows(sql, args![list(ids)]).await?;
    let mut kept: HashMap<ContactId, BTreeMap<String, String>> = HashMap::new();
    if rows.is_empty() {
        return Ok(kept);
    }
    let known = crate::tenant::settings(tx).await?.fields;
    for row in rows {
        let field: String = row.get(1)?;
        if known.iter().any(|known| known.key == field) {
            kept.entry(row.get(0)?).or_default().insert(field, row.get(2)?);
        }
    }
    Ok(kept)
}

fn contact(row: &Row) -> Result<Contact, StoreError> {
    let phone: String = row.get::<Option<String>>(3)?.unwrap_or_default();
    Ok(Contact {
        id: row.get(0)?,
        name: known(row.get(1)?),
        company: known(row.get(2)?),
        phone_pretty: pretty(&phone),
        phone,
        time_zone: row.get(4)?,
        blocked: row.get(5)?,
        opted_out_at: row.get(6)?,
        tags: Vec::new(),
        fields: BTreeMap::new(),
        created_at: row.get(7)?,
    })
}

async fn tag(tx: &mut TenantTx<'_>, id: ContactId, tags: &[String]) -> Result<(), StoreError> {
    let rows = tags.iter().map(|tag| row![id, tag]);
    tx.insert_many("INSERT INTO contact_tag (tenant_id, contact_id, tag) VALUES {rows} ON CONFLICT DO NOTHING", rows)
        .await
        .map(drop)
}

fn updated(id: ContactId) -> Line {
    Line { kind: Kind::ContactUpdated, subject: id.into(), conversation: None }
}
