//! What an account at Telnyx has, and how it is set up: numbers, messaging profiles, opt-outs, single messages.
//!
//! One file per noun, each with its requests and the readers of their answers. Reads may be repeated freely; changes
//! here set a value rather than add one, so repeating them does no harm either, except creating a profile.

pub mod message;
pub mod number;
pub mod opt_out;
pub mod profile;
pub mod registration;

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{CarrierError, Failure, Family, decisive, errors_of, failure};
use crate::http::{Method, Request, Response, Secret, percent_encoded};
use crate::loose::{List, Object, Whole};
use crate::pace::retry_after;

/// How long Telnyx has for its answer.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// The most Telnyx puts on a page of a list.
pub const PAGE_SIZE: u32 = 250;

/// Where we speak to Telnyx, and as whom.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// With or without `/v2` at its end.
    pub base_url: &'a str,
    pub key: &'a Secret,
}

impl Account<'_> {
    fn get(self, path: &str) -> Request {
        super::request(Method::GET, self.base_url, path, self.key, None, TIMEOUT)
    }

    fn change(self, method: Method, path: &str, body: &impl Serialize) -> Request {
        // Structs of strings, flags and lists cannot fail to serialise.
        let json = Bytes::from(serde_json::to_vec(body).unwrap_or_default());
        super::request(method, self.base_url, path, self.key, Some(json), TIMEOUT)
    }
}

/// Why an answer is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("Telnyx did not answer")]
    NoAnswer,
    #[error("Telnyx was asked too often")]
    Busy {
        /// As Telnyx asked. `None`: it did not say.
        retry_after: Option<Duration>,
    },
    #[error("Telnyx has trouble of its own (status {status})")]
    Unavailable { status: u16 },
    #[error("Telnyx does not know what was asked for, or it belongs to another account")]
    NotFound,
    /// `detail` is Telnyx's own words: for the tenant's people, not for logs.
    #[error("Telnyx refused: {} (code {})", failure.explanation, failure.code)]
    Refused { status: u16, failure: Failure, detail: Detail },
    #[error("Telnyx answered {status} with something that we cannot read")]
    Unreadable { status: u16 },
}

impl Fault {
    /// Whether asking the same again later can help without anybody mending anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NoAnswer | Self::Busy { .. } | Self::Unavailable { .. } => true,
            Self::Refused { failure, .. } => {
                matches!(failure.family, Family::Transient | Family::SlowDown | Family::Ambiguous)
            }
            Self::NotFound | Self::Unreadable { .. } => false,
        }
    }

    /// What to do about it, in words for people.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::NoAnswer | Self::Unavailable { .. } => {
                "Try again in a few minutes; check the base URL if it never answers."
            }
            Self::Busy { .. } => "Try again in a minute.",
            Self::NotFound => {
                "Check in Telnyx's portal that it exists and that the API key belongs to the same account."
            }
            Self::Refused { failure, .. } => failure.mend,
            Self::Unreadable { .. } => "Check the base URL: what answers there does not speak as Telnyx does.",
        }
    }
}

/// Words from outside that `Debug` does not show.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Detail(pub String);

impl std::fmt::Debug for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        crate::redact::Length(&self.0).fmt(f)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The page to ask for next, counted from 1. `None`: this was the last.
    pub next: Option<u32>,
    /// Of the whole list.
    pub total: Option<u64>,
}

/// The answer if it is a good one, else what is wrong with it. For reads and changes that may be repeated, so here the
/// status may speak where no code does.
fn good(answer: Option<&Response>, now: Timestamp) -> Result<&Response, Fault> {
    let answer = answer.ok_or(Fault::NoAnswer)?;
    let errors = errors_of(&answer.body);
    match (answer.status, decisive(&errors)) {
        (200..=299, _) => Ok(answer),
        (429, _) => Err(Fault::Busy { retry_after: retry_after(answer, now) }),
        (_, Some(error)) if error.code == TOO_MANY_REQUESTS => {
            Err(Fault::Busy { retry_after: retry_after(answer, now) })
        }
        (404, _) => Err(Fault::NotFound),
        (_, Some(error)) if error.code == NOT_FOUND => Err(Fault::NotFound),
        (status @ 500.., _) => Err(Fault::Unavailable { status }),
        (status, Some(error)) => Err(Fault::Refused { status, failure: error.failure(), detail: words(error) }),
        (status @ (401 | 403), None) => {
            Err(Fault::Refused { status, failure: failure(KEY_REFUSED), detail: Detail::default() })
        }
        (status, None) => Err(Fault::Unreadable { status }),
    }
}

