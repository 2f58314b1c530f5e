//! Whether carriers know who sends from a number: read from them, shown, and heeded before a text costs.

use axum::Router;
use axum::extract::{self, State};
use axum::http::StatusCode;
use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use sandbox::{NewAccount, Registration};
use serde_json::{Value, json};
use stories::http::Client;
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const BEA: &str = "+12125550124";
const PARIS: &str = "+33612345678";
const SECOND: &str = "+14155550150";
const FREE: &str = "+18005550150";

const SECOND_S: SignedDuration = SignedDuration::from_secs(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What the number shows of its registration.
async fn shown(desk: &Desk, number: &str) -> Value {
    let page = desk.get("/numbers").await;
    let all = page.is(200)["data"].as_array().unwrap().clone();
    let id = &all.iter().find(|one| one["e164"] == number).unwrap()["id"];
    desk.get(&format!("/numbers/{}", text(id))).await.is(200)["registration"].clone()
}

async fn state(desk: &Desk, number: &str) -> String {
    text(&shown(desk, number).await["state"])
}

/// Asks the carrier anew.
async fn looks(desk: &Desk) -> String {
    let looked = desk.post(&format!("/numbers/{}/check", desk.number_id), json!({})).await;
    text(&looked.is(200)["registration"]["state"])
}

/// What becomes of the number at the carrier.
fn at_the_carrier(town: &Town, number: &str, registration: Registration, reason: Option<&str>) {
    town.sandbox.control().set_registration(number, registration, reason).unwrap();
}

fn asked(town: &Town) -> u64 {
    town.sandbox.control().counters().send_requests
}

/// Another number of the same account, adopted.
async fn second_number(town: &Town, desk: &Desk, number: &str, registration: Registration) -> String {
    let more = NewAccount::new("Acme", "KEY-of-1").number(number);
    town.sandbox.control().add_account(more).unwrap();
    at_the_carrier(town, number, registration, None);
    let adopted = desk.post(&format!("/carrier-accounts/{}/adopt", desk.account), json!({ "numbers": [number] })).await;
    let id = text(&adopted.is(200)["numbers"][0]["id"]);
    let _ = desk.patch(&format!("/numbers/{id}"), json!({ "segments_per_second": 1_000 })).await.is(200);
    id
}

async fn draft(desk: &Desk, phones: &[&str], more: Value) -> String {
    let mut campaign = json!({
        "name": "June", "body": "The terrace is open! Reply STOP to opt out.", "numbers": [desk.number_id],
        "audience": { "phones": phones },
    });
    campaign.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    text(&desk.post("/campaigns", campaign).await.is(201)["id"])
}

async fn campaign(desk: &Desk, id: &str) -> Value {
    let campaign = desk.get(&format!("/campaigns/{id}")).await.is(200).clone();
    let sum: i64 = campaign["counts"].as_object().unwrap().values().map(|count| count.as_i64().unwrap()).sum();
    assert_eq!(campaign["total"], sum, "the sum is the total: {campaign}");
    campaign
}

async fn order(desk: &Desk, id: &str, order: &str) -> Value {
    desk.post(&format!("/campaigns/{id}/{order}"), json!({})).await.is(200).clone()
}

/// A way to the carrier on which registrations are answered so.
async fn with_registers_that_say(town: &Town, status: u16) -> String {
    async fn forward(
        State((client, base, status)): State<(Client, String, u16)>,
        request: extract::Request,
    ) -> (StatusCode, Bytes) {
        let path = request.uri().to_string();
        if path.starts_with("/v2/10dlc") {
            let body =
                json!({ "errors": [{ "code": "10039", "title": "Not allowed", "detail": "This key may not." }] });
            let body = if status == 403 { Bytes::from(body.to_string()) } else { Bytes::new() };
            return (StatusCode::from_u16(status).unwrap(), body);
        }
        let key = request.headers()["authorization"].to_str().unwrap().to_owned();
        let url = format!("{base}{path}");
        let answer = client.send(Method::GET, &url, vec![("authorization", key)], Bytes::new()).await;
        (StatusCode::from_u16(answer.status).unwrap(), answer.raw.body.clone())
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(forward).with_state((town.client.clone(), town.sandbox.base_url(), status));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn goes_by(desk: &Desk, base_url: &str) {
    let path = format!("/carrier-accounts/{}", desk.account);
    let _ = desk.patch(&path, json!({ "base_url": base_url, "api_key": "KEY-of-1" })).await.is(200);
}

store::on_both_engines! {
    async fn adopting_a_number_shows_its_registration_and_each_day_it_is_read_again(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let known = shown(&acme, &acme.number).await;
        assert_eq!((&known["state"], &known["needed"], &known["stops_texts"]), (&json!("registered"), &json!(true), &json!(false)));
        assert!(known["campaign_id"].is_string() && known["brand_id"].is_string() && known["read_at"].is_string(), "{known}");
        assert_eq!((&known["reason"], &known["mend"]), (&Value::Null, &Value::Null));
        second_number(&town, &acme, FREE, Registration::Pending).await;
        let known = shown(&acme, FREE).await;
        assert_eq!((&known["state"], &known["stops_texts"]), (&json!("pending"), &json!(true)));
        assert!(text(&known["mend"]).contains("under review"), "{known}");

        // It is told when that is news, and only then.
        let head = async || acme.get("/events/log?limit=1").await.is(200)["head"].as_i64().unwrap();
        let at = head().await;
        town.passes(SignedDuration::from_hours(23)).await;
        assert_eq!(head().await, at);
        at_the_carrier(&town, &acme.number, Registration::Suspended, None);
        at_the_carrier(&town, FREE, Registration::Rejected, Some("No website."));
        town.passes(HOUR * 2).await;
        assert_eq!((state(&acme, &acme.number).await, state(&acme, FREE).await), ("suspended".into(), "rejected".into()));
        assert_eq!(shown(&acme, FREE).await["reason"], "No website.");
        assert_eq!(head().await, at + 2);
        // While texts are stopped it is read each hour.
        at_the_carrier(&town, &acme.number, Registration::Registered, None);
        town.passes(HOUR + MINUTE).await;
        assert_eq!(state(&acme, &acme.number).await, "registered");

        // A number that is added by hand is looked at, too.
        let more = NewAccount::new("Acme", "KEY-of-1").number(SECOND);
        town.sandbox.control().add_account(more).unwrap();
        at_the_carrier(&town, SECOND, Registration::Unregistered, None);
        let added = acme.post("/numbers", json!({ "e164": SECOND, "carrier_account_id": acme.account })).await;
        assert_eq!(added.is(201)["registration"]["state"], "unknown");
        town.passes(SECOND_S).await;
        assert_eq!(state(&acme, SECOND).await, "unregistered");
    }

    async fn a_text_that_would_be_refused_is_stopped_before_the_carrier_and_goes_once_it_is_mended(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "Are you open?").await;
        let conversation = text(&acme.conversation().await["id"]);
        at_the_carrier(&town, &acme.number, Registration::Unregistered, None);
        let _ = acme.post(&format!("/carrier-accounts/{}/check", acme.account), json!({})).await.is(200);
        assert_eq!(state(&acme, &acme.number).await, "unregistered");

        let before = asked(&town);
        let messages = format!("/conversations/{conversation}/messages");
        let refused = acme.post(&messages, json!({ "body": "Until six." })).await;
        assert_eq!(refused.problem(422), "number_not_registered");
        let detail = text(&refused.body["detail"]);
        assert!(detail.contains("10DLC") && detail.contains("read it again"), "{detail}");
        let fresh = acme.post("/conversations", json!({ "to": BEA, "body": "Hello" })).await;
        assert_eq!(fresh.problem(422), "number_not_registered");
        // Abroad nobody asks.
        let abroad = acme.post("/conversations", json!({ "to": PARIS, "body": "Bonjour" })).await;
        let _ = abroad.is(201);
        town.settle().await;
        assert_eq!(asked(&town), before + 1);
        assert_eq!((town.heard(ANN), town.heard(PARIS)), (vec![], vec!["Bonjour".to_owned()]));

        // Whoever says STOP is told that it was heard, whatever we know.
        assert_eq!(looks(&acme).await, "unregistered");
        at_the_carrier(&town, &acme.number, Registration::Registered, None);
        assert_eq!(looks(&acme).await, "registered");
        let _ = acme.post(&messages, json!({ "body": "Until six." })).await.is(202);
        town.settle().await;
        assert_eq!(town.heard(ANN), ["Until six."]);
        let looked = acme.post("/numbers/num_0193a000000070008000000000000000/check", json!({})).await;
        assert_eq!(looked.problem(404), "not_found");
    }

    async fn what_is_queued_when_the_registration_is_lost_does_not_go(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let later = town.clock.now() + HOUR;
        let queued = acme.post("/conversations", json!({ "to": ANN, "body": "Hello", "scheduled_at": later.to_string() })).await;
        let message = text(&queued.is(201)["message"]["id"]);
        at_the_carrier(&town, &acme.number, Registration::Suspended, None);
        assert_eq!(looks(&acme).await, "suspended");
        let before = asked(&town);
        // It is read each hour; here it stays as it is.
        town.passes(HOUR + MINUTE).await;
        let skipped = acme.get(&format!("/messages/{message}")).await.is(200).clone();
        assert_eq!((&skipped["status"], &skipped["error"]["code"]), (&json!("skipped"), &json!("number_not_registered")));
        assert_eq!(asked(&town), before);
    }

    async fn a_refusal_by_the_carrier_has_it_read_anew_at_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        at_the_carrier(&town, &acme.number, Registration::Unregistered, None);
        let conversation = acme.starts(ANN, "Hello").await;
        town.passes(SECOND_S).await;
        let thread = acme.thread(&conversation).await;
        assert!(thread[0].contains("failed"), "{thread:?}");
        assert_eq!(state(&acme, &acme.number).await, "unregistered");
        let refused = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Again" })).await;
        assert_eq!(refused.problem(422), "number_not_registered");
        let free = second_number(&town, &acme, FREE, Registration::Registered).await;
        at_the_carrier(&town, FREE, Registration::Rejected, None);
        let text_from = json!({ "to": PARIS, "body": "Bonjour", "from": FREE });
        let _ = acme.post("/conversations", text_from.clone()).await.is(201);
        town.passes(SECOND_S).await;
        assert_eq!(state(&acme, FREE).await, "rejected", "refused with 40329");
        assert_eq!(acme.post("/conversations", text_from).await.problem(422), "number_not_registered");
        let _ = acme.delete(&format!("/numbers/{free}")).await;
    }

    async fn a_launch_that_would_be_refused_is_refused_and_its_check_says_so(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        at_the_carrier(&town, &acme.number, Registration::Unregistered, None);
        assert_eq!(looks(&acme).await, "unregistered");
        let id = draft(&acme, &[ANN, BEA, PARIS], json!({})).await;
        let _ = acme.post(&format!("/campaigns/{id}/check"), json!({})).await.is(202);
        town.settle().await;
        let check = acme.get(&format!("/campaigns/{id}/check")).await.is(200).clone();
        let skipped = &check["skipped"][0];
        assert_eq!((&skipped["code"], &skipped["count"]), (&json!("number_not_registered"), &json!(2)), "{check}");
        assert_eq!(check["now"], 1, "{check}");
        let refused = acme.post(&format!("/campaigns/{id}/launch"), json!({})).await;
        assert_eq!(refused.bad_field(), ("numbers", "none_registered"));
        assert_eq!(campaign(&acme, &id).await["state"], "draft", "nothing is half done");

        // People who are not named one by one are looked at as well.
        let ann = json!({ "phone": ANN, "name": "Ann", "tags": ["guests"] });
        let _ = acme.post("/contacts", ann).await.is(201);
        let tagged = draft(&acme, &[], json!({ "audience": { "tags": ["guests"] } })).await;
        let refused = acme.post(&format!("/campaigns/{tagged}/launch"), json!({})).await;
        assert_eq!(refused.bad_field(), ("numbers", "none_registered"));

        // Nobody in it is in the USA: it goes.
        let abroad = draft(&acme, &[PARIS], json!({})).await;
        order(&acme, &abroad, "launch").await;
        town.passes(MINUTE * 2).await;
        assert_eq!(campaign(&acme, &abroad).await["state"], "done");

        // With a registered number beside it all goes from that one.
        let second = second_number(&town, &acme, SECOND, Registration::Registered).await;
        let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "numbers": [acme.number_id, second] })).await.is(200);
        order(&acme, &id, "launch").await;
        town.passes(MINUTE * 2).await;
        assert_eq!(campaign(&acme, &id).await["state"], "done");
        for phone in [ANN, BEA] {
            let sent = town.sandbox.control().phone(phone).messages(None);
            assert_eq!(sent.iter().map(|text| text.from.as_str()).collect::<Vec<_>>(), [SECOND]);
        }
        assert_eq!(town.heard(PARIS).len(), 2);
    }

    async fn a_campaign_whose_number_loses_its_registration_pauses_and_nobody_fails(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let phones: Vec<String> = (0..6).map(|n| format!("+1212555{:04}", 200 + n)).collect();
        let named: Vec<&str> = phones.iter().map(String::as_str).collect();
        let id = draft(&acme, &named, json!({})).await;
        let spread = json!({ "spread_seconds": 600 });
        let _ = acme.post(&format!("/campaigns/{id}/launch"), spread).await.is(200);
        town.passes(MINUTE * 4).await;
        let gone = phones.iter().filter(|phone| !town.heard(phone).is_empty()).count();
        assert!((1..6).contains(&gone), "{gone}");
        at_the_carrier(&town, &acme.number, Registration::Suspended, None);
        assert_eq!(looks(&acme).await, "suspended");
        let before = asked(&town);
        town.passes(MINUTE * 3).await;
        let stopped = campaign(&acme, &id).await;
        assert_eq!(stopped["state"], "paused");
        let halt = &stopped["halt"];
        assert_eq!((&halt["by"], &halt["code"]), (&json!("configuration"), &json!("number_not_registered")));
        assert!(text(&halt["mend"]).contains("under Numbers"), "{halt}");
        let counts = &stopped["counts"];
        let waits = counts["pending"].as_u64().unwrap() + counts["queued"].as_u64().unwrap();
        assert_eq!((waits, counts["failed"].as_u64(), counts["skipped"].as_u64()), (6 - gone as u64, Some(0), Some(0)));
        assert_eq!(asked(&town), before, "nothing reached the carrier");
        let recipients = acme.get(&format!("/campaigns/{id}/recipients?standing=pending")).await.is(200).clone();
        let one = text(&recipients["data"][0]["id"]);
        let why = acme.get(&format!("/campaigns/{id}/recipients/{one}")).await.is(200).clone();
        assert_eq!((&why["gate"]["verdict"], &why["gate"]["code"]), (&json!("skip"), &json!("number_not_registered")));

        // It stops again until it is mended; then everybody gets it once.
        order(&acme, &id, "resume").await;
        town.passes(MINUTE * 2).await;
        assert_eq!(campaign(&acme, &id).await["state"], "paused");
        at_the_carrier(&town, &acme.number, Registration::Registered, None);
        assert_eq!(looks(&acme).await, "registered");
        order(&acme, &id, "resume").await;
        town.passes(MINUTE * 10).await;
        assert_eq!(campaign(&acme, &id).await["state"], "done");
        assert!(phones.iter().all(|phone| town.heard(phone).len() == 1));
    }

    async fn a_campaign_that_the_carrier_refuses_stops_and_its_number_is_read_anew(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        at_the_carrier(&town, &acme.number, Registration::Unregistered, None);
        let id = draft(&acme, &[ANN, BEA], json!({})).await;
        order(&acme, &id, "launch").await;
        town.passes(MINUTE * 2).await;
        let stopped = campaign(&acme, &id).await;
        assert_eq!((&stopped["state"], &stopped["halt"]["code"]), (&json!("paused"), &json!("40010")));
        assert_eq!(state(&acme, &acme.number).await, "unregistered");
    }

    async fn a_carrier_that_does_not_tell_stops_nothing_and_the_number_says_why(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        // A key that may not read it, and something that has no such register at all.
        for status in [403, 404] {
            at_the_carrier(&town, &acme.number, Registration::Registered, None);
            goes_by(&acme, &town.sandbox.base_url()).await;
            assert_eq!(looks(&acme).await, "registered");
            goes_by(&acme, &with_registers_that_say(&town, status).await).await;
            assert_eq!(looks(&acme).await, "unknown", "{status}");
            let known = shown(&acme, &acme.number).await;
            assert!(text(&known["reason"]).contains("could not be read"), "{known}");
            assert!(known["mend"].is_string() && known["stops_texts"] == false, "{known}");
        }
        // What fails for now is told, and what is known stays.
        goes_by(&acme, &town.sandbox.base_url()).await;
        at_the_carrier(&town, &acme.number, Registration::Pending, None);
        assert_eq!(looks(&acme).await, "pending");
        goes_by(&acme, &with_registers_that_say(&town, 503).await).await;
        let failed = acme.post(&format!("/numbers/{}/check", acme.number_id), json!({})).await;
        assert_eq!(failed.problem(502), "carrier_refused");
        town.passes(HOUR * 30).await;
        assert_eq!(state(&acme, &acme.number).await, "pending");
    }

    async fn many_numbers_are_read_in_few_requests(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let numbers: Vec<String> = (0..30).map(|n| format!("+1415555{:04}", 3_000 + n)).collect();
        let free: Vec<String> = (0..8).map(|n| format!("+1800555{:04}", 3_000 + n)).collect();
        let all: Vec<String> = numbers.iter().chain(&free).cloned().collect();
        let more = all.iter().fold(NewAccount::new("Acme", "KEY-of-1"), |account, number| account.number(number));
        town.sandbox.control().add_account(more).unwrap();
        for number in [&numbers[7], &numbers[8], &free[3]] {
            at_the_carrier(&town, number, Registration::Unregistered, None);
        }
        let adopted = acme.post(&format!("/carrier-accounts/{}/adopt", acme.account), json!({ "numbers": all })).await;
        let states: Vec<(String, String)> = adopted.is(200)["numbers"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|number| number["registration"]["state"] != "registered")
            .map(|number| (text(&number["e164"]), text(&number["registration"]["state"])))
            .collect();
        let unregistered = |number: &String| (number.clone(), "unregistered".to_owned());
        assert_eq!(states, [&numbers[7], &numbers[8], &free[3]].map(unregistered));
        at_the_carrier(&town, &numbers[7], Registration::Registered, None);
        let before = town.sandbox.control().counters().requests;
        town.passes(HOUR + MINUTE).await;
        assert_eq!(state(&acme, &numbers[7]).await, "registered");
        let requests = town.sandbox.control().counters().requests - before;
        // Assignments, their campaign, verifications, and what they can do.
        assert!(requests <= 5, "{requests}");
    }

    async fn what_a_number_can_do_with_attachments_is_read_and_heeded(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let number = async || acme.get(&format!("/numbers/{}", acme.number_id)).await.is(200).clone();
        assert_eq!(number().await["can_mms"], true);
        town.sandbox.control().set_mms(&acme.number, false).unwrap();
        looks(&acme).await;
        assert_eq!(number().await["can_mms"], false);
    }
}
