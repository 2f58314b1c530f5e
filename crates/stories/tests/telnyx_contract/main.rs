//! Telnyx's own OpenAPI document, held against what our adapter asks, what the sandbox answers, and what it tells.
//!
//! The document is not ours and is not committed: `make telnyx-contract SPEC=path/to/openapi.json` names it. What every
//! test run can know without it is pinned by the fixtures of `providers` and the tests of `sandbox`.

mod document;
mod line;

use document::Document;
use line::{FREE, KEY, Line, NUMBER, PHONE, to_say};
use providers::http::{Method, Request, Secret};
use providers::telnyx::account::{Account, message, number, opt_out, profile, registration};
use providers::telnyx::text::{self, SendText};
use sandbox::{Burst, Faults, Outcome, OutcomeRule, Registration};
use serde_json::json;

const MISSING: &str = "Telnyx's document is not committed: run `make telnyx-contract SPEC=path/to/openapi.json`";

fn document() -> Document {
    let path = std::env::var("TELNYX_SPEC").expect(MISSING);
    Document::read(&path)
}

#[tokio::test]
#[ignore = "needs TELNYX_SPEC: Telnyx's document is not committed"]
async fn what_we_ask_and_what_the_sandbox_answers() {
    let document = document();
    let mut line = Line::open(&document).await;
    account(&mut line).await;
    texts(&mut line).await;
    line.close();
}

