//! What is asked of the index, and what it finds.

use serde::Serialize;

use super::Vector;

/// What somebody wants to know.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// In their words.
    pub text: &'a str,
    /// The same as the chunks' model sees it; `None` looks by words alone.
    pub vector: Option<&'a Vector>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// The chunk's source, as it was given.
    pub source: String,
    /// The source's title.
    pub title: String,
    /// The words to answer with, as they stand in the source: a question's answer, or the sentences that fit.
    pub quote: String,
    /// The question that the quote answers in the source, if it stands there as an answer.
    pub question: Option<String>,
    /// From 0 to 1; [`super::FLOOR`] parts an answer from a coincidence, whichever way it was found.
    pub score: f64,
    /// What speaks for it.
    pub why: Why,
}

/// What speaks for a hit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The words of the query that it has in some form, as they were understood.
    pub words: Vec<String>,
    /// How near its meaning is to the query's, up to 1; `None` if one of the two has no vector.
    pub similarity: Option<f32>,
    /// What decided.
    pub by: By,
}

/// What a hit was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The source answers this very question.
    QuestionAndAnswer,
    /// It means what was asked, in whatever words.
    Meaning,
    /// It has the words that were asked for.
    Words,
}
