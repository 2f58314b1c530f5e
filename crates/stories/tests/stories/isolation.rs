//! A tenant sees only itself: every route of the document, tried with another's key on this one's things.

use providers::http::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use stories::model::{Act, ScriptedModel};
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const HOURS: &str = "We are open from 7 am to 6 pm.";

/// One thing of each kind, by the path that leads to it.
async fn things(town: &Town, acme: &Desk) -> BTreeMap<&'static str, String> {
    let assistant = acme.assistant("draft", HOURS).await;
    town.texts(ANN, acme, "opening hours?").await;
    town.passes(jiff::SignedDuration::from_secs(10)).await;
    let conversation = acme.conversation().await;
    let id = text(&conversation["id"]);
    let messages = acme.get(&format!("/conversations/{id}/messages")).await;
    let drafts = acme.get(&format!("/conversations/{id}/drafts")).await;
    let knowledge = acme.get(&format!("/assistants/{assistant}/knowledge")).await;
    let webhook = acme.post("/webhooks", json!({ "url": "http://127.0.0.1:9/", "events": ["*"] })).await;
    let webhook = text(&webhook.is(201)["id"]);
    let _ = acme.post(&format!("/conversations/{id}/notes"), json!({ "body": "a" })).await.is(201);
    town.passes(jiff::SignedDuration::from_secs(60)).await;
    let deliveries = acme.get(&format!("/webhooks/{webhook}/deliveries")).await;
    let key = acme.post("/api-keys", json!({ "name": "other", "scopes": ["*"] })).await;
    let member = acme.post("/members", json!({ "email": "mia@example.com", "name": "Mia", "role": "agent" })).await;
    let team = acme.post("/teams", json!({ "name": "Workshop", "member_ids": [member.body["user_id"]] })).await;
    let link = town.sandbox.media_url("cake.png");
    town.sandbox.control().phone(ANN).text(&acme.number, "Look!", &[&link]).unwrap();
    town.settle().await;
    let newest = acme.get(&format!("/conversations/{id}/messages?limit=1")).await;
    let approval = approval(town, acme, &assistant, &id).await;
    let case = json!({ "name": "x", "messages": [{ "by": "contact", "body": "hours?" }] });
    let case = acme.post(&format!("/assistants/{assistant}/cases"), case).await;
    let replay = acme.post(&format!("/assistants/{assistant}/replay"), json!({ "version": 1 })).await;
    let list = acme.post("/lists", json!({ "name": "Guests" })).await;
    let segment = acme.post("/segments", json!({ "name": "Named", "text": "name is set" })).await;
    let headers = vec![("authorization", format!("Bearer {}", acme.key))];
    let file = bytes::Bytes::from_static(b"phone,opted_in\n+12025550177,yes\n");
    let import = town.client.send(providers::http::Method::POST, "/api/v1/contacts/imports", headers, file).await;
    let suppressed = json!({ "phones": ["+12025550178"], "reason": "x" });
    let _ = acme.post("/suppressions", suppressed).await.is(201);
    let suppressions = acme.get("/suppressions").await;
    acme.fields(json!([{ "key": "shoe_size_of_acme", "label": "Size", "kind": { "type": "number" } }])).await;
    BTreeMap::from([
        ("contact-fields", "shoe_size_of_acme".into()),
        ("suppressions", text(&suppressions.is(200)["data"][0]["id"])),
        ("approvals", approval),
        ("lists", text(&list.is(201)["id"])),
        ("segments", text(&segment.is(201)["id"])),
        ("cases", text(&case.is(201)["id"])),
        ("replays", text(&replay.is(202)["id"])),
        ("conversations", id),
        ("contacts", text(&conversation["contact"]["id"])),
        ("addresses", ANN.replace('+', "%2B")),
        ("messages", text(&messages.is(200)["data"][0]["id"])),
        ("drafts", text(&drafts.is(200)["data"][0]["id"])),
        ("assistants", assistant),
        ("knowledge", text(&knowledge.is(200)["data"][0]["id"])),
        ("webhooks", webhook),
        ("deliveries", text(&deliveries.is(200)["data"][0]["id"])),
        ("api-keys", text(&key.is(201)["id"])),
        ("members", text(&member.is(201)["user_id"])),
        ("teams", text(&team.is(201)["id"])),
        ("campaigns", text(&acme.post("/campaigns", json!({ "name": "June" })).await.is(201)["id"])),
        ("recipients", recipient(town, acme).await),
        ("imports", text(&import.is(201)["id"])),
        ("snippets", text(&acme.post("/snippets", json!({ "name": "hi", "body": "Hi" })).await.is(201)["id"])),
        ("views", view(town, acme).await),
        ("carrier-accounts", acme.account.clone()),
        ("numbers", acme.number_id.clone()),
        ("workflows", workflow(acme).await),
        ("enrolments", enrolment(acme).await),
        ("selections", selection(acme).await),
        ("media", text(&newest.is(200)["data"][0]["media"][0]["id"])),
    ])
}

