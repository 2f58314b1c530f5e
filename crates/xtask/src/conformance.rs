//! `cargo xtask model-conformance`: how we speak with models, tried on a real server with a real, small model.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::{Steps, rust_tests};
use crate::test::cargo_test;
use crate::tools;

/// What is installed, by version and checksum.
const REQUIREMENTS: &str = "crates/stories/tests/model_conformance/requirements.txt";

/// Runs the checks. True: all passed.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let python = server(root)?;
    let mut checks = cargo_test(root);
    // One after the other: each has a server of its own, and what they measure is time.
    checks
        .args(["--test", "model_conformance", "--", "--ignored", "--test-threads", "1"])
        .env("MODEL_SERVER_PYTHON", python);
    let mut steps = Steps::default();
    steps.count("speaking with a real model", &mut checks, rust_tests);
    Ok(steps.finish())
}

/// A Python that has the server, in `target/`; installed once, and again when the requirements change.
fn server(root: &Path) -> Result<PathBuf> {
    let place = root.join("target/model-conformance");
    let (python, installed) = (place.join("bin/python"), place.join("installed.txt"));
    let wanted = std::fs::read_to_string(root.join(REQUIREMENTS))?;
    if std::fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    println!("the model's server is installed into target/model-conformance (once; 130 MB)");
    succeed(Command::new(tools::python()?).args(["-m", "venv", "--clear"]).arg(&place))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
    succeed(
        Command::new(&python)
            .args(install)
            .args(["--only-binary", ":all:", "--requirement"])
            .arg(root.join(REQUIREMENTS)),
    )?;
    std::fs::write(installed, wanted)?;
    Ok(python)
}

fn succeed(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    if !command.status().with_context(|| format!("{name} could not be started"))?.success() {
        bail!("the model's server could not be installed: `{name}` failed, as it says above");
    }
    Ok(())
}
