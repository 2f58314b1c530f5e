//! What happens while somebody on their way through a workflow waits for something else.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use store::args;
use stories::town::{Desk, Town, text};

use crate::enrolments::{contact, enrolment, enter, published, survey};

const ANN: &str = "+12125550123";
/// Where it is six in the morning when the town's day begins, and the law lets nobody be texted.
const EVE: &str = "+14155550126";

/// Three days of nothing, with this goal.
async fn waits_for(desk: &Desk, goal: &str) -> String {
    let document = json!({ "name": goal, "triggers": ["by_hand"], "exits": { "goal": goal }, "steps": [
        { "id": "later", "delay": { "for": "3d" } },
        { "id": "tell", "send": { "text": "Are you still there?", "purpose": "service" } },
    ] });
    published(desk, document).await
}

/// Waits until it has ended, and tells how. The clock stands still: nobody comes to look by himself.
async fn ends(desk: &Desk, way: &str) -> Value {
    let began = Instant::now();
    loop {
        let now = enrolment(desk, way).await;
        if now["status"] == "ended" {
            return now["outcome"].clone();
        }
        assert!(began.elapsed() < Duration::from_secs(30), "nobody told it: {now}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn turns(desk: &Desk, way: &str) -> usize {
    desk.get(&format!("/enrolments/{way}/trace")).await.is(200)["turns"].as_array().unwrap().len()
}

async fn import(town: &Town, desk: &Desk, file: &'static str) {
    let headers = vec![("authorization", format!("Bearer {}", desk.key))];
    let path = "/api/v1/contacts/imports?file_name=people.csv";
    let made = town.client.send(Method::POST, path, headers, file.into()).await;
    let path = format!("/contacts/imports/{}", text(&made.is(201)["id"]));
    let _ = desk.post(&format!("{path}/check"), json!({})).await.is(202);
    town.settle().await;
    let _ = desk.post(&format!("{path}/start"), json!({})).await.is(202);
    town.settle().await;
    assert_eq!(desk.get(&path).await.is(200)["state"], "done");
}

store::on_both_engines! {
    async fn what_is_written_before_a_question_left_is_not_its_answer(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let eve = contact(&acme, EVE, "Eve").await;
        let workflow = published(&acme, survey()).await;
        let way = text(&enter(&acme, &workflow, &[&eve]).await["entered"][0]["enrolment_id"]);
        town.settle().await;
        assert_eq!(town.heard(EVE), [""; 0], "the question waits for the law's hour");
        town.texts(EVE, &acme, "7").await;
        town.passes(SignedDuration::from_hours(3)).await;
        assert_eq!(town.heard(EVE), ["Hi Eve, how was it, from 0 to 10?"]);
        let waits = enrolment(&acme, &way).await;
        assert_eq!((&waits["waits"], &waits["variables"]["score"]), (&json!("reply"), &json!(null)), "{waits}");
        let trace = acme.get(&format!("/enrolments/{way}/trace")).await.is(200).to_string();
        assert!(trace.contains("heard_beside"), "it is kept: {trace}");
        town.texts(EVE, &acme, "9").await;
        assert_eq!(town.heard(EVE).last().map(String::as_str), Some("Thank you for 9!"));
        assert_eq!(enrolment(&acme, &way).await["variables"]["score"], "9");
    }

    async fn who_comes_to_the_goal_leaves_at_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        acme.fields(json!([{ "key": "city", "label": "City", "kind": { "type": "text" } }])).await;
        let guests = text(&acme.post("/lists", json!({ "name": "Guests" })).await.is(201)["id"]);
        let ann = contact(&acme, ANN, "Ann").await;
        let mut ways = Vec::new();
        for goal in ["tag = \"won\"", "city = \"Rome\"", "list = \"Guests\"", "consent = \"opted_in\"", "name = \"Ann Berg\""] {
            let workflow = waits_for(&acme, goal).await;
            ways.push(text(&enter(&acme, &workflow, &[&ann]).await["entered"][0]["enrolment_id"]));
        }
        let other = waits_for(&acme, "tag = \"lost\"").await;
        let other = text(&enter(&acme, &other, &[&ann]).await["entered"][0]["enrolment_id"]);
        town.settle().await;
        let (path, now) = (format!("/contacts/{ann}"), town.clock.now());
        let _ = acme.patch(&path, json!({ "tags": ["won"] })).await.is(200);
        assert_eq!(ends(&acme, &ways[0]).await, "goal");
        let _ = acme.patch(&path, json!({ "fields": { "city": "Rome" } })).await.is(200);
        assert_eq!(ends(&acme, &ways[1]).await, "goal");
        let _ = acme.post(&format!("/lists/{guests}/contacts"), json!({ "contact_ids": [ann] })).await.is(200);
        assert_eq!(ends(&acme, &ways[2]).await, "goal");
        let _ = acme.post(&format!("{path}/consents"), json!({ "state": "opted_in", "purpose": "marketing", "how": "On the phone" })).await.is(201);
        assert_eq!(ends(&acme, &ways[3]).await, "goal");
        let _ = acme.patch(&path, json!({ "name": "Ann Berg" })).await.is(200);
        assert_eq!(ends(&acme, &ways[4]).await, "goal");
        assert_eq!(town.clock.now(), now, "nobody had to wait for anything");
        let waits = enrolment(&acme, &other).await;
        assert_eq!((&waits["status"], turns(&acme, &other).await), (&json!("live"), 1), "that was nothing to it: {waits}");
        town.passes(SignedDuration::from_hours(80)).await;
        assert_eq!(town.heard(ANN), ["Are you still there?"], "only who did not come there is asked");
    }

    async fn who_is_imported_to_the_goal_or_brought_there_by_another_workflow_leaves(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        acme.fields(json!([{ "key": "size", "label": "Shoe size", "kind": { "type": "number" } }])).await;
        let ann = contact(&acme, ANN, "Ann").await;
        let (sized, won) = (waits_for(&acme, "size > 40").await, waits_for(&acme, "tag = \"won\"").await);
        let [sized, won] = [&sized, &won].map(async |one| text(&enter(&acme, one, &[&ann]).await["entered"][0]["enrolment_id"]));
        let (sized, won) = (sized.await, won.await);
        town.settle().await;
        import(&town, &acme, "Mobile;Name;Shoe size;Opted in\r\n+12125550123;Ann;42;yes\r\n+12125550124;Ben;43;yes\r\n").await;
        assert_eq!(enrolment(&acme, &sized).await["outcome"], "goal");
        // What a way changes itself is asked for when it goes on, so that it says what it has to say before.
        let wins = json!({ "name": "Wins", "triggers": ["by_hand"], "exits": { "goal": "tag = \"won\"" }, "steps": [
            { "id": "mark", "update_contact": { "add_tags": ["won"] } },
            { "id": "thank", "send": { "text": "You have won!", "purpose": "service" } },
        ] });
        let wins = published(&acme, wins).await;
        let wins = text(&enter(&acme, &wins, &[&ann]).await["entered"][0]["enrolment_id"]);
        town.settle().await;
        assert_eq!(town.heard(ANN), ["You have won!"]);
        assert_eq!([enrolment(&acme, &won).await["outcome"].clone(), enrolment(&acme, &wins).await["outcome"].clone()], ["goal", "goal"]);
    }

    async fn who_is_woken_in_vain_stands_still_again(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN, "Ann").await;
        let workflow = waits_for(&acme, "tag = \"won\"").await;
        let way = text(&enter(&acme, &workflow, &[&ann]).await["entered"][0]["enrolment_id"]);
        town.settle().await;
        let _ = acme.post(&format!("/workflows/{workflow}/pause"), json!({})).await.is(200);
        town.passes(SignedDuration::from_hours(73)).await;
        let still = enrolment(&acme, &way).await;
        assert_eq!(still["status"], "paused");
        let taken = turns(&acme, &way).await;
        // As if it had gone on for a moment: their time has come, and nothing is to be done.
        let now = town.clock.now();
        let wakes = "UPDATE enrolment SET due_at_us = $2 WHERE tenant_id = $1";
        town.engine.store().write(acme.tenant, async move |tx| tx.exec(wakes, args![now]).await).await.unwrap();
        town.settle().await;
        let again = enrolment(&acme, &way).await;
        assert_eq!((&again["status"], &again["wakes_at"]), (&json!("paused"), &json!(null)), "nobody comes again and again");
        assert_eq!(turns(&acme, &way).await, taken, "and no turn is told of");
        let _ = acme.post(&format!("/workflows/{workflow}/resume"), json!({})).await.is(200);
        town.passes(SignedDuration::from_mins(1)).await;
        assert_eq!(town.heard(ANN), ["Are you still there?"]);
    }
}
