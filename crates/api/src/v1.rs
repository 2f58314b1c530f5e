//! Version 1 of the API: one file per resource, with its types and handlers.

pub mod api_keys;
pub mod carrier_accounts;
pub mod members;
pub mod numbers;
pub mod sandbox;
pub mod session;
pub mod setup;
pub mod snippets;
pub mod teams;
pub mod tenant;
pub mod webhooks;

// The day's work.
pub mod approvals;
pub mod assistants;
pub mod campaigns;
pub mod consents;
pub mod contact_fields;
pub mod contacts;
pub mod conversations;
pub mod drafts;
pub mod enrolments;
pub mod events;
pub mod imports;
pub mod knowledge;
pub mod lists;
pub mod media;
pub mod messages;
pub mod phones;
pub mod reports;
pub mod runs;
pub mod search;
pub mod segments;
pub mod suppressions;
pub mod text;
pub mod views;
pub mod workflows;
