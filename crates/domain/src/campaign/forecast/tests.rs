use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::campaign::{Recipient, Running, Schedule, Skip, Standing, Texts, schedule};
use crate::consent::Wishes;
use crate::field::{Field, Kind};
use crate::gate::{Asked, Purpose};
use crate::message::Cost;
use crate::template::{Person, Rendering};
use crate::tenant::Settings;

/// Where it is nine on a Friday morning, where it is three in the night, and where two.
const PARIS: &str = "+33612345678";
const FLORIDA: &str = "+13055550123";
const TEXAS: &str = "+15125550123";
/// Anywhere in North America.
const TOLL_FREE: &str = "+18005550123";

/// Seconds after eight in the morning of London, on a Friday in January.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn hour(hours: i64) -> i64 {
    at(0).as_second() / 3_600 + hours
}

fn who(n: u128) -> Who {
    Who::Contact(Uuid::from_u128(n).into())
}

fn number(n: u128) -> NumberId {
    Uuid::from_u128(n).into()
}

fn running(body: &str, send_before: Option<Timestamp>) -> Running {
    Running { id: Uuid::from_u128(2).into(), texts: Texts::only(body.parse().unwrap()), send_before, is_mms: false }
}

fn recipient(phone: &str) -> Recipient {
    Recipient {
        id: Uuid::from_u128(1).into(),
        campaign: Uuid::from_u128(2).into(),
        contact: Uuid::from_u128(3).into(),
        phone: phone.into(),
        number: number(4),
        standing: Standing::Pending,
        attempt: 0,
        opted_out_at: None,
        conversation: None,
        workflow: None,
    }
}

fn asked<'a>(settings: &'a Settings, phone: &'a str) -> Asked<'a> {
    Asked {
        settings,
        number_enabled: true,
        registration: crate::registration::Status::NOT_NEEDED,
        contact_blocked: false,
        opted_out: false,
        wishes: Wishes::default(),
        phone,
        contact_zone: None,
        contact_quiet: None,
        had: &[],
        untimely: crate::campaign::Untimely::default(),
        wrote_at: None,
        purpose: Purpose::Campaign,
    }
}

fn foresee(body: &str, send_before: Option<Timestamp>, phone: &str, person: Person<'_>) -> Foreseen {
    let settings = Settings::default();
    DryRun::new(at(0), Schedule::default(), running(body, send_before)).foresee(
        &Rendering::new("en"),
        &recipient(phone),
        person,
        asked(&settings, phone),
    )
}

fn told(foreseen: &Foreseen) -> String {
    let fate = match &foreseen.fate {
        Fate::Now(text) => format!("{} ({})", text.body, text.segments),
        Fate::Later { until, reason, text } => {
            let hours = until.duration_since(at(0)).as_hours();
            format!("{} after {hours} hours of {}", text.body, reason.code())
        }
        Fate::Skipped(skip) => format!("skipped: {}", skip.code()),
    };
    let odd: String = foreseen.odd.iter().map(|odd| format!(", {}", odd.code())).collect();
    fate + &odd
}

#[test]
fn with_something_attached_any_text_is_one_segment_and_no_letter_is_dear() {
    let settings = Settings::default();
    let say = |is_mms, name| {
        let campaign = Running { is_mms, ..running(&format!("Hi {{name}}, {}", "look! ".repeat(30)), None) };
        let run = DryRun::new(at(0), Schedule::default(), campaign);
        let (rendering, person) = (Rendering::new("en"), Person { name, ..Person::default() });
        let text = run.text(&rendering, person).unwrap();
        let foreseen = run.foresee(&rendering, &recipient(PARIS), person, asked(&settings, PARIS));
        assert_eq!(foreseen.fate.text(), Some(&text));
        (text.segments, foreseen.odd)
    };
    assert_eq!(say(false, "Ann"), (2, Vec::new()));
    assert_eq!(say(true, "Ann"), (1, Vec::new()));
    assert_eq!(say(false, "Зоя"), (3, vec![Odd::Costly]));
    assert_eq!(say(true, "Зоя"), (1, Vec::new()));
    let long = Running { is_mms: true, ..running(&"x".repeat(1_600), None) };
    let text = DryRun::new(at(0), Schedule::default(), long).text(&Rendering::new("en"), Person::default());
    assert_eq!(text, Err(Skip::TooLong), "nor does a picture make room for more than the carrier takes");
}

