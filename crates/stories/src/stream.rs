//! A reader of the live stream.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// One event of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its number in the log, if it has one.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// What it says.
    pub data: Value,
}

/// An open stream.
#[derive(Debug)]
pub struct Stream {
    body: Incoming,
    unread: String,
}

/// Long enough for a busy machine; whoever waits this long will wait for ever.
const PATIENCE: Duration = Duration::from_secs(30);

impl Stream {
    /// Opens it, with the header that says who asks.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn open(url: &str, who: (&str, &str)) -> Self {
        let client: Client<HttpConnector, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let request = http::Request::get(url)
            .header(who.0, who.1)
            .header("accept", "text/event-stream")
            .body(Empty::new())
            .expect("a request");
        let answer = client.request(request).await.expect("an answer");
        assert_eq!(answer.status(), 200, "{url}");
        Self { body: answer.into_body(), unread: String::new() }
    }

    /// The next event that is no heartbeat.
    ///
    /// # Panics
    /// When none comes.
    pub async fn next(&mut self) -> Event {
        tokio::time::timeout(PATIENCE, self.read()).await.expect("an event in time")
    }

    async fn read(&mut self) -> Event {
        loop {
            if let Some(event) = self.parsed() {
                if event.name != "heartbeat" {
                    return event;
                }
                continue;
            }
            self.receive().await;
        }
    }

    async fn receive(&mut self) {
        let frame = self.body.frame().await.expect("the stream goes on").expect("a frame");
        if let Some(data) = frame.data_ref() {
            self.unread.push_str(std::str::from_utf8(data).expect("text"));
        }
    }

    /// The next block that is no heartbeat, as it comes: one without data too.
    ///
    /// # Panics
    /// When none comes.
    pub async fn bare(&mut self) -> String {
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(end) = self.unread.find("\n\n") {
                    let block: String = self.unread.drain(..end + 2).collect();
                    if !block.contains("event: heartbeat") {
                        return block.trim_end().to_owned();
                    }
                    continue;
                }
                self.receive().await;
            }
        })
        .await
        .expect("a block in time")
    }

    /// Events until one has this name; that one is the last.
    pub async fn until(&mut self, name: &str) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await;
            let found = event.name == name;
            events.push(event);
            if found {
                return events;
            }
        }
    }

    fn parsed(&mut self) -> Option<Event> {
        let end = self.unread.find("\n\n")?;
        let block: String = self.unread.drain(..end + 2).collect();
        let mut event = Event { id: None, name: "message".into(), data: Value::Null };
        let mut data = String::new();
        for line in block.lines() {
            match line.split_once(':') {
                Some(("id", id)) => event.id = id.trim().parse().ok(),
                Some(("event", name)) => event.name = name.trim().to_owned(),
                Some(("data", text)) => data.push_str(text.strip_prefix(' ').unwrap_or(text)),
                _ => {}
            }
        }
        if data.is_empty() {
            // A comment that keeps the line open.
            return self.parsed();
        }
        event.data = serde_json::from_str(&data).expect("JSON in an event");
        Some(event)
    }
}
