//! What a body gets: a transaction that belongs to one tenant, or to the system.

use std::collections::BTreeSet;

use domain::id::TenantId;
use uuid::Uuid;

use super::{
    bulk,
    error::StoreError,
    postgres_session,
    row::Row,
    sqlite_session,
    value::{Value, list},
};
use crate::dialect::{self, Engine, Text};

/// A transaction of one tenant. `$1` is the tenant in every statement and is bound here, so callers number their own
/// arguments from `$2`; a text that does not mention `$1` is refused. On PostgreSQL row-level security says the same again.
#[derive(Debug)]
pub struct TenantTx<'t> {
    tx: &'t mut Tx,
    tenant: TenantId,
}

/// A transaction that sees all tenants, for the few operations that must: routing a webhook, claiming work, signing in.
#[derive(Debug)]
pub struct SystemTx<'t> {
    tx: &'t mut Tx,
}

/// The methods that both kinds of transaction have; `$scope` is what a statement is bound to.
macro_rules! statements {
    ($scope:expr) => {
        /// Every row of the answer.
        pub async fn rows(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
            let scope = $scope(self);
            self.tx.rows(scope, sql, args).await
        }

        /// The first row, if there is one.
        pub async fn opt(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
            Ok(self.rows(sql, args).await?.into_iter().next())
        }

        /// The first row; [`StoreError::NoRow`] if there is none.
        pub async fn one(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<Row, StoreError> {
            self.opt(sql, args).await?.ok_or(StoreError::NoRow)
        }

        /// Carries out the statement and waits for it: an error is told here.
        pub async fn exec(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<(), StoreError> {
            self.exec_returning_count(sql, args).await.map(drop)
        }

        /// The same, and how many rows it inserted, changed or deleted.
        pub async fn exec_returning_count(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<u64, StoreError> {
            let scope = $scope(self);
            self.tx.count(scope, sql, args).await
        }

        /// A statement whose result nobody needs before the commit. On PostgreSQL it travels with the next statement or with
        /// the commit, so its error is told there, on both engines: by the next statement, or by the write as a whole.
        pub async fn push(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<(), StoreError> {
            let scope = $scope(self);
            self.tx.push(scope, sql, args).await
        }

        /// Inserts many rows with few statements and answers how many were inserted.
        ///
        /// `sql` is `INSERT INTO t (a, b)`, or has `VALUES {rows}` where something follows (`ON CONFLICT …`). In a tenant's
        /// transaction the first column must be the tenant; the rows then hold only what comes after it.
        pub async fn insert_many<'v, const N: usize>(
            &mut self,
            sql: &'static str,
            rows: impl IntoIterator<Item = [Value<'v>; N]>,
        ) -> Result<u64, StoreError> {
            let scope = $scope(self);
            bulk::insert(self.tx, scope, sql, rows).await
        }

        /// [`Self::insert_many`] of a text that ends with `ON CONFLICT … DO NOTHING {which id}`: the places of the rows that
        /// were inserted. What stands there is the name of their first column, an id.
        pub async fn insert_new<'v, const N: usize>(
            &mut self,
            sql: &'static str,
            rows: impl IntoIterator<Item = [Value<'v>; N]>,
        ) -> Result<Vec<usize>, StoreError> {
            let scope = $scope(self);
            bulk::insert_new(self.tx, scope, sql, rows).await
        }

        /// [`Self::insert_many`] as [`Self::push`] is to `exec`: travels with the next statement.
        pub async fn push_many<'v, const N: usize>(
            &mut self,
            sql: &'static str,
            rows: impl IntoIterator<Item = [Value<'v>; N]>,
        ) -> Result<(), StoreError> {
            let scope = $scope(self);
            bulk::push(self.tx, scope, sql, rows).await
        }

        /// [`Self::push_many`] into a table whose trigger feeds an index of words: on SQLite that index writes down what it
        /// has gathered at the beginning of each statement, so that the fewer statements, the better.
        pub async fn push_together<'v, const N: usize>(
            &mut self,
            sql: &'static str,
            rows: impl IntoIterator<Item = [Value<'v>; N]>,
        ) -> Result<(), StoreError> {
            let scope = $scope(self);
            bulk::push_together(self.tx, scope, sql, rows).await
        }

        /// [`Self::push`] for each of these arguments: one statement, prepared once.
        pub async fn push_each<'v, const N: usize>(
            &mut self,
            sql: &'static str,
            each: impl IntoIterator<Item = [Value<'v>; N]>,
        ) -> Result<(), StoreError> {
            let scope = $scope(self);
            self.tx.push_each(scope, sql, each).await
        }

        /// [`Self::exec_returning_count`] for each of these arguments: how many rows each changed. On PostgreSQL they travel
        /// together.
        pub async fn exec_each<'v, const N: usize>(
            &mut self,
            sql: &'static str,
            each: impl IntoIterator<Item = [Value<'v>; N]>,
        ) -> Result<Vec<u64>, StoreError> {
            let scope = $scope(self);
            self.tx.count_each(scope, sql, each).await
        }

        /// Locks rows until the transaction ends, with a query in PostgreSQL's words (`… FOR UPDATE`). SQLite is not even
        /// asked: its writer is alone.
        pub async fn hold(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<(), StoreError> {
            if self.tx.engine() == Engine::Sqlite {
                return Ok(());
            }
            self.push(sql, args).await
        }

        /// Takes these locks until the transaction ends, but for those that another transaction has; answers which it got.
        /// On SQLite all of them: the writer is alone.
        pub async fn try_locks(&mut self, keys: &[i64]) -> Result<Vec<i64>, StoreError> {
            let scope = $scope(self);
            self.tx.try_locks(scope, keys).await
        }

        /// Takes the locks of these lanes until the transaction ends, and waits for them: what is worked strictly in order is
        /// worked by one transaction at a time. Everybody takes them in the same order, so that two who want some of the
        /// same do not wait for each other for ever. On SQLite the writer is alone anyway.
        pub async fn lock_lanes(&mut self, lanes: &BTreeSet<Uuid>) -> Result<(), StoreError> {
            let scope = $scope(self);
            self.tx.lock_lanes(scope, lanes).await
        }

        /// Which database this runs on. For measuring and for tests: what differs belongs into `dialect`.
        #[must_use]
        pub fn engine(&self) -> Engine {
            self.tx.engine()
        }
    };
}

impl<'t> TenantTx<'t> {
    pub(crate) fn new(tx: &'t mut Tx, tenant: TenantId) -> Self {
        Self { tx, tenant }
    }

    /// Whose transaction this is.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Something was left for whoever runs workflows: after the commit they are woken.
    pub(crate) fn stirs_workflows(&mut self) {
        self.tx.stirs = true;
    }

    /// [`Self::rows`] of a text that was put together for this one question: neither the text nor its plan is kept, for
    /// there are as many as there are questions. Values belong into the arguments, never into the text.
    pub(crate) async fn rows_composed(&mut self, sql: &str, args: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let scope = Scope::Tenant(Uuid::from(self.tenant));
        self.tx.rows_composed(scope, sql, args).await
    }

    statements!(|this: &Self| Scope::Tenant(Uuid::from(this.tenant)));
}

impl<'t> SystemTx<'t> {
    pub(crate) fn new(tx: &'t mut Tx) -> Self {
        Self { tx }
    }

    /// The same transaction, seen as one tenant: what many tenants' turns need to be committed together. Ends with the
    /// borrow; there is nothing to switch back.
    pub fn for_tenant(&mut self, tenant: TenantId) -> TenantTx<'_> {
        TenantTx::new(self.tx, tenant)
    }

    statements!(|_: &Self| Scope::System);
}

/// Whom a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    System,
    Tenant(Uuid),
}

impl Scope {
    pub(crate) fn tenant(self) -> Option<Uuid> {
        match self {
            Self::System => None,
            Self::Tenant(tenant) => Some(tenant),
        }
    }
}

/// One statement, ready for its engine.
pub(crate) struct Call<'a> {
    pub(crate) sql: &'a str,
    /// Whom the statement may see (PostgreSQL's row-level security).
    pub(crate) scope: Scope,
    /// What `$1` is, if the face binds it.
    pub(crate) tenant: Option<Uuid>,
    pub(crate) args: &'a [Value<'a>],
    /// The same text will come again, so its plan is worth keeping.
    pub(crate) comes_again: bool,
}

/// A transaction on either engine. It remembers a failed statement: PostgreSQL would commit nothing after one and SQLite
/// would, so both refuse, and a body that swallows an error gets the same answer everywhere.
pub(crate) struct Tx {
    pub(crate) on: On,
    failed: Option<StoreError>,
    /// The body has left something for whoever runs workflows.
    pub(crate) stirs: bool,
}

/// Not told apart by size: there are as many as connections.
#[allow(clippy::large_enum_variant)]
pub(crate) enum On {
    Sqlite(sqlite_session::Session),
    Postgres(postgres_session::Session),
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("engine", &self.engine()).field("failed", &self.failed).finish_non_exhaustive()
    }
}

