//! What begins somebody's way through a workflow.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::clock::{self, Hour};
use super::document::{Again, Entry};
use super::span::Span;
use crate::condition::fold;
use crate::id::{CampaignId, NumberId, SegmentId};

/// Nobody enters one workflow more often within 24 hours, whatever begins it: what it does to people may begin it again.
pub const ENTRIES_A_DAY_MAX: u32 = 20;

/// What begins somebody's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// They got a campaign that this workflow is attached to.
    Campaign,
    /// They texted one of these words and nothing else.
    Keyword {
        /// The words, whatever their case.
        words: Vec<String>,
        /// To which of our numbers; none: any.
        #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::workflow::unchosen::each")]
        numbers: Vec<NumberId>,
    },
    /// They texted anything that nobody waited for.
    Text {
        /// To which of our numbers; none: any.
        #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::workflow::unchosen::each")]
        numbers: Vec<NumberId>,
    },
    /// A conversation with them began.
    NewConversation {
        /// On which of our numbers; none: any.
        #[serde(default, skip_serializing_if = "Vec::is_empty", with = "crate::workflow::unchosen::each")]
        numbers: Vec<NumberId>,
    },
    /// They got this label.
    TagAdded(String),
    /// They lost it.
    TagRemoved(String),
    /// What this field of theirs holds was changed.
    FieldChanged(String),
    /// They came into this segment.
    SegmentEntered(#[serde(with = "crate::workflow::unchosen::one")] SegmentId),
    /// A day that this field of theirs holds comes, every year if it says so.
    Date {
        /// Which field.
        field: String,
        /// So many days after it, or before it.
        #[serde(default, skip_serializing_if = "super::document::is_usual")]
        days: i32,
        /// At which hour of their clock.
        time: Hour,
        /// Every year again, as birthdays do.
        #[serde(default, skip_serializing_if = "super::document::is_false")]
        yearly: bool,
    },
    /// A conversation with them was closed.
    ConversationResolved,
    /// They have not answered our last text for so long.
    NoReply(Span),
    /// They followed a link of ours.
    LinkClicked {
        /// In which campaign; `None`: any.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::workflow::unchosen::maybe")]
        campaign: Option<CampaignId>,
    },
    /// A text to them was not delivered.
    DeliveryFailed,
    /// A call of the API, or of a webhook; its payload fills variables by their keys.
    Api,
    /// A person, for whomever they have selected.
    ByHand,
}

/// What is known of somebody who is to enter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Before<'a> {
    /// They are in it now.
    pub is_inside: bool,
    /// Whole days since they last entered; `None`: they never did.
    pub days_since: Option<u32>,
    /// So often they entered it within the last 24 hours.
    pub today: u32,
    /// They entered by this key before.
    pub had_key: bool,
    /// What they enter by: what the variable of [`Again::ByKey`] holds, or the campaign.
    pub key: Option<&'a str>,
    /// So many people are in it now.
    pub inside: u32,
    /// [`Entry::only_if`] is true of them.
    pub fits: bool,
    /// They want no texts.
    pub opted_out: bool,
}

/// Why somebody does not enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// They want no texts.
    #[error("they asked for no more texts")]
    OptedOut,
    /// They are in it now.
    #[error("they are in this workflow already")]
    Inside,
    /// They were in it.
    #[error("they have been in this workflow, and nobody enters it again")]
    WasIn,
    /// They were in it a short time ago.
    #[error("they entered this workflow {since} days ago, and may again after {wanted}")]
    TooSoon {
        /// So many days ago.
        since: u32,
        /// So many it must be.
        wanted: u32,
    },
    /// They came in again and again.
    #[error("they have entered this workflow {ENTRIES_A_DAY_MAX} times within a day")]
    TooOften,
    /// They entered by the same key.
    #[error("they have entered this workflow for the same thing already")]
    SameKey,
    /// There is no key.
    #[error("what they enter by is not known")]
    NoKey,
    /// The condition of the entry is not true of them.
    #[error("the condition of the entry is not true of them")]
    DoesNotFit,
    /// Too many are in it.
    #[error("as many people are in this workflow as may be")]
    Full,
}

impl NotAdmitted {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OptedOut => "opted_out",
            Self::Inside => "inside",
            Self::WasIn => "was_in",
            Self::TooSoon { .. } => "too_soon",
            Self::TooOften => "too_often",
            Self::SameKey => "same_key",
            Self::NoKey => "no_key",
            Self::DoesNotFit => "does_not_fit",
            Self::Full => "full",
        }
    }
}

