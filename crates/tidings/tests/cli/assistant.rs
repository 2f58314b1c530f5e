use domain::assistant::{By, Case, Conduct, Expect, Line};
use domain::id::{AssistantId, Ids};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::assistant::case;
use store::{Store, StoreConfig, tenant};

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

#[test]
fn an_assistant_is_tried_with_a_text_and_with_its_cases() {
    let house = House::with_acme("assistants_tried");
    let hours = house.file("hours.md", "We are open from 7 am to 6 pm.");
    let create = ["assistant", "create", "--tenant", "Acme", "--name", "Clara", "--knowledge", &hours];
    let id = house.done(&create)["id"].as_str().unwrap().to_owned();

    let preview = ["assistant", "preview", "--tenant", "Acme", &id];
    let known = house.done(&[&preview[..], &["What are your opening hours?"]].concat());
    assert_eq!((&known["outcome"], &known["sources"][0]["title"]), (&json!("answer"), &json!("hours")));
    let unknown = house.done(&[&preview[..], &["Can you fix my bicycle?"]].concat());
    assert_eq!(unknown["outcome"], "hand_off");
    assert!(house.refused(&[&preview[..], &[" "]].concat()).contains("write what a contact might write"));

    let test = ["assistant", "test", "--tenant", "Acme", &id];
    assert_eq!(house.done(&test)["results"], json!([]));
    keep_case(&house, &id, "Hours", "What are your opening hours?", 1);
    assert_eq!(house.done(&test)["passed"], 1);
    keep_case(&house, &id, "Bicycle", "Can you fix my bicycle?", 2);
    let broken = house.found_wrong(&[&test[..], &["--version", "1"]].concat());
    assert_eq!((&broken["passed"], &broken["failed"]), (&json!(1), &json!(1)));
    assert_eq!(broken["results"][1]["broken"][0]["rule"], "outcome");
    assert!(house.refused(&[&test[..], &["--version", "9"]].concat()).contains("no such version"));
}

/// A case that expects an answer.
fn keep_case(house: &House, assistant: &str, name: &str, asked: &str, nth: i64) {
    let url = format!("sqlite://{}", house.folder.join("tidings.db").display());
    let case = Case {
        id: Ids::new(Timestamp::from_second(nth).unwrap(), 1).next(),
        name: name.into(),
        messages: vec![Line { by: By::Contact, body: asked.into() }],
        guide: String::new(),
        contact_name: String::new(),
        contact_company: String::new(),
        expect: Expect { outcome: Some(Conduct::Answer), ..Expect::default() },
    };
    let assistant: AssistantId = assistant.parse().unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&StoreConfig::new(&url)).await.unwrap();
        let kept = store.system_write(async move |tx| {
            let tenant = tenant::list(tx, None, 1).await?[0].id;
            case::create(&mut tx.for_tenant(tenant), Timestamp::UNIX_EPOCH, assistant, &case).await
        });
        kept.await.unwrap();
        store.close().await;
    });
}
