//! Killed at every step of one text's life: before each commit and after it, on the way to the carrier and back. What was
//! answered 200 is there once, what was asked for is sent once, and what nobody can know says so.

use jiff::SignedDuration;
use sandbox::Faults;
use serde_json::{Value, json};
use store::dialect::Engine;
use store::testing::{Death, Place};
use store::{StoreError, args};
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const QUESTION: &str = "what are your opening hours?";
const HOURS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday. On Mondays we are closed.";
/// Longer than the carrier's word on a lost text is waited for.
const EVERYTHING_IS_SETTLED: SignedDuration = SignedDuration::from_mins(20);
/// More steps than any life has.
const STEPS_MAX: u32 = 60;

/// A life in the middle of which the process dies.
trait Life {
    /// What there is before.
    async fn begin(&self, town: &mut Town, phone: &str) -> Stage;
    /// What the carrier does meanwhile. It does not tell a repeated request by its key: what is sent twice is there twice.
    fn faults(&self) -> Faults {
        Faults { ignore_idempotency_key: true, ..Faults::default() }
    }
    /// What happens until it dies.
    async fn go_on(&self, town: &Town, stage: &Stage);
    /// What whoever waited for an answer does when there is a server again.
    async fn ask_again(&self, _: &Stage) {}
    /// What must be true at last.
    async fn judge(&self, town: &Town, stage: &Stage);
    /// Whether all goes on as usual.
    async fn afterwards(&self, town: &Town, stage: &Stage);
}

struct Stage {
    acme: Desk,
    phone: String,
    /// The conversation that was there before.
    conversation: String,
    /// A text that waits.
    waiting: String,
}

/// Kills it before and after the commit of each step, until it lives to the end; answers how many steps that took.
async fn at_every_step(place: &Place, life: &impl Life) -> u32 {
    let mut town = Town::mortal(place).await;
    let mut lives = 0;
    for step in 1..STEPS_MAX {
        let mut died = false;
        for death in [Death::BeforeCommit, Death::AfterCommit] {
            println!("step {step}, {death:?}");
            let phone = format!("+1{}555{:04}", 212 + lives / 100, 100 + lives % 100);
            lives += 1;
            let mut stage = life.begin(&mut town, &phone).await;
            town.settle().await;
            town.faults(life.faults());
            town.dies_at(step, death);
            life.go_on(&town, &stage).await;
            died |= town.is_dead();
            town = town.dies_and_rises().await;
            stage.acme = stage.acme.again(&town);
            life.ask_again(&stage).await;
            comes_to_rest(&town).await;
            life.judge(&town, &stage).await;
            nothing_is_missing(&town, &stage).await;
            town.faults(Faults::default());
            life.afterwards(&town, &stage).await;
            comes_to_rest(&town).await;
        }
        if !died {
            println!("{} steps", step - 1);
            return step - 1;
        }
    }
    panic!("it dies for ever");
}

async fn comes_to_rest(town: &Town) {
    town.recovers().await;
    town.passes(EVERYTHING_IS_SETTLED).await;
}

/// One contact, one conversation, a log without a gap, and nothing that waits.
async fn nothing_is_missing(town: &Town, stage: &Stage) {
    let contacts = stage.acme.get("/contacts").await;
    assert_eq!(contacts.is(200)["data"].as_array().unwrap().len(), 1, "{}", contacts.body);
    let _ = stage.acme.conversation().await;
    let tenant = stage.acme.tenant;
    let (numbers, head) = town
        .engine
        .store()
        .read(tenant, async |tx| {
            let rows = tx.rows("SELECT seq FROM event WHERE tenant_id = $1 ORDER BY seq", args![]).await?;
            let numbers = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<i64>, _>>()?;
            let head = tx.one("SELECT seq FROM event_head WHERE tenant_id = $1", args![]).await?.get::<i64>(0)?;
            Ok::<_, StoreError>((numbers, head))
        })
        .await
        .unwrap();
    assert_eq!(numbers, (1..=head).collect::<Vec<_>>(), "the log has no gap and ends at its head");
    assert_eq!(town.left().await, 0, "nothing waits");
}

/// How often a phone has received something.
fn reached(town: &Town, phone: &str, body: &str) -> usize {
    town.heard(phone).iter().filter(|heard| *heard == body).count()
}

