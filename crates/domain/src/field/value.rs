//! Values of fields as programs write and read them: a number, yes or no, or text. Kept they are text, in the one way that
//! their kind has.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::{Field, FieldError, Kind};

/// A value as JSON has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// `true`: yes.
    YesNo(bool),
    /// A number.
    Number(Number),
    /// Words, a day as in 2026-11-27, a choice.
    Text(String),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(…)")
    }
}

/// As people write it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YesNo(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Field {
    /// The value that a program writes, as it is kept: of the field's own type, or as text that can be read as one.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn take(&self, value: &Value) -> Result<String, FieldError> {
        match (value, &self.kind) {
            (Value::Text(text), _) => self.read(text),
            (Value::Number(number), Kind::Number) => self.read(&number.to_string()),
            (Value::YesNo(yes), Kind::YesNo) => Ok(if *yes { "yes" } else { "no" }.into()),
            (Value::Number(_), _) => Err(FieldError::Number),
            (Value::YesNo(_), _) => Err(FieldError::TrueOrFalse),
        }
    }

    /// A kept value, as programs read it. One that is none of the field's kind is text.
    #[must_use]
    pub fn shown(&self, kept: &str) -> Value {
        let shown = match &self.kind {
            Kind::Number => number(kept).map(Value::Number),
            Kind::YesNo => match kept {
                "yes" => Some(Value::YesNo(true)),
                "no" => Some(Value::YesNo(false)),
                _ => None,
            },
            Kind::Text | Kind::Date | Kind::Choice { .. } => None,
        };
        shown.unwrap_or_else(|| Value::Text(kept.to_owned()))
    }
}

/// Whole numbers to the last digit, others as closely as a double can.
fn number(kept: &str) -> Option<Number> {
    kept.parse::<i64>().map(Number::from).ok().or_else(|| Number::from_f64(kept.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(kind: Kind) -> Field {
        Field { key: "k".into(), label: "K".into(), kind }
    }

    #[test]
    fn a_value_is_of_its_own_type_or_text_that_is_read_as_one() {
        let choice = Kind::Choice { choices: vec!["Gold".into()] };
        for (kind, sent, shown) in [
            (Kind::Number, json!(12), Ok(json!(12))),
            (Kind::Number, json!("+12"), Ok(json!(12))),
            (Kind::Number, json!(12.5), Ok(json!(12.5))),
            (Kind::Number, json!("12.50"), Ok(json!(12.5))),
            (Kind::Number, json!("123456789012345678"), Ok(json!(123_456_789_012_345_678_i64))),
            (Kind::Number, json!(1e300), Err(FieldError::NotANumber)),
            (Kind::Number, json!(true), Err(FieldError::TrueOrFalse)),
            (Kind::YesNo, json!(true), Ok(json!(true))),
            (Kind::YesNo, json!("No"), Ok(json!(false))),
            (Kind::YesNo, json!(1), Err(FieldError::Number)),
            (Kind::Date, json!("2026-02-28"), Ok(json!("2026-02-28"))),
            (Kind::Date, json!(20_260_228), Err(FieldError::Number)),
            (Kind::Text, json!("12"), Ok(json!("12"))),
            (Kind::Text, json!(12), Err(FieldError::Number)),
            (choice, json!("gold"), Ok(json!("Gold"))),
        ] {
            let (field, value) = (field(kind), serde_json::from_value(sent.clone()).unwrap());
            let kept = field.take(&value);
            let back = kept.map(|kept| serde_json::to_value(field.shown(&kept)).unwrap());
            assert_eq!(back, shown, "{sent}");
        }
    }

    #[test]
    fn what_is_none_of_its_kind_any_more_is_shown_as_it_is() {
        assert_eq!(field(Kind::Number).shown("large"), Value::Text("large".into()));
        assert_eq!(field(Kind::YesNo).shown("maybe"), Value::Text("maybe".into()));
        assert_eq!(field(Kind::YesNo).shown("yes").to_string(), "yes");
    }
}
