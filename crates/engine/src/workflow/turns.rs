//! The turns of one tenant's ways in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::id::{ContactId, EnrolmentId, Ids, WorkflowId};
use domain::workflow::funnel::{Count, counts};
use domain::workflow::{
    Advanced, Event, Key, Standing, State, Status, Waits, Word, advance, break_off, may_be_answered,
};
use jiff::{SignedDuration, Timestamp};
use store::enrolment::{self, Entering, Logged, Told, Way};
use store::event::Line;
use store::remember::Aftermath;
use store::{StoreError, TenantTx};

use super::around::Around;
use super::deeds::Deeds;
use super::enter::Door;

/// A deadline that waits for texts which had no turn yet is looked at again so much later.
const LISTEN: SignedDuration = SignedDuration::from_secs(1);

/// Turns that are taken together.
pub(super) struct Turns<'i> {
    pub(super) now: Timestamp,
    /// What came before has had its turn.
    heard: Timestamp,
    pub(super) ids: &'i mut Ids,
    pub(super) around: Around,
    pub(super) door: Door,
    pub(super) deeds: Deeds,
    pub(super) counts: Vec<(WorkflowId, i64, Count)>,
    /// In the order of their ids.
    ways: BTreeMap<EnrolmentId, Moving>,
    words: HashMap<EnrolmentId, Vec<Told>>,
    heeded: Vec<Told>,
    log: Vec<Logged>,
}

/// A way that takes turns.
struct Moving {
    way: Way,
    /// The number of its last turn before these; `None`: it begins now.
    from: Option<u64>,
    /// What it begins with.
    first: Option<Event>,
}

impl<'i> Turns<'i> {
    /// Reads what there is to know for the turns of these ways, and for those who are to enter. Texts that came before `heard` have had
    /// their turns.
    pub(super) async fn of(
        tx: &mut TenantTx<'_>,
        (now, heard): (Timestamp, Timestamp),
        ids: &'i mut Ids,
        mut ways: Vec<EnrolmentId>,
        entering: &[Entering],
    ) -> Result<Self, StoreError> {
        ways.sort();
        ways.dedup();
        let asked = ways;
        let ways = enrolment::hold(tx, &asked).await?;
        let missing: Vec<EnrolmentId> = asked.into_iter().filter(|id| !ways.contains_key(id)).collect();
        if !missing.is_empty() {
            enrolment::forget_of_gone(tx, &missing).await?;
        }
        let words = enrolment::told_of(tx, now, &ways.keys().copied().collect::<Vec<_>>()).await?;
        let mut door = Door::of(tx, entering).await?;
        let moves = words.iter().flat_map(|(id, words)| words.iter().map(move |told| (id, &told.word)));
        let moves = moves.filter_map(|(id, word)| match word {
            Word::Migrate { version, .. } => Some((ways.get(id)?.workflow, *version)),
            Word::Event(_) | Word::Text { .. } => None,
        });
        let stand = ways.values().map(|way| (way.workflow, way.version));
        let versions: HashSet<_> = stand.chain(moves).chain(door.versions()).collect();
        let coming = entering.iter().map(|one| one.coming.contact);
        let contacts: HashSet<ContactId> = ways.values().map(|way| way.contact).chain(coming).collect();
        let (versions, contacts): (Vec<_>, Vec<_>) = (versions.into_iter().collect(), contacts.into_iter().collect());
        let around = Around::of(tx, &versions, &contacts).await?;
        door.count_inside(tx, &around).await?;
        let moving = |way: Way| Moving { from: Some(way.state.seq), way, first: None };
        Ok(Self {
            now,
            heard,
            ids,
            around,
            door,
            deeds: Deeds::default(),
            counts: Vec::new(),
            ways: ways.into_iter().map(|(id, way)| (id, moving(way))).collect(),
            words,
            heeded: Vec::new(),
            log: Vec::new(),
        })
    }

