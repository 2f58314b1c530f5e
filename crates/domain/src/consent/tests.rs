use proptest::prelude::*;

use super::*;
use crate::gate::{Asked, Purpose as Why, Verdict, gate};
use crate::tenant::Settings;

fn at(second: i64) -> Timestamp {
    // Noon in Kansas, in June.
    Timestamp::from_second(1_781_200_000 + second).unwrap()
}

#[test]
fn what_was_said_last_counts() {
    use State::{OptedIn, OptedOut, Pending};
    let after = |lines: &[(State, i64)]| {
        let standing = lines.iter().fold(Standing::default(), |so_far, (state, when)| so_far.with(*state, at(*when)));
        (standing.has_agreed(), standing.has_refused())
    };
    for (lines, (agreed, refused)) in [
        (&[][..], (false, false)),
        (&[(OptedIn, 1)], (true, false)),
        (&[(OptedOut, 1)], (false, true)),
        (&[(OptedIn, 1), (OptedOut, 2)], (false, true)),
        (&[(OptedOut, 2), (OptedIn, 1)], (false, true)),
        (&[(OptedOut, 1), (OptedIn, 2)], (true, false)),
        (&[(OptedIn, 2), (OptedOut, 1)], (true, false)),
        (&[(OptedIn, 1), (OptedOut, 1)], (false, true)),
        (&[(Pending, 1)], (false, false)),
        (&[(OptedOut, 1), (Pending, 2)], (false, true)),
        (&[(OptedIn, 1), (Pending, 2)], (true, false)),
    ] {
        assert_eq!(after(lines), (agreed, refused), "{lines:?}");
    }
}

#[test]
fn a_campaign_asks_for_what_it_is() {
    let agreed = Standing::default().with(State::OptedIn, at(1));
    let refused = Standing::default().with(State::OptedOut, at(1));
    let said = |purpose, standing, suppressed: bool, rule| {
        let settings = Settings { marketing_consent: rule, ..Settings::default() };
        Wishes { purpose, standing, suppressed_at: suppressed.then(|| at(0)), heard_at: None }
            .against_campaign(at(0), &settings)
    };
    use MarketingConsent::{Implied, Required};
    use Purpose::{Marketing, Service};
    for (purpose, standing, rule, expected) in [
        (Marketing, Standing::default(), Implied, None),
        (Marketing, Standing::default(), Required, Some(Reason::NotOptedIn)),
        (Marketing, agreed, Required, None),
        (Marketing, refused, Implied, Some(Reason::PurposeOptedOut)),
        (Marketing, refused, Required, Some(Reason::PurposeOptedOut)),
        (Service, Standing::default(), Required, None),
        (Service, refused, Implied, Some(Reason::PurposeOptedOut)),
    ] {
        assert_eq!(said(purpose, standing, false, rule), expected, "{purpose:?} {standing:?} {rule:?}");
        assert_eq!(said(purpose, standing, true, rule), Some(Reason::Suppressed));
    }
}

#[test]
fn what_is_shown_is_what_the_gate_goes_by() {
    let standing = |yes: Option<i64>, no: Option<i64>| Standing { opted_in_at: yes.map(at), opted_out_at: no.map(at) };
    for (yes, no, stopped, says) in [
        (None, None, None, None),
        (Some(1), None, None, Some((State::OptedIn, at(1)))),
        (None, Some(2), None, Some((State::OptedOut, at(2)))),
        (Some(1), Some(2), None, Some((State::OptedOut, at(2)))),
        (Some(3), Some(2), None, Some((State::OptedIn, at(3)))),
        (Some(2), Some(2), None, Some((State::OptedOut, at(2)))),
        (Some(3), Some(2), Some(4), Some((State::OptedOut, at(4)))),
        (Some(1), Some(2), Some(4), Some((State::OptedOut, at(2)))),
        (None, None, Some(4), Some((State::OptedOut, at(4)))),
    ] {
        let standing = standing(yes, no);
        let found = standing.says(stopped.map(at));
        assert_eq!(found, says, "{yes:?} {no:?} {stopped:?}");
        let wishes = Wishes { purpose: Purpose::Marketing, standing, ..Wishes::default() };
        let settings = |rule| Settings { marketing_consent: rule, ..Settings::default() };
        let goes = |rule| stopped.is_none() && wishes.against_campaign(at(9), &settings(rule)).is_none();
        let state = found.map(|(state, _)| state);
        assert_eq!(goes(MarketingConsent::Implied), state != Some(State::OptedOut));
        assert_eq!(goes(MarketingConsent::Required), state == Some(State::OptedIn));
    }
}

