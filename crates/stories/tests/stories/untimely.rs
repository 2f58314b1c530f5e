//! What a campaign does with texts that may not go when their turn comes, and what is told of it beforehand.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

/// Where it is nine in the morning when the town's day begins, and where it is six.
const ANN: &str = "+12125550123";
const BEN: &str = "+12125550124";
const EVE: &str = "+14155550126";

async fn contact(desk: &Desk, phone: &str) -> String {
    text(&desk.post("/contacts", json!({ "phone": phone, "name": "Guest", "tags": ["guests"] })).await.is(201)["id"])
}

async fn set(desk: &Desk, settings: Value) {
    let _ = desk.patch("/tenant", json!({ "settings": settings })).await.is(200);
}

async fn draft(desk: &Desk, more: Value) -> String {
    let mut campaign = json!({
        "name": "June", "body": "Hi {name}, the terrace is open!", "numbers": [desk.number_id],
        "audience": { "tags": ["guests"] },
    });
    campaign.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    text(&desk.post("/campaigns", campaign).await.is(201)["id"])
}

async fn launch(town: &Town, desk: &Desk, id: &str) {
    let _ = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
    town.passes(SignedDuration::from_mins(5)).await;
}

async fn checked(town: &Town, desk: &Desk, id: &str, when: Value) -> Value {
    let _ = desk.post(&format!("/campaigns/{id}/check"), when).await.is(202);
    town.settle().await;
    desk.get(&format!("/campaigns/{id}/check")).await.is(200).clone()
}

/// How many of a kind, by their codes.
fn causes(of: &Value) -> Vec<(String, i64)> {
    let told = |cause: &Value| (text(&cause["code"]), cause["count"].as_i64().unwrap());
    of.as_array().unwrap().iter().map(told).collect()
}

async fn row(desk: &Desk, id: &str, phone: &str) -> Value {
    let phone = phone.replace('+', "%2B");
    desk.get(&format!("/campaigns/{id}/recipients?phone={phone}")).await.is(200)["data"][0].clone()
}

