//! Members who look after some conversations together.

use axum::extract::State;
use domain::{
    access::Scope,
    id::{TeamId, UserId},
};
use http::StatusCode;
use serde::Deserialize;
use store::{
    StoreError, TenantTx,
    event::{self, Line},
    member,
    team::{self, Mention, Team},
};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

const TEAMS_MAX: i64 = 200;
const MEMBERS_MAX: usize = 500;

/// A team to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    /// What people call it; no two teams have the same name, whatever its case.
    name: String,
    /// Who is in it.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    member_ids: Vec<UserId>,
}

/// What of a team changes; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTeam {
    name: Option<String>,
    /// All of them.
    #[schema(value_type = Option<Vec<String>>)]
    member_ids: Option<Vec<UserId>>,
}

/// The teams.
#[utoipa::path(get, path = "/teams", tag = "teams", params(PageParams), responses((status = 200, body = Listed<Team>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<Team>>, ApiError> {
    caller.must(Scope::MembersRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| team::page(tx, page.after_id(), page.fetch()).await)
        .await?;
    Ok(Json(page.listed(rows, |team| Cursor::id(team.id))))
}

/// Makes a team.
#[utoipa::path(post, path = "/teams", tag = "teams", request_body = NewTeam, responses((status = 201, body = Team)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewTeam>,
) -> Result<Written<Team>, ApiError> {
    caller.must(Scope::MembersWrite)?;
    let name = fields::name("name", &asked.name)?;
    let (id, now) = (app.engine.ids().next::<TeamId>(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        if team::count(tx).await? >= TEAMS_MAX {
            let mend = format!("There are {TEAMS_MAX} teams already. Remove one first.");
            return Err(ApiError::conflict("too_many", mend));
        }
        members_exist(tx, &asked.member_ids).await?;
        let line = team::create(tx, now, id, &name, &asked.member_ids).await.map_err(name_taken)?;
        let made = team::find(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::at(made, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// One team.
#[utoipa::path(get, path = "/teams/{id}", tag = "teams", params(("id" = String, Path)),
    responses((status = 200, body = Team)))]
pub async fn read(State(app): State<AppState>, caller: Caller, Path(id): Path<TeamId>) -> Result<Json<Team>, ApiError> {
    caller.must(Scope::MembersRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| team::find(tx, id).await).await?;
    found.map(Json).ok_or_else(no_such)
}

/// Gives a team another name or other members.
#[utoipa::path(patch, path = "/teams/{id}", tag = "teams", params(("id" = String, Path)),
    request_body = ChangeTeam, responses((status = 200, body = Team)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TeamId>,
    Write(asked, once): Write<ChangeTeam>,
) -> Result<Written<Team>, ApiError> {
    caller.must(Scope::MembersWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        if !team::hold(tx, id).await? {
            return Err(no_such());
        }
        if let Some(members) = &asked.member_ids {
            members_exist(tx, members).await?;
        }
        let line = team::change(tx, id, name.as_deref(), asked.member_ids.as_deref()).await.map_err(name_taken)?;
        let changed = team::find(tx, id).await?.ok_or(StoreError::NoRow)?;
        Ok(Told::at(changed, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Takes a team away.
///
/// Its conversations stay with the members who had them; the others are everybody's. While an assistant hands over or
/// escalates to it, the answer is 409 `in_use`, which says where.
#[utoipa::path(delete, path = "/teams/{id}", tag = "teams", params(("id" = String, Path)), responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TeamId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::MembersWrite)?;
    let (tenant, now) = (caller.tenant, app.engine.now());
    once::write(&app, tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        let lines = take_away(tx, id).await?;
        Ok(Told::at((), event::append(tx, now, &lines).await?))
    })
    .await
}

/// Takes a team away that no assistant names. Answers the lines for the log.
///
/// # Errors
/// 404 if there is no such team; 409 with the places that name it.
pub async fn take_away(tx: &mut TenantTx<'_>, id: TeamId) -> Result<Vec<Line>, ApiError> {
    if !team::hold(tx, id).await? {
        return Err(no_such());
    }
    let mentions = team::mentions(tx, id).await?;
    if !mentions.is_empty() {
        return Err(in_use(&mentions));
    }
    Ok(team::remove(tx, id).await?)
}

/// 422 at `field` if there is no such team; else it stays there until the transaction ends.
pub(super) async fn must_exist(tx: &mut TenantTx<'_>, field: &str, id: TeamId) -> Result<(), ApiError> {
    if team::hold(tx, id).await? {
        return Ok(());
    }
    Err(ApiError::invalid(field, "no_such_team", "There is no such team. Choose one under Teams."))
}

async fn members_exist(tx: &mut TenantTx<'_>, members: &[UserId]) -> Result<(), ApiError> {
    if members.len() > MEMBERS_MAX {
        return Err(ApiError::invalid("member_ids", "too_many", format!("At most {MEMBERS_MAX} members.")));
    }
    let known = member::known(tx, members).await?;
    match members.iter().find(|member| !known.contains(member)) {
        None => Ok(()),
        Some(stranger) => {
            let mend = format!("{stranger} is not a member. Choose people under Members.");
            Err(ApiError::invalid("member_ids", "no_such_member", mend))
        }
    }
}

fn in_use(mentions: &[Mention]) -> ApiError {
    let shown = |mention: &Mention| {
        let does = if mention.setting == "hand_over.team" { "hands over" } else { "escalates" };
        format!("{} {does} to it.", mention.assistant_name)
    };
    let errors = mentions.iter().map(|mention| {
        let field = format!("assistants.{}.{}", mention.assistant, mention.setting);
        FieldError::new(field, "in_use", shown(mention))
    });
    let detail = mentions.iter().map(shown).collect::<Vec<_>>().join(" ");
    ApiError::conflict("in_use", format!("{detail} Choose another team there first.")).with(errors.collect())
}

/// 422 if another team has the name; what else went wrong as it is.
#[must_use]
pub fn name_taken(error: StoreError) -> ApiError {
    ApiError::name_taken(error, team::NAME_TAKEN, "team")
}

fn no_such() -> ApiError {
    ApiError::not_found("team")
}
