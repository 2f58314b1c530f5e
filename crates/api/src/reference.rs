//! `/api/docs`: the API's document as one readable page, made here, without scripts and without anybody else's server.

use std::{fmt::Write as _, sync::LazyLock};

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::{document, router::openapi};

/// The document as bytes, since somebody first asked for it.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| document::to_json(&openapi()));

/// The page, likewise.
static PAGE: LazyLock<Bytes> = LazyLock::new(|| page(&openapi()));

/// Serves the document.
pub async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.clone()).into_response()
}

/// Serves the page.
pub async fn reference() -> Response {
    ([(header::CONTENT_TYPE, TYPE), (header::CONTENT_SECURITY_POLICY, POLICY.clone())], PAGE.clone()).into_response()
}

const TYPE: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// The page has one style, known by its digest, and needs nothing else.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// The page of `document`.
#[must_use]
pub fn page(document: &OpenApi) -> Bytes {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut page = String::with_capacity(256 << 10);
    page.extend([HEAD, STYLE, BODY]);
    about(&mut page, &document);
    let operations = operations(&document);
    contents(&mut page, &operations);
    for operation in &operations {
        section(&mut page, operation);
    }
    page.push_str("<h2 id=\"shapes\">Shapes</h2>");
    if let Some(schemas) = document["components"]["schemas"].as_object() {
        for (name, schema) in schemas {
            shape(&mut page, name, schema);
        }
    }
    page.push_str("</main></body></html>\n");
    page.into()
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Tidings API</title><style>";

const STYLE: &str = "\
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 16%,transparent);--soft:color-mix(in srgb,currentColor 6%,transparent)}\
body{font:16px/1.55 system-ui,sans-serif;margin:0}main{max-width:54rem;margin:0 auto;padding:2rem 1.25rem 6rem}\
h1{margin:0 0 .5rem}h2{margin:3rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}\
section{margin:1.75rem 0}h3{font:600 1rem/1.4 ui-monospace,monospace;margin:0;overflow-wrap:anywhere}\
h3 b{display:inline-block;min-width:4.2em;text-transform:uppercase;font-size:.8em;letter-spacing:.04em}\
table{border-collapse:collapse;width:100%;margin:.4rem 0}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line)}\
th{font-weight:600;font-size:.85em}code,pre{font:.88em/1.5 ui-monospace,monospace}pre{background:var(--soft);padding:.7rem .9rem;border-radius:.4rem;overflow-x:auto}\
p{margin:.35rem 0}.contents{columns:2 18rem;padding:0;list-style:none;font-size:.92em}.contents a{text-decoration:none}a{color:inherit}\
.get{color:#1a7f4b}.post{color:#1f5fbf}.put,.patch{color:#9a6200}.delete{color:#b3261e}\
@media (prefers-color-scheme:dark){.get{color:#5bd695}.post{color:#7fb2ff}.put,.patch{color:#f0b45a}.delete{color:#ff8a80}}";

const BODY: &str = "</style></head><body><main>";

struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    tag: &'a str,
    spec: &'a Value,
}

impl Operation<'_> {
    fn anchor(&self) -> &str {
        text(&self.spec["operationId"])
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if let Some(spec) = item.get(method) {
                found.push(Operation { method, path, tag: spec["tags"][0].as_str().unwrap_or("other"), spec });
            }
        }
    }
    found.sort_by_key(|operation| operation.tag);
    found
}

fn about(page: &mut String, document: &Value) {
    let _ = write!(page, "<h1>{} API</h1>", escaped(text(&document["info"]["title"])));
    for paragraph in text(&document["info"]["description"]).split("\n\n") {
        let _ = write!(page, "<p>{}</p>", prose(paragraph));
    }
    page.push_str("<p>For programs: <a href=\"/api/openapi.json\">the OpenAPI 3.1 document</a>.</p>");
}

