//! Ways through workflows: what waits for their turns, who is inside, who holds the floor, and what they say when somebody is gone.

use std::collections::BTreeMap;

use domain::consent;
use domain::decision::{Change, Consent, ConsentSource, Decision};
use domain::id::{ContactId, EnrolmentId, MergeId, NumberId, WorkflowId};
use domain::workflow::funnel::Count;
use domain::workflow::{Coming, Document, Event, Key, Source, Standing, State, Waits, Word};
use jiff::SignedDuration;
use serde_json::json;
use store::contact::export::{self, Behind};
use store::contact::merge;
use store::enrolment::{self, Logged, Wanted, Way, shown};
use store::remember::remember;
use store::{Store, StoreError, SystemTx, TenantTx, args, on_both_engines, suppression, workflow};
use uuid::Uuid;

use crate::desk::{self, ACME, at, settle};

const SURVEY: WorkflowId = WorkflowId(Uuid::from_u128(0x8100));
const OTHER: WorkflowId = WorkflowId(Uuid::from_u128(0x8101));

fn way_id(n: u128) -> EnrolmentId {
    EnrolmentId(Uuid::from_u128(0x9000 + n))
}

fn contact_id(n: u128) -> ContactId {
    desk::contact(n)
}

fn our_number() -> NumberId {
    desk::number(1)
}

fn way(n: u128, workflow: WorkflowId, contact: u128) -> Way {
    let id = way_id(n);
    let mut state = State::new(id, at(0));
    (state.seq, state.wake_at) = (1, Some(at(60)));
    Way {
        id,
        workflow,
        version: 1,
        contact: contact_id(contact),
        phone: desk::phone(contact),
        number: our_number(),
        key: format!("key-{n}"),
        source: Source::Api,
        state,
        by_workflow: false,
        awaits: None,
        floor: None,
    }
}

/// Two workflows that people enter, and two people.
async fn desk(store: &Store) {
    settle(store).await;
    let work = async move |tx: &mut TenantTx<'_>| {
        let document = json!({ "name": "Survey", "steps": [{ "id": "done", "end": "done" }] });
        let document = Document::from_json(&document).unwrap();
        for id in [SURVEY, OTHER] {
            workflow::create(tx, at(0), id, &document, None).await?;
            workflow::publish(tx, at(0), id, Standing::Active, &document, (None, None)).await?;
        }
        Ok::<_, StoreError>(())
    };
    store.write(ACME, work).await.unwrap();
    for n in 1..=2 {
        desk::put_contact(store, ACME, n, "Ann").await;
    }
}

async fn begin(store: &Store, ways: Vec<Way>) -> Result<(), StoreError> {
    let work = async move |tx: &mut TenantTx<'_>| enrolment::begin(tx, at(1), &ways.iter().collect::<Vec<_>>()).await;
    store.write(ACME, work).await
}

async fn held(store: &Store, n: u128) -> Option<Way> {
    let work = async move |tx: &mut TenantTx<'_>| enrolment::hold(tx, &[way_id(n)]).await;
    store.write(ACME, work).await.unwrap().remove(&way_id(n))
}

async fn due(store: &Store, second: i64) -> Vec<EnrolmentId> {
    let work = async move |tx: &mut SystemTx<'_>| enrolment::due(tx, at(second), 10).await;
    store.system_write(work).await.unwrap().into_iter().map(|(_, way)| way).collect()
}

async fn told(store: &Store, second: i64) -> Vec<EnrolmentId> {
    let work = async move |tx: &mut SystemTx<'_>| enrolment::told(tx, at(second), 10).await;
    store.system_write(work).await.unwrap().into_iter().map(|(_, way)| way).collect()
}

