//! How far the registrations of the tenant's numbers have come at the carrier, as it was last read.

use std::collections::HashMap;

use domain::id::{CarrierAccountId, NumberId};
use domain::phone::Address;
use domain::registration::{Registration, Sender, State, Status, next_reading};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::queue::{self, Errand};
use crate::{Row, StoreError, TenantTx, args, list, words};

/// Whether carriers know who sends from a number: 10DLC, or toll-free verification.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NumberRegistration {
    /// How far it has come.
    #[schema(value_type = words::RegistrationState)]
    pub state: State,
    /// Carriers ask for one: of ordinary US numbers for texts to US phones, of North American toll-free numbers for all.
    pub needed: bool,
    /// Texts that need it are stopped here, as the carrier would refuse them.
    pub stops_texts: bool,
    /// The 10DLC campaign that the number is assigned to, by the carrier's id.
    #[schema(required = true)]
    pub campaign_id: Option<String>,
    /// Whose campaign it is, by the carrier's id; `null` where another provider shares it.
    #[schema(required = true)]
    pub brand_id: Option<String>,
    /// What the carrier says to it, in its own words.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// What to do about it; `null`: nothing.
    #[schema(required = true)]
    pub mend: Option<String>,
    /// When the carrier was last asked; `null`: never.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub read_at: Option<Timestamp>,
}

impl std::fmt::Debug for NumberRegistration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NumberRegistration").field("state", &self.state).finish_non_exhaustive()
    }
}

/// What was read of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its registration.
    pub registration: Registration,
    /// Whether it can send attachments; `None`: the carrier did not say, and what is known stays.
    pub can_mms: Option<bool>,
}

/// A number that is to be looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub id: NumberId,
    /// What it is.
    pub address: String,
    /// Its id at the carrier.
    pub carrier_ref: Option<String>,
    /// How its registration stands, as far as is known.
    pub status: Status,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What stands in a row: the number's address, and the word of the column `registration`.
pub(crate) fn status(address: &str, word: Option<&str>) -> Result<Status, StoreError> {
    let known =
        |word| State::parse(word).ok_or_else(|| StoreError::fault(format!("no state of a registration: {word}")));
    let sender = Address::parse_sender(address).map_or(Sender::Other, |address| Sender::of(&address));
    Ok(Status::of(sender, word.map(known).transpose()?))
}

/// As it is shown, from `registration, registered_campaign, registered_brand, registration_reason, registration_read_at_us` in the
/// columns from `at` on.
pub(crate) fn shown(row: &Row, at: usize, address: &str) -> Result<NumberRegistration, StoreError> {
    let status = status(address, row.text_or_null(at)?)?;
    Ok(NumberRegistration {
        state: status.state,
        needed: status.sender.needs_registration(),
        stops_texts: status.stops(),
        campaign_id: row.get(at + 1)?,
        brand_id: row.get(at + 2)?,
        reason: row.get(at + 3)?,
        mend: status.mend().map(str::to_owned),
        read_at: row.get(at + 4)?,
    })
}

/// A number; `None`: there is no such one. With the account that it sends through.
///
/// # Errors
/// When the database fails.
pub async fn of(tx: &mut TenantTx<'_>, id: NumberId) -> Result<Option<(CarrierAccountId, Known)>, StoreError> {
    let sql = "SELECT id, address, carrier_ref, registration, carrier_account_id FROM number
               WHERE tenant_id = $1 AND id = $2";
    let Some(row) = tx.opt(sql, args![id]).await? else { return Ok(None) };
    Ok(Some((row.get(4)?, known(&row)?)))
}

/// The tenant's numbers that send through an account, after this one, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn of_account(
    tx: &mut TenantTx<'_>,
    account: CarrierAccountId,
    after: Option<NumberId>,
    limit: u32,
) -> Result<Vec<Known>, StoreError> {
    let after = after.unwrap_or(NumberId(uuid::Uuid::nil()));
    let sql = "SELECT id, address, carrier_ref, registration FROM number
               WHERE tenant_id = $1 AND carrier_account_id = $2 AND id > $3 ORDER BY id LIMIT $4";
    tx.rows(sql, args![account, after, limit]).await?.iter().map(known).collect()
}

fn known(row: &Row) -> Result<Known, StoreError> {
    let address: String = row.get(1)?;
    let status = status(&address, row.text_or_null(3)?)?;
    Ok(Known { id: row.get(0)?, address, carrier_ref: row.get(2)?, status })
}

/// What is the same for many numbers: state, campaign, brand, reason, and whether they can send attachments.
type Said<'s> = (State, Option<&'s str>, Option<&'s str>, Option<&'s str>, Option<bool>);

/// Writes down what was read of an account's numbers, with as many statements as there are different things to write, and answers of
/// which numbers it is news. While texts are stopped they are read again soon.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    account: CarrierAccountId,
    seen: &[(NumberId, Seen)],
) -> Result<Vec<NumberId>, StoreError> {
    let mut alike: HashMap<Said<'_>, Vec<NumberId>> = HashMap::new();
    let mut read: HashMap<Option<Timestamp>, Vec<NumberId>> = HashMap::new();
    for (id, Seen { registration, can_mms }) in seen {
        let Registration { status, campaign_id, brand_id, reason, read_at } = registration;
        let said = (status.state, campaign_id.as_deref(), brand_id.as_deref(), reason.as_deref(), *can_mms);
        alike.entry(said).or_default().push(*id);
        read.entry(*read_at).or_default().push(*id);
    }
    let mut news = Vec::new();
    for ((state, campaign, brand, reason, can_mms), ids) in alike {
        let rows = tx
            .rows(
                "UPDATE number SET registration = $3, registered_campaign = $4, registered_brand = $5,
                     registration_reason = $6, can_mms = COALESCE($7, can_mms)
                 WHERE tenant_id = $1 AND id {among $2}
                   AND (registration IS DISTINCT FROM $3 OR registered_campaign IS DISTINCT FROM $4
                        OR registered_brand IS DISTINCT FROM $5 OR registration_reason IS DISTINCT FROM $6
                        OR can_mms IS DISTINCT FROM COALESCE($7, can_mms))
                 RETURNING id",
                args![list(&ids), state.as_str(), campaign, brand, reason, can_mms],
            )
            .await?;
        for row in &rows {
            news.push(row.get(0)?);
        }
    }
    for (read_at, ids) in read {
        let sql = "UPDATE number SET registration_read_at_us = $3 WHERE tenant_id = $1 AND id {among $2}";
        tx.push(sql, args![list(&ids), read_at]).await?;
    }
    let next = next_reading(now, seen.iter().map(|(_, seen)| seen.registration.status), false);
    queue::hasten_errand(tx, &Errand::ReadRegistrations { account }, next).await?;
    news.sort_unstable();
    Ok(news)
}
