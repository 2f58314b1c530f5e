//! Who gets marketing, who is on the list of those that get nothing, and how somebody agrees by text.

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const BEN: &str = "+12125550124";
const CAM: &str = "+12125550125";
const REQUEST: &str = "Acme: Reply YES to get our offers by text, STOP to end.";

async fn contact(desk: &Desk, phone: &str) -> String {
    let made = desk.post("/contacts", json!({ "phone": phone, "name": "x", "tags": ["guests"] })).await;
    text(&made.is(201)["id"])
}

async fn set(desk: &Desk, settings: Value) {
    let _ = desk.patch("/tenant", json!({ "settings": settings })).await.is(200);
}

/// Launches one text to whoever has the label `guests`.
async fn launch(desk: &Desk, purpose: &str) -> String {
    let campaign = json!({
        "name": "June", "body": "The terrace is open.", "purpose": purpose, "numbers": [desk.number_id],
        "audience": { "tags": ["guests"] },
    });
    let id = text(&desk.post("/campaigns", campaign).await.is(201)["id"]);
    let _ = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
    id
}

/// Who stands where, and why, in the order of their numbers.
async fn stand(desk: &Desk, id: &str) -> Vec<(String, String)> {
    let all = desk.get(&format!("/campaigns/{id}/recipients")).await;
    let told = |one: &Value| {
        (text(&one["phone"]), text(&one["standing"]), one["failure"]["code"].as_str().unwrap_or("").to_owned())
    };
    let mut all: Vec<_> = all.is(200)["data"].as_array().unwrap().iter().map(told).collect();
    all.sort();
    all.into_iter().map(|(_, standing, code)| (standing, code)).collect()
}

fn skipped(code: &str) -> (String, String) {
    ("skipped".into(), code.into())
}

fn delivered() -> (String, String) {
    ("delivered".into(), String::new())
}

/// The lines of somebody's ledger, the oldest first.
async fn ledger(desk: &Desk, contact: &str) -> Vec<String> {
    let page = desk.get(&format!("/contacts/{contact}/consents")).await;
    let told =
        |line: &Value| format!("{} {} by {}", text(&line["state"]), text(&line["purpose"]), text(&line["source"]));
    page.is(200)["data"].as_array().unwrap().iter().rev().map(told).collect()
}

