//! Workflows to begin with. Each is a document like any other, and makes sense for every tenant as it is.

use super::document::Document;

#[cfg(test)]
mod tests;

/// The documents, by their names in addresses.
const ALL: [(&str, &str); 10] = [
    ("appointment_reminder", include_str!("gallery/appointment_reminder.json")),
    ("lead_follow_up", include_str!("gallery/lead_follow_up.json")),
    ("review_request", include_str!("gallery/review_request.json")),
    ("survey", include_str!("gallery/survey.json")),
    ("win_back", include_str!("gallery/win_back.json")),
    ("opt_in_confirmation", include_str!("gallery/opt_in_confirmation.json")),
    ("missed_call", include_str!("gallery/missed_call.json")),
    ("payment_reminder", include_str!("gallery/payment_reminder.json")),
    ("event_rsvp", include_str!("gallery/event_rsvp.json")),
    ("support_triage", include_str!("gallery/support_triage.json")),
];

/// All of them, each with its name in addresses.
pub fn all() -> impl Iterator<Item = (&'static str, Document)> {
    // That each is read is what a test holds.
    ALL.into_iter().filter_map(|(name, text)| Some((name, Document::from_text(text).ok()?)))
}

/// The one of this name.
#[must_use]
pub fn one(name: &str) -> Option<Document> {
    ALL.into_iter().find(|(own, _)| *own == name).and_then(|(_, text)| Document::from_text(text).ok())
}
