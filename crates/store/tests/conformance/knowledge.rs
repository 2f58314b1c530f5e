//! Sources of knowledge, their chunks, and what may be found.

use domain::id::{AssistantId, Ids, KnowledgeId, TenantId};
use domain::knowledge::{Vector, cut};
use domain::source::{Kind, Status};
use store::knowledge::{
    self, Body, CHUNKS_MAX, Change, Embedded, Embedder, Embedding, Fault, Kept, New, Origin, Pair, Place, Reading,
    Source, Update, Vectors,
};
use store::{Store, StoreError, TenantTx, args, event, on_both_engines, tell};
use uuid::Uuid;

use crate::desk::{self, ACME, BOLT, at, put_assistant, settle};

const MODEL: &str = "a model";

fn id(n: u128) -> KnowledgeId {
    KnowledgeId(Uuid::from_u128(0x6000 + n))
}

fn reading(text: &str) -> Reading {
    Reading {
        title: None,
        format: None,
        language: Some("en".into()),
        body: Body::Text(text.into()),
        bytes: text.len(),
        digest: [u8::try_from(text.len() % 250).unwrap(); 32],
        chunks: cut(text),
    }
}

fn new(n: u128, origin: Origin, assistants: &[AssistantId]) -> New {
    New {
        id: id(n),
        title: format!("Source {n}"),
        is_titled: true,
        origin,
        assistants: assistants.to_vec(),
        refetch_hours: None,
    }
}

async fn put(store: &Store, tenant: TenantId, new: New) -> Kept {
    let ids = Ids::new(at(1), new.id.0.as_u64_pair().1);
    store.write(tenant, async move |tx| knowledge::create(tx, at(1), &mut ids.clone(), &new).await).await.unwrap()
}

async fn text(store: &Store, n: u128, text: &str, assistants: &[AssistantId]) {
    let kept = put(store, ACME, new(n, Origin::Written(reading(text)), assistants)).await;
    assert_eq!(kept, Kept::Yes);
}

async fn page(store: &Store, n: u128) {
    let page = Origin::Page { url: format!("https://a.test/{n}") };
    put(store, ACME, New { is_titled: false, refetch_hours: Some(24), ..new(n, page, &[]) }).await;
}

async fn find(store: &Store, tenant: TenantId, n: u128) -> Option<Source> {
    desk::read(store, tenant, async move |tx| knowledge::find(tx, id(n)).await).await
}

/// The texts that may be found, by assistant.
async fn found(store: &Store, tenant: TenantId, assistant: Option<AssistantId>) -> Vec<String> {
    let all = desk::read(store, tenant, async move |tx| knowledge::searchable(tx, assistant, Some(MODEL)).await).await;
    all.chunks.into_iter().map(|indexed| indexed.chunk.text).collect()
}

async fn version(store: &Store) -> i64 {
    desk::read(store, ACME, async |tx| knowledge::serves(tx, None).await).await.0
}

/// The keys of errands, in order.
async fn errands(store: &Store) -> Vec<String> {
    desk::read(store, ACME, async |tx| {
        let rows = tx.rows("SELECT key FROM errand WHERE tenant_id = $1 ORDER BY key", args![]).await?;
        rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, StoreError>>()
    })
    .await
}

fn fault() -> Fault {
    Fault { code: "not_found".into(), explanation: "It is not there.".into(), mend: "Check the address.".into() }
}

