use proptest::prelude::*;

use super::*;

/// Spelling, default region, and the number or the code of the refusal.
const SPELLINGS: &[(&str, &str, &str)] = &[
    // North America
    ("+14155552671", "", "+14155552671"),
    ("+1 415 555 2671", "", "+14155552671"),
    ("+1 (415) 555-2671", "DE", "+14155552671"),
    ("(415) 555-2671", "US", "+14155552671"),
    ("(415)5552671", "us", "+14155552671"),
    ("415.555.2671", "US", "+14155552671"),
    ("415/555-2671", "US", "+14155552671"),
    ("1-415-555-2671", "US", "+14155552671"),
    ("1 415 555 2671", "CA", "+14155552671"),
    ("  415 555 2671\n", "US", "+14155552671"),
    ("tel:+1-415-555-2671", "", "+14155552671"),
    ("TEL:415-555-2671", "US", "+14155552671"),
    ("\u{202A}+1 (415) 555\u{2011}2671\u{202C}", "", "+14155552671"),
    ("+1\u{A0}415\u{2009}555\u{2013}2671", "", "+14155552671"),
    ("＋１（４１５）５５５－２６７１", "", "+14155552671"),
    ("４１５５５５２６７１", "US", "+14155552671"),
    ("+١٤١٥٥٥٥٢٦٧١", "", "+14155552671"),
    ("001 415 555 2671", "DE", "+14155552671"),
    ("001 415 555 2671", "", "+14155552671"),
    ("011 44 20 7946 0958", "US", "+442079460958"),
    ("00 44 20 7946 0958", "US", "+442079460958"),
    ("415 555 2671 ext. 12", "US", "+14155552671"),
    ("415 555 2671 x12", "US", "+14155552671"),
    ("415 555 2671, extension 4", "US", "+14155552671"),
    ("+1-415-555-2671;ext=22", "", "+14155552671"),
    ("415 555 2671 #9", "US", "+14155552671"),
    ("1-800-FLOWERS", "US", "+18003569377"),
    ("+1 800 GO FEDEX", "", "+18004633339"),
    ("800-flowers", "US", "+18003569377"),
    ("+1 604 555 0123", "", "+16045550123"),
    ("+52 55 1234 5678", "", "+525512345678"),
    ("55 1234 5678", "MX", "+525512345678"),
    // Europe
    ("020 7946 0958", "GB", "+442079460958"),
    ("+44 (0)20 7946 0958", "", "+442079460958"),
    ("0044 20 7946 0958", "FR", "+442079460958"),
    ("07400 123456", "GB", "+447400123456"),
    ("447400123456", "GB", "+447400123456"),
    ("491712345678", "DE", "+491712345678"),
    ("49 171 234 5678", "DE", "+491712345678"),
    ("79123456789", "RU", "+79123456789"),
    ("+49 (0) 1512 3456789", "", "+4915123456789"),
    ("01512/3456789", "DE", "+4915123456789"),
    ("030 123456", "DE", "+4930123456"),
    ("0049 30 123456", "DE", "+4930123456"),
    ("06 12 34 56 78", "FR", "+33612345678"),
    ("+33 (0)6.12.34.56.78", "", "+33612345678"),
    ("02 1234 5678", "IT", "+390212345678"),
    ("+39 02 1234 5678", "", "+390212345678"),
    ("312 345 6789", "IT", "+393123456789"),
    ("612 34 56 78", "ES", "+34612345678"),
    ("512 345 678", "PL", "+48512345678"),
    ("06 12345678", "NL", "+31612345678"),
    ("078 123 45 67", "CH", "+41781234567"),
    ("0664 123456", "AT", "+43664123456"),
    ("8 (912) 345-67-89", "RU", "+79123456789"),
    ("+7 912 345-67-89", "", "+79123456789"),
    ("+7 701 234 5678", "", "+77012345678"),
    ("050 123 4567", "UA", "+380501234567"),
    ("0501 234 56 78", "TR", "+905012345678"),
    ("20 12 34 56", "DK", "+4520123456"),
    ("070-123 45 67", "SE", "+46701234567"),
    ("+353 85 012 3456", "", "+353850123456"),
    // Asia and Oceania
    ("090-1234-5678", "JP", "+819012345678"),
    ("010-2000-0000", "KR", "+821020000000"),
    ("138 0013 8000", "CN", "+8613800138000"),
    ("+86 138 0013 8000", "", "+8613800138000"),
    ("081234 56789", "IN", "+918123456789"),
    ("+91 81234 56789", "", "+918123456789"),
    ("+९१ ८१२३४ ५६७८९", "", "+918123456789"),
    ("0301 2345678", "PK", "+923012345678"),
    ("01812-345678", "BD", "+8801812345678"),
    ("0812-3456-7890", "ID", "+6281234567890"),
    ("0905 123 4567", "PH", "+639051234567"),
    ("8123 4567", "SG", "+6581234567"),
    ("5123 4567", "HK", "+85251234567"),
    ("0412 345 678", "AU", "+61412345678"),
    ("+61 (0)412 345 678", "", "+61412345678"),
    ("021 123 4567", "NZ", "+64211234567"),
    ("050-234-5678", "IL", "+972502345678"),
    ("050 123 4567", "AE", "+971501234567"),
    ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789"),
    // Africa and South America
    ("0802 123 4567", "NG", "+2348021234567"),
    ("071 123 4567", "ZA", "+27711234567"),
    ("0712 123456", "KE", "+254712123456"),
    ("0100 123 4567", "EG", "+201001234567"),
    ("(11) 96123-4567", "BR", "+5511961234567"),
    ("0 15 11 96123-4567", "BR", "+5511961234567"),
    ("+55 11 96123-4567", "", "+5511961234567"),
    ("011 15-2345-6789", "AR", "+5491123456789"),
    ("321 1234567", "CO", "+573211234567"),
    // No country
    ("+800 1234 5678", "", "+80012345678"),
    ("+683 4002", "", "+6834002"),
    // Refused
    ("", "US", "not_a_number"),
    ("   ", "US", "not_a_number"),
    ("+", "US", "not_a_number"),
    ("hello", "US", "not_a_number"),
    ("call 415 555 2671", "US", "not_a_number"),
    ("415 555 2671 home", "US", "not_a_number"),
    ("415 555 CELL", "US", "not_a_number"),
    ("0151 1234 mob", "GB", "not_a_number"),
    ("415 555 2671 or 415 555 2672", "US", "not_a_number"),
    ("415 555 2671 / 415 555 2672", "US", "too_long"),
    ("+1 415 555 2671 +44 20 7946 0958", "", "not_a_number"),
    ("ann@example.com", "US", "not_a_number"),
    ("*67 415 555 2671", "US", "not_a_number"),
    ("4155552671,,12", "US", "not_a_number"),
    ("4.155552671E+9", "US", "not_a_number"),
    ("1-900-FLOWERS", "US", "not_a_number"),
    ("415 555 2671", "", "no_region"),
    ("020 7946 0958", "", "no_region"),
    ("14155552671", "", "no_region"),
    ("415 555 2671", "XX", "unknown_region"),
    ("415 555 2671", "USA", "unknown_region"),
    ("415 555 2671", "001", "unknown_region"),
    ("555-2671", "US", "too_short"),
    ("+1 415 555", "", "too_short"),
    ("41555526", "US", "too_short"),
    ("+44 20 7946", "", "too_short"),
    ("+1 415 555 26711", "", "too_long"),
    ("415 555 2671 5", "US", "too_long"),
    ("+12345678901234567890123456", "", "too_long"),
    ("447400123456", "US", "too_long"),
    ("+999 123 4567", "", "unknown_country_code"),
    ("+0044 20 7946 0958", "", "unknown_country_code"),
    ("+1 015 555 2671", "", "not_valid"),
    ("+1 555 555 2671", "", "not_valid"),
    ("115 555 2671", "US", "not_valid"),
    ("+44 7946 000000 0", "", "too_long"),
    ("12345", "US", "short_code"),
    ("12345", "", "short_code"),
    ("911", "US", "short_code"),
    ("72345", "DE", "short_code"),
];

