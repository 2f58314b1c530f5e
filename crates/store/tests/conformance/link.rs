//! Short links: where codes lead, and who followed them.

use domain::campaign::{Moved, Standing};
use domain::id::{RecipientId, TenantId};
use domain::link::{Agent, Coded, Seen, Verdict};
use store::link::{self, Click, Codes, Found};
use store::{Store, StoreError, TenantTx, campaign, on_both_engines};
use uuid::Uuid;

use crate::campaign::{JUNE, change, freeze, moved, moves, prepare, shown};
use crate::desk::{self, ACME, BOLT, at};

const BASE: &str = "https://go.example.com";
const LINK: Uuid = Uuid::from_u128(0x71);

fn coded(code: &str) -> Coded {
    Coded { code: code.into(), link: LINK, url: "https://shop.example/summer".into() }
}

/// Three of Acme's recipients have their text, with a code each.
async fn texted(store: &Store) -> Vec<RecipientId> {
    prepare(store).await;
    freeze(store, None, 100).await;
    let all: Vec<_> = shown(store).await.into_iter().map(|one| one.id).collect();
    let sending = |id: &RecipientId| {
        change(Moved { attempt: Some(1), text: Some(("Hi".into(), 1)), ..moved(*id, Standing::Sending) })
    };
    moves(store, 60, all.iter().map(sending).collect()).await;
    let codes = |nth: usize| Codes { recipient: all[nth], campaign: JUNE, coded: vec![coded(&format!("code{nth}"))] };
    let texts: Vec<Codes> = (0..3).map(codes).collect();
    let keep = async move |tx: &mut TenantTx<'_>| {
        link::keep(tx, at(60), BASE, &texts).await?;
        // Again, after a crash.
        link::keep(tx, at(61), BASE, &texts).await
    };
    store.write(ACME, keep).await.unwrap();
    all
}

async fn find(store: &Store, code: &'static str, since: i64) -> Option<Found> {
    store.system_read(async move |tx| link::find(tx, code, at(since)).await).await.unwrap()
}

fn click(n: u128, recipient: RecipientId, second: i64) -> Click {
    Click {
        id: Uuid::from_u128(0x9000 + n),
        tenant: ACME,
        link: LINK,
        campaign: JUNE,
        recipient,
        agent: Agent::Apple,
        origin: 7,
        verdict: None,
        at: at(second),
    }
}

async fn add(store: &Store, clicks: Vec<Click>) {
    let write = async move |tx: &mut TenantTx<'_>| link::add(tx, &clicks.iter().collect::<Vec<_>>()).await;
    store.write(ACME, write).await.unwrap();
}

/// Judges what waits until then; answers what each was judged by, the oldest first, and how many lines tell of it.
async fn judge(store: &Store, until: i64, limit: u32, verdict: Verdict) -> (Vec<Seen>, usize) {
    let work = async move |tx: &mut store::SystemTx<'_>| {
        let waiting = link::waiting(tx, at(until), limit).await?;
        let seen = std::sync::Mutex::new(Vec::new());
        let mut lines = 0;
        if !waiting.is_empty() {
            let judge = |one: &Seen| {
                seen.lock().unwrap().push(*one);
                verdict
            };
            lines =
                link::judge(&mut tx.for_tenant(ACME), &waiting.iter().collect::<Vec<_>>(), judge).await?.lines.len();
        }
        Ok::<_, StoreError>((seen.into_inner().unwrap(), lines))
    };
    store.system_write(work).await.unwrap()
}

async fn clicked(store: &Store, tenant: TenantId) -> Option<i64> {
    desk::read(store, tenant, async |tx| campaign::find(tx, JUNE).await).await.map(|found| found.clicked)
}

