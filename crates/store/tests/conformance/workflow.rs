//! Workflows: drafts, versions that never change, what begins them, and what they can name.

use domain::assistant::Settings as AssistantSettings;
use domain::campaign::Settings;
use domain::event::Kind;
use domain::field::{self, Field};
use domain::id::{CampaignId, ListId, SegmentId, SnippetId, TeamId, TenantId, WorkflowId};
use domain::message::Author;
use domain::workflow::described::Thing;
use domain::workflow::{Document, Standing, Trigger};
use serde_json::{Value, json};
use store::workflow::version::{self, Run};
use store::workflow::{self, Wanted, Workflow};
use store::{
    Store, StoreError, TenantTx, args, assistant, campaign, event, list, on_both_engines, segment, snippet, team, tell,
};
use uuid::Uuid;

use crate::desk::{self, ACME, ANN, BEN, BOLT, at, number, settle};

fn id(n: u128) -> WorkflowId {
    WorkflowId(Uuid::from_u128(0x8000 + n))
}

fn document(json: &Value) -> Document {
    Document::from_json(json).unwrap()
}

/// It says this to whoever enters it.
fn says(name: &str, text: &str, triggers: &Value) -> Document {
    let step = json!({ "id": "hello", "send": { "text": text, "purpose": "service" } });
    document(&json!({ "name": name, "triggers": triggers, "steps": [step] }))
}

async fn create(store: &Store, tenant: TenantId, n: u128, document: Document) {
    let work = async move |tx: &mut TenantTx<'_>| workflow::create(tx, at(0), id(n), &document, Some(ANN)).await;
    let line = store.write(tenant, work).await.unwrap();
    assert_eq!((line.kind, line.subject), (Kind::WorkflowUpdated, id(n).0));
}

async fn save(store: &Store, second: i64, n: u128, document: Document) {
    let work = async move |tx: &mut TenantTx<'_>| workflow::save(tx, at(second), id(n), &document).await;
    let _ = store.write(ACME, work).await.unwrap();
}

/// Publishes its draft as it stands.
async fn publish(store: &Store, second: i64, n: u128, to: Standing) -> i64 {
    let work = async move |tx: &mut TenantTx<'_>| {
        let (_, draft) = workflow::find(tx, id(n)).await?.unwrap();
        workflow::publish(tx, at(second), id(n), to, &draft, (Some("New"), Some(BEN))).await
    };
    store.write(ACME, work).await.unwrap().0
}

async fn goes_on(store: &Store, second: i64, n: u128, to: Standing) {
    let _ = store.write(ACME, async move |tx| workflow::go_on(tx, at(second), id(n), to).await).await.unwrap();
}

async fn found(store: &Store, tenant: TenantId, n: u128) -> Option<(Workflow, Document)> {
    desk::read(store, tenant, async move |tx| workflow::find(tx, id(n)).await).await
}

async fn begun_by(store: &Store, tenant: TenantId, kind: &'static str) -> Vec<(WorkflowId, Trigger)> {
    desk::read(store, tenant, async move |tx| workflow::triggers(tx, kind).await).await
}

