//! Addresses that get no texts: what is added counts until it ends, and every line stays.

use domain::id::{Ids, SuppressionId, TenantId};
use jiff::Timestamp;
use store::suppression::{self, Address, AddressHash, New, Source, Suppression};
use store::{Store, on_both_engines};

use crate::desk::{self, ACME, ANN, BEN, BOLT, at, settle};

fn hash(n: u8) -> AddressHash {
    [n; 32]
}

/// Adds them at `second`; those whose number is over 200 are erased.
async fn add(store: &Store, tenant: TenantId, second: i64, until: Option<i64>, which: &'static [u8]) -> u64 {
    store
        .write(tenant, async move |tx| {
            let mut ids = Ids::new(at(second), u64::from(which[0]) + second as u64);
            let texts: Vec<_> = which.iter().map(|n| format!("+1415555{:04}", u32::from(n % 100))).collect();
            let new = New { reason: "They called", source: Source::Member, until: until.map(at), by: Some(ANN) };
            let addresses = which
                .iter()
                .zip(&texts)
                .map(|(n, text)| Address { hash: hash(n % 100), text: (*n < 200).then_some(text.as_str()) });
            suppression::add(tx, at(second), &mut ids, new, &addresses.collect::<Vec<_>>()).await
        })
        .await
        .unwrap()
}

/// Which of these count at `second`.
async fn counting(store: &Store, tenant: TenantId, second: i64, which: &'static [u8]) -> Vec<u8> {
    let hashes: Vec<_> = which.iter().map(|n| hash(*n)).collect();
    let mut found: Vec<u8> =
        desk::read(store, tenant, async move |tx| suppression::among(tx, at(second), &hashes).await)
            .await
            .into_keys()
            .map(|hash| hash[0])
            .collect();
    found.sort_unstable();
    found
}

async fn page(
    store: &Store,
    tenant: TenantId,
    now: Timestamp,
    past: bool,
    after: Option<SuppressionId>,
) -> Vec<Suppression> {
    desk::read(store, tenant, async move |tx| suppression::page(tx, now, past, after, 2).await).await
}

