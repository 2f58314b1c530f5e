//! What the interpreter promises, case by case; [`properties`] holds it to the rest.

mod broken;
mod given_back;
mod meanwhile;
mod properties;
mod times;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::*;
use crate::id::{EnrolmentId, MessageId};
use crate::workflow::reply::Text;
use crate::workflow::simulate::{Answers, Person, simulate};
use crate::workflow::testing::{ann, document, friday, ground, played, published, script, variables};
use crate::workflow::{Done, IfLate, Question, Sent, VISITS_MAX, Why, revive};

/// Somebody's way, turn by turn.
pub(super) struct Drive<'p> {
    published: &'p Published,
    person: Person,
    rendering: Rendering,
    pub state: State,
    pub now: Timestamp,
    pub floor: Option<Held>,
    texts: u128,
}

impl<'p> Drive<'p> {
    pub(super) fn new(published: &'p Published) -> Self {
        let enrolment = EnrolmentId(Uuid::from_u128(1));
        Self {
            published,
            person: ann(),
            rendering: Rendering::new("en-US"),
            state: State::new(enrolment, friday()),
            now: friday(),
            floor: None,
            texts: 0,
        }
    }

    pub(super) fn turn(&mut self, event: &Event) -> Advanced {
        let known = Known {
            subject: &self.person.subject,
            phone: &self.person.phone,
            zone: &self.person.zone,
            month_first: true,
            rendering: &self.rendering,
            floor: self.floor,
        };
        let turn = advance(self.published, self.state.clone(), event, &known, self.now);
        self.took(&turn);
        turn
    }

    fn took(&mut self, turn: &Advanced) {
        self.state = turn.state.clone();
        for effect in &turn.effects {
            match effect.deed {
                Deed::TakeFloor { until } => self.floor = Some(Held { by: self.state.enrolment, until }),
                Deed::FreeFloor => self.floor = None,
                _ => {}
            }
        }
    }

    fn begin(published: &'p Published) -> (Self, Advanced) {
        let mut drive = Self::new(published);
        let turn = drive.turn(&Event::Entered { variables: [].into() });
        (drive, turn)
    }

    fn later(&mut self, seconds: i64) -> &mut Self {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        self
    }

    fn says(&mut self, body: &str) -> Advanced {
        let sent_at = self.now;
        self.said(body, sent_at)
    }

    fn said(&mut self, body: &str, sent_at: Timestamp) -> Advanced {
        self.texts += 1;
        self.turn(&Event::Reply(Text { id: MessageId(Uuid::from_u128(self.texts)), body: body.into(), sent_at }))
    }

    /// The timer that is set comes, when it is due.
    fn timer(&mut self) -> Advanced {
        self.now = self.state.wake_at.unwrap().max(self.now);
        let seq = self.state.seq;
        self.turn(&Event::Timer { seq })
    }

    /// What becomes of what is waited for.
    fn done(&mut self, result: Done) -> Advanced {
        let Some(Waits::Effect { of, .. } | Waits::Intent { of, .. }) = self.state.waits.clone() else {
            panic!("{:?}", self.state)
        };
        self.turn(&Event::Done { of, result, at: None })
    }

    /// The text that is waited for is out, and left then.
    fn is_out(&mut self, left: Timestamp) -> Advanced {
        let Some(Waits::Effect { of, .. }) = self.state.waits.clone() else { panic!("{:?}", self.state) };
        self.turn(&Event::Done { of, result: Done::Sent, at: Some(left) })
    }

    fn ended(&self) -> Option<&str> {
        match &self.state.status {
            Status::Ended { outcome, .. } => Some(outcome),
            _ => None,
        }
    }
}

fn texts(turn: &Advanced) -> Vec<&str> {
    let body = |effect: &'_ Effect| matches!(effect.deed, Deed::Send { .. });
    turn.effects
        .iter()
        .filter(|effect| body(effect))
        .filter_map(|effect| match &effect.deed {
            Deed::Send { body, .. } => Some(body.as_str()),
            _ => None,
        })
        .collect()
}

fn deeds(turn: &Advanced) -> Vec<&str> {
    turn.effects.iter().map(|effect| effect.deed.name()).collect()
}

