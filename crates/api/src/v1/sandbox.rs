//! The phone on the screen: where this process runs with the sandbox carrier, its virtual phones and its faults, shown to a
//! tenant as far as its own numbers go.

use std::time::Duration;

use axum::extract::State;
use bytes::Bytes;
use domain::{
    access::Scope,
    phone::{E164, PhoneError},
};
use http::{Method, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use store::{StoreError, TenantTx, number};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path, Query},
    once::Written,
    state::AppState,
};

const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// A wire to the sandbox's controls.
#[derive(Debug, Clone)]
pub struct SandboxLink {
    controls: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// The phones and numbers to play with.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxView {
    /// The virtual customers.
    pub phones: Vec<SandboxPhone>,
    /// The tenant's own numbers.
    pub numbers: Vec<SandboxNumber>,
}

/// A virtual customer's phone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SandboxPhone {
    /// Its number.
    pub e164: String,
    /// The same for people.
    #[serde(default)]
    pub pretty: String,
    /// Whose it is.
    pub name: String,
}

/// A number that can be texted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxNumber {
    /// The number.
    pub e164: String,
    /// The same for people.
    pub pretty: String,
}

/// A text on a phone.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SandboxText {
    /// `in`: the phone's owner wrote it; `out`: the tenant did.
    pub direction: String,
    /// The tenant's number at the other end.
    #[serde(skip_deserializing)]
    pub with: String,
    /// The text.
    pub body: String,
    /// Links to its attachments.
    pub media_urls: Vec<String>,
    /// When the carrier took it.
    pub at: String,
    /// How far it got, in the carrier's words.
    pub status: String,
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    from: String,
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    to: String,
}

/// A text that a phone's owner writes.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneText {
    /// One of the tenant's numbers.
    to: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    media_urls: Vec<String>,
}

/// With which number.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct With {
    /// One of the tenant's numbers; all of them if absent.
    #[param(required = false)]
    with: Option<String>,
}

/// What goes wrong at the sandbox on purpose.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub struct SandboxFaults(Value);

crate::secret::unspoken!(PhoneText, SandboxText);

/// The phones and numbers of the sandbox; 404 where there is none.
#[utoipa::path(get, path = "/sandbox", tag = "sandbox", responses((status = 200, body = SandboxView)))]
pub async fn read(State(app): State<AppState>, caller: Caller) -> Result<Json<SandboxView>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let link = link(&app)?;
    let Data { mut data } = link.ask::<Data<SandboxPhone>>(Method::GET, "/phones", None).await?;
    for phone in &mut data {
        phone.pretty = number::pretty(&phone.e164);
    }
    let numbers = ours(&app, &caller).await?;
    let numbers = numbers.into_iter().map(|e164| SandboxNumber { pretty: number::pretty(&e164), e164 }).collect();
    Ok(Json(SandboxView { phones: data, numbers }))
}

/// What a phone shows of its talk with the tenant's numbers, oldest first.
#[utoipa::path(get, path = "/sandbox/phones/{e164}/messages", tag = "sandbox", params(("e164" = String, Path), With),
    responses((status = 200, body = Vec<SandboxText>)))]
pub async fn messages(
    State(app): State<AppState>,
    caller: Caller,
    Path(phone): Path<String>,
    Query(With { with }): Query<With>,
) -> Result<Json<Vec<SandboxText>>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let link = link(&app)?;
    let phone = e164(&phone).map_err(|_| ApiError::not_found("phone"))?;
    let with = with.map(|with| e164(&with).map_err(|error| ApiError::phone("with", error))).transpose()?;
    let ours = ours(&app, &caller).await?;
    let path = format!("/phones/{}/messages?limit=200", phone.as_str().replace('+', "%2B"));
    let Data { data } = link.ask::<Data<SandboxText>>(Method::GET, &path, None).await?;
    let data = data
        .into_iter()
        .map(|text| SandboxText {
            with: if text.direction == "in" { text.to.clone() } else { text.from.clone() },
            ..text
        })
        .filter(|text| ours.contains(&text.with))
        .filter(|text| with.as_ref().is_none_or(|with| with.as_str() == text.with))
        .collect();
    Ok(Json(data))
}

