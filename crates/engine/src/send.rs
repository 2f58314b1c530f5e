//! Texts on their way to the carrier: claimed at their number's pace, asked about at the gate once more, marked as being
//! sent, and only then handed over.

use std::sync::Arc;
use std::time::Duration;

use domain::campaign::Untimely;
use domain::campaign::throttle::Day;
use domain::consent::Wishes;
use domain::decide::{Due, send_due};
use domain::fact::{Ended, Fact, SendEnded};
use domain::gate::{Asked, Purpose};
use domain::id::{CarrierAccountId, MessageId, NumberId, TenantId};
use domain::pace::Pace;
use jiff::{SignedDuration, Timestamp};
use providers::http::Response;
use providers::telnyx::error::{DAY_SPENT, Family};
use providers::telnyx::text::{self, SendText, Sent};
use store::campaign::recipient;
use store::queue::{self, DueText, Lane, Sender};
use store::remember::{Aftermath, remember};
use store::{StoreError, SystemTx, scene};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::board::{Board, Then};
use self::departures::Departures;
use self::order::{Order, Place, Turn};
use crate::net::NetError;
use crate::receive::{address_of, words};
use crate::suppression::AddressKeys;
use crate::turn::{Batch, Ending, take_endings};
use crate::world::World;

mod board;
mod bulk;
mod departures;
mod order;
pub(crate) mod recipients;
pub(crate) mod stops;

/// How long a lost wake-up can delay a text.
const POLL: SignedDuration = SignedDuration::from_millis(500);
/// So long before they go texts may be handed over: at a thousand a second one commit pays for many.
const AHEAD_US: i64 = 50_000;
/// So many texts are handed over in one transaction.
const BATCH: u32 = 128;
/// So many wait for the carrier's answer at once.
const IN_FLIGHT_MAX: usize = 256;
/// So many answers are remembered in one transaction.
const ENDINGS: usize = 128;
/// While many are on their way, one transaction is made for at least so many, ...
const ENOUGH: usize = 64;
/// ... unless they take longer than this to come together.
const GATHERING: Duration = Duration::from_millis(3);

/// So long a text waits for the one before it: well within the lease of what is being sent.
const PATIENCE: Duration = Duration::from_secs(45);

/// Where the outside reaches us, and the secrets of what is about to leave.
pub(crate) struct Outside {
    pub(crate) public_url: String,
    /// `None`: links stay as they are written.
    pub(crate) link_key: Option<domain::link::Key>,
    pub(crate) address_keys: AddressKeys,
}

impl Outside {
    pub(crate) fn of(world: &World) -> Self {
        Self {
            public_url: world.public_url.clone(),
            link_key: world.sealer.link_key().ok(),
            address_keys: world.address_keys.clone(),
        }
    }
}

/// A text that is marked as being sent and must be handed over now.
struct Handed {
    tenant: TenantId,
    message: MessageId,
    lane: Uuid,
    number: NumberId,
    to: String,
    rate_millis: u64,
    /// Not before this.
    goes_at: Timestamp,
    segments: u32,
    attempt: u32,
    account: CarrierAccountId,
    request: Vec<u8>,
    /// A repeat is made of what the recipient's row keeps.
    of_campaign: bool,
}

/// When texts leave, and after which others.
#[derive(Default)]
struct Leaving {
    departures: Departures,
    order: Order,
}

/// Sends until it is time to stop; then waits for what is in flight.
pub(crate) async fn send_texts(world: Arc<World>, stop: CancellationToken) {
    let in_flight = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
    let (ended, endings) = mpsc::channel(IN_FLIGHT_MAX * 2);
    let remembering = tokio::spawn(remember_endings(Arc::clone(&world), endings, Arc::clone(&in_flight)));
    let mut tasks = JoinSet::new();
    let mut board = Board::default();
    let mut leaving = Leaving::default();
    let mut next = None;
    while world.sends.wait(&*world.clock, next, POLL, &stop).await {
        next = match pass(&world, &mut board, &mut leaving, &in_flight, &ended, &mut tasks).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "no texts can be sent at the moment");
                board = Board::default();
                None
            }
        };
    }
    drop(ended);
    while tasks.join_next().await.is_some() {}
    // It ends when the last sender is gone, and a panic in it has been told of.
    let _ = remembering.await;
}

