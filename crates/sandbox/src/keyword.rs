//! The words that Telnyx itself acts on. Source: Telnyx "advanced opt-in and opt-out" page.

/// What a keyword asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Stop,
    Start,
    Help,
}

impl Keyword {
    /// The default keyword that a whole text is, letter case and spaces aside.
    pub(crate) fn of(text: &str) -> Option<Self> {
        match folded(text).as_str() {
            "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" => Some(Self::Stop),
            "START" | "UNSTOP" => Some(Self::Start),
            "HELP" => Some(Self::Help),
            _ => None,
        }
    }

    /// As in a webhook's `autoresponse_type`.
    pub(crate) fn autoresponse_type(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Start => "START",
            Self::Help => "HELP",
        }
    }

    /// As in an autoresponse configuration's `op`.
    pub(crate) fn op(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Help => "info",
        }
    }

    /// The meaning of an autoresponse configuration's `op`.
    pub(crate) fn from_op(op: &str) -> Option<Self> {
        [Self::Stop, Self::Start, Self::Help].into_iter().find(|keyword| keyword.op() == op)
    }
}

/// A text without spaces and in capitals; empty for one too long to be a keyword.
pub(crate) fn folded(text: &str) -> String {
    const KEYWORD_BYTES_MAX: usize = 100;
    if text.len() > KEYWORD_BYTES_MAX {
        return String::new();
    }
    text.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_texts_are_keywords() {
        for (text, keyword) in [
            ("STOP", Some(Keyword::Stop)),
            (" stop \n", Some(Keyword::Stop)),
            ("Stop All", Some(Keyword::Stop)),
            ("quit", Some(Keyword::Stop)),
            ("unstop", Some(Keyword::Start)),
            ("help", Some(Keyword::Help)),
            ("yes", None),
            ("stop it", None),
            ("stop.", None),
            ("", None),
        ] {
            assert_eq!(Keyword::of(text), keyword, "{text:?}");
        }
    }
}
