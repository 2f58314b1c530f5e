//! What a person types to find someone: a piece of a name, or digits of a phone number.

/// A search, as patterns for `LIKE … ESCAPE '\'`.
#[derive(Clone, PartialEq, Eq)]
pub struct Search {
    /// In lower case, to be held against `lower(column)`.
    pub(crate) lower: String,
    /// As typed: SQLite's `lower` knows only ASCII, so "Zoë" is found at least as written.
    pub(crate) typed: String,
    /// Digits of a phone number, if it was digits that were typed.
    pub(crate) digits: Option<String>,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").field("chars", &self.typed.chars().count()).finish_non_exhaustive()
    }
}

impl Search {
    /// `None`: nothing was typed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_number = text.chars().all(|c| c.is_ascii_digit() || "+-.() ".contains(c));
        let digits = (is_number && !digits.is_empty()).then(|| format!("%{digits}%"));
        Some(Self { lower: anywhere(&text.to_lowercase()), typed: anywhere(text), digits })
    }
}

fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_searched_by_its_digits_however_it_is_spelled() {
        for text in ["+1 (415) 555", "1415555", "1-415.555"] {
            assert_eq!(Search::parse(text).unwrap().digits.as_deref(), Some("%1415555%"), "{text}");
        }
        for text in ["Ann", "Studio 54", "+"] {
            assert_eq!(Search::parse(text).unwrap().digits, None, "{text}");
        }
        assert_eq!(Search::parse("  "), None);
    }

    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(Search::parse(r"50%_\A").unwrap().lower, r"%50\%\_\\a%");
    }
}
