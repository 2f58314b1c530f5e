//! What is true and what follows. Pure: never meets tokio, SQL, HTTP, the clock or chance.
//!
//! A [`fact::Fact`] happened, or a [`command::Command`] was asked for; [`decide`] says, from what the [`scene::Scene`]
//! shows, which [`decision::Change`]s are remembered and which [`decision::Effect`]s are performed.

pub mod access;
pub mod assistant;
pub mod attachment;
pub mod campaign;
pub mod command;
pub mod condition;
pub mod consent;
pub mod contact;
pub mod conversation;
pub mod csv;
pub mod decide;
pub mod decision;
pub mod event;
pub mod fact;
pub mod field;
pub mod gate;
pub mod hours;
pub mod id;
pub mod import;
pub mod keyword;
pub mod knowledge;
pub mod law;
pub mod link;
pub mod lint;
pub mod message;
pub mod number;
pub mod pace;
pub mod phone;
pub mod region;
pub mod registration;
pub mod report;
pub mod revocation;
pub mod scene;
pub mod segment;
pub mod smart;
pub mod source;
pub mod template;
pub mod tenant;
pub mod workflow;
