//! What is kept of one person, whole: whatever [`erase`](super::erase) removes is told here, or it is said why not.
//!
//! It is a list of sections, each of rows with ids, so that whoever writes the file reads some at a time.

mod sections;

use domain::id::{ContactId, MediaId};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::scene::json;
use crate::{Row, StoreError, TenantTx, args};

pub use sections::{NOT_TOLD, SECTIONS};

/// Rows of one kind.
#[derive(Debug)]
pub struct Section {
    /// What the file calls them.
    pub name: &'static str,
    /// In which tables they lie.
    pub tables: &'static [&'static str],
    /// So many are read at once.
    pub at_once: u32,
    /// Of contact `$2`: an id, then its columns, those after id `$3`, `$4` at most. Where several rows have one id, a number comes
    /// behind the columns, and those after number `$5` of id `$3` come first.
    sql: &'static str,
    columns: &'static [(&'static str, As)],
}

impl Section {
    /// Whether several rows have one id.
    fn is_numbered(&self) -> bool {
        self.sql.contains("$5")
    }
}

/// Where a section is read on: behind the row of this id and, where several rows have one id, of this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind(Uuid, i64);

impl Behind {
    /// Before the first row.
    pub const NOTHING: Self = Self(Uuid::nil(), 0);
}

/// How a column is told.
#[derive(Debug, Clone, Copy)]
enum As {
    Text,
    Json,
    Number,
    YesNo,
    Moment,
    /// An id with the prefix of its kind.
    Id(fn(Uuid) -> String),
}

/// Some rows of a section, in the order of their ids, after `after`; and where it is read on. `None`: there are no more.
///
/// # Errors
/// When the database fails.
pub async fn page(
    tx: &mut TenantTx<'_>,
    section: &Section,
    contact: ContactId,
    after: Behind,
) -> Result<(Vec<Map<String, Value>>, Option<Behind>), StoreError> {
    let Behind(id, number) = after;
    let rows = if section.is_numbered() {
        tx.rows(section.sql, args![contact, id, section.at_once, number]).await?
    } else {
        tx.rows(section.sql, args![contact, id, section.at_once]).await?
    };
    let number = |row: &Row| if section.is_numbered() { row.get(section.columns.len() + 1) } else { Ok(0) };
    let behind = rows.last().map(|last| Ok::<_, StoreError>(Behind(last.get(0)?, number(last)?))).transpose()?;
    Ok((rows.iter().map(|row| told(row, section.columns)).collect::<Result<_, _>>()?, behind))
}

/// The attachments of the first of their messages after `after` that has some: that message, and them. `None`: there is none.
///
/// # Errors
/// When the database fails.
pub async fn files(
    tx: &mut TenantTx<'_>,
    contact: ContactId,
    after: Uuid,
) -> Result<Option<(Uuid, Vec<MediaId>)>, StoreError> {
    let sql = "SELECT m.id, m.media FROM conversation v
               JOIN message m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.id
               WHERE v.tenant_id = $1 AND v.contact_id = $2 AND m.media IS NOT NULL AND m.id > $3 ORDER BY m.id LIMIT 1";
    let row = tx.opt(sql, args![contact, after]).await?;
    row.map(|row| Ok((row.get(0)?, json(row.text(1)?)?))).transpose()
}

/// Everybody whose rows are this person's: whoever was made one with them keeps what was only theirs.
///
/// # Errors
/// When the database fails.
pub async fn everybody(tx: &mut TenantTx<'_>, id: ContactId) -> Result<Vec<ContactId>, StoreError> {
    super::merge::everybody(tx, id).await
}

fn told(row: &Row, columns: &[(&'static str, As)]) -> Result<Map<String, Value>, StoreError> {
    let mut told = Map::with_capacity(columns.len());
    for (nth, (name, as_is)) in columns.iter().enumerate() {
        told.insert((*name).to_owned(), value(row, nth + 1, *as_is)?);
    }
    Ok(told)
}

fn value(row: &Row, at: usize, as_is: As) -> Result<Value, StoreError> {
    let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
    Ok(match as_is {
        As::Text => text(row.get(at)?),
        // What is no document, as what was erased before, is told as it is.
        As::Json => row
            .text_or_null(at)?
            .map_or(Value::Null, |json| serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.to_owned()))),
        As::Number => row.get::<Option<i64>>(at)?.map_or(Value::Null, Value::from),
        As::YesNo => row.get::<Option<bool>>(at)?.map_or(Value::Null, Value::from),
        As::Moment => text(row.get::<Option<jiff::Timestamp>>(at)?.map(|moment| moment.to_string())),
        // The one that nobody has stands for none.
        As::Id(prefixed) => text(row.get::<Option<Uuid>>(at)?.filter(|id| !id.is_nil()).map(prefixed)),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn told() -> BTreeSet<&'static str> {
        SECTIONS.iter().flat_map(|section| section.tables).copied().chain(["media"]).collect()
    }

    /// The tables that a piece of source changes, by its SQL.
    fn changed(source: &'static str) -> BTreeSet<&'static str> {
        let mut tables = BTreeSet::new();
        for verb in ["DELETE FROM ", "UPDATE "] {
            for (at, _) in source.match_indices(verb) {
                let rest = source.get(at + verb.len()..).unwrap_or_default();
                let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
                tables.extend(rest.get(..end).filter(|table| !table.is_empty()));
            }
        }
        tables
    }

    #[test]
    fn whatever_erasing_knows_of_is_told_or_it_is_said_why_not() {
        let told = told();
        let not_told: BTreeSet<&str> = NOT_TOLD.iter().map(|(table, _)| *table).collect();
        let mut erased = changed(include_str!("erase.rs"));
        erased.extend(changed(include_str!("../import/forget.rs")));
        assert!(erased.len() > 20, "{erased:?}");
        let missing: Vec<_> =
            erased.iter().filter(|table| !told.contains(*table) && !not_told.contains(*table)).collect();
        assert_eq!(missing, Vec::<&&str>::new(), "erased, and not exported");
        assert_eq!(told.intersection(&not_told).count(), 0);
    }

    #[test]
    fn whatever_has_a_contacts_id_is_told_or_it_is_said_why_not() {
        let told = told();
        let mut seen = 0;
        for migration in crate::migrate::texts() {
            for table in migration.split("CREATE TABLE ").skip(1) {
                let (name, rest) = table.split_once(' ').unwrap();
                let columns = rest.split(") {").next().unwrap_or_default();
                if columns.lines().any(|line| line.trim_start().starts_with("contact_id ")) {
                    seen += 1;
                    let known = told.contains(name) || NOT_TOLD.iter().any(|(table, _)| *table == name);
                    assert!(known, "{name} has a contact's id, and is not exported");
                }
            }
        }
        assert!(seen > 7, "{seen}");
    }
}
