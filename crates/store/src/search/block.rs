//! A block of the index: messages by the words that they have, all of which begin with the same letters. Pure.
//!
//! `length of the word, word, how many messages (two bytes), their ids` again and again, by word.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// A block grows to about so many bytes. A row of PostgreSQL must fit into a page of 8 kB.
pub(crate) const BYTES: usize = 4_000;
/// What a message adds to a block.
const ID_BYTES: usize = 16;

/// Messages by their words.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Block(BTreeMap<String, BTreeSet<Uuid>>);

impl Block {
    /// `None`: these are not the bytes of one.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut block = Self::default();
        for entry in entries(bytes) {
            let (word, ids) = entry?;
            block.0.entry(word.to_owned()).or_default().extend(ids);
        }
        Some(block)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size());
        for (word, ids) in &self.0 {
            // A word has at most 32 letters, and a block too few ids for the count to overflow.
            bytes.push(u8::try_from(word.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(word.as_bytes());
            bytes.extend_from_slice(&u16::try_from(ids.len()).unwrap_or(u16::MAX).to_be_bytes());
            ids.iter().for_each(|id| bytes.extend_from_slice(id.as_bytes()));
        }
        bytes
    }

    pub(crate) fn add(&mut self, word: &str, id: Uuid) {
        match self.0.get_mut(word) {
            Some(ids) => {
                ids.insert(id);
            }
            None => {
                self.0.insert(word.to_owned(), BTreeSet::from([id]));
            }
        }
    }

    /// Takes messages out.
    pub(crate) fn remove(&mut self, gone: &BTreeSet<Uuid>) {
        self.0.retain(|_, ids| {
            ids.retain(|id| !gone.contains(id));
            !ids.is_empty()
        });
    }

    pub(crate) fn is_full(&self) -> bool {
        self.size() >= BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The least and the greatest id.
    pub(crate) fn span(&self) -> Option<(Uuid, Uuid)> {
        let least = self.0.values().filter_map(BTreeSet::first).min()?;
        let greatest = self.0.values().filter_map(BTreeSet::last).max()?;
        Some((*least, *greatest))
    }

    fn size(&self) -> usize {
        self.0.iter().map(|(word, ids)| 3 + word.len() + ids.len() * ID_BYTES).sum()
    }
}

/// The messages of a block that have a word, or one that begins so. `None`: these are not the bytes of a block.
pub(crate) fn having(bytes: &[u8], word: &str, begins: bool) -> Option<Vec<Uuid>> {
    let mut found = Vec::new();
    for entry in entries(bytes) {
        let (one, ids) = entry?;
        if one == word || begins && one.starts_with(word) {
            found.extend(ids);
        }
    }
    Some(found)
}

/// Whether any of these messages is in a block. `None`: these are not the bytes of one.
pub(crate) fn holds(bytes: &[u8], sought: &BTreeSet<Uuid>) -> Option<bool> {
    for entry in entries(bytes) {
        let (_, mut ids) = entry?;
        if ids.any(|id| sought.contains(&id)) {
            return Some(true);
        }
    }
    Some(false)
}

/// `None` as an entry: the rest cannot be read.
fn entries(bytes: &[u8]) -> impl Iterator<Item = Option<(&str, impl Iterator<Item = Uuid>)>> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest.take().filter(|bytes| !bytes.is_empty())?;
        let entry = entry(bytes);
        rest = entry.as_ref().map(|(.., behind)| *behind);
        Some(entry.map(|(word, ids, _)| (word, ids.iter().map(|id| Uuid::from_bytes(*id)))))
    })
}

/// A word, the ids of its messages, and what follows it.
type Entry<'b> = (&'b str, &'b [[u8; ID_BYTES]], &'b [u8]);

fn entry(bytes: &[u8]) -> Option<Entry<'_>> {
    let (length, bytes) = bytes.split_first()?;
    let (word, bytes) = bytes.split_at_checked(usize::from(*length))?;
    let (count, bytes) = bytes.split_first_chunk::<2>()?;
    let (ids, behind) = bytes.split_at_checked(usize::from(u16::from_be_bytes(*count)) * ID_BYTES)?;
    Some((std::str::from_utf8(word).ok()?, ids.as_chunks().0, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn a_block_reads_back_and_is_asked_without() {
        let mut block = Block::default();
        for (word, n) in [("hello", 2), ("help", 1), ("hello", 1), ("hello", 2), ("help", 9)] {
            block.add(word, id(n));
        }
        let bytes = block.to_bytes();
        assert_eq!(Block::parse(&bytes), Some(block.clone()));
        assert_eq!(having(&bytes, "hello", false), Some(vec![id(1), id(2)]));
        assert_eq!(having(&bytes, "hel", false), Some(vec![]));
        assert_eq!(having(&bytes, "hel", true), Some(vec![id(1), id(2), id(1), id(9)]));
        assert_eq!(block.span(), Some((id(1), id(9))));
        let is_in = |block: &Block, n| holds(&block.to_bytes(), &BTreeSet::from([id(n), id(7)])).unwrap();
        assert!(is_in(&block, 1) && is_in(&block, 9) && !is_in(&block, 3));
        block.remove(&BTreeSet::from([id(1)]));
        assert!(!is_in(&block, 1) && is_in(&block, 2));
        assert_eq!(having(&block.to_bytes(), "hel", true), Some(vec![id(2), id(9)]));
        block.remove(&BTreeSet::from([id(2), id(9)]));
        assert!(block.is_empty() && !is_in(&block, 9));
        assert_eq!((Block::parse(&[]), block.span()), (Some(Block::default()), None));
    }

    proptest::proptest! {
        #[test]
        fn broken_bytes_are_told(bytes in proptest::collection::vec(0_u8..=255, 0..80)) {
            let whole = Block::parse(&bytes).is_some();
            proptest::prop_assert_eq!(having(&bytes, "x", true).is_some(), whole);
            proptest::prop_assert_eq!(holds(&bytes, &BTreeSet::new()).is_some(), whole);
        }
    }
}
