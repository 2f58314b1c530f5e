//! When each text of a campaign goes, from which number, and how fast.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::campaign::throttle::{Day, Limit, Limits};
use domain::campaign::{Audience, Schedule, Settings, State, Throttle};
use domain::hours::QuietHours;
use domain::id::{CampaignId, ContactId, Ids, NumberId};
use domain::message::Author;
use domain::tenant::SendingLimits;
use jiff::Timestamp;
use store::campaign::audience::{self, Freezing};
use store::campaign::{self, pace, pool, recipient};
use store::contact::history::{By, Hand};
use store::queue::{self, Paced};
use store::{Store, StoreError, TenantTx, args, number as sender, on_both_engines};
use uuid::Uuid;

use crate::desk::{self, ACCOUNT, ACME, ANN, BOLT, Thread, at, contact, number, put_contact, put_thread, settle};

const JULY: CampaignId = CampaignId(Uuid::from_u128(0x70));

fn july(numbers: Vec<NumberId>, schedule: Schedule) -> Settings {
    let audience = Audience { everyone: true, ..Audience::default() };
    Settings { body: "Hi".into(), numbers, audience, schedule, ..Settings::default() }
}

/// A campaign to everyone from these numbers, and everybody's row.
async fn frozen(store: &Store, numbers: Vec<NumberId>, schedule: Schedule) {
    let settings = july(numbers, schedule);
    store
        .write(ACME, async move |tx: &mut TenantTx<'_>| {
            campaign::create(tx, at(0), JULY, "July", &settings, Some(ANN)).await?;
            campaign::go_on(tx, at(1), JULY, State::Scheduled, Some(at(60))).await?;
            let freezing = Freezing { campaign: JULY, settings: &settings, now: at(2), ready_at: at(60) };
            let mut ids = Ids::new(at(2), 3);
            let mut next = audience::freeze(tx, &mut ids, freezing, None, 2).await?;
            while next.is_some() {
                next = audience::freeze(tx, &mut ids, freezing, next, 2).await?;
            }
            audience::frozen(tx, JULY, None, 0, true).await?;
            campaign::starts_with_the_first(tx, JULY).await
        })
        .await
        .unwrap();
}

async fn shown(store: &Store) -> Vec<recipient::Shown> {
    let mut all = desk::read(store, ACME, async |tx| recipient::page(tx, JULY, None, None, 100).await).await;
    all.sort_by_key(|one| one.contact_id);
    all
}

/// Each change has ids of its own.
static TIMES: AtomicU64 = AtomicU64::new(1);

async fn changed(store: &Store, n: u128, change: store::contact::Change) {
    let seed = TIMES.fetch_add(1, Ordering::Relaxed);
    let work = async move |tx: &mut TenantTx<'_>| {
        let mut hand = Hand { by: By::Author(Author::Member(ANN)), at: at(1), ids: &mut Ids::new(at(1), seed) };
        store::contact::change(tx, &mut hand, contact(n), &change).await
    };
    store.write(ACME, work).await.unwrap();
}

async fn zone(store: &Store, n: u128, zone: &'static str) {
    changed(store, n, store::contact::Change { time_zone: Some(Some(zone.into())), ..Default::default() }).await;
}

