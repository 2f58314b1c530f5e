//! Finding the passage that answers a question.
//!
//! A source's text is [`cut`] into chunks; an [`Index`] of them is searched by words always, and by meaning where chunks and
//! question have vectors. It quotes; it never makes up an answer. Scores lie between 0 and 1, and [`FLOOR`] parts an answer
//! from a coincidence.

mod cut;
mod found;
mod groups;
mod index;
mod notions;
mod plain;
mod quote;
mod search;
mod spelling;
mod synonyms;
#[cfg(test)]
mod tests;
mod vector;
mod words;

pub use cut::{Chunk, cut};
pub use found::{By, Hit, Query, Why};
pub use index::Index;
pub(crate) use spelling::is_one_apart;
pub use synonyms::{Synonyms, SynonymsError};
pub use vector::Vector;

/// Below this score nothing fits, unless the assistant's settings say otherwise.
pub const FLOOR: f64 = 0.30;

/// A chunk on its way into an [`Index`].
#[derive(Debug, Clone, PartialEq)]
pub struct Indexed {
    /// Whose it is, given back with a hit: an id, or `guide`.
    pub source: String,
    /// The source's title, searched too.
    pub title: String,
    /// What it says.
    pub chunk: Chunk,
    /// Where it stands, as a model sees it; `None`: it is found by its words alone.
    pub vector: Option<Vector>,
}

/// A text that may be answered from, not yet cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Whose it is, given back with a hit: an id, or `guide`.
    pub source_id: String,
    /// Its title, searched too.
    pub title: String,
    /// Plain text or Markdown. `Q:`/`A:` pairs, and question lines with their answers after them, are kept together.
    pub text: String,
}

impl Passage {
    /// Its chunks, without vectors.
    #[must_use]
    pub fn chunks(&self) -> Vec<Indexed> {
        let indexed =
            |chunk| Indexed { source: self.source_id.clone(), title: self.title.clone(), chunk, vector: None };
        cut(&self.text).into_iter().map(indexed).collect()
    }
}
