//! A campaign's text, seen before it goes to anybody else: on a screen, and on phones that somebody names.

use std::fmt;

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::Settings;
use domain::command::{Command, TestCampaign};
use domain::id::{CampaignId, ContactId, MessageId};
use domain::message::Failure;
use domain::phone::E164;
use engine::{Outcome, Tested};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{TenantTx, campaign, tenant};
use utoipa::ToSchema;

use super::no_such;
use super::settings::sendable;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Path, Write},
    once::Written,
    state::AppState,
    v1::contacts::must_exist,
    v1::conversations::unexpected,
};

const NUMBERS_MAX: usize = 5;

/// Where to send it to.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestText {
    /// One to five phone numbers, your own.
    #[schema(min_items = 1, max_items = 5)]
    to: Vec<String>,
    /// What is known of whom fills it; if not said, of whoever is reached at each number.
    #[schema(value_type = Option<String>)]
    contact_id: Option<ContactId>,
}

impl fmt::Debug for TestText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestText").field("to", &self.to.len()).finish_non_exhaustive()
    }
}

/// What became of it, one for each number.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestedTexts {
    /// In the order in which they were named.
    pub data: Vec<TestedText>,
}

/// What became of it at one number.
#[derive(Serialize, ToSchema)]
pub struct TestedText {
    /// In E.164 form.
    pub to: String,
    /// The text, which waits to be sent; `null`: it is refused.
    #[schema(required = true, value_type = Option<String>)]
    pub message_id: Option<MessageId>,
    /// Why, if it is.
    #[schema(required = true, value_type = Option<store::message::Failure>)]
    pub refused: Option<Failure>,
}

impl fmt::Debug for TestedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestedText").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

/// Sends its text at once to up to five numbers of your own. It counts nowhere among its recipients and stands in their
/// conversations. No hour and no limit binds it; who has opted out or is blocked gets nothing.
#[utoipa::path(post, path = "/campaigns/{id}/test", tag = "campaigns", params(("id" = String, Path)),
    request_body = TestText, responses((status = 202, body = TestedTexts)))]
pub async fn test(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Write(asked, once): Write<TestText>,
) -> Result<Written<TestedTexts>, ApiError> {
    caller.must(Scope::CampaignsWrite)?;
    let settings = async |tx: &mut TenantTx<'_>| tenant::settings(tx).await;
    let region = app.engine.store().read(caller.tenant, settings).await?.region;
    let to = numbers(&asked.to, &region)?;
    let contact = asked.contact_id;
    app.engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let set: Settings = campaign::settings(tx, id).await?.ok_or_else(no_such)?;
            if let Some(contact) = contact {
                must_exist(tx, "contact_id", contact).await?;
            }
            sendable(tx, &set).await
        })
        .await?;
    let command = Command::TestCampaign(TestCampaign { campaign: id, to, person: asked.contact_id });
    let done = app.engine.ask(caller.tenant, caller.asker(), command, once).await?;
    let Outcome::Tested { texts } = &done.outcome else { return Err(unexpected()) };
    let text = |Tested { to, message, refused }: &Tested| TestedText {
        to: to.as_str().into(),
        message_id: *message,
        refused: refused.clone(),
    };
    Ok(Written::with(StatusCode::ACCEPTED, TestedTexts { data: texts.iter().map(text).collect() }, &done))
}

/// National spellings are read as those of `region`.
fn numbers(asked: &[String], region: &str) -> Result<Vec<E164>, ApiError> {
    if asked.is_empty() || asked.len() > NUMBERS_MAX {
        return Err(ApiError::invalid("to", "too_many", format!("Name one to {NUMBERS_MAX} numbers.")));
    }
    let mut to: Vec<E164> = Vec::new();
    for (nth, phone) in asked.iter().enumerate() {
        let phone = E164::parse(phone, Some(region)).map_err(|error| ApiError::phone(&format!("to[{nth}]"), error))?;
        if !to.contains(&phone) {
            to.push(phone);
        }
    }
    Ok(to)
}
