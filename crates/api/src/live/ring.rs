//! The newest lines of one tenant, told once and shared by all who read. Pure: neither time nor database.

use std::collections::VecDeque;

use bytes::Bytes;
use domain::access::{Grant, Scope};

/// A ring holds at most so many entries …
const ENTRIES_MAX: usize = 256;
/// … of at most so many bytes in all. Whoever is slower reads the log instead.
const BYTES_MAX: usize = 256 << 10;

/// The newest lines, and the signals that passed between them.
#[derive(Debug)]
pub struct Ring {
    entries: VecDeque<Entry>,
    /// How many entries have been dropped: the number of the first that is here.
    base: u64,
    bytes: usize,
    /// Every line after this one, up to the head, is here.
    floor: i64,
    head: i64,
}

/// A line as it goes out.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number.
    pub seq: i64,
    /// What one must be allowed to do to be told.
    pub scope: Scope,
    /// What is told.
    pub bytes: Bytes,
}

impl Line {
    /// What a reader gets of it: all, or its bare number, which a browser keeps as its place and shows to nobody.
    pub fn told_to(&self, grant: &Grant) -> Bytes {
        if grant.may(self.scope) { self.bytes.clone() } else { Bytes::from(format!("id: {}\n\n", self.seq)) }
    }
}

/// What is in the ring.
#[derive(Debug)]
enum Entry {
    /// A line of the log.
    Line(Line),
    /// It passes and is never repeated.
    Signal { scope: Scope, bytes: Bytes },
    /// A sign of life.
    Heartbeat(Bytes),
}

impl Entry {
    fn len(&self) -> usize {
        match self {
            Self::Line(Line { bytes, .. }) | Self::Signal { bytes, .. } | Self::Heartbeat(bytes) => bytes.len(),
        }
    }
}

/// Where a reader stands. Small: there are thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The last line that was read.
    pub seq: i64,
    /// Signs of life so far.
    pub heartbeats: u32,
    /// The next entry to look at.
    at: u64,
    /// Signals before this entry passed before the reader came.
    joined: u64,
}

/// What a reader does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Hands this on.
    Send(Bytes),
    /// Reads the log: what comes next is not here any more.
    Behind,
    /// Waits: it has seen everything.
    Wait,
}

impl Ring {
    /// Empty, with everything up to `head` told before.
    pub fn new(head: i64) -> Self {
        Self { entries: VecDeque::new(), base: 0, bytes: 0, floor: head, head }
    }

    /// The newest line's number.
    pub fn head(&self) -> i64 {
        self.head
    }

    /// The next line. One that is here already changes nothing; one that leaves a gap would be a bug of the log, and then
    /// readers are sent there.
    pub fn line(&mut self, line: Line) {
        if line.seq <= self.head {
            return;
        }
        if line.seq != self.head + 1 {
            self.clear(line.seq - 1);
        }
        self.head = line.seq;
        self.push(Entry::Line(line));
    }

    /// Something passed, for those who may do what `scope` says.
    pub fn signal(&mut self, scope: Scope, bytes: Bytes) {
        self.push(Entry::Signal { scope, bytes });
    }

    /// A sign of life.
    pub fn heartbeat(&mut self, bytes: Bytes) {
        self.push(Entry::Heartbeat(bytes));
    }

    /// The place of a reader who has seen the lines up to `seq`, and none of the signals so far.
    pub fn place(&self, seq: i64) -> Place {
        let end = self.base + self.entries.len() as u64;
        let at = if seq >= self.head { end } else { self.base };
        Place { seq, heartbeats: 0, at, joined: end }
    }

    /// What comes next for a reader who may do what `grant` says, strictly by number: no line twice, none left out.
    pub fn next(&self, place: &mut Place, grant: &Grant) -> Next {
        if place.seq < self.floor {
            return Next::Behind;
        }
        place.at = place.at.max(self.base);
        loop {
            let index = usize::try_from(place.at - self.base).unwrap_or(usize::MAX);
            let Some(entry) = self.entries.get(index) else { return Next::Wait };
            let is_new = place.at >= place.joined;
            place.at += 1;
            match entry {
                Entry::Line(line) if line.seq > place.seq => {
                    place.seq = line.seq;
                    return Next::Send(line.told_to(grant));
                }
                Entry::Heartbeat(bytes) if is_new => {
                    place.heartbeats += 1;
                    return Next::Send(bytes.clone());
                }
                Entry::Signal { scope, bytes } if is_new && grant.may(*scope) => return Next::Send(bytes.clone()),
                Entry::Line(_) | Entry::Signal { .. } | Entry::Heartbeat(_) => {}
            }
        }
    }

