//! Who takes a conversation that a text opens, or brings back.

use jiff::{Timestamp, tz::TimeZone};

use crate::assistant::{HandBack, routed};
use crate::conversation::{Conversation, Holder, Status};
use crate::id::TeamId;
use crate::scene::Scene;

/// Whoever has it where no text and no person says otherwise.
pub(super) fn by_default(scene: &Scene) -> Holder {
    scene.assistant_by_default().map_or(Holder::Nobody, Holder::Assistant)
}

/// Gives it to whom this text of the contact belongs, before it is received. Rules choose who takes the first text and what
/// comes back after it was closed; what people hold stays theirs, unless the assistant it would go to takes up what they closed.
pub(super) fn takes(now: Timestamp, scene: &Scene, conversation: &mut Conversation, body: &str) {
    let is_first = conversation.inbound_count == 0 && conversation.holder == by_default(scene);
    let comes_back = conversation.status == Status::Closed;
    let by_rule = || by_rule(now, scene, body);
    match conversation.holder {
        Holder::Nobody | Holder::Assistant(_) if is_first || comes_back => {
            if let Some((holder, team)) = by_rule() {
                conversation.holder = holder;
                conversation.assign(team, None);
            }
        }
        Holder::Agents if comes_back => {
            let next = by_rule().map_or_else(|| by_default(scene), |(holder, _)| holder);
            if let Holder::Assistant(id) = next
                && scene.holding(id).is_some_and(|it| it.settings.hand_over.back == HandBack::AfterClosing)
            {
                conversation.holder = next;
                (conversation.team, conversation.assignee) = (None, None);
            }
        }
        Holder::Nobody | Holder::Assistant(_) | Holder::Agents | Holder::Workflow(_) => {}
    }
}

/// Whom the first rule names that fits, and which team of theirs; a rule for an assistant that is not there decides nothing.
fn by_rule(now: Timestamp, scene: &Scene, body: &str) -> Option<(Holder, Option<TeamId>)> {
    let settings = &scene.tenant.settings;
    let zone = crate::hours::zone(&settings.time_zone).unwrap_or(TimeZone::UTC);
    let route = routed(&settings.routes, now, &zone, scene.number.id, body, &scene.tags)?;
    match route.assistant_id {
        None => Some((Holder::Agents, route.team_id)),
        Some(id) => scene.holding(id).map(|_| (Holder::Assistant(id), None)),
    }
}
