//! The dashboard's side of the chores: its packages, its checks, its tests, its walk through a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::{Steps, vitest_tests};
use crate::tools;

/// `dashboard/`, with its packages in place.
#[derive(Debug)]
pub(crate) struct Dashboard {
    folder: PathBuf,
}

impl Dashboard {
    /// Installs the locked packages if the lock is not the one they were installed from. The mark is kept with the build: the
    /// build script of `web-assets` keeps its own in `node_modules`, and neither shall undo the other's.
    pub(crate) fn ready(root: &Path) -> Result<Self> {
        let folder = root.join("dashboard");
        let lock =
            std::fs::read(folder.join("package-lock.json")).context("dashboard/package-lock.json cannot be read")?;
        let mark = root.join("target/dashboard-installed-lock.json");
        let is_installed = folder.join("node_modules/.package-lock.json").exists();
        if is_installed && std::fs::read(&mark).is_ok_and(|installed| installed == lock) {
            return Ok(Self { folder });
        }
        let dashboard = Self { folder };
        let installed = dashboard
            .npm(&["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .status()
            .context("npm could not be started: install Node.js 20.19 or newer")?;
        if !installed.success() {
            bail!("the dashboard's packages could not be installed");
        }
        std::fs::write(&mark, lock).context("what was installed could not be noted")?;
        Ok(dashboard)
    }

    /// Types, lints, formatting.
    pub(crate) fn check(&self, steps: &mut Steps) {
        steps.run("dashboard: types and lints", &mut self.npm(&["run", "--silent", "check"]));
    }

    /// Unit tests; then in a real browser every corner of the dashboard, and a day at the demo with the binary that
    /// `cargo test` has built.
    pub(crate) fn test(&self, steps: &mut Steps) {
        steps.count("dashboard: tests", &mut self.npm(&["test", "--silent"]), vitest_tests);
        match tools::chromium() {
            Ok(browser) => {
                let mut smoke = self.npm(&["run", "--silent", "smoke"]);
                steps.run("dashboard: in a real browser", smoke.env("CHROMIUM", &browser));
                let mut journey = self.npm(&["run", "--silent", "journey"]);
                steps.run("dashboard: with the real binary", journey.env("CHROMIUM", browser));
            }
            Err(error) => steps.could_not("dashboard: in a real browser", &error),
        }
    }

    fn npm(&self, arguments: &[&str]) -> Command {
        let mut npm = Command::new("npm");
        npm.args(arguments).current_dir(&self.folder).env("NO_COLOR", "1");
        npm
    }
}
