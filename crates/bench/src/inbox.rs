//! An inbox that has filled over years: how soon its list, a thread and a search are answered, on both databases.

use std::time::Instant;

use anyhow::{Result, ensure};
use domain::id::{ContactId, ConversationId, Ids, MessageId, UserId};
use engine::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};
use store::{StoreError, TenantTx, args, row};

use crate::Run;
use crate::caller::Caller;
use crate::import::file;
use crate::load::Latency;
use crate::postgres::Cluster;
use crate::proc::Process;
use crate::setup::{Desk, Sender};
use crate::table::{Row, Table};

const BENCH: &str = "inbox";
const NUMBERS: [&str; 3] = ["+14155550100", "+14155550101", "+14155550102"];
/// So many are made in one transaction.
const SOME: usize = 5_000;
/// Texts of one who never stops writing.
const LONG: usize = 50_000;
/// Calls of each kind, after some that are not counted.
const CALLS: usize = 300;
const WARM: usize = 20;
/// Every so manieth conversation has the label that few have.
const FEW: usize = 2_000;
/// How long ago the first text was, and how much later each next one.
const YEARS: SignedDuration = SignedDuration::from_hours(24 * 365 * 2);
const WORDS: [&str; 16] = [
    "table",
    "Sunday",
    "delivery",
    "invoice",
    "garden",
    "seven",
    "thanks",
    "picture",
    "appointment",
    "morning",
    "order",
    "size",
    "blue",
    "repair",
    "kitchen",
    "ticket",
];

/// A conversation that is there.
#[derive(Debug, Clone, Copy)]
struct Thread {
    id: ConversationId,
    contact: ContactId,
}

/// Measures it.
///
/// # Errors
/// When a server fails.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let people = run.size(100_000, 10_000);
    on(table, &run.sqlite(BENCH), "SQLite", people).await?;
    let cluster = Cluster::start().await?;
    on(table, &cluster.database().await?, "PostgreSQL", people).await
}

async fn on(table: &mut Table, database: &str, engine: &str, people: usize) -> Result<()> {
    let desk = Desk::open(database, &NUMBERS.map(Sender::unlimited), None).await?;
    let server = Process::start("serve", database)?;
    let caller = Caller::new(&server, &desk);
    caller.import(&file(people)).await?;
    let threads = fill(&desk).await?;
    let texts = desk.messages().await?;
    let note = format!("{} conversations, {texts} texts", threads.len());
    let number = desk.numbers[1].to_string();
    let some = |nth: usize| threads[nth * 7_919 % threads.len()].id;
    let long = threads[0].id;

    let lists = [
        ("open", "/conversations".to_owned()),
        ("of one number", format!("/conversations?number_id={number}")),
        ("that nobody looks after", "/conversations?assignee=none".to_owned()),
        ("with a label that few have", "/conversations?tag=vip".to_owned()),
        ("closed", "/conversations?status=closed".to_owned()),
        ("whatever their state", "/conversations?status=all".to_owned()),
    ];
    for (which, path) in lists {
        let what = format!("list of conversations {which}, {engine}, p99");
        let p99 = p99(&caller, |_| path.clone()).await?;
        table.add(Row::new(BENCH, what, p99, "ms").at_most(30.0).note(&*note));
    }
    let deep = deep(&caller, 40).await?;
    let what = format!("list of conversations, two thousand down, {engine}, p99");
    table.add(Row::new(BENCH, what, p99(&caller, |_| deep.clone()).await?, "ms").at_most(30.0));
    let what = format!("thread, {engine}, p99");
    let thread = p99(&caller, |nth| format!("/conversations/{}/messages", some(nth))).await?;
    table.add(Row::new(BENCH, what, thread, "ms").at_most(30.0));
    let what = format!("thread of {LONG} texts at its end, {engine}, p99");
    let at_end = p99(&caller, |_| format!("/conversations/{long}/messages")).await?;
    table.add(Row::new(BENCH, what, at_end, "ms").at_most(30.0));
    let what = format!("finding a conversation by a piece of a name, {engine}, p99");
    let pieces = ["zimber", "Ann", "Zoë", "gar", "12", "rosnor", "Ltd", "nobodyatall"];
    let found = p99(&caller, |nth| format!("/conversations?status=all&q={}", encoded(pieces[nth % 8]))).await?;
    table.add(Row::new(BENCH, what, found, "ms").at_most(200.0));
    Ok(())
}

/// The 99th percentile of calls for these paths, one after the other, in milliseconds.
async fn p99(caller: &Caller, path: impl Fn(usize) -> String) -> Result<f64> {
    let mut latency = Latency::new()?;
    for nth in 0..WARM + CALLS {
        let path = path(nth);
        let began = Instant::now();
        caller.get(&path).await?;
        if nth >= WARM {
            latency.record(began.elapsed());
        }
    }
    Ok(latency.percentile_ms(99.0))
}

