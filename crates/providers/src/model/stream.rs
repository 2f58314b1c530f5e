//! An answer that comes piece by piece: bytes in, text out, and at the end the answer or the fault of having none.

use jiff::Timestamp;

use super::answer::{Gathered, without_thoughts, without_thoughts_so_far};
use super::fault::{ModelFault, carries_error, fault};
use super::sse::{Events, TooLong};
use super::{Answer, Dialect, anthropic, openai};
use crate::http::Response;
use crate::loose::without_nul;

/// Reads the body of an answer with a status of 200 to 299, from bytes that come in any pieces.
pub struct StreamReader {
    dialect: Dialect,
    shape: Shape,
    gathered: Gathered,
    /// So much of the text was told already, in bytes.
    told: usize,
    /// Something of a stream was heard.
    heard: bool,
    done: bool,
}

/// Not every server that is asked for a stream sends one.
enum Shape {
    Unknown,
    Document(Vec<u8>),
    Events(Events),
}

impl StreamReader {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, shape: Shape::Unknown, gathered: Gathered::default(), told: 0, heard: false, done: false }
    }

    /// Takes more bytes; the text that they add, which may be none. Thinking is not told.
    ///
    /// # Errors
    /// When the server tells of an error, or what it sends is no answer. Nothing is to be pushed after that.
    pub fn push(&mut self, bytes: &[u8]) -> Result<String, ModelFault> {
        let bytes = match self.shape {
            Shape::Unknown => without_mark(bytes),
            Shape::Document(_) | Shape::Events(_) => bytes,
        };
        let Some(first) = bytes.first() else { return Ok(String::new()) };
        if matches!(self.shape, Shape::Unknown) {
            self.shape = match first {
                b'{' | b'[' | b'"' => Shape::Document(Vec::new()),
                b'<' => return Err(unreadable()),
                _ => Shape::Events(Events::default()),
            };
        }
        match &mut self.shape {
            Shape::Document(document) => {
                document.extend_from_slice(bytes);
                Ok(String::new())
            }
            Shape::Events(events) => {
                for data in events.push(bytes).map_err(|TooLong| unreadable())? {
                    self.read(&data)?;
                }
                Ok(self.news())
            }
            Shape::Unknown => Ok(String::new()),
        }
    }

    /// The server said that this was all: nobody needs to wait for the end of its body.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The answer, after the last byte.
    ///
    /// # Errors
    /// When there is none. A stream without its end was cut off, whatever it had said by then.
    pub fn finish(mut self) -> Result<Answer, ModelFault> {
        match std::mem::replace(&mut self.shape, Shape::Unknown) {
            Shape::Unknown => return Err(ModelFault::CutOff),
            Shape::Document(document) => {
                let whole = serde_json::from_slice::<serde::de::IgnoredAny>(&document);
                if whole.is_err_and(|error| error.is_eof()) {
                    return Err(ModelFault::CutOff);
                }
                // No pause is asked for without headers, so the time does not matter.
                return self.dialect.answer(Some(&Response::new(200, document)), Timestamp::UNIX_EPOCH);
            }
            Shape::Events(mut events) => {
                let rest = events.finish().map_err(|TooLong| unreadable())?;
                if events.is_foreign && rest.is_none() && !self.heard {
                    return Err(unreadable());
                }
                if let Some(data) = rest {
                    // Half an event cannot be read, and says only that the rest is missing.
                    let read = self.read(&data);
                    read.map_err(|fault| if fault == unreadable() { ModelFault::CutOff } else { fault })?;
                }
            }
        }
        if !self.done && self.gathered.stop.is_none() {
            return Err(ModelFault::CutOff);
        }
        let text = std::mem::take(&mut self.gathered.text);
        let text = match self.dialect {
            Dialect::OpenAi => without_thoughts(&text),
            Dialect::Anthropic => &text,
        };
        self.gathered.answer(text)
    }

    fn read(&mut self, data: &[u8]) -> Result<(), ModelFault> {
        self.heard = true;
        let data = data.trim_ascii();
        if self.done || data.is_empty() {
            return Ok(());
        }
        if data == b"[DONE]" {
            self.done = true;
            return Ok(());
        }
        if carries_error(data) {
            return Err(fault(&Response::new(200, data.to_vec()), Timestamp::UNIX_EPOCH));
        }
        match self.dialect {
            Dialect::OpenAi => openai::read_chunk(&mut self.gathered, data),
            Dialect::Anthropic => {
                let happened = anthropic::read_event(&mut self.gathered, data)?;
                self.done = happened == anthropic::Happened::Ended;
                Ok(())
            }
        }
    }

    /// What of the text has not been told.
    fn news(&mut self) -> String {
        let text = self.gathered.text.as_str();
        let shown = match self.dialect {
            Dialect::OpenAi => without_thoughts_so_far(text),
            Dialect::Anthropic => text,
        };
        let from = self.told.max(text.len() - shown.len());
        let news = text.get(from..).unwrap_or_default();
        let news = if self.told == 0 { news.trim_start() } else { news };
        if !news.is_empty() {
            self.told = text.len();
        }
        without_nul(news)
    }
}

impl std::fmt::Debug for StreamReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamReader").field("dialect", &self.dialect).field("done", &self.done).finish_non_exhaustive()
    }
}

fn unreadable() -> ModelFault {
    ModelFault::Unreadable { status: 200 }
}

/// Without leading white space and the bytes of a byte order mark.
fn without_mark(bytes: &[u8]) -> &[u8] {
    let skipped = |byte: &u8| byte.is_ascii_whitespace() || b"\xEF\xBB\xBF".contains(byte);
    let start = bytes.iter().position(|byte| !skipped(byte)).unwrap_or(bytes.len());
    &bytes[start..]
}
