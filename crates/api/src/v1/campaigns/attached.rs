//! What is attached to a campaign: media, which its numbers must be able to send, and a workflow.

use domain::attachment::{Unfit, fits};
use domain::campaign::Settings;
use domain::id::{MediaId, WorkflowId};
use domain::number::Kind;
use domain::workflow::{Standing, Trigger};
use store::{TenantTx, media, number, workflow};

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

/// That whoever gets it would enter this workflow, or none is asked for.
pub(super) async fn workflow_takes(tx: &mut TenantTx<'_>, asked: Option<WorkflowId>) -> Result<(), ApiError> {
    let Some(id) = asked else { return Ok(()) };
    let refused = |code, mend: String| Err(ApiError::invalid("workflow_id", code, mend));
    let Some(found) = workflow::by_ids(tx, &[id]).await?.remove(&id) else {
        return refused(
            "not_found",
            "There is no such workflow. Choose one, or leave it out: people enter none then.".into(),
        );
    };
    if found.state != Standing::Active.as_str() {
        let mend = if found.live_version.is_none() { "Publish it first" } else { "Take it back into use first" };
        let (name, state) = (found.name, found.state);
        return refused(
            "workflow_not_active",
            format!("Nobody enters {name}: its state is {state}. {mend}, or choose another one."),
        );
    }
    if !workflow::has_trigger(tx, id, Trigger::Campaign.kind()).await? {
        let mend = format!("{} does not begin with campaigns. Add the trigger `campaign`, and publish it.", found.name);
        return refused("no_campaign_trigger", mend);
    }
    Ok(())
}
