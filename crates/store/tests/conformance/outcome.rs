//! What came of a campaign, and who of it is wanted.

use domain::campaign::outcome::{Outcomes, Window};
use domain::campaign::{Moved, Standing, State};
use domain::consent::{self, Evidence};
use domain::decision::{Change, Consent, ConsentSource};
use domain::id::RecipientId;
use domain::message::{Cost, Failure};
use store::campaign::recipient::{self, Wanted, outcome};
use store::{Store, StoreError, TenantTx, campaign, on_both_engines};

use crate::campaign::{JUNE, change, freeze, moved, moves, prepare, shown};
use crate::desk::{self, ACME, BOLT, at, contact, conversation, number, phone};

fn failed(code: &str) -> Failure {
    Failure { code: code.into(), explanation: "It is a landline.".into(), mend: "Ask for a mobile number.".into() }
}

/// Ann got it and answers, Ben is on a landline, Cam waits.
async fn three(store: &Store) -> Vec<RecipientId> {
    prepare(store).await;
    freeze(store, None, 100).await;
    let start = async |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(60), JUNE, State::Running, Some(at(60))).await;
    store.write(ACME, start).await.unwrap();
    let all: Vec<_> = shown(store).await.into_iter().map(|one| one.id).collect();
    let sending = |id| change(Moved { attempt: Some(1), text: Some(("Hi".into(), 2)), ..moved(id, Standing::Sending) });
    moves(store, 61, vec![sending(all[0]), sending(all[1])]).await;
    moves(store, 65, vec![change(moved(all[0], Standing::Sent)), change(moved(all[1], Standing::Sent))]).await;
    let cost = Some(Cost { micros: 8_000, currency: "USD".into() });
    let arrived =
        Moved { carrier: Some("T-Mobile".into()), parts: Some(2), cost, ..moved(all[0], Standing::Delivered) };
    let not = Moved { failure: Some(failed("40001")), ..moved(all[1], Standing::Failed) };
    moves(store, 130, vec![change(arrived), change(not)]).await;
    let (recipient, campaign) = (all[0], JUNE);
    moves(store, 200, vec![Change::RecipientAnswered { recipient, campaign, conversation: conversation(1) }]).await;
    all
}

fn says(n: u128, opted_out: bool, source: ConsentSource, second: i64) -> Change {
    Change::Consented(Consent {
        contact: contact(n),
        phone: phone(n),
        state: if opted_out { consent::State::OptedOut } else { consent::State::OptedIn },
        purpose: None,
        sender: None,
        source,
        keyword: None,
        message: None,
        evidence: Evidence::default(),
        at: at(second),
    })
}

async fn counted(store: &Store, pages_of: u32) -> Outcomes {
    let window = Window::of(at(300), Some(at(60)), None, None).unwrap();
    let (mut all, mut after) = (Outcomes::new(window), None);
    loop {
        let (some, last) =
            desk::read(store, ACME, async move |tx| outcome::count(tx, JUNE, window, after, pages_of).await).await;
        all.join(some);
        after = last;
        if after.is_none() {
            return all;
        }
    }
}

async fn wanted(store: &Store, wanted: Wanted) -> Vec<RecipientId> {
    let read = async move |tx: &mut TenantTx<'_>| {
        let rows = recipient::wanted_page(tx, JUNE, &wanted, None, 9).await?;
        Ok::<_, StoreError>(rows.into_iter().map(|one| one.id).collect::<Vec<_>>())
    };
    store.read(ACME, read).await.unwrap()
}

