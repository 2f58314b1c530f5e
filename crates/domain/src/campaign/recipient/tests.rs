use super::*;
use crate::campaign::Texts;
use crate::consent::Wishes;
use crate::tenant::Settings;

/// Where it is nine on a Friday morning.
const PARIS: &str = "+33612345678";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn ann(standing: Standing, attempt: u32) -> Recipient {
    Recipient {
        id: Uuid::from_u128(1).into(),
        campaign: Uuid::from_u128(2).into(),
        contact: Uuid::from_u128(3).into(),
        phone: PARIS.into(),
        number: Uuid::from_u128(4).into(),
        standing,
        attempt,
        opted_out_at: None,
        conversation: None,
        workflow: None,
    }
}

fn told(decision: &Decision) -> Vec<String> {
    let changes = decision.changes.iter().map(|change| match change {
        Change::RecipientMoved(moved) => {
            let why = moved.failure.as_ref().map(|failure| format!(" ({})", failure.code)).unwrap_or_default();
            let attempt = moved.attempt.map(|attempt| format!(", attempt {attempt}")).unwrap_or_default();
            format!("{}{why}{attempt}", moved.to.as_str())
        }
        Change::CampaignOutcome { blocked, .. } => (if *blocked { "blocked" } else { "counts" }).into(),
        Change::CampaignHalted { halt, .. } => format!("halted ({})", halt.by.as_str()),
        Change::Consented(_) => "opted out".into(),
        Change::UnsentCancelled { .. } => "the rest is taken back".into(),
        other => format!("{other:?}"),
    });
    let effects = decision.effects.iter().map(|effect| match effect {
        Effect::Remind { .. } => "looked at again".into(),
        Effect::Enter(_) => "enrolled".into(),
        Effect::ReadRegistration { .. } => "its number is looked at".into(),
        other => format!("{other:?}"),
    });
    changes.chain(effects).collect()
}

fn end(attempt: u32, ended: Ended) -> SendEnded {
    SendEnded { message: Uuid::from_u128(1).into(), attempt, ended }
}

fn failure() -> Failure {
    failed_with("40310")
}

fn failed_with(code: &str) -> Failure {
    Failure { code: code.into(), explanation: "No such number.".into(), mend: String::new() }
}

#[test]
fn somebody_gets_their_text_a_later_turn_or_a_reason() {
    let settings = Settings::default();
    let asked = |opted_out| Asked {
        settings: &settings,
        number_enabled: true,
        registration: crate::registration::Status::NOT_NEEDED,
        contact_blocked: false,
        opted_out,
        wishes: Wishes::default(),
        phone: PARIS,
        contact_zone: None,
        contact_quiet: None,
        had: &[],
        untimely: crate::campaign::Untimely::default(),
        wrote_at: None,
        purpose: crate::gate::Purpose::Campaign,
    };
    let rendering = Rendering::new("en");
    let person = |name| Person { name, ..Person::default() };
    let decide = |body: &str, name, kept, opted_out, send_before| {
        let campaign = Running {
            id: Uuid::from_u128(2).into(),
            texts: Texts::only(body.parse().unwrap()),
            send_before,
            is_mms: false,
        };
        let (moved, due) =
            due(at(0), &campaign, &ann(Standing::Pending, 1), &rendering, person(name), kept, asked(opted_out));
        (moved.to, due)
    };
    let hand = |body: &str, segments| Due::Hand { attempt: 2, body: body.into(), segments };
    let skipped = |skip| (Standing::Skipped, Due::Skip(skip));
    let lacks = || skipped(Skip::Lacks("name".into()));
    assert_eq!(decide("Hi {name}", "Ann", None, false, None), (Standing::Sending, hand("Hi Ann", 1)));
    assert_eq!(decide("Hi {name}", "", None, false, None), lacks());
    assert_eq!(decide("Hi {name}", "Bob", Some("Hi Ann"), false, None), (Standing::Sending, hand("Hi Ann", 1)));
    assert_eq!(decide("Hi {name}", "", None, true, None), skipped(Skip::Gate(Reason::ContactOptedOut)));
    assert_eq!(decide("Hi", "", None, false, Some(at(0))), skipped(Skip::TooLate));
    assert_eq!(decide("{name|}", "", None, false, None), skipped(Skip::Empty));
    assert_eq!(decide(&"x".repeat(1_600), "", None, false, None), skipped(Skip::TooLong));
    let quotes = decide("“Hi” {name}", "Ann", None, false, None).1;
    assert_eq!(quotes, hand("\"Hi\" Ann", 1), "what makes a text dear without need is replaced");
}

