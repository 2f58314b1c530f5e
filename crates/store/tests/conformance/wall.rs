//! A tenant sees only itself.

use store::{StoreError, SystemTx, args, dialect::Engine, on_both_engines};

use crate::notes::{ANN, BOB, bodies, keep, with_notes};

on_both_engines! {
    /// A text without `$1` would reach across tenants.
    async fn a_query_without_its_tenant_is_refused(store) {
        with_notes(&store).await;
        let all = store.read(ANN, async |tx| tx.rows("SELECT body FROM note WHERE id = $10", &[]).await.map(drop)).await;
        assert!(matches!(all, Err(StoreError::Unscoped(_))), "{all:?}");
        let swallowed: Result<(), StoreError> = store.write(ANN, async |tx| {
            let _ = tx.push("DELETE FROM note", &[]).await;
            Ok(())
        }).await;
        assert!(matches!(swallowed, Err(StoreError::Unscoped(_))), "{swallowed:?}");
    }

    /// On PostgreSQL the wall stands even where a text forgets it. Tables made by no migration of ours have it too.
    async fn another_tenants_rows_are_out_of_reach(store) {
        with_notes(&store).await;
        keep(&store, ANN, 1, "ann's").await.unwrap();
        keep(&store, BOB, 1, "bob's").await.unwrap();
        assert_eq!(bodies(&store, ANN).await, ["ann's"]);
        assert_eq!(bodies(&store, BOB).await, ["bob's"]);
        if store.engine() == Engine::Sqlite {
            return; // one wall: that of the text
        }
        let forgetful = "SELECT body FROM note WHERE tenant_id = $1 OR true";
        let seen = store.read(ANN, async move |tx| Ok::<_, StoreError>(tx.rows(forgetful, &[]).await?.len())).await.unwrap();
        assert_eq!(seen, 1, "row-level security let another tenant's row through");
        let moved = store.write(ANN, async |tx| {
            tx.exec_returning_count("UPDATE note SET body = 'taken' WHERE tenant_id <> $1", &[]).await
        });
        assert_eq!(moved.await.unwrap(), 0);
        let planted = store.write(ANN, async |tx| {
            tx.exec("INSERT INTO note (tenant_id, id) SELECT $2, 7 WHERE $1 IS DISTINCT FROM $2", args![BOB]).await
        }).await;
        assert!(matches!(planted, Err(StoreError::Fault(_))), "a row was planted with another tenant: {planted:?}");
        let bare = store.system_read(async |tx| {
            let rows = tx.rows(
                "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                   AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
                &[],
            ).await?;
            rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, StoreError>>()
        });
        assert_eq!(bare.await.unwrap(), Vec::<String>::new(), "tables without row-level security");
    }

    /// Turns of many tenants are committed together, each seeing only its own.
    async fn one_transaction_serves_many_tenants(store) {
        with_notes(&store).await;
        let insert = "INSERT INTO note (tenant_id, id, body) VALUES ($1, $2, $3)";
        let (seen, all) = store.system_write(async move |tx: &mut SystemTx<'_>| {
            tx.for_tenant(ANN).push(insert, args![1_i64, "ann's"]).await?;
            tx.for_tenant(BOB).push(insert, args![1_i64, "bob's"]).await?;
            tx.for_tenant(ANN).push(insert, args![2_i64, "ann's second"]).await?;
            let mut bob = tx.for_tenant(BOB);
            let seen: i64 = bob.one("SELECT count(*) FROM note WHERE tenant_id = $1", &[]).await?.get(0)?;
            let all: i64 = tx.one("SELECT count(*) FROM note", &[]).await?.get(0)?;
            tx.for_tenant(BOB).push(insert, args![2_i64, "bob's second"]).await?;
            Ok::<_, StoreError>((seen, all))
        }).await.unwrap();
        assert_eq!((seen, all), (1, 3));
        assert_eq!(bodies(&store, ANN).await, ["ann's", "ann's second"]);
        assert_eq!(bodies(&store, BOB).await, ["bob's", "bob's second"]);
    }
}
