//! What tests of workflows share.

mod guide;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use uuid::Uuid;

use super::simulate::{Answers, Person, Play, Simulation, simulate};
use super::{Document, Fault, Ground, Published, publish};
use crate::attachment::Attachment;
use crate::condition::{Catalogue, Subject};
use crate::field::{Field, Kind};
use crate::id::{AssistantId, ListId, MediaId, NumberId, WorkflowId};

/// 27 November 2026 is a Friday; ten in New York.
pub(super) fn friday() -> Timestamp {
    "2026-11-27T15:00:00Z".parse().unwrap()
}

pub(super) fn ground() -> Ground {
    let field = |key: &str, kind| Field { key: key.into(), label: key.into(), kind };
    Ground {
        catalogue: Catalogue {
            fields: vec![
                field("city", Kind::Text),
                field("size", Kind::Number),
                field("birthday", Kind::Date),
                field("plan", Kind::Choice { choices: vec!["Gold".into(), "Silver".into()] }),
            ],
            lists: vec![(ListId(Uuid::from_u128(70)), "Guests".into())],
            campaigns: Vec::new(),
            zone: TimeZone::get("America/New_York").unwrap(),
        },
        segments: Vec::new(),
        numbers: vec![NumberId(Uuid::from_u128(71))],
        assistants: vec![AssistantId(Uuid::from_u128(72))],
        teams: Vec::new(),
        members: Vec::new(),
        workflows: vec![WorkflowId(Uuid::from_u128(73))],
        media: HashMap::from([(MediaId(Uuid::from_u128(74)), Attachment { bytes: 600_000, kept_at: friday() })]),
        secrets: vec!["shop".into()],
    }
}

pub(super) fn document(json: &Json) -> Document {
    Document::from_json(json).unwrap_or_else(|faults| panic!("{}", told(&faults)))
}

pub(super) fn published(json: &Json) -> Published {
    publish(document(json), &ground()).unwrap_or_else(|faults| panic!("{}", told(&faults)))
}

pub(super) fn told(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

pub(super) fn ann() -> Person {
    Person {
        subject: Subject {
            name: "Ann Berg".into(),
            phones: vec!["+12125550100".into()],
            created_at: friday(),
            fields: [("city".to_owned(), "Oslo".to_owned())].into(),
            ..Subject::default()
        },
        phone: "+12125550100".into(),
        zone: TimeZone::get("America/New_York").unwrap(),
        language: "en-US".into(),
        month_first: true,
    }
}

pub(super) fn variables(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// `>` they say, `+` time passes, `~` to the next timer.
pub(super) fn script(text: &str) -> Vec<Play> {
    let lines = text.split('|').map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| match line.split_at(1) {
            (">", said) => Play::Says(said.trim().to_owned()),
            ("+", span) => Play::Waits(span.trim().parse().unwrap()),
            ("!", "pause") => Play::Pauses,
            ("!", _) => Play::Resumes,
            _ => Play::Skips,
        })
        .collect()
}

pub(super) fn played<'p>(published: &'p Published, known: &[(&str, &str)], plays: &str) -> Simulation<'p> {
    simulate(published, ann(), variables(known), Answers::default(), &script(plays), friday())
}
