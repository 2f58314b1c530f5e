//! What came in and found nobody, such as a text to a number that no tenant has: answered to the carrier, kept for some days,
//! and shown to the operator, who alone can mend it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::fact::Fact;
use domain::id::{CarrierAccountId, WorkId, earliest};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{StoreError, SystemTx, args};

/// Facts that found nobody for the same reason at the same number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unclaimed {
    /// `no_such_number`, `no_such_message` or `unreadable`.
    pub reason: String,
    /// Through which account they came; `None`: that cannot be read.
    pub carrier_account_id: Option<CarrierAccountId>,
    /// The number at our end: the one texted, or the one that a receipt says it was sent from.
    pub number: Option<String>,
    /// How many.
    pub count: u64,
    /// When the first of them came.
    pub first_at: Timestamp,
    /// When the last of them came.
    pub last_at: Timestamp,
}

/// What of the facts that came in wants an operator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Attention {
    /// What found nobody, the newest first.
    pub unclaimed: Vec<Unclaimed>,
    /// How many facts have failed again and again, and wait for the next try.
    pub stuck: u64,
}

/// So many reasons and numbers are told apart; what is beyond is counted without its number.
const APART_MAX: usize = 1_000;
/// So many rows are read with one statement.
const ROWS_AT_ONCE: u32 = 1_000;
/// A turn that failed this often is no passing trouble.
const FAILED_OFTEN: u32 = 8;

/// Forgets what came before `before`, at most `limit` of it; answers how much.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM unclaimed WHERE id IN
             (SELECT id FROM unclaimed WHERE id < $1 AND at_us < $3 ORDER BY id LIMIT $2)",
        args![earliest(before), limit, before],
    )
    .await
}

/// Everything that is still kept. It reads all of it, so it is for an operator who asks, not for a loop.
///
/// # Errors
/// When the database fails.
pub async fn attention(tx: &mut SystemTx<'_>) -> Result<Attention, StoreError> {
    let stuck = tx
        .one("SELECT COUNT(*) FROM inbox WHERE attempts >= $1", args![FAILED_OFTEN])
        .await?
        .get::<i64>(0)?
        .unsigned_abs();
    let mut apart = BTreeMap::new();
    let mut last = WorkId(Uuid::nil());
    loop {
        let rows = tx
            .rows(
                "SELECT id, reason, fact, at_us FROM unclaimed WHERE id > $1 ORDER BY id LIMIT $2",
                args![last, ROWS_AT_ONCE],
            )
            .await?;
        for row in &rows {
            last = row.get(0)?;
            count(&mut apart, row.get(1)?, row.text(2)?, row.get(3)?);
        }
        if rows.len() < ROWS_AT_ONCE as usize {
            break;
        }
    }
    let mut unclaimed: Vec<Unclaimed> = apart.into_values().collect();
    unclaimed.sort_by_key(|one| Reverse(one.last_at));
    Ok(Attention { unclaimed, stuck })
}

type Reason = (String, Option<Uuid>, Option<String>);

fn count(apart: &mut BTreeMap<Reason, Unclaimed>, reason: String, fact: &str, at: Timestamp) {
    let (carrier_account_id, number) = match serde_json::from_str(fact) {
        Ok(Fact::TextArrived(text)) => (Some(text.account), Some(text.to)),
        Ok(Fact::CarrierReported(report)) => (Some(report.account), report.from),
        _ => (None, None),
    };
    let mut key = (reason, carrier_account_id.map(|account| account.0), number);
    if apart.len() >= APART_MAX && !apart.contains_key(&key) {
        key.2 = None;
    }
    let (reason, _, number) = key.clone();
    let seen = apart.entry(key).or_insert(Unclaimed {
        reason,
        carrier_account_id,
        number,
        count: 0,
        first_at: at,
        last_at: at,
    });
    seen.count += 1;
    seen.first_at = seen.first_at.min(at);
    seen.last_at = seen.last_at.max(at);
}
