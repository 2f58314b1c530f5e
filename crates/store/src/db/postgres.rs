//! PostgreSQL: a few threads, each with its own connections, run the bodies.
//!
//! A body stays on one thread from its first statement to its commit, so its future need not be `Send` (callers write
//! `async move |tx| …` without boxes), and the connection is driven by the same thread: no hop per statement. The body runs
//! to its end even if its caller goes away, so that a closed browser tab leaves no transaction open.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use futures_util::future::LocalBoxFuture;
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::LocalSet,
};
use tokio_postgres::NoTls;
use tokio_util::task::TaskTracker;

use super::{
    StoreConfig,
    body::Body,
    error::StoreError,
    postgres_session::{Asking, Kind, Session, explain},
    postgres_tls::{self, Target},
    tx::{On, Tx},
};

/// How many bodies may wait or run before callers wait to be let in.
const BODIES_MAX: u32 = 4096;

/// A body that lost to another transaction runs again this often.
const RETRIES_MAX: u32 = 5;

/// How long a body waits for a free connection, and for a new one to be made.
const CONNECTION_WAIT_MAX: Duration = Duration::from_secs(30);
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// How long a connection keeps the plans that it has made.
const PLANS_KEPT: Duration = Duration::from_secs(10);

/// Deep futures of debug builds; the space is only taken if it is used.
const STACK_BYTES: usize = 8 << 20;

/// The engine for several nodes: a handle on its threads.
pub(crate) struct Postgres {
    workers: Vec<Worker>,
    room: Semaphore,
}

/// A thread with its own connections.
struct Worker {
    jobs: mpsc::UnboundedSender<Job>,
    pool: Pool,
    in_flight: Arc<AtomicUsize>,
}

type Job = Box<dyn FnOnce() -> LocalBoxFuture<'static, ()> + Send>;

impl Postgres {
    pub(crate) fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let target = Target::parse(&config.url)?;
        let threads = config.threads.clamp(1, config.connections.max(1));
        let each = config.connections.div_ceil(threads).max(1);
        let workers = (0..threads)
            .map(|number| Worker::start(number, pool(&target, each, config)?))
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Self { workers, room: Semaphore::new(BODIES_MAX as usize) })
    }

    pub(crate) async fn run<T, E, B>(&self, kind: Kind, body: B) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        B: Body<T, E>,
    {
        let asked = Instant::now();
        let worker = self.least_busy()?;
        let permit = self.room.acquire().await.map_err(|_| StoreError::Closed)?;
        let _counted = InFlight::enter(&worker.in_flight);
        let pool = worker.pool.clone();
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move || {
            Box::pin(async move {
                let _ = reply.send(run(&pool, kind, &body, asked).await);
            })
        });
        worker.jobs.send(job).map_err(|_| StoreError::Closed)?;
        let answer = answer.await;
        drop(permit);
        answer.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
    }

    /// A connection of one's own, for migrations. It never goes back to the pool.
    pub(crate) async fn connection(&self) -> Result<deadpool_postgres::ClientWrapper, StoreError> {
        let worker = self.least_busy()?;
        Ok(deadpool_postgres::Object::take(worker.pool.get().await.map_err(StoreError::fault)?))
    }

    /// Lets nobody else in, waits for what runs or waits, closes the connections.
    pub(crate) async fn close(&self) {
        let all = self.room.acquire_many(BODIES_MAX).await;
        self.room.close();
        for worker in &self.workers {
            worker.pool.close();
        }
        drop(all);
    }

    pub(crate) fn waiting(&self) -> usize {
        (BODIES_MAX as usize).saturating_sub(self.room.available_permits())
    }

    fn least_busy(&self) -> Result<&Worker, StoreError> {
        self.workers.iter().min_by_key(|worker| worker.in_flight.load(Ordering::Relaxed)).ok_or(StoreError::Closed)
    }
}

struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    fn enter(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Worker {
    fn start(number: usize, pool: Pool) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StoreError::fault)?;
        let (jobs, mut asked) = mpsc::unbounded_channel::<Job>();
        thread::Builder::new()
            .name(format!("store-postgres-{number}"))
            .stack_size(STACK_BYTES)
            .spawn(move || {
                LocalSet::new().block_on(&runtime, async move {
                    let running = TaskTracker::new();
                    while let Some(job) = asked.recv().await {
                        running.spawn_local(job());
                    }
                    running.close();
                    running.wait().await;
                });
            })
            .map_err(StoreError::fault)?;
        Ok(Self { jobs, pool, in_flight: Arc::default() })
    }
}

