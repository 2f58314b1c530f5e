use serde_json::json;

use super::House;

#[test]
fn teams_are_made_filled_renamed_and_removed() {
    let house = House::with_acme("teams");
    for email in ["ann@acme.test", "ben@acme.test"] {
        house.done(&["user", "create", "--tenant", "Acme", "--email", email, "--name", "Someone"]);
    }
    let desk = ["team", "create", "--tenant", "Acme", "--name", "Front desk"];
    let made = house.done(&[&desk[..], &["--member", "Ann@acme.test"]].concat());
    assert_eq!((&made["name"], made["member_ids"].as_array().unwrap().len()), (&json!("Front desk"), 1));
    assert!(house.refused(&["team", "create", "--tenant", "Acme", "--name", "FRONT DESK"]).contains("Another team"));
    assert!(house.refused(&[&desk[..], &["--member", "cal@acme.test"]].concat()).contains("tidings user list"));

    let change = ["team", "change", "--tenant", "Acme", "front desk", "--name", "Counter"];
    let both = ["--member", "ann@acme.test", "--member", "ben@acme.test"];
    let changed = house.done(&[&change[..], &both].concat());
    assert_eq!((&changed["id"], changed["member_ids"].as_array().unwrap().len()), (&made["id"], 2));
    assert_eq!(house.done(&["team", "list", "--tenant", "Acme"])["data"], json!([changed]));

    let removed = house.done(&["team", "remove", "--tenant", "Acme", "counter"]);
    assert_eq!((&removed["id"], &removed["removed"]), (&made["id"], &json!(true)));
    assert!(house.refused(&["team", "remove", "--tenant", "Acme", "counter"]).contains("tidings team list"));
}
