//! One person of a campaign: a durable row from its launch to their outcome, with the reason for whatever did not happen.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Running;
use crate::decide::opted_out_at_carrier;
use crate::decision::{Change, Decision, Effect};
use crate::fact::{CarrierReported, Ended, Fact, SendEnded};
use crate::gate::{Asked, Reason, Verdict, explain, gate};
use crate::id::{CampaignId, ContactId, ConversationId, NumberId, RecipientId};
use crate::message::{Cost, Failure, Reported, Status};
use crate::segment::{MAX_SEGMENTS, measure};
use crate::smart::smart_if_it_helps;
use crate::template::{Person, Rendering};

/// A text that certainly did not go out is tried this often.
const ATTEMPTS_MAX: u32 = 6;
/// How long the carrier's word on a text whose outcome is not known is waited for.
const UNKNOWN_WAITS: SignedDuration = SignedDuration::from_mins(15);

/// Where a recipient stands. It only moves forward; whoever is over stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Their turn has not come.
    Pending,
    /// The gate said later.
    Deferred,
    /// The carrier did not take it, and is asked again.
    Queued,
    /// Handed to the carrier, whose answer is not here.
    Sending,
    /// The carrier took it.
    Sent,
    /// Nobody knows whether the carrier took it. It is never sent twice.
    Unknown,
    /// It arrived.
    Delivered,
    /// It went out and no receipt will come.
    Unconfirmed,
    /// It did not arrive.
    Failed,
    /// It was not sent, with reason.
    Skipped,
    /// The campaign was ended before their turn.
    Cancelled,
}

impl Standing {
    /// All of them, in the order of a recipient's life.
    pub const ALL: [Self; 11] = [
        Self::Pending,
        Self::Deferred,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Unknown,
        Self::Delivered,
        Self::Unconfirmed,
        Self::Failed,
        Self::Skipped,
        Self::Cancelled,
    ];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Deferred => "deferred",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Delivered => "delivered",
            Self::Unconfirmed => "unconfirmed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The stored word back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }

    /// Whether their turn is still to come.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Pending | Self::Deferred | Self::Queued)
    }

    /// Where they stand after a report; `None`: it says nothing new. The same rules as for any text.
    #[must_use]
    pub fn on(self, report: Reported) -> Option<Self> {
        let status = match self {
            Self::Sending => Status::Sending,
            Self::Sent => Status::Sent,
            Self::Unknown => Status::Unknown,
            _ => return None,
        };
        Self::parse(status.on(report)?.as_str())
    }
}

/// Why somebody gets nothing. The words are stable: they stand in the API, in exports and in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// The gate says no.
    Gate(Reason),
    /// Nothing is known of them under this name, and the text has no other word for it.
    Lacks(String),
    /// Their text would take more segments than carriers take.
    TooLong,
    /// Their text has no words.
    Empty,
    /// Its time was over.
    TooLate,
}

impl Skip {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Gate(reason) => reason.code(),
            Self::Lacks(_) => "lacks_field",
            Self::TooLong => "too_long",
            Self::Empty => "empty_text",
            Self::TooLate => "too_late",
        }
    }

    /// In plain words, with the mend.
    #[must_use]
    pub fn explanation(&self) -> String {
        match self {
            Self::Gate(reason) => reason.explanation().into(),
            Self::Lacks(name) => {
                format!(
                    "Nothing is known of them as {name}. Fill that in, or write another word for it, as in {{{name}|there}}."
                )
            }
            Self::TooLong => format!("Their text takes more than {MAX_SEGMENTS} segments. Make it shorter."),
            Self::Empty => "Their text would have no words in it.".into(),
            Self::TooLate => "It could not be sent to them before the time that was set.".into(),
        }
    }
}

