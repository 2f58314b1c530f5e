//! What went wrong, in plain words. Telnyx says it as `errors[].code`; the HTTP status varies by endpoint and stage
//! and decides nothing here.

mod table;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;

use crate::loose::{List, Object, Text};
use crate::redact::Length;

/// What a failure calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Nothing helps this text to this recipient.
    Permanent,
    /// A setting is wrong at Telnyx or here: mend it, then send again.
    Config,
    /// May go better later, a few times at most.
    Transient,
    /// Too fast or too much: wait, and send less.
    SlowDown,
    /// The recipient said STOP.
    OptedOut,
    /// It may or may not have gone out. Never sent again blindly.
    Ambiguous,
}

/// A code with its meaning for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub code: Cow<'static, str>,
    pub family: Family,
    /// What happened, for somebody at a front desk.
    pub explanation: &'static str,
    /// What to do about it.
    pub mend: &'static str,
}

/// Looks a code up. An unknown one counts as permanent, and says that it is unknown.
pub fn failure(code: &str) -> Failure {
    let number = code.parse().ok();
    let row = number.and_then(table::row).unwrap_or(&table::UNKNOWN);
    Failure { code: Cow::Owned(code.to_owned()), family: row.family, explanation: row.explanation, mend: row.mend }
}

/// Whether the table has the code: only then an answer says something definite.
pub fn is_known(code: &str) -> bool {
    code.parse().ok().and_then(table::row).is_some()
}

/// One entry of `errors[]`.
#[derive(Clone, PartialEq, Eq)]
pub struct CarrierError {
    pub code: String,
    pub title: String,
    /// Telnyx's own words. They can name a number: for the tenant's people, not for logs.
    pub detail: String,
}

impl CarrierError {
    /// What this means in the answer to a request.
    pub fn failure(&self) -> Failure {
        failure(&self.code)
    }

    /// What this means in a receipt. There 40300 is an opt-out only if the words say so; carriers use it for other
    /// blocks too, and somebody who never said STOP must not be recorded as if.
    pub fn receipt_failure(&self) -> Failure {
        let words = format!("{} {}", self.title, self.detail).to_ascii_lowercase();
        let opted_out = words.contains("stop") || words.contains("opt");
        if self.code == OPTED_OUT && !opted_out {
            return Failure {
                code: Cow::Borrowed(OPTED_OUT),
                family: Family::Permanent,
                explanation: "The recipient's carrier blocked this text.",
                mend: "Check with the recipient in another way whether they want to hear from you before you write again.",
            };
        }
        self.failure()
    }
}

/// The recipient said STOP to this sender's messaging profile.
pub const OPTED_OUT: &str = "40300";

/// T-Mobile takes no more texts of the brand before its next day.
pub const DAY_SPENT: &str = "40016";

impl fmt::Debug for CarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CarrierError")
            .field("code", &self.code)
            .field("title", &self.title)
            .field("detail", &Length(&self.detail))
            .finish()
    }
}

/// The errors of an answer's body; empty if there are none or it is not JSON.
pub(crate) fn errors_of(body: &[u8]) -> Vec<CarrierError> {
    let document: Object<RawErrors<'_>> = serde_json::from_slice(body).unwrap_or_default();
    let listed = owned(&document.0.errors);
    // Some endpoints answer with one bare error instead of the list.
    if listed.is_empty() { document.0.bare.owned().into_iter().collect() } else { listed }
}

/// The entry that says most: an opt-out before all others, then the first known code, then the first.
pub(crate) fn decisive(errors: &[CarrierError]) -> Option<&CarrierError> {
    let opted_out = errors.iter().find(|error| error.code == OPTED_OUT);
    opted_out.or_else(|| errors.iter().find(|error| is_known(&error.code))).or_else(|| errors.first())
}

/// The entries that have a code.
pub(crate) fn owned(errors: &List<Object<RawError<'_>>>) -> Vec<CarrierError> {
    errors.0.iter().filter_map(|error| error.0.owned()).collect()
}