/// Hands over whatever may go now, and answers when the next text may.
async fn pass(
    world: &Arc<World>,
    board: &mut Board,
    leaving: &mut Leaving,
    in_flight: &Arc<Semaphore>,
    ended: &mpsc::Sender<Ending>,
    tasks: &mut JoinSet<()>,
) -> Result<Option<Timestamp>, StoreError> {
    leaving.departures.forget_old(world.now());
    loop {
        // Each time: a long queue keeps this loop busy, and a person elsewhere must not wait for its end. Nor must what is left of
        // texts that are gone.
        while tasks.try_join_next().is_some() {}
        leaving.order.forget_done();
        board.look(world).await?;
        if board.is_bulk(world.now()) {
            gather_room(in_flight).await;
        }
        let Some(permits) = room(in_flight).await else { return Ok(None) };
        let due = board.take_due(world.now());
        if due.is_empty() {
            return Ok(board.next());
        }
        let stops = world.stops.count();
        let (handed, lanes) = claim(world, due, permits.len()).await?;
        board.put(lanes, world.now());
        for (handed, permit) in handed.into_iter().zip(permits) {
            let (world, ended) = (Arc::clone(world), ended.clone());
            let now = world.now();
            let goes_at = handed.goes_at.max(now);
            let leaves_at = leaving.departures.next(handed.number, handed.rate_millis, handed.segments, goes_at);
            let place = leaving.order.place(handed.lane);
            tasks.spawn(async move {
                if leaves_at > now {
                    world.clock.sleep_until(leaves_at).await;
                }
                hand_over(&world, handed, place, stops, &ended).await;
                drop(permit);
            });
        }
    }
}

/// Waits a moment until there is room for enough texts to be worth a transaction.
async fn gather_room(in_flight: &Semaphore) {
    let _ = timeout(GATHERING, in_flight.acquire_many(ENOUGH as u32)).await;
}

/// Room for some texts in flight: at least for one.
async fn room(in_flight: &Arc<Semaphore>) -> Option<Vec<OwnedSemaphorePermit>> {
    let mut permits = vec![Arc::clone(in_flight).acquire_owned().await.ok()?];
    while permits.len() < BATCH as usize {
        let Ok(permit) = Arc::clone(in_flight).try_acquire_owned() else { break };
        permits.push(permit);
    }
    Some(permits)
}

/// Marks texts as being sent, in one transaction, as many as fit.
async fn claim(
    world: &Arc<World>,
    lanes: Vec<Lane>,
    room: usize,
) -> Result<(Vec<Handed>, Vec<(Lane, Then)>), StoreError> {
    let now = world.now();
    let ids = world.ids();
    let (outside, stops) = (Outside::of(world), Arc::clone(&world.stops));
    let (handed, lanes, told) = world
        .store
        .system_write(async move |tx| {
            let mut ids = ids.clone();
            let mut batch = Batch::default();
            let mut handed = Vec::new();
            let mut then: Vec<(Lane, Then)> = Vec::with_capacity(lanes.len());
            for lane in &lanes {
                if handed.len() >= room {
                    break;
                }
                let room = u32::try_from(room - handed.len()).unwrap_or(BATCH);
                let claimed = claim_lane(tx, &mut batch, now, &mut ids, lane, room, &outside).await?;
                handed.extend(claimed.handed);
                then.push((lane.clone(), claimed.then));
            }
            // For whom there was no room this time comes first the next time.
            let left = lanes[then.len()..].iter().map(|lane| (lane.clone(), Then::Again));
            let then = left.chain(then).collect();
            Ok::<_, StoreError>((handed, then, batch.log(tx, now, &stops).await?))
        })
        .await?;
    told.announce(world);
    Ok((handed, lanes))
}

struct Claimed {
    handed: Vec<Handed>,
    then: Then,
}

