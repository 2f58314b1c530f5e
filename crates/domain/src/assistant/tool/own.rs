//! What our own tools do. Nothing is changed here: what they would change goes with the reply, and counts only if that does.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::Does;
use crate::assistant::{Act, Brief, Known};
use crate::field::Field;
use crate::segment::measure;
use crate::smart::smart_if_it_helps;

/// Nobody remembers what a text after that was about.
const FOLLOW_UP_DAYS_MAX: i64 = 30;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// What is to be done once the reply is used.
    pub act: Option<Act>,
    /// What the model is told.
    pub told: String,
}

/// Does it. `None`: it is not one of ours. `fields`: what may be kept of the contact.
///
/// # Errors
/// Why it cannot be done, in words for the model.
#[must_use]
pub fn perform(
    does: &Does,
    arguments: &Map<String, Value>,
    brief: &Brief,
    fields: &[Field],
) -> Option<Result<Deed, String>> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    match does {
        Does::Http(_) => None,
        Does::SaveField => Some(save_field(text("field"), text("value"), fields)),
        Does::AddTag => Some(add_tag(text("tag"))),
        Does::FollowUp => Some(follow_up(text("at"), text("text"), brief)),
        Does::LookUp => Some(Ok(Deed { act: None, told: look_up(&brief.known) })),
    }
}

fn save_field(field: &str, value: &str, fields: &[Field]) -> Result<Deed, String> {
    let known = fields.iter().find(|known| known.key == field).ok_or("there is no such field")?;
    let value = known.read(value).map_err(|why| format!("the value {why}"))?;
    let act = Act::SaveField { field: field.to_owned(), value };
    Ok(Deed { act: Some(act), told: "It is kept once your answer is sent.".into() })
}

fn add_tag(tag: &str) -> Result<Deed, String> {
    let tag: String = tag.chars().filter(|c| !c.is_control()).collect();
    if tag.is_empty() {
        return Err("the label is empty".into());
    }
    Ok(Deed { act: Some(Act::AddTag { tag }), told: "It is labelled once your answer is sent.".into() })
}

fn follow_up(at: &str, body: &str, brief: &Brief) -> Result<Deed, String> {
    let now = brief.now;
    let at = when(at, now).ok_or("the time is neither as in 2026-11-27T15:00:00Z nor as in \"in 3 hours\"")?;
    if at <= now {
        return Err("the time has passed".into());
    }
    if at.duration_since(now) > SignedDuration::from_hours(24 * FOLLOW_UP_DAYS_MAX) {
        return Err(format!("the time is more than {FOLLOW_UP_DAYS_MAX} days away"));
    }
    let body: String = body.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if body.is_empty() {
        return Err("the text is empty".into());
    }
    let (segments, most) =
        (measure(&smart_if_it_helps(&body).body).segments, brief.assistant.settings.segments_max.max(1));
    if segments > most {
        return Err(format!("the text takes {segments} SMS segments and may take {most}: make it shorter"));
    }
    let told = "It is planned once your answer is sent, and dropped if the person writes first.".into();
    Ok(Deed { act: Some(Act::FollowUp { at, body }), told })
}

/// A time as it is written for machines, or as people say it.
fn when(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let lower = text.to_lowercase();
    let (count, unit) = lower.strip_prefix("in ")?.trim().split_once(' ')?;
    let count: i64 = match count {
        "a" | "an" | "one" => 1,
        digits => digits.parse().ok().filter(|count| (0..=100_000).contains(count))?,
    };
    let after = match unit.trim() {
        "minute" | "minutes" => SignedDuration::from_mins(count),
        "hour" | "hours" => SignedDuration::from_hours(count),
        "day" | "days" => SignedDuration::from_hours(24 * count),
        _ => return None,
    };
    now.checked_add(after).ok()
}

