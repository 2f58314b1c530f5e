//! From the arrival of a webhook to the assistant's reply at the carrier, with a model that answers at once.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use axum::routing::post;
use axum::{Json, Router};
use engine::{Clock as _, SystemClock};
use jiff::Timestamp;
use sandbox::SandboxConfig;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Run;
use crate::load::{FEW_CONNECTIONS, Latency, due_after, steady};
use crate::proc::Process;
use crate::setup::{Carrier, Desk, Pen, Sender, phone};
use crate::table::{Row, Table};

const BENCH: &str = "reply";
const NUMBER: &str = "+14155550100";
const PER_SECOND: f64 = 20.0;
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures it.
///
/// # Errors
/// When the server fails, or a reply does not come.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let count = run.size(600, 100);
    let database = run.sqlite(BENCH);
    let senders = [Sender::unlimited(NUMBER)];
    let carrier = Carrier::start(SandboxConfig::default(), &senders).await?;
    let mut desk = Desk::open(&database, &senders, Some(&carrier)).await?;
    desk.let_a_model_answer(&model().await?).await?;
    let server = Process::start("serve", &database)?;
    let pen = Pen::new(server.address, desk.hook())?;
    // Someone else for each text, so that each reply is known by whom it goes to.
    let requests = (0..count).map(|nth| pen.text(&phone(nth), NUMBER, "Hi, are you open on Sunday?")).collect();

    let sent = steady(server.address, FEW_CONNECTIONS, requests, PER_SECOND).await?;
    let waiting = Instant::now();
    while carrier.sandbox.heard(0, count).len() < count {
        ensure!(waiting.elapsed() < PATIENCE, "only {} of {count} replies came", carrier.sandbox.heard(0, count).len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let began: Timestamp = SystemClock.now().checked_sub(sent.began.elapsed())?;
    let due: HashMap<String, Timestamp> = (0..count)
        .map(|nth| Ok((phone(nth), began.checked_add(due_after(nth, PER_SECOND))?)))
        .collect::<Result<_, jiff::Error>>()?;
    let mut latency = Latency::new()?;
    for reply in carrier.sandbox.heard(0, count) {
        let took = due.get(&reply.to).map(|due| reply.at.duration_since(*due));
        latency.record(took.and_then(|took| Duration::try_from(took).ok()).unwrap_or_default());
    }
    ensure!(latency.len() == u64::try_from(count)?, "{} replies came for {count} texts", latency.len());
    let note = format!("{count} texts at {PER_SECOND:.0}/s; p50 {:.1} ms", latency.percentile_ms(50.0));
    table.add(
        Row::new(BENCH, "webhook to reply at the carrier, p99", latency.percentile_ms(99.0), "ms")
            .at_most(100.0)
            .note(note),
    );
    desk.drained().await
}

/// A model in OpenAI's dialect that does not think. Its base URL.
async fn model() -> Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    let router = Router::new().route("/v1/chat/completions", post(async || Json(answer())));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

/// What such a model says.
pub(crate) fn answer() -> Value {
    let said = json!({
        "outcome": "answer", "text": "Yes, we are open on Sunday.", "citations": [], "reason": "", "summary": "",
        "facts": [],
    });
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_000_000, "model": "stand-in",
        "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": { "role": "assistant", "content": said.to_string() },
        }],
        "usage": { "prompt_tokens": 60, "completion_tokens": 14, "total_tokens": 74 },
    })
}