on_both_engines! {
    /// What went out is counted by the minute, from each number, and the minute before is kept.
    async fn how_fast_it_goes_is_counted(store) {
        settle(&store).await;
        frozen(&store, vec![number(1), number(2)], Schedule::default()).await;
        let went = async |second: i64, from: u128, count: i64| {
            let handed = std::collections::BTreeMap::from([(JULY, count)]);
            store.write(ACME, async move |tx: &mut TenantTx<'_>| pace::count(tx, at(second), number(from), &handed).await).await.unwrap();
        };
        let lately = async |tenant| {
            let mut all = desk::read(&store, tenant, async |tx| pace::lately(tx, JULY).await).await;
            all.sort_by_key(|one| one.handed);
            all.iter().map(|one| (one.since, one.handed, one.earlier)).collect::<Vec<_>>()
        };
        // Somewhere in a minute.
        let begins = 60 - at(0).as_second().rem_euclid(60);
        for (second, from, count) in [(0, 1, 5), (10, 1, 7), (20, 2, 1)] {
            went(begins + second, from, count).await;
        }
        assert_eq!(lately(ACME).await, [(at(begins + 20), 1, 0), (at(begins), 12, 0)]);
        assert!(lately(BOLT).await.is_empty());
        went(begins + 61, 1, 3).await;
        assert_eq!(lately(ACME).await, [(at(begins + 20), 1, 0), (at(begins + 61), 3, 12)]);
        went(begins + 200, 1, 4).await;
        assert_eq!(lately(ACME).await.last(), Some(&(at(begins + 200), 4, 0)), "what is longer ago counts no more");
    }

    /// Everybody's row has their time, and the campaign begins with the first of them.
    async fn rows_have_the_time_of_those_they_are_for(store) {
        settle(&store).await;
        for n in 1..=3 {
            put_contact(&store, ACME, n, "Ann").await;
        }
        zone(&store, 2, "Europe/Paris").await;
        // The desk's day is the 23rd of November 2025, noon; its contacts are in California.
        let schedule = Schedule { at_local: Some("2025-11-25T10:00".parse().unwrap()), spread_seconds: 0 };
        frozen(&store, vec![number(1)], schedule).await;
        let times: Vec<_> = shown(&store).await.iter().map(|one| one.not_before.unwrap().to_string()).collect();
        assert_eq!(times, ["2025-11-25T18:00:00Z", "2025-11-25T09:00:00Z", "2025-11-25T18:00:00Z"]);
        let found = desk::read(&store, ACME, async |tx| campaign::find(tx, JULY).await).await.unwrap();
        assert_eq!(found.starts_at, Some("2025-11-25T09:00:00Z".parse::<Timestamp>().unwrap()));
        assert_eq!(found.settings.schedule, schedule);
    }

    /// Positions go on from page to page, and begin anew with a new launch.
    async fn rows_are_spread_over_a_window(store) {
        settle(&store).await;
        for n in 1..=5 {
            put_contact(&store, ACME, n, "Ann").await;
        }
        frozen(&store, vec![number(1)], Schedule { at_local: None, spread_seconds: 1_000 }).await;
        let seconds = |all: &[recipient::Shown]| -> Vec<i64> {
            all.iter().map(|one| one.not_before.unwrap().as_second() - at(60).as_second()).collect()
        };
        let first = seconds(&shown(&store).await);
        assert_eq!(first, [0, 618, 236, 854, 472]);
        store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(4), JULY, State::Draft, None).await).await.unwrap();
        store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::remove(tx, JULY).await).await.unwrap();
        frozen(&store, vec![number(1)], Schedule { at_local: None, spread_seconds: 1_000 }).await;
        assert_eq!(seconds(&shown(&store).await), first);
    }

    /// The number that somebody last had to do with, whichever way; others' never.
    async fn the_number_that_somebody_knows(store) {
        settle(&store).await;
        put_thread(&store, Thread { number: 2, ..Thread::open(1, 100) }).await;
        put_contact(&store, ACME, 2, "Ben").await;
        put_contact(&store, ACME, 3, "Cam").await;
        let known = async |tenant| {
            let all: Vec<ContactId> = (1..=3).map(contact).collect();
            let known = desk::read(&store, tenant, async move |tx| pool::known(tx, &all).await).await;
            [1, 2, 3].map(|n| known.get(&contact(n)).copied())
        };
        assert_eq!(known(ACME).await, [Some(number(2)), None, None]);
        frozen(&store, vec![number(1)], Schedule::default()).await;
        assert_eq!(known(ACME).await, [Some(number(2)), None, None], "what is not sent yet counts for nothing");
        let sent = async |second| {
            store.write(ACME, async move |tx: &mut TenantTx<'_>| {
                tx.exec("UPDATE campaign_recipient SET handed_at_us = $2 WHERE tenant_id = $1", args![at(second)]).await
            }).await.unwrap();
        };
        sent(50).await;
        assert_eq!(known(ACME).await, [Some(number(2)), Some(number(1)), Some(number(1))]);
        sent(150).await;
        assert_eq!(known(ACME).await, [Some(number(1)); 3], "the later counts");
        assert_eq!(known(BOLT).await, [None; 3]);
    }

    /// Numbers that cannot send take no part; when none is left, whoever is skipped is told why.
    async fn numbers_that_cannot_send_take_no_part(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        let usable = async |tenant| {
            desk::read(&store, tenant, async |tx| Ok::<_, StoreError>(pool::usable(tx, &[number(1), number(2)]).await?.len())).await
        };
        assert_eq!((usable(ACME).await, usable(BOLT).await), (2, 0));
        let off = sender::NumberChange { enabled: Some(false), ..Default::default() };
        store.write(ACME, async move |tx: &mut TenantTx<'_>| sender::change(tx, number(1), &off).await).await.unwrap();
        assert_eq!(usable(ACME).await, 1);
        let problem = sender::NumberProblem { code: "not_in_account".into(), message: "Gone.".into(), mend: "Buy it.".into() };
        store.write(ACME, async move |tx: &mut TenantTx<'_>| sender::set_problems(tx, number(2), std::slice::from_ref(&problem)).await).await.unwrap();
        assert_eq!(usable(ACME).await, 0);
        frozen(&store, vec![number(1), number(2)], Schedule::default()).await;
        let all = shown(&store).await;
        let why = all[0].failure.as_ref().map(|why| why.code.as_str());
        assert_eq!((all.len(), all[0].standing.as_str(), why), (1, "skipped", Some("no_number_left")));
    }

    /// Where buckets stand is kept, each tenant's own; what was sent on a day is known until the next.
    async fn limits_stand_where_they_were_left(store) {
        settle(&store).await;
        let now = at(0);
        let (today, tomorrow) = (Day::of(now), Day::of(at(24 * 3_600)));
        let set = SendingLimits { campaigns_per_minute: Some(60), account_per_day: Some(20), number_per_day: Some(15), ..SendingLimits::default() };
        let limits = async |tenant, day: Day| {
            desk::read(&store, tenant, async move |tx| {
                let paced = queue::pace(tx, number(1), day.number).await?;
                let throttle = Throttle { segments_per_minute: Some(600) };
                pace::limits(tx, day, set, (number(1), ACCOUNT), paced.day_segments, std::iter::once((JULY, throttle))).await
            }).await
        };
        let held = |limits: &Limits, at: Timestamp, segments| limits.allow(at, JULY, segments).err().map(|held| held.by);
        assert_eq!(held(&limits(ACME, today).await, now, 10), None);
        store.write(ACME, async move |tx: &mut TenantTx<'_>| {
            let mut taken = pace::limits(tx, today, set, (number(1), ACCOUNT), 0, std::iter::empty()).await?;
            taken.take(now, JULY, 2);
            pace::keep(tx, &taken).await?;
            queue::set_pace(tx, number(1), Paced { tat_us: 7, day: today.number, day_segments: 8 }).await?;
            queue::set_pace(tx, number(2), Paced { tat_us: 7, day: today.number, day_segments: 9 }).await
        }).await.unwrap();
        let stands = limits(ACME, today).await;
        assert_eq!(held(&stands, now, 1), Some(Limit::Tenant));
        assert_eq!(held(&stands, at(10), 3), None, "8 and 9 and 3 make 20");
        assert_eq!(held(&stands, at(10), 4), Some(Limit::AccountDay));
        assert_eq!(held(&stands, at(10), 8), Some(Limit::AccountDay));
        assert_eq!(held(&limits(BOLT, today).await, now, 10), None, "others have theirs");
        assert_eq!(held(&limits(ACME, tomorrow).await, at(24 * 3_600), 10), None);
        let paced = desk::read(&store, ACME, async move |tx| queue::pace(tx, number(1), today.number).await).await;
        assert_eq!(paced, Paced { tat_us: 7, day: today.number, day_segments: 8 });
    }

    /// Which of a running campaign's numbers are held, and by what.
    async fn who_holds_a_campaign_is_told(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        frozen(&store, vec![number(1), number(2)], Schedule::default()).await;
        let held = async |tenant| {
            let held = desk::read(&store, tenant, async |tx| pace::held(tx, at(70), JULY).await).await;
            held.into_iter().map(|held| (held.number_id, held.code)).collect::<Vec<_>>()
        };
        let set = SendingLimits { number_per_day: Some(10), ..SendingLimits::default() };
        store.write(ACME, async move |tx: &mut TenantTx<'_>| {
            let mut found = store::tenant::read_to_change(tx).await?;
            found.settings.sending_limits = set;
            store::tenant::change(tx, &found.name, &found.settings).await?;
            queue::set_pace(tx, number(2), Paced { tat_us: 0, day: Day::of(at(70)).number, day_segments: 10 }).await
        }).await.unwrap();
        assert!(held(ACME).await.is_empty(), "it does not run");
        store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(60), JULY, State::Running, Some(at(60))).await).await.unwrap();
        assert_eq!(held(ACME).await, [(number(2), "number_day_limit".to_owned())]);
        assert!(held(BOLT).await.is_empty());
    }

    /// A contact's own quiet hours are kept, shown, and cleared.
    async fn quiet_hours_of_a_contact(store) {
        settle(&store).await;
        put_contact(&store, ACME, 1, "Ann").await;
        frozen(&store, vec![number(1)], Schedule::default()).await;
        let night: QuietHours = serde_json::from_str(r#"{"from":"22:00","until":"09:00"}"#).unwrap();
        let quiet = async |hours: Option<Option<QuietHours>>| {
            let change = store::contact::Change { quiet_hours: hours, ..Default::default() };
            changed(&store, 1, change).await;
            let shown = desk::read(&store, ACME, async |tx| store::contact::find(tx, contact(1)).await).await.unwrap().quiet_hours;
            let due = store.write(ACME, async |tx: &mut TenantTx<'_>| recipient::due(tx, (JULY, false), number(1), &[], at(60), 9).await).await.unwrap();
            assert_eq!(due[0].quiet, shown, "the gate hears of it");
            shown
        };
        assert_eq!(quiet(None).await, None);
        assert_eq!(quiet(Some(Some(night))).await, Some(night));
        assert_eq!(quiet(None).await, Some(night), "what is not said stays");
        assert_eq!(quiet(Some(None)).await, None);
    }
}
