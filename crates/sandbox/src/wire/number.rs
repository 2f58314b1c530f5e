//! Phone numbers as Telnyx shows them: the general view and the messaging view.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Iso;
use crate::directory::Number;

/// `PhoneNumberDetailed`.
pub(crate) fn general(number: &Number, profile_name: Option<&str>) -> Value {
    json!({
        "id": number.id,
        "record_type": "phone_number",
        "phone_number": number.e164,
        "country_iso_alpha2": number.country(),
        "status": "active",
        "tags": number.tags.as_ref(),
        "external_pin": null,
        "connection_id": number.connection_id,
        "connection_name": null,
        "customer_reference": number.customer_reference,
        "billing_group_id": null,
        "messaging_profile_id": number.profile,
        "messaging_profile_name": profile_name,
        "emergency_enabled": false,
        "emergency_address_id": null,
        "emergency_status": "disabled",
        "call_forwarding_enabled": true,
        "cnam_listing_enabled": false,
        "caller_id_name_enabled": false,
        "call_recording_enabled": false,
        "t38_fax_gateway_enabled": false,
        "hd_voice_enabled": false,
        "inbound_call_screening": "disabled",
        "deletion_lock_enabled": false,
        "phone_number_type": if number.is_toll_free() { "toll_free" } else { "local" },
        "source_type": "number_order",
        "purchased_at": iso(number.created_at),
        "activated_at": iso(number.created_at),
        "created_at": iso(number.created_at),
        "updated_at": iso(number.updated_at),
    })
}

/// `PhoneNumberWithMessagingSettings`.
pub(crate) fn messaging(number: &Number) -> Value {
    let can = number.can_text;
    let ways = json!({ "domestic_two_way": can, "international_inbound": can, "international_outbound": can });
    json!({
        "id": number.id,
        "record_type": "messaging_settings",
        "phone_number": number.e164,
        "country_code": number.country(),
        "messaging_profile_id": number.profile,
        "messaging_product": number.messaging_product,
        "traffic_type": number.messaging_product,
        "eligible_messaging_products": ["A2P"],
        "organization_id": number.account,
        "type": if number.is_toll_free() { "toll-free" } else { "long-code" },
        "features": { "sms": ways, "mms": { "domestic_two_way": number.can_mms, "international_inbound": false, "international_outbound": false } },
        "health": { "message_count": 0, "inbound_outbound_ratio": 0.0, "success_ratio": 1.0, "spam_ratio": 0.0 },
        "tags": number.tags.as_ref(),
        "created_at": iso(number.created_at),
        "updated_at": iso(number.updated_at),
    })
}

fn iso(at: Timestamp) -> Value {
    serde_json::to_value(Iso(at)).unwrap_or_default()
}
