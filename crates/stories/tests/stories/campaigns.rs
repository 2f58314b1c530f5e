//! One text to many people: each gets it once or a reason, and the sums are always right.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const BEN: &str = "+12125550124";
const CAM: &str = "+12125550125";

async fn contact(desk: &Desk, phone: &str, name: &str, tags: &[&str]) -> String {
    let made = desk.post("/contacts", json!({ "phone": phone, "name": name, "tags": tags })).await;
    text(&made.is(201)["id"])
}

/// A draft to whoever has the label `guests`.
async fn draft(desk: &Desk, body: &str) -> String {
    let number = text(&desk.get("/numbers").await.is(200)["data"][0]["id"]);
    let campaign = json!({ "name": "June", "body": body, "numbers": [number], "audience": { "tags": ["guests"] } });
    text(&desk.post("/campaigns", campaign).await.is(201)["id"])
}

async fn order(desk: &Desk, id: &str, order: &str) -> Value {
    desk.post(&format!("/campaigns/{id}/{order}"), json!({})).await.is(200).clone()
}

async fn campaign(desk: &Desk, id: &str) -> Value {
    let campaign = desk.get(&format!("/campaigns/{id}")).await.is(200).clone();
    let sum: i64 = campaign["counts"].as_object().unwrap().values().map(|count| count.as_i64().unwrap()).sum();
    assert_eq!(campaign["total"], sum, "the sum is the total: {campaign}");
    campaign
}

/// Who stands where, and why.
async fn stand(desk: &Desk, id: &str) -> Vec<(String, String, String)> {
    let all = desk.get(&format!("/campaigns/{id}/recipients")).await;
    let told = |one: &Value| {
        (text(&one["phone"]), text(&one["standing"]), one["failure"]["code"].as_str().unwrap_or("").to_owned())
    };
    let mut all: Vec<_> = all.is(200)["data"].as_array().unwrap().iter().map(told).collect();
    all.sort();
    all
}

fn three(standing: [(&str, &str); 3]) -> Vec<(String, String, String)> {
    [ANN, BEN, CAM].iter().zip(standing).map(|(phone, (at, why))| ((*phone).into(), at.into(), why.into())).collect()
}

async fn guests(desk: &Desk) {
    contact(desk, ANN, "Ann Berg", &["guests"]).await;
    contact(desk, BEN, "", &["guests"]).await;
    contact(desk, CAM, "Cam", &["guests", "vip"]).await;
    contact(desk, "+12125550126", "Dan", &["others"]).await;
}

