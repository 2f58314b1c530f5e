//! XLSX: a ZIP with XML in it (ECMA-376, part 1, 18). The first sheet with something in it is read, row by row as it unpacks;
//! only the texts that its cells share are kept ([`super::SHARED_TEXT_MAX`]).

use std::io::{Read, Seek};

mod book;
mod cells;
mod events;
mod package;
mod shared;
mod show;
mod unpacked;

use super::{Row, SheetError};
use book::Book;
use cells::Cells;
use package::Package;
use shared::Shared;
use show::Show;

pub(super) struct Workbook<R> {
    /// Nothing only while it is opened anew.
    cells: Option<Cells<R>>,
    package: Package,
    part: String,
    sheet: String,
    sheets: Vec<String>,
    context: Context,
    /// The row that was read last.
    line: u64,
}

/// What the cells of a sheet point to.
struct Context {
    shared: Shared,
    shows: Vec<Show>,
    since_1904: bool,
}

impl<R: Read + Seek> Workbook<R> {
    /// `wanted`: the sheet that is read; else the first with something in it.
    pub(super) fn open(reader: R, wanted: Option<&str>) -> Result<Self, SheetError> {
        let (package, mut reader) = Package::open(reader)?;
        let book = Book::read(&package, &mut reader)?;
        let shared = Shared::read(&package, &mut reader, book.shared.as_deref())?;
        let context = Context { shared, shows: book.shows, since_1904: book.since_1904 };
        // A hidden sheet is nobody's list, unless there is no other.
        let (shown, hidden): (Vec<_>, Vec<_>) = book.sheets.into_iter().partition(|sheet| !sheet.hidden);
        let all: Vec<_> = shown.into_iter().chain(hidden).collect();
        let sheets: Vec<String> = all.iter().map(|sheet| sheet.name.clone()).collect();
        if let Some(name) = wanted
            && !sheets.iter().any(|sheet| sheet == name)
        {
            return Err(SheetError::UnknownSheet(name.to_owned()));
        }
        for sheet in all.into_iter().filter(|sheet| wanted.is_none_or(|name| sheet.name == name)) {
            let mut cells = Cells::open(&package, reader, &sheet.part)?;
            let mut row = Row::default();
            while cells.read(&mut row, &context)? {
                if !row.is_blank() {
                    let cells = Some(Cells::open(&package, cells.into_inner(), &sheet.part)?);
                    return Ok(Self { cells, package, part: sheet.part, sheet: sheet.name, sheets, context, line: 0 });
                }
                row.clear();
            }
            reader = cells.into_inner();
        }
        Err(SheetError::Empty)
    }

    pub(super) fn sheet(&self) -> &str {
        &self.sheet
    }

    /// All of them by name, hidden ones last.
    pub(super) fn sheets(&self) -> &[String] {
        &self.sheets
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn read(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        let Some(cells) = &mut self.cells else { return Err(SheetError::Damaged) };
        let found = cells.read(row, &self.context)?;
        if found {
            self.line = row.line;
        }
        Ok(found)
    }

    /// Goes behind a row: what comes before it is unpacked and passed over.
    pub(super) fn seek(&mut self, line: u64) -> Result<(), SheetError> {
        if let Some(cells) = self.cells.take() {
            self.cells = Some(Cells::open(&self.package, cells.into_inner(), &self.part)?);
        }
        if let Some(cells) = &mut self.cells {
            cells.skip_to(line)?;
        }
        self.line = line;
        Ok(())
    }

    /// How many bytes of the sheet are unpacked, and of how many.
    pub(super) fn progress(&self) -> (u64, u64) {
        self.cells.as_ref().map_or((0, 0), Cells::progress)
    }
}
