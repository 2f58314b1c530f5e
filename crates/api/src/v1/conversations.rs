//! Threads: the inbox, how each stands, who answers it.

use axum::extract::State;
use domain::access::Scope;
use domain::command::{Command, ConversationChange, HandOffTo, NewText, Start};
use domain::conversation::{Mode, Status};
use domain::id::{AssistantId, ConversationId, MediaId, NumberId, TeamId, UserId};
use domain::phone::E164;
use domain::tenant::Settings;
use engine::{Outcome, live::Signal};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::conversation::{self, Conversation};
use store::message::{self, Message};
use store::{StoreError, TenantTx, assistant, scene, tenant, words};
use utoipa::ToSchema;

pub mod counts;
mod wanted;

pub(super) use self::wanted::{Wanted, filter};
use super::{contacts, messages};
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query, Write, present},
    once::Written,
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// A conversation to open or resume.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConversation {
    /// With whom: a number in any usual spelling; without a country code it is read as one of the tenant's region.
    to: String,
    /// What to say. Without text and attachments the conversation is only opened.
    body: Option<String>,
    /// Which of our numbers writes: its id, or the number itself. If not said: the one last used with this contact, else the
    /// first that is enabled.
    from: Option<String>,
    /// Who they are; fills what is not known.
    name: Option<String>,
    /// Where they work; fills what is not known.
    company: Option<String>,
    /// Who answers, instead of the number's own assistant.
    #[schema(value_type = Option<String>)]
    assistant_id: Option<AssistantId>,
    /// What the assistant must follow.
    guide: Option<String>,
    /// Attachments, uploaded before.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    media_ids: Vec<MediaId>,
    /// Not before this moment.
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_at: Option<Timestamp>,
    /// Cancel the text if the contact writes first.
    #[serde(default)]
    stop_if_reply: bool,
    /// Keep the text back this long so that it can be undone; if not said, members get what the tenant has set and programs 0.
    #[schema(maximum = 60)]
    hold_seconds: Option<u32>,
}

/// A conversation that was opened or resumed.
#[derive(Debug, Serialize, ToSchema)]
pub struct StartedConversation {
    /// It.
    pub conversation: Conversation,
    /// The text that was sent with it, if there was one.
    #[schema(required = true)]
    pub message: Option<Message>,
    /// It was there already.
    pub resumed: bool,
}

/// What of a conversation changes; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationPatch {
    #[schema(value_type = Option<words::ConversationStatus>)]
    status: Option<Status>,
    /// When a snoozed one comes back: needed with `snoozed`.
    #[schema(value_type = Option<String>, format = DateTime)]
    snoozed_until: Option<Timestamp>,
    /// `null`: everybody. Another team without an assignee is the whole team.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    team_id: Option<Option<TeamId>>,
    /// `null`: nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    assignee_id: Option<Option<UserId>>,
    /// All of them.
    tags: Option<Vec<String>>,
    /// What its assistant may do; `null`: what the assistant itself is set to.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<words::Mode>)]
    mode: Option<Option<Mode>>,
    /// The contact's name; `null`: not known.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// The contact's company; `null`: not known.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    company: Option<Option<String>>,
}

/// What an assistant must follow.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGuide {
    /// Free text; empty: nothing in particular.
    guide: String,
}

/// Who shall answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Handoff {
    to: HandoffTo,
    /// With `assistant`: which one, instead of the number's own.
    #[schema(value_type = Option<String>)]
    assistant_id: Option<AssistantId>,
    /// With `agents`: the team that shall look after it.
    #[schema(value_type = Option<String>)]
    team_id: Option<TeamId>,
    /// With `agents`: the member who shall look after it.
    #[schema(value_type = Option<String>)]
    assignee_id: Option<UserId>,
    /// Why; it stands in the thread, where the contact never sees it.
    reason: Option<String>,
}

/// Who shall answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffTo {
    /// People.
    Agents,
    /// An assistant.
    Assistant,
    /// Nobody.
    Nobody,
}

/// Whether someone is typing.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Typing {
    /// They are, or they have stopped.
    typing: bool,
}

