use serde_json::json;

use super::House;

#[test]
fn sources_are_added_searched_listed_and_removed() {
    let house = House::with_acme("knowledge");
    let file = house.file("prices.csv", "question,answer\nWhat does rye bread cost?,Four dollars.\n");
    let add = ["knowledge", "add", "--tenant", "Acme"];
    let text = house.done(&[&add[..], &["--text", "We are open from 7 am to 6 pm.", "--title", "Hours"]].concat());
    assert_eq!((&text["kind"], &text["status"], &text["title"]), (&json!("text"), &json!("ready"), &json!("Hours")));
    let prices = house.done(&[&add[..], &[&file]].concat());
    assert_eq!(
        (&prices["kind"], &prices["status"], &prices["title"]),
        (&json!("file"), &json!("ready"), &json!("prices"))
    );
    let picture = house.file("menu.pdf", "not a PDF at all");
    let failed = house.done(&[&add[..], &[&picture]].concat());
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("not_what_it_says")));
    let page = house.done(&[&add[..], &["http://127.0.0.1:9/hours"]].concat());
    assert_eq!((&page["kind"], &page["error"]["code"]), (&json!("page"), &json!("unreachable")));

    let search = ["knowledge", "search", "--tenant", "Acme", "how", "much", "is", "rye", "bread"];
    let found = house.done(&search);
    assert_eq!((&found["hits"][0]["quote"], &found["hits"][0]["title"]), (&json!("Four dollars."), &json!("prices")));
    assert!(found["hits"][0]["score"].as_f64() >= found["floor"].as_f64());

    let remove = ["knowledge", "remove", "--tenant", "Acme", prices["id"].as_str().unwrap()];
    assert_eq!(house.done(&remove)["removed"], true);
    assert!(house.refused(&remove).contains("tidings knowledge list"));
    let left = house.done(&["knowledge", "list", "--tenant", "Acme"]);
    assert_eq!(left["data"].as_array().unwrap().len(), 3);
    assert!(!house.done(&search)["hits"].to_string().contains("Four dollars"));
}

#[test]
fn what_cannot_be_a_source_is_refused() {
    let house = House::with_acme("knowledge_refused");
    let add = ["knowledge", "add", "--tenant", "Acme"];
    let empty = house.file("empty.txt", "");
    for (said, mend) in [
        (vec!["nowhere.pdf"], "name a file"),
        (vec![empty.as_str()], "is empty"),
        (vec!["--text", " ", "--title", "Hours"], "Write what the assistant may answer from"),
        (vec!["http://ann:pass@example.test/"], "Write a full address"),
        (vec!["nowhere.xml", "--sitemap"], "begins with http"),
    ] {
        let refused = house.refused(&[&add[..], &said].concat());
        assert!(refused.contains(mend), "{said:?}: {refused}");
    }
    assert_eq!(house.done(&["knowledge", "list", "--tenant", "Acme"])["data"], json!([]));
}
