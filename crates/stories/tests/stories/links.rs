//! Short links of campaigns: everybody has their own, people who follow them are counted, and machines are not.

use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::http::Answer;
use stories::town::{Desk, Town, text};

const PHONES: [&str; 5] = ["+12125550123", "+12125550124", "+12125550125", "+12125550126", "+12125550127"];
const LONG: &str =
    "https://shop.example/summer/sale?from=text&of=june&to=everybody-who-is-a-guest-of-ours-and-likes-terraces";
const IPHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1";

/// A campaign with short links that everybody has got.
async fn sent(town: &Town, desk: &Desk) -> String {
    let body = format!("Acme: the terrace is open! {LONG} Reply STOP to opt out.");
    let campaign = json!({
        "name": "June", "body": body, "numbers": [desk.number_id], "audience": { "phones": PHONES }, "links": "short",
    });
    let made = desk.post("/campaigns", campaign).await.is(201).clone();
    assert_eq!(made["links"], "short");
    let id = text(&made["id"]);
    let _ = desk.post(&format!("/campaigns/{id}/launch"), json!({})).await.is(200);
    town.passes(SignedDuration::from_mins(3)).await;
    id
}

/// The path of somebody's link, behind the base.
fn link(town: &Town, phone: &str, base: &str) -> String {
    let heard = town.heard(phone);
    let [text] = heard.as_slice() else { panic!("{heard:?}") };
    let link = text.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    link.strip_prefix(base).unwrap_or_else(|| panic!("{link} is not at {base}")).to_owned()
}

async fn follow(town: &Town, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    town.client.send(Method::GET, path, headers, Bytes::new()).await
}

async fn campaign(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/campaigns/{id}")).await.is(200).clone()
}

async fn clicked(desk: &Desk, id: &str) -> Vec<String> {
    let found = desk.get(&format!("/campaigns/{id}/recipients?clicked=true")).await;
    found.is(200)["data"].as_array().unwrap().iter().map(|one| text(&one["phone"])).collect()
}

/// Time goes on until so many clicks on somebody's links are judged; answers who they were by.
async fn judged(town: &Town, desk: &Desk, id: &str, phone: &str, count: usize) -> Vec<String> {
    let phone = phone.trim_start_matches('+');
    for _ in 0..50 {
        town.passes(SignedDuration::from_secs(20)).await;
        let row = desk.get(&format!("/campaigns/{id}/recipients?phone=%2B{phone}")).await.is(200)["data"][0].clone();
        let why = desk.get(&format!("/campaigns/{id}/recipients/{}", text(&row["id"]))).await.is(200).clone();
        let clicks = why["clicks"].as_array().unwrap();
        let mut verdicts: Vec<_> =
            clicks.iter().filter_map(|click| click["verdict"].as_str().map(str::to_owned)).collect();
        if verdicts.len() == count {
            verdicts.sort();
            return verdicts;
        }
    }
    panic!("the clicks are never judged");
}

