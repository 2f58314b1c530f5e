//! Triggers that come by time: how far they were looked for, whom was found, and what is forgotten; and secrets of requests.

use domain::condition::{Checked, text};
use domain::id::{ContactId, SegmentId, TenantId, WorkflowId};
use domain::message::Author;
use domain::workflow::{Document, Standing, Trigger};
use jiff::civil::Date;
use serde_json::{Value, json};
use store::contact::history::By;
use store::workflow;
use store::workflow::secret::{self, Secret};
use store::workflow::watch::{self, Watch};
use store::{Store, SystemTx, TenantTx, args, contact, on_both_engines, segment};
use uuid::Uuid;

use crate::desk::{
    self, ACME, ANN, BEN, BOLT, Thread, at, contact as someone, conversation, hand, ids, message, put_thread, settle,
};

const THIS: WorkflowId = WorkflowId(Uuid::from_u128(0x8001));

fn document(triggers: &Value) -> Document {
    let step = json!({ "id": "hello", "send": { "text": "Hi", "purpose": "service" } });
    Document::from_json(&json!({ "name": "x", "triggers": triggers, "steps": [step] })).unwrap()
}

/// Publishes it with these triggers, or lets it stand otherwise.
async fn stands(store: &Store, second: i64, triggers: Value, to: Standing) {
    let work = async move |tx: &mut TenantTx<'_>| {
        if workflow::find(tx, THIS).await?.is_none() {
            workflow::create(tx, at(second), THIS, &document(&triggers), None).await?;
        }
        workflow::publish(tx, at(second), THIS, to, &document(&triggers), (None, None)).await
    };
    store.write(ACME, work).await.unwrap();
}

async fn due(store: &Store, second: i64) -> Vec<(TenantId, Uuid)> {
    store.system_read(async move |tx: &mut SystemTx<'_>| watch::due(tx, at(second), 9).await).await.unwrap()
}

async fn held(store: &Store, tenant: TenantId, id: Uuid, second: i64) -> Option<Watch> {
    store.write(tenant, async move |tx| watch::hold(tx, id, at(second)).await).await.unwrap()
}

async fn only(store: &Store, second: i64) -> Watch {
    let all = due(store, second).await;
    let [(ACME, id)] = all.as_slice() else { panic!("{all:?}") };
    held(store, ACME, *id, second).await.unwrap()
}

async fn tagged(store: &Store, n: u128, tags: &'static [&'static str]) {
    let work = async move |tx: &mut TenantTx<'_>| {
        let tags = Some(tags.iter().map(|tag| (*tag).to_owned()).collect());
        let change = contact::Change { tags, ..contact::Change::default() };
        contact::change(tx, &mut hand(1, &mut ids(1)), someone(n), &change).await
    };
    store.write(ACME, work).await.unwrap();
}

fn contact_that_is_not_there() -> ContactId {
    someone(99)
}

async fn vip(store: &Store) -> Checked {
    desk::read(store, ACME, async |tx| {
        let catalogue = segment::catalogue(tx, []).await?;
        Ok(text::parse("tag = \"vip\"").unwrap().check(&catalogue).unwrap())
    })
    .await
}