on_both_engines! {
    /// By where they stand and why, by number, by carrier, over time; the same however long the pages are.
    async fn everybody_is_counted_once(store) {
        let all = three(&store).await;
        moves(&store, 240, vec![says(1, true, ConsentSource::Keyword, 240)]).await;
        let outcomes = counted(&store, 1_000).await;
        for pages_of in 1..4 {
            assert_eq!(counted(&store, pages_of).await, outcomes, "in pages of {pages_of}");
        }
        let figures = &outcomes.all;
        assert_eq!((figures.total(), figures.segments, figures.parts), (3, 4, 2));
        assert_eq!((figures.replied, figures.clicked, figures.opted_out), (1, 0, 1));
        assert_eq!(figures.cost.get("USD"), Some(&8_000));
        let failed = &outcomes.reasons[&(Standing::Failed, "40001".to_owned())];
        assert_eq!((failed.count, failed.example), (1, all[1]));
        let ben = all[1];
        let words = desk::read(&store, ACME, async move |tx| outcome::words(tx, &[ben]).await).await;
        assert_eq!(words[&ben].explanation, "It is a landline.");
        assert_eq!(outcomes.numbers[&number(1)].total(), 3);
        assert_eq!(outcomes.carriers[&Some("T-Mobile".to_owned())].total(), 1);
        let steps: Vec<_> = outcomes.funnel.iter().map(|step| [step.sent, step.delivered, step.replied, step.opted_out]).collect();
        assert_eq!(steps, [[2, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]);
        let span = desk::read(&store, ACME, async |tx| outcome::span(tx, JUNE).await).await;
        assert_eq!(span, Some((Some(at(60)), None)));
        assert_eq!(desk::read(&store, BOLT, async |tx| outcome::span(tx, JUNE).await).await, None);
        let (others, _) = desk::read(&store, BOLT, async |tx| outcome::count(tx, JUNE, None, None, 9).await).await;
        assert_eq!(others.all.total(), 0);
    }

    /// STOP is counted with what they got last, if that was lately, and once.
    async fn who_left_after_it_is_known(store) {
        let all = three(&store).await;
        let left = async || wanted(&store, Wanted { opted_out: Some(true), ..Wanted::default() }).await;
        moves(&store, 300, vec![says(3, true, ConsentSource::Keyword, 300)]).await;
        assert!(left().await.is_empty(), "nothing was sent to them");
        moves(&store, 301, vec![says(2, true, ConsentSource::Keyword, 301)]).await;
        assert!(left().await.is_empty(), "it did not arrive");
        moves(&store, 302, vec![says(1, true, ConsentSource::Carrier, 302)]).await;
        assert!(left().await.is_empty(), "the carrier tells of a STOP before it");
        let week = 7 * 24 * 3_600;
        moves(&store, 303, vec![says(1, true, ConsentSource::FreeText, 62 + week)]).await;
        assert!(left().await.is_empty(), "a week later it is about something else");
        let lines = moves(&store, 304, vec![says(1, true, ConsentSource::FreeText, 304)]).await;
        assert_eq!(lines, 2, "the contact's and the campaign's");
        assert_eq!(left().await, [all[0]]);
        moves(&store, 305, vec![says(1, false, ConsentSource::Keyword, 305), says(1, true, ConsentSource::Keyword, 400)]).await;
        let found = desk::read(&store, ACME, async move |tx| recipient::find(tx, JUNE, all[0]).await).await.unwrap();
        assert_eq!(found.opted_out_at, Some(at(304)), "the first time counts");
    }

    /// By where they stand, why, by number, by what they did: each and together.
    async fn those_who_are_wanted_are_found(store) {
        let all = three(&store).await;
        let none = Wanted::default;
        for (which, expected) in [
            (none(), &all[..]),
            (Wanted { standing: Some(Standing::Failed), ..none() }, &all[1..2]),
            (Wanted { code: Some("40001".into()), ..none() }, &all[1..2]),
            (Wanted { code: Some("40008".into()), ..none() }, &[]),
            (Wanted { standing: Some(Standing::Delivered), code: Some("40001".into()), ..none() }, &[]),
            (Wanted { phone: Some(phone(3)), ..none() }, &all[2..]),
            (Wanted { replied: Some(true), ..none() }, &all[..1]),
            (Wanted { replied: Some(false), ..none() }, &all[1..]),
            (Wanted { replied: Some(false), standing: Some(Standing::Pending), ..none() }, &all[2..]),
            (Wanted { clicked: Some(true), ..none() }, &[]),
        ] {
            assert_eq!(wanted(&store, which.clone()).await, expected, "{which:?}");
        }
        let first = all[0];
        let path = desk::read(&store, ACME, async move |tx| recipient::path::path(tx, JUNE, first).await).await.unwrap();
        assert_eq!((path.campaign, path.attempt, path.handed_at), (State::Running, 1, Some(at(61))));
        let other = desk::read(&store, BOLT, async move |tx| recipient::find(tx, JUNE, first).await).await;
        assert_eq!(other, None);
        let had = desk::read(&store, ACME, async move |tx| recipient::path::had_of(tx, &phone(1), at(0), 9).await).await;
        assert_eq!(had.iter().map(|had| (had.name.as_str(), had.at)).collect::<Vec<_>>(), [("June", at(61))]);
    }
}
