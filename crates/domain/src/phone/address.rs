//! Who a text can come from: a number, a short code, or a name.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{E164, PhoneError};

/// A short code: 3 to 8 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortCode(String);

/// A name in place of a number: 1 to 11 ASCII letters, digits and spaces, with at least one letter. Nobody can answer it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alphanumeric(String);

/// The sender of a text, ours or another's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// A full number.
    Phone(E164),
    /// A short code.
    ShortCode(ShortCode),
    /// A name.
    Alphanumeric(Alphanumeric),
}

impl Address {
    /// Reads a sender. What starts with `+` is a number (strict, or in a person's spelling); 3 to 8 digits are a short
    /// code; anything else must fit an alphanumeric sender.
    ///
    /// # Errors
    /// The number's own refusal after a `+`, else `not_a_sender`.
    pub fn parse_sender(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim();
        if text.starts_with(['+', '＋']) {
            return E164::from_carrier(text).or_else(|_| E164::parse(text, None)).map(Self::Phone);
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return match text.len() {
                3..=8 => Ok(Self::ShortCode(ShortCode(text.to_owned()))),
                _ => Err(PhoneError::NotASender),
            };
        }
        let allowed = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ');
        let named = text.bytes().any(|b| b.is_ascii_alphabetic());
        if allowed && named && text.len() <= 11 {
            return Ok(Self::Alphanumeric(Alphanumeric(text.to_owned())));
        }
        Err(PhoneError::NotASender)
    }

    /// The text that goes to the carrier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(number) => number.as_str(),
            Self::ShortCode(code) => &code.0,
            Self::Alphanumeric(name) => &name.0,
        }
    }

    /// Whether people can answer it.
    #[must_use]
    pub fn can_receive(&self) -> bool {
        match self {
            Self::Phone(_) | Self::ShortCode(_) => true,
            Self::Alphanumeric(_) => false,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn phone(&self) -> Option<&E164> {
        match self {
            Self::Phone(number) => Some(number),
            Self::ShortCode(_) | Self::Alphanumeric(_) => None,
        }
    }

    /// For people: a number spaced out, anything else as it is.
    #[must_use]
    pub fn pretty(&self) -> String {
        match self {
            Self::Phone(number) => number.pretty(),
            Self::ShortCode(_) | Self::Alphanumeric(_) => self.as_str().to_owned(),
        }
    }
}

impl From<E164> for Address {
    fn from(number: E164) -> Self {
        Self::Phone(number)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse_sender(&Cow::<'de, str>::deserialize(from)?).map_err(de::Error::custom)
    }
}
