//! Many rows in few statements.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    error::StoreError,
    tx::{Call, Scope, Tx},
    value::Value,
};
use crate::dialect::{self, Engine, Rows};

/// Rows of one statement on PostgreSQL: more gains nothing and makes long texts. On SQLite, where nothing has to travel, one
/// short statement again and again is quicker than a long one.
const ROWS_MAX: usize = 256;

pub(crate) async fn insert<'v, const N: usize>(
    tx: &mut Tx,
    scope: Scope,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<u64, StoreError> {
    if tx.engine() == Engine::Sqlite {
        let mut inserted = 0;
        one_by_one(tx, scope, sql, rows, |one| inserted += one)?;
        return Ok(inserted);
    }
    let mut inserted = 0;
    let mut chunks = Chunks::new(tx, scope, rows);
    while let Some((shape, args)) = chunks.next() {
        let text = dialect::text_with_rows(sql, tx.engine(), shape);
        inserted += tx
            .call_count(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args: &args, comes_again: true })
            .await?;
    }
    Ok(inserted)
}

/// As [`insert`]: the places of the rows that were inserted, told apart by the id in their first column.
pub(crate) async fn insert_new<'v, const N: usize>(
    tx: &mut Tx,
    scope: Scope,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<Vec<usize>, StoreError> {
    let mut new = Vec::new();
    if tx.engine() == Engine::Sqlite {
        let mut place = 0;
        one_by_one(tx, scope, sql, rows, |inserted| {
            if inserted > 0 {
                new.push(place);
            }
            place += 1;
        })?;
        return Ok(new);
    }
    let mut places = HashMap::new();
    let rows = rows.into_iter().enumerate().map(|(place, row)| {
        if let Some(Value::Id(id)) = row.first() {
            places.entry(*id).or_insert(place);
        }
        row
    });
    let mut returned: Vec<Uuid> = Vec::new();
    let mut chunks = Chunks::new(tx, scope, rows);
    while let Some((shape, args)) = chunks.next() {
        let text = dialect::text_with_rows(sql, tx.engine(), shape);
        let call = Call { sql: &text.sql, scope, tenant: scope.tenant(), args: &args, comes_again: true };
        for row in tx.call_rows(&call).await? {
            returned.push(row.get(0)?);
        }
    }
    drop(chunks);
    for id in returned {
        new.push(*places.get(&id).ok_or_else(|| StoreError::fault("a row came back that was not given"))?);
    }
    new.sort_unstable();
    Ok(new)
}

pub(crate) async fn push<'v, const N: usize>(
    tx: &mut Tx,
    scope: Scope,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<(), StoreError> {
    if tx.engine() == Engine::Sqlite {
        // Told by the next statement or at the commit, as on the engine where it has not even left yet.
        let _ = one_by_one(tx, scope, sql, rows, |_| {});
        return Ok(());
    }
    push_together(tx, scope, sql, rows).await
}

/// As [`push`], with many rows to a statement on SQLite too.
pub(crate) async fn push_together<'v, const N: usize>(
    tx: &mut Tx,
    scope: Scope,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<(), StoreError> {
    let mut chunks = Chunks::new(tx, scope, rows);
    while let Some((shape, args)) = chunks.next() {
        let text = dialect::text_with_rows(sql, tx.engine(), shape);
        tx.call_push(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args: &args, comes_again: true }).await?;
    }
    Ok(())
}

fn one_by_one<'v, const N: usize>(
    tx: &mut Tx,
    scope: Scope,
    sql: &'static str,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
    changed: impl FnMut(u64),
) -> Result<(), StoreError> {
    let shape = Rows { count: 1, width: N, tenant_leads: scope != Scope::System };
    let text = dialect::text_with_rows(sql, Engine::Sqlite, shape);
    tx.sqlite_each(scope, &text.sql, rows, changed)
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
        let rows_max = power_of_two_up_to(fits.clamp(1, ROWS_MAX));
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
