//! Which contacts a list is about.

use domain::condition::{Checked, Condition, Fault, Leaf, Op, Value, check, text};
use serde::Deserialize;
use store::search::Search;
use store::{TenantTx, segment};
use utoipa::IntoParams;

use crate::error::{ApiError, FieldError};
use crate::faults::Faults;

const SEARCH_CHARS_MAX: usize = 200;

/// Which contacts are wanted: those of whom all that is said holds.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// A piece of the name or company, or digits of the phone number.
    #[param(required = false)]
    q: Option<String>,
    /// They have this label.
    #[param(required = false)]
    tag: Option<String>,
    /// They are on this list, by its id or name.
    #[param(required = false)]
    list: Option<String>,
    /// Their language, as in `de`.
    #[param(required = false)]
    language: Option<String>,
    /// Whether they are blocked.
    #[param(required = false)]
    blocked: Option<bool>,
    /// Whether one of their phones wants no texts.
    #[param(required = false)]
    opted_out: Option<bool>,
    /// What else must be so, in the words of segments, as in `fields.size >= 38`.
    #[param(required = false)]
    condition: Option<String>,
}

impl Wanted {
    pub(super) fn search(&self) -> Result<Option<Search>, ApiError> {
        search(self.q.as_deref())
    }

    /// What must be so of them; `None`: nothing is asked for.
    pub(super) async fn meant(&self, tx: &mut TenantTx<'_>) -> Result<Option<Checked>, ApiError> {
        let (mut faults, mut parts) = (Faults::default(), self.leaves());
        match self.condition.as_deref().map(text::parse) {
            Some(Ok(parsed)) => parts.push(("condition", parsed.condition().clone())),
            Some(Err(fault)) => faults.add(wrong("condition", &fault)),
            None => {}
        }
        if parts.is_empty() {
            return faults.end().map(|()| None);
        }
        let catalogue = segment::catalogue(tx, parts.iter().map(|(_, part)| part)).await?;
        for (field, part) in &parts {
            for fault in check(part, &catalogue).err().into_iter().flatten() {
                faults.add(wrong(field, &fault));
            }
        }
        faults.end()?;
        let all = Condition::All(parts.into_iter().map(|(_, part)| part).collect());
        let too_much =
            |faults: Vec<Fault>| ApiError::invalid_fields(faults.iter().map(|one| wrong("condition", one)).collect());
        check(&all, &catalogue).map(Some).map_err(too_much)
    }

    fn leaves(&self) -> Vec<(&'static str, Condition)> {
        let text = |name, value: &Option<String>| Some((name, Value::Text(value.clone()?)));
        let yes_no = |name, value: Option<bool>| Some((name, Value::YesNo(value?)));
        let said = [
            text("tag", &self.tag),
            text("list", &self.list),
            text("language", &self.language),
            yes_no("blocked", self.blocked),
            yes_no("opted_out", self.opted_out),
        ];
        let leaf = |(name, value): (&'static str, Value)| {
            (name, Condition::Leaf(Leaf { field: name.into(), op: Op::Eq, value: Some(value), days: None }))
        };
        said.into_iter().flatten().map(leaf).collect()
    }
}

/// What is typed to find someone.
pub(in crate::v1) fn search(q: Option<&str>) -> Result<Option<Search>, ApiError> {
    match q {
        Some(q) if q.chars().count() > SEARCH_CHARS_MAX => {
            Err(ApiError::invalid("q", "too_long", format!("Search for at most {SEARCH_CHARS_MAX} characters.")))
        }
        q => Ok(q.and_then(Search::parse)),
    }
}

fn wrong(field: &str, fault: &Fault) -> FieldError {
    match fault.span {
        Some(span) => FieldError::new(field, fault.code, format!("At character {}: {fault}", span.at)),
        None => FieldError::new(field, fault.code, fault.to_string()),
    }
}