impl Tx {
    pub(crate) fn new(on: On) -> Self {
        Self { on, failed: None, stirs: false }
    }

    pub(crate) fn engine(&self) -> Engine {
        match &self.on {
            On::Sqlite(_) => Engine::Sqlite,
            On::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) fn forget_failure(&mut self) {
        self.failed = None;
    }

    pub(crate) fn failure(&self) -> Option<&StoreError> {
        self.failed.as_ref()
    }

    /// A body that says `Ok` although a statement of it failed is answered with that failure.
    pub(crate) fn judge<T, E: From<StoreError>>(&self, result: Result<T, E>) -> Result<T, E> {
        match (&self.failed, result) {
            (Some(failed), Ok(_)) => Err(failed.clone().into()),
            (_, result) => result,
        }
    }

    async fn rows(&mut self, scope: Scope, sql: &'static str, args: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let text = self.text(scope, sql)?;
        self.call_rows(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args, comes_again: true }).await
    }

    async fn rows_composed(&mut self, scope: Scope, sql: &str, args: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let text = dialect::composed(sql, self.engine());
        if scope != Scope::System && !text.mentions_first {
            return self.remember(Err(StoreError::Unscoped("a text that was put together")));
        }
        let call = Call { sql: &text.sql, scope, tenant: scope.tenant(), args, comes_again: false };
        self.call_rows(&call).await
    }

