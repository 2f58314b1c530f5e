//! A campaign to everybody there is: how soon its launch returns, how much memory it takes, how fast its texts go out beside
//! the bare client that only posts, whether the last go as fast as the first, how soon a reply to one person overtakes it, and how
//! soon it stands still.

use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use engine::{Clock as _, Net, SystemClock};
use providers::http::Secret;
use providers::telnyx::text::{self, SendText};
use sandbox::{Control, SandboxConfig, Span};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Run;
use crate::accept::median;
use crate::caller::{Caller, Memory};
use crate::load::{Latency, micros_each, rate};
use crate::postgres::Cluster;
use crate::proc::{Process, cpu};
use crate::setup::{CARRIER_KEY, Carrier, Desk, Sender, phone};
use crate::table::{Row, Table};

const NUMBER: &str = "+14155550100";
/// Of another tenant.
const OTHERS: &str = "+14155550101";
const TEXT: &str =
    "Hi {first_name|there}, the autumn menu is here. Order by Friday. Bench Bakery. Reply STOP to opt out.";
/// So many texts are posted by the bare client each time.
const BARE: usize = 20_000;
/// As many as the product has on their way at once.
const IN_FLIGHT: usize = 256;
/// People who are written to meanwhile, of each tenant.
const TALKING: usize = 40;
const REPLIES: Duration = Duration::from_millis(50);
const LOOK: Duration = Duration::from_millis(2);
/// A campaign that sends nothing for so long has stopped.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures it.
///
/// # Errors
/// When a server fails, or somebody is left out.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    on_sqlite(run, table).await?;
    with_receipts(run, table).await?;
    on_postgres(run, table).await
}

async fn on_sqlite(run: &Run, table: &mut Table) -> Result<()> {
    const BENCH: &str = "campaign";
    let people = run.size(1_000_000, 30_000);
    let carrier = Carrier::start(silent(people), &senders()).await?;
    let control = carrier.sandbox.control();
    let database = run.sqlite(BENCH);
    let desk = Desk::open(&database, &senders()[..1], Some(&carrier)).await?;
    let others = Desk::open(&database, &senders()[1..], Some(&carrier)).await?;
    let server = Process::start("serve", &database)?;
    let (caller, other) = (Caller::new(&server, &desk), Caller::new(&server, &others));
    let (imported, ..) = caller.import(&file(people)).await?;
    ensure!(imported["tally"]["creates"] == people, "not all are there: {}", imported["tally"]);

    let memory = Memory::watch(server.pid())?;
    let (id, launched) = launch(&caller, &desk).await?;
    let began = Instant::now();
    let campaign = frozen(&caller, &id).await?;
    let froze = began.elapsed();
    // People of whom nobody gets it: they come after everybody has their row.
    let threads = [Talk::open(caller.clone(), 0).await?, Talk::open(other, TALKING).await?];
    let mut bares = vec![bare(&carrier).await?];
    starts(&campaign).await?;

    let mut course = Course::begin(control.clone(), people);
    let stop = CancellationToken::new();
    let talking = tokio::spawn(talk(control, threads, stop.clone()));
    course.tenths(&server, 0..5).await?;
    stop.cancel();
    let replies = talking.await??;
    let late = pause(&caller, &course, &id).await?;
    bares.push(bare(&carrier).await?);
    course.others += BARE as u64;
    caller.post(&format!("/campaigns/{id}/resume"), &json!({})).await?;
    course.tenths(&server, 5..10).await?;
    let done = ended(&caller, &id).await?;
    let grown = memory.grown_kib();
    bares.push(bare(&carrier).await?);
    ensure!(done["counts"]["sent"] == done["total"], "not everybody got it: {}", done["counts"]);

    let speeds = course.speeds();
    let (ours, limit) = (median(speeds.clone()), median(bares.iter().map(|bare| bare.rate).collect()));
    let note = format!("{people} people; {:.1} s to give each their row", froze.as_secs_f64());
    table.add(Row::new(BENCH, "launch returns within", launched.as_secs_f64() * 1e3, "ms").at_most(2_000.0).note(note));
    table.add(Row::new(BENCH, "resident memory grew by", kib(grown), "MiB").at_most(100.0));
    let note = format!("{:.0} µs CPU each", median(bares.iter().map(|bare| bare.cpu_us).collect()));
    table.add(Row::new(BENCH, "bare client: post and read the answer", limit, "texts/s").note(note));
    table.add(Row::new(BENCH, "texts of the campaign", ours, "texts/s"));
    table.add(Row::new(BENCH, "texts / bare", ours / limit, "×").at_least(0.5));
    table.add(Row::new(BENCH, "server CPU per text", micros_each(course.cpu, people), "µs").at_most(60.0));
    let note = format!("{:.0} then {:.0} texts/s", speeds[0], speeds[9]);
    table.add(Row::new(BENCH, "the last tenth / the first", speeds[9] / speeds[0], "×").at_least(0.9).note(note));
    let note =
        format!("{} texts to people, half of another tenant; p50 {:.1} ms", replies.len(), replies.percentile_ms(50.0));
    let row = Row::new(BENCH, "a person's text meanwhile, to the carrier, p99", replies.percentile_ms(99.0), "ms");
    table.add(row.at_most(250.0).note(note));
    table.add(Row::new(BENCH, "last request after a pause", late.as_secs_f64() * 1e3, "ms").at_most(1_000.0));
    Ok(())
}

