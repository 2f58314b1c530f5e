//! What is done elsewhere: by models, by systems of the tenant's, by its people, by other workflows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::send::{Trouble, is_skip, is_stop, skip, stop};
use crate::id::{AssistantId, TeamId, UserId, WorkflowId};
use crate::workflow::document::{is_false, is_usual};
use crate::workflow::span::Span;

/// A model is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assistant {
    /// Which; `None`: the one that answers on the number.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::workflow::unchosen::maybe")]
    pub assistant: Option<AssistantId>,
    /// What for.
    pub task: Task,
    /// It does not answer, or with nothing that can be used.
    #[serde(default = "skip", skip_serializing_if = "is_skip")]
    pub on_error: Trouble,
}

/// What a model is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// To write a text, which a later step may send.
    Draft {
        /// What it is to say, a template.
        instruction: String,
        /// The variable of text that keeps it.
        into: String,
    },
    /// Which of the choices of a variable their last reply is.
    Classify {
        /// What is asked, a template.
        question: String,
        /// The variable of choices that keeps it.
        into: String,
    },
    /// What variables hold, from what they wrote.
    Extract {
        /// What is looked for, a template.
        instruction: String,
        /// The variables.
        into: Vec<String>,
    },
    /// To answer them from now on.
    HandOver {
        /// What it must follow, a template.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        guide: String,
    },
}

/// A request to a system of the tenant's. Private networks are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Http {
    /// Where to, a template; `https`.
    pub url: String,
    /// How.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub method: Method,
    /// Headers, by their names; the values are templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Headers whose values are secrets of the tenant's, by the names of these.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
    /// JSON, whose texts are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Json>,
    /// An answer is waited for so long; at most 15 seconds.
    #[serde(default = "ten_seconds", skip_serializing_if = "is_ten_seconds")]
    pub timeout: Span,
    /// Variables, and where in the answer (a JSON pointer) what they are to hold stands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub save: BTreeMap<String, String>,
    /// It does not answer, or with an error.
    #[serde(default = "stop", skip_serializing_if = "is_stop")]
    pub on_error: Trouble,
}

/// How a system is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "they are HTTP's own")]
pub enum Method {
    Get,
    #[default]
    Post,
    Put,
    Patch,
    Delete,
}

const fn ten_seconds() -> Span {
    Span::seconds(10)
}

fn is_ten_seconds(span: &Span) -> bool {
    *span == ten_seconds()
}

/// What is kept of them changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateContact {
    /// They get these labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    /// They lose these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
    /// They come on these lists, by id or name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add_to_lists: Vec<String>,
    /// They are taken off these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove_from_lists: Vec<String>,
    /// Fields, and what they hold now: templates.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, String>,
    /// Fields that hold nothing any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clear: Vec<String>,
}

/// Who looks after the conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assign {
    /// Which team; `None`: everybody.
    #[serde(skip_serializing_if = "Option::is_none", with = "crate::workflow::unchosen::maybe")]
    pub team: Option<TeamId>,
    /// Which member.
    #[serde(skip_serializing_if = "Option::is_none", with = "crate::workflow::unchosen::maybe")]
    pub person: Option<UserId>,
}

/// Somebody of the tenant is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notify {
    /// What, a template.
    pub text: String,
    /// Which team; neither team nor people: whoever looks after the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::workflow::unchosen::maybe")]
    pub team: Option<TeamId>,
    /// Which members.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::workflow::unchosen::each")]
    pub people: Vec<UserId>,
}

/// They enter another workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Enter {
    /// Which.
    #[serde(with = "crate::workflow::unchosen::one")]
    pub workflow: WorkflowId,
    /// Their way here goes on when they are out there.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wait: bool,
    /// Variables there, and what they hold: templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pass: BTreeMap<String, String>,
}
