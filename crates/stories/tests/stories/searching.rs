//! Searching over HTTP: what was said is found soon after, in its place, by whoever may see it and nobody else.

use domain::event::Kind;
use domain::id::TenantId;
use serde_json::{Value, json};
use store::event::{self, Line};
use store::search::index;
use stories::town::{Desk, Town, text};
use uuid::Uuid;

const ANN: &str = "+14155550123";
const BEN: &str = "+14155550124";

/// Until everything that was said can be found.
async fn indexed(town: &Town) {
    town.passes(jiff::SignedDuration::from_secs(2)).await;
    while !town
        .engine
        .store()
        .system_read(async |tx| index::behind(tx, TenantId(Uuid::nil()), 1).await)
        .await
        .unwrap()
        .is_empty()
    {
        town.clock.advance_to(town.clock.now().checked_add(jiff::SignedDuration::from_secs(1)).unwrap());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

async fn found(desk: &Desk, query: &str) -> Value {
    desk.get(&format!("/search?{query}")).await.is(200).clone()
}

fn ids(found: &Value) -> Vec<String> {
    found["data"].as_array().unwrap().iter().map(|hit| text(&hit["id"])).collect()
}

store::on_both_engines! {
    /// A text is found by its words, with where they stand, and so is everything that has a name.
    async fn what_was_said_and_named_is_found(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let bolt = town.desk("Bolt").await;
        town.texts(ANN, &acme, "Is the <b>Crème brûlée</b> back?").await;
        town.texts(BEN, &acme, "Two loaves of rye, please").await;
        let conversation = text(&acme.get(&format!("/conversations?q={}", &ANN[1..])).await.is(200)["data"][0]["id"]);
        let note = acme.post(&format!("/conversations/{conversation}/notes"), json!({ "body": "Asks for creme daily" })).await;
        let note = text(&note.is(201)["message"]["id"]);
        let campaign = text(&acme.post("/campaigns", json!({ "name": "Crème week" })).await.is(201)["id"]);
        let list = text(&acme.post("/lists", json!({ "name": "Creme lovers" })).await.is(201)["id"]);
        indexed(&town).await;

        let all = found(&acme, "q=creme").await;
        let asked = text(&all["data"][1]["id"]);
        assert_eq!(ids(&all), [note, asked.clone(), campaign, list]);
        let hit = &all["data"][1];
        assert_eq!((&hit["kind"], &hit["conversation_id"], &hit["address"]), (&json!("message"), &json!(conversation), &json!(ANN)));
        assert_eq!(hit["snippet"], json!({ "text": "Is the <b>Crème brûlée</b> back?", "matches": [{ "from": 10, "until": 15 }] }));
        let counts: Vec<_> = all["found"].as_array().unwrap().iter().map(|of| (text(&of["kind"]), of["count"].clone())).collect();
        let expected = [("message", 2), ("contact", 0), ("campaign", 1), ("workflow", 0), ("list", 1), ("segment", 0)];
        assert_eq!(counts, expected.map(|(kind, count)| (kind.to_owned(), json!(count))));

        // Page by page, of one kind.
        let first = found(&acme, "q=creme&kinds=message&limit=1").await;
        let second = found(&acme, &format!("q=creme&kinds=message&limit=1&cursor={}", text(&first["next_cursor"]))).await;
        assert_eq!((ids(&second), &second["next_cursor"]), (vec![asked.clone()], &Value::Null));
        assert_eq!(ids(&found(&acme, "q=5550124&kinds=contact").await).len(), 1);
        assert!(ids(&found(&acme, "q=rye+creme").await).is_empty());
        // Another tenant has nothing of it.
        assert!(ids(&found(&bolt, "q=creme").await).is_empty());
        assert!(ids(&found(&bolt, "q=5550124").await).is_empty());

        for (query, field) in [("", "q"), ("q=+", "q"), ("q=x&kinds=people", "kinds"), ("q=x&limit=0", "limit")] {
            assert_eq!(acme.get(&format!("/search?{query}")).await.bad_field().0, field, "{query}");
        }
        let long = format!("/search?q={}", "x".repeat(201));
        assert_eq!(acme.get(&long).await.bad_field(), ("q", "too_long"));
        let _ = acme.get("/search?q=creme&kinds=message&cursor=nonsense").await.problem(400);
        for kinds in ["", "&kinds=message,list"] {
            let path = format!("/search?q=creme{kinds}&cursor={}", text(&first["next_cursor"]));
            assert_eq!(acme.get(&path).await.bad_field(), ("cursor", "one_kind"), "{kinds}");
        }
    }

    /// However many tenants are behind, one round takes in something of each.
    async fn nobody_waits_behind_the_first_tenants(store, place) {
        drop(store);
        let town = Town::on(place).await;
        let store = town.engine.store();
        let tenants: Vec<TenantId> = (1..=230).map(|n| TenantId(Uuid::from_u128(n))).collect();
        let made = tenants.clone();
        store
            .system_write(async move |tx| {
                let sql = "INSERT INTO tenant (tenant_id, name, settings, created_at_us) VALUES ($1, 'Of many', '{}', 0)";
                for tenant in &made {
                    tx.exec(sql, store::args![*tenant]).await?;
                }
                Ok::<_, store::StoreError>(())
            })
            .await
            .unwrap();
        town.settle().await;
        let now = town.clock.now();
        for tenant in tenants {
            let tell = async move |tx: &mut store::TenantTx<'_>| {
                let line = Line { kind: Kind::ContactUpdated, subject: Uuid::from_u128(1), conversation: None };
                event::append(tx, now, &[line]).await
            };
            let _ = store.write(tenant, tell).await.unwrap();
        }
        // Time stands still behind the one round that this brings.
        town.clock.advance_to(now.checked_add(jiff::SignedDuration::from_secs(1)).unwrap());
        for _ in 0..2_000 {
            let behind = async |tx: &mut store::SystemTx<'_>| index::behind(tx, TenantId(Uuid::nil()), 300).await;
            if store.system_read(behind).await.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("some tenants were left behind");
    }

    /// Whoever may not see a kind does not find it, and is told when they ask for it.
    async fn rights_are_kept(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "A secret about Annabel").await;
        let _ = acme.post("/lists", json!({ "name": "Secret list" })).await.is(201);
        indexed(&town).await;
        let contacts = acme.key_for(&["contacts:read"]).await;
        let kinds = |found: &Value| -> Vec<String> {
            found["found"].as_array().unwrap().iter().map(|of| text(&of["kind"])).collect()
        };
        let seen = found(&contacts, "q=secret").await;
        assert_eq!((kinds(&seen), ids(&seen).len()), (vec!["contact".into(), "list".into(), "segment".into()], 1));
        assert_eq!(contacts.get("/search?q=secret&kinds=list,message").await.problem(403), "forbidden");
        let talks = acme.key_for(&["conversations:read"]).await;
        assert_eq!(kinds(&found(&talks, "q=secret").await), ["message"]);
        let numbers = acme.key_for(&["numbers:read"]).await;
        assert_eq!(numbers.get("/search?q=secret").await.problem(403), "forbidden");
    }

    /// Of whoever is erased nothing is found.
    async fn the_erased_are_not_found(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "My door code is swordfish").await;
        town.texts(BEN, &acme, "I like swordfish").await;
        indexed(&town).await;
        let hits = found(&acme, "q=swordfish&kinds=message").await;
        assert_eq!(ids(&hits).len(), 2);
        let ann = text(&hits["data"][1]["contact_id"]);
        town.texts(ANN, &acme, "swordfish, again").await;
        let _ = acme.post(&format!("/contacts/{ann}/erase"), json!({ "confirm": ann })).await.is(200);
        indexed(&town).await;
        let left = found(&acme, "q=swordfish&kinds=message").await;
        assert_eq!(ids(&left), ids(&hits)[..1]);
        assert!(ids(&found(&acme, "q=code").await).is_empty());
    }

    /// A conversation is read around a message that was found, and from there both ways.
    async fn a_conversation_around_a_message(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        for n in 1..=9 {
            town.texts(ANN, &acme, &format!("text {n}")).await;
        }
        let conversation = text(&acme.conversation().await["id"]);
        let path = format!("/conversations/{conversation}/messages");
        let all = acme.get(&path).await.is(200).clone();
        assert_eq!((ids(&all).len(), &all["newer_than"]), (9, &Value::Null));
        let newest = ids(&all);
        let around = acme.get(&format!("{path}?around={}&limit=4", newest[5])).await.is(200).clone();
        assert_eq!(ids(&around), newest[3..7]);
        let newer = acme.get(&format!("{path}?newer_than={}&limit=2", text(&around["newer_than"]))).await.is(200).clone();
        assert_eq!(ids(&newer), newest[1..3]);
        let last = acme.get(&format!("{path}?newer_than={}&limit=2", text(&newer["newer_than"]))).await.is(200).clone();
        assert_eq!((ids(&last), &last["newer_than"]), (newest[..1].to_vec(), &Value::Null));
        let older = acme.get(&format!("{path}?cursor={}&limit=9", text(&around["next_cursor"]))).await.is(200).clone();
        assert_eq!((ids(&older), &older["next_cursor"]), (newest[7..].to_vec(), &Value::Null));
        let end = acme.get(&format!("{path}?around={}&limit=4", newest[0])).await.is(200).clone();
        assert_eq!((ids(&end), &end["newer_than"]), (newest[..4].to_vec(), &Value::Null));
        // It alone, and both ways from it.
        let alone = acme.get(&format!("{path}?around={}&limit=1", newest[5])).await.is(200).clone();
        assert_eq!((ids(&alone), text(&alone["newer_than"])), (newest[5..6].to_vec(), newest[5].clone()));
        let older = acme.get(&format!("{path}?cursor={}&limit=1", text(&alone["next_cursor"]))).await.is(200).clone();
        assert_eq!(ids(&older), newest[6..7]);
        let first = acme.get(&format!("{path}?around={}&limit=1", newest[8])).await.is(200).clone();
        assert_eq!((ids(&first), &first["next_cursor"]), (newest[8..].to_vec(), &Value::Null));
        let cursor = text(&alone["next_cursor"]);
        for (asked, field) in [
            (format!("around={0}&newer_than={0}", newest[5]), "around"),
            (format!("around={}&cursor={cursor}", newest[5]), "around"),
            (format!("newer_than={}&cursor={cursor}", newest[5]), "newer_than"),
        ] {
            assert_eq!(acme.get(&format!("{path}?{asked}")).await.bad_field(), (field, "both"), "{asked}");
        }
        // Of another conversation, of another tenant, or of none.
        town.texts(BEN, &acme, "hello").await;
        let conversations = acme.get("/conversations").await.is(200)["data"].as_array().unwrap().clone();
        let other = conversations.iter().map(|one| text(&one["id"])).find(|id| *id != conversation).unwrap();
        let _ = acme.get(&format!("/conversations/{other}/messages?around={}", newest[5])).await.problem(404);
        let bolt = town.desk("Bolt").await;
        let _ = bolt.get(&format!("{path}?around={}", newest[5])).await.problem(404);
        assert_eq!(acme.get(&format!("{path}?around=cnv_1")).await.bad_field().0, "around");
    }
}
