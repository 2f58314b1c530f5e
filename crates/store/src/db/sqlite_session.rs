//! One connection to SQLite: how it is set up, how a statement runs on it, what its errors mean.

use std::path::{Path, PathBuf};

use rusqlite::{CachedStatement, Connection, Statement, config::DbConfig, ffi};
use uuid::Uuid;

use super::{
    error::StoreError,
    row::{Cell, Row},
    sqlite_names::Names,
    tx::{On, Tx},
    value::Value,
};

/// Every text of this crate fits, so each is prepared once per connection.
const STATEMENTS_KEPT: usize = 512;

pub(crate) struct Session {
    connection: Connection,
    names: Names,
}

impl Session {
    /// `synchronous = NORMAL`: a commit does not wait for the disk here, but with whoever wants to be told of it
    /// (`sqlite_disk`).
    pub(crate) fn open_writer(path: &Path) -> Result<Self, StoreError> {
        let session = Self::open(path)?;
        session.setup(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;
             PRAGMA journal_size_limit = 134217728; PRAGMA secure_delete = FAST;",
        )?;
        Ok(session)
    }

    pub(crate) fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let session = Self::open(path)?;
        session.setup("PRAGMA query_only = ON; PRAGMA cache_size = -16384;")?;
        Ok(session)
    }

    /// Folds the log in and does nothing else.
    pub(crate) fn open_folder(path: &Path) -> Result<Self, StoreError> {
        let session = Self::open(path)?;
        session.setup("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -64;")?;
        Ok(session)
    }

    /// Calls `hook` after each commit with how many pages the log has. The log is not folded in by itself any more.
    pub(crate) fn at_each_commit(&mut self, mut hook: impl FnMut(u32) + Send + 'static) -> Result<(), StoreError> {
        let hook = move |_: &mut rusqlite::hooks::Wal, pages| {
            hook(u32::try_from(pages).unwrap_or(0));
            Ok(())
        };
        self.connection.wal_hook(Some(hook)).map_err(StoreError::fault)
    }

    fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path).map_err(|error| {
            StoreError::fault(format!("the database file {} cannot be opened: {error}", path.display()))
        })?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        // A plan depends on the text alone, so a statement is not prepared anew whenever other values are bound to it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(StoreError::fault)?;
        rusqlite::vtab::array::load_module(&connection).map_err(StoreError::fault)?;
        let session = Self { connection, names: Names::default() };
        session.setup("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY;")?;
        Ok(session)
    }

    fn setup(&self, pragmas: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(pragmas).map_err(StoreError::fault)
    }

    pub(crate) fn into_tx(self) -> Tx {
        Tx::new(On::Sqlite(self))
    }

    pub(crate) fn begin_write(&mut self) -> Result<(), StoreError> {
        self.run("BEGIN IMMEDIATE") // a deferred one that writes later is refused at once, whatever the busy timeout
    }

    /// How many rows were changed since the connection was opened. What a transaction took back counts too.
    pub(crate) fn changed(&self) -> u64 {
        self.connection.total_changes()
    }

    pub(crate) fn begin_read(&mut self) -> Result<(), StoreError> {
        self.run("BEGIN")
    }

    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.run("COMMIT")
    }

    /// Some faults (a full disk) end the transaction by themselves, so there may be nothing to roll back.
    pub(crate) fn rollback(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.run("ROLLBACK")
        {
            tracing::error!(error = &error as &dyn std::error::Error, "a transaction could not be rolled back");
        }
    }

    pub(crate) fn savepoint(&mut self) -> Result<(), StoreError> {
        self.run("SAVEPOINT body")
    }

    pub(crate) fn keep_savepoint(&mut self) -> Result<(), StoreError> {
        self.run("RELEASE body")
    }

    pub(crate) fn undo_savepoint(&mut self) -> Result<(), StoreError> {
        self.run("ROLLBACK TO body")?;
        self.run("RELEASE body")
    }

    /// Folds the write-ahead log into the file, as far as nobody reads an older state and without waiting for anybody.
    pub(crate) fn fold(&mut self) -> Result<(), StoreError> {
        self.rows("PRAGMA wal_checkpoint(PASSIVE)", None, &[]).map(drop)
    }

    /// The same for all of it, so that the log begins anew. Waits for readers, and answers whether it got so far.
    pub(crate) fn fold_all(&mut self) -> Result<bool, StoreError> {
        self.folded("PRAGMA wal_checkpoint(RESTART)")
    }

    /// The same, and empties the log.
    pub(crate) fn fold_away(&mut self) -> Result<bool, StoreError> {
        self.folded("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    fn folded(&mut self, sql: &str) -> Result<bool, StoreError> {
        let rows = self.rows(sql, None, &[])?;
        let busy: i64 = rows.first().map_or(Ok(1), |row| row.get(0))?;
        Ok(busy == 0)
    }

    /// The file, as SQLite names it: an absolute path without links.
    pub(crate) fn file(&self) -> Result<PathBuf, StoreError> {
        let path = self.connection.path().filter(|path| !path.is_empty());
        path.map(PathBuf::from).ok_or_else(|| StoreError::fault("the database is in no file"))
    }

    /// Several statements without arguments, as migrations have them.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| self.explain(error))
    }

    pub(crate) fn rows(&mut self, sql: &str, tenant: Option<Uuid>, args: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.query(sql, tenant, args).map_err(|error| self.explain(error))
    }

    /// The same for a text that does not come again: it takes no other one's place among those that are kept.
    pub(crate) fn rows_once(
        &mut self,
        sql: &str,
        tenant: Option<Uuid>,
        args: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let query = |session: &Self| found(&mut session.connection.prepare(sql)?, tenant, args);
        query(self).map_err(|error| self.explain(error))
    }

    /// How many rows the statement changed.
    pub(crate) fn count(&mut self, sql: &str, tenant: Option<Uuid>, args: &[Value<'_>]) -> Result<u64, StoreError> {
        self.step(sql, tenant, args).map_err(|error| self.explain(error))
    }

    /// The statement for each of these arguments, prepared once; `changed` is told how many rows each changed.
    pub(crate) fn each<'v, const N: usize>(
        &mut self,
        sql: &str,
        tenant: Option<Uuid>,
        each: impl IntoIterator<Item = [Value<'v>; N]>,
        changed: impl FnMut(u64),
    ) -> Result<(), StoreError> {
        self.step_each(sql, tenant, each, changed).map_err(|error| self.explain(error))
    }

    fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        self.step(sql, None, &[]).map(drop).map_err(|error| self.explain(error))
    }

    fn query(&self, sql: &str, tenant: Option<Uuid>, args: &[Value<'_>]) -> rusqlite::Result<Vec<Row>> {
        found(&mut *self.connection.prepare_cached(sql)?, tenant, args)
    }

    fn step(&self, sql: &str, tenant: Option<Uuid>, args: &[Value<'_>]) -> rusqlite::Result<u64> {
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, tenant, args)?;
        to_the_end(&mut statement)?;
        Ok(self.connection.changes())
    }

    fn step_each<'v, const N: usize>(
        &self,
        sql: &str,
        tenant: Option<Uuid>,
        each: impl IntoIterator<Item = [Value<'v>; N]>,
        mut changed: impl FnMut(u64),
    ) -> rusqlite::Result<()> {
        let mut each = each.into_iter();
        let Some(first) = each.next() else { return Ok(()) };
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, tenant, &first)?;
        to_the_end(&mut statement)?;
        changed(self.connection.changes());
        let from = usize::from(tenant.is_some()) + 1;
        for args in each {
            for (index, value) in args.iter().enumerate() {
                value.bind(&mut statement, index + from)?;
            }
            to_the_end(&mut statement)?;
            changed(self.connection.changes());
        }
        Ok(())
    }

    fn explain(&mut self, error: rusqlite::Error) -> StoreError {
        let rusqlite::Error::SqliteFailure(code, message) = &error else {
            return StoreError::fault(error);
        };
        match code.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
                StoreError::Unique(self.names.of(&self.connection, message.as_deref().unwrap_or_default()))
            }
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => StoreError::Foreign("foreign_key".into()),
            ffi::SQLITE_BUSY | ffi::SQLITE_BUSY_SNAPSHOT | ffi::SQLITE_BUSY_TIMEOUT => StoreError::Retry,
            _ => StoreError::fault(error),
        }
    }
}

