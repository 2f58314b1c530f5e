//! What the server takes when nothing happens: memory, time to start, and what each reader of the live stream adds.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::Run;
use crate::accept::median;
use crate::load::{FEW_CONNECTIONS, Wire, flood};
use crate::proc::{Process, resident_kib};
use crate::readers::Reader;
use crate::setup::{Desk, Pen, SECRET_KEY, Sender, phone};
use crate::table::{Row, Table};

const BENCH: &str = "idle";
const NUMBER: &str = "+14155550100";
const READERS: u32 = 2_000;
const READY_WITHIN: Duration = Duration::from_secs(20);

/// Measures it.
///
/// # Errors
/// When the server fails.
pub async fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let (starts, texts) = (run.size(7, 3), run.size(20_000, 2_000));
    let database = run.sqlite(BENCH);
    let desk = Desk::open(&database, &[Sender::unlimited(NUMBER)], None).await?;
    fill(&desk, &database, texts).await?;
    let program = program()?;
    let (mut ready, mut resident) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let (server, took) = Binary::start(&program, &database).await?;
        ready.push(took.as_secs_f64() * 1e3);
        // What it does after its start, such as loading the numbering plans, is part of being idle.
        tokio::time::sleep(Duration::from_secs(2)).await;
        resident.push(mib(resident_kib(server.child.id())?));
    }
    let note = format!("`tidings serve`, median of {starts} starts on a database of {texts} texts");
    table.add(Row::new(BENCH, "resident memory", median(resident), "MiB").at_most(40.0).note(note));
    let most = ready.iter().copied().fold(0.0, f64::max);
    table.add(
        Row::new(BENCH, "time to ready", median(ready), "ms").at_most(300.0).note(format!("the longest {most:.0} ms")),
    );
    readers(&desk, &program, &database, table).await
}

async fn readers(desk: &Desk, program: &Path, database: &str, table: &mut Table) -> Result<()> {
    let (server, _) = Binary::start(program, database).await?;
    let pid = server.child.id();
    let pen = Pen::new(server.address, desk.hook())?;
    let text = |nth| pen.text(&phone(nth), NUMBER, "Is anybody listening?");
    // One reader and one text first: what the first of each sets up is not each reader's.
    let mut readers = vec![Reader::open(server.address, &desk.api_key).await?];
    flood(server.address, FEW_CONNECTIONS, vec![text(1)]).await?;
    hear(&mut readers).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = resident_kib(pid)?;
    for _ in 0..READERS {
        readers.push(Reader::open(server.address, &desk.api_key).await?);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let open = resident_kib(pid)?;
    flood(server.address, FEW_CONNECTIONS, vec![text(2)]).await?;
    hear(&mut readers).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let heard = resident_kib(pid)?;
    let each = |now: u64| mib(now.saturating_sub(before)) * 1024.0 / f64::from(READERS);
    let note = format!("{READERS} readers, after an event to each; {:.1} KiB before it", each(open));
    table.add(Row::new(BENCH, "memory per live reader", each(heard), "KiB").at_most(32.0).note(note));
    Ok(())
}

async fn hear(readers: &mut [Reader]) -> Result<()> {
    for reader in readers {
        reader.until(b"event: message.created").await?;
    }
    Ok(())
}

async fn fill(desk: &Desk, database: &str, texts: usize) -> Result<()> {
    let server = Process::start("serve", database)?;
    let pen = Pen::new(server.address, desk.hook())?;
    flood(
        server.address,
        FEW_CONNECTIONS,
        (0..texts).map(|nth| pen.text(&phone(nth % 5_000), NUMBER, "Good morning!")).collect(),
    )
    .await?;
    desk.drained().await
}

/// The real program.
#[derive(Debug)]
struct Binary {
    child: Child,
    address: SocketAddr,
}

impl Binary {
    /// Starts it; how long it took until `/readyz` answered 200.
    async fn start(program: &Path, database: &str) -> Result<(Self, Duration)> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let began = Instant::now();
        let child = Command::new(program)
            .args(["serve", "--log", "warn", "--listen", &address.to_string(), "--database-url", database])
            .env("TIDINGS_SECRET_KEY", BASE64.encode(SECRET_KEY))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("`tidings` could not be started")?;
        let server = Self { child, address };
        while !is_ready(address).await {
            ensure!(began.elapsed() < READY_WITHIN, "`tidings serve` does not become ready");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok((server, began.elapsed()))
    }
}

impl Drop for Binary {
    /// It is asked to end, as the system would ask it.
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut wire) = Wire::open(address).await else { return false };
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\n\r\n");
    matches!(wire.exchange(request.as_bytes()).await, Ok(200))
}

/// The binary beside this one, built now if it is missing or old.
fn program() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo).args(["build", "--release", "--quiet", "--package", "tidings"]).status()?;
    ensure!(built.success(), "`tidings` could not be built");
    Ok(std::env::current_exe()?.with_file_name("tidings"))
}

#[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 KiB")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
