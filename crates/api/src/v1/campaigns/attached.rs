//! What is attached to a campaign: media, which its numbers must be able to send, and a workflow.

use domain::attachment::{Unfit, fits};
use domain::campaign::Settings;
use domain::id::{MediaId, WorkflowId};
use domain::number::Kind;
use store::{TenantTx, media, number};

use crate::error::ApiError;

/// Each once, in the order in which they are named.
pub(super) async fn media_of(tx: &mut TenantTx<'_>, asked: &[MediaId]) -> Result<Vec<MediaId>, ApiError> {
    let mut each = Vec::with_capacity(asked.len());
    for id in asked {
        if !each.contains(id) {
            each.push(*id);
        }
    }
    let uploaded = media::uploaded(tx, &each).await?;
    fits(&each, &uploaded).map_err(|Unfit { code, message }| ApiError::invalid("media", code, message))?;
    Ok(each)
}

/// A name takes no attachments anywhere; of a number the carrier says it. Where it does not, it stops a campaign with its first text
/// (code 40308).
pub(super) async fn numbers_can(tx: &mut TenantTx<'_>, set: &Settings) -> Result<(), ApiError> {
    if set.media.is_empty() {
        return Ok(());
    }
    for (nth, id) in set.numbers.iter().enumerate() {
        let Some(number) = number::read(tx, *id).await? else { continue };
        let why = match (number.kind, number.can_mms) {
            (Kind::Alphanumeric, _) => "is a name, and names cannot send attachments",
            (_, Some(false)) => "cannot send attachments, as the carrier says",
            (_, Some(true) | None) => continue,
        };
        let mend = format!("{} {why}. Leave it out, or take the attachments off.", number.e164);
        return Err(ApiError::invalid(format!("numbers[{nth}]"), "no_mms", mend));
    }
    Ok(())
}

/// That there is this workflow, or none is asked for. There is none yet.
pub(super) fn workflow_exists(asked: Option<WorkflowId>) -> Result<(), ApiError> {
    let mend = |id| format!("There is no workflow {id}. Leave it out: people are then enrolled in none.");
    asked.map_or(Ok(()), |id| Err(ApiError::invalid("workflow_id", "not_found", mend(id))))
}
