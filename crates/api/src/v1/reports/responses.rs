//! How long people waited.

use std::collections::{BTreeMap, HashMap};

use axum::{extract::State, response::Response};
use domain::report::{Quantile, WaitedFor, Waits};
use serde::Serialize;
use store::{StoreError, TenantTx, report};
use utoipa::ToSchema;

use super::{Ground, ReportPeriod, WantedPeriod, known, made, table};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Query},
    state::AppState,
};

/// How long people waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResponsesReport {
    /// Over which days.
    period: ReportPeriod,
    /// The organisation has said when somebody is there; if not, there is only the clock.
    has_office_hours: bool,
    /// From the contact's first text until somebody answered. Counts on the day of the answer.
    first_response: ResponseTimes,
    /// From the first text until the conversation was closed. Counts on the day on which it was.
    resolution: ResponseTimes,
}

/// How long people waited for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResponseTimes {
    /// All of them.
    total: WaitedTime,
    /// All in the period before.
    before: WaitedTime,
    /// By who ended the wait (of a resolution: who answered last), and by the team of the conversation; most first.
    by: Vec<WaitedBy>,
}

/// How often, and how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitedTime {
    /// How often.
    count: i64,
    /// By the clock; `null`: nobody waited.
    #[schema(required = true)]
    clock: Option<WaitSpread>,
    /// What of it was in office hours; `null`: nobody waited, or nobody said when these are.
    #[schema(required = true)]
    office_hours: Option<WaitSpread>,
}

/// How waits spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitSpread {
    /// Half of them were not longer.
    median: WaitLength,
    /// Nine of ten were not longer.
    p90: WaitLength,
}

/// How long. Waits are kept by lengths that differ by less than a sixteenth: this is the mean of those among which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitLength {
    /// About this.
    seconds: i64,
    /// Surely at least this,
    from_seconds: i64,
    /// and less than this.
    until_seconds: i64,
}

/// The same of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitedBy {
    /// `member`, `assistant`, `program` (or a workflow), or `team`. A team's are others' as well.
    kind: String,
    /// Which.
    #[schema(required = true)]
    id: Option<String>,
    /// What people call them; `null`: they are gone, or are a program.
    #[schema(required = true)]
    name: Option<String>,
    /// Then.
    now: WaitedTime,
    /// In the period before.
    before: WaitedTime,
}

impl From<Quantile> for WaitLength {
    fn from(of: Quantile) -> Self {
        Self { seconds: of.seconds, from_seconds: of.from_seconds, until_seconds: of.until_seconds }
    }
}

/// How long people waited for a first answer, and until all was done: by the clock and in office hours, by person, team and
/// assistant. Medians and ninetieth percentiles are exact to a sixteenth.
#[utoipa::path(get, path = "/reports/responses", tag = "reports", params(WantedPeriod),
    responses((status = 200, body = ResponsesReport)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Json<ResponsesReport>, ApiError> {
    made(&app, &caller, wanted, make).await.map(Json)
}

/// The same as a table, in seconds.
#[utoipa::path(get, path = "/reports/responses.csv", tag = "reports", params(WantedPeriod),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn csv(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Response, ApiError> {
    let report = made(&app, &caller, wanted, make).await?;
    let mut rows = Vec::new();
    for (what, times) in
        [(WaitedFor::FirstResponse, &report.first_response), (WaitedFor::Resolution, &report.resolution)]
    {
        rows.push(row(what, "all", None, &times.total, &times.before));
        for by in &times.by {
            let name = by.name.as_deref().or(by.id.as_deref());
            rows.push(row(what, &by.kind, name, &by.now, &by.before));
        }
    }
    let columns = [
        "waited_for",
        "by",
        "name",
        "count",
        "median_seconds",
        "p90_seconds",
        "median_office_seconds",
        "p90_office_seconds",
        "count_before",
        "median_seconds_before",
        "p90_seconds_before",
        "median_office_seconds_before",
        "p90_office_seconds_before",
    ];
    table("responses", &columns, rows)
}

fn row(what: WaitedFor, kind: &str, name: Option<&str>, now: &WaitedTime, before: &WaitedTime) -> Vec<String> {
    let mut row = vec![what.as_str().to_owned(), kind.to_owned(), name.unwrap_or_default().to_owned()];
    for time in [now, before] {
        row.push(time.count.to_string());
        for spread in [time.clock, time.office_hours] {
            let of = |length: fn(&WaitSpread) -> WaitLength| {
                spread.as_ref().map(|spread| length(spread).seconds.to_string()).unwrap_or_default()
            };
            row.extend([of(|spread| spread.median), of(|spread| spread.p90)]);
        }
    }
    row
}

type Kept = HashMap<Vec<String>, Waits>;

async fn make(tx: &mut TenantTx<'_>, ground: &Ground) -> Result<ResponsesReport, StoreError> {
    let both = [report::waits(tx, ground.period).await?, report::waits(tx, ground.before).await?];
    Ok(ResponsesReport {
        period: ground.shown.clone(),
        has_office_hours: ground.has_office_hours,
        first_response: times(&both, ground, WaitedFor::FirstResponse),
        resolution: times(&both, ground, WaitedFor::Resolution),
    })
}

fn times(both: &[Kept; 2], ground: &Ground, what: WaitedFor) -> ResponseTimes {
    // Of whom, and by which clock: in this period and the one before.
    let mut all: BTreeMap<(String, String), [[Waits; 2]; 2]> = BTreeMap::new();
    let mut total: [[Waits; 2]; 2] = Default::default();
    for (which, kept) in both.iter().enumerate() {
        for (key, waits) in kept {
            let [waited_for, clock, kind, id] = key.as_slice() else { continue };
            if waited_for != what.as_str() {
                continue;
            }
            let by_clock = usize::from(clock == "hours");
            let mine = all.entry((kind.clone(), id.clone())).or_default();
            if let Some(sum) = mine.get_mut(which).and_then(|clocks| clocks.get_mut(by_clock)) {
                sum.join(waits);
            }
            if kind != "team"
                && let Some(sum) = total.get_mut(which).and_then(|clocks| clocks.get_mut(by_clock))
            {
                sum.join(waits);
            }
        }
    }
    let mut by: Vec<WaitedBy> = all
        .into_iter()
        .map(|((kind, id), [now, before])| WaitedBy {
            kind,
            name: ground.name(&id),
            id: known(&id),
            now: waited(&now),
            before: waited(&before),
        })
        .collect();
    by.sort_by_key(|by| std::cmp::Reverse(by.now.count));
    let [now, before] = &total;
    ResponseTimes { total: waited(now), before: waited(before), by }
}

fn waited([clock, office_hours]: &[Waits; 2]) -> WaitedTime {
    WaitedTime { count: clock.count(), clock: spread(clock), office_hours: spread(office_hours) }
}

fn spread(waits: &Waits) -> Option<WaitSpread> {
    Some(WaitSpread { median: waits.quantile(50)?.into(), p90: waits.quantile(90)?.into() })
}
