//! Texts: their pages, who wrote them, what hangs on them, why they went or not, and how the log tells of them.

use domain::decision::{Change, Decision, GateAsked, MessageMoved, ReceiptLine};
use domain::event::Kind;
use domain::gate::{Reason, Verdict};
use domain::id::{Ids, MediaId};
use domain::message::Status;
use store::{args, event, media, message, on_both_engines, remember, tell};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, Thread, at, put_message, put_thread, settle};

on_both_engines! {
    /// Every message of a conversation is on one page, the newest first, and of no other conversation.
    async fn paging_is_complete_and_repeats_nothing(store) {
        settle(&store).await;
        for n in 1..=2 {
            put_thread(&store, Thread::open(n, 1)).await;
        }
        for n in 0..9 {
            put_message(&store, ACME, n, 1, None).await;
        }
        put_message(&store, ACME, 10, 2, None).await;
        let mut seen = Vec::new();
        loop {
            let after = seen.last().copied();
            let rows = desk::read(&store, ACME, async move |tx| message::page(tx, desk::conversation(1), after, 4).await).await;
            if rows.is_empty() { break }
            seen.extend(rows.iter().map(|row| row.id));
        }
        assert_eq!(seen, (0..9).rev().map(desk::message).collect::<Vec<_>>());
        let others = desk::read(&store, BOLT, async |tx| message::page(tx, desk::conversation(1), None, 9).await).await;
        assert!(others.is_empty());
        assert_eq!(desk::read(&store, BOLT, async |tx| message::find(tx, desk::message(1)).await).await, None);
    }

    /// The author has a name, and attachments come in their order.
    async fn a_message_is_whole(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        put_message(&store, ACME, 1, 1, Some(ANN)).await;
        let ids = [MediaId(Uuid::from_u128(2)), MediaId(Uuid::from_u128(1))];
        store.write(ACME, async move |tx| {
            for id in ids {
                media::create(tx, at(1), id, "image/png", b"bytes", "").await?;
            }
            tx.exec("UPDATE message SET media = $3, cost_micros = 4000, currency = 'USD' WHERE tenant_id = $1 AND id = $2",
                args![desk::message(1), serde_json::to_string(&ids).unwrap()]).await
        }).await.unwrap();
        let found = desk::read(&store, ACME, async |tx| message::find(tx, desk::message(1)).await).await.unwrap();
        assert_eq!((found.author.kind.as_str(), found.author.name.as_deref()), ("member", Some("Ann")));
        assert_eq!(found.author.id, Some(ANN.to_string()));
        assert_eq!(found.media.iter().map(|media| media.id).collect::<Vec<_>>(), ids);
        assert_eq!(found.cost.map(|cost| cost.micros), Some(4000));
    }

    /// The receipt tells in the order of time, in the API's words.
    async fn a_receipt_tells_why(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        put_message(&store, ACME, 1, 1, Some(ANN)).await;
        put_message(&store, ACME, 2, 1, None).await;
        store.write(ACME, async |tx| {
            let mut ids = Ids::new(at(1), 1);
            let verdict = Verdict::Skip { reason: Reason::ContactOptedOut };
            let mut decision = Decision::default();
            for line in [ReceiptLine::Gate { when: GateAsked::Queued, verdict }, ReceiptLine::Attempt { attempt: 1, result: "taken".into() }] {
                decision.change(Change::Noted { message: desk::message(1), line });
            }
            remember::remember(tx, at(1), &mut ids, &[decision]).await
        }).await.unwrap();
        let receipt = desk::read(&store, ACME, async |tx| message::receipt(tx, desk::message(1)).await).await.unwrap();
        let kinds: Vec<_> = receipt.lines.iter().map(|line| (line.kind, line.verdict, line.reason.as_deref(), line.attempt)).collect();
        assert_eq!(kinds, [
            ("queued", None, None, None),
            ("gate", Some("skip"), Some("contact_opted_out"), None),
            ("attempt", None, None, Some(1)),
        ]);
        let inbound = desk::read(&store, ACME, async |tx| message::receipt(tx, desk::message(2)).await).await.unwrap();
        assert!(inbound.lines.is_empty());
        assert_eq!(desk::read(&store, BOLT, async |tx| message::receipt(tx, desk::message(1)).await).await, None);
    }

    /// Each try to send it keeps the time that it waited for, by which it is told from the one before.
    async fn a_try_keeps_the_time_it_waited_for(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        put_message(&store, ACME, 1, 1, Some(ANN)).await;
        for (status, until, shown) in [
            (Status::Sending, None, None),
            (Status::Queued, Some(at(5)), Some(at(5))),
            (Status::Sending, None, Some(at(5))),
            (Status::Queued, Some(at(9)), Some(at(9))),
            (Status::Sending, None, Some(at(9))),
            (Status::Sent, None, None),
        ] {
            let moved = MessageMoved { not_before: until, ..MessageMoved::to(desk::message(1), desk::conversation(1), status) };
            let mut decision = Decision::default();
            decision.change(Change::MessageMoved(moved));
            let decisions = [decision];
            store.write(ACME, async move |tx| {
                remember::remember(tx, at(2), &mut Ids::new(at(2), 7), &decisions).await.map(|_| ())
            }).await.unwrap();
            let now = desk::read(&store, ACME, async |tx| message::find(tx, desk::message(1)).await).await.unwrap();
            assert_eq!((now.status.as_str(), now.not_before), (status.as_str(), shown));
        }
    }

    /// The log tells each line of its own tenant, in order, with the thing as it is now.
    async fn the_log_tells_things_as_they_are(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        put_message(&store, ACME, 1, 1, None).await;
        let head = desk::log(&store, ACME, vec![
            (Kind::ConversationCreated, desk::conversation(1).into()),
            (Kind::MessageCreated, desk::message(1).into()),
            (Kind::ContactUpdated, desk::contact(1).into()),
            (Kind::NumberUpdated, desk::number(1).into()),
            (Kind::MessageUpdated, Uuid::from_u128(99)),
        ]).await;
        desk::log(&store, BOLT, vec![(Kind::MessageCreated, desk::message(1).into())]).await;
        let tell = async |tenant| desk::read(&store, tenant, async |tx| {
            let logged = event::after(tx, 0, 100).await?;
            let contacts = store::contact::by_ids(tx, &tell::contacts(&logged)).await?;
            tell::lines(tx, &logged, &contacts).await
        }).await;
        let told = tell(ACME).await;
        assert_eq!(told.iter().map(|told| told.seq).collect::<Vec<_>>(), (1..=head).collect::<Vec<_>>());
        let data: Vec<serde_json::Value> = told.iter().map(|told| serde_json::from_str(&told.data).unwrap()).collect();
        assert_eq!(data[0]["conversation"]["id"], desk::conversation(1).to_string());
        assert!(data[0]["conversation"].get("unread").is_none());
        assert_eq!(data[1]["message"]["body"], "Hello");
        assert_eq!(data[2]["contact"]["phone"], desk::phone(1));
        assert_eq!(data[3], serde_json::json!({ "id": desk::number(1) }));
        assert!(data[4]["id"].as_str().unwrap().starts_with("msg_"));
        let others: Vec<String> = tell(BOLT).await.into_iter().map(|told| told.data).collect();
        assert_eq!(others, [serde_json::json!({ "id": desk::message(1) }).to_string()], "not ours, so only its name");
    }
}
