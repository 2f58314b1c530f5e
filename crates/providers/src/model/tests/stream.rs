//! Streams as servers really send them, and what becomes of each.

use proptest::prelude::*;

use super::*;

/// What a stream came to, and the text that was told on the way.
fn read_in(dialect: Dialect, pieces: &[&[u8]]) -> (Result<Answer, ModelFault>, String) {
    let (mut reader, mut told) = (dialect.reader(), String::new());
    for piece in pieces {
        match reader.push(piece) {
            Ok(more) => told.push_str(&more),
            Err(fault) => return (Err(fault), told),
        }
    }
    (reader.finish(), told)
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }
}

fn answer(
    text: &str,
    calls: Vec<ToolCall>,
    tokens: (Option<u64>, Option<u64>),
    stop: Stop,
) -> Result<Answer, ModelFault> {
    Ok(Answer { text: text.into(), calls, tokens_in: tokens.0, tokens_out: tokens.1, stop })
}

type Case = (&'static str, Dialect, &'static str, Result<Answer, ModelFault>);

/// Line ends are LF here; [`with_line_ends`] makes others of them.
fn cases() -> Vec<Case> {
    use Dialect::{Anthropic, OpenAi};
    let none = (None, None);
    vec![
        (
            "OpenAI itself: a role first, usage in a chunk of its own, then the end",
            OpenAi,
            r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"We open"},"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":" at 7."},"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":6,"total_tokens":25}}

data: [DONE]

"#,
            answer("We open at 7.", vec![], (Some(19), Some(6)), Stop::Finished),
        ),
        (
            "a gateway: comments to keep the line open, empty reasons, usage in every chunk, no [DONE]",
            OpenAi,
            r#": PROCESSING

: PROCESSING

event: message
data: {"choices":[{"delta":{"content":"Yes"},"finish_reason":""}],"usage":{}}

data: {"choices":[{"delta":{"content":"."},"finish_reason":""}],"usage":{"prompt_tokens":4,"completion_tokens":2}}

data: {"choices":[{"delta":{"content":""},"finish_reason":"stop"}],"usage":null}

"#,
            answer("Yes.", vec![], (Some(4), Some(2)), Stop::Finished),
        ),
        (
            "an end, but never a reason",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"}}]}\n\ndata: [DONE]\n\n",
            answer("Yes.", vec![], none, Stop::OtherStop(String::new())),
        ),
        (
            "cut off in the middle of an event",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"Yes, but\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"con",
            Err(ModelFault::CutOff),
        ),
        (
            "cut off between two events",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"Yes, but\"},\"finish_reason\":null}]}\n\n",
            Err(ModelFault::CutOff),
        ),
        ("nothing at all", OpenAi, "", Err(ModelFault::CutOff)),
        ("only comments", OpenAi, ": hello\n\n: hello\n\n", Err(ModelFault::CutOff)),
        (
            "the last line without its end",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]",
            answer("Yes.", vec![], none, Stop::Finished),
        ),
        (
            "cut off by the cap",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"Yes, bec\"},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n",
            answer("Yes, bec", vec![], none, Stop::Length),
        ),
        (
            "an error in the middle, in OpenAI's shape",
            OpenAi,
            r#"data: {"choices":[{"delta":{"content":"Yes"}}]}

data: {"error":{"message":"The server had an error","type":"server_error","code":503}}

"#,
            Err(ModelFault::Unavailable { status: 503 }),
        ),
        (
            "an error in the middle, as vLLM tells it",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}\n\ndata: {\"error\":{\"object\":\"error\",\"message\":\"maximum context length is 2048 tokens\",\"type\":\"BadRequestError\",\"code\":400}}\n\ndata: [DONE]\n\n",
            Err(ModelFault::TooLong),
        ),
        (
            "an error in the middle, as earlier servers of llama.cpp told it",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"Yes\"}}]}\n\nerror: {\"code\":500,\"message\":\"boom\"}\n\nerror: {\"error\":{\"code\":500,\"message\":\"boom\"}}\n\n",
            Err(ModelFault::Unavailable { status: 500 }),
        ),
        (
            "declined on the way",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"I c\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n",
            Err(ModelFault::Declined),
        ),
        (
            "declined in words",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"refusal\":\"I can\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"refusal\":\"not\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
            Err(ModelFault::Declined),
        ),
        (
            "an answer with nothing in it",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\" \"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
            Err(ModelFault::Empty),
        ),
        (
            "thinking, in the text and beside it",
            OpenAi,
            r#"data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}

data: {"choices":[{"delta":{"content":"<thi"}}]}

data: {"choices":[{"delta":{"content":"nk>\nhm, why"}}]}

data: {"choices":[{"delta":{"content":"?</think>\n\nYe"}}]}

data: {"choices":[{"delta":{"content":"s."},"finish_reason":"stop"}]}

data: [DONE]

"#,
            answer("Yes.", vec![], none, Stop::Finished),
        ),
        (
            "thinking that never ends",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"content\":\"<think>hm\"},\"finish_reason\":\"length\"}]}\n\n",
            Err(ModelFault::TooLong),
        ),
        (
            "two calls, their arguments in pieces",
            OpenAi,
            r#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"order","arguments":""}}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"id\""}}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"hours","arguments":""}}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":": 7}"}}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

data: [DONE]

"#,
            answer("", vec![call("call_a", "order", "{\"id\": 7}"), call("call_b", "hours", "{}")], none, Stop::Calls),
        ),
        (
            "calls without an index: an id begins one, what has none goes on",
            OpenAi,
            r#"data: {"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"order","arguments":"{\"id\":"}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"7}"}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"order","arguments":"{\"id\":8}"}}]}}]}

data: {"choices":[{"delta":{},"finish_reason":"stop"}]}

data: [DONE]

"#,
            answer("", vec![call("a", "order", "{\"id\":7}"), call("b", "order", "{\"id\":8}")], none, Stop::Calls),
        ),
        (
            "calls that all have the index 0, whole, with the object itself",
            OpenAi,
            r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"order","arguments":{"id":7}}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"order","arguments":{"id":8}}}]},"finish_reason":"tool_calls"}]}

