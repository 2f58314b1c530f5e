//! How the inbox is looked at: what each view shows and counts, and what members keep of their own.

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::browser::Browser;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";
const BEN: &str = "+14155550124";

/// Whom the list shows, by what they wrote last.
async fn shown(member: &mut Browser, query: &str) -> Vec<String> {
    let page = member.get(&format!("/conversations?{query}")).await;
    let data = page.is(200)["data"].as_array().unwrap().clone();
    data.iter().map(|one| text(&one["last_message"]["preview"])).collect()
}

async fn counts(member: &mut Browser) -> Value {
    member.get("/conversations/counts").await.is(200).clone()
}

fn count(of: &Value) -> i64 {
    assert_eq!(of["more"], false, "{of}");
    of["count"].as_i64().unwrap()
}

store::on_both_engines! {
    async fn whoever_waits_longest_comes_first(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        town.texts(ANN, &acme, "first").await;
        town.passes(SignedDuration::from_mins(5)).await;
        town.texts(BEN, &acme, "second").await;
        town.passes(SignedDuration::from_mins(5)).await;
        town.texts(ANN, &acme, "still there?").await;
        assert_eq!(shown(&mut mia, "order=waiting").await, ["still there?", "second"]);
        let first = mia.get("/conversations?order=waiting&limit=1").await;
        let cursor = text(&first.is(200)["next_cursor"]);
        assert_eq!(shown(&mut mia, &format!("order=waiting&limit=1&cursor={cursor}")).await, ["second"]);
        let id = text(&first.is(200)["data"][0]["id"]);
        let said = mia.post(&format!("/conversations/{id}/messages"), json!({ "body": "Yes!", "hold_seconds": 0 })).await;
        let _ = said.is(202);
        town.settle().await;
        assert_eq!(shown(&mut mia, "order=waiting").await, ["second"], "who was answered waits no more");
        assert_eq!(count(&counts(&mut mia).await["waiting"]), 1);
    }

    async fn a_text_that_did_not_arrive_is_seen_to(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        town.texts(ANN, &acme, "hello").await;
        let path = format!("/conversations/{}", text(&acme.conversation().await["id"]));
        let say = async |mia: &mut Browser, body: &str| {
            let said = mia.post(&format!("{path}/messages"), json!({ "body": body, "hold_seconds": 0 })).await;
            let _ = said.is(202);
            town.settle().await;
            town.passes(SignedDuration::from_secs(30)).await;
        };
        let fails = |code: Option<&str>| {
            let outcomes: Vec<Value> =
                code.iter().map(|code| json!({ "outcome": "delivery_failed", "code": code })).collect();
            town.faults(serde_json::from_value(json!({ "outcomes": outcomes })).unwrap());
        };
        let mut stream = acme.stream(None).await;
        fails(Some("40008"));
        say(&mut mia, "Hi").await;
        assert_eq!(shown(&mut mia, "failed=true&status=all").await, ["Hi"]);
        assert_eq!(count(&counts(&mut mia).await["failed"]), 1);
        let told = loop {
            let told = stream.until("conversation.updated").await;
            let told = told.last().unwrap().data["data"]["conversation"].clone();
            if told["send_failed"] == true {
                break told;
            }
        };
        assert_eq!(told["status"], "open");

        // A newer text that arrives settles it.
        fails(None);
        say(&mut mia, "Hi again").await;
        assert_eq!(shown(&mut mia, "failed=true&status=all").await, [] as [String; 0]);

        // One that fails when the conversation is closed already is seen all the same; closing it says that it was seen.
        fails(Some("40008"));
        let said = mia.post(&format!("{path}/messages"), json!({ "body": "Bye", "hold_seconds": 0 })).await;
        let _ = said.is(202);
        let closed = async |mia: &mut Browser, status: &str| {
            let _ = mia.call(Method::PATCH, &path, Some(json!({ "status": status }))).await.is(200);
        };
        closed(&mut mia, "closed").await;
        town.settle().await;
        town.passes(SignedDuration::from_secs(30)).await;
        assert_eq!(shown(&mut mia, "failed=true&status=all").await, ["Bye"]);
        closed(&mut mia, "open").await;
        closed(&mut mia, "closed").await;
        assert_eq!(count(&counts(&mut mia).await["failed"]), 0);
    }

    async fn members_keep_views_of_their_own(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        let mut noa = town.member(&acme, "noa@example.com", "agent").await;
        town.texts(ANN, &acme, "one").await;
        town.texts(BEN, &acme, "two").await;
        let conversation = acme.get("/conversations?q=0123").await;
        let path = format!("/conversations/{}", text(&conversation.is(200)["data"][0]["id"]));
        let _ = acme.patch(&path, json!({ "tags": ["vip"] })).await.is(200);

        let filter = json!({ "tag": "vip", "number_id": acme.number_id, "order": "waiting" });
        let made = mia.post("/views", json!({ "name": "Important", "filter": filter })).await;
        let made = made.is(201).clone();
        assert_eq!((&made["filter"], &made["missing"]), (&filter, &json!([])));
        let view = format!("/views/{}", text(&made["id"]));
        assert_eq!(mia.get(&view).await.is(200)["name"], "Important");
        let counted = counts(&mut mia).await;
        assert_eq!(counted["views"], json!([{ "id": made["id"], "count": 1, "more": false }]));
        assert_eq!((count(&counted["open"]), count(&counted["mine"]), count(&counted["unassigned"])), (2, 0, 2));

        // Nobody else sees it.
        assert_eq!(noa.get(&view).await.problem(404), "not_found");
        assert_eq!(noa.call(Method::DELETE, &view, None).await.problem(404), "not_found");
        assert_eq!(noa.get("/views").await.is(200)["data"], json!([]));
        assert_eq!(counts(&mut noa).await["views"], json!([]));
        // A program has none.
        assert_eq!(acme.get("/views").await.problem(403), "forbidden");
        assert_eq!(acme.post("/views", json!({ "name": "Mine" })).await.problem(403), "forbidden");
        assert_eq!(acme.get(&view).await.problem(404), "not_found");
        let by_key = acme.get("/conversations/counts").await;
        assert_eq!((&by_key.is(200)["mine"], &by_key.is(200)["views"]), (&Value::Null, &json!([])));

        // What is wrong is said.
        let taken = mia.post("/views", json!({ "name": "IMPORTANT" })).await;
        assert_eq!(taken.problem(409), "name_taken");
        for (body, field) in [
            (json!({}), "name"),
            (json!({ "name": "x", "filter": { "tags": "vip" } }), "filter.tags"),
            (json!({ "name": "x", "filter": { "status": "done" } }), "filter"),
            (json!({ "name": "x", "filter": { "unread": "yes" } }), "filter"),
        ] {
            let refused = mia.post("/views", body).await;
            assert_eq!(refused.problem(422), "invalid");
            assert_eq!(refused.body["errors"][0]["field"], field, "{}", refused.body);
        }

        // What it names and is gone is told.
        let _ = acme.patch(&path, json!({ "tags": [] })).await.is(200);
        assert_eq!(mia.get("/views").await.is(200)["data"][0]["missing"], json!(["tag"]));
        let change = json!({ "name": "Late", "filter": { "team": "tea_01939f0a7c2e7d40a1b2c3d4e5f60718" } });
        let changed = mia.call(Method::PATCH, &view, Some(change)).await;
        assert_eq!((&changed.is(200)["name"], &changed.is(200)["missing"]), (&json!("Late"), &json!(["team"])));
        assert_eq!(mia.call(Method::DELETE, &view, None).await.status, 204);
        assert_eq!(mia.get(&view).await.problem(404), "not_found");
    }
}