/// A text of ours reached the phone once, or is `unknown` and says so. `told`: the carrier's word on it gets through, so
/// that what is unknown did not reach it.
async fn sent_once_or_unknown(town: &Town, stage: &Stage, id: &str, told: bool) {
    let message = stage.acme.get(&format!("/messages/{id}")).await;
    let message = message.is(200).clone();
    let times = reached(town, &stage.phone, message["body"].as_str().unwrap());
    match message["status"].as_str().unwrap() {
        "delivered" => assert_eq!(times, 1, "{message}"),
        "unknown" => {
            assert!(times <= usize::from(!told), "it reached the phone {times} times: {message}");
            assert_eq!(message["error"]["code"], "outcome_unknown", "{message}");
            let receipt = stage.acme.get(&format!("/messages/{id}/receipt")).await;
            let last = receipt.is(200)["lines"].as_array().unwrap().last().unwrap().clone();
            assert_eq!(last["kind"], "settled", "{last}");
        }
        _ => panic!("neither delivered nor unknown: {message}"),
    }
}

/// The messages of the conversation, oldest first.
async fn messages(stage: &Stage) -> Vec<Value> {
    let id = text(&stage.acme.conversation().await["id"]);
    let page = stage.acme.get(&format!("/conversations/{id}/messages?limit=100")).await;
    let mut messages = page.is(200)["data"].as_array().unwrap().clone();
    messages.reverse();
    messages
}

fn said(messages: &[Value], direction: &str, body: &str) -> Vec<String> {
    let same = |message: &&Value| message["direction"] == direction && message["body"] == body;
    messages.iter().filter(same).map(|message| text(&message["id"])).collect()
}

/// A text comes in, an assistant answers, its answer is delivered.
struct Answered;

impl Life for Answered {
    async fn begin(&self, town: &mut Town, phone: &str) -> Stage {
        let acme = town.desk("Acme").await;
        let assistant = acme.assistant("auto", HOURS).await;
        let quick = acme.patch(&format!("/assistants/{assistant}"), json!({ "quiet_window_ms": 50 })).await;
        let _ = quick.is(200);
        Stage { acme, phone: phone.into(), conversation: String::new(), waiting: String::new() }
    }

    async fn go_on(&self, town: &Town, stage: &Stage) {
        town.text(&stage.phone, &stage.acme, QUESTION);
        town.passes(SignedDuration::from_secs(1)).await;
    }

    async fn judge(&self, town: &Town, stage: &Stage) {
        let messages = messages(stage).await;
        assert_eq!(messages.len(), 2, "the question and its answer: {messages:?}");
        assert_eq!(said(&messages, "in", QUESTION).len(), 1, "{messages:?}");
        assert_eq!(messages[1]["author"]["kind"], "assistant", "{messages:?}");
        sent_once_or_unknown(town, stage, &text(&messages[1]["id"]), true).await;
    }

    async fn afterwards(&self, town: &Town, stage: &Stage) {
        let before = town.heard(&stage.phone).len();
        town.text(&stage.phone, &stage.acme, "And on Mondays, are you open?");
        town.passes(SignedDuration::from_secs(1)).await;
        assert_eq!(town.heard(&stage.phone).len(), before + 1, "{:?}", town.heard(&stage.phone));
    }
}

/// A person replies through the API, under a key, and asks again whenever no answer comes.
struct Replied {
    /// What the carrier does until the town has come to rest for the first time.
    faults: Faults,
}

impl Replied {
    async fn ask(stage: &Stage) -> Answer {
        let path = format!("/conversations/{}/messages", stage.conversation);
        let key = [("idempotency-key", "the-reply")];
        stage.acme.call(providers::http::Method::POST, &path, Some(json!({ "body": "At seven." })), &key).await
    }
}

impl Life for Replied {
    fn faults(&self) -> Faults {
        Faults { ignore_idempotency_key: true, ..self.faults.clone() }
    }

    async fn begin(&self, town: &mut Town, phone: &str) -> Stage {
        let acme = town.desk("Acme").await;
        town.texts(phone, &acme, QUESTION).await;
        let conversation = text(&acme.conversation().await["id"]);
        Stage { acme, phone: phone.into(), conversation, waiting: String::new() }
    }

    async fn go_on(&self, town: &Town, stage: &Stage) {
        let answer = Self::ask(stage).await;
        assert!(answer.status == 202 || (town.is_dead() && answer.status >= 500), "{answer:?}");
        town.settle().await;
        town.faults(Faults { ignore_idempotency_key: true, ..Faults::default() });
        town.passes(SignedDuration::from_secs(2)).await;
    }

