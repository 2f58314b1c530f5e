//! Contacts from a file: which column is what, what a row says, and what becomes of whom we know already.
//!
//! A file's rows come from elsewhere; here they are cells. [`recognise`] guesses what its columns are, people change the
//! [`Mapping`], a [`RowReader`] reads each row or says what is wrong with it, and [`judge`] says what it changes. A dry run and
//! the import go through the same functions, so that the one tells what the other does.

mod alarm;
mod column;
mod consent;
mod country;
mod fault;
mod headers;
mod job;
mod mapping;
mod merge;
mod recognise;
mod row;
mod seen;
mod suggest;
mod tally;
mod values;

use jiff::SignedDuration;

pub use alarm::{Alarm, Sequential};
pub use column::{Column, UnknownColumn};
pub use consent::{Attestation, AttestationError, Consent, ConsentState, Step, consent};
pub use fault::{Fault, FaultKind};
pub use headers::{LINE, REASON};
pub use job::{Order, Refused, Settings, State, obey};
pub use mapping::{Mapping, MappingFault};
pub use merge::{Change, Known, Mode, Verdict, judge, merge};
pub use recognise::{Guess, Recognised, Why, recognise, recognise_below};
pub use row::{Context, Row, RowReader};
pub use seen::Seen;
pub use tally::Tally;
pub use values::{DateOrder, language};
pub(crate) use values::{date, number};

/// A file, its rejected rows and what it takes to take an import back are kept for so long after it came in.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So many of a file's first rows tell what its columns are.
pub const SAMPLE_ROWS: usize = 200;

#[cfg(test)]
mod tests;
