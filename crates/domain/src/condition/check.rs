//! Whether a condition makes sense for a tenant, and what exactly it tests.

mod values;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use self::values::Reader;
use super::catalogue::{Catalogue, Wants};
use super::fault::{Fault, choose};
use super::{Condition, DAYS_MAX, DEPTH_MAX, LEAVES_MAX, Leaf, Node, Op, VALUES_MAX, Value};

/// So many faults are told at once.
const FAULTS_MAX: usize = 20;

/// A condition that makes sense.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(super) node: Node,
    pub(super) condition: Condition,
    pub(super) zone: TimeZone,
    /// What the lists and campaigns in it are called, by their ids as they stand in it.
    pub(super) called: BTreeMap<String, String>,
}

impl Checked {
    /// What it tests.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// As it is kept: fields as `fields.city`, lists and campaigns by their ids.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Whose days are meant.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// As text, lists and campaigns by their names.
    #[must_use]
    pub fn text(&self) -> String {
        super::text::print(&self.condition, &self.called)
    }
}

/// Checks names, operators and values.
///
/// # Errors
/// What is wrong, each with its place and its mend; at most twenty.
pub fn check(condition: &Condition, catalogue: &Catalogue) -> Result<Checked, Vec<Fault>> {
    let mut checking = Checking { catalogue, faults: Vec::new(), leaves: 0, values: 0, called: BTreeMap::new() };
    let checked = checking.node(condition, "", 1);
    match checked {
        Some((node, condition)) if checking.faults.is_empty() => {
            Ok(Checked { node, condition, zone: catalogue.zone.clone(), called: checking.called })
        }
        _ => Err(checking.faults),
    }
}

struct Checking<'c> {
    catalogue: &'c Catalogue,
    faults: Vec<Fault>,
    leaves: usize,
    values: usize,
    called: BTreeMap<String, String>,
}