impl Trigger {
    /// What it is called in documents.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::Keyword { .. } => "keyword",
            Self::Text { .. } => "text",
            Self::NewConversation { .. } => "new_conversation",
            Self::TagAdded(_) => "tag_added",
            Self::TagRemoved(_) => "tag_removed",
            Self::FieldChanged(_) => "field_changed",
            Self::SegmentEntered(_) => "segment_entered",
            Self::Date { .. } => "date",
            Self::ConversationResolved => "conversation_resolved",
            Self::NoReply(_) => "no_reply",
            Self::LinkClicked { .. } => "link_clicked",
            Self::DeliveryFailed => "delivery_failed",
            Self::Api => "api",
            Self::ByHand => "by_hand",
        }
    }

    /// The one thing that it is about, by which those of a kind are found: a label in small letters ([`fold`]), a field, a
    /// segment, a campaign. Empty: it is about none, or about any.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::TagAdded(tag) | Self::TagRemoved(tag) => fold(tag),
            Self::FieldChanged(field) | Self::Date { field, .. } => field.clone(),
            Self::SegmentEntered(segment) => segment.to_string(),
            Self::LinkClicked { campaign: Some(campaign) } => campaign.to_string(),
            Self::Campaign
            | Self::Keyword { .. }
            | Self::Text { .. }
            | Self::NewConversation { .. }
            | Self::ConversationResolved
            | Self::NoReply(_)
            | Self::LinkClicked { campaign: None }
            | Self::DeliveryFailed
            | Self::Api
            | Self::ByHand => String::new(),
        }
    }

    /// What it is about, for people to read: the words, the label, the field, how long; or the id of a segment or a campaign.
    /// `None`: nothing, or any.
    #[must_use]
    pub fn about(&self) -> Option<String> {
        match self {
            Self::Keyword { words, .. } => Some(words.join(", ")),
            Self::TagAdded(tag) | Self::TagRemoved(tag) => Some(tag.clone()),
            Self::FieldChanged(field) | Self::Date { field, .. } => Some(field.clone()),
            Self::SegmentEntered(segment) => Some(segment.to_string()),
            Self::NoReply(span) => Some(span.to_string()),
            Self::LinkClicked { campaign } => campaign.map(|campaign| campaign.to_string()),
            Self::Campaign
            | Self::Text { .. }
            | Self::NewConversation { .. }
            | Self::ConversationResolved
            | Self::DeliveryFailed
            | Self::Api
            | Self::ByHand => None,
        }
    }

    /// When the trigger of a date next fires after a moment, for whoever has this day in its field. `theirs`: their clock.
    /// `None`: it is another trigger, or fires no more. Who was born on 29 February has their day on the 28th in other years.
    #[must_use]
    pub fn next_date(&self, day: Date, after: Timestamp, theirs: &TimeZone) -> Option<Timestamp> {
        let Self::Date { days, time, yearly, .. } = self else { return None };
        let fires = |day: Date| clock::on(day, *days, *time, theirs).filter(|at| *at > after);
        if !yearly {
            return fires(day);
        }
        let this_year = theirs.to_datetime(after).date().year();
        // Days before or after it may lie in the next year, or the one before.
        (-2..=2).find_map(|ahead| {
            let year = this_year.checked_add(ahead).filter(|year| *year >= day.year())?;
            let day = Date::new(year, day.month(), day.day()).or_else(|_| Date::new(year, day.month(), 28)).ok()?;
            fires(day)
        })
    }
}

