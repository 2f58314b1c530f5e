//! A condition as people write it.
//!
//! ```text
//! city = "Oslo" and age >= 18
//! (tag = "vip" or list in ("Guests", "Friends")) and not blocked = yes
//! last_inbound_at within last 30 days and replied to campaign "June" within 14 days
//! name starts with "Øy" and birthday between 1990-01-01 and today - 30
//! ```
//!
//! `and` binds closer than `or`. Words of the language are read in any case. Texts stand in quotes (`\"` and `\\` inside);
//! numbers, days, `yes` and `no` do not.

mod lex;
mod parse;
mod print;

use std::collections::BTreeMap;

pub use print::print;

use super::{Catalogue, Checked, Condition, Fault, Span, check};

/// A text is at most so long.
pub const CHARS_MAX: usize = 20_000;

/// What has its own meaning where a name could stand; a field that is called so is written `fields.not`.
const WORDS: [&str; 6] = ["not", "and", "or", "got", "replied", "clicked"];

/// A condition, and where its parts stand in the text that it was.
#[derive(Debug, Clone)]
pub struct Parsed {
    condition: Condition,
    places: BTreeMap<String, Span>,
}

/// Reads a text. Whether its names and values make sense is what [`Parsed::check`] says.
///
/// # Errors
/// The first place that is not understood, with what may be meant.
pub fn parse(text: &str) -> Result<Parsed, Fault> {
    let length = text.chars().count();
    if length > CHARS_MAX {
        let span = Span { at: CHARS_MAX + 1, length: length - CHARS_MAX };
        let what = format!("The text is longer than {CHARS_MAX} characters.");
        return Err(Fault::at(span, "too_long", what, "Make it shorter, or keep a list of contacts."));
    }
    let spanned = parse::Parser::new(lex::tokens(text)?, length).whole()?;
    let mut places = BTreeMap::new();
    let condition = spanned.placed("", &mut places);
    Ok(Parsed { condition, places })
}

impl Parsed {
    /// The condition.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Checks names, operators and values.
    ///
    /// # Errors
    /// As [`check`], each with its place in the text.
    pub fn check(&self, catalogue: &Catalogue) -> Result<Checked, Vec<Fault>> {
        check(&self.condition, catalogue).map_err(|faults| {
            let placed = |fault: Fault| Fault { span: self.place(&fault.path), ..fault };
            faults.into_iter().map(placed).collect()
        })
    }

    /// Where a part stands, or what it is part of.
    fn place(&self, path: &str) -> Option<Span> {
        let mut path = path;
        loop {
            if let Some(span) = self.places.get(path) {
                return Some(*span);
            }
            path = path.rsplit_once('.').map_or("", |(before, _)| before);
            if path.is_empty() {
                return self.places.get("").copied();
            }
        }
    }
}