#[derive(Default)]
struct RawErrors<'a> {
    errors: List<Object<RawError<'a>>>,
    bare: RawError<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for RawErrors<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Both<'a> {
            #[serde(borrow)]
            errors: List<Object<RawError<'a>>>,
            #[serde(borrow)]
            code: Text<'a>,
            #[serde(borrow)]
            title: Text<'a>,
            #[serde(borrow)]
            detail: Text<'a>,
        }
        let Both { errors, code, title, detail } = Both::deserialize(deserializer)?;
        Ok(Self { errors, bare: RawError { code, title, detail } })
    }
}

/// One error as it stands in the bytes.
#[derive(Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct RawError<'a> {
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    detail: Text<'a>,
}

impl RawError<'_> {
    fn owned(&self) -> Option<CarrierError> {
        let text = |text: &Text<'_>| text.owned().unwrap_or_default();
        Some(CarrierError { code: self.code.owned()?, title: text(&self.title), detail: text(&self.detail) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_code_says_that_it_is_unknown() {
        for code in ["99999", "", "abc", "-40300", "40300 "] {
            let failure = failure(code);
            assert_eq!(failure.family, Family::Permanent, "{code}");
            assert!(failure.explanation.contains("do not know"), "{code}");
            assert_eq!(failure.code, code);
        }
    }

    #[test]
    fn errors_are_read_from_every_shape() {
        let cases: &[(&str, &[&str])] = &[
            (
                r#"{"errors":[{"code":"40310","title":"Invalid","detail":"d","meta":{"url":"u"},"source":{"pointer":"/to"}}]}"#,
                &["40310"],
            ),
            (r#"{"errors":[{"code":40310,"title":"Invalid"}]}"#, &["40310"]),
            (r#"{"errors":{"code":"10011","title":"Too many"}}"#, &["10011"]),
            (r#"{"errors":[{"title":"no code"},{"code":"10009"},null,7]}"#, &["10009"]),
            (r#"{"code":"10009","title":"Authentication failed"}"#, &["10009"]),
            (r#"{"errors":[]}"#, &[]),
            (r#"{"errors":null}"#, &[]),
            ("[]", &[]),
            ("<html>502</html>", &[]),
            ("", &[]),
        ];
        for (body, codes) in cases {
            let read = errors_of(body.as_bytes());
            assert_eq!(read.iter().map(|error| error.code.as_str()).collect::<Vec<_>>(), *codes, "{body}");
        }
    }

    #[test]
    fn an_opt_out_among_several_errors_decides() {
        let errors = errors_of(br#"{"errors":[{"code":"777"},{"code":"40310"},{"code":"40300"}]}"#);
        assert_eq!(decisive(&errors).map(|error| error.code.as_str()), Some("40300"));
        assert_eq!(decisive(&errors[..2]).map(|error| error.code.as_str()), Some("40310"));
        assert_eq!(decisive(&errors[..1]).map(|error| error.code.as_str()), Some("777"));
        assert_eq!(decisive(&[]), None);
    }

    #[test]
    fn a_late_block_is_an_opt_out_only_if_it_says_so() {
        let late = |title: &str| CarrierError { code: "40300".into(), title: title.into(), detail: String::new() };
        assert_eq!(late("Blocked due to STOP message").receipt_failure().family, Family::OptedOut);
        assert_eq!(late("Recipient opted out").receipt_failure().family, Family::OptedOut);
        assert_eq!(late("Blocked by carrier").receipt_failure().family, Family::Permanent);
        assert_eq!(late("Blocked by carrier").failure().family, Family::OptedOut);
    }

    #[test]
    fn debug_hides_the_words_that_can_name_a_number() {
        let error =
            CarrierError { code: "40310".into(), title: "Invalid".into(), detail: "+15550100001 is invalid".into() };
        assert!(!format!("{error:?}").contains("5550100001"));
    }
}
