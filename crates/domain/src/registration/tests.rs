use super::*;

fn address(text: &str) -> Address {
    Address::parse_sender(text).unwrap()
}

#[test]
fn the_number_tells_what_sort_of_sender_it_is() {
    for (text, sender) in [
        ("+14155552671", Sender::UsLongCode),
        ("+18003569377", Sender::TollFree),
        ("+18885550100", Sender::TollFree),
        ("+16135550123", Sender::Other),
        ("+17872345678", Sender::Other),
        ("+4915123456789", Sender::Other),
        ("+448001111111", Sender::Other),
        ("72345", Sender::ShortCode),
        ("Bakery", Sender::Other),
    ] {
        assert_eq!(Sender::of(&address(text)), sender, "{text}");
    }
}

#[test]
fn only_what_would_be_refused_is_stopped() {
    const US: &str = "+12125550123";
    const CANADA: &str = "+16135550123";
    const GERMANY: &str = "+4915123456789";
    // State, then whether an ordinary US number may text the USA, and a toll-free number anybody.
    for (state, passes) in [
        (State::NotNeeded, true),
        (State::Unknown, true),
        (State::Unregistered, false),
        (State::Pending, false),
        (State::Registered, true),
        (State::Rejected, false),
        (State::Suspended, false),
    ] {
        for (from, to, expected) in [
            ("+14155552671", US, passes),
            ("+14155552671", CANADA, true),
            ("+14155552671", GERMANY, true),
            ("+18003569377", US, passes),
            ("+18003569377", CANADA, passes),
            ("72345", US, true),
            (GERMANY, US, true),
        ] {
            let status = Status::of(Sender::of(&address(from)), Some(state));
            assert_eq!(status.may_text(to), expected, "{from} to {to}, {state:?}");
            assert!(expected || status.stops(), "{from}, {state:?}");
        }
    }
}

#[test]
fn what_nobody_has_looked_at_stops_nothing() {
    for (text, state) in [
        ("+14155552671", State::Unknown),
        ("+18003569377", State::Unknown),
        ("72345", State::NotNeeded),
        ("+4915123456789", State::NotNeeded),
    ] {
        let unseen = Registration::unseen(&address(text));
        assert_eq!((unseen.status.state, unseen.read_at), (state, None), "{text}");
        assert!(unseen.status.may_text("+12125550123"), "{text}");
    }
}

#[test]
fn whoever_is_stopped_is_told_the_mend() {
    for state in State::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        assert_eq!(State::parse(state.as_str()), Some(state));
        for from in ["+14155552671", "+18003569377"] {
            let status = Status::of(Sender::of(&address(from)), Some(state));
            let settled = matches!(state, State::NotNeeded | State::Registered);
            assert_eq!(status.mend().is_none(), settled, "{from}, {state:?}");
        }
    }
}

#[test]
fn what_stops_texts_is_read_again_soon_and_what_is_well_daily() {
    let now = Timestamp::UNIX_EPOCH;
    let of = |state| Status::of(Sender::UsLongCode, Some(state));
    let hours = |read: &[State], failed| {
        next_reading(now, read.iter().map(|state| of(*state)), failed).duration_since(now).as_hours()
    };
    assert_eq!(hours(&[State::Registered, State::Unknown, State::NotNeeded], false), 24);
    assert_eq!(hours(&[State::Registered, State::Pending], false), 1);
    assert_eq!(hours(&[State::Unregistered], false), 1);
    assert_eq!((hours(&[], false), hours(&[], true)), (24, 1));
}

#[test]
fn only_three_codes_say_that_the_sender_is_not_registered() {
    for (code, says) in
        [("40010", true), ("40329", true), ("40330", true), ("40312", false), ("40013", false), ("", false)]
    {
        assert_eq!(refused_as_unregistered(code), says, "{code}");
    }
}

#[test]
fn the_carriers_own_words_stay_out_of_logs() {
    let reason = Some("Jane Doe's website does not load".into());
    let registration = Registration { reason, ..Registration::unseen(&address("+14155552671")) };
    assert!(!format!("{registration:?}").contains("Jane"));
}
