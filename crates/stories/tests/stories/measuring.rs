//! What a text will cost is what it did cost.

use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";

/// Measures, sends, and compares: the body that arrives, its encoding, and how many parts the carrier counted.
async fn agrees(town: &Town, desk: &Desk, conversation: &str, body: &str) -> Value {
    let measured = desk.post("/text/measure", json!({ "body": body })).await;
    let measured = measured.is(200).clone();
    let said = desk.post(&format!("/conversations/{conversation}/messages"), json!({ "body": body })).await;
    let message = text(&said.is(202)["message"]["id"]);
    assert_eq!(said.body["message"]["segments"], measured["segments"], "as it is queued: {body}");
    town.settle().await;
    let sent = desk.get(&format!("/messages/{message}")).await;
    let sent = sent.is(200);
    assert_eq!(sent["status"], "delivered", "{body}");
    for field in ["body", "encoding", "segments"] {
        assert_eq!(sent[field], measured[field], "{field} of {body}");
    }
    assert_eq!(sent["parts"], measured["segments"], "as the carrier counts {body}");
    assert_eq!(town.heard(ANN).last().unwrap(), measured["body"].as_str().unwrap());
    measured
}

store::on_both_engines! {
    async fn a_text_costs_what_was_foretold(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.starts(ANN, "Hi").await;
        town.settle().await;
        let (full, ring) = ("a".repeat(160), "€".repeat(80));
        for (body, encoding, segments, units_left) in [
            ("Hello", "gsm7", 1, 155),
            (&full, "gsm7", 1, 0),
            (&format!("{full}a"), "gsm7", 2, 145),
            // Characters of the extension count twice, and the pair is not cut in two.
            (&ring, "gsm7", 1, 0),
            (&format!("{ring}[]"), "gsm7", 2, 141),
            ("Grüße, Ærø, Ω", "gsm7", 1, 147),
            // One character outside makes the whole text dear.
            ("Добрый день", "ucs2", 1, 59),
            (&"Ж".repeat(70), "ucs2", 1, 0),
            (&"Ж".repeat(71), "ucs2", 2, 63),
            // A pictograph is two units, and is not cut in two.
            (&format!("{}🎂{}", "Ж".repeat(66), "Ж".repeat(3)), "ucs2", 2, 62),
            (&format!("{}🎂", "ж".repeat(68)), "ucs2", 1, 0),
        ] {
            let measured = agrees(&town, &acme, &id, body).await;
            let found = (measured["encoding"].as_str(), measured["segments"].as_u64(), measured["units_left"].as_u64());
            assert_eq!(found, (Some(encoding), Some(segments), Some(units_left)), "{body}");
        }
    }

    async fn typographic_characters_become_plain_ones_and_are_named(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.starts(ANN, "Hi").await;
        town.settle().await;
        let body = "“It’s ready” – come by…";
        let smart = agrees(&town, &acme, &id, body).await;
        assert_eq!((&smart["encoding"], &smart["body"]), (&json!("gsm7"), &json!("\"It's ready\" - come by...")));
        assert!(smart["replaced"].as_array().unwrap().contains(&json!({ "from": "’", "to": "'", "count": 1 })));
        assert_eq!(smart["not_gsm"], json!([]));
        let plain = acme.post("/text/measure", json!({ "body": body, "smart": false })).await;
        assert_eq!((&plain.is(200)["encoding"], &plain.body["body"]), (&json!("ucs2"), &json!(body)));
        assert_eq!(plain.body["not_gsm"][0], json!({ "char": "“", "index": 0 }));
        assert_eq!(plain.body["replaced"], json!([]));
    }

    async fn a_text_that_plain_characters_make_no_cheaper_keeps_its_own(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = acme.starts(ANN, "Hi").await;
        town.settle().await;
        for (body, segments) in [
            ("“好。”".to_owned(), 1),
            // An ellipsis would become three full stops.
            (format!("好{}", "…".repeat(69)), 1),
            (format!("好{}", "…".repeat(70)), 2),
        ] {
            let measured = agrees(&town, &acme, &id, &body).await;
            assert_eq!((&measured["body"], &measured["segments"]), (&json!(body), &json!(segments)));
            assert_eq!(measured["replaced"], json!([]));
        }
        // One mark less is one segment less: then it pays.
        let body = format!("{}\u{200B}", "好".repeat(70));
        let measured = agrees(&town, &acme, &id, &body).await;
        assert_eq!((&measured["body"], &measured["segments"]), (&json!("好".repeat(70)), &json!(1)));
    }
}
