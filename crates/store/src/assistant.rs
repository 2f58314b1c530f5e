//! Configured AIs, as the API shows them.

use std::collections::BTreeSet;

use domain::assistant::{ProviderKind, Settings};
use domain::conversation::Mode;
use domain::decision::{CancelReason, Change, Decision, Unsent};
use domain::event::Kind;
use domain::id::{AssistantId, ContactId, ConversationId, Ids, MessageId};
use domain::message::{Author, Direction, Status};
use domain::segment::Encoding;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contact::known;
use crate::event::Line;
use crate::remember::remember;
use crate::{Row, StoreError, TenantTx, args, row, words};

/// A configured AI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Assistant {
    /// Which one.
    #[schema(value_type = String, example = "ast_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: AssistantId,
    /// What people call it.
    pub name: String,
    /// How it shall behave, in the tenant's words.
    pub instructions: String,
    /// What it may do on its own, unless a conversation says otherwise.
    #[schema(value_type = words::Mode)]
    pub mode: Mode,
    /// Who answers.
    pub provider: Provider,
    /// It waits this long after the contact's last text, so that quick texts are answered once. Milliseconds.
    pub quiet_window_ms: u32,
    /// Below this score, from 0 to 1, nothing counts as found in its knowledge.
    pub floor: f64,
    /// When it was set up.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Which model answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssistantProvider)]
pub struct Provider {
    /// In which dialect it is asked; `builtin` needs no account.
    #[schema(value_type = words::ProviderKind)]
    pub kind: ProviderKind,
    /// Where it is; `null` for the built-in one.
    #[schema(required = true)]
    pub base_url: Option<String>,
    /// Its name there.
    #[schema(required = true)]
    pub model: Option<String>,
    /// The end of its key; `null`: it has none.
    #[schema(required = true)]
    pub api_key_hint: Option<String>,
    /// How long it may take.
    pub timeout_seconds: u32,
    /// How long its answer may be, in tokens.
    pub max_tokens: u32,
}

macro_rules! assistant {
    () => {
        "SELECT id, name, settings, created_at_us FROM assistant WHERE tenant_id = $1 AND deleted_at_us IS NULL"
    };
}

/// A page of the assistants in use, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &mut TenantTx<'_>, after: Option<AssistantId>, limit: u32) -> Result<Vec<Assistant>, StoreError> {
    let after = after.unwrap_or(AssistantId(Uuid::max()));
    let rows = tx.rows(concat!(assistant!(), " AND id < $2 ORDER BY id DESC LIMIT $3"), args![after, limit]).await?;
    rows.iter().map(assistant).collect()
}

/// An assistant in use.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<Option<Assistant>, StoreError> {
    let row = tx.opt(concat!(assistant!(), " AND id = $2"), args![id]).await?;
    row.as_ref().map(assistant).transpose()
}

/// The settings of an assistant in use, for changing them: nobody else changes them until this transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn settings(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<Option<Settings>, StoreError> {
    let row = tx
        .opt(
            "SELECT settings FROM assistant WHERE tenant_id = $1 AND id = $2 AND deleted_at_us IS NULL {for_update}",
            args![id],
        )
        .await?;
    row.map(|row| serde_json::from_str(&row.get::<String>(0)?).map_err(StoreError::fault)).transpose()
}

/// Sets one up. `model_key` is sealed.
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: AssistantId,
    name: &str,
    settings: &Settings,
    model_key: Option<&[u8]>,
) -> Result<Line, StoreError> {
    let settings = serde_json::to_string(settings).map_err(StoreError::fault)?;
    tx.exec(
        "INSERT INTO assistant (tenant_id, id, name, settings, model_key, created_at_us) VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, name, settings, model_key, now],
    )
    .await?;
    Ok(updated(id))
}

/// Changes one. `model_key` is sealed; the outer `None` leaves it, the inner one takes it away.
///
/// # Errors
/// When the database fails.
pub async fn change(
    tx: &mut TenantTx<'_>,
    id: AssistantId,
    name: Option<&str>,
    settings: &Settings,
    model_key: Option<Option<&[u8]>>,
) -> Result<Line, StoreError> {
    let settings = serde_json::to_string(settings).map_err(StoreError::fault)?;
    tx.exec(
        "UPDATE assistant SET name = COALESCE($3, name), settings = $4,
             model_key = CASE WHEN $5 THEN $6 ELSE model_key END
         WHERE tenant_id = $1 AND id = $2 AND deleted_at_us IS NULL",
        args![id, name, settings, model_key.is_some(), model_key.flatten()],
    )
    .await?;
    Ok(updated(id))
}