/// A member's view of the inbox.
async fn view(town: &Town, acme: &Desk) -> String {
    let mut lou = town.member(acme, "lou@example.com", "agent").await;
    text(&lou.post("/views", json!({ "name": "Late" })).await.is(201)["id"])
}

/// Somebody who is to get a campaign.
async fn recipient(town: &Town, acme: &Desk) -> String {
    let campaign = json!({
        "name": "July", "body": "Hello", "numbers": [acme.number_id], "audience": { "phones": ["+14155550188"] },
    });
    let id = text(&acme.post("/campaigns", campaign).await.is(201)["id"]);
    let _ = acme.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
    town.passes(jiff::SignedDuration::from_secs(10)).await;
    text(&acme.get(&format!("/campaigns/{id}/recipients")).await.is(200)["data"][0]["id"])
}

/// A workflow that was published.
async fn workflow(acme: &Desk) -> String {
    let id = text(&acme.post("/workflows", json!({ "gallery": "survey" })).await.is(201)["id"]);
    let _ = acme.post(&format!("/workflows/{id}/publish"), json!({})).await.is(200);
    id
}

/// Somebody's way through a workflow.
async fn enrolment(acme: &Desk) -> String {
    let workflow = workflow(acme).await;
    let contact = text(&acme.get("/contacts").await.is(200)["data"][0]["id"]);
    let entered = acme.post(&format!("/workflows/{workflow}/enrolments"), json!({ "contact_ids": [contact] })).await;
    text(&entered.is(201)["entered"][0]["enrolment_id"])
}

/// People who are let into a workflow together.
async fn selection(acme: &Desk) -> String {
    let workflow = workflow(acme).await;
    let all = json!({ "audience": { "everyone": true }, "dry_run": true });
    text(&acme.post(&format!("/workflows/{workflow}/selections"), all).await.is(202)["id"])
}

/// Something that the assistant wants to do.
async fn approval(town: &Town, acme: &Desk, assistant: &str, conversation: &str) -> String {
    let model = ScriptedModel::start(Act::Calls(vec![("refund".into(), json!({}))])).await;
    let refund = json!({
        "name": "refund", "description": "Pays back", "class": "irreversible", "kind": "http", "url": "http://127.0.0.1:9",
    });
    let provider = json!({ "kind": "openai", "base_url": model.base_url("openai"), "model": "story-1" });
    let set = json!({ "provider": provider, "tools": [refund] });
    let _ = acme.patch(&format!("/assistants/{assistant}"), set).await.is(200);
    town.texts(ANN, acme, "I want my money back").await;
    town.passes(jiff::SignedDuration::from_secs(30)).await;
    let approvals = acme.get(&format!("/conversations/{conversation}/approvals")).await;
    text(&approvals.is(200)["data"][0]["id"])
}

/// Routes whose parameter is no thing of a tenant, and why nothing can leak there.
const NOT_A_THING: [&str; 4] = [
    "/api/v1/setup/{token}",                  // a secret of its own, of no tenant
    "/api/v1/media/{id}/{token}",             // opened by its token, for the carrier; a story of its own
    "/api/v1/sandbox/phones/{e164}/messages", // the demo's phones belong to everyone
    "/api/v1/workflow-secrets/{name}",        // a name that each tenant chooses; a story of its own
];

/// The path with this tenant's ids in the places of its parameters.
fn filled(path: &str, things: &BTreeMap<&'static str, String>) -> Result<String, String> {
    let mut segments: Vec<String> = path.split('/').map(str::to_owned).collect();
    for at in 1..segments.len() {
        if segments[at] == "{version}" {
            // Every assistant has a first version, and this workflow.
            "1".clone_into(&mut segments[at]);
        } else if segments[at].starts_with('{') {
            let noun = segments[at - 1].clone();
            let Some(id) = things.get(noun.as_str()) else {
                return Err(format!("{path}: this test has no {noun} to try it with: give it one"));
            };
            segments[at].clone_from(id);
        }
    }
    Ok(segments.join("/"))
}

