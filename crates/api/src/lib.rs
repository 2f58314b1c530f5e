//! The door: HTTP in, HTTP out. It decides nothing: it reads strictly, asks the engine or the store once, and answers.
//!
//! [`router::router`] has every route on one page; [`server`] accepts the connections.

pub mod auth;
pub mod cookie;
pub mod csrf;
pub mod dashboard;
pub mod document;
pub mod error;
pub mod extract;
pub mod faults;
pub mod fields;
pub mod headers;
pub mod hooks;
mod links;
pub mod live;
pub mod once;
pub mod ops;
pub mod page;
pub mod password;
pub mod reference;
pub mod router;
mod routes;
pub mod secret;
pub mod server;
pub mod sign_in;
mod sniff;
pub mod state;
pub mod v1;

pub use router::{openapi, router};
pub use state::{ApiConfig, AppState};