/// A recipient, as far as a decision needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Which one: also the id of their text.
    pub id: RecipientId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Who.
    pub contact: ContactId,
    /// Where they are reached.
    pub phone: String,
    /// From which number.
    pub number: NumberId,
    /// Where they stand.
    pub standing: Standing,
    /// How often their text was handed over.
    pub attempt: u32,
    /// Already marked as someone who wants no more texts.
    pub opted_out_at: Option<Timestamp>,
    /// Their text stands in this thread, since they have answered it.
    pub conversation: Option<ConversationId>,
}

/// A text of a campaign that somebody had from us and has not answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// Which: also the id of the text.
    pub recipient: RecipientId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What people call that.
    pub campaign_name: String,
    /// From which number.
    pub number: NumberId,
    /// What it says.
    pub body: String,
    /// How many segments it takes.
    pub segments: u32,
    /// Where it stands.
    pub status: Status,
    /// The carrier's id of it.
    pub carrier_ref: Option<String>,
    /// When it was handed over.
    pub sent_at: Timestamp,
}

impl std::fmt::Debug for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unanswered").field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

/// How a recipient went on. What is `None` stays.
#[derive(Clone, PartialEq)]
pub struct Moved {
    /// Who.
    pub recipient: RecipientId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The thread in which their text stands, if in one.
    pub conversation: Option<ConversationId>,
    /// Where they stand now.
    pub to: Standing,
    /// When their turn comes, for one that waits.
    pub ready_at: Option<Timestamp>,
    /// How often their text was handed over.
    pub attempt: Option<u32>,
    /// Their text, and how many segments it takes.
    pub text: Option<(String, u32)>,
    /// The carrier's id of it.
    pub carrier_ref: Option<String>,
    /// Why not.
    pub failure: Option<Failure>,
    /// As how many parts it was billed.
    pub parts: Option<u32>,
    /// What it cost.
    pub cost: Option<Cost>,
}

impl std::fmt::Debug for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Moved").field("recipient", &self.recipient).field("to", &self.to).finish_non_exhaustive()
    }
}

impl Recipient {
    fn moved(&self, to: Standing) -> Moved {
        Moved {
            recipient: self.id,
            campaign: self.campaign,
            conversation: self.conversation,
            to,
            ready_at: None,
            attempt: None,
            text: None,
            carrier_ref: None,
            failure: None,
            parts: None,
            cost: None,
        }
    }
}

/// What is to be done with a recipient whose turn has come.
#[derive(Clone, PartialEq, Eq)]
pub enum Due {
    /// Hand this to the carrier, as this attempt.
    Hand {
        /// The first is 1.
        attempt: u32,
        /// Their text.
        body: String,
        /// How many segments it takes.
        segments: u32,
    },
    /// Ask again then.
    Wait {
        /// When.
        until: Timestamp,
        /// Why not now.
        reason: Reason,
    },
    /// They get nothing.
    Skip(Skip),
}

impl std::fmt::Debug for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hand { attempt, segments, .. } => write!(f, "Hand({attempt}, {segments})"),
            Self::Wait { until, reason } => write!(f, "Wait({until}, {})", reason.code()),
            Self::Skip(skip) => write!(f, "Skip({})", skip.code()),
        }
    }
}

/// Somebody's turn has come: the gate is asked with what is true now, and their text is made. `kept`: the text of an earlier
/// attempt, which is repeated to the byte. They are marked as being sent to before anything goes to the carrier.
#[must_use]
pub fn due(
    now: Timestamp,
    campaign: &Running,
    recipient: &Recipient,
    rendering: &Rendering,
    person: Person<'_>,
    kept: Option<&str>,
    asked: Asked<'_>,
) -> (Moved, Due) {
    let due = what_is_due(now, campaign, recipient, rendering, person, kept, asked);
    let moved = match &due {
        Due::Hand { attempt, body, segments } => Moved {
            attempt: Some(*attempt),
            text: Some((body.clone(), *segments)),
            ..recipient.moved(Standing::Sending)
        },
        Due::Wait { until, reason } => {
            let verdict = Verdict::Defer { until: *until, reason: *reason };
            let explanation = explain(now, &asked, &verdict);
            let failure = Failure { code: reason.code().into(), explanation, mend: String::new() };
            Moved { ready_at: Some(*until), failure: Some(failure), ..recipient.moved(Standing::Deferred) }
        }
        Due::Skip(skip) => {
            let failure = Failure { code: skip.code().into(), explanation: skip.explanation(), mend: String::new() };
            Moved { failure: Some(failure), ..recipient.moved(Standing::Skipped) }
        }
    };
    (moved, due)
}

