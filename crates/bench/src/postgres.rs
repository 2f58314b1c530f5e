//! A PostgreSQL to measure on: a throw-away cluster with the settings it comes with, or the one that
//! `TIDINGS_BENCH_POSTGRES` names (a superuser's address). `make test` has one too, but without fsync.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

const VARIABLE: &str = "TIDINGS_BENCH_POSTGRES";
/// Row-level security binds a plain role, as in production.
const ROLE: &str = "tidings_bench";
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Keeps the server until its own input ends, however we end; then stops it and takes the folder away.
const KEEPER: &str = r#"
trap '' INT TERM HUP
folder=$1 port=$2 bin=$3
"$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --no-locale >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
"$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories='' </dev/null >>"$folder/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"#;

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    keeper: Option<Child>,
    bin: PathBuf,
    admin: String,
    /// What it calls itself.
    pub version: String,
}

impl Cluster {
    /// The one that the environment names, else a throw-away one.
    ///
    /// # Errors
    /// When there is none, or it keeps nothing (fsync off).
    pub async fn start() -> Result<Self> {
        let bin = programs().context("PostgreSQL is missing: install it (on Debian: apt-get install postgresql)")?;
        let mut cluster = Self { keeper: None, bin, admin: String::new(), version: String::new() };
        match std::env::var(VARIABLE) {
            Ok(admin) => cluster.admin = admin,
            Err(_) => cluster.throw_away().await?,
        }
        cluster.version = format!("PostgreSQL {}", cluster.ask(&cluster.admin, "SHOW server_version")?);
        let fsync = cluster.ask(&cluster.admin, "SHOW fsync")?;
        ensure!(fsync == "on", "this PostgreSQL runs without fsync: nothing that it says counts");
        Ok(cluster)
    }

    /// A fresh database of a plain role.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn database(&self) -> Result<String> {
        let name = format!("tidings_bench_{}", std::process::id());
        let roles = self.ask(&self.admin, &format!("SELECT count(*) FROM pg_roles WHERE rolname = '{ROLE}'"))?;
        if roles == "0" {
            self.ask(&self.admin, &format!("CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{ROLE}'"))?;
        }
        self.ask(&self.admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        self.ask(&self.admin, &format!("CREATE DATABASE {name} OWNER {ROLE}"))?;
        let host = self.admin.rsplit_once('@').map_or(self.admin.as_str(), |(_, host)| host);
        let host = host.split(['/', '?']).next().unwrap_or(host);
        Ok(format!("postgres://{ROLE}:{ROLE}@{host}/{name}"))
    }

    async fn throw_away(&mut self) -> Result<()> {
        let folder = std::env::temp_dir().join(format!("tidings-bench-postgres-{}", std::process::id()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&folder).arg(port.to_string()).arg(&self.bin);
        keeper.stdin(Stdio::piped()).current_dir(&folder);
        if fs::metadata("/proc/self")?.uid() == 0 {
            // PostgreSQL refuses to run as the superuser; its package made a user for it.
            let (user, group) = user("postgres").context("there is no user `postgres` to run PostgreSQL as")?;
            chown(&folder, Some(user), Some(group))?;
            keeper.uid(user).gid(group);
        }
        self.keeper = Some(keeper.spawn().context("a shell could not be started")?);
        self.admin = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let began = Instant::now();
        while !is_ready(&folder.join("data/postmaster.pid")) {
            if began.elapsed() > READY_WITHIN {
                bail!("PostgreSQL did not start:\n{}", fs::read_to_string(folder.join("log")).unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    fn ask(&self, database: &str, sql: &str) -> Result<String> {
        let said =
            Command::new(self.bin.join("psql")).args(["-X", "-q", "-A", "-t", "-d", database, "-c", sql]).output()?;
        ensure!(said.status.success(), "psql: {}", String::from_utf8_lossy(&said.stderr).trim());
        Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

/// The newest that is installed: Debian keeps each major version in a folder of its own and none in the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .max();
    newest.map(|(_, bin)| bin).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file())
    })
}

fn user(name: &str) -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// PostgreSQL writes its state into the eighth line of its pid file; `pg_ctl --wait` reads the same.
fn is_ready(pid_file: &Path) -> bool {
    fs::read_to_string(pid_file).is_ok_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
}
