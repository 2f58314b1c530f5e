//! Sheets of people's data (CSV, TSV, XLSX), read row by row from a file of any length, in memory that does not grow with it.
//!
//! What a file is, its character set, what parts its values and how its lines end are told by its bytes. A [`Sheet`] gives
//! its rows into one reused [`Row`], and after each the [`Position`] from which reading goes on, so that a reader that was
//! interrupted does not begin anew. A row that is wider or narrower than the others is given with what it has.
//!
//! ```text
//! Sheet::open ─► sample ─► (domain: which column is what) ─► read, read, read … ─► position ─► resume ─► read …
//! ```

use std::fmt;
use std::io::{Read, Seek};

mod delimited;
mod delimiter;
mod encoding;
mod error;
mod input;
mod kind;
mod row;
mod xlsx;

pub use delimiter::Delimiter;
pub use error::SheetError;
pub use row::Row;

use delimited::Delimited;
use xlsx::Workbook;

/// A larger file is refused before it is looked at, in bytes.
pub const FILE_BYTES_MAX: u64 = 1 << 30;
/// A larger workbook is refused, in bytes: packed, it holds as many rows as a workbook may have.
pub const WORKBOOK_BYTES_MAX: u64 = 256 << 20;
/// What one sheet of a workbook may unpack to, in bytes.
pub const SHEET_UNPACKED_MAX: u64 = 2 << 30;
/// A workbook keeps its repeated texts apart, in any order, so that they must be at hand: so much memory is given to them,
/// in bytes. A workbook with more of them is refused ([`SheetError::TooMuchText`]).
pub const SHARED_TEXT_MAX: usize = 48 << 20;
/// So many texts are kept apart at most; their places take another 16 MiB.
pub const SHARED_TEXTS_MAX: usize = 4 << 20;
/// Columns of a sheet.
pub const COLUMNS_MAX: usize = 200;
/// Rows of a sheet.
pub const ROWS_MAX: u64 = 5_000_000;
/// A row's values together, in bytes.
pub const ROW_BYTES_MAX: usize = 1 << 20;

/// What whoever opens a sheet knows better than its bytes tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known<'a> {
    /// What parts the values.
    pub delimiter: Option<Delimiter>,
    /// The character set, by a name that browsers know, as in `windows-1250`.
    pub encoding: Option<&'a str>,
    /// Which sheet of a workbook is read, by its name.
    pub sheet: Option<&'a str>,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Text with marks between its values, or a workbook.
    pub format: Format,
    /// How many values most of its first rows have.
    pub columns: usize,
}

/// How a file keeps its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// CSV, TSV and their like.
    Delimited {
        /// What parts the values.
        delimiter: Delimiter,
        /// The character set, as browsers call it.
        encoding: &'static str,
    },
    /// XLSX.
    Workbook {
        /// The sheet that is read: the one that was asked for, else the first with something in it.
        sheet: String,
        /// The names of all its sheets, hidden ones last.
        sheets: Vec<String>,
    },
}

/// Where reading goes on. Three numbers to be kept; they hold for this file only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// From this byte of the file; 0 for a workbook, which is read to the row.
    pub byte: u64,
    /// So many lines come before, or rows of the workbook.
    pub line: u64,
    /// So many rows were given.
    pub rows: u64,
}

/// An open sheet.
pub struct Sheet<R> {
    source: Source<R>,
    shape: Shape,
    bytes: u64,
    start: Position,
    rows: u64,
}

enum Source<R> {
    Delimited(Box<Delimited<R>>),
    Workbook(Box<Workbook<R>>),
}