fn what_is_due(
    now: Timestamp,
    campaign: &Running,
    recipient: &Recipient,
    rendering: &Rendering,
    person: Person<'_>,
    kept: Option<&str>,
    asked: Asked<'_>,
) -> Due {
    let too_late = |at: Timestamp| campaign.send_before.is_some_and(|before| at >= before);
    if too_late(now) {
        return Due::Skip(Skip::TooLate);
    }
    match gate(now, asked) {
        Verdict::Skip { reason } => return Due::Skip(Skip::Gate(reason)),
        Verdict::Defer { until, .. } if too_late(until) => return Due::Skip(Skip::TooLate),
        Verdict::Defer { until, reason } => return Due::Wait { until, reason },
        Verdict::Send => {}
    }
    let body = match kept {
        Some(kept) => kept.to_owned(),
        None => match rendering.render(&campaign.template, person) {
            Ok(text) => smart_if_it_helps(&text).body,
            Err(lacks) => return Due::Skip(Skip::Lacks(lacks.name)),
        },
    };
    let segments = measure(&body).segments;
    if body.trim().is_empty() {
        return Due::Skip(Skip::Empty);
    }
    if segments > MAX_SEGMENTS {
        return Due::Skip(Skip::TooLong);
    }
    Due::Hand { attempt: recipient.attempt + 1, body, segments }
}

/// Handing somebody's text to the carrier ended, one way or another.
#[must_use]
pub fn ended(now: Timestamp, lane: Uuid, about: &Recipient, end: &SendEnded) -> Decision {
    let mut decision = Decision::default();
    if end.attempt != about.attempt {
        return decision;
    }
    match &end.ended {
        Ended::Accepted { carrier_ref, parts } => {
            // The receipt may have overtaken the answer; then only the carrier's id is new.
            let to = about.standing.on(Reported::Sent).unwrap_or(about.standing);
            let carrier_ref = Some(carrier_ref.clone());
            decision.change(moved(Moved { carrier_ref, parts: *parts, ..about.moved(to) }));
        }
        Ended::Rejected { failure, opted_out } => {
            failed(about, failure.clone(), &mut decision);
            if *opted_out {
                opted_out_at(about, now, &mut decision);
            }
        }
        Ended::NotTaken { counts: true, .. } if about.attempt >= ATTEMPTS_MAX => {
            let failure = Failure {
                code: "carrier_unreachable".into(),
                explanation: "The carrier could not be reached, though it was tried several times.".into(),
                mend: "Check the carrier account, then send to those who failed.".into(),
            };
            failed(about, failure, &mut decision);
        }
        Ended::NotTaken { retry_at, counts, .. } => {
            if about.standing == Standing::Sending {
                // Being told to slow down is not an attempt.
                let attempt = if *counts { None } else { Some(about.attempt.saturating_sub(1)) };
                decision.change(moved(Moved { ready_at: Some(*retry_at), attempt, ..about.moved(Standing::Queued) }));
            }
        }
        Ended::Lost { .. } => {
            if let Some(to) = about.standing.on(Reported::Lost) {
                decision.change(moved(about.moved(to)));
                let fact = Fact::UnknownOverdue { message: about.id.0.into() };
                decision.effect(Effect::Remind { fact, at: now.checked_add(UNKNOWN_WAITS).unwrap_or(now), lane });
            }
        }
    }
    decision
}

