//! What Telnyx says of registrations, in our words (its OpenAPI document of 2026-07-16). A word
//! that is not here means that nothing is known, and stops nothing.

use super::State;

/// Whether a number belongs to its campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    /// It does: what counts is how far the campaign has come.
    Yes,
    /// It does not, or not yet.
    No(State),
}

/// `assignmentStatus` of a number. One that is being taken off belongs to its campaign until it is off.
#[must_use]
pub fn assigned(word: Option<&str>) -> Assigned {
    match word {
        None | Some("ASSIGNED" | "PENDING_UNASSIGNMENT" | "FAILED_UNASSIGNMENT") => Assigned::Yes,
        Some("PENDING_ASSIGNMENT") => Assigned::No(State::Pending),
        Some("FAILED_ASSIGNMENT") => Assigned::No(State::Rejected),
        Some(_) => Assigned::No(State::Unknown),
    }
}

/// `campaignStatus` of a 10DLC campaign: texts pass once the carriers have provisioned it.
#[must_use]
pub fn of_campaign(word: Option<&str>) -> State {
    match word {
        Some("MNO_PROVISIONED") => State::Registered,
        Some("TCR_PENDING" | "TCR_ACCEPTED" | "TELNYX_ACCEPTED" | "MNO_PENDING" | "MNO_ACCEPTED") => State::Pending,
        Some("TCR_FAILED" | "TELNYX_FAILED" | "MNO_REJECTED" | "MNO_PROVISIONING_FAILED") => State::Rejected,
        Some("TCR_SUSPENDED" | "TCR_EXPIRED") => State::Suspended,
        Some(_) | None => State::Unknown,
    }
}

/// `verificationStatus` of a toll-free verification.
#[must_use]
pub fn of_verification(word: Option<&str>) -> State {
    match word {
        Some("Verified") => State::Registered,
        Some("Rejected") => State::Rejected,
        Some("In Progress" | "Waiting For Vendor" | "Waiting For Customer" | "Waiting For Telnyx") => State::Pending,
        Some(_) | None => State::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_word_has_its_meaning_and_no_other_stops_a_text() {
        for (word, expected) in [
            (Some("ASSIGNED"), Assigned::Yes),
            (Some("PENDING_UNASSIGNMENT"), Assigned::Yes),
            (Some("FAILED_UNASSIGNMENT"), Assigned::Yes),
            (None, Assigned::Yes),
            (Some("PENDING_ASSIGNMENT"), Assigned::No(State::Pending)),
            (Some("FAILED_ASSIGNMENT"), Assigned::No(State::Rejected)),
            (Some("NEW_WORD"), Assigned::No(State::Unknown)),
            (Some(""), Assigned::No(State::Unknown)),
        ] {
            assert_eq!(assigned(word), expected, "{word:?}");
        }
        for (words, expected) in [
            (&["MNO_PROVISIONED"][..], State::Registered),
            (&["TCR_PENDING", "TCR_ACCEPTED", "TELNYX_ACCEPTED", "MNO_PENDING", "MNO_ACCEPTED"], State::Pending),
            (&["TCR_FAILED", "TELNYX_FAILED", "MNO_REJECTED", "MNO_PROVISIONING_FAILED"], State::Rejected),
            (&["TCR_SUSPENDED", "TCR_EXPIRED"], State::Suspended),
            (&["", "mno_rejected", "NEW_WORD"], State::Unknown),
        ] {
            for word in words {
                assert_eq!(of_campaign(Some(word)), expected, "{word}");
            }
        }
        for (words, expected) in [
            (&["Verified"][..], State::Registered),
            (&["Rejected"], State::Rejected),
            (&["In Progress", "Waiting For Vendor", "Waiting For Customer", "Waiting For Telnyx"], State::Pending),
            (&["", "New Word"], State::Unknown),
        ] {
            for word in words {
                assert_eq!(of_verification(Some(word)), expected, "{word}");
            }
        }
        assert_eq!((of_campaign(None), of_verification(None)), (State::Unknown, State::Unknown));
    }
}
