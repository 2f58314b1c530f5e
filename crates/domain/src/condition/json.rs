//! A condition as JSON: `{"all": [{"field": "city", "op": "eq", "value": "Oslo"}, {"not": {…}}]}`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value as Json, json};

use super::fault::{Fault, choose};
use super::{Condition, Leaf, Op, Value};

/// What stands in a leaf.
const PARTS: [&str; 4] = ["field", "op", "value", "days"];

impl Condition {
    /// Reads what came as JSON. Whether its names and values make sense is what `check` says.
    ///
    /// # Errors
    /// What has not the form of a condition, each with its place.
    pub fn from_json(json: &Json) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        match read(json, "", &mut faults) {
            Some(condition) if faults.is_empty() => Ok(condition),
            _ => Err(faults),
        }
    }

    /// As JSON, in the one way that it is written.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::All(parts) => json!({ "all": parts.iter().map(Self::to_json).collect::<Vec<_>>() }),
            Self::Any(parts) => json!({ "any": parts.iter().map(Self::to_json).collect::<Vec<_>>() }),
            Self::Not(part) => json!({ "not": part.to_json() }),
            Self::Leaf(leaf) => leaf.to_json(),
        }
    }
}

impl Leaf {
    fn to_json(&self) -> Json {
        let mut written = Map::new();
        written.insert("field".into(), self.field.clone().into());
        written.insert("op".into(), self.op.as_str().into());
        if let Some(value) = &self.value {
            written.insert("value".into(), value.to_json());
        }
        if let Some(days) = self.days {
            written.insert("days".into(), days.into());
        }
        Json::Object(written)
    }
}

impl Value {
    fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Number(number) => Json::Number(number.clone()),
            Self::YesNo(yes) => (*yes).into(),
            Self::Many(values) => values.iter().map(Self::to_json).collect(),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(from)?;
        Self::from_json(&json).map_err(|faults| match faults.first() {
            Some(fault) => de::Error::custom(format!("{}: {fault}", fault.path)),
            None => de::Error::custom("not a condition"),
        })
    }
}

fn read(json: &Json, path: &str, faults: &mut Vec<Fault>) -> Option<Condition> {
    let mend =
        r#"Write {"field": …, "op": …, "value": …}, or {"all": […]}, {"any": […]} or {"not": {…}} around others."#;
    let Some(parts) = json.as_object() else {
        faults.push(Fault::new(path, "not_a_condition", "This is no condition.", mend));
        return None;
    };
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let mut entries = parts.iter();
    match (entries.next(), entries.next()) {
        (Some((word, Json::Array(inner))), None) if word == "all" || word == "any" => {
            let read_one = |(nth, one)| read(one, &inside(&format!("{word}[{nth}]")), faults);
            let inner: Vec<Option<Condition>> = inner.iter().enumerate().map(read_one).collect();
            let inner = inner.into_iter().collect::<Option<Vec<_>>>()?;
            Some(if word == "all" { Condition::All(inner) } else { Condition::Any(inner) })
        }
        (Some((word, inner)), None) if word == "not" => {
            read(inner, &inside("not"), faults).map(|inner| Condition::Not(Box::new(inner)))
        }
        _ if parts.contains_key("field") || parts.contains_key("op") => {
            leaf(parts, inside, faults).map(Condition::Leaf)
        }
        _ => {
            faults.push(Fault::new(path, "not_a_condition", "This is no condition.", mend));
            None
        }
    }
}

fn leaf(parts: &Map<String, Json>, inside: impl Fn(&str) -> String, faults: &mut Vec<Fault>) -> Option<Leaf> {
    let before = faults.len();
    if let Some(stranger) = parts.keys().find(|key| !PARTS.contains(&key.as_str())) {
        let what = format!("A leaf has no {stranger}.");
        faults.push(Fault::new(&inside(stranger), "no_such_part", what, choose(stranger, PARTS)));
    }
    let field = parts.get("field").and_then(Json::as_str);
    if field.is_none() {
        let mend = "Write its name, as in \"city\" or \"last_inbound_at\".";
        faults.push(Fault::new(&inside("field"), "missing", "It does not say what is looked at.", mend));
    }
    let word = parts.get("op").and_then(Json::as_str).unwrap_or_default();
    let op = Op::parse(word);
    if op.is_none() {
        let what = if word.is_empty() { "It has no operator.".into() } else { format!("There is no operator {word}.") };
        faults.push(Fault::new(&inside("op"), "no_such_operator", what, choose(word, Op::ALL.map(Op::as_str))));
    }
    let value = match parts.get("value") {
        None | Some(Json::Null) => None,
        Some(json) => {
            let read = value(json, true);
            if read.is_none() {
                let mend = "Write a text, a number, true, false, or a list of these.";
                faults.push(Fault::new(&inside("value"), "wrong_value", "This cannot be a value.", mend));
            }
            read
        }
    };
    let days = match parts.get("days") {
        None | Some(Json::Null) => None,
        Some(json) => {
            let read = json.as_u64().and_then(|days| u32::try_from(days).ok());
            if read.is_none() {
                let mend = "Write a whole number, as in 30.";
                faults.push(Fault::new(&inside("days"), "wrong_value", "This is no number of days.", mend));
            }
            read
        }
    };
    if faults.len() > before {
        return None;
    }
    Some(Leaf { field: field?.to_owned(), op: op?, value, days })
}

fn value(json: &Json, list_allowed: bool) -> Option<Value> {
    match json {
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Number(number) => Some(Value::Number(number.clone())),
        Json::Bool(yes) => Some(Value::YesNo(*yes)),
        Json::Array(values) if list_allowed => {
            values.iter().map(|one| value(one, false)).collect::<Option<_>>().map(Value::Many)
        }
        Json::Array(_) | Json::Null | Json::Object(_) => None,
    }
}
