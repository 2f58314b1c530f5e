//! The outside view: a town of businesses and customers around the real thing.
//!
//! [`town::Town`] runs the API, the engine and a store on either database, with the sandbox carrier beside them, on a
//! clock that stands still until the story moves it. A story speaks HTTP and texts, and waits for states, never for time.

pub mod browser;
pub mod clock;
mod crash;
pub mod endpoint;
pub mod http;
pub mod model;
mod operator;
pub mod stream;
pub mod town;