fn question(wait: Json) -> Published {
    let mut wait = wait;
    wait["timeout"] = json!("1h");
    wait["on_timeout"] = json!([{ "id": "late", "end": "timeout" }]);
    published(&json!({ "name": "x", "variables": [{ "key": "n", "type": "number" }], "steps": [
        { "id": "ask", "send": { "text": "How many?", "purpose": "service" } },
        { "id": "hear", "wait_for_reply": wait },
        { "id": "keep", "save": { "to": "n" } },
        { "id": "end", "end": "answered" }
    ] }))
}

#[test]
fn a_reply_that_was_sent_in_time_beats_the_timeout() {
    let of = question(json!({}));
    let (mut drive, turn) = Drive::begin(&of);
    assert_eq!((deeds(&turn), texts(&turn)), (vec!["take_floor", "send"], vec!["How many?"]));
    drive.done(Done::Sent);
    let deadline = drive.now.checked_add(SignedDuration::from_hours(1)).unwrap();
    assert_eq!(drive.state.wake_at.unwrap(), deadline.checked_add(GRACE).unwrap());
    let waiting = drive.state.clone();

    drive.now = deadline.checked_add(GRACE).unwrap();
    let turn = drive.said("7", deadline);
    assert_eq!((drive.ended(), deeds(&turn)), (Some("answered"), vec!["free_floor"]), "its timer has not come yet");
    assert_eq!(drive.state.variables, variables(&[("n", "7")]));

    drive.state = waiting.clone();
    drive.said("7", deadline.checked_add(SignedDuration::from_secs(1)).unwrap());
    assert_eq!(drive.ended(), Some("timeout"), "it was sent too late");

    drive.state = waiting;
    drive.timer();
    assert_eq!(drive.ended(), Some("timeout"));
    assert!(!drive.said("7", deadline).heeded, "what is over is over");
}

#[test]
fn a_stale_timer_and_what_comes_twice_change_nothing() {
    let of =
        question(json!({ "cases": [{ "when": { "number": {} } }], "no_match": { "reprompt": "A number, please." } }));
    let (mut drive, _) = Drive::begin(&of);
    let Some(Waits::Effect { of: key, .. }) = drive.state.waits.clone() else { panic!() };
    let sent = Event::Done { of: key, result: Done::Sent, at: None };
    assert!(drive.turn(&sent).heeded && !drive.turn(&sent).heeded);
    let seq = drive.state.seq;
    assert!(!drive.turn(&Event::Timer { seq }).heeded, "its time has not come");
    assert!(!drive.turn(&Event::Entered { variables: [].into() }).heeded);
    let turn = drive.later(60).says("what?");
    assert_eq!(texts(&turn), ["A number, please."]);
    drive.later(3_600);
    assert!(!drive.turn(&Event::Timer { seq }).heeded, "another turn came between");
    drive.now = drive.now.checked_sub(SignedDuration::from_secs(1_000)).unwrap();
    let text = Text { id: MessageId(Uuid::from_u128(1)), body: "what?".into(), sent_at: drive.now };
    assert!(!drive.turn(&Event::Reply(text)).heeded, "that one is known");
    drive.says("3");
    assert_eq!(drive.ended(), Some("answered"));
}

#[test]
fn an_answer_may_come_before_the_question_is_known_to_be_out() {
    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    drive.later(3).says("7");
    assert_eq!(drive.ended(), None);
    drive.done(Done::Sent);
    assert_eq!((drive.ended(), drive.state.variables.get("n").map(String::as_str)), (Some("answered"), Some("7")));

    let (mut drive, _) = Drive::begin(&of);
    let long_ago = drive.now.checked_sub(SignedDuration::from_secs(60)).unwrap();
    drive.said("hello", long_ago);
    drive.done(Done::Sent);
    drive.said("hello again", long_ago);
    assert!(drive.state.waits_for_reply(), "that was written before the question");
}

