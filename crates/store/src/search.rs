//! Finding somebody by any piece of their name, their company or a number of theirs, in whatever way it is typed.
//!
//! A contact's words are kept in one spelling: small letters without accents, digits of numbers, two spaces before each word.
//! Three letters in a row are what both engines have an index of (`contact_search`); what has fewer is looked for where a
//! word begins, which the spaces make three again. Answers are the newest first, however many there are.
//!
//! What messages say is found in [`message`], by an [`index`] of whole words; what has a name in [`named`].

pub(crate) mod block;
pub mod index;
pub mod message;
pub mod named;
pub mod text;

use domain::id::TenantId;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// So many words of a search count: the longest, which tell most.
pub(crate) const TERMS: usize = 3;
/// So many letters of a word count.
const TERM_CHARS_MAX: usize = 24;
/// Where the signs begin that stand for tenants: a private area, so that nobody types them.
const TENANTS_FROM: u32 = 0xE000;
/// A sign that is in nobody's words.
const NOBODY: char = '\u{F0000}';

/// A search.
#[derive(Clone, PartialEq, Eq)]
pub struct Search {
    terms: Vec<String>,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").field("terms", &self.terms.len()).finish_non_exhaustive()
    }
}

impl Search {
    /// `None`: nothing was typed. Signs alone find nobody.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let is_number = text.chars().all(|c| c.is_ascii_digit() || "+-.()/ ".contains(c));
        let mut terms: Vec<String> = if is_number {
            // However it is dialled from where it is typed: 0171 …, 0049 171 …, +49 171 … end alike.
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let bare = digits.trim_start_matches('0');
            vec![if bare.is_empty() { digits.clone() } else { bare.to_owned() }]
        } else {
            folded(text).collect()
        };
        terms.retain(|term| !term.is_empty());
        for term in &mut terms {
            *term = term.chars().take(TERM_CHARS_MAX).collect();
        }
        terms.sort_by_key(|term| std::cmp::Reverse(term.chars().count()));
        terms.truncate(TERMS);
        if terms.is_empty() {
            terms.push(NOBODY.to_string());
        }
        Some(Self { terms })
    }

    /// Patterns for `LIKE`; those behind the last term let everything pass.
    pub(crate) fn patterns(&self) -> [String; TERMS] {
        std::array::from_fn(|nth| {
            self.terms.get(nth).map_or_else(|| "%".to_owned(), |term| format!("%{}%", begun(term)))
        })
    }

    /// What SQLite's index is asked: who of this tenant has all these letters.
    pub(crate) fn matches(&self, tenant: TenantId) -> String {
        let mut grams = vec![sign(tenant)];
        for term in &self.terms {
            let letters: Vec<char> = begun(term).chars().collect();
            grams.extend(letters.windows(3).map(|gram| gram.iter().collect()));
        }
        grams.sort_unstable();
        grams.dedup();
        grams.iter().map(|gram| format!("\"{gram}\"")).collect::<Vec<_>>().join(" AND ")
    }
}

/// A contact's words as they are kept.
pub(crate) fn words<'a>(
    tenant: TenantId,
    name: &str,
    company: &str,
    addresses: impl IntoIterator<Item = &'a str>,
) -> String {
    let mut words = sign(tenant);
    let mut add = |word: &str| {
        words.push_str("  ");
        words.push_str(word);
    };
    for text in [name, company] {
        folded(text).for_each(|word| add(&word));
    }
    for address in addresses {
        match address.strip_prefix('+') {
            Some(digits) => add(digits),
            None => folded(address).for_each(|word| add(&word)),
        }
    }
    words
}

/// Words of a text in the one spelling.
pub(crate) fn folded(text: &str) -> impl Iterator<Item = String> {
    // O'Neil is one word, however the apostrophe is written or left out.
    let is_dropped = |c: char| is_combining_mark(c) || matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´');
    let plain: String = text.nfkd().filter(|c| !is_dropped(*c)).flat_map(char::to_lowercase).collect();
    let words: Vec<String> =
        plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.into_iter()
}

/// A term of one or two letters is the beginning of a word.
fn begun(term: &str) -> String {
    let spaces = 3_usize.saturating_sub(term.chars().count());
    format!("{}{term}", " ".repeat(spaces))
}

/// Three signs that stand for a tenant, so that the index that all of them share is asked for one. Two may have the same:
/// whoever is found by it is looked at.
fn sign(tenant: TenantId) -> String {
    let bits = tenant.0.as_u128();
    (0..3)
        .filter_map(|nth| char::from_u32(TENANTS_FROM + u32::try_from(bits >> (12 * nth) & 0xFFF).unwrap_or(0)))
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn tenant(n: u128) -> TenantId {
        Uuid::from_u128(n).into()
    }

    /// As the engines would answer.
    fn finds(typed: &str, words: &str, of: TenantId) -> bool {
        let Some(search) = Search::parse(typed) else { return false };
        let in_index = search.matches(of).split(" AND ").all(|gram| words.contains(gram.trim_matches('"')));
        let in_words = search.patterns().iter().all(|pattern| words.contains(pattern.trim_matches('%')));
        // Patterns with spaces lose none of them.
        in_index && in_words
    }

    #[test]
    fn any_piece_in_any_spelling_finds() {
        let zoe =
            words(tenant(7), "Zoë O'Brien-Łukasz", "Müller & Söhne GmbH", ["+491711234567", "zoe@mueller.example"]);
        for typed in [
            "zoe",
            "ZOË",
            "o",
            "ob",
            "brien",
            "rie",
            "zoe brien",
            "brien zoe",
            "muller",
            "Söhne",
            "gmbh",
            "z",
            "+49 171 1234567",
            "0171 / 123 45 67",
            "0049 171 123",
            "(171) 1234",
            "4567",
            "34",
            "mueller.example",
        ] {
            let expected = typed != "34";
            assert_eq!(finds(typed, &zoe, tenant(7)), expected, "{typed}");
            assert!(!finds(typed, &zoe, tenant(8)), "{typed}: another tenant's");
        }
        for typed in ["anna", "zoe smith", "0172", "ue", "", "  ", "%", "_", "\"", "' OR 1"] {
            assert!(!finds(typed, &zoe, tenant(7)), "{typed}");
        }
    }

    #[test]
    fn two_letters_of_a_name_without_spaces_find() {
        let wang = words(tenant(1), "王芳", "", ["+8613800138000"]);
        for typed in ["王芳", "王", "8613800138000", "13800138000"] {
            assert!(finds(typed, &wang, tenant(1)), "{typed}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_typed_breaks_out_of_the_question(typed in ".{0,80}") {
            if let Some(search) = Search::parse(&typed) {
                for pattern in search.patterns() {
                    let inside = pattern.trim_matches('%');
                    let is_harmless = |c: char| c.is_alphanumeric() || c == ' ' || c == NOBODY;
                    proptest::prop_assert!(inside.chars().all(is_harmless), "{pattern:?}");
                }
                let quotes = search.matches(tenant(1)).matches('"').count();
                proptest::prop_assert_eq!(quotes, 2 * search.matches(tenant(1)).split(" AND ").count());
            }
        }
    }
}
