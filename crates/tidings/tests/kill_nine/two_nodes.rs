//! Two nodes on one PostgreSQL: both advance the same people, nothing is done twice, and when one of them is killed the other goes on
//! with what was its.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::id::Ids;
use jiff::{SignedDuration, Timestamp};
use providers::http::Method;
use sandbox::{Control, Sandbox};
use serde_json::json;
use store::dialect::Engine;
use store::{Store, args};

use crate::answers::{Kept, all_are_done, answer, no_turn_is_missing, nobody_heard_it_twice, saved_at_most};
use crate::house::{Caller, House, Opened, Server};
use crate::people::{UNKNOWN_PER_KILL, enter, everybody, import, phone, published};
use crate::survey::{QUESTIONS, carrier, survey};
use crate::system::{System, points_for};

const PEOPLE: usize = 400;
const KILLS: usize = 5;
/// What is due waits no longer, whoever dies.
const GOES_ON_WITHIN: SignedDuration = SignedDuration::from_secs(15);
/// Whoever asks a system lived so long before its lease ends.
const LEASE: SignedDuration = SignedDuration::from_secs(6);
/// Between the two questions they have a moment.
const MOMENT: SignedDuration = SignedDuration::from_secs(2);
/// Of what both do while both live, each does at least the so manieth part.
const SHARE_MIN: u64 = 100;
const PATIENCE: Duration = Duration::from_secs(120);

/// A node, and what it has counted.
struct Node {
    caller: Caller,
    process: Server,
    /// How many turns it had taken when both began to live together.
    before: u64,
    /// How many it took while both lived.
    taken: u64,
}

