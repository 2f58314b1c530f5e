//! What came of a campaign: counted with the mend, as a file, and for every single person.

use jiff::SignedDuration;
use serde_json::{Value, json};
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const BEN: &str = "+12125550124";
const CAM: &str = "+12125550125";
const DEE: &str = "+12125550126";

async fn contact(desk: &Desk, phone: &str, name: &str) {
    let _ = desk.post("/contacts", json!({ "phone": phone, "name": name, "tags": ["guests"] })).await.is(201);
}

/// A campaign to all guests that has begun.
async fn launched(town: &Town, desk: &Desk, body: &str) -> String {
    let campaign =
        json!({ "name": "June", "body": body, "numbers": [desk.number_id], "audience": { "tags": ["guests"] } });
    let id = text(&desk.post("/campaigns", campaign).await.is(201)["id"]);
    let _ = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
    town.passes(SignedDuration::from_mins(3)).await;
    id
}

/// Ann gets it, Ben is on a landline, Cam has no name, Dee's carrier refuses.
async fn four(town: &Town, desk: &Desk) -> String {
    for (phone, name) in [(ANN, "Ann"), (BEN, "Ben"), (CAM, ""), (DEE, "Dee")] {
        contact(desk, phone, name).await;
    }
    let faults = json!({ "outcomes": [
        { "to": BEN, "outcome": "rejected", "code": "40001", "status": 400 },
        { "to": DEE, "outcome": "delivery_failed", "code": "40008" },
    ] });
    town.faults(serde_json::from_value(faults).unwrap());
    launched(town, desk, "Hi {first_name}, the terrace is open!").await
}

async fn phones(desk: &Desk, id: &str, which: &str) -> Vec<String> {
    let found = desk.get(&format!("/campaigns/{id}/recipients?{which}")).await;
    let mut phones: Vec<_> = found.is(200)["data"].as_array().unwrap().iter().map(|one| text(&one["phone"])).collect();
    phones.sort();
    phones
}

async fn why(desk: &Desk, id: &str, phone: &str) -> Value {
    let phone = phone.trim_start_matches('+');
    let found = desk.get(&format!("/campaigns/{id}/recipients?phone=%2B{phone}")).await;
    let recipient = text(&found.is(200)["data"][0]["id"]);
    desk.get(&format!("/campaigns/{id}/recipients/{recipient}")).await.is(200).clone()
}

fn table(answer: &Answer) -> String {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.raw.header("content-type"), Some("text/csv; charset=utf-8"));
    String::from_utf8(answer.raw.body.to_vec()).unwrap().trim_start_matches('\u{FEFF}').to_owned()
}

