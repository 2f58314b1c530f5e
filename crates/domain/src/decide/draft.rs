//! Someone decides on an assistant's suggestion without sending it.

use crate::command::Refusal;
use crate::decision::{Change, Decision, DraftState};
use crate::scene::OpenDraft;

/// What follows.
///
/// # Errors
/// When someone has decided already, or the conversation moved on.
pub fn reject_draft(draft: &OpenDraft, reason: Option<String>) -> Result<Decision, Refusal> {
    if draft.state != DraftState::Open {
        return Err(Refusal::DraftNotOpen(draft.state.as_str()));
    }
    let mut decision = Decision::default();
    decision.change(Change::DraftMoved { draft: draft.id, state: DraftState::Rejected, reason });
    Ok(decision)
}
