//! How the two dialects say things.

use serde_json::{Value, json};

/// The text of a message's content: a string, or the blocks that have one.
pub(super) fn text(content: &Value) -> String {
    let blocks = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
    content.as_str().map_or_else(|| texts.join("\n"), str::to_owned)
}

/// A message as role and text, with the results of tools apart.
pub(super) fn turns(message: &Value) -> Vec<(String, String)> {
    let content = &message["content"];
    let blocks = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let results = blocks.iter().filter(|block| block["type"] == "tool_result");
    let mut turns: Vec<(String, String)> = results.map(|block| ("tool".to_owned(), text(&block["content"]))).collect();
    let said = text(content);
    if !said.is_empty() || turns.is_empty() {
        turns.push((message["role"].as_str().unwrap_or_default().to_owned(), said));
    }
    turns
}

/// A whole answer.
pub(super) fn document(anthropic: bool, said: &str, calls: &[(String, Value)]) -> Value {
    let numbered = calls.iter().enumerate();
    if anthropic {
        let text = (!said.is_empty()).then(|| json!({ "type": "text", "text": said }));
        let uses = numbered.map(|(nth, (name, input))| {
            json!({ "type": "tool_use", "id": format!("toolu_{nth}"), "name": name, "input": input })
        });
        return json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "story-1",
            "content": text.into_iter().chain(uses).collect::<Vec<_>>(),
            "stop_reason": if calls.is_empty() { "end_turn" } else { "tool_use" },
            "usage": { "input_tokens": 100, "output_tokens": 20 },
        });
    }
    let mut message = json!({ "role": "assistant", "content": said });
    if !calls.is_empty() {
        message["tool_calls"] = numbered
            .map(|(nth, (name, arguments))| {
                json!({
                    "id": format!("call_{nth}"), "type": "function",
                    "function": { "name": name, "arguments": arguments.to_string() },
                })
            })
            .collect();
    }
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "story-1",
        "choices": [{
            "index": 0, "message": message, "finish_reason": if calls.is_empty() { "stop" } else { "tool_calls" },
        }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 },
    })
}

/// A stream that begins to say something: a piece for each word.
pub(super) fn beginning(anthropic: bool, said: &str) -> Vec<String> {
    let words = said.split_inclusive(' ').filter(|word| !word.is_empty());
    if anthropic {
        let start = json!({
            "type": "message_start",
            "message": { "id": "msg_1", "role": "assistant", "content": [], "usage": { "input_tokens": 100, "output_tokens": 1 } },
        });
        let block =
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } });
        let words = words.map(|word| {
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": word } })
        });
        return [start, block].into_iter().chain(words).map(|event| event_of(&event)).collect();
    }
    let role = chunk(json!({ "role": "assistant", "content": "" }), None);
    let words = words.map(|word| chunk(json!({ "content": word }), None));
    std::iter::once(role).chain(words).collect()
}

/// A whole stream.
pub(super) fn stream(anthropic: bool, said: &str, calls: &[(String, Value)]) -> Vec<String> {
    let mut pieces = beginning(anthropic, said);
    for (nth, (name, arguments)) in calls.iter().enumerate() {
        let arguments = arguments.to_string();
        let (half, rest) = arguments.split_at(arguments.floor_char_boundary(arguments.len() / 2));
        if anthropic {
            let index = nth + 1;
            let block = json!({ "type": "tool_use", "id": format!("toolu_{nth}"), "name": name, "input": {} });
            pieces.push(event_of(&json!({ "type": "content_block_start", "index": index, "content_block": block })));
            for part in [half, rest] {
                let delta = json!({ "type": "input_json_delta", "partial_json": part });
                pieces.push(event_of(&json!({ "type": "content_block_delta", "index": index, "delta": delta })));
            }
        } else {
            let begin = json!({
                "index": nth, "id": format!("call_{nth}"), "type": "function",
                "function": { "name": name, "arguments": half },
            });
            let go_on = json!({ "index": nth, "function": { "arguments": rest } });
            pieces.extend([begin, go_on].map(|call| chunk(json!({ "tool_calls": [call] }), None)));
        }
    }
    if anthropic {
        let reason = if calls.is_empty() { "end_turn" } else { "tool_use" };
        let delta =
            json!({ "type": "message_delta", "delta": { "stop_reason": reason }, "usage": { "output_tokens": 20 } });
        pieces.extend([delta, json!({ "type": "message_stop" })].map(|event| event_of(&event)));
    } else {
        pieces.push(chunk(json!({}), Some(if calls.is_empty() { "stop" } else { "tool_calls" })));
        let usage = json!({ "choices": [], "usage": { "prompt_tokens": 100, "completion_tokens": 20 } });
        pieces.push(format!("data: {usage}\n\ndata: [DONE]\n\n"));
    }
    pieces
}

fn chunk(delta: Value, finish_reason: Option<&str>) -> String {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
    format!("data: {}\n\n", json!({ "object": "chat.completion.chunk", "choices": [choice], "usage": null }))
}

fn event_of(event: &Value) -> String {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default())
}
