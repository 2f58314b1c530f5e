//! Contacts from a file: what it would do, what it does, what it does not take, and how it is taken back.

use std::sync::Arc;

use bytes::Bytes;
use engine::{Engine, EngineConfig, Net, Sealer};
use providers::http::Method;
use serde_json::{Value, json};
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const BEA: &str = "+12025550124";
const FILE: &str = "Mobile;First name;Surname;Organisation;Shoe size;Opt in\r\n\
    (415) 555-0123;Ann;Other;Acme;38;yes\r\n\
    202-555-0124;Bea;\"von der\r\nHeide\";;40;yes\r\n\
    12;Short;Number;;;yes\r\n\
    +1 202 555 0124;Bea;Again;;;yes\r\n\
    +12025550125;Cyd;;;;no\r\n";

async fn upload(town: &Town, desk: &Desk, name: &str, bytes: impl Into<Bytes>) -> Answer {
    let headers = vec![("authorization", format!("Bearer {}", desk.key))];
    let path = format!("/api/v1/contacts/imports?file_name={name}");
    town.client.send(Method::POST, &path, headers, bytes.into()).await
}

async fn goes(town: &Town, desk: &Desk, id: &str, order: &str) -> Value {
    let _ = desk.post(&format!("/contacts/imports/{id}/{order}"), json!({})).await.is(202);
    town.settle().await;
    desk.get(&format!("/contacts/imports/{id}")).await.is(200).clone()
}

/// How many rows did what.
fn tally(import: &Value) -> [u64; 7] {
    ["rows", "creates", "updates", "unchanged", "skipped", "duplicates", "invalid"]
        .map(|word| import["tally"][word].as_u64().unwrap())
}

async fn contacts(desk: &Desk, search: &str) -> Vec<Value> {
    desk.get(&format!("/contacts?q={search}")).await.is(200)["data"].as_array().unwrap().clone()
}

