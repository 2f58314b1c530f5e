//! The chores of this repository, one command each: `cargo xtask test`, `check`, `tidy`, `model`, `telnyx-contract`,
//! `model-conformance`.
//!
//! The Makefile gives them short names. Every step runs even when one before it failed, so that one run tells of all
//! that is wrong; a step that cannot run counts as failed.

mod check;
mod conformance;
mod contract;
mod dashboard;
mod model;
mod postgres;
mod step;
mod test;
mod tidy;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(about = "The chores of this repository", disable_help_subcommand = true)]
struct Xtask {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run every test: both databases, the dashboard, a real browser
    Test,
    /// Formatting, lints, licences, the dashboard's types, the house rules
    Check,
    /// The house rules alone
    Tidy,
    /// Fetch the embedding model, for the next build to take it in
    Model {
        /// Go on without it, with a note, where it cannot be fetched
        #[arg(long)]
        if_possible: bool,
    },
    /// Keep a throw-away PostgreSQL for tests until interrupted, to run some of them by hand
    Postgres,
    /// Hold our requests and the sandbox's answers and webhooks against Telnyx's own OpenAPI document
    TelnyxContract {
        /// Where the document is
        #[arg(long)]
        spec: PathBuf,
    },
    /// Try how we speak with models on a real server with a real, small model, which is installed first
    ModelConformance,
}

fn main() -> ExitCode {
    let here = root();
    let done = match Xtask::parse().chore {
        Chore::Test => test::run(&here),
        Chore::Check => check::run(&here),
        Chore::Tidy => tidy::run(&here),
        Chore::Model { if_possible } => model::run(&here, if_possible),
        Chore::Postgres => postgres::keep(),
        Chore::TelnyxContract { spec } => contract::run(&here, &spec),
        Chore::ModelConformance => conformance::run(&here),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The repository, wherever this was started from.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}
