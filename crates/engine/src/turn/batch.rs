//! The turns of one transaction: those that have nothing to do with each other are taken together, so that a hundred of
//! them cost little more than one.

use std::collections::{BTreeMap, HashMap};

use domain::fact::Fact;
use domain::id::{Ids, TenantId};
use jiff::Timestamp;
use store::event::{self, Line};
use store::queue::Waiting;
use store::remember::{Aftermath, is_race, remember};
use store::scene::Known;
use store::{StoreError, SystemTx, TenantTx};
use uuid::Uuid;

use super::sight;
use crate::campaign::breaker;
use crate::send::stops::Stops;
use crate::world::World;

/// A fact whose tenant is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn<'f> {
    pub(crate) tenant: TenantId,
    /// What is worked strictly in order. It is locked.
    pub(crate) lane: Uuid,
    pub(crate) fact: &'f Fact,
    /// Where it waited, if it did.
    pub(crate) waiting: Option<&'f Waiting>,
}

/// What the turns of one transaction have in common.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) known: Known,
    /// Why facts found nobody, and how many of them.
    pub(crate) unclaimed: Vec<(&'static str, usize)>,
    lines: BTreeMap<TenantId, Vec<Line>>,
    after: Aftermath,
}

/// What is told after the commit.
#[derive(Debug)]
pub(crate) struct Told {
    after: Aftermath,
    heads: Vec<(TenantId, i64)>,
    unclaimed: Vec<(&'static str, usize)>,
}

impl Batch {
    /// Takes them: what each leads to is remembered in this transaction. Answers which reports were about no text of ours.
    pub(crate) async fn take<'f>(
        &mut self,
        tx: &mut SystemTx<'_>,
        now: Timestamp,
        ids: &mut Ids,
        turns: Vec<Turn<'f>>,
    ) -> Result<Vec<&'f Waiting>, StoreError> {
        let mut astray = Vec::new();
        for round in rounds(turns) {
            for (tenant, turns) in round {
                let mut tx = tx.for_tenant(tenant);
                let seen = sight::look(&mut tx, &mut self.known, &turns).await?;
                let decisions: Vec<_> =
                    turns.iter().zip(&seen).map(|(turn, seen)| sight::decide(now, ids, turn, seen)).collect();
                let mut after = remember_or_retry(&mut tx, now, ids, &decisions).await?;
                breaker::look(&mut tx, now, ids, &mut after).await?;
                self.add(tenant, after);
                let seen = turns.iter().zip(&seen);
                astray.extend(
                    seen.filter(|(turn, seen)| sight::is_astray(turn, seen)).filter_map(|(turn, _)| turn.waiting),
                );
            }
        }
        Ok(astray)
    }

    pub(crate) fn add(&mut self, tenant: TenantId, mut after: Aftermath) {
        self.lines.entry(tenant).or_default().append(&mut after.lines);
        self.after.join(after);
    }

    /// Numbers the lines, tenant by tenant in the order of their ids: everybody locks the counters in the same order. The last
    /// thing before the commit.
    pub(crate) async fn log(self, tx: &mut SystemTx<'_>, now: Timestamp, stops: &Stops) -> Result<Told, StoreError> {
        let mut heads = Vec::with_capacity(self.lines.len());
        for (tenant, lines) in self.lines {
            if !lines.is_empty() {
                let mut tx = tx.for_tenant(tenant);
                heads.push((tenant, event::append(&mut tx, now, &lines).await?));
            }
        }
        stops.add_all(&self.after.stopped);
        Ok(Told { after: self.after, heads, unclaimed: self.unclaimed })
    }
}

impl Told {
    pub(crate) fn announce(&self, world: &World) {
        for (reason, count) in &self.unclaimed {
            metrics::counter!("facts_unclaimed_total", "reason" => *reason).increment(*count as u64);
        }
        world.committed(&self.after);
        for (tenant, head) in &self.heads {
            world.told(*tenant, *head);
        }
    }
}

/// Remembers; a row that another turn made at the same moment means: the same again, and it will be found.
pub(crate) async fn remember_or_retry(
    tx: &mut TenantTx<'_>,
    now: Timestamp,
    ids: &mut Ids,
    decisions: &[domain::decision::Decision],
) -> Result<Aftermath, StoreError> {
    remember(tx, now, ids, decisions).await.map_err(|error| if is_race(&error) { StoreError::Retry } else { error })
}

