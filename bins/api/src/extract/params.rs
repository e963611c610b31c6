//! Named strings, from a path or a query, as a source for serde.
//!
//! Unlike the deserializers the web framework brings, this one works under
//! `serde_path_to_error`, so a refusal can name its parameter.

use std::borrow::Cow;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Error as _, IntoDeserializer, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use super::words;
use crate::problem::{FieldError, Problem, ProblemType};

pub(super) type Pairs = Vec<(String, String)>;

/// Reads a `T` from named strings: a struct by name, or a single value when there is but one.
pub(super) fn parse<T: DeserializeOwned>(pairs: Pairs) -> Result<T, Problem> {
    if let Some((name, _)) = pairs.iter().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(refusal(name.clone(), "must not contain NUL characters".to_owned()));
    }
    let only = (pairs.len() == 1).then(|| pairs[0].0.clone());
    serde_path_to_error::deserialize(Params(pairs)).map_err(|error| {
        let message = error.inner().to_string();
        let name = words::steps(error.path(), &message).into_iter().next().or(only);
        refusal(name.unwrap_or_default(), words::plain(&message))
    })
}

fn refusal(name: String, detail: String) -> Problem {
    let summary = if name.is_empty() { detail.clone() } else { format!("{name}: {detail}") };
    Problem::new(ProblemType::InvalidParameter, summary).error(FieldError::parameter(name, detail))
}

struct Params(Pairs);

impl Params {
    fn single(self) -> Result<Value<'static>, Error> {
        let mut values = self.0.into_iter();
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Ok(Value(Cow::Owned(value))),
            _ => Err(Error::custom("expected exactly one parameter")),
        }
    }
}

macro_rules! single {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.single()?.$method(visitor)
        }
    )+};
}

impl<'de> Deserializer<'de> for Params {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let fields = self.0.into_iter().map(|(name, value)| (name, Value(Cow::Owned(value))));
        visitor.visit_map(MapDeserializer::new(fields))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let values = self.0.into_iter().map(|(_, value)| Value(Cow::Owned(value)));
        visitor.visit_seq(SeqDeserializer::new(values))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.single()?.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    single! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf
    }

    forward_to_deserialize_any! { option unit_struct tuple_struct map struct identifier ignored_any }
}

/// One string that becomes whatever is asked for.
struct Value<'a>(Cow<'a, str>);

impl<'de> IntoDeserializer<'de, Error> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident, $expected:literal;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Error::custom(format_args!("{:?} is not {}", self.0, $expected))),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(&self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.0.as_ref().into_deserializer())
    }

    parsed! {
        deserialize_bool => visit_bool, "true or false";
        deserialize_i8 => visit_i8, "a whole number in range";
        deserialize_i16 => visit_i16, "a whole number in range";
        deserialize_i32 => visit_i32, "a whole number in range";
        deserialize_i64 => visit_i64, "a whole number in range";
        deserialize_i128 => visit_i128, "a whole number in range";
        deserialize_u8 => visit_u8, "a whole number in range";
        deserialize_u16 => visit_u16, "a whole number in range";
        deserialize_u32 => visit_u32, "a whole number in range";
        deserialize_u64 => visit_u64, "a whole number in range";
        deserialize_u128 => visit_u128, "a whole number in range";
        deserialize_f32 => visit_f32, "a number";
        deserialize_f64 => visit_f64, "a number";
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
