//! Lists that were bought or made up have numbers in a row: +1 415 555 0100, 0101, 0102. People's own lists have not.

use std::fmt;

use crate::phone::E164;

/// So many numbers are looked at together.
const WINDOW: usize = 1_024;
/// So long a run is not chance: where half of all numbers are in use, runs of twenty are rare in a million.
const RUN: u64 = 50;
/// So many of a hundred numbers have a neighbour in a list with gaps …
const SHARE: u64 = 50;
/// … and of fewer nothing is said.
const NUMBERS: u64 = 100;

/// Looks at numbers as they pass, in memory that does not grow.
#[derive(Clone, Default)]
pub struct Alarm {
    window: Vec<u64>,
    numbers: u64,
    neighbours: u64,
    longest: Run,
}

#[derive(Clone, Copy, Default)]
struct Run {
    from: u64,
    length: u64,
}

/// Numbers in a row. `Display` says it to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequential {
    /// So many of a hundred are next to another.
    pub percent: u64,
    /// So many follow one another.
    pub run: u64,
    /// Where the longest run begins.
    pub from: String,
}

impl Alarm {
    /// A number passes.
    pub fn heed(&mut self, phone: &E164) {
        self.window.push(digits(phone));
        if self.window.len() == WINDOW {
            self.look();
        }
    }

    /// What is suspicious about the numbers so far.
    #[must_use]
    pub fn sound(&self) -> Option<Sequential> {
        let mut all = self.clone();
        all.look();
        let percent = (all.neighbours * 100).checked_div(all.numbers)?;
        let is_dense = all.numbers >= NUMBERS && percent >= SHARE;
        (is_dense || all.longest.length >= RUN).then(|| Sequential {
            percent,
            run: all.longest.length,
            from: format!("+{}", all.longest.from),
        })
    }

    fn look(&mut self) {
        self.window.sort_unstable();
        self.window.dedup();
        for run in self.window.chunk_by(|one, next| one + 1 == *next) {
            let length = run.len() as u64;
            self.numbers += length;
            self.neighbours += if length > 1 { length } else { 0 };
            if length > self.longest.length {
                self.longest = Run { from: run.first().copied().unwrap_or_default(), length };
            }
        }
        self.window.clear();
    }
}

/// A number without its plus: 15 digits at most.
pub(super) fn digits(phone: &E164) -> u64 {
    phone.as_str().bytes().filter(u8::is_ascii_digit).fold(0, |before, digit| before * 10 + u64::from(digit - b'0'))
}

impl fmt::Display for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of 100 numbers follow one another, {} of them from {} on, as in lists that were bought or made up. Texts to such \
             lists are spam, and carriers block whoever sends them. Import it only if these people are your own.",
            self.percent, self.run, self.from
        )
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarm").field("numbers", &self.numbers).finish_non_exhaustive()
    }
}