/// A body that would be accepted, as far as the document tells.
fn body_for(path: &str) -> Value {
    if path.ends_with("/handoff") {
        json!({ "to": "agents" })
    } else if path.ends_with("/guide") {
        json!({ "guide": "x" })
    } else if path.ends_with("/typing") {
        json!({ "typing": true })
    } else if path.ends_with("/adopt") {
        json!({ "numbers": ["+14155550101"] })
    } else if path.starts_with("/campaigns/") && path.ends_with("/preview") {
        json!({ "phone": ANN })
    } else if path.starts_with("/campaigns/") && path.ends_with("/test") {
        json!({ "to": [ANN] })
    } else if path.ends_with("/enrolments") {
        json!({ "contact_ids": ["con_01939f0a7c2e7d40a1b2c3d4e5f60718"] })
    } else if path.ends_with("/selections") {
        json!({ "audience": { "everyone": true } })
    } else if path.ends_with("/migrate") {
        json!({ "from": 1 })
    } else if path.ends_with("/draft") {
        json!({ "document": { "name": "x", "steps": [] }, "revision": 1 })
    } else if path.ends_with("/preview") {
        json!({ "text": "hours?" })
    } else if path.ends_with("/cases") {
        json!({ "name": "x", "messages": [{ "by": "contact", "body": "hours?" }] })
    } else if path.ends_with("/from-conversation") {
        json!({ "conversation_id": "cnv_01939f0a7c2e7d40a1b2c3d4e5f60718" })
    } else if path.starts_with("/assistants/") && path.ends_with("/replay") {
        json!({ "version": 1 })
    } else if path.ends_with("/knowledge") {
        json!({ "title": "x", "text": "y" })
    } else if path.ends_with("/approve") || path.ends_with("/reject") {
        json!({})
    } else if path.ends_with("/messages") || path.ends_with("/notes") {
        json!({ "body": "x" })
    } else if path.ends_with("/merge") {
        json!({ "from": "con_01939f0a7c2e7d40a1b2c3d4e5f60718" })
    } else if path.ends_with("/unmerge") {
        json!({ "merge_id": "mrg_01939f0a7c2e7d40a1b2c3d4e5f60718" })
    } else if path.ends_with("/erase") {
        json!({ "confirm": "con_01939f0a7c2e7d40a1b2c3d4e5f60718" })
    } else if path.ends_with("/addresses") {
        json!({ "phone": "+12025550199" })
    } else if path.contains("/addresses/") {
        json!({ "primary": true })
    } else if path.contains("/members/") {
        json!({ "role": "agent" })
    } else {
        json!({})
    }
}

store::on_both_engines! {
    async fn another_tenants_things_are_not_found_on_any_route(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let things = things(&town, &acme).await;
        let document = town.client.send(Method::GET, "/api/openapi.json", Vec::new(), bytes::Bytes::new()).await;
        let paths = document.is(200)["paths"].as_object().unwrap().clone();
        let mut tried = BTreeSet::new();
        for (path, operations) in &paths {
            if !path.contains('{') || NOT_A_THING.contains(&path.as_str()) {
                continue;
            }
            let path = filled(path, &things).unwrap_or_else(|missing| panic!("{missing}"));
            let path = path.strip_prefix("/api/v1").unwrap().to_owned();
            for method in operations.as_object().unwrap().keys() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let body = (method != Method::GET && method != Method::DELETE).then(|| body_for(&path));
                let answer = bolt.call(method.clone(), &path, body, &[]).await;
                assert_eq!(answer.status, 404, "{method} {path} with another's key: {}", answer.body);
                tried.insert(format!("{method} {path}"));
            }
        }
        assert!(tried.len() > 25, "{tried:?}");
        // And nothing of it has happened: Acme's own key still finds everything.
        for (noun, id) in &things {
            if ![
                "addresses", "cases", "deliveries", "drafts", "approvals", "api-keys", "members", "imports", "recipients",
                "views",
            ]
            .contains(noun)
            {
                assert_eq!(acme.get(&format!("/{noun}/{id}")).await.status, 200, "{noun}");
            }
        }
    }

    async fn lists_hold_only_what_is_ones_own(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let things = things(&town, &acme).await;
        let document = town.client.send(Method::GET, "/api/openapi.json", Vec::new(), bytes::Bytes::new()).await;
        for (path, operations) in document.is(200)["paths"].as_object().unwrap() {
            if path.contains('{') || operations.get("get").is_none() || path.ends_with("/events") {
                continue;
            }
            let path = path.strip_prefix("/api/v1").unwrap_or(path);
            let shown = bolt.get(path).await.body.to_string();
            for (noun, id) in &things {
                assert!(!shown.contains(id.as_str()), "{path} shows Bolt a {noun} of Acme");
            }
        }
    }
}
