use super::*;
use crate::campaign::Texts;
use crate::consent::Wishes;
use crate::gate::Purpose;
use crate::tenant::Settings;

/// Seconds after eight in the morning of London, on a Friday in January.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

#[test]
fn who_must_wait_is_told_why_and_not_beyond_their_time() {
    let settings = Settings::default();
    let recipient = Recipient {
        id: Uuid::from_u128(1).into(),
        campaign: Uuid::from_u128(2).into(),
        contact: Uuid::from_u128(3).into(),
        phone: "+13055550123".into(),
        number: Uuid::from_u128(4).into(),
        standing: Standing::Pending,
        attempt: 0,
        opted_out_at: None,
        conversation: None,
        workflow: None,
    };
    let wait = |phone, had, send_before| {
        let asked = Asked {
            settings: &settings,
            number_enabled: true,
            registration: crate::registration::Status::NOT_NEEDED,
            contact_blocked: false,
            opted_out: false,
            wishes: Wishes::default(),
            phone,
            contact_zone: None,
            contact_quiet: None,
            had,
            untimely: crate::campaign::Untimely::default(),
            wrote_at: None,
            purpose: Purpose::Campaign,
        };
        let campaign = Running {
            id: Uuid::from_u128(2).into(),
            texts: Texts::only("Hi".parse().unwrap()),
            send_before,
            is_mms: false,
        };
        let (rendering, person) = (Rendering::new("en"), Person::default());
        due(at(0), &campaign, &recipient, &rendering, person, None, asked)
    };
    // In Florida it is three in the night; in Texas, where it opens at nine, it is two.
    let hour = 3_600;
    for (phone, had, hours, reason) in [
        ("+13055550123", &[][..], 5, Reason::LegalHours),
        ("+15125550123", &[], 7, Reason::LegalHours),
        ("+13055550123", &[at(-hour), at(-2 * hour), at(-12 * hour)], 12, Reason::FrequencyCap),
    ] {
        let until = at(hours * hour);
        let (moved, waits) = wait(phone, had, None);
        assert_eq!(waits, Due::Wait { until, reason }, "{phone}");
        assert_eq!((moved.to, moved.ready_at), (Standing::Deferred, Some(until)));
        assert_eq!(moved.failure.as_ref().map(|failure| &*failure.code), Some(reason.code()));
        assert!(moved.failure.unwrap().explanation.contains("it goes today at"), "{phone}");
        assert_eq!(wait(phone, had, Some(until)).1, Due::Skip(Skip::TooLate), "{phone}");
        assert_eq!(wait(phone, had, Some(at(hours * hour + 1))).1, waits, "{phone}");
    }
}
