//! A condition as a query: what `domain::condition` evaluates for one person, asked of all of them.
//!
//! Each test becomes a look into one table. Where one part of the condition must hold by itself, and such a look finds it by
//! an index, the contacts are taken from there (`c.id IN (SELECT contact_id …)`); everywhere else each contact is looked up
//! (`EXISTS`). Both say the same; only the time differs.

use std::fmt::Write as _;
use std::ops::Bound;

use domain::condition::{Day, Did, Moment, Node, Of, Test, Words};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::Value;
use crate::dialect::{Engine, pattern};

/// How contacts are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From whatever leads to few of them.
    Led,
    /// One by one: the query goes over contacts in some order and stops early.
    Each,
}

/// A condition on the contact `c` of tenant `$1`, and its arguments.
pub(crate) struct Compiler<'c> {
    now: Timestamp,
    zone: &'c TimeZone,
    engine: Engine,
    /// How many places are taken by `$1` and by what stands around the condition.
    taken: usize,
    args: Vec<Value<'static>>,
}

/// What a test looks into: it passes if one of the first finds a row and none of the others does.
struct Look {
    in_one_of: Vec<Rows>,
    in_none_of: Vec<Rows>,
}

/// Rows of a table whose alias is `t` and which has a `contact_id`.
struct Rows {
    table: &'static str,
    that: String,
}

enum Piece {
    /// Of the contact's own row.
    Own(String),
    Look(Look),
}

impl<'c> Compiler<'c> {
    /// Arguments are numbered after `$taken`.
    pub(crate) fn new(now: Timestamp, zone: &'c TimeZone, engine: Engine, taken: usize) -> Self {
        Self { now, zone, engine, taken, args: Vec::new() }
    }

