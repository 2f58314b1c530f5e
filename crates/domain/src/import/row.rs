//! One row of a file, read by its mapping: somebody with a number, or what is wrong.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::consent::{Consent, ConsentState};
use super::{Column, Fault, FaultKind, Mapping, values};
use crate::field::{Field, FieldError, Kind};
use crate::phone::{E164, LineKind};

/// What a line of somebody's data has at most, in characters.
const LINE_CHARS_MAX: usize = 100;
const NOTE_CHARS_MAX: usize = 2_000;
const SOURCE_CHARS_MAX: usize = 500;
/// Labels of one person, and the characters of each.
const TAGS_MAX: usize = 50;
const TAG_CHARS_MAX: usize = 60;

/// What holds for all rows of a file.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Where numbers without country code are at home: two letters.
    pub country: &'a str,
    /// On whose clock times without zone are.
    pub zone: &'a TimeZone,
    /// The tenant's fields.
    pub fields: &'a [Field],
    /// Nobody agreed after this.
    pub now: Timestamp,
    /// Whether a row with more values than columns is torn: so it is where marks part the values, and not in a workbook.
    pub wide_is_torn: bool,
}

/// Reads rows by a mapping.
#[derive(Debug)]
pub struct RowReader<'a> {
    context: Context<'a>,
    mapping: &'a Mapping,
    /// For each column that goes to a field: which, and its key, shared by all rows.
    fields: Vec<Option<(&'a Field, Arc<str>)>>,
}

/// Somebody, as a row says. Empty: it does not say.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Where they are reached.
    pub phone: E164,
    /// Their other numbers, each once.
    pub other_phones: Vec<E164>,
    /// Whole.
    pub name: String,
    /// Where they work.
    pub company: String,
    /// In lower case.
    pub email: String,
    /// Their other addresses, each once, in lower case.
    pub other_emails: Vec<String>,
    /// IANA name.
    pub time_zone: String,
    /// ISO 639-1.
    pub language: String,
    /// What people noted.
    pub note: String,
    /// Labels, sorted, each once.
    pub tags: Vec<String>,
    /// Values of the tenant's fields by their keys, as their kinds write them.
    pub fields: Vec<(Arc<str>, String)>,
    /// What it says of consent.
    pub consent: Option<Consent>,
}

impl Row {
    /// All their numbers, the one that texts go to first.
    pub fn phones(&self) -> impl Iterator<Item = &E164> {
        std::iter::once(&self.phone).chain(&self.other_phones)
    }

    /// With labels that all rows of the file get.
    #[must_use]
    pub fn labelled(mut self, labels: &[String]) -> Self {
        self.tags.extend_from_slice(labels);
        self.tags.sort_unstable();
        self.tags.dedup();
        self
    }

    /// Somebody with a number and nothing else.
    #[must_use]
    pub fn new(phone: E164) -> Self {
        Self {
            phone,
            other_phones: Vec::new(),
            name: String::new(),
            company: String::new(),
            email: String::new(),
            other_emails: Vec::new(),
            time_zone: String::new(),
            language: String::new(),
            note: String::new(),
            tags: Vec::new(),
            fields: Vec::new(),
            consent: None,
        }
    }
}

/// What is read before it is known whether there is a number.
#[derive(Default)]
struct Draft<'r> {
    phone: Option<E164>,
    other_phones: Vec<E164>,
    whole: &'r str,
    first: &'r str,
    last: &'r str,
    company: String,
    email: String,
    other_emails: Vec<String>,
    time_zone: String,
    language: String,
    note: String,
    tags: Vec<String>,
    fields: Vec<(Arc<str>, String)>,
    opted_in: Option<bool>,
    opted_out: Option<bool>,
    consent_at: Option<Timestamp>,
    consent_source: &'r str,
}

impl<'a> RowReader<'a> {
    /// A reader for a mapping without [faults](Mapping::faults); a column to a field that is not there is passed over.
    #[must_use]
    pub fn new(mapping: &'a Mapping, context: Context<'a>) -> Self {
        let field = |column: &Column| match column {
            Column::Field(key) => {
                context.fields.iter().find(|field| field.key == *key).map(|field| (field, Arc::from(key.as_str())))
            }
            _ => None,
        };
        let fields = mapping.columns.iter().map(field).collect();
        Self { context, mapping, fields }
    }

