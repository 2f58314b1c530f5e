//! `/v2/10dlc` and `/v2/messaging_tollfree`: whether US carriers know who sends from a number. Answers have no envelope here, names are
//! in camelCase, and pages are asked for and told in ways of their own.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Query, State},
    response::Response,
};
use serde_json::json;

use super::{Caller, json as json_answer, page::Filters};
use crate::{
    registration::{Registration, campaign_id},
    wire::{error::ApiError, registration as shape},
    world::World,
};

/// `GET /v2/10dlc/phone_number_campaigns`.
pub(super) async fn assignments(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Query(query): Query<Filters>,
) -> Result<Response, ApiError> {
    let (page, size) = (whole(&query, "page", 1)?, whole(&query, "recordsPerPage", 20)?);
    let directory = world.directory();
    let all: Vec<_> = directory.numbers_of(account.id).filter_map(shape::assignment).collect();
    let records: Vec<_> = all.iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    Ok(json_answer(&json!({ "records": records, "page": page, "totalRecords": all.len() })))
}

/// `GET /v2/10dlc/phone_number_campaigns/{phoneNumber}`.
pub(super) async fn assignment(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(e164): Path<String>,
) -> Result<Response, ApiError> {
    let directory = world.directory();
    let found = directory.numbers.get(&e164).filter(|number| number.account == account.id);
    let shown =
        found.and_then(shape::assignment).ok_or_else(|| ApiError::not_found("phone number campaign").plain())?;
    Ok(json_answer(&shown))
}

/// `GET /v2/10dlc/campaign/{campaignId}`.
pub(super) async fn campaign(
    State(_): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let found = Registration::ALL.into_iter().find(|state| campaign_id(account.id, *state).to_string() == id);
    let state = found.ok_or_else(|| ApiError::not_found("campaign").plain())?;
    Ok(json_answer(&shape::campaign(account.id, state)))
}

/// `GET /v2/messaging_tollfree/verification/requests`.
pub(super) async fn verifications(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Query(query): Query<Filters>,
) -> Result<Response, ApiError> {
    if !query.contains_key("page") || !query.contains_key("page_size") {
        return Err(ApiError::missing("/page"));
    }
    let (page, size) = (whole(&query, "page", 1)?, whole(&query, "page_size", 20)?);
    let directory = world.directory();
    let wanted = query.get("phone_number").map(|wanted| wanted.trim().trim_start_matches('+').to_owned());
    let numbers = directory.numbers_of(account.id);
    let numbers = numbers.filter(|number| wanted.as_ref().is_none_or(|one| number.e164.trim_start_matches('+') == one));
    let all: Vec<_> = numbers.filter_map(shape::verification).collect();
    let records: Vec<_> = all.iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    Ok(json_answer(&json!({ "records": records, "total_records": all.len() })))
}

fn whole(query: &Filters, name: &str, default: usize) -> Result<usize, ApiError> {
    let invalid = |_| ApiError::malformed(format!("'{name}' must be a whole number."));
    Ok(query.get(name).map_or(Ok(default), |text| text.parse().map_err(invalid))?.clamp(1, PAGE_SIZE_MAX))
}

const PAGE_SIZE_MAX: usize = 100_000;
