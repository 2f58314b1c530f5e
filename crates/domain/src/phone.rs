//! Telephone numbers in E.164 form, and the other addresses that a text can come from.
//!
//! [`E164::parse`] is the way in for what people write. It asks Google's numbering plans (through `rlibphonenumber`)
//! and guesses nothing: what could be read in two ways is refused with a reason and a mend.

use std::{borrow::Cow, fmt, str::FromStr};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

mod address;
mod spelling;
#[cfg(test)]
mod tests;

pub use address::{Address, Alphanumeric, ShortCode};

/// A telephone number in E.164 form: `+`, then 7 to 15 digits, the first not zero.
///
/// `Debug` prints only the last two digits (`+…42`), so that logs stay clean; `Display` prints the number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164(String);

/// Why a spelling was not taken for a telephone number. `Display` says it in plain words, with the mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Digits are missing, or the area code is.
    #[error("the number is too short: write it in full, with area code and country code, as in +1 415 555 2671")]
    TooShort,
    /// There are more digits than the country's numbers have.
    #[error("the number is too long: write one number only, with its country code, as in +1 415 555 2671")]
    TooLong,
    /// There is something else in it than a number, or nothing at all.
    #[error("this is not a telephone number: write digits, with the country code, as in +1 415 555 2671")]
    NotANumber,
    /// No country has the code that it starts with.
    #[error("no country has this country code: check the digits after the +")]
    UnknownCountryCode,
    /// The length is right, but no such number is given out in its country.
    #[error("no such number is in use in its country: check the digits and the country code")]
    NotValid,
    /// It is spelled as at home, and nobody said where that is.
    #[error("the country is missing: write the number with + and its country code, as in +1 415 555 2671")]
    NoRegion,
    /// The default region is not a two-letter country code that has telephone numbers.
    #[error("the default region is unknown: it is a two-letter country code, as in US or DE")]
    UnknownRegion,
    /// A short code, where a full number is needed.
    #[error("this is a short code, not a full telephone number: write the number in full, as in +1 415 555 2671")]
    ShortCode,
    /// Neither a number, nor a short code, nor an alphanumeric sender.
    #[error(
        "this is not a sender: write a number as in +14155552671, a short code of 3 to 8 digits, or a name of up to 11 \
         letters, digits and spaces with at least one letter"
    )]
    NotASender,
}

impl PhoneError {
    /// The stable code for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::NotANumber => "not_a_number",
            Self::UnknownCountryCode => "unknown_country_code",
            Self::NotValid => "not_valid",
            Self::NoRegion => "no_region",
            Self::UnknownRegion => "unknown_region",
            Self::ShortCode => "short_code",
            Self::NotASender => "not_a_sender",
        }
    }
}

/// What sort of line a number belongs to, as far as the numbering plan tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A mobile telephone.
    Mobile,
    /// A fixed line: few can receive texts.
    FixedLine,
    /// The plan does not tell the two apart, as in the USA.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// Dear for the caller.
    PremiumRate,
    /// Internet telephony.
    Voip,
    /// Everything else: pagers, shared cost, company-wide numbers, voice mail.
    Other,
    /// The plan does not know the number.
    Unknown,
}

impl E164 {
    /// Reads what a person wrote, in any usual spelling: spaces, dots, dashes, parentheses, `00` or `011` or the region's
    /// own international prefix, full-width and other digits, `tel:`, a trunk zero in parentheses.
    ///
    /// `default_region` (two letters, `US`) is where a number without country code is at home. An extension with a
    /// marker (`ext. 12`, `x12`, `#12`) is dropped, since a text cannot reach it. Letters on keys are read for North
    /// American toll-free numbers only (`1-800-FLOWERS`).
    ///
    /// # Errors
    /// A [`PhoneError`] with a code and a mend.
    pub fn parse(input: &str, default_region: Option<&str>) -> Result<Self, PhoneError> {
        let region = default_region.map(region).transpose()?;
        let spelling = spelling::read(input)?;
        if let Some(number) = region.and_then(|region| without_plus(&spelling.number, region)) {
            return Ok(number);
        }
        match resolve(&spelling.number, region, spelling.vanity) {
            Ok(number) => Ok(number),
            // `00` is understood in most of the world, also where the plan has another prefix.
            Err(refusal) => match spelling.number.strip_prefix("00") {
                Some(rest) if !rest.starts_with('0') && !understood_abroad(&spelling.number, region) => {
                    resolve(&format!("+{rest}"), None, spelling.vanity)
                }
                _ => Err(refusal),
            },
        }
    }