impl Entry {
    /// Whether somebody enters. The key of an entry is unique in the database, so that who comes twice enters once.
    ///
    /// # Errors
    /// Why not.
    pub fn admits(&self, before: &Before<'_>) -> Result<(), NotAdmitted> {
        if before.opted_out {
            return Err(NotAdmitted::OptedOut);
        }
        if before.is_inside {
            return Err(NotAdmitted::Inside);
        }
        match (&self.again, before.days_since) {
            (Again::ByKey(_), _) if before.key.is_none_or(str::is_empty) => return Err(NotAdmitted::NoKey),
            // A campaign that carries the workflow is a key of its own.
            (Again::ByKey(_), _) | (Again::Never, _) if before.had_key => return Err(NotAdmitted::SameKey),
            (Again::Never, Some(_)) => return Err(NotAdmitted::WasIn),
            (Again::AfterDays(wanted), Some(since)) if since < *wanted => {
                return Err(NotAdmitted::TooSoon { since, wanted: *wanted });
            }
            _ => {}
        }
        if before.today >= ENTRIES_A_DAY_MAX {
            return Err(NotAdmitted::TooOften);
        }
        if !before.fits {
            return Err(NotAdmitted::DoesNotFit);
        }
        if self.inside_max.is_some_and(|max| before.inside >= max) {
            return Err(NotAdmitted::Full);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_is_called_as_in_documents() {
        let segment = "seg_00000000000000000000000000000007";
        let campaign = "cmp_00000000000000000000000000000007";
        for (json, what, about) in [
            (json!("campaign"), "", None),
            (json!({ "keyword": { "words": ["JOIN", "sign me up"] } }), "", Some("JOIN, sign me up")),
            (json!({ "text": {} }), "", None),
            (json!({ "new_conversation": {} }), "", None),
            (json!({ "tag_added": "ÆRLIG" }), "ærlig", Some("ÆRLIG")),
            (json!({ "tag_removed": "VIP" }), "vip", Some("VIP")),
            (json!({ "field_changed": "city" }), "city", Some("city")),
            (json!({ "segment_entered": segment }), segment, Some(segment)),
            (json!({ "date": { "field": "born", "time": "10:00" } }), "born", Some("born")),
            (json!("conversation_resolved"), "", None),
            (json!({ "no_reply": "2d" }), "", Some("2d")),
            (json!({ "link_clicked": {} }), "", None),
            (json!({ "link_clicked": { "campaign": campaign } }), campaign, Some(campaign)),
            (json!("delivery_failed"), "", None),
            (json!("api"), "", None),
            (json!("by_hand"), "", None),
        ] {
            let trigger: Trigger = serde_json::from_value(json.clone()).unwrap();
            let kind = json.as_str().or_else(|| json.as_object()?.keys().next().map(String::as_str));
            assert_eq!((Some(trigger.kind()), trigger.what().as_str()), (kind, what), "{json}");
            assert_eq!(trigger.about().as_deref(), about, "{json}");
        }
    }

    #[test]
    fn a_date_fires_once_or_every_year() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let after: Timestamp = "2026-11-27T15:00:00Z".parse().unwrap();
        let next = |json: &str, day: &str| {
            let trigger: Trigger = serde_json::from_str(json).unwrap();
            trigger.next_date(day.parse().unwrap(), after, &zone).map(|at| at.to_string())
        };
        let once = r#"{"date":{"field":"due","days":-1,"time":"10:00"}}"#;
        let yearly = r#"{"date":{"field":"born","time":"10:00","yearly":true}}"#;
        let week_before = r#"{"date":{"field":"born","days":-7,"time":"10:00","yearly":true}}"#;
        for (json, day, expected) in [
            (once, "2026-11-28", None),
            (once, "2026-11-29", Some("2026-11-28T15:00:00Z")),
            (yearly, "1990-11-28", Some("2026-11-28T15:00:00Z")),
            (yearly, "1990-11-27", Some("2027-11-27T15:00:00Z")),
            (yearly, "2000-02-29", Some("2027-02-28T15:00:00Z")),
            (yearly, "2030-01-01", None),
            (week_before, "1990-01-03", Some("2026-12-27T15:00:00Z")),
            (r#""api""#, "2026-11-29", None),
        ] {
            assert_eq!(next(json, day).as_deref(), expected, "{json} {day}");
        }
    }

    #[test]
    fn nobody_enters_more_often_than_they_may() {
        let fits = Before { fits: true, ..Before::default() };
        let was_in = Before { days_since: Some(10), ..fits };
        let entry = |again| Entry { again, ..Entry::default() };
        let by_key = || entry(Again::ByKey("order".into()));
        for (entry, before, expected) in [
            (entry(Again::Never), fits, Ok(())),
            (entry(Again::Never), was_in, Err(NotAdmitted::WasIn)),
            (entry(Again::Never), Before { had_key: true, ..fits }, Err(NotAdmitted::SameKey)),
            (entry(Again::Always), was_in, Ok(())),
            (entry(Again::Always), Before { today: 19, ..was_in }, Ok(())),
            (entry(Again::Always), Before { today: 20, ..was_in }, Err(NotAdmitted::TooOften)),
            (entry(Again::Always), Before { is_inside: true, ..fits }, Err(NotAdmitted::Inside)),
            (entry(Again::Always), Before { opted_out: true, ..fits }, Err(NotAdmitted::OptedOut)),
            (entry(Again::AfterDays(30)), fits, Ok(())),
            (entry(Again::AfterDays(30)), was_in, Err(NotAdmitted::TooSoon { since: 10, wanted: 30 })),
            (entry(Again::AfterDays(10)), was_in, Ok(())),
            (by_key(), was_in, Err(NotAdmitted::NoKey)),
            (by_key(), Before { key: Some("7"), ..was_in }, Ok(())),
            (by_key(), Before { key: Some("7"), had_key: true, ..was_in }, Err(NotAdmitted::SameKey)),
            (entry(Again::Always), Before::default(), Err(NotAdmitted::DoesNotFit)),
            (Entry { inside_max: Some(5), ..Entry::default() }, Before { inside: 5, ..fits }, Err(NotAdmitted::Full)),
            (Entry { inside_max: Some(5), ..Entry::default() }, Before { inside: 4, ..fits }, Ok(())),
        ] {
            assert_eq!(entry.admits(&before), expected, "{entry:?} {before:?}");
        }
    }
}
