//! Closed lists of words as OpenAPI enumerations, so that clients get them as types. Where the domain has the list, the words
//! come from it: the two cannot differ.

use std::borrow::Cow;

use domain::{access::Role, number};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type, schema::SchemaType},
};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $shown:literal: $words:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some($words)).build().into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                $shown.into()
            }
        }
    )*};
}

words! {
    /// What a member is.
    RoleWord = "Role": Role::ALL.map(Role::as_str);
    /// What sort of sender it is.
    NumberKindWord = "NumberKind": crate::number::KINDS.map(number::Kind::as_str);
    /// Which carrier.
    CarrierKindWord = "CarrierKind": ["telnyx", "sandbox"];
    /// How a delivery stands.
    DeliveryStateWord = "DeliveryState": ["waiting", "delivered", "failed"];
}

/// Hours of the day; they may span midnight.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = QuietHours)]
pub struct QuietHoursShape {
    /// When they begin, as in `21:00`.
    pub from: String,
    /// When they have ended, as in `08:00`.
    pub until: String,
}

macro_rules! values {
    ($($(#[$doc:meta])* $name:ident = $shown:literal: $types:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(SchemaType::Array($types.into())).build().into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                $shown.into()
            }
        }
    )*};
}

values! {
    /// A value of a field: a number, `true` or `false`, or text (a date is `YYYY-MM-DD`).
    FieldValueShape = "FieldValue": [Type::String, Type::Number, Type::Boolean];
    /// The same; `null` takes it away.
    FieldChangeShape = "FieldChange": [Type::String, Type::Number, Type::Boolean, Type::Null];
}

/// What a field of contacts holds.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = ContactFieldKind)]
pub struct FieldKindShape {
    /// Which sort of value.
    #[serde(rename = "type")]
    #[schema(value_type = crate::words::FieldType)]
    pub kind: String,
    /// What may be chosen, of a `choice`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<String>>,
}
