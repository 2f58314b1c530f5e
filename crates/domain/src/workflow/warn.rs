//! What may be meant so, and is worth a second look before it is published: told like faults, and refuses nothing.

mod entry;
mod hours;
mod outcome;
mod reads;
#[cfg(test)]
mod tests;
mod texts;

use super::bound::Bounds;
use super::fault::Fault;
use super::program::Published;
use super::step::Purpose;

/// What is worth a second look, in the order of the document. The codes:
///
/// | Code | Means |
/// |---|---|
/// | `unset` | something is read that may not be known there, and has no other word |
/// | `long_text` | a text takes more segments than [`SEGMENTS_USUAL`](super::bound::SEGMENTS_USUAL) with long values in it |
/// | `outside_hours` | texts are meant for an hour at which nobody may be texted, or nobody wants to be |
/// | `no_wait` | a text asks something, and nothing waits for the answer |
/// | `asks_nothing` | what is asked again is not waited for again |
/// | `no_outcome` | somebody's way ends without an `end` |
/// | `once_only` | a day begins it every year, and who was in it once enters no more |
/// | `no_opt_out` | the first text that sells something does not say how to get no more |
/// | `answers_nobody` | a text is a `reply`, and nobody need have written before it |
/// | `texts_often` | a circle can text one person more than [`TEXTS_USUAL`](super::bound::TEXTS_USUAL) times |
#[must_use]
pub fn warnings(published: &Published) -> Vec<Fault> {
    let bounds = Bounds::of(published);
    let mut found = reads::unset(published);
    found.extend(texts::long(published, &bounds));
    found.extend(texts::no_wait(published));
    found.extend(texts::no_opt_out(published));
    found.extend(texts::answers_nobody(published));
    found.extend(entry::once_only(published));
    found.extend(texts::often(published, &bounds));
    found.extend(hours::outside(published));
    found.extend(outcome::asks_nothing(published));
    found.extend(outcome::none(published));
    Fault::sort(&mut found);
    found
}

/// The gate asks the law about these.
const fn is_bound(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Marketing | Purpose::Service)
}
