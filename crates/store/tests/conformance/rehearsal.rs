//! Test cases and replays of assistants.

use domain::assistant::{Broken, By, Case, Conduct, Expect, Line, Now, Rule, Speaker, Then};
use domain::id::{CaseId, ReplayId};
use domain::message::Cost;
use store::assistant::case::{self, CaseAnswer, CaseResult};
use store::assistant::past;
use store::assistant::replay::{self, End, Waiting};
use store::{Store, args, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, Thread, at, put_assistant, put_message, put_thread, settle};

fn which(n: u128) -> CaseId {
    CaseId(Uuid::from_u128(0x7000 + n))
}

fn tested(n: u128) -> Case {
    Case {
        id: which(n),
        name: "Hours".into(),
        messages: vec![Line { by: By::Contact, body: "hours?".into() }],
        guide: "Be brief.".into(),
        contact_name: "Ann".into(),
        contact_company: String::new(),
        expect: Expect { must_cite: vec!["Facts".into()], outcome: Some(Conduct::Answer), ..Expect::default() },
    }
}

fn result(n: u128, version: u32, passed: bool) -> CaseResult {
    CaseResult {
        case_id: which(n),
        name: "Hours".into(),
        required: false,
        version,
        passed,
        broken: if passed { Vec::new() } else { vec![Broken::new(Rule::MustCite, "It cites nothing.")] },
        answer: CaseAnswer {
            outcome: Some(Conduct::Answer),
            body: "At 7.".into(),
            segments: 1,
            ..CaseAnswer::default()
        },
        cost: Some(store::message::Cost { micros: 7, currency: "USD".into() }),
        latency_ms: 12,
        at: at(9),
    }
}

async fn put_case(store: &Store, assistant: u128, n: u128) {
    store
        .write(ACME, async move |tx| case::create(tx, at(1), desk::assistant(assistant), &tested(n)).await)
        .await
        .unwrap();
}

async fn keep(store: &Store, began: i64, version: u32, results: Vec<CaseResult>) {
    store.write(ACME, async move |tx| case::keep(tx, at(began), version, &results).await).await.unwrap();
}

async fn find(store: &Store, n: u128) -> Option<case::Case> {
    desk::read(store, ACME, async move |tx| case::find(tx, desk::assistant(1), which(n)).await).await
}

fn then(outcome: Conduct, micros: Option<i64>) -> Then {
    let cost = micros.map(|micros| Cost { micros, currency: "USD".into() });
    Then { outcome: Some(outcome), cost, ..Then::default() }
}

fn now(outcome: Conduct, currency: &str) -> Now {
    let cost = Some(Cost { micros: 5, currency: currency.into() });
    Now { outcome, body: String::new(), sources: Vec::new(), reason: String::new(), cost, latency_ms: 3 }
}

