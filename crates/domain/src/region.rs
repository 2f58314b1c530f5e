//! Where a person can be: which countries and states, and which clocks hang there.
//!
//! A number says it by its area code or country code. Where that leaves several places, all of them count: who asks what is
//! allowed must ask for each. What a contact's own time zone adds or rules out is said in [`Whereabouts::of`].

use std::borrow::Cow;

use jiff::tz::TimeZone;

use crate::hours::{HoursError, zone};

mod atlas;
mod countries;
mod names;
mod nanp;
#[cfg(test)]
mod tests;

use atlas::{ATLAS, run};

/// How it is known where a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// The contact's own time zone: someone said so.
    Contact,
    /// The region of their number.
    Number,
    /// The business, for want of anything better.
    Tenant,
}

impl Provenance {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Number => "number",
            Self::Tenant => "tenant",
        }
    }
}

/// A country, or a state or province of the USA or Canada.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u16);

impl Place {
    /// All that there are.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        let places = u16::try_from(ATLAS.places.len()).unwrap_or(u16::MAX);
        (0..places).map(Self)
    }

    /// Its number among [`Self::all`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0.into()
    }

    /// Its ISO 3166 code: `FR`, `US-FL`.
    #[must_use]
    pub fn code(self) -> &'static str {
        ATLAS.places[self.index()]
    }

    /// The code of the country it is or belongs to: `US`.
    #[must_use]
    pub fn country(self) -> &'static str {
        self.code().get(..2).unwrap_or_default()
    }

    /// What people call it, as in "in Florida"; the code where we have no name.
    #[must_use]
    pub fn name(self) -> &'static str {
        names::name(self.code())
    }
}

/// A time zone of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(u16);

impl Clock {
    /// Its name in the IANA database.
    #[must_use]
    pub fn name(self) -> &'static str {
        ATLAS.name(self)
    }

    /// How it runs.
    #[must_use]
    pub fn zone(self) -> &'static TimeZone {
        ATLAS.zone(self)
    }
}

/// A place where a person can be, and what its clocks show. In the order of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// By which clock.
    pub clock: Clock,
    /// Where.
    pub place: Place,
}

/// Where a number (E.164) can be. Nothing: no table knows it, as with satellite telephones.
///
/// North American numbers go by their area code. One that has no area, free of charge or personal, or that is too new for the
/// table, can be anywhere in the USA and Canada, but for the far islands of the Pacific.
#[must_use]
pub fn of_number(phone: &str) -> &'static [Spot] {
    ATLAS.region(phone)
}

/// The country (ISO 3166) that a number (E.164) belongs to; `None`: no table knows it, or it can be in several, as one that is
/// free of charge in North America.
#[must_use]
pub fn country_of(phone: &str) -> Option<&'static str> {
    let mut countries = of_number(phone).iter().map(|spot| spot.place.country());
    let first = countries.next()?;
    countries.all(|other| other == first).then_some(first)
}

/// Where a person can be, by all that is known of them.
#[derive(Debug, Clone)]
pub struct Whereabouts {
    provenance: Provenance,
    /// The one clock that counts, whatever the places have.
    clock: Option<TimeZone>,
    spots: Cow<'static, [Spot]>,
}

impl Whereabouts {
    /// By their number (E.164), their own time zone if someone said so, and the tenant's for those of whom nothing else is known.
    ///
    /// Their own zone says which clock counts. It also tells apart the places of a number that has several. If none of these has
    /// such a clock, the person has moved: they can be wherever it hangs, and as whoever kept a number is taken for a resident of
    /// its state (so the Florida Telephone Solicitation Act), there too. A zone that nobody knows by that name says nothing, and
    /// neither does one of no place (`UTC`): it is what programs write who were told nothing.
    ///
    /// # Errors
    /// `unknown_time_zone` if the tenant's is needed and is not one.
    pub fn of(phone: &str, own_zone: Option<&str>, tenant_zone: &str) -> Result<Self, HoursError> {
        let region = of_number(phone);
        let own = own_zone.map(str::trim).filter(|name| is_of_a_place(name));
        match own.and_then(|name| zone(name).ok().map(|zone| (name, zone))) {
            Some((name, clock)) => {
                Ok(Self { provenance: Provenance::Contact, spots: on_clock(region, name, &clock), clock: Some(clock) })
            }
            None if region.is_empty() => {
                let clock = zone(tenant_zone)?;
                let spots = on_clock(region, tenant_zone.trim(), &clock);
                Ok(Self { provenance: Provenance::Tenant, spots, clock: Some(clock) })
            }
            None => Ok(Self { provenance: Provenance::Number, spots: Cow::Borrowed(region), clock: None }),
        }
    }

    /// How that is known.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// Whether there is one place only where they can be, and one time that it can be there.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        let is_one = |(one, other): (&Spot, &Spot)| {
            one.place == other.place && (self.clock.is_some() || one.clock == other.clock)
        };
        self.spots.iter().zip(self.spots.iter().skip(1)).all(is_one)
    }

    /// Each place where they can be, with the clock that counts there.
    pub fn places(&self) -> impl Iterator<Item = (&TimeZone, Place)> {
        self.spots.iter().map(|spot| (self.clock.as_ref().unwrap_or_else(|| spot.clock.zone()), spot.place))
    }

    /// The clocks that their time can be told by, each once.
    pub fn clocks(&self) -> impl Iterator<Item = &TimeZone> {
        let of_places: &[Spot] = if self.clock.is_some() { &[] } else { &self.spots };
        let mut last = None;
        let others = of_places.iter().filter(move |spot| last.replace(spot.clock) != Some(spot.clock));
        self.clock.iter().chain(others.map(|spot| spot.clock.zone()))
    }
}

/// `Etc/GMT+5`, `UTC` and their kin hang nowhere.
fn is_of_a_place(zone: &str) -> bool {
    let starts_with = |start: &str| zone.get(..start.len()).is_some_and(|first| first.eq_ignore_ascii_case(start));
    let nowhere = ["UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Zulu", "Universal", "Greenwich"];
    !starts_with("Etc/") && !nowhere.iter().any(|name| name.eq_ignore_ascii_case(zone))
}

/// The places of a number's region that have this clock; if none has, the region and wherever else such a clock hangs.
fn on_clock(region: &'static [Spot], name: &str, clock: &TimeZone) -> Cow<'static, [Spot]> {
    let named = ATLAS.clock(name);
    let shown = named.map_or_else(|| Cow::Owned(run(clock)), |named| Cow::Borrowed(ATLAS.run(named)));
    let is_alike = |spot: &&Spot| named == Some(spot.clock) || ATLAS.run(spot.clock) == shown.as_ref();
    match region.iter().filter(is_alike).count() {
        0 => {
            let there = match named {
                Some(clock) => Cow::Borrowed(ATLAS.hangs_at(clock)),
                None => ATLAS.all.iter().filter(is_alike).copied().collect(),
            };
            region.iter().chain(there.iter()).copied().collect()
        }
        all if all == region.len() => Cow::Borrowed(region),
        _ => region.iter().filter(is_alike).copied().collect(),
    }
}
