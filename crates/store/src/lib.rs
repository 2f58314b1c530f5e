//! What is remembered: the only room that knows SQL. Never meets axum, a provider or the clock.

pub mod api_key;
pub mod approval;
pub mod assistant;
pub mod backup;
pub mod brief;
pub mod campaign;
pub mod carrier_account;
pub mod consent;
pub mod contact;
pub mod conversation;
mod db;
pub mod dialect;
pub mod draft;
pub mod enrolment;
pub mod event;
pub mod field;
pub mod idempotency;
pub mod import;
pub mod knowledge;
pub mod link;
pub mod list;
pub mod media;
pub mod member;
pub mod message;
mod migrate;
pub mod number;
pub mod queue;
pub mod registration;
pub mod remember;
pub mod report;
pub mod run;
pub mod scene;
pub mod schema;
pub mod search;
pub mod segment;
pub mod session;
pub mod setup;
pub mod snippet;
pub mod statistics;
pub mod suppression;
pub mod team;
pub mod tell;
pub mod tenant;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tool_use;
pub mod unclaimed;
pub mod user;
pub mod view;
pub mod webhook;
pub mod words;
pub mod workflow;

pub use db::{
    Store, StoreConfig, Written,
    error::StoreError,
    row::{Column, FromColumn, Row},
    tx::{SystemTx, TenantTx},
    value::{Value, list},
};
pub use migrate::MigrateError;
