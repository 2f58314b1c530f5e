//! Whether a workflow makes sense for a tenant. Whatever passes can only ever lack data at run time, and what then happens is
//! defined.

mod acts;
mod flow;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::document::{Again, Document, VariableKind, When};
use super::fault::{FAULTS_MAX, Fault, choose};
use super::golden;
use super::program::{self, Node, Published, To};
use super::step::Step;
use super::trigger::Trigger;
use super::{DEPTH_MAX, STEPS_MAX, VARIABLES_MAX};
use crate::attachment::Attachment;
use crate::condition::{Catalogue, check, text};
use crate::field::{Field, Kind, is_key, is_taken};
use crate::id::{AssistantId, MediaId, NumberId, SegmentId, TeamId, UserId, WorkflowId};

/// What a tenant's workflows can name.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Its fields, lists and campaigns, and the clock of the business.
    pub catalogue: Catalogue,
    /// Its segments.
    pub segments: Vec<SegmentId>,
    /// Its numbers.
    pub numbers: Vec<NumberId>,
    /// Its assistants.
    pub assistants: Vec<AssistantId>,
    /// Its teams.
    pub teams: Vec<TeamId>,
    /// Its members.
    pub members: Vec<UserId>,
    /// Its workflows.
    pub workflows: Vec<WorkflowId>,
    /// Of what was uploaded, what texts carry.
    pub media: HashMap<MediaId, Attachment>,
    /// The names of its secrets for requests.
    pub secrets: Vec<String>,
}

/// What conditions and templates name besides variables and fields: `reply` is what they last answered here, `reply_case` the
/// case that it was, `has_replied` whether they ever did, `last_send` what became of the last text.
pub const RUN_NAMES: [&str; 4] = ["reply", "reply_case", "has_replied", "last_send"];

/// What becomes of a text, as `last_send` says it.
pub(super) const SENDS: [&str; 3] = ["sent", "blocked", "failed"];

/// Checks a workflow, plays the conversations that are kept with it, and makes it ready to run. Many of these can take a second:
/// it is no work for a transaction.
///
/// # Errors
/// Whatever is wrong, each with its place and its mend.
pub fn publish(document: Document, ground: &Ground) -> Result<Published, Vec<Fault>> {
    let published = checked(document, ground)?;
    let mut faults = golden::broken(&published);
    if faults.is_empty() {
        return Ok(published);
    }
    Fault::sort(&mut faults);
    Err(faults)
}

/// As [`publish`], without playing anything.
///
/// # Errors
/// Whatever is wrong, each with its place and its mend.
pub fn checked(document: Document, ground: &Ground) -> Result<Published, Vec<Fault>> {
    let (published, mut faults) = compiled(document, ground);
    if faults.is_empty() {
        return Ok(published);
    }
    Fault::sort(&mut faults);
    Err(faults)
}

/// Makes ready to run what was published before. What it names may be gone meanwhile: a condition that asks for it is true of
/// nobody, and where somebody stood at a step that cannot be done any more, it is left out.
#[must_use]
pub fn revive(document: Document, ground: &Ground) -> Published {
    compiled(document, ground).0
}

fn compiled(document: Document, ground: &Ground) -> (Published, Vec<Fault>) {
    let steps = document.all_steps();
    let by_pointer = steps.iter().enumerate().map(|(nth, (pointer, _))| (pointer.clone(), nth)).collect();
    let mut by_id = BTreeMap::new();
    for (nth, (_, step)) in steps.iter().enumerate() {
        by_id.entry(step.id.clone()).or_insert(nth);
    }
    let mut compiler = Compiler {
        ground,
        document: &document,
        catalogue: Catalogue { fields: named(&document, ground), ..ground.catalogue.clone() },
        by_pointer,
        by_id: &by_id,
        nodes: Vec::new(),
        faults: Vec::new(),
    };
    compiler.whole(&steps);
    let goal = document.exits.goal.as_ref().map(|when| compiler.when("/exits/goal", None, when));
    let entry = document.entry.only_if.as_ref().map(|when| compiler.when("/entry/only_if", None, when));
    compiler.steps("/steps", &document.steps, None, 1);
    let Compiler { catalogue, mut nodes, mut faults, .. } = compiler;
    words::mark_questions(&mut nodes);
    faults.extend(flow::faults(&nodes));
    faults.extend(flow::asks_elsewhere(&nodes));
    let fields = catalogue.fields;
    faults.extend(golden::faults(&document, &fields));
    let zone = ground.catalogue.zone.clone();
    (Published { document, nodes, by_id, goal, entry, fields, zone }, faults)
}

