//! Amounts as integers. Prices come as decimal strings or JSON numbers and never pass through a float.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::loose::Text;

/// An amount in millionths of a currency's unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Money {
    /// 5100 is 0.0051 dollars. Negative amounts are refunds.
    pub micros: i64,
    /// ISO 4217, upper case.
    pub currency: String,
}

/// The whole number of millionths in a decimal such as `0.0051`, `-3` or `5.1e-3`; halves round away from zero.
/// `None` if it is no decimal or does not fit.
pub fn micros(decimal: &str) -> Option<i64> {
    let (negative, digits) = match decimal.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, decimal.strip_prefix('+').unwrap_or(decimal)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() == 0 || whole.len() + fraction.len() > DIGITS_MAX {
        return None;
    }
    let mut value: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i128::from(digit - b'0');
    }
    let shift = 6_i64 + i64::from(exponent) - i64::try_from(fraction.len()).ok()?;
    let scaled = match u32::try_from(shift.unsigned_abs()).ok()? {
        _ if value == 0 => 0,
        power if shift >= 0 => value.checked_mul(10_i128.checked_pow(power)?)?,
        power => match 10_i128.checked_pow(power) {
            Some(divisor) => (value + divisor / 2) / divisor,
            None => 0,
        },
    };
    i64::try_from(if negative { -scaled } else { scaled }).ok()
}

/// More digits than any price has, fewer than overflow.
const DIGITS_MAX: usize = 30;

/// `{"amount": "0.0051", "currency": "USD"}` as it stands in the bytes.
#[derive(Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct RawMoney<'a> {
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
    #[serde(borrow)]
    currency: Text<'a>,
}

impl RawMoney<'_> {
    /// Telnyx bills in US dollars where it does not say.
    pub(crate) fn money(&self) -> Option<Money> {
        let amount = self.amount?.get();
        let decimal = amount.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(amount);
        let currency = self.currency.filled().unwrap_or("USD").to_ascii_uppercase();
        micros(decimal.trim()).map(|micros| Money { micros, currency })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_become_millionths() {
        let cases = [
            ("0.0051", Some(5_100)),
            ("0.00405", Some(4_050)),
            ("0", Some(0)),
            ("0.0", Some(0)),
            ("1", Some(1_000_000)),
            (".5", Some(500_000)),
            ("12.", Some(12_000_000)),
            ("-0.01", Some(-10_000)),
            ("+0.01", Some(10_000)),
            ("5.1e-3", Some(5_100)),
            ("5.1E+2", Some(510_000_000)),
            ("0.0000005", Some(1)),
            ("-0.0000005", Some(-1)),
            ("0.00000049", Some(0)),
            ("1e-300", Some(0)),
            ("0e2000000000", Some(0)),
            ("9223372036854.775807", Some(i64::MAX)),
            ("9223372036854.775808", None),
            ("1e300", None),
            ("", None),
            (".", None),
            ("-", None),
            ("1.2.3", None),
            ("0x10", None),
            ("NaN", None),
            ("1e", None),
            ("1 USD", None),
            ("--1", None),
            ("1e99999999999", None),
            ("0.1234567890123456789012345678901", None),
        ];
        for (decimal, expected) in cases {
            assert_eq!(micros(decimal), expected, "{decimal}");
        }
    }

    #[test]
    fn an_amount_may_be_a_string_or_a_number() {
        let read = |json: &str| serde_json::from_str::<RawMoney<'_>>(json).unwrap().money();
        let usd = |micros| Some(Money { micros, currency: "USD".into() });
        assert_eq!(read(r#"{"amount":"0.0051","currency":"USD"}"#), usd(5_100));
        assert_eq!(read(r#"{"amount":0.0051,"currency":"usd"}"#), usd(5_100));
        assert_eq!(read(r#"{"amount":"0.0051","currency":null}"#), usd(5_100));
        assert_eq!(read(r#"{"amount":null,"currency":"USD"}"#), None);
        assert_eq!(read(r#"{"amount":"free"}"#), None);
        assert_eq!(read(r#"{"amount":[]}"#), None);
    }

    proptest! {
        #[test]
        fn no_millionth_is_lost(value: i64) {
            let (sign, magnitude) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
            let decimal = format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000);
            prop_assert_eq!(micros(&decimal), Some(value));
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,40}|[-+0-9.eE]{0,40}") {
            let _ = micros(&text);
        }
    }
}
