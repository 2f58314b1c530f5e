//! The promises of transactions themselves, whatever is in the tables.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use store::{Store, StoreError, TenantTx, args, dialect::Engine, on_both_engines};

use crate::notes::{ANN, bodies, keep, no_transaction_is_left_open, put, with_notes};

/// What a body may answer besides a fault.
#[derive(Debug)]
enum Refused {
    ByRule,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

on_both_engines! {
    /// The same operation twice makes one row, by its key.
    async fn the_same_twice_is_once(store) {
        with_notes(&store).await;
        let once = async |tx: &mut TenantTx<'_>| {
            tx.exec_returning_count(
                "INSERT INTO note (tenant_id, id, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                args![1_i64, "hello"],
            )
            .await
        };
        assert_eq!(store.write(ANN, once).await.unwrap(), 1);
        assert_eq!(store.write(ANN, once).await.unwrap(), 0);
        assert_eq!(bodies(&store, ANN).await, ["hello"]);
    }

    /// A body sees what it wrote itself.
    async fn a_body_sees_its_own_writes(store) {
        with_notes(&store).await;
        let seen = store.write(ANN, async |tx| {
            tx.push("INSERT INTO note (tenant_id, id, body) VALUES ($1, $2, $3)", args![1_i64, "mine"]).await?;
            tx.one("SELECT body FROM note WHERE tenant_id = $1", &[]).await?.get::<String>(0)
        });
        assert_eq!(seen.await.unwrap(), "mine");
    }

    /// Readers never see what is not committed, and one read sees one moment.
    async fn a_read_is_one_snapshot_of_what_is_committed(store) {
        with_notes(&store).await;
        let writing = tokio::spawn({
            let store = store.clone();
            async move {
                for round in 0..50_i64 {
                    store.write(ANN, async move |tx| {
                        tx.push("INSERT INTO note (tenant_id, id) VALUES ($1, $2)", args![round * 2]).await?;
                        tx.exec("INSERT INTO note (tenant_id, id) VALUES ($1, $2)", args![round * 2 + 1]).await
                    }).await.unwrap();
                }
            }
        });
        let count = "SELECT count(*) FROM note WHERE tenant_id = $1";
        let mut last = 0;
        while last < 100 {
            let (first, second) = store.read(ANN, async move |tx| {
                let first: i64 = tx.one(count, &[]).await?.get(0)?;
                Ok::<_, StoreError>((first, tx.one(count, &[]).await?.get::<i64>(0)?))
            }).await.unwrap();
            assert_eq!(first % 2, 0, "half a transaction was seen");
            assert_eq!(first, second, "a read saw two moments");
            assert!(first >= last, "time went backwards");
            last = first;
        }
        writing.await.unwrap();
    }

    /// A read cannot write.
    async fn a_read_cannot_write(store) {
        with_notes(&store).await;
        let wrote = store.read(ANN, async |tx| put(tx, 1, "sneaky").await).await;
        assert!(matches!(wrote, Err(StoreError::Fault(_))), "{wrote:?}");
        assert!(bodies(&store, ANN).await.is_empty());
    }

    /// A refusal of the domain undoes its own body and no other, though they wait together.
    async fn a_failing_body_harms_no_neighbour(store) {
        with_notes(&store).await;
        let mut waiting = Vec::new();
        for id in 0..100_i64 {
            let store = store.clone();
            waiting.push(tokio::spawn(async move {
                store.write(ANN, async move |tx| {
                    put(tx, id, &format!("{id:03}")).await?;
                    if id % 3 == 0 { Err(Refused::ByRule) } else { Ok(id) }
                }).await
            }));
        }
        for (id, asked) in (0..).zip(waiting) {
            match asked.await.unwrap() {
                Ok(kept) => assert!(kept == id && id % 3 != 0),
                Err(Refused::ByRule) => assert_eq!(id % 3, 0),
                Err(Refused::Store(error)) => panic!("{error:?}"),
            }
        }
        let expected: Vec<String> = (0..100).filter(|id| id % 3 != 0).map(|id| format!("{id:03}")).collect();
        assert_eq!(bodies(&store, ANN).await, expected);
    }

