//! What came of a play, as it is shown.

use std::collections::{BTreeMap, BTreeSet};

use domain::workflow::simulate::{Scene, Seen, Simulation};
use domain::workflow::{Line, Status, Waits};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::words;
use utoipa::ToSchema;

/// What came of a play.
#[derive(Serialize, ToSchema)]
pub struct WorkflowPlayed {
    /// What was seen, in order.
    seen: Vec<SeenInPlay>,
    /// Every step of the way, and why.
    trace: Vec<WayLine>,
    /// What their clock shows by now.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// How it stands with their way.
    #[schema(value_type = words::WayStatus)]
    status: &'static str,
    /// The step where they stand, or where their way ended; `null`: they never came to one.
    #[schema(required = true)]
    stands_at: Option<String>,
    /// What they wait for; `null`: nothing.
    #[schema(required = true, value_type = Option<words::WayWaits>)]
    waits_for: Option<&'static str>,
    /// When the next timer comes, which `skips` goes to; `null`: none does.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    wake_at: Option<Timestamp>,
    /// What came of it: the outcome of an `end`, or how it ended otherwise; `null`: it goes on.
    #[schema(required = true)]
    outcome: Option<String>,
    /// Why it stands still; `null`: it does not.
    #[schema(required = true)]
    failure: Option<String>,
    /// What is remembered, by keys of variables.
    variables: BTreeMap<String, String>,
    /// What the fields of the person hold by now.
    fields: BTreeMap<String, String>,
    /// Their labels by now.
    tags: BTreeSet<String>,
}

/// Something that was seen.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SeenInPlay {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What it is.
    #[schema(value_type = words::WorkflowScene)]
    what: String,
    /// At which step it happens; `null`: at none.
    #[schema(required = true)]
    step: Option<String>,
    /// The text that was sent, or in plain words what happens.
    text: String,
}

/// A line of the log of somebody's way.
#[derive(Serialize, ToSchema)]
pub struct WayLine {
    /// Of which turn.
    seq: u64,
    /// At which step; `null`: at none.
    #[schema(required = true)]
    step: Option<String>,
    /// What happened: a stable word, as in `took` or `left_out`.
    what: &'static str,
    /// The same in plain words.
    text: String,
}

macro_rules! hides {
    ($($hidden:ident)*) => {$(
        /// Without what it says, which may be somebody's name.
        impl std::fmt::Debug for $hidden {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($hidden)).finish_non_exhaustive()
            }
        }
    )*};
}

hides! { WorkflowPlayed SeenInPlay WayLine }

impl WorkflowPlayed {
    pub(super) fn of(played: &Simulation<'_>) -> Self {
        let (state, subject) = (played.state(), played.subject());
        let (outcome, failure) = match &state.status {
            Status::Ended { outcome, .. } => (Some(outcome.clone()), None),
            Status::Failed { why } => (None, Some(why.to_string())),
            Status::New | Status::Live | Status::Paused { .. } => (None, None),
        };
        Self {
            seen: played.seen().iter().map(SeenInPlay::of).collect(),
            trace: played.trace().iter().map(WayLine::of).collect(),
            now: played.now(),
            status: state.status.name(),
            stands_at: state.at.clone(),
            waits_for: state.waits.as_ref().filter(|_| !state.is_ended()).map(Waits::name),
            wake_at: state.wake_at,
            outcome,
            failure,
            variables: state.variables.clone(),
            fields: subject.fields.clone(),
            tags: subject.tags.clone(),
        }
    }
}

impl SeenInPlay {
    pub(in crate::v1::workflows) fn of(seen: &Seen) -> Self {
        let (what, step, text) = match &seen.what {
            Scene::WeSay(text) => ("we_say", None, text),
            Scene::TheySay(text) => ("they_say", None, text),
            Scene::Happens { step, what } => ("happens", step.clone(), what),
        };
        Self { at: seen.at, what: what.to_owned(), step, text: text.clone() }
    }
}

impl WayLine {
    fn of(line: &Line) -> Self {
        Self { seq: line.seq, step: line.step.clone(), what: line.what.name(), text: line.what.to_string() }
    }
}