"#,
            answer("", vec![call("a", "order", "{\"id\":7}"), call("b", "order", "{\"id\":8}")], none, Stop::Calls),
        ),
        (
            "a call whose id and name are told with every piece",
            OpenAi,
            r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"order","arguments":"{\"i"}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"order","arguments":"d\":7}"}}]},"finish_reason":"tool_calls"}]}

"#,
            answer("", vec![call("a", "order", "{\"id\":7}")], none, Stop::Calls),
        ),
        (
            "a call that the cap may have cut off",
            OpenAi,
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"order\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"length\"}]}\n\n",
            Err(ModelFault::TooLong),
        ),
        (
            "another choice that nobody asked for",
            OpenAi,
            "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"No.\"},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\n",
            answer("Yes.", vec![], none, Stop::Finished),
        ),
        (
            "no stream at all, but an answer",
            OpenAi,
            r#"
{"choices":[{"message":{"content":"Yes."},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3}}
"#,
            answer("Yes.", vec![], (Some(12), Some(3)), Stop::Finished),
        ),
        (
            "no stream at all, but an error",
            OpenAi,
            r#"{"error":{"message":"slow down","code":429}}"#,
            Err(ModelFault::Busy { retry_after: None }),
        ),
        ("half an answer", OpenAi, r#"{"choices":[{"message":{"content":"Ye"#, Err(ModelFault::CutOff)),
        ("a list of something", OpenAi, "[1,2]", Err(ModelFault::Unreadable { status: 200 })),
        ("a page for people", OpenAi, "<html>please sign in</html>", Err(ModelFault::Unreadable { status: 200 })),
        ("prose", OpenAi, "Bad Gateway\n\n", Err(ModelFault::Unreadable { status: 200 })),
        ("a word", OpenAi, "\"no completion\"", Err(ModelFault::Unreadable { status: 200 })),
        ("data that is no JSON", OpenAi, "data: oops\n\n", Err(ModelFault::Unreadable { status: 200 })),
        (
            "Anthropic: text, then a call",
            Anthropic,
            r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":20,"cache_read_input_tokens":5,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

event: ping
data: {"type":"ping"}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Let me"}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" see."}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: content_block_start
data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"order","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"id\": "}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"7}"}}

event: content_block_start
data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_2","name":"hours","input":{}}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":15}}

event: message_stop
data: {"type":"message_stop"}

