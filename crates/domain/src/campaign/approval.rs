//! A second pair of eyes: what goes to many goes only if another member says so.

use crate::message::Author;

/// Why somebody cannot decide on a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// A program is nobody's eyes.
    #[error("Only a member can decide on this, signed in at the dashboard: an API key cannot.")]
    Program,
    /// Whoever asks does not answer.
    #[error("You have launched it: another member has to decide. You can take it back with undo.")]
    Asker,
}

/// Whether a launch to so many people waits for another member's word. `above`: as the tenant has set; `None`: none ever does.
#[must_use]
pub fn is_needed(above: Option<u32>, people: u64) -> bool {
    above.is_some_and(|above| people > u64::from(above))
}

/// Whether `by` may approve or refuse what `asked_by` has launched.
///
/// # Errors
/// When it is no member, or the same one.
pub fn may_decide(asked_by: Author, by: Author) -> Result<(), Barred> {
    match by {
        Author::Member(_) if by == asked_by => Err(Barred::Asker),
        Author::Member(_) => Ok(()),
        _ => Err(Barred::Program),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_another_member_decides() {
        let member = |n| Author::Member(Uuid::from_u128(n).into());
        for (asked_by, by, expected) in [
            (member(1), member(2), Ok(())),
            (Author::Api, member(2), Ok(())),
            (member(1), member(1), Err(Barred::Asker)),
            (member(1), Author::Api, Err(Barred::Program)),
            (Author::Api, Author::Api, Err(Barred::Program)),
            (member(1), Author::System, Err(Barred::Program)),
        ] {
            assert_eq!(may_decide(asked_by, by), expected, "{asked_by:?} {by:?}");
        }
    }

    #[test]
    fn it_takes_more_than_was_set() {
        for (above, people, needed) in [
            (None, 1_000_000, false),
            (Some(0), 0, false),
            (Some(0), 1, true),
            (Some(500), 500, false),
            (Some(500), 501, true),
        ] {
            assert_eq!(is_needed(above, people), needed, "{above:?} {people}");
        }
    }
}
