//! The wiring: configuration, the server's start and stop, the demo, and the commands.

pub mod boot;
pub mod cli;
pub mod config;
pub mod demo;
pub mod logs;
pub mod secret_key;
pub mod serve;
