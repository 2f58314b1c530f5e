//! Everyone sees it, at once, in order, without loss or doubling.

use serde_json::json;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";

store::on_both_engines! {
    async fn a_text_shows_on_the_stream_whole(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut stream = acme.stream(None).await;
        assert_eq!(stream.next().await.name, "hello");
        town.texts(ANN, &acme, "Hello").await;
        let events = stream.until("message.created").await;
        let message = &events.last().unwrap().data["data"]["message"];
        assert_eq!(message["body"], "Hello");
        let ids: Vec<i64> = events.iter().filter_map(|event| event.id).collect();
        assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "no gap: {ids:?}");
        assert!(events.iter().any(|event| event.name == "conversation.created"));
    }

    async fn a_reader_that_comes_back_misses_nothing_and_sees_nothing_twice(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut stream = acme.stream(None).await;
        let _ = stream.next().await;
        town.texts(ANN, &acme, "one").await;
        let seen = stream.until("message.created").await.last().unwrap().id.unwrap();
        drop(stream);
        for n in 0..30 {
            town.text(ANN, &acme, &format!("while away {n}"));
        }
        town.settle().await;
        let mut stream = acme.stream(Some(seen)).await;
        // While it catches up, more happens: the seam must not show.
        for n in 30..60 {
            town.text(ANN, &acme, &format!("while away {n}"));
        }
        let reads = async {
            let mut next = seen + 1;
            let mut bodies = Vec::new();
            while bodies.len() < 60 {
                let event = stream.next().await;
                let Some(id) = event.id else { continue };
                assert_eq!(id, next, "in order, without a gap");
                next += 1;
                if event.name == "message.created" {
                    bodies.push(text(&event.data["data"]["message"]["body"]));
                }
            }
            bodies
        };
        let (mut bodies, ()) = tokio::join!(reads, town.settle());
        bodies.sort();
        bodies.dedup();
        assert_eq!(bodies.len(), 60);
    }

    async fn a_write_says_how_far_the_log_goes_with_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let started = acme.post("/conversations", json!({ "to": ANN, "body": "Hi" })).await;
        let _ = started.is(201);
        let seq: i64 = started.raw.header("tidings-sequence").unwrap().parse().unwrap();
        let log = acme.get(&format!("/events/log?after={}&limit=100", seq - 1)).await;
        assert_eq!(log.is(200)["data"][0]["seq"], seq);
        assert!(log.body["head"].as_i64().unwrap() >= seq);
        town.settle().await;
    }

    async fn one_tenants_stream_never_carries_anothers_events(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let mut stream = bolt.stream(None).await;
        let _ = stream.next().await;
        for n in 0..20 {
            town.text(ANN, &acme, &format!("for Acme {n}"));
        }
        town.texts(ANN, &bolt, "for Bolt").await;
        let events = stream.until("message.created").await;
        for event in &events {
            assert!(!event.data.to_string().contains("for Acme"), "{event:?}");
        }
        assert_eq!(events.last().unwrap().data["data"]["message"]["body"], "for Bolt");
    }
}
