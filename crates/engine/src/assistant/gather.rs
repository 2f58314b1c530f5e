//! Reads all that an answer is made from.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use domain::assistant::tool::{Does, Http};
use domain::assistant::{Approval, Brief, Known as KnownContact, Said, Speaker, Spoken};
use domain::conversation::Mode;
use domain::hours;
use domain::id::{ApprovalId, AssistantId, ConversationId, TenantId};
use domain::knowledge::Index;
use domain::tenant::Settings;
use jiff::{Timestamp, tz::TimeZone};
use store::scene::{self, Known};
use store::{StoreError, assistant, brief, tenant};
use uuid::Uuid;

use crate::knowledge;
use crate::world::World;

/// All that an answer is made from.
#[derive(Debug)]
pub(crate) struct Material {
    /// Without the passages, which are looked for.
    pub(crate) brief: Brief,
    /// What was said and used up lately.
    pub(crate) spoken: Spoken,
    /// Where it is answered from.
    pub(crate) knowledge: Arc<Index>,
    /// The keys of its models by their addresses, sealed.
    pub(crate) keys: HashMap<String, Vec<u8>>,
    /// The values of its tools' secret headers, sealed.
    pub(crate) tool_secrets: Option<Vec<u8>>,
    /// Where the contact is reached.
    pub(crate) address: String,
    /// The conversation's version as it was read.
    pub(crate) version: i64,
    /// When the conversation was last closed.
    pub(crate) closed_at: Option<Timestamp>,
    /// What it may do on its own here.
    pub(crate) mode: Mode,
    /// A tool that changes something has been begun: the run goes to its end, so that its record tells of it.
    pub(crate) has_written: AtomicBool,
}

/// What there is to answer, and in which lane.
#[derive(Debug)]
pub(crate) struct Found {
    /// Or why there is nobody to answer.
    pub(crate) material: Result<Material, &'static str>,
    pub(crate) lane: Uuid,
}

/// Something to try an assistant with.
#[derive(Clone, Default)]
pub struct Rehearsed {
    /// Which version; `None`: the one in force.
    pub version: Option<u32>,
    /// What was said, oldest first; the contact speaks last.
    pub said: Vec<Said>,
    /// What is to be followed.
    pub guide: String,
    /// Who writes.
    pub known: KnownContact,
    /// When it is asked; `None`: now.
    pub at: Option<Timestamp>,
}

impl std::fmt::Debug for Rehearsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rehearsed").field("said", &self.said.len()).finish_non_exhaustive()
    }
}

/// Reads all of it, unless the conversation has moved on since.
pub(super) async fn gather(
    world: &Arc<World>,
    tenant: TenantId,
    conversation: ConversationId,
    assistant: AssistantId,
    version: i64,
) -> Result<Option<Found>, StoreError> {
    let now = world.now();
    let index = knowledge::index_of(world, tenant, Some(assistant)).await?;
    world
        .store
        .read(tenant, async move |tx| {
            let Some(scene) = scene::around(tx, &mut Known::default(), conversation).await? else { return Ok(None) };
            let Some(current) = scene.conversation.as_ref().filter(|current| current.version == version) else {
                return Ok(None);
            };
            let lane = current.lane;
            let Some(who) = scene::assistant(tx, assistant).await? else {
                return Ok(Some(Found { material: Err("the assistant was removed"), lane }));
            };
            let mode = current.mode.unwrap_or(who.settings.mode);
            let zone = zone(&scene.tenant.settings);
            let day = zone.to_datetime(now).date().to_string();
            let material = Material {
                spoken: brief::spoken(tx, now, &day, conversation, assistant).await?,
                brief: Brief {
                    now,
                    zone,
                    guide: current.guide.clone(),
                    known: brief::known(tx, &scene).await?,
                    said: brief::said(tx, current).await?,
                    meanwhile: brief::meanwhile(tx, current).await?,
                    approvals: brief::approvals(tx, current).await?,
                    used: brief::used(tx, current).await?,
                    found: Vec::new(),
                    assistant: who,
                },
                knowledge: Arc::clone(&index),
                keys: assistant::keys(tx, assistant).await?,
                tool_secrets: assistant::tool_secrets(tx, assistant).await?,
                address: scene.address.clone(),
                version: current.version,
                closed_at: current.resolved_at,
                mode,
                has_written: AtomicBool::new(false),
            };
            Ok::<_, StoreError>(Some(Found { material: Ok(material), lane }))
        })
        .await
}