#[test]
fn everybody_is_foreseen_at_their_own_time() {
    let settings = Settings::default();
    let at_local = Schedule { at_local: schedule::wall_clock("2027-01-15T10:00"), ..Schedule::default() };
    let run = DryRun::new(at(0), at_local, running("Hi there, how are you", None));
    let seen =
        |phone| run.foresee(&Rendering::new("en"), &recipient(phone), Person::default(), asked(&settings, phone));
    for (phone, hours) in [(PARIS, 1), (FLORIDA, 7), (TEXAS, 8)] {
        let foreseen = seen(phone);
        assert!(matches!(foreseen.fate, Fate::Now(_)), "{phone}: ten in the morning is a good time");
        assert_eq!(foreseen.own_time, Some(at(hours * 3_600)), "{phone}");
    }
    let mut forecast = Forecast::new(at(0));
    for (n, phone) in [(1, PARIS), (2, FLORIDA)] {
        forecast.count(&who(n), phone, number(4), &seen(phone));
    }
    let load = &forecast.loads[&number(4)];
    assert_eq!((forecast.now, load.at_once), (2, 0), "they may be, and none of them at once");
    assert_eq!(load.from, std::collections::BTreeMap::from([(hour(1), 1), (hour(7), 1)]));
}

#[test]
fn everybody_is_foreseen_as_a_send_would_decide() {
    let ann = Person { name: "Ann Berg", ..Person::default() };
    let say = |body, phone, person| told(&foresee(body, None, phone, person));
    assert_eq!(say("Good morning {name}", PARIS, ann), "Good morning Ann Berg (1)");
    assert_eq!(
        say("Good morning {name}", FLORIDA, ann),
        "Good morning Ann Berg after 5 hours of legal_hours",
        "their text is made, too"
    );
    assert_eq!(
        say("Good morning {company}", FLORIDA, ann),
        "skipped: lacks_field",
        "who waits and lacks what the text needs gets nothing in the morning either"
    );
    assert_eq!(say("{company|}", PARIS, ann), "skipped: empty_text");
    assert_eq!(say(&"x".repeat(1_600), PARIS, ann), "skipped: too_long");
    assert_eq!(told(&foresee("Good morning", Some(at(5 * 3_600)), FLORIDA, ann)), "skipped: too_late");
    let out = Settings::default();
    let out = Asked { opted_out: true, ..asked(&out, PARIS) };
    let skipped = DryRun::new(at(0), Schedule::default(), running("Hi", None)).foresee(
        &Rendering::new("en"),
        &recipient(PARIS),
        ann,
        out,
    );
    assert_eq!(told(&skipped), "skipped: contact_opted_out");
    let never: Settings = serde_json::from_value(serde_json::json!({
        "time_zone": "Europe/London", "quiet_hours": { "from": "20:00", "until": "19:59" },
    }))
    .unwrap();
    let never = DryRun::new(at(0), Schedule::default(), running("Hi", None)).foresee(
        &Rendering::new("en"),
        &recipient(TEXAS),
        ann,
        asked(&never, TEXAS),
    );
    assert!(told(&never).starts_with("skipped") || told(&never).contains("after"), "it ends: {}", told(&never));
}

#[test]
fn what_is_odd_in_a_text_is_named() {
    let say = |body, person| told(&foresee(body, None, PARIS, person));
    let zoe = Person { name: "Зоя", ..Person::default() };
    assert_eq!(say("Good morning {name}", zoe), "Good morning Зоя (1), costly_characters");
    assert_eq!(say("Доброе утро, {name}", zoe), "Доброе утро, Зоя (1)", "the text itself is dear");
    assert_eq!(
        say("Good morning {name|дорогая}", Person::default()),
        "Good morning дорогая (1), fallback_used",
        "it is the text's own word that makes it dear"
    );
    assert_eq!(say("“Good morning” {name}", Person { name: "Ann", ..zoe }), "\"Good morning\" Ann (1)");
    let fields = [(Field { key: "note".into(), label: "Note".into(), kind: Kind::Text }, "Hey!".to_owned())];
    assert_eq!(say("{note}", Person { fields: &fields, ..zoe }), "Hey! (1), nearly_empty");
}

