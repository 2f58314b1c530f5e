//! How models are asked: in time, again where it helps, somebody else where it does not, and nothing of half an answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::Net;
use engine::model::{Asked, Candidate, Models, Progress};
use jiff::SignedDuration;
use providers::http::Secret;
use providers::model::{Ask, Dialect, ModelFault, Role, Schema, Stop, Tool, Turn};
use serde_json::json;
use stories::clock::TownClock;
use stories::model::{Act, Gate, Question, ScriptedModel};

const WITHIN: Duration = Duration::from_secs(20);

/// Somebody who asks, on a clock that moves on while he waits.
struct Asker {
    models: Models,
    clock: TownClock,
}

impl Asker {
    fn new() -> Self {
        Self::over(Net::new(true))
    }

    fn over(net: Net) -> Self {
        let clock = TownClock::at(stories::town::MORNING.parse().unwrap());
        Self { models: Models::new(net, Arc::new(clock.clone()), 7), clock }
    }

    /// What came of it, what was heard on the way, and how much of the town's time it took.
    async fn asks(
        &self,
        candidates: &[Candidate],
        ask: &Ask,
        within: Duration,
    ) -> (Result<Asked, ModelFault>, Vec<String>, SignedDuration) {
        let began = self.clock.now();
        let mut heard = Vec::new();
        let asking = self.models.ask(candidates, ask, within, |progress| {
            heard.push(match progress {
                Progress::Text(text) => text.to_owned(),
                Progress::Anew => "(anew)".to_owned(),
            });
        });
        let mut asking = Box::pin(asking);
        let asked = loop {
            tokio::select! {
                asked = &mut asking => break asked,
                () = tokio::time::sleep(Duration::from_millis(2)) => {
                    self.clock.advance_to(self.clock.now().checked_add(SignedDuration::from_millis(50)).unwrap());
                }
            }
        };
        drop(asking);
        (asked, heard, self.clock.now().duration_since(began))
    }

    async fn answer(&self, candidates: &[Candidate], ask: &Ask) -> Result<Asked, ModelFault> {
        self.asks(candidates, ask, WITHIN).await.0
    }
}

fn at(model: &ScriptedModel, kind: &str) -> Candidate {
    Candidate {
        dialect: if kind == "anthropic" { Dialect::Anthropic } else { Dialect::OpenAi },
        base_url: model.base_url(kind),
        key: Secret::new("sk-story"),
        model: "story-1".into(),
        max_tokens: 100,
        timeout: Duration::from_secs(10),
    }
}

fn question(stream: bool) -> Ask {
    Ask {
        model: String::new(),
        system: "You answer for Acme.".into(),
        turns: vec![Turn::said(Role::User, "Are you open?")],
        max_tokens: 0,
        temperature: None,
        tools: Vec::new(),
        answer_schema: None,
        stream,
    }
}

fn says(text: &str) -> Act {
    Act::Says(text.into())
}

#[tokio::test]
async fn both_dialects_are_spoken_whole_and_in_pieces() {
    let (model, asker) = (ScriptedModel::start(says("We open at 7.")).await, Asker::new());
    for kind in ["openai", "anthropic"] {
        for stream in [false, true] {
            let (asked, heard, _) = asker.asks(&[at(&model, kind)], &question(stream), WITHIN).await;
            let asked = asked.unwrap();
            assert_eq!((asked.answer.text.as_str(), &asked.answer.stop), ("We open at 7.", &Stop::Finished));
            assert_eq!((asked.answer.tokens_in, asked.answer.tokens_out), (Some(100), Some(20)));
            assert_eq!((asked.candidate, asked.tries, asked.model.as_str()), (0, 1, "story-1"));
            assert_eq!(heard.concat(), if stream { "We open at 7." } else { "" }, "{kind}");
            let question = model.heard().remove(0);
            assert_eq!((question.wants_stream(), question.is_anthropic()), (stream, kind == "anthropic"));
            assert_eq!(
                (question.body["model"].as_str(), question.body["max_tokens"].as_u64()),
                (Some("story-1"), Some(100))
            );
            assert_eq!((question.system(), question.last()), ("You answer for Acme.".into(), "Are you open?".into()));
        }
    }
}

