//! Why a model gave no answer, in words for the people who take over.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use crate::http::Response;
use crate::loose::{List, Object, Text};
use crate::pace::retry_after;

/// Each with a reason that can be shown as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelFault {
    #[error("the model's API key was not accepted")]
    Unauthorized,
    #[error("the account with the model's provider has used up its credit or quota")]
    OverQuota,
    #[error("the model is busy and asks to be left alone for a while")]
    Busy {
        /// As the server asked. `None`: it did not say.
        retry_after: Option<Duration>,
    },
    #[error("the conversation with its knowledge, or the answer, is too long for the model")]
    TooLong,
    #[error("the server does not have this model")]
    NoSuchModel,
    #[error("the model or its provider declined to answer this")]
    Declined,
    #[error("the model answered with nothing")]
    Empty,
    #[error("the model's server does not understand our request (status {status}, {code})")]
    Refused {
        status: u16,
        /// The server's word for it.
        code: String,
    },
    #[error("the model's server has trouble of its own (status {status})")]
    Unavailable { status: u16 },
    #[error("the model did not answer in time")]
    Timeout,
    #[error("the model's answer broke off in the middle")]
    CutOff,
    #[error("the model's server could not be reached")]
    Unreachable,
    #[error("the address of the model's server is refused: {0}")]
    AddressRefused(&'static str),
    #[error("the model's server answered {status} with something that we cannot read")]
    Unreadable { status: u16 },
}

impl ModelFault {
    /// Whether the same question may get an answer a little later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Unavailable { .. } | Self::Timeout | Self::Empty => true,
            Self::CutOff | Self::Unreachable => true,
            Self::Unauthorized | Self::OverQuota | Self::TooLong | Self::NoSuchModel => false,
            Self::Declined | Self::Refused { .. } | Self::Unreadable { .. } | Self::AddressRefused(_) => false,
        }
    }

    /// What to do about it, in words for people.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Unauthorized => "Check the assistant's API key.",
            Self::OverQuota => "Add credit with the model's provider, or raise the key's limit.",
            Self::Busy { .. } => "Nothing to do; if it happens often, ask the provider for a higher rate limit.",
            Self::TooLong => "Shorten guide and knowledge, raise the token cap, or choose a model that reads more.",
            Self::NoSuchModel => "Check the model's name and the base URL of the assistant.",
            Self::Declined => "A person should answer this one.",
            Self::Empty => "Try again; if it stays so, choose another model.",
            Self::Refused { .. } => {
                "Check the assistant's model, temperature and base URL against the server's documentation."
            }
            Self::Unavailable { .. } => "Try again in a few minutes.",
            Self::Timeout => "Try again; if it stays so, raise the timeout or choose a faster model.",
            Self::CutOff => "Try again; if it stays so, ask whoever runs the model's server.",
            Self::Unreachable => "Check the assistant's base URL, and whether the model's server runs.",
            Self::AddressRefused(_) => "Give the assistant a base URL that is reachable from the internet.",
            Self::Unreadable { .. } => "Check the base URL: what answers there does not speak this API.",
        }
    }
}

