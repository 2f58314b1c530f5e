use super::*;

fn address(text: &str) -> Address {
    Address::parse_sender(text).unwrap()
}

fn phone(text: &str) -> E164 {
    E164::parse(text, None).unwrap()
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
            let registration = Registration { state, ..Registration::unseen(&address(from)) };
            assert_eq!(registration.may_text(&phone(to)), expected, "{from} to {to}, {state:?}");
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
        assert_eq!((unseen.state, unseen.checked_at), (state, None), "{text}");
        assert!(unseen.may_text(&phone("+12125550123")), "{text}");
    }
}

#[test]
fn whoever_is_stopped_is_told_the_mend() {
    for state in State::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        for from in ["+14155552671", "+18003569377"] {
            let registration = Registration { state, ..Registration::unseen(&address(from)) };
            let settled = matches!(state, State::NotNeeded | State::Registered);
            assert_eq!(registration.mend().is_none(), settled, "{from}, {state:?}");
        }
    }
}
