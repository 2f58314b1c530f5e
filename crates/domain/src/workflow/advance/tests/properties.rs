//! Any workflow, anything that happens, in any order.
//!
//! `make test` tries a thousand of each. A hundred thousand of them:
//! `WORKFLOW_CASES=100000 cargo test --release -p domain workflow::advance::tests::properties`. What fails is made as small as
//! it gets, and its seed is kept, so that it is tried first from then on.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::workflow::testing::ground;
use crate::workflow::{Document, TURN_STEPS_MAX, publish};

/// Choices, one after the other; when there are no more, always the first.
struct Choices<'c>(std::slice::Iter<'c, u8>);

impl Choices<'_> {
    fn of(&mut self, n: u8) -> u8 {
        self.0.next().copied().unwrap_or(0) % n
    }
}

/// Some workflow. It may make no sense: it is then refused, or run all the same as if it was published before.
fn workflow(choices: &mut Choices<'_>) -> Json {
    let mut ids = Vec::new();
    let steps = steps(choices, &mut ids, 0);
    let mut exits = json!({ "on_reply": choices.of(4) == 0 });
    if choices.of(4) == 0 {
        exits["goal"] = json!(when(choices));
    }
    json!({
        "name": "any",
        "exits": exits,
        "variables": [
            { "key": "n", "type": "number" },
            { "key": "d", "type": "date" },
            { "key": "t", "type": "text" },
            { "key": "c", "type": "choice", "choices": ["A", "B"] }
        ],
        "steps": steps
    })
}

fn when(choices: &mut Choices<'_>) -> &'static str {
    let whens = [
        "n > 3",
        "city = \"Oslo\"",
        "has_replied = yes",
        "last_send = \"sent\"",
        "c is missing",
        "reply contains \"a\"",
    ];
    whens[usize::from(choices.of(6))]
}

fn steps(choices: &mut Choices<'_>, ids: &mut Vec<String>, depth: u8) -> Vec<Json> {
    let count = if depth == 0 { 3 + choices.of(5) } else { choices.of(3) };
    (0..count).map(|_| step(choices, ids, depth)).collect()
}

fn step(choices: &mut Choices<'_>, ids: &mut Vec<String>, depth: u8) -> Json {
    let id = format!("s{}", ids.len());
    ids.push(id.clone());
    let kinds = if depth < 2 { 18 } else { 14 };
    let before = |choices: &mut Choices<'_>, ids: &[String]| {
        let nth = usize::from(choices.of(16)) % ids.len();
        ids.get(nth).cloned().unwrap_or_default()
    };
    let trouble = ["skip", "exit", "stop"];
    let (name, inside) = match choices.of(kinds) {
        0 | 1 => (
            "send",
            json!({ "text": "Hi {first_name|you} {n|0}", "purpose": "service",
            "on_block": (trouble[usize::from(choices.of(3))]), "on_failure": (trouble[usize::from(choices.of(3))]) }),
        ),
        2 => ("delay", json!({ "for": (["1h", "3d", "40d"][usize::from(choices.of(3))]), "jitter": "5m" })),
        3 => (
            "delay",
            json!({ "until": { "local": { "time": "09:00", "days": ["mon"] } }, "if_late": (["send", "skip", "shift"][usize::from(choices.of(3))]) }),
        ),
        4 => (
            "schedule_send",
            json!({ "at": (match choices.of(3) {
                0 => json!({ "local": { "time": "10:00" } }),
                1 => json!({ "moment": "2026-12-03T10:00:00Z" }),
                _ => json!({ "date": { "field": "d", "days": 1, "time": "10:00" } }),
            }),
            "if_past": (["now", "skip", "exit"][usize::from(choices.of(3))]), "send": { "text": "Later {t|}", "purpose": "marketing" } }),
        ),
        5 => ("filter", json!(when(choices))),
        6 => (
            "save",
            json!({ "to": (["n", "t", "c", "city"][usize::from(choices.of(4))]),
            "on_invalid": (if choices.of(2) == 0 { json!("clear") } else { json!({ "ask_again": { "step": before(choices, ids) } }) }) }),
        ),
        7 => (
            "assistant",
            json!({ "task": (match choices.of(3) {
                0 => json!({ "classify": { "question": "?", "into": "c" } }),
                1 => json!({ "draft": { "instruction": "?", "into": "t" } }),
                _ => json!({ "extract": { "instruction": "?", "into": ["n", "d"] } }),
            }), "on_error": (trouble[usize::from(choices.of(3))]) }),
        ),
        8 => (
            "http",
            json!({ "url": "https://x.example/{t|}", "save": { "n": "/n" }, "on_error": (trouble[usize::from(choices.of(3))]) }),
        ),
        9 => ("update_contact", json!({ "add_tags": ["x"], "set": { "city": "{t|Rome}" } })),
        10 => ("enter", json!({ "workflow": ground().workflows.first().unwrap(), "wait": choices.of(2) == 0 })),
        11 => ("go_to", json!(before(choices, ids))),
        12 => ("end", json!("over")),
        13 => ("notify", json!({ "text": "{name} {reply|}" })),
        14 => (
            "branch",
            json!({
                "cases": [{ "when": when(choices), "steps": steps(choices, ids, depth + 1) }],
                "otherwise": steps(choices, ids, depth + 1)
            }),
        ),
        15 => (
            "split",
            json!({ "paths": [
            { "name": "1", "steps": steps(choices, ids, depth + 1) }, { "name": "2", "weight": 2 }
        ] }),
        ),
        _ => {
            let merge = if choices.of(3) == 0 { "10s" } else { "0s" };
            let floor = if choices.of(3) == 0 { "preempt" } else { "queue" };
            (
                "wait_for_reply",
                json!({
                    "timeout": "2d", "merge": merge, "floor": floor,
                    "cases": [
                        { "when": "yes", "steps": steps(choices, ids, depth + 1) },
                        { "when": { "number": { "max": 5.0 } } },
                        { "when": { "intent": "something else" } }
                    ],
                    "no_match": { "reprompt": "What?", "times": 1, "steps": steps(choices, ids, depth + 1) },
                    "on_timeout": steps(choices, ids, depth + 1)
                }),
            )
        }
    };
    let mut step = json!({ "id": id });
    step[name] = inside;
    if choices.of(6) == 0 {
        step["only_if"] = json!(when(choices));
    }
    step
}

