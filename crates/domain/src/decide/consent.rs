//! Somebody writes down what a contact said about getting texts, or has them asked.

use jiff::Timestamp;
use uuid::Uuid;

use super::{reply, text_arrived};
use crate::command::{Asker, Refusal};
use crate::consent::opt_in::NotAsked;
use crate::consent::{Evidence, Purpose, State};
use crate::decision::{CancelReason, Change, Consent, ConsentSource, Decision, Unsent};
use crate::gate::Reason;
use crate::id::{ContactId, Ids, MessageId, NumberId};
use crate::message::Author;
use crate::scene::Scene;

/// What a contact said, as somebody writes it down.
#[derive(Debug, Clone)]
pub struct Said {
    /// Texts, or no texts.
    pub state: State,
    /// Of which purpose; `None`: all of them.
    pub purpose: Option<Purpose>,
    /// From which of our numbers; `None`: all of them.
    pub sender: Option<NumberId>,
    /// What shows it.
    pub evidence: Evidence,
    /// When they said it; `None`: now.
    pub at: Option<Timestamp>,
}

/// Who said it.
#[derive(Clone)]
pub struct About {
    /// Who.
    pub contact: ContactId,
    /// On which number of theirs.
    pub phone: String,
    /// Since when they want no texts at all.
    pub opted_out_at: Option<Timestamp>,
}

impl std::fmt::Debug for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("About").field("contact", &self.contact).finish_non_exhaustive()
    }
}

fn invalid<T>(field: &'static str, code: &'static str, message: &str) -> Result<T, Refusal> {
    Err(Refusal::Invalid { field, code, message: message.into() })
}

/// A line more for the ledger. No to everything takes back what waits, as STOP does; yes to everything only they can say.
///
/// # Errors
/// When nobody can have said so, or only they can.
pub fn record_consent(now: Timestamp, about: &About, asker: Asker, said: &Said) -> Result<Decision, Refusal> {
    let at = said.at.unwrap_or(now);
    if at > now {
        return invalid("at", "in_the_future", "This moment has not come. Say when they said it.");
    }
    match (said.state, said.purpose) {
        (State::Pending, _) => {
            return invalid("state", "not_said", "Nobody says this. Ask them to confirm, under …/consents/request.");
        }
        (State::OptedIn, None) => {
            return invalid(
                "purpose",
                "missing",
                "Say what they agreed to: marketing or service. Texts altogether only they start again, by START.",
            );
        }
        (State::OptedIn, Some(_)) if about.opted_out_at.is_some() => {
            return Err(Refusal::Gate(Reason::ContactOptedOut));
        }
        (State::OptedIn, Some(_)) if said.evidence.how.is_none() && said.evidence.proof.is_none() => {
            return invalid("how", "missing", "Say where and how they agreed, or give the proof.");
        }
        (State::OptedOut, None) if said.sender.is_some() => {
            return invalid(
                "number_id",
                "too_narrow",
                "No to every text is no to all your numbers. Leave it out, or say a purpose.",
            );
        }
        (State::OptedIn | State::OptedOut, _) => {}
    }
    let (source, by) = match asker.author {
        Author::Member(user) => (ConsentSource::Member, Some(user)),
        _ => (ConsentSource::Api, None),
    };
    let mut decision = Decision::default();
    decision.change(Change::Consented(Consent {
        contact: about.contact,
        phone: about.phone.clone(),
        state: said.state,
        purpose: said.purpose,
        sender: said.sender,
        source,
        keyword: None,
        message: None,
        evidence: Evidence { by, ..said.evidence.clone() },
        at,
    }));
    if said.state == State::OptedOut && said.purpose.is_none() {
        let which = Unsent::To(about.contact);
        decision.change(Change::UnsentCancelled { which, why: CancelReason::ContactOptedOut });
    }
    Ok(decision)
}

/// Asks them to confirm that they want marketing, by one text.
///
/// # Errors
/// When they must not be asked, or need not.
pub fn ask_consent(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    lane: Uuid,
    asker: Asker,
) -> Result<(Decision, MessageId), Refusal> {
    let contact = scene.contact.clone().ok_or(Refusal::NotFound("contact"))?;
    if let Err(why) = scene.opting_in.may_be_asked(now, &scene.tenant.settings.opt_in) {
        return Err(not_asked(why));
    }
    let mut decision = Decision::default();
    let (mut conversation, is_new) = text_arrived::conversation(now, ids, scene, &contact, lane);
    conversation.version += 1;
    let conversation = Box::new(conversation);
    decision.change(if is_new {
        Change::ConversationOpened(conversation)
    } else {
        Change::ConversationChanged(conversation)
    });
    let (source, by) = match asker.author {
        Author::Member(user) => (ConsentSource::Member, Some(user)),
        _ => (ConsentSource::Api, None),
    };
    let message = request(
        now,
        ids,
        scene,
        contact.id,
        source,
        by.map(|by| Evidence { by: Some(by), ..Evidence::default() }),
        &mut decision,
    )
    .map_err(Refusal::Gate)?;
    Ok((decision, message))
}

