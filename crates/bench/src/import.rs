//! A file of a million contacts with scattered numbers: how soon it is in, beside a bare loop that reads, parses and writes on a
//! database of its own; what others notice meanwhile; and how soon anybody of them is found then.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use engine::Net;
use providers::http::{Method, Request};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use serde_json::{Value, json};
use store::{Store, StoreConfig, SystemTx, row};

use crate::Run;
use crate::load::{FEW_CONNECTIONS, Latency, rate, steady};
use crate::proc::{Process, resident_kib};
use crate::setup::{Desk, Pen, phone};
use crate::table::{Row, Table};

const BENCH: &str = "import";
const NOBODYS: &str = "+13125550100";
/// Of the bare loop: as many as ours has in one commit.
const CHUNK: usize = 2_000;
/// Webhooks a second while the file is read.
const WEBHOOKS: f64 = 50.0;
const FIRST: [&str; 16] = [
    "Ann", "Bea", "Carl", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana", "Kai", "Lea", "Max", "Nora", "Otto",
    "Zoë",
];
const SYLLABLES: [&str; 16] =
    ["an", "ber", "cor", "den", "el", "fon", "gar", "hil", "in", "jor", "kel", "lin", "mon", "nor", "ros", "zim"];

/// Measures it.
///
/// # Errors
/// When a server fails, or the import does not end as it must.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let count = run.size(1_000_000, 50_000);
    let file = file(count);
    let (database, reference) = (run.sqlite(BENCH), run.sqlite("import_bare"));
    let bare_before = bare(&reference, "before", &file).await?;
    let desk = Desk::open(&database, &[], None).await?;
    let server = Process::start("serve", &database)?;
    let caller =
        Caller { net: Net::new(true), base: format!("http://{}/api/v1", server.address), key: desk.api_key.clone() };
    let began = Instant::now();
    let made = caller.call(Method::POST, "/contacts/imports?file_name=people.csv", file.clone().into()).await?;
    let uploaded = began.elapsed();
    let id = made["id"].as_str().with_context(|| format!("no import: {made}"))?.to_owned();
    let memory = Memory::watch(server.pid())?;
    let pen = Pen::new(server.address, desk.hook())?;
    let began = Instant::now();
    let started = caller.call(Method::POST, &format!("/contacts/imports/{id}/start"), "{}".into()).await?;
    ensure!(started["state"] == "running", "it does not start: {started}");
    // About as many as there is time for; what is too many is left out.
    let webhooks = (count as f64 / 40_000.0 * WEBHOOKS).max(WEBHOOKS) as usize;
    let requests = (0..webhooks).map(|nth| pen.text(&phone(nth), NOBODYS, "Are you open?")).collect();
    let others = tokio::spawn(steady(server.address, FEW_CONNECTIONS, requests, WEBHOOKS));
    let done = loop {
        let import = caller.call(Method::GET, &format!("/contacts/imports/{id}"), "".into()).await?;
        if import["state"] != "running" {
            break import;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let took = began.elapsed();
    ensure!(done["state"] == "done" && done["tally"]["creates"] == count, "it did not go well: {}", done["tally"]);
    let others = others.await??;
    let grown = memory.grown_kib();
    let bare_after = bare(&reference, "after", &file).await?;

    let (ours, limit) = (rate(count, took), rate(count, (bare_before + bare_after) / 2));
    let note = format!("{count} rows, {} MB; uploaded in {:.1} s", file.len() >> 20, uploaded.as_secs_f64());
    table.add(Row::new(BENCH, "bare loop: csv, rlibphonenumber, upserts", limit, "rows/s"));
    table.add(Row::new(BENCH, "imported", ours, "rows/s").note(note));
    table.add(Row::new(BENCH, "imported / bare", ours / limit, "×").at_least(0.7));
    let meanwhile = Row::new(BENCH, "webhooks meanwhile, p99", others.latency.percentile_ms(99.0), "ms");
    table.add(meanwhile.at_most(150.0).note(format!("{webhooks} at {WEBHOOKS} a second")));
    table.add(Row::new(BENCH, "resident memory grew by", grown as f64 / 1024.0, "MiB").at_most(64.0));
    found(table, &caller, &file, count).await
}

/// Anybody is found by any piece.
async fn found(table: &mut Table, caller: &Caller, file: &str, count: usize) -> Result<()> {
    let people: Vec<&str> = file.lines().skip(1).collect();
    let mut latency = Latency::new()?;
    for nth in 0..400 {
        let person = people[nth * 2_467 % people.len()];
        let cells: Vec<&str> = person.split(',').collect();
        let (phone, name) = (cells[0], cells[1]);
        let piece = match nth % 8 {
            0 => phone[2..8].to_owned(),
            1 => phone[6..].to_owned(),
            2 => name[name.len() - 5..].to_owned(),
            3 => name.to_owned(),
            4 => name.chars().take(1).collect(),
            5 => name.chars().take(2).collect(),
            6 => cells[2].to_owned(),
            _ => format!("{} nobody", &phone[2..6]),
        };
        let began = Instant::now();
        let asked: String = piece.bytes().map(|b| format!("%{b:02x}")).collect();
        caller.call(Method::GET, &format!("/contacts?q={asked}"), "".into()).await?;
        if nth >= 40 {
            latency.record(began.elapsed());
        }
    }
    let note = format!("pieces of names and numbers, {} searches among {count}", latency.len());
    table.add(Row::new(BENCH, "finding somebody, p50", latency.percentile_ms(50.0), "ms"));
    table.add(Row::new(BENCH, "finding somebody, p99", latency.percentile_ms(99.0), "ms").at_most(50.0).note(note));
    Ok(())
}

/// Reads, parses and writes, and nothing else.
async fn bare(database: &str, into: &'static str, file: &str) -> Result<Duration> {
    let store =
        Store::open(&StoreConfig { connections: 2, threads: 1, readers: 1, ..StoreConfig::new(database) }).await?;
    let (table, upsert) = if into == "before" {
        (
            "CREATE TABLE bare_before (phone TEXT PRIMARY KEY, name TEXT NOT NULL, company TEXT NOT NULL) WITHOUT ROWID",
            "INSERT INTO bare_before (phone, name, company) VALUES {rows}
             ON CONFLICT (phone) DO UPDATE SET name = excluded.name, company = excluded.company",
        )
    } else {
        (
            "CREATE TABLE bare_after (phone TEXT PRIMARY KEY, name TEXT NOT NULL, company TEXT NOT NULL) WITHOUT ROWID",
            "INSERT INTO bare_after (phone, name, company) VALUES {rows}
             ON CONFLICT (phone) DO UPDATE SET name = excluded.name, company = excluded.company",
        )
    };
    store.system_write(async move |tx: &mut SystemTx<'_>| tx.exec(table, &[]).await).await?;
    let began = Instant::now();
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut rows: Vec<(String, String, String)> = Vec::with_capacity(CHUNK);
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record)?;
        if more {
            let number = PHONE_NUMBER_UTIL.parse(&record[0], Some(Region::US))?;
            ensure!(PHONE_NUMBER_UTIL.is_valid_number(&number), "a number of the file is none");
            let phone = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
            rows.push((phone.into_owned(), record[1].to_owned(), record[2].to_owned()));
        }
        if rows.len() == CHUNK || !more && !rows.is_empty() {
            let some = Arc::new(std::mem::take(&mut rows));
            let write = async move |tx: &mut SystemTx<'_>| {
                tx.insert_many(upsert, some.iter().map(|(phone, name, company)| row![phone, name, company])).await
            };
            store.system_write(write).await?;
        }
        if !more {
            return Ok(began.elapsed());
        }
    }
}

