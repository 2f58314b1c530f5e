//! What happened so far, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What happened since the start or the last reset.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
            /// Messages, webhooks and scripted replies that are still on their way; 0 is a quiet sandbox.
            pub pending: u64,
        }

        #[derive(Debug, Default)]
        pub(crate) struct Tally { $(pub(crate) $name: Count,)* }

        impl Tally {
            pub(crate) fn read(&self, pending: u64) -> Counters {
                Counters { $($name: self.$name.0.load(Ordering::Relaxed),)* pending }
            }

            pub(crate) fn reset(&self) {
                $(self.$name.0.store(0, Ordering::Relaxed);)*
            }
        }
    };
}

counters! {
    /// Requests to the API from somebody who is known, whatever became of them.
    requests,
    /// `POST /v2/messages` requests seen, whatever became of them.
    send_requests,
    /// Messages taken.
    accepted,
    /// Sends refused by a rule of Telnyx's (4xx other than 429).
    rejected,
    /// 429 answers, by plan or by limit.
    rate_limited,
    /// 5xx answers.
    server_errors,
    /// Connections closed without an answer although the message was taken.
    answers_lost,
    /// Connections closed before the request was read.
    closed_unread,
    /// Answers replayed for an idempotency key.
    replayed,
    /// 409 answers (10036), the key's first request was still running.
    key_running,
    /// 422 answers (10027), the key came with another body.
    key_mismatched,
    /// Texts from phones.
    texts_in,
    /// Texts that Telnyx sent by itself.
    autoresponses,
    /// Attempts to deliver a webhook.
    webhook_attempts,
    /// Webhooks that were answered 2xx.
    webhooks_delivered,
    /// Attempts that were not answered 2xx in time.
    webhook_failures,
    /// Webhooks lost after their last attempt.
    webhooks_given_up,
    /// Webhooks that never came, by plan.
    webhooks_dropped,
    /// Extra copies sent, by plan.
    webhooks_duplicated,
    /// Attempts with a wrong signature, by plan.
    wrong_signatures,
    /// Attempts with a stale timestamp, by plan.
    stale_timestamps,
    /// Events of unknown types sent along, by plan.
    unknown_events,
}

/// One number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
