//! Other companies' dialects: bytes on one side, our words on the other.
//!
//! Everything here is a pure function. A request is built as data ([`http::Request`]), somebody else carries it
//! over a socket, and the answer is read as data ([`http::Response`]). This room never meets a socket, a runtime,
//! the clock, chance or the store; time and ids are arguments.
//!
//! - [`telnyx`]: texts out, webhooks in, what an account has.
//! - [`model`]: language models, OpenAI-compatible or Anthropic's.
//! - [`standard_webhooks`]: how we sign what we send to our customers.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on fails"))]

pub mod embeddings;
pub mod http;
pub mod model;
pub mod money;
pub mod standard_webhooks;
pub mod telnyx;

mod loose;
mod pace;
mod redact;
