//! Pages are fetched politely: under our own name, as the site's robots.txt allows, one at a time with a pause at each host,
//! and not again if nothing has changed. Where an address leads is decided by strangers: every step is looked at anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use documents::robots::Robots;
use domain::id::KnowledgeId;
use domain::source::Fetched;
use jiff::{SignedDuration, Timestamp};
use providers::http::{Method, Request, Response};
use store::knowledge::Fault;
use url::Url;

use super::fault;
use super::hosts::{Answer, PAUSE, Turn};
use crate::net::{NetError, TOO_LONG, retry_after};
use crate::world::World;

/// What we call ourselves, and what a robots.txt calls us.
const AGENT: &str = concat!("Tidings/", env!("CARGO_PKG_VERSION"));
const AGENT_TOKEN: &str = "tidings";
/// How long a page may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What a page may weigh.
const PAGE_BYTES_MAX: usize = 5 << 20;
/// At least so much of a robots.txt must be read (RFC 9309 §2.5).
const ROBOTS_BYTES_MAX: usize = 512 << 10;
/// From one address to the next.
const REDIRECTS_MAX: usize = 5;
/// How long a robots.txt is believed; at most a day (RFC 9309 §2.4).
const ROBOTS_KEPT: SignedDuration = SignedDuration::from_hours(1);
/// So many sites' are kept.
const ROBOTS_MAX: usize = 500;

/// Of sites that were visited lately.
#[derive(Debug, Default)]
pub(super) struct RobotsKept(Mutex<HashMap<String, (Timestamp, Arc<Robots>)>>);

/// What is known of a page already.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Got {
    /// It came.
    Page(Page),
    /// It is what it was.
    Same,
    /// It did not come.
    Missed(Missed),
    /// Others are before us: come back then.
    Later(Timestamp),
}

