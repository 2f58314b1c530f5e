//! Reads sums, added up by the database.

use std::collections::HashMap;

use domain::id::{AssistantId, NumberId, TeamId, UserId};
use domain::message::Failure;
use domain::report::{Measure, Period, Waits};
use jiff::civil::Date;
use uuid::Uuid;

use super::{day_number, from_number};
use crate::scene::json;
use crate::{StoreError, TenantTx, Value, args, list, row};

/// A sum of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Of which day; of a whole period its first.
    pub day: Date,
    /// Of which hour; else 0.
    pub hour: i8,
    /// Of which kind: see [`Measure`].
    pub key: Vec<String>,
    /// How often.
    pub times: i64,
    /// How much.
    pub amount: i64,
    /// One of them.
    pub sample: Option<Uuid>,
}

macro_rules! sums {
    ($by:literal) => {
        concat!(
            "SELECT ",
            $by,
            " key, CAST(SUM(times) AS BIGINT), CAST(SUM(amount) AS BIGINT), MAX(sample) FROM report_sum
             WHERE tenant_id = $1 AND measure = $2 AND day >= $3 AND day <= $4 GROUP BY ",
            $by,
            " key ORDER BY ",
            $by,
            " key"
        )
    };
}

/// Of the whole period.
///
/// # Errors
/// When the database fails.
pub async fn of_period(tx: &mut TenantTx<'_>, measure: Measure, period: Period) -> Result<Vec<Row>, StoreError> {
    let rows = tx.rows(sums!(""), &bounds(measure, period)).await?;
    rows.iter().map(|row| found(row, 0, period.from, 0)).collect()
}

/// Day by day.
///
/// # Errors
/// When the database fails.
pub async fn by_day(tx: &mut TenantTx<'_>, measure: Measure, period: Period) -> Result<Vec<Row>, StoreError> {
    let rows = tx.rows(sums!("day,"), &bounds(measure, period)).await?;
    rows.iter().map(|row| found(row, 1, from_number(row.get(0)?)?, 0)).collect()
}

/// Hour by hour.
///
/// # Errors
/// When the database fails.
pub async fn by_hour(tx: &mut TenantTx<'_>, measure: Measure, period: Period) -> Result<Vec<Row>, StoreError> {
    let rows = tx.rows(sums!("day, hour,"), &bounds(measure, period)).await?;
    rows.iter()
        .map(|row| {
            let hour = i8::try_from(row.get::<i64>(1)?).map_err(StoreError::fault)?;
            found(row, 2, from_number(row.get(0)?)?, hour)
        })
        .collect()
}

/// How long people waited, by kind.
///
/// # Errors
/// When the database fails.
pub async fn waits(tx: &mut TenantTx<'_>, period: Period) -> Result<HashMap<Vec<String>, Waits>, StoreError> {
    let sql = "SELECT key, waits FROM report_sum
               WHERE tenant_id = $1 AND measure = $2 AND day >= $3 AND day <= $4 AND waits IS NOT NULL";
    let mut all: HashMap<Vec<String>, Waits> = HashMap::new();
    for row in &tx.rows(sql, &bounds(Measure::Waits, period)).await? {
        all.entry(json(row.text(0)?)?).or_default().join(&json(row.text(1)?)?);
    }
    Ok(all)
}

/// In what words the rows of these texts say why.
///
/// # Errors
/// When the database fails.
pub async fn reasons(tx: &mut TenantTx<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, Failure>, StoreError> {
    let sql = "SELECT id, failure FROM message WHERE tenant_id = $1 AND failure IS NOT NULL AND id {among $2}
               UNION ALL
               SELECT id, failure FROM campaign_recipient WHERE tenant_id = $1 AND failure IS NOT NULL AND id {among $2}";
    let rows = tx.rows(sql, args![list(ids.iter().copied())]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, json(row.text(1)?)?))).collect()
}

/// What people call those that reports speak of, by the ids as they are shown: numbers, members, teams and assistants, also one that
/// was removed.
///
/// # Errors
/// When the database fails.
pub async fn names(tx: &mut TenantTx<'_>) -> Result<HashMap<String, String>, StoreError> {
    let mut names = HashMap::new();
    for row in &tx.rows("SELECT id, label, address FROM number WHERE tenant_id = $1", args![]).await? {
        let (label, address): (String, String) = (row.get(1)?, row.get(2)?);
        names.insert(row.get::<NumberId>(0)?.to_string(), if label.is_empty() { address } else { label });
    }
    let members =
        "SELECT m.user_id, u.name FROM member m JOIN user_account u ON u.id = m.user_id WHERE m.tenant_id = $1";
    for row in &tx.rows(members, args![]).await? {
        names.insert(row.get::<UserId>(0)?.to_string(), row.get(1)?);
    }
    for row in &tx.rows("SELECT id, name FROM team WHERE tenant_id = $1", args![]).await? {
        names.insert(row.get::<TeamId>(0)?.to_string(), row.get(1)?);
    }
    for row in &tx.rows("SELECT id, name FROM assistant WHERE tenant_id = $1", args![]).await? {
        names.insert(row.get::<AssistantId>(0)?.to_string(), row.get(1)?);
    }
    Ok(names)
}

fn bounds(measure: Measure, period: Period) -> [Value<'static>; 3] {
    row![measure.as_str(), day_number(period.from), day_number(period.until)]
}

fn found(row: &crate::Row, at: usize, day: Date, hour: i8) -> Result<Row, StoreError> {
    let sample = row.text_or_null(at + 3)?.map(Uuid::try_parse).transpose().map_err(StoreError::fault)?;
    Ok(Row { day, hour, key: json(row.text(at)?)?, times: row.get(at + 1)?, amount: row.get(at + 2)?, sample })
}
