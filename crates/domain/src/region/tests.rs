use std::collections::HashMap;

use super::*;
use crate::phone::E164;

/// `US-FL New_York, US-FL Chicago`.
fn told(phone: &str) -> String {
    let mut spots: Vec<_> = of_number(phone)
        .iter()
        .map(|spot| format!("{} {}", spot.place.code(), spot.clock.name().rsplit('/').next().unwrap()))
        .collect();
    spots.sort();
    spots.join(", ")
}

#[test]
fn a_number_tells_where_it_is() {
    for (phone, expected) in [
        ("+14155550123", "US-CA Los_Angeles"),
        ("+13055550123", "US-FL New_York"),
        ("+18505550123", "US-FL Chicago, US-FL New_York"),
        ("+14485550123", "US-FL Chicago, US-FL New_York"),
        ("+19155550123", "US-TX Denver"),
        ("+15125550123", "US-TX Chicago"),
        ("+19065550123", "US-MI Detroit, US-MI Menominee"),
        ("+19285550123", "US-AZ Denver, US-AZ Phoenix"),
        ("+17875550123", "US-PR Puerto_Rico"),
        ("+19025550123", "CA-NS Halifax, CA-PE Halifax"),
        ("+18765550123", "JM Jamaica"),
        ("+33612345678", "FR Paris"),
        ("+447400123456", "GB London"),
        ("+77011234567", "KZ Almaty"),
        ("+351912345678", "PT Azores, PT Lisbon"),
        ("+262692123456", "RE Reunion, YT Mayotte"),
        ("+881612345678", ""),
        ("+1", ""),
        ("+141", ""),
        ("+", ""),
        ("", ""),
        ("14155550123", ""),
        ("Acme", ""),
        ("+1４155550123", ""),
        ("+0", ""),
    ] {
        assert_eq!(told(phone), expected, "{phone}");
    }
    assert_eq!(told("+79161234567").split(", ").count(), 11);
    for nowhere in ["+18005550123", "+15005550123", "+15555550123", "+10005550123"] {
        let places: Vec<_> = of_number(nowhere).iter().map(|spot| spot.place.code()).collect();
        assert!(["US-HI", "US-FL", "US-PR", "CA-NL", "CA-YT"].iter().all(|code| places.contains(code)), "{nowhere}");
        assert!(!places.iter().any(|code| code.len() == 2 || ["US-GU", "US-MP", "US-AS"].contains(code)), "{nowhere}");
    }
}

#[test]
fn every_clock_is_in_the_database_that_is_built_in() {
    for (_, zones, _) in nanp::AREAS {
        assert!(zones.split(' ').all(|name| zone(name).is_ok()), "{zones}");
    }
    for (_, _, zones) in countries::COUNTRIES {
        assert!(zones.split(' ').all(|name| zone(name).is_ok()), "{zones}");
    }
}

#[test]
fn no_area_code_is_told_twice_and_states_are_whole() {
    let mut told = HashMap::new();
    for (places, _, codes) in nanp::AREAS {
        assert!(places.split(' ').all(|code| names::name(code) != code || code.len() == 2), "{places} has no name");
        for code in *codes {
            assert!((200..1_000).contains(code), "{code}");
            assert_eq!(told.insert(code, places), None, "{code} is told twice");
        }
    }
    let states = Place::all().filter(|place| place.country() == "US").count();
    let provinces = Place::all().filter(|place| place.country() == "CA").count();
    // Fifty states, the capital and five territories; ten provinces and three territories.
    assert_eq!((states, provinces), (56, 13));
}

/// Google's numbering plans know which country a number is in: a second source for what the tables say.
#[test]
fn the_numbering_plans_agree() {
    let mut disagree = Vec::new();
    for code in 200..1_000_u16 {
        // An exchange that most area codes have given out, and one that the small islands have.
        let country = ["2345678", "4101234"]
            .iter()
            .find_map(|rest| E164::from_carrier(&format!("+1{code}{rest}")).ok()?.region());
        let ours: Vec<_> = of_number(&format!("+1{code}2345678")).iter().map(|spot| spot.place.country()).collect();
        let is_anywhere = ours.contains(&"US") && ours.contains(&"CA");
        match country.as_deref() {
            // Not given out, or of the islands, whose exchanges are few.
            None => {}
            Some("PR" | "VI" | "GU" | "MP" | "AS") if ours.contains(&"US") => {}
            Some(theirs) if ours.iter().all(|own| *own == theirs) => {}
            Some("US" | "CA")
                if is_anywhere
                    && E164::from_carrier(&format!("+1{code}2345678")).unwrap().kind()
                        != crate::phone::LineKind::FixedLineOrMobile => {}
            Some(theirs) => disagree.push(format!("{code}: {theirs}, and not {ours:?}")),
        }
    }
    assert!(disagree.is_empty(), "{disagree:#?}");
}

#[test]
fn where_a_person_is_and_how_that_is_known() {
    let told = |phone, own, tenant| {
        let found = Whereabouts::of(phone, own, tenant)?;
        let clocks: Vec<_> = found.clocks().map(|zone| zone.iana_name().unwrap_or("?").to_owned()).collect();
        let mut places: Vec<_> = found.places().map(|(_, place)| place.code()).collect();
        places.sort_unstable();
        places.dedup();
        Ok::<_, HoursError>(format!("{}: {} by {}", found.provenance().as_str(), places.join(" "), clocks.join(" ")))
    };
    let ny = "America/New_York";
    let said = |phone, own| told(phone, own, ny).unwrap();
    assert_eq!(said("+14155550123", None), "number: US-CA by America/Los_Angeles");
    assert_eq!(said("+18505550123", None), "number: US-FL by America/Chicago America/New_York");
    assert_eq!(said("+18505550123", Some("America/Chicago")), "contact: US-FL by America/Chicago");
    assert_eq!(
        said("+18505550123", Some("US/Central")),
        "contact: US-FL by US/Central",
        "another name of the same clock"
    );
    assert_eq!(said("+13135550123", Some(ny)), "contact: US-MI by America/New_York");
    assert_eq!(said("+14155550123", Some("Europe/Paris")), "contact: FR US-CA by Europe/Paris");
    assert_eq!(said("+14155550123", Some("America/Phoenix")), "contact: US-AZ US-CA by America/Phoenix");
    assert_eq!(said("+14155550123", Some("Mars/Olympus")), "number: US-CA by America/Los_Angeles");
    assert_eq!(said("+18005550123", Some("Pacific/Honolulu")), "contact: US-HI by Pacific/Honolulu");
    for nowhere in ["UTC", "utc", "Etc/UTC", "Etc/GMT+5", "GMT", "Zulu"] {
        assert_eq!(said("+14155550123", Some(nowhere)), "number: US-CA by America/Los_Angeles", "{nowhere}");
    }
    assert_eq!(told("+881612345678", None, "Asia/Tokyo").unwrap(), "tenant: JP by Asia/Tokyo");
    assert_eq!(told("+881612345678", None, "Mars/Base").unwrap_err(), HoursError::UnknownZone("Mars/Base".into()));
    assert!(told("+14155550123", None, "Mars/Base").is_ok(), "nobody asks for it");
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_called_a_number_breaks_it(phone in "\\+?[0-9]{0,20}|\\PC{0,16}", own in proptest::option::of("[A-Za-z/_]{0,20}")) {
        let found = Whereabouts::of(&phone, own.as_deref(), "Europe/Berlin").unwrap();
        proptest::prop_assert!(found.clocks().count() > 0);
    }
}
