//! What goes wrong on the half that may be tuned on: `cargo run -p evaluation --example tune -- [words]`.

use anyhow::Result;
use evaluation::{Half, Mode, ask, businesses, totals};

fn main() -> Result<()> {
    let mode = if std::env::args().any(|arg| arg == "words") { Mode::Words } else { Mode::Meaning };
    let businesses = businesses()?;
    for business in &businesses {
        let asked = ask(business, Half::Tune, mode)?;
        let bad = |rank: Option<usize>, answerable: bool, score: f64| {
            if answerable { rank != Some(0) } else { score >= domain::knowledge::FLOOR }
        };
        for asked in &asked {
            let score = asked.hits.first().map_or(0.0, |hit| hit.score);
            if !bad(asked.rank, !asked.question.right.is_empty(), score) {
                continue;
            }
            println!("{} {:?} {}", asked.question.id, asked.rank, asked.question.ask);
            for (place, hit) in
                asked.hits.iter().enumerate().filter(|(place, _)| *place < 2 || asked.rank == Some(*place))
            {
                let why = &hit.why;
                let quote: String = hit.quote.chars().take(70).collect();
                println!("    {place} {:.3} {:?} {:?} {:?} {quote:?}", hit.score, why.by, why.similarity, why.words);
            }
        }
    }
    println!("{:#?}", totals(&businesses, Half::Tune, mode)?);
    Ok(())
}
