//! What a model said, gathered from an answer that came whole or in pieces.

use std::fmt;

use serde_json::Value;

use super::ModelFault;
use super::ask::ToolCall;
use crate::loose::without_nul;
use crate::redact::Length;

/// What a model said.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Empty only if there are calls.
    pub text: String,
    /// What it wants done before it goes on; its next turn wants a result for each.
    pub calls: Vec<ToolCall>,
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
    /// It waits for its calls' results.
    Calls,
    /// It ran into `max_tokens`: the text is cut off, and calls that may be are left out.
    Length,
    /// In the server's own word; empty if it did not say.
    OtherStop(String),
}

/// No answer has more calls; what comes after them is some server's fault.
const CALLS_MAX: usize = 64;

/// What was said so far.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) text: String,
    calls: Vec<Drafted>,
    pub(super) tokens_in: Option<u64>,
    pub(super) tokens_out: Option<u64>,
    /// `None`: it has not stopped.
    pub(super) stop: Option<Stop>,
    /// It said in words of its own that it will not.
    pub(super) refused: bool,
}

/// A call in the making.
#[derive(Default)]
struct Drafted {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

/// A piece of a call. Every server leaves out something else.
pub(super) struct CallPiece<'a> {
    pub(super) index: Option<u64>,
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) arguments: &'a str,
}

impl Gathered {
    /// Adds a piece to the call that it belongs to, or begins one.
    pub(super) fn add(&mut self, piece: &CallPiece<'_>) -> Result<(), ModelFault> {
        let at = match self.belongs_to(piece) {
            Some(at) => at,
            None if self.calls.len() >= CALLS_MAX => return Err(ModelFault::Unreadable { status: 200 }),
            None => {
                self.calls.push(Drafted { index: piece.index, ..Drafted::default() });
                self.calls.len() - 1
            }
        };
        let call = &mut self.calls[at];
        // Some repeat id and name with every piece.
        if call.id.is_empty() {
            piece.id.clone_into(&mut call.id);
        }
        if call.name.is_empty() {
            piece.name.clone_into(&mut call.name);
        }
        call.arguments.push_str(piece.arguments);
        Ok(())
    }

    /// A new id begins a new call, even where the index says otherwise: some give every call the index 0. Without either,
    /// a piece goes on with the last call, unless it brings a name and that call has one.
    fn belongs_to(&self, piece: &CallPiece<'_>) -> Option<usize> {
        let same_id = |call: &Drafted| piece.id.is_empty() || call.id.is_empty() || call.id == piece.id;
        match piece.index {
            Some(_) => self.calls.iter().rposition(|call| call.index == piece.index && same_id(call)),
            None if piece.id.is_empty() => self
                .calls
                .len()
                .checked_sub(1)
                .filter(|last| piece.name.is_empty() || self.calls[*last].name.is_empty()),
            None => self.calls.iter().rposition(|call| call.id == piece.id),
        }
    }

    /// The answer, or the fault of having none.
    pub(super) fn answer(self, text: &str) -> Result<Answer, ModelFault> {
        let text = without_nul(text.trim());
        let stop = self.stop.unwrap_or(Stop::OtherStop(String::new()));
        if text.is_empty() && self.refused {
            return Err(ModelFault::Declined);
        }
        // Arguments that were cut off can be well-formed all the same.
        let calls = if stop == Stop::Length { Vec::new() } else { finished(self.calls) };
        let stop = match stop {
            Stop::Finished | Stop::Calls if calls.is_empty() => Stop::Finished,
            Stop::Finished | Stop::Calls => Stop::Calls,
            Stop::Length | Stop::OtherStop(_) => stop,
        };
        match (text.is_empty() && calls.is_empty(), &stop) {
            (true, Stop::Length) => Err(ModelFault::TooLong),
            (true, _) => Err(ModelFault::Empty),
            (false, _) => Ok(Answer { text, calls, tokens_in: self.tokens_in, tokens_out: self.tokens_out, stop }),
        }
    }
}

/// Calls without a name are none.
fn finished(drafted: Vec<Drafted>) -> Vec<ToolCall> {
    let named = drafted.into_iter().filter(|call| !call.name.trim().is_empty());
    named
        .enumerate()
        .map(|(nth, call)| ToolCall {
            id: if call.id.is_empty() { format!("call_{nth}") } else { without_nul(&call.id) },
            name: without_nul(call.name.trim()),
            arguments: if call.arguments.trim().is_empty() { "{}".to_owned() } else { without_nul(&call.arguments) },
        })
        .collect()
}

/// Arguments as text: some servers give the object itself.
pub(super) fn arguments(written: &Value) -> String {
    match written {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => written.to_string(),
    }
}

/// A call's arguments as the object that servers expect to be shown again; what was never one is shown as empty.
pub(super) fn as_object(arguments: &str) -> Value {
    serde_json::from_str(arguments)
        .ok()
        .filter(Value::is_object)
        .unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}

/// Some servers leave a model's thinking in the text, in front of the answer. Nobody outside is to read it; if it never
/// ended, there is no answer behind it.
pub(super) fn without_thoughts(text: &str) -> &str {
    let Some(thinking) = text.trim_start().strip_prefix(THINKING) else {
        return text;
    };
    thinking.split_once("</think>").map_or("", |(_, answer)| answer)
}

/// The same of a text that goes on: what may still turn out to be thinking is held back.
pub(super) fn without_thoughts_so_far(text: &str) -> &str {
    if THINKING.starts_with(text.trim_start()) { "" } else { without_thoughts(text) }
}

const THINKING: &str = "<think>";

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("text", &Length(&self.text))
            .field("calls", &self.calls)
            .field("tokens_in", &self.tokens_in)
            .field("tokens_out", &self.tokens_out)
            .field("stop", &self.stop)
            .finish()
    }
}
