//! Accounts at the carrier: whose numbers they show, and what is missing there.

use axum::Router;
use axum::extract::{self, State};
use axum::http::StatusCode;
use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use store::SystemTx;
use store::unclaimed::{self, Attention};
use stories::http::Client;
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const FIRST: &str = "+14155550201";
const SECOND: &str = "+14155550202";
const SPARE: &str = "+14155550203";

/// The numbers that the account shows to this tenant.
async fn shown(desk: &Desk) -> Vec<String> {
    let page = desk.get(&format!("/carrier-accounts/{}/numbers", desk.account)).await;
    page.is(200)["data"].as_array().unwrap().iter().map(|number| text(&number["e164"])).collect()
}

/// The numbers that the tenant has.
async fn own(desk: &Desk) -> Vec<String> {
    let page = desk.get("/numbers").await;
    page.is(200)["data"].as_array().unwrap().iter().map(|number| text(&number["e164"])).collect()
}

/// Adopts, and answers the codes of what is missing, with their numbers.
async fn adopts(desk: &Desk, body: Value) -> Vec<(String, String)> {
    let adopted = desk.post(&format!("/carrier-accounts/{}/adopt", desk.account), body).await;
    codes(&adopted.is(200)["problems"])
}

/// Codes and numbers, without what is true of every town: it is on plain http.
fn codes(problems: &Value) -> Vec<(String, String)> {
    let pairs = problems.as_array().unwrap().iter().map(|problem| {
        assert!(text(&problem["message"]).len() > 10 && text(&problem["mend"]).len() > 10, "{problem}");
        (problem["e164"].as_str().unwrap_or_default().to_owned(), text(&problem["code"]))
    });
    pairs.filter(|(_, code)| code != "webhook_not_https").collect()
}

fn pair(address: &str, code: &str) -> (String, String) {
    (address.to_owned(), code.to_owned())
}

/// What the carrier finds missing, and what the list of numbers shows of it, number by number.
async fn checks(desk: &Desk) -> (Vec<(String, String)>, Vec<(String, String)>) {
    let checked = desk.post(&format!("/carrier-accounts/{}/check", desk.account), json!({})).await;
    let found = codes(&checked.is(200)["problems"]);
    assert_eq!(checked.body["ok"], checked.body["problems"] == json!([]));
    (found, listed(desk).await)
}

/// What the list of numbers shows as missing.
async fn listed(desk: &Desk) -> Vec<(String, String)> {
    let page = desk.get("/numbers").await;
    let mut shown = Vec::new();
    for number in page.is(200)["data"].as_array().unwrap() {
        let one = desk.get(&format!("/numbers/{}", text(&number["id"]))).await;
        assert_eq!(one.is(200)["problems"], number["problems"]);
        for problem in number["problems"].as_array().unwrap() {
            assert!(text(&problem["message"]).len() > 10 && text(&problem["mend"]).len() > 10, "{problem}");
            shown.push((text(&number["e164"]), text(&problem["code"])));
        }
    }
    shown.sort();
    shown
}

/// Someone changes something in the carrier's portal.
async fn in_the_portal(town: &Town, path: &str, body: Value) {
    let headers = vec![("authorization", "Bearer KEY-of-1".to_owned()), ("content-type", "application/json".into())];
    let url = format!("{}/v2{path}", town.sandbox.base_url());
    let _ = town.client.send(Method::PATCH, &url, headers, Bytes::from(body.to_string())).await.is(200);
}

