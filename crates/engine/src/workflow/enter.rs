//! Who is to enter a workflow: whether they may, and their way if they do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::id::{ContactId, EnrolmentId, NumberId, WorkflowId};
use domain::workflow::funnel::Count;
use domain::workflow::{Again, Before, Coming, Event, NotAdmitted, Standing, State};
use store::enrolment::{Came, Entering, Past, Way, pasts};
use store::{StoreError, TenantTx, workflow};

use super::around::Around;
use super::turns::Turns;

/// What is known of those who are to enter.
#[derive(Default)]
pub(super) struct Door {
    /// The version that people enter.
    live: HashMap<WorkflowId, i64>,
    pasts: HashMap<(WorkflowId, ContactId), Past>,
    reached: HashMap<ContactId, Came>,
    inside: HashMap<WorkflowId, u32>,
    usual_number: Option<NumberId>,
}

impl Door {
    pub(super) async fn of(tx: &mut TenantTx<'_>, entering: &[Entering]) -> Result<Self, StoreError> {
        if entering.is_empty() {
            return Ok(Self::default());
        }
        let workflows: BTreeSet<WorkflowId> = entering.iter().map(|one| one.coming.workflow).collect();
        let workflows: Vec<WorkflowId> = workflows.into_iter().collect();
        let contacts: BTreeSet<ContactId> = entering.iter().map(|one| one.coming.contact).collect();
        let contacts: Vec<ContactId> = contacts.into_iter().collect();
        let known = workflow::by_ids(tx, &workflows).await?;
        Ok(Self {
            live: known.into_iter().filter_map(|(id, known)| Some((id, known.live_version?))).collect(),
            pasts: pasts(tx, &workflows, &contacts).await?,
            reached: Came::from(tx, &contacts).await?,
            inside: HashMap::new(),
            usual_number: Came::usual_number(tx).await?,
        })
    }

    /// How many are in those that only so many may be in. They are counted no further than it matters, and nobody else lets
    /// anybody in meanwhile.
    pub(super) async fn count_inside(&mut self, tx: &mut TenantTx<'_>, around: &Around) -> Result<(), StoreError> {
        let most = |(id, version): (&WorkflowId, &i64)| {
            Some((*id, around.versions.get(&(*id, *version))?.published.document().entry.inside_max?))
        };
        let limited: BTreeMap<WorkflowId, u32> = self.live.iter().filter_map(most).collect();
        let Some(most) = limited.values().max() else { return Ok(()) };
        self.inside = Came::inside(tx, &limited.keys().copied().collect::<Vec<_>>(), *most).await?;
        Ok(())
    }

    /// As if so many more were in it.
    pub(super) fn would_hold(&mut self, workflow: WorkflowId, more: i64) {
        let inside = self.inside.entry(workflow).or_default();
        *inside = inside.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    }

    /// The versions that they would enter.
    pub(super) fn versions(&self) -> impl Iterator<Item = (WorkflowId, i64)> {
        self.live.iter().map(|(id, version)| (*id, *version))
    }
}

/// Why somebody is not let in.
enum Refused {
    /// Nobody is now, or there is no such workflow.
    Closed,
    /// They are gone, or have no phone.
    NotReached,
    /// No number of ours may text them.
    NoNumber,
    /// They may not.
    NotAdmitted(NotAdmitted),
}

impl Refused {
    const fn code(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::NotReached => "not_reached",
            Self::NoNumber => "no_number",
            Self::NotAdmitted(why) => why.code(),
        }
    }
}

impl Turns<'_> {
    /// Lets in whoever may enter, in their order. Answers which way each is on, or why they were not let in.
    pub(super) fn enter(&mut self, entering: &[Entering]) -> Vec<(ContactId, Result<EnrolmentId, &'static str>)> {
        let mut doors = Vec::with_capacity(entering.len());
        for one in entering {
            let coming = &one.coming;
            match self.way(coming, one.id.0) {
                Ok((way, first)) => {
                    let past = self.door.pasts.entry((way.workflow, way.contact)).or_default();
                    past.is_inside = true;
                    past.entered.push(self.now);
                    past.keys.push(way.key.clone());
                    *self.door.inside.entry(way.workflow).or_default() += 1;
                    doors.push((way.contact, Ok(way.id)));
                    self.begin(way, first);
                }
                Err(why) => {
                    doors.push((coming.contact, Err(why.code())));
                    if let Some(version) = self.door.live.get(&coming.workflow) {
                        let what = format!("refused:{}", why.code());
                        let count = Count { step: String::new(), what, millis: 0, of_old: false };
                        self.counts.push((coming.workflow, *version, count));
                    }
                    self.deeds.not_admitted(&coming.source, why.code());
                }
            }
        }
        doors
    }

    fn way(&mut self, coming: &Coming, entry: uuid::Uuid) -> Result<(Way, Event), Refused> {
        let (door, now) = (&self.door, self.now);
        let version = *door.live.get(&coming.workflow).ok_or(Refused::Closed)?;
        let run = self.around.versions.get(&(coming.workflow, version)).ok_or(Refused::Closed)?;
        if run.standing != Standing::Active {
            return Err(Refused::Closed);
        }
        let reached = door.reached.get(&coming.contact).ok_or(Refused::NotReached)?;
        let phone = coming.phone.clone().or_else(|| reached.phone.clone()).ok_or(Refused::NotReached)?;
        let number = coming.number.or(reached.number).or(door.usual_number).ok_or(Refused::NoNumber)?;
        let subject = self.around.subjects.get(&coming.contact).ok_or(Refused::NotReached)?;
        let rules = &run.published.document().entry;
        let by_variable = match &rules.again {
            Again::ByKey(variable) => coming.variables.get(variable),
            Again::Never | Again::Always | Again::AfterDays(_) => None,
        };
        let key = coming.key.as_ref().or(by_variable);
        let past = door.pasts.get(&(coming.workflow, coming.contact));
        let had_key = key.is_some_and(|key| past.is_some_and(|past| past.keys.contains(key)));
        // What brings somebody in by a key of its own does so once, whatever the rules say.
        if had_key && coming.key.is_some() {
            return Err(Refused::NotAdmitted(NotAdmitted::SameKey));
        }
        let hours = past.iter().flat_map(|past| &past.entered).map(|at| now.duration_since(*at).as_hours());
        let hours: Vec<u32> = hours.map(|hours| u32::try_from(hours).unwrap_or(0)).collect();
        let before = Before {
            is_inside: past.is_some_and(|past| past.is_inside),
            days_since: hours.iter().min().map(|hours| hours / 24),
            today: u32::try_from(hours.iter().filter(|hours| **hours < 24).count()).unwrap_or(u32::MAX),
            had_key,
            key: key.map(String::as_str),
            inside: door.inside.get(&coming.workflow).copied().unwrap_or(0),
            fits: run.published.fits_entry(subject, now),
            opted_out: subject.opted_out,
        };
        rules.admits(&before).map_err(Refused::NotAdmitted)?;
        let key = match (key, &rules.again) {
            (Some(key), _) => key.clone(),
            (None, Again::Never) => String::new(),
            (None, Again::Always | Again::AfterDays(_) | Again::ByKey(_)) => entry.simple().to_string(),
        };
        let id = self.ids.next();
        let way = Way {
            id,
            workflow: coming.workflow,
            version,
            contact: coming.contact,
            phone,
            number,
            key,
            source: coming.source.clone(),
            state: State::new(id, now),
            by_workflow: false,
            awaits: None,
            floor: None,
        };
        Ok((way, Event::Entered { variables: coming.variables.clone() }))
    }
}
