//! The commands as an operator types them: the real binary on a fresh SQLite database, and what it answers in JSON.

#![allow(clippy::unwrap_used, reason = "what is not as expected shall fail there")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

mod assistant;
mod knowledge;
mod number;
mod team;
mod tenant;
mod user;
mod webhook;

const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A folder with a database of its own.
struct House {
    folder: PathBuf,
}

impl House {
    /// `name` is no other test's.
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tidings_cli_{}_{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// One with an organisation called Acme.
    fn with_acme(name: &str) -> Self {
        let house = Self::new(name);
        house.done(&["tenant", "create", "--name", "Acme"]);
        house
    }

    /// A file in it.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn run(&self, words: &[&str], said: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tidings"))
            .current_dir(&self.folder)
            .env("TIDINGS_SECRET_KEY", SECRET)
            .env("TIDINGS_ALLOW_PRIVATE_NETWORKS", "true")
            .env("TIDINGS_LOG", "error")
            .args(words)
            .arg("--json")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(said.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What a command answers.
    fn done(&self, words: &[&str]) -> Value {
        self.told(words, "")
    }

    /// The same, with something on its standard input.
    fn told(&self, words: &[&str], said: &str) -> Value {
        let done = self.run(words, said);
        let printed = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{words:?}: {printed} {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{words:?}: {error}: {printed}"))
    }

    /// What a command answers that finds something wrong.
    fn found_wrong(&self, words: &[&str]) -> Value {
        let done = self.run(words, "");
        assert!(!done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stdout));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    /// Why a command is refused.
    fn refused(&self, words: &[&str]) -> String {
        let done = self.run(words, "");
        assert!(!done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stdout));
        let said = String::from_utf8(done.stderr).unwrap();
        let said: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{words:?}: {error}: {said}"));
        said["error"].as_str().unwrap().to_owned()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
