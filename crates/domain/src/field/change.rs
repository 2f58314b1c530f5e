//! Fields that an organisation makes and changes: what may be one, and what a change means for the values that are kept in it.

use std::collections::BTreeMap;

use super::{Field, Kind, TEXT_CHARS_MAX, is_key, is_taken};

/// A field has at most so many choices.
const CHOICES_MAX: usize = 100;

/// What of a field changes; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldPatch {
    /// Its name for people.
    pub label: Option<String>,
    /// What it holds.
    pub kind: Option<Kind>,
    /// Choices that are called otherwise: from what to what. Whoever has one gets the other.
    pub renamed: BTreeMap<String, String>,
}

/// A field as it is after a change, and what that asks of the values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The field.
    pub field: Field,
    /// Values that become others: from what to what.
    pub renamed: Vec<(String, String)>,
    /// It holds something else than before: a value that is none of its kind stands in the way.
    pub narrows: bool,
}

/// Why a field cannot be so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// It could not stand in a text.
    #[error(
        "`{0}` is no key: begin with a letter and go on with lower-case letters, digits and underscores, at most 40 in all."
    )]
    Key(String),
    /// Every contact has this, or texts and conditions mean something else by it.
    #[error("`{0}` stands for something else already. Choose another key.")]
    Taken(String),
    /// Nothing to choose from, or more than anybody reads.
    #[error("Give it 1 to {CHOICES_MAX} choices, each of 1 to {TEXT_CHARS_MAX} characters.")]
    Choices,
    /// Nobody could choose the second of them.
    #[error("`{0}` is there twice: upper and lower case count the same. Leave one out.")]
    ChoiceTwice(String),
    /// Something is to be called otherwise that is not there.
    #[error("There is no choice `{0}`. Write it as it is now.")]
    NoSuchChoice(String),
    /// A value would become what nobody can choose.
    #[error("`{0}` would be no choice. Add it to the choices.")]
    NotAChoice(String),
}

impl FieldFault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Key(_) => "not_a_key",
            Self::Taken(_) => "taken",
            Self::Choices => "choices",
            Self::ChoiceTwice(_) => "twice",
            Self::NoSuchChoice(_) => "no_such_choice",
            Self::NotAChoice(_) => "not_a_choice",
        }
    }

    /// What of the field it is about.
    #[must_use]
    pub const fn about(&self) -> &'static str {
        match self {
            Self::Key(_) | Self::Taken(_) => "key",
            Self::Choices | Self::ChoiceTwice(_) => "kind.choices",
            Self::NoSuchChoice(_) | Self::NotAChoice(_) => "renamed_choices",
        }
    }
}

impl Field {
    /// The same with its choices as they are kept.
    ///
    /// # Errors
    /// Why it cannot be a field.
    pub fn checked(self) -> Result<Self, FieldFault> {
        if !is_key(&self.key) {
            return Err(FieldFault::Key(self.key));
        }
        if is_taken(&self.key) {
            return Err(FieldFault::Taken(self.key));
        }
        Ok(Self { kind: checked(self.kind)?, ..self })
    }

    /// It, changed. Choices that are not among the new ones must not be anybody's, unless they are renamed.
    ///
    /// # Errors
    /// Why it cannot be so.
    pub fn changed(&self, patch: &FieldPatch) -> Result<Changed, FieldFault> {
        let choices: &[String] = if let Kind::Choice { choices } = &self.kind { choices } else { &[] };
        if let Some(none) = patch.renamed.keys().find(|from| !choices.contains(from)) {
            return Err(FieldFault::NoSuchChoice(none.clone()));
        }
        let kind = match &patch.kind {
            Some(kind) => kind.clone(),
            None if patch.renamed.is_empty() => self.kind.clone(),
            None => Kind::Choice { choices: renamed(choices, &patch.renamed) },
        };
        let kind = checked(kind)?;
        if let Kind::Choice { choices } = &kind
            && let Some(none) = patch.renamed.values().find(|to| !choices.contains(to))
        {
            return Err(FieldFault::NotAChoice(none.clone()));
        }
        let pairs = patch.renamed.iter().filter(|(from, to)| from != to);
        Ok(Changed {
            narrows: kind != self.kind && kind != Kind::Text,
            renamed: pairs.map(|(from, to)| (from.clone(), to.clone())).collect(),
            field: Self {
                key: self.key.clone(),
                label: patch.label.clone().unwrap_or_else(|| self.label.clone()),
                kind,
            },
        })
    }