on_both_engines! {
    async fn a_workflow_is_found_by_its_name_and_is_its_tenants_alone(store) {
        settle(&store).await;
        for (n, name) in [(1, "Wîn back"), (2, "100% off"), (3, "after_sale"), (4, "Aftercare")] {
            create(&store, ACME, n, says(name, "Hi", &json!([]))).await;
        }
        create(&store, BOLT, 5, says("Aftercare", "Hi", &json!([]))).await;
        let page = async |tenant, search: &'static str, standings: &'static [Standing], after, limit| -> Vec<Uuid> {
            let wanted = Wanted { search: search.to_owned(), standings: standings.to_vec() };
            let read = async move |tx: &mut TenantTx<'_>| workflow::page(tx, &wanted, after, limit).await;
            desk::read(&store, tenant, read).await.into_iter().map(|one| one.id.0).collect()
        };
        let ids = |all: &[u128]| all.iter().map(|n| id(*n).0).collect::<Vec<_>>();
        assert_eq!(page(ACME, "", &[], None, 9).await, ids(&[4, 3, 2, 1]), "the newest first");
        assert_eq!(page(ACME, "", &[], Some(id(3)), 1).await, ids(&[2]));
        for (search, expected) in [("WÎN", &[1][..]), ("after", &[4, 3]), ("r_s", &[3]), ("%", &[2]), ("!", &[]), ("win", &[])] {
            assert_eq!(page(ACME, search, &[], None, 9).await, ids(expected), "{search}");
        }
        assert_eq!(page(BOLT, "after", &[], None, 9).await, ids(&[5]));
        goes_on(&store, 1, 3, Standing::Archived).await;
        assert_eq!(page(ACME, "after", &[Standing::Draft, Standing::Active], None, 9).await, ids(&[4]));
        assert_eq!(page(ACME, "", &[Standing::Archived], None, 9).await, ids(&[3]));
        assert_eq!(desk::read(&store, ACME, async |tx| workflow::count(tx).await).await, 3);
        assert_eq!(found(&store, BOLT, 1).await, None);
        let theirs = desk::read(&store, BOLT, async |tx| workflow::by_ids(tx, &[id(1), id(5)]).await).await;
        assert_eq!(theirs.into_keys().collect::<Vec<_>>(), [id(5)]);
        let (first, draft) = found(&store, ACME, 1).await.unwrap();
        assert_eq!((first.name.as_str(), first.state.as_str(), first.revision), ("Wîn back", "draft", 1));
        assert_eq!((first.live_version, first.unpublished, first.created_by), (None, true, Some(ANN)));
        assert_eq!(draft, says("Wîn back", "Hi", &json!([])));
        let line = store.write(ACME, async |tx| workflow::remove(tx, id(1)).await).await.unwrap();
        assert_eq!(line.kind, Kind::WorkflowUpdated);
        assert_eq!(found(&store, ACME, 1).await, None);
    }

    async fn a_draft_is_numbered_by_its_changes(store) {
        settle(&store).await;
        create(&store, ACME, 1, says("One", "Hi", &json!([]))).await;
        let standing = async || {
            let (one, _) = found(&store, ACME, 1).await.unwrap();
            (one.revision, one.name, one.changed_at)
        };
        save(&store, 1, 1, says("One", "Hi", &json!([]))).await;
        assert_eq!(standing().await, (1, "One".into(), at(1)), "it says the same");
        save(&store, 2, 1, says("Two", "Ho", &json!([]))).await;
        assert_eq!(standing().await, (2, "Two".into(), at(2)));
        let held = store.write(ACME, async |tx| workflow::hold(tx, id(1)).await).await.unwrap().unwrap();
        assert_eq!((held.standing, held.revision, held.live_version), (Standing::Draft, 2, None));
        assert_eq!(store.write(BOLT, async |tx| workflow::hold(tx, id(1)).await).await.unwrap(), None);
        store.write(BOLT, async |tx| workflow::save(tx, at(3), id(1), &says("x", "x", &json!([]))).await).await.unwrap();
        assert_eq!(standing().await.0, 2, "nobody else changes it");
    }

    async fn a_version_never_changes(store) {
        settle(&store).await;
        let (one, two) = (says("One", "Hi", &json!([])), says("One", "Ho", &json!([])));
        create(&store, ACME, 1, one.clone()).await;
        assert_eq!(publish(&store, 1, 1, Standing::Active).await, 1);
        let (stands, _) = found(&store, ACME, 1).await.unwrap();
        assert_eq!((stands.state.as_str(), stands.live_version, stands.unpublished), ("active", Some(1), false));
        save(&store, 2, 1, two.clone()).await;
        assert!(found(&store, ACME, 1).await.unwrap().0.unpublished);
        let version = async |tenant, number| {
            desk::read(&store, tenant, async move |tx| version::find(tx, id(1), number).await).await
        };
        assert_eq!(version(ACME, 1).await.unwrap().1, one);
        assert_eq!(publish(&store, 3, 1, Standing::Active).await, 2);
        assert_eq!(publish(&store, 4, 1, Standing::Active).await, 2, "nothing is new in it");
        let (first, document) = version(ACME, 1).await.unwrap();
        assert_eq!((first.version, first.is_live, first.published_at), (1, false, at(1)));
        assert_eq!((first.note.as_deref(), first.published_by, document), (Some("New"), Some(BEN), one.clone()));
        let (second, document) = version(ACME, 2).await.unwrap();
        assert_eq!((second.is_live, second.published_at, document), (true, at(3), two));
        assert!(version(ACME, 3).await.is_none() && version(BOLT, 1).await.is_none());
        let page = async |before, limit| -> Vec<i64> {
            let page = desk::read(&store, ACME, async move |tx| version::page(tx, id(1), before, limit).await).await;
            page.into_iter().map(|one| one.version).collect()
        };
        assert_eq!((page(None, 9).await, page(None, 1).await, page(Some(2), 9).await), (vec![2, 1], vec![2], vec![1]));
        // An older one is as good as new.
        save(&store, 5, 1, one.clone()).await;
        assert_eq!(publish(&store, 6, 1, Standing::Active).await, 3);
    }

    async fn only_an_active_one_begins_by_itself(store) {
        settle(&store).await;
        let keyword = json!({ "keyword": { "words": ["JOIN"] } });
        create(&store, ACME, 2, says("Two", "Hi", &json!([keyword, { "tag_added": "VIP" }]))).await;
        create(&store, ACME, 1, says("One", "Hi", &json!([{ "keyword": { "words": ["B"] } }, "campaign", { "keyword": { "words": ["A"] } }]))).await;
        assert!(begun_by(&store, ACME, "keyword").await.is_empty(), "neither was published");
        let begins = async || -> Vec<(String, Option<String>)> {
            let (two, _) = found(&store, ACME, 2).await.unwrap();
            two.triggers.into_iter().map(|one| (one.kind, one.about)).collect()
        };
        assert!(begins().await.is_empty());
        publish(&store, 1, 1, Standing::Active).await;
        publish(&store, 1, 2, Standing::Active).await;
        let told = [("keyword", "JOIN"), ("tag_added", "VIP")];
        assert_eq!(begins().await, told.map(|(kind, about)| (kind.to_owned(), Some(about.to_owned()))));
        let words = async || -> Vec<(WorkflowId, String)> {
            let all = begun_by(&store, ACME, "keyword").await;
            all.into_iter().map(|(id, trigger)| match trigger {
                Trigger::Keyword { words, .. } => (id, words.join(" ")),
                other => panic!("{other:?}"),
            }).collect()
        };
        let both = [(id(1), "B".to_owned()), (id(1), "A".to_owned()), (id(2), "JOIN".to_owned())];
        assert_eq!(words().await, both, "the oldest first, of each in its order");
        assert!(begun_by(&store, BOLT, "keyword").await.is_empty());
        let what = "SELECT what FROM workflow_trigger WHERE tenant_id = $1 AND kind = 'tag_added'";
        let what: String = desk::read(&store, ACME, async move |tx| tx.one(what, args![]).await?.get(0)).await;
        assert_eq!(what, "vip");
        let has = async |n, kind| desk::read(&store, ACME, async move |tx| workflow::has_trigger(tx, id(n), kind).await).await;
        assert!(has(1, "campaign").await && !has(2, "campaign").await && has(2, "tag_added").await);
        // What somebody writes begins nothing, before it is published.
        save(&store, 2, 1, says("One", "Hi", &json!(["api"]))).await;
        assert_eq!(words().await, both);
        goes_on(&store, 3, 1, Standing::Paused).await;
        assert_eq!(words().await, both[2..]);
        assert_eq!(found(&store, ACME, 1).await.unwrap().0.paused_at, Some(at(3)));
        publish(&store, 4, 1, Standing::Paused).await;
        assert!(begun_by(&store, ACME, "api").await.is_empty());
        let paused = found(&store, ACME, 1).await.unwrap().0;
        assert_eq!((paused.state.as_str(), paused.live_version, paused.paused_at), ("paused", Some(2), Some(at(3))));
        goes_on(&store, 5, 1, Standing::Active).await;
        assert_eq!(begun_by(&store, ACME, "api").await, [(id(1), Trigger::Api)]);
        assert_eq!(found(&store, ACME, 1).await.unwrap().0.paused_at, None);
        goes_on(&store, 6, 2, Standing::Archived).await;
        assert!(words().await.is_empty());
    }

    async fn whoever_runs_versions_gets_those_that_are_asked_for(store) {
        settle(&store).await;
        for n in [1, 2] {
            create(&store, ACME, n, says("x", "First", &json!([]))).await;
            publish(&store, 1, n, Standing::Active).await;
            save(&store, 2, n, says("x", "Second", &json!([]))).await;
            publish(&store, 3, n, Standing::Active).await;
        }
        goes_on(&store, 4, 2, Standing::Paused).await;
        let read = async |tenant, wanted: &'static [(u128, i64)]| {
            let wanted: Vec<_> = wanted.iter().map(|(n, version)| (id(*n), *version)).collect();
            let read = desk::read(&store, tenant, async move |tx| workflow::versions_of(tx, &wanted).await).await;
            let mut read: Vec<_> = read.into_iter().collect();
            read.sort_by_key(|(key, _)| *key);
            read
        };
        let run = |standing, paused_at, text: &str| Run { standing, paused_at, document: says("x", text, &json!([])) };
        let expected = [
            ((id(1), 1), run(Standing::Active, None, "First")),
            ((id(2), 2), run(Standing::Paused, Some(at(4)), "Second")),
        ];
        assert_eq!(read(ACME, &[(2, 2), (1, 1), (3, 1), (1, 9)]).await, expected);
        assert!(read(ACME, &[]).await.is_empty() && read(BOLT, &[(1, 1)]).await.is_empty());
    }

    async fn all_that_can_be_named_is_known(store) {
        settle(&store).await;
        create(&store, ACME, 1, says("One", "Hi", &json!([]))).await;
        create(&store, BOLT, 2, says("Two", "Hi", &json!([]))).await;
        let (old, team_id) = (CampaignId(Uuid::from_u128(1)), TeamId(Uuid::from_u128(0x71)));
        let (list_id, segment_id) = (ListId(Uuid::from_u128(0x72)), SegmentId(Uuid::from_u128(0x73)));
        let work = async move |tx: &mut TenantTx<'_>| {
            let mut tenant = store::tenant::read(tx).await?;
            tenant.settings.fields = vec![Field { key: "city".into(), label: "City".into(), kind: field::Kind::Text }];
            tenant.settings.time_zone = "Europe/Oslo".into();
            store::tenant::change(tx, &tenant.name, &tenant.settings).await?;
            team::create(tx, at(0), team_id, "Desk", &[]).await?;
            list::create(tx, at(0), list_id, "Guests").await?;
            let ada = AssistantSettings::default();
            for n in [1, 2] {
                let id = desk::assistant(n);
                assistant::create(tx, at(0), id, Author::Member(ANN), "Ada", &ada, &[]).await?;
            }
            assistant::remove(tx, at(1), &mut desk::ids(1), desk::assistant(2)).await?;
            campaign::create(tx, at(0), old, "The first of all", &Settings::default(), None).await?;
            for n in 2..250 {
                let id = CampaignId(Uuid::from_u128(n));
                campaign::create(tx, at(0), id, &format!("Campaign {n}"), &Settings::default(), None).await?;
            }
            let condition = domain::condition::text::parse("city is set").unwrap();
            let catalogue = segment::catalogue(tx, [condition.condition()]).await?;
            segment::create(tx, at(0), segment_id, "Named", &condition.check(&catalogue).unwrap()).await
        };
        let _ = store.write(ACME, work).await.unwrap();
        let ground = async |tenant, document: Document| {
            desk::read(&store, tenant, async move |tx| workflow::ground(tx, [&document]).await).await
        };
        let silent = says("x", "Hi", &json!([]));
        let known = ground(ACME, silent.clone()).await;
        assert_eq!((known.segments, known.assistants, known.teams), (vec![segment_id], vec![desk::assistant(1)], vec![team_id]));
        let sorted = |mut numbers: Vec<_>| { numbers.sort(); numbers };
        assert_eq!(sorted(known.numbers), [number(1), number(2)]);
        let mut members = known.members;
        members.sort();
        assert_eq!((members, known.workflows), (vec![ANN, BEN], vec![id(1)]));
        assert_eq!(known.catalogue.fields[0].key, "city");
        assert_eq!((known.catalogue.lists, known.catalogue.zone.iana_name()), (vec![(list_id, "Guests".into())], Some("Europe/Oslo")));
        assert!(known.catalogue.campaigns.iter().all(|(id, _)| *id != old));
        // However old it is, a campaign that is named is known.
        for when in [json!("got campaign \"The first of all\""), json!({ "field": "campaign", "op": "got", "value": "The first of all" })] {
            let asks = document(&json!({ "name": "x", "steps": [
                { "id": "ask", "branch": { "cases": [{ "when": when, "steps": [{ "id": "fine", "end": "fine" }] }] } },
            ] }));
            let known = ground(ACME, asks.clone()).await;
            assert!(known.catalogue.campaigns.iter().any(|(id, _)| *id == old), "{when}");
            let published = domain::workflow::publish(asks, &known);
            assert!(published.is_ok(), "{:?}", published.err());
        }
        let theirs = ground(BOLT, silent).await;
        assert_eq!((theirs.numbers, theirs.workflows), (vec![number(9)], vec![id(2)]));
        assert!(theirs.segments.is_empty() && theirs.members.is_empty() && theirs.catalogue.lists.is_empty());
    }

    async fn what_can_be_named_is_told_as_people_call_it(store) {
        settle(&store).await;
        create(&store, ACME, 1, says("One", "Hi", &json!([]))).await;
        create(&store, ACME, 2, says("Gone", "Hi", &json!([]))).await;
        goes_on(&store, 1, 2, Standing::Archived).await;
        create(&store, BOLT, 3, says("Two", "Hi", &json!([]))).await;
        for n in 1..=3 {
            desk::put_contact(&store, ACME, n, "").await;
        }
        let work = async move |tx: &mut TenantTx<'_>| {
            for n in 0..400 {
                list::create(tx, at(0), ListId(Uuid::from_u128(0x100 + n)), &format!("List {n}")).await?;
            }
            team::create(tx, at(0), TeamId(Uuid::from_u128(0x71)), "Desk", &[]).await?;
            snippet::create(tx, at(0), SnippetId(Uuid::from_u128(0x74)), "Hours", "We open at eight.").await?;
            for n in [1, 2] {
                let settings = AssistantSettings::default();
                assistant::create(tx, at(0), desk::assistant(n), Author::Member(ANN), "Ada", &settings, &[]).await?;
            }
            assistant::remove(tx, at(1), &mut desk::ids(1), desk::assistant(2)).await?;
            for (n, tag) in [(1, "vip"), (2, "vip"), (2, "lead"), (3, "zoo")] {
                tx.exec("INSERT INTO contact_tag (tenant_id, contact_id, tag) VALUES ($1, $2, $3)", args![desk::contact(n), tag]).await?;
            }
            Ok::<_, StoreError>(())
        };
        store.write(ACME, work).await.unwrap();
        let known = desk::read(&store, ACME, async |tx: &mut TenantTx<'_>| workflow::named(tx).await).await;
        let thing = |id: String, name: &str| Thing { id, name: name.into() };
        assert_eq!((known.lists.len(), known.lists[0].name.as_str()), (300, "List 0"), "there is an end to it");
        assert_eq!(known.lists[0].id, ListId(Uuid::from_u128(0x100)).to_string());
        assert_eq!(known.teams, [thing(TeamId(Uuid::from_u128(0x71)).to_string(), "Desk")]);
        assert_eq!(known.assistants, [thing(desk::assistant(1).to_string(), "Ada")]);
        assert_eq!(known.workflows, [thing(id(1).to_string(), "One")]);
        assert_eq!(known.texts, [("Hours".to_owned(), "We open at eight.".to_owned())]);
        assert_eq!((known.tags, known.numbers.len()), (vec!["lead".to_owned(), "vip".to_owned(), "zoo".to_owned()], 2));
        let theirs = desk::read(&store, BOLT, async |tx: &mut TenantTx<'_>| workflow::named(tx).await).await;
        assert_eq!((theirs.workflows, theirs.numbers.len()), (vec![thing(id(3).to_string(), "Two")], 1));
        assert!(theirs.lists.is_empty() && theirs.tags.is_empty() && theirs.teams.is_empty() && theirs.texts.is_empty());
    }

    async fn a_line_tells_how_it_stands(store) {
        settle(&store).await;
        create(&store, ACME, 1, says("One", "Hi", &json!([]))).await;
        let work = async |tx: &mut TenantTx<'_>| {
            let lines = [workflow::updated(id(1)), workflow::updated(id(2))];
            event::append(tx, at(0), &lines).await?;
            let logged = event::after(tx, 0, 9).await?;
            tell::lines(tx, &logged, &Default::default()).await
        };
        let told = store.write(ACME, work).await.unwrap();
        let told: Vec<Value> = told.iter().map(|line| serde_json::from_str(&line.data).unwrap()).collect();
        assert_eq!((&told[0]["workflow"]["name"], &told[0]["workflow"]["state"]), (&json!("One"), &json!("draft")));
        assert_eq!(told[1], json!({ "id": id(2) }), "it is gone");
    }
}
