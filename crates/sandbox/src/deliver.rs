//! Delivering webhooks: a fixed number of workers, kept-open connections, Telnyx's retries and failover.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    dice::{Dice, Purpose},
    life::Step,
    message::Webhooks,
    wire::event::{About, Event},
    world::World,
};

/// How often Telnyx tries each URL before the next.
const ATTEMPTS_PER_URL: u32 = 3;

/// One copy of one webhook, on its way.
#[derive(Debug)]
pub(crate) struct Delivery {
    event: Arc<Event>,
    to: Webhooks,
    ordinal: u64,
    copy: u32,
    attempt: u32,
    epoch: u64,
    done: Option<oneshot::Sender<()>>,
}

impl Delivery {
    pub(crate) fn new(
        world: &World,
        event: Arc<Event>,
        to: Webhooks,
        ordinal: u64,
        copy: u32,
        done: Option<oneshot::Sender<()>>,
    ) -> Self {
        Self { event, to, ordinal, copy, attempt: 1, epoch: world.epoch(), done }
    }

    /// Whether someone waits until it was tried.
    pub(crate) fn is_awaited(&self) -> bool {
        self.done.is_some()
    }

    /// The ordinal of its throws.
    pub(crate) fn throw(&self) -> u64 {
        (self.ordinal << 16) ^ (u64::from(self.copy) << 4) ^ u64::from(self.attempt)
    }

    /// Where the present attempt goes; `None` when all are used up.
    fn url(&self) -> Option<&str> {
        match (self.attempt - 1) / ATTEMPTS_PER_URL {
            0 => self.to.url.as_deref(),
            1 => self.to.failover_url.as_deref(),
            _ => None,
        }
    }

    /// The pause before the present attempt; each URL begins anew.
    fn pause(&self, backoff: Duration) -> Duration {
        let nth = (self.attempt - 1) % ATTEMPTS_PER_URL;
        backoff * 2_u32.pow(nth.saturating_sub(1))
    }
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhooks")
            .field("url", &self.url.is_some())
            .field("failover_url", &self.failover_url.is_some())
            .finish()
    }
}

pub(crate) type Outbox = Arc<Mutex<mpsc::UnboundedReceiver<Delivery>>>;
pub(crate) type WebhookClient = Client<HttpConnector, Full<Bytes>>;

/// A client that keeps up to `workers` connections to each endpoint open.
pub(crate) fn client(workers: usize) -> WebhookClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_secs(2)));
    Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).pool_max_idle_per_host(workers).build(connector)
}

/// Delivers one webhook after the other until told to stop.
pub(crate) async fn work(world: Arc<World>, outbox: Outbox, client: WebhookClient, stop: CancellationToken) {
    loop {
        let next = async { outbox.lock().await.recv().await };
        let delivery = tokio::select! {
            () = stop.cancelled() => return,
            next = next => next,
        };
        let Some(delivery) = delivery else { return };
        if delivery.epoch == world.epoch() {
            attempt(&world, &client, delivery).await;
        }
        world.end();
    }
}

async fn attempt(world: &World, client: &WebhookClient, mut delivery: Delivery) {
    let Some(url) = delivery.url() else { return };
    world.tally.webhook_attempts.add_one();
    let answered = post(world, client, url, &delivery).await;
    if let Some(done) = delivery.done.take() {
        // Whoever waited may have gone away meanwhile.
        let _ = done.send(());
    }
    if answered {
        world.tally.webhooks_delivered.add_one();
        if let About::Received(inbound) = &delivery.event.about {
            inbound.webhook_delivered.store(true, Ordering::Relaxed);
        }
        return;
    }
    world.tally.webhook_failures.add_one();
    delivery.attempt += 1;
    if delivery.epoch != world.epoch() {
        return;
    }
    if delivery.url().is_some() {
        let pause = delivery.pause(world.config.webhook_backoff);
        world.plan_step(pause, Step::Retry(delivery));
    } else {
        world.tally.webhooks_given_up.add_one();
        tracing::debug!(event = %delivery.event.id, "a webhook was given up after its last attempt");
    }
}

/// Whether the endpoint answered 2xx in time.
async fn post(world: &World, client: &WebhookClient, url: &str, delivery: &Delivery) -> bool {
    let plan = world.plan();
    let faults = &plan.faults.webhooks;
    let mut dice = Dice::new(plan.seed, Purpose::Attempt, delivery.throw());
    let wrong = dice.chance(faults.wrong_signature);
    let stale = dice.chance(faults.stale_timestamp);
    if wrong {
        world.tally.wrong_signatures.add_one();
    }
    if stale {
        world.tally.stale_timestamps.add_one();
    }
    let body = delivery.event.body(delivery.attempt, url, &world.config.rates);
    let timestamp = (world.now().as_second() - if stale { STALE_S } else { 0 }).to_string();
    let signature = world.signer.sign(&timestamp, &body, wrong);
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .header(header::USER_AGENT, HeaderValue::from_static("telnyx-webhooks"))
        .header("telnyx-signature-ed25519", signature)
        .header("telnyx-timestamp", timestamp)
        .body(Full::new(Bytes::from(body)));
    let Ok(request) = request else { return false };
    let exchange = async {
        let Ok(response) = client.request(request).await else {
            return false;
        };
        let accepted = response.status().is_success();
        // The body means nothing, but it must be read for the connection to be used again.
        let _ = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        accepted
    };
    tokio::time::timeout(world.config.webhook_timeout, exchange).await.unwrap_or(false)
}

/// How old a stale timestamp is; Telnyx's tolerance is 300.
const STALE_S: i64 = 400;
const ANSWER_BYTES_MAX: usize = 64 * 1_024;
