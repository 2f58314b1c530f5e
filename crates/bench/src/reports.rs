//! Reports over a quarter with a million texts: how soon they are read, and what counting them takes.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use domain::event::Kind;
use domain::id::{ContactId, ConversationId, NumberId, named};
use engine::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};
use store::event::{self, Line};
use store::report::{self, Source};
use store::{StoreError, TenantTx, args, contact, row};
use uuid::Uuid;

use crate::Run;
use crate::caller::Caller;
use crate::load::{Latency, rate};
use crate::postgres::Cluster;
use crate::proc::Process;
use crate::setup::{Desk, Sender, phone};
use crate::table::{Row, Table};

const NUMBER: &str = "+14155550100";
const BENCH: &str = "reports";
const DAYS: usize = 90;
const THREADS: usize = 5_000;
/// So many are made in one transaction.
const SOME: usize = 5_000;
/// So often each is read.
const READS: usize = 100;
const REPORTS: [&str; 5] = ["volume", "responses", "deliverability", "assistants", "cost"];

/// Measures it.
///
/// # Errors
/// When the server fails, or a text is not counted.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    on(table, &run.sqlite(BENCH), "SQLite", run.size(1_000_000, 50_000)).await?;
    let cluster = Cluster::start().await?;
    let database = cluster.database().await?;
    on(table, &database, "PostgreSQL", run.size(1_000_000, 50_000)).await
}

async fn on(table: &mut Table, database: &str, engine: &str, texts: usize) -> Result<()> {
    let desk = Desk::open(database, &[Sender::unlimited(NUMBER)], None).await?;
    let threads = threads(&desk).await?;
    let now = SystemClock.now();
    for from in (0..texts).step_by(SOME) {
        fill(&desk, &threads, now, from..(from + SOME).min(texts), texts).await?;
    }
    let began = Instant::now();
    count(&desk, now).await?;
    let counted = rate(texts, began.elapsed());

    let server = Process::start("serve", database)?;
    let caller = Caller::new(&server, &desk);
    let mut latency = Latency::new()?;
    for nth in 0..READS * REPORTS.len() {
        let name = REPORTS.get(nth % REPORTS.len()).context("a report")?;
        let asked = Instant::now();
        let report = caller.get(&format!("/reports/{name}?period=90d")).await?;
        latency.record(asked.elapsed());
        ensure!(report["period"]["is_behind"] == false, "{name} is behind");
        if *name == "volume" {
            let all = ["texts_in", "texts_out"].iter().filter_map(|way| report["total"][way].as_i64()).sum::<i64>();
            ensure!(usize::try_from(all)? == texts, "{all} of {texts} texts are in the report");
        }
    }
    let what = |what: &str| format!("{what}, {engine}");
    let note = format!("{texts} texts; median {:.1} ms", latency.percentile_ms(50.0));
    let read = Row::new(BENCH, what("a report over 90 days, p99"), latency.percentile_ms(99.0), "ms");
    table.add(read.at_most(300.0).note(note));
    table.add(Row::new(BENCH, what("counted anew"), counted, "texts/s"));
    Ok(())
}

/// People, each with a conversation.
async fn threads(desk: &Desk) -> Result<Arc<Vec<(ConversationId, ContactId)>>> {
    let now = SystemClock.now();
    let start = now.checked_sub(SignedDuration::from_hours(24 * 91))?;
    let all: Vec<(ConversationId, ContactId)> = (0..THREADS)
        .map(|nth| (ConversationId(named(start, nth as u128)), ContactId(named(start, (THREADS + nth) as u128))))
        .collect();
    let all = Arc::new(all);
    for from in (0..THREADS).step_by(1_000) {
        let some = Arc::clone(&all);
        let make = async move |tx: &mut TenantTx<'_>| {
            let number: NumberId = tx.one("SELECT id FROM number WHERE tenant_id = $1", args![]).await?.get(0)?;
            let mut rows = Vec::new();
            for (nth, (id, who)) in some.iter().enumerate().skip(from).take(1_000) {
                let address = contact::address::Named { kind: contact::address::PHONE, address: phone(nth) };
                let new = contact::New { id: *who, addresses: vec![address], known: contact::Change::default() };
                contact::create(tx, start, &new).await?;
                let lane = Uuid::from(*id);
                rows.push(row![
                    *id,
                    "sms",
                    *who,
                    number,
                    phone(nth),
                    lane,
                    true,
                    "open",
                    "nobody",
                    "",
                    1_i64,
                    0_i64,
                    start,
                    "",
                    start
                ]);
            }
            tx.push_many(
                "INSERT INTO conversation (tenant_id, id, channel, contact_id, number_id, address, lane, is_current,
                     status, holder, guide, version, inbound_count, last_message_at_us, preview, created_at_us)",
                rows,
            )
            .await?;
            Ok::<_, StoreError>(())
        };
        desk.store.write(desk.tenant, make).await?;
    }
    Ok(all)
}

