//! `cargo xtask tidy`: the few house rules that a machine can hold. The rest is taste (CONTRIBUTING.md).
//!
//! Each rule is a function from what is in the repository to what is wrong with it, and has tests of its own.

mod crates;
mod files;
mod migrations;
mod pure;
mod walls;

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools;

/// A file of the repository: tracked, or new and not ignored.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// From the repository's root, with slashes.
    path: String,
    /// What is in it; empty if it is no text.
    text: String,
}

impl File {
    #[cfg(test)]
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The part of its name after the last dot.
    fn extension(&self) -> &str {
        self.path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, extension)| extension)
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// What is wrong, where, and how it is mended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    place: String,
    what: String,
}

impl Finding {
    fn new(place: impl fmt::Display, what: impl fmt::Display) -> Self {
        Self { place: place.to_string(), what: what.to_string() }
    }

    fn at(file: &File, line: usize, what: impl fmt::Display) -> Self {
        Self::new(format_args!("{}:{}", file.path, line + 1), what)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Holds the repository against every rule. True: nothing is wrong.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let files = files(root)?;
    let mut findings = walls::findings(&walls::graph(&metadata(root)?)?);
    findings.extend(pure::findings(&files));
    findings.extend(migrations::findings(&files));
    findings.extend(files::findings(&files));
    findings.extend(crates::findings(&files));
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} findings", files.len(), findings.len());
    Ok(findings.is_empty())
}

fn files(root: &Path) -> Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git could not be started")?;
    if !listed.status.success() {
        bail!("git could not list the files: {}", String::from_utf8_lossy(&listed.stderr));
    }
    let paths = String::from_utf8(listed.stdout).context("a file's name is no UTF-8")?;
    let mut files = Vec::new();
    for path in paths.split_terminator('\0') {
        // One that is tracked and was removed is not there any more.
        if let Ok(bytes) = std::fs::read(root.join(path)) {
            files.push(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() });
        }
    }
    Ok(files)
}

fn metadata(root: &Path) -> Result<serde_json::Value> {
    let said = Command::new(tools::cargo())
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .context("cargo could not be started")?;
    if !said.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&said.stderr));
    }
    serde_json::from_slice(&said.stdout).context("cargo metadata said something that is no JSON")
}
