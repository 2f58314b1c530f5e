//! What the embedding model is taught with, as the search would have it embedded: `cargo run -p evaluation --example pairs`
//! prints a line of JSON for each passage and each question of `crates/embedding/training/businesses`.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context as _, Result};
use domain::knowledge::{Chunk, Index, Indexed, Synonyms};
use serde::Deserialize;

#[derive(Deserialize)]
struct Business {
    passages: Vec<Passage>,
    questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Passage {
    id: u32,
    title: String,
    question: Option<String>,
    text: String,
}

#[derive(Deserialize)]
struct Question {
    ask: String,
    right: Vec<u32>,
}

fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../embedding/training/businesses");
    let mut files: Vec<_> = fs::read_dir(&folder)?.map(|file| Ok(file?.path())).collect::<io::Result<_>>()?;
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let business: Business = serde_json::from_slice(&fs::read(&file)?).with_context(|| format!("{name}.json"))?;
        print(&name, &business);
    }
    Ok(())
}

fn print(name: &str, business: &Business) {
    let chunks: Vec<Indexed> = business
        .passages
        .iter()
        .map(|passage| Indexed {
            source: passage.id.to_string(),
            title: passage.title.clone(),
            chunk: Chunk {
                heading: passage.title.clone(),
                question: passage.question.clone(),
                text: passage.text.clone(),
            },
            vector: None,
        })
        .collect();
    for chunk in &chunks {
        println!("{}", serde_json::json!({ "business": name, "passage": chunk.chunk.to_embed(&chunk.title) }));
    }
    let index = Index::build(chunks, &Synonyms::default());
    for Question { ask, right } in &business.questions {
        let place = |id: &u32| business.passages.iter().position(|passage| passage.id == *id);
        let right: Vec<usize> = right.iter().filter_map(place).collect();
        let as_searched = index.to_embed(ask);
        println!(
            "{}",
            serde_json::json!({ "business": name, "asked": ask, "as_searched": as_searched, "right": right })
        );
    }
}
