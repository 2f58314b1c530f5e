//! Why a file cannot be read as a sheet, in words for people.

use std::io;

use super::{COLUMNS_MAX, ROW_BYTES_MAX, ROWS_MAX, SHARED_TEXT_MAX, SHARED_TEXTS_MAX, SHEET_UNPACKED_MAX};

/// Why there are no rows, or no more.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// Nothing in it.
    #[error("The file is empty.")]
    Empty,
    /// Names of columns, and nobody under them.
    #[error("The file has only the names of its columns and no row under them.")]
    OnlyHeader,
    /// Something else, whatever its name says.
    #[error("The file is {0}, not a table.")]
    NotATable(&'static str),
    /// A page, or XML, that programs call `.xls`.
    #[error("The file is {0}, even if its name says that it is a spreadsheet.")]
    Markup(&'static str),
    /// A spreadsheet that is not XLSX.
    #[error("The file is {0}, which is not read here.")]
    OtherSpreadsheet(&'static str),
    /// It wants a password.
    #[error("The workbook is locked with a password.")]
    Locked,
    /// It begins as a workbook and does not go on as one.
    #[error("The workbook is damaged or was cut off.")]
    Damaged,
    /// More bytes than are taken.
    #[error("The file has {} MB, and at most {} MB are read at once.", .bytes >> 20, .max >> 20)]
    TooLarge {
        /// So many.
        bytes: u64,
        /// At most so many.
        max: u64,
    },
    /// It would unpack to far more than it is.
    #[error("The sheet unpacks to more than {} MB.", SHEET_UNPACKED_MAX >> 20)]
    UnpacksTooLarge,
    /// More text than is kept at hand.
    #[error(
        "The workbook has more than {} MB or {} million different texts, more than are read from a workbook.",
        SHARED_TEXT_MAX >> 20, SHARED_TEXTS_MAX >> 20
    )]
    TooMuchText,
    /// More columns than are read.
    #[error("The row in line {line} has {columns} columns, and at most {COLUMNS_MAX} are read.")]
    TooManyColumns {
        /// Where.
        line: u64,
        /// How many.
        columns: usize,
    },
    /// More rows than are read.
    #[error("The file has more than {ROWS_MAX} rows.")]
    TooManyRows,
    /// One row as long as a book.
    #[error("The row that begins in line {line} is longer than {} KB.", ROW_BYTES_MAX >> 10)]
    RowTooLong {
        /// Where.
        line: u64,
    },
    /// A quotation mark without its partner.
    #[error("A quotation mark opens in the row that begins in line {line}, and none closes it.")]
    UnclosedQuote {
        /// Where.
        line: u64,
    },
    /// No such character set.
    #[error("No character set is called {0:?}.")]
    UnknownEncoding(String),
    /// The workbook has no such sheet.
    #[error("The workbook has no sheet called {0:?}.")]
    UnknownSheet(String),
    /// The bytes did not come.
    #[error("The file could not be read.")]
    Unreadable(#[from] io::Error),
}

impl SheetError {
    /// Stable, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::OnlyHeader => "only_header",
            Self::NotATable(_) => "not_a_table",
            Self::Markup(_) => "markup",
            Self::OtherSpreadsheet(_) => "other_spreadsheet",
            Self::Locked => "locked",
            Self::Damaged => "damaged",
            Self::TooLarge { .. } => "too_large",
            Self::UnpacksTooLarge => "unpacks_too_large",
            Self::TooMuchText => "too_much_text",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::TooManyRows => "too_many_rows",
            Self::RowTooLong { .. } => "row_too_long",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::UnknownEncoding(_) => "unknown_encoding",
            Self::UnknownSheet(_) => "unknown_sheet",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// What to do about it, in words for people.
    #[must_use]
    pub const fn mend(&self) -> &'static str {
        match self {
            Self::Empty => "Choose the file again; if it is empty there, too, export it anew.",
            Self::OnlyHeader => "Export it again with the people in it.",
            Self::NotATable(_) => "Choose a file that is CSV, TSV or XLSX: export the contacts as one of these.",
            Self::Markup(_) | Self::OtherSpreadsheet(_) => {
                "Open it in a spreadsheet program, save it as XLSX or CSV, and upload that."
            }
            Self::Locked => "Save a copy without a password, and upload that.",
            Self::Damaged => "Open it in a spreadsheet program, save it anew as XLSX or CSV, and upload that.",
            Self::TooLarge { .. } | Self::TooManyRows => "Split it into several files and import one after the other.",
            Self::UnpacksTooLarge | Self::TooMuchText => "Save the sheet as CSV, and upload that.",
            Self::TooManyColumns { .. } => "Remove the columns that are not needed, and upload it again.",
            Self::RowTooLong { .. } => {
                "Look there for a long text or a quotation mark that is not closed, mend it, and upload the file again."
            }
            Self::UnclosedQuote { .. } => {
                "Close the quotation mark, or write it twice (\"\") if it is part of the value, and upload the file again."
            }
            Self::UnknownEncoding(_) => "Use a name such as utf-8, windows-1252, windows-1250 or macintosh.",
            Self::UnknownSheet(_) => "Choose one of its sheets, as they are named there.",
            Self::Unreadable(_) => "Upload the file again.",
        }
    }
}
