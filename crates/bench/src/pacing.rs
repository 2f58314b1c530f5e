//! Whether each number keeps its rate: never above it in any second, and nearly all of it used. As the carrier sees it.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use domain::contact::Contact;
use domain::conversation::{Conversation, Holder, Status as Standing, lane};
use domain::decision::{Change, Decision, Effect, Priority, SendText};
use domain::id::{CarrierAccountId, Ids, NumberId};
use domain::message::{Author, Direction, Message, Status};
use domain::segment::Encoding;
use engine::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};
use sandbox::SandboxConfig;
use store::StoreError;
use store::remember::remember;

use crate::Run;
use crate::load::micros_each;
use crate::proc::Process;
use crate::setup::{Carrier, Desk, Sender, phone};
use crate::table::{Row, Table};

const BENCH: &str = "pacing";
const NUMBERS: u32 = 200;
const SLOWEST: f64 = 0.1;
const QUICKEST: f64 = 50.0;
const SECOND: SignedDuration = SignedDuration::from_secs(1);
/// So many texts are queued in one transaction.
const BATCH: usize = 1_000;

/// Measures it.
///
/// # Errors
/// When the server fails.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let seconds = run.size(60, 10);
    let database = run.sqlite(BENCH);
    let senders = senders();
    let carrier = Carrier::start(SandboxConfig::default(), &senders).await?;
    let mut desk = Desk::open(&database, &senders, Some(&carrier)).await?;
    for (nth, sender) in senders.iter().enumerate() {
        queue(&mut desk, nth, sender, seconds).await?;
    }
    let server = Process::start("serve", &database)?;
    carrier.sandbox.until(|_| carrier.sandbox.last_seq() > 0).await;
    let before = server.cpu()?;
    tokio::time::sleep(Duration::from_secs(seconds) + Duration::from_millis(500)).await;
    let cpu = server.cpu()?.saturating_sub(before);

    let mut arrivals: HashMap<String, Vec<Timestamp>> = HashMap::new();
    for text in carrier.sandbox.heard(0, usize::MAX) {
        arrivals.entry(text.from).or_default().push(text.at);
    }
    let began = arrivals.values().flatten().min().copied().context("nothing was sent")?;
    let end = began.checked_add(SignedDuration::from_secs(i64::try_from(seconds)?))?;
    let seen: Vec<Seen> = senders
        .iter()
        .map(|sender| {
            let at = arrivals.get(&sender.address).map_or(&[][..], Vec::as_slice);
            Seen::of(sender, at.iter().copied().filter(|at| *at <= end).collect())
        })
        .collect();
    tell(table, &seen, seconds, cpu);
    Ok(())
}

/// What the carrier saw of a number.
#[derive(Debug)]
struct Seen {
    limit: f64,
    texts: usize,
    /// In the busiest second.
    most: usize,
    /// From its first text to its last, in texts per second; `None`: too few to tell.
    pace: Option<f64>,
}