/// A page that came.
#[derive(Debug)]
pub(super) struct Page {
    /// Where it was in the end.
    pub(super) url: Url,
    pub(super) bytes: Bytes,
    pub(super) content_type: Option<String>,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// Why it did not come, and whether it may some time.
#[derive(Debug)]
pub(super) struct Missed {
    pub(super) fault: Fault,
    pub(super) fetched: Fetched,
}

fn missed(fault: Fault, fetched: Fetched) -> Got {
    Got::Missed(Missed { fault, fetched })
}

/// Fetches a page for a source.
pub(super) async fn fetch(world: &Arc<World>, source: KnowledgeId, url: &str, known: &Known) -> Got {
    let Ok(mut url) = Url::parse(url) else { return missed(fault::not_an_address(), Fetched::Never) };
    let mut turn: Option<(String, Turn)> = None;
    for _ in 0..=REDIRECTS_MAX {
        let Some(host) = host_of(&url) else { return missed(fault::not_an_address(), Fetched::Never) };
        if turn.as_ref().is_none_or(|(at, _)| *at != host) {
            // The turn at the host that led here ends before another begins: nobody waits for two.
            drop(turn.take());
            match world.shelf.hosts.ask(&world.clock, &host, source) {
                Answer::At(at) => return Got::Later(at),
                Answer::Now(now) => turn = Some((host.clone(), now)),
            }
        }
        let robots = match robots_of(world, &url).await {
            Ok(robots) => robots,
            Err(missed) => return Got::Missed(missed),
        };
        if let Some((_, turn)) = &turn {
            turn.pauses(robots.pause());
        }
        if !allows(&robots, &url) {
            return missed(fault::robots(), Fetched::Never);
        }
        let answer = match get(world, &url, known, PAGE_BYTES_MAX).await {
            Ok(answer) => answer,
            Err(error) => return Got::Missed(unanswered(&error)),
        };
        match redirect(&url, &answer) {
            None => return read(world, url, answer),
            Some(None) => return missed(fault::not_an_address(), Fetched::Never),
            Some(Some(next)) => url = next,
        }
    }
    missed(fault::redirects(), Fetched::Never)
}

/// Another page of the same walk, at a host where it is our turn already.
pub(super) async fn fetch_within(world: &Arc<World>, url: &Url) -> Result<Page, Missed> {
    let mut url = url.clone();
    let host = host_of(&url);
    for _ in 0..=REDIRECTS_MAX {
        if !allows(&*robots_of(world, &url).await?, &url) {
            return Err(Missed { fault: fault::robots(), fetched: Fetched::Never });
        }
        let answer = get(world, &url, &Known::default(), PAGE_BYTES_MAX).await.map_err(|error| unanswered(&error))?;
        match redirect(&url, &answer) {
            None => {
                return match read(world, url, answer) {
                    Got::Page(page) => Ok(page),
                    Got::Missed(missed) => Err(missed),
                    Got::Same | Got::Later(_) => Err(Missed { fault: fault::answered(304), fetched: Fetched::Never }),
                };
            }
            Some(Some(next)) if host_of(&next) == host => url = next,
            Some(_) => return Err(Missed { fault: fault::not_an_address(), fetched: Fetched::Never }),
        }
    }
    Err(Missed { fault: fault::redirects(), fetched: Fetched::Never })
}

/// A host with its port: whom the pause is for.
pub(super) fn host_of(url: &Url) -> Option<String> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

fn read(world: &World, url: Url, answer: Response) -> Got {
    match answer.status {
        304 => return Got::Same,
        200..=299 => {}
        status @ (408 | 425 | 429 | 500..) => {
            let pause = retry_after(&answer, world.now());
            return missed(fault::answered(status), Fetched::NotNow(pause));
        }
        status => return missed(fault::answered(status), Fetched::Never),
    }
    let said = |name| answer.header(name).map(str::to_owned);
    let is_plain = said("content-encoding").is_none_or(|encoding| encoding.trim().eq_ignore_ascii_case("identity"));
    if !is_plain {
        return missed(fault::packed(), Fetched::Never);
    }
    // A header that is longer is not sent back.
    let short = |text: &String| text.len() <= 300;
    Got::Page(Page {
        content_type: said("content-type"),
        etag: said("etag").filter(short),
        last_modified: said("last-modified").filter(short),
        url,
        bytes: answer.body,
    })
}

/// Where an answer leads: the inner `None` leads nowhere that we go.
fn redirect(from: &Url, answer: &Response) -> Option<Option<Url>> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let next = answer.header("location").and_then(|location| from.join(location).ok());
    Some(next.filter(|next| host_of(next).is_some()))
}

async fn get(world: &World, url: &Url, known: &Known, bytes_max: usize) -> Result<Response, NetError> {
    let mut headers = vec![
        ("user-agent", AGENT.to_owned()),
        ("accept", "text/html, application/xhtml+xml, application/pdf, text/*;q=0.9, */*;q=0.5".to_owned()),
        ("accept-encoding", "identity".to_owned()),
    ];
    headers.extend(known.etag.clone().map(|etag| ("if-none-match", etag)));
    headers.extend(known.last_modified.clone().map(|at| ("if-modified-since", at)));
    let mut address = url.clone();
    address.set_fragment(None);
    let request = Request { method: Method::GET, url: address.into(), headers, body: Bytes::new(), timeout: TIMEOUT };
    world.net.carry_guarded(request, bytes_max).await
}

fn unanswered(error: &NetError) -> Missed {
    match error {
        NetError::Refused(why) => Missed { fault: fault::private(why), fetched: Fetched::Never },
        NetError::Lost(why) if why == TOO_LONG => {
            Missed { fault: fault::too_large(PAGE_BYTES_MAX >> 20), fetched: Fetched::Never }
        }
        NetError::Lost(_) => {
            let why = "its server did not answer in time, or broke off";
            Missed { fault: fault::unreachable(why), fetched: Fetched::NotNow(None) }
        }
        NetError::NotSent(why) if why.contains("no public address") => {
            let why = "the name points to no address on the open web";
            Missed { fault: fault::private(why), fetched: Fetched::NotNow(None) }
        }
        NetError::NotSent(_) => {
            let why = "nobody answers there, or the name does not exist";
            Missed { fault: fault::unreachable(why), fetched: Fetched::NotNow(None) }
        }
    }
}

