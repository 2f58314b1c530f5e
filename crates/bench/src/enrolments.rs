//! Ways through a workflow that wait for their time: what a million of them take, how soon those are on their way whose time comes
//! at once, and how late the others are that follow.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use domain::condition::Subject;
use domain::id::{ContactId, EnrolmentId, WorkflowId};
use domain::template::Rendering;
use domain::workflow::{Event, Known, Source, State, Waits, advance, revive};
use engine::{Clock as _, SystemClock};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::enrolment::{self, Way};
use store::{StoreError, TenantTx, args, row, workflow};

use crate::Run;
use crate::caller::Caller;
use crate::load::micros_each;
use crate::postgres::Cluster;
use crate::proc::{Process, resident_kib};
use crate::setup::{Desk, Sender};
use crate::table::{Row, Table};

const NUMBER: &str = "+14155550100";
const BENCH: &str = "enrolments";
/// So many are made in one transaction.
const SOME: usize = 2_000;
/// So many have their time in the same second.
const AT_ONCE: usize = 10_000;
/// Those who follow, each second.
const EACH_SECOND: usize = 200;
const SECONDS: usize = 20;
const IDLE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures it.
///
/// # Errors
/// When a server fails, or somebody is forgotten.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    on(table, &run.sqlite(BENCH), "SQLite", run.size(1_000_000, 50_000), (5.0, 3_000.0)).await?;
    let cluster = Cluster::start().await?;
    let database = cluster.database().await?;
    on(table, &database, "PostgreSQL", run.size(1_000_000, 20_000), (8.0, 2_000.0)).await
}

async fn on(table: &mut Table, database: &str, engine: &str, people: usize, (within, turns): (f64, f64)) -> Result<()> {
    let desk = Desk::open(database, &[Sender::unlimited(NUMBER)], None).await?;
    let server = Process::start("serve", database)?;
    let caller = Caller::new(&server, &desk);
    let document = json!({ "name": "Waits", "triggers": ["api"], "entry": { "again": "always" }, "steps": [
        { "id": "first", "delay": { "for": "1d" } },
        { "id": "woke", "update_contact": { "add_tags": ["woke"] } },
        { "id": "second", "delay": { "for": "30d" } },
        { "id": "done", "end": "done" },
    ] });
    let made = caller.post("/workflows", &json!({ "document": document })).await?;
    let id: WorkflowId = made["id"].as_str().context("a workflow")?.parse()?;
    caller.post(&format!("/workflows/{id}/publish"), &json!({})).await?;

    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = resident_kib(server.pid())?;
    let due = SystemClock.now().checked_add(SignedDuration::from_secs(wait_for(people)))?;
    fill(&desk, id, people, due).await?;
    let began = server.cpu()?;
    tokio::time::sleep(IDLE).await;
    let idle = server.cpu()?.saturating_sub(began);
    let waiting = resident_kib(server.pid())?.saturating_sub(before);
    ensure!(SystemClock.now() < due, "it took too long to make them; their time came meanwhile");

    let turned = AT_ONCE + EACH_SECOND * SECONDS;
    let cpu = server.cpu()?;
    let late = lateness(&desk, due, turned).await?;
    let cpu = server.cpu()?.saturating_sub(cpu);
    let grown = resident_kib(server.pid())?.saturating_sub(before).max(waiting);
    let (mut burst, mut rest): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for (at, late) in late {
        if at == due { burst.push(late) } else { rest.push(late) }
    }
    for all in [&mut burst, &mut rest] {
        all.sort_by(f64::total_cmp);
    }
    ensure!(burst.len() == AT_ONCE, "{} of {AT_ONCE} are on their way", burst.len());
    let last = burst.last().copied().unwrap_or_default();
    let p99 = rest.get(rest.len() * 99 / 100).copied().unwrap_or_default();
    let what = |what: &str| format!("{what}, {engine}");
    let note = format!("{people} people who wait");
    table.add(Row::new(BENCH, what("resident memory grew by"), grown as f64 / 1024.0, "MiB").at_most(50.0).note(note));
    let note = format!("{:.0} ms of CPU in {} s", idle.as_secs_f64() * 1e3, IDLE.as_secs());
    table.add(
        Row::new(BENCH, what("CPU while all wait"), idle.as_secs_f64() / IDLE.as_secs_f64() * 100.0, "%").note(note),
    );
    table.add(Row::new(BENCH, what("10,000 of one second on their way"), last, "s").at_most(within));
    table.add(
        Row::new(BENCH, what("turns with all that is kept of them"), AT_ONCE as f64 / last, "turns/s").at_least(turns),
    );
    table.add(Row::new(BENCH, what("the others' lateness, p99"), p99, "s").at_most(1.0));
    table.add(Row::new(BENCH, what("server CPU per turn"), micros_each(cpu, turned), "µs"));
    Ok(())
}