    /// What travels with the commit can still fail, and then nothing is left.
    async fn a_put_off_violation_is_told_at_the_commit(store) {
        with_notes(&store).await;
        keep(&store, ANN, 1, "a").await.unwrap();
        let push = "INSERT INTO note (tenant_id, id, body) VALUES ($1, $2, $3)";
        let result: Result<&str, StoreError> = store.write(ANN, async move |tx| {
            put(tx, 2, "b").await?;
            tx.push(push, args![3_i64, "a"]).await?;
            tx.push(push, args![4_i64, "d"]).await?;
            Ok("the body ends well")
        }).await;
        assert!(matches!(&result, Err(StoreError::Unique(name)) if name == "note_body"), "{result:?}");
        let next = store.write(ANN, async move |tx| {
            tx.push(push, args![3_i64, "a"]).await?;
            put(tx, 5, "e").await
        }).await;
        assert!(matches!(&next, Err(StoreError::Unique(name)) if name == "note_body"), "{next:?}");
        assert_eq!(bodies(&store, ANN).await, ["a"]);
    }

    /// A bug in a body ends that body.
    async fn a_panic_leaves_nothing_and_harms_nobody(store) {
        with_notes(&store).await;
        let panicked: Result<(), StoreError> = store.write(ANN, async |tx| {
            put(tx, 1, "a").await?;
            panic!("a bug, on purpose");
        }).await;
        assert!(matches!(panicked, Err(StoreError::Panicked)), "{panicked:?}");
        keep(&store, ANN, 1, "b").await.unwrap();
        assert_eq!(bodies(&store, ANN).await, ["b"]);
    }

    /// A body holds locks: it may wait for nothing but the database.
    async fn a_foreign_await_is_refused(store) {
        with_notes(&store).await;
        let waited: Result<(), StoreError> = store.write(ANN, async |tx| {
            put(tx, 1, "a").await?;
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            Ok(())
        }).await;
        assert!(matches!(waited, Err(StoreError::ForeignAwait)), "{waited:?}");
        let read: Result<(), StoreError> = store.read(ANN, async |_| {
            tokio::task::yield_now().await;
            Ok(())
        }).await;
        assert!(matches!(read, Err(StoreError::ForeignAwait)), "{read:?}");
        assert!(bodies(&store, ANN).await.is_empty());
    }

    /// Callers that go away leave whole transactions or none, and no connection that is still inside one.
    async fn callers_that_go_away_leave_nothing_half_done(store) {
        with_notes(&store).await;
        let mut asked = Vec::new();
        for id in 0..200_i64 {
            let store = store.clone();
            asked.push(tokio::spawn(async move {
                store.write(ANN, async move |tx| {
                    tx.exec("INSERT INTO note (tenant_id, id) VALUES ($1, $2)", args![id]).await?;
                    tx.exec("INSERT INTO line (tenant_id, note_id) VALUES ($1, $2)", args![id]).await
                }).await
            }));
            if id % 5 == 0 {
                tokio::task::yield_now().await;
            }
        }
        for caller in asked.iter().step_by(2) {
            caller.abort();
        }
        let mut kept = 0;
        for caller in asked {
            kept += i64::from(matches!(caller.await, Ok(Ok(()))));
        }
        assert!(kept >= 100, "callers that stayed were not served: {kept}");
        let counts = async |store: &Store| store.read(ANN, async |tx| {
            let row = tx.one(
                "SELECT (SELECT count(*) FROM note WHERE tenant_id = $1), (SELECT count(*) FROM line WHERE tenant_id = $1)",
                &[],
            ).await?;
            Ok::<(i64, i64), StoreError>((row.get(0)?, row.get(1)?))
        }).await.unwrap();
        store.write(ANN, async |tx| tx.exec("INSERT INTO note (tenant_id, id) VALUES ($1, $2)", args![999_i64]).await)
            .await
            .unwrap();
        if store.engine() == Engine::Postgres {
            no_transaction_is_left_open(&store).await;
        }
        let (notes, lines) = counts(&store).await;
        assert_eq!(notes - 1, lines, "half a transaction was kept");
        assert!(lines >= kept);
    }

