//! `/v2/messaging_optouts`: who opted out. Read-only, as at Telnyx: only the recipient's START lifts a block.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    Caller, json as json_answer,
    page::{Filters, is, is_number, page},
};
use crate::{
    directory::Account,
    wire::{Iso, error::ApiError},
    world::World,
};

/// `GET /v2/messaging_optouts`. Its errors are documented bare.
pub(super) async fn list(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Query(query): Query<Filters>,
) -> Response {
    listed(&world, &account, &query).unwrap_or_else(ApiError::bare)
}

fn listed(world: &World, account: &Account, query: &Filters) -> Result<Response, ApiError> {
    let since = moment(query, "created_at[gte]")?;
    let until = moment(query, "created_at[lte]")?;
    let directory = world.directory();
    let mut found = Vec::new();
    for profile in directory.profiles.values().filter(|profile| profile.account == account.id) {
        if !is(query, "filter[messaging_profile_id]", &profile.id.to_string()) {
            continue;
        }
        for (recipient, optout) in directory.optouts.get(&profile.id).into_iter().flatten() {
            let in_time = since.is_none_or(|since| optout.at >= since) && until.is_none_or(|until| optout.at <= until);
            if in_time && is_number(query, "filter[from]", recipient) {
                found.push((
                    optout.at,
                    json!({
                        "from": recipient,
                        "to": optout.to,
                        "messaging_profile_id": profile.id,
                        "keyword": optout.keyword,
                        "created_at": Iso(optout.at),
                    }),
                ));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    Ok(json_answer(&page(found.into_iter().map(|(_, shown)| shown).collect(), query)?))
}

fn moment(query: &Filters, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let invalid = |_| ApiError::malformed(format!("'{name}' must be an ISO 8601 time."));
    query.get(name).map(|text| text.replacen(' ', "+", 1).parse()).transpose().map_err(invalid)
}
