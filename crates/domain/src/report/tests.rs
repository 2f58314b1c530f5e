//! What counts where.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::id::UserId;

const BERLIN: &str = "Europe/Berlin";

fn sums(hours: Option<&str>) -> Sums {
    let hours = hours.map(|hours| serde_json::from_str(hours).unwrap());
    Sums::new(TimeZone::get(BERLIN).unwrap(), hours)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn text(status: Status) -> Text<'static> {
    Text {
        id: Uuid::from_u128(7),
        at: at("2026-11-27T09:30:00Z"),
        direction: Direction::Out,
        purpose: Purpose::Conversation,
        number: NumberId(Uuid::from_u128(1)),
        phone: "+14155550123",
        carrier: None,
        status,
        code: None,
        segments: 2,
        parts: None,
        cost: None,
    }
}

/// `measure day hour key: times amount`.
fn shown(sums: &Sums) -> Vec<String> {
    let line = |(cell, sum): (&Cell, &Sum)| {
        let key = cell.key.join("|").replace("num_00000000000000000000000000000001", "one");
        format!("{} {} {} {key}: {} {}", cell.measure.as_str(), cell.day, cell.hour, sum.times, sum.amount)
    };
    sums.cells().map(line).collect()
}

#[test]
fn a_text_counts_once_in_each_report() {
    for (text, wanted) in [
        (
            Text { direction: Direction::In, ..text(Status::Received) },
            vec!["texts 2026-11-27 10 in|one|conversation: 1 2"],
        ),
        (
            text(Status::Sent),
            vec![
                "texts 2026-11-27 10 out|one|conversation: 1 2",
                "deliveries 2026-11-27 0 US||on_its_way: 1 0",
                "unbilled 2026-11-27 0 conversation|US: 1 2",
            ],
        ),
        (
            Text { cost: Some((8_000, "USD")), parts: Some(3), carrier: Some("T-Mobile"), ..text(Status::Delivered) },
            vec![
                "texts 2026-11-27 10 out|one|conversation: 1 2",
                "deliveries 2026-11-27 0 US|T-Mobile|delivered: 1 0",
                "bills 2026-11-27 0 conversation|US|USD: 3 8000",
            ],
        ),
        (
            Text { code: Some("40001"), purpose: Purpose::Campaign, ..text(Status::Failed) },
            vec![
                "texts 2026-11-27 10 out|one|campaign: 1 2",
                "deliveries 2026-11-27 0 US||failed: 1 0",
                "failures 2026-11-27 0 failed|40001: 1 0",
            ],
        ),
        (
            Text { code: Some("quiet_hours"), ..text(Status::Skipped) },
            vec!["deliveries 2026-11-27 0 US||not_sent: 1 0", "failures 2026-11-27 0 not_sent|quiet_hours: 1 0"],
        ),
        (text(Status::Scheduled), vec![]),
        (text(Status::Cancelled), vec![]),
        (Text { direction: Direction::Note, ..text(Status::Noted) }, vec![]),
    ] {
        let mut sums = sums(None);
        sums.text(&text);
        assert_eq!(shown(&sums), wanted, "{text:?}");
    }
}

#[test]
fn a_carrier_s_words_are_cut() {
    let long = "ü".repeat(100_000);
    let mut sums = sums(None);
    sums.text(&Text { carrier: Some(&long), code: Some(&long), cost: Some((1, &long)), ..text(Status::Failed) });
    let parts: Vec<&String> = sums.cells().flat_map(|(cell, _)| &cell.key).collect();
    assert_eq!(parts.iter().filter(|part| part.chars().count() == WORD_CHARS).count(), 3);
    assert!(parts.iter().all(|part| part.chars().count() <= WORD_CHARS));
}

#[test]
fn a_day_is_the_tenant_s() {
    let mut sums = sums(None);
    sums.text(&Text { at: at("2026-11-27T22:59:59Z"), direction: Direction::In, ..text(Status::Received) });
    sums.text(&Text { at: at("2026-11-27T23:00:00Z"), direction: Direction::In, ..text(Status::Received) });
    let days: Vec<(Date, i8)> = sums.cells().map(|(cell, _)| (cell.day, cell.hour)).collect();
    assert_eq!(days, [(date(2026, 11, 27), 23), (date(2026, 11, 28), 0)]);
}

fn said(second: i64, by: By) -> Line {
    Line::Said { at: Timestamp::from_second(second).unwrap(), by, told: true }
}

fn closed(second: i64) -> Line {
    Line::Closed { at: Timestamp::from_second(second).unwrap(), told: true }
}

