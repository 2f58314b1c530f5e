//! Many rows in few statements.

use super::{
    error::StoreError,
    row::Row,
    tx::{Call, Scope, Tx},
    value::Value,
};
use crate::dialect::{self, Engine, Rows};

/// Rows of one statement. On PostgreSQL more gains nothing and makes long texts. On SQLite, where nothing has to travel, one
/// short statement again and again is quicker than a long one.
const fn rows_max(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => 256,
    }
}

pub(crate) async fn insert<'v, const N: usize>(
    tx: &mut Tx,
    scope: Scope,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<u64, StoreError> {
    let mut inserted = 0;
    let mut chunks = Chunks::new(tx, scope, rows);
    while let Some((shape, args)) = chunks.next() {
        let text = dialect::text_with_rows(sql, tx.engine(), shape);
        inserted += tx.call_count(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args: &args }).await?;
    }
    Ok(inserted)
}

/// As [`insert`], with what the text's `RETURNING` says of the rows that were inserted.
pub(crate) async fn insert_returning<'v, const N: usize>(
    tx: &mut Tx,
    scope: Scope,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<Vec<Row>, StoreError> {
    let mut returned = Vec::new();
    let mut chunks = Chunks::new(tx, scope, rows);
    while let Some((shape, args)) = chunks.next() {
        let text = dialect::text_with_rows(sql, tx.engine(), shape);
        returned.extend(tx.call_rows(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args: &args }).await?);
    }
    Ok(returned)
}

pub(crate) async fn push<'v, const N: usize>(
    tx: &mut Tx,
    scope: Scope,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<(), StoreError> {
    let mut chunks = Chunks::new(tx, scope, rows);
    while let Some((shape, args)) = chunks.next() {
        let text = dialect::text_with_rows(sql, tx.engine(), shape);
        tx.call_push(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args: &args }).await?;
    }
    Ok(())
}

/// Cuts rows into statements of a power of two of rows each, so that one insert has at most nine different texts, each
/// prepared once.
struct Chunks<'v, const N: usize, I: Iterator<Item = [Value<'v>; N]>> {
    rows: I,
    waiting: Vec<Value<'v>>,
    rows_max: usize,
    tenant_leads: bool,
}

impl<'v, const N: usize, I: Iterator<Item = [Value<'v>; N]>> Chunks<'v, N, I> {
    fn new(tx: &Tx, scope: Scope, rows: impl IntoIterator<IntoIter = I>) -> Self {
        let fits = (tx.engine().parameters_max() - 1) / N.max(1);
        let rows_max = power_of_two_up_to(fits.clamp(1, rows_max(tx.engine())));
        Self { rows: rows.into_iter(), waiting: Vec::new(), rows_max, tenant_leads: scope != Scope::System }
    }

    fn next(&mut self) -> Option<(Rows, Vec<Value<'v>>)> {
        let width = N.max(1);
        while self.waiting.len() < self.rows_max * width
            && let Some(row) = self.rows.next()
        {
            self.waiting.extend(row);
        }
        let count = power_of_two_up_to(self.waiting.len() / width);
        if count == 0 {
            return None;
        }
        let rest = self.waiting.split_off(count * width);
        let args = std::mem::replace(&mut self.waiting, rest);
        Some((Rows { count, width, tenant_leads: self.tenant_leads }, args))
    }
}

/// The greatest power of two that is at most `count`; 0 for 0.
fn power_of_two_up_to(count: usize) -> usize {
    count.checked_ilog2().map_or(0, |power| 1 << power)
}
