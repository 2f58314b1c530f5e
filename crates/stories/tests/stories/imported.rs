//! What becomes of a file once it is here: read as somebody says, with several addresses of one person, sent to as an audience,
//! and uploaded once however often it is sent.

use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const BEA: &str = "+12125550124";
const CAM: &str = "+12125550125";

async fn upload(town: &Town, desk: &Desk, path: &str, file: &str, key: Option<&str>) -> Answer {
    let mut headers = vec![("authorization", format!("Bearer {}", desk.key))];
    headers.extend(key.map(|key| ("idempotency-key", key.to_owned())));
    town.client.send(Method::POST, &format!("/api/v1{path}"), headers, Bytes::copy_from_slice(file.as_bytes())).await
}

async fn draft(town: &Town, desk: &Desk, file: &str) -> Value {
    upload(town, desk, "/contacts/imports?file_name=people.csv", file, None).await.is(201).clone()
}

async fn goes(town: &Town, desk: &Desk, id: &str, order: &str) -> Value {
    let _ = desk.post(&format!("/contacts/imports/{id}/{order}"), json!({})).await.is(202);
    town.settle().await;
    desk.get(&format!("/contacts/imports/{id}")).await.is(200).clone()
}

async fn imported(town: &Town, desk: &Desk, file: &str) -> String {
    let id = text(&draft(town, desk, file).await["id"]);
    assert_eq!(goes(town, desk, &id, "start").await["state"], "done");
    id
}

async fn contact(desk: &Desk, search: &str) -> Value {
    desk.get(&format!("/contacts?q={search}")).await.is(200)["data"][0].clone()
}

fn to(desk: &Desk, audience: &Value) -> Value {
    json!({ "name": "June", "body": "The terrace is open!", "numbers": [desk.number_id], "audience": audience })
}

/// Who gets a campaign to this audience.
async fn sent(town: &Town, desk: &Desk, audience: Value) -> Vec<String> {
    let id = text(&desk.post("/campaigns", to(desk, &audience)).await.is(201)["id"]);
    let _ = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
    town.passes(SignedDuration::from_mins(3)).await;
    let rows = desk.get(&format!("/campaigns/{id}/recipients")).await;
    let mut phones: Vec<String> =
        rows.is(200)["data"].as_array().unwrap().iter().map(|one| text(&one["phone"])).collect();
    phones.sort();
    phones
}

