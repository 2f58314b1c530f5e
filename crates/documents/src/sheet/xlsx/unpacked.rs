//! A part of the ZIP as it unpacks, and how much of it may.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};

use flate2::bufread::DeflateDecoder;

use super::package::Place;

/// A part's bytes.
pub(super) enum Unpacked<R> {
    Stored(Take<R>),
    Deflated(Box<DeflateDecoder<BufReader<Take<R>>>>),
}

impl<R: Read + Seek> Unpacked<R> {
    pub(super) fn open(mut reader: R, place: Place) -> io::Result<Self> {
        reader.seek(SeekFrom::Start(place.start))?;
        let packed = reader.take(place.packed);
        Ok(if place.is_deflated {
            Self::Deflated(Box::new(DeflateDecoder::new(BufReader::new(packed))))
        } else {
            Self::Stored(packed)
        })
    }

    pub(super) fn into_inner(self) -> R {
        match self {
            Self::Stored(packed) => packed.into_inner(),
            Self::Deflated(decoder) => decoder.into_inner().into_inner().into_inner(),
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(packed) => packed.read(into),
            Self::Deflated(decoder) => decoder.read(into),
        }
    }
}

/// More came out than may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Beyond {
    /// Of the whole part.
    #[error("the part unpacks to too much")]
    Part,
    /// Between two marks, such as one cell's text.
    #[error("one piece is too long")]
    Piece,
}

/// Fails, rather than end, when a part or one piece of it goes beyond its bound.
pub(super) struct Metered<R> {
    inner: R,
    part_max: u64,
    piece_max: u64,
    read: u64,
    piece_since: u64,
}

impl<R: BufRead> Metered<R> {
    pub(super) fn new(inner: R, part_max: u64, piece_max: u64) -> Self {
        Self { inner, part_max, piece_max, read: 0, piece_since: 0 }
    }

    /// A new piece begins.
    pub(super) fn next_piece(&mut self) {
        self.piece_since = self.read;
    }

    pub(super) fn read_so_far(&self) -> u64 {
        self.read
    }

    pub(super) fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read > self.part_max {
            return Err(io::Error::other(Beyond::Part));
        }
        if self.read - self.piece_since > self.piece_max {
            return Err(io::Error::other(Beyond::Piece));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.read += count as u64;
        self.inner.consume(count);
    }
}