fn found(statement: &mut Statement<'_>, tenant: Option<Uuid>, args: &[Value<'_>]) -> rusqlite::Result<Vec<Row>> {
    bind(statement, tenant, args)?;
    let width = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let columns = (0..width).map(|index| Cell::read(row.get_ref(index)?)).collect::<rusqlite::Result<_>>()?;
        found.push(Row::sqlite(columns));
    }
    Ok(found)
}

/// Steps to the end, so that a statement which also answers rows is carried out wholly.
fn to_the_end(statement: &mut CachedStatement<'_>) -> rusqlite::Result<()> {
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

/// SQLite takes a missing argument for NULL, so the count is checked here.
fn bind(statement: &mut Statement<'_>, tenant: Option<Uuid>, args: &[Value<'_>]) -> rusqlite::Result<()> {
    let wanted = statement.parameter_count();
    let first = usize::from(tenant.is_some()) + 1;
    if wanted != args.len() + first - 1 {
        return Err(rusqlite::Error::InvalidParameterCount(args.len() + first - 1, wanted));
    }
    if let Some(tenant) = tenant {
        Value::Id(tenant).bind(statement, 1)?;
    }
    for (index, value) in args.iter().enumerate() {
        value.bind(statement, index + first)?;
    }
    Ok(())
}
