//! In the middle of a campaign at full rate: what is said then counts at once, though the next texts are marked as being sent
//! already and only wait for their instant.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::{StoreError, args};
use stories::town::{Desk, Town, text};

const PEOPLE: usize = 2_000;
const BODY: &str = "The terrace is open!";
/// Less than what a number has claimed ahead when it comes to rest: it claims on when half of 50 ms is used up.
const AHEAD: SignedDuration = SignedDuration::from_millis(24);
/// A little more than what is claimed at once, so that each step lets some leave and has others claimed.
const STEP: SignedDuration = SignedDuration::from_millis(30);

fn phone(n: usize) -> String {
    format!("+1212555{n:04}")
}

/// A campaign to everybody, a second before its first text.
async fn launched(town: &Town, desk: &Desk) -> String {
    let phones: Vec<_> = (0..PEOPLE).map(phone).collect();
    let campaign =
        json!({ "name": "June", "body": BODY, "numbers": [desk.number_id], "audience": { "phones": phones } });
    let id = text(&desk.post("/campaigns", campaign).await.is(201)["id"]);
    let _ = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
    town.passes(SignedDuration::from_secs(59)).await;
    town.clock.advance_to(town.clock.now().checked_add(SignedDuration::from_secs(1)).unwrap());
    id
}

/// Time goes on by one step and stands still again once the number has claimed ahead: from then on nothing leaves but what
/// was to leave by now.
async fn goes_on(town: &Town, desk: &Desk) {
    let now = town.clock.now().checked_add(STEP).unwrap();
    town.clock.advance_to(now);
    let claimed = now.checked_add(AHEAD).unwrap();
    until(async || {
        let pace = "SELECT COALESCE(MAX(tat_us), 0) FROM number_pace WHERE tenant_id = $1";
        let tat_us: i64 =
            town.engine.store().read(desk.tenant, async |tx| tx.one(pace, args![]).await?.get(0)).await.unwrap();
        Timestamp::from_microsecond(tat_us).unwrap() >= claimed
    })
    .await;
}

