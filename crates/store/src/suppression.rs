//! Addresses that get no texts, whoever has them: numbers from lists, and those of people who were erased.
//!
//! They are found by a hash with the tenant's key, so that one that was erased is still known when it comes back. The key is
//! sealed; whoever opens it hashes, and this room sees hashes only.

use std::collections::HashMap;
use std::fmt;

use domain::id::{Ids, SuppressionId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contact::pretty;
use crate::{Row, StoreError, TenantTx, args, enrolment, list, row, words};

/// HMAC-SHA-256 of an address (E.164, or an email in small letters) with the tenant's key.
pub type AddressHash = [u8; 32];

/// An address on the list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suppression {
    /// Which one.
    #[schema(value_type = String, example = "sup_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: SuppressionId,
    /// Which number, in E.164 form; `null`: it was erased, and only its hash is kept.
    #[schema(required = true)]
    pub phone: Option<String>,
    /// The same for people to read.
    #[schema(required = true)]
    pub phone_pretty: Option<String>,
    /// Why, in somebody's words.
    pub reason: String,
    /// Where it comes from.
    #[schema(value_type = words::SuppressionSource)]
    pub source: String,
    /// Until when; `null`: for good.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Which member added it; `null`: a program.
    #[schema(required = true, value_type = Option<String>)]
    pub created_by: Option<UserId>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Since when it does not count any more; `null`: it counts, unless `until` is over.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Which member took it off; `null`: nobody did, or a program.
    #[schema(required = true, value_type = Option<String>)]
    pub ended_by: Option<UserId>,
    /// Why it was taken off, in their words.
    #[schema(required = true)]
    pub ended_why: Option<String>,
}

impl fmt::Debug for Suppression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suppression").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where an address on the list comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A program added it.
    Api,
    /// A member added it.
    Member,
    /// It stood in a file.
    File,
    /// Whoever had it was erased.
    Erasure,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Api, Self::Member, Self::File, Self::Erasure];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Member => "member",
            Self::File => "file",
            Self::Erasure => "erasure",
        }
    }
}

/// Addresses to add, all for the same reason.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Why.
    pub reason: &'a str,
    /// Where they come from.
    pub source: Source,
    /// Until when; `None`: for good.
    pub until: Option<Timestamp>,
    /// The member; `None`: a program.
    pub by: Option<UserId>,
}

