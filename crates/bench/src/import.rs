//! A file of a million contacts with scattered numbers: how soon it is in, beside a bare loop that reads, parses and writes on a
//! database of its own; what others notice meanwhile; and how soon anybody of them is found then.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior, params_from_iter};

use crate::Run;
use crate::caller::{Caller, Memory};
use crate::load::{FEW_CONNECTIONS, Latency, micros_each, rate, steady};
use crate::proc::Process;
use crate::setup::{Desk, Pen, phone};
use crate::table::{Row, Table};

const BENCH: &str = "import";
const NOBODYS: &str = "+13125550100";
/// Of the bare loops.
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
    let database = run.sqlite(BENCH);
    let bare_before = bare(&run.folder.join("bare_before.db"), &file)?;
    let desk = Desk::open(&database, &[], None).await?;
    let server = Process::start("serve", &database)?;
    let caller = Caller::new(&server, &desk);
    let memory = Memory::watch(server.pid())?;
    let pen = Pen::new(server.address, desk.hook())?;
    // About as many as there is time for.
    let webhooks = (count as f64 / 40_000.0 * WEBHOOKS).max(WEBHOOKS) as usize;
    let requests = (0..webhooks).map(|nth| pen.text(&phone(nth), NOBODYS, "Are you open?")).collect();
    let others = tokio::spawn(steady(server.address, FEW_CONNECTIONS, requests, WEBHOOKS));
    let before = server.cpu()?;
    let (done, uploaded, took) = caller.import(&file).await?;
    let cpu = server.cpu()?.saturating_sub(before);
    ensure!(done["tally"]["creates"] == count, "not all are there: {}", done["tally"]);
    let others = others.await??;
    let grown = memory.grown_kib();
    let bare_after = bare(&run.folder.join("bare_after.db"), &file)?;

    let same = into_our_tables(run, &file).await?;
    let (ours, limit) = (rate(count, took), rate(count, (bare_before + bare_after) / 2));
    let note = format!("{count} rows, {} MB; uploaded in {:.1} s", file.len() >> 20, uploaded.as_secs_f64());
    table.add(Row::new(BENCH, "bare loop: csv, rlibphonenumber, upserts into one small table", limit, "rows/s"));
    table.add(Row::new(BENCH, "bare loop into the tables that an import fills", rate(count, same), "rows/s"));
    table.add(Row::new(BENCH, "imported", ours, "rows/s").note(note));
    table.add(Row::new(BENCH, "imported / bare, one small table", ours / limit, "×").at_least(0.7));
    table.add(Row::new(BENCH, "imported / bare, the same tables", ours / rate(count, same), "×"));
    let meanwhile = Row::new(BENCH, "webhooks meanwhile, p99", others.latency.percentile_ms(99.0), "ms");
    table.add(meanwhile.at_most(150.0).note(format!("{webhooks} at {WEBHOOKS} a second")));
    table.add(Row::new(BENCH, "server CPU per row", micros_each(cpu, count), "µs"));
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
        caller.get(&format!("/contacts?q={asked}")).await?;
        if nth >= 40 {
            latency.record(began.elapsed());
        }
    }
    let note = format!("pieces of names and numbers, {} searches among {count}", latency.len());
    table.add(Row::new(BENCH, "finding somebody, p50", latency.percentile_ms(50.0), "ms"));
    table.add(Row::new(BENCH, "finding somebody, p99", latency.percentile_ms(99.0), "ms").at_most(50.0).note(note));
    Ok(())
}

/// Reads, parses and writes, and nothing else: on a database of its own, as safe as ours.
fn bare(database: &Path, file: &str) -> Result<Duration> {
    let mut db = Connection::open(database)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
         CREATE TABLE person (phone TEXT PRIMARY KEY, name TEXT NOT NULL, company TEXT NOT NULL) WITHOUT ROWID",
    )?;
    let began = Instant::now();
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut more = true;
    while more {
        let tx = db.transaction()?;
        {
            let mut upsert = tx.prepare_cached(
                "INSERT INTO person (phone, name, company) VALUES (?1, ?2, ?3)
                 ON CONFLICT (phone) DO UPDATE SET name = excluded.name, company = excluded.company",
            )?;
            for _ in 0..CHUNK {
                more = reader.read_record(&mut record)?;
                if !more {
                    break;
                }
                let number = PHONE_NUMBER_UTIL.parse(&record[0], Some(Region::US))?;
                ensure!(PHONE_NUMBER_UTIL.is_valid_number(&number), "a number of the file is none");
                let phone = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
                upsert.execute((phone.as_ref(), &record[1], &record[2]))?;
            }
        }
        tx.commit()?;
    }
    Ok(began.elapsed())
}