#[test]
fn what_is_written_while_the_question_waits_to_go_is_not_its_answer() {
    // Seconds after the question was asked for: when it left, when they wrote, and whether that answers it.
    for (left, wrote, answers) in
        [(0, 0, true), (40_000, 3_600, false), (40_000, 39_990, false), (40_000, 40_060, true)]
    {
        for is_told_first in [true, false] {
            let of = question(json!({}));
            let (mut drive, _) = Drive::begin(&of);
            let after = |seconds| friday().checked_add(SignedDuration::from_secs(seconds)).unwrap();
            drive.now = after(40_100);
            if is_told_first {
                drive.is_out(after(left));
            }
            let turn = drive.said("7", after(wrote));
            if !is_told_first {
                drive.is_out(after(left));
            }
            let expected = (answers.then_some("answered"), !answers);
            assert_eq!((drive.ended(), drive.state.waits_for_reply()), expected, "{left} {wrote} {is_told_first}");
            let is_kept = turn.trace.iter().any(|line| line.what == What::HeardBeside("7".into()));
            assert!(answers || is_kept && drive.state.wrote_at == Some(after(wrote)), "it is kept all the same");
        }
    }
    // Word of it may wait for the end of a pause.
    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    drive.turn(&Event::Paused);
    drive.later(60).done(Done::Sent);
    drive.later(60).says("7");
    drive.later(7_200).turn(&Event::Resumed { late: None });
    assert_eq!(drive.ended(), Some("answered"));
}

#[test]
fn texts_that_come_together_are_one_reply() {
    let of = question(
        json!({ "merge": "20s", "cases": [{ "when": { "number": {} } }], "no_match": { "steps": [{ "id": "no", "end": "none" }] } }),
    );
    let (mut drive, _) = Drive::begin(&of);
    drive.done(Done::Sent);
    drive.later(60).says("hm");
    assert!(drive.state.waits_for_reply());
    drive.later(10).says("let us say 4");
    assert!(drive.state.waits_for_reply());
    drive.timer();
    assert_eq!((drive.ended(), drive.state.variables.get("n").map(String::as_str)), (Some("answered"), Some("4")));
    assert_eq!(drive.state.answer.as_ref().map(|answer| answer.said.as_str()), Some("hm\nlet us say 4"));
}

#[test]
fn a_model_is_asked_what_a_reply_means_if_nothing_else_tells_it() {
    let cases = json!([
        { "when": "yes", "steps": [{ "id": "y", "end": "yes" }] },
        { "when": { "intent": "wants another day" }, "steps": [{ "id": "d", "end": "day" }] },
        { "when": { "intent": "is angry" }, "steps": [{ "id": "a", "end": "angry" }] }
    ]);
    let of = question(json!({ "cases": cases, "no_match": { "steps": [{ "id": "no", "end": "none" }] } }));
    for (said, answer, expected) in [
        ("yes", None, "yes"),
        ("so late?!", Some(Done::Chose(Some(1))), "angry"),
        ("tomorrow is better", Some(Done::Chose(Some(0))), "day"),
        ("42", Some(Done::Chose(None)), "none"),
        ("42", Some(Done::Chose(Some(7))), "none"),
        ("42", Some(Done::Failed("no model".into())), "none"),
    ] {
        let (mut drive, _) = Drive::begin(&of);
        drive.done(Done::Sent);
        let turn = drive.says(said);
        if let Some(answer) = answer {
            let [Effect { deed: Deed::Ask { question: Question::Classify { choices, .. }, .. }, .. }] =
                turn.effects.as_slice()
            else {
                panic!("{:?}", turn.effects)
            };
            assert_eq!(choices, &["wants another day", "is angry"]);
            drive.done(answer);
        }
        assert_eq!(drive.ended(), Some(expected), "{said}");
    }
    let (mut drive, _) = Drive::begin(&of);
    drive.done(Done::Sent);
    drive.says("hm");
    drive.timer();
    assert_eq!(drive.ended(), Some("none"), "no model answered at all");
}

