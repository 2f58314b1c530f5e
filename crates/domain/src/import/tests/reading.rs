//! What a row says.

use proptest::prelude::*;

use super::*;

#[test]
fn a_row_is_somebody() {
    let fields = [field("size", Kind::Number), field("born", Kind::Date), field("vip", Kind::YesNo)];
    let columns = [
        "first_name",
        "last_name",
        "phone",
        "email",
        "company",
        "time_zone",
        "language",
        "tags",
        "opted_in",
        "consent_at",
        "consent_source",
        "note",
        "field:size",
        "field:born",
        "field:vip",
        "ignore",
    ];
    let cells = " Ann |Berg|0171 2345678|Ann@Example.com|Acme  \u{A0}Ltd|europe/berlin|Deutsch|b; a,b|Ja|27.11.2026 09:30|\
        sign-up form|likes\nbread|1.234,5|3.4.85|nein|whatever";
    let row = read(&columns, &fields, cells).unwrap();
    let consent = Consent {
        state: ConsentState::OptedIn,
        at: Some("2026-11-27T08:30:00Z".parse().unwrap()),
        source: Some("sign-up form".into()),
    };
    let fields = [("size", "1234.5"), ("born", "1985-04-03"), ("vip", "no")];
    let expected = Row {
        name: "Ann Berg".into(),
        company: "Acme Ltd".into(),
        email: "ann@example.com".into(),
        time_zone: "Europe/Berlin".into(),
        language: "de".into(),
        note: "likes\nbread".into(),
        tags: vec!["a".into(), "b".into()],
        fields: fields.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        consent: Some(consent),
        ..Row::new(phone(491_712_345_678))
    };
    assert!(row == expected, "{:?} {:?} {:?} {:?}", row.name, row.company, row.fields, row.consent);
    assert_eq!(format!("{row:?}"), "Row { phone: +…78, .. }");
}

#[test]
fn what_programs_do_to_numbers_is_undone_where_it_can_be() {
    for (cell, expected) in [
        ("'+491712345678", Ok("+491712345678")),
        ("=\"+491712345678\"", Ok("+491712345678")),
        ("p:+491712345678", Ok("+491712345678")),
        ("491712345678.0", Ok("+491712345678")),
        ("491712345678", Ok("+491712345678")),
        ("1712345678", Ok("+491712345678")),
        ("0491 712345", Ok("+49491712345")),
        ("491712345", Ok("+49491712345")),
        ("\u{A0}+49 171 2345678 ", Ok("+491712345678")),
        ("4.91713E+11", Err("phone_shortened")),
        ("4,91713E+11", Err("phone_shortened")),
        ("0171", Err("phone_too_short")),
        ("0171 2345678, 0172 3456789", Err("phone_not_a_number")),
        ("+999 12345678", Err("phone_unknown_country_code")),
        ("n/a", Err("phone_missing")),
        ("  ", Err("phone_missing")),
    ] {
        let read = read(&["phone"], &[], cell);
        let told = read.as_ref().map(|row| row.phone.as_str()).map_err(|faults| faults[0].code());
        assert_eq!(told, expected, "{cell}");
    }
    let fault = read(&["phone"], &[], "0171").unwrap_err().remove(0);
    assert!(fault.to_string().starts_with("`0171` is too short for a phone number of Germany. "), "{fault}");
}

#[test]
fn all_that_is_wrong_with_a_row_is_told_at_once() {
    let fields = [
        field("size", Kind::Number),
        field("born", Kind::Date),
        field("tier", Kind::Choice { choices: vec!["Gold".into(), "Silver".into()] }),
    ];
    let columns =
        ["phone", "email", "time_zone", "language", "opted_in", "consent_at", "field:size", "field:born", "field:tier"];
    let wrong =
        codes(&columns, &fields, "0171|ann@|Mars/Olympus|Klingon|perhaps|2027-01-01|many|30.02.2026|Bronze|torn");
    let expected = [
        "phone_too_short",
        "not_an_email",
        "unknown_time_zone",
        "unknown_language",
        "not_yes_or_no",
        "in_the_future",
        "field_not_fitting",
        "field_not_fitting",
        "field_not_fitting",
        "too_many_values",
    ];
    assert_eq!(wrong, expected);
    assert_eq!(codes(&["name", "phone"], &[], "Ann"), ["phone_missing"]);
    assert_eq!(codes(&["name", "phone"], &[], &format!("{}|01712345678", "x".repeat(101))), ["too_long"]);
    assert_eq!(codes(&["phone", "tags"], &[], &format!("01712345678|{}", "x".repeat(61))), ["too_long"]);
    let tags = (0..51).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(codes(&["phone", "tags"], &[], &format!("01712345678|{tags}")), ["too_many_tags"]);
    assert!(read(&["phone"], &[], "01712345678|| ").is_ok(), "blank cells at the end tear nothing");
}

#[test]
fn names_are_put_together() {
    for (columns, cells, expected) in [
        (["name", "first_name"], "Ann Berg|", "Ann Berg"),
        (["name", "first_name"], "Berg, Ann|Ann", "Ann"),
        (["first_name", "last_name"], "|Berg", "Berg"),
        (["first_name", "last_name"], "Ann \n Marie|van  Berg", "Ann Marie van Berg"),
    ] {
        let row = read(&[columns[0], columns[1], "phone"], &[], &format!("{cells}|01712345678")).unwrap();
        assert_eq!(row.name, expected, "{cells}");
    }
}

