//! A sitemap is followed to its pages: through the sitemaps that it names, not in circles, and no further than its own host.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use documents::sitemap::{self, Named};
use domain::id::KnowledgeId;
use domain::source::Fetched;
use jiff::{SignedDuration, Timestamp};
use store::knowledge::Fault;
use url::Url;

use super::fault;
use super::fetch::{Got, Known, Missed, Page, fetch, fetch_within, host_of, pause_of};
use crate::world::World;

/// Pages that are read of one sitemap.
const PAGES_MAX: usize = 500;
/// Sitemaps in sitemaps.
const DEPTH_MAX: usize = 3;
/// Sitemaps that are read of one.
const SITEMAPS_MAX: usize = 25;
/// Well within the lease of whoever follows it.
const TIME: SignedDuration = SignedDuration::from_secs(120);

/// What came of following it.
pub(super) enum Followed {
    /// These are its pages, and what is to be said of them.
    Pages { urls: BTreeSet<String>, fault: Option<Fault> },
    /// It could not be followed.
    Missed(Missed),
    /// Others are before us: come back then.
    Later(Timestamp),
}

/// Follows a sitemap.
pub(super) async fn follow(world: &Arc<World>, source: KnowledgeId, url: &str) -> Followed {
    let begun = world.now();
    // Asked for anew each time: whether one that it names has changed, it does not tell.
    let first = match fetch(world, source, url, &Known::default()).await {
        Got::Page(page) => page,
        Got::Missed(missed) => return Followed::Missed(missed),
        Got::Later(at) => return Followed::Later(at),
        Got::Same => return never(fault::answered(304)),
    };
    let Some(host) = host_of(&first.url) else { return never(fault::not_an_address()) };
    let mut walk = Walk {
        host,
        urls: BTreeSet::new(),
        is_full: false,
        visited: HashSet::new(),
        waiting: VecDeque::new(),
        circle: false,
    };
    walk.visited.insert(first.url.to_string());
    walk.visited.insert(url.to_owned());
    if walk.take(&first, 0).is_err() {
        return never(fault::not_a_sitemap());
    }
    let pause = pause_of(world, &first.url).await;
    let mut read = 1;
    while let Some((next, depth)) = walk.waiting.pop_front() {
        if walk.is_full || read >= SITEMAPS_MAX {
            break;
        }
        if world.now().duration_since(begun) > TIME {
            let why = "following it took too long";
            return Followed::Missed(Missed { fault: fault::unreachable(why), fetched: Fetched::NotNow(None) });
        }
        let at = world.now().checked_add(pause).unwrap_or_else(|_| world.now());
        world.clock.sleep_until(at).await;
        read += 1;
        match fetch_within(world, &next).await {
            // One of several that is none is no reason to forget the others.
            Ok(page) => drop(walk.take(&page, depth)),
            Err(missed) => return Followed::Missed(missed),
        }
    }
    if walk.urls.is_empty() {
        return never(fault::no_pages(walk.circle));
    }
    let fault = walk.is_full.then(|| fault::too_many_pages(PAGES_MAX));
    Followed::Pages { urls: walk.urls, fault }
}

fn never(fault: Fault) -> Followed {
    Followed::Missed(Missed { fault, fetched: Fetched::Never })
}

struct Walk {
    host: String,
    urls: BTreeSet<String>,
    /// Whether more pages were named than are read.
    is_full: bool,
    visited: HashSet<String>,
    waiting: VecDeque<(Url, usize)>,
    /// Whether a sitemap was named that had been named before.
    circle: bool,
}

impl Walk {
    fn take(&mut self, page: &Page, depth: usize) -> Result<(), sitemap::NotASitemap> {
        match sitemap::read(&page.bytes)? {
            Named::Pages(names) => {
                for url in self.own(&page.url, &names) {
                    if self.urls.contains(url.as_str()) {
                        continue;
                    }
                    if self.urls.len() >= PAGES_MAX {
                        self.is_full = true;
                        break;
                    }
                    self.urls.insert(url.into());
                }
            }
            Named::Sitemaps(names) => {
                for url in self.own(&page.url, &names) {
                    if !self.visited.insert(url.to_string()) {
                        self.circle = true;
                    } else if depth < DEPTH_MAX && self.waiting.len() < SITEMAPS_MAX {
                        self.waiting.push_back((url, depth + 1));
                    }
                }
            }
        }
        Ok(())
    }

    /// The addresses of the same host, without what points into a page.
    fn own(&self, from: &Url, names: &[String]) -> Vec<Url> {
        let own = |name: &String| {
            let mut url = from.join(name).ok()?;
            url.set_fragment(None);
            (host_of(&url)? == self.host).then_some(url)
        };
        names.iter().filter_map(own).collect()
    }
}
