//! Whole numbers, however they are written.

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer};

/// The first number from which doubles leave out whole numbers.
const INEXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a whole number that may be written with a fraction of nothing: to JSON Schema, and to languages that have but
/// one kind of number, `90.0` is 90.
///
/// # Errors
/// Where it is no `T`.
pub fn whole<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Whole(PhantomData))
}

/// The same, for a field that may be left out but not be null.
///
/// # Errors
/// Where it is null or no `T`.
pub fn whole_not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    whole(deserializer).map(Some)
}

/// The same, for a field that may be null.
///
/// # Errors
/// Where it is neither null nor a `T`.
pub fn whole_or_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(bound = "T: Deserialize<'de>")]
    struct Written<T>(#[serde(deserialize_with = "whole")] T);
    Ok(Option::<Written<T>>::deserialize(deserializer)?.map(|written| written.0))
}

struct Whole<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(type_name::<T>())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::deserialize(number.into_deserializer())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        T::deserialize(number.into_deserializer())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        if number.fract() == 0.0 && number.abs() < INEXACT {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and within bounds")]
            return T::deserialize((number as i64).into_deserializer());
        }
        T::deserialize(number.into_deserializer())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Body {
        #[serde(deserialize_with = "whole")]
        always: u8,
        #[serde(default, deserialize_with = "whole_not_null")]
        given: Option<u16>,
        #[serde(default, deserialize_with = "whole_or_null")]
        nullable: Option<u32>,
    }

    fn read(text: &str) -> Result<Body, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_fraction_of_nothing_is_none() {
        let body = Body { always: 90, given: Some(0), nullable: Some(7) };
        assert_eq!(read(r#"{"always": 90.0, "given": -0.0, "nullable": 7e0}"#).unwrap(), body);
        assert_eq!(read(r#"{"always": 90, "given": 0, "nullable": 7}"#).unwrap(), body);
        let alone = Body { always: 90, given: None, nullable: None };
        assert_eq!(read(r#"{"always": 9e1, "nullable": null}"#).unwrap(), alone);
    }

    #[test]
    fn all_else_is_refused_as_before() {
        for (text, wanted) in [
            ("1.5", "invalid type: floating point `1.5`, expected u8"),
            ("256", "invalid value: integer `256`, expected u8"),
            ("256.0", "invalid value: integer `256`, expected u8"),
            ("-1", "invalid value: integer `-1`, expected u8"),
            ("1e300", "invalid type: floating point `1e+300`, expected u8"),
            ("null", "invalid type: null, expected u8"),
            ("\"1\"", "invalid type: string \"1\", expected u8"),
            ("[1]", "invalid type: sequence, expected u8"),
        ] {
            let error = read(&format!(r#"{{"always": {text}}}"#)).unwrap_err();
            assert!(error.starts_with(wanted), "{text}: {error}");
        }
        assert!(read(r#"{"always": 1, "given": null}"#).is_err());
    }
}
