//! Which countries a number's calling code may stand for, as far as the destination list of a profile needs it.

/// Calling codes and the ISO 3166 codes behind them. A code that is missing here is let through.
const CODES: [(&str, &[&str]); 44] = [
    ("1", &["US", "CA", "PR"]),
    ("7", &["RU", "KZ"]),
    ("20", &["EG"]),
    ("27", &["ZA"]),
    ("30", &["GR"]),
    ("31", &["NL"]),
    ("32", &["BE"]),
    ("33", &["FR"]),
    ("34", &["ES"]),
    ("36", &["HU"]),
    ("39", &["IT"]),
    ("40", &["RO"]),
    ("41", &["CH"]),
    ("43", &["AT"]),
    ("44", &["GB"]),
    ("45", &["DK"]),
    ("46", &["SE"]),
    ("47", &["NO"]),
    ("48", &["PL"]),
    ("49", &["DE"]),
    ("51", &["PE"]),
    ("52", &["MX"]),
    ("54", &["AR"]),
    ("55", &["BR"]),
    ("56", &["CL"]),
    ("57", &["CO"]),
    ("60", &["MY"]),
    ("61", &["AU"]),
    ("62", &["ID"]),
    ("63", &["PH"]),
    ("64", &["NZ"]),
    ("65", &["SG"]),
    ("66", &["TH"]),
    ("81", &["JP"]),
    ("82", &["KR"]),
    ("84", &["VN"]),
    ("86", &["CN"]),
    ("90", &["TR"]),
    ("91", &["IN"]),
    ("92", &["PK"]),
    ("351", &["PT"]),
    ("353", &["IE"]),
    ("358", &["FI"]),
    ("972", &["IL"]),
];

/// The countries that an E.164 number may be in; none where its calling code is not listed.
pub(crate) fn of(e164: &str) -> &'static [&'static str] {
    let digits = e164.trim_start_matches('+');
    CODES.iter().find(|(code, _)| digits.starts_with(code)).map_or(&[], |(_, countries)| countries)
}

/// Whether it is `+` and 7 to 15 digits of which the first is not zero; for North America exactly ten after the 1, as Telnyx
/// refuses others.
pub(crate) fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    let shaped = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    shaped && (!digits.starts_with('1') || digits.len() == 11)
}

/// Whether it is a short code: 5 or 6 digits.
pub(crate) fn is_short_code(text: &str) -> bool {
    (5..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_recognised() {
        for (text, wanted) in [
            ("+13125550123", true),
            ("+442071838750", true),
            ("13125550123", false),
            ("+1312555012", false),
            ("+03125550123", false),
            ("+1312555012a", false),
            ("+", false),
        ] {
            assert_eq!(is_e164(text), wanted, "{text}");
        }
        assert_eq!(of("+442071838750"), ["GB"]);
        assert_eq!(of("+3531234567"), ["IE"]);
        assert!(is_short_code("72345") && !is_short_code("7234"));
    }
}