/// So many seconds it takes at most to make so many.
fn wait_for(people: usize) -> i64 {
    30 + i64::try_from(people / 5_000).unwrap_or(i64::MAX)
}

/// Everybody is on their way and waits: the first for the same moment, the next for those that follow it, the others for long.
async fn fill(desk: &Desk, id: WorkflowId, people: usize, due: Timestamp) -> Result<()> {
    let published = desk
        .store
        .read(desk.tenant, async move |tx: &mut TenantTx<'_>| {
            let mut runs = workflow::versions_of(tx, &[(id, 1)]).await?;
            let run = runs.remove(&(id, 1)).ok_or(StoreError::NoRow)?;
            let ground = workflow::ground(tx, [&run.document]).await?;
            Ok::<_, StoreError>(revive(run.document, &ground))
        })
        .await?;
    let (subject, rendering) = (Subject::default(), Rendering::new("en"));
    let number = *desk.numbers.first().context("a number")?;
    let now = SystemClock.now();
    let mut ids = desk.ids.clone();
    for from in (0..people).step_by(SOME) {
        let mut some = Vec::with_capacity(SOME);
        for nth in from..(from + SOME).min(people) {
            let (contact, way): (ContactId, EnrolmentId) = (ids.next(), ids.next());
            let phone = format!("+1{:03}{:07}", 200 + nth / 10_000_000, nth % 10_000_000);
            let known = Known {
                subject: &subject,
                phone: &phone,
                zone: &TimeZone::UTC,
                month_first: true,
                rendering: &rendering,
                floor: None,
            };
            let mut state =
                advance(&published, State::new(way, now), &Event::Entered { variables: BTreeMap::new() }, &known, now)
                    .state;
            let until = match nth {
                _ if nth < AT_ONCE => due,
                _ if nth < AT_ONCE + EACH_SECOND * SECONDS => {
                    let millis = (nth - AT_ONCE) * 1_000 / EACH_SECOND;
                    due.checked_add(SignedDuration::from_millis(5_000 + i64::try_from(millis)?))?
                }
                _ => due.checked_add(SignedDuration::from_hours(24))?,
            };
            (state.waits, state.wake_at) = (Some(Waits::Time { until }), Some(until));
            some.push((
                contact,
                Way {
                    id: way,
                    workflow: id,
                    version: 1,
                    contact,
                    phone,
                    number,
                    key: way.0.simple().to_string(),
                    source: Source::Api,
                    state,
                    by_workflow: false,
                    awaits: None,
                    floor: None,
                },
            ));
        }
        desk.store
            .write(desk.tenant, async move |tx: &mut TenantTx<'_>| {
                // Nobody looks for them by their names.
                let sql = "INSERT INTO contact (tenant_id, id, name, company, words, blocked, created_at_us)";
                let people = some.iter().map(|(id, _)| row![*id, "", "", "", false, now]);
                tx.push_many(sql, people).await?;
                let ways: Vec<&Way> = some.iter().map(|(_, way)| way).collect();
                enrolment::begin(tx, now, &ways).await
            })
            .await?;
    }
    Ok(())
}

/// When the turns of these were due, and how late they were taken, in seconds.
async fn lateness(desk: &Desk, due: Timestamp, turned: usize) -> Result<Vec<(Timestamp, f64)>> {
    let began = std::time::Instant::now();
    loop {
        let sql = "SELECT COUNT(*) FROM enrolment_log WHERE tenant_id = $1";
        let taken = desk.store.read(desk.tenant, async move |tx| tx.one(sql, args![]).await?.get::<i64>(0)).await?;
        if usize::try_from(taken)? >= turned {
            break;
        }
        let left = due.duration_since(SystemClock.now());
        ensure!(
            left.is_positive() || began.elapsed() < PATIENCE + Duration::from_secs(300),
            "{taken} of {turned} turns"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let sql = "SELECT n.id, l.at_us, n.entry_key FROM enrolment_log l
               JOIN enrolment n ON n.tenant_id = l.tenant_id AND n.id = l.enrolment_id WHERE l.tenant_id = $1 ORDER BY n.id";
    let taken = desk
        .store
        .read(desk.tenant, async move |tx| {
            let rows = tx.rows(sql, args![]).await?;
            rows.iter().map(|row| row.get::<Timestamp>(1)).collect::<Result<Vec<_>, StoreError>>()
        })
        .await?;
    // They were made in the order of their ids.
    let told = taken.iter().enumerate().map(|(nth, at)| {
        let was_due = if nth < AT_ONCE {
            due
        } else {
            let millis = (nth - AT_ONCE) * 1_000 / EACH_SECOND;
            due.checked_add(SignedDuration::from_millis(5_000 + i64::try_from(millis).unwrap_or(0))).unwrap_or(due)
        };
        (was_due, at.duration_since(was_due).as_secs_f64())
    });
    Ok(told.collect())
}
