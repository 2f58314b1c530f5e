//! Files of contacts: what is kept of them, and how long.

use domain::id::ImportId;
use domain::import::Settings;
use store::{TenantTx, import, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, at, settle};

fn id(n: u128) -> ImportId {
    Uuid::from_u128(0x7000 + n).into()
}

on_both_engines! {
    /// The file goes in time, and one that broke off sooner; that there was one stays.
    async fn files_are_forgotten_and_what_was_done_is_not(store) {
        settle(&store).await;
        for (n, second) in [(1, 10), (2, 20), (3, 20)] {
            store.write(ACME, async move |tx: &mut TenantTx<'_>| {
                import::create(tx, at(second), id(n), "people.csv", None).await?;
                import::add_part(tx, id(n), 0, b"phone").await?;
                import::reject(tx, id(n), 1, &[(2, "2,why".into())]).await?;
                // The third never came in whole.
                if n < 3 { import::whole(tx, id(n), "{}", &Settings::default()).await.map(drop) } else { Ok(()) }
            }).await.unwrap();
        }
        let there = async |n| desk::read(&store, ACME, async move |tx| {
            let part = import::part(tx, id(n), 0).await?.is_some();
            let rejected = !import::rejected(tx, id(n), 1, 0, 10).await?.is_empty();
            let of_another_order = !import::rejected(tx, id(n), 2, 0, 10).await?.is_empty();
            Ok::<_, store::StoreError>((part, rejected, of_another_order, import::find(tx, id(n)).await?.is_some()))
        }).await;
        assert_eq!((there(1).await, there(3).await), ((true, true, false, true), (true, true, false, false)));
        let forgotten = store.system_write(async |tx| import::forget(tx, at(15), at(25), 100).await).await.unwrap();
        assert_eq!(forgotten, 2);
        assert_eq!(there(1).await, (false, false, false, true), "it is old");
        assert_eq!(there(2).await, (true, true, false, true), "it is not");
        assert_eq!(there(3).await, (false, false, false, false), "it broke off");
    }
}
