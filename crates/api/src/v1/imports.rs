//! Contacts from files: CSV, TSV and XLSX.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use domain::access::Scope;
use domain::id::{ImportId, TenantId, WorkId};
use domain::import::{self as rules, LINE, Order, REASON, Settings, State as Standing};
use domain::message::Author;
use engine::import::{Looked, Told};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;
use store::import;
use store::queue::{self, Errand};
use store::{StoreError, TenantTx, event, tenant};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query, Write},
    fields,
    once::{self, Print, Told as Answered, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

mod change;
mod file;
mod shown;

pub use change::ImportPatch;
pub use shown::Import;

use change::{apply, guessed, ready, refused};
use shown::shown;

/// What is said of a file.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// What the file is called, as in `customers.csv`. What it is is told by its content.
    #[param(required = false)]
    file_name: Option<String>,
}

/// Nothing more is said.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskImport {}

/// Uploads a file of contacts, CSV, TSV or XLSX, up to 1 GB: its bytes as they are. Nobody is added yet: say what its columns
/// are, check it, and start it.
#[utoipa::path(post, path = "/contacts/imports", tag = "contacts", params(About),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 201, body = Import)))]
pub async fn upload(
    State(app): State<AppState>,
    caller: Caller,
    Query(about): Query<About>,
    request: Request,
) -> Result<Written<Import>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    file::may_come(request.headers())?;
    let (parts, body) = request.into_parts();
    let print = Print::of(&parts)?;
    let name = fields::name("file_name", about.file_name.as_deref().unwrap_or("contacts"))?;
    let (tenant, now) = (caller.tenant, app.engine.now());
    let id: ImportId = app.engine.ids().next();
    let by = match caller.asker().author {
        Author::Member(user) => Some(user),
        _ => None,
    };
    let store = app.engine.store();
    store.write(tenant, async move |tx: &mut TenantTx<'_>| import::create(tx, now, id, &name, by).await).await?;
    let made = kept(&app, &caller, (id, now), print, body).await;
    // Nothing is kept of what cannot be read, or came before under the same key.
    if made.as_ref().map_or(true, |made| made.replayed) {
        store.write(tenant, async move |tx: &mut TenantTx<'_>| import::remove(tx, id).await).await?;
    }
    made
}

/// Takes a file in and looks at it; or answers what was answered to the same file before.
async fn kept(
    app: &AppState,
    caller: &Caller,
    (id, now): (ImportId, Timestamp),
    mut print: Option<Print>,
    body: Body,
) -> Result<Written<Import>, ApiError> {
    let bytes = file::take_in(app, caller, id, body, print.as_mut()).await?;
    let once = print.map(Print::finish);
    if let Some(before) = once::answered(app, caller.tenant, once.as_ref(), StatusCode::CREATED).await? {
        return Ok(before);
    }
    let looked = file::look(app, caller.tenant, (id, bytes), Told::default()).await?;
    let text = serde_json::to_string(&looked).map_err(StoreError::fault)?;
    once::write(app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let settings = Settings { mapping: Some(guessed(&looked)), ..Settings::default() };
        let line = import::whole(tx, id, &text, &settings).await?;
        let made = held(tx, id).await?;
        Ok(Answered::at(shown(tx, made, true).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// The imports, newest first.
#[utoipa::path(get, path = "/contacts/imports", tag = "contacts", params(PageParams),
    responses((status = 200, body = Listed<Import>)))]
pub async fn list(State(app): State<AppState>, caller: Caller, page: Page) -> Result<Json<Listed<Import>>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let mut rows = Vec::new();
            for found in import::page(tx, page.after_id(), page.fetch()).await? {
                rows.push(shown(tx, found, false).await?);
            }
            Ok::<_, ApiError>(rows)
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id()))))
}

/// One import.
#[utoipa::path(get, path = "/contacts/imports/{id}", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, body = Import)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ImportId>,
) -> Result<Json<Import>, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let read = app.engine.store().read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
        let found = import::find(tx, id).await?.ok_or_else(no_such)?;
        shown(tx, found, true).await
    });
    Ok(Json(read.await?))
}

