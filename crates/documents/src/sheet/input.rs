//! A window on a file whose bytes are read as text: UTF-16 is turned into UTF-8 on the way, everything else stays as it is.
//! Either way it is known at which byte of the file the window begins.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, Encoding};

/// How much is read at once.
const WINDOW: usize = 64 << 10;

pub(super) struct Input<R> {
    reader: R,
    wide: Option<Wide>,
    buffer: Box<[u8]>,
    from: usize,
    to: usize,
    offset: u64,
}

/// UTF-16 on its way to UTF-8.
struct Wide {
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    done: usize,
    ended: bool,
}

impl Wide {
    fn new(encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { encoding, decoder, raw: Vec::new(), done: 0, ended: false }
    }
}

impl<R: Read + Seek> Input<R> {
    /// Begins at a byte of the file. `wide`: which UTF-16 it is.
    pub(super) fn new(reader: R, wide: Option<&'static Encoding>, at: u64) -> io::Result<Self> {
        let buffer = vec![0; WINDOW].into_boxed_slice();
        let mut input = Self { reader, wide: wide.map(Wide::new), buffer, from: 0, to: 0, offset: at };
        input.seek(at)?;
        Ok(input)
    }

    pub(super) fn seek(&mut self, at: u64) -> io::Result<()> {
        self.reader.seek(SeekFrom::Start(at))?;
        self.wide = self.wide.as_ref().map(|wide| Wide::new(wide.encoding));
        (self.from, self.to, self.offset) = (0, 0, at);
        Ok(())
    }

    /// The byte of the file at which what is left of the window begins.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// What comes next; nothing at the end of the file.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.from == self.to {
            (self.from, self.to) = (0, 0);
            self.to = match &mut self.wide {
                None => self.reader.read(&mut self.buffer)?,
                Some(wide) => wide.fill(&mut self.reader, &mut self.buffer)?,
            };
        }
        Ok(&self.buffer[self.from..self.to])
    }

    /// So much of it was taken.
    pub(super) fn consume(&mut self, count: usize) {
        let taken = &self.buffer[self.from..self.from + count];
        self.offset += match self.wide {
            None => count as u64,
            Some(_) => wide_len(taken),
        };
        self.from += count;
    }
}

impl Wide {
    fn fill(&mut self, reader: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.done == self.raw.len() && !self.ended {
                self.raw.clear();
                self.done = 0;
                // A third more bytes at most, so that a window holds it.
                self.ended = reader.by_ref().take(WINDOW as u64 / 2).read_to_end(&mut self.raw)? == 0;
            }
            let (_, read, written, _) = self.decoder.decode_to_utf8(&self.raw[self.done..], into, false);
            self.done += read;
            if written > 0 || self.ended {
                return Ok(written);
            }
        }
    }
}

/// How many bytes text takes in UTF-16. Half of a pair that stands alone was read as one U+FFFD, which counts the same.
fn wide_len(text: &[u8]) -> u64 {
    let units = |byte: &u8| u64::from(byte & 0xC0 != 0x80) + u64::from(*byte >= 0xF0);
    2 * text.iter().map(units).sum::<u64>()
}
