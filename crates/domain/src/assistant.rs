//! A configured AI: what is set, what it is asked, what it may say, and when it keeps quiet. All of it pure: the engine
//! asks models and runs tools, this says with what and what becomes of it.

mod answer;
pub mod approval;
mod check;
pub mod code;
mod heed;
mod machine;
mod rehearsal;
mod replay;
mod request;
mod routing;
mod run;
mod settings;
pub mod tool;

pub use answer::{Act, Answer, Flaw, HandOff, Reply, SCHEMA, Suggestion, Understood, Wanted, understand};
pub use approval::Approval;
pub(crate) use check::calendar;
pub use check::{Allowed, Objection, answer_gives_orders, check, gives_orders, orders_of};
pub use code::Code;
pub use heed::{asks_for_bot, needs_no_answer, quiet_window};
pub use machine::{Spoken, Standstill, may_answer};
pub use rehearsal::{
    Broken, By, CASES_MAX, Case, Conduct, Expect, JUDGEMENT_SCHEMA, Line, Rule, Told, as_if_said, judge, judged,
    judgement, segments_of,
};
pub use replay::{Exchange, Now, Past, PastRun, TURNS_MAX, Then, exchanges};
pub(crate) use request::fenced;
pub use request::{Brief, Known, Meanwhile, Offered, Request, Said, Speaker, Turn, first_words, house_rules, request};
pub use routing::{Route, routed};
pub use run::{Ended, Outcome, Record, Run, ToolCall};
pub use settings::{
    Fallback, HandBack, HandOver, Language, Limits, Price, Provider, ProviderKind, SEGMENTS_MAX_DEFAULT, Settings,
};
pub use tool::Tool;

use crate::id::AssistantId;

/// An assistant, as far as a decision needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assistant {
    /// Which one.
    pub id: AssistantId,
    /// What people call it.
    pub name: String,
    /// The number of the version that is in force; it rises by one with each.
    pub version: u32,
    /// What is set in it.
    pub settings: Settings,
}

impl Assistant {
    /// What it says of itself when somebody asks whether they text with a machine: the truth.
    #[must_use]
    pub fn who_it_is(&self) -> String {
        match self.settings.identity.trim() {
            "" => format!("I am {}, an automatic assistant. Would you like a person to answer you?", self.name),
            identity => identity.to_owned(),
        }
    }
}
