//! Asks an assistant for a reply and brings back its answer as a fact. Whatever goes wrong ends with people: nobody is
//! left in silence.

mod builtin;
mod gather;
mod http_tool;
mod rehearsal;
mod replay;
mod running;
mod secrets;
mod think;
mod tools;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::assistant::approval::State;
use domain::assistant::{Answer, HandOff, Run, Speaker, needs_no_answer};
use domain::command::Refusal;
use domain::fact::{AssistantAnswered, Fact, ToolEnded};
use domain::id::{ApprovalId, AssistantId, ConversationId, TenantId};
use store::StoreError;
use store::queue::{self, Claimed};

pub use gather::Rehearsed;
pub use rehearsal::Tried;
pub(crate) use rehearsal::test;
pub(crate) use replay::go_on as go_on_with_replay;
pub(crate) use running::Runs;
pub use secrets::{ToolSecret, open_tool_secrets, seal_tool_secrets};

pub(crate) use think::{candidates_of as candidates, count};

use crate::AskError;
use crate::turn::{Ending, take_endings};
use crate::world::World;
use gather::{Found, Material};
use http_tool::Called;

/// Who writes in a rehearsal: a number that a person may have (one of those for fiction).
const SOMEBODY: &str = "+12025550100";
/// An errand that has come back this often is given to people.
const ATTEMPTS_MAX: u32 = 3;

/// Why people get what cannot even be read.
const UNREADABLE: &str = "what the assistant needs for its answer could not be read";

/// The place that a key of an assistant's model is sealed for: it opens for this address alone.
#[must_use]
pub fn model_key_context(id: AssistantId, base_url: &str) -> String {
    format!("assistant/{}/model_key/{base_url}", id.0)
}

/// Runs the errand: reads, asks, and tells the answer to the conversation. A run whose conversation moves on ends at once.
pub(crate) async fn answer(
    world: &Arc<World>,
    claimed: &Claimed,
    conversation: ConversationId,
    assistant: AssistantId,
    version: i64,
) -> Result<(), StoreError> {
    let tenant = claimed.tenant;
    // Before it is read, so that no move between the two is missed.
    let moves = world.runs.watch(conversation);
    let found = match gather::gather(world, tenant, conversation, assistant, version).await {
        Err(error) if claimed.attempt > ATTEMPTS_MAX => {
            tracing::error!(%error, "what an assistant needs for its answer cannot be read: people get the conversation");
            gather::lane(world, tenant, conversation).await?.map(|lane| Found { material: Err(UNREADABLE), lane })
        }
        found => found?,
    };
    if let Some(Found { material, lane }) = found {
        let (answer, run) = match material {
            Err(reason) => without_model(world, 0, HandOff::because(reason)),
            Ok(material) if claimed.attempt > ATTEMPTS_MAX => {
                let hand_off = HandOff::because("the assistant was interrupted again and again");
                without_model(world, material.brief.assistant.version, hand_off)
            }
            Ok(material) => tokio::select! {
                thought = think::think(world, tenant, &material, Some(conversation)) => thought,
                () = unwritten(&material, moves.passed(world, tenant, version)) => {
                    let reason = "the conversation moved on".to_owned();
                    let run = Run::without_model(world.ids().next(), material.brief.assistant.version, &*reason);
                    (Answer::Silent { reason }, run)
                }
            },
        };
        let fact =
            Fact::AssistantAnswered(Box::new(AssistantAnswered { conversation, assistant, version, answer, run }));
        if !take_endings(world, vec![Ending { tenant, lane, fact }]).await {
            // The errand stays: by the end of its lease it is run again.
            return Ok(());
        }
    }
    let id = claimed.id;
    world.store.write(tenant, async move |tx| queue::drop_errand(tx, id).await).await
}

/// Never ends once a tool has been begun that changes something.
async fn unwritten(material: &Material, moved: impl Future<Output = ()>) {
    moved.await;
    if material.has_written.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

/// Uses a tool as a person has approved it, and tells the conversation what came of it. Once: where this was begun before and
/// did not end, nobody knows whether it was done, and so it is said.
pub(crate) async fn run_approved(
    world: &Arc<World>,
    claimed: &Claimed,
    approval: ApprovalId,
) -> Result<(), StoreError> {
    let (tenant, id) = (claimed.tenant, claimed.id);
    if let Some(found) =
        gather::approved(world, tenant, approval).await?.filter(|it| it.approval.state == State::Approved)
    {
        let called = if claimed.attempt > 1 {
            Called::unknown("it was begun and interrupted: nobody knows whether it was done. Look there.")
        } else {
            tools::as_approved(world, tenant, &found).await
        };
        let Called { end, told: result } = called;
        let conversation = found.approval.conversation;
        let fact = Fact::ToolEnded(ToolEnded { conversation, approval, end, result });
        if !take_endings(world, vec![Ending { tenant, lane: found.lane, fact }]).await {
            return Ok(());
        }
    }
    world.store.write(tenant, async move |tx| queue::drop_errand(tx, id).await).await
}

/// What it would answer, with nothing remembered.
pub(crate) async fn preview(
    world: &Arc<World>,
    tenant: TenantId,
    id: AssistantId,
    rehearsed: Rehearsed,
) -> Result<(Answer, Run), AskError> {
    let material: Option<Material> = gather::rehearse(world, tenant, id, rehearsed).await?;
    let material = material.ok_or(Refusal::NotFound("assistant"))?;
    Ok(as_if_asked(world, tenant, &material).await)
}

/// As in a real conversation, where "thanks" asks nobody.
async fn as_if_asked(world: &Arc<World>, tenant: TenantId, material: &Material) -> (Answer, Run) {
    let said = &material.brief.said;
    let unanswered = said.iter().rev().take_while(|said| said.by == Speaker::Contact).count();
    let (before, unanswered) = said.split_at(said.len() - unanswered);
    let was_asked = before.last().is_some_and(|last| last.body.contains('?'));
    let why_not: Option<Vec<&str>> =
        unanswered.iter().map(|said| needs_no_answer(&said.body, SOMEBODY, was_asked)).collect();
    let Some(reason) = why_not.and_then(|reasons| reasons.last().copied()) else {
        return think::think(world, tenant, material, None).await;
    };
    let run = Run::without_model(world.ids().next(), material.brief.assistant.version, reason);
    (Answer::Silent { reason: reason.to_owned() }, run)
}

fn without_model(world: &World, version: u32, hand_off: HandOff) -> (Answer, Run) {
    let run = Run::without_model(world.ids().next(), version, &*hand_off.reason);
    (Answer::HandOff(hand_off), run)
}
