//! Whether two contacts look like one person. It only suggests: people decide.

use std::fmt;

use crate::knowledge::is_one_apart;

/// A word of fewer letters has too many neighbours.
const LETTERS_MIN: usize = 5;
/// Numbers that end in so many same digits are one, written for two countries.
const SAME_DIGITS: usize = 8;

/// What of somebody is compared. Words are folded: small letters, no accents.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Looks {
    /// Words of their name.
    pub name: Vec<String>,
    /// Words of where they work.
    pub company: Vec<String>,
    /// Their phones, in E.164 form.
    pub phones: Vec<String>,
    /// Their e-mail addresses, in small letters.
    pub emails: Vec<String>,
}

impl fmt::Debug for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Looks").finish_non_exhaustive()
    }
}

/// What two contacts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// The same words in any order.
    SameName,
    /// Words that are one letter apart.
    SimilarName,
    /// They work at the same place.
    SameCompany,
    /// Their numbers are one digit apart, or end alike.
    SimilarNumber,
    /// Their e-mail addresses are the same but for dots, a `+` and what follows it, or the host.
    SimilarEmail,
}

impl Likeness {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::SameName, Self::SimilarName, Self::SameCompany, Self::SimilarNumber, Self::SimilarEmail];

    /// As shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameName => "same_name",
            Self::SimilarName => "similar_name",
            Self::SameCompany => "same_company",
            Self::SimilarNumber => "similar_number",
            Self::SimilarEmail => "similar_email",
        }
    }
}

/// What two contacts have in common, if that is enough to take them for one; empty: it is not. A name alone is enough if it has
/// two words and nothing says that they work at different places; a similar one needs a second sign.
#[must_use]
pub fn likeness(one: &Looks, other: &Looks) -> Vec<Likeness> {
    let (name, others) = (sorted(&one.name), sorted(&other.name));
    let same_name = !name.is_empty() && name == others;
    let similar_name = !same_name && is_similar(&name, &others);
    let same_company = !one.company.is_empty() && one.company == other.company;
    let elsewhere = !same_company && !one.company.is_empty() && !other.company.is_empty();
    let any = |ours: &[String], theirs: &[String], like: fn(&str, &str) -> bool| {
        ours.iter().any(|one| theirs.iter().any(|other| like(one, other)))
    };
    let similar_number = any(&one.phones, &other.phones, like_numbers);
    let similar_email = any(&one.emails, &other.emails, like_emails);
    let is_enough = similar_email
        || (same_name && (same_company || similar_number || (name.len() > 1 && !elsewhere)))
        || (similar_name && (same_company || similar_number));
    let signs = [same_name, similar_name, same_company, similar_number, similar_email];
    let signs = Likeness::ALL.into_iter().zip(signs).filter(|(_, is_so)| is_enough && *is_so);
    signs.map(|(likeness, _)| likeness).collect()
}

fn sorted(words: &[String]) -> Vec<&str> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words
}

fn is_similar(one: &[&str], other: &[&str]) -> bool {
    let is_long = |word: &str| word.chars().count() >= LETTERS_MIN;
    let near = |(a, b): (&&str, &&str)| a == b || (is_long(a) && is_long(b) && is_one_apart(a, b));
    !one.is_empty() && one.len() == other.len() && one.iter().zip(other).all(near)
}

fn like_numbers(one: &str, other: &str) -> bool {
    let end = |number: &str| number.get(number.len().saturating_sub(SAME_DIGITS)..).map(str::to_owned);
    is_one_apart(one, other) || (one != other && end(one) == end(other))
}

fn like_emails(one: &str, other: &str) -> bool {
    let who = |email: &str| {
        let local = email.split('@').next().unwrap_or_default();
        local.split('+').next().unwrap_or_default().replace('.', "")
    };
    who(one) == who(other) && who(one).chars().count() >= LETTERS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(name: &str, company: &str, phone: &str, email: &str) -> Looks {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Looks { name: words(name), company: words(company), phones: words(phone), emails: words(email) }
    }

    #[test]
    fn one_person_or_two() {
        let ann = looks("ann berg", "acme", "+12125550123", "ann.berg@acme.example");
        for (other, expected) in [
            (looks("berg ann", "acme", "+12125559999", ""), "same_name same_company"),
            (looks("ann berg", "", "", ""), "same_name"),
            (looks("ann berg", "bolt", "", ""), ""),
            (looks("ann berg", "bolt", "+12125550132", ""), "same_name similar_number"),
            (looks("ann bergg", "acme", "", ""), ""),
            (looks("ann", "acme", "", ""), ""),
            (looks("cyd other", "acme", "+12125550124", ""), ""),
            (looks("", "", "", "annberg+news@home.example"), "similar_email"),
            (looks("", "", "", "ann@acme.example"), ""),
            (looks("", "", "+12125550124", ""), ""),
        ] {
            let found: Vec<&str> = likeness(&ann, &other).into_iter().map(Likeness::as_str).collect();
            assert_eq!(found.join(" "), expected, "{:?} {:?}", other.name, other.phones);
            assert_eq!(likeness(&ann, &other), likeness(&other, &ann), "it goes both ways");
        }
        let jon = looks("jonathan smith", "acme", "+4915112345678", "");
        let near = looks("jonathan smyth", "acme", "+15112345678", "");
        assert_eq!(likeness(&jon, &near), [Likeness::SimilarName, Likeness::SameCompany, Likeness::SimilarNumber]);
        assert!(likeness(&Looks::default(), &Looks::default()).is_empty());
    }
}
