//! Between two focus blocks lies a rest.

use crate::model::Event;
use crate::time::{Interval, Spans};

/// The time in which no focus may be placed, since it would leave too little rest to a fixed focus event.
pub(crate) fn too_close<'a>(fixed: impl Iterator<Item = &'a Event>, rest_gap_minutes: i64) -> Spans {
    Spans::union(
        fixed.filter(|event| event.is_focus()).filter_map(|event| around(event.interval, rest_gap_minutes)),
    )
}

/// A focus interval with the rest it asks for on both sides.
pub(crate) fn around(focus: Interval, rest_gap_minutes: i64) -> Option<Interval> {
    Interval::new(focus.start().plus(-rest_gap_minutes), focus.end().plus(rest_gap_minutes))
}

/// Whether two focus intervals leave less than the rest between them.
pub(crate) fn broken(one: Interval, other: Interval, rest_gap_minutes: i64) -> bool {
    one.gap_minutes(other).is_none_or(|gap| gap < rest_gap_minutes)
}
