//! What an assistant may do besides answering: what is asked for, checked.

use std::collections::BTreeSet;

use domain::assistant::Settings;
use domain::assistant::code;
use domain::assistant::tool::{
    Class, Does, Header, Http, Method, SecretHeader, TOOLS_MAX, Tool, check_schema, is_name,
};
use domain::id::AssistantId;
use engine::{Sealer, ToolSecret, open_tool_secrets, seal_tool_secrets};
use http::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};
use store::StoreError;
use store::assistant::shown::schema;
use store::words;
use utoipa::ToSchema;

use super::settings::{AssistantPatch, within};
use crate::{
    error::{ApiError, FieldError},
    fields,
};

const DESCRIPTION_CHARS_MAX: usize = 1_000;
const HEADERS_MAX: usize = 10;
const HEADER_CHARS_MAX: usize = 1_000;
/// What the request itself says, or what would make it another.
const OUR_HEADERS: [&str; 11] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "idempotency-key",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Something that an assistant may do besides answering.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolPatch {
    /// What the model calls it: 1 to 40 lower-case letters, digits and underscores. What is built in has its own name:
    /// `save_field`, `add_tag`, `schedule_follow_up`, `look_up`.
    pub name: String,
    /// What it is for, told to the model. What is built in has its own words where this is empty.
    #[serde(default)]
    pub description: String,
    /// What it may change; an endpoint needs it. What cannot be put right is done only when a person has approved it.
    #[schema(value_type = Option<words::ToolClass>)]
    pub class: Option<Class>,
    /// What it does. The rest is there for `http` alone.
    #[schema(value_type = words::ToolKind)]
    pub kind: Kind,
    /// Where the endpoint is. Another address takes the values of secret headers anew.
    pub url: Option<String>,
    /// How it is asked: with its arguments in the query (`get`, the usual, and `delete`), or as a JSON body.
    #[schema(value_type = Option<words::ToolMethod>)]
    pub method: Option<Method>,
    /// What is sent along for anyone to see.
    #[serde(default)]
    #[schema(value_type = Vec<schema::ToolHeader>)]
    pub headers: Vec<Header>,
    /// What is sent along and never shown again.
    #[serde(default)]
    pub secret_headers: Vec<SecretHeaderPatch>,
    /// The JSON Schema of its arguments, an object; if not said, it has none.
    pub parameters: Option<Value>,
    /// For what cannot be put right: the text with which the contact is asked to confirm it instead of people, with `{code}`
    /// where the six digits stand that they send back, as in `Pay back order {order}? Reply {code} within 10 minutes.` Other
    /// names in braces are arguments. Where the assistant only suggests, or the code is wrong three times, people are asked.
    pub confirm_text: Option<String>,
}

/// A header whose value is kept sealed.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretHeaderPatch {
    /// Its name.
    pub name: String,
    /// Its value; if not said, the one that is kept.
    #[schema(write_only)]
    pub value: Option<String>,
}

/// What a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Calls an endpoint.
    Http,
    /// Keeps what the contact said of themselves.
    SaveField,
    /// Labels the conversation.
    AddTag,
    /// Sends a text later.
    FollowUp,
    /// Tells what is known of the contact.
    LookUp,
}

impl std::fmt::Debug for ToolPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolPatch").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SecretHeaderPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretHeaderPatch").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The tools as they are kept. `before`: those there are, whose secrets need not be given again.
///
/// # Errors
/// 422 that names the field.
pub(super) fn checked(asked: &[ToolPatch], before: &[Tool]) -> Result<Vec<Tool>, ApiError> {
    if asked.len() > TOOLS_MAX {
        return Err(ApiError::invalid("tools", "too_many", format!("At most {TOOLS_MAX} tools.")));
    }
    let mut names = BTreeSet::new();
    let mut tools = Vec::with_capacity(asked.len());
    for (nth, asked) in asked.iter().enumerate() {
        let at = |name: &str| format!("tools[{nth}].{name}");
        let tool = tool(asked, before, &at)?;
        if !names.insert(tool.name.clone()) {
            return Err(ApiError::invalid(at("name"), "taken", "Another tool has this name. Choose another."));
        }
        tools.push(tool);
    }
    Ok(tools)
}

