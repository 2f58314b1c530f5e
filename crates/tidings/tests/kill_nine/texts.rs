//! Texts in and texts out: what was accepted is there once, what was asked for goes out once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::id::Ids;
use jiff::Timestamp;
use providers::http::Method;
use providers::telnyx::signature::Signer;
use sandbox::{NewAccount, Sandbox, SandboxConfig};
use serde_json::json;
use store::dialect::Engine;
use store::remember::SENDING_LEASE;
use store::{StoreError, args};

use crate::house::{CARRIER_KEY, Caller, House, NUMBER, Opened};

const PHONES: usize = 400;
/// So many callers tell, and so many say.
const WORKERS: usize = 8;

/// So many texts are marked and not yet out when it is killed, at most and on the average: each of those who say has one
/// under way, and again as many wait where sending has fallen behind. What got out is settled by its receipt.
const UNKNOWN_PER_KILL: usize = 2 * WORKERS;

/// How much happens, each way, and how often it is killed meanwhile.
#[derive(Clone, Copy)]
struct Load {
    texts: usize,
    kills: usize,
}

fn phone(n: usize) -> String {
    let n = n % PHONES;
    format!("+1{}555{:04}", 212 + n / 100, 100 + n % 100)
}

fn text_arrived(n: usize, event: &str) -> Bytes {
    let at = Timestamp::now().to_string();
    json!({ "data": {
        "record_type": "event", "id": event, "event_type": "message.received", "occurred_at": at,
        "payload": {
            "record_type": "message", "direction": "inbound", "id": format!("in-{n}"), "type": "SMS",
            "from": { "phone_number": phone(n), "carrier": "", "line_type": "Wireless" },
            "to": [{ "phone_number": NUMBER, "status": "webhook_delivered" }],
            "text": format!("question {n}"), "media": [], "parts": 1, "encoding": "GSM-7", "received_at": at,
        }}, "meta": { "attempt": 1 } })
    .to_string()
    .into()
}

