//! What a statement is given: one closed list of values that both engines understand.

use std::{borrow::Cow, error::Error, fmt};

use bytes::BytesMut;
use domain::id::{
    ApiKeyId, ApprovalId, AssistantId, CampaignId, CarrierAccountId, CaseId, ContactId, ConversationId, DeliveryId,
    DraftId, EnrolmentId, ImportId, KnowledgeId, ListId, MediaId, MergeId, MessageId, NumberId, RecipientId, ReplayId,
    RunId, SegmentId, SelectionId, SnippetId, SuppressionId, TeamId, TenantId, UseId, UserId, ViewId, WebhookId,
    WorkId, WorkflowId,
};
use jiff::Timestamp;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

/// One argument of a statement. `Debug` tells its kind and never its content.
#[derive(Clone, PartialEq)]
pub enum Value<'a> {
    /// SQL `NULL`, of whichever type the place wants.
    Null,
    /// `BOOLEAN`.
    Bool(bool),
    /// `BIGINT`; times are microseconds since 1970.
    Int(i64),
    /// `DOUBLE`.
    Real(f64),
    /// `TEXT`.
    Text(Cow<'a, str>),
    /// `BYTES`.
    Bytes(Cow<'a, [u8]>),
    /// `UUID`.
    Id(Uuid),
    /// Values of one kind, for `{among $n}`. Made with [`list`].
    List(Vec<Value<'a>>),
}

/// Many values for one place: `… AND id {among $2}` with `args![list(ids)]`. One text for any number of them.
#[must_use]
pub fn list<'a, T: Into<Value<'a>>>(values: impl IntoIterator<Item = T>) -> Value<'a> {
    Value::List(values.into_iter().map(Into::into).collect())
}

impl Value<'_> {
    /// The same value, borrowing from nobody.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::Real(value) => Value::Real(value),
            Self::Text(value) => Value::Text(Cow::Owned(value.into_owned())),
            Self::Bytes(value) => Value::Bytes(Cow::Owned(value.into_owned())),
            Self::Id(value) => Value::Id(value),
            Self::List(values) => list(values.into_iter().map(Value::into_owned)),
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(_) => f.write_str("bool"),
            Self::Int(_) => f.write_str("int"),
            Self::Real(_) => f.write_str("real"),
            Self::Text(text) => write!(f, "text of {} bytes", text.len()),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Id(id) => write!(f, "{id}"),
            Self::List(values) => write!(f, "a list of {}", values.len()),
        }
    }
}

/// The arguments of a statement, each converted with `Into<Value>`: `args![contact_id, &name, Some(at), true]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &$crate::row![$($value),*] };
}

/// One row for `insert_many`, as an array of values: `rows.iter().map(|r| row![r.id, &r.name])`.
#[macro_export]
macro_rules! row {
    () => { [] as [$crate::Value<'static>; 0] };
    ($($value:expr),+ $(,)?) => { [$($crate::Value::from($value)),+] };
}

macro_rules! from {
    ($($from:ty => $make:expr;)*) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from(value: $from) -> Self { ($make)(value) }
        }
    )*};
}

from! {
    bool => Value::Bool;
    i64 => Value::Int;
    i32 => |value| Value::Int(i64::from(value));
    u32 => |value| Value::Int(i64::from(value));
    u16 => |value| Value::Int(i64::from(value));
    u8 => |value| Value::Int(i64::from(value));
    f64 => Value::Real;
    Uuid => Value::Id;
    Timestamp => |at: Timestamp| Value::Int(at.as_microsecond());
    String => |text| Value::Text(Cow::Owned(text));
    &'a str => |text| Value::Text(Cow::Borrowed(text));
    &'a String => |text: &'a String| Value::Text(Cow::Borrowed(text));
    Cow<'a, str> => Value::Text;
    Vec<u8> => |bytes| Value::Bytes(Cow::Owned(bytes));
    &'a [u8] => |bytes| Value::Bytes(Cow::Borrowed(bytes));
    &'a Vec<u8> => |bytes: &'a Vec<u8>| Value::Bytes(Cow::Borrowed(bytes));
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<[u8; N]> for Value<'a> {
    fn from(bytes: [u8; N]) -> Self {
        Value::Bytes(Cow::Owned(bytes.to_vec()))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// Borrowed options are named one by one: a general rule would send the compiler round in circles wherever the type of an
/// argument is still open.
macro_rules! from_borrowed_option {
    ($($inner:ty),*) => {$(
        impl<'a> From<&'a Option<$inner>> for Value<'a> {
            fn from(value: &'a Option<$inner>) -> Self { value.as_ref().map_or(Value::Null, |inner| Value::from(*inner)) }
        }
    )*};
}

from_borrowed_option!(bool, i64, f64, Uuid, Timestamp);

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_deref().map_or(Value::Null, Value::from)
    }
}

impl<'a> From<&'a Option<Vec<u8>>> for Value<'a> {
    fn from(value: &'a Option<Vec<u8>>) -> Self {
        value.as_deref().map_or(Value::Null, Value::from)
    }
}

