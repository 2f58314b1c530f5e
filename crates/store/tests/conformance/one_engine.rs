//! What only one of the engines has.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use domain::id::Ids;
use store::{StoreError, args, dialect::Engine, testing::lay};

use crate::desk;
use crate::notes::{ANN, bodies, no_transaction_is_left_open, put, with_notes};

/// Whatever waits while a commit is under way shares the next one.
#[test]
fn what_waits_is_committed_together() {
    store::testing::run(Engine::Sqlite, async |place| {
        let store = place.store();
        with_notes(&store).await;
        let before = store.written();
        let (go_on, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let (begins, begun) = std::sync::mpsc::channel::<()>();
        let holding = tokio::spawn({
            let store = store.clone();
            async move {
                store
                    .write(ANN, async move |tx| {
                        begins.send(()).unwrap();
                        held.lock().unwrap().recv().unwrap(); // the writer's thread stands still
                        put(tx, 1000, "first").await
                    })
                    .await
            }
        });
        // Whoever came before it would not wait.
        while begun.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        let mut waiting = tokio::task::JoinSet::new();
        for id in 0..100_i64 {
            let store = store.clone();
            waiting.spawn(async move { store.write(ANN, async move |tx| put(tx, id, &format!("{id}")).await).await });
        }
        while store.waiting() < 100 {
            tokio::task::yield_now().await;
        }
        go_on.send(()).unwrap();
        holding.await.unwrap().unwrap();
        while let Some(answer) = waiting.join_next().await {
            answer.unwrap().unwrap();
        }
        let after = store.written();
        assert_eq!(after.bodies - before.bodies, 101);
        // The first group was over its time while it stood still; how much fits into 5 ms is the machine's affair.
        assert!(after.transactions - before.transactions <= 20, "{after:?}");
    });
}

/// A body that lost to another transaction runs again, and not for ever.
#[test]
fn a_lost_body_runs_again() {
    store::testing::run(Engine::Postgres, async |place| {
        let store = place.store();
        with_notes(&store).await;
        lay(
            &store,
            "
            CREATE SEQUENCE tries;
            CREATE FUNCTION lose(times BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS $$
            DECLARE
                try BIGINT := nextval('tries');
            BEGIN
                IF try <= times THEN
                    RAISE EXCEPTION USING ERRCODE = 'serialization_failure', MESSAGE = 'lost';
                END IF;
                RETURN try;
            END $$;
        ",
        )
        .await
        .unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let lose = |times: i64| {
            let (store, runs) = (store.clone(), Arc::clone(&runs));
            async move {
                store
                    .write(ANN, async move |tx| {
                        runs.fetch_add(1, Ordering::Relaxed);
                        put(tx, times, &format!("{times}")).await?;
                        tx.one("SELECT lose($2) WHERE $1 IS NOT DISTINCT FROM $1::uuid", args![times])
                            .await?
                            .get::<i64>(0)
                    })
                    .await
            }
        };
        assert_eq!(lose(3).await.unwrap(), 4);
        assert_eq!(runs.load(Ordering::Relaxed), 4);
        assert_eq!(bodies(&store, ANN).await, ["3"]);
        let lost = lose(1_000_000).await;
        assert!(matches!(lost, Err(StoreError::Retry)), "{lost:?}");
        assert_eq!(runs.load(Ordering::Relaxed), 10, "five more tries, no more");
        no_transaction_is_left_open(&store).await;
    });
}

/// Two transactions want one lock: the second is told no, and does not wait.
#[test]
fn a_lock_that_is_taken_is_not_waited_for() {
    store::testing::run(Engine::Postgres, async |place| {
        let (store, other) = (place.store(), place.open_again().await);
        // A lock of the session outlives its transaction, so this side holds it for as long as it likes.
        let hold = "SELECT pg_advisory_lock(7)::text";
        other.system_write(async move |tx| tx.exec(hold, &[]).await).await.unwrap();
        assert_eq!(store.system_write(async |tx| tx.try_locks(&[7, 8]).await).await.unwrap(), [8]);
        other.close().await;
    });
}

/// A turn that has seen an assistant as holder and writes that down a moment later does not bring it back.
#[test]
fn a_removed_assistant_is_not_brought_back_by_a_turn_of_the_same_moment() {
    store::testing::run(Engine::Postgres, async |place| {
        let store = place.store();
        desk::settle(&store).await;
        desk::put_assistant(&store, 1).await;
        desk::put_thread(&store, desk::Thread::open(1, 1)).await;
        let held = "UPDATE conversation SET holder = 'assistant', holder_id = $3, version = version + 1
                    WHERE tenant_id = $1 AND id = $2";
        let hold = async move |tx: &mut store::TenantTx<'_>| {
            tx.exec(held, args![desk::conversation(1), desk::assistant(1)]).await
        };
        store.write(desk::ACME, hold).await.unwrap();
        let turn = tokio::spawn({
            let store = store.clone();
            async move {
                store
                    .write(desk::ACME, async move |tx| {
                        tx.lock_lanes(&[desk::conversation(1).0].into()).await?;
                        let _ = tx.one("SELECT $1::uuid, pg_sleep(0.5)", args![]).await?;
                        hold(tx).await
                    })
                    .await
            }
        });
        let locks = "SELECT COUNT(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                     WHERE l.locktype = 'advisory' AND d.datname = current_database()";
        while store.system_read(async move |tx| tx.one(locks, &[]).await?.get::<i64>(0)).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        let remove = async |tx: &mut store::TenantTx<'_>| {
            store::assistant::remove(tx, desk::at(2), &mut Ids::new(desk::at(2), 7), desk::assistant(1)).await
        };
        assert!(store.write(desk::ACME, remove).await.unwrap().is_some());
        turn.await.unwrap().unwrap();
        let find = async |tx: &mut store::TenantTx<'_>| {
            store::conversation::find(tx, desk::conversation(1), Some(desk::ANN)).await
        };
        let found = desk::read(&store, desk::ACME, find).await.unwrap();
        assert_eq!((found.holder.kind.as_str(), found.holder.id, found.version), ("agents", None, 4));
    });
}
