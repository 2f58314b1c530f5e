//! What is known around the turns of one tenant's ways: read once for all of them.

use std::collections::{BTreeMap, HashMap};

use domain::condition::Subject;
use domain::id::{ContactId, EnrolmentId, NumberId, WorkflowId};
use domain::template::Rendering;
use domain::tenant::Settings;
use domain::workflow::floor::Held;
use domain::workflow::{Known, Locale, Published, Standing, revive};
use jiff::Timestamp;
use store::{StoreError, TenantTx, enrolment, segment, tenant, workflow};

/// A version, ready to run, and how it stands with its workflow.
pub(super) struct Version {
    pub(super) published: Published,
    pub(super) standing: Standing,
    pub(super) paused_at: Option<Timestamp>,
}

/// What is known around turns.
pub(super) struct Around {
    settings: Settings,
    pub(super) versions: HashMap<(WorkflowId, i64), Version>,
    pub(super) subjects: HashMap<ContactId, Subject>,
    /// Who may have somebody's next reply to one of our numbers.
    pub(super) floors: HashMap<(ContactId, NumberId), (EnrolmentId, Timestamp)>,
    renderings: BTreeMap<String, Rendering>,
    nobody: Subject,
    plain: Rendering,
}

impl Around {
    pub(super) async fn of(
        tx: &mut TenantTx<'_>,
        wanted: &[(WorkflowId, i64)],
        contacts: &[ContactId],
    ) -> Result<Self, StoreError> {
        let runs = workflow::versions_of(tx, wanted).await?;
        let ground = workflow::ground(tx, runs.values().map(|run| &run.document)).await?;
        let version = |run: workflow::Run| Version {
            published: revive(run.document, &ground),
            standing: run.standing,
            paused_at: run.paused_at,
        };
        let versions = runs.into_iter().map(|(key, run)| (key, version(run))).collect();
        let mut around = Self {
            settings: tenant::settings(tx).await?,
            versions,
            subjects: segment::subjects(tx, contacts).await?,
            floors: enrolment::floors(tx, contacts).await?,
            renderings: BTreeMap::new(),
            nobody: Subject::default(),
            plain: Rendering::new("en"),
        };
        around.speak();
        Ok(around)
    }

    /// Has what fills texts for these people at hand.
    fn speak(&mut self) {
        for subject in self.subjects.values() {
            let language = language(subject);
            if !self.renderings.contains_key(language) {
                self.renderings.insert(language.to_owned(), Rendering::new(language));
            }
        }
    }

    /// By which clock their times are told, and how they write days.
    pub(super) fn locale(&self, contact: ContactId, phone: &str) -> Locale {
        Locale::of(self.subjects.get(&contact).unwrap_or(&self.nobody), phone, &self.settings)
    }

    /// Whether they are still there.
    pub(super) fn is_there(&self, contact: ContactId) -> bool {
        self.subjects.contains_key(&contact)
    }

    /// What `advance` gets to know.
    pub(super) fn known<'a>(
        &'a self,
        contact: ContactId,
        number: NumberId,
        phone: &'a str,
        locale: &'a Locale,
    ) -> Known<'a> {
        let subject = self.subjects.get(&contact).unwrap_or(&self.nobody);
        let rendering = self.renderings.get(language(subject)).unwrap_or(&self.plain);
        let floor = self.floors.get(&(contact, number)).map(|(by, until)| Held { by: *by, until: *until });
        Known { subject, phone, zone: &locale.zone, month_first: locale.month_first, rendering, floor }
    }
}

fn language(subject: &Subject) -> &str {
    subject.language.as_deref().unwrap_or("en")
}
