//! Whoever wants no more texts is out of every workflow, however that came to be known.

use bytes::Bytes;
use providers::http::Method;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const PEOPLE: [&str; 4] = ["+12125550123", "+12125550124", "+12125550125", "+12125550126"];
const ELSEWHERE: &str = "+12125550199";

async fn contact(desk: &Desk, phone: &str) -> String {
    text(&desk.post("/contacts", json!({ "phone": phone })).await.is(201)["id"])
}

async fn imported(town: &Town, desk: &Desk, file: &str) {
    let headers = vec![("authorization", format!("Bearer {}", desk.key))];
    let path = "/api/v1/contacts/imports?file_name=people.csv";
    let made = town.client.send(Method::POST, path, headers, Bytes::copy_from_slice(file.as_bytes())).await;
    let _ = desk.post(&format!("/contacts/imports/{}/start", text(&made.is(201)["id"])), json!({})).await.is(202);
}

fn reminder() -> Value {
    json!({
        "name": "Reminder",
        "triggers": ["api"],
        "steps": [
            { "id": "later", "delay": { "for": "30d" } },
            { "id": "ask", "send": { "text": "Time to come by again. Reply STOP to opt out.", "purpose": "service" } },
            { "id": "done", "end": "asked" }
        ]
    })
}

store::on_both_engines! {
    async fn however_it_came_to_be_known_every_way_ends(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let workflow = crate::enrolments::published(&acme, reminder()).await;
        let mut contacts = Vec::new();
        for phone in PEOPLE {
            contacts.push(contact(&acme, phone).await);
        }
        let body = json!({ "contact_ids": contacts });
        let came = acme.post(&format!("/workflows/{workflow}/enrolments"), body).await.is(201).clone();
        let ways: Vec<String> = came["entered"].as_array().unwrap().iter().map(|one| text(&one["enrolment_id"])).collect();
        town.settle().await;

        imported(&town, &acme, "phone,opted_in\n212-555-0123,no\n").await;
        let no = json!({ "state": "opted_out", "purpose": "all", "how": "They called" });
        let _ = acme.post(&format!("/contacts/{}/consents", contacts[1]), no).await.is(201);
        let _ = acme.post("/suppressions", json!({ "phones": [PEOPLE[2]], "reason": "Moved" })).await.is(201);
        let other = contact(&acme, ELSEWHERE).await;
        town.text(ELSEWHERE, &acme, "STOP");
        town.settle().await;
        let _ = acme.post(&format!("/contacts/{}/merge", contacts[3]), json!({ "from": other })).await.is(201);
        town.passes(jiff::SignedDuration::from_secs(1)).await;
        for way in &ways {
            let way = acme.get(&format!("/enrolments/{way}")).await.is(200).clone();
            assert_eq!((&way["status"], &way["outcome"]), (&json!("ended"), &json!("opted_out")), "{way}");
        }
    }
}
