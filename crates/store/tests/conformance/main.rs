//! What the store promises, kept by both engines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod approval;
mod assistant;
mod attached;
mod campaign;
mod campaign_check;
mod carrier;
mod consent;
mod contact;
mod conversation;
mod desk;
mod enrolment;
mod enrolment_told;
mod errand;
mod face;
mod guards;
mod identity;
mod import;
mod inbox;
mod knowledge;
mod link;
mod media;
mod message;
mod notes;
mod one_engine;
mod outcome;
mod pace;
mod people;
mod registration;
mod rehearsal;
mod report;
mod search;
mod segment;
mod selection;
mod statement;
mod suppression;
mod team;
mod tool_use;
mod views;
mod wall;
mod webhook;
mod workflow;
mod workflow_watch;
