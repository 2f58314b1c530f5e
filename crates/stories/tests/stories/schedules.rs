//! When each text of a campaign goes, from which number, and how fast.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::NewNumbers;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const NEW_YORK: &str = "+12125550123";
const CALIFORNIA: &str = "+14155550123";
const FLORIDA: &str = "+18505550123";
const LONDON: &str = "+442079460123";

async fn contact(desk: &Desk, phone: &str, zone: Option<&str>) {
    let contact = json!({ "phone": phone, "time_zone": zone, "tags": ["guests"] });
    let _ = desk.post("/contacts", contact).await.is(201);
}

/// A draft to whoever has the label `guests`, from all numbers.
async fn draft(desk: &Desk) -> String {
    let numbers = desk.get("/numbers").await.is(200)["data"].as_array().unwrap().clone();
    let numbers: Vec<_> = numbers.iter().map(|number| text(&number["id"])).collect();
    let campaign = json!({ "name": "June", "body": "Hello", "numbers": numbers, "audience": { "tags": ["guests"] } });
    text(&desk.post("/campaigns", campaign).await.is(201)["id"])
}

async fn launch(desk: &Desk, id: &str, when: Value) -> Value {
    desk.post(&format!("/campaigns/{id}/launch"), when).await.is(200).clone()
}

async fn refused(desk: &Desk, id: &str, when: Value) -> (String, String) {
    let refused = desk.post(&format!("/campaigns/{id}/launch"), when).await;
    let error = &refused.is(422)["errors"][0];
    (text(&error["field"]), text(&error["code"]))
}

async fn campaign(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/campaigns/{id}")).await.is(200).clone()
}

async fn recipients(desk: &Desk, id: &str) -> Vec<Value> {
    desk.get(&format!("/campaigns/{id}/recipients?limit=100")).await.is(200)["data"].as_array().unwrap().clone()
}

async fn of(desk: &Desk, id: &str, phone: &str, field: &str) -> Value {
    recipients(desk, id).await.into_iter().find(|one| one["phone"] == phone).unwrap()[field].clone()
}

/// So many in New York, with the label.
async fn some_guests(desk: &Desk, many: usize) -> Vec<String> {
    let phones: Vec<_> = (0..many).map(|n| format!("+1212555{:04}", 200 + n)).collect();
    for phone in &phones {
        contact(desk, phone, None).await;
    }
    phones
}

/// Time passes where something waits for a limit: nobody waits until all is at rest.
async fn forward(town: &Town, by: SignedDuration) {
    town.clock.advance_to(town.clock.now().checked_add(by).unwrap());
    tokio::time::sleep(Duration::from_millis(150)).await;
}

fn heard_of(town: &Town, phones: &[String]) -> usize {
    phones.iter().map(|phone| town.heard(phone).len()).sum()
}

/// Waits until so many have it; a moment passes meanwhile, which is no limit's worth.
async fn town_hears(town: &Town, phones: &[String], expected: usize) {
    let_hear(town, phones, expected, SignedDuration::from_micros(100)).await;
}

/// A campaign whose undo is over comes to its first text. It is looked for now and then, so that time must pass.
async fn begins(town: &Town, phones: &[String]) {
    let_hear(town, phones, 1, SignedDuration::from_millis(1)).await;
}

async fn let_hear(town: &Town, phones: &[String], expected: usize, step: SignedDuration) {
    for _ in 0..2_000 {
        if heard_of(town, phones) >= expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        town.clock.advance_to(town.clock.now().checked_add(step).unwrap());
    }
    assert_eq!(heard_of(town, phones), expected);
}

async fn heard_by(town: &Town, phone: &str, expected: usize) {
    town_hears(town, &[phone.to_owned()], expected).await;
}

