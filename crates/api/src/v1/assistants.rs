//! Configured AIs.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::{Answer, ProviderKind, Settings};
use domain::conversation::Mode;
use domain::id::AssistantId;
use engine::Sealer;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::assistant::{self, Assistant};
use store::message::Source;
use store::{StoreError, TenantTx, event, words};
use utoipa::ToSchema;

use super::messages::Nothing;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Write, present},
    fields,
    once::{self, Told, Written},
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

const INSTRUCTIONS_CHARS_MAX: usize = 20_000;
const QUIET_WINDOW_MS_MAX: u32 = 120_000;
const TIMEOUT_SECONDS_MAX: u32 = 120;
const TOKENS_MAX: u32 = 8_192;
const PREVIEW_CHARS_MAX: usize = 5_000;
/// How much of a key's end is shown.
const HINT_CHARS: usize = 4;

/// What an assistant is to be; what is absent stays, or is as usual for a new one.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssistantPatch {
    /// What people call it; a new one needs a name.
    pub name: Option<String>,
    /// How it shall behave.
    pub instructions: Option<String>,
    /// What it may do on its own: nothing, suggest (the usual), send.
    #[schema(value_type = Option<words::Mode>)]
    pub mode: Option<Mode>,
    /// Who answers.
    pub provider: Option<ProviderPatch>,
    /// How long the contact must be still before it answers, in milliseconds.
    #[schema(maximum = 120_000)]
    pub quiet_window_ms: Option<u32>,
    /// Below this score, from 0 to 1, nothing counts as found in its knowledge.
    #[schema(minimum = 0, maximum = 1)]
    pub floor: Option<f64>,
}

/// Which model is to answer; what is absent stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderPatch {
    /// In which dialect it is asked.
    #[schema(value_type = Option<words::ProviderKind>)]
    pub kind: Option<ProviderKind>,
    /// Where it is; `null`: the maker's own. Another address takes the key anew: one that is kept is not sent elsewhere.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub base_url: Option<Option<String>>,
    /// Its name there.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub model: Option<Option<String>>,
    /// Its key. It is never shown again; `null` takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, write_only)]
    pub api_key: Option<Option<String>>,
    /// Read only; what is sent is not looked at.
    #[schema(read_only, value_type = Option<String>)]
    #[expect(dead_code, reason = "taken, so that what was read can be sent back, and not looked at")]
    api_key_hint: Option<serde::de::IgnoredAny>,
    /// How long it may take.
    #[schema(minimum = 1, maximum = 120)]
    pub timeout_seconds: Option<u32>,
    /// How long its answer may be, in tokens.
    #[schema(minimum = 1, maximum = 8192)]
    pub max_tokens: Option<u32>,
}

/// Something to try an assistant with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskPreview {
    /// What a contact might write.
    text: String,
    /// What the assistant must follow, as on a conversation.
    #[serde(default)]
    guide: String,
}

/// What an assistant would do.
#[derive(Serialize, ToSchema)]
pub struct Preview {
    /// Whether it would answer, or hand over to people.
    outcome: PreviewOutcome,
    /// What it would say.
    #[schema(required = true)]
    body: Option<String>,
    /// From what.
    sources: Vec<Source>,
    /// Why it would hand over.
    #[schema(required = true)]
    reason: Option<String>,
}

/// Whether an assistant would answer.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreviewOutcome {
    /// It has an answer.
    Answer,
    /// A person shall answer.
    HandOff,
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
debug_without_content!(AssistantPatch, ProviderPatch, Preview);

/// The assistants, newest first.
#[utoipa::path(get, path = "/assistants", tag = "assistants", params(PageParams),
    responses((status = 200, body = Listed<Assistant>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: Page,
) -> Result<Json<Listed<Assistant>>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            assistant::page(tx, page.after_id(), page.fetch()).await
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::id(row.id))))
}

/// Sets an assistant up.
#[utoipa::path(post, path = "/assistants", tag = "assistants", request_body = AssistantPatch,
    responses((status = 201, body = Assistant)))]
