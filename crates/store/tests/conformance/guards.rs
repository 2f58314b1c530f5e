//! What stops a campaign by itself, and what is told of it.

use domain::campaign::breaker::Outcomes;
use domain::campaign::{Also, Audience, Canary, Deed, Guard, Halt, Moved, Retry, Settings, Standing, State};
use domain::consent::{self, Evidence};
use domain::decision::{Change, Consent, ConsentSource, Decision};
use domain::id::{CampaignId, Ids, RecipientId};
use domain::message::{Author, Failure};
use store::campaign::audience::{self, Freezing};
use store::campaign::{self, guard, history, recipient};
use store::remember::{Aftermath, remember};
use store::{Store, StoreError, TenantTx, args, on_both_engines, queue};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BEN, BOLT, at, settle};

const JUNE: CampaignId = CampaignId(Uuid::from_u128(0x60));

async fn prepare(store: &Store) {
    settle(store).await;
    let made = async |tx: &mut TenantTx<'_>| {
        let _ = campaign::create(tx, at(0), JUNE, "June", &Settings::default(), Some(ANN)).await?;
        campaign::go_on(tx, at(1), JUNE, State::Running, Some(at(1))).await.map(drop)
    };
    store.write(ACME, made).await.unwrap();
}

fn recipient(n: u32) -> RecipientId {
    Uuid::from_u128(n.into()).into()
}

fn outcomes(of: std::ops::Range<u32>, blocked: bool) -> Vec<Change> {
    of.map(|n| Change::CampaignOutcome { campaign: JUNE, recipient: recipient(n), blocked }).collect()
}

/// Contacts with these numbers, each with a row from now on.
async fn put_recipients(
    store: &Store,
    campaign: CampaignId,
    settings: &Settings,
    people: std::ops::RangeInclusive<u128>,
) {
    for n in people.clone() {
        desk::put_contact(store, ACME, n, "Someone").await;
    }
    let settings = settings.clone();
    let phones: Vec<String> = people.map(desk::phone).collect();
    let work = async move |tx: &mut TenantTx<'_>| {
        let freezing = Freezing { campaign, settings: &settings, now: at(2), ready_at: at(60) };
        audience::freeze_phones(tx, &mut Ids::new(at(2), 5), freezing, &phones).await
    };
    store.write(ACME, work).await.unwrap();
}

async fn rows_of(store: &Store, campaign: CampaignId) -> Vec<recipient::Shown> {
    desk::read(store, ACME, async move |tx| recipient::page(tx, campaign, None, None, 100).await).await
}

fn moved(campaign: CampaignId, id: RecipientId, to: Standing, code: Option<&str>) -> Change {
    Change::RecipientMoved(Box::new(Moved {
        recipient: id,
        campaign,
        conversation: None,
        to,
        ready_at: None,
        attempt: None,
        text: None,
        variant: None,
        carrier_ref: None,
        carrier: None,
        failure: code.map(|code| Failure { code: code.into(), explanation: "Why.".into(), mend: String::new() }),
        parts: None,
        cost: None,
    }))
}

async fn remembered(store: &Store, second: i64, changes: Vec<Change>) -> Aftermath {
    let decision = Decision { changes, effects: Vec::new() };
    let work = async move |tx: &mut TenantTx<'_>| {
        let seed = u64::try_from(second).unwrap_or(0);
        remember(tx, at(second), &mut Ids::new(at(second), seed), std::slice::from_ref(&decision)).await
    };
    store.write(ACME, work).await.unwrap()
}

async fn last(store: &Store) -> Outcomes {
    store.write(ACME, async |tx: &mut TenantTx<'_>| guard::last_outcomes(tx, JUNE).await).await.unwrap()
}

async fn goes_on(store: &Store, second: i64, to: State) {
    let work =
        async move |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(second), JUNE, to, Some(at(1))).await.map(drop);
    store.write(ACME, work).await.unwrap();
}

async fn told(store: &Store, after: Option<Uuid>) -> Vec<history::Entry> {
    desk::read(store, ACME, async move |tx| history::page(tx, JUNE, after, 100).await).await
}

fn halt() -> Halt {
    Halt {
        by: Guard::Configuration,
        code: Some("40312".into()),
        explanation: "The profile is off.".into(),
        mend: "Switch it on.".into(),
        samples: vec![recipient(7)],
    }
}

