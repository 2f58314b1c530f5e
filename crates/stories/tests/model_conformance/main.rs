//! A real server with a real, small model, asked through the real client: `make model-conformance` installs and runs it.
//!
//! It speaks both dialects. What it says is a child's prattle; how it says it is what counts. What every test run can know
//! without it is told by the stories of asking, against a server that does what its script says.

#![allow(clippy::unwrap_used, reason = "a check that meets what it does not expect shall fail there")]

mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::model::{Asked, Candidate, Models, Progress};
use engine::{Net, SystemClock};
use providers::http::Secret;
use providers::model::{Ask, Dialect, ModelFault, Role, Schema, Stop, Tool, ToolCall, ToolResult, Turn};
use serde_json::{Value, json};
use server::{KEY, Server};

const DIALECTS: [Dialect; 2] = [Dialect::OpenAi, Dialect::Anthropic];
/// A small model on a busy machine takes its time.
const WITHIN: Duration = Duration::from_secs(120);

fn models() -> Models {
    Models::new(Net::new(true), Arc::new(SystemClock), 7)
}

fn at(server: &Server, dialect: Dialect) -> Candidate {
    let base_url = match dialect {
        Dialect::OpenAi => format!("{}/v1", server.url),
        Dialect::Anthropic => server.url.clone(),
    };
    Candidate { dialect, base_url, key: Secret::new(KEY), model: "smol".into(), max_tokens: 16, timeout: WITHIN }
}

fn question(text: &str, stream: bool) -> Ask {
    Ask {
        model: String::new(),
        system: "You answer for a bakery.".into(),
        turns: vec![Turn::said(Role::User, text)],
        max_tokens: 0,
        temperature: Some(0.0),
        tools: Vec::new(),
        answer_schema: None,
        stream,
    }
}

async fn answer(models: &Models, candidate: &Candidate, ask: &Ask) -> (Result<Asked, ModelFault>, String) {
    let mut heard = String::new();
    let asked = models.ask(std::slice::from_ref(candidate), ask, WITHIN, |progress| match progress {
        Progress::Text(text) => heard.push_str(text),
        Progress::Anew => heard.push_str("(anew)"),
    });
    (asked.await, heard)
}

async fn it_answers_whole_and_in_pieces(server: &Server) {
    let models = models();
    for dialect in DIALECTS {
        for stream in [false, true] {
            let (asked, heard) = answer(&models, &at(server, dialect), &question("Hello! Who are you?", stream)).await;
            let answer = asked.unwrap().answer;
            assert!(answer.tokens_in.unwrap() > 5 && answer.tokens_out.unwrap() > 0, "{dialect:?} {answer:?}");
            assert!(matches!(answer.stop, Stop::Finished | Stop::Length), "{answer:?}");
            assert_eq!(heard.trim_end(), if stream { answer.text.as_str() } else { "" }, "{dialect:?}");
        }
        let short = Candidate { max_tokens: 3, ..at(server, dialect) };
        let cut = answer(&models, &short, &question("Tell me a long story.", true)).await.0.unwrap().answer;
        assert_eq!(cut.stop, Stop::Length, "{dialect:?}");
    }
}

async fn it_keeps_to_a_shape(server: &Server) {
    let models = models();
    let shape = |schema: Value| Some(Schema { name: "reply".into(), schema });
    let good = shape(json!({
        "type": "object", "properties": { "outcome": { "enum": ["answer", "hand_off"] } }, "required": ["outcome"],
        "additionalProperties": false,
    }));
    for stream in [false, true] {
        let ask = Ask { answer_schema: good.clone(), ..question("Are you open on Sunday?", stream) };
        let candidate = Candidate { max_tokens: 100, ..at(server, Dialect::OpenAi) };
        let asked = answer(&models, &candidate, &ask).await.0.unwrap();
        let said: Value = serde_json::from_str(&asked.answer.text).expect("JSON");
        assert!(matches!(said["outcome"].as_str(), Some("answer" | "hand_off")), "{said}");
        assert_eq!(asked.tries, 1);
    }
    // A shape that the server refuses is not asked for again.
    let bad = shape(json!({ "type": "unheard of" }));
    let ask = Ask { answer_schema: bad, ..question("Hello!", true) };
    for tries in [2, 1] {
        assert_eq!(answer(&models, &at(server, Dialect::OpenAi), &ask).await.0.unwrap().tries, tries);
    }
}

