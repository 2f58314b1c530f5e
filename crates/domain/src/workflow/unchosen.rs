//! An id that nobody has chosen yet: a draft may say `""` in its place, and is kept so. It is the id of nothing, which no check finds.

use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use uuid::Uuid;

/// Whether it was chosen.
pub(super) fn is_chosen<Id: Copy + Into<Uuid>>(id: Id) -> bool {
    !id.into().is_nil()
}

/// As a document writes it.
struct Written<Id>(Id);

impl<'de, Id: From<Uuid> + FromStr<Err: std::fmt::Display>> Deserialize<'de> for Written<Id> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        let id = if text.is_empty() { Id::from(Uuid::nil()) } else { text.parse().map_err(de::Error::custom)? };
        Ok(Self(id))
    }
}

impl<Id: Copy + Into<Uuid> + Serialize> Serialize for Written<&Id> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if is_chosen(*self.0) { self.0.serialize(to) } else { to.serialize_str("") }
    }
}

/// One that there must be.
pub(super) mod one {
    use super::*;

    pub(in crate::workflow) fn serialize<S: Serializer, Id: Copy + Into<Uuid> + Serialize>(
        id: &Id,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        Written(id).serialize(to)
    }

    pub(in crate::workflow) fn deserialize<'de, D: Deserializer<'de>, Id>(from: D) -> Result<Id, D::Error>
    where
        Id: From<Uuid> + FromStr<Err: std::fmt::Display>,
    {
        Written::deserialize(from).map(|Written(id)| id)
    }
}

/// One that there may be.
pub(super) mod maybe {
    use super::*;

    pub(in crate::workflow) fn serialize<S: Serializer, Id: Copy + Into<Uuid> + Serialize>(
        id: &Option<Id>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        id.as_ref().map(Written).serialize(to)
    }

    pub(in crate::workflow) fn deserialize<'de, D: Deserializer<'de>, Id>(from: D) -> Result<Option<Id>, D::Error>
    where
        Id: From<Uuid> + FromStr<Err: std::fmt::Display>,
    {
        Ok(Option::<Written<Id>>::deserialize(from)?.map(|Written(id)| id))
    }
}

/// Any number of them.
pub(super) mod each {
    use super::*;

    pub(in crate::workflow) fn serialize<S: Serializer, Id: Copy + Into<Uuid> + Serialize>(
        ids: &[Id],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(ids.iter().map(Written))
    }

    pub(in crate::workflow) fn deserialize<'de, D: Deserializer<'de>, Id>(from: D) -> Result<Vec<Id>, D::Error>
    where
        Id: From<Uuid> + FromStr<Err: std::fmt::Display>,
    {
        Ok(Vec::<Written<Id>>::deserialize(from)?.into_iter().map(|Written(id)| id).collect())
    }
}
