//! What assistants answer from: sources are read, cut and searched here.
//!
//! A source is read by an errand ([`learn`]): a file is opened, a page fetched, a sitemap followed. What was read is cut into
//! chunks, which can be found by their words from the commit on; another errand ([`embed`]) makes their vectors. Whoever
//! answers takes the ready index of his assistant from [`indexes`].

mod embed;
mod fault;
mod fetch;
mod hosts;
mod indexes;
mod learn;
mod open;
mod sitemap;

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use domain::id::{AssistantId, TenantId};
use domain::knowledge::{Chunk, Hit, Index, Query, cut};
use store::StoreError;
use store::knowledge::{Body, Pair, Reading};

pub(crate) use embed::embed;
use embed::embed_query;
pub use embed::{has_builtin as has_embedding_model, model_of as embedding_model_of};
pub(crate) use learn::learn;

use crate::world::World;

/// What the reading and searching of knowledge keeps in memory.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    indexes: indexes::Indexes,
    hosts: hosts::Hosts,
    robots: fetch::RobotsKept,
    readers: open::Readers,
    embedders: embed::Embedders,
}

/// The place that the key of an embeddings endpoint is sealed for.
#[must_use]
pub fn embedding_key_context(tenant: TenantId) -> String {
    format!("tenant/{}/embedding_key", tenant.0)
}

/// The best passages for `text` among what an assistant may use, or, without one, among all of the tenant's enabled sources;
/// best first.
pub(crate) async fn search(
    world: &Arc<World>,
    tenant: TenantId,
    assistant: Option<AssistantId>,
    text: &str,
    limit: usize,
) -> Result<Vec<Hit>, StoreError> {
    let index = index_of(world, tenant, assistant).await?;
    Ok(search_in(world, tenant, &index, text, limit).await)
}

/// The same in an index that is at hand.
pub(crate) async fn search_in(
    world: &Arc<World>,
    tenant: TenantId,
    index: &Arc<Index>,
    text: &str,
    limit: usize,
) -> Vec<Hit> {
    if index.is_empty() {
        return Vec::new();
    }
    let vector = embed_query(world, tenant, index, text).await;
    let (index, text) = (Arc::clone(index), text.to_owned());
    let look = move || index.search(&Query { text: &text, vector: vector.as_ref() }, limit);
    tokio::task::spawn_blocking(look).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a search broke off");
        Vec::new()
    })
}

/// The index of what an assistant may use, or, without one, of all of the tenant's enabled sources: ready, and as it is now.
pub(crate) async fn index_of(
    world: &Arc<World>,
    tenant: TenantId,
    assistant: Option<AssistantId>,
) -> Result<Arc<Index>, StoreError> {
    world.shelf.indexes.get(world, tenant, assistant).await
}

/// A text as it is kept and searched. `bytes` is what it weighed as it came.
#[must_use]
pub fn read_text(text: &str, bytes: usize) -> Reading {
    let chunks = cut(text);
    Reading {
        title: None,
        format: None,
        language: language(text),
        digest: digest_of(&["text", text]),
        body: Body::Text(text.to_owned()),
        bytes,
        chunks,
    }
}

/// Questions with their answers, as they are kept and searched. A long answer is several chunks to the same question.
#[must_use]
pub fn read_pairs(pairs: Vec<Pair>, bytes: usize) -> Reading {
    let mut chunks = Vec::with_capacity(pairs.len());
    let mut parts = vec!["pairs"];
    for pair in &pairs {
        parts.extend([pair.question.as_str(), pair.answer.as_str()]);
        let question = pair.question.trim().to_owned();
        for piece in pieces(&pair.answer) {
            chunks.push(Chunk { heading: String::new(), question: Some(question.clone()), text: piece });
        }
    }
    let answers: String = pairs.iter().take(LANGUAGE_PAIRS).map(|pair| format!("{}\n", pair.answer)).collect();
    Reading {
        title: None,
        format: None,
        language: language(&answers),
        digest: digest_of(&parts),
        body: Body::Pairs(pairs),
        bytes,
        chunks,
    }
}

/// So many pairs tell in which language all of them are.
const LANGUAGE_PAIRS: usize = 50;
/// So much of a text tells in which language it is.
const LANGUAGE_CHARS: usize = 20_000;
/// An answer up to so many characters is one chunk: it was written to be one.
const ANSWER_CHARS: usize = 1_200;

fn pieces(answer: &str) -> Vec<String> {
    let answer = answer.trim();
    if answer.chars().count() <= ANSWER_CHARS {
        return vec![answer.to_owned()];
    }
    cut(answer).into_iter().map(|chunk| chunk.text).collect()
}

/// In which language most of a text is, if that can be told.
fn language(text: &str) -> Option<String> {
    let head: String = text.chars().take(LANGUAGE_CHARS).collect();
    language::detect(&head).map(|language| language.code().to_owned())
}

/// Tells texts apart; no two lists of parts run into each other.
fn digest_of(parts: &[&str]) -> [u8; 32] {
    let mut whole = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        whole.extend_from_slice(&part.len().to_le_bytes());
        whole.extend_from_slice(part.as_bytes());
    }
    let mut sum = [0; 32];
    sum.copy_from_slice(digest(&SHA256, &whole).as_ref());
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(question: &str, answer: &str) -> Pair {
        Pair { question: question.into(), answer: answer.into() }
    }

    #[test]
    fn a_pair_is_one_chunk_and_a_long_answer_several_to_the_same_question() {
        let long = "A sentence that says something of use. ".repeat(60);
        let read = read_pairs(vec![pair("Where?", "Here."), pair("How?", &long)], 9);
        assert_eq!(
            read.chunks[0],
            Chunk { heading: String::new(), question: Some("Where?".into()), text: "Here.".into() }
        );
        assert!(read.chunks.len() > 3);
        assert!(read.chunks[1..].iter().all(|chunk| chunk.question.as_deref() == Some("How?")));
        assert!(read.is_pairs());
    }

    #[test]
    fn another_text_has_another_digest() {
        assert_eq!(read_text("a", 1).digest, read_text("a", 2).digest);
        assert_ne!(read_text("a", 1).digest, read_text("b", 1).digest);
        assert_ne!(read_pairs(vec![pair("a", "bc")], 1).digest, read_pairs(vec![pair("ab", "c")], 1).digest);
    }
}