    /// PostgreSQL keeps nothing after a failed statement and SQLite would: both refuse.
    async fn a_swallowed_error_refuses_the_commit(store) {
        with_notes(&store).await;
        keep(&store, ANN, 1, "a").await.unwrap();
        let swallowed: Result<(), StoreError> = store.write(ANN, async |tx| {
            put(tx, 2, "b").await?;
            let _ = put(tx, 3, "a").await;
            let after = put(tx, 4, "d").await;
            assert!(matches!(after, Err(StoreError::Unique(_))), "what follows a failure tells it again");
            Ok(())
        }).await;
        assert!(matches!(&swallowed, Err(StoreError::Unique(name)) if name == "note_body"), "{swallowed:?}");
        assert_eq!(bodies(&store, ANN).await, ["a"]);
    }

    /// No row is an answer, not a failure: a body may go on.
    async fn no_row_is_not_a_failure(store) {
        with_notes(&store).await;
        store.write(ANN, async |tx| {
            let none = tx.one("SELECT body FROM note WHERE tenant_id = $1", &[]).await;
            assert!(matches!(none, Err(StoreError::NoRow)));
            put(tx, 1, "a").await
        }).await.unwrap();
        assert_eq!(bodies(&store, ANN).await, ["a"]);
    }

    /// Closing lets nobody else in and finishes what was let in before; the data is there at the next start.
    async fn closing_finishes_what_waits(store, place) {
        with_notes(&store).await;
        let answered = Arc::new(AtomicUsize::new(0));
        let mut asked = tokio::task::JoinSet::new();
        for id in 0..200_i64 {
            let (store, answered) = (store.clone(), Arc::clone(&answered));
            asked.spawn(async move {
                let insert = "INSERT INTO note (tenant_id, id) VALUES ($1, $2)";
                let answer = store.write(ANN, async move |tx| tx.exec(insert, args![id]).await).await;
                answered.fetch_add(1, Ordering::Relaxed);
                answer
            });
        }
        while store.waiting() + answered.load(Ordering::Relaxed) < 200 {
            tokio::task::yield_now().await;
        }
        store.close().await;
        while let Some(answer) = asked.join_next().await {
            answer.unwrap().expect("it was let in before the closing");
        }
        assert!(matches!(keep(&store, ANN, 999, "late").await, Err(StoreError::Closed)));
        let late = store.read(ANN, async |tx| tx.rows("SELECT id FROM note WHERE tenant_id = $1", &[]).await.map(drop)).await;
        assert!(matches!(late, Err(StoreError::Closed)), "{late:?}");
        store.close().await;

        let again = place.open_again().await;
        let count = again.read(ANN, async |tx| tx.one("SELECT count(*) FROM note WHERE tenant_id = $1", &[]).await?.get::<i64>(0));
        assert_eq!(count.await.unwrap(), 200);
        again.close().await;
    }

    /// A database is migrated once, and says so.
    async fn migrations_are_applied_once(store, place) {
        assert!(store.pending_migrations().await.unwrap().is_empty());
        assert!(store.migrate().await.unwrap().is_empty());
        let again = place.open_again().await;
        let (one, two) = tokio::join!(again.migrate(), store.migrate());
        assert!(one.unwrap().is_empty() && two.unwrap().is_empty());
        store.system_write(async |tx| {
            tx.exec("UPDATE schema_migration SET fingerprint = 'other' WHERE number = 1", &[]).await
        }).await.unwrap();
        assert!(matches!(store.pending_migrations().await, Err(StoreError::Migration(_))));
        assert!(matches!(store.migrate().await, Err(StoreError::Migration(_))));
        again.close().await;
    }
}
