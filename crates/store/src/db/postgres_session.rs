//! One transaction on one connection to PostgreSQL, pipelined: what needs no answer leaves together with what does.

use std::{
    cell::Cell,
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::Poll,
    time::Instant,
};

use deadpool_postgres::{Client, Object};
use futures_util::future::{LocalBoxFuture, MaybeDone, maybe_done, try_join_all};
use tokio_postgres::{Statement, error::SqlState, types::ToSql};
use uuid::Uuid;

use super::{
    error::{ServerError, StoreError},
    row::Row,
    tx::{Call, Scope},
    value::Value,
};

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Write,
    /// One snapshot, read only.
    Read,
}

impl Kind {
    fn begin(self) -> &'static str {
        match self {
            Self::Write => "BEGIN",
            Self::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }
}

pub(crate) struct Session {
    client: Borrowed,
    kind: Kind,
    begun: bool,
    /// Whom the server was last told that we are.
    scope: Option<Scope>,
    put_off: Vec<PutOff>,
    asking: Asking,
}

/// A statement that waits for company.
struct PutOff {
    statement: Statement,
    scope: Scope,
    args: Vec<Value<'static>>,
}

/// What leaves before the statement whose answer is wanted.
enum Step {
    Batch(String),
    Execute(PutOff),
}

impl Session {
    pub(crate) fn new(client: Client, kind: Kind) -> Self {
        Self {
            client: Borrowed(Some(client)),
            kind,
            begun: false,
            scope: None,
            put_off: Vec::new(),
            asking: Asking::default(),
        }
    }

    /// Says whether the body waits for the database at this moment.
    pub(crate) fn asking(&self) -> Asking {
        self.asking.clone()
    }

    pub(crate) async fn rows(&mut self, call: &Call<'_>) -> Result<Vec<Row>, StoreError> {
        let _asking = self.asking.guard();
        let statement = self.prepare(call).await?;
        let steps = self.steps(Some(call.scope));
        let tenant = call.tenant.map(Value::Id);
        let args = arguments(tenant.as_ref(), call.args);
        let client = self.client.get()?;
        let rows = pipelined(client, &steps, client.query(&statement, &args)).await?;
        Ok(rows.into_iter().map(Row::postgres).collect())
    }

    pub(crate) async fn count(&mut self, call: &Call<'_>) -> Result<u64, StoreError> {
        let _asking = self.asking.guard();
        let statement = self.prepare(call).await?;
        let steps = self.steps(Some(call.scope));
        let tenant = call.tenant.map(Value::Id);
        let args = arguments(tenant.as_ref(), call.args);
        let client = self.client.get()?;
        pipelined(client, &steps, client.execute(&statement, &args)).await
    }

    /// [`Self::count`] for each of these arguments, without waiting in between. One round trip.
    pub(crate) async fn count_each<'v>(
        &mut self,
        call: &Call<'_>,
        each: impl Iterator<Item = Vec<Value<'v>>>,
    ) -> Result<Vec<u64>, StoreError> {
        let _asking = self.asking.guard();
        let statement = self.prepare(call).await?;
        let steps = self.steps(Some(call.scope));
        let tenant = call.tenant.map(Value::Id);
        let each: Vec<_> = each.collect();
        let client = self.client.get()?;
        let (statement, tenant) = (&statement, tenant.as_ref());
        let counts = each.iter().map(|args| async move { client.execute(statement, &arguments(tenant, args)).await });
        pipelined(client, &steps, try_join_all(counts)).await
    }

    pub(crate) async fn push(&mut self, call: &Call<'_>) -> Result<(), StoreError> {
        let _asking = self.asking.guard();
        let statement = self.prepare(call).await?;
        let tenant = call.tenant.map(Value::Id);
        let args = tenant.into_iter().chain(call.args.iter().cloned().map(Value::into_owned)).collect();
        self.put_off.push(PutOff { statement, scope: call.scope, args });
        Ok(())
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        if !self.begun && self.put_off.is_empty() {
            return Ok(());
        }
        let began = Instant::now();
        let steps = self.steps(None);
        let client = self.client.get()?;
        pipelined(client, &steps, client.batch_execute("COMMIT")).await?;
        if self.kind == Kind::Write {
            metrics::histogram!("store_commit_seconds").record(began.elapsed());
        }
        Ok(())
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), StoreError> {
        self.put_off.clear();
        if !self.begun {
            return Ok(());
        }
        self.client.get()?.batch_execute("ROLLBACK").await.map_err(explain)
    }

    /// The transaction is known to be over: the connection may serve others.
    pub(crate) fn give_back(mut self) {
        self.client.0.take();
    }

    async fn prepare(&self, call: &Call<'_>) -> Result<Statement, StoreError> {
        let client = self.client.get()?;
        let prepared =
            if call.comes_again { client.prepare_cached(call.sql).await } else { client.prepare(call.sql).await };
        prepared.map_err(explain)
    }

    /// BEGIN, whom we act for, and what was put off, in the order in which it was asked for.
    fn steps(&mut self, last: Option<Scope>) -> Vec<Step> {
        let mut steps = Vec::new();
        for waiting in std::mem::take(&mut self.put_off) {
            steps.extend(self.enter(waiting.scope));
            steps.push(Step::Execute(waiting));
        }
        steps.extend(last.and_then(|scope| self.enter(scope)));
        steps
    }

    fn enter(&mut self, scope: Scope) -> Option<Step> {
        if self.scope == Some(scope) {
            return None;
        }
        self.scope = Some(scope);
        let set = match scope {
            Scope::System => "SET LOCAL tidings.tenant = 'system'".to_owned(),
            Scope::Tenant(tenant) => set_tenant(tenant),
        };
        if self.begun {
            return Some(Step::Batch(set));
        }
        self.begun = true;
        Some(Step::Batch(format!("{}; {set}", self.kind.begin())))
    }
}

