//! Every crate: the workspace's lints, dependencies declared once, and files that say what they are for.

use super::{File, Finding};

/// What is wrong with the crates' manifests and the heads of their files.
pub(super) fn findings(files: &[File]) -> Vec<Finding> {
    let of_crates = || files.iter().filter(|file| file.path.starts_with("crates/"));
    let manifests = of_crates().filter(|file| file.name() == "Cargo.toml").flat_map(manifest);
    let heads = of_crates().filter(|file| is_module(&file.path)).filter_map(head);
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

/// A module says in its first line what it is for; so does every route module, and the API's reference with it.
fn head(file: &File) -> Option<Finding> {
    let opens = file.text.lines().next().is_some_and(|line| line.starts_with("//! "));
    (!opens).then(|| Finding::at(file, 0, "the first line must say what the file is for: `//! …`"))
}

/// Rust that is not a room's tests.
fn is_module(path: &str) -> bool {
    let in_sources = path.split('/').nth(2) == Some("src") && path.ends_with(".rs");
    in_sources && !path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "fixtures.rs"))
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
    fn a_module_says_what_it_is_for() {
        assert_eq!(found("crates/api/src/v1/tenant.rs", "//! The organisation.\nuse x;\n"), 0);
        assert_eq!(found("crates/api/src/v1/tenant.rs", "use x;\n"), 1);
        assert_eq!(found("crates/api/src/v1/tests.rs", "use x;\n"), 0, "tests say it with their names");
        assert_eq!(found("crates/api/tests/api.rs", "use x;\n"), 0);
    }
}
