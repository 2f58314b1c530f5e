//! Texts of one conversation reach the carrier in the order in which they were queued: two requests at once could overtake
//! each other on the way.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::timeout;
use uuid::Uuid;

/// The last text in flight of each conversation.
#[derive(Debug, Default)]
pub(super) struct Order(HashMap<Uuid, oneshot::Receiver<Option<Timestamp>>>);

impl Order {
    /// The place of the next text of a conversation, behind those that are in flight.
    pub(super) fn place(&mut self, lane: Uuid) -> Place {
        let (done, next) = oneshot::channel();
        Place { ahead: self.0.insert(lane, next), done }
    }

    /// Forgets the conversations of which nothing is in flight.
    pub(super) fn forget_done(&mut self) {
        self.0.retain(|_, last| last.try_recv() == Err(TryRecvError::Empty));
    }
}

/// Whether a text may go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Now.
    Go,
    /// The one before it was not taken, and is tried again then; this one goes after it.
    After(Timestamp),
    /// The carrier has not answered for a long time: another time.
    Later,
}

/// A text's place among those of its conversation.
#[derive(Debug)]
pub(super) struct Place {
    ahead: Option<oneshot::Receiver<Option<Timestamp>>>,
    done: oneshot::Sender<Option<Timestamp>>,
}

impl Place {
    /// Waits for the text ahead, so long.
    pub(super) async fn turn(&mut self, patience: Duration) -> Turn {
        let Some(ahead) = self.ahead.take() else { return Turn::Go };
        match timeout(patience, ahead).await {
            Ok(Ok(Some(again_at))) => Turn::After(again_at),
            // Whoever is gone without a word has died with the text; its lease tells of that.
            Ok(Ok(None) | Err(_)) => Turn::Go,
            Err(_) => Turn::Later,
        }
    }

    /// Lets the next one go. `again_at`: this one was not taken, and is tried again then.
    pub(super) fn done(self, again_at: Option<Timestamp>) {
        // Often nobody waits.
        let _ = self.done.send(again_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    fn lane(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[tokio::test]
    async fn each_waits_for_the_one_before_in_its_conversation() {
        let mut order = Order::default();
        let (mut first, mut second, mut elsewhere) = (order.place(lane(1)), order.place(lane(1)), order.place(lane(2)));
        assert_eq!(first.turn(LONG).await, Turn::Go);
        assert_eq!(elsewhere.turn(LONG).await, Turn::Go, "nobody waits for another conversation");
        {
            let mut waiting = std::pin::pin!(second.turn(LONG));
            assert!(futures_util::poll!(&mut waiting).is_pending());
            first.done(None);
            assert_eq!(waiting.await, Turn::Go);
        }
        second.done(None);
    }

    #[tokio::test]
    async fn who_follows_a_text_that_was_not_taken_comes_after_it() {
        let mut order = Order::default();
        let again = Timestamp::from_second(1_795_000_000).unwrap();
        let (first, mut second) = (order.place(lane(1)), order.place(lane(1)));
        first.done(Some(again));
        assert_eq!(second.turn(LONG).await, Turn::After(again));
    }

    #[tokio::test]
    async fn who_dies_holds_up_nobody() {
        let mut order = Order::default();
        let (first, mut second) = (order.place(lane(1)), order.place(lane(1)));
        drop(first);
        assert_eq!(second.turn(LONG).await, Turn::Go);
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let mut order = Order::default();
        let (_first, mut second) = (order.place(lane(1)), order.place(lane(1)));
        assert_eq!(second.turn(Duration::ZERO).await, Turn::Later);
    }

    #[test]
    fn what_is_done_is_forgotten() {
        let mut order = Order::default();
        let (first, second) = (order.place(lane(1)), order.place(lane(2)));
        first.done(None);
        order.forget_done();
        assert_eq!(order.0.keys().collect::<Vec<_>>(), [&lane(2)]);
        drop(second);
        order.forget_done();
        assert!(order.0.is_empty());
    }
}
