//! Each of the gallery makes sense, and is walked by the simulator.

use expect_test::expect;
use serde_json::json;

use super::*;
use crate::workflow::simulate::{Answers, Scene, simulate};
use crate::workflow::testing::{ann, friday, ground, played, script, told, variables};
use crate::workflow::{Done, Published, Status, Waits, publish};

fn made(name: &str) -> Published {
    publish(one(name).unwrap(), &ground()).unwrap_or_else(|faults| panic!("{name}:\n{}", told(&faults)))
}

#[test]
fn each_makes_sense_and_is_written_in_one_way() {
    for (name, text) in ALL {
        let document = Document::from_text(text).unwrap_or_else(|faults| panic!("{name}:\n{}", told(&faults)));
        let written = document.to_text();
        let again = Document::from_text(&written).unwrap_or_else(|faults| panic!("{name}:\n{}", told(&faults)));
        assert_eq!((again.to_text(), &again), (written, &document), "{name}");
        made(name);
    }
    assert_eq!(all().count(), ALL.len());
}

#[test]
fn each_is_walked() {
    let booking = &[("booking", "B7"), ("day", "2026-12-01"), ("hour", "2 pm")][..];
    let invoice = &[("invoice", "R-9"), ("amount", "120.5"), ("due", "2026-12-10")][..];
    let event = &[("event", "our party"), ("event_day", "2026-12-20")][..];
    for (name, known, plays, expected) in [
        ("appointment_reminder", booking, "~ | > yes", "confirmed"),
        ("appointment_reminder", booking, "~ | > Nope sorry", "cancelled"),
        ("appointment_reminder", booking, "~ | > another day please", "cancelled"),
        ("appointment_reminder", booking, "~ | > who is this? | > YES", "confirmed"),
        ("appointment_reminder", booking, "~ | > hm | > hm | > hm", "unclear"),
        ("appointment_reminder", booking, "~ | ~", "no_answer"),
        ("appointment_reminder", &[("booking", "B7"), ("day", "2026-11-01")], "", "filtered"),
        ("lead_follow_up", &[], "> I want to | > rent a car | ~", "answered"),
        ("lead_follow_up", &[], "~ | ~ | ~ | ~", "lost"),
        ("lead_follow_up", &[], "~ | ~ | > yes, a car", "answered"),
        ("review_request", &[], "~ | > 5 stars!", "happy"),
        ("review_request", &[], "~ | > two | > it was cold | ~", "unhappy"),
        ("review_request", &[], "~ | > hm | > 3 | ~", "unhappy"),
        ("review_request", &[], "~ | > hm | > hm", "unclear"),
        ("survey", &[], "> 9 | > eight | > 10/10", "answered"),
        ("survey", &[], "> 11 | > 9 | > 8 | ~", "partly"),
        ("survey", &[], "> 9 | > STOP", "opted_out"),
        ("win_back", &[], "> hello again", "won"),
        ("win_back", &[], "> no thanks", "lost"),
        ("win_back", &[], "~", "no_answer"),
        ("opt_in_confirmation", &[], "> Yes", "joined"),
        ("opt_in_confirmation", &[], "> what is this", "declined"),
        ("opt_in_confirmation", &[], "~", "unconfirmed"),
        ("missed_call", &[], "~ | > 1 | ~", "answered"),
        ("missed_call", &[], "~ | > it is about my cat | ~", "answered"),
        ("missed_call", &[], "~ | ~", "no_answer"),
        ("payment_reminder", invoice, "~ | ~ | > yes", "goal"),
        ("payment_reminder", invoice, "~ | ~ | > I lost it", "with_people"),
        ("payment_reminder", invoice, "~ | ~ | ~", "overdue"),
        ("event_rsvp", event, "> YES | > four of us | ~", "coming"),
        ("event_rsvp", event, "> yes | > a few | > 3 | ~", "coming"),
        ("event_rsvp", event, "> no", "declined"),
        ("support_triage", &[], "> where is my order | ~", "with_people"),
        ("support_triage", &[], "~", "no_answer"),
    ] {
        let published = made(name);
        let play = played(&published, known, plays);
        let Status::Ended { outcome, .. } = &play.state().status else { panic!("{name} {plays}:\n{play}") };
        assert_eq!(outcome, expected, "{name} {plays}:\n{play}");
        assert!(play.seen().iter().any(|seen| matches!(seen.what, Scene::WeSay(_))) || outcome == "filtered", "{play}");
    }
}

