//! People outside, as the API shows them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use domain::condition::Checked;
use domain::event::Kind;
use domain::field::{Compared, Value};
use domain::hours::QuietHours;
use domain::id::ContactId;
use domain::phone::E164;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dialect::Engine;
use crate::event::Line;
use crate::scene::json;
use crate::search::{Search, words};
use crate::segment::{self, Way};
use crate::{Row, StoreError, TenantTx, args, list, row};

pub mod address;
mod change;
pub mod duplicates;
pub mod erase;
pub mod export;
pub mod history;
mod lists;
pub mod merge;
mod standing;
pub mod tags;
pub mod timeline;
mod zone;

pub use address::Address;
pub(crate) use change::{Snapshot, change_all, snapshots};
pub use change::{change, change_by_each};
pub use lists::OnList;
pub use standing::{ContactConsent, NumberConsent, PurposeConsent};
pub use zone::Zone;

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
    /// Where campaigns reach them: the primary phone of their addresses, in E.164 form; empty: they have none.
    pub phone: String,
    /// The same for people to read.
    pub phone_pretty: String,
    /// Everywhere they are reached: of each kind the primary one first, then the oldest.
    pub addresses: Vec<Address>,
    /// Their language (ISO 639-1); `null`: nobody said.
    #[schema(required = true)]
    pub language: Option<String>,
    /// What people noted of them; `null`: nothing.
    #[schema(required = true)]
    pub note: Option<String>,
    /// IANA time zone; `null`: nobody said, `zone` tells what is gone by instead.
    #[schema(required = true)]
    pub time_zone: Option<String>,
    /// By which clocks they live, as far as it is known, and how that is known.
    pub zone: Zone,
    /// When they do not want to be texted, on their own clock; `null`: nobody said.
    #[schema(required = true, value_type = Option<crate::schema::QuietHoursShape>)]
    pub quiet_hours: Option<QuietHours>,
    /// The tenant wants nothing more from or to them.
    pub blocked: bool,
    /// Since when their primary phone wants no texts; `null`: they may be texted.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub opted_out_at: Option<Timestamp>,
    /// Since when their primary phone is on the list of numbers that get no texts; `null`: it is not.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub suppressed_at: Option<Timestamp>,
    /// What they said about texts of each purpose to their primary phone, as it counts now.
    pub consent: ContactConsent,
    /// Labels, sorted.
    pub tags: Vec<String>,
    /// The lists that they are on, by name.
    pub lists: Vec<OnList>,
    /// What is kept in the tenant's fields, by their keys: a number, `true` or `false`, or text (a date is `YYYY-MM-DD`); a field
    /// that is not there is not known.
    #[schema(value_type = BTreeMap<String, crate::schema::FieldValueShape>)]
    pub fields: BTreeMap<String, Value>,
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
    /// Where they are reached, the one that counts first before the others of its kind.
    pub addresses: Vec<address::Named>,
    /// What is known of them besides; what is not said is not known.
    pub known: Change,
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
    /// ISO 639-1; the inner `None`: not known.
    pub language: Option<Option<String>>,
    /// Empty: nothing.
    pub note: Option<String>,
    /// When they do not want to be texted; the inner `None`: whenever they may.
    pub quiet_hours: Option<Option<QuietHours>>,
    /// Whether they are blocked.
    pub blocked: Option<bool>,
    /// Labels, all of them.
    pub tags: Option<Vec<String>>,
    /// Labels that come on top.
    pub add_tags: Vec<String>,
    /// Labels that go.
    pub remove_tags: Vec<String>,
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

/// Whoever is there.
macro_rules! contact {
    () => {
        "SELECT c.id, c.name, c.company, c.language, c.note, c.time_zone, c.blocked, c.created_at_us, c.quiet_hours
         FROM contact c WHERE c.tenant_id = $1 AND c.gone_at_us IS NULL"
    };
}

const BY_IDS: &str = concat!(contact!(), " AND c.id {among $2}");

/// Keeps values of fields: whose, the field's key, the value and what it is compared by, and when.
pub(crate) const SAVE_FIELD: &str =
    "INSERT INTO contact_field (tenant_id, contact_id, field, value, folded, number, day, set_at_us)
     VALUES {rows} ON CONFLICT (tenant_id, contact_id, field) DO UPDATE SET value = excluded.value,
         folded = excluded.folded, number = excluded.number, day = excluded.day, set_at_us = excluded.set_at_us";

