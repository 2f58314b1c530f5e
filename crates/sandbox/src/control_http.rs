//! The control API under `/_sandbox`, for those who are not in the same process. It does what [`Control`] does.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    config::{NewAccount, NewPhone},
    control::{Control, NewNumbers, SceneError},
    faults::{Faults, FaultsError},
    media,
    phone::TextError,
    registration::Registration,
    view::HeardText,
};

pub(crate) fn router(control: Control) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/faults", get(faults).put(set_faults))
        .route("/accounts", get(accounts).post(add_account))
        .route("/numbers", get(numbers).post(add_numbers))
        .route("/numbers/{e164}", put(set_number))
        .route("/phones", get(phones).post(set_phone))
        .route("/phones/{e164}/messages", get(phone_messages).post(phone_text))
        .route("/messages", get(messages))
        .route("/counters", get(counters))
        .route("/reset", post(reset))
        .route("/media/{name}", get(media_file))
        .with_state(control)
}

async fn about(State(control): State<Control>) -> Response {
    Json(json!({ "base_url": control.0.base_url, "public_key": control.0.signer.public_key_base64() })).into_response()
}

async fn faults(State(control): State<Control>) -> Json<Faults> {
    Json(control.faults())
}

async fn set_faults(State(control): State<Control>, body: Bytes) -> Result<Json<Faults>, Refused> {
    control.set_faults(read(&body)?)?;
    Ok(Json(control.faults()))
}

async fn accounts(State(control): State<Control>) -> Response {
    list(control.accounts())
}

async fn add_account(State(control): State<Control>, body: Bytes) -> Result<Response, Refused> {
    let new: NewAccount = read(&body)?;
    Ok((StatusCode::CREATED, Json(control.add_account(new)?)).into_response())
}

async fn numbers(State(control): State<Control>) -> Response {
    list(control.numbers())
}

async fn add_numbers(State(control): State<Control>, body: Bytes) -> Result<Response, Refused> {
    let new: NewNumbers = read(&body)?;
    let data = control.add_numbers(&new)?;
    Ok((StatusCode::CREATED, Json(json!({ "data": data }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberState {
    can_text: Option<bool>,
    can_mms: Option<bool>,
    registration: Option<Registration>,
    registration_reason: Option<String>,
}

async fn set_number(
    State(control): State<Control>,
    Path(e164): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Refused> {
    let NumberState { can_text, can_mms, registration, registration_reason } = read(&body)?;
    let e164 = with_plus(&e164);
    if let Some(can_text) = can_text {
        control.set_texting(&e164, can_text)?;
    }
    if let Some(can_mms) = can_mms {
        control.set_mms(&e164, can_mms)?;
    }
    if let Some(registration) = registration {
        control.set_registration(&e164, registration, registration_reason.as_deref())?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn phones(State(control): State<Control>) -> Response {
    list(control.phones())
}

async fn set_phone(State(control): State<Control>, body: Bytes) -> Result<StatusCode, Refused> {
    let new: NewPhone = read(&body)?;
    control.set_phone(NewPhone { e164: with_plus(&new.e164), ..new })?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewText {
    to: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    media_urls: Vec<String>,
}

async fn phone_text(
    State(control): State<Control>,
    Path(e164): Path<String>,
    body: Bytes,
) -> Result<Response, Refused> {
    let NewText { to, body, media_urls } = read(&body)?;
    let media_urls: Vec<&str> = media_urls.iter().map(String::as_str).collect();
    let texted = control.phone(with_plus(&e164)).text(&to, body, &media_urls)?;
    Ok((StatusCode::ACCEPTED, Json(texted)).into_response())
}

#[derive(Deserialize)]
struct Window {
    with: Option<String>,
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

impl Window {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(1_000).min(10_000)
    }
}

async fn phone_messages(
    State(control): State<Control>,
    Path(e164): Path<String>,
    Query(window): Query<Window>,
) -> Response {
    let with = window.with.as_deref().map(with_plus);
    let mut found = control.phone(with_plus(&e164)).messages(with.as_deref());
    found.retain(|text| text.seq > window.after);
    // A phone shows its newest texts.
    let surplus = found.len().saturating_sub(window.limit());
    list(found.split_off(surplus))
}

async fn messages(State(control): State<Control>, Query(window): Query<Window>) -> Response {
    let found: Vec<HeardText> = control.heard(window.after, window.limit());
    list(found)
}

async fn counters(State(control): State<Control>) -> Response {
    Json(control.counters()).into_response()
}

async fn reset(State(control): State<Control>) -> StatusCode {
    control.reset();
    StatusCode::NO_CONTENT
}

async fn media_file(Path(name): Path<String>) -> Response {
    match media::named(&name) {
        Some(bytes) => ([(header::CONTENT_TYPE, media::content_type(&name))], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn list<T: Serialize>(data: Vec<T>) -> Response {
    Json(json!({ "data": data })).into_response()
}

/// Why the control API did not do something, as `{"error": …}`.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<FaultsError> for Refused {
    fn from(error: FaultsError) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
    }
}

impl From<SceneError> for Refused {
    fn from(error: SceneError) -> Self {
        let status = match error {
            SceneError::NotANumber | SceneError::NoKey => StatusCode::UNPROCESSABLE_ENTITY,
            SceneError::NumberTaken | SceneError::KeyTaken => StatusCode::CONFLICT,
            SceneError::UnknownAccount | SceneError::UnknownNumber | SceneError::UnknownProfile => {
                StatusCode::NOT_FOUND
            }
        };
        Self(status, error.to_string())
    }
}

impl From<TextError> for Refused {
    fn from(error: TextError) -> Self {
        let status = match error {
            TextError::UnknownNumber => StatusCode::NOT_FOUND,
            TextError::Full => StatusCode::TOO_MANY_REQUESTS,
            TextError::NotAPhone | TextError::Empty | TextError::TooLong | TextError::TooManyMedia => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        };
        Self(status, error.to_string())
    }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

/// A number from a path or query, where a `+` is easily lost on the way.
fn with_plus(e164: &str) -> String {
    format!("+{}", e164.trim().trim_start_matches('+'))
}
