//! A configured AI, as far as decisions need it.

use serde::{Deserialize, Serialize};

use crate::conversation::Mode;
use crate::id::AssistantId;
use crate::message::Source;

/// What a tenant has set for an assistant. A stored document: new fields get a default, so that old rows still read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How it shall behave, in the tenant's words.
    pub instructions: String,
    /// What it may do on its own, unless a conversation says otherwise.
    pub mode: Mode,
    /// Who answers.
    pub provider: Provider,
    /// It waits this long after the contact's last text, so that quick texts are answered once. Milliseconds.
    pub quiet_window_ms: u32,
    /// Below this score, from 0 to 1, nothing counts as found in its knowledge.
    pub floor: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            instructions: String::new(),
            mode: Mode::Draft,
            provider: Provider::default(),
            quiet_window_ms: 4_000,
            floor: 0.30,
        }
    }
}

/// Which model answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provider {
    /// In which dialect it is asked.
    pub kind: ProviderKind,
    /// Where it is, for the two that are somewhere.
    pub base_url: String,
    /// Its name there.
    pub model: String,
    /// How long it may take, in seconds.
    pub timeout_seconds: u32,
    /// How long its answer may be, in tokens.
    pub max_tokens: u32,
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
            max_tokens: 400,
            api_key_hint: String::new(),
        }
    }
}

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

/// An assistant, as far as a decision needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assistant {
    /// Which one.
    pub id: AssistantId,
    /// What people call it.
    pub name: String,
    /// What is set.
    pub settings: Settings,
}

/// How a run of an assistant ended.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Answer {
    /// It has an answer.
    Reply {
        /// What to send.
        body: String,
        /// What it answered from.
        sources: Vec<Source>,
    },
    /// It cannot or must not answer: a person shall.
    HandOff {
        /// Why, in plain words.
        reason: String,
    },
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reply { body, sources } => {
                f.debug_struct("Reply").field("chars", &body.len()).field("sources", &sources.len()).finish()
            }
            Self::HandOff { reason } => f.debug_struct("HandOff").field("reason", reason).finish(),
        }
    }
}