impl Checking<'_> {
    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    fn node(&mut self, condition: &Condition, path: &str, depth: usize) -> Option<(Node, Condition)> {
        if depth > DEPTH_MAX {
            let what = format!("It is more than {DEPTH_MAX} deep.");
            self.fault(Fault::new(path, "too_deep", what, "Nest less, or make a second segment."));
            return None;
        }
        match condition {
            Condition::All(parts) => {
                self.parts(parts, path, "all", depth).map(|(nodes, parts)| (Node::All(nodes), Condition::All(parts)))
            }
            Condition::Any(parts) => {
                self.parts(parts, path, "any", depth).map(|(nodes, parts)| (Node::Any(nodes), Condition::Any(parts)))
            }
            Condition::Not(part) => self
                .node(part, &inside(path, "not"), depth + 1)
                .map(|(node, part)| (Node::Not(Box::new(node)), Condition::Not(Box::new(part)))),
            Condition::Leaf(leaf) => {
                self.leaves += 1;
                if self.leaves == LEAVES_MAX + 1 {
                    let what = format!("It looks at more than {LEAVES_MAX} things.");
                    self.fault(Fault::new(path, "too_many", what, "Say it in fewer, as with `in (…)`."));
                }
                self.leaf(leaf, path).map(|(node, leaf)| (node, Condition::Leaf(leaf)))
            }
        }
    }

    fn parts(
        &mut self,
        parts: &[Condition],
        path: &str,
        word: &str,
        depth: usize,
    ) -> Option<(Vec<Node>, Vec<Condition>)> {
        if parts.is_empty() {
            let what = format!("There is nothing in `{word}`.");
            self.fault(Fault::new(&inside(path, word), "empty", what, "Write at least one condition in it."));
        }
        if parts.len() > LEAVES_MAX {
            let what = format!("There are more than {LEAVES_MAX} conditions in `{word}`.");
            self.fault(Fault::new(&inside(path, word), "too_many", what, "Write fewer."));
            return None;
        }
        let check_one = |(nth, one)| self.node(one, &inside(path, &format!("{word}[{nth}]")), depth + 1);
        let checked: Vec<Option<(Node, Condition)>> = parts.iter().enumerate().map(check_one).collect();
        checked.into_iter().collect::<Option<Vec<_>>>().map(|all| all.into_iter().unzip())
    }

    fn leaf(&mut self, leaf: &Leaf, path: &str) -> Option<(Node, Leaf)> {
        let Some(of) = self.catalogue.look(&leaf.field) else {
            let what = format!("Nothing is called {}.", leaf.field);
            let mend = choose(leaf.field.trim_start_matches("fields."), self.catalogue.names());
            self.fault(Fault::new(&inside(path, "field"), "no_such_field", what, mend));
            return None;
        };
        if !of.ops().contains(&leaf.op) {
            let known: Vec<&str> = of.ops().iter().map(|op| op.in_text()).collect();
            let what = format!("{} cannot be asked with `{}`.", leaf.field, leaf.op.in_text());
            let mend = format!("Use one of these: {}.", known.join(", "));
            self.fault(Fault::new(&inside(path, "op"), "wrong_operator", what, mend));
            return None;
        }
        let values = self.values(leaf, path)?;
        let mut reader = Reader { of: &of, catalogue: self.catalogue, called: &mut self.called };
        match reader.read(leaf, &values) {
            Ok(read) => Some(read),
            Err(fault) => {
                self.fault(Fault { path: inside(path, "value"), ..*fault });
                None
            }
        }
    }

    /// The values, if there are as many as the operator wants.
    fn values(&mut self, leaf: &Leaf, path: &str) -> Option<Vec<Value>> {
        let values = match &leaf.value {
            None => Vec::new(),
            Some(Value::Many(values)) => values.clone(),
            Some(one) => vec![one.clone()],
        };
        let is_list = matches!(leaf.value, Some(Value::Many(_)));
        let (op, wants) = (leaf.op.in_text(), leaf.op.wants());
        let wrong = match wants {
            Wants::One if values.len() != 1 || is_list => Some("one value"),
            Wants::Two if values.len() != 2 => Some("two values"),
            Wants::Several if values.is_empty() || !is_list => Some("a list of values"),
            Wants::Nothing | Wants::Days if !values.is_empty() => Some("no value"),
            _ => None,
        };
        if let Some(wanted) = wrong {
            let code = if values.is_empty() { "missing" } else { "wrong_value" };
            let mend = if wanted == "no value" { "Leave it out.".into() } else { format!("Give it {wanted}.") };
            self.fault(Fault::new(&inside(path, "value"), code, format!("`{op}` wants {wanted}."), mend));
            return None;
        }
        self.values += values.len();
        if self.values > VALUES_MAX {
            let mend = format!("Write at most {VALUES_MAX} in all, or keep a list of contacts.");
            self.fault(Fault::new(&inside(path, "value"), "too_many", "There are too many values.", mend));
            return None;
        }
        let days = match (leaf.days, wants) {
            (None, Wants::Days) => {
                Some(("missing", format!("`{op}` wants a number of days."), "Write `days`, as in 30."))
            }
            (Some(days), Wants::Days | Wants::Campaign) if days > DAYS_MAX => {
                Some(("wrong_value", format!("{days} days are too many."), "Write at most 36500."))
            }
            (None, _) | (Some(_), Wants::Days | Wants::Campaign) => None,
            (Some(_), _) => Some(("wrong_value", format!("`{op}` wants no days."), "Leave them out.")),
        };
        if let Some((code, what, mend)) = days {
            self.fault(Fault::new(&inside(path, "days"), code, what, mend));
            return None;
        }
        Some(values)
    }
}

impl Op {
    /// Operators that say the opposite of another one.
    pub(super) fn is_negation(self) -> bool {
        matches!(self, Self::Ne | Self::IsMissing)
    }
}

fn inside(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
