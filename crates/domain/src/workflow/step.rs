//! What is done, step by step.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod listen;
mod send;
mod world;

pub use listen::{Heard, Manner, NoMatch, ReplyCase, WaitForReply};
pub use send::{IfLate, IfPast, Purpose, ScheduleSend, Send, Trouble};
pub use world::{Assign, Assistant, Enter, Http, Method, Notify, Task, UpdateContact};

use super::clock::At;
use super::document::{When, is_usual};
use super::span::Span;
use crate::hours::WeekHours;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name, which it keeps for good: where people stand, and what they went through, is told by it.
    pub id: String,
    /// It is done only with whoever this is true of; who it is not true of goes on behind it.
    pub only_if: Option<When>,
    /// What is done.
    pub act: Act,
}

/// Declares the acts, each a part of a step that is called as it is: `{"id": "hello", "send": {…}}`.
macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident($inside:ty) = $name:ident,)*) => {
        /// What a step does.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Act {
            $($(#[$doc])* $act($inside),)*
        }

        impl Act {
            /// What acts are called in documents.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// What it is called in documents.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$act(_) => stringify!($name),)*
                }
            }
        }

        #[derive(Serialize, Deserialize)]
        struct Written {
            id: String,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            only_if: Option<When>,
            $(#[serde(default, skip_serializing_if = "Option::is_none")] $name: Option<$inside>,)*
        }

        impl<'de> Deserialize<'de> for Step {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let Written { id, only_if, $($name,)* } = Written::deserialize(from)?;
                let mut acts = Vec::new();
                $(acts.extend($name.map(Act::$act));)*
                let act = acts.pop();
                match (act, acts.pop()) {
                    (Some(act), None) => Ok(Self { id, only_if, act }),
                    (Some(one), Some(other)) => Err(D::Error::custom(format!(
                        "This step does two things. Make two steps of it, for `{}` and `{}`.", other.name(), one.name()
                    ))),
                    (None, _) => Err(D::Error::custom(format!(
                        "This step does nothing. Add one of these: {}.", Act::NAMES.join(", ")
                    ))),
                }
            }
        }

        impl Serialize for Step {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let mut written = Written { id: self.id.clone(), only_if: self.only_if.clone(), $($name: None,)* };
                match &self.act {
                    $(Act::$act(inside) => written.$name = Some(inside.clone()),)*
                }
                written.serialize(to)
            }
        }
    };
}

acts! {
    /// A text is sent, and the way goes on when it is out.
    Send(Send) = send,
    /// A text is sent at a time.
    ScheduleSend(ScheduleSend) = schedule_send,
    /// Only who this is true of goes on; the others leave.
    Filter(When) = filter,
    /// Time passes.
    Delay(Delay) = delay,
    /// The first case that is true is taken, or else the way for all others.
    Branch(Branch) = branch,
    /// Something is written down.
    Save(Save) = save,
    /// They are waited for.
    WaitForReply(WaitForReply) = wait_for_reply,
    /// A model is asked, or given the conversation.
    Assistant(Assistant) = assistant,
    /// A system of the tenant's is asked or told.
    Http(Http) = http,
    /// What is kept of them changes.
    UpdateContact(UpdateContact) = update_contact,
    /// Somebody looks after the conversation from now on.
    Assign(Assign) = assign,
    /// A note is left in the conversation.
    Note(String) = note,
    /// Somebody of the tenant is told.
    Notify(Notify) = notify,
    /// Chance decides, always in the same way for the same person.
    Split(Split) = split,
    /// They enter another workflow.
    Enter(Enter) = enter,
    /// It goes on there.
    GoTo(String) = go_to,
    /// Their way ends, with this for its outcome.
    End(String) = end,
}

