//! From which number of a campaign each person is texted.
//!
//! The one that they know, if it is one of these; else one of where they are, by area code or else by state or country; else any.
//! Whoever could get several is given one by chance that is the same each time: a number gets as many as its rate is a part of all,
//! and a number that comes or goes changes nobody else's (rendezvous hashing, weighted by score `-weight / ln(u)`).
//! A number whose texts to this person carriers would refuse, as it is not registered for them, is taken only where all are so: then
//! the gate says why.

use std::collections::{BTreeMap, HashMap};

use crate::id::NumberId;
use crate::region::{Place, of_number};
use crate::registration::Status;

/// A number that can be texted from.
#[derive(Clone, PartialEq, Eq)]
pub struct Sender {
    /// Which.
    pub id: NumberId,
    /// What the contact sees.
    pub address: String,
    /// Segments per thousand seconds.
    pub rate_millis: u64,
    /// Whether carriers know who sends from it.
    pub registration: Status,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The numbers of a campaign that can be texted from.
#[derive(Debug)]
pub struct Pool {
    senders: Vec<Sender>,
    all: Vec<usize>,
    by_area: HashMap<String, Vec<usize>>,
    by_place: BTreeMap<Place, Vec<usize>>,
    /// Some are not registered as they should be.
    is_mixed: bool,
}

/// A number of a region with more places says nothing of where somebody is: it is free of charge, or new.
const PLACES_MAX: usize = 8;

impl Pool {
    /// Of these. An empty one has no number for anybody.
    #[must_use]
    pub fn new(senders: Vec<Sender>) -> Self {
        let mut by_area: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_place: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for (nth, sender) in senders.iter().enumerate() {
            let places = places(&sender.address);
            if let Some(area) = area(&sender.address).filter(|_| !places.is_empty()) {
                by_area.entry(area.to_owned()).or_default().push(nth);
            }
            for place in places {
                by_place.entry(place).or_default().push(nth);
            }
        }
        let is_mixed = senders.iter().any(|sender| sender.registration.stops());
        Self { all: (0..senders.len()).collect(), senders, by_area, by_place, is_mixed }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.senders.len()
    }

    /// All of them are not registered as they should be: carriers would refuse some texts, whichever sends them.
    #[must_use]
    pub fn is_unregistered(&self) -> bool {
        !self.is_empty() && self.senders.iter().all(|sender| sender.registration.stops())
    }

    /// One of them can text this person (E.164) without being refused for want of a registration.
    #[must_use]
    pub fn reaches(&self, phone: &str) -> bool {
        self.senders.iter().any(|sender| sender.registration.may_text(phone))
    }

    /// There is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.senders.is_empty()
    }

    /// The number that texts this person (E.164). `known`: the one that they last heard from. `None`: there is none.
    #[must_use]
    pub fn choose(&self, phone: &str, known: Option<NumberId>) -> Option<NumberId> {
        if let [only] = self.senders.as_slice() {
            return Some(only.id);
        }
        // None of them may: then each may as well.
        let all_may = !self.is_mixed || !self.reaches(phone);
        let may = |sender: &Sender| all_may || sender.registration.may_text(phone);
        if let Some(known) = known.filter(|known| self.senders.iter().any(|sender| sender.id == *known && may(sender)))
        {
            return Some(known);
        }
        let of_area = || self.drawn(self.by_area.get(area(phone)?)?, phone, may);
        let of_place = || {
            let mut near = places(phone).into_iter().filter_map(|place| self.by_place.get(&place));
            near.find_map(|near| self.drawn(near, phone, may))
        };
        of_area().or_else(of_place).or_else(|| self.drawn(&self.all, phone, may))
    }

    /// One of these that may text them, the same each time.
    fn drawn(&self, among: &[usize], phone: &str, may: impl Fn(&Sender) -> bool) -> Option<NumberId> {
        let scored = among.iter().filter_map(|nth| {
            let sender = self.senders.get(*nth).filter(|sender| may(sender))?;
            Some((score(sender, phone), sender.id))
        });
        // Two that draw the same differ by their ids.
        scored.max_by(|(one, a), (other, b)| one.total_cmp(other).then(a.cmp(b))).map(|(_, id)| id)
    }
}

#[allow(clippy::cast_precision_loss, reason = "chance needs no more than 53 bits")]
fn score(sender: &Sender, phone: &str) -> f64 {
    let drawn = mixed(sender.id.0.as_bytes(), phone.as_bytes()) >> 11;
    let chance = (drawn as f64 + 0.5) / (1_u64 << 53) as f64;
    -(sender.rate_millis.max(1) as f64) / chance.ln()
}

/// FNV-1a over both, stirred at the end (the finalizer of MurmurHash3) as its upper bits are weak.
fn mixed(one: &[u8], other: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    let mut hash = one.iter().chain(other).fold(0xCBF2_9CE4_8422_2325, step);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^ (hash >> 33)
}

/// The area code of a North American number.
fn area(phone: &str) -> Option<&str> {
    phone.strip_prefix("+1").filter(|national| national.len() == 10).and_then(|national| national.get(..3))
}

