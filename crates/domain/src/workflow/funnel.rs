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
                }
                count(step, "came".into(), 0);
                stands = step.map(|step| (step, 0));
            }
            What::LeftOut(Why::OnlyIf | Why::Past | Why::Lacks(_) | Why::Late | Why::Trouble(_)) => {
                count(step, "left_out".into(), 0);
            }
            What::Took(way) if way == "timeout" => count(step, "timed_out".into(), 0),
            What::Took(way) => count(step, format!("took:{way}"), 0),
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
        }
        count(None, format!("ended:{outcome}"), since(after.entered_at));
    }
    let moves = lines.iter().any(|line| line.what == What::Migrated);
    if let Some(left) = counts.iter_mut().find(|count| moves && count.what == "left") {
        left.of_old = true;
    }
    counts
}

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
                "cases": [{ "when": { "number": {} } }],
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
                "ask came 0",
                "ask left 0",
                "hear came 0",
                "hear answered 0",
                "hear asked_again 0",
                "hear answered 0",
                "hear took:number 0",
                "hear left 10",
                "done came 0",
                "done left 0",
                " ended:answered 70",
            ]
        );
    }
}
