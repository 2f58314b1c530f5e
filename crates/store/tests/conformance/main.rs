//! What the store promises, kept by both engines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod face;
mod notes;
mod one_engine;
mod statement;
mod wall;
