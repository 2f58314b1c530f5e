use sandbox::{NewAccount, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use super::House;

const KEY: &str = "KEY0123456789ABCDEF0001";
const NUMBER: &str = "+14155550100";
const SECOND: &str = "+14155550101";

/// A carrier to be asked while commands run.
async fn carrier() -> Sandbox {
    let account = NewAccount::new("Acme", KEY).number(NUMBER).number(SECOND);
    Sandbox::start(SandboxConfig::default().account(account)).await.unwrap()
}

/// Connects it, and answers the account's id.
fn connected(house: &House, carrier: &Sandbox, key: &str) -> String {
    let (url, public) = (carrier.base_url(), carrier.public_key_base64());
    let words = ["carrier", "add", "--tenant", "Acme", "--name", "Main", "--kind", "sandbox"];
    let added = house.told(&[&words[..], &["--base-url", &url, "--public-key", &public]].concat(), key);
    added["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_seen_adopted_checked_changed_and_removed() {
    let (house, carrier) = (House::with_acme("numbers"), carrier().await);
    let account = connected(&house, &carrier, KEY);
    let at = |verb| ["number", verb, "--tenant", "Acme", "--carrier", &account];

    let offered = house.done(&at("offered"));
    let seen: Vec<_> = offered["data"].as_array().unwrap().iter().map(|one| (&one["e164"], &one["imported"])).collect();
    assert_eq!(seen, [(&json!(NUMBER), &json!(false)), (&json!(SECOND), &json!(false))]);
    let unready = house.found_wrong(&at("check"));
    assert_eq!(unready["problems"][0]["code"], "no_messaging_profile");

    let adopt = [&at("adopt")[..], &["--number", NUMBER]].concat();
    let adopted = house.done(&adopt);
    assert_eq!(adopted["numbers"][0]["e164"], NUMBER);
    let again = house.done(&adopt);
    let timeless = |answer: &Value| {
        let mut number = answer["numbers"][0].clone();
        number["registration"]["read_at"] = Value::Null;
        number
    };
    assert_eq!(
        timeless(&again),
        timeless(&adopted),
        "doing it again changes nothing but when its registration was read"
    );
    let codes: Vec<_> = house.found_wrong(&at("check"))["problems"].as_array().unwrap().clone();
    assert!(codes.iter().all(|problem| problem["code"] == "webhook_not_https"), "{codes:?}");
    let missing = house.found_wrong(&[&at("adopt")[..], &["--number", "+14155550199"]].concat());
    assert!(missing["problems"].as_array().unwrap().iter().any(|problem| problem["code"] == "not_in_account"));

    let edit = ["number", "edit", "--tenant", "Acme", NUMBER, "--label", "Front desk", "--enabled", "false"];
    let edited = house.done(&[&edit[..], &["--segments-per-second", "0.5"]].concat());
    assert_eq!(
        (&edited["label"], &edited["enabled"], &edited["segments_per_second"]),
        (&json!("Front desk"), &json!(false), &json!(0.5))
    );
    assert_eq!(house.done(&["number", "list", "--tenant", "Acme"])["data"][0], edited);
    let too_fast = ["number", "edit", "--tenant", "Acme", NUMBER, "--segments-per-second", "0"];
    assert!(house.refused(&too_fast).contains("--segments-per-second"));

    let remove = ["number", "remove", "--tenant", "Acme", NUMBER];
    assert_eq!(house.done(&remove)["removed"], true);
    assert!(house.refused(&remove).contains("tidings number list"));
    carrier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_carrier_does_not_know_is_told_and_rotated() {
    let (house, carrier) = (House::with_acme("rotation"), carrier().await);
    let account = connected(&house, &carrier, "KEY0123456789ABCDEF0000");
    let offered = ["number", "offered", "--tenant", "Acme", "--carrier", &account];
    let said = house.refused(&offered);
    assert!(said.contains("key"), "{said}");

    let rotate = ["carrier", "rotate", &account];
    assert!(house.refused(&rotate).contains("--api-key-stdin"));
    assert!(house.refused(&[&rotate[..], &["--api-key-stdin"]].concat()).contains("on standard input"));
    assert!(house.refused(&[&rotate[..], &["--public-key", "nonsense"]].concat()).contains("--public-key[0]"));
    let rotated = house.told(&[&rotate[..], &["--api-key-stdin"]].concat(), KEY);
    assert_eq!(rotated["api_key_hint"], "KEY…0001");
    assert_eq!(rotated["public_keys"], json!([carrier.public_key_base64()]), "what is not said stays");
    assert_eq!(house.done(&offered)["data"].as_array().unwrap().len(), 2);

    let nobodys = "acc_01939f0a7c2e7d40a1b2c3d4e5f60718";
    let said = house.refused(&["carrier", "rotate", nobodys, "--public-key", &carrier.public_key_base64()]);
    assert!(said.contains("tidings carrier list"), "{said}");
    carrier.stop().await;
}
