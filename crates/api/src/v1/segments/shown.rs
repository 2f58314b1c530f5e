//! Conditions as the API takes and shows them.

use domain::condition::{self, Checked, Condition, Op, check, text};
use domain::id::SegmentId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::segment::{self, Segment as Row};
use store::{StoreError, TenantTx};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::error::{ApiError, FieldError};

/// A condition on contacts that has a name.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Segment {
    /// Which one.
    #[schema(value_type = String, example = "seg_01939f0a7c2e7d40a1b2c3d4e5f60718")]
    pub id: SegmentId,
    /// What people call it.
    pub name: String,
    /// Who is in it.
    #[schema(value_type = ConditionShown)]
    pub condition: Value,
    /// The same as text.
    pub text: String,
    /// What is wrong with it by now, such as a field that is gone; nobody is in it until that is mended.
    pub faults: Vec<Fault>,
    /// Since when there is one.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segment").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What is wrong with a condition, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConditionFault)]
pub struct Fault {
    /// Where in the tree, as in `all[0].value`; empty: the whole.
    pub path: String,
    /// Where in the text, in characters from 1; `null`: it was no text.
    #[schema(required = true)]
    pub at: Option<usize>,
    /// How many characters of it.
    #[schema(required = true)]
    pub length: Option<usize>,
    /// Stable, for programs.
    pub code: String,
    /// What is wrong.
    pub explanation: String,
    /// What to do.
    pub mend: String,
}

/// Why somebody is in a segment, or is not: its condition again, with what each part says of them.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(no_recursion)]
pub struct Verdict {
    /// Whether this part is true of them.
    pub holds: bool,
    /// The part, as text.
    pub says: String,
    /// What is known of what it looks at; `null`: nothing, or it has parts.
    #[schema(required = true)]
    pub known: Option<String>,
    /// Its parts.
    pub parts: Vec<Self>,
}

impl std::fmt::Debug for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verdict").field("holds", &self.holds).finish_non_exhaustive()
    }
}

/// A condition: each of some, one of some, not one, or one thing that is looked at.
#[derive(Debug, ToSchema)]
#[schema(as = Condition)]
#[serde(untagged)]
#[allow(dead_code, reason = "for the document only; conditions are read by the domain")]
pub enum ConditionShown {
    /// Each of these holds.
    All {
        /// At least one.
        #[schema(no_recursion)]
        all: Vec<ConditionShown>,
    },
    /// One of these holds.
    Any {
        /// At least one.
        #[schema(no_recursion)]
        any: Vec<ConditionShown>,
    },
    /// This does not hold.
    Not {
        /// What.
        #[schema(no_recursion)]
        not: Box<ConditionShown>,
    },
    /// One thing is looked at.
    Leaf {
        /// What: `name`, `company`, `phone`, `time_zone`, `tag`, `list`, `campaign`, `consent`, `opted_out`, `blocked`,
        /// `created_at`, `last_inbound_at`, `last_outbound_at`, or a field as in `fields.city`.
        field: String,
        /// How.
        #[schema(value_type = ConditionOp)]
        op: String,
        /// What it is held against: a text, a number, `true` or `false`, or a list of these.
        #[schema(value_type = Option<Value>)]
        value: Option<Value>,
        /// How many days a period has.
        days: Option<u32>,
    },
}

/// How something is looked at.
#[derive(Debug)]
pub struct ConditionOp;

impl PartialSchema for ConditionOp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Op::ALL.map(Op::as_str))).build().into()
    }
}

impl ToSchema for ConditionOp {
    fn name() -> std::borrow::Cow<'static, str> {
        "ConditionOp".into()
    }
}

/// A condition that came as JSON or as text.
#[derive(Clone)]
pub(in crate::v1) enum Said {
    Json(Condition),
    Text(text::Parsed),
}

