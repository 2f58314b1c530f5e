//! What reports are made of: counted behind the log, once, whatever happens in between.

use domain::event::Kind;
use domain::id::{MessageId, TenantId, named};
use domain::report::{Measure, Period, Sums};
use jiff::civil::date;
use store::contact::erase::{Erasure, erase};
use store::contact::merge;
use store::report::{self, Batch, Source};
use store::{Store, TenantTx, args, event, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, contact, conversation, number, phone};

const DAY: Period = Period { from: date(2025, 11, 23), until: date(2025, 11, 23) };

/// A text of that second in Acme's first thread.
async fn text(store: &Store, n: u128, second: i64, direction: &'static str, status: &'static str) -> MessageId {
    text_in(store, 1, n, second, direction, status).await
}

async fn text_in(
    store: &Store,
    thread: u128,
    n: u128,
    second: i64,
    direction: &'static str,
    status: &'static str,
) -> MessageId {
    let at = desk::at(second);
    let id = MessageId(named(at, n));
    let author = if direction == "in" { "contact" } else { "member" };
    let by = if direction == "in" { Uuid::from(contact(thread)) } else { Uuid::from(desk::ANN) };
    let add = async move |tx: &mut TenantTx<'_>| {
        tx.exec(
            "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id, body,
                 encoding, segments, status, stop_if_reply, answers, created_at_us, sent_at_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'Hello', 'gsm7', 1, $8, FALSE, $9, $10, $10)",
            args![id, conversation(thread), contact(thread), direction, author, by, status, direction == "out", at],
        )
        .await
    };
    store.write(ACME, add).await.unwrap();
    let _ = desk::log(store, ACME, vec![(Kind::MessageCreated, id.into())]).await;
    id
}

async fn batch(store: &Store, tenant: TenantId, limit: u32) -> Option<Batch> {
    desk::read(store, tenant, async move |tx| report::batch(tx, desk::at(0), None, limit).await).await
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

async fn close(store: &Store, thread: u128, second: i64) {
    let write = async move |tx: &mut TenantTx<'_>| {
        let sql = "INSERT INTO conversation_close (tenant_id, conversation_id, at_us) VALUES ($1, $2, $3)";
        tx.exec(sql, args![conversation(thread), desk::at(second)]).await
    };
    store.write(ACME, write).await.unwrap();
    let _ = desk::log(store, ACME, vec![(Kind::ConversationUpdated, conversation(thread).into())]).await;
}

/// A line in the log of that second.
async fn tells(store: &Store, second: i64, kind: Kind, subject: Uuid) {
    let line = event::Line { kind, subject, conversation: None };
    let write = async move |tx: &mut TenantTx<'_>| event::append(tx, desk::at(second), &[line]).await;
    let _ = store.write(ACME, write).await.unwrap();
}

/// A run that ended without a word, nor a line in the log.
async fn runs(store: &Store, n: u128, second: i64) {
    let at = desk::at(second);
    let add = async move |tx: &mut TenantTx<'_>| {
        tx.exec(
            "INSERT INTO assistant_run (tenant_id, id, conversation_id, assistant_id, assistant_version, model, outcome,
                 tokens_in, tokens_out, latency_ms, record, created_at_us, kept_until_us)
             VALUES ($1, $2, $3, $4, 1, '', 'silent', 0, 0, 0, '{}', $5, $5)",
            args![named(at, n), conversation(1), desk::assistant(1), at],
        )
        .await
    };
    store.write(ACME, add).await.unwrap();
}

async fn anew(store: &Store) {
    store.write(ACME, async |tx| report::count_anew(tx).await).await.unwrap();
    count(store, 1_000, 1_000).await;
}

/// `what: times, median`, of the day, of Ann by the clock.
async fn waits(store: &Store) -> Vec<String> {
    waits_of(store, DAY).await
}

