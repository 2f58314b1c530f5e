//! The index, asked.

use anyhow::{Context as _, Result};
use domain::knowledge::{FLOOR, Hit, Index, Indexed, Query, Synonyms, Vector};

use crate::{Business, Half, Question};

/// What the index may go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Words and meaning, by the model that is built in.
    Meaning,
    /// Words alone.
    Words,
}

/// A question and what was found.
#[derive(Debug)]
pub struct Asked<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// The best hits; their source is the passage's place in [`Business::passages`].
    pub hits: Vec<Hit>,
    /// The place of the first passage that answers, from 0.
    pub rank: Option<usize>,
}

/// How it went for a half of the questions. All are shares from 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    /// Of the questions that have an answer: its passage is the first hit.
    pub first: f64,
    /// It is among the first three.
    pub in_three: f64,
    /// Something is answered, since the first hit is over the floor.
    pub answered: f64,
    /// What is answered is right.
    pub answered_rightly: f64,
    /// Of the questions that nothing answers: something is answered.
    pub answered_for_nothing: f64,
}

/// Asks one half's questions of one business.
///
/// # Errors
/// When the mode needs the model and it was not there when this was built.
pub fn ask(business: &Business, half: Half, mode: Mode) -> Result<Vec<Asked<'_>>> {
    let model = match mode {
        Mode::Meaning => Some(
            embedding::builtin().context("the embedding model is missing: run `cargo xtask model` and build again")?,
        ),
        Mode::Words => None,
    };
    let vector = |text: &str| model.and_then(|model| Vector::from_f32(&model.embed(text)));
    let chunks = business.passages.iter().enumerate().map(|(place, (title, chunk))| {
        let vector = vector(&chunk.to_embed(title));
        Indexed { source: place.to_string(), title: title.clone(), chunk: chunk.clone(), vector }
    });
    let index = Index::build(chunks.collect(), &Synonyms::default());
    let questions = business.questions.iter().filter(|question| question.half == half);
    Ok(questions
        .map(|question| {
            let vector = vector(&index.to_embed(&question.ask));
            let hits = index.search(&Query { text: &question.ask, vector: vector.as_ref() }, 10);
            let rank = hits.iter().position(|hit| question.is_answered_by(passage(business, hit)));
            Asked { question, hits, rank }
        })
        .collect())
}

/// All three businesses together.
///
/// # Errors
/// As [`ask`].
pub fn totals(businesses: &[Business], half: Half, mode: Mode) -> Result<Totals> {
    let asked = businesses.iter().map(|business| ask(business, half, mode)).collect::<Result<Vec<_>>>()?;
    let (answerable, nothing): (Vec<_>, Vec<_>) =
        asked.iter().flatten().partition(|asked| !asked.question.right.is_empty());
    let share = |of: &[&Asked<'_>], is: &dyn Fn(&Asked<'_>) -> bool| {
        of.iter().filter(|asked| is(asked)).count() as f64 / of.len().max(1) as f64
    };
    let answered = |asked: &Asked<'_>| asked.hits.first().is_some_and(|hit| hit.score >= FLOOR);
    Ok(Totals {
        first: share(&answerable, &|asked| asked.rank == Some(0)),
        in_three: share(&answerable, &|asked| asked.rank.is_some_and(|rank| rank < 3)),
        answered: share(&answerable, &answered),
        answered_rightly: share(&answerable, &|asked| answered(asked) && asked.rank == Some(0)),
        answered_for_nothing: share(&nothing, &answered),
    })
}

fn passage<'a>(business: &'a Business, hit: &Hit) -> &'a domain::knowledge::Chunk {
    let place: usize = hit.source.parse().unwrap_or_default();
    &business.passages[place].1
}
