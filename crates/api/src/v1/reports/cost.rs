//! What it cost.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use domain::report::{Measure, Prices};
use serde::Serialize;
use store::{StoreError, TenantTx};
use utoipa::ToSchema;

use super::{Ground, ReportPeriod, WantedPeriod, both, known, made, part, table};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Query},
    state::AppState,
    v1::campaigns::recipients::export::decimal,
};

/// What it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CostReport {
    /// Over which days.
    period: ReportPeriod,
    /// For what, by currency.
    costs: Vec<CostOf>,
    /// Texts that nobody can price: nothing was billed in these days or those before.
    unpriced: Vec<UnpricedTexts>,
}

/// What something cost, in one currency. Texts and models are billed by others, each in their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CostOf {
    /// `texts` or `models`.
    what: &'static str,
    /// `conversation`, `campaign` or `workflow`.
    purpose: String,
    /// ISO 4217.
    currency: String,
    /// Then.
    now: CostSum,
    /// In the period before.
    before: CostSum,
}

/// What it cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CostSum {
    /// What was billed, in millionths; of models, by their price.
    billed_micros: i64,
    /// What texts will cost that were not billed yet, at what others to the same country were billed.
    estimated_micros: i64,
    /// Parts that were billed; of models, runs.
    count: i64,
    /// Segments that are estimated.
    estimated_segments: i64,
}

/// Texts that nobody can price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnpricedTexts {
    /// What for.
    purpose: String,
    /// ISO 3166; `null`: it can be several.
    #[schema(required = true)]
    country: Option<String>,
    /// How many.
    texts: i64,
    /// Of how many segments.
    segments: i64,
}

/// What texts and models cost, by purpose; estimated where nothing was billed yet.
#[utoipa::path(get, path = "/reports/cost", tag = "reports", params(WantedPeriod),
    responses((status = 200, body = CostReport)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Json<CostReport>, ApiError> {
    made(&app, &caller, wanted, make).await.map(Json)
}

/// The same as a table.
#[utoipa::path(get, path = "/reports/cost.csv", tag = "reports", params(WantedPeriod),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn csv(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Response, ApiError> {
    let report = made(&app, &caller, wanted, make).await?;
    let rows = report.costs.iter().map(|cost| {
        let mut row = vec![cost.what.to_owned(), cost.purpose.clone(), cost.currency.clone()];
        for sum in [&cost.now, &cost.before] {
            row.extend([
                decimal(sum.billed_micros),
                decimal(sum.estimated_micros),
                sum.count.to_string(),
                sum.estimated_segments.to_string(),
            ]);
        }
        row
    });
    let columns = [
        "what",
        "purpose",
        "currency",
        "billed",
        "estimated",
        "billed_count",
        "estimated_segments",
        "billed_before",
        "estimated_before",
        "billed_count_before",
        "estimated_segments_before",
    ];
    table("cost", &columns, rows.collect())
}

type Sums = BTreeMap<(&'static str, String, String), [CostSum; 2]>;

async fn make(tx: &mut TenantTx<'_>, ground: &Ground) -> Result<CostReport, StoreError> {
    let bills = both(tx, Measure::Bills, ground).await?;
    let mut prices = Prices::default();
    for row in bills.iter().flatten() {
        prices.learn(part(row, 1), part(row, 2), row.times, row.amount);
    }
    let mut sums = Sums::new();
    for (which, rows) in bills.iter().enumerate() {
        for row in rows {
            let sum = at(&mut sums, ("texts", part(row, 0), part(row, 2)), which);
            sum.billed_micros += row.amount;
            sum.count += row.times;
        }
    }
    let mut unpriced = Vec::new();
    for (which, rows) in both(tx, Measure::Unbilled, ground).await?.iter().enumerate() {
        for row in rows {
            let (purpose, country) = (part(row, 0), part(row, 1));
            match prices.estimate(country, row.amount) {
                Some((currency, micros)) => {
                    let sum = at(&mut sums, ("texts", purpose, currency), which);
                    sum.estimated_micros += micros;
                    sum.estimated_segments += row.amount;
                }
                None if which == 0 => {
                    let (purpose, country) = (purpose.to_owned(), known(country));
                    unpriced.push(UnpricedTexts { purpose, country, texts: row.times, segments: row.amount });
                }
                None => {}
            }
        }
    }
    for (which, rows) in both(tx, Measure::Models, ground).await?.iter().enumerate() {
        for row in rows {
            let sum = at(&mut sums, ("models", part(row, 0), part(row, 2)), which);
            sum.billed_micros += row.amount;
            sum.count += row.times;
        }
    }
    let costs = sums
        .into_iter()
        .map(|((what, purpose, currency), [now, before])| CostOf { what, purpose, currency, now, before })
        .collect();
    Ok(CostReport { period: ground.shown.clone(), costs, unpriced })
}

/// The sum of a kind, in this period (0) or the one before.
fn at<'s>(sums: &'s mut Sums, (what, purpose, currency): (&'static str, &str, &str), which: usize) -> &'s mut CostSum {
    let [now, before] = sums.entry((what, purpose.to_owned(), currency.to_owned())).or_default();
    if which == 0 { now } else { before }
}
