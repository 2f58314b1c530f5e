//! Everybody who is on their way is moved to another version, while people answer, timers come and the server dies: none is lost, none
//! stands at a step that is not there, and nobody hears anything twice.

mod placed;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use providers::http::Method;
use sandbox::Sandbox;
use serde_json::{Value, json};
use store::args;
use store::dialect::Engine;

use crate::answers::{Kept, Question, all_are_done, answer, no_turn_is_missing, nobody_heard_it_twice, saved_at_most};
use crate::house::{Caller, House, Opened};
use crate::people::{UNKNOWN_PER_KILL, import, insist, published, said};
use crate::survey::carrier;

const QUESTIONS: &[Question] =
    &[Question { text: "How was it, from 0 to 10?", waits_at: &["hear", "listen"], variable: "stars", of: 10 }];
/// As quickly as it can be asked for.
const PER_MINUTE: i64 = 100_000;
const KILLS: usize = 2;
/// Each page of people is told in a transaction; all together may take longer than other requests.
const PATIENCE: Duration = Duration::from_secs(120);

/// How many there are of each kind; all the others wait for days in both versions.
#[derive(Clone, Copy)]
struct Load {
    people: usize,
    /// Their time comes from now on, they are asked and answer.
    lively: usize,
    /// In the new version their time is over, and they go on at once.
    early: usize,
    /// The new version has no step of the kind where they are.
    stay: usize,
}