/// The carrier's side: each text is told until it is answered 200.
async fn tell(caller: Caller, account: String, signer: Arc<Signer>, which: Range<usize>, told: Arc<AtomicUsize>) {
    for n in which.step_by(WORKERS) {
        let body = text_arrived(n, &format!("event-{n}"));
        loop {
            let headers: Vec<_> = signer.headers(Timestamp::now().as_second(), &body).into_iter().collect();
            let answer = caller.once(Method::POST, &format!("/hooks/telnyx/{account}"), headers, body.clone()).await;
            if answer.is_some_and(|answer| answer.status == 200) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        told.fetch_add(1, Ordering::Relaxed);
    }
}

/// The business's side: each text is asked for, under its own key, until it is taken.
async fn say(caller: Caller, which: Range<usize>, said: Arc<AtomicUsize>) {
    for n in which.step_by(WORKERS) {
        let body = json!({ "to": phone(n), "body": format!("answer {n}") });
        let once = format!("answer-{n}");
        loop {
            match caller.api(Method::POST, "/conversations", body.clone(), Some(&once)).await {
                Some((201, _)) => break,
                Some((status, problem)) if status < 500 => panic!("{status}: {problem}"),
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        said.fetch_add(1, Ordering::Relaxed);
    }
}

mod what_was_accepted_is_there_once_and_what_was_asked_for_goes_out_once {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        killed_again_and_again(Engine::Sqlite, Load { texts: 5_000, kills: 20 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        killed_again_and_again(Engine::Postgres, Load { texts: 1_500, kills: 6 }).await;
    }
}

async fn killed_again_and_again(engine: Engine, load: Load) {
    let Load { texts, kills } = load;
    let house = House::on(engine).await;
    let config = SandboxConfig { history_max: 100_000, ..SandboxConfig::default() };
    let config = config.without_pauses().account(NewAccount::new("Acme", CARRIER_KEY).number(NUMBER));
    let carrier = Sandbox::start(config).await.unwrap();
    let signer = Arc::new(Signer::from_seed(&[9; 32]).unwrap());

    let Opened { caller, account, mut server, .. } = house.open(&carrier, &[&signer.public_key()]).await;

    let (told, said) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut work = tokio::task::JoinSet::new();
    for n in 0..WORKERS {
        work.spawn(tell(caller.clone(), account.clone(), Arc::clone(&signer), n..texts, Arc::clone(&told)));
        work.spawn(say(caller.clone(), n..texts, Arc::clone(&said)));
    }
    let mut chance = Ids::new(Timestamp::now(), 42);
    let mut killed = 0;
    let mut risen = Timestamp::now();
    loop {
        // A random moment, told by progress rather than by the clock: a slow machine is killed as often.
        let random = usize::try_from(chance.next::<uuid::Uuid>().as_u64_pair().1 % 400).unwrap();
        let goal = told.load(Ordering::Relaxed) + said.load(Ordering::Relaxed) + 50 + random;
        while told.load(Ordering::Relaxed) + said.load(Ordering::Relaxed) < goal.min(2 * texts) {
            while let Some(done) = work.try_join_next() {
                done.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if killed < kills {
            server.kill();
            risen = Timestamp::now();
            server = house.serve(0);
            caller.ready().await;
            killed += 1;
        }
        if told.load(Ordering::Relaxed) + said.load(Ordering::Relaxed) == 2 * texts {
            break;
        }
    }
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
    assert_eq!(killed, kills, "killed while there was work to do");
    carrier.control().until_quiet().await;
    at_rest(&house, risen).await;
    server.kill();
    judge(&house, &carrier, load).await;
    carrier.stop().await;
}

/// Waits until the last process, which began at `risen`, has nothing left to do. What one before it was sending is settled
/// at once where a process is alone with its database; where it is not, whether the other one is dead shows only when its
/// lease has ended, which nobody waits for here.
async fn at_rest(house: &House, risen: Timestamp) {
    let store = house.place.store();
    let own = match store.engine() {
        Engine::Sqlite => Timestamp::UNIX_EPOCH,
        Engine::Postgres => risen.checked_add(SENDING_LEASE).unwrap(),
    };
    let mut waiting = -1_i64;
    for _ in 0..12_000 {
        waiting = store
            .system_read(async move |tx| {
                tx.one(
                    "SELECT (SELECT COUNT(*) FROM inbox WHERE tenant_id IS NULL)
                          + (SELECT COUNT(*) FROM outbox WHERE state = 'waiting')
                          + (SELECT COUNT(*) FROM outbox WHERE state = 'sending' AND lease_until_us >= $1)",
                    args![own],
                )
                .await?
                .get::<i64>(0)
            })
            .await
            .unwrap();
        if waiting == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("work is left although nothing is broken: {waiting}");
}

async fn judge(house: &House, carrier: &Sandbox, Load { texts, kills }: Load) {
    let store = house.place.store();
    let alone = store.engine() == Engine::Sqlite;
    let rows = store
        .system_read(async |tx| {
            // The reason is in the newest line of its receipt.
            let rows = tx
                .rows(
                    "SELECT m.direction, m.body, m.status,
                            (SELECT l.detail FROM receipt_line l WHERE l.tenant_id = m.tenant_id AND l.message_id = m.id
                             ORDER BY l.id DESC LIMIT 1)
                     FROM message m",
                    args![],
                )
                .await?;
            rows.iter()
                .map(|row| {
                    Ok((
                        row.get::<String>(0)?,
                        row.get::<String>(1)?,
                        row.get::<String>(2)?,
                        row.get::<Option<String>>(3)?,
                    ))
                })
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .await
        .unwrap();

    let inbound: Vec<&str> = rows.iter().filter(|row| row.0 == "in").map(|row| row.1.as_str()).collect();
    let distinct: BTreeSet<&str> = inbound.iter().copied().collect();
    assert_eq!((inbound.len(), distinct.len()), (texts, texts), "every accepted text is there once");

    let mut reached = BTreeMap::<String, usize>::new();
    for heard in carrier.control().heard(0, 1_000_000) {
        *reached.entry(heard.body).or_default() += 1;
    }
    let outbound: Vec<_> = rows.iter().filter(|row| row.0 == "out").collect();
    assert_eq!(outbound.len(), texts, "every text that was asked for is there once");
    let (mut unknown, mut leased) = (0, 0);
    for (_, body, status, newest_line) in &outbound {
        let times = reached.get(body.as_str()).copied().unwrap_or(0);
        assert!(times <= 1, "{body} reached the carrier {times} times");
        match status.as_str() {
            "delivered" | "sent" => assert_eq!(times, 1, "{body} is {status}"),
            "unknown" => {
                let line = newest_line.as_deref().unwrap_or_default();
                assert!(line.contains("not known whether the carrier took it: "), "{body} is unknown: {line}");
                unknown += 1;
            }
            // It becomes unknown when the lease of the process that died with it has ended.
            "sending" if !alone => leased += 1,
            other => panic!("{body} is {other}"),
        }
    }
    assert!(
        unknown + leased <= kills * UNKNOWN_PER_KILL,
        "{kills} kills: {unknown} unknown, {leased} under a dead process's lease"
    );
    println!(
        "{kills} kills: {texts} texts in, {texts} out, {unknown} of them unknown, {leased} under a dead process's lease"
    );
}
