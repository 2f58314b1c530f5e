//! What a tool is called with: checked against its JSON Schema before anything runs.

use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};

/// A schema is shown to the model with each question.
const SCHEMA_CHARS_MAX: usize = 8_000;
/// What a model writes as arguments.
const ARGUMENTS_CHARS_MAX: usize = 8_000;
/// So many mistakes are told; mending these often mends the rest.
const MISTAKES_MAX: usize = 5;
/// What a mistake in a schema is told with.
const MISTAKE_CHARS_MAX: usize = 300;
/// What a pattern may become when it is compiled.
const PATTERN_BYTES_MAX: usize = 256 << 10;
/// A schema that points into itself can take longer than anybody waits, or for ever.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

/// Why a schema cannot be a tool's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It is too long.
    #[error("It has more than {SCHEMA_CHARS_MAX} characters. Make it shorter.")]
    TooLong,
    /// Arguments are always an object.
    #[error("It must describe an object: {{\"type\": \"object\", \"properties\": {{…}}}}.")]
    NotOfAnObject,
    /// It points to another place.
    #[error("It must not use {0}. Write out what it points to.")]
    Refers(&'static str),
    /// It is no JSON Schema.
    #[error("It is not a JSON Schema: {0}.")]
    NotASchema(String),
}

/// Whether it can be a tool's.
///
/// # Errors
/// Why not, in words for whoever wrote it.
pub fn check_schema(schema: &Value) -> Result<(), SchemaError> {
    if schema.to_string().chars().count() > SCHEMA_CHARS_MAX {
        return Err(SchemaError::TooLong);
    }
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err(SchemaError::NotOfAnObject);
    }
    if let Some(reference) = REFERENCES.into_iter().find(|name| names(schema, name)) {
        return Err(SchemaError::Refers(reference));
    }
    compiled(schema).map(drop)
}

/// The arguments that a model wrote, if they fit the schema.
///
/// # Errors
/// What is wrong, in words for the model, without the values that it wrote.
pub fn arguments(schema: &Value, text: &str) -> Result<Map<String, Value>, String> {
    if text.chars().count() > ARGUMENTS_CHARS_MAX {
        return Err(format!("the arguments have more than {ARGUMENTS_CHARS_MAX} characters"));
    }
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Err("the arguments are not JSON".into()) };
    let validator = compiled(schema).map_err(|error| format!("this tool cannot be used: {error}"))?;
    let mistakes: Vec<String> = validator
        .iter_errors(&value)
        .take(MISTAKES_MAX)
        .map(|error| match error.instance_path().to_string() {
            path if path.is_empty() => error.masked().to_string(),
            path => format!("{}: {}", path.trim_start_matches('/'), error.masked()),
        })
        .collect();
    match value {
        Value::Object(object) if mistakes.is_empty() => Ok(object),
        _ if mistakes.is_empty() => Err("the arguments are not an object".into()),
        _ => Err(mistakes.join("; ")),
    }
}

/// The same arguments are always written the same.
#[must_use]
pub fn canonical(arguments: &Map<String, Value>) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let mut fields: Vec<_> = object.iter().collect();
                fields.sort_by_key(|(name, _)| *name);
                Value::Object(fields.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
    sorted(&Value::Object(arguments.clone())).to_string()
}

/// Patterns run in time that grows with the text alone: a tenant writes them, and a stranger what they meet.
fn compiled(schema: &Value) -> Result<Validator, SchemaError> {
    let patterns = PatternOptions::regex().size_limit(PATTERN_BYTES_MAX).dfa_size_limit(PATTERN_BYTES_MAX);
    let options = jsonschema::options().with_pattern_options(patterns);
    options.build(schema).map_err(|error| {
        let what: String = error.to_string().chars().take(MISTAKE_CHARS_MAX).collect();
        let path = error.instance_path().to_string();
        SchemaError::NotASchema(if path.is_empty() { what } else { format!("{path}: {what}") })
    })
}

fn names(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(key, value)| key == name || names(value, name)),
        Value::Array(items) => items.iter().any(|item| names(item, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_one_of_an_object() {
        assert_eq!(check_schema(&json!({ "type": "object", "properties": { "id": { "type": "string" } } })), Ok(()));
        let nested = json!({ "type": "object", "properties": { "a": { "items": { "$ref": "#" } } } });
        let cases = [
            (json!(true), SchemaError::NotOfAnObject),
            (json!({}), SchemaError::NotOfAnObject),
            (json!({ "type": "array" }), SchemaError::NotOfAnObject),
            (nested, SchemaError::Refers("$ref")),
            (json!({ "type": "object", "title": "x".repeat(9_000) }), SchemaError::TooLong),
        ];
        for (schema, error) in cases {
            assert_eq!(check_schema(&schema), Err(error), "{schema}");
        }
        for wrong in [
            json!({ "type": "object", "properties": { "id": { "type": "strin" } } }),
            json!({ "type": "object", "required": "id" }),
            json!({ "type": "object", "properties": { "id": { "pattern": "(" } } }),
            json!({ "type": "object", "properties": { "id": { "pattern": "(a{1000}){1000}" } } }),
        ] {
            assert!(matches!(check_schema(&wrong), Err(SchemaError::NotASchema(_))), "{wrong}");
        }
    }

    #[test]
    fn arguments_fit_or_it_is_said_why_without_their_words() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["id"],
            "properties": { "id": { "type": "string", "pattern": "^[0-9]+$" }, "count": { "type": "integer" } },
        });
        assert_eq!(arguments(&schema, r#"{"id":"7"}"#).map(|args| canonical(&args)), Ok(r#"{"id":"7"}"#.into()));
        for (text, told) in [
            ("", "not JSON"),
            ("[]", "object"),
            ("{}", "id"),
            (r#"{"id":7}"#, "id: "),
            (r#"{"id":"$5 off"}"#, "id: "),
            (r#"{"id":"7","count":"$5 off"}"#, "count: "),
            (r#"{"id":"7","more":"$5 off"}"#, "more"),
        ] {
            let why = arguments(&schema, text).unwrap_err();
            assert!(why.contains(told) && !why.contains("$5"), "{text}: {why}");
        }
        assert!(arguments(&schema, &format!(r#"{{"id":"{}"}}"#, "7".repeat(9_000))).is_err());
    }

    #[test]
    fn the_same_arguments_are_written_the_same() {
        let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap();
        let (one, other) = (read(r#"{"b":[{"y":1,"x":2}],"a":1}"#), read(r#"{ "a": 1, "b": [{"x":2,"y":1}] }"#));
        assert_eq!(canonical(&one), canonical(&other));
        assert_eq!(canonical(&one), r#"{"a":1,"b":[{"x":2,"y":1}]}"#);
    }
}
