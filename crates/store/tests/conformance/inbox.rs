//! Facts from outside: kept once, taken in order, given back, forgotten in time.

use domain::fact::Fact;
use domain::id::{WorkId, named};
use jiff::Timestamp;
use store::queue::{self, Arrival, Waiting};
use store::{Store, StoreError, args, on_both_engines, unclaimed};
use uuid::Uuid;

use crate::desk::{self, at};

const ALL: [i64; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The event `n`, which happened in that second.
fn event(n: u128, second: i64) -> Arrival {
    let lane = Uuid::from_u128(n << 112 | n);
    let fact = Fact::UnknownOverdue { message: desk::message(n) };
    Arrival { id: WorkId(named(at(second), n)), lane, fact: Ok(fact) }
}

async fn accept(store: &Store, now: Timestamp, arrivals: Vec<Arrival>) {
    store.system_write(async move |tx| queue::accept(tx, now, arrivals.iter()).await).await.unwrap();
}

async fn waiting(store: &Store, now: Timestamp, limit: u32) -> Vec<Waiting> {
    store.system_write(async move |tx| queue::waiting(tx, &ALL, now, limit).await).await.unwrap()
}

/// The events that wait, by their numbers.
async fn numbers(store: &Store, now: Timestamp) -> Vec<u128> {
    let waiting = waiting(store, now, 100).await;
    waiting.iter().map(|waiting| waiting.lane.as_u128() & 0xFFFF).collect()
}

on_both_engines! {
    /// The same event twice, in one delivery or in two, before or after its turn, is one fact.
    async fn an_event_is_kept_once(store) {
        accept(&store, at(10), vec![event(1, 5), event(2, 4), event(1, 5)]).await;
        accept(&store, at(11), vec![event(2, 4), event(3, 3)]).await;
        // Those of one delivery stand in the order in which they happened.
        assert_eq!(numbers(&store, at(11)).await, [2, 1, 3]);
        assert_eq!(numbers(&store, at(10)).await, [2, 1]);
        let taken = waiting(&store, at(11), 2).await;
        store.system_write(async move |tx| queue::finish(tx, &taken).await).await.unwrap();
        assert_eq!(numbers(&store, at(11)).await, [3]);
        accept(&store, at(12), vec![event(1, 5), event(3, 3)]).await;
        assert_eq!(numbers(&store, at(12)).await, [3]);
    }

    /// What no turn follows from is known when it comes again, and waits for nobody.
    async fn what_is_of_no_concern_waits_for_nobody(store) {
        let nothing = Arrival { fact: Err("not_for_us"), ..event(1, 1) };
        accept(&store, at(1), vec![nothing.clone()]).await;
        accept(&store, at(2), vec![nothing]).await;
        assert!(numbers(&store, at(2)).await.is_empty());
        let kept = store.system_read(async |tx| {
            tx.one("SELECT COUNT(*) FROM arrival WHERE remark = 'not_for_us'", args![]).await?.get::<i64>(0)
        }).await;
        assert_eq!(kept.unwrap(), 1);
    }

    /// A worker gets the facts of its own shards and no others; together they get all.
    async fn workers_share_what_waits(store) {
        accept(&store, at(1), (1..=64).map(|n| event(n, 1)).collect()).await;
        let mut seen = Vec::new();
        for worker in 0..2 {
            let shards = queue::shards_of(worker, 2);
            let some = store.system_write(async move |tx| queue::waiting(tx, &shards, at(1), 100).await).await.unwrap();
            assert!(!some.is_empty());
            seen.extend(some.iter().map(|waiting| waiting.lane));
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 64);
    }

    /// A fact whose turn failed waits, and the next one is told of.
    async fn a_failed_turn_waits(store) {
        accept(&store, at(1), vec![event(1, 1), event(2, 2)]).await;
        let first = waiting(&store, at(1), 1).await;
        store.system_write(async move |tx| queue::postpone(tx, &first[0], at(60)).await).await.unwrap();
        assert_eq!(numbers(&store, at(1)).await, [2]);
        let next = store.system_read(async |tx| queue::next_turn(tx, at(1)).await).await.unwrap();
        assert_eq!(next, Some(at(60)));
        let again = waiting(&store, at(60), 100).await;
        assert_eq!(again.iter().map(|waiting| waiting.attempts).collect::<Vec<_>>(), [0, 1]);
    }

    /// What found nobody is kept whole for the operator.
    async fn what_found_nobody_is_kept(store) {
        accept(&store, at(1), vec![event(1, 1), event(2, 1)]).await;
        let taken = waiting(&store, at(1), 100).await;
        store.system_write(async move |tx| {
            queue::set_aside(tx, at(2), &[&taken[0]], "no_such_number").await?;
            queue::finish(tx, &taken).await
        }).await.unwrap();
        assert!(numbers(&store, at(2)).await.is_empty());
        let told = store.system_read(async |tx| unclaimed::attention(tx).await).await.unwrap();
        assert_eq!(told.unclaimed.iter().map(|one| (one.reason.as_str(), one.count)).collect::<Vec<_>>(), [("no_such_number", 1)]);
        let fact = store.system_read(async |tx| tx.one("SELECT fact FROM unclaimed", args![]).await?.get::<String>(0)).await;
        assert!(fact.unwrap().contains(&desk::message(1).to_string()));
    }

    /// Arrivals are forgotten by their own time, some at a time.
    async fn arrivals_are_forgotten_in_time(store) {
        for n in 1..=5 {
            let second = i64::try_from(n).unwrap();
            accept(&store, at(second), vec![event(n, second)]).await;
        }
        // However long ago it happened: what has just come can come again.
        accept(&store, at(9), vec![event(6, 0)]).await;
        let before = at(4);
        let forget = async || store.system_write(async move |tx| queue::forget_arrivals(tx, before, 2).await).await;
        assert_eq!((forget().await.unwrap(), forget().await.unwrap(), forget().await.unwrap()), (2, 1, 0));
        let taken = waiting(&store, at(9), 100).await;
        store.system_write(async move |tx| queue::finish(tx, &taken).await).await.unwrap();
        accept(&store, at(10), vec![event(6, 0)]).await;
        accept(&store, at(10), (1..=5).map(|n| event(n, i64::try_from(n).unwrap())).collect()).await;
        assert_eq!(numbers(&store, at(10)).await, [1, 2, 3]);
    }

    /// A transaction that fails keeps nothing of what arrived.
    async fn a_failed_delivery_can_be_repeated(store) {
        let arrivals = [event(1, 1)];
        let failed = store.system_write(async move |tx| {
            queue::accept(tx, at(1), arrivals.iter()).await?;
            Err::<(), _>(StoreError::fault("no"))
        }).await;
        assert!(failed.is_err());
        accept(&store, at(2), vec![event(1, 1)]).await;
        assert_eq!(numbers(&store, at(2)).await, [1]);
    }
}
