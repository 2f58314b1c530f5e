//! Whom a condition means: the database answers what the domain does.

use std::collections::BTreeSet;

use domain::campaign::{Audience, Settings, State};
use domain::condition::{Checked, Condition, Leaf, Op, Subject, Value as Said, check, text};
use domain::field::{Field, Kind};
use domain::id::{CampaignId, ContactId, Ids, ListId, SegmentId};
use jiff::{Timestamp, ToSpan};
use store::campaign::audience::{self, Freezing};
use store::campaign::{self, recipient};
use store::{Store, StoreError, TenantTx, args, contact, list, on_both_engines, segment};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, at, conversation, number, put_contact, settle};

const CONTACTS: u128 = 40;
const KEYS: [&str; 5] = ["one", "two", "three", "four", "five"];
const TAGS: [&str; 4] = ["vip", "VIP", "ærlig", "a'b\"c"];
/// What is hard for one of the engines: letters beyond ASCII, signs of patterns, quotes.
const WORDS: [&str; 20] = [
    "Århus",
    "århus",
    "ÅRHUS",
    "Oslo",
    "OSLO",
    "100%",
    "1000",
    "a_b",
    "aXb",
    "[x]",
    "*",
    "x?",
    "ß",
    "SS",
    "İstanbul",
    "\u{212A}elvin",
    "ΣΑΣ",
    "o'neil \\ $1",
    "{among $2}",
    "^a.c$",
];

/// A world and its conditions, from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
    fn often(&mut self, of_ten: usize) -> bool {
        self.below(10) < of_ten
    }
    /// Within two months before the test's now, or a little after.
    fn moment(&mut self) -> Timestamp {
        let hours = i64::try_from(self.below(24 * 61)).unwrap();
        now().checked_sub((hours - 24).hours()).unwrap()
    }
    fn day(&mut self) -> String {
        now().to_string()[..8].to_owned() + &format!("{:02}", 1 + self.below(28))
    }
    fn number(&mut self) -> String {
        self.one(&["0", "-0", "1", "1.50", "1.5", "-2", "999999999999999999", "0.1", "0.10000000000000001", "18"])
            .into()
    }
}

fn now() -> Timestamp {
    at(0) // 2025-11-23, 12:13 in New York
}

fn list_id(n: u128) -> ListId {
    ListId(Uuid::from_u128(0x7000 + n))
}

fn campaign_id(n: u128) -> CampaignId {
    CampaignId(Uuid::from_u128(0x7100 + n))
}

fn fields(dice: &mut Dice) -> Vec<Field> {
    let kinds = [
        Kind::Text,
        Kind::Number,
        Kind::Date,
        Kind::YesNo,
        Kind::Choice { choices: vec!["Gold".into(), "Ærlig".into()] },
    ];
    let from = dice.below(kinds.len());
    let kind = |nth: usize| if nth == 0 { Kind::Text } else { kinds[(from + nth) % kinds.len()].clone() };
    (0..KEYS.len()).map(|nth| Field { key: KEYS[nth].into(), label: KEYS[nth].into(), kind: kind(nth) }).collect()
}

fn value_for(dice: &mut Dice, kind: &Kind) -> String {
    match kind {
        Kind::Text => dice.one(&WORDS).into(),
        Kind::Number => dice.number(),
        Kind::Date => dice.day(),
        Kind::YesNo => dice.one(&["yes", "no"]).into(),
        Kind::Choice { .. } => dice.one(&["Gold", "Ærlig"]).into(),
    }
}

