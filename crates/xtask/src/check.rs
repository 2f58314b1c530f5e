//! `cargo xtask check`: what can be said of the code without running it.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::dashboard::Dashboard;
use crate::step::{Count, Steps};
use crate::{tidy, tools};

/// Runs all checks. True: all hold.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let mut steps = Steps::default();
    match tidy::run(root) {
        Ok(holds) => steps.add("the house rules", if holds { Count::PASSED } else { Count::FAILED }),
        Err(error) => steps.could_not("the house rules", &error),
    }
    steps.run("formatting", cargo(root).args(["fmt", "--all", "--check"]));
    match Dashboard::ready(root) {
        Ok(dashboard) => dashboard.check(&mut steps),
        Err(error) => steps.could_not("dashboard", &error),
    }
    let lints = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--features",
        "store/testing",
        "--",
        "--deny",
        "warnings",
    ];
    steps.run("clippy", cargo(root).args(lints));
    match tools::cargo_deny(root) {
        Ok(deny) => {
            // Without the network: what it reads is in the lock and beside it.
            let policy = ["--offline", "check", "licenses", "bans", "sources"];
            steps.run("licences and bans", Command::new(deny).current_dir(root).args(policy));
        }
        Err(error) => steps.could_not("licences and bans", &error),
    }
    Ok(steps.finish())
}

fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(tools::cargo());
    cargo.current_dir(root);
    cargo
}