const TAGS: &str =
    "SELECT contact_id, tag FROM contact_tag WHERE tenant_id = $1 AND contact_id {among $2} ORDER BY contact_id, tag";

/// A page of contacts, the newest first, after `after`: those who are found, and meant.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    search: Option<&Search>,
    meant: Option<(&Checked, Timestamp)>,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<Contact>, StoreError> {
    let ids = match (search, meant) {
        (Some(search), meant) => found(tx, search, meant, after, limit).await?,
        (None, Some((meant, now))) => segment::ids(tx, now, meant, after, limit).await?,
        (None, None) => {
            let after = after.map_or(Uuid::max(), Uuid::from);
            let sql = concat!(contact!(), " AND c.id < $2 ORDER BY c.id DESC LIMIT $3");
            let rows = tx.rows(sql, args![after, limit]).await?;
            return contacts(tx, rows).await;
        }
    };
    let mut by_id = by_ids(tx, &ids).await?;
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// Who is found, the newest first. The index tells who may be it, and their words who is.
pub(crate) async fn found(
    tx: &mut TenantTx<'_>,
    search: &Search,
    meant: Option<(&Checked, Timestamp)>,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<ContactId>, StoreError> {
    let [first, second, third] = search.patterns();
    let narrowed = |tx: &TenantTx<'_>, taken| match meant {
        Some((meant, now)) => {
            let (that, args) = segment::compiled(tx, now, meant.node(), meant.zone(), Way::Each, taken);
            (format!("AND {that}"), args)
        }
        None => (String::new(), Vec::new()),
    };
    let rows = match tx.engine() {
        Engine::Sqlite => {
            let (that, rest) = narrowed(tx, 7);
            let sql = format!(
                "SELECT c.id FROM contact_search CROSS JOIN contact c ON c.seq = contact_search.rowid
                 WHERE contact_search MATCH $2 AND c.tenant_id = $1
                   AND c.words LIKE $3 AND c.words LIKE $4 AND c.words LIKE $5
                   AND contact_search.rowid < COALESCE((SELECT seq FROM contact WHERE tenant_id = $1 AND id = $6), 9223372036854775807)
                   {that}
                 ORDER BY contact_search.rowid DESC LIMIT $7"
            );
            let mut args = args![search.matches(tx.tenant()), first, second, third, after, limit].to_vec();
            args.extend(rest);
            tx.rows_composed(&sql, &args).await?
        }
        Engine::Postgres => {
            let (that, rest) = narrowed(tx, 6);
            let sql = format!(
                "SELECT c.id FROM contact c
                 WHERE c.tenant_id = $1 AND c.words LIKE $2 AND c.words LIKE $3 AND c.words LIKE $4 AND c.id < $5 {that}
                 ORDER BY c.id DESC LIMIT $6"
            );
            let after = after.map_or(Uuid::max(), Uuid::from);
            let mut args = args![first, second, third, after, limit].to_vec();
            args.extend(rest);
            // Planned anew for each search: whether the index or the newest rows are quicker depends on what is typed.
            tx.rows_composed(&sql, &args).await?
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
/// [`StoreError::Unique`] with [`PHONE_TAKEN`] when someone has one of the addresses already; when the database fails.
pub async fn create(tx: &mut TenantTx<'_>, now: Timestamp, new: &New) -> Result<Line, StoreError> {
    let known = Snapshot::default().with(&new.known);
    let addresses = new.addresses.iter().map(|named| named.address.as_str());
    let words = words(tx.tenant(), &known.name, &known.company, addresses);
    tx.exec(
        concat!(add_contact!(), " VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), $7, $8)"),
        args![new.id, &known.name, &known.company, words, &known.time_zone, known.blocked, now],
    )
    .await?;
    if !(known.language.is_empty() && known.note.is_empty() && known.quiet_hours.is_empty()) {
        let sql = "UPDATE contact SET language = NULLIF($3, ''), note = $4, quiet_hours = NULLIF($5, '')
                   WHERE tenant_id = $1 AND id = $2";
        tx.push(sql, args![new.id, &known.language, &known.note, &known.quiet_hours]).await?;
    }
    let of_kind = |kind: &'static str| new.addresses.iter().filter(move |other| other.kind == kind);
    let counts_first = |named: &address::Named| {
        of_kind(named.kind).count() > 1 && of_kind(named.kind).next().is_some_and(|first| first == named)
    };
    tx.insert_many(
        "INSERT INTO contact_address (tenant_id, kind, address, contact_id, preferred, created_at_us) VALUES {rows}",
        new.addresses.iter().map(|named| row![named.kind, &named.address, new.id, counts_first(named), now]),
    )
    .await?;
    change::write_new(tx, now, new.id, &known).await?;
    Ok(updated(new.id))
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
    tx.push_many(SAVE_FIELD, [row![id, field, value, folded, number, day, now]]).await
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
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let settings = crate::tenant::settings(tx).await?;
    let mut contacts = rows.iter().map(contact).collect::<Result<Vec<_>, StoreError>>()?;
    let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id).collect();
    let mut addresses = address::of(tx, &ids).await?;
    let mut tags = tags(tx, TAGS, &ids).await?;
    let mut fields = fields_of(tx, &ids).await?;
    let mut lists = lists::of(tx, &ids).await?;
    let primary = |addresses: &Vec<Address>| addresses.iter().find(|one| one.kind == address::PHONE).cloned();
    let phones: Vec<Address> = addresses.values().filter_map(primary).collect();
    let phones: Vec<&str> = phones.iter().map(|phone| phone.address.as_str()).collect();
    let standings = standing::of(tx, &phones).await?;
    for contact in &mut contacts {
        contact.addresses = addresses.remove(&contact.id).unwrap_or_default();
        if let Some(phone) = contact.addresses.iter().find(|address| address.kind == address::PHONE) {
            contact.phone.clone_from(&phone.address);
            contact.phone_pretty.clone_from(&phone.pretty);
            contact.opted_out_at = phone.opted_out_at;
        }
        let said = standings.get(&contact.phone);
        contact.consent = ContactConsent::of(said.unwrap_or(&BTreeMap::new()), contact.opted_out_at);
        contact.lists = lists.remove(&contact.id).unwrap_or_default();
        contact.zone = Zone::of(&contact.phone, contact.time_zone.as_deref(), &settings.time_zone);
        contact.tags = tags.remove(&contact.id.into()).unwrap_or_default();
        let kept = fields.remove(&contact.id).unwrap_or_default();
        let own = settings.fields.iter().filter_map(|field| Some((field, kept.get(&field.key)?)));
        contact.fields = own.map(|(field, value)| (field.key.clone(), field.shown(value))).collect();
    }
    Ok(contacts)
}

/// What is kept of each in fields, also in those that the tenant has no more.
async fn fields_of(
    tx: &mut TenantTx<'_>,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, BTreeMap<String, String>>, StoreError> {
    let sql = "SELECT contact_id, field, value FROM contact_field WHERE tenant_id = $1 AND contact_id {among $2}";
    let mut kept: HashMap<ContactId, BTreeMap<String, String>> = HashMap::new();
    for row in tx.rows(sql, args![list(ids)]).await? {
        kept.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
    }
    Ok(kept)
}

fn contact(row: &Row) -> Result<Contact, StoreError> {
    Ok(Contact {
        id: row.get(0)?,
        name: known(row.get(1)?),
        company: known(row.get(2)?),
        phone: String::new(),
        phone_pretty: String::new(),
        addresses: Vec::new(),
        language: row.get(3)?,
        note: known(row.get(4)?),
        time_zone: row.get(5)?,
        zone: Zone::default(),
        blocked: row.get(6)?,
        opted_out_at: None,
        suppressed_at: None,
        consent: ContactConsent::default(),
        quiet_hours: row.text_or_null(8)?.map(json).transpose()?,
        tags: Vec::new(),
        lists: Vec::new(),
        fields: BTreeMap::new(),
        created_at: row.get(7)?,
    })
}

fn updated(id: ContactId) -> Line {
    Line { kind: Kind::ContactUpdated, subject: id.into(), conversation: None }
}
