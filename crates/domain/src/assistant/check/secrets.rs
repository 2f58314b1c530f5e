//! Keys, passwords and cards in a reply.

use super::Allowed;
use super::fold::Folded;
use super::readings::Reading;

/// How keys of known makers begin.
const KEY_STARTS: &[&str] = &[
    "sk-",
    "sk_",
    "pk_live",
    "rk_live",
    "key0",
    "ghp_",
    "gho_",
    "github_pat",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "akia",
    "aiza",
    "ya29.",
    "tdk_",
    "-----begin",
    "eyjhbgci",
];
/// A word of mixed signs as long as this is no word.
const KEY_CHARS: usize = 24;
/// A shorter secret could be an ordinary word.
const SECRET_CHARS_MIN: usize = 6;
/// So much of a longer secret in one piece, with a digit in it, tells of it.
const PIECE_CHARS: usize = 8;

/// Words that a secret follows, and between the two no more than a word or two.
const NAMES_OF_SECRETS: &[&str] = &[
    "password",
    "passcode",
    "passwort",
    "kennwort",
    "contraseña",
    "clave",
    "mot de passe",
    "senha",
    "hasło",
    "wachtwoord",
    "api key",
    "api-key",
    "apikey",
    "secret key",
    "access token",
    "auth token",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
    "पासवर्ड",
    "كلمة السر",
    "كلمة المرور",
    "pin code",
];

pub(super) fn holds(said: &Folded, given: &Folded, allowed: &Allowed) -> bool {
    holds_known(said, allowed)
        || said.text.split_whitespace().any(starts_like_key)
        || said.text.contains("bearer ey")
        || said.text.split_whitespace().any(|word| looks_like_key(word) && !given.text.contains(word))
        || holds_card(&said.text)
        || names_password(said, given)
}

/// One of the assistant's own, whole or a good part of it.
fn holds_known(said: &Folded, allowed: &Allowed) -> bool {
    let joined = said.joined();
    let folded = allowed.secrets.iter().map(|secret| Folded::of(secret));
    // Where digits are read as letters, those of the secret are, too.
    folded.flat_map(|secret| [secret.joined(), Folded::of(&Reading::Leet.read(&secret.text)).joined()]).any(|secret| {
        let secret: Vec<char> = secret.chars().collect();
        let holds = |piece: &[char]| joined.contains(&piece.iter().collect::<String>());
        let tells = |piece: &[char]| piece.iter().any(char::is_ascii_digit) && holds(piece);
        secret.len() >= SECRET_CHARS_MIN
            && (holds(&secret) || (secret.len() > PIECE_CHARS && secret.windows(PIECE_CHARS).any(tells)))
    })
}

fn starts_like_key(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
    KEY_STARTS.iter().any(|start| word.starts_with(start) && word.len() > start.len() + 8)
}

/// Long, without a break, letters and digits in turn.
fn looks_like_key(word: &str) -> bool {
    if word.contains('/') {
        return false;
    }
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let changes =
        word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    word.len() >= KEY_CHARS && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+=.".contains(&b)) && changes >= 4
}

/// "The password is …": what follows is known from a source, or it is one that nobody should see.
fn names_password(said: &Folded, given: &Folded) -> bool {
    // Names of other scripts are found in their own letters, and disguised ones in ours.
    [&said.exact, &said.text].iter().any(|text| names_password_in(text, given))
}

fn names_password_in(text: &str, given: &Folded) -> bool {
    NAMES_OF_SECRETS.iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let after = &text[at + name.len()..];
            let after = after.trim_start();
            let marks: &[&str] = &[
                ":", "=", "is ", "ist ", "es ", "est ", "é ", "è ", "to ", "—", "-", "是", "は", "은", "는", "है ",
                "هي ",
            ];
            let told = marks.iter().find_map(|mark| after.strip_prefix(mark));
            let told = told.and_then(|told| told.split_whitespace().next());
            told.is_some_and(|told| {
                looks_chosen(told) && !given.exact.contains(told.trim_matches(|c: char| !c.is_alphanumeric()))
            })
        })
    })
}

/// "The password is *on the receipt*" tells none; one has a digit or a sign in it, or stands in quotes.
fn looks_chosen(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| matches!(c, '.' | ',' | '!' | '?'));
    bare.chars().count() >= 4 && bare.chars().any(|c| !c.is_alphabetic() && c != '\'' && c != '-')
        || bare.starts_with(['"', '\''])
        || bare.chars().count() >= 12
}

/// Thirteen to nineteen digits whose check digit is right (ISO/IEC 7812, Luhn).
fn holds_card(text: &str) -> bool {
    let mut digits: Vec<u32> = Vec::new();
    for c in text.chars().chain(['x']) {
        match c {
            '0'..='9' => digits.push(c as u32 - '0' as u32),
            ' ' | '-' | '.' | '_' | '/' => {}
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
