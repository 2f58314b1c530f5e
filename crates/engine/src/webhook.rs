//! Tells the tenant's own endpoints of its events (Standard Webhooks): each event becomes one delivery per endpoint,
//! tried again with growing pauses for a day.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::id::{Ids, WebhookId};
use jiff::{SignedDuration, Timestamp};
use providers::http::{Method, Request, Response, Secret};
use providers::standard_webhooks::SigningKey;
use store::queue::{self, Behind, Telling, Told};
use store::{StoreError, SystemTx, event};
use tokio::task::{self, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::net::NetError;
use crate::world::World;

/// How long a lost wake-up can delay a telling.
const POLL: SignedDuration = SignedDuration::from_secs(1);
/// Longer than any try may take.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// An endpoint has this long to answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Of an answer so much is read, and thrown away.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// So many events become deliveries in one transaction.
const EVENTS: u32 = 100;
/// So many calls run at once.
const AT_ONCE: usize = 32;
/// So many of them go to one endpoint, and only one while fewer than half are free: whoever does not answer keeps a call for
/// as long as it may take.
const SHARE: usize = 4;
/// The pauses between tries, in seconds; about a day in all.
const PAUSES: [i64; 9] = [5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200];

/// The place that an endpoint's secret is sealed for.
#[must_use]
pub fn secret_context(id: WebhookId) -> String {
    format!("webhook/{}/secret", id.0)
}

/// Tells until it is time to stop; then waits for the calls that run.
pub(crate) async fn tell(world: Arc<World>, stop: CancellationToken) {
    let mut calls = Calls::default();
    let mut next = None;
    loop {
        let goes_on = tokio::select! {
            goes_on = world.webhooks.wait(&*world.clock, next, POLL, &stop) => goes_on,
            true = calls.one_ended(), if calls.are_in_the_way() => true,
        };
        if !goes_on {
            break;
        }
        next = match pass(&world, &mut calls, &stop).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "webhooks cannot be told at the moment");
                None
            }
        };
    }
    while calls.one_ended().await {}
}

/// The calls that run, and which endpoint each goes to.
#[derive(Default)]
struct Calls {
    running: JoinSet<()>,
    endpoints: HashMap<task::Id, WebhookId>,
}

impl Calls {
    fn start(&mut self, world: &Arc<World>, telling: Telling) {
        let webhook = telling.webhook;
        let started = self.running.spawn(call(Arc::clone(world), telling));
        self.endpoints.insert(started.id(), webhook);
    }

    /// Waits until one ends. False: none runs.
    async fn one_ended(&mut self) -> bool {
        let ended = self.running.join_next_with_id().await;
        self.forget(ended)
    }

    fn forget_ended(&mut self) {
        loop {
            let ended = self.running.try_join_next_with_id();
            if !self.forget(ended) {
                return;
            }
        }
    }

    fn forget(&mut self, ended: Option<Result<(task::Id, ()), JoinError>>) -> bool {
        let Some(ended) = ended else { return false };
        self.endpoints.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
        true
    }

    fn room(&self) -> usize {
        AT_ONCE.saturating_sub(self.endpoints.len())
    }

    /// The endpoints that have their share.
    fn passed_over(&self) -> Vec<WebhookId> {
        let share = if self.room() < AT_ONCE / 2 { 1 } else { SHARE };
        let mut running: HashMap<WebhookId, usize> = HashMap::new();
        for webhook in self.endpoints.values() {
            *running.entry(*webhook).or_default() += 1;
        }
        running.into_iter().filter(|(_, running)| *running >= share).map(|(webhook, _)| webhook).collect()
    }

    /// Whether something may wait for one of them to end.
    fn are_in_the_way(&self) -> bool {
        self.room() == 0 || !self.passed_over().is_empty()
    }
}

/// Makes deliveries and starts calls in turns, until neither is possible: one endpoint's long line is no reason for another's
/// events not to become deliveries. Says when there is more to do.
async fn pass(
    world: &Arc<World>,
    calls: &mut Calls,
    stop: &CancellationToken,
) -> Result<Option<Timestamp>, StoreError> {
    loop {
        calls.forget_ended();
        let room = u32::try_from(calls.room()).unwrap_or(0);
        let passed_over = calls.passed_over();
        let others = passed_over.clone();
        let waiting = async move |tx: &mut SystemTx<'_>| {
            Ok::<_, StoreError>((queue::behind(tx, EVENTS).await?, queue::next_telling(tx, &others).await?))
        };
        let (behind, next) = world.store.system_read(waiting).await?;
        // Without room nothing is due: a call that ends comes first.
        let next = next.filter(|_| room > 0);
        if stop.is_cancelled() {
            return Ok(next);
        }
        let mut moved = false;
        for behind in behind {
            let webhook = behind.webhook;
            match catch_up(world, behind).await {
                Ok(some) => moved |= some,
                // One tenant's trouble is not the others'.
                Err(error) => tracing::warn!(%error, %webhook, "an endpoint could not be brought up to date"),
            }
        }
        let now = world.now();
        if next.is_some_and(|next| next <= now) {
            let claim =
                async move |tx: &mut SystemTx<'_>| queue::claim_tellings(tx, now, LEASE, &passed_over, room).await;
            for telling in world.store.system_write(claim).await? {
                calls.start(world, telling);
                moved = true;
            }
        }
        if !moved {
            return Ok(next);
        }
    }
}