/// Numbers, profiles, opt-outs: each request of the adapter, and its answer.
async fn account(line: &mut Line<'_>) {
    let url = line.sandbox.base_url();
    let key = Secret::new(KEY);
    let account = Account { base_url: &url, key: &key };
    let now = line.sandbox.now();

    let new = profile::NewProfile {
        name: "Acme".into(),
        whitelisted_destinations: vec!["US".into(), "CA".into()],
        webhook_url: line.hook("profile"),
        webhook_failover_url: Some(line.hook("failover")),
    };
    let answer = line.ask("a profile is made", profile::create(account, &new)).await;
    let made = profile::read(Some(&answer), now).expect("our adapter reads it").id;
    let plain = profile::NewProfile {
        name: "Plain".into(),
        webhook_failover_url: None,
        whitelisted_destinations: vec!["*".into()],
        ..new
    };
    line.ask("a profile without a second address is made", profile::create(account, &plain)).await;
    line.ask("a profile is shown", profile::get(account, &made)).await;
    let all = profile::ProfilePatch {
        name: Some("Acme & Co".into()),
        enabled: Some(true),
        webhook_url: Some(line.hook("profile")),
        webhook_failover_url: Some(line.hook("failover")),
        webhook_api_version: Some(profile::WEBHOOK_API_VERSION.into()),
        whitelisted_destinations: Some(vec!["US".into()]),
    };
    line.ask("all of a profile is changed", profile::patch(account, &made, &all)).await;
    line.ask("nothing of a profile is changed", profile::patch(account, &made, &profile::ProfilePatch::default()))
        .await;
    line.ask("profiles are listed", profile::list(account, None, 1)).await;
    line.ask("profiles are looked for", profile::list(account, Some("Acme & Co"), 1)).await;

    let answer = line.ask("numbers are listed", number::list(account, 1)).await;
    let first = number::listed(Some(&answer), now).expect("our adapter reads it").items.remove(0);
    line.ask("a number is looked for", number::find(account, NUMBER)).await;
    line.ask("a number's setting is shown", number::messaging(account, &first.carrier_ref)).await;
    let assign = number::assign(account, &first.carrier_ref, &made);
    let answer = line.ask("a number is put on a profile", assign).await;
    let on = number::read_messaging(Some(&answer), now).expect("our adapter reads it");
    assert_eq!(on.messaging_profile_id.as_deref(), Some(made.as_str()));
    line.ask("settings are listed", number::list_messaging(account, None, 1)).await;
    line.ask("settings of a profile are listed", number::list_messaging(account, Some(&made), 1)).await;
    line.ask("a number is taken off", number::assign(account, &first.carrier_ref, "")).await;
    line.ask("and put back", number::assign(account, &first.carrier_ref, &made)).await;

    registrations(line, account).await;

    line.sandbox.phone(PHONE).text(NUMBER, "STOP", &[]).expect("the phone texts");
    line.sandbox.until_quiet().await;
    line.ask("opt-outs are listed", opt_out::list(account, None, None, 1)).await;
    let answer = line
        .ask(
            "new opt-outs of a profile are listed",
            opt_out::list(account, Some(&made), Some(jiff::Timestamp::UNIX_EPOCH), 1),
        )
        .await;
    assert_eq!(opt_out::listed(Some(&answer), now).expect("our adapter reads it").items.len(), 1);
    line.provoke(
        "a text to somebody who opted out",
        Method::POST,
        "/messages",
        &json!({ "from": NUMBER, "to": PHONE, "text": "Hi" }),
    )
    .await;
    line.sandbox.phone(PHONE).text(NUMBER, "START", &[]).expect("the phone texts");
    line.sandbox.until_quiet().await;

    // What the sandbox offers beyond what we ask today.
    let number = format!("/phone_numbers/{}", first.carrier_ref);
    line.look("a number is shown", Method::GET, &number, None).await;
    line.look(
        "a number is tagged",
        Method::PATCH,
        &number,
        Some(json!({ "tags": ["sales"], "customer_reference": "7" })),
    )
    .await;
    line.look("a profile's numbers", Method::GET, &format!("/messaging_profiles/{made}/phone_numbers"), None).await;
    let bulk = json!({ "messaging_profile_id": made, "numbers": [NUMBER, "+13125550999"] });
    let answer =
        line.look("numbers are moved together", Method::POST, "/messaging_numbers_bulk_updates", Some(bulk)).await;
    let order = line::field(&answer, "/data/order_id");
    line.look("how the move went", Method::GET, &format!("/messaging_numbers_bulk_updates/{order}"), None).await;
    let configs = format!("/messaging_profiles/{made}/autoresp_configs");
    let config = json!({ "op": "stop", "keywords": ["PARE"], "resp_text": "You will get no more texts from us.", "country_code": "US" });
    let answer = line.look("an automatic answer is made", Method::POST, &configs, Some(config.clone())).await;
    let one = format!("{configs}/{}", line::field(&answer, "/data/id"));
    line.look("automatic answers are listed", Method::GET, &configs, None).await;
    line.look("an automatic answer is shown", Method::GET, &one, None).await;
    line.look("an automatic answer is replaced", Method::PUT, &one, Some(config)).await;
    line.look("an automatic answer is deleted", Method::DELETE, &one, None).await;
    let spare = line
        .look(
            "a spare profile",
            Method::POST,
            "/messaging_profiles",
            Some(json!({ "name": "Spare", "whitelisted_destinations": ["US"] })),
        )
        .await;
    line.look(
        "a profile is deleted",
        Method::DELETE,
        &format!("/messaging_profiles/{}", line::field(&spare, "/data/id")),
        None,
    )
    .await;

    refusals_of_the_account(line, &number, &made).await;
}

/// How far registrations have come, in every state.
async fn registrations(line: &mut Line<'_>, account: Account<'_>) {
    let now = line.sandbox.now();
    for state in [Registration::Registered, Registration::Pending, Registration::Rejected, Registration::Suspended] {
        line.sandbox.set_registration(NUMBER, state, None).expect("a number");
        line.sandbox.set_registration(FREE, state, None).expect("a number");
        let answer = line.ask("a number's campaign", registration::assignment(account, NUMBER)).await;
        let assigned = registration::assigned(Some(&answer), now).expect("our adapter reads it").expect("it has one");
        let answer = line.ask("a campaign", registration::campaign(account, &assigned.campaign_id)).await;
        let campaign = registration::campaign_got(Some(&answer), now).expect("our adapter reads it");
        assert_eq!((campaign.id, campaign.brand_id), (assigned.campaign_id, assigned.brand_id));
        let answer = line.ask("campaigns of numbers", registration::assignments(account, 1)).await;
        let listed = registration::assignments_listed(Some(&answer), now, 1).expect("our adapter reads it");
        assert_eq!((listed.items.len(), listed.next), (1, None));
        for of in [Some(FREE), None] {
            let answer = line.ask("verifications", registration::verifications(account, of, 1)).await;
            let listed = registration::verifications_listed(Some(&answer), now, 1).expect("our adapter reads it");
            assert_eq!(listed.items[0].phone_numbers, [FREE]);
        }
    }
    let text = json!({ "from": NUMBER, "to": PHONE, "text": "Hi" });
    line.provoke("a text from a number without a campaign", Method::POST, "/messages", &text).await;
    line.sandbox.set_registration(NUMBER, Registration::Unregistered, None).expect("a number");
    line.refused_request("a number without a campaign", registration::assignment(account, NUMBER)).await;
    line.refused_request("a campaign of nobody", registration::campaign(account, "nobody")).await;
    line.sandbox.set_registration(NUMBER, Registration::Registered, None).expect("a number");
}

