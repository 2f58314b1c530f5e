//! What each member has read, and what waits for a person.

use domain::id::{AssistantId, ConversationId};
use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use store::queue::{self, Errand};
use store::{TenantTx, args};
use stories::browser::Browser;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";
const HOURS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday.";

/// How many texts of the only conversation this member has not seen, in the list, by itself, and by the filter.
async fn unread(member: &mut Browser) -> i64 {
    let page = member.get("/conversations").await;
    let listed = page.is(200)["data"][0].clone();
    let one = member.get(&format!("/conversations/{}", text(&listed["id"]))).await;
    assert_eq!(one.is(200)["unread"], listed["unread"]);
    let count = listed["unread"].as_i64().unwrap();
    let filtered = member.get("/conversations?unread=true").await;
    assert_eq!(filtered.is(200)["data"].as_array().unwrap().len(), usize::from(count > 0));
    count
}

store::on_both_engines! {
    async fn each_member_has_read_what_they_have_read(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        let mut noa = town.member(&acme, "noa@example.com", "agent").await;
        town.texts(ANN, &acme, "one").await;
        town.texts(ANN, &acme, "two").await;
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (2, 2));
        let id = text(&acme.conversation().await["id"]);
        let read = format!("/conversations/{id}/read");
        assert_eq!(mia.call(Method::POST, &read, None).await.is(200)["unread"], 0);
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (0, 2), "what one reads, the other has not");
        town.texts(ANN, &acme, "three").await;
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (1, 3));
        // What we say ourselves is nothing to be read.
        let said = acme.post(&format!("/conversations/{id}/messages"), json!({ "body": "Yes" })).await;
        let _ = said.is(202);
        town.settle().await;
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (1, 3));
        assert_eq!(noa.call(Method::POST, &read, None).await.status, 200);
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (1, 0));
        // Who comes later has read nothing; a program has no marks.
        let mut zoe = town.member(&acme, "zoe@example.com", "agent").await;
        assert_eq!(unread(&mut zoe).await, 3);
        assert!(acme.conversation().await.get("unread").is_none());
        assert_eq!(acme.post(&read, json!({})).await.problem(403), "forbidden");
    }

    async fn whoever_waits_is_seen_to_wait_until_an_answer_is_out(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, "what are your opening hours?").await;
        let id = text(&acme.conversation().await["id"]);
        let messages = format!("/conversations/{id}/messages");
        let waits = async || acme.conversation().await["waiting_since"].is_string();

        let busy = json!({ "rate_limit_burst": { "probability": 1.0, "length": 1, "retry_after_s": 60 } });
        town.faults(serde_json::from_value(busy).unwrap());
        town.passes(SignedDuration::from_secs(10)).await;
        assert!(waits().await, "the assistant's answer does not get through");
        let _ = acme.post(&format!("/conversations/{id}/handoff"), json!({ "to": "agents" })).await.is(200);
        town.faults(sandbox::Faults::default());
        town.passes(SignedDuration::from_mins(5)).await;
        assert!(town.heard(ANN).is_empty() && waits().await, "it was taken back");

        let mut zoe = town.member(&acme, "zoe@example.com", "agent").await;
        let next_week = town.clock.now().checked_add(SignedDuration::from_hours(7 * 24)).unwrap();
        let later = zoe.post(&messages, json!({ "body": "Any news?", "scheduled_at": next_week })).await;
        let later = text(&later.is(202)["message"]["id"]);
        town.settle().await;
        assert!(waits().await, "next week is not an answer");
        let _ = zoe.post(&format!("/messages/{later}/cancel"), json!({})).await.is(200);
        let _ = zoe.post(&messages, json!({ "body": "From seven to six." })).await.is(202);
        town.passes(SignedDuration::from_secs(10)).await;
        assert_eq!(town.heard(ANN), ["From seven to six."]);
        assert!(!waits().await);
    }

    async fn what_a_removed_assistant_has_not_sent_yet_is_not_sent(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let assistant = acme.assistant("auto", HOURS).await;
        let busy = json!({ "rate_limit_burst": { "probability": 1.0, "length": 1, "retry_after_s": 60 } });
        town.faults(serde_json::from_value(busy).unwrap());
        town.texts(ANN, &acme, "what are your opening hours?").await;
        town.passes(SignedDuration::from_secs(10)).await;
        let id = text(&acme.conversation().await["id"]);
        let page = acme.get(&format!("/conversations/{id}/messages")).await;
        let waiting = page.is(200)["data"][0].clone();
        assert_eq!((&waiting["author"]["kind"], &waiting["status"]), (&json!("assistant"), &json!("queued")));

        assert_eq!(acme.delete(&format!("/assistants/{assistant}")).await.status, 204);
        town.faults(sandbox::Faults::default());
        town.passes(SignedDuration::from_mins(5)).await;
        assert!(town.heard(ANN).is_empty(), "it does not say it any more");
        let taken_back = acme.get(&format!("/messages/{}", text(&waiting["id"]))).await;
        assert_eq!(taken_back.is(200)["status"], "cancelled");
        let receipt = acme.get(&format!("/messages/{}/receipt", text(&waiting["id"]))).await;
        let last = receipt.is(200)["lines"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["kind"], &last["reason"]), (&json!("cancelled"), &json!("assistant_removed")), "{last}");
    }

    async fn what_a_removed_assistant_gets_all_the_same_is_for_people(store, place) {
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let assistant = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, "what are your opening hours?").await;
        let id = text(&acme.conversation().await["id"]);
        assert_eq!(acme.delete(&format!("/assistants/{assistant}")).await.status, 204);
        // As a turn leaves it that did not see the removal, once with the assistant still to be asked.
        let (conversation, assistant): (ConversationId, AssistantId) = (id.parse().unwrap(), assistant.parse().unwrap());
        let held = async || {
            let hold = async move |tx: &mut TenantTx<'_>| {
                let hold = "UPDATE conversation SET holder = 'assistant', holder_id = $3 WHERE tenant_id = $1 AND id = $2
                            RETURNING version";
                tx.one(hold, args![conversation, assistant]).await?.get::<i64>(0)
            };
            store.write(acme.tenant, hold).await.unwrap()
        };
        let given_to_people = async |times| {
            let stands = acme.conversation().await;
            assert_eq!(stands["holder"]["kind"], "agents", "{stands}");
            let thread = acme.thread(&id).await;
            let notes = thread.iter().filter(|line| line.ends_with("the assistant was removed")).count();
            assert_eq!(notes, times, "{thread:?}");
        };
        given_to_people(0).await;
        let version = held().await;
        let (now, work) = (town.clock.now(), town.engine.ids().next());
        let asked = Errand::AskAssistant { conversation, assistant, version };
        let ask = async move |tx: &mut TenantTx<'_>| queue::add_errand(tx, work, now, &asked).await;
        store.write(acme.tenant, ask).await.unwrap();
        town.passes(SignedDuration::from_secs(10)).await;
        given_to_people(1).await;

        held().await;
        town.texts(ANN, &acme, "Hello?").await;
        given_to_people(2).await;
        town.passes(SignedDuration::from_secs(10)).await;
        assert!(town.heard(ANN).is_empty());
    }

    async fn what_a_removed_assistant_held_waits_for_a_person_who_sees_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let assistant = acme.assistant("auto", HOURS).await;
        town.texts(ANN, &acme, "what are your opening hours?").await;
        let asked_at = town.clock.now();
        let held = acme.conversation().await;
        assert_eq!(held["holder"]["kind"], "assistant");
        let id = text(&held["id"]);
        let mut stream = acme.stream(None).await;
        let _ = stream.next().await;

        // It is taken out of use while it would still answer: within its quiet window.
        assert_eq!(acme.delete(&format!("/assistants/{assistant}")).await.status, 204);
        let told = stream.until("conversation.updated").await;
        let told = &told.last().unwrap().data["data"]["conversation"];
        assert_eq!((text(&told["id"]), &told["holder"]["kind"]), (id.clone(), &json!("agents")));
        town.passes(SignedDuration::from_mins(1)).await;
        assert!(town.heard(ANN).is_empty(), "it does not answer any more");
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        let waiting = mia.get("/conversations?holder=agents&assignee=none").await;
        let waiting = waiting.is(200)["data"].as_array().unwrap().clone();
        assert_eq!(waiting.len(), 1, "among those that are for people");
        assert_eq!(text(&waiting[0]["id"]), id);
        let since: jiff::Timestamp = text(&waiting[0]["waiting_since"]).parse().unwrap();
        assert!(since <= asked_at, "since Ann wrote: {since}");
        assert_eq!(waiting[0]["unread"], 1);
        let thread = acme.thread(&id).await;
        assert!(thread.iter().any(|line| line.starts_with("note system noted: Handed to people")), "{thread:?}");

        // The next text is for people, too, and a person can answer.
        town.texts(ANN, &acme, "Hello?").await;
        town.passes(SignedDuration::from_mins(1)).await;
        assert!(town.heard(ANN).is_empty());
        assert_eq!(acme.conversation().await["holder"]["kind"], "agents");
        let said = mia.post(&format!("/conversations/{id}/messages"), json!({ "body": "From seven.", "hold_seconds": 0 })).await;
        let _: &Value = said.is(202);
        town.settle().await;
        assert_eq!(town.heard(ANN), ["From seven."]);
    }
}
