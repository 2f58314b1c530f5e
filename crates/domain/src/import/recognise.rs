//! Which column is what, told by its name and by what stands in it.

use std::collections::BTreeMap;
use std::fmt;

use super::headers::{self, Match, squashed};
use super::mapping::Mapping;
use super::{Column, DateOrder, country, suggest, values};
use crate::field::Field;
use crate::phone::E164;

/// Titles and the like may stand above a table's head.
const ABOVE_MAX: usize = 10;
/// So many of a hundred values must be of a kind, if only they tell what a column is.
const SHARE: usize = 80;
/// So many must be telephone numbers where the name says that they are: the rest is told of row by row.
const SHARE_NAMED: usize = 30;

/// What a file's columns are, as far as it tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The row of the sample, from 0, with the columns' names; `None`: the first row is somebody already.
    pub header: Option<usize>,
    /// The columns' names, as wide as the table; empty where there is none.
    pub names: Vec<String>,
    /// What each column may be.
    pub guesses: Vec<Guess>,
    /// How 03/04/2026 is read, by the values, else by the country.
    pub dates: DateOrder,
    /// Whether 1,5 is one and a half.
    pub decimal_comma: bool,
}

/// What a column may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// What it is.
    pub column: Column,
    /// Why.
    pub why: Why,
    /// For a column that is none of ours: a field that could be made for it.
    pub suggestion: Option<Field>,
}

/// Why a column is taken for what it is. `Display` says it to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// By its name.
    Named,
    /// By a part of its name.
    NamedInPart,
    /// The tenant has a field of this name.
    OwnField,
    /// By its values: so many of a hundred are of a kind.
    Valued(usize),
    /// Another column is that already, and fits better.
    Taken,
    /// We added it to rejected rows.
    Ours,
    /// Nothing stands in it.
    Empty,
    /// Nothing tells.
    Unknown,
}

impl Why {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::NamedInPart => "named_in_part",
            Self::OwnField => "own_field",
            Self::Valued(_) => "valued",
            Self::Taken => "taken",
            Self::Ours => "ours",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named => f.write_str("By its name."),
            Self::NamedInPart => f.write_str("By a part of its name."),
            Self::OwnField => f.write_str("You have a field of this name."),
            Self::Valued(share) => write!(f, "By its values: {share} of 100 look like it."),
            Self::Taken => f.write_str("Another column fits better."),
            Self::Ours => f.write_str("It came with the rows that were rejected."),
            Self::Empty => f.write_str("It is empty."),
            Self::Unknown => f.write_str("Nothing tells what it is."),
        }
    }
}

impl Recognised {
    /// The guesses as a mapping, to be changed.
    #[must_use]
    pub fn mapping(&self) -> Mapping {
        Mapping {
            columns: self.guesses.iter().map(|guess| guess.column.clone()).collect(),
            dates: self.dates,
            decimal_comma: self.decimal_comma,
        }
    }
}

/// Tells what the columns of a file are, by its first rows ([`super::SAMPLE_ROWS`] are plenty). `country`: where numbers
/// without country code are at home.
#[must_use]
pub fn recognise(sample: &[Vec<String>], fields: &[Field], country: &str) -> Recognised {
    let top = top(sample);
    let header = sample.get(top).filter(|row| !is_somebody(row, country)).map(|_| top);
    recognise_below(sample, header, fields, country)
}

/// The same where somebody knows the row of the sample with the columns' names; `None`: the first row is somebody already.
#[must_use]
pub fn recognise_below(sample: &[Vec<String>], header: Option<usize>, fields: &[Field], country: &str) -> Recognised {
    let (wide, top) = (usual_width(sample), top(sample));
    let body = sample.get(header.map_or(top, |at| at + 1)..).unwrap_or_default();
    let mut names = header.and_then(|at| sample.get(at)).cloned().unwrap_or_default();
    while names.len() > wide && names.last().is_some_and(|name| name.trim().is_empty()) {
        names.pop();
    }
    names.resize(names.len().max(wide), String::new());
    for name in &mut names {
        *name = name.trim().to_owned();
    }
    let columns: Vec<Look> = (0..names.len()).map(|at| Look::at(body, at, country)).collect();
    let dates = date_order(&columns, country);
    let guesses = guess(&names, &columns, fields);
    let decimal_comma = country::writes_decimal_comma(country);
    let mut recognised = Recognised { header, names, guesses, dates, decimal_comma };
    suggest::suggest(&mut recognised, &columns, fields);
    recognised
}

/// The first row that is as wide as the table.
fn top(sample: &[Vec<String>]) -> usize {
    let wide = usual_width(sample);
    sample.iter().take(ABOVE_MAX).position(|row| filled(row) * 2 >= wide).unwrap_or(0)
}

/// The cells of one column in the sample, and what they look like.
pub(super) struct Look<'s> {
    /// Those that are not blank.
    pub(super) cells: Vec<&'s str>,
    phones: usize,
    emails: usize,
    rows: usize,
}

