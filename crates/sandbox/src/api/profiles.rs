//! `/v2/messaging_profiles`.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{Path, Query, State},
    response::Response,
};
use serde_json::Value;

use super::{
    Caller, data, json, object,
    page::{Filters, contains, is, page},
    uuid,
};
use crate::{
    directory::Profile,
    wire::{error::ApiError, number as shape},
    world::World,
};

/// `GET /v2/messaging_profiles`.
pub(super) async fn list(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Query(query): Query<Filters>,
) -> Result<Response, ApiError> {
    let directory = world.directory();
    let wanted = |profile: &&Profile| {
        let name = profile.fields.get("name").and_then(Value::as_str).unwrap_or_default();
        profile.account == account.id
            && is(&query, "filter[name]", name)
            && is(&query, "filter[name][eq]", name)
            && contains(&query, "filter[name][contains]", name)
    };
    let found = directory.profiles.values().filter(wanted).map(|profile| &profile.fields).collect();
    Ok(json(&page(found, &query)?))
}

/// `POST /v2/messaging_profiles`.
pub(super) async fn create(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let profile = Profile::new(world.uuid(), account.id, &object(&body)?, world.now())?;
    let answer = data(&profile.fields);
    world.directory_mut().profiles.insert(profile.id, profile);
    Ok(answer)
}

/// `GET /v2/messaging_profiles/{id}`.
pub(super) async fn show(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id = uuid(&id, "messaging profile")?;
    world.directory().profile(account.id, id).map(|profile| data(&profile.fields))
}

/// `PATCH /v2/messaging_profiles/{id}`.
pub(super) async fn change(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let id = uuid(&id, "messaging profile")?;
    let now = world.now();
    let mut directory = world.directory_mut();
    let profile = directory.profile_mut(account.id, id)?;
    profile.change(&object(&body)?, now)?;
    Ok(data(&profile.fields))
}

/// `DELETE /v2/messaging_profiles/{id}`: its numbers are then on none.
pub(super) async fn delete(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id = uuid(&id, "messaging profile")?;
    let mut directory = world.directory_mut();
    let answer = data(&directory.profile(account.id, id)?.fields);
    directory.profiles.remove(&id);
    directory.optouts.remove(&id);
    for number in directory.numbers.values_mut().filter(|number| number.profile == Some(id)) {
        number.profile = None;
    }
    Ok(answer)
}

/// `GET /v2/messaging_profiles/{id}/phone_numbers`.
pub(super) async fn numbers(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
    Query(query): Query<Filters>,
) -> Result<Response, ApiError> {
    let id = uuid(&id, "messaging profile")?;
    let directory = world.directory();
    directory.profile(account.id, id)?;
    let found = directory.numbers.values().filter(|number| number.profile == Some(id)).map(shape::messaging).collect();
    Ok(json(&page(found, &query)?))
}
