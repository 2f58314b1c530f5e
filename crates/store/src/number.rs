//! The senders of a tenant.

use std::collections::BTreeSet;

use domain::{
    event,
    id::{AssistantId, CarrierAccountId, NumberId, TenantId},
    number::Kind,
    phone::Address,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::registration::{self, NumberRegistration};
use crate::{Row, StoreError, SystemTx, TenantTx, args, event::Line, schema::NumberKindWord};

/// The kinds, as their words are stored.
pub const KINDS: [Kind; 4] = [Kind::LongCode, Kind::TollFree, Kind::ShortCode, Kind::Alphanumeric];

/// A sender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Number {
    /// Which one.
    #[schema(value_type = String)]
    pub id: NumberId,
    /// `+14155552671`, a short code or a name.
    pub e164: String,
    /// The same for people.
    pub pretty: String,
    /// What people call it.
    pub label: String,
    /// What sort of sender it is.
    #[schema(value_type = NumberKindWord)]
    pub kind: Kind,
    /// Through which account it sends.
    #[schema(value_type = String)]
    pub carrier_account_id: CarrierAccountId,
    /// Its id at the carrier.
    pub carrier_ref: Option<String>,
    /// Whether it may send.
    pub enabled: bool,
    /// Who answers new conversations on it.
    #[schema(value_type = Option<String>)]
    pub assistant_id: Option<AssistantId>,
    /// How fast it may send.
    pub segments_per_second: f64,
    /// What is missing at the carrier.
    pub problems: Vec<NumberProblem>,
    /// Whether it can send attachments; `null`: the carrier did not say.
    #[schema(required = true)]
    pub can_mms: Option<bool>,
    /// Whether carriers know who sends from it.
    pub registration: NumberRegistration,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Something that keeps a number from working, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NumberProblem {
    /// Stable.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

/// A sender to be added.
#[derive(Debug, Clone)]
pub struct NewNumber {
    /// Which one.
    pub id: NumberId,
    /// What the contact sees.
    pub address: Address,
    /// What sort of sender it is.
    pub kind: Kind,
    /// What people call it.
    pub label: String,
    /// Through which account it sends.
    pub account: CarrierAccountId,
    /// Its id at the carrier.
    pub carrier_ref: Option<String>,
    /// Who answers.
    pub assistant: Option<AssistantId>,
    /// Segments per thousand seconds, at least 1.
    pub rate_millis: i64,
    /// Since when.
    pub created_at: Timestamp,
}

/// What of a sender changes; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct NumberChange {
    /// What people call it.
    pub label: Option<String>,
    /// Whether it may send.
    pub enabled: Option<bool>,
    /// Who answers; the inner `None` is nobody.
    pub assistant: Option<Option<AssistantId>>,
    /// Segments per thousand seconds, at least 1.
    pub rate_millis: Option<i64>,
}

/// Whether a sender could be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is there now.
    Yes,
    /// The account's number of this address has an owner, in this tenant or another: which one is not told.
    Taken,
    /// The tenant may not use the account.
    NoAccount,
}

/// The line that tells of a sender.
#[must_use]
pub fn updated(id: NumberId) -> Line {
    Line { kind: event::Kind::NumberUpdated, subject: id.0, conversation: None }
}

/// Adds a sender.
///
/// # Errors
/// When the database fails.
pub async fn create(tx: &mut TenantTx<'_>, new: &NewNumber) -> Result<Added, StoreError> {
    let granted = "SELECT 1 FROM carrier_grant WHERE tenant_id = $1 AND carrier_account_id = $2";
    if tx.opt(granted, args![new.account]).await?.is_none() {
        return Ok(Added::NoAccount);
    }
    let added = tx
        .exec_returning_count(
            "INSERT INTO number (tenant_id, id, address, kind, label, carrier_account_id, carrier_ref, enabled,
                 assistant_id, rate_millis, problems, created_at_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '[]', $11)
             ON CONFLICT (carrier_account_id, address) DO NOTHING",
            args![
                new.id,
                new.address.as_str(),
                new.kind.as_str(),
                &new.label,
                new.account,
                &new.carrier_ref,
                true,
                new.assistant,
                new.rate_millis,
                new.created_at
            ],
        )
        .await?;
    Ok(if added == 1 { Added::Yes } else { Added::Taken })
}