/// Two signed webhooks for each text come back while the next go out.
async fn with_receipts(run: &Run, table: &mut Table) -> Result<()> {
    const BENCH: &str = "campaign";
    let people = run.size(60_000, 10_000);
    let carrier = Carrier::start(
        SandboxConfig { pending_max: people * 8, webhook_workers: 128, ..SandboxConfig::default().without_pauses() },
        &senders(),
    )
    .await?;
    let database = run.sqlite("campaign_receipts");
    let speed = through(run, &carrier, &database, people, "delivered").await?;
    let note = format!("{people} people, until the last is delivered");
    table.add(Row::new(BENCH, "texts with their receipts", speed.ours, "texts/s").note(note));
    table.add(Row::new(BENCH, "texts with their receipts / bare", speed.ours / speed.bare, "×").at_least(0.1));
    table.add(Row::new(BENCH, "server CPU per text and receipts", speed.cpu_us, "µs"));
    Ok(())
}

async fn on_postgres(run: &Run, table: &mut Table) -> Result<()> {
    const BENCH: &str = "campaign";
    let people = run.size(100_000, 10_000);
    let cluster = Cluster::start().await?;
    let carrier = Carrier::start(silent(people), &senders()).await?;
    let database = cluster.database().await?;
    let speed = through(run, &carrier, &database, people, "sent").await?;
    table.add(Row::new(BENCH, "texts on PostgreSQL", speed.ours, "texts/s").note(cluster.version.clone()));
    table.add(Row::new(BENCH, "texts on PostgreSQL / bare", speed.ours / speed.bare, "×").at_least(0.25));
    Ok(())
}

#[derive(Debug)]
struct Speed {
    ours: f64,
    bare: f64,
    cpu_us: f64,
}

