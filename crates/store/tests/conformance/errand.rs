//! Errands: each is run by one at a time, and none is lost with whoever ran it.

use domain::id::{TenantId, WorkId};
use jiff::{SignedDuration, Timestamp};
use store::queue::{self, Errand};
use store::{Store, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, at, settle};

const LEASE: SignedDuration = SignedDuration::from_secs(60);

async fn add(store: &Store, tenant: domain::id::TenantId, n: u128, errand: Errand) {
    let id = WorkId(Uuid::from_u128(n));
    store.write(tenant, async move |tx| queue::add_errand(tx, id, at(0), &errand).await).await.unwrap();
}

fn ask() -> Errand {
    Errand::AskAssistant { conversation: desk::conversation(1), assistant: desk::assistant(1), version: 1 }
}

fn fetch() -> Errand {
    Errand::FetchMedia { media: Uuid::nil().into(), message: desk::message(1) }
}

/// Those that can be claimed, by their numbers, each with its attempt.
async fn claim(store: &Store, kind: &'static str, now: Timestamp) -> Vec<(u128, u32)> {
    claim_but(store, kind, now, &[]).await
}

/// The same, while these tenants have enough.
async fn claim_but(store: &Store, kind: &'static str, now: Timestamp, busy: &[TenantId]) -> Vec<(u128, u32)> {
    let busy = busy.to_vec();
    let claim = async move |tx: &mut store::SystemTx<'_>| queue::claim_errands(tx, kind, now, LEASE, 10, &busy).await;
    let claimed = store.system_write(claim).await.unwrap();
    let mut claimed: Vec<_> = claimed.iter().map(|errand| (errand.id.0.as_u128(), errand.attempt)).collect();
    claimed.sort_unstable();
    claimed
}

on_both_engines! {
    /// Whoever dies with one gives it back by the lease's end.
    async fn a_lease_ends(store) {
        settle(&store).await;
        add(&store, ACME, 1, ask()).await;
        assert_eq!(claim(&store, "ask_assistant", at(1)).await, [(1, 1)]);
        assert_eq!(claim(&store, "ask_assistant", at(60)).await, []);
        assert_eq!(claim(&store, "ask_assistant", at(61)).await, [(1, 2)]);
    }

    /// Whoever lives stays at it; what was put off or taken over meanwhile is not theirs to renew.
    async fn a_lease_is_renewed_by_whoever_has_it(store) {
        settle(&store).await;
        for n in 1..=3 {
            let ask = Errand::AskAssistant { conversation: desk::conversation(1), assistant: desk::assistant(1), version: n };
            add(&store, ACME, u128::try_from(n).unwrap(), ask).await;
        }
        assert_eq!(claim(&store, "ask_assistant", at(1)).await, [(1, 1), (2, 1), (3, 1)]);
        store.write(ACME, async |tx| queue::postpone_errand(tx, WorkId(Uuid::from_u128(2)), at(5)).await).await.unwrap();
        assert_eq!(claim(&store, "ask_assistant", at(5)).await, [(2, 2)]);
        store.write(ACME, async |tx| queue::postpone_errand(tx, WorkId(Uuid::from_u128(3)), at(70)).await).await.unwrap();
        let held = [1, 2, 3].map(|n| (WorkId(Uuid::from_u128(n)), at(61)));
        let renew = async move |tx: &mut store::SystemTx<'_>| queue::renew_errands(tx, "ask_assistant", &held, at(91)).await;
        store.system_write(renew).await.unwrap();
        assert_eq!(claim(&store, "ask_assistant", at(64)).await, [], "the first is renewed");
        assert_eq!(claim(&store, "ask_assistant", at(69)).await, [(2, 3)], "whoever took it over had it until then");
        assert_eq!(claim(&store, "ask_assistant", at(90)).await, [(3, 2)], "it was put off until then");
        assert_eq!(claim(&store, "ask_assistant", at(91)).await, [(1, 2)]);
    }

    /// A tenant that has enough leaves the rest for others.
    async fn a_busy_tenant_waits(store) {
        settle(&store).await;
        add(&store, ACME, 1, ask()).await;
        add(&store, BOLT, 2, ask()).await;
        assert_eq!(claim_but(&store, "ask_assistant", at(1), &[ACME]).await, [(2, 1)]);
        assert_eq!(claim(&store, "ask_assistant", at(1)).await, [(1, 1)]);
    }

    /// Whoever is alone takes over at once what a dead one had claimed or put off, of its own kind, of every tenant.
    async fn what_the_dead_had_claimed_is_taken_over(store) {
        settle(&store).await;
        add(&store, ACME, 1, ask()).await;
        add(&store, BOLT, 2, ask()).await;
        add(&store, ACME, 3, fetch()).await;
        assert_eq!(claim(&store, "ask_assistant", at(1)).await, [(1, 1), (2, 1)]);
        assert_eq!(claim(&store, "fetch_media", at(1)).await, [(3, 1)]);
        store.write(BOLT, async |tx| queue::postpone_errand(tx, WorkId(Uuid::from_u128(2)), at(90)).await).await.unwrap();
        add(&store, ACME, 4, Errand::AskAssistant { conversation: desk::conversation(2), assistant: desk::assistant(1), version: 1 }).await;
        let take_over = async |tx: &mut store::SystemTx<'_>| queue::take_over_errands(tx, "ask_assistant", at(2)).await;
        assert_eq!(store.system_write(take_over).await.unwrap(), 2, "what waits already waits on");
        assert_eq!(claim(&store, "ask_assistant", at(2)).await, [(1, 2), (2, 2), (4, 1)]);
        assert_eq!(claim(&store, "fetch_media", at(2)).await, []);
    }

    /// What nobody was at yet waits for its hour, whoever takes over.
    async fn what_waits_for_its_hour_is_not_taken_over(store) {
        settle(&store).await;
        let learn = Errand::LearnKnowledge { source: Uuid::from_u128(1).into(), revision: 1 };
        let later = learn.clone();
        store.write(ACME, async move |tx| queue::add_errand(tx, WorkId(Uuid::from_u128(1)), at(90), &later).await).await.unwrap();
        let take_over = async |tx: &mut store::SystemTx<'_>| queue::take_over_errands(tx, "learn_knowledge", at(2)).await;
        assert_eq!(store.system_write(take_over).await.unwrap(), 0);
        assert_eq!(claim(&store, "learn_knowledge", at(89)).await, []);
        let one = async |now| {
            let learn = learn.clone();
            let claimed = store.write(ACME, async move |tx| queue::claim_errand(tx, &learn, now, LEASE).await).await.unwrap();
            claimed.map(|claimed| claimed.attempt)
        };
        assert_eq!((one(at(89)).await, one(at(90)).await, one(at(91)).await), (None, Some(1), None));
        let others = Errand::LearnKnowledge { source: Uuid::from_u128(1).into(), revision: 1 };
        let claimed = store.write(BOLT, async move |tx| queue::claim_errand(tx, &others, at(500), LEASE).await).await.unwrap();
        assert!(claimed.is_none(), "another tenant's");
    }
}