/// The same loop into the very tables that an import fills, without anything that an import knows besides: each row is a person
/// who can be searched for, two addresses, a line of the consent ledger, and what it comes to.
async fn into_our_tables(run: &Run, file: &str) -> Result<Duration> {
    const NAME: &str = "bare_same";
    const TOGETHER: usize = 250;
    let tenant = Desk::open(&run.sqlite(NAME), &[], None).await?.tenant.0;
    let mut db = Connection::open(run.folder.join(format!("{NAME}.db")))?;
    db.busy_timeout(Duration::from_secs(30))?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;")?;
    let began = Instant::now();
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut rows = reader.records().peekable();
    let mut nth: u128 = 0;
    while rows.peek().is_some() {
        // At once: whoever made the tables may be closing them yet, and a reader that becomes a writer is not let wait.
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for _ in 0..CHUNK / TOGETHER {
            let some: Vec<_> = rows.by_ref().take(TOGETHER).collect::<Result<_, _>>()?;
            let (mut sql, mut args) = (String::new(), Vec::with_capacity(some.len() * 4));
            for row in &some {
                nth += 1;
                sql.push_str(if sql.is_empty() { "(?, ?, ?, ?, ?, FALSE, 0)" } else { ", (?, ?, ?, ?, ?, FALSE, 0)" });
                let words = format!("  {}  {}  {}  {}", &row[1], &row[2], &row[0][1..], &row[3]).to_lowercase();
                args.push(Value::from(tenant.as_bytes().to_vec()));
                args.push(Value::from(nth.to_be_bytes().to_vec()));
                args.extend([row[1].to_owned(), row[2].to_owned(), words].map(Value::from));
            }
            let people = "INSERT INTO contact (tenant_id, id, name, company, words, blocked, created_at_us) VALUES ";
            if !some.is_empty() {
                tx.prepare_cached(&format!("{people}{sql}"))?.execute(params_from_iter(args))?;
            }
            for (row, place) in some.iter().zip(1..) {
                let id = (nth - some.len() as u128 + place).to_be_bytes();
                let number = PHONE_NUMBER_UTIL.parse(&row[0], Some(Region::US))?;
                ensure!(PHONE_NUMBER_UTIL.is_valid_number(&number), "a number of the file is none");
                let phone = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
                for (kind, address) in [("phone", phone.as_ref()), ("email", &row[3])] {
                    tx.prepare_cached(
                        "INSERT INTO contact_address (tenant_id, kind, address, contact_id, created_at_us)
                         VALUES (?1, ?2, ?3, ?4, 0)
                         ON CONFLICT (tenant_id, kind, address) DO UPDATE SET contact_id = excluded.contact_id",
                    )?
                    .execute((tenant.as_bytes(), kind, address, id))?;
                }
                tx.prepare_cached(
                    "INSERT INTO consent (tenant_id, id, contact_id, kind, address, state, purpose, source, at_us)
                     VALUES (?1, ?2, ?2, 'phone', ?3, 'opted_in', 'marketing', 'import', 0)",
                )?
                .execute((tenant.as_bytes(), id, phone.as_ref()))?;
                tx.prepare_cached(
                    "INSERT INTO consent_standing (tenant_id, address, purpose, number_id, opted_in_at_us)
                     VALUES (?1, ?2, 'marketing', zeroblob(16), 0)
                     ON CONFLICT (tenant_id, address, purpose, number_id) DO UPDATE SET opted_in_at_us = 0",
                )?
                .execute((tenant.as_bytes(), phone.as_ref()))?;
            }
        }
        tx.commit()?;
    }
    Ok(began.elapsed())
}

/// People with numbers that lie anywhere, each once.
pub fn file(count: usize) -> String {
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
