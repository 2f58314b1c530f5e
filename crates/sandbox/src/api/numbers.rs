//! `/v2/phone_numbers` and its messaging view.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{Path, Query, State},
    response::Response,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Caller, data, json as json_answer, object,
    page::{Filters, contains, is, is_number, page},
    uuid,
};
use crate::{
    directory::{Directory, Number},
    wire::{error::ApiError, number as shape},
    world::World,
};

/// `GET /v2/phone_numbers`.
pub(super) async fn list(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Query(query): Query<Filters>,
) -> Result<Response, ApiError> {
    let directory = world.directory();
    let wanted = |number: &&Number| {
        is_number(&query, "filter[phone_number]", &number.e164)
            && is(&query, "filter[status]", "active")
            && is(&query, "filter[connection_id]", number.connection_id.as_deref().unwrap_or_default())
            && is(&query, "filter[customer_reference]", number.customer_reference.as_deref().unwrap_or_default())
            && query.get("filter[tag]").is_none_or(|tag| number.tags.contains(tag))
    };
    let found = directory.numbers_of(account.id).filter(wanted).map(|number| general(&directory, number)).collect();
    Ok(json_answer(&page(found, &query)?))
}

/// `GET /v2/phone_numbers/messaging`.
pub(super) async fn list_messaging(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Query(query): Query<Filters>,
) -> Result<Response, ApiError> {
    let directory = world.directory();
    let wanted = |number: &&Number| {
        let profile = number.profile.map(|id| id.to_string()).unwrap_or_default();
        is_number(&query, "filter[phone_number]", &number.e164)
            && contains(&query, "filter[phone_number][contains]", &number.e164)
            && is(&query, "filter[messaging_profile_id]", &profile)
    };
    let found = directory.numbers_of(account.id).filter(wanted).map(shape::messaging).collect();
    Ok(json_answer(&page(found, &query)?))
}

/// `GET /v2/phone_numbers/{id}`.
pub(super) async fn show(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let directory = world.directory();
    let number = find(&directory, account.id, &id)?;
    Ok(data(general(&directory, number)))
}

/// `GET /v2/phone_numbers/{id}/messaging`.
pub(super) async fn show_messaging(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let directory = world.directory();
    Ok(data(shape::messaging(find(&directory, account.id, &id)?)))
}

/// `PATCH /v2/phone_numbers/{id}`.
pub(super) async fn change(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request = object(&body)?;
    let now = world.now();
    let mut directory = world.directory_mut();
    let number = directory.number_mut(account.id, &id)?;
    if let Some(connection) = text(&request, "connection_id", "/connection_id")? {
        number.connection_id = Some(connection.to_owned()).filter(|id| !id.is_empty());
    }
    if let Some(reference) = text(&request, "customer_reference", "/customer_reference")? {
        number.customer_reference = Some(reference.to_owned());
    }
    if let Some(tags) = tags(&request)? {
        number.tags = tags;
    }
    number.updated_at = now;
    let number = number.clone();
    Ok(data(general(&directory, &number)))
}

/// `PATCH /v2/phone_numbers/{id}/messaging`: `""` takes it off its profile, null or nothing leaves it where it is.
pub(super) async fn change_messaging(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request = object(&body)?;
    let now = world.now();
    let mut directory = world.directory_mut();
    directory.number_mut(account.id, &id)?;
    let profile = match text(&request, "messaging_profile_id", "/messaging_profile_id")? {
        None => None,
        Some("") => Some(None),
        Some(id) => Some(Some(own_profile(&directory, account.id, id)?)),
    };
    let product = text(&request, "messaging_product", "/messaging_product")?;
    let tags = tags(&request)?;
    let number = directory.number_mut(account.id, &id)?;
    if let Some(profile) = profile {
        number.profile = profile;
    }
    if let Some(product) = product {
        number.messaging_product = product.to_owned();
    }
    if let Some(tags) = tags {
        number.tags = tags;
    }
    number.updated_at = now;
    Ok(data(shape::messaging(number)))
}

/// `POST /v2/messaging_numbers_bulk_updates`: done at once, so nothing is pending when it is asked for.
pub(super) async fn bulk_update(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request = object(&body)?;
    let profile = text(&request, "messaging_profile_id", "/messaging_profile_id")?
        .ok_or_else(|| ApiError::missing("/messaging_profile_id"))?;
    let listed = request.get("numbers").and_then(Value::as_array).ok_or_else(|| ApiError::missing("/numbers"))?;
    let now = world.now();
    let mut directory = world.directory_mut();
    let profile = own_profile(&directory, account.id, profile)?;
    let (mut success, mut failed) = (Vec::new(), Vec::new());
    for e164 in listed.iter().filter_map(Value::as_str) {
        match directory.numbers.get_mut(e164).filter(|number| number.account == account.id) {
            Some(number) => {
                number.profile = Some(profile);
                number.updated_at = now;
                success.push(e164);
            }
            None => failed.push(e164),
        }
    }
    let order_id = world.uuid();
    let shown = json!({
        "record_type": "messaging_numbers_bulk_update",
        "order_id": order_id,
        "success": success,
        "pending": [],
        "failed": failed,
    });
    if directory.bulk_updates.len() >= BULK_UPDATES_MAX {
        directory.bulk_updates.pop_first();
    }
    directory.bulk_updates.insert(order_id, (account.id, shown.clone()));
    Ok(data(shown))
}

/// `GET /v2/messaging_numbers_bulk_updates/{order_id}`.
pub(super) async fn show_bulk_update(
    State(world): State<Arc<World>>,
    Extension(account): Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id = uuid(&id, "bulk update")?;
    let directory = world.directory();
    let found = directory.bulk_updates.get(&id).filter(|(owner, _)| *owner == account.id);
    found.map(|(_, shown)| data(shown)).ok_or_else(|| ApiError::not_found("bulk update"))
}

const BULK_UPDATES_MAX: usize = 1_000;

fn find<'a>(directory: &'a Directory, account: Uuid, id: &str) -> Result<&'a Number, ApiError> {
    directory.numbers_of(account).find(|number| number.id == id).ok_or_else(|| ApiError::not_found("phone number"))
}

fn general(directory: &Directory, number: &Number) -> Value {
    let profile = number.profile.and_then(|id| directory.profiles.get(&id));
    shape::general(number, profile.and_then(|profile| profile.fields.get("name")).and_then(Value::as_str))
}

fn own_profile(directory: &Directory, account: Uuid, id: &str) -> Result<Uuid, ApiError> {
    let invalid =
        || ApiError::new(422, "10015", "No messaging profile of this account has this id.").at("/messaging_profile_id");
    let id = Uuid::try_parse(id).map_err(|_| invalid())?;
    directory.profile(account, id).map(|profile| profile.id).map_err(|_| invalid())
}

fn text<'a>(request: &'a Map<String, Value>, name: &str, pointer: &'static str) -> Result<Option<&'a str>, ApiError> {
    match request.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::new(422, "10026", "Must be a string.").at(pointer)),
    }
}

fn tags(request: &Map<String, Value>) -> Result<Option<Arc<[String]>>, ApiError> {
    let Some(value) = request.get("tags").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let listed = value.as_array().and_then(|list| list.iter().map(|tag| tag.as_str().map(str::to_owned)).collect());
    listed.map(Some).ok_or_else(|| ApiError::new(422, "10026", "Must be a list of strings.").at("/tags"))
}
