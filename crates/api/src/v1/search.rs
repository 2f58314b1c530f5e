//! Searching everything at once: what was said, who, and what people gave names to.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{CampaignId, ContactId, ConversationId, ListId, MessageId, SegmentId, WorkflowId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::contact::{self, Contact};
use store::search::message::{self, MessageHit};
use store::search::named::{self, NameHit, Named};
use store::search::text::{Snippet, Words};
use store::{StoreError, TenantTx, words};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::contacts;
use crate::{
    auth::Caller,
    error::ApiError,
    extract::{Json, Query},
    page::{Cursor, Page, PageParams},
    state::AppState,
};

/// What there is to be found, in the order in which it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchKind {
    /// A text in or out, or a note, by its words.
    Message,
    /// A contact, by any piece of their name, their company or an address.
    Contact,
    /// A campaign, by its name.
    Campaign,
    /// A workflow, by its name.
    Workflow,
    /// A list, by its name.
    List,
    /// A segment, by its name.
    Segment,
}

/// What is looked for, and among what.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// What to look for. Messages and names must have all of the words, in any order; letters' case and accents do not matter,
    /// and a word of three letters or more may be the beginning of one. Nothing in it is an operator.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Only these, with commas between: `message`, `contact`, `campaign`, `workflow`, `list`, `segment`. If not said: all that
    /// the caller may see.
    #[param(required = false)]
    kinds: Option<String>,
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted").field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResults {
    /// Of each kind at most `limit`, kind by kind; messages and what has a name the newest first.
    pub data: Vec<SearchHit>,
    /// How many of each kind that was asked for are in `data`.
    pub found: Vec<FoundOfKind>,
    /// What to ask for next, when one kind alone was asked for. `null`: there is no more, or there are several kinds.
    pub next_cursor: Option<String>,
}

/// How many there are of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundOfKind {
    /// Which kind.
    pub kind: SearchKind,
    /// So many are in this answer.
    pub count: usize,
    /// What to ask for next, as `cursor` with this kind alone: there are more, or there may be, since one look goes through so
    /// many messages and no more. `null`: there are none.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
    /// Of messages, when the look ended before everything was looked at: it went back to this moment.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    pub searched_since: Option<Timestamp>,
}

/// Something that was found.
#[derive(Serialize, ToSchema)]
pub struct SearchHit {
    /// What it is.
    pub kind: SearchKind,
    /// Which one, with the prefix of its kind.
    pub id: String,
    /// What to call it: the name, or of a message and of a contact without one, the number.
    pub title: String,
    /// Where the words stand: in a message's text, in a name.
    pub snippet: Snippet,
    /// When it was written, or since when there is one.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Of a message: in which conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub conversation_id: Option<ConversationId>,
    /// Of a message: with whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub contact_id: Option<ContactId>,
    /// Of a message and a contact: by which number or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Of a message: which way it went.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Direction>)]
    pub direction: Option<String>,
    /// Of a message: who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AuthorKind>)]
    pub author: Option<String>,
}

impl std::fmt::Debug for SearchHit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchHit").field("kind", &self.kind).field("id", &self.id).finish_non_exhaustive()
    }
}

impl SearchKind {
    const ALL: [Self; 6] = [Self::Message, Self::Contact, Self::Campaign, Self::Workflow, Self::List, Self::Segment];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Contact => "contact",
            Self::Campaign => "campaign",
            Self::Workflow => "workflow",
            Self::List => "list",
            Self::Segment => "segment",
        }
    }

    /// What one must be allowed to do to see them.
    const fn scope(self) -> Scope {
        match self {
            Self::Message => Scope::ConversationsRead,
            Self::Contact | Self::List | Self::Segment => Scope::ContactsRead,
            Self::Campaign => Scope::CampaignsRead,
            Self::Workflow => Scope::WorkflowsRead,
        }
    }
}

/// Searches messages, contacts, campaigns, workflows, lists and segments. A message can be found about a second after it came.
#[utoipa::path(get, path = "/search", tag = "search", operation_id = "search_everything", params(Wanted, PageParams),
    responses((status = 200, body = SearchResults)))]
pub async fn search(
    State(app): State<AppState>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    page: Page,
) -> Result<Json<SearchResults>, ApiError> {
    let kinds = kinds(&caller, wanted.kinds.as_deref())?;
    let typed = wanted.q.unwrap_or_default();
    let people = contacts::search(Some(&typed))?;
    let Some(people) = people else {
        return Err(ApiError::invalid("q", "missing", "Say what to look for."));
    };
    let words = Words::parse(&typed);
    if page.after.is_some() && kinds.len() != 1 {
        return Err(ApiError::invalid("cursor", "one_kind", "Ask for one kind, with `kinds`, to go on with it."));
    }
    let under = page.after.map(|cursor| cursor.id);
    let limit = page.limit as usize;
    let found = app.engine.store().read(caller.tenant, async move |tx: &mut TenantTx<'_>| {
        let mut found = Vec::with_capacity(kinds.len());
        for kind in &kinds {
            let (hits, next) = match (kind, &words) {
                (SearchKind::Contact, _) => {
                    let after = under.map(ContactId);
                    let rows = contact::page(tx, Some(&people), None, after, page.fetch()).await?;
                    of_contacts(rows, words.as_ref(), limit)
                }
                // Signs alone are no words.
                (_, None) => (Vec::new(), None),
                (SearchKind::Message, Some(words)) => {
                    let found = message::find(tx, words, under, limit).await?;
                    (found.hits.into_iter().map(of_message).collect(), found.next)
                }
                (SearchKind::Campaign, Some(words)) => names(tx, *kind, Named::Campaign, words, under, limit).await?,
                (SearchKind::Workflow, Some(words)) => names(tx, *kind, Named::Workflow, words, under, limit).await?,
                (SearchKind::List, Some(words)) => names(tx, *kind, Named::List, words, under, limit).await?,
                (SearchKind::Segment, Some(words)) => names(tx, *kind, Named::Segment, words, under, limit).await?,
            };
            found.push((*kind, hits, next));
        }
        Ok::<_, StoreError>(found)
    });
    Ok(Json(results(found.await?, limit)))
}

