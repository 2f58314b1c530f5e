//! What arrived, and why the rest did not.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use domain::campaign::outcome::own_words;
use domain::report::{Measure, Outcome};
use serde::Serialize;
use store::{StoreError, TenantTx, report};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Ground, ReportPeriod, WantedPeriod, both, known, made, part, table};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Query},
    state::AppState,
};

/// What arrived, and why the rest did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliverabilityReport {
    /// Over which days.
    period: ReportPeriod,
    /// Of all texts to somebody.
    total: DeliveryCounts,
    /// The same in the period before.
    before: DeliveryCounts,
    /// By country and carrier, most texts first.
    by: Vec<DeliveriesBy>,
    /// Why some did not arrive, or did not go; the most frequent first.
    reasons: Vec<DeliveryReason>,
}

/// What became of texts to somebody. A text counts on the day on which it went out, whenever its receipt comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveryCounts {
    /// The carrier says they arrived.
    delivered: i64,
    /// They went out, and no receipt will come.
    unconfirmed: i64,
    /// They went out, and no receipt came yet.
    on_its_way: i64,
    /// Nobody knows whether the carrier took them.
    unknown: i64,
    /// They did not arrive.
    failed: i64,
    /// They did not go: something forbade it.
    not_sent: i64,
}

/// The same of a country and a carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveriesBy {
    /// ISO 3166; `null`: the number can be in several, or no table knows it.
    #[schema(required = true)]
    country: Option<String>,
    /// Who carried them to the phone; `null`: no receipt told.
    #[schema(required = true)]
    carrier: Option<String>,
    /// Then.
    now: DeliveryCounts,
    /// In the period before.
    before: DeliveryCounts,
}

/// Why some did not arrive, or did not go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveryReason {
    /// `failed` or `not_sent`.
    outcome: String,
    /// The carrier's code, or ours.
    code: String,
    /// What happened, in plain words.
    explanation: String,
    /// What to do about it.
    mend: String,
    /// How many.
    count: i64,
    /// How many in the period before.
    before: i64,
}

impl DeliveryCounts {
    fn add(&mut self, outcome: Outcome, times: i64) {
        *match outcome {
            Outcome::Delivered => &mut self.delivered,
            Outcome::Unconfirmed => &mut self.unconfirmed,
            Outcome::OnItsWay => &mut self.on_its_way,
            Outcome::Unknown => &mut self.unknown,
            Outcome::Failed => &mut self.failed,
            Outcome::NotSent => &mut self.not_sent,
        } += times;
    }

    const fn cells(&self) -> [i64; 6] {
        [self.delivered, self.unconfirmed, self.on_its_way, self.unknown, self.failed, self.not_sent]
    }
}

/// What arrived, by country and carrier, and why the rest did not, with the mend.
#[utoipa::path(get, path = "/reports/deliverability", tag = "reports", params(WantedPeriod),
    responses((status = 200, body = DeliverabilityReport)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Json<DeliverabilityReport>, ApiError> {
    made(&app, &caller, wanted, make).await.map(Json)
}

/// The same as a table: what became of them by country and carrier, then why not.
#[utoipa::path(get, path = "/reports/deliverability.csv", tag = "reports", params(WantedPeriod),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn csv(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Response, ApiError> {
    let report = made(&app, &caller, wanted, make).await?;
    let mut rows = Vec::new();
    for by in &report.by {
        let counts = Outcome::ALL.into_iter().zip(by.now.cells()).zip(by.before.cells());
        for ((outcome, now), before) in counts.filter(|((_, now), before)| now + before > 0) {
            let (country, carrier) = (by.country.clone().unwrap_or_default(), by.carrier.clone().unwrap_or_default());
            let words = [String::new(), String::new(), String::new()];
            rows.push(row([country, carrier], outcome.as_str(), words, now, before));
        }
    }
    for why in &report.reasons {
        let words = [why.code.clone(), why.explanation.clone(), why.mend.clone()];
        rows.push(row([String::new(), String::new()], &why.outcome, words, why.count, why.before));
    }
    let columns = ["country", "carrier", "outcome", "code", "explanation", "mend", "texts", "texts_before"];
    table("deliverability", &columns, rows)
}

fn row(place: [String; 2], outcome: &str, words: [String; 3], now: i64, before: i64) -> Vec<String> {
    let mut row: Vec<String> = place.into();
    row.push(outcome.to_owned());
    row.extend(words);
    row.extend([now.to_string(), before.to_string()]);
    row
}

async fn make(tx: &mut TenantTx<'_>, ground: &Ground) -> Result<DeliverabilityReport, StoreError> {
    let mut total = [DeliveryCounts::default(); 2];
    let mut by: BTreeMap<(String, String), [DeliveryCounts; 2]> = BTreeMap::new();
    let rows = both(tx, Measure::Deliveries, ground).await?;
    for (which, rows) in rows.iter().enumerate() {
        for row in rows {
            let Some(outcome) = Outcome::parse(part(row, 2)) else { continue };
            let place = by.entry((part(row, 0).to_owned(), part(row, 1).to_owned())).or_default();
            for counts in [total.get_mut(which), place.get_mut(which)].into_iter().flatten() {
                counts.add(outcome, row.times);
            }
        }
    }
    let mut by: Vec<DeliveriesBy> = by
        .into_iter()
        .map(|((country, carrier), [now, before])| DeliveriesBy {
            country: known(&country),
            carrier: known(&carrier),
            now,
            before,
        })
        .collect();
    by.sort_by_key(|by| std::cmp::Reverse(by.now.cells().iter().sum::<i64>()));
    let [total, before] = total;
    Ok(DeliverabilityReport { period: ground.shown.clone(), total, before, by, reasons: reasons(tx, ground).await? })
}

async fn reasons(tx: &mut TenantTx<'_>, ground: &Ground) -> Result<Vec<DeliveryReason>, StoreError> {
    let [now, before] = both(tx, Measure::Failures, ground).await?;
    let samples: Vec<Uuid> = now.iter().filter_map(|row| row.sample).collect();
    let words = report::reasons(tx, &samples).await?;
    let mut reasons: Vec<DeliveryReason> = now
        .iter()
        .map(|row| {
            let (outcome, code) = (part(row, 0).to_owned(), part(row, 1).to_owned());
            let theirs = row.sample.and_then(|id| words.get(&id)).filter(|failure| failure.code == code);
            let (explanation, mend) = match (own_words(&code), theirs) {
                (Some((explanation, mend)), _) => (explanation.to_owned(), mend.to_owned()),
                (None, Some(failure)) => (failure.explanation.clone(), failure.mend.clone()),
                (None, None) => (String::new(), String::new()),
            };
            let earlier = before.iter().find(|other| other.key == row.key).map_or(0, |other| other.times);
            DeliveryReason { outcome, code, explanation, mend, count: row.times, before: earlier }
        })
        .collect();
    reasons.sort_by_key(|why| std::cmp::Reverse(why.count));
    Ok(reasons)
}
