//! Recipients, as the API shows them: each, and how many stand where.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use domain::campaign::Standing;
use domain::id::{CampaignId, ContactId, ConversationId, NumberId, RecipientId};
use domain::message::{Cost, Failure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::standing;
use crate::scene::json;
use crate::{Row, StoreError, TenantTx, Value, args, list, words};

macro_rules! shown {
    () => {
        "id, contact_id, phone, number_id, standing, failure, ready_at_us, body, segments, conversation_id, sent_at_us,
         delivered_at_us, replied_at_us, clicked_at_us, opted_out_at_us, carrier, parts, cost_micros, currency,
         variant
         FROM campaign_recipient"
    };
}
const SHOWN: &str = shown!();

/// How many recipients stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RecipientCounts)]
pub struct Counts {
    /// Their turn has not come.
    pub pending: i64,
    /// It is no hour to text them, or they have had enough for now.
    pub deferred: i64,
    /// The carrier did not take it, and is asked again.
    pub queued: i64,
    /// Handed to the carrier, whose answer is not here.
    pub sending: i64,
    /// The carrier took it.
    pub sent: i64,
    /// Nobody knows whether the carrier took it.
    pub unknown: i64,
    /// It arrived.
    pub delivered: i64,
    /// It went out and no receipt will come.
    pub unconfirmed: i64,
    /// It did not arrive.
    pub failed: i64,
    /// It was not sent, with reason.
    pub skipped: i64,
    /// The campaign was ended before their turn.
    pub cancelled: i64,
}

impl Counts {
    /// So many for each standing.
    pub fn by(count: impl Fn(Standing) -> i64) -> Self {
        let mut counts = Self::default();
        for standing in Standing::ALL {
            *counts.of(standing) = count(standing);
        }
        counts
    }

    /// All together.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.pending
            + self.deferred
            + self.queued
            + self.sending
            + self.sent
            + self.unknown
            + self.delivered
            + self.unconfirmed
            + self.failed
            + self.skipped
            + self.cancelled
    }

    const fn of(&mut self, standing: Standing) -> &mut i64 {
        match standing {
            Standing::Pending => &mut self.pending,
            Standing::Deferred => &mut self.deferred,
            Standing::Queued => &mut self.queued,
            Standing::Sending => &mut self.sending,
            Standing::Sent => &mut self.sent,
            Standing::Unknown => &mut self.unknown,
            Standing::Delivered => &mut self.delivered,
            Standing::Unconfirmed => &mut self.unconfirmed,
            Standing::Failed => &mut self.failed,
            Standing::Skipped => &mut self.skipped,
            Standing::Cancelled => &mut self.cancelled,
        }
    }
}

/// Somebody who is to get a campaign.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Recipient)]
pub struct Shown {
    /// Which one.
    #[schema(value_type = String, example = "rcp_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: RecipientId,
    /// Who.
    #[schema(value_type = String)]
    pub contact_id: ContactId,
    /// Where they are reached, in E.164 form.
    pub phone: String,
    /// From which number.
    #[schema(value_type = String)]
    pub number_id: NumberId,
    /// Where they stand.
    #[schema(value_type = words::RecipientStanding)]
    pub standing: String,
    /// Why not, or not yet; `null`: nothing speaks against it.
    #[schema(required = true, value_type = Option<crate::message::Failure>)]
    pub failure: Option<Failure>,
    /// Not before this, if they wait.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub not_before: Option<Timestamp>,
    /// Their text; `null`: it is not made yet.
    #[schema(required = true)]
    pub body: Option<String>,
    /// How many segments it takes.
    #[schema(required = true)]
    pub segments: Option<i64>,
    /// Which of the campaign's several texts it is, from 0; `null`: there is one, or none was made yet.
    #[schema(required = true)]
    pub variant: Option<i64>,
    /// The thread in which it stands, since they have answered it.
    #[schema(required = true, value_type = Option<String>)]
    pub conversation_id: Option<ConversationId>,
    /// When the carrier took it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// When it arrived.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<Timestamp>,
    /// When they first answered.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub replied_at: Option<Timestamp>,
    /// When they first followed a link in it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub clicked_at: Option<Timestamp>,
    /// When they said STOP after it, within a week and to nothing newer.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub opted_out_at: Option<Timestamp>,
    /// Who carried it to them, where a receipt told.
    #[schema(required = true)]
    pub carrier: Option<String>,
    /// As how many parts it was billed, where a receipt told.
    #[schema(required = true)]
    pub parts: Option<i64>,
    /// What it cost, where a receipt told.
    #[schema(required = true, value_type = Option<crate::message::Cost>)]
    pub cost: Option<Cost>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("id", &self.id).field("standing", &self.standing).finish_non_exhaustive()
    }
}

