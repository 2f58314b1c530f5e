//! What SQLite's planner is told of how rows spread, from the day the schema is made: a desk with a million rows in every
//! table and ten busy tenants. Plans then suit a full database while it is still empty, and are the same everywhere.
//!
//! Left to itself the planner takes all rows of a tenant for ten, and reads them all sooner than look into an index.
//! (`sqlite_stat1`: <https://www.sqlite.org/fileformat2.html#the_sqlite_stat1_table>)
//!
//! PostgreSQL counts by itself, some time after rows have come. Where many come at once, it is told to.

use crate::db::sqlite_session::Session;
use crate::dialect::Engine;
use crate::{StoreError, SystemTx, args};

/// Rows of a table.
const ROWS: u64 = 1_000_000;
/// Tenants that share them.
const TENANTS: u64 = 10;
/// A partial index holds one row in so many.
const PARTIAL: u64 = 100;
/// Columns that tell little apart, and how much.
const FEW: [&str; 8] = ["channel", "direction", "field", "is_current", "kind", "priority", "state", "status"];
const FEW_KINDS: u64 = 3;
/// What any other column tells apart.
const MANY: u64 = 1_000;

/// Writes it for every index there is. To be called in the transaction that changes the schema, whose other connections
/// then read both anew.
pub(crate) fn write(session: &mut Session) -> Result<(), StoreError> {
    // Makes the planner's table without reading more than a few rows.
    session.batch("ANALYZE schema_migration; DELETE FROM sqlite_stat1;")?;
    let indexes = session.rows(
        "SELECT t.name, CASE WHEN l.origin = 'pk' AND t.wr THEN t.name ELSE l.name END, l.\"unique\", l.partial,
                (SELECT group_concat(i.name, ' ') FROM pragma_index_info(l.name) i)
         FROM pragma_table_list t JOIN pragma_index_list(t.name) l
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
        None,
        &[],
    )?;
    for index in indexes {
        let (table, name, columns): (String, String, String) = (index.get(0)?, index.get(1)?, index.get(4)?);
        let stat = spread(&columns.split(' ').collect::<Vec<_>>(), index.get(2)?, index.get(3)?);
        let args = [table.into(), name.into(), stat.into()];
        session.count("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)", None, &args)?;
    }
    session.batch("ANALYZE sqlite_schema;")
}

/// Many people or recipients came at once: PostgreSQL's planner counts them now. Until it does it takes all rows of a tenant for
/// one, and reads them all again for each recipient of a batch.
///
/// # Errors
/// When the database fails.
pub async fn count_anew(tx: &mut SystemTx<'_>) -> Result<(), StoreError> {
    match tx.engine() {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => tx.push("ANALYZE contact, contact_address, campaign_recipient", args![]).await,
    }
}

/// All rows of an index, then how many are alike in the first column, in the first two, and so on.
fn spread(columns: &[&str], is_unique: bool, is_partial: bool) -> String {
    let mut alike = if is_partial { ROWS / PARTIAL } else { ROWS };
    let mut stat = alike.to_string();
    for (nth, column) in columns.iter().enumerate() {
        let told_apart = match *column {
            "tenant_id" => TENANTS,
            few if FEW.contains(&few) => FEW_KINDS,
            _ => MANY,
        };
        let is_whole = nth + 1 == columns.len();
        alike = if is_whole && is_unique { 1 } else { (alike / told_apart).max(2) };
        stat.push(' ');
        stat.push_str(&alike.to_string());
    }
    stat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_key_is_one_row() {
        assert_eq!(spread(&["tenant_id", "id"], true, false), "1000000 100000 1");
        assert_eq!(spread(&["tenant_id", "kind", "address"], true, false), "1000000 100000 33333 1");
        assert_eq!(spread(&["tenant_id", "contact_id"], false, true), "10000 1000 2");
        assert_eq!(
            spread(&["tenant_id", "status", "last_message_at_us", "id"], false, false),
            "1000000 100000 33333 33 2"
        );
    }
}