/// The carrier told how somebody's text went. What is late, repeated or out of order changes nothing twice.
#[must_use]
pub fn reported(about: &Recipient, report: &CarrierReported) -> Decision {
    let mut decision = Decision::default();
    if let Some(to) = about.standing.on(report.reported) {
        decision.change(moved(Moved {
            carrier_ref: Some(report.carrier_ref.clone()),
            failure: report.failure.clone(),
            parts: report.parts,
            cost: report.cost.clone(),
            ..about.moved(to)
        }));
    }
    if report.opted_out {
        opted_out_at(about, report.at, &mut decision);
    }
    decision
}

/// The carrier's word has not come in time: they stay unknown, and nothing is sent twice.
#[must_use]
pub fn overdue(about: &Recipient) -> Decision {
    let mut decision = Decision::default();
    if about.standing == Standing::Unknown {
        let failure = Failure {
            code: "outcome_unknown".into(),
            explanation: "The carrier's answer was lost and no receipt came: it may or may not have arrived.".into(),
            mend: "Ask the contact, or send the text again if twice does no harm.".into(),
        };
        decision.change(moved(Moved { failure: Some(failure), ..about.moved(Standing::Unknown) }));
    }
    decision
}

fn failed(about: &Recipient, failure: Failure, decision: &mut Decision) {
    if let Some(to) = about.standing.on(Reported::Failed) {
        decision.change(moved(Moved { failure: Some(failure), ..about.moved(to) }));
    }
}

fn moved(moved: Moved) -> Change {
    Change::RecipientMoved(Box::new(moved))
}

fn opted_out_at(about: &Recipient, at: Timestamp, decision: &mut Decision) {
    opted_out_at_carrier(about.opted_out_at, about.contact, &about.phone, about.id.0.into(), at, decision);
}