pub async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Write(asked, once): Write<AssistantPatch>,
) -> Result<Written<Assistant>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let name = asked.name.as_deref().ok_or_else(|| ApiError::invalid("name", "missing", "This is required."))?;
    let name = fields::name("name", name)?;
    let mut settings = Settings::default();
    apply(&mut settings, &asked)?;
    let (id, now) = (app.engine.ids().next::<AssistantId>(), app.engine.now());
    let key = sealed_key(app.engine.sealer(), id, &asked)?.flatten();
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        let line = assistant::create(tx, now, id, &name, &settings, key.as_deref()).await?;
        let made = Assistant::shown(id, name.clone(), settings.clone(), now);
        Ok(Told::at(made, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// One assistant.
#[utoipa::path(get, path = "/assistants/{id}", tag = "assistants", params(("id" = String, Path)),
    responses((status = 200, body = Assistant)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
) -> Result<Json<Assistant>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| assistant::find(tx, id).await).await?;
    found.map(Json).ok_or_else(no_such)
}

/// Changes an assistant.
#[utoipa::path(patch, path = "/assistants/{id}", tag = "assistants", params(("id" = String, Path)),
    request_body = AssistantPatch, responses((status = 200, body = Assistant)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(asked, once): Write<AssistantPatch>,
) -> Result<Written<Assistant>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let name = asked.name.as_deref().map(|name| fields::name("name", name)).transpose()?;
    let key = sealed_key(app.engine.sealer(), id, &asked)?;
    let now = app.engine.now();
    once::write(&app, caller.tenant, once, StatusCode::OK, async move |tx: &mut TenantTx<'_>| {
        let mut settings = assistant::settings(tx, id).await?.ok_or_else(no_such)?;
        apply(&mut settings, &asked)?;
        let key = key.as_ref().map(Option::as_deref);
        let line = assistant::change(tx, id, name.as_deref(), &settings, key).await?;
        let found = assistant::find(tx, id).await?.ok_or_else(no_such)?;
        Ok(Told::at(found, event::append(tx, now, &[line]).await?))
    })
    .await
}

/// Takes an assistant out of use. People get the conversations that it held.
#[utoipa::path(delete, path = "/assistants/{id}", tag = "assistants", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<()>, ApiError> {
    caller.must(Scope::AssistantsWrite)?;
    let (now, ids) = (app.engine.now(), app.engine.ids());
    once::write(&app, caller.tenant, once, StatusCode::NO_CONTENT, async move |tx: &mut TenantTx<'_>| {
        let lines = assistant::remove(tx, now, &mut ids.clone(), id).await?.ok_or_else(no_such)?;
        Ok(Told::at((), event::append(tx, now, &lines).await?))
    })
    .await
}

/// What an assistant would answer; nothing is sent or remembered.
#[utoipa::path(post, path = "/assistants/{id}/preview", tag = "assistants", params(("id" = String, Path)),
    request_body = AskPreview, responses((status = 200, body = Preview)))]
pub async fn preview(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AssistantId>,
    Json(asked): Json<AskPreview>,
) -> Result<Json<Preview>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    if asked.text.trim().is_empty() {
        return Err(ApiError::invalid("text", "empty", "Write what a contact might write."));
    }
    within("text", &asked.text, PREVIEW_CHARS_MAX)?;
    within("guide", &asked.guide, INSTRUCTIONS_CHARS_MAX)?;
    Ok(Json(match app.engine.preview(caller.tenant, id, &asked.text, &asked.guide).await? {
        Answer::Reply { body, sources } => Preview {
            outcome: PreviewOutcome::Answer,
            body: Some(body),
            sources: sources.into_iter().map(|source| Source { title: source.title, quote: source.quote }).collect(),
            reason: None,
        },
        Answer::HandOff { reason } => {
            Preview { outcome: PreviewOutcome::HandOff, body: None, sources: Vec::new(), reason: Some(reason) }
        }
    }))
}

pub(super) fn no_such() -> ApiError {
    ApiError::not_found("assistant")
}

pub(super) fn within(field: &str, text: &str, max: usize) -> Result<(), ApiError> {
    if text.chars().count() <= max {
        return Ok(());
    }
    Err(ApiError::invalid(field, "too_long", format!("At most {max} characters. Make it shorter.")))
}

