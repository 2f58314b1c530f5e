//! What became of an assistant's work.

use domain::id::AssistantId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::message::Cost;
use crate::{StoreError, TenantTx, args};

/// What became of an assistant's work since a moment, counted from the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantFigures)]
pub struct Figures {
    /// Runs, by what became of them.
    pub runs: Runs,
    /// Suggestions, by what people made of them.
    pub drafts: Drafts,
    /// Tokens of all runs, as billed.
    pub tokens: u64,
    /// What all runs cost, one sum for each currency.
    pub cost: Vec<Cost>,
}

/// Runs, by what became of them. The record of a run is kept for the tenant's time, and counted for as long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantRunFigures)]
pub struct Runs {
    /// All of them.
    pub total: u64,
    /// Its reply was sent.
    pub replied: u64,
    /// Its reply was a suggestion.
    pub suggested: u64,
    /// Its reply was held back by the checks.
    pub refused: u64,
    /// People got the conversation.
    pub handed_off: u64,
    /// It said nothing, with reason.
    pub silent: u64,
    /// The conversation had moved on.
    pub outdated: u64,
    /// It asked people before it did something.
    pub approval: u64,
    /// A workflow asked its model something.
    pub for_workflows: u64,
}

/// Suggestions, by what people made of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantDraftFigures)]
pub struct Drafts {
    /// All of them.
    pub total: u64,
    /// Nobody has decided.
    pub open: u64,
    /// Sent as it was.
    pub accepted: u64,
    /// Sent with changes.
    pub edited: u64,
    /// Not sent.
    pub rejected: u64,
    /// The conversation moved on.
    pub superseded: u64,
}

/// Counts since `since`.
///
/// # Errors
/// When the database fails.
pub async fn figures(tx: &mut TenantTx<'_>, id: AssistantId, since: Timestamp) -> Result<Figures, StoreError> {
    let mut figures = Figures::default();
    let rows = tx
        .rows(
            "SELECT outcome, currency, count(*), CAST(sum(tokens_in + tokens_out) AS BIGINT),
                    CAST(COALESCE(sum(cost_micros), 0) AS BIGINT)
             FROM assistant_run WHERE tenant_id = $1 AND assistant_id = $2 AND created_at_us >= $3
             GROUP BY outcome, currency
             UNION ALL
             SELECT 'for_workflows', currency, count(*), CAST(sum(tokens_in + tokens_out) AS BIGINT),
                    CAST(COALESCE(sum(cost_micros), 0) AS BIGINT)
             FROM enrolment_run WHERE tenant_id = $1 AND assistant_id = $2 AND created_at_us >= $3
             GROUP BY currency",
            args![id, since],
        )
        .await?;
    for row in &rows {
        let (count, runs) = (whole(row.get(2)?), &mut figures.runs);
        runs.total += count;
        *match row.text(0)? {
            "replied" => &mut runs.replied,
            "suggested" => &mut runs.suggested,
            "refused" => &mut runs.refused,
            "handed_off" => &mut runs.handed_off,
            "silent" => &mut runs.silent,
            "outdated" => &mut runs.outdated,
            "approval" => &mut runs.approval,
            "for_workflows" => &mut runs.for_workflows,
            other => return Err(crate::scene::unknown("run outcome", other)),
        } += count;
        figures.tokens += whole(row.get(3)?);
        let (currency, micros): (Option<String>, i64) = (row.get(1)?, row.get(4)?);
        if let Some(currency) = currency {
            match figures.cost.iter_mut().find(|cost| cost.currency == currency) {
                Some(cost) => cost.micros += micros,
                None => figures.cost.push(Cost { micros, currency }),
            }
        }
    }
    figures.cost.sort_by(|one, other| one.currency.cmp(&other.currency));
    let rows = tx
        .rows(
            "SELECT state, count(*) FROM draft WHERE tenant_id = $1 AND assistant_id = $2 AND created_at_us >= $3
             GROUP BY state",
            args![id, since],
        )
        .await?;
    for row in &rows {
        let (count, drafts) = (whole(row.get(1)?), &mut figures.drafts);
        drafts.total += count;
        *match row.text(0)? {
            "open" => &mut drafts.open,
            "accepted" => &mut drafts.accepted,
            "edited" => &mut drafts.edited,
            "rejected" => &mut drafts.rejected,
            "superseded" => &mut drafts.superseded,
            other => return Err(crate::scene::unknown("draft state", other)),
        } += count;
    }
    Ok(figures)
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