    async fn ask_again(&self, stage: &Stage) {
        let first = Self::ask(stage).await;
        let second = Self::ask(stage).await;
        assert_eq!(first.is(202)["message"]["id"], second.is(202)["message"]["id"], "it is one message");
    }

    async fn judge(&self, town: &Town, stage: &Stage) {
        let messages = messages(stage).await;
        assert_eq!(messages.len(), 2, "the question and its answer: {messages:?}");
        let replies = said(&messages, "out", "At seven.");
        assert_eq!(replies.len(), 1, "{messages:?}");
        sent_once_or_unknown(town, stage, &replies[0], true).await;
    }

    async fn afterwards(&self, town: &Town, stage: &Stage) {
        let path = format!("/conversations/{}/messages", stage.conversation);
        let _ = stage.acme.post(&path, json!({ "body": "Or at eight." })).await.is(202);
        town.settle().await;
        assert_eq!(reached(town, &stage.phone, "Or at eight."), 1);
    }
}

/// They have had enough, in a word that the carrier does not know, while a text waits for its hour.
struct OptedOut;

impl Life for OptedOut {
    async fn begin(&self, town: &mut Town, phone: &str) -> Stage {
        let acme = town.desk("Acme").await;
        town.texts(phone, &acme, QUESTION).await;
        let conversation = text(&acme.conversation().await["id"]);
        let at = town.clock.now().checked_add(SignedDuration::from_mins(10)).unwrap().to_string();
        let reminder = json!({ "body": "Reminder", "scheduled_at": at });
        let scheduled = acme.post(&format!("/conversations/{conversation}/messages"), reminder).await;
        let waiting = text(&scheduled.is(202)["message"]["id"]);
        Stage { acme, phone: phone.into(), conversation, waiting }
    }

    async fn go_on(&self, town: &Town, stage: &Stage) {
        town.text(&stage.phone, &stage.acme, "opt out");
        town.passes(SignedDuration::from_secs(1)).await;
    }

    async fn judge(&self, town: &Town, stage: &Stage) {
        let conversation = stage.acme.conversation().await;
        assert!(conversation["contact"]["opted_out_at"].is_string(), "{conversation}");
        let scheduled = stage.acme.get(&format!("/messages/{}", stage.waiting)).await;
        assert_eq!(scheduled.is(200)["status"], "cancelled");
        assert_eq!(reached(town, &stage.phone, "Reminder"), 0, "STOP wins");
        let messages = messages(stage).await;
        assert_eq!(said(&messages, "in", "opt out").len(), 1, "{messages:?}");
        let confirmations: Vec<&Value> =
            messages.iter().filter(|message| message["author"]["kind"] == "system").collect();
        assert_eq!(confirmations.len(), 1, "{messages:?}");
        sent_once_or_unknown(town, stage, &text(&confirmations[0]["id"]), true).await;
        let contact = text(&conversation["contact"]["id"]);
        let ledger = stage.acme.get(&format!("/contacts/{contact}/consents")).await;
        assert_eq!(ledger.is(200)["data"].as_array().unwrap().len(), 1, "{}", ledger.body);
    }

    async fn afterwards(&self, town: &Town, stage: &Stage) {
        let path = format!("/conversations/{}/messages", stage.conversation);
        let refused = stage.acme.post(&path, json!({ "body": "But wait" })).await;
        assert_eq!(refused.problem(422), "contact_opted_out");
        town.texts(&stage.phone, &stage.acme, "START").await;
        let _ = stage.acme.post(&path, json!({ "body": "Hello again" })).await.is(202);
        town.settle().await;
        assert_eq!(reached(town, &stage.phone, "Hello again"), 1);
    }
}

fn faults(plan: Value) -> Faults {
    serde_json::from_value(plan).unwrap()
}

/// Kills the process when the carrier has taken the text and the answer to that is still on its way.
async fn on_the_way(place: &Place, plan: Value, told: bool) {
    let mut town = Town::mortal(place).await;
    let life = Replied { faults: faults(plan) };
    let mut stage = life.begin(&mut town, "+12125550100").await;
    town.faults(life.faults());
    let asked = Replied::ask(&stage).await;
    let id = text(&asked.is(202)["message"]["id"]);
    let taken = town.sandbox.control();
    taken.until(|_| reached(&town, &stage.phone, "At seven.") == 1).await;
    let status = stage.acme.get(&format!("/messages/{id}")).await;
    assert_ne!(status.is(200)["status"], "queued", "it is marked before it goes");
    town = town.dies_and_rises().await;
    stage.acme = stage.acme.again(&town);
    life.ask_again(&stage).await;
    comes_to_rest(&town).await;
    assert_eq!(reached(&town, &stage.phone, "At seven."), 1, "it is not sent again");
    sent_once_or_unknown(&town, &stage, &id, told).await;
    let status = stage.acme.get(&format!("/messages/{id}")).await;
    assert_eq!(status.is(200)["status"], if told { "delivered" } else { "unknown" });
    nothing_is_missing(&town, &stage).await;
    town.faults(Faults::default());
    life.afterwards(&town, &stage).await;
}

