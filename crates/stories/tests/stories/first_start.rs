//! The first start: a link that makes the first tenant, once.

use providers::http::Method;
use serde_json::{Value, json};
use store::{Store, StoreError, SystemTx, setup};
use stories::town::Town;

/// What the server does at its start while it has no tenant.
async fn link(store: &Store, now: jiff::Timestamp) -> String {
    let token = api::secret::token().unwrap();
    let hash = api::secret::hash(&token);
    store
        .system_write(async move |tx: &mut SystemTx<'_>| setup::create(tx, &hash, now).await)
        .await
        .map_err(|error: StoreError| error)
        .unwrap();
    format!("/setup/{token}")
}

fn house(name: &str, email: &str) -> Option<Value> {
    Some(json!({
        "tenant_name": name, "name": "Olga", "email": email, "password": "a long enough one", "region": "de",
        "time_zone": "Europe/Berlin",
    }))
}

store::on_both_engines! {
    async fn the_link_makes_one_tenant_and_its_owner_and_no_second(store, place) {
        let town = Town::on(place).await;
        let link = link(&store, town.clock.now()).await;
        let mut olga = town.browser();
        assert_eq!(olga.get("/setup/of-somebody-else").await.problem(404), "not_found");
        assert_eq!(olga.get(&link).await.is(200)["valid"], true);

        // What is wrong is named, and does not use the link up.
        let mut short = house("Acme", "olga@example.com").unwrap();
        short["password"] = json!("short");
        let refused = olga.call(Method::POST, &link, Some(short)).await;
        assert_eq!((refused.problem(422), refused.bad_field().0), ("invalid", "password"));
        let made = olga.call(Method::POST, &link, house("Acme", "olga@example.com")).await;
        assert_eq!((&made.is(201)["role"], &made.body["tenant"]["name"]), (&json!("owner"), &json!("Acme")));
        let tenant = olga.get("/tenant").await;
        assert_eq!(tenant.is(200)["settings"]["region"], "DE", "she is signed in");
        assert_eq!(tenant.body["settings"]["time_zone"], "Europe/Berlin");

        let mut stranger = town.browser();
        assert_eq!(stranger.get(&link).await.problem(404), "not_found");
        let again = stranger.call(Method::POST, &link, house("Mine", "eve@example.com")).await;
        assert_eq!(again.problem(404), "not_found");
        // Nor does any other link that may lie around, once there is a tenant.
        let other = self::link(&store, town.clock.now()).await;
        assert_eq!(stranger.get(&other).await.problem(404), "not_found");
        assert_eq!(stranger.call(Method::POST, &other, house("Mine", "eve@example.com")).await.problem(404), "not_found");
        let signed = json!({ "email": "eve@example.com", "password": "a long enough one" });
        assert_eq!(stranger.post("/session", signed).await.problem(401), "wrong_credentials");
        drop(store);
    }

    async fn of_two_who_open_the_link_at_once_one_gets_the_house(store, place) {
        let town = Town::on(place).await;
        let link = link(&store, town.clock.now()).await;
        let (mut one, mut other) = (town.browser(), town.browser());
        let (first, second) = tokio::join!(
            one.call(Method::POST, &link, house("One", "one@example.com")),
            other.call(Method::POST, &link, house("Other", "other@example.com"))
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 404]);
        let tenants = store
            .system_read(async |tx: &mut SystemTx<'_>| store::tenant::list(tx, None, 10).await)
            .await
            .unwrap();
        assert_eq!(tenants.len(), 1);
    }

    async fn a_new_start_makes_the_link_before_it_void(store, place) {
        let town = Town::on(place).await;
        let first = link(&store, town.clock.now()).await;
        let second = link(&store, town.clock.now()).await;
        let mut olga = town.browser();
        assert_eq!(olga.get(&first).await.status, 404);
        assert_eq!(olga.call(Method::POST, &first, house("Acme", "olga@example.com")).await.status, 404);
        assert_eq!(olga.call(Method::POST, &second, house("Acme", "olga@example.com")).await.status, 201);
    }
}
