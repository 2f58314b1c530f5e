//! Two businesses' assistants text each other: both stop soon, and people are told.

use jiff::SignedDuration;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use stories::model::{Act, Question, ScriptedModel};
use stories::town::{Desk, Town, text};

/// Neither side replies more often.
const REPLIES_MAX: usize = 6;
/// So many rounds would let both reply far more often.
const ROUNDS: usize = 20;

/// What a model says the n-th time.
type Voice = fn(usize) -> String;

fn long(nth: usize) -> String {
    let said = [
        "Thank you so much for your message, we are glad to hear from you!",
        "That sounds very good to us, could you tell us a little more about it?",
        "Our team would be pleased to help with whatever you have in mind.",
        "Everything is understood on our side, what would you like to do next?",
        "It is a pleasure to text with you, please go on whenever you like.",
        "We have written that down carefully and keep it with the rest.",
        "Many greetings from our bakery, the bread is especially crisp here.",
        "If there is anything else that we can do, simply let us know.",
        "How kind of you to say that, we will tell the others about it.",
    ];
    said[nth % said.len()].to_owned()
}

fn short(nth: usize) -> String {
    ["hm yes", "and then", "so so", "really", "go on", "fine by us", "why", "as you like", "some more"][nth % 9]
        .to_owned()
}

fn copy(nth: usize) -> String {
    format!(
        "Thank you for your message, we will get back to you very soon{}",
        if nth.is_multiple_of(2) { "." } else { " indeed." }
    )
}

fn question(nth: usize) -> String {
    let said = [
        "which bread do you mean?",
        "what for?",
        "for how many of you?",
        "and which size?",
        "white or dark?",
        "sliced?",
    ];
    said[nth % said.len()].to_owned()
}

/// An assistant with this voice.
async fn voiced(desk: &Desk, voice: Voice) -> ScriptedModel {
    let model = ScriptedModel::start(Act::Silent).await;
    let said = AtomicUsize::new(0);
    model.by(move |_: &Question| {
        let body = voice(said.fetch_add(1, Ordering::SeqCst));
        Act::json(&json!({ "outcome": "answer", "text": body, "citations": [] }))
    });
    let id = desk.assistant("auto", "We bake bread.").await;
    let provider = json!({ "kind": "openai", "base_url": model.base_url("openai"), "model": "m", "api_key": "sk-story", "timeout_seconds": 20 });
    let _ = desk.patch(&format!("/assistants/{id}"), json!({ "provider": provider })).await.is(200);
    model
}

/// Lets the two text until neither says anything more. Answers how often each has replied.
async fn converse(town: &Town, one: &Desk, other: &Desk, opening: &str, pause: SignedDuration) -> (usize, usize) {
    // As if a person of the other business had begun, on its phone.
    let (mut from_one, mut from_other) = (0, 0);
    town.text(&other.number, one, opening);
    for _ in 0..ROUNDS {
        town.passes(SignedDuration::from_secs(21)).await;
        town.passes(pause).await;
        let (heard_by_other, heard_by_one) = (town.heard(&other.number), town.heard(&one.number));
        let news = (heard_by_other.len() - from_one) + (heard_by_one.len() - from_other);
        if news == 0 {
            break;
        }
        for body in &heard_by_other[from_one..] {
            town.text(&one.number, other, body);
        }
        for body in &heard_by_one[from_other..] {
            town.text(&other.number, one, body);
        }
        (from_one, from_other) = (heard_by_other.len(), heard_by_one.len());
    }
    (from_one, from_other)
}

/// Somebody is told why: one side at least stopped by itself.
async fn told(desks: [&Desk; 2]) -> Vec<String> {
    let mut notes = Vec::new();
    for desk in desks {
        let all = desk.get("/conversations?status=all").await;
        for conversation in all.is(200)["data"].as_array().unwrap() {
            let thread = desk.thread(&text(&conversation["id"])).await;
            notes.extend(thread.into_iter().filter(|line| line.starts_with("note system")));
        }
    }
    notes
}

store::on_both_engines! {
    async fn two_models_stop_within_six_replies_each(store, place) {
        let pauses: &[i64] = if store.engine() == store::dialect::Engine::Sqlite { &[0, 60, 600] } else { &[12] };
        drop(store);
        let mut town = Town::on(place).await;
        let voices: [(&str, Voice, Voice); 6] = [
            ("long", long, long),
            ("short", short, short),
            ("copies", copy, copy),
            ("questions", question, long),
            ("questions and short ones", question, short),
            ("long and copies", long, copy),
        ];
        for (name, one_says, other_says) in voices {
            for pause in pauses {
                let one = town.desk(&format!("One {name} {pause}")).await;
                let other = town.desk(&format!("Other {name} {pause}")).await;
                let _models = (voiced(&one, one_says).await, voiced(&other, other_says).await);
                let pause = SignedDuration::from_secs(*pause);
                let (replies, others) = converse(&town, &one, &other, "Hello, do you bake bread for us?", pause).await;
                println!("{name}, {pause:#}: {replies} and {others} replies");
                assert!(replies <= REPLIES_MAX && others <= REPLIES_MAX, "{name}, {pause:#}: {replies} and {others}");
                assert!(replies > 0, "{name}: it never began");
                let notes = told([&one, &other]).await;
                let machine = |note: &&String| note.contains("machine");
                assert!(notes.iter().any(|note| machine(&note)), "{name}, {pause:#}: {notes:?}");
            }
        }
    }

    async fn two_built_in_ones_stop_within_six_replies_each(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let one = town.desk("One").await;
        let other = town.desk("Other").await;
        // Each finds its answer in the other's.
        let facts = "Our bread is baked at night. Which bread do you bake? We bake bread of rye and bread of wheat.";
        let _ = one.assistant("auto", facts).await;
        let _ = other.assistant("auto", facts).await;
        let (replies, others) =
            converse(&town, &one, &other, "Which bread do you bake?", SignedDuration::from_secs(1)).await;
        assert!(replies <= REPLIES_MAX && others <= REPLIES_MAX, "{replies} and {others}");
        assert!(replies > 0);
        let notes = told([&one, &other]).await;
        assert!(notes.iter().any(|note| note.contains("Handed to people")), "{notes:?}");
    }
}