store::on_both_engines! {
    async fn failures_are_told_by_code_with_the_mend(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = four(&town, &acme).await;
        town.texts(ANN, &acme, "Lovely").await;
        town.texts(ANN, &acme, "STOP").await;
        let outcomes = acme.get(&format!("/campaigns/{id}/outcomes")).await.is(200).clone();
        let counts = &outcomes["counts"];
        assert_eq!((&counts["delivered"], &counts["failed"], &counts["skipped"]), (&json!(1), &json!(2), &json!(1)));
        assert_eq!((&outcomes["total"], &outcomes["replied"], &outcomes["opted_out"]), (&json!(4), &json!(1), &json!(1)));
        let reasons: Vec<_> = outcomes["reasons"].as_array().unwrap().iter().map(|why| (text(&why["standing"]), text(&why["code"]))).collect();
        for (standing, code) in [("failed", "40001"), ("failed", "40008"), ("skipped", "lacks_field")] {
            assert!(reasons.contains(&(standing.into(), code.into())), "{reasons:?}");
        }
        let landline = outcomes["reasons"].as_array().unwrap().iter().find(|why| why["code"] == "40001").unwrap();
        assert_eq!(landline["mend"], "Ask the recipient for a mobile number.");
        let numbers = outcomes["numbers"].as_array().unwrap();
        assert_eq!((numbers.len(), &numbers[0]["e164"], &numbers[0]["total"]), (1, &json!(acme.number), &json!(4)));
        assert_eq!((&outcomes["countries"][0]["country"], &outcomes["countries"][0]["total"]), (&json!("US"), &json!(4)));
        let carried = outcomes["carriers"].as_array().unwrap().iter().find(|by| by["carrier"].is_string()).unwrap();
        assert_eq!((&carried["carrier"], &carried["total"]), (&json!("Verizon Wireless"), &json!(2)));
        assert_eq!(outcomes["costs"][0]["currency"], "USD");
        let sum = |what: &str| -> u64 { outcomes["funnel"]["steps"].as_array().unwrap().iter().map(|step| step[what].as_u64().unwrap()).sum() };
        // Of a text that failed, the receipt that it was taken may come too late to say anything.
        assert!((1..=2).contains(&sum("sent")));
        assert_eq!((sum("delivered"), sum("replied"), sum("opted_out"), sum("clicked")), (1, 1, 1, 0));
        let daily = acme.get(&format!("/campaigns/{id}/outcomes?every=day")).await.is(200).clone();
        assert_eq!((&daily["funnel"]["every_seconds"], daily["funnel"]["steps"].as_array().unwrap().len()), (&json!(86_400), 1));
        assert_eq!(acme.get(&format!("/campaigns/{id}/outcomes?every=week")).await.bad_field(), ("every", "not_a_stretch"));
        let other = town.desk("Bolt").await;
        let _ = other.get(&format!("/campaigns/{id}/outcomes")).await.is(404);
        town.passes(SignedDuration::from_hours(5)).await;
        assert_eq!(acme.get(&format!("/campaigns/{id}/outcomes?every=minute")).await.bad_field(), ("every", "too_many"));
    }

    async fn recipients_are_found_by_what_became_of_them(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = four(&town, &acme).await;
        town.texts(ANN, &acme, "Lovely").await;
        for (which, expected) in [
            ("standing=failed", &[BEN, DEE][..]),
            ("code=40001", &[BEN]),
            ("replied=true", &[ANN]),
            ("replied=false&standing=skipped", &[CAM]),
            ("clicked=true", &[]),
            ("phone=%2B1%20212%20555%200126", &[DEE]),
        ] {
            assert_eq!(phones(&acme, &id, which).await, expected, "{which}");
        }
        for (which, field) in [("standing=x", "standing"), ("phone=12", "phone"), ("code=", "code")] {
            let refused = acme.get(&format!("/campaigns/{id}/recipients?{which}")).await;
            assert_eq!(refused.is(422)["errors"][0]["field"], field);
        }
    }

    async fn why_they_got_it_or_not_is_one_answer(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = four(&town, &acme).await;
        let ann = why(&acme, &id, ANN).await;
        assert_eq!(ann["answer"], "They got it: the carrier says that it arrived.");
        let steps: Vec<_> = ann["history"].as_array().unwrap().iter().map(|step| text(&step["kind"])).collect();
        assert_eq!(steps, ["launched", "handed_over", "sent", "delivered"]);
        assert_eq!((&ann["attempts"], &ann["gate"], &ann["had"][0]["name"]), (&json!(1), &Value::Null, &json!("June")));
        assert_eq!((&ann["whereabouts"]["told_by"], &ann["whereabouts"]["places"]), (&json!("number"), &json!(["New York"])));
        let ben = text(&why(&acme, &id, BEN).await["answer"]);
        assert_eq!(ben, "They did not get it: it was tried, and failed. This number cannot receive texts: it is a landline or \
                         not reachable. Ask the recipient for a mobile number.");
        let cam = text(&why(&acme, &id, CAM).await["answer"]);
        assert!(cam.starts_with("They did not get it, and nothing was sent. Nothing is known of them as first_name."), "{cam}");

        let quiet = json!({ "settings": { "quiet_hours": { "from": "00:00", "until": "20:00" } } });
        let _ = acme.patch("/tenant", quiet).await.is(200);
        let later = launched(&town, &acme, "Good night {first_name|there}").await;
        let waits = why(&acme, &later, ANN).await;
        assert_eq!((&waits["gate"]["verdict"], &waits["gate"]["code"]), (&json!("defer"), &json!("quiet_hours")));
        assert!(text(&waits["answer"]).starts_with("They have not got it yet: it is not the time for it. It is "), "{waits}");
        assert_eq!(text(&waits["gate"]["until"]), text(&waits["recipient"]["not_before"]));
        town.texts(ANN, &acme, "STOP").await;
        let left = why(&acme, &later, ANN).await;
        assert_eq!((&left["recipient"]["standing"], &left["consents"][0]["state"]), (&json!("skipped"), &json!("opted_out")));
        assert!(left["opted_out_at"].is_string());
        let _ = acme.get(&format!("/campaigns/{id}/recipients/{}", text(&left["recipient"]["id"]))).await.is(404);
    }

    async fn the_proof_is_a_file_and_nothing_in_it_runs(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let hostile = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1"];
        for (n, name) in hostile.iter().enumerate() {
            contact(&acme, &format!("+1212555014{n}"), name).await;
        }
        contact(&acme, ANN, "Berg, \"Ann\"").await;
        let faults = json!({ "outcomes": [{ "to": ANN, "outcome": "rejected", "code": "40001", "status": 400 }] });
        town.faults(serde_json::from_value(faults).unwrap());
        let id = launched(&town, &acme, "{name}").await;
        let whole = table(&acme.get(&format!("/campaigns/{id}/recipients.csv")).await);
        let head = whole.lines().next().unwrap();
        assert!(head.starts_with("phone,name,company,standing,reason_code,reason,mend,text,segments,variant,number,"), "{head}");
        assert_eq!(whole.lines().count(), 7);
        for (n, name) in hostile.iter().enumerate() {
            let row = whole.lines().find(|row| row.contains(&format!("+1212555014{n}"))).unwrap();
            let name = name.trim();
            assert!(row.contains(&format!("'{name}")), "{row}");
            assert!(!row.contains(&format!(",{name}")) && !row.contains(&format!("\"{name}")), "{row}");
            assert!(row.contains(",delivered,") && row.contains(",USD,"), "{row}");
        }
        let failed = table(&acme.get(&format!("/campaigns/{id}/recipients.csv?standing=failed")).await);
        let rows: Vec<_> = failed.lines().skip(1).collect();
        assert_eq!(rows.len(), 1);
        assert!(rows[0].starts_with("+12125550123,\"Berg, \"\"Ann\"\"\",,failed,40001,This number cannot"), "{}", rows[0]);
        let _ = acme.get(&format!("/campaigns/{id}/recipients.csv?standing=x")).await.is(422);
        let other = town.desk("Bolt").await;
        let _ = other.get(&format!("/campaigns/{id}/recipients.csv")).await.is(404);
    }
}