#[test]
fn a_play_can_be_read() {
    let published = made("review_request");
    let play = played(&published, &[], "~ | > it was ok | > a 2, sadly | > cold food | > and slow | ~");
    expect![[r#"
        0d 00:00:00       · enters
        0d 00:00:00       · a_while waits until 2026-11-27T17:00:00Z
        0d 02:00:00 us    Hi Ann, how was your visit? Reply with a number from 1 (bad) to 5 (great). Reply STOP to opt out.
        0d 02:00:00       · ask sent
        0d 02:00:00       · stars waits for a reply until 2026-11-30T17:00:00Z
        0d 02:00:00 them  it was ok
        0d 02:00:00       · stars asks again
        0d 02:00:00 us    A number from 1 to 5 is enough.
        0d 02:00:00 them  a 2, sadly
        0d 02:00:00       · stars takes number
        0d 02:00:00       · keep saves rating = "2"
        0d 02:00:00       · happy takes otherwise
        0d 02:00:00 us    We are sorry to hear that. What went wrong?
        0d 02:00:00       · sorry sent
        0d 02:00:00       · why waits for a reply until 2026-11-29T17:00:00Z
        0d 02:00:00 them  cold food
        0d 02:00:00 them  and slow
        0d 02:00:30       · mend tells people: Ann Berg gave 2: cold food ⏎ and slow
        0d 02:00:30       · unhappy_end ends: unhappy (completed)
    "#]]
    .assert_eq(&play.to_string());
}

#[test]
fn models_and_systems_have_their_say() {
    let published = made("support_triage");
    let found = variables(&[("order_number", "A77"), ("urgent", "no")]);
    let models = [Done::Chose(Some(0)), Done::Found(found)].into();
    let answers = Answers { models, ..Answers::default() };
    let play = simulate(&published, ann(), [].into(), answers, &script("> where is it | ~"), friday());
    assert!(matches!(&play.state().status, Status::Ended { outcome, .. } if outcome == "with_assistant"), "{play}");
    assert_eq!(play.state().variables, variables(&[("order_number", "A77"), ("topic", "Order"), ("urgent", "no")]));

    let published = made("payment_reminder");
    let http = [Done::Answered { status: 200, body: json!({"paid": true}) }].into();
    let invoice = variables(&[("invoice", "R 9/b"), ("amount", "120.5"), ("due", "2026-12-10")]);
    let answers = Answers { http, ..Answers::default() };
    let play = simulate(&published, ann(), invoice, answers, &script("~ | ~"), friday());
    assert!(matches!(&play.state().status, Status::Ended { outcome, .. } if outcome == "goal"), "{play}");
    let asked = play.effects().iter().find_map(|effect| match &effect.deed {
        crate::workflow::Deed::Http(request) => Some(request.url.as_str()),
        _ => None,
    });
    assert_eq!(asked, Some("https://shop.example/invoices/R%209%2Fb"), "nothing that is put in leads elsewhere");
}

/// The phone leans on it: it plays silence where nobody has said yet what is answered.
#[test]
fn what_cannot_become_of_a_question_is_not_heard_and_is_waited_for() {
    let published = made("support_triage");
    let answers = Answers { models: [Done::Sent, Done::Sent].into(), ..Answers::default() };
    let waiting = simulate(&published, ann(), [].into(), answers.clone(), &script("> where is it | ~"), friday());
    assert_eq!(waiting.state().at.as_deref(), Some("sort"), "{waiting}");
    assert_eq!(waiting.state().waits.as_ref().map(Waits::name), Some("effect"), "{waiting}");
    let given_up = simulate(&published, ann(), [].into(), answers, &script("> where is it | ~ | ~"), friday());
    assert_eq!(given_up.state().at.as_deref(), Some("details"), "nobody answered in time\n{given_up}");
}