fn tool(asked: &ToolPatch, before: &[Tool], at: &dyn Fn(&str) -> String) -> Result<Tool, ApiError> {
    let description = asked.description.trim().to_owned();
    within(&at("description"), &description, DESCRIPTION_CHARS_MAX)?;
    let does = match asked.kind {
        Kind::Http => return http_tool(asked, description, before, at),
        Kind::SaveField => Does::SaveField,
        Kind::AddTag => Does::AddTag,
        Kind::FollowUp => Does::FollowUp,
        Kind::LookUp => Does::LookUp,
    };
    let (name, class) = (does.own_name().unwrap_or_default(), does.own_class().unwrap_or(Class::Write));
    if asked.name != name {
        return Err(ApiError::invalid(at("name"), "not_its_name", format!("What is built in has a name: {name}.")));
    }
    if asked.class.is_some_and(|asked| asked != class) {
        let mend = "What is built in has its own class. Leave this out.";
        return Err(ApiError::invalid(at("class"), "not_its_class", mend));
    }
    for (field, given) in [
        ("url", asked.url.is_some()),
        ("method", asked.method.is_some()),
        ("headers", !asked.headers.is_empty()),
        ("secret_headers", !asked.secret_headers.is_empty()),
        ("parameters", asked.parameters.is_some()),
        ("confirm_text", asked.confirm_text.is_some()),
    ] {
        if given {
            return Err(ApiError::invalid(at(field), "not_for_this_kind", "Only an endpoint (http) has this."));
        }
    }
    Ok(Tool { name: name.to_owned(), description, class, does })
}

fn http_tool(
    asked: &ToolPatch,
    description: String,
    before: &[Tool],
    at: &dyn Fn(&str) -> String,
) -> Result<Tool, ApiError> {
    let missing = |field: &str, mend: &str| ApiError::invalid(at(field), "missing", mend);
    let name = asked.name.clone();
    if !is_name(&name) {
        let mend = "Write 1 to 40 lower-case letters, digits and underscores.";
        return Err(ApiError::invalid(at("name"), "not_a_name", mend));
    }
    if Does::OWN.iter().any(|own| own.own_name() == Some(&name)) {
        return Err(ApiError::invalid(at("name"), "reserved", "This is the name of what is built in. Choose another."));
    }
    if description.is_empty() {
        return Err(missing("description", "Say what it is for: the model reads it."));
    }
    let class = asked.class.ok_or_else(|| missing("class", "Say what it may change: read, write or irreversible."))?;
    let url = asked.url.as_deref().ok_or_else(|| missing("url", "Say where the endpoint is."))?;
    // Where a name leads is looked at with each call.
    let url = fields::url(&at("url"), url, true)?;
    let parameters = asked.parameters.clone().unwrap_or_else(|| json!({ "type": "object", "properties": {} }));
    check_schema(&parameters)
        .map_err(|error| ApiError::invalid(at("parameters"), "not_a_schema", error.to_string()))?;
    let confirm_text = match &asked.confirm_text {
        None => None,
        Some(text) => Some(confirm_text(&at("confirm_text"), text, class, &parameters)?),
    };
    if asked.headers.len() + asked.secret_headers.len() > HEADERS_MAX {
        return Err(ApiError::invalid(at("headers"), "too_many", format!("At most {HEADERS_MAX} headers.")));
    }
    let mut names = BTreeSet::new();
    let mut headers = Vec::with_capacity(asked.headers.len());
    for (nth, header) in asked.headers.iter().enumerate() {
        let name = header_name(&at(&format!("headers[{nth}].name")), &header.name, &mut names)?;
        let value = header_value(&at(&format!("headers[{nth}].value")), &header.value)?;
        headers.push(Header { name, value });
    }
    let kept = before.iter().find(|tool| tool.name == name);
    let mut secret_headers = Vec::with_capacity(asked.secret_headers.len());
    for (nth, header) in asked.secret_headers.iter().enumerate() {
        let name = header_name(&at(&format!("secret_headers[{nth}].name")), &header.name, &mut names)?;
        let called = at(&format!("secret_headers[{nth}].value"));
        match &header.value {
            Some(value) => drop(header_value(&called, value)?),
            None if !kept.is_some_and(|tool| keeps(tool, &url, &name)) => {
                let mend = "Give its value: none is kept for this tool at this address.";
                return Err(ApiError::invalid(called, "missing", mend));
            }
            None => {}
        }
        secret_headers.push(SecretHeader { name });
    }
    let method = asked.method.unwrap_or(Method::Get);
    let http = Http { url, method, headers, secret_headers, parameters, confirm_text };
    Ok(Tool { name, description, class, does: Does::Http(http) })
}

