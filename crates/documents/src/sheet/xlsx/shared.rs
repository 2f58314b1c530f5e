//! The texts that cells share: a cell says only which one it means.

use std::io::{Read, Seek};

use quick_xml::events::Event;

use super::events::{Events, local, text_of};
use super::package::Package;
use crate::sheet::{SHARED_TEXT_MAX, SHARED_TEXTS_MAX, SheetError};

/// By so much the memory for them grows.
const STEP: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Shared {
    text: String,
    ends: Vec<u32>,
}

impl Shared {
    pub(super) fn read<R: Read + Seek>(
        package: &Package,
        reader: &mut R,
        part: Option<&str>,
    ) -> Result<Self, SheetError> {
        let mut shared = Self::default();
        let Some(place) = part.and_then(|part| package.place(part)) else { return Ok(shared) };
        let mut events = Events::open(reader, place)?;
        let (mut in_text, mut in_sound) = (false, false);
        loop {
            let event = events.next(0)?;
            match &event {
                Event::Start(tag) => match local(tag) {
                    "t" => in_text = !in_sound,
                    // How a text sounds, beside Japanese.
                    "rPh" => in_sound = true,
                    _ => {}
                },
                Event::Empty(tag) if local(tag) == "si" => shared.end()?,
                Event::End(tag) => match tag.local_name().as_ref() {
                    "t" => in_text = false,
                    "rPh" => in_sound = false,
                    "si" => shared.end()?,
                    _ => {}
                },
                Event::Eof => return Ok(shared),
                event if in_text => text_of(event, |text| shared.push(text))?,
                _ => {}
            }
        }
    }

    /// Nothing, if there is no such text.
    pub(super) fn get(&self, at: usize) -> &str {
        let Some(end) = self.ends.get(at) else { return "" };
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(from as usize..*end as usize).unwrap_or_default()
    }

    fn push(&mut self, text: &str) -> Result<(), SheetError> {
        if self.text.len() + text.len() > SHARED_TEXT_MAX {
            return Err(SheetError::TooMuchText);
        }
        if self.text.capacity() - self.text.len() < text.len() {
            // Not doubled, as it would be by itself.
            self.text.reserve_exact(text.len().max(STEP));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn end(&mut self) -> Result<(), SheetError> {
        if self.ends.len() == SHARED_TEXTS_MAX {
            return Err(SheetError::TooMuchText);
        }
        if self.ends.len() == self.ends.capacity() {
            self.ends.reserve_exact(STEP / 4);
        }
        self.ends.push(u32::try_from(self.text.len()).map_err(|_| SheetError::TooMuchText)?);
        Ok(())
    }
}
