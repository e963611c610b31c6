//! Names and times as they stand in addresses and bodies.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use planner_core::time::Moment;
use time::OffsetDateTime;

/// What RFC 3986 leaves unreserved stands for itself.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An id as a piece of a path. Calendars have `#` in their names, events may have `/`.
pub(crate) fn piece(id: &str) -> PercentEncode<'_> {
    utf8_percent_encode(id, ESCAPED)
}

/// A query such as `a=b&c=d`.
pub(crate) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// RFC 3339 in UTC, in whole seconds, which is what Google keeps.
pub(crate) fn second(moment: OffsetDateTime) -> String {
    let micros = Moment::from(moment).unix_micros();
    Moment::from_unix_micros(micros - micros.rem_euclid(1_000_000)).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_holiday_calendar_is_one_piece_of_a_path() {
        let holidays = piece("en.usa#holiday@group.v.calendar.google.com").to_string();
        assert_eq!(holidays, "en.usa%23holiday%40group.v.calendar.google.com");
        assert_eq!(piece("a/b?c%d").to_string(), "a%2Fb%3Fc%25d");
    }

    #[test]
    fn times_are_in_utc_and_whole_seconds() {
        assert_eq!(second(datetime!(2026-03-04 10:00:59.999 +2)), "2026-03-04T08:00:59Z");
        assert_eq!(second(datetime!(1969-12-31 23:59:59.5 UTC)), "1969-12-31T23:59:59Z");
    }

    proptest! {
        #[test]
        fn a_piece_of_a_path_reads_back_as_the_id(id in any::<String>()) {
            let written = piece(&id).to_string();
            prop_assert!(!written.contains(['/', '?', '#', ' ', '\r', '\n']), "{}", written);
            prop_assert_eq!(percent_encoding::percent_decode_str(&written).decode_utf8().unwrap(), id);
        }
    }
}
