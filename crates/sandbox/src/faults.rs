//! Misbehaviour on demand: the plan that can be switched at run time, and what it means for the n-th request.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::dice::{Dice, Purpose, Span};

/// What goes wrong, and how often. The default is a carrier that does everything right.
///
/// Probabilities are between 0 and 1. All throws come from the sandbox's seed (or [`Faults::seed`]) and an ordinal, so the same
/// plan and the same seed give the same faults to the same sequence of requests.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Starts the throws again from this seed when the plan is set; `None` goes on with the present sequence.
    pub seed: Option<u64>,
    /// How long `POST /v2/messages` waits before it answers, after the message was taken.
    pub answer_delay: Span,
    /// Runs of 429 answers.
    pub rate_limit_burst: Burst,
    /// 5xx answers; the message was not taken.
    pub server_error: ServerError,
    /// Probability of a 500 although the message was taken. As on the real thing, the idempotency key does not remember it.
    pub server_error_after_accepting: f64,
    /// Probability that the connection closes without an answer although the message was taken.
    pub answer_lost: f64,
    /// Probability that the connection closes before the request's body was read; nothing was taken. 1 is an outage.
    pub closed_unread: f64,
    /// Lets `Idempotency-Key` have no effect, as on an endpoint that does not declare it.
    pub ignore_idempotency_key: bool,
    /// Probability that both receipts are delivered before the HTTP answer.
    pub receipt_before_answer: f64,
    /// What becomes of messages. The first rule that matches and whose throw hits decides; without one they are delivered.
    pub outcomes: Vec<OutcomeRule>,
    /// What happens to webhooks.
    pub webhooks: WebhookFaults,
}

/// Runs of 429 answers: each request starts one with `probability`, and it covers `length` requests.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Burst {
    /// How probable it is that a request starts a burst.
    pub probability: f64,
    /// How many requests a burst covers, at most 1,000.
    pub length: u64,
    /// The `retry-after` header in seconds; `None` leaves it out, which Telnyx may do.
    pub retry_after_s: Option<u64>,
}

/// 5xx answers before anything was taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerError {
    /// How probable one is.
    pub probability: f64,
    /// Which one, 500 to 599.
    pub status: u16,
}

impl Default for ServerError {
    fn default() -> Self {
        Self { probability: 0.0, status: 500 }
    }
}

/// One line of the plan for outcomes.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRule {
    /// The recipient it is for, in E.164 form; `None` is everyone.
    #[serde(default)]
    pub to: Option<String>,
    /// How probable it is that the rule decides.
    #[serde(default = "always")]
    pub probability: f64,
    /// What becomes of the message.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl fmt::Debug for OutcomeRule {
    /// Without the recipient's number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { to, probability, outcome } = self;
        f.debug_struct("OutcomeRule")
            .field("one_recipient", &to.is_some())
            .field("probability", probability)
            .field("outcome", outcome)
            .finish()
    }
}

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The carrier confirmed it.
    #[default]
    Delivered,
    /// The carrier refused it.
    DeliveryFailed {
        /// Telnyx error code, such as `40008`.
        code: String,
    },
    /// Telnyx could not hand it over; there is no `message.sent`.
    SendingFailed {
        /// Telnyx error code, such as `40015`.
        code: String,
    },
    /// The phone has it, but no receipt came from the carrier.
    DeliveryUnconfirmed,
    /// The phone has it, but no final webhook ever comes.
    NoReceipt,
    /// The API refuses it at once.
    Rejected {
        /// Telnyx error code, such as `40310`.
        code: String,
        /// HTTP status, 400 to 499.
        #[serde(default = "bad_request")]
        status: u16,
    },
}

impl Outcome {
    /// Whether the recipient sees the text.
    pub(crate) fn reaches_the_phone(&self) -> bool {
        match self {
            Self::Delivered | Self::DeliveryUnconfirmed | Self::NoReceipt => true,
            Self::DeliveryFailed { .. } | Self::SendingFailed { .. } | Self::Rejected { .. } => false,
        }
    }
}

/// What happens to webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookFaults {
    /// Probability that a webhook is sent more than once.
    pub duplicate: f64,
    /// How many more times it is sent then, at most 20.
    pub duplicate_copies: u32,
    /// How much later each copy is sent. A wide span reorders them.
    pub delay: Span,
    /// Holds up to this many webhooks (at most 10,000) and lets them go in random order; 0 is off.
    pub reorder_window: usize,
    /// How long the reorder window waits for more before it empties itself, in milliseconds.
    pub reorder_hold_ms: u64,
    /// Probability that a webhook never comes.
    pub dropped: f64,
    /// Probability, at each attempt, of a signature by another key.
    pub wrong_signature: f64,
    /// Probability, at each attempt, of a well-signed timestamp 400 seconds old (Telnyx's tolerance is 300).
    pub stale_timestamp: f64,
    /// Probability that an event of an unknown type is sent along.
    pub unknown_event: f64,
    /// Probability that a webhook has fields that no document tells of.
    pub unknown_fields: f64,
}

