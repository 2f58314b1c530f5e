//! A campaign may carry a workflow: whoever gets it is enrolled there, once.

use std::collections::BTreeMap;

use super::{Recipient, Standing};
use crate::decision::{Decision, Effect};
use crate::workflow::{Coming, Source};

/// Enrols a recipient who stands `to` from now on, if that is the first word that their text went out. The campaign is the entry's
/// key, so that it is one enrolment however often it is told. Not when it is handed over:
/// one that is refused then must not be followed up. Nor later: an answer may come at once.
pub(super) fn when_it_went_out(about: &Recipient, to: Standing, decision: &mut Decision) {
    let Some(workflow) = about.workflow else { return };
    if went_out(to) && !went_out(about.standing) {
        let campaign = about.campaign;
        decision.effect(Effect::Enter(Coming {
            workflow,
            contact: about.contact,
            phone: Some(about.phone.clone()),
            number: Some(about.number),
            key: Some(campaign.to_string()),
            source: Source::Campaign { campaign },
            variables: BTreeMap::new(),
        }));
    }
}

const fn went_out(standing: Standing) -> bool {
    matches!(standing, Standing::Sent | Standing::Delivered | Standing::Unconfirmed)
}
