//! `/v2/messaging_profiles/{id}/autoresp_configs`: what the carrier answers to keywords.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{Path, Query, State},
    response::Response,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Caller, data, json as json_answer, object,
    page::{Filters, is, page},
    uuid,
};
use crate::{
    directory::AutoresponseConfig,
    keyword::{Keyword, folded},
    wire::{Iso, error::ApiError},
    world::World,
};

/// `GET …/autoresp_configs`.
pub(super) async fn list(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
    Query(query): Query<Filters>,
) -> Result<Response, ApiError> {
    let directory = world.directory();
    let profile = directory.profile(account.id, uuid(&id, "messaging profile")?)?;
    let wanted = |shown: &&Value| {
        let country = shown.get("country_code").and_then(Value::as_str).unwrap_or_default();
        is(&query, "country_code", country)
    };
    let found = profile.autoresponses.values().map(|config| &config.shown).filter(wanted).collect();
    Ok(json_answer(&page(found, &query)?))
}

/// `POST …/autoresp_configs`.
pub(super) async fn create(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let config_id = world.uuid();
    let now = world.now();
    let config = read(config_id, &object(&body)?, now, now)?;
    let mut directory = world.directory_mut();
    let profile = directory.profile_mut(account.id, uuid(&id, "messaging profile")?)?;
    if profile.autoresponses.len() >= CONFIGS_MAX {
        return Err(ApiError::malformed("The profile has too many autoresponse configurations."));
    }
    let answer = data(&config.shown);
    profile.autoresponses.insert(config_id, config);
    Ok(answer)
}

/// `GET …/autoresp_configs/{config}`.
pub(super) async fn show(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path((id, config)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let directory = world.directory();
    let profile = directory.profile(account.id, uuid(&id, "messaging profile")?)?;
    let found = profile.autoresponses.get(&uuid(&config, WHAT)?);
    found.map(|config| data(&config.shown)).ok_or_else(|| ApiError::not_found(WHAT))
}

/// `PUT …/autoresp_configs/{config}`.
pub(super) async fn replace(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path((id, config)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let config_id = uuid(&config, WHAT)?;
    let now = world.now();
    let new = read(config_id, &object(&body)?, now, now)?;
    let mut directory = world.directory_mut();
    let profile = directory.profile_mut(account.id, uuid(&id, "messaging profile")?)?;
    let kept = profile.autoresponses.get_mut(&config_id).ok_or_else(|| ApiError::not_found(WHAT))?;
    let created_at = kept.shown["created_at"].take();
    *kept = new;
    kept.shown["created_at"] = created_at;
    Ok(data(&kept.shown))
}

/// `DELETE …/autoresp_configs/{config}`: the answer is a string.
pub(super) async fn delete(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path((id, config)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let mut directory = world.directory_mut();
    let profile = directory.profile_mut(account.id, uuid(&id, "messaging profile")?)?;
    profile.autoresponses.remove(&uuid(&config, WHAT)?).ok_or_else(|| ApiError::not_found(WHAT))?;
    Ok(json_answer(&"deleted"))
}

const WHAT: &str = "autoresponse configuration";
const CONFIGS_MAX: usize = 100;
const KEYWORDS_MAX: usize = 20;
const RESPONSE_CHARS_MIN: usize = 20;

fn read(
    id: Uuid,
    request: &Map<String, Value>,
    created_at: Timestamp,
    updated_at: Timestamp,
) -> Result<AutoresponseConfig, ApiError> {
    let op = request.get("op").ok_or_else(|| ApiError::missing("/op"))?;
    let op = op.as_str().and_then(Keyword::from_op);
    let op = op.ok_or_else(|| ApiError::new(422, "10032", "Must be one of start, stop, info.").at("/op"))?;
    let keywords = request.get("keywords").ok_or_else(|| ApiError::missing("/keywords"))?;
    let keywords: Option<Vec<&str>> = keywords.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
    let keywords = keywords.filter(|list| list.len() <= KEYWORDS_MAX);
    let keywords =
        keywords.ok_or_else(|| ApiError::new(422, "10026", "Must be a list of at most 20 strings.").at("/keywords"))?;
    if keywords.iter().any(|word| Keyword::of(word).is_some_and(|default| default != op)) {
        return Err(ApiError::malformed("START, STOP and HELP cannot be given another meaning.").at("/keywords"));
    }
    let country = request.get("country_code").ok_or_else(|| ApiError::missing("/country_code"))?;
    let response = request.get("resp_text").and_then(Value::as_str).filter(|text| !text.is_empty());
    if response.is_some_and(|text| text.chars().count() < RESPONSE_CHARS_MIN) {
        return Err(ApiError::malformed("Must have at least 20 characters.").at("/resp_text"));
    }
    let mut shown = json!({
        "id": id,
        "op": op.op(),
        "keywords": keywords,
        "country_code": country,
        "created_at": Iso(created_at),
        "updated_at": Iso(updated_at),
    });
    if let Some(text) = response {
        shown["resp_text"] = json!(text);
    }
    let keywords = keywords.into_iter().map(folded).filter(|word| !word.is_empty()).collect();
    Ok(AutoresponseConfig { op, keywords, response: response.map(str::to_owned), shown })
}