impl<R: Read + Seek> Sheet<R> {
    /// Looks at a file and stands before its first row.
    ///
    /// # Errors
    /// When there is no sheet in it, and why.
    pub fn open(mut reader: R, known: &Known<'_>) -> Result<Self, SheetError> {
        let bytes = reader.seek(std::io::SeekFrom::End(0))?;
        if bytes == 0 {
            return Err(SheetError::Empty);
        }
        if bytes > FILE_BYTES_MAX {
            return Err(SheetError::TooLarge { bytes, max: FILE_BYTES_MAX });
        }
        let (source, format) = match kind::of(&mut reader)? {
            kind::Kind::Workbook if bytes > WORKBOOK_BYTES_MAX => {
                return Err(SheetError::TooLarge { bytes, max: WORKBOOK_BYTES_MAX });
            }
            kind::Kind::Workbook => {
                let workbook = Workbook::open(reader, known.sheet)?;
                let (sheet, sheets) = (workbook.sheet().to_owned(), workbook.sheets().to_vec());
                (Source::Workbook(Box::new(workbook)), Format::Workbook { sheet, sheets })
            }
            kind::Kind::Text => {
                let (delimited, delimiter, encoding) = Delimited::open(reader, known)?;
                (Source::Delimited(Box::new(delimited)), Format::Delimited { delimiter, encoding })
            }
        };
        let shape = Shape { format, columns: 0 };
        let mut sheet = Self { source, shape, bytes, start: Position::default(), rows: 0 };
        sheet.start = sheet.position();
        let first = sheet.sample(delimiter::ROWS_LOOKED_AT)?;
        sheet.shape.columns = delimiter::usual(first.iter().map(Vec::len)).map_or(0, |(columns, _)| columns);
        match first.as_slice() {
            [] => Err(SheetError::Empty),
            [only] if is_header(only) => Err(SheetError::OnlyHeader),
            _ => Ok(sheet),
        }
    }

    /// What the file turned out to be.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Reads the next row; false: there is none. Rows of which all values are blank are not given.
    ///
    /// # Errors
    /// When the file breaks off or goes beyond a bound; nothing can be read after it.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        loop {
            row.clear();
            let found = match &mut self.source {
                Source::Delimited(source) => source.read(row)?,
                Source::Workbook(source) => source.read(row)?,
            };
            if !found {
                return Ok(false);
            }
            if row.is_blank() {
                continue;
            }
            self.rows += 1;
            if self.rows > ROWS_MAX {
                return Err(SheetError::TooManyRows);
            }
            row.number = self.rows;
            return Ok(true);
        }
    }

    /// Where reading goes on after the row that was read last.
    #[must_use]
    pub fn position(&self) -> Position {
        let (byte, line) = match &self.source {
            Source::Delimited(source) => source.position(),
            Source::Workbook(source) => (0, source.line()),
        };
        Position { byte, line, rows: self.rows }
    }

    /// Goes to where another reader of the same file stood.
    ///
    /// # Errors
    /// When the file cannot be read; when it is a workbook that is damaged before that place.
    pub fn resume(&mut self, at: Position) -> Result<(), SheetError> {
        match &mut self.source {
            Source::Delimited(source) => source.seek(at.byte, at.line)?,
            Source::Workbook(source) => source.seek(at.line)?,
        }
        self.rows = at.rows;
        Ok(())
    }

    /// The first rows, `at_most` so many; then it stands before the first again.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn sample(&mut self, at_most: usize) -> Result<Vec<Vec<String>>, SheetError> {
        self.resume(self.start)?;
        let (mut rows, mut row, mut bytes) = (Vec::new(), Row::default(), 0);
        while rows.len() < at_most && bytes < ROW_BYTES_MAX && self.read(&mut row)? {
            bytes += row.bytes();
            rows.push(row.iter().map(str::to_owned).collect());
        }
        self.resume(self.start)?;
        Ok(rows)
    }

    /// How far it has come, from 0 to 1; a guess, for people who wait.
    #[must_use]
    pub fn progress(&self) -> f64 {
        let (done, all) = match &self.source {
            Source::Delimited(source) => (source.position().0, self.bytes),
            Source::Workbook(source) => source.progress(),
        };
        if all == 0 { 1.0 } else { (done as f64 / all as f64).min(1.0) }
    }
}

/// Whether a row that stands alone names columns: nothing in it is anybody's number or address.
fn is_header(row: &[String]) -> bool {
    let is_value = |cell: &String| cell.contains('@') || cell.bytes().filter(u8::is_ascii_digit).count() >= 5;
    !row.iter().any(is_value)
}

impl<R> fmt::Debug for Sheet<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet").field("shape", &self.shape).field("rows", &self.rows).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
