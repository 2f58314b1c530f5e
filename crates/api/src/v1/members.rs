//! Who works in the tenant, and as what.

use axum::extract::State;
use domain::{
    access::{Grant, Role, Scope},
    id::UserId,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{
    StoreError, SystemTx, TenantTx, event,
    member::{self, Member},
    schema::RoleWord,
    user::{self, User},
};
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    password, secret,
    state::AppState,
};

/// Someone to let in.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// Where they sign in. Someone who signs in with it already keeps their name and password.
    email: String,
    /// What people call them.
    name: String,
    /// What they will be here.
    #[schema(value_type = RoleWord)]
    role: Role,
    /// At least 10 characters; made for them if absent.
    #[serde(default)]
    password: Option<String>,
}

/// Someone let in.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AddedMember {
    /// The member.
    #[serde(flatten)]
    pub member: Member,
    /// The password that was made for them. Shown this once.
    pub initial_password: Option<String>,
}

/// What a member shall be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    #[schema(value_type = RoleWord)]
    role: Role,
}

crate::secret::unspoken!(NewMember, AddedMember);

/// Who works here.
#[utoipa::path(get, path = "/members", tag = "members", params(PageParams), responses((status = 200, body = Listed<Member>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<Member>>, ApiError> {
    caller.must(Scope::MembersRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| member::list(tx, page.after_id(), page.fetch()).await)
        .await?;
    Ok(Json(page.listed(rows, |member| Cursor::id(member.user_id))))
}

/// Lets someone in. Nobody can give more than they have: a key needs every scope of the role.
#[utoipa::path(post, path = "/members", tag = "members", request_body = NewMember,
    responses((status = 201, body = AddedMember)))]
pub async fn add(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewMember>,
) -> Result<Written<AddedMember>, ApiError> {
    caller.must(Scope::MembersWrite)?;
    may_give(&caller, asked.role)?;
    let person = User {
        id: app.engine.ids().next(),
        email: fields::email("email", &asked.email)?,
        name: fields::name("name", &asked.name)?,
    };
    let made = asked.password.is_none();
    let password = match asked.password {
        Some(password) => password,
        None => secret::password().map_err(StoreError::fault)?,
    };
    password::acceptable("password", &password)?;
    let hash = app.passwords.hash(password.clone()).await?;
    let (tenant, role, now) = (caller.tenant, asked.role, app.engine.now());
    once::write_wide(&app, tenant, once, StatusCode::CREATED, async move |tx: &mut SystemTx<'_>| {
        let (user, is_new) = match user::credentials(tx, &person.email).await? {
            Some(known) => (known.user.id, false),
            None => {
                user::create(tx, &person, &hash, now).await?;
                (person.id, true)
            }
        };
        let mut tx = tx.for_tenant(tenant);
        if member::read(&mut tx, user).await?.is_some() {
            return Err(ApiError::conflict("already_member", "This person is a member already."));
        }
        member::add(&mut tx, user, role, now).await?;
        let member = member::read(&mut tx, user).await?.ok_or(StoreError::NoRow)?;
        let initial_password = (is_new && made).then(|| password.clone());
        Ok(Told::quiet(AddedMember { member, initial_password }))
    })
    .await
}

/// Makes a member something else.
///
/// A tenant always has an owner, and only owners make or unmake owners.
#[utoipa::path(patch, path = "/members/{user_id}", tag = "members", params(("user_id" = String, Path)),
    request_body = ChangeMember, responses((status = 200, body = Member)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(user): Path<UserId>,
    Write(asked, once): Write<ChangeMember>,
) -> Result<Written<Member>, ApiError> {
    caller.must(Scope::MembersWrite)?;
    let tenant = caller.tenant;
    once::write(&app, tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let member = with_right(tx, &caller, user).await?;
        may_give(&caller, asked.role)?;
        if !member::change(tx, user, asked.role).await? {
            return Err(last_owner());
        }
        Ok(Told::quiet(Member { role: asked.role, ..member }))
    })
    .await
}

/// Shows a member the door. Their sessions here end, and conversations assigned to them have nobody.
#[utoipa::path(delete, path = "/members/{user_id}", tag = "members", params(("user_id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(user): Path<UserId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::MembersWrite)?;
    let (tenant, now) = (caller.tenant, app.engine.now());
    once::write(&app, tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        with_right(tx, &caller, user).await?;
        let lines = member::remove(tx, user).await?.ok_or_else(last_owner)?;
        if lines.is_empty() {
            return Ok(Told::quiet(()));
        }
        Ok(Told::at((), event::append(tx, now, &lines).await?))
    })
    .await
}

/// The member, if the caller may touch someone of that role.
async fn with_right(tx: &mut TenantTx<'_>, caller: &Caller, user: UserId) -> Result<Member, ApiError> {
    let member = member::read(tx, user).await?.ok_or_else(|| ApiError::not_found("member"))?;
    may_give(caller, member.role)?;
    Ok(member)
}

fn may_give(caller: &Caller, role: Role) -> Result<(), ApiError> {
    if caller.grant.may_give(role) {
        return Ok(());
    }
    let role = role.as_str();
    let detail = match caller.grant {
        Grant::Member(_) => format!("Only an owner may make or unmake an {role}."),
        Grant::Key(_) => format!("This API key may do less than the role `{role}`. Ask an owner."),
    };
    Err(ApiError::forbidden(detail))
}

fn last_owner() -> ApiError {
    ApiError::conflict("last_owner", "This is the only owner. Make someone else an owner first.")
}
