//! `cargo xtask telnyx-contract`: what we send and what the sandbox plays, held against Telnyx's own document.

use std::path::Path;

use anyhow::{Context, Result};

use crate::step::{Steps, rust_tests};
use crate::test::cargo_test;

/// Runs the check with the document at `spec`. True: no violation.
pub(crate) fn run(root: &Path, spec: &Path) -> Result<bool> {
    let spec = spec.canonicalize().with_context(|| format!("there is no document at {}", spec.display()))?;
    let mut check = cargo_test(root);
    check.args(["--test", "telnyx_contract", "--", "--ignored"]).env("TELNYX_SPEC", spec);
    let mut steps = Steps::default();
    steps.count("the contract with Telnyx", &mut check, rust_tests);
    Ok(steps.finish())
}