    /// Takes the strict form that carriers deliver and we store: `+` and 7 to 15 digits, the first not zero. Whether the
    /// number is in use is not asked: the carrier knows better.
    ///
    /// # Errors
    /// `too_short`, `too_long` or `not_a_number`.
    pub fn from_carrier(text: &str) -> Result<Self, PhoneError> {
        let digits = text.strip_prefix('+').ok_or(PhoneError::NotANumber)?;
        if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneError::NotANumber);
        }
        match digits.len() {
            0..=6 => Err(PhoneError::TooShort),
            7..=15 => Ok(Self(text.to_owned())),
            _ => Err(PhoneError::TooLong),
        }
    }

    /// The number as `+14155552671`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For people anywhere: `+1 415-555-2671`.
    #[must_use]
    pub fn pretty(&self) -> String {
        self.format(PhoneNumberFormat::International)
    }

    /// For people in `region` (two letters): as written at home, `(415) 555-2671`, if the number is of that region,
    /// otherwise as [`pretty`](Self::pretty).
    #[must_use]
    pub fn pretty_in(&self, region: &str) -> String {
        let home = self.region().is_some_and(|own| own.eq_ignore_ascii_case(region));
        self.format(if home { PhoneNumberFormat::National } else { PhoneNumberFormat::International })
    }

    /// The two-letter country code (`US`). `None` for numbers of no country (`+800…`) and those that no plan knows.
    #[must_use]
    pub fn region(&self) -> Option<String> {
        let code = self.number()?.get_region_code()?.as_region_str().as_str().to_owned();
        (code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code)
    }

    /// The sort of line.
    #[must_use]
    pub fn kind(&self) -> LineKind {
        let Some(number) = self.number() else {
            return LineKind::Unknown;
        };
        match number.get_type() {
            PhoneNumberType::Mobile => LineKind::Mobile,
            PhoneNumberType::FixedLine => LineKind::FixedLine,
            PhoneNumberType::FixedLineOrMobile => LineKind::FixedLineOrMobile,
            PhoneNumberType::TollFree => LineKind::TollFree,
            PhoneNumberType::PremiumRate => LineKind::PremiumRate,
            PhoneNumberType::VoIP => LineKind::Voip,
            PhoneNumberType::SharedCost
            | PhoneNumberType::PersonalNumber
            | PhoneNumberType::Pager
            | PhoneNumberType::UAN
            | PhoneNumberType::VoiceMail => LineKind::Other,
            PhoneNumberType::Unknown => LineKind::Unknown,
        }
    }

    fn number(&self) -> Option<PhoneNumber> {
        PHONE_NUMBER_UTIL.parse(&self.0, None).ok()
    }

    fn format(&self, format: PhoneNumberFormat) -> String {
        self.number().map_or_else(|| self.0.clone(), |number| number.format_as(format).into_owned())
    }
}

/// Loads the numbering plans, which takes some ten milliseconds; otherwise the first number pays for it.
pub fn warm_up() {
    for (spelling, region) in [("+14155552671", None), ("(415) 555-2671", Some("US"))] {
        if let Ok(number) = E164::parse(spelling, region) {
            let _ = number.pretty();
        }
    }
}

/// Whether `region` is a two-letter country code that has telephone numbers, in either case.
#[must_use]
pub fn is_region(code: &str) -> bool {
    region(code).is_ok()
}

fn region(code: &str) -> Result<Region, PhoneError> {
    let code = code.trim();
    let is_upper = code.bytes().all(|byte| byte.is_ascii_uppercase());
    let code = if is_upper { Cow::Borrowed(code) } else { Cow::Owned(code.to_ascii_uppercase()) };
    Region::from_code(&code)
        .ok()
        .filter(|region| code.len() == 2 && PHONE_NUMBER_UTIL.get_country_code_for_region(*region).is_some())
        .ok_or(PhoneError::UnknownRegion)
}

/// The number that a cleaned spelling (digits, perhaps a `+`, letters if `vanity`) means, if it is a valid one.
fn resolve(spelling: &str, region: Option<Region>, vanity: bool) -> Result<E164, PhoneError> {
    let number = match PHONE_NUMBER_UTIL.parse(spelling, region) {
        Ok(number) => number,
        Err(_) if region.is_none() && !spelling.starts_with('+') => {
            return Err(without_region(spelling));
        }
        Err(error) => return Err(refusal(&error, spelling)),
    };
    if is_short_code(spelling, region) {
        return Err(PhoneError::ShortCode);
    }
    if !number.is_valid() {
        return Err(invalid(&number));
    }
    if vanity && !(number.country_code == 1 && number.get_type() == PhoneNumberType::TollFree) {
        return Err(PhoneError::NotANumber);
    }
    E164::from_carrier(&number.format_as(PhoneNumberFormat::E164))
}

