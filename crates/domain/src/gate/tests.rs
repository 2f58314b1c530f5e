use super::*;
use crate::tenant::CampaignCap;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn quiet(from: &str, until: &str) -> QuietHours {
    serde_json::from_value(serde_json::json!({ "from": from, "until": until })).unwrap()
}

const CALIFORNIA: &str = "+14155550123";
const FLORIDA: &str = "+13055550123";
/// A telephone by satellite: nobody knows where it is.
const NOWHERE: &str = "+881612345678";

fn asked<'a>(settings: &'a Settings, phone: &'a str, purpose: Purpose) -> Asked<'a> {
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
        purpose,
    }
}

/// `send`, `skip: reason`, or `reason until then`.
fn told(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Send => "send".into(),
        Verdict::Skip { reason } => format!("skip: {}", reason.code()),
        Verdict::Defer { until, reason } => format!("{} until {until}", reason.code()),
    }
}

#[test]
fn the_law_binds_campaigns_and_nothing_else() {
    let settings = Settings::default();
    let said = |phone, purpose, now| told(&gate(at(now), asked(&settings, phone, purpose)));
    let late = "2026-06-11T00:30:00Z";
    assert_eq!(said(FLORIDA, Purpose::Campaign, late), "legal_hours until 2026-06-11T12:00:00Z");
    assert_eq!(said(FLORIDA, Purpose::Conversation, late), "send");
    assert_eq!(said(FLORIDA, Purpose::Confirmation, late), "send");
    assert_eq!(said(CALIFORNIA, Purpose::Campaign, late), "send", "it is half past five there");
    let strict = Settings { quiet_hours: Some(quiet("17:00", "10:00")), ..Settings::default() };
    let verdict = gate(at(late), asked(&strict, CALIFORNIA, Purpose::Campaign));
    assert_eq!(told(&verdict), "quiet_hours until 2026-06-11T17:00:00Z", "a tenant can tighten");
    let lax = Settings { quiet_hours: Some(quiet("23:00", "05:00")), ..Settings::default() };
    let verdict = gate(at(late), asked(&lax, FLORIDA, Purpose::Campaign));
    assert_eq!(told(&verdict), "legal_hours until 2026-06-11T12:00:00Z", "and not loosen");
    let never = Settings { quiet_hours: Some(quiet("20:00", "19:30")), ..Settings::default() };
    let verdict = gate(
        at(late),
        Asked { contact_quiet: Some(&quiet("19:00", "20:00")), ..asked(&never, FLORIDA, Purpose::Campaign) },
    );
    assert_eq!(told(&verdict), "skip: no_open_hour");
    let nowhere = Settings { time_zone: "Mars/Base".into(), ..Settings::default() };
    let verdict = gate(at(late), asked(&nowhere, NOWHERE, Purpose::Campaign));
    assert_eq!(told(&verdict), "skip: no_open_hour", "without any clock nothing goes to many");
}

#[test]
fn what_a_person_wants_comes_before_what_the_clock_says() {
    let settings = Settings::default();
    let campaign = asked(&settings, FLORIDA, Purpose::Campaign);
    let night = at("2026-06-11T04:00:00Z");
    assert_eq!(told(&gate(night, Asked { opted_out: true, ..campaign })), "skip: contact_opted_out");
    assert_eq!(told(&gate(night, Asked { contact_blocked: true, ..campaign })), "skip: contact_blocked");
    assert_eq!(told(&gate(night, Asked { number_enabled: false, ..campaign })), "skip: number_disabled");
}

#[test]
fn what_the_carrier_would_refuse_is_stopped_whatever_it_is_for_but_for_what_the_law_demands() {
    use crate::registration::{Sender, State, Status};
    let settings = Settings::default();
    let noon = at("2026-06-10T16:00:00Z");
    let said = |sender, state, phone, purpose| {
        let registration = Status::of(sender, state);
        told(&gate(noon, Asked { registration, ..asked(&settings, phone, purpose) }))
    };
    const PARIS: &str = "+33612345678";
    const STOPPED: &str = "skip: number_not_registered";
    for purpose in [Purpose::Conversation, Purpose::Campaign, Purpose::Test] {
        for state in [State::Unregistered, State::Pending, State::Rejected, State::Suspended] {
            assert_eq!(said(Sender::UsLongCode, Some(state), FLORIDA, purpose), STOPPED, "{purpose:?} {state:?}");
            assert_eq!(said(Sender::UsLongCode, Some(state), PARIS, purpose), "send", "{purpose:?} {state:?}");
            assert_eq!(said(Sender::TollFree, Some(state), PARIS, purpose), STOPPED, "{purpose:?} {state:?}");
        }
        for state in [None, Some(State::Unknown), Some(State::Registered), Some(State::NotNeeded)] {
            assert_eq!(said(Sender::UsLongCode, state, FLORIDA, purpose), "send", "{purpose:?} {state:?}");
        }
    }
    assert_eq!(said(Sender::UsLongCode, Some(State::Unregistered), FLORIDA, Purpose::Confirmation), "send");
    let registration = Status::of(Sender::UsLongCode, Some(State::Unregistered));
    let out = Asked { registration, opted_out: true, ..asked(&settings, FLORIDA, Purpose::Campaign) };
    assert_eq!(told(&gate(noon, out)), "skip: contact_opted_out", "what they want comes first");
    let off = Asked { registration, number_enabled: false, ..asked(&settings, FLORIDA, Purpose::Campaign) };
    assert_eq!(told(&gate(noon, off)), "skip: number_disabled");
}