/// A conversation that was read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadMark {
    /// Texts that the asking member has not seen: none.
    pub unread: i64,
}

/// The inbox: newest activity first, if nothing else is asked for.
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(Wanted, PageParams),
    responses((status = 200, body = Listed<Conversation>)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Page,
) -> Result<Json<Listed<Conversation>>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let filter = filter(&wanted, caller.user)?;
    let order = filter.order;
    let after = page.after_time()?.map(|(at, id)| (at, ConversationId(id)));
    let reader = caller.user;
    let rows = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            conversation::page(tx, &filter, reader, after, page.fetch()).await
        })
        .await?;
    Ok(Json(page.listed(rows, |row| Cursor::at(order.place(row), row.id))))
}

/// Opens a conversation with a phone number, or resumes it, and sends the first text.
#[utoipa::path(post, path = "/conversations", tag = "conversations", request_body = NewConversation,
    responses((status = 201, body = StartedConversation)))]
pub async fn start(
    State(app): State<AppState>,
    caller: Caller,
    Write(new, once): Write<NewConversation>,
) -> Result<Written<StartedConversation>, ApiError> {
    caller.must(Scope::ConversationsWrite)?;
    let says_something = new.body.is_some() || !new.media_ids.is_empty();
    if says_something {
        caller.must(Scope::MessagesWrite)?;
    }
    let place = new.clone();
    let (settings, to, from) =
        app.engine.store().read(caller.tenant, async move |tx: &mut TenantTx<'_>| whither(tx, &place).await).await?;
    let text = NewText {
        body: new.body.unwrap_or_default(),
        media: new.media_ids,
        scheduled_at: new.scheduled_at,
        hold: messages::hold(&caller, &settings, new.hold_seconds)?,
        stop_if_reply: new.stop_if_reply,
        notice: false,
        draft: None,
    };
    let start = Start {
        to,
        from,
        text: says_something.then_some(text),
        name: new.name.as_deref().map(|name| contacts::line("name", Some(name))).transpose()?,
        company: new.company.as_deref().map(|company| contacts::line("company", Some(company))).transpose()?,
        assistant: new.assistant_id,
        guide: new.guide,
    };
    let done = app.engine.ask(caller.tenant, caller.asker(), Command::Start(start), once).await?;
    let Outcome::Started { conversation, message, resumed } = done.outcome else { return Err(unexpected()) };
    let reader = caller.user;
    let started = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let message = match message {
                Some(id) => message::find(tx, id).await?,
                None => None,
            };
            let conversation = found(tx, conversation, reader).await?;
            Ok::<_, ApiError>(StartedConversation { conversation, message, resumed })
        })
        .await?;
    Ok(Written::with(StatusCode::CREATED, started, &done))
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = Conversation)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<Conversation>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    Ok(Json(shown(&app, &caller, id).await?))
}

/// Changes how a conversation stands.
#[utoipa::path(patch, path = "/conversations/{id}", tag = "conversations", params(("id" = String, Path)),
    request_body = ConversationPatch, responses((status = 200, body = Conversation)))]
pub async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Write(patch, once): Write<ConversationPatch>,
) -> Result<Written<Conversation>, ApiError> {
    caller.must(Scope::ConversationsWrite)?;
    must_be_ours(&app, &caller, patch.team_id.flatten(), patch.assignee_id.flatten()).await?;
    let cleared = |field, text: Option<Option<String>>| {
        text.map(|text: Option<String>| contacts::line(field, text.as_deref())).transpose()
    };
    let change = ConversationChange {
        // A time to come back says that it is put away.
        status: patch.status.or(patch.snoozed_until.map(|_| Status::Snoozed)),
        snoozed_until: patch.snoozed_until,
        team: patch.team_id,
        assignee: patch.assignee_id,
        mode: patch.mode,
        guide: None,
        name: cleared("name", patch.name)?,
        company: cleared("company", patch.company)?,
        tags: patch.tags,
    };
    ask(&app, &caller, id, Command::Change { conversation: id, change }, once).await
}