store::on_both_engines! {
    async fn a_text_is_answered_once(store, place) {
        drop(store);
        // Kept; its turn; the silence; the errand taken, answered and dropped; marked; sent; a receipt kept, and its turn.
        assert!(at_every_step(place, &Answered).await >= 10);
    }

    async fn an_answer_that_a_dead_process_was_at_does_not_wait_for_its_lease(store, place) {
        let mut town = Town::mortal(place).await;
        let phone = "+12125550100";
        let stage = Answered.begin(&mut town, phone).await;
        town.settle().await;
        // Kept; its turn; the silence; the errand taken.
        town.dies_at(4, Death::AfterCommit);
        Answered.go_on(&town, &stage).await;
        let taken = "SELECT COUNT(*) FROM errand WHERE attempt = 1";
        let taken = store.system_read(async |tx| tx.one(taken, args![]).await?.get::<i64>(0)).await;
        assert_eq!(taken.unwrap(), 1, "it died with the errand in its hands");
        let died = town.clock.now();
        let town = town.dies_and_rises().await;
        town.passes(SignedDuration::from_secs(1)).await;
        // Moments pass until it is taken over, and would pass until its lease ends.
        assert!(town.clock.now().duration_since(died) < SignedDuration::from_mins(2));
        // On PostgreSQL another node may be at it still.
        let at_once = usize::from(store.engine() == Engine::Sqlite);
        assert_eq!(town.heard(phone).len(), at_once);
        town.recovers().await;
        assert_eq!(town.heard(phone).len(), 1);
    }

    async fn a_reply_is_sent_once(store, place) {
        drop(store);
        // Asked for; marked; sent; a receipt kept, and its turn.
        assert!(at_every_step(place, &Replied { faults: Faults::default() }).await >= 5);
    }

    async fn a_reply_whose_answer_is_lost_is_sent_once(store, place) {
        drop(store);
        assert!(at_every_step(place, &Replied { faults: faults(json!({ "answer_lost": 1.0 })) }).await >= 5);
    }

    async fn a_reply_whose_receipts_overtake_the_answer_is_sent_once(store, place) {
        drop(store);
        assert!(at_every_step(place, &Replied { faults: faults(json!({ "receipt_before_answer": 1.0 })) }).await >= 5);
    }

    async fn a_reply_that_the_carrier_has_no_time_for_is_sent_once(store, place) {
        drop(store);
        // Asked for; marked; its bytes kept; told to wait; marked again; sent; a receipt kept, and its turn.
        let busy = faults(json!({ "rate_limit_burst": { "probability": 1.0, "length": 1, "retry_after_s": 1 } }));
        assert!(at_every_step(place, &Replied { faults: busy }).await >= 8);
    }

    async fn a_reply_that_the_carrier_never_read_stays_unknown(store, place) {
        drop(store);
        // Asked for; marked; lost.
        assert!(at_every_step(place, &Replied { faults: faults(json!({ "closed_unread": 1.0 })) }).await >= 3);
    }

    async fn stop_wins(store, place) {
        drop(store);
        // Kept; its turn; the confirmation marked; sent; a receipt kept, and its turn.
        assert!(at_every_step(place, &OptedOut).await >= 6);
    }

    async fn an_answer_that_nobody_waits_for_any_more_is_told_by_the_receipt(store, place) {
        drop(store);
        on_the_way(place, json!({ "answer_delay": { "min_ms": 3_600_000, "max_ms": 3_600_000 } }), true).await;
    }

    async fn an_answer_that_nobody_waits_for_any_more_leaves_it_unknown(store, place) {
        drop(store);
        let silent = json!({
            "answer_delay": { "min_ms": 3_600_000, "max_ms": 3_600_000 }, "webhooks": { "dropped": 1.0 },
        });
        on_the_way(place, silent, false).await;
    }
}
