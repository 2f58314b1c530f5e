//! `make bench`: every bar of the product, measured on this machine, and whether it holds.
//!
//! This process makes the load and plays the carrier; the server that is measured is this program once more
//! (`bench serve`), and so is the bare one it is compared with (`bench bare`), so that their CPU time is theirs alone.
//! All of it speaks over loopback. What the figures depend on (cores, load, how long an fsync takes) stands beside each.

mod accept;
mod caller;
mod campaign;
mod enrolments;
mod idle;
mod import;
mod inbox;
mod live;
mod load;
mod machine;
mod pacing;
mod postgres;
mod proc;
mod readers;
mod reply;
mod reports;
mod retrieval;
mod server;
mod setup;
mod table;
mod waiting;
mod whole_way;
mod workflow;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};

use crate::table::Table;

/// Measures the bars.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    /// Only these; all of them if none is named.
    #[arg(value_enum)]
    names: Vec<Name>,
    /// Small numbers: a look in a minute or two, too short to judge by.
    #[arg(long)]
    quick: bool,
    /// Append the result to BENCHMARKS.md, if that file is there.
    #[arg(long)]
    write: bool,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Taking a webhook in.
    Accept,
    /// From the webhook to the finished turn, on SQLite.
    WholeWay,
    /// The same on PostgreSQL.
    Postgres,
    /// From the webhook to the live stream.
    Live,
    /// From the webhook to the reply at the carrier.
    Reply,
    /// Memory and start.
    Idle,
    /// Numbers' rates.
    Pacing,
    /// Finding what answers, and how soon.
    Retrieval,
    /// Others' turns while many conversations wait for a slow model.
    Waiting,
    /// A file of contacts, and finding them.
    Import,
    /// The list of conversations, threads and finding, when there are many.
    Inbox,
    /// A campaign, from its launch to its last text.
    Campaign,
    /// Turns of workflows, and a month of many people's.
    Workflow,
    /// Ways through workflows that wait for their time.
    Enrolments,
    /// Reports over a quarter with a million texts.
    Reports,
}

/// What every bench is given.
#[derive(Debug)]
struct Run {
    quick: bool,
    folder: PathBuf,
}

impl Run {
    /// The size for this run.
    fn size<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }

    /// A fresh SQLite database.
    fn sqlite(&self, name: &str) -> String {
        format!("sqlite://{}", self.folder.join(format!("{name}.db")).display())
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("serve") => return server::serve(&args.next().context("serve needs a database")?),
        Some("post") => return campaign::post(&args.next().context("post needs the carrier's address")?),
        Some("bare") => return server::bare(&args.next().context("bare needs a public key")?),
        _ => {}
    }
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&cli))
}

async fn measure(cli: &Cli) -> Result<ExitCode> {
    let folder = machine::folder()?;
    let run = Run { quick: cli.quick, folder: folder.path.clone() };
    let wanted = |name| cli.names.is_empty() || cli.names.contains(&name);
    let mut table = Table::begin(&run)?;
    for name in Name::value_variants().iter().copied().filter(|name| wanted(*name)) {
        table.look_at_the_machine(&run)?;
        match name {
            Name::Accept => accept::measure(&run, &mut table).await,
            Name::WholeWay => whole_way::on_sqlite(&run, &mut table).await,
            Name::Postgres => whole_way::on_postgres(&run, &mut table).await,
            Name::Live => live::measure(&run, &mut table).await,
            Name::Reply => reply::measure(&run, &mut table).await,
            Name::Idle => idle::measure(&run, &mut table).await,
            Name::Pacing => pacing::measure(&run, &mut table).await,
            Name::Retrieval => retrieval::measure(&run, &mut table),
            Name::Waiting => waiting::measure(&run, &mut table).await,
            Name::Import => import::measure(&run, &mut table).await,
            Name::Inbox => inbox::measure(&run, &mut table).await,
            Name::Campaign => campaign::measure(&run, &mut table).await,
            Name::Workflow => workflow::measure(&run, &mut table),
            Name::Enrolments => enrolments::measure(&run, &mut table).await,
            Name::Reports => reports::measure(&run, &mut table).await,
        }
        .with_context(|| format!("the bench {name:?} could not be made"))?;
    }
    print!("{}", table.section());
    if cli.write {
        table.append_to("BENCHMARKS.md")?;
    }
    Ok(if table.all_held() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
