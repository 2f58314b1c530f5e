//! From one version to another: who can move, to which step, and why some cannot. Somebody asks for it; nobody is moved by an
//! edit.
//!
//! A dry run asks [`Plan::moves`] of every way and counts; the move itself is the turn of
//! [`Event::Migrated`](super::Event::Migrated) with the new version. Who must wait less long in it is due at once: the engine
//! lets these go at a pace.

use std::collections::BTreeMap;

use super::fault::{Fault, choose};
use super::program::Published;
use super::state::{State, Status, Waits};

/// Which steps of the old version are which of the new one. What is not named here keeps its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Plan(pub BTreeMap<String, String>);

/// Why somebody cannot move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stays {
    /// Their way is over, or has not begun.
    #[error("their way is over")]
    Over,
    /// The new version has no such step.
    #[error("they stand at `{step}`, which the new version does not have. Say in the plan which step it is now")]
    StepGone {
        /// Where they stand.
        step: String,
    },
    /// What they wait for is done elsewhere, and the step there cannot take its answer.
    #[error("what `{step}` had done is on its way, and `{to}` does something else. Move them when it is back")]
    OnItsWay {
        /// Where they stand.
        step: String,
        /// Where they would.
        to: String,
    },
    /// Their values do not fit the variables there.
    #[error("`{variable}` holds what it cannot hold in the new version")]
    Variable {
        /// Which.
        variable: String,
    },
}

impl Stays {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::StepGone { .. } => "step_gone",
            Self::OnItsWay { .. } => "on_its_way",
            Self::Variable { .. } => "variable",
        }
    }
}

impl Plan {
    /// What the plan names and neither version has.
    #[must_use]
    pub fn faults(&self, old: &Published, new: &Published) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (from, to) in &self.0 {
            for (name, version, which) in [(from, old, "old"), (to, new, "new")] {
                if !version.has_step(name) {
                    let what = format!("The {which} version has no step {name}.");
                    let mend = choose(name, version.steps().collect::<Vec<_>>());
                    faults.push(Fault::new(format!("/{from}"), "no_such_step", what, mend));
                }
            }
        }
        faults
    }

    /// The step of the new version at which somebody goes on.
    ///
    /// # Errors
    /// Why they stay where they are.
    pub fn moves(&self, state: &State, old: &Published, new: &Published) -> Result<String, Stays> {
        let at = match (&state.status, &state.at) {
            (Status::Live | Status::Paused { .. } | Status::Failed { .. }, Some(at)) => at,
            _ => return Err(Stays::Over),
        };
        let to = self.0.get(at).unwrap_or(at);
        let Some(act) = new.act_of(to) else { return Err(Stays::StepGone { step: at.clone() }) };
        let is_on_its_way = matches!(state.waits, Some(Waits::Effect { .. }));
        if is_on_its_way && (at != to || old.act_of(at) != Some(act)) {
            return Err(Stays::OnItsWay { step: at.clone(), to: to.clone() });
        }
        for (key, value) in &state.variables {
            // A model's draft is longer than a field may be.
            let cut = |value: &str| value.chars().take(crate::field::TEXT_CHARS_MAX).collect::<String>();
            if new.variable(key).is_some_and(|variable| variable.field().read(&cut(value)).is_err()) {
                return Err(Stays::Variable { variable: key.clone() });
            }
        }
        Ok(to.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::workflow::testing::{ann, friday, played, published};
    use crate::workflow::{Event, Known, advance};

    fn survey(delay: &str, wait: &str, kind: &str) -> Json {
        json!({ "name": "x", "variables": [{ "key": "score", "type": kind }], "steps": [
            { "id": "later", "delay": { "for": delay } },
            { "id": "ask", "send": { "text": "How many?", "purpose": "service" } },
            { "id": wait, "wait_for_reply": { "timeout": "1d" } },
            { "id": "keep", "save": { "to": "score" } }
        ] })
    }

    #[test]
    fn who_can_move_does_and_who_cannot_stays() {
        let old = published(&survey("2d", "hear", "number"));
        let new = published(&survey("1d", "listen", "date"));
        let plan = Plan([("hear".to_owned(), "listen".to_owned())].into());
        assert_eq!(plan.faults(&old, &new), []);
        assert_eq!(Plan([("her".to_owned(), "lissen".to_owned())].into()).faults(&old, &new).len(), 2);

        let waits = played(&old, &[], "");
        assert_eq!(plan.moves(waits.state(), &old, &new), Ok("later".to_owned()));
        let hears = played(&old, &[], "~");
        assert_eq!(plan.moves(hears.state(), &old, &new), Ok("listen".to_owned()));
        let gone = Stays::StepGone { step: "hear".into() };
        assert_eq!(Plan::default().moves(hears.state(), &old, &new), Err(gone));
        let over = played(&old, &[], "~ | > 5");
        assert_eq!(plan.moves(over.state(), &old, &new), Err(Stays::Over));
        let known = played(&old, &[("score", "5")], "");
        assert_eq!(plan.moves(known.state(), &old, &new), Err(Stays::Variable { variable: "score".into() }));
    }

    #[test]
    fn who_moves_waits_as_the_new_version_says_and_is_asked_nothing_twice() {
        let old = published(&survey("2d", "hear", "number"));
        let new = published(&survey("1d", "listen", "number"));
        let person = ann();
        let rendering = crate::template::Rendering::new("en");
        let known = Known {
            subject: &person.subject,
            phone: &person.phone,
            zone: &person.zone,
            month_first: true,
            rendering: &rendering,
            floor: None,
        };
        let to = |to: &str| Event::Migrated { to: to.into() };
        let waits = played(&old, &[], "").state().clone();
        let moved = advance(&new, waits, &to("later"), &known, friday());
        assert!(moved.heeded && moved.effects.is_empty());
        assert_eq!(moved.state.wake_at.unwrap().to_string(), "2026-11-28T15:00:00Z", "told anew from when they came");

        let hears = played(&old, &[], "~");
        let deadline = hears.state().wake_at;
        let moved = advance(&new, hears.state().clone(), &to("listen"), &known, hears.now());
        assert_eq!((moved.state.wake_at, moved.effects), (deadline, Vec::new()));
        let nowhere = advance(&new, moved.state.clone(), &to("hear"), &known, hears.now());
        assert!(!nowhere.heeded && nowhere.state == moved.state);
    }
}