async fn waits_of(store: &Store, period: Period) -> Vec<String> {
    let waits = desk::read(store, ACME, async move |tx| report::waits(tx, period).await).await;
    let mut all = Vec::new();
    for what in ["first_response", "resolution"] {
        let key = [what.to_owned(), "clock".into(), "member".into(), desk::ANN.to_string()];
        if let Some(waits) = waits.get(key.as_slice()) {
            all.push(format!("{what}: {}, {}", waits.count(), waits.quantile(50).unwrap().seconds));
        }
    }
    all
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
        close(&store, 1, 610).await;
        count(&store, 10, 10).await;
        assert_eq!(waits(&store).await, ["first_response: 1, 420", "resolution: 1, 600"]);
        assert_eq!(sums(&store, Measure::Conversations).await, ["closed|one: 1"]);
    }

    /// However its answers and closes are cut into pages: who is answered often is told once.
    async fn a_conversation_is_told_once_a_day(store) {
        desk::settle(&store).await;
        for n in 1..=4_u128 {
            desk::put_thread(&store, desk::Thread::open(n, 0)).await;
            text_in(&store, n, 10 * n, 10, "in", "received").await;
            if n < 4 {
                for answer in 1..=3 {
                    let second = 10 + 60 * i64::try_from(answer).unwrap();
                    text_in(&store, n, 10 * n + answer, second, "out", "delivered").await;
                }
            }
            // The fourth is closed without an answer, and twice within a moment: so is the third.
            close(&store, n, 310).await;
            if n > 2 {
                close(&store, n, 320).await;
            }
        }
        for pages_of in [1, 2, 3, 1_000] {
            store.write(ACME, async |tx| report::count_anew(tx).await).await.unwrap();
            count(&store, 1_000, pages_of).await;
            assert_eq!(waits(&store).await, ["first_response: 3, 60", "resolution: 3, 300"], "in pages of {pages_of}");
            assert_eq!(sums(&store, Measure::Conversations).await, ["closed|one: 6"], "in pages of {pages_of}");
            let rows = desk::read(&store, ACME, async |tx| report::by_hour(tx, Measure::Conversations, DAY).await).await;
            let hours: Vec<_> = rows.iter().map(|row| (row.hour, row.times)).collect();
            assert_eq!(hours, [(7, 6)], "a quarter past seven in New York");
        }
    }

    /// A day of many lines is counted once for all of them.
    async fn lines_are_read_on_before_they_are_counted(store) {
        desk_with_a_thread(&store).await;
        for n in 0..5 {
            text(&store, n, 10, "in", "received").await;
        }
        let mut lines = batch(&store, ACME, 2).await.unwrap();
        let mut reads = 1;
        while lines.is_full {
            let after = Some(lines.to);
            let next = desk::read(&store, ACME, async move |tx| report::batch(tx, desk::at(0), after, 2).await).await;
            lines.join(next.unwrap());
            reads += 1;
        }
        assert_eq!((reads, lines.after, lines.to), (3, 0, 5));
        assert_eq!(Some(&lines), batch(&store, ACME, 1_000).await.as_ref());
        let all = counted(&store, &lines, 1_000).await;
        assert!(keep(&store, lines, all).await);
        assert_eq!(batch(&store, ACME, 2).await, None);
        assert_eq!(sums(&store, Measure::Texts).await, ["in|one|conversation: 5"]);
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

    /// On the day before the next line, too.
    async fn runs_without_a_line_are_counted(store) {
        desk_with_a_thread(&store).await;
        tells(&store, 0, Kind::ContactUpdated, contact(1).into()).await;
        count(&store, 10, 10).await;
        runs(&store, 1, 3 * 3_600).await;
        runs(&store, 2, 4 * 3_600).await;
        tells(&store, 24 * 3_600, Kind::ContactUpdated, contact(1).into()).await;
        count(&store, 10, 10).await;
        let told = [format!("{}|silent: 2", desk::assistant(1))];
        assert_eq!(sums(&store, Measure::Runs).await, told);
        // A record goes, and then the other; what was counted stays.
        for n in 1..=2_u128 {
            let go = async move |tx: &mut TenantTx<'_>| {
                let id = named(desk::at((2 + i64::try_from(n).unwrap()) * 3_600), n);
                tx.exec("DELETE FROM assistant_run WHERE tenant_id = $1 AND id = $2", args![id]).await
            };
            store.write(ACME, go).await.unwrap();
            anew(&store).await;
            assert_eq!(sums(&store, Measure::Runs).await, told, "{n} gone");
        }
    }

    /// Also if it is the first count, and whenever it changes again.
    async fn what_is_counted_by_an_old_clock_is_not_written(store) {
        desk_with_a_thread(&store).await;
        text(&store, 1, 10, "in", "received").await;
        for _ in 0..3 {
            let lines = batch(&store, ACME, 10).await.unwrap();
            let old = counted(&store, &lines, 10).await;
            store.write(ACME, async |tx| report::count_anew(tx).await).await.unwrap();
            assert!(!keep(&store, lines, old).await);
            let all = desk::read(&store, ACME, async |tx| report::counted(tx).await).await;
            assert_eq!((all.at, all.is_behind), (None, true));
        }
        // Two nodes count the same; all is counted anew after the first has written.
        let lines = batch(&store, ACME, 10).await.unwrap();
        let old = counted(&store, &lines, 10).await;
        assert!(keep(&store, lines.clone(), old.clone()).await);
        store.write(ACME, async |tx| report::count_anew(tx).await).await.unwrap();
        assert!(!keep(&store, lines, old).await, "it begins at the same line again");
        count(&store, 10, 10).await;
        assert_eq!(sums(&store, Measure::Texts).await, ["in|one|conversation: 1"]);
        // Whoever has no lines is not behind.
        store.write(BOLT, async |tx| report::count_anew(tx).await).await.unwrap();
        assert!(!desk::read(&store, BOLT, async |tx| report::counted(tx).await).await.is_behind);
    }

    /// Written today and sent tomorrow, after somebody else has answered.
    async fn a_first_answer_is_told_once(store) {
        desk_with_a_thread(&store).await;
        text(&store, 1, 10, "in", "received").await;
        let late = text(&store, 2, 20, "out", "delivered").await;
        let goes_out = async move |tx: &mut TenantTx<'_>| {
            let sql = "UPDATE message SET sent_at_us = $3 WHERE tenant_id = $1 AND id = $2";
            tx.exec(sql, args![late, desk::at(24 * 3_600)]).await
        };
        store.write(ACME, goes_out).await.unwrap();
        text(&store, 3, 20 * 3_600, "out", "delivered").await;
        count(&store, 10, 10).await;
        let both = Period { from: DAY.from, until: date(2025, 11, 24) };
        let found = waits_of(&store, both).await;
        assert!(matches!(found.as_slice(), [one] if one.starts_with("first_response: 1, ")), "{found:?}");
        // What becomes of it on a day is looked at with that day, too.
        tells(&store, 24 * 3_600, Kind::MessageUpdated, late.into()).await;
        let today = desk::at(0).as_second() / 86_400;
        let lines = batch(&store, ACME, 10).await.unwrap();
        assert!([today, today + 1].iter().all(|day| lines.sources.contains(&Source::Threads(*day))), "{lines:?}");
    }

    /// Not whom a file says to have done so.
    async fn who_opts_out_is_counted(store) {
        desk_with_a_thread(&store).await;
        for (n, source) in [(1_u128, "keyword"), (2, "import")] {
            let add = async move |tx: &mut TenantTx<'_>| {
                tx.exec(
                    "INSERT INTO consent (tenant_id, id, contact_id, kind, address, state, source, at_us)
                     VALUES ($1, $2, $3, 'phone', $4, 'opted_out', $5, $6)",
                    args![named(desk::at(10), n), contact(1), phone(1), source, desk::at(10)],
                )
                .await
            };
            store.write(ACME, add).await.unwrap();
        }
        tells(&store, 10, Kind::ContactUpdated, contact(1).into()).await;
        count(&store, 10, 10).await;
        assert_eq!(sums(&store, Measure::OptOuts).await, ["keyword: 1"]);
    }

    /// A thread that was merged has the same sums. Of somebody erased they stay until the day is counted again: then nothing but
    /// their country is lost, which only their number told.
    async fn sums_stay_of_who_is_merged_or_erased(store) {
        desk_with_a_thread(&store).await;
        desk::put_contact(&store, ACME, 2, "Ann").await;
        text(&store, 1, 10, "in", "received").await;
        text(&store, 2, 20, "out", "failed").await;
        count(&store, 10, 10).await;
        let texts = ["in|one|conversation: 1", "out|one|conversation: 1"];
        let merge = async |tx: &mut TenantTx<'_>| {
            let mut ids = desk::ids(30);
            let id = ids.next();
            merge::merge(tx, &mut desk::hand(30, &mut ids), id, contact(2), contact(1)).await
        };
        assert!(store.write(ACME, merge).await.unwrap().is_some());
        anew(&store).await;
        assert_eq!(sums(&store, Measure::Texts).await, texts);
        assert_eq!(sums(&store, Measure::Deliveries).await, ["US||failed: 1"]);
        let erased = store.write(ACME, async |tx| erase(tx, desk::at(40), contact(2)).await).await.unwrap();
        assert!(matches!(erased, Erasure::Done(_)));
        tells(&store, 40, Kind::ContactUpdated, contact(2).into()).await;
        count(&store, 10, 10).await;
        assert_eq!(sums(&store, Measure::Deliveries).await, ["US||failed: 1"]);
        anew(&store).await;
        assert_eq!(sums(&store, Measure::Texts).await, texts);
        assert_eq!(sums(&store, Measure::Deliveries).await, ["||failed: 1"]);
    }

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
