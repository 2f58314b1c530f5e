//! What reports are made of: counted behind the log, once, whatever happens in between.

use domain::event::Kind;
use domain::id::{MessageId, TenantId, named};
use domain::report::{Measure, Period, Sums};
use jiff::civil::date;
use store::report::{self, Batch, Source};
use store::{Store, TenantTx, args, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, contact, conversation, number, phone};

const DAY: Period = Period { from: date(2025, 11, 23), until: date(2025, 11, 23) };

/// A text of that second in Acme's first thread.
async fn text(store: &Store, n: u128, second: i64, direction: &'static str, status: &'static str) -> MessageId {
    let at = desk::at(second);
    let id = MessageId(named(at, n));
    let author = if direction == "in" { "contact" } else { "member" };
    let by = if direction == "in" { Uuid::from(contact(1)) } else { Uuid::from(desk::ANN) };
    let add = async move |tx: &mut TenantTx<'_>| {
        tx.exec(
            "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id, body,
                 encoding, segments, status, stop_if_reply, answers, created_at_us, sent_at_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'Hello', 'gsm7', 1, $8, FALSE, $9, $10, $10)",
            args![id, conversation(1), contact(1), direction, author, by, status, direction == "out", at],
        )
        .await
    };
    store.write(ACME, add).await.unwrap();
    let _ = desk::log(store, ACME, vec![(Kind::MessageCreated, id.into())]).await;
    id
}

async fn batch(store: &Store, tenant: TenantId, limit: u32) -> Option<Batch> {
    desk::read(store, tenant, async move |tx| report::batch(tx, desk::at(0), limit).await).await
}

async fn counted(store: &Store, batch: &Batch, pages_of: u32) -> Vec<(Source, Sums)> {
    let mut all = Vec::new();
    for source in batch.sources.clone() {
        let (mut sums, mut after) = (None, None);
        loop {
            let so_far: Option<Sums> = sums.take();
            let count =
                async move |tx: &mut TenantTx<'_>| report::count(tx, source, so_far.clone(), after, pages_of).await;
            let (more, last) = store.read(ACME, count).await.unwrap();
            sums = Some(more);
            after = last;
            if after.is_none() {
                break;
            }
        }
        all.extend(sums.map(|sums| (source, sums)));
    }
    all
}

async fn keep(store: &Store, batch: Batch, counted: Vec<(Source, Sums)>) -> bool {
    let write = async move |tx: &mut TenantTx<'_>| report::keep(tx, desk::at(60), &batch, &counted).await;
    store.write(ACME, write).await.unwrap()
}

/// Until nothing is left.
async fn count(store: &Store, lines: u32, pages_of: u32) {
    while let Some(batch) = batch(store, ACME, lines).await {
        let sums = counted(store, &batch, pages_of).await;
        assert!(keep(store, batch, sums).await);
    }
}

/// `key: times`, of the day.
async fn sums(store: &Store, measure: Measure) -> Vec<String> {
    let rows = desk::read(store, ACME, async move |tx| report::of_period(tx, measure, DAY).await).await;
    let number = number(1).to_string();
    rows.iter().map(|row| format!("{}: {}", row.key.join("|").replace(&number, "one"), row.times)).collect()
}

async fn desk_with_a_thread(store: &Store) {
    desk::settle(store).await;
    desk::put_thread(store, desk::Thread::open(1, 0)).await;
}

async fn becomes(store: &Store, id: MessageId, status: &'static str) {
    let change = async move |tx: &mut TenantTx<'_>| {
        tx.exec("UPDATE message SET status = $3 WHERE tenant_id = $1 AND id = $2", args![id, status]).await
    };
    store.write(ACME, change).await.unwrap();
    let _ = desk::log(store, ACME, vec![(Kind::MessageUpdated, id.into())]).await;
}