#[test]
fn quiet_hours_of_a_conversation_are_told_by_the_best_clock_there_is() {
    let settings = Settings { quiet_hours: Some(quiet("21:00", "08:00")), ..Settings::default() };
    let conversation = |phone| asked(&settings, phone, Purpose::Conversation);
    let said = |asked, now| told(&gate(at(now), asked));
    // Eleven in the evening of New York, eight of California.
    let now = "2026-06-11T03:00:00Z";
    assert_eq!(said(conversation(CALIFORNIA), now), "send");
    assert_eq!(said(conversation(FLORIDA), now), "quiet_hours until 2026-06-11T12:00:00Z");
    assert_eq!(said(conversation(NOWHERE), now), "quiet_hours until 2026-06-11T12:00:00Z", "the business's");
    let own = Asked { contact_zone: Some("Europe/Berlin"), ..conversation(CALIFORNIA) };
    assert_eq!(said(own, now), "quiet_hours until 2026-06-11T06:00:00Z");
    let awake = |minutes: i64| Asked { wrote_at: Some(at(now) - minutes.minutes()), ..conversation(FLORIDA) };
    assert_eq!(said(awake(60), now), "send", "who has just written is awake");
    assert_eq!(said(awake(61), now), "quiet_hours until 2026-06-11T12:00:00Z");
    let campaign = Asked { purpose: Purpose::Campaign, ..awake(5) };
    assert_eq!(said(campaign, now), "legal_hours until 2026-06-11T12:00:00Z", "not to be texted by many");
    // A number of Russia can be where it is ten hours later; no hour is open in all of it.
    let wide = Settings { quiet_hours: Some(quiet("18:00", "09:00")), ..Settings::default() };
    let russia = asked(&wide, "+79161234567", Purpose::Conversation);
    assert_eq!(said(russia, now), "quiet_hours until 2026-06-11T13:00:00Z", "the business's own clock");
    assert_eq!(said(Asked { purpose: Purpose::Campaign, ..russia }, now), "skip: no_open_hour");
}

#[test]
fn nobody_has_more_texts_than_are_allowed() {
    let noon = at("2026-06-10T16:00:00Z");
    let had: Vec<_> = [2, 5, 23, 30, 100].iter().map(|hours: &i64| noon - hours.hours()).collect();
    let free = Settings::default();
    let cap = |texts, days, otherwise| Settings {
        campaign_cap: Some(CampaignCap { texts, days, otherwise }),
        ..Settings::default()
    };
    let (weekly, dropping) = (cap(5, 7, Otherwise::Defer), cap(1, 1, Otherwise::Skip));
    let said = |settings, phone, had| told(&gate(noon, Asked { had, ..asked(settings, phone, Purpose::Campaign) }));
    assert_eq!(said(&free, FLORIDA, &had[..2]), "send");
    assert_eq!(said(&free, FLORIDA, &had[1..]), "send", "the third of them is past");
    assert_eq!(said(&free, FLORIDA, &had), "frequency_cap until 2026-06-10T17:00:00Z", "Florida allows three a day");
    assert_eq!(said(&free, CALIFORNIA, &had), "send");
    assert_eq!(said(&weekly, CALIFORNIA, &had[..4]), "send");
    // A week after the fifth last it is noon; the fourth hour earlier would be night.
    assert_eq!(said(&weekly, CALIFORNIA, &had), "frequency_cap until 2026-06-13T15:00:00Z");
    assert_eq!(said(&dropping, CALIFORNIA, &had), "skip: frequency_cap");
    assert_eq!(said(&dropping, FLORIDA, &had), "skip: frequency_cap", "the law's cap too, as the tenant wants it");
    assert_eq!(said(&dropping, CALIFORNIA, &[]), "send");
    let wants = |settings, over_cap| {
        let untimely = Untimely { over_cap, ..Untimely::default() };
        told(&gate(noon, Asked { had: &had, untimely, ..asked(settings, FLORIDA, Purpose::Campaign) }))
    };
    assert_eq!(wants(&free, Some(Otherwise::Skip)), "skip: frequency_cap", "a campaign may want it otherwise");
    assert_eq!(wants(&dropping, Some(Otherwise::Defer)), "frequency_cap until 2026-06-11T14:00:00Z");
    assert_eq!(wants(&weekly, None), "frequency_cap until 2026-06-13T12:00:00Z");
    let conversation = Asked { had: &had, ..asked(&dropping, FLORIDA, Purpose::Conversation) };
    assert_eq!(told(&gate(noon, conversation)), "send", "an answer is no campaign");
}

