//! The ledger of consent: every line stays, and what they come to is kept where every send looks.

use domain::consent::{Evidence, Purpose, Standing, State};
use domain::decision::{Change, Consent, ConsentSource, Decision};
use domain::id::{Ids, NumberId};
use jiff::Timestamp;
use store::remember::remember;
use store::{Store, consent, on_both_engines};

use crate::desk::{self, ACME, ANN, BOLT, at, put_contact, settle};

/// What contact 1 said at a time.
fn said(state: State, purpose: Option<Purpose>, sender: Option<NumberId>, second: i64) -> Consent {
    Consent {
        contact: desk::contact(1),
        phone: desk::phone(1),
        state,
        purpose,
        sender,
        source: ConsentSource::Member,
        keyword: None,
        message: None,
        evidence: Evidence {
            shown: Some("Offers by text".into()),
            how: Some("A form".into()),
            proof: Some("https://acme.example/forms/7".into()),
            by: Some(ANN),
            jurisdiction: Some("US-FL".into()),
        },
        at: at(second),
    }
}

async fn write(store: &Store, nth: i64, lines: Vec<Consent>) {
    store
        .write(ACME, async move |tx| {
            let mut decision = Decision::default();
            for line in lines.clone() {
                decision.change(Change::Consented(line));
            }
            remember(tx, at(nth), &mut Ids::new(at(nth), nth.unsigned_abs()), &[decision]).await.map(drop)
        })
        .await
        .unwrap();
}

async fn standing(store: &Store, purpose: Purpose, number: NumberId) -> Standing {
    let phone = desk::phone(1);
    let of = async move |tx: &mut store::TenantTx<'_>| consent::standings(tx, purpose, number, &[phone.as_str()]).await;
    desk::read(store, ACME, of).await.remove(&desk::phone(1)).unwrap_or_default()
}

async fn opted_out(store: &Store) -> Option<Timestamp> {
    desk::read(store, ACME, async |tx| store::contact::find(tx, desk::contact(1)).await).await.unwrap().opted_out_at
}