mod none_is_lost_and_none_stands_at_a_step_that_is_not_there {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        moved_under_load(Engine::Sqlite, Load { people: 50_000, lively: 2_000, early: 2_000, stay: 1_000 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        moved_under_load(Engine::Postgres, Load { people: 8_000, lively: 500, early: 500, stay: 300 }).await;
    }
}

/// The steps of both versions.
const OLD: [&str; 8] = ["pause", "old", "soon", "ask", "hear", "keep", "thank", "done"];
const NEW: [&str; 7] = ["pause", "soon", "ask", "listen", "keep", "thank", "done"];

fn document(steps: &[&str]) -> Value {
    let step = |id: &&str| {
        let waits = |length: &str| json!({ "id": id, "delay": { "for": length } });
        match *id {
            "pause" if steps == OLD => waits("20d"),
            "pause" => waits("10d"),
            "old" => waits("1d"),
            "soon" => waits("1h"),
            "ask" => json!({ "id": id, "send": { "text": QUESTIONS[0].text, "purpose": "service" } }),
            "hear" | "listen" => {
                json!({ "id": id, "wait_for_reply": { "timeout": "1d", "cases": [{ "when": { "number": {} } }] } })
            }
            "keep" => json!({ "id": id, "save": { "to": "stars" } }),
            "thank" => json!({ "id": id, "send": { "text": "Thank you!", "purpose": "reply" } }),
            _ => json!({ "id": id, "end": "answered" }),
        }
    };
    let steps: Vec<Value> = steps.iter().map(step).collect();
    json!({ "name": "Stars", "triggers": ["api"], "variables": [{ "key": "stars", "type": "number" }], "steps": steps })
}

async fn moved_under_load(engine: Engine, load: Load) {
    let house = House::on(engine).await;
    let carrier = carrier(load.lively).await;
    let Opened { mut caller, mut server, number, .. } = house.open(&carrier, &[]).await;
    caller.patience = PATIENCE;
    import(&caller, load.lively).await;
    let workflow = published(&caller, document(&OLD)).await;
    let draft = said(&caller, Method::GET, &format!("/workflows/{workflow}"), Value::Null).await;
    let draft = json!({ "document": document(&NEW), "revision": draft["revision"] });
    said(&caller, Method::PUT, &format!("/workflows/{workflow}/draft"), draft).await;
    let lasts = i64::try_from(load.people).unwrap() * 60 / PER_MINUTE;
    placed::place(&house, &workflow, &number, load, SignedDuration::from_secs(lasts + 5)).await;
    said(&caller, Method::POST, &format!("/workflows/{workflow}/publish"), json!({})).await;

    let control = carrier.control();
    let some = u64::try_from(load.lively / 10).unwrap();
    control.until(|counters| counters.accepted >= some).await;
    let stop = Arc::new(AtomicBool::new(false));
    let crowd = tokio::spawn(answer(carrier.control(), load.lively, QUESTIONS, Arc::clone(&stop)));
    let moving = tokio::spawn(migrate(caller.clone(), workflow.clone()));
    for (what, goal) in [(TOLD_OR_MOVED, load.people / 5), (MOVED, load.people / 2)] {
        until(&house, what, goal).await;
        server.kill();
        server = house.serve(0);
        caller.ready().await;
    }
    let told = moving.await.unwrap();
    all_are_done(&house, &control, load.lively, QUESTIONS).await;
    stop.store(true, Ordering::Relaxed);
    crowd.await.unwrap();
    assert_eq!(told["stays"], json!({ "step_gone": load.stay }), "{told}");
    let funnels = [funnel(&caller, &workflow, 1).await, funnel(&caller, &workflow, 2).await];
    server.kill();
    judge(&house, &carrier, load, &funnels).await;
    carrier.stop().await;
}

/// Moves everybody, asking until it is answered. Answers what becomes of whom.
async fn migrate(caller: Caller, workflow: String) -> Value {
    let asked = json!({ "from": 1, "steps": { "hear": "listen" }, "per_minute": PER_MINUTE });
    insist(&caller, &format!("/workflows/{workflow}/migrate"), asked, "migrate").await
}

/// How many are in the new version, and before that how many were told to go there.
const MOVED: &str = "SELECT COUNT(*) FROM enrolment WHERE version = 2";
const TOLD_OR_MOVED: &str =
    "SELECT (SELECT COUNT(*) FROM enrolment WHERE version = 2) + (SELECT COUNT(*) FROM enrolment_event)";

async fn until(house: &House, counts: &'static str, goal: usize) {
    let store = house.place.store();
    for _ in 0..2_400 {
        let count = store.system_read(async move |tx| tx.one(counts, args![]).await?.get::<i64>(0)).await.unwrap();
        if usize::try_from(count).unwrap() >= goal {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody is moved");
}

async fn funnel(caller: &Caller, workflow: &str, version: i64) -> Value {
    said(caller, Method::GET, &format!("/workflows/{workflow}/funnel?version={version}"), Value::Null).await
}

async fn judge(house: &House, carrier: &Sandbox, load: Load, funnels: &[Value; 2]) {
    nobody_heard_it_twice(carrier, 20 * load.lively);
    no_turn_is_missing(house).await;
    let kept = Kept::of(house).await;
    assert_eq!(kept.ways.len(), load.people, "none is lost, and none is there twice");
    let mut stand = BTreeMap::<(i64, &str), i64>::new();
    let mut ended = [0, 0];
    for way in &kept.ways {
        let step = way.step.as_deref().unwrap();
        let steps: &[&str] = if way.version == 1 { &OLD } else { &NEW };
        assert!(steps.contains(&step), "{} stands at {step}, which version {} does not have", way.phone, way.version);
        let is_over = way.status == "ended";
        assert!(way.version == 2 || is_over || step == "old", "{} stayed at {step}", way.phone);
        assert!(way.version == 1 || step != "old");
        if is_over {
            ended[usize::try_from(way.version - 1).unwrap()] += 1;
        } else {
            *stand.entry((way.version, step)).or_default() += 1;
            assert!(!way.state["wake_at"].is_null(), "{} is on their way and waits for no time", way.phone);
        }
    }
    let at = |version, step| usize::try_from(stand.get(&(version, step)).copied().unwrap_or(0)).unwrap();
    assert_eq!((at(1, "old"), at(2, "soon")), (load.stay, load.early), "{stand:?}");
    assert_eq!(at(2, "pause"), load.people - load.stay - load.early - load.lively, "{stand:?}");
    let open = kept.all_is_answered(load.lively, QUESTIONS, |way| {
        ["pause", "old", "soon"].contains(&way.step.as_deref().unwrap_or_default())
    });
    assert!(open <= KILLS * UNKNOWN_PER_KILL, "{open} stand still");
    assert_eq!(saved_at_most(house).await, BTreeMap::from([("stars".to_owned(), 1)]));
    assert_eq!(migrated_at_most(house).await, 1, "somebody was moved twice");

    // What was counted is what is there.
    let mut sum = 0;
    for (nth, (funnel, version)) in funnels.iter().zip(1..).enumerate() {
        for step in funnel["steps"].as_array().unwrap() {
            let name = step["step"].as_str().unwrap();
            let here = stand.get(&(version, name)).copied().unwrap_or(0);
            assert_eq!(step["here"], here, "version {version}: {step}");
        }
        let outcomes = funnel["ended"].as_object().unwrap().values();
        let over: i64 = outcomes.map(|count| count["times"].as_i64().unwrap()).sum();
        assert_eq!(over, ended[nth], "version {version}: {funnel}");
        sum += over + funnel["inside"].as_i64().unwrap();
    }
    assert_eq!(funnels[0]["entered"], load.people);
    assert_eq!(usize::try_from(sum).unwrap(), load.people, "{funnels:?}");
    println!(
        "{KILLS} kills: {} people moved, {open} of them behind a text that the carrier never answered for",
        at(2, "pause")
    );
}

/// How often somebody was moved, at the most.
async fn migrated_at_most(house: &House) -> i64 {
    let store = house.place.store();
    let read = store.system_read(async |tx| {
        let sql = "SELECT MAX(times) FROM (SELECT COUNT(*) AS times FROM enrolment_log WHERE event = 'migrated'
                   GROUP BY tenant_id, enrolment_id) moved";
        tx.one(sql, args![]).await?.get::<i64>(0)
    });
    read.await.unwrap()
}
