//! What assistants want to do and people must approve.

use std::collections::HashMap;
use std::fmt;

use domain::assistant::approval::{self, State};
use domain::id::{ApprovalId, AssistantId, ConversationId, RunId, UserId};
use domain::message::Author;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contact::known;
use crate::{Row, StoreError, SystemTx, TenantTx, args, list, words};

/// Whose word an approval waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalAsks)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// A member's.
    Person,
    /// The contact's, who was texted a code to send back.
    Contact,
}

/// Something that an assistant wants to do and somebody must approve.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// Which one.
    #[schema(value_type = String, example = "apr_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: ApprovalId,
    /// Where.
    #[schema(value_type = String)]
    pub conversation_id: ConversationId,
    /// Who wants it.
    #[schema(value_type = String)]
    pub assistant_id: AssistantId,
    /// In which version: what is done is what that one says.
    pub assistant_version: u32,
    /// The run that it came of: why it wants that.
    #[schema(value_type = String)]
    pub run_id: RunId,
    /// The tool's name.
    pub tool: String,
    /// What it is to be called with.
    pub arguments: Value,
    /// Whose word it waits for, or waited for. People may decide in the contact's place.
    pub asks: Asks,
    /// Where it stands.
    #[schema(value_type = words::ApprovalState)]
    pub state: String,
    /// Who decided: `member`, or `contact`, by the code that they were texted; `null`: nobody.
    #[schema(required = true)]
    pub decided_by_kind: Option<String>,
    /// The member who decided.
    #[schema(required = true, value_type = Option<String>)]
    pub decided_by: Option<UserId>,
    /// When they decided.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
    /// What came of it; before that, why they decided so, if they said.
    #[schema(required = true)]
    pub result: Option<String>,
    /// Until when it can be approved.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Since when it waits.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl fmt::Debug for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Approval").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

macro_rules! shown {
    () => {
        "SELECT id, conversation_id, assistant_id, assistant_version, run_id, tool, arguments, state, decided_by,
                decided_by_id, decided_at_us, result, expires_at_us, created_at_us, code IS NOT NULL
         FROM tool_approval WHERE tenant_id = $1"
    };
}

macro_rules! whole {
    () => {
        "SELECT id, conversation_id, assistant_id, assistant_version, run_id, tool, arguments, state, expires_at_us, result,
                code, wrong_codes
         FROM tool_approval WHERE tenant_id = $1"
    };
}

const BY_IDS: &str = concat!(shown!(), " AND id {among $2}");

/// A page of a conversation's approvals, whatever became of them, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    after: Option<ApprovalId>,
    limit: u32,
) -> Result<Vec<Approval>, StoreError> {
    let after = after.unwrap_or(ApprovalId(Uuid::max()));
    let sql = concat!(shown!(), " AND conversation_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
    tx.rows(sql, args![conversation, after, limit]).await?.iter().map(shown).collect()
}

/// A page of all approvals, or of those that stand so, the newest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn of_all(
    tx: &mut TenantTx<'_>,
    state: Option<State>,
    after: Option<ApprovalId>,
    limit: u32,
) -> Result<Vec<Approval>, StoreError> {
    let after = after.unwrap_or(ApprovalId(Uuid::max()));
    let rows = match state {
        Some(state) => {
            let sql = concat!(shown!(), " AND state = $2 AND id < $3 ORDER BY id DESC LIMIT $4");
            tx.rows(sql, args![state.as_str(), after, limit]).await?
        }
        None => tx.rows(concat!(shown!(), " AND id < $2 ORDER BY id DESC LIMIT $3"), args![after, limit]).await?,
    };
    rows.iter().map(shown).collect()
}

/// All of these that there are.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(tx: &mut TenantTx<'_>, ids: &[ApprovalId]) -> Result<HashMap<ApprovalId, Approval>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.rows(BY_IDS, args![list(ids)]).await?;
    rows.iter().map(|row| shown(row).map(|approval| (approval.id, approval))).collect()
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut TenantTx<'_>, id: ApprovalId) -> Result<Option<Approval>, StoreError> {
    Ok(by_ids(tx, &[id]).await?.remove(&id))
}

/// One of them, as a decision sees it.
///
/// # Errors
/// When the database fails.
pub async fn of(tx: &mut TenantTx<'_>, id: ApprovalId) -> Result<Option<approval::Approval>, StoreError> {
    let row = tx.opt(concat!(whole!(), " AND id = $2"), args![id]).await?;
    row.as_ref().map(whole).transpose()
}

/// One of them, to be decided on: nobody else changes it until this transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn locked(tx: &mut TenantTx<'_>, id: ApprovalId) -> Result<Option<approval::Approval>, StoreError> {
    let row = tx.opt(concat!(whole!(), " AND id = $2 {for_update}"), args![id]).await?;
    row.as_ref().map(whole).transpose()
}

