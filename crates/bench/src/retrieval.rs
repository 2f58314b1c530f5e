//! Knowledge: how well it is found, and how long that takes in a tenant's ten thousand chunks.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use domain::knowledge::{Chunk, Index, Indexed, Query, Synonyms, Vector};
use evaluation::{Business, Half, Mode, businesses, totals};

use crate::Run;
use crate::proc::resident_kib;
use crate::table::{Row, Table};

const BENCH: &str = "retrieval";
/// As many as a tenant may have.
const CHUNKS: usize = 10_000;
const HITS: usize = 6;

/// Measures it.
///
/// # Errors
/// When the evaluation set cannot be read, or the embedding model is not there.
pub fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let businesses = businesses()?;
    for (half, name) in [(Half::Tune, "tuned on"), (Half::Hold, "held back")] {
        for (mode, by) in [(Mode::Meaning, "meaning and words"), (Mode::Words, "words alone")] {
            quality(table, &businesses, (half, name), (mode, by))?;
        }
    }
    speed(run, table, &businesses)
}

fn quality(table: &mut Table, businesses: &[Business], half: (Half, &str), mode: (Mode, &str)) -> Result<()> {
    let totals = totals(businesses, half.0, mode.0)?;
    let what = |what: &str| format!("{what} ({}, the half {})", mode.1, half.1);
    let row = |what: String, share: f64| Row::new(BENCH, what, share * 100.0, "%");
    let mut first = row(what("right passage first"), totals.first);
    let mut three = row(what("right passage in the first three"), totals.in_three);
    let mut nothing = row(what("answers where nothing fits"), totals.answered_for_nothing);
    if half.0 == Half::Hold {
        let (least_first, least_three) = match mode.0 {
            Mode::Meaning => (78.0, 93.0),
            Mode::Words => (60.0, 80.0),
        };
        (first, three, nothing) = (first.at_least(least_first), three.at_least(least_three), nothing.at_most(8.0));
    }
    let note = format!(
        "answers {:.0} % of the questions that have an answer, {:.0} % rightly",
        totals.answered * 100.0,
        totals.answered_rightly * 100.0
    );
    table.add(first);
    table.add(three);
    table.add(nothing.note(note));
    Ok(())
}

/// Questions of the set, asked of one large index.
fn speed(run: &Run, table: &mut Table, businesses: &[Business]) -> Result<()> {
    let model = embedding::builtin().context("the embedding model is missing: run `cargo xtask model`")?;
    let mut chunks = Vec::new();
    for (title, chunk) in businesses.iter().flat_map(|business| &business.passages) {
        let vector = Vector::from_f32(&model.embed(&chunk.to_embed(title)));
        chunks.push(Indexed { source: title.clone(), title: title.clone(), chunk: chunk.clone(), vector });
    }
    let before = resident_kib(std::process::id())?;
    let many: Vec<Indexed> = (0..CHUNKS).map(|nth| varied(&chunks, nth)).collect();
    let began = Instant::now();
    let index = Index::build(many, &Synonyms::default());
    let built = began.elapsed();
    let grown = resident_kib(std::process::id())?.saturating_sub(before);
    let questions: Vec<&str> =
        businesses.iter().flat_map(|business| &business.questions).map(|question| question.ask.as_str()).collect();
    let (mut embedding, mut searching, mut together) = (Vec::new(), Vec::new(), Vec::new());
    for question in questions.iter().cycle().take(run.size(5, 1) * questions.len()) {
        let began = Instant::now();
        let vector = Vector::from_f32(&model.embed(&index.to_embed(question)));
        let embedded = began.elapsed();
        std::hint::black_box(index.search(&Query { text: question, vector: vector.as_ref() }, HITS));
        let whole = began.elapsed();
        embedding.push(embedded);
        searching.push(whole - embedded);
        together.push(whole);
    }
    let asked = format!("{} questions, one at a time", together.len());
    table.add(Row::new(BENCH, "a question's embedding, p50", percentile(&mut embedding, 0.5), "ms"));
    table.add(Row::new(BENCH, "a question's embedding, p99", percentile(&mut embedding, 0.99), "ms"));
    table.add(Row::new(BENCH, "search in 10,000 chunks, p99", percentile(&mut searching, 0.99), "ms"));
    let both = Row::new(BENCH, "both together, p50", percentile(&mut together, 0.5), "ms");
    table.add(both.note(asked));
    table.add(Row::new(BENCH, "both together, p99", percentile(&mut together, 0.99), "ms").at_most(30.0));
    table.add(Row::new(BENCH, "index of 10,000 chunks: built in", built.as_secs_f64() * 1e3, "ms"));
    table.add(Row::new(BENCH, "index of 10,000 chunks: memory", grown as f64 / 1024.0, "MiB"));
    Ok(())
}

/// A chunk that is like others and the same as none: two halves of known ones, with words of its own.
fn varied(chunks: &[Indexed], nth: usize) -> Indexed {
    let first = &chunks[nth % chunks.len()];
    let second = &chunks[(nth * 7 + nth / chunks.len()) % chunks.len()];
    let half = |text: &str, from_end: bool| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (start, end) = words.split_at(words.len() / 2);
        if from_end { end.join(" ") } else { start.join(" ") }
    };
    let text =
        format!("{} {} number {nth} w{}x", half(&first.chunk.text, false), half(&second.chunk.text, true), nth % 3_000);
    let chunk = Chunk { heading: first.chunk.heading.clone(), question: None, text };
    Indexed { chunk, vector: second.vector.clone(), ..first.clone() }
}

/// In milliseconds.
fn percentile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    let at = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
