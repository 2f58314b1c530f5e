//! A throw-away PostgreSQL: a cluster in a temporary folder, on a free port, gone with whoever started it.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::tools;

/// What keeps the server. It reads its standard input to the end: that end comes when we are gone, whether we ended,
/// panicked, were interrupted or killed; then it stops the server and takes the folder away. The interrupt of a terminal
/// goes to everybody, so it must not mind one itself.
///
/// `fsync` is off: these tests kill our server, never PostgreSQL or the machine, so nothing that they prove depends on it,
/// and every test makes a database of its own. Benchmarks measure with it on.
const KEEPER: &str = r#"
trap '' INT TERM HUP
folder=$1 port=$2 bin=$3
"$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync >"$folder/log" 2>&1 || { cat "$folder/log" >&2; rm -rf "$folder"; exit 1; }
"$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
    -c fsync=off -c synchronous_commit=on -c full_page_writes=off -c max_connections=400 -c shared_buffers=128MB \
    </dev/null >>"$folder/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"#;

const READY_WITHIN: Duration = Duration::from_secs(60);

/// A running server. It is stopped and its folder removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Cluster {
    keeper: Child,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes a cluster and waits until it answers.
    pub(crate) fn start() -> Result<Self> {
        let bin = tools::postgres()?;
        let folder = std::env::temp_dir().join(format!("tidings-postgres-{}", std::process::id()));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let port = free_port()?;
        let mut keeper = Command::new("sh");
        keeper
            .args(["-c", KEEPER, "keeper"])
            .arg(&folder)
            .arg(port.to_string())
            .arg(&bin)
            .stdin(Stdio::piped())
            .current_dir(&folder);
        if tools::is_root() {
            // PostgreSQL refuses to run as the superuser; its package made a user for it.
            let (user, group) = tools::user("postgres").context("there is no user `postgres` to run PostgreSQL as")?;
            chown(&folder, Some(user), Some(group)).context("the folder cannot be given to the user `postgres`")?;
            keeper.uid(user).gid(group);
        }
        let keeper = keeper.spawn().context("a shell could not be started")?;
        let mut cluster = Self { keeper, folder, port };
        cluster.until_ready()?;
        Ok(cluster)
    }

    /// The superuser's address.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn until_ready(&mut self) -> Result<()> {
        let began = Instant::now();
        while !is_ready(&self.folder.join("data/postmaster.pid")) {
            if let Some(status) = self.keeper.try_wait()? {
                bail!("PostgreSQL could not be set up ({status})");
            }
            if began.elapsed() > READY_WITHIN {
                bail!(
                    "PostgreSQL did not start within {} s:\n{}",
                    READY_WITHIN.as_secs(),
                    text(&self.folder.join("log"))
                );
            }
            pause();
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Keeps a cluster for whoever tests by hand, until this is interrupted or its input ends.
pub(crate) fn keep() -> Result<bool> {
    let cluster = Cluster::start()?;
    println!("export TIDINGS_TEST_POSTGRES={}", cluster.url());
    println!("# Ctrl-C stops it and takes it away.");
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(true)
}

/// PostgreSQL writes its state into the eighth line of its pid file; `pg_ctl --wait` reads the same.
fn is_ready(pid_file: &Path) -> bool {
    text(pid_file).lines().nth(7).is_some_and(|state| state.trim() == "ready")
}

fn text(file: &Path) -> String {
    let mut text = String::new();
    if let Ok(mut file) = std::fs::File::open(file) {
        let _ = file.read_to_string(&mut text);
    }
    text
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

#[expect(
    clippy::disallowed_methods,
    reason = "another program's file is polled; there is no runtime whose thread this would hold"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_and_is_gone_with_us() {
        let cluster = Cluster::start().expect("a throw-away PostgreSQL");
        let (folder, port) = (cluster.folder.clone(), cluster.port);
        let answers = || std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        assert!(answers() && folder.exists());
        drop(cluster);
        assert!(!answers() && !folder.exists());
    }
}