/// Waits until it is so; the clock stands still.
async fn until(is_so: impl AsyncFn() -> bool) {
    let soon = tokio::time::timeout(Duration::from_secs(60), async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    soon.await.expect("it comes to that");
}

/// Their phones: those who stand so, whoever was claimed last coming first.
async fn who(town: &Town, desk: &Desk, standing: &'static str) -> Vec<String> {
    let rows = "SELECT phone FROM campaign_recipient WHERE tenant_id = $1 AND standing = $2
                ORDER BY lease_until_us DESC, id DESC";
    let found = town.engine.store().read(desk.tenant, async move |tx| {
        tx.rows(rows, args![standing]).await?.iter().map(|row| row.get(0)).collect::<Result<_, StoreError>>()
    });
    found.await.unwrap()
}

/// How often the carrier was given the campaign's text for each phone, by its own record, and when the last of all began.
fn given(town: &Town) -> (BTreeMap<String, usize>, Timestamp) {
    let mut given = BTreeMap::new();
    let mut last = Timestamp::MIN;
    for text in town.sandbox.control().heard(0, usize::MAX).into_iter().filter(|text| text.body == BODY) {
        last = last.max(text.at);
        *given.entry(text.to).or_default() += 1;
    }
    (given, last)
}

async fn counts(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/campaigns/{id}")).await.is(200)["counts"].clone()
}

store::on_both_engines! {
    /// Of five hundred who say STOP, three in five do so while their text is marked as being sent and waits for its instant,
    /// some milliseconds ahead; the others before theirs is claimed, and after they got it. The clock stands still from before
    /// the first of their words until all of them are acted on, so that whatever began later shows in the carrier's record:
    /// as a text, or as a request that the carrier, which knows their STOP as well, has refused.
    async fn nothing_to_them_begins_after_their_stop(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = launched(&town, &acme).await;
        let mut had = BTreeMap::new();
        while had.len() < 500 {
            goes_on(&town, &acme).await;
            until(async || who(&town, &acme, "delivered").await.iter().any(|phone| !had.contains_key(phone))).await;
            // The last fifteen of those leave in the last sixteen milliseconds before what the pace has promised.
            let mut wave: Vec<_> = who(&town, &acme, "sending").await.into_iter().take(15).collect();
            wave.extend(who(&town, &acme, "pending").await.into_iter().take(5));
            let got = who(&town, &acme, "delivered").await.into_iter().filter(|phone| !had.contains_key(phone)).take(5);
            wave.extend(got);
            let before = given(&town).0;
            for phone in &wave {
                town.text(phone, &acme, "STOP");
                had.insert(phone.clone(), before.get(phone).copied().unwrap_or_default());
            }
            let out = "SELECT COUNT(*) FROM contact_address WHERE tenant_id = $1 AND opted_out_at_us IS NOT NULL";
            let committed = async || -> i64 {
                town.engine.store().read(acme.tenant, async |tx| tx.one(out, args![]).await?.get(0)).await.unwrap()
            };
            until(async || usize::try_from(committed().await).unwrap() == had.len()).await;
            // Its turn is over when what comes of it is told.
            town.sandbox.control().until_quiet().await;
            let _ = counts(&acme, &id).await;
        }
        town.passes(SignedDuration::from_mins(2)).await;
        let (given, _) = given(&town);
        let late: Vec<_> = had.iter().filter(|(phone, had)| given.get(*phone).copied().unwrap_or_default() > **had).collect();
        assert!(late.is_empty(), "to {} of {} a text began after their STOP", late.len(), had.len());
        assert_eq!(town.sandbox.control().counters().rejected, 0, "nor was one tried");
        let got_before = had.values().sum::<usize>();
        assert!(got_before < 200, "most had it still before them: {got_before}");
        for phone in (0..PEOPLE).map(phone).filter(|phone| !had.contains_key(phone)) {
            assert_eq!(given.get(&phone), Some(&1), "the others got it once");
        }
        let counts = counts(&acme, &id).await;
        assert_eq!(counts["delivered"], PEOPLE - had.len() + got_before, "{counts}");
        assert_eq!(counts["skipped"], had.len() - got_before, "{counts}");
    }

    /// After the pause is committed nothing is claimed: what leaves is what was marked as being sent by then, and the last of
    /// it within the tenth of a second that a text waits at most. The time is the carrier's, which the town moves on.
    async fn a_pause_lets_nothing_begin_a_second_later(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = launched(&town, &acme).await;
        for _ in 0..20 {
            goes_on(&town, &acme).await;
        }
        let paused = acme.post(&format!("/campaigns/{id}/pause"), json!({})).await;
        assert_eq!(paused.is(200)["state"], "paused");
        let paused_at = town.clock.now();
        let under_way: BTreeSet<_> = who(&town, &acme, "sending").await.into_iter().collect();
        assert!(under_way.len() > 20, "it was at full rate: {}", under_way.len());
        let mut may_have_it: BTreeSet<_> = given(&town).0.into_keys().collect();
        assert!(may_have_it.len() > 300, "it was at full rate: {}", may_have_it.len());
        may_have_it.extend(under_way);
        for _ in 0..60 {
            town.clock.advance_to(town.clock.now().checked_add(STEP).unwrap());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        town.passes(SignedDuration::from_mins(1)).await;
        let (given_by_then, last) = given(&town);
        assert!(last.duration_since(paused_at) <= SignedDuration::from_secs(1), "the last one: {last}, of {paused_at}");
        let more = given_by_then.keys().filter(|phone| !may_have_it.contains(*phone)).count();
        assert_eq!((given_by_then.len(), more), (may_have_it.len(), 0), "what was under way, and nothing else");
        let rest = counts(&acme, &id).await;
        assert_eq!(rest["pending"], PEOPLE - may_have_it.len(), "{rest}");
        let _ = acme.post(&format!("/campaigns/{id}/resume"), json!({})).await.is(200);
        town.passes(SignedDuration::from_mins(1)).await;
        let (given, _) = given(&town);
        assert_eq!(given.len(), PEOPLE);
        assert!(given.values().all(|times| *times == 1), "the rest, and exactly that");
    }
}