"#,
            answer(
                "Let me see.",
                vec![call("toolu_1", "order", "{\"id\": 7}"), call("toolu_2", "hours", "{}")],
                (Some(25), Some(15)),
                Stop::Calls,
            ),
        ),
        (
            "Anthropic: overloaded in the middle",
            Anthropic,
            r#"event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Yes"}}

event: error
data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

"#,
            Err(ModelFault::Busy { retry_after: None }),
        ),
        (
            "Anthropic: trouble of its own in the middle",
            Anthropic,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal server error\"}}\n\n",
            Err(ModelFault::Unavailable { status: 500 }),
        ),
        (
            "Anthropic: cut off",
            Anthropic,
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Yes\"}}\n\nevent: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
            Err(ModelFault::CutOff),
        ),
        (
            "Anthropic: refused",
            Anthropic,
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\"}}\n\n",
            Err(ModelFault::Declined),
        ),
        (
            "Anthropic: kinds that nobody has heard of",
            Anthropic,
            "data: {\"type\":\"weather\",\"index\":\"x\"}\n\ndata: null\n\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"Yes.\"}}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
            answer("Yes.", vec![], none, Stop::Finished),
        ),
        (
            "Anthropic: no stream at all, but an answer",
            Anthropic,
            r#"{"content":[{"type":"text","text":"Yes."}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}"#,
            answer("Yes.", vec![], (Some(3), Some(2)), Stop::Finished),
        ),
    ]
}

#[test]
fn streams_as_servers_send_them() {
    for (name, dialect, stream, expected) in cases() {
        let (answer, told) = read_in(dialect, &[stream.as_bytes()]);
        assert_eq!(answer, expected, "{name}");
        if let Ok(answer) = answer
            && !stream.trim_start().starts_with('{')
        {
            assert_eq!(told.trim_end(), answer.text, "{name}: what was told on the way is what was said");
        }
        for end in ["\r\n", "\r"] {
            // Within JSON a line end is white space, so documents stay what they are.
            let (again, _) = read_in(dialect, &[stream.replace('\n', end).as_bytes()]);
            assert_eq!(again, expected, "{name}, lines that end in {end:?}");
        }
        let marked = [b"\xEF\xBB\xBF".as_slice(), stream.as_bytes()].concat();
        assert_eq!(read_in(dialect, &[&marked]).0, expected, "{name}, with a byte order mark");
    }
}

#[test]
fn text_is_told_as_it_comes_and_thinking_is_not() {
    let mut reader = Dialect::OpenAi.reader();
    let mut push = |text: &str| {
        let chunk = serde_json::json!({ "choices": [{ "delta": { "content": text } }] });
        reader.push(format!("data: {chunk}\n\n").as_bytes()).unwrap()
    };
    for (piece, told) in
        [(" ", ""), ("<th", ""), ("ink>a</", ""), ("think>", ""), ("\n", ""), ("Ye", "Ye"), ("s.\n", "s.\n")]
    {
        assert_eq!(push(piece), told, "{piece:?}");
    }
    let mut reader = Dialect::OpenAi.reader();
    let data = b"data: {\"choices\":[{\"delta\":{\"content\":\"<thanks\"}}]}\n\n";
    assert_eq!(reader.push(data).as_deref(), Ok("<thanks"), "it only looked like thinking");
}

#[test]
fn nobody_waits_for_what_comes_after_the_end() {
    let mut reader = Dialect::OpenAi.reader();
    reader.push(b"data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\n").unwrap();
    assert!(!reader.is_done(), "usage may follow");
    reader.push(b"data: [DONE]\n\ndata: what is this\n\n").unwrap();
    assert!(reader.is_done());
    assert_eq!(reader.finish().unwrap().text, "Yes.");
    let mut reader = Dialect::Anthropic.reader();
    reader.push(b"data: {\"type\":\"message_stop\"}\n\n").unwrap();
    assert!(reader.is_done());
}

fn dialects() -> impl Strategy<Value = Dialect> {
    prop_oneof![Just(Dialect::OpenAi), Just(Dialect::Anthropic)]
}

proptest! {
    #[test]
    fn it_does_not_matter_where_bytes_are_split(at in any::<prop::sample::Index>(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..40)) {
        let cases = cases();
        let (name, dialect, stream, expected) = at.get(&cases);
        let stream = stream.replace('\n', "\r\n");
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &stream.as_bytes()[cut[0]..cut[1]]).collect();
        let (answer, told) = read_in(*dialect, &pieces);
        prop_assert_eq!(&answer, expected, "{}", name);
        if answer.is_ok() {
            prop_assert_eq!(told, read_in(*dialect, &[stream.as_bytes()]).1, "{}", name);
        }
    }

    #[test]
    fn no_bytes_are_too_strange(dialect in dialects(), pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..8)) {
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let _ = read_in(dialect, &pieces);
    }

    #[test]
    fn no_event_is_too_strange(dialect in dialects(), at in any::<prop::sample::Index>(), wrong in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let cases = cases();
        let mut stream = at.get(&cases).2.as_bytes().to_vec();
        if !stream.is_empty() {
            let wrong = wrong.index(stream.len());
            stream[wrong] = byte;
        }
        let _ = read_in(dialect, &[&stream]);
    }
}
