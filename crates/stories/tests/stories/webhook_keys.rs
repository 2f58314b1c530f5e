//! The carrier's public keys change: nothing is lost on the way, and the old key is worth nothing afterwards.

use aws_lc_rs::rand;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use serde_json::json;
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";

/// A signing key of the carrier.
struct Key(Ed25519KeyPair);

impl Key {
    fn new() -> Self {
        let mut seed = [0; 32];
        rand::fill(&mut seed).unwrap();
        Self(Ed25519KeyPair::from_seed_unchecked(&seed).unwrap())
    }

    fn public(&self) -> String {
        STANDARD.encode(self.0.public_key())
    }

    /// The carrier tells of a text of Ann's, signed with this key.
    async fn tells(&self, town: &Town, desk: &Desk, n: u32, body: &str) -> Answer {
        let now = town.clock.now();
        let event = json!({
            "data": {
                "record_type": "event", "event_type": "message.received", "id": format!("00000000-0000-4000-8000-{n:012}"),
                "occurred_at": now.to_string(),
                "payload": {
                    "record_type": "message", "direction": "inbound", "id": format!("00000000-0000-4000-9000-{n:012}"),
                    "type": "SMS", "from": { "phone_number": ANN }, "to": [{ "phone_number": desk.number }],
                    "text": body, "media": [], "received_at": now.to_string(),
                },
            },
            "meta": { "attempt": 1 },
        });
        let (event, at) = (event.to_string(), now.as_second().to_string());
        let signature = STANDARD.encode(self.0.sign(format!("{at}|{event}").as_bytes()));
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("telnyx-timestamp", at),
            ("telnyx-signature-ed25519", signature),
        ];
        let answer = town
            .client
            .send(Method::POST, &format!("/hooks/telnyx/{}", desk.account), headers, Bytes::from(event))
            .await;
        town.passes(SignedDuration::from_secs(1)).await;
        answer
    }
}

async fn set_keys(desk: &Desk, keys: &[&Key]) {
    let keys: Vec<String> = keys.iter().map(|key| key.public()).collect();
    let set = desk.patch(&format!("/carrier-accounts/{}", desk.account), json!({ "public_keys": keys })).await;
    assert_eq!(set.is(200)["public_keys"], json!(keys));
}

store::on_both_engines! {
    async fn the_old_key_is_believed_until_it_is_taken_out(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (old, new) = (Key::new(), Key::new());
        set_keys(&acme, &[&old]).await;
        assert_eq!(old.tells(&town, &acme, 1, "by the old").await.status, 200);
        assert_eq!(new.tells(&town, &acme, 2, "too early").await.status, 401);
        set_keys(&acme, &[&new, &old]).await;
        assert_eq!(old.tells(&town, &acme, 3, "still by the old").await.status, 200);
        assert_eq!(new.tells(&town, &acme, 4, "by the new").await.status, 200);
        set_keys(&acme, &[&new]).await;
        assert_eq!(old.tells(&town, &acme, 5, "too late").await.status, 401);
        assert_eq!(new.tells(&town, &acme, 6, "by the new again").await.status, 200);

        let id = text(&acme.conversation().await["id"]);
        let thread = acme.thread(&id).await;
        let bodies: Vec<&str> = thread.iter().map(|line| line.rsplit(": ").next().unwrap_or_default()).collect();
        assert_eq!(bodies, ["by the old", "still by the old", "by the new", "by the new again"]);
        // What was refused may come again with a good signature: a refusal remembers nothing.
        assert_eq!(new.tells(&town, &acme, 2, "too early").await.status, 200);
        assert_eq!(acme.thread(&id).await.len(), 5);
    }

    async fn an_account_without_keys_cannot_be(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let account = format!("/carrier-accounts/{}", acme.account);
        for (keys, field) in [(json!([]), "public_keys"), (json!(["not a key"]), "public_keys[0]")] {
            let refused = acme.patch(&account, json!({ "public_keys": keys })).await;
            assert_eq!((refused.problem(422), refused.bad_field().0), ("invalid", field));
        }
        town.texts(ANN, &acme, "Hello").await;
        assert_eq!(acme.conversation().await["contact"]["phone"], ANN, "what was refused changed nothing");
    }
}
