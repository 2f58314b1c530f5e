//! Addresses in a reply: of the web, of people, and of houses.

use super::Sources;
use super::fold::Folded;
use super::readings::Reading;

/// Ends of names that make a bare word an address of the web: countries' and the commonest others. Phones turn these into
/// links.
const ENDINGS: &str = " com net org io co us uk de fr es it nl pl ru br in cn info biz app dev shop store online site xyz top \
    link click ly gl me tv gg ai eu ca au ch at be to cc ws live page web club vip icu example test \
    ac ad ae af ag al am ao ar as az ba bd bf bg bh bi bj bn bo bs bt bw by bz cd cf cg ci cl cm cr cu cv cy cz dj dk dm \
    dz ec ee eg er et fi fj fm fo ga gd ge gh gi gm gn gp gq gr gt gu gw gy hk hn hr ht hu id ie il iq ir je jm jo jp ke kg \
    kh ki km kn kr kw ky kz la lb lc li lk lr ls lt lu lv ma mc md mg mh mk ml mm mn mo mp mr ms mt mu mv mw mx mz na nc ne \
    nf ng ni np nr nu nz om pa pe pf pg ph pk pm pn pr ps pt pw py qa ro rs rw sa sb sc sd se sg sh si sk sl sm sn sr st su \
    sv sy sz tc td tf tg th tj tk tl tm tn tr tt tw tz ua ug uy uz va vc ve vg vn vu wf ye za zm zw \
    tech pro email support help chat win bid loan money bank pay cash fun space website world today news blog cloud host \
    art mobi name jobs tel travel zip mov local onion рф рус укр срб бел pф pyс pус москва 中国 公司 网络 在线 भारत مصر ไทย 한국 ";

/// Links of the reply that are neither given nor allowed.
pub(super) fn unknown(reading: Reading, said: &Folded, sources: &Sources) -> Vec<String> {
    let known: Vec<String> = links(reading, &sources.given).into_iter().map(|link| link.exact).collect();
    let set: Vec<String> = sources.links.iter().map(|link| bare(&link.exact)).collect();
    let is_known = |link: &Link| {
        let exact = &link.exact;
        known.contains(exact)
            || set
                .iter()
                .any(|set| exact == set || exact.strip_prefix(set.as_str()).is_some_and(|rest| rest.starts_with('/')))
    };
    links(reading, said).into_iter().filter(|link| !is_known(link)).map(|link| link.looks).collect()
}

/// Email addresses of the reply that are neither given nor the contact's own.
pub(super) fn strange_mails(said: &Folded, sources: &Sources) -> Vec<String> {
    let own: Vec<String> = sources.own.iter().flat_map(mails).collect();
    let known = mails(&sources.given);
    mails(said).into_iter().filter(|mail| !known.contains(mail) && !own.contains(mail)).collect()
}

/// The same of phone numbers.
pub(super) fn strange_phones(said: &Folded, sources: &Sources) -> Vec<String> {
    let own = sources.own.iter().flat_map(|own| phones(&own.text));
    let known: Vec<String> = phones(&sources.given.text).into_iter().chain(own).collect();
    // A number is written with or without its country: what ends alike is the same.
    let is_known =
        |phone: &String| known.iter().any(|known| known.ends_with(phone.as_str()) || phone.ends_with(known.as_str()));
    phones(&said.text).into_iter().filter(|phone| !is_known(phone)).collect()
}

const STREETS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "lane",
    "drive",
    "boulevard",
    "blvd",
    "straße",
    "strasse",
    "calle",
    "rue",
    "rua",
    "via",
    "улица",
    "ул",
];

/// Where somebody lives: a house number and a street within three words, together in nothing given.
pub(super) fn strange_homes(said: &Folded, given: &Folded) -> Vec<String> {
    let given = given.words().join(" ");
    let words = said.words();
    let is_number = |word: &str| word.len() <= 5 && word.starts_with(|c: char| c.is_ascii_digit());
    let is_street = |word: &str| STREETS.contains(&word) || word.ends_with("straße") || word.ends_with("strasse");
    let mut found = Vec::new();
    for (nth, _) in words.iter().enumerate().filter(|(_, word)| is_number(word)) {
        for len in 2..=4 {
            let Some(window) = words.get(nth..nth + len) else { break };
            // "2 stops from Main Street" is a way; "the 1st street" has no name.
            let is_home = is_street(window[len - 1]) && len > 2 && window[1..len - 1].iter().all(|word| word.len() > 2);
            if is_home && !given.contains(&window.join(" ")) {
                found.push(window.join(" "));
            }
        }
    }
    found
}

/// An address of the web.
struct Link {
    /// As people read it.
    looks: String,
    /// As a phone follows it.
    exact: String,
}

fn links(reading: Reading, text: &Folded) -> Vec<Link> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')' | '[' | ']' | ',' | ';' | '|');
    // Both are sign for sign as long, and no sign is made a separator or none: the words are the same.
    let words = text.text.split(is_end).zip(text.exact.split(is_end));
    let words = words.filter(|(word, _)| word.contains("://") || !word.contains('@'));
    words
        .filter_map(|(word, exact)| {
            Some(Link { looks: link(reading, word)?, exact: link(reading, exact).unwrap_or_default() })
        })
        .collect()
}

fn link(reading: Reading, word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| matches!(c, '.' | '!' | '?' | ':' | '\'' | '*' | '_'));
    let is_spelled = word.contains("://") || word.starts_with("www.");
    let link = bare(word);
    let host = link.split(['/', '?', '#', ':']).next().unwrap_or_default();
    if is_spelled && !link.is_empty() {
        return Some(link);
    }
    let (name, ending) = host.rsplit_once('.')?;
    let is_name = !name.is_empty() && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    let is_number = host.split('.').count() == 4 && host.split('.').all(|part| part.parse::<u8>().is_ok());
    let is_ending = ENDINGS.contains(&format!(" {ending} ")) || ending.starts_with("xn--");
    // Any word has dots and slashes once its letters are turned.
    let has_path = reading.keeps_numbers()
        && link[host.len()..].starts_with('/')
        && ending.len() > 1
        && !ending.contains(|c: char| c.is_ascii_digit());
    let is_link = is_number || ((is_ending || has_path) && name.chars().any(char::is_alphabetic));
    (is_name && is_link).then_some(link)
}

/// Without scheme, `www.`, what stands behind a host's `@`, and the slash at the end.
fn bare(link: &str) -> String {
    let link = link.split_once("://").map_or(link, |(_, rest)| rest);
    link.strip_prefix("www.").unwrap_or(link).trim_end_matches('/').to_owned()
}

fn mails(text: &Folded) -> Vec<String> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')' | ',' | ';' | ':' | '[' | ']');
    let mails = text.text.split(is_end).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
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
            '+' | '-' | ' ' | '(' | ')' | '.' | '/' | '_' | '\u{2010}'..='\u{2015}' if gap < 3 => gap += 1,
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