/// Whatever can happen now.
fn event(choices: &mut Choices<'_>, drive: &mut Drive<'_>, log: &[Event]) -> Event {
    let seq = drive.state.seq;
    let of = || match &drive.state.waits {
        Some(Waits::Effect { of, .. } | Waits::Intent { of, .. }) => Some(of.clone()),
        _ => None,
    };
    match choices.of(20) {
        0..=4 => {
            drive.now = drive.state.wake_at.unwrap_or(drive.now).max(drive.now);
            Event::Timer { seq }
        }
        5 => Event::Timer { seq: seq.saturating_sub(u64::from(choices.of(5))) },
        6..=8 => {
            drive.now = drive.now.checked_add(SignedDuration::from_secs(i64::from(choices.of(200)) * 60)).unwrap();
            drive.texts += 1;
            let body = ["yes", "4", "hm", "a", "9", ""][usize::from(choices.of(6))];
            let sent_at = drive.now.checked_sub(SignedDuration::from_secs(i64::from(choices.of(120)))).unwrap();
            let text = Text { id: MessageId(Uuid::from_u128(drive.texts)), body: body.into(), sent_at };
            if choices.of(5) == 0 { Event::Wrote(text) } else { Event::Reply(text) }
        }
        9..=14 => match of() {
            Some(of) => {
                let result = match choices.of(11) {
                    0 => Done::Blocked("x".into()),
                    1 => Done::Failed("x".into()),
                    2 => Done::Answered { status: 200, body: json!({ "n": 4 }) },
                    3 => Done::Answered { status: 500, body: Json::Null },
                    4 => Done::Chose(Some(usize::from(choices.of(3)))),
                    5 => Done::Left("x".into()),
                    6 => Done::Wrote("words".into()),
                    7 => Done::Found(variables(&[("n", "4"), ("d", "never")])),
                    _ => Done::Sent,
                };
                let seconds = [None, Some(0), Some(100), Some(9_000)][usize::from(choices.of(4))];
                let ago = |seconds| drive.now.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
                Event::Done { of, result, at: seconds.map(ago) }
            }
            None => Event::Timer { seq },
        },
        15 => match choices.of(4) {
            0 => Event::WorkflowPaused { since: drive.now.checked_sub(SignedDuration::from_secs(4_000)).unwrap() },
            _ => Event::Paused,
        },
        16 => {
            let late = [None, Some(IfLate::Send), Some(IfLate::Skip), Some(IfLate::Shift)];
            Event::Resumed { late: late[usize::from(choices.of(4))] }
        }
        17 => match choices.of(4) {
            0 => Event::FloorFreed,
            1 => {
                let until = drive.now.checked_add(SignedDuration::from_hours(20)).unwrap();
                drive.floor = Some(Held { by: EnrolmentId(Uuid::from_u128(9)), until });
                Event::FloorLost
            }
            2 => Event::Retried,
            _ => Event::Migrated { to: format!("s{}", choices.of(9)) },
        },
        18 => log.get(usize::from(choices.of(30))).cloned().unwrap_or(Event::Retried),
        _ => match choices.of(8) {
            0 => Event::OptedOut,
            1 => Event::Cancelled,
            2 => Event::GoalReached,
            3 | 4 => Event::ContactChanged,
            _ => Event::Retried,
        },
    }
}