#[test]
fn a_campaign_may_leave_out_whom_it_finds_in_quiet_hours() {
    let untimely = Untimely { outside_hours: Otherwise::Skip, ..Untimely::default() };
    let settings = Settings { quiet_hours: Some(quiet("17:00", "10:00")), ..Settings::default() };
    let said = |settings, phone, had, now: &str| {
        told(&gate(at(now), Asked { untimely, had, ..asked(settings, phone, Purpose::Campaign) }))
    };
    let free = Settings::default();
    let (night, day) = ("2026-06-11T00:30:00Z", "2026-06-10T19:00:00Z");
    assert_eq!(said(&free, FLORIDA, &[], night), "skip: legal_hours");
    assert_eq!(said(&settings, CALIFORNIA, &[], night), "skip: quiet_hours");
    assert_eq!(said(&settings, CALIFORNIA, &[], day), "send");
    let had = [at(day), at(day), at(day)];
    assert!(said(&free, FLORIDA, &had, night).starts_with("frequency_cap until"), "that waits");
    let explained = |settings, phone| {
        let asked = Asked { untimely, ..asked(settings, phone, Purpose::Campaign) };
        explain(at(night), &asked, &gate(at(night), asked))
    };
    assert_eq!(explained(&settings, CALIFORNIA), "It is 17:30 where this person is, which is in quiet hours.");
    assert!(explained(&free, FLORIDA).starts_with("It is 20:30 in Florida, where"));
    let conversation = Asked { untimely, ..asked(&settings, CALIFORNIA, Purpose::Conversation) };
    assert_eq!(told(&gate(at(night), conversation)), "quiet_hours until 2026-06-11T17:00:00Z", "a reply waits");
}

#[test]
fn the_sender_is_told_how_far_back_to_look() {
    let now = at("2026-06-10T16:00:00Z");
    let free = Settings::default();
    let capped = Settings {
        campaign_cap: Some(CampaignCap { texts: 2, days: 7, otherwise: Otherwise::Defer }),
        ..Settings::default()
    };
    let hours =
        |settings, phone, purpose| looks_back(now, &asked(settings, phone, purpose)).map(|within| within.as_hours());
    assert_eq!(hours(&free, CALIFORNIA, Purpose::Campaign), None);
    assert_eq!(hours(&free, FLORIDA, Purpose::Campaign), Some(24));
    assert_eq!(hours(&capped, FLORIDA, Purpose::Campaign), Some(7 * 24));
    assert_eq!(hours(&capped, FLORIDA, Purpose::Conversation), None);
}

#[test]
fn a_verdict_is_explained_for_this_one_person() {
    let now = at("2026-06-11T00:30:00Z");
    let settings = Settings::default();
    let explained = |asked: Asked<'_>| explain(now, &asked, &gate(now, asked));
    let campaign = asked(&settings, FLORIDA, Purpose::Campaign);
    assert_eq!(
        explained(campaign),
        "It is 20:30 in Florida, where texts like this may go from 8:00 to 20:00 (Florida Telephone Solicitation Act, \
         since 1 July 2021); it goes tomorrow at 8:00."
    );
    let had: Vec<_> = [1, 2, 3].iter().map(|hours: &i64| now - hours.hours()).collect();
    assert_eq!(
        explained(Asked { had: &had, ..campaign }),
        "This person has had 3 campaign texts within 24 hours, the most that Florida allows (Florida Telephone \
         Solicitation Act); it goes tomorrow at 17:30."
    );
    let capped = Settings {
        campaign_cap: Some(CampaignCap { texts: 1, days: 7, otherwise: Otherwise::Defer }),
        quiet_hours: Some(quiet("17:00", "10:00")),
        ..Settings::default()
    };
    assert_eq!(
        explained(Asked { had: &had, ..asked(&capped, CALIFORNIA, Purpose::Campaign) }),
        "This person has had 1 campaign text within 7 days, the most that you allow; it goes on 17 June at 16:30."
    );
    assert_eq!(
        explained(asked(&capped, CALIFORNIA, Purpose::Campaign)),
        "It is 17:30 where this person is, which is in quiet hours; it goes tomorrow at 10:00."
    );
    assert_eq!(explained(Asked { opted_out: true, ..campaign }), Reason::ContactOptedOut.explanation());
    assert_eq!(format!("{campaign:?}"), "Asked { purpose: Campaign, zone: None, .. }", "numbers stay out of logs");
}
