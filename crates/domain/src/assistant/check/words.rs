//! Words that are looked for in a reply: promises, secrets, our own rules, and the claim to be a person.

use unicode_normalization::UnicodeNormalization;

use super::Allowed;

/// A text as it is compared: compatibility forms undone (full-width and styled letters, ligatures), invisible marks gone,
/// letters of other scripts that look like ours made ours, lower case.
#[derive(Debug)]
pub(super) struct Folded(pub(super) String);

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let plain = text.nfkc().filter(|c| !is_invisible(*c)).map(looks_like).collect::<String>();
        Self(plain.to_lowercase())
    }

    /// Its words, without the signs around them.
    pub(super) fn words(&self) -> Vec<&str> {
        self.0.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect()
    }

    /// Without anything but letters and digits: what is spelled with spaces or dots between is found, too.
    fn joined(&self) -> String {
        self.0.chars().filter(|c| c.is_alphanumeric()).collect()
    }
}

/// Zero-width and direction marks, soft hyphens, variation selectors and tags: nobody sees them, and they hide words.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E01EF}')
}

/// The commonest look-alikes of Latin letters (Unicode confusables); Arabic and Indic digits as ours.
fn looks_like(c: char) -> char {
    match c {
        'а' => 'a',
        'е' => 'e',
        'о' => 'o',
        'р' => 'p',
        'с' => 'c',
        'у' => 'y',
        'х' => 'x',
        'і' => 'i',
        'ѕ' => 's',
        'ј' => 'j',
        'α' => 'a',
        'ο' => 'o',
        '。' | '․' | '‧' => '.',
        '٠'..='٩' => char::from(b'0' + (c as u32 - '٠' as u32) as u8),
        '۰'..='۹' => char::from(b'0' + (c as u32 - '۰' as u32) as u8),
        '०'..='९' => char::from(b'0' + (c as u32 - '०' as u32) as u8),
        '০'..='৯' => char::from(b'0' + (c as u32 - '০' as u32) as u8),
        other => other,
    }
}

/// What binds a business, by its stem, in the languages that most texts come in.
const PROMISES: &[&str] = &[
    "guarantee",
    "promis",
    "refund",
    "money back",
    "free of charge",
    "for free",
    "complimentary",
    "discount",
    "% off",
    "percent off",
    "half price",
    "compensat",
    "reimburs",
    "waive",
    "warrant",
    "no charge",
    "on the house",
    "credit your",
    "voucher",
    "coupon",
    "gift card",
    "we owe you",
    "legally binding",
    "garantiz",
    "garantía",
    "reembols",
    "descuento",
    "gratis",
    "devolución",
    "garanti",
    "rembours",
    "remise",
    "gratuit",
    "réduction",
    "garantier",
    "erstatt",
    "rabatt",
    "kostenlos",
    "umsonst",
    "gutschein",
    "entschädig",
    "desconto",
    "rimbors",
    "sconto",
    "terugbetal",
    "korting",
    "zwrot",
    "rabat",
    "гарант",
    "возврат",
    "скидк",
    "бесплатн",
    "退款",
    "保证",
    "免费",
    "折扣",
];

/// Words of promises that the reply has and that nothing given has. What the reply denies ("no refunds") is a rule, too, and
/// must be given as well.
pub(super) fn promised(said: &Folded, given: &Folded) -> impl Iterator<Item = String> {
    PROMISES
        .iter()
        .filter(|word| said.0.contains(**word) && !given.0.contains(**word))
        .map(|word| (*word).to_owned())
        .collect::<Vec<_>>()
        .into_iter()
}

/// How a machine says that it is none.
const CLAIMS: &[&str] = &[
    "i am a human",
    "i'm a human",
    "i am human",
    "i'm human",
    "i am a real person",
    "i'm a real person",
    "i am a person",
    "i'm a person",
    "i am not a bot",
    "i'm not a bot",
    "not a bot",
    "i am not a robot",
    "i'm not a robot",
    "i am not an ai",
    "i'm not an ai",
    "i am not a machine",
    "i'm not a machine",
    "not a robot",
    "real human here",
    "human here",
    "soy humano",
    "soy una persona",
    "no soy un bot",
    "je suis humain",
    "je ne suis pas un robot",
    "ich bin ein mensch",
    "ich bin kein bot",
    "sou humano",
    "não sou um robô",
    "я человек",
    "sono umano",
    "ik ben een mens",
    "jestem człowiekiem",
    "我是真人",
];

pub(super) fn claims_person(said: &Folded) -> bool {
    let text = said.0.replace('’', "'");
    CLAIMS.iter().any(|claim| text.contains(claim))
}

/// How keys of known makers begin.
const KEY_STARTS: &[&str] = &[
    "sk-",
    "sk_",
    "pk_live",
    "rk_live",
    "key0",
    "ghp_",
    "github_pat",
    "xoxb-",
    "xoxp-",
    "akia",
    "aiza",
    "bearer ey",
    "-----begin",
    "eyjhbgci",
];
/// A word of mixed signs as long as this is no word.
const KEY_CHARS: usize = 24;
/// A shorter secret could be an ordinary word.
const SECRET_CHARS_MIN: usize = 6;

pub(super) fn holds_secret(body: &str, allowed: &Allowed) -> bool {
    let folded = Folded::of(body);
    let joined = folded.joined();
    let known = allowed
        .secrets
        .iter()
        .map(|secret| Folded::of(secret).joined())
        .filter(|secret| secret.chars().count() >= SECRET_CHARS_MIN);
    let reversed: String = joined.chars().rev().collect();
    if known.into_iter().any(|secret| joined.contains(&secret) || reversed.contains(&secret)) {
        return true;
    }
    if KEY_STARTS.iter().any(|start| {
        folded.0.split_whitespace().any(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-').starts_with(start)
                && word.len() > start.len() + 8
        })
    }) {
        return true;
    }
    folded
        .0
        .split(|c: char| c.is_whitespace())
        .filter(|word| !word.contains("://") && !word.contains('/'))
        .any(looks_like_key)
        || holds_card(&folded.0)
        || ["password is", "password:", "passwort:", "contraseña:", "mot de passe", "api key is", "api key:"]
            .iter()
            .any(|word| folded.0.contains(word))
}

/// Long, without a break, letters and digits in turn.
fn looks_like_key(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let changes =
        word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    word.len() >= KEY_CHARS && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+=.".contains(&b)) && changes >= 4
}

/// Thirteen to nineteen digits whose check digit is right (ISO/IEC 7812, Luhn).
fn holds_card(text: &str) -> bool {
    let mut digits: Vec<u32> = Vec::new();
    for c in text.chars().chain(['x']) {
        match c {
            '0'..='9' => digits.push(c as u32 - '0' as u32),
            ' ' | '-' => {}
            _ => {
                if (13..=19).contains(&digits.len()) && luhn(&digits) {
                    return true;
                }
                digits.clear();
            }
        }
    }
    false
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let doubled = digit * 2;
            if place % 2 == 0 { *digit } else { doubled / 10 + doubled % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// So many words of our own rules in a row are no accident.
const RULES_WORDS: usize = 7;

pub(super) fn tells_rules(said: &Folded, allowed: &Allowed) -> bool {
    if ["<passage", "<contact", "<earlier", "hand_off", "stay_silent"].iter().any(|mark| said.0.contains(mark)) {
        return true;
    }
    let rules = Folded::of(&allowed.rules);
    let (said, rules) = (said.words(), rules.words());
    said.windows(RULES_WORDS).any(|window| rules.windows(RULES_WORDS).any(|rule| rule == window))
}