/// Takes one out of use: its key is forgotten, numbers lose it, what it wrote and was not sent yet is taken back, and what it
/// held is for people to answer. Where somebody waits for an answer, a note in the thread says why none comes by itself.
/// `None`: there is no such assistant. The lines tell of all that.
///
/// # Errors
/// When the database fails; [`StoreError::Retry`] when it was given another conversation meanwhile.
pub async fn remove(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    id: AssistantId,
) -> Result<Option<Vec<Line>>, StoreError> {
    let removed = tx
        .opt(
            "UPDATE assistant SET deleted_at_us = $3, model_key = NULL
             WHERE tenant_id = $1 AND id = $2 AND deleted_at_us IS NULL RETURNING name",
            args![id, now],
        )
        .await?;
    let Some(removed) = removed else { return Ok(None) };
    // A turn writes a conversation as it has seen it: it is waited for, or it waits and sees that the assistant is gone.
    let lanes = lanes(tx, id).await?;
    tx.lock_lanes(&lanes).await?;
    if !self::lanes(tx, id).await?.is_subset(&lanes) {
        return Err(StoreError::Retry);
    }
    let mut lines = vec![updated(id)];
    let numbers = tx
        .rows(
            "UPDATE number SET assistant_id = NULL WHERE tenant_id = $1 AND assistant_id = $2 RETURNING id",
            args![id],
        )
        .await?;
    for row in numbers {
        lines.push(Line { kind: Kind::NumberUpdated, subject: row.get(0)?, conversation: None });
    }
    let held = tx
        .rows(
            "UPDATE conversation SET holder = 'agents', holder_id = NULL, version = version + 1
             WHERE tenant_id = $1 AND holder = 'assistant' AND holder_id = $2
             RETURNING id, status, contact_id, waiting_since_us IS NOT NULL",
            args![id],
        )
        .await?;
    let why = format!("Handed to people: the assistant {} was removed", removed.get::<String>(0)?);
    let mut notes = Vec::new();
    for row in held {
        let conversation: ConversationId = row.get(0)?;
        if row.get::<String>(1)? == "closed" {
            continue;
        }
        lines.push(Line {
            kind: Kind::ConversationUpdated,
            subject: conversation.into(),
            conversation: Some(conversation),
        });
        if row.get(3)? {
            let (note, contact): (MessageId, ContactId) = (ids.next(), row.get(2)?);
            lines.push(Line { kind: Kind::MessageCreated, subject: note.0, conversation: Some(conversation) });
            notes.push((note, conversation, contact));
        }
    }
    let rows = notes.iter().map(|(note, conversation, contact)| {
        row![
            *note,
            *conversation,
            *contact,
            Direction::Note.as_str(),
            Author::System.kind(),
            &why,
            "[]",
            "[]",
            Encoding::Gsm7.as_str(),
            0,
            Status::Noted.as_str(),
            false,
            now
        ]
    });
    tx.insert_many(
        "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, body, media, sources, encoding,
             segments, status, stop_if_reply, created_at_us)",
        rows,
    )
    .await?;
    lines.append(&mut take_back(tx, now, ids, id).await?);
    Ok(Some(lines))
}

/// Where it has something to do or to say.
async fn lanes(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<BTreeSet<Uuid>, StoreError> {
    let rows = tx
        .rows(
            "SELECT lane FROM conversation WHERE tenant_id = $1 AND holder = 'assistant' AND holder_id = $2
             UNION
             SELECT o.lane FROM outbox o JOIN message m ON m.tenant_id = o.tenant_id AND m.id = o.message_id
             WHERE o.tenant_id = $1 AND o.state = 'waiting' AND m.author = 'assistant' AND m.author_id = $2",
            args![id],
        )
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Takes back what it wrote and what has not been handed to the carrier.
async fn take_back(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    id: AssistantId,
) -> Result<Vec<Line>, StoreError> {
    let waiting = tx
        .rows(
            "SELECT o.message_id FROM outbox o JOIN message m ON m.tenant_id = o.tenant_id AND m.id = o.message_id
             WHERE o.tenant_id = $1 AND o.state = 'waiting' AND m.author = 'assistant' AND m.author_id = $2",
            args![id],
        )
        .await?;
    let mut decision = Decision::default();
    for row in waiting {
        let which = Unsent::One(row.get(0)?);
        decision.change(Change::UnsentCancelled { which, why: CancelReason::AssistantRemoved });
    }
    Ok(remember(tx, now, ids, std::slice::from_ref(&decision)).await?.lines)
}

impl Assistant {
    /// What is shown of what is set.
    #[must_use]
    pub fn shown(id: AssistantId, name: String, settings: Settings, created_at: Timestamp) -> Self {
        let provider = settings.provider;
        Self {
            id,
            name,
            instructions: settings.instructions,
            mode: settings.mode,
            provider: Provider {
                kind: provider.kind,
                base_url: known(provider.base_url),
                model: known(provider.model),
                api_key_hint: known(provider.api_key_hint),
                timeout_seconds: provider.timeout_seconds,
                max_tokens: provider.max_tokens,
            },
            quiet_window_ms: settings.quiet_window_ms,
            floor: settings.floor,
            created_at,
        }
    }
}

fn assistant(row: &Row) -> Result<Assistant, StoreError> {
    let settings = serde_json::from_str(&row.get::<String>(2)?).map_err(StoreError::fault)?;
    Ok(Assistant::shown(row.get(0)?, row.get(1)?, settings, row.get(3)?))
}

fn updated(id: AssistantId) -> Line {
    Line { kind: Kind::AssistantUpdated, subject: id.into(), conversation: None }
}