store::on_both_engines! {
    async fn marketing_goes_to_who_has_agreed_and_service_to_who_has_not_refused(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        set(&acme, json!({ "marketing_consent": "required" })).await;
        let (ann, ben) = (contact(&acme, ANN).await, contact(&acme, BEN).await);
        let _ = contact(&acme, CAM).await;
        let says = async |who: &str, said: Value| acme.post(&format!("/contacts/{who}/consents"), said).await;
        let agreed = json!({
            "state": "opted_in", "purpose": "marketing", "how": "Form in the shop", "shown": "Offers by text", "proof": "scan 7",
            "jurisdiction": "us-ny",
        });
        let line = says(&ann, agreed.clone()).await;
        assert_eq!((&line.is(201)["how"], &line.is(201)["jurisdiction"]), (&json!("Form in the shop"), &json!("US-NY")));
        let _ = says(&ben, agreed.clone()).await.is(201);
        let _ = says(&ben, json!({ "state": "opted_out", "purpose": "service" })).await.is(201);
        let (marketing, service) = (launch(&acme, "marketing").await, launch(&acme, "service").await);
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &marketing).await, [delivered(), delivered(), skipped("not_opted_in")]);
        assert_eq!(stand(&acme, &service).await, [delivered(), skipped("purpose_opted_out"), delivered()]);

        // STOP is about everything, and START gives back what it took.
        town.texts(ANN, &acme, "STOP").await;
        assert_eq!(says(&ann, agreed).await.problem(422), "contact_opted_out");
        let stopped = launch(&acme, "marketing").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &stopped).await, [skipped("contact_opted_out"), delivered(), skipped("not_opted_in")]);
        town.texts(ANN, &acme, "START").await;
        let again = launch(&acme, "marketing").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &again).await, [delivered(), delivered(), skipped("not_opted_in")]);

        // Somebody says it to a person, who writes it down.
        let _ = says(&ann, json!({ "state": "opted_out", "purpose": "all", "how": "By telephone" })).await.is(201);
        let last = launch(&acme, "service").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &last).await[0], skipped("contact_opted_out"));
        assert_eq!(
            ledger(&acme, &ann).await,
            ["opted_in marketing by api", "opted_out all by keyword", "opted_in all by keyword", "opted_out all by api"]
        );
        for (wrong, field) in [
            (json!({ "state": "opted_in", "purpose": "marketing" }), "how"),
            (json!({ "state": "opted_in", "purpose": "all", "how": "x" }), "purpose"),
            (json!({ "state": "opted_out", "purpose": "marketing", "at": "2099-01-01T00:00:00Z" }), "at"),
            (json!({ "state": "opted_out" }), "purpose"),
        ] {
            assert_eq!(says(&ben, wrong).await.bad_field().0, field);
        }
    }

    async fn who_is_on_the_list_gets_nothing_unless_they_write(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = (contact(&acme, ANN).await, contact(&acme, BEN).await);
        let added = acme.post("/suppressions", json!({ "phones": ["(212) 555-0123", ANN], "reason": "National register" })).await;
        assert_eq!((&added.is(201)["added"], &added.is(201)["known"]), (&json!(1), &json!(0)));
        let first = launch(&acme, "service").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &first).await, [skipped("suppressed"), delivered()]);
        let opened = acme.post("/conversations", json!({ "to": ANN, "body": "Hello" })).await;
        assert_eq!(opened.problem(422), "suppressed");

        // Whoever writes is answered.
        town.texts(ANN, &acme, "Are you open?").await;
        let conversation = text(&acme.conversation().await["id"]);
        let _ = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "We are." })).await.is(202);
        town.passes(SignedDuration::from_mins(1)).await;
        assert_eq!(town.heard(ANN), ["We are."]);

        // A file, and a number that becomes a contact only later.
        let headers = vec![("authorization", format!("Bearer {}", acme.key)), ("content-type", "text/csv".into())];
        let file = bytes::Bytes::from_static(b"Phone,Name\n+12125550124,Ben\n212-555-0125,Cam\nnone,Dan\n");
        let path = "/api/v1/suppressions/file?reason=Old%20list";
        let added = town.client.send(Method::POST, path, headers, file).await;
        assert_eq!((&added.is(201)["added"], &added.is(201)["rejected_lines"]), (&json!(2), &json!([4])));
        let _ = contact(&acme, CAM).await;
        let second = launch(&acme, "marketing").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &second).await, [skipped("suppressed"), skipped("suppressed"), skipped("suppressed")]);

        // One is found by its number and taken off, with the reason.
        let found = acme.get("/suppressions?phone=212-555-0124").await;
        let id = text(&found.is(200)["data"][0]["id"]);
        let agent = acme.key_for(&["contacts:read", "contacts:write"]).await;
        assert_eq!(agent.post(&format!("/suppressions/{id}/remove"), json!({ "why": "x" })).await.status, 403);
        assert_eq!(acme.post(&format!("/suppressions/{id}/remove"), json!({})).await.bad_field().0, "why");
        let off = acme.post(&format!("/suppressions/{id}/remove"), json!({ "why": "They asked for it" })).await;
        assert_eq!(off.is(200)["ended_why"], "They asked for it");
        assert_eq!(acme.post(&format!("/suppressions/{id}/remove"), json!({ "why": "x" })).await.problem(409), "ended_already");
        assert_eq!(acme.get("/suppressions").await.is(200)["data"].as_array().unwrap().len(), 2);
        assert_eq!(acme.get("/suppressions?past=true").await.is(200)["data"].as_array().unwrap().len(), 3);
        let third = launch(&acme, "service").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &third).await[1], delivered());

        // For some time only. Who wrote before that gets nothing more until they write again.
        town.texts(BEN, &acme, "Good morning").await;
        town.passes(SignedDuration::from_mins(1)).await;
        let threads = acme.get("/conversations?status=all").await.is(200)["data"].as_array().unwrap().clone();
        let thread = text(&threads.iter().find(|thread| thread["contact"]["phone"] == BEN).unwrap()["id"]);
        let until = town.clock.now().checked_add(SignedDuration::from_hours(24)).unwrap().to_string();
        let _ = acme.post("/suppressions", json!({ "phones": [BEN], "reason": "On holiday", "until": until })).await.is(201);
        let said = acme.post(&format!("/conversations/{thread}/messages"), json!({ "body": "Good morning" })).await;
        assert_eq!(said.problem(422), "suppressed");
        let fourth = launch(&acme, "service").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &fourth).await[1], skipped("suppressed"));
        town.passes(SignedDuration::from_hours(24)).await;
        let fifth = launch(&acme, "service").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stand(&acme, &fifth).await[1], delivered());
        for (wrong, field) in [
            (json!({ "phones": [BEN], "reason": " " }), "reason"),
            (json!({ "phones": [], "reason": "x" }), "phones"),
            (json!({ "phones": [BEN, "nonsense"], "reason": "x" }), "phones[1]"),
            (json!({ "phones": [BEN], "reason": "x", "until": "2020-01-01T00:00:00Z" }), "until"),
        ] {
            assert_eq!(acme.post("/suppressions", wrong).await.bad_field().0, field);
        }
        let other = town.desk("Bolt").await;
        assert_eq!(other.get("/suppressions?past=true").await.is(200)["data"], json!([]));
    }

    async fn somebody_agrees_by_text_and_stop_wins(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let refused = acme.patch("/tenant", json!({ "settings": { "opt_in": { "words": ["JOIN"], "request": "Reply YES" } } })).await;
        assert_eq!(refused.bad_field(), ("settings.opt_in", "no_sender"));
        set(&acme, json!({ "marketing_consent": "required", "opt_in": { "words": ["JOIN"], "request": REQUEST, "days": 3 } })).await;

        // Ann texts the word, is asked once, and says yes.
        town.texts(ANN, &acme, "Join!").await;
        town.texts(ANN, &acme, "JOIN").await;
        assert_eq!(town.heard(ANN), [REQUEST], "once");
        town.texts(ANN, &acme, "yes").await;
        let ann = text(&acme.conversation().await["contact"]["id"]);
        let page = acme.get(&format!("/contacts/{ann}/consents")).await;
        let newest = &page.is(200)["data"][0];
        assert_eq!((&newest["state"], &newest["purpose"], &newest["shown"]), (&json!("opted_in"), &json!("marketing"), &json!(REQUEST)));
        assert!(newest["message_id"].is_string(), "the text that said so is the proof");
        assert_eq!(ledger(&acme, &ann).await, ["pending marketing by keyword", "opted_in marketing by keyword"]);
        town.texts(ANN, &acme, "JOIN").await;
        assert_eq!(town.heard(ANN).len(), 1, "who has agreed is not asked");

        // Ben is asked by a member; a yes that comes too late is no yes.
        let ben = contact(&acme, BEN).await;
        let ask = async |who: &str| acme.post(&format!("/contacts/{who}/consents/request"), json!({ "number_id": acme.number_id })).await;
        let _ = ask(&ben).await.is(202);
        town.passes(SignedDuration::from_mins(1)).await;
        assert_eq!(town.heard(BEN), [REQUEST]);
        assert_eq!(ask(&ben).await.bad_field(), ("contact", "asked_already"));
        town.passes(SignedDuration::from_hours(73)).await;
        town.texts(BEN, &acme, "YES").await;
        assert_eq!(ledger(&acme, &ben).await, ["pending marketing by api"]);

        // Cam says STOP between; neither START nor a yes make it a consent, and nobody asks again at once.
        let cam = contact(&acme, CAM).await;
        let _ = ask(&cam).await.is(202);
        town.passes(SignedDuration::from_mins(1)).await;
        town.texts(CAM, &acme, "STOP").await;
        town.texts(CAM, &acme, "YES").await;
        town.texts(CAM, &acme, "JOIN").await;
        assert_eq!(ask(&cam).await.bad_field(), ("contact", "asked_already"));
        town.passes(SignedDuration::from_hours(73)).await;
        assert_eq!(ask(&cam).await.problem(422), "contact_opted_out");
        let heard = town.heard(CAM);
        assert_eq!(heard.len(), 2, "the request and the confirmation of STOP: {heard:?}");
        town.texts(CAM, &acme, "START").await;
        town.texts(CAM, &acme, "YES").await;
        assert!(!ledger(&acme, &cam).await.contains(&"opted_in marketing by keyword".to_owned()));

        let _ = acme.patch(&format!("/contacts/{ann}"), json!({ "tags": ["guests"] })).await.is(200);
        let campaign = launch(&acme, "marketing").await;
        town.passes(SignedDuration::from_hours(16)).await;
        assert_eq!(stand(&acme, &campaign).await, [delivered(), skipped("not_opted_in"), skipped("not_opted_in")]);
    }

    async fn a_request_that_waits_does_not_go_after_stop(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        set(&acme, json!({ "opt_in": { "words": [], "request": REQUEST, "days": 3 } })).await;
        // Whatever the hour is, it is a quiet one for somebody who has not written.
        set(&acme, json!({ "quiet_hours": { "from": "00:00", "until": "23:59" } })).await;
        let ann = contact(&acme, ANN).await;
        let asked = acme.post(&format!("/contacts/{ann}/consents/request"), json!({ "number_id": acme.number_id })).await;
        assert_eq!(asked.is(202)["message"]["status"], "deferred");
        town.texts(ANN, &acme, "STOP").await;
        town.passes(SignedDuration::from_hours(48)).await;
        let heard = town.heard(ANN);
        assert_eq!(heard.len(), 1, "the confirmation of STOP: {heard:?}");
        assert!(heard[0].contains("unsubscribed"));
    }
}
