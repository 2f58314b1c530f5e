use serde_json::{Value, json};

use super::House;

fn titles(assistant: &Value) -> Vec<&str> {
    assistant["knowledge"].as_array().unwrap().iter().map(|text| text["title"].as_str().unwrap()).collect()
}

#[test]
fn an_assistant_is_set_up_taught_changed_and_removed() {
    let house = House::with_acme("assistants");
    let hours = house.file("hours.md", "We are open from eight to six.");
    let cakes = house.file("cakes.md", "Cakes are made to order.");
    let instructions = house.file("instructions.txt", "Be brief.");
    let create = ["assistant", "create", "--tenant", "Acme", "--name", "Clara", "--mode", "auto"];
    let made = house.done(&[&create[..], &["--instructions", &instructions, "--knowledge", &hours]].concat());
    assert_eq!(
        (&made["name"], &made["mode"], &made["instructions"]),
        (&json!("Clara"), &json!("auto"), &json!("Be brief."))
    );
    assert_eq!(titles(&made), ["hours"]);

    let edit = ["assistant", "edit", "--tenant", "Acme", made["id"].as_str().unwrap()];
    assert_eq!(house.done(&edit), made, "nothing said, nothing changed");
    let taught = house.done(&[&edit[..], &["--knowledge", &hours, "--knowledge", &cakes, "--mode", "draft"]].concat());
    assert_eq!((titles(&taught), &taught["mode"]), (vec!["cakes", "hours"], &json!("draft")));
    let model = ["--provider", "openai", "--model", "m", "--model-key-stdin"];
    let modelled = house.told(&[&edit[..], &model].concat(), "sk-0123456789abcd");
    assert_eq!(modelled["provider"]["api_key_hint"], "…abcd");
    assert_eq!(titles(&house.done(&[&edit[..], &["--forget", "cakes"]].concat())), ["hours"]);

    let listed = house.done(&["assistant", "list", "--tenant", "Acme"]);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let remove = ["assistant", "remove", "--tenant", "Acme", made["id"].as_str().unwrap()];
    assert_eq!(house.done(&remove)["removed"], true);
    assert!(house.refused(&remove).contains("tidings assistant list"));
    assert!(house.refused(&edit).contains("tidings assistant list"));
}

#[test]
fn what_an_assistant_cannot_be_is_refused_and_leaves_nothing_behind() {
    let house = House::with_acme("assistants_refused");
    let empty = house.file("empty.md", " ");
    let create = ["assistant", "create", "--tenant", "Acme", "--name", "Clara"];
    for (said, mend) in [
        (["--knowledge", empty.as_str()], "Write what the assistant may answer from"),
        (["--knowledge", "nowhere.md"], "name a text file"),
        (["--floor", "2"], "Choose a number from 0 to 1"),
        (["--provider", "openai"], "Say which model"),
    ] {
        let refused = house.refused(&[&create[..], &said].concat());
        assert!(refused.contains(mend), "{said:?}: {refused}");
    }
    assert_eq!(house.done(&["assistant", "list", "--tenant", "Acme"])["data"], json!([]));
}
