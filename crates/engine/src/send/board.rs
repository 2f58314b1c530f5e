//! Which numbers have texts waiting, and until when.

use std::collections::HashMap;

use domain::id::NumberId;
use jiff::Timestamp;
use store::StoreError;
use store::queue::{self, Lane};

use super::POLL;
use crate::world::World;

/// The numbers that have texts waiting, and until when each lets none go. Read when there is news, and now and then; in
/// between a number that waits for its pace costs nothing.
#[derive(Debug, Default)]
pub(super) struct Board {
    lanes: Vec<(Lane, Timestamp)>,
    /// Until when numbers wait for their pace, and the rate that says so.
    paced: HashMap<NumberId, (u64, Timestamp)>,
    /// Until when their campaigns wait for limits that bind these only.
    held: HashMap<NumberId, Timestamp>,
    /// `None`: it is out of date.
    read_at: Option<Timestamp>,
}

impl Board {
    /// Reads it, if it may be out of date.
    pub(super) async fn look(&mut self, world: &World) -> Result<(), StoreError> {
        // Asked before reading: what is set from now on is news for the next time.
        let news = world.sends.rang();
        let now = world.now();
        let fresh = self.read_at.is_some_and(|read_at| now.duration_since(read_at) < POLL);
        if fresh && !news {
            return Ok(());
        }
        self.read_at = None;
        let mut lanes = world.store.system_read(async |tx| queue::lanes_waiting(tx).await).await?;
        // Nobody is always first.
        let start = usize::try_from(now.as_microsecond().unsigned_abs() / 7 % 1_000_003).unwrap_or(0);
        let start = start % lanes.len().max(1);
        lanes.rotate_left(start);
        self.paced.retain(|_, (_, until)| *until > now);
        self.held.retain(|_, until| *until > now);
        self.lanes = lanes
            .into_iter()
            .filter_map(|mut lane| {
                if let Some(held) = self.held.get(&lane.number) {
                    lane.ready_at[2] = lane.ready_at[2].map(|ready_at| ready_at.max(*held));
                }
                let ready_at = lane.ready_at.into_iter().flatten().min()?;
                let paced = self.paced.get(&lane.number).filter(|(rate_millis, _)| *rate_millis == lane.rate_millis);
                Some((lane, paced.map_or(ready_at, |(_, until)| ready_at.max(*until))))
            })
            .collect();
        self.read_at = Some(now);
        Ok(())
    }

    /// The numbers that may send now, those first at which somebody writes to one person; to be put back after the claim.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<Lane> {
        let mut due: Vec<Lane> = self.lanes.extract_if(.., |(_, until)| *until <= now).map(|(lane, _)| lane).collect();
        due.sort_by_key(|lane| !has_texts(lane, now));
        due
    }

    /// Whether campaigns alone have something to send now.
    pub(super) fn is_bulk(&self, now: Timestamp) -> bool {
        let mut due = self.lanes.iter().filter(|(_, until)| *until <= now).peekable();
        due.peek().is_some() && !due.any(|(lane, _)| has_texts(lane, now))
    }

    pub(super) fn put(&mut self, lanes: Vec<(Lane, Then)>, now: Timestamp) {
        for (lane, then) in lanes {
            match then {
                Then::Wait(until) => {
                    self.paced.insert(lane.number, (lane.rate_millis, until));
                    self.lanes.push((lane, until));
                }
                Then::Again => self.lanes.push((lane, Timestamp::MIN)),
                Then::Bulk(until) => {
                    self.held.insert(lane.number, until);
                    let texts = lane.ready_at[..2].iter().flatten().copied().filter(|ready_at| *ready_at > now).min();
                    let lane = Lane { ready_at: [texts, None, Some(until)], ..lane };
                    let until = texts.map_or(until, |texts| texts.min(until));
                    self.lanes.push((lane, until));
                }
                // It may have some for later.
                Then::Nothing => self.read_at = None,
            }
        }
    }

    /// When the next number may send.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.lanes.iter().map(|(_, until)| *until).min()
    }
}

/// Whether somebody's text to one person may go.
fn has_texts(lane: &Lane, now: Timestamp) -> bool {
    lane.ready_at[..2].iter().flatten().any(|ready_at| *ready_at <= now)
}

/// What a lane waits for after a claim.
#[derive(Debug)]
pub(super) enum Then {
    /// Its pace lets the next one go at this time.
    Wait(Timestamp),
    /// There was no room for more.
    Again,
    /// Limits on campaigns let the next one of theirs go at this time; what goes to one person does not wait for it.
    Bulk(Timestamp),
    /// It has no more that is due.
    Nothing,
}

#[cfg(test)]
mod tests {
    use domain::id::TenantId;
    use uuid::Uuid;

    use super::*;

    fn lane(n: u128) -> Lane {
        let (tenant, number) = (TenantId(Uuid::nil()), NumberId(Uuid::from_u128(n)));
        Lane { tenant, number, rate_millis: 1_000, ready_at: [Some(at(0)), None, None] }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    fn due(board: &mut Board, now: Timestamp) -> Vec<u128> {
        board.take_due(now).iter().map(|lane| lane.number.0.as_u128()).collect()
    }

    #[test]
    fn a_number_comes_back_when_its_pace_lets_it() {
        let mut board = Board::default();
        board.put(vec![(lane(1), Then::Wait(at(5))), (lane(2), Then::Again), (lane(3), Then::Wait(at(3)))], at(0));
        assert_eq!(due(&mut board, at(0)), [2]);
        assert_eq!(board.next(), Some(at(3)));
        assert_eq!(due(&mut board, at(4)), [3]);
        assert_eq!(due(&mut board, at(5)), [1]);
        assert_eq!(board.next(), None);
    }

    #[test]
    fn who_writes_to_one_person_comes_first() {
        let mut board = Board::default();
        let bulk = |n| Lane { ready_at: [None, Some(at(9)), Some(at(0))], ..lane(n) };
        board.put(vec![(bulk(1), Then::Again), (lane(2), Then::Again), (bulk(3), Then::Again)], at(0));
        assert!(!board.is_bulk(at(0)));
        assert_eq!(due(&mut board, at(0)), [2, 1, 3]);
        assert!(!board.is_bulk(at(0)), "nothing is due");
        board.put(vec![(bulk(1), Then::Again)], at(0));
        assert!(board.is_bulk(at(0)) && !board.is_bulk(at(9)), "until somebody's text may go");
    }

    #[test]
    fn a_number_that_ran_dry_is_looked_for_again() {
        let mut board = Board { read_at: Some(at(0)), ..Board::default() };
        board.put(vec![(lane(1), Then::Wait(at(5)))], at(0));
        assert_eq!(board.read_at, Some(at(0)));
        board.put(vec![(lane(2), Then::Nothing)], at(0));
        assert_eq!(board.read_at, None);
    }

    #[test]
    fn limits_on_campaigns_hold_up_nothing_else() {
        let mut board = Board::default();
        let later = Lane { ready_at: [Some(at(2)), None, Some(at(0))], ..lane(1) };
        let only = Lane { ready_at: [Some(at(0)), None, Some(at(0))], ..lane(2) };
        board.put(vec![(later, Then::Bulk(at(5))), (only, Then::Bulk(at(5)))], at(0));
        assert!(due(&mut board, at(1)).is_empty());
        let lanes = board.take_due(at(2));
        assert_eq!((lanes.len(), lanes[0].ready_at), (1, [Some(at(2)), None, Some(at(5))]), "a text to one person");
        assert_eq!(due(&mut board, at(5)), [2]);
    }
}
