//! The seam between the log and the ring, with a log of our own.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use domain::access::Role;
use engine::live::{Live, Signal};
use futures_util::StreamExt as _;
use uuid::Uuid;

use super::*;

const ACME: TenantId = TenantId(Uuid::from_u128(0xAC));

/// A log that grows when it is told to, and counts how often it is read.
#[derive(Clone, Default)]
struct FakeLog {
    head: Arc<AtomicI64>,
    first: Arc<AtomicI64>,
    reads: Arc<AtomicU32>,
}

impl Log for FakeLog {
    async fn head(&self) -> Result<i64, StoreError> {
        Ok(self.head.load(Ordering::SeqCst))
    }

    async fn after(&self, seq: i64, limit: u32) -> Result<Vec<Line>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let from = seq.max(self.first.load(Ordering::SeqCst) - 1) + 1;
        let until = self.head.load(Ordering::SeqCst).min(from + i64::from(limit) - 1);
        Ok((from..=until).map(line_of).collect())
    }
}

/// A line that says its number and, to those who may read conversations, that it is one.
fn line_of(seq: i64) -> Line {
    Line { seq, scope: Scope::ConversationsRead, bytes: Bytes::from(format!("id: {seq}\ndata: {{}}\n\n")) }
}

struct Stage {
    log: FakeLog,
    live: Live,
    channel: Arc<Channel<FakeLog>>,
    stop: CancellationToken,
}

impl Stage {
    async fn at(head: i64) -> Self {
        Self::paced(head, PACE).await
    }

    async fn paced(head: i64, pace: Pace) -> Self {
        let log = FakeLog::default();
        log.head.store(head, Ordering::SeqCst);
        let (live, stop) = (Live::default(), CancellationToken::new());
        let (channel, rendering) = Channel::new(log.clone(), Arc::new(Semaphore::new(2)), stop.clone(), pace);
        tokio::spawn(rendering.run(live.subscribe(ACME)));
        let mut changes = channel.changes.clone();
        changes.changed().await.unwrap();
        Self { log, live, channel, stop }
    }

    fn grow(&self, to: i64) {
        self.log.head.store(to, Ordering::SeqCst);
        self.live.told(ACME, to);
    }

    /// Grows, and waits until the ring has it.
    async fn grow_and_tell(&self, to: i64) {
        let mut changes = self.channel.changes.clone();
        self.grow(to);
        while self.channel.with(Ring::head) != Some(to) {
            changes.changed().await.unwrap();
        }
    }

    fn read(&self, after: Option<i64>) -> std::pin::Pin<Box<impl Stream<Item = Result<Bytes, Infallible>> + use<>>> {
        self.read_as(Grant::Member(Role::Agent), after)
    }

    fn read_as(
        &self,
        grant: Grant,
        after: Option<i64>,
    ) -> std::pin::Pin<Box<impl Stream<Item = Result<Bytes, Infallible>> + use<>>> {
        Box::pin(lines(Arc::clone(&self.channel), grant, after, ()))
    }
}

async fn piece(stream: &mut (impl Stream<Item = Result<Bytes, Infallible>> + Unpin)) -> String {
    String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap()
}

async fn seqs(stream: &mut (impl Stream<Item = Result<Bytes, Infallible>> + Unpin), count: usize) -> Vec<i64> {
    let mut seqs = Vec::new();
    while seqs.len() < count {
        let piece = piece(stream).await;
        if let Some(id) = piece.strip_prefix("id: ") {
            let seq = id.lines().next().and_then(|seq| seq.parse().ok());
            seqs.push(seq.unwrap_or_else(|| panic!("{piece}")));
        }
    }
    seqs
}

#[tokio::test]
async fn without_a_place_it_begins_now() {
    let stage = Stage::at(41).await;
    let mut stream = stage.read(None);
    assert_eq!(piece(&mut stream).await, "id: 41\nevent: hello\ndata: {\"head\":41}\n\n");
    stage.grow(43);
    assert_eq!(seqs(&mut stream, 2).await, [42, 43]);
}

#[tokio::test]
async fn a_reader_who_comes_back_gets_what_it_missed_and_then_what_comes() {
    let stage = Stage::at(500).await;
    for after in [0, 1, 31, 32, 33, 300, 499, 500] {
        let mut stream = stage.read(Some(after));
        let missed = usize::try_from(500 - after).unwrap();
        assert_eq!(seqs(&mut stream, missed).await, (after + 1..=500).collect::<Vec<_>>());
    }
}

/// The log grows while a reader replays: at every moment of the replay, and by more than the ring holds.
#[tokio::test]
async fn nothing_is_lost_or_doubled_at_the_seam() {
    for growth in [1_i64, 7, 100, 300, 1_000] {
        for moment in [0_usize, 1, 31, 32, 33, 64, 199, 200] {
            let stage = Stage::at(200).await;
            let mut stream = stage.read(Some(0));
            let mut seen = seqs(&mut stream, moment).await;
            stage.grow_and_tell(200 + growth).await;
            let all = usize::try_from(200 + growth).unwrap();
            seen.extend(seqs(&mut stream, all - moment).await);
            assert_eq!(seen, (1..=200 + growth).collect::<Vec<_>>(), "{growth} more after {moment}");
            stage.stop.cancel();
        }
    }
}

