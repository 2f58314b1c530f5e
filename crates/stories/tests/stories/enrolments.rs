//! People go their way through workflows: they are texted, answer, wait, and every step can be explained.

use jiff::SignedDuration;
use providers::http::Method;
use sandbox::Faults;
use serde_json::{Value, json};
use store::testing::Death;
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const ANN: &str = "+12125550123";
const BEN: &str = "+12125550124";
/// Longer than the carrier's word on a lost text is waited for.
const EVERYTHING_IS_SETTLED: SignedDuration = SignedDuration::from_mins(20);

pub(crate) async fn contact(desk: &Desk, phone: &str, name: &str) -> String {
    text(&desk.post("/contacts", json!({ "phone": phone, "name": name })).await.is(201)["id"])
}

/// A workflow that people enter.
pub(crate) async fn published(desk: &Desk, document: Value) -> String {
    let made = desk.post("/workflows", json!({ "document": document })).await;
    let id = text(&made.is(201)["id"]);
    let _ = desk.post(&format!("/workflows/{id}/publish"), json!({})).await.is(200);
    id
}

pub(crate) async fn enter(desk: &Desk, workflow: &str, contacts: &[&str]) -> Value {
    desk.post(&format!("/workflows/{workflow}/enrolments"), json!({ "contact_ids": contacts })).await.is(201).clone()
}

/// The same, with a key: asked twice, it is done once.
async fn begin(desk: &Desk, workflow: &str, contact: &str) -> Answer {
    let (path, body) = (format!("/workflows/{workflow}/enrolments"), json!({ "contact_ids": [contact] }));
    desk.call(Method::POST, &path, Some(body), &[("idempotency-key", "enter")]).await
}

pub(crate) async fn enrolment(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/enrolments/{id}")).await.is(200).clone()
}

/// Asks how many, waits for a number, keeps it, thanks.
pub(crate) fn survey() -> Value {
    json!({
        "name": "Survey",
        "triggers": ["by_hand", "api", { "keyword": { "words": ["survey"] } }],
        "entry": { "again": "always" },
        "variables": [{ "key": "score", "type": "number" }],
        "steps": [
            { "id": "ask", "send": { "text": "Hi {first_name|there}, how was it, from 0 to 10?", "purpose": "service" } },
            { "id": "hear", "wait_for_reply": { "timeout": "1d",
                "cases": [{ "when": { "number": { "min": 0, "max": 10 } } }],
                "no_match": { "reprompt": "A number from 0 to 10, please.", "times": 1, "steps": [{ "id": "lost", "end": "unclear" }] },
                "on_timeout": [{ "id": "nudge", "send": { "text": "We still wonder.", "purpose": "service" } }, { "id": "silent", "end": "no_answer" }] } },
            { "id": "keep", "save": { "to": "score" } },
            { "id": "tag", "update_contact": { "add_tags": ["answered"] } },
            { "id": "thank", "send": { "text": "Thank you for {score:number}!", "purpose": "reply" } },
            { "id": "done", "end": "answered" }
        ]
    })
}

