//! Finding what was said, by its words: which words find it, in which order, how much work it takes, and who never sees it.

use std::collections::HashSet;

use domain::event::Kind;
use domain::id::{MessageId, TenantId};
use store::contact::erase::{Erasure, erase};
use store::contact::merge;
use store::search::index;
use store::search::message::{self, Found};
use store::search::named::{self, Named};
use store::search::text::Words;
use store::{Store, StoreError, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, Thread, at, conversation, put_thread, settle};

/// Somebody says something, and the log tells of it.
async fn says(store: &Store, tenant: TenantId, thread: u128, said: &[(u128, &str)]) {
    let said: Vec<(u128, String)> = said.iter().map(|(n, body)| (*n, (*body).to_owned())).collect();
    let lines = said.iter().map(|(n, _)| (Kind::MessageCreated, Uuid::from(desk::message(*n)))).collect();
    store
        .write(tenant, async move |tx| {
            let rows = said.iter().map(|(n, body)| {
                let (id, of, with) = (desk::message(*n), conversation(thread), desk::contact(thread));
                store::row![
                    id,
                    of,
                    with,
                    "in",
                    "contact",
                    with,
                    body.as_str(),
                    "gsm7",
                    1,
                    "received",
                    false,
                    false,
                    at(1)
                ]
            });
            let sql =
                "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id, body,
                           encoding, segments, status, stop_if_reply, answers, created_at_us)";
            tx.push_many(sql, rows).await
        })
        .await
        .unwrap();
    desk::log(store, tenant, lines).await;
}

async fn fill(store: &Store, tenant: TenantId) {
    while store.write(tenant, async |tx| index::fill(tx, 100).await).await.unwrap() {}
}

async fn look(store: &Store, tenant: TenantId, typed: &str, under: Option<Uuid>, limit: usize) -> Found {
    let Some(words) = Words::parse(typed) else { return Found { hits: Vec::new(), next: None } };
    desk::read(store, tenant, async move |tx| message::find(tx, &words, under, limit).await).await
}

/// Which messages have these words, the newest first.
async fn find(store: &Store, tenant: TenantId, typed: &str) -> Vec<u128> {
    let found = look(store, tenant, typed, None, 50).await;
    assert_eq!(found.next, None, "{typed}");
    found.hits.iter().map(|hit| Uuid::from(hit.id).as_u128() - Uuid::from(desk::message(0)).as_u128()).collect()
}

/// How many rows and bytes the index has.
async fn size(store: &Store, tenant: TenantId) -> (i64, i64) {
    desk::read(store, tenant, async |tx| {
        let sql =
            "SELECT count(*), CAST(COALESCE(sum(length(block)), 0) AS BIGINT) FROM message_words WHERE tenant_id = $1";
        let row = tx.one(sql, &[]).await?;
        Ok((row.get(0)?, row.get(1)?))
    })
    .await
}

