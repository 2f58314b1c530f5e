//! A file's rows, read and understood on a thread that may wait, in batches for the database.

use std::sync::Arc;

use documents::sheet::{Format, Row as Cells, Sheet};
use domain::csv;
use domain::field::Field;
use domain::id::TenantId;
use domain::import::{Alarm, Context, Fault as RowFault, Mapping, RowReader, Seen};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::import::apply::Read;
use store::import::{Fault, Import};
use store::{StoreError, TenantTx, tenant};
use tokio::sync::mpsc;

use super::file::StoredFile;
use super::look::{Looked, fault};
use crate::world::World;

/// So many rows are one commit: enough to pay for it, few enough that a webhook behind it does not wait long.
const ROWS: usize = 500;

/// How reading ended.
pub(super) type End = Result<(), Fault>;

/// What some rows say.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Read>,
    /// What is wrong with those that cannot be imported.
    pub(super) faults: Vec<Vec<RowFault>>,
    /// And how they stand in the file of rejected rows, by their lines.
    pub(super) rejected: Vec<(u64, String)>,
    /// So many rows of the file were read by its end.
    pub(super) rows_read: u64,
    pub(super) line: u64,
    pub(super) progress: f64,
    pub(super) alarm: Option<String>,
}

/// All that reading needs.
pub(super) struct Job {
    file: StoredFile,
    mapping: Mapping,
    /// Labels that everybody gets.
    labels: Vec<String>,
    /// What the file is taken for.
    looked: Looked,
    /// So many rows are on the disk already.
    done: u64,
    country: String,
    zone: TimeZone,
    fields: Vec<Field>,
    now: Timestamp,
}

impl Job {
    pub(super) async fn of(world: &Arc<World>, tenant: TenantId, held: &Import) -> Result<Self, StoreError> {
        let settings = world.store.read(tenant, async move |tx: &mut TenantTx<'_>| tenant::settings(tx).await).await?;
        let looked: Looked = serde_json::from_str(&held.looked).map_err(StoreError::fault)?;
        let mapping = held.settings.mapping.clone().ok_or_else(|| StoreError::fault("an import without a mapping"))?;
        Ok(Self {
            file: StoredFile::new(world.store.clone(), tenant, held.id, held.bytes),
            mapping,
            labels: held.settings.tags.clone(),
            looked,
            done: held.reading.rows,
            country: settings.region,
            zone: domain::hours::zone(&settings.time_zone).unwrap_or(TimeZone::UTC),
            fields: settings.fields,
            now: world.now(),
        })
    }

    /// Reads to the end, or until nobody takes the batches any more. It begins at the first row even where it goes on: which
    /// numbers the file had before is known by reading them.
    pub(super) fn read(self, batches: &mpsc::Sender<Batch>) -> End {
        let mut sheet = Sheet::open(self.file, &self.looked.known()).map_err(|error| fault(&error))?;
        let wide_is_torn = matches!(sheet.shape().format, Format::Delimited { .. });
        let context =
            Context { country: &self.country, zone: &self.zone, fields: &self.fields, now: self.now, wide_is_torn };
        let reader = RowReader::new(&self.mapping, context);
        let (mut seen, mut alarm) = (Seen::default(), Alarm::default());
        let (mut cells, mut batch) = (Cells::default(), Batch::default());
        loop {
            let more = sheet.read(&mut cells).map_err(|error| fault(&error))?;
            let position = sheet.position();
            if more && (position.rows <= self.looked.rows_before || cells.is_empty()) {
                continue;
            }
            if more {
                let understood = reader.read(cells.len(), |at| cells.get(at));
                let is_done = position.rows <= self.done;
                match understood {
                    Ok(row) => {
                        let row = row.labelled(&self.labels);
                        alarm.heed(&row.phone);
                        let is_again = seen.insert(&row.phone);
                        for other in &row.other_phones {
                            seen.insert(other);
                        }
                        if !is_done {
                            batch.rows.push(Read { row, seen: is_again });
                        }
                    }
                    Err(faults) if !is_done => {
                        batch.rejected.push((cells.line(), rejected(&cells, &faults)));
                        batch.faults.push(faults);
                    }
                    Err(_) => {}
                }
            }
            let is_full = batch.rows.len() + batch.faults.len() >= ROWS;
            let is_last = !more && position.rows > self.done;
            if is_full || is_last {
                batch.rows_read = position.rows;
                batch.line = position.line;
                batch.progress = if more { sheet.progress() } else { 1.0 };
                batch.alarm = alarm.sound().map(|sound| sound.to_string());
                if batches.blocking_send(std::mem::take(&mut batch)).is_err() {
                    return Ok(());
                }
            }
            if !more {
                return Ok(());
            }
        }
    }
}

/// As it goes back to be mended: where it stood, what is wrong, and what it was.
fn rejected(cells: &Cells, faults: &[RowFault]) -> String {
    let line = cells.line().to_string();
    let reasons = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let mut text = String::new();
    csv::write_row(&mut text, [line.as_str(), reasons.as_str()].into_iter().chain(cells.iter()));
    text
}