    /// How many ways it has in hand.
    pub(super) fn len(&self) -> usize {
        self.ways.len()
    }

    /// How many turns were taken.
    pub(super) fn taken(&self) -> usize {
        self.log.len()
    }

    /// Somebody enters, with this.
    pub(super) fn begin(&mut self, way: Way, first: Event) {
        self.ways.insert(way.id, Moving { way, from: None, first: Some(first) });
    }

    /// Takes them all.
    pub(super) fn take(&mut self) {
        let ids: Vec<EnrolmentId> = self.ways.keys().copied().collect();
        for id in ids {
            let Some(mut moving) = self.ways.remove(&id) else { continue };
            self.take_of(&mut moving);
            self.ways.insert(id, moving);
        }
    }

    fn take_of(&mut self, moving: &mut Moving) {
        self.stand_still_or_go_on(moving);
        if let Some(first) = moving.first.take() {
            self.turn(&mut moving.way, &first);
        }
        for told in self.words.remove(&moving.way.id).unwrap_or_default() {
            self.hear(&mut moving.way, &told.word);
            self.heeded.push(told);
        }
        let state = &mut moving.way.state;
        if state.wake_at.is_some_and(|at| at <= self.now) {
            if may_be_answered(state, self.heard) {
                state.wake_at = self.now.checked_add(LISTEN).ok();
            } else {
                let seq = state.seq;
                self.turn(&mut moving.way, &Event::Timer { seq });
            }
        }
        if !self.around.is_there(moving.way.contact) {
            self.turn(&mut moving.way, &Event::OptedOut);
        }
    }

    /// Whoever is in a workflow that is paused is, too, from their next turn on; until it goes on.
    fn stand_still_or_go_on(&mut self, moving: &mut Moving) {
        let way = &mut moving.way;
        let Some(version) = self.around.versions.get(&(way.workflow, way.version)) else { return };
        let is_paused = version.standing == Standing::Paused;
        if is_paused && way.state.is_live() {
            way.by_workflow = true;
            let since = version.paused_at.unwrap_or(self.now);
            self.turn(way, &Event::WorkflowPaused { since });
        } else if !is_paused && way.by_workflow {
            way.by_workflow = false;
            self.turn(way, &Event::Resumed { late: None });
        }
    }

    fn hear(&mut self, way: &mut Way, word: &Word) {
        match word {
            Word::Event(event) => {
                // Whom somebody pauses does not go on with the workflow.
                way.by_workflow &= *event != Event::Paused;
                self.turn(way, event);
            }
            Word::Text { message, became, at } => {
                if let (Some(Waits::Effect { of, .. }), true) = (&way.state.waits, way.awaits == Some(*message)) {
                    let event = Event::Done { of: of.clone(), result: became.clone(), at: Some(*at) };
                    self.turn(way, &event);
                }
            }
            Word::Migrate { version, plan } => {
                let of = |number| self.around.versions.get(&(way.workflow, number)).map(|version| &version.published);
                let (Some(old), Some(new), true) = (of(way.version), of(*version), way.version != *version) else {
                    return;
                };
                // Where they stand has changed since it was asked for: whoever cannot move now stays.
                let Ok(to) = plan.moves(&way.state, old, new) else { return };
                let before = std::mem::replace(&mut way.version, *version);
                if !self.turn_from(way, &Event::Migrated { to }, before) {
                    way.version = before;
                }
            }
        }
    }

    fn turn(&mut self, way: &mut Way, event: &Event) {
        let version = way.version;
        self.turn_from(way, event, version);
    }

