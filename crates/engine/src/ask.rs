//! A command takes its turn at once, and its asker waits for the answer.

use std::sync::Arc;

use domain::command::{Asker, Command, HandOffTo, NewText, Refusal, Start};
use domain::decide::{self, About};
use domain::decision::Decision;
use domain::id::{ApprovalId, ContactId, ConversationId, DraftId, Ids, MessageId, NumberId, TenantId};
use domain::message::{Author, Failure};
use domain::phone::E164;
use domain::scene::Scene;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::remember::Aftermath;
use store::scene::{self, Known};
use store::{StoreError, TenantTx, consent, event, idempotency};
use uuid::Uuid;

use crate::suppression::AddressKeys;
use crate::turn::remember_or_retry;
use crate::world::World;

/// What a caller names a write with, so that asking twice does it once.
#[derive(Debug, Clone)]
pub struct Once {
    /// The caller's key.
    pub key: String,
    /// A digest of what is asked for: the same key for something else is refused.
    pub fingerprint: [u8; 32],
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Done {
    /// What there is now.
    pub outcome: Outcome,
    /// How far the tenant's log goes with it; `None`: it changed nothing that the log tells.
    pub seq: Option<i64>,
    /// It was done before, under the same key.
    pub replayed: bool,
}

/// What there is now. Kept with the key for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// A conversation was opened or resumed.
    Started {
        /// Which.
        conversation: ConversationId,
        /// The text that was sent with it.
        message: Option<MessageId>,
        /// It was there already.
        resumed: bool,
    },
    /// A text waits to be sent.
    Sent {
        /// Which.
        message: MessageId,
    },
    /// A note was left.
    Noted {
        /// Which.
        message: MessageId,
    },
    /// A conversation stands differently.
    Changed {
        /// Which.
        conversation: ConversationId,
    },
    /// A text was taken back.
    Cancelled {
        /// Which.
        message: MessageId,
    },
    /// A draft was rejected.
    Rejected {
        /// Which.
        draft: DraftId,
    },
    /// What a contact said was written down.
    Consented {
        /// Whose.
        contact: ContactId,
    },
    /// Something that an assistant wants to do was decided on.
    Decided {
        /// Which.
        approval: ApprovalId,
    },
    /// A campaign's text was sent to be seen.
    Tested {
        /// One for each number.
        texts: Vec<Tested>,
    },
}

/// What became of a campaign's text to one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// To which.
    pub to: E164,
    /// The text that waits to be sent; `None`: it is refused.
    pub message: Option<MessageId>,
    /// Why, if it is.
    pub refused: Option<Failure>,
}

/// Why nothing came of it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AskError {
    /// It may not be, and the asker is told why.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key was used for something else.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes the turn of a command.
pub(crate) async fn ask(
    world: &Arc<World>,
    tenant: TenantId,
    asker: Asker,
    command: Command,
    once: Option<Once>,
) -> Result<Done, AskError> {
    let now = world.now();
    let ids = world.ids();
    let (keys, stops) = (world.address_keys.clone(), Arc::clone(&world.stops));
    let (done, after) = world
        .store
        .write(tenant, async move |tx| {
            if let Some(once) = &once
                && let Some(outcome) = before(tx, once, now).await?
            {
                return Ok((Done { outcome, seq: None, replayed: true }, Aftermath::default()));
            }
            let mut ids = ids.clone();
            let (decision, outcome) = decide(tx, now, &mut ids, &keys, asker, &command).await?;
            if let Some(once) = &once {
                let text = serde_json::to_string(&outcome).map_err(StoreError::fault)?;
                // Whoever was quicker with the same key has the answer: the next run finds it.
                idempotency::keep(tx, &once.key, &once.fingerprint, &text, now).await.map_err(taken)?;
            }
            let after = remember_or_retry(tx, now, &mut ids, std::slice::from_ref(&decision)).await?;
            let seq = match after.lines.as_slice() {
                [] => None,
                lines => Some(event::append(tx, now, lines).await?),
            };
            stops.add_all(&after.stopped);
            Ok::<_, AskError>((Done { outcome, seq, replayed: false }, after))
        })
        .await?;
    world.committed(&after);
    if let Some(seq) = done.seq {
        world.told(tenant, seq);
    }
    Ok(done)
}

