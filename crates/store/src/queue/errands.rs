//! What else has to be done in the world: a model asked, an attachment fetched, a source read.

use domain::id::{
    ApprovalId, AssistantId, CampaignId, CarrierAccountId, ConversationId, EnrolmentId, ImportId, KnowledgeId, MediaId,
    MessageId, NumberId, ReplayId, SelectionId, TenantId, WorkId,
};
use domain::workflow::{Key, Question, Request};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::scene::json;
use crate::{StoreError, SystemTx, TenantTx, args, list};

/// One thing to be done. Its key names it: asked for twice, it is done once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "errand")]
pub enum Errand {
    /// Ask an assistant for a reply to what the conversation was at `version`.
    AskAssistant {
        /// Where.
        conversation: ConversationId,
        /// Whom.
        assistant: AssistantId,
        /// What it gets to see.
        version: i64,
    },
    /// Fetch an attachment.
    FetchMedia {
        /// Which.
        media: MediaId,
        /// Of which message.
        message: MessageId,
    },
    /// Read a source of knowledge.
    LearnKnowledge {
        /// Which.
        source: KnowledgeId,
        /// Which reading of it: a later one makes this one needless.
        revision: i64,
    },
    /// Make vectors of the tenant's chunks that have none.
    EmbedKnowledge {
        /// How often it was tried in vain, on end.
        failures: u32,
    },
    /// Use a tool as a person has approved it.
    RunTool {
        /// Which use.
        approval: ApprovalId,
    },
    /// Give everybody who is to get a campaign a row.
    FreezeCampaign {
        /// Which.
        campaign: CampaignId,
        /// Of which launch, in microseconds: one that is taken back and made again is another.
        launch: i64,
    },
    /// Count whom a campaign's launch would reach.
    CheckCampaign {
        /// Which.
        campaign: CampaignId,
        /// As which run: a later one makes this one needless.
        run: i64,
    },
    /// Read a file of contacts, or take back what it did.
    ImportContacts {
        /// Which.
        import: ImportId,
        /// By which order: a later one makes this one needless.
        run: i64,
    },
    /// Let some more of a selection into a workflow.
    LetIn {
        /// Which.
        selection: SelectionId,
    },
    /// Ask the carrier how far the registration of a number has come.
    ReadRegistration {
        /// Of which.
        number: NumberId,
    },
    /// Ask that of all numbers of an account, again and again.
    ReadRegistrations {
        /// Which account.
        account: CarrierAccountId,
    },
    /// Go on with a replay.
    ReplayAssistant {
        /// Which.
        replay: ReplayId,
    },
    /// Do something for somebody's way through a workflow, and tell it what came of it.
    ActForWorkflow {
        /// Whose.
        enrolment: EnrolmentId,
        /// Which effect of theirs.
        key: Key,
        /// What.
        asks: Asks,
    },
}

/// What is done elsewhere for somebody's way through a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// A system of the tenant's is asked.
    System(Request),
    /// A model is.
    Model {
        /// As which assistant; `None`: as the one that answers on the number.
        assistant: Option<AssistantId>,
        /// What.
        question: Question,
    },
}

impl Errand {
    /// As stored.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::AskAssistant { .. } => "ask_assistant",
            Self::FetchMedia { .. } => "fetch_media",
            Self::LearnKnowledge { .. } => "learn_knowledge",
            Self::EmbedKnowledge { .. } => "embed_knowledge",
            Self::RunTool { .. } => "run_tool",
            Self::FreezeCampaign { .. } => "freeze_campaign",
            Self::CheckCampaign { .. } => "check_campaign",
            Self::ImportContacts { .. } => "import_contacts",
            Self::LetIn { .. } => "let_in",
            Self::ReadRegistration { .. } | Self::ReadRegistrations { .. } => "read_registration",
            Self::ReplayAssistant { .. } => "replay_assistant",
            Self::ActForWorkflow { .. } => "act_for_workflow",
        }
    }

    fn key(&self) -> String {
        match self {
            Self::AskAssistant { conversation, version, .. } => format!("ask:{conversation}:{version}"),
            Self::FetchMedia { media, .. } => format!("fetch:{media}"),
            Self::LearnKnowledge { source, revision } => format!("learn:{source}:{revision}"),
            Self::EmbedKnowledge { .. } => "embed".to_owned(),
            Self::RunTool { approval } => format!("tool:{approval}"),
            Self::ImportContacts { import, run } => format!("import:{import}:{run}"),
            Self::FreezeCampaign { campaign, launch } => format!("freeze:{campaign}:{launch}"),
            Self::CheckCampaign { campaign, run } => format!("check:{campaign}:{run}"),
            Self::LetIn { selection } => format!("let_in:{selection}"),
            Self::ReadRegistration { number } => format!("registration:{number}"),
            Self::ReadRegistrations { account } => format!("registrations:{account}"),
            Self::ReplayAssistant { replay } => format!("replay:{replay}"),
            Self::ActForWorkflow { key, .. } => format!("workflow:{key}"),
        }
    }
}

/// An errand that someone is at.
#[derive(Debug)]
pub struct Claimed {
    /// Whose.
    pub tenant: TenantId,
    /// Its row.
    pub id: WorkId,
    /// What.
    pub errand: Errand,
    /// The first is 1.
    pub attempt: u32,
}