    /// Reads a row of `width` cells, each of which `cell` gives by its column.
    ///
    /// # Errors
    /// All that is wrong with it, so that it can be mended in one go. Then nothing of it is imported.
    pub fn read<'r>(&self, width: usize, cell: impl Fn(usize) -> Option<&'r str>) -> Result<Row, Vec<Fault>> {
        let (mut draft, mut faults) = (Draft::default(), Vec::new());
        for (at, column) in self.mapping.columns.iter().enumerate() {
            let value = cell(at).map_or("", values::cell);
            if !value.is_empty()
                && *column != Column::Ignore
                && let Err(kind) = self.take(&mut draft, at, column, value)
            {
                faults.push(Fault { column: at, kind });
            }
        }
        let columns = self.mapping.columns.len();
        if self.context.wide_is_torn
            && (columns..width).any(|at| cell(at).is_some_and(|value| !value.trim().is_empty()))
        {
            faults.push(Fault { column: columns, kind: FaultKind::TooManyValues { values: width, columns } });
        }
        let name = draft.name();
        if name.len() > LINE_CHARS_MAX && name.chars().count() > LINE_CHARS_MAX {
            let is_name = |column: &Column| matches!(column, Column::Name | Column::FirstName | Column::LastName);
            let column = self.mapping.columns.iter().position(is_name).unwrap_or(0);
            faults.push(Fault { column, kind: FaultKind::TooLong { what: "name", max: LINE_CHARS_MAX } });
        }
        let is_phone = |column: &Column| matches!(column, Column::Phone | Column::OtherPhone);
        let phone_column = self.mapping.columns.iter().position(is_phone).unwrap_or(0);
        let told_of = |fault: &Fault| self.mapping.columns.get(fault.column).is_some_and(is_phone);
        match draft.first_phone() {
            Some(phone) if faults.is_empty() => Ok(draft.finish(phone, name)),
            // A number that cannot be read was told of already.
            None if !faults.iter().any(told_of) => {
                faults.insert(0, Fault { column: phone_column, kind: FaultKind::PhoneMissing });
                Err(faults)
            }
            _ => Err(faults),
        }
    }

    fn take<'r>(&self, draft: &mut Draft<'r>, at: usize, column: &Column, value: &'r str) -> Result<(), FaultKind> {
        let (dates, zone) = (self.mapping.dates, self.context.zone);
        match column {
            Column::Phone => draft.phone = Some(phone(value, self.context.country)?),
            Column::OtherPhone => draft.other_phones.push(phone(value, self.context.country)?),
            Column::Email => {
                draft.email = values::email(value).ok_or_else(|| FaultKind::Email(value.to_owned()))?;
            }
            Column::OtherEmail => {
                draft.other_emails.push(values::email(value).ok_or_else(|| FaultKind::Email(value.to_owned()))?);
            }
            Column::Name => draft.whole = value,
            Column::FirstName => draft.first = value,
            Column::LastName => draft.last = value,
            Column::Company => draft.company = short(values::line(value), "company", LINE_CHARS_MAX)?,
            Column::TimeZone => {
                draft.time_zone = values::time_zone(value).ok_or_else(|| FaultKind::TimeZone(value.to_owned()))?;
            }
            Column::Language => {
                draft.language = values::language(value).ok_or_else(|| FaultKind::Language(value.to_owned()))?;
            }
            Column::Tags => tags(value, &mut draft.tags)?,
            Column::OptedIn => draft.opted_in = Some(yes_or_no(value)?),
            Column::OptedOut => draft.opted_out = Some(yes_or_no(value)?),
            Column::ConsentAt => {
                let moment = values::moment(value, dates, zone).ok_or_else(|| FaultKind::Moment(value.to_owned()))?;
                if moment > self.context.now {
                    return Err(FaultKind::InTheFuture(value.to_owned()));
                }
                draft.consent_at = Some(moment);
            }
            Column::ConsentSource => {
                if value.chars().count() > SOURCE_CHARS_MAX {
                    return Err(FaultKind::TooLong { what: "source of the consent", max: SOURCE_CHARS_MAX });
                }
                draft.consent_source = value;
            }
            Column::Note => draft.note = short(value.to_owned(), "note", NOTE_CHARS_MAX)?,
            Column::Field(_) => {
                if let Some((field, key)) = self.fields.get(at).and_then(Option::as_ref) {
                    let kept = self.field_value(field, value).map_err(|why| FaultKind::Field {
                        label: field.label.clone(),
                        value: value.to_owned(),
                        why,
                    })?;
                    draft.fields.push((Arc::clone(key), kept));
                }
            }
            Column::Ignore => {}
        }
        Ok(())
    }

    /// A value as the field's kind writes it; read as the file's country writes it.
    fn field_value(&self, field: &Field, value: &str) -> Result<String, FieldError> {
        match &field.kind {
            Kind::Text | Kind::Choice { .. } => field.read(value),
            Kind::Number => {
                let number = values::number(value, self.mapping.decimal_comma);
                field.read(number.as_deref().ok_or(FieldError::NotANumber)?)
            }
            Kind::Date => {
                let date = values::date(value, self.mapping.dates).ok_or(FieldError::NotADate)?;
                field.read(&date.to_string())
            }
            Kind::YesNo => {
                let is_so = values::yes_no(value).ok_or(FieldError::NotYesOrNo)?;
                field.read(if is_so { "yes" } else { "no" })
            }
        }
    }
}