/// Checks what is asked for and lays it over what is set.
///
/// # Errors
/// 422 that names the field.
pub fn apply(settings: &mut Settings, asked: &AssistantPatch) -> Result<(), ApiError> {
    if let Some(instructions) = &asked.instructions {
        within("instructions", instructions, INSTRUCTIONS_CHARS_MAX)?;
        settings.instructions.clone_from(instructions);
    }
    settings.mode = asked.mode.unwrap_or(settings.mode);
    if let Some(quiet) = asked.quiet_window_ms {
        settings.quiet_window_ms = between("quiet_window_ms", quiet, 0, QUIET_WINDOW_MS_MAX)?;
    }
    if let Some(floor) = asked.floor {
        if !(0.0..=1.0).contains(&floor) {
            return Err(ApiError::invalid("floor", "out_of_range", "Choose a number from 0 to 1."));
        }
        settings.floor = floor;
    }
    if let Some(provider) = &asked.provider {
        apply_provider(settings, provider)?;
    }
    Ok(())
}

fn apply_provider(settings: &mut Settings, asked: &ProviderPatch) -> Result<(), ApiError> {
    let provider = &mut settings.provider;
    let (before, address) = (provider.kind, provider.base_url.clone());
    provider.kind = asked.kind.unwrap_or(before);
    if let Some(url) = &asked.base_url {
        provider.base_url = match url.as_deref().map(str::trim) {
            None | Some("") => String::new(),
            // An admin may name a model on this machine or in the house.
            Some(url) => fields::url("provider.base_url", url, true)?,
        };
    } else if provider.kind != before {
        provider.base_url.clear();
    }
    if let Some(model) = &asked.model {
        let model = model.as_deref().map(str::trim).filter(|model| !model.is_empty());
        provider.model = model.map(|model| fields::name("provider.model", model)).transpose()?.unwrap_or_default();
    }
    if let Some(seconds) = asked.timeout_seconds {
        provider.timeout_seconds = between("provider.timeout_seconds", seconds, 1, TIMEOUT_SECONDS_MAX)?;
    }
    if let Some(tokens) = asked.max_tokens {
        provider.max_tokens = between("provider.max_tokens", tokens, 1, TOKENS_MAX)?;
    }
    if let Some(key) = &asked.api_key {
        provider.api_key_hint = given(key).map(hint).unwrap_or_default();
    }
    if provider.kind != ProviderKind::Builtin {
        if provider.base_url.is_empty() {
            provider.base_url = makers_own(provider.kind).to_owned();
        }
        if provider.model.is_empty() {
            return Err(ApiError::invalid("provider.model", "missing", "Say which model shall answer."));
        }
    }
    // Whoever may set assistants up need not know the key, and shall not have it sent to a server of theirs.
    let moves = !provider.base_url.is_empty() && provider.base_url != address;
    if moves && asked.api_key.is_none() && !provider.api_key_hint.is_empty() {
        return Err(ApiError::invalid("provider.api_key", "missing", "Give the key again for the new address."));
    }
    Ok(())
}

/// A key that says something.
pub(super) fn given(key: &Option<String>) -> Option<&str> {
    key.as_deref().map(str::trim).filter(|key| !key.is_empty())
}

const fn makers_own(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Builtin => "",
        ProviderKind::Openai => "https://api.openai.com/v1",
        ProviderKind::Anthropic => "https://api.anthropic.com",
    }
}

fn between(field: &str, value: u32, min: u32, max: u32) -> Result<u32, ApiError> {
    if (min..=max).contains(&value) {
        return Ok(value);
    }
    Err(ApiError::invalid(field, "out_of_range", format!("Choose {min} to {max}.")))
}

/// The end of a key, if that leaves enough of it secret.
pub(super) fn hint(key: &str) -> String {
    let chars: Vec<char> = key.trim().chars().collect();
    if chars.len() < HINT_CHARS * 3 {
        return "…".to_owned();
    }
    std::iter::once('…').chain(chars[chars.len() - HINT_CHARS..].iter().copied()).collect()
}

