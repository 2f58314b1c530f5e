//! Public holidays, where a law knows them.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Whose holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    /// France's (Code du travail, L3133-1), and those that Alsace and Moselle have besides (L3134-13): a number does not tell
    /// who lives there.
    France,
}

impl Calendar {
    /// Whether that day is one.
    #[must_use]
    pub fn has(self, day: Date) -> bool {
        let Self::France = self;
        let fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26)];
        if fixed.contains(&(day.month(), day.day())) {
            return true;
        }
        // Good Friday, Easter Monday, Ascension, Whit Monday.
        let easter = easter(day.year());
        [-2, 1, 39, 50].into_iter().any(|after: i64| easter.checked_add(after.days()).is_ok_and(|feast| feast == day))
    }
}

/// Easter Sunday of the Gregorian calendar (the method of Meeus, Jones and Butcher).
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let days = h + l - 7 * ((a + 11 * h + 22 * l) / 451);
    // Days after 22 March.
    let first = date(year, 3, 22);
    first.checked_add(days.days()).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_moves() {
        for (year, month, day) in [
            (1818, 3, 22),
            (1943, 4, 25),
            (2000, 4, 23),
            (2019, 4, 21),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn france_rests() {
        // Those of 2026, with Good Friday and 26 December of Alsace.
        let days: Vec<_> =
            date(2026, 1, 1).series(1.days()).take(365).filter(|day| Calendar::France.has(*day)).collect();
        let expected = [
            (1, 1),
            (4, 3),
            (4, 6),
            (5, 1),
            (5, 8),
            (5, 14),
            (5, 25),
            (7, 14),
            (8, 15),
            (11, 1),
            (11, 11),
            (12, 25),
            (12, 26),
        ];
        assert_eq!(days, expected.map(|(month, day)| date(2026, month, day)));
    }
}
