//! The only socket to the outside: carries out a request and brings back the answer, bounded; whole, or as it comes.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::{SignedDuration, Timestamp};
use providers::http::{Request, Response};
use tokio::time::Instant;
use tower::Service;

/// An answer longer than this is cut off as unreadable; attachments have a bound of their own.
pub(crate) const ANSWER_BYTES_MAX: usize = 4 << 20;
/// What is said of an answer that is longer than was asked for.
pub(crate) const TOO_LONG: &str = "the answer is longer than what is read";
/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle connections are kept this long: shorter than servers usually keep them, so that few die under a request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The clients. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Net {
    trusted: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    guarded: Client<HttpsConnector<HttpConnector<Guarded>>, Full<Bytes>>,
    private_allowed: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NetError {
    /// Not a byte of the request went out.
    #[error("could not be reached: {0}")]
    NotSent(String),
    /// The request may have arrived.
    #[error("no answer: {0}")]
    Lost(String),
    /// The address is not one that we go to for someone else.
    #[error("the address is refused: {0}")]
    Refused(&'static str),
}

impl Net {
    /// `private_allowed`: addresses that tenants name may lie in private networks, as in a demo or a test.
    #[must_use]
    pub fn new(private_allowed: bool) -> Self {
        let tls = tls();
        let mut open = HttpConnector::new();
        open.enforce_http(false);
        open.set_nodelay(true);
        open.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let mut guarded = HttpConnector::new_with_resolver(Guarded { inner: GaiResolver::new(), private_allowed });
        guarded.enforce_http(false);
        guarded.set_nodelay(true);
        guarded.set_connect_timeout(Some(CONNECT_TIMEOUT));
        Self {
            trusted: client(
                HttpsConnectorBuilder::new()
                    .with_tls_config(tls.clone())
                    .https_or_http()
                    .enable_all_versions()
                    .wrap_connector(open),
            ),
            guarded: client(
                HttpsConnectorBuilder::new()
                    .with_tls_config(tls)
                    .https_or_http()
                    .enable_all_versions()
                    .wrap_connector(guarded),
            ),
            private_allowed,
        }
    }

    /// To an address of the operator's.
    ///
    /// # Errors
    /// When there is no answer; whether the request went out is told apart.
    pub async fn carry(&self, request: Request) -> Result<Response, NetError> {
        let timeout = request.timeout;
        let request = build(request)?;
        within(timeout, answer(self.trusted.request(request), ANSWER_BYTES_MAX)).await
    }

    /// To an address that came from outside or that a tenant chose, a model's too: private networks are refused, redirects are not
    /// followed, and the answer is at most `bytes_max` long.
    ///
    /// # Errors
    /// As [`Self::carry`], and when the address is refused.
    pub async fn carry_guarded(&self, request: Request, bytes_max: usize) -> Result<Response, NetError> {
        let timeout = request.timeout;
        within(timeout, answer(self.ask_guarded(request)?, bytes_max)).await
    }

    /// The same, with more headers, of a tenant's own naming.
    ///
    /// # Errors
    /// As [`Self::carry_guarded`].
    pub async fn carry_guarded_with(
        &self,
        request: Request,
        more: http::HeaderMap,
        bytes_max: usize,
    ) -> Result<Response, NetError> {
        let timeout = request.timeout;
        let mut request = build(request)?;
        request.headers_mut().extend(more);
        within(timeout, answer(self.ask_guarded_built(request)?, bytes_max)).await
    }

    /// As [`Self::carry_guarded`], with the answer's body as it comes. Dropping it ends the exchange, as dropping this future does.
    ///
    /// # Errors
    /// As [`Self::carry_guarded`].
    pub async fn carry_guarded_streaming(&self, request: Request, bytes_max: usize) -> Result<Streaming, NetError> {
        let deadline = Instant::now() + request.timeout;
        let timeout = request.timeout;
        let (head, body) = within(timeout, head(self.ask_guarded(request)?)).await?.into_parts();
        Ok(Streaming { status: head.status.as_u16(), headers: head.headers, body, bytes_left: bytes_max, deadline })
    }

    fn ask_guarded(&self, request: Request) -> Result<ResponseFuture, NetError> {
        self.ask_guarded_built(build(request)?)
    }

    fn ask_guarded_built(&self, request: http::Request<Full<Bytes>>) -> Result<ResponseFuture, NetError> {
        if !self.private_allowed {
            public_address(request.uri())?;
        }
        Ok(self.guarded.request(request))
    }
}

/// An answer whose body is still coming.
#[derive(Debug)]
pub struct Streaming {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    body: Incoming,
    bytes_left: usize,
    deadline: Instant,
}

impl Streaming {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// When the body breaks off, is longer than allowed, or takes longer than the whole exchange may.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, NetError> {
        loop {
            let next = tokio::time::timeout_at(self.deadline, self.body.frame());
            let next = next.await.map_err(|_| NetError::Lost("it did not end in time".to_owned()))?;
            let Some(frame) = next else { return Ok(None) };
            let frame = frame.map_err(|error| NetError::Lost(chain(&error)))?;
            // Trailers say nothing that anybody asked for.
            let Ok(bytes) = frame.into_data() else { continue };
            self.bytes_left = self
                .bytes_left
                .checked_sub(bytes.len())
                .ok_or_else(|| NetError::Lost("it is longer than any answer".to_owned()))?;
            return Ok(Some(bytes));
        }
    }

    /// The whole of it.
    ///
    /// # Errors
    /// As [`Self::chunk`].
    pub async fn whole(mut self) -> Result<Response, NetError> {
        let mut body = Vec::new();
        while let Some(bytes) = self.chunk().await? {
            body.extend_from_slice(&bytes);
        }
        Ok(Response { status: self.status, headers: self.headers, body: body.into() })
    }
}

fn client<C>(connector: C) -> Client<C, Full<Bytes>>
where
    C: hyper_util::client::legacy::connect::Connect + Clone,
{
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        // A request on a connection that had died is not repeated behind our back: law 4 wants to know of it.
        .retry_canceled_requests(false)
        .build(connector)
}

fn tls() -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (_, unusable) = roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::warn!(unusable, "this machine has no root certificates: nothing can be reached by https");
    }
    rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

