//! Fields of a partial change.

use serde::{Deserialize, Deserializer};

/// A nullable field of a partial change: null and left out are not the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// It is not there: the old value stays.
    #[default]
    LeftOut,
    /// It is there, and may be null.
    As(Option<T>),
}

impl<T> Given<T> {
    /// The value given, or `old`.
    pub fn or(self, old: Option<T>) -> Option<T> {
        match self {
            Self::LeftOut => old,
            Self::As(value) => value,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::As)
    }
}

/// Reads a field that may be left out but not be null, for `#[serde(default, deserialize_with = "not_null")]`.
///
/// serde takes null for an `Option` that is not there, so that a change which cannot be made would pass for made.
///
/// # Errors
/// Where the value is null or no `T`.
pub fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default)]
        number: Given<u8>,
        #[serde(default, deserialize_with = "not_null")]
        other: Option<u8>,
    }

    #[test]
    fn null_and_left_out_are_not_the_same() {
        let number = |text| serde_json::from_str::<Patch>(text).unwrap().number;
        assert_eq!(number("{}").or(Some(1)), Some(1));
        assert_eq!(number(r#"{"number": null}"#).or(Some(1)), None);
        assert_eq!(number(r#"{"number": 2}"#).or(Some(1)), Some(2));
    }

    #[test]
    fn what_may_be_left_out_need_not_be_nullable() {
        let other = |text| serde_json::from_str::<Patch>(text).map(|patch| patch.other);
        assert_eq!(other("{}").unwrap(), None);
        assert_eq!(other(r#"{"other": 2}"#).unwrap(), Some(2));
        assert!(other(r#"{"other": null}"#).is_err());
    }
}