store::on_both_engines! {
    async fn somebody_is_asked_answers_and_is_thanked(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN, "Ann Berg").await;
        let workflow = published(&acme, survey()).await;
        let came = enter(&acme, &workflow, &[&ann]).await;
        let way = text(&came["entered"][0]["enrolment_id"]);
        assert_eq!(enter(&acme, &workflow, &[&ann]).await["refused"][0]["reason"], "inside");
        town.settle().await;
        assert_eq!(town.heard(ANN), ["Hi Ann, how was it, from 0 to 10?"]);
        let waits = enrolment(&acme, &way).await;
        assert_eq!((&waits["status"], &waits["step"], &waits["waits"]), (&json!("live"), &json!("hear"), &json!("reply")));
        town.text(ANN, &acme, "hm");
        town.settle().await;
        town.text(ANN, &acme, "9 of course");
        town.settle().await;
        let texts = ["Hi Ann, how was it, from 0 to 10?", "A number from 0 to 10, please.", "Thank you for 9!"];
        assert_eq!(town.heard(ANN), texts);
        let over = enrolment(&acme, &way).await;
        assert_eq!((&over["status"], &over["outcome"], &over["variables"]["score"]), (&json!("ended"), &json!("answered"), &json!("9")));
        let known = acme.get(&format!("/contacts/{ann}")).await.is(200).clone();
        assert_eq!(known["tags"], json!(["answered"]));
        let trace = acme.get(&format!("/enrolments/{way}/trace")).await.is(200).clone();
        let turns = trace["turns"].as_array().unwrap();
        let numbers: Vec<_> = turns.iter().map(|turn| turn["seq"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=i64::try_from(turns.len()).unwrap()).collect::<Vec<_>>(), "no turn is left out");
        assert_eq!(trace["texts"].as_array().unwrap().len(), 3);
        // Who they are and what they wrote is not seen by whoever may see workflows only.
        let may = async |scopes: &[&str], path: &str| acme.key_for(scopes).await.get(path).await.status;
        let (one, all, why) = (format!("/enrolments/{way}"), "/enrolments", format!("/enrolments/{way}/trace"));
        let people = ["workflows:read", "contacts:read"];
        let file = format!("/workflows/{workflow}/enrolments.csv");
        let paths = [(one.as_str(), 403, 200), (all, 403, 200), (&file, 403, 200), (&why, 403, 403)];
        for (path, alone, with_people) in paths {
            assert_eq!((may(&people[..1], path).await, may(&people, path).await), (alone, with_people), "{path}");
        }
        assert_eq!(may(&["workflows:read", "contacts:read", "conversations:read"], &why).await, 200);
        let funnel = acme.get(&format!("/workflows/{workflow}/funnel")).await.is(200).clone();
        assert_eq!((&funnel["entered"], &funnel["inside"], &funnel["ended"]["answered"]["times"]), (&json!(1), &json!(0), &json!(1)));
        assert_eq!(funnel["refused"]["inside"], 1);
    }

    async fn whoever_stays_silent_is_nudged_and_who_says_stop_is_left_alone(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, ben) = (contact(&acme, ANN, "Ann").await, contact(&acme, BEN, "Ben").await);
        let workflow = published(&acme, survey()).await;
        let came = enter(&acme, &workflow, &[&ann, &ben]).await;
        let [of_ann, of_ben] = [0, 1].map(|nth| text(&came["entered"][nth]["enrolment_id"]));
        town.settle().await;
        town.text(BEN, &acme, "STOP");
        town.settle().await;
        let stopped = enrolment(&acme, &of_ben).await;
        assert_eq!((&stopped["status"], &stopped["outcome"]), (&json!("ended"), &json!("opted_out")));
        town.passes(SignedDuration::from_hours(25)).await;
        assert_eq!(town.heard(ANN).last().map(String::as_str), Some("We still wonder."));
        assert_eq!(enrolment(&acme, &of_ann).await["outcome"], "no_answer");
        assert_eq!(town.heard(BEN).len(), 2, "the question and the confirmation: {:?}", town.heard(BEN));
        assert_eq!(enter(&acme, &workflow, &[&ben]).await["refused"][0]["reason"], "opted_out");
    }

    async fn a_word_begins_it_and_the_receipt_says_so(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let workflow = published(&acme, survey()).await;
        town.text(ANN, &acme, "Survey!");
        town.settle().await;
        assert_eq!(town.heard(ANN), ["Hi there, how was it, from 0 to 10?"]);
        let all = acme.get(&format!("/enrolments?workflow_id={workflow}")).await.is(200).clone();
        assert_eq!(all["data"][0]["source"], "keyword");
        town.text(ANN, &acme, "8");
        town.settle().await;
        assert_eq!(town.heard(ANN).last().map(String::as_str), Some("Thank you for 8!"));
        let threads = acme.get("/conversations").await.is(200).clone();
        let thread = text(&threads["data"][0]["id"]);
        assert_eq!(threads["data"][0]["waiting_since"], json!(null), "nobody has to answer: {threads}");
        let messages = acme.get(&format!("/conversations/{thread}/messages")).await.is(200).clone();
        let inbound = |body: &str| {
            let all = messages["data"].as_array().unwrap().iter();
            text(&all.clone().find(|one| one["body"] == body).unwrap()["id"])
        };
        for (body, reason) in [("Survey!", "keyword"), ("8", "holds_floor")] {
            let receipt = acme.get(&format!("/messages/{}/receipt", inbound(body))).await.is(200).clone();
            assert_eq!(receipt["lines"][0]["kind"], "routed", "{receipt}");
            assert_eq!(receipt["lines"][0]["reason"], reason, "{receipt}");
        }
    }

    async fn a_paused_workflow_stands_still_and_goes_on_where_it_was(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, ben) = (contact(&acme, ANN, "Ann").await, contact(&acme, BEN, "Ben").await);
        let workflow = published(&acme, json!({ "name": "Reminder", "triggers": ["by_hand"], "steps": [
            { "id": "later", "delay": { "for": "1h" } },
            { "id": "tell", "send": { "text": "It is time.", "purpose": "service" } },
        ] })).await;
        let came = enter(&acme, &workflow, &[&ann, &ben]).await;
        let ways = [0, 1].map(|nth| text(&came["entered"][nth]["enrolment_id"]));
        let _ = acme.post(&format!("/workflows/{workflow}/pause"), json!({})).await.is(200);
        town.passes(SignedDuration::from_hours(2)).await;
        assert_eq!((town.heard(ANN), enrolment(&acme, &ways[0]).await["status"].clone()), (vec![], json!("paused")));
        let refused = acme.post(&format!("/workflows/{workflow}/enrolments"), json!({ "contact_ids": [ann] })).await;
        assert_eq!(refused.is(201)["refused"][0]["reason"], "closed");
        let cancelled = acme.post(&format!("/enrolments/{}/cancel", ways[1]), json!({})).await.is(200).clone();
        assert_eq!((&cancelled["status"], &cancelled["outcome"]), (&json!("ended"), &json!("cancelled")));
        let _ = acme.post(&format!("/workflows/{workflow}/resume"), json!({})).await.is(200);
        town.passes(SignedDuration::from_mins(1)).await;
        assert_eq!(town.heard(ANN), ["It is time."]);
        assert_eq!(enrolment(&acme, &ways[0]).await["status"], "ended");
        assert_eq!(town.heard(BEN), [""; 0], "it was ended meanwhile");
        let again = acme.post(&format!("/enrolments/{}/cancel", ways[1]), json!({})).await;
        assert_eq!(again.problem(409), "wrong_state");
    }

    async fn whoever_asks_second_waits_and_gets_the_next_reply(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN, "Ann").await;
        let asks = |name: &str, question: &str, thanks: &str| json!({ "name": name, "triggers": ["by_hand"], "steps": [
            { "id": "ask", "send": { "text": question, "purpose": "service" } },
            { "id": "hear", "wait_for_reply": { "timeout": "1d" } },
            { "id": "thank", "send": { "text": thanks, "purpose": "reply" } },
        ] });
        let one = published(&acme, asks("One", "How was the food?", "Thanks for the food.")).await;
        let two = published(&acme, asks("Two", "How was the room?", "Thanks for the room.")).await;
        let _ = enter(&acme, &one, &[&ann]).await;
        town.settle().await;
        let second = text(&enter(&acme, &two, &[&ann]).await["entered"][0]["enrolment_id"]);
        town.settle().await;
        assert_eq!(town.heard(ANN), ["How was the food?"], "one question at a time");
        assert_eq!(enrolment(&acme, &second).await["waits"], "floor");
        town.texts(ANN, &acme, "good").await;
        // Both are on their way at once.
        let mut next = town.heard(ANN)[1..].to_vec();
        next.sort();
        assert_eq!(next, ["How was the room?", "Thanks for the food."]);
        town.texts(ANN, &acme, "small").await;
        assert_eq!(town.heard(ANN)[3..], ["Thanks for the room."]);
    }

    async fn whoever_is_erased_leaves_nothing_behind_and_nothing_more_is_done(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN, "Ann").await;
        let workflow = published(&acme, survey()).await;
        let way = text(&enter(&acme, &workflow, &[&ann]).await["entered"][0]["enrolment_id"]);
        town.settle().await;
        town.texts(ANN, &acme, "hm").await;
        let heard = town.heard(ANN).len();
        let _ = acme.post(&format!("/contacts/{ann}/erase"), json!({ "confirm": ann })).await.is(200);
        town.passes(SignedDuration::from_hours(30)).await;
        assert_eq!(town.heard(ANN).len(), heard);
        let gone = acme.get(&format!("/enrolments/{way}")).await;
        assert_eq!(gone.status, 404);
        let funnel = acme.get(&format!("/workflows/{workflow}/funnel")).await.is(200).clone();
        assert_eq!((&funnel["inside"], &funnel["ended"]["erased"]["times"]), (&json!(0), &json!(1)));
    }

    async fn those_who_are_under_way_are_moved_when_somebody_says_so(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, ben) = (contact(&acme, ANN, "Ann").await, contact(&acme, BEN, "Ben").await);
        let reminds = |step: &str, wait: &str, says: &str| json!({ "name": "Reminder", "triggers": ["by_hand"], "steps": [
            { "id": step, "delay": { "for": wait } },
            { "id": "tell", "send": { "text": says, "purpose": "service" } },
        ] });
        let workflow = published(&acme, reminds("later", "10h", "Old words.")).await;
        let came = enter(&acme, &workflow, &[&ann, &ben]).await;
        let ways = [0, 1].map(|nth| text(&came["entered"][nth]["enrolment_id"]));
        let draft = acme.get(&format!("/workflows/{workflow}")).await.is(200).clone();
        let draft = json!({ "document": reminds("wait", "2h", "New words."), "revision": draft["revision"] });
        let _ = acme.put(&format!("/workflows/{workflow}/draft"), draft).await.is(200);
        let _ = acme.post(&format!("/workflows/{workflow}/publish"), json!({})).await.is(200);
        let migrate = async |body: Value| acme.post(&format!("/workflows/{workflow}/migrate"), body).await;
        let gone = migrate(json!({ "from": 1, "dry_run": true })).await.is(200).clone();
        assert_eq!((&gone["moves"], &gone["stays"], &gone["to"]), (&json!({}), &json!({ "step_gone": 2 }), &json!(2)));
        let plan = json!({ "later": "wait" });
        let dry = migrate(json!({ "from": 1, "steps": plan, "dry_run": true })).await.is(200).clone();
        assert_eq!((&dry["moves"], &dry["stays"]), (&json!({ "wait": 2 }), &json!({})));
        assert_eq!(enrolment(&acme, &ways[0]).await["version"], 1, "it was only asked");
        let wrong = migrate(json!({ "from": 1, "steps": { "latter": "wait" } })).await;
        assert_eq!((wrong.problem(422), wrong.bad_field()), ("invalid", ("steps.latter", "no_such_step")));
        let _ = acme.post(&format!("/enrolments/{}/cancel", ways[1]), json!({})).await.is(200);
        let done = migrate(json!({ "from": 1, "steps": plan, "per_minute": 1 })).await.is(200).clone();
        assert_eq!(done["moves"], json!({ "wait": 1 }));
        town.settle().await;
        assert_eq!(enrolment(&acme, &ways[0]).await["version"], 2);
        town.passes(SignedDuration::from_mins(130)).await;
        assert_eq!(town.heard(ANN), ["New words."], "two hours from when she came there");
        assert_eq!(town.heard(BEN), [""; 0]);
        let funnel = async |version: i64| {
            acme.get(&format!("/workflows/{workflow}/funnel?version={version}")).await.is(200).clone()
        };
        assert_eq!((funnel(1).await["inside"].clone(), funnel(2).await["inside"].clone()), (json!(0), json!(0)));
        assert_eq!(funnel(2).await["ended"]["completed"]["times"], 1);
    }

    /// A slow move to a version that turned out bad does not carry anybody back.
    async fn the_newest_move_takes_the_place_of_those_that_wait(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, ben) = (contact(&acme, ANN, "Ann").await, contact(&acme, BEN, "Ben").await);
        let says = |words: &str| json!({ "name": "Reminder", "triggers": ["by_hand"], "steps": [
            { "id": "later", "delay": { "for": "10h" } },
            { "id": "tell", "send": { "text": words, "purpose": "service" } },
        ] });
        let workflow = published(&acme, says("First.")).await;
        let came = enter(&acme, &workflow, &[&ann, &ben]).await;
        let ways = [0, 1].map(|nth| text(&came["entered"][nth]["enrolment_id"]));
        let moves = async |words: &str, per_minute: u32| {
            let known = acme.get(&format!("/workflows/{workflow}")).await.is(200).clone();
            let draft = json!({ "document": says(words), "revision": known["revision"] });
            let _ = acme.put(&format!("/workflows/{workflow}/draft"), draft).await.is(200);
            let along = json!({ "move_along": { "per_minute": per_minute } });
            acme.post(&format!("/workflows/{workflow}/publish"), along).await.is(200).clone()
        };
        moves("Second, with a fault in it.", 1).await;
        town.settle().await;
        let versions = async || [enrolment(&acme, &ways[0]).await["version"].clone(), enrolment(&acme, &ways[1]).await["version"].clone()];
        let mut at = versions().await.map(|version| version.as_i64());
        at.sort_unstable();
        assert_eq!(at, [Some(1), Some(2)], "one a minute");
        moves("Third.", 6_000).await;
        town.passes(SignedDuration::from_mins(5)).await;
        assert_eq!(versions().await, [json!(3), json!(3)]);
        town.passes(SignedDuration::from_hours(10)).await;
        assert_eq!((town.heard(ANN), town.heard(BEN)), (vec!["Third.".to_owned()], vec!["Third.".to_owned()]));
    }

    async fn whom_somebody_pauses_does_not_go_on_with_the_workflow(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, ben) = (contact(&acme, ANN, "Ann").await, contact(&acme, BEN, "Ben").await);
        let workflow = published(&acme, json!({ "name": "Reminder", "triggers": ["by_hand"], "steps": [
            { "id": "later", "delay": { "for": "1h", "if_late": "shift" } },
            { "id": "tell", "send": { "text": "It is time.", "purpose": "service" } },
        ] })).await;
        let came = enter(&acme, &workflow, &[&ann, &ben]).await;
        let ways = [0, 1].map(|nth| text(&came["entered"][nth]["enrolment_id"]));
        town.passes(SignedDuration::from_mins(30)).await;
        let order = async |order: &str| acme.post(&format!("/workflows/{workflow}/{order}"), json!({})).await.is(200).clone();
        let _ = order("pause").await;
        let _ = acme.post(&format!("/enrolments/{}/pause", ways[1]), json!({})).await.is(200);
        town.passes(SignedDuration::from_hours(2)).await;
        let _ = order("resume").await;
        town.passes(SignedDuration::from_mins(20)).await;
        assert_eq!(town.heard(ANN), [""; 0], "half an hour was left of hers");
        town.passes(SignedDuration::from_mins(15)).await;
        assert_eq!((town.heard(ANN), town.heard(BEN)), (vec!["It is time.".to_owned()], vec![]));
        assert_eq!(enrolment(&acme, &ways[1]).await["status"], "paused");
    }

    async fn nobody_comes_with_what_the_workflow_does_not_know(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let ann = contact(&acme, ANN, "Ann").await;
        let workflow = published(&acme, json!({ "name": "Visit", "triggers": ["by_hand", "api"],
            "variables": [{ "key": "day", "type": "date" }, { "key": "guests", "type": "number" }],
            "steps": [{ "id": "tell", "send": { "text": "See you {day|soon}.", "purpose": "service" } }] })).await;
        for (variables, field, code) in [
            (json!({ "dya": "2026-12-02" }), "variables.dya", "no_such_variable"),
            (json!({ "guests": "many" }), "variables.guests", "not_fitting"),
            (json!({ "day": "soon" }), "variables.day", "not_fitting"),
        ] {
            let body = json!({ "contact_ids": [ann], "variables": variables });
            for path in ["enrolments", "selections"] {
                let refused = acme.post(&format!("/workflows/{workflow}/{path}"), body.clone()).await;
                assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", (field, code)), "{path}");
            }
        }
        let body = json!({ "contact_ids": [ann], "variables": { "day": "2026-12-02", "guests": "4" } });
        let came = acme.post(&format!("/workflows/{workflow}/enrolments"), body).await;
        assert_eq!(came.is(201)["entered"].as_array().unwrap().len(), 1);
    }

    async fn whoever_is_under_way_is_taken_along_by_a_version_that_has_their_steps(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, ben) = (contact(&acme, ANN, "Ann").await, contact(&acme, BEN, "Ben").await);
        let reminds = |step: &str, wait: &str, says: &str| json!({ "name": "Reminder", "triggers": ["by_hand"], "steps": [
            { "id": step, "delay": { "for": wait } },
            { "id": "tell", "send": { "text": says, "purpose": "service" } },
        ] });
        let workflow = published(&acme, reminds("later", "10h", "Old words.")).await;
        let way = text(&enter(&acme, &workflow, &[&ann]).await["entered"][0]["enrolment_id"]);
        let draft = async |document: Value| {
            let known = acme.get(&format!("/workflows/{workflow}")).await.is(200).clone();
            let draft = json!({ "document": document, "revision": known["revision"] });
            let _ = acme.put(&format!("/workflows/{workflow}/draft"), draft).await.is(200);
        };
        let publish = async |along: Value| acme.post(&format!("/workflows/{workflow}/publish"), json!({ "move_along": along })).await;
        draft(reminds("wait", "2h", "New words.")).await;
        let gone = publish(json!({})).await;
        assert_eq!(gone.problem(409), "not_compatible");
        assert!(gone.body.to_string().contains("`later` (1)"), "{}", gone.body);
        assert_eq!(acme.get(&format!("/workflows/{workflow}")).await.is(200)["live_version"], 1, "nothing was published");
        draft(reminds("later", "2h", "New words.")).await;
        let rate = publish(json!({ "per_minute": 0 })).await;
        assert_eq!((rate.problem(422), rate.bad_field()), ("invalid", ("move_along.per_minute", "out_of_range")));
        let dry = publish(json!({ "dry_run": true })).await.is(200).clone();
        assert_eq!((&dry["live_version"], &dry["moved"][0]["from"], &dry["moved"][0]["to"]), (&json!(1), &json!(1), &json!(2)));
        assert_eq!(dry["moved"][0]["moves"], json!({ "later": 1 }));
        assert_eq!(enrolment(&acme, &way).await["version"], 1, "it was only asked");
        let done = publish(json!({})).await.is(200).clone();
        assert_eq!((&done["live_version"], &done["moved"][0]["moves"]), (&json!(2), &json!({ "later": 1 })));
        town.settle().await;
        assert_eq!(enrolment(&acme, &way).await["version"], 2);
        let other = text(&enter(&acme, &workflow, &[&ben]).await["entered"][0]["enrolment_id"]);
        let same = publish(json!({})).await.is(200).clone();
        assert_eq!((&same["live_version"], &same["moved"]), (&json!(2), &json!([])), "they are in it");
        assert_eq!(enrolment(&acme, &other).await["version"], 2);
        town.passes(SignedDuration::from_mins(130)).await;
        assert_eq!((town.heard(ANN), town.heard(BEN)), (vec!["New words.".to_owned()], vec!["New words.".to_owned()]));
    }

    async fn what_became_of_them_is_a_file(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let (ann, ben) = (contact(&acme, ANN, "=cmd()").await, contact(&acme, BEN, "Ben").await);
        let workflow = published(&acme, survey()).await;
        let came = enter(&acme, &workflow, &[&ann, &ben]).await;
        let of_ann = text(&came["entered"][0]["enrolment_id"]);
        town.settle().await;
        town.passes(SignedDuration::from_mins(10)).await;
        town.texts(ANN, &acme, "9").await;
        town.settle().await;
        let file = async |path: String| {
            let answer = acme.get(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            String::from_utf8_lossy(&answer.raw.body).trim_start_matches('\u{FEFF}').to_owned()
        };
        let ways = file(format!("/workflows/{workflow}/enrolments.csv")).await;
        let rows: Vec<&str> = ways.lines().collect();
        assert_eq!(rows.len(), 3, "{ways}");
        assert!(rows[0].starts_with("phone,name,number,version,") && rows[0].ends_with(",enrolment_id,score"), "{ways}");
        assert!(rows[1].starts_with(BEN) && rows[1].contains(",live,"), "the newest first: {ways}");
        assert!(rows[2].starts_with(&format!("{ANN},'=cmd(),")), "no spreadsheet runs it: {ways}");
        assert!(rows[2].contains(",ask > hear > keep > tag > thank > done,") && rows[2].ends_with(&format!("{of_ann},9")), "{ways}");
        let ended = file(format!("/workflows/{workflow}/enrolments.csv?status=ended")).await;
        assert_eq!(ended.lines().count(), 2, "{ended}");
        let funnel = file(format!("/workflows/{workflow}/funnel.csv")).await;
        let row = |step: &str| -> Vec<&str> {
            let line = funnel.lines().find(|line| line.starts_with(&format!("{step},"))).unwrap_or_else(|| panic!("{step}: {funnel}"));
            line.rsplit(',').collect()
        };
        // From behind: took, median, average, dropped, failed, left out, asked again, timed out, answered, waiting, entered.
        let hear = row("hear");
        assert_eq!((hear[0], &hear[3..11]), ("case 1: 1", &["0", "0", "0", "0", "0", "1", "1", "2"][..]), "{funnel}");
        assert_eq!(hear[1], hear[2], "of one, the middle is the average");
        assert!((600..700).contains(&hear[1].parse::<i64>().unwrap()), "{funnel}");
        assert_eq!(row("done")[..4], ["", "0", "0", "1"], "{funnel}");
        assert_eq!(row("nudge")[10], "0", "steps that nobody came to are told, too");
    }

    async fn each_question_is_asked_once_though_the_process_dies_at_any_step(store, place) {
        drop(store);
        let mut town = Town::mortal(place).await;
        for step in 1..120 {
            let mut died = false;
            for death in [Death::BeforeCommit, Death::AfterCommit] {
                // Where the law sets no hours: what a text waits for shall be nothing but the process.
                let phone = format!("+4740{:06}", 2 * step + u32::from(death == Death::AfterCommit));
                let acme = town.desk(&format!("Acme {step} {death:?}")).await;
                let ann = contact(&acme, &phone, "Ann").await;
                let workflow = published(&acme, survey()).await;
                town.faults(Faults { ignore_idempotency_key: true, ..Faults::default() });
                town.dies_at(step, death);
                let asked = begin(&acme, &workflow, &ann).await;
                town.settle().await;
                if asked.status == 201 {
                    town.text(&phone, &acme, "9");
                    town.settle().await;
                }
                died |= town.is_dead();
                town = town.dies_and_rises().await;
                let acme = acme.again(&town);
                town.recovers().await;
                town.passes(EVERYTHING_IS_SETTLED).await;
                if asked.status != 201 {
                    let again = begin(&acme, &workflow, &ann).await;
                    assert!([200, 201].contains(&again.status), "{again:?}");
                    town.settle().await;
                }
                let all = acme.get(&format!("/enrolments?workflow_id={workflow}")).await.is(200).clone();
                if all["data"][0]["waits"] == "reply" {
                    // What they wrote before the question was out answered nothing.
                    town.texts(&phone, &acme, "9").await;
                }
                town.faults(Faults::default());
                let heard = town.heard(&phone);
                let count = |body: &str| heard.iter().filter(|one| *one == body).count();
                assert!(count("Hi Ann, how was it, from 0 to 10?") <= 1, "{step} {death:?}: {heard:?}");
                assert!(count("Thank you for 9!") <= 1, "{step} {death:?}: {heard:?}");
                let all = acme.get(&format!("/enrolments?workflow_id={workflow}")).await.is(200).clone();
                let all = all["data"].as_array().unwrap();
                assert_eq!(all.len(), 1, "{step} {death:?}: {all:?}");
                assert_eq!(all[0]["variables"]["score"], "9", "{step} {death:?}: {heard:?} {all:?}");
                assert_eq!(all[0]["status"], "ended", "{step} {death:?}: {all:?}");
            }
            if !died {
                assert!(step > 10, "it lived through {step} steps");
                return;
            }
        }
        panic!("it dies for ever");
    }
}
