//! What is counted of many ways together: who came to a step, who left it, how, and after how long.

use jiff::Timestamp;

use super::state::{State, Status};
use super::trace::{Line, What, Why};

/// Something that is counted of a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// Of which; empty: of the workflow as a whole.
    pub step: String,
    /// What: `entered`, `came`, `left`, `answered`, `timed_out`, `asked_again`, `left_out`, `failed`, `took:` and which way,
    /// `ended:` and with which outcome.
    pub what: String,
    /// How long it took, in milliseconds: for `left` at the step, for `ended:` since they entered. 0 for all else.
    pub millis: i64,
    /// It is about the version that they have just moved away from.
    pub of_old: bool,
}

/// What is to be counted because of a turn. Who came to a step and did not leave it is there.
#[must_use]
pub fn counts(before: &State, after: &State, lines: &[Line], now: Timestamp) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    let mut count = |step: Option<&String>, what: String, millis: i64| {
        counts.push(Count { step: step.cloned().unwrap_or_default(), what, millis, of_old: false });
    };
    let since = |at: Timestamp| now.duration_since(at).as_millis().try_into().unwrap_or(i64::MAX);
    // Where they stand while the turn goes on, and since when.
    let mut stands = before.at.as_ref().filter(|_| !before.is_ended()).map(|at| (at, since(before.since)));
    for line in lines {
        let step = line.step.as_ref();
        match &line.what {
            What::Entered => count(None, "entered".into(), 0),
            What::Came | What::Migrated => {
                if let Some((left, millis)) = stands {
                    count(Some(left), "left".into(), millis);
                    count(Some(left), stayed(millis), millis);
                }
                count(step, "came".into(), 0);
                stands = step.map(|step| (step, 0));
            }
            What::LeftOut(Why::OnlyIf | Why::Past | Why::Lacks(_) | Why::Late | Why::Trouble(_)) => {
                count(step, "left_out".into(), 0);
            }
            What::Took(way) if way == "timeout" => count(step, "timed_out".into(), 0),
            What::Took(way) => count(step, format!("took:{way}"), 0),
            What::TookCase { nth, .. } => count(step, format!("took:case {nth}"), 0),
            What::Heard(_) => count(step, "answered".into(), 0),
            What::AskedAgain => count(step, "asked_again".into(), 0),
            What::Failed(_) => count(step, "failed".into(), 0),
            What::Asked { .. }
            | What::WaitsUntil(_)
            | What::WaitsForReply { .. }
            | What::WaitsForFloor { .. }
            | What::Does { .. }
            | What::Done(_)
            | What::HeardBeside(_)
            | What::Saved { .. }
            | What::DoesNotFit { .. }
            | What::FloorLost
            | What::Paused
            | What::Resumed
            | What::Retried
            | What::Ended { .. } => {}
        }
    }
    if let (Status::Ended { outcome, .. }, false) = (&after.status, before.is_ended()) {
        if let Some((left, millis)) = stands {
            count(Some(left), "left".into(), millis);
            count(Some(left), stayed(millis), millis);
            count(Some(left), "ended".into(), 0);
        }
        count(None, format!("ended:{outcome}"), since(after.entered_at));
    }
    let moves = lines.iter().any(|line| line.what == What::Migrated);
    // Whoever moves leaves a step of the old version first, and how long they stayed is counted behind it.
    let left = counts.iter().position(|count| moves && count.what == "left");
    counts.iter_mut().skip(left.unwrap_or(usize::MAX)).take(2).for_each(|count| count.of_old = true);
    counts
}

/// Stays of about the same length are counted together, so that the one in the middle can be told: each sort is half as long again
/// as the one before, or less.
fn stayed(millis: i64) -> String {
    let seconds = u64::try_from(millis / 1_000).unwrap_or(0);
    let sort = seconds.checked_ilog2().map_or(0, |log| {
        let is_upper_half = u128::from(seconds).pow(2) >= 1 << (2 * log + 1);
        2 * log + 1 + u32::from(is_upper_half)
    });
    format!("{STAYED}{sort}")
}

/// How long the stay in the middle took, in milliseconds, by what was counted of one step: of each sort ([`Count::what`]) how many,
/// and how long all of them took together. It is the average of its sort. `None`: nobody has left.
#[must_use]
pub fn median<'c>(counted: impl IntoIterator<Item = (&'c str, i64, i64)>) -> Option<i64> {
    let sort = |what: &str| what.strip_prefix(STAYED)?.parse::<u32>().ok();
    let sorts = counted.into_iter().filter_map(|(what, times, millis)| Some((sort(what)?, (times, millis))));
    let sorts: std::collections::BTreeMap<u32, (i64, i64)> = sorts.filter(|(_, (times, _))| *times > 0).collect();
    let mut before_it = (sorts.values().map(|(times, _)| times).sum::<i64>() - 1) / 2;
    sorts.into_values().find_map(|(times, millis)| {
        let is_here = before_it < times;
        before_it -= times;
        is_here.then(|| millis / times)
    })
}