/// How many stand where, for each of these campaigns.
///
/// # Errors
/// When the database fails.
pub async fn counts(tx: &mut TenantTx<'_>, of: &[CampaignId]) -> Result<HashMap<CampaignId, Counts>, StoreError> {
    let mut counts: HashMap<CampaignId, Counts> = HashMap::new();
    if of.is_empty() {
        return Ok(counts);
    }
    let rows = tx
        .rows(
            "SELECT campaign_id, standing, count(*) FROM campaign_recipient
             WHERE tenant_id = $1 AND campaign_id {among $2} GROUP BY campaign_id, standing",
            args![list(of)],
        )
        .await?;
    for row in rows {
        *counts.entry(row.get(0)?).or_default().of(standing(row.text(1)?)?) = row.get(2)?;
    }
    Ok(counts)
}

/// Which of a campaign's recipients are wanted: those of whom all holds that is said.
#[derive(Clone, Default)]
pub struct Wanted {
    /// Where they stand.
    pub standing: Option<Standing>,
    /// Why, by its code.
    pub code: Option<String>,
    /// Where they are reached, in E.164 form.
    pub phone: Option<String>,
    /// Whether they have answered.
    pub replied: Option<bool>,
    /// Whether they have followed a link.
    pub clicked: Option<bool>,
    /// Whether they said STOP after it.
    pub opted_out: Option<bool>,
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted").field("standing", &self.standing).field("code", &self.code).finish_non_exhaustive()
    }
}

impl Wanted {
    /// As conditions on their rows, with arguments numbered after `$taken`.
    fn compiled(&self, taken: usize) -> (String, Vec<Value<'_>>) {
        let (mut that, mut args) = (String::new(), Vec::new());
        let texts = [
            ("standing", self.standing.map(Standing::as_str)),
            ("failure_code", self.code.as_deref()),
            ("phone", self.phone.as_deref()),
        ];
        for (column, text) in texts.into_iter().filter_map(|(column, text)| Some((column, text?))) {
            args.push(Value::from(text));
            // That it is known is said for the index that holds only those of whom it is.
            let known = if column == "failure_code" { " AND failure_code IS NOT NULL" } else { "" };
            let _ = write!(that, " AND {column} = ${}{known}", taken + args.len());
        }
        let did =
            [("replied_at_us", self.replied), ("clicked_at_us", self.clicked), ("opted_out_at_us", self.opted_out)];
        for (column, did) in did.into_iter().filter_map(|(column, did)| Some((column, did?))) {
            let _ = write!(that, " AND {column} IS {}NULL", if did { "NOT " } else { "" });
        }
        (that, args)
    }
}

/// A page of them, in the order of their launch, after `after`; of all, or of those who stand so.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    wanted: Option<Standing>,
    after: Option<RecipientId>,
    limit: u32,
) -> Result<Vec<Shown>, StoreError> {
    wanted_page(tx, campaign, &Wanted { standing: wanted, ..Wanted::default() }, after, limit).await
}

/// The same of those who are wanted.
///
/// # Errors
/// When the database fails.
pub async fn wanted_page(
    tx: &mut TenantTx<'_>,
    campaign: CampaignId,
    wanted: &Wanted,
    after: Option<RecipientId>,
    limit: u32,
) -> Result<Vec<Shown>, StoreError> {
    let (that, rest) = wanted.compiled(4);
    let sql =
        format!("SELECT {SHOWN} WHERE tenant_id = $1 AND campaign_id = $2 AND id > $3{that} ORDER BY id LIMIT $4");
    let mut args = vec![Value::from(campaign), Value::from(after.unwrap_or(RecipientId(Uuid::nil()))), limit.into()];
    args.extend(rest);
    tx.rows_composed(&sql, &args).await?.iter().map(shown).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, campaign: CampaignId, id: RecipientId) -> Result<Option<Shown>, StoreError> {
    let sql = concat!("SELECT ", shown!(), " WHERE tenant_id = $1 AND campaign_id = $2 AND id = $3");
    tx.opt(sql, args![campaign, id]).await?.as_ref().map(shown).transpose()
}

