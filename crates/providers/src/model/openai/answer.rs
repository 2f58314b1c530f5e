//! Chat completions, whole or in chunks: they differ in the word `message` or `delta`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::http::Response;
use crate::loose::{List, Object, Text, Whole};
use crate::model::answer::{Answer, CallPiece, Gathered, Stop, arguments, without_thoughts};
use crate::model::content::ContentPart;
use crate::model::fault::{ModelFault, carries_error, fault};

/// Reads the answer; `None` means that none came in time.
pub fn answer(answer: Option<&Response>, now: Timestamp) -> Result<Answer, ModelFault> {
    let answer = answer.ok_or(ModelFault::Timeout)?;
    if !(200..=299).contains(&answer.status) || carries_error(&answer.body) {
        return Err(fault(answer, now));
    }
    let unreadable = || ModelFault::Unreadable { status: answer.status };
    let Object(completion) =
        serde_json::from_slice::<Object<RawCompletion<'_>>>(&answer.body).map_err(|_| unreadable())?;
    let Object(choice) = completion.choices.0.first().ok_or_else(unreadable)?;
    let mut gathered = Gathered::default();
    take_usage(&mut gathered, &completion.usage.0);
    take_message(&mut gathered, &choice.message.0)?;
    take_end(&mut gathered, choice)?;
    let text = std::mem::take(&mut gathered.text);
    gathered.answer(without_thoughts(&text))
}

/// Adds one chunk of a stream. Those without choices tell of usage, and of nothing.
pub(in crate::model) fn read_chunk(gathered: &mut Gathered, data: &[u8]) -> Result<(), ModelFault> {
    let unreadable = |_| ModelFault::Unreadable { status: 200 };
    let Object(chunk) = serde_json::from_slice::<Object<RawCompletion<'_>>>(data).map_err(unreadable)?;
    take_usage(gathered, &chunk.usage.0);
    // Only one was asked for.
    let ours = chunk.choices.0.iter().find(|Object(choice)| choice.index.0.unwrap_or(0) == 0);
    let Some(Object(choice)) = ours else { return Ok(()) };
    take_message(gathered, &choice.delta.0)?;
    take_end(gathered, choice)
}

fn take_message(gathered: &mut Gathered, message: &RawMessage<'_>) -> Result<(), ModelFault> {
    gathered.text.extend(message.content.0.iter().filter_map(ContentPart::text));
    gathered.refused |= message.refusal.filled().is_some();
    for Object(call) in &message.tool_calls.0 {
        let function = &call.function.0;
        gathered.add(&CallPiece {
            index: call.index.0,
            id: call.id.as_str().unwrap_or_default(),
            name: function.name.as_str().unwrap_or_default(),
            arguments: &arguments(&function.arguments),
        })?;
    }
    Ok(())
}

/// Some servers write an empty reason where others write none.
fn take_end(gathered: &mut Gathered, choice: &RawChoice<'_>) -> Result<(), ModelFault> {
    gathered.stop = Some(match choice.finish_reason.filled() {
        None => return Ok(()),
        Some("stop" | "eos" | "end_turn") => Stop::Finished,
        Some("tool_calls" | "function_call") => Stop::Calls,
        Some("length" | "max_tokens") => Stop::Length,
        Some("content_filter") => return Err(ModelFault::Declined),
        Some(other) => Stop::OtherStop(other.to_owned()),
    });
    Ok(())
}

/// In a stream it comes with the last chunk, with one of its own, or grows with each.
fn take_usage(gathered: &mut Gathered, usage: &RawUsage) {
    gathered.tokens_in = usage.prompt_tokens.0.or(gathered.tokens_in);
    gathered.tokens_out = usage.completion_tokens.0.or(gathered.tokens_out);
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawCompletion<'a> {
    #[serde(borrow)]
    choices: List<Object<RawChoice<'a>>>,
    usage: Object<RawUsage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawChoice<'a> {
    index: Whole,
    #[serde(borrow)]
    message: Object<RawMessage<'a>>,
    #[serde(borrow)]
    delta: Object<RawMessage<'a>>,
    #[serde(borrow)]
    finish_reason: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawMessage<'a> {
    #[serde(borrow)]
    content: List<ContentPart<'a>>,
    #[serde(borrow)]
    refusal: Text<'a>,
    #[serde(borrow)]
    tool_calls: List<Object<RawCall<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawCall<'a> {
    index: Whole,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    function: Object<RawFunction<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawFunction<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    arguments: Value,
}

#[derive(Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct RawUsage {
    prompt_tokens: Whole,
    completion_tokens: Whole,
}