on_both_engines! {
    /// However the log is cut into batches, and rows into pages.
    async fn what_changed_is_counted_once(store) {
        desk_with_a_thread(&store).await;
        let mut ids = Vec::new();
        for n in 0..5 {
            text(&store, n, 10 + i64::try_from(n).unwrap(), "in", "received").await;
            ids.push(text(&store, 100 + n, 20 + i64::try_from(n).unwrap(), "out", "sent").await);
        }
        count(&store, 3, 2).await;
        assert_eq!(sums(&store, Measure::Texts).await, ["in|one|conversation: 5", "out|one|conversation: 5"]);
        assert_eq!(sums(&store, Measure::Deliveries).await, ["US||on_its_way: 5"]);
        // A receipt moves one from here to there.
        becomes(&store, ids[0], "delivered").await;
        count(&store, 1_000, 1_000).await;
        assert_eq!(sums(&store, Measure::Deliveries).await, ["US||delivered: 1", "US||on_its_way: 4"]);
        assert_eq!(sums(&store, Measure::Texts).await, ["in|one|conversation: 5", "out|one|conversation: 5"]);
        let all = desk::read(&store, ACME, async |tx| report::counted(tx).await).await;
        assert_eq!((all.at, all.is_behind), (Some(desk::at(60)), false));
        // From the beginning on, it is the same.
        store.write(ACME, async |tx| report::count_anew(tx).await).await.unwrap();
        assert!(desk::read(&store, ACME, async |tx| report::counted(tx).await).await.is_behind);
        count(&store, 2, 3).await;
        assert_eq!(sums(&store, Measure::Deliveries).await, ["US||delivered: 1", "US||on_its_way: 4"]);
    }

    /// Whoever dies between counting and writing has counted nothing; whoever is slower writes nothing.
    async fn who_dies_between_batches_counts_nothing_twice(store) {
        desk_with_a_thread(&store).await;
        let first = text(&store, 1, 10, "out", "sent").await;
        let lines = batch(&store, ACME, 10).await.unwrap();
        let slow = counted(&store, &lines, 10).await;
        assert_eq!(batch(&store, ACME, 10).await.unwrap(), lines, "nothing was written: the next one finds the same");
        count(&store, 10, 10).await;
        becomes(&store, first, "delivered").await;
        count(&store, 10, 10).await;
        assert!(!keep(&store, lines, slow).await, "they were counted meanwhile");
        assert_eq!(sums(&store, Measure::Deliveries).await, ["US||delivered: 1"]);
        assert_eq!(sums(&store, Measure::Texts).await, ["out|one|conversation: 1"]);
    }

    /// From the first text until the first answer, and until it is closed.
    async fn waits_are_told_of_threads(store) {
        desk_with_a_thread(&store).await;
        text(&store, 1, 10, "in", "received").await;
        text(&store, 2, 40, "in", "received").await;
        text(&store, 3, 430, "out", "delivered").await;
        text(&store, 4, 440, "out", "cancelled").await;
        text(&store, 5, 500, "out", "delivered").await;
        let close = async |tx: &mut TenantTx<'_>| {
            let sql = "INSERT INTO conversation_close (tenant_id, conversation_id, at_us) VALUES ($1, $2, $3)";
            tx.exec(sql, args![conversation(1), desk::at(610)]).await
        };
        store.write(ACME, close).await.unwrap();
        count(&store, 10, 10).await;
        let waits = desk::read(&store, ACME, async |tx| report::waits(tx, DAY).await).await;
        let of = |what: &str| {
            let key = [what.to_owned(), "clock".into(), "member".into(), desk::ANN.to_string()];
            waits.get(key.as_slice()).map(|waits| (waits.count(), waits.quantile(50).unwrap().seconds))
        };
        assert_eq!((of("first_response"), of("resolution")), (Some((1, 420)), Some((1, 600))));
        assert_eq!(sums(&store, Measure::Conversations).await, ["closed|one: 1"]);
    }

    async fn a_tenant_counts_only_its_own(store) {
        desk_with_a_thread(&store).await;
        text(&store, 1, 10, "in", "received").await;
        let found = store.system_read(async |tx| report::behind(tx, TenantId(Uuid::nil()), 10).await).await.unwrap();
        assert_eq!(found, [ACME]);
        count(&store, 10, 10).await;
        let found = store.system_read(async |tx| report::behind(tx, TenantId(Uuid::nil()), 10).await).await.unwrap();
        assert_eq!(found, [] as [TenantId; 0]);
        let theirs = desk::read(&store, BOLT, async |tx| report::of_period(tx, Measure::Texts, DAY).await).await;
        assert!(theirs.is_empty());
        assert_eq!(batch(&store, BOLT, 10).await, None);
    }

    /// A thread that was merged, erased or moved has the same sums: they know nobody.
    async fn nothing_of_a_person_is_in_sums(store) {
        desk_with_a_thread(&store).await;
        text(&store, 1, 10, "in", "received").await;
        text(&store, 2, 20, "out", "failed").await;
        count(&store, 10, 10).await;
        let sql = "SELECT source || key || COALESCE(waits, '') || COALESCE(sample, '') FROM report_sum WHERE tenant_id = $1";
        let rows = desk::read(&store, ACME, async move |tx| tx.rows(sql, args![]).await).await;
        assert!(rows.len() >= 3);
        for row in &rows {
            let text: String = row.get(0).unwrap();
            for secret in [phone(1), contact(1).to_string(), conversation(1).to_string()] {
                assert!(!text.contains(&secret), "{text}");
            }
        }
    }
}
