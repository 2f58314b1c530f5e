//! A document's form, read strictly: what nothing reads is refused, with its place and what may be meant.
//!
//! It stands between JSON and what serde derives. Names that a thing does not have are all told; of what else is wrong, the
//! first hides what is behind it, so whoever wants all faults reads the parts of a document one by one ([`faults`]).

use std::cell::RefCell;
use std::fmt;
use std::sync::LazyLock;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde_json::{Map, Value as Json};

use super::fault::{FAULTS_MAX, Fault, choose, parted};

/// Reads what came as JSON.
///
/// # Errors
/// What has not the form that is wanted, each with its place.
pub(super) fn read<'de, T: Deserialize<'de>>(json: &'de Json) -> Result<T, Vec<Fault>> {
    let faults = RefCell::new(Vec::new());
    let read = T::deserialize(Reader { json, at: &Path::Root, faults: &faults });
    let mut faults = faults.into_inner();
    match read.map_err(|stop| stop.placed(&Path::Root)) {
        Ok(read) if faults.is_empty() => Ok(read),
        Ok(_) => Err(faults),
        Err(Stop(fault)) => {
            faults.push(*fault);
            Err(faults)
        }
    }
}

/// What has not the form that is wanted in a part of a document, which stands there.
pub(super) fn faults<T: for<'de> Deserialize<'de>>(json: &Json, at: &str) -> Vec<Fault> {
    let faults = read::<T>(json).err().unwrap_or_default();
    faults.into_iter().map(|fault| Fault { pointer: format!("{at}{}", fault.pointer), ..fault }).collect()
}

/// Where something stands.
#[derive(Clone, Copy)]
enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Nth(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Key(before, key) => write!(f, "{before}/{}", key.replace('~', "~0").replace('/', "~1")),
            Path::Nth(before, nth) => write!(f, "{before}/{nth}"),
        }
    }
}

/// The fault behind which nothing more of a thing can be read.
#[derive(Debug)]
struct Stop(Box<Fault>);

/// Stands for a place that is not known yet.
const SOMEWHERE: &str = "\u{0}";

impl Stop {
    fn new(code: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self(Box::new(Fault::new(SOMEWHERE, code, what, mend)))
    }

    /// What was raised by whoever does not know where it stands, stands here.
    fn placed(mut self, at: &Path<'_>) -> Self {
        if let Some(behind) = self.0.pointer.strip_prefix(SOMEWHERE) {
            self.0.pointer = format!("{at}{behind}");
        }
        self
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    fn custom<T: fmt::Display>(said: T) -> Self {
        let (what, mend) = parted(&said.to_string());
        Self::new("wrong_value", what, mend)
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let is = match unexpected {
            Unexpected::Bool(_) => "yes or no",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Str(_) => "a text",
            Unexpected::Unit => "nothing",
            Unexpected::Seq => "a list",
            Unexpected::Map => "an object",
            _ => "something else",
        };
        let expected = expected.to_string();
        let wanted = match expected.as_str() {
            "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => "a whole number",
            "f64" => "a number",
            "a string" | "string" => "a text",
            "a boolean" => "true or false",
            "a sequence" => "a list",
            other => other,
        };
        Self::new("wrong_type", format!("This is {is}."), format!("Write {wanted}."))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new("wrong_value", "This value does not fit.", format!("Write {expected}."))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let mend = choose(variant, expected.iter().copied());
        Self::new("no_such_word", format!("There is no {variant} here."), mend)
    }

    fn missing_field(field: &'static str) -> Self {
        let mut stop = Self::new("missing", format!("It has no {field}."), format!("Add `{field}`."));
        stop.0.pointer = format!("{SOMEWHERE}/{field}");
        stop
    }
}

#[derive(Clone, Copy)]
struct Reader<'de, 'r> {
    json: &'de Json,
    at: &'r Path<'r>,
    faults: &'r RefCell<Vec<Fault>>,
}

impl<'de> Reader<'de, '_> {
    fn map<V: Visitor<'de>>(
        self,
        parts: &'de Map<String, Json>,
        fields: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if let Some(fields) = fields {
            for stranger in parts.keys().filter(|key| !fields.contains(&key.as_str())) {
                let at = Path::Key(self.at, stranger);
                let mend = choose(stranger, fields.iter().copied());
                let fault = Fault::new(at.to_string(), "no_such_part", format!("There is no {stranger} here."), mend);
                tell(self.faults, fault);
            }
        }
        let known = |key: &str| fields.is_none_or(|fields| fields.contains(&key));
        let entries = parts.iter().filter(|(key, _)| known(key)).collect::<Vec<_>>().into_iter();
        visitor.visit_map(Entries { entries, value: None, reader: self }).map_err(|stop| stop.placed(self.at))
    }
}

