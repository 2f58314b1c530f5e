//! Trying an assistant: what it would do, and why, with nothing sent or remembered.

use axum::extract::State;
use domain::access::Scope;
use domain::assistant::{Answer, Known, Said, Speaker, Suggestion};
use domain::id::AssistantId;
use engine::Rehearsed;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::message::{Cost, Source};
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
/// Between two messages of a rehearsal.
const PAUSE_SECONDS: i64 = 60;

/// Something to try an assistant with: one text, or a whole conversation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskPreview {
    /// What a contact might write.
    #[serde(default)]
    text: Option<String>,
    /// What was said before, oldest first; `text` comes after it.
    #[serde(default)]
    messages: Vec<RehearsedMessage>,
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

/// One message of a rehearsal.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RehearsedMessage {
    /// Who wrote it.
    pub by: RehearsedBy,
    /// What.
    pub body: String,
}

/// Who wrote a message of a rehearsal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RehearsedBy {
    /// The contact.
    Contact,
    /// The assistant.
    Assistant,
    /// A person of ours.
    Member,
}

/// What an assistant would do, and why.
#[derive(Serialize, ToSchema)]
pub struct Preview {
    /// What it would do.
    outcome: PreviewOutcome,
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
    /// The segments that its text would take.
    segments: u32,
    /// The passages that it was offered, best first.
    passages: Vec<Source>,
    /// What the checks found.
    checks: Vec<String>,
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

/// What an assistant would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreviewOutcome {
    /// It has an answer.
    Answer,
    /// It asks back.
    Clarify,
    /// A person shall answer.
    HandOff,
    /// It says nothing.
    StaySilent,
    /// It has an answer that must not be sent; a person gets it as a suggestion.
    Refused,
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
    caller.must(Scope::AssistantsRead)?;
    within("guide", &asked.guide, INSTRUCTIONS_CHARS_MAX)?;
    let said = said(&app, &asked)?;
    let known = Known { name: asked.name, company: asked.company, ..Known::default() };
    let rehearsed = Rehearsed { version: asked.version, said, guide: asked.guide, known };
    let (answer, run) = app.engine.preview(caller.tenant, id, rehearsed).await?;
    Ok(Json(shown(answer, run)))
}

fn said(app: &AppState, asked: &AskPreview) -> Result<Vec<Said>, ApiError> {
    let mut said = conversation(app.engine.now(), &asked.messages)?;
    if let Some(text) = &asked.text {
        within("text", text, TEXT_CHARS_MAX)?;
        said.push(Said { by: Speaker::Contact, body: text.clone(), at: app.engine.now() });
    }
    let last = said.last().filter(|last| last.by == Speaker::Contact && !last.body.trim().is_empty());
    if last.is_none() {
        return Err(ApiError::invalid("text", "empty", "Write what a contact might write."));
    }
    Ok(said)
}

/// A conversation as it is shown to an assistant, with a minute between each two messages.
///
/// # Errors
/// 422 that names the field.
pub(super) fn conversation(now: jiff::Timestamp, messages: &[RehearsedMessage]) -> Result<Vec<Said>, ApiError> {
    if messages.len() > MESSAGES_MAX {
        return Err(ApiError::invalid("messages", "too_many", format!("At most {MESSAGES_MAX} messages.")));
    }
    let count = i64::try_from(messages.len()).unwrap_or(0);
    let mut said = Vec::with_capacity(messages.len());
    for (nth, message) in (0_i64..).zip(messages) {
        within("messages", &message.body, TEXT_CHARS_MAX)?;
        let by = match message.by {
            RehearsedBy::Contact => Speaker::Contact,
            RehearsedBy::Assistant => Speaker::Assistant,
            RehearsedBy::Member => Speaker::Person,
        };
        let ago = SignedDuration::from_secs((count - nth) * PAUSE_SECONDS);
        said.push(Said { by, body: message.body.clone(), at: now.checked_sub(ago).unwrap_or(now) });
    }
    Ok(said)
}

fn shown(answer: Answer, run: domain::assistant::Run) -> Preview {
    let shown = |sources: Vec<domain::message::Source>| -> Vec<Source> {
        sources.into_iter().map(|source| Source { title: source.title, quote: source.quote }).collect()
    };
    let (outcome, body, sources, reason, summary) = match answer {
        Answer::Reply(reply) => {
            let outcome = match (reply.objections.is_empty(), reply.clarifies) {
                (false, _) => PreviewOutcome::Refused,
                (true, true) => PreviewOutcome::Clarify,
                (true, false) => PreviewOutcome::Answer,
            };
            let reasons: Vec<String> = reply.objections.iter().map(domain::assistant::Objection::reason).collect();
            let reason = (!reasons.is_empty()).then(|| format!("It {}.", reasons.join("; and it ")));
            (outcome, Some(reply.body), reply.sources, reason, None)
        }
        Answer::HandOff(hand_off) => {
            let (body, sources) = hand_off
                .suggestion
                .map_or((None, Vec::new()), |Suggestion { body, sources, objections: _ }| (Some(body), sources));
            let summary = Some(hand_off.summary).filter(|summary| !summary.is_empty());
            (PreviewOutcome::HandOff, body, sources, Some(hand_off.reason), summary)
        }
        Answer::Silent { reason } => (PreviewOutcome::StaySilent, None, Vec::new(), Some(reason), None),
    };
    let segments = body
        .as_deref()
        .map_or(0, |body| domain::segment::measure(&domain::smart::smart_if_it_helps(body).body).segments);
    Preview {
        outcome,
        body,
        sources: shown(sources),
        reason,
        summary,
        segments,
        passages: shown(run.record.passages),
        checks: run.record.checks,
        model: Some(run.model).filter(|model| !model.is_empty()),
        assistant_version: run.assistant_version,
        tokens_in: run.tokens_in,
        tokens_out: run.tokens_out,
        cost: run.cost.map(|cost| Cost { micros: cost.micros, currency: cost.currency }),
        latency_ms: run.latency_ms,
    }
}