fn set_tenant(tenant: Uuid) -> String {
    format!("SET LOCAL tidings.tenant = '{}'", tenant.hyphenated())
}

fn arguments<'a>(tenant: Option<&'a Value<'a>>, args: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    tenant.into_iter().chain(args).map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// Sends every step and then `last` without waiting in between, and reads the answers in the same order. One round trip.
///
/// The driver sends a request when its future is first polled, so polling each once, in order, is what pipelines them.
async fn pipelined<T>(
    client: &Client,
    steps: &[Step],
    last: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, StoreError> {
    if steps.is_empty() {
        return last.await.map_err(explain);
    }
    let mut before: Vec<MaybeDone<_>> = steps.iter().map(|step| maybe_done(send(client, step))).collect();
    let mut last = pin!(maybe_done(last));
    poll_fn(|context| {
        for step in &mut before {
            let _ = Pin::new(step).poll(context);
        }
        let _ = last.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
    for step in &mut before {
        (&mut *step).await;
        Pin::new(step).take_output().unwrap_or(Ok(())).map_err(explain)?;
    }
    last.as_mut().await;
    match last.take_output() {
        Some(answer) => answer.map_err(explain),
        None => Err(StoreError::fault("an answer of the server was taken twice")),
    }
}

fn send<'a>(client: &'a Client, step: &'a Step) -> LocalBoxFuture<'a, Result<(), tokio_postgres::Error>> {
    match step {
        Step::Batch(sql) => Box::pin(client.batch_execute(sql)),
        Step::Execute(PutOff { statement, args, .. }) => Box::pin(async move {
            let args = arguments(None, args);
            client.execute(statement, &args).await.map(drop)
        }),
    }
}

/// What the server's refusal means. Its detail is dropped: it quotes the row.
pub(crate) fn explain(error: tokio_postgres::Error) -> StoreError {
    let Some(said) = error.as_db_error() else {
        return StoreError::fault(error);
    };
    let constraint = || said.constraint().unwrap_or("unnamed").to_owned();
    match *said.code() {
        SqlState::UNIQUE_VIOLATION => StoreError::Unique(constraint()),
        SqlState::FOREIGN_KEY_VIOLATION => StoreError::Foreign(constraint()),
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED | SqlState::LOCK_NOT_AVAILABLE => {
            StoreError::Retry
        }
        _ => StoreError::fault(ServerError {
            code: said.code().code().to_owned(),
            message: said.message().to_owned(),
            subject: said.constraint().or(said.table()).map(str::to_owned),
        }),
    }
}

/// A connection that goes back to the pool only when its transaction is known to be over. Otherwise it is closed and the
/// server rolls back: a pool cleans nothing by itself.
struct Borrowed(Option<Client>);

impl Borrowed {
    fn get(&self) -> Result<&Client, StoreError> {
        self.0.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Object::take(client));
        }
    }
}

/// Whether a body that does not go on waits for the database, or for something it must not.
#[derive(Clone, Default)]
pub(crate) struct Asking(Rc<Cell<bool>>);

impl Asking {
    pub(crate) fn now(&self) -> bool {
        self.0.get()
    }

    fn guard(&self) -> AskingGuard {
        self.0.set(true);
        AskingGuard(self.clone())
    }
}

struct AskingGuard(Asking);

impl Drop for AskingGuard {
    fn drop(&mut self) {
        self.0.0.set(false);
    }
}
