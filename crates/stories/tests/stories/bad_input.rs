//! What is wrong is named, with the mend, and nothing is lost.

use bytes::Bytes;
use providers::http::Method;
use serde_json::json;
use stories::http::Client;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";

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
        assert_eq!(raw("{\"to\": ").await.problem(400), "malformed_json");
        let wrong = raw("{\"to\": 5}").await;
        assert_eq!((wrong.problem(422), wrong.bad_field().0), ("invalid", "to"));

        for (body, field, code) in [
            (json!({ "to": "+1 415 555", "body": "x" }), "to", "too_short"),
            (json!({ "to": "hello", "body": "x" }), "to", "not_a_number"),
            (json!({ "to": "+999 123 456 789", "body": "x" }), "to", "unknown_country_code"),
            (json!({ "to": ANN, "body": " " }), "body", "empty"),
            (json!({ "to": ANN, "body": "a".repeat(2_000) }), "body", "too_long"),
            (json!({ "to": ANN, "body": "x", "scheduled_at": "2020-01-01T00:00:00Z" }), "scheduled_at", "in_the_past"),
            (json!({ "to": acme.number, "body": "x" }), "to", "own_number"),
        ] {
            let refused = acme.post("/conversations", body.clone()).await;
            assert_eq!(refused.problem(422), "invalid", "{body}");
            assert_eq!(refused.bad_field(), (field, code), "{body}");
            assert!(refused.body["errors"][0]["message"].as_str().is_some_and(|message| message.len() > 10));
        }
        let others = acme.post("/conversations", json!({ "to": ANN, "from": bolt.number, "body": "x" })).await;
        assert_eq!((others.problem(422), others.bad_field().0), ("invalid", "from"));
        let nowhere = acme.post("/conversations/cnv_00000000000000000000000000000000/messages", json!({ "body": "x" })).await;
        assert_eq!(nowhere.problem(404), "not_found");
        let mistyped = acme.get("/conversations/msg_00000000000000000000000000000000").await;
        assert_eq!(mistyped.problem(404), "not_found");
        assert_eq!(acme.get("/conversations?cursor=nonsense").await.problem(400), "bad_cursor");
        assert_eq!(acme.get("/conversations?status=sideways").await.problem(422), "invalid");
        assert_eq!(acme.get("/conversations?limit=1000").await.problem(422), "invalid");
        // On a line of its own: whoever sends too much is hung up on.
        let headers = vec![
            ("authorization", format!("Bearer {}", acme.key)),
            ("content-type", "application/json".to_owned()),
        ];
        let huge = Bytes::from(json!({ "body": "a".repeat(2_000_000) }).to_string());
        let path = format!("/api/v1/conversations/{conversation}/notes");
        let huge = Client::new(town.client.base()).send(Method::POST, &path, headers, huge).await;
        assert_eq!(huge.problem(413), "body_too_large");
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
