//! Conditions on contacts that have a name, and whom a condition means.

mod shown;

use axum::extract::State;
use domain::access::Scope;
use domain::condition::{Checked, check};
use domain::id::{ContactId, SegmentId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::contact::Contact;
use store::{StoreError, TenantTx, campaign, event, segment};
use utoipa::ToSchema;

pub(super) use self::shown::Said;
pub use self::shown::{ConditionOp, ConditionShown, Fault, Segment, Verdict};
use crate::{
    auth::Caller,
    error::{ApiError, FieldError},
    extract::{Json, Nothing, Path, Write},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
    v1::contacts::nobody,
    v1::lists::in_use,
};

const SEGMENTS_MAX: i64 = 500;
/// So many contacts are shown of those that a condition means.
const SAMPLE: u32 = 20;

/// A segment to make, or what of one changes; what is absent stays. The condition comes as JSON or as text.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentPatch {
    /// What people call it; no two segments have the same name, whatever its case. A new one needs it.
    name: Option<String>,
    /// Who is in it.
    #[schema(value_type = Option<ConditionShown>)]
    condition: Option<Value>,
    /// Who is in it, as text: `city = "Oslo" and age >= 18`.
    text: Option<String>,
}

impl std::fmt::Debug for SegmentPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SegmentPatch").finish_non_exhaustive()
    }
}

/// A condition to try, as JSON or as text.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryCondition {
    /// Who is meant.
    #[schema(value_type = Option<ConditionShown>)]
    condition: Option<Value>,
    /// Who is meant, as text.
    text: Option<String>,
}

impl std::fmt::Debug for TryCondition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TryCondition").finish_non_exhaustive()
    }
}

/// Whom a condition means.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentPreview {
    /// How many; `null`: there are faults.
    #[schema(required = true)]
    count: Option<i64>,
    /// Some of them, the newest first.
    sample: Vec<Contact>,
    /// The condition as it would be kept; `null`: there are faults.
    #[schema(required = true, value_type = Option<ConditionShown>)]
    condition: Option<Value>,
    /// The same as text.
    #[schema(required = true)]
    text: Option<String>,
    /// What is wrong with it.
    faults: Vec<Fault>,
}

/// Whether and why somebody is in a segment.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentWhy {
    /// Who.
    #[schema(value_type = String)]
    contact_id: ContactId,
    /// Whether they are in it.
    holds: bool,
    /// Why.
    why: Verdict,
}

/// The segments.
#[utoipa::path(get, path = "/segments", tag = "segments", params(PageParams),
    responses((status = 200, body = Listed<Segment>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<Segment>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let rows = segment::page(tx, page.after_id(), page.fetch()).await?;
            shown::shown(tx, rows).await
        })
        .await?;
    Ok(Json(page.listed(rows, |segment| Cursor::id(segment.id))))
}

/// Makes a segment.
#[utoipa::path(post, path = "/segments", tag = "segments", request_body = SegmentPatch,
    responses((status = 201, body = Segment)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<SegmentPatch>,
) -> Result<Written<Segment>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let missing = || ApiError::invalid("name", "missing", "Give it a name.");
    let name = fields::name("name", asked.name.as_deref().ok_or_else(missing)?)?;
    let said = Said::read(asked.condition.as_ref(), asked.text.as_deref())?.ok_or_else(nothing_said)?;
    let (id, now) = (app.engine.ids().next::<SegmentId>(), app.engine.now());
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        if segment::how_many(tx).await? >= SEGMENTS_MAX {
            let mend = format!("There are {SEGMENTS_MAX} segments already. Remove one first.");
            return Err(ApiError::conflict("too_many", mend));
        }
        let checked = said.check(tx).await??;
        let line = segment::create(tx, now, id, &name, &checked).await.map_err(name_taken)?;
        Ok(Told::at(one(tx, id).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Tells whom a condition means, before it is used: how many, and some of them.
#[utoipa::path(post, path = "/segments/preview", tag = "segments", request_body = TryCondition,
    responses((status = 200, body = SegmentPreview)))]
pub async fn preview(
    State(app): State<AppState>,
    caller: Caller,
    Json(asked): Json<TryCondition>,
) -> Result<Json<SegmentPreview>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let wrong = |faults| SegmentPreview { count: None, sample: Vec::new(), condition: None, text: None, faults };
    let said = match Said::read(asked.condition.as_ref(), asked.text.as_deref()) {
        Ok(said) => said.ok_or_else(nothing_said)?,
        Err(faults) => return Ok(Json(wrong(faults.faults()))),
    };
    let (now, engine) = (app.engine.now(), app.engine.clone());
    let read = async move |tx: &mut TenantTx<'_>| {
        let checked = match said.check(tx).await? {
            Ok(checked) => checked,
            Err(faults) => return Ok::<_, StoreError>(Err(faults)),
        };
        let count = segment::count(tx, now, &checked).await?;
        let mut sample = segment::contacts(tx, now, &checked, None, SAMPLE).await?;
        engine.mark_suppressed(tx, &mut sample).await?;
        Ok(Ok((count, sample, checked)))
    };
    Ok(Json(match app.engine.store().read(caller.tenant, read).await? {
        Err(faults) => wrong(faults.faults()),
        Ok((count, sample, checked)) => SegmentPreview {
            count: Some(count),
            sample,
            condition: Some(checked.condition().to_json()),
            text: Some(checked.text()),
            faults: Vec::new(),
        },
    }))
}

