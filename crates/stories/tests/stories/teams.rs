//! Teams: who is in them, what is handed to them, and what of it anybody hears.

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};

const ANN: &str = "+14155550123";
const HOURS: &str = "We are open from 7 am to 6 pm, Tuesday to Sunday.";

/// A member's id.
async fn id_of(desk: &Desk, email: &str) -> String {
    let members = desk.get("/members").await.is(200)["data"].as_array().unwrap().clone();
    text(&members.iter().find(|one| one["email"] == email).unwrap()["user_id"])
}

async fn team(desk: &Desk, name: &str, members: &[&str]) -> String {
    text(&desk.post("/teams", json!({ "name": name, "member_ids": members })).await.is(201)["id"])
}

/// Ann asks what no source answers: the assistant hands over.
async fn asks_for_people(town: &Town, desk: &Desk) {
    town.texts(ANN, desk, "Can you fix my bicycle?").await;
    town.passes(SignedDuration::from_secs(21)).await;
    town.passes(SignedDuration::from_secs(2)).await;
}

fn ids(listed: &Value) -> Vec<String> {
    listed["data"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect()
}

store::on_both_engines! {
    async fn what_an_assistant_hands_over_goes_to_its_team_and_on_to_another_when_nobody_comes(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let assistant = acme.assistant("auto", HOURS).await;
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        let mut max = town.member(&acme, "max@example.com", "agent").await;
        let (mia_id, max_id) = (id_of(&acme, "mia@example.com").await, id_of(&acme, "max@example.com").await);
        let workshop = team(&acme, "Workshop", &[&mia_id]).await;
        let chiefs = team(&acme, "Chiefs", &[&max_id]).await;
        let hand_over = json!({ "team": workshop, "escalate_after_minutes": 10, "escalate_to_team": chiefs });
        let set = acme.patch(&format!("/assistants/{assistant}"), json!({ "hand_over": hand_over })).await;
        assert_eq!(set.is(200)["hand_over"]["team"], json!(workshop));
        let mut stream = mia.stream().await;
        let _ = stream.next().await;

        asks_for_people(&town, &acme).await;
        let conversation = acme.conversation().await;
        let id = text(&conversation["id"]);
        assert_eq!((&conversation["team_id"], &conversation["assignee_id"]), (&json!(workshop), &Value::Null));
        assert_eq!(conversation["holder"]["kind"], "agents");
        // Those of the team are told of it as it happens, and find it among what is theirs.
        loop {
            let told = stream.until("conversation.updated").await;
            let told = &told.last().unwrap().data["data"]["conversation"];
            if told["holder"]["kind"] == "agents" {
                assert_eq!(told["team_id"], json!(workshop));
                break;
            }
        }
        assert_eq!(ids(mia.get("/conversations?team=mine&assignee=none").await.is(200)), std::slice::from_ref(&id));
        assert_eq!(ids(max.get("/conversations?team=mine").await.is(200)), [] as [String; 0]);
        assert_eq!(ids(max.get(&format!("/conversations?team={workshop}")).await.is(200)), std::slice::from_ref(&id));
        assert_eq!(ids(max.get("/conversations?team=none").await.is(200)), [] as [String; 0]);

        town.passes(SignedDuration::from_mins(11)).await;
        let conversation = acme.conversation().await;
        assert_eq!(conversation["team_id"], json!(chiefs));
        assert!(conversation["tags"].as_array().unwrap().contains(&json!("escalated")), "{conversation}");
        assert_eq!(ids(max.get("/conversations?team=mine").await.is(200)), [id]);
        assert_eq!(ids(mia.get("/conversations?team=mine").await.is(200)), [] as [String; 0]);
    }

    async fn whoever_of_the_team_replies_has_it_and_others_only_help_out(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        let mut max = town.member(&acme, "max@example.com", "agent").await;
        let (mia_id, max_id) = (id_of(&acme, "mia@example.com").await, id_of(&acme, "max@example.com").await);
        let workshop = team(&acme, "Workshop", &[&mia_id]).await;
        town.texts(ANN, &acme, "Is my bicycle ready?").await;
        let path = format!("/conversations/{}", text(&acme.conversation().await["id"]));
        let given = mia.call(Method::PATCH, &path, Some(json!({ "team_id": workshop, "assignee_id": max_id }))).await;
        assert_eq!((&given.is(200)["team_id"], &given.body["assignee_id"]), (&json!(workshop), &json!(max_id)));
        let whole = mia.post(&format!("{path}/handoff"), json!({ "to": "agents", "team_id": workshop })).await;
        assert_eq!(whole.is(200)["assignee_id"], Value::Null, "the whole team has it");

        let said = max.post(&format!("{path}/messages"), json!({ "body": "I will ask.", "hold_seconds": 0 })).await;
        let _ = said.is(202);
        assert_eq!(acme.conversation().await["assignee_id"], Value::Null);
        let said = mia.post(&format!("{path}/messages"), json!({ "body": "It is.", "hold_seconds": 0 })).await;
        let _ = said.is(202);
        let taken = acme.conversation().await;
        assert_eq!((&taken["team_id"], &taken["assignee_id"]), (&json!(workshop), &json!(mia_id)));
        assert_eq!(ids(mia.get("/conversations?team=mine&assignee=me").await.is(200)).len(), 1);
        let everybodys = acme.patch(&path, json!({ "team_id": null })).await;
        assert_eq!((&everybodys.is(200)["team_id"], &everybodys.body["assignee_id"]), (&Value::Null, &json!(mia_id)));
    }

    async fn teams_are_made_renamed_filled_and_removed(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let assistant = acme.assistant("auto", HOURS).await;
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        let mia_id = id_of(&acme, "mia@example.com").await;
        let mut stream = acme.stream(None).await;
        let _ = stream.next().await;
        let id = team(&acme, " Front desk ", &[]).await;
        let told = stream.until("team.updated").await;
        assert_eq!(told.last().unwrap().data["data"]["team"]["name"], "Front desk");
        let path = format!("/teams/{id}");
        let filled = acme.patch(&path, json!({ "name": "Counter", "member_ids": [mia_id] })).await;
        assert_eq!((&filled.is(200)["name"], &filled.body["member_ids"]), (&json!("Counter"), &json!([mia_id])));
        assert_eq!(ids(mia.get("/teams").await.is(200)), std::slice::from_ref(&id), "everybody may see them");
        assert_eq!(mia.call(Method::PATCH, &path, Some(json!({ "name": "Mine" }))).await.problem(403), "forbidden");

        // What cannot be is refused with the field and the mend.
        let _ = team(&acme, "Workshop", &[]).await;
        let nobody = "usr_00000000000000000000000000000001";
        for taken in [
            acme.post("/teams", json!({ "name": "COUNTER" })).await,
            acme.patch(&path, json!({ "name": "workshop" })).await,
        ] {
            assert_eq!((taken.problem(409), taken.bad_field().0), ("name_taken", "name"));
        }
        for (answer, field, code) in [
            (acme.post("/teams", json!({ "name": " " })).await, "name", "empty"),
            (acme.patch(&path, json!({ "member_ids": [nobody] })).await, "member_ids", "no_such_member"),
        ] {
            assert_eq!(answer.problem(422), "invalid");
            let error = &answer.body["errors"][0];
            assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{error}");
        }

        // One that an assistant names stays until it names another.
        let named = |team: Option<&str>| json!({ "hand_over": { "team": team, "escalate_to_team": team } });
        let _ = acme.patch(&format!("/assistants/{assistant}"), named(Some(&id))).await.is(200);
        let refused = acme.delete(&path).await;
        assert_eq!(refused.problem(409), "in_use");
        let places: Vec<String> = refused.body["errors"].as_array().unwrap().iter().map(|one| text(&one["field"])).collect();
        let place = |setting| format!("assistants.{assistant}.hand_over.{setting}");
        assert_eq!(places, [place("team"), place("escalate_to_team")]);
        let _ = acme.patch(&format!("/assistants/{assistant}"), named(None)).await.is(200);

        town.texts(ANN, &acme, "thanks").await;
        let conversation = format!("/conversations/{}", text(&acme.conversation().await["id"]));
        let _ = acme.patch(&conversation, json!({ "team_id": id, "assignee_id": mia_id })).await.is(200);
        assert_eq!(acme.delete(&path).await.status, 204);
        assert_eq!(acme.get(&path).await.problem(404), "not_found");
        let left = acme.conversation().await;
        assert_eq!((&left["team_id"], &left["assignee_id"]), (&Value::Null, &json!(mia_id)), "Mia goes on");
    }

    async fn a_team_of_another_tenant_is_no_team(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let assistant = acme.assistant("auto", HOURS).await;
        let theirs = team(&bolt, "Workshop", &[]).await;
        let _ = team(&acme, "Workshop", &[]).await;
        town.texts(ANN, &acme, "Hello").await;
        let path = format!("/conversations/{}", text(&acme.conversation().await["id"]));
        let settings = format!("/assistants/{assistant}");
        for (answer, field) in [
            (acme.patch(&path, json!({ "team_id": theirs })).await, "team_id"),
            (acme.post(&format!("{path}/handoff"), json!({ "to": "agents", "team_id": theirs })).await, "team_id"),
            (acme.patch(&settings, json!({ "hand_over": { "team": theirs } })).await, "hand_over.team"),
            (
                acme.patch(&settings, json!({ "hand_over": { "escalate_to_team": theirs } })).await,
                "hand_over.escalate_to_team",
            ),
        ] {
            assert_eq!(answer.problem(422), "invalid", "{field}");
            assert_eq!(answer.body["errors"][0]["field"], field);
        }
        assert_eq!(ids(acme.get(&format!("/conversations?team={theirs}")).await.is(200)), [] as [String; 0]);
        let misplaced = acme.post(&format!("{path}/handoff"), json!({ "to": "nobody", "team_id": theirs })).await;
        assert_eq!(misplaced.body["errors"][0]["code"], "not_used", "{}", misplaced.body);
        let by_key = acme.get("/conversations?team=mine").await;
        assert_eq!(by_key.body["errors"][0]["code"], "members_only", "{}", by_key.body);
    }
}
