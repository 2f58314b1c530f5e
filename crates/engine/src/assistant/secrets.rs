//! The values of secret headers that an assistant's tools send: sealed together, each bound to the address it was given for.

use std::fmt;

use domain::id::AssistantId;
use serde::{Deserialize, Serialize};

use crate::seal::{SealError, Sealer};

/// One value. It is sent to this address by this tool, and nowhere else: whoever may change a tool's address need not know
/// the value, and shall not have it sent to a server of theirs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolSecret {
    /// The tool's name.
    pub tool: String,
    /// Its address.
    pub url: String,
    /// The header's name.
    pub header: String,
    /// What is sent.
    pub value: String,
}

impl fmt::Debug for ToolSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolSecret").field("tool", &self.tool).field("header", &self.header).finish_non_exhaustive()
    }
}

/// As they are kept. `None`: there are none.
///
/// # Errors
/// When the machine has no chance to give.
pub fn seal_tool_secrets(
    sealer: &Sealer,
    id: AssistantId,
    secrets: &[ToolSecret],
) -> Result<Option<Vec<u8>>, SealError> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let plain = serde_json::to_vec(secrets).map_err(|_| SealError)?;
    sealer.seal(&context(id), &plain).map(Some)
}

/// The values again.
///
/// # Errors
/// When they were sealed with another key.
pub fn open_tool_secrets(
    sealer: &Sealer,
    id: AssistantId,
    sealed: Option<&[u8]>,
) -> Result<Vec<ToolSecret>, SealError> {
    let Some(sealed) = sealed else { return Ok(Vec::new()) };
    let plain = sealer.open(&context(id), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| SealError)
}

fn context(id: AssistantId) -> String {
    format!("assistant/{}/tool_secrets", id.0)
}
