//! What assistants answer from: written, uploaded, fetched; how each source stands, and what is found in it.

use bytes::Bytes;
use jiff::SignedDuration;
use providers::http::Method;
use serde_json::{Value, json};
use stories::town::{Desk, Town, text};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

mod web;

use web::{Reply, Web};

const ANN: &str = "+14155550123";

/// Adds a source, and comes back when it has been read, or has not.
async fn added(town: &Town, desk: &Desk, source: Value) -> Value {
    let made = desk.post("/knowledge", source).await;
    let id = text(&made.is(201)["id"]);
    town.settle().await;
    read(desk, &id).await
}

async fn uploaded(town: &Town, desk: &Desk, name: &str, bytes: &'static [u8]) -> Value {
    let headers = vec![("authorization", format!("Bearer {}", desk.key))];
    let path = format!("/api/v1/knowledge/files?file_name={name}");
    let made = town.client.send(Method::POST, &path, headers, Bytes::from_static(bytes)).await;
    let id = text(&made.is(201)["id"]);
    town.settle().await;
    read(desk, &id).await
}

async fn read(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/knowledge/{id}")).await.is(200).clone()
}

/// The quotes that count as found.
async fn found(desk: &Desk, query: &str) -> Vec<String> {
    let found = desk.post("/knowledge/search", json!({ "query": query })).await;
    let hits = found.is(200)["hits"].as_array().unwrap().clone();
    hits.iter().filter(|hit| hit["counts"] == true).map(|hit| text(&hit["quote"])).collect()
}