/// A way to the carrier on which its messaging view of numbers cannot be read.
async fn without_messaging_views(town: &Town) -> String {
    async fn forward(State((client, base)): State<(Client, String)>, request: extract::Request) -> (StatusCode, Bytes) {
        let path = request.uri().to_string();
        if path.starts_with("/v2/phone_numbers/messaging") {
            return (StatusCode::SERVICE_UNAVAILABLE, Bytes::new());
        }
        let key = request.headers()["authorization"].to_str().unwrap().to_owned();
        let answer =
            client.send(Method::GET, &format!("{base}{path}"), vec![("authorization", key)], Bytes::new()).await;
        (StatusCode::from_u16(answer.status).unwrap(), answer.raw.body.clone())
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(forward).with_state((town.client.clone(), town.sandbox.base_url()));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

store::on_both_engines! {
    async fn a_check_that_could_not_read_what_the_numbers_can_do_says_so(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.sandbox.control().set_texting(&acme.number, false).unwrap();
        assert_eq!(checks(&acme).await.0, [pair(&acme.number, "cannot_text")]);
        let way = without_messaging_views(&town).await;
        let path = format!("/carrier-accounts/{}", acme.account);
        let _ = acme.patch(&path, json!({ "base_url": way, "api_key": "KEY-of-1" })).await.is(200);
        let unread = (vec![pair("", "messaging_unread")], vec![pair(&acme.number, "messaging_unread")]);
        assert_eq!(checks(&acme).await, unread);
        assert!(!shown(&acme).await.is_empty(), "the list itself can be read");
        let _ = acme.patch(&path, json!({ "base_url": town.sandbox.base_url(), "api_key": "KEY-of-1" })).await.is(200);
        assert_eq!(checks(&acme).await.0, [pair(&acme.number, "cannot_text")]);
    }

    async fn a_check_says_what_is_missing_in_plain_words_and_numbers_show_it_until_it_is_mended(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let more = sandbox::NewAccount::new("Acme", "KEY-of-1").number(SPARE);
        town.sandbox.control().add_account(more).unwrap();
        let listing = acme.get(&format!("/carrier-accounts/{}/numbers", acme.account)).await;
        let marks: Vec<_> = listing.is(200)["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (text(&one["e164"]), one["imported"].clone(), one["messaging_profile_id"].is_string()))
            .collect();
        assert_eq!(marks, [(acme.number.clone(), json!(true), true), (SPARE.to_owned(), json!(false), false)]);
        assert!(adopts(&acme, json!({ "numbers": [SPARE] })).await.is_empty());
        assert_eq!(checks(&acme).await, (vec![], vec![]), "all is well");
        let head = async || acme.get("/events/log?limit=1").await.is(200)["head"].as_i64().unwrap();
        let at = head().await;
        let _ = checks(&acme).await;
        assert_eq!(head().await, at, "where nothing is new, nothing is told");

        let known = town.sandbox.control().numbers();
        let messaging_of = |e164: &str| {
            let number = known.iter().find(|one| one.e164 == e164).unwrap();
            format!("/phone_numbers/{}/messaging", number.id)
        };
        in_the_portal(&town, &messaging_of(&acme.number), json!({ "messaging_profile_id": "" })).await;
        town.sandbox.control().set_texting(SPARE, false).unwrap();
        let missing = vec![pair(&acme.number, "not_attached"), pair(SPARE, "cannot_text")];
        assert_eq!(checks(&acme).await, (missing.clone(), missing));
        assert_eq!(head().await, at + 2, "a line for each number");

        // Adopting one puts it back, and says what is still missing of the other.
        assert_eq!(adopts(&acme, json!({ "numbers": [acme.number] })).await, [pair(SPARE, "cannot_text")]);
        assert_eq!(listed(&acme).await, [pair(SPARE, "cannot_text")]);
        town.sandbox.control().set_texting(SPARE, true).unwrap();
        assert_eq!(checks(&acme).await, (vec![], vec![]), "mended");

        // What is wrong with the profile keeps each of its numbers from working.
        let profile = text(&acme.get(&format!("/carrier-accounts/{}", acme.account)).await.is(200)["messaging_profile_id"]);
        let elsewhere = json!({ "webhook_url": "https://elsewhere.example/hooks" });
        in_the_portal(&town, &format!("/messaging_profiles/{profile}"), elsewhere).await;
        let (found, shown) = checks(&acme).await;
        assert_eq!(found, [pair("", "webhook_elsewhere")]);
        assert_eq!(shown, [pair(&acme.number, "webhook_elsewhere"), pair(SPARE, "webhook_elsewhere")]);
        assert!(adopts(&acme, json!({ "numbers": [SPARE] })).await.is_empty());
        assert!(listed(&acme).await.is_empty(), "adopting set the address, for all of them");
        town.texts(ANN, &acme, "Hello").await;
        assert_eq!(acme.conversation().await["contact"]["phone"], ANN);
    }

    async fn a_number_that_nobody_adopted_is_not_called_working(store, place) {
        drop(store);
        let town = Town::on(place).await;
        let account = town.shared_account("KEY-shared", &[FIRST]).await;
        let mut acme = town.guest("Acme", account).await;
        town.assigns(&mut acme, FIRST).await;
        let (found, shown) = checks(&acme).await;
        assert_eq!(found, [pair("", "no_messaging_profile"), pair(FIRST, "not_attached")]);
        assert_eq!(shown, [pair(FIRST, "no_messaging_profile"), pair(FIRST, "not_attached")], "it is not called working");
        assert!(adopts(&acme, json!({ "numbers": [FIRST] })).await.is_empty());
        assert!(listed(&acme).await.is_empty());
    }

    async fn on_a_shared_account_each_sees_what_the_operator_assigned_to_it(store, place) {
        drop(store);
        let town = Town::on(place).await;
        let account = town.shared_account("KEY-shared", &[FIRST, SECOND, SPARE]).await;
        let (mut acme, mut bolt) = (town.guest("Acme", account).await, town.guest("Bolt", account).await);
        assert!(shown(&acme).await.is_empty() && shown(&bolt).await.is_empty(), "nothing is assigned yet");
        town.assigns(&mut acme, FIRST).await;
        town.assigns(&mut bolt, SECOND).await;
        assert_eq!((shown(&acme).await, shown(&bolt).await), (vec![FIRST.to_owned()], vec![SECOND.to_owned()]));

        // Another's, one that nobody has, and one that the account does not have: the answer is the same.
        let wanted = json!({ "numbers": [FIRST, SECOND, SPARE, "+14155550999"] });
        let missing = ["+14155550202", "+14155550203", "+14155550999"].map(|number| pair(number, "not_assigned"));
        assert_eq!(adopts(&acme, wanted).await, missing);
        assert_eq!(own(&acme).await, [FIRST]);
        for number in [SECOND, SPARE] {
            let claimed = acme.post("/numbers", json!({ "e164": number, "carrier_account_id": acme.account })).await;
            assert_eq!(claimed.problem(422), "invalid");
            assert_eq!(claimed.bad_field(), ("carrier_account_id", "shared"));
        }
        assert_eq!((own(&acme).await, own(&bolt).await), (vec![FIRST.to_owned()], vec![SECOND.to_owned()]));
        let profile_of = |number: &str| {
            town.sandbox.control().numbers().into_iter().find(|one| one.e164 == number).unwrap().messaging_profile_id
        };
        assert!(profile_of(FIRST).is_some(), "what is its own was attached");
        assert!(profile_of(SECOND).is_none() && profile_of(SPARE).is_none(), "what is not was left alone");

        // Who is a guest changes nothing of the account, and who was not let in does not find it.
        let path = format!("/carrier-accounts/{}", acme.account);
        assert_eq!(acme.get(&path).await.is(200)["shared"], true);
        for key in [json!({ "api_key": "KEY-of-a-guest-1234" }), json!({ "base_url": "http://127.0.0.1:9" })] {
            assert_eq!(acme.patch(&path, key).await.problem(403), "forbidden");
        }
        assert_eq!(acme.delete(&path).await.problem(403), "forbidden");
        let (_, key) = town.tenant("Corner shop").await;
        let stranger = acme.with_key(&key);
        for path in [path.clone(), format!("{path}/numbers")] {
            assert_eq!(stranger.get(&path).await.problem(404), "not_found");
        }
        let wanted = json!({ "e164": SPARE, "carrier_account_id": acme.account });
        assert_eq!(stranger.post("/numbers", wanted).await.bad_field(), ("carrier_account_id", "not_found"));
        assert_eq!(shown(&acme).await, [FIRST]);
    }

    async fn on_a_shared_account_a_name_opens_nobodys_profile(store, place) {
        drop(store);
        let town = Town::on(place).await;
        let account = town.shared_account("KEY-shared", &[FIRST, SECOND]).await;
        let (mut acme, mut bolt) = (town.guest("Acme", account).await, town.guest("Bolt", account).await);
        town.assigns(&mut acme, FIRST).await;
        town.assigns(&mut bolt, SECOND).await;
        assert!(adopts(&acme, json!({ "numbers": [FIRST] })).await.is_empty());
        assert!(adopts(&bolt, json!({ "numbers": [SECOND], "profile_name": "Acme" })).await.is_empty());
        let profile = async |desk: &Desk| {
            text(&desk.get(&format!("/carrier-accounts/{}", desk.account)).await.is(200)["messaging_profile_id"])
        };
        assert_ne!(profile(&acme).await, profile(&bolt).await, "a STOP to one counts for the whole profile");
    }

    async fn an_account_of_a_tenants_own_does_not_lead_into_the_house(store, place) {
        drop(store);
        let town = Town::walled(place).await;
        let acme = town.lodger("Acme", FIRST).await;
        let _ = acme.starts(ANN, "By way of the operator's carrier").await;
        town.settle().await;
        assert_eq!(town.heard(ANN), ["By way of the operator's carrier"], "the operator's may be in the house");

        let at_carrier = sandbox::NewAccount::new("Own", "KEY-of-acme").number(SECOND).number(SPARE);
        town.sandbox.control().add_account(at_carrier).unwrap();
        let literal = town.sandbox.base_url().to_string();
        let named = literal.replace("127.0.0.1", "localhost");
        for (base_url, number) in [(literal, SECOND), (named, SPARE)] {
            let connected = acme
                .post(
                    "/carrier-accounts",
                    json!({
                        "name": "Own", "kind": "sandbox", "base_url": base_url, "api_key": "KEY-of-acme",
                        "public_keys": [town.sandbox.public_key_base64()],
                    }),
                )
                .await;
            let mut own = acme.clone();
            own.account = text(&connected.is(201)["id"]);
            let listed = own.get(&format!("/carrier-accounts/{}/numbers", own.account)).await;
            assert!(listed.status >= 400, "{listed:?}");
            let adopted = own.post(&format!("/carrier-accounts/{}/adopt", own.account), json!({ "numbers": [number] })).await;
            assert!(adopted.status >= 400, "{adopted:?}");

            town.assigns(&mut own, number).await;
            let asked = json!({ "to": ANN, "from": number, "body": "By way of my own" });
            let started = own.post("/conversations", asked).await;
            let message = text(&started.is(201)["message"]["id"]);
            town.passes(SignedDuration::from_mins(10)).await;
            let failed = own.get(&format!("/messages/{message}")).await;
            assert_eq!(failed.is(200)["status"], "failed", "{}", failed.body);
            assert_eq!(failed.body["error"]["code"], "carrier_unreachable");
        }
        assert_eq!(town.heard(ANN).len(), 1);
        assert_eq!(town.sandbox.control().counters().send_requests, 1, "it was not even asked");
    }

    async fn texts_to_a_shared_account_reach_whom_was_texted(store, place) {
        drop(store);
        let town = Town::on(place).await;
        let account = town.shared_account("KEY-shared", &[FIRST, SECOND]).await;
        let (mut acme, mut bolt) = (town.guest("Acme", account).await, town.guest("Bolt", account).await);
        for (desk, number) in [(&mut acme, FIRST), (&mut bolt, SECOND)] {
            town.assigns(desk, number).await;
            assert!(adopts(desk, json!({ "numbers": [number] })).await.is_empty());
        }
        town.texts(ANN, &acme, "for Acme").await;
        town.texts(ANN, &bolt, "for Bolt").await;
        for (desk, name) in [(&acme, "Acme"), (&bolt, "Bolt")] {
            let id = text(&desk.conversation().await["id"]);
            let said = desk.post(&format!("/conversations/{id}/messages"), json!({ "body": format!("from {name}") })).await;
            let _ = said.is(202);
            town.settle().await;
            let thread = desk.thread(&id).await;
            assert_eq!(thread, [format!("in contact received: for {name}"), format!("out api delivered: from {name}")]);
        }
        assert_eq!(town.heard(ANN), ["from Acme", "from Bolt"]);
        // A STOP to one says nothing about the other.
        town.texts(ANN, &acme, "STOP").await;
        let refused = acme.post("/conversations", json!({ "to": ANN, "body": "again" })).await;
        assert_eq!(refused.problem(422), "contact_opted_out");
        let said = bolt.post("/conversations", json!({ "to": ANN, "body": "still welcome" })).await;
        let _ = said.is(201);
        town.settle().await;
        assert_eq!(town.heard(ANN).last().unwrap(), "still welcome");
    }

    async fn on_its_own_account_a_tenant_sees_all_but_what_another_here_has(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, mut bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let more = sandbox::NewAccount::new("Acme", "KEY-of-1").number(SPARE);
        town.sandbox.control().add_account(more).unwrap();
        assert_eq!(shown(&acme).await, [acme.number.clone(), SPARE.to_owned()]);

        // Bolt has connected the same account at the carrier.
        let connected = bolt
            .post("/carrier-accounts", json!({
                "name": "Same", "kind": "sandbox", "base_url": town.sandbox.base_url(), "api_key": "KEY-of-1",
                "public_keys": [town.sandbox.public_key_base64()],
            }))
            .await;
        bolt.account = text(&connected.is(201)["id"]);
        assert_eq!(shown(&bolt).await, [SPARE]);
        let wanted = json!({ "numbers": [acme.number, SPARE], "profile_name": "Acme" });
        assert_eq!(adopts(&bolt, wanted).await, [pair(&acme.number, "number_taken")]);
        // Acme's number and Acme's profile still are Acme's.
        town.texts(ANN, &acme, "Hello").await;
        assert_eq!(acme.conversation().await["contact"]["phone"], ANN);
        assert_eq!(shown(&acme).await, std::slice::from_ref(&acme.number), "the spare one is Bolt's now");
    }

    async fn what_found_nobody_is_kept_for_the_operator_with_number_time_and_count(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.starts(ANN, "Hi").await;
        town.settle().await;
        let attention = async || {
            let read = async |tx: &mut SystemTx<'_>| unclaimed::attention(tx).await;
            town.engine.store().system_read(read).await.unwrap()
        };
        assert_eq!(attention().await, Attention::default());

        // A number that the carrier sends to us and nobody here has.
        let more = sandbox::NewAccount::new("Acme", "KEY-of-1").number(SPARE);
        town.sandbox.control().add_account(more).unwrap();
        assert!(adopts(&acme, json!({ "numbers": [SPARE] })).await.is_empty());
        let page = acme.get("/numbers").await;
        let spare = page.is(200)["data"].as_array().unwrap().iter().find(|one| one["e164"] == SPARE).unwrap().clone();
        assert_eq!(acme.delete(&format!("/numbers/{}", text(&spare["id"]))).await.status, 204);
        let first = town.clock.now();
        for body in ["Anybody?", "Hello?"] {
            let _ = town.sandbox.control().phone(ANN).text(SPARE, body, &[]).unwrap();
            town.settle().await;
            town.passes(SignedDuration::from_hours(1)).await;
        }
        let seen = attention().await;
        assert_eq!(seen.stuck, 0);
        let [one] = seen.unclaimed.as_slice() else { panic!("one number, not {seen:?}") };
        assert_eq!((one.reason.as_str(), one.number.as_deref(), one.count), ("no_such_number", Some(SPARE), 2));
        assert_eq!(one.carrier_account_id.unwrap().to_string(), acme.account);
        let hour = |at: jiff::Timestamp| at.duration_since(first).as_hours();
        assert_eq!((hour(one.first_at), hour(one.last_at)), (0, 1));
        assert_eq!(acme.thread(&id).await.len(), 1, "nobody else got it");
        let metrics = town.client.send(Method::GET, "/metrics", Vec::new(), Bytes::new()).await;
        let _ = metrics.is(200);
        let metrics = String::from_utf8_lossy(&metrics.raw.body).into_owned();
        assert!(metrics.contains("facts_unclaimed_total{reason=\"no_such_number\"}"), "{metrics}");
        assert!(!metrics.contains(&SPARE[1..]), "numbers are for the operator's own terminal");

        // A week later it is forgotten.
        town.passes(SignedDuration::from_hours(8 * 24)).await;
        let forgotten = async {
            while attention().await != Attention::default() {
                town.passes(SignedDuration::from_secs(11)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), forgotten).await.expect("it is forgotten");
    }
}