on_both_engines! {
    async fn a_trigger_is_looked_for_as_long_as_the_workflow_begins_by_it(store) {
        settle(&store).await;
        let segment = SegmentId(Uuid::from_u128(7));
        let both = json!(["api", { "no_reply": "2h" }, { "segment_entered": segment }, { "no_reply": "2h" }]);
        stands(&store, 1, both.clone(), Standing::Active).await;
        assert_eq!(due(&store, 0).await, []);
        assert_eq!(due(&store, 1).await.len(), 2, "each once, and what tells of itself not at all");
        for (tenant, id) in due(&store, 1).await {
            assert_eq!((tenant, held(&store, BOLT, id, 1).await.is_none()), (ACME, true));
            let mut watch = held(&store, ACME, id, 1).await.unwrap();
            assert_eq!((watch.workflow, watch.since, watch.looked, watch.is_over), (THIS, at(1), false, false));
            (watch.looked, watch.since, watch.until, watch.after) = (true, at(5), Some(at(6)), Some(id));
            store.write(ACME, async move |tx| watch::go_on(tx, &watch, at(9)).await).await.unwrap();
            assert!(held(&store, ACME, id, 8).await.is_none(), "its time has not come");
        }
        let next = store.system_read(async |tx: &mut SystemTx<'_>| watch::next_due(tx).await).await.unwrap();
        assert_eq!(next, Some(at(9)));
        // What stays goes on as it was; what is gone is forgotten; the same moment makes no two the same.
        stands(&store, 2, json!([{ "segment_entered": segment }]), Standing::Active).await;
        let over = only(&store, 2).await;
        assert_eq!((over.is_over, &over.trigger), (true, &serde_json::from_value::<Trigger>(json!({ "no_reply": "2h" })).unwrap()));
        stands(&store, 2, both, Standing::Active).await;
        let all = due(&store, 9).await;
        assert_eq!(all.len(), 3);
        let mut kept = Vec::new();
        for (_, id) in all {
            let watch = held(&store, ACME, id, 9).await.unwrap();
            kept.push((watch.is_over, watch.since, watch.until.is_some()));
        }
        kept.sort();
        assert_eq!(kept, [(false, at(2), false), (false, at(5), true), (true, at(5), true)]);
        store.write(ACME, async move |tx| watch::remove(tx, over.id).await).await.unwrap();
        stands(&store, 3, json!([{ "segment_entered": segment }]), Standing::Paused).await;
        assert_eq!(due(&store, 9).await.len(), 2);
        for (_, id) in due(&store, 9).await {
            assert!(held(&store, ACME, id, 9).await.unwrap().is_over, "one that is paused begins by nothing");
        }
    }

    async fn a_segment_knows_whom_it_has_seen(store) {
        settle(&store).await;
        for n in 1..=4 {
            desk::put_contact(&store, ACME, n, "x").await;
        }
        desk::put_contact(&store, BOLT, 9, "x").await;
        for n in 1..=3 {
            tagged(&store, n, &["vip"]).await;
        }
        let (id, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let condition = vip(&store).await;
        let newcomers = async |id, limit| {
            let condition = condition.clone();
            let read = async move |tx: &mut TenantTx<'_>| watch::newcomers(tx, at(9), id, &condition, (false, None), limit).await;
            desk::read(&store, ACME, read).await
        };
        let first_look = async |after: Option<u128>, limit| {
            let (condition, after) = (condition.clone(), after.map(|n| someone(n).0));
            let read = async move |tx: &mut TenantTx<'_>| watch::newcomers(tx, at(9), id, &condition, (true, after), limit).await;
            desk::read(&store, ACME, read).await
        };
        let left = async |id| {
            let condition = condition.clone();
            desk::read(&store, ACME, async move |tx| watch::left(tx, at(9), id, &condition, 9).await).await
        };
        let remember = async |who: Vec<_>| store.write(ACME, async move |tx| watch::remember(tx, id, &who).await).await.unwrap();
        assert_eq!(newcomers(id, 9).await, [1, 2, 3].map(someone));
        assert_eq!(newcomers(id, 2).await.len(), 2);
        assert_eq!(first_look(None, 2).await, [1, 2].map(someone));
        assert_eq!(first_look(Some(2), 2).await, [someone(3)], "it goes on where it was");
        assert_eq!(remember(vec![someone(1), someone(2)]).await, [someone(1), someone(2)]);
        assert_eq!(remember(vec![someone(2), someone(3)]).await, [someone(3)], "whoever looks at the same time finds nobody twice");
        assert!(newcomers(id, 9).await.is_empty() && left(id).await.is_empty());
        assert_eq!(newcomers(other, 9).await.len(), 3, "each has its own");
        tagged(&store, 2, &[]).await;
        assert_eq!(left(id).await, [someone(2)]);
        store.write(ACME, async move |tx| watch::leave(tx, id, &[someone(2)]).await).await.unwrap();
        tagged(&store, 2, &["vip"]).await;
        assert_eq!(newcomers(id, 9).await, [someone(2)]);
        let forget = async |limit| store.write(ACME, async move |tx| watch::forget(tx, id, limit).await).await.unwrap();
        assert!(forget(1).await && !forget(9).await);
        assert_eq!(newcomers(id, 9).await.len(), 3);
    }

    async fn silence_is_found_where_we_wrote_last(store) {
        settle(&store).await;
        for n in 1..=5 {
            put_thread(&store, Thread { status: if n == 5 { "closed" } else { "open" }, ..Thread::open(n, 10 + i64::try_from(n).unwrap()) }).await;
            desk::put_message(&store, ACME, n, n, Some(ANN)).await;
        }
        desk::put_message(&store, ACME, 14, 4, None).await;
        let direct = async |tx: &mut TenantTx<'_>| {
            tx.exec("UPDATE conversation SET last_direction = 'out' WHERE tenant_id = $1 AND id <> $2", args![conversation(4)]).await?;
            tx.exec("UPDATE message SET sent_at_us = $2 WHERE tenant_id = $1 AND id <> $3", args![at(20), message(2)]).await
        };
        store.write(ACME, direct).await.unwrap();
        let silent = async |tenant, window: (i64, i64), after, limit| {
            let window = (at(window.0), at(window.1));
            let read = async move |tx: &mut TenantTx<'_>| watch::silent(tx, window, after, limit).await;
            desk::read(&store, tenant, read).await
        };
        let all = silent(ACME, (0, 99), None, 9).await;
        let found: Vec<_> = all.iter().map(|one| (one.conversation, one.message, one.sent_at)).collect();
        let expected = [(1, Some(at(20))), (2, None), (3, Some(at(20)))];
        assert_eq!(found, expected.map(|(n, sent)| (conversation(n), message(n), sent)), "nobody who wrote, and none that is closed");
        assert_eq!((all[0].contact, all[0].phone.as_str(), all[0].own), (someone(1), desk::phone(1).as_str(), None));
        assert_eq!(silent(ACME, (11, 13), None, 9).await.len(), 2);
        assert_eq!(silent(ACME, (0, 99), Some(conversation(1).0), 1).await[0].conversation, conversation(2));
        assert!(silent(BOLT, (0, 99), None, 9).await.is_empty());
        let id = Uuid::from_u128(1);
        for second in [30, 40] {
            let later = [(conversation(2), at(second)), (conversation(4), at(second))];
            store.write(ACME, async move |tx| watch::later(tx, id, &later).await).await.unwrap();
        }
        let waited = async |second| store.write(ACME, async move |tx| watch::waited(tx, id, at(second), 9).await).await.unwrap();
        assert_eq!(waited(39).await.0, 0);
        let (count, found) = waited(40).await;
        assert_eq!((count, found.len(), found[0].conversation), (2, 1, conversation(2)));
        assert_eq!(waited(99).await.0, 0, "each is looked at once");
    }

    async fn a_secret_is_its_tenants_and_is_set_anew(store) {
        settle(&store).await;
        let set = async |second, host: &str, sealed: &'static [u8]| {
            let secret = Secret { name: "shop".into(), host: host.into(), set_by: Some(ANN), set_at: at(second) };
            store.write(ACME, async move |tx| secret::set(tx, &secret, sealed).await).await.unwrap();
        };
        set(1, "a.example", b"one").await;
        set(2, "b.example", b"two").await;
        let all = desk::read(&store, ACME, async |tx| secret::all(tx).await).await;
        assert_eq!((all.len(), all[0].host.as_str(), all[0].set_at), (1, "b.example", at(2)));
        let named = async |tenant| desk::read(&store, tenant, async |tx| secret::named(tx, &["shop", "ship"]).await).await;
        let found = named(ACME).await;
        assert_eq!((found.len(), found["shop"].value.as_slice(), found["shop"].host.as_str()), (1, b"two".as_slice(), "b.example"));
        assert!(named(BOLT).await.is_empty());
        let remove = async |tenant| store.write(tenant, async |tx| secret::remove(tx, "shop").await).await.unwrap();
        assert!(!remove(BOLT).await && remove(ACME).await && !remove(ACME).await);
    }

    async fn a_day_is_found_by_the_field_that_holds_it(store) {
        settle(&store).await;
        for (n, born) in [(1, "1990-03-02"), (2, "1991-03-02"), (3, "1990-03-03"), (4, "soon")] {
            desk::put_contact(&store, ACME, n, "x").await;
            let fields = vec![("born".to_owned(), Some(born.to_owned())), ("due".to_owned(), Some("1990-03-02".to_owned()))];
            let change = contact::Change { fields, time_zone: Some(Some("Asia/Tokyo".into())), ..contact::Change::default() };
            let work = async move |tx: &mut TenantTx<'_>| contact::change(tx, &mut hand(1, &mut ids(1)), someone(n), &change).await;
            store.write(ACME, work).await.unwrap();
        }
        let days = ["1990-03-02", "1991-03-02", "1992-03-02"].map(|day| day.parse().unwrap());
        let found = async |tenant, after, limit| {
            let read = async move |tx: &mut TenantTx<'_>| watch::dated(tx, "born", &days, after, limit).await;
            desk::read(&store, tenant, read).await
        };
        let all = found(ACME, None, 9).await;
        assert_eq!(all.iter().map(|one| (one.contact, one.day)).collect::<Vec<_>>(), [(someone(1), days[0]), (someone(2), days[1])]);
        assert_eq!((all[0].time_zone.as_deref(), all[0].phone.as_deref()), (Some("Asia/Tokyo"), Some(desk::phone(1).as_str())));
        assert_eq!(found(ACME, None, 1).await.len(), 1);
        assert_eq!(found(ACME, Some(someone(1).0), 9).await[0].contact, someone(2));
        assert!(found(BOLT, None, 9).await.is_empty());
    }

    async fn changes_by_several_hands_begin_what_they_begin(store) {
        settle(&store).await;
        stands(&store, 1, json!([{ "tag_added": "VIP" }, { "tag_removed": "old" }]), Standing::Active).await;
        for n in 1..=2 {
            desk::put_contact(&store, ACME, n, "x").await;
        }
        let change = |tags: &[&str]| {
            let tags = Some(tags.iter().map(|tag| (*tag).to_owned()).collect());
            contact::Change { tags, ..contact::Change::default() }
        };
        let by = |user| By::Author(Author::Member(user));
        let changes = [
            (by(ANN), someone(1), change(&["vip", "old"])),
            (by(BEN), someone(1), change(&["vip", "new"])),
            (by(BEN), someone(2), change(&["other"])),
            (by(BEN), contact_that_is_not_there(), change(&["vip"])),
        ];
        let work = async move |tx: &mut TenantTx<'_>| contact::change_by_each(tx, at(2), &mut ids(2), &changes).await;
        assert_eq!(store.write(ACME, work).await.unwrap().len(), 3);
        let waiting = async |tx: &mut SystemTx<'_>| store::enrolment::entering(tx, at(2), 9).await;
        let waiting = store.system_write(waiting).await.unwrap();
        let mut begun: Vec<_> = waiting.iter().map(|one| (one.tenant, one.coming.contact, one.coming.source.kind())).collect();
        begun.sort();
        assert_eq!(begun, [(ACME, someone(1), "tag_added"), (ACME, someone(1), "tag_removed")]);
        let told = desk::read(&store, ACME, async |tx| contact::history::page(tx, someone(1), None, 9).await).await;
        let told: Vec<_> = told.iter().map(|line| (line.to.as_deref(), line.from.as_deref(), line.by.id.clone())).collect();
        let (ann, ben) = (Some(ANN.to_string()), Some(BEN.to_string()));
        let expected = [
            (None, Some("old"), ben.clone()), (Some("new"), None, ben), (Some("vip"), None, ann.clone()), (Some("old"), None, ann),
        ];
        assert_eq!(told, expected, "each by whoever changed it");
    }

    async fn what_a_question_takes_counts_for_the_day(store) {
        settle(&store).await;
        desk::put_assistant(&store, 1).await;
        let day: Date = "2026-03-02".parse().unwrap();
        for _ in 0..2 {
            let mut took = domain::assistant::Run::without_model(Uuid::nil().into(), 1, "");
            (took.tokens_in, took.tokens_out) = (30, 12);
            let work = async move |tx: &mut TenantTx<'_>| store::run::used(tx, day, desk::assistant(1), &took).await;
            store.write(ACME, work).await.unwrap();
        }
        let used = async |tenant, day| {
            desk::read(&store, tenant, async move |tx| store::run::used_on(tx, day, desk::assistant(1)).await).await
        };
        assert_eq!(used(ACME, day).await, (84, 0));
        assert_eq!((used(ACME, day.tomorrow().unwrap()).await, used(BOLT, day).await), ((0, 0), (0, 0)));
    }
}
