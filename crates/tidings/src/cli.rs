//! The commands. Each works on the database directly, answers in words or (`--json`) in JSON, and fails with a non-zero code.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use serde_json::Value;

use crate::{
    config::{Config, Values},
    demo, logs,
};

mod assistant;
mod backup;
mod carrier;
mod doctor;
mod key;
mod knowledge;
mod migrate;
mod number;
mod openapi;
mod serve;
mod show_config;
mod team;
mod tenant;
mod unclaimed;
mod user;
mod webhook;

/// Tidings: text conversations for businesses, with people and assistants.
#[derive(Debug, Parser)]
#[command(name = "tidings", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// Settings that a command line can say. What it does not say comes from TIDINGS_*, tidings.toml, or the defaults.
#[derive(Debug, clap::Args)]
struct Settings {
    /// Read this file instead of tidings.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the server listens [default: 127.0.0.1:8080].
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Where the data is: sqlite://FILE or postgres://… [default: sqlite://tidings.db].
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// How browsers and the carrier reach the server [default: http://LISTEN].
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// What is logged, as in `info` or `engine=debug,info`.
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server.
    Serve,
    /// Start a demo: a business, a phone to text it from, no account needed.
    Demo,
    /// Bring the database's tables up to date.
    Migrate,
    /// Organisations.
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// People who sign in.
    #[command(subcommand)]
    User(user::Command),
    /// Members who look after some conversations together.
    #[command(subcommand)]
    Team(team::Command),
    /// API keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Numbers that send and receive.
    #[command(subcommand)]
    Number(number::Command),
    /// Accounts at the carrier.
    #[command(subcommand)]
    Carrier(carrier::Command),
    /// Assistants, and what they know.
    #[command(subcommand)]
    Assistant(assistant::Command),
    /// What assistants may answer from: texts, files, pages of the web.
    #[command(subcommand)]
    Knowledge(knowledge::Command),
    /// Endpoints that are told of events.
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Copy a SQLite database while it is in use.
    Backup(backup::Backup),
    /// Check what keeps an installation from working.
    Doctor,
    /// Show every setting and where it came from.
    Config,
    /// Print the API's OpenAPI document.
    Openapi,
}

/// What a command answers.
#[derive(Debug)]
struct Answer {
    text: String,
    json: Value,
    code: ExitCode,
}

impl Answer {
    fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, code: ExitCode::SUCCESS }
    }
}

/// Does what is asked.
///
/// # Errors
/// What went wrong and what to do about it.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { command, settings, json } = cli;
    let file = settings.config.clone();
    let config = || Config::load(&settings.flags(&command), file.as_deref());
    let answer = match &command {
        Command::Openapi => openapi::run()?,
        Command::Config => show_config::run(&config()?),
        _ => {
            let config = config()?;
            logs::start(&config.log);
            // Whichever crate asks first would choose for all: the choice is made here.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(asked(command, &config, json))?
        }
    };
    let said = if json { format!("{:#}", answer.json) } else { answer.text.trim_end().to_owned() };
    say(&said)?;
    Ok(answer.code)
}

/// Whoever reads may have seen enough: `| head` is no failure.
fn say(text: &str) -> std::io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

async fn asked(command: Command, config: &Config, json: bool) -> anyhow::Result<Answer> {
    match command {
        Command::Serve => serve::run(config, json).await,
        Command::Demo => demo::run(config, json).await.map(|()| Answer::new("", Value::Null)),
        Command::Migrate => migrate::run(config).await,
        Command::Tenant(command) => tenant::run(command, config).await,
        Command::User(command) => user::run(command, config).await,
        Command::Team(command) => team::run(command, config).await,
        Command::Key(command) => key::run(command, config).await,
        Command::Number(command) => number::run(command, config).await,
        Command::Carrier(command) => carrier::run(command, config).await,
        Command::Assistant(command) => assistant::run(command, config).await,
        Command::Knowledge(command) => knowledge::run(command, config).await,
        Command::Webhook(command) => webhook::run(command, config).await,
        Command::Backup(command) => backup::run(command, config).await,
        Command::Doctor => doctor::run(config).await,
        Command::Config | Command::Openapi => Ok(Answer::new("", Value::Null)),
    }
}

impl Settings {
    fn flags(&self, command: &Command) -> Values {
        let said = [
            ("listen", &self.listen),
            ("database_url", &self.database_url),
            ("public_url", &self.public_url),
            ("log", &self.log),
        ];
        let mut flags: Values =
            said.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?))).collect();
        if matches!(command, Command::Demo) {
            demo::own_settings(&mut flags);
        }
        flags
    }
}

/// What someone typed on standard input, without the line's end.
fn line_from_stdin() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A refusal of the API's own checks, for the command line.
fn refused(error: api::error::ApiError) -> anyhow::Error {
    match error {
        api::error::ApiError::Fault(fault) => fault.into(),
        problem @ api::error::ApiError::Problem(_) => anyhow::anyhow!("{}", problem.detail()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_fit_together() {
        Cli::command().debug_assert();
    }
}