    /// The arguments of all that was compiled, in the order of their numbers.
    pub(crate) fn into_args(self) -> Vec<Value<'static>> {
        self.args
    }

    /// A condition in parentheses, true or false of every contact.
    pub(crate) fn condition(&mut self, node: &Node, way: Way) -> String {
        if way == Way::Led && lead(node).is_some() {
            let mut sets = Vec::new();
            self.sets(node, &mut sets);
            return format!("(c.id IN ({}))", sets.join(" UNION ALL "));
        }
        match node {
            Node::All(parts) if parts.is_empty() => "(1 = 1)".into(),
            Node::Any(parts) if parts.is_empty() => "(1 = 0)".into(),
            Node::All(parts) => {
                // One part leads: a second one would only be gathered to be thrown away.
                let leader = if way == Way::Led { leader(parts) } else { None };
                let way_of = |nth| if leader == Some(nth) { Way::Led } else { Way::Each };
                let parts = parts.iter().enumerate().map(|(nth, part)| self.condition(part, way_of(nth)));
                format!("({})", parts.collect::<Vec<_>>().join(" AND "))
            }
            Node::Any(parts) => {
                let parts = parts.iter().map(|part| self.condition(part, Way::Each));
                format!("({})", parts.collect::<Vec<_>>().join(" OR "))
            }
            Node::Not(part) => format!("(NOT {})", self.condition(part, Way::Each)),
            Node::Asked { test, negated } => {
                let passes = match self.piece(test) {
                    Piece::Own(own) => own,
                    Piece::Look(look) => look.condition(),
                };
                if *negated { format!("(NOT ({passes}))") } else { format!("({passes})") }
            }
        }
    }

    /// The queries that find whoever a node that leads is about.
    fn sets(&mut self, node: &Node, sets: &mut Vec<String>) {
        match node {
            Node::Any(parts) => parts.iter().for_each(|part| self.sets(part, sets)),
            Node::Asked { test, .. } => {
                if let Piece::Look(look) = self.piece(test) {
                    let found = |rows: &Rows| format!("SELECT t.contact_id FROM {} WHERE {}", rows.table, rows.that);
                    sets.extend(look.in_one_of.iter().map(found));
                }
            }
            Node::All(_) | Node::Not(_) => {}
        }
    }

    fn piece(&mut self, test: &Test) -> Piece {
        match test {
            Test::Words { of, are } => self.words(of, are),
            Test::NumberIn { field, numbers } => {
                let (field, numbers) = (self.text(field), self.one_of("t.number", numbers.iter().copied()));
                field_rows(format!("{field} AND {numbers}"))
            }
            Test::Number { field, from, to } => {
                let mut that = format!("{} AND t.number IS NOT NULL", self.text(field));
                for (bound, excluded, included) in [(from, ">", ">="), (to, "<", "<=")] {
                    let (sign, number) = match bound {
                        Bound::Excluded(number) => (excluded, number),
                        Bound::Included(number) => (included, number),
                        Bound::Unbounded => continue,
                    };
                    let _ = write!(that, " AND t.number {sign} ${}", self.arg(Value::Real(*number)));
                }
                field_rows(that)
            }
            Test::Date { field, from, to } => {
                let mut that = format!("{} AND t.day IS NOT NULL", self.text(field));
                for (day, sign) in [(from, ">="), (to, "<=")] {
                    if let Some(day) = day {
                        let _ = write!(that, " AND t.day {sign} ${}", self.day(*day));
                    }
                }
                field_rows(that)
            }
            Test::Moment { of, from, until } => self.moment(of, *from, *until),
            Test::Blocked => Piece::Own("c.blocked".into()),
            Test::OptedOut => rows(
                "contact_address t",
                "t.tenant_id = $1 AND t.kind = 'phone' AND t.opted_out_at_us IS NOT NULL".into(),
            ),
            Test::Tagged(tags) => {
                let which = tags.as_ref().map(|tags| self.one_of("t.tag", tags.iter().cloned()));
                rows("contact_tag t", ours(which))
            }
            Test::Listed(lists) => {
                let which = lists.as_ref().map(|lists| self.one_of("t.list_id", lists.iter().copied()));
                rows("contact_list_member t", ours(which))
            }
            Test::Imported(imports) => {
                let which = self.one_of("t.import_id", imports.iter().copied());
                rows("contact_import_member t", ours(Some(which)))
            }
            Test::Campaign { did, which, days } => {
                let which = which.as_ref().map(|which| self.one_of("t.campaign_id", which.iter().copied()));
                let at = match did {
                    Did::Got => "t.sent_at_us",
                    Did::Replied => "t.replied_at_us",
                    Did::Clicked => "t.clicked_at_us",
                };
                let mut that = format!("{} AND {at} IS NOT NULL", ours(which));
                if let Some(days) = days {
                    let _ = write!(that, " AND {at} >= ${}", self.at(Moment::Ago(*days)));
                }
                rows("campaign_recipient t", that)
            }
        }
    }

    fn words(&mut self, of: &Of, are: &Words) -> Piece {
        match of {
            Of::Name => Piece::Own(self.own_words("c.name", are)),
            Of::Company => Piece::Own(self.own_words("c.company", are)),
            Of::TimeZone => Piece::Own(self.own_words("COALESCE(c.time_zone, '')", are)),
            Of::Language => Piece::Own(self.own_words("COALESCE(c.language, '')", are)),
            Of::Consent => {
                let nobody = self.arg(Uuid::nil().into());
                let counts = format!(
                    "COALESCE((
                         SELECT CASE WHEN k.opted_out_at_us IS NOT NULL THEN 'opted_out' ELSE (
                             SELECT CASE WHEN s.opted_out_at_us >= COALESCE(s.opted_in_at_us, s.opted_out_at_us)
                                         THEN 'opted_out'
                                         WHEN s.opted_in_at_us IS NOT NULL THEN 'opted_in' END
                             FROM consent_standing s WHERE s.tenant_id = $1 AND s.address = k.address
                               AND s.purpose = 'marketing' AND s.number_id = ${nobody}) END
                         FROM contact_address k WHERE k.tenant_id = $1 AND k.contact_id = c.id AND k.kind = 'phone'
                         ORDER BY k.preferred DESC, k.created_at_us, k.address LIMIT 1), '')"
                );
                Piece::Own(self.own_words(&counts, are))
            }
            Of::Phone => {
                let phone = "t.tenant_id = $1 AND t.kind = 'phone'";
                let that = match are {
                    Words::Known => phone.into(),
                    // Numbers have no letters, so each has one spelling.
                    Words::OneOf(_) | Words::Contain(_) | Words::Start(_) => {
                        format!("{phone} AND {}", self.folded_words("t.address", are))
                    }
                };
                rows("contact_address t", that)
            }
            Of::Field(field) => {
                let field = self.text(&field.key);
                field_rows(format!("{field} AND {}", self.folded_words("t.folded", are)))
            }
            // Nothing of these is words; the check lets none through.
            Of::Tag
            | Of::List
            | Of::Campaign
            | Of::OptedOut
            | Of::Blocked
            | Of::CreatedAt
            | Of::LastInboundAt
            | Of::LastOutboundAt => Piece::Own("1 = 0".into()),
        }
    }

    /// What holds of a text that is kept as it was written; empty is not known.
    fn own_words(&mut self, column: &str, are: &Words) -> String {
        let engine = self.engine;
        let mut matches = |folded: &str, before, after| {
            format!("{column} {{matches ${}}}", self.arg(pattern(folded, before, after, engine).into()))
        };
        match are {
            Words::Known => format!("{column} <> ''"),
            Words::OneOf(words) => {
                let each: Vec<String> = words.iter().map(|word| matches(word, false, false)).collect();
                each.join(" OR ")
            }
            Words::Contain(part) => matches(part, true, true),
            Words::Start(part) => matches(part, false, true),
        }
    }

    /// What holds of a text that is kept folded.
    fn folded_words(&mut self, column: &str, are: &Words) -> String {
        match are {
            Words::Known => format!("{column} <> ''"),
            Words::OneOf(words) => self.one_of(column, words.iter().cloned()),
            Words::Contain(part) => self.like(column, &format!("%{}%", escaped(part))),
            Words::Start(part) => self.like(column, &format!("{}%", escaped(part))),
        }
    }

    fn like(&mut self, column: &str, pattern: &str) -> String {
        format!(r"{column} LIKE ${} ESCAPE '\'", self.arg(pattern.to_owned().into()))
    }

    fn moment(&mut self, of: &Of, from: Option<Moment>, until: Option<Moment>) -> Piece {
        let from = from.map(|from| self.at(from));
        let until = until.map(|until| self.at(until));
        match of {
            Of::LastInboundAt => {
                Piece::Look(Look::last(&[("conversation t", "t.last_inbound_at_us", "")], from, until))
            }
            // A text of a campaign is a message only once it was answered.
            Of::LastOutboundAt => Piece::Look(Look::last(
                &[
                    ("message t", "t.sent_at_us", " AND t.direction = 'out'"),
                    ("campaign_recipient t", "t.sent_at_us", ""),
                ],
                from,
                until,
            )),
            // Everybody became known at some time.
            _ => {
                let from = from.map(|from| format!(" AND c.created_at_us >= ${from}")).unwrap_or_default();
                let until = until.map(|until| format!(" AND c.created_at_us < ${until}")).unwrap_or_default();
                Piece::Own(format!("1 = 1{from}{until}"))
            }
        }
    }

    fn at(&mut self, moment: Moment) -> usize {
        self.arg(moment.timestamp(self.now, self.zone).into())
    }

    fn day(&mut self, day: Day) -> usize {
        self.arg(day.number(self.now, self.zone).into())
    }

    fn text(&mut self, field: &str) -> String {
        format!("t.tenant_id = $1 AND t.field = ${}", self.arg(field.to_owned().into()))
    }

    /// A column is one of some values. One alone is asked for plainly: an index finds it soonest.
    fn one_of<T: Into<Value<'static>>>(&mut self, column: &str, values: impl ExactSizeIterator<Item = T>) -> String {
        let is_one = values.len() == 1;
        let mut values: Vec<Value<'static>> = values.map(Into::into).collect();
        match values.pop() {
            Some(value) if is_one => format!("{column} = ${}", self.arg(value)),
            last => {
                values.extend(last);
                format!("{column} {{among ${}}}", self.arg(Value::List(values)))
            }
        }
    }

    /// Its number.
    fn arg(&mut self, value: Value<'static>) -> usize {
        self.args.push(value);
        self.taken + self.args.len()
    }
}

