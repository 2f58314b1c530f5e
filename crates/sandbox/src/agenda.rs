//! What is to happen later, in one heap: a million waiting receipts are a million small rows here, not a million tasks.

use std::{
    cmp::Ordering,
    collections::BinaryHeap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::Notify;

/// Things to be done at their time; those of the same time in the order they were put down.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    heap: Mutex<Heap<T>>,
    earlier: Notify,
}

#[derive(Debug)]
struct Heap<T> {
    due: BinaryHeap<Due<T>>,
    next_seq: u64,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self { heap: Mutex::new(Heap { due: BinaryHeap::new(), next_seq: 0 }), earlier: Notify::new() }
    }

    /// Puts a thing down for its time.
    pub(crate) fn push(&self, at: Timestamp, thing: T) {
        let mut heap = self.lock();
        let first = heap.due.peek().is_none_or(|due| at < due.at);
        let seq = heap.next_seq;
        heap.next_seq += 1;
        heap.due.push(Due { at, seq, thing });
        drop(heap);
        if first {
            self.earlier.notify_one();
        }
    }

    /// Takes out up to `max` things whose time has come, in order.
    pub(crate) fn take_due(&self, now: Timestamp, max: usize) -> Vec<T> {
        let mut heap = self.lock();
        let mut taken = Vec::new();
        while taken.len() < max && heap.due.peek().is_some_and(|due| due.at <= now) {
            taken.extend(heap.due.pop().map(|due| due.thing));
        }
        taken
    }

    /// When the next thing is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.lock().due.peek().map(|due| due.at)
    }

    /// Ends when something was put down that is due before everything else.
    pub(crate) async fn earlier(&self) {
        self.earlier.notified().await;
    }

    /// Takes everything out.
    pub(crate) fn clear(&self) -> Vec<T> {
        std::mem::take(&mut self.lock().due).into_iter().map(|due| due.thing).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Heap<T>> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ordered so that the greatest, which a `BinaryHeap` gives first, is the earliest.
#[derive(Debug)]
struct Due<T> {
    at: Timestamp,
    seq: u64,
    thing: T,
}

impl<T> Ord for Due<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

impl<T> PartialOrd for Due<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Due<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Due<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_in_order_of_time_then_of_arrival() {
        let agenda = Agenda::new();
        let at = |second| Timestamp::from_second(second).expect("a time");
        for (second, thing) in [(3, "c"), (1, "a"), (3, "d"), (2, "b"), (9, "z")] {
            agenda.push(at(second), thing);
        }
        assert_eq!(agenda.take_due(at(3), 2), ["a", "b"]);
        assert_eq!(agenda.take_due(at(3), 9), ["c", "d"]);
        assert_eq!(agenda.next(), Some(at(9)));
        assert_eq!(agenda.clear(), ["z"]);
    }
}