impl<'s> Look<'s> {
    fn at(body: &'s [Vec<String>], at: usize, country: &str) -> Self {
        let cells: Vec<&str> = body
            .iter()
            .filter_map(|row| row.get(at))
            .map(|raw| values::cell(raw))
            .filter(|cell| !cell.is_empty())
            .collect();
        let phones = cells.iter().filter(|cell| is_phone(cell, country)).count();
        let emails = cells.iter().filter(|cell| values::email(cell).is_some()).count();
        Self { cells, phones, emails, rows: body.len() }
    }

    fn share(&self, count: usize) -> usize {
        (count * 100).checked_div(self.cells.len()).unwrap_or(0)
    }
}

fn guess(names: &[String], columns: &[Look<'_>], fields: &[Field]) -> Vec<Guess> {
    let mut found: BTreeMap<usize, (Column, Why)> = BTreeMap::new();
    if let Some((at, why)) = best_phone(names, columns) {
        found.insert(at, (Column::Phone, why));
    }
    // What is wholly named comes before what is named in part, and the tenant's own names before all.
    for (at, name) in names.iter().enumerate() {
        let is_own =
            |field: &&Field| squashed(&field.key) == squashed(name) || squashed(&field.label) == squashed(name);
        if let Some(field) = fields.iter().find(is_own).filter(|_| !name.is_empty()) {
            put(&mut found, at, Column::Field(field.key.clone()), Why::OwnField);
        }
    }
    for (wanted, why) in [(Match::Whole, Why::Named), (Match::Part, Why::NamedInPart)] {
        for (at, name) in names.iter().enumerate() {
            // A number's name may hold others: "company phone".
            if let Some((column, how)) = headers::named(name).filter(|_| headers::named_phone(name).is_none())
                && how == wanted
                && !found.contains_key(&at)
            {
                put(&mut found, at, column, why);
            }
        }
    }
    for (at, look) in columns.iter().enumerate() {
        let share = look.share(look.emails);
        if share >= SHARE {
            put(&mut found, at, Column::Email, Why::Valued(share));
        }
    }
    others(&mut found, names, columns);
    if names.iter().all(String::is_empty) {
        by_place(&mut found, columns);
    }
    settle_names(&mut found, columns);
    let guess = |(at, name): (usize, &String)| {
        let (column, why) = found.remove(&at).unwrap_or_else(|| {
            let is_taken = headers::named(name).is_some() || headers::named_phone(name).is_some();
            let why = match columns.get(at) {
                _ if headers::is_ours(name) => Why::Ours,
                Some(look) if look.cells.is_empty() && look.rows > 0 => Why::Empty,
                _ if is_taken => Why::Taken,
                _ => Why::Unknown,
            };
            (Column::Ignore, why)
        });
        Guess { column, why, suggestion: None }
    };
    names.iter().enumerate().map(guess).collect()
}

/// What is named as a number or an e-mail address and has some, beside those that fit best.
fn others(found: &mut BTreeMap<usize, (Column, Why)>, names: &[String], columns: &[Look<'_>]) {
    for ((at, name), look) in names.iter().enumerate().zip(columns) {
        let (phones, emails) = (look.share(look.phones), look.share(look.emails));
        let how = |how: Match| if how == Match::Whole { Why::Named } else { Why::NamedInPart };
        match headers::named_phone(name) {
            Some((_, matched)) if phones >= SHARE_NAMED && !is_other_number(name) => {
                put(found, at, Column::OtherPhone, how(matched));
            }
            None if emails >= SHARE => put(found, at, Column::OtherEmail, Why::Valued(emails)),
            _ => {}
        }
    }
}

/// Unless it is another already, and unless another is it already.
fn put(found: &mut BTreeMap<usize, (Column, Why)>, at: usize, column: Column, why: Why) {
    let is_free = !column.is_single() || !found.values().any(|(other, _)| *other == column);
    if is_free && !found.contains_key(&at) {
        found.insert(at, (column, why));
    }
}

/// The column with most numbers to which texts go gladly.
fn best_phone(names: &[String], columns: &[Look<'_>]) -> Option<(usize, Why)> {
    let score = |(at, look): (usize, &Look<'_>)| {
        let name = names.get(at)?;
        let (named, share) = (headers::named_phone(name), look.share(look.phones));
        let why = match named {
            Some(_) if !look.cells.is_empty() && share < SHARE_NAMED => return None,
            Some((_, Match::Whole)) => Why::Named,
            Some((_, Match::Part)) => Why::NamedInPart,
            // What is called something else is not a number for looking like one.
            None if share < SHARE || headers::named(name).is_some() || is_other_number(name) => return None,
            None => Why::Valued(share),
        };
        let filled = (look.phones * 100).checked_div(look.rows).unwrap_or(0);
        let rank = named.map_or(0, |(rank, how)| rank as usize + usize::from(how == Match::Whole));
        Some((filled + rank, std::cmp::Reverse(at), why))
    };
    let all = columns.iter().enumerate().filter_map(score);
    all.max_by_key(|(score, at, _)| (*score, *at)).map(|(_, at, why)| (at.0, why))
}

/// Fax numbers, customers' numbers: they look like telephone numbers now and then.
fn is_other_number(name: &str) -> bool {
    headers::words(name)
        .iter()
        .any(|word| matches!(word.as_str(), "fax" | "telefax" | "id" | "vat" | "iban" | "zip" | "plz"))
}

/// Without names: the first column of words is the name, if it stands before the number or right behind it.
fn by_place(found: &mut BTreeMap<usize, (Column, Why)>, columns: &[Look<'_>]) {
    let is_words = |look: &&str| look.chars().filter(|c| c.is_alphabetic()).count() * 2 > look.chars().count();
    let words = |look: &Look<'_>| look.share(look.cells.iter().filter(|cell| is_words(cell)).count());
    let first = columns.iter().enumerate().find(|(at, look)| !found.contains_key(at) && words(look) >= SHARE);
    if let Some((at, look)) = first {
        put(found, at, Column::Name, Why::Valued(words(look)));
    }
}

/// "Name" beside a first name is the last name in German and French lists, and "nome" beside a last name is the first in
/// Italian and Portuguese ones. Where it holds the whole name, it counts and its parts do not.
fn settle_names(found: &mut BTreeMap<usize, (Column, Why)>, columns: &[Look<'_>]) {
    let place = |found: &BTreeMap<usize, (Column, Why)>, wanted: Column| {
        found.iter().find(|(_, (column, _))| *column == wanted).map(|(at, _)| *at)
    };
    let Some(whole) = place(found, Column::Name) else { return };
    let (first, last) = (place(found, Column::FirstName), place(found, Column::LastName));
    let (is, is_not) = match (first, last) {
        (None, None) => return,
        (Some(_), Some(_)) => ((whole, Column::Ignore), None),
        (Some(part), None) | (None, Some(part)) if holds(columns.get(whole), columns.get(part)) => {
            ((whole, Column::Name), Some(part))
        }
        (Some(_), None) => ((whole, Column::LastName), None),
        (None, Some(_)) => ((whole, Column::FirstName), None),
    };
    let (at, column) = is;
    if column == Column::Ignore {
        found.insert(at, (column, Why::Taken));
    } else if let Some(one) = found.get_mut(&at) {
        one.0 = column;
    }
    if let Some(part) = is_not {
        found.insert(part, (Column::Ignore, Why::Taken));
    }
}

/// Whether most whole names have the parts in them.
fn holds(whole: Option<&Look<'_>>, part: Option<&Look<'_>>) -> bool {
    let (Some(whole), Some(part)) = (whole, part) else { return false };
    let both = whole.cells.iter().zip(&part.cells);
    let held = both.filter(|(whole, part)| whole.len() > part.len() && whole.contains(**part)).count();
    held * 2 > whole.cells.len()
}

/// Whether a row is somebody rather than the names of columns.
fn is_somebody(row: &[String], country: &str) -> bool {
    let is_value = |raw: &String| {
        let cell = values::cell(raw);
        is_phone(cell, country) || values::email(cell).is_some()
    };
    row.iter().any(is_value)
}

fn is_phone(cell: &str, country: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    // `2026-11-27` is a telephone number in some countries.
    let is_day = cell.len() <= 10 && values::date(cell, DateOrder::DayFirst).is_some();
    (7..=20).contains(&digits) && !is_day && E164::parse(cell.strip_prefix("p:").unwrap_or(cell), Some(country)).is_ok()
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// The width of most rows, without what is blank at their ends.
fn usual_width(sample: &[Vec<String>]) -> usize {
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    for row in sample {
        let width = row.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
        *widths.entry(width).or_default() += 1;
    }
    // A wider row that is not alone counts: cells at the end are blank more often than torn rows are many.
    let enough = (sample.len() / 10).max(1);
    widths.into_iter().filter(|(_, count)| *count >= enough).map(|(width, _)| width).max().unwrap_or(0)
}

/// What the values say, where one number is too large for a month; else what the country does.
fn date_order(columns: &[Look<'_>], country: &str) -> DateOrder {
    let at_home = if country::writes_month_first(country) { DateOrder::MonthFirst } else { DateOrder::DayFirst };
    let fits = |order: DateOrder| {
        let is_so = |cell: &&&str| {
            let mut numbers = cell.split(['/', '-', '.']).map(|part| part.trim().parse::<u32>().ok());
            match (numbers.next().flatten(), numbers.next().flatten()) {
                (Some(first), Some(second)) if values::date(cell, order).is_some() => match order {
                    DateOrder::DayFirst => (13..=31).contains(&first) && second <= 12,
                    DateOrder::MonthFirst => first <= 12 && (13..=31).contains(&second),
                },
                _ => false,
            }
        };
        columns.iter().flat_map(|look| &look.cells).filter(is_so).count()
    };
    match (fits(DateOrder::DayFirst), fits(DateOrder::MonthFirst)) {
        (day, month) if day > month => DateOrder::DayFirst,
        (day, month) if month > day => DateOrder::MonthFirst,
        _ => at_home,
    }
}

impl fmt::Debug for Recognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.guesses.iter().map(|guess| guess.column.to_string());
        f.debug_struct("Recognised")
            .field("header", &self.header)
            .field("columns", &columns.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
