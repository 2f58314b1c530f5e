//! What each member has read.

use providers::http::Method;
use serde_json::json;
use stories::browser::Browser;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";

/// How many texts of the only conversation this member has not seen, in the list, by itself, and by the filter.
async fn unread(member: &mut Browser) -> i64 {
    let page = member.get("/conversations").await;
    let listed = page.is(200)["data"][0].clone();
    let one = member.get(&format!("/conversations/{}", text(&listed["id"]))).await;
    assert_eq!(one.is(200)["unread"], listed["unread"]);
    let count = listed["unread"].as_i64().unwrap();
    let filtered = member.get("/conversations?unread=true").await;
    assert_eq!(filtered.is(200)["data"].as_array().unwrap().len(), usize::from(count > 0));
    count
}

store::on_both_engines! {
    async fn each_member_has_read_what_they_have_read(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let mut mia = town.member(&acme, "mia@example.com", "agent").await;
        let mut noa = town.member(&acme, "noa@example.com", "agent").await;
        town.texts(ANN, &acme, "one").await;
        town.texts(ANN, &acme, "two").await;
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (2, 2));
        let id = text(&acme.conversation().await["id"]);
        let read = format!("/conversations/{id}/read");
        assert_eq!(mia.call(Method::POST, &read, None).await.is(200)["unread"], 0);
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (0, 2), "what one reads, the other has not");
        town.texts(ANN, &acme, "three").await;
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (1, 3));
        // What we say ourselves is nothing to be read.
        let said = acme.post(&format!("/conversations/{id}/messages"), json!({ "body": "Yes" })).await;
        let _ = said.is(202);
        town.settle().await;
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (1, 3));
        assert_eq!(noa.call(Method::POST, &read, None).await.status, 200);
        assert_eq!((unread(&mut mia).await, unread(&mut noa).await), (1, 0));
        // Who comes later has read nothing; a program has no marks.
        let mut zoe = town.member(&acme, "zoe@example.com", "agent").await;
        assert_eq!(unread(&mut zoe).await, 3);
        assert!(acme.conversation().await.get("unread").is_none());
        assert_eq!(acme.post(&read, json!({})).await.problem(403), "forbidden");
    }
}
