//! People whole: their addresses, and what was changed of them by whom.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::id::{ImportId, MergeId, ViewId};
use domain::message::Author;
use store::contact::address::{self, ADDRESSES_MAX, Added, Named, Removed};
use store::contact::erase::{Erasure, erase};
use store::contact::history::{By, ContactChange, Hand};
use store::contact::{self, Change, Contact, merge, timeline};
use store::view;
use store::{Store, StoreError, args, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, at, ids, put_contact, settle};

fn phone(n: u128) -> Named {
    Named { kind: address::PHONE, address: desk::phone(n) }
}

fn email(text: &str) -> Named {
    Named { kind: address::EMAIL, address: text.into() }
}

/// A second of its own for each change, so that their lines have an order.
fn next() -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(10);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

async fn add(store: &Store, n: u128, named: &Named, first: bool) -> Added {
    let (named, second) = (named.clone(), next());
    let adds = async move |tx: &mut store::TenantTx<'_>| {
        address::add(tx, &mut desk::hand(second, &mut ids(second)), desk::contact(n), &named, first).await
    };
    store.write(ACME, adds).await.unwrap()
}

async fn remove(store: &Store, n: u128, named: &Named) -> Removed {
    let (named, second) = (named.clone(), next());
    let removes = async move |tx: &mut store::TenantTx<'_>| {
        address::remove(tx, &mut desk::hand(second, &mut ids(second)), desk::contact(n), &named).await
    };
    store.write(ACME, removes).await.unwrap()
}

async fn find(store: &Store, n: u128) -> Contact {
    desk::read(store, ACME, async move |tx| contact::find(tx, desk::contact(n)).await).await.unwrap()
}

async fn found(store: &Store, text: &'static str) -> usize {
    let search = store::search::Search::parse(text);
    desk::read(store, ACME, async move |tx| contact::page(tx, search.as_ref(), None, None, 10).await).await.len()
}

async fn history(store: &Store, n: u128) -> Vec<ContactChange> {
    desk::read(store, ACME, async move |tx| contact::history::page(tx, desk::contact(n), None, 100).await).await
}

fn told(changes: &[ContactChange]) -> Vec<String> {
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    changes.iter().rev().map(|one| format!("{}: {} > {}", one.part, word(&one.from), word(&one.to))).collect()
}