on_both_engines! {
    /// What is written is found at once, by its tenant, by those it is for, while it is enabled.
    async fn a_text_is_found_by_those_it_is_for(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_assistant(&store, 2).await;
        text(&store, 1, "Open from nine to five.", &[]).await;
        text(&store, 2, "Bread costs three.", &[desk::assistant(1)]).await;
        let (one, two) = (Some(desk::assistant(1)), Some(desk::assistant(2)));
        assert_eq!(found(&store, ACME, one).await, ["Open from nine to five.", "Bread costs three."]);
        assert_eq!(found(&store, ACME, two).await, ["Open from nine to five."]);
        assert_eq!(found(&store, ACME, None).await.len(), 2);
        assert!(found(&store, BOLT, None).await.is_empty());
        let serves = async |assistant| desk::read(&store, ACME, async move |tx| knowledge::serves(tx, assistant).await).await;
        assert_eq!((serves(one).await.1, serves(None).await.1), (one, None));

        let before = version(&store).await;
        let change = Change { enabled: Some(false), title: Some("Hours".into()), ..Change::default() };
        store.write(ACME, async move |tx| knowledge::change(tx, at(2), &mut Ids::new(at(2), 7), id(1), &change).await).await.unwrap();
        assert_eq!(found(&store, ACME, one).await, ["Bread costs three."]);
        assert!(version(&store).await > before);
        let source = find(&store, ACME, 1).await.unwrap();
        assert_eq!((source.title.as_str(), source.enabled, source.status, source.chunks), ("Hours", false, Status::Ready, 1));
        assert_eq!((source.characters, source.bytes, source.language.as_deref()), (23, 23, Some("en")));
        assert_eq!(find(&store, BOLT, 1).await, None);

        let rebind = Change { assistants: Some(vec![desk::assistant(2)]), ..Change::default() };
        store.write(ACME, async move |tx| knowledge::change(tx, at(2), &mut Ids::new(at(2), 8), id(2), &rebind).await).await.unwrap();
        assert_eq!((found(&store, ACME, one).await, found(&store, ACME, two).await), (vec![], vec!["Bread costs three.".to_owned()]));
        assert!(!store.write(BOLT, async |tx| knowledge::remove(tx, id(2)).await).await.unwrap());
        assert!(store.write(ACME, async |tx| knowledge::remove(tx, id(2)).await).await.unwrap());
        assert!(found(&store, ACME, two).await.is_empty());
    }

    /// Lists are by key, newest first; the texts that are an assistant's own come with what they say.
    async fn sources_are_listed(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        put_assistant(&store, 2).await;
        for n in 1..=3 {
            text(&store, n, &format!("Text {n}."), &[desk::assistant(1)]).await;
        }
        text(&store, 4, "For all.", &[]).await;
        let listed = desk::read(&store, ACME, async |tx| knowledge::page(tx, Some(id(4)), 2).await).await;
        assert_eq!(listed.iter().map(|source| source.id).collect::<Vec<_>>(), [id(3), id(2)]);
        assert_eq!(listed[0].assistant_ids, [desk::assistant(1)]);
        let of = async |n| desk::read(&store, ACME, async move |tx| knowledge::page_for(tx, desk::assistant(n), None, 10).await).await.len();
        assert_eq!((of(1).await, of(2).await), (4, 1));
        let own = desk::read(&store, ACME, async |tx| knowledge::texts_of(tx, desk::assistant(1), None, 10).await).await;
        assert_eq!(own.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["Text 3.", "Text 2.", "Text 1."]);
        let count = async |tenant| desk::read(&store, tenant, async |tx| knowledge::count(tx).await).await;
        assert_eq!((count(ACME).await, count(BOLT).await), (4, 0));
        let known = async |ids: Vec<AssistantId>| desk::read(&store, ACME, async move |tx| knowledge::has_assistants(tx, &ids).await).await;
        assert!(known(vec![desk::assistant(1), desk::assistant(2)]).await && !known(vec![desk::assistant(3)]).await);
    }

    /// Pairs come back as pairs, and their questions stand beside the answers.
    async fn pairs_stay_pairs(store) {
        settle(&store).await;
        let pairs = vec![Pair { question: "Where?".into(), answer: "Here.".into() }];
        let chunks = vec![domain::knowledge::Chunk { heading: String::new(), question: Some("Where?".into()), text: "Here.".into() }];
        let read = Reading { body: Body::Pairs(pairs.clone()), chunks, ..reading("") };
        put(&store, ACME, new(1, Origin::Written(read), &[])).await;
        assert_eq!(find(&store, ACME, 1).await.unwrap().kind, Kind::QuestionAnswer);
        let body = desk::read(&store, ACME, async |tx| knowledge::body(tx, id(1)).await).await;
        assert_eq!(body, Some(Body::Pairs(pairs)));
        let chunks = desk::read(&store, ACME, async |tx| knowledge::chunks(tx, id(1), None, 10).await).await;
        assert_eq!((chunks[0].question.as_deref(), chunks[0].text.as_str(), chunks[0].has_vector), (Some("Where?"), "Here.", false));
        assert!(desk::read(&store, ACME, async |tx| knowledge::chunks(tx, id(1), Some(0), 10).await).await.is_empty());
    }

    /// An upload waits with its bytes, and loses them when it was read, or cannot be.
    async fn an_upload_is_read_once(store) {
        settle(&store).await;
        for n in 1..=2 {
            let file = Origin::Uploaded { file_name: Some("a.pdf".into()), content: vec![0, 1, 255].into() };
            put(&store, ACME, New { is_titled: false, ..new(n, file, &[]) }).await;
        }
        let content = async |n| desk::read(&store, ACME, async move |tx| knowledge::file_content(tx, id(n)).await).await;
        assert_eq!(content(1).await, Some(vec![0, 1, 255]));
        let waiting = find(&store, ACME, 1).await.unwrap();
        assert_eq!((waiting.status, waiting.bytes, waiting.file_name.as_deref()), (Status::Waiting, 3, Some("a.pdf")));
        assert_eq!(errands(&store).await, [format!("learn:{}:1", id(1)), format!("learn:{}:1", id(2))]);

        let read = Reading { title: Some("Prices".into()), format: Some("pdf"), ..reading("Bread costs three.") };
        let kept = store.write(ACME, async move |tx| knowledge::read(tx, at(2), &mut Ids::new(at(2), 7), id(1), &read, &Update::default()).await).await;
        assert_eq!(kept.unwrap(), Kept::Yes);
        let source = find(&store, ACME, 1).await.unwrap();
        assert_eq!((source.status, source.title.as_str(), source.format.as_deref()), (Status::Ready, "Prices", Some("pdf")));
        store.write(ACME, async |tx| knowledge::failed(tx, at(2), id(2), &fault(), None).await).await.unwrap();
        let source = find(&store, ACME, 2).await.unwrap();
        assert_eq!((source.status, source.error), (Status::Failed, Some(fault())));
        assert_eq!((content(1).await, content(2).await), (None, None));
    }

    /// A page that fails keeps what was read of it; one that is as it was is not written anew.
    async fn a_page_that_fails_keeps_its_text(store) {
        settle(&store).await;
        page(&store, 1).await;
        let update = |etag: &str| Update { next_fetch: Some(at(90)), fetched: true, etag: Some(etag.into()), last_modified: None };
        let read = Reading { title: Some("Bakery".into()), ..reading("Open from nine to five.") };
        let first = update("\"1\"");
        store.write(ACME, async move |tx| knowledge::read(tx, at(2), &mut Ids::new(at(2), 7), id(1), &read, &first).await).await.unwrap();
        let before = version(&store).await;
        store.write(ACME, async |tx| knowledge::failed(tx, at(3), id(1), &fault(), Some(at(9))).await).await.unwrap();
        let source = find(&store, ACME, 1).await.unwrap();
        assert_eq!((source.status, source.next_fetch_at, source.fetched_at), (Status::Failed, Some(at(9)), Some(at(2))));
        assert_eq!(found(&store, ACME, None).await, ["Open from nine to five."]);
        let task = desk::read(&store, ACME, async |tx| knowledge::task(tx, id(1)).await).await.unwrap();
        assert_eq!((task.failures, task.is_ready, task.etag.as_deref(), task.refetch_hours), (1, false, Some("\"1\""), Some(24)));

        let second = update("\"2\"");
        store.write(ACME, async move |tx| knowledge::kept(tx, at(9), id(1), &second).await).await.unwrap();
        let source = find(&store, ACME, 1).await.unwrap();
        assert_eq!((source.status, source.error, source.fetched_at, source.title.as_str()), (Status::Ready, None, Some(at(9)), "Bakery"));
        assert_eq!(version(&store).await, before, "nothing else may be found");
    }

    /// Asked for again, a page is read anew under a new revision, and its errand of before is out of date.
    async fn a_page_is_read_anew_when_somebody_asks(store) {
        settle(&store).await;
        page(&store, 1).await;
        text(&store, 2, "Text.", &[]).await;
        let reread = async |n| store.write(ACME, async move |tx| knowledge::reread(tx, at(2), &mut Ids::new(at(2), 7), id(n)).await).await.unwrap();
        assert!(reread(1).await && !reread(2).await && !reread(3).await);
        let task = desk::read(&store, ACME, async |tx| knowledge::task(tx, id(1)).await).await.unwrap();
        assert_eq!(task.revision, 2);
        assert_eq!(errands(&store).await, ["embed".to_owned(), format!("learn:{}:1", id(1)), format!("learn:{}:2", id(1))]);
        let slower = Change { refetch_hours: Some(Some(48)), ..Change::default() };
        store.write(ACME, async move |tx| knowledge::change(tx, at(3), &mut Ids::new(at(3), 8), id(1), &slower).await).await.unwrap();
        let source = find(&store, ACME, 1).await.unwrap();
        assert_eq!((source.refetch_hours, source.next_fetch_at), (Some(48), Some(at(3))), "what never came is tried at once");
    }

    /// A sitemap has exactly the pages that it names. They go with it, and are for whom it is for.
    async fn pages_follow_their_sitemap(store) {
        settle(&store).await;
        put_assistant(&store, 1).await;
        let sitemap = Origin::Sitemap { url: "https://a.test/sitemap.xml".into() };
        put(&store, ACME, New { refetch_hours: Some(24), ..new(1, sitemap, &[desk::assistant(1)]) }).await;
        let set = async |names: &'static [&'static str], now: i64| {
            let urls = names.iter().map(|name| format!("https://a.test/{name}")).collect();
            let update = Update { fetched: true, next_fetch: Some(at(now + 90)), ..Update::default() };
            store.write(ACME, async move |tx| knowledge::set_pages(tx, at(now), &mut Ids::new(at(now), 7), id(1), &urls, None, &update).await).await.unwrap();
            let pages = desk::read(&store, ACME, async |tx| knowledge::pages_of(tx, id(1), None, 10).await).await;
            let mut urls: Vec<_> = pages.iter().map(|page| page.url.clone().unwrap_or_default()).collect();
            urls.sort();
            (pages, urls)
        };
        let (pages, urls) = set(&["a", "b"], 2).await;
        assert_eq!(urls, ["https://a.test/a", "https://a.test/b"]);
        assert_eq!((pages[0].assistant_ids.clone(), pages[0].refetch_hours), (vec![desk::assistant(1)], Some(24)));
        let read = reading("A page.");
        let a = pages.iter().find(|page| page.url.as_deref() == Some("https://a.test/a")).unwrap().id;
        store.write(ACME, async move |tx| knowledge::read(tx, at(2), &mut Ids::new(at(2), 9), a, &read, &Update::default()).await).await.unwrap();
        assert_eq!(found(&store, ACME, Some(desk::assistant(1))).await, ["A page."]);
        assert_eq!(desk::read(&store, ACME, async |tx| knowledge::page(tx, None, 10).await).await.len(), 1, "listed under it");
        let sitemap = find(&store, ACME, 1).await.unwrap();
        assert_eq!((sitemap.status, sitemap.chunks), (Status::Ready, 2));

        let (kept, urls) = set(&["a", "c"], 5).await;
        assert_eq!(urls, ["https://a.test/a", "https://a.test/c"]);
        assert!(kept.iter().any(|page| page.id == a && page.status == Status::Ready), "what stays is not read anew");
        let off = Change { enabled: Some(false), ..Change::default() };
        store.write(ACME, async move |tx| knowledge::change(tx, at(6), &mut Ids::new(at(6), 8), id(1), &off).await).await.unwrap();
        assert!(found(&store, ACME, None).await.is_empty(), "with the sitemap, its pages are off");
        assert!(store.write(ACME, async |tx| knowledge::remove(tx, id(1)).await).await.unwrap());
        let left = desk::read(&store, ACME, async move |tx| knowledge::by_ids(tx, &[a, id(1)]).await).await;
        assert!(left.is_empty());
    }

    /// A tenant has so many chunks and no more; what is too much changes nothing.
    async fn chunks_have_a_bound(store) {
        settle(&store).await;
        text(&store, 1, "One.", &[]).await;
        let max = usize::try_from(CHUNKS_MAX).unwrap();
        let many = |count: usize| Reading { chunks: vec![cut("One.")[0].clone(); count], ..reading("One.") };
        let full = many(max);
        let kept = store.write(ACME, async move |tx| knowledge::read(tx, at(2), &mut Ids::new(at(2), 7), id(1), &full, &Update::default()).await).await.unwrap();
        assert_eq!(kept, Kept::Yes, "its own chunks before do not count");
        let refused = store.write(ACME, async move |tx| {
            let one = new(2, Origin::Written(reading("Two.")), &[]);
            match knowledge::create(tx, at(3), &mut Ids::new(at(3), 7), &one).await? {
                Kept::Yes => Ok(()),
                Kept::TooMany => Err(StoreError::fault("too many")),
            }
        }).await;
        assert!(refused.is_err());
        assert_eq!((find(&store, ACME, 2).await, found(&store, ACME, None).await.len()), (None, max));
        assert_eq!(put(&store, BOLT, new(3, Origin::Written(reading("Three.")), &[])).await, Kept::Yes, "another tenant's");
    }

    /// Vectors belong to the model that made them and to the text that it saw.
    async fn vectors_are_of_one_model_and_one_text(store) {
        settle(&store).await;
        text(&store, 1, "# A\n\nOne.\n\n# B\n\nTwo.", &[]).await;
        let waiting = async |model: &'static str| desk::read(&store, ACME, async move |tx| knowledge::to_embed(tx, model, None, 10).await).await;
        let both = waiting(MODEL).await;
        assert_eq!(both.len(), 2);
        let second = desk::read(&store, ACME, { let place = both[0].0; async move |tx| knowledge::to_embed(tx, MODEL, Some(place), 10).await }).await;
        assert_eq!(second.iter().map(|(place, _)| place.nth).collect::<Vec<_>>(), [1]);
        let seen: Vec<Embedded> = both.iter().map(|(place, indexed)| Embedded {
            place: *place,
            // The second one says something else by now.
            text: if place.nth == 1 { "Other.".into() } else { indexed.chunk.text.clone() },
            vector: Vector::from_f32(&[0.6, 0.8]),
        }).collect();
        store.write(ACME, async move |tx| knowledge::set_vectors(tx, MODEL, &seen).await).await.unwrap();
        assert_eq!(waiting(MODEL).await.iter().map(|(place, _)| place.nth).collect::<Vec<_>>(), [1]);
        assert_eq!(waiting("another").await.len(), 2);
        let all = desk::read(&store, ACME, async |tx| knowledge::searchable(tx, None, Some(MODEL)).await).await;
        let vectors: Vec<bool> = all.chunks.iter().map(|indexed| indexed.vector.is_some()).collect();
        assert_eq!((vectors, all.is_lacking), (vec![true, false], true));
        let without = desk::read(&store, ACME, async |tx| knowledge::searchable(tx, None, None).await).await;
        assert!(without.chunks.iter().all(|indexed| indexed.vector.is_none()) && !without.is_lacking, "nobody makes any");
    }

    /// Why there are no vectors is said on the sources that lack them, and taken back; other faults stay.
    async fn a_failing_endpoint_is_told_on_the_sources(store) {
        settle(&store).await;
        text(&store, 1, "One.", &[]).await;
        let fault = Fault { code: "embedding_busy".into(), explanation: "Busy.".into(), mend: "Wait.".into() };
        let mark = async |fault: Option<Fault>| store.write(ACME, async move |tx| knowledge::mark_unembedded(tx, at(2), MODEL, fault.as_ref()).await).await.unwrap();
        assert_eq!(mark(Some(fault.clone())).await, [id(1)]);
        assert_eq!(mark(Some(fault.clone())).await, [], "said once");
        let vectors = async |model: Option<&'static str>| desk::read(&store, ACME, async move |tx| knowledge::vectors(tx, model).await).await;
        assert_eq!(vectors(Some(MODEL)).await, Vectors { chunks: 1, seen: 0, fault: Some(fault.clone()) });
        let source = find(&store, ACME, 1).await.unwrap();
        assert_eq!((source.status, source.error), (Status::Ready, Some(fault)));
        assert_eq!(mark(None).await, [id(1)]);
        assert_eq!(mark(None).await, []);
        let sees = async |tx: &mut TenantTx<'_>| {
            let seen = Embedded { place: Place { source: id(1), nth: 0 }, text: "One.".into(), vector: None };
            knowledge::set_vectors(tx, MODEL, &[seen]).await
        };
        store.write(ACME, sees).await.unwrap();
        assert_eq!(vectors(Some(MODEL)).await, Vectors { chunks: 1, seen: 1, fault: None });
        assert_eq!(vectors(None).await, Vectors { chunks: 1, seen: 0, fault: None });
    }

    /// Settings are as usual until somebody sets them; each setting makes a new version.
    async fn settings_make_versions(store) {
        settle(&store).await;
        let settings = async || desk::read(&store, ACME, async |tx| knowledge::settings(tx).await).await;
        assert_eq!((settings().await.version, settings().await.synonyms.as_str()), (0, ""));
        store.write(ACME, async |tx| knowledge::set_synonyms(tx, "crown, cap").await).await.unwrap();
        let endpoint = Embedding { base_url: "https://a.test/v1".into(), model: "m".into(), api_key_hint: "…1234".into() };
        let endpoint = Embedder::Endpoint(endpoint);
        for (set, key, kept) in [(endpoint.clone(), Some(Some(&b"sealed"[..])), Some(b"sealed".to_vec())), (endpoint, None, Some(b"sealed".to_vec())), (Embedder::Words, Some(None), None), (Embedder::Builtin, None, None)] {
            let expected = set.clone();
            store.write(ACME, async move |tx| knowledge::set_embedding(tx, at(1), &mut Ids::new(at(1), 7), &set, key).await).await.unwrap();
            let found = settings().await;
            assert_eq!((found.embedder, found.embedding_key, found.synonyms.as_str()), (expected, kept, "crown, cap"));
        }
        assert_eq!(settings().await.version, 5);
        assert_eq!(errands(&store).await, ["embed"]);
        assert_eq!(desk::read(&store, BOLT, async |tx| knowledge::settings(tx).await).await.version, 0);
    }

    /// The log tells a source as it is now, and by its name when it is gone.
    async fn the_log_tells_of_sources(store) {
        settle(&store).await;
        text(&store, 1, "One.", &[]).await;
        let told = async || {
            let work = async |tx: &mut TenantTx<'_>| {
                event::append(tx, at(2), &[knowledge::updated(id(1))]).await?;
                let logged = event::after(tx, 0, 10).await?;
                Ok::<_, StoreError>(tell::lines(tx, &logged, &Default::default()).await?.pop().unwrap())
            };
            store.write(ACME, work).await.unwrap()
        };
        let line = told().await;
        assert_eq!(line.kind.as_str(), "knowledge.updated");
        assert!(line.data.starts_with(r#"{"knowledge":{"id":"kno_"#) && line.data.contains(r#""status":"ready""#), "{}", line.data);
        store.write(ACME, async |tx| knowledge::remove(tx, id(1)).await).await.unwrap();
        assert_eq!(told().await.data, format!(r#"{{"id":"{}"}}"#, id(1)));
    }
}