/// Everybody differs in everything that a condition can look at.
async fn people(tx: &mut TenantTx<'_>, dice: &mut Dice, fields: &[Field]) -> Result<(), StoreError> {
    for n in 1..=3 {
        list::create(tx, now(), list_id(n), &format!("List {n}")).await?;
        campaign::create(tx, now(), campaign_id(n), &format!("Campaign {n}"), &Settings::default(), None).await?;
    }
    for n in 0..CONTACTS {
        let id = desk::contact(n);
        let zone = dice.one(&[None, Some("Europe/Oslo"), Some("europe/OSLO"), Some("America/New_York")]);
        tx.exec(
            "INSERT INTO contact (tenant_id, id, name, company, words, time_zone, blocked, created_at_us, language)
             VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8)",
            args![
                id,
                if dice.often(8) { dice.one(&WORDS) } else { "" },
                if dice.often(5) { dice.one(&WORDS) } else { "" },
                zone,
                dice.often(2),
                dice.moment(),
                dice.one(&[None, Some("nb"), Some("DE"), Some("de")])
            ],
        )
        .await?;
        for nth in 0..dice.below(3) {
            let phone = format!("{}{nth}{n:04}", dice.one(&["+4798", "+1415555", "+4912345"]));
            tx.exec(
                "INSERT INTO contact_address (tenant_id, kind, address, contact_id, opted_out_at_us, preferred, created_at_us)
                 VALUES ($1, 'phone', $2, $3, $4, $5, $6)",
                args![&phone, id, dice.often(2).then(now), dice.often(3), now()],
            )
            .await?;
            // What they said of one purpose, from one of our numbers or all of them; alike at times, and half of it unsaid.
            for purpose in ["marketing", "service"] {
                for number in [Uuid::nil(), Uuid::from_u128(1)] {
                    let moments = [None, None, None, Some(1_i64), Some(2), Some(3)];
                    let (agreed, refused) = (dice.one(&moments), dice.one(&moments));
                    tx.exec(
                        "INSERT INTO consent_standing (tenant_id, address, purpose, number_id, opted_in_at_us, opted_out_at_us)
                         VALUES ($1, $2, $3, $4, $5, $6)",
                        args![&phone, purpose, number, agreed, refused],
                    )
                    .await?;
                }
            }
        }
        for field in fields {
            if dice.often(7) {
                let value = field.read(&value_for(dice, &field.kind)).unwrap();
                contact::save_field(tx, now(), id, &field.key, &value).await?;
            }
        }
        for tag in TAGS {
            if dice.often(3) {
                tx.exec("INSERT INTO contact_tag (tenant_id, contact_id, tag) VALUES ($1, $2, $3)", args![id, tag])
                    .await?;
            }
        }
        for nth in 1..=3 {
            if dice.often(3) {
                list::add(tx, now(), list_id(nth), &[id]).await?;
            }
            if dice.often(4) {
                let sent = dice.often(7).then(|| dice.moment());
                let replied = sent.filter(|_| dice.often(5)).map(|_| dice.moment());
                let clicked = sent.filter(|_| dice.often(5)).map(|_| dice.moment());
                tx.exec(
                    "INSERT INTO campaign_recipient (tenant_id, id, campaign_id, contact_id, phone, number_id, standing,
                         ready_at_us, attempt, sent_at_us, replied_at_us, clicked_at_us)
                     VALUES ($1, $2, $3, $4, $5, $6, 'sent', 0, 1, $7, $8, $9)",
                    args![Uuid::from_u128(0x9000 + n * 10 + nth), campaign_id(nth), id, format!("p{n}"), number(1), sent, replied, clicked],
                )
                .await?;
            }
        }
        threads(tx, dice, n).await?;
    }
    Ok(())
}

async fn threads(tx: &mut TenantTx<'_>, dice: &mut Dice, n: u128) -> Result<(), StoreError> {
    for nth in 0..dice.below(3) as u128 {
        let thread = conversation(n * 10 + nth);
        let wrote = dice.often(7).then(|| dice.moment());
        tx.exec(
            "INSERT INTO conversation (tenant_id, id, channel, contact_id, number_id, address, lane, is_current, status,
                 holder, guide, version, inbound_count, last_inbound_at_us, last_message_at_us, preview, created_at_us)
             VALUES ($1, $2, 'sms', $3, $4, $5, $2, TRUE, 'open', 'nobody', '', 1, 0, $6, 0, '', 0)",
            args![thread, desk::contact(n), number(1), format!("a{n}-{nth}"), wrote],
        )
        .await?;
        for message in 0..dice.below(3) as u128 {
            let sent = dice.often(7).then(|| dice.moment());
            tx.exec(
                "INSERT INTO message (tenant_id, id, conversation_id, contact_id, direction, author, body, encoding, segments,
                     status, stop_if_reply, answers, created_at_us, sent_at_us)
                 VALUES ($1, $2, $3, $4, $5, 'system', '', 'gsm7', 1, 'sent', FALSE, FALSE, 0, $6)",
                args![
                    desk::message(n * 100 + nth * 10 + message),
                    thread,
                    desk::contact(n),
                    dice.one(&["in", "out", "out", "note"]),
                    sent
                ],
            )
            .await?;
        }
    }
    Ok(())
}