#[test]
fn an_answer_of_the_carrier_counts_once_and_for_its_attempt() {
    let accepted = || Ended::Accepted { carrier_ref: "c1".into(), parts: Some(1) };
    let not_taken = |counts| Ended::NotTaken { retry_at: at(5), why: "busy".into(), counts };
    let lost = || Ended::Lost { why: "cut off".into() };
    let rejected = |opted_out| Ended::Rejected { failure: failure(), opted_out };
    for (standing, attempt, answer, expected) in [
        (Standing::Sending, 1, accepted(), vec!["sent"]),
        (Standing::Delivered, 1, accepted(), vec!["delivered"]),
        (Standing::Sending, 1, rejected(false), vec!["counts", "failed (40310)"]),
        (Standing::Sending, 1, rejected(true), vec!["counts", "failed (40310)", "opted out", "the rest is taken back"]),
        (Standing::Delivered, 1, rejected(false), vec![]),
        (Standing::Sending, 1, not_taken(true), vec!["queued (carrier_unreachable)"]),
        (Standing::Sending, 1, not_taken(false), vec!["queued (carrier_busy), attempt 0"]),
        (Standing::Sending, ATTEMPTS_MAX, not_taken(true), vec!["counts", "failed (carrier_unreachable)"]),
        (Standing::Sent, 1, not_taken(true), vec![]),
        (Standing::Sending, 1, lost(), vec!["unknown", "looked at again"]),
        (Standing::Delivered, 1, lost(), vec![]),
    ] {
        let about = ann(standing, attempt);
        let decision = ended(at(0), Uuid::nil(), &about, &end(attempt, answer.clone()));
        assert_eq!(told(&decision), expected, "{standing:?} {answer:?}");
        assert_eq!(told(&ended(at(0), Uuid::nil(), &about, &end(attempt + 1, answer))), Vec::<String>::new());
    }
    assert_eq!(told(&overdue(&ann(Standing::Unknown, 1))), ["unknown (outcome_unknown)"]);
    assert_eq!(told(&overdue(&ann(Standing::Delivered, 1))), Vec::<String>::new());
}

#[test]
fn what_is_set_up_wrongly_stops_the_campaign_and_is_nobodys_failure() {
    let answer = |standing, attempt, code| {
        let refused = Ended::Rejected { failure: failed_with(code), opted_out: false };
        told(&ended(at(0), Uuid::nil(), &ann(standing, attempt), &end(attempt, refused)))
    };
    assert_eq!(answer(Standing::Sending, 1, "40312"), ["queued, attempt 0", "halted (configuration)"]);
    assert_eq!(answer(Standing::Sending, 3, "20100"), ["queued, attempt 2", "halted (configuration)"]);
    assert_eq!(answer(Standing::Unknown, 1, "40312"), ["counts", "halted (configuration)", "failed (40312)"]);
    assert_eq!(answer(Standing::Delivered, 1, "40312"), Vec::<String>::new());
    assert_eq!(answer(Standing::Sending, 1, "40015"), ["blocked", "failed (40015)"]);
    assert_eq!(answer(Standing::Sending, 1, "40309"), ["counts", "failed (40309)"]);
}