store::on_both_engines! {
    async fn whom_an_import_found_can_be_sent_to_or_left_out(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let _ = acme.post("/contacts", json!({ "phone": ANN, "name": "Ann" })).await.is(201);
        let first = imported(&town, &acme, "phone,name,opted_in\n212-555-0123,Ann,yes\n212-555-0124,Bea,yes\n").await;
        let second = imported(&town, &acme, "phone,name,opted_in\n212-555-0124,Bea,yes\n212-555-0125,Cam,yes\n").await;
        assert_eq!(sent(&town, &acme, json!({ "imports": [first] })).await, [ANN, BEA], "added or found");
        assert_eq!(sent(&town, &acme, json!({ "imports": [first, second] })).await, [ANN, BEA, CAM]);
        assert_eq!(sent(&town, &acme, json!({ "everyone": true, "without_imports": [second] })).await, [ANN]);

        let field = |answer: Answer| (answer.bad_field().0.to_owned(), answer.bad_field().1.to_owned());
        let theirs = bolt.post("/campaigns", to(&bolt, &json!({ "imports": [first] }))).await;
        assert_eq!(field(theirs), ("audience.imports[0]".into(), "no_such_import".into()), "another's is not there");
        let theirs = bolt.post("/campaigns", to(&bolt, &json!({ "everyone": true, "without_imports": [first] }))).await;
        assert_eq!(field(theirs), ("audience.without_imports[0]".into(), "no_such_import".into()));
        let only_here = text(&draft(&town, &acme, "phone,name,opted_in\n212-555-0126,Dee,yes\n").await["id"]);
        let early = acme.post("/campaigns", to(&acme, &json!({ "imports": [only_here] }))).await;
        assert_eq!(field(early), ("audience.imports[0]".into(), "import_not_done".into()));

        // Two become one, and the one who stays was found by it, too.
        let (cam, other) = (contact(&acme, "Cam").await, acme.post("/contacts", json!({ "phone": "+12125550199" })).await);
        let kept = text(&other.is(201)["id"]);
        let _ = acme.post(&format!("/contacts/{kept}/merge"), json!({ "from": cam["id"] })).await.is(201);
        let after = sent(&town, &acme, json!({ "imports": [second] })).await;
        assert_eq!(after.len(), 2, "{after:?}");

        let waits = text(&acme.post("/campaigns", to(&acme, &json!({ "imports": [first] }))).await.is(201)["id"]);
        assert_eq!(goes(&town, &acme, &first, "undo").await["state"], "undone");
        let late = acme.post(&format!("/campaigns/{waits}/launch"), json!({})).await;
        assert_eq!(field(late), ("audience.imports[0]".into(), "import_not_done".into()));
    }

    async fn one_person_has_several_addresses(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let head = "Name;Mobile;Work phone;E-mail;Private e-mail;Opt in\n";
        let file = format!("{head}Ann;212-555-0123;212-555-0223;ann@acme.example;ann@home.example;yes\nBea;;212-555-0224;;;yes\n");
        let made = draft(&town, &acme, &file).await;
        // At work more of them are reached, but texts are for the other.
        assert_eq!(made["mapping"], json!(["name", "other_phone", "phone", "email", "other_email", "opted_in"]));
        let id = text(&made["id"]);
        let mapping = json!(["name", "phone", "other_phone", "email", "other_email", "opted_in"]);
        let set = acme.patch(&format!("/contacts/imports/{id}"), json!({ "mapping": mapping })).await;
        assert_eq!(set.is(200)["problems"], json!([]));
        let done = goes(&town, &acme, &id, "start").await;
        assert_eq!(done["tally"]["creates"], 2, "{done}");
        let ann = contact(&acme, "2125550223").await;
        assert_eq!((&ann["name"], &ann["phone"]), (&json!("Ann"), &json!(ANN)), "found by any of them, texted at the first");
        let all = acme.get(&format!("/contacts/{}", text(&ann["id"]))).await.is(200).clone();
        for address in ["+12125550223", "ann@acme.example", "ann@home.example"] {
            assert!(all.to_string().contains(address), "{address}: {all}");
        }
        assert_eq!(contact(&acme, "Bea").await["phone"], "+12125550224", "what is there is what counts");
        assert_eq!(sent(&town, &acme, json!({ "imports": [id] })).await, [ANN, "+12125550224"]);

        // Known by her number at work, she gets another; taken back, it goes again.
        let again = imported(&town, &acme, &format!("{head}Bea;212-555-0124;212-555-0224;;;yes\n")).await;
        let bea = contact(&acme, "2125550124").await;
        assert_eq!((&bea["name"], &bea["phone"]), (&json!("Bea"), &json!("+12125550224")));
        assert_eq!(acme.get("/contacts").await.is(200)["data"].as_array().unwrap().len(), 2, "nobody is there twice");
        let _ = goes(&town, &acme, &again, "undo").await;
        assert!(contact(&acme, "2125550124").await.is_null());
        assert_eq!(contact(&acme, "Bea").await["phone"], "+12125550224");

        // A no is about all of them.
        let _ = imported(&town, &acme, &format!("{head}Dee;212-555-0126;212-555-0226;;;no\n")).await;
        let dee = text(&contact(&acme, "Dee").await["id"]);
        let ledger = acme.get(&format!("/contacts/{dee}/consents")).await;
        assert_eq!(ledger.is(200)["data"].as_array().unwrap().len(), 2);

        // And it counts though another row has the number, too, in whatever order.
        let both = format!("{head}Eve;212-555-0129;212-555-0128;;;yes\nEve;212-555-0128;;;;no\nFay;212-555-0130;212-555-0133;;;yes\nFay;212-555-0133;;;;no\n");
        let both = imported(&town, &acme, &both).await;
        for number in ["2125550128", "2125550133"] {
            let whose = text(&contact(&acme, number).await["id"]);
            let said = acme.get(&format!("/contacts/{whose}/consents")).await.is(200)["data"].clone();
            let no = |line: &Value| line["state"] == "opted_out" && line["phone"] == format!("+1{number}");
            assert!(said.as_array().unwrap().iter().any(no), "{number}: {said}");
        }
        let _ = sent(&town, &acme, json!({ "imports": [both] })).await;
        let heard = ["+12125550128", "+12125550130", "+12125550133"].map(|phone| town.heard(phone).len());
        assert_eq!(heard, [0, 1, 0], "she said no of another number only");

        // Who stays as they are gets no new number, so that whoever has it in another row is somebody.
        let _ = imported(&town, &acme, &format!("{head}Gus;212-555-0141;;;;yes\n")).await;
        let made = draft(&town, &acme, &format!("{head}Gus;212-555-0141;212-555-0142;;;yes\nHal;212-555-0142;;;;no\n")).await;
        let id = text(&made["id"]);
        let _ = acme.patch(&format!("/contacts/imports/{id}"), json!({ "mode": "skip" })).await.is(200);
        let done = goes(&town, &acme, &id, "start").await;
        assert_eq!((&done["tally"]["creates"], &done["tally"]["skipped"]), (&json!(1), &json!(1)), "{done}");
        let hal = contact(&acme, "2125550142").await;
        assert_eq!(hal["name"], "Hal");
        let said = acme.get(&format!("/contacts/{}/consents", text(&hal["id"]))).await.is(200)["data"].clone();
        assert_eq!((said.as_array().unwrap().len(), &said[0]["state"]), (1, &json!("opted_out")), "{said}");
    }

    async fn how_a_file_is_read_can_be_put_right(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let made = draft(&town, &acme, "212-555-0123;Ann, of Acme\n212-555-0124;Bea, of Bolt\n").await;
        assert_eq!((&made["delimiter"], &made["header_row"], &made["sheets"]), (&json!("semicolon"), &Value::Null, &json!([])));
        let path = format!("/contacts/imports/{}", text(&made["id"]));
        let with = async |said: Value| acme.patch(&path, said).await;
        let comma = with(json!({ "delimiter": "comma" })).await.is(200).clone();
        assert_eq!((&comma["delimiter"], &comma["sample"][0]), (&json!("comma"), &json!(["212-555-0124;Bea", " of Bolt"])));
        assert_eq!(comma["header_row"], 1, "nothing in the first row is a number any more");
        let named = with(json!({ "delimiter": "semicolon", "header_row": 1 })).await.is(200).clone();
        assert_eq!((&named["columns"][0]["name"], named["sample"].as_array().unwrap().len()), (&json!("212-555-0123"), 1));
        let wide = with(json!({ "encoding": "utf-16le" })).await;
        assert_eq!(wide.status, 422, "it is no such text: {}", wide.body);
        for (wrong, field) in [
            (json!({ "encoding": "klingon" }), ("encoding", "unknown_encoding")),
            (json!({ "delimiter": "colon" }), ("delimiter", "unknown_delimiter")),
            (json!({ "header_row": 7 }), ("header_row", "no_such_row")),
        ] {
            assert_eq!(with(wrong).await.bad_field(), field);
        }
        let back = json!({ "delimiter": null, "header_row": 0, "encoding": "windows-1252", "mapping": ["phone", "name"] });
        let back = with(back).await.is(200).clone();
        assert_eq!((&back["encoding"], &back["mapping"]), (&json!("windows-1252"), &json!(["phone", "name"])));
        assert_eq!(back["delimiter"], "semicolon", "as its bytes tell");
        let _ = with(json!({ "mapping": ["phone", "name"], "mode": "fill" })).await.is(200);
        let said = refused(&acme, &text(&made["id"])).await;
        assert_eq!(said, "no_consent", "what is missing still counts");
        let bolt = town.desk("Bolt").await;
        assert_eq!(bolt.patch(&path, json!({ "delimiter": "comma" })).await.status, 404);
    }

    async fn a_file_that_is_sent_twice_is_there_once(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (path, file) = ("/contacts/imports?file_name=people.csv", "phone,name,opted_in\n212-555-0123,Ann,yes\n");
        let first = upload(&town, &acme, path, file, Some("once")).await;
        let again = upload(&town, &acme, path, file, Some("once")).await;
        assert_eq!(again.is(201)["id"], first.is(201)["id"]);
        assert_eq!((first.raw.header("idempotent-replayed"), again.raw.header("idempotent-replayed")), (None, Some("true")));
        let other = upload(&town, &acme, path, "phone,name,opted_in\n212-555-0124,Bea,yes\n", Some("once")).await;
        assert_eq!(other.problem(422), "idempotency_key_reused");
        assert_eq!(acme.get("/contacts/imports").await.is(200)["data"].as_array().unwrap().len(), 1);
        let broken = upload(&town, &acme, path, "", Some("empty")).await;
        assert_eq!(broken.bad_field(), ("body", "empty"));
        assert_eq!(upload(&town, &acme, path, file, Some("empty")).await.status, 201, "what was refused was not done");

        let path = "/suppressions/file?reason=Register";
        for replayed in [None, Some("true")] {
            let list = upload(&town, &acme, path, "+12125550177\n+12125550178\n", Some("list")).await;
            assert_eq!((&list.is(201)["added"], list.raw.header("idempotent-replayed")), (&json!(2), replayed));
        }
        let other = upload(&town, &acme, path, "+12125550179\n", Some("list")).await;
        assert_eq!(other.problem(422), "idempotency_key_reused");
    }
}

/// Why it cannot be started.
async fn refused(desk: &Desk, id: &str) -> String {
    let answer = desk.post(&format!("/contacts/imports/{id}/start"), json!({})).await;
    answer.bad_field().1.to_owned()
}
