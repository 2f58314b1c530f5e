//! The load: requests that were written and signed before the clock started, over connections that stay open, from one
//! thread that does little else than copy bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::machine::micros;

/// How many connections a busy carrier keeps open.
pub const CONNECTIONS: usize = 256;
/// With so few, both what is measured and its limit wait for the load in between: told beside the other, and no bar.
pub const FEW_CONNECTIONS: usize = 64;

/// How a flood went.
#[derive(Debug)]
pub struct Flood {
    /// Requests answered 200; any other answer ends a flood.
    pub requests: usize,
    /// When the first was due.
    pub began: Instant,
    /// From then to the last answer.
    pub time: Duration,
    /// Of each request.
    pub latency: Latency,
}

impl Flood {
    /// Requests per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        rate(self.requests, self.time)
    }
}

/// So many in this time, per second.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// Microseconds that something took for each of so many.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn micros_each(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count as f64
}

/// Latencies.
#[derive(Debug, Clone)]
pub struct Latency(Histogram<u64>);

impl Latency {
    /// None yet.
    ///
    /// # Errors
    /// Never: the precision is one that the histogram can have.
    pub fn new() -> Result<Self> {
        // Up to ten minutes, in microseconds.
        Ok(Self(Histogram::new_with_max(600_000_000, 3)?))
    }

    /// One more.
    pub fn record(&mut self, time: Duration) {
        self.0.saturating_record(micros(time).max(1));
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// So many hundredths were quicker; in milliseconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "latencies are far below 2^52 µs")]
    pub fn percentile_ms(&self, percentile: f64) -> f64 {
        self.0.value_at_percentile(percentile) as f64 / 1e3
    }
}

/// Sends everything as fast as it is answered.
///
/// # Errors
/// When a connection breaks or an answer is not 200.
pub async fn flood(to: SocketAddr, connections: usize, requests: Vec<Vec<u8>>) -> Result<Flood> {
    on_a_thread_of_its_own(move || run(to, connections, Arc::new(requests), None)).await
}

/// Sends at a steady rate, whatever the answers do; a latency counts from when its request should have gone.
///
/// # Errors
/// When a connection breaks or an answer is not 200.
pub async fn steady(to: SocketAddr, connections: usize, requests: Vec<Vec<u8>>, per_second: f64) -> Result<Flood> {
    on_a_thread_of_its_own(move || run(to, connections, Arc::new(requests), Some(per_second))).await
}

async fn on_a_thread_of_its_own(work: impl FnOnce() -> Result<Flood> + Send + 'static) -> Result<Flood> {
    tokio::task::spawn_blocking(work).await?
}

fn run(to: SocketAddr, connections: usize, requests: Arc<Vec<Vec<u8>>>, per_second: Option<f64>) -> Result<Flood> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut wires = Vec::with_capacity(connections);
        for _ in 0..connections {
            wires.push(Wire::open(to).await?);
        }
        let next = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let mut tasks = JoinSet::new();
        for wire in wires {
            tasks.spawn(one_after_the_other(wire, Arc::clone(&requests), Arc::clone(&next), began, per_second));
        }
        let mut latency = Latency::new()?;
        while let Some(done) = tasks.join_next().await {
            latency.0.add(done??.0)?;
        }
        Ok(Flood { requests: requests.len(), began, time: began.elapsed(), latency })
    })
}

async fn one_after_the_other(
    mut wire: Wire,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    began: Instant,
    per_second: Option<f64>,
) -> Result<Latency> {
    let mut latency = Latency::new()?;
    loop {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests.get(nth) else { return Ok(latency) };
        let due = match per_second {
            None => Instant::now(),
            Some(rate) => {
                let due = began + due_after(nth, rate);
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        let status = wire.exchange(request).await?;
        ensure!(status == 200, "a webhook was answered {status}");
        latency.record(due.elapsed());
    }
}

/// When the nth of a steady row is due.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn due_after(nth: usize, per_second: f64) -> Duration {
    Duration::from_secs_f64(nth as f64 / per_second)
}

/// A connection that speaks just enough HTTP/1.1.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    /// Opens it.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn open(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).await.with_context(|| format!("nobody listens on {to}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(1024) })
    }

    /// Sends a request and waits for the end of its answer.
    ///
    /// # Errors
    /// When the connection breaks, or the answer's length is not said.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let (status, length) = loop {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed a connection");
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.read[..end])?;
                break (status(head)?, end + 4 + content_length(head)?);
            }
        };
        while self.read.len() < length {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the server closed a connection");
        }
        Ok(status)
    }
}

fn status(head: &str) -> Result<u16> {
    head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("an answer without a status")
}

fn content_length(head: &str) -> Result<usize> {
    let value = head.lines().skip(1).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    value.and_then(|value| value.parse().ok()).context("an answer without a length")
}
