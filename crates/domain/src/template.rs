//! A text with places in it that each person fills differently: `Hi {first_name|there}, your {tyres} are ready.`
//!
//! | Written | Is |
//! |---|---|
//! | `{name}` | what is known of the person under this name; whoever lacks it cannot be sent the text |
//! | `{name\|there}` | the same, or `there` |
//! | `{due:date}` `{due:weekday}` | a date in the person's language: `27 November 2026`, `Friday` |
//! | `{total:number}` `{total:number 2}` | a number in the person's language, with so many decimals |
//! | `{name:upper}` `{name:lower}` `{name:title}` | in other letters |
//! | `{{` `}}` | a brace |
//!
//! What a template names is checked when it is saved; what a person lacks is found before a text is made: a text never
//! says "Hi ,".

mod fault;
mod links;
mod parse;
mod person;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use fault::nearest;
pub use fault::{Fault, FaultKind};
pub use person::{OWN_NAMES, Person, first_name, last_name};
pub use render::{Lacks, Rendering};

/// A template is at most so long.
pub const CHARS_MAX: usize = 1_600;

/// A text with places to be filled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Place(Place),
    Link(links::Link),
}

/// A place to be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// Where it begins in the template, in characters from 1.
    at: usize,
    name: String,
    how: Option<How>,
    /// `None`: whoever lacks it lacks the text.
    fallback: Option<String>,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Upper,
    Lower,
    Title,
    Date,
    Weekday,
    /// With so many decimals; `None`: as many as it has.
    Number(Option<u8>),
}

impl How {
    const NAMES: [&str; 6] = ["upper", "lower", "title", "date", "weekday", "number"];
}

impl Template {
    /// The names that it fills in, each once, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for part in &self.parts {
            if let Part::Place(place) = part
                && !names.contains(&place.name.as_str())
            {
                names.push(&place.name);
            }
        }
        names
    }

    /// The names without which it cannot be filled, each once: it has no other word for them.
    #[must_use]
    pub fn needs(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for part in &self.parts {
            if let Part::Place(place) = part
                && place.fallback.is_none()
                && !names.contains(&place.name.as_str())
            {
                names.push(&place.name);
            }
        }
        names
    }

    /// What it says of its own, whoever it is for: its words, and those for people of whom something is not known.
    #[must_use]
    pub fn own_words(&self) -> String {
        let words = self.parts.iter().map(|part| match part {
            Part::Words(words) => words.as_str(),
            Part::Place(place) => place.fallback.as_deref().unwrap_or_default(),
            // It reads differently for everybody, in letters that cost nothing.
            Part::Link(_) => "",
        });
        words.collect()
    }

    /// Whether this person's text has another word in place of something that is not known of them.
    #[must_use]
    pub fn falls_back(&self, person: Person<'_>) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Words(_) | Part::Link(_) => false,
            Part::Place(place) => place.fallback.is_some() && person.get(&place.name).is_none(),
        })
    }

    /// That each name is one of `known`.
    ///
    /// # Errors
    /// The first that is not, with the nearest one that is.
    pub fn check<'a>(&self, known: impl IntoIterator<Item = &'a str> + Clone) -> Result<(), Fault> {
        for part in &self.parts {
            if let Part::Place(place) = part
                && !known.clone().into_iter().any(|known| known == place.name)
            {
                let kind = FaultKind::NoSuchName {
                    name: place.name.clone(),
                    nearest: fault::nearest(&place.name, known.clone()),
                };
                return Err(Fault { at: place.at, kind });
            }
        }
        Ok(())
    }
}
