//! Texts and notes of a conversation.

use axum::extract::State;
use domain::access::Scope;
use domain::command::{Command, NewText};
use domain::id::{ConversationId, DraftId, MediaId, MessageId};
use domain::tenant::Settings;
use engine::Outcome;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::message::{self, Message, Receipt};
use store::{StoreError, TenantTx, conversation, tenant};
use utoipa::{IntoParams, ToSchema};

use super::conversations::unexpected;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query, Write},
    once::Written,
    page::{Cursor, Listed, Page, PageParams},
    state::AppState,
};

/// A text may be held back this long, in seconds.
const HOLD_SECONDS_MAX: u32 = 60;

/// A text to send.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// What to say; it may be empty when something is attached.
    body: Option<String>,
    /// Attachments, uploaded before.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    media_ids: Vec<MediaId>,
    /// The assistant's draft that this answers to: accepted as it was, or edited.
    #[schema(value_type = Option<String>)]
    draft_id: Option<DraftId>,
    /// Not before this moment.
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_at: Option<Timestamp>,
    /// Cancel it if the contact writes first.
    #[serde(default)]
    stop_if_reply: bool,
    /// It answers nothing: somebody who waits for an answer still does, and an assistant may give it.
    #[serde(default)]
    notice: bool,
    /// Keep it back this long so that it can be undone; if not said, members get what the tenant has set and programs 0.
    #[schema(maximum = 60)]
    hold_seconds: Option<u32>,
}

/// A note that the contact never sees.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// What it says.
    body: String,
}

/// A message that was written or changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentMessage {
    /// It.
    pub message: Message,
}

/// Which part of a conversation is wanted; its end, if nothing is said.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// This message, with about as many before it as after it.
    #[param(required = false)]
    around: Option<String>,
    /// What comes right after this message: `newer_than` of the page before.
    #[param(required = false)]
    newer_than: Option<String>,
}

/// A page of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    /// The messages, newest first.
    pub data: Vec<Message>,
    /// What to ask for next, as `cursor`, for those before; `null`: there are none, or `newer_than` was asked for.
    pub next_cursor: Option<String>,
    /// What to ask for next, as `newer_than`, for those after, where `around` or `newer_than` was asked for; `null`: the page
    /// reaches to the end.
    #[schema(required = true, value_type = Option<String>)]
    pub newer_than: Option<MessageId>,
}

/// The messages of a conversation, newest first.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "messages",
    params(("id" = String, Path), Part, PageParams), responses((status = 200, body = MessagePage)))]
pub async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(part): Query<Part>,
    page: Page,
) -> Result<Json<MessagePage>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let around = part.around.as_deref().map(|text| one_of("around", text)).transpose()?;
    let newer_than = part.newer_than.as_deref().map(|text| one_of("newer_than", text)).transpose()?;
    if usize::from(around.is_some()) + usize::from(newer_than.is_some()) + usize::from(page.after.is_some()) > 1 {
        let field = if around.is_some() { "around" } else { "newer_than" };
        return Err(ApiError::invalid(field, "both", "Say one of `around`, `newer_than` and `cursor`."));
    }
    let read = async move |tx: &mut TenantTx<'_>| {
        if let Some(around) = around {
            return page_around(tx, id, around, page).await;
        }
        let shown = if let Some(than) = newer_than {
            let (data, newer_than) = newer(tx, id, than, page.limit).await?;
            MessagePage { data, next_cursor: None, newer_than }
        } else {
            let rows = message::page(tx, id, page.after_id(), page.fetch()).await?;
            let Listed { data, next_cursor } = page.listed(rows, |row| Cursor::id(row.id));
            MessagePage { data, next_cursor, newer_than: None }
        };
        if shown.data.is_empty() && !conversation::exists(tx, id).await? {
            return Err(ApiError::not_found("conversation"));
        }
        Ok(shown)
    };
    app.engine.store().read(caller.tenant, read).await.map(Json)
}

fn one_of(field: &str, text: &str) -> Result<MessageId, ApiError> {
    text.parse().map_err(|_| ApiError::invalid(field, "not_allowed", "Use a message's id (msg_…)."))
}

/// A message in the middle of what was said before and after it.
async fn page_around(
    tx: &mut TenantTx<'_>,
    id: ConversationId,
    around: MessageId,
    page: Page,
) -> Result<MessagePage, ApiError> {
    let found = message::find(tx, around).await?.filter(|found| found.conversation_id == id);
    let middle = found.ok_or_else(|| ApiError::not_found("message"))?;
    let (mut data, newer_than) = newer(tx, id, around, page.limit / 2).await?;
    data.push(middle);
    // The room that is left, and one more, which tells whether there is a page behind this one.
    let fetch = page.fetch().saturating_sub(u32::try_from(data.len()).unwrap_or(0));
    data.append(&mut message::page(tx, id, Some(around), fetch).await?);
    let Listed { data, next_cursor } = page.listed(data, |row| Cursor::id(row.id));
    Ok(MessagePage { data, next_cursor, newer_than })
}

/// What comes right after a message, and after which one there is more.
async fn newer(
    tx: &mut TenantTx<'_>,
    id: ConversationId,
    than: MessageId,
    limit: u32,
) -> Result<(Vec<Message>, Option<MessageId>), StoreError> {
    let mut rows = message::newer(tx, id, than, limit + 1).await?;
    if rows.len() <= limit as usize {
        return Ok((rows, None));
    }
    let _ = rows.remove(0);
    let newest = rows.first().map_or(than, |row| row.id);
    Ok((rows, Some(newest)))
}

/// Replies to a contact. `202`: kept and queued; what becomes of it is told over the live stream.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "messages", params(("id" = String, Path)),
    request_body = NewMessage, responses((status = 202, body = SentMessage)))]
