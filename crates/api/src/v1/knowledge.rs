//! What assistants may answer from: the tenant's sources.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{AssistantId, KnowledgeId};
use engine::{read_pairs, read_text};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::TenantTx;
use store::event::{self, Line};
use store::knowledge::{self, Body, Change, Kept, New, Origin, Pair, Reading, Source};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::assistants::within;
use super::messages::Nothing;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query, Write, present},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

pub mod files;
pub mod of_assistant;
pub mod search;
pub mod settings;

const TEXT_CHARS_MAX: usize = 200_000;
const PAIRS_MAX: usize = 1_000;
const QUESTION_CHARS_MAX: usize = 1_000;
const ANSWER_CHARS_MAX: usize = 20_000;
/// A tenant has at most so many sources; the pages of a sitemap do not count.
const SOURCES_MAX: i64 = 1_000;
/// Bound to more assistants than this, it may as well be for all.
const ASSISTANTS_MAX: usize = 50;
/// Pages change from day to day; nobody's server is asked more than hourly.
const REFETCH_HOURS: u32 = 24;
const REFETCH_HOURS_MAX: u32 = 24 * 90;

/// A source to answer from. Files are uploaded to `/knowledge/files`.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
pub enum NewSource {
    /// Something written down.
    Text {
        /// What it is about; shown as the source of answers.
        title: String,
        /// Plain text or Markdown.
        text: String,
        /// Who may answer from it; none: every assistant.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        assistant_ids: Vec<AssistantId>,
    },
    /// Questions with their answers: one that is asked like this is answered like this.
    QuestionAnswer {
        /// What they are about; the first question, if not said.
        #[serde(default)]
        title: Option<String>,
        /// At least one.
        pairs: Vec<Pair>,
        /// Who may answer from it; none: every assistant.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        assistant_ids: Vec<AssistantId>,
    },
    /// A page of the web.
    Page {
        /// Where it is.
        url: String,
        /// What it is about; what the page calls itself, if not said.
        #[serde(default)]
        title: Option<String>,
        /// Who may answer from it; none: every assistant.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        assistant_ids: Vec<AssistantId>,
        /// How often it is fetched again, in hours; 24 if not said, `null`: only when somebody asks for it.
        #[serde(default, deserialize_with = "present")]
        #[schema(value_type = Option<u32>, minimum = 1, maximum = 2160)]
        refetch_hours: Option<Option<u32>>,
    },
    /// All pages of a site that its sitemap names, up to 500.
    Sitemap {
        /// Where it is, often `/sitemap.xml`.
        url: String,
        /// What it is about; its address, if not said.
        #[serde(default)]
        title: Option<String>,
        /// Who may answer from it; none: every assistant.
        #[serde(default)]
        #[schema(value_type = Vec<String>)]
        assistant_ids: Vec<AssistantId>,
        /// How often it and its pages are fetched again, in hours; 24 if not said, `null`: only when somebody asks for it.
        #[serde(default, deserialize_with = "present")]
        #[schema(value_type = Option<u32>, minimum = 1, maximum = 2160)]
        refetch_hours: Option<Option<u32>>,
    },
}

/// What of a source changes; what is absent stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcePatch {
    title: Option<String>,
    /// What a text says.
    text: Option<String>,
    /// Questions with their answers, of a source of these.
    pairs: Option<Vec<Pair>>,
    /// Who may answer from it; none: every assistant.
    #[schema(value_type = Option<Vec<String>>)]
    assistant_ids: Option<Vec<AssistantId>>,
    /// Whether anybody answers from it.
    enabled: Option<bool>,
    /// How often it is fetched again, in hours; `null`: only when somebody asks for it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 2160)]
    refetch_hours: Option<Option<u32>>,
}

/// A source with what was read of it.
#[derive(Clone, Serialize, ToSchema)]
pub struct SourceDetail {
    /// The source.
    #[serde(flatten)]
    source: Source,
    /// What it says; `null`: nothing was read yet, or it is questions with their answers.
    #[schema(required = true)]
    text: Option<String>,
    /// The questions with their answers; `null`: it is text.
    #[schema(required = true)]
    pairs: Option<Vec<Pair>>,
}

macro_rules! debug_without_content {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
debug_without_content!(NewSource, SourcePatch, SourceDetail);

/// Which sources are wanted.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Those that this assistant may answer from.
    #[param(value_type = Option<String>, required = false)]
    assistant_id: Option<AssistantId>,
    /// The pages of this sitemap.
    #[param(value_type = Option<String>, required = false)]
    parent_id: Option<KnowledgeId>,
}

