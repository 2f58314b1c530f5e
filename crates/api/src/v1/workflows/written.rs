//! Documents as they are sent, and how it is said what is wrong with them.

use domain::workflow::{Document, Fault};

use super::WorkflowFault;
use crate::error::{ApiError, FieldError};

/// So many faults are told in words; all of them are listed.
const IN_WORDS_MAX: usize = 3;

/// A document that says nothing yet.
pub(super) fn empty(name: &str) -> Document {
    Document {
        name: name.to_owned(),
        description: String::new(),
        triggers: Vec::new(),
        entry: Default::default(),
        exits: Default::default(),
        variables: Vec::new(),
        steps: Vec::new(),
        goldens: Vec::new(),
    }
}

/// 422 `invalid`: the document that was sent in this field, or as the body, is none.
pub(super) fn refused(field: &str, faults: &[Fault]) -> ApiError {
    faulty("invalid", field, faults)
}

/// 422 `workflow_has_faults`: what is kept makes no sense as it is.
pub(super) fn has_faults(faults: &[Fault]) -> ApiError {
    faulty("workflow_has_faults", "document", faults)
}

fn faulty(code: &'static str, field: &str, faults: &[Fault]) -> ApiError {
    let error = |fault: &Fault| {
        let said = format!("{} {}", fault.explanation, fault.mend);
        FieldError::new(place(field, &fault.pointer), fault.code, said.trim_end())
    };
    ApiError::workflow(code, in_words(faults), faults.iter().map(error).collect(), listed(faults))
}

pub(super) fn listed(faults: &[Fault]) -> Vec<WorkflowFault> {
    faults.iter().cloned().map(WorkflowFault::from).collect()
}

fn in_words(faults: &[Fault]) -> String {
    let mut said: Vec<String> = faults.iter().take(IN_WORDS_MAX).map(ToString::to_string).collect();
    if faults.len() > IN_WORDS_MAX {
        said.push(format!("And {} more, which `faults` lists.", faults.len() - IN_WORDS_MAX));
    }
    said.join(" ")
}

/// A JSON pointer in the words of `errors`: `/steps/2/send` is `document.steps[2].send`.
fn place(field: &str, pointer: &str) -> String {
    let mut place = field.to_owned();
    for part in pointer.split('/').skip(1) {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            place.push_str(&format!("[{part}]"));
        } else {
            place.push('.');
            place.push_str(&part.replace("~1", "/").replace("~0", "~"));
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_the_words_of_errors() {
        for (pointer, expected) in [
            ("", "document"),
            ("/name", "document.name"),
            ("/steps/12/send/text", "document.steps[12].send.text"),
            ("/steps/0/http/headers/X~1Y", "document.steps[0].http.headers.X/Y"),
        ] {
            assert_eq!(place("document", pointer), expected);
        }
    }

    #[test]
    fn of_many_faults_the_first_are_told_and_all_are_listed() {
        let json = serde_json::json!({ "name": 1, "stesp": [], "triggers": [1, 2, 3] });
        let faults = Document::from_json(&json).unwrap_err();
        let refused = refused("document", &faults);
        assert_eq!((refused.status().as_u16(), refused.code()), (422, "invalid"));
        assert!(refused.detail().contains(&format!("And {} more", faults.len() - 3)), "{}", refused.detail());
        assert!(faults.len() > 4, "{faults:?}");
    }
}
