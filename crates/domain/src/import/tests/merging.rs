//! What a file changes, and what is suspicious about it.

use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;

use super::*;
use crate::id::UserId;

fn known() -> Known {
    Known {
        name: "Ann".into(),
        tags: vec!["old".into()],
        fields: [("size".to_owned(), "3".to_owned())].into(),
        ..Known::default()
    }
}

fn somebody() -> Row {
    Row {
        name: "Ann Berg".into(),
        company: "Acme".into(),
        tags: vec!["new".into(), "old".into()],
        fields: vec![("size".into(), "4".into()), ("born".into(), "1985-04-03".into())],
        ..Row::new(phone(14_155_550_142))
    }
}

#[test]
fn a_mode_says_what_becomes_of_whom_we_know() {
    let changes = |mode| merge(&known(), &somebody(), mode);
    assert!(changes(Mode::Skip).is_none());
    let born = (std::sync::Arc::from("born"), "1985-04-03".to_owned());
    let fill = Change {
        company: Some("Acme".into()),
        tags: vec!["new".into()],
        fields: vec![born.clone()],
        ..Change::default()
    };
    assert!(changes(Mode::Fill) == Some(fill.clone()));
    let size = (std::sync::Arc::from("size"), "4".to_owned());
    let overwrite = Change { name: Some("Ann Berg".into()), fields: vec![size, born], ..fill };
    assert!(changes(Mode::Overwrite) == Some(overwrite));
    for mode in [Mode::Skip, Mode::Fill, Mode::Overwrite] {
        assert!(merge(&known(), &Row::new(phone(14_155_550_142)), mode).is_none(), "empty cells take nothing away");
    }
    let shown = format!("{:?}", changes(Mode::Overwrite));
    assert!(shown.contains("name") && !shown.contains("Berg"), "{shown}");
}

#[test]
fn every_row_is_counted_once() {
    let (row, nobody) = (somebody(), Row::new(phone(14_155_550_143)));
    let known = known();
    let verdicts = [
        judge(&row, None, false, Mode::Fill),
        judge(&row, None, true, Mode::Fill),
        judge(&row, Some(&known), false, Mode::Fill),
        judge(&nobody, Some(&known), false, Mode::Overwrite),
        judge(&row, Some(&known), false, Mode::Skip),
    ];
    let mut tally = Tally::default();
    for (at, verdict) in verdicts.iter().enumerate() {
        tally.count(verdict, at == 2);
    }
    tally.count_invalid(&read(&["phone", "email"], &[], "0171|x").unwrap_err());
    let Tally { rows, creates, updates, unchanged, skipped, duplicates, invalid, opted_out, reasons } = tally;
    assert_eq!((creates, updates, unchanged, skipped, duplicates, invalid, opted_out), (1, 1, 1, 1, 1, 1, 1));
    assert_eq!(rows, 6);
    assert_eq!(
        reasons.into_iter().collect::<Vec<_>>(),
        [("not_an_email".to_owned(), 1), ("phone_too_short".to_owned(), 1)]
    );
}

#[test]
fn nobody_who_opted_out_is_brought_back_by_a_file() {
    let by = UserId(uuid::Uuid::nil());
    let attestation = Attestation::new(by, now(), " form on our website ").unwrap();
    assert_eq!(attestation.statement, Attestation::STATEMENT);
    let said =
        |state| Row { consent: Some(Consent { state, at: Some(now()), source: Some("shop".into()) }), ..somebody() };
    let (yes, no, silent) = (said(ConsentState::OptedIn), said(ConsentState::OptedOut), somebody());
    for row in [&yes, &no, &silent] {
        assert_eq!(consent(row, true, Some(&attestation)), Step::Nothing);
    }
    assert_eq!(consent(&no, false, Some(&attestation)), Step::OptOut { at: Some(now()), source: Some("shop".into()) });
    let own = Step::OptIn { at: Some(now()), source: Some("shop".into()), attested: false };
    assert_eq!(consent(&yes, false, Some(&attestation)), own);
    let vouched = Step::OptIn { at: None, source: Some("form on our website".into()), attested: true };
    assert_eq!(consent(&silent, false, Some(&attestation)), vouched);
    assert_eq!(consent(&silent, false, None), Step::Nothing);
    assert_eq!(Attestation::new(by, now(), " ? ").unwrap_err().code(), "no_source");
    assert_eq!(Attestation::new(by, now(), &"x".repeat(501)).unwrap_err().code(), "too_long");
}

fn sounded(numbers: impl IntoIterator<Item = u64>) -> Option<Sequential> {
    let mut alarm = Alarm::default();
    for number in numbers {
        alarm.heed(&phone(number));
    }
    alarm.sound()
}

/// Numbers as chance has them, the same in every run.
fn scattered(count: u64, among: u64) -> Vec<u64> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        14_150_000_000 + state % among
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn made_up_lists_are_noticed_and_real_ones_are_not() {
    let all = sounded(14_155_550_000..14_155_550_500).unwrap();
    assert_eq!((all.percent, all.run, all.from.as_str()), (100, 500, "+14155550000"));
    assert!(
        all.to_string().starts_with("100 of 100 numbers follow one another, 500 of them from +14155550000 on"),
        "{all}"
    );
    assert!(sounded((14_155_550_000..14_155_550_500).rev()).is_some(), "backwards");
    let mixed =
        scattered(500, 5_000_000).into_iter().chain(14_155_550_000..14_155_550_060).chain(scattered(500, 4_000_000));
    assert_eq!(sounded(mixed).unwrap().run, 60, "within another list");
    let gaps = (0..2_000_u64).filter(|n| n % 4 != 0).map(|n| 14_155_550_000 + n);
    assert!(sounded(gaps).is_some(), "with gaps");
    assert!(sounded(scattered(50_000, 5_000_000)).is_none());
    let mut sorted = scattered(50_000, 500_000);
    sorted.sort_unstable();
    assert!(sounded(sorted).is_none(), "a tenth of a town, in order");
    assert!(sounded(14_155_550_000..14_155_550_030).is_none(), "a firm's own numbers");
    assert!(sounded(std::iter::repeat_n(14_155_550_000, 5_000)).is_none(), "one number again and again");
    assert!(sounded([]).is_none());
}

#[test]
fn what_a_file_had_is_known_exactly_in_little_memory() {
    let numbers = scattered(60_000, 300_000);
    let (mut seen, mut set) = (Seen::default(), HashSet::new());
    for number in &numbers {
        assert_eq!(seen.insert(&phone(*number)), !set.insert(*number));
    }
    assert_eq!(seen.len(), set.len() as u64);
}

proptest! {
    /// What a merge changes, it changes once: the same row again finds nothing to do.
    #[test]
    fn merging_again_changes_nothing(name in "[a-c]{0,2}", ours in "[a-c]{0,2}", tag in "[a-c]{1}", value in "[a-c]{1,2}", overwrite: bool) {
        let mode = if overwrite { Mode::Overwrite } else { Mode::Fill };
        let row = Row { name, tags: vec![tag], fields: vec![("key".into(), value)], ..somebody() };
        let mut known = Known { name: ours, ..known() };
        if let Some(change) = merge(&known, &row, mode) {
            known.name = change.name.unwrap_or(known.name);
            known.company = change.company.unwrap_or(known.company);
            known.tags.extend(change.tags);
            known.fields.extend(change.fields.into_iter().map(|(key, value)| (key.to_string(), value)));
        }
        let tags: BTreeSet<&String> = known.tags.iter().collect();
        prop_assert_eq!(tags.len(), known.tags.len(), "each label once");
        prop_assert!(merge(&known, &row, mode).is_none());
    }
}
