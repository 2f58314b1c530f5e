//! JSON values as they come. Outside APIs send a number where a string was, one thing where a list was, `null`
//! anywhere: a field of these types never makes the whole document unreadable, what does not fit is just absent.
//! Strings are borrowed from the bytes where no escape stands in the way.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Visitor methods for the shapes that mean "absent".
macro_rules! absent {
    ($($shape:ident)*) => { $(absent!(@ $shape);)* };
    (@ unit) => { fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok(Self::Value::default()) } };
    (@ bool) => { fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok(Self::Value::default()) } };
    (@ number) => {
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
    };
    (@ float) => { fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok(Self::Value::default()) } };
    (@ string) => { fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> { Ok(Self::Value::default()) } };
    (@ list) => {
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<serde::de::IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (@ object) => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            while object.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}
pub(crate) use absent;

/// A string; a whole number counts as its digits.
#[derive(Default, Clone)]
pub(crate) struct Text<'a>(pub(crate) Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The string if there is anything in it.
    pub(crate) fn filled(&self) -> Option<&str> {
        self.as_str().filter(|text| !text.is_empty())
    }

    /// The same, to keep. Characters that no database column holds (U+0000) are dropped.
    pub(crate) fn owned(&self) -> Option<String> {
        self.filled().map(without_nul)
    }
}

/// U+0000 is no character of any text, and PostgreSQL refuses it.
pub(crate) fn without_nul(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Seen<'a> {
            type Value = Text<'a>;
            absent! { unit bool float list object }

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text<'a>, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }
        }
        deserializer.deserialize_any(Seen(PhantomData))
    }
}

/// A whole number, or its digits in a string.
#[derive(Default, Clone, Copy)]
pub(crate) struct Whole(pub(crate) Option<u64>);

impl Whole {
    /// As 32 bits; a larger one is nothing that was meant.
    pub(crate) fn small(self) -> Option<u32> {
        self.0.and_then(|number| number.try_into().ok())
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Whole;
            absent! { unit bool float list object }

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_str<E>(self, text: &str) -> Result<Whole, E> {
                Ok(Whole(text.trim().parse().ok()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Whole, E> {
                Ok(Whole(number.try_into().ok()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Whole, E> {
                Ok(Whole(Some(number)))
            }
        }
        deserializer.deserialize_any(Seen)
    }
}

/// A truth value, or the word for it.
#[derive(Default, Clone, Copy)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Flag;
            absent! { unit number float list object }

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(Some(flag)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Flag, E> {
                Ok(Flag(text.parse().ok()))
            }
        }
        deserializer.deserialize_any(Seen)
    }
}

/// An object, read field by field; anything else is one without fields.
#[derive(Default, Clone)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Seen<T> {
            type Value = Object<T>;
            absent! { unit bool number float string list }

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(object)).map(Object)
            }
        }
        deserializer.deserialize_any(Seen(PhantomData))
    }
}

/// A list; a single string or object counts as a list of one, anything else as an empty one.
#[derive(Clone)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Seen<T> {
            type Value = List<T>;
            absent! { unit bool number float }

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(List(items))
            }
            fn visit_borrowed_str<E: serde::de::Error>(self, one: &'de str) -> Result<List<T>, E> {
                T::deserialize(BorrowedStrDeserializer::new(one)).map(|item| List(vec![item]))
            }
            fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<List<T>, E> {
                T::deserialize(StrDeserializer::new(one)).map(|item| List(vec![item]))
            }
            fn visit_map<A: MapAccess<'de>>(self, one: A) -> Result<List<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(one)).map(|item| List(vec![item]))
            }
        }
        deserializer.deserialize_any(Seen(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct All<'a> {
        #[serde(borrow)]
        text: Text<'a>,
        whole: Whole,
        flag: Flag,
        #[serde(borrow)]
        object: Object<Inner<'a>>,
        #[serde(borrow)]
        list: List<Text<'a>>,
        #[serde(borrow)]
        objects: List<Object<Inner<'a>>>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Inner<'a> {
        #[serde(borrow)]
        name: Text<'a>,
    }

    fn read(json: &str) -> All<'_> {
        serde_json::from_str(json).expect("a loose document is never refused")
    }

    #[test]
    fn no_shape_of_a_field_spoils_the_document() {
        let shapes = [
            "null",
            "true",
            "7",
            "-7",
            "7.5",
            "\"word\"",
            "\"\\u00fc\"",
            "[]",
            "[[1],{\"a\":null}]",
            "{}",
            "{\"name\":[1]}",
            "[null]",
        ];
        for field in ["text", "whole", "flag", "object", "list", "objects", "unheard_of"] {
            for shape in shapes {
                read(&format!(r#"{{"{field}":{shape}}}"#));
            }
        }
    }

    #[test]
    fn what_fits_is_kept() {
        let all = read(
            r#"{"text":7,"whole":"12","flag":"true","object":{"name":"in"},"list":"one","objects":[{"name":"a"},null,{"name":"b"}]}"#,
        );
        assert_eq!(all.text.as_str(), Some("7"));
        assert_eq!(all.whole.0, Some(12));
        assert_eq!(all.flag.0, Some(true));
        assert_eq!(all.object.0.name.as_str(), Some("in"));
        assert_eq!(all.list.0.iter().map(Text::as_str).collect::<Vec<_>>(), [Some("one")]);
        assert_eq!(all.objects.0.iter().map(|o| o.0.name.as_str()).collect::<Vec<_>>(), [Some("a"), None, Some("b")]);
    }

    #[test]
    fn a_plain_string_is_borrowed() {
        assert!(matches!(read(r#"{"text":"plain"}"#).text.0, Some(Cow::Borrowed("plain"))));
        assert!(matches!(read(r#"{"text":"\u00fc"}"#).text.0, Some(Cow::Owned(text)) if text == "ü"));
    }

    #[test]
    fn no_text_keeps_a_nul() {
        assert_eq!(read(r#"{"text":"a\u0000b"}"#).text.owned().as_deref(), Some("ab"));
    }
}