/// What came of it when it was asked for before.
async fn before(tx: &mut TenantTx<'_>, once: &Once, now: Timestamp) -> Result<Option<Outcome>, AskError> {
    match idempotency::find(tx, &once.key, now).await? {
        None => Ok(None),
        Some(kept) if kept.fingerprint != once.fingerprint => Err(AskError::KeyReused),
        Some(kept) => Ok(Some(serde_json::from_str(&kept.outcome).map_err(StoreError::fault)?)),
    }
}

fn taken(error: StoreError) -> StoreError {
    match error {
        StoreError::Unique(name) if name == idempotency::KEY_TAKEN => StoreError::Retry,
        other => other,
    }
}

async fn decide(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    keys: &AddressKeys,
    asker: Asker,
    command: &Command,
) -> Result<(Decision, Outcome), AskError> {
    Ok(match command {
        Command::Start(asked) => start(tx, now, ids, keys, asker, asked).await?,
        Command::Reply { conversation, text } => reply(tx, now, ids, keys, asker, *conversation, text).await?,
        Command::Note { conversation, body } => {
            let scene = around(tx, *conversation).await?;
            let (decision, message) = decide::note(now, ids, &scene, asker, body)?;
            (decision, Outcome::Noted { message })
        }
        Command::Change { conversation, change } => {
            let scene = around(tx, *conversation).await?;
            (decide::change(now, ids, &scene, asker, change)?, Outcome::Changed { conversation: *conversation })
        }
        Command::HandOff { conversation, to, reason } => {
            let scene = handed_to(tx, *conversation, *to).await?;
            let decision = decide::hand_off(now, ids, &scene, *to, reason.as_deref())?;
            (decision, Outcome::Changed { conversation: *conversation })
        }
        Command::Cancel { message } => {
            let (_, lane) = scene::outbound(tx, *message).await?.ok_or(Refusal::NotFound("message"))?;
            tx.lock_lanes(&[lane].into()).await?;
            let (about, _) = scene::outbound(tx, *message).await?.ok_or(Refusal::NotFound("message"))?;
            (decide::cancel(&about)?, Outcome::Cancelled { message: *message })
        }
        Command::Type { conversation } => {
            let scene = around(tx, *conversation).await?;
            (decide::person_types(now, ids, &scene)?, Outcome::Changed { conversation: *conversation })
        }
        Command::RejectDraft { draft, reason } => {
            let open = scene::draft(tx, *draft).await?.ok_or(Refusal::NotFound("draft"))?;
            (decide::reject_draft(&open, reason.clone())?, Outcome::Rejected { draft: *draft })
        }
        Command::TestCampaign(asked) => crate::campaign::test(tx, now, ids, keys, asked).await?,
        Command::RecordConsent { contact, phone, said } => {
            let about = about(tx, *contact, phone.as_ref()).await?;
            (decide::record_consent(now, &about, asker, said)?, Outcome::Consented { contact: *contact })
        }
        Command::AskConsent { contact, phone, from } => {
            let about = about(tx, *contact, phone.as_ref()).await?;
            let (mut scene, lane) = between(tx, *from, &about.phone).await?;
            see_list(tx, now, keys, &mut scene).await?;
            scene.opting_in = consent::progress(tx, &[*contact]).await?.remove(&about.phone).unwrap_or_default();
            let (decision, message) = decide::ask_consent(now, ids, &scene, lane, asker)?;
            (decision, Outcome::Sent { message })
        }
        Command::DecideApproval { approval, approve, reason } => {
            let found = store::approval::find(tx, *approval).await?.ok_or(Refusal::NotFound("approval"))?;
            let scene = around(tx, found.conversation_id).await?;
            let locked = store::approval::locked(tx, *approval).await?.ok_or(Refusal::NotFound("approval"))?;
            let decision = decide::decide_approval(now, ids, &scene, asker, &locked, *approve, reason.as_deref())?;
            (decision, Outcome::Decided { approval: *approval })
        }
    })
}

async fn start(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    keys: &AddressKeys,
    asker: Asker,
    asked: &Start,
) -> Result<(Decision, Outcome), AskError> {
    let (mut scene, lane) = between(tx, asked.from, asked.to.as_str()).await?;
    if let Some(text) = &asked.text {
        attachments(tx, now, text).await?;
    }
    if let Some(id) = asked.assistant {
        scene.assistant = Some(Arc::new(scene::assistant(tx, id).await?.ok_or(Refusal::NotFound("assistant"))?));
    }
    see_team(tx, asker, &mut scene).await?;
    see_list(tx, now, keys, &mut scene).await?;
    let (decision, started) = decide::start(now, ids, &scene, lane, asker, asked)?;
    let decide::Started { conversation, message, resumed } = started;
    Ok((decision, Outcome::Started { conversation, message, resumed }))
}

