//! What a query answers: one view of a column, whichever engine it came from.

use std::{error::Error, fmt};

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::error::StoreError;

/// One row of an answer. `Debug` tells its width and never its content.
pub struct Row(Columns);

enum Columns {
    Sqlite(Box<[Cell]>),
    Postgres(tokio_postgres::Row),
}

/// What SQLite answers in one column. Ids are most of what it answers, and take no space of their own.
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    /// Sixteen bytes, which are an id or something else of that length.
    Id([u8; 16]),
}

impl Cell {
    pub(crate) fn read(value: ValueRef<'_>) -> rusqlite::Result<Self> {
        Ok(match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(value) => Self::Int(value),
            ValueRef::Real(value) => Self::Real(value),
            ValueRef::Text(_) => Self::Text(value.as_str()?.into()),
            ValueRef::Blob(bytes) => bytes.try_into().map_or_else(|_| Self::Bytes(bytes.into()), Self::Id),
        })
    }
}

/// One column of a row, borrowed from it. SQLite has no booleans and no UUIDs of its own: there they arrive as `Int` and
/// `Bytes`, and [`FromColumn`] takes either form.
#[derive(Clone, Copy)]
pub enum Column<'r> {
    /// SQL `NULL`.
    Null,
    /// `BOOLEAN` of PostgreSQL.
    Bool(bool),
    /// Any integer.
    Int(i64),
    /// Any floating point number.
    Real(f64),
    /// Text.
    Text(&'r str),
    /// Bytes.
    Bytes(&'r [u8]),
    /// `UUID` of PostgreSQL.
    Id(Uuid),
}

/// A type that a column can be read as. `None`: the column holds something else.
pub trait FromColumn: Sized {
    /// Reads one column.
    fn from_column(column: Column<'_>) -> Option<Self>;
}

impl Row {
    pub(crate) fn sqlite(columns: Box<[Cell]>) -> Self {
        Self(Columns::Sqlite(columns))
    }

    pub(crate) fn postgres(row: tokio_postgres::Row) -> Self {
        Self(Columns::Postgres(row))
    }

    /// The column at `index`, counted from 0. A fault if there is none or it holds another type.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T, StoreError> {
        let column = self.column(index)?;
        T::from_column(column).ok_or_else(|| {
            StoreError::fault(format!("column {index} holds {column:?}, not a {}", std::any::type_name::<T>()))
        })
    }

    /// The text of the column at `index`, where it lies. A fault if there is none or it holds another type.
    pub fn text(&self, index: usize) -> Result<&str, StoreError> {
        self.text_or_null(index)?.ok_or_else(|| StoreError::fault(format!("column {index} holds NULL, not text")))
    }

    /// The same where it may be `NULL`.
    pub fn text_or_null(&self, index: usize) -> Result<Option<&str>, StoreError> {
        match self.column(index)? {
            Column::Null => Ok(None),
            Column::Text(text) => Ok(Some(text)),
            other => Err(StoreError::fault(format!("column {index} holds {other:?}, not text"))),
        }
    }

    fn column(&self, index: usize) -> Result<Column<'_>, StoreError> {
        match &self.0 {
            Columns::Postgres(row) => row.try_get(index).map_err(StoreError::fault),
            Columns::Sqlite(columns) => match columns.get(index) {
                None => Err(StoreError::fault(format!("there is no column {index}"))),
                Some(Cell::Null) => Ok(Column::Null),
                Some(Cell::Int(value)) => Ok(Column::Int(*value)),
                Some(Cell::Real(value)) => Ok(Column::Real(*value)),
                Some(Cell::Text(text)) => Ok(Column::Text(text)),
                Some(Cell::Bytes(bytes)) => Ok(Column::Bytes(bytes)),
                Some(Cell::Id(bytes)) => Ok(Column::Bytes(bytes)),
            },
        }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = match &self.0 {
            Columns::Sqlite(columns) => columns.len(),
            Columns::Postgres(row) => row.len(),
        };
        write!(f, "Row of {width} columns")
    }
}

impl fmt::Debug for Column<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "NULL",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Id(_) => "a UUID",
        })
    }
}

impl<'r> FromSql<'r> for Column<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::BOOL => Self::Bool(FromSql::from_sql(ty, raw)?),
            Type::INT8 => Self::Int(FromSql::from_sql(ty, raw)?),
            Type::INT4 => Self::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::INT2 => Self::Int(i64::from(i16::from_sql(ty, raw)?)),
            Type::FLOAT8 => Self::Real(FromSql::from_sql(ty, raw)?),
            Type::FLOAT4 => Self::Real(f64::from(f32::from_sql(ty, raw)?)),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR => Self::Text(FromSql::from_sql(ty, raw)?),
            Type::BYTEA => Self::Bytes(FromSql::from_sql(ty, raw)?),
            Type::UUID => Self::Id(FromSql::from_sql(ty, raw)?),
            _ => {
                return Err(format!("a column of type {ty} is not portable: cast it in the query").into());
            }
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    /// Every type: an unknown one is refused by `from_sql` with advice.
    fn accepts(_: &Type) -> bool {
        true
    }
}

macro_rules! from_column {
    ($($ty:ty: $($pattern:pat => $make:expr),+;)*) => {$(
        impl FromColumn for $ty {
            fn from_column(column: Column<'_>) -> Option<Self> {
                match column { $($pattern => $make,)+ _ => None }
            }
        }
    )*};
}

from_column! {
    bool: Column::Bool(value) => Some(value), Column::Int(value @ (0 | 1)) => Some(value == 1);
    i64: Column::Int(value) => Some(value);
    i32: Column::Int(value) => i32::try_from(value).ok();
    u32: Column::Int(value) => u32::try_from(value).ok();
    u64: Column::Int(value) => u64::try_from(value).ok();
    u16: Column::Int(value) => u16::try_from(value).ok();
    u8: Column::Int(value) => u8::try_from(value).ok();
    f64: Column::Real(value) => Some(value);
    String: Column::Text(text) => Some(text.to_owned());
    Vec<u8>: Column::Bytes(bytes) => Some(bytes.to_vec());
    Uuid: Column::Id(id) => Some(id), Column::Bytes(bytes) => Uuid::from_slice(bytes).ok();
    Timestamp: Column::Int(micros) => Timestamp::from_microsecond(micros).ok();
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Null => Some(None),
            column => T::from_column(column).map(Some),
        }
    }
}

impl<const N: usize> FromColumn for [u8; N] {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Bytes(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}
