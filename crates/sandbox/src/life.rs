//! What becomes of a message after it was taken: queued, sent, ended; and the webhooks that tell of it.

use std::{sync::Arc, sync::PoisonError, time::Duration};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::later,
    deliver::Delivery,
    dice::{Dice, Purpose},
    faults::{Outcome, WebhookFaults},
    message::{Message, Status, Webhooks},
    phone,
    wire::event::{About, Event},
    world::World,
};

/// Something that happens at its time.
#[derive(Debug)]
pub(crate) enum Step {
    /// A scheduled message's time has come.
    Release(Arc<Message>),
    /// The message leaves.
    Send(Arc<Message>),
    /// The message meets its end.
    Finalize(Arc<Message>),
    /// A webhook goes out late.
    Deliver(Delivery),
    /// A webhook is tried again.
    Retry(Delivery),
    /// The reorder window empties itself.
    Flush,
    /// A phone answers by its script.
    Reply {
        /// The phone.
        from: Box<str>,
        /// The number it answers.
        to: Box<str>,
        /// What it says.
        body: String,
    },
}

impl Step {
    /// Whether it counts as on its way. A message scheduled for days ahead does not.
    pub(crate) fn is_counted(&self) -> bool {
        !matches!(self, Self::Release(_))
    }
}

/// Does what is due, at its time, until told to stop.
pub(crate) async fn run(world: Arc<World>, stop: CancellationToken) {
    const STEPS_AT_ONCE: usize = 256;
    loop {
        let due = world.agenda.take_due(world.now(), STEPS_AT_ONCE);
        if due.is_empty() {
            let next = world.agenda.next();
            let waiting = async {
                match next {
                    Some(at) => world.config.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = world.agenda.earlier() => {}
                () = waiting => {}
            }
            continue;
        }
        for step in due {
            take(&world, step);
        }
        // Requests on the same core get their turn between two batches.
        tokio::task::yield_now().await;
        if stop.is_cancelled() {
            return;
        }
    }
}

impl World {
    /// Puts a step down for `after` from now.
    pub(crate) fn plan_step(&self, after: Duration, step: Step) {
        if step.is_counted() {
            self.begin();
        }
        self.agenda.push(later(self.now(), after), step);
    }

    /// Sets a taken message on its way.
    pub(crate) fn start_life(&self, message: &Arc<Message>) {
        match message.send_at {
            Some(at) => self.agenda.push(at, Step::Release(Arc::clone(message))),
            None => self.leave_soon(message),
        }
    }

    fn leave_soon(&self, message: &Arc<Message>) {
        let after = self.pace(message).within(self.config.sent_after);
        let step = match message.outcome {
            Outcome::SendingFailed { .. } => Step::Finalize(Arc::clone(message)),
            _ => Step::Send(Arc::clone(message)),
        };
        self.plan_step(after, step);
    }

    fn pace(&self, message: &Message) -> Dice {
        Dice::new(self.plan().seed, Purpose::Pace, message.ordinal)
    }
}

/// Lives a message's whole life now and waits until each of its webhooks was tried once: receipts before the HTTP answer.
pub(crate) async fn live_at_once(world: &Arc<World>, message: &Arc<Message>) {
    world.begin();
    let (world, message) = (Arc::clone(world), Arc::clone(message));
    // Whoever asked may hang up meanwhile, and what was taken lives on.
    let living = tokio::spawn(async move {
        if !matches!(message.outcome, Outcome::SendingFailed { .. }) {
            let (done, tried) = oneshot::channel();
            send(&world, &message, Some(done));
            // An error means that no webhook goes out, so there is nothing to wait for.
            let _ = tried.await;
        }
        if message.outcome != Outcome::NoReceipt {
            let (done, tried) = oneshot::channel();
            finalize(&world, &message, Some(done));
            let _ = tried.await;
        }
        world.end();
    });
    // A panic in it has been told of.
    let _ = living.await;
}

fn take(world: &Arc<World>, step: Step) {
    let counted = step.is_counted();
    match step {
        Step::Release(message) => {
            if message.advance(Status::Queued, world.now()) {
                world.leave_soon(&message);
            }
        }
        Step::Send(message) => {
            send(world, &message, None);
            if message.outcome != Outcome::NoReceipt {
                let mut pace = world.pace(&message);
                // The first throw was the way to `sent`.
                pace.next();
                world.plan_step(pace.within(world.config.finalized_after), Step::Finalize(message));
            }
        }
        Step::Finalize(message) => finalize(world, &message, None),
        Step::Deliver(delivery) => let_go(world, delivery),
        Step::Retry(delivery) => world.send_out(delivery),
        Step::Flush => flush(world),
        Step::Reply { from, to, body } => {
            // The number may be gone by now; then nobody hears the answer.
            let _ = phone::text(world, &from, &to, body, Vec::new());
        }
    }
    if counted {
        world.end();
    }
}

fn send(world: &Arc<World>, message: &Arc<Message>, done: Option<oneshot::Sender<()>>) {
    if !message.advance(Status::Sent, world.now()) {
        return;
    }
    if message.outcome.reaches_the_phone() {
        let reply = world.book().scripted_reply(&message.to, &message.text);
        if let Some(reply) = reply {
            let after = world.pace(message).within(reply.after);
            world
                .plan_step(after, Step::Reply { from: message.to.clone(), to: message.from.clone(), body: reply.body });
        }
    }
    tell(world, About::Outbound(Arc::clone(message), message.progress()), &message.webhooks, done);
}

fn finalize(world: &Arc<World>, message: &Arc<Message>, done: Option<oneshot::Sender<()>>) {
    let end = match message.outcome {
        Outcome::Delivered => Status::Delivered,
        Outcome::DeliveryFailed { .. } => Status::DeliveryFailed,
        Outcome::SendingFailed { .. } => Status::SendingFailed,
        Outcome::DeliveryUnconfirmed => Status::DeliveryUnconfirmed,
        // Neither comes here: the one never ends, the other was never taken.
        Outcome::NoReceipt | Outcome::Rejected { .. } => return,
    };
    if message.advance(end, world.now()) {
        tell(world, About::Outbound(Arc::clone(message), message.progress()), &message.webhooks, done);
    }
}

/// Tells an account of something, as well or as badly as the plan says. `done` is told once the first copy was tried.
pub(crate) fn tell(world: &World, about: About, to: &Webhooks, done: Option<oneshot::Sender<()>>) {
    if to.url.is_none() {
        return;
    }
    let plan = world.plan();
    let faults = &plan.faults.webhooks;
    let ordinal = world.next_webhook();
    let mut dice = Dice::new(plan.seed, Purpose::Webhook, ordinal);
    let dropped = dice.chance(faults.dropped);
    let duplicated = dice.chance(faults.duplicate);
    let unknown = dice.chance(faults.unknown_event);
    let odd = dice.chance(faults.unknown_fields);
    let event = |about| Arc::new(Event { id: world.uuid(), at: world.now(), about, odd });
    if unknown {
        world.tally.unknown_events.add_one();
        let delivery = Delivery::new(world, event(About::Unknown), to.clone(), ordinal, UNKNOWN_COPY, None);
        hold_back(world, delivery, dice.within(faults.delay));
    }
    if dropped {
        world.tally.webhooks_dropped.add_one();
        return;
    }
    let event = event(about);
    let copies = if duplicated { faults.duplicate_copies } else { 0 };
    let mut done = done;
    for copy in 0..=copies {
        if copy > 0 {
            world.tally.webhooks_duplicated.add_one();
        }
        let delivery = Delivery::new(world, Arc::clone(&event), to.clone(), ordinal, copy, done.take());
        hold_back(world, delivery, dice.within(faults.delay));
    }
}

/// Sets an unknown event's throws apart from those of the event it goes with.
const UNKNOWN_COPY: u32 = 1_000;

fn hold_back(world: &World, delivery: Delivery, delay: Duration) {
    if delay.is_zero() {
        let_go(world, delivery);
    } else {
        world.plan_step(delay, Step::Deliver(delivery));
    }
}

/// Sends a webhook out, by way of the reorder window if there is one.
fn let_go(world: &World, delivery: Delivery) {
    let plan = world.plan();
    let WebhookFaults { reorder_window, reorder_hold_ms, .. } = plan.faults.webhooks;
    // Someone waits for this one before answering, so it cannot wait for others.
    if reorder_window == 0 || delivery.is_awaited() {
        world.send_out(delivery);
        return;
    }
    let mut dice = Dice::new(plan.seed, Purpose::Reorder, delivery.throw());
    world.begin();
    let mut held = world.shuffled.lock().unwrap_or_else(PoisonError::into_inner);
    let first = held.is_empty();
    held.push(delivery);
    let released = (held.len() > reorder_window).then(|| {
        let chosen = usize::try_from(dice.below(held.len() as u64)).unwrap_or(0);
        held.swap_remove(chosen)
    });
    drop(held);
    if first {
        world.plan_step(Duration::from_millis(reorder_hold_ms), Step::Flush);
    }
    if let Some(released) = released {
        world.send_out(released);
        world.end();
    }
}

fn flush(world: &World) {
    let mut held = std::mem::take(&mut *world.shuffled.lock().unwrap_or_else(PoisonError::into_inner));
    let seed = world.plan().seed;
    let mut dice = Dice::new(seed, Purpose::Reorder, held.first().map_or(0, Delivery::throw) ^ u64::MAX);
    while !held.is_empty() {
        let chosen = usize::try_from(dice.below(held.len() as u64)).unwrap_or(0);
        world.send_out(held.swap_remove(chosen));
        world.end();
    }
}