/// An address.
#[derive(Clone, Copy)]
pub struct Address<'a> {
    /// What it is found by.
    pub hash: AddressHash,
    /// For people to read; `None`: it is erased, here too.
    pub text: Option<&'a str>,
}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// The tenant's key, sealed; `None`: it has none, and nothing on the list.
///
/// # Errors
/// When the database fails.
pub async fn key(tx: &mut TenantTx<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.opt("SELECT sealed FROM suppression_key WHERE tenant_id = $1", args![]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Keeps the tenant's key, unless it has one. Answers the one it has.
///
/// # Errors
/// When the database fails.
pub async fn keep_key(tx: &mut TenantTx<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let sql = "INSERT INTO suppression_key (tenant_id, sealed) VALUES ($1, $2) ON CONFLICT (tenant_id) DO NOTHING";
    tx.exec(sql, args![sealed]).await?;
    key(tx).await?.ok_or(StoreError::NoRow)
}

/// Adds addresses, and answers how many were not on the list before. One that is there stays as it was added, but counts for
/// the longer of both times. No address may come twice. Whoever has one leaves every workflow.
///
/// # Errors
/// When the database fails.
pub async fn add(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    new: New<'_>,
    addresses: &[Address<'_>],
) -> Result<u64, StoreError> {
    let hashes = || list(addresses.iter().map(|address| address.hash));
    // What ran out is past: whoever is added again is added anew.
    tx.push(
        "UPDATE suppression SET ended_at_us = until_us
         WHERE tenant_id = $1 AND address_hash {among $2} AND ended_at_us IS NULL AND until_us <= $3",
        args![hashes(), now],
    )
    .await?;
    // Nothing in clear is left of an address that is erased.
    let erased = || list(addresses.iter().filter(|address| address.text.is_none()).map(|address| address.hash));
    let sql = "UPDATE suppression SET address = NULL WHERE tenant_id = $1 AND address_hash {among $2}";
    tx.push(sql, args![erased()]).await?;
    tx.push(
        "UPDATE suppression SET until_us = CASE WHEN until_us >= CAST($3 AS BIGINT) THEN until_us ELSE $3 END
         WHERE tenant_id = $1 AND address_hash {among $2} AND ended_at_us IS NULL AND until_us IS NOT NULL",
        args![hashes(), new.until],
    )
    .await?;
    let texts = list(addresses.iter().filter_map(|address| address.text));
    let sql = "SELECT DISTINCT contact_id FROM contact_address WHERE tenant_id = $1 AND kind = 'phone' AND address {among $2}";
    let rows = tx.rows(sql, args![texts]).await?;
    let theirs = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<_>, _>>()?;
    enrolment::opted_out(tx, now, ids, &theirs).await?;
    tx.insert_many(
        "INSERT INTO suppression (tenant_id, id, address_hash, address, reason, source, until_us, created_by, at_us)
         VALUES {rows} ON CONFLICT (tenant_id, address_hash) WHERE ended_at_us IS NULL DO NOTHING",
        addresses.iter().map(|address| {
            let id: SuppressionId = ids.next();
            row![id, address.hash, address.text, new.reason, new.source.as_str(), new.until, new.by, now]
        }),
    )
    .await
}

/// Takes one off the list; the line stays, and says who did so and why. `false`: there is none that counts.
///
/// # Errors
/// When the database fails.
pub async fn remove(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: SuppressionId,
    by: Option<UserId>,
    why: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE suppression SET ended_at_us = $3, ended_by = $4, ended_why = $5
               WHERE tenant_id = $1 AND id = $2 AND ended_at_us IS NULL AND (until_us IS NULL OR until_us > $3)";
    Ok(tx.exec_returning_count(sql, args![id, now, by, why]).await? > 0)
}

/// Which of these get no texts now, and since when they are on the list.
///
/// # Errors
/// When the database fails.
pub async fn among(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    hashes: &[AddressHash],
) -> Result<HashMap<AddressHash, Timestamp>, StoreError> {
    if hashes.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "SELECT address_hash, MAX(at_us) FROM suppression
               WHERE tenant_id = $1 AND address_hash {among $2} AND ended_at_us IS NULL
                 AND (until_us IS NULL OR until_us > $3)
               GROUP BY address_hash";
    let rows = tx.rows(sql, args![list(hashes.iter().copied()), now]).await?;
    rows.iter().map(|row| Ok((hash(&row.get::<Vec<u8>>(0)?)?, row.get(1)?))).collect()
}

macro_rules! suppression {
    ($which:literal) => {
        concat!(
            "SELECT id, address, reason, source, until_us, created_by, at_us, ended_at_us, ended_by, ended_why
             FROM suppression WHERE tenant_id = $1 AND ",
            $which
        )
    };
}

/// A page of them, the newest first, after `after`; past ones too, if `past`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    past: bool,
    after: Option<SuppressionId>,
    limit: u32,
) -> Result<Vec<Suppression>, StoreError> {
    let after = after.map_or(Uuid::max(), Uuid::from);
    let sql = suppression!(
        "id < $2 AND ($3 OR (ended_at_us IS NULL AND (until_us IS NULL OR until_us > $4))) ORDER BY id DESC LIMIT $5"
    );
    tx.rows(sql, args![after, past, now, limit]).await?.iter().map(shown).collect()
}

/// What the list says and said of one address, the newest first, at most a hundred lines.
///
/// # Errors
/// When the database fails.
pub async fn of(tx: &mut TenantTx<'_>, hash: &AddressHash) -> Result<Vec<Suppression>, StoreError> {
    let sql = suppression!("address_hash = $2 ORDER BY id DESC LIMIT 100");
    tx.rows(sql, args![hash]).await?.iter().map(shown).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: SuppressionId) -> Result<Option<Suppression>, StoreError> {
    tx.opt(suppression!("id = $2"), args![id]).await?.as_ref().map(shown).transpose()
}

fn shown(row: &Row) -> Result<Suppression, StoreError> {
    let phone: Option<String> = row.get(1)?;
    Ok(Suppression {
        id: row.get(0)?,
        phone_pretty: phone.as_deref().map(pretty),
        phone,
        reason: row.get(2)?,
        source: row.get(3)?,
        until: row.get(4)?,
        created_by: row.get(5)?,
        created_at: row.get(6)?,
        ended_at: row.get(7)?,
        ended_by: row.get(8)?,
        ended_why: row.get(9)?,
    })
}

fn hash(bytes: &[u8]) -> Result<AddressHash, StoreError> {
    bytes.try_into().map_err(|_| StoreError::fault("a hash of an address has another length"))
}