fn look_up(known: &Known) -> String {
    let Known { name, company, tags, fields } = known;
    let or_not = |value: Option<&str>| value.filter(|value| !value.is_empty()).unwrap_or("not known").to_owned();
    let mut lines =
        vec![format!("name: {}", or_not(Some(name.as_str()))), format!("company: {}", or_not(Some(company.as_str())))];
    lines.extend(fields.iter().map(|(field, value)| format!("{}: {}", field.key, or_not(value.as_deref()))));
    lines.push(format!("labels: {}", if tags.is_empty() { "none".into() } else { tags.join(", ") }));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::assistant::{Assistant, Settings};
    use crate::field::Kind;

    fn now() -> Timestamp {
        "2026-11-27T10:00:00Z".parse().unwrap()
    }

    fn size() -> Field {
        Field { key: "size".into(), label: "Size".into(), kind: Kind::Number }
    }

    fn brief() -> Brief {
        let settings = Settings { segments_max: 1, ..Settings::default() };
        let fields = vec![(size(), Some("52".into()))];
        Brief {
            assistant: Assistant { id: Uuid::nil().into(), name: "Ada".into(), version: 1, settings },
            now: now(),
            zone: TimeZone::UTC,
            guide: String::new(),
            known: Known { name: "Ann".into(), company: String::new(), tags: vec!["vip".into()], fields },
            said: Vec::new(),
            meanwhile: Vec::new(),
            found: Vec::new(),
            approvals: Vec::new(),
            used: Vec::new(),
        }
    }

    fn does(does: &Does, arguments: Value) -> Result<Deed, String> {
        let Value::Object(arguments) = arguments else { panic!() };
        perform(does, &arguments, &brief(), &[size()]).unwrap()
    }

    #[test]
    fn a_field_is_kept_as_its_kind_writes_it() {
        let kept = does(&Does::SaveField, json!({ "field": "size", "value": " +54 " })).unwrap();
        assert_eq!(kept.act, Some(Act::SaveField { field: "size".into(), value: "54".into() }));
        assert!(does(&Does::SaveField, json!({ "field": "size", "value": "large" })).unwrap_err().contains("number"));
        assert!(does(&Does::SaveField, json!({ "field": "shoe", "value": "9" })).is_err());
    }

    #[test]
    fn a_follow_up_has_its_time_and_its_length() {
        for (at, hours) in [
            ("in 3 hours", Some(3)),
            ("In an hour", Some(1)),
            ("in 2 days", Some(48)),
            ("2026-11-27T12:00:00+01:00", Some(1)),
            ("in 30 days", Some(720)),
            ("in 31 days", None),
            ("in 0 hours", None),
            ("in -1 hours", None),
            ("in 99999999999999999999 hours", None),
            ("2026-11-27T09:59:59Z", None),
            ("tomorrow", None),
            ("", None),
        ] {
            let done = does(&Does::FollowUp, json!({ "at": at, "text": "How was it?" }));
            let planned = match done.as_ref().map(|deed| &deed.act) {
                Ok(Some(Act::FollowUp { at, .. })) => Some(at.duration_since(now()).as_hours()),
                _ => None,
            };
            assert_eq!(planned, hours, "{at}: {done:?}");
        }
        assert!(does(&Does::FollowUp, json!({ "at": "in 1 hours", "text": "x".repeat(200) })).is_err());
        assert!(does(&Does::FollowUp, json!({ "at": "in 1 hours", "text": " " })).is_err());
    }

    #[test]
    fn looking_up_tells_what_is_known() {
        let told = does(&Does::LookUp, json!({})).unwrap().told;
        assert_eq!(told, "name: Ann\ncompany: not known\nsize: 52\nlabels: vip");
        assert_eq!(
            does(&Does::AddTag, json!({ "tag": " late " })).unwrap().act,
            Some(Act::AddTag { tag: "late".into() })
        );
        assert!(does(&Does::AddTag, json!({ "tag": "\u{7}" })).is_err());
    }
}
