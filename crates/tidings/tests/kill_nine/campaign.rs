//! A campaign: nobody gets it twice, nobody is forgotten, and its sums are right after every start.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::id::Ids;
use jiff::Timestamp;
use providers::http::Method;
use sandbox::{Faults, NewAccount, Sandbox, SandboxConfig, WebhookFaults};
use serde_json::{Value, json};
use store::dialect::Engine;
use store::remember::SENDING_LEASE;
use store::{StoreError, args};

use crate::house::{CARRIER_KEY, Caller, House, NUMBER, Opened};
use crate::people::{UNKNOWN_PER_KILL, import, phone, said};

/// How many are to get it, and how often the server is killed meanwhile.
#[derive(Clone, Copy)]
struct Load {
    people: usize,
    kills: usize,
}

mod nobody_gets_it_twice_and_nobody_is_forgotten {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        killed_again_and_again(Engine::Sqlite, Load { people: 50_000, kills: 20 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        killed_again_and_again(Engine::Postgres, Load { people: 5_000, kills: 6 }).await;
    }
}

/// A carrier that loses answers, takes texts that it says it did not, and tells everything twice.
fn careless() -> Faults {
    Faults {
        answer_lost: 0.01,
        server_error_after_accepting: 0.01,
        closed_unread: 0.005,
        receipt_before_answer: 0.05,
        webhooks: WebhookFaults { duplicate: 0.2, ..WebhookFaults::default() },
        ..Faults::default()
    }
}

async fn killed_again_and_again(engine: Engine, load: Load) {
    let Load { people, kills } = load;
    let house = House::on(engine).await;
    let config = SandboxConfig {
        history_max: 4 * people,
        pending_max: 8 * people,
        faults: careless(),
        ..SandboxConfig::default()
    };
    let config = config.without_pauses().account(NewAccount::new("Acme", CARRIER_KEY).number(NUMBER));
    let carrier = Sandbox::start(config).await.unwrap();
    let Opened { caller, number, mut server, .. } = house.open(&carrier, &[]).await;
    import(&caller, people).await;

    let draft = json!({
        "name": "Autumn", "numbers": [number], "audience": { "everyone": true },
        "body": "Hi {first_name|there}, the menu is here. Acme. Reply STOP to opt out.",
    });
    let campaign = said(&caller, Method::POST, "/campaigns", draft).await;
    let campaign = campaign["id"].as_str().unwrap().to_owned();
    let path = format!("/campaigns/{campaign}/launch");
    said(&caller, Method::POST, &path, json!({})).await;

    let mut chance = Ids::new(Timestamp::now(), 43);
    let (mut killed, mut risen) = (0, Timestamp::now());
    // Some die while everybody gets their row, the others while texts go out, at random moments told by progress.
    let control = carrier.control();
    while killed < kills {
        if killed < kills / 5 {
            tokio::time::sleep(Duration::from_millis(150)).await;
        } else {
            let share = u64::try_from(people / kills).unwrap();
            let random = chance.next::<uuid::Uuid>().as_u64_pair().1 % share;
            let goal = control.counters().accepted + random + 1;
            control.until(|counters| counters.accepted >= goal).await;
        }
        server.kill();
        risen = Timestamp::now();
        server = house.serve(0);
        caller.ready().await;
        killed += 1;
        sums_are_right(&caller, &campaign, people).await;
    }
    control.until_quiet().await;
    at_rest(&house, risen).await;
    control.until_quiet().await;
    sums_are_right(&caller, &campaign, people).await;
    server.kill();
    judge(&house, &carrier, load).await;
    carrier.stop().await;
}

/// Whatever was interrupted: everybody who has a row stands somewhere, once.
async fn sums_are_right(caller: &Caller, campaign: &str, people: usize) {
    let stands = said(caller, Method::GET, &format!("/campaigns/{campaign}"), Value::Null).await;
    let counts = stands["counts"].as_object().unwrap();
    let sum: u64 = counts.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(stands["total"], sum, "{stands}");
    if stands["frozen"] == true {
        assert_eq!(stands["total"], people, "{stands}");
    }
}

/// Waits until nobody has anything before them any more, but those whom a dead process may still be sending to, as long as its
/// lease says so.
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
                          + (SELECT COUNT(*) FROM campaign WHERE NOT frozen)
                          + (SELECT COUNT(*) FROM campaign_recipient WHERE standing IN ('pending', 'deferred', 'queued'))
                          + (SELECT COUNT(*) FROM campaign_recipient WHERE standing = 'sending' AND lease_until_us >= $1)",
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
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{waiting} still wait although nothing is broken");
}

async fn judge(house: &House, carrier: &Sandbox, Load { people, kills }: Load) {
    let store = house.place.store();
    let alone = store.engine() == Engine::Sqlite;
    let rows = store
        .system_read(async |tx| {
            let rows = tx.rows("SELECT phone, standing FROM campaign_recipient", args![]).await?;
            rows.iter()
                .map(|row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .await
        .unwrap();
    let standing: BTreeMap<String, String> = rows.into_iter().collect();
    assert_eq!(standing.len(), people, "everybody has a row");
    let mut reached = BTreeMap::<String, usize>::new();
    for heard in carrier.control().heard(0, 8 * people) {
        *reached.entry(heard.to).or_default() += 1;
    }
    let (mut unknown, mut leased) = (0, 0);
    for nth in 0..people {
        let phone = phone(nth);
        let times = reached.get(&phone).copied().unwrap_or(0);
        assert!(times <= 1, "{phone} got it {times} times");
        match standing[&phone].as_str() {
            "delivered" | "sent" => assert_eq!(times, 1, "{phone} counts as one who has it"),
            "unknown" => unknown += 1,
            // It becomes unknown when the lease of the process that died with it has ended.
            "sending" if !alone => leased += 1,
            other => panic!("{phone} is {other}"),
        }
    }
    assert!(
        unknown + leased <= kills * UNKNOWN_PER_KILL,
        "{kills} kills: {unknown} unknown, {leased} under a dead process's lease"
    );
    println!("{kills} kills: {people} people, {unknown} of them unknown, {leased} under a dead process's lease");
}
