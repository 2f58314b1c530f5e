//! The first look at a file: what it is, and what its columns seem to be.

use std::sync::Arc;

use documents::sheet::{Delimiter, Format, Known, Sheet, SheetError};
use domain::field::Field;
use domain::id::{ImportId, TenantId};
use domain::import::{Column as Meaning, DateOrder, Mapping, Recognised, SAMPLE_ROWS, recognise, recognise_below};
use serde::{Deserialize, Serialize};
use store::import::Fault;
use store::{StoreError, TenantTx, import, tenant};

use super::file::StoredFile;
use crate::world::World;

/// So many rows are shown.
const SHOWN_ROWS: usize = 50;

/// Why it cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// It is no sheet.
    #[error("{message}")]
    Sheet {
        /// Stable, for programs.
        code: &'static str,
        /// Why, and what to do about it.
        message: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a file turned out to be. A stored document.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Looked {
    /// `csv` or `xlsx`.
    pub format: String,
    /// What parts its values, if it is text.
    pub delimiter: Option<String>,
    /// Its character set, if it is text.
    pub encoding: Option<String>,
    /// Which sheet of a workbook is read.
    pub sheet: Option<String>,
    /// So many rows stand before the first person: the columns' names, and what is above them.
    pub rows_before: u64,
    /// Its columns, from the left.
    pub columns: Vec<Column>,
    /// How 03/04/2026 is read.
    pub dates: DateOrder,
    /// Whether 1,5 is one and a half.
    pub decimal_comma: bool,
    /// The first people, as they stand there.
    pub sample: Vec<Vec<String>>,
    /// What its columns are called, all together.
    pub fingerprint: Option<String>,
    /// They were mapped before, and are so again.
    pub remembered: bool,
    /// The names of all sheets of a workbook.
    pub sheets: Vec<String>,
    /// What somebody knows better than its bytes tell.
    pub told: Told,
}

/// What somebody knows of a file better than its bytes tell. `None`: nobody said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// What parts its values.
    pub delimiter: Option<String>,
    /// Its character set, by a name that browsers know.
    pub encoding: Option<String>,
    /// Which sheet of a workbook is read.
    pub sheet: Option<String>,
    /// Which row has the columns' names, from 1; 0: none has.
    pub header_row: Option<u32>,
}

impl Looked {
    /// As it is opened again.
    pub(super) fn known(&self) -> Known<'_> {
        known(&self.delimiter, &self.encoding, &self.sheet)
    }
}

fn known<'a>(delimiter: &Option<String>, encoding: &'a Option<String>, sheet: &'a Option<String>) -> Known<'a> {
    Known {
        delimiter: delimiter.as_deref().and_then(Delimiter::parse),
        encoding: encoding.as_deref(),
        sheet: sheet.as_deref(),
    }
}

impl std::fmt::Debug for Looked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Looked")
            .field("format", &self.format)
            .field("columns", &self.columns.len())
            .finish_non_exhaustive()
    }
}

/// One of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What it is called; empty: it is not.
    pub name: String,
    /// What it seems to be.
    pub guess: Meaning,
    /// Why, for programs.
    pub why: String,
    /// Why, in a sentence.
    pub because: String,
    /// A field that could be made for it.
    pub suggestion: Option<Field>,
}

pub(super) fn fault(error: &SheetError) -> Fault {
    Fault { code: error.code().into(), explanation: error.to_string(), mend: error.mend().into() }
}

pub(super) async fn look(
    world: &Arc<World>,
    tenant: TenantId,
    (id, bytes): (ImportId, u64),
    told: Told,
) -> Result<Looked, LookError> {
    let settings = world.store.read(tenant, async move |tx: &mut TenantTx<'_>| tenant::settings(tx).await).await?;
    let file = StoredFile::new(world.store.clone(), tenant, id, bytes);
    let said = told.clone();
    let seen = tokio::task::spawn_blocking(move || {
        let mut sheet = Sheet::open(file, &known(&said.delimiter, &said.encoding, &said.sheet))?;
        let sample = sheet.sample(SAMPLE_ROWS)?;
        Ok::<_, SheetError>((sheet.shape().clone(), sample))
    });
    let (shape, sample) = match seen.await.map_err(StoreError::fault)? {
        Ok(seen) => seen,
        Err(SheetError::Unreadable(error)) => return Err(StoreError::fault(error).into()),
        Err(error) => {
            return Err(LookError::Sheet { code: error.code(), message: format!("{error} {}", error.mend()) });
        }
    };
    let recognised = match told.header_row {
        None => recognise(&sample, &settings.fields, &settings.region),
        Some(row) => {
            let header = (row as usize).checked_sub(1);
            if header.is_some_and(|at| at >= sample.len()) {
                let message = format!("Only the first {} rows can have the columns' names.", sample.len());
                return Err(LookError::Sheet { code: "no_such_row", message });
            }
            recognise_below(&sample, header, &settings.fields, &settings.region)
        }
    };
    let fingerprint = Mapping::fingerprint(recognised.names.iter().map(String::as_str));
    let remembered = match fingerprint.clone() {
        Some(print) => {
            world.store.read(tenant, async move |tx: &mut TenantTx<'_>| import::mapping(tx, &print).await).await?
        }
        None => None,
    };
    let mut looked = looked(recognised, &sample);
    let fits = |mapping: &Mapping| mapping.faults(looked.columns.len(), &settings.fields).is_empty();
    if let Some(mapping) = remembered.filter(fits) {
        (looked.dates, looked.decimal_comma) = (mapping.dates, mapping.decimal_comma);
        for (column, meaning) in looked.columns.iter_mut().zip(mapping.columns) {
            (column.guess, column.why, column.because) = (meaning, "remembered".into(), "As the last time.".into());
        }
        looked.remembered = true;
    }
    looked.fingerprint = fingerprint;
    match shape.format {
        Format::Delimited { delimiter, encoding } => {
            looked.format = "csv".into();
            (looked.delimiter, looked.encoding) = (Some(delimiter.as_str().into()), Some(encoding.into()));
        }
        Format::Workbook { sheet, sheets } => {
            looked.format = "xlsx".into();
            (looked.sheet, looked.sheets) = (Some(sheet), sheets);
        }
    }
    looked.told = told;
    Ok(looked)
}

fn looked(recognised: Recognised, sample: &[Vec<String>]) -> Looked {
    let before = recognised.header.map_or(0, |at| at + 1);
    let (dates, decimal_comma) = (recognised.dates, recognised.decimal_comma);
    let columns = recognised.names.into_iter().zip(recognised.guesses).map(|(name, guess)| Column {
        name,
        guess: guess.column,
        why: guess.why.code().into(),
        because: guess.why.to_string(),
        suggestion: guess.suggestion,
    });
    Looked {
        columns: columns.collect(),
        rows_before: before as u64,
        dates,
        decimal_comma,
        sample: sample.iter().skip(before).take(SHOWN_ROWS).cloned().collect(),
        ..Looked::default()
    }
}