/// What holds of any forecast, whatever was counted.
fn is_sound(of: &Forecast) {
    let count = |causes: &[Cause]| causes.iter().map(|cause| cause.count).sum::<u64>();
    let later: u64 = of.later.iter().map(|later| later.cause.count).sum();
    assert_eq!(of.total, of.now + later + count(&of.skipped));
    assert_eq!(of.now + later, of.segments.iter().sum::<u64>());
    assert_eq!(of.now + later, of.gsm7 + of.ucs2);
    assert_eq!(later, of.opens.values().sum::<u64>() + of.opens_after);
    let loads = || of.loads.values();
    let by_time: u64 = loads().map(|load| load.at_once + load.from.values().sum::<u64>()).sum();
    let by_place: u64 = loads().flat_map(|load| load.to.values()).sum();
    assert_eq!((by_time, by_place), (of.all_segments(), of.all_segments()));
    let samples = of.skipped.iter().chain(of.later.iter().map(|later| &later.cause)).chain(&of.odd);
    assert!(samples.into_iter().all(|cause| {
        let named = usize::try_from(cause.count).unwrap().min(SAMPLES);
        cause.samples.len() == named
    }));
    assert_eq!(of.longest.len(), usize::try_from(of.now + later).unwrap().min(SAMPLES));
    assert!(of.longest.is_sorted_by_key(|long| std::cmp::Reverse((long.segments, long.units))));
    assert!(of.later.iter().all(|later| later.first <= later.last));
}

#[test]
fn a_small_audience_is_told_in_full() {
    let mut forecast = Forecast::new(at(0));
    let people = [
        (1, PARIS, Person { name: "Ann", ..Person::default() }),
        (2, FLORIDA, Person { name: "Ben", ..Person::default() }),
        (3, TEXAS, Person { name: "Зоя", ..Person::default() }),
        (4, TEXAS, Person::default()),
    ];
    for (n, phone, person) in people {
        forecast.count(&who(n), phone, number(n % 2), &foresee("Good morning {name}", None, phone, person));
    }
    forecast.count_again();
    is_sound(&forecast);
    assert_eq!((forecast.total, forecast.now, forecast.duplicates), (4, 1, 1));
    assert_eq!((forecast.gsm7, forecast.ucs2, forecast.segments[0]), (2, 1, 3));
    assert_eq!(forecast.opens, [(hour(5), 1), (hour(7), 1)].into());
    let [later] = forecast.later.as_slice() else { panic!("{:?}", forecast.later) };
    assert_eq!((later.cause.code.as_str(), later.first, later.last), ("legal_hours", at(5 * 3_600), at(7 * 3_600)));
    assert_eq!(later.cause.samples, [who(2), who(3)]);
    let [lacks] = forecast.skipped.as_slice() else { panic!("{:?}", forecast.skipped) };
    assert_eq!((lacks.code.as_str(), lacks.samples.as_slice()), ("lacks_field", [who(4)].as_slice()));
    let kept: Forecast = serde_json::from_str(&serde_json::to_string(&forecast).unwrap()).unwrap();
    assert_eq!(kept, forecast);
}

