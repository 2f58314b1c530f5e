//! Throw-away databases for tests: a file of SQLite, and a database of its own on a PostgreSQL that the environment names.
//!
//! ```ignore
//! store::on_both_engines! {
//!     /// What must hold.
//!     async fn a_note_is_kept(store) { … }
//!     /// The same with the place, to open the store again.
//!     async fn a_note_outlives_a_restart(store, place) { … }
//! }
//! ```
//!
//! gives the tests `a_note_is_kept::on_sqlite` and `a_note_is_kept::on_postgres`. Nothing is ever skipped: without
//! `TIDINGS_TEST_POSTGRES` the second one fails.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    Store, StoreConfig, StoreError,
    db::Backend,
    dialect::{self, Engine},
};

mod crash;
mod postgres;

pub(crate) use crash::Call;
pub use crash::{Crash, Death};

/// Makes two tests of each body, one for each engine. The body gets a migrated [`Store`] and, if it asks, its [`Place`].
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$doc:meta])* async fn $name:ident($store:ident $(, $place:ident)?) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($store: $crate::Store $(, $place: &$crate::testing::Place)?) $body

            #[test]
            fn on_sqlite() {
                $crate::testing::run($crate::dialect::Engine::Sqlite, async |place: &$crate::testing::Place| {
                    test(place.store() $(, { let $place = place; $place })?).await
                });
            }

            #[test]
            fn on_postgres() {
                $crate::testing::run($crate::dialect::Engine::Postgres, async |place: &$crate::testing::Place| {
                    test(place.store() $(, { let $place = place; $place })?).await
                });
            }
        }
    )*};
}

/// A migrated database for one test. It is removed when this is dropped.
#[derive(Debug)]
pub struct Place {
    url: String,
    store: Store,
    _keeper: Keeper,
}

/// Removes the database at the end.
#[derive(Debug)]
enum Keeper {
    Folder(PathBuf),
    Database(#[allow(dead_code, reason = "dropped, not read")] postgres::Database),
}

impl Place {
    /// Makes a database on `engine`. Panics if it cannot, telling what is missing.
    pub async fn new(engine: Engine) -> Self {
        let (url, keeper) = match engine {
            Engine::Sqlite => in_a_folder(),
            Engine::Postgres => {
                let database = postgres::Database::create().await;
                (database.url().to_owned(), Keeper::Database(database))
            }
        };
        let store = Store::open(&small(&url)).await.expect("a fresh database opens");
        store.migrate().await.expect("a fresh database migrates");
        Self { url, store, _keeper: keeper }
    }

    /// The open store.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// Where it is, for a program that opens it by itself.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens the same database once more.
    pub async fn open_again(&self) -> Store {
        Store::open(&small(&self.url)).await.expect("the database opens once more")
    }
}

/// Runs one test on a fresh database. The store is closed at the end, so what it leaves undone fails the test too.
pub fn run(engine: Engine, test: impl AsyncFnOnce(&Place)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let place = Place::new(engine).await;
        test(&place).await;
        place.store.close().await;
    });
}

/// Applies a text in the language of migrations (`UUID`, `{strict}` …) to a test's database, for tables of its own.
pub async fn lay(store: &Store, sql: &str) -> Result<(), StoreError> {
    let script = dialect::migration(sql, store.engine());
    match store.backend() {
        Backend::Sqlite(sqlite) => sqlite.maintain(move |session| session.batch(&script)).await,
        Backend::Postgres(postgres) => {
            let client = postgres.connection().await?;
            client.batch_execute(&script).await.map_err(StoreError::fault)
        }
    }
}

fn small(url: &str) -> StoreConfig {
    StoreConfig { connections: 6, ..StoreConfig::new(url) }
}

fn in_a_folder() -> (String, Keeper) {
    let folder = std::env::temp_dir().join(unique_name());
    std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
    (format!("sqlite://{}", folder.join("tidings.db").display()), Keeper::Folder(folder))
}

/// Differs between tests of one process and between processes that run at the same time.
#[expect(clippy::disallowed_methods, reason = "a name of its own for a test, not a time")]
fn unique_name() -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() & 0xFFFF_FFFF);
    format!("tidings_test_{}_{}_{nanos:x}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed))
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Self::Folder(folder) = self {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
