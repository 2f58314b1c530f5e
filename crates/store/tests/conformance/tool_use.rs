//! What assistants' runs have changed.

use domain::assistant::tool::{End, Used};
use domain::id::{AssistantId, ConversationId, UseId};
use store::{Store, TenantTx, args, on_both_engines, tool_use};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, Thread, at, put_thread, settle};

fn book(n: u128, second: i64) -> Used {
    Used {
        id: UseId(Uuid::from_u128(0x00DE_ED00 + n)),
        conversation: desk::conversation(1),
        assistant: AssistantId(Uuid::from_u128(5)),
        run: Uuid::from_u128(7).into(),
        tool: "book".into(),
        arguments: r#"{"id":"7"}"#.into(),
        end: None,
        result: String::new(),
        at: at(second),
        told: false,
    }
}

async fn begins(store: &Store, n: u128, second: i64) {
    let new = book(n, second);
    store.write(ACME, async move |tx: &mut TenantTx<'_>| tool_use::begin(tx, &new).await).await.unwrap();
}

async fn newest(
    store: &Store,
    tenant: domain::id::TenantId,
    conversation: ConversationId,
    since: i64,
    limit: u32,
) -> Vec<Used> {
    desk::read(store, tenant, async move |tx| tool_use::newest(tx, conversation, at(since), limit).await).await
}

/// A text of ours that answers, written at this second.
async fn says(store: &Store, n: u128, author: &'static str, status: &'static str, second: i64, of_draft: bool) {
    desk::put_message(store, ACME, n, 1, None).await;
    let draft = of_draft.then(|| Uuid::from_u128(9));
    store
        .write(ACME, async move |tx: &mut TenantTx<'_>| {
            tx.exec(
                "UPDATE message SET direction = 'out', author = $3, status = $4, answers = TRUE, created_at_us = $5, draft_id = $6
                 WHERE tenant_id = $1 AND id = $2",
                args![desk::message(n), author, status, at(second), draft],
            )
            .await
        })
        .await
        .unwrap();
}

/// The text is what came of a run in which this model was asked; empty: a rule wrote it.
async fn comes_of_run(store: &Store, n: u128, model: &'static str, outcome: &'static str) {
    store
        .write(ACME, async move |tx: &mut TenantTx<'_>| {
            tx.exec(
                "INSERT INTO assistant_run (tenant_id, id, conversation_id, assistant_id, assistant_version, model, outcome,
                     message_id, tokens_in, tokens_out, latency_ms, record, created_at_us, kept_until_us)
                 VALUES ($1, $2, $3, $4, 1, $5, $6, $7, 0, 0, 0, '{}', 0, 0)",
                args![
                    Uuid::from_u128(0x2A00 + n),
                    desk::conversation(1),
                    AssistantId(Uuid::from_u128(5)),
                    model,
                    outcome,
                    desk::message(n)
                ],
            )
            .await
        })
        .await
        .unwrap();
}

on_both_engines! {
    /// It is there from before it is called, and says how it ended.
    async fn a_use_of_a_tool_is_written_down_before_and_after(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        for n in 1..=3 {
            begins(&store, n, n as i64).await;
        }
        let here = desk::conversation(1);
        assert_eq!(newest(&store, ACME, here, 0, 9).await, [book(1, 1), book(2, 2), book(3, 3)]);
        assert_eq!(newest(&store, ACME, here, 0, 2).await, [book(2, 2), book(3, 3)], "the newest");
        assert_eq!(newest(&store, ACME, here, 2, 9).await, [book(3, 3)], "since then");
        assert!(newest(&store, BOLT, here, 0, 9).await.is_empty());
        assert!(newest(&store, ACME, desk::conversation(2), 0, 9).await.is_empty());
        for (n, end) in [(1, End::Done), (2, End::Failed), (3, End::Unknown)] {
            let id = book(n, 0).id;
            let ended = async move |tx: &mut TenantTx<'_>| tool_use::end(tx, id, end, "so it went").await;
            store.write(ACME, ended).await.unwrap();
        }
        let ends: Vec<_> = newest(&store, ACME, here, 0, 9).await.into_iter().map(|used| (used.end, used.result)).collect();
        assert_eq!(ends, End::ALL.map(|end| (Some(end), "so it went".to_owned())));
        let forgotten = store.system_write(async |tx| tool_use::forget(tx, at(3), 10).await).await.unwrap();
        assert_eq!((forgotten, newest(&store, ACME, here, 0, 9).await.len()), (2, 1));
    }

    /// A reply of a model's that was written since and has left, sent by itself or by a person. What a rule says, or a code that
    /// is asked for, tells nothing of what was done.
    async fn the_contact_knows_once_a_reply_has_left(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        begins(&store, 1, 10).await;
        let told = async || newest(&store, ACME, desk::conversation(1), 0, 9).await[0].told;
        for (n, author, status, second, of_draft, expected) in [
            (1, "assistant", "delivered", 9, false, false),
            (2, "assistant", "queued", 11, false, false),
            (3, "assistant", "cancelled", 11, false, false),
            (4, "member", "delivered", 11, false, false),
            (7, "assistant", "sent", 11, false, false),
            (8, "assistant", "sent", 11, false, false),
            (5, "member", "sent", 11, true, true),
        ] {
            match n {
                1..=3 => comes_of_run(&store, n, "story-1", "replied").await,
                7 => comes_of_run(&store, n, "", "replied").await,
                8 => comes_of_run(&store, n, "story-1", "approval").await,
                _ => {}
            }
            says(&store, n, author, status, second, of_draft).await;
            assert_eq!(told().await, expected, "{author} {status} {second}");
        }
        begins(&store, 1 + 1, 20).await;
        let told: Vec<bool> = newest(&store, ACME, desk::conversation(1), 0, 9).await.iter().map(|used| used.told).collect();
        assert_eq!(told, [true, false]);
        comes_of_run(&store, 6, "story-1", "replied").await;
        says(&store, 6, "assistant", "sending", 21, false).await;
        let told: Vec<bool> = newest(&store, ACME, desk::conversation(1), 0, 9).await.iter().map(|used| used.told).collect();
        assert_eq!(told, [true, true]);
    }
}