#[tokio::test]
async fn tools_are_called_and_their_results_told() {
    let asker = Asker::new();
    let model = ScriptedModel::start(says("Your order is ready.")).await;
    let tool = Tool { name: "order".into(), description: "An order".into(), parameters: json!({ "type": "object" }) };
    for kind in ["openai", "anthropic"] {
        for stream in [false, true] {
            model.first([Act::Calls(vec![("order".into(), json!({ "id": "ü7" })), ("order".into(), json!({}))])]);
            let mut ask = Ask { tools: vec![tool.clone()], ..question(stream) };
            let called = asker.answer(&[at(&model, kind)], &ask).await.unwrap().answer;
            assert_eq!(called.stop, Stop::Calls);
            let arguments: Vec<&str> = called.calls.iter().map(|call| call.arguments.as_str()).collect();
            assert_eq!(arguments, ["{\"id\":\"ü7\"}", "{}"]);
            assert!(called.calls.iter().all(|call| call.name == "order") && called.calls[0].id != called.calls[1].id);
            let gave = called.calls.iter().map(|call| {
                Turn::Gave(providers::model::ToolResult { id: call.id.clone(), content: "ready".into(), failed: false })
            });
            let gave: Vec<Turn> = gave.collect();
            ask.turns.push(Turn::Called { text: called.text, calls: called.calls });
            ask.turns.extend(gave);
            let told = asker.answer(&[at(&model, kind)], &ask).await.unwrap().answer;
            assert_eq!(told.text, "Your order is ready.");
            let questions = model.heard();
            assert_eq!(questions[0].tools(), ["order"]);
            let roles: Vec<String> = questions[1].turns().into_iter().map(|(role, _)| role).collect();
            assert_eq!(roles, ["user", "assistant", "tool", "tool"], "{kind}");
        }
    }
}

