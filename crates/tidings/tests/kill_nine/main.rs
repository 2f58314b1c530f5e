//! The real binary, killed again and again in the middle of its work: what it accepted is there once, what it was asked to
//! send reached the carrier once, and what nobody can know says so.

#![expect(clippy::disallowed_methods, reason = "the carrier that is played here signs with the real time")]
#![allow(clippy::unwrap_used, reason = "what is not as expected shall fail there")]

mod answers;
mod balancer;
mod campaign;
mod house;
mod migration;
mod people;
mod survey;
mod system;
mod texts;
mod two_nodes;
