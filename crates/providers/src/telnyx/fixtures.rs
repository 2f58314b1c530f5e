//! The recorded shapes that tests read: written by us after Telnyx's documents, with numbers nobody has.

macro_rules! fixtures {
    ($($name:ident)*) => { $(pub(crate) const $name: &[u8] = include_bytes!(concat!("../../fixtures/telnyx/", stringify!($name), ".json"));)* };
}

#[allow(non_upper_case_globals)]
mod files {
    fixtures! {
        inbound_text inbound_mms inbound_stop inbound_group_mms
        message_sent message_finalized_delivered message_finalized_failed message_finalized_unconfirmed
        link_click unknown_event spend_limit_reached
        send_accepted message
        error_bad_key error_not_found error_rate_limited error_opted_out error_invalid_to error_queue_full
        error_still_running error_key_reused error_no_funds error_unexpected
        phone_numbers phone_number_messaging phone_numbers_messaging
        messaging_profile messaging_profiles messaging_optouts
    }
}

pub(crate) use files::*;

use jiff::Timestamp;

/// When the tests are.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T10:00:10Z".parse().unwrap()
}

/// A JSON value with one field at a path of keys set.
pub(crate) fn with(body: &[u8], pointer: &str, value: serde_json::Value) -> Vec<u8> {
    let mut document: serde_json::Value = serde_json::from_slice(body).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap()[key] = value;
    serde_json::to_vec(&document).unwrap()
}

/// The same without the field.
pub(crate) fn without(body: &[u8], pointer: &str) -> Vec<u8> {
    let mut document: serde_json::Value = serde_json::from_slice(body).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
    serde_json::to_vec(&document).unwrap()
}
