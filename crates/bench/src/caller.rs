//! What a program does with the API, and how much memory a server takes meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use engine::Net;
use providers::http::{Method, Request};
use serde_json::{Value, json};

use crate::proc::{Process, resident_kib};
use crate::setup::Desk;

/// Calls the API.
#[derive(Clone)]
pub struct Caller {
    net: Net,
    base: String,
    key: String,
}

impl Caller {
    /// For this business at this server.
    #[must_use]
    pub fn new(server: &Process, desk: &Desk) -> Self {
        Self { net: Net::new(true), base: format!("http://{}/api/v1", server.address), key: desk.api_key.clone() }
    }

    /// What the API answers to a GET.
    ///
    /// # Errors
    /// When it does not answer 2xx.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, Bytes::new()).await
    }

    /// What the API answers to a POST of this.
    ///
    /// # Errors
    /// When it does not answer 2xx.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::POST, path, body.to_string().into()).await
    }

    /// Uploads a file of people and reads it in. What the import says at the end, and how long the upload took, and the rest.
    ///
    /// # Errors
    /// When it does not go well.
    pub async fn import(&self, file: &str) -> Result<(Value, Duration, Duration)> {
        let began = Instant::now();
        let made = self.call(Method::POST, "/contacts/imports?file_name=people.csv", file.to_owned().into()).await?;
        let uploaded = began.elapsed();
        let id = made["id"].as_str().with_context(|| format!("no import: {made}"))?.to_owned();
        let began = Instant::now();
        let started = self.post(&format!("/contacts/imports/{id}/start"), &json!({})).await?;
        ensure!(started["state"] == "running", "it does not start: {started}");
        let done = loop {
            let import = self.get(&format!("/contacts/imports/{id}")).await?;
            if import["state"] != "running" {
                break import;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        ensure!(done["state"] == "done", "it did not go well: {done}");
        Ok((done, uploaded, began.elapsed()))
    }

    async fn call(&self, method: Method, path: &str, body: Bytes) -> Result<Value> {
        let content_type = if path.contains("file_name") { "application/octet-stream" } else { "application/json" };
        let request = Request {
            method,
            url: format!("{}{path}", self.base),
            headers: vec![("authorization", format!("Bearer {}", self.key)), ("content-type", content_type.to_owned())],
            body,
            timeout: Duration::from_secs(120),
        };
        let answer = self.net.carry(request).await?;
        ensure!(answer.status < 300, "{path} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        Ok(serde_json::from_slice(&answer.body).unwrap_or(json!(null)))
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("base", &self.base).finish_non_exhaustive()
    }
}

/// How much memory a process has at most, beside what it had at first.
#[derive(Debug)]
pub struct Memory {
    before: u64,
    most: Arc<AtomicU64>,
    watching: tokio::task::JoinHandle<()>,
}

impl Memory {
    /// Looks from now on.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn watch(pid: u32) -> Result<Self> {
        let before = resident_kib(pid)?;
        let most = Arc::new(AtomicU64::new(before));
        let seen = Arc::clone(&most);
        let watching = tokio::spawn(async move {
            while let Ok(now) = resident_kib(pid) {
                seen.fetch_max(now, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        Ok(Self { before, most, watching })
    }

    /// By how much it grew at most, in KiB.
    #[must_use]
    pub fn grown_kib(&self) -> u64 {
        self.watching.abort();
        self.most.load(Ordering::Relaxed).saturating_sub(self.before)
    }
}
