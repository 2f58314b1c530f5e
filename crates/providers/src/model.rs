//! Language models: one neutral question, one neutral answer, two dialects.
//!
//! Every "compatible" server differs, so every field of an answer is optional and unknown ones are ignored. Answers
//! come whole ([`Dialect::answer`]) or piece by piece ([`StreamReader`]).

pub mod anthropic;
pub mod openai;

mod answer;
mod ask;
mod content;
mod fault;
mod partial;
mod sse;
mod stream;

use std::time::Duration;

use jiff::Timestamp;

pub use answer::{Answer, Stop};
pub use ask::{Ask, Role, Schema, Tool, ToolCall, ToolResult, Turn};
pub use fault::ModelFault;
pub use partial::string_so_far;
pub use stream::StreamReader;

use crate::http::{Request, Response, Secret};

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

    /// Reads an answer as it comes, whether the server streams or not. Only for a status of 200 to 299: any other is an
    /// error that comes whole.
    pub fn reader(self) -> StreamReader {
        StreamReader::new(self)
    }
}

#[cfg(test)]
mod tests;
