//! Every file: finished, not too long, and tells nothing of the machine it was written on.

use super::{File, Finding};

/// Marks of unfinished work, in pieces so that this file does not hold them itself.
const MARKS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
];

/// Where somebody's machine keeps things.
const MACHINES: [&str; 5] =
    [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/tm", "p/"), concat!("/wo", "rk/")];

/// Registries, proxies and mirrors of packages: which one is used is the machine's business.
const REGISTRIES: [&str; 4] = [
    concat!("registry", ".npmjs.org"),
    concat!("static.", "crates.io"),
    concat!("index.", "crates.io"),
    concat!("pypi", ".org"),
];

const LINES_MAX: usize = 600;

/// What is wrong with single files.
pub(super) fn findings(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !is_generated(file)) {
        for (number, line) in file.text.lines().enumerate() {
            for mark in MARKS.iter().filter(|mark| has_word(line, mark)) {
                findings.push(Finding::at(file, number, format_args!("`{mark}`: finish it, or write an issue")));
            }
            for path in MACHINES.iter().filter(|path| has_path(line, path)) {
                findings.push(Finding::at(file, number, format_args!("`{path}…` is a path of one machine")));
            }
            for host in REGISTRIES.iter().filter(|host| line.contains(*host)) {
                findings.push(Finding::at(
                    file,
                    number,
                    format_args!("{host} is the business of the machine that builds"),
                ));
            }
        }
        let lines = file.text.lines().count();
        if is_source(file) && lines > LINES_MAX {
            findings.push(Finding::new(
                &file.path,
                format_args!("{lines} lines, and {LINES_MAX} are the most: give each of its reasons to change a file"),
            ));
        }
    }
    findings
}

/// Written by a program, or not by us.
fn is_generated(file: &File) -> bool {
    let by_name = matches!(file.name(), "Cargo.lock" | "package-lock.json" | "LICENSE" | ".gitignore" | "openapi.json");
    let marks = [concat!("@gene", "rated"), concat!("auto-gene", "rated")];
    by_name || file.text.lines().take(5).any(|line| marks.iter().any(|mark| line.contains(mark)))
}

fn is_source(file: &File) -> bool {
    matches!(file.extension(), "rs" | "ts" | "js" | "mjs" | "svelte" | "css" | "sql" | "sh" | "html")
}

/// The mark as a word of its own: not the middle of a longer one, such as an escape with four hexadecimal places.
fn has_word(line: &str, mark: &str) -> bool {
    let is_letter = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    line.match_indices(mark).any(|(at, _)| {
        let open_end = mark.ends_with('(');
        !is_letter(line[..at].chars().next_back()) && (open_end || !is_letter(line[at + mark.len()..].chars().next()))
    })
}

/// The path at the beginning of one, not in the middle of an address.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before
            .is_some_and(|char| char.is_alphanumeric() || matches!(char, '.' | '_' | '-' | '/' | '}' | ')' | '$' | '~'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        findings(&[File::new(path, text)]).len()
    }

    #[test]
    fn unfinished_work_is_found_and_escapes_are_not() {
        for mark in MARKS {
            assert_eq!(found("a.rs", &format!("let x = 1; // {mark} later")), 1, "{mark}");
        }
        assert_eq!(found("a.rs", "/// The length of `\\uXXXX`."), 0);
        assert_eq!(found("a.md", "Mastodons"), 0);
    }

    #[test]
    fn one_machines_paths_are_found_and_addresses_are_not() {
        for path in MACHINES {
            assert_eq!(found("a.toml", &format!("dir = \"{path}thing\"")), 1, "{path}");
        }
        assert_eq!(found("a.ts", &format!("fetch(`/api/v1{}x`)", MACHINES[1])), 0, "in the middle of a path");
    }

    #[test]
    fn registries_are_found_but_not_in_locks() {
        let line = format!("\"resolved\": \"https://{}/x.tgz\"", REGISTRIES[0]);
        assert_eq!(found("a.json", &line), 1);
        assert_eq!(found("Cargo.lock", &line), 0);
    }

    #[test]
    fn long_sources_are_found_and_generated_ones_are_not() {
        let long = "x\n".repeat(LINES_MAX + 1);
        assert_eq!(found("a.rs", &long), 1);
        assert_eq!(found("a.rs", &long[2..]), 0, "just fits");
        assert_eq!(found("a.md", &long), 0, "no source");
        assert_eq!(found("schema.ts", &format!("/** {} from openapi.json */\n{long}", concat!("@gene", "rated"))), 0);
    }
}