/// What waits in these conversations for their contacts' codes, at most one in each; nobody else changes it until this
/// transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn confirming(
    tx: &mut TenantTx<'_>,
    conversations: &[ConversationId],
) -> Result<HashMap<ConversationId, approval::Approval>, StoreError> {
    if conversations.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = concat!(
        whole!(),
        " AND conversation_id {among $2} AND state = 'waiting' AND code IS NOT NULL ORDER BY id {for_update}"
    );
    let rows = tx.rows(sql, args![list(conversations)]).await?;
    rows.iter().map(|row| whole(row).map(|approval| (approval.conversation, approval))).collect()
}

/// Those of a conversation since `since`, and whatever can still be done, the newest so many, the oldest of them first.
///
/// # Errors
/// When the database fails.
pub async fn newest(
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<approval::Approval>, StoreError> {
    let sql = concat!(
        whole!(),
        " AND conversation_id = $2 AND (created_at_us > $3 OR state IN ('waiting', 'approved'))
          ORDER BY id DESC LIMIT $4"
    );
    let rows = tx.rows(sql, args![conversation, since, limit]).await?;
    rows.iter().rev().map(whole).collect()
}

pub(crate) async fn add(tx: &mut TenantTx<'_>, now: Timestamp, new: &approval::Approval) -> Result<(), StoreError> {
    tx.push(
        "INSERT INTO tool_approval (tenant_id, id, conversation_id, assistant_id, assistant_version, run_id, tool, arguments,
             state, result, expires_at_us, created_at_us, code, wrong_codes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        args![
            new.id,
            new.conversation,
            new.assistant,
            new.version,
            new.run,
            &new.tool,
            &new.arguments,
            new.state.as_str(),
            &new.result,
            new.expires_at,
            now,
            new.code.as_deref(),
            new.wrong_codes
        ],
    )
    .await
}

/// Answers in which conversation it is. What is `None` stays.
pub(crate) async fn go_on(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    id: ApprovalId,
    state: State,
    by: Option<Author>,
    result: Option<&str>,
) -> Result<ConversationId, StoreError> {
    let row = tx
        .one(
            "UPDATE tool_approval SET state = $3, result = COALESCE($4, result), decided_by = COALESCE($5, decided_by),
                 decided_by_id = COALESCE($6, decided_by_id), decided_at_us = COALESCE($7, decided_at_us)
             WHERE tenant_id = $1 AND id = $2 RETURNING conversation_id",
            args![id, state.as_str(), result, by.map(|by| by.kind()), by.and_then(member), by.is_some().then_some(now)],
        )
        .await?;
    row.get(0)
}

/// One more wrong code was texted. Answers in which conversation it is.
pub(crate) async fn wrong_code(tx: &mut TenantTx<'_>, id: ApprovalId) -> Result<ConversationId, StoreError> {
    let sql = "UPDATE tool_approval SET wrong_codes = wrong_codes + 1 WHERE tenant_id = $1 AND id = $2
               RETURNING conversation_id";
    tx.one(sql, args![id]).await?.get(0)
}

const fn member(author: Author) -> Option<UserId> {
    match author {
        Author::Member(id) => Some(id),
        _ => None,
    }
}

fn shown(row: &Row) -> Result<Approval, StoreError> {
    Ok(Approval {
        id: row.get(0)?,
        conversation_id: row.get(1)?,
        assistant_id: row.get(2)?,
        assistant_version: row.get(3)?,
        run_id: row.get(4)?,
        tool: row.get(5)?,
        arguments: serde_json::from_str(row.text(6)?).map_err(StoreError::fault)?,
        state: row.get(7)?,
        decided_by_kind: row.get(8)?,
        decided_by: row.get(9)?,
        decided_at: row.get(10)?,
        result: known(row.get(11)?),
        expires_at: row.get(12)?,
        created_at: row.get(13)?,
        asks: if row.get(14)? { Asks::Contact } else { Asks::Person },
    })
}

fn whole(row: &Row) -> Result<approval::Approval, StoreError> {
    let state = row.text(7)?;
    Ok(approval::Approval {
        id: row.get(0)?,
        conversation: row.get(1)?,
        assistant: row.get(2)?,
        version: row.get(3)?,
        run: row.get(4)?,
        tool: row.get(5)?,
        arguments: row.get(6)?,
        state: State::parse(state).ok_or_else(|| StoreError::fault(format!("no approval state: {state}")))?,
        expires_at: row.get(8)?,
        result: row.get(9)?,
        code: row.get(10)?,
        wrong_codes: row.get(11)?,
    })
}

/// Forgets what nobody waits for and was wanted before then, at most `limit` of it. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut SystemTx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "DELETE FROM tool_approval WHERE (tenant_id, id) IN (
             SELECT tenant_id, id FROM tool_approval
             WHERE created_at_us < $1 AND state NOT IN ('waiting', 'approved') ORDER BY created_at_us LIMIT $2)",
        args![before, limit],
    )
    .await
}
