//! Telnyx's OpenAPI 3.1 document: what it says of a request, an answer and a webhook.

use jsonschema::{Draft, Registry, Validator};
use providers::http::{Method, Request};
use serde_json::{Value, json};

/// The document's own address, for the references within it.
const ADDRESS: &str = "https://telnyx.invalid/openapi.json";

/// Fields that the document leaves out where it means them. Around every event there is a `meta` with the attempt, as
/// captured webhooks show and the document has for receipts alone; and the few errors that are documented bare come with
/// the list that all others are in.
const MEANT: [&str; 2] = ["/meta", "/errors"];

/// What of the document names an operation: `("/messages/{id}", "get")`.
type Operation<'a> = (&'a str, String);

/// The document, ready to be asked.
pub struct Document {
    root: Value,
    registry: Registry<'static>,
}

impl Document {
    /// Reads it from a file.
    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"));
        let root: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path} is no JSON: {error}"));
        assert!(
            root["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")),
            "{path} is no OpenAPI 3.1 document"
        );
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(ADDRESS, root.clone())
            .and_then(jsonschema::RegistryBuilder::prepare)
            .expect("the references of the document lead somewhere");
        Self { root, registry }
    }

    /// What is wrong with a request: its operation, its query, its body.
    pub fn request(&self, request: &Request) -> Vec<String> {
        let uri: http::Uri = request.url.parse().expect("an address");
        let Some(operation) = self.operation(&request.method, uri.path()) else {
            return vec![format!("Telnyx has no {} {}", request.method, uri.path())];
        };
        let mut wrong = self.query(&operation, uri.query().unwrap_or_default());
        let schema =
            pointer(&["paths", operation.0, &operation.1, "requestBody", "content", "application/json", "schema"]);
        match (self.root.pointer(&schema).is_some(), request.body.is_empty()) {
            (true, _) => wrong.extend(self.check(&schema, &String::from_utf8_lossy(&request.body))),
            (false, true) => {}
            (false, false) => wrong.push("Telnyx takes no body here".to_owned()),
        }
        wrong
    }

    /// What is wrong with the answer to a request.
    pub fn answer(&self, method: &Method, path: &str, status: u16, body: &str) -> Vec<String> {
        let Some(operation) = self.operation(method, path) else {
            return vec![format!("Telnyx has no {method} {path}")];
        };
        let class = format!("{}XX", status / 100);
        let known = [status.to_string(), class, "default".to_owned()];
        let responses = pointer(&["paths", operation.0, &operation.1, "responses"]);
        let found =
            known.iter().map(|key| format!("{responses}/{key}")).find(|response| self.root.pointer(response).is_some());
        let Some(response) = found else { return vec![format!("Telnyx tells of no answer {status}")] };
        let response = self.resolved(&response);
        self.check(&format!("{response}{}", pointer(&["content", "application/json", "schema"])), body)
    }

    /// What is wrong with a webhook's body.
    pub fn webhook(&self, body: &Value) -> Vec<String> {
        let name = match body["data"]["event_type"].as_str() {
            Some("message.received") => "inboundMessage",
            Some("message.sent" | "message.finalized") => "deliveryUpdate",
            other => return vec![format!("Telnyx has no event {other:?}")],
        };
        self.check(
            &pointer(&["webhooks", name, "post", "requestBody", "content", "application/json", "schema"]),
            &body.to_string(),
        )
    }

    /// The headers that come with a webhook.
    pub fn webhook_headers(&self) -> Vec<String> {
        let parameters = self.root["webhooks"]["deliveryUpdate"]["post"]["parameters"].as_array();
        let required = parameters
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "header" && parameter["required"] == true);
        required.filter_map(|parameter| parameter["name"].as_str()).map(str::to_owned).collect()
    }

    /// Which operation a path is: the template with the most fixed parts that fits.
    fn operation(&self, method: &Method, path: &str) -> Option<Operation<'_>> {
        let path = path.strip_prefix("/v2")?;
        let method = method.as_str().to_lowercase();
        let paths = self.root["paths"].as_object()?;
        let fits = paths.iter().filter(|(template, item)| item.get(&method).is_some() && is_like(template, path));
        fits.min_by_key(|(template, _)| template.matches('{').count()).map(|(template, _)| (template.as_str(), method))
    }

    /// Names in a query that the operation does not have.
    fn query(&self, (path, method): &Operation<'_>, query: &str) -> Vec<String> {
        let item = &self.root["paths"][path];
        let listed =
            [&item[method]["parameters"], &item["parameters"]].into_iter().filter_map(Value::as_array).flatten();
        let known: Vec<&Value> = listed.map(|parameter| self.followed(parameter)).collect();
        let names = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| decoded(pair.split('=').next().unwrap_or_default()));
        names
            .filter(|name| !known.iter().any(|parameter| takes(parameter, name)))
            .map(|name| format!("Telnyx takes no `{name}` in the query here"))
            .collect()
    }

    /// Holds a JSON text against the schema at a pointer.
    fn check(&self, schema: &str, text: &str) -> Vec<String> {
        let Ok(instance) = serde_json::from_str::<Value>(text) else { return vec!["the body is no JSON".to_owned()] };
        let validator = self.validator(schema);
        let told = |error: jsonschema::ValidationError<'_>| {
            format!("at `{}`: {error} (schema: {})", error.instance_path(), error.schema_path())
        };
        let mut wrong: Vec<String> = validator.iter_errors(&instance).map(told).collect();
        let schema = self.root.pointer(schema).into_iter().collect::<Vec<_>>();
        self.strangers(&schema, &instance, "", &mut wrong);
        wrong
    }

    fn validator(&self, schema: &str) -> Validator {
        let reference = json!({ "$ref": format!("{ADDRESS}#{}", encoded(schema)) });
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .build(&reference)
            .unwrap_or_else(|error| panic!("the schema at {schema} cannot be used: {error}"))
    }

    /// Fields that no schema tells of, at any depth. The document forbids hardly any, but one that it does not know is one that we
    /// misspelt or the sandbox made up.
    fn strangers(&self, schemas: &[&Value], instance: &Value, place: &str, wrong: &mut Vec<String>) {
        let mut all = Vec::new();
        for schema in schemas {
            self.spread(schema, &mut all);
        }
        match instance {
            Value::Object(fields) => {
                let open = !all.iter().any(|schema| schema.get("properties").is_some())
                    || all
                        .iter()
                        .any(|schema| schema.get("additionalProperties").is_some_and(|more| *more != json!(false)));
                for (name, value) in fields {
                    let below: Vec<&Value> =
                        all.iter().filter_map(|schema| schema.get("properties")?.get(name)).collect();
                    let place = format!("{place}/{name}");
                    if !below.is_empty() {
                        self.strangers(&below, value, &place, wrong);
                    } else if !open && !MEANT.contains(&place.as_str()) {
                        wrong.push(format!("at `{place}`: Telnyx knows no such field"));
                    }
                }
            }
            Value::Array(items) => {
                let below: Vec<&Value> = all.iter().filter_map(|schema| schema.get("items")).collect();
                for (number, item) in items.iter().enumerate() {
                    self.strangers(&below, item, &format!("{place}/{number}"), wrong);
                }
            }
            _ => {}
        }
    }

    /// A schema with everything that it is made of.
    fn spread<'a>(&'a self, schema: &'a Value, all: &mut Vec<&'a Value>) {
        let schema = self.followed(schema);
        all.push(schema);
        for part in ["allOf", "oneOf", "anyOf"].iter().filter_map(|name| schema.get(name)?.as_array()).flatten() {
            self.spread(part, all);
        }
    }

    fn followed<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        while let Some(target) =
            value.get("$ref").and_then(Value::as_str).and_then(|to| self.root.pointer(to.strip_prefix('#')?))
        {
            value = target;
        }
        value
    }

    /// A pointer with the references at its end followed.
    fn resolved(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        while let Some(to) =
            self.root.pointer(&pointer).and_then(|value| value.get("$ref")?.as_str()?.strip_prefix('#'))
        {
            pointer = to.to_owned();
        }
        pointer
    }
}

/// A JSON pointer (RFC 6901 §3: `~` and `/` are escaped).
fn pointer(parts: &[&str]) -> String {
    parts.iter().map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect()
}

/// A pointer as an address's fragment: braces and spaces have no place there.
fn encoded(pointer: &str) -> String {
    pointer.replace('{', "%7B").replace('}', "%7D").replace(' ', "%20")
}

/// Whether a path fits a template: `{…}` stands for one part.
fn is_like(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(part, given)| part == given || (part.starts_with('{') && !given.is_empty()))
}

/// Whether a parameter takes a name: itself, or one of a deep object's fields (`page[number]`).
fn takes(parameter: &Value, name: &str) -> bool {
    let own = parameter["name"].as_str().unwrap_or_default();
    let deep = || {
        let field = name.strip_prefix(own)?.strip_prefix('[')?.strip_suffix(']')?;
        parameter["schema"]["properties"].get(field)
    };
    parameter["in"] == "query" && (own == name || (parameter["style"] == "deepObject" && deep().is_some()))
}

fn decoded(name: &str) -> String {
    name.replace("%5B", "[").replace("%5D", "]")
}