/// Time that passes. It says `for` or `until`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Delay {
    /// So long.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// Until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// And then until these hours of the week are open, on the clock of the business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<WeekHours>,
    /// And up to so long on top, always the same for the same person, so that not everybody is texted at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Span>,
    /// The time is over when they come here.
    #[serde(skip_serializing_if = "is_usual")]
    pub if_past: IfPast,
    /// The time passed while somebody had paused it.
    #[serde(skip_serializing_if = "is_usual")]
    pub if_late: IfLate,
}

/// Ways that conditions choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// The first that is true is taken.
    pub cases: Vec<Case>,
    /// If none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<Step>,
}

/// A way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// For whom.
    pub when: When,
    /// What is done with them.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// Something that is written down: in a field of theirs, or in a variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Save {
    /// Where: the key of a variable, or of one of the tenant's fields. What is written there is read as what that holds.
    pub to: String,
    /// What.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub from: From,
    /// It cannot be read as that.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub on_invalid: OnInvalid,
}

/// What is written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// What they last answered.
    #[default]
    Reply,
    /// A text, a [`Template`](crate::template::Template).
    Text(String),
    /// The sum of these fields and variables; what is not known adds nothing.
    Sum(Vec<String>),
}

/// What was said cannot be read as what is to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnInvalid {
    /// What was known before stays.
    #[default]
    Keep,
    /// Nothing is known any more.
    Clear,
    /// They are asked again.
    AskAgain {
        /// By this step, and those behind it.
        step: String,
        /// At most so often; then what was known before stays.
        #[serde(default = "two", skip_serializing_if = "is_two")]
        times: u32,
    },
}

const fn two() -> u32 {
    2
}

const fn is_two(times: &u32) -> bool {
    *times == 2
}

/// Ways that chance chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The ways.
    pub paths: Vec<Way>,
}

/// A way that chance may choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// What people call it.
    pub name: String,
    /// How many take it, compared with the others.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: u32,
    /// What is done with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

const fn one() -> u32 {
    1
}

const fn is_one(weight: &u32) -> bool {
    *weight == 1
}

/// Steps and those inside of them, each with its place.
pub(super) fn walk<'d>(pointer: &str, steps: &'d [Step], all: &mut Vec<(String, &'d Step)>) {
    for (nth, step) in steps.iter().enumerate() {
        let pointer = format!("{pointer}/{nth}");
        all.push((pointer.clone(), step));
        for (way, steps) in step.act.ways() {
            walk(&format!("{pointer}/{}{way}", step.act.name()), steps, all);
        }
    }
}

impl Act {
    /// The steps inside of it, each way with its place.
    #[must_use]
    pub fn ways(&self) -> Vec<(String, &[Step])> {
        match self {
            Self::Branch(branch) => {
                let cases = branch.cases.iter().enumerate();
                let mut ways: Vec<_> =
                    cases.map(|(nth, case)| (format!("/cases/{nth}/steps"), case.steps.as_slice())).collect();
                ways.push(("/otherwise".to_owned(), &branch.otherwise));
                ways
            }
            Self::WaitForReply(wait) => {
                let cases = wait.cases.iter().enumerate();
                let mut ways: Vec<_> =
                    cases.map(|(nth, case)| (format!("/cases/{nth}/steps"), case.steps.as_slice())).collect();
                ways.extend(wait.no_match.as_ref().map(|none| ("/no_match/steps".to_owned(), none.steps.as_slice())));
                ways.push(("/on_timeout".to_owned(), &wait.on_timeout));
                ways
            }
            Self::Split(split) => {
                let paths = split.paths.iter().enumerate();
                paths.map(|(nth, way)| (format!("/paths/{nth}/steps"), way.steps.as_slice())).collect()
            }
            Self::Send(_)
            | Self::ScheduleSend(_)
            | Self::Filter(_)
            | Self::Delay(_)
            | Self::Save(_)
            | Self::Assistant(_)
            | Self::Http(_)
            | Self::UpdateContact(_)
            | Self::Assign(_)
            | Self::Note(_)
            | Self::Notify(_)
            | Self::Enter(_)
            | Self::GoTo(_)
            | Self::End(_) => Vec::new(),
        }
    }
}