/// Says how the file is read, where that was told wrongly; what its columns are, what becomes of contacts that are there already,
/// and who vouches for the consent.
#[utoipa::path(patch, path = "/contacts/imports/{id}", tag = "contacts", params(("id" = String, Path)),
    request_body = ImportPatch, responses((status = 200, body = Import)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ImportId>,
    Write(asked, once): Write<ImportPatch>,
) -> Result<Written<Import>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (now, author) = (app.engine.now(), caller.asker().author);
    let looked = looked_again(&app, caller.tenant, id, &asked).await?;
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let found = held(tx, id).await?;
        let to = rules::obey(found.state, Order::Edit).map_err(refused)?;
        let mut settings = found.settings.clone();
        if let Some(looked) = &looked {
            settings.mapping = Some(guessed(looked));
            import::look_again(tx, id, &serde_json::to_string(looked).map_err(StoreError::fault)?).await?;
        }
        apply(tx, &mut settings, asked.clone(), now, author).await?;
        import::change(tx, id, &settings).await?;
        let line = import::go_on(tx, now, &found, to, None).await?;
        let changed = held(tx, id).await?;
        Ok(Answered::at(shown(tx, changed, true).await?, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// What it is with what somebody now knows better; `None`: nothing new is known.
async fn looked_again(
    app: &AppState,
    tenant: TenantId,
    id: ImportId,
    asked: &ImportPatch,
) -> Result<Option<Looked>, ApiError> {
    let read = async move |tx: &mut TenantTx<'_>| import::find(tx, id).await;
    let found = app.engine.store().read(tenant, read).await?.ok_or_else(no_such)?;
    let looked: Looked = serde_json::from_str(&found.looked).map_err(StoreError::fault)?;
    let Some(told) = asked.told(&looked.told)? else { return Ok(None) };
    let _ = rules::obey(found.state, Order::Edit).map_err(refused)?;
    file::look(app, tenant, (id, found.bytes), told).await.map(Some)
}

/// Reads it without changing anything: what it would do is told in `tally`, and rows that it would not take can be fetched.
#[utoipa::path(post, path = "/contacts/imports/{id}/check", tag = "contacts", params(("id" = String, Path)),
    request_body = AskImport, responses((status = 202, body = Import)))]
pub async fn check(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ImportId>,
    Write(AskImport {}, once): Write<AskImport>,
) -> Result<Written<Import>, ApiError> {
    order(app, caller, id, Order::Check, once).await
}

/// Adds and changes contacts as it says.
#[utoipa::path(post, path = "/contacts/imports/{id}/start", tag = "contacts", params(("id" = String, Path)),
    request_body = AskImport, responses((status = 202, body = Import)))]
pub async fn start(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ImportId>,
    Write(AskImport {}, once): Write<AskImport>,
) -> Result<Written<Import>, ApiError> {
    order(app, caller, id, Order::Start, once).await
}

/// Ends it. What was read before counts, and can be taken back.
#[utoipa::path(post, path = "/contacts/imports/{id}/cancel", tag = "contacts", params(("id" = String, Path)),
    request_body = AskImport, responses((status = 202, body = Import)))]
pub async fn cancel(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ImportId>,
    Write(AskImport {}, once): Write<AskImport>,
) -> Result<Written<Import>, ApiError> {
    order(app, caller, id, Order::Cancel, once).await
}

/// Takes back what it did: whom it added is removed, unless they have written or were written to or want no texts; whom it
/// changed is as before, where nobody has changed it since.
#[utoipa::path(post, path = "/contacts/imports/{id}/undo", tag = "contacts", params(("id" = String, Path)),
    request_body = AskImport, responses((status = 202, body = Import)))]
pub async fn undo(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ImportId>,
    Write(AskImport {}, once): Write<AskImport>,
) -> Result<Written<Import>, ApiError> {
    order(app, caller, id, Order::Undo, once).await
}

