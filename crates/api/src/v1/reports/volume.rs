//! How much came and went.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use domain::report::{Measure, Period};
use serde::Serialize;
use store::{StoreError, TenantTx, report};
use utoipa::ToSchema;

use super::{Ground, ReportPeriod, WantedPeriod, made, part, table};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Query},
    state::AppState,
};

/// How much came and went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VolumeReport {
    /// Over which days.
    period: ReportPeriod,
    /// In all.
    total: Volume,
    /// In all, in the period before.
    before: Volume,
    /// How long a step is: `hour`, of a single day, or `day`.
    every: &'static str,
    /// One after the other, all of them.
    steps: Vec<VolumeStep>,
    /// On each of our numbers that had any.
    numbers: Vec<NumberVolume>,
}

/// How much came and went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Volume {
    /// Texts that came in.
    texts_in: i64,
    /// Texts that went out, campaigns and workflows among them.
    texts_out: i64,
    /// Conversations that were opened.
    opened: i64,
    /// Conversations that were closed.
    closed: i64,
    /// People who said that they want no more texts.
    opt_outs: i64,
}

/// The same of an hour or a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VolumeStep {
    /// Which: `2026-11-27`, or `2026-11-27T09:00` on the organisation's clock.
    at: String,
    /// Then.
    now: Volume,
    /// As far into the period before.
    before: Volume,
}

/// The same of one of our numbers. Whoever wants no more texts says so to all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NumberVolume {
    /// Which.
    number_id: String,
    /// What people call it; `null`: it is gone.
    #[schema(required = true)]
    name: Option<String>,
    /// Then.
    now: Volume,
    /// In the period before.
    before: Volume,
}

impl Volume {
    fn add(&mut self, measure: Measure, row: &report::Row) {
        match (measure, part(row, 0)) {
            (Measure::Texts, "in") => self.texts_in += row.times,
            (Measure::Texts, _) => self.texts_out += row.times,
            (Measure::Conversations, "opened") => self.opened += row.times,
            (Measure::Conversations, _) => self.closed += row.times,
            (Measure::OptOuts, _) => self.opt_outs += row.times,
            _ => {}
        }
    }
}

/// How much came and went: by hour of a single day, else by day, and by number.
#[utoipa::path(get, path = "/reports/volume", tag = "reports", params(WantedPeriod),
    responses((status = 200, body = VolumeReport)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Json<VolumeReport>, ApiError> {
    made(&app, &caller, wanted, make).await.map(Json)
}

/// The same as a table: a row for each hour or day.
#[utoipa::path(get, path = "/reports/volume.csv", tag = "reports", params(WantedPeriod),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn csv(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Response, ApiError> {
    let report = made(&app, &caller, wanted, make).await?;
    let cells = |volume: &Volume| {
        [volume.texts_in, volume.texts_out, volume.opened, volume.closed, volume.opt_outs].map(|n| n.to_string())
    };
    let rows = report.steps.iter().map(|step| {
        let mut row = vec![step.at.clone()];
        row.extend(cells(&step.now));
        row.extend(cells(&step.before));
        row
    });
    let columns = [
        "at",
        "texts_in",
        "texts_out",
        "opened",
        "closed",
        "opt_outs",
        "texts_in_before",
        "texts_out_before",
        "opened_before",
        "closed_before",
        "opt_outs_before",
    ];
    table("volume", &columns, rows.collect())
}

const MEASURES: [Measure; 3] = [Measure::Texts, Measure::Conversations, Measure::OptOuts];

async fn make(tx: &mut TenantTx<'_>, ground: &Ground) -> Result<VolumeReport, StoreError> {
    let is_hourly = ground.period.days() == 1;
    let places = places(ground.period, is_hourly);
    let mut steps: Vec<VolumeStep> = places
        .iter()
        .map(|at| VolumeStep { at: at.clone(), now: Volume::default(), before: Volume::default() })
        .collect();
    let (mut total, mut earlier) = (Volume::default(), Volume::default());
    let mut numbers: BTreeMap<String, [Volume; 2]> = BTreeMap::new();
    for (is_now, period) in [(true, ground.period), (false, ground.before)] {
        let nth: BTreeMap<String, usize> = self::places(period, is_hourly).into_iter().zip(0..).collect();
        for measure in MEASURES {
            let rows = if is_hourly {
                report::by_hour(tx, measure, period).await?
            } else {
                report::by_day(tx, measure, period).await?
            };
            for row in &rows {
                let sum = if is_now { &mut total } else { &mut earlier };
                sum.add(measure, row);
                let step = nth.get(&place(row.day, row.hour, is_hourly)).and_then(|nth| steps.get_mut(*nth));
                if let Some(step) = step {
                    let sum = if is_now { &mut step.now } else { &mut step.before };
                    sum.add(measure, row);
                }
                if measure != Measure::OptOuts {
                    let [now, before] = numbers.entry(part(row, 1).to_owned()).or_default();
                    let sum = if is_now { now } else { before };
                    sum.add(measure, row);
                }
            }
        }
    }
    let numbers = numbers.into_iter().map(|(number_id, [now, before])| NumberVolume {
        name: ground.name(&number_id),
        number_id,
        now,
        before,
    });
    Ok(VolumeReport {
        period: ground.shown.clone(),
        total,
        before: earlier,
        every: if is_hourly { "hour" } else { "day" },
        steps,
        numbers: numbers.collect(),
    })
}

/// All steps of a period.
fn places(period: Period, is_hourly: bool) -> Vec<String> {
    let hours = if is_hourly { 24 } else { 1 };
    period.iter().flat_map(|day| (0..hours).map(move |hour| place(day, hour, is_hourly))).collect()
}

fn place(day: jiff::civil::Date, hour: i8, is_hourly: bool) -> String {
    if is_hourly { format!("{day}T{hour:02}:00") } else { day.to_string() }
}
