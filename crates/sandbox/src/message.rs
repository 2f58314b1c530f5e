//! The three kinds of text that pass the sandbox, and how far they got.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{count::Encoding, faults::Outcome, keyword::Keyword};

/// SMS or MMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sms,
    Mms,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::Mms => "MMS",
        }
    }
}

/// How far an outbound message got. Ordered: it only moves forward, and everything from `Delivered` on is an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Scheduled,
    Queued,
    Sent,
    Delivered,
    DeliveryFailed,
    SendingFailed,
    DeliveryUnconfirmed,
    Cancelled,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::DeliveryFailed => "delivery_failed",
            Self::SendingFailed => "sending_failed",
            Self::DeliveryUnconfirmed => "delivery_unconfirmed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A message that an account sent.
pub(crate) struct Message {
    pub(crate) id: Uuid,
    pub(crate) ordinal: u64,
    pub(crate) organization: Uuid,
    pub(crate) profile: Uuid,
    pub(crate) from: Box<str>,
    pub(crate) to: Box<str>,
    pub(crate) text: Box<str>,
    pub(crate) subject: Option<Box<str>>,
    pub(crate) media_urls: Box<[String]>,
    pub(crate) kind: Kind,
    pub(crate) encoding: Encoding,
    pub(crate) parts: u32,
    pub(crate) smart_encoding_applied: bool,
    pub(crate) tags: Arc<[String]>,
    pub(crate) webhooks: Webhooks,
    pub(crate) received_at: Timestamp,
    pub(crate) send_at: Option<Timestamp>,
    pub(crate) idempotency_key: Option<Box<str>>,
    pub(crate) outcome: Outcome,
    pub(crate) progress: Mutex<Progress>,
}

/// Where events about a message go.
#[derive(Clone, Default)]
pub(crate) struct Webhooks {
    pub(crate) url: Option<Arc<str>>,
    pub(crate) failover_url: Option<Arc<str>>,
}

/// How far a message got, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    pub(crate) status: Status,
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Timestamp>,
}

/// What a message starts as.
pub(crate) fn fresh(send_at: Option<Timestamp>) -> Mutex<Progress> {
    let status = if send_at.is_some() { Status::Scheduled } else { Status::Queued };
    Mutex::new(Progress { status, sent_at: None, completed_at: None })
}

impl Message {
    pub(crate) fn progress(&self) -> Progress {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it was when it was taken.
    pub(crate) fn first_progress(&self) -> Progress {
        *fresh(self.send_at).get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves on to `status`. False, and nothing changed, if it is already as far or at an end.
    pub(crate) fn advance(&self, status: Status, at: Timestamp) -> bool {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.status >= status || progress.status >= Status::Delivered {
            return false;
        }
        progress.status = status;
        match status {
            Status::Sent => progress.sent_at = Some(at),
            Status::Scheduled | Status::Queued => {}
            Status::Delivered
            | Status::DeliveryFailed
            | Status::SendingFailed
            | Status::DeliveryUnconfirmed
            | Status::Cancelled => {
                progress.completed_at = Some(at);
            }
        }
        true
    }

    /// Cancels it if it is still scheduled.
    pub(crate) fn cancel(&self, at: Timestamp) -> bool {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let scheduled = progress.status == Status::Scheduled;
        if scheduled {
            *progress = Progress { status: Status::Cancelled, completed_at: Some(at), ..*progress };
        }
        scheduled
    }
}

/// A text from a phone.
pub(crate) struct Inbound {
    pub(crate) id: Uuid,
    pub(crate) organization: Uuid,
    pub(crate) profile: Option<Uuid>,
    pub(crate) from: Box<str>,
    pub(crate) to: Box<str>,
    pub(crate) text: Box<str>,
    pub(crate) media_urls: Box<[String]>,
    pub(crate) encoding: Encoding,
    pub(crate) parts: u32,
    pub(crate) tags: Arc<[String]>,
    pub(crate) keyword: Option<Keyword>,
    pub(crate) webhooks: Webhooks,
    pub(crate) received_at: Timestamp,
    pub(crate) webhook_delivered: AtomicBool,
}

impl Inbound {
    pub(crate) fn status(&self) -> &'static str {
        if self.webhook_delivered.load(Ordering::Relaxed) { "webhook_delivered" } else { "received" }
    }
}

/// A text that Telnyx sent by itself.
pub(crate) struct Autoresponse {
    pub(crate) id: Uuid,
    pub(crate) organization: Uuid,
    pub(crate) from: Box<str>,
    pub(crate) to: Box<str>,
    pub(crate) text: Box<str>,
    pub(crate) at: Timestamp,
}

macro_rules! debug_without_contents {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("id", &self.id).finish_non_exhaustive()
            }
        }
    )*};
}
debug_without_contents!(Message, Inbound, Autoresponse);
