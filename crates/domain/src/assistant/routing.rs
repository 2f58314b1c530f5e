//! Which assistant takes a conversation that nobody holds yet.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::hours::WeekHours;
use crate::id::{AssistantId, NumberId, TeamId};

/// One rule. Every condition that is set must hold; the first rule that fits decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Route {
    /// Who takes it; `None`: people do.
    pub assistant_id: Option<AssistantId>,
    /// The team that looks after what people take; `None`: everybody.
    pub team_id: Option<TeamId>,
    /// The text came to one of these numbers; empty: to any.
    pub number_ids: Vec<NumberId>,
    /// The text holds one of these words or phrases; empty: whatever it holds.
    pub keywords: Vec<String>,
    /// The text is much like one of these examples; empty: whatever it is like.
    pub intents: Vec<String>,
    /// It came within these hours of the tenant's clock; `None`: whenever.
    pub hours: Option<WeekHours>,
    /// It came outside `hours` rather than within.
    pub outside_hours: bool,
    /// The contact or the conversation has one of these tags; empty: whatever they have.
    pub tags: Vec<String>,
}

/// So much of an example's words must be in a text that is like it.
const ALIKE: f64 = 0.6;

/// The rule that takes a text; `None`: none does, and the number's own assistant counts.
#[must_use]
pub fn routed<'r>(
    routes: &'r [Route],
    now: Timestamp,
    zone: &TimeZone,
    number: NumberId,
    body: &str,
    tags: &[String],
) -> Option<&'r Route> {
    let words = words(body);
    routes.iter().find(|route| {
        let any = |empty: bool, holds: bool| empty || holds;
        any(route.number_ids.is_empty(), route.number_ids.contains(&number))
            && any(route.tags.is_empty(), route.tags.iter().any(|tag| tags.contains(tag)))
            && route.hours.as_ref().is_none_or(|hours| hours.contain(now, zone) != route.outside_hours)
            && any(route.keywords.is_empty(), route.keywords.iter().any(|keyword| holds(&words, keyword)))
            && any(route.intents.is_empty(), route.intents.iter().any(|example| is_like(&words, example)))
    })
}

/// The phrase stands in the text, word for word.
fn holds(text: &[String], phrase: &str) -> bool {
    let phrase = words(phrase);
    !phrase.is_empty() && text.windows(phrase.len()).any(|window| window == phrase)
}

/// Most of the example's longer words stand in the text.
fn is_like(text: &[String], example: &str) -> bool {
    let wanted: Vec<String> = words(example).into_iter().filter(|word| word.chars().count() > 3).collect();
    let found = wanted.iter().filter(|word| text.iter().any(|own| stem(own) == stem(word))).count();
    !wanted.is_empty() && found as f64 / wanted.len() as f64 >= ALIKE
}

/// Endings do not part what is alike.
fn stem(word: &str) -> String {
    word.chars().take(5).collect()
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn route(nth: u128, change: impl FnOnce(&mut Route)) -> Route {
        let mut route = Route { assistant_id: Some(Uuid::from_u128(nth).into()), ..Route::default() };
        change(&mut route);
        route
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let night: WeekHours =
            serde_json::from_str(r#"[{"days":["mon","tue","wed","thu","fri"],"from":"08:00","until":"18:00"}]"#)
                .unwrap();
        let routes = [
            route(1, |route| route.keywords = vec!["refund".into(), "money back".into()]),
            route(2, |route| route.tags = vec!["vip".into()]),
            route(3, |route| route.intents = vec!["book a table for two tonight".into()]),
            route(4, |route| route.number_ids = vec![Uuid::from_u128(9).into()]),
            route(5, |route| (route.hours, route.outside_hours) = (Some(night), true)),
        ];
        let (day, evening) = ("2026-11-27T12:00:00Z", "2026-11-27T21:00:00Z");
        type Case<'a> = (&'a str, u128, &'a str, &'a [&'a str], Option<u128>);
        let cases: &[Case<'_>] = &[
            ("I want my MONEY back!", 1, day, &["vip"], Some(1)),
            ("moneyback", 1, day, &["vip"], Some(2)),
            ("can we book tables tonight", 1, day, &[], Some(3)),
            ("hello", 9, day, &[], Some(4)),
            ("hello", 1, evening, &[], Some(5)),
            ("hello", 1, day, &[], None),
        ];
        for (body, number, at, tags, expected) in cases {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            let number = Uuid::from_u128(*number).into();
            let found = routed(&routes, at.parse().unwrap(), &TimeZone::UTC, number, body, &tags);
            let found = found.and_then(|route| route.assistant_id).map(|id| id.0.as_u128());
            assert_eq!(found, *expected, "{body}");
        }
    }
}