async fn claim_lane(
    tx: &mut SystemTx<'_>,
    batch: &mut Batch,
    now: Timestamp,
    ids: &mut domain::id::Ids,
    lane: &Lane,
    room: u32,
    outside: &Outside,
) -> Result<Claimed, StoreError> {
    let mut claimed = Claimed { handed: Vec::new(), then: Then::Nothing };
    // One node at a time sends from a number: its pace is one.
    if tx.try_locks(&[number_lock(lane)]).await?.is_empty() {
        claimed.then = Then::Wait(now.checked_add(POLL).unwrap_or(now));
        return Ok(claimed);
    }
    let mut after = Aftermath::default();
    let mut tx = tx.for_tenant(lane.tenant);
    let Some(sender) = queue::sender(&mut tx, lane.number).await? else { return Ok(claimed) };
    let pace = Pace::new(lane.rate_millis);
    let day = Day::of(now);
    let mut paced = queue::pace(&mut tx, lane.number, day.number).await?;
    let before = paced;
    // No more than its pace can let go at once are read: most of a long queue would be read for nothing.
    let burst = lane.rate_millis.saturating_mul(AHEAD_US.unsigned_abs()) / 1_000_000_000;
    let burst = u32::try_from(burst).unwrap_or(room).clamp(2, room.max(2));
    let burst = if pace.is_none() { room } else { burst };
    let due = queue::due_texts(&mut tx, lane.number, now, burst.min(room)).await?;
    if due.len() as u32 == burst.min(room) {
        claimed.then = Then::Again;
    }
    let due = queue::in_order(&mut tx, now, due).await?;
    let listed = due.iter().filter(|text| text.author.purpose() != Purpose::Confirmation);
    let listed: Vec<&str> = listed.map(|text| text.to.as_str()).collect();
    let suppressed = outside.address_keys.suppressed(&mut tx, now, &listed).await?;
    let bulk = bulk::Heard::of(&mut tx, &outside.address_keys, now, (&sender, lane.number), &due).await?;
    for text in due {
        let mut goes_at = now;
        match pace.map(|pace| pace.take_ahead(now.as_microsecond(), AHEAD_US, paced.tat_us, text.segments)) {
            Some(Ok((goes_us, next))) => {
                goes_at = Timestamp::from_microsecond(goes_us).map_err(StoreError::fault)?;
                paced.tat_us = next;
            }
            Some(Err(wait)) => {
                claimed.then = Then::Wait(Timestamp::from_microsecond(wait).map_err(StoreError::fault)?);
                break;
            }
            None => {}
        }
        let (decision, due) = send_due(
            now,
            text.message,
            text.conversation,
            text.attempt,
            &text.written,
            asked(&sender, &text, suppressed.get(&text.to).copied(), &bulk),
        );
        after.join(remember(&mut tx, now, ids, std::slice::from_ref(&decision)).await?);
        if let Due::Hand { attempt } = due {
            let request = match &text.request {
                Some(request) => request.clone(),
                None => request(&mut tx, &outside.public_url, &sender, &text).await?,
            };
            paced.day_segments += i64::from(text.segments.max(1));
            claimed.handed.push(Handed {
                tenant: lane.tenant,
                message: text.message,
                lane: text.lane,
                number: lane.number,
                to: text.to.clone(),
                rate_millis: lane.rate_millis,
                goes_at,
                segments: text.segments,
                attempt,
                account: sender.account,
                request,
                of_campaign: false,
            });
        }
    }
    // Whoever writes to one person overtakes what goes to many.
    let left = burst.min(room).saturating_sub(u32::try_from(claimed.handed.len()).unwrap_or(u32::MAX));
    if left > 0 && matches!(claimed.then, Then::Nothing) {
        let more = recipients::claim(&mut tx, now, ids, lane, &sender, (&mut paced, day), left, outside).await?;
        claimed.handed.extend(more.handed);
        claimed.then = more.then;
        after.join(more.after);
    }
    if paced != before {
        queue::set_pace(&mut tx, lane.number, paced).await?;
    }
    batch.add(lane.tenant, after);
    Ok(claimed)
}

fn number_lock(lane: &Lane) -> i64 {
    let (high, low) = lane.number.0.as_u64_pair();
    (high ^ low).cast_signed()
}

