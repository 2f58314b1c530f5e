//! Trying an assistant: what it would do, and why, with nothing sent or remembered.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::{Answer, By, Conduct, Known, Line, Said, Told, as_if_said, segments_of};
use domain::id::AssistantId;
use engine::Rehearsed;
use serde::{Deserialize, Serialize};
use store::assistant::shown::schema;
use store::message::{Cost, Source};
use store::run::ToolCall;
use store::words;
use utoipa::ToSchema;

use super::settings::INSTRUCTIONS_CHARS_MAX;
use super::within;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path},
    state::AppState,
};

const TEXT_CHARS_MAX: usize = 5_000;
const MESSAGES_MAX: usize = 100;

/// Something to try an assistant with: one text, or a whole conversation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskPreview {
    /// What a contact might write.
    #[serde(default)]
    text: Option<String>,
    /// What was said before, oldest first; `text` comes after it.
    #[serde(default)]
    #[schema(value_type = Vec<schema::Line>)]
    messages: Vec<Line>,
    /// What the assistant must follow, as on a conversation.
    #[serde(default)]
    guide: String,
    /// Which version; if not said, the one in force.
    #[serde(default)]
    version: Option<u32>,
    /// The contact's name, if it is known.
    #[serde(default)]
    name: String,
    /// The contact's company, if it is known.
    #[serde(default)]
    company: String,
}

/// What an assistant would do, and why.
#[derive(Serialize, ToSchema)]
pub struct Preview {
    /// What it would do.
    #[schema(value_type = words::PreviewOutcome)]
    outcome: Conduct,
    /// What it would say; where it would hand over, what it suggests to the person.
    #[schema(required = true)]
    body: Option<String>,
    /// From what.
    sources: Vec<Source>,
    /// Why it would hand over, say nothing, or not be let say it.
    #[schema(required = true)]
    reason: Option<String>,
    /// Where it would hand over: what the contact wants.
    #[schema(required = true)]
    summary: Option<String>,
    /// Why nobody should send its text as it is, in sentences; empty: nothing speaks against it.
    objections: Vec<String>,
    /// The segments that its text would take.
    segments: u32,
    /// The passages that it was offered, best first.
    passages: Vec<Source>,
    /// What the checks found.
    checks: Vec<String>,
    /// The tools that it used; what would have changed something was not done.
    tools: Vec<ToolCall>,
    /// Which model answered; `null`: none was asked.
    #[schema(required = true)]
    model: Option<String>,
    /// Which version answered.
    assistant_version: u32,
    /// As billed; 0 if the server did not say.
    tokens_in: u64,
    /// As billed; 0 if the server did not say.
    tokens_out: u64,
    /// What it cost, if the price is known.
    #[schema(required = true)]
    cost: Option<Cost>,
    /// How long it took.
    latency_ms: u32,
}

impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preview").field("outcome", &self.outcome).finish_non_exhaustive()
    }
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
    caller.must(Scope::AssistantsWrite)?;
    within("guide", &asked.guide, INSTRUCTIONS_CHARS_MAX)?;
    let said = said(&app, &asked)?;
    let known = Known { name: asked.name, company: asked.company, ..Known::default() };
    let rehearsed = Rehearsed { version: asked.version, said, guide: asked.guide, known, at: None };
    let (answer, run) = app.engine.preview(caller.tenant, id, rehearsed).await?;
    Ok(Json(shown(&answer, run)))
}

fn said(app: &AppState, asked: &AskPreview) -> Result<Vec<Said>, ApiError> {
    let mut lines = asked.messages.clone();
    if let Some(text) = &asked.text {
        within("text", text, TEXT_CHARS_MAX)?;
        lines.push(Line { by: By::Contact, body: text.clone() });
    }
    check_messages(&asked.messages)?;
    let last = lines.last().filter(|last| last.by == By::Contact && !last.body.trim().is_empty());
    if last.is_none() {
        return Err(ApiError::invalid("text", "empty", "Write what a contact might write."));
    }
    Ok(as_if_said(app.engine.now(), &lines))
}

/// Whether a conversation may be tried.
///
/// # Errors
/// 422 that names the field.
pub(super) fn check_messages(messages: &[Line]) -> Result<(), ApiError> {
    if messages.len() > MESSAGES_MAX {
        return Err(ApiError::invalid("messages", "too_many", format!("At most {MESSAGES_MAX} messages.")));
    }
    messages.iter().try_for_each(|message| within("messages", &message.body, TEXT_CHARS_MAX))
}

/// As the API and the command line show it.
#[must_use]
pub fn shown(answer: &Answer, run: domain::assistant::Run) -> Preview {
    let shown = |sources: Vec<domain::message::Source>| -> Vec<Source> {
        sources.into_iter().map(|source| Source { title: source.title, quote: source.quote }).collect()
    };
    let outcome = Conduct::of(answer);
    let Told { body, sources, reason } = Told::of(answer);
    let summary = match answer {
        Answer::HandOff(hand_off) => Some(hand_off.summary.clone()).filter(|summary| !summary.is_empty()),
        Answer::Reply(_) | Answer::Silent { .. } | Answer::Approval(_) => None,
    };
    let objections = answer.objections().iter().map(|objection| format!("It {}.", objection.reason())).collect();
    let segments = segments_of(&body);
    let has_text = match answer {
        Answer::Reply(_) => true,
        Answer::HandOff(hand_off) => hand_off.suggestion.is_some(),
        Answer::Silent { .. } | Answer::Approval(_) => false,
    };
    let (body, reason) = (has_text.then_some(body), Some(reason).filter(|reason| !reason.is_empty()));
    Preview {
        outcome,
        body,
        sources: shown(sources),
        reason,
        summary,
        objections,
        segments,
        passages: shown(run.record.passages),
        checks: run.record.checks,
        tools: run.record.tools.into_iter().map(ToolCall::from).collect(),
        model: Some(run.model).filter(|model| !model.is_empty()),
        assistant_version: run.assistant_version,
        tokens_in: run.tokens_in,
        tokens_out: run.tokens_out,
        cost: run.cost.map(|cost| Cost { micros: cost.micros, currency: cost.currency }),
        latency_ms: run.latency_ms,
    }
}
