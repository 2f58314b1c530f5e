//! What assistants did.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use domain::report::Measure;
use serde::Serialize;
use store::message::Cost;
use store::{StoreError, TenantTx};
use utoipa::ToSchema;

use super::{Ground, ReportPeriod, WantedPeriod, both, made, part, table};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Query},
    state::AppState,
    v1::campaigns::recipients::export::decimal,
};

/// What assistants did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssistantsReport {
    /// Over which days.
    period: ReportPeriod,
    /// All of them.
    total: AssistantWork,
    /// All of them, in the period before.
    before: AssistantWork,
    /// Each that did something, the busiest first.
    assistants: Vec<OneAssistantsWork>,
}

/// What an assistant did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AssistantWork {
    /// How often it was asked.
    runs: i64,
    /// It answered.
    answered: i64,
    /// It suggested an answer.
    suggested: i64,
    /// Its answer was held back by the checks.
    held_back: i64,
    /// It gave the conversation to people.
    handed_over: i64,
    /// It said nothing, with reason.
    silent: i64,
    /// The conversation had moved on.
    outdated: i64,
    /// It asked people before it did something.
    asked_first: i64,
    /// A workflow asked its model something.
    for_workflows: i64,
    /// What people made of what it suggested.
    drafts: DraftCounts,
    /// What its model cost, one sum for each currency.
    cost: Vec<Cost>,
}

/// Suggestions, by what people made of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DraftCounts {
    /// Sent as it was.
    accepted: i64,
    /// Sent with changes.
    edited: i64,
    /// Not sent.
    rejected: i64,
    /// The conversation moved on.
    superseded: i64,
    /// Nobody has decided.
    open: i64,
}

/// What one of them did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OneAssistantsWork {
    /// Which.
    assistant_id: String,
    /// What people call it.
    #[schema(required = true)]
    name: Option<String>,
    /// Then.
    now: AssistantWork,
    /// In the period before.
    before: AssistantWork,
}

impl AssistantWork {
    fn ran(&mut self, outcome: &str, times: i64) {
        self.runs += times;
        let slot = match outcome {
            "replied" => &mut self.answered,
            "suggested" => &mut self.suggested,
            "refused" => &mut self.held_back,
            "handed_off" => &mut self.handed_over,
            "silent" => &mut self.silent,
            "outdated" => &mut self.outdated,
            "approval" => &mut self.asked_first,
            "for_workflows" => &mut self.for_workflows,
            _ => return,
        };
        *slot += times;
    }

    fn suggested(&mut self, state: &str, times: i64) {
        let slot = match state {
            "accepted" => &mut self.drafts.accepted,
            "edited" => &mut self.drafts.edited,
            "rejected" => &mut self.drafts.rejected,
            "superseded" => &mut self.drafts.superseded,
            "open" => &mut self.drafts.open,
            _ => return,
        };
        *slot += times;
    }

    fn cost(&mut self, currency: &str, micros: i64) {
        match self.cost.iter_mut().find(|cost| cost.currency == currency) {
            Some(cost) => cost.micros += micros,
            None => self.cost.push(Cost { micros, currency: currency.to_owned() }),
        }
    }
}

/// What assistants did: answered, suggested, handed over, stayed silent; and at what cost.
#[utoipa::path(get, path = "/reports/assistants", tag = "reports", params(WantedPeriod),
    responses((status = 200, body = AssistantsReport)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Json<AssistantsReport>, ApiError> {
    made(&app, &caller, wanted, make).await.map(Json)
}

/// The same as a table: a row for each assistant.
#[utoipa::path(get, path = "/reports/assistants.csv", tag = "reports", params(WantedPeriod),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn csv(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Response, ApiError> {
    let report = made(&app, &caller, wanted, make).await?;
    let mut rows = Vec::new();
    for one in &report.assistants {
        let name = one.name.as_ref().unwrap_or(&one.assistant_id);
        for (period, work) in [("now", &one.now), ("before", &one.before)] {
            let drafts = &work.drafts;
            let mut row = vec![name.clone(), period.to_owned()];
            row.extend(
                [
                    work.runs,
                    work.answered,
                    work.suggested,
                    work.held_back,
                    work.handed_over,
                    work.silent,
                    work.outdated,
                    work.asked_first,
                    work.for_workflows,
                    drafts.accepted,
                    drafts.edited,
                    drafts.rejected,
                    drafts.superseded,
                    drafts.open,
                ]
                .map(|count| count.to_string()),
            );
            let costs: Vec<String> =
                work.cost.iter().map(|cost| format!("{} {}", decimal(cost.micros), cost.currency)).collect();
            row.push(costs.join(", "));
            rows.push(row);
        }
    }
    let columns = [
        "assistant",
        "period",
        "runs",
        "answered",
        "suggested",
        "held_back",
        "handed_over",
        "silent",
        "outdated",
        "asked_first",
        "for_workflows",
        "drafts_accepted",
        "drafts_edited",
        "drafts_rejected",
        "drafts_superseded",
        "drafts_open",
        "cost",
    ];
    table("assistants", &columns, rows)
}

async fn make(tx: &mut TenantTx<'_>, ground: &Ground) -> Result<AssistantsReport, StoreError> {
    let mut total = [AssistantWork::default(), AssistantWork::default()];
    let mut each: BTreeMap<String, [AssistantWork; 2]> = BTreeMap::new();
    for (measure, assistant_at) in [(Measure::Runs, 0), (Measure::Drafts, 0), (Measure::Models, 1)] {
        let rows = both(tx, measure, ground).await?;
        for (which, rows) in rows.iter().enumerate() {
            for row in rows {
                let mine = each.entry(part(row, assistant_at).to_owned()).or_default();
                for work in [total.get_mut(which), mine.get_mut(which)].into_iter().flatten() {
                    match measure {
                        Measure::Runs => work.ran(part(row, 1), row.times),
                        Measure::Drafts => work.suggested(part(row, 1), row.times),
                        _ => work.cost(part(row, 2), row.amount),
                    }
                }
            }
        }
    }
    let mut assistants: Vec<OneAssistantsWork> = each
        .into_iter()
        .map(|(assistant_id, [now, before])| OneAssistantsWork {
            name: ground.name(&assistant_id),
            assistant_id,
            now,
            before,
        })
        .collect();
    assistants.sort_by_key(|one| std::cmp::Reverse(one.now.runs));
    let [total, before] = total;
    Ok(AssistantsReport { period: ground.shown.clone(), total, before, assistants })
}
