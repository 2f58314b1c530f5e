//! Readers of the live stream that look at bytes only: what an event says is found, not parsed, so that thousands of them
//! cost this side little.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(30);
/// A new stream begins with this event.
const HELLO: &[u8] = b"event: hello";

/// A stream that is open.
#[derive(Debug)]
pub struct Reader {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Reader {
    /// Opens it and waits for its first event: what happens from now on will be heard.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn open(server: SocketAddr, api_key: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(server).await?;
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nhost: {server}\r\nauthorization: Bearer {api_key}\r\naccept: text/event-stream\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut reader = Self { stream, unread: Vec::new() };
        reader.until(HELLO).await.context("the stream did not begin")?;
        Ok(reader)
    }

    /// Reads until `marker` has passed, and gives the bytes that were read behind it to the next call.
    ///
    /// # Errors
    /// When the stream ends, or it does not come in time.
    pub async fn until(&mut self, marker: &[u8]) -> Result<Instant> {
        loop {
            if let Some(at) = find(&self.unread, marker) {
                self.unread.drain(..at + marker.len());
                return Ok(Instant::now());
            }
            // What was looked at is done with, but for a marker that has only begun.
            let done = self.unread.len().saturating_sub(marker.len());
            self.unread.drain(..done);
            self.more().await?;
        }
    }

    /// The `digits` bytes behind the next `marker`, and when they came.
    ///
    /// # Errors
    /// As [`Self::until`].
    pub async fn number_behind(&mut self, marker: &[u8], digits: usize) -> Result<(usize, Instant)> {
        let at = self.until(marker).await?;
        while self.unread.len() < digits {
            self.more().await?;
        }
        let number = std::str::from_utf8(&self.unread[..digits])?.parse()?;
        Ok((number, at))
    }

    async fn more(&mut self) -> Result<()> {
        let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.unread));
        let read = read.await.context("the live stream is silent")??;
        ensure!(read > 0, "the live stream ended: {}", String::from_utf8_lossy(&self.unread));
        Ok(())
    }
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}
