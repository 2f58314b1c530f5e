//! What the product promises, told over HTTP and by text, on both databases.

#![allow(clippy::unwrap_used, reason = "a story that meets what it does not expect shall fail there")]

mod asking;
mod assistants;
mod attached;
mod bad_input;
mod campaigns;
mod carrier;
mod consent;
mod contacts;
mod conversations;
mod crash;
mod deeds;
mod enrolling;
mod first_start;
mod foretold;
mod guards;
mod hostile_carrier;
mod imports;
mod in_full_flight;
mod inbox;
mod isolation;
mod knowledge;
mod links;
mod live;
mod logs;
mod machines;
mod measuring;
mod media;
mod merges;
mod models;
mod people;
mod red_team;
mod registrations;
mod rehearsal;
mod schedules;
mod segments;
mod sending;
mod takeover;
mod teams;
mod tools;
mod tracking;
mod trust;
mod webhook_keys;
mod webhooks;
mod wishes;
