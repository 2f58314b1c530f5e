//! An import, as it is shown.

use std::collections::BTreeMap;
use std::fmt;

use domain::field::Field;
use domain::id::{ImportId, ListId, UserId};
use domain::import::{Attestation, DateOrder, Mode, State, Tally};
use engine::import::Looked;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::import::{self, Fault, Undone};
use store::{StoreError, TenantTx, words};
use utoipa::ToSchema;

use super::change::problems;
use crate::error::ApiError;
use crate::v1::contact_fields::NewContactField;

/// An import of contacts from a file.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ContactImport)]
pub struct Import {
    /// Which one.
    #[schema(value_type = String, example = "imp_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    id: ImportId,
    /// What the file is called.
    file_name: String,
    /// Its length.
    bytes: u64,
    /// Where it stands.
    #[schema(value_type = words::ImportState)]
    state: State,
    /// `csv` or `xlsx`.
    format: String,
    /// What parts the values of a CSV file.
    #[schema(required = true)]
    delimiter: Option<String>,
    /// The character set of a CSV file.
    #[schema(required = true)]
    encoding: Option<String>,
    /// Which sheet of a workbook is read.
    #[schema(required = true)]
    sheet: Option<String>,
    /// The names of all its sheets.
    sheets: Vec<String>,
    /// Which row has the columns' names, from 1; `null`: none has.
    #[schema(required = true)]
    header_row: Option<u64>,
    /// Its columns, from the left.
    columns: Vec<ImportColumn>,
    /// The first fifty people, as they stand there; in lists of imports empty.
    sample: Vec<Vec<String>>,
    /// Columns of these names were mapped before, and are so again.
    remembered: bool,
    /// What each column is, as it stands: `phone`, `other_phone`, `name`, `first_name`, `last_name`, `company`, `email`, `other_email`, `time_zone`,
    /// `language`, `tags`, `note`, `opted_in`, `opted_out`, `consent_at`, `consent_source`, `field:KEY` or `ignore`.
    mapping: Vec<String>,
    /// How 03/04/2026 is read.
    #[schema(value_type = words::ImportDates)]
    dates: DateOrder,
    /// Whether 1,5 is one and a half.
    decimal_comma: bool,
    /// What becomes of contacts that are there already.
    #[schema(value_type = words::ImportMode)]
    mode: Mode,
    /// Labels that everybody in it gets, but for whoever stays as they are.
    tags: Vec<String>,
    /// The list that everybody comes on.
    #[schema(required = true, value_type = Option<String>)]
    list_id: Option<ListId>,
    /// Where and how the people agreed to get texts, as somebody vouches; `null`: nobody does.
    #[schema(required = true)]
    attestation: Option<String>,
    /// The sentence that whoever vouches confirms.
    statement: String,
    /// What keeps it from being read; empty: nothing does.
    problems: Vec<Problem>,
    /// How much of it was read, from 0 to 1.
    progress: f64,
    /// What its rows did, or would do.
    #[schema(value_type = TallyShape)]
    tally: Tally,
    /// The numbers look made up; how.
    #[schema(required = true)]
    alarm: Option<String>,
    /// Why it could not be read to its end.
    #[schema(required = true, value_type = Option<FaultShape>)]
    fault: Option<Fault>,
    /// What was taken back.
    #[schema(value_type = UndoneShape)]
    undone: Undone,
    /// The member who made it; `null`: a program.
    #[schema(required = true, value_type = Option<String>)]
    created_by: Option<UserId>,
    /// When it came in.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ended.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
}

impl fmt::Debug for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

impl Import {
    pub(super) const fn id(&self) -> ImportId {
        self.id
    }
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportColumn {
    /// What it is called there; empty: it is not.
    name: String,
    /// What it seems to be.
    guess: String,
    /// Why: `named`, `named_in_part`, `own_field`, `valued`, `remembered`, `taken`, `ours`, `empty`, `unknown`.
    why: String,
    /// The same in a sentence.
    because: String,
    /// A field that could be made for it.
    #[schema(required = true, value_type = Option<NewContactField>)]
    suggestion: Option<Field>,
}

/// What keeps an import from being read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportProblem)]
pub struct Problem {
    /// `no_phone_column`, `column_twice`, `no_such_field`, `wrong_width` or `no_consent`.
    code: String,
    /// What it is, and what to do about it.
    message: String,
}

/// What rows did, or would do. Every row is in one of `creates` to `invalid`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportTally)]
pub struct TallyShape {
    /// All that were read.
    pub rows: u64,
    /// Somebody new.
    pub creates: u64,
    /// Somebody known, with something new.
    pub updates: u64,
    /// Somebody known, with nothing new.
    pub unchanged: u64,
    /// Somebody known who was left as they are.
    pub skipped: u64,
    /// Numbers that the file had before.
    pub duplicates: u64,
    /// Rows that cannot be imported.
    pub invalid: u64,
    /// Of all of them: people who want no texts.
    pub opted_out: u64,
    /// How many rows have which fault.
    pub reasons: BTreeMap<String, u64>,
}

/// Why a file could not be read to its end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportFault)]
pub struct FaultShape {
    /// Stable, for programs.
    pub code: String,
    /// In plain words.
    pub explanation: String,
    /// What to do about it.
    pub mend: String,
}

/// What was taken back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportUndone)]
pub struct UndoneShape {
    /// Contacts that are gone again.
    pub removed: u64,
    /// Contacts that are as they were.
    pub restored: u64,
    /// Contacts that stay, since somebody has built on them.
    pub kept: u64,
}

/// `whole`: with the first rows of the file.
pub(super) async fn shown(tx: &mut TenantTx<'_>, found: import::Import, whole: bool) -> Result<Import, ApiError> {
    let looked: Looked = serde_json::from_str(&found.looked).map_err(StoreError::fault)?;
    let problems = problems(tx, &found, looked.columns.len()).await?;
    let mapping = found.settings.mapping.as_ref();
    let columns = looked.columns.into_iter().map(|column| ImportColumn {
        name: column.name,
        guess: column.guess.to_string(),
        why: column.why,
        because: column.because,
        suggestion: column.suggestion,
    });
    let problem = |code: &str, message: String| Problem { code: code.into(), message };
    Ok(Import {
        id: found.id,
        file_name: found.name,
        bytes: found.bytes,
        state: found.state,
        format: looked.format,
        delimiter: looked.delimiter,
        encoding: looked.encoding,
        sheet: looked.sheet,
        sheets: looked.sheets,
        header_row: Some(looked.rows_before).filter(|rows| *rows > 0),
        columns: columns.collect(),
        sample: if whole { looked.sample } else { Vec::new() },
        remembered: looked.remembered,
        mapping: mapping.map(|mapping| mapping.columns.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        dates: mapping.map(|mapping| mapping.dates).unwrap_or_default(),
        decimal_comma: mapping.is_some_and(|mapping| mapping.decimal_comma),
        mode: found.settings.mode,
        tags: found.settings.tags,
        list_id: found.settings.list,
        attestation: found.settings.attestation.map(|attestation| attestation.source),
        statement: Attestation::STATEMENT.into(),
        problems: problems.iter().map(|fault| problem(fault.code(), fault.to_string())).collect(),
        progress: found.reading.progress,
        tally: found.reading.tally,
        alarm: found.reading.alarm,
        fault: found.fault,
        undone: found.reading.undone,
        created_by: found.created_by,
        created_at: found.created_at,
        ended_at: found.ended_at,
    })
}
