//! What an import did, or would do, in numbers that add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fault, Verdict};

/// How many rows did what. Every row is in exactly one of `creates` to `invalid`, so that their sum is `rows`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// All that were read.
    pub rows: u64,
    /// Somebody new.
    pub creates: u64,
    /// Somebody known, with something new.
    pub updates: u64,
    /// Somebody known, with nothing new.
    pub unchanged: u64,
    /// Somebody known who was left as they are.
    pub skipped: u64,
    /// Numbers that the file had before.
    pub duplicates: u64,
    /// Rows that cannot be imported.
    pub invalid: u64,
    /// Of all of them: people who want no texts, as the file says or as we know.
    pub opted_out: u64,
    /// How many rows have which fault, by its code; a row may have several.
    pub reasons: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts a row that can be imported. `opted_out`: the person wants no texts.
    pub fn count(&mut self, verdict: &Verdict, opted_out: bool) {
        self.rows += 1;
        self.opted_out += u64::from(opted_out);
        let counter = match verdict {
            Verdict::Create => &mut self.creates,
            Verdict::Update(_) => &mut self.updates,
            Verdict::Unchanged => &mut self.unchanged,
            Verdict::Skipped => &mut self.skipped,
            Verdict::Duplicate => &mut self.duplicates,
        };
        *counter += 1;
    }

    /// Counts a row that cannot.
    pub fn count_invalid(&mut self, faults: &[Fault]) {
        self.rows += 1;
        self.invalid += 1;
        for (at, fault) in faults.iter().enumerate() {
            if !faults[..at].iter().any(|before| before.code() == fault.code()) {
                match self.reasons.get_mut(fault.code()) {
                    Some(count) => *count += 1,
                    None => drop(self.reasons.insert(fault.code().to_owned(), 1)),
                }
            }
        }
    }
}