#[cfg(test)]
mod waits;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::Settings;

    /// Where it is nine on a Friday morning.
    const PARIS: &str = "+33612345678";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn ann(standing: Standing, attempt: u32) -> Recipient {
        Recipient {
            id: Uuid::from_u128(1).into(),
            campaign: Uuid::from_u128(2).into(),
            contact: Uuid::from_u128(3).into(),
            phone: PARIS.into(),
            number: Uuid::from_u128(4).into(),
            standing,
            attempt,
            opted_out_at: None,
            conversation: None,
        }
    }

    fn told(decision: &Decision) -> Vec<String> {
        let changes = decision.changes.iter().map(|change| match change {
            Change::RecipientMoved(moved) => {
                let why = moved.failure.as_ref().map(|failure| format!(" ({})", failure.code)).unwrap_or_default();
                let attempt = moved.attempt.map(|attempt| format!(", attempt {attempt}")).unwrap_or_default();
                format!("{}{why}{attempt}", moved.to.as_str())
            }
            Change::Consented(_) => "opted out".into(),
            Change::UnsentCancelled { .. } => "the rest is taken back".into(),
            other => format!("{other:?}"),
        });
        let effects = decision.effects.iter().map(|effect| match effect {
            Effect::Remind { .. } => "looked at again".into(),
            other => format!("{other:?}"),
        });
        changes.chain(effects).collect()
    }

    fn end(attempt: u32, ended: Ended) -> SendEnded {
        SendEnded { message: Uuid::from_u128(1).into(), attempt, ended }
    }

    fn failure() -> Failure {
        Failure { code: "40310".into(), explanation: "No such number.".into(), mend: String::new() }
    }

    #[test]
    fn somebody_gets_their_text_a_later_turn_or_a_reason() {
        let settings = Settings::default();
        let asked = |opted_out| Asked {
            settings: &settings,
            number_enabled: true,
            contact_blocked: false,
            opted_out,
            phone: PARIS,
            contact_zone: None,
            contact_quiet: None,
            had: &[],
            wrote_at: None,
            purpose: crate::gate::Purpose::Campaign,
        };
        let rendering = Rendering::new("en");
        let person = |name| Person { name, ..Person::default() };
        let decide = |body: &str, name, kept, opted_out, send_before| {
            let campaign = Running { id: Uuid::from_u128(2).into(), template: body.parse().unwrap(), send_before };
            let (moved, due) =
                due(at(0), &campaign, &ann(Standing::Pending, 1), &rendering, person(name), kept, asked(opted_out));
            (moved.to, due)
        };
        let hand = |body: &str, segments| Due::Hand { attempt: 2, body: body.into(), segments };
        let skipped = |skip| (Standing::Skipped, Due::Skip(skip));
        let lacks = || skipped(Skip::Lacks("name".into()));
        assert_eq!(decide("Hi {name}", "Ann", None, false, None), (Standing::Sending, hand("Hi Ann", 1)));
        assert_eq!(decide("Hi {name}", "", None, false, None), lacks());
        assert_eq!(decide("Hi {name}", "Bob", Some("Hi Ann"), false, None), (Standing::Sending, hand("Hi Ann", 1)));
        assert_eq!(decide("Hi {name}", "", None, true, None), skipped(Skip::Gate(Reason::ContactOptedOut)));
        assert_eq!(decide("Hi", "", None, false, Some(at(0))), skipped(Skip::TooLate));
        assert_eq!(decide("{name|}", "", None, false, None), skipped(Skip::Empty));
        assert_eq!(decide(&"x".repeat(1_600), "", None, false, None), skipped(Skip::TooLong));
        let quotes = decide("“Hi” {name}", "Ann", None, false, None).1;
        assert_eq!(quotes, hand("\"Hi\" Ann", 1), "what makes a text dear without need is replaced");
    }

    #[test]
    fn an_answer_of_the_carrier_counts_once_and_for_its_attempt() {
        let accepted = || Ended::Accepted { carrier_ref: "c1".into(), parts: Some(1) };
        let not_taken = |counts| Ended::NotTaken { retry_at: at(5), why: "busy".into(), counts };
        let lost = || Ended::Lost { why: "cut off".into() };
        let rejected = |opted_out| Ended::Rejected { failure: failure(), opted_out };
        for (standing, attempt, answer, expected) in [
            (Standing::Sending, 1, accepted(), vec!["sent"]),
            (Standing::Delivered, 1, accepted(), vec!["delivered"]),
            (Standing::Sending, 1, rejected(false), vec!["failed (40310)"]),
            (Standing::Sending, 1, rejected(true), vec!["failed (40310)", "opted out", "the rest is taken back"]),
            (Standing::Delivered, 1, rejected(false), vec![]),
            (Standing::Sending, 1, not_taken(true), vec!["queued"]),
            (Standing::Sending, 1, not_taken(false), vec!["queued, attempt 0"]),
            (Standing::Sending, ATTEMPTS_MAX, not_taken(true), vec!["failed (carrier_unreachable)"]),
            (Standing::Sent, 1, not_taken(true), vec![]),
            (Standing::Sending, 1, lost(), vec!["unknown", "looked at again"]),
            (Standing::Delivered, 1, lost(), vec![]),
        ] {
            let about = ann(standing, attempt);
            let decision = ended(at(0), Uuid::nil(), &about, &end(attempt, answer.clone()));
            assert_eq!(told(&decision), expected, "{standing:?} {answer:?}");
            assert_eq!(told(&ended(at(0), Uuid::nil(), &about, &end(attempt + 1, answer))), Vec::<String>::new());
        }
        assert_eq!(told(&overdue(&ann(Standing::Unknown, 1))), ["unknown (outcome_unknown)"]);
        assert_eq!(told(&overdue(&ann(Standing::Delivered, 1))), Vec::<String>::new());
    }

    #[test]
    fn a_standing_only_moves_forward() {
        for standing in Standing::ALL {
            assert_eq!(Standing::parse(standing.as_str()), Some(standing));
            for report in [Reported::Sent, Reported::Delivered, Reported::Unconfirmed, Reported::Failed, Reported::Lost]
            {
                let Some(to) = standing.on(report) else { continue };
                assert!(matches!(standing, Standing::Sending | Standing::Sent | Standing::Unknown), "{standing:?}");
                assert!(to != standing && !to.waits() && to != Standing::Sending, "{standing:?} {report:?}");
            }
        }
    }
}
