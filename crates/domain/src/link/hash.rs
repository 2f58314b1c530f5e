//! SipHash-2-4, a keyed function whose values nobody predicts without the key (Aumasson and Bernstein, "SipHash: a fast
//! short-input PRF", 2012; the test vector is theirs).

use std::fmt;

/// 128 secret bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key(u64, u64);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// From 16 secret bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let (low, high) = bytes.split_at(8);
        let read = |half: &[u8]| half.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        Self(read(low), read(high))
    }

    /// The value for these parts; where one ends and the next begins counts.
    #[must_use]
    pub fn hash(&self, parts: &[&[u8]]) -> u64 {
        let mut message = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
        for part in parts {
            message.extend_from_slice(&(part.len() as u64).to_le_bytes());
            message.extend_from_slice(part);
        }
        self.of(&message)
    }

    fn of(&self, message: &[u8]) -> u64 {
        let mut state = [
            self.0 ^ 0x736f_6d65_7073_6575,
            self.1 ^ 0x646f_7261_6e64_6f6d,
            self.0 ^ 0x6c79_6765_6e65_7261,
            self.1 ^ 0x7465_6462_7974_6573,
        ];
        let words = message.chunks_exact(8);
        // The length stands in the highest byte, above what is left.
        let left = words.remainder().iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let last = (message.len() as u64) << 56 | left;
        for word in words.map(|word| word.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))) {
            absorb(&mut state, word);
        }
        absorb(&mut state, last);
        state[2] ^= 0xff;
        for _ in 0..4 {
            round(&mut state);
        }
        state[0] ^ state[1] ^ state[2] ^ state[3]
    }
}

fn absorb(state: &mut [u64; 4], word: u64) {
    state[3] ^= word;
    round(state);
    round(state);
    state[0] ^= word;
}

fn round(state: &mut [u64; 4]) {
    let [mut a, mut b, mut c, mut d] = *state;
    a = a.wrapping_add(b);
    b = b.rotate_left(13) ^ a;
    a = a.rotate_left(32);
    c = c.wrapping_add(d);
    d = d.rotate_left(16) ^ c;
    a = a.wrapping_add(d);
    d = d.rotate_left(21) ^ a;
    c = c.wrapping_add(b);
    b = b.rotate_left(17) ^ c;
    c = c.rotate_left(32);
    *state = [a, b, c, d];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_paper_hold() {
        let key = Key::from_bytes(std::array::from_fn(|n| u8::try_from(n).unwrap()));
        let message: Vec<u8> = (0..15).collect();
        assert_eq!(key.of(&message), 0xa129_ca61_49be_45e5);
        assert_eq!(key.of(&[]), 0x726f_db47_dd0e_0e31);
        assert_eq!(key.of(&message[..8]), 0x93f5_f579_9a93_2462);
    }

    #[test]
    fn where_a_part_ends_counts() {
        let key = Key::from_bytes([7; 16]);
        assert_ne!(key.hash(&[b"ab", b"c"]), key.hash(&[b"a", b"bc"]));
        assert_ne!(key.hash(&[b"a"]), Key::from_bytes([8; 16]).hash(&[b"a"]));
    }
}
