//! The rows of one sheet, as it unpacks.

use std::io::{Read, Seek};

use quick_xml::events::{BytesStart, Event};

use super::Context;
use super::events::{Events, local, text_of};
use super::package::Package;
use super::show::{self, Show};
use crate::sheet::{COLUMNS_MAX, ROW_BYTES_MAX, Row, SheetError};

pub(super) struct Cells<R> {
    events: Events<R>,
    /// What stands in the cell that is read.
    value: String,
    /// The row that is read, from 1.
    line: u64,
    /// The widest column of that row which has something in it, from 1.
    columns: usize,
}

/// The cell that is read.
#[derive(Clone, Copy)]
struct Cell {
    column: usize,
    kind: Kind,
    style: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Text,
    Truth,
    Error,
}

impl<R: Read + Seek> Cells<R> {
    pub(super) fn open(package: &Package, reader: R, part: &str) -> Result<Self, SheetError> {
        let place = package.place(part).ok_or(SheetError::Damaged)?;
        Ok(Self { events: Events::open(reader, place)?, value: String::new(), line: 0, columns: 0 })
    }

    pub(super) fn into_inner(self) -> R {
        self.events.into_inner()
    }

    pub(super) fn progress(&self) -> (u64, u64) {
        self.events.progress()
    }

    /// Passes over everything up to the end of this row.
    pub(super) fn skip_to(&mut self, line: u64) -> Result<(), SheetError> {
        while self.line < line {
            match self.events.next(self.line)? {
                Event::Start(tag) if local(&tag) == "row" => self.line = row_number(&tag, self.line)?,
                Event::Empty(tag) if local(&tag) == "row" => self.line = row_number(&tag, self.line)?,
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The next row, with something in it or not.
    pub(super) fn read(&mut self, row: &mut Row, context: &Context) -> Result<bool, SheetError> {
        let mut cell: Option<Cell> = None;
        let (mut in_row, mut in_value, mut in_sound) = (false, false, false);
        let mut next = 0;
        self.columns = 0;
        loop {
            let event = self.events.next(self.line)?;
            match &event {
                Event::Start(tag) => match local(tag) {
                    "row" => {
                        in_row = true;
                        self.line = row_number(tag, self.line)?;
                    }
                    "c" if in_row => {
                        let found = cell_of(tag, next)?;
                        next = found.column + 1;
                        cell = Some(found);
                        self.value.clear();
                    }
                    "v" | "t" => in_value = !in_sound,
                    "rPh" => in_sound = true,
                    _ => {}
                },
                Event::Empty(tag) => match local(tag) {
                    "row" => self.line = row_number(tag, self.line)?,
                    "c" if in_row => next = cell_of(tag, next)?.column + 1,
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "v" | "t" => in_value = false,
                    "rPh" => in_sound = false,
                    "c" => {
                        if let Some(cell) = cell.take()
                            && !self.value.is_empty()
                        {
                            self.columns = self.columns.max(cell.column + 1);
                            put(cell, &self.value, context, row)?;
                            if row.text.len() > ROW_BYTES_MAX {
                                return Err(SheetError::RowTooLong { line: self.line });
                            }
                        }
                    }
                    "row" if in_row => {
                        if self.columns > COLUMNS_MAX {
                            return Err(SheetError::TooManyColumns { line: self.line, columns: self.columns });
                        }
                        row.line = self.line;
                        return Ok(true);
                    }
                    _ => {}
                },
                Event::Eof => return Ok(false),
                event if in_value && cell.is_some() => {
                    let (value, line) = (&mut self.value, self.line);
                    text_of(event, |text| {
                        value.push_str(text);
                        if value.len() > ROW_BYTES_MAX { Err(SheetError::RowTooLong { line }) } else { Ok(()) }
                    })?;
                }
                _ => {}
            }
        }
    }
}

/// Writes a cell's value behind those that stand left of it.
fn put(cell: Cell, value: &str, context: &Context, row: &mut Row) -> Result<(), SheetError> {
    if cell.column < row.ends.len() {
        // Cells stand from left to right, each once (18.3.1.73).
        return Err(SheetError::Damaged);
    }
    // What is too wide is counted and not kept.
    if cell.column >= COLUMNS_MAX {
        return Ok(());
    }
    row.ends.resize(cell.column, row.text.len());
    match cell.kind {
        Kind::Shared => row.text.push_str(context.shared.get(value.parse().map_err(|_| SheetError::Damaged)?)),
        Kind::Text => row.text.push_str(value),
        Kind::Truth => row.text.push_str(if value == "1" || value == "true" { "true" } else { "false" }),
        // A formula that came to nothing.
        Kind::Error => {}
        Kind::Number => {
            let show = context.shows.get(cell.style).copied().unwrap_or(Show::Plain);
            show::write(value, show, context.since_1904, &mut row.text);
        }
    }
    row.ends.push(row.text.len());
    Ok(())
}

fn row_number(tag: &BytesStart<'_>, before: u64) -> Result<u64, SheetError> {
    let said = tag.attributes().with_checks(false).flatten().find(|one| one.key.as_ref() == "r");
    match said {
        None => Ok(before + 1),
        Some(said) => said.value.parse().ok().filter(|line| *line > before).ok_or(SheetError::Damaged),
    }
}

fn cell_of(tag: &BytesStart<'_>, next: usize) -> Result<Cell, SheetError> {
    let mut cell = Cell { column: next, kind: Kind::Number, style: 0 };
    for one in tag.attributes().with_checks(false).flatten() {
        match one.key.as_ref() {
            "r" => cell.column = column(&one.value).ok_or(SheetError::Damaged)?,
            "s" => cell.style = one.value.parse().unwrap_or(0),
            "t" => {
                cell.kind = match &*one.value {
                    "s" => Kind::Shared,
                    "b" => Kind::Truth,
                    "e" => Kind::Error,
                    // What a formula came to, a text in its place, a date as ISO writes it.
                    "str" | "inlineStr" | "d" => Kind::Text,
                    _ => Kind::Number,
                }
            }
            _ => {}
        }
    }
    Ok(cell)
}

/// `C7` stands in column 2, from 0. No sheet goes further than `XFD`.
fn column(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let column =
        letters.take(4).fold(0, |before, letter| before * 26 + usize::from(letter.to_ascii_uppercase() - b'@'));
    (1..=16_384).contains(&column).then(|| column - 1)
}