#[test]
fn a_text_that_must_not_or_cannot_go_is_told_apart() {
    let of = |on: Json| {
        let mut send = json!({ "text": "Hi {first_name}", "purpose": "marketing" });
        send.as_object_mut().unwrap().extend(on.as_object().unwrap().clone());
        published(&json!({ "name": "x", "steps": [{ "id": "a", "send": send }, { "id": "b", "end": "on" }] }))
    };
    let blocked = || Done::Blocked("quiet".into());
    let failed = || Done::Failed("unreachable".into());
    for (on, result, expected) in [
        (json!({}), Done::Sent, Some("on")),
        (json!({}), blocked(), Some("blocked")),
        (json!({ "on_block": "skip" }), blocked(), Some("on")),
        (json!({ "on_block": "stop" }), blocked(), None),
        (json!({}), failed(), None),
        (json!({ "on_failure": "skip" }), failed(), Some("on")),
        (json!({ "on_failure": "exit" }), failed(), Some("failed")),
    ] {
        let of = of(on);
        let (mut drive, _) = Drive::begin(&of);
        drive.done(result);
        assert_eq!(drive.ended(), expected);
    }
    let of = of(json!({}));
    let (mut drive, first) = Drive::begin(&of);
    drive.done(failed());
    assert_eq!((drive.state.last_send, drive.state.wake_at), (Some(Sent::Failed), None));
    assert!(matches!(drive.state.status, Status::Failed { why: Failure::Send(_) }));
    let again = drive.turn(&Event::Retried);
    assert_ne!(first.effects.first().unwrap().key, again.effects.first().unwrap().key);
    drive.done(Done::Sent);
    assert_eq!(drive.ended(), Some("on"));

    let (mut drive, _) = Drive::begin(&of);
    let turn = drive.timer();
    assert_eq!(deeds(&turn), ["withdraw"], "nobody knows what became of it: it must not go later");

    let mut nameless = Drive::new(&of);
    nameless.person.subject.name = String::new();
    let turn = nameless.turn(&Event::Entered { variables: [].into() });
    assert!(turn.effects.is_empty() && nameless.ended() == Some("blocked"), "nobody is greeted without a name");
}

#[test]
fn what_ends_it_withdraws_what_waits_to_be_sent() {
    let of = question(json!({}));
    for (event, outcome) in
        [(Event::OptedOut, "opted_out"), (Event::Cancelled, "cancelled"), (Event::GoalReached, "goal")]
    {
        let (mut drive, first) = Drive::begin(&of);
        let turn = drive.turn(&event);
        let of = first.effects.last().unwrap().key.clone();
        assert_eq!((deeds(&turn), drive.ended()), (vec!["withdraw", "free_floor"], Some(outcome)));
        assert_eq!(turn.effects.first().unwrap().deed, Deed::Withdraw { of, from: None });
        assert!(!drive.turn(&Event::Resumed { late: None }).heeded);
    }
    // It waits in the row of the number from which it goes.
    let other = crate::workflow::testing::ground().numbers[0];
    let from_other = published(&json!({ "name": "x", "steps": [
        { "id": "tell", "send": { "text": "Hi", "purpose": "service", "from": other } },
        { "id": "end", "end": "told" }
    ] }));
    let (mut drive, _) = Drive::begin(&from_other);
    let turn = drive.turn(&Event::Cancelled);
    let withdrawn = turn.effects.iter().find_map(|effect| match effect.deed {
        Deed::Withdraw { from, .. } => Some(from),
        _ => None,
    });
    assert_eq!(withdrawn, Some(Some(other)));
}

