//! The GSM 7-bit default alphabet and its extension (3GPP TS 23.038 §6.2.1).

/// The letters and signs of the alphabet beyond those of ASCII.
///
/// Telnyx's printed table leaves out ¤, Ç and the Greek capitals, which its sample code has: the carrier's own count of
/// parts, not ours, is what a text is billed by.
const BEYOND_ASCII: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";

/// What is written with an escape before it, and so costs two.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Septets of each ASCII character, zero for those outside the alphabet.
const ASCII: [u8; 128] = {
    let mut cost = [0; 128];
    let mut c = 0x20;
    while c < 0x7F {
        cost[c] = 1;
        c += 1;
    }
    cost[b'\n' as usize] = 1;
    cost[b'\r' as usize] = 1;
    cost[b'`' as usize] = 0;
    let extension = EXTENSION.as_bytes();
    let mut i = 0;
    while i < extension.len() {
        if extension[i] < 128 {
            cost[extension[i] as usize] = 2;
        }
        i += 1;
    }
    cost
};

/// What `c` costs in the alphabet: 1, or 2 with an escape. `None` if it is not in it.
#[must_use]
pub fn septets(c: char) -> Option<u32> {
    match c {
        '\0'..='\u{7f}' => match ASCII[c as usize] {
            0 => None,
            cost => Some(u32::from(cost)),
        },
        '€' => Some(2),
        // Nothing in the alphabet but the euro comes after the omega.
        '¡'..='Ω' if BEYOND_ASCII.contains(c) => Some(1),
        _ => None,
    }
}

/// What ASCII text costs, or `None` if something in it is not in the alphabet (a tab, a backtick).
pub(super) fn septets_of_ascii(text: &[u8]) -> Option<u32> {
    let mut sum = 0_u32;
    let mut outside = false;
    for b in text {
        let cost = ASCII[usize::from(*b & 0x7F)];
        outside |= cost == 0;
        sum += u32::from(cost);
    }
    (!outside).then_some(sum)
}