/// People with numbers that lie anywhere, each once.
fn file(count: usize) -> String {
    let mut text = String::from("phone,name,company,email,opted_in\n");
    for nth in 0..count as u64 {
        // Every number below the modulus once, in no order: a prime stride.
        let scattered = nth * 37_000_039 % 55_999_997;
        let (area, exchange, line) = (212 + scattered % 7, 200 + scattered / 7 % 800, scattered / 5_600 % 10_000);
        let area = [212, 213, 312, 305, 415, 617, 702][usize::try_from(area - 212).unwrap_or(0)];
        let first = FIRST[usize::try_from(scattered / 11 % 16).unwrap_or(0)];
        let last: String = (0..3)
            .map(|place| SYLLABLES[usize::try_from(scattered / 13_u64.pow(place + 1) % 16).unwrap_or(0)])
            .collect();
        let company = if nth % 2 == 0 { format!("{last} Ltd") } else { String::new() };
        let _ = writeln!(text, "+1{area}{exchange:03}{line:04},{first} {last},{company},u{nth}@example.com,yes");
    }
    text
}

/// Calls the API.
struct Caller {
    net: Net,
    base: String,
    key: String,
}

impl Caller {
    async fn call(&self, method: Method, path: &str, body: bytes::Bytes) -> Result<Value> {
        let content_type = if path.contains("file_name") { "application/octet-stream" } else { "application/json" };
        let request = Request {
            method,
            url: format!("{}{path}", self.base),
            headers: vec![("authorization", format!("Bearer {}", self.key)), ("content-type", content_type.to_owned())],
            body,
            timeout: Duration::from_secs(120),
        };
        let answer = self.net.carry(request).await?;
        ensure!(answer.status < 300, "{path} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        Ok(serde_json::from_slice(&answer.body).unwrap_or(json!(null)))
    }
}

/// How much memory a process has at most, beside what it had at first.
struct Memory {
    before: u64,
    most: Arc<AtomicU64>,
    watching: tokio::task::JoinHandle<()>,
}

impl Memory {
    fn watch(pid: u32) -> Result<Self> {
        let before = resident_kib(pid)?;
        let most = Arc::new(AtomicU64::new(before));
        let seen = Arc::clone(&most);
        let watching = tokio::spawn(async move {
            while let Ok(now) = resident_kib(pid) {
                seen.fetch_max(now, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        Ok(Self { before, most, watching })
    }

    fn grown_kib(&self) -> u64 {
        self.watching.abort();
        self.most.load(Ordering::Relaxed).saturating_sub(self.before)
    }
}