async fn it_calls_tools(server: &Server) {
    let models = models();
    let asks = |city: &str| Turn::said(Role::User, format!("What is the weather in {city}?"));
    let mut turns = Vec::new();
    // It learns from what it sees.
    for (id, city, weather) in [("c1", "Rome", "sunny"), ("c2", "Oslo", "snow"), ("c3", "Bonn", "rain")] {
        let arguments = json!({ "city": city }).to_string();
        let call = ToolCall { id: id.into(), name: "weather".into(), arguments };
        turns.extend([
            asks(city),
            Turn::Called { text: String::new(), calls: vec![call] },
            Turn::Gave(ToolResult { id: id.into(), content: weather.into(), failed: false }),
        ]);
    }
    turns.push(asks("Paris"));
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    let tool = Tool { name: "weather".into(), description: "The weather in a city".into(), parameters };
    for dialect in DIALECTS {
        for stream in [false, true] {
            let mut ask = Ask { turns: turns.clone(), tools: vec![tool.clone()], ..question("", stream) };
            ask.system.clear();
            let candidate = Candidate { max_tokens: 60, ..at(server, dialect) };
            let called = answer(&models, &candidate, &ask).await.0.unwrap().answer;
            assert_eq!(called.stop, Stop::Calls, "{dialect:?} {called:?}");
            let [call] = called.calls.as_slice() else { panic!("one call: {called:?}") };
            let arguments: Value = serde_json::from_str(&call.arguments).expect("JSON");
            assert_eq!((call.name.as_str(), &arguments["city"]), ("weather", &json!("Paris")), "{dialect:?}");
            let result = ToolResult { id: call.id.clone(), content: "fog".into(), failed: false };
            ask.turns.extend([Turn::Called { text: called.text, calls: called.calls }, Turn::Gave(result)]);
            let _ = answer(&models, &candidate, &ask).await.0.expect("it goes on with what the tool gave");
        }
    }
}

async fn its_refusals_are_understood(server: &Server) {
    let models = models();
    for dialect in DIALECTS {
        for stream in [false, true] {
            let ask = question("Hello!", stream);
            let stranger = Candidate { key: Secret::new("sk-wrong"), ..at(server, dialect) };
            assert_eq!(answer(&models, &stranger, &ask).await.0.unwrap_err(), ModelFault::Unauthorized, "{dialect:?}");
            let long = question(&"hello ".repeat(4_000), stream);
            let asked = answer(&models, &at(server, dialect), &long).await.0;
            assert_eq!(asked.unwrap_err(), ModelFault::TooLong, "{dialect:?}");
        }
    }
    let lost = Candidate { base_url: format!("{}/v9", server.url), ..at(server, Dialect::OpenAi) };
    assert_eq!(answer(&models, &lost, &question("Hello!", true)).await.0.unwrap_err(), ModelFault::NoSuchModel);
}

async fn its_time_is_limited_and_it_is_told_so(server: &Server) {
    let models = models();
    for dialect in DIALECTS {
        for stream in [false, true] {
            let long = Candidate { max_tokens: 1_500, ..at(server, dialect) };
            let hasty = Candidate { timeout: Duration::from_millis(400), ..long };
            let began = Instant::now();
            let asked = answer(&models, &hasty, &question("Count from 1 to 1000.", stream)).await.0;
            assert_eq!(asked.unwrap_err(), ModelFault::Timeout, "{dialect:?}");
            assert!(began.elapsed() < Duration::from_secs(2));
        }
    }
    // It has two hands: if it still told those four their stories, this would be long in coming.
    let began = Instant::now();
    answer(&models, &at(server, Dialect::OpenAi), &question("Hello!", true)).await.0.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

async fn many_are_answered_at_once(server: &Server) {
    let models = Arc::new(models());
    let candidate = at(server, Dialect::OpenAi);
    let asking = (0..8).map(|nth| {
        let (models, candidate) = (Arc::clone(&models), candidate.clone());
        tokio::spawn(
            async move { answer(&models, &candidate, &question("Hello!", nth % 2 == 0)).await.0.unwrap().tries },
        )
    });
    for asked in asking.collect::<Vec<_>>() {
        assert_eq!(asked.await.unwrap(), 1);
    }
}

/// It dies in the middle of a word: nothing of that is used, and the other one is asked.
async fn its_death_is_survived(server: &Server) {
    let models = models();
    for dialect in DIALECTS {
        let dying = Server::start();
        let mut heard = String::new();
        let long = Candidate { max_tokens: 1_000, ..at(&dying, dialect) };
        let candidates = [long, at(server, Dialect::Anthropic)];
        let ask = question("Count from 1 to 1000.", true);
        let asked = models.ask(&candidates, &ask, WITHIN, |progress| match progress {
            Progress::Text(text) => {
                if heard.is_empty() {
                    dying.kill();
                }
                heard.push_str(text);
            }
            Progress::Anew => heard.push_str("(anew)"),
        });
        let asked = asked.await.unwrap();
        assert_eq!((asked.candidate, asked.tries), (1, 3), "{dialect:?}: once more, and then the other");
        let (before, after) = heard.split_once("(anew)").expect("whoever watched is told");
        assert!(!before.is_empty() && after.trim_end() == asked.answer.text, "{heard}");
        let (again, _) = answer(&models, &candidates[0], &ask).await;
        assert_eq!(again.unwrap_err(), ModelFault::Unreachable);
    }
}

macro_rules! checks {
    ($($check:ident)*) => {
        $(
            #[test]
            #[ignore = "needs a model's server: run `make model-conformance`"]
            fn $check() {
                // One runtime and one server for each: they may run side by side or alone.
                let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
                runtime.block_on(super::$check(&Server::start()));
            }
        )*
    };
}

mod checks {
    use super::Server;
    checks! {
        it_answers_whole_and_in_pieces it_keeps_to_a_shape it_calls_tools its_refusals_are_understood
        its_time_is_limited_and_it_is_told_so many_are_answered_at_once its_death_is_survived
    }
}
