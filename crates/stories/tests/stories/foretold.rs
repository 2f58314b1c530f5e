//! What a launch would do is told before it does it, and it does just that; and a text is seen before anybody else gets it.

use std::fmt::Write;

use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const BEN: &str = "+12125550124";
const ZOE: &str = "+12125550125";
/// It is six in the morning there.
const EVE: &str = "+14155550126";
const OUT: &str = "+12125550127";
const STRANGER: &str = "+12125550199";
const COLLEAGUE: &str = "+12125550777";
const BODY: &str = "Acme: hi {first_name}, the terrace is open! Reply STOP to opt out.";

async fn contact(desk: &Desk, phone: &str, name: &str) -> String {
    let made = desk.post("/contacts", json!({ "phone": phone, "name": name, "tags": ["guests"] })).await;
    text(&made.is(201)["id"])
}

/// Ann, Ben of whom no name is known, Зоя, Eve in California, and one who wants no texts.
async fn guests(town: &Town, desk: &Desk) -> String {
    let ann = contact(desk, ANN, "Ann Berg").await;
    for (phone, name) in [(BEN, ""), (ZOE, "Зоя"), (EVE, "Eve"), (OUT, "Out")] {
        contact(desk, phone, name).await;
    }
    town.texts(OUT, desk, "STOP").await;
    ann
}

async fn draft(desk: &Desk) -> String {
    let campaign = json!({
        "name": "June", "body": BODY, "numbers": [desk.number_id],
        "audience": { "tags": ["guests"], "phones": [ANN, STRANGER] },
    });
    text(&desk.post("/campaigns", campaign).await.is(201)["id"])
}

async fn check(town: &Town, desk: &Desk, id: &str) -> Value {
    let begun = desk.post(&format!("/campaigns/{id}/check"), json!({})).await;
    assert_eq!(begun.is(202)["state"], "counting");
    town.settle().await;
    let check = desk.get(&format!("/campaigns/{id}/check")).await.is(200).clone();
    assert_eq!((&check["state"], &check["progress"]), (&json!("done"), &json!(1.0)), "{check}");
    let sum = |of: &Value| of.as_array().unwrap().iter().map(|one| one["count"].as_i64().unwrap()).sum::<i64>();
    let (now, later) = (check["now"].as_i64().unwrap(), sum(&check["later"]));
    assert_eq!(check["total"], now + later + sum(&check["skipped"]), "the sum is the total: {check}");
    let texts: i64 = check["segments"].as_array().unwrap().iter().map(|one| one.as_i64().unwrap()).sum();
    assert_eq!(texts, now + later, "{check}");
    check
}

/// `code: how many (who)`, by code.
fn causes(of: &Value) -> Vec<String> {
    let told = |cause: &Value| {
        let mut phones: Vec<_> =
            cause["samples"].as_array().unwrap().iter().map(|sample| text(&sample["phone"])).collect();
        phones.sort();
        format!("{}: {} ({})", text(&cause["code"]), cause["count"], phones.join(" "))
    };
    of.as_array().unwrap().iter().map(told).collect()
}

async fn tested(desk: &Desk, id: &str, asked: Value, key: &str) -> Answer {
    desk.call(providers::http::Method::POST, &format!("/campaigns/{id}/test"), Some(asked), &[("idempotency-key", key)])
        .await
}