#[test]
fn who_comes_second_waits_for_the_floor_or_takes_it() {
    let other = EnrolmentId(Uuid::from_u128(9));
    let of = question(json!({}));
    let held = |drive: &Drive<'_>, hours| {
        Some(Held { by: other, until: drive.now.checked_add(SignedDuration::from_hours(hours)).unwrap() })
    };
    let mut drive = Drive::new(&of);
    drive.floor = held(&drive, 5);
    let turn = drive.turn(&Event::Entered { variables: [].into() });
    assert!(turn.effects.is_empty(), "the question is not asked before its answer can be heard");
    assert!(matches!(drive.state.waits, Some(Waits::Floor { .. })));
    let waiting = drive.state.clone();
    drive.floor = None;
    assert_eq!(deeds(&drive.turn(&Event::FloorFreed)), ["take_floor", "send"]);
    assert!(!drive.turn(&Event::FloorFreed).heeded);

    drive.state = waiting;
    drive.floor = held(&drive, 5);
    assert_eq!(deeds(&drive.timer()), ["take_floor", "send"], "nobody holds it for ever");

    let of = question(json!({ "floor": "preempt" }));
    let mut drive = Drive::new(&of);
    drive.floor = held(&drive, 5);
    assert_eq!(deeds(&drive.turn(&Event::Entered { variables: [].into() })), ["take_floor", "send"]);
    drive.done(Done::Sent);
    assert!(!drive.turn(&Event::FloorLost).heeded, "it is ours, the word is old");
    drive.floor = held(&drive, 5);
    assert!(drive.turn(&Event::FloorLost).heeded);
    let turn = drive.timer();
    assert_eq!((deeds(&turn), drive.ended()), (vec![""; 0], Some("timeout")), "what is not ours is not freed");
}

#[test]
fn what_happens_while_it_is_paused_happens_when_it_goes_on() {
    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    drive.turn(&Event::Paused);
    assert!(!drive.turn(&Event::Paused).heeded);
    drive.done(Done::Sent);
    drive.later(10).says("7");
    drive.later(100_000);
    assert_eq!(drive.ended(), None);
    drive.turn(&Event::Resumed { late: None });
    assert_eq!((drive.ended(), drive.state.variables.get("n").map(String::as_str)), (Some("answered"), Some("7")));

    let (mut drive, _) = Drive::begin(&of);
    drive.done(Done::Sent);
    let deadline = drive.state.wake_at.unwrap();
    drive.turn(&Event::Paused);
    drive.later(7_200);
    drive.turn(&Event::Resumed { late: None });
    assert_eq!(drive.state.wake_at, deadline.checked_add(SignedDuration::from_hours(2)).ok(), "they get their hour");
}

#[test]
fn a_goal_or_any_reply_may_end_it() {
    let of = published(&json!({
        "name": "x",
        "exits": { "on_reply": true, "goal": "tag = \"won\"" },
        "steps": [
            { "id": "a", "delay": { "for": "1d" } },
            { "id": "b", "update_contact": { "add_tags": ["won"] } },
            { "id": "c", "delay": { "for": "1d" } },
            { "id": "d", "send": { "text": "Hi", "purpose": "service" } }
        ]
    }));
    let (mut drive, _) = Drive::begin(&of);
    let before = drive.state.clone();
    drive.says("hello");
    assert_eq!(drive.ended(), Some("replied"));
    drive.state = before;
    drive.timer();
    drive.person.subject.tags.insert("won".into());
    let turn = drive.timer();
    assert_eq!((drive.ended(), texts(&turn)), (Some("goal"), vec![""; 0]));
}

#[test]
fn nothing_goes_on_for_ever() {
    let circle = document(&json!({ "name": "x", "steps": [
        { "id": "a", "note": "Hi" }, { "id": "b", "go_to": "a" }
    ] }));
    // It would not be published: this is what stops it if it were.
    let of = revive(circle, &ground());
    let (drive, turn) = Drive::begin(&of);
    assert!(matches!(drive.state.status, Status::Failed { why: Failure::TooManySteps }));
    assert_eq!(turn.trace.iter().filter(|line| line.what == What::Came).count(), 100);

    let hourly = json!({ "name": "x", "steps": [
        { "id": "a", "delay": { "for": "1h" } }, { "id": "b", "go_to": "a" }
    ] });
    let of = published(&hourly);
    let play = played(&of, &[], "+ 30d");
    assert!(matches!(play.state().status, Status::Failed { why: Failure::TooManyVisits }), "{:?}", play.state());
    assert_eq!(play.state().visits.get("b"), Some(&VISITS_MAX));

    let weekly = json!({ "name": "x", "steps": [
        { "id": "a", "delay": { "for": "7d" } }, { "id": "b", "go_to": "a" }
    ] });
    let of = published(&weekly);
    let play = played(&of, &[], "+ 100d");
    assert!(matches!(&play.state().status, Status::Ended { how: How::Expired, .. }));
}

