//! What templates promise.

use proptest::prelude::*;

use super::*;
use crate::field::{Field, Kind};

fn field(key: &str, kind: Kind, value: &str) -> (Field, String) {
    (Field { key: key.into(), label: key.into(), kind }, value.into())
}

fn ann() -> Vec<(Field, String)> {
    vec![
        field("due", Kind::Date, "2026-11-27"),
        field("total", Kind::Number, "1234.5"),
        field("tyres", Kind::Text, "winter tyres"),
        field("plan", Kind::Choice { choices: vec!["Gold".into()] }, "Gold"),
        field("nothing", Kind::Text, " "),
    ]
}

fn filled(language: &str, template: &str) -> Result<String, Lacks> {
    let fields = ann();
    let person = Person { name: "Dr. ann-marie BERG", company: "ACME Ltd", phone: "+14155550123", fields: &fields };
    Rendering::new(language).render(&template.parse().unwrap(), person)
}

#[test]
fn each_place_is_filled() {
    for (template, expected) in [
        ("Hi {first_name}, {company}!", "Hi ann-marie, ACME Ltd!"),
        ("Hi { First_Name | there }", "Hi ann-marie"),
        ("{nothing|there} {gone|}{tyres}", "there winter tyres"),
        ("Hi {gone|}, all", "Hi, all"),
        ("Hi {gone|} there {gone|}", "Hi there"),
        ("{gone|}, all", ", all"),
        ("{first_name:title} {last_name:title} {tyres:upper} {company:lower}", "Ann-Marie Berg WINTER TYRES acme ltd"),
        ("{{name}} }}{{", "{name} }{"),
        ("{due} on {due:weekday}", "November 27, 2026 on Friday"),
        ("{total} {total:number 2} {total:number 0}", "1,234.5 1,234.50 1,234"),
        ("{tyres:date} {tyres:number}", "winter tyres winter tyres"),
        ("{plan}{phone}", "Gold+14155550123"),
        ("", ""),
    ] {
        assert_eq!(filled("en-US", template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn dates_and_numbers_are_in_the_persons_language() {
    for (language, expected) in [
        ("en-GB", "27 November 2026, Friday, 1,234.50"),
        ("de", "27. November 2026, Freitag, 1.234,50"),
        ("fr", "27 novembre 2026, vendredi, 1\u{202f}234,50"),
        ("no such language", "November 27, 2026, Friday, 1,234.50"),
        ("", "November 27, 2026, Friday, 1,234.50"),
    ] {
        assert_eq!(
            filled(language, "{due:date}, {due:weekday}, {total:number 2}").as_deref(),
            Ok(expected),
            "{language}"
        );
    }
}

#[test]
fn nobody_is_greeted_without_a_name() {
    let lacks = |name: &str| Err(Lacks { name: name.into() });
    assert_eq!(filled("en", "Hi {nothing}, ready"), lacks("nothing"));
    assert_eq!(filled("en", "{first_name} {gone}"), lacks("gone"));
    let stranger = Rendering::new("en").render(&"Hi {name},".parse().unwrap(), Person::default());
    assert_eq!(stranger, lacks("name"));
}

#[test]
fn a_name_has_a_first_and_a_last_word() {
    for (name, first, last) in [
        ("Ann Berg", "Ann", "Berg"),
        ("Berg, Ann Marie", "Ann", "Berg"),
        ("  ann  ", "ann", ""),
        ("Mr. Bob van Dyk", "Bob", "Dyk"),
        ("Mrs Berg", "", "Berg"),
        ("M", "", ""),
        ("", "", ""),
        ("李 小龙", "李", "小龙"),
    ] {
        assert_eq!((first_name(name), last_name(name)), (first, last), "{name}");
    }
}

#[test]
fn a_fault_names_its_place_and_its_mend() {
    for (template, expected) in [
        ("Hi {name", "The brace at character 4 is not closed. Write } after the name, or {{ for a brace."),
        ("{a{b}}", "The brace at character 1 is not closed. Write } after the name, or {{ for a brace."),
        ("Hi name}", "The brace at character 8 closes nothing. Write }} for a brace."),
        ("{}", "The braces at character 1 are empty. Write a name in them, as in {name}."),
        (
            "{first name}",
            "{first name} at character 1 is no name of a field: those have small letters, digits and underscores. Write {{ for a brace.",
        ),
        ("ü {name:uper}", "A value cannot be written as \"uper\", as is asked at character 3. Do you mean upper?"),
        (
            "{name:number 9}",
            "A value cannot be written as \"number 9\", as is asked at character 1. Do you mean number?",
        ),
    ] {
        assert_eq!(template.parse::<Template>().unwrap_err().to_string(), expected, "{template}");
    }
    assert_eq!("x".repeat(CHARS_MAX + 1).parse::<Template>().unwrap_err().kind, FaultKind::TooLong);
}

#[test]
fn a_name_that_nobody_has_is_refused_with_the_nearest() {
    let known = || OWN_NAMES.into_iter().chain(["tyre_size"]);
    let check = |template: &str| template.parse::<Template>().unwrap().check(known());
    assert_eq!(check("Hi {first_name|there}: {tyre_size}"), Ok(()));
    let said = |template: &str| check(template).unwrap_err().to_string();
    assert_eq!(
        said("Hi {firstname}"),
        "There is no field firstname, which is named at character 4. Do you mean first_name?"
    );
    assert_eq!(
        said("{tyre_sizes}"),
        "There is no field tyre_sizes, which is named at character 1. Do you mean tyre_size?"
    );
    assert_eq!(said("{horoscope}"), "There is no field horoscope, which is named at character 1.");
    let names: Template = "{name} {company} {name:upper}".parse().unwrap();
    assert_eq!(names.names(), ["name", "company"]);
}

proptest! {
    /// Whatever is written is read, or refused with a place inside it; and words without braces stay as they are.
    #[test]
    fn nothing_is_too_strange(text in "[ a-z{}|:ü]{0,60}", words in "[^{}]{0,60}") {
        if let Err(fault) = text.parse::<Template>() {
            prop_assert!((1..=text.chars().count()).contains(&fault.at), "{fault:?}");
        }
        let template: Template = words.parse().unwrap();
        let rendered = Rendering::new("en").render(&template, Person::default());
        prop_assert_eq!(rendered.as_ref(), Ok(&words));
    }

    /// What is put in is never read as a template again.
    #[test]
    fn a_value_is_no_template(value in "[^\\s].{0,40}") {
        let fields = [field("k", Kind::Text, &value)];
        let person = Person { fields: &fields, ..Person::default() };
        let rendered = Rendering::new("en").render(&"{k}".parse().unwrap(), person);
        prop_assert_eq!(rendered.as_deref(), Ok(value.trim()));
    }
}