on_both_engines! {
    /// The same words find the same texts on both engines.
    async fn words_find_what_was_said(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let long = format!("{}needle at the end", "hay stack ".repeat(1_000));
        let said: [(u128, &str); 12] = [
            (1, "Is the Crème brûlée back?"),
            (2, "Yes, the creme is back. Order #4711-B"),
            (3, "rye and wheat, please"),
            (4, "Rye OR wheat? \"Both\" - of course"),
            (5, "你们有黑面包吗"),
            (6, "Когда будет доставка?"),
            (7, "هل عليه ضَمان؟"),
            (8, "\u{202B}שלום\u{202C} לכולם"),
            (9, &long),
            (10, "O’Neill's cake, ze\u{200B}ro sugar 🎂"),
            (11, "100%_* DROP TABLE message; --"),
            (12, "黒パンはありますか"),
        ];
        says(&store, ACME, 1, &said).await;
        assert!(find(&store, ACME, "creme").await.is_empty(), "nothing is found before it is taken in");
        fill(&store, ACME).await;
        for (typed, expected) in [
            ("creme", &[2, 1][..]),
            ("CRÈME brûl", &[1]),
            ("back creme", &[2, 1]),
            ("rulee", &[]),
            ("th", &[]),
            ("the", &[9, 2, 1]),
            ("4711", &[2]),
            ("4711-b", &[2]),
            ("\"rye wheat\"", &[4, 3]),
            ("rye AND wheat", &[3]),
            ("rye NOT wheat", &[]),
            ("rye OR wheat", &[4]),
            ("rye* wheat", &[4, 3]),
            ("-both", &[4]),
            ("body:rye", &[]),
            ("面包", &[5]),
            ("黑", &[5]),
            ("面吗", &[]),
            ("パン", &[12]),
            ("доставк", &[6]),
            ("ДОСТАВКА когда", &[6]),
            ("ضمان", &[7]),
            ("שלום", &[8]),
            ("needle", &[9]),
            ("oneill zero", &[10]),
            ("🎂", &[]),
            ("%", &[]),
            ("drop table", &[11]),
            ("'; --", &[]),
            ("hay needle stack end", &[9]),
            ("absent needle", &[]),
        ] {
            assert_eq!(find(&store, ACME, typed).await, expected, "{typed}");
            assert!(find(&store, BOLT, typed).await.is_empty(), "{typed}: another tenant's");
        }
        let found = look(&store, ACME, "доставк", None, 5).await;
        let hit = &found.hits[0];
        assert_eq!((hit.conversation, hit.contact, hit.direction.as_str()), (conversation(1), desk::contact(1), "in"));
        let marked: String = hit.snippet.text.chars().skip(hit.snippet.matches[0].from).take(7).collect();
        assert_eq!(marked, "доставк");
    }

    /// However many have a word, pages are whole, in order, and repeat nothing, while more come in; late ones are in their place.
    async fn pages_are_whole_and_in_order(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let bodies: Vec<String> = (0..1_500).map(|n| format!("order number{n} thanks")).collect();
        let mut said: Vec<(u128, &str)> = (0..1_500).map(|n| (n as u128 + 10, bodies[n].as_str())).collect();
        // Some come late.
        said.swap(3, 1_400);
        said.swap(700, 1_490);
        for some in said.chunks(170) {
            says(&store, ACME, 1, some).await;
            fill(&store, ACME).await;
        }
        let (rows, _) = size(&store, ACME).await;
        assert!(rows < 30, "{rows} rows for 1500 messages of three words");
        let (mut seen, mut under) = (Vec::new(), None);
        loop {
            let found = look(&store, ACME, "thanks ord", under, 70).await;
            seen.extend(found.hits.iter().map(|hit| hit.id));
            let Some(next) = found.next else { break };
            under = Some(next);
            if seen.len() == 140 {
                says(&store, ACME, 1, &[(5_000, "thanks for the order")]).await;
                fill(&store, ACME).await;
            }
        }
        assert_eq!(seen, (10..1_510).rev().map(desk::message).collect::<Vec<MessageId>>());
        assert_eq!(find(&store, ACME, "number777 order").await, [787]);
    }

    /// A look ends after so much work, and says how far it came.
    async fn a_look_has_an_end(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let mut said: Vec<(u128, &str)> = (1..=8_000).map(|n| (n, if n % 2 == 0 { "even one" } else { "odd one" })).collect();
        said[0].1 = "odd even";
        for some in said.chunks(1_000) {
            says(&store, ACME, 1, some).await;
        }
        while store.write(ACME, async |tx| index::fill(tx, 1_000).await).await.unwrap() {}
        let (mut looks, mut under) = (0, None);
        let hits = loop {
            let found = look(&store, ACME, "odd even", under, 10).await;
            looks += 1;
            match found.next {
                Some(next) => {
                    assert!(found.hits.is_empty() && under.is_none_or(|under| next < under));
                    under = Some(next);
                }
                None => break found.hits,
            }
        };
        assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [desk::message(1)]);
        assert!(looks > 1, "4000 texts were looked at at once");
    }

    /// One text with thousands of words that begin alike is taken in like any other.
    async fn many_words_that_begin_alike(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let alike: String = (0..1_200).map(|n| format!("abc{n} ")).collect();
        says(&store, ACME, 1, &[(1, &alike), (2, &alike), (3, "abc")]).await;
        fill(&store, ACME).await;
        assert_eq!(find(&store, ACME, "abc").await, [3, 2, 1]);
        assert_eq!(find(&store, ACME, "abc1199").await, [2, 1]);
    }

    /// A transaction takes in so many words and no more, but always a line; the next goes on behind it, and leaves none out.
    async fn long_texts_are_taken_in_one_by_one(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let long: Vec<String> = (1..=3).map(|n| (0..5_000).map(|m| format!("w{n}x{m} ")).collect()).collect();
        says(&store, ACME, 1, &[(1, &long[0]), (2, &long[1]), (3, "short"), (4, "short too"), (5, &long[2])]).await;
        let mut taken = Vec::new();
        loop {
            let more = store.write(ACME, async |tx| index::fill(tx, 100).await).await.unwrap();
            let found = look(&store, ACME, "w1x4999", None, 9).await.hits.len()
                + look(&store, ACME, "w2x4999", None, 9).await.hits.len()
                + look(&store, ACME, "short", None, 9).await.hits.len()
                + look(&store, ACME, "w3x4999", None, 9).await.hits.len();
            taken.push(found);
            if !more {
                break;
            }
        }
        assert_eq!(taken, [1, 2, 4, 5]);
    }

    /// Blocks that one late text makes old do not stop a look before it has come further.
    async fn a_look_comes_further(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        says(&store, ACME, 1, &[(1, "odd")]).await;
        fill(&store, ACME).await;
        // Each holds a text that is newer than where the look goes on, and reaches back behind it.
        store.write(ACME, async |tx| {
            let blocks = (0..2_100).map(|n| {
                let newer = Uuid::from(desk::message(100 + n));
                let mut block = b"\x03odd\x00\x01".to_vec();
                block.extend_from_slice(newer.as_bytes());
                store::row!["odd", newer, desk::message(1), 0_i64, block]
            });
            tx.push_many("INSERT INTO message_words (tenant_id, beginning, upto, oldest, filled, block)", blocks).await
        }).await.unwrap();
        let found = look(&store, ACME, "odd", Some(desk::message(50).into()), 9).await;
        assert_eq!((found.hits.len(), found.next), (1, None));
    }

    /// Whoever is erased leaves no word in the index; what others said stays, and what a merge moved is still found.
    async fn the_erased_are_not_found(store) {
        settle(&store).await;
        for n in 1..=3 {
            put_thread(&store, Thread { number: 1, ..Thread::open(n, 1) }).await;
        }
        let bodies: Vec<String> = (0..400).map(|n| format!("secret{n} of the house")).collect();
        let of = |thread: u128| (0..400).filter(move |n| n % 2 == thread - 1).map(|n| (n + 10, bodies[n as usize].as_str()));
        for thread in 1..=2 {
            says(&store, ACME, thread, &of(thread).collect::<Vec<_>>()).await;
            fill(&store, ACME).await;
        }
        says(&store, ACME, 3, &[(1_000, "moved house")]).await;
        fill(&store, ACME).await;
        let (_, before) = size(&store, ACME).await;
        // Not taken in yet when they are erased.
        says(&store, ACME, 1, &[(900, "secret at last")]).await;
        let merged = store.write(ACME, async |tx| {
            let mut ids = desk::ids(20);
            let id = ids.next();
            merge::merge(tx, &mut desk::hand(20, &mut ids), id, desk::contact(2), desk::contact(3)).await
        }).await.unwrap();
        assert!(merged.is_some());
        assert_eq!(find(&store, ACME, "moved").await, [1_000]);
        let erased = store.write(ACME, async |tx| erase(tx, at(30), desk::contact(1)).await).await.unwrap();
        assert!(matches!(erased, Erasure::Done(_)));
        fill(&store, ACME).await;
        assert_eq!(find(&store, ACME, "secret20").await, [219, 217, 215, 213, 211]);
        assert!(find(&store, ACME, "secret200").await.is_empty());
        assert_eq!(look(&store, ACME, "secret", None, 300).await.hits.len(), 200);
        let (_, after) = size(&store, ACME).await;
        assert!(after * 100 < before * 55, "{before} bytes of two, {after} of one");
        let left = desk::read(&store, ACME, async |tx| {
            let rows = tx.rows("SELECT block FROM message_words WHERE tenant_id = $1", &[]).await?;
            rows.iter().map(|row| row.get::<Vec<u8>>(0)).collect::<Result<Vec<_>, StoreError>>()
        }).await;
        let holds = |word: &[u8]| left.iter().any(|block| block.windows(word.len()).any(|some| some == word));
        assert!(holds(b"secret201") && !holds(b"secret200") && !holds(b"last"));
    }

    /// Of whoever wrote now and then for years nothing stays, and of others from the same days everything.
    async fn years_are_forgotten(store) {
        settle(&store).await;
        for n in 1..=2 {
            put_thread(&store, Thread { number: 1, ..Thread::open(n, 1) }).await;
        }
        let day = |n: u128| (n * 86_400_000) << 80;
        let bodies: Vec<String> = (0..450).map(|n| format!("secret{n} of the house")).collect();
        for thread in 1..=2 {
            let said: Vec<(u128, &str)> =
                (0..450).map(|n| (day(n as u128 * 5) + thread, bodies[n].as_str())).collect();
            says(&store, ACME, thread, &said).await;
        }
        fill(&store, ACME).await;
        assert_eq!(look(&store, ACME, "secret44", None, 100).await.hits.len(), 22);
        let erased = store.write(ACME, async |tx| erase(tx, at(30), desk::contact(1)).await).await.unwrap();
        assert!(matches!(erased, Erasure::Done(_)));
        let kept = look(&store, ACME, "secret", None, 1_000).await;
        assert_eq!((kept.hits.len(), kept.next), (450, None));
        assert!(kept.hits.iter().all(|hit| hit.contact == desk::contact(2)));
        let left = desk::read(&store, ACME, async |tx| {
            let rows = tx.rows("SELECT block FROM message_words WHERE tenant_id = $1", &[]).await?;
            rows.iter().map(|row| row.get::<Vec<u8>>(0)).collect::<Result<Vec<_>, StoreError>>()
        }).await;
        let seen: HashSet<&[u8]> = left.iter().flat_map(|block| block.windows(16)).collect();
        let holds = |n: u128, thread: u128| {
            seen.contains(&Uuid::from(desk::message(day(n * 5) + thread)).as_bytes()[..])
        };
        assert!((0..450).all(|n| holds(n, 2) && !holds(n, 1)));
    }

    /// Who is behind is known, and nobody is once everything was taken in, whatever else the log tells of.
    async fn whoever_is_behind_is_known(store) {
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let after = async |after: TenantId, limit: u32| {
            store.system_read(async move |tx| index::behind(tx, after, limit).await).await.unwrap()
        };
        let behind = async || after(TenantId(Uuid::nil()), 10).await;
        assert!(behind().await.is_empty());
        says(&store, ACME, 1, &[(1, "hello")]).await;
        desk::log(&store, BOLT, vec![(Kind::ContactUpdated, Uuid::from(desk::contact(1)))]).await;
        assert_eq!(behind().await, [ACME, BOLT]);
        // Whoever comes behind the first page is found, however often the first are behind again.
        assert_eq!((after(TenantId(Uuid::nil()), 1).await, after(ACME, 1).await), (vec![ACME], vec![BOLT]));
        assert!(after(BOLT, 1).await.is_empty());
        fill(&store, ACME).await;
        assert_eq!(behind().await, [BOLT]);
        fill(&store, BOLT).await;
        assert!(behind().await.is_empty());
        // Nothing is taken in twice.
        let before = size(&store, ACME).await;
        fill(&store, ACME).await;
        assert_eq!(size(&store, ACME).await, before);
    }

    /// What has a name is found by its words, page by page.
    async fn names_are_found(store) {
        settle(&store).await;
        store.write(ACME, async |tx| {
            for (n, name) in ["Été guests", "Winter guests", "Guests of the winter"].into_iter().enumerate() {
                let id = domain::id::ListId(Uuid::from_u128(n as u128 + 1));
                store::list::create(tx, at(1), id, name).await?;
            }
            Ok::<_, StoreError>(())
        }).await.unwrap();
        let named = async |tenant: TenantId, typed: &str, under: Option<Uuid>, limit: usize| {
            let words = Words::parse(typed).unwrap();
            let (hits, next) = desk::read(&store, tenant, async move |tx| {
                named::find(tx, Named::List, &words, under, limit).await
            }).await;
            (hits.iter().map(|hit| hit.id.as_u128()).collect::<Vec<_>>(), next)
        };
        assert_eq!(named(ACME, "ete", None, 9).await, (vec![1], None));
        assert_eq!(named(ACME, "wint gue", None, 9).await, (vec![3, 2], None));
        let (first, next) = named(ACME, "guests", None, 2).await;
        assert_eq!((first, named(ACME, "guests", next, 2).await), (vec![3, 2], (vec![1], None)));
        assert_eq!(named(BOLT, "guests", None, 9).await, (vec![], None));
        for kind in [Named::Campaign, Named::Workflow, Named::Segment] {
            let words = Words::parse("guests").unwrap();
            let found = desk::read(&store, ACME, async move |tx| named::find(tx, kind, &words, None, 9).await).await;
            assert_eq!(found, (Vec::new(), None));
        }
    }
}