/// Which wait it was, since when, for how long, and who ended it.
type Waited = (&'static str, i64, i64, By);

#[test]
fn what_is_waited_for() {
    let (us, she) = (By::Member(UserId(Uuid::from_u128(1))), By::Contact);
    let it = By::Assistant(AssistantId(Uuid::from_u128(2)));
    let cases: [(&str, Vec<Line>, Vec<Waited>); 7] = [
        (
            "the first of two questions counts",
            vec![said(0, she), said(5, she), said(60, us)],
            vec![("first_response", 0, 60, us)],
        ),
        (
            "only the first answer",
            vec![said(0, she), said(9, it), said(20, she), said(90, us)],
            vec![("first_response", 0, 9, it)],
        ),
        ("nobody has answered", vec![said(0, she)], vec![]),
        ("we wrote first", vec![said(0, us), said(50, she), said(80, us)], vec![("first_response", 50, 80, us)]),
        (
            "until it is closed",
            vec![said(0, she), said(9, it), said(30, us), closed(100)],
            vec![("first_response", 0, 9, it), ("resolution", 0, 100, us)],
        ),
        (
            "closed and asked again",
            vec![said(0, she), said(9, us), closed(10), said(500, she), said(507, it), closed(600)],
            vec![
                ("first_response", 0, 9, us),
                ("resolution", 0, 10, us),
                ("first_response", 500, 507, it),
                ("resolution", 500, 600, it),
            ],
        ),
        (
            "what is told elsewhere is not told",
            vec![
                said(0, she),
                Line::Said { at: at("1970-01-01T00:00:09Z"), by: us, told: false },
                said(20, she),
                said(30, us),
                closed(40),
            ],
            vec![("resolution", 0, 40, us)],
        ),
    ];
    for (name, lines, wanted) in cases {
        let found: Vec<_> = waits(lines)
            .into_iter()
            .map(|wait| (wait.waited_for.as_str(), wait.since.as_second(), wait.until.as_second(), wait.by))
            .collect();
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn a_wait_counts_by_the_clock_and_in_business_hours() {
    let mut sums = sums(Some(r#"[{"days":["mon","fri"],"from":"09:00","until":"17:00"}]"#));
    let by = By::Member(UserId(Uuid::from_u128(1)));
    // Friday 16:57 until Monday 9:04, in Berlin.
    let (since, until) = (at("2026-11-27T15:57:00Z"), at("2026-11-30T08:04:00Z"));
    sums.waited(&Wait { waited_for: WaitedFor::FirstResponse, since, until, by }, Some(TeamId(Uuid::from_u128(3))));
    let found: Vec<(&str, &str, i64, Date)> = sums
        .cells()
        .map(|(cell, sum)| (&*cell.key[1], &*cell.key[2], sum.waits.quantile(50).unwrap().seconds, cell.day))
        .collect();
    let monday = date(2026, 11, 30);
    let weekend = 64 * 3_600 + 7 * 60;
    assert_eq!(
        found,
        [
            ("clock", "member", weekend, monday),
            ("clock", "team", weekend, monday),
            ("hours", "member", 7 * 60, monday),
            ("hours", "team", 7 * 60, monday)
        ]
    );
}

fn any_text() -> impl Strategy<Value = Text<'static>> {
    let statuses = prop::sample::select(Status::ALL.to_vec());
    let phones = prop::sample::select(vec!["+14155550123", "+4915112345678", "+18005550199"]);
    let costs = prop::option::of((0_i64..9_000, prop::sample::select(vec!["USD", "EUR"])));
    (statuses, phones, costs, 0_i64..400_000, any::<bool>(), 1_i64..5, any::<u64>()).prop_map(
        |(status, phone, cost, second, is_in, segments, id)| Text {
            id: Uuid::from_u128(id.into()),
            at: Timestamp::from_second(1_795_000_000 + second).unwrap(),
            direction: if is_in { Direction::In } else { Direction::Out },
            phone,
            cost,
            segments,
            code: (status == Status::Failed).then_some("40001"),
            ..text(status)
        },
    )
}

fn folded<'t>(texts: impl IntoIterator<Item = &'t Text<'static>>) -> Sums {
    let mut sums = sums(None);
    texts.into_iter().for_each(|text| sums.text(text));
    sums
}

proptest! {
    /// However they are cut into batches, and in whatever order they come.
    #[test]
    fn parts_are_the_whole(texts in prop::collection::vec(any_text(), 0..60), cut in 0_usize..60) {
        let (one, other) = texts.split_at(cut.min(texts.len()));
        let mut joined = folded(other.iter().rev());
        joined.join(folded(one));
        prop_assert_eq!(joined.cells, folded(&texts).cells);
    }

    /// Whatever went out has exactly one outcome; what was billed is not estimated, and no money is lost.
    #[test]
    fn sums_are_the_total(texts in prop::collection::vec(any_text(), 0..60)) {
        let sums = folded(&texts);
        let of = |measure: Measure, wanted: &str| -> (i64, i64) {
            let found = sums.cells().filter(|(cell, _)| cell.measure == measure && (wanted.is_empty() || cell.key.iter().any(|part| part == wanted)));
            found.fold((0, 0), |(times, amount), (_, sum)| (times + sum.times, amount + sum.amount))
        };
        let went = texts.iter().filter(|text| text.direction == Direction::Out && Outcome::of(text.status).is_some());
        prop_assert_eq!(of(Measure::Deliveries, "").0, went.clone().count() as i64);
        prop_assert_eq!(of(Measure::Texts, "out").0 + of(Measure::Deliveries, "not_sent").0, went.clone().count() as i64);
        prop_assert_eq!(of(Measure::Bills, "").1, went.clone().filter_map(|text| text.cost).map(|cost| cost.0).sum::<i64>());
        prop_assert_eq!(of(Measure::Failures, "").0, went.filter(|text| text.code.is_some()).count() as i64);
    }
}