async fn reply(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    keys: &AddressKeys,
    asker: Asker,
    conversation: ConversationId,
    text: &NewText,
) -> Result<(Decision, Outcome), AskError> {
    let mut scene = around(tx, conversation).await?;
    see_team(tx, asker, &mut scene).await?;
    see_list(tx, now, keys, &mut scene).await?;
    let now_between = scene::thread(tx, &mut Known::default(), scene.number.id, &scene.address).await?;
    let current = now_between.and_then(|thread| thread.conversation).map(|current| current.id);
    decide::resumable(now, &scene, current)?;
    attachments(tx, now, text).await?;
    let draft = match text.draft {
        Some(id) => {
            let draft = scene::draft(tx, id).await?.filter(|draft| draft.conversation == conversation);
            Some(draft.ok_or(Refusal::NotFound("draft"))?)
        }
        None => None,
    };
    let (decision, message) = decide::reply(now, ids, &scene, asker, text, draft.as_ref())?;
    Ok((decision, Outcome::Sent { message }))
}

/// What is attached must be ours, be here, and be what the carrier can take.
async fn attachments(tx: &mut TenantTx<'_>, now: Timestamp, text: &NewText) -> Result<(), AskError> {
    if text.media.is_empty() {
        return Ok(());
    }
    let kept = store::media::kept(tx, &text.media).await?;
    Ok(domain::attachment::check(now, text, &kept)?)
}

async fn around(tx: &mut TenantTx<'_>, conversation: ConversationId) -> Result<Scene, AskError> {
    let lane = scene::lane_of(tx, conversation).await?.ok_or(Refusal::NotFound("conversation"))?;
    tx.lock_lanes(&[lane].into()).await?;
    let scene = scene::around(tx, &mut Known::default(), conversation).await?;
    Ok(scene.ok_or(Refusal::NotFound("conversation"))?)
}

async fn about(tx: &mut TenantTx<'_>, contact: ContactId, phone: Option<&E164>) -> Result<About, AskError> {
    let found = consent::about(tx, contact, phone.map(E164::as_str)).await?;
    Ok(found.ok_or_else(|| Refusal::Invalid {
        field: "phone",
        code: "not_theirs",
        message: "This contact has no such phone number.".into(),
    })?)
}

/// The thread between one of our numbers and an address, which nobody else works at until this transaction ends.
async fn between(tx: &mut TenantTx<'_>, number: NumberId, address: &str) -> Result<(Scene, Uuid), AskError> {
    let mut known = Known::default();
    let lane = scene::lane_between(tx, &mut known, number, address).await?.ok_or(Refusal::NotFound("number"))?;
    tx.lock_lanes(&[lane].into()).await?;
    let scene = scene::thread(tx, &mut known, number, address).await?.ok_or(Refusal::NotFound("number"))?;
    Ok((scene, lane))
}

/// Since when whoever is texted here is on the list of those that get no texts.
async fn see_list(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    keys: &AddressKeys,
    scene: &mut Scene,
) -> Result<(), AskError> {
    scene.suppressed_at = keys.suppressed(tx, now, &[&scene.address]).await?.remove(&scene.address);
    Ok(())
}

/// Whether whoever asks belongs to the team that looks after the conversation.
async fn see_team(tx: &mut TenantTx<'_>, asker: Asker, scene: &mut Scene) -> Result<(), AskError> {
    let team = scene.conversation.as_ref().and_then(|conversation| conversation.team);
    if let (Author::Member(person), Some(team)) = (asker.author, team) {
        scene.asker_is_in_team = store::team::has(tx, team, person).await?;
    }
    Ok(())
}

/// The scene with the assistant that the conversation is handed to.
async fn handed_to(tx: &mut TenantTx<'_>, conversation: ConversationId, to: HandOffTo) -> Result<Scene, AskError> {
    let mut scene = around(tx, conversation).await?;
    if let HandOffTo::Assistant(named) = to {
        let id = named.or_else(|| scene.assistant_by_default());
        scene.assistant = match id {
            Some(id) => Some(Arc::new(scene::assistant(tx, id).await?.ok_or(Refusal::NotFound("assistant"))?)),
            None => None,
        };
    }
    Ok(scene)
}