#[test]
fn people_s_spellings() {
    let wrong: Vec<String> = SPELLINGS
        .iter()
        .filter_map(|(spelling, region, expected)| {
            let region = Some(*region).filter(|r| !r.is_empty());
            let found = E164::parse(spelling, region).map_or_else(|e| e.code().to_owned(), |n| n.to_string());
            (found != *expected).then(|| format!("{spelling:?} in {region:?}: {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_strict_form_is_taken_as_delivered() {
    assert_eq!(E164::from_carrier("+15550001111").map(|n| n.to_string()), Ok("+15550001111".to_owned()));
    for (text, code) in [
        ("15550001111", "not_a_number"),
        ("+05550001111", "not_a_number"),
        ("+1 555 000 1111", "not_a_number"),
        ("+155500", "too_short"),
        ("+1234567890123456", "too_long"),
        ("+", "too_short"),
        ("+１５５５０００１１１１", "not_a_number"),
    ] {
        assert_eq!(E164::from_carrier(text).map_err(PhoneError::code), Err(code), "{text}");
    }
}

#[test]
fn pretty_and_where_it_is_at_home() {
    let number = |text| E164::from_carrier(text).unwrap();
    assert_eq!(number("+14155552671").pretty(), "+1 415-555-2671");
    assert_eq!(number("+14155552671").pretty_in("US"), "(415) 555-2671");
    assert_eq!(number("+14155552671").pretty_in("DE"), "+1 415-555-2671");
    assert_eq!(number("+442079460958").pretty(), "+44 20 7946 0958");
    assert_eq!(number("+15550001111").pretty(), "+1 555-000-1111");
    assert_eq!(number("+9991234567").pretty(), "+9991234567");
    assert_eq!(number("+442079460958").region().as_deref(), Some("GB"));
    assert_eq!(number("+16045550123").region().as_deref(), Some("CA"));
    assert_eq!(number("+80012345678").region(), None);
    assert_eq!(number("+9991234567").region(), None);
    assert_eq!(number("+18003569377").kind(), LineKind::TollFree);
    assert_eq!(number("+14155552671").kind(), LineKind::FixedLineOrMobile);
    assert_eq!(number("+447400123456").kind(), LineKind::Mobile);
}

#[test]
fn debug_shows_two_digits_and_serde_checks() {
    let number = E164::from_carrier("+14155552642").unwrap();
    assert_eq!(format!("{number:?}"), "+…42");
    assert_eq!(format!("{:?}", Address::from(number.clone())), "Phone(+…42)");
    assert_eq!(serde_json::to_string(&number).unwrap(), r#""+14155552642""#);
    assert_eq!(serde_json::from_str::<E164>(r#""+14155552642""#).unwrap(), number);
    assert!(serde_json::from_str::<E164>(r#""4155552642""#).is_err());
}

#[test]
fn senders() {
    let kind = |text: &str| match Address::parse_sender(text) {
        Ok(Address::Phone(n)) => format!("phone {n}"),
        Ok(Address::ShortCode(_)) => "short".to_owned(),
        Ok(Address::Alphanumeric(_)) => "name".to_owned(),
        Err(e) => e.code().to_owned(),
    };
    for (text, expected) in [
        ("+14155552671", "phone +14155552671"),
        ("+1 (415) 555-2671", "phone +14155552671"),
        ("+15550001111", "phone +15550001111"),
        ("12345", "short"),
        ("123", "short"),
        ("12345678", "short"),
        ("12", "not_a_sender"),
        ("123456789", "not_a_sender"),
        ("ACME", "name"),
        ("Acme 24", "name"),
        ("Bakery 1234", "name"),
        ("Bakery 12345", "not_a_sender"),
        ("Bäckerei", "not_a_sender"),
        ("12 34", "not_a_sender"),
        ("", "not_a_sender"),
        ("A-1", "not_a_sender"),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
    assert!(!Address::parse_sender("ACME").unwrap().can_receive());
    assert!(Address::parse_sender("12345").unwrap().can_receive());
    assert_eq!(serde_json::from_str::<Address>(r#""12345""#).unwrap().as_str(), "12345");
}

#[test]
fn regions() {
    assert!(is_region("US") && is_region("de") && !is_region("XX") && !is_region("001") && !is_region(""));
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,40}", region in prop::option::of("[A-Za-z0-9]{0,3}")) {
        let _ = E164::parse(&text, region.as_deref());
        let _ = E164::from_carrier(&text);
        let _ = Address::parse_sender(&text);
    }

    #[test]
    fn a_number_stays_itself(
        text in "[+]?[0-9 ().x#-]{3,22}",
        region in prop::sample::select(vec!["US", "DE", "GB", "IT", "BR", "IN", "NG", "AR", "NU", "KR"]),
    ) {
        if let Ok(number) = E164::parse(&text, Some(region)) {
            for again in [None, Some(region), Some("US")] {
                prop_assert_eq!(E164::parse(number.as_str(), again), Ok(number.clone()));
                prop_assert_eq!(E164::parse(&number.pretty(), again), Ok(number.clone()));
            }
            prop_assert_eq!(E164::from_carrier(number.as_str()), Ok(number.clone()));
            if number.region().as_deref() == Some(region) {
                prop_assert_eq!(E164::parse(&number.pretty_in(region), Some(region)), Ok(number.clone()));
            }
        }
    }
}
