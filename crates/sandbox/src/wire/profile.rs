//! Messaging profiles: which fields they have, what each may hold, and what a new one starts with.

use serde_json::{Map, Value, json};

use super::error::ApiError;

/// What a field may hold.
#[derive(Clone, Copy)]
enum Holds {
    Text,
    Flag,
    Url,
    NullableText,
    NullableObject,
    Destinations,
}

/// The fields that a request may set.
const FIELDS: [(&str, &str, Holds); 19] = [
    ("name", "/name", Holds::Text),
    ("enabled", "/enabled", Holds::Flag),
    ("webhook_url", "/webhook_url", Holds::Url),
    ("webhook_failover_url", "/webhook_failover_url", Holds::Url),
    ("webhook_api_version", "/webhook_api_version", Holds::Text),
    ("whitelisted_destinations", "/whitelisted_destinations", Holds::Destinations),
    ("number_pool_settings", "/number_pool_settings", Holds::NullableObject),
    ("url_shortener_settings", "/url_shortener_settings", Holds::NullableObject),
    ("alpha_sender", "/alpha_sender", Holds::NullableText),
    ("daily_spend_limit", "/daily_spend_limit", Holds::Text),
    ("daily_spend_limit_enabled", "/daily_spend_limit_enabled", Holds::Flag),
    ("mms_fall_back_to_sms", "/mms_fall_back_to_sms", Holds::Flag),
    ("mms_transcoding", "/mms_transcoding", Holds::Flag),
    ("mobile_only", "/mobile_only", Holds::Flag),
    ("smart_encoding", "/smart_encoding", Holds::Flag),
    ("resource_group_id", "/resource_group_id", Holds::NullableText),
    ("ai_assistant_id", "/ai_assistant_id", Holds::NullableText),
    ("health_webhook_url", "/health_webhook_url", Holds::Url),
    ("features", "/features", Holds::NullableObject),
];

/// What a profile holds that nobody set.
pub(crate) fn defaults() -> Map<String, Value> {
    let defaults = json!({
        "record_type": "messaging_profile",
        "enabled": true,
        "webhook_url": null,
        "webhook_failover_url": null,
        "webhook_api_version": "2",
        "whitelisted_destinations": [],
        "number_pool_settings": null,
        "url_shortener_settings": null,
        "alpha_sender": null,
        "daily_spend_limit": "0",
        "daily_spend_limit_enabled": false,
        "mms_fall_back_to_sms": false,
        "mms_transcoding": false,
        "mobile_only": false,
        "smart_encoding": false,
        "resource_group_id": null,
        "ai_assistant_id": null,
        "health_webhook_url": null,
        "redaction_enabled": false,
        "redaction_level": 2,
    });
    match defaults {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// What a new profile must name.
pub(crate) fn check_new(request: &Map<String, Value>) -> Result<(), ApiError> {
    if !request.contains_key("name") {
        return Err(ApiError::missing("/name"));
    }
    if !request.contains_key("whitelisted_destinations") {
        return Err(
            ApiError::new(422, "40331", "List the destinations that may be sent to.").at("/whitelisted_destinations")
        );
    }
    Ok(())
}

/// Takes the fields of a request over into a profile. Fields that Telnyx does not know are ignored, as it does.
pub(crate) fn merge(profile: &mut Map<String, Value>, request: &Map<String, Value>) -> Result<(), ApiError> {
    for (name, pointer, holds) in FIELDS {
        if let Some(value) = request.get(name) {
            check(holds, value, pointer)?;
        }
    }
    for (name, _, _) in FIELDS {
        if let Some(value) = request.get(name) {
            profile.insert(name.to_owned(), value.clone());
        }
    }
    Ok(())
}

fn check(holds: Holds, value: &Value, pointer: &'static str) -> Result<(), ApiError> {
    let fits = match holds {
        Holds::Text => value.is_string(),
        Holds::Flag => value.is_boolean(),
        Holds::Url => value.is_null() || value.as_str().is_some_and(is_url_or_empty),
        Holds::NullableText => value.is_null() || value.is_string(),
        Holds::NullableObject => value.is_null() || value.is_object(),
        Holds::Destinations => value.as_array().is_some_and(|list| list.iter().all(is_destination)),
    };
    if !fits {
        return Err(
            ApiError::new(422, "10026", "The value is not of the type or form that this parameter takes.").at(pointer)
        );
    }
    let known_version = pointer != "/webhook_api_version" || matches!(value.as_str(), Some("1" | "2" | "2010-04-01"));
    if known_version {
        Ok(())
    } else {
        Err(ApiError::new(422, "10032", "Must be one of 1, 2, 2010-04-01.").at(pointer))
    }
}

/// Whether Telnyx would take it as a webhook's URL.
pub(crate) fn is_url(text: &str) -> bool {
    const URL_CHARS_MAX: usize = 2_000;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.len() <= URL_CHARS_MAX && rest.is_some_and(|rest| !rest.is_empty()) && text.parse::<http::Uri>().is_ok()
}

fn is_url_or_empty(text: &str) -> bool {
    text.is_empty() || is_url(text)
}

fn is_destination(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|code| code == "*" || (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())))
}
