//! Moments as the API writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A moment on a whole minute, in the years 0001 to 9999; always UTC inside and on the way out.
///
/// On the way in any offset is welcome. Seconds must be zero: a calendar knows whole minutes, and
/// rounding silently would move what the caller asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(OffsetDateTime);

impl Instant {
    /// What a JSON Schema says about the text, besides `format: date-time`. It leaves out years in which nothing can
    /// be.
    pub const PATTERN: &str = r"^(19|[2-8][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:00(\.0+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$";

    /// The moment, in UTC.
    pub fn get(self) -> OffsetDateTime {
        self.0
    }
}

impl From<Instant> for OffsetDateTime {
    fn from(instant: Instant) -> Self {
        instant.0
    }
}

/// Why a text or a moment is not an [`Instant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstantError {
    /// Not RFC 3339, or no such date or time.
    #[error("is not an RFC 3339 date and time with an offset, such as 2026-12-04T09:00:00Z")]
    Malformed,
    /// Has seconds or parts of them.
    #[error("must be on a whole minute")]
    NotWholeMinute,
    /// Lies outside the years that can be written.
    #[error("must be within the years 0001 to 9999")]
    OutOfRange,
}

impl TryFrom<OffsetDateTime> for Instant {
    type Error = InstantError;

    fn try_from(moment: OffsetDateTime) -> Result<Self, InstantError> {
        let utc = moment.checked_to_offset(UtcOffset::UTC).ok_or(InstantError::OutOfRange)?;
        if !(1..=9999).contains(&utc.year()) {
            Err(InstantError::OutOfRange)
        } else if utc.second() != 0 || utc.nanosecond() != 0 {
            Err(InstantError::NotWholeMinute)
        } else {
            Ok(Self(utc))
        }
    }
}

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, InstantError> {
        // The parser takes any separator between date and time; we take the standard's.
        if !matches!(text.as_bytes().get(10), Some(b'T' | b't')) {
            return Err(InstantError::Malformed);
        }
        OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InstantError::Malformed)?.try_into()
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        date_time("A moment on a whole minute, with any offset.").pattern(Some(Self::PATTERN)).into()
    }
}

impl ToSchema for Instant {}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        date_time("A moment, in UTC.").into()
    }
}

impl ToSchema for Timestamp {}

fn date_time(about: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some(about))
        .examples(["2026-12-04T09:00:00Z"])
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:00Z", time.hour(), time.minute())
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A moment the server noted, to the fraction; only ever written, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub OffsetDateTime);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let utc = self.0.checked_to_offset(UtcOffset::UTC).unwrap_or(self.0);
        time::serde::rfc3339::serialize(&utc, serializer)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn read(text: &str) -> Result<String, InstantError> {
        text.parse::<Instant>().map(|instant| instant.to_string())
    }

    #[test]
    fn every_offset_comes_out_as_utc() {
        assert_eq!(read("2026-12-04T09:00:00Z").unwrap(), "2026-12-04T09:00:00Z");
        assert_eq!(read("2026-12-04t09:00:00.000z").unwrap(), "2026-12-04T09:00:00Z");
        assert_eq!(read("2026-12-04T09:00:00+05:45").unwrap(), "2026-12-04T03:15:00Z");
        assert_eq!(read("2026-12-31T23:30:00-01:00").unwrap(), "2027-01-01T00:30:00Z");
        assert_eq!(read("2024-02-29T00:00:00-00:00").unwrap(), "2024-02-29T00:00:00Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-12-04",
            "2026-12-04T09:00:00",
            "2026-12-04 09:00:00Z",
            "2026-12-04T09:00Z",
            "2026-12-04T12:99:00Z",
            "2026-12-04T24:00:00Z",
            "2026-02-29T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-12-04T09:00:00+25:00",
            "2026-12-04T09:00:00Z ",
            "+2026-12-04T09:00:00Z",
            "12026-12-04T09:00:00Z",
            "2026-12-04\u{2003}09:00:00Z",
            "2026-12-04T09:00:00Z\0",
        ] {
            assert_eq!(read(text), Err(InstantError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn seconds_are_refused_not_rounded() {
        for text in ["2026-12-04T09:00:01Z", "2026-12-04T09:00:00.5Z", "2016-12-31T23:59:60Z"] {
            assert_eq!(read(text), Err(InstantError::NotWholeMinute), "{text}");
        }
    }

    #[test]
    fn the_range_is_judged_in_utc() {
        assert_eq!(read("0001-01-01T00:00:00Z").unwrap(), "0001-01-01T00:00:00Z");
        assert_eq!(read("9999-12-31T23:59:00Z").unwrap(), "9999-12-31T23:59:00Z");
        for text in ["0000-12-31T23:59:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-14:00"] {
            assert_eq!(read(text), Err(InstantError::OutOfRange), "{text}");
        }
        let far = OffsetDateTime::new_utc(time::Date::MAX, time::Time::MIDNIGHT);
        assert!(Instant::try_from(far.replace_offset(UtcOffset::from_hms(-23, 0, 0).unwrap())).is_ok());
    }

    #[test]
    fn a_timestamp_keeps_its_fraction_and_loses_its_offset() {
        let noted = Timestamp(datetime!(2026-12-04 09:00:01.25 +2));
        assert_eq!(serde_json::to_string(&noted).unwrap(), "\"2026-12-04T07:00:01.25Z\"");
    }
}
