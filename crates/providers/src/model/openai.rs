//! OpenAI's chat completions, as spoken by many servers (platform.openai.com/docs/api-reference/chat).

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::content::ContentPart;
use super::fault::{carries_error, fault};
use super::{Answer, Ask, ModelFault, Role, Stop, alternating, said};
use crate::http::{Method, Request, Response, Secret, bearer};
use crate::loose::{List, Object, Text, Whole};

/// The request. `base_url` includes the version, such as `https://api.openai.com/v1`. An empty key is not sent: servers
/// that one runs oneself often want none.
pub fn request(base_url: &str, key: &Secret, ask: &Ask, timeout: Duration) -> Request {
    let base = base_url.trim().trim_end_matches('/');
    let base = base.strip_suffix("/chat/completions").unwrap_or(base);
    let turns = alternating(&ask.turns);
    let system =
        Some(Message { role: "system", content: ask.system.trim() }).filter(|system| !system.content.is_empty());
    let spoken = turns.iter().map(|turn| Message { role: role(turn.role), content: &turn.text });
    // OpenAI's own newer models refuse the old name; the servers that copied the API know only that one.
    let (max_tokens, max_completion_tokens) =
        if is_openai(base) { (None, Some(ask.max_tokens)) } else { (Some(ask.max_tokens), None) };
    let body = Body {
        model: &ask.model,
        messages: system.into_iter().chain(spoken).collect(),
        max_tokens,
        max_completion_tokens,
        temperature: ask.temperature,
    };
    let mut headers = vec![("accept", "application/json".to_owned()), ("content-type", "application/json".to_owned())];
    if !key.is_empty() {
        headers.insert(0, bearer(key));
    }
    Request {
        method: Method::POST,
        url: format!("{base}/chat/completions"),
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
    let Object(completion) =
        serde_json::from_slice::<Object<RawCompletion<'_>>>(&answer.body).map_err(|_| unreadable())?;
    let Object(choice) = completion.choices.0.first().ok_or_else(unreadable)?;
    let message = &choice.message.0;
    let text: String = message.content.0.iter().filter_map(ContentPart::text).collect();
    let stop = match choice.finish_reason.as_str().unwrap_or_default() {
        "stop" | "eos" | "end_turn" => Stop::Finished,
        "length" | "max_tokens" => Stop::Length,
        "content_filter" => return Err(ModelFault::Declined),
        other => Stop::OtherStop(other.to_owned()),
    };
    if text.trim().is_empty() && message.refusal.filled().is_some() {
        return Err(ModelFault::Declined);
    }
    let usage = completion.usage.0;
    said(without_thoughts(&text), stop, usage.prompt_tokens.0, usage.completion_tokens.0)
}

fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

fn is_openai(base_url: &str) -> bool {
    let host =
        base_url.split_once("://").map_or(base_url, |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
    host == "api.openai.com" || host.ends_with(".api.openai.com") || host.ends_with(".openai.azure.com")
}

/// Some servers leave a model's thinking in the text, in front of the answer. Nobody outside is to read it; if it never
/// ended, there is no answer behind it.
fn without_thoughts(text: &str) -> &str {
    let Some(thinking) = text.trim_start().strip_prefix("<think>") else {
        return text;
    };
    thinking.split_once("</think>").map_or("", |(_, answer)| answer)
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
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
struct RawCompletion<'a> {
    #[serde(borrow)]
    choices: List<Object<RawChoice<'a>>>,
    usage: Object<RawUsage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawChoice<'a> {
    #[serde(borrow)]
    message: Object<RawMessage<'a>>,
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
}

#[derive(Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct RawUsage {
    prompt_tokens: Whole,
    completion_tokens: Whole,
}