fn build(request: Request) -> Result<http::Request<Full<Bytes>>, NetError> {
    let mut built = http::Request::builder().method(request.method).uri(request.url);
    for (name, value) in request.headers {
        built = built.header(name, value);
    }
    built.body(Full::new(request.body)).map_err(|error| NetError::NotSent(error.to_string()))
}

async fn head(pending: ResponseFuture) -> Result<http::Response<Incoming>, NetError> {
    pending.await.map_err(|error| {
        if error.is_connect() { NetError::NotSent(chain(&error)) } else { NetError::Lost(chain(&error)) }
    })
}

async fn answer(pending: ResponseFuture, bytes_max: usize) -> Result<Response, NetError> {
    let (head, body) = head(pending).await?.into_parts();
    let body = Limited::new(body, bytes_max).collect().await.map_err(|error| {
        let too_long = error.is::<LengthLimitError>();
        NetError::Lost(if too_long { TOO_LONG.to_owned() } else { error.to_string() })
    })?;
    Ok(Response { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
}

async fn within<T>(timeout: Duration, work: impl Future<Output = Result<T, NetError>>) -> Result<T, NetError> {
    match tokio::time::timeout(timeout, work).await {
        Ok(result) => result,
        Err(_) => Err(NetError::Lost(format!("nothing came within {} s", timeout.as_secs()))),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// A literal address never meets the resolver, so it is looked at here.
fn public_address(uri: &http::Uri) -> Result<(), NetError> {
    let host = uri.host().ok_or(NetError::Refused("it names no host"))?;
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(address) if !is_public(address) => Err(NetError::Refused("it lies in a private network")),
        _ => Ok(()),
    }
}

/// Resolves names, and leaves out every address in a private network: what a name points to is decided by strangers.
#[derive(Debug, Clone)]
struct Guarded {
    inner: GaiResolver,
    private_allowed: bool,
}

impl Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.inner.call(name);
        let private_allowed = self.private_allowed;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                resolving.await?.filter(|found| private_allowed || is_public(found.ip())).collect();
            if found.is_empty() {
                return Err(std::io::Error::other("the name points to no public address"));
            }
            Ok(found.into_iter())
        })
    }
}

/// Neither loopback, private, link-local, shared, documentation, multicast nor otherwise special (RFC 6890 and its
/// registries), nor an IPv4 address of that kind in an IPv6 coat.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_documentation()
                || v4.is_broadcast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            // Only global unicast, less the ranges in it that tunnel to IPv4 or document.
            (segments[0] & 0xE000) == 0x2000
                && segments[0] != 0x2002
                && !(segments[0] == 0x2001 && segments[1] < 0x0200)
                && !(segments[0] == 0x2001 && segments[1] == 0x0DB8)
        }
    }
}

/// How long a server wants us to wait: in seconds, or until a date (RFC 9110 §10.2.3).
pub(crate) fn retry_after(answer: &Response, now: Timestamp) -> Option<SignedDuration> {
    let said = answer.header("retry-after")?.trim();
    if let Ok(seconds) = said.parse::<u32>() {
        return Some(SignedDuration::from_secs(i64::from(seconds)));
    }
    let at = jiff::fmt::rfc2822::parse(said).ok()?.timestamp();
    Some(at.duration_since(now)).filter(|pause| pause.is_positive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_when_to_come_back() {
        let now: Timestamp = "2026-03-02T14:00:00Z".parse().unwrap();
        let pause = |value: &'static str| retry_after(&Response::new(503, "").with_header("retry-after", value), now);
        assert_eq!(pause("120"), Some(SignedDuration::from_secs(120)));
        assert_eq!(pause("Mon, 02 Mar 2026 14:05:00 GMT"), Some(SignedDuration::from_mins(5)));
        assert_eq!(pause("Mon, 02 Mar 2026 13:05:00 GMT"), None);
        assert_eq!(pause("soon"), None);
    }

    #[test]
    fn only_public_addresses_are_public() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "2002:7f00:1::",
            "ff02::1",
            "64:ff9b::a00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["8.8.8.8", "192.76.120.193", "2606:4700::1111", "100.128.0.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn literals_are_looked_at_too() {
        for refused in ["http://127.0.0.1/", "http://[::1]:80/", "https://169.254.169.254/latest", "/nowhere"] {
            assert!(public_address(&refused.parse().unwrap()).is_err(), "{refused}");
        }
        assert!(public_address(&"https://example.com/".parse().unwrap()).is_ok());
    }
}
