//! How programs and people call the columns of their lists, in many languages.

mod names;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use self::names::{NAMES, PHONES, is_among};
use super::Column;

/// The columns that we put before rejected rows; a file that comes back has them still.
pub const LINE: &str = "Line";
/// See [`LINE`].
pub const REASON: &str = "Reason";

/// How a name tells: by all of it, or by a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// It holds a telling word among others.
    Part,
    /// It is one.
    Whole,
}

/// What a column is by its name; telephone numbers aside.
pub(super) fn named(header: &str) -> Option<(Column, Match)> {
    let whole = squashed(header);
    let find = |name: &str| NAMES.iter().find(|(_, names)| is_among(names, name)).map(|(column, _)| column.clone());
    if let Some(column) = find(&whole) {
        return Some((column, Match::Whole));
    }
    if words(header).iter().any(|word| OF_SOMETHING.contains(&word.as_str())) {
        return None;
    }
    let telling = pieces(header).into_iter().filter(|piece| !ALONE.contains(&piece.as_str()));
    telling.into_iter().find_map(|piece| find(&piece)).map(|column| (column, Match::Part))
}

/// Beside other words these say nothing: "last visit", "customer since", "account manager".
const ALONE: [&str; 25] = [
    "first",
    "last",
    "given",
    "name",
    "contact",
    "customer",
    "client",
    "guest",
    "patient",
    "member",
    "recipient",
    "account",
    "business",
    "list",
    "group",
    "label",
    "kunde",
    "klant",
    "klient",
    "cliente",
    "nome",
    "naam",
    "nimi",
    "active",
    "blocked",
];
/// "Company address" is not the company.
const OF_SOMETHING: [&str; 22] = [
    "number", "nummer", "no", "nr", "id", "code", "type", "typ", "count", "size", "address", "adresse", "street",
    "city", "zip", "country", "website", "url", "owner", "manager", "title", "status",
];

/// Whether a column has telephone numbers by its name, and how gladly texts go there.
pub(super) fn named_phone(header: &str) -> Option<(u32, Match)> {
    let whole = squashed(header);
    let find = |name: &str| PHONES.iter().find(|(_, names)| is_among(names, name)).map(|(rank, _)| *rank);
    if let Some(rank) = find(&whole) {
        return Some((rank, Match::Whole));
    }
    let words = words(header);
    // "Phone type", "fax number", "account number" are none.
    if words.iter().any(|word| NOT_PHONES.contains(&word.as_str())) {
        return None;
    }
    pieces(header).iter().find_map(|piece| find(piece)).map(|rank| (rank, Match::Part))
}

/// Beside these words a telephone or a number is something else.
const NOT_PHONES: [&str; 24] = [
    "type",
    "label",
    "typ",
    "fax",
    "extension",
    "ext",
    "carrier",
    "country",
    "code",
    "account",
    "customer",
    "order",
    "invoice",
    "id",
    "house",
    "street",
    "vat",
    "tax",
    "kunden",
    "haus",
    "rechnung",
    "status",
    "verified",
    "count",
];

/// Whether it is a column that we added to rejected rows.
pub(super) fn is_ours(header: &str) -> bool {
    [LINE, REASON].iter().any(|ours| header.trim().eq_ignore_ascii_case(ours))
}

/// Two or three words of it that stand together, longest first, and each word that is long enough to tell anything.
fn pieces(header: &str) -> Vec<String> {
    let words = words(header);
    let mut pieces = Vec::new();
    for length in (1..=3).rev().filter(|length| *length < words.len()) {
        for some in words.windows(length) {
            let piece = some.concat();
            if piece.chars().count() >= 4 {
                pieces.push(piece);
            }
        }
    }
    pieces
}

/// A name without case, accents, spaces and marks: `E-Mail Address` as `emailaddress`.
pub(super) fn squashed(header: &str) -> String {
    words(header).concat()
}

/// Its words, without case and accents: `phoneNumber`, `phone_number` and `Phone Number` have the same two.
pub(super) fn words(header: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in header.nfc().flat_map(plain).take(200) {
        let ends_word = !c.is_alphanumeric() || (c.is_uppercase() && was_lower);
        if ends_word && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        let Some(word) = words.last_mut() else { continue };
        match c {
            'ß' => word.push_str("ss"),
            'ł' | 'Ł' => word.push('l'),
            'ø' | 'Ø' => word.push('o'),
            'æ' | 'Æ' => word.push_str("ae"),
            'ı' => word.push('i'),
            'đ' | 'Đ' => word.push('d'),
            c if c.is_alphanumeric() => word.extend(c.to_lowercase().filter(|c| !is_combining_mark(*c))),
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A letter without its accent. Cyrillic ones are letters of their own with theirs.
fn plain(c: char) -> impl Iterator<Item = char> {
    let whole = ('\u{400}'..='\u{52F}').contains(&c).then_some(c);
    let pieces = std::iter::once(c).nfkd().filter(move |piece| whole.is_none() && !is_combining_mark(*piece));
    whole.into_iter().chain(pieces)
}
