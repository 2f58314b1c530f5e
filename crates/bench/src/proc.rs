//! Another process: started, asked what it has used, stopped.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};

/// A server that this program is the parent of. Stopped when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Process {
    /// Starts this program once more as `role`, and waits until it says where it listens.
    ///
    /// # Errors
    /// When it cannot be started, or ends before it listens.
    pub fn start(role: &str, argument: &str) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([role, argument])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("this program could not be started once more")?;
        let said = child.stdout.take().context("its output")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let address = line.trim().parse().map_err(|_| anyhow!("`bench {role}` ended before it listened"))?;
        Ok(Self { child, address })
    }

    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has computed so far: user and system time.
    ///
    /// # Errors
    /// When it is gone.
    pub fn cpu(&self) -> Result<Duration> {
        cpu(self.child.id())
    }

    /// The most memory that it has ever had resident, in KiB.
    ///
    /// # Errors
    /// When it is gone.
    pub fn peak_kib(&self) -> Result<u64> {
        status_kib(self.child.id(), "VmHWM:")
    }
}

impl Drop for Process {
    /// The end of its input tells it to stop.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if let Err(error) = self.child.wait() {
            eprintln!("a server did not end: {error}");
        }
    }
}

/// User and system time of a process, all its threads together.
///
/// # Errors
/// When there is no such process.
pub fn cpu(pid: u32) -> Result<Duration> {
    // The system tells it in ticks of a hundredth of a second on every Linux (USER_HZ).
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    // The second field is the program's name in parentheses and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u32>().ok()).context("its times");
    Ok(TICK * (ticks(11)? + ticks(12)?))
}

/// Resident memory in KiB.
///
/// # Errors
/// When there is no such process.
pub fn resident_kib(pid: u32) -> Result<u64> {
    status_kib(pid, "VmRSS:")
}

fn status_kib(pid: u32, field: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)).context("its resident memory")?;
    line.trim().trim_end_matches(" kB").parse().context("its resident memory")
}
