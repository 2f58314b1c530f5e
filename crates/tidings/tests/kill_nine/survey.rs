//! A survey: everybody gets each question once, and each answer is kept once, however often the server dies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::id::Ids;
use jiff::Timestamp;
use providers::http::Method;
use sandbox::{Control, Faults, NewAccount, Sandbox, SandboxConfig, WebhookFaults};
use serde_json::{Value, json};
use store::dialect::Engine;
use store::{StoreError, args};

use crate::campaign::{UNKNOWN_PER_KILL, import, phone, said};
use crate::house::{CARRIER_KEY, Caller, House, NUMBER, Opened};

const FIRST: &str = "How was the food, from 0 to 10?";
const SECOND: &str = "And the room?";
const THANKS: &str = "Thank you!";
/// So many are let in by one request.
const SOME: usize = 500;

#[derive(Clone, Copy)]
struct Load {
    people: usize,
    kills: usize,
}

mod each_question_is_asked_once_and_each_answer_kept_once {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        killed_again_and_again(Engine::Sqlite, Load { people: 5_000, kills: 12 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        killed_again_and_again(Engine::Postgres, Load { people: 1_000, kills: 5 }).await;
    }
}

fn survey() -> Value {
    let hears =
        |id: &str| json!({ "id": id, "wait_for_reply": { "timeout": "1d", "cases": [{ "when": { "number": {} } }] } });
    json!({ "name": "Survey", "triggers": ["api"], "variables": [{ "key": "food", "type": "number" }, { "key": "room", "type": "number" }],
        "steps": [
            { "id": "ask_food", "send": { "text": FIRST, "purpose": "service" } },
            hears("hear_food"),
            { "id": "keep_food", "save": { "to": "food" } },
            { "id": "ask_room", "send": { "text": SECOND, "purpose": "reply" } },
            hears("hear_room"),
            { "id": "keep_room", "save": { "to": "room" } },
            { "id": "thank", "send": { "text": THANKS, "purpose": "reply" } },
            { "id": "done", "end": "answered" },
        ] })
}

async fn killed_again_and_again(engine: Engine, load: Load) {
    let Load { people, kills } = load;
    let house = House::on(engine).await;
    let faults = Faults {
        ignore_idempotency_key: true,
        receipt_before_answer: 0.05,
        webhooks: WebhookFaults { duplicate: 0.1, ..WebhookFaults::default() },
        ..Faults::default()
    };
    let config =
        SandboxConfig { history_max: 20 * people, pending_max: 20 * people, faults, ..SandboxConfig::default() };
    let config = config.without_pauses().account(NewAccount::new("Acme", CARRIER_KEY).number(NUMBER));
    let carrier = Sandbox::start(config).await.unwrap();
    let Opened { caller, mut server, .. } = house.open(&carrier, &[]).await;
    import(&caller, people).await;
    let made = said(&caller, Method::POST, "/workflows", json!({ "document": survey() })).await;
    let workflow = made["id"].as_str().unwrap().to_owned();
    said(&caller, Method::POST, &format!("/workflows/{workflow}/publish"), json!({})).await;
    let contacts = house.place.store();
    let contacts = contacts
        .system_read(async |tx| {
            let rows = tx.rows("SELECT id FROM contact ORDER BY id", args![]).await?;
            rows.iter().map(|row| row.get(0)).collect::<Result<Vec<domain::id::ContactId>, StoreError>>()
        })
        .await
        .unwrap();

    let stop = Arc::new(AtomicBool::new(false));
    let crowd = tokio::spawn(answer(carrier.control(), people, Arc::clone(&stop)));
    let entering = tokio::spawn(enter(caller.clone(), workflow.clone(), contacts));
    let mut chance = Ids::new(Timestamp::now(), 44);
    let control = carrier.control();
    for _ in 0..kills {
        let share = u64::try_from(3 * people / (kills + 2)).unwrap();
        let random = chance.next::<uuid::Uuid>().as_u64_pair().1 % share;
        let goal = control.counters().accepted + random + 1;
        control.until(|counters| counters.accepted >= goal).await;
        server.kill().unwrap();
        server.wait().unwrap();
        server = house.serve();
        caller.ready().await;
    }
    entering.await.unwrap();
    at_rest(&house, &control).await;
    // The carrier gives up on a text that it cannot tell several times: whoever wrote it to a dead process writes again.
    for _ in 0..5 {
        if answer_again(&house, &control, people).await == 0 {
            break;
        }
        at_rest(&house, &control).await;
    }
    stop.store(true, Ordering::Relaxed);
    crowd.await.unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    judge(&house, &carrier, load).await;
    carrier.stop().await;
}

/// Everybody is let in, once, however often it is asked for.
async fn enter(caller: Caller, workflow: String, contacts: Vec<domain::id::ContactId>) {
    for (nth, some) in contacts.chunks(SOME).enumerate() {
        let (path, key) = (format!("/workflows/{workflow}/enrolments"), format!("enter-{nth}"));
        loop {
            let body = json!({ "contact_ids": some });
            match caller.api(Method::POST, &path, body, Some(&key)).await {
                Some((status, _)) if status < 300 => break,
                Some((status, said)) if status < 500 => panic!("{status}: {said}"),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// Everybody answers each question that they hear, with a number that is theirs.
async fn answer(control: Control, people: usize, stop: Arc<AtomicBool>) {
    let numbers: BTreeMap<String, usize> = (0..people).map(|nth| (phone(nth), nth)).collect();
    let (mut after, mut answered) = (0, BTreeSet::new());
    while !stop.load(Ordering::Relaxed) {
        let newest = control.last_seq();
        let some = control.heard(after, 20 * people);
        after = newest;
        for text in &some {
            // What came while this looked is seen again the next time.
            if !answered.insert((text.to.clone(), text.body.clone())) {
                continue;
            }
            let Some(nth) = numbers.get(&text.to) else { continue };
            let says = match text.body.as_str() {
                FIRST => (nth % 10).to_string(),
                SECOND => (nth % 7).to_string(),
                _ => continue,
            };
            control.phone(&text.to).text(NUMBER, &says, &[]).unwrap();
        }
        if some.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Whoever is waited for answers once more. Answers how many these were.
async fn answer_again(house: &House, control: &Control, people: usize) -> usize {
    let numbers: BTreeMap<String, usize> = (0..people).map(|nth| (phone(nth), nth)).collect();
    let store = house.place.store();
    let waited_for = store
        .system_read(async |tx| {
            let sql = "SELECT phone, step_id FROM enrolment WHERE status = 'live' AND waits = 'reply'";
            let rows = tx.rows(sql, args![]).await?;
            rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<(String, String)>, StoreError>>()
        })
        .await
        .unwrap();
    for (phone, step) in &waited_for {
        let of = if step == "hear_food" { 10 } else { 7 };
        control.phone(phone).text(NUMBER, (numbers[phone] % of).to_string(), &[]).unwrap();
    }
    waited_for.len()
}

/// Waits until nothing goes on any more but what the carrier never answered for. The carrier tells again what a dead process did not
/// take, some time later.
async fn at_rest(house: &House, carrier: &Control) {
    let store = house.place.store();
    let (mut last, mut still) = (-1_i64, 0);
    for _ in 0..6_000 {
        let turns = store
            .system_read(async |tx| {
                let sql = "SELECT (SELECT COUNT(*) FROM enrolment_log) + 1000000 * (
                               (SELECT COUNT(*) FROM inbox WHERE tenant_id IS NULL) + (SELECT COUNT(*) FROM enrolment_event)
                             + (SELECT COUNT(*) FROM outbox WHERE state = 'waiting'))";
                tx.one(sql, args![]).await?.get::<i64>(0)
            })
            .await
            .unwrap();
        let is_told = carrier.counters().pending == 0;
        still = if is_told && turns == last && turns < 1_000_000 { still + 1 } else { 0 };
        if still >= 40 {
            return;
        }
        last = turns;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it does not come to rest");
}

async fn judge(house: &House, carrier: &Sandbox, Load { people, kills }: Load) {
    let mut reached = BTreeMap::<(String, String), usize>::new();
    for heard in carrier.control().heard(0, 20 * people) {
        *reached.entry((heard.to, heard.body)).or_default() += 1;
    }
    let twice: Vec<_> = reached.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "texts that came twice: {twice:?}");
    let store = house.place.store();
    let (ways, unknown, turns) = store
        .system_read(async |tx| {
            let rows = tx.rows("SELECT phone, status, state FROM enrolment", args![]).await?;
            let ways = rows
                .iter()
                .map(|row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)))
                .collect::<Result<Vec<_>, StoreError>>()?;
            let sql = "SELECT v.address FROM message m JOIN conversation v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id
                       WHERE m.author = 'workflow' AND m.status IN ('unknown', 'sending')";
            let rows = tx.rows(sql, args![]).await?;
            let unknown = rows.iter().map(|row| row.get(0)).collect::<Result<BTreeSet<String>, StoreError>>()?;
            let sql = "SELECT COUNT(*) FROM (SELECT enrolment_id FROM enrolment_log GROUP BY tenant_id, enrolment_id
                           HAVING COUNT(*) <> MAX(seq)) gaps";
            Ok::<_, StoreError>((ways, unknown, tx.one(sql, args![]).await?.get::<i64>(0)?))
        })
        .await
        .unwrap();
    assert_eq!(ways.len(), people, "everybody is on their way, once");
    assert_eq!(turns, 0, "a turn is missing");
    let numbers: BTreeMap<String, usize> = (0..people).map(|nth| (phone(nth), nth)).collect();
    let mut open = 0;
    for (phone, status, state) in &ways {
        let state: Value = serde_json::from_str(state).unwrap();
        let nth = numbers[phone];
        for (variable, of) in [("food", 10), ("room", 7)] {
            let kept = &state["variables"][variable];
            assert!(
                kept.is_null() || kept.as_str() == Some(&(nth % of).to_string()),
                "{phone} answered {}, and {kept} is kept",
                nth % of
            );
            assert!(status != "ended" || !kept.is_null(), "{phone} is done, and {variable} is not kept");
        }
        if status != "ended" {
            assert!(unknown.contains(phone), "{phone} stands still although nothing is unknown: {state}");
            open += 1;
        }
    }
    assert!(open <= kills * UNKNOWN_PER_KILL, "{open} stand still");
    println!("{kills} kills: {people} people, {open} of them behind a text that the carrier never answered for");
}