#[test]
fn somebody_gets_the_text_that_is_theirs_or_nothing_to_compare_with() {
    let settings = Settings::default();
    let texts = |holdout| {
        let variants = ["A", "B"].map(|body| (body.parse().unwrap(), 1)).to_vec();
        Texts::several("C".parse().unwrap(), variants, holdout, Uuid::from_u128(2).into())
    };
    let decide = |n: u32, holdout| {
        let recipient = Recipient { phone: format!("+336123456{n:02}"), ..ann(Standing::Pending, 0) };
        let asked = Asked {
            settings: &settings,
            number_enabled: true,
            registration: crate::registration::Status::NOT_NEEDED,
            contact_blocked: false,
            opted_out: false,
            wishes: Wishes::default(),
            phone: &recipient.phone,
            contact_zone: None,
            contact_quiet: None,
            had: &[],
            untimely: crate::campaign::Untimely::default(),
            wrote_at: None,
            purpose: crate::gate::Purpose::Campaign,
        };
        let campaign =
            Running { id: Uuid::from_u128(2).into(), texts: texts(holdout), send_before: None, is_mms: false };
        due(at(0), &campaign, &recipient, &Rendering::new("en"), Person::default(), None, asked)
    };
    let mut held_out = 0;
    for n in 0..90 {
        let (moved, _) = decide(n, 0);
        let (text, _) = moved.text.unwrap();
        assert_eq!(moved.variant, Some(u32::from(text == "B")), "{text}");
        let (moved, due) = decide(n, 50);
        if due == Due::Skip(Skip::Holdout) {
            held_out += 1;
            assert_eq!(
                (moved.to, moved.failure.unwrap().code.as_str(), moved.variant),
                (Standing::Skipped, "holdout", None)
            );
        }
    }
    assert!((25..65).contains(&held_out), "{held_out}");
}

#[test]
fn a_report_counts_once_and_tells_what_concerns_everybody() {
    let report = |standing, to, code: Option<&str>| {
        let report = CarrierReported {
            account: Uuid::from_u128(5).into(),
            message: None,
            carrier_ref: "c1".into(),
            from: None,
            reported: to,
            failure: code.map(failed_with),
            opted_out: false,
            carrier: None,
            parts: None,
            cost: None,
            at: at(0),
        };
        told(&reported(&ann(standing, 1), &report))
    };
    use Reported::{Delivered, Failed, Sent};
    assert_eq!(report(Standing::Sending, Sent, None), ["sent"], "nobody knows yet how it ends");
    assert_eq!(report(Standing::Sent, Delivered, None), ["counts", "delivered"]);
    assert_eq!(report(Standing::Sent, Failed, Some("40017")), ["blocked", "failed (40017)"]);
    // The carrier took it: it stays failed, and is found by who sends to those who failed.
    let stops = ["counts", "halted (configuration)", "failed (40312)"];
    assert_eq!(report(Standing::Sent, Failed, Some("40312")), stops);
    // Not registered, it says: what is known of the number may be out of date.
    let doubted = ["counts", "halted (configuration)", "failed (40010)", "its number is looked at"];
    assert_eq!(report(Standing::Sent, Failed, Some("40010")), doubted);
    assert_eq!(report(Standing::Failed, Failed, Some("40010")), Vec::<String>::new(), "a repeat");
    assert_eq!(report(Standing::Delivered, Failed, Some("40017")), Vec::<String>::new(), "too late");
}

#[test]
fn a_standing_only_moves_forward() {
    for standing in Standing::ALL {
        assert_eq!(Standing::parse(standing.as_str()), Some(standing));
        for report in [Reported::Sent, Reported::Delivered, Reported::Unconfirmed, Reported::Failed, Reported::Lost] {
            let Some(to) = standing.on(report) else { continue };
            assert!(matches!(standing, Standing::Sending | Standing::Sent | Standing::Unknown), "{standing:?}");
            assert!(to != standing && !to.waits() && to != Standing::Sending, "{standing:?} {report:?}");
        }
    }
}
