//! What a font says its codes mean in Unicode (ISO 32000-1, 9.10.3), as far as PostScript's words for it are used.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A font has at most 65,536 codes.
const ENTRIES_MAX: usize = 70_000;

/// Codes, and what they mean.
#[derive(Debug, Default)]
pub(super) struct CMap {
    single: HashMap<u32, String>,
    /// First code to the last one and what the first means; those after it mean what comes after that.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
    /// How many bytes codes have.
    lengths: BTreeSet<usize>,
}

enum Token<'a> {
    Hex(Vec<u8>),
    Open,
    Close,
    Word(&'a [u8]),
}

impl CMap {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut pending: Vec<Token<'_>> = Vec::new();
        let mut rest = bytes;
        while let Some(token) = next(&mut rest) {
            match token {
                Token::Word(word) => {
                    match word {
                        b"endcodespacerange" => {
                            let hex =
                                |token: &Token<'_>| if let Token::Hex(hex) = token { Some(hex.len()) } else { None };
                            map.lengths
                                .extend(pending.iter().filter_map(hex).filter(|length| (1..=4).contains(length)));
                        }
                        b"endbfchar" => map.chars(&pending),
                        b"endbfrange" => map.spans(&pending),
                        _ => {}
                    }
                    pending.clear();
                }
                token if pending.len() < ENTRIES_MAX => pending.push(token),
                _ => {}
            }
        }
        map
    }

    fn chars(&mut self, tokens: &[Token<'_>]) {
        for pair in tokens.chunks(2) {
            if let [Token::Hex(code), Token::Hex(means)] = pair
                && self.single.len() < ENTRIES_MAX
            {
                self.single.insert(number(code), text(&units(means)));
            }
        }
    }

    fn spans(&mut self, tokens: &[Token<'_>]) {
        let mut tokens = tokens.iter();
        while let (Some(Token::Hex(from)), Some(Token::Hex(to))) = (tokens.next(), tokens.next()) {
            let (from, to) = (number(from), number(to));
            match tokens.next() {
                Some(Token::Hex(means)) if from <= to && self.ranges.len() < ENTRIES_MAX => {
                    self.ranges.insert(from, (to, units(means)));
                }
                Some(Token::Open) => {
                    for code in from.. {
                        match tokens.next() {
                            Some(Token::Hex(means)) if code <= to && self.single.len() < ENTRIES_MAX => {
                                self.single.insert(code, text(&units(means)));
                            }
                            Some(Token::Hex(_)) => {}
                            _ => break,
                        }
                    }
                }
                Some(Token::Hex(_)) => {}
                _ => return,
            }
        }
    }

    /// What a code means; `None`: it does not say.
    pub(super) fn get(&self, code: u32) -> Option<String> {
        if let Some(text) = self.single.get(&code) {
            return Some(text.clone());
        }
        let (from, (to, means)) = self.ranges.range(..=code).next_back()?;
        if code > *to {
            return None;
        }
        let mut means = means.clone();
        // Only the last unit counts up.
        let last = means.last_mut()?;
        *last = last.wrapping_add(u16::try_from(code - from).ok()?);
        Some(text(&means))
    }

    /// How many bytes a code has, if all have the same number.
    pub(super) fn length(&self) -> Option<usize> {
        if self.lengths.len() == 1 { self.lengths.first().copied() } else { None }
    }
}

fn number(hex: &[u8]) -> u32 {
    hex.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte))).collect()
}

fn text(units: &[u16]) -> String {
    String::from_utf16_lossy(units).chars().filter(|c| !c.is_control() && *c != '\u{FFFD}').collect()
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<Token<'a>> {
    loop {
        let (first, after) = rest.split_first()?;
        match first {
            b'%' => {
                *rest = after.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(&[], |end| &after[end..])
            }
            b'[' => {
                *rest = after;
                return Some(Token::Open);
            }
            b']' => {
                *rest = after;
                return Some(Token::Close);
            }
            b'<' if after.first() == Some(&b'<') => *rest = &after[1..],
            b'<' => {
                let end = after.iter().position(|byte| *byte == b'>')?;
                *rest = &after[end + 1..];
                return Some(Token::Hex(bytes_of(&after[..end])));
            }
            b'>' | b'(' | b')' | b'{' | b'}' => *rest = after,
            byte if byte.is_ascii_whitespace() || *byte == 0 => *rest = after,
            b'/' => {
                let end = after.iter().position(|byte| is_end(*byte)).unwrap_or(after.len());
                *rest = &after[end..];
            }
            _ => {
                let end = rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len()).max(1);
                let (word, after) = rest.split_at(end);
                *rest = after;
                // Counts stand before the words that begin a list.
                if !word.iter().all(u8::is_ascii_digit) {
                    return Some(Token::Word(word));
                }
            }
        }
    }
}

fn is_end(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, 0 | b'<' | b'>' | b'[' | b']' | b'/' | b'(' | b')' | b'{' | b'}' | b'%')
}

fn bytes_of(hex: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .iter()
        .filter_map(|byte| char::from(*byte).to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_the_font_says() {
        let map = CMap::parse(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap % a comment <0001>\n\
              1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              2 beginbfchar <0003> <0020> <0010><00660069> endbfchar\n\
              2 beginbfrange <0024> <0026> <0041> <0030> <0031> [<0078> <D83DDE00>] endbfrange endcmap",
        );
        let get = |code| map.get(code).unwrap_or_default();
        assert_eq!((get(3), get(0x10), get(0x24), get(0x26)), (" ".into(), "fi".into(), "A".into(), "C".into()));
        assert_eq!((get(0x30), get(0x31), map.get(0x27)), ("x".into(), "😀".into(), None));
        assert_eq!(map.length(), Some(2));
    }

    #[test]
    fn nonsense_says_nothing() {
        for bytes in
            [&b""[..], b"<", b"beginbfrange <00> endbfrange", b"[[[[<0", b"<FFFFFFFF><00000000><00> endbfrange"]
        {
            assert_eq!(CMap::parse(bytes).get(0), None);
        }
    }
}
