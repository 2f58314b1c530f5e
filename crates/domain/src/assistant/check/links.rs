//! Addresses in a reply: of the web, and of people.

use super::Allowed;
use super::words::Folded;

/// Ends of names that make a bare word an address of the web. Phones turn these into links.
const ENDINGS: &[&str] = &[
    "com", "net", "org", "io", "co", "us", "uk", "de", "fr", "es", "it", "nl", "pl", "ru", "br", "in", "cn", "info",
    "biz", "app", "dev", "shop", "store", "online", "site", "xyz", "top", "link", "click", "ly", "gl", "me", "tv",
    "gg", "ai", "eu", "ca", "au", "ch", "at", "be", "to", "cc", "ws", "live", "page", "web", "club", "vip", "icu",
    "example", "test",
];

/// Links of the reply that are neither given nor allowed.
pub(super) fn unknown(said: &Folded, given: &Folded, allowed: &Allowed) -> Vec<String> {
    let known: Vec<String> = links(&given.0);
    let set: Vec<String> = allowed.links.iter().map(|link| bare(&Folded::of(link).0)).collect();
    let is_known = |link: &String| {
        known.contains(link)
            || set
                .iter()
                .any(|set| link == set || link.strip_prefix(set.as_str()).is_some_and(|rest| rest.starts_with('/')))
    };
    links(&said.0).into_iter().filter(|link| !is_known(link)).collect()
}

/// Phone numbers and email addresses of the reply that are neither given nor the contact's own.
pub(super) fn strangers(said: &Folded, given: &Folded, allowed: &Allowed) -> Vec<String> {
    let own: Vec<String> = allowed.own_addresses.iter().map(|own| Folded::of(own).0).collect();
    let (known_mails, own_mails) = (mails(&given.0), own.iter().flat_map(|own| mails(own)).collect::<Vec<_>>());
    let mut found: Vec<String> =
        mails(&said.0).into_iter().filter(|mail| !known_mails.contains(mail) && !own_mails.contains(mail)).collect();
    let known: Vec<String> = phones(&given.0).into_iter().chain(own.iter().flat_map(|own| phones(own))).collect();
    // A number is written with or without its country: what ends alike is the same.
    let is_known =
        |phone: &String| known.iter().any(|known| known.ends_with(phone.as_str()) || phone.ends_with(known.as_str()));
    found.extend(phones(&said.0).into_iter().filter(|phone| !is_known(phone)));
    found
}

fn links(text: &str) -> Vec<String> {
    let words =
        text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')' | '[' | ']' | ',' | ';'));
    words.filter(|word| !word.contains('@')).filter_map(link).collect()
}

fn link(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| matches!(c, '.' | '!' | '?' | ':' | '\'' | '*' | '_'));
    let spelled = word.contains("://") || word.starts_with("www.");
    let link = bare(word);
    let host = link.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let (name, ending) = host.rsplit_once('.')?;
    let is_name = !name.is_empty() && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    let is_number = host.split('.').count() == 4 && host.split('.').all(|part| part.parse::<u8>().is_ok());
    let is_link = spelled || is_number || (ENDINGS.contains(&ending) && name.chars().any(char::is_alphabetic));
    (is_name && is_link).then_some(link)
}

/// Without scheme, `www.`, what stands behind a host's `@`, and the slash at the end.
fn bare(link: &str) -> String {
    let link = link.split_once("://").map_or(link, |(_, rest)| rest);
    link.strip_prefix("www.").unwrap_or(link).trim_end_matches('/').to_owned()
}

fn mails(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')' | ',' | ';' | ':'));
    let mails = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    mails
        .filter(|word| word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')))
        .map(str::to_owned)
        .collect()
}

/// Digits of what is written like a phone number: seven to fifteen of them, with the signs that people put between.
fn phones(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut digits = String::new();
    let mut gap = 0;
    for c in text.chars().chain(['x']) {
        match c {
            '0'..='9' => {
                digits.push(c);
                gap = 0;
            }
            '+' | '-' | ' ' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' if gap < 3 => gap += 1,
            _ => {
                if (7..=15).contains(&digits.len()) && !is_dates(&digits) {
                    found.push(digits.trim_start_matches('0').to_owned());
                }
                digits.clear();
                gap = 0;
            }
        }
    }
    found
}

/// `20261127` is a day.
fn is_dates(digits: &str) -> bool {
    digits.len() == 8 && (digits.starts_with("19") || digits.starts_with("20"))
}
