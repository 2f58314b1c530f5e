//! Tools offered, called and answered, and answers of a given shape.

use expect_test::expect;
use serde_json::json;

use super::*;

fn with_tools() -> Ask {
    let schema = json!({
        "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"], "additionalProperties": false,
    });
    Ask {
        turns: vec![
            Turn::said(Role::User, "Is my order ready?"),
            Turn::Called {
                text: " ".into(),
                calls: vec![
                    ToolCall { id: "c1".into(), name: "order".into(), arguments: r#"{"id": 7}"#.into() },
                    ToolCall { id: "c2".into(), name: "hours".into(), arguments: "{\"da".into() },
                ],
            },
            Turn::Gave(ToolResult { id: "c1".into(), content: "ready".into(), failed: false }),
            Turn::Gave(ToolResult { id: "c2".into(), content: "no such day".into(), failed: true }),
            Turn::said(Role::User, "Hello?"),
        ],
        temperature: None,
        tools: vec![Tool {
            name: "order".into(),
            description: "Looks up an order.".into(),
            parameters: json!({ "type": "object", "properties": { "id": { "type": "integer" } } }),
        }],
        answer_schema: Some(Schema { name: "reply".into(), schema }),
        stream: true,
        ..ask()
    }
}

#[test]
fn tools_and_shape_in_the_compatible_dialect() {
    let request = Dialect::OpenAi.request("http://127.0.0.1:8000/v1", &Secret::new(""), &with_tools(), TIMEOUT);
    expect![[r#"
        POST http://127.0.0.1:8000/v1/chat/completions
        accept: text/event-stream, application/json
        content-type: application/json

        {"model":"small-model","messages":[{"role":"system","content":"You answer for Acme."},{"role":"user","content":"Is my order ready?"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"order","arguments":"{\"id\":7}"}},{"id":"c2","type":"function","function":{"name":"hours","arguments":"{}"}}]},{"role":"tool","content":"ready","tool_call_id":"c1"},{"role":"tool","content":"no such day","tool_call_id":"c2"},{"role":"user","content":"Hello?"}],"max_tokens":300,"tools":[{"type":"function","function":{"name":"order","description":"Looks up an order.","parameters":{"properties":{"id":{"type":"integer"}},"type":"object"}}}],"response_format":{"type":"json_schema","json_schema":{"name":"reply","strict":true,"schema":{"additionalProperties":false,"properties":{"text":{"type":"string"}},"required":["text"],"type":"object"}}},"stream":true,"stream_options":{"include_usage":true}}
    "#]]
    .assert_eq(&shown(&request));
}

#[test]
fn tools_and_shape_in_anthropic_s_dialect() {
    let request = Dialect::Anthropic.request("http://127.0.0.1:8000", &Secret::new(""), &with_tools(), TIMEOUT);
    expect![[r#"
        POST http://127.0.0.1:8000/v1/messages
        anthropic-version: 2023-06-01
        accept: text/event-stream, application/json
        content-type: application/json

        {"model":"small-model","max_tokens":300,"system":"You answer for Acme.","messages":[{"role":"user","content":"Is my order ready?"},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"order","input":{"id":7}},{"type":"tool_use","id":"c2","name":"hours","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"ready"},{"type":"tool_result","tool_use_id":"c2","content":"no such day","is_error":true},{"type":"text","text":"Hello?"}]}],"tools":[{"name":"order","description":"Looks up an order.","input_schema":{"properties":{"id":{"type":"integer"}},"type":"object"}}],"output_config":{"format":{"type":"json_schema","schema":{"additionalProperties":false,"properties":{"text":{"type":"string"}},"required":["text"],"type":"object"}}},"stream":true}
    "#]]
    .assert_eq(&shown(&request));
}

#[test]
fn what_a_server_refuses_can_be_asked_for_in_plainer_words() {
    let full = with_tools();
    let unshaped = full.plainer().unwrap();
    assert!(unshaped.answer_schema.is_none() && unshaped.stream);
    let plain = unshaped.plainer().unwrap();
    assert!(plain.answer_schema.is_none() && !plain.stream);
    assert_eq!(plain.tools, full.tools, "without its tools it would be another question");
    assert_eq!(plain.plainer(), None);
}

#[test]
fn calls_are_read_from_every_shape() {
    let call = |id: &str, name: &str, arguments: &str| ToolCall {
        id: id.into(),
        name: name.into(),
        arguments: arguments.into(),
    };
    let cases: &[(Dialect, &str, &str, Vec<ToolCall>, Stop)] = &[
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"order","arguments":"{\"id\":7}"}},{"id":"b","type":"function","function":{"name":"hours","arguments":""}}]},"finish_reason":"tool_calls"}]}"#,
            "",
            vec![call("a", "order", r#"{"id":7}"#), call("b", "hours", "{}")],
            Stop::Calls,
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":"Let me see.","tool_calls":[{"function":{"name":"order","arguments":{"id":7}}},{"function":{"name":"order","arguments":{"id":8}}}]},"finish_reason":"stop"}]}"#,
            "Let me see.",
            vec![call("call_0", "order", r#"{"id":7}"#), call("call_1", "order", r#"{"id":8}"#)],
            Stop::Calls,
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":"Let me","tool_calls":[{"id":"a","function":{"name":"order","arguments":"{}"}}]},"finish_reason":"length"}]}"#,
            "Let me",
            vec![],
            Stop::Length,
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":"No.","tool_calls":[{"id":"a","function":{}}]},"finish_reason":"tool_calls"}]}"#,
            "No.",
            vec![],
            Stop::Finished,
        ),
        (
            Dialect::Anthropic,
            r#"{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Let me see."},{"type":"tool_use","id":"toolu_1","name":"order","input":{"id":7}}],"stop_reason":"tool_use"}"#,
            "Let me see.",
            vec![call("toolu_1", "order", r#"{"id":7}"#)],
            Stop::Calls,
        ),
        (
            Dialect::Anthropic,
            r#"{"content":[{"type":"tool_use","id":"t","name":"hours"}],"stop_reason":"tool_use"}"#,
            "",
            vec![call("t", "hours", "{}")],
            Stop::Calls,
        ),
    ];
    for (dialect, body, text, calls, stop) in cases {
        let answer = dialect.answer(Some(&Response::new(200, *body)), now()).unwrap();
        assert_eq!((answer.text.as_str(), &answer.calls, &answer.stop), (*text, calls, stop), "{body}");
    }
}

#[test]
fn a_server_that_calls_without_end_is_not_listened_to() {
    let calls: Vec<String> = (0..65).map(|n| format!(r#"{{"id":"{n}","function":{{"name":"x"}}}}"#)).collect();
    let body =
        format!(r#"{{"choices":[{{"message":{{"tool_calls":[{}]}},"finish_reason":"stop"}}]}}"#, calls.join(","));
    let answer = Dialect::OpenAi.answer(Some(&Response::new(200, body)), now());
    assert_eq!(answer, Err(ModelFault::Unreadable { status: 200 }));
}