#[test]
fn a_word_against_texts_weighs_more() {
    for (cells, expected) in [
        ("yes||", Some(ConsentState::OptedIn)),
        ("no||", Some(ConsentState::OptedOut)),
        ("|yes|", Some(ConsentState::OptedOut)),
        ("|no|", None),
        ("yes|yes|2026-01-01", Some(ConsentState::OptedOut)),
        ("no||2026-01-01", Some(ConsentState::OptedOut)),
        ("||2026-01-01", Some(ConsentState::OptedIn)),
        ("||", None),
    ] {
        let row =
            read(&["opted_in", "opted_out", "consent_at", "phone"], &[], &format!("{cells}|01712345678")).unwrap();
        assert_eq!(row.consent.map(|consent| consent.state), expected, "{cells}");
    }
}

#[test]
fn numbers_are_read_as_the_country_writes_them() {
    for (text, comma, point) in [
        ("12.5", "12.5", "12.5"),
        ("12,5", "12.5", "12.5"),
        ("1.234", "1234", "1.234"),
        ("1,234", "1.234", "1234"),
        ("1.234,50", "1234.50", "1234.50"),
        ("1,234.50", "1234.50", "1234.50"),
        ("1.234.567", "1234567", "1234567"),
        ("€ 1 234,5", "1234.5", "1234.5"),
        ("1'234.5", "1234.5", "1234.5"),
        ("-3", "-3", "-3"),
        (",5", "0.5", "0.5"),
        ("1,2,3", "", ""),
        ("1.23.456", "", ""),
        ("1,5,", "", ""),
        ("12 kg", "", ""),
        ("", "", ""),
    ] {
        let read = |comma| values::number(text, comma).unwrap_or_default();
        assert_eq!((read(true).as_str(), read(false).as_str()), (comma, point), "{text}");
    }
}

#[test]
fn days_and_moments_are_read_in_many_ways() {
    let zone = TimeZone::get("America/New_York").unwrap();
    for (text, day_first, month_first) in [
        ("2026-11-27", "2026-11-27", "2026-11-27"),
        ("2026/11/27", "2026-11-27", "2026-11-27"),
        ("20261127", "2026-11-27", "2026-11-27"),
        ("27.11.2026", "2026-11-27", "2026-11-27"),
        ("3.4.2026", "2026-04-03", "2026-04-03"),
        ("3/4/2026", "2026-04-03", "2026-03-04"),
        ("27/11/26", "2026-11-27", "2026-11-27"),
        ("11/27/69", "1969-11-27", "1969-11-27"),
        ("27 Nov 2026", "2026-11-27", "2026-11-27"),
        ("November 27, 2026", "2026-11-27", "2026-11-27"),
        ("31.02.2026", "", ""),
        ("27.11.", "", ""),
        ("hello", "", ""),
        ("2026-11", "", ""),
        ("1-1-1", "", ""),
    ] {
        let read = |order| values::date(text, order).map(|date| date.to_string()).unwrap_or_default();
        assert_eq!(
            (read(DateOrder::DayFirst).as_str(), read(DateOrder::MonthFirst).as_str()),
            (day_first, month_first),
            "{text}"
        );
    }
    for (text, expected) in [
        ("2026-11-27T09:30:00Z", "2026-11-27T09:30:00Z"),
        ("2026-11-27T09:30:00+01:00", "2026-11-27T08:30:00Z"),
        ("2026-11-27T09:30:00", "2026-11-27T14:30:00Z"),
        ("11/27/2026 9:30 PM", "2026-11-28T02:30:00Z"),
        ("11/27/2026, 12:05:06 a.m.", "2026-11-27T05:05:06Z"),
        ("2026-11-27", "2026-11-27T05:00:00Z"),
        ("2026-11-27 25:00", ""),
        ("2026-11-27 13:00 pm", ""),
        ("2026-11-27 9:30:00:00", ""),
    ] {
        let read = values::moment(text, DateOrder::MonthFirst, &zone).map(|at| at.to_string()).unwrap_or_default();
        assert_eq!(read, expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Strangers' cells are answered, and never with a panic; whoever is read has a number in strict form.
    #[test]
    fn any_row_is_answered(cells in proptest::collection::vec("\\PC{0,12}|[0-9+(). -]{4,16}|[0-9./,:APMTZ -]{1,20}", 1..18)) {
        let fields = [field("size", Kind::Number), field("born", Kind::Date), field("vip", Kind::YesNo)];
        let columns = [
            "phone", "first_name", "last_name", "email", "company", "time_zone", "language", "tags", "opted_in", "opted_out",
            "consent_at", "consent_source", "note", "field:size", "field:born", "field:vip",
        ];
        let (mapping, zone) = (mapping(&columns), TimeZone::UTC);
        let context = Context { country: "DE", zone: &zone, fields: &fields, now: now(), wide_is_torn: true };
        let reader = RowReader::new(&mapping, context);
        match reader.read(cells.len(), |at| cells.get(at).map(String::as_str)) {
            Ok(row) => prop_assert!(E164::from_carrier(row.phone.as_str()).is_ok()),
            Err(faults) => prop_assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.to_string().is_empty())),
        }
        let _ = recognise(&[cells.clone(), cells], &fields, "DE");
    }

    /// A number that is written as a value comes back as itself, and as itself again.
    #[test]
    fn a_number_is_read_once_and_for_all(whole in 0_u64..10_000_000, decimals in 0_u32..100) {
        let text = format!("{whole},{decimals:02}");
        let read = values::number(&text, true).unwrap();
        prop_assert_eq!(&read, &format!("{whole}.{decimals:02}"));
        prop_assert_eq!(values::number(&read, false).unwrap(), read);
    }
}
