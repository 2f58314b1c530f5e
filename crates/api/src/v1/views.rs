//! A member's own views of the inbox: filters that have a name. Nobody else sees them.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{UserId, ViewId};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::view::{self, Named};
use store::{StoreError, TenantTx};
use utoipa::ToSchema;

use super::conversations::{Wanted, filter};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// How many views a member may keep; all of them are counted at once.
pub(super) const VIEWS_MAX: u32 = 30;

/// A member's own view of the inbox.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct View {
    /// Which one.
    #[schema(value_type = String, example = "vew_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: ViewId,
    /// What its member calls it.
    pub name: String,
    /// Which conversations it has, and in which order: what `GET /conversations` takes.
    pub filter: Wanted,
    /// Fields of `filter` that name what is not there any more: the view shows nothing, or not what was meant.
    pub missing: Vec<String>,
    /// Since when there is one.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// A view to make, or what of one changes; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewPatch {
    /// No two views of a member have the same, whatever its case. A new one needs it.
    name: Option<String>,
    /// All of it. A new one without it has all open conversations.
    #[schema(value_type = Option<Wanted>)]
    filter: Option<Map<String, Value>>,
}

/// The asking member's views.
#[utoipa::path(get, path = "/views", tag = "views", params(PageParams), responses((status = 200, body = Listed<View>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<View>>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let of = member(&caller)?;
    let store = app.engine.store();
    let rows = store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let rows = view::page(tx, of, page.after_id(), page.fetch()).await?;
            shown(tx, rows).await
        })
        .await?;
    Ok(Json(page.listed(rows, |view| Cursor::id(view.id))))
}

/// Makes a view.
#[utoipa::path(post, path = "/views", tag = "views", request_body = ViewPatch, responses((status = 201, body = View)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<ViewPatch>,
) -> Result<Written<View>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let of = member(&caller)?;
    let name = asked.name.as_deref().ok_or_else(|| ApiError::invalid("name", "missing", "Give it a name."))?;
    let name = fields::name("name", name)?;
    let filter = checked(asked.filter.unwrap_or_default(), of)?;
    let (id, now) = (app.engine.ids().next::<ViewId>(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        if view::how_many(tx, of).await? >= i64::from(VIEWS_MAX) {
            let mend = format!("You have {VIEWS_MAX} views already. Remove one first.");
            return Err(ApiError::conflict("too_many", mend));
        }
        view::create(tx, now, of, (id, &name, &filter)).await.map_err(name_taken)?;
        Ok(Told::quiet(found(tx, of, id).await?))
    })
    .await
}

/// One view.
#[utoipa::path(get, path = "/views/{id}", tag = "views", params(("id" = String, Path)),
    responses((status = 200, body = View)))]
pub async fn read(State(app): State<AppState>, caller: Caller, Path(id): Path<ViewId>) -> Result<Json<View>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let of = owner(&caller)?;
    let store = app.engine.store();
    store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| found(tx, of, id).await).await.map(Json)
}

/// Gives a view another name or filter.
#[utoipa::path(patch, path = "/views/{id}", tag = "views", params(("id" = String, Path)), request_body = ViewPatch,
    responses((status = 200, body = View)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ViewId>,
    Write(asked, once): Write<ViewPatch>,
) -> Result<Written<View>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let of = owner(&caller)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let filter = asked.filter.map(|filter| checked(filter, of)).transpose()?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        found(tx, of, id).await?;
        view::change(tx, now, of, (id, name.as_deref(), filter.as_deref())).await.map_err(name_taken)?;
        Ok(Told::quiet(found(tx, of, id).await?))
    })
    .await
}

/// Takes a view away.
#[utoipa::path(delete, path = "/views/{id}", tag = "views", params(("id" = String, Path)), responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ViewId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let of = owner(&caller)?;
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        found(tx, of, id).await?;
        view::remove(tx, of, id).await?;
        Ok(Told::quiet(()))
    })
    .await
}

/// What a view keeps.
pub(super) fn kept(view: &view::View) -> Result<Wanted, StoreError> {
    serde_json::from_str(&view.filter).map_err(StoreError::fault)
}

/// Whose views are asked for.
fn member(caller: &Caller) -> Result<UserId, ApiError> {
    caller.user.ok_or_else(|| ApiError::forbidden("Views belong to members; an API key has none."))
}

/// The same where one view is named: to an API key none is there.
fn owner(caller: &Caller) -> Result<UserId, ApiError> {
    caller.user.ok_or_else(no_such_view)
}

async fn found(tx: &mut TenantTx<'_>, of: UserId, id: ViewId) -> Result<View, ApiError> {
    let row = view::find(tx, of, id).await?.ok_or_else(no_such_view)?;
    shown(tx, vec![row]).await?.pop().ok_or_else(no_such_view)
}

async fn shown(tx: &mut TenantTx<'_>, rows: Vec<view::View>) -> Result<Vec<View>, ApiError> {
    let mut named = Named::default();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let filter = kept(&row)?;
        filter.names(&mut named);
        let view::View { id, name, created_at, changed_at, .. } = row;
        views.push(View { id, name, filter, missing: Vec::new(), created_at, changed_at });
    }
    let there = view::still_there(tx, &named).await?;
    for view in &mut views {
        view.missing = view.filter.missing(&there);
    }
    Ok(views)
}

/// What is asked for, as it is kept: the member could ask the list for it.
fn checked(asked: Map<String, Value>, of: UserId) -> Result<String, ApiError> {
    if let Some(unknown) = asked.keys().find(|key| !Wanted::FIELDS.contains(&key.as_str())) {
        let mend = format!("There is no such filter. There are: {}.", Wanted::FIELDS.join(", "));
        return Err(ApiError::invalid(format!("filter.{unknown}"), "unknown_field", mend));
    }
    let wanted: Wanted = serde_json::from_value(Value::Object(asked))
        .map_err(|error| ApiError::invalid("filter", "invalid", format!("{error}.")))?;
    filter(&wanted, Some(of)).map_err(|error| error.at("filter"))?;
    serde_json::to_string(&wanted).map_err(|error| StoreError::fault(error).into())
}

fn no_such_view() -> ApiError {
    ApiError::not_found("view")
}

fn name_taken(error: StoreError) -> ApiError {
    ApiError::name_taken(error, view::NAME_TAKEN, "view")
}
