//! `cargo xtask test`: every test there is.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::dashboard::Dashboard;
use crate::model;
use crate::postgres::Cluster;
use crate::step::{Steps, rust_tests};
use crate::tools;

/// Runs all of them. True: all passed.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let mut steps = Steps::default();
    // First: the build takes it in. The tests that need it fail without it; this says why.
    if let Err(error) = model::ready(root, true) {
        steps.could_not("embedding model", &error);
    }
    // So it does with the dashboard, and stories may drive it in a browser.
    let dashboard = Dashboard::ready(root);
    match Cluster::start() {
        Ok(cluster) => {
            let mut tests = cargo_test(root);
            tests.arg("--no-fail-fast").env("TIDINGS_TEST_POSTGRES", cluster.url());
            if let Ok(browser) = tools::chromium() {
                tests.env("CHROMIUM", browser);
            }
            steps.count("cargo test", &mut tests, rust_tests);
        }
        Err(error) => steps.could_not("cargo test", &error),
    }
    match dashboard {
        Ok(dashboard) => {
            dashboard.check(&mut steps);
            dashboard.test(&mut steps);
        }
        Err(error) => steps.could_not("dashboard", &error),
    }
    Ok(steps.finish())
}

/// `cargo test` over the whole workspace, with the features that no target may be left out for. Everything that compiles
/// tests asks for the same, so that nothing is compiled twice.
pub(crate) fn cargo_test(root: &Path) -> Command {
    let mut cargo = Command::new(tools::cargo());
    cargo.args(["test", "--workspace", "--locked", "--features", "store/testing"]).current_dir(root);
    cargo
}
