//! What is set for all of a tenant's knowledge: words that mean the same, and who makes vectors.

use axum::extract::State;
use domain::access::Scope;
use domain::knowledge::Synonyms as Parsed;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::knowledge::{self, Embedder, Embedding, Fault, Settings, Vectors};
use store::{StoreError, TenantTx, words};
use utoipa::ToSchema;

use super::super::assistants::settings::{given, hint, within};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Write, present},
    fields,
    once::{self, Told, Written},
    state::AppState,
};

const SYNONYMS_CHARS_MAX: usize = 50_000;
const KEY_CHARS_MAX: usize = 500;

/// Words that mean the same here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KnowledgeSynonyms {
    /// A group on each line, its words parted by commas, as in `crown, cap`.
    lines: String,
}

/// Who makes vectors of texts, for finding them by their meaning, and how far that is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KnowledgeEmbedding {
    /// Who: the model that is built in, for English; nobody, so that words must do; or an endpoint.
    #[schema(value_type = words::EmbedderKind)]
    kind: Kind,
    /// Whether this server has the model that can be built in. Without it `builtin` finds by words.
    has_builtin: bool,
    /// Passages that there are.
    passages: u64,
    /// Those that it has seen; the others are found by their words until then.
    seen: u64,
    /// Why it does not see the rest; `null`: nothing is in the way.
    #[schema(required = true)]
    error: Option<Fault>,
    /// Where an OpenAI-compatible endpoint is; `null`: it is none.
    #[schema(required = true)]
    base_url: Option<String>,
    /// The model's name there.
    #[schema(required = true)]
    model: Option<String>,
    /// The end of its key; `null`: it has none.
    #[schema(required = true)]
    api_key_hint: Option<String>,
}

/// Who is to make vectors of texts.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetEmbedding {
    /// Who; if not said, the endpoint if there is an address, else the model that is built in.
    #[schema(value_type = Option<words::EmbedderKind>)]
    kind: Option<Kind>,
    /// Where an OpenAI-compatible endpoint is, with its version, as in `https://api.openai.com/v1`. Another address
    /// takes the key anew.
    base_url: Option<String>,
    /// The model's name there.
    #[serde(default)]
    model: Option<String>,
    /// Its key. It is never shown again; `null` takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, write_only)]
    api_key: Option<Option<String>>,
}

/// Who makes vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The model that is built in.
    Builtin,
    /// Nobody.
    Words,
    /// An endpoint.
    Endpoint,
}

impl std::fmt::Debug for SetEmbedding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetEmbedding").finish_non_exhaustive()
    }
}

/// The words that mean the same here.
#[utoipa::path(get, path = "/knowledge/synonyms", tag = "knowledge", responses((status = 200, body = KnowledgeSynonyms)))]
pub async fn synonyms(State(app): State<AppState>, caller: Caller) -> Result<Json<KnowledgeSynonyms>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let read = async |tx: &mut TenantTx<'_>| knowledge::settings(tx).await;
    let settings = app.engine.store().read(caller.tenant, read).await?;
    Ok(Json(KnowledgeSynonyms { lines: settings.synonyms }))
}

/// Sets which words mean the same here.
#[utoipa::path(put, path = "/knowledge/synonyms", tag = "knowledge", request_body = KnowledgeSynonyms,
    responses((status = 200, body = KnowledgeSynonyms)))]
pub async fn set_synonyms(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<KnowledgeSynonyms>,
) -> Result<Written<KnowledgeSynonyms>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    within("lines", &asked.lines, SYNONYMS_CHARS_MAX)?;
    Parsed::parse(&asked.lines).map_err(|error| {
        let mut message = error.to_string();
        if let Some(first) = message.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        ApiError::invalid("lines", "not_synonyms", format!("{message}."))
    })?;
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        knowledge::set_synonyms(tx, &asked.lines.replace('\0', "")).await?;
        Ok(Told::quiet(asked.clone()))
    })
    .await
}

/// Who makes vectors of texts.
#[utoipa::path(get, path = "/knowledge/embedding", tag = "knowledge", responses((status = 200, body = KnowledgeEmbedding)))]
pub async fn embedding(State(app): State<AppState>, caller: Caller) -> Result<Json<KnowledgeEmbedding>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let read = async |tx: &mut TenantTx<'_>| {
        let settings = knowledge::settings(tx).await?;
        shown(tx, &settings).await
    };
    Ok(Json(app.engine.store().read(caller.tenant, read).await?))
}