/// The sources, newest first. The pages of a sitemap are listed under it.
#[utoipa::path(get, path = "/knowledge", tag = "knowledge", params(Which, PageParams),
    responses((status = 200, body = Listed<Source>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(which): Query<Which>,
    page: Page,
) -> Result<Json<Listed<Source>>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let (after, limit) = (page.after_id(), page.fetch());
            match which {
                Which { parent_id: Some(sitemap), .. } => knowledge::pages_of(tx, sitemap, after, limit).await,
                Which { assistant_id: Some(assistant), .. } => knowledge::page_for(tx, assistant, after, limit).await,
                Which { assistant_id: None, parent_id: None } => knowledge::page(tx, after, limit).await,
            }
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Adds a source: a text, questions with their answers, a page of the web, or a site by its sitemap.
///
/// What is written here can be found at once. What is fetched waits for its turn; how it stands is told on the source and in the
/// live stream.
#[utoipa::path(post, path = "/knowledge", tag = "knowledge", request_body = NewSource,
    responses((status = 201, body = Source)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<NewSource>,
) -> Result<Written<Source>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let (mut ids, now) = (app.engine.ids(), app.engine.now());
    let new = checked(ids.next(), asked, app.config.allow_private_networks)?;
    let written = once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let made = add(tx, now, &mut ids.clone(), &new).await?;
        Ok(Told::at(made, event::append(tx, now, &lines(new.id, &new.assistants)).await?))
    })
    .await?;
    app.engine.knowledge_waits();
    Ok(written)
}

/// One source, with what was read of it.
#[utoipa::path(get, path = "/knowledge/{id}", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 200, body = SourceDetail)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<KnowledgeId>,
) -> Result<Json<SourceDetail>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let read = async move |tx: &mut TenantTx<'_>| {
        let source = knowledge::find(tx, id).await?.ok_or_else(no_such)?;
        Ok::<_, ApiError>((source, knowledge::body(tx, id).await?.ok_or_else(no_such)?))
    };
    let (source, body) = app.engine.store().read(caller.tenant, read).await?;
    let (text, pairs) = match body {
        Body::None => (None, None),
        Body::Text(text) => (Some(text), None),
        Body::Pairs(pairs) => (None, Some(pairs)),
    };
    Ok(Json(SourceDetail { source, text, pairs }))
}

/// Changes a source.
#[utoipa::path(patch, path = "/knowledge/{id}", tag = "knowledge", params(("id" = String, Path)),
    request_body = SourcePatch, responses((status = 200, body = Source)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<KnowledgeId>,
    Write(asked, once): Write<SourcePatch>,
) -> Result<Written<Source>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let (ids, now) = (app.engine.ids(), app.engine.now());
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let before = knowledge::find(tx, id).await?.ok_or_else(no_such)?;
        let change = patched(&before, asked.clone())?;
        if let Some(assistants) = &change.assistants {
            known_assistants(tx, assistants).await?;
        }
        kept(knowledge::change(tx, now, &mut ids.clone(), id, &change).await?)?;
        let changed = knowledge::find(tx, id).await?.ok_or_else(no_such)?;
        Ok(Told::at(changed, event::append(tx, now, &lines(id, &before.assistant_ids)).await?))
    })
    .await?;
    app.engine.knowledge_waits();
    Ok(written)
}

/// Removes a source, with its pages if it is a sitemap.
#[utoipa::path(delete, path = "/knowledge/{id}", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<KnowledgeId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        let before = knowledge::find(tx, id).await?.ok_or_else(no_such)?;
        if before.parent_id.is_some() {
            let detail = "It comes back with its sitemap. Switch it off with `enabled`, or remove the sitemap.";
            return Err(ApiError::conflict("page_of_sitemap", detail));
        }
        knowledge::remove(tx, id).await?;
        Ok(Told::at((), event::append(tx, now, &lines(id, &before.assistant_ids)).await?))
    })
    .await
}

/// Has a page or a sitemap fetched again as soon as possible.
#[utoipa::path(post, path = "/knowledge/{id}/refetch", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 202, body = Source)))]
pub async fn refetch(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<KnowledgeId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<Source>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let (ids, now) = (app.engine.ids(), app.engine.now());
    let written = once::write(&app, caller.tenant, once, StatusCode::ACCEPTED, async move |tx: &mut TenantTx<'_>| {
        let found = knowledge::find(tx, id).await?.ok_or_else(no_such)?;
        if !knowledge::reread(tx, now, &mut ids.clone(), id).await? {
            let detail =
                format!("A source of the kind {} is not fetched. Change it, or add it anew.", found.kind.as_str());
            return Err(ApiError::conflict("not_fetched", detail));
        }
        let found = knowledge::find(tx, id).await?.ok_or_else(no_such)?;
        Ok(Told::at(found, event::append(tx, now, &[knowledge::updated(id)]).await?))
    })
    .await?;
    app.engine.knowledge_waits();
    Ok(written)
}

