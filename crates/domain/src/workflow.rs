//! What is done with people step by step: send, wait for the answer, branch on it, save it, follow up tomorrow at ten.
//!
//! | | |
//! |---|---|
//! | [`Document`] | a workflow as it is written: JSON or YAML, strictly read, written in one way |
//! | [`publish`] | checks it against what the tenant has ([`Ground`]), tells all faults at once, makes it a [`Published`] |
//! | [`warnings`], [`bound`] | what may be meant so and is worth a second look; what one person's way costs at most |
//! | [`revive`] | makes ready again what was published before |
//! | [`Standing`] | how it stands with it as a whole: who enters, who goes on |
//! | [`Entry::admits`] | who may enter |
//! | [`State`] | one person's way: plain data, kept as it is |
//! | [`advance`] | the interpreter: (published, state, event, what is known, now) → (state, trace, effects) |
//! | [`reply`] | what a text says: keyword, number, day, yes or no, choice |
//! | [`floor`], [`route`] | who gets a text, and who may wait for one |
//! | [`diff`], [`migration`] | what two versions differ in, and who can move from one to the other |
//! | [`simulate`] | plays a workflow on a clock of its own, by the same `advance` |
//! | [`population`] | the same, for thousands who are made up: what comes of them, and what it takes |
//! | [`golden`] | conversations that are kept with a workflow, and played before it is published |
//! | [`gallery`] | workflows to begin with |
//! | [`tell`] | what a document does, in plain words |
//! | [`described`] | a document from a description: what a model is asked, and what its answer is |
//! | [`trial`] | a first look at one: what somebody would get, and how it would end |
//! | [`schema`] | the form of a document, for editors and models |
//!
//! How the engine runs it:
//!
//! 1. A trigger fires. [`Entry::admits`] says whether the person enters; if so, [`State::new`] is written with a key that is
//!    unique in the database, and takes its first turn with [`Event::Entered`].
//! 2. A **turn** is one transaction: the state is read and locked by its `seq`, [`advance`] is called, and if the event was
//!    heeded, the new state, the lines of its trace and its effects are written, each effect under its [`Key`], which is
//!    unique in the database. [`State::wake_at`] is when a timer with this `seq` is due.
//! 3. Effects are performed as everything else is: texts pass the gate and the outbox, requests are errands. What becomes of
//!    them comes back as [`Event::Done`] with the same key. An event that comes twice or too late changes nothing.
//! 4. A text that arrives is routed by [`route::route`]. What goes to a workflow is its [`Event::Reply`]; for every other way of
//!    the person it is [`Event::Wrote`], so that one text answers one question.
//! 5. An opt-out is [`Event::OptedOut`] for every way of the person that is not over, in the transaction that records it. What else
//!    becomes different of them is [`Event::ContactChanged`] for those whose goal looks at it ([`Document::goal_looks_at`]).
//!
//! At run time only data can be missing, since all else was checked. Whoever lacks what a text cannot do without is treated as
//! its `on_block` says; a condition on what is not known is false (but `is missing` and `!=`); a sum passes over it; a time
//! that is told by it is as `if_past` says, but nothing is sent at a time that nobody knows.

use jiff::SignedDuration;

mod advance;
mod asked;
mod bound;
mod check;
mod clock;
pub mod described;
pub mod diff;
mod document;
mod doing;
mod effect;
mod event;
mod fault;
pub mod floor;
mod form;
pub mod funnel;
pub mod gallery;
mod goal;
pub mod golden;
mod graph;
mod locale;
mod lot;
pub mod migration;
mod parts;
pub mod population;
mod program;
pub mod reply;
pub mod route;
pub mod schema;
pub mod simulate;
mod span;
mod standing;
mod state;
mod step;
pub mod tell;
#[cfg(test)]
mod testing;
mod trace;
pub mod trial;
mod trigger;
mod unchosen;
mod warn;
pub mod watch;
mod yaml;

pub use advance::{Advanced, GRACE, Known, advance, break_off, may_be_answered};
pub use asked::Prompt;
pub use bound::{Bound, SEGMENTS_USUAL, TEXTS_USUAL, bound};
pub use check::{Ground, RUN_NAMES, checked, publish, revive};
pub use clock::{At, Day, Hour};
pub use document::{Again, BYTES_MAX, Document, Entry, Exits, Variable, VariableKind, When};
pub use doing::{Coming, Does, Doing, Source, Word};
pub use effect::{Changes, Deed, Effect, Key, Question, Request};
pub use event::{Done, Event};
pub use fault::Fault;
pub use locale::Locale;
pub use program::Published;
pub use span::{Span, SpanError};
pub use standing::{Order, Refused, Standing};
pub use state::{Answer, Failure, How, Sent, State, Status, Waits};
pub use step::*;
pub use trace::{Line, What, Why};
pub use trigger::{Before, ENTRIES_A_DAY_MAX, NotAdmitted, Trigger};
pub use warn::warnings;

/// A workflow has at most so many steps, those inside of others included.
pub const STEPS_MAX: usize = 300;
/// Ways lie within ways at most so deep.
pub const DEPTH_MAX: usize = 8;
/// A workflow has at most so many variables.
pub const VARIABLES_MAX: usize = 50;
/// A way of a [`Split`] weighs at most so much.
pub const WEIGHT_MAX: u32 = 1_000;
/// Texts that come so soon after another may be one reply.
pub const MERGE_MAX: SignedDuration = SignedDuration::from_secs(30);
/// So long somebody's way lasts at most, in days.
pub const ALIVE_DAYS: u32 = 90;
/// At most so many steps follow one another without a wait.
pub const TURN_STEPS_MAX: usize = 100;
/// So many workflows lead from one to another without anything from outside.
pub const ENTER_DEPTH_MAX: u32 = 8;
/// Nobody comes to one step more often.
pub const VISITS_MAX: u32 = 100;
