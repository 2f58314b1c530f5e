//! The few places where the two engines differ, each with a name. A query is written once, in plain SQL with `$n`:
//!
//! | written | PostgreSQL | SQLite |
//! |---|---|---|
//! | `$1` | `$1` | `?1` (SQLite's own `$1` is a *name*, numbered by first appearance) |
//! | `{for_update}` | `FOR UPDATE` | nothing: the writer is alone |
//! | `{skip_locked}` | `FOR UPDATE SKIP LOCKED` | nothing |
//! | `{among $2}` | `= ANY($2)` | `IN rarray(?2)`: both take a list of any length as one argument |
//! | `{wanted $2}` | `unnest($2::text[]) AS wanted (value)` | `rarray(?2) AS wanted`: a list of texts as a table |
//! | `{matches $2}` | `~ $2` | `GLOB ?2`: a text against a pattern that [`pattern`] writes |
//! | `{which id}` | `RETURNING id`, for `insert_new` | nothing: it says of each row whether it was inserted |
//! | `{rows}` | the `VALUES` rows of `insert_many` | the same |
//!
//! In migrations also the types `UUID BIGINT BOOLEAN TEXT BYTES DOUBLE`; `{strict}`; `{clustered}` for tables of small rows
//! that are looked up by their primary key (SQLite keeps the rows in that index, without one more of its own); and the blocks
//! `-- postgres only … -- end` and `-- sqlite only … -- end`.

use domain::condition::spellings;

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

/// Which database a store runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// For several nodes.
    Postgres,
}

impl Engine {
    /// How many parameters one statement may have.
    pub(crate) const fn parameters_max(self) -> usize {
        match self {
            Self::Sqlite => 32_766,   // SQLITE_MAX_VARIABLE_NUMBER's default
            Self::Postgres => 65_535, // an unsigned 16-bit count in the Bind message
        }
    }
}

/// A statement as its engine reads it.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) sql: String,
    /// Whether `$1` is used, which is where a tenant's statements have their tenant.
    pub(crate) mentions_first: bool,
}

/// Rows of a multi-row insert: how many, how wide, and whether `$1` (the tenant) leads each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Rows {
    pub(crate) count: usize,
    pub(crate) width: usize,
    pub(crate) tenant_leads: bool,
}

/// A text is 'static, so its address names it.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    address: usize,
    length: usize,
    engine: Engine,
    rows: Option<Rows>,
}

/// The statement in `engine`'s words; worked out once per text.
pub(crate) fn text(sql: &'static str, engine: Engine) -> Arc<Text> {
    cached(sql, engine, None)
}

/// The same for an insert of many rows, which stand where `{rows}` is, or at the end after `VALUES`.
pub(crate) fn text_with_rows(sql: &'static str, engine: Engine, rows: Rows) -> Arc<Text> {
    cached(sql, engine, Some(rows))
}

/// A text that was put together for one question; there are too many to keep them.
pub(crate) fn composed(sql: &str, engine: Engine) -> Text {
    translate(sql, engine)
}

fn cached(sql: &'static str, engine: Engine, rows: Option<Rows>) -> Arc<Text> {
    static SEEN: LazyLock<RwLock<HashMap<Key, Arc<Text>>>> = LazyLock::new(RwLock::default);
    let key = Key { address: sql.as_ptr() as usize, length: sql.len(), engine, rows };
    if let Some(text) = SEEN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Arc::clone(text);
    }
    let text = Arc::new(match rows {
        None => translate(sql, engine),
        Some(rows) => translate(&expand(sql, rows), engine),
    });
    SEEN.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&text));
    text
}

fn expand(sql: &str, rows: Rows) -> String {
    if sql.contains("{rows}") {
        sql.replace("{rows}", &rows.to_sql())
    } else {
        format!("{sql} VALUES {}", rows.to_sql())
    }
}

impl Rows {
    /// `($1, $2, $3), ($1, $4, $5)` with a tenant, `($1, $2), ($3, $4)` without.
    fn to_sql(self) -> String {
        let mut sql = String::new();
        let mut next = if self.tenant_leads { 2 } else { 1 };
        for row in 0..self.count {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            if self.tenant_leads {
                sql.push_str(if self.width == 0 { "$1" } else { "$1, " });
            }
            for column in 0..self.width {
                let comma = if column == 0 { "" } else { ", " };
                let _ = write!(sql, "{comma}${next}");
                next += 1;
            }
            sql.push(')');
        }
        sql
    }
}

fn translate(sql: &str, engine: Engine) -> Text {
    let (for_update, skip_locked) = match engine {
        Engine::Sqlite => ("", ""),
        Engine::Postgres => ("FOR UPDATE", "FOR UPDATE SKIP LOCKED"),
    };
    let mut out = String::with_capacity(sql.len());
    let mut mentions_first = false;
    for piece in pieces(sql) {
        let Piece::Code(code) = piece else {
            out.push_str(piece.text());
            continue;
        };
        mentions_first |= mentions_parameter_one(code);
        let code = code.replace("{for_update}", for_update).replace("{skip_locked}", skip_locked);
        let code = which(&lists(&code, engine), engine);
        match engine {
            Engine::Sqlite => out.push_str(&code.replace('$', "?")),
            Engine::Postgres => out.push_str(&code),
        }
    }
    Text { sql: out, mentions_first }
}