    /// It with the names that choices will have beside those that they have: while values become others, both are choices.
    #[must_use]
    pub fn widened(&self, renamed: &[(String, String)]) -> Self {
        let Kind::Choice { choices } = &self.kind else { return self.clone() };
        let mut wide: Vec<String> = Vec::with_capacity(choices.len());
        for choice in choices {
            wide.push(choice.clone());
            let new = renamed.iter().find(|(from, _)| from == choice).map(|(_, to)| to);
            wide.extend(new.filter(|new| !choices.contains(new)).cloned());
        }
        wide.dedup();
        Self { kind: Kind::Choice { choices: wide }, ..self.clone() }
    }
}

/// Each in its place; two that become one stand where the first did.
fn renamed(choices: &[String], names: &BTreeMap<String, String>) -> Vec<String> {
    let mut new: Vec<String> = Vec::with_capacity(choices.len());
    for choice in choices {
        let name = names.get(choice).unwrap_or(choice);
        if !new.contains(name) {
            new.push(name.clone());
        }
    }
    new
}

fn checked(kind: Kind) -> Result<Kind, FieldFault> {
    let Kind::Choice { choices } = kind else { return Ok(kind) };
    let choices: Vec<String> = choices.iter().map(|choice| choice.trim().to_owned()).collect();
    let fits = |choice: &String| (1..=TEXT_CHARS_MAX).contains(&choice.chars().count());
    if choices.is_empty() || choices.len() > CHOICES_MAX || !choices.iter().all(fits) {
        return Err(FieldFault::Choices);
    }
    for (nth, choice) in choices.iter().enumerate() {
        let is_like = |other: &String| other.to_lowercase() == choice.to_lowercase();
        if choices.iter().take(nth).any(is_like) {
            return Err(FieldFault::ChoiceTwice(choice.clone()));
        }
    }
    Ok(Kind::Choice { choices })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(choices: &[&str]) -> Kind {
        Kind::Choice { choices: choices.iter().map(ToString::to_string).collect() }
    }

    fn field(kind: Kind) -> Field {
        Field { key: "plan".into(), label: "Plan".into(), kind }
    }

    fn patch(kind: Option<Kind>, renamed: &[(&str, &str)]) -> FieldPatch {
        let renamed = renamed.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        FieldPatch { label: None, kind, renamed }
    }

    #[test]
    fn a_choice_is_renamed_in_its_place_or_joined_with_another() {
        let plan = field(choice(&["Gold", "Silver", "Bronze"]));
        for (asked, kind, values, narrows) in [
            (patch(None, &[]), choice(&["Gold", "Silver", "Bronze"]), 0, false),
            (patch(None, &[("Silver", "Plus")]), choice(&["Gold", "Plus", "Bronze"]), 1, true),
            (patch(None, &[("Bronze", "Silver")]), choice(&["Gold", "Silver"]), 1, true),
            (patch(None, &[("Gold", "Gold")]), choice(&["Gold", "Silver", "Bronze"]), 0, false),
            (patch(Some(choice(&["Gold", " Plus "])), &[("Silver", "Plus")]), choice(&["Gold", "Plus"]), 1, true),
            (patch(Some(Kind::Text), &[]), Kind::Text, 0, false),
            (patch(Some(Kind::Number), &[]), Kind::Number, 0, true),
        ] {
            let changed = plan.changed(&asked).unwrap();
            assert_eq!(
                (&changed.field.kind, changed.renamed.len(), changed.narrows),
                (&kind, values, narrows),
                "{asked:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        let plan = field(choice(&["Gold", "Silver"]));
        for (asked, code) in [
            (patch(None, &[("Tin", "Zinc")]), "no_such_choice"),
            (patch(Some(choice(&["Gold"])), &[("Silver", "Plus")]), "not_a_choice"),
            (patch(None, &[("Silver", "gold")]), "twice"),
            (patch(Some(choice(&[])), &[]), "choices"),
            (patch(Some(choice(&["Gold", " "])), &[]), "choices"),
        ] {
            assert_eq!(plan.changed(&asked).unwrap_err().code(), code, "{asked:?}");
        }
        for (key, code) in [("Plan", "not_a_key"), ("name", "taken")] {
            let wrong = Field { key: key.into(), ..field(Kind::Text) };
            assert_eq!(wrong.checked().unwrap_err().code(), code);
        }
    }

    #[test]
    fn while_values_become_others_both_are_choices() {
        let renamed = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
        };
        let plan = field(choice(&["Gold", "Silver"]));
        let wide = plan.widened(&renamed(&[("Gold", "Top")]));
        assert_eq!(wide.kind, choice(&["Gold", "Top", "Silver"]));
        assert_eq!(wide.changed(&patch(None, &[("Gold", "Top")])).unwrap().field.kind, choice(&["Top", "Silver"]));
        assert_eq!(plan.widened(&renamed(&[("Gold", "Silver")])).kind, plan.kind);
    }
}