/// Adds it, unless it is there; nobody is at it before `now`.
///
/// # Errors
/// When the database fails.
pub async fn add_errand(tx: &mut TenantTx<'_>, id: WorkId, now: Timestamp, errand: &Errand) -> Result<(), StoreError> {
    let payload = serde_json::to_string(errand).map_err(StoreError::fault)?;
    tx.push(
        "INSERT INTO errand (tenant_id, id, kind, key, payload, ready_at_us, attempt, created_at_us)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $6)
         ON CONFLICT (tenant_id, key) DO NOTHING",
        args![id, errand.kind(), errand.key(), payload, now],
    )
    .await
}

/// Takes errands of one kind for the time of a lease: whoever dies with one gives it back by the lease's end. Those of `busy`
/// tenants wait.
///
/// # Errors
/// When the database fails.
pub async fn claim_errands(
    tx: &mut SystemTx<'_>,
    kind: &'static str,
    now: Timestamp,
    lease: SignedDuration,
    limit: u32,
    busy: &[TenantId],
) -> Result<Vec<Claimed>, StoreError> {
    let until = now.checked_add(lease).map_err(StoreError::fault)?;
    let rows = tx
        .rows(
            "UPDATE errand SET ready_at_us = $3, attempt = attempt + 1
             WHERE (tenant_id, id) IN (
                 SELECT tenant_id, id FROM errand
                 WHERE kind = $1 AND ready_at_us <= $2 AND NOT tenant_id {among $5}
                 ORDER BY ready_at_us LIMIT $4 {skip_locked})
             RETURNING tenant_id, id, payload, attempt",
            args![kind, now, until, limit, list(busy)],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let errand = json(&row.get::<String>(2)?)?;
            Ok(Claimed { tenant: row.get(0)?, id: row.get(1)?, errand, attempt: row.get(3)? })
        })
        .collect()
}

/// Whoever is at these stays at them until `until`. Each comes with the end of its lease so far: one that was done, put off or taken over
/// meanwhile is left as it is.
///
/// # Errors
/// When the database fails.
pub async fn renew_errands(
    tx: &mut SystemTx<'_>,
    kind: &'static str,
    held: &[(WorkId, Timestamp)],
    until: Timestamp,
) -> Result<(), StoreError> {
    // By kind and end: that is where the index finds them.
    let sql = "UPDATE errand SET ready_at_us = $4 WHERE kind = $1 AND ready_at_us {among $2} AND id {among $3}";
    let ends = list(held.iter().map(|(_, end)| *end));
    tx.push(sql, args![kind, ends, list(held.iter().map(|(id, _)| *id)), until]).await
}

/// Takes one errand of the tenant's for the time of a lease, if it is ready and nobody is at it: for who is at hand.
///
/// # Errors
/// When the database fails.
pub async fn claim_errand(
    tx: &mut TenantTx<'_>,
    errand: &Errand,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<Option<Claimed>, StoreError> {
    let until = now.checked_add(lease).map_err(StoreError::fault)?;
    let row = tx
        .opt(
            "UPDATE errand SET ready_at_us = $4, attempt = attempt + 1
             WHERE tenant_id = $1 AND key = $2 AND ready_at_us <= $3
             RETURNING id, attempt",
            args![errand.key(), now, until],
        )
        .await?;
    let tenant = tx.tenant();
    row.map(|row| Ok(Claimed { tenant, id: row.get(0)?, errand: errand.clone(), attempt: row.get(1)? })).transpose()
}

/// Makes all errands of one kind ready now, whoever had claimed them: for a process that is surely alone and has claimed none
/// yet. What was to be tried again later is tried now, too: a retry looks like a lease. What nobody was ever at waits for its
/// hour.
///
/// # Errors
/// When the database fails.
pub async fn take_over_errands(tx: &mut SystemTx<'_>, kind: &'static str, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec_returning_count(
        "UPDATE errand SET ready_at_us = $2 WHERE kind = $1 AND ready_at_us > $2 AND attempt > 0",
        args![kind, now],
    )
    .await
}

/// It is done, or there is nothing left to do.
///
/// # Errors
/// When the database fails.
pub async fn drop_errand(tx: &mut TenantTx<'_>, id: WorkId) -> Result<(), StoreError> {
    tx.push("DELETE FROM errand WHERE tenant_id = $1 AND id = $2", args![id]).await
}

/// It failed and is tried again at `at`.
///
/// # Errors
/// When the database fails.
pub async fn postpone_errand(tx: &mut TenantTx<'_>, id: WorkId, at: Timestamp) -> Result<(), StoreError> {
    tx.push("UPDATE errand SET ready_at_us = $3 WHERE tenant_id = $1 AND id = $2", args![id, at]).await
}

/// It is done for now and comes again at `at`, which is no retry of what failed.
///
/// # Errors
/// When the database fails.
pub async fn repeat_errand(tx: &mut TenantTx<'_>, id: WorkId, at: Timestamp) -> Result<(), StoreError> {
    tx.push("UPDATE errand SET ready_at_us = $3, attempt = 0 WHERE tenant_id = $1 AND id = $2", args![id, at]).await
}

/// It comes no later than `at`, if it waits for its hour and nobody is at it.
///
/// # Errors
/// When the database fails.
pub async fn hasten_errand(tx: &mut TenantTx<'_>, errand: &Errand, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE errand SET ready_at_us = $3
               WHERE tenant_id = $1 AND key = $2 AND attempt = 0 AND ready_at_us > $3";
    tx.push(sql, args![errand.key(), at]).await
}