impl Look {
    /// The newest of some moments is in a range: one of them is not before it, and none is after it.
    fn last(tables: &[(&'static str, &str, &str)], from: Option<usize>, until: Option<usize>) -> Self {
        let those = |bound: Option<usize>| {
            let rows = |(table, at, and): &(&'static str, &str, &str)| {
                let since = bound.map(|bound| format!(" AND {at} >= ${bound}")).unwrap_or_default();
                Rows { table, that: format!("t.tenant_id = $1{and} AND {at} IS NOT NULL{since}") }
            };
            tables.iter().map(rows).collect()
        };
        Self { in_one_of: those(from), in_none_of: if until.is_some() { those(until) } else { Vec::new() } }
    }

    fn condition(&self) -> String {
        let exists =
            |rows: &Rows| format!("EXISTS (SELECT 1 FROM {} WHERE {} AND t.contact_id = c.id)", rows.table, rows.that);
        let one: Vec<String> = self.in_one_of.iter().map(exists).collect();
        let none = self.in_none_of.iter().map(|rows| format!(" AND NOT {}", exists(rows))).collect::<String>();
        format!("({}){none}", one.join(" OR "))
    }
}

/// The part of several that leads to the fewest, as far as their kinds tell.
fn leader(parts: &[Node]) -> Option<usize> {
    let ranked = parts.iter().enumerate().filter_map(|(nth, part)| match part {
        Node::All(inner) => Some((leader(inner).and_then(|led| lead(inner.get(led)?))?, nth)),
        _ => Some((lead(part)?, nth)),
    });
    ranked.min().map(|(_, nth)| nth)
}

/// Whether an index leads from the node to whom it is about: 0 if from a value, 1 if from a range of them.
fn lead(node: &Node) -> Option<u8> {
    let (value, range) = (Some(0), Some(1));
    match node {
        // All parts must lead; the longest way counts.
        Node::Any(parts) => parts.iter().map(lead).collect::<Option<Vec<u8>>>()?.into_iter().max(),
        Node::Asked { test, negated: false } => match test {
            Test::Words { of: Of::Field(_), are: Words::OneOf(_) } => value,
            Test::Words { of: Of::Field(_), are: Words::Contain(_) | Words::Start(_) } => range,
            Test::Words { of: Of::Phone, are: Words::OneOf(_) } => value,
            Test::NumberIn { .. } => value,
            Test::Number { .. } | Test::Date { .. } => range,
            Test::Moment { of: Of::LastInboundAt, from: Some(_), until: None } => range,
            Test::Tagged(Some(_))
            | Test::Listed(Some(_))
            | Test::Imported(_)
            | Test::Campaign { which: Some(_), .. } => value,
            Test::Words { .. }
            | Test::Moment { .. }
            | Test::Blocked
            | Test::OptedOut
            | Test::Tagged(None)
            | Test::Listed(None)
            | Test::Campaign { which: None, .. } => None,
        },
        Node::Asked { negated: true, .. } | Node::All(_) | Node::Not(_) => None,
    }
}

fn rows(table: &'static str, that: String) -> Piece {
    Piece::Look(Look { in_one_of: vec![Rows { table, that }], in_none_of: Vec::new() })
}

fn field_rows(that: String) -> Piece {
    rows("contact_field t", that)
}

/// What holds of rows of this tenant.
fn ours(that: Option<String>) -> String {
    that.map_or_else(|| "t.tenant_id = $1".into(), |that| format!("t.tenant_id = $1 AND {that}"))
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}