impl Said {
    /// Reads the one that was sent. `None`: neither was.
    ///
    /// # Errors
    /// What cannot be read; both were sent.
    pub(in crate::v1) fn read(json: Option<&Value>, text: Option<&str>) -> Result<Option<Self>, Wrong> {
        match (json, text) {
            (None, None) => Ok(None),
            (Some(json), None) => Condition::from_json(json)
                .map(|read| Some(Self::Json(read)))
                .map_err(|faults| Wrong("condition", faults)),
            (None, Some(said)) => {
                text::parse(said).map(|read| Some(Self::Text(read))).map_err(|fault| Wrong("text", vec![fault]))
            }
            (Some(_), Some(_)) => {
                let fault = condition::Fault {
                    path: String::new(),
                    span: None,
                    code: "said_twice",
                    explanation: "The condition came as JSON and as text.".into(),
                    mend: "Send one of them.".into(),
                };
                Err(Wrong("text", vec![fault]))
            }
        }
    }

    /// What it tests in this tenant.
    ///
    /// # Errors
    /// When the database fails; the inner one: what makes no sense.
    pub(in crate::v1) async fn check(&self, tx: &mut TenantTx<'_>) -> Result<Result<Checked, Wrong>, StoreError> {
        let condition = match self {
            Self::Json(condition) => condition,
            Self::Text(parsed) => parsed.condition(),
        };
        let catalogue = segment::catalogue(tx, [condition]).await?;
        Ok(match self {
            Self::Json(condition) => check(condition, &catalogue).map_err(|faults| Wrong("condition", faults)),
            Self::Text(parsed) => parsed.check(&catalogue).map_err(|faults| Wrong("text", faults)),
        })
    }
}

/// What is wrong with a condition that was sent in this field.
#[derive(Debug)]
pub(in crate::v1) struct Wrong(&'static str, Vec<condition::Fault>);

impl Wrong {
    pub(super) fn faults(self) -> Vec<Fault> {
        self.1.into_iter().map(Fault::from).collect()
    }
}

/// 422 that names each place.
impl From<Wrong> for ApiError {
    fn from(Wrong(field, faults): Wrong) -> Self {
        let error = |fault: condition::Fault| match fault.span {
            Some(span) => FieldError::new(field, fault.code, format!("At character {}: {fault}", span.at)),
            None if fault.path.is_empty() => FieldError::new(field, fault.code, fault.to_string()),
            None => FieldError::new(format!("{field}.{}", fault.path), fault.code, fault.to_string()),
        };
        Self::invalid_fields(faults.into_iter().map(error).collect())
    }
}

impl From<condition::Fault> for Fault {
    fn from(fault: condition::Fault) -> Self {
        Self {
            path: fault.path,
            at: fault.span.map(|span| span.at),
            length: fault.span.map(|span| span.length),
            code: fault.code.to_owned(),
            explanation: fault.explanation,
            mend: fault.mend,
        }
    }
}

impl From<condition::Verdict> for Verdict {
    fn from(verdict: condition::Verdict) -> Self {
        let condition::Verdict { holds, says, known, parts } = verdict;
        Self { holds, says, known, parts: parts.into_iter().map(Self::from).collect() }
    }
}

/// Segments as they are shown, with the names that lists and campaigns have now.
pub(super) async fn shown(tx: &mut TenantTx<'_>, rows: Vec<Row>) -> Result<Vec<Segment>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let catalogue = segment::catalogue(tx, rows.iter().map(|row| &row.condition)).await?;
    let show = |row: Row| {
        let (text, faults) = match check(&row.condition, &catalogue) {
            Ok(checked) => (checked.text(), Vec::new()),
            Err(faults) => (text::print(&row.condition, &Default::default()), faults),
        };
        Segment {
            id: row.id,
            name: row.name,
            condition: row.condition.to_json(),
            text,
            faults: faults.into_iter().map(Fault::from).collect(),
            created_at: row.created_at,
            changed_at: row.changed_at,
        }
    };
    Ok(rows.into_iter().map(show).collect())
}