/// Turns that can be taken together, by tenant.
type Round<'f> = BTreeMap<TenantId, Vec<Turn<'f>>>;

/// What two turns must not have in common to be taken together: the second has to see what the first led to.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Shared<'f> {
    Lane(Uuid),
    /// Who wrote: to two numbers at once, they are still one contact.
    Person(TenantId, &'f str),
}

fn rounds(turns: Vec<Turn<'_>>) -> Vec<Round<'_>> {
    let mut rounds: Vec<Round<'_>> = Vec::new();
    let mut free_from: HashMap<Shared<'_>, usize> = HashMap::new();
    for turn in turns {
        let person = match turn.fact {
            Fact::TextArrived(text) => Some(Shared::Person(turn.tenant, &text.from)),
            Fact::CarrierReported(_)
            | Fact::SendEnded(_)
            | Fact::ContactFellSilent { .. }
            | Fact::AssistantAnswered(_)
            | Fact::AnswerFailed(_)
            | Fact::HandOverOverdue { .. }
            | Fact::ApprovalOverdue { .. }
            | Fact::ToolEnded(_)
            | Fact::SnoozeEnded { .. }
            | Fact::UnknownOverdue { .. }
            | Fact::WorkflowActs(_) => None,
        };
        let shared: Vec<_> = person.into_iter().chain([Shared::Lane(turn.lane)]).collect();
        let round = shared.iter().filter_map(|shared| free_from.get(shared)).copied().max().unwrap_or(0);
        for shared in shared {
            free_from.insert(shared, round + 1);
        }
        if rounds.len() == round {
            rounds.push(Round::new());
        }
        rounds[round].entry(turn.tenant).or_default().push(turn);
    }
    rounds
}

#[cfg(test)]
mod tests {
    use domain::fact::TextArrived;
    use domain::id::CarrierAccountId;

    use super::*;

    fn text(from: &str) -> Fact {
        Fact::TextArrived(TextArrived {
            account: CarrierAccountId(Uuid::nil()),
            carrier_ref: String::new(),
            from: from.into(),
            to: String::new(),
            body: String::new(),
            media: Vec::new(),
            autoresponse: None,
            at: Timestamp::UNIX_EPOCH,
        })
    }

    /// Lanes of the turns of each round, in order, each with its tenant.
    fn check(turns: &[(u128, u128, &Fact)], expected: &[&[(u128, u128)]]) {
        let turns = turns
            .iter()
            .map(|(tenant, lane, fact)| Turn {
                tenant: TenantId(Uuid::from_u128(*tenant)),
                lane: Uuid::from_u128(*lane),
                fact,
                waiting: None,
            })
            .collect();
        let made: Vec<Vec<(u128, u128)>> = rounds(turns)
            .into_iter()
            .map(|round| {
                let turns = round.into_values().flatten();
                turns.map(|turn| (turn.tenant.0.as_u128(), turn.lane.as_u128())).collect()
            })
            .collect();
        assert_eq!(made, expected);
    }

    #[test]
    fn what_has_nothing_in_common_is_taken_together() {
        let (ann, bea) = (text("+1"), text("+2"));
        check(&[(1, 10, &ann), (1, 11, &bea), (2, 12, &ann)], &[&[(1, 10), (1, 11), (2, 12)]]);
    }

    #[test]
    fn a_lane_is_taken_in_order() {
        let (ann, overdue) = (text("+1"), Fact::UnknownOverdue { message: Uuid::nil().into() });
        check(
            &[(1, 10, &ann), (1, 10, &overdue), (1, 11, &overdue), (1, 10, &ann)],
            &[&[(1, 10), (1, 11)], &[(1, 10)], &[(1, 10)]],
        );
    }

    #[test]
    fn one_person_at_two_numbers_is_taken_in_order() {
        let (ann, bea) = (text("+1"), text("+2"));
        check(&[(1, 10, &ann), (1, 11, &ann), (1, 12, &bea)], &[&[(1, 10), (1, 12)], &[(1, 11)]]);
    }
}