store::on_both_engines! {
    async fn everybody_gets_it_at_their_own_ten_o_clock(store, place) {
        drop(store);
        // It is nine in the morning in New York, on a second of March.
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        for (phone, zone) in [(NEW_YORK, None), (CALIFORNIA, None), (FLORIDA, None), (LONDON, Some("Europe/Paris"))] {
            contact(&acme, phone, zone).await;
        }
        let id = draft(&acme).await;
        let launched = launch(&acme, &id, json!({ "at_local": "2026-03-03T10:00" })).await;
        assert_eq!(launched["starts_at"], "2026-03-02T20:00:00Z", "somewhere it may be ten then");
        assert_eq!(launched["schedule"], json!({ "at_local": "2026-03-03T10:00:00", "spread_seconds": 0 }));
        town.settle().await;
        assert_eq!(campaign(&acme, &id).await["starts_at"], "2026-03-03T09:00:00Z", "in Paris it is first");
        let times = [
            (LONDON, "2026-03-03T09:00:00Z"),
            (NEW_YORK, "2026-03-03T15:00:00Z"),
            (FLORIDA, "2026-03-03T16:00:00Z"),
            (CALIFORNIA, "2026-03-03T18:00:00Z"),
        ];
        for (nth, (phone, at)) in times.into_iter().enumerate() {
            assert_eq!(of(&acme, &id, phone, "not_before").await, at, "{phone}");
            let at: Timestamp = at.parse().unwrap();
            town.passes(at.duration_since(town.clock.now()) - SignedDuration::from_secs(1)).await;
            assert!(town.heard(phone).is_empty(), "{phone} a second before");
            if nth == 0 {
                assert_eq!(campaign(&acme, &id).await["state"], "scheduled");
            }
            town.passes(SignedDuration::from_secs(3)).await;
            assert_eq!(town.heard(phone), ["Hello"], "{phone}");
        }
        assert_eq!(campaign(&acme, &id).await["state"], "done");
    }

    async fn an_hour_that_is_past_somewhere_goes_there_at_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        contact(&acme, NEW_YORK, None).await;
        contact(&acme, CALIFORNIA, None).await;
        let id = draft(&acme).await;
        // It is past nine in New York, and past six in California.
        launch(&acme, &id, json!({ "at_local": "2026-03-02T09:00" })).await;
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!((town.heard(NEW_YORK).len(), town.heard(CALIFORNIA).len()), (1, 0));
        assert_eq!(of(&acme, &id, CALIFORNIA, "not_before").await, "2026-03-02T17:00:00Z");
        town.passes(SignedDuration::from_hours(3)).await;
        assert_eq!(town.heard(CALIFORNIA), ["Hello"]);
    }

    async fn our_own_clock_says_when(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        contact(&acme, NEW_YORK, None).await;
        let id = draft(&acme).await;
        // Clocks are put forward in that night: half past two is half past three.
        let launched = launch(&acme, &id, json!({ "at_tenant": "2026-03-08T02:30" })).await;
        assert_eq!(launched["starts_at"], "2026-03-08T07:30:00Z");
        let _ = acme.post(&format!("/campaigns/{id}/undo"), json!({})).await.is(200);
        let _ = acme.patch("/tenant", json!({ "settings": { "time_zone": "Europe/Berlin" } })).await.is(200);
        let launched = launch(&acme, &id, json!({ "at_tenant": "2026-03-08T15:00" })).await;
        assert_eq!(launched["starts_at"], "2026-03-08T14:00:00Z");
        assert_eq!(launched["schedule"]["at_local"], json!(null));
        town.passes(SignedDuration::from_hours(24 * 6)).await;
        assert_eq!(town.heard(NEW_YORK), ["Hello"]);
    }

    async fn a_time_that_makes_no_sense_is_refused(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        contact(&acme, NEW_YORK, None).await;
        let id = draft(&acme).await;
        for (when, field, code) in [
            (json!({ "at_local": "2026-03-01T10:00" }), "at_local", "in_the_past"),
            (json!({ "at_local": "tomorrow" }), "at_local", "not_a_time"),
            (json!({ "at_local": "2026-03-03T10:00Z" }), "at_local", "not_a_time"),
            (json!({ "at_local": "2026-02-30T10:00" }), "at_local", "not_a_time"),
            (json!({ "at_tenant": "2026-03-02T08:00" }), "at_tenant", "in_the_past"),
            (json!({ "at_tenant": "10:00" }), "at_tenant", "not_a_time"),
            (json!({ "at": "2026-03-01T10:00:00Z" }), "at", "in_the_past"),
            (json!({ "at": "2026-03-03T10:00:00Z", "at_local": "2026-03-03T10:00" }), "at_local", "said_twice"),
            (json!({ "spread_seconds": 2_592_001 }), "spread_seconds", "too_long"),
        ] {
            assert_eq!(refused(&acme, &id, when.clone()).await, (field.into(), code.into()), "{when}");
        }
        let before = json!({ "send_before": "2026-03-02T18:00:00Z" });
        let _ = acme.patch(&format!("/campaigns/{id}"), before).await.is(200);
        let long = refused(&acme, &id, json!({ "spread_seconds": 18_000 })).await;
        assert_eq!(long, ("spread_seconds".into(), "too_long".into()), "some would come too late");
        assert_eq!(campaign(&acme, &id).await["state"], "draft", "nothing is half done");
        launch(&acme, &id, json!({ "spread_seconds": 10_000 })).await;
    }

    async fn texts_are_spread_over_a_window(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let phones: Vec<_> = (0..10).map(|n| format!("+1212555{:04}", 200 + n)).collect();
        for phone in &phones {
            contact(&acme, phone, None).await;
        }
        let id = draft(&acme).await;
        launch(&acme, &id, json!({ "spread_seconds": 3_600 })).await;
        let heard = || phones.iter().filter(|phone| !town.heard(phone).is_empty()).count();
        town.passes(SignedDuration::from_secs(61)).await;
        assert_eq!(heard(), 1, "the first");
        for quarter in 1..=4 {
            town.passes(SignedDuration::from_mins(15)).await;
            let fair = 10 * quarter / 4;
            assert!(heard().abs_diff(fair) <= 1, "after {quarter} quarters of an hour: {}", heard());
        }
        assert_eq!(heard(), 10);
    }

    async fn people_are_texted_from_the_number_they_know_or_one_near_them(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let far = "+12125550999";
        let more = NewNumbers { account: "Acme".into(), numbers: vec![far.into()], messaging_profile_id: None };
        let _ = town.sandbox.control().add_numbers(&more).unwrap();
        let adopted = acme.post(&format!("/carrier-accounts/{}/adopt", acme.account), json!({ "numbers": [far] })).await;
        let far_id = text(&adopted.is(200)["numbers"][0]["id"]);
        let _ = acme.patch(&format!("/numbers/{far_id}"), json!({ "segments_per_second": 1000 })).await.is(200);
        // One has texted the number that is far from them.
        let knows = "+14155550150";
        contact(&acme, NEW_YORK, None).await;
        contact(&acme, CALIFORNIA, None).await;
        contact(&acme, knows, None).await;
        town.sandbox.control().phone(knows).text(far, "Hi", &[]).unwrap();
        town.settle().await;
        let id = draft(&acme).await;
        launch(&acme, &id, json!({})).await;
        town.settle().await;
        assert_eq!(of(&acme, &id, NEW_YORK, "number_id").await, far_id);
        assert_eq!(of(&acme, &id, CALIFORNIA, "number_id").await, acme.number_id);
        assert_eq!(of(&acme, &id, knows, "number_id").await, far_id);
        // Whoever had a campaign from a number gets the next from it too; and one that is switched off takes no part.
        let _ = acme.patch(&format!("/numbers/{far_id}"), json!({ "enabled": false })).await.is(200);
        let second = draft(&acme).await;
        launch(&acme, &second, json!({})).await;
        town.settle().await;
        for phone in [NEW_YORK, CALIFORNIA, knows] {
            assert_eq!(of(&acme, &second, phone, "number_id").await, acme.number_id, "{phone}");
        }
        let _ = acme.patch(&format!("/numbers/{}", acme.number_id), json!({ "enabled": false })).await.is(200);
        let third = draft(&acme).await;
        assert_eq!(refused(&acme, &third, json!({})).await, ("numbers".into(), "none_usable".into()));
    }

    async fn a_campaign_goes_no_faster_than_it_is_set_to(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let phones = some_guests(&acme, 4).await;
        let id = draft(&acme).await;
        let slow = json!({ "throttle": { "segments_per_minute": 30 } });
        assert_eq!(acme.patch(&format!("/campaigns/{id}"), slow).await.is(200)["throttle"], json!({ "segments_per_minute": 30 }));
        launch(&acme, &id, json!({})).await;
        town.passes(SignedDuration::from_secs(59)).await;
        // A text that waits for a limit is no rest: from here on time is told step by step.
        forward(&town, SignedDuration::from_secs(1)).await;
        begins(&town, &phones).await;
        for expected in 2..=4 {
            forward(&town, SignedDuration::from_millis(2_040)).await;
            town_hears(&town, &phones, expected).await;
            if expected == 2 {
                let held = acme.get(&format!("/campaigns/{id}/pace")).await.is(200)["held"].clone();
                assert_eq!((&held[0]["code"], &held[0]["number_id"]), (&json!("campaign_throttle"), &json!(acme.number_id)));
                let all = recipients(&acme, &id).await;
                let waits: Vec<_> = all.iter().filter(|one| one["standing"] == "pending").collect();
                assert!(waits.iter().all(|one| one["failure"]["code"] == "campaign_throttle"), "{waits:?}");
                assert_eq!(waits.len(), 2);
                // Whoever writes to one person overtakes it, from the same number.
                let _ = acme.starts("+13125550123", "At once").await;
                heard_by(&town, "+13125550123", 1).await;
                assert_eq!(heard_of(&town, &phones), 2);
            }
        }
        town.passes(SignedDuration::from_secs(5)).await;
        assert_eq!(campaign(&acme, &id).await["state"], "done");
        assert_eq!(acme.get(&format!("/campaigns/{id}/pace")).await.is(200)["held"], json!([]));
    }

    async fn a_day_has_its_limit_and_the_rest_goes_after_midnight_in_california(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let limits = json!({ "settings": { "sending_limits": { "number_per_day": 12 } } });
        assert_eq!(acme.patch("/tenant", limits).await.is(200)["settings"]["sending_limits"]["number_per_day"], 12);
        // A text to one person counts, and one that is written after the limit still goes.
        let _ = acme.starts("+13125550123", "Hello").await;
        town.settle().await;
        // Nobody is texted at night by law: these are in Paris, where it is nine when the next day begins in California.
        let phones: Vec<_> = (0..14).map(|n| format!("+336123456{n:02}")).collect();
        for phone in &phones {
            contact(&acme, phone, None).await;
        }
        let id = draft(&acme).await;
        launch(&acme, &id, json!({})).await;
        town.passes(SignedDuration::from_secs(59)).await;
        forward(&town, SignedDuration::from_secs(2)).await;
        town_hears(&town, &phones, 11).await;
        forward(&town, SignedDuration::from_mins(30)).await;
        assert_eq!(heard_of(&town, &phones), 11);
        let held = acme.get(&format!("/campaigns/{id}/pace")).await.is(200)["held"][0].clone();
        assert_eq!((&held["code"], &held["until"]), (&json!("number_day_limit"), &json!("2026-03-03T08:00:00Z")));
        let _ = acme.starts("+13125550124", "Hello").await;
        heard_by(&town, "+13125550124", 1).await;
        let minute_before: Timestamp = "2026-03-03T07:59:00Z".parse().unwrap();
        forward(&town, minute_before.duration_since(town.clock.now())).await;
        assert_eq!(heard_of(&town, &phones), 11, "it is a minute to midnight in California");
        forward(&town, SignedDuration::from_secs(62)).await;
        town_hears(&town, &phones, 14).await;
    }

    async fn a_carrier_that_is_spent_for_the_day_is_asked_again_after_midnight(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let spent = "+33612345678";
        contact(&acme, spent, None).await;
        contact(&acme, NEW_YORK, None).await;
        let refuses = json!({ "outcomes": [{ "to": spent, "outcome": "rejected", "code": "40016" }] });
        town.faults(serde_json::from_value(refuses).unwrap());
        let id = draft(&acme).await;
        launch(&acme, &id, json!({})).await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(town.heard(NEW_YORK), ["Hello"], "others go on");
        assert_eq!(of(&acme, &id, spent, "standing").await, "queued");
        assert_eq!(of(&acme, &id, spent, "not_before").await, "2026-03-03T08:00:00Z");
        let why = of(&acme, &id, spent, "failure").await;
        assert!(why["code"] == "carrier_busy" && text(&why["explanation"]).contains("T-Mobile"), "{why}");
        town.faults(serde_json::from_value(json!({})).unwrap());
        town.passes(SignedDuration::from_hours(17)).await;
        assert!(town.heard(spent).is_empty());
        town.passes(SignedDuration::from_hours(1)).await;
        assert_eq!(town.heard(spent), ["Hello"]);
        assert_eq!(campaign(&acme, &id).await["state"], "done");
    }

    async fn what_somebody_wants_of_their_nights_is_kept(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let made = acme.post("/contacts", json!({ "phone": NEW_YORK, "tags": ["guests"] })).await;
        let ann = format!("/contacts/{}", text(&made.is(201)["id"]));
        assert_eq!(made.body["quiet_hours"], json!(null));
        // It is nine; they sleep until noon.
        let late = json!({ "quiet_hours": { "from": "22:00", "until": "12:00" } });
        assert_eq!(acme.patch(&ann, late).await.is(200)["quiet_hours"], json!({ "from": "22:00", "until": "12:00" }));
        for wrong in [json!({ "from": "22:00", "until": "22:00" }), json!({ "from": "late", "until": "08:00" })] {
            let _ = acme.patch(&ann, json!({ "quiet_hours": wrong })).await.is(422);
        }
        let id = draft(&acme).await;
        launch(&acme, &id, json!({})).await;
        let started = acme.post("/conversations", json!({ "to": NEW_YORK, "body": "Good morning" })).await;
        assert_eq!(started.is(201)["message"]["status"], "deferred");
        town.passes(SignedDuration::from_mins(179)).await;
        assert!(town.heard(NEW_YORK).is_empty());
        assert_eq!(of(&acme, &id, NEW_YORK, "failure").await["code"], "quiet_hours");
        assert_eq!(of(&acme, &id, NEW_YORK, "not_before").await, "2026-03-02T17:00:00Z");
        town.passes(SignedDuration::from_mins(2)).await;
        let mut heard = town.heard(NEW_YORK);
        heard.sort();
        assert_eq!(heard, ["Good morning", "Hello"]);
        assert_eq!(acme.patch(&ann, json!({ "quiet_hours": null })).await.is(200)["quiet_hours"], json!(null));
    }

    async fn a_reply_overtakes_a_campaign_of_the_same_number(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let phones = some_guests(&acme, 20).await;
        town.texts("+13125550123", &acme, "Are you open?").await;
        let number = format!("/numbers/{}", acme.number_id);
        let _ = acme.patch(&number, json!({ "segments_per_second": 0.5 })).await.is(200);
        let id = draft(&acme).await;
        launch(&acme, &id, json!({})).await;
        town.passes(SignedDuration::from_secs(59)).await;
        forward(&town, SignedDuration::from_secs(1)).await;
        begins(&town, &phones).await;
        forward(&town, SignedDuration::from_millis(2_040)).await;
        town_hears(&town, &phones, 2).await;
        let conversation = text(&acme.conversation().await["id"]);
        let said = acme.post(&format!("/conversations/{conversation}/messages"), json!({ "body": "Yes" })).await;
        let _ = said.is(202);
        forward(&town, SignedDuration::from_millis(2_040)).await;
        heard_by(&town, "+13125550123", 1).await;
        assert_eq!(heard_of(&town, &phones), 2, "eighteen wait, and it goes first");
    }
}
