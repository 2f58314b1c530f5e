//! Texts of one conversation go in the order in which they were queued, even when one of them has to be tried again.

use std::collections::{HashMap, HashSet};

use domain::id::MessageId;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::DueText;
use crate::{StoreError, TenantTx, args, list, row};

/// A text that is tried again later than this holds up nobody: it waits for its hour, not for the carrier.
const SOON: SignedDuration = SignedDuration::from_secs(60);

/// A text that was not taken and is tried again.
#[derive(Debug, Clone, Copy)]
struct Again {
    lane: Uuid,
    message: MessageId,
    at: Timestamp,
}

/// Of these texts those that may go now: whoever follows a text of the same conversation that is tried again soon waits until
/// then, and those of one conversation stand in their order.
///
/// # Errors
/// When the database fails.
pub async fn in_order(tx: &mut TenantTx<'_>, now: Timestamp, due: Vec<DueText>) -> Result<Vec<DueText>, StoreError> {
    if due.is_empty() {
        return Ok(due);
    }
    let lanes: HashSet<Uuid> = due.iter().map(|text| text.lane).collect();
    let soon = now.checked_add(SOON).map_err(StoreError::fault)?;
    let rows = tx
        .rows(
            "SELECT lane, message_id, ready_at_us FROM outbox
             WHERE tenant_id = $1 AND lane {among $2} AND state = 'waiting' AND attempt > 0 AND ready_at_us <= $3",
            args![list(lanes), soon],
        )
        .await?;
    if rows.is_empty() {
        return Ok(due);
    }
    let again = rows.iter().map(|row| Ok(Again { lane: row.get(0)?, message: row.get(1)?, at: row.get(2)? }));
    let again = again.collect::<Result<Vec<_>, StoreError>>()?;
    let (due, later) = arranged(due, &again, |text| (text.lane, text.message));
    tx.push_each(
        "UPDATE outbox SET ready_at_us = $3 WHERE tenant_id = $1 AND message_id = $2 AND state = 'waiting'",
        later.iter().map(|(message, at)| row![*message, *at]),
    )
    .await?;
    Ok(due)
}

/// Who may go, and who waits until when.
fn arranged<T>(
    mut due: Vec<T>,
    again: &[Again],
    which: impl Fn(&T) -> (Uuid, MessageId),
) -> (Vec<T>, Vec<(MessageId, Timestamp)>) {
    let at_hand: HashSet<MessageId> = due.iter().map(|text| which(text).1).collect();
    let mut later = Vec::new();
    due.retain(|text| {
        let (lane, message) = which(text);
        let ahead = again.iter().filter(|one| one.lane == lane && one.message < message);
        let at = ahead.filter(|one| !at_hand.contains(&one.message)).map(|one| one.at).max();
        later.extend(at.map(|at| (message, at)));
        at.is_none()
    });
    let mut places: HashMap<Uuid, Vec<usize>> = again.iter().map(|one| (one.lane, Vec::new())).collect();
    for (nth, text) in due.iter().enumerate() {
        if let Some(places) = places.get_mut(&which(text).0) {
            places.push(nth);
        }
    }
    // Each conversation's texts share out the places that they have.
    let mut from: Vec<usize> = (0..due.len()).collect();
    for places in places.values() {
        let mut sorted = places.clone();
        sorted.sort_by_key(|nth| which(&due[*nth]).1);
        for (place, text) in places.iter().zip(sorted) {
            from[*place] = text;
        }
    }
    let mut texts: Vec<Option<T>> = due.into_iter().map(Some).collect();
    (from.into_iter().filter_map(|nth| texts[nth].take()).collect(), later)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    fn of(due: &[(u128, u128)], again: &[(u128, u128, i64)]) -> (Vec<u128>, Vec<(u128, i64)>) {
        let due = due.iter().map(|(lane, message)| (Uuid::from_u128(*lane), MessageId(Uuid::from_u128(*message))));
        let again = again.iter().map(|(lane, message, second)| Again {
            lane: Uuid::from_u128(*lane),
            message: MessageId(Uuid::from_u128(*message)),
            at: at(*second),
        });
        let (due, later) = arranged(due.collect(), &again.collect::<Vec<_>>(), |text| *text);
        let later = later.iter().map(|(id, when)| (id.0.as_u128(), when.duration_since(at(0)).as_secs()));
        (due.iter().map(|(_, id)| id.0.as_u128()).collect(), later.collect())
    }

    #[test]
    fn who_follows_a_text_that_is_tried_again_waits_for_it() {
        let (due, later) = of(&[(1, 12), (2, 13), (1, 14), (1, 10)], &[(1, 11, 5), (3, 1, 9)]);
        assert_eq!(due, [13, 10], "another conversation's, and who comes before it");
        assert_eq!(later, [(12, 5), (14, 5)]);
    }

    #[test]
    fn who_is_tried_again_goes_before_those_that_became_ready_meanwhile() {
        let (due, later) = of(&[(1, 12), (2, 5), (1, 13), (2, 4), (1, 11)], &[(1, 11, 0)]);
        assert_eq!(due, [11, 5, 12, 4, 13], "each in the places of its own; the other conversation's stay");
        assert!(later.is_empty());
    }
}
