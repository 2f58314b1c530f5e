//! What a model is asked.

use std::fmt;

use serde_json::Value;

use crate::redact::Length;

/// A question to a model.
#[derive(Clone, PartialEq)]
pub struct Ask {
    /// The server's name of the model.
    pub model: String,
    /// What it is to be and to know. May be empty.
    pub system: String,
    /// The conversation, oldest first; the last one is the user's, or what a tool gave.
    pub turns: Vec<Turn>,
    /// The most tokens it may answer with.
    pub max_tokens: u32,
    /// `None`: the server's own. Some models accept no other.
    pub temperature: Option<f32>,
    /// What it may call instead of answering, or before.
    pub tools: Vec<Tool>,
    /// The shape its answer is to have. `None`: as it likes.
    pub answer_schema: Option<Schema>,
    /// Whether the answer is to come piece by piece; [`super::StreamReader`] reads it either way.
    pub stream: bool,
}

impl Ask {
    /// The same in plainer words, for servers that refuse what they have not heard of. `None`: it cannot be put plainer.
    #[must_use]
    pub fn plainer(&self) -> Option<Self> {
        if self.answer_schema.is_some() {
            return Some(Self { answer_schema: None, ..self.clone() });
        }
        self.stream.then(|| Self { stream: false, ..self.clone() })
    }
}

/// One thing said or done.
#[derive(Clone, PartialEq, Eq)]
pub enum Turn {
    /// Somebody said something.
    Said { role: Role, text: String },
    /// The model called tools, with what it said to it; often nothing.
    Called { text: String, calls: Vec<ToolCall> },
    /// What one of them gave: one for each call, before anything else is said.
    Gave(ToolResult),
}

impl Turn {
    /// Somebody said something.
    pub fn said(role: Role, text: impl Into<String>) -> Self {
        Self::Said { role, text: text.into() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The person outside.
    User,
    /// We: the model, or an agent in its place.
    Assistant,
}

/// Something that a model may call.
#[derive(Clone, PartialEq)]
pub struct Tool {
    /// Letters, digits, `_` and `-`, 64 at most: what all servers accept.
    pub name: String,
    pub description: String,
    /// A JSON Schema of an object.
    pub parameters: Value,
}

/// A call, as the model wrote it: neither its name nor its arguments are known to be good for anything.
#[derive(Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The model's own for it, or ours where it gave none. Never empty.
    pub id: String,
    /// May be one that was not offered.
    pub name: String,
    /// Meant to be a JSON object; `{}` where it wrote nothing.
    pub arguments: String,
}

/// What a tool gave.
#[derive(Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// [`ToolCall::id`].
    pub id: String,
    pub content: String,
    /// It could not do it; `content` says why.
    pub failed: bool,
}

/// The shape of an answer.
#[derive(Clone, PartialEq)]
pub struct Schema {
    /// Letters, digits, `_` and `-`, 64 at most.
    pub name: String,
    /// A JSON Schema of the strict kind: every property required, `additionalProperties: false` in every object
    /// (platform.openai.com/docs/guides/structured-outputs, platform.claude.com/docs/en/build-with-claude/structured-outputs).
    pub schema: Value,
}

/// The conversation as models want it: what one side says in a row is one thing, nothing is empty.
pub(super) fn joined(turns: &[Turn]) -> Vec<Turn> {
    let mut joined: Vec<Turn> = Vec::with_capacity(turns.len());
    for turn in turns {
        match (turn, joined.last_mut()) {
            (Turn::Said { text, .. }, _) if text.trim().is_empty() => {}
            (Turn::Said { role, text }, Some(Turn::Said { role: before, text: said })) if role == before => {
                said.push('\n');
                said.push_str(text.trim());
            }
            (Turn::Said { role, text }, _) => joined.push(Turn::said(*role, text.trim())),
            (Turn::Called { .. } | Turn::Gave(_), _) => joined.push(turn.clone()),
        }
    }
    joined
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("model", &self.model)
            .field("system", &Length(&self.system))
            .field("turns", &self.turns)
            .field("max_tokens", &self.max_tokens)
            .field("temperature", &self.temperature)
            .field("tools", &self.tools)
            .field("answer_schema", &self.answer_schema.as_ref().map(|schema| &schema.name))
            .field("stream", &self.stream)
            .finish()
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said { role, text } => f.debug_tuple("Said").field(role).field(&Length(text)).finish(),
            Self::Called { text, calls } => f.debug_tuple("Called").field(&Length(text)).field(calls).finish(),
            Self::Gave(result) => result.fmt(f),
        }
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tool").field(&self.name).finish()
    }
}

impl fmt::Debug for ToolCall {
    /// The name is the model's own writing, too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall")
            .field("name", &Length(&self.name))
            .field("arguments", &Length(&self.arguments))
            .finish()
    }
}

impl fmt::Debug for ToolResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolResult").field("content", &Length(&self.content)).field("failed", &self.failed).finish()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.name).finish()
    }
}
