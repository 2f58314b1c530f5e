//! What a model said, piece by piece: a plain string, or objects of which only those with text count.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::loose::{Text, absent};

/// One piece.
#[derive(Default, Clone)]
pub(super) struct ContentPart<'a>(Text<'a>);

impl ContentPart<'_> {
    /// Its text, if it is one to be read.
    pub(super) fn text(&self) -> Option<&str> {
        self.0.filled()
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Fields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    text: Text<'a>,
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
                Ok(ContentPart(Text(Some(Cow::Owned(text.to_owned())))))
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<ContentPart<'a>, A::Error> {
                let Fields { kind, text } = Fields::deserialize(MapAccessDeserializer::new(object))?;
                // Thinking, tool calls and the like are not for the person outside.
                let is_text = matches!(kind.as_str(), None | Some("text" | "output_text"));
                Ok(ContentPart(if is_text { text } else { Text::default() }))
            }
        }
        deserializer.deserialize_any(Seen(PhantomData))
    }
}