/// The lane of the conversation, where nothing else of it can be read.
pub(super) async fn lane(
    world: &World,
    tenant: TenantId,
    conversation: ConversationId,
) -> Result<Option<Uuid>, StoreError> {
    world.store.read(tenant, async move |tx| scene::lane_of(tx, conversation).await).await
}

/// The same for something that nobody wrote. `None`: there is no such assistant, or no such version of it.
pub(super) async fn rehearse(
    world: &Arc<World>,
    tenant: TenantId,
    id: AssistantId,
    rehearsed: Rehearsed,
) -> Result<Option<Material>, StoreError> {
    let now = rehearsed.at.unwrap_or_else(|| world.now());
    let index = knowledge::index_of(world, tenant, Some(id)).await?;
    world
        .store
        .read(tenant, async move |tx| {
            let Rehearsed { version, said, guide, known, at: _ } = rehearsed.clone();
            let Some(mut who) = scene::assistant(tx, id).await? else { return Ok(None) };
            if let Some(version) = version {
                let Some((name, settings)) = assistant::version::settings(tx, id, version).await? else {
                    return Ok(None);
                };
                (who.name, who.settings, who.version) = (name, settings, version);
            }
            let settings = tenant::settings(tx).await?;
            let mode = who.settings.mode;
            let mut known = known;
            for field in &settings.fields {
                if !known.fields.iter().any(|(own, _)| own.key == field.key) {
                    known.fields.push((field.clone(), None));
                }
            }
            Ok::<_, StoreError>(Some(Material {
                spoken: Spoken::default(),
                brief: Brief {
                    assistant: who,
                    now,
                    zone: zone(&settings),
                    guide,
                    known,
                    said,
                    meanwhile: Vec::new(),
                    approvals: Vec::new(),
                    used: Vec::new(),
                    found: Vec::new(),
                },
                knowledge: Arc::clone(&index),
                keys: assistant::keys(tx, id).await?,
                tool_secrets: assistant::tool_secrets(tx, id).await?,
                address: String::new(),
                version: 0,
                closed_at: None,
                mode,
                has_written: AtomicBool::new(false),
            }))
        })
        .await
}

/// What a person has approved, with what it takes to do it.
#[derive(Debug)]
pub(super) struct Approved {
    pub(super) approval: Approval,
    pub(super) lane: Uuid,
    /// As the assistant's version has it; `None`: it has no such tool.
    pub(super) http: Option<Http>,
    /// Sealed.
    pub(super) tool_secrets: Option<Vec<u8>>,
}

/// Reads it. `None`: it is gone.
pub(super) async fn approved(world: &World, tenant: TenantId, id: ApprovalId) -> Result<Option<Approved>, StoreError> {
    world
        .store
        .read(tenant, async move |tx| {
            let Some(approval) = store::approval::of(tx, id).await? else { return Ok(None) };
            let Some(lane) = scene::lane_of(tx, approval.conversation).await? else { return Ok(None) };
            let set = assistant::version::settings(tx, approval.assistant, approval.version).await?;
            let tool = set.and_then(|(_, set)| set.tools.into_iter().find(|tool| tool.name == approval.tool));
            let http = tool.and_then(|tool| match tool.does {
                Does::Http(http) => Some(http),
                Does::SaveField | Does::AddTag | Does::FollowUp | Does::LookUp => None,
            });
            let tool_secrets = assistant::tool_secrets(tx, approval.assistant).await?;
            Ok::<_, StoreError>(Some(Approved { approval, lane, http, tool_secrets }))
        })
        .await
}

impl Material {
    /// All that the contact has said since we last spoke, in one piece.
    pub(super) fn question(&self) -> String {
        let unanswered = self.brief.said.iter().rev().take_while(|said| said.by == Speaker::Contact);
        let unanswered: Vec<&str> = unanswered.map(|said| said.body.trim()).filter(|body| !body.is_empty()).collect();
        unanswered.into_iter().rev().collect::<Vec<_>>().join(" ")
    }

    /// An assistant has not spoken here yet.
    pub(super) fn is_first(&self) -> bool {
        !self.brief.said.iter().any(|said| matches!(said.by, Speaker::Assistant | Speaker::Person))
    }
}

fn zone(settings: &Settings) -> TimeZone {
    hours::zone(&settings.time_zone).unwrap_or(TimeZone::UTC)
}
