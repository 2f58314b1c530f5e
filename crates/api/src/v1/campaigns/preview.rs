//! What one person would get, asked before anything is sent.

use std::fmt;

use axum::extract::State;
use domain::access::Scope;
use domain::campaign::forecast::Who;
use domain::id::{CampaignId, ContactId, NumberId};
use domain::message::Failure;
use domain::phone::E164;
use domain::segment::Encoding;
use engine::Previewed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{TenantTx, campaign, tenant, words};
use utoipa::ToSchema;

use super::no_such;
use super::settings::sendable;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Path},
    state::AppState,
    v1::contacts::must_exist,
};

/// For whom.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewFor {
    /// A contact,
    #[schema(value_type = Option<String>)]
    contact_id: Option<ContactId>,
    /// or whoever is reached at this number, written as people of your region do or with its country code.
    phone: Option<String>,
}

impl fmt::Debug for PreviewFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreviewFor").field("contact_id", &self.contact_id).finish_non_exhaustive()
    }
}

/// What somebody would get if it went out now.
#[derive(Serialize, ToSchema)]
pub struct CampaignPreview {
    /// Who; `null`: nobody known.
    #[schema(required = true, value_type = Option<String>)]
    pub contact_id: Option<ContactId>,
    /// What they are called; `null`: not known.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Where they are reached, in E.164 form.
    pub phone: String,
    /// From which number.
    #[schema(value_type = String)]
    pub number_id: NumberId,
    /// Their text as it goes out, whether or not they may have it; `null`: they have none, `failure` says why.
    #[schema(required = true)]
    pub body: Option<String>,
    /// How many segments it takes.
    pub segments: u32,
    /// How it goes out.
    #[schema(required = true, value_type = Option<words::Encoding>)]
    pub encoding: Option<Encoding>,
    /// What would become of them: they get it now, later, or not at all.
    #[schema(value_type = words::Foreseen)]
    pub outcome: &'static str,
    /// When, if later.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Why not now; `null`: nothing speaks against it.
    #[schema(required = true, value_type = Option<store::message::Failure>)]
    pub failure: Option<Failure>,
}

impl fmt::Debug for CampaignPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CampaignPreview").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

/// What one person would get if it went out now: their text to the letter, its length, and what the gate says. Nothing is sent.
#[utoipa::path(post, path = "/campaigns/{id}/preview", tag = "campaigns", params(("id" = String, Path)),
    request_body = PreviewFor, responses((status = 200, body = CampaignPreview)))]
pub async fn preview(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Json(asked): Json<PreviewFor>,
) -> Result<Json<CampaignPreview>, ApiError> {
    caller.must(Scope::CampaignsRead)?;
    let contact = asked.contact_id;
    let who = app
        .engine
        .store()
        .read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
            let who = who(&asked, &tenant::settings(tx).await?.region)?;
            let set = campaign::settings(tx, id).await?.ok_or_else(no_such)?;
            if let Some(contact) = contact {
                must_exist(tx, "contact_id", contact).await?;
            }
            sendable(tx, &set).await?;
            Ok::<_, ApiError>(who)
        })
        .await?;
    let mut seen = app.engine.preview_campaign(caller.tenant, id, app.engine.now(), vec![who.clone()]).await?;
    seen.remove(&who).map(|seen| Json(shown(seen))).ok_or_else(|| ApiError::not_found("contact with a number"))
}

fn who(asked: &PreviewFor, region: &str) -> Result<Who, ApiError> {
    match (asked.contact_id, &asked.phone) {
        (Some(contact), None) => Ok(Who::Contact(contact)),
        (None, Some(phone)) => {
            let phone = E164::parse(phone, Some(region)).map_err(|error| ApiError::phone("phone", error))?;
            Ok(Who::Phone(phone.as_str().into()))
        }
        _ => Err(ApiError::invalid("contact_id", "one_of", "Say `contact_id` or `phone`, one of them.")),
    }
}

fn shown(seen: Previewed) -> CampaignPreview {
    let outcome = match (&seen.why_not, seen.until) {
        (None, _) => "now",
        (Some(_), Some(_)) => "later",
        (Some(_), None) => "skipped",
    };
    let text = seen.text.ok();
    CampaignPreview {
        contact_id: seen.contact,
        name: Some(seen.name).filter(|name| !name.is_empty()),
        phone: seen.phone,
        number_id: seen.number,
        segments: text.as_ref().map_or(0, |text| text.segments),
        encoding: text.as_ref().map(|text| text.encoding),
        body: text.map(|text| text.body),
        outcome,
        until: seen.until,
        failure: seen.why_not,
    }
}
