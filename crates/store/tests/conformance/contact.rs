//! People: their pages, what changes, and the ledger of their consent.

use domain::id::ContactId;
use store::consent;
use store::contact::address::{self, Named};
use store::contact::{self, Change, Contact, New, PHONE_TAKEN};
use store::contact::{merge, tags};
use store::search::Search;
use store::{Store, StoreError, args, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, at, put_contact, settle};

async fn page(store: &Store, search: &'static str, after: Option<ContactId>, limit: u32) -> Vec<Contact> {
    desk::read(store, ACME, async move |tx| contact::page(tx, Search::parse(search).as_ref(), None, after, limit).await)
        .await
}

fn new(n: u128, phone: &str) -> New {
    let phone = Named { kind: address::PHONE, address: phone.into() };
    let tags = Some(vec!["b".into(), "a".into(), "a".into()]);
    New {
        id: desk::contact(n),
        addresses: vec![phone],
        known: Change { name: Some("Zoë".into()), tags, ..Change::default() },
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

    /// Whoever is new has all that was said of them; of several addresses of a kind the first counts first.
    async fn somebody_new_has_all_that_was_said_of_them(store) {
        settle(&store).await;
        let named = |kind, address: &str| Named { kind, address: address.into() };
        let known = Change {
            name: Some("Zoë".into()),
            language: Some(Some("de".into())),
            note: Some("Likes rye".into()),
            blocked: Some(true),
            tags: Some(vec!["vip".into()]),
            ..Change::default()
        };
        let addresses = vec![
            named(address::PHONE, "+14155552679"), named(address::PHONE, "+14155552671"), named(address::EMAIL, "zoe@acme.example"),
        ];
        let new = New { id: desk::contact(1), addresses, known };
        store.write(ACME, async move |tx| contact::create(tx, at(1), &new).await).await.unwrap();
        let only = New { id: desk::contact(2), addresses: vec![named(address::EMAIL, "bo@acme.example")], known: Change::default() };
        store.write(ACME, async move |tx| contact::create(tx, at(1), &only).await).await.unwrap();
        let found = desk::read(&store, ACME, async |tx| contact::find(tx, desk::contact(1)).await).await.unwrap();
        assert_eq!((found.phone.as_str(), found.addresses.len(), found.blocked), ("+14155552679", 3, true));
        assert_eq!((found.language.as_deref(), found.note.as_deref(), found.tags), (Some("de"), Some("Likes rye"), vec!["vip".into()]));
        let found = desk::read(&store, ACME, async |tx| contact::find(tx, desk::contact(2)).await).await.unwrap();
        assert_eq!((found.phone.as_str(), found.addresses.len()), ("", 1));
        assert_eq!(page(&store, "zoe@acme", None, 9).await.len(), 1);
        let twice = New { id: desk::contact(3), addresses: vec![named(address::EMAIL, "bo@acme.example")], known: Change::default() };
        let taken = store.write(ACME, async move |tx| contact::create(tx, at(1), &twice).await).await;
        assert!(matches!(taken, Err(StoreError::Unique(name)) if name == PHONE_TAKEN));
    }

    /// Values that are none of a kind are counted, and some who have one are named; a choice becomes another for all.
    async fn values_of_a_field_are_looked_at_and_renamed(store) {
        use domain::field::Kind;
        settle(&store).await;
        for (n, value) in [(1, "12"), (2, "gold"), (3, "gold"), (4, "2026-11-27"), (5, "yes")] {
            put_contact(&store, ACME, n, "Ann").await;
            store.write(ACME, async move |tx| contact::save_field(tx, at(1), desk::contact(n), "plan", value).await).await.unwrap();
        }
        put_contact(&store, BOLT, 6, "Ann").await;
        store.write(BOLT, async move |tx| contact::save_field(tx, at(1), desk::contact(6), "plan", "gold").await).await.unwrap();
        let misfits = async |kind: Kind| desk::read(&store, ACME, async move |tx| store::field::misfits(tx, "plan", &kind).await).await;
        let choice = |choices: &[&str]| Kind::Choice { choices: choices.iter().map(ToString::to_string).collect() };
        for (kind, count) in [
            (Kind::Text, 0), (Kind::Number, 4), (Kind::Date, 4), (Kind::YesNo, 4), (choice(&["gold", "12"]), 2), (choice(&["x"]), 5),
        ] {
            let found = misfits(kind.clone()).await;
            assert_eq!((found.count, found.some.len()), (count, count as usize), "{kind:?}");
        }
        assert_eq!(misfits(Kind::Number).await.some[0], desk::contact(2));
        let rename = async |from: &'static str, to: &'static str, at_most| {
            store.write(ACME, async move |tx| store::field::rename(tx, "plan", from, to, at_most).await).await.unwrap()
        };
        assert_eq!(rename("gold", "13", 1).await, 1);
        assert_eq!((rename("gold", "13", 9).await, rename("gold", "13", 9).await), (1, 0));
        assert_eq!(misfits(Kind::Number).await.count, 2, "what it is compared by changes with it");
        let theirs = desk::read(&store, BOLT, async |tx| contact::fields(tx, desk::contact(6)).await).await;
        assert_eq!(theirs["plan"], "gold");
    }

    /// Labels are counted; whoever was made one with another is counted once, and is told where they went.
    async fn labels_are_counted_and_the_merged_are_found(store) {
        settle(&store).await;
        for n in 1..=3 {
            put_contact(&store, ACME, n, "Ann").await;
            let tags = Some(if n == 1 { vec!["a".into(), "b".into()] } else { vec!["b".into()] });
            let change = Change { tags, ..Change::default() };
            store.write(ACME, async move |tx| contact::change(tx, &mut desk::hand(2, &mut desk::ids(n as i64)), desk::contact(n), &change).await).await.unwrap();
        }
        let counted = async |after: &'static str| {
            let page = desk::read(&store, ACME, async move |tx| tags::page(tx, after, 9).await).await;
            page.into_iter().map(|one| (one.tag, one.contacts)).collect::<Vec<_>>()
        };
        assert_eq!(counted("").await, [("a".to_owned(), 1), ("b".to_owned(), 3)]);
        for (nth, (kept, gone)) in [(2, 1), (3, 2)].into_iter().enumerate() {
            store.write(ACME, async move |tx| {
                let mut ids = desk::ids(20 + nth as i64);
                let id = ids.next();
                merge::merge(tx, &mut desk::hand(20, &mut ids), id, desk::contact(kept), desk::contact(gone)).await
            }).await.unwrap();
        }
        assert_eq!(counted("").await, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
        assert_eq!(counted("a").await, [("b".to_owned(), 1)]);
        let into = desk::read(&store, ACME, async |tx| merge::into(tx, &[1, 2, 3].map(desk::contact)).await).await;
        assert_eq!(into.into_iter().collect::<Vec<_>>(), [(desk::contact(1), desk::contact(3)), (desk::contact(2), desk::contact(3))]);
        assert!(desk::read(&store, BOLT, async |tx| merge::into(tx, &[desk::contact(1)]).await).await.is_empty());
    }

    /// Who is found is narrowed by what must be so of them.
    async fn a_search_is_narrowed(store) {
        use domain::condition::{check, text};
        settle(&store).await;
        for n in 1..=4 {
            put_contact(&store, ACME, n, if n < 4 { "Ann" } else { "Ben" }).await;
            let change = Change { tags: Some(if n == 2 { vec![] } else { vec!["vip".into()] }), ..Change::default() };
            store.write(ACME, async move |tx| contact::change(tx, &mut desk::hand(2, &mut desk::ids(n as i64)), desk::contact(n), &change).await).await.unwrap();
        }
        let page = async |search: &'static str, after: Option<u128>| {
            let read = async move |tx: &mut store::TenantTx<'_>| {
                let parsed = text::parse("tag = \"vip\" and not name = \"Bo\"").unwrap();
                let catalogue = store::segment::catalogue(tx, [parsed.condition()]).await?;
                let meant = check(parsed.condition(), &catalogue).unwrap();
                let search = Search::parse(search);
                contact::page(tx, search.as_ref(), Some((&meant, at(9))), after.map(desk::contact), 9).await
            };
            desk::read(&store, ACME, read).await.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(page("ann", None).await, [3, 1].map(desk::contact));
        assert_eq!(page("ann", Some(3)).await, [1].map(desk::contact));
        assert_eq!(page("", None).await, [4, 3, 1].map(desk::contact));
    }
}
