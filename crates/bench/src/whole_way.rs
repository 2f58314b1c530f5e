//! The whole way: from the webhook to the finished turn (contact, conversation, message and event lines durable), without
//! a model. In ten floods, each measured until its last turn is finished: the last must not be slower than the first.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use domain::conversation::lane;
use domain::decide;
use domain::fact::TextArrived;
use domain::id::Ids;
use engine::{Clock as _, SystemClock};
use store::remember::remember;
use store::scene::{self, Known};
use store::{Store, StoreConfig, StoreError, event};

use crate::Run;
use crate::accept::{Bare, cpu_each, median, rates, ratio};
use crate::load::{CONNECTIONS, FEW_CONNECTIONS, flood, micros_each, rate};
use crate::postgres::Cluster;
use crate::proc::Process;
use crate::setup::{Desk, Pen, Sender, phone};
use crate::table::{Row, Table};

const NUMBER: &str = "+14155550100";
/// So many different people write.
const PEOPLE: usize = 20_000;
const FLOODS: usize = 10;
/// After those, over few connections.
const FEW_FLOODS: usize = 3;
const TEXT: &str = "Hi, are you open on Sunday? And do you still have the sourdough from last week?";

/// A flood to its last turn.
#[derive(Debug)]
struct Through {
    texts: usize,
    /// From the first byte to the last finished turn.
    time: Duration,
    /// To the last answer.
    accepted_in: Duration,
    cpu: Duration,
}

/// On SQLite.
///
/// # Errors
/// When a server fails, or a text is missing.
pub async fn on_sqlite(run: &Run, table: &mut Table) -> Result<()> {
    const BENCH: &str = "whole-way";
    let count = run.size(20_000, 2_000);
    let database = run.sqlite(BENCH);
    let desk = Desk::open(&database, &[Sender::unlimited(NUMBER)], None).await?;
    let bare = Bare::start()?;
    let server = Process::start("serve", &database)?;
    bare.flood(CONNECTIONS, count / 4).await?;
    let (mut bares, mut ours) = (vec![bare.flood(CONNECTIONS, count).await?], Vec::new());
    for nth in 0..FLOODS {
        ours.push(through(&desk, &server, CONNECTIONS, nth * count..(nth + 1) * count).await?);
        bares.push(bare.flood(CONNECTIONS, count).await?);
    }
    let (mut few_bares, mut few) = (vec![bare.flood(FEW_CONNECTIONS, count).await?], Vec::new());
    for nth in FLOODS..FLOODS + FEW_FLOODS {
        few.push(through(&desk, &server, FEW_CONNECTIONS, nth * count..(nth + 1) * count).await?);
        few_bares.push(bare.flood(FEW_CONNECTIONS, count).await?);
    }
    let sent = i64::try_from((FLOODS + FEW_FLOODS) * count)?;
    let kept = desk.messages().await?;
    ensure!(kept == sent, "{sent} texts were accepted, and {kept} are there");

    let speeds: Vec<f64> = ours.iter().map(|one| rate(one.texts, one.time)).collect();
    let accepted = median(ours.iter().map(|one| rate(one.texts, one.accepted_in)).collect());
    let (times, steady) = ratio(&rates(&bares), &speeds);
    let cpu: Duration = ours.iter().map(|one| one.cpu).sum();
    let texts = FLOODS * count;
    let all = format!("{texts} texts from {PEOPLE} people; accepted at {accepted:.0}/s");
    let bare_note = format!("{:.0} µs CPU each", cpu_each(&bares));
    table.add(Row::new(BENCH, "bare server: verify and parse", median(rates(&bares)), "req/s").note(bare_note));
    table.add(Row::new(BENCH, "texts to the end of their turn", median(speeds.clone()), "texts/s").note(all));
    let note = format!("median of {steady} steady of {FLOODS} repetitions, {CONNECTIONS} connections");
    table.add(Row::new(BENCH, "texts / bare", times, "×").at_least(0.5).note(note));
    table.add(Row::new(BENCH, "server CPU per text", micros_each(cpu, texts), "µs").at_most(180.0));
    let few_speeds: Vec<f64> = few.iter().map(|one| rate(one.texts, one.time)).collect();
    let (few_times, _) = ratio(&rates(&few_bares), &few_speeds);
    table.add(Row::new(BENCH, format!("texts / bare over {FEW_CONNECTIONS} connections"), few_times, "×"));
    table.add(sustained(BENCH, &speeds, &rates(&bares), &ours));
    Ok(())
}

/// The last flood beside the first, each in units of the bare server around it: what the neighbours did to the machine in
/// between is no change of ours.
fn sustained(bench: &'static str, speeds: &[f64], bares: &[f64], ours: &[Through]) -> Row {
    let last = speeds.len() - 1;
    let around = |nth: usize| bares[nth].midpoint(bares[nth + 1]);
    let (first, end) = (speeds[0] / around(0), speeds[last] / around(last));
    let each = |one: &Through| micros_each(one.cpu, one.texts);
    let note = format!(
        "{:.0} then {:.0} texts/s; {:.0} then {:.0} µs CPU each",
        speeds[0],
        speeds[last],
        each(&ours[0]),
        each(&ours[last])
    );
    Row::new(bench, "the last tenth / the first, both beside bare", end / first, "×").at_least(0.9).note(note)
}

