//! Anthropic's messages API (platform.claude.com/docs/en/api/messages).

mod answer;

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::answer::as_object;
use super::ask::{Ask, Role, Turn, joined};
use crate::http::{Method, Request, Secret};

pub use answer::answer;
pub(super) use answer::{Happened, read_event};

/// The version of the API that requests and readers here are written for.
pub const VERSION: &str = "2023-06-01";

/// Stands first where we spoke first: a conversation must begin with the user.
const WE_SPOKE_FIRST: &str = "[The conversation begins with the following message from you.]";

/// The request. `base_url` such as `https://api.anthropic.com`, with or without `/v1` at its end.
pub fn request(base_url: &str, key: &Secret, ask: &Ask, timeout: Duration) -> Request {
    let base = base_url.trim().trim_end_matches('/');
    let base = base.strip_suffix("/messages").unwrap_or(base);
    let base = base.strip_suffix("/v1").unwrap_or(base);
    let turns = joined(&ask.turns);
    let body = Body {
        model: &ask.model,
        max_tokens: ask.max_tokens,
        system: Some(ask.system.trim()).filter(|system| !system.is_empty()),
        messages: messages(&turns),
        temperature: ask.temperature,
        tools: ask
            .tools
            .iter()
            .map(|tool| Tool { name: &tool.name, description: &tool.description, input_schema: &tool.parameters })
            .collect(),
        output_config: ask
            .answer_schema
            .as_ref()
            .map(|schema| OutputConfig { format: Format { kind: "json_schema", schema: &schema.schema } }),
        stream: ask.stream,
    };
    let accept = if ask.stream { "text/event-stream, application/json" } else { "application/json" };
    let mut headers = vec![
        ("anthropic-version", VERSION.to_owned()),
        ("accept", accept.to_owned()),
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

/// The two sides take turns here, and what tools gave is the user's side.
fn messages(turns: &[Turn]) -> Vec<Message<'_>> {
    let mut messages: Vec<Message<'_>> = Vec::with_capacity(turns.len() + 1);
    for turn in turns {
        let (role, blocks) = blocks(turn);
        if messages.is_empty() && role == "assistant" {
            messages.push(Message { role: "user", content: Content::Text(WE_SPOKE_FIRST) });
        }
        match messages.last_mut() {
            Some(last) if last.role == role => last.content.extend(blocks),
            _ => messages.push(Message { role, content: Content::from(blocks) }),
        }
    }
    messages
}

fn blocks(turn: &Turn) -> (&'static str, Vec<Block<'_>>) {
    match turn {
        Turn::Said { role: Role::User, text } => ("user", vec![Block::Text { text }]),
        Turn::Said { role: Role::Assistant, text } => ("assistant", vec![Block::Text { text }]),
        Turn::Called { text, calls } => {
            // Empty text is refused.
            let text = Some(text.trim()).filter(|text| !text.is_empty()).map(|text| Block::Text { text });
            let calls = calls.iter().map(|call| Block::ToolUse {
                id: &call.id,
                name: &call.name,
                input: as_object(&call.arguments),
            });
            ("assistant", text.into_iter().chain(calls).collect())
        }
        Turn::Gave(result) => {
            let block =
                Block::ToolResult { tool_use_id: &result.id, content: &result.content, is_error: result.failed };
            ("user", vec![block])
        }
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Content<'a>,
}

/// Plain text where there is nothing else: every server understands that.
#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(&'a str),
    Blocks(Vec<Block<'a>>),
}

impl<'a> Content<'a> {
    fn from(blocks: Vec<Block<'a>>) -> Self {
        match blocks.as_slice() {
            [Block::Text { text }] => Self::Text(text),
            _ => Self::Blocks(blocks),
        }
    }

    fn extend(&mut self, more: Vec<Block<'a>>) {
        if let Self::Text(text) = self {
            *self = Self::Blocks(vec![Block::Text { text }]);
        }
        if let Self::Blocks(blocks) = self {
            blocks.extend(more);
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text {
        text: &'a str,
    },
    ToolUse {
        id: &'a str,
        name: &'a str,
        input: Value,
    },
    ToolResult {
        tool_use_id: &'a str,
        content: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    description: &'a str,
    input_schema: &'a Value,
}

/// Generally available since the models of 4.5 (platform.claude.com/docs/en/build-with-claude/structured-outputs); older
/// ones refuse it and are asked without. A forced tool would keep the model from calling any other.
#[derive(Serialize)]
struct OutputConfig<'a> {
    format: Format<'a>,
}

#[derive(Serialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'a Value,
}
