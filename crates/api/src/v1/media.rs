//! Attachments: in from members and programs, out to the signed-in and, by an address that nobody guesses, to the carrier.
//!
//! Nothing that was uploaded can run: only kinds whose first bytes say the same as their declaration are kept, and a browser
//! is told to sandbox and not to guess what it gets.

use aws_lc_rs::{constant_time, rand};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::access::Scope;
use domain::attachment::CARRIER_MAY_FETCH;
use domain::id::MediaId;
use http::{HeaderValue, StatusCode, header};
use store::campaign::attached;
use store::media::{self, Content, Media};
use store::{StoreError, TenantTx};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{self, Path},
    once::{self, Told, Written},
    sniff,
    state::AppState,
};

/// The most that an attachment may weigh: carriers refuse more than about this much in all.
const BYTES_MAX: usize = 1 << 20;

/// Lets nothing run, load or be framed, whatever the bytes are.
const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'self'");

/// Keeps an attachment, up to 1 MB: the bytes as they are, with their `Content-Type`.
#[utoipa::path(post, path = "/media", tag = "media",
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "A picture, a video, a sound, a PDF or a vCard, under its own content type."),
    responses((status = 201, body = Media)))]
pub async fn upload(State(app): State<AppState>, caller: Caller, request: Request) -> Result<Written<Media>, ApiError> {
    caller.must(Scope::MessagesWrite)?;
    let (parts, body) = request.into_parts();
    let declared = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = sniff::known(declared).ok_or_else(|| {
        ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send a picture, a video, a sound, a PDF or a vCard, with its `Content-Type`, as in image/jpeg.",
        )
        .at("Content-Type")
    })?;
    let bytes = extract::read(&parts.headers, body, BYTES_MAX).await?;
    if bytes.is_empty() {
        return Err(ApiError::invalid("body", "empty", "The attachment is empty. Send its bytes."));
    }
    if !sniff::may_be(&bytes, content_type) {
        let message = format!("These bytes are no {content_type}. Send the file as it is, under its own content type.");
        return Err(ApiError::invalid("body", "content_type_mismatch", message));
    }
    let once = once::from_request(&parts, &bytes)?;
    let mut secret = [0; 24];
    rand::fill(&mut secret).map_err(|_| StoreError::fault("the machine has no randomness"))?;
    let (id, now) = (app.engine.ids().next::<MediaId>(), app.engine.now());
    let token = media::token(caller.tenant, &secret);
    once::write(&app, caller.tenant, once, StatusCode::CREATED, async move |tx: &mut TenantTx<'_>| {
        Ok(Told::quiet(media::create(tx, now, id, content_type, &bytes, &token).await?))
    })
    .await
}

/// The bytes of an attachment.
#[utoipa::path(get, path = "/media/{id}", tag = "media", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
pub async fn read(State(app): State<AppState>, caller: Caller, Path(id): Path<MediaId>) -> Result<Response, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let store = app.engine.store();
    let found = store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| media::content(tx, id).await).await?;
    served(id, found.ok_or_else(gone)?)
}

/// The bytes of an attachment, for the carrier: for 30 days after its upload, and while a campaign or workflow sends it.
#[utoipa::path(get, path = "/media/{id}/{token}", tag = "media", security(()),
    params(("id" = String, Path), ("token" = String, Path, description = "What the carrier was given.")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
pub async fn read_by_carrier(
    State(app): State<AppState>,
    Path((id, token)): Path<(MediaId, String)>,
) -> Result<Response, ApiError> {
    let tenant = media::tenant_of(&token).ok_or_else(gone)?;
    let store = app.engine.store();
    let now = app.engine.now();
    let found = store
        .read(tenant, async move |tx: &mut TenantTx<'_>| {
            let Some(found) = media::content(tx, id).await? else { return Ok(None) };
            let fits = constant_time::verify_slices_are_equal(found.token.as_bytes(), token.as_bytes()).is_ok();
            let is_new = now.duration_since(found.created_at) <= CARRIER_MAY_FETCH;
            let may = fits && (is_new || attached::is_lent(tx, now, id).await?);
            Ok::<_, StoreError>(may.then_some(found))
        })
        .await?;
    served(id, found.ok_or_else(gone)?)
}

fn gone() -> ApiError {
    ApiError::not_found("attachment")
}

fn served(id: MediaId, content: Content) -> Result<Response, ApiError> {
    let bytes = content.bytes.ok_or_else(gone)?;
    // What came in from the carrier says of itself what it likes: only what a browser may safely show is called by its name.
    let known = sniff::known(&content.content_type).filter(|known| sniff::may_be(&bytes, known));
    let content_type = known.unwrap_or("application/octet-stream");
    let shown = ["image/", "video/", "audio/"].iter().any(|kind| content_type.starts_with(kind));
    let extension = sniff::extension(content_type);
    let disposition = format!("{}; filename=\"{id}.{extension}\"", if shown { "inline" } else { "attachment" });
    let disposition = HeaderValue::try_from(disposition).map_err(StoreError::fault)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, SANDBOX),
        // It never changes under its id, and is nobody else's.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600, immutable")),
    ];
    Ok((headers, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn header_of(content_type: &str, bytes: &[u8], name: header::HeaderName) -> String {
        let content = Content {
            content_type: content_type.into(),
            bytes: Some(bytes.to_vec()),
            token: String::new(),
            created_at: Timestamp::UNIX_EPOCH,
        };
        let response = served(MediaId(Uuid::from_u128(1)), content).unwrap();
        response.headers().get(name).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn what_could_run_is_never_called_by_its_name() {
        for (content_type, bytes) in [
            ("text/html", b"<script>alert(1)</script>".as_slice()),
            ("image/svg+xml", b"<svg onload='alert(1)'/>"),
            ("image/png", b"<html><script>alert(1)</script>"),
            ("application/xhtml+xml", b"<html/>"),
        ] {
            assert_eq!(
                header_of(content_type, bytes, header::CONTENT_TYPE),
                "application/octet-stream",
                "{content_type}"
            );
            assert!(header_of(content_type, bytes, header::CONTENT_DISPOSITION).starts_with("attachment"));
            assert!(header_of(content_type, bytes, header::CONTENT_SECURITY_POLICY).contains("sandbox"));
        }
    }

    #[test]
    fn a_picture_is_shown_and_a_document_is_saved() {
        let png = b"\x89PNG\r\n\x1a\n...".as_slice();
        assert_eq!(header_of("image/png", png, header::CONTENT_TYPE), "image/png");
        assert!(header_of("image/png", png, header::CONTENT_DISPOSITION).starts_with("inline; filename=\"med_"));
        let pdf = b"%PDF-1.7".as_slice();
        assert_eq!(header_of("application/pdf", pdf, header::CONTENT_TYPE), "application/pdf");
        assert!(header_of("application/pdf", pdf, header::CONTENT_DISPOSITION).ends_with(".pdf\""));
    }
}