/// How long a message takes to be taken in, and a look to be answered, with `SEARCH_MESSAGES` messages:
/// `SEARCH_MESSAGES=1000000 cargo test --release -p store --features store/testing --test conformance -- --ignored --nocapture measured`.
mod measured {
    use std::time::Instant;

    use domain::id::Ids;

    use super::*;

    const COMMON: [&str; 12] =
        ["the", "order", "please", "thanks", "bread", "when", "ready", "tomorrow", "could", "you", "is", "for"];

    /// A text of twelve words: some that everybody uses, some of thousands, one that is nobody else's.
    fn body(n: usize) -> String {
        let mut state = n as u64 * 0x9E37_79B9 + 7;
        let mut next = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut words = vec!["tidings".to_owned()];
        words.extend((0..7).map(|_| COMMON[next(12) as usize].to_owned()));
        words.extend((0..3).map(|_| {
            // Rarer and rarer, as words are.
            let rank = next(20_000) * next(20_000) / 20_000;
            format!("{}{}", ["ba", "co", "the", "re", "mi", "un", "sta", "tho"][rank as usize % 8], rank)
        }));
        words.push(format!("n{n}"));
        words.join(" ")
    }

    async fn all(store: Store) {
        let messages: usize = std::env::var("SEARCH_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
        settle(&store).await;
        put_thread(&store, Thread::open(1, 1)).await;
        let mut ids = Ids::new(at(1), 7);
        let begun = Instant::now();
        for from in (0..messages).step_by(2_000) {
            let made: Vec<(MessageId, String)> =
                (from..messages.min(from + 2_000)).map(|n| (ids.next(), body(n))).collect();
            store
                .write(ACME, async move |tx| {
                    let rows = made.iter().map(|(id, body)| {
                        let (of, with) = (conversation(1), desk::contact(1));
                        store::row![
                            *id,
                            of,
                            with,
                            "in",
                            "contact",
                            with,
                            body.as_str(),
                            "gsm7",
                            1,
                            "received",
                            false,
                            false,
                            at(1)
                        ]
                    });
                    let sql =
                        "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, author_id,
                                   body, encoding, segments, status, stop_if_reply, answers, created_at_us)";
                    tx.push_many(sql, rows).await?;
                    let line = |id: &MessageId| store::event::Line {
                        kind: Kind::MessageCreated,
                        subject: (*id).into(),
                        conversation: Some(conversation(1)),
                    };
                    let lines: Vec<_> = made.iter().map(|(id, _)| line(id)).collect();
                    store::event::append(tx, at(1), &lines).await
                })
                .await
                .unwrap();
        }
        println!("{:?}: {messages} messages written in {:?}", store.engine(), begun.elapsed());
        let begun = Instant::now();
        while store.write(ACME, async |tx| index::fill(tx, 500).await).await.unwrap() {}
        let each = begun.elapsed() / u32::try_from(messages).unwrap();
        println!("taken in in {:?}, {each:?} each; rows and bytes: {:?}", begun.elapsed(), size(&store, ACME).await);
        for typed in [
            "tidings",
            "tid",
            "the",
            "order please",
            "thanks bread ready",
            "the2000",
            "the19",
            "n777",
            "n7",
            "tidings absent",
            "tidings n5",
            "the1 co9 order",
            "order bread thanks the ready tomorrow could you",
        ] {
            let mut took = Vec::new();
            let (mut count, mut ended) = (0, true);
            for _ in 0..50 {
                let begun = Instant::now();
                let found = look(&store, ACME, typed, None, 20).await;
                took.push(begun.elapsed());
                (count, ended) = (found.hits.len(), found.next.is_none());
            }
            took.sort();
            println!("{typed}: {count} found, ended: {ended}; median {:?}, most {:?}", took[25], took[49]);
        }
        let begun = Instant::now();
        store.write(ACME, async |tx| index::fill(tx, 500).await).await.unwrap();
        println!("nothing to take in: {:?}", begun.elapsed());
    }

    #[test]
    #[ignore = "it measures"]
    fn on_sqlite() {
        store::testing::run(store::dialect::Engine::Sqlite, async |place| all(place.store()).await);
    }

    #[test]
    #[ignore = "it measures"]
    fn on_postgres() {
        store::testing::run(store::dialect::Engine::Postgres, async |place| all(place.store()).await);
    }
}
