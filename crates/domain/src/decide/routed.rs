//! Which workflow gets a text, or is begun by it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::conversation::{Conversation, Holder};
use crate::decision::{Change, Decision, Effect, ReceiptLine};
use crate::fact::TextArrived;
use crate::id::{ContactId, MessageId, NumberId, WorkflowId};
use crate::scene::{Inside, Scene};
use crate::workflow::reply::Text;
use crate::workflow::route::{Inbound, Reason, Route, Waiting, route};
use crate::workflow::{Coming, Event, Source, Trigger, Word};

/// Gives a text to the way that waits for it, or begins a workflow; and tells the other ways that they wrote. What nobody of these
/// gets is `None`: an assistant's or people's.
pub(super) fn to_workflows(
    now: Timestamp,
    scene: &Scene,
    before: &Conversation,
    (contact, message): (ContactId, MessageId),
    text: &TextArrived,
    decision: &mut Decision,
) -> Option<()> {
    if scene.inside.is_empty() && scene.triggers.is_empty() {
        return None;
    }
    let here = scene.number.id;
    let inbound = Inbound {
        body: &text.body,
        from: &scene.address,
        number: here,
        compliance: None,
        floor: waiting(now, scene).map(|(inside, until)| Waiting { enrolment: inside.enrolment, until }),
        with_people: before.holder == Holder::Agents,
        assistant: match before.holder {
            Holder::Assistant(id) => Some(id),
            Holder::Nobody | Holder::Agents | Holder::Workflow(_) => None,
        },
        triggers: &scene.triggers,
    };
    // However late its turn comes, it came when it was sent.
    let (to, reason) = route(&inbound, now.min(text.at));
    let heard = Text { id: message, body: text.body.clone(), sent_at: text.at };
    if reason != Reason::Automatic {
        for inside in &scene.inside {
            let is_theirs = matches!(to, Route::Waiting(enrolment) if enrolment == inside.enrolment);
            let event = if is_theirs { Event::Reply(heard.clone()) } else { Event::Wrote(heard.clone()) };
            decision.effect(Effect::TellEnrolment { enrolment: inside.enrolment, word: Word::Event(event) });
        }
    }
    let (kind, id) = match to {
        Route::Waiting(enrolment) => ("workflow", Some(enrolment.to_string())),
        Route::Begins(workflow) => {
            let source = match reason {
                Reason::Keyword => Source::Keyword { message },
                _ => Source::Text { message },
            };
            enter(scene, workflow, contact, source, decision);
            ("begins", Some(workflow.to_string()))
        }
        Route::Assistant(id) => ("assistant", Some(id.to_string())),
        Route::Compliance(_) => ("compliance", None),
        Route::People => ("people", None),
    };
    let line = ReceiptLine::Routed { to: kind.into(), reason: reason.code().into(), id };
    decision.change(Change::Noted { message, line });
    matches!(to, Route::Waiting(_) | Route::Begins(_)).then_some(())
}

/// The way that waits for a reply to this number, and until when. One that stands still keeps what is for it, but not for ever.
fn waiting(now: Timestamp, scene: &Scene) -> Option<(&Inside, Timestamp)> {
    scene.inside.iter().find_map(|inside| {
        inside
            .floor
            .filter(|(number, until)| *number == scene.number.id && (inside.goes_on || now < *until))
            .map(|(_, until)| (inside, until))
    })
}

/// Since when a way waits for just this text; `None`: none does.
pub(super) fn awaited_since(now: Timestamp, scene: &Scene, text: &TextArrived) -> Option<Timestamp> {
    waiting(now, scene).filter(|(_, until)| now.min(text.at) < *until).map(|(inside, _)| inside.since)
}

/// A conversation with them begins.
pub(super) fn opens(scene: &Scene, contact: ContactId, decision: &mut Decision) {
    fires(
        scene,
        contact,
        Source::NewConversation,
        decision,
        |trigger, here| matches!(trigger, Trigger::NewConversation { numbers } if numbers.is_empty() || numbers.contains(&here)),
    );
}

/// A conversation with them was closed.
pub(super) fn resolved(scene: &Scene, contact: ContactId, decision: &mut Decision) {
    fires(scene, contact, Source::ConversationResolved, decision, |trigger, _| {
        matches!(trigger, Trigger::ConversationResolved)
    });
}

fn fires(
    scene: &Scene,
    contact: ContactId,
    source: Source,
    decision: &mut Decision,
    is_it: impl Fn(&Trigger, NumberId) -> bool,
) {
    let begun = scene.triggers.iter().filter(|(_, trigger)| is_it(trigger, scene.number.id));
    for (workflow, _) in begun {
        enter(scene, *workflow, contact, source.clone(), decision);
    }
}

fn enter(scene: &Scene, workflow: WorkflowId, contact: ContactId, source: Source, decision: &mut Decision) {
    decision.effect(Effect::Enter(Coming {
        workflow,
        contact,
        phone: Some(scene.address.clone()),
        number: Some(scene.number.id),
        key: None,
        source,
        variables: BTreeMap::new(),
    }));
}