fn fault(source: &Value) -> &str {
    assert!(source["error"]["explanation"].is_string() && source["error"]["mend"].is_string(), "{source}");
    source["error"]["code"].as_str().unwrap()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

store::on_both_engines! {
    async fn a_text_is_found_at_once_and_says_why(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut stream = acme.stream(None).await;
        let made = acme.post("/knowledge", json!({ "kind": "text", "title": "Hours", "text": "We are open from 7 am to 6 pm." })).await;
        assert_eq!((&made.is(201)["status"], &made.body["chunks"], &made.body["assistant_ids"]), (&json!("ready"), &json!(1), &json!([])));
        let id = text(&made.body["id"]);
        let told = stream.until("knowledge.updated").await;
        assert_eq!(told.last().unwrap().data["data"]["knowledge"]["id"], json!(id));

        let searched = acme.post("/knowledge/search", json!({ "query": "when are you open" })).await;
        let hit = &searched.is(200)["hits"][0];
        assert_eq!((&hit["quote"], &hit["source"]["title"], &hit["counts"]), (&json!("We are open from 7 am to 6 pm."), &json!("Hours"), &json!(true)));
        assert!(hit["score"].as_f64() >= searched.body["floor"].as_f64());
        assert!(hit["why"]["words"].as_array().unwrap().contains(&json!("open")), "{hit}");

        let off = acme.patch(&format!("/knowledge/{id}"), json!({ "enabled": false })).await;
        assert_eq!(off.is(200)["enabled"], false);
        assert!(found(&acme, "when are you open").await.is_empty());
        let other = acme.patch(&format!("/knowledge/{id}"), json!({ "enabled": true, "text": "We open at 8 am." })).await;
        let _ = other.is(200);
        assert_eq!(found(&acme, "when do you open").await, ["We open at 8 am."]);
        assert_eq!(read(&acme, &id).await["text"], "We open at 8 am.");
        let chunks = acme.get(&format!("/knowledge/{id}/chunks?limit=1")).await;
        assert_eq!(chunks.is(200)["data"][0]["text"], "We open at 8 am.");
        assert_eq!(acme.delete(&format!("/knowledge/{id}")).await.status, 204);
        assert!(found(&acme, "when do you open").await.is_empty());
        assert_eq!(acme.get(&format!("/knowledge/{id}")).await.problem(404), "not_found");
    }

    async fn what_is_for_one_assistant_is_not_for_another(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let ada = acme.assistant("auto", "The secret word is apricot.").await;
        let max = text(&acme.post("/assistants", json!({ "name": "Max" })).await.is(201)["id"]);
        let all = json!({ "kind": "text", "title": "Hours", "text": "We are open from 7 am to 6 pm." });
        let _ = acme.post("/knowledge", all).await.is(201);
        let asks = async |assistant: &str, query: &str| {
            let body = json!({ "query": query, "assistant_id": assistant });
            let found = acme.post("/knowledge/search", body).await;
            found.is(200)["hits"].as_array().unwrap().iter().filter(|hit| hit["counts"] == true).count()
        };
        assert_eq!((asks(&ada, "opening hours?").await, asks(&max, "when are you open?").await), (1, 1));
        assert_eq!((asks(&ada, "secret word?").await, asks(&max, "secret word?").await), (1, 0));
        let listed = acme.get(&format!("/knowledge?assistant_id={max}")).await;
        assert_eq!(listed.is(200)["data"].as_array().unwrap().len(), 1);
        let foreign = bolt.post("/knowledge", json!({ "kind": "text", "title": "x", "text": "y", "assistant_ids": [ada] })).await;
        assert_eq!((foreign.problem(422), foreign.bad_field()), ("invalid", ("assistant_ids", "not_found")));
        town.texts(ANN, &acme, "when are you open?").await;
        town.passes(SignedDuration::from_secs(5)).await;
        assert!(town.heard(ANN)[0].contains("7 am"), "an assistant answers from what is for all: {:?}", town.heard(ANN));
    }

    async fn pairs_and_synonyms_find_what_words_do_not(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let pairs = json!([
            { "question": "Do you deliver to my home?", "answer": "Yes, within five miles, for free." },
            { "question": "Can I pay by card?", "answer": "Cards and cash are both fine." },
        ]);
        let source = added(&town, &acme, json!({ "kind": "question_answer", "pairs": pairs })).await;
        assert_eq!((&source["title"], &source["chunks"], &source["pairs"]), (&json!("Do you deliver to my home?"), &json!(2), &pairs));
        assert_eq!(found(&acme, "can i pay by card").await[0], "Cards and cash are both fine.");
        let bad = acme.post("/knowledge", json!({ "kind": "question_answer", "pairs": [{ "question": " ", "answer": "x" }] })).await;
        assert_eq!((bad.problem(422), bad.bad_field()), ("invalid", ("pairs[0].question", "empty")));

        let _ = added(&town, &acme, json!({ "kind": "text", "title": "Prices", "text": "A crown costs 900 dollars." })).await;
        let cap = async || {
            let found = acme.post("/knowledge/search", json!({ "query": "how much is a jacket" })).await;
            let first = found.is(200)["hits"][0].clone();
            first["quote"] == "A crown costs 900 dollars."
                && first["why"]["words"].as_array().unwrap().contains(&json!("jacket"))
        };
        assert!(!cap().await);
        let wrong = acme.put("/knowledge/synonyms", json!({ "lines": "crown, jacket\nalone" })).await;
        assert_eq!((wrong.problem(422), wrong.bad_field()), ("invalid", ("lines", "not_synonyms")));
        let _ = acme.put("/knowledge/synonyms", json!({ "lines": "crown, jacket" })).await.is(200);
        assert_eq!(acme.get("/knowledge/synonyms").await.is(200)["lines"], "crown, jacket");
        assert!(cap().await);
    }

    async fn files_are_read_or_say_why_not(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let notes = uploaded(&town, &acme, "notes.md", b"# House rules\n\nDogs are welcome in the garden.").await;
        assert_eq!((&notes["kind"], &notes["status"], &notes["format"], &notes["title"]), (&json!("file"), &json!("ready"), &json!("markdown"), &json!("House rules")));
        assert_eq!((&notes["bytes"], &notes["file_name"]), (&json!(46), &json!("notes.md")));
        assert_eq!(found(&acme, "are dogs welcome?").await, ["Dogs are welcome in the garden."]);
        let faq = uploaded(&town, &acme, "faq.csv", b"question,answer\nDo you have parking?,Behind the house.\n").await;
        assert_eq!((&faq["pairs"][0]["answer"], &faq["title"]), (&json!("Behind the house."), &json!("faq")));

        let picture = uploaded(&town, &acme, "prices.pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").await;
        assert_eq!((&picture["status"], fault(&picture)), (&json!("failed"), "not_what_it_says"));
        assert!(text(&picture["error"]["explanation"]).contains("a picture"));
        let broken = uploaded(&town, &acme, "prices.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Cat").await;
        assert_eq!((&broken["status"], fault(&broken)), (&json!("failed"), "damaged"));
        assert_eq!(found(&acme, "are dogs welcome?").await.len(), 1, "the rest goes on");
        let headers = vec![("authorization", format!("Bearer {}", acme.key))];
        let empty = town.client.send(Method::POST, "/api/v1/knowledge/files", headers, Bytes::new()).await;
        assert_eq!((empty.problem(422), empty.bad_field()), ("invalid", ("body", "empty")));
    }

    async fn an_upload_of_half_a_gigabyte_is_refused_before_it_is_sent(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let address = town.client.base().strip_prefix("http://").unwrap().to_owned();
        let mut line = tokio::net::TcpStream::connect(&address).await.unwrap();
        let head = format!(
            "POST /api/v1/knowledge/files HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-length: 524288000\r\n\r\n",
            acme.key
        );
        line.write_all(head.as_bytes()).await.unwrap();
        line.write_all(&[b'x'; 1_000]).await.unwrap();
        let mut answer = vec![0; 4_096];
        let mut length = 0;
        while !String::from_utf8_lossy(&answer[..length]).contains("25 MB") {
            let count = line.read(&mut answer[length..]).await.unwrap();
            assert!(count > 0, "{}", String::from_utf8_lossy(&answer[..length]));
            length += count;
        }
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("body_too_large"), "{answer}");
        assert_eq!(acme.get("/knowledge").await.is(200)["data"], json!([]));
    }

    async fn a_page_is_fetched_politely_and_again_on_its_schedule(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let web = Web::start().await;
        web.put("/hours", Reply::html("<title>Hours</title><h1>Hours</h1><p>We are open from 7 am to 6 pm.</p>").with("etag", "\"one\""));
        let page = added(&town, &acme, json!({ "kind": "page", "url": web.url("/hours#today") })).await;
        assert_eq!((&page["status"], &page["title"], &page["format"], &page["error"]), (&json!("ready"), &json!("Hours"), &json!("html"), &json!(null)));
        assert_eq!(page["refetch_hours"], 24);
        assert_eq!(found(&acme, "when are you open").await, ["We are open from 7 am to 6 pm."]);
        let asked = web.asked();
        assert_eq!(asked.iter().map(|asked| asked.path.as_str()).collect::<Vec<_>>(), ["/robots.txt", "/hours"]);
        assert!(asked[1].header("user-agent").starts_with("Tidings/"));
        let id = text(&page["id"]);

        // Nothing has changed: it is asked for, and not read again.
        web.put("/hours", Reply::new(304));
        town.passes(hours(25)).await;
        let again = web.asked().last().unwrap().clone();
        assert_eq!((again.path.as_str(), again.header("if-none-match")), ("/hours", "\"one\""));
        let same = read(&acme, &id).await;
        assert_eq!((&same["status"], &same["updated_at"]), (&json!("ready"), &page["updated_at"]));
        assert!(same["fetched_at"].as_str() > page["fetched_at"].as_str());

        web.put("/hours", Reply::html("<p>We are open from 8 am to 5 pm.</p>"));
        town.passes(hours(25)).await;
        assert_eq!(found(&acme, "when are you open").await, ["We are open from 8 am to 5 pm."]);

        // Gone, it says so, and what it said is kept.
        web.put("/hours", Reply::new(404));
        let asked = acme.post(&format!("/knowledge/{id}/refetch"), json!({})).await;
        assert_eq!(asked.is(202)["status"], "waiting");
        town.passes(SignedDuration::from_secs(5)).await;
        let gone = read(&acme, &id).await;
        assert_eq!((&gone["status"], fault(&gone)), (&json!("failed"), "not_found"));
        assert_eq!(found(&acme, "when are you open").await, ["We are open from 8 am to 5 pm."]);

        // In trouble, it is tried again soon, and not before the server wants.
        web.put("/hours", Reply::new(503).with("retry-after", "600"));
        let _ = acme.post(&format!("/knowledge/{id}/refetch"), json!({})).await.is(202);
        town.passes(SignedDuration::from_secs(5)).await;
        let before = web.asked().len();
        assert_eq!(fault(&read(&acme, &id).await), "server_error");
        town.passes(SignedDuration::from_mins(9)).await;
        assert_eq!(web.asked().len(), before);
        web.put("/hours", Reply::html("<p>We are open from 9 am to 4 pm.</p>"));
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!(read(&acme, &id).await["status"], "ready");
        assert_eq!(found(&acme, "when are you open").await, ["We are open from 9 am to 4 pm."]);
    }

    async fn a_schedule_survives_a_restart(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let web = Web::start().await;
        web.put("/hours", Reply::html("<p>We are open from 7 am to 6 pm.</p>"));
        let _ = added(&town, &acme, json!({ "kind": "page", "url": web.url("/hours") })).await;
        let (clock, sandbox) = town.stop().await;
        let town = Town::around(place.store(), clock, sandbox).await;
        let acme = acme.again(&town);
        town.settle().await;
        assert_eq!(web.asked().len(), 2, "nothing is fetched because of the restart");
        web.put("/hours", Reply::html("<p>We are open from 8 am to 5 pm.</p>"));
        town.passes(hours(25)).await;
        assert_eq!(found(&acme, "when are you open").await, ["We are open from 8 am to 5 pm."]);
    }

    async fn what_cannot_be_fetched_says_why(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let web = Web::start().await;
        web.put("/robots.txt", Reply::text("User-agent: *\nDisallow: /private\nUser-agent: other\nDisallow: /"));
        web.put("/private/page", Reply::html("<p>Secret.</p>"));
        web.put("/around", Reply::new(302).with("location", "/around"));
        web.put("/off", Reply::new(302).with("location", "file:///etc/passwd"));
        web.put("/picture", Reply::bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
        web.put("/script", Reply::html("<script>show()</script>"));
        web.put("/large", Reply::bytes(&vec![b'x'; 6 << 20]));
        web.put("/moved", Reply::new(301).with("location", "/here?now"));
        web.put("/here", Reply::html("<p>We have moved.</p>"));
        for (path, code) in [
            ("/private/page", "robots"),
            ("/around", "too_many_redirects"),
            ("/off", "not_an_address"),
            ("/picture", "unsupported_format"),
            ("/script", "no_text"),
            ("/large", "too_large"),
            ("/nowhere", "not_found"),
        ] {
            let page = acme.post("/knowledge", json!({ "kind": "page", "url": web.url(path), "refetch_hours": null })).await;
            let id = text(&page.is(201)["id"]);
            town.passes(SignedDuration::from_secs(10)).await;
            let page = read(&acme, &id).await;
            assert_eq!((&page["status"], fault(&page)), (&json!("failed"), code), "{path}");
        }
        assert!(!web.asked().iter().any(|asked| asked.path.starts_with("/private")), "it was not even asked for");
        let nobody = acme.post("/knowledge", json!({ "kind": "page", "url": "http://127.0.0.1:9/", "refetch_hours": null })).await;
        town.settle().await;
        let nobody = read(&acme, &text(&nobody.is(201)["id"])).await;
        assert_eq!(fault(&nobody), "unreachable");
        assert!(nobody["next_fetch_at"].is_string(), "it may come some time");
        let moved = acme.post("/knowledge", json!({ "kind": "page", "url": web.url("/moved") })).await;
        town.passes(SignedDuration::from_secs(10)).await;
        assert_eq!(read(&acme, &text(&moved.is(201)["id"])).await["text"], "We have moved.");
        for url in ["ftp://a.test/", "nowhere", "http://ann:pass@a.test/"] {
            let refused = acme.post("/knowledge", json!({ "kind": "page", "url": url })).await;
            assert_eq!((refused.problem(422), refused.bad_field().0), ("invalid", "url"), "{url}");
        }
    }

    async fn nothing_in_the_house_is_fetched(store, place) {
        drop(store);
        let town = Town::walled(place).await;
        let acme = town.lodger("Acme", "+14155550101").await;
        let web = Web::start().await;
        web.put("/", Reply::html("<p>Secret.</p>"));
        for url in [web.url("/"), web.url("/").replace("127.0.0.1", "localhost"), "http://169.254.169.254/latest/meta-data".into()] {
            let page = added(&town, &acme, json!({ "kind": "page", "url": url, "refetch_hours": null })).await;
            assert_eq!((&page["status"], fault(&page)), (&json!("failed"), "address_refused"), "{url}");
        }
        assert!(web.asked().is_empty(), "it was not even asked for");
    }

    async fn a_site_is_read_by_its_sitemap(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let web = Web::start().await;
        web.put("/sitemap.xml", Reply::sitemaps(&[web.url("/a.xml"), web.url("/sitemap.xml"), "https://elsewhere.test/b.xml".into()]));
        web.put("/a.xml", Reply::pages(&[web.url("/hours"), web.url("/bread"), web.url("/gone"), "https://elsewhere.test/".into()]));
        web.put("/hours", Reply::html("<p>We are open from 7 am to 6 pm.</p>"));
        web.put("/bread", Reply::html("<title>Bread</title><p>Rye bread costs four dollars.</p>"));
        let sitemap = added(&town, &acme, json!({ "kind": "sitemap", "url": web.url("/sitemap.xml") })).await;
        let id = text(&sitemap["id"]);
        town.passes(SignedDuration::from_secs(30)).await;
        let sitemap = read(&acme, &id).await;
        assert_eq!((&sitemap["status"], &sitemap["chunks"], &sitemap["error"]), (&json!("ready"), &json!(3), &json!(null)));
        let pages = async || {
            let pages = acme.get(&format!("/knowledge?parent_id={id}")).await;
            let mut pages: Vec<String> = pages.is(200)["data"].as_array().unwrap().iter()
                .map(|page| format!("{} {}", text(&page["url"]).replace(&web.url(""), ""), text(&page["status"]))).collect();
            pages.sort();
            pages
        };
        assert_eq!(pages().await, ["/bread ready", "/gone failed", "/hours ready"]);
        assert_eq!(found(&acme, "how much is rye bread").await, ["Rye bread costs four dollars."]);
        let times: Vec<_> = web.asked().iter().filter(|asked| asked.path != "/robots.txt").map(|asked| asked.nth).collect();
        assert_eq!(times.len(), 5, "each once: {:?}", web.asked());
        let listed = acme.get("/knowledge").await;
        assert_eq!(listed.is(200)["data"].as_array().unwrap().len(), 1, "its pages are listed under it");
        let page = text(&acme.get(&format!("/knowledge?parent_id={id}")).await.is(200)["data"][0]["id"]);
        assert_eq!(acme.delete(&format!("/knowledge/{page}")).await.problem(409), "page_of_sitemap");

        web.put("/a.xml", Reply::pages(&[web.url("/hours")]));
        let _ = acme.post(&format!("/knowledge/{id}/refetch"), json!({})).await.is(202);
        town.passes(SignedDuration::from_secs(30)).await;
        assert_eq!(pages().await, ["/hours ready"]);
        assert!(found(&acme, "how much is rye bread").await.is_empty(), "what it names no more is removed");
        assert_eq!(acme.delete(&format!("/knowledge/{id}")).await.status, 204);
        assert!(found(&acme, "when are you open").await.is_empty());
    }

    async fn a_sitemap_that_leads_nowhere_says_so(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let web = Web::start().await;
        web.put("/loop.xml", Reply::sitemaps(&[web.url("/other.xml")]));
        web.put("/other.xml", Reply::sitemaps(&[web.url("/loop.xml"), web.url("/other.xml")]));
        web.put("/page", Reply::html("<p>Hello.</p>"));
        web.put("/elsewhere.xml", Reply::pages(&["https://elsewhere.test/".to_owned()]));
        for (path, code) in [("/loop.xml", "no_pages"), ("/page", "not_a_sitemap"), ("/elsewhere.xml", "no_pages"), ("/none.xml", "not_found")] {
            let made = acme.post("/knowledge", json!({ "kind": "sitemap", "url": web.url(path), "refetch_hours": null })).await;
            town.passes(SignedDuration::from_secs(10)).await;
            let sitemap = read(&acme, &text(&made.is(201)["id"])).await;
            assert_eq!((&sitemap["status"], fault(&sitemap)), (&json!("failed"), code), "{path}");
        }
        let asked = web.asked().iter().filter(|asked| asked.path.ends_with(".xml")).count();
        assert_eq!(asked, 4, "a circle is walked once: {:?}", web.asked());
    }

    async fn an_endpoint_of_ones_own_makes_the_vectors(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let web = Web::start().await;
        let source = added(&town, &acme, json!({ "kind": "text", "title": "Bäckerei", "text": "Roggenbrot kostet vier Euro." })).await;
        let id = text(&source["id"]);
        web.put("/v1/embeddings", Reply::new(401));
        let set = json!({ "base_url": web.url("/v1"), "model": "m", "api_key": "sk-story-secret-1234" });
        let shown = acme.put("/knowledge/embedding", set).await;
        assert_eq!(shown.is(200)["api_key_hint"], "…1234");
        town.settle().await;
        let source = read(&acme, &id).await;
        assert_eq!((&source["status"], fault(&source)), (&json!("ready"), "embedding_unauthorized"), "words still find it");
        assert_eq!(found(&acme, "Roggenbrot kostet?").await.len(), 1);
        let state = acme.get("/knowledge/embedding").await;
        assert_eq!((&state.is(200)["kind"], &state.body["passages"], &state.body["seen"]), (&json!("endpoint"), &json!(1), &json!(0)));
        assert_eq!(state.body["error"]["code"], "embedding_unauthorized");
        let words = acme.put("/knowledge/embedding", json!({ "kind": "words" })).await;
        assert_eq!((&words.is(200)["kind"], &words.body["api_key_hint"]), (&json!("words"), &json!(null)));
        town.settle().await;
        assert_eq!(read(&acme, &id).await["error"], json!(null), "nobody makes any, so nothing is in the way");
        assert_eq!(found(&acme, "Roggenbrot kostet?").await.len(), 1);
        for (set, field) in [
            (json!({ "kind": "endpoint" }), ("base_url", "missing")),
            (json!({ "kind": "words", "base_url": "https://a.example/v1" }), ("base_url", "not_for_this_kind")),
            (json!({ "kind": "endpoint", "base_url": web.url("/v1") }), ("model", "missing")),
        ] {
            let refused = acme.put("/knowledge/embedding", set).await;
            assert_eq!((refused.problem(422), refused.bad_field()), ("invalid", field));
        }
        let set = json!({ "kind": "endpoint", "base_url": web.url("/v1"), "model": "m", "api_key": "sk-story-secret-1234" });
        let _ = acme.put("/knowledge/embedding", set).await.is(200);
        web.put("/v1/embeddings", Reply::text(r#"{"data":[{"index":0,"embedding":[0.6,0.8]}]}"#));
        town.passes(SignedDuration::from_mins(2)).await;
        assert_eq!(read(&acme, &id).await["error"], json!(null));
        let chunks = acme.get(&format!("/knowledge/{id}/chunks")).await;
        assert_eq!(chunks.is(200)["data"][0]["has_vector"], true);
        let state = acme.get("/knowledge/embedding").await;
        assert_eq!((&state.is(200)["seen"], &state.body["error"]), (&json!(1), &json!(null)));
        let asked = web.asked().last().unwrap().clone();
        assert_eq!(asked.header("authorization"), "Bearer sk-story-secret-1234");
        let searched = acme.post("/knowledge/search", json!({ "query": "etwas anderes" })).await;
        assert_eq!(searched.is(200)["hits"][0]["why"]["similarity"], 1.0);
        let moved = acme.put("/knowledge/embedding", json!({ "base_url": "https://elsewhere.test/v1", "model": "m" })).await;
        assert_eq!((moved.problem(422), moved.bad_field()), ("invalid", ("api_key", "missing")));
        let back = acme.put("/knowledge/embedding", json!({ "base_url": null })).await;
        assert_eq!(back.is(200)["base_url"], json!(null));
        town.settle().await;
    }
}
