//! How well knowledge is found: 216 questions to three invented businesses, asked of the index as the built-in assistant
//! asks it. `data/` says how they were made; nobody tunes on the half that is held back.

mod data;
mod score;

pub use data::{Business, Half, Question, businesses};
pub use score::{Asked, Mode, Totals, ask, totals};