const NOT_FOUND: &str = "10005";
const KEY_REFUSED: &str = "10009";
const TOO_MANY_REQUESTS: &str = "10011";

fn words(error: &CarrierError) -> Detail {
    Detail(if error.detail.is_empty() { error.title.clone() } else { error.detail.clone() })
}

/// The one thing of an answer: in `data`, or bare. `None` of `own` means that it lacks what names it.
fn one<'a, Raw, T>(answer: Option<&'a Response>, now: Timestamp, own: impl Fn(&Raw) -> Option<T>) -> Result<T, Fault>
where
    Raw: Deserialize<'a> + Default,
{
    let answer = good(answer, now)?;
    let unreadable = Fault::Unreadable { status: answer.status };
    match serde_json::from_slice::<Object<Enveloped<Object<Raw>>>>(&answer.body) {
        Ok(Object(Enveloped { data: Some(Object(raw)) })) => own(&raw).ok_or(unreadable),
        Ok(Object(Enveloped { data: None })) => {
            let bare = serde_json::from_slice::<Object<Raw>>(&answer.body);
            bare.ok().and_then(|Object(raw)| own(&raw)).ok_or(unreadable)
        }
        Err(_) => Err(unreadable),
    }
}

/// The list of an answer. Entries that lack what names them are left out.
fn page<'a, Raw, T>(
    answer: Option<&'a Response>,
    now: Timestamp,
    own: impl Fn(&Raw) -> Option<T>,
) -> Result<Page<T>, Fault>
where
    Raw: Deserialize<'a> + Default,
{
    let answer = good(answer, now)?;
    match serde_json::from_slice::<Object<Listed<Raw>>>(&answer.body) {
        Ok(Object(Listed { data: Some(List(raws)), meta: Object(meta) })) => Ok(Page {
            items: raws.iter().filter_map(|Object(raw)| own(raw)).collect(),
            next: meta
                .page_number
                .small()
                .zip(meta.total_pages.small())
                .and_then(|(page, of)| (page < of).then_some(page + 1)),
            total: meta.total_results.0,
        }),
        Ok(Object(Listed { data: None, .. })) | Err(_) => Err(Fault::Unreadable { status: answer.status }),
    }
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Enveloped<T> {
    #[serde(default = "none")]
    data: Option<T>,
}

impl<T> Default for Enveloped<T> {
    fn default() -> Self {
        Self { data: None }
    }
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de> + Default"))]
struct Listed<T> {
    #[serde(default = "none")]
    data: Option<List<Object<T>>>,
    #[serde(default)]
    meta: Object<RawMeta>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { data: None, meta: Object::default() }
    }
}

fn none<T>() -> Option<T> {
    None
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawMeta {
    page_number: Whole,
    total_pages: Whole,
    total_results: Whole,
}

/// A path with its query, names and values percent-encoded.
fn path_with(path: &str, query: &[(&str, &str)]) -> String {
    let mut whole = path.to_owned();
    for (position, (name, value)) in query.iter().enumerate() {
        whole.push(if position == 0 { '?' } else { '&' });
        whole.push_str(&percent_encoded(name));
        whole.push('=');
        whole.push_str(&percent_encoded(value));
    }
    whole
}

/// A list's path with its page, counted from 1.
fn page_path(path: &str, filters: &[(&str, &str)], page: u32) -> String {
    let (page, size) = (page.max(1).to_string(), PAGE_SIZE.to_string());
    let query: Vec<(&str, &str)> = [("page[number]", page.as_str()), ("page[size]", size.as_str())]
        .into_iter()
        .chain(filters.iter().copied())
        .collect();
    path_with(path, &query)
}

#[cfg(test)]
mod tests;
