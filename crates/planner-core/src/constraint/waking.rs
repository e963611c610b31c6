//! Nothing is placed outside the student's waking hours, as the wall clock shows them.

use crate::model::Settings;
use crate::time::Interval;

/// The waking hours of every local day that touches `span`, earliest first.
///
/// They are not joined where they touch: what is placed lies within those of one day.
pub(crate) fn hours(span: Interval, settings: &Settings) -> Vec<Interval> {
    let zone = &settings.zone;
    let last = zone.local(span.end()).day;
    let mut day = zone.local(span.start()).day.previous();
    let mut hours = Vec::new();
    loop {
        hours.extend(
            zone.between(day, settings.day_start_minute, settings.day_end_minute)
                .filter(|waking| waking.overlaps(span)),
        );
        if day > last {
            return hours;
        }
        day = day.next();
    }
}
