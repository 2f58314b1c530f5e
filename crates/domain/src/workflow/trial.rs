//! A first look at a workflow that nobody has tried: what somebody would get who never answers, what somebody who answers as it
//! wishes, and how it would end for a few who are made up.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _};

use super::document::{Variable, VariableKind};
use super::locale::Locale;
use super::population::{self, Crowd, Figures};
use super::program::{Op, Published, Target, Wait};
use super::simulate::{Answers, Person, Seen, Simulation};
use super::state::{Status, Waits};
use super::step::{Heard, Task};
use crate::condition::Subject;
use crate::tenant::Settings;

/// No country has this code: where such a number is, is told by the clock of the business.
const NOWHERE: &str = "+9990000000";
/// So many things happen to one who is played with: timers and answers.
const PLAYS_MAX: usize = 200;
/// So much of what was seen is shown.
const SEEN_MAX: usize = 100;
/// So many are made up.
pub const PEOPLE: u32 = 100;
/// They are looked at for so many days.
pub const DAYS: u32 = 30;

/// What a first look shows.
#[derive(Debug)]
pub struct Trial {
    /// What somebody gets who never answers.
    pub silent: Way,
    /// What somebody gets who answers each question as its first case wishes that is heard without a model.
    pub willing: Way,
    /// What would come of [`PEOPLE`] within [`DAYS`].
    pub figures: Figures,
}

/// What was seen of one who was played with.
#[derive(Debug)]
pub struct Way {
    /// Everything, in order.
    pub seen: Vec<Seen>,
    /// How it ended; `None`: it did not.
    pub outcome: Option<String>,
}

/// Looks at it. Of the people nothing is known but a name, and what comes with a trigger is made up.
#[must_use]
pub fn trial(published: &Published, settings: &Settings, now: Timestamp) -> Trial {
    let (person, variables) = (somebody(settings, now), given(published, now));
    let way = |answers: bool| {
        let mut play = Simulation::begin(published, person.clone(), variables.clone(), Answers::default(), now);
        for _ in 0..PLAYS_MAX {
            match question(published, &play).filter(|_| answers) {
                Some(wait) => play.says(&answer(wait)),
                None if play.skips() => {}
                None => break,
            }
        }
        let outcome = match &play.state().status {
            Status::Ended { outcome, .. } => Some(outcome.clone()),
            Status::New | Status::Live | Status::Paused { .. } | Status::Failed { .. } => None,
        };
        Way { seen: play.seen().iter().take(SEEN_MAX).cloned().collect(), outcome }
    };
    let (silent, willing) = (way(false), way(true));
    let crowd = Crowd { people: PEOPLE, days: DAYS, variables, ..Crowd::default() };
    Trial { silent, willing, figures: population::simulate(published, &crowd, settings, now) }
}

/// Somebody where the business is.
fn somebody(settings: &Settings, now: Timestamp) -> Person {
    let subject =
        Subject { name: "Sam Lee".to_owned(), phones: vec![NOWHERE.to_owned()], created_at: now, ..Subject::default() };
    let Locale { zone, language, month_first } = Locale::of(&subject, NOWHERE, settings);
    Person { subject, phone: NOWHERE.to_owned(), zone, language, month_first }
}

/// What they are asked and have not answered.
fn question<'p>(published: &'p Published, play: &Simulation<'_>) -> Option<&'p Wait> {
    let state = play.state();
    let unanswered = matches!(&state.waits, Some(Waits::Reply { heard, .. }) if heard.is_empty());
    match &published.node(state.at.as_deref()?)?.op {
        Op::Wait(wait) if unanswered => Some(wait),
        _ => None,
    }
}

/// What the first case takes that needs no model to be heard.
fn answer(wait: &Wait) -> String {
    let heard = || wait.cases.iter().map(|(heard, _)| heard);
    match heard().find(|heard| !matches!(heard, Heard::Intent(_))).or(heard().next()) {
        Some(Heard::Yes) => "Yes".to_owned(),
        Some(Heard::No) => "No".to_owned(),
        Some(Heard::Date) => "tomorrow".to_owned(),
        Some(Heard::Keywords(words) | Heard::Choice(words)) => words.first().cloned().unwrap_or_default(),
        Some(Heard::Number { min, max }) => max.or(*min).unwrap_or(1.0).to_string(),
        Some(Heard::Intent(intent)) => intent.clone(),
        Some(Heard::Any) | None => "That is fine".to_owned(),
    }
}

/// What comes with a trigger, made up: variables that no step fills.
fn given(published: &Published, now: Timestamp) -> BTreeMap<String, String> {
    let filled: Vec<&str> = published.nodes.iter().flat_map(|node| fills(&node.op)).collect();
    let comes = published.document.variables.iter().filter(|variable| !filled.contains(&variable.key.as_str()));
    comes.map(|variable| (variable.key.clone(), sample(variable, published, now))).collect()
}

fn fills(op: &Op) -> Vec<&str> {
    match op {
        Op::Save { to: Target::Variable(field), .. } => vec![&field.key],
        Op::Assistant { task: Task::Draft { into, .. } | Task::Classify { into, .. }, .. } => vec![into],
        Op::Assistant { task: Task::Extract { into, .. }, .. } => into.iter().map(String::as_str).collect(),
        Op::Http(request) => request.save.iter().map(|(field, _)| field.key.as_str()).collect(),
        _ => Vec::new(),
    }
}

fn sample(variable: &Variable, published: &Published, now: Timestamp) -> String {
    match variable.kind {
        VariableKind::Text => variable.label.clone().unwrap_or_else(|| variable.key.replace('_', " ")),
        VariableKind::Number => "3".to_owned(),
        // Soon, so that what is done some days before is done.
        VariableKind::Date => {
            let today = published.zone.to_datetime(now).date();
            today.checked_add(7.days()).unwrap_or(today).to_string()
        }
        VariableKind::YesNo => "yes".to_owned(),
        VariableKind::Choice => variable.choices.first().cloned().unwrap_or_default(),
    }
}
