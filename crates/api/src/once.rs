//! `Idempotency-Key`: a write asked twice with one key is done once, and answered twice with the same.

use aws_lc_rs::digest::{Context, SHA256};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::id::TenantId;
use engine::Once;
use http::{HeaderName, HeaderValue, StatusCode, request::Parts};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{StoreError, SystemTx, TenantTx, idempotency};

use crate::{error::ApiError, headers::SEQUENCE, state::AppState};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What a plain write (one that is not the engine's) leaves behind.
#[derive(Debug)]
pub struct Told<T> {
    /// What the caller is answered.
    pub value: T,
    /// The head of the tenant's log, if the write appended to it.
    pub seq: Option<i64>,
}

/// The answer to a write: a status, a body (none with 204), `Tidings-Sequence`, `Idempotent-Replayed`.
#[derive(Debug)]
pub struct Written<T> {
    /// 200, 201, 202 or 204.
    pub status: StatusCode,
    /// The body.
    pub value: T,
    /// The head of the tenant's log that the write caused.
    pub seq: Option<i64>,
    /// It was done before, under the same key.
    pub replayed: bool,
}

impl<T> Told<T> {
    /// A write that appended nothing to the log.
    pub fn quiet(value: T) -> Self {
        Self { value, seq: None }
    }

    /// A write that moved the log's head to `head`.
    pub fn at(value: T, head: i64) -> Self {
        Self { value, seq: Some(head) }
    }
}

impl<T> Written<T> {
    /// 200.
    pub fn ok(value: T, seq: Option<i64>) -> Self {
        Self { status: StatusCode::OK, value, seq, replayed: false }
    }

    /// 201.
    pub fn created(value: T, seq: Option<i64>) -> Self {
        Self { status: StatusCode::CREATED, value, seq, replayed: false }
    }

    /// Any status.
    pub fn with(status: StatusCode, value: T, done: &engine::Done) -> Self {
        Self { status, value, seq: done.seq, replayed: done.replayed }
    }
}

impl<T: Serialize> IntoResponse for Written<T> {
    fn into_response(self) -> Response {
        let mut response = if self.status == StatusCode::NO_CONTENT {
            self.status.into_response()
        } else {
            (self.status, axum::Json(self.value)).into_response()
        };
        if let Some(seq) = self.seq {
            response.headers_mut().insert(SEQUENCE, HeaderValue::from(seq));
        }
        if self.replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// Does a plain write in one transaction, together with the row that remembers its answer if the request had a key. The
/// live stream hears of what it appended to the log.
///
/// `work` may run more than once (the database gave up, or two requests raced with one key): it must change nothing but
/// the database.
///
/// # Errors
/// What `work` says; 422 `idempotency_key_reused`.
pub async fn write<T>(
    app: &AppState,
    tenant: TenantId,
    once: Option<Once>,
    status: StatusCode,
    work: impl AsyncFn(&mut TenantTx<'_>) -> Result<Told<T>, ApiError> + Clone + Send + 'static,
) -> Result<Written<T>, ApiError>
where
    T: Serialize + DeserializeOwned + Send + 'static,
{
    write_wide(app, tenant, once, status, async move |tx: &mut SystemTx<'_>| work(&mut tx.for_tenant(tenant)).await)
        .await
}

/// The same for what reaches beyond the tenant, such as the people who sign in; the key is the tenant's.
///
/// # Errors
/// What `work` says; 422 `idempotency_key_reused`.
pub async fn write_wide<T>(
    app: &AppState,
    tenant: TenantId,
    once: Option<Once>,
    status: StatusCode,
    work: impl AsyncFn(&mut SystemTx<'_>) -> Result<Told<T>, ApiError> + Clone + Send + 'static,
) -> Result<Written<T>, ApiError>
where
    T: Serialize + DeserializeOwned + Send + 'static,
{
    let written = match once {
        None => {
            let told = app.engine.store().system_write(work).await?;
            Written { status, value: told.value, seq: told.seq, replayed: false }
        }
        Some(once) => match write_once(app, tenant, &once, status, work.clone()).await {
            // The other request with this key was quicker: its answer is there now.
            Err(ApiError::Fault(StoreError::Unique(name))) if name == idempotency::KEY_TAKEN => {
                write_once(app, tenant, &once, status, work).await?
            }
            written => written?,
        },
    };
    if let Some(head) = written.seq.filter(|_| !written.replayed) {
        app.engine.told(tenant, head);
    }
    Ok(written)
}

/// What was answered under the request's key before; for work that must not be begun again. `None`: nothing was, or it has no
/// key.
///
/// # Errors
/// 422 `idempotency_key_reused`.
pub async fn answered<T: DeserializeOwned>(
    app: &AppState,
    tenant: TenantId,
    once: Option<&Once>,
    status: StatusCode,
) -> Result<Option<Written<T>>, ApiError> {
    let Some(Once { key, fingerprint }) = once else { return Ok(None) };
    let (asked, now) = (key.clone(), app.engine.now());
    let kept = app
        .engine
        .store()
        .read(tenant, async move |tx: &mut TenantTx<'_>| idempotency::find(tx, &asked, now).await)
        .await?;
    let Some(kept) = kept else { return Ok(None) };
    if kept.fingerprint != *fingerprint {
        return Err(key_reused());
    }
    let Kept { seq, value } = open(&app.engine, &context(tenant, key), &kept.outcome)?;
    Ok(Some(Written { status, value, seq, replayed: true }))
}

fn context(tenant: TenantId, key: &str) -> String {
    format!("idempotency/{}/{key}", tenant.0)
}

async fn write_once<T>(
    app: &AppState,
    tenant: TenantId,
    once: &Once,
    status: StatusCode,
    work: impl AsyncFn(&mut SystemTx<'_>) -> Result<Told<T>, ApiError> + Send + 'static,
) -> Result<Written<T>, ApiError>
where
    T: Serialize + DeserializeOwned + Send + 'static,
{
    let (engine, now) = (app.engine.clone(), app.engine.now());
    let (key, fingerprint) = (once.key.clone(), once.fingerprint);
    let context = context(tenant, &key);
    app.engine
        .store()
        .system_write(async move |tx: &mut SystemTx<'_>| {
            if let Some(kept) = idempotency::find(&mut tx.for_tenant(tenant), &key, now).await? {
                if kept.fingerprint != fingerprint {
                    return Err(key_reused());
                }
                let Kept { seq, value } = open(&engine, &context, &kept.outcome)?;
                return Ok(Written { status, value, seq, replayed: true });
            }
            let told = work(tx).await?;
            let outcome = seal(&engine, &context, &KeptRef { seq: told.seq, value: &told.value })?;
            idempotency::keep(&mut tx.for_tenant(tenant), &key, &fingerprint, &outcome, now).await?;
            Ok(Written { status, value: told.value, seq: told.seq, replayed: false })
        })
        .await
}

/// The request's key and what it stands for. `None`: it has none.
///
/// # Errors
/// 422 if the key is not 1 to 255 printable ASCII characters.
pub fn from_request(parts: &Parts, body: &[u8]) -> Result<Option<Once>, ApiError> {
    let Some(mut print) = Print::of(parts)? else { return Ok(None) };
    print.take(body);
    Ok(Some(print.finish()))
}

/// What a request with a key stands for, while its body comes in: no body need be whole in memory.
pub struct Print {
    key: String,
    digest: Context,
}

impl std::fmt::Debug for Print {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Print").finish_non_exhaustive()
    }
}

impl Print {
    /// Of a request whose body is still to come. `None`: it has no key.
    ///
    /// # Errors
    /// 422 if the key is not 1 to 255 printable ASCII characters.
    pub fn of(parts: &Parts) -> Result<Option<Self>, ApiError> {
        let Some(value) = parts.headers.get(KEY) else { return Ok(None) };
        let key = value
            .to_str()
            .ok()
            .map(str::trim)
            .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic() || b == b' '));
        let Some(key) = key else {
            let message = "An idempotency key has 1 to 255 printable ASCII characters.";
            return Err(ApiError::invalid("Idempotency-Key", "not_a_key", message));
        };
        let mut digest = Context::new(&SHA256);
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        for part in [parts.method.as_str(), "\0", path, "?", query, "\0"] {
            digest.update(part.as_bytes());
        }
        Ok(Some(Self { key: key.to_owned(), digest }))
    }

    /// The next piece of the body.
    pub fn take(&mut self, piece: &[u8]) {
        self.digest.update(piece);
    }

    /// The body is over.
    #[must_use]
    pub fn finish(self) -> Once {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(self.digest.finish().as_ref());
        Once { key: self.key, fingerprint }
    }
}

/// 422: the key was used for something else.
#[must_use]
pub fn key_reused() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "This idempotency key was used within the last 24 hours for another request. Use a new key for a new request.",
    )
    .at("Idempotency-Key")
}

/// An answer may hold a secret that is shown once, so it is kept sealed.
fn seal(engine: &engine::Engine, context: &str, kept: &impl Serialize) -> Result<String, StoreError> {
    let plain = serde_json::to_vec(kept).map_err(StoreError::fault)?;
    Ok(STANDARD.encode(engine.sealer().seal(context, &plain).map_err(StoreError::fault)?))
}

fn open<T: DeserializeOwned>(engine: &engine::Engine, context: &str, outcome: &str) -> Result<T, StoreError> {
    let sealed = STANDARD.decode(outcome).map_err(StoreError::fault)?;
    let plain = engine.sealer().open(context, &sealed).map_err(StoreError::fault)?;
    serde_json::from_slice(&plain).map_err(StoreError::fault)
}

#[derive(Deserialize)]
struct Kept<T> {
    seq: Option<i64>,
    value: T,
}

#[derive(Serialize)]
struct KeptRef<'a, T> {
    seq: Option<i64>,
    value: &'a T,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(key: &str, method: &str, path: &str, body: &[u8]) -> Result<Option<Once>, ApiError> {
        let request = http::Request::builder().method(method).uri(path).header(KEY, key).body(()).unwrap();
        from_request(&request.into_parts().0, body)
    }

    #[test]
    fn a_body_in_pieces_is_the_same_body() {
        let request = http::Request::post("/a?b=c").header(KEY, "k").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let mut print = Print::of(&parts).unwrap().unwrap();
        for piece in ["one ", "", "two"] {
            print.take(piece.as_bytes());
        }
        let whole = from_request(&parts, b"one two").unwrap().unwrap();
        assert_eq!(print.finish().fingerprint, whole.fingerprint);
        let (plain, ()) = http::Request::post("/a").header(KEY, "k").body(()).unwrap().into_parts();
        assert_ne!(from_request(&plain, b"one two").unwrap().unwrap().fingerprint, whole.fingerprint);
        assert!(Print::of(&http::Request::post("/a").body(()).unwrap().into_parts().0).unwrap().is_none());
    }

    #[test]
    fn the_fingerprint_is_of_method_path_and_body() {
        let first = once("k", "POST", "/a", b"x").unwrap().unwrap().fingerprint;
        assert_eq!(once("k", "POST", "/a", b"x").unwrap().unwrap().fingerprint, first);
        for (method, path, body) in [("PUT", "/a", b"x"), ("POST", "/b", b"x"), ("POST", "/a", b"y")] {
            assert_ne!(once("k", method, path, body).unwrap().unwrap().fingerprint, first);
        }
    }

    #[test]
    fn a_key_is_printable_and_not_endless() {
        assert!(once(&"k".repeat(255), "POST", "/", b"").is_ok());
        for key in ["", " ", &"k".repeat(256), "tab\there"] {
            assert!(once(key, "POST", "/", b"").is_err(), "{key:?}");
        }
    }
}
