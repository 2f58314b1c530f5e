//! What a row changes of somebody whom we know, or does not.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Row;

/// What becomes of people whom we know already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They stay as they are.
    Skip,
    /// What we do not know is taken from the file, what we know stays; labels are added.
    #[default]
    Fill,
    /// What the file says replaces what we know; labels are added. What it says nothing of stays.
    Overwrite,
}

/// What is known of somebody. Empty: not known.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Whole.
    pub name: String,
    /// Where they work.
    pub company: String,
    /// As kept.
    pub email: String,
    /// All their numbers, E.164. Known only where a row has several.
    pub phones: Vec<String>,
    /// All their e-mail addresses. Known only where a row has several.
    pub emails: Vec<String>,
    /// IANA name.
    pub time_zone: String,
    /// ISO 639-1.
    pub language: String,
    /// What people noted.
    pub note: String,
    /// Labels.
    pub tags: Vec<String>,
    /// What is kept in the tenant's fields, by their keys.
    pub fields: BTreeMap<String, String>,
}

/// What changes; `None` and what is not listed stays.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Whole.
    pub name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// As kept.
    pub email: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// What people noted.
    pub note: Option<String>,
    /// Numbers that come on top, E.164.
    pub phones: Vec<String>,
    /// E-mail addresses that come on top.
    pub emails: Vec<String>,
    /// Labels that come on top.
    pub tags: Vec<String>,
    /// Values of the tenant's fields, by their keys.
    pub fields: Vec<(Arc<str>, String)>,
}

/// What a row does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is taken apart at once")]
pub enum Verdict {
    /// Somebody new.
    Create,
    /// Somebody whom we know, with something new.
    Update(Change),
    /// Somebody whom we know, with nothing new.
    Unchanged,
    /// Somebody whom we know and leave as they are.
    Skipped,
    /// The file had this number before: the first row counts.
    Duplicate,
}

/// What a row does. `seen`: a row before it had the same number ([`Seen`](super::Seen)).
///
/// The first of several rows with one number counts, and the others are told of: then no row of the file is undone by another
/// unseen, and it does not matter where an interrupted import goes on. A word against texts counts in any row
/// ([`consent`](super::consent())).
#[must_use]
pub fn judge(row: &Row, known: Option<&Known>, seen: bool, mode: Mode) -> Verdict {
    match (seen, known, mode) {
        (true, ..) => Verdict::Duplicate,
        (false, None, _) => Verdict::Create,
        (false, Some(_), Mode::Skip) => Verdict::Skipped,
        (false, Some(known), mode) => merge(known, row, mode).map_or(Verdict::Unchanged, Verdict::Update),
    }
}

/// What changes of somebody whom we know; `None`: nothing. An empty cell never takes anything away.
#[must_use]
pub fn merge(known: &Known, row: &Row, mode: Mode) -> Option<Change> {
    let takes = |known: &str, new: &str| match mode {
        Mode::Skip => false,
        Mode::Fill => known.is_empty() && !new.is_empty(),
        Mode::Overwrite => !new.is_empty() && known != new,
    };
    let text = |known: &str, new: &str| takes(known, new).then(|| new.to_owned());
    let field = |(key, new): &&(Arc<str>, String)| takes(known.fields.get(&**key).map_or("", String::as_str), new);
    let email = text(&known.email, &row.email);
    let (mut phones, mut emails) = (Vec::new(), Vec::new());
    if mode != Mode::Skip && !row.other_phones.is_empty() {
        phones
            .extend(row.phones().map(|phone| phone.as_str().to_owned()).filter(|phone| !known.phones.contains(phone)));
    }
    if mode != Mode::Skip {
        let is_new = |one: &&String| !known.emails.contains(one) && email.as_ref() != Some(*one);
        emails.extend(row.other_emails.iter().filter(is_new).cloned());
    }
    let change = Change {
        name: text(&known.name, &row.name),
        company: text(&known.company, &row.company),
        email,
        phones,
        emails,
        time_zone: text(&known.time_zone, &row.time_zone),
        language: text(&known.language, &row.language),
        note: text(&known.note, &row.note),
        tags: match mode {
            Mode::Skip => Vec::new(),
            Mode::Fill | Mode::Overwrite => row.tags.iter().filter(|tag| !known.tags.contains(tag)).cloned().collect(),
        },
        fields: row.fields.iter().filter(field).cloned().collect(),
    };
    (change != Change::default()).then_some(change)
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

/// Which things change, not what they become.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            ("name", self.name.is_some()),
            ("company", self.company.is_some()),
            ("email", self.email.is_some()),
            ("time_zone", self.time_zone.is_some()),
            ("language", self.language.is_some()),
            ("note", self.note.is_some()),
        ];
        let changed = words.iter().filter(|(_, changes)| *changes).map(|(word, _)| *word);
        let fields = self.fields.iter().map(|(key, _)| &**key);
        let changed = changed.chain((!self.phones.is_empty()).then_some("phones"));
        f.debug_set().entries(changed).entries(fields).entry(&self.tags.len()).finish()
    }
}