on_both_engines! {
    /// Whoever has several addresses is found by each; one counts first, and it is one rule for all.
    async fn several_addresses_and_one_is_primary(store) {
        settle(&store).await;
        for n in 1..=2 {
            put_contact(&store, ACME, n, "Ann").await;
        }
        put_contact(&store, BOLT, 3, "Ann").await;
        assert!(matches!(add(&store, 1, &phone(3), false).await, Added::Theirs(_)), "another tenant's is free here");
        assert!(matches!(add(&store, 1, &email("ann@acme.example"), false).await, Added::Theirs(_)));
        assert_eq!(add(&store, 1, &phone(2), false).await, Added::Taken(desk::contact(2)));
        assert_eq!(add(&store, 9, &phone(9), false).await, Added::Nobody);
        let ann = find(&store, 1).await;
        let shown: Vec<_> = ann.addresses.iter().map(|one| (one.address.as_str(), one.primary)).collect();
        assert_eq!(shown, [(desk::phone(1).as_str(), true), (&desk::phone(3), false), ("ann@acme.example", true)]);
        assert_eq!((found(&store, "5552003").await, found(&store, "acme.example").await), (1, 1));

        let (chosen, second) = (phone(3), next());
        let line = store.write(ACME, async move |tx| {
            address::prefer(tx, &mut desk::hand(second, &mut ids(second)), desk::contact(1), &chosen).await
        }).await.unwrap();
        assert!(line.is_some());
        assert_eq!(find(&store, 1).await.phone, desk::phone(3));
        let other = phone(2);
        let not_theirs = store.write(ACME, async move |tx| {
            address::prefer(tx, &mut desk::hand(6, &mut ids(6)), desk::contact(1), &other).await
        }).await.unwrap();
        assert_eq!(not_theirs, None);

        assert!(matches!(remove(&store, 1, &phone(3)).await, Removed::Gone(_)));
        assert_eq!((find(&store, 1).await.phone, found(&store, "5552003").await), (desk::phone(1), 0));
        assert_eq!(remove(&store, 1, &phone(3)).await, Removed::NotTheirs);
        assert_eq!(remove(&store, 2, &phone(2)).await, Removed::Last);
        assert_eq!(told(&history(&store, 1).await), [
            format!("phone: - > {}", desk::phone(3)),
            "email: - > ann@acme.example".into(),
            format!("primary: {} > {}", desk::phone(1), desk::phone(3)),
            format!("phone: {} > -", desk::phone(3)),
        ]);
        for n in 0..40 {
            let added = add(&store, 2, &email(&format!("b{n}@x.example")), false).await;
            assert_eq!(matches!(added, Added::TooMany), n + 1 >= ADDRESSES_MAX, "{n}");
        }
    }

    /// What texts hang on stays, and so does whatever wants none.
    async fn an_address_in_use_stays(store) {
        settle(&store).await;
        desk::put_thread(&store, desk::Thread::open(1, 3)).await;
        let _ = add(&store, 1, &phone(2), false).await;
        assert_eq!(remove(&store, 1, &phone(1)).await, Removed::InUse);
        store.write(ACME, async |tx| {
            let sql = "UPDATE contact_address SET opted_out_at_us = $3 WHERE tenant_id = $1 AND address = $2";
            tx.exec(sql, args![desk::phone(2), at(1)]).await
        }).await.unwrap();
        assert_eq!(remove(&store, 1, &phone(2)).await, Removed::InUse);
    }

    /// Each change says what it was, what it is and who made it; what stays is not told of.
    async fn changes_are_told_of(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        let changes = async |second: i64, by: By, change: Change| {
            store.write(ACME, async move |tx| {
                let mut hand = Hand { by, at: at(second), ids: &mut ids(second) };
                contact::change(tx, &mut hand, desk::contact(1), &change).await
            }).await.unwrap()
        };
        let member = By::Author(Author::Member(ANN));
        let first = Change {
            name: Some("Ann Other".into()),
            company: Some("Acme".into()),
            language: Some(Some("de".into())),
            time_zone: Some(Some("Europe/Berlin".into())),
            note: Some("Likes rye".into()),
            quiet_hours: None,
            blocked: Some(true),
            tags: Some(vec!["vip".into(), "old".into()]),
            add_tags: Vec::new(),
            remove_tags: Vec::new(),
            fields: vec![("size".into(), Some("52".into()))],
        };
        let _ = changes(1, member, first.clone()).await;
        let _ = changes(2, member, first).await;
        let import = ImportId(Uuid::from_u128(7));
        let second = Change {
            language: Some(None),
            blocked: Some(false),
            tags: Some(vec!["vip".into(), "new".into()]),
            fields: vec![("size".into(), Some("54".into())), ("colour".into(), Some("red".into()))],
            ..Change::default()
        };
        let _ = changes(3, By::Import(import), second).await;
        let third = Change { fields: vec![("colour".into(), None)], ..Change::default() };
        let _ = changes(4, By::Author(Author::Api), third).await;
        let history = history(&store, 1).await;
        assert_eq!(told(&history), [
            "name: Ann > Ann Other", "company: - > Acme", "time_zone: - > Europe/Berlin", "language: - > de",
            "note: - > Likes rye", "blocked: no > yes", "tags: - > old", "tags: - > vip", "fields.size: - > 52",
            "language: de > -", "blocked: yes > no", "tags: - > new", "tags: old > -", "fields.colour: - > red",
            "fields.size: 52 > 54", "fields.colour: red > -",
        ]);
        let by = |nth: usize| (history[nth].by.kind.as_str(), history[nth].by.id.clone(), history[nth].by.name.clone());
        assert_eq!(by(15), ("member", Some(ANN.to_string()), Some("Ann".into())));
        assert_eq!(by(1), ("import", Some(import.to_string()), None));
        assert_eq!((by(0), history[0].at), (("api", None, None), at(4)));
        let after = history[13].id;
        let rest = desk::read(&store, ACME, async move |tx| {
            contact::history::page(tx, desk::contact(1), Some(after), 2).await
        }).await;
        assert_eq!(rest, history[14..]);
        let theirs = desk::read(&store, BOLT, async |tx| contact::history::page(tx, desk::contact(1), None, 9).await);
        assert!(theirs.await.is_empty());
        let shown = find(&store, 1).await;
        assert_eq!((shown.language, shown.note.as_deref(), shown.zone.source.as_str()), (None, Some("Likes rye"), "own"));
    }

    /// Whoever is erased is gone with whoever was made one with them; what counts are made of stays without content.
    async fn an_erased_contact_leaves_rows_without_content(store) {
        settle(&store).await;
        desk::put_thread(&store, desk::Thread::open(1, 3)).await;
        desk::put_message(&store, ACME, 1, 1, None).await;
        put_contact(&store, ACME, 2, "Ann").await;
        put_contact(&store, BOLT, 1, "Ann").await;
        store.write(ACME, async |tx| {
            let hook = Uuid::from_u128(5);
            tx.exec(
                "INSERT INTO webhook (tenant_id, id, url, events, secret, enabled, told_seq, created_at_us)
                 VALUES ($1, $2, 'https://a.example', '[]', $3, TRUE, 0, 0)",
                args![hook, vec![0_u8]],
            ).await?;
            for (seq, body) in [(1_i64, format!("[\"{}\"]", desk::phone(2))), (2, "[]".to_owned())] {
                tx.exec(
                    "INSERT INTO webhook_delivery (tenant_id, id, webhook_id, seq, kind, state, attempts, body, created_at_us)
                     VALUES ($1, $2, $3, $4, 'campaign.updated', 'delivered', 1, $5, 0)",
                    args![Uuid::from_u128(6 + seq.unsigned_abs() as u128), hook, seq, body],
                ).await?;
            }
            Ok::<_, StoreError>(())
        }).await.unwrap();
        // Views of members that name them, in their own words.
        for (n, of, name, filter) in [
            (1, ANN, "Her", r#"{"q":"(415) 555-2001"}"#),
            (2, desk::BEN, "ann", "{}"),
            (3, desk::BEN, "Annual orders", r#"{"q":"annual"}"#),
        ] {
            let id = ViewId(Uuid::from_u128(n));
            let keeps = async move |tx: &mut store::TenantTx<'_>| view::create(tx, at(0), of, (id, name, filter)).await;
            store.write(ACME, keeps).await.unwrap();
        }
        // Ann twice: whoever was made one with somebody goes with them.
        let merged = store.write(ACME, async |tx| {
            let mut ids = ids(20);
            let id = ids.next();
            merge::merge(tx, &mut desk::hand(20, &mut ids), id, desk::contact(1), desk::contact(2)).await
        }).await.unwrap();
        assert!(merged.is_some());
        let timeline = desk::read(&store, ACME, async |tx| timeline::page(tx, desk::contact(1), None, 10).await).await;
        assert_eq!(timeline.iter().map(|one| one.kind).collect::<Vec<_>>(), ["change", "message"]);
        let elsewhere = store.write(BOLT, async |tx| erase(tx, at(30), desk::contact(2)).await).await.unwrap();
        assert_eq!(elsewhere, Erasure::Nobody);
        let Erasure::Done(erased) = store.write(ACME, async |tx| erase(tx, at(30), desk::contact(1)).await).await.unwrap() else {
            panic!("they are there")
        };
        let mut addresses = erased.addresses;
        addresses.sort();
        assert_eq!(addresses, [(desk::phone(1), false), (desk::phone(2), false)]);
        let left = desk::read(&store, ACME, async |tx| {
            let row = tx.one(
                "SELECT (SELECT count(*) FROM message WHERE tenant_id = $1 AND body = ''),
                        (SELECT count(*) FROM conversation WHERE tenant_id = $1 AND address = '' AND status = 'closed'),
                        (SELECT count(*) FROM contact WHERE tenant_id = $1 AND name = '' AND gone_at_us IS NOT NULL),
                        (SELECT count(*) FROM contact_change WHERE tenant_id = $1),
                        (SELECT count(*) FROM contact_merge WHERE tenant_id = $1),
                        (SELECT count(*) FROM contact_address WHERE tenant_id = $1),
                        (SELECT count(*) FROM webhook_delivery WHERE tenant_id = $1)",
                &[],
            ).await?;
            (0..7).map(|nth| row.get::<i64>(nth)).collect::<Result<Vec<_>, _>>()
        }).await;
        assert_eq!(left, [1, 1, 2, 0, 0, 0, 1]);
        let views = async |of| desk::read(&store, ACME, async move |tx| view::page(tx, of, None, 9).await).await;
        assert!(views(ANN).await.is_empty());
        assert_eq!(views(desk::BEN).await.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Annual orders"]);
        assert_eq!(desk::read(&store, ACME, async |tx| contact::find(tx, desk::contact(1)).await).await, None);
        assert!(desk::read(&store, BOLT, async |tx| contact::find(tx, desk::contact(1)).await).await.is_some());
        let again = store.write(ACME, async |tx| erase(tx, at(31), desk::contact(1)).await).await.unwrap();
        assert_eq!(again, Erasure::Nobody);
    }

    /// What a merge moved goes back, and only that.
    async fn a_merge_goes_back_as_it_came(store) {
        settle(&store).await;
        desk::put_thread(&store, desk::Thread::open(1, 3)).await;
        desk::put_message(&store, ACME, 1, 1, None).await;
        put_contact(&store, ACME, 2, "Ann").await;
        let (one, two) = (find(&store, 1).await, find(&store, 2).await);
        let id: MergeId = ids(20).next();
        let merged = store.write(ACME, async move |tx| {
            merge::merge(tx, &mut desk::hand(20, &mut ids(20)), id, desk::contact(2), desk::contact(1)).await
        }).await.unwrap();
        assert!(merged.is_some());
        let whose = async || desk::read(&store, ACME, async |tx| {
            let sql = "SELECT v.contact_id, m.contact_id FROM conversation v
                       JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id WHERE v.tenant_id = $1";
            let row = tx.one(sql, &[]).await?;
            Ok((row.get(0)?, row.get(1)?))
        }).await;
        assert_eq!(whose().await, (desk::contact(2), desk::contact(2)));
        assert_eq!((find(&store, 2).await.addresses.len(), find(&store, 2).await.phone), (2, desk::phone(2)));
        let page = desk::read(&store, ACME, async |tx| merge::page(tx, desk::contact(2), None, 5).await).await;
        assert_eq!(page.iter().map(|merge| (merge.id, merge.gone)).collect::<Vec<_>>(), [(id, desk::contact(1))]);
        let undone = store.write(ACME, async move |tx| {
            merge::unmerge(tx, &mut desk::hand(21, &mut ids(21)), id, desk::contact(2)).await
        }).await.unwrap();
        assert!(matches!(undone, merge::Undone::Two(gone, _) if gone == desk::contact(1)));
        assert_eq!(whose().await, (desk::contact(1), desk::contact(1)));
        assert_eq!((find(&store, 1).await, find(&store, 2).await), (one, two));
    }
}