async fn refusals_of_the_account(line: &mut Line<'_>, number: &str, profile: &str) {
    let nobody = "/messaging_profiles/00000000-0000-4000-8000-000000000000";
    for path in ["/messaging_profiles", "/phone_numbers", "/phone_numbers/messaging", "/messaging_optouts", nobody] {
        line.as_stranger("a key that nobody has", Method::GET, path).await;
    }
    for path in ["/phone_numbers?page[number]=x", "/messaging_optouts?created_at[gte]=yesterday"] {
        line.refused("a filter that is none", Method::GET, path, None).await;
    }
    for path in [nobody, "/phone_numbers/1", "/phone_numbers/1/messaging", "/messaging_numbers_bulk_updates/1"] {
        line.refused("nothing there", Method::GET, path, None).await;
    }
    line.refused("nothing to delete", Method::DELETE, nobody, None).await;
    let settings = format!("{number}/messaging");
    for (case, path, body) in [
        ("a profile without a name", "/messaging_profiles", json!({ "whitelisted_destinations": ["US"] })),
        ("a profile for nowhere", "/messaging_profiles", json!({ "name": "x" })),
        ("a move to nowhere", "/messaging_numbers_bulk_updates", json!({ "numbers": [NUMBER] })),
    ] {
        line.refused(case, Method::POST, path, Some(body)).await;
    }
    line.refused("a profile that is no text", Method::PATCH, &settings, Some(json!({ "messaging_profile_id": 7 })))
        .await;
    line.refused("a profile of nobody", Method::PATCH, &settings, Some(json!({ "messaging_profile_id": "x" }))).await;
    line.refused("tags that are no list", Method::PATCH, number, Some(json!({ "tags": "sales" }))).await;
    let configs = format!("/messaging_profiles/{profile}/autoresp_configs");
    line.refused("an answer to nothing", Method::POST, &configs, Some(json!({ "op": "help" }))).await;
    line.refused("a change to nobody", Method::PATCH, nobody, Some(json!({ "name": "x" }))).await;
}