on_both_engines! {
    /// A line is read as it was written, by nobody else.
    async fn a_line_stays_as_it_was(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        write(&store, 5, vec![said(State::OptedIn, Some(Purpose::Marketing), Some(desk::number(2)), 3)]).await;
        let page = desk::read(&store, ACME, async |tx| consent::page(tx, desk::contact(1), None, 9).await).await;
        let line = &page[0];
        assert_eq!((line.state.as_str(), line.purpose.as_str(), line.number_id), ("opted_in", "marketing", Some(desk::number(2))));
        assert_eq!((line.how.as_deref(), line.shown.as_deref()), (Some("A form"), Some("Offers by text")));
        assert_eq!((line.proof.as_deref(), line.jurisdiction.as_deref()), (Some("https://acme.example/forms/7"), Some("US-FL")));
        assert_eq!((line.by_user_id, line.at, line.phone.as_str()), (Some(ANN), at(3), desk::phone(1).as_str()));
        assert!(desk::read(&store, BOLT, async |tx| consent::page(tx, desk::contact(1), None, 9).await).await.is_empty());
        let phone = desk::phone(1);
        let theirs = desk::read(&store, BOLT, async move |tx| consent::standings(tx, Purpose::Marketing, desk::number(2), &[phone.as_str()]).await).await;
        assert!(theirs.is_empty());
    }

    /// The newest by its time counts, whichever comes first; numbers and purposes have lines of their own.
    async fn what_lines_come_to_is_what_the_domain_says(store) {
        use State::{OptedIn, OptedOut, Pending};
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        let (one, two) = (desk::number(1), desk::number(2));
        let lines = [
            (OptedIn, Purpose::Marketing, None, 4),
            (OptedOut, Purpose::Marketing, Some(one), 6),
            (OptedIn, Purpose::Marketing, Some(one), 5),
            (Pending, Purpose::Marketing, None, 9),
            (OptedOut, Purpose::Service, None, 7),
            (OptedOut, Purpose::Service, None, 2),
            (OptedIn, Purpose::Service, Some(two), 8),
            (OptedOut, Purpose::Marketing, None, 1),
        ];
        // One at a time, and then the rest in one turn.
        for (nth, (state, purpose, sender, second)) in lines.iter().take(3).enumerate() {
            write(&store, nth as i64, vec![said(*state, Some(*purpose), *sender, *second)]).await;
        }
        write(&store, 20, lines[3..].iter().map(|(state, purpose, sender, second)| said(*state, Some(*purpose), *sender, *second)).collect()).await;
        for purpose in Purpose::ALL {
            for number in [one, two] {
                let about = lines.iter().filter(|(_, of, sender, _)| *of == purpose && sender.is_none_or(|sender| sender == number));
                let expected = about.fold(Standing::default(), |so_far, (state, _, _, second)| so_far.with(*state, at(*second)));
                assert_eq!(standing(&store, purpose, number).await, expected, "{purpose:?} {number}");
            }
        }
        assert_eq!(opted_out(&store).await, None, "none of them is about everything");
    }

    /// STOP is about everything, and a START that is older takes nothing back.
    async fn the_newest_stop_counts(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        let everything = |state, second| said(state, None, None, second);
        write(&store, 1, vec![everything(State::OptedOut, 5)]).await;
        write(&store, 2, vec![everything(State::OptedOut, 3)]).await;
        assert_eq!(opted_out(&store).await, Some(at(5)));
        write(&store, 3, vec![everything(State::OptedIn, 4)]).await;
        assert_eq!(opted_out(&store).await, Some(at(5)));
        write(&store, 4, vec![everything(State::OptedIn, 5)]).await;
        assert_eq!(opted_out(&store).await, Some(at(5)), "at the same moment STOP counts");
        write(&store, 5, vec![everything(State::OptedIn, 6)]).await;
        assert_eq!(opted_out(&store).await, None);
        write(&store, 6, vec![everything(State::OptedOut, 4)]).await;
        assert_eq!(opted_out(&store).await, None, "one that comes late does not undo a newer START");
        write(&store, 7, vec![everything(State::OptedOut, 6)]).await;
        assert_eq!(opted_out(&store).await, Some(at(6)), "nor START one at its own moment");
        assert_eq!(standing(&store, Purpose::Marketing, desk::number(1)).await, Standing::default());
    }

    /// In whichever order lines come, together or one by one, they come to the same.
    async fn the_order_of_lines_does_not_matter(store) {
        settle(&store).await;
        let everything = |state, second| said(state, None, None, second);
        let (yes, no) = (State::OptedIn, State::OptedOut);
        let mut nth = 1;
        for (lines, expected) in [
            ([(no, 5), (yes, 5), (yes, 7), (no, 6)], None),
            ([(no, 5), (yes, 5), (yes, 4), (no, 3)], Some(5)),
            ([(no, 8), (yes, 8), (yes, 7), (no, 6)], Some(8)),
        ] {
            for turn in 0..4 {
                for sql in [
                    "DELETE FROM contact_address WHERE tenant_id = $1",
                    "DELETE FROM consent WHERE tenant_id = $1",
                    "DELETE FROM contact WHERE tenant_id = $1",
                ] {
                    store.write(ACME, async move |tx| tx.exec(sql, &[]).await).await.unwrap();
                }
                put_contact(&store, ACME, 1, "Ann").await;
                let mut turned = lines.to_vec();
                turned.rotate_left(turn);
                for (state, second) in turned.split_off(2) {
                    nth += 1;
                    write(&store, nth, vec![everything(state, second)]).await;
                }
                nth += 1;
                write(&store, nth, turned.iter().map(|(state, second)| everything(*state, *second)).collect()).await;
                assert_eq!(opted_out(&store).await, expected.map(at), "{lines:?} from {turn}");
            }
        }
    }

    /// What somebody was asked is open until they say something; that they were asked is remembered.
    async fn a_request_is_open_until_they_answer(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        let progress = async || {
            desk::read(&store, ACME, async |tx| consent::progress(tx, &[desk::contact(1)]).await).await.remove(&desk::phone(1)).unwrap_or_default()
        };
        assert_eq!(progress().await.asked_at, None);
        write(&store, 1, vec![said(State::Pending, Some(Purpose::Marketing), None, 5)]).await;
        assert_eq!((progress().await.asked_at, progress().await.open.as_deref()), (Some(at(5)), Some("Offers by text")));
        // STOP crossed it on its way.
        write(&store, 2, vec![said(State::OptedOut, None, None, 4)]).await;
        write(&store, 3, vec![said(State::OptedIn, None, None, 6)]).await;
        assert_eq!((progress().await.asked_at, progress().await.open), (Some(at(5)), None));
        write(&store, 4, vec![said(State::Pending, Some(Purpose::Marketing), None, 9)]).await;
        write(&store, 5, vec![said(State::OptedIn, Some(Purpose::Marketing), None, 10)]).await;
        assert!(progress().await.open.is_none() && progress().await.standing.has_agreed());
        let about = desk::read(&store, ACME, async |tx| consent::about(tx, desk::contact(1), None).await).await.unwrap();
        assert_eq!((about.phone.as_str(), about.opted_out_at), (desk::phone(1).as_str(), None));
        assert!(desk::read(&store, ACME, async |tx| consent::about(tx, desk::contact(1), Some("+1")).await).await.is_none());
    }
}
