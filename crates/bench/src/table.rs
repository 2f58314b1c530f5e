//! What came out: a line per figure, with its bar.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use engine::{Clock as _, SystemClock};
use serde_json::json;

use crate::Run;
use crate::machine::{self, Weather};

/// One figure.
#[derive(Debug, Clone)]
pub struct Row {
    bench: &'static str,
    what: String,
    value: f64,
    unit: &'static str,
    bar: Option<Bar>,
    note: String,
}

#[derive(Debug, Clone, Copy)]
enum Bar {
    AtLeast(f64),
    AtMost(f64),
}

impl Row {
    /// A figure without a bar.
    pub fn new(bench: &'static str, what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { bench, what: what.into(), value, unit, bar: None, note: String::new() }
    }

    /// It must be this or more.
    #[must_use]
    pub fn at_least(mut self, bar: f64) -> Self {
        self.bar = Some(Bar::AtLeast(bar));
        self
    }

    /// It must be this or less.
    #[must_use]
    pub fn at_most(mut self, bar: f64) -> Self {
        self.bar = Some(Bar::AtMost(bar));
        self
    }

    /// What else is to be known.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Whether it is as it must be; `None`: nothing was asked of it.
    fn held(&self) -> Option<bool> {
        self.bar.map(|bar| match bar {
            Bar::AtLeast(least) => self.value >= least,
            Bar::AtMost(most) => self.value <= most,
        })
    }

    fn bar(&self) -> String {
        match self.bar {
            Some(Bar::AtLeast(least)) => format!("≥ {}", number(least)),
            Some(Bar::AtMost(most)) => format!("≤ {}", number(most)),
            None => String::new(),
        }
    }

    const fn verdict(held: Option<bool>) -> &'static str {
        match held {
            Some(true) => "ok",
            Some(false) => "MISS",
            None => "",
        }
    }
}

/// All of it.
#[derive(Debug)]
pub struct Table {
    rows: Vec<(Row, Weather)>,
    weather: Weather,
    quick: bool,
}

impl Table {
    /// An empty one.
    ///
    /// # Errors
    /// When the disk cannot be probed.
    pub fn begin(run: &Run) -> Result<Self> {
        println!("{}", machine::describe());
        Ok(Self { rows: Vec::new(), weather: Weather::now(&run.folder)?, quick: run.quick })
    }

    /// To be called before each bench: the rows that follow are told with this weather.
    ///
    /// # Errors
    /// When the disk cannot be probed.
    pub fn look_at_the_machine(&mut self, run: &Run) -> Result<()> {
        self.weather = Weather::now(&run.folder)?;
        Ok(())
    }

    /// One more figure: told at once, as text and as a line of JSON.
    pub fn add(&mut self, row: Row) {
        let held = row.held();
        println!(
            "{:<9} {:<58} {:>10} {:<8} {:<10} {:<4} {}  [{}]",
            row.bench,
            row.what,
            number(row.value),
            row.unit,
            row.bar(),
            Row::verdict(held),
            row.note,
            self.weather,
        );
        println!(
            "{}",
            json!({
                "bench": row.bench, "what": row.what, "value": row.value, "unit": row.unit, "bar": row.bar(), "ok": held,
                "note": row.note, "load": self.weather.load,
                "fdatasync_p50_us": machine::micros(self.weather.sync_p50),
                "fdatasync_p99_us": machine::micros(self.weather.sync_p99), "quick": self.quick,
            })
        );
        self.rows.push((row, self.weather));
    }

    /// Whether every bar holds.
    #[must_use]
    pub fn all_held(&self) -> bool {
        self.rows.iter().all(|(row, _)| row.held() != Some(false))
    }

    /// The section for `BENCHMARKS.md`.
    #[must_use]
    pub fn section(&self) -> String {
        let day = SystemClock.now().strftime("%Y-%m-%d").to_string();
        let quick = if self.quick { ", `--quick`" } else { "" };
        let mut text = format!("\n## {day}{quick}\n\n{}\n\n", machine::describe());
        text.push_str("| bench | what | measured | bar | | remarks | machine |\n|---|---|---:|---|---|---|---|\n");
        for (row, weather) in &self.rows {
            let (value, bar, verdict) = (number(row.value), row.bar(), Row::verdict(row.held()));
            let Row { bench, what, unit, note, .. } = row;
            let _ = writeln!(text, "| {bench} | {what} | {value} {unit} | {bar} | {verdict} | {note} | {weather} |");
        }
        text
    }

    /// Appends the section to `file`, if there is such a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append_to(&self, file: &str) -> Result<()> {
        if !Path::new(file).exists() {
            eprintln!("there is no {file} here: nothing was written");
            return Ok(());
        }
        let mut file = std::fs::OpenOptions::new().append(true).open(file)?;
        file.write_all(self.section().as_bytes())?;
        Ok(())
    }
}

/// As many digits as say something.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
