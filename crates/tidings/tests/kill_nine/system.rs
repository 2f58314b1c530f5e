//! A system of the tenant's that a workflow asks. It takes its time, so that somebody always waits for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// So long each answer takes. One organisation asks 32 at once: all who wait have their answers within seconds.
const TAKES: Duration = Duration::from_millis(500);

pub struct System {
    pub url: String,
    asked: Asked,
}

/// How often, by the key of the request.
type Asked = Arc<Mutex<BTreeMap<String, usize>>>;

impl System {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Asked::default();
        let app = Router::new().route("/points/{food}", get(points)).with_state(Arc::clone(&asked));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, asked }
    }

    /// How often each thing was asked for.
    pub fn asked(&self) -> Vec<usize> {
        self.asked.lock().unwrap().values().copied().collect()
    }
}

/// What it says to this answer.
pub fn points_for(food: usize) -> usize {
    100 * (food + 1)
}

async fn points(State(asked): State<Asked>, Path(food): Path<usize>, headers: HeaderMap) -> Json<Value> {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    *asked.lock().unwrap().entry(key).or_default() += 1;
    tokio::time::sleep(TAKES).await;
    Json(json!({ "points": points_for(food) }))
}