/// A campaign from its first text until everybody stands so.
async fn through(run: &Run, carrier: &Carrier, database: &str, people: usize, standing: &str) -> Result<Speed> {
    let desk = Desk::open(database, &senders()[..1], Some(carrier)).await?;
    let server = Process::start("serve", database)?;
    let caller = Caller::new(&server, &desk);
    caller.import(&file(people)).await?;
    let (id, _) = launch(&caller, &desk).await?;
    let frozen = frozen(&caller, &id).await?;
    let before = bare(carrier).await?;
    starts(&frozen).await?;
    let (control, cpu_before) = (carrier.sandbox.control(), server.cpu()?);
    let first = control.counters().accepted;
    while control.counters().accepted == first {
        tokio::time::sleep(LOOK).await;
    }
    let began = Instant::now();
    loop {
        let campaign = caller.get(&format!("/campaigns/{id}")).await?;
        if campaign["counts"][standing] == people {
            break;
        }
        ensure!(
            began.elapsed() < run.size(600, 120) * Duration::from_secs(1),
            "not everybody got it: {}",
            campaign["counts"]
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let took = began.elapsed();
    let cpu_us = micros_each(server.cpu()?.saturating_sub(cpu_before), people);
    let after = bare(carrier).await?;
    Ok(Speed { ours: rate(people, took), bare: before.rate.midpoint(after.rate), cpu_us })
}

/// Texts are taken, and nothing is heard of them.
fn silent(people: usize) -> SandboxConfig {
    let never = Span::fixed(24 * 3_600_000);
    SandboxConfig { sent_after: never, pending_max: people * 2 + BARE * 8, ..SandboxConfig::default() }
}

fn senders() -> [Sender; 2] {
    [Sender::unlimited(NUMBER), Sender::unlimited(OTHERS)]
}

/// People whose numbers lie anywhere in Norway, which has no hours at which nobody may be texted: this runs at any time of any day.
fn file(people: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("phone,name,opted_in\n");
    for nth in 0..people {
        let scattered = nth * 611_953 % 1_000_000;
        let _ = writeln!(text, "+4740{scattered:06},Person{nth} Example,yes");
    }
    text
}

/// Writes it and launches it. Which, and how soon the launch returned.
async fn launch(caller: &Caller, desk: &Desk) -> Result<(String, Duration)> {
    let numbers: Vec<String> = desk.numbers.iter().map(ToString::to_string).collect();
    let draft = json!({ "name": "Autumn", "body": TEXT, "numbers": numbers, "audience": { "everyone": true } });
    let made = caller.post("/campaigns", &draft).await?;
    let id = made["id"].as_str().context("a campaign")?.to_owned();
    let began = Instant::now();
    caller.post(&format!("/campaigns/{id}/launch"), &json!({})).await?;
    Ok((id, began.elapsed()))
}

async fn frozen(caller: &Caller, id: &str) -> Result<Value> {
    loop {
        let campaign = caller.get(&format!("/campaigns/{id}")).await?;
        if campaign["frozen"] == true {
            return Ok(campaign);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Until a moment before its first text.
async fn starts(campaign: &Value) -> Result<()> {
    let at: jiff::Timestamp = campaign["starts_at"].as_str().context("a time")?.parse()?;
    let left = at.duration_since(SystemClock.now());
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    Ok(())
}

async fn ended(caller: &Caller, id: &str) -> Result<Value> {
    let began = Instant::now();
    loop {
        let campaign = caller.get(&format!("/campaigns/{id}")).await?;
        if campaign["state"] == "done" {
            return Ok(campaign);
        }
        ensure!(began.elapsed() < PATIENCE, "it does not end: {campaign}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// When each tenth was with the carrier.
#[derive(Debug)]
struct Course {
    control: Control,
    people: usize,
    /// What the carrier took of others.
    others: u64,
    tenths: Vec<Duration>,
    cpu: Duration,
}

impl Course {
    fn begin(control: Control, people: usize) -> Self {
        let others = control.counters().accepted;
        Self { control, people, others, tenths: Vec::new(), cpu: Duration::ZERO }
    }

    fn sent(&self) -> usize {
        usize::try_from(self.control.counters().accepted.saturating_sub(self.others)).unwrap_or(usize::MAX)
    }

    /// Waits until so many are out. When that was.
    async fn reaches(&self, goal: usize) -> Result<Instant> {
        let mut moved = (self.sent(), Instant::now());
        while moved.0 < goal {
            tokio::time::sleep(LOOK).await;
            if self.sent() != moved.0 {
                moved = (self.sent(), Instant::now());
            }
            ensure!(moved.1.elapsed() < PATIENCE, "nothing goes out any more after {} of {}", moved.0, self.people);
        }
        Ok(Instant::now())
    }

    /// Waits for these tenths.
    async fn tenths(&mut self, server: &Process, which: std::ops::Range<usize>) -> Result<()> {
        let mut from = self.reaches(self.sent() + 1).await?;
        let before = server.cpu()?;
        for nth in which {
            let now = self.reaches((nth + 1) * self.people / 10).await?;
            self.tenths.push(now - from);
            from = now;
        }
        self.cpu += server.cpu()?.saturating_sub(before);
        Ok(())
    }

    fn speeds(&self) -> Vec<f64> {
        self.tenths.iter().map(|time| rate(self.people / 10, *time)).collect()
    }
}

/// Pauses it. How long after the pause was committed the carrier got its last text.
async fn pause(caller: &Caller, course: &Course, id: &str) -> Result<Duration> {
    let asked = Instant::now();
    caller.post(&format!("/campaigns/{id}/pause"), &json!({})).await?;
    let mut last = (course.sent(), asked);
    while last.1.elapsed() < Duration::from_secs(3) {
        tokio::time::sleep(LOOK).await;
        if course.sent() != last.0 {
            last = (course.sent(), Instant::now());
        }
    }
    Ok(last.1 - asked)
}

/// Writes to people of two tenants in turn, until it is enough. How soon the carrier has each text.
async fn talk(control: Control, threads: [Talk; 2], stop: CancellationToken) -> Result<Latency> {
    let mut latency = Latency::new()?;
    let mut pause = tokio::time::interval(REPLIES);
    for nth in 0.. {
        pause.tick().await;
        if stop.is_cancelled() {
            break;
        }
        let talk = &threads[nth % 2];
        let (phone, thread) = &talk.threads[nth / 2 % TALKING];
        // Only what is new is looked through: the campaign fills the carrier's history meanwhile.
        let mut after = control.last_seq();
        let began = Instant::now();
        talk.caller.post(&format!("/conversations/{thread}/messages"), &json!({ "body": "It is ready." })).await?;
        loop {
            let new = control.heard(after, usize::MAX);
            after = new.last().map_or(after, |text| text.seq);
            if new.iter().any(|text| text.to == *phone) {
                break;
            }
            ensure!(began.elapsed() < PATIENCE, "a text to a person did not go out");
            tokio::time::sleep(LOOK).await;
        }
        latency.record(began.elapsed());
    }
    Ok(latency)
}

/// Threads with people, of one tenant.
#[derive(Debug)]
struct Talk {
    caller: Caller,
    threads: Vec<(String, String)>,
}

impl Talk {
    async fn open(caller: Caller, from: usize) -> Result<Self> {
        let mut threads = Vec::new();
        for nth in from..from + TALKING {
            let to = phone(nth);
            let made = caller.post("/conversations", &json!({ "to": to })).await?;
            let id = made["conversation"]["id"].as_str().or(made["id"].as_str());
            threads.push((to, id.with_context(|| format!("no conversation: {made}"))?.to_owned()));
        }
        Ok(Self { caller, threads })
    }
}

/// How the bare client did.
#[derive(Debug)]
struct Bare {
    rate: f64,
    cpu_us: f64,
}

/// Lets the client post to the carrier and read its answers, in a process of its own that does nothing else.
async fn bare(carrier: &Carrier) -> Result<Bare> {
    let url = carrier.sandbox.base_url();
    let said = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["post", &url]).stderr(Stdio::inherit()).output()
    })
    .await??;
    ensure!(said.status.success(), "the bare client failed");
    let said: Value = serde_json::from_slice(&said.stdout)?;
    let number = |name: &str| said[name].as_f64().context("a figure of the bare client");
    Ok(Bare { rate: number("rate")?, cpu_us: number("cpu_us")? })
}

/// The bare client: the very requests that the product makes, by the same code.
///
/// # Errors
/// When the carrier does not take them.
pub fn post(url: &str) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let said = runtime.block_on(async {
        let (net, key) = (Arc::new(Net::new(true)), Secret::new(CARRIER_KEY));
        let room = Arc::new(Semaphore::new(IN_FLIGHT));
        let mut tasks = JoinSet::new();
        // Keys of no other run.
        let began_at = SystemClock.now().as_microsecond().unsigned_abs().into();
        let began_at: u128 = u128::wrapping_mul(began_at, 1 << 32);
        let began = Instant::now();
        for nth in 0..BARE {
            let place = Arc::clone(&room).acquire_owned().await?;
            let (net, key) = (Arc::clone(&net), key.clone());
            let send = SendText {
                from: NUMBER.into(),
                to: phone(nth),
                text: TEXT.into(),
                webhook_url: Some(format!("{url}/nobody/{nth}")),
                ..SendText::default()
            };
            let request =
                text::request(url, &key, &Uuid::from_u128(began_at + nth as u128).to_string(), send.serialize());
            tasks.spawn(async move {
                let answer = net.carry(request).await;
                drop(place);
                answer.map(|answer| answer.status)
            });
            while let Some(done) = tasks.try_join_next() {
                ensure!(done?? < 300, "the carrier does not take a text");
            }
        }
        while let Some(done) = tasks.join_next().await {
            ensure!(done?? < 300, "the carrier does not take a text");
        }
        let cpu = cpu(std::process::id())?;
        Ok::<_, anyhow::Error>(json!({ "rate": rate(BARE, began.elapsed()), "cpu_us": micros_each(cpu, BARE) }))
    })?;
    println!("{said}");
    Ok(ExitCode::SUCCESS)
}

fn kib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}