    fn push(&mut self, entry: Entry) {
        self.bytes += entry.len();
        self.entries.push_back(entry);
        while self.entries.len() > ENTRIES_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.base += 1;
            self.bytes -= oldest.len();
            if let Entry::Line(line) = oldest {
                self.floor = line.seq;
            }
        }
    }

    fn clear(&mut self, floor: i64) {
        self.base += self.entries.len() as u64;
        self.entries.clear();
        self.bytes = 0;
        self.floor = floor;
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Role;

    use super::*;

    const ALL: Grant = Grant::Member(Role::Owner);

    fn text(text: impl Into<String>) -> Bytes {
        Bytes::from(text.into())
    }

    fn line(seq: i64, said: impl Into<String>) -> Line {
        Line { seq, scope: Scope::ConversationsRead, bytes: text(said) }
    }

    fn heard(ring: &Ring, place: &mut Place) -> (Vec<String>, Next) {
        heard_by(&ALL, ring, place)
    }

    fn heard_by(grant: &Grant, ring: &Ring, place: &mut Place) -> (Vec<String>, Next) {
        let mut heard = Vec::new();
        loop {
            match ring.next(place, grant) {
                Next::Send(bytes) => heard.push(String::from_utf8(bytes.to_vec()).unwrap()),
                end => return (heard, end),
            }
        }
    }

    #[test]
    fn a_reader_gets_each_line_once_and_only_signals_since_it_came() {
        let mut ring = Ring::new(10);
        ring.line(line(11, "11"));
        ring.signal(Scope::ConversationsRead, text("before"));
        ring.line(line(12, "12"));
        let mut place = ring.place(10);
        ring.signal(Scope::ConversationsRead, text("after"));
        ring.line(line(13, "13"));
        ring.line(line(13, "13 again"));
        ring.heartbeat(text("beat"));
        assert_eq!(
            heard(&ring, &mut place),
            (vec!["11".into(), "12".into(), "after".into(), "13".into(), "beat".into()], Next::Wait)
        );
        assert_eq!((place.seq, place.heartbeats), (13, 1));
        assert_eq!(heard(&ring, &mut place), (vec![], Next::Wait));
        let mut now = ring.place(13);
        assert_eq!(heard(&ring, &mut now), (vec![], Next::Wait));
    }

    #[test]
    fn who_is_too_slow_is_sent_to_the_log_and_comes_back_without_a_gap() {
        let mut ring = Ring::new(0);
        let mut slow = ring.place(0);
        for seq in 1..=300 {
            ring.line(line(seq, seq.to_string()));
        }
        assert_eq!(heard(&ring, &mut slow), (vec![], Next::Behind));
        slow.seq = 43;
        assert_eq!(ring.next(&mut slow, &ALL), Next::Behind, "44 is not here any more");
        slow.seq = 100;
        let (lines, end) = heard(&ring, &mut slow);
        assert_eq!((lines, end), ((101..=300).map(|seq| seq.to_string()).collect(), Next::Wait));
    }

    #[test]
    fn big_lines_do_not_pile_up() {
        let mut ring = Ring::new(0);
        for seq in 1..=100 {
            ring.line(line(seq, "x".repeat(10_000)));
        }
        assert!(ring.bytes <= BYTES_MAX && ring.entries.len() == 26);
        assert_eq!(ring.next(&mut ring.place(74), &ALL), Next::Send(text("x".repeat(10_000))));
        assert_eq!(ring.next(&mut ring.place(73), &ALL), Next::Behind);
    }

    #[test]
    fn who_is_ahead_waits_until_the_log_is_there() {
        let mut ring = Ring::new(5);
        let mut ahead = ring.place(7);
        for seq in 6..=8 {
            ring.line(line(seq, seq.to_string()));
        }
        assert_eq!(heard(&ring, &mut ahead), (vec!["8".into()], Next::Wait));
    }

    #[test]
    fn a_gap_sends_readers_to_the_log() {
        let mut ring = Ring::new(5);
        let mut place = ring.place(5);
        ring.line(line(8, "8"));
        assert_eq!(ring.next(&mut place, &ALL), Next::Behind);
        place.seq = 7;
        assert_eq!(heard(&ring, &mut place), (vec!["8".into()], Next::Wait));
    }

    #[test]
    fn who_may_not_read_a_line_gets_its_bare_number() {
        let mut ring = Ring::new(10);
        let (mut reader, mut place) = (ring.place(10), ring.place(10));
        ring.line(line(11, "a message"));
        ring.line(Line { scope: Scope::ContactsRead, ..line(12, "a contact") });
        ring.signal(Scope::ConversationsRead, text("typing"));
        ring.heartbeat(text("beat"));
        let contacts = Grant::Key(vec![Scope::EventsRead, Scope::ContactsRead]);
        let expected = vec!["id: 11\n\n".into(), "a contact".into(), "beat".into()];
        assert_eq!(heard_by(&contacts, &ring, &mut reader), (expected, Next::Wait));
        assert_eq!((reader.seq, reader.heartbeats), (12, 1));
        assert_eq!(heard(&ring, &mut place).0.len(), 4);
    }
}
