//! Whose a text is when workflows wait for replies: whatever comes of their waiting, somebody answers it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

use crate::enrolments::published;

const ANN: &str = "+12125550123";
const HOME: &str = "+12125550199";
const HOURS: &str = "We are open from 7 am to 6 pm.";

async fn contact(desk: &Desk, phone: &str) -> String {
    text(&desk.post("/contacts", json!({ "phone": phone, "name": "Ann Berg" })).await.is(201)["id"])
}

/// She enters it, and is asked. Answers her way.
async fn enters(town: &Town, desk: &Desk, workflow: &str, contact: &str) -> String {
    let asked = json!({ "contact_ids": [contact] });
    let came = desk.post(&format!("/workflows/{workflow}/enrolments"), asked).await.is(201).clone();
    town.settle().await;
    text(&came["entered"][0]["enrolment_id"])
}

async fn way(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/enrolments/{id}")).await.is(200).clone()
}

fn asks(timeout: &str) -> Value {
    json!({ "name": "Asks", "triggers": ["by_hand"], "entry": { "again": "always" }, "steps": [
        { "id": "ask", "send": { "text": "How was it?", "purpose": "service" } },
        { "id": "hear", "wait_for_reply": { "timeout": timeout, "on_timeout": [{ "id": "quiet", "end": "no_answer" }] } },
        { "id": "end", "end": "answered" },
    ] })
}

/// Until when her answer is waited for, as the trace has it.
async fn deadline(desk: &Desk, way: &str) -> Timestamp {
    let trace = desk.get(&format!("/enrolments/{way}/trace")).await.is(200).to_string();
    let (_, behind) = trace.split_once("waits for a reply until ").expect("it waits");
    behind[..behind.find('Z').unwrap() + 1].parse().unwrap()
}

store::on_both_engines! {
    async fn a_reply_that_comes_too_late_is_answered_by_whoever_answers_otherwise(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        let ann = contact(&acme, ANN).await;
        let workflow = published(&acme, asks("1h")).await;
        let of_ann = enters(&town, &acme, &workflow, &ann).await;
        let until = deadline(&acme, &of_ann).await;
        town.passes(until.duration_since(town.clock.now()) + SignedDuration::from_secs(2)).await;
        town.text(ANN, &acme, "When are you open?");
        town.passes(SignedDuration::from_mins(1)).await;
        assert_eq!(way(&acme, &of_ann).await["outcome"], "no_answer", "two seconds too late");
        let heard = town.heard(ANN);
        assert!(heard.len() == 2 && heard[1].contains("7 am"), "the assistant answers her: {heard:?}");
        assert_eq!(acme.conversation().await["waiting_since"], json!(null));
    }

    async fn a_workflow_that_stands_still_keeps_no_text_longer_than_it_may(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN).await;
        let workflow = published(&acme, asks("30d")).await;
        let of_ann = enters(&town, &acme, &workflow, &ann).await;
        let _ = acme.post(&format!("/workflows/{workflow}/pause"), json!({})).await.is(200);
        town.texts(ANN, &acme, "fine").await;
        assert_eq!(acme.conversation().await["waiting_since"], json!(null), "it is kept for when it goes on");
        town.passes(SignedDuration::from_hours(8 * 24)).await;
        for body in ["hello?", "is anybody there?"] {
            town.texts(ANN, &acme, body).await;
            assert!(acme.conversation().await["waiting_since"].is_string(), "people have {body}");
        }
        let _ = acme.post(&format!("/workflows/{workflow}/resume"), json!({})).await.is(200);
        town.passes(SignedDuration::from_mins(1)).await;
        assert_eq!(way(&acme, &of_ann).await["outcome"], "answered", "what she said in time is her answer");
    }

    async fn more_than_is_kept_during_a_pause_is_peoples(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN).await;
        let workflow = published(&acme, asks("1d")).await;
        let of_ann = enters(&town, &acme, &workflow, &ann).await;
        let _ = acme.post(&format!("/enrolments/{of_ann}/pause"), json!({})).await.is(200);
        for nth in 0..50 {
            town.text(ANN, &acme, &format!("text {nth}"));
        }
        town.settle().await;
        assert_eq!(acme.conversation().await["waiting_since"], json!(null));
        town.texts(ANN, &acme, "one more").await;
        assert!(acme.conversation().await["waiting_since"].is_string());
    }

    async fn whoever_writes_from_two_phones_at_once_answers(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut both_count = asks("1d");
        both_count["steps"][1]["wait_for_reply"]["merge"] = json!("20s");
        let workflow = published(&acme, both_count).await;
        let mut ways = Vec::new();
        for nth in 0..4 {
            let (phone, home) = (format!("+12125552{nth:03}"), format!("+12125553{nth:03}"));
            let ann = contact(&acme, &phone).await;
            let other = contact(&acme, &home).await;
            let _ = acme.post(&format!("/contacts/{ann}/merge"), json!({ "from": other })).await.is(201);
            ways.push((enters(&town, &acme, &workflow, &ann).await, phone, home));
        }
        let both = ways.iter().flat_map(|(_, phone, home)| [(home.as_str(), "it is me"), (phone.as_str(), "fine")]);
        town.texts_at_once(&acme, &both.collect::<Vec<_>>()).await;
        town.passes(SignedDuration::from_mins(1)).await;
        for (id, ..) in &ways {
            assert_eq!(way(&acme, id).await["outcome"], "answered");
            let trace = acme.get(&format!("/enrolments/{id}/trace")).await.is(200).to_string();
            assert!(trace.contains("it is me") && trace.contains("fine"), "both are the answer: {trace}");
        }
    }

    async fn whoever_becomes_one_while_two_wait_is_heard_by_both(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, home) = (contact(&acme, ANN).await, contact(&acme, HOME).await);
        let twice = |name: &str| json!({ "name": name, "triggers": ["by_hand"], "steps": [
            { "id": "ask", "send": { "text": "How was it?", "purpose": "service" } },
            { "id": "hear", "wait_for_reply": { "timeout": "1d" } },
            { "id": "more", "send": { "text": "And why?", "purpose": "service" } },
            { "id": "why", "wait_for_reply": { "timeout": "1d" } },
            { "id": "end", "end": "answered" },
        ] });
        let (one, two) = (published(&acme, twice("One")).await, published(&acme, twice("Two")).await);
        let first = enters(&town, &acme, &one, &ann).await;
        let second = enters(&town, &acme, &two, &home).await;
        let _ = acme.post(&format!("/contacts/{ann}/merge"), json!({ "from": home })).await.is(201);
        town.settle().await;
        for (phone, body) in [(ANN, "good"), (ANN, "the food"), (HOME, "small"), (HOME, "the room")] {
            town.texts(phone, &acme, body).await;
        }
        assert_eq!(way(&acme, &first).await["outcome"], "answered");
        assert_eq!(way(&acme, &second).await["outcome"], "answered", "it was its turn when the first was over");
    }
}