fn text_of(text: &str) -> Said {
    Said::Text(text.into())
}

/// A leaf that makes sense.
fn leaf(dice: &mut Dice, fields: &[Field]) -> Condition {
    let names = [
        "name",
        "company",
        "phone",
        "time_zone",
        "language",
        "tag",
        "list",
        "campaign",
        "consent",
        "opted_out",
        "blocked",
    ];
    let moments = ["created_at", "last_inbound_at", "last_outbound_at"];
    let known = names.into_iter().chain(moments).collect::<Vec<_>>();
    let field = if dice.often(5) { dice.one(&KEYS) } else { dice.one(&known) };
    let text_ops = [Op::Eq, Op::Ne, Op::In, Op::Contains, Op::Starts, Op::IsSet, Op::IsMissing];
    let choice_ops = [Op::Eq, Op::Ne, Op::In, Op::IsSet, Op::IsMissing];
    let ranges = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Between, Op::IsSet, Op::IsMissing];
    let periods = [Op::WithinLast, Op::OlderThan, Op::Lt, Op::Ge, Op::Eq, Op::Between];
    let kind = fields.iter().find(|one| one.key == field).map(|one| one.kind.clone());
    let op = match (field, &kind) {
        ("tag" | "list" | "consent", _) | (_, Some(Kind::Choice { .. })) => dice.one(&choice_ops),
        ("campaign", _) => dice.one(&[Op::Got, Op::Replied, Op::Clicked]),
        ("opted_out" | "blocked", _) => dice.one(&[Op::Eq, Op::Ne]),
        (_, Some(Kind::YesNo)) => dice.one(&[Op::Eq, Op::Ne, Op::IsSet]),
        (_, Some(Kind::Number)) if dice.often(2) => Op::In,
        (_, Some(Kind::Number)) => dice.one(&ranges),
        (_, Some(Kind::Date)) if dice.often(2) => Op::WithinNext,
        (moment, kind) if moments.contains(&moment) || *kind == Some(Kind::Date) => {
            if dice.often(6) {
                dice.one(&periods)
            } else {
                dice.one(&ranges)
            }
        }
        _ if dice.often(4) => dice.one(&[Op::Contains, Op::Starts]),
        _ => dice.one(&text_ops),
    };
    let value = |dice: &mut Dice| match (field, &kind) {
        ("phone", _) if matches!(op, Op::Contains | Op::Starts) => text_of(dice.one(&["+47", "+1415", "555", "0000"])),
        ("phone", _) => text_of(dice.one(&["+14155550123", "+4798765432"])),
        ("time_zone", _) => text_of(dice.one(&["Europe/", "europe/oslo", "America/New_York"])),
        ("language", _) => text_of(dice.one(&["nb", "D", "de", "DE"])),
        ("tag", _) => text_of(dice.one(&TAGS)),
        ("list", _) => text_of(&list_id(1 + dice.below(3) as u128).to_string()),
        ("campaign", _) => text_of(&format!("Campaign {}", 1 + dice.below(3))),
        ("consent", _) => text_of(dice.one(&["opted_in", "opted_out"])),
        ("opted_out" | "blocked", _) | (_, Some(Kind::YesNo)) => Said::YesNo(dice.often(5)),
        (_, Some(Kind::Number)) => Said::Number(serde_json::from_str(&dice.number()).unwrap()),
        (_, Some(Kind::Choice { .. })) => text_of(dice.one(&["gold", "ÆRLIG"])),
        (moment, kind) if moments.contains(&moment) || *kind == Some(Kind::Date) => {
            if dice.often(3) {
                text_of(&format!("today-{}", dice.below(40)))
            } else {
                text_of(&dice.day())
            }
        }
        _ => {
            let word = dice.one(&WORDS);
            let from = dice.below(word.chars().count());
            let part: String = word.chars().skip(if op == Op::Contains { from } else { 0 }).collect();
            text_of(if part.trim().is_empty() { word } else { part.as_str() })
        }
    };
    let days = u32::try_from(dice.below(50)).unwrap();
    let (value, days) = match op {
        Op::IsSet | Op::IsMissing => (None, None),
        Op::WithinLast | Op::WithinNext | Op::OlderThan => (None, Some(days)),
        Op::In => (Some(Said::Many((0..=dice.below(3)).map(|_| value(dice)).collect())), None),
        Op::Between => (Some(Said::Many(vec![value(dice), value(dice)])), None),
        Op::Got | Op::Replied | Op::Clicked => (dice.often(6).then(|| value(dice)), dice.often(5).then_some(days)),
        _ => (Some(value(dice)), None),
    };
    Condition::Leaf(Leaf { field: field.into(), op, value, days })
}