impl Seen {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn of(sender: &Sender, mut at: Vec<Timestamp>) -> Self {
        at.sort();
        let within = |first: usize| at[first..].iter().take_while(|one| one.duration_since(at[first]) < SECOND).count();
        let span = at.first().zip(at.last()).map(|(first, last)| last.duration_since(*first).as_secs_f64());
        Self {
            limit: limit(sender),
            texts: at.len(),
            most: (0..at.len()).map(within).max().unwrap_or(0),
            pace: span.filter(|span| *span > 0.0).map(|span| (at.len() - 1) as f64 / span),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn over(&self) -> f64 {
        self.most as f64 - self.limit
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn tell(table: &mut Table, seen: &[Seen], seconds: u64, cpu: Duration) {
    let texts: usize = seen.iter().map(|one| one.texts).sum();
    let limits: f64 = seen.iter().map(|one| one.limit).sum();
    let over = seen.iter().map(Seen::over).fold(f64::MIN, f64::max);
    let beyond = |bar: fn(f64) -> f64| seen.iter().filter(|one| one.most as f64 > bar(one.limit)).count();
    let note = format!(
        "of {NUMBERS} numbers, above their limit + 1: {}, above the next whole number + 1: {}",
        beyond(|limit| limit + 1.0),
        beyond(|limit| limit.ceil() + 1.0)
    );
    table.add(Row::new(BENCH, "most in any second, above the limit", over, "texts").at_most(1.0).note(note));
    // A number's first text goes at once: it belongs to the second before.
    let shares = |one: &Seen| one.pace.map(|pace| (one.limit, pace / one.limit));
    let worst = seen.iter().filter_map(shares).min_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or_default();
    let sum: f64 = seen.iter().filter_map(|one| one.pace).sum();
    let told: f64 = seen.iter().filter(|one| one.pace.is_some()).map(|one| one.limit).sum();
    let note = format!(
        "{texts} texts in {seconds} s of {:.0} allowed; the worst number ({:.2}/s) {:.1} %; server {:.0} µs CPU per text, its receipts included",
        limits * seconds as f64,
        worst.0,
        worst.1 * 100.0,
        micros_each(cpu, texts),
    );
    table.add(Row::new(BENCH, "share of the limits that was used", sum / told * 100.0, "%").at_least(98.0).note(note));
    let reached = texts as f64 / (limits * seconds as f64) * 100.0;
    table.add(Row::new(BENCH, "texts that arrived, of those allowed", reached, "%").at_least(98.0));
}

/// Numbers with limits from the slowest to the quickest, each the same factor above the one before.
fn senders() -> Vec<Sender> {
    (0..NUMBERS)
        .map(|nth| {
            let rate = SLOWEST * (QUICKEST / SLOWEST).powf(f64::from(nth) / f64::from(NUMBERS - 1));
            #[expect(clippy::cast_possible_truncation, reason = "at most 50,000")]
            let rate_millis = (rate * 1e3).round() as i64;
            Sender { address: format!("+1415555{:04}", 1_000 + nth), rate_millis }
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "at most 50,000")]
fn limit(sender: &Sender) -> f64 {
    sender.rate_millis as f64 / 1e3
}

/// Queues more texts than the number may send in this time, all due.
async fn queue(desk: &mut Desk, nth: usize, sender: &Sender, seconds: u64) -> Result<()> {
    let now = SystemClock.now();
    let (number, account, mut ids) = (*desk.numbers.get(nth).context("a number")?, desk.account, desk.ids.clone());
    let (conversation, first) = thread(&mut ids, now, account, number, &sender.address, &phone(nth));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "some thousand"
    )]
    let count = (limit(sender) * seconds as f64 * 1.25) as usize + 20;
    let mut decisions = vec![first];
    let mut decision = Decision::default();
    for nth in 0..count {
        text(&mut ids, now, &conversation, &mut decision);
        if nth % BATCH == BATCH - 1 {
            decisions.push(std::mem::take(&mut decision));
        }
    }
    decisions.push(decision);
    desk.ids = ids;
    for decision in decisions {
        // A second set of ids for what the store numbers by itself; nothing here makes it do so.
        let (ids, decision) = (desk.ids.clone(), [decision]);
        desk.store
            .write(desk.tenant, async move |tx| {
                remember(tx, now, &mut ids.clone(), &decision).await?;
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    Ok(())
}

fn thread(
    ids: &mut Ids,
    now: Timestamp,
    account: CarrierAccountId,
    number: NumberId,
    ours: &str,
    theirs: &str,
) -> (Conversation, Decision) {
    let contact = Contact {
        id: ids.next(),
        name: String::new(),
        company: String::new(),
        time_zone: None,
        quiet_hours: None,
        blocked: false,
        opted_out_at: None,
        started_at: None,
    };
    let conversation = Conversation {
        id: ids.next(),
        contact: contact.id,
        number,
        address: theirs.to_owned(),
        lane: lane(account.0, ours, theirs),
        previous: None,
        status: Standing::Open,
        snoozed_until: None,
        holder: Holder::Agents,
        mode: None,
        team: None,
        assignee: None,
        guide: String::new(),
        version: 1,
        inbound_count: 0,
        waiting_since: None,
        last_inbound_at: None,
        last_message_at: now,
        last_direction: None,
        preview: String::new(),
        send_failed: false,
        created_at: now,
        has_unsent: false,
        answering: false,
        resolved_at: None,
    };
    let mut decision = Decision::default();
    decision.change(Change::ContactAdded { contact, phone: theirs.to_owned() });
    decision.change(Change::ConversationOpened(Box::new(conversation.clone())));
    (conversation, decision)
}

fn text(ids: &mut Ids, now: Timestamp, conversation: &Conversation, decision: &mut Decision) {
    let message = Message {
        id: ids.next(),
        conversation: conversation.id,
        contact: conversation.contact,
        direction: Direction::Out,
        author: Author::Api,
        body: "Your order is ready. See you soon!".into(),
        media: Vec::new(),
        sources: Vec::new(),
        encoding: Encoding::Gsm7,
        segments: 1,
        status: Status::Queued,
        failure: None,
        carrier_ref: None,
        not_before: None,
        stop_if_reply: false,
        draft: None,
        answers: true,
        assistant_version: None,
        created_at: now,
    };
    decision.effect(Effect::SendText(SendText {
        message: message.id,
        number: conversation.number,
        lane: conversation.lane,
        priority: Priority::Bulk,
        segments: 1,
        ready_at: now,
        purpose: None,
        before: None,
    }));
    decision.change(Change::MessageAdded(Box::new(message)));
}
