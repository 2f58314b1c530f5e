//! Where somebody is reached: phones and e-mail addresses, and which of them counts first.

use std::collections::HashMap;
use std::fmt;

use domain::id::ContactId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::history::{self, Hand, Noted};
use super::{pretty, search_anew, updated};
use crate::event::Line;
use crate::{Row, StoreError, TenantTx, args, list, words as word_lists};

/// The kind of address that texts go to.
pub const PHONE: &str = "phone";
/// The kind of address that mail goes to.
pub const EMAIL: &str = "email";

/// Somebody has at most so many addresses.
pub const ADDRESSES_MAX: usize = 30;

/// The phone that campaigns use, of the contact whose id stands there: what somebody chose, else the oldest. NULL: none.
macro_rules! primary_phone {
    ($contact:literal) => {
        concat!(
            "(SELECT p.address FROM contact_address p
              WHERE p.tenant_id = $1 AND p.contact_id = ",
            $contact,
            " AND p.kind = 'phone'
              ORDER BY p.preferred DESC, p.created_at_us, p.address LIMIT 1)"
        )
    };
}
pub(crate) use primary_phone;

/// Where a contact is reached.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Address {
    /// What it is.
    #[schema(value_type = word_lists::AddressKind)]
    pub kind: String,
    /// A phone in E.164 form, an e-mail address in small letters.
    pub address: String,
    /// The same for people to read.
    pub pretty: String,
    /// It counts first among those of its kind: campaigns text the primary phone.
    pub primary: bool,
    /// Since when it is known to be theirs: they wrote from it. `null`: somebody said so.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub verified_at: Option<Timestamp>,
    /// Since when it wants no texts; `null`: it may be texted.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub opted_out_at: Option<Timestamp>,
    /// Since when it is on the list of those that get no texts; `null`: it is not.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub suppressed_at: Option<Timestamp>,
    /// When it became known.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("kind", &self.kind).field("primary", &self.primary).finish_non_exhaustive()
    }
}

/// An address as it is looked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Named {
    /// [`PHONE`] or [`EMAIL`].
    pub kind: &'static str,
    /// As it is kept.
    pub address: String,
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Named").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What came of adding one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// They have it now, or had it already.
    Theirs(Line),
    /// This contact has it.
    Taken(ContactId),
    /// They have [`ADDRESSES_MAX`] already.
    TooMany,
    /// There is no such contact.
    Nobody,
}

/// What came of removing one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// They do not have it any more.
    Gone(Line),
    /// Texts went to it or came from it, or it wants none: that must stay known.
    InUse,
    /// They have no other.
    Last,
    /// They do not have it.
    NotTheirs,
}

/// The addresses of these contacts: of each kind the primary one first, then the oldest.
pub(crate) async fn of(
    tx: &mut TenantTx<'_>,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, Vec<Address>>, StoreError> {
    let sql = "SELECT contact_id, kind, address, verified_at_us, opted_out_at_us, created_at_us FROM contact_address
               WHERE tenant_id = $1 AND contact_id {among $2} AND kind IN ('phone', 'email')
               ORDER BY contact_id, kind DESC, preferred DESC, created_at_us, address";
    let mut found: HashMap<ContactId, Vec<Address>> = HashMap::new();
    for row in tx.rows(sql, args![list(ids)]).await? {
        let theirs = found.entry(row.get(0)?).or_default();
        let address = shown(&row, theirs.last())?;
        theirs.push(address);
    }
    Ok(found)
}

fn shown(row: &Row, before: Option<&Address>) -> Result<Address, StoreError> {
    let (kind, address): (String, String) = (row.get(1)?, row.get(2)?);
    Ok(Address {
        primary: before.is_none_or(|before| before.kind != kind),
        pretty: if kind == PHONE { pretty(&address) } else { address.clone() },
        verified_at: row.get(3)?,
        opted_out_at: row.get(4)?,
        suppressed_at: None,
        created_at: row.get(5)?,
        kind,
        address,
    })
}

/// Who has an address; `None`: nobody.
///
/// # Errors
/// When the database fails.
pub async fn whose(tx: &mut TenantTx<'_>, named: &Named) -> Result<Option<ContactId>, StoreError> {
    let sql = "SELECT contact_id FROM contact_address WHERE tenant_id = $1 AND kind = $2 AND address = $3";
    tx.opt(sql, args![named.kind, &named.address]).await?.map(|row| row.get(0)).transpose()
}