/// The pieces of a source as they are searched, in their order.
#[utoipa::path(get, path = "/knowledge/{id}/chunks", tag = "knowledge", params(("id" = String, Path), PageParams),
    responses((status = 200, body = Listed<knowledge::Chunk>)))]
pub async fn chunks(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<KnowledgeId>,
    page: Page,
) -> Result<Json<Listed<knowledge::Chunk>>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    // Chunks have numbers for ids.
    let after = page.after_id::<Uuid>().and_then(|place| u32::try_from(place.as_u128()).ok());
    let read = async move |tx: &mut TenantTx<'_>| {
        knowledge::find(tx, id).await?.ok_or_else(no_such)?;
        Ok::<_, ApiError>(knowledge::chunks(tx, id, after, page.fetch()).await?)
    };
    let rows = app.engine.store().read(caller.tenant, read).await?;
    Ok(Json(page.listed(rows, |chunk| Cursor::id(Uuid::from_u128(u128::from(chunk.nth))))))
}

/// Adds a source, if there may be one more. The caller tells the log with [`lines`], and the engine.
///
/// # Errors
/// 409 if there are enough, 422 if an assistant is not the tenant's.
pub async fn add(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut domain::id::Ids,
    new: &New,
) -> Result<Source, ApiError> {
    known_assistants(tx, &new.assistants).await?;
    if knowledge::count(tx).await? >= SOURCES_MAX {
        let detail = format!("There are at most {SOURCES_MAX} sources. Join some of them, or remove what is old.");
        return Err(ApiError::conflict("too_many", detail));
    }
    kept(knowledge::create(tx, now, ids, new).await?)?;
    knowledge::find(tx, new.id).await?.ok_or_else(no_such)
}

/// The lines that tell of a source and of those whose own it is.
#[must_use]
pub fn lines(id: KnowledgeId, assistants: &[AssistantId]) -> Vec<Line> {
    let of_assistant = |assistant: &AssistantId| Line {
        kind: domain::event::Kind::AssistantUpdated,
        subject: assistant.0,
        conversation: None,
    };
    std::iter::once(knowledge::updated(id)).chain(assistants.iter().map(of_assistant)).collect()
}

/// What is asked for, if it can be.
///
/// # Errors
/// 422 that names the field.
pub fn checked(id: KnowledgeId, asked: NewSource, private_allowed: bool) -> Result<New, ApiError> {
    Ok(match asked {
        NewSource::Text { title, text, assistant_ids } => {
            let title = fields::name("title", &title)?;
            let reading = written_text(&text)?;
            written(id, title, reading, assistant_ids)
        }
        NewSource::QuestionAnswer { title, pairs, assistant_ids } => {
            let reading = written_pairs(pairs)?;
            let first = match &reading.body {
                Body::Pairs(pairs) => pairs.first().map(|pair| line(&pair.question)),
                Body::None | Body::Text(_) => None,
            };
            let title = match title {
                Some(title) => fields::name("title", &title)?,
                None => first.unwrap_or_default(),
            };
            written(id, title, reading, assistant_ids)
        }
        NewSource::Page { url, title, assistant_ids, refetch_hours } => {
            let url = web_address(&url, private_allowed)?;
            fetched(id, Origin::Page { url: url.clone() }, &url, title, assistant_ids, refetch_hours)?
        }
        NewSource::Sitemap { url, title, assistant_ids, refetch_hours } => {
            let url = web_address(&url, private_allowed)?;
            fetched(id, Origin::Sitemap { url: url.clone() }, &url, title, assistant_ids, refetch_hours)?
        }
    })
}

fn written(id: KnowledgeId, title: String, reading: Reading, assistants: Vec<AssistantId>) -> New {
    New { id, title, is_titled: true, origin: Origin::Written(reading), assistants, refetch_hours: None }
}

fn fetched(
    id: KnowledgeId,
    origin: Origin,
    url: &str,
    title: Option<String>,
    assistants: Vec<AssistantId>,
    refetch_hours: Option<Option<u32>>,
) -> Result<New, ApiError> {
    let said = title.map(|title| fields::name("title", &title)).transpose()?;
    let refetch_hours = rhythm(refetch_hours.unwrap_or(Some(REFETCH_HOURS)))?;
    let is_titled = said.is_some();
    Ok(New { id, title: said.unwrap_or_else(|| line(url)), is_titled, origin, assistants, refetch_hours })
}