#[tokio::test]
async fn who_may_not_read_is_told_the_numbers_on_replay_too() {
    let stage = Stage::at(40).await;
    let mut stream = stage.read_as(Grant::Key(vec![Scope::EventsRead]), Some(0));
    stage.grow_and_tell(42).await;
    for seq in 1..=42 {
        assert_eq!(piece(&mut stream).await, format!("id: {seq}\n\n"));
    }
    assert_eq!(piece(&mut stage.read(Some(41))).await, "id: 42\ndata: {}\n\n");
}

#[tokio::test]
async fn lines_are_read_once_for_all_readers() {
    let stage = Stage::at(0).await;
    let mut streams: Vec<_> = (0..50).map(|_| stage.read(Some(0))).collect();
    stage.grow_and_tell(3).await;
    let reads = stage.log.reads.load(Ordering::SeqCst);
    for stream in &mut streams {
        assert_eq!(seqs(stream, 3).await, [1, 2, 3]);
    }
    assert_eq!(stage.log.reads.load(Ordering::SeqCst), reads, "no reader asked for itself");
    assert_eq!(reads, 1);
}

#[tokio::test]
async fn who_is_too_far_behind_fetches_afresh() {
    let stage = Stage::at(20_000).await;
    for after in [0, 9_999] {
        let mut stream = stage.read(Some(after));
        assert_eq!(
            piece(&mut stream).await,
            "id: 20000\nevent: snapshot_needed\ndata: {\"head\":20000}\n\n",
            "{after}"
        );
    }
    let mut stream = stage.read(Some(10_000));
    assert_eq!(seqs(&mut stream, 1).await, [10_001]);
    let mut from_the_future = stage.read(Some(20_001));
    assert!(piece(&mut from_the_future).await.contains("snapshot_needed"));
    stage.grow(20_001);
    assert_eq!(seqs(&mut from_the_future, 1).await, [20_001]);
}

#[tokio::test]
async fn a_log_that_was_cut_off_is_fetched_afresh() {
    let stage = Stage::at(100).await;
    stage.log.first.store(50, Ordering::SeqCst);
    assert!(piece(&mut stage.read(Some(10))).await.contains("snapshot_needed"));
    assert_eq!(seqs(&mut stage.read(Some(49)), 1).await, [50]);
}

/// Another node has written, and its client comes to us before we know.
#[tokio::test]
async fn who_is_a_little_ahead_waits() {
    let stage = Stage::paced(5, Pace { look: Duration::from_millis(1), ..PACE }).await;
    stage.log.head.store(7, Ordering::SeqCst);
    let mut stream = stage.read(Some(7));
    stage.log.head.store(8, Ordering::SeqCst);
    assert_eq!(seqs(&mut stream, 1).await, [8], "found by looking, though nobody told");
}

#[tokio::test]
async fn signals_pass_and_are_never_repeated() {
    let stage = Stage::at(5).await;
    let mut stream = stage.read(Some(5));
    // The stream takes its place when it is first looked at.
    let waiting = tokio::spawn(async move { piece(&mut stream).await });
    tokio::task::yield_now().await;
    stage.live.signal(ACME, Signal { name: "typing", data: serde_json::json!({ "typing": true }) });
    assert_eq!(waiting.await.unwrap(), "event: typing\ndata: {\"typing\":true}\n\n");
    stage.grow(6);
    assert_eq!(piece(&mut stage.read(Some(5))).await, "id: 6\ndata: {}\n\n");
}

#[tokio::test]
async fn signs_of_life_say_where_the_log_stands() {
    let stage = Stage::paced(5, Pace { heartbeat: Duration::from_millis(1), ..PACE }).await;
    assert_eq!(piece(&mut stage.read(Some(5))).await, "event: heartbeat\ndata: {\"head\":5}\n\n");
}

#[tokio::test]
async fn a_stream_ends_after_a_while_and_with_the_server() {
    let stage = Stage::paced(5, Pace { heartbeat: Duration::from_millis(1), ..PACE }).await;
    let beats = stage.read(Some(5)).count().await;
    assert_eq!(beats, 59);
    // No sign of life comes between the server's end and the look at it.
    let stage = Stage::at(5).await;
    let mut stream = stage.read(None);
    piece(&mut stream).await;
    stage.stop.cancel();
    assert!(stream.next().await.is_none());
    assert!(stage.read(Some(0)).next().await.is_none());
}

#[tokio::test]
async fn an_idle_reader_is_small() {
    let stage = Stage::at(5).await;
    let stream = lines(Arc::clone(&stage.channel), Grant::Member(Role::Agent), None, ());
    assert!(size_of_val(&stream) <= 512, "{} bytes", size_of_val(&stream));
}

#[test]
fn a_line_is_one_event_of_the_stream() {
    let told = tell::Told {
        seq: 7,
        at: "2026-11-23T10:00:00Z".parse().unwrap(),
        kind: domain::event::Kind::NumberUpdated,
        conversation: None,
        data: r#"{"id":"num_1"}"#.into(),
    };
    let text = line(&told).bytes;
    assert_eq!(
        std::str::from_utf8(&text).unwrap(),
        "id: 7\nevent: number.updated\n\
         data: {\"seq\":7,\"at\":\"2026-11-23T10:00:00Z\",\"type\":\"number.updated\",\"data\":{\"id\":\"num_1\"}}\n\n"
    );
}