/// Texts in and out, spread over the days; one of fifty failed, one of three was billed.
async fn fill(
    desk: &Desk,
    threads: &Arc<Vec<(ConversationId, ContactId)>>,
    now: Timestamp,
    which: std::ops::Range<usize>,
    of: usize,
) -> Result<()> {
    let threads = Arc::clone(threads);
    let step = SignedDuration::from_hours(24 * i64::try_from(DAYS)? - 26).as_micros() / i128::try_from(of)?;
    let first = now.checked_sub(SignedDuration::from_hours(24 * i64::try_from(DAYS)? - 25))?;
    let failure = r#"{"code":"40001","explanation":"It is a landline.","mend":"Ask for a mobile number."}"#;
    let make = async move |tx: &mut TenantTx<'_>| {
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for nth in which.clone() {
            let after = i64::try_from(step * nth as i128).map_err(StoreError::fault)?;
            let at = first.checked_add(SignedDuration::from_micros(after)).map_err(StoreError::fault)?;
            let (thread, who) = threads[nth / 2 % threads.len()];
            let (id, is_in) = (named(at, nth as u128), nth % 2 == 0);
            let status = if is_in {
                "received"
            } else if nth % 50 == 1 {
                "failed"
            } else {
                "delivered"
            };
            let cost = (!is_in && nth % 3 == 1).then_some(4_000_i64);
            rows.push(row![
                id,
                thread,
                who,
                if is_in { "in" } else { "out" },
                if is_in { "contact" } else { "api" },
                is_in.then_some(Uuid::from(who)),
                "Bench",
                "gsm7",
                1_i64,
                status,
                (status == "failed").then_some(failure),
                cost.map(|_| 1_i64),
                cost,
                cost.map(|_| "USD"),
                false,
                !is_in,
                at
            ]);
            lines.push(Line { kind: Kind::MessageCreated, subject: id, conversation: Some(thread) });
        }
        tx.push_many(
            "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id, body,
                 encoding, segments, status, failure, parts, cost_micros, currency, stop_if_reply, answers, created_at_us)",
            rows,
        )
        .await?;
        event::append(tx, now, &lines).await?;
        Ok::<_, StoreError>(())
    };
    Ok(desk.store.write(desk.tenant, make).await?)
}

/// As the engine does it.
async fn count(desk: &Desk, now: Timestamp) -> Result<()> {
    loop {
        let read = async move |tx: &mut TenantTx<'_>| report::batch(tx, now, None, 10_000).await;
        let Some(batch) = desk.store.read(desk.tenant, read).await? else { return Ok(()) };
        let mut all = Vec::new();
        for source in batch.sources.clone() {
            all.push((source, counted(desk, source).await?));
        }
        let all = Arc::new(all);
        let write = async move |tx: &mut TenantTx<'_>| report::keep(tx, now, &batch, &all).await;
        ensure!(desk.store.write(desk.tenant, write).await?, "somebody else counts");
    }
}

async fn counted(desk: &Desk, source: Source) -> Result<domain::report::Sums> {
    let (mut sums, mut after) = (None, None);
    loop {
        let so_far = Arc::new(sums.take());
        let read =
            async move |tx: &mut TenantTx<'_>| report::count(tx, source, so_far.as_ref().clone(), after, 5_000).await;
        let (more, last) = desk.store.read(desk.tenant, read).await?;
        if last.is_none() {
            return Ok(more);
        }
        (sums, after) = (Some(more), last);
    }
}
