//! What the goal of a workflow looks at.

use std::collections::BTreeSet;

use super::document::{Document, When};
use crate::condition::Condition;

impl Document {
    /// What its goal looks at of a contact and somebody can change, by the names that conditions have for it: `tag`, `list`,
    /// `consent` (who is opted out, too), `name`, `fields.city` and so on. Whenever one of these changes, it is worth asking whether
    /// somebody is at the goal.
    #[must_use]
    pub fn goal_looks_at(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if let Some(condition) = self.exits.goal.as_ref().and_then(When::condition) {
            look(&condition, &mut found);
        }
        found
    }
}

fn look(condition: &Condition, found: &mut BTreeSet<String>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| look(part, found)),
        Condition::Not(part) => look(part, found),
        Condition::Leaf(leaf) => match leaf.field.as_str() {
            "consent" | "opted_out" => {
                found.insert("consent".to_owned());
            }
            name @ ("tag" | "list" | "name" | "company" | "time_zone" | "language" | "blocked") => {
                found.insert(name.to_owned());
            }
            // They come about otherwise: these are asked for when somebody goes on.
            "phone" | "campaign" | "created_at" | "last_inbound_at" | "last_outbound_at" => {}
            name => {
                let key = name.strip_prefix("fields.").unwrap_or(name);
                found.insert(format!("fields.{key}"));
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::condition::NAMES;
    use crate::workflow::testing::document;

    fn check(goal: &str, expected: &str) {
        let steps = json!([{ "id": "a", "end": "over" }]);
        let mut written = json!({ "name": "x", "steps": steps });
        if !goal.is_empty() {
            written["exits"] = json!({ "goal": goal });
        }
        let found: Vec<String> = document(&written).goal_looks_at().into_iter().collect();
        assert_eq!(found.join(" "), expected, "{goal}");
    }

    #[test]
    fn a_goal_looks_at_what_it_names() {
        check("", "");
        check("city = \"Rome\"", "fields.city");
        check("fields.name = \"Rome\" or name = \"Rome\"", "fields.name name");
        check("tag = \"won\" and not (list is set or consent = \"opted_in\")", "consent list tag");
        check("opted_out = yes", "consent");
        check("last_inbound_at within last 3 days", "");
        check("reply contains \"paid\" or score > 3", "fields.reply fields.score");
    }

    #[test]
    fn what_every_contact_has_is_no_field() {
        for name in NAMES {
            let mut found = BTreeSet::new();
            let leaf = json!({ "field": name, "op": "is_set" });
            look(&Condition::from_json(&leaf).unwrap(), &mut found);
            assert!(found.iter().all(|part| !part.starts_with("fields.")), "{name}: {found:?}");
        }
    }
}