/// Texts in every form that we send, shown and cancelled, and refused in every way.
async fn texts(line: &mut Line<'_>) {
    let now = line.sandbox.now();
    let plain =
        SendText { from: NUMBER.into(), to: PHONE.into(), text: "Are you coming?".into(), ..SendText::default() };
    let rich = SendText {
        text: "Our menu".into(),
        media_urls: vec![line.sandbox.media_url("menu.png"), line.sandbox.media_url("map.png")],
        subject: Some("Menu".into()),
        messaging_profile_id: None,
        webhook_url: Some(line.hook("m/msg_1")),
        ..plain.clone()
    };
    let picture = SendText { text: String::new(), subject: None, ..rich.clone() };
    let long = SendText { text: "Grüße ✨ ".repeat(40), ..plain.clone() };
    let (url, key) = (line.sandbox.base_url(), Secret::new(KEY));
    let mut last = String::new();
    for (case, idempotency_key, text) in [
        ("a text", "k-1", &plain),
        ("an MMS", "k-2", &rich),
        ("a picture", "k-3", &picture),
        ("a long text", "k-4", &long),
    ] {
        let answer = line.ask(case, text::request(&url, &key, idempotency_key, text.serialize())).await;
        match text::sent(Some(&answer), now) {
            text::Sent::Accepted(accepted) => last = accepted.carrier_ref,
            other => panic!("{case}: our adapter reads it as {other:?}"),
        }
    }
    line.ask("the same text again", text::request(&url, &key, "k-1", plain.serialize())).await;
    line.sandbox.until_quiet().await;
    let account = Account { base_url: &url, key: &key };
    let answer = line.ask("a text is shown", message::get(account, &last)).await;
    message::read(Some(&answer), now).expect("our adapter reads it");

    let send_at = now.checked_add(jiff::SignedDuration::from_hours(2)).expect("two hours ahead").to_string();
    let scheduled = json!({ "from": NUMBER, "to": PHONE, "text": "Later", "send_at": send_at });
    let answer = line.look("a text for later", Method::POST, "/messages", Some(scheduled)).await;
    let later = format!("/messages/{}", line::field(&answer, "/data/id"));
    line.look("a text that waits is shown", Method::GET, &later, None).await;
    line.look("a text is cancelled", Method::DELETE, &later, None).await;
    line.look("a cancelled text is shown", Method::GET, &later, None).await;
    line.refused("a text is cancelled twice", Method::DELETE, &later, None).await;
    line.refused(
        "a text of nobody is cancelled",
        Method::DELETE,
        "/messages/00000000-0000-4000-8000-000000000000",
        None,
    )
    .await;
    line.refused("a text of nobody is shown", Method::GET, "/messages/1", None).await;
    line.as_stranger("a key that nobody has", Method::DELETE, &later).await;
    line.as_stranger("a key that nobody has", Method::POST, "/messages").await;

    let body = SendText { text: "Another".into(), ..plain.clone() }.serialize();
    line.refused_request("a key for another text", text::request(&url, &key, "k-1", body)).await;
    line.refused_request("a key that cannot be", text::request(&url, &key, "no spaces please", plain.serialize()))
        .await;
    for (case, body) in [
        ("no recipient", json!({ "from": NUMBER, "text": "Hi" })),
        ("a recipient that is none", json!({ "from": NUMBER, "to": "12", "text": "Hi" })),
        ("a sender that is not ours", json!({ "from": "+13125550777", "to": PHONE, "text": "Hi" })),
        ("a country that is not allowed", json!({ "from": NUMBER, "to": "+442071838750", "text": "Hi" })),
        ("nothing to say", json!({ "from": NUMBER, "to": PHONE })),
        ("more than ten parts", json!({ "from": NUMBER, "to": PHONE, "text": "x".repeat(2_000) })),
        ("a wrong type", json!({ "from": NUMBER, "to": PHONE, "text": 7 })),
        ("no object", json!([1, 2])),
    ] {
        line.refused(case, Method::POST, "/messages", Some(body)).await;
    }
    let refuse = |code: &str, status| OutcomeRule {
        to: None,
        probability: 1.0,
        outcome: Outcome::Rejected { code: code.into(), status },
    };
    for (code, status) in [("40310", 400), ("40300", 409), ("40333", 422), ("20100", 402), ("40318", 429)] {
        line.plan(Faults { outcomes: vec![refuse(code, status)], ..Faults::default() });
        line.refused(code, Method::POST, "/messages", Some(to_say("Hi"))).await;
    }
    line.plan(Faults {
        rate_limit_burst: Burst { probability: 1.0, length: 1, retry_after_s: Some(1) },
        ..Faults::default()
    });
    line.refused("too often", Method::POST, "/messages", Some(to_say("Hi"))).await;
    line.plan(Faults::default());
}