fn results(found: Vec<(SearchKind, Vec<SearchHit>, Option<Uuid>)>, limit: usize) -> SearchResults {
    let (mut data, mut of_kinds) = (Vec::new(), Vec::new());
    for (kind, mut hits, next) in found {
        let ended_early = kind == SearchKind::Message && hits.len() < limit;
        of_kinds.push(FoundOfKind {
            kind,
            count: hits.len(),
            next_cursor: next.map(|id| Cursor::id(id).to_text()),
            searched_since: next.filter(|_| ended_early).and_then(time_of),
        });
        data.append(&mut hits);
    }
    let next_cursor = match &of_kinds[..] {
        [alone] => alone.next_cursor.clone(),
        _ => None,
    };
    SearchResults { data, found: of_kinds, next_cursor }
}

/// The kinds that are asked for; all that the caller may see, if none is.
fn kinds(caller: &Caller, asked: Option<&str>) -> Result<Vec<SearchKind>, ApiError> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else {
        let seen: Vec<SearchKind> = SearchKind::ALL.into_iter().filter(|kind| caller.grant.may(kind.scope())).collect();
        return match seen.is_empty() {
            true => Err(caller.must(Scope::ConversationsRead).err().unwrap_or_else(nothing)),
            false => Ok(seen),
        };
    };
    let mut kinds = Vec::new();
    for word in asked.split(',').map(str::trim) {
        let kind = SearchKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            let mend = "Ask for message, contact, campaign, workflow, list or segment, with commas between.";
            ApiError::invalid("kinds", "not_allowed", mend)
        })?;
        caller.must(kind.scope())?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

fn nothing() -> ApiError {
    ApiError::forbidden("There is nothing here that you may see.")
}

async fn names(
    tx: &mut TenantTx<'_>,
    kind: SearchKind,
    named: Named,
    words: &Words,
    under: Option<Uuid>,
    limit: usize,
) -> Result<(Vec<SearchHit>, Option<Uuid>), StoreError> {
    let (hits, next) = named::find(tx, named, words, under, limit).await?;
    Ok((hits.into_iter().map(|hit| of_name(kind, hit)).collect(), next))
}

fn of_message(hit: MessageHit) -> SearchHit {
    let title = if hit.name.is_empty() { hit.address.clone() } else { hit.name };
    SearchHit {
        kind: SearchKind::Message,
        id: hit.id.to_string(),
        title,
        snippet: hit.snippet,
        at: hit.at,
        conversation_id: Some(hit.conversation),
        contact_id: Some(hit.contact),
        address: Some(hit.address),
        direction: Some(hit.direction),
        author: Some(hit.author),
    }
}

fn of_contacts(mut rows: Vec<Contact>, words: Option<&Words>, limit: usize) -> (Vec<SearchHit>, Option<Uuid>) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| Uuid::from(last.id));
    (rows.into_iter().map(|contact| of_contact(contact, words)).collect(), next)
}

fn of_contact(contact: Contact, words: Option<&Words>) -> SearchHit {
    let title = contact.name.unwrap_or_else(|| contact.phone.clone());
    // What was typed may be a piece of a number, or of the middle of a name: then it stands nowhere as a word.
    let snippet = words
        .and_then(|words| words.snippet(&title))
        .unwrap_or_else(|| Snippet { text: title.clone(), matches: Vec::new() });
    SearchHit {
        kind: SearchKind::Contact,
        id: contact.id.to_string(),
        title,
        snippet,
        at: contact.created_at,
        conversation_id: None,
        contact_id: None,
        address: Some(contact.phone),
        direction: None,
        author: None,
    }
}

fn of_name(kind: SearchKind, hit: NameHit) -> SearchHit {
    let id = match kind {
        SearchKind::Message => MessageId(hit.id).to_string(),
        SearchKind::Contact => ContactId(hit.id).to_string(),
        SearchKind::Campaign => CampaignId(hit.id).to_string(),
        SearchKind::Workflow => WorkflowId(hit.id).to_string(),
        SearchKind::List => ListId(hit.id).to_string(),
        SearchKind::Segment => SegmentId(hit.id).to_string(),
    };
    SearchHit {
        kind,
        id,
        title: hit.name,
        snippet: hit.snippet,
        at: hit.at,
        conversation_id: None,
        contact_id: None,
        address: None,
        direction: None,
        author: None,
    }
}

/// The time in an id.
fn time_of(id: Uuid) -> Option<Timestamp> {
    let millis = i64::try_from(id.as_u128() >> 80).ok()?;
    Timestamp::from_millisecond(millis).ok()
}