/// So many are tried.
fn cases(usually: u32) -> ProptestConfig {
    let wanted = std::env::var("WORKFLOW_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(wanted.unwrap_or(usually))
}

/// What holds of each turn.
fn hold(before: &State, turn: &Advanced, keys: &mut BTreeSet<Key>) -> Result<(), TestCaseError> {
    let state = &turn.state;
    if !turn.heeded {
        prop_assert!(state == before && turn.effects.is_empty() && turn.trace.is_empty());
        return Ok(());
    }
    prop_assert_eq!(state.seq, before.seq + 1);
    for effect in &turn.effects {
        prop_assert!(keys.insert(effect.key.clone()), "twice: {}", effect.key);
    }
    prop_assert_eq!(state.is_live(), state.wake_at.is_some());
    prop_assert!(turn.trace.iter().all(|line| line.seq == state.seq), "the log is in turns");
    prop_assert!(turn.trace.iter().filter(|line| line.what == What::Came).count() <= TURN_STEPS_MAX);
    prop_assert!(!state.is_ended() || state.floor_until.is_none());
    let kept: State = serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap();
    prop_assert_eq!(&kept, state);
    Ok(())
}

/// Each text that was routed here is kept, heard or given back; and what is kept no longer was heard or is given back.
fn somebodys(before: &State, event: &Event, turn: &Advanced) -> Result<(), TestCaseError> {
    let kept = |state: &State| {
        let heard = match &state.waits {
            Some(Waits::Reply { heard, .. }) => heard.as_slice(),
            _ => &[],
        };
        let held = state.held.iter().filter_map(|event| match event {
            Event::Reply(text) => Some(text),
            _ => None,
        });
        state.early.iter().chain(heard).chain(held).map(|text| text.id).collect::<BTreeSet<_>>()
    };
    let mut theirs = kept(before);
    if let (Event::Reply(text), true) = (event, turn.heeded) {
        theirs.insert(text.id);
    }
    let given = turn.effects.iter().filter_map(|effect| match effect.deed {
        Deed::GiveBack { message, .. } => Some(message),
        _ => None,
    });
    let (given, after): (BTreeSet<_>, _) = (given.collect(), kept(&turn.state));
    prop_assert!(given.is_disjoint(&after), "it is given back and kept");
    let gone = theirs.iter().filter(|id| !given.contains(id) && !after.contains(id)).count();
    let heard = turn.trace.iter().map(|line| match &line.what {
        What::Heard(said) => said.split('\n').count(),
        _ => 0,
    });
    let out = matches!(turn.state.status, Status::Ended { how: How::OptedOut, .. });
    prop_assert!(out || gone == heard.sum::<usize>(), "{:?}: {:?} {:?}", event, turn.trace, turn.effects);
    Ok(())
}

proptest! {
    #![proptest_config(cases(1_000))]

    /// Whatever happens to anybody's way through any workflow: no two effects have one key, who is on their way has a timer,
    /// the same events again make the same state, and an opt-out ends it for good.
    #[test]
    fn nothing_is_done_twice_and_nobody_is_lost(made in prop::collection::vec(any::<u8>(), 0..120), happens in prop::collection::vec(any::<u8>(), 0..160)) {
        let document = Document::from_json(&workflow(&mut Choices(made.iter()))).unwrap();
        let _ = publish(document.clone(), &ground());
        let of = revive(document, &ground());
        let mut drive = Drive::new(&of);
        let mut keys = BTreeSet::new();
        let mut log = vec![Event::Entered { variables: variables(&[("d", "2026-11-29")]) }];
        let mut told = Vec::new();
        let mut choices = Choices(happens.iter());
        let mut next = log.first().cloned();
        while let Some(event) = next.take() {
            let before = drive.state.clone();
            let (now, floor) = (drive.now, drive.floor);
            let turn = drive.turn(&event);
            hold(&before, &turn, &mut keys)?;
            somebodys(&before, &event, &turn)?;
            told.push((now, floor, event));
            if choices.0.len() > 0 && told.len() < 60 {
                let event = self::event(&mut choices, &mut drive, &log);
                log.push(event.clone());
                next = Some(event);
            }
        }
        // From the log as it is kept.
        let mut replayed = Drive::new(&of);
        for (now, floor, event) in &told {
            (replayed.now, replayed.floor) = (*now, *floor);
            let kept: Event = serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap();
            replayed.turn(&kept);
        }
        prop_assert_eq!(&replayed.state, &drive.state);

        let before = drive.state.clone();
        let turn = drive.turn(&Event::OptedOut);
        hold(&before, &turn, &mut keys)?;
        prop_assert!(drive.state.is_ended());
        let sends_nothing = turn.effects.iter().all(|effect| matches!(effect.deed, Deed::Withdraw { .. } | Deed::FreeFloor));
        prop_assert!(sends_nothing);
        for (now, _, event) in &told {
            drive.now = *now;
            prop_assert!(!drive.turn(event).heeded);
        }
    }

    /// Whatever is written while a question waits to go answers nothing, however long that takes and in whatever order word of it
    /// comes; the first that comes of what is written later is the answer.
    #[test]
    fn an_answer_is_written_after_its_question_left(left in 0_i64..2_000, told in 0_i64..60, said in prop::collection::vec((0_i64..2_500, 0_i64..30), 0..9)) {
        let of = question(json!({}));
        let (mut drive, _) = Drive::begin(&of);
        let after = |seconds| friday().checked_add(SignedDuration::from_secs(seconds)).unwrap();
        let mut comes: Vec<(i64, Option<i64>)> = said.iter().map(|(at, takes)| (at + takes, Some(*at))).collect();
        comes.push((left + told, None));
        comes.sort_unstable();
        for (at, wrote) in &comes {
            drive.now = after(*at);
            match wrote {
                Some(wrote) => drive.said(&wrote.to_string(), after(*wrote)),
                None => drive.is_out(after(left)),
            };
        }
        let first = comes.iter().find_map(|(_, wrote)| wrote.filter(|wrote| wrote + GRACE.as_secs() >= left));
        let answer = drive.state.answer.map(|answer| answer.said);
        prop_assert_eq!(answer, first.map(|wrote| wrote.to_string()));
    }

    /// A turn that breaks off and is taken up again when the fault is mended comes to the same.
    #[test]
    fn what_is_mended_is_as_if_it_had_not_been_broken(made in prop::collection::vec(any::<u8>(), 0..120), happens in prop::collection::vec(any::<u8>(), 0..100)) {
        let of = revive(Document::from_json(&workflow(&mut Choices(made.iter()))).unwrap(), &ground());
        let mut drive = Drive::new(&of);
        let mut choices = Choices(happens.iter());
        let mut event = Event::Entered { variables: variables(&[("d", "2026-11-29")]) };
        loop {
            let (before, floor) = (drive.state.clone(), drive.floor);
            // What nobody may wait for longer is done at once, and not when a timer comes.
            let is_due = before.wake_at.is_some_and(|at| at <= drive.now) && !matches!(event, Event::Timer { .. });
            let differs = matches!(event, Event::Resumed { .. } | Event::Retried | Event::Migrated { .. });
            let turn = drive.turn(&event);
            let after = drive.floor;
            // Whoever has it done again has it go on, too.
            let stood_still = matches!(before.status, Status::Failed { .. } | Status::Paused { .. });
            if turn.heeded && !is_due && !differs && !stood_still {
                (drive.state, drive.floor) = (before, floor);
                drive.breaks(&event);
                prop_assert!(drive.floor.is_none_or(|held| held.by != drive.state.enrolment));
                let mended = drive.turn(&Event::Retried);
                let of = |state: &State| (state.at.clone(), state.status.clone(), state.variables.clone(), state.answer.clone(), state.waits.as_ref().map(Waits::name));
                prop_assert_eq!(of(&mended.state), of(&turn.state), "{:?}", event);
                prop_assert_eq!(texts(&mended), texts(&turn), "{:?}", event);
            }
            (drive.state, drive.floor) = (turn.state, after);
            if choices.0.len() == 0 {
                break;
            }
            event = self::event(&mut choices, &mut drive, &[]);
        }
    }

    /// Whoever is left alone by everybody but the clock comes to an end, or stands still and says why.
    #[test]
    fn the_clock_brings_everybody_to_an_end(made in prop::collection::vec(any::<u8>(), 0..120), happens in prop::collection::vec(any::<u8>(), 0..60)) {
        let of = revive(Document::from_json(&workflow(&mut Choices(made.iter()))).unwrap(), &ground());
        let mut drive = Drive::new(&of);
        drive.turn(&Event::Entered { variables: variables(&[("d", "2026-11-29")]) });
        let mut choices = Choices(happens.iter());
        while choices.0.len() > 0 {
            let event = self::event(&mut choices, &mut drive, &[]);
            drive.turn(&event);
        }
        if matches!(drive.state.status, Status::Paused { .. }) {
            drive.turn(&Event::Resumed { late: None });
        }
        // As often as anybody may come to any step, and then some.
        let turns_max = 2 * (of.steps().count() + 1) * usize::try_from(crate::workflow::VISITS_MAX).unwrap();
        for _ in 0..turns_max {
            let Some(at) = drive.state.wake_at else { break };
            drive.now = at.max(drive.now);
            let seq = drive.state.seq;
            prop_assert!(drive.turn(&Event::Timer { seq }).heeded, "a timer that is due is never in vain: {:?}", drive.state);
        }
        prop_assert!(drive.state.is_ended() || matches!(drive.state.status, Status::Failed { .. }), "{:?}", drive.state);
    }

    /// However somebody answers, they get no more texts than is told before it is published.
    #[test]
    fn nobody_gets_more_than_the_bound(made in prop::collection::vec(any::<u8>(), 0..120), happens in prop::collection::vec(any::<u8>(), 0..400)) {
        let of = revive(Document::from_json(&workflow(&mut Choices(made.iter()))).unwrap(), &ground());
        let mut drive = Drive::new(&of);
        let mut choices = Choices(happens.iter());
        let mut event = Event::Entered { variables: variables(&[("d", "2026-11-29")]) };
        let mut texts = 0;
        loop {
            let turn = drive.turn(&event);
            texts += turn.effects.iter().filter(|effect| matches!(effect.deed, Deed::Send { .. })).count();
            if choices.0.len() == 0 {
                break;
            }
            event = self::event(&mut choices, &mut drive, &[]);
            // What somebody of the tenant has done again, or moves, is no part of it.
            while matches!(event, Event::Retried | Event::Migrated { .. }) {
                event = self::event(&mut choices, &mut drive, &[]);
            }
        }
        let bound = crate::workflow::bound(&of);
        prop_assert!(texts <= usize::try_from(bound.texts).unwrap(), "{texts} texts, and the bound is {}", bound.texts);
    }

    /// Facts that come twice, whenever they come again, leave everything as if they had come once.
    #[test]
    fn what_comes_again_changes_nothing(made in prop::collection::vec(any::<u8>(), 0..120), happens in prop::collection::vec(any::<u8>(), 0..100), again in prop::collection::vec((any::<u8>(), any::<u8>()), 0..12)) {
        let of = revive(Document::from_json(&workflow(&mut Choices(made.iter()))).unwrap(), &ground());
        let mut drive = Drive::new(&of);
        let mut choices = Choices(happens.iter());
        let mut told = vec![(drive.now, Event::Entered { variables: [].into() }, true)];
        drive.turn(&told[0].1.clone());
        while choices.0.len() > 0 && told.len() < 30 {
            let event = self::event(&mut choices, &mut drive, &[]);
            drive.floor = None;
            let heeded = drive.turn(&event).heeded;
            told.push((drive.now, event, heeded));
        }
        let is_fact = |event: &Event| matches!(event, Event::Entered { .. } | Event::Timer { .. } | Event::Reply(_) | Event::Wrote(_) | Event::Done { .. });
        let mut twice = Drive::new(&of);
        for (nth, (now, event, _)) in told.iter().enumerate() {
            (twice.now, twice.floor) = (*now, None);
            twice.turn(event);
            for (at, which) in &again {
                let (_, earlier, heeded) = &told[usize::from(*which) % (nth + 1)];
                if usize::from(*at) % told.len() == nth && *heeded && is_fact(earlier) {
                    prop_assert!(!twice.turn(earlier).heeded, "{earlier:?} again, after {event:?}");
                }
            }
        }
        prop_assert_eq!(twice.state, drive.state);
    }
}