on_both_engines! {
    async fn nobody_is_in_a_workflow_twice(store) {
        desk(&store).await;
        begin(&store, vec![way(1, SURVEY, 1), way(2, OTHER, 1)]).await.unwrap();
        let twice = begin(&store, vec![way(3, SURVEY, 1)]).await.unwrap_err();
        assert!(matches!(twice, StoreError::Unique(_)), "{twice:?}");
        let mut over = way(1, SURVEY, 1);
        (over.state.status, over.state.seq, over.state.wake_at) =
            (serde_json::from_value(json!({ "ended": { "how": "completed", "outcome": "done" } })).unwrap(), 2, None);
        let ends = async move |tx: &mut TenantTx<'_>| enrolment::go_on(tx, at(2), &[(&over, 1)]).await;
        store.write(ACME, ends).await.unwrap();
        let mut heeds = held(&store, 1).await.unwrap();
        heeds.state.seq = 3;
        let later = async move |tx: &mut TenantTx<'_>| enrolment::go_on(tx, at(900), &[(&heeds, 2)]).await;
        store.write(ACME, later).await.unwrap();
        let read = async |tx: &mut TenantTx<'_>| shown::find(tx, way_id(1)).await;
        let shown = desk::read(&store, ACME, read).await.unwrap();
        assert_eq!(shown.ended_at, Some(at(2)), "it ends once");
        let same_key = Way { key: "key-1".into(), ..way(4, SURVEY, 1) };
        assert!(matches!(begin(&store, vec![same_key]).await.unwrap_err(), StoreError::Unique(_)));
        begin(&store, vec![way(5, SURVEY, 1)]).await.unwrap();
        let pasts = async |tx: &mut TenantTx<'_>| enrolment::pasts(tx, &[SURVEY, OTHER], &[contact_id(1), contact_id(2)]).await;
        let pasts = desk::read(&store, ACME, pasts).await;
        assert_eq!(pasts.len(), 2);
        let past = &pasts[&(SURVEY, contact_id(1))];
        assert!(past.is_inside && past.keys.len() == 2, "{past:?}");
    }

    async fn a_turn_is_taken_once(store) {
        desk(&store).await;
        begin(&store, vec![way(1, SURVEY, 1)]).await.unwrap();
        assert_eq!((due(&store, 59).await, due(&store, 60).await), (vec![], vec![way_id(1)]));
        let moved = async |from: u64, to: u64| {
            let mut next = held(&store, 1).await.unwrap();
            (next.state.seq, next.state.wake_at) = (to, Some(at(90)));
            store.write(ACME, async move |tx: &mut TenantTx<'_>| enrolment::go_on(tx, at(61), &[(&next, from)]).await).await
        };
        moved(1, 2).await.unwrap();
        assert!(matches!(moved(1, 2).await.unwrap_err(), StoreError::Retry), "it moved meanwhile");
        assert_eq!((due(&store, 89).await, due(&store, 90).await), (vec![], vec![way_id(1)]));
        let turn = |seq| Logged { enrolment: way_id(1), seq, event: "timer", lines: vec![] };
        let log = async |turns: Vec<Logged>| {
            store.write(ACME, async move |tx: &mut TenantTx<'_>| enrolment::write_log(tx, at(61), &turns).await).await
        };
        log(vec![turn(1), turn(2)]).await.unwrap();
        assert!(matches!(log(vec![turn(2)]).await.unwrap_err(), StoreError::Unique(_)), "no turn twice");
        let read = async |tx: &mut TenantTx<'_>| shown::trace(tx, way_id(1), 1, 10).await;
        let turns = desk::read(&store, ACME, read).await;
        assert_eq!(turns.iter().map(|turn| turn.seq).collect::<Vec<_>>(), [2]);
    }

    async fn words_wait_for_their_time_and_are_heeded_once(store) {
        desk(&store).await;
        begin(&store, vec![way(1, SURVEY, 1), way(2, OTHER, 1)]).await.unwrap();
        let tell = async |tx: &mut TenantTx<'_>| {
            let mut ids = desk::ids(1);
            enrolment::tell(tx, at(5), &mut ids, &[(way_id(1), Word::Event(Event::Paused))]).await?;
            enrolment::tell(tx, at(50), &mut ids, &[(way_id(2), Word::Event(Event::Cancelled))]).await
        };
        store.write(ACME, tell).await.unwrap();
        assert_eq!((told(&store, 4).await, told(&store, 5).await), (vec![], vec![way_id(1)]));
        assert_eq!(told(&store, 50).await, [way_id(1), way_id(2)]);
        let heed = async |tx: &mut TenantTx<'_>| {
            let words = enrolment::told_of(tx, at(49), &[way_id(1), way_id(2)]).await?;
            assert_eq!(words.len(), 1, "the other may not be heard yet");
            let all: Vec<_> = words.values().flatten().collect();
            assert_eq!(all[0].word, Word::Event(Event::Paused));
            enrolment::finish_words(tx, &all).await
        };
        store.write(ACME, heed).await.unwrap();
        assert_eq!(told(&store, 99).await, [way_id(2)]);
        let off = async |tx: &mut SystemTx<'_>| enrolment::put_off(tx, at(60), SignedDuration::from_secs(30)).await;
        assert_eq!(store.system_write(off).await.unwrap(), Some(way_id(2).to_string()));
        assert_eq!((told(&store, 89).await, told(&store, 90).await), (vec![], vec![way_id(2)]));
    }

    async fn what_is_told_to_nobody_does_not_wait_for_ever(store) {
        desk(&store).await;
        begin(&store, vec![way(1, SURVEY, 1)]).await.unwrap();
        let tell = async |tx: &mut TenantTx<'_>| {
            let words = [(way_id(1), Word::Event(Event::Paused)), (way_id(99), Word::Event(Event::Paused))];
            enrolment::tell(tx, at(5), &mut desk::ids(1), &words).await?;
            enrolment::forget_of_gone(tx, &[way_id(1), way_id(99)]).await
        };
        store.write(ACME, tell).await.unwrap();
        assert_eq!(told(&store, 5).await, [way_id(1)]);
    }

    async fn whoever_opts_out_leaves_whoever_wrote_it_down(store) {
        desk(&store).await;
        for n in 3..=5 {
            desk::put_contact(&store, ACME, n, "Cyd").await;
        }
        begin(&store, (1..=4).map(|n| way(n, SURVEY, n)).collect()).await.unwrap();
        let out = |n, second| Consent {
            contact: contact_id(n),
            phone: desk::phone(n),
            state: consent::State::OptedOut,
            purpose: None,
            sender: None,
            source: ConsentSource::Member,
            keyword: None,
            message: None,
            evidence: consent::Evidence::default(),
            at: at(second),
        };
        let wrote = async move |tx: &mut TenantTx<'_>| {
            // The second came back since they said so; nobody knows the fifth in a workflow.
            let sql = "UPDATE contact_address SET opted_in_at_us = $3 WHERE tenant_id = $1 AND address = $2";
            tx.exec(sql, args![desk::phone(2), at(100)]).await?;
            let mut decision = Decision::default();
            for one in [out(1, 50), out(2, 50), out(5, 50)] {
                decision.change(Change::Consented(one));
            }
            remember(tx, at(101), &mut desk::ids(1), &[decision]).await?;
            // On the list of those that get no texts.
            let new = suppression::New { reason: "Moved", source: suppression::Source::Api, until: None, by: None };
            let phone = desk::phone(3);
            let address = suppression::Address { hash: [3; 32], text: Some(&phone) };
            suppression::add(tx, at(101), &mut desk::ids(2), new, &[address]).await?;
            // Made one with somebody who wants no texts at another phone.
            let merge = MergeId(Uuid::from_u128(7));
            merge::merge(tx, &mut desk::hand(101, &mut desk::ids(3)), merge, contact_id(4), contact_id(5)).await.map(drop)
        };
        store.write(ACME, wrote).await.unwrap();
        assert_eq!(told(&store, 101).await, [way_id(1), way_id(3), way_id(4)]);
    }

    async fn one_holds_the_floor(store) {
        desk(&store).await;
        let holds = |n, workflow| Way { floor: Some(at(500)), ..way(n, workflow, 1) };
        begin(&store, vec![holds(1, SURVEY), way(2, OTHER, 1)]).await.unwrap();
        let floors = async |tx: &mut TenantTx<'_>| enrolment::floors(tx, &[contact_id(1), contact_id(2)]).await;
        let found = desk::read(&store, ACME, floors).await;
        assert_eq!(found, [((contact_id(1), our_number()), (way_id(1), at(500)))].into());
        let inside = async |tx: &mut TenantTx<'_>| enrolment::inside(tx, &[contact_id(1)]).await;
        let found = desk::read(&store, ACME, inside).await.remove(&contact_id(1)).unwrap();
        assert_eq!(found.iter().map(|one| (one.floor.is_some(), one.goes_on)).collect::<Vec<_>>(), [(true, true), (false, true)]);
        let stand_still = async move |tx: &mut TenantTx<'_>| {
            let mut paused = way(2, OTHER, 1);
            (paused.state.seq, paused.state.wake_at) = (2, None);
            paused.state.status = serde_json::from_value(json!({ "paused": { "since": at(1) } })).unwrap();
            enrolment::go_on(tx, at(2), &[(&paused, 1)]).await
        };
        store.write(ACME, stand_still).await.unwrap();
        let found = desk::read(&store, ACME, inside).await.remove(&contact_id(1)).unwrap();
        assert_eq!(found.iter().map(|one| one.goes_on).collect::<Vec<_>>(), [true, false], "somebody paused it");
        let pauses = async move |tx: &mut TenantTx<'_>| {
            tx.exec("UPDATE workflow SET state = 'paused' WHERE tenant_id = $1 AND id = $2", args![SURVEY]).await
        };
        store.write(ACME, pauses).await.unwrap();
        let found = desk::read(&store, ACME, inside).await.remove(&contact_id(1)).unwrap();
        assert!(found.iter().all(|one| !one.goes_on), "its workflow stands still");
        let takes = async |tx: &mut TenantTx<'_>| {
            let mut other = way(2, OTHER, 1);
            (other.state.seq, other.floor) = (3, Some(at(600)));
            enrolment::go_on(tx, at(2), &[(&other, 2)]).await
        };
        assert!(matches!(store.write(ACME, takes).await.unwrap_err(), StoreError::Unique(_)));
        let takes_over = async |tx: &mut TenantTx<'_>| {
            enrolment::lose_floor(tx, way_id(1)).await?;
            let mut other = way(2, OTHER, 1);
            (other.state.seq, other.floor) = (3, Some(at(600)));
            enrolment::go_on(tx, at(2), &[(&other, 2)]).await
        };
        store.write(ACME, takes_over).await.unwrap();
        let found = desk::read(&store, ACME, floors).await;
        assert_eq!(found[&(contact_id(1), our_number())].0, way_id(2));
    }

    async fn a_persons_file_has_every_turn_of_every_way(store) {
        desk(&store).await;
        let write = async |tx: &mut TenantTx<'_>| {
            enrolment::begin(tx, at(0), &[&way(1, SURVEY, 1), &way(2, OTHER, 1), &way(3, SURVEY, 2)]).await?;
            let turn = |n, seq| Logged { enrolment: way_id(n), seq, event: "timer", lines: Vec::new() };
            // More than are read at once, of one way and of both.
            let turns: Vec<Logged> = (1..=450).map(|seq| turn(1, seq)).chain((1..=3).map(|seq| turn(2, seq))).collect();
            enrolment::write_log(tx, at(1), &turns).await?;
            enrolment::write_log(tx, at(1), &[turn(3, 1)]).await
        };
        store.write(ACME, write).await.unwrap();
        let section = export::SECTIONS.iter().find(|section| section.name == "workflow_turns").unwrap();
        let (mut after, mut told) = (Behind::NOTHING, Vec::new());
        loop {
            let read = async move |tx: &mut TenantTx<'_>| export::page(tx, section, contact_id(1), after).await;
            let (rows, behind) = desk::read(&store, ACME, read).await;
            assert!(rows.len() <= section.at_once as usize);
            told.extend(rows.into_iter().map(|row| (row["enrolment_id"].as_str().unwrap().to_owned(), row["turn"].as_i64().unwrap())));
            let Some(behind) = behind else { break };
            after = behind;
        }
        let of = |n, to: i64| (1..=to).map(move |seq| (way_id(n).to_string(), seq));
        assert_eq!(told, of(1, 450).chain(of(2, 3)).collect::<Vec<_>>());
    }

    async fn what_is_done_elsewhere_is_waited_for_or_not(store) {
        desk(&store).await;
        let key = |nth| Key { enrolment: way_id(1), step: "ask".into(), visit: 1, nth };
        let mut waiting = way(1, SURVEY, 1);
        waiting.state.waits = Some(Waits::Effect { of: key(1), until: at(500) });
        begin(&store, vec![waiting.clone()]).await.unwrap();
        let waits = async |n, nth| {
            let read = async move |tx: &mut TenantTx<'_>| enrolment::waits_for(tx, way_id(n), &key(nth)).await;
            desk::read(&store, ACME, read).await
        };
        assert_eq!([waits(1, 1).await, waits(1, 2).await, waits(9, 1).await], [Wanted::Now, Wanted::NoMore, Wanted::NoMore]);
        let stands = async |standing| {
            let to = async move |tx: &mut TenantTx<'_>| workflow::go_on(tx, at(1), SURVEY, standing).await;
            store.write(ACME, to).await.unwrap();
        };
        stands(Standing::Paused).await;
        assert_eq!([waits(1, 1).await, waits(1, 2).await], [Wanted::WhenItGoesOn, Wanted::NoMore]);
        stands(Standing::Active).await;
        waiting.state.seq = 2;
        waiting.state.status = serde_json::from_value(json!({ "ended": { "how": "cancelled", "outcome": "cancelled" } })).unwrap();
        let ends = async move |tx: &mut TenantTx<'_>| enrolment::go_on(tx, at(2), &[(&waiting, 1)]).await;
        store.write(ACME, ends).await.unwrap();
        assert_eq!(waits(1, 1).await, Wanted::NoMore, "it is over");
    }

    async fn sums_are_added_up(store) {
        desk(&store).await;
        let count = |step: &str, what: &str, millis| {
            (SURVEY, 1, Count { step: step.into(), what: what.into(), millis, of_old: false })
        };
        for _ in 0..2 {
            let counts = vec![count("", "entered", 0), count("ask", "came", 0), count("ask", "left", 70), count("", "entered", 0)];
            store.write(ACME, async move |tx: &mut TenantTx<'_>| enrolment::count(tx, counts.clone()).await).await.unwrap();
        }
        let ended = vec![count("", "ended:done", 9)];
        store.write(ACME, async move |tx: &mut TenantTx<'_>| enrolment::count(tx, ended.clone()).await).await.unwrap();
        let read = async |tx: &mut TenantTx<'_>| shown::counted(tx, SURVEY, 1).await;
        let told: Vec<_> = desk::read(&store, ACME, read).await.into_iter().map(|one| (one.what, one.times, one.millis)).collect();
        let expected = [("ended:done", 1, 9), ("entered", 4, 0), ("came", 2, 0), ("left", 2, 140)];
        assert_eq!(told, expected.map(|(what, times, millis)| (what.to_owned(), times, millis)));
        let sizes = async |tx: &mut TenantTx<'_>| shown::sizes(tx, &[SURVEY, OTHER]).await;
        assert_eq!(desk::read(&store, ACME, sizes).await, BTreeMap::from([(SURVEY, (4, 3))]));
    }

    async fn whoever_is_to_enter_waits_in_line(store) {
        desk(&store).await;
        let coming = |contact| Coming {
            workflow: SURVEY,
            contact: contact_id(contact),
            phone: None,
            number: None,
            key: None,
            source: Source::Api,
            variables: BTreeMap::new(),
        };
        let line = [coming(2), coming(1)];
        store.write(ACME, async move |tx: &mut TenantTx<'_>| enrolment::enter(tx, at(1), &mut desk::ids(1), &line).await).await.unwrap();
        let look = async |tx: &mut SystemTx<'_>| {
            let waiting = enrolment::entering(tx, at(1), 1).await?;
            let first = waiting.first().map(|one| one.coming.contact);
            enrolment::finish_entries(&mut tx.for_tenant(ACME), &waiting.iter().collect::<Vec<_>>()).await?;
            Ok::<_, StoreError>(first)
        };
        let mut order = Vec::new();
        for _ in 0..3 {
            order.push(store.system_write(look).await.unwrap());
        }
        assert_eq!(order, [Some(contact_id(2)), Some(contact_id(1)), None]);
        let reached = async |tx: &mut TenantTx<'_>| enrolment::Came::from(tx, &[contact_id(1), contact_id(99)]).await;
        let reached = desk::read(&store, ACME, reached).await;
        assert_eq!((reached.len(), reached[&contact_id(1)].phone.clone()), (1, Some(desk::phone(1))));
    }

    async fn only_as_many_are_counted_as_matter(store) {
        desk(&store).await;
        desk::put_contact(&store, ACME, 3, "Cyd").await;
        begin(&store, vec![way(1, SURVEY, 1), way(2, SURVEY, 2), way(3, SURVEY, 3), way(4, OTHER, 1)]).await.unwrap();
        let count = async |most| {
            let count = async move |tx: &mut TenantTx<'_>| enrolment::Came::inside(tx, &[SURVEY, OTHER], most).await;
            let found = store.write(ACME, count).await.unwrap();
            (found[&SURVEY], found[&OTHER])
        };
        assert_eq!((count(9).await, count(2).await), ((3, 1), (2, 1)));
    }

    async fn the_newest_move_is_the_one_that_is_made(store) {
        desk(&store).await;
        begin(&store, vec![way(1, SURVEY, 1), way(2, OTHER, 1)]).await.unwrap();
        let tell = async |tx: &mut TenantTx<'_>| {
            let (mut ids, to) = (desk::ids(1), |version| Word::Migrate { version, plan: serde_json::from_value(json!({})).unwrap() });
            enrolment::tell(tx, at(5), &mut ids, &[(way_id(1), Word::Event(Event::Paused))]).await?;
            enrolment::move_at(tx, &mut ids, &to(2), &[(way_id(1), at(6)), (way_id(2), at(7))]).await?;
            enrolment::move_at(tx, &mut ids, &to(3), &[(way_id(1), at(8))]).await?;
            enrolment::told_of(tx, at(9), &[way_id(1), way_id(2)]).await
        };
        let told = store.write(ACME, tell).await.unwrap();
        let names = |n| told[&way_id(n)].iter().map(|told| format!("{:?}", told.word)).collect::<Vec<_>>();
        assert_eq!((names(1), names(2)), (vec!["paused".into(), "migrate(3)".into()], vec!["migrate(2)".to_owned()]));
    }

    async fn whatever_cannot_be_written_is_put_off_alone(store) {
        desk(&store).await;
        begin(&store, vec![way(1, SURVEY, 1), way(2, OTHER, 1)]).await.unwrap();
        let tell = async |tx: &mut TenantTx<'_>| {
            let mut ids = desk::ids(1);
            enrolment::tell(tx, at(5), &mut ids, &[(way_id(1), Word::Event(Event::Paused))]).await?;
            enrolment::tell(tx, at(9_000), &mut ids, &[(way_id(1), Word::Event(Event::Cancelled))]).await?;
            let coming = Coming {
                workflow: OTHER,
                contact: contact_id(2),
                phone: None,
                number: None,
                key: None,
                source: Source::Api,
                variables: BTreeMap::new(),
            };
            enrolment::enter(tx, at(6), &mut ids, &[coming]).await?;
            // As a later version of this program may have written it.
            tx.exec("UPDATE entry SET coming = 'of tomorrow' WHERE tenant_id = $1", args![]).await
        };
        store.write(ACME, tell).await.unwrap();
        let put_off = async || {
            let pause = SignedDuration::from_secs(100);
            store.system_write(async move |tx| enrolment::put_off(tx, at(60), pause).await).await.unwrap()
        };
        assert_eq!(put_off().await, Some(way_id(1).to_string()));
        assert_eq!((told(&store, 159).await, told(&store, 160).await), (vec![], vec![way_id(1)]));
        let later = async |tx: &mut TenantTx<'_>| enrolment::told_of(tx, at(8_999), &[way_id(1)]).await;
        assert_eq!(store.write(ACME, later).await.unwrap()[&way_id(1)].len(), 1, "what is for later stays for later");
        assert!(put_off().await.is_some() && put_off().await.is_some());
        assert!(due(&store, 60).await.is_empty(), "both whose time has come");
        assert!(put_off().await.is_some(), "whoever is to enter, though nobody can read what it says");
        assert_eq!(put_off().await, None);
        let entering = async |tx: &mut SystemTx<'_>| Ok::<_, StoreError>(enrolment::entering(tx, at(60), 9).await?.len());
        assert_eq!(store.system_write(entering).await.unwrap(), 0);
    }

    async fn two_who_do_the_same_at_once_try_again(store) {
        desk(&store).await;
        let floor = |n, workflow| Way { floor: Some(at(500)), ..way(n, workflow, 1) };
        begin(&store, vec![floor(1, SURVEY)]).await.unwrap();
        for twice in [way(2, SURVEY, 1), floor(3, OTHER)] {
            let error = begin(&store, vec![twice]).await.unwrap_err();
            assert!(store::remember::is_race(&error), "{error:?}");
        }
    }
}