/// The key as it is kept; the outer `None` leaves it as it is, the inner one takes it away.
///
/// # Errors
/// 422 that names the field if it cannot be one; a fault if it cannot be sealed.
pub fn sealed_key(
    sealer: &Sealer,
    id: AssistantId,
    asked: &AssistantPatch,
) -> Result<Option<Option<Vec<u8>>>, ApiError> {
    let Some(key) = asked.provider.as_ref().and_then(|provider| provider.api_key.as_ref()) else { return Ok(None) };
    let Some(key) = given(key) else { return Ok(Some(None)) };
    let printable = key.len() <= 500 && key.bytes().all(|b| b.is_ascii_graphic());
    if !printable {
        let mend = "A key has at most 500 printable ASCII characters. Copy it again.";
        return Err(ApiError::invalid("provider.api_key", "not_a_key", mend));
    }
    let sealed = sealer.seal(&engine::model_key_context(id), key.as_bytes());
    Ok(Some(Some(sealed.map_err(StoreError::fault)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(from: &Settings, json: &str) -> Result<Settings, String> {
        let asked: AssistantPatch = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let mut settings = from.clone();
        apply(&mut settings, &asked).map_err(|error| format!("{error:?}"))?;
        Ok(settings)
    }

    #[test]
    fn a_patch_is_laid_over_what_is_set() {
        let new = set(
            &Settings::default(),
            r#"{"mode":"auto","provider":{"kind":"openai","model":"m","api_key":"sk-0123456789abcd"}}"#,
        );
        let new = new.unwrap();
        assert_eq!((new.mode, new.provider.base_url.as_str()), (Mode::Auto, "https://api.openai.com/v1"));
        assert_eq!((new.provider.api_key_hint.as_str(), new.quiet_window_ms), ("…abcd", 4_000));
        let moved =
            set(&new, r#"{"provider":{"base_url":"http://localhost:11434/v1/","api_key":"sk-0123456789abcd"}}"#)
                .unwrap();
        assert_eq!(
            (moved.provider.base_url.as_str(), moved.provider.model.as_str()),
            ("http://localhost:11434/v1", "m")
        );
        assert_eq!(moved.provider.api_key_hint, "…abcd");
        let other = set(&moved, r#"{"provider":{"kind":"anthropic","api_key":null}}"#).unwrap();
        assert_eq!(
            (other.provider.base_url.as_str(), other.provider.api_key_hint.as_str()),
            ("https://api.anthropic.com", "")
        );
    }

    #[test]
    fn a_kept_key_stays_with_its_address() {
        let kept =
            r#"{"provider":{"kind":"openai","model":"m","base_url":"https://a.test","api_key":"sk-0123456789abcd"}}"#;
        let kept = set(&Settings::default(), kept).unwrap();
        let builtin = set(&kept, r#"{"provider":{"kind":"builtin"}}"#).unwrap();
        for (from, json, moves) in [
            (&kept, r#"{"provider":{"base_url":"https://b.test"}}"#, false),
            (&kept, r#"{"provider":{"base_url":null}}"#, false),
            (&kept, r#"{"provider":{"kind":"anthropic"}}"#, false),
            (&builtin, r#"{"provider":{"kind":"openai","base_url":"https://b.test"}}"#, false),
            (&builtin, r#"{"provider":{"base_url":"https://b.test"}}"#, false),
            (&kept, r#"{"provider":{"base_url":"https://a.test/","model":"n"}}"#, true),
            (&kept, r#"{"provider":{"base_url":"https://b.test","api_key":"sk-another"}}"#, true),
            (&kept, r#"{"provider":{"base_url":"https://b.test","api_key":null}}"#, true),
            (&kept, r#"{"provider":{"base_url":"https://b.test","api_key":""}}"#, true),
            (&Settings::default(), r#"{"provider":{"kind":"openai","model":"m","base_url":"https://b.test"}}"#, true),
        ] {
            let changed = set(from, json);
            assert_eq!(changed.is_ok(), moves, "{json}: {changed:?}");
            assert!(changed.is_ok() || changed.unwrap_err().contains("provider.api_key"), "{json}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (json, field) in [
            (r#"{"floor":1.5}"#, "floor"),
            (r#"{"quiet_window_ms":120001}"#, "quiet_window_ms"),
            (r#"{"provider":{"kind":"openai"}}"#, "provider.model"),
            (r#"{"provider":{"base_url":"x"}}"#, "provider.base_url"),
            (r#"{"provider":{"timeout_seconds":0}}"#, "provider.timeout_seconds"),
            (r#"{"provider":{"key":"x"}}"#, "unknown field"),
            (r#"{"mode":"on"}"#, "unknown variant"),
        ] {
            let error = set(&Settings::default(), json).unwrap_err();
            assert!(error.contains(field), "{json}: {error}");
        }
    }

    #[test]
    fn a_short_key_shows_nothing_of_itself() {
        assert_eq!(hint("secret"), "…");
        assert_eq!(hint("0123456789ab"), "…89ab");
    }
}
