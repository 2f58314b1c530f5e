use serde_json::json;

use super::House;

#[test]
fn settings_are_shown_and_those_that_are_said_change() {
    let house = House::with_acme("settings");
    let settings = ["tenant", "settings", "--tenant", "Acme"];
    let with = |said: &[&'static str]| [&settings[..], said].concat();
    let before = house.done(&settings);
    assert_eq!((&before["name"], &before["settings"]["region"]), (&json!("Acme"), &json!("US")));

    let set = house.done(&with(&[
        "--region",
        "de",
        "--time-zone",
        "Europe/Berlin",
        "--resume-window-days",
        "14",
        "--undo-seconds",
        "0",
        "--quiet-hours",
        "21:00-08:00",
        "--help-text",
        "Call us.",
    ]));
    assert_eq!(
        set["settings"],
        json!({
            "region": "DE", "time_zone": "Europe/Berlin", "resume_window_days": 14, "undo_seconds": 0,
            "quiet_hours": { "from": "21:00", "until": "08:00" }, "campaign_cap": null, "campaign_approval_above": null,
            "links_base": null, "marketing_consent": "implied", "consent_lapses_months": null, "opt_in": { "days": 7, "request": "", "words": [] },
            "sending_limits": {
                "campaigns_per_minute": null, "account_per_minute": null, "account_per_day": null, "number_per_day": null,
            },
            "help_text": "Call us.",
            "stop_confirmation": before["settings"]["stop_confirmation"],
            "keywords": { "stop": [], "help": [], "start": [] }, "office_hours": null,
            "routes": [], "sms_assistant": null, "run_record_days": 90,
        })
    );
    assert_eq!(house.done(&settings), set);

    let cleared = house.done(&with(&["--quiet-hours", "none", "--name", "Acme Bakery"]));
    assert_eq!((&cleared["name"], &cleared["settings"]["quiet_hours"]), (&json!("Acme Bakery"), &json!(null)));
    assert_eq!(cleared["settings"]["region"], "DE");
}

#[test]
fn what_makes_no_sense_is_refused_by_its_flag() {
    let house = House::with_acme("settings_refused");
    for (flag, value) in [
        ("--region", "XX"),
        ("--time-zone", "Mars/Olympus"),
        ("--undo-seconds", "61"),
        ("--quiet-hours", "21:00"),
        ("--quiet-hours", "21:00-21:00"),
        ("--help-text", " "),
        ("--name", " "),
    ] {
        let said = house.refused(&["tenant", "settings", "--tenant", "Acme", flag, value]);
        assert!(said.contains(flag), "{flag} {value}: {said}");
    }
    assert!(house.refused(&["tenant", "settings", "--tenant", "Nobody"]).contains("tidings tenant list"));
}