fn asked<'a>(
    sender: &'a Sender,
    text: &'a DueText,
    suppressed_at: Option<Timestamp>,
    bulk: &'a bulk::Heard,
) -> Asked<'a> {
    let asked = Asked {
        settings: &sender.settings,
        number_enabled: sender.enabled,
        registration: sender.registration,
        contact_blocked: text.contact_blocked,
        opted_out: text.opted_out,
        wishes: Wishes { suppressed_at, ..Wishes::default() },
        phone: &text.to,
        contact_zone: text.contact_zone.as_deref(),
        contact_quiet: text.contact_quiet.as_ref(),
        had: &[],
        untimely: Untimely::default(),
        wrote_at: text.wrote_at,
        purpose: text.author.purpose(),
    };
    match text.purpose {
        Some(purpose) => Asked {
            purpose: Purpose::Campaign,
            wishes: bulk.wishes(purpose, &text.to),
            had: bulk.had(&text.to),
            ..asked
        },
        None => asked,
    }
}

/// The bytes of the first attempt. A repeat sends the same: they are kept when there is one to come.
async fn request(
    tx: &mut store::TenantTx<'_>,
    public_url: &str,
    sender: &Sender,
    text: &DueText,
) -> Result<Vec<u8>, StoreError> {
    let mut media_urls = Vec::with_capacity(text.media.len());
    for media in &text.media {
        if let Some(token) = scene::media_token(tx, *media).await? {
            media_urls.push(format!("{public_url}/api/v1/media/{media}/{token}"));
        }
    }
    let send = SendText {
        from: sender.address.clone(),
        to: text.to.clone(),
        text: text.body.clone(),
        media_urls,
        subject: None,
        messaging_profile_id: sender.messaging_profile.clone(),
        webhook_url: Some(address_of(public_url, sender.account, text.message)),
    };
    Ok(send.serialize().to_vec())
}

/// Hands it over when those before it in its conversation are with the carrier, and tells how that ended. Nothing here is repeated: whoever decides to try again does so with a turn.
async fn hand_over(world: &Arc<World>, handed: Handed, mut place: Place, stops: u64, ended: &mpsc::Sender<Ending>) {
    let ahead = |retry_at| Ended::NotTaken { retry_at, why: "the text before it goes first".into(), counts: false };
    let end = match place.turn(PATIENCE).await {
        Turn::After(retry_at) => ahead(retry_at),
        Turn::Later => ahead(world.now()),
        // The gate is asked about it anew, and knows.
        Turn::Go if world.stops.since(stops, handed.tenant, &handed.to) => {
            not_taken(world.now(), handed.attempt, "its recipient has said STOP".into(), false)
        }
        Turn::Go => attempt(world, &handed).await,
    };
    if let Ended::NotTaken { .. } = &end
        && !handed.of_campaign
    {
        keep_request(world, &handed).await;
    }
    place.done(if let Ended::NotTaken { retry_at, .. } = &end { Some(*retry_at) } else { None });
    let fact = Fact::SendEnded(SendEnded { message: handed.message, attempt: handed.attempt, ended: end });
    let ending = Ending { tenant: handed.tenant, lane: handed.lane, fact };
    // Nobody takes it only when the process ends; then the lease tells the next one.
    let _ = ended.send(ending).await;
}

async fn attempt(world: &Arc<World>, handed: &Handed) -> Ended {
    let now = world.now();
    let account = match world.account(handed.account).await {
        Ok(Some(account)) => account,
        Ok(None) => return not_taken(now, handed.attempt, "the carrier account is gone".into(), true),
        Err(error) => return not_taken(now, handed.attempt, error.to_string(), true),
    };
    let key = handed.message.0.to_string();
    let request = text::request(&account.base_url, &account.api_key, &key, handed.request.clone().into());
    match account.carry(&world.net, request).await {
        Ok(answer) => read(world.now(), &answer, handed.message),
        Err(NetError::NotSent(why)) => not_taken(world.now(), handed.attempt, why, true),
        Err(NetError::Refused(why)) => not_taken(world.now(), handed.attempt, why.to_owned(), true),
        Err(NetError::Lost(why)) => Ended::Lost { why },
    }
}