/// Texts one of the tenant's numbers from a phone.
#[utoipa::path(post, path = "/sandbox/phones/{e164}/messages", tag = "sandbox", params(("e164" = String, Path)),
    request_body = PhoneText, responses((status = 202)))]
pub async fn text(
    State(app): State<AppState>,
    caller: Caller,
    Path(phone): Path<String>,
    Json(mut text): Json<PhoneText>,
) -> Result<Written<Value>, ApiError> {
    caller.must(Scope::MessagesWrite)?;
    let link = link(&app)?;
    let phone = e164(&phone).map_err(|error| ApiError::phone("e164", error))?;
    let to = e164(&text.to).map_err(|error| ApiError::phone("to", error))?;
    text.to = to.as_str().to_owned();
    if !ours(&app, &caller).await?.contains(&text.to) {
        return Err(ApiError::invalid("to", "not_ours", "Text one of the tenant's own numbers."));
    }
    let path = format!("/phones/{}/messages", phone.as_str().replace('+', "%2B"));
    let value = link.ask(Method::POST, &path, Some(&json!(text))).await?;
    Ok(Written { status: StatusCode::ACCEPTED, value, seq: None, replayed: false })
}

/// What goes wrong at the sandbox on purpose.
#[utoipa::path(get, path = "/sandbox/faults", tag = "sandbox", responses((status = 200, body = SandboxFaults)))]
pub async fn faults(State(app): State<AppState>, caller: Caller) -> Result<Json<SandboxFaults>, ApiError> {
    caller.must(Scope::CarrierRead)?;
    link(&app)?.ask(Method::GET, "/faults", None).await.map(|value| Json(SandboxFaults(value)))
}

/// Lets things go wrong at the sandbox, or makes it behave again.
#[utoipa::path(put, path = "/sandbox/faults", tag = "sandbox", request_body = SandboxFaults,
    responses((status = 200, body = SandboxFaults)))]
pub async fn set_faults(
    State(app): State<AppState>,
    caller: Caller,
    Json(SandboxFaults(asked)): Json<SandboxFaults>,
) -> Result<Json<SandboxFaults>, ApiError> {
    caller.must(Scope::CarrierWrite)?;
    link(&app)?.ask(Method::PUT, "/faults", Some(&asked)).await.map(|value| Json(SandboxFaults(value)))
}

#[derive(Deserialize)]
struct Data<T> {
    data: Vec<T>,
}

fn link(app: &AppState) -> Result<&SandboxLink, ApiError> {
    app.sandbox.as_ref().ok_or_else(|| ApiError::not_found("sandbox: this server speaks to a real carrier"))
}

/// A `+` is easily lost on the way through a path or query.
fn e164(text: &str) -> Result<E164, PhoneError> {
    E164::from_carrier(&format!("+{}", text.trim().trim_start_matches('+')))
}

async fn ours(app: &AppState, caller: &Caller) -> Result<Vec<String>, ApiError> {
    let ours = app
        .engine
        .store()
        .read(caller.tenant, async |tx: &mut TenantTx<'_>| number::sandbox_addresses(tx).await)
        .await?;
    Ok(ours)
}

impl SandboxLink {
    /// A wire to the sandbox at `base_url`, such as `http://127.0.0.1:4010`.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self {
            controls: format!("{}/_sandbox", base_url.trim_end_matches('/')),
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&Value>) -> Result<T, ApiError> {
        let uri: Uri = format!("{}{path}", self.controls).parse().map_err(StoreError::fault)?;
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = http::Request::builder()
            .method(method)
            .uri(uri)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(StoreError::fault)?;
        let asked = async {
            let response = self.client.request(request).await.map_err(StoreError::fault)?;
            let status = response.status();
            let bytes =
                Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await.map_err(StoreError::fault)?;
            Ok::<_, StoreError>((status, bytes.to_bytes()))
        };
        let (status, bytes) = tokio::time::timeout(ANSWER_WITHIN, asked).await.map_err(StoreError::fault)??;
        if status.is_success() {
            return Ok(serde_json::from_slice(&bytes).map_err(StoreError::fault)?);
        }
        let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let detail = said["error"].as_str().unwrap_or("The sandbox refused.").to_owned();
        Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "sandbox_refused", detail))
    }
}
