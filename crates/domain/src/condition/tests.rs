//! What conditions promise.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::field::{Field, Kind};
use crate::id::{CampaignId, ListId};

const GUESTS: ListId = ListId(Uuid::from_u128(0x11));
const JUNE: CampaignId = CampaignId(Uuid::from_u128(0x21));

fn field(key: &str, kind: Kind) -> Field {
    Field { key: key.into(), label: key.into(), kind }
}

fn catalogue() -> Catalogue {
    Catalogue {
        fields: vec![
            field("city", Kind::Text),
            field("age", Kind::Number),
            field("birthday", Kind::Date),
            field("member", Kind::YesNo),
            field("plan", Kind::Choice { choices: vec!["Gold".into(), "Silver".into()] }),
            field("not", Kind::Text),
            field("list", Kind::Text),
        ],
        lists: vec![(GUESTS, "Guests".into()), (ListId(Uuid::from_u128(0x12)), "Old \"friends\"".into())],
        campaigns: vec![
            (JUNE, "June".into()),
            (CampaignId(Uuid::from_u128(0x22)), "Twice".into()),
            (CampaignId(Uuid::from_u128(0x23)), "twice".into()),
        ],
        zone: TimeZone::get("America/New_York").unwrap(),
    }
}

fn now() -> Timestamp {
    "2026-06-15T02:00:00Z".parse().unwrap() // still the 14th in New York
}

fn ann() -> Subject {
    let known = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    Subject {
        name: "Ann Ødegård".into(),
        phones: vec!["+4798765432".into(), "+14155552671".into()],
        time_zone: Some("Europe/Oslo".into()),
        language: Some("nb".into()),
        created_at: "2026-01-01T04:59:59Z".parse().unwrap(), // New Year's Eve in New York
        last_inbound_at: Some("2026-05-16T02:00:00Z".parse().unwrap()), // 30 days ago to the second
        tags: ["vip".to_owned()].into(),
        lists: [GUESTS].into(),
        fields: [known("city", "OSLO"), known("age", "18.50"), known("birthday", "2026-06-14"), known("plan", "Gold")]
            .into(),
        campaigns: vec![GotCampaign {
            campaign: JUNE,
            sent_at: Some(now()),
            replied_at: None,
            clicked_at: Some("2026-06-08T02:00:00Z".parse().unwrap()),
        }],
        ..Subject::default()
    }
}

fn checked(text: &str) -> Checked {
    text::parse(text)
        .unwrap_or_else(|fault| panic!("{text}: {fault}"))
        .check(&catalogue())
        .unwrap_or_else(|faults| panic!("{text}: {}", faults[0]))
}

fn holds(text: &str) -> bool {
    checked(text).holds(&ann(), now())
}

