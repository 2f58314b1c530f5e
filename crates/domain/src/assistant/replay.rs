//! Past conversations, cut into what a contact asked and what came of it, to be held against another version's answers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::rehearsal::{By, Conduct, Told, folded};
use super::request::Speaker;
use super::run::{Outcome, Run};
use crate::id::MessageId;
use crate::message::{Cost, Source};

/// A replay goes through at most so many turns.
pub const TURNS_MAX: u32 = 500;

/// A message of a past conversation.
#[derive(Clone, PartialEq)]
pub struct Past {
    /// Which one.
    pub id: MessageId,
    /// By whom.
    pub by: Speaker,
    /// What.
    pub body: String,
    /// When.
    pub at: Timestamp,
    /// From what, if an assistant wrote it.
    pub sources: Vec<Source>,
    /// How many it takes on the air.
    pub segments: u32,
    /// Which version wrote it, if an assistant did.
    pub version: Option<u32>,
}

/// A run of the time.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRun {
    /// When it ended.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// Which version ran.
    pub version: u32,
    /// What it cost, if that is known.
    pub cost: Option<Cost>,
}

/// What a contact wrote without waiting, and what was answered to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The contact's last text of it stands right before this place of the thread.
    pub until: usize,
    /// The places of what was answered before the contact wrote again.
    pub answers: Vec<usize>,
}

/// The exchanges of a thread, oldest first. What only told the contact something parts nothing and answers nothing.
#[must_use]
pub fn exchanges(thread: &[Past]) -> Vec<Exchange> {
    let is_contact = |past: &Past| past.by == Speaker::Contact;
    let mut found = Vec::new();
    for (place, _) in thread.iter().enumerate().filter(|(_, past)| is_contact(past)) {
        let until = place + 1;
        let after = &thread[until..];
        if after.iter().find(|past| past.by != Speaker::Notice).is_some_and(is_contact) {
            continue;
        }
        let answers = (until..).zip(after).take_while(|(_, past)| !is_contact(past));
        let answers = answers.filter(|(_, past)| past.by != Speaker::Notice).map(|(place, _)| place).collect();
        found.push(Exchange { until, answers });
    }
    found
}

/// What came of a turn at the time. A stored document.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Then {
    /// Who answered; `None`: nobody.
    pub by: Option<By>,
    /// What the assistant did; `None`: it was not asked.
    pub outcome: Option<Conduct>,
    /// What was answered.
    pub body: String,
    /// From what.
    pub sources: Vec<Source>,
    /// Which version was asked.
    pub version: Option<u32>,
    /// What asking it cost, if that is known.
    pub cost: Option<Cost>,
}

/// What the other version makes of it. A stored document.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Now {
    /// What it does.
    pub outcome: Conduct,
    /// What it says or suggests; empty: nothing.
    pub body: String,
    /// From what.
    pub sources: Vec<Source>,
    /// Why it hands over, stays silent or is held back; empty: it does not.
    pub reason: String,
    /// What that cost, if it is known.
    pub cost: Option<Cost>,
    /// How long it took.
    pub latency_ms: u32,
}

impl Then {
    /// What came of an exchange. `runs`: those of the conversation, oldest first.
    #[must_use]
    pub fn of(thread: &[Past], exchange: &Exchange, runs: &[PastRun]) -> Self {
        let asked_at = thread[..exchange.until].last().map_or(Timestamp::MIN, |last| last.at);
        let over_at = thread[exchange.until..].iter().find(|past| past.by == Speaker::Contact).map(|next| next.at);
        let during = |run: &&PastRun| run.at >= asked_at && over_at.is_none_or(|over| run.at < over);
        let run = runs.iter().filter(during).rfind(|run| run.outcome != Outcome::Outdated);
        let answers: Vec<&Past> = exchange.answers.iter().filter_map(|place| thread.get(*place)).collect();
        let by = answers.first().and_then(|first| By::of(first.by));
        let outcome = run.and_then(|run| conduct(run.outcome));
        Self {
            by,
            outcome: outcome.or((by == Some(By::Assistant)).then_some(Conduct::Answer)),
            body: answers.iter().map(|past| past.body.as_str()).collect::<Vec<_>>().join("\n"),
            sources: answers.iter().flat_map(|past| past.sources.clone()).collect(),
            version: run.map(|run| run.version).or_else(|| answers.iter().find_map(|past| past.version)),
            cost: run.and_then(|run| run.cost.clone()),
        }
    }
}

fn conduct(outcome: Outcome) -> Option<Conduct> {
    match outcome {
        Outcome::Replied | Outcome::Suggested => Some(Conduct::Answer),
        Outcome::Refused => Some(Conduct::Refused),
        Outcome::HandedOff => Some(Conduct::HandOff),
        Outcome::Silent => Some(Conduct::StaySilent),
        Outcome::Approval => Some(Conduct::Approval),
        Outcome::Outdated => None,
    }
}

