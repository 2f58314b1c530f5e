//! What the control API shows.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A customer of the carrier. Its keys are not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Telnyx's `organization_id`.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Its numbers.
    pub numbers: Vec<NumberView>,
}

/// A number of an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberView {
    /// The carrier's id for it, which is not the number.
    pub id: String,
    /// Whose it is.
    pub account_id: Uuid,
    /// The number, in E.164 form.
    pub e164: String,
    /// The messaging profile it is on.
    pub messaging_profile_id: Option<Uuid>,
}

/// A virtual customer's phone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneView {
    /// Its number, in E.164 form.
    pub e164: String,
    /// Whose it is; empty if it was never set up.
    pub name: String,
    /// How many texts of it are remembered, both ways.
    pub texts: usize,
}

/// Which way a text went, as the account sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From a phone to the account.
    In,
    /// To a phone.
    Out,
}

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The account, or the phone's owner.
    Message,
    /// The carrier itself, in answer to STOP, START or HELP.
    Autoresponse,
}

/// A text that passed the sandbox.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardText {
    /// Its place in the history; rises by at least one.
    pub seq: u64,
    /// Which way it went.
    pub direction: Direction,
    /// Who wrote it.
    pub kind: Kind,
    /// The carrier's id for it.
    pub message_id: Uuid,
    /// The account at one end.
    pub account_id: Uuid,
    /// The sender.
    pub from: String,
    /// The recipient.
    pub to: String,
    /// The text.
    pub body: String,
    /// Links to its media.
    pub media_urls: Vec<String>,
    /// When the carrier took it.
    pub at: Timestamp,
    /// How far it got, in Telnyx's words.
    pub status: String,
    /// Telnyx error code, if it failed.
    pub error_code: Option<String>,
    /// The parts it was sent in.
    pub parts: u32,
    /// The `Idempotency-Key` it was sent with.
    pub idempotency_key: Option<String>,
}

impl fmt::Debug for NumberView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NumberView").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for PhoneView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneView").field("name", &self.name).field("texts", &self.texts).finish_non_exhaustive()
    }
}

impl fmt::Debug for HeardText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, direction, kind, message_id, status, .. } = self;
        f.debug_struct("HeardText")
            .field("seq", seq)
            .field("direction", direction)
            .field("kind", kind)
            .field("message_id", message_id)
            .field("status", status)
            .finish_non_exhaustive()
    }
}