/// Sets what the assistant of a conversation must follow.
#[utoipa::path(put, path = "/conversations/{id}/guide", tag = "conversations", params(("id" = String, Path)),
    request_body = NewGuide, responses((status = 200, body = Conversation)))]
pub async fn set_guide(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Write(new, once): Write<NewGuide>,
) -> Result<Written<Conversation>, ApiError> {
    caller.must(Scope::ConversationsWrite)?;
    let change = ConversationChange { guide: Some(new.guide), ..ConversationChange::default() };
    ask(&app, &caller, id, Command::Change { conversation: id, change }, once).await
}

/// Gives a conversation to someone else to answer.
#[utoipa::path(post, path = "/conversations/{id}/handoff", tag = "conversations", params(("id" = String, Path)),
    request_body = Handoff, responses((status = 200, body = Conversation)))]
pub async fn hand_off(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Write(asked, once): Write<Handoff>,
) -> Result<Written<Conversation>, ApiError> {
    caller.must(Scope::ConversationsWrite)?;
    if asked.assistant_id.is_some() && asked.to != HandoffTo::Assistant {
        return Err(ApiError::invalid("assistant_id", "not_used", "Only with `to: assistant`."));
    }
    if asked.assignee_id.is_some() && asked.to != HandoffTo::Agents {
        return Err(ApiError::invalid("assignee_id", "not_used", "Only with `to: agents`."));
    }
    if asked.team_id.is_some() && asked.to != HandoffTo::Agents {
        return Err(ApiError::invalid("team_id", "not_used", "Only with `to: agents`."));
    }
    must_be_ours(&app, &caller, asked.team_id, asked.assignee_id).await?;
    if let Some(assistant) = asked.assistant_id {
        must_be_assistant(&app, &caller, assistant).await?;
    }
    let reason = asked.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > 500) {
        return Err(ApiError::invalid("reason", "too_long", "At most 500 characters."));
    }
    let to = match asked.to {
        HandoffTo::Agents => HandOffTo::Agents { team: asked.team_id, assignee: asked.assignee_id },
        HandoffTo::Assistant => HandOffTo::Assistant(asked.assistant_id),
        HandoffTo::Nobody => HandOffTo::Nobody,
    };
    let command = Command::HandOff { conversation: id, to, reason: reason.map(str::to_owned) };
    ask(&app, &caller, id, command, once).await
}

/// Marks everything so far as seen by the asking member.
#[utoipa::path(post, path = "/conversations/{id}/read", tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = ReadMark)))]
pub async fn mark_read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<ReadMark>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let Some(reader) = caller.user else { return Err(only_members(&app, &caller, id).await) };
    let store = app.engine.store();
    let seen = store
        .write(caller.tenant, async move |tx: &mut TenantTx<'_>| conversation::mark_read(tx, id, reader).await)
        .await?;
    if seen { Ok(Json(ReadMark { unread: 0 })) } else { Err(ApiError::not_found("conversation")) }
}

/// Tells the others that someone is typing.
#[utoipa::path(post, path = "/conversations/{id}/typing", tag = "conversations", params(("id" = String, Path)),
    request_body = Typing, responses((status = 204)))]