/// A plan that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {must}")]
pub struct FaultsError {
    /// The field, as a path.
    pub field: &'static str,
    /// What it must be.
    pub must: &'static str,
}

impl Faults {
    /// Everything that must not hurt at once: threefold webhooks in random order, lost answers, bursts of 429.
    #[must_use]
    pub fn hostile() -> Self {
        Self {
            answer_lost: 0.2,
            rate_limit_burst: Burst { probability: 0.02, length: 5, retry_after_s: Some(1) },
            webhooks: WebhookFaults {
                duplicate: 1.0,
                duplicate_copies: 2,
                reorder_window: 50,
                reorder_hold_ms: 200,
                unknown_event: 0.05,
                unknown_fields: 0.2,
                ..WebhookFaults::default()
            },
            ..Self::default()
        }
    }

    /// Refuses probabilities outside 0 to 1, spans that end before they begin and sizes out of bounds.
    pub fn check(&self) -> Result<(), FaultsError> {
        const PROBABILITY: &str = "between 0 and 1";
        let hooks = &self.webhooks;
        let probabilities = [
            ("rate_limit_burst.probability", self.rate_limit_burst.probability),
            ("server_error.probability", self.server_error.probability),
            ("server_error_after_accepting", self.server_error_after_accepting),
            ("answer_lost", self.answer_lost),
            ("closed_unread", self.closed_unread),
            ("receipt_before_answer", self.receipt_before_answer),
            ("webhooks.duplicate", hooks.duplicate),
            ("webhooks.dropped", hooks.dropped),
            ("webhooks.wrong_signature", hooks.wrong_signature),
            ("webhooks.stale_timestamp", hooks.stale_timestamp),
            ("webhooks.unknown_event", hooks.unknown_event),
            ("webhooks.unknown_fields", hooks.unknown_fields),
        ];
        let rules = self.outcomes.iter().map(|rule| ("outcomes[].probability", rule.probability));
        for (field, value) in probabilities.into_iter().chain(rules) {
            require((0.0..=1.0).contains(&value), field, PROBABILITY)?;
        }
        for (field, span) in [("answer_delay", self.answer_delay), ("webhooks.delay", hooks.delay)] {
            require(
                span.min_ms <= span.max_ms && span.max_ms <= DAY_MS,
                field,
                "a span of at most a day, min_ms not above max_ms",
            )?;
        }
        require(self.rate_limit_burst.length <= 1_000, "rate_limit_burst.length", "at most 1000")?;
        require((500..=599).contains(&self.server_error.status), "server_error.status", "between 500 and 599")?;
        require(hooks.duplicate_copies <= 20, "webhooks.duplicate_copies", "at most 20")?;
        require(hooks.reorder_window <= 10_000, "webhooks.reorder_window", "at most 10000")?;
        require(hooks.reorder_hold_ms <= DAY_MS, "webhooks.reorder_hold_ms", "at most a day")?;
        require(self.outcomes.len() <= 10_000, "outcomes", "at most 10000 rules")?;
        let statuses_fit = self.outcomes.iter().all(|rule| match &rule.outcome {
            Outcome::Rejected { status, .. } => (400..=499).contains(status),
            _ => true,
        });
        require(statuses_fit, "outcomes[].status", "between 400 and 499")
    }

    /// What the plan has in store for the n-th `POST /v2/messages`.
    pub(crate) fn fate(&self, seed: u64, ordinal: u64) -> Fate {
        let mut dice = Dice::new(seed, Purpose::Request, ordinal);
        let closed_unread = dice.chance(self.closed_unread);
        let server_error = dice.chance(self.server_error.probability);
        let answer_lost = dice.chance(self.answer_lost);
        let error_after = dice.chance(self.server_error_after_accepting);
        let receipt_first = dice.chance(self.receipt_before_answer);
        let delay = dice.within(self.answer_delay);
        let entry = if closed_unread {
            Entry::ClosedUnread
        } else if self.in_burst(seed, ordinal) {
            Entry::RateLimited { retry_after_s: self.rate_limit_burst.retry_after_s }
        } else if server_error {
            Entry::ServerError { status: self.server_error.status }
        } else {
            Entry::Open
        };
        let exit = match (answer_lost, error_after) {
            (true, _) => Exit::Lost,
            (false, true) => Exit::ServerError,
            (false, false) => Exit::Answered,
        };
        Fate { entry, exit, receipt_first, delay }
    }

