//! What came and went, how fast, how well and at what cost, over some days and compared with as many before.
//!
//! Read from sums that are counted behind the log (`store::report`): a report says when they were counted.

pub mod assistants;
pub mod cost;
pub mod deliverability;
pub mod responses;
pub mod volume;

use std::collections::HashMap;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use domain::access::Scope;
use domain::report::{DAYS_MAX, Measure, Period, PeriodError};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::{StoreError, TenantTx, report, tenant};
use utoipa::{IntoParams, ToSchema};

use crate::{auth::Caller, error::ApiError, state::AppState, v1::imports::csv_headers};

/// Over which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WantedPeriod {
    /// `today`, `7d`, `30d` or `90d`, which end today; if nothing is said, `7d`.
    #[param(required = false)]
    period: Option<String>,
    /// The first day, as in `2026-11-01`, instead of `period`.
    #[param(required = false, format = Date)]
    from: Option<String>,
    /// The last day; if only `from` is said, today.
    #[param(required = false, format = Date)]
    until: Option<String>,
}

/// Which days a report is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportPeriod {
    /// The first, as in `2026-11-01`.
    #[schema(format = Date)]
    from: String,
    /// The last.
    #[schema(format = Date)]
    until: String,
    /// The first of those that it is compared with: as many, just before.
    #[schema(format = Date)]
    before_from: String,
    /// The last of them.
    #[schema(format = Date)]
    before_until: String,
    /// By whose clock the days are told: the organisation's.
    time_zone: String,
    /// When the figures were counted; `null`: never yet.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    counted_at: Option<Timestamp>,
    /// Something has happened since then, and is being counted: ask again in a moment.
    is_behind: bool,
}

/// What a report is made from, besides its sums.
struct Ground {
    period: Period,
    before: Period,
    shown: ReportPeriod,
    /// What people call those whose ids are shown.
    names: HashMap<String, String>,
    has_office_hours: bool,
}

impl Ground {
    async fn of(tx: &mut TenantTx<'_>, now: Timestamp, wanted: &WantedPeriod) -> Result<Self, ApiError> {
        let settings = tenant::settings(tx).await?;
        let zone = TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC);
        let period = wanted.period(zone.to_datetime(now).date())?;
        let (before, counted) = (period.before(), report::counted(tx).await?);
        let shown = ReportPeriod {
            from: period.from.to_string(),
            until: period.until.to_string(),
            before_from: before.from.to_string(),
            before_until: before.until.to_string(),
            time_zone: settings.time_zone,
            counted_at: counted.at,
            is_behind: counted.is_behind,
        };
        let has_office_hours = settings.office_hours.is_some();
        Ok(Self { period, before, shown, names: report::names(tx).await?, has_office_hours })
    }

    fn name(&self, id: &str) -> Option<String> {
        self.names.get(id).cloned()
    }
}

impl WantedPeriod {
    fn period(&self, today: Date) -> Result<Period, ApiError> {
        let date = |field: &'static str, text: &str| {
            text.parse::<Date>().map_err(|_| ApiError::invalid(field, "not_a_date", "Write a day as in 2026-11-27."))
        };
        match (self.period.as_deref(), self.from.as_deref(), self.until.as_deref()) {
            (Some(_), None, None) | (None, None, None) => match self.period.as_deref().unwrap_or("7d") {
                "today" => Ok(Period::last(1, today)),
                "7d" => Ok(Period::last(7, today)),
                "30d" => Ok(Period::last(30, today)),
                "90d" => Ok(Period::last(90, today)),
                _ => Err(ApiError::invalid("period", "not_a_period", "Write `today`, `7d`, `30d` or `90d`.")),
            },
            (None, Some(from), until) => {
                let until = until.map_or(Ok(today), |until| date("until", until))?;
                Period::new(date("from", from)?, until).map_err(|error| match error {
                    PeriodError::Backwards => {
                        ApiError::invalid("until", "before_the_first", "The last day comes before the first.")
                    }
                    PeriodError::TooLong => {
                        ApiError::invalid("from", "too_long", format!("Choose at most {DAYS_MAX} days."))
                    }
                })
            }
            (None, None, Some(_)) => Err(ApiError::invalid("from", "missing", "Say the first day, too.")),
            (Some(_), _, _) => Err(ApiError::invalid("period", "both", "Say either `period`, or `from` and `until`.")),
        }
    }
}

/// Makes a report, all of it from one moment.
async fn made<T: Send + 'static>(
    app: &AppState,
    caller: &Caller,
    wanted: WantedPeriod,
    make: impl AsyncFn(&mut TenantTx<'_>, &Ground) -> Result<T, StoreError> + Send + Sync + 'static,
) -> Result<T, ApiError> {
    caller.must(Scope::ReportsRead)?;
    let now = app.now();
    let read = async move |tx: &mut TenantTx<'_>| {
        let ground = Ground::of(tx, now, &wanted).await?;
        Ok::<_, ApiError>((make(tx, &ground).await?, ground.shown.is_behind))
    };
    let (report, is_behind) = app.engine.store().read(caller.tenant, read).await?;
    if is_behind {
        app.engine.reports_are_looked_at();
    }
    Ok(report)
}

/// The sums of both periods.
async fn both(tx: &mut TenantTx<'_>, measure: Measure, ground: &Ground) -> Result<[Vec<report::Row>; 2], StoreError> {
    Ok([report::of_period(tx, measure, ground.period).await?, report::of_period(tx, measure, ground.before).await?])
}

/// The part of a sum's key at a place; empty where there is none.
fn part(row: &report::Row, at: usize) -> &str {
    row.key.get(at).map_or("", String::as_str)
}

/// Known, or not.
fn known(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// Rows as CSV in UTF-8, the first of them what the columns are.
fn table(name: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Result<Response, ApiError> {
    let mut text = String::from('\u{FEFF}');
    domain::csv::write_row(&mut text, columns.iter().copied());
    for row in &rows {
        domain::csv::write_row(&mut text, row.iter().map(String::as_str));
    }
    Ok((csv_headers(&format!("{name}.csv"))?, Body::from(text)).into_response())
}