pub async fn typing(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(asked): Json<Typing>,
) -> Result<StatusCode, ApiError> {
    caller.must(Scope::ConversationsWrite)?;
    must_exist(&app, &caller, id).await?;
    let data = json!({ "conversation_id": id, "user_id": caller.user, "author": "member", "typing": asked.typing });
    app.engine.live().signal(caller.tenant, Signal { name: "typing", data });
    if asked.typing {
        // Whoever begins to write keeps the assistant from going on.
        app.engine.ask(caller.tenant, caller.asker(), Command::Type { conversation: id }, None).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the engine for a change, and answers with the conversation as it is then.
async fn ask(
    app: &AppState,
    caller: &Caller,
    id: ConversationId,
    command: Command,
    once: Option<engine::Once>,
) -> Result<Written<Conversation>, ApiError> {
    let done = app.engine.ask(caller.tenant, caller.asker(), command, once).await?;
    Ok(Written::with(StatusCode::OK, shown(app, caller, id).await?, &done))
}

async fn shown(app: &AppState, caller: &Caller, id: ConversationId) -> Result<Conversation, ApiError> {
    let reader = caller.user;
    app.engine.store().read(caller.tenant, async move |tx: &mut TenantTx<'_>| found(tx, id, reader).await).await
}

async fn found(tx: &mut TenantTx<'_>, id: ConversationId, reader: Option<UserId>) -> Result<Conversation, ApiError> {
    conversation::find(tx, id, reader).await?.ok_or_else(|| ApiError::not_found("conversation"))
}

/// 404 if there is no such conversation.
pub(super) async fn must_exist(app: &AppState, caller: &Caller, id: ConversationId) -> Result<(), ApiError> {
    let store = app.engine.store();
    let exists =
        store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| conversation::exists(tx, id).await).await?;
    if exists { Ok(()) } else { Err(ApiError::not_found("conversation")) }
}

/// The engine answered something else than it was asked: a bug.
pub(super) fn unexpected() -> ApiError {
    StoreError::fault("the engine's answer does not fit its command").into()
}

async fn only_members(app: &AppState, caller: &Caller, id: ConversationId) -> ApiError {
    match must_exist(app, caller, id).await {
        Ok(()) => ApiError::forbidden("Only members have unread marks; an API key has none."),
        Err(error) => error,
    }
}

/// Whoever is to look after it must be there.
async fn must_be_ours(
    app: &AppState,
    caller: &Caller,
    team: Option<TeamId>,
    assignee: Option<UserId>,
) -> Result<(), ApiError> {
    if team.is_none() && assignee.is_none() {
        return Ok(());
    }
    let store = app.engine.store();
    store
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            if let Some(team) = team
                && store::team::find(tx, team).await?.is_none()
            {
                let mend = "There is no such team. Choose one under Teams.";
                return Err(ApiError::invalid("team_id", "not_found", mend));
            }
            if let Some(assignee) = assignee
                && !conversation::is_member(tx, assignee).await?
            {
                let mend = "There is no such member. Choose one under Members.";
                return Err(ApiError::invalid("assignee_id", "not_found", mend));
            }
            Ok(())
        })
        .await
}

async fn must_be_assistant(app: &AppState, caller: &Caller, id: AssistantId) -> Result<(), ApiError> {
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| scene::assistant(tx, id).await).await?;
    found.map(drop).ok_or_else(no_such_assistant)
}

fn no_such_assistant() -> ApiError {
    ApiError::invalid("assistant_id", "not_found", "There is no such assistant. Choose one under Assistants.")
}

/// To whom, and from which number, in one look at what the tenant has.
async fn whither(tx: &mut TenantTx<'_>, new: &NewConversation) -> Result<(Settings, E164, NumberId), ApiError> {
    let settings = tenant::settings(tx).await?;
    let to = E164::parse(&new.to, Some(&settings.region)).map_err(|error| ApiError::phone("to", error))?;
    if let Some(id) = new.assistant_id {
        assistant::find(tx, id).await?.ok_or_else(no_such_assistant)?;
    }
    let from = match new.from.as_deref().map(str::trim).filter(|from| !from.is_empty()) {
        Some(from) => ours(tx, from, &settings.region).await?.ok_or_else(|| {
            ApiError::invalid("from", "unknown_number", "This is not one of your numbers. Choose one under Numbers.")
        })?,
        None => conversation::number_for(tx, to.as_str()).await?.ok_or_else(|| {
            let mend = "There is no number to write from. Add one under Numbers, or enable one.";
            ApiError::invalid("from", "no_number", mend)
        })?,
    };
    Ok((settings, to, from))
}

/// One of our numbers: by its id, by a number in any spelling, or by a short code or name as it is.
async fn ours(tx: &mut TenantTx<'_>, from: &str, region: &str) -> Result<Option<NumberId>, StoreError> {
    if let Ok(id) = from.parse::<NumberId>() {
        return Ok(conversation::has_number(tx, id).await?.then_some(id));
    }
    let address = E164::parse(from, Some(region)).map_or_else(|_| from.to_owned(), |number| number.to_string());
    conversation::number_by_address(tx, &address).await
}
