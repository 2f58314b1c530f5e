//! The pure rooms: `domain` and `providers` know no clock, no chance and no machine. Time and ids are arguments.

use super::{File, Finding};

const ROOMS: [&str; 3] = ["crates/documents/src/", "crates/domain/src/", "crates/providers/src/"];

/// What gives a clock, chance or the machine away, and what to do instead.
const IMPURE: [(&str, &str); 15] = [
    ("Timestamp::now", "take the time as an argument"),
    ("Zoned::now", "take the time as an argument"),
    ("SystemTime", "take the time as an argument"),
    ("Instant::now", "take the time as an argument"),
    ("TimeZone::system", "take the zone as an argument"),
    ("Uuid::new_v4", "take the id as an argument, or make it with Ids"),
    ("Uuid::now_v7", "take the id as an argument, or make it with Ids"),
    ("thread_rng", "take the chance as an argument"),
    ("rand::", "take the chance as an argument"),
    ("std::env", "take it as an argument"),
    ("std::fs", "take what is in the file as an argument"),
    ("std::net", "build a request as data and let the engine carry it"),
    ("std::thread", "decide in one go; the engine runs things side by side"),
    ("println!", "answer with a value"),
    ("async fn", "decide with what is there; whoever waits is the engine"),
];

/// What is not pure in the pure rooms.
pub(super) fn findings(files: &[File]) -> Vec<Finding> {
    let pure = files.iter().filter(|file| {
        file.extension() == "rs" && ROOMS.iter().any(|room| file.path.starts_with(room)) && !is_test(&file.path)
    });
    let mut findings = Vec::new();
    for file in pure {
        for (number, line) in before_tests(&file.text).lines().enumerate() {
            let code = without_comment(line);
            for (sign, mend) in IMPURE.iter().filter(|(sign, _)| code.contains(sign)) {
                findings.push(Finding::at(file, number, format_args!("`{sign}` in a pure room: {mend}")));
            }
        }
    }
    findings
}

/// Files that only tests see.
fn is_test(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "fixtures.rs"))
}

/// A file up to its own tests, which stand last.
fn before_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests {").map_or(text, |end| &text[..end])
}

fn without_comment(line: &str) -> &str {
    line.find("//").filter(|at| !line[..*at].ends_with(':')).map_or(line, |at| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        findings(&[File::new(path, text)]).len()
    }

    #[test]
    fn a_clock_in_the_domain_is_found() {
        assert_eq!(found("crates/domain/src/hours.rs", "fn f() { let now = Timestamp::now(); }"), 1);
        assert_eq!(found("crates/engine/src/clock.rs", "fn f() { let now = Timestamp::now(); }"), 0, "not a pure room");
    }

    #[test]
    fn comments_and_tests_may_speak_of_it() {
        assert_eq!(found("crates/domain/src/hours.rs", "/// Never Timestamp::now.\n// std::fs\n"), 0);
        assert_eq!(
            found("crates/domain/src/hours.rs", "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n"),
            0
        );
        assert_eq!(found("crates/domain/src/hours/tests.rs", "use std::fs;"), 0);
        assert_eq!(
            found("crates/providers/src/http.rs", "let url = \"https://x\"; std::net::connect();"),
            1,
            "an address is no comment"
        );
    }
}
