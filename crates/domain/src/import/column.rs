//! What a column of a file means.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a column means. Written as one word (`phone`, `first_name`), a tenant's own field as `field:tyre_size`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Column {
    /// Where the person is reached.
    Phone,
    /// Another number of theirs; texts go to the first in the row that is there. Several columns may be some.
    OtherPhone,
    /// An e-mail address.
    Email,
    /// Another e-mail address; several columns may be some.
    OtherEmail,
    /// The whole name.
    Name,
    /// The given name.
    FirstName,
    /// The family name.
    LastName,
    /// Where they work.
    Company,
    /// An IANA time zone.
    TimeZone,
    /// A language, by its code or name.
    Language,
    /// Labels, parted by commas, semicolons or bars; several columns may have some.
    Tags,
    /// Whether they agreed to texts.
    OptedIn,
    /// Whether they want none.
    OptedOut,
    /// When they agreed.
    ConsentAt,
    /// Where they agreed.
    ConsentSource,
    /// What people noted.
    Note,
    /// One of the tenant's fields, by its key.
    Field(String),
    /// It is not imported.
    Ignore,
}

/// The text names no column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no meaning of a column: use phone, other_phone, email, other_email, name, first_name, last_name, company, time_zone, language, tags, opted_in, opted_out, consent_at, consent_source, note, ignore, or field:KEY"
)]
pub struct UnknownColumn(pub String);

/// Those that are one word.
const WORDS: [(&str, Column); 17] = [
    ("phone", Column::Phone),
    ("other_phone", Column::OtherPhone),
    ("email", Column::Email),
    ("other_email", Column::OtherEmail),
    ("name", Column::Name),
    ("first_name", Column::FirstName),
    ("last_name", Column::LastName),
    ("company", Column::Company),
    ("time_zone", Column::TimeZone),
    ("language", Column::Language),
    ("tags", Column::Tags),
    ("opted_in", Column::OptedIn),
    ("opted_out", Column::OptedOut),
    ("consent_at", Column::ConsentAt),
    ("consent_source", Column::ConsentSource),
    ("note", Column::Note),
    ("ignore", Column::Ignore),
];

impl Column {
    /// Whether only one column of a file may mean this.
    #[must_use]
    pub fn is_single(&self) -> bool {
        !matches!(self, Self::OtherPhone | Self::OtherEmail | Self::Tags | Self::Ignore)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(key) => write!(f, "field:{key}"),
            word => f.write_str(WORDS.iter().find(|(_, column)| column == word).map_or("ignore", |(word, _)| word)),
        }
    }
}

impl FromStr for Column {
    type Err = UnknownColumn;
    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        if let Some(key) = text.strip_prefix("field:") {
            return Ok(Self::Field(key.to_owned()));
        }
        let found = WORDS.iter().find(|(word, _)| *word == text).map(|(_, column)| column.clone());
        found.ok_or_else(|| UnknownColumn(text.to_owned()))
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}
