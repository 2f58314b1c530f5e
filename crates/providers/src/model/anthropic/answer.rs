//! Messages, whole or as a stream of events (platform.claude.com/docs/en/build-with-claude/streaming).

use jiff::Timestamp;
use serde::Deserialize;

use crate::http::Response;
use crate::loose::{List, Object, Text, Whole};
use crate::model::answer::{Answer, CallPiece, Gathered, Stop, arguments};
use crate::model::content::ContentPart;
use crate::model::fault::{ModelFault, carries_error, fault};

/// Reads the answer; `None` means that none came in time.
pub fn answer(answer: Option<&Response>, now: Timestamp) -> Result<Answer, ModelFault> {
    let answer = answer.ok_or(ModelFault::Timeout)?;
    if !(200..=299).contains(&answer.status) || carries_error(&answer.body) {
        return Err(fault(answer, now));
    }
    let unreadable = || ModelFault::Unreadable { status: answer.status };
    let Object(message) = serde_json::from_slice::<Object<RawMessage<'_>>>(&answer.body).map_err(|_| unreadable())?;
    let mut gathered = Gathered::default();
    for part in &message.content.as_ref().ok_or_else(unreadable)?.0 {
        take_part(&mut gathered, None, part)?;
    }
    take_usage(&mut gathered, message.usage.0);
    take_end(&mut gathered, &message.stop_reason)?;
    let text = std::mem::take(&mut gathered.text);
    gathered.answer(&text)
}

/// What an event means for the stream.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::model) enum Happened {
    GoesOn,
    /// Nothing comes after it.
    Ended,
}

/// Adds one event of a stream. Kinds that are not known may come at any time and mean nothing.
pub(in crate::model) fn read_event(gathered: &mut Gathered, data: &[u8]) -> Result<Happened, ModelFault> {
    let unreadable = |_| ModelFault::Unreadable { status: 200 };
    let Object(event) = serde_json::from_slice::<Object<RawEvent<'_>>>(data).map_err(unreadable)?;
    match event.kind.as_str().unwrap_or_default() {
        "message_start" => take_usage(gathered, event.message.0.usage.0),
        "content_block_start" => take_part(gathered, event.index.0, &event.content_block)?,
        "content_block_delta" => {
            let Object(delta) = &event.delta;
            gathered.text.push_str(delta.text.as_str().unwrap_or_default());
            if let Some(arguments) = delta.partial_json.filled() {
                gathered.add(&CallPiece { index: event.index.0, id: "", name: "", arguments })?;
            }
        }
        "message_delta" => {
            take_usage(gathered, event.usage.0);
            take_end(gathered, &event.delta.0.stop_reason)?;
        }
        "message_stop" => return Ok(Happened::Ended),
        _ => {}
    }
    Ok(Happened::GoesOn)
}

/// A stream begins a call with empty arguments and sends them afterwards.
fn take_part(gathered: &mut Gathered, index: Option<u64>, part: &ContentPart<'_>) -> Result<(), ModelFault> {
    gathered.text.push_str(part.text().unwrap_or_default());
    let Some((id, name, input)) = part.call() else { return Ok(()) };
    let arguments =
        if input.as_object().is_some_and(serde_json::Map::is_empty) { String::new() } else { arguments(input) };
    gathered.add(&CallPiece { index, id, name, arguments: &arguments })
}

fn take_end(gathered: &mut Gathered, reason: &Text<'_>) -> Result<(), ModelFault> {
    gathered.stop = Some(match reason.filled() {
        None => return Ok(()),
        Some("end_turn" | "stop_sequence") => Stop::Finished,
        Some("tool_use") => Stop::Calls,
        Some("max_tokens") => Stop::Length,
        Some("model_context_window_exceeded") => return Err(ModelFault::TooLong),
        Some("refusal") => return Err(ModelFault::Declined),
        Some(other) => Stop::OtherStop(other.to_owned()),
    });
    Ok(())
}

fn take_usage(gathered: &mut Gathered, usage: RawUsage) {
    gathered.tokens_in = usage.tokens_in().or(gathered.tokens_in);
    gathered.tokens_out = usage.output_tokens.0.or(gathered.tokens_out);
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawMessage<'a> {
    #[serde(borrow)]
    content: Option<List<ContentPart<'a>>>,
    #[serde(borrow)]
    stop_reason: Text<'a>,
    usage: Object<RawUsage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawEvent<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    index: Whole,
    #[serde(borrow)]
    message: Object<RawMessage<'a>>,
    #[serde(borrow)]
    content_block: ContentPart<'a>,
    #[serde(borrow)]
    delta: Object<RawDelta<'a>>,
    usage: Object<RawUsage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawDelta<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    partial_json: Text<'a>,
    #[serde(borrow)]
    stop_reason: Text<'a>,
}

/// What came from a cache is counted apart from the rest of the input.
#[derive(Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct RawUsage {
    input_tokens: Whole,
    cache_creation_input_tokens: Whole,
    cache_read_input_tokens: Whole,
    output_tokens: Whole,
}

impl RawUsage {
    fn tokens_in(self) -> Option<u64> {
        let cached = [self.cache_creation_input_tokens, self.cache_read_input_tokens];
        let cached = cached.into_iter().filter_map(|tokens| tokens.0).fold(0, u64::saturating_add);
        self.input_tokens.0.map(|fresh| fresh.saturating_add(cached))
    }
}
