//! What a front desk's owner wants to know over some days, told by what happened on them.

use jiff::{SignedDuration, Timestamp};
use providers::http::Method;
use sandbox::Faults;
use serde_json::{Value, json};
use store::{TenantTx, args};
use stories::town::{Desk, MORNING, Town, text};

const ANN: &str = "+14155550123";
const BEN: &str = "+14155550124";

/// The report, once all that happened is in it.
async fn report(town: &Town, desk: &Desk, path: &str) -> Value {
    for _ in 0..400 {
        let found = desk.get(&format!("/reports/{path}")).await.is(200).clone();
        if found["period"]["is_behind"] == false {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        town.settle().await;
    }
    panic!("reports stay behind");
}

async fn csv(town: &Town, desk: &Desk, path: &str) -> String {
    let headers = vec![("authorization", format!("Bearer {}", desk.key))];
    let sent = town.client.send(Method::GET, &format!("/api/v1/reports/{path}"), headers, bytes::Bytes::new()).await;
    assert_eq!(sent.status, 200, "{path}");
    assert_eq!(sent.raw.header("content-type"), Some("text/csv; charset=utf-8"));
    String::from_utf8(sent.raw.body.to_vec()).unwrap()
}

async fn zone(desk: &Desk, zone: &str) {
    let hours = json!([{ "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "until": "17:00" }]);
    let set = json!({ "settings": { "time_zone": zone, "office_hours": hours, "undo_seconds": 0 } });
    let _ = desk.patch("/tenant", set).await.is(200);
}

fn step<'v>(report: &'v Value, at: &str) -> &'v Value {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().find(|step| step["at"] == at).unwrap_or_else(|| panic!("no step {at} in {steps:?}"))
}

store::on_both_engines! {
    /// Asked at nine in the morning, answered after seven minutes, closed after ten.
    async fn who_is_answered_after_seven_minutes_has_waited_seven(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        zone(&acme, "America/New_York").await;
        assert_eq!(MORNING, "2026-03-02T14:00:00Z", "nine in New York, on a Monday");
        town.texts(ANN, &acme, "Is my bike ready?").await;
        town.passes(SignedDuration::from_mins(7)).await;
        let id = text(&acme.conversation().await["id"]);
        let _ = acme.post(&format!("/conversations/{id}/messages"), json!({ "body": "It is." })).await.is(202);
        town.passes(SignedDuration::from_mins(3)).await;
        let _ = acme.patch(&format!("/conversations/{id}"), json!({ "status": "closed" })).await.is(200);

        let responses = report(&town, &acme, "responses?period=today").await;
        for (what, minutes) in [("first_response", 7), ("resolution", 10)] {
            let total = &responses[what]["total"];
            assert_eq!(total["count"], 1, "{what}");
            for clock in ["clock", "office_hours"] {
                let seconds = total[clock]["median"]["seconds"].as_i64().unwrap();
                assert_eq!(seconds / 60, minutes, "{what} by {clock}: {seconds}");
            }
            assert_eq!(responses[what]["by"][0]["kind"], "program", "a key wrote it");
        }
        let volume = report(&town, &acme, "volume?period=today").await;
        assert_eq!(volume["total"], json!({ "texts_in": 1, "texts_out": 1, "opened": 1, "closed": 1, "opt_outs": 0 }));
        assert_eq!(volume["every"], "hour");
        assert_eq!(step(&volume, "2026-03-02T09:00")["now"]["texts_in"], 1);
        assert_eq!(volume["numbers"][0]["number_id"], acme.number_id);

        // It is closed at five, and nobody is there before Tuesday at eight.
        town.passes(SignedDuration::from_hours(7) + SignedDuration::from_mins(45)).await;
        town.texts(BEN, &acme, "And mine?").await;
        town.passes(SignedDuration::from_hours(15) + SignedDuration::from_mins(10)).await;
        let open = acme.get("/conversations").await;
        let id = text(&open.is(200)["data"][0]["id"]);
        let _ = acme.post(&format!("/conversations/{id}/messages"), json!({ "body": "Yes." })).await.is(202);
        town.settle().await;
        let responses = report(&town, &acme, "responses?period=today").await;
        let total = &responses["first_response"]["total"];
        assert_eq!(total["count"], 1, "it counts on the day of the answer: {responses}");
        assert_eq!(total["clock"]["median"]["seconds"].as_i64().unwrap() / 3_600, 15);
        let in_hours = total["office_hours"]["median"]["seconds"].as_i64().unwrap();
        assert!((10 * 60..=11 * 60).contains(&in_hours), "five before it closes, and five after it opens: {in_hours}");
        assert_eq!(responses["first_response"]["before"]["count"], 1);
        let table = csv(&town, &acme, "responses.csv?period=today").await;
        assert!(table.starts_with("\u{FEFF}waited_for,by,name,count,"), "{table}");
        assert!(table.contains("\r\nfirst_response,all,,1,"), "{table}");
    }

    /// A text goes out a minute before midnight, and its receipt comes after it.
    async fn a_receipt_after_midnight_counts_on_the_day_of_its_text(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        zone(&acme, "America/New_York").await;
        let midnight = MORNING.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(15);
        town.passes(midnight.duration_since(town.clock.now()) - SignedDuration::from_secs(2)).await;
        let slow = json!({ "webhooks": { "delay": { "min_ms": 4_000, "max_ms": 4_000 } } });
        town.faults(serde_json::from_value::<Faults>(slow).unwrap());
        let id = acme.starts(ANN, "Good night").await;
        town.passes(SignedDuration::from_mins(2)).await;
        let message = acme.get(&format!("/conversations/{id}/messages")).await.is(200)["data"][0].clone();
        let time = |field: &str| text(&message[field]).parse::<Timestamp>().unwrap();
        assert!(time("sent_at") < midnight && time("delivered_at") > midnight, "{message}");
        let after = report(&town, &acme, "deliverability?from=2026-03-02&until=2026-03-02").await;
        assert_eq!((&after["total"]["on_its_way"], &after["total"]["delivered"]), (&json!(0), &json!(1)), "{after}");
        assert_eq!(after["by"][0]["country"], "US");
        let today = report(&town, &acme, "deliverability?period=today").await;
        assert_eq!(today["period"]["from"], "2026-03-03");
        assert_eq!((&today["total"]["delivered"], &today["before"]["delivered"]), (&json!(0), &json!(1)));
        let cost = report(&town, &acme, "cost?period=7d").await;
        let costs = cost["costs"].as_array().unwrap();
        assert_eq!(costs.len(), 1, "{cost}");
        assert_eq!((&costs[0]["what"], &costs[0]["purpose"]), (&json!("texts"), &json!("conversation")));
        assert!(costs[0]["now"]["billed_micros"].as_i64().unwrap() > 0, "{cost}");
    }

    /// What failed says why and what to do; who left is counted; a tenant sees nothing of another.
    async fn why_texts_do_not_arrive(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let bolt = town.desk("Bolt").await;
        let fails = json!({ "outcomes": [{ "to": ANN, "outcome": "delivery_failed", "code": "40001" }] });
        town.faults(serde_json::from_value::<Faults>(fails).unwrap());
        let _ = acme.starts(ANN, "Hello").await;
        let _ = acme.starts(BEN, "Hello").await;
        town.passes(SignedDuration::from_mins(5)).await;
        town.texts(BEN, &acme, "STOP").await;
        town.settle().await;
        let found = report(&town, &acme, "deliverability").await;
        assert_eq!((&found["total"]["failed"], &found["total"]["delivered"]), (&json!(1), &json!(1)), "{found}");
        assert_eq!((&found["reasons"][0]["code"], &found["reasons"][0]["count"]), (&json!("40001"), &json!(1)), "{found}");
        for why in found["reasons"].as_array().unwrap() {
            assert_ne!(why["explanation"], "", "{why}");
            assert_ne!(why["mend"], "", "{why}");
        }
        let volume = report(&town, &acme, "volume").await;
        assert_eq!(volume["total"]["opt_outs"], 1);
        let others = report(&town, &bolt, "volume").await;
        assert_eq!(others["total"], json!({ "texts_in": 0, "texts_out": 0, "opened": 0, "closed": 0, "opt_outs": 0 }));
        assert_eq!(others["numbers"], json!([]));
    }

    /// What an assistant did, and what people made of what it suggested.
    async fn what_assistants_did_is_counted(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let assistant = acme.assistant("draft", "We are open from 7 am to 6 pm.").await;
        town.texts(ANN, &acme, "opening hours?").await;
        town.passes(SignedDuration::from_secs(30)).await;
        let found = report(&town, &acme, "assistants").await;
        let mine = &found["assistants"][0];
        assert_eq!((&mine["assistant_id"], &mine["now"]["suggested"]), (&json!(assistant), &json!(1)), "{found}");
        assert_eq!(mine["now"]["drafts"]["open"], 1);
        let id = text(&acme.conversation().await["id"]);
        let draft = text(&acme.get(&format!("/conversations/{id}/drafts")).await.is(200)["data"][0]["id"]);
        let _ = acme.post(&format!("/drafts/{draft}/reject"), json!({})).await.is(200);
        let found = report(&town, &acme, "assistants").await;
        let drafts = &found["assistants"][0]["now"]["drafts"];
        assert_eq!((&drafts["open"], &drafts["rejected"]), (&json!(0), &json!(1)), "{found}");
        assert!(csv(&town, &acme, "assistants.csv").await.lines().count() > 1);
    }

    /// A row that cannot be read stops the reports of whose it is, and of nobody who is counted after them.
    async fn one_desk_s_trouble_is_its_own(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (one, other) = (town.desk("Acme").await, town.desk("Bolt").await);
        let (broken, whole) = if one.tenant < other.tenant { (one, other) } else { (other, one) };
        let _ = broken.starts(ANN, "Hello").await;
        town.passes(SignedDuration::from_mins(5)).await;
        let tear = async |tx: &mut TenantTx<'_>| {
            tx.exec("UPDATE message SET status = 'torn' WHERE tenant_id = $1", args![]).await
        };
        town.engine.store().write(broken.tenant, tear).await.unwrap();
        let _ = broken.starts(BEN, "Hello").await;
        let _ = whole.starts(BEN, "Hello").await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(report(&town, &whole, "volume").await["total"]["texts_out"], 1);
        assert_eq!(broken.get("/reports/volume").await.is(200)["period"]["is_behind"], true);
    }

    async fn days_are_read_strictly(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        for (query, field, code) in [
            ("period=8d", "period", "not_a_period"),
            ("from=2026-13-01", "from", "not_a_date"),
            ("from=2026-03-02&until=2026-03-01", "until", "before_the_first"),
            ("from=2020-03-02", "from", "too_long"),
            ("until=2026-03-02", "from", "missing"),
            ("period=7d&from=2026-03-01", "period", "both"),
        ] {
            let refused = acme.get(&format!("/reports/volume?{query}")).await;
            assert_eq!(refused.bad_field(), (field, code), "{query}");
        }
        let stranger = acme.key_for(&["conversations:read"]).await;
        assert_eq!(stranger.get("/reports/volume").await.problem(403), "forbidden");
    }
}
