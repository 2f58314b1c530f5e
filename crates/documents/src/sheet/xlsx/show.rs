//! How numbers of a workbook are shown: as numbers that people would write, as days, as times.
//!
//! A telephone number is a number to a spreadsheet. It must come out with all its digits, with the zeros in front and the plus
//! that its format shows, and never as `4.155550142E9`.

use std::fmt::Write as _;

/// How a cell's number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// As a number.
    Plain,
    /// With so many digits at least, and perhaps a plus in front.
    Digits { least: usize, plus: bool },
    /// As a day, with the time of day if it is not midnight.
    Day,
    /// As a time of day.
    Time,
}

impl Show {
    /// What the numbers that need no code mean (ECMA-376, part 1, 18.8.30; 27 to 36 and 50 to 58 are days in East Asia).
    pub(super) fn by_id(id: u32) -> Self {
        match id {
            14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Self::Day,
            18..=21 | 32..=35 | 45..=47 | 55 | 56 => Self::Time,
            _ => Self::Plain,
        }
    }

    /// What a code means, as in `yyyy\-mm\-dd` or `"+"0`.
    pub(super) fn by_code(code: &str) -> Self {
        // What is shown of positive numbers.
        let (mut letters, mut text) = (String::new(), String::new());
        let mut marks = code.chars();
        while let Some(mark) = marks.next() {
            match mark {
                ';' => break,
                '"' => text.extend(marks.by_ref().take_while(|c| *c != '"')),
                '\\' => text.extend(marks.next()),
                // A space as wide as the next mark, or as many of it as fit.
                '_' | '*' => drop(marks.next()),
                '[' => {
                    let inside: String = marks.by_ref().take_while(|c| *c != ']').collect();
                    // Hours beyond a day; colours, languages and conditions say nothing of time.
                    if inside.chars().all(|c| matches!(c, 'h' | 'H' | 'm' | 'M' | 's' | 'S')) {
                        letters.push_str(&inside);
                    }
                }
                '+' => text.push('+'),
                mark => letters.push(mark.to_ascii_lowercase()),
            }
        }
        if letters.contains("general") {
            return Self::Plain;
        }
        let has = |wanted: &[char]| letters.contains(wanted);
        if has(&['0', '#']) && !has(&['y', 'd', 'h']) {
            let least = if letters.contains('.') { 0 } else { letters.chars().filter(|c| *c == '0').count() };
            let plus = text.trim_start().starts_with('+');
            return if least > 1 || plus { Self::Digits { least, plus } } else { Self::Plain };
        }
        match (has(&['y', 'd']), has(&['h', 's'])) {
            (true, _) => Self::Day,
            (false, true) => Self::Time,
            (false, false) if has(&['m']) => Self::Day,
            _ => Self::Plain,
        }
    }
}

/// Writes a number as it is shown. What is no number is written as it stands.
pub(super) fn write(value: &str, show: Show, since_1904: bool, into: &mut String) {
    let is_short = value.len() <= 15 && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if show == Show::Plain && is_short {
        into.push_str(value);
        return;
    }
    let Some(number) = value.trim().parse::<f64>().ok().filter(|number| number.is_finite()) else {
        into.push_str(value);
        return;
    };
    match show {
        Show::Day if is_day(number, since_1904) => day(number, since_1904, into),
        Show::Time if (0.0..1.0).contains(&number) => time(seconds(number), into),
        Show::Digits { least, plus } if number >= 0.0 && number.fract() == 0.0 && number < 1e15 => {
            let _ = write!(into, "{}{number:0least$.0}", if plus { "+" } else { "" });
        }
        _ => plain(number, into),
    }
}

/// With the fifteen digits that a spreadsheet has, and no power of ten.
fn plain(number: f64, into: &mut String) {
    let _ = if number.fract() == 0.0 && number.abs() < 1e15 {
        write!(into, "{number:.0}")
    } else {
        let rounded = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
        write!(into, "{rounded}")
    };
}

