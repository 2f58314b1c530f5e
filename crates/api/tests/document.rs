//! The committed snapshot of the API's document is what the routes say: the dashboard's types are made from it.

use std::{fs, path::Path};

/// Beside this crate's manifest, so that a change of the API shows in the diff of its commit.
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[test]
fn the_committed_document_is_what_the_routes_say() {
    // Through `Value`, as `tidings openapi` prints it: names in order, whatever the order of the code.
    let document = serde_json::to_value(api::router::openapi()).expect("the document is JSON");
    let now = serde_json::to_string_pretty(&document).expect("the document is JSON") + "\n";
    let path = Path::new(SNAPSHOT);
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(path, &now).expect("the snapshot can be written");
        return;
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    if let Some((line, (was, is))) = first_difference(&committed, &now) {
        panic!(
            "crates/api/openapi.json differs from the routes at line {line}:\n  committed: {was}\n  routes:    {is}\n\
             Refresh it with `UPDATE_OPENAPI=1 cargo test -p api --test document`, then the dashboard's types with \
             `npm run types` in dashboard/."
        );
    }
}

/// The first line, counted from one, that is not the same; a text that has ended has empty lines.
fn first_difference<'a>(one: &'a str, other: &'a str) -> Option<(usize, (&'a str, &'a str))> {
    let (mut one, mut other) = (one.lines(), other.lines());
    for line in 1.. {
        match (one.next(), other.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => return Some((line, (a.unwrap_or_default(), b.unwrap_or_default()))),
        }
    }
    None
}