store::on_both_engines! {
    async fn a_launch_does_what_was_told_of_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&town, &acme).await;
        // Somebody was texted before, so that it is known what that costs.
        acme.starts(COLLEAGUE, "Good morning").await;
        town.settle().await;
        let id = draft(&acme).await;
        let _ = acme.get(&format!("/campaigns/{id}/check")).await.is(404);
        let check = check(&town, &acme, &id).await;
        assert_eq!((&check["total"], &check["now"], &check["duplicates"]), (&json!(6), &json!(2), &json!(1)));
        assert_eq!(causes(&check["skipped"]), [format!("contact_opted_out: 1 ({OUT})"), format!("lacks_field: 2 ({BEN} {STRANGER})")]);
        assert_eq!(causes(&check["later"]), [format!("legal_hours: 1 ({EVE})")]);
        assert_eq!((&check["later"][0]["first"], &check["opens"]), (&json!("2026-03-02T16:00:00Z"), &json!([{ "at": "2026-03-02T16:00:00Z", "count": 1 }])));
        assert_eq!(check["encodings"], json!({ "gsm7": 2, "ucs2": 1 }));
        assert_eq!(causes(&check["odd"]), [format!("costly_characters: 1 ({ZOE})")]);
        assert_eq!(check["odd"][0]["samples"][0]["body"], "Acme: hi Зоя, the terrace is open! Reply STOP to opt out.");
        let longest: Vec<_> = check["longest"].as_array().unwrap().iter().map(|one| text(&one["phone"])).collect();
        assert_eq!(longest, [ANN, ZOE, EVE], "all are as long: by who became known first");
        assert_eq!(check["segments_total"], 3);
        // What a part costs at this carrier.
        let cost = json!([{ "currency": "USD", "lowest_micros": 21_000, "highest_micros": 21_000, "segments": 3 }]);
        assert_eq!((&check["estimate"]["costs"], &check["estimate"]["unpriced_segments"]), (&cost, &json!(0)));
        assert_eq!(check["estimate"]["segments_per_second"], 1_000.0);
        assert!(text(&check["estimate"]["finishes_at"]).starts_with("2026-03-02T16:00:00"), "the last goes when it may");
        let known = acme.get("/contacts?q=12125550199").await;
        assert_eq!(known.is(200)["data"], json!([]), "nobody became a contact by it");
        assert!(town.heard(ANN).is_empty());

        let _ = acme.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
        town.passes(SignedDuration::from_hours(3)).await;
        let done = acme.get(&format!("/campaigns/{id}")).await.is(200).clone();
        assert_eq!((&done["total"], &done["counts"]["delivered"], &done["counts"]["skipped"]), (&json!(6), &json!(3), &json!(3)));
        let late = acme.post(&format!("/campaigns/{id}/check"), json!({})).await;
        assert_eq!(late.is(409)["code"], "not_now");
    }

    async fn a_check_is_out_of_date_when_the_draft_changes(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        guests(&town, &acme).await;
        let id = draft(&acme).await;
        let mut stream = acme.stream(None).await;
        let first = check(&town, &acme, &id).await;
        assert_eq!((&first["run"], &first["stale"]), (&json!(1), &json!(false)));
        stream.until("campaign.checked").await;
        let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "audience": { "tags": ["nobody"] } })).await.is(200);
        assert_eq!(acme.get(&format!("/campaigns/{id}/check")).await.is(200)["stale"], true);
        let nobody = acme.post(&format!("/campaigns/{id}/check"), json!({})).await;
        assert_eq!(nobody.is(422)["errors"][0]["code"], "nobody", "as a launch would say");
        let _ = acme.patch(&format!("/campaigns/{id}"), json!({ "audience": { "phones": [STRANGER] }, "body": "Hello there {name|you}" })).await.is(200);
        let launch = async |run: i64| acme.post(&format!("/campaigns/{id}/launch"), json!({ "check": run })).await;
        assert_eq!(launch(1).await.is(409)["code"], "check_outdated", "what was seen is not what would be done");
        let second = check(&town, &acme, &id).await;
        assert_eq!((&second["run"], &second["total"], &second["now"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(second["longest"][0]["body"], "Hello there you");
        assert_eq!(causes(&second["odd"]), [format!("fallback_used: 1 ({STRANGER})")]);
        // In the evening of Sunday, one may not be texted before Monday's eight o'clock.
        let past = acme.post(&format!("/campaigns/{id}/check"), json!({ "at": "2020-01-01T00:00:00Z" })).await;
        assert_eq!(past.is(422)["errors"][0]["field"], "at");
        let _ = acme.post(&format!("/campaigns/{id}/check"), json!({ "at": "2026-03-09T03:00:00Z" })).await.is(202);
        town.settle().await;
        let night = acme.get(&format!("/campaigns/{id}/check")).await.is(200).clone();
        assert_eq!((&night["now"], &night["later"][0]["first"]), (&json!(0), &json!("2026-03-09T12:00:00Z")));
        assert_eq!(launch(2).await.is(409)["code"], "check_outdated");
        assert_eq!(launch(3).await.is(200)["state"], "scheduled");
    }

    async fn many_are_counted_in_pages(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut file = String::from("phone,name,opted_in\n");
        for n in 0..2_500 {
            writeln!(file, "+1212556{n:04},Guest {n},yes").unwrap();
        }
        let headers = vec![("authorization", format!("Bearer {}", acme.key))];
        let import = town.client.send(providers::http::Method::POST, "/api/v1/contacts/imports", headers, file.into()).await;
        let import = text(&import.is(201)["id"]);
        let _ = acme.post(&format!("/contacts/imports/{import}/start"), json!({})).await.is(202);
        town.settle().await;
        let number = &acme.number_id;
        let campaign = json!({ "name": "Many", "body": BODY, "numbers": [number], "audience": { "everyone": true } });
        let id = text(&acme.post("/campaigns", campaign).await.is(201)["id"]);
        let check = check(&town, &acme, &id).await;
        assert_eq!((&check["total"], &check["now"], &check["segments"][0]), (&json!(2_500), &json!(2_500), &json!(2_500)));
        assert_eq!(check["longest"].as_array().unwrap().len(), 5);
        assert_eq!(check["estimate"]["unpriced_countries"], json!(["US"]), "nothing was billed yet");
        assert_eq!(check["estimate"]["costs"], json!([]));
    }

    async fn what_one_person_would_get_is_shown(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = guests(&town, &acme).await;
        let id = draft(&acme).await;
        let preview = async |asked: Value| acme.post(&format!("/campaigns/{id}/preview"), asked).await;
        let shown = preview(json!({ "contact_id": ann })).await.is(200).clone();
        assert_eq!(shown["body"], "Acme: hi Ann, the terrace is open! Reply STOP to opt out.");
        assert_eq!((&shown["outcome"], &shown["segments"], &shown["encoding"], &shown["failure"]), (&json!("now"), &json!(1), &json!("gsm7"), &Value::Null));
        let eve = preview(json!({ "phone": EVE })).await.is(200).clone();
        assert_eq!((&eve["outcome"], &eve["until"]), (&json!("later"), &json!("2026-03-02T16:00:00Z")));
        assert!(text(&eve["failure"]["explanation"]).contains("California"), "{eve}");
        let out = preview(json!({ "phone": OUT })).await.is(200).clone();
        assert_eq!((&out["outcome"], &out["failure"]["code"]), (&json!("skipped"), &json!("contact_opted_out")));
        assert!(out["body"].is_string(), "it is shown all the same");
        let ben = preview(json!({ "phone": BEN })).await.is(200).clone();
        assert_eq!((&ben["outcome"], &ben["body"], &ben["failure"]["code"]), (&json!("skipped"), &Value::Null, &json!("lacks_field")));
        assert_eq!(preview(json!({ "phone": STRANGER })).await.is(200)["contact_id"], Value::Null);
        assert_eq!(preview(json!({})).await.is(422)["errors"][0]["code"], "one_of");
        let _ = preview(json!({ "contact_id": "con_00000000000000000000000000000009" })).await.is(422);
    }

    async fn a_test_goes_to_whom_one_names_and_counts_nowhere(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = guests(&town, &acme).await;
        let id = draft(&acme).await;
        // No hour binds it, and no limit.
        let settings = json!({ "quiet_hours": { "from": "00:01", "until": "23:59" }, "campaign_cap": { "texts": 1, "days": 1, "otherwise": "skip" } });
        let _ = acme.patch("/tenant", json!({ "settings": settings })).await.is(200);
        let asked = json!({ "to": [COLLEAGUE, EVE, OUT], "contact_id": ann });
        let sent = tested(&acme, &id, asked.clone(), "once").await.is(202).clone();
        town.settle().await;
        let said = "Acme: hi Ann, the terrace is open! Reply STOP to opt out.";
        assert_eq!((town.heard(COLLEAGUE), town.heard(EVE)), (vec![said.to_owned()], vec![said.to_owned()]));
        assert!(!town.heard(OUT).iter().any(|text| text == said), "STOP holds, whoever names them");
        assert_eq!((&sent["data"][2]["to"], &sent["data"][2]["message_id"], &sent["data"][2]["refused"]["code"]), (&json!(OUT), &Value::Null, &json!("contact_opted_out")));
        let message = acme.get(&format!("/messages/{}", text(&sent["data"][0]["message_id"]))).await.is(200).clone();
        assert_eq!((&message["author"]["kind"], &message["status"], &message["body"]), (&json!("campaign"), &json!("delivered"), &json!(said)));
        let again = tested(&acme, &id, asked, "once").await;
        assert_eq!(again.is(202), &sent);
        let _ = tested(&acme, &id, json!({ "to": [COLLEAGUE] }), "once").await.is(422);
        town.settle().await;
        assert_eq!(town.heard(COLLEAGUE).len(), 1, "asked for twice, it goes once");
        assert_eq!(acme.get(&format!("/campaigns/{id}")).await.is(200)["total"], 0, "nobody is a recipient by it");
        // They can answer as anybody can, and say STOP.
        town.texts(COLLEAGUE, &acme, "STOP").await;
        let refused = tested(&acme, &id, json!({ "to": [COLLEAGUE], "contact_id": ann }), "later").await;
        assert_eq!(refused.is(202)["data"][0]["refused"]["code"], "contact_opted_out");
        for (asked, field, code) in [
            (json!({ "to": [] }), "to", "too_many"),
            (json!({ "to": [ANN, BEN, ZOE, EVE, OUT, STRANGER] }), "to", "too_many"),
            (json!({ "to": ["12"] }), "to[0]", ""),
            (json!({ "to": [COLLEAGUE] }), "to", "lacks_field"),
        ] {
            let refused = acme.post(&format!("/campaigns/{id}/test"), asked.clone()).await;
            let error = &refused.is(422)["errors"][0];
            assert_eq!(error["field"], field, "{asked}");
            assert!(code.is_empty() || error["code"] == code, "{asked}: {error}");
        }
        let own = acme.post(&format!("/campaigns/{id}/test"), json!({ "to": [acme.number], "contact_id": ann })).await;
        assert_eq!(own.is(202)["data"][0]["refused"]["code"], "invalid");
    }

    async fn a_text_is_kept_under_a_short_name(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let made = acme.post("/snippets", json!({ "name": "Hours", "body": "Hi {first_name|there}, we open at eight." })).await;
        let id = text(&made.is(201)["id"]);
        for (asked, field, code) in [
            (json!({ "body": "x" }), "name", "missing"),
            (json!({ "name": "x" }), "body", "missing"),
            (json!({ "name": "x", "body": " " }), "body", "empty"),
            (json!({ "name": "x", "body": "Hi {frist_name}" }), "body", "no_such_field"),
            (json!({ "name": "x", "body": "Hi {name" }), "body", "unclosed_brace"),
        ] {
            let refused = acme.post("/snippets", asked.clone()).await;
            let error = &refused.is(422)["errors"][0];
            assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{asked}");
        }
        let taken = acme.post("/snippets", json!({ "name": "HOURS", "body": "x" })).await;
        assert_eq!((taken.problem(409), taken.bad_field().0), ("name_taken", "name"));
        let _ = bolt.post("/snippets", json!({ "name": "Hours", "body": "Ours" })).await.is(201);
        let changed = acme.patch(&format!("/snippets/{id}"), json!({ "name": "hours", "body": "We open at nine." })).await;
        assert_eq!((&changed.is(200)["name"], &changed.body["body"]), (&json!("hours"), &json!("We open at nine.")));
        let all = acme.get("/snippets").await.is(200)["data"].clone();
        assert_eq!((all.as_array().unwrap().len(), &all[0]["id"]), (1, &json!(id)));
        let _ = acme.delete(&format!("/snippets/{id}")).await.is(204);
        let _ = acme.get(&format!("/snippets/{id}")).await.is(404);
    }
}