fn confirm_text(field: &str, text: &str, class: Class, parameters: &Value) -> Result<String, ApiError> {
    let text = text.trim();
    if class != Class::Irreversible {
        let mend = "Only what cannot be put right is confirmed. Leave this out, or make the class irreversible.";
        return Err(ApiError::invalid(field, "not_for_this_class", mend));
    }
    within(field, text, code::TEXT_CHARS_MAX)?;
    if text.matches(code::PLACE).count() != 1 {
        let mend = "Write {code}, once, where the six digits shall stand.";
        return Err(ApiError::invalid(field, "no_code", mend));
    }
    let known = parameters["properties"].as_object();
    if let Some(unknown) = code::places(text).find(|name| !known.is_some_and(|known| known.contains_key(*name))) {
        let mend = format!("The tool has no argument {unknown}. Name one of its arguments, or leave the braces out.");
        return Err(ApiError::invalid(field, "no_such_argument", mend));
    }
    Ok(text.to_owned())
}

fn keeps(tool: &Tool, url: &str, header: &str) -> bool {
    match &tool.does {
        Does::Http(http) => http.url == url && http.secret_headers.iter().any(|kept| kept.name == header),
        Does::SaveField | Does::AddTag | Does::FollowUp | Does::LookUp => false,
    }
}

fn header_name(field: &str, name: &str, seen: &mut BTreeSet<String>) -> Result<String, ApiError> {
    let name = name.trim().to_ascii_lowercase();
    if HeaderName::try_from(name.as_str()).is_err() || name.len() > 100 {
        return Err(ApiError::invalid(field, "not_a_header", "Write the name of a header, as in Authorization."));
    }
    if OUR_HEADERS.contains(&name.as_str()) || name.starts_with("proxy-") {
        return Err(ApiError::invalid(field, "reserved", "This header is set with each call. Leave it out."));
    }
    if !seen.insert(name.clone()) {
        return Err(ApiError::invalid(field, "taken", "This header is there already."));
    }
    Ok(name)
}

fn header_value(field: &str, value: &str) -> Result<String, ApiError> {
    let value = value.trim();
    let printable = value.len() <= HEADER_CHARS_MAX && value.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if value.is_empty() || !printable || HeaderValue::try_from(value).is_err() {
        let mend = format!("Write 1 to {HEADER_CHARS_MAX} printable ASCII characters.");
        return Err(ApiError::invalid(field, "not_a_value", mend));
    }
    Ok(value.to_owned())
}