/// Sets who makes vectors of texts. Every passage is shown to it anew; until then it is found by its words.
#[utoipa::path(put, path = "/knowledge/embedding", tag = "knowledge", request_body = SetEmbedding,
    responses((status = 200, body = KnowledgeEmbedding)))]
pub async fn set_embedding(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<SetEmbedding>,
) -> Result<Written<KnowledgeEmbedding>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let key = sealed(&app, &caller, &asked)?;
    let (ids, now) = (app.engine.ids(), app.engine.now());
    let written = once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let before = knowledge::settings(tx).await?.embedder;
        let set = checked(before.endpoint(), &asked)?;
        let key = if set.endpoint().is_none() { Some(None) } else { key.as_ref().map(Option::as_deref) };
        knowledge::set_embedding(tx, now, &mut ids.clone(), &set, key).await?;
        let settings = knowledge::settings(tx).await?;
        Ok(Told::quiet(shown(tx, &settings).await?))
    })
    .await?;
    app.engine.knowledge_waits();
    Ok(written)
}

fn checked(before: Option<&Embedding>, asked: &SetEmbedding) -> Result<Embedder, ApiError> {
    let url = asked.base_url.as_deref().map(str::trim).filter(|url| !url.is_empty());
    let url = match (asked.kind, url) {
        (Some(Kind::Endpoint) | None, Some(url)) => url,
        (Some(Kind::Builtin) | None, None) => return Ok(Embedder::Builtin),
        (Some(Kind::Words), None) => return Ok(Embedder::Words),
        (Some(Kind::Endpoint), None) => {
            return Err(ApiError::invalid("base_url", "missing", "Say where the endpoint is."));
        }
        (Some(Kind::Builtin | Kind::Words), Some(_)) => {
            let mend = "Only an endpoint has an address. Leave this out.";
            return Err(ApiError::invalid("base_url", "not_for_this_kind", mend));
        }
    };
    // An admin may name a server on this machine or in the house, as for a model.
    let base_url = fields::url("base_url", url, true)?;
    let model = asked.model.as_deref().map(str::trim).filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| ApiError::invalid("model", "missing", "Say which model makes the vectors."))?;
    let model = fields::name("model", model)?;
    let kept = before.map(|before| before.api_key_hint.clone()).unwrap_or_default();
    // Whoever may set this up need not know the key, and shall not have it sent to a server of theirs.
    let moves = before.is_some_and(|before| before.base_url != base_url);
    if moves && asked.api_key.is_none() && !kept.is_empty() {
        return Err(ApiError::invalid("api_key", "missing", "Give the key again for the new address."));
    }
    let api_key_hint = match &asked.api_key {
        None => kept,
        Some(key) => given(key).map(hint).unwrap_or_default(),
    };
    Ok(Embedder::Endpoint(Embedding { base_url, model, api_key_hint }))
}

fn sealed(app: &AppState, caller: &Caller, asked: &SetEmbedding) -> Result<Option<Option<Vec<u8>>>, ApiError> {
    let Some(key) = &asked.api_key else { return Ok(None) };
    let Some(key) = given(key) else { return Ok(Some(None)) };
    if key.len() > KEY_CHARS_MAX || !key.bytes().all(|b| b.is_ascii_graphic()) {
        let mend = "A key has at most 500 printable ASCII characters. Copy it again.";
        return Err(ApiError::invalid("api_key", "not_a_key", mend));
    }
    let sealed = app.engine.sealer().seal(&engine::embedding_key_context(caller.tenant), key.as_bytes());
    Ok(Some(Some(sealed.map_err(StoreError::fault)?)))
}

async fn shown(tx: &mut TenantTx<'_>, settings: &Settings) -> Result<KnowledgeEmbedding, StoreError> {
    let (kind, set) = match &settings.embedder {
        Embedder::Builtin => (Kind::Builtin, None),
        Embedder::Words => (Kind::Words, None),
        Embedder::Endpoint(endpoint) => (Kind::Endpoint, Some(endpoint)),
    };
    let Vectors { chunks, seen, fault } =
        knowledge::vectors(tx, engine::embedding_model_of(settings).as_deref()).await?;
    Ok(KnowledgeEmbedding {
        kind,
        has_builtin: engine::has_embedding_model(),
        passages: chunks,
        seen,
        error: fault,
        base_url: set.map(|set| set.base_url.clone()),
        model: set.map(|set| set.model.clone()),
        api_key_hint: set.map(|set| set.api_key_hint.clone()).filter(|hint| !hint.is_empty()),
    })
}