#[test]
fn a_condition_says_who_is_meant() {
    for (text, expected) in [
        (r#"city = "Oslo" and age >= 18"#, true),
        (r#"city = "Bergen" or age >= 18"#, true),
        (r#"city in ("Bergen", "oslo")"#, true),
        (r#"city not in ("Bergen", "oslo")"#, false),
        (r#"city contains "SL""#, true),
        (r#"name starts with "ann ø""#, true),
        (r#"name contains "ODEG""#, false),
        (r#"name = "ann ødegård""#, true),
        (r#"phone starts with "+47""#, true),
        (r#"phone = "+1 415 555 2671""#, true),
        (r#"phone != "+1 415 555 2671""#, false),
        (r#"time_zone starts "europe/""#, true),
        ("age = 18.5", true),
        ("age in (17, 18.50)", true),
        ("age between 18.5 and 18.5", true),
        ("age > 18.5", false),
        ("age < 18.6", true),
        ("birthday = today", true),
        ("birthday < today", false),
        ("birthday between 2026-06-14 and today + 7 days", true),
        ("birthday within last 0 days", true),
        ("birthday within next 3 days", true),
        ("birthday older than 0 days", false),
        ("birthday >= 2026-06-15", false),
        ("plan = \"gold\"", true),
        ("created_at = 2025-12-31", true),
        ("created_at before 2026-01-01", true),
        ("created_at after 2025-12-30", true),
        ("created_at > 2025-12-31", false),
        ("last_inbound_at within last 30 days", true),
        ("last_inbound_at within last 29 days", false),
        ("last_inbound_at older than 29 days", true),
        ("last_inbound_at older than 30 days", false),
        (r#"tag = "vip""#, true),
        (r#"tag = "VIP""#, false),
        (r#"tag in ("a", "vip")"#, true),
        (r#"list = "guests""#, true),
        ("list is set", true),
        (r#"got campaign "June" within 1 day"#, true),
        ("got any campaign", true),
        ("replied to any campaign", false),
        ("clicked in any campaign", true),
        (r#"clicked in campaign "June" within 7 days"#, true),
        (r#"clicked in campaign in ("June") within 6 days"#, false),
        ("language = \"NB\"", true),
        ("language is missing", false),
        ("blocked = yes", false),
        ("blocked != yes", true),
        ("opted_out = no", true),
        (r#"NOT (city = "Oslo" OR city = "Bergen")"#, false),
        (r#"not city = "Oslo" or age = 18.5"#, true),
        (r#"city = "x" and city = "y" or age = 18.5"#, true),
        (r#"city = "x" and (city = "y" or age = 18.5)"#, false),
    ] {
        assert_eq!(holds(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_known_fails_every_operator_but_two() {
    let nobody = Subject::default();
    for (text, expected) in [
        (r#"city = "Oslo""#, false),
        (r#"city != "Oslo""#, true),
        (r#"not city = "Oslo""#, true),
        (r#"city contains "o""#, false),
        ("city is set", false),
        ("city is missing", true),
        ("age < 1000", false),
        ("age != 3", true),
        ("birthday <= today", false),
        ("birthday older than 1 days", false),
        ("member = no", false),
        ("member is missing", true),
        ("last_inbound_at older than 1 day", false),
        ("last_inbound_at != today", true),
        ("last_outbound_at is missing", true),
        ("phone is missing", true),
        ("consent is missing", true),
        ("tag is missing", true),
        ("list is missing", true),
        ("not got any campaign", true),
    ] {
        assert_eq!(checked(text).holds(&nobody, now()), expected, "{text}");
    }
    let odd = Subject { fields: [("age".to_owned(), "old".to_owned())].into(), ..Subject::default() };
    assert!(checked("age is missing and not age > 0").holds(&odd, now()), "what is no number is no age");
}

#[test]
fn it_says_why() {
    let why = checked(r#"city = "Oslo" and (age > 20 or not list = "Guests") and last_outbound_at is missing"#)
        .why(&ann(), now());
    fn lines(verdict: &Verdict, depth: usize, out: &mut Vec<String>) {
        let known = verdict.known.as_deref().unwrap_or("-");
        out.push(format!("{}{} {} [{known}]", "  ".repeat(depth), u8::from(verdict.holds), verdict.says));
        verdict.parts.iter().for_each(|part| lines(part, depth + 1, out));
    }
    let mut out = Vec::new();
    lines(&why, 0, &mut out);
    expect_test::expect![[r#"
        0 city = "Oslo" and (age > 20 or not list = "Guests") and last_outbound_at is missing [-]
          1 city = "Oslo" [OSLO]
          0 age > 20 or not list = "Guests" [-]
            0 age > 20 [18.50]
            0 not list = "Guests" [-]
              1 list = "Guests" [Guests]
          1 last_outbound_at is missing [-]"#]]
    .assert_eq(&out.join("\n"));
}

#[test]
fn a_fault_has_its_place_and_its_mend() {
    for (text, at, length, code, said) in [
        ("cty = \"Oslo\"", 1, 3, "no_such_field", "Nothing is called cty. Do you mean city?"),
        ("age >= 18 and citty is set", 15, 5, "no_such_field", "Nothing is called citty. Do you mean city?"),
        (
            "city > \"Oslo\"",
            6,
            1,
            "wrong_operator",
            "city cannot be asked with `>`. Use one of these: =, !=, in, contains, starts with, is set, is missing.",
        ),
        ("age = \"18\"", 7, 4, "wrong_value", "This is no number. Write one without quotes, as in 12.5."),
        ("city = 0150", 8, 4, "wrong_value", "This is no number. Write it in quotes, as in \"0150\", if it is a text."),
        (
            "birthday = 2026-02-30",
            12,
            10,
            "wrong_value",
            "This is no day. Write one as in 2026-11-27, or as in today - 30.",
        ),
        ("plan = \"Golden\"", 8, 8, "wrong_value", "Golden is none of its choices. Do you mean Gold?"),
        ("list = \"Guest\"", 8, 7, "no_such_list", "There is no list Guest. Do you mean Guests?"),
        (
            "got campaign \"Twice\"",
            14,
            7,
            "ambiguous",
            "Several campaigns are called Twice. Write the id of the one that is meant.",
        ),
        ("got campaign \"Jume\"", 14, 6, "no_such_campaign", "There is no campaign Jume. Do you mean June?"),
        ("city = \"Oslo", 8, 5, "unclosed_quote", "This text does not end. Close it with a \"."),
        ("(city is set", 1, 1, "unclosed_parenthesis", "This parenthesis is not closed. Write a ) where it ends."),
        ("city is sett", 9, 4, "unexpected", "There is sett, which means nothing here. Do you mean set?"),
        ("city contans \"x\"", 6, 7, "unexpected", "There is contans, which means nothing here. Do you mean contains?"),
        ("city is set nad age = 1", 13, 3, "unexpected", "There is nad, which means nothing here. Do you mean and?"),
        (
            "city = Oslo",
            8,
            4,
            "unexpected",
            "A value is wanted here, and there is Oslo. If it is a text, write it in quotes: \"Oslo\".",
        ),
        (
            "city = 'Oslo'",
            8,
            1,
            "unexpected",
            "' means nothing here. Write texts in straight double quotes, as in \"Oslo\".",
        ),
        ("", 1, 0, "empty", "It says nothing. Write a condition, as in city = \"Oslo\"."),
        (
            "city is set and",
            16,
            0,
            "unexpected",
            "There is nothing more, which means nothing here. Write one of these: (, not, a name.",
        ),
        (
            "last_inbound_at within last 99999 days",
            29,
            10,
            "wrong_value",
            "99999 days are too many. Write at most 36500.",
        ),
        (
            "phone = \"12\"",
            9,
            4,
            "not_a_number",
            "This is no telephone number. Write it in full, as in \"+14155552671\", or use `starts with`.",
        ),
    ] {
        let fault = match text::parse(text) {
            Err(fault) => fault,
            Ok(parsed) => parsed.check(&catalogue()).expect_err(text).remove(0),
        };
        assert_eq!((fault.to_string().as_str(), fault.code), (said, code), "{text}");
        assert_eq!(fault.span, Some(Span { at, length }), "{text}");
    }
}

#[test]
fn json_is_read_or_each_fault_is_named() {
    let read = |json: serde_json::Value| Condition::from_json(&json).and_then(|read| check(&read, &catalogue()));
    let fine = json!({ "all": [
        { "field": "city", "op": "eq", "value": "Oslo" },
        { "any": [{ "field": "fields.age", "op": "in", "value": [1, 2] }, { "not": { "field": "tag", "op": "is_set" } }] },
        { "field": "last_inbound_at", "op": "within_last", "days": 30 },
        { "field": "campaign", "op": "replied", "value": "June", "days": 7 },
    ] });
    let kept = read(fine).unwrap();
    assert_eq!(
        kept.text(),
        r#"city = "Oslo" and (age in (1, 2) or not tag is set) and last_inbound_at within last 30 days and replied to campaign "June" within 7 days"#
    );
    assert_eq!(kept.condition().to_json()["all"][0]["field"], "fields.city");
    assert_eq!(kept.condition().to_json()["all"][3]["value"], JUNE.to_string());
    for (json, path, code) in [
        (json!(3), "", "not_a_condition"),
        (json!({}), "", "not_a_condition"),
        (json!({ "all": [], "any": [] }), "", "not_a_condition"),
        (json!({ "all": [] }), "all", "empty"),
        (json!({ "any": [{ "not": { "op": "eq" } }] }), "any[0].not.field", "missing"),
        (json!({ "field": "city", "op": "equals", "value": "x" }), "op", "no_such_operator"),
        (json!({ "field": "city", "op": "eq", "valeu": "x" }), "valeu", "no_such_part"),
        (json!({ "field": "city", "op": "eq", "value": {} }), "value", "wrong_value"),
        (json!({ "field": "city", "op": "eq", "value": ["x"] }), "value", "wrong_value"),
        (json!({ "field": "city", "op": "eq" }), "value", "missing"),
        (json!({ "field": "city", "op": "eq", "value": " " }), "value", "wrong_value"),
        (json!({ "field": "city", "op": "eq", "value": "a\u{0}b" }), "value", "wrong_value"),
        (json!({ "field": "city", "op": "in", "value": [] }), "value", "missing"),
        (json!({ "field": "age", "op": "between", "value": [1] }), "value", "wrong_value"),
        (json!({ "field": "age", "op": "gt", "value": 1, "days": 3 }), "days", "wrong_value"),
        (json!({ "field": "age", "op": "within_last", "days": 3 }), "op", "wrong_operator"),
        (json!({ "field": "birthday", "op": "within_last" }), "days", "missing"),
        (json!({ "field": "birthday", "op": "within_last", "days": -3 }), "days", "wrong_value"),
        (json!({ "field": "birthday", "op": "eq", "value": "today30" }), "value", "wrong_value"),
        (json!({ "field": "blocked", "op": "eq", "value": "maybe" }), "value", "wrong_value"),
        (json!({ "field": "nothing", "op": "eq", "value": 1 }), "field", "no_such_field"),
    ] {
        let faults = read(json.clone()).expect_err(&json.to_string());
        assert_eq!((faults[0].path.as_str(), faults[0].code), (path, code), "{json}");
    }
    let two =
        read(json!({ "all": [{ "field": "a", "op": "eq", "value": 1 }, { "field": "b", "op": "eq", "value": 1 }] }));
    assert_eq!(two.unwrap_err().len(), 2, "all faults at once");
}

#[test]
fn it_has_bounds() {
    let leaf = || Condition::Leaf(Leaf { field: "tag".into(), op: Op::IsSet, value: None, days: None });
    let nested = |depth: usize| (1..depth).fold(leaf(), |inner, _| Condition::Not(Box::new(inner)));
    assert!(check(&nested(DEPTH_MAX), &catalogue()).is_ok());
    assert_eq!(check(&nested(DEPTH_MAX + 1), &catalogue()).unwrap_err()[0].code, "too_deep");
    let wide = |many: usize| {
        Condition::Any(vec![Condition::All(vec![leaf(); many / 2]), Condition::All(vec![leaf(); many / 2])])
    };
    assert!(check(&wide(LEAVES_MAX), &catalogue()).is_ok());
    assert_eq!(check(&wide(LEAVES_MAX + 2), &catalogue()).unwrap_err()[0].code, "too_many");
    let deep = format!("{}tag is set{}", "(".repeat(9_000), ")".repeat(9_000));
    assert_eq!(text::parse(&deep).unwrap_err().code, "too_deep");
    assert_eq!(text::parse(&"not ".repeat(4_900)).unwrap_err().code, "too_deep");
    assert_eq!(text::parse(&"x".repeat(text::CHARS_MAX + 1)).unwrap_err().code, "too_long");
    let many = Value::Many(vec![Value::Text("x".into()); VALUES_MAX + 1]);
    let leaf = Condition::Leaf(Leaf { field: "tag".into(), op: Op::In, value: Some(many), days: None });
    assert_eq!(check(&leaf, &catalogue()).unwrap_err()[0].code, "too_many");
}

#[test]
fn a_field_may_be_called_like_a_word_of_the_language() {
    for text in [r#"fields.not = "x""#, r#"fields.list = "x""#] {
        let checked = checked(text);
        assert_eq!(checked.text(), text);
    }
    assert!(
        text::parse(r#"list = "Guests""#).unwrap().check(&catalogue()).unwrap().condition().to_json()["field"]
            == "list"
    );
}

#[test]
fn debug_shows_no_values() {
    let checked = checked(r#"phone = "+14155552671" and name = "Ann Ødegård""#);
    let shown = format!("{checked:?} {:?} {:?}", ann(), checked.why(&ann(), now()));
    assert!(!shown.contains("4155552671") && !shown.to_lowercase().contains("ann"), "{shown}");
}

fn a_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[ -~æØß\"\\\\]{0,8}".prop_map(Value::Text),
        Just(Value::Text("today-30".into())),
        Just(Value::Text("2026-06-14".into())),
        any::<i32>().prop_map(|n| Value::Number(n.into())),
        (-1.0e6..1.0e6_f64).prop_map(|n| Value::Number(serde_json::Number::from_f64(n).unwrap())),
        any::<bool>().prop_map(Value::YesNo),
    ]
}

/// A leaf that has the form of one, sense or not.
fn a_leaf() -> impl Strategy<Value = Condition> {
    let names = NAMES.into_iter().chain(["city", "fields.age", "birthday", "fields.not"]).collect::<Vec<_>>();
    let names = prop::sample::select(names);
    (names, prop::sample::select(Op::ALL.to_vec()), prop::collection::vec(a_value(), 1..3), 0..99_u32).prop_map(
        |(field, op, values, days)| {
            let one = values.first().cloned();
            let (value, days) = match op.wants() {
                catalogue::Wants::Nothing => (None, None),
                catalogue::Wants::One => (one, None),
                catalogue::Wants::Two => (Some(Value::Many(vec![values[0].clone(); 2])), None),
                catalogue::Wants::Several => (Some(Value::Many(values)), None),
                catalogue::Wants::Days => (None, Some(days)),
                catalogue::Wants::Campaign => {
                    ((days % 2 == 0).then_some(one).flatten(), (days % 3 == 0).then_some(days))
                }
            };
            let field = if matches!(op, Op::Got | Op::Replied | Op::Clicked) { "campaign" } else { field };
            Condition::Leaf(Leaf { field: field.into(), op, value, days })
        },
    )
}

fn a_condition() -> impl Strategy<Value = Condition> {
    a_leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::Any),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

/// As the printer writes names.
fn plain(condition: &Condition) -> Condition {
    match condition {
        Condition::All(parts) => Condition::All(parts.iter().map(plain).collect()),
        Condition::Any(parts) => Condition::Any(parts.iter().map(plain).collect()),
        Condition::Not(part) => Condition::Not(Box::new(plain(part))),
        Condition::Leaf(leaf) => {
            let field = if leaf.field == "fields.age" { "age".into() } else { leaf.field.clone() };
            Condition::Leaf(Leaf { field, ..leaf.clone() })
        }
    }
}

proptest! {
    /// Printed and read again it is the same tree; as JSON too. Nothing that has the form of a condition breaks the check.
    #[test]
    fn every_form_says_the_same(condition in a_condition()) {
        let printed = text::print(&condition, &Default::default());
        let read = text::parse(&printed).map_err(|fault| TestCaseError::fail(format!("{printed}: {fault}")))?;
        prop_assert!(read.condition() == &plain(&condition), "{printed}");
        prop_assert!(Condition::from_json(&condition.to_json()).unwrap() == condition);
        match read.check(&catalogue()) {
            Ok(checked) => {
                let again = text::parse(&checked.text()).unwrap().check(&catalogue());
                prop_assert!(again.is_ok_and(|again| again.condition() == checked.condition()), "{}", checked.text());
                prop_assert_eq!(checked.why(&ann(), now()).holds, checked.holds(&ann(), now()));
            }
            Err(faults) => prop_assert!(faults.iter().all(|fault| fault.span.is_some()), "{faults:?}"),
        }
    }

    /// Whatever is written is read, or refused with a place in it.
    #[test]
    fn nothing_is_too_strange(text in "(city|age|=|and|or|not|\\(|\\)|in|,|\"x\"|\"|1|today|-|within|last|days|is|set|ø| ){0,12}") {
        if let Err(fault) = text::parse(&text) {
            let span = fault.span.unwrap();
            prop_assert!(span.at >= 1 && span.at + span.length <= text.chars().count() + 1, "{text:?} {fault:?}");
        }
    }
}
