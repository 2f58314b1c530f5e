//! What is known of the person whom a text is for.

use crate::field::{Field, Kind};

/// What every contact may have; a tenant's own fields come on top, and cannot be called so.
pub const OWN_NAMES: [&str; 5] = ["name", "first_name", "last_name", "company", "phone"];

/// What is known of a person. Empty: not known.
#[derive(Clone, Copy, Default)]
pub struct Person<'a> {
    /// Whole, as it is kept.
    pub name: &'a str,
    /// Where they work, or what they are.
    pub company: &'a str,
    /// E.164.
    pub phone: &'a str,
    /// The tenant's own fields, and what they hold.
    pub fields: &'a [(Field, String)],
}

impl std::fmt::Debug for Person<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("fields", &self.fields.len()).finish_non_exhaustive()
    }
}

impl<'a> Person<'a> {
    /// What stands under a name, and of what kind it is; `None`: not known.
    pub(super) fn get(&self, name: &str) -> Option<(&'a Kind, &'a str)> {
        let value = match name {
            "name" => self.name.trim(),
            "first_name" => first_name(self.name),
            "last_name" => last_name(self.name),
            "company" => self.company.trim(),
            "phone" => self.phone,
            own => {
                let (field, value) = self.fields.iter().find(|(field, _)| field.key == own)?;
                return Some((&field.kind, value.trim())).filter(|(_, value)| !value.is_empty());
            }
        };
        Some((&Kind::Text, value)).filter(|(_, value)| !value.is_empty())
    }
}

/// Before a name: what somebody is, rather than what they are called.
const TITLES: [&str; 19] = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "rev", "herr", "frau", "m", "mme", "mlle", "sr",
    "sra", "dott", "dña",
];

/// What somebody is called by: the first word of their name that is no title; of `Berg, Ann` it is `Ann`. Empty: not known.
#[must_use]
pub fn first_name(name: &str) -> &str {
    let given = name.split_once(',').map_or(name, |(_, given)| given);
    let is_title = |word: &&str| TITLES.contains(&word.trim_end_matches('.').to_lowercase().as_str());
    let mut words = given.split_whitespace().skip_while(is_title);
    let first = words.next().unwrap_or_default();
    // "Mr Berg" says nothing of what he is called.
    let only_family = given.split_whitespace().next().as_ref().is_some_and(is_title) && words.next().is_none();
    if only_family { "" } else { first }
}

/// The last word of a name that has several; of `Berg, Ann` it is `Berg`. Empty: not known.
#[must_use]
pub fn last_name(name: &str) -> &str {
    if let Some((family, _)) = name.split_once(',') {
        return family.trim();
    }
    let mut words = name.split_whitespace();
    match (words.next(), words.next_back()) {
        (Some(_), Some(last)) => last,
        _ => "",
    }
}