/// The path of a page so many pages down.
async fn deep(caller: &Caller, pages: usize) -> Result<String> {
    let mut path = "/conversations".to_owned();
    for _ in 0..pages {
        let page = caller.get(&path).await?;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/conversations?cursor={cursor}");
    }
    Ok(path)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02x}")).collect()
}

/// Each person has a conversation of ten texts, one after the other in time, so that a thread lies scattered; the first has many.
async fn fill(desk: &Desk) -> Result<Vec<Thread>> {
    let now = SystemClock.now();
    let mut ids = Ids::new(now.checked_sub(YEARS)?, 9);
    let sql = "SELECT id FROM contact WHERE tenant_id = $1 ORDER BY id";
    let threads: Vec<Thread> = desk
        .store
        .read(desk.tenant, async move |tx: &mut TenantTx<'_>| {
            tx.rows(sql, args![])
                .await?
                .iter()
                .map(|row| row.get::<ContactId>(0))
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .await?
        .into_iter()
        .map(|contact| Thread { id: ids.next(), contact })
        .collect();
    ensure!(!threads.is_empty(), "nobody is there");
    let numbers = desk.numbers.clone();
    let number_of = move |nth: usize| if nth.is_multiple_of(50) { numbers[1] } else { numbers[0] };
    for (some, from) in threads.chunks(SOME).zip((0..).step_by(SOME)) {
        let (some, number_of) = (some.to_vec(), number_of.clone());
        let at = move |nth: usize| last_at(now, nth);
        desk.store
            .write(desk.tenant, async move |tx: &mut TenantTx<'_>| {
                let sql = "INSERT INTO conversation (tenant_id, id, channel, contact_id, number_id, address, lane, is_current,
                               status, holder, guide, version, inbound_count, last_message_at_us, last_direction, preview,
                               created_at_us)";
                let rows = some.iter().zip(from..).map(|(thread, nth)| {
                    let status = ["open", "closed", "open", "closed", "snoozed"][nth % 5];
                    let holder = if nth.is_multiple_of(3) { "nobody" } else { "agents" };
                    row![
                        thread.id, "sms", thread.contact, number_of(nth), thread.contact.to_string(), thread.id, true, status, holder,
                        "", 1_i64, 5_i64, at(nth), "in", WORDS[nth % 16], at(nth)
                    ]
                });
                tx.push_many(sql, rows).await?;
                let tagged = some.iter().zip(from..).flat_map(|(thread, nth)| {
                    let few = nth.is_multiple_of(FEW).then_some("vip");
                    [Some("customer"), few].into_iter().flatten().map(|tag| row![thread.id, tag])
                });
                tx.push_many("INSERT INTO conversation_tag (tenant_id, conversation_id, tag)", tagged).await
            })
            .await?;
    }
    let rounds = (0..10).flat_map(|_| threads.iter().copied());
    let long = std::iter::repeat_n(threads[0], LONG * threads.len() / 100_000);
    let texts: Vec<(MessageId, Thread)> = rounds.chain(long).map(|thread| (ids.next(), thread)).collect();
    let user: UserId = ids.next();
    for (some, from) in texts.chunks(SOME).zip((0_usize..).step_by(SOME)) {
        let some = some.to_vec();
        desk.store
            .write(desk.tenant, async move |tx: &mut TenantTx<'_>| {
                let sql = "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id, body,
                               encoding, segments, status, stop_if_reply, answers, created_at_us)";
                let rows = some.iter().zip(from..).map(|((id, thread), nth)| {
                    let is_theirs = nth.is_multiple_of(2);
                    let (direction, author, by) =
                        if is_theirs { ("in", "contact", thread.contact.0) } else { ("out", "member", user.into()) };
                    let status = if is_theirs { "received" } else { "delivered" };
                    row![
                        *id, thread.id, thread.contact, direction, author, by, said(nth), "gsm7", 1_i64, status, false,
                        !is_theirs, now
                    ]
                });
                tx.push_many(sql, rows).await
            })
            .await?;
    }
    Ok(threads)
}

/// When the last text of the nth conversation was: no two at once.
fn last_at(now: Timestamp, nth: usize) -> Timestamp {
    let ago = SignedDuration::from_secs(i64::try_from(nth).unwrap_or(0) * 37);
    now.checked_sub(ago).unwrap_or(now)
}

/// A text like others, no two of them the same.
fn said(nth: usize) -> String {
    let word = |step: usize| WORDS[nth / step % WORDS.len()];
    format!(
        "Hello, is the {} for the {} ready on {}? My {} is number {nth}.",
        word(1),
        word(16),
        word(256),
        word(4_096)
    )
}
