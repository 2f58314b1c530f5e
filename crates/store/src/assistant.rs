//! Configured AIs, as the API shows them.

use std::collections::{BTreeSet, HashMap};

use domain::assistant::{ProviderKind, Settings};
use domain::decision::{CancelReason, Change, Decision, Unsent};
use domain::event::Kind;
use domain::id::{AssistantId, ContactId, ConversationId, Ids, MessageId};
use domain::message::{Author, Direction, Status};
use domain::segment::Encoding;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::event::Line;
use crate::remember::remember;
use crate::{Row, StoreError, TenantTx, args, row};

pub mod case;
pub mod figures;
pub mod past;
pub mod replay;
pub mod shown;
pub mod version;

pub use shown::Set;

/// Whoever looks for an assistant of some kind looks at so many.
const LOOKED_AT_MAX: u32 = 200;

/// A configured AI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Assistant {
    /// Which one.
    #[schema(value_type = String, example = "ast_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: AssistantId,
    /// What people call it.
    pub name: String,
    /// The version that is in force.
    pub version: u32,
    /// What is set in it.
    #[serde(flatten)]
    pub set: Set,
    /// When it was set up.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

macro_rules! assistant {
    () => {
        "SELECT id, name, settings, created_at_us, version FROM assistant WHERE tenant_id = $1 AND deleted_at_us IS NULL"
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

/// The oldest assistant in use that has a model other than the built-in one.
///
/// # Errors
/// When the database fails.
pub async fn with_model(tx: &mut TenantTx<'_>) -> Result<Option<AssistantId>, StoreError> {
    let sql = "SELECT id, settings FROM assistant WHERE tenant_id = $1 AND deleted_at_us IS NULL ORDER BY id LIMIT $2";
    for row in tx.rows(sql, args![LOOKED_AT_MAX]).await? {
        let settings: Settings = serde_json::from_str(row.text(1)?).map_err(StoreError::fault)?;
        if settings.provider.kind != ProviderKind::Builtin {
            return row.get(0).map(Some);
        }
    }
    Ok(None)
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

/// A key of a model changes.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// Where the model is: a key is for one address.
    pub base_url: String,
    /// Sealed; `None`: it is taken away.
    pub sealed: Option<Vec<u8>>,
}

impl std::fmt::Debug for KeyChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyChange").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// Sets one up: its first version is in force.
///
/// # Errors
/// When the database fails.
pub async fn create(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: AssistantId,
    author: Author,
    name: &str,
    settings: &Settings,
    keys: &[KeyChange],
) -> Result<Line, StoreError> {
    tx.exec(
        "INSERT INTO assistant (tenant_id, id, name, version, settings, created_at_us) VALUES ($1, $2, $3, 1, $4, $5)",
        args![id, name, text(settings)?, now],
    )
    .await?;
    change_keys(tx, id, keys).await?;
    version::add(tx, now, id, 1, author, name, settings, true).await?;
    Ok(updated(id))
}

/// Changes one: what is set becomes a version of its own, in force at once if it is published. What is as it was makes no
/// version. Answers the version's number.
///
/// # Errors
/// When the database fails.
#[expect(clippy::too_many_arguments, reason = "all of a version, and where it comes from")]
pub async fn change(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: AssistantId,
    author: Author,
    name: Option<&str>,
    settings: &Settings,
    keys: &[KeyChange],
    publish: bool,
) -> Result<(u32, Line), StoreError> {
    let row =
        tx.one("SELECT name, settings, version FROM assistant WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    let (before, set, current): (String, String, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let set: Settings = serde_json::from_str(&set).map_err(StoreError::fault)?;
    let name = name.unwrap_or(&before);
    let number = if name == before && *settings == set && publish {
        current
    } else {
        let number = version::next(tx, id).await?;
        version::add(tx, now, id, number, author, name, settings, publish).await?;
        number
    };
    if publish {
        tx.exec(
            "UPDATE assistant SET name = $3, settings = $4, version = $5 WHERE tenant_id = $1 AND id = $2",
            args![id, name, text(settings)?, number],
        )
        .await?;
    }
    change_keys(tx, id, keys).await?;
    Ok((number, updated(id)))
}

/// The sealed keys of its models, by their addresses.
///
/// # Errors
/// When the database fails.
pub async fn keys(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<HashMap<String, Vec<u8>>, StoreError> {
    let rows = tx
        .rows("SELECT base_url, key FROM assistant_key WHERE tenant_id = $1 AND assistant_id = $2", args![id])
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

async fn change_keys(tx: &mut TenantTx<'_>, id: AssistantId, keys: &[KeyChange]) -> Result<(), StoreError> {
    for KeyChange { base_url, sealed } in keys {
        tx.exec(
            "DELETE FROM assistant_key WHERE tenant_id = $1 AND assistant_id = $2 AND base_url = $3",
            args![id, base_url],
        )
        .await?;
        if let Some(sealed) = sealed {
            tx.exec(
                "INSERT INTO assistant_key (tenant_id, assistant_id, base_url, key) VALUES ($1, $2, $3, $4)",
                args![id, base_url, sealed.clone()],
            )
            .await?;
        }
    }
    Ok(())
}

/// The sealed values of its tools' secret headers; `None`: there are none.
///
/// # Errors
/// When the database fails.
pub async fn tool_secrets(tx: &mut TenantTx<'_>, id: AssistantId) -> Result<Option<Vec<u8>>, StoreError> {
    let row = tx.opt("SELECT tool_secrets FROM assistant WHERE tenant_id = $1 AND id = $2", args![id]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// Keeps the sealed values of its tools' secret headers instead of those there are; `None`: there are none.
///
/// # Errors
/// When the database fails.
pub async fn keep_tool_secrets(
    tx: &mut TenantTx<'_>,
    id: AssistantId,
    sealed: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    tx.exec("UPDATE assistant SET tool_secrets = $3 WHERE tenant_id = $1 AND id = $2", args![id, sealed]).await
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
            "UPDATE assistant SET deleted_at_us = $3, tool_secrets = NULL
             WHERE tenant_id = $1 AND id = $2 AND deleted_at_us IS NULL RETURNING name",
            args![id, now],
        )
        .await?;
    let Some(removed) = removed else { return Ok(None) };
    tx.exec("DELETE FROM assistant_key WHERE tenant_id = $1 AND assistant_id = $2", args![id]).await?;
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
            false,
            now
        ]
    });
    tx.insert_many(
        "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, body, media, sources, encoding,
             segments, status, stop_if_reply, answers, created_at_us)",
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

fn assistant(row: &Row) -> Result<Assistant, StoreError> {
    let settings: Settings = serde_json::from_str(&row.get::<String>(2)?).map_err(StoreError::fault)?;
    Ok(Assistant {
        id: row.get(0)?,
        name: row.get(1)?,
        version: row.get(4)?,
        set: Set::from(settings),
        created_at: row.get(3)?,
    })
}

pub(crate) fn updated(id: AssistantId) -> Line {
    Line { kind: Kind::AssistantUpdated, subject: id.into(), conversation: None }
}

fn text(settings: &Settings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(StoreError::fault)
}
