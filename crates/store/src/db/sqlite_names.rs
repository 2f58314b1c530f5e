//! SQLite tells a broken unique constraint by its columns, PostgreSQL by its name. Here columns become that name.

use std::collections::HashMap;

use rusqlite::Connection;

/// Names found before, by SQLite's message. Two unique indexes over the same columns of one table cannot be told apart: the
/// schema has none.
#[derive(Default)]
pub(crate) struct Names {
    found: HashMap<String, String>,
}

impl Names {
    /// The constraint that `message` speaks of, named as PostgreSQL would; the message itself if it cannot be found.
    pub(crate) fn of(&mut self, connection: &Connection, message: &str) -> String {
        if let Some(name) = self.found.get(message) {
            return name.clone();
        }
        let name = look_up(connection, message).ok().flatten().unwrap_or_else(|| message.to_owned());
        self.found.insert(message.to_owned(), name.clone());
        name
    }
}

/// The message is `UNIQUE constraint failed: t.a, t.b`, or `…: index 'name'` where the index is over an expression.
fn look_up(connection: &Connection, message: &str) -> rusqlite::Result<Option<String>> {
    let Some((_, what)) = message.split_once("constraint failed: ") else {
        return Ok(None);
    };
    if let Some(name) = what.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\'')) {
        return Ok(Some(name.to_owned()));
    }
    let columns: Vec<(&str, &str)> = what.split(", ").filter_map(|column| column.split_once('.')).collect();
    let Some(&(table, _)) = columns.first() else {
        return Ok(None);
    };
    let columns: Vec<&str> = columns.into_iter().map(|(_, column)| column).collect();

    let mut indexes = connection.prepare("SELECT name, origin FROM pragma_index_list(?1) WHERE \"unique\"")?;
    let indexes = indexes.query_map([table], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    for index in indexes {
        let (name, origin) = index?;
        let mut covered = connection.prepare("SELECT name FROM pragma_index_info(?1) ORDER BY seqno")?;
        let covered = covered.query_map([&name], |row| row.get::<_, Option<String>>(0))?;
        let covered: Vec<Option<String>> = covered.collect::<rusqlite::Result<_>>()?;
        if covered.iter().map(Option::as_deref).eq(columns.iter().map(|column| Some(*column))) {
            return Ok(Some(match origin.as_str() {
                "pk" => format!("{table}_pkey"),
                "u" => format!("{table}_{}_key", columns.join("_")),
                _ => name,
            }));
        }
    }
    // No index at all: an INTEGER PRIMARY KEY, which is the row's own number.
    Ok(Some(format!("{table}_pkey")))
}
