use serde_json::json;

use super::House;

fn let_in(house: &House, email: &str, role: &str) {
    let words = ["user", "create", "--tenant", "Acme", "--email", email, "--name", "Someone", "--role", role];
    house.done(&words);
}

fn roles(house: &House) -> Vec<(String, String)> {
    let listed = house.done(&["user", "list", "--tenant", "Acme"]);
    let word = |one: &serde_json::Value, key: &str| one[key].as_str().unwrap().to_owned();
    listed["data"].as_array().unwrap().iter().map(|one| (word(one, "email"), word(one, "role"))).collect()
}

#[test]
fn members_are_listed_get_roles_and_leave_but_an_owner_stays() {
    let house = House::with_acme("members");
    assert!(roles(&house).is_empty());
    let_in(&house, "ann@acme.test", "owner");
    let_in(&house, "ben@acme.test", "agent");
    let role = |email, role| ["user", "role", "--tenant", "Acme", "--email", email, "--role", role];
    let remove = |email| ["user", "remove", "--tenant", "Acme", "--email", email];

    assert!(house.refused(&role("ann@acme.test", "agent")).contains("make someone else one first"));
    assert!(house.refused(&remove("ann@acme.test")).contains("make someone else one first"));
    assert!(house.refused(&role("cal@acme.test", "agent")).contains("tidings user list"));
    assert!(house.refused(&remove("cal@acme.test")).contains("tidings user list"));

    assert_eq!(house.done(&role(" Ben@Acme.test", "owner"))["role"], "owner");
    let left = house.done(&remove("ann@acme.test"));
    assert_eq!((&left["email"], &left["removed"]), (&json!("ann@acme.test"), &json!(true)));
    assert_eq!(roles(&house), [("ben@acme.test".to_owned(), "owner".to_owned())]);
}

#[test]
fn a_password_is_read_or_made_and_one_that_is_too_short_is_refused() {
    let house = House::with_acme("passwords");
    let_in(&house, "ann@acme.test", "owner");
    let password = ["user", "password", "--email", "ann@acme.test"];
    assert_eq!(house.done(&password)["password"].as_str().unwrap().len(), 16);
    let from_stdin = [&password[..], &["--password-stdin"]].concat();
    assert_eq!(house.told(&from_stdin, "correct horse\n")["password"], json!(null));
    assert!(house.refused(&from_stdin).contains("at least 10 characters"));
    assert!(house.refused(&["user", "password", "--email", "x@acme.test"]).contains("nobody signs in"));
}