fn tell(faults: &RefCell<Vec<Fault>>, fault: Fault) {
    let mut faults = faults.borrow_mut();
    if faults.len() < FAULTS_MAX {
        faults.push(fault);
    }
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let read: Result<V::Value, Stop> = match self.json {
            Json::Null => visitor.visit_unit(),
            Json::Bool(yes) => visitor.visit_bool(*yes),
            Json::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                _ => visitor.visit_unit(),
            },
            Json::String(text) => visitor.visit_borrowed_str(text),
            Json::Array(_) => return self.deserialize_seq(visitor),
            Json::Object(parts) => return self.map(parts, None, visitor),
        };
        read.map_err(|stop| stop.placed(self.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        if self.json.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self).map_err(|stop| stop.placed(self.at))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let Json::Array(list) = self.json else {
            let stop = Stop::new("wrong_type", "This is no list.", "Write a list, as in [\"one\", \"two\"].");
            return Err(stop.placed(self.at));
        };
        visitor.visit_seq(Elements { list, nth: 0, reader: self }).map_err(|stop| stop.placed(self.at))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        match self.json {
            Json::Object(parts) => self.map(parts, Some(fields), visitor),
            _ => {
                let mend = format!("Write an object, with these: {}.", fields.join(", "));
                Err(Stop::new("wrong_type", "This is no object.", mend).placed(self.at))
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let mut entries = self.json.as_object().into_iter().flatten();
        let (word, inside) = match (self.json, entries.next(), entries.next()) {
            (Json::String(word), _, _) => (word.as_str(), None),
            (_, Some((word, inside)), None) => (word.as_str(), Some(inside)),
            _ => {
                let mend = format!("Write one of these: {}.", variants.join(", "));
                return Err(Stop::new("wrong_type", "It is not said which this is.", mend).placed(self.at));
            }
        };
        visitor.visit_enum(Chosen { word, inside, reader: self }).map_err(|stop| stop.placed(self.at))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map identifier ignored_any
    }
}

struct Entries<'de, 'r> {
    entries: std::vec::IntoIter<(&'de String, &'de Json)>,
    value: Option<(&'de String, &'de Json)>,
    reader: Reader<'de, 'r>,
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        self.value = self.entries.next();
        let key = self.value.map(|(key, _)| StrDeserializer::<Stop>::new(key));
        key.map(|key| seed.deserialize(key)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Stop> {
        let Some((key, json)) = self.value.take() else { return Err(de::Error::custom("a value without a name")) };
        let at = Path::Key(self.reader.at, key);
        seed.deserialize(Reader { json, at: &at, faults: self.reader.faults }).map_err(|stop| stop.placed(&at))
    }
}

struct Elements<'de, 'r> {
    list: &'de [Json],
    nth: usize,
    reader: Reader<'de, 'r>,
}

impl<'de> SeqAccess<'de> for Elements<'de, '_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Stop> {
        let Some(json) = self.list.get(self.nth) else { return Ok(None) };
        let at = Path::Nth(self.reader.at, self.nth);
        self.nth += 1;
        seed.deserialize(Reader { json, at: &at, faults: self.reader.faults })
            .map(Some)
            .map_err(|stop| stop.placed(&at))
    }
}

struct Chosen<'de, 'r> {
    word: &'de str,
    inside: Option<&'de Json>,
    reader: Reader<'de, 'r>,
}

impl<'de, 'r> EnumAccess<'de> for Chosen<'de, 'r> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Stop> {
        let word: StrDeserializer<'de, Stop> = self.word.into_deserializer();
        Ok((seed.deserialize(word)?, self))
    }
}

impl<'de> Chosen<'de, '_> {
    fn inside<T>(self, read: impl FnOnce(Reader<'de, '_>) -> Result<T, Stop>) -> Result<T, Stop> {
        let at = Path::Key(self.reader.at, self.word);
        // What stands alone as a word has nothing inside: its parts are all left out.
        static NOTHING: LazyLock<Json> = LazyLock::new(|| Json::Object(Map::new()));
        let json = self.inside.unwrap_or(&NOTHING);
        read(Reader { json, at: &at, faults: self.reader.faults }).map_err(|stop| stop.placed(&at))
    }
}

impl<'de> VariantAccess<'de> for Chosen<'de, '_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        match self.inside {
            None | Some(Json::Null) => Ok(()),
            Some(Json::Object(parts)) if parts.is_empty() => Ok(()),
            Some(_) => {
                let mend = format!("Write \"{}\" alone.", self.word);
                Err(Stop::new("wrong_type", format!("{} has nothing inside.", self.word), mend).placed(self.reader.at))
            }
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Stop> {
        self.inside(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Stop> {
        self.inside(|reader| reader.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Stop> {
        self.inside(|reader| reader.deserialize_struct("", fields, visitor))
    }
}
