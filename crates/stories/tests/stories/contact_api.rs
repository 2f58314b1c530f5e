//! Contacts as programs make, read, narrow and change them.

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const ANN_AT_HOME: &str = "+12125550199";
const BEN: &str = "+12125550124";

fn named(all: &Value) -> Vec<String> {
    all["data"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect()
}

async fn data(desk: &Desk, path: &str) -> Vec<Value> {
    desk.get(path).await.is(200)["data"].as_array().unwrap().clone()
}

/// Each wrong field, with its code.
fn wrong(body: &Value) -> Vec<(String, String)> {
    body["errors"].as_array().unwrap().iter().map(|one| (text(&one["field"]), text(&one["code"]))).collect()
}

async fn fields(desk: &Desk) {
    desk.fields(json!([
        { "key": "size", "label": "Shoe size", "kind": { "type": "number" } },
        { "key": "member", "label": "Member", "kind": { "type": "yes_no" } },
        { "key": "birthday", "label": "Birthday", "kind": { "type": "date" } },
        { "key": "plan", "label": "Plan", "kind": { "type": "choice", "choices": ["Gold", "Silver", "Bronze"] } },
        { "key": "pet", "label": "Pet", "kind": { "type": "text" } },
    ]))
    .await;
}

store::on_both_engines! {
    async fn a_contact_is_made_whole(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        fields(&acme).await;
        let guests = text(&acme.post("/lists", json!({ "name": "Guests" })).await.is(201)["id"]);
        let whole = json!({
            "name": "Ann", "company": "Rye Ltd", "phone": "(212) 555-0199", "email": "Ann@Rye.example",
            "addresses": [{ "phone": ANN, "primary": true }, { "email": "home@ann.example" }],
            "time_zone": "America/Lima", "language": "pt-BR", "note": "Likes rye.", "blocked": true,
            "quiet_hours": { "from": "20:00", "until": "09:00" }, "tags": ["vip"], "lists": [guests],
            "fields": { "size": 38.5, "member": true, "birthday": "1990-05-17", "plan": "gold", "pet": null },
        });
        let made = acme.call(Method::POST, "/contacts", Some(whole.clone()), &[("idempotency-key", "k1")]).await;
        let ann = made.is(201).clone();
        let addresses: Vec<_> = ann["addresses"].as_array().unwrap().iter().map(|one| (text(&one["address"]), one["primary"] == true)).collect();
        assert_eq!(addresses, [
            (ANN.to_owned(), true), (ANN_AT_HOME.to_owned(), false),
            ("ann@rye.example".to_owned(), true), ("home@ann.example".to_owned(), false),
        ]);
        assert_eq!(ann["fields"], json!({ "size": 38.5, "member": true, "birthday": "1990-05-17", "plan": "Gold" }));
        assert_eq!(ann["lists"], json!([{ "id": guests, "name": "Guests" }]));
        assert_eq!((&ann["language"], &ann["blocked"], &ann["quiet_hours"]["from"]), (&json!("pt"), &json!(true), &json!("20:00")));
        assert_eq!((&ann["phone"], &ann["zone"]["source"], &ann["suppressed_at"]), (&json!(ANN), &json!("own"), &Value::Null));
        assert_eq!(ann["consent"]["marketing"], json!({ "standing": null, "since": null, "numbers": [] }));
        assert_eq!(acme.get(&format!("/contacts/{}", text(&ann["id"]))).await.is(200), &ann);
        let again = acme.call(Method::POST, "/contacts", Some(whole), &[("idempotency-key", "k1")]).await;
        assert_eq!((again.is(201), data(&acme, "/contacts").await.len()), (&ann, 1), "once");

        let only = acme.post("/contacts", json!({ "email": "bo@acme.example", "name": "Bo" })).await;
        assert_eq!((&only.is(201)["phone"], &only.body["consent"]["service"]["standing"]), (&json!(""), &Value::Null));
        assert_eq!(data(&acme, "/contacts?q=bo@acme").await.len(), 1);

        // All that is wrong is named at once, and nothing is kept.
        let bad = acme.post("/contacts", json!({
            "name": "x".repeat(101), "phone": "12", "email": "bo", "language": "klingon", "time_zone": "Mars",
            "addresses": [{ "phone": BEN }, { "phone": BEN }, {}], "lists": ["lst_1", guests], "note": "x".repeat(2_001),
            "fields": { "size": "large", "member": 1, "birthday": true, "plan": "Tin", "shoe": 1, "pet": ["cat"] },
        })).await;
        assert_eq!(bad.problem(422), "invalid");
        let mut told = wrong(&bad.body);
        told.sort();
        let expected = [
            ("addresses[1].phone", "twice"), ("addresses[2].phone", "one_of"), ("email", "not_an_email"),
            ("fields.birthday", "not_fitting"), ("fields.member", "not_fitting"), ("fields.pet", "wrong_type"),
            ("fields.plan", "not_fitting"), ("fields.shoe", "no_such_field"), ("fields.size", "not_fitting"),
            ("language", "unknown_language"), ("lists[0]", "no_such_list"), ("name", "too_long"), ("note", "too_long"),
            ("phone", "too_short"), ("time_zone", "unknown_time_zone"),
        ];
        assert_eq!(told, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
        assert!(bad.body["errors"].to_string().contains("Birthday takes a date as YYYY-MM-DD; this is true or false."), "{}", bad.body);
        assert_eq!(acme.post("/contacts", json!({ "name": "Nobody" })).await.bad_field(), ("phone", "missing"));
        let taken = acme.post("/contacts", json!({ "phone": ANN, "email": "new@acme.example", "addresses": [{ "email": "bo@acme.example" }] })).await;
        assert_eq!(taken.problem(409), "address_taken");
        assert_eq!(wrong(&taken.body).iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["phone", "addresses[0].email"]);
        assert_eq!(data(&acme, "/contacts").await.len(), 2);
        assert_eq!(acme.get(&format!("/lists/{guests}")).await.is(200)["contacts"], 1);
    }

    async fn a_contact_says_what_the_gate_goes_by(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = format!("/contacts/{}", text(&acme.post("/contacts", json!({ "phone": ANN, "name": "Ann" })).await.is(201)["id"]));
        let ben = format!("/contacts/{}", text(&acme.post("/contacts", json!({ "phone": BEN, "name": "Ben" })).await.is(201)["id"]));
        let says = async |path: &str| {
            let found = acme.get(path).await.is(200).clone();
            let word = |purpose: &str| found["consent"][purpose]["standing"].as_str().unwrap_or("-").to_owned();
            (word("marketing"), word("service"), found["suppressed_at"].is_string())
        };
        let said = |marketing: &str, service: &str, suppressed| (marketing.to_owned(), service.to_owned(), suppressed);
        assert_eq!(says(&ann).await, said("-", "-", false));
        let yes = json!({ "state": "opted_in", "purpose": "marketing", "how": "A form" });
        let _ = acme.post(&format!("{ann}/consents"), yes).await.is(201);
        let no = json!({ "state": "opted_out", "purpose": "marketing", "number_id": acme.number_id });
        town.passes(SignedDuration::from_secs(2)).await;
        let _ = acme.post(&format!("{ann}/consents"), no).await.is(201);
        assert_eq!(says(&ann).await, said("opted_in", "-", false));
        let numbers = acme.get(&ann).await.is(200)["consent"]["marketing"]["numbers"].clone();
        assert_eq!((&numbers[0]["number_id"], &numbers[0]["standing"]), (&json!(acme.number_id), &json!("opted_out")), "from this one not");
        town.texts(ANN, &acme, "STOP").await;
        assert_eq!(says(&ann).await, said("opted_out", "opted_out", false));
        let _ = acme.post("/suppressions", json!({ "phones": [BEN], "reason": "Asked by phone" })).await.is(201);
        assert_eq!(says(&ben).await, said("-", "-", true));
        let listed = data(&acme, "/contacts").await;
        let marked: Vec<_> = listed.iter().map(|one| (text(&one["name"]), one["suppressed_at"].is_string(), one["addresses"][0]["suppressed_at"].is_string())).collect();
        assert_eq!(marked, [("Ben".to_owned(), true, true), ("Ann".to_owned(), false, false)]);
        // The log says the same.
        let _ = acme.patch(&ben, json!({ "company": "Rye" })).await.is(200);
        let log = acme.get("/events/log?limit=100").await.is(200)["data"].clone();
        let last = log.as_array().unwrap().iter().rfind(|line| line["data"]["contact"]["name"] == "Ben").unwrap().clone();
        assert!(last["data"]["contact"]["suppressed_at"].is_string(), "{last}");
        // A number that was erased is known by its hash when it comes back.
        let id = ann.trim_start_matches("/contacts/").to_owned();
        let _ = acme.post(&format!("{ann}/erase"), json!({ "confirm": id })).await.is(200);
        let back = acme.post("/contacts", json!({ "phone": ANN })).await.is(201).clone();
        assert!(back["suppressed_at"].is_string() && back["opted_out_at"].is_null(), "{back}");
    }

    async fn fields_are_made_changed_and_archived(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        fields(&acme).await;
        let keys = async |path: &str| data(&acme, path).await.iter().map(|one| text(&one["key"])).collect::<Vec<_>>();
        assert_eq!(keys("/contact-fields").await, ["size", "member", "birthday", "plan", "pet"]);
        for (asked, status, field, code) in [
            (json!({ "key": "size", "label": "Size", "kind": { "type": "text" } }), 409, "key", "key_taken"),
            (json!({ "key": "name", "label": "Name", "kind": { "type": "text" } }), 422, "key", "taken"),
            (json!({ "key": "Big", "label": "Big", "kind": { "type": "text" } }), 422, "key", "not_a_key"),
            (json!({ "key": "big", "label": " ", "kind": { "type": "text" } }), 422, "label", "empty"),
            (json!({ "key": "big", "label": "Big", "kind": { "type": "choice", "choices": [] } }), 422, "kind.choices", "choices"),
        ] {
            let refused = acme.post("/contact-fields", asked.clone()).await;
            assert_eq!((refused.status, refused.bad_field()), (status, (field, code)), "{asked}");
        }
        let agent = acme.key_for(&["contacts:read", "contacts:write"]).await;
        assert_eq!(agent.patch("/contact-fields/pet", json!({ "label": "x" })).await.problem(403), "forbidden");
        assert_eq!(agent.get("/contact-fields/pet").await.is(200)["label"], "Pet");
        let new = async |phone: &str, fields: Value| {
            text(&acme.post("/contacts", json!({ "phone": phone, "fields": fields })).await.is(201)["id"])
        };
        let ann = new(ANN, json!({ "plan": "Gold", "pet": "cat", "size": 38 })).await;
        let ben = new(BEN, json!({ "plan": "Silver", "pet": "2" })).await;
        let of = async |id: &str, key: &str| acme.get(&format!("/contacts/{id}")).await.is(200)["fields"][key].clone();

        // A choice that somebody has does not go away; another name goes to all of them.
        let without = json!({ "kind": { "type": "choice", "choices": ["Gold", "Bronze"] } });
        let refused = acme.patch("/contact-fields/plan", without.clone()).await;
        assert_eq!(refused.problem(409), "values_do_not_fit");
        assert!(refused.body["detail"].as_str().unwrap().starts_with("1 contacts") && refused.body["detail"].as_str().unwrap().contains(&ben), "{}", refused.body);
        let renamed = acme.patch("/contact-fields/plan", json!({ "renamed_choices": { "Gold": "Top" } })).await;
        assert_eq!(renamed.is(200)["kind"]["choices"], json!(["Top", "Silver", "Bronze"]));
        assert_eq!((of(&ann, "plan").await, of(&ben, "plan").await), (json!("Top"), json!("Silver")));
        let joined = acme.patch("/contact-fields/plan", json!({ "renamed_choices": { "Silver": "Top" } })).await;
        assert_eq!(joined.is(200)["kind"]["choices"], json!(["Top", "Bronze"]));
        assert_eq!(of(&ben, "plan").await, json!("Top"));
        let added = acme.patch("/contact-fields/plan", json!({ "label": "Tariff", "kind": { "type": "choice", "choices": ["Top", "Tin"] } })).await;
        assert_eq!((&added.is(200)["label"], &added.body["kind"]["choices"]), (&json!("Tariff"), &json!(["Top", "Tin"])));
        assert_eq!(acme.patch("/contact-fields/plan", json!({ "renamed_choices": { "Zinc": "Top" } })).await.bad_field(), ("renamed_choices", "no_such_choice"));

        // Another kind, if all values are of it.
        assert_eq!(acme.patch("/contact-fields/pet", json!({ "kind": { "type": "number" } })).await.problem(409), "values_do_not_fit");
        let _ = acme.patch(&format!("/contacts/{ann}"), json!({ "fields": { "pet": 3 } })).await.bad_field();
        let _ = acme.patch(&format!("/contacts/{ann}"), json!({ "fields": { "pet": "3" } })).await.is(200);
        let _ = acme.patch("/contact-fields/pet", json!({ "kind": { "type": "number" } })).await.is(200);
        assert_eq!((of(&ann, "pet").await, of(&ben, "pet").await), (json!(3), json!(2)));
        let _ = acme.patch("/contact-fields/size", json!({ "kind": { "type": "text" } })).await.is(200);
        assert_eq!(of(&ann, "size").await, json!("38"));

        let _ = acme.patch("/contact-fields/pet", json!({ "position": 0 })).await.is(200);
        assert_eq!(acme.patch("/contact-fields/pet", json!({ "position": 5 })).await.bad_field(), ("position", "out_of_range"));
        let archived = acme.patch("/contact-fields/plan", json!({ "archived": true })).await;
        assert_eq!(archived.is(200)["archived"], true);
        assert_eq!(keys("/contact-fields").await, ["pet", "size", "member", "birthday"]);
        assert_eq!(keys("/contact-fields?archived=true").await, ["pet", "size", "member", "birthday", "plan"]);
        assert_eq!(of(&ann, "plan").await, Value::Null);
        let again = acme.post("/contact-fields", json!({ "key": "plan", "label": "Plan", "kind": { "type": "text" } })).await;
        assert_eq!(again.problem(409), "key_taken");
        let _ = acme.patch("/contact-fields/plan", json!({ "archived": false })).await.is(200);
        assert_eq!(of(&ann, "plan").await, json!("Top"), "what was kept is there again");
        assert_eq!(acme.get("/contact-fields/none").await.problem(404), "not_found");
    }

    async fn whoever_was_made_one_with_another_is_told_of(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let new = async |phone: &str| text(&acme.post("/contacts", json!({ "phone": phone, "name": "Ann" })).await.is(201)["id"]);
        let (gone, middle, kept) = (new(ANN).await, new(ANN_AT_HOME).await, new(BEN).await);
        for (into, from) in [(&middle, &gone), (&kept, &middle)] {
            let _ = acme.post(&format!("/contacts/{into}/merge"), json!({ "from": from })).await.is(201);
        }
        let segment = text(&acme.post("/segments", json!({ "name": "Named", "text": "name is set" })).await.is(201)["id"]);
        let contact = format!("/contacts/{gone}");
        let answers = [
            acme.get(&contact).await,
            acme.patch(&contact, json!({ "name": "x" })).await,
            acme.get(&format!("{contact}/history")).await,
            acme.get(&format!("{contact}/timeline")).await,
            acme.get(&format!("{contact}/consents")).await,
            acme.post(&format!("{contact}/consents"), json!({ "state": "opted_out", "purpose": "all" })).await,
            acme.post(&format!("{contact}/consents/request"), json!({ "number_id": acme.number_id })).await,
            acme.get(&format!("{contact}/duplicates")).await,
            acme.get(&format!("{contact}/merges")).await,
            acme.post(&format!("{contact}/merge"), json!({ "from": kept })).await,
            acme.post(&format!("{contact}/unmerge"), json!({ "merge_id": "mrg_01939f0a7c2e7d40a1b2c3d4e5f60718" })).await,
            acme.get(&format!("{contact}/export")).await,
            acme.post(&format!("{contact}/erase"), json!({ "confirm": gone })).await,
            acme.post(&format!("{contact}/addresses"), json!({ "phone": "+12125550777" })).await,
            acme.patch(&format!("{contact}/addresses/%2B12125550123"), json!({ "primary": true })).await,
            acme.delete(&format!("{contact}/addresses/%2B12125550123")).await,
            acme.get(&format!("/segments/{segment}/contacts/{gone}/why")).await,
        ];
        for (nth, answer) in answers.iter().enumerate() {
            assert_eq!((answer.problem(404), &answer.body["merged_into"]), ("contact_merged", &json!(kept)), "{nth}: {}", answer.body);
        }
        let list = text(&acme.post("/lists", json!({ "name": "June" })).await.is(201)["id"]);
        let put = acme.post(&format!("/lists/{list}/contacts"), json!({ "contact_ids": [gone, kept] })).await;
        assert_eq!(put.is(200)["merged"], json!([{ "id": gone, "merged_into": kept }]));
        assert_eq!((&put.body["changed"], &put.body["unknown"]), (&json!(1), &json!([])));
        let twice = acme.post(&format!("/contacts/{kept}/merge"), json!({ "from": gone })).await;
        assert_eq!(twice.bad_field(), ("from", "contact_merged"));
        let campaign = json!({ "name": "June", "body": "Hi", "numbers": [acme.number_id], "audience": { "lists": [list] } });
        let campaign = text(&acme.post("/campaigns", campaign).await.is(201)["id"]);
        for (path, body) in [("preview", json!({ "contact_id": gone })), ("test", json!({ "to": [BEN], "contact_id": gone }))] {
            let refused = acme.post(&format!("/campaigns/{campaign}/{path}"), body).await;
            assert_eq!(refused.bad_field(), ("contact_id", "contact_merged"), "{path}");
        }
        let bolt = town.desk("Bolt").await;
        assert_eq!(bolt.get(&contact).await.problem(404), "not_found");
    }

    async fn contacts_are_narrowed_and_their_labels_counted(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        fields(&acme).await;
        let guests = text(&acme.post("/lists", json!({ "name": "Guests" })).await.is(201)["id"]);
        for (nth, one) in [
            json!({ "name": "Ann", "tags": ["vip", "old"], "language": "de", "fields": { "size": 38 } }),
            json!({ "name": "Anna", "tags": ["vip"], "lists": [guests], "blocked": true, "fields": { "size": 40 } }),
            json!({ "name": "Ben", "lists": [guests], "language": "de" }),
        ].into_iter().enumerate() {
            let mut one = one;
            one["phone"] = json!(format!("+1212555013{nth}"));
            let _ = acme.post("/contacts", one).await.is(201);
        }
        for (query, names) in [
            ("tag=vip", vec!["Anna", "Ann"]),
            ("tag=vip&language=de", vec!["Ann"]),
            ("list=Guests", vec!["Ben", "Anna"]),
            ("blocked=true", vec!["Anna"]),
            ("blocked=false&q=ann", vec!["Ann"]),
            ("q=ann&tag=vip", vec!["Anna", "Ann"]),
            ("opted_out=true", vec![]),
            ("condition=fields.size%20%3E%3D%2040", vec!["Anna"]),
            ("condition=size%20is%20set&tag=old", vec!["Ann"]),
        ] {
            assert_eq!(named(acme.get(&format!("/contacts?{query}")).await.is(200)), names, "{query}");
        }
        assert_eq!(named(acme.get(&format!("/contacts?list={guests}")).await.is(200)), ["Ben", "Anna"]);
        let first = acme.get("/contacts?tag=vip&limit=1").await.is(200).clone();
        let rest = acme.get(&format!("/contacts?tag=vip&limit=1&cursor={}", text(&first["next_cursor"]))).await;
        assert_eq!((named(&first), named(rest.is(200)), &rest.body["next_cursor"]), (vec!["Anna".into()], vec!["Ann".into()], &Value::Null));
        let bad = acme.get("/contacts?list=Nobody&condition=siz%20%3D%201").await;
        assert_eq!(wrong(bad.is(422)).iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["list", "condition"]);
        assert_eq!(acme.get("/contacts?blocked=perhaps").await.bad_field().0, "blocked");

        let tags = acme.get("/contact-tags?limit=1").await.is(200).clone();
        assert_eq!(tags["data"], json!([{ "tag": "old", "contacts": 1 }]));
        let rest = acme.get(&format!("/contact-tags?cursor={}", text(&tags["next_cursor"]))).await;
        assert_eq!((&rest.is(200)["data"], &rest.body["next_cursor"]), (&json!([{ "tag": "vip", "contacts": 2 }]), &Value::Null));
        let bolt = town.desk("Bolt").await;
        assert_eq!(bolt.get("/contact-tags").await.is(200)["data"], json!([]));
    }
}