/// One segment.
#[utoipa::path(get, path = "/segments/{id}", tag = "segments", params(("id" = String, Path)),
    responses((status = 200, body = Segment)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SegmentId>,
) -> Result<Json<Segment>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let store = app.engine.store();
    store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| one(tx, id).await).await.map(Json)
}

/// Gives a segment another name or condition.
#[utoipa::path(patch, path = "/segments/{id}", tag = "segments", params(("id" = String, Path)),
    request_body = SegmentPatch, responses((status = 200, body = Segment)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SegmentId>,
    Write(asked, once): Write<SegmentPatch>,
) -> Result<Written<Segment>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let said = Said::read(asked.condition.as_ref(), asked.text.as_deref())?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        held(tx, id).await?;
        let checked = match &said {
            Some(said) => Some(said.check(tx).await??),
            None => None,
        };
        let line = segment::change(tx, now, id, name.as_deref(), checked.as_ref()).await.map_err(name_taken)?;
        Ok(Told::at(one(tx, id).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Takes a segment away.
///
/// While a campaign whose recipients are not settled names it, the answer is 409 `in_use`, which says where.
#[utoipa::path(delete, path = "/segments/{id}", tag = "segments", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SegmentId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        held(tx, id).await?;
        let uses =
            campaign::not_frozen(tx, |to| to.segments.contains(&id) || to.without_segments.contains(&id)).await?;
        if !uses.is_empty() {
            let uses = uses.into_iter().map(|(campaign, name)| (format!("campaigns.{campaign}.audience"), name));
            return Err(in_use(&uses.collect::<Vec<_>>()));
        }
        let line = segment::remove(tx, id).await?;
        Ok(Told::at((), event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Who is in a segment now, the newest contact first.
#[utoipa::path(get, path = "/segments/{id}/contacts", tag = "segments", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<Contact>)))]
pub async fn contacts(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SegmentId>,
    page: Page,
) -> Result<Json<Listed<Contact>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let (now, engine) = (app.engine.now(), app.engine.clone());
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let checked = checked(tx, id).await?;
            let mut rows = segment::contacts(tx, now, &checked, page.after_id(), page.fetch()).await?;
            engine.mark_suppressed(tx, &mut rows).await?;
            Ok::<_, ApiError>(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |contact| Cursor::id(contact.id))))
}

/// Tells whether and why a contact is in a segment.
#[utoipa::path(get, path = "/segments/{id}/contacts/{contact}/why", tag = "segments",
    params(("id" = String, Path), ("contact" = String, Path)), responses((status = 200, body = SegmentWhy)))]
pub async fn why(
    State(app): State<AppState>,
    caller: Caller,
    Path((id, contact)): Path<(SegmentId, ContactId)>,
) -> Result<Json<SegmentWhy>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let now = app.engine.now();
    let read = async move |tx: &mut TenantTx<'_>| {
        let checked = checked(tx, id).await?;
        let subject = segment::subjects(tx, &[contact]).await?.remove(&contact);
        let Some(subject) = subject else { return Err(nobody(tx, contact).await?) };
        let verdict = checked.why(&subject, now);
        Ok::<_, ApiError>(SegmentWhy { contact_id: contact, holds: verdict.holds, why: verdict.into() })
    };
    app.engine.store().read(caller.tenant, read).await.map(Json)
}

/// 422 at `field` if there is no such segment; else it stays there until the transaction ends.
pub(super) async fn must_exist(tx: &mut TenantTx<'_>, field: String, id: SegmentId) -> Result<(), ApiError> {
    if segment::hold(tx, id).await? {
        return Ok(());
    }
    Err(ApiError::invalid(field, "no_such_segment", "There is no such segment. Choose one under Segments."))
}

/// What a segment tests now.
///
/// # Errors
/// 404 if there is none; 409 if it makes no sense any more.
async fn checked(tx: &mut TenantTx<'_>, id: SegmentId) -> Result<Checked, ApiError> {
    let segment = segment::find(tx, id).await?.ok_or_else(no_such)?;
    let catalogue = segment::catalogue(tx, [&segment.condition]).await?;
    check(&segment.condition, &catalogue).map_err(|faults| {
        let error = |fault: &domain::condition::Fault| {
            FieldError::new(format!("condition.{}", fault.path), fault.code, fault.to_string())
        };
        let detail = format!("{} makes no sense any more. Mend its condition first.", segment.name);
        ApiError::conflict("broken_segment", detail).with(faults.iter().map(error).collect())
    })
}

async fn held(tx: &mut TenantTx<'_>, id: SegmentId) -> Result<(), ApiError> {
    if segment::hold(tx, id).await? { Ok(()) } else { Err(no_such()) }
}

async fn one(tx: &mut TenantTx<'_>, id: SegmentId) -> Result<Segment, ApiError> {
    let row = segment::find(tx, id).await?.ok_or_else(no_such)?;
    shown::shown(tx, vec![row]).await?.pop().ok_or_else(no_such)
}

fn nothing_said() -> ApiError {
    ApiError::invalid("condition", "missing", "Say who is meant: send `condition` or `text`.")
}

fn name_taken(error: StoreError) -> ApiError {
    ApiError::name_taken(error, segment::NAME_TAKEN, "segment")
}

fn no_such() -> ApiError {
    ApiError::not_found("segment")
}
