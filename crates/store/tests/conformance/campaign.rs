//! Campaigns and everybody who is to get one.

use domain::campaign::{Audience, Moved, Settings, Standing, State};
use domain::decision::{CancelReason, Change, Decision, Unsent};
use domain::field::{Field, Kind};
use domain::id::{CampaignId, Ids, RecipientId};
use store::campaign::audience::{self, Freezing};
use store::campaign::{self, recipient};
use store::remember::remember;
use store::{Store, StoreError, TenantTx, args, on_both_engines, queue};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BOLT, at, contact, number, put_contact, settle};

pub const JUNE: CampaignId = CampaignId(Uuid::from_u128(0x60));

fn june() -> Settings {
    Settings {
        body: "Hi {name}".into(),
        numbers: vec![number(1)],
        audience: Audience { tags: vec!["guests".into()], without_tags: vec!["vip".into()], ..Audience::default() },
        ..Settings::default()
    }
}

/// Contacts 1 to 5, of whom 1 to 4 are guests, and 4 is a very important one; and the campaign.
pub async fn prepare(store: &Store) {
    settle(store).await;
    for (n, name) in (1..=5).zip(["Ann", "Ben", "Cam", "Dan", "Eve"]) {
        put_contact(store, ACME, n, name).await;
    }
    store
        .write(ACME, async |tx: &mut TenantTx<'_>| {
            for (n, tag) in [(1, "guests"), (2, "guests"), (3, "guests"), (4, "guests"), (4, "vip")] {
                let sql = "INSERT INTO contact_tag (tenant_id, contact_id, tag) VALUES ($1, $2, $3)";
                tx.exec(sql, args![contact(n), tag]).await?;
            }
            campaign::create(tx, at(0), JUNE, "June", &june(), Some(ANN)).await?;
            campaign::go_on(tx, at(1), JUNE, State::Scheduled, Some(at(60))).await?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

fn freezing(settings: &Settings) -> Freezing<'_> {
    Freezing { campaign: JUNE, settings, now: at(2), ready_at: at(60) }
}

pub async fn freeze(store: &Store, after: Option<Uuid>, limit: u32) -> Option<Uuid> {
    let work = async move |tx: &mut TenantTx<'_>| {
        let mut ids = Ids::new(at(2), u64::from(limit) + u64::from(after.is_some()));
        audience::freeze(tx, &mut ids, freezing(&june()), after, limit).await
    };
    store.write(ACME, work).await.unwrap()
}

pub async fn shown(store: &Store) -> Vec<recipient::Shown> {
    desk::read(store, ACME, async |tx| recipient::page(tx, JUNE, None, None, 100).await).await
}

pub async fn moves(store: &Store, second: i64, changes: Vec<Change>) -> usize {
    let decision = Decision { changes, effects: Vec::new() };
    let work = async move |tx: &mut TenantTx<'_>| {
        let after = remember(tx, at(second), &mut Ids::new(at(second), 7), std::slice::from_ref(&decision)).await?;
        Ok::<_, StoreError>(after.lines.len())
    };
    store.write(ACME, work).await.unwrap()
}

pub fn moved(id: RecipientId, to: Standing) -> Moved {
    Moved {
        recipient: id,
        campaign: JUNE,
        conversation: None,
        to,
        ready_at: None,
        attempt: None,
        text: None,
        variant: None,
        carrier_ref: None,
        failure: None,
        carrier: None,
        parts: None,
        cost: None,
    }
}

pub fn change(moved: Moved) -> Change {
    Change::RecipientMoved(Box::new(moved))
}

fn phones_in_order(of: &[recipient::Shown]) -> impl Iterator<Item = &str> {
    of.iter().map(|one| one.phone.as_str())
}