async fn order(
    app: AppState,
    caller: Caller,
    id: ImportId,
    order: Order,
    once: Option<engine::Once>,
) -> Result<Written<Import>, ApiError> {
    caller.must(Scope::ContactsWrite)?;
    let (now, errand) = (app.engine.now(), app.engine.ids().next::<WorkId>());
    let written = once::write(&app, caller.tenant, once, StatusCode::ACCEPTED, async move |tx: &mut TenantTx<'_>| {
        let found = held(tx, id).await?;
        let to = rules::obey(found.state, order).map_err(refused)?;
        if order != Order::Cancel && now.duration_since(found.created_at) >= rules::KEPT {
            let mend = "A file is kept for 30 days, and what it takes to undo it. Upload it again.";
            return Err(ApiError::conflict("too_old", mend));
        }
        if matches!(order, Order::Check | Order::Start) {
            ready(tx, &found).await?;
        }
        let line = import::go_on(tx, now, &found, to, None).await?;
        let ordered = held(tx, id).await?;
        if to.is_at_work() {
            queue::add_errand(tx, errand, now, &Errand::ImportContacts { import: id, run: ordered.run }).await?;
        }
        Ok(Answered::at(shown(tx, ordered, true).await?, event::append(tx, now, &[line]).await?))
    })
    .await?;
    app.engine.imports_may_run();
    Ok(written)
}

/// Rows that were not taken, as CSV: their line in the file, why, and the row as it was. Mended, the same file can be uploaded
/// again.
#[utoipa::path(get, path = "/contacts/imports/{id}/rejected", tag = "contacts", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn rejected(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ImportId>,
) -> Result<Response, ApiError> {
    caller.must(Scope::ContactsRead)?;
    let store = app.engine.store().clone();
    let read = async move |tx: &mut TenantTx<'_>| import::find(tx, id).await;
    let found = store.read(caller.tenant, read).await?.ok_or_else(no_such)?;
    let looked: Looked = serde_json::from_str(&found.looked).map_err(StoreError::fault)?;
    let mut head = String::from('\u{FEFF}');
    let names = looked.columns.iter().map(|column| column.name.as_str());
    domain::csv::write_row(&mut head, [LINE, REASON].into_iter().chain(names));
    Ok((csv_headers("rejected.csv")?, file::rejected(store, caller.tenant, &found, head)).into_response())
}

/// A file to fill in: the columns that are known, and two people as an example.
#[utoipa::path(get, path = "/contacts/imports/template", tag = "contacts",
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn template(State(app): State<AppState>, caller: Caller) -> Result<Response, ApiError> {
    const COLUMNS: [&str; 9] =
        ["phone", "first_name", "last_name", "company", "email", "tags", "opted_in", "consent_at", "consent_source"];
    const PEOPLE: [[&str; 9]; 2] = [
        [
            "+12025550123",
            "Ann",
            "Example",
            "Example Ltd",
            "ann@example.com",
            "vip",
            "yes",
            "2026-01-31",
            "sign-up form",
        ],
        ["+12025550124", "Bo", "Example", "", "", "", "yes", "2026-02-14", "asked at the desk"],
    ];
    caller.must(Scope::ContactsRead)?;
    let read = app.engine.store().read(caller.tenant, async |tx: &mut TenantTx<'_>| tenant::settings(tx).await);
    let settings = read.await?;
    let mut text = String::from('\u{FEFF}');
    domain::csv::write_row(
        &mut text,
        COLUMNS.into_iter().chain(settings.fields.iter().map(|field| field.label.as_str())),
    );
    for person in PEOPLE {
        domain::csv::write_row(&mut text, person.into_iter().chain(settings.fields.iter().map(|_| "")));
    }
    Ok((csv_headers("contacts.csv")?, text).into_response())
}

pub(super) fn csv_headers(name: &str) -> Result<[(header::HeaderName, HeaderValue); 3], ApiError> {
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).map_err(StoreError::fault)?;
    Ok([
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ])
}

async fn held(tx: &mut TenantTx<'_>, id: ImportId) -> Result<import::Import, ApiError> {
    import::hold(tx, id).await?.ok_or_else(no_such)
}

/// That there is such an import and that it has added or found somebody, as far as its file goes.
pub(super) async fn must_be_read(tx: &mut TenantTx<'_>, field: String, id: ImportId) -> Result<(), ApiError> {
    match import::find(tx, id).await?.map(|found| found.state) {
        Some(Standing::Done | Standing::Failed | Standing::Cancelled) => Ok(()),
        Some(_) => {
            let mend = "This import has not been read for good, or was taken back. Start it and wait for its end, or leave it out.";
            Err(ApiError::invalid(field, "import_not_done", mend))
        }
        None => {
            Err(ApiError::invalid(field, "no_such_import", "There is no such import. Choose another, or leave it out."))
        }
    }
}

fn no_such() -> ApiError {
    ApiError::not_found("import")
}