    /// Takes a turn. `old`: the version that they come from. Whether it meant anything.
    fn turn_from(&mut self, way: &mut Way, event: &Event, old: i64) -> bool {
        let Some(version) = self.around.versions.get(&(way.workflow, way.version)) else { return false };
        let locale = self.around.locale(way.contact, &way.phone);
        let known = self.around.known(way.contact, way.number, &way.phone, &locale);
        let before = way.state.clone();
        let turn =
            catch_unwind(AssertUnwindSafe(|| advance(&version.published, way.state.clone(), event, &known, self.now)));
        let Advanced { state, heeded, trace, effects } = turn.unwrap_or_else(|_| {
            tracing::error!(
                enrolment = %way.id, step = ?before.at, "the turn of a workflow broke off; it waits to be looked at"
            );
            break_off(&version.published, before.clone(), event, &known, self.now)
        });
        if !heeded {
            // It was over between the turn in which the text was routed and this one.
            if let (Event::Reply(text), true) = (event, before.is_ended()) {
                self.deeds.give_back(way, text);
            }
            return false;
        }
        let of = |count: &Count| if count.of_old { old } else { way.version };
        self.counts.extend(
            counts(&before, &state, &trace, self.now).into_iter().map(|count| (way.workflow, of(&count), count)),
        );
        self.log.push(Logged { enrolment: way.id, seq: state.seq, event: event.name(), lines: trace });
        way.state = state;
        let awaited = way.awaits.take();
        if awaits(&before) == awaits(&way.state) {
            way.awaits = awaited;
        }
        for effect in effects {
            self.deeds.perform(&mut self.around, self.ids, way, awaited, effect);
        }
        if let (Status::Ended { outcome, .. }, false) = (&way.state.status, before.is_ended()) {
            self.deeds.left(&way.source, outcome);
        }
        true
    }

    /// Writes what came of them. Answers the lines for the tenant's log.
    pub(super) async fn write(
        mut self,
        tx: &mut TenantTx<'_>,
        entering: &[Entering],
        after: &mut Aftermath,
    ) -> Result<Vec<Line>, StoreError> {
        let now = self.now;
        for id in std::mem::take(&mut self.deeds.lost) {
            if !self.ways.contains_key(&id) {
                enrolment::lose_floor(tx, id).await?;
            }
        }
        for moving in self.ways.values_mut() {
            let way = &mut moving.way;
            let holds = self.around.floors.get(&(way.contact, way.number)).filter(|(by, _)| *by == way.id);
            way.floor = holds.map(|(_, until)| *until);
        }
        let moved = |moving: &&Moving| moving.from != Some(moving.way.state.seq);
        let (mut new, mut free, mut holding) = (Vec::new(), Vec::new(), Vec::new());
        // Whoever moved nowhere is written, too: when their time comes is what their state says, and nothing else. Whose way is over
        // has no time to come.
        for moving in self.ways.values().filter(|moving| moved(moving) || !moving.way.state.is_ended()) {
            match moving.from {
                None => new.push(&moving.way),
                // Whoever gives the floor up does so before somebody else takes it.
                Some(from) if moving.way.floor.is_none() => free.push((&moving.way, from)),
                Some(from) => holding.push((&moving.way, from)),
            }
        }
        enrolment::go_on(tx, now, &free).await?;
        enrolment::begin(tx, now, &new).await?;
        enrolment::go_on(tx, now, &holding).await?;
        enrolment::write_log(tx, now, &self.log).await?;
        enrolment::finish_words(tx, &self.heeded.iter().collect::<Vec<_>>()).await?;
        enrolment::finish_entries(tx, &entering.iter().collect::<Vec<_>>()).await?;
        let mut lines: Vec<Line> =
            self.ways.values().filter(moved).map(|moving| enrolment::updated(moving.way.id)).collect();
        self.deeds.write(tx, now, self.ids, after, &mut lines).await?;
        // All who are in a workflow share its sums: nobody waits for them longer than for the end of the transaction.
        enrolment::count(tx, self.counts).await?;
        Ok(lines)
    }
}

/// What is done elsewhere and waited for.
fn awaits(state: &State) -> Option<&Key> {
    match &state.waits {
        Some(Waits::Effect { of, .. }) => Some(of),
        _ => None,
    }
}