on_both_engines! {
    /// Until it is too old; and if ever two tenants have the same code, it leads nowhere rather than to the wrong page.
    async fn a_code_leads_to_its_address(store) {
        let all = texted(&store).await;
        let found = find(&store, "code1", 0).await.unwrap();
        assert_eq!((found.tenant, found.recipient, found.campaign, found.link), (ACME, all[1], JUNE, LINK));
        assert_eq!((found.url.as_str(), found.base.as_str()), ("https://shop.example/summer", BASE));
        assert_eq!(find(&store, "code9", 0).await, None);
        assert_eq!(find(&store, "code1", 60).await, None, "it is too old");
        let theirs = async |tx: &mut TenantTx<'_>| {
            campaign::create(tx, at(0), JUNE, "Theirs", &domain::campaign::Settings::default(), None).await?;
            let text = Codes { recipient: Uuid::from_u128(5).into(), campaign: JUNE, coded: vec![coded("code1")] };
            link::keep(tx, at(60), BASE, &[text]).await
        };
        store.write(BOLT, theirs).await.unwrap();
        assert_eq!(find(&store, "code1", 0).await, None);
    }

    /// People are marked with their first click, machines are not, and each is judged once by what was around it.
    async fn clicks_are_judged_by_what_is_around_them(store) {
        let all = texted(&store).await;
        let scanned = Click { verdict: Some(Verdict::Scanner), ..click(1, all[0], 70) };
        let elsewhere = Click { origin: 8, ..click(4, all[0], 76) };
        add(&store, vec![scanned, click(2, all[1], 71), click(3, all[2], 75), elsewhere, click(2, all[1], 90)]).await;
        assert!(judge(&store, 70, 9, Verdict::Person).await.0.is_empty(), "what says itself what it is waits for nothing");
        let (seen, lines) = judge(&store, 75, 9, Verdict::Burst).await;
        let told: Vec<_> = seen.iter().map(|seen| (seen.at, seen.handed_at, seen.people)).collect();
        assert_eq!(told, [(at(71), Some(at(60)), 3), (at(75), Some(at(60)), 3)]);
        assert_eq!((lines, clicked(&store, ACME).await), (0, Some(0)));
        let (seen, lines) = judge(&store, 80, 9, Verdict::Person).await;
        assert_eq!((seen.len(), seen[0].people, lines), (1, 1, 1));
        assert_eq!((clicked(&store, ACME).await, clicked(&store, BOLT).await), (Some(1), None));
        add(&store, vec![click(5, all[0], 200)]).await;
        assert_eq!(judge(&store, 300, 9, Verdict::Person).await.0.len(), 1);
        assert_eq!(judge(&store, 300, 9, Verdict::Person).await.0.len(), 0);
        let row = shown(&store).await.into_iter().find(|one| one.id == all[0]).unwrap();
        assert_eq!(row.clicked_at, Some(at(76)), "the first time counts");
        let first = all[0];
        let told = desk::read(&store, ACME, async move |tx| link::of_recipient(tx, first, 9).await).await;
        let told: Vec<_> = told.iter().map(|click| (click.at, click.verdict.as_deref(), click.agent.as_str())).collect();
        assert_eq!(told, [(at(200), Some("person"), "apple"), (at(76), Some("person"), "apple"), (at(70), Some("scanner"), "apple")]);
        let theirs = desk::read(&store, BOLT, async move |tx| link::of_recipient(tx, first, 9).await).await;
        assert!(theirs.is_empty());
    }

    /// Each address by itself: texts, people, their clicks, and machines apart.
    async fn links_are_told_apart(store) {
        let all = texted(&store).await;
        let second = Uuid::from_u128(0x72);
        let other = Coded { code: "other".into(), link: second, url: "https://shop.example/winter".into() };
        let codes = Codes { recipient: all[0], campaign: JUNE, coded: vec![other] };
        store.write(ACME, async move |tx: &mut TenantTx<'_>| link::keep(tx, at(60), BASE, std::slice::from_ref(&codes)).await).await.unwrap();
        let judged = |n, recipient, second, verdict| Click { verdict: Some(verdict), ..click(n, recipient, second) };
        add(&store, vec![
            judged(1, all[0], 70, Verdict::Person),
            judged(2, all[0], 700, Verdict::Person),
            judged(3, all[1], 71, Verdict::Person),
            judged(4, all[2], 72, Verdict::Scanner),
            click(5, all[2], 73),
            Click { link: second, ..judged(6, all[0], 74, Verdict::Preview) },
        ]).await;
        let told = desk::read(&store, ACME, async |tx| link::of_campaign(tx, JUNE).await).await;
        let told: Vec<_> = told.iter().map(|one| (one.url.as_str(), one.texts, one.people, one.clicks, one.machine_clicks)).collect();
        assert_eq!(told, [("https://shop.example/summer", 3, 2, 3, 1), ("https://shop.example/winter", 1, 0, 0, 1)]);
        assert!(desk::read(&store, BOLT, async |tx| link::of_campaign(tx, JUNE).await).await.is_empty());
    }

    /// Clicks and codes end, some at a time.
    async fn what_is_old_is_forgotten(store) {
        let all = texted(&store).await;
        add(&store, vec![click(1, all[0], 70), click(2, all[1], 71), click(3, all[2], 90)]).await;
        let forget = async |clicked, made| {
            store.system_write(async move |tx| link::forget(tx, at(clicked), at(made), 2).await).await.unwrap()
        };
        assert_eq!(forget(80, 0).await, 2);
        assert_eq!(forget(80, 0).await, 0);
        assert!(find(&store, "code0", 0).await.is_some());
        assert_eq!(forget(0, 61).await, 2);
        assert_eq!(forget(0, 61).await, 1);
        assert_eq!(find(&store, "code0", 0).await, None);
    }
}