store::on_both_engines! {
    async fn everybody_gets_it_once_or_a_reason(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme).await;
        let id = draft(&acme, "Hi {first_name}, the terrace is open!").await;
        let launched = order(&acme, &id, "launch").await;
        assert_eq!((&launched["state"], &launched["frozen"]), (&json!("scheduled"), &json!(false)));
        town.passes(SignedDuration::from_secs(30)).await;
        let waits = campaign(&acme, &id).await;
        assert_eq!((&waits["state"], &waits["frozen"], &waits["counts"]["pending"]), (&json!("scheduled"), &json!(true), &json!(3)));
        assert!(town.heard(ANN).is_empty(), "there is a minute to think again");
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!(town.heard(ANN), ["Hi Ann, the terrace is open!"]);
        assert!(town.heard(BEN).is_empty(), "nobody is greeted without a name");
        assert_eq!(town.heard(CAM), ["Hi Cam, the terrace is open!"]);
        assert_eq!(stand(&acme, &id).await, three([("delivered", ""), ("skipped", "lacks_field"), ("delivered", "")]));
        let done = campaign(&acme, &id).await;
        assert_eq!((&done["state"], &done["total"], &done["counts"]["delivered"]), (&json!("done"), &json!(3), &json!(2)));
        assert!(done["ended_at"].is_string());
        let other = town.desk("Bolt").await;
        assert_eq!(other.get("/campaigns").await.is(200)["data"], json!([]));
        let _ = other.get(&format!("/campaigns/{id}")).await.is(404);
        let _ = other.post(&format!("/campaigns/{id}/pause"), json!({})).await.is(404);
    }

    async fn a_launch_is_taken_back_and_made_again(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme).await;
        let id = draft(&acme, "Hello {first_name|there}").await;
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_secs(20)).await;
        let draft = order(&acme, &id, "undo").await;
        assert_eq!((&draft["state"], &draft["total"], &draft["frozen"]), (&json!("draft"), &json!(0), &json!(false)));
        town.passes(SignedDuration::from_mins(5)).await;
        assert!(town.heard(ANN).is_empty());
        let changed = acme.patch(&format!("/campaigns/{id}"), json!({ "body": "Good day {first_name|there}" })).await;
        assert_eq!(changed.is(200)["body"], "Good day {first_name|there}");
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!((town.heard(ANN), town.heard(BEN)), (vec!["Good day Ann".to_owned()], vec!["Good day there".to_owned()]));
        let refused = acme.post(&format!("/campaigns/{id}/undo"), json!({})).await;
        assert_eq!(refused.is(409)["code"], "not_now");
    }

    async fn what_speaks_against_a_text_is_told_and_the_worst_is_not_launched(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme).await;
        let id = draft(&acme, "Free beer at https://bit.ly/abc!").await;
        let codes = |campaign: &Value| -> Vec<String> {
            campaign["findings"].as_array().unwrap().iter().map(|finding| text(&finding["code"])).collect()
        };
        let found = campaign(&acme, &id).await;
        assert_eq!(codes(&found), ["public_shortener", "no_opt_out", "no_sender", "alcohol"]);
        assert_eq!(found["findings"][0]["span"], json!({ "from": 13, "to": 31 }));
        let refused = acme.post(&format!("/campaigns/{id}/launch"), json!({})).await;
        assert_eq!(refused.is(422)["errors"][0]["code"], "public_shortener");
        let better = json!({ "body": "Acme: free beer at https://acme.example. Reply STOP to opt out." });
        let mended = acme.patch(&format!("/campaigns/{id}"), better).await;
        assert_eq!(codes(mended.is(200)), ["alcohol"], "a pub may say so");
        order(&acme, &id, "launch").await;
    }

    async fn stop_wins_over_what_waits(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme).await;
        let id = draft(&acme, "Hello {first_name|there}").await;
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_secs(20)).await;
        town.texts(ANN, &acme, "STOP").await;
        assert_eq!(stand(&acme, &id).await[0], (ANN.to_owned(), "skipped".to_owned(), "contact_opted_out".to_owned()));
        town.texts(BEN, &acme, "Hi, who is this?").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert!(!town.heard(ANN).iter().any(|text| text.contains("Hello")), "{:?}", town.heard(ANN));
        assert_eq!(stand(&acme, &id).await, three([("skipped", "contact_opted_out"), ("delivered", ""), ("delivered", "")]));
    }

    async fn a_pause_holds_and_the_rest_goes_out_after_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme).await;
        let id = draft(&acme, "Hello {first_name|there}").await;
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_secs(20)).await;
        assert_eq!(order(&acme, &id, "pause").await["state"], "paused");
        town.passes(SignedDuration::from_mins(10)).await;
        assert!(town.heard(ANN).is_empty());
        assert_eq!(order(&acme, &id, "resume").await["state"], "running");
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!(stand(&acme, &id).await, three([("delivered", ""), ("delivered", ""), ("delivered", "")]));
        assert_eq!((town.heard(ANN).len(), town.heard(BEN).len(), town.heard(CAM).len()), (1, 1, 1));
        let refused = acme.post(&format!("/campaigns/{id}/cancel"), json!({})).await;
        assert_eq!(refused.is(409)["detail"], "This cannot be done: a campaign that is done cannot be cancelled.");
    }

    async fn ended_early_the_rest_gets_nothing(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme).await;
        let id = draft(&acme, "Hello {first_name|there}").await;
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_secs(20)).await;
        assert_eq!(order(&acme, &id, "cancel").await["counts"]["cancelled"], 3);
        town.passes(SignedDuration::from_mins(10)).await;
        assert!(town.heard(ANN).is_empty());
        assert_eq!(campaign(&acme, &id).await["state"], "cancelled");
    }

    async fn an_answer_shows_what_it_answers(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme).await;
        let id = draft(&acme, "Hello {first_name|there}, are you coming?").await;
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_mins(2)).await;
        let conversations = async || acme.get("/conversations").await.is(200)["data"].as_array().unwrap().clone();
        assert!(conversations().await.is_empty(), "an inbox is for those who write");
        town.texts(ANN, &acme, "Yes!").await;
        let open = conversations().await;
        assert_eq!((open.len(), &open[0]["tags"]), (1, &json!(["June"])));
        let lines = acme.thread(&text(&open[0]["id"])).await;
        assert!(lines[0].contains("Hello Ann, are you coming?") && lines[0].contains("delivered"), "{lines:?}");
        assert!(lines[1].contains("Yes!"), "{lines:?}");
        town.texts(ANN, &acme, "With a friend").await;
        assert_eq!(acme.thread(&text(&open[0]["id"])).await.iter().filter(|line| line.contains("Hello Ann")).count(), 1);
        let answered = campaign(&acme, &id).await;
        assert_eq!((&answered["replied"], &answered["counts"]["delivered"]), (&json!(1), &json!(3)));
        let all = acme.get(&format!("/campaigns/{id}/recipients")).await.is(200).clone();
        let ann = all["data"].as_array().unwrap().iter().find(|one| one["phone"] == ANN).unwrap();
        assert!(ann["replied_at"].is_string() && ann["conversation_id"] == open[0]["id"], "{ann}");
    }

    async fn the_law_is_kept_where_people_are(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        contact(&acme, ANN, "Ann", &["guests"]).await;
        // It is nine in New York, and six in California.
        let early = "+14155550123";
        contact(&acme, early, "Eve", &["guests"]).await;
        let id = draft(&acme, "Hello {first_name}").await;
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!((town.heard(ANN).len(), town.heard(early).len()), (1, 0));
        let all = acme.get(&format!("/campaigns/{id}/recipients")).await.is(200)["data"].clone();
        let eve = all.as_array().unwrap().iter().find(|one| one["phone"] == early).unwrap();
        assert_eq!((&eve["standing"], &eve["failure"]["code"]), (&json!("deferred"), &json!("legal_hours")));
        assert_eq!(eve["not_before"], "2026-03-02T16:00:00Z");
        let why = text(&eve["failure"]["explanation"]);
        assert!(why.contains("in California") && why.ends_with("it goes today at 8:00."), "{why}");
        town.passes(SignedDuration::from_mins(114)).await;
        assert!(town.heard(early).is_empty(), "it is a minute before eight");
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!(town.heard(early), ["Hello Eve"]);
        assert_eq!(stand(&acme, &id).await, [ANN, early].map(|phone| (phone.into(), "delivered".into(), String::new())));
    }

    async fn nobody_is_texted_more_often_than_is_set(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        contact(&acme, ANN, "Ann", &["guests"]).await;
        let cap = async |otherwise: &str| {
            let settings = json!({ "campaign_cap": { "texts": 1, "days": 1, "otherwise": otherwise } });
            let _ = acme.patch("/tenant", json!({ "settings": settings })).await.is(200);
        };
        let stands = async |id: &str| {
            let (_, standing, why) = stand(&acme, id).await.remove(0);
            (standing, why)
        };
        cap("defer").await;
        let both = [draft(&acme, "One").await, draft(&acme, "Two").await];
        for id in &both {
            order(&acme, id, "launch").await;
        }
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(town.heard(ANN).len(), 1, "of two campaigns at the same moment");
        let mut stood = [stands(&both[0]).await, stands(&both[1]).await];
        stood.sort();
        assert_eq!(stood[0], ("deferred".into(), "frequency_cap".into()));
        assert_eq!(stood[1], ("delivered".into(), String::new()));
        cap("skip").await;
        let third = draft(&acme, "Three").await;
        order(&acme, &third, "launch").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(stands(&third).await, ("skipped".into(), "frequency_cap".into()));
        town.passes(SignedDuration::from_hours(24)).await;
        let mut heard = town.heard(ANN);
        heard.sort();
        assert_eq!(heard, ["One", "Two"]);
    }

    async fn numbers_that_are_named_become_contacts_and_nobody_gets_it_twice(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&acme).await;
        let id = draft(&acme, "Hello {first_name|there}").await;
        let audience = json!({ "tags": ["guests"], "without_tags": ["vip"], "phones": ["+1 212 555 0123", "+12125550199", "+12125550199"] });
        let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "audience": audience })).await.is(200);
        order(&acme, &id, "launch").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!((town.heard(ANN).len(), town.heard(BEN).len(), town.heard(CAM).len()), (1, 1, 0));
        assert_eq!(town.heard("+12125550199"), ["Hello there"]);
        assert_eq!(campaign(&acme, &id).await["total"], 3);
    }

    async fn what_makes_no_sense_is_named(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let number = text(&acme.get("/numbers").await.is(200)["data"][0]["id"]);
        for (body, field, code) in [
            (json!({}), "name", "missing"),
            (json!({ "name": "June", "body": "Hi {firstname}" }), "body", "no_such_field"),
            (json!({ "name": "June", "body": "Hi {first_name" }), "body", "unclosed_brace"),
            (json!({ "name": "June", "numbers": ["num_00000000000000000000000000000001"] }), "numbers[0]", "no_such_number"),
            (json!({ "name": "June", "audience": { "phones": ["12"] } }), "audience.phones[0]", ""),
            (json!({ "name": "June", "send_before": "2020-01-01T00:00:00Z" }), "send_before", "in_the_past"),
        ] {
            let refused = acme.post("/campaigns", body.clone()).await;
            let error = &refused.is(422)["errors"][0];
            assert_eq!(error["field"], field, "{body}");
            assert!(code.is_empty() || error["code"] == code, "{body}: {error}");
        }
        let id = text(&acme.post("/campaigns", json!({ "name": "June" })).await.is(201)["id"]);
        for (set, field) in [
            (json!({}), "body"),
            (json!({ "body": "Hi" }), "numbers"),
            (json!({ "numbers": [number] }), "audience"),
            (json!({ "audience": { "tags": ["nobody"] } }), "audience"),
        ] {
            let _ = acme.patch(&format!("/campaigns/{id}"), set).await.is(200);
            let refused = acme.post(&format!("/campaigns/{id}/launch"), json!({})).await;
            assert_eq!(refused.is(422)["errors"][0]["field"], field);
        }
        let past = acme.post(&format!("/campaigns/{id}/launch"), json!({ "at": "2020-01-01T00:00:00Z" })).await;
        assert_eq!(past.is(422)["errors"][0]["field"], "at");
        let _ = acme.delete(&format!("/campaigns/{id}")).await.is(204);
        let _ = acme.get(&format!("/campaigns/{id}")).await.is(404);
    }
}
