//! The sandbox from outside: every endpoint and every misbehaviour once, over real HTTP on loopback.
#![allow(clippy::unwrap_used, clippy::float_cmp)]

mod account;
mod control;
mod faults;
mod idempotency;
mod phones;
mod registrations;
mod sending;
mod support;
mod webhooks;