on_both_engines! {
    /// It counts from the commit on, for its tenant alone, and until its time.
    async fn what_is_added_counts(store) {
        settle(&store).await;
        assert_eq!(add(&store, ACME, 1, None, &[1, 2]).await, 2);
        assert_eq!(add(&store, ACME, 1, Some(10), &[3]).await, 1);
        assert_eq!(counting(&store, ACME, 9, &[1, 2, 3, 4]).await, [1, 2, 3]);
        assert_eq!(counting(&store, ACME, 10, &[1, 2, 3, 4]).await, [1, 2]);
        assert!(counting(&store, BOLT, 9, &[1, 2, 3, 4]).await.is_empty());
        assert!(counting(&store, ACME, 9, &[]).await.is_empty());
    }

    /// Added again it stays one line, for the longer time; what ran out is added anew.
    async fn the_longer_time_counts(store) {
        settle(&store).await;
        add(&store, ACME, 1, Some(10), &[1, 2, 3]).await;
        assert_eq!(add(&store, ACME, 2, Some(5), &[1]).await, 0);
        assert_eq!(add(&store, ACME, 2, Some(20), &[2]).await, 0);
        assert_eq!(add(&store, ACME, 2, None, &[3]).await, 0);
        assert_eq!(counting(&store, ACME, 9, &[1, 2, 3]).await, [1, 2, 3]);
        assert_eq!(counting(&store, ACME, 19, &[1, 2, 3]).await, [2, 3]);
        assert_eq!(add(&store, ACME, 30, Some(40), &[1, 3]).await, 1);
        assert_eq!(counting(&store, ACME, 39, &[1, 2, 3]).await, [1, 3]);
        assert_eq!(counting(&store, ACME, 40, &[1, 2, 3]).await, [3], "and what was for good stays so");
        let lines = desk::read(&store, ACME, async |tx| suppression::of(tx, &hash(1)).await).await;
        assert_eq!(lines.iter().map(|line| line.ended_at).collect::<Vec<_>>(), [None, Some(at(10))]);
    }

    /// Whoever takes one off says why, and the line stays.
    async fn one_is_taken_off_once(store) {
        settle(&store).await;
        add(&store, ACME, 1, None, &[1]).await;
        let id = page(&store, ACME, at(2), false, None).await[0].id;
        let take = async |tenant| {
            store.write(tenant, async move |tx| suppression::remove(tx, at(5), id, Some(BEN), "A mistake").await).await.unwrap()
        };
        assert!(!take(BOLT).await, "nobody else's");
        assert!(take(ACME).await);
        assert!(!take(ACME).await);
        assert!(counting(&store, ACME, 6, &[1]).await.is_empty());
        assert!(page(&store, ACME, at(6), false, None).await.is_empty());
        let past = page(&store, ACME, at(6), true, None).await;
        let line = &past[0];
        assert_eq!((line.ended_by, line.ended_why.as_deref(), line.ended_at), (Some(BEN), Some("A mistake"), Some(at(5))));
        assert_eq!((line.created_by, line.reason.as_str(), line.source.as_str()), (Some(ANN), "They called", "member"));
        assert_eq!(add(&store, ACME, 7, None, &[1]).await, 1, "and it can be added again");
        assert_eq!(counting(&store, ACME, 8, &[1]).await, [1]);
    }

    /// Of an address that is erased only the hash is left, in the lines of the past too; one that comes back is written again.
    async fn an_erased_address_counts_without_being_read(store) {
        settle(&store).await;
        add(&store, ACME, 1, Some(5), &[1]).await;
        assert_eq!(add(&store, ACME, 6, None, &[201]).await, 1);
        assert_eq!(counting(&store, ACME, 9, &[1]).await, [1]);
        let lines = desk::read(&store, ACME, async |tx| suppression::of(tx, &hash(1)).await).await;
        assert!(lines.len() == 2 && lines.iter().all(|line| line.phone.is_none()));
        add(&store, ACME, 7, Some(9), &[2]).await;
        assert_eq!(add(&store, ACME, 8, None, &[202]).await, 0);
        assert_eq!(counting(&store, ACME, 20, &[1, 2]).await, [1, 2]);
        let found = desk::read(&store, ACME, async |tx| suppression::of(tx, &hash(2)).await).await;
        assert!(found.iter().all(|line| line.phone.is_none() && line.until.is_none()));
    }

    /// Every line is on one page, the newest first; nobody else's is on any.
    async fn paging_is_complete_and_only_ours(store) {
        settle(&store).await;
        add(&store, ACME, 1, None, &[1, 2, 3]).await;
        add(&store, ACME, 2, Some(3), &[4]).await;
        add(&store, BOLT, 2, None, &[5]).await;
        let all = async |past| {
            let mut seen: Vec<Suppression> = Vec::new();
            loop {
                let rows = page(&store, ACME, at(9), past, seen.last().map(|last| last.id)).await;
                if rows.is_empty() {
                    return seen;
                }
                seen.extend(rows);
            }
        };
        let phones = |lines: Vec<Suppression>| lines.into_iter().filter_map(|line| line.phone).collect::<Vec<_>>();
        assert_eq!(phones(all(false).await), ["+14155550003", "+14155550002", "+14155550001"]);
        assert_eq!(all(true).await.len(), 4);
        let line = page(&store, ACME, at(9), false, None).await.remove(0);
        let id = line.id;
        assert_eq!(desk::read(&store, ACME, async move |tx| suppression::find(tx, id).await).await, Some(line));
        assert_eq!(desk::read(&store, BOLT, async move |tx| suppression::find(tx, id).await).await, None);
    }

    /// The first key of a tenant stays its key.
    async fn a_tenant_has_one_key(store) {
        settle(&store).await;
        assert_eq!(desk::read(&store, ACME, async |tx| suppression::key(tx).await).await, None);
        let keep = async |key: &'static [u8]| store.write(ACME, async move |tx| suppression::keep_key(tx, key).await).await.unwrap();
        assert_eq!(keep(b"one").await, b"one");
        assert_eq!(keep(b"two").await, b"one");
        assert_eq!(desk::read(&store, ACME, async |tx| suppression::key(tx).await).await.as_deref(), Some(&b"one"[..]));
        assert_eq!(desk::read(&store, BOLT, async |tx| suppression::key(tx).await).await, None);
    }
}
