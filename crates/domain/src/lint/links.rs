//! Links in a text, and which of them carriers do not let pass.

// `core` knows addresses and no sockets.
use core::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::text::Text;

/// A link, by where it goes.
pub(super) struct Link {
    pub span: Range<usize>,
    /// In small letters, without port and user.
    pub host: String,
    /// It names a user before the host: what looks like the host is not it.
    pub has_user: bool,
}

/// Everybody can make a link there: spammers do, so carriers block them whole. Shorteners of one company for its own links
/// (youtu.be, amzn.to) are none.
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "bitly.com",
    "j.mp",
    "tinyurl.com",
    "tiny.cc",
    "t.co",
    "goo.gl",
    "ow.ly",
    "is.gd",
    "v.gd",
    "buff.ly",
    "cutt.ly",
    "rb.gy",
    "shorturl.at",
    "rebrand.ly",
    "short.io",
    "t.ly",
    "bl.ink",
    "adf.ly",
    "shorte.st",
    "s.id",
    "qr.ae",
    "lnkd.in",
    "soo.gd",
    "clck.ru",
    "u.to",
    "surl.li",
    "tr.ee",
    "dub.sh",
    "urlz.fr",
    "dwz.cn",
    "suo.im",
    "x.co",
    "po.st",
    "mcaf.ee",
    "shorturl.com",
    "kutt.it",
    "gg.gg",
    "tinu.be",
    "ouo.io",
    "linktr.ee",
    "bc.vc",
    "trib.al",
    "dlvr.it",
    "ift.tt",
];

pub(super) fn is_public_shortener(host: &str) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    SHORTENERS.contains(&host)
}

/// A bare address, a name in letters that can look like others, or a host that hides behind another.
pub(super) fn is_suspicious(link: &Link) -> bool {
    let host = link.host.trim_start_matches('[').trim_end_matches(']');
    link.has_user
        || host.parse::<Ipv4Addr>().is_ok()
        || host.parse::<Ipv6Addr>().is_ok()
        || host.split('.').any(|label| label.starts_with("xn--"))
}

pub(super) fn links(text: &Text) -> Vec<Link> {
    let mut links = Vec::new();
    let mut from = None;
    let all: Vec<(usize, char)> = text.all().collect();
    let ends = all.last().map(|(at, _)| (*at + 1, ' '));
    for (at, c) in all.iter().copied().chain(ends) {
        match (from, c.is_whitespace() || matches!(c, '<' | '>' | '"' | '“' | '”' | '(' | ')' | ',')) {
            (None, false) => from = Some(at),
            (Some(start), true) => {
                links.extend(link(text, start..at));
                from = None;
            }
            _ => {}
        }
    }
    links
}

/// A piece without spaces that has a scheme, or a host with a dot and a path or a shortener's name.
fn link(text: &Text, piece: Range<usize>) -> Option<Link> {
    let written = text.slice(&piece);
    let trimmed = written.trim_end_matches(['.', '!', '?', ';', ':', '\'']);
    let small = trimmed.to_lowercase();
    let rest = small.strip_prefix("https://").or_else(|| small.strip_prefix("http://"));
    let has_scheme = rest.is_some();
    let rest = rest.unwrap_or(&small);
    let (authority, has_path) = match rest.find(['/', '?', '#']) {
        Some(end) => (&rest[..end], true),
        None => (rest, false),
    };
    let (host, has_user) = match authority.rsplit_once('@') {
        Some((_, host)) => (host, true),
        None => (authority, false),
    };
    // An address in mail has an `@`, too.
    if has_user && !has_scheme {
        return None;
    }
    let host = match host.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    };
    let is_named = host.split('.').any(|label| label.starts_with("xn--"));
    let is_link = has_scheme || (host.contains('.') && has_path) || is_public_shortener(host) || is_named;
    let span = piece.start..piece.start + trimmed.chars().count();
    is_link.then(|| Link { span, host: host.to_owned(), has_user })
}