/// Lets a newtype around a UUID be an argument and a column: `id_values!(ContactId, MessageId)`.
/// The type must convert from and into [`Uuid`].
macro_rules! id_values {
    ($($id:ty),* $(,)?) => {$(
        impl From<$id> for $crate::Value<'_> {
            fn from(id: $id) -> Self { $crate::Value::Id(uuid::Uuid::from(id)) }
        }
        impl From<&$id> for $crate::Value<'_> {
            fn from(id: &$id) -> Self { $crate::Value::Id(uuid::Uuid::from(*id)) }
        }
        impl From<&Option<$id>> for $crate::Value<'_> {
            fn from(id: &Option<$id>) -> Self { Self::from(*id) }
        }
        impl $crate::FromColumn for $id {
            fn from_column(column: $crate::Column<'_>) -> Option<Self> {
                <uuid::Uuid as $crate::FromColumn>::from_column(column).map(Self::from)
            }
        }
    )*};
}
#[allow(unused_imports, reason = "for ids that another room of this crate may add")]
pub(crate) use id_values;

id_values!(
    ApiKeyId,
    ApprovalId,
    AssistantId,
    CampaignId,
    CarrierAccountId,
    CaseId,
    ContactId,
    ConversationId,
    DeliveryId,
    DraftId,
    EnrolmentId,
    ImportId,
    KnowledgeId,
    MediaId,
    MessageId,
    NumberId,
    RecipientId,
    ListId,
    SegmentId,
    SelectionId,
    SnippetId,
    SuppressionId,
    MergeId,
    TenantId,
    TeamId,
    UserId,
    ViewId,
    WebhookId,
    ReplayId,
    UseId,
    RunId,
    WorkId,
    WorkflowId,
);

impl Value<'_> {
    /// Binds it as SQLite's parameter `index`.
    pub(crate) fn bind(&self, statement: &mut rusqlite::Statement<'_>, index: usize) -> rusqlite::Result<()> {
        match self {
            Self::List(values) => {
                let values = values.iter().map(|value| value.scalar().try_into()).collect::<Result<Vec<_>, _>>()?;
                statement.raw_bind_parameter(index, rusqlite::vtab::array::Array::new(values))
            }
            scalar => statement.raw_bind_parameter(index, ToSqlOutput::Borrowed(scalar.scalar())),
        }
    }

    /// In SQLite's terms; a list inside a list is nothing.
    fn scalar(&self) -> ValueRef<'_> {
        match self {
            Self::Null | Self::List(_) => ValueRef::Null,
            Self::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Id(id) => ValueRef::Blob(id.as_bytes()),
        }
    }

    fn id(&self) -> Option<Uuid> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    fn int(&self) -> Option<i64> {
        if let Self::Int(int) = self { Some(*int) } else { None }
    }

    fn real(&self) -> Option<f64> {
        if let Self::Real(real) = self { Some(*real) } else { None }
    }

    fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// All of a list as one kind of thing.
fn all_of<'v, 'a, T>(
    values: &'v [Value<'a>],
    one: impl Fn(&'v Value<'a>) -> Option<T>,
) -> Result<Vec<T>, Box<dyn Error + Sync + Send>> {
    values.iter().map(one).collect::<Option<_>>().ok_or_else(|| "a list holds another kind than its column".into())
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Bool(value), &Type::BOOL) => value.to_sql(ty, out),
            (Self::Int(value), &Type::INT8) => value.to_sql(ty, out),
            (Self::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(ty, out),
            (Self::Int(value), &Type::INT2) => i16::try_from(*value)?.to_sql(ty, out),
            (Self::Real(value), &Type::FLOAT8) => value.to_sql(ty, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME | &Type::BPCHAR | &Type::UNKNOWN) => {
                text.to_sql(ty, out)
            }
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (Self::Id(id), &Type::UUID) => id.to_sql(ty, out),
            (Self::List(values), &Type::UUID_ARRAY) => all_of(values, Value::id)?.to_sql(ty, out),
            (Self::List(values), &Type::INT8_ARRAY) => all_of(values, Value::int)?.to_sql(ty, out),
            (Self::List(values), &Type::FLOAT8_ARRAY) => all_of(values, Value::real)?.to_sql(ty, out),
            (Self::List(values), &Type::BYTEA_ARRAY) => all_of(values, Value::bytes)?.to_sql(ty, out),
            (Self::List(values), &Type::TEXT_ARRAY) => all_of(values, Value::text)?.to_sql(ty, out),
            (value, ty) => Err(format!("an argument of kind {value:?} stands where the server wants {ty}").into()),
        }
    }

    /// Every type: whether kind and type fit is answered by `to_sql`, which knows both.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_caller_holds_becomes_a_value() {
        let name = String::from("Ann");
        let nobody: Option<String> = None;
        let id = Uuid::from_u128(7);
        let values: &[Value<'_>] =
            args![ContactId(id), &name, "x", Some("y"), &nobody, None::<i64>, 5_i64, id, true, vec![1_u8], [2_u8; 2]];
        assert_eq!(values[0], Value::Id(id));
        assert_eq!(values[1], Value::Text("Ann".into()));
        assert_eq!(values[4], Value::Null);
        assert_eq!(values[5], Value::Null);
        assert_eq!(values[10], Value::Bytes(vec![2, 2].into()));
        assert_eq!(args![], &[] as &[Value<'_>]);
    }

    #[test]
    fn debug_never_shows_content() {
        let shown = format!("{:?}", args!["+15551234567", b"secret"]);
        assert_eq!(shown, "[text of 12 bytes, 6 bytes]");
    }
}
