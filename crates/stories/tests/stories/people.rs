//! Who comes in, and what they may do there.

use bytes::Bytes;
use providers::http::Method;
use serde_json::json;
use stories::town::{Town, text};

store::on_both_engines! {
    async fn signing_in_tells_strangers_nothing(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let password = acme.member("mia@example.com", "agent").await;
        let mut mia = town.browser();
        let signed = mia.call(Method::POST, "/session", Some(json!({ "email": "MIA@example.com", "password": password }))).await;
        assert_eq!(signed.is(200)["role"], "agent");
        assert_eq!(mia.call(Method::GET, "/session", None).await.is(200)["tenant"]["name"], "Acme");
        let wrong = town.browser()
            .call(Method::POST, "/session", Some(json!({ "email": "mia@example.com", "password": "wrong" })))
            .await;
        let nobody = town.browser()
            .call(Method::POST, "/session", Some(json!({ "email": "nobody@example.com", "password": "wrong" })))
            .await;
        assert_eq!(wrong.problem(401), "wrong_credentials");
        assert_eq!(wrong.body["detail"], nobody.body["detail"]);
        assert_eq!(nobody.problem(401), "wrong_credentials");
        let out = mia.call(Method::DELETE, "/session", None).await;
        assert_eq!(out.status, 204);
        let mut again = town.browser();
        again.cookie.clone_from(&mia.cookie);
        assert_eq!(again.call(Method::GET, "/session", None).await.status, 401);
    }

    async fn guessing_is_slowed_down(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let _ = acme.member("mia@example.com", "agent").await;
        let mut statuses = Vec::new();
        for _ in 0..8 {
            let guess = json!({ "email": "mia@example.com", "password": "guess" });
            statuses.push(town.browser().call(Method::POST, "/session", Some(guess)).await.status);
        }
        assert!(statuses[0] == 401 && statuses[7] == 429, "{statuses:?}");
    }

    async fn roles_bind_in_one_place(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let password = acme.member("mia@example.com", "agent").await;
        let mut mia = town.browser();
        let _ = mia.call(Method::POST, "/session", Some(json!({ "email": "mia@example.com", "password": password }))).await.is(200);
        assert_eq!(mia.call(Method::GET, "/conversations", None).await.status, 200);
        for (method, path, body) in [
            (Method::POST, "/members", json!({ "email": "x@example.com", "name": "X", "role": "owner" })),
            (Method::POST, "/api-keys", json!({ "name": "x", "scopes": ["*"] })),
            (Method::PATCH, "/tenant", json!({ "name": "Mine" })),
            (Method::POST, "/webhooks", json!({ "url": "https://example.com", "events": ["*"] })),
        ] {
            assert_eq!(mia.call(method, path, Some(body)).await.problem(403), "forbidden", "{path}");
        }
    }

    async fn another_site_cannot_speak_for_someone_signed_in(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let password = acme.member("mia@example.com", "agent").await;
        let mut mia = town.browser();
        let _ = mia.call(Method::POST, "/session", Some(json!({ "email": "mia@example.com", "password": password }))).await.is(200);
        let headers = vec![
            ("cookie", mia.cookie.clone()),
            ("sec-fetch-site", "cross-site".into()),
            ("origin", "https://evil.example".into()),
            ("content-type", "application/json".into()),
        ];
        let body = Bytes::from(json!({ "to": "+14155550123", "body": "Hi" }).to_string());
        let forged = town.client.send(Method::POST, "/api/v1/conversations", headers, body).await;
        assert_eq!(forged.status, 403);
        town.settle().await;
        assert!(town.heard("+14155550123").is_empty());
    }

    async fn a_key_may_do_what_it_was_made_for_until_it_is_revoked(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let made = acme.post("/api-keys", json!({ "name": "reader", "scopes": ["conversations:read"] })).await;
        let secret = text(&made.is(201)["secret"]);
        assert!(secret.starts_with("tdk_"));
        let reader = acme.with_key(&secret);
        assert_eq!(reader.get("/conversations").await.status, 200);
        let denied = reader.post("/conversations", json!({ "to": "+14155550123", "body": "Hi" })).await;
        assert_eq!(denied.problem(403), "forbidden");
        let listed = acme.get("/api-keys").await;
        assert!(!listed.is(200).to_string().contains(&secret), "shown once");
        let id = text(&made.body["id"]);
        assert_eq!(acme.delete(&format!("/api-keys/{id}")).await.status, 204);
        assert_eq!(reader.get("/conversations").await.problem(401), "unauthenticated");
    }

    async fn nobody_gives_more_than_they_have(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let doorman = acme.key_for(&["members:read", "members:write", "keys:write"]).await;
        let someone = |role: &str| {
            json!({ "email": "x@example.com", "name": "X", "role": role, "password": "known to the key" })
        };
        for role in ["owner", "admin", "manager", "agent"] {
            assert_eq!(doorman.post("/members", someone(role)).await.problem(403), "forbidden", "{role}");
        }
        for scopes in [json!(["*"]), json!(["conversations:read"]), json!(["keys:write", "tenant:write"])] {
            let more = doorman.post("/api-keys", json!({ "name": "more", "scopes": scopes })).await;
            assert_eq!(more.problem(403), "forbidden", "{scopes}");
        }
        // Nor does it lift, lower or remove someone who is more than it.
        let mia = acme.post("/members", someone("agent")).await;
        let mia = format!("/members/{}", text(&mia.is(201)["user_id"]));
        assert_eq!(doorman.patch(&mia, json!({ "role": "admin" })).await.problem(403), "forbidden");
        assert_eq!(doorman.delete(&mia).await.problem(403), "forbidden");
        // What it has it may give, and a key with everything makes admins but no owners.
        let _ = doorman.post("/api-keys", json!({ "name": "same", "scopes": ["members:read"] })).await.is(201);
        let _ = acme.patch(&mia, json!({ "role": "admin" })).await.is(200);
        assert_eq!(acme.patch(&mia, json!({ "role": "owner" })).await.problem(403), "forbidden");
    }

    async fn people_choose_their_own_password(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let first = acme.member("mia@example.com", "agent").await;
        let signs_in = async |password: &str| {
            let mut browser = town.browser();
            let signed = json!({ "email": "mia@example.com", "password": password });
            (browser.post("/session", signed).await.status, browser)
        };
        let ((_, mut mia), (_, mut left_open)) = (signs_in(&first).await, signs_in(&first).await);
        for (current, new, field, code) in [
            ("a guess of it", "correct horse battery", "current_password", "wrong"),
            (first.as_str(), "short", "new_password", "too_short"),
        ] {
            let body = json!({ "current_password": current, "new_password": new });
            let refused = mia.call(Method::PUT, "/session/password", Some(body)).await;
            assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", (field, code)));
        }
        assert_eq!(left_open.get("/session").await.status, 200);
        let own = json!({ "current_password": first, "new_password": "correct horse battery" });
        assert_eq!(mia.call(Method::PUT, "/session/password", Some(own.clone())).await.status, 204);
        assert_eq!(mia.get("/session").await.status, 200, "who changed it stays");
        assert_eq!(left_open.get("/session").await.problem(401), "unauthenticated");
        assert_eq!(signs_in(&first).await.0, 401);
        assert_eq!(signs_in("correct horse battery").await.0, 200);
        // A key has no password, and a session guesses at it no quicker than a stranger.
        assert_eq!(acme.put("/session/password", own.clone()).await.problem(401), "unauthenticated");
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(mia.call(Method::PUT, "/session/password", Some(own.clone())).await.status);
        }
        assert!(statuses[0] == 422 && statuses[4] == 429, "{statuses:?}");
    }
}
