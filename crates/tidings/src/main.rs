//! The binary: reads what it is asked, does it, and says how it ended.

use std::process::ExitCode;

use clap::Parser as _;
use tidings::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.json;
    match cli::run(cli) {
        Ok(code) => code,
        Err(error) => {
            if json {
                eprintln!("{}", serde_json::json!({ "error": format!("{error:#}") }));
            } else {
                eprintln!("error: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
