//! The OpenAPI document: what the routes tell, and what is the same for all of them.

use bytes::Bytes;
use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        Components, Content, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder, SecurityRequirement,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::error::{FieldError, Problem};

const ABOUT: &str = "\
Everything that the dashboard does goes through this API.

Sign in with an API key (`Authorization: Bearer tdk_…`) or with the dashboard's session cookie. Times are RFC 3339 in UTC, ids \
carry their kind (`cnv_…`), money is whole millionths of a currency's unit. Lists take `limit` and `cursor` and answer \
`{\"data\": […], \"next_cursor\": …}`. Writes take `Idempotency-Key` (kept 24 hours) and answer with `Tidings-Sequence`, the \
place in the live stream at which the write is told. What goes wrong is told as `application/problem+json` with a stable `code`.";

/// Operations that need no sign-in.
const OPEN: &[&str] = &["/api/v1/setup/{token}", "/api/v1/session"];

/// Adds what all operations share: how they fail, who may call them, names that are unique.
pub fn complete(mut document: OpenApi) -> OpenApi {
    document.info.title = "Tidings".into();
    document.info.version = "1".into();
    document.info.description = Some(ABOUT.into());
    document.info.license = None;
    document.info.contact = None;
    let components = document.components.get_or_insert_with(Components::default);
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
    components.security_schemes.insert(
        "api_key".into(),
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()).into(),
    );
    components
        .security_schemes
        .insert("session".into(), SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("tidings_session"))).into());
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(operation_id(method, path));
            operation.responses.responses.entry("default".into()).or_insert_with(|| RefOr::T(failure()));
            if !OPEN.contains(&path.as_str()) && operation.security.is_none() {
                let (key, session) = ("api_key", "session");
                let none = [] as [&str; 0];
                operation.security =
                    Some(vec![SecurityRequirement::new(key, none), SecurityRequirement::new(session, none)]);
            }
        }
    }
    document
}

/// The document as bytes.
#[must_use]
pub fn to_json(document: &OpenApi) -> Bytes {
    match serde_json::to_vec(document) {
        Ok(json) => json.into(),
        Err(error) => {
            tracing::error!(%error, "the API's document could not be written");
            Bytes::from_static(b"{}")
        }
    }
}

/// The methods of a path, with their lower-case names.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", item.get.as_mut()),
        ("post", item.post.as_mut()),
        ("put", item.put.as_mut()),
        ("patch", item.patch.as_mut()),
        ("delete", item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
}

/// `post /api/v1/conversations/{id}/messages` becomes `post_conversations_id_messages`: unique as the route is.
fn operation_id(method: &str, path: &str) -> String {
    let rest = path.trim_start_matches("/api/v1");
    let words = rest.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

fn failure() -> Response {
    ResponseBuilder::new()
        .description("A problem, with a stable code.")
        .content(
            "application/problem+json",
            Content::new(Some(RefOr::<utoipa::openapi::Schema>::Ref(Ref::from_schema_name("Problem")))),
        )
        .build()
}
