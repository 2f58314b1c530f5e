//! The servers that are measured, each in a process of its own until its input ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use api::server::{self, Limits};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use engine::{Clock as _, SystemClock};
use http::{HeaderMap, StatusCode};
use providers::telnyx::signature::{self, PublicKey};
use providers::telnyx::webhook;
use tidings::config::{Config, Values};
use tidings::logs;
use tidings::serve::Server;
use tokio_util::sync::CancellationToken;

use crate::setup::SECRET_KEY;

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The real server, as `tidings serve` wires it.
///
/// # Errors
/// When it cannot start.
pub fn serve(database: &str) -> Result<ExitCode> {
    logs::start("warn");
    runtime()?.block_on(async {
        let listener = server::listen(ANY_PORT)?;
        let address = listener.local_addr()?;
        let config = Config::merge(&settings(database, address), &Values::new(), Path::new(""), &Values::new())?;
        let server = Server::start_on(listener, &config, None).await?;
        println!("{address}");
        until_input_ends().await?;
        server.stop().await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// What a webhook costs at the very least: the same front, which verifies and parses, and keeps nothing.
///
/// # Errors
/// When it cannot start.
pub fn bare(public_key: &str) -> Result<ExitCode> {
    let keys = Arc::new([PublicKey::parse(public_key)?]);
    runtime()?.block_on(async {
        let listener = server::listen(ANY_PORT)?;
        println!("{}", listener.local_addr()?);
        let router = Router::new().route("/hooks/telnyx/{account}", post(checked)).with_state(keys);
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server::serve(listener, router, Limits::default(), stop.clone()));
        until_input_ends().await?;
        stop.cancel();
        serving.await?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn checked(State(keys): State<Arc<[PublicKey; 1]>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = SystemClock.now();
    if signature::verify(&*keys, &headers, &body, now).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    match webhook::decode(&body, now) {
        Ok(event) => {
            // Nobody needs it, but it must have been made.
            std::hint::black_box(event);
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// Both with the runtime that the binary has.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn settings(database: &str, address: SocketAddr) -> Values {
    [
        ("database_url", database.to_owned()),
        ("public_url", format!("http://{address}")),
        ("secret_key", BASE64.encode(SECRET_KEY)),
        ("allow_private_networks", "true".to_owned()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

async fn until_input_ends() -> Result<()> {
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    Ok(())
}
