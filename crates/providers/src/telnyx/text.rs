//! A text on its way out: `POST /v2/messages`, and what the answer means.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{self, CarrierError, Failure, Family};
use super::payload::RawMessage;
use super::status::Status;
use crate::http::{Method, Request, Response, Secret};
use crate::loose::Object;
use crate::pace::retry_after;
use crate::redact::{Length, Tail};

/// How long Telnyx has for its answer. After that the outcome is unknown, not failed.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// A text as Telnyx wants it. Fields that are empty are left out.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct SendText {
    /// E.164, a short code or a sender name.
    pub from: String,
    /// One recipient: E.164 or a short code.
    pub to: String,
    /// May be empty if there is media.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Any makes it an MMS. Public addresses that Telnyx fetches at once; at most ten, together below 1 MB.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media_urls: Vec<String>,
    /// MMS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messaging_profile_id: Option<String>,
    /// For the receipts of this message alone, tried before the profile's address. With our own id in it: Telnyx has no
    /// field for a client's reference, so this is what finds a message whose answer was lost. At most 2000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
}

impl SendText {
    /// The request's body. Store these bytes before the first try and send the very same on every other: with the same
    /// key a different body is refused (10027).
    pub fn serialize(&self) -> Bytes {
        // Strings and lists of strings cannot fail to serialise.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// The request for a body made by [`SendText::serialize`]. The key names this message for 24 hours: 1 to 255 of
/// `[A-Za-z0-9_:-]`, the same on every try.
pub fn request(base_url: &str, key: &Secret, idempotency_key: &str, body: Bytes) -> Request {
    let mut request = super::request(Method::POST, base_url, "/messages", key, Some(body), SEND_TIMEOUT);
    request.headers.push(("idempotency-key", idempotency_key.to_owned()));
    request
}

/// How a send ended, as far as anyone can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Telnyx has it. Nothing more is promised: receipts tell the rest.
    Accepted(Accepted),
    /// Telnyx said no, and why. It did not go out.
    Rejected(CarrierError),
    /// Not now; it did not go out.
    Busy {
        /// As Telnyx asked. `None`: it did not say.
        retry_after: Option<Duration>,
    },
    /// It may have gone out. It waits for a receipt and is never sent again blindly.
    Unknown { why: Why },
}

/// What the answer to an accepted text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Telnyx's id of the message.
    pub carrier_ref: String,
    pub parts: Option<u32>,
    pub encoding: Option<String>,
    /// The recipient's carrier.
    pub carrier: Option<String>,
    /// Usually `Queued`.
    pub status: Option<Status>,
    /// This is the answer to an earlier try with the same key.
    pub replayed: bool,
}

/// Why an outcome is unknown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("Telnyx did not answer, or the line died before the answer was complete")]
    NoAnswer,
    #[error("Telnyx answered {status} without saying whether the text went out")]
    ServerError { status: u16 },
    #[error("Telnyx said that it may have gone out: {code}")]
    Ambiguous { code: String },
    #[error("Telnyx is still working on an earlier try")]
    StillRunning,
    #[error("Telnyx answered {status} with something that we cannot read")]
    Unreadable { status: u16 },
}

/// Codes that mean "later" when a text is handed over: too many requests, the queue is full, a carrier's limit.
const LATER: [&str; 4] = ["10011", "40011", "40018", "40318"];
const STILL_RUNNING: &str = "10036";

/// Reads the answer; `None` means that the line died. `now` turns a limit's reset time into a pause. Whether a
/// connection never came about is known to the caller only, who may then try again.
pub fn sent(answer: Option<&Response>, now: Timestamp) -> Sent {
    let Some(answer) = answer else {
        return Sent::Unknown { why: Why::NoAnswer };
    };
    let status = answer.status;
    if (200..=299).contains(&status) {
        return accepted(answer).map_or(Sent::Unknown { why: Why::Unreadable { status } }, Sent::Accepted);
    }
    let errors = error::errors_of(&answer.body);
    match (status, error::decisive(&errors)) {
        (_, Some(error)) if LATER.contains(&error.code.as_str()) => {
            Sent::Busy { retry_after: retry_after(answer, now) }
        }
        (_, Some(error)) if error.code == STILL_RUNNING => Sent::Unknown { why: Why::StillRunning },
        (_, Some(error)) if error::is_known(&error.code) && error.failure().family == Family::Ambiguous => {
            Sent::Unknown { why: Why::Ambiguous { code: error.code.clone() } }
        }
        (429, Some(error)) if !error::is_known(&error.code) => Sent::Busy { retry_after: retry_after(answer, now) },
        (429, None) => Sent::Busy { retry_after: retry_after(answer, now) },
        // A code says something definite if it is one we know, or if the status puts the blame on us.
        (400..=499, Some(error)) => Sent::Rejected(error.clone()),
        (500.., Some(error)) if error::is_known(&error.code) => Sent::Rejected(error.clone()),
        (500.., _) => Sent::Unknown { why: Why::ServerError { status } },
        _ => Sent::Unknown { why: Why::Unreadable { status } },
    }
}

impl Sent {
    /// The refusal in words for people, if it is one.
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Rejected(error) => Some(error.failure()),
            Self::Accepted(_) | Self::Busy { .. } | Self::Unknown { .. } => None,
        }
    }
}

/// The message is in `data`, or bare as some endpoints answer. Without an id nothing was accepted that we could follow.
fn accepted(answer: &Response) -> Option<Accepted> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Enveloped<'a> {
        #[serde(borrow)]
        data: Object<RawMessage<'a>>,
    }
    let Object(Enveloped { data: Object(mut message) }) = serde_json::from_slice(&answer.body).ok()?;
    if message.id.filled().is_none() {
        let Object(bare) = serde_json::from_slice::<Object<RawMessage<'_>>>(&answer.body).ok()?;
        message = if bare.record_type.as_str() == Some("message") {
            bare
        } else {
            return None;
        };
    }
    Some(Accepted {
        carrier_ref: message.id.owned()?,
        parts: message.parts(),
        encoding: message.encoding(),
        carrier: message.carrier(),
        status: message.first_status(),
        replayed: answer.header("idempotent-replayed").is_some_and(|value| value.eq_ignore_ascii_case("true")),
    })
}

impl fmt::Debug for SendText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendText")
            .field("from", &Tail(&self.from))
            .field("to", &Tail(&self.to))
            .field("text", &Length(&self.text))
            .field("media_urls", &self.media_urls.len())
            .field("subject", &self.subject.as_deref().map(Length))
            .field("messaging_profile_id", &self.messaging_profile_id)
            .field("webhook_url", &self.webhook_url)
            .finish()
    }
}

#[cfg(test)]
mod tests;
