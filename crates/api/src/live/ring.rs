//! The newest lines of one tenant, told once and shared by all who read. Pure: neither time nor database.

use std::collections::VecDeque;

use bytes::Bytes;

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

#[derive(Debug)]
struct Entry {
    what: What,
    bytes: Bytes,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// The line with this number.
    Line(i64),
    /// It passes and is never repeated.
    Signal,
    /// A sign of life.
    Heartbeat,
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
    pub fn line(&mut self, seq: i64, bytes: Bytes) {
        if seq <= self.head {
            return;
        }
        if seq != self.head + 1 {
            self.clear(seq - 1);
        }
        self.head = seq;
        self.push(What::Line(seq), bytes);
    }

    /// Something passed.
    pub fn signal(&mut self, bytes: Bytes) {
        self.push(What::Signal, bytes);
    }

    /// A sign of life.
    pub fn heartbeat(&mut self, bytes: Bytes) {
        self.push(What::Heartbeat, bytes);
    }

    /// The place of a reader who has seen the lines up to `seq`, and none of the signals so far.
    pub fn place(&self, seq: i64) -> Place {
        let end = self.base + self.entries.len() as u64;
        let at = if seq >= self.head { end } else { self.base };
        Place { seq, heartbeats: 0, at, joined: end }
    }

    /// What comes next for a reader, strictly by number: no line twice, none left out.
    pub fn next(&self, place: &mut Place) -> Next {
        if place.seq < self.floor {
            return Next::Behind;
        }
        place.at = place.at.max(self.base);
        loop {
            let index = usize::try_from(place.at - self.base).unwrap_or(usize::MAX);
            let Some(entry) = self.entries.get(index) else { return Next::Wait };
            let is_new = place.at >= place.joined;
            place.at += 1;
            match entry.what {
                What::Line(seq) if seq > place.seq => place.seq = seq,
                What::Heartbeat if is_new => place.heartbeats += 1,
                What::Signal if is_new => {}
                What::Line(_) | What::Signal | What::Heartbeat => continue,
            }
            return Next::Send(entry.bytes.clone());
        }
    }

    fn push(&mut self, what: What, bytes: Bytes) {
        self.bytes += bytes.len();
        self.entries.push_back(Entry { what, bytes });
        while self.entries.len() > ENTRIES_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.base += 1;
            self.bytes -= oldest.bytes.len();
            if let What::Line(seq) = oldest.what {
                self.floor = seq;
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
    use super::*;

    fn text(text: impl Into<String>) -> Bytes {
        Bytes::from(text.into())
    }

    fn heard(ring: &Ring, place: &mut Place) -> (Vec<String>, Next) {
        let mut heard = Vec::new();
        loop {
            match ring.next(place) {
                Next::Send(bytes) => heard.push(String::from_utf8(bytes.to_vec()).unwrap()),
                end => return (heard, end),
            }
        }
    }

    #[test]
    fn a_reader_gets_each_line_once_and_only_signals_since_it_came() {
        let mut ring = Ring::new(10);
        ring.line(11, text("11"));
        ring.signal(text("before"));
        ring.line(12, text("12"));
        let mut place = ring.place(10);
        ring.signal(text("after"));
        ring.line(13, text("13"));
        ring.line(13, text("13 again"));
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
            ring.line(seq, text(seq.to_string()));
        }
        assert_eq!(heard(&ring, &mut slow), (vec![], Next::Behind));
        slow.seq = 43;
        assert_eq!(ring.next(&mut slow), Next::Behind, "44 is not here any more");
        slow.seq = 100;
        let (lines, end) = heard(&ring, &mut slow);
        assert_eq!((lines, end), ((101..=300).map(|seq| seq.to_string()).collect(), Next::Wait));
    }

    #[test]
    fn big_lines_do_not_pile_up() {
        let mut ring = Ring::new(0);
        for seq in 1..=100 {
            ring.line(seq, text("x".repeat(10_000)));
        }
        assert!(ring.bytes <= BYTES_MAX && ring.entries.len() == 26);
        assert_eq!(ring.next(&mut ring.place(74)), Next::Send(text("x".repeat(10_000))));
        assert_eq!(ring.next(&mut ring.place(73)), Next::Behind);
    }

    #[test]
    fn who_is_ahead_waits_until_the_log_is_there() {
        let mut ring = Ring::new(5);
        let mut ahead = ring.place(7);
        for seq in 6..=8 {
            ring.line(seq, text(seq.to_string()));
        }
        assert_eq!(heard(&ring, &mut ahead), (vec!["8".into()], Next::Wait));
    }

    #[test]
    fn a_gap_sends_readers_to_the_log() {
        let mut ring = Ring::new(5);
        let mut place = ring.place(5);
        ring.line(8, text("8"));
        assert_eq!(ring.next(&mut place), Next::Behind);
        place.seq = 7;
        assert_eq!(heard(&ring, &mut place), (vec!["8".into()], Next::Wait));
    }
}
