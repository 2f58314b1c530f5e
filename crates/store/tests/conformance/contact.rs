//! People: their pages, what changes, and the ledger of their consent.

use domain::id::ContactId;
use domain::phone::E164;
use store::consent;
use store::contact::{self, Change, Contact, New, PHONE_TAKEN};
use store::search::Search;
use store::{Store, StoreError, args, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, at, put_contact, settle};

async fn page(store: &Store, search: &'static str, after: Option<ContactId>, limit: u32) -> Vec<Contact> {
    desk::read(store, ACME, async move |tx| contact::page(tx, Search::parse(search).as_ref(), after, limit).await).await
}

fn new(n: u128, phone: &str) -> New {
    New {
        id: desk::contact(n),
        phone: E164::from_carrier(phone).unwrap(),
        name: "Zoë".into(),
        company: String::new(),
        time_zone: None,
        language: None,
        note: String::new(),
        tags: vec!["b".into(), "a".into(), "a".into()],
    }
}

on_both_engines! {
    /// Every contact is on one page, the newest first; nobody else's is on any.
    async fn paging_is_complete_and_only_ours(store) {
        settle(&store).await;
        for n in 0..7 {
            put_contact(&store, ACME, n, "Ann").await;
        }
        put_contact(&store, BOLT, 8, "Ann").await;
        for search in ["", "ann"] {
            let mut seen = Vec::new();
            while let Some(last) = { let rows = page(&store, search, seen.last().copied(), 3).await; seen.extend(rows.iter().map(|row| row.id)); rows.last().map(|row| row.id) } {
                assert!(seen.contains(&last));
            }
            assert_eq!(seen, (0..7).rev().map(desk::contact).collect::<Vec<_>>(), "{search}");
        }
        assert_eq!(desk::read(&store, BOLT, async |tx| contact::find(tx, desk::contact(1)).await).await, None);
    }

    /// Found by a piece of the name in any case, or by digits however they are spelled.
    async fn a_search_finds(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Mary O'Neil").await;
        put_contact(&store, ACME, 2, "100%").await;
        for (search, found) in [("o'n", 1), ("MARY", 1), ("555-2001", 1), ("100%", 2), ("10", 2)] {
            let ids: Vec<_> = page(&store, search, None, 10).await.iter().map(|row| row.id).collect();
            assert_eq!(ids, [desk::contact(found)], "{search}");
        }
        for nothing in ["%", "_", "\"", "o'nn", "5552003"] {
            assert!(page(&store, nothing, None, 10).await.is_empty(), "{nothing}");
        }
        let named = contact::Change { name: Some("Bo Ek".into()), company: Some("Café Zoë".into()), ..Default::default() };
        store.write(ACME, async move |tx| contact::change(tx, &mut desk::hand(9, &mut desk::ids(9)), desk::contact(2), &named).await).await.unwrap();
        for (search, found) in [("cafe ZOE", 1), ("ek", 1), ("100", 0), ("b", 1), ("zo", 1), ("oe", 0)] {
            assert_eq!(page(&store, search, None, 10).await.len(), found, "{search}");
        }
    }

    /// A number belongs to one contact; what is given changes and the rest stays.
    async fn contacts_are_added_and_changed(store) {
        settle(&store).await;
        store.write(ACME, async |tx| contact::create(tx, at(1), &new(1, "+14155552671")).await).await.unwrap();
        let taken = store.write(ACME, async |tx| contact::create(tx, at(1), &new(2, "+14155552671")).await).await;
        assert!(matches!(taken, Err(StoreError::Unique(name)) if name == PHONE_TAKEN));
        store.write(BOLT, async |tx| contact::create(tx, at(1), &new(2, "+14155552671")).await).await.unwrap();

        let change = Change { company: Some("Acme".into()), blocked: Some(true), time_zone: Some(Some("Europe/Paris".into())), ..Change::default() };
        let line = store.write(ACME, async move |tx| contact::change(tx, &mut desk::hand(1, &mut desk::ids(1)), desk::contact(1), &change).await).await.unwrap();
        assert!(line.is_some());
        let found = desk::read(&store, ACME, async |tx| contact::find(tx, desk::contact(1)).await).await.unwrap();
        assert_eq!((found.name.as_deref(), found.company.as_deref(), found.blocked), (Some("Zoë"), Some("Acme"), true));
        assert_eq!((found.phone_pretty.as_str(), found.tags.as_slice()), ("+1 415-555-2671", &["a".to_owned(), "b".into()][..]));
        assert_eq!(found.time_zone.as_deref(), Some("Europe/Paris"));

        let clear = Change { name: Some(String::new()), time_zone: Some(None), tags: Some(vec![]), ..Change::default() };
        store.write(ACME, async move |tx| contact::change(tx, &mut desk::hand(1, &mut desk::ids(1)), desk::contact(1), &clear).await).await.unwrap();
        let found = desk::read(&store, ACME, async |tx| contact::find(tx, desk::contact(1)).await).await.unwrap();
        assert_eq!((found.name, found.time_zone, found.tags.len(), found.blocked), (None, None, 0, true));

        let nobody = store.write(BOLT, async |tx| contact::change(tx, &mut desk::hand(1, &mut desk::ids(1)), desk::contact(1), &Change::default()).await).await.unwrap();
        assert_eq!(nobody, None);
    }

    /// What is kept in a field is shown while the tenant has that field, and is there again with it.
    async fn fields_are_kept_and_shown(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        let has = async |keys: &'static [&'static str]| {
            store.write(ACME, async move |tx| {
                let mut found = store::tenant::read_to_change(tx).await?;
                let field = |key: &&str| domain::field::Field { key: (*key).into(), label: (*key).into(), kind: domain::field::Kind::Text };
                found.settings.fields = keys.iter().map(field).collect();
                store::tenant::change(tx, &found.name, &found.settings).await
            }).await.unwrap();
        };
        let sets = async |field: &'static str, value: Option<&'static str>| {
            let change = Change { fields: vec![(field.into(), value.map(str::to_owned))], ..Change::default() };
            store.write(ACME, async move |tx| contact::change(tx, &mut desk::hand(1, &mut desk::ids(1)), desk::contact(1), &change).await).await.unwrap();
        };
        let shown = async || {
            let found = desk::read(&store, ACME, async |tx| contact::find(tx, desk::contact(1)).await).await.unwrap();
            found.fields.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
        };
        has(&["size", "colour"]).await;
        sets("size", Some("52")).await;
        sets("colour", Some("red")).await;
        assert_eq!(shown().await, ["colour=red", "size=52"]);
        has(&["colour"]).await;
        assert_eq!(shown().await, ["colour=red"]);
        has(&["size", "colour"]).await;
        sets("colour", None).await;
        sets("size", Some("54")).await;
        assert_eq!(shown().await, ["size=54"]);
    }

    /// The ledger reads newest first, page by page.
    async fn consents_are_listed(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        for n in 1..=3_u128 {
            store.write(ACME, async move |tx| {
                tx.exec(
                    "INSERT INTO consent (tenant_id, id, contact_id, kind, address, state, source, keyword, at_us)
                     VALUES ($1, $2, $3, 'phone', $4, 'opted_out', 'keyword', 'stop', $5)",
                    args![Uuid::from_u128(n), desk::contact(1), desk::phone(1), at(1)],
                ).await
            }).await.unwrap();
        }
        let first = desk::read(&store, ACME, async |tx| consent::page(tx, desk::contact(1), None, 2).await).await;
        assert_eq!(first.iter().map(|line| line.id.as_u128()).collect::<Vec<_>>(), [3, 2]);
        let after = first[1].id;
        let second = desk::read(&store, ACME, async move |tx| consent::page(tx, desk::contact(1), Some(after), 2).await).await;
        assert_eq!(second.len(), 1);
        assert!(desk::read(&store, BOLT, async |tx| consent::page(tx, desk::contact(1), None, 2).await).await.is_empty());
    }
}
