use serde_json::json;

use super::House;

#[test]
fn endpoints_are_added_listed_and_removed() {
    let house = House::with_acme("webhooks");
    let create = ["webhook", "create", "--tenant", "Acme", "--url", "https://example.test/hooks"];
    let list = ["webhook", "list", "--tenant", "Acme"];
    let all = house.done(&create);
    assert_eq!(all["events"], json!(["*"]));
    assert!(all["secret"].as_str().unwrap().starts_with("whsec_"));
    let one = house.done(&[&create[..], &["--event", "message.created"]].concat());
    assert_eq!(one["events"], json!(["message.created"]));

    let remove = ["webhook", "remove", "--tenant", "Acme", all["id"].as_str().unwrap()];
    house.done(&remove);
    assert!(house.refused(&remove).contains("tidings webhook list"));
    let left = house.done(&list);
    assert_eq!((left["data"].as_array().unwrap().len(), &left["data"][0]["id"]), (1, &one["id"]));

    assert!(house.refused(&[&create[..], &["--event", "message.eaten"]].concat()).contains("--event[0]"));
    assert!(house.refused(&["webhook", "create", "--tenant", "Acme", "--url", "x"]).contains("--url"));
}
