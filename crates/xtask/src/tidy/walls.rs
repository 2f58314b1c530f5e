//! The rooms' walls: what a room never meets, read from `cargo metadata`. ARCHITECTURE.md says why.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::Finding;

/// A room and its walls.
struct Wall {
    room: &'static str,
    /// It does not depend on these itself; a room that it builds upon may.
    not_itself: &'static [&'static str],
    /// These are nowhere below it.
    nowhere: &'static [&'static str],
}

/// Every room, from the bottom up. A new crate says here what it never meets.
const WALLS: &[Wall] = &[
    Wall {
        room: "language",
        not_itself: &["getrandom"],
        nowhere: &[
            "tokio",
            "mio",
            "hyper",
            "axum",
            "reqwest",
            "rusqlite",
            "tokio-postgres",
            "deadpool-postgres",
            "rand",
            "chrono",
            "time",
            "tracing",
            "domain",
            "providers",
            "store",
            "engine",
            "api",
            "sandbox",
            "embedding",
        ],
    },
    // Strangers' files are opened in here: there is nothing to reach from it.
    Wall {
        room: "documents",
        not_itself: &["getrandom"],
        nowhere: &[
            "tokio",
            "mio",
            "hyper",
            "axum",
            "reqwest",
            "rusqlite",
            "tokio-postgres",
            "deadpool-postgres",
            "rand",
            "chrono",
            "time",
            "tracing",
            "domain",
            "providers",
            "store",
            "engine",
            "api",
            "sandbox",
        ],
    },
    Wall {
        room: "embedding",
        not_itself: &["getrandom"],
        nowhere: &[
            "tokio",
            "mio",
            "hyper",
            "axum",
            "reqwest",
            "rusqlite",
            "tokio-postgres",
            "deadpool-postgres",
            "rand",
            "chrono",
            "time",
            "tracing",
            "domain",
            "providers",
            "store",
            "engine",
            "api",
            "sandbox",
        ],
    },
    Wall {
        room: "domain",
        not_itself: &["getrandom"],
        nowhere: &[
            "tokio",
            "mio",
            "hyper",
            "axum",
            "reqwest",
            "rusqlite",
            "tokio-postgres",
            "deadpool-postgres",
            "rand",
            "chrono",
            "time",
            "tracing",
            "embedding",
            "providers",
            "store",
            "engine",
            "api",
            "sandbox",
        ],
    },
    Wall {
        room: "providers",
        not_itself: &[],
        nowhere: &[
            "tokio",
            "mio",
            "hyper",
            "hyper-util",
            "axum",
            "reqwest",
            "rusqlite",
            "tokio-postgres",
            "deadpool-postgres",
            "rand",
            "chrono",
            "time",
            "tracing",
            "domain",
            "embedding",
            "store",
            "engine",
            "api",
            "sandbox",
        ],
    },
    Wall {
        room: "store",
        not_itself: &["rand"],
        nowhere: &["axum", "hyper", "chrono", "embedding", "providers", "engine", "api", "sandbox"],
    },
    Wall {
        room: "engine",
        not_itself: &["rusqlite", "tokio-postgres", "deadpool-postgres", "rand"],
        nowhere: &["axum", "chrono", "api", "sandbox"],
    },
    Wall {
        room: "api",
        not_itself: &["rusqlite", "tokio-postgres", "deadpool-postgres", "hyper-rustls", "rand"],
        nowhere: &["chrono", "reqwest", "sandbox", "tidings"],
    },
    // It plays the other side: sharing code with what it tests, it would share its mistakes.
    Wall { room: "sandbox", not_itself: &[], nowhere: &["domain", "providers", "store", "engine", "api", "tidings"] },
    Wall {
        room: "web-assets",
        not_itself: &[],
        nowhere: &["domain", "providers", "store", "engine", "api", "sandbox", "tokio"],
    },
    // The binary puts everything together, and what tests and measures it may see all of it.
    Wall { room: "tidings", not_itself: &["rusqlite", "tokio-postgres", "deadpool-postgres"], nowhere: &[] },
    Wall { room: "stories", not_itself: &[], nowhere: &[] },
    Wall { room: "bench", not_itself: &[], nowhere: &[] },
    // It asks the domain as the engine does, and needs no more.
    Wall { room: "evaluation", not_itself: &[], nowhere: &["tokio", "providers", "store", "engine", "api", "sandbox"] },
    Wall {
        room: "xtask",
        not_itself: &["tokio"],
        nowhere: &["domain", "providers", "store", "engine", "api", "sandbox", "tidings"],
    },
];

/// Who depends on whom, by name.
#[derive(Debug, Default)]
pub(super) struct Graph {
    ours: BTreeSet<String>,
    /// What runs with it.
    below: BTreeMap<String, BTreeSet<String>>,
    /// What its tests add. They keep to the walls too, but what test tools are made of is their own business.
    for_tests: BTreeMap<String, BTreeSet<String>>,
}

