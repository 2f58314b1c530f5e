//! Many conversations wait for a slow model at once, and the others must not notice: from a webhook to its event on the
//! live stream, before, while they wait and all the answers come in, and after.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use sandbox::SandboxConfig;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::Run;
use crate::load::{FEW_CONNECTIONS, Latency, due_after, flood, steady};
use crate::proc::Process;
use crate::readers::Reader;
use crate::reply;
use crate::setup::{Carrier, Desk, Pen, Sender, phone};
use crate::table::{Row, Table};

const BENCH: &str = "waiting";
/// An assistant answers here.
const ASKED: &str = "+14155550100";
/// Nobody answers here.
const QUIET: &str = "+14155550101";
const CONVERSATIONS: usize = 200;
const PER_SECOND: f64 = 100.0;
const PEOPLE: usize = 1_000;
const DIGITS: usize = 6;
/// What stands before a text's number in its event, and in no other.
const MARKER: &[u8] = br#""body":"Bench text "#;
const PATIENCE: Duration = Duration::from_secs(20);
/// 100 MB.
const MEMORY_MIB_MAX: f64 = 95.3;

/// Measures it.
///
/// # Errors
/// When the server fails, or a reply does not come.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let thinks = run.size(Duration::from_secs(10), Duration::from_secs(4));
    // They go on until the answers are in.
    let count = run.size(1_300, 600);
    let database = run.sqlite(BENCH);
    let senders = [Sender::unlimited(ASKED), Sender::unlimited(QUIET)];
    let carrier = Carrier::start(SandboxConfig::default(), &senders).await?;
    let mut desk = Desk::open(&database, &senders, Some(&carrier)).await?;
    let model = Slow::start(thinks).await?;
    desk.let_a_model_answer(&model.base_url).await?;
    let server = Process::start("serve", &database)?;
    let pen = Pen::new(server.address, desk.hook())?;
    let before = others(&desk, &server, &pen, 0..count).await?;

    let asks = (0..CONVERSATIONS).map(|nth| pen.text(&phone(50_000 + nth), ASKED, "Hi, are you open on Sunday?"));
    flood(server.address, FEW_CONNECTIONS, asks.collect()).await?;
    let began = Instant::now();
    while model.waiting.load(Ordering::SeqCst) < CONVERSATIONS {
        ensure!(began.elapsed() < thinks, "only {} wait", model.waiting.load(Ordering::SeqCst));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let resident = server.peak_kib()?;
    let meanwhile = others(&desk, &server, &pen, count..2 * count).await?;
    let ended = Instant::now();
    while carrier.sandbox.heard(0, CONVERSATIONS).len() < CONVERSATIONS {
        let heard = carrier.sandbox.heard(0, CONVERSATIONS).len();
        ensure!(ended.elapsed() < PATIENCE, "only {heard} of {CONVERSATIONS} replies came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let after = others(&desk, &server, &pen, 2 * count..3 * count).await?;
    let [before, beside, after] = [before, meanwhile, after].map(|latency| latency.percentile_ms(99.0));
    // Whatever else the machine was busy with made one of them worse: the better one is what there is to lose.
    let alone = before.min(after);
    let note = format!(
        "p99 {before:.1} ms before, {beside:.1} ms while {CONVERSATIONS} wait {} s for a model and are answered, {after:.1} ms \
         after; {count} texts at {PER_SECOND:.0}/s each",
        thinks.as_secs()
    );
    let delay = Row::new(BENCH, "others' delay, webhook to event, p99", (beside - alone).max(0.0), "ms");
    table.add(delay.at_most(50.0).note(note));
    let note = format!("the most there was; {:.0} MiB when all of them waited", mib(resident));
    table.add(Row::new(BENCH, "server memory", mib(server.peak_kib()?), "MiB").at_most(MEMORY_MIB_MAX).note(note));
    desk.drained().await
}

/// Texts to the number where nobody answers, and when each was on the live stream.
async fn others(desk: &Desk, server: &Process, pen: &Pen, which: std::ops::Range<usize>) -> Result<Latency> {
    let mut reader = Reader::open(server.address, &desk.api_key).await?;
    let (first, count) = (which.start, which.len());
    let text = |nth| pen.text(&phone(nth % PEOPLE), QUIET, &format!("Bench text {nth:0DIGITS$}: good morning"));
    let requests = which.map(text).collect();
    let reading = tokio::spawn(async move {
        let mut heard: Vec<(usize, Instant)> = Vec::with_capacity(count);
        while heard.len() < count {
            heard.push(reader.number_behind(MARKER, DIGITS).await?);
        }
        Ok::<_, anyhow::Error>(heard)
    });
    let sent = steady(server.address, FEW_CONNECTIONS, requests, PER_SECOND).await?;
    let mut latency = Latency::new()?;
    for (nth, at) in reading.await?? {
        latency.record(at.saturating_duration_since(sent.began + due_after(nth - first, PER_SECOND)));
    }
    Ok(latency)
}

/// A model in OpenAI's dialect that thinks long.
struct Slow {
    base_url: String,
    waiting: Arc<AtomicUsize>,
}

impl Slow {
    async fn start(thinks: Duration) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}/v1", listener.local_addr()?);
        let waiting = Arc::new(AtomicUsize::new(0));
        let think = async move |State(waiting): State<Arc<AtomicUsize>>| -> Json<Value> {
            waiting.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(thinks).await;
            Json(reply::answer())
        };
        let router = Router::new().route("/v1/chat/completions", post(think)).with_state(Arc::clone(&waiting));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { base_url, waiting })
    }
}

#[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 KiB")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
