//! Pictures, both ways.

use jiff::SignedDuration;
use providers::http::Method;
use serde_json::json;
use stories::town::{Town, text};

const ANN: &str = "+14155550123";
/// The smallest PNG there is.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6,
    0, 0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0x9C, 0x62, 0, 1, 0, 0, 5, 0, 1, 0x0D,
    0x0A, 0x2D, 0xB4, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82,
];

store::on_both_engines! {
    async fn a_picture_that_comes_in_is_kept_by_us_and_shown_to_the_signed_in_only(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let (acme, bolt) = (town.desk("Acme").await, town.desk("Bolt").await);
        let link = town.sandbox.media_url("cake.png");
        town.sandbox.control().phone(ANN).text(&acme.number, "Look!", &[&link]).unwrap();
        town.settle().await;
        let id = text(&acme.conversation().await["id"]);
        let page = acme.get(&format!("/conversations/{id}/messages")).await;
        let media = page.is(200)["data"][0]["media"][0].clone();
        assert_eq!(media["content_type"], "image/png");
        assert_eq!((&media["state"], &media["reason"]), (&json!("kept"), &json!(null)));
        let path = text(&media["url"]);
        let path = path.strip_prefix("/api/v1").unwrap_or(&path).to_owned();
        let shown = acme.get(&path).await;
        assert_eq!(shown.status, 200);
        assert!(shown.raw.body.starts_with(b"\x89PNG"));
        assert_eq!(bolt.get(&path).await.status, 404);
        let stranger = town.client.send(Method::GET, &format!("/api/v1{path}"), Vec::new(), bytes::Bytes::new()).await;
        assert_eq!(stranger.status, 401);
    }

    async fn a_picture_that_could_not_be_fetched_says_so(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        // The carrier's server has no such address.
        let link = format!("{}/gone.png", town.sandbox.base_url());
        town.sandbox.control().phone(ANN).text(&acme.number, "Look!", &[&link]).unwrap();
        town.settle().await;
        let id = text(&acme.conversation().await["id"]);
        let page = acme.get(&format!("/conversations/{id}/messages")).await;
        let media = &page.is(200)["data"][0]["media"][0];
        assert_eq!(media["state"], "failed");
        assert!(text(&media["reason"]).starts_with("It could not be fetched from the carrier: the carrier answered 404."));
    }

    async fn a_picture_goes_out_by_an_address_that_nobody_can_guess(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let headers = vec![("authorization", format!("Bearer {}", acme.key)), ("content-type", "image/png".to_owned())];
        let kept = town.client.send(Method::POST, "/api/v1/media", headers, bytes::Bytes::from_static(PNG)).await;
        let media = text(&kept.is(201)["id"]);
        let sent = acme.post("/conversations", json!({ "to": ANN, "body": "", "media_ids": [media] })).await;
        let _ = sent.is(201);
        town.settle().await;
        let heard = town.sandbox.control().heard(0, 10);
        assert_eq!(heard[0].media_urls.len(), 1);
        let fetched = town.client.send(Method::GET, &heard[0].media_urls[0], Vec::new(), bytes::Bytes::new()).await;
        assert_eq!((fetched.status, &fetched.raw.body[..]), (200, PNG));
        let wrong = format!("{}x", heard[0].media_urls[0]);
        assert_eq!(town.client.send(Method::GET, &wrong, Vec::new(), bytes::Bytes::new()).await.status, 404);
    }

    async fn what_the_carrier_could_not_fetch_any_more_is_refused_when_it_is_asked_for(store, place) {
        drop(store);
        let mut town = Town::on(place).await;
        let acme = town.desk("Acme").await;
        let headers = vec![("authorization", format!("Bearer {}", acme.key)), ("content-type", "image/png".to_owned())];
        let kept = town.client.send(Method::POST, "/api/v1/media", headers, bytes::Bytes::from_static(PNG)).await;
        let media = text(&kept.is(201)["id"]);
        let at = |days: i64| town.clock.now().checked_add(SignedDuration::from_hours(days * 24)).unwrap().to_string();
        let asked = |days| json!({ "to": ANN, "body": "", "media_ids": [media], "scheduled_at": at(days) });
        let refused = acme.post("/conversations", asked(40)).await;
        assert_eq!(refused.is(422)["errors"][0]["field"], "media_ids");
        assert_eq!(refused.body["errors"][0]["code"], "link_ends");
        let _ = acme.post("/conversations", asked(20)).await.is(201);
    }
}