    async fn count(&mut self, scope: Scope, sql: &'static str, args: &[Value<'_>]) -> Result<u64, StoreError> {
        let text = self.text(scope, sql)?;
        self.call_count(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args, comes_again: true }).await
    }

    async fn push(&mut self, scope: Scope, sql: &'static str, args: &[Value<'_>]) -> Result<(), StoreError> {
        let text = self.text(scope, sql)?;
        self.call_push(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args, comes_again: true }).await
    }

    async fn push_each<'v, const N: usize>(
        &mut self,
        scope: Scope,
        sql: &'static str,
        each: impl IntoIterator<Item = [Value<'v>; N]>,
    ) -> Result<(), StoreError> {
        let text = self.text(scope, sql)?;
        if let On::Sqlite(_) = &self.on {
            // Its error is told by the next statement, as that of `push` is.
            let _ = self.sqlite_each(scope, &text.sql, each, |_| {});
            return Ok(());
        }
        for args in each {
            self.call_push(&Call { sql: &text.sql, scope, tenant: scope.tenant(), args: &args, comes_again: true })
                .await?;
        }
        Ok(())
    }

    async fn count_each<'v, const N: usize>(
        &mut self,
        scope: Scope,
        sql: &'static str,
        each: impl IntoIterator<Item = [Value<'v>; N]>,
    ) -> Result<Vec<u64>, StoreError> {
        let text = self.text(scope, sql)?;
        let mut each = each.into_iter().peekable();
        if each.peek().is_none() {
            return Ok(Vec::new());
        }
        if let On::Sqlite(_) = &self.on {
            let mut counts = Vec::new();
            self.sqlite_each(scope, &text.sql, each, |count| counts.push(count))?;
            return Ok(counts);
        }
        self.go_on()?;
        let On::Postgres(session) = &mut self.on else { return Err(StoreError::Closed) };
        let call = Call { sql: &text.sql, scope, tenant: scope.tenant(), args: &[], comes_again: true };
        let counts = session.count_each(&call, each.map(Vec::from)).await;
        self.remember(counts)
    }

    async fn try_locks(&mut self, scope: Scope, keys: &[i64]) -> Result<Vec<i64>, StoreError> {
        if self.engine() == Engine::Sqlite {
            return Ok(keys.to_vec());
        }
        let sql = "SELECT key FROM unnest($1::bigint[]) AS key WHERE pg_try_advisory_xact_lock(key)";
        let args = [list(keys.iter().copied())];
        let rows = self.call_rows(&Call { sql, scope, tenant: None, args: &args, comes_again: true }).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn lock_lanes(&mut self, scope: Scope, lanes: &BTreeSet<Uuid>) -> Result<(), StoreError> {
        if self.engine() == Engine::Sqlite || lanes.is_empty() {
            return Ok(());
        }
        let keys = lanes.iter().map(|lane| {
            let (high, low) = lane.as_u64_pair();
            (high ^ low).cast_signed()
        });
        let args = [list(keys)];
        let sql = "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key";
        self.call_push(&Call { sql, scope, tenant: None, args: &args, comes_again: true }).await
    }

    pub(crate) async fn call_rows(&mut self, call: &Call<'_>) -> Result<Vec<Row>, StoreError> {
        self.go_on()?;
        let result = match &mut self.on {
            On::Sqlite(session) if call.comes_again => session.rows(call.sql, call.tenant, call.args),
            On::Sqlite(session) => session.rows_once(call.sql, call.tenant, call.args),
            On::Postgres(session) => session.rows(call).await,
        };
        self.remember(result)
    }

    pub(crate) async fn call_count(&mut self, call: &Call<'_>) -> Result<u64, StoreError> {
        self.go_on()?;
        let result = match &mut self.on {
            On::Sqlite(session) => session.count(call.sql, call.tenant, call.args),
            On::Postgres(session) => session.count(call).await,
        };
        self.remember(result)
    }

    pub(crate) async fn call_push(&mut self, call: &Call<'_>) -> Result<(), StoreError> {
        self.go_on()?;
        let result = match &mut self.on {
            On::Sqlite(session) => session.count(call.sql, call.tenant, call.args).map(drop),
            On::Postgres(session) => session.push(call).await,
        };
        // Told by the next statement or at the commit, as on the engine where it has not even left yet.
        let _ = self.remember(result);
        Ok(())
    }

    /// SQLite only: the statement for each of these; `changed` is told how many rows each changed.
    pub(crate) fn sqlite_each<'v, const N: usize>(
        &mut self,
        scope: Scope,
        sql: &str,
        each: impl IntoIterator<Item = [Value<'v>; N]>,
        changed: impl FnMut(u64),
    ) -> Result<(), StoreError> {
        self.go_on()?;
        let On::Sqlite(session) = &mut self.on else { unreachable!("asked of PostgreSQL") };
        let result = session.each(sql, scope.tenant(), each, changed);
        self.remember(result)
    }

    fn text(&mut self, scope: Scope, sql: &'static str) -> Result<std::sync::Arc<Text>, StoreError> {
        let text = dialect::text(sql, self.engine());
        if scope != Scope::System && !text.mentions_first {
            return self.remember(Err(StoreError::Unscoped(sql)));
        }
        Ok(text)
    }

    /// After a failed statement every other answers the same failure, without asking the database.
    fn go_on(&self) -> Result<(), StoreError> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    fn remember<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            metrics::counter!("store_statement_errors_total", "kind" => error.kind()).increment(1);
            if self.failed.is_none() {
                self.failed = Some(error.clone());
            }
        }
        result
    }
}
