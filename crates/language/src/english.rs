//! English endings, taken off lightly: what is left need not be a word, only the same for words that belong together.

/// The stem of a lower-case word. Other scripts and short words stay as they are.
pub(crate) fn stem(word: &str) -> String {
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let word = singular(word);
    let word = without_ending(&word);
    let word = word.strip_suffix("ery").map_or_else(|| word.clone(), |base| format!("{base}er"));
    match word.as_bytes() {
        [.., b'e'] if word.len() > 3 => word[..word.len() - 1].to_owned(),
        [.., before, b'y'] if word.len() > 3 && !is_vowel(*before) => {
            format!("{}i", &word[..word.len() - 1])
        }
        _ => word,
    }
}

fn singular(word: &str) -> String {
    if let Some(base) = word.strip_suffix("ies") {
        return if base.len() > 1 { format!("{base}y") } else { word.to_owned() };
    }
    if let Some(base) = word.strip_suffix("es")
        && (base.ends_with(['s', 'x', 'z']) || base.ends_with("ch") || base.ends_with("sh"))
    {
        return base.to_owned();
    }
    match word.strip_suffix('s') {
        Some(base) if !base.ends_with(['s', 'u', 'i']) => base.to_owned(),
        _ => word.to_owned(),
    }
}

fn without_ending(word: &str) -> String {
    for ending in ["ation", "ment", "ing", "ed", "ly", "al"] {
        if let Some(base) = word.strip_suffix(ending)
            && base.len() >= if ending == "al" { 4 } else { 3 }
            && base.bytes().any(|b| is_vowel(b) || b == b'y')
        {
            return undoubled(base);
        }
    }
    word.to_owned()
}

/// `stopp` from stopping, but `sell` from selling.
fn undoubled(base: &str) -> String {
    match base.as_bytes() {
        [.., a, b] if a == b && !matches!(b, b'l' | b's' | b'z' | b'e' | b'o') => base[..base.len() - 1].to_owned(),
        // Cancelled and cancelling, with two or one.
        [.., b'l', b'l'] if base.len() > 5 => base[..base.len() - 1].to_owned(),
        _ => base.to_owned(),
    }
}

fn is_vowel(b: u8) -> bool {
    matches!(b, b'a' | b'e' | b'i' | b'o' | b'u')
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn words_that_belong_together() {
        for family in [
            "bake bakes baked baking",
            "deliver delivers delivered delivering delivery deliveries",
            "close closes closed closing",
            "open opens opened opening",
            "order orders ordered ordering",
            "cake cakes",
            "party parties",
            "reserve reserved reserving reservation reservations",
            "cancel cancels cancelled canceled cancelling cancellation",
            "pay pays paying payment payments",
            "stop stopped stopping",
            "dish dishes",
            "box boxes",
            "rent rents rental rentals renting",
            "sell selling sells",
            "price prices priced pricing",
            "allergy allergies",
        ] {
            let stems: Vec<String> = family.split(' ').map(stem).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{family}: {stems:?}");
        }
    }

    #[test]
    fn words_that_do_not() {
        for pair in [
            "party part",
            "wine wing",
            "bus busy",
            "gas gate",
            "car card",
            "nut note",
            "wedding wednesday",
            "king kind",
        ] {
            let (a, b) = pair.split_once(' ').unwrap();
            assert_ne!(stem(a), stem(b), "{pair}");
        }
    }
}
