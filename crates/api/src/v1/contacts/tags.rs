//! The labels of contacts.

use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::access::Scope;
use serde::Deserialize;
use store::TenantTx;
use store::contact::tags::{self, ContactTag};
use utoipa::IntoParams;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{Json, Query};
use crate::page::{Listed, bad_cursor, limit};
use crate::state::AppState;

/// Which page is wanted. Labels have no ids: a cursor is the last one's text.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// How many rows at most, 1 to 100; 50 if not said.
    #[param(minimum = 1, maximum = 100, required = false)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(required = false)]
    cursor: Option<String>,
}

/// The labels that contacts have, in the order of their letters, each with how many have it.
#[utoipa::path(get, path = "/contact-tags", tag = "contacts", params(Wanted),
    responses((status = 200, body = Listed<ContactTag>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Listed<ContactTag>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let limit = limit(wanted.limit)?;
    let after = wanted.cursor.as_deref().map_or(Some(String::new()), read).ok_or_else(bad_cursor)?;
    let page = async move |tx: &mut TenantTx<'_>| tags::page(tx, &after, limit + 1).await;
    let mut data = app.engine.store().read(caller.tenant, page).await?;
    let more = data.len() > limit as usize;
    data.truncate(limit as usize);
    let next_cursor = data.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(&last.tag));
    Ok(Json(Listed { data, next_cursor }))
}

fn read(cursor: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}
