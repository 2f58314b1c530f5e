//! The marks and texts of a part, one after the other, in bounded memory.

use std::io::{BufReader, Read, Seek};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::package::Place;
use super::unpacked::{Beyond, Metered, Unpacked};
use crate::docx::resolved;
use crate::sheet::{ROW_BYTES_MAX, SHEET_UNPACKED_MAX, SheetError};

/// A sheet's marks are nested five deep; whoever nests deeper wants our memory.
const DEPTH_MAX: usize = 100;

pub(super) struct Events<R> {
    xml: Reader<Metered<BufReader<Unpacked<R>>>>,
    buffer: Vec<u8>,
    depth: usize,
    unpacked: u64,
}

impl<R: Read + Seek> Events<R> {
    pub(super) fn open(reader: R, place: Place) -> std::io::Result<Self> {
        let unpacked = BufReader::with_capacity(64 << 10, Unpacked::open(reader, place)?);
        let xml = Reader::from_reader(Metered::new(unpacked, SHEET_UNPACKED_MAX, ROW_BYTES_MAX as u64));
        Ok(Self { xml, buffer: Vec::new(), depth: 0, unpacked: place.unpacked })
    }

    pub(super) fn into_inner(self) -> R {
        self.xml.into_inner().into_inner().into_inner().into_inner()
    }

    /// How many bytes were read, and of how many.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.xml.get_ref().read_so_far(), self.unpacked)
    }

    /// The next one. `line`: the row that is told of if it goes beyond a bound.
    pub(super) fn next(&mut self, line: u64) -> Result<Event<'_>, SheetError> {
        self.buffer.clear();
        self.xml.get_mut().next_piece();
        let event = self.xml.read_event_into(&mut self.buffer).map_err(|error| fault(&error, line))?;
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            // Cut off in the middle.
            Event::Eof if self.depth > 0 => return Err(SheetError::Damaged),
            _ => {}
        }
        if self.depth > DEPTH_MAX { Err(SheetError::Damaged) } else { Ok(event) }
    }
}

/// A mark's name, whatever its prefix.
pub(super) fn local<'a>(tag: &'a BytesStart<'_>) -> &'a str {
    tag.local_name().into_inner()
}

/// Hands out the text of an event that has some.
pub(super) fn text_of(
    event: &Event<'_>,
    mut take: impl FnMut(&str) -> Result<(), SheetError>,
) -> Result<(), SheetError> {
    match event {
        Event::Text(text) => take(&text.xml10_content()),
        Event::CData(text) => take(&text.xml10_content()),
        Event::GeneralRef(reference) => take(&resolved(reference)),
        _ => Ok(()),
    }
}

fn fault(error: &quick_xml::Error, line: u64) -> SheetError {
    let quick_xml::Error::Io(error) = error else { return SheetError::Damaged };
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(Beyond::Part) => SheetError::UnpacksTooLarge,
        Some(Beyond::Piece) => SheetError::RowTooLong { line: line.max(1) },
        None => SheetError::Damaged,
    }
}