/// What takes a list as one argument.
fn lists(code: &str, engine: Engine) -> String {
    let words = |fragment: &str| match (fragment, engine) {
        ("{among $", Engine::Sqlite) => ("IN rarray($", ")"),
        ("{among $", Engine::Postgres) => ("= ANY($", ")"),
        ("{matches $", Engine::Sqlite) => ("GLOB $", ""),
        ("{matches $", Engine::Postgres) => ("~ $", ""),
        (_, Engine::Sqlite) => ("rarray($", ") AS wanted"),
        (_, Engine::Postgres) => ("unnest($", "::text[]) AS wanted (value)"),
    };
    let mut out = code.to_owned();
    for fragment in ["{among $", "{matches $", "{wanted $"] {
        let (before, after) = words(fragment);
        while let Some((head, tail)) = out.split_once(fragment)
            && let Some((number, rest)) = tail.split_once('}')
        {
            out = format!("{head}{before}{number}{after}{rest}");
        }
    }
    out
}

/// What `{matches $n}` is given, so that it finds `folded` in texts whatever the case of their letters: at the beginning,
/// unless `before` may be anything, and to the end, unless `after` may be.
pub(crate) fn pattern(folded: &str, before: bool, after: bool, engine: Engine) -> String {
    let mut pattern = String::with_capacity(folded.len() * 4);
    match engine {
        Engine::Sqlite => pattern.push_str(if before { "*" } else { "" }),
        Engine::Postgres => pattern.push_str(if before { "" } else { "^" }),
    }
    for letter in folded.chars() {
        match (spellings(letter), engine) {
            ((small, Some(capital)), _) => pattern.extend(['[', small, capital, ']']),
            ((one @ ('*' | '?' | '['), None), Engine::Sqlite) => pattern.extend(['[', one, ']']),
            ((one, None), Engine::Postgres) if one.is_ascii_punctuation() => pattern.extend(['\\', one]),
            ((one, None), _) => pattern.push(one),
        }
    }
    match engine {
        Engine::Sqlite => pattern.push_str(if after { "*" } else { "" }),
        Engine::Postgres => pattern.push_str(if after { "" } else { "$" }),
    }
    pattern
}

/// What tells new rows apart.
fn which(code: &str, engine: Engine) -> String {
    let Some((head, tail)) = code.split_once("{which ") else { return code.to_owned() };
    let Some((column, rest)) = tail.split_once('}') else { return code.to_owned() };
    match engine {
        Engine::Sqlite => format!("{head}{rest}"),
        Engine::Postgres => format!("{head}RETURNING {column}{rest}"),
    }
}

fn mentions_parameter_one(code: &str) -> bool {
    code.match_indices("$1").any(|(at, found)| !code[at + found.len()..].starts_with(|c: char| c.is_ascii_digit()))
}

/// One migration in `engine`'s words.
pub(crate) fn migration(sql: &str, engine: Engine) -> String {
    let mut out = String::with_capacity(sql.len());
    for piece in pieces(&only_for(sql, engine)) {
        match piece {
            Piece::Code(code) => type_words(code, engine, &mut out),
            other => out.push_str(other.text()),
        }
    }
    out
}

/// Drops the lines that are for the other engine.
fn only_for(sql: &str, engine: Engine) -> String {
    let mut kept = String::with_capacity(sql.len());
    let mut block = None;
    for line in sql.lines() {
        match line.trim() {
            "-- postgres only" => block = Some(Engine::Postgres),
            "-- sqlite only" => block = Some(Engine::Sqlite),
            "-- end" => block = None,
            _ if block.is_none_or(|of| of == engine) => {
                kept.push_str(line);
                kept.push('\n');
            }
            _ => {}
        }
    }
    kept
}

fn type_words(code: &str, engine: Engine, out: &mut String) {
    let code = match engine {
        Engine::Sqlite => code.replace("{strict}", "STRICT").replace("{clustered}", "STRICT, WITHOUT ROWID"),
        Engine::Postgres => code.replace("{strict}", "").replace("{clustered}", ""),
    };
    let mut rest = code.as_str();
    while let Some(start) = rest.find(is_word) {
        let (before, from_word) = rest.split_at(start);
        let end = from_word.find(|c| !is_word(c)).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        out.push_str(before);
        out.push_str(type_word(word, engine));
        rest = after;
    }
    out.push_str(rest);
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// STRICT tables of SQLite know INTEGER, REAL, TEXT, BLOB and ANY, and nothing else.
fn type_word(word: &str, engine: Engine) -> &str {
    match (engine, word) {
        (Engine::Sqlite, "UUID" | "BYTES") => "BLOB",
        (Engine::Sqlite, "BIGINT" | "BOOLEAN") => "INTEGER",
        (Engine::Sqlite, "DOUBLE") => "REAL",
        (Engine::Postgres, "BYTES") => "BYTEA",
        (Engine::Postgres, "DOUBLE") => "DOUBLE PRECISION",
        (_, word) => word,
    }
}

/// A stretch of SQL: code, or what no rewriting may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Code(&'a str),
    Quoted(&'a str),
    Comment(&'a str),
}

impl<'a> Piece<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Code(text) | Self::Quoted(text) | Self::Comment(text) => text,
        }
    }
}

