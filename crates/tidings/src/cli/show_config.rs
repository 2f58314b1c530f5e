use std::fmt::Write as _;

use serde_json::json;

use super::Answer;
use crate::config::Config;

pub(super) fn run(config: &Config) -> Answer {
    let mut text = String::new();
    let mut rows = Vec::new();
    for line in config.lines() {
        let value = line.value.as_deref().unwrap_or("(not set)");
        let _ = writeln!(text, "{:<23} {:<40} {}", line.key, value, line.source);
        rows.push(json!({ "key": line.key, "value": line.value, "source": line.source.to_string() }));
    }
    let _ = writeln!(text, "{:<23} {:<40} in force", "public_url", config.public_url);
    Answer::new(text, json!({ "data": rows, "public_url": config.public_url }))
}