fn shown(row: &Row) -> Result<Shown, StoreError> {
    let word = row.text(4)?;
    let cost = match row.get::<Option<i64>>(17)? {
        Some(micros) => Some(Cost { micros, currency: row.get(18)? }),
        None => None,
    };
    Ok(Shown {
        id: row.get(0)?,
        contact_id: row.get(1)?,
        phone: row.get(2)?,
        number_id: row.get(3)?,
        standing: word.to_owned(),
        failure: row.text_or_null(5)?.map(json).transpose()?,
        not_before: if standing(word)?.waits() { Some(row.get(6)?) } else { None },
        body: row.get(7)?,
        segments: row.get(8)?,
        variant: row.get(19)?,
        conversation_id: row.get(9)?,
        sent_at: row.get(10)?,
        delivered_at: row.get(11)?,
        replied_at: row.get(12)?,
        clicked_at: row.get(13)?,
        opted_out_at: row.get(14)?,
        carrier: row.get(15)?,
        parts: row.get(16)?,
        cost,
    })
}

/// How many have answered each of these campaigns.
///
/// # Errors
/// When the database fails.
pub async fn replied(tx: &mut TenantTx<'_>, of: &[CampaignId]) -> Result<HashMap<CampaignId, i64>, StoreError> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx
        .rows(
            "SELECT campaign_id, count(*) FROM campaign_recipient
             WHERE tenant_id = $1 AND campaign_id {among $2} AND replied_at_us IS NOT NULL GROUP BY campaign_id",
            args![list(of)],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// How many have followed a link of each of these campaigns.
///
/// # Errors
/// When the database fails.
pub async fn clicked(tx: &mut TenantTx<'_>, of: &[CampaignId]) -> Result<HashMap<CampaignId, i64>, StoreError> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx
        .rows(
            "SELECT campaign_id, count(*) FROM campaign_recipient
             WHERE tenant_id = $1 AND campaign_id {among $2} AND clicked_at_us IS NOT NULL GROUP BY campaign_id",
            args![list(of)],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests {
    use domain::id::TenantId;

    use super::*;
    use crate::dialect::Engine;
    use crate::testing;

    /// However many recipients there are, a page of them is found by an index and in its order.
    #[test]
    fn pages_are_quick() {
        let standing = || Wanted { standing: Some(Standing::Failed), ..Wanted::default() };
        let code = || Some("40001".to_owned());
        let cases = [
            (Wanted::default(), "campaign_recipient_order"),
            (standing(), "campaign_recipient_standing"),
            (Wanted { code: code(), ..Wanted::default() }, "campaign_recipient_failed"),
            (Wanted { code: code(), ..standing() }, "campaign_recipient_failed"),
            (Wanted { phone: Some("+12125550123".into()), ..Wanted::default() }, "campaign_recipient_phone"),
            (Wanted { replied: Some(true), ..Wanted::default() }, "campaign_recipient_replied"),
            (Wanted { clicked: Some(true), ..Wanted::default() }, "campaign_recipient_clicked"),
        ];
        testing::run(Engine::Sqlite, async |place: &testing::Place| {
            for (wanted, index) in cases {
                let read = async move |tx: &mut TenantTx<'_>| {
                    let (that, rest) = wanted.compiled(4);
                    let sql = format!(
                        "EXPLAIN QUERY PLAN SELECT {SHOWN}
                         WHERE tenant_id = $1 AND campaign_id = $2 AND id > $3{that} ORDER BY id LIMIT $4"
                    );
                    let mut args = vec![Value::from(Uuid::nil()), Value::from(Uuid::nil()), 9_u32.into()];
                    args.extend(rest);
                    let rows = tx.rows_composed(&sql, &args).await?;
                    rows.iter().map(|row| row.get(3)).collect::<Result<Vec<String>, StoreError>>()
                };
                let plan = place.store().read(TenantId(Uuid::nil()), read).await.unwrap().join("\n");
                assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{index}: {plan}");
            }
        });
    }
}