fn patched(before: &Source, asked: SourcePatch) -> Result<Change, ApiError> {
    use domain::source::Kind;
    let cannot = |field: &str, kind: &str| {
        let message = format!("Only a source of the kind {kind} has this.");
        Err(ApiError::invalid(field, "not_of_this_kind", message))
    };
    let reading = match (asked.text, asked.pairs) {
        (None, None) => None,
        (Some(text), _) if before.kind == Kind::Text => Some(written_text(&text)?),
        (Some(_), _) => return cannot("text", "text"),
        (None, Some(pairs)) if before.kind == Kind::QuestionAnswer => Some(written_pairs(pairs)?),
        (None, Some(_)) => return cannot("pairs", "question_answer"),
    };
    if asked.refetch_hours.is_some() && !before.kind.is_fetched() {
        return cannot("refetch_hours", "page or sitemap");
    }
    if asked.assistant_ids.is_some() && before.parent_id.is_some() {
        let message = "A page of a sitemap goes with its sitemap. Say it there.";
        return Err(ApiError::invalid("assistant_ids", "page_of_sitemap", message));
    }
    Ok(Change {
        title: asked.title.map(|title| fields::name("title", &title)).transpose()?,
        assistants: asked.assistant_ids,
        enabled: asked.enabled,
        refetch_hours: asked.refetch_hours.map(rhythm).transpose()?,
        reading,
    })
}

/// A text as it is kept.
///
/// # Errors
/// 422 that names the field.
pub fn written_text(text: &str) -> Result<Reading, ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::invalid("text", "empty", "Write what the assistant may answer from."));
    }
    within("text", text, TEXT_CHARS_MAX)?;
    Ok(read_text(&text.replace('\0', ""), text.len()))
}

fn written_pairs(mut pairs: Vec<Pair>) -> Result<Reading, ApiError> {
    if pairs.is_empty() || pairs.len() > PAIRS_MAX {
        let message = format!("Write 1 to {PAIRS_MAX} questions with their answers.");
        return Err(ApiError::invalid("pairs", "out_of_range", message));
    }
    for (nth, pair) in pairs.iter_mut().enumerate() {
        for (name, text, max) in
            [("question", &mut pair.question, QUESTION_CHARS_MAX), ("answer", &mut pair.answer, ANSWER_CHARS_MAX)]
        {
            let field = format!("pairs[{nth}].{name}");
            *text = text.replace('\0', "").trim().to_owned();
            if text.is_empty() {
                return Err(ApiError::invalid(field, "empty", "Write something."));
            }
            within(&field, text, max)?;
        }
    }
    let bytes = pairs.iter().map(|pair| pair.question.len() + pair.answer.len()).sum();
    Ok(read_pairs(pairs, bytes))
}

/// Pages are open to everybody, so they may come without encryption, too; where they lie is looked at when they are fetched.
fn web_address(url: &str, private_allowed: bool) -> Result<String, ApiError> {
    let url = fields::url("url", url, true)?;
    if !private_allowed && url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(is_private)) == Some(true) {
        return Err(ApiError::invalid("url", "private_address", "Name a page that is open on the web."));
    }
    Ok(url)
}

fn is_private(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| !engine::is_public(address))
}

fn rhythm(hours: Option<u32>) -> Result<Option<u32>, ApiError> {
    match hours {
        Some(hours) if !(1..=REFETCH_HOURS_MAX).contains(&hours) => {
            let message = format!("Choose 1 to {REFETCH_HOURS_MAX} hours, or null.");
            Err(ApiError::invalid("refetch_hours", "out_of_range", message))
        }
        hours => Ok(hours),
    }
}

async fn known_assistants(tx: &mut TenantTx<'_>, ids: &[AssistantId]) -> Result<(), ApiError> {
    let mut unique = ids.to_vec();
    unique.sort_unstable();
    unique.dedup();
    if unique.len() > ASSISTANTS_MAX {
        let message = format!("Name at most {ASSISTANTS_MAX} assistants, or none, which is all of them.");
        return Err(ApiError::invalid("assistant_ids", "out_of_range", message));
    }
    if unique.is_empty() || knowledge::has_assistants(tx, &unique).await? {
        return Ok(());
    }
    Err(ApiError::invalid("assistant_ids", "not_found", "There is no such assistant. See the list of them."))
}

fn kept(kept: Kept) -> Result<(), ApiError> {
    match kept {
        Kept::Yes => Ok(()),
        Kept::TooMany => {
            let max = knowledge::CHUNKS_MAX;
            let detail =
                format!("With this there would be more than {max} passages to search. Remove what nobody needs.");
            Err(ApiError::conflict("too_many_chunks", detail))
        }
    }
}

/// One line of at most 100 characters.
fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= 100 { text } else { text.chars().take(99).chain(['…']).collect() }
}

pub(super) fn no_such() -> ApiError {
    ApiError::not_found("source of knowledge")
}
