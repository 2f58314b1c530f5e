//! Whoever is asked answers, with a number that is theirs; and what must be true when all have answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sandbox::{Control, Sandbox};
use serde_json::Value;
use store::{StoreError, args};

use crate::house::{House, NUMBER};
use crate::people::phone;

/// What comes to its time within this is waited for.
const SOON: SignedDuration = SignedDuration::from_secs(60);

/// Something that everybody is asked.
#[derive(Debug)]
pub struct Question {
    pub text: &'static str,
    /// Where the answer is waited for, in whichever version.
    pub waits_at: &'static [&'static str],
    /// Where it is kept.
    pub variable: &'static str,
    /// So many answers there are.
    pub of: usize,
}

impl Question {
    /// What this person answers.
    pub fn answer_of(&self, nth: usize) -> String {
        (nth % self.of).to_string()
    }
}

/// Everybody answers each question that they hear, once, until told to stop.
pub async fn answer(control: Control, people: usize, questions: &'static [Question], stop: Arc<AtomicBool>) {
    let numbers = numbers(people);
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
            let question = questions.iter().find(|question| question.text == text.body);
            let (Some(nth), Some(question)) = (numbers.get(&text.to), question) else { continue };
            control.phone(&text.to).text(NUMBER, question.answer_of(*nth), &[]).unwrap();
        }
        if some.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn numbers(people: usize) -> BTreeMap<String, usize> {
    (0..people).map(|nth| (phone(nth), nth)).collect()
}

/// Waits until everybody has done what they can. The carrier gives up on a text that it cannot tell several times: whoever wrote it to
/// a dead process writes again.
pub async fn all_are_done(house: &House, control: &Control, people: usize, questions: &[Question]) {
    at_rest(house, control).await;
    for _ in 0..5 {
        if answer_again(house, control, people, questions).await == 0 {
            break;
        }
        at_rest(house, control).await;
    }
}

/// Whoever is waited for answers once more. Answers how many these were.
async fn answer_again(house: &House, control: &Control, people: usize, questions: &[Question]) -> usize {
    let numbers = numbers(people);
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
        let question = questions.iter().find(|question| question.waits_at.contains(&step.as_str())).unwrap();
        control.phone(phone).text(NUMBER, question.answer_of(numbers[phone]), &[]).unwrap();
    }
    waited_for.len()
}