pub async fn reply(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Write(new, once): Write<NewMessage>,
) -> Result<Written<SentMessage>, ApiError> {
    caller.must(Scope::MessagesWrite)?;
    let hold = hold_of(&app, &caller, new.hold_seconds).await?;
    let text = NewText {
        body: new.body.unwrap_or_default(),
        media: new.media_ids,
        scheduled_at: new.scheduled_at,
        hold,
        stop_if_reply: new.stop_if_reply,
        notice: new.notice,
        draft: new.draft_id,
    };
    say(&app, &caller, Command::Reply { conversation: id, text }, once).await
}

/// Leaves a note that the contact never sees.
#[utoipa::path(post, path = "/conversations/{id}/notes", tag = "messages", params(("id" = String, Path)),
    request_body = NewNote, responses((status = 201, body = SentMessage)))]
pub async fn note(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Write(new, once): Write<NewNote>,
) -> Result<Written<SentMessage>, ApiError> {
    caller.must(Scope::ConversationsWrite)?;
    let command = Command::Note { conversation: id, body: new.body };
    Ok(Written { status: StatusCode::CREATED, ..say(&app, &caller, command, once).await? })
}

/// One message.
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = Message)))]
pub async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<MessageId>,
) -> Result<Json<Message>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    Ok(Json(found(&app, &caller, id).await?))
}

/// Takes a text back that has not gone to the carrier; 409 `too_late` if it has.
#[utoipa::path(post, path = "/messages/{id}/cancel", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = SentMessage)))]
pub async fn cancel(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<MessageId>,
    Write(Nothing {}, once): Write<Nothing>,
) -> Result<Written<SentMessage>, ApiError> {
    caller.must(Scope::MessagesWrite)?;
    let answer = say(&app, &caller, Command::Cancel { message: id }, once).await?;
    Ok(Written { status: StatusCode::OK, ..answer })
}

/// Why a message was or was not sent.
#[utoipa::path(get, path = "/messages/{id}/receipt", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = Receipt)))]
pub async fn receipt(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<MessageId>,
) -> Result<Json<Receipt>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| message::receipt(tx, id).await).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("message"))
}

/// A body without fields.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Asks the engine to write or change a message, and answers 202 with the message as it is then.
pub(super) async fn say(
    app: &AppState,
    caller: &Caller,
    command: Command,
    once: Option<engine::Once>,
) -> Result<Written<SentMessage>, ApiError> {
    let done = app.engine.ask(caller.tenant, caller.asker(), command, once).await?;
    let id = match done.outcome {
        Outcome::Sent { message } | Outcome::Noted { message } | Outcome::Cancelled { message } => message,
        Outcome::Started { .. }
        | Outcome::Changed { .. }
        | Outcome::Rejected { .. }
        | Outcome::Consented { .. }
        | Outcome::Decided { .. }
        | Outcome::Tested { .. } => return Err(unexpected()),
    };
    let message = found(app, caller, id).await?;
    Ok(Written::with(StatusCode::ACCEPTED, SentMessage { message }, &done))
}

/// How long a text is held, when it needs the tenant's settings to say so.
pub(super) async fn hold_of(app: &AppState, caller: &Caller, asked: Option<u32>) -> Result<SignedDuration, ApiError> {
    let settings = match (asked, caller.is_person()) {
        (None, true) => {
            app.engine.store().read(caller.tenant, async |tx: &mut TenantTx<'_>| tenant::settings(tx).await).await?
        }
        _ => Settings::default(),
    };
    hold(caller, &settings, asked)
}

/// How long a text is held: as asked, else as the tenant has set for members, and not at all for programs.
pub(super) fn hold(caller: &Caller, settings: &Settings, asked: Option<u32>) -> Result<SignedDuration, ApiError> {
    let seconds = match asked {
        Some(seconds) if seconds > HOLD_SECONDS_MAX => {
            let message =
                format!("Hold a text for 0 to {HOLD_SECONDS_MAX} seconds; to send it later, use `scheduled_at`.");
            return Err(ApiError::invalid("hold_seconds", "out_of_range", message));
        }
        Some(seconds) => seconds,
        None if caller.is_person() => settings.undo_seconds.min(HOLD_SECONDS_MAX),
        None => 0,
    };
    Ok(SignedDuration::from_secs(i64::from(seconds)))
}

async fn found(app: &AppState, caller: &Caller, id: MessageId) -> Result<Message, ApiError> {
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| message::find(tx, id).await).await?;
    found.ok_or_else(|| ApiError::not_found("message"))
}

#[cfg(test)]
mod tests {
    use domain::{
        access::{Grant, Role},
        id::{TenantId, UserId},
        message::Author,
    };
    use uuid::Uuid;

    use super::*;

    #[test]
    fn people_can_undo_and_programs_need_not_wait() {
        let ann = UserId(Uuid::from_u128(2));
        let member = Caller {
            tenant: TenantId(Uuid::from_u128(1)),
            grant: Grant::Member(Role::Agent),
            user: Some(ann),
            author: Author::Member(ann),
        };
        let key = Caller { grant: Grant::Key(vec![]), user: None, author: Author::Api, ..member.clone() };
        let settings = Settings { undo_seconds: 7, ..Settings::default() };
        let held = |caller, asked| hold(caller, &settings, asked).map(|hold| hold.as_secs());
        assert_eq!(held(&member, None).unwrap(), 7);
        assert_eq!(held(&key, None).unwrap(), 0);
        assert_eq!(held(&key, Some(60)).unwrap(), 60);
        assert_eq!(held(&member, Some(0)).unwrap(), 0);
        assert_eq!(held(&member, Some(61)).unwrap_err().code(), "invalid");
    }
}
