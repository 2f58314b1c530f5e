//! Language models: one neutral question, one neutral answer, two dialects.
//!
//! Every "compatible" server differs, so every field of an answer is optional and unknown ones are ignored. Answers
//! come whole, not streamed.

pub mod anthropic;
pub mod openai;

mod content;
mod fault;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

pub use fault::ModelFault;

use crate::http::{Request, Response, Secret};
use crate::redact::Length;

/// Whose way of speaking a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Chat completions: OpenAI, Telnyx's inference, and most servers one runs oneself.
    OpenAi,
    /// Messages: Anthropic.
    Anthropic,
}

impl Dialect {
    /// The request for a question. `timeout` is for the whole exchange.
    pub fn request(self, base_url: &str, key: &Secret, ask: &Ask, timeout: Duration) -> Request {
        match self {
            Self::OpenAi => openai::request(base_url, key, ask, timeout),
            Self::Anthropic => anthropic::request(base_url, key, ask, timeout),
        }
    }

    /// Reads the answer; `None` means that none came in time. `now` turns a date in `retry-after` into a pause.
    pub fn answer(self, answer: Option<&Response>, now: Timestamp) -> Result<Answer, ModelFault> {
        match self {
            Self::OpenAi => openai::answer(answer, now),
            Self::Anthropic => anthropic::answer(answer, now),
        }
    }
}

/// A question to a model.
#[derive(Clone, PartialEq)]
pub struct Ask {
    /// The server's name of the model.
    pub model: String,
    /// What it is to be and to know. May be empty.
    pub system: String,
    /// The conversation, oldest first; the last one is the user's.
    pub turns: Vec<Turn>,
    /// The most tokens it may answer with.
    pub max_tokens: u32,
    /// `None`: the server's own. Some models accept no other.
    pub temperature: Option<f32>,
}

/// One thing said.
#[derive(Clone, PartialEq, Eq)]
pub struct Turn {
    pub role: Role,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The person outside.
    User,
    /// We: the model, or an agent in its place.
    Assistant,
}

/// What a model said.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Never empty.
    pub text: String,
    /// As billed, with what was read from or written to a cache. `None`: the server did not say.
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub stop: Stop,
}

/// Why it stopped there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It had said what it wanted.
    Finished,
    /// It ran into `max_tokens`: the text is cut off.
    Length,
    /// In the server's own word; empty if it did not say.
    OtherStop(String),
}

/// The conversation as models want it: neighbours of one role joined, nothing empty. Empty if nothing was said.
fn alternating(turns: &[Turn]) -> Vec<Turn> {
    let mut joined: Vec<Turn> = Vec::with_capacity(turns.len());
    for turn in turns {
        let text = turn.text.trim();
        match joined.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.role == turn.role => {
                last.text.push('\n');
                last.text.push_str(text);
            }
            _ => joined.push(Turn { role: turn.role, text: text.to_owned() }),
        }
    }
    joined
}

/// The text, or the fault of having none.
fn said(text: &str, stop: Stop, tokens_in: Option<u64>, tokens_out: Option<u64>) -> Result<Answer, ModelFault> {
    let text = text.trim();
    match (text.is_empty(), &stop) {
        (true, Stop::Length) => Err(ModelFault::TooLong),
        (true, _) => Err(ModelFault::Empty),
        (false, _) => Ok(Answer { text: crate::loose::without_nul(text), tokens_in, tokens_out, stop }),
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("model", &self.model)
            .field("system", &Length(&self.system))
            .field("turns", &self.turns)
            .field("max_tokens", &self.max_tokens)
            .field("temperature", &self.temperature)
            .finish()
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("role", &self.role).field("text", &Length(&self.text)).finish()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("text", &Length(&self.text))
            .field("tokens_in", &self.tokens_in)
            .field("tokens_out", &self.tokens_out)
            .field("stop", &self.stop)
            .finish()
    }
}

#[cfg(test)]
mod tests;
