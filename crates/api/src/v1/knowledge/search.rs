//! Trying what is found, and why.

use axum::extract::State;
use domain::access::Scope;
use domain::id::{AssistantId, KnowledgeId};
use domain::knowledge::{By, FLOOR, Hit};
use domain::source::Kind;
use serde::{Deserialize, Serialize};
use store::knowledge::{self, Source};
use store::{TenantTx, assistant, words};
use utoipa::ToSchema;

use super::super::assistants::{self, within};
use crate::{auth::Caller, error::ApiError, extract::Json, state::AppState};

const QUERY_CHARS_MAX: usize = 1_000;
const HITS: u32 = 5;
const HITS_MAX: u32 = 20;

/// What to look for.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskKnowledge {
    /// What a contact might write.
    query: String,
    /// In what this assistant may answer from; in all sources, if not said.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    assistant_id: Option<AssistantId>,
    /// How many passages, 1 to 20; 5 if not said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 20)]
    limit: Option<u32>,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub struct FoundKnowledge {
    /// Below this score nothing counts as found.
    floor: f64,
    /// The best passages, best first.
    hits: Vec<FoundPassage>,
}

/// A passage that was found.
#[derive(Serialize, ToSchema)]
pub struct FoundPassage {
    /// Where it stands.
    source: FoundSource,
    /// The words that an answer would quote.
    quote: String,
    /// The question that it answers there, if it is the answer to one.
    #[schema(required = true)]
    question: Option<String>,
    /// From 0 to 1.
    score: f64,
    /// Whether it counts as found.
    counts: bool,
    /// What speaks for it.
    why: FoundWhy,
}

/// The source of a passage.
#[derive(Serialize, ToSchema)]
pub struct FoundSource {
    /// Which.
    #[schema(value_type = String)]
    id: KnowledgeId,
    /// What it is about.
    title: String,
    /// Where it comes from.
    #[schema(value_type = words::SourceKind)]
    kind: Kind,
    /// Where it lies on the web.
    #[schema(required = true)]
    url: Option<String>,
}

/// What speaks for a passage.
#[derive(Serialize, ToSchema)]
pub struct FoundWhy {
    /// The words of the query that it has in some form.
    words: Vec<String>,
    /// How near its meaning is, up to 1; `null`: there was no model to tell.
    #[schema(required = true)]
    similarity: Option<f32>,
    /// What decided.
    by: FoundBy,
}

/// What a passage was found by.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// The source answers this very question.
    QuestionAndAnswer,
    /// It means what was asked, in whatever words.
    Meaning,
    /// It has the words that were asked for.
    Words,
}

macro_rules! debug_without_content {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
debug_without_content!(AskKnowledge, FoundKnowledge, FoundPassage, FoundSource, FoundWhy);

/// Looks for the passages that would answer something, and says why they were found; nothing is remembered.
#[utoipa::path(post, path = "/knowledge/search", tag = "knowledge", request_body = AskKnowledge,
    responses((status = 200, body = FoundKnowledge)))]
pub async fn search(
    State(app): State<AppState>,
    caller: Caller,
    Json(asked): Json<AskKnowledge>,
) -> Result<Json<FoundKnowledge>, ApiError> {
    caller.must(Scope::AssistantsRead)?;
    if asked.query.trim().is_empty() {
        return Err(ApiError::invalid("query", "empty", "Write what a contact might write."));
    }
    within("query", &asked.query, QUERY_CHARS_MAX)?;
    let limit = asked.limit.unwrap_or(HITS);
    if !(1..=HITS_MAX).contains(&limit) {
        return Err(ApiError::invalid("limit", "out_of_range", format!("Ask for 1 to {HITS_MAX} passages.")));
    }
    let floor = match asked.assistant_id {
        None => FLOOR,
        Some(id) => {
            let find = async move |tx: &mut TenantTx<'_>| assistant::find(tx, id).await;
            let found = app.engine.store().read(caller.tenant, find).await?;
            found.ok_or_else(assistants::no_such)?.set.floor
        }
    };
    let hits = app.engine.search_knowledge(caller.tenant, asked.assistant_id, &asked.query, limit as usize).await?;
    let ids: Vec<KnowledgeId> = hits.iter().filter_map(|hit| hit.source.parse().ok()).collect();
    let find = async move |tx: &mut TenantTx<'_>| knowledge::by_ids(tx, &ids).await;
    let sources = app.engine.store().read(caller.tenant, find).await?;
    let found = |hit: Hit| {
        // One that was removed since the index was built is not shown.
        let source = sources.get(&hit.source.parse().ok()?)?;
        Some(passage(hit, source, floor))
    };
    Ok(Json(FoundKnowledge { floor, hits: hits.into_iter().filter_map(found).collect() }))
}

fn passage(hit: Hit, source: &Source, floor: f64) -> FoundPassage {
    FoundPassage {
        source: FoundSource { id: source.id, title: source.title.clone(), kind: source.kind, url: source.url.clone() },
        quote: hit.quote,
        question: hit.question,
        score: hit.score,
        counts: hit.score >= floor,
        why: FoundWhy {
            words: hit.why.words,
            similarity: hit.why.similarity,
            by: match hit.why.by {
                By::QuestionAndAnswer => FoundBy::QuestionAndAnswer,
                By::Meaning => FoundBy::Meaning,
                By::Words => FoundBy::Words,
            },
        },
    }
}
