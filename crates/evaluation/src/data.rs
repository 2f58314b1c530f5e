//! The set, as it stands in `data/`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use domain::knowledge::{Chunk, cut};
use serde::Deserialize;

/// A business, with what it knows.
#[derive(Debug)]
pub struct Business {
    /// Its folder.
    pub name: String,
    /// Its passages: the title of their source, and what they say.
    pub passages: Vec<(String, Chunk)>,
    /// What it is asked.
    pub questions: Vec<Question>,
}

/// What a customer texts.
#[derive(Debug, Deserialize)]
pub struct Question {
    /// Unique in the set.
    pub id: String,
    /// Whether it may be tuned on.
    pub half: Half,
    /// The text.
    pub ask: String,
    /// A quotation of each passage that answers. Empty: nothing does.
    pub right: Vec<String>,
}

/// A half of the questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// What figures are chosen by.
    Tune,
    /// What tells whether they hold: of this one only totals are looked at.
    Hold,
}

impl Question {
    /// Whether this passage answers it.
    #[must_use]
    pub fn is_answered_by(&self, chunk: &Chunk) -> bool {
        let stands_in = |text: &str| self.right.iter().any(|right| text.contains(right.as_str()));
        stands_in(&chunk.text) || chunk.question.as_deref().is_some_and(stands_in)
    }
}

/// The three of them.
///
/// # Errors
/// When a file cannot be read.
pub fn businesses() -> Result<Vec<Business>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    ["bicycles", "dentist", "guesthouse"].iter().map(|name| business(&data, name)).collect()
}

fn business(data: &Path, name: &str) -> Result<Business> {
    let folder = data.join(name);
    let mut files: Vec<_> =
        fs::read_dir(folder.join("knowledge"))?.map(|file| Ok(file?.path())).collect::<Result<_>>()?;
    files.sort();
    let mut passages = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        // As a person would name the source: by its first heading.
        let title = text.lines().next().unwrap_or_default().trim_start_matches('#').trim().to_owned();
        passages.extend(cut(&text).into_iter().map(|chunk| (title.clone(), chunk)));
    }
    let lines = fs::read_to_string(folder.join("questions.jsonl"))?;
    let questions = lines
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("{name}: {line}")))
        .collect::<Result<_>>()?;
    Ok(Business { name: name.to_owned(), passages, questions })
}