#[test]
fn conditions_see_what_the_way_knows() {
    let of = published(&json!({
        "name": "x",
        "variables": [{ "key": "score", "type": "number" }, { "key": "when", "type": "date" }],
        "steps": [
            { "id": "a", "save": { "to": "score", "from": { "sum": ["score", "size"] } } },
            { "id": "b", "save": { "to": "plan", "from": { "text": "silver" } } },
            { "id": "c", "update_contact": { "add_tags": ["seen"], "add_to_lists": ["guests"], "set": { "size": "{score}" }, "clear": ["city"] } },
            { "id": "d", "only_if": "has_replied = yes or last_send is set", "end": "wrong" },
            { "id": "e", "filter": "score = 8 and plan = \"Silver\" and tag = \"seen\" and list = \"Guests\" and size = 8 and city is missing" },
            { "id": "f", "send": { "text": "{score:number 1} {when|never} {plan}", "purpose": "service" } },
            { "id": "g", "filter": "last_send = \"sent\"" }
        ]
    }));
    let mut person = ann();
    person.subject.fields.insert("size".into(), "3".into());
    let known = variables(&[("score", "5"), ("when", "no day"), ("other", "x")]);
    let play = simulate(&of, person, known, Answers::default(), &[], friday());
    assert!(matches!(&play.state().status, Status::Ended { outcome, .. } if outcome == "completed"), "{play}");
    assert!(play.to_string().contains("us    8.0 never Silver"), "{play}");
    assert_eq!(play.subject().fields.get("size").map(String::as_str), Some("8"));
}

#[test]
fn chance_is_the_same_for_the_same_person() {
    let of = published(&json!({ "name": "x", "steps": [
        { "id": "s", "split": { "paths": [
            { "name": "1", "weight": 3, "steps": [{ "id": "a", "end": "a" }] },
            { "name": "2", "steps": [{ "id": "b", "end": "b" }] }
        ] } }
    ] }));
    let mut took = 0;
    for n in 0..400 {
        let way = |_| {
            let mut drive = Drive::new(&of);
            drive.state.enrolment = EnrolmentId(Uuid::from_u128(n));
            drive.turn(&Event::Entered { variables: [].into() });
            drive.ended().map(str::to_owned)
        };
        assert_eq!(way(1), way(2));
        took += u32::from(way(1).as_deref() == Some("a"));
    }
    assert!((270..330).contains(&took), "{took}");
    let of = published(
        &json!({ "name": "x", "steps": [{ "id": "d", "delay": { "for": "1h", "jitter": "30m" } }, { "id": "e", "end": "x" }] }),
    );
    let (drive, _) = Drive::begin(&of);
    let waits = drive.state.wake_at.unwrap().duration_since(drive.now);
    assert!((3_600..=5_400).contains(&waits.as_secs()) && Drive::begin(&of).0.state == drive.state);
}

#[test]
fn an_answer_that_does_not_fit_is_kept_cleared_or_asked_again() {
    for (on_invalid, expected) in [
        (json!("keep"), Some("4")),
        (json!("clear"), None),
        (json!({ "ask_again": { "step": "ask", "times": 1 } }), Some("4")),
    ] {
        let of = published(&json!({ "name": "x", "variables": [{ "key": "n", "type": "number" }], "steps": [
            { "id": "ask", "send": { "text": "How many?", "purpose": "service" } },
            { "id": "hear", "wait_for_reply": { "timeout": "1h" } },
            { "id": "keep", "save": { "to": "n", "on_invalid": on_invalid } }
        ] }));
        let play = simulate(
            &of,
            ann(),
            variables(&[("n", "4")]),
            Answers::default(),
            &script("> a lot | > really a lot"),
            friday(),
        );
        assert_eq!(play.state().variables.get("n").map(String::as_str), expected, "{play}");
        assert!(matches!(&play.state().status, Status::Ended { outcome, .. } if outcome == "completed"), "{play}");
    }
    let line = Line { seq: 1, step: None, what: What::LeftOut(Why::Late) };
    assert_eq!(line.what.to_string(), "is left out: it is late");
}
