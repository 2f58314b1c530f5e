use proptest::prelude::*;

use super::*;
use crate::workflow::Coming;

const WORKFLOW: u128 = 9;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Whose text is under way.
fn ann(workflow: Option<u128>) -> Recipient {
    Recipient {
        id: Uuid::from_u128(1).into(),
        campaign: Uuid::from_u128(2).into(),
        contact: Uuid::from_u128(3).into(),
        phone: "+33612345678".into(),
        number: Uuid::from_u128(4).into(),
        standing: Standing::Sending,
        attempt: 1,
        opted_out_at: None,
        conversation: None,
        workflow: workflow.map(|id| Uuid::from_u128(id).into()),
    }
}

/// What happens to their text, in any order and as often as it likes.
#[derive(Debug, Clone, Copy)]
enum Happens {
    Accepted,
    Rejected,
    NotTaken,
    Lost,
    Reported(Reported),
    Overdue,
    /// It is their turn again.
    HandedOver,
}

fn happens(about: &Recipient, what: Happens) -> Decision {
    let failure = || Failure { code: "40310".into(), explanation: String::new(), mend: String::new() };
    let end = |ended| SendEnded { message: about.id.0.into(), attempt: about.attempt, ended };
    let ended = |end: &SendEnded| ended(at(0), Uuid::nil(), about, end);
    match what {
        Happens::Accepted => ended(&end(Ended::Accepted { carrier_ref: "c1".into(), parts: Some(1) })),
        Happens::Rejected => ended(&end(Ended::Rejected { failure: failure(), opted_out: false })),
        Happens::NotTaken => ended(&end(Ended::NotTaken { retry_at: at(1), why: "busy".into(), counts: true })),
        Happens::Lost => ended(&end(Ended::Lost { why: "gone".into() })),
        Happens::Overdue => overdue(about),
        Happens::HandedOver => Decision::default(),
        Happens::Reported(to) => reported(
            about,
            &CarrierReported {
                account: Uuid::from_u128(5).into(),
                message: None,
                carrier_ref: "c1".into(),
                from: None,
                reported: to,
                failure: (to == Reported::Failed).then(failure),
                opted_out: false,
                carrier: None,
                parts: None,
                cost: None,
                at: at(0),
            },
        ),
    }
}

/// Their enrolments, and where they stand after all this.
fn lives(mut about: Recipient, life: &[Happens]) -> (Vec<Coming>, Standing) {
    let mut enrolled = Vec::new();
    for what in life {
        if matches!(what, Happens::HandedOver) && about.standing == Standing::Queued {
            (about.standing, about.attempt) = (Standing::Sending, about.attempt + 1);
        }
        let decision = happens(&about, *what);
        enrolled.extend(decision.effects.iter().filter_map(|effect| match effect {
            Effect::Enter(coming) => Some(coming.clone()),
            _ => None,
        }));
        for change in &decision.changes {
            if let Change::RecipientMoved(moved) = change {
                about.standing = moved.to;
                about.attempt = moved.attempt.unwrap_or(about.attempt);
            }
        }
    }
    (enrolled, about.standing)
}

#[test]
fn whoever_gets_it_is_enrolled_with_the_first_word_of_it() {
    use Happens::{Accepted, HandedOver, Lost, NotTaken, Rejected, Reported as Told};
    let enrolled = |life: &[Happens]| lives(ann(Some(WORKFLOW)), life).0.len();
    assert_eq!(enrolled(&[Accepted]), 1);
    assert_eq!(enrolled(&[Told(Reported::Delivered), Accepted]), 1, "the receipt overtakes the answer");
    assert_eq!(enrolled(&[Lost]), 0, "nobody knows");
    assert_eq!(enrolled(&[Lost, Told(Reported::Delivered)]), 1, "and then somebody does");
    assert_eq!(enrolled(&[Rejected]), 0, "what never went out is not followed up");
    assert_eq!(enrolled(&[NotTaken, HandedOver, Accepted]), 1);
    assert_eq!(lives(ann(None), &[Accepted]).0, []);
}

fn life() -> impl Strategy<Value = Vec<Happens>> {
    let any = prop_oneof![
        Just(Happens::Accepted),
        Just(Happens::Rejected),
        Just(Happens::NotTaken),
        Just(Happens::Lost),
        Just(Happens::Overdue),
        Just(Happens::HandedOver),
        prop::sample::select(vec![Reported::Sent, Reported::Delivered, Reported::Unconfirmed, Reported::Failed])
            .prop_map(Happens::Reported),
    ];
    prop::collection::vec(any, 0..12)
}

proptest! {
    /// Whatever is lost, repeated or out of order: once, and only for whom it went out.
    #[test]
    fn nobody_is_enrolled_twice(life in life()) {
        let (enrolled, standing) = lives(ann(Some(WORKFLOW)), &life);
        prop_assert!(enrolled.len() <= 1, "{enrolled:?}");
        let has_it = matches!(standing, Standing::Sent | Standing::Delivered | Standing::Unconfirmed);
        prop_assert!(!has_it || enrolled.len() == 1, "{standing:?} without an enrolment");
        for enrol in enrolled {
            let about = ann(Some(WORKFLOW));
            prop_assert_eq!((enrol.contact, enrol.key), (about.contact, Some(about.campaign.to_string())));
        }
        prop_assert!(lives(ann(None), &life).0.is_empty());
    }
}