/// What a server that answered, but not with an answer, means by it. Both dialects name errors alike.
pub(super) fn fault(answer: &Response, now: Timestamp) -> ModelFault {
    let status = answer.status;
    let told = told(&answer.body).unwrap_or_default();
    let names = |words: &[&str]| words.iter().any(|word| told.code == *word || told.kind == *word);
    let says = |words: &[&str]| words.iter().any(|word| told.message.contains(word));
    if names(&["insufficient_quota", "billing_error", "billing_not_active", "billing_hard_limit_reached"])
        || says(&["credit balance", "exceeded your current quota"])
    {
        return ModelFault::OverQuota;
    }
    if names(&["context_length_exceeded", "exceed_context_size_error", "request_too_large", "string_above_max_length"])
        || (status != 429
            && says(&[
                "context length",
                "context size",
                "context window",
                "maximum context",
                "prompt is too long",
                "too many tokens",
            ]))
    {
        return ModelFault::TooLong;
    }
    if names(&["content_filter", "content_policy_violation", "content_moderation"]) {
        return ModelFault::Declined;
    }
    if names(&["rate_limit_error", "rate_limit_exceeded", "overloaded_error"]) {
        return ModelFault::Busy { retry_after: retry_after(answer, now) };
    }
    if names(&["model_not_found"]) {
        return ModelFault::NoSuchModel;
    }
    if names(&["invalid_api_key", "authentication_error", "permission_error"]) {
        return ModelFault::Unauthorized;
    }
    // A server that answers 200 with an error inside, or in the middle of a stream, gives the status as the error's code, if
    // at all.
    let own_trouble = names(&["server_error", "api_error", "internal_error", "internal_server_error", "timeout_error"]);
    let unsaid = if own_trouble { 500 } else { status };
    let meant = if (200..=299).contains(&status) { told.code.parse().unwrap_or(unsaid) } else { status };
    match meant {
        401 | 403 => ModelFault::Unauthorized,
        402 => ModelFault::OverQuota,
        404 => ModelFault::NoSuchModel,
        408 => ModelFault::Timeout,
        413 => ModelFault::TooLong,
        // 529 is Anthropic's "overloaded".
        429 | 529 => ModelFault::Busy { retry_after: retry_after(answer, now) },
        500.. => ModelFault::Unavailable { status: meant },
        400..=499 => ModelFault::Refused { status: meant, code: told.word() },
        _ => ModelFault::Unreadable { status },
    }
}

/// An error in the server's words, lower-cased.
#[derive(Default)]
struct Told {
    code: String,
    kind: String,
    message: String,
}

impl Told {
    /// One word for the error. A server's message can quote the conversation: it is not passed on.
    fn word(&self) -> String {
        let named = [&self.code, &self.kind].into_iter().find(|word| !word.is_empty() && word.len() <= WORD_LEN_MAX);
        named.map_or_else(|| "no code".to_owned(), Clone::clone)
    }
}

/// A code is a word; what is longer is prose.
const WORD_LEN_MAX: usize = 60;

/// Finds the error: `{"error": {…}}`, `{"error": "…"}`, the same in a list, or its fields at the top.
fn told(body: &[u8]) -> Option<Told> {
    let List(documents) = serde_json::from_slice::<List<Object<RawAnswer<'_>>>>(body).ok()?;
    let Object(answer) = documents.into_iter().next()?;
    let error = answer.error.0.first().cloned().unwrap_or_default().0;
    let first =
        |texts: [&Text<'_>; 3]| texts.into_iter().find_map(Text::owned).unwrap_or_default().to_ascii_lowercase();
    let none = Text::default();
    Some(Told {
        code: first([&error.code, &answer.code, &none]),
        kind: first([&error.kind, &none, &none]),
        message: first([&error.message, &answer.message, &answer.detail]),
    })
}

#[derive(Default, Clone, Deserialize)]
#[serde(default)]
struct RawAnswer<'a> {
    #[serde(borrow)]
    error: List<ErrorOrText<'a>>,
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    detail: Text<'a>,
}

#[derive(Default, Clone)]
struct ErrorOrText<'a>(RawError<'a>);

#[derive(Default, Clone, Deserialize)]
#[serde(default)]
struct RawError<'a> {
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for ErrorOrText<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use crate::loose::absent;
        use serde::de::{MapAccess, Visitor, value::MapAccessDeserializer};
        struct Seen<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Seen<'a> {
            type Value = ErrorOrText<'a>;
            absent! { unit bool number float list }

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an error")
            }
            fn visit_str<E>(self, message: &str) -> Result<ErrorOrText<'a>, E> {
                Ok(ErrorOrText(RawError { message: Text(Some(message.to_owned().into())), ..RawError::default() }))
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<ErrorOrText<'a>, A::Error> {
                RawError::deserialize(MapAccessDeserializer::new(object)).map(ErrorOrText)
            }
        }
        deserializer.deserialize_any(Seen(std::marker::PhantomData))
    }
}

/// Whether a 200 carries an error instead of an answer, as some gateways do.
pub(super) fn carries_error(body: &[u8]) -> bool {
    serde_json::from_slice::<Object<RawAnswer<'_>>>(body).is_ok_and(|Object(answer)| {
        answer
            .error
            .0
            .iter()
            .any(|ErrorOrText(error)| error.message.filled().or(error.code.filled()).or(error.kind.filled()).is_some())
    })
}
