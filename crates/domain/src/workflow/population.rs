//! A workflow, walked by thousands of people who are made up: by the very [`advance`](super::advance), on a clock of its own, in
//! the law's hours and at the pace of the numbers, with a seed that makes every run the same.
//!
//! What is not played: who would not enter, consent, other workflows, and what systems and models answer. Systems answer 200
//! with nothing, models choose by chance and find nothing, and other workflows are left at once.

mod chance;
mod crowd;
mod figures;
mod people;
mod post;
mod queue;
mod run;
#[cfg(test)]
mod tests;

pub use crowd::{Crowd, DAYS_MAX, Habits, Home, PEOPLE_MAX};
pub use figures::{Figures, StepFigures};

use jiff::Timestamp;

use super::program::Published;
use crate::tenant::Settings;

/// Sends a crowd through a workflow from a moment on. Everybody is kept as the state of their way and little else, and nothing
/// of what they did but figures.
#[must_use]
pub fn simulate(published: &Published, crowd: &Crowd, settings: &Settings, from: Timestamp) -> Figures {
    run::Run::new(published, crowd, settings, from).walked()
}