store::on_both_engines! {
    async fn a_person_who_follows_their_link_is_counted(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = sent(&town, &acme).await;
        let base = town.client.base().to_owned();
        let paths: std::collections::BTreeSet<String> = PHONES.iter().map(|phone| link(&town, phone, &base)).collect();
        assert_eq!(paths.len(), PHONES.len(), "everybody has their own");
        let path = link(&town, PHONES[0], &base);
        let answer = follow(&town, &path, &[("user-agent", IPHONE)]).await;
        assert_eq!((answer.status, answer.raw.header("location")), (302, Some(LONG)));
        assert_eq!((answer.raw.header("cache-control"), answer.raw.header("referrer-policy")), (Some("no-store"), Some("no-referrer")));
        let _ = follow(&town, &path, &[("user-agent", IPHONE)]).await;
        assert_eq!(judged(&town, &acme, &id, PHONES[0], 1).await, ["person"], "twice in a minute is once");
        assert_eq!(clicked(&acme, &id).await, [PHONES[0]]);
        assert_eq!(campaign(&acme, &id).await["clicked"], 1);
        assert_eq!(acme.get(&format!("/campaigns/{id}/outcomes")).await.is(200)["clicked"], 1);
        let outcomes = acme.get(&format!("/campaigns/{id}/outcomes")).await.is(200).clone();
        let expected = json!([{ "url": LONG, "texts": 5, "people": 1, "clicks": 1, "machine_clicks": 0 }]);
        assert_eq!(outcomes["links"], expected);
        let row = acme.get(&format!("/campaigns/{id}/recipients?clicked=true")).await.is(200)["data"][0].clone();
        assert_eq!(row["segments"], 1, "it is counted as it is sent: {row}");
        let why = acme.get(&format!("/campaigns/{id}/recipients/{}", text(&row["id"]))).await.is(200).clone();
        assert_eq!((&why["clicks"][0]["url"], &why["clicks"][0]["verdict"], why["clicks"].as_array().unwrap().len()), (&json!(LONG), &json!("person"), 1));
        assert!(why["history"].as_array().unwrap().iter().any(|step| step["kind"] == "clicked"));
        for path in ["/l/0000000000", "/l/1111111111", "/l/x", "/l/https:%2F%2Fevil.example"] {
            let nowhere = follow(&town, path, &[("user-agent", IPHONE)]).await;
            assert_eq!((nowhere.status, nowhere.raw.header("location")), (404, None), "{path}");
            assert!(nowhere.raw.header("content-type").unwrap().starts_with("text/html"));
        }
        let written = json!({ "body": format!("See {LONG}"), "short_links": true });
        let counted = acme.post("/text/measure", written).await.is(200).clone();
        assert_eq!(counted["body"], format!("See {base}/l/xxxxxxxxxx"));
    }

    async fn machines_are_kept_apart(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let id = sent(&town, &acme).await;
        let base = town.client.base().to_owned();
        let path = |nth: usize| link(&town, PHONES[nth], &base);
        for headers in [
            &[("user-agent", "WhatsApp/2.25")][..],
            &[("user-agent", "curl/8.9")],
            &[("user-agent", IPHONE), ("sec-purpose", "prefetch")],
            &[],
        ] {
            assert_eq!(follow(&town, &path(0), headers).await.status, 302, "who cannot be told from people is sent on");
        }
        let machines = ["preview", "preview", "scanner", "scanner"];
        assert_eq!(judged(&town, &acme, &id, PHONES[0], 4).await, machines);
        assert_eq!(campaign(&acme, &id).await["clicked"], 0);
        for nth in 0..4 {
            assert_eq!(follow(&town, &path(nth), &[("user-agent", IPHONE)]).await.status, 302);
        }
        for phone in &PHONES[1..4] {
            assert_eq!(judged(&town, &acme, &id, phone, 1).await, ["burst"]);
        }
        assert_eq!(campaign(&acme, &id).await["clicked"], 0, "four people's links within seconds");
        let _ = follow(&town, &path(4), &[("user-agent", IPHONE)]).await;
        assert_eq!(judged(&town, &acme, &id, PHONES[4], 1).await, ["person"]);
        assert_eq!(clicked(&acme, &id).await, [PHONES[4]]);
        assert_eq!(judged(&town, &acme, &id, PHONES[0], 5).await, ["burst", "preview", "preview", "scanner", "scanner"]);
    }

    async fn links_go_to_a_host_of_ones_own_and_only_there(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let set = |base: &str| json!({ "settings": { "links_base": base } });
        for (base, code) in [("http://go.acme.example", "no_scheme"), ("https://bit.ly", "public_shortener"), ("https://go.acme.example/x", "has_path")] {
            let refused = acme.patch("/tenant", set(base)).await;
            assert_eq!((refused.is(422)["errors"][0]["field"].as_str(), refused.bad_field().1), (Some("settings.links_base"), code));
        }
        let kept = acme.patch("/tenant", set("https://Go.Acme.example/")).await;
        assert_eq!(kept.is(200)["settings"]["links_base"], "https://go.acme.example");
        let id = sent(&town, &acme).await;
        let path = link(&town, PHONES[0], "https://go.acme.example");
        assert_eq!(follow(&town, &path, &[("user-agent", IPHONE)]).await.status, 404, "on another host it would lend that one's name");
        town.passes(SignedDuration::from_secs(20)).await;
        assert_eq!(campaign(&acme, &id).await["clicked"], 0);
        let answer = follow(&town, &path, &[("user-agent", IPHONE), ("host", "go.acme.example")]).await;
        assert_eq!((answer.status, answer.raw.header("location")), (302, Some(LONG)));
    }
}