/// A number of this region that has its country code and lacks the `+`, as programs write it. Where numbers at home begin with
/// a digit of their own (0171 …), one without it is no number of home: 49171… is +49 171 …, and not 0491 71….
fn without_plus(spelling: &str, region: Region) -> Option<E164> {
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?.to_string();
    if !spelling.starts_with(&code) {
        return None;
    }
    let example = PHONE_NUMBER_UTIL.get_example_number(region).ok()?;
    let at_home = example.format_as(PhoneNumberFormat::National);
    let digits: String = at_home.chars().filter(char::is_ascii_digit).collect();
    if digits == example.get_national_significant_number() {
        return None;
    }
    resolve(&format!("+{spelling}"), None, false).ok()
}

fn without_region(spelling: &str) -> PhoneError {
    match spelling.bytes().filter(u8::is_ascii_digit).count() {
        0..=2 => PhoneError::NotANumber,
        3..=6 => PhoneError::ShortCode,
        7..=18 => PhoneError::NoRegion,
        _ => PhoneError::TooLong,
    }
}

fn refusal(error: &rlibphonenumber::ParseError, spelling: &str) -> PhoneError {
    use rlibphonenumber::ParseError as E;
    match error {
        E::InvalidCountryCode => PhoneError::UnknownCountryCode,
        // The library takes numbers of two digits and less for no numbers at all, and very long ones too.
        E::NotANumber(_) => match spelling.bytes().filter(u8::is_ascii_digit).count() {
            0 => PhoneError::NotANumber,
            1..=6 => PhoneError::TooShort,
            7..=15 => PhoneError::NotANumber,
            _ => PhoneError::TooLong,
        },
        E::TooShortAfterIdd | E::TooShortNsn => PhoneError::TooShort,
        E::TooLongNsn => PhoneError::TooLong,
    }
}

fn invalid(number: &PhoneNumber) -> PhoneError {
    use rlibphonenumber::{NumberLengthType, ValidationError};
    match number.is_possible_with_reason() {
        Ok(NumberLengthType::IsPossible) | Err(ValidationError::InvalidLength) => PhoneError::NotValid,
        Ok(NumberLengthType::IsPossibleLocalOnly) | Err(ValidationError::TooShort) => PhoneError::TooShort,
        Err(ValidationError::TooLong) => PhoneError::TooLong,
        Err(ValidationError::InvalidCountryCode) => PhoneError::UnknownCountryCode,
    }
}

/// Three to six bare digits are a short code, save where all numbers are that short (Niue, Saint Helena).
fn is_short_code(spelling: &str, region: Option<Region>) -> bool {
    let bare = (3..=6).contains(&spelling.len()) && spelling.bytes().all(|b| b.is_ascii_digit());
    let usual = || {
        region
            .and_then(|region| PHONE_NUMBER_UTIL.get_example_number(region).ok())
            .map_or(usize::MAX, |example| example.get_national_significant_number().len())
    };
    bare && usual() > spelling.len()
}

/// Whether the plan of `region` understood the leading `00` as its own way abroad (perhaps with a carrier's digits, as in
/// Brazil and Korea): then what it found stands, and is not read again in another way.
fn understood_abroad(spelling: &str, region: Option<Region>) -> bool {
    use rlibphonenumber::{CountryCodeSource, ParseError};
    let Some(region) = region else { return false };
    match PHONE_NUMBER_UTIL.parse_and_keep_raw_input(spelling, Some(region)) {
        Ok(number) => number.country_code_source() == CountryCodeSource::FromNumberWithIdd,
        Err(error) => matches!(error, ParseError::InvalidCountryCode | ParseError::TooShortAfterIdd),
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+…{}", &self.0[self.0.len() - 2..])
    }
}

/// Reads the strict form, as [`E164::from_carrier`] does.
impl FromStr for E164 {
    type Err = PhoneError;
    fn from_str(text: &str) -> Result<Self, PhoneError> {
        Self::from_carrier(text)
    }
}

impl Serialize for E164 {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for E164 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_carrier(&Cow::<'de, str>::deserialize(from)?).map_err(de::Error::custom)
    }
}