impl Now {
    /// What an answer comes to.
    #[must_use]
    pub fn of(answer: &Answer, run: &Run) -> Self {
        let Told { body, sources, reason } = Told::of(answer);
        Self { outcome: Conduct::of(answer), body, sources, reason, cost: run.cost.clone(), latency_ms: run.latency_ms }
    }

    /// The contact would notice no difference: the same words, or none both times.
    #[must_use]
    pub fn is_as(&self, then: &Then) -> bool {
        if self.outcome.is_read() {
            return then.by.is_some() && folded(&self.body) == folded(&then.body);
        }
        then.outcome == Some(self.outcome) && then.by != Some(By::Assistant)
    }
}

impl std::fmt::Debug for Past {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Past").field("id", &self.id).field("by", &self.by).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Then {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Then").field("by", &self.by).field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Now {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Now").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::*;

    fn thread(said: &[(Speaker, &str)]) -> Vec<Past> {
        let past = |(nth, (by, body)): (i64, &(Speaker, &str))| Past {
            id: Uuid::from_u128(nth as u128).into(),
            by: *by,
            body: (*body).into(),
            at: at(nth * 10),
            sources: Vec::new(),
            segments: 1,
            version: None,
        };
        (0..).zip(said).map(past).collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
    }

    fn run(second: i64, outcome: Outcome) -> PastRun {
        PastRun { at: at(second), outcome, version: 3, cost: Some(Cost { micros: second, currency: "USD".into() }) }
    }

    const ANN: Speaker = Speaker::Contact;
    const ADA: Speaker = Speaker::Assistant;
    const MAX: Speaker = Speaker::Person;
    const NOTICE: Speaker = Speaker::Notice;

    #[test]
    fn a_thread_is_cut_where_somebody_answers() {
        type Case<'a> = (&'a str, &'a [Speaker], &'a [(usize, &'a [usize])]);
        let cases: &[Case<'_>] = &[
            ("nothing was said", &[], &[]),
            ("we alone", &[ADA, MAX], &[]),
            ("a question that waits", &[ANN], &[(1, &[])]),
            ("a burst is one", &[ANN, ANN, ADA, ANN], &[(2, &[2]), (4, &[])]),
            ("several answers", &[ANN, ADA, MAX, ANN, MAX], &[(1, &[1, 2]), (4, &[4])]),
            ("a notice is no answer", &[ANN, NOTICE, ANN, NOTICE, ADA], &[(3, &[4])]),
        ];
        for (name, said, expected) in cases {
            let said: Vec<(Speaker, &str)> = said.iter().map(|by| (*by, "x")).collect();
            let found = exchanges(&thread(&said));
            let found: Vec<(usize, &[usize])> = found.iter().map(|one| (one.until, one.answers.as_slice())).collect();
            assert_eq!(found, *expected, "{name}");
        }
    }

    #[test]
    fn what_came_of_it_is_of_its_own_time() {
        let thread = thread(&[(ANN, "hours?"), (ADA, "7 to 6"), (ANN, "a bicycle?"), (MAX, "No"), (ANN, "thanks")]);
        let runs = [
            run(5, Outcome::Outdated),
            run(6, Outcome::Replied),
            run(25, Outcome::HandedOff),
            run(26, Outcome::Outdated),
        ];
        let then: Vec<Then> = exchanges(&thread).iter().map(|one| Then::of(&thread, one, &runs)).collect();
        let shown: Vec<_> = then
            .iter()
            .map(|then| (then.by, then.outcome, then.body.as_str(), then.cost.as_ref().map(|c| c.micros)))
            .collect();
        assert_eq!(
            shown,
            [
                (Some(By::Assistant), Some(Conduct::Answer), "7 to 6", Some(6)),
                (Some(By::Member), Some(Conduct::HandOff), "No", Some(25)),
                (None, None, "", None),
            ]
        );
    }

    #[test]
    fn the_same_is_what_the_contact_would_not_notice() {
        let then = |by, outcome, body: &str| Then { by, outcome, body: body.into(), ..Then::default() };
        let now = |outcome, body: &str| Now {
            outcome,
            body: body.into(),
            sources: Vec::new(),
            reason: String::new(),
            cost: None,
            latency_ms: 1,
        };
        use Conduct::{Answer as Answers, HandOff, StaySilent};
        let cases = [
            (then(Some(By::Assistant), Some(Answers), "7 to 6"), now(Answers, "7  TO 6"), true),
            (then(Some(By::Assistant), Some(Answers), "7 to 6"), now(Answers, "8 to 6"), false),
            (then(Some(By::Assistant), Some(Answers), "7 to 6"), now(HandOff, "7 to 6"), false),
            (then(Some(By::Member), Some(HandOff), "No"), now(HandOff, ""), true),
            (then(None, Some(HandOff), ""), now(StaySilent, ""), false),
            (then(None, None, ""), now(Answers, ""), false),
            (then(Some(By::Member), None, "7 to 6"), now(Answers, "7 to 6"), true),
        ];
        for (then, now, same) in cases {
            assert_eq!(now.is_as(&then), same, "{} {}", then.body, now.body);
        }
    }
}
