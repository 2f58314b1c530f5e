use expect_test::expect;

use super::*;

mod stream;
mod tools;

fn ask() -> Ask {
    let turn = |role, text: &str| Turn::said(role, text);
    Ask {
        model: "small-model".into(),
        system: "You answer for Acme.".into(),
        turns: vec![
            turn(Role::Assistant, "Hello from Acme!"),
            turn(Role::User, "Hi"),
            turn(Role::User, " are you open? "),
            turn(Role::Assistant, "  "),
            turn(Role::User, "on Sunday"),
        ],
        max_tokens: 300,
        temperature: Some(0.2),
        tools: Vec::new(),
        answer_schema: None,
        stream: false,
    }
}

fn shown(request: &Request) -> String {
    let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!(
        "{} {}\n{}\n\n{}\n",
        request.method,
        request.url,
        headers.join("\n"),
        String::from_utf8_lossy(&request.body)
    )
}

const TIMEOUT: Duration = Duration::from_secs(20);

fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

#[test]
fn the_compatible_dialect() {
    let request = Dialect::OpenAi.request("http://127.0.0.1:11434/v1/", &Secret::new("sk-test"), &ask(), TIMEOUT);
    expect![[r#"
        POST http://127.0.0.1:11434/v1/chat/completions
        authorization: Bearer sk-test
        accept: application/json
        content-type: application/json

        {"model":"small-model","messages":[{"role":"system","content":"You answer for Acme."},{"role":"assistant","content":"Hello from Acme!"},{"role":"user","content":"Hi\nare you open?\non Sunday"}],"max_tokens":300,"temperature":0.2}
    "#]]
    .assert_eq(&shown(&request));
}

#[test]
fn openai_itself_has_another_name_for_the_cap() {
    let bare = Ask { system: " ".into(), turns: vec![], temperature: None, ..ask() };
    let request =
        Dialect::OpenAi.request("https://api.openai.com/v1/chat/completions", &Secret::new(""), &bare, TIMEOUT);
    expect![[r#"
        POST https://api.openai.com/v1/chat/completions
        accept: application/json
        content-type: application/json

        {"model":"small-model","messages":[],"max_completion_tokens":300}
    "#]]
    .assert_eq(&shown(&request));
}

#[test]
fn anthropic_s_dialect() {
    for base in ["https://api.anthropic.com", "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"]
    {
        let request = Dialect::Anthropic.request(base, &Secret::new("key-test"), &ask(), TIMEOUT);
        expect![[r#"
            POST https://api.anthropic.com/v1/messages
            x-api-key: key-test
            anthropic-version: 2023-06-01
            accept: application/json
            content-type: application/json

            {"model":"small-model","max_tokens":300,"system":"You answer for Acme.","messages":[{"role":"user","content":"[The conversation begins with the following message from you.]"},{"role":"assistant","content":"Hello from Acme!"},{"role":"user","content":"Hi\nare you open?\non Sunday"}],"temperature":0.2}
        "#]]
        .assert_eq(&shown(&request));
    }
}

#[test]
fn answers_are_read_from_every_shape() {
    type Tokens = (Option<u64>, Option<u64>);
    let cases: &[(Dialect, &str, &str, Tokens, Stop)] = &[
        (
            Dialect::OpenAi,
            r#"{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":" Yes. "},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}"#,
            "Yes.",
            (Some(12), Some(3)),
            Stop::Finished,
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":"Yes."}}]}"#,
            "Yes.",
            (None, None),
            Stop::OtherStop(String::new()),
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":"Yes."},"finish_reason":""}],"usage":{},"error":null}"#,
            "Yes.",
            (None, None),
            Stop::OtherStop(String::new()),
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":"Yes."},"finish_reason":null}],"usage":null}"#,
            "Yes.",
            (None, None),
            Stop::OtherStop(String::new()),
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":"Yes, bec"},"finish_reason":"length"}],"usage":{"prompt_tokens":"9","completion_tokens":1.0}}"#,
            "Yes, bec",
            (Some(9), None),
            Stop::Length,
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":[{"type":"reasoning","text":"hm"},{"type":"text","text":"Yes"},{"text":"."},7,null]}}]}"#,
            "Yes.",
            (None, None),
            Stop::OtherStop(String::new()),
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":[{"message":{"content":"<think>\nhm, why?\n</think>\n\nYes."},"finish_reason":"stop"}]}"#,
            "Yes.",
            (None, None),
            Stop::Finished,
        ),
        (
            Dialect::OpenAi,
            r#"{"choices":{"message":{"content":"Yes.","tool_calls":null},"finish_reason":"eos"}}"#,
            "Yes.",
            (None, None),
            Stop::Finished,
        ),
        (
            Dialect::Anthropic,
            r#"{"id":"m1","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Yes."}],"stop_reason":"end_turn","usage":{"input_tokens":12,"cache_read_input_tokens":100,"cache_creation_input_tokens":null,"output_tokens":3}}"#,
            "Yes.",
            (Some(112), Some(3)),
            Stop::Finished,
        ),
        (Dialect::Anthropic, r#"{"content":"Yes.","stop_reason":"max_tokens"}"#, "Yes.", (None, None), Stop::Length),
        (
            Dialect::Anthropic,
            r#"{"content":[{"type":"text","text":"Yes."}],"stop_reason":"pause_turn","usage":[]}"#,
            "Yes.",
            (None, None),
            Stop::OtherStop("pause_turn".into()),
        ),
    ];
    for (dialect, body, text, (tokens_in, tokens_out), stop) in cases {
        let expected = Answer {
            text: (*text).into(),
            calls: Vec::new(),
            tokens_in: *tokens_in,
            tokens_out: *tokens_out,
            stop: stop.clone(),
        };
        assert_eq!(dialect.answer(Some(&Response::new(200, *body)), now()), Ok(expected), "{body}");
    }
}

#[test]
fn what_is_no_answer_has_its_reason() {
    use Dialect::{Anthropic, OpenAi};
    let busy = |seconds: Option<u64>| ModelFault::Busy { retry_after: seconds.map(Duration::from_secs) };
    let refused = |status, code: &str| ModelFault::Refused { status, code: code.into() };
    let cases: &[(Dialect, u16, &str, ModelFault)] = &[
        (
            OpenAi,
            401,
            r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            ModelFault::Unauthorized,
        ),
        (OpenAi, 403, "", ModelFault::Unauthorized),
        (
            OpenAi,
            429,
            r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            ModelFault::OverQuota,
        ),
        (
            OpenAi,
            429,
            r#"{"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}"#,
            busy(None),
        ),
        (OpenAi, 429, r#"{"message":"Too many tokens, please wait before trying again."}"#, busy(None)),
        (OpenAi, 402, "", ModelFault::OverQuota),
        (
            OpenAi,
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens","code":"context_length_exceeded"}}"#,
            ModelFault::TooLong,
        ),
        (OpenAi, 400, r#"{"error":"the request exceeds the available context window"}"#, ModelFault::TooLong),
        (OpenAi, 400, r#"{"detail":"prompt is too long"}"#, ModelFault::TooLong),
        (
            OpenAi,
            400,
            r#"{"error":{"code":400,"message":"request (3031 tokens) exceeds the available context size (512 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":3031,"n_ctx":512}}"#,
            ModelFault::TooLong,
        ),
        (OpenAi, 404, r#"{"error":{"message":"model 'x' not found"}}"#, ModelFault::NoSuchModel),
        (OpenAi, 400, r#"{"error":{"message":"no","code":"model_not_found"}}"#, ModelFault::NoSuchModel),
        (OpenAi, 400, r#"{"error":{"message":"filtered","code":"content_filter"}}"#, ModelFault::Declined),
        (
            OpenAi,
            400,
            r#"{"error":{"message":"Unsupported value","type":"invalid_request_error","code":null}}"#,
            refused(400, "invalid_request_error"),
        ),
        (
            OpenAi,
            400,
            r#"[{"error":{"code":400,"message":"Invalid","status":"INVALID_ARGUMENT"}}]"#,
            refused(400, "400"),
        ),
        (OpenAi, 422, "<html>", refused(422, "no code")),
        (OpenAi, 408, "", ModelFault::Timeout),
        (OpenAi, 413, "", ModelFault::TooLong),
        (OpenAi, 500, "", ModelFault::Unavailable { status: 500 }),
        (OpenAi, 503, "<html>", ModelFault::Unavailable { status: 503 }),
        (OpenAi, 302, "", ModelFault::Unreadable { status: 302 }),
        (
            OpenAi,
            200,
            r#"{"error":{"message":"Provider returned error","code":502}}"#,
            ModelFault::Unavailable { status: 502 },
        ),
        (OpenAi, 200, r#"{"error":{"message":"slow down","code":429}}"#, busy(None)),
        (OpenAi, 200, r#"{"error":"broken"}"#, ModelFault::Unreadable { status: 200 }),
        (OpenAi, 200, "<html>", ModelFault::Unreadable { status: 200 }),
        (OpenAi, 200, "{}", ModelFault::Unreadable { status: 200 }),
        (OpenAi, 200, r#"{"choices":[]}"#, ModelFault::Unreadable { status: 200 }),
        (
            OpenAi,
            200,
            r#"{"choices":[{"message":{"content":null,"tool_calls":[{}]},"finish_reason":"tool_calls"}]}"#,
            ModelFault::Empty,
        ),
        (OpenAi, 200, r#"{"choices":[{"message":{"content":" "},"finish_reason":"length"}]}"#, ModelFault::TooLong),
        (
            OpenAi,
            200,
            r#"{"choices":[{"message":{"content":"<think>hm, "},"finish_reason":"length"}]}"#,
            ModelFault::TooLong,
        ),
        (
            OpenAi,
            200,
            r#"{"choices":[{"message":{"content":"I c","refusal":null},"finish_reason":"content_filter"}]}"#,
            ModelFault::Declined,
        ),
        (
            OpenAi,
            200,
            r#"{"choices":[{"message":{"content":null,"refusal":"I cannot"},"finish_reason":"stop"}]}"#,
            ModelFault::Declined,
        ),
        (
            Anthropic,
            401,
            r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
            ModelFault::Unauthorized,
        ),
        (
            Anthropic,
            403,
            r#"{"type":"error","error":{"type":"permission_error","message":"no"}}"#,
            ModelFault::Unauthorized,
        ),
        (
            Anthropic,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API"}}"#,
            ModelFault::OverQuota,
        ),
        (
            Anthropic,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
            ModelFault::TooLong,
        ),
        (
            Anthropic,
            413,
            r#"{"type":"error","error":{"type":"request_too_large","message":"too large"}}"#,
            ModelFault::TooLong,
        ),
        (
            Anthropic,
            404,
            r#"{"type":"error","error":{"type":"not_found_error","message":"model: x"}}"#,
            ModelFault::NoSuchModel,
        ),
        (Anthropic, 429, r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}"#, busy(None)),
        (Anthropic, 529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, busy(None)),
        (
            Anthropic,
            500,
            r#"{"type":"error","error":{"type":"api_error","message":"Internal"}}"#,
            ModelFault::Unavailable { status: 500 },
        ),
        (Anthropic, 200, r#"{"content":[],"stop_reason":"refusal"}"#, ModelFault::Declined),
        (Anthropic, 200, r#"{"content":[],"stop_reason":"end_turn"}"#, ModelFault::Empty),
        (Anthropic, 200, r#"{"content":[{"type":"tool_use","id":"1"}],"stop_reason":"tool_use"}"#, ModelFault::Empty),
        (
            Anthropic,
            200,
            r#"{"content":[{"type":"tool_use","name":"x","input":{}}],"stop_reason":"max_tokens"}"#,
            ModelFault::TooLong,
        ),
        (Anthropic, 200, "{}", ModelFault::Unreadable { status: 200 }),
        (Anthropic, 200, "[", ModelFault::Unreadable { status: 200 }),
    ];
    for (dialect, status, body, expected) in cases {
        let fault = dialect.answer(Some(&Response::new(*status, *body)), now()).unwrap_err();
        assert_eq!(fault, *expected, "{dialect:?} {status} {body}");
        assert!(fault.mend().ends_with('.') && !fault.to_string().is_empty());
    }
    for dialect in [OpenAi, Anthropic] {
        assert_eq!(dialect.answer(None, now()), Err(ModelFault::Timeout));
        let told = Response::new(429, "{}").with_header("retry-after", "9");
        assert_eq!(dialect.answer(Some(&told), now()), Err(busy(Some(9))));
    }
}

#[test]
fn debug_shows_no_word_of_a_conversation() {
    let answer = Answer {
        text: "Yes, on Sunday".into(),
        calls: Vec::new(),
        tokens_in: None,
        tokens_out: None,
        stop: Stop::Finished,
    };
    let request = Dialect::OpenAi.request("http://localhost/v1", &Secret::new("sk-test"), &ask(), TIMEOUT);
    let shown = format!("{:?} {answer:?} {request:?}", ask());
    for private in ["Sunday", "Acme", "sk-test"] {
        assert!(!shown.contains(private), "{shown}");
    }
}
