//! The inbox: its pages, its marks, and which number writes.

use std::collections::BTreeSet;

use domain::conversation::Status;
use domain::id::{ConversationId, TenantId, UserId};
use store::contact::{self, Change};
use store::conversation::{self as inbox, Assignee, Conversation, Filter};
use store::search::Search;
use store::{Store, args, on_both_engines};

use crate::desk::{self, ACME, ANN, BEN, BOLT, Thread, conversation, put_thread, settle};

async fn page(store: &Store, tenant: TenantId, filter: Filter, reader: Option<UserId>) -> Vec<Conversation> {
    desk::read(store, tenant, async move |tx| inbox::page(tx, &filter, reader, None, 101).await).await
}

fn ids(page: &[Conversation]) -> Vec<ConversationId> {
    page.iter().map(|conversation| conversation.id).collect()
}

fn open() -> Filter {
    Filter { status: Some(Status::Open), ..Filter::default() }
}

async fn run(store: &Store, sql: &'static str) {
    store.write(ACME, async move |tx| tx.exec(sql, args![conversation(1)]).await).await.unwrap();
}

on_both_engines! {
    /// Whoever is reached there, from wherever they wrote last.
    async fn when_somebody_last_wrote_is_found_by_their_number(store) {
        desk::settle(&store).await;
        for n in [1, 2] {
            desk::put_thread(&store, Thread::open(n, 50)).await;
        }
        let wrote = async |tx: &mut store::TenantTx<'_>| {
            tx.exec(
                "UPDATE conversation SET last_inbound_at_us = $3 WHERE tenant_id = $1 AND id = $2",
                store::args![desk::conversation(1), desk::at(40)],
            )
            .await
        };
        store.write(desk::ACME, wrote).await.unwrap();
        let phones = [desk::phone(1), desk::phone(2), desk::phone(3)];
        let found = async |tenant| {
            let phones = phones.clone();
            let read = async move |tx: &mut store::TenantTx<'_>| {
                store::conversation::last_inbound(tx, &phones.each_ref().map(String::as_str)).await
            };
            desk::read(&store, tenant, read).await
        };
        assert_eq!(found(desk::ACME).await, std::collections::HashMap::from([(desk::phone(1), desk::at(40))]));
        assert!(found(desk::BOLT).await.is_empty());
    }

    /// Paging shows every conversation once, though many share their moment, and in whichever status they are.
    async fn paging_is_complete_and_repeats_nothing(store) {
        settle(&store).await;
        let statuses = ["open", "snoozed", "closed"];
        for n in 0..24_u128 {
            let status = statuses[usize::try_from(n % 3).unwrap()];
            let active_at = i64::try_from(n / 8).unwrap();
            put_thread(&store, Thread { status, active_at, ..Thread::open(n, 0) }).await;
        }
        for (status, expected) in [(None, 24), (Some(Status::Open), 8)] {
            for limit in [1, 5, 7] {
                let mut seen = Vec::new();
                let mut after = None;
                loop {
                    let filter = Filter { status, ..Filter::default() };
                    let rows = desk::read(&store, ACME, async move |tx| {
                        inbox::page(tx, &filter, Some(ANN), after, limit).await
                    }).await;
                    let Some(last) = rows.last() else { break };
                    after = Some((last.last_message_at, last.id));
                    seen.extend(rows.iter().map(|row| (row.last_message_at, row.id)));
                }
                assert_eq!(seen.len(), expected, "{status:?} by {limit}");
                assert!(seen.is_sorted_by(|a, b| a > b), "{status:?} by {limit}");
            }
        }
    }

    /// Another tenant's conversations are on no page, and by no id.
    async fn another_tenant_sees_nothing(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        put_thread(&store, Thread { tenant: BOLT, number: 9, ..Thread::open(2, 2) }).await;
        assert_eq!(ids(&page(&store, ACME, Filter::default(), None).await), [conversation(1)]);
        assert_eq!(ids(&page(&store, BOLT, Filter::default(), None).await), [conversation(2)]);
        let found = desk::read(&store, BOLT, async |tx| inbox::find(tx, conversation(1), None).await).await;
        assert_eq!(found, None);
        let marked = store.write(BOLT, async |tx| inbox::mark_read(tx, conversation(1), ANN).await).await.unwrap();
        assert!(!marked);
        assert!(desk::read(&store, BOLT, async |tx| inbox::number_by_address(tx, "+12125551001").await).await.is_none());
    }

    /// What one member has read is still unread for another.
    async fn unread_is_per_member(store) {
        settle(&store).await;
        put_thread(&store, Thread { inbound: 3, ..Thread::open(1, 1) }).await;
        put_thread(&store, Thread::open(2, 2)).await;
        let unread = async |reader| {
            let of = page(&store, ACME, open(), reader).await;
            of.iter().find(|row| row.id == conversation(1)).unwrap().unread
        };
        assert_eq!((unread(Some(ANN)).await, unread(Some(BEN)).await, unread(None).await), (Some(3), Some(3), None));
        for _ in 0..2 {
            let marked = store.write(ACME, async |tx| inbox::mark_read(tx, conversation(1), ANN).await).await.unwrap();
            assert!(marked);
        }
        assert_eq!((unread(Some(ANN)).await, unread(Some(BEN)).await), (Some(0), Some(3)));
        run(&store, "UPDATE conversation SET inbound_count = 5 WHERE tenant_id = $1 AND id = $2").await;
        let found = desk::read(&store, ACME, async |tx| inbox::find(tx, conversation(1), Some(ANN)).await).await;
        assert_eq!(found.unwrap().unread, Some(2));
        let filter = Filter { unread: true, ..open() };
        assert_eq!(ids(&page(&store, ACME, filter, Some(ANN)).await), [conversation(1)]);
    }

    /// Each filter lets through what it says, and nothing else.
    async fn filters_choose(store) {
        settle(&store).await;
        for n in 1..=3 {
            put_thread(&store, Thread { number: if n == 3 { 2 } else { 1 }, ..Thread::open(n, 1) }).await;
        }
        run(&store, "UPDATE conversation SET holder = 'agents' WHERE tenant_id = $1 AND id = $2").await;
        run(&store, "INSERT INTO conversation_tag (tenant_id, conversation_id, tag) VALUES ($1, $2, 'vip')").await;
        run(&store, "INSERT INTO conversation_tag (tenant_id, conversation_id, tag) VALUES ($1, $2, 'roof')").await;
        store.write(ACME, async |tx| {
            tx.exec("UPDATE conversation SET assignee_id = $2 WHERE tenant_id = $1 AND id = $3", args![ANN, conversation(1)]).await?;
            let named = Change { name: Some("Zoë 50%_off".into()), company: Some("Roofs & Co".into()), ..Change::default() };
            contact::change(tx, &mut desk::hand(9, &mut desk::ids(9)), desk::contact(1), &named).await.map(drop)
        }).await.unwrap();
        let found = async |filter: Filter| ids(&page(&store, ACME, filter, Some(ANN)).await).into_iter().collect::<BTreeSet<_>>();
        let one = BTreeSet::from([conversation(1)]);
        let search = |text| Filter { search: Search::parse(text), ..open() };
        for filter in [
            Filter { holder: Some("agents"), ..open() },
            Filter { assignee: Assignee::User(ANN), ..open() },
            Filter { tag: Some("vip".into()), ..open() },
            search("zoë"), search("ROOFS"), search("50%_"), search("(415) 555-2001"),
        ] {
            assert_eq!(found(filter.clone()).await, one, "{filter:?}");
        }
        let rest = BTreeSet::from([conversation(2), conversation(3)]);
        assert_eq!(found(Filter { assignee: Assignee::Nobody, ..open() }).await, rest);
        assert_eq!(found(Filter { number: Some(desk::number(2)), ..open() }).await, BTreeSet::from([conversation(3)]));
        for filter in [search("51"), search("nobody"), Filter { tag: Some("VIP".into()), ..open() }, Filter { status: Some(Status::Closed), ..open() }] {
            assert_eq!(found(filter.clone()).await, BTreeSet::new(), "{filter:?}");
        }
        let tagged = page(&store, ACME, search("zoë"), None).await;
        assert_eq!(tagged[0].tags, ["roof", "vip"]);
    }

    /// One writes from the number that was used last with this person, as long as it is enabled.
    async fn the_number_last_used_writes_again(store) {
        settle(&store).await;
        let from = async |n: u128| desk::read(&store, ACME, async move |tx| inbox::number_for(tx, &desk::phone(n)).await).await;
        assert_eq!(from(1).await, Some(desk::number(1)), "the first one, for a stranger");
        put_thread(&store, Thread { number: 2, ..Thread::open(1, 1) }).await;
        assert_eq!(from(1).await, Some(desk::number(2)));
        store.write(ACME, async |tx| tx.exec("UPDATE number SET enabled = FALSE WHERE tenant_id = $1 AND id = $2", args![desk::number(2)]).await).await.unwrap();
        assert_eq!(from(1).await, Some(desk::number(1)));
        store.write(ACME, async |tx| tx.exec("UPDATE number SET enabled = FALSE WHERE tenant_id = $1", args![]).await).await.unwrap();
        assert_eq!(from(1).await, None);
        let by_address = desk::read(&store, ACME, async |tx| inbox::number_by_address(tx, "+12125551002").await).await;
        assert_eq!(by_address, Some(desk::number(2)));
    }
}
