//! A text as it is compared, whatever it is dressed in.

use unicode_normalization::UnicodeNormalization;

/// A text as it is compared: compatibility forms undone (full-width and styled letters, ligatures), invisible marks gone,
/// lower case.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// Letters of other scripts that look like ours are ours.
    pub(super) text: String,
    /// They are their own: a link with a look-alike leads elsewhere. Sign for sign as long as `text`.
    pub(super) exact: String,
}

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let lower = text.nfkc().flat_map(char::to_lowercase).filter(|c| !is_invisible(*c));
        let exact: String = lower.map(plain_sign).collect();
        Self { text: exact.chars().map(looks_like).collect(), exact }
    }

    /// Its words, without the signs around them.
    pub(super) fn words(&self) -> Vec<&str> {
        self.text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect()
    }

    /// Without anything but letters and digits: what is spelled with spaces or dots between is found, too.
    pub(super) fn joined(&self) -> String {
        self.text.chars().filter(|c| c.is_alphanumeric()).collect()
    }

    /// Whether it says this, in whatever script the phrase is.
    pub(super) fn says(&self, phrase: &str) -> bool {
        self.exact.contains(phrase) || self.text.contains(phrase)
    }
}

/// Zero-width and direction marks, soft hyphens, variation selectors, tags, and marks that no letter has taken up: nobody sees
/// them, and they hide words.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{20D0}'..='\u{20F0}'
        | '\u{0300}'..='\u{036F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E01EF}')
}

/// Where the ten digits of other scripts begin (Unicode, general category Nd).
const ZEROS: [u32; 18] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
    0x0F20, 0x1040, 0x17E0, 0x1810,
];

/// Digits, dots and percent signs of other scripts as ours; flags as the letters that they are made of.
fn plain_sign(c: char) -> char {
    let code = u32::from(c);
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
        return char::from_digit(code - zero, 10).unwrap_or(c);
    }
    match c {
        '。' | '․' | '‧' | '·' | '•' | '∙' | '⋅' | '۔' => '.',
        '٪' => '%',
        '’' | '‘' | 'ʼ' | '`' | '´' => '\'',
        '⁄' | '∕' | '⧸' => '/',
        '\u{1F1E6}'..='\u{1F1FF}' => char::from(b'a' + u8::try_from(code - 0x1F1E6).unwrap_or(0)),
        other => other,
    }
}

/// The commonest look-alikes of Latin letters (Unicode confusables), in lower case.
fn looks_like(c: char) -> char {
    match c {
        'а' | 'α' | 'ɑ' | 'ᴀ' => 'a',
        'ʙ' | 'в' | 'ь' => 'b',
        'с' | 'ϲ' | 'ᴄ' => 'c',
        'ԁ' | 'ᴅ' => 'd',
        'е' | 'ё' | 'ҽ' | 'ᴇ' | 'є' | 'ε' => 'e',
        'ɡ' | 'ɢ' => 'g',
        'һ' | 'ʜ' | 'н' => 'h',
        'і' | 'ı' | 'ɪ' | 'ι' | 'ӏ' => 'i',
        'ј' | 'ᴊ' => 'j',
        'κ' | 'к' | 'ᴋ' => 'k',
        'ʟ' | 'ⅼ' => 'l',
        'м' | 'ᴍ' => 'm',
        'ո' | 'ɴ' => 'n',
        'о' | 'ο' | 'օ' | 'σ' | 'ᴏ' => 'o',
        'р' | 'ρ' | 'ᴘ' => 'p',
        'ԛ' => 'q',
        'ʀ' => 'r',
        'ѕ' | 'ꜱ' => 's',
        'т' | 'τ' | 'ᴛ' => 't',
        'υ' | 'ս' | 'ᴜ' => 'u',
        'ν' | 'ѵ' | 'ᴠ' => 'v',
        'ԝ' | 'ѡ' | 'ᴡ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ү' | 'ʏ' | 'γ' => 'y',
        'ᴢ' => 'z',
        other => other,
    }
}

/// Whether its letters are Latin ones: scripts without spaces have no beginnings of words.
pub(super) fn is_latin(phrase: &str) -> bool {
    phrase.chars().filter(|c| c.is_alphabetic()).all(|c| c < '\u{0250}' || ('\u{1E00}'..'\u{1F00}').contains(&c))
}
