//! Brings a database to the schema of this program: numbered texts, forward only, each in a transaction of its own.
//!
//! On PostgreSQL every table with a `tenant_id` then gets row-level security, found in the catalogue, so that a new table
//! cannot forget it.

use std::collections::BTreeMap;

use deadpool_postgres::ClientWrapper;

use crate::{
    db::{Backend, Store, error::StoreError, postgres_session::explain, sqlite_session::Session},
    dialect::{self, Engine},
    statistics,
};

/// One numbered text.
#[derive(Debug)]
struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

/// Lists migrations by the names of their files, which begin with their numbers.
macro_rules! migrations {
    ($($number:literal $name:literal),* $(,)?) => {
        &[$(Migration { number: $number, name: $name, sql: include_str!(concat!("../migrations/", $name, ".sql")) }),*]
    };
}

const MIGRATIONS: &[Migration] = migrations![
    1 "0001_tenant",
    2 "0002_carrier",
    3 "0003_contact",
    4 "0004_conversation",
    5 "0005_work",
    6 "0006_event",
    7 "0007_assistant",
    8 "0008_webhook",
    9 "0009_knowledge",
    10 "0010_campaign",
    11 "0011_segment",
    12 "0012_import",
    13 "0013_check",
    14 "0014_pace",
    15 "0015_guards",
    16 "0016_suppression",
    17 "0017_contact_history",
    18 "0018_link",
    19 "0019_campaign_attached",
    20 "0020_rate_and_members",
    21 "0021_workflow",
    22 "0022_enrolment",
    23 "0023_workflow_watch",
    24 "0024_workflow_selection",
    25 "0025_view",
    26 "0026_search",
    27 "0027_report",
];

/// The texts of all of them.
#[cfg(test)]
pub(crate) fn texts() -> impl Iterator<Item = &'static str> {
    MIGRATIONS.iter().map(|migration| migration.sql)
}

/// Why a database could not be brought to this program's schema.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MigrateError {
    /// The text of a migration is not the one that was applied to this database.
    #[error(
        "migration {0} was changed after it was applied to this database: restore its text and add a new migration"
    )]
    Changed(&'static str),
    /// The database was used by a newer program.
    #[error("the database knows migration {0} and this program does not: run the newer program")]
    Newer(String),
    /// A migration failed; what came before it is kept, nothing of it is.
    #[error("migration {name} failed")]
    Failed {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        source: Box<StoreError>,
    },
}

/// What a database remembers of a migration: its name and the fingerprint of its text.
type Applied = BTreeMap<i64, (String, String)>;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) {strict}";

const SELECT: &str = "SELECT number, name, fingerprint FROM schema_migration";

/// Any number that no other lock of ours has: nodes that start together migrate one after the other.
const LOCK: i64 = 0x7469_6469_6e67_7301;

impl Store {
    /// Applies what is missing and answers its names. Several nodes may do this at the same time.
    ///
    /// [`StoreError::Migration`] if a text does not fit this database or fails on it.
    pub async fn migrate(&self) -> Result<Vec<&'static str>, StoreError> {
        match self.backend() {
            Backend::Sqlite(sqlite) => sqlite.maintain(migrate_sqlite).await,
            Backend::Postgres(postgres) => migrate_postgres(&postgres.connection().await?).await,
        }
    }

    /// The names of what [`Store::migrate`] would apply. Changes nothing.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>, StoreError> {
        let exists = match self.engine() {
            Engine::Sqlite => "SELECT count(*) > 0 FROM sqlite_master WHERE name = 'schema_migration'",
            Engine::Postgres => "SELECT to_regclass('schema_migration') IS NOT NULL",
        };
        let applied = self
            .system_read(async move |tx| {
                if !tx.one(exists, &[]).await?.get::<bool>(0)? {
                    return Ok(Applied::new());
                }
                let rows = tx.rows(SELECT, &[]).await?;
                rows.iter().map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).collect::<Result<_, StoreError>>()
            })
            .await?;
        Ok(missing(&applied)?.into_iter().map(|migration| migration.name).collect())
    }
}

/// One word for all texts together; test databases are made once per schema.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint_of_all() -> String {
    let all: String = MIGRATIONS.iter().map(|migration| migration.sql).chain([WALL]).collect();
    fingerprint(&all)
}

fn missing(applied: &Applied) -> Result<Vec<&'static Migration>, MigrateError> {
    if let Some((_, (name, _))) = applied.iter().find(|(number, _)| MIGRATIONS.iter().all(|m| m.number != **number)) {
        return Err(MigrateError::Newer(name.clone()));
    }
    let mut missing = Vec::new();
    for migration in MIGRATIONS {
        match applied.get(&migration.number) {
            None => missing.push(migration),
            Some((_, as_applied)) if *as_applied != fingerprint(migration.sql) => {
                return Err(MigrateError::Changed(migration.name));
            }
            Some(_) => {}
        }
    }
    Ok(missing)
}