store::on_both_engines! {
    async fn a_file_is_looked_at_checked_read_and_taken_back(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let known = json!({ "phone": ANN, "name": "Ann" });
        let ann = text(&acme.post("/contacts", known).await.is(201)["id"]);
        let fields = json!([{ "key": "size", "label": "Shoe size", "kind": { "type": "number" } }]);
        acme.fields(fields).await;
        let list = text(&acme.post("/lists", json!({ "name": "June" })).await.is(201)["id"]);

        let import = upload(&town, &acme, "people.csv", FILE).await;
        let import = import.is(201).clone();
        let id = text(&import["id"]);
        assert_eq!((&import["state"], &import["delimiter"]), (&json!("draft"), &json!("semicolon")), "{import}");
        assert_eq!(import["mapping"], json!(["phone", "first_name", "last_name", "company", "field:size", "opted_in"]));
        assert_eq!((import["sample"][1][2].as_str(), &import["problems"]), (Some("von der\r\nHeide"), &json!([])));
        let path = format!("/contacts/imports/{id}");
        let set = acme.patch(&path, json!({ "mode": "fill", "tags": ["june"], "list_id": list })).await;
        assert_eq!(set.is(200)["mode"], "fill");

        let checked = goes(&town, &acme, &id, "check").await;
        assert_eq!((&checked["state"], tally(&checked)), (&json!("checked"), [5, 2, 1, 0, 0, 1, 1]), "{checked}");
        assert_eq!(acme.get("/contacts").await.is(200)["data"].as_array().unwrap().len(), 1, "nothing is changed");

        let done = goes(&town, &acme, &id, "start").await;
        assert_eq!((&done["state"], tally(&done), &done["progress"]), (&json!("done"), tally(&checked), &json!(1.0)));
        let bea = &contacts(&acme, "heide").await[0];
        assert_eq!((&bea["phone"], &bea["name"]), (&json!(BEA), &json!("Bea von der Heide")));
        assert_eq!((&bea["fields"], &bea["tags"]), (&json!({ "size": 40 }), &json!(["june"])));
        let cyd = &contacts(&acme, "2025550125").await[0];
        assert!(cyd["opted_out_at"].is_string(), "who wants no texts gets none");
        let found = acme.get(&format!("/contacts/{ann}")).await.is(200).clone();
        assert_eq!((&found["name"], &found["company"], &found["tags"]), (&json!("Ann"), &json!("Acme"), &json!(["june"])));
        let on_list = acme.get(&format!("/lists/{list}")).await;
        assert_eq!(on_list.is(200)["contacts"], 3);
        let ledger = acme.get(&format!("/contacts/{}/consents", text(&bea["id"]))).await;
        assert_eq!((&ledger.is(200)["data"][0]["state"], &ledger.body["data"][0]["source"]), (&json!("opted_in"), &json!("import")));

        let rejected = acme.get(&format!("{path}/rejected")).await;
        let csv = String::from_utf8(rejected.raw.body.to_vec()).unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 2, "{csv}");
        assert!(lines[0].ends_with("Line,Reason,Mobile,First name,Surname,Organisation,Shoe size,Opt in"), "{csv}");
        assert!(lines[1].starts_with("5,") && lines[1].ends_with(",12,Short,Number,,,yes"), "{csv}");
        // A browser asks for it packed.
        let headers = vec![("authorization", format!("Bearer {}", acme.key)), ("accept-encoding", "gzip".into())];
        let packed = town.client.send(Method::GET, &format!("/api/v1{path}/rejected"), headers, Bytes::new()).await;
        assert_eq!((packed.status, packed.raw.body.get(..2)), (200, Some(&[0x1F, 0x8B][..])));
        // Mended, it goes in by itself, and its columns are known.
        let mended = csv.replace(",12,", ",2025550126,");
        let again = upload(&town, &acme, "rejected.csv", mended).await;
        let again = goes(&town, &acme, &text(&again.is(201)["id"]), "start").await;
        assert_eq!(tally(&again), [1, 1, 0, 0, 0, 0, 0], "{again}");

        town.texts(BEA, &acme, "Hello").await;
        let undone = goes(&town, &acme, &id, "undo").await;
        assert_eq!(undone["state"], "undone");
        assert_eq!(undone["undone"], json!({ "removed": 0, "restored": 1, "kept": 2 }), "Bea wrote, and Cyd's no stays known");
        let on_list = acme.get(&format!("/lists/{list}")).await;
        assert_eq!(on_list.is(200)["contacts"], 0, "whoever stays is not on its list any more");
        let found = acme.get(&format!("/contacts/{ann}")).await.is(200).clone();
        assert_eq!((&found["company"], &found["fields"], &found["tags"]), (&Value::Null, &json!({}), &json!([])));
        assert!(contacts(&acme, "acme").await.is_empty(), "and is not found by what was taken back");
    }

    async fn what_cannot_be_read_says_why_and_nothing_is_kept(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let wide = vec!["x"; 500].join(",") + "\n" + &vec!["1"; 500].join(",") + "\n";
        let files: [(&str, Vec<u8>, &str); 7] = [
            ("empty.csv", Vec::new(), "empty"),
            ("head.csv", b"phone,name\n".to_vec(), "only_header"),
            ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "not_a_table"),
            ("broken.xlsx", b"PK\x03\x04 and then nothing".to_vec(), "damaged"),
            ("page.xls", b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), "markup"),
            ("wide.csv", wide.into_bytes(), "too_many_columns"),
            ("quote.csv", b"phone,name\n4155550123,\"Ann\n".to_vec(), "unclosed_quote"),
        ];
        for (name, bytes, code) in files {
            let refused = upload(&town, &acme, name, bytes).await;
            assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", ("body", code)), "{name}");
        }
        assert_eq!(acme.get("/contacts/imports").await.is(200)["data"], json!([]));

        let nobody = upload(&town, &acme, "nobody.csv", "name,city\nAnn,Oslo\nBea,Bergen\n").await;
        let id = text(&nobody.is(201)["id"]);
        let codes: Vec<String> = nobody.body["problems"].as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
        assert_eq!(codes, ["no_phone_column", "no_consent"]);
        let refused = acme.post(&format!("/contacts/imports/{id}/start"), json!({})).await;
        assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", ("mapping", "no_phone_column")));
        let vouched = acme.patch(&format!("/contacts/imports/{id}"), json!({ "attestation": "sign-up form" })).await;
        assert_eq!(vouched.bad_field(), ("attestation", "people_only"), "a program vouches for nobody");
        let unknown = acme.patch(&format!("/contacts/imports/{id}"), json!({ "mapping": ["phone", "planet"] })).await;
        assert_eq!(unknown.bad_field(), ("mapping[1]", "unknown_column"));
        let undone = acme.post(&format!("/contacts/imports/{id}/undo"), json!({})).await;
        assert_eq!(undone.problem(409), "wrong_state");
    }

    async fn a_template_is_what_an_import_takes(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let template = acme.get("/contacts/imports/template").await;
        let import = upload(&town, &acme, "contacts.csv", template.raw.body.clone()).await;
        let done = goes(&town, &acme, &text(&import.is(201)["id"]), "start").await;
        assert_eq!((&done["problems"], tally(&done)), (&json!([]), [2, 2, 0, 0, 0, 0, 0]), "{done}");
        let ann = &contacts(&acme, "ann").await[0];
        assert_eq!((&ann["company"], &ann["tags"]), (&json!("Example Ltd"), &json!(["vip"])));
        assert_eq!(contacts(&acme, "ann@example").await.len(), 1, "found by her address, too");
    }

    async fn whoever_goes_on_after_a_crash_loses_nobody_and_adds_nobody_twice(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        // Every hundredth number stands there twice, far apart.
        let row = |nth: usize| format!("+1212{:07},Person {nth},yes\n", 2_000_000 + if nth % 100 == 99 { 7 * nth / 10 } else { 7 * nth });
        let file: String = std::iter::once("phone,name,opted_in\n".to_owned()).chain((0..9_000).map(row)).collect();
        let import = upload(&town, &acme, "many.csv", file).await;
        let path = format!("/contacts/imports/{}", text(&import.is(201)["id"]));
        let _ = acme.post(&format!("{path}/start"), json!({})).await.is(202);
        let began = std::time::Instant::now();
        let before = loop {
            assert!(began.elapsed().as_secs() < 60, "it does not begin");
            let now = acme.get(&path).await.is(200).clone();
            if now["tally"]["rows"].as_u64().unwrap() > 0 {
                break now;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        };
        let (clock, sandbox) = town.breaks_off();
        // Whoever comes after it comes later.
        clock.advance_to(clock.now().checked_add(jiff::SignedDuration::from_secs(1)).unwrap());
        let town = Town::around(place.store(), clock, sandbox).await;
        let acme = acme.again(&town);
        town.passes(jiff::SignedDuration::from_mins(4)).await;
        let done = acme.get(&path).await.is(200).clone();
        println!("it broke off at {} and ended at {}", before["tally"]["rows"], done["tally"]["rows"]);
        let [rows, creates, _, _, _, duplicates, invalid] = tally(&done);
        assert_eq!((&done["state"], rows, invalid), (&json!("done"), 9_000, 0), "{done}");
        let sql = "SELECT count(*), count(DISTINCT address) FROM contact_address WHERE tenant_id = $1 AND kind = 'phone'";
        let store = place.store();
        let counted = store.read(acme.tenant, async move |tx| {
            let row = tx.one(sql, store::args![]).await?;
            Ok::<_, store::StoreError>((row.get::<i64>(0)?, row.get::<i64>(1)?))
        });
        let counted = counted.await.unwrap();
        assert_eq!(counted, (i64::try_from(creates).unwrap(), i64::try_from(creates).unwrap()));
        assert_eq!(creates + duplicates, 9_000);
    }

    async fn two_at_one_file_do_it_once_and_nobody_forgets_it(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (_another, other_node) = Engine::start(EngineConfig {
            store: place.store(),
            clock: Arc::new(town.clock.clone()),
            net: Net::new(true),
            sealer: Sealer::from_key(&[7; 32]),
            public_url: "http://127.0.0.1:9".into(),
            seed: 2,
            turn_workers: 1,
            alone: false,
        });
        let row = |nth: usize| format!("+1212{:07},yes\n", 2_000_000 + 7 * nth);
        let file: String = std::iter::once("phone,opted_in\n".to_owned()).chain((0..9_000).map(row)).collect();
        let import = upload(&town, &acme, "many.csv", file).await;
        let path = format!("/contacts/imports/{}", text(&import.is(201)["id"]));
        let _ = acme.post(&format!("{path}/start"), json!({})).await.is(202);
        let store = place.store();
        let began = std::time::Instant::now();
        let mut left_while_running = true;
        while acme.get(&path).await.is(200)["state"] == "running" {
            assert!(began.elapsed().as_secs() < 60, "it does not end");
            // As if its lease had ended: another one takes it up.
            let again = store.write(acme.tenant, async |tx| {
                let running = "SELECT count(*) FROM contact_import WHERE tenant_id = $1 AND state = 'running'";
                let running: i64 = tx.one(running, store::args![]).await?.get(0)?;
                let sql = "UPDATE errand SET ready_at_us = 0 WHERE tenant_id = $1 AND kind = 'import_contacts'";
                Ok::<_, store::StoreError>((running, tx.exec_returning_count(sql, store::args![]).await?))
            });
            let (running, errands) = again.await.unwrap();
            left_while_running &= running == 0 || errands == 1;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            town.clock.advance_to(town.clock.now().checked_add(jiff::SignedDuration::from_millis(600)).unwrap());
        }
        other_node.stop(jiff::SignedDuration::from_secs(20)).await.unwrap();
        assert!(left_while_running, "whoever is not at it any more must not take it off the list");
        town.passes(jiff::SignedDuration::from_mins(4)).await;
        let done = acme.get(&path).await.is(200).clone();
        assert_eq!((&done["state"], tally(&done)), (&json!("done"), [9_000, 9_000, 0, 0, 0, 0, 0]), "{done}");
    }
}
