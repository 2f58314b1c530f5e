//! What ways have done: each where its worker finds it.

use std::collections::{BTreeMap, BTreeSet};

use domain::fact::Fact;
use domain::id::{ContactId, EnrolmentId, Ids, ListId, MessageId, NumberId};
use domain::message::Author;
use domain::workflow::reply::Text;
use domain::workflow::{Changes, Coming, Deed, Does, Doing, Done, ENTER_DEPTH_MAX, Effect, Event, Source, Waits, Word};
use jiff::Timestamp;
use store::contact::history::By;
use store::enrolment::{self, Way};
use store::event::Line;
use store::queue::{self, Asks, Errand};
use store::remember::Aftermath;
use store::scene::{self, Known};
use store::{StoreError, TenantTx, contact, list};

use super::around::Around;

/// What is to be done after turns.
#[derive(Default)]
pub(super) struct Deeds {
    /// In conversations, in this order.
    acts: Vec<Doing>,
    words: Vec<(EnrolmentId, Word)>,
    coming: Vec<Coming>,
    errands: Vec<Errand>,
    changed: Vec<(By, ContactId, contact::Change)>,
    listed: BTreeMap<ListId, (BTreeSet<ContactId>, BTreeSet<ContactId>)>,
    /// Whose lists change, and by which way.
    listed_by: BTreeSet<(ContactId, EnrolmentId)>,
    /// Ways that hold their floor no more.
    pub(super) lost: Vec<EnrolmentId>,
    freed: BTreeSet<(ContactId, NumberId)>,
}

impl Deeds {
    /// `awaited`: the text that the way was waiting to hear of before this turn.
    pub(super) fn perform(
        &mut self,
        around: &mut Around,
        ids: &mut Ids,
        way: &mut Way,
        awaited: Option<MessageId>,
        Effect { key, deed }: Effect,
    ) {
        match deed {
            Deed::Send { body, purpose, from, media, before } => {
                let message = ids.next();
                let asks = way.state.floor_until.is_some();
                if matches!(&way.state.waits, Some(Waits::Effect { of, .. }) if *of == key) {
                    way.awaits = Some(message);
                }
                let does = Does::Text { message, body, purpose, media, before, asks };
                self.act_from(way, from.unwrap_or(way.number), does);
            }
            Deed::Withdraw { from, .. } => {
                if let Some(message) = awaited {
                    // Behind the text itself: in the same lane.
                    self.act_from(way, from.unwrap_or(way.number), Does::Withdraw { message });
                }
            }
            Deed::Http(request) => {
                let asks = Asks::System(request);
                self.errands.push(Errand::ActForWorkflow { enrolment: way.id, key, asks });
            }
            Deed::Ask { assistant, question } => {
                let asks = Asks::Model { assistant, question };
                self.errands.push(Errand::ActForWorkflow { enrolment: way.id, key, asks });
            }
            Deed::HandOver { assistant, guide } => self.act(way, Does::HandOver { assistant, guide }),
            Deed::Change(changes) => self.change(around, way, changes),
            Deed::Assign { team, person } => self.act(way, Does::Assign { team, person }),
            Deed::Note(text) => self.act(way, Does::Note(text)),
            Deed::Notify { text, team, people } => self.act(way, Does::Notify { text, team, people }),
            Deed::Enter { workflow, variables, wait } => {
                let depth = way.source.depth() + 1;
                let source = Source::Workflow { of: key.clone(), waits: wait, depth };
                // Workflows that lead into each other end somewhere.
                if depth > ENTER_DEPTH_MAX {
                    self.not_admitted(&source, "too_deep");
                    return;
                }
                self.coming.push(Coming {
                    workflow,
                    contact: way.contact,
                    phone: Some(way.phone.clone()),
                    number: Some(way.number),
                    key: Some(key.to_string()),
                    source,
                    variables,
                });
            }
            Deed::TakeFloor { until } => {
                let held = around.floors.insert((way.contact, way.number), (way.id, until));
                if let Some((loser, _)) = held.filter(|(by, _)| *by != way.id) {
                    self.lost.push(loser);
                    self.words.push((loser, Word::Event(Event::FloorLost)));
                }
            }
            Deed::GiveBack { at, wants_answer, .. } => self.act(way, Does::GiveBack { at, wants_answer }),
            Deed::FreeFloor => {
                let place = (way.contact, way.number);
                if around.floors.get(&place).is_some_and(|(by, _)| *by == way.id) {
                    around.floors.remove(&place);
                    self.freed.insert(place);
                }
                self.act(way, Does::Leave);
            }
        }
    }

    /// What they sent then and was routed to this way is for whoever answers them otherwise.
    pub(super) fn give_back(&mut self, way: &Way, text: &Text) {
        self.act(way, Does::GiveBack { at: text.sent_at, wants_answer: text.wants_answer(&way.phone) });
    }

    /// Their way is over: whoever waits for that is told.
    pub(super) fn left(&mut self, source: &Source, outcome: &str) {
        self.tell_parent(source, Done::Left(outcome.to_owned()));
    }

