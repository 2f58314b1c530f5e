use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn one(n: u128, standing: Standing) -> One<'static> {
    One {
        id: Uuid::from_u128(n).into(),
        number: Uuid::from_u128(1).into(),
        standing,
        code: None,
        phone: "+12125550123",
        carrier: None,
        segments: Some(1),
        parts: None,
        cost: None,
        sent_at: None,
        delivered_at: None,
        replied_at: None,
        clicked_at: None,
        opted_out_at: None,
    }
}

fn window(starts: i64, ended: Option<i64>, now: i64, every: Option<Every>) -> Result<Option<Window>, TooMany> {
    Window::of(at(now), Some(at(starts)), ended.map(at), every)
}

#[test]
fn stretches_are_few_and_easily_read() {
    let (hour, day) = (3_600, 86_400);
    for (starts, ended, now, every, count) in [
        (0, None, 0, 60, 1),
        (0, None, 59, 60, 1),
        (0, None, 60, 60, 2),
        (0, None, 4 * hour - 1, 60, 240),
        (0, None, 4 * hour, 300, 49),
        (0, None, 3 * day, 3_600, 73),
        (0, None, 400 * day, 7 * day, 58),
        (0, None, 5_000 * day, 1_800_001, 240),
        // A week after the end is the end.
        (0, Some(hour), 300 * day, 3_600, 170),
    ] {
        let window = window(starts, ended, now, None).unwrap().unwrap();
        assert_eq!((window.every, window.buckets()), (every, count), "{now}");
        assert_eq!(window.bucket(at(starts - 1)), None);
        assert_eq!(window.begins(0), at(starts));
        let last = window.buckets() - 1;
        assert_eq!(window.bucket(window.begins(last)), Some(last));
        assert_eq!(window.bucket(window.begins(last + 1)), None);
    }
    assert_eq!(window(100, None, 50, None), Ok(None), "it has not begun");
    assert_eq!(Window::of(at(0), None, None, None), Ok(None));
    assert_eq!(window(0, None, 4 * hour, Some(Every::Minute)), Err(TooMany(241)));
    assert_eq!(window(0, None, 4 * hour, Some(Every::Hour)).unwrap().unwrap().buckets(), 5);
}

#[test]
fn everybody_is_counted_where_they_belong() {
    let window = window(0, None, 3_600, None).unwrap();
    let mut outcomes = Outcomes::new(window);
    let arrived = One {
        carrier: Some("T-Mobile"),
        parts: Some(2),
        segments: Some(2),
        cost: Some((8_000, "USD")),
        sent_at: Some(at(30)),
        delivered_at: Some(at(61)),
        replied_at: Some(at(120)),
        clicked_at: Some(at(3_600)),
        opted_out_at: Some(at(9_999)),
        ..one(1, Standing::Delivered)
    };
    outcomes.add(&arrived);
    outcomes.add(&One { code: Some("40001"), phone: "+447700900123", ..one(2, Standing::Failed) });
    outcomes.add(&One { code: Some("40001"), phone: "+18005550123", ..one(3, Standing::Failed) });
    outcomes.add(&One { segments: None, number: Uuid::from_u128(2).into(), ..one(4, Standing::Pending) });
    assert_eq!((outcomes.all.total(), outcomes.all.segments, outcomes.all.parts), (4, 4, 2));
    assert_eq!(outcomes.all.cost, BTreeMap::from([("USD".to_owned(), 8_000)]));
    assert_eq!((outcomes.all.replied, outcomes.all.clicked, outcomes.all.opted_out), (1, 1, 1));
    let failed = &outcomes.reasons[&(Standing::Failed, "40001".to_owned())];
    assert_eq!((failed.count, failed.example), (2, Uuid::from_u128(2).into()));
    assert_eq!(outcomes.numbers[&Uuid::from_u128(1).into()].total(), 3);
    let countries = [Some("US"), Some("GB"), None].map(|country| outcomes.countries[&country].total());
    assert_eq!(countries, [2, 1, 1], "whoever calls free of charge can be anywhere");
    assert_eq!(outcomes.carriers[&Some("T-Mobile".to_owned())].standing(Standing::Delivered), 1);
    assert_eq!(outcomes.carriers[&None].total(), 3);
    let some: Vec<_> = outcomes.funnel.iter().enumerate().filter(|(_, step)| **step != Step::default()).collect();
    assert_eq!(
        some,
        [
            (0, &Step { sent: 1, ..Step::default() }),
            (1, &Step { delivered: 1, ..Step::default() }),
            (2, &Step { replied: 1, ..Step::default() }),
            (60, &Step { clicked: 1, ..Step::default() }),
        ]
    );
}

#[test]
fn kinds_are_bounded_and_nobody_is_lost() {
    let mut outcomes = Outcomes::new(None);
    let names: Vec<String> = (0..KINDS_MAX + 50).map(|n| format!("carrier {n}")).collect();
    for (n, name) in (0..).zip(&names) {
        outcomes.add(&One { carrier: Some(name), code: Some(name), ..one(n, Standing::Failed) });
    }
    assert_eq!((outcomes.carriers.len(), outcomes.reasons.len()), (KINDS_MAX + 1, KINDS_MAX + 1));
    assert_eq!(outcomes.carriers[&Some(OTHERS.to_owned())].total(), 50);
    assert_eq!(outcomes.reasons[&(Standing::Failed, OTHERS.to_owned())].count, 50);
    assert!(outcomes.funnel.is_empty());
}

#[test]
fn our_own_codes_have_words() {
    for reason in Reason::ALL {
        assert_eq!(own_words(reason.code()), Some((reason.explanation(), reason.mend())));
    }
    assert!(own_words("lacks_field").is_some_and(|(_, mend)| mend.contains("Fill that in")));
    assert_eq!(own_words("40001"), None);
}

proptest! {
    /// However a campaign is cut into pages, its figures are the same, and their sum is the total.
    #[test]
    fn pages_add_up(people in prop::collection::vec((0..11_usize, 0..3_u128, 0..4_usize, prop::option::of(-50..5_000_i64)), 0..60), cut in 0..60_usize) {
        let phones = ["+12125550123", "+447700900123", "+18005550123", "+33612345678"];
        let ones: Vec<One<'_>> = people.iter().zip(0..).map(|((standing, number, phone, when), n)| One {
            number: Uuid::from_u128(*number).into(),
            phone: phones[*phone],
            code: (*standing > 7).then_some("why"),
            carrier: (*phone > 1).then_some("carried"),
            cost: (*phone > 0).then_some((7, "EUR")),
            sent_at: when.map(at),
            ..one(n, Standing::ALL[*standing])
        }).collect();
        let window = window(0, None, 3_600, None).unwrap();
        let count = |ones: &[One<'_>]| {
            let mut outcomes = Outcomes::new(window);
            ones.iter().for_each(|one| outcomes.add(one));
            outcomes
        };
        let whole = count(&ones);
        let (first, second) = ones.split_at(cut.min(ones.len()));
        let mut joined = count(first);
        joined.join(count(second));
        prop_assert_eq!(&joined, &whole);
        let total = people.len() as u64;
        for sums in [
            whole.all.total(),
            whole.numbers.values().map(Figures::total).sum(),
            whole.countries.values().map(Figures::total).sum(),
            whole.carriers.values().map(Figures::total).sum(),
            Standing::ALL.into_iter().map(|standing| whole.all.standing(standing)).sum(),
        ] {
            prop_assert_eq!(sums, total);
        }
    }
}
