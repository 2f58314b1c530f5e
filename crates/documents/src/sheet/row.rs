//! One row, in memory that is used again for the next.

use std::fmt;

/// A row's values and where it stands.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The values, one after the other.
    pub(super) text: String,
    /// Where each ends.
    pub(super) ends: Vec<usize>,
    pub(super) line: u64,
    pub(super) number: u64,
    pub(super) doubtful: bool,
}

impl Row {
    /// The value in this column, from 0; `None`: the row is not so wide.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(from..end)
    }

    /// How many values it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Its values from the left.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The line of the file in which it begins, or its row in the workbook; from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Which of the rows that were given it is, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether it had bytes that the file's character set has not; they were read as Western letters.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.doubtful = false;
    }

    /// Whether all its values are blank, as programs leave them under a table.
    pub(super) fn is_blank(&self) -> bool {
        self.text.bytes().all(|byte| byte == b' ') || self.text.trim().is_empty()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("line", &self.line).field("len", &self.len()).finish_non_exhaustive()
    }
}