#[test]
fn what_nobody_renewed_lapses() {
    let day = |text: &str| text.parse::<Timestamp>().unwrap();
    let settings = Settings {
        marketing_consent: MarketingConsent::Required,
        consent_lapses_months: Some(6),
        ..Settings::default()
    };
    let agreed = Standing::default().with(State::OptedIn, day("2026-01-31T12:00:00Z"));
    let says = |settings: &Settings, purpose, heard: Option<&str>, now| {
        let wishes = Wishes { purpose, standing: agreed, suppressed_at: None, heard_at: heard.map(day) };
        wishes.against_campaign(day(now), settings)
    };
    let (before, after) = ("2026-07-31T11:59:59Z", "2026-07-31T12:00:00Z");
    let lapsed = Some(Reason::ConsentLapsed);
    for (heard, now, expected) in [
        (None, before, None),
        (None, after, lapsed),
        (Some("2026-01-01T12:00:00Z"), after, lapsed),
        (Some("2026-03-01T12:00:00Z"), after, None),
        (Some("2026-03-01T12:00:00Z"), "2026-09-01T12:00:00Z", lapsed),
    ] {
        assert_eq!(says(&settings, Purpose::Marketing, heard, now), expected, "{heard:?} {now}");
    }
    assert_eq!(says(&settings, Purpose::Service, None, after), None, "it is about marketing");
    let implied = Settings { marketing_consent: MarketingConsent::Implied, ..settings.clone() };
    assert_eq!(says(&implied, Purpose::Marketing, None, after), None, "nobody must have agreed");
    let never = Settings { consent_lapses_months: None, ..settings };
    assert_eq!(says(&never, Purpose::Marketing, None, after), None);
}

/// A line of the ledger, as far as a rule looks at it. `purpose` and `sender`: `None` is all of them.
#[derive(Debug, Clone, Copy)]
struct Line {
    state: State,
    purpose: Option<Purpose>,
    sender: Option<u128>,
    second: i64,
}

impl Line {
    fn is_about(&self, purpose: Purpose, sender: u128) -> bool {
        self.purpose.is_none_or(|about| about == purpose) && self.sender.is_none_or(|about| about == sender)
    }
}

/// What is kept of a ledger where every send looks.
#[derive(Default)]
struct Kept {
    opted_out_at: Option<Timestamp>,
    standings: std::collections::BTreeMap<(Purpose, Option<u128>), Standing>,
}

impl Kept {
    fn of(lines: &[Line]) -> Self {
        let mut kept = Self::default();
        for line in lines {
            let when = at(line.second);
            match (line.purpose, line.state) {
                (Some(purpose), state) => {
                    let standing = kept.standings.entry((purpose, line.sender)).or_default();
                    *standing = standing.with(state, when);
                }
                (None, State::OptedOut) => kept.opted_out_at = kept.opted_out_at.max(Some(when)),
                // START: only they can say it, and one that is older than a STOP says nothing.
                (None, State::OptedIn) => kept.opted_out_at = kept.opted_out_at.filter(|out| *out > when),
                (None, State::Pending) => {}
            }
        }
        kept
    }

    fn standing(&self, purpose: Purpose, sender: u128) -> Standing {
        let of = |sender| self.standings.get(&(purpose, sender)).copied().unwrap_or_default();
        of(None).and(of(Some(sender)))
    }

