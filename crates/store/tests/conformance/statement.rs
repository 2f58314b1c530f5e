//! What goes in comes out: values, names of constraints, many rows, locks.

use domain::id::TenantId;
use store::{StoreError, SystemTx, args, list, on_both_engines, row};
use uuid::Uuid;

use crate::notes::{ANN, BOB, bodies, keep, with_notes};

on_both_engines! {
    /// A statement that fails tells the name of its constraint, the same on both engines.
    async fn constraints_have_one_name_on_both_engines(store) {
        with_notes(&store).await;
        keep(&store, ANN, 1, "a").await.unwrap();
        let same_key = keep(&store, ANN, 1, "b").await;
        assert!(matches!(&same_key, Err(StoreError::Unique(name)) if name == "note_pkey"), "{same_key:?}");
        let same_body = keep(&store, ANN, 2, "a").await;
        assert!(matches!(&same_body, Err(StoreError::Unique(name)) if name == "note_body"), "{same_body:?}");
        let no_note = store.write(ANN, async |tx| {
            tx.exec("INSERT INTO line (tenant_id, note_id) VALUES ($1, $2)", args![9_i64]).await
        }).await;
        assert!(matches!(no_note, Err(StoreError::Foreign(_))), "{no_note:?}");
        assert_eq!(bodies(&store, ANN).await, ["a"]);
    }

    /// A lock belongs to one transaction until it ends.
    async fn a_lock_is_had_by_one(store) {
        with_notes(&store).await;
        let take = async |tx: &mut SystemTx<'_>| tx.try_locks(&[42, 43]).await;
        assert_eq!(store.system_write(take).await.unwrap(), [42, 43]);
        assert_eq!(store.system_write(take).await.unwrap(), [42, 43], "they were not given back at the commit");
        assert_eq!(store.write(ANN, async |tx| tx.try_locks(&[42]).await).await.unwrap(), [42]);
        assert!(store.write(ANN, async |tx| tx.lock_lanes(&[Uuid::nil(), Uuid::max()].into()).await).await.is_ok());
    }

    /// One text for lists of any length and of each kind.
    async fn a_list_is_one_argument(store) {
        with_notes(&store).await;
        for id in 1..=3 {
            keep(&store, ANN, id, ["a", "b", "c"][id as usize - 1]).await.unwrap();
        }
        keep(&store, BOB, 4, "a").await.unwrap();
        let by_ids = async |ids: Vec<i64>| {
            let sql = "SELECT body FROM note WHERE tenant_id = $1 AND id {among $2} ORDER BY id";
            let rows = store.read(ANN, async move |tx| tx.rows(sql, args![list(ids.clone())]).await).await.unwrap();
            rows.iter().map(|row| row.get::<String>(0).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(by_ids(vec![3, 1, 1, 4, 9]).await, ["a", "c"]);
        assert!(by_ids(Vec::new()).await.is_empty());
        assert_eq!(by_ids((0..5_000).collect()).await, ["a", "b", "c"]);
        let by_body = "SELECT id FROM note WHERE tenant_id = $1 AND body {among $2} ORDER BY id";
        let rows = store.read(ANN, async move |tx| tx.rows(by_body, args![list(["c", "b"])]).await).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.get::<i64>(0).unwrap()).collect::<Vec<_>>(), [2, 3]);
        let tenants = "SELECT COUNT(*) FROM note WHERE tenant_id {among $1}";
        let both = store.system_read(async move |tx| tx.one(tenants, args![list([ANN, BOB])]).await?.get::<i64>(0)).await;
        assert_eq!(both.unwrap(), 4);
    }

    /// Bulk inserts are cut into statements; no row is lost or doubled at any border.
    async fn many_rows_cross_every_border(store) {
        with_notes(&store).await;
        let insert = "INSERT INTO note (tenant_id, id, body) VALUES {rows} ON CONFLICT DO NOTHING";
        for (round, count) in [0_i64, 1, 2, 3, 255, 256, 257, 1000].into_iter().enumerate() {
            let tenant = TenantId(Uuid::from_u128(100 + round as u128));
            let rows = move || (0..count).map(|id| row![id, format!("{id:04}")]);
            let inserted = store.write(tenant, async move |tx| tx.insert_many(insert, rows()).await);
            assert_eq!(inserted.await.unwrap(), count as u64);
            let again = store.write(tenant, async move |tx| tx.insert_many(insert, rows()).await);
            assert_eq!(again.await.unwrap(), 0);
            let expected: Vec<String> = (0..count).map(|id| format!("{id:04}")).collect();
            assert_eq!(bodies(&store, tenant).await, expected);
        }
        let plain = "INSERT INTO note (tenant_id, id, body)";
        store.system_write(async move |tx| {
            tx.push_many(plain, (0..700_i64).map(|id| row![BOB, id, format!("{id:04}")])).await
        }).await.unwrap();
        assert_eq!(bodies(&store, BOB).await.len(), 700);
    }

    /// Every kind of value comes back as it went in, and NULL in each place as `None`.
    async fn values_come_back_as_they_went(store) {
        with_notes(&store).await;
        let insert = "INSERT INTO note (tenant_id, id, body, flag, amount, raw, other) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let select = "SELECT id, body, flag, amount, raw, other, tenant_id FROM note WHERE tenant_id = $1 AND id = $2";
        type Note = (i64, Option<String>, Option<bool>, Option<f64>, Option<Vec<u8>>, Option<Uuid>, TenantId);
        let full: Note =
            (i64::MIN, Some("naïve 👋 'quoted' $1".into()), Some(true), Some(-0.5), Some(vec![0, 255]), Some(BOB.0), ANN);
        let empty: Note = (i64::MAX, None, None, None, None, None, ANN);
        for note in [full, empty] {
            let back = store.write(ANN, {
                let (id, body, flag, amount, raw, other, _) = note.clone();
                async move |tx| {
                    tx.push(insert, args![id, &body, flag, amount, &raw, other]).await?;
                    let row = tx.one(select, args![id]).await?;
                    Ok::<Note, StoreError>(
                        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?)
                    )
                }
            }).await;
            assert_eq!(back.unwrap(), note);
        }
        let wrong = store.read(ANN, async move |tx| tx.one(select, args![i64::MAX]).await?.get::<String>(0)).await;
        assert!(matches!(wrong, Err(StoreError::Fault(_))), "{wrong:?}");
        let missing = store.read(ANN, async move |tx| tx.one(select, &[]).await?.get::<i64>(0)).await;
        assert!(matches!(missing, Err(StoreError::Fault(_))), "a missing argument is not NULL: {missing:?}");
    }
}
