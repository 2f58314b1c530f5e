//! People whole: their addresses, what was changed of them, all that happened with them, and erasing it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use store::dialect::Engine;
use store::{Store, StoreError, args};
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const ANN_AT_HOME: &str = "+12125550199";
const BEN: &str = "+12125550124";

async fn contact(desk: &Desk, phone: &str, name: &str) -> String {
    let made = desk.post("/contacts", json!({ "phone": phone, "name": name, "tags": ["guests"] })).await;
    format!("/contacts/{}", text(&made.is(201)["id"]))
}

/// A campaign to all guests, launched; its text goes out after the minute in which it can be taken back.
async fn launch(desk: &Desk, body: &str) -> String {
    let number = text(&desk.get("/numbers").await.is(200)["data"][0]["id"]);
    let campaign = json!({ "name": "June", "body": body, "numbers": [number], "audience": { "tags": ["guests"] } });
    let id = text(&desk.post("/campaigns", campaign).await.is(201)["id"]);
    let _ = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
    id
}

fn encoded(address: &str) -> String {
    address.replace('+', "%2B").replace('@', "%40")
}

async fn data(desk: &Desk, path: &str) -> Vec<Value> {
    desk.get(path).await.is(200)["data"].as_array().unwrap().clone()
}

/// In how many places of the database a text stands, wherever that may be.
async fn places(store: &Store, needle: &'static str) -> Vec<String> {
    let engine = store.engine();
    let columns = match engine {
        Engine::Sqlite => {
            "SELECT t.name, c.name, c.type = 'BLOB' FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c
             WHERE t.schema = 'main' AND t.type IN ('table', 'shadow')"
        }
        Engine::Postgres => {
            "SELECT table_name::text, column_name::text, data_type = 'bytea' FROM information_schema.columns
             WHERE table_schema = 'public'"
        }
    };
    let looks = async move |tx: &mut store::SystemTx<'_>| {
        let mut found = Vec::new();
        for row in tx.rows(columns, args![]).await? {
            let (table, column, is_bytes): (String, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let that = match (engine, is_bytes) {
                (Engine::Sqlite, _) => format!("instr(CAST(\"{column}\" AS BLOB), CAST($1 AS BLOB)) > 0"),
                (Engine::Postgres, true) => format!("position(convert_to($1, 'UTF8') in \"{column}\") > 0"),
                (Engine::Postgres, false) => format!("position($1 in \"{column}\"::text) > 0"),
            };
            // A text of a test, made once.
            let sql: &'static str =
                Box::leak(format!("SELECT count(*) FROM \"{table}\" WHERE {that}").into_boxed_str());
            if tx.one(sql, args![needle]).await?.get::<i64>(0)? > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        Ok::<_, StoreError>(found)
    };
    store.system_read(looks).await.unwrap()
}

store::on_both_engines! {
    async fn somebody_has_several_addresses_and_campaigns_use_the_primary(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN_AT_HOME, "Ann").await;
        town.passes(SignedDuration::from_secs(1)).await;
        let ben = contact(&acme, BEN, "Ben").await;
        let addresses = format!("{ann}/addresses");
        let taken = acme.post(&addresses, json!({ "phone": "(212) 555-0124" })).await;
        assert_eq!(taken.problem(409), "address_taken");
        assert!(taken.body["detail"].as_str().unwrap().contains(ben.trim_start_matches("/contacts/")), "{}", taken.body);
        let twice = acme.post("/contacts", json!({ "phone": BEN })).await;
        assert_eq!(twice.problem(409), "address_taken");
        for (wrong, field) in [
            (json!({ "phone": "12" }), "phone"),
            (json!({ "email": "ann" }), "email"),
            (json!({}), "phone"),
            (json!({ "phone": ANN, "email": "a@b.example" }), "phone"),
        ] {
            let refused = acme.post(&addresses, wrong.clone()).await;
            assert_eq!((refused.problem(422), refused.bad_field().0), ("invalid", field), "{wrong}");
        }
        let _ = acme.post(&addresses, json!({ "email": "Ann@Acme.Example" })).await.is(201);
        let added = acme.post(&addresses, json!({ "phone": ANN })).await;
        let shown = |contact: &Value| {
            let one = |one: &Value| format!("{}{}", text(&one["address"]), if one["primary"] == true { "!" } else { "" });
            contact["addresses"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(shown(added.is(201)), [format!("{ANN_AT_HOME}!"), ANN.to_owned(), "ann@acme.example!".to_owned()]);
        assert_eq!(data(&acme, "/contacts?q=acme.example").await.len(), 1, "found by any of them");
        let chosen = acme.patch(&format!("{addresses}/{}", encoded(ANN)), json!({ "primary": true })).await;
        assert_eq!((&chosen.is(200)["phone"], &chosen.body["zone"]), (
            &json!(ANN),
            &json!({ "source": "number", "names": ["America/New_York"] })
        ));
        launch(&acme, "Hi {first_name}").await;
        town.passes(SignedDuration::from_mins(3)).await;
        assert_eq!((town.heard(ANN), town.heard(ANN_AT_HOME).len()), (vec!["Hi Ann".to_owned()], 0));

        let in_use = acme.delete(&format!("{addresses}/{}", encoded(ANN))).await;
        assert_eq!(in_use.problem(409), "in_use");
        assert_eq!(acme.delete(&format!("{addresses}/ann%40acme.example")).await.status, 204);
        assert_eq!(acme.delete(&format!("{addresses}/ann%40acme.example")).await.status, 404);
        let only = acme.delete(&format!("{ben}/addresses/{}", encoded(BEN))).await;
        assert_eq!(only.problem(409), "last_address");
        assert!(data(&acme, "/contacts?q=acme.example").await.is_empty());

        assert_eq!(acme.get(&ann).await.is(200)["addresses"][0]["verified_at"], Value::Null);
        town.texts(ANN, &acme, "Hello").await;
        let verified = acme.get(&ann).await.is(200)["addresses"].clone();
        assert!(verified[0]["verified_at"].is_string() && verified[1]["verified_at"].is_null(), "{verified}");
    }

    async fn whoever_changes_something_is_told_of(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let fields = json!([{ "key": "size", "label": "Shoe size", "kind": { "type": "number" } }]);
        acme.fields(fields).await;
        for taken in ["tags", "language", "time_zone", "note", "list"] {
            let fields = json!([{ "key": taken, "label": "x", "kind": { "type": "text" } }]);
            let refused = acme.post("/contact-fields", fields[0].clone()).await;
            assert_eq!(refused.bad_field(), ("key", "taken"), "{taken}");
        }
        let ann = contact(&acme, ANN, "Ann").await;
        let set = json!({
            "language": "pt-BR", "note": "Likes rye.", "time_zone": "America/Lima", "fields": { "size": "38" },
        });
        let changed = acme.patch(&ann, set).await;
        assert_eq!((&changed.is(200)["language"], &changed.body["note"]), (&json!("pt"), &json!("Likes rye.")));
        assert_eq!(changed.body["zone"], json!({ "source": "own", "names": ["America/Lima"] }));
        for (wrong, field) in [
            (json!({ "language": "klingon" }), "language"),
            (json!({ "note": "x".repeat(2_001) }), "note"),
            (json!({ "fields": { "size": "--3" } }), "fields.size"),
        ] {
            assert_eq!(acme.patch(&ann, wrong).await.bad_field().0, field);
        }
        town.clock.advance_to(town.clock.now().checked_add(SignedDuration::from_secs(1)).unwrap());
        let _ = acme.patch(&ann, json!({ "fields": { "size": null }, "note": null })).await.is(200);
        let headers = vec![("authorization", format!("Bearer {}", acme.key))];
        let file = bytes::Bytes::from_static(b"phone,name,size,tags,opted_in\n+12125550123,Ann Berg,40,vip,yes\n");
        let import = town.client.send(providers::http::Method::POST, "/api/v1/contacts/imports?file_name=a.csv", headers, file);
        let import = format!("/contacts/imports/{}", text(&import.await.is(201)["id"]));
        let _ = acme.patch(&import, json!({ "mode": "overwrite" })).await.is(200);
        let _ = acme.post(&format!("{import}/start"), json!({})).await.is(202);
        town.settle().await;
        let told = |line: &Value| {
            let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let (part, by) = (text(&line["part"]), text(&line["by"]["kind"]));
            format!("{by}: {part} {} > {}", word(&line["from"]), word(&line["to"]))
        };
        let history = data(&acme, &format!("{ann}/history")).await;
        assert_eq!(history.iter().map(told).collect::<Vec<_>>(), [
            "import: tags - > vip", "import: fields.size - > 40", "import: name Ann > Ann Berg",
            "api: fields.size 38 > -", "api: note Likes rye. > -",
            "api: fields.size - > 38", "api: note - > Likes rye.", "api: language - > pt", "api: time_zone - > America/Lima",
        ]);
        assert_eq!(history[0]["by"]["name"], "a.csv");
        let _ = acme.post(&format!("{import}/undo"), json!({})).await.is(202);
        town.settle().await;
        let history = data(&acme, &format!("{ann}/history?limit=3")).await;
        assert_eq!(history.iter().map(told).collect::<Vec<_>>(), [
            "import: fields.size 40 > -", "import: tags vip > -", "import: name Ann Berg > Ann",
        ]);
    }

    async fn everything_that_happened_is_one_line_of_time(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN, "Ann").await;
        let passes = SignedDuration::from_mins(3);
        launch(&acme, "The terrace is open").await;
        town.passes(passes).await;
        let _ = acme.patch(&ann, json!({ "company": "Rye Ltd" })).await.is(200);
        town.passes(SignedDuration::from_secs(5)).await;
        launch(&acme, "The terrace is closed").await;
        town.passes(passes).await;
        let seen = async |path: String| {
            let told = |entry: &Value| {
                let what = match entry["kind"].as_str().unwrap() {
                    "message" => text(&entry["message"]["body"]),
                    "campaign" => text(&entry["campaign"]["body"]),
                    "consent" => text(&entry["consent"]["state"]),
                    _ => text(&entry["change"]["part"]),
                };
                format!("{}: {what}", text(&entry["kind"]))
            };
            let page = acme.get(&path).await.is(200).clone();
            let lines: Vec<String> = page["data"].as_array().unwrap().iter().map(told).collect();
            (lines, page["next_cursor"].as_str().map(str::to_owned))
        };
        let path = format!("{ann}/timeline");
        let (before, _) = seen(path.clone()).await;
        assert_eq!(before, ["campaign: The terrace is closed", "change: company", "campaign: The terrace is open"]);
        town.texts(ANN, &acme, "STOP").await;
        let conversation = text(&acme.conversation().await["id"]);
        let _ = acme.post(&format!("/conversations/{conversation}/notes"), json!({ "body": "A pity" })).await.is(201);
        let (all, _) = seen(path.clone()).await;
        assert_eq!(all[0], "message: A pity");
        assert!(all.contains(&"consent: opted_out".to_owned()) && all.contains(&"message: STOP".to_owned()), "{all:?}");
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let (some, next) = seen(format!("{path}?limit=2{cursor}")).await;
            pages.extend(some);
            let Some(next) = next else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(pages, all, "page by page it is the same");
    }

    async fn whoever_is_erased_is_nowhere_any_more(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let fields = json!([{ "key": "pet", "label": "Pet", "kind": { "type": "text" } }]);
        acme.fields(fields).await;
        let _ = acme.assistant("draft", "We are open from 7 am to 6 pm.").await;
        let hook = acme.post("/webhooks", json!({ "url": "http://127.0.0.1:9/", "events": ["*"] })).await;
        let _ = hook.is(201);
        // A file holds her, and one that nobody has begun.
        let upload = async |name: &str| {
            let headers = vec![("authorization", format!("Bearer {}", acme.key))];
            let file = "phone,name,company,email,pet,opted_in\n+12125550123,Zebedee,Quuxworks,zeb@quux.example,Xolotl,yes\n+12,Zebedee again,,,,yes\n";
            let path = format!("/api/v1/contacts/imports?file_name={name}");
            let made = town.client.send(providers::http::Method::POST, &path, headers, bytes::Bytes::from_static(file.as_bytes()));
            format!("/contacts/imports/{}", text(&made.await.is(201)["id"]))
        };
        let import = upload("first.csv").await;
        let _ = acme.post(&format!("{import}/start"), json!({})).await.is(202);
        town.settle().await;
        let waiting = upload("second.csv").await;
        let ann = data(&acme, "/contacts?q=zebedee").await[0].clone();
        let ann = format!("/contacts/{}", text(&ann["id"]));
        let set = json!({ "name": "Zebedee Wigglesworth", "note": "Snorkels on Tuesdays.", "tags": ["guests", "qqlabel"] });
        let _ = acme.patch(&ann, set).await.is(200);
        let _ = acme.post(&format!("{ann}/addresses"), json!({ "phone": ANN_AT_HOME })).await.is(201);
        contact(&acme, BEN, "Ben").await;
        // A campaign that she had, one that names her number, and one that waits.
        let june = launch(&acme, "Dear {name}, terrace").await;
        town.passes(SignedDuration::from_mins(3)).await;
        let number = text(&acme.get("/numbers").await.is(200)["data"][0]["id"]);
        let named = json!({ "name": "Named", "body": "Hello", "numbers": [number], "audience": { "phones": [ANN, BEN] } });
        let named = text(&acme.post("/campaigns", named).await.is(201)["id"]);
        town.texts(ANN, &acme, "STOP").await;
        town.texts(ANN, &acme, "START").await;
        let july = launch(&acme, "Dear {name}, cellar").await;
        let link = town.sandbox.media_url("cake.png");
        town.sandbox.control().phone(ANN).text(&acme.number, "Opening hours? My zeppelin", &[&link]).unwrap();
        town.passes(SignedDuration::from_secs(20)).await;
        let conversation = text(&acme.conversation().await["id"]);
        let _ = acme.put(&format!("/conversations/{conversation}/guide"), json!({ "guide": "Mind her zeppelin" })).await.is(200);
        let later = town.clock.now().checked_add(SignedDuration::from_hours(5)).unwrap();
        let scheduled = json!({ "body": "Your zeppelin is ready", "scheduled_at": later.to_string() });
        let _ = acme.post(&format!("/conversations/{conversation}/messages"), scheduled).await.is(202);
        town.settle().await;

        // A STOP that she took back, a number of hers on a list, and another of her that was found to be her.
        let _ = acme.post("/suppressions", json!({ "phones": [ANN_AT_HOME], "reason": "Moved out" })).await.is(201);
        let other = acme.post("/contacts", json!({ "email": "zebedee@quux.example", "note": "Zebedee's own" })).await;
        let other = text(&other.is(201)["id"]);
        let _ = acme.post(&format!("{ann}/merge"), json!({ "from": other })).await.is(201);
        let guests = text(&acme.post("/lists", json!({ "name": "Guests" })).await.is(201)["id"]);
        let her = json!({ "contact_ids": [ann.trim_start_matches("/contacts/")] });
        let _ = acme.post(&format!("/lists/{guests}/contacts"), her).await.is(200);
        let export = acme.get(&format!("{ann}/export")).await.is(200).clone();
        assert_eq!(export["contact"]["name"], "Zebedee Wigglesworth");
        for (list, at_least) in [
            ("suppressions", 1), ("persons", 2), ("addresses", 4), ("fields", 1), ("tags", 2), ("lists", 1), ("history", 4),
            ("merges", 1), ("consents", 2), ("consent_standing", 1), ("conversations", 1), ("messages", 3), ("receipts", 1),
            ("drafts", 1), ("assistant_runs", 1), ("campaigns", 2), ("named_in_campaigns", 1), ("told_to_endpoints", 3),
            ("files", 1),
        ] {
            assert!(export[list].as_array().unwrap().len() >= at_least, "{list}: {}", export[list]);
        }
        for list in ["conversation_tags", "approvals", "tool_uses", "replayed_turns", "clicks"] {
            assert!(export[list].is_array(), "{list}");
        }
        assert!(export["messages"].to_string().contains("zeppelin") && export["campaigns"].to_string().contains("terrace"));
        assert!(export["persons"].to_string().contains("Zebedee's own"), "and what the other one of her had");
        assert!(export["files"][0]["content"].as_str().unwrap().len() > 20);
        // Wherever she is known in the database, her file tells of it, too.
        let export = export.to_string();
        for needle in ["Zebedee", "Wigglesworth", "Quuxworks", "zeb@quux", "Xolotl", "Snorkels", "qqlabel", "+12125550123", "zeppelin"] {
            assert!(export.contains(needle), "{needle}");
        }

        let id = ann.trim_start_matches("/contacts/");
        let agent = acme.key_for(&["contacts:read", "contacts:write"]).await;
        let erase = format!("{ann}/erase");
        assert_eq!(agent.post(&erase, json!({ "confirm": id })).await.problem(403), "forbidden");
        let unsure = acme.post(&erase, json!({ "confirm": "con_01939f0a7c2e7d40a1b2c3d4e5f60718" })).await;
        assert_eq!(unsure.bad_field(), ("confirm", "not_confirmed"));
        let before = acme.get(&format!("/campaigns/{june}")).await.is(200)["total"].clone();
        let erased = acme.post(&erase, json!({ "confirm": id, "suppress": true })).await;
        assert_eq!((&erased.is(200)["suppressed"], &erased.body["forgotten_uploads"]), (&json!(4), &json!(1)));
        town.passes(SignedDuration::from_hours(8)).await;

        let store = place.store();
        let mut left = Vec::new();
        for needle in [
            "Zebedee", "Wigglesworth", "Quuxworks", "zeb@quux", "Xolotl", "Snorkels", "qqlabel", "2125550123", "2125550199",
            "zeppelin", "zebedee", "quuxworks", "xolotl",
        ] {
            left.extend(places(&store, needle).await.into_iter().map(|place| format!("{needle} in {place}")));
        }
        assert_eq!(left, Vec::<String>::new());
        assert_eq!(acme.get(&ann).await.status, 404);
        assert!(data(&acme, "/contacts").await.iter().all(|one| one["id"] != json!(id)));
        assert_eq!(acme.post(&erase, json!({ "confirm": id })).await.status, 404);
        assert_eq!(acme.get(&waiting).await.is(200)["state"], "cancelled");
        assert_eq!(acme.get(&format!("/conversations/{conversation}")).await.is(200)["status"], "closed");
        for campaign in [&june, &july] {
            let now = acme.get(&format!("/campaigns/{campaign}")).await.is(200).clone();
            let sum: i64 = now["counts"].as_object().unwrap().values().map(|count| count.as_i64().unwrap()).sum();
            assert_eq!((&now["state"], &now["total"], sum), (&json!("done"), &before, 2), "{now}");
        }
        let named = acme.get(&format!("/campaigns/{named}")).await.is(200).clone();
        assert_eq!(named["audience"]["phones"], json!([BEN]));
        assert!(town.heard(ANN).iter().all(|text| !text.contains("cellar") && !text.contains("ready")), "nothing went after it");
        // Whoever writes again is somebody new, of whom nothing is known.
        town.texts(ANN, &acme, "Hello again").await;
        let again = data(&acme, "/contacts?q=2125550123").await;
        assert_eq!((again.len(), &again[0]["name"]), (1, &Value::Null));
        assert_ne!(again[0]["id"], json!(id));
        let new = acme.get("/conversations").await.is(200)["data"].as_array().unwrap().clone();
        assert!(new.iter().any(|one| one["contact"]["id"] == again[0]["id"]), "{new:?}");
        // Who wants no texts is kept as such without being asked for.
        town.texts(BEN, &acme, "STOP").await;
        let ben = text(&data(&acme, "/contacts?q=2125550124").await[0]["id"]);
        let erased = acme.post(&format!("/contacts/{ben}/erase"), json!({ "confirm": ben })).await;
        assert_eq!(erased.is(200)["suppressed"], 1);
        assert_eq!(places(&store, "2125550124").await, Vec::<String>::new());
    }
}
