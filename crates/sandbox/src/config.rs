//! How a sandbox is set up.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, SystemClock},
    dice::Span,
    faults::Faults,
};

/// How a sandbox is set up. The default listens on a free port of 127.0.0.1, has no account and behaves.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where all chance comes from, the key that signs webhooks included: a restart with the same seed signs with the same key.
    pub seed: u64,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The customers of the carrier.
    pub accounts: Vec<NewAccount>,
    /// Phones that are listed although they have not texted yet.
    pub phones: Vec<NewPhone>,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// From taking a message to `message.sent`.
    pub sent_after: Span,
    /// From `message.sent` to `message.finalized`.
    pub finalized_after: Span,
    /// The texts Telnyx sends by itself.
    pub autoresponses: Autoresponses,
    /// What texts cost.
    pub rates: Rates,
    /// Requests each account may make in a second before it is told 429; `None` is no limit.
    pub rate_limit_per_second: Option<u32>,
    /// How long an endpoint may take to answer a webhook, on real time. Telnyx gives 2 s.
    pub webhook_timeout: Duration,
    /// The pause before the second attempt of a webhook; it doubles for each further one. Telnyx's own is unpublished.
    pub webhook_backoff: Duration,
    /// How many webhooks are on their way at once.
    pub webhook_workers: usize,
    /// How many messages, both ways, are remembered, with their idempotency keys. Older ones are forgotten.
    pub history_max: usize,
    /// How many messages and webhooks may be on their way before sends are refused with 40318, and texts from phones too.
    pub pending_max: usize,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            clock: Arc::new(SystemClock),
            accounts: Vec::new(),
            phones: Vec::new(),
            faults: Faults::default(),
            sent_after: Span::between(20, 80),
            finalized_after: Span::between(100, 400),
            autoresponses: Autoresponses::default(),
            rates: Rates::default(),
            rate_limit_per_second: None,
            webhook_timeout: Duration::from_secs(2),
            webhook_backoff: Duration::from_millis(100),
            webhook_workers: 16,
            history_max: 250_000,
            pending_max: 250_000,
        }
    }
}

impl SandboxConfig {
    /// No pauses in a message's life: receipts are under way as soon as a message is taken.
    #[must_use]
    pub fn without_pauses(mut self) -> Self {
        self.sent_after = Span::default();
        self.finalized_after = Span::default();
        self
    }

    /// Adds a customer.
    #[must_use]
    pub fn account(mut self, account: NewAccount) -> Self {
        self.accounts.push(account);
        self
    }
}

/// A customer of the carrier: one Telnyx organisation.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// What people call it.
    pub name: String,
    /// The API keys that open it. A known key cannot be given to a second account.
    pub api_keys: Vec<String>,
    /// Its numbers, in E.164 form.
    #[serde(default)]
    pub numbers: Vec<String>,
}

impl NewAccount {
    /// An account with one key and no numbers.
    #[must_use]
    pub fn new(name: impl Into<String>, api_key: impl Into<String>) -> Self {
        Self { name: name.into(), api_keys: vec![api_key.into()], numbers: Vec::new() }
    }

    /// Gives it a number.
    #[must_use]
    pub fn number(mut self, e164: impl Into<String>) -> Self {
        self.numbers.push(e164.into());
        self
    }
}

impl fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, api_keys, numbers } = self;
        f.debug_struct("NewAccount")
            .field("name", name)
            .field("api_keys", &api_keys.len())
            .field("numbers", &numbers.len())
            .finish()
    }
}

/// A virtual customer.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPhone {
    /// Its number, in E.164 form.
    pub e164: String,
    /// Whose it is.
    #[serde(default)]
    pub name: String,
    /// What it answers by itself.
    #[serde(default)]
    pub replies: Vec<ScriptedReply>,
}

impl fmt::Debug for NewPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPhone")
            .field("name", &self.name)
            .field("replies", &self.replies.len())
            .finish_non_exhaustive()
    }
}

/// One answer that a phone gives by itself.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedReply {
    /// What the text it answers must contain, letter case aside; empty is any text.
    #[serde(default)]
    pub when_contains: String,
    /// What it answers.
    pub body: String,
    /// How long it thinks.
    #[serde(default)]
    pub after: Span,
    /// How often it answers so; a script always ends, so two machines do not talk forever.
    #[serde(default = "once")]
    pub times: u32,
}

impl fmt::Debug for ScriptedReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedReply").field("after", &self.after).field("times", &self.times).finish_non_exhaustive()
    }
}

/// The texts Telnyx sends by itself when no autoresponse configuration of the profile says otherwise. `None` sends nothing.
#[derive(Debug, Clone)]
pub struct Autoresponses {
    /// After STOP.
    pub stop: Option<String>,
    /// After START.
    pub start: Option<String>,
    /// After HELP.
    pub help: Option<String>,
}

impl Default for Autoresponses {
    fn default() -> Self {
        Self {
            stop: Some(
                "You have been unsubscribed and will get no more texts. Reply START to subscribe again.".to_owned(),
            ),
            start: Some("You are subscribed again. Reply STOP to unsubscribe.".to_owned()),
            help: Some("Reply STOP to unsubscribe. Message and data rates may apply.".to_owned()),
        }
    }
}

/// What one part of a text costs, in millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Telnyx's price of an SMS part.
    pub sms_micros: u64,
    /// The carrier's fee on it.
    pub sms_carrier_fee_micros: u64,
    /// Telnyx's price of an MMS.
    pub mms_micros: u64,
    /// The carrier's fee on it.
    pub mms_carrier_fee_micros: u64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { sms_micros: 4_000, sms_carrier_fee_micros: 3_000, mms_micros: 15_000, mms_carrier_fee_micros: 8_000 }
    }
}

fn once() -> u32 {
    1
}