/// How long a site wants us to wait between two pages, at least.
pub(super) async fn pause_of(world: &Arc<World>, url: &Url) -> SignedDuration {
    let robots = robots_of(world, url).await.ok();
    let asked = robots.and_then(|robots| robots.pause()).map(|seconds| SignedDuration::from_secs(i64::from(seconds)));
    asked.map_or(PAUSE, |asked| asked.max(PAUSE))
}

/// Whether the site lets us read this page.
fn allows(robots: &Robots, url: &Url) -> bool {
    match url.query() {
        Some(query) => robots.allows(&format!("{}?{query}", url.path())),
        None => robots.allows(url.path()),
    }
}

async fn robots_of(world: &Arc<World>, url: &Url) -> Result<Arc<Robots>, Missed> {
    let mut address = url.clone();
    address.set_path("/robots.txt");
    address.set_query(None);
    address.set_fragment(None);
    let site = address.to_string();
    let now = world.now();
    let fresh = now.checked_sub(ROBOTS_KEPT).unwrap_or(now);
    {
        let kept = world.shelf.robots.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, robots)) = kept.get(&site).filter(|(at, _)| *at > fresh) {
            return Ok(Arc::clone(robots));
        }
    }
    let robots = Arc::new(ask_robots(world, address).await?);
    let mut kept = world.shelf.robots.0.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= ROBOTS_MAX {
        kept.retain(|_, (at, _)| *at > fresh);
        if kept.len() >= ROBOTS_MAX {
            kept.clear();
        }
    }
    kept.insert(site, (now, Arc::clone(&robots)));
    Ok(robots)
}

/// A site without one forbids nothing; one whose server is in trouble forbids everything for now (RFC 9309 §2.3.1).
async fn ask_robots(world: &World, mut address: Url) -> Result<Robots, Missed> {
    for _ in 0..=REDIRECTS_MAX {
        let answer = match get(world, &address, &Known::default(), ROBOTS_BYTES_MAX).await {
            Ok(answer) => answer,
            Err(NetError::Lost(why)) if why == TOO_LONG => return Ok(Robots::default()),
            Err(error) => return Err(unanswered(&error)),
        };
        match redirect(&address, &answer) {
            Some(Some(next)) => address = next,
            Some(None) => return Ok(Robots::default()),
            None => {
                return match answer.status {
                    200..=299 => Ok(Robots::parse(&String::from_utf8_lossy(&answer.body), AGENT_TOKEN)),
                    status @ (429 | 500..) => {
                        let pause = retry_after(&answer, world.now());
                        Err(Missed { fault: fault::answered(status), fetched: Fetched::NotNow(pause) })
                    }
                    _ => Ok(Robots::default()),
                };
            }
        }
    }
    Ok(Robots::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_to_the_web_or_nowhere() {
        let from = Url::parse("https://a.test/x/y").unwrap();
        let answer = |location: &'static str| Response::new(302, "").with_header("location", location);
        let leads = |location| redirect(&from, &answer(location)).flatten().map(String::from);
        assert_eq!(leads("../z?q"), Some("https://a.test/z?q".into()));
        assert_eq!(leads("//b.test/"), Some("https://b.test/".into()));
        for location in ["file:///etc/passwd", "javascript:alert(1)", "http://", "data:text/html,x"] {
            assert_eq!(leads(location), None, "{location}");
        }
        assert_eq!(redirect(&from, &Response::new(200, "")), None);
        assert_eq!(redirect(&from, &Response::new(301, "")), Some(None));
    }
}
