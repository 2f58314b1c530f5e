//! People in the middle of their way, many at once: they stand where the very interpreter would have them stand, and what it would have
//! told of them is there, too.

use std::collections::BTreeMap;

use domain::condition::Subject;
use domain::id::{ContactId, EnrolmentId, Ids, NumberId, TenantId, WorkflowId};
use domain::template::Rendering;
use domain::workflow::funnel::{Count, counts};
use domain::workflow::{Event, Known, Line, Published, Source, State, Waits, advance, revive};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::enrolment::{self, Logged, Way};
use store::{StoreError, TenantTx, args, row, workflow};

use super::Load;
use crate::house::House;
use crate::people::{everybody, phone};

/// So many are placed in one transaction.
const SOME: usize = 2_000;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Somebody's way up to a step.
#[derive(Clone)]
struct Placed {
    state: State,
    turns: Vec<(&'static str, Vec<Line>)>,
    counts: Vec<Count>,
}

/// Everybody is on their way: the lively come to their time one after the other, the first third at once, the last after `spread`.
pub async fn place(house: &House, workflow: &str, number: &str, load: Load, spread: SignedDuration) {
    let (store, begins) = (house.place.store(), Timestamp::now());
    let (id, number): (WorkflowId, NumberId) = (workflow.parse().unwrap(), number.parse().unwrap());
    let read =
        async |tx: &mut store::SystemTx<'_>| tx.one("SELECT tenant_id FROM tenant", args![]).await?.get::<TenantId>(0);
    let tenant: TenantId = store.system_read(read).await.unwrap();
    let published = store
        .read(tenant, async move |tx: &mut TenantTx<'_>| {
            let run = workflow::versions_of(tx, &[(id, 1)]).await?.remove(&(id, 1)).ok_or(StoreError::NoRow)?;
            let ground = workflow::ground(tx, [&run.document]).await?;
            Ok::<_, StoreError>(revive(run.document, &ground))
        })
        .await
        .unwrap();
    let ago = |length: SignedDuration| begins.checked_sub(length).unwrap();
    let lively = placed(&published, "soon", ago(HOUR));
    let early = placed(&published, "pause", ago(DAY * 15));
    let stays = placed(&published, "old", ago(HOUR));
    let still = placed(&published, "pause", ago(DAY));

    let mut contacts = everybody(house).await;
    let known = contacts.len();
    let mut ids = Ids::new(begins, 46);
    contacts.extend((known..load.people).map(|nth| (ids.next::<ContactId>(), phone(nth))));
    for (from, some) in (0_usize..).step_by(SOME).zip(contacts.chunks(SOME)) {
        let mut ways = Vec::with_capacity(SOME);
        for (nth, (contact, phone)) in (from..).zip(some) {
            let mut placed = match nth.checked_sub(load.lively) {
                None => lively.clone(),
                Some(nth) if nth < load.early => early.clone(),
                Some(nth) if nth < load.early + load.stay => stays.clone(),
                Some(_) => still.clone(),
            };
            if nth < load.lively {
                let nth = i32::try_from((3 * nth).saturating_sub(load.lively)).unwrap();
                let later = spread * nth / i32::try_from(2 * load.lively).unwrap();
                let until = begins.checked_add(later).unwrap();
                placed.state.since = until.checked_sub(HOUR).unwrap();
                (placed.state.waits, placed.state.wake_at) = (Some(Waits::Time { until }), Some(until));
            }
            let way: EnrolmentId = ids.next();
            placed.state.enrolment = way;
            ways.push((placed, *contact, phone.clone(), way));
        }
        let new = from.max(known);
        store
            .write(tenant, async move |tx: &mut TenantTx<'_>| {
                // Nobody looks for them by their names, and nobody texts them.
                let sql = "INSERT INTO contact (tenant_id, id, name, company, words, blocked, created_at_us)";
                let made = ways.iter().skip(new - from);
                tx.push_many(sql, made.map(|(_, contact, ..)| row![*contact, "", "", "", false, begins])).await?;
                let (mut rows, mut log, mut sums) = (Vec::new(), Vec::new(), Vec::new());
                for (placed, contact, phone, id_of) in &ways {
                    log.extend((1..).zip(&placed.turns).map(|(seq, (event, lines))| Logged {
                        enrolment: *id_of,
                        seq,
                        event,
                        lines: lines.clone(),
                    }));
                    sums.extend(placed.counts.iter().map(|count| (id, 1, count.clone())));
                    rows.push(Way {
                        id: *id_of,
                        workflow: id,
                        version: 1,
                        contact: *contact,
                        phone: phone.clone(),
                        number,
                        key: id_of.0.simple().to_string(),
                        source: Source::Api,
                        state: placed.state.clone(),
                        by_workflow: false,
                        awaits: None,
                        floor: None,
                    });
                }
                enrolment::begin(tx, begins, &rows.iter().collect::<Vec<_>>()).await?;
                enrolment::write_log(tx, begins, &log).await?;
                enrolment::count(tx, sums).await
            })
            .await
            .unwrap();
    }
}

/// Whoever came to this step then.
fn placed(published: &Published, step: &str, came: Timestamp) -> Placed {
    let (subject, rendering) = (Subject::default(), Rendering::new("en"));
    let known = Known {
        subject: &subject,
        phone: "",
        zone: &TimeZone::UTC,
        month_first: true,
        rendering: &rendering,
        floor: None,
    };
    let entered = came
        .checked_sub(match step {
            "pause" => SignedDuration::ZERO,
            "old" => DAY * 20,
            _ => DAY * 21,
        })
        .unwrap();
    let mut placed =
        Placed { state: State::new(EnrolmentId(uuid::Uuid::nil()), entered), turns: Vec::new(), counts: Vec::new() };
    let (mut now, mut event) = (entered, Event::Entered { variables: BTreeMap::new() });
    loop {
        let turn = advance(published, placed.state.clone(), &event, &known, now);
        placed.counts.extend(counts(&placed.state, &turn.state, &turn.trace, now));
        placed.turns.push((event.name(), turn.trace));
        placed.state = turn.state;
        if placed.state.at.as_deref() == Some(step) {
            assert_eq!(placed.state.since, came, "whoever stands there came then");
            return placed;
        }
        now = placed.state.wake_at.unwrap();
        event = Event::Timer { seq: placed.state.seq };
    }
}