fn tree(dice: &mut Dice, fields: &[Field], depth: usize) -> Condition {
    let parts = |dice: &mut Dice| (0..=dice.below(3)).map(|_| tree(dice, fields, depth - 1)).collect();
    match if depth == 0 { 0 } else { dice.below(7) } {
        1 | 2 => Condition::All(parts(dice)),
        3 | 4 => Condition::Any(parts(dice)),
        5 => Condition::Not(Box::new(tree(dice, fields, depth - 1))),
        _ => leaf(dice, fields),
    }
}

fn ids() -> Vec<ContactId> {
    (0..CONTACTS).map(desk::contact).collect()
}

/// One random world, and whom many random conditions mean in it, each asked in every way there is.
async fn agree(store: &Store, seed: u64) {
    settle(store).await;
    let mut dice = Dice(seed);
    let fields = fields(&mut dice);
    let set = serde_json::json!({ "fields": fields, "time_zone": "America/New_York" }).to_string();
    store
        .system_write(async move |tx| {
            tx.exec("UPDATE tenant SET settings = $2 WHERE tenant_id = $1", args![ACME, &set]).await
        })
        .await
        .unwrap();
    let (world, known) = (dice.0, fields.clone());
    store.write(ACME, async move |tx: &mut TenantTx<'_>| people(tx, &mut Dice(world), &known).await).await.unwrap();
    let subjects = desk::read(store, ACME, async |tx| segment::subjects(tx, &ids()).await).await;
    assert_eq!(subjects.len() as u128, CONTACTS);
    let (mut some, mut meant) = (0, 0);
    for _ in 0..150 {
        let condition = tree(&mut dice, &fields, 3);
        let catalogue = {
            let condition = condition.clone();
            desk::read(store, ACME, async move |tx| segment::catalogue(tx, [&condition]).await).await
        };
        let shown = || format!("seed {seed}: {}", text::print(&condition, &Default::default()));
        let checked = check(&condition, &catalogue).unwrap_or_else(|faults| panic!("{}: {}", shown(), faults[0]));
        let holds = |subject: &Subject| checked.holds(subject, now());
        let expected: BTreeSet<ContactId> = subjects.iter().filter(|(_, one)| holds(one)).map(|(id, _)| *id).collect();
        let (led, each, count) = asked(store, &checked).await;
        assert_eq!(led, expected, "{}", shown());
        assert_eq!(each, expected, "{}, one by one", shown());
        assert_eq!(count, i64::try_from(expected.len()).unwrap(), "{}", shown());
        some += usize::from(!expected.is_empty() && expected.len() < ids().len());
        meant += expected.len();
    }
    assert!(some > 75 && meant > 600, "the test tells something: {some} of 150 mean some, {meant} in all");
}

async fn asked(store: &Store, checked: &Checked) -> (BTreeSet<ContactId>, BTreeSet<ContactId>, i64) {
    let checked = checked.clone();
    desk::read(store, ACME, async move |tx| {
        let led = segment::ids(tx, now(), &checked, None, 1_000).await?;
        let each = segment::among(tx, now(), (checked.node(), checked.zone()), &ids()).await?;
        Ok((led.into_iter().collect(), each.into_iter().collect(), segment::count(tx, now(), &checked).await?))
    })
    .await
}

fn parsed(catalogue: &domain::condition::Catalogue, said: &str) -> Checked {
    text::parse(said).unwrap().check(catalogue).unwrap()
}

on_both_engines! {
    async fn the_database_means_whom_the_domain_means(store) {
        agree(&store, 1).await;
    }

    async fn and_in_another_world(store) {
        agree(&store, 20_26).await;
    }

    async fn and_in_a_third(store) {
        agree(&store, 77_777).await;
    }

    /// A segment is kept, found, paged, changed, taken away; its name is its own.
    async fn segments_are_kept(store) {
        settle(&store).await;
        for n in 0..5 {
            put_contact(&store, ACME, n, if n == 2 { "" } else { "Ann" }).await;
        }
        put_contact(&store, BOLT, 9, "Ann").await;
        let (first, second) = (SegmentId(Uuid::from_u128(1)), SegmentId(Uuid::from_u128(2)));
        let make = async |id: SegmentId, name: &'static str, said: &'static str| {
            store.write(ACME, async move |tx: &mut TenantTx<'_>| {
                let catalogue = segment::catalogue(tx, []).await?;
                segment::create(tx, at(1), id, name, &parsed(&catalogue, said)).await
            }).await
        };
        make(first, "Named", "name is set").await.unwrap();
        let taken = make(second, "NAMED", "name is missing").await;
        assert!(matches!(&taken, Err(StoreError::Unique(name)) if name == segment::NAME_TAKEN), "{taken:?}");
        make(second, "Nameless", "name is missing").await.unwrap();
        let all = desk::read(&store, ACME, async |tx| segment::page(tx, None, 9).await).await;
        assert_eq!(all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Named", "Nameless"]);
        assert!(desk::read(&store, BOLT, async |tx| segment::page(tx, None, 9).await).await.is_empty());
        let page = async |after: Option<ContactId>| {
            desk::read(&store, ACME, async move |tx| {
                let checked = segment::checked(tx, &[first]).await?.remove(&first).unwrap();
                segment::contacts(tx, now(), &checked, after, 3).await
            }).await.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(page(None).await, [4, 3, 1].map(desk::contact));
        assert_eq!(page(Some(desk::contact(1))).await, [desk::contact(0)]);
        store.write(ACME, async move |tx: &mut TenantTx<'_>| {
            let catalogue = segment::catalogue(tx, []).await?;
            segment::change(tx, at(5), first, None, Some(&parsed(&catalogue, "name is missing"))).await?;
            segment::change(tx, at(6), first, Some("Unnamed"), None).await?;
            segment::remove(tx, second).await
        }).await.unwrap();
        let found = desk::read(&store, ACME, async move |tx| segment::by_ids(tx, &[first, second]).await).await;
        assert_eq!((found.len(), found[&first].name.as_str(), found[&first].changed_at), (1, "Unnamed", at(6)));
        assert_eq!(page(None).await, [desk::contact(2)]);
    }

    /// A campaign goes to whom its lists and segments mean when it is frozen, and to nobody whom it leaves out.
    async fn an_audience_is_lists_and_segments(store) {
        settle(&store).await;
        for n in 0..6 {
            put_contact(&store, ACME, n, ["Ann", "Ben", "Ann", "Dan", "Eve", "Ann"][n as usize]).await;
        }
        let (ann, gone, june) = (SegmentId(Uuid::from_u128(1)), SegmentId(Uuid::from_u128(2)), campaign_id(7));
        let settings = move |audience: Audience| Settings { numbers: vec![number(1)], audience, ..Settings::default() };
        store.write(ACME, async move |tx: &mut TenantTx<'_>| {
            let catalogue = segment::catalogue(tx, []).await?;
            segment::create(tx, at(0), ann, "Anns", &parsed(&catalogue, "name = \"ann\"")).await?;
            list::create(tx, at(0), list_id(1), "Friends").await?;
            list::create(tx, at(0), list_id(2), "Foes").await?;
            list::add(tx, at(0), list_id(1), &[desk::contact(3), desk::contact(4), desk::contact(3)]).await?;
            list::add(tx, at(0), list_id(2), &[desk::contact(4), desk::contact(5)]).await?;
            campaign::create(tx, at(0), june, "June", &Settings::default(), Some(ANN)).await
        }).await.unwrap();
        let gets = async |audience: Audience| {
            let settings = settings(audience);
            store.write(ACME, async move |tx: &mut TenantTx<'_>| {
                campaign::go_on(tx, at(2), june, State::Draft, None).await?;
                let freezing = Freezing { campaign: june, settings: &settings, now: at(2), ready_at: at(60) };
                let mut ids = Ids::new(at(2), 5);
                audience::freeze_phones(tx, &mut ids, freezing, &settings.audience.phones).await?;
                let mut after = None;
                loop {
                    after = audience::freeze(tx, &mut ids, freezing, after, 2).await?;
                    if after.is_none() { break }
                }
                let mut got: Vec<_> = recipient::page(tx, june, None, None, 99).await?.into_iter().map(|one| one.phone).collect();
                got.sort();
                Ok::<_, StoreError>(got)
            }).await.unwrap()
        };
        let phones = |some: &[u128]| some.iter().map(|n| desk::phone(*n)).collect::<Vec<_>>();
        let none = Audience::default;
        assert_eq!(gets(Audience { segments: vec![ann], ..none() }).await, phones(&[0, 2, 5]));
        assert_eq!(gets(Audience { lists: vec![list_id(1)], ..none() }).await, phones(&[3, 4]));
        let both = Audience { lists: vec![list_id(1)], segments: vec![ann], ..none() };
        assert_eq!(gets(both.clone()).await, phones(&[0, 2, 3, 4, 5]));
        assert_eq!(gets(Audience { without_lists: vec![list_id(2)], ..both.clone() }).await, phones(&[0, 2, 3]));
        assert_eq!(gets(Audience { without_segments: vec![ann], ..both.clone() }).await, phones(&[3, 4]));
        assert_eq!(gets(Audience { everyone: true, without_segments: vec![ann], ..none() }).await, phones(&[1, 3, 4]));
        assert_eq!(gets(Audience { without_segments: vec![ann], phones: phones(&[0, 1]), ..none() }).await, phones(&[1]),
            "who is named and left out is left out");
        assert!(gets(Audience { segments: vec![gone], ..none() }).await.is_empty(), "nobody knows who that was");
        assert!(gets(Audience { without_segments: vec![gone], ..both }).await.is_empty(), "nor who must not get it");
        let names = store.write(ACME, async move |tx: &mut TenantTx<'_>| {
            campaign::change(tx, june, None, &settings(Audience { without_lists: vec![list_id(2)], ..none() })).await?;
            let uses = campaign::not_frozen(tx, |audience| audience.without_lists.contains(&list_id(2))).await?;
            let other = campaign::not_frozen(tx, |audience| audience.lists.contains(&list_id(2))).await?;
            Ok::<_, StoreError>((uses.into_iter().map(|(_, name)| name).collect::<Vec<_>>(), other.len()))
        }).await.unwrap();
        assert_eq!(names, (vec!["June".to_owned()], 0));
    }

    /// Who is put on a list is on it once, and can be taken off.
    async fn a_list_has_contacts(store) {
        settle(&store).await;
        for n in 0..4 {
            put_contact(&store, ACME, n, "Ann").await;
        }
        put_contact(&store, BOLT, 9, "Eve").await;
        let id = list_id(1);
        let counts = store.write(ACME, async move |tx: &mut TenantTx<'_>| {
            list::create(tx, at(0), id, "Øl").await?;
            let known = list::known(tx, &[desk::contact(1), desk::contact(9)]).await?;
            assert_eq!(known, [desk::contact(1)], "another tenant's is none");
            let added = list::add(tx, at(1), id, &[desk::contact(1), desk::contact(2), desk::contact(3)]).await?;
            let again = list::add(tx, at(2), id, &[desk::contact(1)]).await?;
            Ok::<_, StoreError>((added, again, list::take_off(tx, id, &[desk::contact(3), desk::contact(0)]).await?))
        }).await.unwrap();
        assert_eq!(counts, (3, 0, 1));
        let found = desk::read(&store, ACME, async move |tx| list::find(tx, id).await).await.unwrap();
        assert_eq!((found.name.as_str(), found.contacts), ("Øl", 2));
        let page = desk::read(&store, ACME, async move |tx| list::contacts(tx, id, None, 9).await).await;
        assert_eq!(page.iter().map(|one| one.id).collect::<Vec<_>>(), [desk::contact(2), desk::contact(1)]);
        assert_eq!(desk::read(&store, BOLT, async move |tx| list::find(tx, id).await).await, None);
        let taken = store.write(ACME, async |tx: &mut TenantTx<'_>| list::create(tx, at(0), list_id(2), "øL").await).await;
        assert!(matches!(&taken, Err(StoreError::Unique(name)) if name == list::NAME_TAKEN), "{taken:?}");
        store.write(ACME, async move |tx: &mut TenantTx<'_>| list::remove(tx, id).await).await.unwrap();
        assert_eq!(desk::read(&store, ACME, async move |tx| list::find(tx, id).await).await, None);
        assert!(desk::read(&store, ACME, async |tx| contact::find(tx, desk::contact(1)).await).await.is_some());
    }
}
