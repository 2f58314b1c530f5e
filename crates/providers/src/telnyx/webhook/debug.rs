//! What a log may show of texts and receipts: no word, no whole number, no address that opens a picture.

use std::fmt;

use super::{InboundText, MediaRef, Receipt};
use crate::redact::{Length, Tail, Tails};
use crate::telnyx::status::Status;

impl fmt::Debug for InboundText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundText")
            .field("carrier_ref", &self.carrier_ref)
            .field("from", &Tail(&self.from))
            .field("to", &Tails(&self.to))
            .field("cc", &Tails(&self.cc))
            .field("text", &Length(&self.text))
            .field("subject", &self.subject.as_deref().map(Length))
            .field("media", &self.media)
            .field("kind", &self.kind)
            .field("parts", &self.parts)
            .field("encoding", &self.encoding)
            .field("cost", &self.cost)
            .field("autoresponse", &self.autoresponse)
            .field("is_spam", &self.is_spam)
            .field("from_carrier", &self.from_carrier)
            .field("from_line_type", &self.from_line_type)
            .field("messaging_profile_id", &self.messaging_profile_id)
            .field("received_at", &self.received_at)
            .field("is_dated", &self.is_dated)
            .finish()
    }
}

impl fmt::Debug for MediaRef {
    /// Without the address: whoever has it can fetch the picture.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaRef")
            .field("content_type", &self.content_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to: Vec<(Tail<'_>, &Status)> = self.to_statuses.iter().map(|(to, status)| (Tail(to), status)).collect();
        f.debug_struct("Receipt")
            .field("carrier_ref", &self.carrier_ref)
            .field("webhook_url", &self.webhook_url)
            .field("from", &self.from.as_deref().map(Tail))
            .field("to_statuses", &to)
            .field("to_carrier", &self.to_carrier)
            .field("errors", &self.errors)
            .field("kind", &self.kind)
            .field("parts", &self.parts)
            .field("encoding", &self.encoding)
            .field("cost", &self.cost)
            .field("carrier_fee", &self.carrier_fee)
            .field("rate", &self.rate)
            .field("messaging_profile_id", &self.messaging_profile_id)
            .field("sent_at", &self.sent_at)
            .field("completed_at", &self.completed_at)
            .field("occurred_at", &self.occurred_at)
            .finish()
    }
}