    /// What becomes of the n-th message.
    pub(crate) fn outcome(&self, seed: u64, ordinal: u64, to: &str) -> Outcome {
        let mut dice = Dice::new(seed, Purpose::Outcome, ordinal);
        self.outcomes
            .iter()
            .find(|rule| dice.chance(rule.probability) && rule.to.as_deref().is_none_or(|wanted| wanted == to))
            .map(|rule| rule.outcome.clone())
            .unwrap_or_default()
    }

    fn in_burst(&self, seed: u64, ordinal: u64) -> bool {
        let Burst { probability, length, .. } = self.rate_limit_burst;
        if probability <= 0.0 || length == 0 {
            return false;
        }
        let first = ordinal.saturating_sub(length - 1);
        (first..=ordinal).any(|start| Dice::new(seed, Purpose::Burst, start).chance(probability))
    }
}

/// What the plan has in store for one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) entry: Entry,
    pub(crate) exit: Exit,
    pub(crate) receipt_first: bool,
    pub(crate) delay: Duration,
}

/// How a request is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Open,
    ClosedUnread,
    RateLimited { retry_after_s: Option<u64> },
    ServerError { status: u16 },
}

/// How a taken message is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Answered,
    Lost,
    ServerError,
}

const DAY_MS: u64 = 86_400_000;

fn require(holds: bool, field: &'static str, must: &'static str) -> Result<(), FaultsError> {
    if holds { Ok(()) } else { Err(FaultsError { field, must }) }
}

fn always() -> f64 {
    1.0
}

fn bad_request() -> u16 {
    400
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_replays_the_same_faults() {
        let plan = Faults { closed_unread: 0.1, ..Faults::hostile() };
        let fates = |seed| (0..500).map(|n| plan.fate(seed, n)).collect::<Vec<_>>();
        assert_eq!(fates(1), fates(1));
        assert_ne!(fates(1), fates(2));
    }

    #[test]
    fn one_fault_does_not_move_another() {
        let quiet = Faults { answer_lost: 0.3, ..Faults::default() };
        let louder = Faults { closed_unread: 0.3, ..quiet.clone() };
        let lost = |plan: &Faults| (0..200).map(|n| plan.fate(5, n).exit).collect::<Vec<_>>();
        assert_eq!(lost(&quiet), lost(&louder));
    }

    #[test]
    fn bursts_last_their_length() {
        let plan = Faults {
            rate_limit_burst: Burst { probability: 0.01, length: 4, retry_after_s: None },
            ..Faults::default()
        };
        let limited: Vec<bool> =
            (0..2_000).map(|n| matches!(plan.fate(9, n).entry, Entry::RateLimited { .. })).collect();
        let runs: Vec<usize> = limited.split(|hit| !hit).map(<[bool]>::len).filter(|length| *length > 0).collect();
        assert!(!runs.is_empty());
        assert!(runs.iter().all(|length| *length >= 4), "{runs:?}");
    }

    #[test]
    fn plans_that_cannot_be_are_refused() {
        let bad = |change: fn(&mut Faults)| {
            let mut plan = Faults::default();
            change(&mut plan);
            plan.check().map_err(|error| error.field)
        };
        assert_eq!(bad(|_| ()), Ok(()));
        assert_eq!(bad(|plan| plan.answer_lost = 1.5), Err("answer_lost"));
        assert_eq!(bad(|plan| plan.answer_lost = f64::NAN), Err("answer_lost"));
        assert_eq!(bad(|plan| plan.answer_delay = Span::between(5, 1)), Err("answer_delay"));
        assert_eq!(bad(|plan| plan.server_error.status = 404), Err("server_error.status"));
        assert_eq!(bad(|plan| plan.webhooks.duplicate_copies = 1_000), Err("webhooks.duplicate_copies"));
    }

    #[test]
    fn rules_read_as_json() {
        let plan: Faults = serde_json::from_str(
            r#"{"outcomes":[{"to":"+15550001","outcome":"delivery_failed","code":"40008"},{"probability":0.5,"outcome":"no_receipt"}]}"#,
        )
        .expect("a plan");
        assert_eq!(plan.outcome(1, 1, "+15550001"), Outcome::DeliveryFailed { code: "40008".into() });
        assert!((0..50).any(|n| plan.outcome(1, n, "+15550002") == Outcome::NoReceipt));
        assert!((0..50).any(|n| plan.outcome(1, n, "+15550002") == Outcome::Delivered));
    }
}
