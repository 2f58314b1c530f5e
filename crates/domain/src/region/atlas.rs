//! The tables, made ready to be asked.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, OnceLock};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::countries::COUNTRIES;
use super::nanp::AREAS;
use super::{Clock, Place, Spot};

/// Clocks are alike if they show the same at these many moments from [`SAMPLES_FROM`] on, which are [`SAMPLES_APART`].
const SAMPLES: usize = 16;
/// The first day of 2027.
const SAMPLES_FROM: i64 = 1_798_761_600;
const SAMPLES_APART: SignedDuration = SignedDuration::from_hours(45 * 24);

/// Islands so far west or east that no hour of the day is decent there and on the mainland; they have area codes of their own,
/// and nobody there is meant by a number that could be anywhere.
const FAR_OFF: [&str; 3] = ["US-AS", "US-GU", "US-MP"];

/// What a clock shows over two years: equal for clocks that are alike.
pub(super) type Run = [i32; SAMPLES];

pub(super) static ATLAS: LazyLock<Atlas> = LazyLock::new(Atlas::draw);

pub(super) struct Atlas {
    pub(super) places: Vec<&'static str>,
    clocks: Vec<Dial>,
    by_name: HashMap<&'static str, Clock>,
    /// By area code: which of the `regions`; 0 is anywhere in the USA and Canada.
    areas: Vec<u16>,
    regions: Vec<Vec<Spot>>,
    /// By calling code: which of the `regions`.
    countries: HashMap<&'static str, usize>,
    /// Every place with each of its clocks.
    pub(super) all: Vec<Spot>,
}

struct Dial {
    name: &'static str,
    zone: OnceLock<TimeZone>,
    run: OnceLock<Run>,
    hangs_at: OnceLock<Vec<Spot>>,
}

impl Atlas {
    fn draw() -> Self {
        let mut atlas = Self {
            places: Vec::new(),
            clocks: Vec::new(),
            by_name: HashMap::new(),
            areas: vec![0; 1_000],
            regions: vec![Vec::new()],
            countries: HashMap::new(),
            all: Vec::new(),
        };
        let mut anywhere = BTreeSet::new();
        for (places, zones, codes) in AREAS {
            let spots = atlas.spots(places, zones);
            let states = spots.iter().filter(|spot| {
                let code = atlas.places[usize::from(spot.place.0)];
                code.len() > 2 && !FAR_OFF.contains(&code)
            });
            anywhere.extend(states.copied());
            let region = u16::try_from(atlas.regions.len()).unwrap_or(0);
            for code in *codes {
                if let Some(area) = atlas.areas.get_mut(usize::from(*code)) {
                    *area = region;
                }
            }
            atlas.regions.push(spots);
        }
        atlas.regions[0] = anywhere.into_iter().collect();
        for (digits, places, zones) in COUNTRIES {
            let mut spots = atlas.spots(places, zones);
            match atlas.countries.get(digits) {
                Some(shared) => atlas.regions[*shared].append(&mut spots),
                None => {
                    atlas.countries.insert(digits, atlas.regions.len());
                    atlas.regions.push(spots);
                }
            }
        }
        for region in &mut atlas.regions {
            region.sort_unstable();
        }
        atlas.all = atlas.regions.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
        atlas
    }

    /// Each of these places with each of these clocks.
    fn spots(&mut self, places: &'static str, zones: &'static str) -> Vec<Spot> {
        let mut spots = Vec::new();
        for zone in zones.split(' ') {
            let clock = *self.by_name.entry(zone).or_insert_with(|| {
                self.clocks.push(Dial {
                    name: zone,
                    zone: OnceLock::new(),
                    run: OnceLock::new(),
                    hangs_at: OnceLock::new(),
                });
                Clock(u16::try_from(self.clocks.len() - 1).unwrap_or(0))
            });
            for code in places.split(' ') {
                let known = self.places.iter().position(|place| *place == code);
                let place = known.unwrap_or_else(|| {
                    self.places.push(code);
                    self.places.len() - 1
                });
                spots.push(Spot { clock, place: Place(u16::try_from(place).unwrap_or(0)) });
            }
        }
        spots
    }

    /// Where this number can be; nothing if no table knows.
    pub(super) fn region(&self, phone: &str) -> &[Spot] {
        let Some(digits) = phone.strip_prefix('+') else { return &[] };
        if let Some(national) = digits.strip_prefix('1') {
            let area =
                national.get(..3).and_then(|area| area.parse().ok()).and_then(|area: usize| self.areas.get(area));
            return area.map_or(&[], |region| &self.regions[usize::from(*region)]);
        }
        let longest = (1..=3).rev().filter_map(|length| digits.get(..length)).find_map(|code| self.countries.get(code));
        longest.map_or(&[], |region| &self.regions[*region])
    }

    pub(super) fn name(&self, clock: Clock) -> &'static str {
        self.clocks[usize::from(clock.0)].name
    }

    pub(super) fn zone(&self, clock: Clock) -> &TimeZone {
        let dial = &self.clocks[usize::from(clock.0)];
        // Every name in the tables is in the database that is built in: a test holds that.
        dial.zone.get_or_init(|| TimeZone::get(dial.name).unwrap_or(TimeZone::UTC))
    }

    pub(super) fn run(&self, clock: Clock) -> &Run {
        self.clocks[usize::from(clock.0)].run.get_or_init(|| run(self.zone(clock)))
    }

    /// Where such a clock hangs: in the countries that have it by this name. Paris is in France, though Berlin's clocks show the
    /// same.
    pub(super) fn hangs_at(&self, clock: Clock) -> &[Spot] {
        self.clocks[usize::from(clock.0)].hangs_at.get_or_init(|| {
            let named = self.all.iter().filter(|spot| spot.clock == clock);
            let countries: Vec<_> = named.map(|spot| spot.place.country()).collect();
            let is_there = |spot: &&Spot| countries.contains(&spot.place.country());
            self.all.iter().filter(is_there).filter(|spot| self.run(spot.clock) == self.run(clock)).copied().collect()
        })
    }

    /// The clock of that name, if it is in the tables.
    pub(super) fn clock(&self, name: &str) -> Option<Clock> {
        self.by_name.get(name).copied()
    }
}

/// What a clock shows over two years.
pub(super) fn run(zone: &TimeZone) -> Run {
    let mut at = Timestamp::from_second(SAMPLES_FROM).unwrap_or(Timestamp::UNIX_EPOCH);
    std::array::from_fn(|_| {
        let offset = zone.to_offset(at).seconds();
        at = at.checked_add(SAMPLES_APART).unwrap_or(at);
        offset
    })
}
