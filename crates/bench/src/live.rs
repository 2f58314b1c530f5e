//! From the arrival of a webhook to the `message.created` event on a live stream, at a steady rate.

use std::time::Instant;

use anyhow::Result;

use crate::Run;
use crate::load::{FEW_CONNECTIONS, Latency, due_after, steady};
use crate::proc::Process;
use crate::readers::Reader;
use crate::setup::{Desk, Pen, Sender, phone};
use crate::table::{Row, Table};

const BENCH: &str = "live";
const NUMBER: &str = "+14155550100";
const PER_SECOND: f64 = 200.0;
const PEOPLE: usize = 1_000;
const DIGITS: usize = 6;
/// What stands before a text's number in its event, and in no other.
const MARKER: &[u8] = br#""body":"Bench text "#;

/// Measures it.
///
/// # Errors
/// When the server fails, or an event does not come.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let count = run.size(4_000, 800);
    let database = run.sqlite(BENCH);
    let desk = Desk::open(&database, &[Sender::unlimited(NUMBER)], None).await?;
    let server = Process::start("serve", &database)?;
    let mut reader = Reader::open(server.address, &desk.api_key).await?;
    let pen = Pen::new(server.address, desk.hook())?;
    let requests = (0..count)
        .map(|nth| {
            pen.text(&phone(nth % PEOPLE), NUMBER, &format!("Bench text {nth:0DIGITS$}: are you open on Sunday?"))
        })
        .collect();
    let reading = tokio::spawn(async move {
        let mut heard: Vec<(usize, Instant)> = Vec::with_capacity(count);
        while heard.len() < count {
            heard.push(reader.number_behind(MARKER, DIGITS).await?);
        }
        Ok::<_, anyhow::Error>(heard)
    });
    let before = server.cpu()?;
    let sent = steady(server.address, FEW_CONNECTIONS, requests, PER_SECOND).await?;
    let heard = reading.await??;
    let cpu = server.cpu()?.saturating_sub(before);
    let mut latency = Latency::new()?;
    for (nth, at) in heard {
        latency.record(at.saturating_duration_since(sent.began + due_after(nth, PER_SECOND)));
    }
    let note = format!(
        "{count} texts at {PER_SECOND:.0}/s; the webhook's own answer: p50 {:.1}, p99 {:.1} ms; server {:.0} µs CPU per text",
        sent.latency.percentile_ms(50.0),
        sent.latency.percentile_ms(99.0),
        crate::load::micros_each(cpu, count),
    );
    table.add(Row::new(BENCH, "webhook to event, p50", latency.percentile_ms(50.0), "ms").at_most(10.0).note(note));
    table.add(Row::new(BENCH, "webhook to event, p99", latency.percentile_ms(99.0), "ms").at_most(50.0));
    Ok(())
}
