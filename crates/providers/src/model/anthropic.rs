//! Anthropic's messages API (docs.anthropic.com/en/api/messages).

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::content::ContentPart;
use super::fault::{carries_error, fault};
use super::{Answer, Ask, ModelFault, Role, Stop, alternating, said};
use crate::http::{Method, Request, Response, Secret};
use crate::loose::{List, Object, Text, Whole};

/// The version of the API that requests and readers here are written for.
pub const VERSION: &str = "2023-06-01";

/// Stands first where we spoke first: a conversation must begin with the user.
const WE_SPOKE_FIRST: &str = "[The conversation begins with the following message from you.]";

/// The request. `base_url` such as `https://api.anthropic.com`, with or without `/v1` at its end.
pub fn request(base_url: &str, key: &Secret, ask: &Ask, timeout: Duration) -> Request {
    let base = base_url.trim().trim_end_matches('/');
    let base = base.strip_suffix("/messages").unwrap_or(base);
    let base = base.strip_suffix("/v1").unwrap_or(base);
    let turns = alternating(&ask.turns);
    let opening = turns.first().is_some_and(|turn| turn.role == Role::Assistant);
    let opening = opening.then_some(Message { role: "user", content: WE_SPOKE_FIRST });
    let spoken = turns.iter().map(|turn| Message { role: role(turn.role), content: &turn.text });
    let body = Body {
        model: &ask.model,
        max_tokens: ask.max_tokens,
        system: Some(ask.system.trim()).filter(|system| !system.is_empty()),
        messages: opening.into_iter().chain(spoken).collect(),
        temperature: ask.temperature,
    };
    let mut headers = vec![
        ("anthropic-version", VERSION.to_owned()),
        ("accept", "application/json".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    if !key.is_empty() {
        headers.insert(0, ("x-api-key", key.expose().to_owned()));
    }
    Request {
        method: Method::POST,
        url: format!("{base}/v1/messages"),
        headers,
        body: serde_json::to_vec(&body).unwrap_or_default().into(),
        timeout,
    }
}

/// Reads the answer; `None` means that none came in time.
pub fn answer(answer: Option<&Response>, now: Timestamp) -> Result<Answer, ModelFault> {
    let answer = answer.ok_or(ModelFault::Timeout)?;
    if !(200..=299).contains(&answer.status) || carries_error(&answer.body) {
        return Err(fault(answer, now));
    }
    let unreadable = || ModelFault::Unreadable { status: answer.status };
    let Object(message) = serde_json::from_slice::<Object<RawMessage<'_>>>(&answer.body).map_err(|_| unreadable())?;
    let pieces = message.content.ok_or_else(unreadable)?;
    let text: String = pieces.0.iter().filter_map(ContentPart::text).collect();
    let stop = match message.stop_reason.as_str().unwrap_or_default() {
        "end_turn" | "stop_sequence" => Stop::Finished,
        "max_tokens" => Stop::Length,
        "model_context_window_exceeded" => return Err(ModelFault::TooLong),
        "refusal" => return Err(ModelFault::Declined),
        other => Stop::OtherStop(other.to_owned()),
    };
    let usage = message.usage.0;
    said(&text, stop, usage.tokens_in(), usage.output_tokens.0)
}

fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
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