/// Who has these addresses, for those that are somebody's.
///
/// # Errors
/// When the database fails.
pub async fn owners(
    tx: &mut TenantTx<'_>,
    named: &[Named],
) -> Result<HashMap<(String, String), ContactId>, StoreError> {
    let sql = "SELECT kind, address, contact_id FROM contact_address
               WHERE tenant_id = $1 AND kind IN ('phone', 'email') AND address {among $2}";
    let addresses = list(named.iter().map(|one| one.address.as_str()));
    let rows = tx.rows(sql, args![addresses]).await?;
    rows.iter().map(|row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).collect()
}

/// Gives somebody an address that nobody has, and lets it count first if they shall.
///
/// # Errors
/// [`StoreError::Unique`] with [`super::PHONE_TAKEN`] when somebody got it at the same moment; when the database fails.
pub async fn add(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    id: ContactId,
    named: &Named,
    first: bool,
) -> Result<Added, StoreError> {
    let Some(theirs) = held(tx, id).await? else { return Ok(Added::Nobody) };
    match whose(tx, named).await? {
        Some(other) if other != id => return Ok(Added::Taken(other)),
        Some(_) => {}
        None if theirs.len() >= ADDRESSES_MAX => return Ok(Added::TooMany),
        None => {
            let sql = "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)
                       VALUES ($1, $2, $3, $4, $5)";
            tx.exec(sql, args![named.kind, &named.address, id, hand.at]).await?;
            history::write(tx, hand, [Noted::added(id, named.kind, named.address.as_str())]).await?;
            search_anew(tx, &[id]).await?;
        }
    }
    if first {
        put_first(tx, hand, id, &theirs, named).await?;
    }
    Ok(Added::Theirs(updated(id)))
}

/// Lets an address count first among theirs of its kind. `None`: they do not have it.
///
/// # Errors
/// When the database fails.
pub async fn prefer(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    id: ContactId,
    named: &Named,
) -> Result<Option<Line>, StoreError> {
    let theirs = held(tx, id).await?.unwrap_or_default();
    if !theirs.iter().any(|one| is(one, named)) {
        return Ok(None);
    }
    put_first(tx, hand, id, &theirs, named).await?;
    Ok(Some(updated(id)))
}

/// Takes an address away, if nothing hangs on it.
///
/// # Errors
/// When the database fails.
pub async fn remove(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    id: ContactId,
    named: &Named,
) -> Result<Removed, StoreError> {
    let theirs = held(tx, id).await?.unwrap_or_default();
    if !theirs.iter().any(|one| is(one, named)) {
        return Ok(Removed::NotTheirs);
    }
    if theirs.len() == 1 {
        return Ok(Removed::Last);
    }
    const USED: &str = "SELECT 1 FROM contact_address a WHERE a.tenant_id = $1 AND a.kind = $3 AND a.address = $4
         AND (a.opted_out_at_us IS NOT NULL
              OR EXISTS (SELECT 1 FROM conversation v
                         WHERE v.tenant_id = $1 AND v.contact_id = $2 AND v.address = $4)
              OR EXISTS (SELECT 1 FROM campaign_recipient r
                         WHERE r.tenant_id = $1 AND r.contact_id = $2 AND r.phone = $4))";
    if tx.opt(USED, args![id, named.kind, &named.address]).await?.is_some() {
        return Ok(Removed::InUse);
    }
    let sql = "DELETE FROM contact_address WHERE tenant_id = $1 AND kind = $2 AND address = $3";
    tx.push(sql, args![named.kind, &named.address]).await?;
    history::write(tx, hand, [Noted::removed(id, named.kind, named.address.as_str())]).await?;
    search_anew(tx, &[id]).await?;
    Ok(Removed::Gone(updated(id)))
}

/// Their addresses, and nobody else changes them until the transaction ends. `None`: there is no such contact.
async fn held(tx: &mut TenantTx<'_>, id: ContactId) -> Result<Option<Vec<Address>>, StoreError> {
    let sql = "SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2 AND gone_at_us IS NULL {for_update}";
    if tx.opt(sql, args![id]).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(of(tx, &[id]).await?.remove(&id).unwrap_or_default()))
}

async fn put_first(
    tx: &mut TenantTx<'_>,
    hand: &mut Hand<'_>,
    id: ContactId,
    theirs: &[Address],
    named: &Named,
) -> Result<(), StoreError> {
    let sql = "UPDATE contact_address SET preferred = (address = $4)
               WHERE tenant_id = $1 AND contact_id = $2 AND kind = $3";
    tx.push(sql, args![id, named.kind, &named.address]).await?;
    let first = theirs.iter().find(|one| one.kind == named.kind && one.primary);
    match first.map(|first| first.address.as_str()) {
        Some(first) if first != named.address => {
            history::write(tx, hand, [Noted::text(id, "primary", first, &named.address)]).await
        }
        _ => Ok(()),
    }
}

fn is(one: &Address, named: &Named) -> bool {
    one.kind == named.kind && one.address == named.address
}