    /// They were not let in.
    pub(super) fn not_admitted(&mut self, source: &Source, why: &str) {
        self.tell_parent(source, Done::Failed(why.to_owned()));
    }

    fn tell_parent(&mut self, source: &Source, result: Done) {
        if let Source::Workflow { of, waits: true, .. } = source {
            self.words.push((of.enrolment, Word::Event(Event::Done { of: of.clone(), result, at: None })));
        }
    }

    fn act(&mut self, way: &Way, does: Does) {
        self.act_from(way, way.number, does);
    }

    fn act_from(&mut self, way: &Way, number: NumberId, does: Does) {
        self.acts.push(Doing { enrolment: way.id, number, phone: way.phone.clone(), does });
    }

    /// What is kept of them changes; the turns behind this one know it.
    fn change(&mut self, around: &mut Around, way: &Way, changes: Changes) {
        let Some(subject) = around.subjects.get_mut(&way.contact) else { return };
        let Changes { add_tags, remove_tags, add_to_lists, remove_from_lists, fields } = changes;
        let has_tags = !(add_tags.is_empty() && remove_tags.is_empty());
        subject.tags.extend(add_tags.iter().cloned());
        subject.tags.retain(|tag| !remove_tags.contains(tag));
        let mut change = contact::Change { add_tags, remove_tags, ..contact::Change::default() };
        for (key, value) in fields {
            match &value {
                Some(value) => subject.fields.insert(key.clone(), value.clone()),
                None => subject.fields.remove(&key),
            };
            change.fields.push((key, value));
        }
        if has_tags || !change.fields.is_empty() {
            self.changed.push((By::Author(Author::Workflow(way.id)), way.contact, change));
        }
        if !(add_to_lists.is_empty() && remove_from_lists.is_empty()) {
            self.listed_by.insert((way.contact, way.id));
        }
        for list in add_to_lists {
            subject.lists.insert(list);
            let (on, off) = self.listed.entry(list).or_default();
            off.remove(&way.contact);
            on.insert(way.contact);
        }
        for list in remove_from_lists {
            subject.lists.remove(&list);
            let (on, off) = self.listed.entry(list).or_default();
            on.remove(&way.contact);
            off.insert(way.contact);
        }
    }

    /// Writes it all.
    pub(super) async fn write(
        mut self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
        ids: &mut Ids,
        after: &mut Aftermath,
        lines: &mut Vec<Line>,
    ) -> Result<(), StoreError> {
        lines.extend(contact::change_by_each(tx, now, ids, &self.changed).await?);
        self.write_lists(tx, now, ids, lines).await?;
        let mut known = Known::default();
        let mut facts = Vec::with_capacity(self.acts.len());
        for doing in self.acts {
            // A number that is gone texts nobody: whoever waits for it learns that by the time it waits at most.
            if let Some(lane) = scene::lane_between(tx, &mut known, doing.number, &doing.phone).await? {
                facts.push((lane, Fact::WorkflowActs(Box::new(doing))));
            } else if let Does::Text { message, .. } = doing.does {
                let became = Done::Failed("number_gone".into());
                self.words.push((doing.enrolment, Word::Text { message, became, at: now }));
            }
        }
        if !facts.is_empty() {
            queue::add_facts(tx, now, ids, &facts).await?;
            after.turn_at = Some(after.turn_at.map_or(now, |at| at.min(now)));
        }
        let freed: Vec<ContactId> = self.freed.iter().map(|(contact, _)| *contact).collect();
        for (contact, number, way) in enrolment::queue_for_floor(tx, &freed).await? {
            if self.freed.contains(&(contact, number)) {
                self.words.push((way, Word::Event(Event::FloorFreed)));
            }
        }
        enrolment::tell(tx, now, ids, &self.words).await?;
        enrolment::enter(tx, now, ids, &self.coming).await?;
        for errand in &self.errands {
            queue::add_errand(tx, ids.next(), now, errand).await?;
            after.errands = true;
        }
        Ok(())
    }

    async fn write_lists(
        &self,
        tx: &mut TenantTx<'_>,
        now: Timestamp,
        ids: &mut Ids,
        lines: &mut Vec<Line>,
    ) -> Result<(), StoreError> {
        if self.listed.is_empty() {
            return Ok(());
        }
        let lists: Vec<ListId> = self.listed.keys().copied().collect();
        for id in list::hold_all(tx, &lists).await? {
            let Some((on, off)) = self.listed.get(&id) else { continue };
            let (on, off): (Vec<_>, Vec<_>) = (on.iter().copied().collect(), off.iter().copied().collect());
            if !on.is_empty() {
                list::add(tx, now, id, &on).await?;
            }
            if !off.is_empty() {
                list::take_off(tx, id, &off).await?;
            }
            lines.push(list::updated(id));
        }
        enrolment::listed(tx, now, ids, self.listed_by.iter().map(|(contact, by)| (*contact, Some(*by)))).await
    }
}