on_both_engines! {
    /// The last of them, a window's worth, since somebody last said that it goes on.
    async fn outcomes_are_counted_backwards(store) {
        prepare(&store).await;
        assert_eq!(last(&store).await, Outcomes::default());
        let after = remembered(&store, 10, outcomes(0..150, true)).await;
        assert_eq!(after.blocked, [JUNE], "somebody has to look");
        let after = remembered(&store, 11, outcomes(200..320, false)).await;
        assert!(after.blocked.is_empty(), "nobody needs to look");
        remembered(&store, 12, [outcomes(400..490, false), outcomes(500..507, true)].concat()).await;
        let window = last(&store).await;
        assert_eq!((window.all, window.blocked), (217, 7), "the oldest no longer count");
        assert_eq!(window.samples, (500..505).map(recipient).collect::<Vec<_>>());
        goes_on(&store, 20, State::Running).await;
        assert_eq!(last(&store).await, Outcomes::default());
        remembered(&store, 21, outcomes(0..3, true)).await;
        assert_eq!(last(&store).await.all, 3);
        let forget = async |before| {
            store.system_write(async move |tx| guard::forget_old(tx, at(before), 10).await).await.unwrap()
        };
        assert_eq!((forget(21).await, forget(22).await, forget(22).await), (0, 1, 0));
    }

    /// Once, with the reason, and only what runs.
    async fn a_running_campaign_stops_by_itself(store) {
        prepare(&store).await;
        let stops = || Change::CampaignHalted { campaign: JUNE, halt: Box::new(halt()) };
        let after = remembered(&store, 10, vec![stops(), stops()]).await;
        assert_eq!(after.halted, [(JUNE, Guard::Configuration)]);
        assert_eq!(after.lines, [campaign::updated(JUNE)]);
        let found = async || desk::read(&store, ACME, async |tx| campaign::find(tx, JUNE).await).await.unwrap();
        let stopped = found().await;
        assert_eq!((stopped.state.as_str(), stopped.halt), ("paused", Some(halt())));
        assert!(remembered(&store, 11, vec![stops()]).await.halted.is_empty(), "it stands still");
        let line = told(&store, None).await.remove(0);
        assert_eq!((line.deed.as_str(), line.by_kind.as_str(), line.by, line.halt), ("paused", "system", None, Some(halt())));
        assert_eq!(told(&store, None).await.len(), 1);
        goes_on(&store, 20, State::Running).await;
        assert_eq!(found().await.halt, None);
        goes_on(&store, 21, State::Done).await;
        assert!(remembered(&store, 22, vec![stops()]).await.halted.is_empty());
        assert_eq!(found().await.state, "done");
    }

    /// Each of them once, the newest first; whoever edits on and on edits once.
    async fn what_was_done_is_told_in_order(store) {
        prepare(&store).await;
        let does = async |second: i64, deed, by| {
            let work = async move |tx: &mut TenantTx<'_>| {
                let id = Ids::new(at(second), 1).next();
                history::add(tx, at(second), id, history::New { campaign: JUNE, deed, by, halt: None, note: None }).await
            };
            store.write(ACME, work).await.unwrap();
        };
        let (ann, ben) = (Author::Member(ANN), Author::Member(BEN));
        for (second, deed, by) in [
            (1, Deed::Created, Author::Api), (2, Deed::Edited, ann), (60, Deed::Edited, ann), (70, Deed::Edited, ben),
            (80, Deed::Edited, ann), (3_680, Deed::Edited, ann), (3_700, Deed::Launched, ann), (3_710, Deed::Edited, ann),
        ] {
            does(second, deed, by).await;
        }
        let all = told(&store, None).await;
        let lines: Vec<_> = all.iter().rev().map(|line| (line.deed.as_str(), line.by_kind.as_str(), line.by)).collect();
        assert_eq!(lines, [
            ("created", "api", None),
            ("edited", "member", Some(ANN)),
            ("edited", "member", Some(BEN)),
            ("edited", "member", Some(ANN)),
            ("edited", "member", Some(ANN)),
            ("launched", "member", Some(ANN)),
            ("edited", "member", Some(ANN)),
        ]);
        assert_eq!(told(&store, Some(all[4].id)).await.len(), 2, "the older ones");
        assert!(desk::read(&store, BOLT, async |tx| history::page(tx, JUNE, None, 9).await).await.is_empty());
        store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::remove(tx, JUNE).await.map(drop)).await.unwrap();
        assert!(told(&store, None).await.is_empty());
    }

    /// They are found by themselves, counted, and there are as many as must be.
    async fn a_few_are_first(store) {
        prepare(&store).await;
        let canary = Canary { percent: 20, at_least: 5, ..Canary::default() };
        let settings = Settings { numbers: vec![desk::number(1)], canary: Some(canary), ..Settings::default() };
        put_recipients(&store, JUNE, &settings, 1..=9).await;
        let first = async || {
            let is_first = async |tx: &mut TenantTx<'_>| {
                let sql = "SELECT count(*) FROM campaign_recipient WHERE tenant_id = $1 AND is_canary";
                tx.one(sql, args![]).await?.get::<i64>(0)
            };
            desk::read(&store, ACME, is_first).await
        };
        let by_lot = (1..=9).filter(|n| canary.takes(JUNE, &desk::phone(*n))).count();
        assert_eq!(first().await, i64::try_from(by_lot).unwrap());
        for _ in 0..2 {
            let fill = async move |tx: &mut TenantTx<'_>| campaign::canary::fill(tx, JUNE, &canary).await;
            store.write(ACME, fill).await.unwrap();
            assert_eq!(first().await, 5);
        }
        let due = async |only_canary| {
            let due = async move |tx: &mut TenantTx<'_>| {
                recipient::due(tx, (JUNE, only_canary), desk::number(1), &[], at(100), 99).await
            };
            store.write(ACME, due).await.unwrap().into_iter().map(|due| due.recipient.id).collect::<Vec<_>>()
        };
        assert_eq!((due(false).await.len(), due(true).await.len()), (9, 5));
        let undecided = async || store.system_read(async |tx| campaign::canary::undecided(tx, 9).await).await.unwrap();
        assert!(undecided().await.is_empty());
        let begins = async |tx: &mut TenantTx<'_>| {
            campaign::canary::begin(tx, JUNE).await?;
            audience::frozen(tx, JUNE, None, 0, true).await
        };
        store.write(ACME, begins).await.unwrap();
        assert_eq!(undecided().await, [(ACME, JUNE)]);
        let lane = async || {
            let lanes = store.system_read(async |tx| queue::lanes_waiting(tx).await).await.unwrap();
            lanes.iter().find(|lane| lane.number == desk::number(1)).and_then(|lane| lane.ready_at[2])
        };
        assert_eq!(lane().await, Some(at(60)));
        let ids = due(true).await;
        for (id, to) in ids.iter().zip([Standing::Failed, Standing::Sent, Standing::Delivered, Standing::Skipped, Standing::Deferred]) {
            let changes = vec![
                moved(JUNE, *id, Standing::Sending, None),
                moved(JUNE, *id, to, (to == Standing::Failed).then_some("40015")),
            ];
            remembered(&store, 200, changes).await;
        }
        let figures = desk::read(&store, ACME, async |tx| campaign::canary::figures(tx, JUNE).await).await;
        assert_eq!((figures.waiting, figures.open, figures.arrived, figures.failed), (1, 1, 1, 1));
        assert_eq!((figures.opted_out, figures.first_at), (0, Some(at(200))));
        assert_eq!(figures.complained, 1, "a carrier took it for spam");
        // Of those who got it, one says so in their own words; before it went out would be about something else.
        let row = rows_of(&store, JUNE).await.into_iter().find(|one| one.id == ids[2]).unwrap();
        for (second, complained) in [(199, 1), (201, 2)] {
            let said = Consent {
                contact: row.contact_id,
                phone: row.phone.clone(),
                state: consent::State::OptedOut,
                purpose: None,
                sender: None,
                source: ConsentSource::FreeText,
                keyword: None,
                message: None,
                evidence: Evidence::default(),
                at: at(second),
            };
            remembered(&store, 300 + second, vec![Change::Consented(said)]).await;
            let figures = desk::read(&store, ACME, async |tx| campaign::canary::figures(tx, JUNE).await).await;
            assert_eq!(figures.complained, complained, "{second}");
        }
        let end = async |tx: &mut TenantTx<'_>| campaign::canary::end(tx, JUNE).await;
        assert_eq!((store.write(ACME, end).await.unwrap(), store.write(ACME, end).await.unwrap()), (true, false));
        assert!(undecided().await.is_empty());
    }

    /// Those who did not get it and may; and of several tries at once the first has them.
    async fn who_failed_gets_a_row_in_one_try(store) {
        prepare(&store).await;
        let settings = Settings { numbers: vec![desk::number(1)], ..Settings::default() };
        put_recipients(&store, JUNE, &settings, 1..=6).await;
        let all = rows_of(&store, JUNE).await;
        for (one, (to, code)) in all.iter().zip([
            (Standing::Failed, "40008"), (Standing::Failed, "40310"), (Standing::Delivered, ""), (Standing::Unknown, ""),
            (Standing::Failed, "40312"), (Standing::Skipped, "lacks_field"),
        ]) {
            remembered(&store, 70, vec![moved(JUNE, one.id, to, Some(code).filter(|code| !code.is_empty()))]).await;
        }
        let anybody = async |also: &[Also]| {
            let retry = Retry { of: JUNE, also: also.to_vec() };
            desk::read(&store, ACME, async move |tx| campaign::retry::anybody(tx, &retry).await).await
        };
        assert!(anybody(&[]).await);
        let tries = [0x61, 0x62, 0x63].map(|n| CampaignId(Uuid::from_u128(n)));
        let made = async |id: CampaignId, of: CampaignId, also: &[Also]| {
            let retry = Retry { of, also: also.to_vec() };
            let settings = Settings { retry: Some(retry.clone()), ..settings.clone() };
            let work = async move |tx: &mut TenantTx<'_>| {
                let _ = campaign::retry::create(tx, at(80), id, "Again", &settings, None).await?;
                let freezing = Freezing { campaign: id, settings: &settings, now: at(80), ready_at: at(90) };
                let mut after = None;
                loop {
                    let seed = u64::try_from(id.0.as_u128()).unwrap_or(0) * 2 + u64::from(after.is_some());
                    let mut ids = Ids::new(at(80), seed);
                    after = campaign::retry::freeze(tx, &mut ids, freezing, &retry, after, 4).await?;
                    if after.is_none() {
                        return Ok::<_, StoreError>(());
                    }
                }
            };
            store.write(ACME, work).await.unwrap();
            let mut phones: Vec<_> = rows_of(&store, id).await.into_iter().map(|one| one.phone).collect();
            phones.sort();
            phones
        };
        assert_eq!(made(tries[0], JUNE, &[]).await, [desk::phone(1), desk::phone(5)]);
        assert_eq!(made(tries[1], JUNE, &[Also::Skipped]).await, [desk::phone(6)], "the others are in the first try");
        for one in rows_of(&store, tries[0]).await {
            let (to, code) = if one.phone == desk::phone(1) { (Standing::Failed, Some("40006")) } else { (Standing::Delivered, None) };
            remembered(&store, 95, vec![moved(tries[0], one.id, to, code)]).await;
        }
        assert_eq!(made(tries[2], tries[0], &[]).await, [desk::phone(1)], "a try of a try");
        let above = async |people| {
            let retry = Retry { of: JUNE, also: Vec::new() };
            desk::read(&store, ACME, async move |tx| campaign::retry::is_above(tx, &retry, people).await).await
        };
        assert_eq!((above(3).await, above(4).await), (true, false));
    }

    /// Counted without being held up, and no further than is needed.
    async fn more_people_than_so_many_are_known(store) {
        prepare(&store).await;
        for n in 1..=4 {
            desk::put_contact(&store, ACME, n, "Someone").await;
        }
        let above = async |everyone, phones: usize, people| {
            let phones = (0..phones).map(|n| format!("+1212555{n:04}")).collect();
            let audience = Audience { everyone, phones, ..Audience::default() };
            desk::read(&store, ACME, async move |tx| audience::is_above(tx, at(2), &audience, people).await).await
        };
        for (everyone, phones, people, expected) in [
            (true, 0, 3, true), (true, 0, 4, false), (true, 2, 5, true), (true, 2, 6, false), (false, 2, 1, true), (false, 2, 2, false),
            (false, 0, 0, false), (true, 0, 0, true),
        ] {
            assert_eq!(above(everyone, phones, people).await, expected, "{everyone} {phones} {people}");
        }
    }
}
