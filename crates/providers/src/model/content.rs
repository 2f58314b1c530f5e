//! What a model said, piece by piece: a plain string, or objects of which those with text and calls count.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::loose::{Text, absent};

/// One piece.
#[derive(Default, Clone)]
pub(super) struct ContentPart<'a>(Fields<'a>);

impl ContentPart<'_> {
    /// Its text, if it is one to be read. Thinking, calls and the like are not for the person outside.
    pub(super) fn text(&self) -> Option<&str> {
        let is_text = matches!(self.0.kind.as_str(), None | Some("text" | "output_text"));
        self.0.text.filled().filter(|_| is_text)
    }

    /// Id, name and arguments, if it is a call.
    pub(super) fn call(&self) -> Option<(&str, &str, &Value)> {
        (self.0.kind.as_str() == Some("tool_use"))
            .then(|| (self.0.id.as_str().unwrap_or_default(), self.0.name.as_str().unwrap_or_default(), &self.0.input))
    }
}

#[derive(Default, Clone, serde::Deserialize)]
#[serde(default)]
struct Fields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    input: Value,
}

impl<'de: 'a, 'a> Deserialize<'de> for ContentPart<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Seen<'a> {
            type Value = ContentPart<'a>;
            absent! { unit bool number float list }

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a piece of content")
            }
            fn visit_str<E>(self, text: &str) -> Result<ContentPart<'a>, E> {
                Ok(ContentPart(Fields { text: Text(Some(Cow::Owned(text.to_owned()))), ..Fields::default() }))
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<ContentPart<'a>, A::Error> {
                Fields::deserialize(MapAccessDeserializer::new(object)).map(ContentPart)
            }
        }
        deserializer.deserialize_any(Seen(PhantomData))
    }
}
