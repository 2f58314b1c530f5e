//! The law's hours and how often it lets a person be texted, by where they can be.
//!
//! All rules of all places where a person can be hold together, and the tenant's quiet hours and the person's own with them: the
//! strictest wins, so a tenant can only tighten. The rules are data ([`rules`]): a new law is a new row.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::gate::Purpose;
use crate::hours::QuietHours;
use crate::region::{Place, Whereabouts};

mod calendar;
mod explain;
mod hours;
mod rules;
#[cfg(test)]
mod tests;

pub use calendar::Calendar;
pub(crate) use explain::when;
pub use hours::Hours;

use rules::{CAPS, RULES};

/// How far ahead an open moment is looked for. Hours repeat weekly; a fortnight leaves room for holidays.
const SEARCH: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binds {
    /// Texts that go to many and were not asked for just now.
    Marketing,
    /// Whatever is not a confirmation.
    Everything,
}

/// In which hours the law lets texts go.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// ISO 3166 code; a country's rule binds in all of its states.
    pub place: &'static str,
    /// What it binds.
    pub binds: Binds,
    /// The first day on which it holds; `None`: older than anybody asks.
    pub from: Option<Date>,
    /// The first day on which it holds no more.
    pub until: Option<Date>,
    /// When they may go, on the person's clock.
    pub allows: Hours,
    /// Who says so.
    pub source: &'static str,
}

/// How often the law lets texts of campaigns go to one person.
#[derive(Debug, PartialEq, Eq)]
pub struct Cap {
    /// ISO 3166 code; a country's cap binds in all of its states.
    pub place: &'static str,
    /// The first day on which it holds; `None`: older than anybody asks.
    pub from: Option<Date>,
    /// The first day on which it holds no more.
    pub until: Option<Date>,
    /// At most so many texts.
    pub texts: u16,
    /// Within so many hours.
    pub hours: u16,
    /// Who says so.
    pub source: &'static str,
}

/// What a text is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where the person can be.
    pub whereabouts: &'a Whereabouts,
    /// Why they are texted.
    pub purpose: Purpose,
    /// The tenant's quiet hours.
    pub tenant_quiet: Option<&'a QuietHours>,
    /// Their own.
    pub own_quiet: Option<&'a QuietHours>,
    /// The clock that quiet hours are told by; `None`: all that the person's time can be told by.
    pub quiet_clock: Option<&'a TimeZone>,
}

/// Whether a text may go.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Now.
    Open,
    /// Then.
    Opens {
        /// The first moment.
        at: Timestamp,
        /// Why not now.
        why: Closed,
    },
    /// Within a fortnight there is no such moment.
    Never {
        /// Why not now.
        why: Closed,
    },
}

/// Why a text may not go at a moment. `Display` says it in a sentence.
#[derive(Debug, Clone)]
pub struct Closed {
    /// The law that forbids it; `None`: it is the quiet hours of the tenant or of the person.
    pub rule: Option<&'static Rule>,
    /// Where; `None` if it is not a law.
    pub place: Option<Place>,
    /// There is no other place where they can be.
    is_certain: bool,
    at: Timestamp,
    zone: TimeZone,
}

/// When a text with this purpose may go to somebody, at the earliest at `now`.
#[must_use]
pub fn strictest(now: Timestamp, asked: &Question<'_>) -> Answer {
    let Some(mut shut) = shut(now, asked) else { return Answer::Open };
    let why = shut.why.clone();
    let last = now.checked_add(SEARCH).unwrap_or(now);
    let mut at = now;
    while at < shut.until && shut.until <= last {
        at = shut.until;
        match self::shut(at, asked) {
            None => return Answer::Opens { at, why },
            Some(next) => shut = next,
        }
    }
    Answer::Never { why }
}

/// The caps that bind where a person can be: how many texts within how long, and who says so.
pub fn caps(now: Timestamp, whereabouts: &Whereabouts) -> impl Iterator<Item = (&'static Cap, Place)> {
    whereabouts.places().flat_map(move |(zone, place)| {
        let caps = &BOOK[place.index()].caps;
        // Few places have any: the clock is read for those only.
        let today = (!caps.is_empty()).then(|| zone.to_datetime(now).date());
        let in_force =
            caps.iter().filter(move |cap| today.is_some_and(|today| is_in_force(cap.from, cap.until, today)));
        in_force.map(move |cap| (*cap, place))
    })
}