/// What breaks a wall.
pub(super) fn findings(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in &graph.ours {
        let Some(wall) = WALLS.iter().find(|wall| wall.room == room) else {
            findings.push(Finding::new(
                format_args!("crates/{room}"),
                "has no wall: say in xtask's tidy/walls.rs what it never meets",
            ));
            continue;
        };
        let direct = [&graph.below, &graph.for_tests].into_iter().filter_map(|edges| edges.get(room)).flatten();
        for met in direct.filter(|name| wall.not_itself.contains(&name.as_str())) {
            findings.push(Finding::new(format_args!("crates/{room}"), format_args!("must not depend on {met} itself")));
        }
        for stranger in wall.nowhere {
            if let Some(way) = graph.way(room, stranger) {
                findings.push(Finding::new(
                    format_args!("crates/{room}"),
                    format_args!("must never meet {stranger}, and does: {}", way.join(" → ")),
                ));
            }
        }
    }
    findings
}

impl Graph {
    /// The shortest way from a crate down to another, both included.
    fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        if self.for_tests.get(from).is_some_and(|below| below.contains(to)) {
            return Some(vec![from.to_owned(), to.to_owned()]);
        }
        let mut ways = std::collections::VecDeque::from([vec![from.to_owned()]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            for next in way.last().and_then(|last| self.below.get(last)).into_iter().flatten() {
                let mut way = way.clone();
                way.push(next.clone());
                if next == to {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    ways.push_back(way);
                }
            }
        }
        None
    }
}

/// Reads `cargo metadata`.
pub(super) fn graph(metadata: &Value) -> Result<Graph> {
    let metadata = Metadata::deserialize(metadata).context("cargo metadata has another form than expected")?;
    let names: BTreeMap<&str, &str> =
        metadata.packages.iter().map(|package| (package.id.as_str(), package.name.as_str())).collect();
    let name = |id: &str| names.get(id).map(|name| (*name).to_owned());
    let mut graph =
        Graph { ours: metadata.workspace_members.iter().filter_map(|id| name(id)).collect(), ..Graph::default() };
    for node in &metadata.resolve.nodes {
        let Some(from) = name(&node.id) else { continue };
        for (edges, kind) in [(&mut graph.below, None), (&mut graph.for_tests, Some("dev"))] {
            // What only builds others (a build script's crates) never runs in a room.
            let of_kind = |dep: &&Dep| dep.dep_kinds.iter().any(|dep| dep.kind.as_deref() == kind);
            let below =
                node.deps.iter().filter(of_kind).filter_map(|dep| name(&dep.pkg)).filter(|below| *below != from);
            edges.entry(from.clone()).or_default().extend(below);
        }
    }
    Ok(graph)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dep>,
}

#[derive(Deserialize)]
struct Dep {
    pkg: String,
    dep_kinds: Vec<DepKind>,
}

#[derive(Deserialize)]
struct DepKind {
    kind: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(edges: &[(&str, &[&str])]) -> Vec<String> {
        let graph = Graph {
            ours: edges
                .iter()
                .map(|(room, _)| (*room).to_owned())
                .filter(|room| WALLS.iter().any(|wall| wall.room == room))
                .collect(),
            below: edges
                .iter()
                .map(|(room, below)| ((*room).to_owned(), below.iter().map(|name| (*name).to_owned()).collect()))
                .collect(),
            ..Graph::default()
        };
        findings(&graph).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_house_in_order_has_no_findings() {
        assert!(
            house(&[("domain", &["jiff"]), ("store", &["domain", "tokio"]), ("engine", &["store", "hyper"])])
                .is_empty()
        );
    }

    #[test]
    fn a_stranger_is_found_however_deep_it_hides() {
        assert_eq!(
            house(&[("domain", &["helper"]), ("helper", &["deeper"]), ("deeper", &["tokio"])]),
            ["crates/domain: must never meet tokio, and does: domain → helper → deeper → tokio"]
        );
    }

    #[test]
    fn what_a_lower_room_may_use_is_not_for_a_higher_one_itself() {
        assert!(house(&[("engine", &["store"]), ("store", &["rusqlite"])]).is_empty());
        assert_eq!(house(&[("engine", &["rusqlite"])]), ["crates/engine: must not depend on rusqlite itself"]);
    }

    #[test]
    fn a_new_crate_needs_a_wall() {
        let graph = Graph { ours: BTreeSet::from(["widget".to_owned()]), ..Graph::default() };
        assert!(findings(&graph)[0].to_string().contains("has no wall"));
    }

    #[test]
    fn tests_keep_to_the_walls_and_build_scripts_do_not_count() {
        let metadata = serde_json::json!({
            "packages": [
                { "id": "d", "name": "domain" }, { "id": "t", "name": "tokio" }, { "id": "c", "name": "rand" }, { "id": "p", "name": "proptest" },
            ],
            "workspace_members": ["d"],
            "resolve": { "nodes": [
                { "id": "d", "deps": [
                    { "pkg": "t", "dep_kinds": [{ "kind": "dev" }] },
                    { "pkg": "c", "dep_kinds": [{ "kind": "build" }] },
                    { "pkg": "p", "dep_kinds": [{ "kind": "dev" }] },
                ] },
                { "id": "p", "deps": [{ "pkg": "c", "dep_kinds": [{ "kind": null }] }] },
            ] },
        });
        let found: Vec<String> = findings(&graph(&metadata).unwrap()).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["crates/domain: must never meet tokio, and does: domain → tokio"]);
    }
}