/// On PostgreSQL.
///
/// # Errors
/// When there is none, or a server fails.
pub async fn on_postgres(run: &Run, table: &mut Table) -> Result<()> {
    const BENCH: &str = "postgres";
    let (rounds, count, alone) = (run.size(4, 2), run.size(10_000, 2_000), run.size(1_500, 300));
    let cluster = Cluster::start().await?;
    let database = cluster.database().await?;
    let desk = Desk::open(&database, &[Sender::unlimited(NUMBER)], None).await?;
    let server = Process::start("serve", &database)?;
    let (mut ours, mut singles) = (Vec::new(), vec![one_at_a_time(&desk, &database, 0, alone).await?]);
    for nth in 0..rounds {
        ours.push(through(&desk, &server, CONNECTIONS, nth * count..(nth + 1) * count).await?);
        singles.push(one_at_a_time(&desk, &database, (nth + 1) * alone, alone).await?);
    }
    let speeds: Vec<f64> = ours.iter().map(|one| rate(one.texts, one.time)).collect();
    let (times, steady) = ratio(&singles, &speeds);
    let cpu: Duration = ours.iter().map(|one| one.cpu).sum();
    let note = format!(
        "{} texts; {:.0} µs CPU of ours each; {}",
        rounds * count,
        micros_each(cpu, rounds * count),
        cluster.version
    );
    table
        .add(Row::new(BENCH, "texts to the end of their turn", median(speeds), "texts/s").at_least(1_000.0).note(note));
    let note = "a loop over the store on one connection: no webhook, no inbox, only the turn and its commit";
    table.add(Row::new(BENCH, "one turn committed at a time", median(singles), "texts/s").note(note));
    let note = format!("median of {steady} steady of {rounds} repetitions");
    table.add(Row::new(BENCH, "together / one at a time", times, "×").at_least(4.0).note(note));
    Ok(())
}

async fn through(desk: &Desk, server: &Process, connections: usize, which: std::ops::Range<usize>) -> Result<Through> {
    let pen = Pen::new(server.address, desk.hook())?;
    let texts = which.len();
    // A step that shares no factor with the number of people: neighbours in time are no neighbours in the index.
    let requests = which.map(|nth| pen.text(&phone(nth * 7_919 % PEOPLE), NUMBER, TEXT)).collect();
    let before = server.cpu()?;
    let began = Instant::now();
    let accepted_in = flood(server.address, connections, requests).await?.time;
    desk.drained().await?;
    let time = began.elapsed();
    Ok(Through { texts, time, accepted_in, cpu: server.cpu()?.saturating_sub(before) })
}

/// Turns as the engine takes them, each in a transaction of its own, one after the other: turns per second.
async fn one_at_a_time(desk: &Desk, database: &str, from: usize, count: usize) -> Result<f64> {
    let store = Store::open(&StoreConfig { connections: 1, threads: 1, ..StoreConfig::new(database) }).await?;
    let began = Instant::now();
    for nth in from..from + count {
        turn(&store, desk, nth).await?;
    }
    let speed = rate(count, began.elapsed());
    store.close().await;
    Ok(speed)
}

async fn turn(store: &Store, desk: &Desk, nth: usize) -> Result<()> {
    let now = SystemClock.now();
    let ids = Ids::new(now, u64::try_from(nth)?);
    let text = TextArrived {
        account: desk.account,
        carrier_ref: format!("one-at-a-time-{nth}"),
        // Other people than those of the floods.
        from: phone(50_000 + nth * 7_919 % PEOPLE),
        to: NUMBER.to_owned(),
        body: TEXT.to_owned(),
        media: Vec::new(),
        autoresponse: None,
        at: now,
    };
    let lane = lane(text.account.0, &text.to, &text.from);
    let turn = store.system_write(async move |tx| {
        let (mut ids, mut known) = (ids.clone(), Known::default());
        tx.lock_lanes(&[lane].into()).await?;
        let owner = scene::owner(tx, &mut known, text.account, &text.to).await?;
        let owner = owner.ok_or_else(|| StoreError::fault("the number is gone"))?;
        let mut tx = tx.for_tenant(owner.tenant);
        let scene = scene::thread(&mut tx, &mut known, owner.number, &text.from).await?;
        let scene = scene.ok_or_else(|| StoreError::fault("the scene is gone"))?;
        let decision = decide::text_arrived(now, &mut ids, &scene, lane, &text);
        let after = remember(&mut tx, now, &mut ids, &[decision]).await?;
        event::append(&mut tx, now, &after.lines).await
    });
    turn.await?;
    Ok(())
}