store::on_both_engines! {
    async fn who_is_found_in_quiet_hours_may_be_left_out(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = (contact(&acme, ANN).await, contact(&acme, EVE).await);
        let wrong = acme.post("/campaigns", json!({ "name": "x", "outside_hours": "wait" })).await;
        assert_eq!(wrong.status, 422, "{}", wrong.body);
        let waits = draft(&acme, json!({})).await;
        let shown = acme.get(&format!("/campaigns/{waits}")).await.is(200).clone();
        assert_eq!((&shown["outside_hours"], &shown["over_cap"]), (&json!("defer"), &Value::Null));
        assert_eq!(causes(&checked(&town, &acme, &waits, json!({})).await["later"]), [("legal_hours".into(), 1)]);

        let id = draft(&acme, json!({ "outside_hours": "skip" })).await;
        let check = checked(&town, &acme, &id, json!({})).await;
        assert_eq!((&check["now"], &check["later"]), (&json!(1), &json!([])));
        assert_eq!(causes(&check["skipped"]), [("legal_hours".into(), 1)]);
        assert!(text(&check["skipped"][0]["mend"]).starts_with("Text them at another hour"), "{check}");
        let seen = acme.post(&format!("/campaigns/{id}/preview"), json!({ "phone": EVE })).await.is(200).clone();
        assert_eq!((&seen["outcome"], &seen["until"], &seen["failure"]["code"]), (&json!("skipped"), &Value::Null, &json!("legal_hours")));
        launch(&town, &acme, &id).await;
        assert_eq!(row(&acme, &id, ANN).await["standing"], "delivered");
        let eve = row(&acme, &id, EVE).await;
        assert_eq!((&eve["standing"], &eve["failure"]["code"]), (&json!("skipped"), &json!("legal_hours")));
        let explained = text(&eve["failure"]["explanation"]);
        assert!(explained.contains("in California") && !explained.contains("it goes"), "{explained}");
        let why = acme.get(&format!("/campaigns/{id}/recipients/{}", text(&eve["id"]))).await.is(200).clone();
        assert!(text(&why["answer"]).contains("in California"), "{why}");
        town.passes(SignedDuration::from_hours(6)).await;
        assert!(town.heard(EVE).is_empty(), "nor later");
        assert_eq!(acme.get(&format!("/campaigns/{id}")).await.is(200)["state"], "done");
    }

    async fn one_campaign_may_want_another_end_for_what_is_too_often(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        contact(&acme, ANN).await;
        set(&acme, json!({ "campaign_cap": { "texts": 1, "days": 1, "otherwise": "defer" } })).await;
        let first = draft(&acme, json!({})).await;
        launch(&town, &acme, &first).await;
        let (waits, skips) = (draft(&acme, json!({})).await, draft(&acme, json!({ "over_cap": "skip" })).await);
        let preview = acme.post(&format!("/campaigns/{skips}/preview"), json!({ "phone": ANN })).await;
        assert_eq!(preview.is(200)["outcome"], "skipped");
        for id in [&waits, &skips] {
            launch(&town, &acme, id).await;
        }
        let (waits, skips) = (row(&acme, &waits, ANN).await, row(&acme, &skips, ANN).await);
        assert_eq!((&waits["standing"], &waits["failure"]["code"]), (&json!("deferred"), &json!("frequency_cap")));
        assert_eq!((&skips["standing"], &skips["failure"]["code"]), (&json!("skipped"), &json!("frequency_cap")));
        assert!(text(&skips["failure"]["mend"]).starts_with("Text them later"), "{skips}");
    }

    async fn a_launch_is_tried_for_everybodys_own_clock(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = (contact(&acme, ANN).await, contact(&acme, EVE).await);
        let id = draft(&acme, json!({})).await;
        let check = checked(&town, &acme, &id, json!({ "at_local": "2026-03-02T10:00" })).await;
        assert_eq!((&check["now"], &check["later"], &check["at_local"]), (&json!(2), &json!([]), &json!("2026-03-02T10:00:00")));
        assert!(text(&check["estimate"]["finishes_at"]).starts_with("2026-03-02T18:00"), "{check}");
        let early = checked(&town, &acme, &id, json!({ "at_local": "2026-03-03T06:00" })).await;
        assert_eq!((&early["now"], causes(&early["later"])), (&json!(0), vec![("legal_hours".into(), 2)]));
        let twice = json!({ "at": "2026-03-03T06:00:00Z", "at_local": "2026-03-03T06:00" });
        let twice = acme.post(&format!("/campaigns/{id}/check"), twice).await;
        assert_eq!(twice.bad_field(), ("at_local", "said_twice"));
        assert_eq!(checked(&town, &acme, &id, json!({})).await["at_local"], Value::Null);
    }

    async fn people_are_found_by_their_number_as_it_is_written_at_home(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        set(&acme, json!({ "region": "DE", "time_zone": "Europe/Berlin" })).await;
        contact(&acme, "0171 2345678").await;
        let id = draft(&acme, json!({})).await;
        let seen = acme.post(&format!("/campaigns/{id}/preview"), json!({ "phone": "0171 2345678" })).await;
        assert_eq!(seen.is(200)["phone"], "+491712345678");
        launch(&town, &acme, &id).await;
        for (path, holds) in [("recipients?phone=0171%202345678", 1), ("recipients?phone=0171%202345679", 0)] {
            let found = acme.get(&format!("/campaigns/{id}/{path}")).await;
            assert_eq!(found.is(200)["data"].as_array().unwrap().len(), holds, "{path}");
        }
        let table = acme.get(&format!("/campaigns/{id}/recipients.csv?phone=0171-2345678")).await;
        assert!(String::from_utf8_lossy(&table.raw.body).contains("+491712345678"));
        assert_eq!(acme.get(&format!("/campaigns/{id}/recipients?phone=12")).await.bad_field().0, "phone");
    }

    async fn consent_that_nobody_renews_lapses(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, ben) = (contact(&acme, ANN).await, contact(&acme, BEN).await);
        let never = acme.patch("/tenant", json!({ "settings": { "consent_lapses_months": 0 } })).await;
        assert_eq!(never.bad_field(), ("settings.consent_lapses_months", "out_of_range"));
        set(&acme, json!({ "marketing_consent": "required", "consent_lapses_months": 6 })).await;
        let agreed = json!({ "state": "opted_in", "purpose": "marketing", "how": "Form", "at": "2025-08-01T12:00:00Z" });
        for who in [&ann, &ben] {
            let _ = acme.post(&format!("/contacts/{who}/consents"), agreed.clone()).await.is(201);
        }
        town.texts(BEN, &acme, "Do you have gluten-free cake?").await;
        let id = draft(&acme, json!({})).await;
        let check = checked(&town, &acme, &id, json!({})).await;
        assert_eq!((&check["now"], causes(&check["skipped"])), (&json!(1), vec![("consent_lapsed".into(), 1)]));
        launch(&town, &acme, &id).await;
        assert_eq!(row(&acme, &id, BEN).await["standing"], "delivered");
        let lapsed = row(&acme, &id, ANN).await;
        assert_eq!((&lapsed["standing"], &lapsed["failure"]["code"]), (&json!("skipped"), &json!("consent_lapsed")));
        assert!(text(&lapsed["failure"]["mend"]).contains("renewed consent"), "{lapsed}");
        let renewed = json!({ "state": "opted_in", "purpose": "marketing", "how": "By telephone" });
        let _ = acme.post(&format!("/contacts/{ann}/consents"), renewed).await.is(201);
        let again = draft(&acme, json!({})).await;
        launch(&town, &acme, &again).await;
        assert_eq!(row(&acme, &again, ANN).await["standing"], "delivered");
    }
}