on_both_engines! {
    /// A case belongs to one assistant of one tenant, and is tried as it was written.
    async fn a_case_is_of_one_assistant(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_assistant(&store, 2).await;
        for n in 1..=3 {
            put_case(&store, 1, n).await;
        }
        let all = desk::read(&store, ACME, async |tx| case::all(tx, desk::assistant(1)).await).await;
        assert_eq!(all, [tested(1), tested(2), tested(3)]);
        let page = desk::read(&store, ACME, async |tx| case::page(tx, desk::assistant(1), Some(which(3)), 10).await).await;
        assert_eq!(page.iter().map(|case| case.id).collect::<Vec<_>>(), [which(2), which(1)]);
        for (tenant, of) in [(ACME, 2), (BOLT, 1)] {
            let found = desk::read(&store, tenant, async move |tx| case::find(tx, desk::assistant(of), which(1)).await).await;
            assert_eq!(found, None);
            let changed = store.write(tenant, async move |tx| {
                let changed = case::change(tx, at(2), desk::assistant(of), &tested(1)).await?;
                Ok::<_, store::StoreError>(changed || case::remove(tx, desk::assistant(of), which(1)).await?)
            }).await.unwrap();
            assert!(!changed);
        }
        let count = desk::read(&store, ACME, async |tx| case::count(tx, desk::assistant(1)).await).await;
        assert_eq!(count, 3);
    }

    /// What a version made of a case is kept once per version; what was changed since is tried anew.
    async fn results_are_of_a_version_and_of_the_case_as_it_was(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_case(&store, 1, 1).await;
        put_case(&store, 1, 2).await;
        keep(&store, 2, 1, vec![result(1, 1, true), result(2, 1, true), result(3, 1, true)]).await;
        keep(&store, 3, 1, vec![result(1, 1, false)]).await;
        keep(&store, 3, 2, vec![result(1, 2, true)]).await;
        assert_eq!(find(&store, 1).await.unwrap().last_result, Some(result(1, 2, true)));
        let kept = desk::read(&store, ACME, async |tx| case::results(tx, desk::assistant(1), 1).await).await;
        assert_eq!(kept, [result(1, 1, false), result(2, 1, true)]);
        store.write(ACME, async |tx| case::change(tx, at(4), desk::assistant(1), &tested(1)).await).await.unwrap();
        assert_eq!(find(&store, 1).await.unwrap().last_result, None);
        keep(&store, 3, 2, vec![result(1, 2, false)]).await;
        assert_eq!(find(&store, 1).await.unwrap().last_result, None, "it was tried before it was changed");
        assert!(store.write(ACME, async |tx| case::remove(tx, desk::assistant(1), which(1)).await).await.unwrap());
        assert_eq!(find(&store, 1).await, None);
    }

    /// A past thread has what was said and went out, up to a message.
    async fn a_past_thread_is_what_was_said(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_thread(&store, Thread::open(1, 1)).await;
        put_message(&store, ACME, 1, 1, None).await;
        put_message(&store, ACME, 2, 1, Some(ANN)).await;
        put_message(&store, ACME, 3, 1, Some(ANN)).await;
        put_message(&store, ACME, 4, 1, None).await;
        store.write(ACME, async |tx| {
            tx.exec("UPDATE message SET status = 'cancelled' WHERE tenant_id = $1 AND id = $2", args![desk::message(3)]).await
        }).await.unwrap();
        let by = async |tenant, since, until| {
            let thread = desk::read(&store, tenant, async move |tx| past::thread(tx, desk::conversation(1), at(since), until, 10).await).await;
            thread.iter().map(|past| past.by).collect::<Vec<_>>()
        };
        assert_eq!(by(ACME, 0, None).await, [Speaker::Contact, Speaker::Person, Speaker::Contact]);
        assert_eq!(by(ACME, 0, Some(desk::message(2))).await, [Speaker::Contact, Speaker::Person]);
        assert_eq!(by(ACME, 2, None).await, []);
        assert_eq!(by(BOLT, 0, None).await, []);
        let found = async |until| desk::read(&store, ACME, async move |tx| past::conversations(tx, desk::assistant(1), at(0), at(until), 10).await).await;
        assert_eq!(found(9).await, [], "nobody else's number, and it said nothing");
        store.write(ACME, async |tx| {
            tx.exec("UPDATE number SET assistant_id = $2 WHERE tenant_id = $1 AND id = $3", args![desk::assistant(1), desk::number(1)]).await
        }).await.unwrap();
        assert_eq!(found(9).await, [desk::conversation(1)]);
    }

    /// A replay begins once, keeps what is done, and counts only that.
    async fn a_replay_counts_what_is_done(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_thread(&store, Thread::open(1, 1)).await;
        for n in 1..=3 {
            put_message(&store, ACME, n, 1, None).await;
        }
        let id = ReplayId(Uuid::from_u128(1));
        let turn = |n, then| Waiting { message: desk::message(n), conversation: desk::conversation(1), then };
        let turns = [turn(1, then(Conduct::HandOff, None)), turn(2, then(Conduct::HandOff, Some(3))), turn(3, then(Conduct::Answer, Some(4)))];
        let begin = async || {
            let turns = turns.clone();
            store.write(ACME, async move |tx| replay::begin(tx, id, &turns).await).await.unwrap()
        };
        store.write(ACME, async move |tx| replay::create(tx, at(1), id, desk::assistant(1), 1, at(0), at(9), 10).await).await.unwrap();
        let find = async || desk::read(&store, ACME, async move |tx| replay::find(tx, id).await).await.unwrap();
        let waits = find().await;
        assert_eq!((waits.state.as_str(), waits.turns, waits.summary), ("waiting", 0, replay::ReplaySummary::default()));
        assert!(begin().await && !begin().await, "once");
        let left = async || {
            let left = desk::read(&store, ACME, async move |tx| replay::waiting(tx, id, 10).await).await;
            left.into_iter().map(|turn| turn.message).collect::<Vec<_>>()
        };
        assert_eq!(left().await, [3, 2, 1].map(desk::message));
        let keep = async |n: usize, now: Now| {
            let turn = turns[n - 1].clone();
            store.write(ACME, async move |tx| replay::keep(tx, id, &turn, &now).await).await.unwrap();
        };
        keep(3, now(Conduct::HandOff, "USD")).await;
        keep(2, now(Conduct::HandOff, "USD")).await;
        assert_eq!(left().await, [desk::message(1)]);
        let half = find().await;
        assert_eq!((half.state.as_str(), half.turns, half.done), ("running", 3, 2));
        let summary = &half.summary;
        assert_eq!((summary.same, summary.changed, summary.hand_overs_before, summary.hand_overs_now), (1, 1, 1, 2));
        let micros = |cost: &Option<store::message::Cost>| cost.as_ref().map(|cost| cost.micros);
        assert_eq!((micros(&summary.cost_before), micros(&summary.cost_now)), (Some(7), Some(10)));
        keep(1, now(Conduct::HandOff, "EUR")).await;
        assert_eq!(find().await.summary.cost_now, None, "two currencies are no sum");

        let page = desk::read(&store, ACME, async move |tx| replay::turns(tx, id, Some(desk::message(3)), 1).await).await;
        assert_eq!((page.len(), page[0].message_id, page[0].same), (1, desk::message(2), Some(true)));
        store.write(ACME, async move |tx| replay::end(tx, at(5), id, &End::Done).await).await.unwrap();
        assert!(!store.write(ACME, async move |tx| replay::cancel(tx, at(6), id).await).await.unwrap(), "it is over");
        assert_eq!((find().await.state.as_str(), find().await.ended_at), ("done", Some(at(5))));
        let of_bolt = desk::read(&store, BOLT, async move |tx| replay::find(tx, id).await).await;
        assert_eq!(of_bolt, None);

        let forget = async |before: i64| store.system_write(async move |tx| replay::forget(tx, at(before), 10).await).await.unwrap();
        assert_eq!((forget(1).await, forget(2).await), (0, 3));
        assert_eq!(desk::read(&store, ACME, async move |tx| replay::find(tx, id).await).await, None);
    }
}
