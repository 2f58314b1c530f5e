//! A file's rows, read and understood on a thread that may wait, in batches for the database.

use std::sync::Arc;

use documents::sheet::{Format, Row as Cells, Sheet};
use domain::csv;
use domain::id::TenantId;
use domain::import::{Alarm, Context, Fault as RowFault, Mapping, RowReader, Seen};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::import::apply::Read;
use store::import::{Fault, Import, ReadAs};
use store::{StoreError, TenantTx, tenant};
use tokio::sync::mpsc;

use super::file::StoredFile;
use super::look::{Looked, fault};
use crate::world::World;

/// So many rows are one commit: enough to pay for it, few enough that a webhook behind it does not wait long.
const ROWS: usize = 1_500;
/// So many rows are put in the order of their numbers before they are written. Numbers lie anywhere, and each page of an index
/// that a commit touches is written whole: of neighbours many lie on one.
const WINDOW: usize = 24_000;

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
    pub(super) read_as: ReadAs,
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
    read_as: ReadAs,
    zone: TimeZone,
    now: Timestamp,
}

impl Job {
    pub(super) async fn of(world: &Arc<World>, tenant: TenantId, held: &Import) -> Result<Self, StoreError> {
        let settings = world.store.read(tenant, async move |tx: &mut TenantTx<'_>| tenant::settings(tx).await).await?;
        let as_now = || ReadAs { region: settings.region, time_zone: settings.time_zone, fields: settings.fields };
        // The second half is read as the first was: where it goes on is told by the order of what was understood.
        let read_as = held.reading.read_as.clone().unwrap_or_else(as_now);
        let looked: Looked = serde_json::from_str(&held.looked).map_err(StoreError::fault)?;
        let mapping = held.settings.mapping.clone().ok_or_else(|| StoreError::fault("an import without a mapping"))?;
        Ok(Self {
            file: StoredFile::new(world.store.clone(), tenant, held.id, held.bytes),
            mapping,
            labels: held.settings.tags.clone(),
            looked,
            done: held.reading.rows,
            zone: domain::hours::zone(&read_as.time_zone).unwrap_or(TimeZone::UTC),
            read_as,
            // Nobody has agreed since it came in.
            now: held.created_at,
        })
    }

    /// Reads to the end, or until nobody takes the batches any more. It begins at the first row even where it goes on: which
    /// numbers the file had before is known by reading them.
    pub(super) fn read(self, batches: &mpsc::Sender<Batch>) -> End {
        let mut sheet = Sheet::open(self.file, &self.looked.known()).map_err(|error| fault(&error))?;
        let wide_is_torn = matches!(sheet.shape().format, Format::Delimited { .. });
        let ReadAs { region, fields, .. } = &self.read_as;
        let context = Context { country: region, zone: &self.zone, fields, now: self.now, wide_is_torn };
        let reader = RowReader::new(&self.mapping, context);
        let (mut seen, mut alarm) = (Seen::default(), Alarm::default());
        let (mut cells, mut window) = (Cells::default(), Window::default());
        loop {
            let more = sheet.read(&mut cells).map_err(|error| fault(&error))?;
            let position = sheet.position();
            if more && (position.rows <= self.looked.rows_before || cells.is_empty()) {
                continue;
            }
            if more {
                match reader.read(cells.len(), |at| cells.get(at)) {
                    Ok(row) => {
                        let row = row.labelled(&self.labels);
                        alarm.heed(&row.phone);
                        // Another row may have one of its other numbers: it is somebody's by then, and no repetition.
                        let seen = seen.insert(&row.phone);
                        window.rows.push(Read { row, seen });
                    }
                    Err(faults) => {
                        let rejected = (cells.line(), rejected(&cells, &faults));
                        window.faults.push((faults, rejected));
                    }
                }
            }
            if !more || window.rows.len() + window.faults.len() >= WINDOW {
                window.to = position.rows;
                window.line = position.line;
                window.progress = if more { sheet.progress() } else { 1.0 };
                let next = Window { from: window.to, progress_before: window.progress, ..Window::default() };
                let alarm = alarm.sound().map(|sound| sound.to_string());
                for batch in std::mem::replace(&mut window, next).batches(self.done, &self.read_as, alarm.as_deref()) {
                    if batches.blocking_send(batch).is_err() {
                        return Ok(());
                    }
                }
            }
            if !more {
                return Ok(());
            }
        }
    }
}

/// Rows that were read one after the other.
#[derive(Default)]
struct Window {
    rows: Vec<Read>,
    /// What is wrong with the others, their lines, and how they stand in the file of rejected rows.
    faults: Vec<(Vec<RowFault>, (u64, String))>,
    /// So many rows of the file come before, and so many with these.
    from: u64,
    to: u64,
    line: u64,
    progress_before: f64,
    progress: f64,
}

impl Window {
    /// Those of which fewer than `done` rows of the file came before, by their numbers, as they are written. Rows with one number
    /// stay in their order.
    fn batches(mut self, done: u64, read_as: &ReadAs, alarm: Option<&str>) -> Vec<Batch> {
        if self.to <= done {
            return Vec::new();
        }
        let step = |rows_read, progress| Batch {
            rows_read,
            line: self.line,
            progress,
            alarm: alarm.map(str::to_owned),
            read_as: read_as.clone(),
            ..Batch::default()
        };
        self.rows.sort_by(|one, other| one.row.phone.cmp(&other.row.phone));
        let count = (self.rows.len() + self.faults.len()).max(1);
        let skipped = usize::try_from(done.saturating_sub(self.from)).unwrap_or(usize::MAX);
        let items = self.faults.into_iter().map(Err).chain(self.rows.into_iter().map(Ok));
        let mut batches: Vec<Batch> = Vec::with_capacity(count / ROWS + 1);
        for (nth, item) in items.enumerate().skip(skipped) {
            if (nth - skipped) % ROWS == 0 {
                batches.push(step(0, 0.0));
            }
            let Some(batch) = batches.last_mut() else { continue };
            batch.rows_read = self.from + nth as u64 + 1;
            batch.progress =
                self.progress_before + (self.progress - self.progress_before) * (nth + 1) as f64 / count as f64;
            match item {
                Ok(read) => batch.rows.push(read),
                Err((faults, rejected)) => {
                    batch.faults.push(faults);
                    batch.rejected.push(rejected);
                }
            }
        }
        match batches.last_mut() {
            Some(last) => (last.rows_read, last.progress) = (self.to, self.progress),
            // Nothing but empty rows.
            None => batches.push(step(self.to, self.progress)),
        }
        batches
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

#[cfg(test)]
mod tests {
    use domain::import::{FaultKind, Row};
    use domain::phone::E164;

    use super::*;

    /// Ten empty rows and those before it come before; every seventh cannot be read.
    fn window() -> Window {
        let mut window = Window { from: 100, to: 4_110, line: 4_111, progress: 0.5, ..Window::default() };
        for nth in 0..4_000_u64 {
            if nth % 7 == 0 {
                let faults = vec![RowFault { column: 0, kind: FaultKind::PhoneMissing }];
                window.faults.push((faults, (nth, format!("{nth}"))));
            } else {
                let phone = format!("+1415555{:04}", nth * 37 % 2_000);
                let row = Row { name: nth.to_string(), ..Row::new(E164::parse(&phone, None).unwrap()) };
                window.rows.push(Read { row, seen: false });
            }
        }
        window
    }

    /// What a batch holds, one after the other: lines of rows that cannot be read, and numbers with names.
    fn items(batches: &[Batch]) -> Vec<(String, u64)> {
        let of = |batch: &Batch| {
            let faults = batch.rejected.iter().map(|(line, _)| (String::new(), *line)).collect::<Vec<_>>();
            let rows = batch.rows.iter().map(|read| (read.row.phone.to_string(), read.row.name.parse().unwrap()));
            faults.into_iter().chain(rows).collect::<Vec<_>>()
        };
        batches.iter().flat_map(of).collect()
    }

    #[test]
    fn rows_are_written_by_their_numbers_and_those_of_one_number_in_their_order() {
        let batches = window().batches(0, &ReadAs::default(), None);
        assert!(batches.iter().all(|batch| batch.rows.len() + batch.faults.len() <= ROWS));
        let items = items(&batches);
        assert_eq!(items.len(), 4_000);
        assert!(items.is_sorted(), "faults first, then by number, then as they stood");
        assert_eq!(batches.last().map(|last| (last.rows_read, last.progress)), Some((4_110, 0.5)));
        assert!(batches.windows(2).all(|two| two[0].rows_read < two[1].rows_read));
    }

    #[test]
    fn wherever_it_was_interrupted_the_rest_comes_and_nothing_twice() {
        let all = items(&window().batches(0, &ReadAs::default(), None));
        for batch in window().batches(0, &ReadAs::default(), None) {
            let done = batch.rows_read;
            let rest = items(&window().batches(done, &ReadAs::default(), None));
            let count = usize::try_from(done - 100).unwrap().min(all.len());
            assert_eq!(rest, all[count..], "after {done}");
        }
        assert!(window().batches(4_110, &ReadAs::default(), None).is_empty());
    }

    #[test]
    fn empty_rows_at_the_end_are_read_too() {
        let window = Window { from: 7, to: 9, progress: 1.0, ..Window::default() };
        let batches = window.batches(7, &ReadAs::default(), Some("they are 1, 2, 3"));
        assert_eq!(batches.iter().map(|batch| (batch.rows_read, batch.rows.len())).collect::<Vec<_>>(), [(9, 0)]);
        assert!(batches[0].alarm.is_some());
    }
}