fn contents(page: &mut String, operations: &[Operation<'_>]) {
    let mut tag = "";
    for operation in operations {
        if operation.tag != tag {
            if !tag.is_empty() {
                page.push_str("</ul>");
            }
            tag = operation.tag;
            let _ = write!(page, "<h4>{}</h4><ul class=\"contents\">", escaped(&tag.replace('-', " ")));
        }
        let _ = write!(
            page,
            "<li><a href=\"#{}\">{}</a></li>",
            escaped(operation.anchor()),
            escaped(text(&operation.spec["summary"]))
        );
    }
    if !tag.is_empty() {
        page.push_str("</ul>");
    }
}

fn section(page: &mut String, operation: &Operation<'_>) {
    let spec = operation.spec;
    let _ = write!(
        page,
        "<section id=\"{}\"><h3><b class=\"{m}\">{m}</b> {}</h3><p>{}</p>",
        escaped(operation.anchor()),
        escaped(operation.path),
        prose(text(&spec["summary"])),
        m = operation.method,
    );
    for paragraph in text(&spec["description"]).split("\n\n").filter(|text| !text.trim().is_empty()) {
        let _ = write!(page, "<p>{}</p>", prose(paragraph));
    }
    parameters(page, spec);
    let body = &spec["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        let _ = write!(page, "<p>Body: {}</p>", kind(body));
    }
    page.push_str("<table><tr><th>Answer</th><th></th></tr>");
    for (status, answer) in spec["responses"].as_object().into_iter().flatten() {
        let schema = answer["content"]
            .as_object()
            .and_then(|content| content.values().next())
            .map(|content| kind(&content["schema"]));
        let _ = write!(
            page,
            "<tr><td><code>{}</code></td><td>{} {}</td></tr>",
            escaped(status),
            schema.unwrap_or_default(),
            prose(text(&answer["description"])),
        );
    }
    page.push_str("</table>");
    curl(page, operation);
    page.push_str("</section>");
}

fn parameters(page: &mut String, spec: &Value) {
    let Some(parameters) = spec["parameters"].as_array().filter(|list| !list.is_empty()) else { return };
    page.push_str("<table><tr><th>Parameter</th><th></th><th></th></tr>");
    for parameter in parameters {
        let required = if parameter["required"].as_bool() == Some(true) { "" } else { ", optional" };
        let _ = write!(
            page,
            "<tr><td><code>{}</code></td><td>{}{required}</td><td>{} {}</td></tr>",
            escaped(text(&parameter["name"])),
            escaped(text(&parameter["in"])),
            kind(&parameter["schema"]),
            prose(text(&parameter["description"])),
        );
    }
    page.push_str("</table>");
}

fn curl(page: &mut String, operation: &Operation<'_>) {
    let mut command = String::from("curl");
    if operation.method != "get" {
        let _ = write!(command, " -X {}", operation.method.to_uppercase());
    }
    if operation.spec.get("security").is_some() {
        command.push_str(" -H \"Authorization: Bearer $TIDINGS_KEY\"");
    }
    if operation.spec["requestBody"]["content"].get("application/json").is_some() {
        command.push_str(" -H 'Content-Type: application/json' -d '{…}'");
    }
    let _ = write!(page, "<pre>{} \"$TIDINGS_URL{}\"</pre>", escaped(&command), escaped(operation.path));
}

fn shape(page: &mut String, name: &str, schema: &Value) {
    let _ = write!(page, "<section id=\"shape-{}\"><h3>{}</h3>", anchor(name), escaped(name));
    let _ = write!(page, "<p>{}</p>", prose(text(&schema["description"])));
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(fields) = schema["properties"].as_object() {
        page.push_str("<table>");
        for (field, spec) in fields {
            let optional = if required.contains(&field.as_str()) { "" } else { ", optional" };
            let _ = write!(
                page,
                "<tr><td><code>{}</code></td><td>{}{optional}</td><td>{}</td></tr>",
                escaped(field),
                kind(spec),
                prose(text(&spec["description"])),
            );
        }
        page.push_str("</table>");
    } else {
        let _ = write!(page, "<p>{}</p>", kind(schema));
    }
    page.push_str("</section>");
}

/// A schema in a few words, with a link to the shape that it names.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#shape-{}\">{}</a>", anchor(name), escaped(name));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words
            .iter()
            .map(|word| format!("<code>{}</code>", escaped(&word.to_string())))
            .collect::<Vec<_>>()
            .join(" | ");
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(kinds) = schema[several].as_array() {
            return kinds.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    let word = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        word => text(word).to_owned(),
    };
    if word.contains("array") {
        return format!("list of {}", kind(&schema["items"]));
    }
    match schema["format"].as_str() {
        Some("date-time") => format!("{} (time)", escaped(&word)),
        _ => escaped(&word),
    }
}

fn anchor(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// Text with `code` in it.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, piece) in escaped(text).split('`').enumerate() {
        if n % 2 == 1 {
            let _ = write!(out, "<code>{piece}</code>");
        } else {
            out.push_str(piece);
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_on_the_page_and_nothing_foreign_is() {
        let document = crate::openapi();
        let page = String::from_utf8(page(&document).to_vec()).unwrap();
        for path in document.paths.paths.keys() {
            assert!(page.contains(&escaped(path)), "{path}");
        }
        assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href=\"http"));
    }

    #[test]
    fn the_pages_only_style_is_the_one_that_its_policy_names() {
        let page = String::from_utf8(page(&crate::openapi()).to_vec()).unwrap();
        let (_, rest) = page.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        let named = format!("style-src 'sha256-{}';", STANDARD.encode(digest(&SHA256, style.as_bytes())));
        assert!(POLICY.to_str().unwrap().contains(&named));
        assert!(!rest.contains("<style") && !rest.contains(" style="));
    }

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(prose("a `<b>` & c"), "a <code>&lt;b&gt;</code> &amp; c");
    }
}