/// The secret headers of these tools whose values are not kept, named.
pub(super) fn without_secrets(tools: &[Tool], kept: &[ToolSecret]) -> Vec<FieldError> {
    let mut missing = Vec::new();
    for (nth, tool) in tools.iter().enumerate() {
        let Does::Http(http) = &tool.does else { continue };
        for (at, header) in http.secret_headers.iter().enumerate() {
            let is_it = |secret: &ToolSecret| {
                (&secret.tool, &secret.url, &secret.header) == (&tool.name, &http.url, &header.name)
            };
            if !kept.iter().any(is_it) {
                let field = format!("tools[{nth}].secret_headers[{at}].value");
                let message =
                    format!("The value of {} for {} is not kept any more. Give it again.", header.name, tool.name);
                missing.push(FieldError::new(field, "missing", message));
            }
        }
    }
    missing
}

/// The values of secret headers as they are kept; the outer `None`: as they are. `in_use`: the settings whose tools need
/// theirs, the new ones first; what none of them needs is forgotten.
///
/// # Errors
/// A fault when they cannot be opened or sealed.
pub(super) fn sealed(
    sealer: &Sealer,
    id: AssistantId,
    asked: &AssistantPatch,
    kept: Option<&[u8]>,
    in_use: &[&Settings],
) -> Result<Option<Option<Vec<u8>>>, ApiError> {
    let Some(tools) = &asked.tools else { return Ok(None) };
    // Sealed with another key, they are of no use, and what is given anew is all there is.
    let mut secrets = open_tool_secrets(sealer, id, kept).unwrap_or_default();
    let set = in_use.first().map(|set| set.tools.as_slice()).unwrap_or_default();
    for (asked, tool) in tools.iter().zip(set) {
        let Does::Http(http) = &tool.does else { continue };
        for (header, named) in asked.secret_headers.iter().zip(&http.secret_headers) {
            let Some(value) = &header.value else { continue };
            let new = ToolSecret {
                tool: tool.name.clone(),
                url: http.url.clone(),
                header: named.name.clone(),
                value: value.trim().to_owned(),
            };
            secrets.retain(|old| (&old.tool, &old.url, &old.header) != (&new.tool, &new.url, &new.header));
            secrets.push(new);
        }
    }
    let needed = |secret: &ToolSecret| {
        let mut all = in_use.iter().flat_map(|set| &set.tools);
        all.any(|tool| tool.name == secret.tool && keeps(tool, &secret.url, &secret.header))
    };
    secrets.retain(needed);
    Ok(Some(seal_tool_secrets(sealer, id, &secrets).map_err(StoreError::fault)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(before: &[Tool], tools: Value) -> Result<Vec<Tool>, String> {
        let asked: Vec<ToolPatch> = serde_json::from_value(tools).map_err(|error| error.to_string())?;
        checked(&asked, before).map_err(|error| format!("{error:?}"))
    }

    fn order(more: Value) -> Value {
        let mut tool = json!({
            "name": "order", "description": "An order's state", "class": "read", "kind": "http",
            "url": "https://shop.test/orders", "secret_headers": [{ "name": "Authorization", "value": "Bearer x" }],
            "parameters": { "type": "object", "properties": { "id": { "type": "string" } } },
        });
        tool.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([tool])
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert!(set(&[], order(json!({}))).is_ok());
        let confirmed = json!({ "class": "irreversible", "confirm_text": " Drop {id}? Reply {code}. " });
        assert!(set(&[], order(confirmed)).is_ok());
        for (more, field) in [
            (json!({ "name": "Order" }), "tools[0].name"),
            (json!({ "name": "save_field" }), "tools[0].name"),
            (json!({ "description": " " }), "tools[0].description"),
            (json!({ "class": null }), "tools[0].class"),
            (json!({ "url": "ftp://shop.test" }), "tools[0].url"),
            (json!({ "url": null }), "tools[0].url"),
            (
                json!({ "parameters": { "type": "object", "properties": { "id": { "type": "strin" } } } }),
                "tools[0].parameters",
            ),
            (json!({ "parameters": [] }), "tools[0].parameters"),
            (json!({ "headers": [{ "name": "Host", "value": "x" }] }), "tools[0].headers[0].name"),
            (json!({ "headers": [{ "name": "a b", "value": "x" }] }), "tools[0].headers[0].name"),
            (json!({ "headers": [{ "name": "authorization", "value": "x" }] }), "tools[0].secret_headers[0].name"),
            (json!({ "headers": [{ "name": "x-a", "value": "a\r\nb: c" }] }), "tools[0].headers[0].value"),
            (json!({ "secret_headers": [{ "name": "x-key" }] }), "tools[0].secret_headers[0].value"),
            (json!({ "kind": "add_tag", "name": "add_tag" }), "tools[0].class"),
            (json!({ "kind": "add_tag", "name": "add_tag", "class": null }), "tools[0].url"),
            (json!({ "confirm_text": "{code}" }), "tools[0].confirm_text"),
            (json!({ "class": "irreversible", "confirm_text": "Sure?" }), "tools[0].confirm_text"),
            (json!({ "class": "irreversible", "confirm_text": "{code} {code}" }), "tools[0].confirm_text"),
            (json!({ "class": "irreversible", "confirm_text": "{ID}: {code}" }), "tools[0].confirm_text"),
            (json!({ "class": "irreversible", "confirm_text": "{code}".repeat(60) }), "tools[0].confirm_text"),
            (json!({ "kind": "dance" }), "unknown variant"),
            (json!({ "more": 1 }), "unknown field"),
        ] {
            let error = set(&[], order(more.clone())).unwrap_err();
            assert!(error.contains(field), "{more}: {error}");
        }
        let twice = json!([{ "name": "look_up", "kind": "look_up" }, { "name": "look_up", "kind": "look_up" }]);
        assert!(set(&[], twice).unwrap_err().contains("tools[1].name"));
    }

    #[test]
    fn a_kept_secret_stays_with_its_tool_and_address() {
        let kept = set(&[], order(json!({}))).unwrap();
        let none_given = json!([{ "name": "authorization" }]);
        for (more, stays) in [
            (json!({}), true),
            (json!({ "method": "post" }), true),
            (json!({ "url": "https://max.test/orders" }), false),
            (json!({ "url": "https://shop.test/other" }), false),
            (json!({ "name": "other" }), false),
        ] {
            let mut asked = order(more.clone());
            asked[0]["secret_headers"] = none_given.clone();
            assert_eq!(set(&kept, asked).is_ok(), stays, "{more}");
        }
    }

    #[test]
    fn what_is_needed_is_kept_and_the_rest_forgotten() {
        let (sealer, id) = (Sealer::from_key(&[7; 32]), AssistantId(uuid::Uuid::nil()));
        let patch = |tools: Value| serde_json::from_value::<AssistantPatch>(json!({ "tools": tools })).unwrap();
        let with = |tools: &Value| Settings { tools: set(&[], tools.clone()).unwrap(), ..Settings::default() };
        let first = order(json!({}));
        let old = with(&first);
        let kept = sealed(&sealer, id, &patch(first), None, &[&old]).unwrap().unwrap().unwrap();
        assert_eq!(sealed(&sealer, id, &AssistantPatch::default(), Some(&kept), &[&old]).unwrap(), None);
        let open = |sealed: Option<Vec<u8>>| open_tool_secrets(&sealer, id, sealed.as_deref()).unwrap();
        let moved = order(json!({ "url": "https://shop.test/v2" }));
        let new = with(&moved);
        let published = sealed(&sealer, id, &patch(moved.clone()), Some(&kept), &[&new]).unwrap().unwrap();
        assert_eq!(open(published).iter().map(|one| one.url.as_str()).collect::<Vec<_>>(), ["https://shop.test/v2"]);
        let tried = sealed(&sealer, id, &patch(moved), Some(&kept), &[&new, &old]).unwrap().unwrap();
        assert_eq!(open(tried).len(), 2, "the version in force still needs its own");
        let none = Settings::default();
        assert_eq!(sealed(&sealer, id, &patch(json!([])), Some(&kept), &[&none]).unwrap(), Some(None));
    }
}
