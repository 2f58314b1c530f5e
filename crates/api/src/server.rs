//! The accept loop: bounds that `axum::serve` does not have, and a stop that lets begun answers end.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

/// How many connections the system may keep waiting for us. A burst of carriers' webhooks must not lose its SYNs: a lost
/// one costs the sender a second.
const BACKLOG: u32 = 4096;

/// What the server allows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many connections may be open; more wait to be accepted.
    pub connections_max: usize,
    /// How long a request's headers may take to arrive.
    pub headers_within: Duration,
    /// The most that one connection's read buffer may hold, which is also the most that its headers may weigh. Small, since
    /// every idle reader of the live stream keeps one.
    pub buffer_bytes: usize,
    /// How long open connections may take to end when the server stops.
    pub drain_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            headers_within: Duration::from_secs(10),
            buffer_bytes: 16 << 10,
            drain_within: Duration::from_secs(15),
        }
    }
}

/// Listens on `address`; port 0 takes any free one.
///
/// # Errors
/// What the system says: the port is taken, or not ours to take.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop`; then accepts no more, lets open answers end, and returns when they have or the deadline has passed.
/// Long answers (live streams) must watch `stop` themselves.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let server = Arc::new(server(limits));
    let open = Arc::new(Semaphore::new(limits.connections_max));
    let (draining, too_late) = (GracefulShutdown::new(), CancellationToken::new());
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &open) => accepted,
        };
        match accepted {
            Ok((stream, peer, permit)) => {
                let (server, router, watcher) = (Arc::clone(&server), router.clone(), draining.watcher());
                let too_late = too_late.clone();
                // The watcher owns this task: `shutdown` below waits for it, and `too_late` ends it.
                tokio::spawn(async move {
                    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
                        request.extensions_mut().insert(ConnectInfo(peer));
                        router.clone().call(request)
                    });
                    let connection = server.serve_connection(TokioIo::new(stream), service).into_owned();
                    tokio::select! {
                        ended = watcher.watch(connection) => {
                            if let Err(error) = ended {
                                tracing::trace!(%error, "a connection ended early");
                            }
                        }
                        () = too_late.cancelled() => {}
                    }
                    drop(permit);
                });
            }
            Err(error) => rest_after(&error).await,
        }
    }
    drop(listener);
    let left = draining.count();
    if timeout(limits.drain_within, draining.shutdown()).await.is_err() {
        tracing::warn!(connections = left, "stopped with connections still open");
        too_late.cancel();
    }
}

fn server(limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers_within)
        .max_buf_size(limits.buffer_bytes.max(8192)); // hyper takes no less
    server
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(256)
        .max_header_list_size(u32::try_from(limits.buffer_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    server
}

async fn accept(
    listener: &TcpListener,
    open: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(open).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}

/// A connection that died before it was accepted is its own affair; when the system is out of descriptors, hurrying helps
/// nobody.
async fn rest_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "accepting a connection failed");
        sleep(Duration::from_millis(200)).await;
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn started(limits: Limits) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let router = Router::new()
            .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }));
        let served = tokio::spawn(serve(listener, router, limits, stop.clone()));
        (address, stop, served)
    }

    async fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_request_is_answered_and_knows_its_peer() {
        let (address, stop, served) = started(Limits::default()).await;
        let answer = ask(address, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
        stop.cancel();
        served.await.unwrap();
    }

    #[tokio::test]
    async fn headers_that_never_end_are_not_waited_for() {
        let limits = Limits { headers_within: Duration::from_millis(50), ..Limits::default() };
        let (address, stop, served) = started(limits).await;
        let answer = ask(address, "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
        stop.cancel();
        served.await.unwrap();
    }

    #[tokio::test]
    async fn endless_headers_are_refused() {
        let (address, stop, served) = started(Limits::default()).await;
        let request = format!("GET / HTTP/1.1\r\nhost: x\r\nx-big: {}\r\n\r\n", "a".repeat(40_000));
        let mut stream = TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
        stop.cancel();
        served.await.unwrap();
    }

    #[tokio::test]
    async fn stopping_waits_for_nobody_for_ever() {
        let (address, stop, served) =
            started(Limits { drain_within: Duration::from_millis(100), ..Limits::default() }).await;
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
        stop.cancel();
        served.await.unwrap();
    }
}
