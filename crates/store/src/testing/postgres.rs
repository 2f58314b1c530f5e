//! A database per test, copied from one that was migrated once, and owned by a plain role: row-level security does not bind
//! superusers, so tests as one of them would prove nothing.

use std::thread;

use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

use crate::{Store, StoreConfig, migrate};

const VARIABLE: &str = "TIDINGS_TEST_POSTGRES";
const ROLE: &str = "tidings_test";

/// Processes that test at the same time make the template one after the other.
const LOCK: i64 = 0x7469_6469_6e67_7402;

/// A database of its own, dropped with this.
#[derive(Debug)]
pub(super) struct Database {
    name: String,
    url: String,
}

impl Database {
    pub(super) async fn create() -> Self {
        let admin = admin_url();
        let template = template(&admin).await;
        let name = super::unique_name();
        let client = connect(&admin).await;
        let copy = format!("CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLE}");
        client.batch_execute(&copy).await.expect("a database is copied from the template");
        Self { url: url_of(&admin, &name), name }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    /// On a thread of its own: a runtime cannot be entered from within another.
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async { connect(&admin_url()).await.batch_execute(&drop).await })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("the test database {} was not dropped", self.name);
        }
    }
}

fn admin_url() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{VARIABLE} is not set. Tests run on both engines: start a throw-away PostgreSQL and name its superuser, \
             such as {VARIABLE}=postgres://postgres@127.0.0.1:5433/postgres (`make test` does)"
        )
    })
}

/// The name of the migrated template, made if this schema has none yet.
async fn template(admin: &str) -> &'static str {
    static MADE: OnceCell<String> = OnceCell::const_new();
    MADE.get_or_init(|| async {
        let name = format!("tidings_template_{}", migrate::fingerprint_of_all());
        let client = connect(admin).await;
        client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await.expect("the lock of the template");
        let finished = client
            .query_opt("SELECT datistemplate FROM pg_database WHERE datname = $1", &[&name])
            .await
            .expect("the databases are listed")
            .is_some_and(|row| row.get(0));
        if !finished {
            make_template(&client, admin, &name).await;
        }
        name // the lock ends with the connection
    })
    .await
}

/// A template that is only half made is not marked as one, and is made again.
async fn make_template(client: &Client, admin: &str, name: &str) {
    let role =
        client.query_opt("SELECT FROM pg_roles WHERE rolname = $1", &[&ROLE]).await.expect("the roles are listed");
    if role.is_none() {
        let create = format!("CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{ROLE}'");
        client.batch_execute(&create).await.expect("a plain role is made");
    }
    let begin =
        [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name} OWNER {ROLE}")];
    for sql in begin {
        client.batch_execute(&sql).await.expect("the template's database is made");
    }
    let config = StoreConfig { connections: 1, ..StoreConfig::new(url_of(admin, name)) };
    let store = Store::open(&config).await.expect("the template opens");
    store.migrate().await.expect("the template migrates");
    store.close().await;
    let finish = format!("ALTER DATABASE {name} IS_TEMPLATE true");
    client.batch_execute(&finish).await.expect("the template is marked as one");
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap_or_else(|error| {
        panic!("the PostgreSQL that {VARIABLE} names does not answer: {error}");
    });
    tokio::spawn(connection);
    client
}

/// The address of database `name` for the plain role, on the server of `admin`.
fn url_of(admin: &str, name: &str) -> String {
    let (scheme, rest) = admin.split_once("://").expect("an address such as postgres://postgres@host/postgres");
    let (rest, query) = rest.split_once('?').map_or((rest, String::new()), |(rest, query)| (rest, format!("?{query}")));
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{ROLE}:{ROLE}@{host}/{name}{query}")
}