/// The one request, in the last conversation among the changes, and the line that says that they were asked.
pub(super) fn request(
    now: Timestamp,
    ids: &mut Ids,
    scene: &Scene,
    contact: ContactId,
    source: ConsentSource,
    evidence: Option<Evidence>,
    decision: &mut Decision,
) -> Result<MessageId, Reason> {
    let words = &scene.tenant.settings.opt_in.request;
    let message = reply::opt_in_request(now, ids, scene, words, decision)?;
    decision.change(Change::Consented(Consent {
        contact,
        phone: scene.address.clone(),
        state: State::Pending,
        purpose: Some(Purpose::Marketing),
        sender: None,
        source,
        keyword: None,
        message: Some(message),
        evidence: Evidence { shown: Some(words.clone()), ..evidence.unwrap_or_default() },
        at: now,
    }));
    Ok(message)
}

fn not_asked(why: NotAsked) -> Refusal {
    let (field, code, message) = match why {
        NotAsked::NoRequest => {
            ("settings.opt_in.request", "no_request", "Write what people are asked with, under Settings, first.")
        }
        NotAsked::Agreed => ("contact", "agreed_already", "They have agreed to marketing already."),
        NotAsked::Recently => (
            "contact",
            "asked_already",
            "They were asked a short time ago. Wait until the days that your settings give them are over.",
        ),
    };
    Refusal::Invalid { field, code, message: message.into() }
}

/// They texted a word that asks for marketing, or a yes to what they were asked.
pub(super) fn confirmed(
    scene: &Scene,
    contact: ContactId,
    message: MessageId,
    keyword: String,
    at: Timestamp,
    shown: &str,
) -> Change {
    Change::Consented(Consent {
        contact,
        phone: scene.address.clone(),
        state: State::OptedIn,
        purpose: Some(Purpose::Marketing),
        sender: None,
        source: ConsentSource::Keyword,
        keyword: Some(keyword),
        message: Some(message),
        evidence: Evidence { shown: Some(shown.to_owned()), ..Evidence::default() },
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-02T15:00:00Z".parse().unwrap()
    }

    fn said(state: State, purpose: Option<Purpose>) -> Said {
        let evidence = Evidence { how: Some("A form in the shop".into()), ..Evidence::default() };
        Said { state, purpose, sender: None, evidence, at: None }
    }

    #[test]
    fn what_somebody_writes_down_must_be_possible() {
        let (member, number) = (Uuid::from_u128(9).into(), Uuid::from_u128(8).into());
        let about = |opted_out: bool| About {
            contact: Uuid::from_u128(1).into(),
            phone: "+14155550123".into(),
            opted_out_at: opted_out.then(now),
        };
        let recorded = |said: &Said, opted_out: bool| {
            record_consent(now(), &about(opted_out), Asker { author: Author::Member(member) }, said)
                .map(|decision| decision.changes.len())
                .map_err(|refusal| match refusal {
                    Refusal::Invalid { field, code, .. } => format!("{field}: {code}"),
                    other => other.code().to_owned(),
                })
        };
        use Purpose::{Marketing, Service};
        use State::{OptedIn, OptedOut, Pending};
        assert_eq!(recorded(&said(OptedIn, Some(Marketing)), false), Ok(1));
        assert_eq!(recorded(&said(OptedOut, Some(Service)), false), Ok(1));
        assert_eq!(recorded(&said(OptedOut, Some(Service)), true), Ok(1));
        assert_eq!(recorded(&said(OptedOut, None), false), Ok(2), "what waits is taken back");
        for (said, opted_out, expected) in [
            (said(OptedIn, Some(Marketing)), true, "contact_opted_out"),
            (said(OptedIn, None), false, "purpose: missing"),
            (said(Pending, Some(Marketing)), false, "state: not_said"),
            (Said { sender: Some(number), ..said(OptedOut, None) }, false, "number_id: too_narrow"),
            (Said { evidence: Evidence::default(), ..said(OptedIn, Some(Service)) }, false, "how: missing"),
            (
                Said { at: now().checked_add(jiff::SignedDuration::from_secs(1)).ok(), ..said(OptedIn, Some(Service)) },
                false,
                "at: in_the_future",
            ),
        ] {
            assert_eq!(recorded(&said, opted_out), Err(expected.to_owned()));
        }
    }
}