/// Whatever has a name: variables first, so that a field that is added later takes nothing away.
fn named(document: &Document, ground: &Ground) -> Vec<Field> {
    let run = RUN_NAMES.into_iter().map(|name| {
        let kind = match name {
            "has_replied" => Kind::YesNo,
            "last_send" => Kind::Choice { choices: SENDS.map(str::to_owned).to_vec() },
            _ => Kind::Text,
        };
        Field { key: name.to_owned(), label: name.to_owned(), kind }
    });
    let mut named: Vec<Field> = document.variables.iter().map(super::document::Variable::field).chain(run).collect();
    for field in &ground.catalogue.fields {
        if named.iter().all(|one| one.key != field.key) {
            named.push(field.clone());
        }
    }
    named
}

struct Compiler<'c> {
    ground: &'c Ground,
    document: &'c Document,
    catalogue: Catalogue,
    by_pointer: BTreeMap<String, usize>,
    by_id: &'c BTreeMap<String, usize>,
    nodes: Vec<Node>,
    faults: Vec<Fault>,
}

impl Compiler<'_> {
    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    fn whole(&mut self, steps: &[(String, &Step)]) {
        let document = self.document;
        if document.name.trim().is_empty() || document.name.chars().count() > 100 {
            self.fault(Fault::new("/name", "wrong_value", "It has no name, or a long one.", "Write 1 to 100 letters."));
        }
        if steps.is_empty() {
            self.fault(Fault::new("/steps", "empty", "It has no steps.", "Add one, as `send`."));
        }
        if steps.len() > STEPS_MAX {
            let what = format!("It has more than {STEPS_MAX} steps.");
            self.fault(Fault::new("/steps", "too_many", what, "Make a second workflow of some, and `enter` it."));
        }
        let mut seen = BTreeSet::new();
        for (pointer, step) in steps {
            let at = format!("{pointer}/id");
            if !is_key(&step.id) {
                let mend = "Write small letters, digits and underscores, as in `ask_again`; at most 40.";
                self.fault(Fault::new(&at, "not_a_name", format!("{:?} is no name of a step.", step.id), mend));
            }
            if !seen.insert(step.id.as_str()) {
                let what = format!("Two steps are called {}.", step.id);
                self.fault(Fault::new(&at, "twice", what, "Give one of them another name.").of(&step.id));
            }
        }
        self.variables();
        self.triggers();
        match &document.entry.again {
            Again::ByKey(key) if document.variables.iter().all(|variable| variable.key != *key) => {
                self.no_such_variable("/entry/again/by_key", None, key);
            }
            Again::AfterDays(0) => {
                self.fault(Fault::new("/entry/again", "wrong_value", "No day is no wait.", "Write `always`."));
            }
            _ => {}
        }
        if document.entry.inside_max == Some(0) {
            self.fault(Fault::new("/entry/inside_max", "wrong_value", "Nobody could enter.", "Write 1 or more."));
        }
    }

    fn variables(&mut self) {
        let variables = &self.document.variables;
        if variables.len() > VARIABLES_MAX {
            let what = format!("It has more than {VARIABLES_MAX} variables.");
            self.fault(Fault::new("/variables", "too_many", what, "Keep what lasts in fields of the contact."));
        }
        for (nth, variable) in variables.iter().enumerate() {
            let at = format!("/variables/{nth}");
            let key = variable.key.as_str();
            let is_field = self.ground.catalogue.fields.iter().any(|field| field.key == key);
            if !is_key(key) {
                let mend = "Write small letters, digits and underscores, at most 40.";
                self.fault(Fault::new(format!("{at}/key"), "not_a_name", format!("{key:?} is no name."), mend));
            } else if is_field || is_taken(key) || RUN_NAMES.contains(&key) {
                let what = format!("{key} has another meaning already.");
                let mend = format!("Call it {key}_here, or use what is called {key}.");
                self.fault(Fault::new(format!("{at}/key"), "taken", what, mend));
            } else if variables.iter().take(nth).any(|other| other.key == key) {
                let what = format!("Two variables are called {key}.");
                self.fault(Fault::new(format!("{at}/key"), "twice", what, "Take one out."));
            }
            let is_choice = variable.kind == VariableKind::Choice;
            if is_choice == variable.choices.is_empty() {
                let (what, mend) = if is_choice {
                    ("It holds a choice, and there are none.", "Add `choices`, as in [\"Gold\", \"Silver\"].")
                } else {
                    ("It holds no choice.", "Take `choices` out, or make its type `choice`.")
                };
                self.fault(Fault::new(format!("{at}/choices"), "wrong_value", what, mend));
            }
        }
    }

    fn triggers(&mut self) {
        let document = self.document;
        for (nth, trigger) in document.triggers.iter().enumerate() {
            let at = format!("/triggers/{nth}");
            match trigger {
                Trigger::Keyword { words, numbers } => {
                    self.keywords(&format!("{at}/keyword/words"), None, words);
                    self.known(&format!("{at}/keyword/numbers"), None, numbers, |ground| &ground.numbers, "number");
                }
                Trigger::Text { numbers } => {
                    self.known(&format!("{at}/text/numbers"), None, numbers, |ground| &ground.numbers, "number");
                }
                Trigger::NewConversation { numbers } => {
                    let at = format!("{at}/new_conversation/numbers");
                    self.known(&at, None, numbers, |ground| &ground.numbers, "number");
                }
                Trigger::SegmentEntered(segment) => {
                    let at = format!("{at}/segment_entered");
                    self.known(&at, None, std::slice::from_ref(segment), |ground| &ground.segments, "segment");
                }
                Trigger::LinkClicked { campaign } => {
                    self.chosen(&format!("{at}/link_clicked/campaign"), None, campaign.as_slice(), "campaign");
                }
                Trigger::FieldChanged(field) => self.tenants_field(&format!("{at}/field_changed"), field, None),
                Trigger::Date { field, .. } => {
                    self.tenants_field(&format!("{at}/date/field"), field, Some(&Kind::Date));
                }
                _ => {}
            }
        }
    }

    fn tenants_field(&mut self, at: &str, key: &str, kind: Option<&Kind>) {
        let fields = &self.ground.catalogue.fields;
        match fields.iter().find(|field| field.key == key) {
            None => {
                let mend = choose(key, fields.iter().map(|field| field.key.as_str()));
                self.fault(Fault::new(at, "no_such_field", format!("There is no field {key}."), mend));
            }
            Some(field) if kind.is_some_and(|kind| *kind != field.kind) => {
                let what = format!("{key} holds {}.", field.form());
                self.fault(Fault::new(at, "wrong_type", what, "Name a field that holds a date."));
            }
            Some(_) => {}
        }
    }

    fn no_such_variable(&mut self, at: &str, step: Option<&str>, key: &str) {
        let mend = choose(key, self.document.variables.iter().map(|variable| variable.key.as_str()));
        let mend = if mend == "There are none yet." { format!("Add {key} to `variables`.") } else { mend };
        let fault = Fault::new(at, "no_such_variable", format!("There is no variable {key}."), mend);
        self.fault(match step {
            Some(step) => fault.of(step),
            None => fault,
        });
    }

    /// The index of the step that a way begins with, or of what follows.
    fn begins(&self, way: &str, steps: &[Step], otherwise: To) -> To {
        if steps.is_empty() { otherwise } else { self.by_pointer.get(&format!("{way}/0")).copied() }
    }

    fn steps(&mut self, pointer: &str, steps: &[Step], after: To, depth: usize) {
        if depth > DEPTH_MAX {
            let what = format!("Ways lie within ways more than {DEPTH_MAX} deep.");
            self.fault(Fault::new(pointer, "too_deep", what, "Write the inner ones behind, and go there by `go_to`."));
        }
        for (nth, step) in steps.iter().enumerate() {
            let at = format!("{pointer}/{nth}");
            let next = self.by_pointer.get(&format!("{pointer}/{}", nth + 1)).copied();
            let next = if nth + 1 < steps.len() { next } else { after };
            let only_if = step.only_if.as_ref().map(|when| self.when(&format!("{at}/only_if"), Some(&step.id), when));
            let op = self.op(&at, step, next);
            self.nodes.push(Node { id: step.id.clone(), pointer: at.clone(), act: step.act.name(), only_if, op, next });
            for (way, inside) in step.act.ways() {
                self.steps(&format!("{at}/{}{way}", step.act.name()), inside, next, depth + 1);
            }
        }
    }

    fn when(&mut self, at: &str, step: Option<&str>, when: &When) -> program::When {
        let place = |fault: Fault| match step {
            Some(step) => fault.of(step),
            None => fault,
        };
        let checked = match when.0.as_str() {
            Some(said) => {
                text::parse(said).map_err(|fault| vec![fault]).and_then(|parsed| parsed.check(&self.catalogue))
            }
            None => {
                crate::condition::Condition::from_json(&when.0).and_then(|condition| check(&condition, &self.catalogue))
            }
        };
        match checked {
            Ok(checked) => program::When(Some(checked)),
            Err(faults) => {
                for fault in &faults {
                    self.fault(place(Fault::condition(at, fault)));
                }
                program::When(None)
            }
        }
    }

    /// What stands under a name, as conditions see it.
    fn look(&self, name: &str) -> Option<Field> {
        self.catalogue.fields.iter().find(|field| field.key == name.strip_prefix("fields.").unwrap_or(name)).cloned()
    }
}
