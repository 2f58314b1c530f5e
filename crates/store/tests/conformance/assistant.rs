//! Configured AIs.

use domain::id::{Ids, TenantId};
use domain::message::Author;
use store::assistant::KeyChange;
use store::{Store, TenantTx, args, assistant, conversation, draft, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, Thread, at, put_assistant, put_thread, settle};

async fn listed(store: &Store, tenant: TenantId) -> usize {
    desk::read(store, tenant, async |tx| assistant::page(tx, None, 10).await).await.len()
}

on_both_engines! {
    /// One that is removed leaves nothing waiting for it: its numbers lose it, people get its conversations.
    async fn a_removed_assistant_holds_nothing(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_thread(&store, Thread::open(1, 1)).await;
        store.write(ACME, async |tx| {
            tx.exec("UPDATE conversation SET holder = 'assistant', holder_id = $2 WHERE tenant_id = $1", args![desk::assistant(1)]).await?;
            tx.exec("UPDATE number SET assistant_id = $2 WHERE tenant_id = $1 AND id = $3", args![desk::assistant(1), desk::number(1)]).await
        }).await.unwrap();
        assert_eq!((listed(&store, ACME).await, listed(&store, BOLT).await), (1, 0));
        let remove = async |tenant| {
            let work = async |tx: &mut TenantTx<'_>| {
                assistant::remove(tx, at(2), &mut Ids::new(at(2), 7), desk::assistant(1)).await
            };
            store.write(tenant, work).await.unwrap()
        };
        assert_eq!(remove(BOLT).await, None);
        let lines = remove(ACME).await;
        assert_eq!(lines.map(|lines| lines.len()), Some(3));
        assert_eq!(listed(&store, ACME).await, 0);
        let held = desk::read(&store, ACME, async |tx| conversation::find(tx, desk::conversation(1), Some(ANN)).await).await.unwrap();
        assert_eq!((held.holder.kind.as_str(), held.holder.id, held.version), ("agents", None, 2));
    }

    /// What it wrote and what waits is taken back; what others wrote, and what the carrier may have, is not.
    async fn a_removed_assistant_says_nothing_more(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_assistant(&store, 2).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let texts = [(1_u128, 1_u128, "deferred", "waiting"), (2, 1, "queued", "waiting"), (3, 1, "sending", "sending"), (4, 2, "queued", "waiting")];
        for (n, author, status, state) in texts {
            desk::put_message(&store, ACME, n, 1, None).await;
            store.write(ACME, async move |tx| {
                tx.exec(
                    "UPDATE message SET direction = 'out', author = 'assistant', author_id = $3, status = $4 WHERE tenant_id = $1 AND id = $2",
                    args![desk::message(n), desk::assistant(author), status],
                ).await?;
                tx.exec(
                    "INSERT INTO outbox (tenant_id, message_id, number_id, lane, priority, segments, ready_at_us, state, attempt)
                     VALUES ($1, $2, $3, $4, 0, 1, $5, $6, 0)",
                    args![desk::message(n), desk::number(1), desk::conversation(1), at(9), state],
                ).await
            }).await.unwrap();
        }
        let lines = store.write(ACME, async |tx| {
            assistant::remove(tx, at(2), &mut Ids::new(at(2), 7), desk::assistant(1)).await
        }).await.unwrap().unwrap();
        let told = lines.iter().filter(|line| line.kind == domain::event::Kind::MessageUpdated).count();
        assert_eq!(told, 2);
        let left = desk::read(&store, ACME, async |tx| {
            let rows = tx.rows(
                "SELECT m.id, m.status, o.state, l.detail FROM message m
                 LEFT JOIN outbox o ON o.tenant_id = m.tenant_id AND o.message_id = m.id
                 LEFT JOIN receipt_line l ON l.tenant_id = m.tenant_id AND l.message_id = m.id
                 WHERE m.tenant_id = $1 ORDER BY m.id", args![]).await?;
            rows.iter().map(|row| {
                let detail = row.get::<Option<String>>(3)?.unwrap_or_default();
                Ok((row.get::<String>(1)?, row.get::<Option<String>>(2)?, detail.contains("assistant_removed")))
            }).collect::<Result<Vec<_>, store::StoreError>>()
        }).await;
        let cancelled = ("cancelled".to_owned(), None, true);
        let stays = |status: &str, state: &str| (status.to_owned(), Some(state.to_owned()), false);
        assert_eq!(left, [cancelled.clone(), cancelled, stays("sending", "sending"), stays("queued", "waiting")]);
    }

    /// Settings change, and the key stays, changes or goes as asked.
    async fn settings_and_key_change_apart(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        for (key, kept) in [(None, Some(b"sealed".to_vec())), (Some(Some(&b"new"[..])), Some(b"new".to_vec())), (Some(None), None)] {
            let found = store.write(ACME, async move |tx| {
                let mut settings = assistant::settings(tx, desk::assistant(1)).await?.unwrap();
                settings.instructions = "Be kind".into();
                let change = |key: Option<&[u8]>| KeyChange { base_url: "https://a.test".into(), sealed: key.map(<[u8]>::to_vec) };
                let keys: Vec<_> = key.map(change).into_iter().collect();
                assistant::change(tx, at(1), desk::assistant(1), Author::System, None, &settings, &keys, true).await?;
                Ok::<_, store::StoreError>(assistant::keys(tx, desk::assistant(1)).await?.remove("https://a.test"))
            }).await.unwrap();
            assert_eq!(found, kept);
        }
        let found = desk::read(&store, ACME, async |tx| assistant::find(tx, desk::assistant(1)).await).await.unwrap();
        assert_eq!((found.name.as_str(), found.set.instructions.as_str()), ("Ada", "Be kind"));
    }

    /// Only open drafts wait in a conversation; any can be read by its id, by its tenant.
    async fn open_drafts_wait(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_thread(&store, Thread::open(1, 1)).await;
        for (n, state) in [(1_u128, "superseded"), (2, "open")] {
            store.write(ACME, async move |tx| {
                tx.exec(
                    "INSERT INTO draft (tenant_id, id, conversation_id, assistant_id, body, sources, state, created_at_us)
                     VALUES ($1, $2, $3, $4, 'Nine to five.', '[{\"title\":\"Hours\",\"quote\":\"9 to 5\"}]', $5, $6)",
                    args![Uuid::from_u128(n), desk::conversation(1), desk::assistant(1), state, at(1)],
                ).await
            }).await.unwrap();
        }
        let open = desk::read(&store, ACME, async |tx| draft::open(tx, desk::conversation(1), None, 10).await).await;
        assert_eq!(open.iter().map(|draft| draft.id.0.as_u128()).collect::<Vec<_>>(), [2]);
        assert_eq!(open[0].sources[0].title, "Hours");
        let found = async |tenant| desk::read(&store, tenant, async |tx| draft::find(tx, Uuid::from_u128(1).into()).await).await;
        assert!(found(ACME).await.is_some() && found(BOLT).await.is_none());
    }
}
