//! What a tenant has set for an assistant.

use serde::{Deserialize, Serialize};

use super::tool::Tool;
use crate::conversation::Mode;
use crate::hours::WeekHours;
use crate::id::{TeamId, UserId};
use crate::message::Cost;

/// A reply takes at most this many segments, unless the tenant says otherwise.
pub const SEGMENTS_MAX_DEFAULT: u32 = 2;

/// What a tenant has set for an assistant. A stored document: new fields get a default, so that old rows still read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How it shall behave, in the tenant's words.
    pub instructions: String,
    /// How it shall sound, such as "warm and brief".
    pub tone: String,
    /// In which language it answers.
    pub language: Language,
    /// Stands before its first reply in a conversation.
    pub greeting: String,
    /// Says who it is, behind its first reply and whenever somebody asks whether they text with a machine. Empty: only when
    /// asked, in words of ours.
    pub identity: String,
    /// What it may do on its own, unless a conversation says otherwise.
    pub mode: Mode,
    /// How long its replies are held so that a person can stop them, in seconds.
    pub hold_seconds: u32,
    /// Who answers.
    pub provider: Provider,
    /// Who answers when that one does not.
    pub fallback: Option<Fallback>,
    /// It waits this long after the contact's last text, and longer for someone who types on. Milliseconds.
    pub quiet_window_ms: u32,
    /// Below this score, from 0 to 1, nothing counts as found in its knowledge.
    pub floor: f64,
    /// A reply takes at most this many segments.
    pub segments_max: u32,
    /// When it answers, on the tenant's clock; `None`: always.
    pub hours: Option<WeekHours>,
    /// What it may use up.
    pub limits: Limits,
    /// Addresses that its replies may carry, besides those in its sources: a host allows every page of it.
    pub links: Vec<String>,
    /// What happens when it gives a conversation to people.
    pub hand_over: HandOver,
    /// What it may do besides answering.
    pub tools: Vec<Tool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            instructions: String::new(),
            tone: String::new(),
            language: Language::Theirs,
            greeting: String::new(),
            identity: String::new(),
            mode: Mode::Draft,
            hold_seconds: 0,
            provider: Provider::default(),
            fallback: None,
            quiet_window_ms: 4_000,
            floor: 0.30,
            segments_max: SEGMENTS_MAX_DEFAULT,
            hours: None,
            limits: Limits::default(),
            links: Vec::new(),
            hand_over: HandOver::default(),
            tools: Vec::new(),
        }
    }
}

/// In which language it answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule", content = "language")]
pub enum Language {
    /// In the one that the contact writes.
    #[default]
    Theirs,
    /// Always in this one, by its name in any language.
    Always(String),
}

/// Which model answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provider {
    /// In which dialect it is asked.
    pub kind: ProviderKind,
    /// Where it is, for the two that are somewhere.
    pub base_url: String,
    /// Its name there.
    pub model: String,
    /// How long an answer may take in all, in seconds.
    pub timeout_seconds: u32,
    /// How long its answer may be, in tokens.
    pub max_tokens: u32,
    /// How freely it words things, from 0 to 2; `None`: as the model is set.
    pub temperature: Option<f32>,
    /// What its tokens cost.
    pub price: Option<Price>,
    /// The end of its key, shown so that people can tell keys apart.
    pub api_key_hint: String,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            kind: ProviderKind::Builtin,
            base_url: String::new(),
            model: String::new(),
            timeout_seconds: 30,
            max_tokens: 600,
            temperature: None,
            price: None,
            api_key_hint: String::new(),
        }
    }
}

/// A second provider. It is asked within the time of the first.
pub type Fallback = Provider;

/// The dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Retrieval from guide and knowledge, in this process; needs no account.
    Builtin,
    /// Any OpenAI-compatible chat completions API.
    Openai,
    /// Anthropic's messages API.
    Anthropic,
}

/// What a million tokens cost, in millionths of the currency's unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Of what is asked.
    pub input_micros: i64,
    /// Of what is answered.
    pub output_micros: i64,
    /// ISO 4217.
    pub currency: String,
}

impl Price {
    /// What a run cost, rounded up to the next millionth.
    #[must_use]
    pub fn of(&self, tokens_in: u64, tokens_out: u64) -> Cost {
        let part = |tokens: u64, micros: i64| i128::from(tokens) * i128::from(micros);
        let whole = part(tokens_in, self.input_micros) + part(tokens_out, self.output_micros);
        let micros = i64::try_from((whole + 999_999) / 1_000_000).unwrap_or(i64::MAX);
        Cost { micros, currency: self.currency.clone() }
    }
}

/// What an assistant may use up. At the limit, people get the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Replies in a conversation since a person last wrote in it.
    pub replies_in_a_row: u32,
    /// Replies in a conversation within an hour.
    pub replies_per_hour: u32,
    /// Replies in a conversation within a day.
    pub replies_per_day: u32,
    /// Replies of all the tenant's assistants within a day of the tenant's clock.
    pub tenant_replies_per_day: u32,
    /// Tokens that this assistant may use within a day of the tenant's clock; `None`: no limit.
    pub tokens_per_day: Option<u64>,
    /// What this assistant may cost within a day of the tenant's clock, in millionths of its price's currency.
    pub cost_micros_per_day: Option<i64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            replies_in_a_row: 20,
            replies_per_hour: 12,
            replies_per_day: 40,
            tenant_replies_per_day: 5_000,
            tokens_per_day: None,
            cost_micros_per_day: None,
        }
    }
}

/// What happens when an assistant gives a conversation to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandOver {
    /// Which team is to look after it; `None`, or one that is there no more: everybody.
    pub team: Option<TeamId>,
    /// Who is to look after it; `None`: whoever comes first.
    pub assignee: Option<UserId>,
    /// What the contact is told while somebody is there. Empty: nothing.
    pub while_open: String,
    /// What the contact is told while nobody is; `{when}` becomes the next time somebody is. Empty: nothing.
    pub while_closed: String,
    /// Nobody answered for so long: then it is escalated. Minutes; 0: never.
    pub escalate_after_minutes: u32,
    /// Who gets an escalated one; `None`, and no team either: it is only marked.
    pub escalate_to: Option<UserId>,
    /// Which team gets an escalated one.
    pub escalate_to_team: Option<TeamId>,
    /// When a conversation goes back to the assistant by itself.
    pub back: HandBack,
}

impl Default for HandOver {
    fn default() -> Self {
        Self {
            team: None,
            assignee: None,
            while_open: "A colleague will answer you here shortly.".into(),
            while_closed: "Nobody is here right now. A colleague will answer you {when}.".into(),
            escalate_after_minutes: 30,
            escalate_to: None,
            escalate_to_team: None,
            back: HandBack::Never,
        }
    }
}

/// When a conversation goes back to the assistant without a person's act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandBack {
    /// Never.
    Never,
    /// When the contact writes again after a person closed it.
    AfterClosing,
}