/// FNV-1a of 64 bits: notices an edit, and is not meant against anyone who wants to deceive.
fn fingerprint(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

impl Migration {
    /// The text, and the line that remembers it. Names and fingerprints are ours and hold no quotes.
    fn script(&self, engine: Engine) -> String {
        let Self { number, name, sql } = self;
        format!(
            "{}\nINSERT INTO schema_migration (number, name, fingerprint) VALUES ({number}, '{name}', '{}');",
            dialect::migration(sql, engine),
            fingerprint(sql)
        )
    }

    fn failed(&self, source: StoreError) -> StoreError {
        MigrateError::Failed { name: self.name, source: Box::new(source) }.into()
    }
}

fn migrate_sqlite(session: &mut Session) -> Result<Vec<&'static str>, StoreError> {
    session.begin_write()?;
    let applied = sqlite_applied(session);
    if applied.is_err() {
        session.rollback();
    } else {
        session.commit()?;
    }
    let missing = missing(&applied?)?;
    for migration in &missing {
        session.begin_write()?;
        let applied = session
            .batch(&migration.script(Engine::Sqlite))
            .and_then(|()| statistics::write(session))
            .and_then(|()| session.commit());
        if let Err(error) = applied {
            session.rollback();
            return Err(migration.failed(error));
        }
    }
    Ok(missing.into_iter().map(|migration| migration.name).collect())
}

fn sqlite_applied(session: &mut Session) -> Result<Applied, StoreError> {
    session.batch(&dialect::migration(TABLE, Engine::Sqlite))?;
    let rows = session.rows(SELECT, None, &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).collect()
}

/// The connection is closed afterwards, which gives back the lock and the settings in any case.
async fn migrate_postgres(client: &ClientWrapper) -> Result<Vec<&'static str>, StoreError> {
    let ready = format!(
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET tidings.tenant = 'system';
         SELECT pg_advisory_lock({LOCK}); {}",
        dialect::migration(TABLE, Engine::Postgres)
    );
    client.batch_execute(&ready).await.map_err(explain)?;
    let rows = client.query(SELECT, &[]).await.map_err(explain)?;
    let applied = rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();

    let missing = missing(&applied)?;
    for migration in &missing {
        let script = format!("BEGIN; {}\nCOMMIT;", migration.script(Engine::Postgres));
        client.batch_execute(&script).await.map_err(|error| migration.failed(explain(error)))?;
    }
    client.batch_execute(WALL).await.map_err(explain)?;
    Ok(missing.into_iter().map(|migration| migration.name).collect())
}

/// Row-level security for every table with a tenant, forced on the owner too. A row is seen and written by its tenant and by
/// `system`; where nobody said who asks, by no one.
const WALL: &str = "
DO $wall$
DECLARE
    bare regclass;
BEGIN
    FOR bare IN
        SELECT c.oid
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                   AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant_wall'))
        ORDER BY c.relname
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', bare);
        EXECUTE format('DROP POLICY IF EXISTS tenant_wall ON %s', bare);
        EXECUTE format(
            'CREATE POLICY tenant_wall ON %s USING (
                 (SELECT current_setting(''tidings.tenant'', true) = ''system'')
                 OR tenant_id = (SELECT NULLIF(NULLIF(current_setting(''tidings.tenant'', true), ''''), ''system'')::uuid))',
            bare);
    END LOOP;
END
$wall$;
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_under_its_number() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let listed: Vec<String> = MIGRATIONS.iter().map(|migration| format!("{}.sql", migration.name)).collect();
        assert_eq!(files, listed, "add new files to MIGRATIONS");
        for (migration, number) in MIGRATIONS.iter().zip(1..) {
            assert_eq!(migration.number, number);
            assert!(migration.name.starts_with(&format!("{number:04}_")), "{}", migration.name);
        }
    }

    #[test]
    fn constraints_are_checked_at_once() {
        // A constraint that is checked at the commit would fail a whole group for one body's fault.
        for migration in MIGRATIONS {
            assert!(!migration.sql.to_uppercase().contains("DEFERRABLE"), "{}", migration.name);
        }
    }

    #[test]
    fn a_changed_or_unknown_migration_is_refused() {
        let first = &MIGRATIONS[0];
        let as_listed = (first.name.to_owned(), fingerprint(first.sql));
        let changed = (first.name.to_owned(), fingerprint("other"));
        assert_eq!(missing(&Applied::new()).unwrap().len(), MIGRATIONS.len());
        assert_eq!(missing(&Applied::from([(1, as_listed)])).unwrap().len(), MIGRATIONS.len() - 1);
        assert!(matches!(missing(&Applied::from([(1, changed)])), Err(MigrateError::Changed(_))));
        let newer = Applied::from([(9999, ("9999_future".to_owned(), String::new()))]);
        assert!(matches!(missing(&newer), Err(MigrateError::Newer(name)) if name == "9999_future"));
    }
}