impl Draft<'_> {
    /// Where texts go: the number of the column for it, else the first of the others.
    fn first_phone(&mut self) -> Option<E164> {
        self.phone.take().or_else(|| self.other_phones.first().cloned())
    }

    /// First and last name, if one of them is there; else the whole.
    fn name(&self) -> String {
        match (self.first, self.last) {
            ("", "") => values::line(self.whole),
            (one, "") | ("", one) => values::line(one),
            (first, last) => values::line(&[first, last].join(" ")),
        }
    }

    fn finish(self, phone: E164, name: String) -> Row {
        // A word against texts weighs more than one for them; a day on which somebody agreed says that they did.
        let state = match (self.opted_out, self.opted_in) {
            (Some(true), _) | (_, Some(false)) => Some(ConsentState::OptedOut),
            (_, Some(true)) => Some(ConsentState::OptedIn),
            (_, None) => self.consent_at.map(|_| ConsentState::OptedIn),
        };
        let source = Some(self.consent_source).filter(|source| !source.is_empty());
        let consent = state.map(|state| Consent { state, at: self.consent_at, source: source.map(values::line) });
        let emails = self.other_emails;
        let email = if self.email.is_empty() { emails.first().cloned().unwrap_or_default() } else { self.email };
        let mut tags = self.tags;
        tags.sort_unstable();
        tags.dedup();
        Row {
            other_phones: each_once(self.other_phones, &phone),
            phone,
            name,
            company: self.company,
            other_emails: each_once(emails, &email),
            email,
            time_zone: self.time_zone,
            language: self.language,
            note: self.note,
            tags,
            fields: self.fields,
            consent,
        }
    }
}

/// But for the first, which is told apart.
fn each_once<T: PartialEq>(all: Vec<T>, first: &T) -> Vec<T> {
    let mut each: Vec<T> = Vec::with_capacity(all.len());
    for one in all {
        if one != *first && !each.contains(&one) {
            each.push(one);
        }
    }
    each
}

fn phone(value: &str, country: &str) -> Result<E164, FaultKind> {
    // What advertising forms put before a number, and what programs that take it for a measure put behind.
    let plain = value.strip_prefix("p:").unwrap_or(value);
    let plain =
        plain.strip_suffix(".0").filter(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'+')).unwrap_or(plain);
    E164::parse(plain, Some(country)).map(|number| with_plus(plain, number)).map_err(|why| {
        if is_shortened(plain) {
            FaultKind::PhoneShortened(value.to_owned())
        } else {
            FaultKind::Phone { value: value.to_owned(), country: country.to_owned(), why }
        }
    })
}

/// A spreadsheet takes the plus from `+491712345678`, and what is left can be a number of the same country, of a small town in
/// the north. Whoever meant that would have written its zero: if with the plus it is a mobile number, that is what it was.
fn with_plus(written: &str, as_at_home: E164) -> E164 {
    let Some(code) = as_at_home.as_str().strip_prefix('+').and_then(|digits| digits.strip_suffix(written)) else {
        return as_at_home;
    };
    if code.is_empty() || !written.starts_with(code) || as_at_home.kind() == LineKind::Mobile {
        return as_at_home;
    }
    let abroad = E164::parse(&format!("+{written}"), None).ok();
    abroad.filter(|number| number.kind() == LineKind::Mobile).unwrap_or(as_at_home)
}

/// `4.91512E+12`, `4,91512E+12`.
fn is_shortened(value: &str) -> bool {
    let Some((digits, power)) = value.split_once(['E', 'e']) else { return false };
    let is_number =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'+'));
    is_number(digits) && is_number(power) && digits.contains(['.', ','])
}

fn yes_or_no(value: &str) -> Result<bool, FaultKind> {
    values::yes_no(value).ok_or_else(|| FaultKind::YesOrNo(value.to_owned()))
}

fn short(text: String, what: &'static str, max: usize) -> Result<String, FaultKind> {
    if text.len() > max && text.chars().count() > max { Err(FaultKind::TooLong { what, max }) } else { Ok(text) }
}

fn tags(value: &str, into: &mut Vec<String>) -> Result<(), FaultKind> {
    for tag in value.split([',', ';', '|', '\n']).map(str::trim).filter(|tag| !tag.is_empty()) {
        if into.len() == TAGS_MAX {
            return Err(FaultKind::TooManyTags(TAGS_MAX));
        }
        into.push(short(values::line(tag), "tag", TAG_CHARS_MAX)?);
    }
    Ok(())
}

/// Nobody's data goes into a log.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("phone", &self.phone).finish_non_exhaustive()
    }
}
