//! Every crate: the workspace's lints, dependencies declared once; and rooms and routes that say what they are for.

use super::{File, Finding};

/// What is wrong with the crates' manifests and the heads of their files.
pub(super) fn findings(files: &[File]) -> Vec<Finding> {
    let of_crates = || files.iter().filter(|file| file.path.starts_with("crates/"));
    let manifests = of_crates().filter(|file| file.name() == "Cargo.toml").flat_map(manifest);
    let heads = of_crates().filter(|file| must_say(&file.path)).filter_map(head);
    manifests.chain(heads).collect()
}

/// Lints come from the workspace, and so does every dependency.
fn manifest(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !file.text.contains("[lints]\nworkspace = true") {
        findings.push(Finding::new(&file.path, "must take the workspace's lints: `[lints]` with `workspace = true`"));
    }
    let mut in_dependencies = false;
    for (number, line) in file.text.lines().map(str::trim).enumerate() {
        if line.starts_with('[') {
            in_dependencies = line.trim_matches(['[', ']']).ends_with("dependencies");
        } else if in_dependencies && line.contains('=') && !line.contains("workspace = true") {
            findings.push(Finding::at(file, number, "a dependency is declared once, in the root's [workspace.dependencies]: take it with `workspace = true`"));
        }
    }
    findings
}

/// A room says in its first line what it is and never meets; a route module what it is about, and the API's reference with
/// it.
fn head(file: &File) -> Option<Finding> {
    let opens = file.text.lines().next().is_some_and(|line| line.starts_with("//! "));
    (!opens).then(|| Finding::at(file, 0, "the first line must say what this is for: `//! …`"))
}

/// The roots of our crates, and the files of `api/src/v1`.
fn must_say(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["crates", _, "src", root] => matches!(*root, "lib.rs" | "main.rs"),
        ["crates", "api", "src", "v1", .., name] => name.ends_with(".rs") && *name != "tests.rs",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"x\"\n\n[lints]\nworkspace = true\n\n[dependencies]\njiff.workspace = true\nstore = { workspace = true, features = [\"testing\"] }\n";

    fn found(path: &str, text: &str) -> usize {
        findings(&[File::new(path, text)]).len()
    }

    #[test]
    fn a_manifest_takes_lints_and_dependencies_from_the_workspace() {
        assert_eq!(found("crates/x/Cargo.toml", GOOD), 0);
        assert_eq!(found("crates/x/Cargo.toml", &GOOD.replace("[lints]\nworkspace = true\n", "")), 1);
        assert_eq!(found("crates/x/Cargo.toml", &format!("{GOOD}rand = \"0.9\"\n")), 1);
        assert_eq!(
            found("crates/x/Cargo.toml", &format!("{GOOD}\n[dev-dependencies]\nrand = {{ version = \"0.9\" }}\n")),
            1
        );
    }

    #[test]
    fn rooms_and_routes_say_what_they_are_for() {
        assert_eq!(found("crates/api/src/v1/tenant.rs", "//! The organisation.\nuse x;\n"), 0);
        assert_eq!(found("crates/api/src/v1/tenant.rs", "use x;\n"), 1);
        assert_eq!(found("crates/store/src/lib.rs", "mod x;\n"), 1);
        assert_eq!(found("crates/api/src/v1/tests.rs", "use x;\n"), 0, "tests say it with their names");
        assert_eq!(found("crates/store/src/words.rs", "use x;\n"), 0, "nobody's face");
    }
}