on_both_engines! {
    /// Some at a time, each once, and the sums are right.
    async fn everybody_gets_a_row_once(store) {
        prepare(&store).await;
        let first = freeze(&store, None, 2).await;
        assert_eq!(first, Some(contact(2).0), "there may be more");
        let second = freeze(&store, first, 2).await;
        assert_eq!(second, Some(contact(4).0));
        assert_eq!(freeze(&store, second, 2).await, None);
        assert_eq!(freeze(&store, None, 100).await, None, "and again, after a crash");
        let mut who: Vec<_> = shown(&store).await.into_iter().map(|one| (one.contact_id, one.standing)).collect();
        who.sort();
        assert_eq!(who, [1, 2, 3].map(|n| (contact(n), "pending".to_owned())));
        let found = desk::read(&store, ACME, async |tx| campaign::find(tx, JUNE).await).await.unwrap();
        assert_eq!((found.total, found.counts.pending, found.state.as_str()), (3, 3, "scheduled"));
        assert_eq!(desk::read(&store, BOLT, async |tx| campaign::find(tx, JUNE).await).await, None);
        assert!(desk::read(&store, BOLT, async |tx| recipient::page(tx, JUNE, None, None, 9).await).await.is_empty());
        let named = async |tx: &mut TenantTx<'_>| {
            let phones = [desk::phone(1), "+14155559999".into()];
            audience::freeze_phones(tx, &mut Ids::new(at(3), 9), freezing(&june()), &phones).await
        };
        store.write(ACME, named).await.unwrap();
        assert_eq!(shown(&store).await.len(), 4, "one is there already, and one becomes a contact");
        let anybody = async |tags: &'static [&'static str]| {
            desk::read(&store, ACME, async move |tx| {
                let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
                audience::anybody(tx, at(2), &Audience { tags, without_tags: vec!["vip".into()], ..Audience::default() }).await
            }).await
        };
        assert_eq!((anybody(&["guests"]).await, anybody(&["vip"]).await, anybody(&[]).await), (true, false, false));

        let taken_back = async |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(4), JUNE, State::Draft, None).await;
        store.write(ACME, taken_back).await.unwrap();
        assert!(shown(&store).await.is_empty());
    }

    /// Those whose turn has come, with what their text is made of; and what waits makes a lane.
    async fn whose_turn_has_come_is_found_with_all_it_takes(store) {
        prepare(&store).await;
        freeze(&store, None, 100).await;
        store.write(ACME, async |tx: &mut TenantTx<'_>| store::contact::save_field(tx, at(3), contact(2), "tyres", "winter").await).await.unwrap();
        let fields = || vec![Field { key: "tyres".into(), label: "Tyres".into(), kind: Kind::Text }];
        let due = async |second, limit| {
            let fields = fields();
            store.write(ACME, async move |tx: &mut TenantTx<'_>| recipient::due(tx, (JUNE, false), number(1), &fields, at(second), limit).await).await.unwrap()
        };
        assert!(due(59, 9).await.is_empty());
        let found = due(60, 2).await;
        let names: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.fields.len(), one.recipient.attempt)).collect();
        assert_eq!(names, [("Ann", 0, 0), ("Ben", 1, 0)]);
        assert_eq!(found[1].fields[0].1, "winter");

        let lanes = async || store.system_read(async |tx| queue::lanes_waiting(tx).await).await.unwrap();
        assert!(lanes().await.is_empty(), "it has not begun");
        store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(60), JUNE, State::Running, Some(at(60))).await).await.unwrap();
        let lanes = lanes().await;
        assert_eq!((lanes.len(), lanes[0].number, lanes[0].ready_at), (1, number(1), [None, None, Some(at(60))]));

        let all: Vec<RecipientId> = due(60, 9).await.iter().map(|one| one.recipient.id).collect();
        let sending = Moved { attempt: Some(1), text: Some(("Hi Ann".into(), 1)), ..moved(all[0], Standing::Sending) };
        let later = Moved { ready_at: Some(at(500)), ..moved(all[1], Standing::Deferred) };
        assert_eq!(moves(&store, 61, vec![change(sending), change(later)]).await, 1, "one line for both");
        assert_eq!(due(61, 9).await.len(), 1);
        let lost = async |second| store.system_read(async move |tx| recipient::lost(tx, at(second), 9).await).await.unwrap();
        assert!(lost(100).await.is_empty(), "its lease runs");
        let lost = lost(1_000).await;
        assert_eq!((lost.len(), lost[0].recipient, lost[0].attempt), (1, all[0], 1));
        let finished = async || store.system_read(async |tx| campaign::finished(tx, 9).await).await.unwrap();
        moves(&store, 62, vec![change(Moved { carrier_ref: Some("c1".into()), ..moved(all[0], Standing::Sent) })]).await;
        moves(&store, 63, vec![change(moved(all[2], Standing::Skipped))]).await;
        assert!(finished().await.is_empty(), "one still waits, and not all have their rows");
        store.write(ACME, async |tx: &mut TenantTx<'_>| audience::frozen(tx, JUNE, None, 0, true).await).await.unwrap();
        assert!(finished().await.is_empty());
        let stop = Change::UnsentCancelled { which: Unsent::To(contact(2)), why: CancelReason::ContactOptedOut };
        assert_eq!(moves(&store, 64, vec![stop]).await, 1);
        assert_eq!(finished().await, [(ACME, JUNE)]);
        let stand: Vec<_> = shown(&store).await.into_iter().map(|one| (one.standing, one.body, one.failure.map(|why| why.code))).collect();
        assert_eq!(stand, [
            ("sent".to_owned(), Some("Hi Ann".to_owned()), None),
            ("skipped".to_owned(), None, Some("contact_opted_out".to_owned())),
            ("skipped".to_owned(), None, None),
        ]);
        let known = store.write(ACME, async move |tx: &mut TenantTx<'_>| recipient::by_ids(tx, &all).await).await.unwrap();
        assert_eq!(known.len(), 3);
    }

    /// What was handed over counts, but for what surely did not arrive; and only of the tenant itself.
    async fn how_often_somebody_was_texted_is_known(store) {
        prepare(&store).await;
        freeze(&store, None, 100).await;
        let all = shown(&store).await;
        let phones: Vec<_> = all.iter().map(|one| one.phone.clone()).collect();
        let had = async |tenant, since| {
            let phones = phones.clone();
            let mut had = desk::read(&store, tenant, async move |tx| {
                let phones: Vec<_> = phones.iter().map(String::as_str).collect();
                recipient::had(tx, &phones, at(since)).await
            }).await;
            phones_in_order(&all).map(|phone| had.remove(phone).unwrap_or_default()).collect::<Vec<_>>()
        };
        let go = async |second, to: [Standing; 3]| {
            moves(&store, second, all.iter().zip(to).map(|(one, to)| change(moved(one.id, to))).collect()).await
        };
        let none = || Vec::new();
        assert_eq!(had(ACME, 0).await, [none(), none(), none()]);
        go(61, [Standing::Sending; 3]).await;
        assert_eq!(had(ACME, 0).await, [vec![at(61)], vec![at(61)], vec![at(61)]]);
        assert_eq!(had(ACME, 61).await, [none(), none(), none()], "what is past does not count");
        assert_eq!(had(BOLT, 0).await, [none(), none(), none()]);
        go(70, [Standing::Unknown, Standing::Queued, Standing::Failed]).await;
        assert_eq!(had(ACME, 0).await, [vec![at(61)], none(), none()]);
        go(80, [Standing::Delivered, Standing::Sending, Standing::Failed]).await;
        assert_eq!(had(ACME, 0).await, [vec![at(61)], vec![at(80)], none()]);
        // The phone counts, whoever has it by now.
        store
            .write(ACME, async |tx: &mut TenantTx<'_>| tx.exec("DELETE FROM contact_address WHERE tenant_id = $1", args![]).await)
            .await
            .unwrap();
        assert_eq!(had(ACME, 0).await, [vec![at(61)], vec![at(80)], none()]);
    }

    /// Whose time has come.
    async fn a_campaign_starts_in_time(store) {
        prepare(&store).await;
        let due = async |second| store.system_read(async move |tx| campaign::due(tx, at(second), 9).await).await.unwrap();
        assert!(due(59).await.is_empty());
        assert_eq!(due(60).await, [(ACME, JUNE)]);
        let held = store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::hold(tx, JUNE).await).await.unwrap().unwrap();
        assert_eq!((held.state, held.starts_at, held.frozen, held.settings), (State::Scheduled, Some(at(60)), false, june()));
        store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(60), JUNE, State::Running, Some(at(60))).await).await.unwrap();
        assert!(due(60).await.is_empty());
        let running = desk::read(&store, ACME, async |tx| campaign::running(tx).await).await;
        assert_eq!(running, [campaign::Sending { id: JUNE, settings: june(), only_canary: false, root: JUNE }]);
        store.write(ACME, async |tx: &mut TenantTx<'_>| campaign::go_on(tx, at(70), JUNE, State::Cancelled, Some(at(60))).await).await.unwrap();
        let found = desk::read(&store, ACME, async |tx| campaign::find(tx, JUNE).await).await.unwrap();
        assert_eq!((found.launched_at, found.ended_at), (Some(at(1)), Some(at(70))));
    }
}
