//! What a browser is told with every page: nothing inline and nothing foreign runs, and what may be kept.

use bytes::Bytes;
use providers::http::Method;
use stories::http::Answer;
use stories::town::Town;

async fn get(town: &Town, path: &str) -> Answer {
    town.client.send(Method::GET, path, Vec::new(), Bytes::new()).await
}

/// The sources that a policy allows for `what`, or else for everything.
fn allowed<'a>(policy: &'a str, what: &str) -> Vec<&'a str> {
    let named = |name: &str| {
        policy.split(';').map(str::split_whitespace).find_map(|mut words| (words.next() == Some(name)).then_some(words))
    };
    named(what).or_else(|| named("default-src")).into_iter().flatten().collect()
}

store::on_both_engines! {
    async fn no_answer_lets_a_browser_run_what_is_not_ours(store, place) {
        let town = Town::on(place).await;
        for path in ["/", "/inbox/cnv_1", "/settings/keys", "/worker.js", "/no-such-file.js", "/api/docs", "/api/v1/session"] {
            let answer = get(&town, path).await;
            let policy = answer.raw.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
            for what in ["script-src", "script-src-elem", "script-src-attr", "worker-src", "object-src", "connect-src"] {
                for source in allowed(policy, what) {
                    assert!(matches!(source, "'self'" | "'none'"), "{path} allows {source} as {what}");
                }
            }
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            for (what, only) in [("base-uri", "'none'"), ("frame-ancestors", "'none'")] {
                assert_eq!(allowed(policy, what), [only], "{path}: {what}");
            }
            assert_eq!(answer.raw.header("x-content-type-options"), Some("nosniff"), "{path}");
        }
        drop(store);
    }

    async fn the_page_and_its_worker_are_asked_for_again_each_time(store, place) {
        let town = Town::on(place).await;
        let page = get(&town, "/inbox").await;
        assert_eq!((page.status, page.raw.header("cache-control")), (200, Some("no-cache")));
        // A build without the dashboard has a page and nothing else.
        let worker = get(&town, "/worker.js").await;
        if worker.status == 200 {
            assert_eq!(worker.raw.header("cache-control"), Some("no-cache"));
            assert_eq!(worker.raw.header("content-type"), Some("text/javascript; charset=utf-8"));
            let manifest = get(&town, "/manifest.webmanifest").await;
            assert_eq!(manifest.raw.header("content-type"), Some("application/manifest+json"));
        } else {
            assert_eq!(worker.status, 404, "what is missing is no page");
        }
        drop(store);
    }
}
