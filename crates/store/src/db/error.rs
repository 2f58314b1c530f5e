//! How the store fails, told apart by what the caller does next.

use std::{error::Error, fmt, sync::Arc};

use crate::migrate::MigrateError;

/// What went wrong. `Unique` and `Foreign` are refusals in the making; `Retry` means "the same again may succeed"; the
/// rest are faults or bugs.
///
/// Cheap to clone: a failed statement is remembered by its transaction and told to everyone whom it concerns.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A unique constraint refused the row. Carries the constraint's name, the same on both engines: that of the unique
    /// index, or `<table>_pkey`.
    #[error("a row like this is already there ({0})")]
    Unique(String),
    /// The row refers to one that is not there, or is still referred to. The name is for the log: SQLite does not tell it
    /// and says `foreign_key`.
    #[error("a row that it refers to is missing, or it is still referred to ({0})")]
    Foreign(String),
    /// The database gave up this transaction in favour of another, or was busy for too long. The store has tried again
    /// by itself; what is left is to ask later.
    #[error("the database is too busy with others, ask again")]
    Retry,
    /// [`crate::Store::close`] was called; nothing of the body was kept.
    #[error("the store is closed")]
    Closed,
    /// `one` found no row.
    #[error("no row matches")]
    NoRow,
    /// The body awaited something that is not the database. Do that before or after the transaction.
    #[error("a transaction body waited for something other than the database: do that outside")]
    ForeignAwait,
    /// The text of a tenant's statement does not mention `$1`, so it would have reached across tenants.
    #[error("this statement never uses its tenant, write `tenant_id = $1` and number its own arguments from $2: {0}")]
    Unscoped(&'static str),
    /// The body panicked: a bug. Its message is on standard error, nothing of it was kept.
    #[error("a transaction body panicked, nothing of it was kept")]
    Panicked,
    /// The schema could not be brought to this program's.
    #[error(transparent)]
    Migration(#[from] MigrateError),
    /// The database, or what lies between it and us, failed. The source says why, without any row's content.
    #[error("the database failed")]
    Fault(#[source] Arc<dyn Error + Send + Sync>),
}

impl StoreError {
    /// A fault that keeps its source.
    pub fn fault(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Fault(Arc::from(source.into()))
    }

    /// A short stable word for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unique(_) => "unique",
            Self::Foreign(_) => "foreign",
            Self::Retry => "retry",
            Self::Closed => "closed",
            Self::NoRow => "no_row",
            Self::ForeignAwait => "foreign_await",
            Self::Unscoped(_) => "unscoped",
            Self::Panicked => "panicked",
            Self::Migration(_) => "migration",
            Self::Fault(_) => "fault",
        }
    }
}

/// What a database server said. Its detail is left out on purpose: it quotes the row, and rows hold people's words.
#[derive(Debug)]
pub(crate) struct ServerError {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) subject: Option<String>,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {}", self.message, self.code)?;
        match &self.subject {
            Some(subject) => write!(f, ", {subject})"),
            None => f.write_str(")"),
        }
    }
}

impl Error for ServerError {}
