//! A campaign may carry a workflow: whoever gets it is enrolled there, once.

use super::{Recipient, Standing};
use crate::decision::{Decision, Effect};
use crate::id::{CampaignId, ContactId, WorkflowId};

/// Somebody goes into a workflow. All three name it: the campaign is the entry's key, so that it is one enrolment however often
/// it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Enrol {
    /// Where to.
    pub workflow: WorkflowId,
    /// Who.
    pub contact: ContactId,
    /// By which campaign.
    pub campaign: CampaignId,
}

/// Enrols a recipient who stands `to` from now on, if that is the first word that their text went out. Not when it is handed over:
/// one that is refused then must not be followed up. Nor later: an answer may come at once.
pub(super) fn when_it_went_out(about: &Recipient, to: Standing, decision: &mut Decision) {
    let Some(workflow) = about.workflow else { return };
    if went_out(to) && !went_out(about.standing) {
        let (contact, campaign) = (about.contact, about.campaign);
        decision.effect(Effect::Enrol(Enrol { workflow, contact, campaign }));
    }
}

const fn went_out(standing: Standing) -> bool {
    matches!(standing, Standing::Sent | Standing::Delivered | Standing::Unconfirmed)
}
