//! What stops a campaign by itself, and what is told of it.

use domain::campaign::breaker::Outcomes;
use domain::campaign::{Deed, Guard, Halt, Settings, State};
use domain::decision::{Change, Decision};
use domain::id::{CampaignId, Ids, RecipientId};
use domain::message::Author;
use store::campaign::{self, guard, history};
use store::remember::{Aftermath, remember};
use store::{Store, TenantTx, on_both_engines};
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
    let work = async move |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(second), JUNE, to, Some(at(1))).await.map(drop);
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
                history::add(tx, at(second), id, history::New { campaign: JUNE, deed, by, halt: None }).await
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
}