/// Cuts a text at its quotes and `--` comments. `''` inside a literal reads as two literals side by side, which is the same
/// text again. Block comments and dollar quotes count as code.
fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = sql;
    while !rest.is_empty() {
        let start =
            [rest.find('\''), rest.find('"'), rest.find("--")].into_iter().flatten().min().unwrap_or(rest.len());
        let (code, special) = rest.split_at(start);
        if !code.is_empty() {
            found.push(Piece::Code(code));
        }
        let Some(first) = special.chars().next() else {
            break;
        };
        let end = match first {
            '-' => special.find('\n').unwrap_or(special.len()),
            quote => special[1..].find(quote).map_or(special.len(), |at| at + 2),
        };
        let (special, after) = special.split_at(end);
        found.push(if first == '-' { Piece::Comment(special) } else { Piece::Quoted(special) });
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_fragments_are_said_in_each_engines_words() {
        let sql = "SELECT id FROM job WHERE tenant_id = $1 AND at <= $12 AND note <> '$1 it''s $9' LIMIT $2 {skip_locked} -- $3";
        assert_eq!(
            text(sql, Engine::Sqlite).sql,
            "SELECT id FROM job WHERE tenant_id = ?1 AND at <= ?12 AND note <> '$1 it''s $9' LIMIT ?2  -- $3"
        );
        assert!(text(sql, Engine::Postgres).sql.ends_with("LIMIT $2 FOR UPDATE SKIP LOCKED -- $3"));
        let sql = "SELECT 1 FROM job WHERE tenant_id = $1 AND id {among $2} AND note {among $12}";
        let ends = |engine, end: &str| text(sql, engine).sql.ends_with(end);
        assert!(ends(Engine::Sqlite, "tenant_id = ?1 AND id IN rarray(?2) AND note IN rarray(?12)"));
        assert!(ends(Engine::Postgres, "tenant_id = $1 AND id = ANY($2) AND note = ANY($12)"));
        let sql = "SELECT wanted.value FROM {wanted $2} JOIN job ON tenant_id = $1";
        assert_eq!(
            text(sql, Engine::Sqlite).sql,
            "SELECT wanted.value FROM rarray(?2) AS wanted JOIN job ON tenant_id = ?1"
        );
        assert_eq!(
            text(sql, Engine::Postgres).sql,
            "SELECT wanted.value FROM unnest($2::text[]) AS wanted (value) JOIN job ON tenant_id = $1"
        );
    }

    #[test]
    fn only_a_true_first_parameter_counts_as_the_tenant() {
        for (sql, mentions) in [
            ("a = $1", true),
            ("a = $1::uuid", true),
            ("($1)", true),
            ("a = $10 AND b = $12", false),
            ("a = '$1'", false),
            ("a = $2 -- $1", false),
            ("SELECT 1", false),
        ] {
            assert_eq!(translate(sql, Engine::Postgres).mentions_first, mentions, "{sql}");
        }
    }

    #[test]
    fn many_rows_share_their_tenant() {
        let rows = |tenant_leads| Rows { count: 2, width: 2, tenant_leads };
        let sql = "INSERT INTO tag (tenant_id, a, b) VALUES {rows} ON CONFLICT DO NOTHING";
        assert_eq!(
            text_with_rows(sql, Engine::Postgres, rows(true)).sql,
            "INSERT INTO tag (tenant_id, a, b) VALUES ($1, $2, $3), ($1, $4, $5) ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            text_with_rows("INSERT INTO tag (a, b)", Engine::Sqlite, rows(false)).sql,
            "INSERT INTO tag (a, b) VALUES (?1, ?2), (?3, ?4)"
        );
    }

    #[test]
    fn migrations_get_each_engines_types() {
        let sql = "\
-- a UUID per row: the operator's
CREATE TABLE t (id UUID, n BIGINT, ok BOOLEAN, b BYTES, d DOUBLE, s TEXT CHECK (s IN ('UUID')), MY_UUID TEXT) {strict};
-- postgres only
CREATE INDEX t_s ON t USING gin (s);
-- end
-- sqlite only
PRAGMA user_version;
-- end
SELECT 1;
";
        assert_eq!(
            migration(sql, Engine::Sqlite),
            "-- a UUID per row: the operator's
CREATE TABLE t (id BLOB, n INTEGER, ok INTEGER, b BLOB, d REAL, s TEXT CHECK (s IN ('UUID')), MY_UUID TEXT) STRICT;
PRAGMA user_version;
SELECT 1;
"
        );
        let postgres = migration(sql, Engine::Postgres);
        assert!(postgres.contains("id UUID, n BIGINT, ok BOOLEAN, b BYTEA, d DOUBLE PRECISION,"));
        assert!(postgres.contains("USING gin") && !postgres.contains("PRAGMA") && !postgres.contains("{strict}"));
    }
}