#[test]
fn a_forecast_means_time_and_money() {
    let mut forecast = Forecast::new(at(0));
    let text = |segments| Text { body: "x".into(), segments, units: 1, encoding: Encoding::Gsm7 };
    let now = |segments| Foreseen { fate: Fate::Now(text(segments)), odd: Vec::new(), own_time: None };
    let later =
        |hours: i64| Fate::Later { until: at(hours * 3_600), reason: crate::gate::Reason::LegalHours, text: text(2) };
    for n in 0..100 {
        forecast.count(&who(n), FLORIDA, number(1), &now(1));
        forecast.count(&who(n), FLORIDA, number(1), &Foreseen { fate: later(2), odd: Vec::new(), own_time: None });
    }
    forecast.count(&who(200), PARIS, number(2), &now(3));
    forecast.count(&who(201), TOLL_FREE, number(2), &now(3));
    is_sound(&forecast);
    // A tenth of a segment a second: a thousand seconds for the first, and two thousand from two hours on.
    let rates = [(number(1), 100), (number(2), 1_000)].into();
    let mut prices = Prices::default();
    let usd = |micros| Cost { micros, currency: "USD".into() };
    prices.learn(number(1), FLORIDA, &usd(8_000), 2);
    prices.learn(number(1), "+12125550100", &usd(7_001), 1);
    prices.learn(number(1), FLORIDA, &Cost { micros: 1, currency: "EUR".into() }, 1);
    prices.learn(number(1), FLORIDA, &usd(1), 0);
    let estimate = forecast.estimate(&rates, &prices);
    let ends = estimate.finishes_at.unwrap().duration_since(at(2 * 3_600)).as_secs();
    assert!((2_000..2_040).contains(&ends), "what opens later goes then: {ends}");
    assert_eq!(estimate.rate_millis, 1_100);
    let [cost] = estimate.costs.as_slice() else { panic!("{estimate:?}") };
    assert_eq!((cost.lowest_micros, cost.highest_micros, cost.segments), (300 * 4_000, 300 * 7_001, 300));
    assert_eq!(estimate.unpriced_segments, 6, "nobody was texted there lately");
    assert_eq!(estimate.unpriced_countries, [String::new(), "FR".into()].into());
    // Another of our numbers was billed there.
    prices.learn(number(1), PARIS, &usd(60_000), 1);
    let estimate = forecast.estimate(&rates, &prices);
    assert_eq!((estimate.costs[0].highest_micros, estimate.unpriced_segments), (300 * 7_001 + 3 * 60_000, 3));
    // A number that nobody knows the pace of never ends.
    assert_eq!(forecast.estimate(&BTreeMap::new(), &prices).finishes_at, None);
    assert_eq!(Forecast::new(at(0)).estimate(&rates, &prices), Estimate::default());
}

fn some_fate() -> impl Strategy<Value = Foreseen> {
    let text = (1_u32..=10, 1_u32..1_600, any::<bool>()).prop_map(|(segments, units, is_plain)| Text {
        body: String::new(),
        segments,
        units,
        encoding: if is_plain { Encoding::Gsm7 } else { Encoding::Ucs2 },
    });
    let reason = prop::sample::select(vec![
        crate::gate::Reason::LegalHours,
        crate::gate::Reason::QuietHours,
        crate::gate::Reason::FrequencyCap,
    ]);
    let skip = prop_oneof![
        reason.clone().prop_map(crate::campaign::Skip::Gate),
        "[ab]".prop_map(crate::campaign::Skip::Lacks),
        Just(crate::campaign::Skip::TooLate),
    ];
    let fate = prop_oneof![
        text.clone().prop_map(Fate::Now),
        (0_i64..3_000_000, reason, text).prop_map(|(after, reason, text)| Fate::Later {
            until: at(after),
            reason,
            text
        }),
        skip.prop_map(Fate::Skipped),
    ];
    let odd = prop::sample::subsequence(vec![Odd::Costly, Odd::FallsBack, Odd::Short], 0..=3);
    (fate, odd).prop_map(|(fate, odd)| {
        let odd = if fate.text().is_some() { odd } else { Vec::new() };
        Foreseen { fate, odd, own_time: None }
    })
}

proptest! {
    // However the people are cut into pages, in whatever order these come: the same forecast, and the sums are right.
    #[test]
    fn sums_are_right_and_pages_join_in_any_order(
        people in prop::collection::vec((some_fate(), 0_u128..3, prop::sample::select(vec![PARIS, FLORIDA, TOLL_FREE])), 0..60),
        page in 1_usize..20,
        backwards in any::<bool>(),
    ) {
        let people: Vec<_> = people.into_iter().zip(1..).collect();
        let mut whole = Forecast::new(at(0));
        let mut pages = Vec::new();
        for some in people.chunks(page) {
            let mut forecast = Forecast::new(at(0));
            for ((foreseen, of, phone), n) in some {
                whole.count(&who(*n), phone, number(*of), foreseen);
                forecast.count(&who(*n), phone, number(*of), foreseen);
            }
            is_sound(&forecast);
            pages.push(forecast);
        }
        is_sound(&whole);
        if backwards {
            pages.reverse();
        }
        let mut joined = Forecast::new(at(0));
        pages.into_iter().for_each(|forecast| joined.merge(forecast));
        prop_assert_eq!(&joined, &whole);
        let kept: Forecast = serde_json::from_str(&serde_json::to_string(&whole).unwrap()).unwrap();
        prop_assert_eq!(kept, whole);
    }
}
