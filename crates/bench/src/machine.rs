//! What the figures depend on: cores, load, how long the disk takes to make a write durable.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;

/// How busy the machine was, and its disk.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// Runnable threads, the mean of the last minute.
    pub load: f64,
    /// fdatasync of an appended 4 KiB block: the median.
    pub sync_p50: Duration,
    /// And what one in a hundred takes.
    pub sync_p99: Duration,
}

impl Weather {
    /// As it is now.
    ///
    /// # Errors
    /// When the disk cannot be written to.
    pub fn now(folder: &Path) -> Result<Self> {
        let (sync_p50, sync_p99) = sync_probe(&folder.join("probe"))?;
        Ok(Self { load: load(), sync_p50, sync_p99 })
    }
}

impl std::fmt::Display for Weather {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let micros = |time: Duration| time.as_micros();
        write!(f, "load {:.1}, fdatasync {}/{} µs", self.load, micros(self.sync_p50), micros(self.sync_p99))
    }
}

/// The machine in one line.
#[must_use]
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{cores} cores, {}, Linux {}", model.trim_start_matches([' ', '\t', ':']), kernel.trim())
}

/// A folder beside this program, on the disk that it was built on (a temporary folder may be in memory, where an fsync
/// costs nothing). Removed with this.
#[derive(Debug)]
pub struct Folder {
    /// Where.
    pub path: PathBuf,
}

/// Makes it.
///
/// # Errors
/// When that place cannot be written to.
pub fn folder() -> Result<Folder> {
    let program = std::env::current_exe().context("where this program is")?;
    let path = program.with_file_name(format!("bench-{}", std::process::id()));
    fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    Ok(Folder { path })
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("{} is left behind: {error}", self.path.display());
        }
    }
}

fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

fn sync_probe(path: &Path) -> Result<(Duration, Duration)> {
    const SYNCS: usize = 100;
    let mut file = File::create(path)?;
    let mut times = Histogram::<u64>::new_with_max(60_000_000, 3)?;
    for _ in 0..SYNCS {
        file.write_all(&[0; 4096])?;
        let began = Instant::now();
        file.sync_data()?;
        times.saturating_record(micros(began.elapsed()));
    }
    fs::remove_file(path)?;
    let at = |quantile| Duration::from_micros(times.value_at_quantile(quantile));
    Ok((at(0.5), at(0.99)))
}

/// Whole microseconds.
#[must_use]
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
