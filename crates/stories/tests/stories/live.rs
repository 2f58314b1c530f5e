//! Everyone sees it, at once, in order, without loss or doubling.

use domain::event::Kind;
use serde_json::{Value, json};
use store::TenantTx;
use store::event::{self, Line};
use stories::stream::Stream;
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";

/// Who is further behind fetches afresh.
const BEHIND_MAX: i64 = 10_000;

/// Makes a log of at least this many lines, by one contact changing ever again.
async fn lines(town: &Town, desk: &Desk, count: i64) -> i64 {
    let contact = text(&desk.conversation().await["contact"]["id"]);
    let contact: domain::id::ContactId = contact.parse().unwrap();
    let now = town.clock.now();
    let head = async move |tx: &mut TenantTx<'_>| {
        let missing = usize::try_from(count - event::head(tx).await?).unwrap_or(0);
        let line = Line { kind: Kind::ContactUpdated, subject: contact.0, conversation: None };
        event::append(tx, now, &vec![line; missing]).await
    };
    town.engine.store().write(desk.tenant, head).await.unwrap()
}

/// The next typing on the stream, and how many lines of the log came before it.
async fn typing(stream: &mut Stream) -> (Value, usize) {
    let events = stream.until("typing").await;
    let last = events.last().unwrap();
    assert_eq!(last.id, None, "a signal has no number");
    (last.data.clone(), events.len() - 1)
}

store::on_both_engines! {
    async fn who_is_too_far_behind_fetches_afresh_and_goes_on(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        town.texts(ANN, &acme, "Hello").await;
        let head = lines(&town, &acme, BEHIND_MAX + 2).await;
        let mut late = acme.stream(Some(head - BEHIND_MAX - 1)).await;
        let first = late.next().await;
        assert_eq!((first.name.as_str(), first.id), ("snapshot_needed", Some(head)));
        assert_eq!(first.data["head"], head);
        // From there on it is as current as anybody.
        town.texts(ANN, &acme, "And now?").await;
        let next = late.next().await;
        assert_eq!(next.id, Some(head + 1), "nothing is left out behind the snapshot");
        let events = late.until("message.created").await;
        assert_eq!(events.last().unwrap().data["data"]["message"]["body"], "And now?");
        // One line less, and the log still tells all of it.
        let head = acme.get("/events/log?limit=1").await.is(200)["head"].as_i64().unwrap();
        let mut just = acme.stream(Some(head - BEHIND_MAX)).await;
        assert_eq!(just.next().await.id, Some(head - BEHIND_MAX + 1));
    }

    async fn typing_reaches_the_others_and_leaves_no_trace(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        town.texts(ANN, &acme, "Hello").await;
        let id = text(&acme.conversation().await["id"]);
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        let noa = town.member(&acme, "noa@example.com", "agent").await;
        let (mut others, mut strangers) = (noa.stream().await, bolt.stream(None).await);
        assert_eq!(others.next().await.name, "hello");
        let head = strangers.next().await.data["head"].as_i64().unwrap();
        let log = async || acme.get("/events/log?limit=100").await.is(200).clone();
        let before = log().await;
        let user = text(&mia.get("/session").await.is(200)["user"]["id"]);
        for on in [true, false] {
            let told = mia.post(&format!("/conversations/{id}/typing"), json!({ "typing": on })).await;
            assert_eq!(told.status, 204);
            let (data, lines_before) = typing(&mut others).await;
            assert_eq!(lines_before, 0, "nothing else happened");
            assert_eq!(data, json!({ "conversation_id": id, "user_id": user, "author": "member", "typing": on }));
        }
        assert_eq!(log().await, before, "the log does not know of it");
        assert!(!before.to_string().contains("typing"));
        // Who comes back later is not told; another tenant never was.
        let mut later = acme.stream(before["head"].as_i64()).await;
        town.texts(ANN, &acme, "One more").await;
        let events = later.until("message.created").await;
        assert!(events.iter().all(|event| event.name != "typing"), "{events:?}");
        town.texts(ANN, &bolt, "for Bolt").await;
        let events = strangers.until("message.created").await;
        assert!(events.iter().all(|event| event.name != "typing"), "{events:?}");
        assert_eq!(events[0].id, Some(head + 1));
    }

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

    async fn what_a_reader_may_not_see_is_not_sent(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let deaf = acme.key_for(&["events:read"]).await;
        let contacts = acme.key_for(&["events:read", "contacts:read"]).await;
        let mut live = deaf.stream(Some(0)).await;
        town.texts(ANN, &acme, "Hello").await;
        let contact = text(&acme.conversation().await["contact"]["id"]);
        let _ = acme.patch(&format!("/contacts/{contact}"), json!({ "name": "Ann Lee" })).await.is(200);

        let log = acme.get("/events/log?limit=100").await.is(200).clone();
        let head = log["head"].as_i64().unwrap();
        let hidden = deaf.get("/events/log?limit=2").await.is(200).clone();
        assert_eq!(hidden["data"], json!([]));
        assert_eq!((hidden["until"].as_i64(), hidden["head"].as_i64()), (Some(2), Some(head)), "it can go on");
        let seen = contacts.get("/events/log?limit=100").await.is(200).clone();
        let kinds: Vec<&str> = seen["data"].as_array().unwrap().iter().map(|line| line["type"].as_str().unwrap()).collect();
        assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == "contact.updated"), "{kinds:?}");
        assert_eq!(seen["until"].as_i64(), Some(head));

        // The stream goes on by numbers that say nothing, as it happens and on replay.
        let mut replay = deaf.stream(Some(0)).await;
        for stream in [&mut live, &mut replay] {
            for seq in 1..=head {
                assert_eq!(stream.bare().await, format!("id: {seq}"));
            }
        }
        let mut replay = contacts.stream(Some(0)).await;
        let last = replay.until("contact.updated").await.pop().unwrap();
        assert!(last.data["data"]["contact"].is_object(), "{last:?}");
    }
}
