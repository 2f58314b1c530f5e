//! OpenAI's chat completions, as spoken by many servers (platform.openai.com/docs/api-reference/chat).
//!
//! OpenAI's own newer API, *responses*, is not spoken: whatever we ask for (tools, structured answers, streaming) its
//! servers do here too, while next to nobody else speaks it; what it has on top, such as conversations that the provider
//! keeps, we do not want to hand out.

mod answer;

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::answer::as_object;
use super::ask::{Ask, Role, Turn, joined};
use crate::http::{Method, Request, Secret, bearer};

pub use answer::answer;
pub(super) use answer::read_chunk;

/// The request. `base_url` includes the version, such as `https://api.openai.com/v1`. An empty key is not sent: servers
/// that one runs oneself often want none.
pub fn request(base_url: &str, key: &Secret, ask: &Ask, timeout: Duration) -> Request {
    let base = base_url.trim().trim_end_matches('/');
    let base = base.strip_suffix("/chat/completions").unwrap_or(base);
    let turns = joined(&ask.turns);
    let system =
        Some(ask.system.trim()).filter(|system| !system.is_empty()).map(|system| Message::said("system", system));
    // OpenAI's own newer models refuse the old name; the servers that copied the API know only that one.
    let (max_tokens, max_completion_tokens) =
        if is_openai(base) { (None, Some(ask.max_tokens)) } else { (Some(ask.max_tokens), None) };
    let body = Body {
        model: &ask.model,
        messages: system.into_iter().chain(turns.iter().map(message)).collect(),
        max_tokens,
        max_completion_tokens,
        temperature: ask.temperature,
        tools: ask
            .tools
            .iter()
            .map(|tool| Tool {
                kind: "function",
                function: Function { name: &tool.name, description: &tool.description, parameters: &tool.parameters },
            })
            .collect(),
        response_format: ask.answer_schema.as_ref().map(|schema| ResponseFormat {
            kind: "json_schema",
            json_schema: JsonSchema { name: &schema.name, strict: true, schema: &schema.schema },
        }),
        stream: ask.stream,
        stream_options: ask.stream.then_some(StreamOptions { include_usage: true }),
    };
    let accept = if ask.stream { "text/event-stream, application/json" } else { "application/json" };
    let mut headers = vec![("accept", accept.to_owned()), ("content-type", "application/json".to_owned())];
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

fn message(turn: &Turn) -> Message<'_> {
    match turn {
        Turn::Said { role: Role::User, text } => Message::said("user", text),
        Turn::Said { role: Role::Assistant, text } => Message::said("assistant", text),
        Turn::Called { text, calls } => Message {
            role: "assistant",
            content: Some(text.trim()).filter(|text| !text.is_empty()),
            tool_calls: calls
                .iter()
                .map(|call| Call {
                    id: &call.id,
                    kind: "function",
                    // Some templates read them, and fail on what is no object.
                    function: Called { name: &call.name, arguments: as_object(&call.arguments).to_string() },
                })
                .collect(),
            tool_call_id: None,
        },
        Turn::Gave(result) => Message { tool_call_id: Some(&result.id), ..Message::said("tool", &result.content) },
    }
}

fn is_openai(base_url: &str) -> bool {
    let host =
        base_url.split_once("://").map_or(base_url, |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
    host == "api.openai.com" || host.ends_with(".api.openai.com") || host.ends_with(".openai.azure.com")
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
}

impl<'a> Message<'a> {
    fn said(role: &'static str, content: &'a str) -> Self {
        Self { role, content: Some(content), tool_calls: Vec::new(), tool_call_id: None }
    }
}

#[derive(Serialize)]
struct Call<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Called<'a>,
}

#[derive(Serialize)]
struct Called<'a> {
    name: &'a str,
    arguments: String,
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
}

#[derive(Serialize)]
struct ResponseFormat<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    json_schema: JsonSchema<'a>,
}

#[derive(Serialize)]
struct JsonSchema<'a> {
    name: &'a str,
    strict: bool,
    schema: &'a Value,
}

/// Without it, OpenAI tells no usage of a stream.
#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}