fn read(now: Timestamp, answer: &Response, message: MessageId) -> Ended {
    match text::sent(Some(answer), now) {
        Sent::Accepted(accepted) => Ended::Accepted { carrier_ref: accepted.carrier_ref, parts: accepted.parts },
        // It begins a new day at midnight in the zone of Los Angeles.
        Sent::Rejected(error) if error.code == DAY_SPENT => {
            let (retry_at, why) = (Day::of(now).ends_at, error.failure().explanation.into());
            Ended::NotTaken { retry_at, why, counts: false }
        }
        Sent::Rejected(error) => {
            let failure = error.failure();
            let opted_out = failure.family == Family::OptedOut;
            Ended::Rejected { failure: words(failure), opted_out }
        }
        Sent::Busy { retry_after } => {
            let pause = retry_after.unwrap_or_else(|| busy_pause(message)).clamp(Duration::from_millis(200), BUSY_MAX);
            let retry_at = now.checked_add(pause).unwrap_or(now);
            Ended::NotTaken { retry_at, why: "the carrier asked to slow down".into(), counts: false }
        }
        Sent::Unknown { why } => Ended::Lost { why: why.to_string() },
    }
}

/// For a carrier that does not say how long: a second, and up to two more, so that not all come again at once.
fn busy_pause(message: MessageId) -> Duration {
    let (_, low) = message.0.as_u64_pair();
    Duration::from_millis(1_000 + low % 2_000)
}

/// A carrier that asks for more patience than this is asked again anyway.
const BUSY_MAX: Duration = Duration::from_secs(60);

/// Twice as long after each attempt, from half a second.
fn not_taken(now: Timestamp, attempt: u32, why: String, counts: bool) -> Ended {
    let pause = SignedDuration::from_millis(500 << attempt.min(8));
    Ended::NotTaken { retry_at: now.checked_add(pause).unwrap_or(now), why, counts }
}

async fn keep_request(world: &Arc<World>, handed: &Handed) {
    let (message, request) = (handed.message, handed.request.clone());
    let kept = world.store.write(handed.tenant, async move |tx| queue::keep_request(tx, message, &request).await).await;
    if let Err(error) = kept {
        tracing::warn!(%error, %message, "the bytes of a text could not be kept for its next attempt");
    }
}

/// Remembers how sends ended, many together.
async fn remember_endings(world: Arc<World>, mut endings: mpsc::Receiver<Ending>, in_flight: Arc<Semaphore>) {
    let mut some = Vec::with_capacity(ENDINGS);
    while endings.recv_many(&mut some, ENDINGS).await > 0 {
        let until = Instant::now() + GATHERING;
        while some.len() < ENOUGH && in_flight.available_permits() < IN_FLIGHT_MAX / 2 {
            let room = ENDINGS - some.len();
            let more = endings.recv_many(&mut some, room);
            if !timeout_at(until, more).await.is_ok_and(|more| more > 0) {
                break;
            }
        }
        // One that could not be remembered is found by its lease.
        let _ = take_endings(&world, std::mem::take(&mut some)).await;
    }
}

/// Texts whose sender died with them: it is not known whether they went out. `before`: leases that ended before this.
pub(crate) async fn settle_lost(world: &Arc<World>, before: Timestamp) -> Result<usize, StoreError> {
    let mut settled = 0;
    loop {
        let (texts, recipients) = world
            .store
            .system_read(async move |tx| {
                let texts = queue::lost_sends(tx, before, BATCH).await?;
                Ok::<_, StoreError>((texts, recipient::lost(tx, before, BATCH).await?))
            })
            .await?;
        if texts.is_empty() && recipients.is_empty() {
            return Ok(settled);
        }
        settled += texts.len() + recipients.len();
        let lost = |tenant, lane, message, attempt| {
            let ended = Ended::Lost { why: "the process that was sending it ended".into() };
            Ending { tenant, lane, fact: Fact::SendEnded(SendEnded { message, attempt, ended }) }
        };
        let texts = texts.into_iter().map(|text| lost(text.tenant, text.lane, text.message, text.attempt));
        let recipients = recipients.into_iter().map(|to| {
            let id = to.recipient.0;
            lost(to.tenant, id, id.into(), to.attempt)
        });
        let endings = texts.chain(recipients).collect();
        if !take_endings(world, endings).await {
            return Ok(settled);
        }
    }
}