/// Makes deliveries of the next events. False: there were none.
async fn catch_up(world: &Arc<World>, behind: Behind) -> Result<bool, StoreError> {
    let now = world.now();
    let (ids, keys) = (world.ids(), world.address_keys.clone());
    world
        .store
        .write(behind.tenant, async move |tx| {
            let mut ids: Ids = ids.clone();
            let logged = event::after(tx, behind.told_seq, EVENTS).await?;
            let Some(last) = logged.last() else { return Ok(false) };
            queue::set_told(tx, behind.webhook, last.seq).await?;
            let wanted: Vec<_> = logged
                .iter()
                .filter(|logged| behind.events.iter().any(|name| name == "*" || name == logged.line.kind.as_str()))
                .copied()
                .collect();
            for told in keys.tell(tx, now, &wanted).await? {
                let kind = told.kind.as_str();
                let body = format!(r#"{{"type":"{kind}","timestamp":"{}","data":{}}}"#, told.at, told.data);
                queue::add_telling(tx, ids.next(), behind.webhook, told.seq, kind, &body, now).await?;
            }
            Ok::<_, StoreError>(true)
        })
        .await
}

async fn call(world: Arc<World>, telling: Telling) {
    let told = match endpoint(&world, &telling).await {
        Ok(Some((url, key))) => post(&world, &telling, url, &key).await,
        Ok(None) => {
            Told { delivered: false, status: None, error: Some("the endpoint is switched off".into()), again_at: None }
        }
        Err(error) => {
            tracing::warn!(%error, webhook = %telling.webhook, "an endpoint could not be read");
            return;
        }
    };
    if !told.delivered && told.again_at.is_none() {
        let (webhook, delivery, status) = (telling.webhook, telling.id, told.status);
        tracing::warn!(%webhook, %delivery, status, "a webhook was given up after its last attempt");
    }
    let again_at = told.again_at;
    let (tenant, id) = (telling.tenant, telling.id);
    let now = world.now();
    let kept = world.store.write(tenant, async move |tx| queue::tell_ended(tx, now, id, &told).await).await;
    if let Err(error) = kept {
        tracing::warn!(%error, delivery = %id, "how a webhook ended could not be kept; it is told again");
    }
    if let Some(at) = again_at {
        world.webhooks.set(at);
    }
}

async fn endpoint(world: &World, telling: &Telling) -> Result<Option<(String, SigningKey)>, StoreError> {
    let id = telling.webhook;
    let found = world.store.read(telling.tenant, async move |tx| queue::endpoint(tx, id).await).await?;
    let Some((url, sealed)) = found else { return Ok(None) };
    let secret = world.sealer.open(&secret_context(id), &sealed).map_err(StoreError::fault)?;
    let key = SigningKey::parse(&Secret::new(String::from_utf8_lossy(&secret))).map_err(StoreError::fault)?;
    Ok(Some((url, key)))
}

async fn post(world: &World, telling: &Telling, url: String, key: &SigningKey) -> Told {
    let id = telling.id.to_string();
    let mut headers = vec![("content-type", "application/json".to_owned())];
    headers.extend(key.headers(&id, world.now(), telling.body.as_bytes()));
    let body = Bytes::from(telling.body.clone());
    let request = Request { method: Method::POST, url, headers, body, timeout: TIMEOUT };
    let answer = world.net.carry_guarded(request, ANSWER_BYTES_MAX).await;
    outcome(world.now(), telling.attempt, answer)
}

fn outcome(now: Timestamp, attempt: u32, answer: Result<Response, NetError>) -> Told {
    let (status, error) = match answer {
        Ok(answer) if (200..300).contains(&answer.status) => {
            return Told { delivered: true, status: Some(answer.status), error: None, again_at: None };
        }
        Ok(answer) => (Some(answer.status), format!("the endpoint answered {}", answer.status)),
        Err(NetError::Refused(why)) => {
            let error = Some(why.to_owned());
            return Told { delivered: false, status: None, error, again_at: None };
        }
        Err(error) => (None, error.to_string()),
    };
    let pause = usize::try_from(attempt).ok().and_then(|attempt| PAUSES.get(attempt.saturating_sub(1)));
    let again_at = pause.and_then(|pause| now.checked_add(SignedDuration::from_secs(*pause)).ok());
    Told { delivered: false, status, error: Some(error), again_at }
}