fn pool(target: &Target, connections: usize, config: &StoreConfig) -> Result<Pool, StoreError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = match postgres_tls::connector(target)? {
        Some(tls) => Manager::from_config(target.config.clone(), tls, recycling),
        None => Manager::from_config(target.config.clone(), NoTls, recycling),
    };
    // Whatever is asked is asked of an index. A table that has just grown counts as small until the server has counted it, and
    // until then every row of every tenant would be read again and again. Such plans look dear, and compiling them costs more.
    let limits = format!(
        "SET statement_timeout = {}; SET idle_in_transaction_session_timeout = 60000; SET enable_seqscan = off;
         SET jit = off",
        config.statement_timeout.as_millis()
    );
    Pool::builder(manager)
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(CONNECTION_WAIT_MAX))
        .create_timeout(Some(CONNECT_MAX))
        .post_create(Hook::async_fn(move |client, _| {
            let limits = limits.clone();
            Box::pin(async move { client.batch_execute(&limits).await.map_err(HookError::Backend) })
        }))
        .pre_recycle(Hook::async_fn(|client, used| {
            let age = used.age();
            let is_due = are_plans_old(age.saturating_sub(used.last_used()), age);
            Box::pin(async move {
                if is_due { client.batch_execute("DISCARD PLANS").await.map_err(HookError::Backend) } else { Ok(()) }
            })
        }))
        .build()
        .map_err(StoreError::fault)
}

/// Whether a connection forgets its plans, which was this old when it was used before, and is this old now: once in each
/// [`PLANS_KEPT`] of its life, if it is used.
///
/// The server keeps a plan until it counts the rows of a table anew, which may be minutes after they have come: one that was
/// made while the table was small reads all of it.
fn are_plans_old(before: Duration, now: Duration) -> bool {
    let stretch = |age: Duration| age.as_millis() / PLANS_KEPT.as_millis();
    stretch(now) > stretch(before)
}

async fn run<T, E, B>(pool: &Pool, kind: Kind, body: &B, asked: Instant) -> Result<T, E>
where
    E: From<StoreError>,
    B: Body<T, E>,
{
    let mut attempt = 0;
    loop {
        let client = pool.get().await.map_err(pool_error)?;
        if attempt == 0 {
            metrics::histogram!("store_queue_wait_seconds").record(asked.elapsed());
        }
        let (result, lost) = run_once(Session::new(client, kind), body).await;
        if !lost || attempt == RETRIES_MAX {
            return result;
        }
        metrics::counter!("store_retries_total").increment(1);
        tokio::time::sleep(Duration::from_millis(1 << attempt)).await;
        attempt += 1;
    }
}

/// Runs the body and ends its transaction; says also whether it lost to another one and may win if it runs again.
async fn run_once<T, E, B>(session: Session, body: &B) -> (Result<T, E>, bool)
where
    E: From<StoreError>,
    B: Body<T, E>,
{
    let asking = session.asking();
    let mut tx = Tx::new(On::Postgres(session));
    let result = alone_with_the_database(body(&mut tx), asking).await;
    let result = tx.judge(result);
    let mut lost = tx.failure().is_some_and(may_win);
    let On::Postgres(mut session) = tx.on else {
        return (Err(StoreError::Closed.into()), false);
    };

    let result = match result {
        Ok(value) => match session.commit().await {
            Ok(()) => {
                session.give_back();
                return (Ok(value), false);
            }
            Err(error) => {
                lost = may_win(&error);
                metrics::counter!("store_statement_errors_total", "kind" => error.kind()).increment(1);
                Err(error.into())
            }
        },
        Err(error) => Err(error),
    };
    if session.rollback().await.is_ok() {
        session.give_back();
    }
    (result, lost)
}

/// It lost to another transaction, and finds what that one made if it runs again.
fn may_win(error: &StoreError) -> bool {
    matches!(error, StoreError::Retry) || crate::remember::is_race(error)
}

/// Ends a body that awaits anything but the database: it would hold its locks meanwhile, and SQLite could not run it.
async fn alone_with_the_database<T, E: From<StoreError>>(
    body: impl Future<Output = Result<T, E>>,
    asking: Asking,
) -> Result<T, E> {
    let mut body = pin!(body);
    poll_fn(|context| match body.as_mut().poll(context) {
        Poll::Pending if !asking.now() => Poll::Ready(Err(StoreError::ForeignAwait.into())),
        other => other,
    })
    .await
}

fn pool_error(error: deadpool_postgres::PoolError) -> StoreError {
    match error {
        deadpool_postgres::PoolError::Closed => StoreError::Closed,
        deadpool_postgres::PoolError::Backend(error) => explain(error),
        other => StoreError::fault(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_forgotten_once_in_ten_seconds_of_use() {
        for (before, now, expected) in [
            (0, 0, false),
            (0, 9_999, false),
            (9_999, 10_000, true),
            (10_000, 10_001, false),
            (10_001, 19_999, false),
            (12_000, 47_000, true),
            (47_000, 47_500, false),
        ] {
            let are_old = are_plans_old(Duration::from_millis(before), Duration::from_millis(now));
            assert_eq!(are_old, expected, "from {before} to {now} ms");
        }
    }
}