/// Waits until nothing goes on any more but what the carrier never answered for. The carrier tells again what a dead process did not
/// take, some time later.
async fn at_rest(house: &House, carrier: &Control) {
    let store = house.place.store();
    let (mut last, mut still) = (-1_i64, 0);
    for _ in 0..6_000 {
        let soon = Timestamp::now().checked_add(SOON).unwrap();
        let turns = store
            .system_read(async move |tx| {
                let sql = "SELECT (SELECT COUNT(*) FROM enrolment_log) + 1000000 * (
                               (SELECT COUNT(*) FROM inbox WHERE tenant_id IS NULL) + (SELECT COUNT(*) FROM enrolment_event)
                             + (SELECT COUNT(*) FROM outbox WHERE state = 'waiting')
                             + (SELECT COUNT(*) FROM errand WHERE kind = 'act_for_workflow')
                             + (SELECT COUNT(*) FROM enrolment WHERE waits = 'time' AND due_at_us <= $1))";
                tx.one(sql, args![soon]).await?.get::<i64>(0)
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

/// Where somebody's way stands.
pub struct Way {
    pub phone: String,
    pub version: i64,
    pub step: Option<String>,
    pub status: String,
    pub state: Value,
}

/// What is kept when all is over.
pub struct Kept {
    pub ways: Vec<Way>,
    /// Phones of those behind a text that the carrier never answered for.
    pub unknown: BTreeSet<String>,
}

impl Kept {
    pub async fn of(house: &House) -> Self {
        let store = house.place.store();
        let read = store.system_read(async |tx| {
            let rows = tx.rows("SELECT phone, version, step_id, status, state FROM enrolment", args![]).await?;
            let way = |row: &store::Row| {
                let state = serde_json::from_str(row.text(4)?).map_err(StoreError::fault)?;
                let (phone, version) = (row.get(0)?, row.get(1)?);
                Ok::<_, StoreError>(Way { phone, version, step: row.get(2)?, status: row.get(3)?, state })
            };
            let ways = rows.iter().map(way).collect::<Result<Vec<_>, StoreError>>()?;
            let sql = "SELECT v.address FROM message m JOIN conversation v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id
                       WHERE m.author = 'workflow' AND m.status IN ('unknown', 'sending')";
            let rows = tx.rows(sql, args![]).await?;
            let unknown = rows.iter().map(|row| row.get(0)).collect::<Result<BTreeSet<String>, StoreError>>()?;
            Ok::<_, StoreError>(Self { ways, unknown })
        });
        read.await.unwrap()
    }

    /// Everybody has answered all, and each answer is theirs; but those behind a text that the carrier never answered for, and those
    /// who are `excused`. Answers how many stand behind such a text.
    pub fn all_is_answered(&self, people: usize, questions: &[Question], excused: impl Fn(&Way) -> bool) -> usize {
        let numbers = numbers(people);
        let mut open = 0;
        for way in &self.ways {
            let Way { phone, status, state, .. } = way;
            if excused(way) {
                continue;
            }
            let nth = numbers[phone];
            for question in questions {
                let (kept, variable, theirs) =
                    (&state["variables"][question.variable], question.variable, question.answer_of(nth));
                assert!(
                    kept.is_null() || kept.as_str() == Some(&theirs),
                    "{phone} answered {theirs}, and {kept} is kept"
                );
                assert!(status != "ended" || !kept.is_null(), "{phone} is done, and {variable} is not kept");
            }
            if status != "ended" {
                assert!(self.unknown.contains(phone), "{phone} stands still although nothing is unknown: {state}");
                open += 1;
            }
        }
        open
    }
}

/// Nobody heard the same twice.
pub fn nobody_heard_it_twice(carrier: &Sandbox, texts_max: usize) {
    let mut reached = BTreeMap::<(String, String), usize>::new();
    for heard in carrier.control().heard(0, texts_max) {
        *reached.entry((heard.to, heard.body)).or_default() += 1;
    }
    let twice: Vec<_> = reached.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "texts that came twice: {twice:?}");
}

/// The turns of every way are numbered without gaps, and the last number is the way's own.
pub async fn no_turn_is_missing(house: &House) {
    let store = house.place.store();
    let read = store.system_read(async |tx| {
        let sql = "SELECT COUNT(*) FROM (
                       SELECT n.id FROM enrolment n
                       LEFT JOIN enrolment_log l ON l.tenant_id = n.tenant_id AND l.enrolment_id = n.id
                       GROUP BY n.tenant_id, n.id, n.seq
                       HAVING COUNT(l.seq) <> n.seq OR COUNT(l.seq) <> MAX(l.seq)) gaps";
        tx.one(sql, args![]).await?.get::<i64>(0)
    });
    assert_eq!(read.await.unwrap(), 0, "a turn is missing");
}

/// How often something was written down on some way, at the most, by where.
pub async fn saved_at_most(house: &House) -> BTreeMap<String, usize> {
    let store = house.place.store();
    let read = store.system_read(async |tx| {
        let rows = tx.rows("SELECT enrolment_id, lines FROM enrolment_log WHERE lines LIKE '%saved%'", args![]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<(uuid::Uuid, String)>, StoreError>>()
    });
    let mut saved = BTreeMap::<(uuid::Uuid, String), usize>::new();
    for (way, lines) in read.await.unwrap() {
        let lines: Vec<Value> = serde_json::from_str(&lines).unwrap();
        for key in lines.iter().filter_map(|line| line["what"]["saved"]["key"].as_str()) {
            *saved.entry((way, key.to_owned())).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((_, key), times) in saved {
        let known = most.entry(key).or_default();
        *known = times.max(*known);
    }
    most
}