/// Where a number is at home: nothing if that could be nearly anywhere.
fn places(phone: &str) -> Vec<Place> {
    let mut places: Vec<Place> = of_number(phone).iter().map(|spot| spot.place).collect();
    places.sort_unstable();
    places.dedup();
    if places.len() > PLACES_MAX { Vec::new() } else { places }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id(n: usize) -> NumberId {
        Uuid::from_u128(n as u128).into()
    }

    fn sender(n: usize, address: &str, per_second: u64) -> Sender {
        Sender { id: id(n), address: address.into(), rate_millis: per_second * 1_000, registration: Status::NOT_NEEDED }
    }

    #[test]
    fn who_is_known_then_who_is_near_then_anybody() {
        let pool = Pool::new(vec![
            sender(0, "+14155550100", 1),
            sender(1, "+16505550100", 1),
            sender(2, "+18005550100", 1),
            sender(3, "+442079460100", 1),
            sender(4, "72345", 1),
        ]);
        let chosen = |phone: &str, known: Option<usize>| pool.choose(phone, known.map(id)).unwrap();
        assert_eq!(chosen("+14155550123", None), id(0), "the area code");
        assert_eq!(chosen("+14155550123", Some(3)), id(3), "whom they know");
        assert_eq!(chosen("+14155550123", Some(9)), id(0), "whom they knew sends no more");
        assert!([id(0), id(1)].contains(&chosen("+12135550123", None)), "of the same state");
        assert_eq!(chosen("+447700900123", None), id(3), "of the same country");
        let anywhere: Vec<_> = (0..200).map(|n| chosen(&format!("+1212555{n:04}"), None)).collect();
        assert!((0..5).all(|n| anywhere.contains(&id(n))), "nobody is in New York: all take part");
        assert!((0..200).any(|n| chosen(&format!("+1800555{n:04}"), None) != id(2)), "free of charge is no place");
        assert_eq!(Pool::new(Vec::new()).choose("+14155550123", Some(id(0))), None);
    }

    #[test]
    fn a_number_that_would_be_refused_is_taken_only_where_all_would_be() {
        use crate::registration::{Sender as Sort, State};
        let as_is = |n, address, state| Sender {
            registration: Status::of(Sort::UsLongCode, Some(state)),
            ..sender(n, address, 1)
        };
        let pool = Pool::new(vec![
            as_is(0, "+14155550100", State::Unregistered),
            as_is(1, "+16505550100", State::Registered),
            as_is(2, "+12125550100", State::Pending),
        ]);
        let chosen = |pool: &Pool, phone: &str, known: Option<usize>| pool.choose(phone, known.map(id)).unwrap();
        assert_eq!(chosen(&pool, "+14155550123", None), id(1), "of its area is one that may not");
        assert_eq!(chosen(&pool, "+14155550123", Some(0)), id(1), "nor may whom they know");
        assert_eq!(chosen(&pool, "+12125550123", None), id(1));
        assert_eq!(chosen(&pool, "+447700900123", Some(0)), id(0), "abroad nobody asks");
        assert!(!pool.is_unregistered() && pool.reaches("+14155550123"));
        let none =
            Pool::new(vec![as_is(0, "+14155550100", State::Unregistered), as_is(2, "+12125550100", State::Pending)]);
        assert_eq!(chosen(&none, "+14155550123", None), id(0), "somebody has to stand there, and the gate says why");
        assert_eq!(chosen(&none, "+14155550123", Some(2)), id(2));
        assert!(none.is_unregistered() && !none.reaches("+14155550123") && none.reaches("+447700900123"));
        assert!(!Pool::new(Vec::new()).is_unregistered());
    }

    #[test]
    fn shares_are_as_the_rates() {
        let pool = Pool::new((0..4).map(|n| sender(n, &format!("+1415555010{n}"), 1 << n)).collect());
        let mut shares = [0_u32; 4];
        for n in 0..15_000 {
            let chosen = pool.choose(&format!("+1212555{n:05}"), None).unwrap();
            shares[(0..4).find(|n| id(*n) == chosen).unwrap()] += 1;
        }
        for (nth, share) in shares.iter().enumerate() {
            let fair = 1_000_u32 << nth;
            assert!(share.abs_diff(fair) < fair / 10, "{shares:?}");
        }
    }

    proptest! {
        /// Always the same one, in whatever order they are given; and whoever did not have the one that goes keeps theirs.
        #[test]
        fn a_person_keeps_their_number(
            rates in prop::collection::vec(1_u64..100, 2..20),
            phone in "\\+1[2-9][0-9]{9}",
            gone in 0_usize..20,
        ) {
            let senders: Vec<_> = rates.iter().enumerate().map(|(n, rate)| sender(n, "72345", *rate)).collect();
            let chosen = Pool::new(senders.clone()).choose(&phone, None).unwrap();
            let mut turned = senders.clone();
            turned.rotate_left(1);
            prop_assert_eq!(Pool::new(turned).choose(&phone, None), Some(chosen));
            let left: Vec<_> = senders.into_iter().filter(|sender| sender.id != id(gone) || chosen == id(gone)).collect();
            prop_assert_eq!(Pool::new(left).choose(&phone, None), Some(chosen));
        }
    }
}
