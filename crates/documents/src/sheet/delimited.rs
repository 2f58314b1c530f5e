//! CSV, TSV and their like, cut into rows as bytes and read as letters value by value: so the place of every row in the file
//! is known to the byte, whatever its character set.

use std::io::{Read, Seek};

use csv_core::{ReadRecordResult, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::input::Input;
use super::{COLUMNS_MAX, Delimiter, Known, ROW_BYTES_MAX, Row, SheetError, delimiter, encoding, kind};
use crate::sniff;

pub(super) struct Delimited<R> {
    input: Input<R>,
    csv: csv_core::Reader,
    delimiter: Delimiter,
    encoding: &'static Encoding,
    /// What ends a line, or ends it last.
    line_end: u8,
    lines: u64,
    /// A row as bytes.
    output: Vec<u8>,
    ends: Vec<usize>,
}

/// A row as bytes.
struct Cut {
    bytes: usize,
    columns: usize,
}

impl<R: Read + Seek> Delimited<R> {
    /// Stands before the first row; says what parts its values, and its character set as browsers call it.
    pub(super) fn open(mut reader: R, known: &Known<'_>) -> Result<(Self, Delimiter, &'static str), SheetError> {
        let (encoding, mark) = encoding::of(&mut reader, known.encoding)?;
        let head = kind::read_at(&mut reader, mark, encoding::LOOKED_AT)?;
        let whole = head.len() < encoding::LOOKED_AT;
        let (text, _) = encoding.decode_without_bom_handling(&head);
        if text.trim_matches(|c: char| c.is_whitespace() || c == '\0').is_empty() && whole {
            return Err(SheetError::Empty);
        }
        if !sniff::is_text(&text) {
            return Err(SheetError::NotATable("something that is no text"));
        }
        if let Some(error) = kind::markup(&text) {
            return Err(error);
        }
        let said = delimiter::said(text.as_bytes());
        let skipped = said.map_or(0, |(_, length)| length);
        let rest = text.as_bytes().get(skipped..).unwrap_or_default();
        let delimiter =
            known.delimiter.or(said.map(|(delimiter, _)| delimiter)).unwrap_or_else(|| delimiter::guess(rest, whole));
        let line_end = if text.contains('\r') && !text.contains('\n') { b'\r' } else { b'\n' };
        let wide = encoding::is_wide(encoding).then_some(encoding);
        let skipped = skipped as u64 * if wide.is_some() { 2 } else { 1 };
        let delimited = Self {
            input: Input::new(reader, wide, mark + skipped)?,
            csv: parser(delimiter),
            delimiter,
            encoding: if wide.is_some() { UTF_8 } else { encoding },
            line_end,
            lines: 0,
            output: vec![0; 4 << 10],
            ends: vec![0; COLUMNS_MAX + 1],
        };
        Ok((delimited, delimiter, encoding.name()))
    }

    pub(super) fn position(&self) -> (u64, u64) {
        (self.input.offset(), self.lines)
    }

    pub(super) fn seek(&mut self, byte: u64, lines: u64) -> Result<(), SheetError> {
        self.input.seek(byte)?;
        self.csv = parser(self.delimiter);
        self.lines = lines;
        Ok(())
    }

    pub(super) fn read(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        if !self.skip_empty_lines()? {
            return Ok(false);
        }
        row.line = self.lines + 1;
        let cut = self.cut(row.line)?;
        self.spell(&cut, row);
        Ok(true)
    }

    /// False: there is nothing more.
    fn skip_empty_lines(&mut self) -> Result<bool, SheetError> {
        loop {
            let next = self.input.fill()?;
            if next.is_empty() {
                return Ok(false);
            }
            let empty = next.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if empty == 0 {
                return Ok(true);
            }
            self.lines += count(&next[..empty], self.line_end);
            self.input.consume(empty);
        }
    }

    /// Cuts the next row into its values.
    fn cut(&mut self, line: u64) -> Result<Cut, SheetError> {
        let (mut bytes, mut here, mut before) = (0, 0, 0);
        loop {
            let next = self.input.fill()?;
            let at_end = next.is_empty();
            // A line's end ends the last row, too; unless it is within quotation marks.
            let next = if at_end { b"\n" } else { next };
            let (result, read, written, ended) =
                self.csv.read_record(next, &mut self.output[bytes..], &mut self.ends[here..]);
            if !at_end {
                self.lines += count(&next[..read], self.line_end);
                self.input.consume(read);
            }
            bytes += written;
            here += ended;
            match result {
                ReadRecordResult::Record if before > 0 || here > COLUMNS_MAX => {
                    return Err(SheetError::TooManyColumns { line, columns: before + here });
                }
                ReadRecordResult::Record => return Ok(Cut { bytes, columns: here }),
                ReadRecordResult::OutputFull if self.output.len() >= ROW_BYTES_MAX => {
                    return Err(SheetError::RowTooLong { line });
                }
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                // All columns are counted, so that the answer can tell how many there are.
                ReadRecordResult::OutputEndsFull => (before, here) = (before + here, 0),
                ReadRecordResult::InputEmpty | ReadRecordResult::End if at_end => {
                    return Err(SheetError::UnclosedQuote { line });
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        }
    }

    /// Reads the bytes of a row as letters.
    fn spell(&self, cut: &Cut, row: &mut Row) {
        let (bytes, ends) = (&self.output[..cut.bytes], &self.ends[..cut.columns]);
        let is_plain = self.encoding == UTF_8 || bytes.is_ascii();
        if is_plain
            && let Ok(text) = std::str::from_utf8(bytes)
            && ends.iter().all(|end| text.is_char_boundary(*end))
        {
            row.text.push_str(text);
            row.ends.extend_from_slice(ends);
            return;
        }
        let mut from = 0;
        for end in ends {
            let value = bytes.get(from..*end).unwrap_or_default();
            row.doubtful |= spell_value(value, self.encoding, &mut row.text);
            row.ends.push(row.text.len());
            from = *end;
        }
    }
}

/// Reads one value; true: not as the file's character set has it.
fn spell_value(value: &[u8], encoding: &'static Encoding, into: &mut String) -> bool {
    if encoding == UTF_8 {
        if let Ok(text) = std::str::from_utf8(value) {
            into.push_str(text);
            return false;
        }
        // Files that were joined from several: nearly always what Windows wrote in the West.
        spell_as(value, WINDOWS_1252, into);
        return true;
    }
    spell_as(value, encoding, into)
}

fn spell_as(value: &[u8], encoding: &'static Encoding, into: &mut String) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    into.reserve(decoder.max_utf8_buffer_length(value.len()).unwrap_or(value.len() * 3));
    let (_, _, had_errors) = decoder.decode_to_string(value, into, true);
    had_errors
}

fn parser(delimiter: Delimiter) -> csv_core::Reader {
    ReaderBuilder::new().delimiter(delimiter.byte()).build()
}

fn count(bytes: &[u8], wanted: u8) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == wanted)).sum()
}
