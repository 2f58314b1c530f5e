//! The words of a text.

use crate::condition::{Fault, Span};

/// A word, and where it stands.
#[derive(Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

#[derive(Clone, PartialEq)]
pub(super) enum Kind {
    /// A name or a word of the language, as it is written.
    Word(String),
    /// What stands in quotes.
    Quoted(String),
    /// A number, as it is written.
    Number(String),
    /// A day, as in 2026-11-27.
    Date(String),
    /// `(`, `)`, `,`, `=`, `<=`, `+` and so on.
    Sign(&'static str),
}

/// The longer ones first.
const SIGNS: [&str; 12] = ["!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-"];

/// Cuts a text into its words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let rest = chars.get(at..).unwrap_or_default();
        let (kind, length) = if c == '"' {
            quoted(rest).ok_or_else(|| {
                let span = Span { at: at + 1, length: rest.len() };
                Fault::at(span, "unclosed_quote", "This text does not end.", "Close it with a \".")
            })?
        } else if c.is_ascii_digit() {
            digits(rest)
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')).count();
            let word: String = rest.iter().take(length).collect();
            (Kind::Word(word), length)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.iter().take(sign.len()).copied().eq(sign.chars()))
        {
            (Kind::Sign(if sign == "<>" { "!=" } else { sign }), sign.len())
        } else {
            let what = format!("{c} means nothing here.");
            let mend = if matches!(c, '\'' | '“' | '”' | '„' | '«') {
                "Write texts in straight double quotes, as in \"Oslo\"."
            } else {
                "Write texts in quotes, as in \"Oslo\"."
            };
            return Err(Fault::at(Span { at: at + 1, length: 1 }, "unexpected", what, mend));
        };
        tokens.push(Token { kind, span: Span { at: at + 1, length } });
        at += length;
    }
    Ok(tokens)
}

fn quoted(rest: &[char]) -> Option<(Kind, usize)> {
    let mut text = String::new();
    let mut at = 1;
    loop {
        match (rest.get(at)?, rest.get(at + 1)) {
            ('"', _) => return Some((Kind::Quoted(text), at + 1)),
            ('\\', Some(c @ ('"' | '\\'))) => {
                text.push(*c);
                at += 2;
            }
            (c, _) => {
                text.push(*c);
                at += 1;
            }
        }
    }
}

/// `2026-11-27`, or a number: `12.5`, `1e21`.
fn digits(rest: &[char]) -> (Kind, usize) {
    let is_date = rest.len() >= 10
        && rest
            .iter()
            .take(10)
            .enumerate()
            .all(|(nth, c)| if nth == 4 || nth == 7 { *c == '-' } else { c.is_ascii_digit() });
    if is_date {
        return (Kind::Date(rest.iter().take(10).collect()), 10);
    }
    let digits = |from: usize| rest.iter().skip(from).take_while(|c| c.is_ascii_digit()).count();
    let mut length = digits(0);
    if rest.get(length) == Some(&'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if matches!(rest.get(length), Some('e' | 'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    (Kind::Number(rest.iter().take(length).collect()), length)
}