#[tokio::test]
#[ignore = "needs TELNYX_SPEC: Telnyx's document is not committed"]
async fn what_the_sandbox_tells() {
    let document = document();
    let mut line = Line::open(&document).await;
    let (url, key) = (line.sandbox.base_url(), Secret::new(KEY));
    let account = Account { base_url: &url, key: &key };
    let new = profile::NewProfile {
        name: "Acme".into(),
        whitelisted_destinations: vec!["US".into()],
        webhook_url: line.hook("profile"),
        webhook_failover_url: None,
    };
    let answer = line.ask("a profile is made", profile::create(account, &new)).await;
    let made = profile::read(Some(&answer), line.sandbox.now()).expect("our adapter reads it").id;
    let answer = line.ask("numbers are listed", number::list(account, 1)).await;
    let first = number::listed(Some(&answer), line.sandbox.now()).expect("our adapter reads it").items.remove(0);
    line.ask("a number is put on a profile", number::assign(account, &first.carrier_ref, &made)).await;

    let phone = line.sandbox.phone(PHONE);
    let picture = line.sandbox.media_url("dog.jpg");
    for (body, media) in [
        ("Are you open?", vec![]),
        ("Grüße ✨", vec![]),
        ("Look", vec![picture.as_str()]),
        ("", vec![picture.as_str()]),
    ] {
        phone.text(NUMBER, body, &media).expect("the phone texts");
    }
    for word in ["HELP", "STOP", "START"] {
        phone.text(NUMBER, word, &[]).expect("the phone texts");
    }
    line.sandbox.until_quiet().await;
    line.told("texts come in", &[("message.received", "webhook_delivered", 7)]);

    let outcomes = [
        ("delivered", Outcome::Delivered),
        ("delivery_failed", Outcome::DeliveryFailed { code: "40008".into() }),
        ("sending_failed", Outcome::SendingFailed { code: "40015".into() }),
        ("delivery_unconfirmed", Outcome::DeliveryUnconfirmed),
    ];
    for (status, outcome) in outcomes {
        let sent = usize::from(status != "sending_failed");
        line.plan(Faults { outcomes: vec![OutcomeRule { to: None, probability: 1.0, outcome }], ..Faults::default() });
        for (number, media_urls) in [vec![], vec![line.sandbox.media_url("menu.png")]].into_iter().enumerate() {
            let text = SendText {
                from: NUMBER.into(),
                to: PHONE.into(),
                text: "Hello".into(),
                media_urls,
                webhook_url: Some(line.hook("m/msg_1")),
                ..SendText::default()
            };
            line.ask(status, text::request(&url, &key, &format!("{status}-{number}"), text.serialize())).await;
        }
        line.sandbox.until_quiet().await;
        line.told(status, &[("message.sent", "sent", 2 * sent), ("message.finalized", status, 2)]);
    }
    line.close();
}

/// The check itself must be able to fail.
#[test]
#[ignore = "needs TELNYX_SPEC: Telnyx's document is not committed"]
fn a_violation_is_found() {
    let document = document();
    let request = |body: serde_json::Value| Request {
        method: Method::POST,
        url: "http://sandbox.test/v2/messages".into(),
        headers: Vec::new(),
        body: body.to_string().into(),
        timeout: text::SEND_TIMEOUT,
    };
    let wrong = |body| document.request(&request(body)).len();
    assert_eq!(wrong(json!({ "from": NUMBER, "to": PHONE, "text": "Hi" })), 0);
    assert!(wrong(json!({ "from": NUMBER, "text": "Hi" })) > 0, "nobody to send it to");
    assert!(wrong(json!({ "from": NUMBER, "to": PHONE, "text": 7 })) > 0, "a wrong type");
    assert!(wrong(json!({ "from": NUMBER, "to": PHONE, "txt": "Hi" })) > 0, "a field that Telnyx does not have");
    let answer =
        |body: serde_json::Value| document.answer(&Method::GET, "/v2/messaging_profiles", 200, &body.to_string()).len();
    assert!(answer(json!({ "data": [{ "id": 7 }] })) > 0, "a wrong type, deep");
    assert!(answer(json!({ "data": [{ "mood": "good" }] })) > 0, "a field that Telnyx does not have, deep");
    assert!(
        !document
            .webhook(&json!({ "data": { "event_type": "message.sent", "payload": { "direction": "sideways" } } }))
            .is_empty()
    );
    assert!(
        !document.answer(&Method::GET, "/v2/nowhere", 200, "{}").is_empty(),
        "an operation that Telnyx does not have"
    );
}
