//! A survey: everybody gets each question once, and each answer is kept once, however often the server dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::id::Ids;
use jiff::Timestamp;
use sandbox::{Faults, NewAccount, Sandbox, SandboxConfig, WebhookFaults};
use serde_json::{Value, json};
use store::dialect::Engine;

use crate::answers::{Kept, Question, all_are_done, answer, no_turn_is_missing, nobody_heard_it_twice};
use crate::house::{CARRIER_KEY, House, NUMBER, Opened};
use crate::people::{UNKNOWN_PER_KILL, enter, everybody, import, published};

pub const QUESTIONS: &[Question] = &[
    Question { text: "How was the food, from 0 to 10?", waits_at: &["hear_food"], variable: "food", of: 10 },
    Question { text: "And the room?", waits_at: &["hear_room"], variable: "room", of: 7 },
];

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

/// Two questions, one after the other; between them these steps.
pub fn survey(variables: &[Value], between: &[Value]) -> Value {
    let hears =
        |id: &str| json!({ "id": id, "wait_for_reply": { "timeout": "1d", "cases": [{ "when": { "number": {} } }] } });
    let mut steps = vec![
        json!({ "id": "ask_food", "send": { "text": QUESTIONS[0].text, "purpose": "service" } }),
        hears("hear_food"),
        json!({ "id": "keep_food", "save": { "to": "food" } }),
    ];
    steps.extend(between.iter().cloned());
    steps.extend([
        json!({ "id": "ask_room", "send": { "text": QUESTIONS[1].text, "purpose": "reply" } }),
        hears("hear_room"),
        json!({ "id": "keep_room", "save": { "to": "room" } }),
        json!({ "id": "thank", "send": { "text": "Thank you!", "purpose": "reply" } }),
        json!({ "id": "done", "end": "answered" }),
    ]);
    let mut all = vec![json!({ "key": "food", "type": "number" }), json!({ "key": "room", "type": "number" })];
    all.extend(variables.iter().cloned());
    json!({ "name": "Survey", "triggers": ["api"], "variables": all, "steps": steps })
}

/// A carrier that tells some things twice, and some before it has answered.
pub async fn carrier(people: usize) -> Sandbox {
    let faults = Faults {
        ignore_idempotency_key: true,
        receipt_before_answer: 0.05,
        webhooks: WebhookFaults { duplicate: 0.1, ..WebhookFaults::default() },
        ..Faults::default()
    };
    let config =
        SandboxConfig { history_max: 20 * people, pending_max: 20 * people, faults, ..SandboxConfig::default() };
    let config = config.without_pauses().account(NewAccount::new("Acme", CARRIER_KEY).number(NUMBER));
    Sandbox::start(config).await.unwrap()
}

async fn killed_again_and_again(engine: Engine, load: Load) {
    let Load { people, kills } = load;
    let house = House::on(engine).await;
    let carrier = carrier(people).await;
    let Opened { caller, mut server, .. } = house.open(&carrier, &[]).await;
    import(&caller, people).await;
    let workflow = published(&caller, survey(&[], &[])).await;
    let contacts = everybody(&house).await.into_iter().map(|(id, _)| id).collect();

    let stop = Arc::new(AtomicBool::new(false));
    let crowd = tokio::spawn(answer(carrier.control(), people, QUESTIONS, Arc::clone(&stop)));
    let entering = tokio::spawn(enter(caller.clone(), workflow, contacts));
    let mut chance = Ids::new(Timestamp::now(), 44);
    let control = carrier.control();
    for _ in 0..kills {
        let share = u64::try_from(3 * people / (kills + 2)).unwrap();
        let random = chance.next::<uuid::Uuid>().as_u64_pair().1 % share;
        let goal = control.counters().accepted + random + 1;
        control.until(|counters| counters.accepted >= goal).await;
        server.kill();
        server = house.serve(0);
        caller.ready().await;
    }
    entering.await.unwrap();
    all_are_done(&house, &control, people, QUESTIONS).await;
    stop.store(true, Ordering::Relaxed);
    crowd.await.unwrap();
    server.kill();
    judge(&house, &carrier, load).await;
    carrier.stop().await;
}

async fn judge(house: &House, carrier: &Sandbox, Load { people, kills }: Load) {
    nobody_heard_it_twice(carrier, 20 * people);
    no_turn_is_missing(house).await;
    let kept = Kept::of(house).await;
    assert_eq!(kept.ways.len(), people, "everybody is on their way, once");
    let open = kept.all_is_answered(people, QUESTIONS, |_| false);
    assert!(open <= kills * UNKNOWN_PER_KILL, "{open} stand still");
    println!("{kills} kills: {people} people, {open} of them behind a text that the carrier never answered for");
}
