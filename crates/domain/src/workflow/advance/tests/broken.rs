//! Turns that break off because the program has a fault: one that is mended has done nothing twice and lost nothing.

use super::*;
use crate::workflow::advance::break_off;

impl Drive<'_> {
    /// The program has a fault, and this event meets it.
    pub(in crate::workflow::advance) fn breaks(&mut self, event: &Event) -> Advanced {
        let known = Known {
            subject: &self.person.subject,
            phone: &self.person.phone,
            zone: &self.person.zone,
            month_first: true,
            rendering: &self.rendering,
            floor: self.floor,
        };
        let turn = break_off(self.published, self.state.clone(), event, &known, self.now);
        self.took(&turn);
        turn
    }

    fn text(&mut self, body: &str) -> Event {
        self.texts += 1;
        Event::Reply(Text { id: MessageId(Uuid::from_u128(self.texts)), body: body.into(), sent_at: self.now })
    }

    fn sent(&self) -> Event {
        let Some(Waits::Effect { of, .. }) = self.state.waits.clone() else { panic!("{:?}", self.state) };
        Event::Done { of, result: Done::Sent, at: None }
    }
}

fn is_broken(drive: &Drive<'_>) -> bool {
    matches!(drive.state.status, Status::Failed { why: Failure::Crashed }) && drive.state.wake_at.is_none()
}

#[test]
fn what_went_out_does_not_go_out_again() {
    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    let sent = drive.sent();
    let turn = drive.breaks(&sent);
    assert!(is_broken(&drive), "{:?}", drive.state);
    assert_eq!((deeds(&turn), drive.floor), (vec!["free_floor"], None), "others may ask meanwhile");
    let turn = drive.turn(&Event::Retried);
    assert_eq!((deeds(&turn), drive.state.waits_for_reply()), (vec!["take_floor"], true));
    drive.says("7");
    assert_eq!(drive.ended(), Some("answered"));
}

#[test]
fn an_answer_is_heard_when_it_is_mended_and_somebody_elses_until_then() {
    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    drive.done(Done::Sent);
    let seven = drive.text("7");
    assert_eq!(deeds(&drive.breaks(&seven)), ["give_back", "free_floor"]);
    assert_eq!(deeds(&drive.says("hello?")), ["give_back"]);
    // Days later its fault is there still.
    drive.later(5 * 86_400);
    assert_eq!(deeds(&drive.breaks(&Event::Retried)), [""; 0]);
    let turn = drive.turn(&Event::Retried);
    assert_eq!((drive.ended(), texts(&turn)), (Some("answered"), vec![""; 0]));
    assert_eq!(drive.state.variables, variables(&[("n", "7")]));
}

#[test]
fn what_became_of_something_meanwhile_is_known() {
    let of = question(json!({}));
    let (mut drive, _) = Drive::begin(&of);
    let early = drive.text("7");
    drive.breaks(&early);
    let sent = drive.sent();
    assert!(drive.turn(&sent).heeded && !drive.turn(&sent).heeded);
    drive.turn(&Event::Retried);
    assert_eq!(drive.ended(), Some("answered"));
}

#[test]
fn whoever_had_just_come_begins_and_whoever_was_late_is() {
    let of = question(json!({}));
    let mut drive = Drive::new(&of);
    drive.breaks(&Event::Entered { variables: variables(&[("n", "3")]) });
    assert!(is_broken(&drive));
    let turn = drive.turn(&Event::Retried);
    assert_eq!((texts(&turn), drive.state.variables.len()), (vec!["How many?"], 1));

    drive.done(Done::Sent);
    drive.now = drive.state.wake_at.unwrap();
    let seq = drive.state.seq;
    drive.breaks(&Event::Timer { seq });
    drive.turn(&Event::Retried);
    assert_eq!(drive.ended(), Some("timeout"));
}

#[test]
fn whatever_ends_it_ends_it_whether_it_broke_before_or_then() {
    let of = question(json!({}));
    for (event, outcome) in [(Event::OptedOut, "opted_out"), (Event::Cancelled, "cancelled")] {
        let (mut drive, _) = Drive::begin(&of);
        let early = drive.text("7");
        drive.breaks(&early);
        let turn = drive.turn(&event);
        assert_eq!((drive.ended(), deeds(&turn)), (Some(outcome), vec!["withdraw"]), "it was given back before");
        let (mut drive, _) = Drive::begin(&of);
        drive.breaks(&event);
        drive.turn(&Event::Retried);
        assert_eq!(drive.ended(), Some(outcome));
    }
}