/// The last day is the end of 9999.
fn is_day(number: f64, since_1904: bool) -> bool {
    let last = if since_1904 { 2_957_004.0 } else { 2_958_466.0 };
    (1.0..last).contains(&number)
}

fn seconds(number: f64) -> u32 {
    ((number.fract() * 86_400.0).round() as u32).min(86_399)
}

/// Days are counted from 1 January 1900, which is 1, as if that year had had a 29 February; or from 1 January 1904, which is 0.
fn day(number: f64, since_1904: bool, into: &mut String) {
    let days = number.trunc() as i64;
    // Days before 1 January 1970.
    let since_1970 = match since_1904 {
        true => days - 24_107,
        false if days < 60 => days - 25_568,
        false => days - 25_569,
    };
    let (year, month, day) = civil(since_1970);
    let _ = write!(into, "{year:04}-{month:02}-{day:02}");
    let seconds = seconds(number);
    if seconds > 0 {
        into.push(' ');
        time(seconds, into);
    }
}

fn time(seconds: u32, into: &mut String) {
    let _ = write!(into, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
}

/// The day of the calendar that is so many days after 1 January 1970: years are counted from March, so that the leap day is
/// their last.
fn civil(since_1970: i64) -> (i64, i64, i64) {
    let days = since_1970 + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str, show: Show) -> String {
        let mut text = String::new();
        write(value, show, false, &mut text);
        text
    }

    #[test]
    fn a_telephone_number_keeps_its_digits() {
        for value in ["4155550142", "4155550142.0", "4.155550142E9", "4.155550142e+09"] {
            assert_eq!(shown(value, Show::Plain), "4155550142");
        }
        assert_eq!(shown("491512345678901", Show::Plain), "491512345678901");
        assert_eq!(shown("1712345678", Show::by_code("00000000000")), "01712345678");
        assert_eq!(shown("4915123456789", Show::by_code("\"+\"0")), "+4915123456789");
        assert_eq!(shown("4915123456789", Show::by_code("\\+#")), "+4915123456789");
        assert_eq!(shown("4155550142", Show::by_code("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####")), "4155550142");
        assert_eq!(shown("0.30000000000000004", Show::Plain), "0.3");
        assert_eq!(shown("-12.5", Show::by_code("#,##0.00")), "-12.5");
        assert_eq!(shown("nonsense", Show::Plain), "nonsense");
        assert_eq!(shown("1E+400", Show::Plain), "1E+400");
    }

    #[test]
    fn days_are_written_as_iso_has_them() {
        let day = Show::by_id(14);
        for (value, expected) in [
            ("1", "1900-01-01"),
            ("59", "1900-02-28"),
            ("61", "1900-03-01"),
            ("25569", "1970-01-01"),
            ("46353", "2026-11-27"),
            ("46353.5", "2026-11-27 12:00:00"),
            ("46353.99999999", "2026-11-27 23:59:59"),
            ("2958465", "9999-12-31"),
            ("0.5", "0.5"),
            ("2958466", "2958466"),
            ("-1", "-1"),
        ] {
            assert_eq!(shown(value, day), expected, "{value}");
        }
        assert_eq!(shown("0.75", Show::by_id(20)), "18:00:00");
        let mut text = String::new();
        write("44891", Show::Day, true, &mut text);
        assert_eq!(text, "2026-11-27");
    }

    #[test]
    fn a_code_says_what_is_shown() {
        for (code, expected) in [
            ("General", Show::Plain),
            ("@", Show::Plain),
            ("0.00%", Show::Plain),
            ("0", Show::Plain),
            ("#,##0.00 \"days\"", Show::Plain),
            ("yyyy\\-mm\\-dd", Show::Day),
            ("[$-407]d. mmmm yyyy;@", Show::Day),
            ("[Red]0", Show::Plain),
            ("mmm", Show::Day),
            ("[h]:mm:ss", Show::Time),
            ("h:mm AM/PM", Show::Time),
            ("00000", Show::Digits { least: 5, plus: false }),
        ] {
            assert_eq!(Show::by_code(code), expected, "{code}");
        }
    }
}
