//! Taking a webhook in: verified, decoded, recorded with an fsync, answered 200; beside a bare server that only verifies
//! and parses. The texts are for a number that nobody owns, so that hardly any turn follows.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::Run;
use crate::load::{CONNECTIONS, FEW_CONNECTIONS, Flood, flood, micros_each, steady};
use crate::proc::Process;
use crate::setup::{Desk, Pen, phone, public_key};
use crate::table::{Row, Table};

const BENCH: &str = "accept";
const NOBODYS: &str = "+13125550100";
/// A repetition is discarded when the bare server moved by more than this between its two neighbours.
const STEADY_WITHIN: f64 = 0.25;

/// One flood, and what it cost the server.
#[derive(Debug)]
pub struct Cost {
    /// How it went.
    pub flood: Flood,
    /// What the server computed, up to the last turn.
    pub cpu: Duration,
}

/// The bare server and its pen.
#[derive(Debug)]
pub struct Bare {
    process: Process,
    pen: Pen,
}

impl Bare {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start() -> Result<Self> {
        let process = Process::start("bare", &public_key()?)?;
        let pen = Pen::new(process.address, "/hooks/telnyx/acc_01939f0a7c2e7d40a1b2c3d4e5f60718")?;
        Ok(Self { process, pen })
    }

    /// Floods it.
    ///
    /// # Errors
    /// When it does not answer 200.
    pub async fn flood(&self, connections: usize, count: usize) -> Result<Cost> {
        let requests =
            (0..count).map(|nth| self.pen.text(&phone(nth), NOBODYS, "Hi, are you open on Sunday?")).collect();
        let before = self.process.cpu()?;
        let flood = flood(self.process.address, connections, requests).await?;
        Ok(Cost { flood, cpu: self.process.cpu()?.saturating_sub(before) })
    }
}

/// Compares rates of interleaved repetitions (bare, ours, bare, ours, …, bare): the median ratio and how many were steady
/// enough to count. If none was, all count.
#[must_use]
pub fn ratio(bare: &[f64], ours: &[f64]) -> (f64, usize) {
    let pairs = bare.windows(2).zip(ours);
    let steady = |two: &[f64]| (two[0] - two[1]).abs() <= STEADY_WITHIN * two[0].midpoint(two[1]);
    let of = |(two, ours): (&[f64], &f64)| ours / two[0].midpoint(two[1]);
    let kept: Vec<f64> = pairs.clone().filter(|(two, _)| steady(two)).map(of).collect();
    let count = kept.len();
    (median(if kept.is_empty() { pairs.map(of).collect() } else { kept }), count)
}

/// The middle one.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Measures it.
///
/// # Errors
/// When a server fails.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let (rounds, count) = (run.size(6_usize, 2), run.size(20_000, 5_000));
    let database = run.sqlite(BENCH);
    let desk = Desk::open(&database, &[], None).await?;
    let bare = Bare::start()?;
    let server = Process::start("serve", &database)?;
    let pen = Pen::new(server.address, desk.hook())?;
    let write = |nth: usize| pen.text(&phone(nth), NOBODYS, "Hi, are you open on Sunday?");
    let of_no_concern = |nth: usize| pen.of_no_concern(&phone(nth), NOBODYS, "Hi, are you open on Sunday?");
    let take = async |connections, requests: Vec<Vec<u8>>| {
        let before = server.cpu()?;
        let flood = flood(server.address, connections, requests).await?;
        desk.drained().await?;
        Ok::<_, anyhow::Error>(Cost { flood, cpu: server.cpu()?.saturating_sub(before) })
    };
    // Both are warm before anything counts.
    bare.flood(CONNECTIONS, count / 4).await?;
    take(CONNECTIONS, (0..count / 4).map(write).collect()).await?;

    let (mut bares, mut ours, mut alone) = (vec![bare.flood(CONNECTIONS, count).await?], Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(take(CONNECTIONS, (0..count).map(write).collect()).await?);
        alone.push(take(CONNECTIONS, (0..count).map(of_no_concern).collect()).await?);
        bares.push(bare.flood(CONNECTIONS, count).await?);
    }
    let (mut few_bares, mut few) = (vec![bare.flood(FEW_CONNECTIONS, count).await?], Vec::new());
    for _ in 0..rounds.div_ceil(2) {
        few.push(take(FEW_CONNECTIONS, (0..count).map(write).collect()).await?);
        few_bares.push(bare.flood(FEW_CONNECTIONS, count).await?);
    }
    let (kept_ratio, kept) = ratio(&rates(&bares), &rates(&ours));
    let note =
        format!("median of {kept} steady of {rounds} repetitions, {count} requests each, {CONNECTIONS} connections");
    table.add(Row::new(BENCH, "bare server: verify and parse", median(rates(&bares)), "req/s").note(spent(&bares)));
    table.add(Row::new(BENCH, "webhooks accepted", median(rates(&ours)), "req/s").note(spent(&ours)));
    table.add(Row::new(BENCH, "accepted / bare", kept_ratio, "×").at_least(0.7).note(note));
    let (few_ratio, _) = ratio(&rates(&few_bares), &rates(&few));
    let what = format!("the same over {FEW_CONNECTIONS} connections");
    table.add(Row::new(BENCH, what, few_ratio, "×").note(spent(&few)));
    let (alone_ratio, _) = ratio(&rates(&bares), &rates(&alone));
    table.add(Row::new(BENCH, "of no concern (no turn follows) / bare", alone_ratio, "×").note(spent(&alone)));

    let half = median(rates(&ours)) / 2.0;
    let seconds = run.size(20.0, 4.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some ten thousand")]
    let requests = (0..(half * seconds) as usize).map(write).collect();
    let began = Instant::now();
    let half_flood = steady(server.address, CONNECTIONS, requests, half).await?;
    let late = began.elapsed().as_secs_f64() - seconds;
    let note = format!(
        "{half:.0} req/s for {seconds:.0} s (ended {late:.1} s late); p50 {:.1} ms",
        half_flood.latency.percentile_ms(50.0)
    );
    let p99 = half_flood.latency.percentile_ms(99.0);
    table.add(Row::new(BENCH, "latency at half the saturation, p99", p99, "ms").at_most(50.0).note(note));
    desk.drained().await?;
    Ok(())
}

/// Requests per second of each.
#[must_use]
pub fn rates(costs: &[Cost]) -> Vec<f64> {
    costs.iter().map(|cost| cost.flood.rate()).collect()
}

/// CPU time per request of each: the median.
#[must_use]
pub fn cpu_each(costs: &[Cost]) -> f64 {
    median(costs.iter().map(|cost| micros_each(cost.cpu, cost.flood.requests)).collect())
}

/// CPU time and latencies, in words.
#[must_use]
pub fn spent(costs: &[Cost]) -> String {
    let at = |percentile| median(costs.iter().map(|cost| cost.flood.latency.percentile_ms(percentile)).collect());
    format!("{:.0} µs CPU each; p50 {:.1} ms, p99 {:.1} ms", cpu_each(costs), at(50.0), at(99.0))
}
