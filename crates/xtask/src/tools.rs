//! Programs that the chores need and how they come onto the machine: from the system's packages, and only where we may.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// cargo-deny is installed beside the build, at the version the policy was written for.
const CARGO_DENY: &str = "0.20.2";

/// The programs of a PostgreSQL server: the newest that is installed; installed first if there is none.
pub(crate) fn postgres() -> Result<PathBuf> {
    if let Some(bin) = installed_postgres() {
        return Ok(bin);
    }
    install("PostgreSQL", &["postgresql"])?;
    installed_postgres().context("the package postgresql was installed, but its initdb is nowhere to be found")
}

/// A Chromium, or Chrome.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Ok(named.into());
    }
    let known =
        || ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].into_iter().find_map(in_path);
    if let Some(browser) = known() {
        return Ok(browser);
    }
    install("Chromium", &["chromium"])?;
    known().context("the package chromium was installed, but there is no program chromium")
}

/// A Python that has pip. Installed first if there is none and `install_it`.
pub(crate) fn pip(install_it: bool) -> Result<PathBuf> {
    let known = || ["python3", "python"].into_iter().filter_map(in_path).find(|python| has_pip(python));
    if let Some(python) = known() {
        return Ok(python);
    }
    if !install_it {
        bail!("there is no python3 with pip");
    }
    install("pip", &["python3-pip"])?;
    known().context("the package python3-pip was installed, but python3 has no pip")
}

fn has_pip(python: &Path) -> bool {
    let asked = Command::new(python).args(["-m", "pip", "--version"]).output();
    asked.is_ok_and(|said| said.status.success())
}

/// Python 3.
pub(crate) fn python() -> Result<PathBuf> {
    if let Some(python) = in_path("python3") {
        return Ok(python);
    }
    install("Python", &["python3", "python3-venv"])?;
    in_path("python3").context("the package python3 was installed, but there is no program python3")
}

/// `cargo-deny`, from the path if it is the right one, else built into `target/tools`.
pub(crate) fn cargo_deny(root: &Path) -> Result<PathBuf> {
    let own = root.join("target/tools");
    let candidates = [own.join("bin/cargo-deny"), PathBuf::from("cargo-deny")];
    if let Some(found) = candidates.into_iter().find(|program| is_version(program, CARGO_DENY)) {
        return Ok(found);
    }
    println!("cargo-deny {CARGO_DENY} is missing and is built into target/tools (once; some minutes)");
    let built = Command::new(cargo())
        .args(["install", "cargo-deny", "--version", CARGO_DENY, "--locked", "--quiet", "--root"])
        .arg(&own)
        .status()
        .context("cargo could not be started")?;
    if !built.success() {
        bail!("cargo-deny could not be installed: install version {CARGO_DENY} by hand, then try again");
    }
    Ok(own.join("bin/cargo-deny"))
}

/// The cargo that runs us.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn is_version(program: &Path, version: &str) -> bool {
    let asked = Command::new(program).arg("--version").output();
    asked.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).split_whitespace().any(|word| word == version))
}

/// Whether we are the superuser, who alone may install packages and must not run PostgreSQL.
pub(crate) fn is_root() -> bool {
    id(&["-u"]) == Some(0)
}

/// The numbers of a user of this machine and of its group.
pub(crate) fn user(name: &str) -> Option<(u32, u32)> {
    Some((id(&["-u", name])?, id(&["-g", name])?))
}

fn id(asked: &[&str]) -> Option<u32> {
    let said = Command::new("id").args(asked).output().ok().filter(|said| said.status.success())?;
    String::from_utf8_lossy(&said.stdout).trim().parse().ok()
}

fn installed_postgres() -> Option<PathBuf> {
    // Debian keeps each major version in a folder of its own and none in the path.
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, bin)| bin);
    newest.or_else(|| in_path("initdb")?.parent().map(Path::to_path_buf))
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn install(what: &str, packages: &[&str]) -> Result<()> {
    let by_hand =
        format!("{what} is missing. Install it (on Debian: apt-get install {}), then try again", packages.join(" "));
    if !is_root() || in_path("apt-get").is_none() {
        bail!("{by_hand}");
    }
    println!("{what} is missing and is installed from the system's packages");
    let apt = |arguments: &[&str]| {
        let ran =
            Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments).args(packages).status();
        ran.is_ok_and(|status| status.success())
    };
    let known = ["install", "--yes", "--quiet", "--no-install-recommends"];
    if apt(&known) {
        return Ok(());
    }
    // The lists of packages may be missing or old.
    let updated = Command::new("apt-get").args(["update", "--quiet"]).status().is_ok_and(|status| status.success());
    if updated && apt(&known) {
        return Ok(());
    }
    bail!("{by_hand}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_another_version_is_not_the_one() {
        assert!(!is_version(Path::new("true"), CARGO_DENY));
        assert!(!is_version(Path::new("there-is-no-such-program"), CARGO_DENY));
    }

    #[test]
    fn the_path_is_searched() {
        assert!(in_path("sh").is_some());
        assert!(in_path("there-is-no-such-program").is_none());
    }
}
