//! Who gets a text that arrives, and why. The reason is kept with the message.

use jiff::Timestamp;

use super::trigger::Trigger;
use crate::assistant::needs_no_answer;
use crate::id::{AssistantId, EnrolmentId, NumberId, WorkflowId};
use crate::keyword::{Keyword, letters};

/// A text that arrived, and who might get it.
#[derive(Clone, Copy)]
pub struct Inbound<'i> {
    /// What it says.
    pub body: &'i str,
    /// From whom, as the carrier has it.
    pub from: &'i str,
    /// To which of our numbers.
    pub number: NumberId,
    /// What the law has it mean, whatever else it says.
    pub compliance: Option<Keyword>,
    /// Who waits for a reply of theirs to this number.
    pub floor: Option<Waiting>,
    /// People have the conversation.
    pub with_people: bool,
    /// The assistant that answers them.
    pub assistant: Option<AssistantId>,
    /// What texts begin, in the order in which they are asked.
    pub triggers: &'i [(WorkflowId, Trigger)],
}

impl std::fmt::Debug for Inbound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound").field("number", &self.number).field("floor", &self.floor).finish_non_exhaustive()
    }
}

/// Who holds the floor, and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Whose way.
    pub enrolment: EnrolmentId,
    /// They hold the floor until then.
    pub until: Timestamp,
}

/// Who gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The law, before anybody.
    Compliance(Keyword),
    /// A way that waits for it.
    Waiting(EnrolmentId),
    /// A workflow that it begins.
    Begins(WorkflowId),
    /// An assistant.
    Assistant(AssistantId),
    /// People, in the inbox.
    People,
}

/// Why. The words are stable: they stand with the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is a word of the law.
    ComplianceWord,
    /// The workflow waits for a reply.
    HoldsFloor,
    /// The workflow waits still, though it holds the floor no longer, and nobody else wants it.
    StillWaits,
    /// It is a word that begins the workflow.
    Keyword,
    /// Any text begins the workflow.
    AnyText,
    /// No person wrote it, so it answers nothing and begins nothing.
    Automatic,
    /// People have the conversation.
    WithPeople,
    /// Nobody waits for it, and an assistant answers.
    Answers,
    /// Nobody waits for it.
    Inbox,
}

impl Reason {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ComplianceWord => "compliance_word",
            Self::HoldsFloor => "holds_floor",
            Self::StillWaits => "still_waits",
            Self::Keyword => "keyword",
            Self::AnyText => "any_text",
            Self::Automatic => "automatic",
            Self::WithPeople => "with_people",
            Self::Answers => "answers",
            Self::Inbox => "inbox",
        }
    }
}

/// Who gets a text, and why.
#[must_use]
pub fn route(inbound: &Inbound<'_>, now: Timestamp) -> (Route, Reason) {
    if let Some(word) = inbound.compliance {
        return (Route::Compliance(word), Reason::ComplianceWord);
    }
    // A phone's thumb or an out-of-office note is nobody's answer.
    if needs_no_answer(inbound.body, inbound.from, true).is_some() {
        return (Route::People, Reason::Automatic);
    }
    if let Some(waiting) = inbound.floor.filter(|waiting| now < waiting.until) {
        return (Route::Waiting(waiting.enrolment), Reason::HoldsFloor);
    }
    let is_ours = |numbers: &[NumberId]| numbers.is_empty() || numbers.contains(&inbound.number);
    let said: String = letters(inbound.body).take(200).collect();
    let is_word = |trigger: &Trigger| match trigger {
        Trigger::Keyword { words, numbers } => {
            is_ours(numbers) && !said.is_empty() && words.iter().any(|word| letters(word).collect::<String>() == said)
        }
        _ => false,
    };
    if let Some((workflow, _)) = inbound.triggers.iter().find(|(_, trigger)| is_word(trigger)) {
        return (Route::Begins(*workflow), Reason::Keyword);
    }
    if let Some(waiting) = inbound.floor {
        return (Route::Waiting(waiting.enrolment), Reason::StillWaits);
    }
    if inbound.with_people {
        return (Route::People, Reason::WithPeople);
    }
    let is_any = |trigger: &Trigger| matches!(trigger, Trigger::Text { numbers } if is_ours(numbers));
    if let Some((workflow, _)) = inbound.triggers.iter().find(|(_, trigger)| is_any(trigger)) {
        return (Route::Begins(*workflow), Reason::AnyText);
    }
    inbound.assistant.map_or((Route::People, Reason::Inbox), |id| (Route::Assistant(id), Reason::Answers))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_text_has_one_who_gets_it() {
        let id = Uuid::from_u128;
        let at = |second| Timestamp::from_second(second).unwrap();
        let (enrolment, assistant) = (EnrolmentId(id(1)), AssistantId(id(2)));
        let (joins, any) = (WorkflowId(id(3)), WorkflowId(id(4)));
        let (number, other) = (NumberId(id(5)), NumberId(id(6)));
        let keyword = Trigger::Keyword { words: vec!["Join".into()], numbers: vec![number] };
        let triggers = [(joins, keyword.clone())];
        let both = [(any, Trigger::Text { numbers: vec![] }), (joins, keyword)];
        let plain = Inbound {
            body: "hello",
            from: "+14155550123",
            number,
            compliance: None,
            floor: None,
            with_people: false,
            assistant: Some(assistant),
            triggers: &triggers,
        };
        let join = Inbound { body: "JOIN!", ..plain };
        let held = Some(Waiting { enrolment, until: at(100) });
        let lapsed = Some(Waiting { enrolment, until: at(50) });
        for (inbound, expected) in [
            (plain, (Route::Assistant(assistant), Reason::Answers)),
            (Inbound { assistant: None, ..plain }, (Route::People, Reason::Inbox)),
            (Inbound { with_people: true, ..plain }, (Route::People, Reason::WithPeople)),
            (Inbound { floor: held, with_people: true, ..plain }, (Route::Waiting(enrolment), Reason::HoldsFloor)),
            (Inbound { floor: held, ..join }, (Route::Waiting(enrolment), Reason::HoldsFloor)),
            (Inbound { floor: lapsed, ..join }, (Route::Begins(joins), Reason::Keyword)),
            (Inbound { floor: lapsed, ..plain }, (Route::Waiting(enrolment), Reason::StillWaits)),
            (
                Inbound { compliance: Some(Keyword::Stop), floor: held, ..plain },
                (Route::Compliance(Keyword::Stop), Reason::ComplianceWord),
            ),
            (join, (Route::Begins(joins), Reason::Keyword)),
            (Inbound { number: other, ..join }, (Route::Assistant(assistant), Reason::Answers)),
            (Inbound { triggers: &both, ..join }, (Route::Begins(joins), Reason::Keyword)),
            (Inbound { triggers: &both, ..plain }, (Route::Begins(any), Reason::AnyText)),
            (Inbound { triggers: &both, with_people: true, ..plain }, (Route::People, Reason::WithPeople)),
            (Inbound { body: "Liked “See you then”", floor: held, ..plain }, (Route::People, Reason::Automatic)),
            (Inbound { from: "72345", floor: held, ..plain }, (Route::People, Reason::Automatic)),
        ] {
            assert_eq!(route(&inbound, at(60)), expected, "{inbound:?}");
        }
    }
}