    fn lets_out(&self, purpose: Purpose, sender: u128, rule: MarketingConsent) -> bool {
        let settings = Settings { marketing_consent: rule, ..Settings::default() };
        let asked = Asked {
            settings: &settings,
            number_enabled: true,
            registration: crate::registration::Status::NOT_NEEDED,
            contact_blocked: false,
            opted_out: self.opted_out_at.is_some(),
            wishes: Wishes { purpose, standing: self.standing(purpose, sender), ..Wishes::default() },
            phone: "+13165550123",
            contact_zone: None,
            contact_quiet: None,
            had: &[],
            untimely: crate::campaign::Untimely::default(),
            wrote_at: None,
            purpose: Why::Campaign,
        };
        gate(at(0), asked) == Verdict::Send
    }
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let state = prop_oneof![Just(State::OptedIn), Just(State::OptedOut), Just(State::Pending)];
    let purpose = prop_oneof![Just(None), Just(Some(Purpose::Marketing)), Just(Some(Purpose::Service))];
    let line = (state, purpose, prop::option::of(1_u128..3), -9_i64..0).prop_map(|(state, purpose, sender, second)| {
        // What is about everything is about all our numbers.
        Line { state, purpose, sender: sender.filter(|_| purpose.is_some()), second }
    });
    prop::collection::vec(line, 0..9)
}

proptest! {
    /// Whatever came before: if the newest of what they said about such texts is no, none goes out.
    #[test]
    fn no_ledger_lets_a_text_out_after_a_no(lines in lines(), required in any::<bool>(), sender in 1_u128..3) {
        let rule = if required { MarketingConsent::Required } else { MarketingConsent::Implied };
        let kept = Kept::of(&lines);
        for purpose in Purpose::ALL {
            let about: Vec<_> = lines.iter().filter(|line| line.state != State::Pending && line.is_about(purpose, sender)).collect();
            let newest = about.iter().map(|line| line.second).max();
            let says_no = about.iter().any(|line| Some(line.second) == newest && line.state == State::OptedOut
                // START that comes at the moment of a STOP undoes it; they were in that order.
                && (line.purpose.is_some() || kept.opted_out_at.is_some()));
            let goes = kept.lets_out(purpose, sender, rule);
            prop_assert!(!(says_no && goes), "{purpose:?} {sender} {lines:?}");
            let agreed = about.iter().any(|line| line.purpose == Some(purpose) && line.state == State::OptedIn);
            prop_assert!(agreed || !goes || !required || purpose == Purpose::Service, "nobody agreed: {lines:?}");
        }
    }

    /// START gives back what STOP took, and nothing that was not there.
    #[test]
    fn start_after_stop_restores_what_was(lines in lines(), required in any::<bool>(), sender in 1_u128..3) {
        let rule = if required { MarketingConsent::Required } else { MarketingConsent::Implied };
        let stop = Line { state: State::OptedOut, purpose: None, sender: None, second: 10 };
        let start = Line { state: State::OptedIn, second: 11, ..stop };
        let stopped = [&lines[..], &[stop]].concat();
        let again = [&stopped[..], &[start]].concat();
        // Whatever STOPs there were are undone too: START is about everything.
        let without_stops: Vec<_> = lines.iter().filter(|line| line.purpose.is_some()).copied().collect();
        for purpose in Purpose::ALL {
            prop_assert!(!Kept::of(&stopped).lets_out(purpose, sender, rule));
            prop_assert_eq!(
                Kept::of(&again).lets_out(purpose, sender, rule),
                Kept::of(&without_stops).lets_out(purpose, sender, rule)
            );
        }
    }
}

#[test]
fn a_number_has_its_own_lines() {
    let (one, two) = (1, 2);
    let line = |state, sender, second| Line { state, purpose: Some(Purpose::Marketing), sender, second };
    let goes =
        |lines: &[Line], sender| Kept::of(lines).lets_out(Purpose::Marketing, sender, MarketingConsent::Required);
    let agreed_to_one = [line(State::OptedIn, Some(one), -9)];
    assert!(goes(&agreed_to_one, one) && !goes(&agreed_to_one, two));
    let then_no = [&agreed_to_one[..], &[line(State::OptedOut, None, -8)]].concat();
    assert!(!goes(&then_no, one));
    let agreed_but_to_one = [line(State::OptedIn, None, -9), line(State::OptedOut, Some(one), -8)];
    assert!(!goes(&agreed_but_to_one, one) && goes(&agreed_but_to_one, two));
}
