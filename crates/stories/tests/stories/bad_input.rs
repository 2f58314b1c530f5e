//! What is wrong is named, with the mend, and nothing is lost.

use bytes::Bytes;
use providers::http::Method;
use serde_json::json;
use stories::http::{Answer, Client};
use stories::town::{Town, text};

const ANN: &str = "+14155550123";

/// A problem names one field, and says of it what the mend is.
fn names(refused: &Answer, field: &str, code: &str, mend: &str) {
    assert_eq!(refused.bad_field(), (field, code), "{}", refused.asked);
    let message = text(&refused.body["errors"][0]["message"]);
    assert!(message.contains(mend), "{}: {field}: {message}", refused.asked);
    assert!(text(&refused.body["detail"]).contains(&message), "{}", refused.body);
}

store::on_both_engines! {
    async fn each_wrong_thing_has_its_name(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let conversation = acme.starts(ANN, "Hi").await;
        town.settle().await;

        let raw = async |body: &'static str| {
            let headers = vec![
                ("authorization", format!("Bearer {}", acme.key)),
                ("content-type", "application/json".to_owned()),
            ];
            town.client.send(Method::POST, "/api/v1/conversations", headers, Bytes::from_static(body.as_bytes())).await
        };
        let broken = raw("{\"to\": ").await;
        assert_eq!(broken.problem(400), "malformed_json");
        names(&broken, "body", "malformed_json", "Mend it there");
        let wrong = raw("{\"to\": 5}").await;
        assert_eq!((wrong.problem(422), wrong.bad_field().0), ("invalid", "to"));

        for (body, field, code, mend) in [
            (json!({ "to": "+1 415 555", "body": "x" }), "to", "too_short", "write it in full"),
            (json!({ "to": "hello", "body": "x" }), "to", "not_a_number", "write digits"),
            (json!({ "to": "+999 123 456 789", "body": "x" }), "to", "unknown_country_code", "check the digits after the +"),
            (json!({ "to": ANN, "body": " " }), "body", "empty", "Write something"),
            (json!({ "to": ANN, "body": "a".repeat(2_000) }), "body", "too_long", "Make it shorter"),
            (
                json!({ "to": ANN, "body": "x", "scheduled_at": "2020-01-01T00:00:00Z" }),
                "scheduled_at", "in_the_past", "Choose a later one",
            ),
            (json!({ "to": acme.number, "body": "x" }), "to", "own_number", "Choose someone else"),
        ] {
            let refused = acme.post("/conversations", body.clone()).await;
            assert_eq!(refused.problem(422), "invalid", "{body}");
            names(&refused, field, code, mend);
        }
        let others = acme.post("/conversations", json!({ "to": ANN, "from": bolt.number, "body": "x" })).await;
        assert_eq!((others.problem(422), others.bad_field().0), ("invalid", "from"));
        let nowhere = acme.post("/conversations/cnv_00000000000000000000000000000000/messages", json!({ "body": "x" })).await;
        assert_eq!(nowhere.problem(404), "not_found");
        let mistyped = acme.get("/conversations/msg_00000000000000000000000000000000").await;
        assert_eq!(mistyped.problem(404), "not_found");
        for (query, status, problem, field, code, mend) in [
            ("cursor=nonsense", 400, "bad_cursor", "cursor", "bad_cursor", "start without one"),
            ("limit=1000", 422, "invalid", "limit", "out_of_range", "Ask for 1 to 100"),
            ("limit=0", 422, "invalid", "limit", "out_of_range", "Ask for 1 to 100"),
            ("limit=many", 422, "invalid", "limit", "wrong_type", "Write a whole number"),
            ("status=sideways", 422, "invalid", "status", "not_allowed", "one of: open"),
        ] {
            let refused = acme.get(&format!("/conversations?{query}")).await;
            assert_eq!(refused.problem(status), problem, "{query}");
            names(&refused, field, code, mend);
        }
        // One key, two requests.
        let key = [("idempotency-key", "one key")];
        let note = format!("/conversations/{conversation}/notes");
        let _ = acme.call(Method::POST, &note, Some(json!({ "body": "a" })), &key).await.is(201);
        let other = acme.call(Method::POST, &note, Some(json!({ "body": "b" })), &key).await;
        assert_eq!(other.problem(422), "idempotency_key_reused");
        names(&other, "Idempotency-Key", "idempotency_key_reused", "Use a new key");
        let no_key = acme.call(Method::POST, &note, Some(json!({ "body": "b" })), &[("idempotency-key", " ")]).await;
        assert_eq!(no_key.problem(422), "invalid");
        names(&no_key, "Idempotency-Key", "not_a_key", "1 to 255 printable");
        let headers = vec![("authorization", format!("Bearer {}", acme.key)), ("content-type", "text/plain".to_owned())];
        let plain = Bytes::from_static(b"{}");
        let plain = town.client.send(Method::POST, "/api/v1/conversations", headers, plain).await;
        assert_eq!(plain.problem(415), "unsupported_media_type");
        names(&plain, "Content-Type", "unsupported_media_type", "application/json");
        // On a line of its own: whoever sends too much is hung up on.
        let headers = vec![
            ("authorization", format!("Bearer {}", acme.key)),
            ("content-type", "application/json".to_owned()),
        ];
        let huge = Bytes::from(json!({ "body": "a".repeat(2_000_000) }).to_string());
        let path = format!("/api/v1/conversations/{conversation}/notes");
        let huge = Client::new(town.client.base()).send(Method::POST, &path, headers, huge).await;
        assert_eq!(huge.problem(413), "body_too_large");
        names(&huge, "body", "body_too_large", "at most 1024 KB");
        let unknown = acme.get("/nothing-like-this").await;
        assert_eq!(unknown.problem(404), "not_found");
        town.settle().await;
        assert_eq!(town.heard(ANN), ["Hi"], "nothing was half done");
    }

    async fn webhooks_that_are_not_the_carriers_are_refused_and_those_for_nobody_are_kept(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let hook = format!("/hooks/telnyx/{}", acme.account);
        let unsigned = town.client.send(Method::POST, &hook, Vec::new(), Bytes::from_static(b"{}")).await;
        assert_eq!(unsigned.status, 401);
        let nowhere = "/hooks/telnyx/acc_00000000000000000000000000000000";
        assert_eq!(town.client.send(Method::POST, nowhere, Vec::new(), Bytes::from_static(b"{}")).await.status, 404);
        let big = Bytes::from(vec![b'a'; 600_000]);
        let other = Client::new(town.client.base());
        assert_eq!(other.send(Method::POST, &hook, Vec::new(), big).await.status, 413);
        // A number that the account has and nobody here: the text is kept, and answered 200.
        let gone = acme.delete(&format!("/numbers/{}", acme.number_id)).await;
        assert_eq!(gone.status, 204);
        town.texts(ANN, &acme, "Anybody?").await;
        let kept = town
            .engine
            .store()
            .system_read(async |tx| {
                tx.one("SELECT COUNT(*) FROM unclaimed WHERE reason = 'no_such_number'", store::args![]).await?.get::<i64>(0)
            })
            .await
            .unwrap();
        assert_eq!(kept, 1);
        assert_eq!(text(&acme.get("/tenant").await.is(200)["name"]), "Acme");
    }
}
