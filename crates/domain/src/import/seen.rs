//! Which numbers a file had already.

use std::collections::BTreeMap;
use std::fmt;

use super::alarm::digits;
use crate::phone::E164;

/// A list of so many is as large as one bit for each number that it may have.
const FEW: usize = 4_096;
const WORDS: usize = 65_536 / 64;

/// Every number once, exactly. Numbers of one place share their first digits, so that each takes a few bytes: five million
/// numbers, the most that a file may have, take some 40 MB if they are spread over the USA, and less where they are closer.
#[derive(Clone, Default)]
pub struct Seen {
    blocks: BTreeMap<u64, Block>,
    count: u64,
}

/// Numbers that differ in their last 16 bits.
#[derive(Clone)]
enum Block {
    /// Sorted.
    Few(Vec<u16>),
    /// One bit for each.
    Many(Box<[u64]>),
}

impl Seen {
    /// Remembers a number; true: it was there before.
    pub fn insert(&mut self, phone: &E164) -> bool {
        let digits = digits(phone);
        let block = self.blocks.entry(digits >> 16).or_insert_with(|| Block::Few(Vec::new()));
        let is_new = block.insert((digits & 0xFFFF) as u16);
        self.count += u64::from(is_new);
        !is_new
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl Block {
    /// True: it was not there.
    fn insert(&mut self, low: u16) -> bool {
        match self {
            Self::Few(list) => {
                let Err(at) = list.binary_search(&low) else { return false };
                if list.len() < FEW {
                    if list.len() == list.capacity() {
                        // Not doubled: there are many short lists.
                        list.reserve_exact(list.len() / 4 + 4);
                    }
                    list.insert(at, low);
                    return true;
                }
                let mut bits = vec![0_u64; WORDS].into_boxed_slice();
                for low in list.iter().chain([&low]) {
                    bits[usize::from(*low) / 64] |= 1 << (low % 64);
                }
                *self = Self::Many(bits);
                true
            }
            Self::Many(bits) => {
                let word = &mut bits[usize::from(low) / 64];
                let was = *word;
                *word |= 1 << (low % 64);
                was != *word
            }
        }
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("count", &self.count).finish_non_exhaustive()
    }
}