/// Whether the law lets such texts go at a moment in one of the places at least; `None`: it says nothing of any of them.
#[must_use]
pub fn allows_somewhere(at: Timestamp, whereabouts: &Whereabouts, purpose: Purpose) -> Option<bool> {
    let mut allows = None;
    for (zone, place) in whereabouts.places() {
        let local = zone.to_datetime(at);
        let mut binding = BOOK[place.index()].rules.iter().filter(|rule| rule.binds(purpose, local.date())).peekable();
        if binding.peek().is_some() {
            allows = Some(allows == Some(true) || binding.all(|rule| rule.allows.closed_for(local).is_none()));
        }
    }
    allows
}

/// What is shut at a moment: what to tell of it, and until when that surely does not change.
struct Shut {
    why: Closed,
    until: Timestamp,
}

/// `None`: nothing forbids it. Of laws and quiet hours a law is told of; of several, the one that lasts longest.
fn shut(at: Timestamp, asked: &Question<'_>) -> Option<Shut> {
    let is_certain = asked.whereabouts.is_certain();
    let mut by_law: Option<Shut> = None;
    let mut last: Option<(&TimeZone, DateTime)> = None;
    for (zone, place) in asked.whereabouts.places() {
        let rules = &BOOK[place.index()].rules;
        if rules.is_empty() {
            continue;
        }
        let local = match last {
            Some((read, local)) if std::ptr::eq(read, zone) => local,
            _ => zone.to_datetime(at),
        };
        last = Some((zone, local));
        for rule in rules.iter().filter(|rule| rule.binds(asked.purpose, local.date())) {
            let Some(left) = rule.allows.closed_for(local) else { continue };
            let until = before_clocks_change(at, left, zone);
            if by_law.as_ref().is_none_or(|longest| longest.until < until) {
                let why = Closed { rule: Some(rule), place: Some(place), is_certain, at, zone: zone.clone() };
                by_law = Some(Shut { why, until });
            }
        }
    }
    let mut by_wish: Option<Shut> = None;
    for quiet in [asked.tenant_quiet, asked.own_quiet].into_iter().flatten() {
        let clocks = asked.whereabouts.clocks().filter(|_| asked.quiet_clock.is_none()).chain(asked.quiet_clock);
        for zone in clocks.filter(|zone| quiet.contain(zone.to_datetime(at).time())) {
            let until = quiet.next_change(at, zone).unwrap_or(Timestamp::MAX);
            if by_wish.as_ref().is_none_or(|longest| longest.until < until) {
                let why = Closed { rule: None, place: None, is_certain, at, zone: zone.clone() };
                by_wish = Some(Shut { why, until });
            }
        }
    }
    match (by_law, by_wish) {
        (Some(law), Some(wish)) => Some(Shut { until: law.until.max(wish.until), ..law }),
        (law, wish) => law.or(wish),
    }
}

/// `left` from `at` on, or when the clock is put forward or back before that: then it must be read again.
fn before_clocks_change(at: Timestamp, left: SignedDuration, zone: &TimeZone) -> Timestamp {
    let until = at.checked_add(left).unwrap_or(Timestamp::MAX);
    if zone.to_offset(at) == zone.to_offset(until) {
        return until;
    }
    zone.following(at).next().map_or(until, |change| change.timestamp().min(until))
}

impl Rule {
    fn binds(&self, purpose: Purpose, day: Date) -> bool {
        let is_meant = match purpose {
            Purpose::Campaign => true,
            Purpose::Conversation => self.binds == Binds::Everything,
            Purpose::Confirmation | Purpose::Test => false,
        };
        is_meant && is_in_force(self.from, self.until, day)
    }
}

fn is_in_force(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day < until)
}

/// What binds at a place: its own rules, then those of its country.
struct Page {
    rules: Vec<&'static Rule>,
    caps: Vec<&'static Cap>,
}

/// By the place's index.
static BOOK: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let page = |place: Place| {
        let binds = |at: &str| at == place.code() || at == place.country();
        let mut rules: Vec<_> = RULES.iter().filter(|rule| binds(rule.place)).collect();
        rules.sort_by_key(|rule| rule.place != place.code());
        Page { rules, caps: CAPS.iter().filter(|cap| binds(cap.place)).collect() }
    };
    Place::all().map(page).collect()
});