#[tokio::test]
async fn who_asks_for_a_pause_gets_it_and_is_asked_again() {
    let (model, asker) = (ScriptedModel::start(says("Yes.")).await, Asker::new());
    model.first([Act::Busy(Some(3)), Act::Replies(529, json!({ "error": { "type": "overloaded_error" } }))]);
    let (asked, _, took) = asker.asks(&[at(&model, "openai")], &question(true), WITHIN).await;
    assert_eq!(asked.unwrap().tries, 3);
    assert!(took >= SignedDuration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn who_wants_more_time_than_there_is_is_not_waited_for() {
    let (model, other, asker) =
        (ScriptedModel::start(Act::Busy(Some(60))).await, ScriptedModel::start(says("Yes.")).await, Asker::new());
    let (asked, _, took) = asker.asks(&[at(&model, "openai"), at(&other, "anthropic")], &question(true), WITHIN).await;
    let asked = asked.unwrap();
    assert_eq!((asked.candidate, asked.tries, model.asked().len()), (1, 2, 1));
    assert!(took < SignedDuration::from_secs(30), "{took:?}");
    assert_eq!(
        asker.answer(&[at(&model, "openai")], &question(true)).await.unwrap_err(),
        ModelFault::Busy { retry_after: Some(Duration::from_secs(60)) }
    );
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_three_times_and_then_another() {
    let (model, other, asker) =
        (ScriptedModel::start(Act::fails(503)).await, ScriptedModel::start(says("Yes.")).await, Asker::new());
    let asked = asker.answer(&[at(&model, "openai"), at(&other, "openai")], &question(true)).await.unwrap();
    assert_eq!((asked.candidate, asked.tries), (1, 4));
    assert_eq!((model.asked().len(), other.asked().len()), (3, 1));
    // When nobody answers, people hear of the one they chose first.
    other.now(Act::Replies(401, json!({})));
    let fault = asker.answer(&[at(&model, "openai"), at(&other, "openai")], &question(true)).await.unwrap_err();
    assert_eq!(fault, ModelFault::Unavailable { status: 503 });
}

#[tokio::test]
async fn nothing_of_half_an_answer_is_used() {
    let asker = Asker::new();
    for kind in ["openai", "anthropic"] {
        let model = ScriptedModel::start(says("We open at 8.")).await;
        model.first([Act::BreaksOff("We open at 7 ".into())]);
        let (asked, heard, _) = asker.asks(&[at(&model, kind)], &question(true), WITHIN).await;
        assert_eq!(asked.unwrap().answer.text, "We open at 8.");
        let heard = heard.concat();
        let (before, after) = heard.split_once("(anew)").unwrap();
        assert!("We open at 7 ".starts_with(before) && after == "We open at 8.", "{heard}");
        model.now(Act::BreaksOff("We open ".into()));
        let _ = model.heard();
        assert_eq!(asker.answer(&[at(&model, kind)], &question(true)).await.unwrap_err(), ModelFault::CutOff);
        assert_eq!(model.asked().len(), 2, "once more, and no more");
    }
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_left() {
    let (model, asker) = (ScriptedModel::start(Act::Stalls("We open ".into())).await, Asker::new());
    let short = Candidate { timeout: Duration::from_millis(600), ..at(&model, "openai") };
    let began = Instant::now();
    let (asked, heard, _) = asker.asks(&[short], &question(true), WITHIN).await;
    assert!(matches!(asked.unwrap_err(), ModelFault::CutOff | ModelFault::Timeout));
    assert!(began.elapsed() < Duration::from_secs(5) && heard.last().is_some_and(|last| last == "(anew)"), "{heard:?}");
}

#[tokio::test]
async fn the_time_is_over_when_it_is_over() {
    let (model, other, asker) =
        (ScriptedModel::start(Act::Silent).await, ScriptedModel::start(says("Yes.")).await, Asker::new());
    let short = Candidate { timeout: Duration::from_millis(200), ..at(&model, "openai") };
    assert_eq!(asker.answer(std::slice::from_ref(&short), &question(true)).await.unwrap_err(), ModelFault::Timeout);
    let asked = asker.answer(&[short.clone(), at(&other, "openai")], &question(true)).await.unwrap();
    assert_eq!((asked.candidate, asked.tries), (1, 2), "one that is silent is asked once");
    let began = Instant::now();
    let long = at(&model, "openai");
    let (asked, ..) = asker.asks(&[long, at(&model, "anthropic")], &question(true), Duration::from_millis(300)).await;
    assert_eq!(asked.unwrap_err(), ModelFault::Timeout);
    assert!(began.elapsed() < Duration::from_secs(5), "the whole time is for all of them");
}

#[tokio::test]
async fn what_no_second_try_mends_is_not_tried_again() {
    let (model, asker) = (ScriptedModel::start(Act::Silent).await, Asker::new());
    let error = |kind: &str| json!({ "error": { "type": kind, "message": "no" } });
    for (act, fault) in [
        (Act::Replies(401, error("invalid_api_key")), ModelFault::Unauthorized),
        (Act::Replies(429, error("insufficient_quota")), ModelFault::OverQuota),
        (Act::Replies(404, error("model_not_found")), ModelFault::NoSuchModel),
        (Act::Replies(400, error("context_length_exceeded")), ModelFault::TooLong),
        (Act::Replies(400, error("content_filter")), ModelFault::Declined),
        (Act::Sends("text/html", b"<html>sign in".to_vec()), ModelFault::Unreadable { status: 200 }),
        (Act::Sends("text/event-stream", b"data: \xFF\xFE\n\n".to_vec()), ModelFault::Unreadable { status: 200 }),
        (
            Act::Sends("text/event-stream", b"data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n".to_vec()),
            ModelFault::Empty,
        ),
    ] {
        model.now(act);
        assert_eq!(asker.answer(&[at(&model, "openai")], &question(true)).await.unwrap_err(), fault);
        assert_eq!(model.heard().len(), 1, "{fault}");
    }
    // Another model is not talked into what one has declined.
    let other = ScriptedModel::start(says("Sure.")).await;
    model.now(Act::Replies(400, error("content_filter")));
    let both = [at(&model, "openai"), at(&other, "openai")];
    assert_eq!(asker.answer(&both, &question(true)).await.unwrap_err(), ModelFault::Declined);
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn what_a_server_has_not_heard_of_it_is_not_told_twice() {
    let model = ScriptedModel::start(says("Yes.")).await;
    let asker = Asker::new();
    model.by(|question| {
        if question.body.get("response_format").is_some() || question.body.get("output_config").is_some() {
            return Act::Replies(
                400,
                json!({ "error": { "message": "unknown field", "type": "invalid_request_error" } }),
            );
        }
        says("Yes.")
    });
    let schema = Schema { name: "reply".into(), schema: json!({ "type": "object" }) };
    let ask = Ask { answer_schema: Some(schema), ..question(true) };
    for kind in ["openai", "anthropic"] {
        assert_eq!(asker.answer(&[at(&model, kind)], &ask).await.unwrap().tries, 2, "{kind}");
        assert_eq!(asker.answer(&[at(&model, kind)], &ask).await.unwrap().tries, 1, "{kind}");
        assert!(model.heard().iter().all(Question::wants_stream), "streams were never the matter");
    }
    model.by(|question| if question.wants_stream() { Act::Replies(400, json!({})) } else { says("Yes.") });
    let asker = Asker::new();
    assert_eq!(asker.answer(&[at(&model, "openai")], &ask).await.unwrap().tries, 3);
    assert_eq!(asker.answer(&[at(&model, "openai")], &ask).await.unwrap().tries, 1);
    // What is refused in any words is refused, and nothing is learned from it.
    model.now(Act::Replies(400, json!({})));
    let asker = Asker::new();
    assert!(matches!(asker.answer(&[at(&model, "openai")], &ask).await.unwrap_err(), ModelFault::Refused { .. }));
    model.now(says("Yes."));
    let _ = model.heard();
    assert_eq!(asker.answer(&[at(&model, "openai")], &ask).await.unwrap().tries, 1);
    assert!(model.heard()[0].body.get("response_format").is_some());
}

#[tokio::test]
async fn an_answer_without_end_is_none() {
    let endless = "data: {\"choices\":[{\"delta\":{\"content\":\"more and more \"}}]}\n\n".repeat(100_000);
    let model = ScriptedModel::start(Act::Sends("text/event-stream", endless.into_bytes())).await;
    let asker = Asker::new();
    assert_eq!(asker.answer(&[at(&model, "openai")], &question(true)).await.unwrap_err(), ModelFault::CutOff);
}

#[tokio::test]
async fn who_does_not_want_the_answer_any_more_hangs_up() {
    let (model, asker) = (ScriptedModel::start(Act::Stalls("We open ".into())).await, Asker::new());
    for (nth, act) in [(1, Act::Stalls("We open ".into())), (2, Act::Waits(Gate::default(), Box::new(Act::Silent)))] {
        model.now(act);
        let (candidates, ask) = ([at(&model, "openai")], question(true));
        let asking = asker.models.ask(&candidates, &ask, WITHIN, |_| {});
        tokio::select! {
            asked = asking => panic!("{asked:?}"),
            () = model.until_asked(nth) => {}
        }
        tokio::time::timeout(WITHIN, async {
            while model.abandoned() < nth {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await
        .expect("the server notices");
    }
}

#[tokio::test]
async fn an_address_in_the_house_is_not_asked() {
    let (model, asker) = (ScriptedModel::start(says("Yes.")).await, Asker::over(Net::new(false)));
    let fault = asker.answer(&[at(&model, "openai")], &question(true)).await.unwrap_err();
    assert_eq!(fault, ModelFault::AddressRefused("it lies in a private network"));
    let named =
        Candidate { base_url: model.base_url("openai").replace("127.0.0.1", "localhost"), ..at(&model, "openai") };
    assert_eq!(asker.answer(&[named], &question(true)).await.unwrap_err(), ModelFault::Unreachable);
    assert!(model.asked().is_empty());
    let gone = Candidate { base_url: "http://127.0.0.1:9/v1".into(), ..at(&model, "openai") };
    assert_eq!(Asker::new().answer(&[gone], &question(true)).await.unwrap_err(), ModelFault::Unreachable);
    assert_eq!(Asker::new().answer(&[], &question(true)).await.unwrap_err(), ModelFault::Unreachable);
}