/// What stays of about the same length are counted as begins so.
const STAYED: &str = "stayed:";

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::id::{EnrolmentId, MessageId};
    use crate::template::Rendering;
    use crate::workflow::effect::Deed;
    use crate::workflow::reply::Text;
    use crate::workflow::testing::{ann, friday, published};
    use crate::workflow::{Done, Event, Known, advance};

    #[test]
    fn whoever_comes_leaves_once_and_the_sums_tell_where_they_are() {
        let survey = published(&json!({ "name": "x", "steps": [
            { "id": "later", "delay": { "for": "1h" } },
            { "id": "ask", "send": { "text": "How many?", "purpose": "service" } },
            { "id": "hear", "wait_for_reply": { "timeout": "1d",
                "cases": [{ "when": { "number": { "max": 5 } } }, { "when": { "number": { "min": 6 } } }],
                "no_match": { "reprompt": "A number, please." },
                "on_timeout": [{ "id": "quiet", "end": "silent" }] } },
            { "id": "done", "end": "answered" }
        ] }));
        let (person, rendering) = (ann(), Rendering::new("en-US"));
        let known = Known {
            subject: &person.subject,
            phone: &person.phone,
            zone: &person.zone,
            month_first: true,
            rendering: &rendering,
            floor: None,
        };
        let mut now = friday();
        let mut state = State::new(EnrolmentId(Uuid::from_u128(1)), now);
        let mut told = Vec::new();
        let mut turn = |state: &mut State, now: Timestamp, event: &Event| {
            let turn = advance(&survey, state.clone(), event, &known, now);
            for Count { step, what, millis, .. } in counts(state, &turn.state, &turn.trace, now) {
                told.push(format!("{step} {what} {}", millis / 60_000));
            }
            *state = turn.state;
            turn.effects
        };
        let says = |nth: u128, body: &str, sent_at| {
            Event::Reply(Text { id: MessageId(Uuid::from_u128(nth)), body: body.into(), sent_at })
        };
        turn(&mut state, now, &Event::Entered { variables: Default::default() });
        now += SignedDuration::from_hours(1);
        let timer = Event::Timer { seq: state.seq };
        let effects = turn(&mut state, now, &timer);
        let sent = effects.iter().find(|effect| matches!(effect.deed, Deed::Send { .. })).unwrap().key.clone();
        turn(&mut state, now, &Event::Done { of: sent, result: Done::Sent, at: None });
        now += SignedDuration::from_mins(5);
        turn(&mut state, now, &says(8, "hm", now));
        now += SignedDuration::from_mins(5);
        turn(&mut state, now, &says(9, "7", now));
        assert_eq!(
            told,
            [
                " entered 0",
                "later came 0",
                "later left 60",
                "later stayed:24 60",
                "ask came 0",
                "ask left 0",
                "ask stayed:0 0",
                "hear came 0",
                "hear answered 0",
                "hear asked_again 0",
                "hear answered 0",
                "hear took:case 2 0",
                "hear left 10",
                "hear stayed:19 10",
                "done came 0",
                "done left 0",
                "done stayed:0 0",
                "done ended 0",
                " ended:answered 70",
            ]
        );
    }

    #[test]
    fn the_stay_in_the_middle_is_told() {
        let median = |stays: &[i64]| {
            let mut counted: std::collections::BTreeMap<String, (i64, i64)> = Default::default();
            for seconds in stays {
                let sort = counted.entry(stayed(seconds * 1_000)).or_default();
                *sort = (sort.0 + 1, sort.1 + seconds * 1_000);
            }
            super::median(counted.iter().map(|(what, (times, millis))| (what.as_str(), *times, *millis)))
        };
        for (stays, middle) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[0, 0, 90_000], Some(0)),
            (&[10, 3_600, 86_400], Some(3_600)),
            (&[10, 20, 3_600, 86_400], Some(20)),
            (&[100, 110, 120, 2_000_000], Some(110)),
        ] {
            assert_eq!(median(stays), middle.map(|seconds| seconds * 1_000), "{stays:?}");
        }
        assert_eq!(super::median([("left", 3, 9), ("stayed:x", 1, 1)]), None);
        for seconds in [1_i64, 2, 3, 45, 46, 1_000, 5_000_000] {
            let longer = seconds + seconds / 2 + 1;
            assert_ne!(stayed(seconds * 1_000), stayed(longer * 1_000), "{seconds}");
        }
    }
}
