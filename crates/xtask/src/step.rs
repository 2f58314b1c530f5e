//! One step of a chore: a program that runs, whose lines are shown as they come, and that counts.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What ran so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    /// Tests and checks that hold.
    pub(crate) passed: u64,
    /// Those that do not, or could not run.
    pub(crate) failed: u64,
}

impl Count {
    /// One that holds.
    pub(crate) const PASSED: Self = Self { passed: 1, failed: 0 };
    /// One that does not.
    pub(crate) const FAILED: Self = Self { passed: 0, failed: 1 };
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The steps of one chore and how they went.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    total: Count,
    failed: Vec<String>,
}

impl Steps {
    /// Runs a program that either succeeds or not.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) -> bool {
        self.count(name, command, |_| None)
    }

    /// Runs a program that tells in its lines how many of its tests passed and failed.
    pub(crate) fn count(&mut self, name: &str, command: &mut Command, read: impl Fn(&str) -> Option<Count>) -> bool {
        println!("\n── {name}");
        let began = Instant::now();
        let (count, succeeded) = watch(command, read);
        self.add(name, settle(count, succeeded));
        println!("── {name}: {} in {:.0} s", if succeeded { "done" } else { "failed" }, began.elapsed().as_secs_f64());
        succeeded
    }

    /// Something that could not even be tried.
    pub(crate) fn could_not(&mut self, name: &str, why: &anyhow::Error) {
        println!("\n── {name}");
        eprintln!("error: {why:#}");
        self.add(name, Count::FAILED);
    }

    pub(crate) fn add(&mut self, name: &str, count: Count) {
        if count.failed > 0 {
            self.failed.push(name.to_owned());
        }
        self.total += count;
    }

    /// Says how it went, in one last line. True: nothing failed.
    pub(crate) fn finish(self) -> bool {
        println!();
        for name in &self.failed {
            println!("failed: {name}");
        }
        println!("{} passed, {} failed", self.total.passed, self.total.failed);
        self.total.failed == 0
    }
}

/// A program that failed without a test that failed has failed all the same (it did not compile, or it died); one that
/// says nothing of tests is one check.
fn settle(count: Count, succeeded: bool) -> Count {
    match (count, succeeded) {
        (Count { passed: 0, failed: 0 }, true) => Count::PASSED,
        (Count { failed: 0, passed }, false) => Count { passed, failed: 1 },
        (count, _) => count,
    }
}

/// Shows the program's lines as they come and adds up what they say.
fn watch(command: &mut Command, read: impl Fn(&str) -> Option<Count>) -> (Count, bool) {
    let mut count = Count::default();
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("error: {} could not be started: {error}", command.get_program().to_string_lossy());
            return (count, false);
        }
    };
    if let Some(lines) = child.stdout.take() {
        let mut lines = BufReader::new(lines);
        let mut line = Vec::new();
        // A test may print bytes that are no text.
        while lines.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            if let Some(more) = read(text.trim()) {
                count += more;
            }
            line.clear();
        }
    }
    (count, child.wait().is_ok_and(|status| status.success()))
}

/// The line that Rust's test harness ends with: `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
pub(crate) fn rust_tests(line: &str) -> Option<Count> {
    let line = line.strip_prefix("test result:")?;
    Some(Count { passed: number_before(line, "passed")?, failed: number_before(line, "failed")? })
}

/// The line that Vitest ends with: `Tests  2 failed | 40 passed (42)`.
pub(crate) fn vitest_tests(line: &str) -> Option<Count> {
    let line = line.strip_prefix("Tests ")?;
    Some(Count {
        passed: number_before(line, "passed").unwrap_or_default(),
        failed: number_before(line, "failed").unwrap_or_default(),
    })
}

/// The number in front of a word.
fn number_before(line: &str, word: &str) -> Option<u64> {
    line[..line.find(word)?].split_whitespace().next_back()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_harness_is_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.52s";
        assert_eq!(rust_tests(line), Some(Count { passed: 12, failed: 3 }));
        assert_eq!(rust_tests("test turn::a_text_arrives ... ok"), None);
    }

    #[test]
    fn vitest_is_read() {
        assert_eq!(vitest_tests("Tests  48 passed (48)"), Some(Count { passed: 48, failed: 0 }));
        assert_eq!(vitest_tests("Tests  2 failed | 40 passed | 1 skipped (43)"), Some(Count { passed: 40, failed: 2 }));
        assert_eq!(vitest_tests("Test Files  9 passed (9)"), None);
    }

    #[test]
    fn what_fails_without_a_failing_test_counts() {
        assert_eq!(settle(Count { passed: 7, failed: 0 }, false), Count { passed: 7, failed: 1 });
        assert_eq!(settle(Count { passed: 7, failed: 2 }, false), Count { passed: 7, failed: 2 });
        assert_eq!(settle(Count::default(), true), Count::PASSED);
    }

    #[test]
    fn a_program_that_is_not_there_has_failed() {
        let mut steps = Steps::default();
        assert!(!steps.run("nothing", &mut Command::new("there-is-no-such-program")));
        assert!(steps.run("something", &mut Command::new("true")));
        assert_eq!(steps.total, Count { passed: 1, failed: 1 });
        assert!(!steps.finish());
    }
}
