//! How many conversations each view has: those that everybody has, and the member's own.

use axum::extract::State;
use domain::access::Scope;
use domain::conversation::Status;
use domain::id::{UserId, ViewId};
use serde::Serialize;
use store::TenantTx;
use store::conversation::{self, Answer, Assignee, Filter, Order};
use utoipa::ToSchema;

use super::filter;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::Json,
    state::AppState,
    v1::views::{VIEWS_MAX, kept},
};

/// How many conversations each view has. Counting ends at 999: `more` then says that there are more.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationCounts {
    /// Open ones that the asking member looks after; `null` for an API key, which is no member.
    #[schema(required = true)]
    pub mine: Option<Answer>,
    /// Open ones that nobody looks after.
    pub unassigned: Answer,
    /// All open ones.
    pub open: Answer,
    /// Open ones whose contact waits for an answer.
    pub waiting: Answer,
    /// Open ones that an assistant holds.
    pub assistant: Answer,
    /// Snoozed ones.
    pub snoozed: Answer,
    /// Closed ones.
    pub closed: Answer,
    /// Those whose newest text of ours did not arrive, and nobody has seen to it.
    pub failed: Answer,
    /// The member's own views.
    pub views: Vec<ViewCount>,
}

/// How many conversations a view has. What no index tells is looked at in the first 2,000 of its list: `more` then says that
/// there may be more.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewCount {
    /// Which.
    #[schema(value_type = String)]
    pub id: ViewId,
    /// How many.
    #[serde(flatten)]
    pub answer: Answer,
}

/// How many conversations each view has, all at once.
#[utoipa::path(get, path = "/conversations/counts", tag = "conversations",
    responses((status = 200, body = ConversationCounts)))]
pub async fn read(State(app): State<AppState>, caller: Caller) -> Result<Json<ConversationCounts>, ApiError> {
    caller.must(Scope::ConversationsRead)?;
    let reader = caller.user;
    let store = app.engine.store();
    store.read(caller.tenant, async move |tx: &mut TenantTx<'_>| counts(tx, reader).await).await.map(Json)
}

async fn counts(tx: &mut TenantTx<'_>, reader: Option<UserId>) -> Result<ConversationCounts, ApiError> {
    let open = || Filter { status: Some(Status::Open), ..Filter::default() };
    let of = |status| Filter { status: Some(status), ..Filter::default() };
    let everybodys = [
        Filter { assignee: Assignee::Nobody, ..open() },
        open(),
        Filter { waiting: true, order: Order::Waiting, ..open() },
        Filter { holder: Some("assistant"), ..open() },
        of(Status::Snoozed),
        of(Status::Closed),
        Filter { failed: true, ..Filter::default() },
    ];
    let mut counted = [Answer::default(); 7];
    for (answer, filter) in counted.iter_mut().zip(&everybodys) {
        *answer = conversation::count(tx, filter, reader).await?;
    }
    let [unassigned, open_ones, waiting, assistant, snoozed, closed, failed] = counted;
    let (mut mine, mut views) = (None, Vec::new());
    if let Some(me) = reader {
        mine = Some(conversation::count(tx, &Filter { assignee: Assignee::User(me), ..open() }, reader).await?);
        for view in store::view::page(tx, me, None, VIEWS_MAX).await? {
            let answer = conversation::count(tx, &filter(&kept(&view)?, reader)?, reader).await?;
            views.push(ViewCount { id: view.id, answer });
        }
    }
    Ok(ConversationCounts { mine, unassigned, open: open_ones, waiting, assistant, snoozed, closed, failed, views })
}