impl Node {
    /// How many turns of workflows this process has taken.
    async fn turns(&self) -> u64 {
        let answer = self.caller.once(Method::GET, "/metrics", Vec::new(), Bytes::new()).await.unwrap();
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let count = text.lines().find_map(|line| line.strip_prefix("workflow_turns_total "));
        count.map_or(0, |count| count.parse().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_do_nothing_twice_and_one_goes_on_when_the_other_dies() {
    let house = House::of_nodes(Engine::Postgres, 2).await;
    let carrier = carrier(PEOPLE).await;
    let system = System::start().await;
    let Opened { caller, server, .. } = house.open(&carrier, &[]).await;
    let mut nodes = Vec::new();
    for (nth, process) in [server, house.serve(1)].into_iter().enumerate() {
        let caller = house.at(nth, &caller);
        caller.ready().await;
        nodes.push(Node { caller, process, before: 0, taken: 0 });
    }
    import(&caller, PEOPLE).await;
    let workflow = published(
        &caller,
        survey(
            &[json!({ "key": "points", "type": "number" })],
            &[
                json!({ "id": "look_up", "http": {
                    "url": format!("{}/points/{{food}}", system.url), "method": "GET", "save": { "points": "/points" } } }),
                json!({ "id": "breathe", "delay": { "for": "2s" } }),
            ],
        ),
    )
    .await;
    let contacts = everybody(&house).await.into_iter().map(|(id, _)| id).collect();

    let stop = Arc::new(AtomicBool::new(false));
    let crowd = tokio::spawn(answer(carrier.control(), PEOPLE, QUESTIONS, Arc::clone(&stop)));
    let watch = tokio::spawn(longest_waits(house.place.store(), Arc::clone(&stop)));
    let entering = tokio::spawn(enter(caller.clone(), workflow, contacts));
    let control = carrier.control();
    let mut chance = Ids::new(Timestamp::now(), 45);
    for kill in 0..KILLS {
        for node in &mut nodes {
            node.before = node.turns().await;
        }
        some_more(&control, &mut chance).await;
        for node in &mut nodes {
            node.taken += node.turns().await - node.before;
        }
        let dies = kill % 2;
        nodes[dies].process.kill();
        some_more(&control, &mut chance).await;
        // The last one stays dead: what it had in hand is the other one's.
        if kill + 1 < KILLS {
            nodes[dies].process = house.serve(dies);
            nodes[dies].caller.ready().await;
        }
    }
    entering.await.unwrap();
    all_are_done(&house, &control, PEOPLE, QUESTIONS).await;
    stop.store(true, Ordering::Relaxed);
    crowd.await.unwrap();
    let waits = watch.await.unwrap();
    for node in &mut nodes {
        node.process.kill();
    }
    let taken: Vec<u64> = nodes.iter().map(|node| node.taken).collect();
    let all: u64 = taken.iter().sum();
    println!("turns while both lived: {taken:?}; the longest waits of what was due: {waits:?}");
    assert!(taken.iter().all(|one| *one > 0 && one * SHARE_MIN >= all), "one does all the work: {taken:?}");
    let late = waits.iter().filter(|(_, wait)| **wait > GOES_ON_WITHIN).collect::<Vec<_>>();
    assert!(late.is_empty(), "what was due has waited too long: {late:?}");
    judge(&house, &carrier, &system).await;
    carrier.stop().await;
}

/// Until the carrier has some more texts, a random number of them.
async fn some_more(control: &Control, chance: &mut Ids) {
    let share = u64::try_from(3 * PEOPLE / (2 * KILLS + 3)).unwrap();
    let goal = control.counters().accepted + chance.next::<uuid::Uuid>().as_u64_pair().1 % share + 1;
    let reached = tokio::time::timeout(PATIENCE, control.until(|counters| counters.accepted >= goal)).await;
    assert!(reached.is_ok(), "it does not go on: {} of {goal} texts", control.counters().accepted);
}

/// Looks again and again at what is due and not done yet, until told to stop. Answers how long the oldest of each kind has waited at
/// the most: what somebody had in hand who died, since they last said that they live. Who waits for
/// their turn with a system, because many ask it, waits for nobody dead.
async fn longest_waits(store: Store, stop: Arc<AtomicBool>) -> BTreeMap<&'static str, SignedDuration> {
    const KINDS: [&str; 6] = ["fact", "entry", "word", "timer", "text", "system"];
    let mut waits = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        let now = Timestamp::now();
        let read = store.system_read(async move |tx| {
            let sql = "SELECT (SELECT MIN(ready_at_us) FROM inbox WHERE ready_at_us <= $1),
                              (SELECT MIN(ready_at_us) FROM entry WHERE ready_at_us <= $1),
                              (SELECT MIN(ready_at_us) FROM enrolment_event WHERE ready_at_us <= $1),
                              (SELECT MIN(due_at_us) FROM enrolment WHERE due_at_us <= $1),
                              (SELECT MIN(ready_at_us) FROM outbox WHERE state = 'waiting' AND ready_at_us <= $1),
                              (SELECT MIN(ready_at_us) - $2 FROM errand
                               WHERE kind = 'act_for_workflow' AND attempt > 0 AND ready_at_us <= $1)";
            let row = tx.one(sql, args![now, i64::try_from(LEASE.as_micros()).unwrap()]).await?;
            (0..KINDS.len()).map(|nth| row.get(nth)).collect::<Result<Vec<Option<Timestamp>>, store::StoreError>>()
        });
        for (kind, oldest) in KINDS.into_iter().zip(read.await.unwrap()) {
            let wait = oldest.map_or(SignedDuration::ZERO, |oldest| now.duration_since(oldest));
            let longest = waits.entry(kind).or_insert(wait);
            *longest = wait.max(*longest);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    waits
}

async fn judge(house: &House, carrier: &Sandbox, system: &System) {
    nobody_heard_it_twice(carrier, 20 * PEOPLE);
    no_turn_is_missing(house).await;
    let kept = Kept::of(house).await;
    assert_eq!(kept.ways.len(), PEOPLE, "everybody is on their way, once");
    let open = kept.all_is_answered(PEOPLE, QUESTIONS, |_| false);
    assert!(open <= KILLS * UNKNOWN_PER_KILL, "{open} stand still");
    let numbers: BTreeMap<String, usize> = (0..PEOPLE).map(|nth| (phone(nth), nth)).collect();
    let mut told = 0;
    for way in &kept.ways {
        let points = &way.state["variables"]["points"];
        let theirs = points_for(numbers[&way.phone] % QUESTIONS[0].of).to_string();
        assert!(points.is_null() || points.as_str() == Some(&theirs), "{} has {points}, not {theirs}", way.phone);
        assert!(way.status != "ended" || !points.is_null(), "{} is done without an answer of the system", way.phone);
        told += usize::from(!points.is_null());
    }
    for (key, times) in saved_at_most(house).await {
        assert_eq!(times, 1, "{key} was saved {times} times on one way");
    }
    // Each asks by one key; only whose asker died is asked for once more, and some did die.
    let asked = system.asked();
    assert_eq!(asked.len(), told, "as many were asked for as were told");
    let again: usize = asked.iter().map(|times| times - 1).sum();
    assert!((1..=KILLS * ASKED_AT_ONCE).contains(&again), "{again} were asked for again");
    let late = latest_timer(house).await;
    assert!(late <= MOMENT + GOES_ON_WITHIN, "a moment of two seconds took {late:?}");
    println!(
        "{KILLS} kills: {PEOPLE} people, {open} of them behind a text that the carrier never answered for; {again} asked for again"
    );
}

/// A node asks so many systems at once.
const ASKED_AT_ONCE: usize = 128;

/// How long it was to a turn that a timer began from the one before it, at the most.
async fn latest_timer(house: &House) -> SignedDuration {
    let store = house.place.store();
    let read = store.system_read(async |tx| {
        let sql = "SELECT MAX(l.at_us - b.at_us) FROM enrolment_log l
                   JOIN enrolment_log b ON b.tenant_id = l.tenant_id AND b.enrolment_id = l.enrolment_id AND b.seq = l.seq - 1
                   WHERE l.event = 'timer'";
        tx.one(sql, args![]).await?.get::<i64>(0)
    });
    SignedDuration::from_micros(read.await.unwrap())
}