/// A page of the senders, by id.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut TenantTx<'_>, after: Option<NumberId>, limit: u32) -> Result<Vec<Number>, StoreError> {
    let after = after.unwrap_or(NumberId(uuid::Uuid::nil()));
    tx.rows(
        "SELECT id, address, label, kind, carrier_account_id, carrier_ref, enabled, assistant_id, rate_millis, problems,
                created_at_us, can_mms, registration, registered_campaign, registered_brand, registration_reason,
                registration_read_at_us
         FROM number WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        args![after, limit],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// One sender.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut TenantTx<'_>, id: NumberId) -> Result<Option<Number>, StoreError> {
    tx.opt(
        "SELECT id, address, label, kind, carrier_account_id, carrier_ref, enabled, assistant_id, rate_millis, problems,
                created_at_us, can_mms, registration, registered_campaign, registered_brand, registration_reason,
                registration_read_at_us
         FROM number WHERE tenant_id = $1 AND id = $2",
        args![id],
    )
    .await?
    .as_ref()
    .map(from_row)
    .transpose()
}

/// Changes a sender; `false` if there is no such one.
///
/// # Errors
/// When the database fails.
pub async fn change(tx: &mut TenantTx<'_>, id: NumberId, change: &NumberChange) -> Result<bool, StoreError> {
    let changed = tx
        .exec_returning_count(
            "UPDATE number
             SET label = COALESCE($3, label), enabled = COALESCE($4, enabled), rate_millis = COALESCE($5, rate_millis),
                 assistant_id = CASE WHEN $6 THEN $7 ELSE assistant_id END
             WHERE tenant_id = $1 AND id = $2",
            args![
                id,
                &change.label,
                change.enabled,
                change.rate_millis,
                change.assistant.is_some(),
                change.assistant.flatten()
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Writes down what is missing for a sender at the carrier, in the place of what was.
///
/// # Errors
/// When the database fails.
pub async fn set_problems(tx: &mut TenantTx<'_>, id: NumberId, problems: &[NumberProblem]) -> Result<(), StoreError> {
    let problems = serde_json::to_string(problems).map_err(StoreError::fault)?;
    tx.push("UPDATE number SET problems = $3 WHERE tenant_id = $1 AND id = $2", args![id, problems]).await
}

/// Removes a sender that has had no conversation; `false` if there is no such one.
///
/// # Errors
/// `Foreign` if it has had one; when the database fails.
pub async fn remove(tx: &mut TenantTx<'_>, id: NumberId) -> Result<bool, StoreError> {
    tx.exec("DELETE FROM number_pace WHERE tenant_id = $1 AND number_id = $2", args![id]).await?;
    Ok(tx.exec_returning_count("DELETE FROM number WHERE tenant_id = $1 AND id = $2", args![id]).await? == 1)
}

/// The tenant's number with this address at this account.
///
/// # Errors
/// When the database fails.
pub async fn by_address(
    tx: &mut TenantTx<'_>,
    account: CarrierAccountId,
    address: &str,
) -> Result<Option<Number>, StoreError> {
    let sql = "SELECT id FROM number WHERE tenant_id = $1 AND carrier_account_id = $2 AND address = $3";
    match tx.opt(sql, args![account, address]).await? {
        Some(row) => read(tx, row.get(0)?).await,
        None => Ok(None),
    }
}

/// The tenant's numbers that send through `account`.
///
/// # Errors
/// When the database fails.
pub async fn of_account(tx: &mut TenantTx<'_>, account: CarrierAccountId) -> Result<Vec<Number>, StoreError> {
    tx.rows(
        "SELECT id, address, label, kind, carrier_account_id, carrier_ref, enabled, assistant_id, rate_millis, problems,
                created_at_us, can_mms, registration, registered_campaign, registered_brand, registration_reason,
                registration_read_at_us
         FROM number WHERE tenant_id = $1 AND carrier_account_id = $2 ORDER BY id",
        args![account],
    )
    .await?
    .iter()
    .map(from_row)
    .collect()
}

/// The addresses of the tenant's numbers that send through `account`.
///
/// # Errors
/// When the database fails.
pub async fn addresses_of(tx: &mut TenantTx<'_>, account: CarrierAccountId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT address FROM number WHERE tenant_id = $1 AND carrier_account_id = $2 ORDER BY address";
    tx.rows(sql, args![account]).await?.iter().map(|row| row.get(0)).collect()
}

/// Which of these phone numbers another tenant has, at whichever account. Short codes and names are no one's alone.
///
/// # Errors
/// When the database fails.
pub async fn of_others(
    tx: &mut SystemTx<'_>,
    tenant: TenantId,
    phones: impl IntoIterator<Item = &str>,
) -> Result<BTreeSet<String>, StoreError> {
    let asked: BTreeSet<&str> = phones.into_iter().filter(|address| address.starts_with('+')).collect();
    let mut others = BTreeSet::new();
    let mut last = (TenantId(uuid::Uuid::nil()), NumberId(uuid::Uuid::nil()));
    loop {
        let rows = tx
            .rows(
                "SELECT tenant_id, id, address FROM number WHERE (tenant_id, id) > ($1, $2)
                 ORDER BY tenant_id, id LIMIT $3",
                args![last.0, last.1, NUMBERS_AT_ONCE],
            )
            .await?;
        for row in &rows {
            last = (row.get(0)?, row.get(1)?);
            let address: String = row.get(2)?;
            if last.0 != tenant && asked.contains(address.as_str()) {
                others.insert(address);
            }
        }
        if rows.len() < NUMBERS_AT_ONCE as usize {
            return Ok(others);
        }
    }
}

/// So many numbers of the installation are looked at with one statement.
const NUMBERS_AT_ONCE: u32 = 2_000;

/// The addresses of the tenant's numbers that send through a sandbox.
///
/// # Errors
/// When the database fails.
pub async fn sandbox_addresses(tx: &mut TenantTx<'_>) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT n.address FROM number n JOIN carrier_account a ON a.id = n.carrier_account_id
               WHERE n.tenant_id = $1 AND a.kind = 'sandbox' ORDER BY n.id";
    tx.rows(sql, args![]).await?.iter().map(|row| row.get(0)).collect()
}

/// Whether a number may be given to this assistant: it is the tenant's and was not deleted.
///
/// # Errors
/// When the database fails.
pub async fn has_assistant(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM assistant WHERE tenant_id = $1 AND id = $2 AND deleted_at_us IS NULL";
    Ok(tx.opt(sql, args![id]).await?.is_some())
}

/// What sort of sender an address is.
#[must_use]
pub fn kind_of(address: &Address) -> Kind {
    match address {
        Address::Phone(number) if number.kind() == domain::phone::LineKind::TollFree => Kind::TollFree,
        Address::Phone(_) => Kind::LongCode,
        Address::ShortCode(_) => Kind::ShortCode,
        Address::Alphanumeric(_) => Kind::Alphanumeric,
    }
}

/// A sender's address for people.
#[must_use]
pub fn pretty(address: &str) -> String {
    Address::parse_sender(address)
        .ok()
        .and_then(|sender| sender.phone().map(domain::phone::E164::pretty))
        .unwrap_or_else(|| address.to_owned())
}

#[allow(clippy::cast_precision_loss, reason = "rates are far below 2^52")]
fn from_row(row: &Row) -> Result<Number, StoreError> {
    let (e164, kind): (String, String) = (row.get(1)?, row.get(3)?);
    let kind = KINDS
        .into_iter()
        .find(|known| known.as_str() == kind)
        .ok_or_else(|| StoreError::fault(format!("unknown kind of number {kind}")))?;
    let problems: String = row.get(9)?;
    let registration = registration::shown(row, 12, &e164)?;
    Ok(Number {
        id: row.get(0)?,
        pretty: pretty(&e164),
        can_mms: row.get(11)?,
        registration,
        e164,
        label: row.get(2)?,
        kind,
        carrier_account_id: row.get(4)?,
        carrier_ref: row.get(5)?,
        enabled: row.get(6)?,
        assistant_id: row.get(7)?,
        segments_per_second: row.get::<i64>(8)? as f64 / 1_000.0,
        problems: serde_json::from_str(&problems).map_err(StoreError::fault)?,
        created_at: row.get(10)?,
    })
}
